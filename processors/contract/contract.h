/* What processors below ask of contracts: what the contract of a point says at an instant, why it
 * has no readings, and when its billing periods begin (T-10). Answers come from the tables. */
#ifndef EN_PROCESSORS_CONTRACT_CONTRACT_H
#define EN_PROCESSORS_CONTRACT_CONTRACT_H

#include "processors/processor.h"
#include "projections/tables_contract.h"

/* The contract in force at the instant; texts are views as the store says. *until is when another
 * may be (INT64_MAX: never), also where there is none: EN_NOT_FOUND. */
en_code en_contract_at(struct en_fold *fold, uint32_t point, struct en_instant at,
                       struct en_contract_row *row, struct en_instant *until,
                       struct en_error *err) EN_MUST_CHECK;

/* Why the point has no readings, over an interval around the instant in which that does not
 * change. NOT_SUPPLIED where nobody said. */
struct en_contract_cause {
    uint8_t cause; /* en_decree_cause */
    struct en_interval holds;
};
en_code en_contract_cause(struct en_fold *fold, uint32_t point, struct en_instant at,
                          struct en_contract_cause *cause, struct en_error *err) EN_MUST_CHECK;

/* The billing period of the point that holds the instant, [from, to): from billing day and hour to
 * the same of the next month, in the fiscal time of the point's object. Where the contract changes
 * them inside, the period that is running ends where a new one begins: periods follow each other
 * without gap or overlap. Without a contract calendar months. */
en_code en_contract_period(struct en_fold *fold, uint32_t point, struct en_instant at,
                           struct en_interval *period, struct en_error *err) EN_MUST_CHECK;

#endif
