/* The entry of a derivation, and channels: what counts, who holds it, which layers it went through.
 */
#include "projections/views/why.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/event/payload.h"
#include "core/fixed.h"
#include "core/mem.h"
#include "projections/views/best.h"
#include "projections/views/keys.h"
#include "projections/views/why_work.h"

#define FISCAL_ARENA_SIZE_MAX ((size_t)64 << 20)
#define PAYLOAD_SIZE_MAX ((size_t)1 << 20)

/* ---- slots ---- */

static int64_t micro_of(int64_t value, int exponent, uint64_t *quality)
{
    int64_t micro = 0;
    int power = exponent - EN_WHY_MICRO_EXPONENT;
    bool fits = value == 0 || (power >= 0 && power <= EN_POW10_MAX &&
                               en_i64_multiply(value, en_pow10(power), &micro));
    if (!fits && power >= 0) {
        *quality = en_quality_with_verdict(*quality, EN_VERDICT_REJECTED) | EN_QUALITY_OVERFLOW;
    }
    return micro;
}

en_code en_why_slot_at(struct en_why_work *work, struct en_slice block, int32_t day,
                       struct en_instant at, struct en_interval *span,
                       struct en_why_slot_value *value, bool *is_found, struct en_error *err)
{
    *is_found = false;
    en_code code = en_block_read(block, work->block, err);
    if (code != EN_OK) {
        return code;
    }
    const struct en_block_head *head = &work->block->head;
    int64_t slot_us = (int64_t)head->slot_seconds * EN_SECOND_US;
    int64_t from_us = day * EN_DAY_US + head->start_minute * EN_MINUTE_US;
    int64_t past = at.us - from_us;
    if (past < 0 || past / slot_us >= head->count) {
        return EN_OK;
    }
    uint32_t index = (uint32_t)(past / slot_us);
    *is_found = true;
    *value = (struct en_why_slot_value){
        .as_stored = {work->block->values[index], head->exponent},
        .quality = work->block->quality[index],
        .index = index,
        .slot_seconds = head->slot_seconds,
    };
    value->micro = micro_of(work->block->values[index], head->exponent, &value->quality);
    if (span != NULL) {
        *span =
            (struct en_interval){{from_us + index * slot_us}, {from_us + (index + 1) * slot_us}};
    }
    return EN_OK;
}

/* ---- what freezes hold ---- */

static en_code load_fiscal(struct en_why_work *work, int32_t day, struct en_error *err)
{
    if (day >= work->fiscal_from && day < work->fiscal_to) {
        return EN_OK;
    }
    en_arena_reset(&work->fiscal_arena);
    work->fiscal_from = day;
    work->fiscal_to = day + 1;
    return en_fiscal_load(work->store, day, day + 1, &work->fiscal_arena, &work->fiscal, err);
}

en_code en_why_fiscal_entry(struct en_why_work *work, const struct en_frozen_item *live,
                            struct en_slice *entry, struct en_error *err)
{
    en_code code = load_fiscal(work, live->day, err);
    return code == EN_OK ? en_fiscal_entry(&work->fiscal, live, entry, err) : code;
}

/* The scope is held (F-06): its numbers stand still. */
static en_code say_held(struct en_why_work *work, struct en_why_node *parent,
                        const struct en_fiscal_run *run, bool is_pending, struct en_error *err)
{
    struct en_why_tree *tree = work->tree;
    struct en_hold_row row = {.scope = run->scope};
    en_code code = en_table_get(work->store, &en_table_hold, &row, NULL, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_why_node *node = en_why_add(tree, parent, "held");
    en_why_say(tree, node,
               EN_WHY_IN(work, "recalculation is held since %s (event %" PRIu64 "): %.*s",
                         "пересчет удержан с %s (событие %" PRIu64 "): %.*s"),
               en_why_instant_words(tree, row.at, work->offset), row.seq, (int)row.reason.size,
               (const char *)row.reason.bytes);
    en_why_count(tree, node, "event", row.seq);
    en_why_text(tree, node, "reason", row.reason);
    en_why_bool(tree, node, "is_pending", is_pending);
    if (is_pending) {
        en_why_say_more(tree, node,
                        EN_WHY_IN(work, "; it moved since: below is what the log says now",
                                  "; с тех пор изменилось: ниже - что говорит журнал сейчас"));
    }
    return EN_OK;
}

en_code en_why_frozen(struct en_why_work *work, struct en_why_node *parent,
                      const struct en_frozen_item *live, struct en_slice *entry, en_fiscal *fiscal,
                      struct en_error *err)
{
    const struct en_fiscal_run *run = NULL;
    struct en_freeze_row row = {0};
    *entry = live->entry;
    *fiscal = EN_FISCAL_OPEN;
    en_code code = load_fiscal(work, live->day, err);
    if (code == EN_OK) {
        code = en_fiscal_run_of(&work->fiscal, live->lane, live->day, live->series, &run, err);
    }
    if (code != EN_OK || run == NULL) {
        return code;
    }
    code = en_fiscal_state(&work->fiscal, live->lane, live->day, live->series, work->query->lane,
                           fiscal, err);
    if (code == EN_OK && work->query->lane == EN_LANE_FISCAL) {
        code = en_fiscal_entry(&work->fiscal, live, entry, err);
    }
    bool is_pending = en_fiscal_is_pending(&work->fiscal, live->lane, live->day, live->series);
    if (code == EN_OK && en_fiscal_is_hold(run)) {
        return say_held(work, parent, run, is_pending, err);
    }
    if (code == EN_OK) {
        row.freeze = run->freeze;
        row.run = run->run;
        code = en_table_get(work->store, &en_table_freeze, &row, NULL, err);
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_why_tree *tree = work->tree;
    char digest[EN_HASH_HEX_SIZE];
    en_hash_print(&row.digest, digest);
    struct en_why_node *node = en_why_add(tree, parent, "frozen");
    const char *id = en_why_key(work, EN_NAME_FREEZE, run->freeze);
    en_why_say(tree, node,
               EN_WHY_IN(work, "held by freeze %s, run %" PRIu32 " (event %" PRIu64 ")",
                         "закрыто периодом %s, редакция %" PRIu32 " (событие %" PRIu64 ")"),
               id, run->run, run->seq);
    en_why_string(tree, node, "freeze", id);
    en_why_count(tree, node, "run", run->run);
    en_why_count(tree, node, "event", run->seq);
    en_why_string(tree, node, "digest", digest);
    en_why_bool(tree, node, "is_pending", is_pending);
    if (is_pending) {
        en_why_say_more(
            tree, node,
            EN_WHY_IN(work,
                      "; the log says otherwise now (pending): below is what it says; "
                      "as of event %" PRIu64 " it was as frozen",
                      "; журнал сейчас говорит иное (ожидает коррекции): ниже - что он говорит; "
                      "на событие %" PRIu64 " было как закрыто"),
            run->seq);
    }
    return EN_OK;
}

/* ---- channels ---- */

/* The stored block that holds the instant, and the slot in it; size 0: none does. */
static en_code find_block(struct en_why_work *work, uint32_t channel, int32_t near_day,
                          struct en_instant at, struct en_why_slot *slot, struct en_slice *block,
                          struct en_error *err)
{
    static const int32_t around[] = {0, -1, 1};
    *block = (struct en_slice){NULL, 0};
    for (size_t i = 0; i < EN_COUNT_OF(around); i++) {
        struct en_slice found;
        struct en_why_slot_value value;
        bool is_found = false;
        int32_t day = near_day + around[i];
        en_code code = en_best_get(work->store, day, channel, &found, err);
        if (code == EN_OK) {
            code = en_why_slot_at(work, found, day, at, &slot->span, &value, &is_found, err);
        }
        if (code == EN_OK && is_found) {
            slot->day = day;
            *block = found;
            return EN_OK;
        }
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
    }
    return EN_OK;
}

/* The slot of the channel's grid that holds the instant, of a day of which nothing is stored. */
static en_code grid_slot(struct en_why_work *work, const struct en_channel_row *channel,
                         struct en_instant at, struct en_why_slot *slot, struct en_error *err)
{
    struct en_instant start;
    int32_t offset = 0;
    int64_t slot_us = (int64_t)channel->slot_seconds * EN_SECOND_US;
    en_code code = en_keys_day_start(work->store, channel->point, slot->day, &start, &offset, err);
    if (code == EN_OK) {
        int64_t past = 0;
        (void)en_i64_divide_floor(at.us - start.us, slot_us, &past);
        slot->span = (struct en_interval){{at.us - past}, {at.us - past + slot_us}};
    }
    return code;
}

/* The value of a layer in the slot, as a node, where the layer has the day. */
static en_code add_layer(struct en_why_work *work, struct en_why_node *parent,
                         const struct en_series_table *layer, const char *kind, const char *words,
                         const struct en_channel_row *channel, const struct en_why_slot *slot,
                         struct en_why_node **added, struct en_error *err)
{
    struct en_slice block;
    struct en_why_slot_value value;
    bool is_found = false;
    en_code code = en_series_get(work->store, layer, slot->day, channel->channel, &block, err);
    if (code == EN_OK) {
        code =
            en_why_slot_at(work, block, slot->day, slot->span.from, NULL, &value, &is_found, err);
    }
    if (code != EN_OK || !is_found) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_why_node *node = en_why_add(work->tree, parent, kind);
    *added = node;
    en_why_say(work->tree, node, "%s: %s", words,
               en_why_amount_words(work->tree, value.micro, (en_unit)channel->unit, value.quality));
    en_why_value(work->tree, node, value.micro, (en_unit)channel->unit, value.quality);
    return EN_OK;
}

/* A register without a grid: what it has by the hour is the decree's. */
static bool is_sparse(const struct en_channel_row *channel)
{
    return channel->slot_seconds == 0 && channel->basis == EN_BASIS_REGISTER;
}

static en_code add_layers(struct en_why_work *work, struct en_why_node *node,
                          const struct en_channel_row *channel, const struct en_why_slot *slot,
                          struct en_error *err)
{
    struct en_why_node *bypass = NULL;
    struct en_why_node *best = NULL;
    en_code code = add_layer(
        work, node, &en_series_bypass, "bypass",
        EN_WHY_IN(work, "after the bypass (B-20)", "с учетом обходного выключателя (B-20)"),
        channel, slot, &bypass, err);
    if (code == EN_OK && bypass != NULL) {
        code = en_why_bypass(work, bypass, channel, slot, err);
    }
    if (code == EN_OK) {
        code = en_why_decree(work, node, channel, slot, err);
    }
    if (code == EN_OK && is_sparse(channel)) {
        code = en_why_advance(work, node, channel, slot->span.from, err);
        return code == EN_NOT_FOUND ? EN_OK : code; /* the slot is all estimated */
    }
    if (code == EN_OK) {
        code = add_layer(work, node, &en_series_best, "best",
                         EN_WHY_IN(work, "judged and filled", "проверено и замещено"), channel,
                         slot, &best, err);
    }
    if (code == EN_OK) {
        code = en_why_judged(work, node, channel, slot, err);
    }
    return code == EN_OK ? en_why_interval(work, node, channel, slot, err) : code;
}

/* The first line: what stands there, in the lane asked for. */
static en_code say_channel(struct en_why_work *work, struct en_why_node *node,
                           const struct en_channel_row *channel, const struct en_why_slot *slot,
                           struct en_slice entry, struct en_slice live, en_fiscal fiscal,
                           struct en_error *err)
{
    struct en_why_tree *tree = work->tree;
    struct en_why_slot_value value = {.quality = EN_QUALITY_MISSING};
    struct en_why_slot_value now = {.quality = EN_QUALITY_MISSING};
    bool is_found = false;
    en_code code = entry.size == 0 ? EN_OK
                                   : en_why_slot_at(work, entry, slot->day, slot->span.from, NULL,
                                                    &value, &is_found, err);
    if (code != EN_OK) {
        return code;
    }
    uint64_t quality = en_quality_with_fiscal(value.quality, fiscal);
    en_why_say(tree, node, EN_WHY_IN(work, "%s from %s to %s: %s", "%s с %s по %s: %s"),
               en_why_channel_name(work, channel->channel),
               en_why_instant_words(tree, slot->span.from, work->offset),
               en_why_instant_words(tree, slot->span.to, work->offset),
               en_why_amount_words(tree, value.micro, (en_unit)channel->unit, quality));
    en_why_string(tree, node, "point", en_why_key(work, EN_NAME_POINT, channel->point));
    en_why_text(tree, node, "channel", channel->code);
    en_why_instant(tree, node, "from", slot->span.from, work->offset);
    en_why_instant(tree, node, "to", slot->span.to, work->offset);
    en_why_value(tree, node, value.micro, (en_unit)channel->unit, quality);
    en_why_string(tree, node, "lane", work->query->lane == EN_LANE_FISCAL ? "fiscal" : "live");
    if (en_slice_equal(entry, live)) {
        return EN_OK;
    }
    code = live.size == 0
               ? EN_OK
               : en_why_slot_at(work, live, slot->day, slot->span.from, NULL, &now, &is_found, err);
    if (code == EN_OK) {
        en_why_say_more(tree, node, EN_WHY_IN(work, "; live %s", "; сейчас %s"),
                        en_why_amount_words(tree, now.micro, (en_unit)channel->unit, now.quality));
        if (en_quality_is_missing(now.quality)) {
            en_why_null(tree, node, "live");
        } else {
            en_why_micro(tree, node, "live", now.micro);
        }
    }
    return code;
}

en_code en_why_channel(struct en_why_work *work, struct en_why_node *parent, uint32_t channel,
                       struct en_instant at, struct en_error *err)
{
    struct en_channel_row row = {.channel = channel};
    struct en_why_slot slot = {0};
    struct en_frozen_item live = {.lane = EN_FROZEN_INTERVAL, .series = channel};
    struct en_slice entry;
    int32_t offset = 0;
    en_fiscal fiscal = EN_FISCAL_OPEN;
    en_code code = en_table_get(work->store, &en_table_channel, &row, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_NOT_FOUND, "there is no such channel");
    }
    if (code == EN_OK) {
        code = en_keys_point_offset(work->store, row.point, at, &offset, err);
    }
    if (code == EN_OK) {
        slot.day = en_day_of_instant(at, offset).n;
        code = find_block(work, channel, slot.day, at, &slot, &live.entry, err);
    }
    if (code == EN_OK && live.entry.size == 0 && is_sparse(&row)) {
        return en_why_advance(work, parent, &row, at, err);
    }
    if (code == EN_OK && live.entry.size == 0 && row.slot_seconds == 0) {
        return en_error_set(err, EN_NOT_FOUND, "%s has no value then, and no grid",
                            en_why_channel_name(work, channel));
    }
    if (code == EN_OK && live.entry.size == 0) {
        code = grid_slot(work, &row, at, &slot, err);
    }
    if (code != EN_OK) {
        return code;
    }
    live.day = slot.day;
    struct en_why_node *node = en_why_add(work->tree, parent, "channel");
    code = en_why_frozen(work, node, &live, &entry, &fiscal, err);
    if (code == EN_OK) {
        code = say_channel(work, node, &row, &slot, entry, live.entry, fiscal, err);
    }
    return code == EN_OK ? add_layers(work, node, &row, &slot, err) : code;
}

en_code en_why_channel_below(struct en_why_work *work, struct en_why_node *parent, uint32_t channel,
                             struct en_instant at, struct en_error *err)
{
    struct en_channel_row row = {.channel = channel};
    struct en_why_slot slot = {0};
    struct en_slice block;
    int32_t offset = 0;
    en_code code = en_table_get(work->store, &en_table_channel, &row, NULL, err);
    if (code == EN_OK) {
        code = en_keys_point_offset(work->store, row.point, at, &offset, err);
    }
    if (code == EN_OK) {
        slot.day = en_day_of_instant(at, offset).n;
        code = find_block(work, channel, slot.day, at, &slot, &block, err);
    }
    if (code == EN_OK && block.size > 0) {
        code = en_substituted_get(work->store, slot.day, channel, &block, err);
    }
    if (code != EN_OK || block.size == 0) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_why_slot_value value = {.quality = EN_QUALITY_MISSING};
    bool is_found = false;
    code = en_why_slot_at(work, block, slot.day, slot.span.from, NULL, &value, &is_found, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_why_node *node = en_why_add(work->tree, parent, "metered");
    en_why_say(work->tree, node, EN_WHY_IN(work, "%s metered %s", "%s измерил %s"),
               en_why_channel_name(work, channel),
               en_why_amount_words(work->tree, value.micro, (en_unit)row.unit, value.quality));
    en_why_value(work->tree, node, value.micro, (en_unit)row.unit, value.quality);
    code = en_why_decree(work, node, &row, &slot, err);
    code = code == EN_OK ? en_why_judged(work, node, &row, &slot, err) : code;
    return code == EN_OK ? en_why_interval(work, node, &row, &slot, err) : code;
}

/* ---- the question ---- */

en_code en_why_find(struct en_store *store, en_why_what what, struct en_slice key,
                    struct en_slice channel, uint32_t *series, struct en_error *err)
{
    static const en_name_type types[] = {[EN_WHY_CHANNEL] = EN_NAME_POINT,
                                         [EN_WHY_FORMULA] = EN_NAME_FORMULA,
                                         [EN_WHY_BALANCE] = EN_NAME_BALANCE};
    uint32_t id = 0;
    en_code code = en_keys_find(store, types[what], key, &id, err);
    *series = id;
    if (code != EN_OK || what != EN_WHY_CHANNEL) {
        return code;
    }
    struct en_point_channel_row place = {.point = id, .code = channel};
    code = en_table_get(store, &en_table_point_channel, &place, NULL, err);
    *series = place.channel;
    return code == EN_NOT_FOUND
               ? en_error_set(err, EN_NOT_FOUND,
                              "point \"%.*s\" has no channel \"%.*s\": `channel list` shows those "
                              "it has",
                              (int)key.size, (const char *)key.bytes, (int)channel.size,
                              (const char *)channel.bytes)
               : code;
}

en_code en_why_offset(struct en_store *store, const struct en_why_query *query, int32_t *minutes,
                      struct en_error *err)
{
    struct en_channel_row channel = {.channel = query->series};
    struct en_balance_row balance = {.balance = query->series, .from_day = INT32_MAX};
    en_code code = EN_OK;
    *minutes = 0;
    if (query->what == EN_WHY_CHANNEL) {
        code = en_table_get(store, &en_table_channel, &channel, NULL, err);
        return code == EN_OK ? en_keys_point_offset(store, channel.point, query->at, minutes, err)
               : code == EN_NOT_FOUND ? EN_OK
                                      : code;
    }
    if (query->what == EN_WHY_BALANCE) {
        code = en_table_last_before(store, &en_table_balance, &balance, 1, NULL, err);
        return code == EN_OK ? en_keys_object_offset(store, balance.object, query->at, minutes, err)
               : code == EN_NOT_FOUND ? EN_OK
                                      : code;
    }
    return EN_OK;
}

/* The text at an offset, where it has none of its own. */
static en_code parse_at(struct en_slice text, int32_t offset, struct en_instant *at,
                        struct en_error *err)
{
    char with_offset[EN_INSTANT_TEXT_SIZE + EN_INSTANT_TEXT_SIZE];
    int minutes = offset < 0 ? -offset : offset;
    struct en_error ignored;
    en_code code = en_instant_parse(text, offset, at, err);
    if (code == EN_OK || text.size >= EN_INSTANT_TEXT_SIZE) {
        return code;
    }
    (void)snprintf(with_offset, sizeof with_offset, "%.*s%c%02d:%02d", (int)text.size,
                   (const char *)text.bytes, offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return en_instant_parse(en_slice_text(with_offset), offset, at, &ignored) == EN_OK ? EN_OK
                                                                                       : code;
}

en_code en_why_time(struct en_store *store, struct en_slice text, struct en_why_query *query,
                    struct en_error *err)
{
    struct en_error why = {0};
    int32_t offset = 0;
    if (parse_at(text, 0, &query->at, &why) != EN_OK) {
        return en_error_set(err, EN_USAGE, "time: %s", why.text);
    }
    en_code code = en_why_offset(store, query, &offset, err);
    if (code == EN_OK && parse_at(text, offset, &query->at, &why) != EN_OK) {
        code = en_error_set(err, EN_USAGE, "time: %s", why.text);
    }
    return code;
}

static en_code derive(struct en_why_work *work, struct en_error *err)
{
    const struct en_why_query *query = work->query;
    switch (query->what) {
    case EN_WHY_CHANNEL:
        return en_why_channel(work, NULL, query->series, query->at, err);
    case EN_WHY_FORMULA:
        return en_why_formula(work, NULL, query->series, query->at, err);
    default:
        EN_ASSERT(query->what == EN_WHY_BALANCE);
        return en_why_balance(work, NULL, query->series, query->at, err);
    }
}

en_code en_why(struct en_store *store, const struct en_lookup *lookup,
               const struct en_why_query *query, struct en_why_tree *tree, struct en_error *err)
{
    struct en_why_work work = {
        .store = store, .lookup = lookup, .query = query, .tree = tree, .fiscal_to = 0};
    tree->is_russian = query->is_russian;
    work.block = en_mem_alloc(1, sizeof *work.block);
    if (work.block == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a derivation");
    }
    en_buf_init(&work.payload, PAYLOAD_SIZE_MAX);
    en_arena_init(&work.fiscal_arena, FISCAL_ARENA_SIZE_MAX);
    en_code code = en_why_offset(store, query, &work.offset, err);
    if (code == EN_OK) {
        code = derive(&work, err);
    }
    if (code == EN_OK) {
        code = en_why_tree_code(tree, err);
    }
    en_rules_close(work.rules);
    en_arena_fini(&work.fiscal_arena);
    en_buf_fini(&work.payload);
    en_mem_free(work.block);
    return code;
}
