/* A processor: a deterministic function from events, and from changed rows of processors above it,
 * to rows of its own tables.
 *
 * It sees the event in hand, its own tables and those of processors above it in processors.def, and
 * nothing else: no clock, no environment, no order of pointers, no log. Two moments:
 *
 *   fold(event)        for each event of its kinds, in log order. Takes the fact or judges the
 *                      command (en_fold_refuse). Marks days of series that it made dirty, or
 *                      tells what it read (en_fold_mark).
 *   settle(day)        when the batch ends, or a barrier event is next: for each dirty day in
 *                      rising order, in chain order, derives the day's entries from what is there
 *                      now; again for days that were marked behind the sweep. Pure: how the
 *                      batches were cut cannot be seen in the result (P3).
 *
 * The runner owns the context, the store's transaction and the processors' state. One thread. */
#ifndef EN_PROCESSORS_PROCESSOR_H
#define EN_PROCESSORS_PROCESSOR_H

#include "core/arena.h"
#include "core/event/event.h"
#include "core/event/payload.h"
#include "core/instant.h"
#include "core/limits.h"
#include "core/metering/block/block.h"
#include "projections/series.h"
#include "projections/table.h"

struct en_fold;

/* The chain, in order: processors.def. */
typedef enum en_processor_id {
#define PROCESSOR(name) EN_PROCESSOR_##name,
#include "processors/processors.def"
#undef PROCESSOR
    EN_PROCESSORS_COUNT
} en_processor_id;

struct en_processor {
    const char *name;
    const char *about;
    uint64_t kinds;                              /* bit n: folds kind n */
    const struct en_table *const *tables;        /* its own; ends with NULL */
    const struct en_series_table *const *series; /* its own; ends with NULL */
    size_t state_size; /* of its private state, zeroed before open; 0 none */

    /* Brings the state (caches of its own tables) up from the store. NULL: nothing to do. */
    en_code (*open)(struct en_fold *fold, void *state, struct en_error *err);
    /* Gives back what the state holds; must bear a state that open never filled. NULL: nothing to
     * do. */
    void (*close)(void *state);
    en_code (*fold)(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err);
    /* What the event tells by itself, into EN_FACTS_SIZE zeroed bytes. Pure: a long replay calls it
     * on another thread ahead of fold, which finds the result in fold->facts. At most one processor
     * looks at a kind. NULL: none. */
    void (*look)(const struct en_event *event, void *facts);
    /* NULL: it derives nothing by day. */
    en_code (*settle)(struct en_fold *fold, void *state, int32_t day, struct en_error *err);
    /* After the last dirty day of a sweep: flushes what was gathered over days. NULL: nothing to
     * do. */
    en_code (*settle_end)(struct en_fold *fold, void *state, struct en_error *err);
};

#define EN_FACTS_SIZE 128u

#define EN_KIND_BIT(name) (UINT64_C(1) << EN_KIND_##name)

/* The descriptors in chain order. */
extern const struct en_processor *const en_processors[EN_PROCESSORS_COUNT];

/* Which list of changed entries: what the processor that owns the series table found changed on the
 * day being settled. */
typedef enum en_change_lane {
    EN_LANE_PROFILE,     /* by reading: what was read, as read */
    EN_LANE_INTERVAL,    /* by interval: energy per slot of a channel */
    EN_LANE_FINDING,     /* by validity: what the rules found; entries of series table finding */
    EN_LANE_SUBSTITUTED, /* by substitution: judged and filled energy of a channel */
    EN_LANE_BEST,        /* by bypass: the energy of a channel that counts (views/best.h) */
    EN_LANE_NODE,        /* by formula: blocks of formula nodes */
    EN_LANE_BALANCE,     /* by balance: the day's totals of balances */
    EN_LANES_COUNT,
} en_change_lane;

/* A changed entry of the day being settled. Views live until the day is settled. */
struct en_change {
    uint32_t series;
    struct en_slice before;             /* size 0: there was none */
    struct en_slice after;              /* size 0: there is none any more */
    const struct en_block_total *total; /* of the block after, where it is known; else NULL */
};

struct en_changes {
    struct en_change *items; /* rising series, each once */
    size_t count;
    size_t capacity;
};

/* Fetches an event by seq: only what was read earlier and must be merged again. The payload lives
 * until the next fetch. */
typedef en_code (*en_fetch)(void *self, uint64_t seq, struct en_event *event, struct en_error *err);

struct en_fold {
    struct en_store *store;
    struct en_arena batch;        /* lives until the batch is settled */
    struct en_arena day;          /* lives until the day is settled */
    const struct en_event *event; /* in hand while folding */
    const void *facts;            /* of the event, by `look`; NULL: nobody looked */
    struct en_changes changes[EN_LANES_COUNT];
    en_fetch fetch;
    void *fetch_self;
    void *states[EN_PROCESSORS_COUNT];
    struct en_days *days;  /* dirty days of this sweep: a sorted set */
    struct en_days *again; /* dirty days of the next sweep */
    bool is_settling;
    int32_t settling_day; /* the day in hand while settling */
    bool is_refused;      /* the command in hand was refused */
};

/* Says that the day has something to settle. While settling, a later day is swept when its turn
 * comes; the day in hand or an earlier one in a further sweep of the same batch. Settling being a
 * pure function of the tables, the sweeps end where the values do not depend on how often; a
 * processor that marks earlier days must see to it that they come to rest (estimates never feed
 * estimates). */
en_code en_fold_mark(struct en_fold *fold, int32_t day, struct en_error *err) EN_MUST_CHECK;

/* The verdict on the command in hand: refused, with code, place and mend in the text. Writes the
 * outcome row; accepted commands have none. The caller changes nothing else and returns what this
 * returns. */
en_code en_fold_refuse(struct en_fold *fold, en_code verdict, struct en_error *err,
                       const char *format, ...) EN_PRINTF(4, 5);

/* Above every id that is taken: ids are dense, and processors keep memory by id. Days leave a year
 * at either end of the calendar, so that rules may look about. */
#define EN_FOLD_ID_MAX (1u << 24)
#define EN_FOLD_DAY_MIN (EN_DAY_MIN + 366)
#define EN_FOLD_DAY_MAX (EN_DAY_MAX - 366)

/* Whether the event in hand can be folded at all: it has a subject where its kind wants one, and
 * its times lie within the calendar. What cannot is refused here, and no processor sees it. */
en_code en_fold_check(struct en_fold *fold, const struct en_event *event,
                      struct en_error *err) EN_MUST_CHECK;

/* Whether the text can stand in a key: an external key, a code; at most EN_NAME_SIZE_MAX bytes,
 * none of them 0. */
bool en_fold_is_key(struct en_slice text);

/* Decodes the payload into the struct of the kind's record (payload.h), lists into the batch arena.
 * One that cannot be read is refused with `what` in front of the reason: *is_read tells; the caller
 * then returns what this returns. Codes: those of the store, EN_NOMEM. */
en_code en_fold_decode(struct en_fold *fold, const struct en_event *event, const char *what,
                       void *payload, bool *is_read, struct en_error *err) EN_MUST_CHECK;

/* Copies what is a view into an arena of the fold; nothing stays nothing. EN_NOMEM. */
en_code en_fold_copy(struct en_arena *arena, struct en_slice view, struct en_slice *copy,
                     struct en_error *err) EN_MUST_CHECK;

/* Adds a change to a lane of the day in hand; copies nothing. */
en_code en_fold_change(struct en_fold *fold, en_change_lane lane, const struct en_change *change,
                       struct en_error *err) EN_MUST_CHECK;

/* Hands the changes of one lane on as those of another: where a processor has nothing to say. */
en_code en_fold_pass(struct en_fold *fold, en_change_lane from, en_change_lane to,
                     struct en_error *err) EN_MUST_CHECK;

/* Grows `items` so that one more fits; EN_NOMEM. For the gathering vectors of processors. */
en_code en_fold_grow(void **items, size_t *capacity, size_t count, size_t item_size,
                     struct en_error *err) EN_MUST_CHECK;

#endif
