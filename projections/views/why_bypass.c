/* The bypass breaker in a derivation (B-20 to B-24): which feeder it served, and with what. */
#include "projections/tables_balance.h"
#include "projections/views/why_work.h"

/* Another channel of the same code at a point, 0 none; of an inverted bypass the opposite one. */
static en_code channel_at(struct en_why_work *work, uint32_t point, struct en_slice code_text,
                          bool is_inverted, uint32_t *channel, struct en_error *err)
{
    static const char *const opposites[][2] = {{"A+", "A-"}, {"R+", "R-"}};
    struct en_point_channel_row row = {.point = point, .code = code_text};
    for (size_t i = 0; i < EN_COUNT_OF(opposites) && is_inverted; i++) {
        for (size_t side = 0; side < 2; side++) {
            if (en_slice_equal(code_text, en_slice_text(opposites[i][side]))) {
                row.code = en_slice_text(opposites[i][1 - side]);
            }
        }
    }
    en_code code = en_table_get(work->store, &en_table_point_channel, &row, NULL, err);
    *channel = code == EN_OK ? row.channel : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* One use: who served whom from when to when, who said so, and the other side's own derivation. */
static en_code add_use(struct en_why_work *work, struct en_why_node *parent,
                       const struct en_bypass_use_row *use, const struct en_channel_row *channel,
                       const struct en_why_slot *slot, struct en_error *err)
{
    struct en_why_tree *tree = work->tree;
    struct en_why_node *node = en_why_add(tree, parent, "bypass_use");
    uint32_t other = 0;
    bool is_feeder = use->feeder == channel->point;
    bool is_open = use->to.us >= EN_BYPASS_OPEN.us;
    en_why_say(
        tree, node,
        EN_WHY_IN(work, "bypass %s served %s from %s%s%s%s", "обходной %s замещал %s с %s%s%s%s"),
        en_why_key(work, EN_NAME_POINT, use->bypass), en_why_key(work, EN_NAME_POINT, use->feeder),
        en_why_instant_words(tree, use->from, work->offset),
        is_open ? "" : EN_WHY_IN(work, " to ", " по "),
        is_open ? "" : en_why_instant_words(tree, use->to, work->offset),
        use->is_inverted ? EN_WHY_IN(work, ", inverted", ", обратное направление") : "");
    en_why_string(tree, node, "bypass", en_why_key(work, EN_NAME_POINT, use->bypass));
    en_why_string(tree, node, "feeder", en_why_key(work, EN_NAME_POINT, use->feeder));
    en_why_instant(tree, node, "from", use->from, 0);
    if (!is_open) {
        en_why_instant(tree, node, "to", use->to, 0);
    }
    if (use->document.size > 0) {
        en_why_text(tree, node, "document", use->document);
    }
    en_code code =
        en_why_set_by(work, node, EN_KIND_BYPASS_SET, use->bypass, en_why_moment(use->from), err);
    if (code == EN_OK) {
        code = channel_at(work, is_feeder ? use->bypass : use->feeder, channel->code,
                          use->is_inverted, &other, err);
    }
    /* Only from the feeder to the bypass: the other way round would go in a circle. */
    if (code == EN_OK && is_feeder && other != 0 && en_why_has_room(tree, node)) {
        code = en_why_channel_below(work, node, other, slot->span.from, err);
    }
    return code;
}

en_code en_why_bypass(struct en_why_work *work, struct en_why_node *parent,
                      const struct en_channel_row *channel, const struct en_why_slot *slot,
                      struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(work->store, &en_table_bypass_use, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_bypass_use_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        bool is_ours = code == EN_OK &&
                       (row.feeder == channel->point || row.bypass == channel->point) &&
                       row.from.us < slot->span.to.us && row.to.us > slot->span.from.us;
        if (is_ours) {
            code = add_use(work, parent, &row, channel, slot, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}
