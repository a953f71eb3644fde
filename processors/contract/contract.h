/* What processors below ask of contracts: what the contract of a point says at an instant, why it
 * has no readings, and when its billing periods begin (T-10). Answers come from the tables. */
#ifndef EN_PROCESSORS_CONTRACT_CONTRACT_H
#define EN_PROCESSORS_CONTRACT_CONTRACT_H

#include "processors/processor.h"
#include "projections/tables_contract.h"

/* The contract in force at the instant; texts are views as the store says. EN_NOT_FOUND: none. */
en_code en_contract_at(struct en_fold *fold, uint32_t point, struct en_instant at,
                       struct en_contract_row *row, struct en_error *err) EN_MUST_CHECK;

/* Why the point has no readings at the instant: an en_decree_cause; NOT_SUPPLIED where nobody said.
 * *until is when the answer may change next (INT64_MAX: never). */
en_code en_contract_cause(struct en_fold *fold, uint32_t point, struct en_instant at,
                          uint8_t *cause, struct en_instant *until,
                          struct en_error *err) EN_MUST_CHECK;

/* The billing period of the point that holds the instant, [from, to): from billing day and hour to
 * the same of the next month, in the fiscal time of the point's object. Where the contract changes
 * them inside, the period that is running ends where a new one begins: periods follow each other
 * without gap or overlap. Without a contract calendar months. */
en_code en_contract_period(struct en_fold *fold, uint32_t point, struct en_instant at,
                           struct en_interval *period, struct en_error *err) EN_MUST_CHECK;

#endif
