/* What substitution keeps between events, and how its files share it: touch.c marks what an event
 * may change, outcome.c computes one day, substitution.c settles. One thread, the runner's. */
#ifndef EN_PROCESSORS_SUBSTITUTION_STATE_H
#define EN_PROCESSORS_SUBSTITUTION_STATE_H

#include "processors/substitution/fill.h"
#include "processors/substitution/watch.h"

struct en_substitution_state {
    struct en_marks marks;
    struct en_watch_index watches;
    struct en_acts acts;
    struct en_rules *rules;
    bool has_rules;       /* a setting of any rule stands */
    int64_t clock;        /* known at the last look */
    int32_t due_from;     /* days that became due and are to be looked through for what is absent */
    int32_t due_to;       /* exclusive */
    int32_t earliest_day; /* that holds energy, looked up before a day is settled */
    bool has_findings;    /* the day in hand has findings */
    struct en_fill fill;
    struct en_arena arena;    /* of the channel's day in hand */
    struct en_arena evidence; /* of stored evidence that is read */
    struct en_block block;
    struct en_judged_scratch scratch;
};

/* What a day came to. */
struct en_substitution_outcome {
    bool has_best;            /* state->block holds it */
    struct en_slice evidence; /* in the fold's day arena; size 0: there is nothing to say */
};

/* Marks the days that the event may change; judges edits. */
en_code en_substitution_touch(struct en_fold *fold, struct en_substitution_state *state,
                              const struct en_event *event, struct en_error *err) EN_MUST_CHECK;

/* Whether the day has evidence. */
bool en_substitution_is_held(const struct en_substitution_state *state, uint32_t channel,
                             int32_t day);

/* Behind a day that has values, or was filled, now: marks the first day without either that a chain
 * holds on. */
en_code en_substitution_mark_frontier(struct en_fold *fold, struct en_substitution_state *state,
                                      uint32_t channel, int32_t day,
                                      struct en_error *err) EN_MUST_CHECK;

/* Marks the channels that have values or estimates the day before and nothing on this one. */
en_code en_substitution_mark_absent(struct en_fold *fold, struct en_substitution_state *state,
                                    int32_t day, struct en_error *err) EN_MUST_CHECK;

/* Computes the day from what stands in the tables now; rules NULL: none holds. */
en_code en_substitution_compute(struct en_fold *fold, struct en_substitution_state *state,
                                uint32_t channel, int32_t day, const struct en_rule_plan *rules,
                                struct en_substitution_outcome *outcome,
                                struct en_error *err) EN_MUST_CHECK;

#endif
