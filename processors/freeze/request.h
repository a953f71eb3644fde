/* Policies of freezing, and freezes that wait: who asked, who approved.
 *
 *   freeze.requested ──policy wants no approvals──> frozen
 *          └──policy waits for approvals──> requested ──freeze.approved by others──> frozen
 *
 * I1  Who asked counts as the first who approved and cannot approve again; nobody approves twice.
 * I2  The checks of the policy are made at the request and again at the last approval: what is
 *     frozen passed them. A refused approval leaves the request as it was. */
#ifndef EN_PROCESSORS_FREEZE_REQUEST_H
#define EN_PROCESSORS_FREEZE_REQUEST_H

#include "processors/processor.h"
#include "projections/tables.h"

/* freeze.policy.set. */
en_code en_freeze_policy_fold(struct en_fold *fold, const struct en_event *event,
                              struct en_error *err) EN_MUST_CHECK;

/* The policy of that name; `declare` is always there: gaps are counted, not refused, corrections
 * are booked as deltas. */
en_code en_freeze_policy_find(struct en_fold *fold, struct en_slice name,
                              struct en_policy_row *policy, bool *is_found,
                              struct en_error *err) EN_MUST_CHECK;

/* Whether a freeze under the policy waits for others. */
bool en_freeze_policy_waits(const struct en_policy_row *policy);

/* Makes the checks that the policy asks for; refuses the command in hand with all that fails. Also
 * fills freeze->missing_count. */
en_code en_freeze_request_check(struct en_fold *fold, struct en_freeze_row *freeze,
                                const struct en_policy_row *policy,
                                struct en_error *err) EN_MUST_CHECK;

/* Notes the request in hand, in place of an earlier one of the freeze and its approvals. Refuses
 * one of nobody. */
en_code en_freeze_request_note(struct en_fold *fold, const struct en_freeze_row *freeze,
                               struct en_error *err) EN_MUST_CHECK;

/* freeze.approved: takes the approval in hand. *freeze is filled and *is_whole true when it was the
 * last that the policy wants: then the caller freezes, and says en_freeze_request_done. Refused:
 * there is no request, the actor asked or approved already. */
en_code en_freeze_request_approve(struct en_fold *fold, const struct en_event *event,
                                  struct en_freeze_row *freeze, struct en_policy_row *policy,
                                  bool *is_whole, struct en_error *err) EN_MUST_CHECK;

/* The freeze stands: the request goes, the approvals stay, that in hand among them. */
en_code en_freeze_request_done(struct en_fold *fold, uint32_t freeze,
                               struct en_error *err) EN_MUST_CHECK;

#endif
