/* The energy of a channel slot by slot, with what is known of each value. */
#include "core/mem.h"
#include "core/metering/block/block.h"
#include "core/metering/quantity.h"
#include "http/api/reply.h"
#include "projections/views/best.h"
#include "projections/views/keys.h"

#define DAYS_MAX 800
#define ARENA_SIZE_MAX (64u << 20)

struct series {
    struct en_store *store;
    struct en_fiscal_lane fiscal;
    bool is_fiscal;
    struct en_channel_row channel;
    struct en_interval asked;
    struct en_json *json;
    struct en_block block;
};

static en_code find_channel(struct series *series, const struct en_http_request *request,
                            struct en_error *err)
{
    const char *point_key = request->segments[3];
    const char *code_text = request->segments[4];
    uint32_t point = 0;
    en_code code =
        en_keys_find(series->store, EN_NAME_POINT, en_slice_text(point_key), &point, err);
    struct en_point_channel_row place = {.point = point, .code = en_slice_text(code_text)};
    if (code == EN_OK) {
        code = en_table_get(series->store, &en_table_point_channel, &place, NULL, err);
        series->channel.channel = place.channel;
    }
    if (code == EN_OK) {
        code = en_table_get(series->store, &en_table_channel, &series->channel, NULL, err);
    }
    return code == EN_NOT_FOUND ? en_error_set(err, EN_NOT_FOUND,
                                               "there is no channel \"%.64s\" of a point \"%.64s\"",
                                               code_text, point_key)
                                : code;
}

static void put_slot(struct series *series, struct en_instant from, int32_t offset, uint32_t slot)
{
    struct en_json *json = series->json;
    uint64_t quality = series->block.quality[slot];
    en_json_object(json, NULL);
    en_api_instant(json, "time", from, offset);
    if (en_quality_is_missing(quality)) {
        en_json_null(json, "value");
    } else {
        struct en_decimal value = {series->block.values[slot], series->block.head.exponent};
        en_json_decimal(json, "value", en_decimal_canonical(value));
    }
    if (quality != EN_QUALITY_MEASURED) {
        en_json_quality(json, "quality", quality);
    }
    en_json_end(json);
}

static en_code put_day(struct series *series, int32_t day, struct en_error *err)
{
    struct en_frozen_item live = {EN_FROZEN_INTERVAL, day, series->channel.channel, {NULL, 0}};
    struct en_slice entry;
    int32_t offset = 0;
    en_code code = en_best_get(series->store, day, series->channel.channel, &live.entry, err);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    entry = live.entry;
    if (code == EN_OK && series->is_fiscal) {
        code = en_fiscal_entry(&series->fiscal, &live, &entry, err);
    }
    if (code != EN_OK || entry.size == 0) {
        return code;
    }
    code = en_block_read(entry, &series->block, err);
    const struct en_block_head *head = &series->block.head;
    int64_t slot_us = (int64_t)head->slot_seconds * EN_SECOND_US;
    struct en_instant from = {day * EN_DAY_US + head->start_minute * EN_MINUTE_US};
    if (code == EN_OK) {
        code = en_keys_point_offset(series->store, series->channel.point, from, &offset, err);
    }
    for (uint32_t i = 0; i < head->count && code == EN_OK; i++) {
        if (from.us >= series->asked.from.us && from.us + slot_us <= series->asked.to.us) {
            put_slot(series, from, offset, i);
        }
        from.us += slot_us;
    }
    return code;
}

/* Fiscal days as the point's object has them. */
static en_code set_asked(struct series *series, const struct en_api_stretch *stretch,
                         struct en_error *err)
{
    int32_t offset = 0;
    uint32_t point = series->channel.point;
    series->asked = stretch->interval;
    en_code code = EN_OK;
    if (stretch->is_from_day) {
        code = en_keys_day_start(series->store, point, stretch->from_day.n, &series->asked.from,
                                 &offset, err);
    }
    if (code == EN_OK && stretch->is_to_day) {
        code = en_keys_day_start(series->store, point, stretch->to_day.n, &series->asked.to,
                                 &offset, err);
    }
    if (code == EN_OK && series->asked.from.us >= series->asked.to.us) {
        code = en_error_set(err, EN_USAGE, "from must be before to");
    }
    return code;
}

static en_code put_series(struct series *series, struct en_arena *arena, struct en_error *err)
{
    int32_t first = en_day_of_instant(series->asked.from, 0).n - 1;
    int32_t last = en_day_of_instant(series->asked.to, 0).n + 1;
    if (last - first > DAYS_MAX) {
        return en_error_set(err, EN_RANGE, "more than %d days: ask for less at once", DAYS_MAX);
    }
    en_code code = EN_OK;
    if (series->is_fiscal) {
        code = en_fiscal_load(series->store, first, last + 1, arena, &series->fiscal, err);
    }
    en_json_string(series->json, "unit", en_unit_name((en_unit)series->channel.unit));
    en_json_u64(series->json, "slot_seconds", series->channel.slot_seconds);
    en_json_array(series->json, "items");
    for (int32_t day = first; day <= last && code == EN_OK; day++) {
        code = put_day(series, day, err);
    }
    en_json_end(series->json);
    return code;
}

EN_API(series)
{
    struct en_service_view view;
    struct en_api_stretch stretch;
    struct en_arena arena;
    en_lane lane = EN_LANE_FISCAL;
    struct series *series = en_mem_alloc(1, sizeof *series);
    if (series == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a series");
    }
    en_arena_init(&arena, ARENA_SIZE_MAX);
    en_code code = en_api_stretch(request, &stretch, err);
    if (code == EN_OK) {
        code = en_api_lane(request, &lane, err);
    }
    if (code == EN_OK) {
        code = en_api_view(service, request, &view, err);
    }
    if (code == EN_OK) {
        series->store = view.store;
        series->json = &response->json;
        series->is_fiscal = lane == EN_LANE_FISCAL;
        en_api_begin(&response->json, &view);
        code = find_channel(series, request, err);
        code = code == EN_OK ? set_asked(series, &stretch, err) : code;
        code = code == EN_OK ? put_series(series, &arena, err) : code;
        if (code == EN_OK) {
            en_json_end(&response->json);
        }
        service->view_close(service->self, &view);
    }
    en_arena_fini(&arena);
    en_mem_free(series);
    return code;
}
