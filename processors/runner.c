#include "processors/runner.h"

#include "core/mem.h"
#include "log/cursor.h"
#include "processors/days.h"
#include "processors/processor.h"
#include "processors/runner_ahead.h"
#include "projections/catalog.h"
#include "projections/tables.h"

#define BATCH_SIZE_DEFAULT ((size_t)512 << 20)
/* Over this a batch ends where a later day begins: memory that was used before is near, and a day
 * that is settled once is written once. */
#define BATCH_SIZE_NEAT ((size_t)32 << 20)
#define AHEAD_EVENTS_DEFAULT 20000u /* what a thread is worth starting for */
/* Over the size at which a batch is closed: what settling a batch may need beside its readings. */
#define ARENA_LIMIT_FACTOR 4u
/* Far more than what depends on later days ever needs: a rule that never rests is our bug. */
#define SWEEPS_MAX 64u

struct en_runner {
    struct en_runner_options options;
    struct en_fold fold;
    struct en_days days;
    struct en_days again;
    struct en_cursor *cursor; /* NULL: nothing is being read */
    struct en_ahead *ahead;   /* in place of the cursor where much is to be read */
    struct en_event held;     /* read, but belongs to the next batch */
    const void *held_facts;
    bool has_held;
    struct en_buf fetched;
    uint64_t position;
    uint64_t kinds_of[EN_PROCESSORS_COUNT];
    bool is_broken;
};

static en_code fetch_event(void *self, uint64_t seq, struct en_event *event, struct en_error *err)
{
    struct en_runner *runner = self;
    en_buf_reset(&runner->fetched);
    return en_log_get(runner->options.log, (struct en_seq){seq}, event, &runner->fetched, err);
}

static en_code open_states(struct en_runner *runner, struct en_error *err)
{
    en_code code = EN_OK;
    for (int i = 0; i < EN_PROCESSORS_COUNT && code == EN_OK; i++) {
        const struct en_processor *processor = en_processors[i];
        runner->kinds_of[i] = processor->kinds;
        if (processor->state_size > 0) {
            runner->fold.states[i] = en_mem_alloc(1, processor->state_size);
            if (runner->fold.states[i] == NULL) {
                return en_error_set(err, EN_NOMEM, "no memory for processor %s", processor->name);
            }
        }
        if (processor->open != NULL) {
            code = processor->open(&runner->fold, runner->fold.states[i], err);
            if (code != EN_OK) {
                (void)en_error_wrap(err, "processor %s", processor->name);
            }
        }
    }
    return code;
}

en_code en_runner_open(const struct en_runner_options *options, struct en_runner **runner,
                       struct en_error *err)
{
    EN_ASSERT(options->log != NULL);
    EN_ASSERT(options->kv != NULL);
    struct en_runner *made = en_mem_alloc(1, sizeof *made);
    if (made == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the runner");
    }
    made->options = *options;
    if (made->options.batch_size_max == 0) {
        made->options.batch_size_max = BATCH_SIZE_DEFAULT;
    }
    if (made->options.ahead_events_min == 0) {
        made->options.ahead_events_min = AHEAD_EVENTS_DEFAULT;
    }
    en_arena_init(&made->fold.batch, ARENA_LIMIT_FACTOR * made->options.batch_size_max);
    en_arena_init(&made->fold.day, ARENA_LIMIT_FACTOR * made->options.batch_size_max);
    en_buf_init(&made->fetched, EN_FRAME_SIZE_MAX);
    made->fold.days = &made->days;
    made->fold.again = &made->again;
    made->fold.fetch = fetch_event;
    made->fold.fetch_self = made;
    en_code code = en_catalog_put_all(options->kv, err);
    if (code == EN_OK) {
        code = en_store_begin(options->kv, EN_KV_WRITE, &made->fold.store, err);
    }
    if (code == EN_OK) {
        made->position = en_store_position(made->fold.store);
        code = open_states(made, err);
    }
    en_store_abort(made->fold.store);
    made->fold.store = NULL;
    if (code != EN_OK) {
        en_runner_close(made);
        return code;
    }
    *runner = made;
    return EN_OK;
}

static void stop_reading(struct en_runner *runner)
{
    en_ahead_close(runner->ahead);
    en_cursor_close(runner->cursor);
    runner->ahead = NULL;
    runner->cursor = NULL;
    runner->has_held = false;
}

void en_runner_close(struct en_runner *runner)
{
    if (runner == NULL) {
        return;
    }
    for (int i = 0; i < EN_PROCESSORS_COUNT; i++) {
        if (runner->fold.states[i] != NULL && en_processors[i]->close != NULL) {
            en_processors[i]->close(runner->fold.states[i]);
        }
        en_mem_free(runner->fold.states[i]);
    }
    for (int lane = 0; lane < EN_LANES_COUNT; lane++) {
        en_mem_free(runner->fold.changes[lane].items);
    }
    stop_reading(runner);
    en_store_abort(runner->fold.store);
    en_arena_fini(&runner->fold.batch);
    en_arena_fini(&runner->fold.day);
    en_buf_fini(&runner->fetched);
    en_days_fini(&runner->days);
    en_days_fini(&runner->again);
    en_mem_free(runner);
}

static en_code settle_day(struct en_runner *runner, int32_t day, struct en_error *err)
{
    for (int lane = 0; lane < EN_LANES_COUNT; lane++) {
        runner->fold.changes[lane].count = 0;
    }
    en_arena_reset(&runner->fold.day);
    for (int i = 0; i < EN_PROCESSORS_COUNT; i++) {
        const struct en_processor *processor = en_processors[i];
        if (processor->settle == NULL) {
            continue;
        }
        en_code code = processor->settle(&runner->fold, runner->fold.states[i], day, err);
        if (code != EN_OK) {
            return en_error_wrap(err, "settle day %d: processor %s", (int)day, processor->name);
        }
    }
    return EN_OK;
}

/* Dirty days in rising order. */
static en_code sweep(struct en_runner *runner, struct en_error *err)
{
    en_code code = EN_OK;
    runner->fold.is_settling = true;
    for (size_t i = 0; i < runner->days.count && code == EN_OK; i++) {
        int32_t day = runner->days.items[i];
        runner->fold.settling_day = day;
        code = settle_day(runner, day, err);
        EN_ASSERT(runner->days.items[i] == day);
    }
    runner->fold.settling_day = INT32_MAX; /* every day is behind: marks are for the next sweep */
    for (int i = 0; i < EN_PROCESSORS_COUNT && code == EN_OK; i++) {
        if (en_processors[i]->settle_end != NULL) {
            code = en_processors[i]->settle_end(&runner->fold, runner->fold.states[i], err);
        }
    }
    runner->fold.is_settling = false;
    return code;
}

/* Sweeps until no day is marked behind the sweep: what looks ahead (a gap that wants tomorrow's
 * neighbour) is computed anew when it has come. */
static en_code settle(struct en_runner *runner, struct en_error *err)
{
    en_code code = EN_OK;
    runner->fold.event = NULL;
    for (uint32_t sweeps = 0; code == EN_OK && runner->days.count > 0; sweeps++) {
        if (sweeps == SWEEPS_MAX) {
            return en_error_set(err, EN_LIMIT, "the day %d does not come to rest in %u sweeps",
                                (int)runner->days.items[0], SWEEPS_MAX);
        }
        code = sweep(runner, err);
        struct en_days done = runner->days;
        done.count = 0;
        runner->days = runner->again;
        runner->again = done;
    }
    en_arena_reset(&runner->fold.batch);
    return code;
}

static en_code fold_event(struct en_runner *runner, const struct en_event *event,
                          struct en_error *err)
{
    uint64_t bit = event->header.kind < 64 ? UINT64_C(1) << event->header.kind : 0;
    runner->fold.event = event;
    runner->fold.is_refused = false;
    en_code checked = en_fold_check(&runner->fold, event, err);
    if (checked != EN_OK) {
        return checked;
    }
    for (int i = 0; i < EN_PROCESSORS_COUNT && !runner->fold.is_refused; i++) {
        if ((runner->kinds_of[i] & bit) == 0) {
            continue;
        }
        en_code code = en_processors[i]->fold(&runner->fold, runner->fold.states[i], event, err);
        if (code != EN_OK) {
            return en_error_wrap(err, "fold event %llu: processor %s",
                                 (unsigned long long)event->header.seq.n, en_processors[i]->name);
        }
    }
    return EN_OK;
}

static en_code start_reading(struct en_runner *runner, uint64_t to, struct en_error *err)
{
    if (runner->cursor != NULL || runner->ahead != NULL) {
        return EN_OK;
    }
    if (to - runner->position >= runner->options.ahead_events_min) {
        return en_ahead_open(runner->options.log, runner->position, to, &runner->ahead, err);
    }
    struct en_cursor_filter filter = {.from = runner->position, .to = to};
    return en_cursor_open(runner->options.log, &filter, &runner->cursor, err);
}

static en_code next_event(struct en_runner *runner, struct en_event *event, bool *is_end,
                          struct en_error *err)
{
    *is_end = false;
    runner->fold.facts = NULL;
    if (runner->has_held) {
        *event = runner->held;
        runner->fold.facts = runner->held_facts;
        runner->has_held = false;
        return EN_OK;
    }
    return runner->ahead != NULL
               ? en_ahead_next(runner->ahead, event, &runner->fold.facts, is_end, err)
               : en_cursor_next(runner->cursor, event, is_end, err);
}

/* The event in hand is left for the next batch. */
static void hold(struct en_runner *runner, const struct en_event *event)
{
    runner->held = *event;
    runner->held_facts = runner->fold.facts;
    runner->has_held = true;
}

static bool is_batch_full(const struct en_runner *runner, uint32_t count)
{
    const struct en_runner_options *options = &runner->options;
    return (options->batch_events_max > 0 && count >= options->batch_events_max) ||
           runner->fold.batch.used >= options->batch_size_max;
}

/* Folds events until the batch is full or nothing is left, and settles. */
static en_code run_batch(struct en_runner *runner, bool *is_end, struct en_error *err)
{
    uint32_t count = 0;
    int64_t latest_us = INT64_MAX; /* the end of what was folded, in fiscal time */
    en_code code = EN_OK;
    *is_end = false;
    while (code == EN_OK && !is_batch_full(runner, count)) {
        struct en_event event;
        code = next_event(runner, &event, is_end, err);
        if (code != EN_OK || *is_end) {
            break;
        }
        const struct en_event_header *header = &event.header;
        if (runner->fold.batch.used >= BATCH_SIZE_NEAT && header->valid.from.us >= latest_us) {
            hold(runner, &event);
            break;
        }
        const struct en_kind_info *info = en_kind_info(header->kind);
        if (info != NULL && info->is_barrier && runner->days.count > 0) {
            code = settle(runner, err);
        }
        if (code == EN_OK) {
            code = fold_event(runner, &event, err);
        }
        latest_us = count == 0 || header->valid.to.us > latest_us ? header->valid.to.us : latest_us;
        runner->position = header->seq.n + 1;
        count++;
    }
    return code == EN_OK ? settle(runner, err) : code;
}

/* Batch after batch until nothing is left. */
static en_code run_batches(struct en_runner *runner, uint64_t to, struct en_error *err)
{
    const struct en_runner_options *options = &runner->options;
    bool is_end = false;
    en_code code = start_reading(runner, to, err);
    while (code == EN_OK && !is_end) {
        code = en_store_begin(options->kv, EN_KV_WRITE, &runner->fold.store, err);
        if (code == EN_OK) {
            code = run_batch(runner, &is_end, err);
        }
        is_end = is_end || runner->position >= to;
        if (code == EN_OK) {
            code = en_store_set_position(runner->fold.store, runner->position, err);
        }
        if (code == EN_OK) {
            code = en_store_commit(&runner->fold.store, err);
        }
        bool is_stopped = code == EN_OK && options->progress != NULL &&
                          options->progress(options->progress_self, runner->position, to);
        if (is_stopped && !is_end) {
            return en_error_set(err, EN_INTERRUPTED, "stopped at event %llu of %llu",
                                (unsigned long long)runner->position, (unsigned long long)to);
        }
    }
    return code;
}

en_code en_runner_run(struct en_runner *runner, uint64_t to, struct en_error *err)
{
    if (runner->is_broken) {
        return en_error_set(err, EN_IO, "the projection stopped after a failure: open it again");
    }
    uint64_t size = en_log_size(runner->options.log);
    to = to == 0 || to > size ? size : to;
    if (runner->position >= to) {
        return EN_OK;
    }
    en_code code = run_batches(runner, to, err);
    stop_reading(runner);
    if (code != EN_OK && code != EN_INTERRUPTED) {
        en_store_abort(runner->fold.store);
        runner->fold.store = NULL;
        runner->is_broken = true;
    }
    return code;
}

/* The words of the refusal in hand, from its outcome. */
static en_code take_refusal(struct en_runner *runner, uint64_t seq, en_code *verdict,
                            struct en_error *refusal, struct en_error *err)
{
    struct en_outcome_row row = {.seq = seq};
    en_code code = en_table_get(runner->fold.store, &en_table_outcome, &row, NULL, err);
    if (code == EN_OK) {
        *verdict = en_error_set(refusal, (en_code)row.code, "%.*s", (int)row.text.size,
                                (const char *)row.text.bytes);
    }
    return code;
}

static en_code suppose_events(struct en_runner *runner, const struct en_batch *batch,
                              en_code *verdict, struct en_error *refusal, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t i = 0; i < batch->count && code == EN_OK; i++) {
        struct en_event event = en_batch_get(batch, i);
        event.header.seq = (struct en_seq){runner->position + i};
        code = fold_event(runner, &event, err);
        if (code == EN_OK && runner->fold.is_refused && *verdict == EN_OK) {
            code = take_refusal(runner, event.header.seq.n, verdict, refusal, err);
        }
    }
    return code == EN_OK ? settle(runner, err) : code;
}

en_code en_runner_suppose(struct en_runner *runner, const struct en_batch *batch, en_code *verdict,
                          struct en_error *refusal, struct en_error *err)
{
    *verdict = EN_OK;
    if (runner->is_broken || runner->position < en_log_size(runner->options.log)) {
        return en_error_set(err, EN_CONFLICT,
                            "the tables do not stand at the end of the log: try again");
    }
    runner->is_broken = true; /* from here on it knows what never was */
    en_code code = en_store_begin(runner->options.kv, EN_KV_WRITE, &runner->fold.store, err);
    if (code == EN_OK) {
        code = suppose_events(runner, batch, verdict, refusal, err);
    }
    if (code == EN_OK) {
        code = en_store_commit(&runner->fold.store, err);
    }
    return code;
}

uint64_t en_runner_position(const struct en_runner *runner)
{
    return runner->position;
}
