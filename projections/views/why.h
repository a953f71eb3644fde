/* Why a number is what it is: the derivation of one slot of a channel, formula or balance, down to
 * the raw events, as the tables of the store stand (a store as of an earlier event answers as of
 * then).
 *
 *   channel    the value that counts, whether a freeze holds it, and the layers it went through
 * from the top: bypass, decree (state of the period, formula), substituted (method, inputs,
 * refusals), energy (R-01 to R-06: ratio, pulses, register advances, replacements), as read; what
 * the rules found formula    the expression in force, every part of it with its value, and its
 * operands' own derivations balance    its sides, and what they leave event      what set or
 * brought each of them: seq, time, author, document
 *
 * Every number shown can be computed again from those under it. A derivation is bounded in depth
 * and size (why_tree.h); where it is cut, one asks on from the input. */
#ifndef EN_PROJECTIONS_VIEWS_WHY_H
#define EN_PROJECTIONS_VIEWS_WHY_H

#include "core/event/lookup.h"
#include "projections/views/fiscal.h"
#include "projections/views/why_tree.h"

typedef enum en_why_what {
    EN_WHY_CHANNEL = 1,
    EN_WHY_FORMULA = 2,
    EN_WHY_BALANCE = 3,
} en_why_what;

struct en_why_query {
    en_why_what what;
    uint32_t series; /* id of the channel, node or balance */
    struct en_instant at;
    en_lane lane;
    bool is_russian; /* words in Russian; facts are the same */
};

/* What is asked for, by names: `key` is the point (then `channel` its code), formula or balance.
 * EN_NOT_FOUND, with words for people. */
en_code en_why_find(struct en_store *store, en_why_what what, struct en_slice key,
                    struct en_slice channel, uint32_t *series, struct en_error *err) EN_MUST_CHECK;

/* Minutes that the times of the answer are ahead of UTC: the fiscal offset of the point, or of the
 * object of a balance; 0 for a formula. */
en_code en_why_offset(struct en_store *store, const struct en_why_query *query, int32_t *minutes,
                      struct en_error *err) EN_MUST_CHECK;

/* Reads a time into query->at (what and series are set): RFC 3339, without an offset in the times
 * of the answer; a date alone is the start of that day. EN_USAGE, and codes of the store. */
en_code en_why_time(struct en_store *store, struct en_slice text, struct en_why_query *query,
                    struct en_error *err) EN_MUST_CHECK;

/* Builds the derivation into the tree (init before). Codes: EN_NOT_FOUND (nothing stands there that
 * time: no such version, no grid), EN_CORRUPT, EN_NOMEM, those of store and lookup. */
en_code en_why(struct en_store *store, const struct en_lookup *lookup,
               const struct en_why_query *query, struct en_why_tree *tree,
               struct en_error *err) EN_MUST_CHECK;

#endif
