#include "processors/freeze/scope.h"

#include "processors/registry/registry.h"

static en_code put_member(struct en_fold *fold, const struct en_freeze_row *freeze,
                          en_frozen_lane lane, uint32_t series, struct en_error *err)
{
    struct en_freeze_member_row row = {
        .freeze = freeze->freeze, .run = freeze->run, .lane = (uint8_t)lane, .series = series};
    return en_table_put(fold->store, &en_table_freeze_member, &row, NULL, err);
}

/* Balances of objects in the scope, with their sides. */
static en_code gather_balances(struct en_fold *fold, const struct en_freeze_row *freeze,
                               struct en_error *err)
{
    struct en_instant at = {(int64_t)freeze->from_day * EN_DAY_US};
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_balance, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_balance_row row;
        bool is_within = false;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK && row.object != 0) {
            code = en_registry_is_within(fold, row.object, freeze->scope, at, &is_within, err);
        }
        if (code != EN_OK || !is_within) {
            continue;
        }
        const uint32_t nodes[] = {row.in_node, row.out_node, row.losses_node};
        code = put_member(fold, freeze, EN_FROZEN_BALANCE, row.balance, err);
        for (size_t i = 0; i < EN_COUNT_OF(nodes) && code == EN_OK; i++) {
            code = nodes[i] != 0 ? put_member(fold, freeze, EN_FROZEN_NODE, nodes[i], err) : EN_OK;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* What is expected of a channel in the period, against what there is. */
static en_code count_missing(struct en_fold *fold, struct en_freeze_row *freeze,
                             const struct en_channel_row *channel, struct en_error *err)
{
    if (channel->slot_seconds == 0) {
        return EN_OK;
    }
    uint64_t expected =
        (uint64_t)(freeze->to_day - freeze->from_day) * (86400 / channel->slot_seconds);
    uint64_t present = 0;
    for (int32_t day = freeze->from_day; day < freeze->to_day; day++) {
        struct en_slice entry;
        struct en_totals totals = {0};
        en_code code =
            en_series_get(fold->store, &en_series_usage_day, day, channel->channel, &entry, err);
        if (code == EN_OK) {
            code = en_totals_decode(entry, &totals, err);
        }
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        present += totals.present_count;
    }
    freeze->missing_count += expected > present ? expected - present : 0;
    return EN_OK;
}

/* Whether the freeze is about the channel: of a first run by the tree of objects at the period's
 * end, of a later one by the members written down then. */
static en_code is_about(struct en_fold *fold, const struct en_freeze_row *freeze,
                        const struct en_channel_row *channel, bool *is, struct en_error *err)
{
    if (freeze->scope == 0 || freeze->run > 1) {
        return en_freeze_scope_holds(fold, freeze, EN_FROZEN_INTERVAL, channel->channel, is, err);
    }
    *is = false;
    struct en_instant at = {(int64_t)freeze->to_day * EN_DAY_US};
    struct en_point_row point = {.point = channel->point, .from = at};
    en_code code = en_table_last_before(fold->store, &en_table_point, &point, 1, NULL, err);
    if (code == EN_OK) {
        code = en_registry_is_within(fold, point.object, freeze->scope, at, is, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

typedef en_code (*visit_channel)(struct en_fold *fold, struct en_freeze_row *freeze,
                                 const struct en_channel_row *channel, struct en_error *err);

/* Every channel that the freeze is about. */
static en_code walk_channels(struct en_fold *fold, struct en_freeze_row *freeze,
                             visit_channel visit, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_channel, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_channel_row row;
        bool is = false;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = is_about(fold, freeze, &row, &is, err);
        }
        if (code == EN_OK && is) {
            code = visit(fold, freeze, &row, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code put_channel_member(struct en_fold *fold, struct en_freeze_row *freeze,
                                  const struct en_channel_row *channel, struct en_error *err)
{
    return put_member(fold, freeze, EN_FROZEN_INTERVAL, channel->channel, err);
}

en_code en_freeze_scope_count_missing(struct en_fold *fold, struct en_freeze_row *freeze,
                                      struct en_error *err)
{
    freeze->missing_count = 0;
    return walk_channels(fold, freeze, count_missing, err);
}

en_code en_freeze_scope_write(struct en_fold *fold, struct en_freeze_row *freeze,
                              struct en_error *err)
{
    if (freeze->scope == 0) {
        return EN_OK;
    }
    en_code code = walk_channels(fold, freeze, put_channel_member, err);
    return code == EN_OK ? gather_balances(fold, freeze, err) : code;
}

en_code en_freeze_scope_copy(struct en_fold *fold, const struct en_freeze_row *from, uint32_t run,
                             struct en_error *err)
{
    struct en_table_scan scan;
    struct en_freeze_member_row row = {.freeze = from->freeze, .run = from->run};
    en_code code = en_table_scan_begin(fold->store, &en_table_freeze_member, &row, 2, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            struct en_freeze_member_row copy = row;
            copy.run = run;
            code = en_table_put(fold->store, &en_table_freeze_member, &copy, NULL, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_freeze_scope_holds(struct en_fold *fold, const struct en_freeze_row *freeze,
                              en_frozen_lane lane, uint32_t series, bool *holds,
                              struct en_error *err)
{
    *holds = freeze->scope == 0;
    if (*holds) {
        return EN_OK;
    }
    struct en_freeze_member_row row = {
        .freeze = freeze->freeze, .run = freeze->run, .lane = (uint8_t)lane, .series = series};
    en_code code = en_table_get(fold->store, &en_table_freeze_member, &row, NULL, err);
    *holds = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}
