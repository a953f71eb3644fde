/* What the rules found in a slot, and what was put in its place. */
#include "core/mem.h"
#include "core/metering/substitution/substitute.h"
#include "core/metering/validation/finding.h"
#include "projections/views/why_work.h"

#define LINE_SIZE_MAX ((size_t)16 << 10)

/* Where the slots of the day lie: from any block that is stored. */
static en_code index_of(struct en_why_work *work, uint32_t channel, const struct en_why_slot *slot,
                        uint32_t *index, uint32_t *slot_seconds, struct en_error *err)
{
    *slot_seconds = (uint32_t)((slot->span.to.us - slot->span.from.us) / EN_SECOND_US);
    struct en_slice block;
    struct en_why_slot_value value = {0};
    bool is_found = false;
    static const struct en_series_table *const layers[] = {&en_series_best, &en_series_interval,
                                                           &en_series_profile};
    en_code code = EN_NOT_FOUND;
    for (size_t i = 0; i < EN_COUNT_OF(layers) && code == EN_NOT_FOUND; i++) {
        code = en_series_get(work->store, layers[i], slot->day, channel, &block, err);
    }
    if (code == EN_OK) {
        code =
            en_why_slot_at(work, block, slot->day, slot->span.from, NULL, &value, &is_found, err);
    }
    *index = is_found ? value.index : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- findings ---- */

static en_code add_finding(struct en_why_work *work, struct en_why_node *parent,
                           const struct en_finding *finding, const struct en_finding_place *place,
                           uint32_t channel, int32_t day, struct en_buf *line, struct en_error *err)
{
    struct en_json json;
    struct en_why_node *node = en_why_add(work->tree, parent, "finding");
    en_buf_reset(line);
    en_finding_print(finding, place, line);
    en_why_say(work->tree, node, "%.*s", (int)line->size, (const char *)line->bytes);
    en_why_string(work->tree, node, "rule", en_finding_rule_id(finding->rule));
    en_why_string(work->tree, node, "severity",
                  en_finding_severity_name((en_rule_severity)finding->severity));
    en_buf_reset(line);
    en_json_init(&json, line);
    en_finding_json(finding, place, &json, NULL);
    en_why_json(work->tree, node, "finding", en_buf_slice(line));
    return en_why_rule(work, node, en_slice_text(en_finding_rule_id(finding->rule)), channel, day,
                       err);
}

static en_code add_findings(struct en_why_work *work, struct en_why_node *parent,
                            const struct en_channel_row *channel, const struct en_why_slot *slot,
                            uint32_t index, uint32_t slot_seconds, struct en_buf *line,
                            struct en_error *err)
{
    struct en_slice stored;
    struct en_findings findings;
    en_code code =
        en_series_get(work->store, &en_series_finding, slot->day, channel->channel, &stored, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_finding *items = en_arena_alloc(&work->tree->arena, EN_FINDINGS_MAX * sizeof *items);
    if (items == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the findings of a day");
    }
    en_findings_init(&findings, items, EN_FINDINGS_MAX);
    code = en_findings_decode(stored, &findings, err);
    struct en_finding_place place = {
        .unit = (en_unit)channel->unit,
        .day_from = {slot->span.from.us - (int64_t)index * slot_seconds * EN_SECOND_US},
        .slot_seconds = slot_seconds,
        .offset_minutes = work->offset,
        .is_russian = work->query->is_russian,
    };
    for (uint32_t i = 0; code == EN_OK && i < findings.count; i++) {
        const struct en_finding *one = &findings.items[i];
        bool is_here =
            one->slots == 0 || (index >= one->first && index < (uint32_t)one->first + one->slots);
        if (is_here) {
            code = add_finding(work, parent, one, &place, channel->channel, slot->day, line, err);
        }
    }
    return code;
}

/* ---- substitutes ---- */

static void name_input(void *self, en_input_kind kind, uint32_t id, struct en_buf *out)
{
    struct en_why_work *work = self;
    switch (kind) {
    case EN_INPUT_BALANCE:
        en_buf_text(out, en_why_key(work, EN_NAME_BALANCE, id));
        break;
    case EN_INPUT_CONTRACT:
        en_buf_text(out, en_why_key(work, EN_NAME_POINT, id));
        break;
    default:
        en_buf_text(out, en_why_channel_name(work, id));
        break;
    }
}

/* An input's own derivation, at the slot it stands for. */
static en_code add_input(struct en_why_work *work, struct en_why_node *parent,
                         const struct en_substitute_input *input, uint32_t channel,
                         const struct en_why_slot *slot, struct en_error *err)
{
    uint32_t series = input->id != 0 ? input->id : channel;
    int64_t into = slot->span.from.us - slot->day * EN_DAY_US;
    if (!en_why_has_room(work->tree, parent)) {
        return EN_OK;
    }
    switch ((en_input_kind)input->kind) {
    case EN_INPUT_NEIGHBOUR:
        return en_why_channel(work, parent, series, (struct en_instant){input->from}, err);
    case EN_INPUT_DAY:
        return en_why_channel(work, parent, series,
                              (struct en_instant){input->from * EN_DAY_US + into}, err);
    case EN_INPUT_CHANNEL:
        return en_why_channel(work, parent, series, slot->span.from, err);
    case EN_INPUT_REGISTER: {
        struct en_channel_row row = {.channel = series};
        en_code code = en_table_get(work->store, &en_table_channel, &row, NULL, err);
        return code == EN_OK
                   ? en_why_advance(work, parent, &row, (struct en_instant){input->from}, err)
                   : code;
    }
    case EN_INPUT_EVENT: {
        struct en_event event;
        en_code code =
            work->lookup == NULL
                ? EN_NOT_FOUND
                : work->lookup->get(work->lookup->self, (struct en_seq){(uint64_t)input->from},
                                    &event, &work->payload, err);
        return code == EN_OK ? en_why_event(work, parent, &event.header, err) : code;
    }
    default:
        return EN_OK; /* told in the line of the substitute */
    }
}

/* What was put in: the slot of the layer that substitution wrote. */
static en_code add_filled(struct en_why_work *work, struct en_why_node *node, uint32_t channel,
                          const struct en_why_slot *slot, struct en_error *err)
{
    struct en_channel_row row = {.channel = channel};
    struct en_slice block;
    struct en_why_slot_value value = {.quality = EN_QUALITY_MISSING};
    bool is_found = false;
    en_code code = en_table_get(work->store, &en_table_channel, &row, NULL, err);
    if (code == EN_OK) {
        code = en_series_get(work->store, &en_series_best, slot->day, channel, &block, err);
    }
    if (code == EN_OK) {
        code =
            en_why_slot_at(work, block, slot->day, slot->span.from, NULL, &value, &is_found, err);
    }
    if (code == EN_OK || code == EN_NOT_FOUND) {
        en_why_value(work->tree, node, value.micro, (en_unit)row.unit, value.quality);
        code = EN_OK;
    }
    return code;
}

static en_code add_substitute(struct en_why_work *work, struct en_why_node *parent,
                              const struct en_substitute *substitute, uint32_t channel,
                              const struct en_why_slot *slot,
                              const struct en_substitute_place *place, struct en_buf *line,
                              struct en_error *err)
{
    struct en_json json;
    struct en_why_node *node = en_why_add(work->tree, parent, "substitute");
    en_buf_reset(line);
    en_substitute_print(substitute, place, line);
    en_why_say(work->tree, node, "%.*s", (int)line->size, (const char *)line->bytes);
    en_buf_reset(line);
    en_json_init(&json, line);
    en_substitute_json(substitute, place, &json, NULL);
    en_why_json(work->tree, node, "substitute", en_buf_slice(line));
    en_why_instant(work->tree, node, "slot", slot->span.from, 0);
    en_code code = add_filled(work, node, channel, slot, err);
    code = code == EN_OK ? en_why_rule(work, node, en_slice_text("CHAIN"), channel, slot->day, err)
                         : code;
    if (code == EN_OK && substitute->method != EN_METHOD_NONE) {
        const char *method = en_method_id((en_estimation_method)substitute->method);
        code = en_why_rule(work, node, en_slice_text(method), channel, slot->day, err);
    }
    for (uint32_t i = 0; i < substitute->inputs_count && code == EN_OK; i++) {
        code = add_input(work, node, &substitute->inputs[i], channel, slot, err);
        code = code == EN_NOT_FOUND ? EN_OK : code; /* the line still names it */
    }
    return code;
}

static en_code add_substitutes(struct en_why_work *work, struct en_why_node *parent,
                               uint32_t channel, const struct en_why_slot *slot, uint32_t index,
                               uint32_t slot_seconds, struct en_buf *line, struct en_error *err)
{
    struct en_slice stored;
    struct en_substitutes substitutes;
    en_code code =
        en_series_get(work->store, &en_series_substitute, slot->day, channel, &stored, err);
    if (code == EN_OK) {
        code = en_substitutes_decode(stored, &work->tree->arena, &substitutes, err);
    }
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_substitute_place place = {
        .from_us = slot->span.from.us - (int64_t)index * slot_seconds * EN_SECOND_US,
        .slot_seconds = slot_seconds,
        .language = work->query->is_russian ? EN_ESTIMATION_RUSSIAN : EN_ESTIMATION_ENGLISH,
        .name = name_input,
        .self = work,
    };
    for (uint32_t i = 0; i < substitutes.count && code == EN_OK; i++) {
        const struct en_substitute *one = &substitutes.items[i];
        if (index >= one->first && index < (uint32_t)one->first + one->slots) {
            code = add_substitute(work, parent, one, channel, slot, &place, line, err);
        }
    }
    return code;
}

en_code en_why_judged(struct en_why_work *work, struct en_why_node *parent,
                      const struct en_channel_row *channel, const struct en_why_slot *slot,
                      struct en_error *err)
{
    struct en_buf line;
    uint32_t index = 0;
    uint32_t slot_seconds = 0;
    en_code code = index_of(work, channel->channel, slot, &index, &slot_seconds, err);
    if (code != EN_OK) {
        return code;
    }
    en_buf_init(&line, LINE_SIZE_MAX);
    code = add_findings(work, parent, channel, slot, index, slot_seconds, &line, err);
    if (code == EN_OK) {
        code =
            add_substitutes(work, parent, channel->channel, slot, index, slot_seconds, &line, err);
    }
    en_buf_fini(&line);
    return code;
}
