#include "projections/views/decree.h"

#include <inttypes.h>
#include <stdio.h>

#include "projections/views/keys.h"

#define ARENA_SIZE (1u << 20)

struct walk {
    struct en_store *store;
    uint32_t point;
    struct en_day from_day;
    struct en_day to_day;
    en_decree_visit visit;
    void *self;
    struct en_channel_row channel;
    struct en_decree_line line;
};

/* The channel of the rows that follow. */
static en_code begin_channel(struct walk *walk, uint32_t channel, struct en_error *err)
{
    walk->channel = (struct en_channel_row){.channel = channel};
    en_code code = en_table_get(walk->store, &en_table_channel, &walk->channel, NULL, err);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code visit_period(struct walk *walk, const struct en_decree_period_row *row,
                            struct en_error *err)
{
    uint32_t point = walk->channel.point;
    int32_t offset = 0;
    en_code code = en_keys_point_offset(walk->store, point, row->from, &offset, err);
    int64_t from_us = en_day_interval(walk->from_day, offset).from.us;
    int64_t to_us = en_day_interval(walk->to_day, offset).from.us;
    if (code != EN_OK || row->to.us <= from_us || row->from.us >= to_us) {
        return code;
    }
    struct en_decree_line line = {
        .channel = &walk->channel, .offset_minutes = offset, .period = row};
    code = en_keys_key(walk->store, EN_NAME_POINT, point, &line.point_key, err);
    if (code == EN_OK && row->parts.count == 0) {
        return walk->visit(walk->self, &line, err);
    }
    const struct en_decree_part *parts = row->parts.items;
    for (uint32_t i = 0; i < row->parts.count && code == EN_OK; i++) {
        line.part = &parts[i];
        code = walk->visit(walk->self, &line, err);
    }
    return code;
}

en_code en_decree_walk(struct en_store *store, uint32_t point, struct en_day from_day,
                       struct en_day to_day, en_decree_visit visit, void *self,
                       struct en_error *err)
{
    struct walk walk = {.store = store,
                        .point = point,
                        .from_day = from_day,
                        .to_day = to_day,
                        .visit = visit,
                        .self = self};
    struct en_table_scan scan;
    struct en_arena arena;
    en_arena_init(&arena, ARENA_SIZE);
    en_code code = en_table_scan_begin(store, &en_table_decree_period, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_decree_period_row row;
        en_arena_reset(&arena);
        code = en_table_scan_next(&scan, &row, &arena, err);
        if (code == EN_OK && row.channel != walk.channel.channel) {
            code = begin_channel(&walk, row.channel, err);
        }
        if (code == EN_OK && (point == 0 || walk.channel.point == point)) {
            code = visit_period(&walk, &row, err);
        }
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_decree_part_at(struct en_store *store, uint32_t channel, struct en_instant at,
                          struct en_arena *arena, struct en_decree_period_row *row,
                          struct en_decree_part *part, bool *is_found, struct en_error *err)
{
    *row = (struct en_decree_period_row){.channel = channel, .from = at};
    *is_found = false;
    en_code code = en_table_last_before(store, &en_table_decree_period, row, 1, arena, err);
    const struct en_decree_part *parts = row->parts.items;
    for (uint32_t i = 0; code == EN_OK && i < row->parts.count && !*is_found; i++) {
        *is_found = en_interval_holds((struct en_interval){parts[i].from, parts[i].to}, at);
        *part = parts[i];
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_decree_has_curve(struct en_store *store, uint32_t channel, bool *has,
                            struct en_error *err)
{
    struct en_decree_period_row row = {.channel = channel, .from = {INT64_MAX}};
    struct en_arena arena;
    en_arena_init(&arena, ARENA_SIZE);
    en_code code = en_table_last_before(store, &en_table_decree_period, &row, 1, &arena, err);
    en_arena_fini(&arena);
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

size_t en_decree_state_print(const struct en_decree_period_row *period, char text[24])
{
    int size = 0;
    if (period->cover == EN_DECREE_COVER_READ) {
        size = snprintf(text, 24, "OK");
    } else if (period->cover == EN_DECREE_COVER_CONTROL) {
        size = snprintf(text, 24, "CONTROL");
    } else {
        size = snprintf(text, 24, "MISSING(%" PRIu32 ")", period->missing_count);
    }
    return (size_t)size;
}

size_t en_decree_why_print(const struct en_decree_part *part, char text[EN_DECREE_WHY_SIZE])
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = EN_DECREE_METHOD_CONTROL; i < EN_DECREE_METHODS_COUNT; i++) {
        uint8_t refusal = en_decree_part_refusal(part->refusals, i);
        if (refusal != EN_DECREE_REFUSED_NOT_TRIED) {
            int size = snprintf(text + used, EN_DECREE_WHY_SIZE - used, "%s%s %s",
                                used > 0 ? "; " : "", en_decree_method_rule((en_decree_method)i),
                                en_decree_refusal_about(refusal));
            used += (size_t)size;
            EN_ASSERT(used < EN_DECREE_WHY_SIZE); /* nine rules of few words */
        }
    }
    return used;
}
