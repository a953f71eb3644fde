#include "projections/views/alarms.h"

#include <stdlib.h>

#include "core/fixed.h"
#include "core/mem.h"

#define LIST_MAX (1u << 20)
#define WINDOW_US (10 * EN_MINUTE_US)
#define FLOOD 10u
#define CHATTER 3u
#define WORST 10u
#define PERIOD_US_MAX (400 * EN_DAY_US)
#define RAISES_MAX (1u << 22)
#define SUBJECT_ARENA_SIZE (256u << 20)

const char *en_alarm_priority_text(uint32_t priority)
{
    static const char *const texts[] = {"?", "high", "medium", "low", "journal"};
    return texts[priority < EN_COUNT_OF(texts) ? priority : 0];
}

/* ---- what stands ---- */

static int group_of(const struct en_alarm_row *row)
{
    if (en_alarm_is_standing((en_alarm_state)row->state)) {
        return 0;
    }
    return en_alarm_is_held((en_alarm_state)row->state) ? 1 : 2;
}

static int compare_rows(const void *a, const void *b)
{
    const struct en_alarm_row *left = a;
    const struct en_alarm_row *right = b;
    int order = group_of(left) - group_of(right);
    if (order == 0) {
        order = (int)left->priority - (int)right->priority;
    }
    if (order == 0) {
        order = (int)en_alarm_is_unacknowledged((en_alarm_state)right->state) -
                (int)en_alarm_is_unacknowledged((en_alarm_state)left->state);
    }
    if (order == 0) {
        order = en_instant_compare(right->at, left->at);
    }
    if (order == 0) {
        order = en_slice_compare(left->alarm, right->alarm);
    }
    return order != 0 ? order : en_slice_compare(left->subject, right->subject);
}

static bool copy(struct en_arena *arena, struct en_slice *text)
{
    if (text->size == 0) {
        return true;
    }
    *text = en_arena_copy(arena, *text);
    return text->bytes != NULL;
}

static en_code add_row(struct en_arena *arena, struct en_alarm_list *list, uint32_t *capacity,
                       struct en_alarm_row *row, struct en_error *err)
{
    bool is_copied = copy(arena, &row->alarm) && copy(arena, &row->subject) &&
                     copy(arena, &row->value) && copy(arena, &row->suppressed_by) &&
                     copy(arena, &row->text);
    if (is_copied && list->count == *capacity && *capacity < LIST_MAX) {
        uint32_t grown = *capacity > 0 ? 2 * *capacity : 64;
        struct en_alarm_row *items = en_arena_alloc(arena, grown * sizeof *items);
        if (items != NULL && list->count > 0) {
            memcpy(items, list->items, list->count * sizeof *items);
        }
        list->items = items;
        *capacity = items != NULL ? grown : 0;
    }
    if (!is_copied || list->count >= *capacity) {
        return en_error_set(err, EN_NOMEM, "no room for the alarms that stand");
    }
    list->items[list->count++] = *row;
    return EN_OK;
}

en_code en_alarms_gather(struct en_store *store, struct en_arena *arena, struct en_alarm_list *list,
                         struct en_error *err)
{
    struct en_table_scan scan;
    struct en_alarm_row row;
    uint32_t capacity = 0;
    *list = (struct en_alarm_list){NULL, 0};
    en_code code = en_table_scan_begin(store, &en_table_alarm, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, arena, err);
        if (code == EN_OK) {
            code = add_row(arena, list, &capacity, &row, err);
        }
    }
    en_table_scan_end(&scan);
    if (code == EN_NOT_FOUND && list->count > 0) {
        qsort(list->items, list->count, sizeof *list->items, compare_rows);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- how good they are ---- */

/* A raise, and when it was acknowledged. */
struct raise {
    struct en_slice alarm;
    struct en_slice subject;
    struct en_instant at;
};

struct raises {
    struct raise *items;
    size_t count;
    size_t capacity;
    struct en_arena arena;
    int64_t waited_us; /* until acknowledged, summed */
};

static int compare_raises(const void *a, const void *b)
{
    const struct raise *left = a;
    const struct raise *right = b;
    int order = en_slice_compare(left->alarm, right->alarm);
    if (order == 0) {
        order = en_slice_compare(left->subject, right->subject);
    }
    return order != 0 ? order : en_instant_compare(left->at, right->at);
}

static en_code add_raise(struct raises *raises, const struct en_alarm_history_row *row,
                         struct en_error *err)
{
    struct raise raise = {row->alarm, row->subject, row->at};
    if (raises->count == raises->capacity) {
        size_t grown = raises->capacity > 0 ? 2 * raises->capacity : 256;
        struct raise *items =
            grown <= RAISES_MAX ? en_mem_resize(raises->items, grown * sizeof *items) : NULL;
        if (items == NULL) {
            return en_error_set(err, EN_LIMIT, "over %zu alarms: ask for a shorter time",
                                raises->count);
        }
        raises->items = items;
        raises->capacity = grown;
    }
    if (!copy(&raises->arena, &raise.alarm) || !copy(&raises->arena, &raise.subject)) {
        return en_error_set(err, EN_NOMEM, "no room for %zu alarms", raises->count);
    }
    raises->items[raises->count++] = raise;
    return EN_OK;
}

/* The raise that an acknowledgement answers: the latest of its alarm and subject. */
static void take_ack(struct raises *raises, const struct en_alarm_history_row *row,
                     struct en_alarm_quality *quality)
{
    for (size_t i = raises->count; i-- > 0;) {
        const struct raise *raise = &raises->items[i];
        if (en_slice_equal(raise->subject, row->subject) &&
            en_slice_equal(raise->alarm, row->alarm)) {
            raises->waited_us += row->at.us - raise->at.us;
            quality->acknowledged_count++;
            return;
        }
    }
}

static en_code read_history(struct en_store *store, struct en_interval within,
                            struct raises *raises, struct en_alarm_quality *quality,
                            struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(store, &en_table_alarm_history, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_alarm_history_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        bool is_counted = code == EN_OK && en_interval_holds(within, row.at) &&
                          row.priority < EN_ALARM_PRIORITY_JOURNAL;
        if (is_counted && row.to == EN_ALARM_UNACK) {
            quality->priority_counts[row.priority]++;
            code = add_raise(raises, &row, err);
        } else if (is_counted && en_slice_equal(row.action, en_slice_text("ack"))) {
            take_ack(raises, &row, quality);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Raises by windows of ten minutes; the history is in order of time but for what ran back. */
static en_code count_windows(const struct raises *raises, struct en_interval within,
                             struct en_alarm_quality *quality, struct en_error *err)
{
    size_t count = (size_t)((within.to.us - within.from.us + WINDOW_US - 1) / WINDOW_US);
    uint32_t *windows = en_mem_alloc(count, sizeof *windows);
    if (windows == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for %zu windows", count);
    }
    for (size_t i = 0; i < raises->count; i++) {
        size_t window = (size_t)((raises->items[i].at.us - within.from.us) / WINDOW_US);
        EN_ASSERT(window < count);
        windows[window]++;
    }
    quality->windows_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        quality->flood_count += windows[i] > FLOOD;
        quality->most_in_window =
            windows[i] > quality->most_in_window ? windows[i] : quality->most_in_window;
    }
    en_mem_free(windows);
    return EN_OK;
}

static void note_worst(uint32_t worst[WORST], uint32_t count)
{
    for (size_t i = 0; i < WORST; i++) {
        if (count > worst[i]) {
            uint32_t pushed = worst[i];
            worst[i] = count;
            count = pushed;
        }
    }
}

/* Of raises sorted by alarm and subject: who is raised most, and who chatters. */
static void count_subjects(struct raises *raises, struct en_alarm_quality *quality)
{
    uint32_t worst[WORST] = {0};
    uint64_t worst_sum = 0;
    if (raises->count > 0) {
        qsort(raises->items, raises->count, sizeof *raises->items, compare_raises);
    }
    for (size_t i = 0; i < raises->count;) {
        size_t end = i;
        bool is_chattering = false;
        while (end < raises->count &&
               en_slice_equal(raises->items[end].alarm, raises->items[i].alarm) &&
               en_slice_equal(raises->items[end].subject, raises->items[i].subject)) {
            is_chattering =
                is_chattering ||
                (end >= i + CHATTER - 1 &&
                 raises->items[end].at.us - raises->items[end - (CHATTER - 1)].at.us < WINDOW_US);
            end++;
        }
        note_worst(worst, (uint32_t)(end - i));
        quality->chattering_count += is_chattering;
        i = end;
    }
    for (size_t i = 0; i < WORST; i++) {
        worst_sum += worst[i];
    }
    quality->worst_1e4_percent =
        raises->count > 0 ? (int64_t)(worst_sum * 1000000 / raises->count) : 0;
}

/* Up to when time is known to have passed, but not behind the end that was asked for. */
static en_code latest(struct en_store *store, struct en_instant end, struct en_instant *now,
                      struct en_error *err)
{
    struct en_clock_row row = {.clock = 0};
    en_code code = en_table_get(store, &en_table_clock, &row, NULL, err);
    *now = code == EN_OK && row.at.us < end.us ? row.at : end;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code count_stale(struct en_store *store, struct en_instant now,
                           struct en_alarm_quality *quality, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    en_arena_init(&arena, SUBJECT_ARENA_SIZE);
    en_code code = en_table_scan_begin(store, &en_table_alarm, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_alarm_row row;
        code = en_table_scan_next(&scan, &row, &arena, err);
        quality->stale_count += code == EN_OK && en_alarm_is_standing((en_alarm_state)row.state) &&
                                now.us - row.at.us > EN_DAY_US;
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_alarm_quality_gather(struct en_store *store, struct en_interval within,
                                struct en_alarm_quality *quality, struct en_error *err)
{
    struct raises raises = {0};
    int64_t length = within.to.us - within.from.us;
    *quality = (struct en_alarm_quality){0};
    if (length <= 0 || length > PERIOD_US_MAX) {
        return en_error_set(err, EN_RANGE, "give a time of at most 400 days, its end not included");
    }
    en_arena_init(&raises.arena, SUBJECT_ARENA_SIZE);
    en_code code = read_history(store, within, &raises, quality, err);
    if (code == EN_OK) {
        code = count_windows(&raises, within, quality, err);
    }
    struct en_instant now = within.to;
    if (code == EN_OK) {
        code = latest(store, within.to, &now, err);
    }
    if (code == EN_OK) {
        code = count_stale(store, now, quality, err);
    }
    if (code == EN_OK) {
        int64_t count = (int64_t)raises.count;
        quality->raised_count = (uint32_t)raises.count;
        quality->per_window_micro = count * EN_MICRO / quality->windows_count;
        quality->per_day_micro = (int64_t)((en_i128)count * EN_MICRO * EN_DAY_US / (en_i128)length);
        quality->flood_1e4_percent =
            (int64_t)quality->flood_count * 1000000 / quality->windows_count;
        quality->acknowledge_s = quality->acknowledged_count > 0
                                     ? raises.waited_us / EN_SECOND_US / quality->acknowledged_count
                                     : 0;
        count_subjects(&raises, quality);
    }
    en_mem_free(raises.items);
    en_arena_fini(&raises.arena);
    return code;
}
