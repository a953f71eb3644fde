#include <inttypes.h>
#include <stdlib.h>

#include "core/mem.h"
#include "processors/alarm/conditions.h"
#include "processors/registry/registry.h"
#include "projections/views/keys.h"

en_code en_alarm_see(struct en_alarm_sights *sights, const struct en_alarm_seen *seen,
                     struct en_error *err)
{
    if (!seen->is_met && !seen->is_pulse) {
        return EN_OK;
    }
    en_code code = en_fold_grow((void **)&sights->items, &sights->capacity, sights->count,
                                sizeof *sights->items, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_alarm_seen *item = &sights->items[sights->count];
    *item = *seen;
    code = en_fold_copy(sights->arena, seen->subject, &item->subject, err);
    if (code == EN_OK) {
        code = en_fold_copy(sights->arena, seen->value, &item->value, err);
    }
    sights->count += code == EN_OK;
    return code;
}

bool en_alarm_look_on(struct en_alarm_sights *sights)
{
    if (sights->looks_count < EN_ALARM_LOOKS_MAX) {
        sights->looks_count++;
        return true;
    }
    (void)en_error_set(&sights->fault, EN_LIMIT,
                       "over %u things to look at: narrow the filter, or make several alarms",
                       EN_ALARM_LOOKS_MAX);
    return false;
}

const struct en_alarm_row *en_alarm_row_of(const struct en_alarm_sights *sights,
                                           struct en_slice subject)
{
    size_t from = 0;
    size_t to = sights->rows_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = en_slice_compare(sights->rows[middle].subject, subject);
        if (order == 0) {
            return &sights->rows[middle];
        }
        if (order < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return NULL;
}

bool en_alarm_compares(const struct en_alarm_sights *sights, struct en_slice subject, int64_t value)
{
    const struct en_alarm_condition *condition = sights->condition;
    const struct en_alarm_row *row =
        condition->deadband > 0 ? en_alarm_row_of(sights, subject) : NULL;
    return en_alarm_compare(value, condition->comparison, condition->limit, condition->deadband,
                            row != NULL && row->is_met);
}

en_code en_alarm_has_point(struct en_alarm_sights *sights, uint32_t point, uint32_t *object,
                           bool *has, struct en_error *err)
{
    const struct en_alarm_condition *condition = sights->condition;
    struct en_point_row row = {.point = point, .from = sights->at};
    *object = 0;
    *has = condition->point == 0 || condition->point == point;
    if (point == 0 || !*has) {
        *has = *has && condition->object == 0;
        return EN_OK;
    }
    en_code code = en_table_last_before(sights->fold->store, &en_table_point, &row, 1, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    *object = code == EN_OK ? row.object : 0;
    if (condition->object == 0) {
        return EN_OK;
    }
    return en_registry_is_within(sights->fold, *object, condition->object, sights->at, has, err);
}

/* The last point where the device measured by the time of the look. */
static en_code point_of_device(struct en_alarm_sights *sights, uint32_t device, uint32_t *point,
                               struct en_error *err)
{
    struct en_device_point_row row = {.device = device};
    struct en_table_scan scan;
    *point = 0;
    en_code code =
        en_table_scan_begin(sights->fold->store, &en_table_device_point, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        uint32_t standing = 0;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK) {
            break;
        }
        code = en_registry_device_at(sights->fold, row.point, sights->at, &standing, err);
        if (code != EN_OK) {
            break;
        }
        *point = standing == device || *point == 0 ? row.point : *point;
        if (standing == device) {
            break;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_alarm_has_device(struct en_alarm_sights *sights, uint32_t device, uint32_t *point,
                            uint32_t *object, bool *has, struct en_error *err)
{
    const struct en_alarm_condition *condition = sights->condition;
    *point = 0;
    *object = 0;
    *has = condition->device == 0 || condition->device == device;
    if (*has && condition->type.size > 0) {
        struct en_device_row row = {.device = device};
        en_code code = en_table_get(sights->fold->store, &en_table_device, &row, NULL, err);
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        *has = code == EN_OK && en_slice_equal(row.type, condition->type);
    }
    if (!*has) {
        return EN_OK;
    }
    en_code code = point_of_device(sights, device, point, err);
    return code == EN_OK ? en_alarm_has_point(sights, *point, object, has, err) : code;
}

struct en_slice en_alarm_cut(struct en_slice text)
{
    size_t size = text.size;
    if (size > EN_ALARM_SUBJECT_SIZE_MAX) {
        size = EN_ALARM_SUBJECT_SIZE_MAX;
        while (size > 0 && (text.bytes[size] & 0xc0) == 0x80) {
            size--;
        }
    }
    return en_slice_of(text.bytes, size);
}

en_code en_alarm_subject(struct en_alarm_sights *sights, en_name_type type, uint32_t id,
                         const char *tail, struct en_slice *subject, struct en_error *err)
{
    struct en_slice key;
    en_code code = en_keys_key(sights->fold->store, type, id, &key, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    char *text = key.size > 0 ? en_arena_print(sights->arena, "%.*s%s", (int)key.size,
                                               (const char *)key.bytes, tail)
                              : en_arena_print(sights->arena, "#%" PRIu32 "%s", id, tail);
    if (text == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for what alarms look at");
    }
    *subject = en_alarm_cut(en_slice_text(text));
    return EN_OK;
}

/* ---- all of a look ---- */

static int compare_seen(const void *a, const void *b)
{
    const struct en_alarm_seen *left = a;
    const struct en_alarm_seen *right = b;
    int order = en_slice_compare(left->subject, right->subject);
    /* Of one subject what holds comes first, then what began first, then what lasted longest. */
    if (order == 0) {
        order = (right->is_met > left->is_met) - (right->is_met < left->is_met);
    }
    if (order == 0) {
        order = en_instant_compare(left->since, right->since);
    }
    if (order == 0) {
        order = en_instant_compare(right->gone, left->gone);
    }
    return order != 0 ? order : en_slice_compare(left->value, right->value);
}

/* One sight a subject: met when any is. */
static void merge(struct en_alarm_sights *sights)
{
    size_t kept = 0;
    if (sights->count == 0) {
        return;
    }
    qsort(sights->items, sights->count, sizeof *sights->items, compare_seen);
    for (size_t i = 1; i < sights->count; i++) {
        if (!en_slice_equal(sights->items[i].subject, sights->items[kept].subject)) {
            sights->items[++kept] = sights->items[i];
        }
    }
    sights->count = kept + 1;
}

en_code en_alarm_sights_gather(struct en_alarm_sights *sights, struct en_error *err)
{
    en_code code = EN_OK;
    sights->fault = (struct en_error){.code = EN_OK};
    switch (sights->condition->kind) {
    case EN_ALARM_ROWS:
        code = en_alarm_see_rows(sights, err);
        break;
    case EN_ALARM_VALUE:
    case EN_ALARM_MISSING:
    case EN_ALARM_SILENT:
        code = en_alarm_see_channels(sights, err);
        break;
    case EN_ALARM_IMBALANCE:
        code = en_alarm_see_balances(sights, err);
        break;
    case EN_ALARM_CLOCK_DRIFT:
        code = en_alarm_see_clocks(sights, err);
        break;
    default:
        code = en_alarm_see_devices(sights, err);
        break;
    }
    if (code == EN_OK) {
        merge(sights);
    }
    return code;
}

void en_alarm_sights_fini(struct en_alarm_sights *sights)
{
    en_mem_free(sights->items);
    sights->items = NULL;
    sights->count = 0;
    sights->capacity = 0;
}
