/* The filling of one channel's day, slot by slot, by the methods of a chain. The methods see days
 * as they were judged, of any channel, and never an estimate; every day they look at is noted, so
 * that a change of it has this day computed anew.
 *
 * Used while one day of a channel is settled; everything lives in the arena given to it. */
#ifndef EN_PROCESSORS_SUBSTITUTION_FILL_H
#define EN_PROCESSORS_SUBSTITUTION_FILL_H

#include "core/metering/substitution/substitute.h"
#include "processors/substitution/act.h"
#include "processors/substitution/judged.h"
#include "processors/substitution/plan.h"

#define EN_FILL_DAYS_MAX 2048u /* days of other channels that one filling may look at */
/* Days of its own: two years and a year back, two spans ahead. */
#define EN_FILL_BACK_DAYS 1150
#define EN_FILL_OWN_DAYS 1300u

/* What became of one slot. */
struct en_fill_slot {
    bool is_open;        /* has to be filled */
    bool is_filled;      /* has been */
    bool is_act;         /* by an act of people, or left to them: chains leave it alone */
    bool is_set_aside;   /* while a named method is tried on others */
    bool is_scaled;      /* to the advance of the registers */
    bool needs_register; /* an estimate failed the sum check: only what keeps the sum may fill it */
    uint8_t method;
    uint8_t reason;   /* of an act; 0: by the flags */
    uint8_t level;    /* steps of the chain that were tried */
    uint64_t why;     /* flags of the slot before */
    int64_t micro;    /* once filled */
    uint64_t quality; /* once filled */
    uint8_t inputs_count;
    uint8_t refusals_count;
    const struct en_substitute_input *inputs;
    struct en_substitute_refusal refusals[EN_SUBSTITUTE_REFUSALS_MAX];
};

struct en_fill {
    struct en_fold *fold;
    struct en_arena *arena;
    struct en_judged_scratch *scratch; /* the caller's */
    uint32_t channel;
    struct en_channel_info info;
    int32_t offset_minutes; /* of the fiscal day */
    struct en_instant clock;
    int32_t earliest_day; /* that holds energy of any channel; EN_DAY_MAX: none does */
    const struct en_plan *plan;
    const struct en_acts *acts;

    int32_t first_day; /* of `own`: the channel's own days by number, NULL not read yet */
    const struct en_judged *own[EN_FILL_OWN_DAYS];
    const struct en_judged *days[EN_FILL_DAYS_MAX]; /* others, read so far */
    uint32_t days_count;
    struct en_watch watches[EN_SUBSTITUTE_WATCHES_MAX]; /* rising channel */
    uint32_t watches_count;
};

/* One day in the making. */
struct en_fill_day {
    const struct en_judged *judged;
    struct en_fill_slot *slots; /* judged->head.count of them */
    uint32_t step;              /* of the chain, in hand */
    bool is_register_step;
    bool is_other; /* looked at for the sake of another */
};

/* Begins; fold, arena (empty), scratch, earliest_day, plan and acts were set and are borrowed. */
en_code en_fill_begin(struct en_fill *fill, uint32_t channel, int32_t day,
                      struct en_error *err) EN_MUST_CHECK;

/* A day of a channel as judged, read once. EN_LIMIT: more days than a filling looks at. */
en_code en_fill_look(struct en_fill *fill, uint32_t channel, int32_t day,
                     const struct en_judged **judged, struct en_error *err) EN_MUST_CHECK;

/* Notes that days of a channel were looked at, without reading them. EN_LIMIT. */
en_code en_fill_watch(struct en_fill *fill, uint32_t channel, int32_t from_day, int32_t to_day,
                      struct en_error *err) EN_MUST_CHECK;

/* Whether the day has ended by what is known of time. */
bool en_fill_is_due(const struct en_fill *fill, int32_t day);

/* The day with its open slots. */
en_code en_fill_open(struct en_fill *fill, const struct en_judged *judged, struct en_fill_day *day,
                     struct en_error *err) EN_MUST_CHECK;

/* Tries one step of a chain on all slots that it has to fill: fills them or adds its refusal.
 * `index` is its place in the chain. What it gives is checked for range again. */
en_code en_fill_step(struct en_fill *fill, struct en_fill_day *day, uint32_t index,
                     const struct en_estimation_step *step, struct en_error *err) EN_MUST_CHECK;

/* The first `count` steps of the plan's chain. */
en_code en_fill_steps(struct en_fill *fill, struct en_fill_day *day, uint32_t count,
                      struct en_error *err) EN_MUST_CHECK;

/* Takes out what no method is asked about: slots not due, slots under a blocking finding. */
en_code en_fill_leave_out(struct en_fill *fill, struct en_fill_day *day,
                          struct en_error *err) EN_MUST_CHECK;

/* The whole chain, and the checks on what came out (domain rule 1.2): an estimate that fails is
 * refused, and the chain goes on. */
en_code en_fill_chain(struct en_fill *fill, struct en_fill_day *day,
                      struct en_error *err) EN_MUST_CHECK;

/* ---- for the methods ---- */

struct en_fill_inputs {
    struct en_substitute_input items[EN_SUBSTITUTE_INPUTS_MAX];
    uint32_t count;
};

static inline void en_fill_input(struct en_fill_inputs *inputs, en_input_kind kind, uint32_t id,
                                 int64_t from, int64_t to)
{
    if (inputs->count < EN_SUBSTITUTE_INPUTS_MAX) {
        inputs->items[inputs->count++] = (struct en_substitute_input){(uint8_t)kind, id, from, to};
    }
}

/* Puts the value of a method into the slot. */
en_code en_fill_put(struct en_fill *fill, struct en_fill_day *day, uint32_t slot,
                    en_estimation_method method, int64_t micro, uint64_t flags,
                    const struct en_fill_inputs *inputs, struct en_error *err) EN_MUST_CHECK;

/* Notes that the method would not. */
void en_fill_refuse(struct en_fill_day *day, uint32_t slot, en_estimation_method method,
                    en_refusal refusal);

/* Adds an input to those of a filled slot. */
en_code en_fill_add_input(struct en_fill *fill, struct en_fill_day *day, uint32_t slot,
                          en_input_kind kind, int64_t at, struct en_error *err) EN_MUST_CHECK;

/* Puts another value in place of an estimate, with the registers that ask for it. */
en_code en_fill_scale(struct en_fill *fill, struct en_fill_day *day, uint32_t slot, int64_t micro,
                      uint32_t register_channel, struct en_interval between,
                      struct en_error *err) EN_MUST_CHECK;

/* Takes an estimate out again: its method refuses, a later one may try. */
void en_fill_take_back(struct en_fill_day *day, uint32_t slot, en_refusal refusal);

/* Whether the step in hand has this slot to fill. */
static inline bool en_fill_wants(const struct en_fill_day *day, uint32_t slot)
{
    const struct en_fill_slot *asked = &day->slots[slot];
    return asked->is_open && !asked->is_filled && !asked->is_act && !asked->is_set_aside &&
           asked->level <= day->step && (day->is_register_step || !asked->needs_register);
}

/* What the like days of a step say of the slots that are wanted (wanted[slot] not 0). counts[slot]
 * days were found (0: none, or fewer than the least), of which days[slot * step->count + k]. */
struct en_likeday_answer {
    int64_t *micro;
    uint32_t *counts;
    int32_t *days;
};
en_code en_fill_likedays(struct en_fill *fill, const struct en_judged *judged,
                         const uint8_t *wanted, const struct en_estimation_step *step,
                         struct en_likeday_answer *answer, struct en_error *err) EN_MUST_CHECK;

/* Range on what came out: V-14 and V-15. */
en_refusal en_fill_range(const struct en_plan *plan, const struct en_fill_slot *slot);

/* fill_scale.c: scales estimates to the registers' advance where that is known; refuses those with
 * which slots and registers disagree (V-07). *is_done becomes false where an estimate was taken
 * out. */
en_code en_fill_anchor(struct en_fill *fill, struct en_fill_day *day, bool *is_done,
                       struct en_error *err) EN_MUST_CHECK;
en_code en_fill_check_sum(struct en_fill *fill, struct en_fill_day *day, bool *is_done,
                          struct en_error *err) EN_MUST_CHECK;

/* The methods, each in its file: fill_series.c, fill_cross.c, fill_register.c. */
typedef en_code (*en_fill_method)(struct en_fill *fill, struct en_fill_day *day,
                                  const struct en_estimation_step *step, struct en_error *err);
en_code en_fill_interp(struct en_fill *fill, struct en_fill_day *day,
                       const struct en_estimation_step *step, struct en_error *err) EN_MUST_CHECK;
en_code en_fill_hold(struct en_fill *fill, struct en_fill_day *day,
                     const struct en_estimation_step *step, struct en_error *err) EN_MUST_CHECK;
en_code en_fill_likeday(struct en_fill *fill, struct en_fill_day *day,
                        const struct en_estimation_step *step, struct en_error *err) EN_MUST_CHECK;
en_code en_fill_check(struct en_fill *fill, struct en_fill_day *day,
                      const struct en_estimation_step *step, struct en_error *err) EN_MUST_CHECK;
en_code en_fill_zero(struct en_fill *fill, struct en_fill_day *day,
                     const struct en_estimation_step *step, struct en_error *err) EN_MUST_CHECK;
en_code en_fill_balance(struct en_fill *fill, struct en_fill_day *day,
                        const struct en_estimation_step *step, struct en_error *err) EN_MUST_CHECK;
/* E-04, E-05, E-06. */
en_code en_fill_register(struct en_fill *fill, struct en_fill_day *day,
                         const struct en_estimation_step *step, struct en_error *err) EN_MUST_CHECK;

#endif
