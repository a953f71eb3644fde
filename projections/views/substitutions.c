#include "projections/views/substitutions.h"

#include <inttypes.h>

#include "core/fixed.h"
#include "core/mem.h"
#include "core/metering/block/block.h"
#include "projections/views/best.h"
#include "projections/views/decree.h"
#include "projections/views/keys.h"

#define ARENA_SIZE ((size_t)4 << 20)
#define DAY_MINUTES 1440

struct walk {
    struct en_store *store;
    const struct en_substitution_query *query;
    en_substitution_visit visit;
    void *self;
    struct en_arena arena;
    struct en_block *block;
    struct en_channel_row channel; /* of the entry in hand */
    struct en_substitution_line line;
    struct en_substitute_place place;
    uint32_t first_slot; /* of the block on the grid of the evidence */
    bool has_block;
};

/* "POINT/CODE", the name of a balance, a point: what an input points at. */
static void put_name(void *self, en_input_kind kind, uint32_t id, struct en_buf *out)
{
    struct en_store *store = self;
    struct en_slice key = {0};
    struct en_error fault;
    if (kind == EN_INPUT_BALANCE || kind == EN_INPUT_CONTRACT) {
        en_name_type type = kind == EN_INPUT_BALANCE ? EN_NAME_BALANCE : EN_NAME_POINT;
        if (en_keys_key(store, type, id, &key, &fault) == EN_OK) {
            en_buf_append(out, key.bytes, key.size);
        }
        return;
    }
    struct en_channel_row row = {.channel = id};
    if (en_table_get(store, &en_table_channel, &row, NULL, &fault) == EN_OK &&
        en_keys_key(store, EN_NAME_POINT, row.point, &key, &fault) == EN_OK) {
        en_buf_append(out, key.bytes, key.size);
        en_buf_text(out, "/");
        en_buf_append(out, row.code.bytes, row.code.size);
    } else {
        en_buf_print(out, "%" PRIu32, id);
    }
}

/* Whether the query asks for the channel in hand. */
static en_code is_asked(struct walk *walk, struct en_instant at, bool *is, struct en_error *err)
{
    const struct en_substitution_query *query = walk->query;
    *is = (query->point == 0 || query->point == walk->channel.point) &&
          (query->code.size == 0 || en_slice_equal(query->code, walk->channel.code));
    if (!*is || query->object == 0) {
        return EN_OK;
    }
    struct en_point_row row = {.point = walk->channel.point, .from = at};
    en_code code = en_table_last_before(walk->store, &en_table_point, &row, 1, NULL, err);
    if (code == EN_OK) {
        return en_keys_is_within(walk->store, row.object, query->object, at, is, err);
    }
    *is = false;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Where the slots of the evidence lie: on the fiscal day's grid, or where the block does. */
static en_code find_place(struct walk *walk, int32_t day, struct en_error *err)
{
    struct en_slice bytes;
    int32_t start = -walk->line.offset_minutes;
    uint32_t seconds = walk->channel.slot_seconds;
    en_code code = en_substituted_get(walk->store, day, walk->channel.channel, &bytes, err);
    walk->has_block = code == EN_OK;
    walk->first_slot = 0;
    if (code == EN_OK) {
        code = en_block_read(bytes, walk->block, err);
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (walk->has_block) {
        const struct en_block_head *head = &walk->block->head;
        int64_t past = ((int64_t)head->start_minute - start) * 60;
        bool is_on_grid = head->slot_seconds == seconds && past >= 0 && past % seconds == 0 &&
                          past / seconds + head->count <= 86400 / seconds;
        walk->first_slot = is_on_grid ? (uint32_t)(past / seconds) : 0;
        start = is_on_grid ? start : head->start_minute;
        seconds = is_on_grid ? seconds : head->slot_seconds;
    }
    walk->place.from_us = ((int64_t)day * DAY_MINUTES + start) * EN_MINUTE_US;
    walk->place.slot_seconds = seconds;
    return EN_OK;
}

/* What counts in the slots of the run now. */
static void sum_values(struct walk *walk, const struct en_substitute *substitute)
{
    struct en_substitution_line *line = &walk->line;
    en_i128 sum = 0;
    line->values_count = 0;
    for (uint32_t i = 0; i < substitute->slots && walk->has_block; i++) {
        uint32_t slot = (uint32_t)substitute->first + i;
        bool is_in = slot >= walk->first_slot && slot - walk->first_slot < walk->block->head.count;
        if (is_in && !en_quality_is_missing(walk->block->quality[slot - walk->first_slot])) {
            int64_t micro = 0;
            struct en_decimal value = {walk->block->values[slot - walk->first_slot],
                                       walk->block->head.exponent};
            line->values_count +=
                en_ratio_scale_decimal_half_up(EN_RATIO_ONE, value, &micro) ? 1 : 0;
            sum += micro;
        }
    }
    line->micro = 0;
    if (!en_i128_to_i64(sum, &line->micro)) {
        line->values_count = 0;
    }
}

static bool is_work(const struct en_substitute *substitute)
{
    bool is_waiting =
        substitute->refusals_count > 0 && substitute->refusals[0].refusal == EN_REFUSAL_NOT_DUE;
    bool is_refused_act =
        substitute->method == EN_METHOD_UNDERCOUNT && substitute->refusals_count > 0;
    return is_refused_act || (substitute->method == EN_METHOD_NONE && !is_waiting);
}

/* Whether the decree filled all slots of the run, and by which method. */
static en_code find_decree(struct walk *walk, const struct en_substitute *substitute,
                           struct en_error *err)
{
    struct en_substitution_line *line = &walk->line;
    struct en_decree_period_row row;
    struct en_decree_part part = {.method = EN_DECREE_METHOD_NONE};
    bool is_found = false;
    line->decree = EN_DECREE_METHOD_NONE;
    if (substitute->method != EN_METHOD_NONE || line->values_count < substitute->slots) {
        return EN_OK;
    }
    en_code code = en_decree_part_at(walk->store, walk->channel.channel, line->span.from,
                                     &walk->arena, &row, &part, &is_found, err);
    line->decree = is_found ? part.method : EN_DECREE_METHOD_NONE;
    line->is_filled = line->decree != EN_DECREE_METHOD_NONE;
    return code;
}

static en_code visit_entry(struct walk *walk, int32_t day, struct en_slice entry,
                           struct en_error *err)
{
    struct en_substitutes evidence;
    en_code code = en_substitutes_decode(entry, &walk->arena, &evidence, err);
    if (code == EN_OK) {
        code = find_place(walk, day, err);
    }
    for (uint32_t i = 0; i < evidence.count && code == EN_OK; i++) {
        const struct en_substitute *substitute = &evidence.items[i];
        int64_t slot_us = (int64_t)walk->place.slot_seconds * EN_SECOND_US;
        int64_t from = walk->place.from_us + substitute->first * slot_us;
        if (walk->query->is_work_list && !is_work(substitute)) {
            continue;
        }
        walk->line.span =
            (struct en_interval){{from}, {from + (int64_t)substitute->slots * slot_us}};
        walk->line.day = day;
        walk->line.substitute = substitute;
        walk->line.is_filled =
            substitute->method != EN_METHOD_NONE &&
            (substitute->method != EN_METHOD_UNDERCOUNT || substitute->refusals_count == 0);
        sum_values(walk, substitute);
        code = find_decree(walk, substitute, err);
        bool is_done = walk->query->is_work_list && walk->line.decree != EN_DECREE_METHOD_NONE;
        if (code == EN_OK && !is_done) {
            code = walk->visit(walk->self, &walk->line, err);
        }
    }
    return code;
}

/* The channel of the entry, and whether it is asked for. */
static en_code begin_entry(struct walk *walk, int32_t day, uint32_t channel, bool *is,
                           struct en_error *err)
{
    struct en_instant at = {(int64_t)day * EN_DAY_US};
    walk->channel = (struct en_channel_row){.channel = channel};
    en_code code = en_table_get(walk->store, &en_table_channel, &walk->channel, NULL, err);
    *is = code == EN_OK && walk->channel.slot_seconds > 0;
    if (!*is) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    code = is_asked(walk, at, is, err);
    if (code == EN_OK && *is) {
        code = en_keys_point_offset(walk->store, walk->channel.point, at,
                                    &walk->line.offset_minutes, err);
    }
    return code == EN_OK && *is ? en_keys_key(walk->store, EN_NAME_POINT, walk->channel.point,
                                              &walk->line.point_key, err)
                                : code;
}

en_code en_substitutions_walk(struct en_store *store, const struct en_substitution_query *query,
                              en_substitution_visit visit, void *self, struct en_error *err)
{
    struct walk walk = {.store = store, .query = query, .visit = visit, .self = self};
    struct en_series_scan scan;
    walk.block = en_mem_alloc(1, sizeof *walk.block);
    if (walk.block == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a day of slots");
    }
    walk.line.channel = &walk.channel;
    walk.line.place = &walk.place;
    walk.place.language = query->language;
    walk.place.name = put_name;
    walk.place.self = store;
    en_arena_init(&walk.arena, ARENA_SIZE);
    en_code code = en_series_scan_begin(store, &en_series_substitute, query->from_day.n,
                                        query->to_day.n, 0, 0, &scan, err);
    while (code == EN_OK) {
        int32_t day = 0;
        uint32_t channel = 0;
        struct en_slice entry;
        bool is = false;
        en_arena_reset(&walk.arena);
        code = en_series_scan_next(&scan, &day, &channel, &entry, err);
        if (code == EN_OK) {
            code = begin_entry(&walk, day, channel, &is, err);
        }
        if (code == EN_OK && is) {
            code = visit_entry(&walk, day, entry, err);
        }
    }
    en_series_scan_end(&scan);
    en_arena_fini(&walk.arena);
    en_mem_free(walk.block);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- edits ---- */

static en_code fill_line(struct en_store *store, struct en_edit_line *line,
                         struct en_channel_row *channel, struct en_error *err)
{
    const struct en_edit_row *edit = line->edit;
    *channel = (struct en_channel_row){.channel = edit->channel};
    en_code code = en_table_get(store, &en_table_channel, channel, NULL, err);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    line->code = channel->code;
    if (code == EN_OK) {
        code = en_keys_key(store, EN_NAME_POINT, channel->point, &line->point_key, err);
    }
    if (code == EN_OK) {
        code = en_keys_point_offset(store, channel->point, edit->from, &line->offset_minutes, err);
    }
    if (code == EN_OK) {
        code = en_keys_key(store, EN_NAME_ACTOR, edit->requester, &line->requester, err);
    }
    return code == EN_OK ? en_keys_key(store, EN_NAME_ACTOR, edit->decider, &line->decider, err)
                         : code;
}

en_code en_edits_walk(struct en_store *store, uint8_t state, uint32_t point, en_edit_visit visit,
                      void *self, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    en_arena_init(&arena, ARENA_SIZE);
    en_code code = en_table_scan_begin(store, &en_table_edit, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_edit_row row;
        struct en_channel_row channel;
        struct en_edit_line line = {.edit = &row};
        en_arena_reset(&arena);
        code = en_table_scan_next(&scan, &row, &arena, err);
        if (code == EN_OK) {
            code = fill_line(store, &line, &channel, err);
        }
        bool is_asked = code == EN_OK && (state >= EN_EDIT_STATES_COUNT || row.state == state) &&
                        (point == 0 || channel.point == point);
        if (is_asked) {
            code = visit(self, &line, err);
        }
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_edits_find(struct en_store *store, uint64_t edit, struct en_arena *arena,
                      struct en_edit_row *row, struct en_error *err)
{
    *row = (struct en_edit_row){.edit = edit};
    en_code code = en_table_get(store, &en_table_edit, row, arena, err);
    return code == EN_NOT_FOUND
               ? en_error_set(err, EN_NOT_FOUND,
                              "no edit has the number %" PRIu64 ": `edit list` shows them", edit)
               : code;
}
