/* What was read: profiles by day (merged where a day was read more than once), register reads,
 * instantaneous values.
 *
 * Facts are never refused. A reading that cannot be used (not decodable, or off any day) leaves an
 * outcome row that says why. */

#include "core/mem.h"
#include "core/metering/block/block.h"
#include "core/metering/block/conflict.h"
#include "processors/processor.h"
#include "processors/reading/merge.h"
#include "processors/sort.h"
#include "projections/tables.h"

/* How many profiles ahead of the one in hand are asked for: they lie in the order they came, and
 * waiting for each cost more than all the rest. */
#define AHEAD_PENDING 48u
#define AHEAD_BLOCKS 24u
#define ORIGINS_UNMERGED_MAX 64u
#define ORIGINS_MAX (EN_SERIES_ENTRY_SIZE_MAX / EN_ORIGIN_SIZE_MAX) /* of a channel's day */

/* A profile that waits for its day to be settled. The block lies in the batch arena. */
struct pending {
    uint64_t revision;
    uint64_t seq;
    struct en_slice block;
    struct en_block_total total;
};

/* What a profile tells by itself. Reading all of it, a damaged one stops here. */
struct profile_facts {
    en_code code;
    uint64_t revision;
    struct en_slice block; /* in the event's payload */
    struct en_block_head head;
    struct en_block_total total;
};

_Static_assert(sizeof(struct profile_facts) <= EN_FACTS_SIZE, "the runner has room for it");

/* Where a pending profile belongs. */
struct place {
    uint64_t
        key; /* en_day_series_key: sorted by it, events of one channel and day stay in log order */
    uint64_t index; /* in pending */
};

struct reading_state {
    struct pending *pending;
    size_t pending_count;
    size_t pending_capacity;
    struct place *places; /* one each */
    size_t places_capacity;
    size_t settled_count;        /* of the sorted places */
    const struct pending **same; /* what is pending for one channel and day, in log order */
    size_t same_capacity;
    bool is_sorted;
    struct en_buf block; /* scratch: a merged block */
    struct en_buf origins;
    struct conflict_work *conflicts; /* made when first wanted */
};

/* Scratch for values that contradict each other. */
struct conflict_work {
    struct en_conflicts conflicts;
    struct en_block block;
    struct en_buf entry;
};

static en_code add_pending(struct reading_state *state, const struct pending *pending, uint64_t key,
                           struct en_error *err)
{
    size_t count = state->pending_count;
    en_code code = en_fold_grow((void **)&state->pending, &state->pending_capacity, count,
                                sizeof *pending, err);
    if (code == EN_OK) {
        code = en_fold_grow((void **)&state->places, &state->places_capacity, count,
                            sizeof *state->places, err);
    }
    if (code == EN_OK) {
        state->pending[count] = *pending;
        state->places[count] = (struct place){key, count};
        state->pending_count++;
        state->is_sorted = false;
    }
    return code;
}

static en_code look_at_profile(const struct en_event *event, struct profile_facts *facts,
                               struct en_error *err)
{
    en_code code = en_reading_profile_parse(event->payload, &facts->revision, &facts->block, err);
    if (code == EN_OK) {
        code = en_block_peek(facts->block, &facts->head, err);
    }
    if (code == EN_OK) {
        code = en_block_sum(facts->block, &facts->total, err);
    }
    facts->code = code;
    return code;
}

static void look(const struct en_event *event, void *facts)
{
    struct en_error fault; /* told again when the event is folded */
    if (event->header.kind == EN_KIND_READING_PROFILE) {
        (void)look_at_profile(event, facts, &fault);
    }
}

static en_code fold_profile(struct en_fold *fold, struct reading_state *state,
                            const struct en_event *event, struct en_error *err)
{
    uint32_t channel = event->header.subject;
    const struct profile_facts *facts = fold->facts;
    struct profile_facts own;
    struct en_error fault;
    en_code code = EN_OK;
    if (facts == NULL || facts->code != EN_OK) {
        code = look_at_profile(event, &own, &fault);
        facts = &own;
    }
    if (code != EN_OK) {
        return en_fold_refuse(fold, code, err, "profile of channel %u: %s", channel, fault.text);
    }
    int64_t minutes = event->header.valid.from.us / EN_MINUTE_US - facts->head.start_minute;
    if (event->header.valid.from.us % EN_MINUTE_US != 0 || minutes % 1440 != 0 ||
        minutes / 1440 > EN_DAY_MAX || minutes / 1440 < EN_DAY_MIN) {
        return en_fold_refuse(
            fold, EN_RANGE, err,
            "profile of channel %u: its interval does not begin on the block's first slot",
            channel);
    }
    int32_t day = (int32_t)(minutes / 1440);
    struct pending pending = {
        .revision = facts->revision,
        .seq = event->header.seq.n,
        .block = en_arena_copy(&fold->batch, facts->block),
        .total = facts->total,
    };
    if (pending.block.bytes == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for the readings of a batch");
    }
    code = add_pending(state, &pending, en_day_series_key(day, channel), err);
    return code == EN_OK ? en_fold_mark(fold, day, err) : code;
}

/* Registers: the highest revision of an instant wins, then the later event. */
static en_code fold_register(struct en_fold *fold, const struct en_event *event,
                             struct en_error *err)
{
    struct en_reading_register payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "register", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_register_row stored = {.channel = event->header.subject,
                                     .at = event->header.valid.from};
    code = en_table_get(fold->store, &en_table_register, &stored, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (code == EN_OK && stored.revision > payload.revision) {
        return EN_OK;
    }
    struct en_register_row row = {
        .channel = event->header.subject,
        .at = event->header.valid.from,
        .value = payload.value,
        .device = payload.device,
        .quality = payload.quality,
        .revision = payload.revision,
    };
    return en_table_put(fold->store, &en_table_register, &row, NULL, err);
}

static en_code fold_instant(struct en_fold *fold, const struct en_event *event,
                            struct en_error *err)
{
    struct en_reading_instant payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "instantaneous value", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_instant_row row = {.channel = event->header.subject,
                                 .at = event->header.valid.from,
                                 .value = payload.value,
                                 .quality = payload.quality};
    return en_table_put(fold->store, &en_table_instant, &row, NULL, err);
}

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    switch ((en_kind)event->header.kind) {
    case EN_KIND_READING_PROFILE:
        return fold_profile(fold, state, event, err);
    case EN_KIND_READING_REGISTER:
        return fold_register(fold, event, err);
    default:
        return fold_instant(fold, event, err);
    }
}

/* One channel's day in the making. */
struct day_write {
    struct en_fold *fold;
    struct reading_state *state;
    struct en_series_writer *profile;
    struct en_series_writer *origin;
    struct en_series_writer *conflict; /* NULL: none on the day so far */
    int32_t day;
};

/* Keeps what a later merge may need, the newest where that is more than an entry holds. */
static void put_origins(struct reading_state *state, const struct en_contribution *contributions,
                        size_t count)
{
    size_t needed = 0;
    for (size_t i = 0; i < count; i++) {
        needed += contributions[i].is_needed;
    }
    en_buf_reset(&state->origins);
    for (size_t i = 0; i < count; i++) {
        if (contributions[i].is_needed && needed-- <= ORIGINS_MAX) {
            en_origin_encode(contributions[i].revision, contributions[i].seq, &state->origins);
        }
    }
    EN_ASSERT(state->origins.code == EN_OK || state->origins.code == EN_NOMEM);
}

/* Lays together what is stored of the channel's day and what came new, from the events themselves.
 */
static en_code merge_anew(struct day_write *write, uint32_t channel,
                          const struct pending *const *pending, size_t count,
                          struct en_slice origins, struct en_error *err)
{
    struct en_fold *fold = write->fold;
    struct en_contribution *contributions = NULL;
    size_t capacity = 0;
    size_t used = 0;
    en_code code = EN_OK;
    uint64_t revision = 0;
    uint64_t seq = 0;
    while (code == EN_OK && origins.size > 0) {
        struct en_event event;
        if (!en_origin_take(&origins, &revision, &seq)) {
            code = en_error_set(err, EN_CORRUPT, "origins of channel %u are not readable", channel);
            break;
        }
        code = fold->fetch(fold->fetch_self, seq, &event, err);
        struct en_slice block = {0};
        if (code == EN_OK) {
            code = en_reading_profile_parse(event.payload, &revision, &block, err);
        }
        if (code == EN_OK) {
            code =
                en_fold_grow((void **)&contributions, &capacity, used, sizeof *contributions, err);
        }
        if (code == EN_OK) {
            code = en_fold_copy(&fold->day, block, &block, err);
        }
        if (code == EN_OK) {
            contributions[used++] =
                (struct en_contribution){.revision = revision, .seq = seq, .block = block};
        }
    }
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        code = en_fold_grow((void **)&contributions, &capacity, used, sizeof *contributions, err);
        if (code == EN_OK) {
            contributions[used++] = (struct en_contribution){.revision = pending[i]->revision,
                                                             .seq = pending[i]->seq,
                                                             .block = pending[i]->block};
        }
    }
    if (code == EN_OK) {
        code = en_contributions_merge(contributions, used, &fold->day, &write->state->block, err);
    }
    if (code == EN_OK) {
        put_origins(write->state, contributions, used);
    }
    en_mem_free(contributions);
    return code;
}

/* Whether the new reading takes every slot of what stands there: then nothing needs merging. Where
 * many readings are noted a merge says which of them are still needed. */
static en_code is_superseding(const struct pending *pending, struct en_slice old,
                              struct en_slice origins, uint32_t *origins_count, bool *is,
                              struct en_error *err)
{
    struct en_block_head head;
    struct en_block_head old_head;
    uint64_t revision = 0;
    uint64_t seq = 0;
    *is = false;
    en_code code = en_block_peek(pending->block, &head, err);
    if (code == EN_OK) {
        code = en_block_peek(old, &old_head, err);
    }
    if (code != EN_OK || !en_block_same_slots(&head, &old_head)) {
        return code;
    }
    bool is_above_all = true;
    bool is_not_below = true;
    *origins_count = 0;
    while (origins.size > 0 && en_origin_take(&origins, &revision, &seq)) {
        (*origins_count)++;
        is_above_all = is_above_all && pending->revision > revision;
        is_not_below = is_not_below && pending->revision >= revision;
    }
    *is = *origins_count <= ORIGINS_UNMERGED_MAX &&
          (is_above_all || (is_not_below && pending->total.missing == 0));
    return EN_OK;
}

/* Scratch and writer for conflicts. */
static en_code open_conflicts(struct day_write *write, struct en_error *err)
{
    struct reading_state *state = write->state;
    if (state->conflicts == NULL) {
        state->conflicts = en_mem_alloc(1, sizeof *state->conflicts);
        if (state->conflicts == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for values in conflict");
        }
        en_buf_init(&state->conflicts->entry, EN_SERIES_ENTRY_SIZE_MAX);
    }
    return write->conflict == NULL ? en_series_writer_open(write->fold->store, &en_series_conflict,
                                                           write->day, &write->conflict, err)
                                   : EN_OK;
}

/* V-05: notes slots for which different values came, whether the rule holds or not: it may be set
 * later. `block` is what they come to: values on slots cut in another way are not compared. */
static en_code note_conflicts(struct day_write *write, uint32_t channel, struct en_slice old,
                              const struct pending *const *pending, size_t count,
                              struct en_slice block, struct en_error *err)
{
    struct en_slice stored;
    en_code code = open_conflicts(write, err);
    if (code != EN_OK) {
        return code;
    }
    struct conflict_work *work = write->state->conflicts;
    en_conflicts_init(&work->conflicts);
    code = en_block_peek(block, &work->conflicts.head, err);
    if (code == EN_OK) {
        code = en_series_writer_peek(write->conflict, channel, &stored, err);
    }
    if (code == EN_OK) {
        code = en_conflicts_decode(stored, &work->conflicts, err);
    }
    if (code == EN_OK && old.size > 0) {
        code = en_conflicts_add(&work->conflicts, old, &work->block, err);
    }
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        code = en_conflicts_add(&work->conflicts, pending[i]->block, &work->block, err);
    }
    en_buf_reset(&work->entry);
    if (code == EN_OK) {
        code = en_block_read(block, &work->block, err);
    }
    if (code == EN_OK) {
        code = en_conflicts_encode(&work->conflicts, &work->block, &work->entry, err);
    }
    return code == EN_OK ? en_series_writer_put(write->conflict, channel,
                                                en_buf_slice(&work->entry), NULL, NULL, err)
                         : code;
}

static en_code settle_channel(struct day_write *write, uint32_t channel,
                              const struct pending *const *pending, size_t count,
                              struct en_error *err)
{
    struct en_fold *fold = write->fold;
    struct en_buf *origins = &write->state->origins;
    struct en_slice old;
    struct en_slice old_origins;
    en_code code = en_series_writer_peek(write->profile, channel, &old, err);
    if (code == EN_OK) {
        code = en_series_writer_peek(write->origin, channel, &old_origins, err);
    }
    if (code != EN_OK) {
        return code;
    }
    /* in the order of channels from here on: who settles after us reads them one after another */
    struct en_slice block;
    code = en_fold_copy(&fold->day, pending[0]->block, &block, err);
    uint32_t origins_count = 0;
    bool is_alone = old.size == 0 && count == 1;
    if (code == EN_OK && !is_alone && count == 1) {
        code = is_superseding(pending[0], old, old_origins, &origins_count, &is_alone, err);
    }
    if (code == EN_OK && !is_alone) {
        code = merge_anew(write, channel, pending, count, old_origins, err);
        code = code == EN_OK
                   ? en_fold_copy(&fold->day, en_buf_slice(&write->state->block), &block, err)
                   : code;
    } else if (code == EN_OK) {
        en_buf_reset(origins);
        if (origins_count > 1) { /* among more than one may be some of another grid */
            en_buf_append(origins, old_origins.bytes, old_origins.size);
        }
        en_origin_encode(pending[0]->revision, pending[0]->seq, origins);
    }
    struct en_change change = {.series = channel, .after = block};
    if (code == EN_OK) {
        code = en_buf_code(origins, err);
    }
    if (code == EN_OK && (old.size > 0 || count > 1)) {
        code = note_conflicts(write, channel, old, pending, count, block, err);
    }
    if (code == EN_OK && old.size > 0) {
        code = en_fold_copy(&fold->day, old, &change.before, err);
    }
    if (code != EN_OK) {
        return code;
    }
    if (is_alone) {
        struct en_slice total = en_slice_of(&pending[0]->total, sizeof pending[0]->total);
        change.total = (const void *)en_arena_copy(&fold->day, total).bytes;
    }
    bool is_changed = false;
    code = en_series_writer_put(write->origin, channel, en_buf_slice(origins), NULL, NULL, err);
    if (code == EN_OK) {
        code = en_series_writer_put(write->profile, channel, block, NULL, &is_changed, err);
    }
    return code == EN_OK && is_changed ? en_fold_change(fold, EN_LANE_PROFILE, &change, err) : code;
}

/* Whether the next place is of the day. */
static bool has_place_on(const struct reading_state *state, int32_t day)
{
    return state->settled_count < state->pending_count &&
           en_day_of_key(state->places[state->settled_count].key) == day;
}

/* Always inline: gcc takes a function that does nothing but this for one without effect, and leaves
 * its calls out. */
static inline __attribute__((always_inline)) void ask_ahead(const struct reading_state *state,
                                                            size_t at)
{
    if (at + AHEAD_PENDING < state->pending_count) {
        const struct pending *later = &state->pending[state->places[at + AHEAD_PENDING].index];
        __builtin_prefetch(later);
        __builtin_prefetch((const uint8_t *)later + sizeof *later - 1);
        const struct pending *next = &state->pending[state->places[at + AHEAD_BLOCKS].index];
        __builtin_prefetch(next->block.bytes);
        __builtin_prefetch(next->block.bytes + next->block.size);
    }
}

/* Gathers what is pending for the next channel of the day. */
static en_code take_same(struct reading_state *state, size_t *count, struct en_error *err)
{
    uint64_t key = state->places[state->settled_count].key;
    en_code code = EN_OK;
    *count = 0;
    while (state->settled_count < state->pending_count && code == EN_OK &&
           state->places[state->settled_count].key == key) {
        ask_ahead(state, state->settled_count);
        code = en_fold_grow((void **)&state->same, &state->same_capacity, *count,
                            sizeof *state->same, err);
        if (code == EN_OK) {
            state->same[(*count)++] = &state->pending[state->places[state->settled_count].index];
            state->settled_count++;
        }
    }
    return code;
}

static en_code settle(struct en_fold *fold, void *state_memory, int32_t day, struct en_error *err)
{
    struct reading_state *state = state_memory;
    en_code code = EN_OK;
    if (!state->is_sorted) {
        code = en_sort_by_key(state->places, state->pending_count, sizeof *state->places, err);
        state->is_sorted = code == EN_OK;
    }
    if (code != EN_OK || !has_place_on(state, day)) {
        return code;
    }
    struct day_write write = {.fold = fold, .state = state, .day = day};
    code = en_series_writer_open(fold->store, &en_series_profile, day, &write.profile, err);
    if (code == EN_OK) {
        code = en_series_writer_open(fold->store, &en_series_origin, day, &write.origin, err);
    }
    while (code == EN_OK && has_place_on(state, day)) {
        uint32_t channel = en_series_of_key(state->places[state->settled_count].key);
        size_t count = 0;
        code = take_same(state, &count, err);
        code = code == EN_OK ? settle_channel(&write, channel, state->same, count, err) : code;
    }
    if (code == EN_OK) {
        code = en_series_writer_end(write.profile, err);
    }
    if (code == EN_OK) {
        code = en_series_writer_end(write.origin, err);
    }
    if (code == EN_OK && write.conflict != NULL) {
        code = en_series_writer_end(write.conflict, err);
    }
    en_series_writer_close(write.conflict);
    en_series_writer_close(write.profile);
    en_series_writer_close(write.origin);
    return code;
}

static en_code settle_end(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    (void)fold;
    (void)err;
    struct reading_state *state = state_memory;
    EN_ASSERT(state->settled_count == state->pending_count);
    state->pending_count = 0;
    state->settled_count = 0;
    state->is_sorted = false;
    return EN_OK;
}

static en_code open_state(struct en_fold *fold, void *state_memory, struct en_error *err)
{
    (void)fold;
    (void)err;
    struct reading_state *state = state_memory;
    en_buf_init(&state->block, EN_BLOCK_SIZE_MAX);
    en_buf_init(&state->origins, EN_SERIES_ENTRY_SIZE_MAX);
    return EN_OK;
}

static void close_state(void *state_memory)
{
    struct reading_state *state = state_memory;
    en_mem_free(state->pending);
    en_mem_free(state->places);
    en_mem_free(state->same);
    en_buf_fini(&state->block);
    en_buf_fini(&state->origins);
    if (state->conflicts != NULL) {
        en_buf_fini(&state->conflicts->entry);
    }
    en_mem_free(state->conflicts);
}

static const struct en_table *const tables[] = {&en_table_register, &en_table_instant, NULL};
static const struct en_series_table *const series[] = {&en_series_profile, &en_series_origin,
                                                       &en_series_conflict, NULL};

const struct en_processor en_processor_reading = {
    .name = "reading",
    .about = "What was read: profiles by day, register reads, instantaneous values.",
    .kinds =
        EN_KIND_BIT(READING_PROFILE) | EN_KIND_BIT(READING_REGISTER) | EN_KIND_BIT(READING_INSTANT),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct reading_state),
    .open = open_state,
    .close = close_state,
    .fold = fold,
    .look = look,
    .settle = settle,
    .settle_end = settle_end,
};
