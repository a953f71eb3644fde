/* The rules of a period: V-11 daily use and V-12 peak against a reference, V-20 load factor, V-24
 * estimates. Asked of a stretch of days, never stored.
 *
 * The reference is the same stretch a year before, else the stretch of equal length just before;
 * one with values in at least half of its expected slots. */
#ifndef EN_PROJECTIONS_VIEWS_PERIOD_RULES_H
#define EN_PROJECTIONS_VIEWS_PERIOD_RULES_H

#include "projections/views/completeness.h"
#include "projections/views/validity.h"

struct en_period_rules;

/* Gathers what the rules look at, for the channels of the query (not daily). Codes as
 * en_completeness_gather. */
en_code en_period_rules_open(struct en_store *store, const struct en_completeness_query *query,
                             struct en_period_rules **rules, struct en_error *err) EN_MUST_CHECK;
void en_period_rules_close(struct en_period_rules *rules); /* NULL is allowed */

/* Judges a channel by the plan that holds on the last day. Findings are added as of the whole
 * stretch; skipped[rule] says why one did not run. A channel without a grid has none. */
void en_period_rules_judge(const struct en_period_rules *rules, uint32_t channel,
                           const struct en_rule_plan *plan, struct en_findings *findings,
                           uint8_t skipped[EN_FINDING_RULES_COUNT + 1]);

/* The counts of the stretch. */
const struct en_completeness *en_period_rules_counts(const struct en_period_rules *rules);

#endif
