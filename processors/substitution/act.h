/* Acts of people (E-07, E-12 to E-14): edit.requested and edit.decided judged and kept in table
 * `edit`, and what the approved ones do to a day.
 *
 *   requested --decided by another, approve--> approved --a later act takes it back--> retracted
 *   requested --decided by another, reject --> rejected
 *
 * Where approved acts overlap, the one decided last stands; energy of undercounts is added by each.
 * Part of the processor's state: zeroed is empty; one thread. */
#ifndef EN_PROCESSORS_SUBSTITUTION_ACT_H
#define EN_PROCESSORS_SUBSTITUTION_ACT_H

#include "processors/substitution/judged.h"
#include "projections/tables_edit.h"

struct en_fill;
struct en_fill_day;

/* An approved act, as it is found by channel. */
struct en_act {
    uint32_t channel;
    uint8_t kind;
    uint64_t decided;
    uint64_t edit;
    struct en_interval span;
};

struct en_acts {
    struct en_act *items; /* rising (channel, decided) */
    size_t count;
    size_t capacity;
};

void en_acts_fini(struct en_acts *acts);

/* Brings the list up from the table. */
en_code en_acts_load(struct en_acts *acts, struct en_store *store,
                     struct en_error *err) EN_MUST_CHECK;

/* Judges a request: kept, or refused with the reason. */
en_code en_acts_request(struct en_fold *fold, const struct en_event *event,
                        struct en_error *err) EN_MUST_CHECK;

/* Judges a decision: *changed is the act that acts from here on, or no more (edit 0: none). */
en_code en_acts_decide(struct en_acts *acts, struct en_fold *fold, const struct en_event *event,
                       struct en_act *changed, struct en_error *err) EN_MUST_CHECK;

/* The index of the channel's first act, or where it would stand; whether two intervals share time.
 */
size_t en_acts_first(const struct en_acts *acts, uint32_t channel);
bool en_acts_meet(struct en_interval a, struct en_interval b);

/* Whether any act touches the interval of the channel. */
bool en_acts_touch(const struct en_acts *acts, uint32_t channel, struct en_interval interval);

/* Values that an act replaces or adds to are nothing to estimate from; those that it has estimated
 * are open. */
en_code en_acts_judge(const struct en_acts *acts, struct en_arena *arena, struct en_judged *judged,
                      struct en_error *err) EN_MUST_CHECK;

/* Puts in what the acts say (values, zero, a lost phase, an estimate by a named method); before the
 * chain. */
en_code en_acts_apply(struct en_fill *fill, struct en_fill_day *day,
                      struct en_error *err) EN_MUST_CHECK;

/* What undercounts add to each slot; behind the chain. */
struct en_addition {
    int64_t micro;
    uint8_t reason;
    bool is_added;
    en_refusal refusal; /* the act does not fit the slot */
    uint64_t edits[4];  /* the first few acts, seqs of their requests */
    uint8_t edits_count;
};
en_code en_acts_add(struct en_fill *fill, struct en_fill_day *day, struct en_addition **additions,
                    struct en_error *err) EN_MUST_CHECK;

#endif
