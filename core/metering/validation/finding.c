#include "core/metering/validation/finding.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/decimal.h"
#include "core/fixed.h"
#include "core/limits.h"
#include "core/metering/quality.h"

#define EVIDENCES_COUNT 5
#define FLAGS_MAX (UINT64_C(1) << EN_QUALITY_FLAGS_COUNT)

struct rule_row {
    en_finding_stage stage;
    en_measure measure;
    const char *words_en;
    const char *words_ru;
};

static const struct rule_row rule_rows[EN_FINDING_RULES_COUNT + 1] = {
#define EN_FINDING_ROW(name, number, stage, measure, en, ru)                                       \
    [number] = {EN_FINDING_STAGE_##stage, EN_MEASURE_##measure, en, ru},
    EN_FINDING_RULES(EN_FINDING_ROW)
#undef EN_FINDING_ROW
};

static const char rule_ids[EN_FINDING_RULES_COUNT + 1][5] = {
    "",     "V-01", "V-02", "V-03", "V-04", "V-05", "V-06", "V-07", "V-08", "V-09", "V-10", "V-11",
    "V-12", "V-13", "V-14", "V-15", "V-16", "V-17", "V-18", "V-19", "V-20", "V-21", "V-22", "V-23",
    "V-24", "V-25", "V-26", "V-27", "V-28", "V-29", "V-30", "V-31", "V-32", "V-33", "V-34", "V-35",
};

static const char *const severity_names[] = {"NONE", "WARNING", "ERROR", "BLOCKING"};
static const char *const severity_names_ru[] = {"НЕТ", "ПРЕДУПРЕЖДЕНИЕ", "ОШИБКА", "БЛОКИРУЕТ"};
static const char *const evidence_names[] = {"none", "channel", "event", "instant", "device"};
static const char *const evidence_names_ru[] = {"нет", "канал", "событие", "показание на",
                                                "прибор"};

void en_findings_init(struct en_findings *findings, struct en_finding *items, uint32_t capacity)
{
    EN_ASSERT(capacity > 0);
    EN_ASSERT(capacity <= EN_FINDINGS_MAX);
    *findings = (struct en_findings){.items = items, .capacity = capacity};
}

/* How far beyond its limit, for choosing the worst slot of a run. */
static uint64_t excess(const struct en_finding *finding)
{
    return finding->measured > finding->limit
               ? (uint64_t)finding->measured - (uint64_t)finding->limit
               : (uint64_t)finding->limit - (uint64_t)finding->measured;
}

/* Whether the finding goes on where the one before ended. */
static bool continues(const struct en_finding *before, const struct en_finding *finding)
{
    return before->rule == finding->rule && before->severity == finding->severity &&
           before->flags == finding->flags && before->evidence == finding->evidence &&
           before->reference == finding->reference && before->slots > 0 && finding->slots > 0 &&
           before->first + before->slots == finding->first;
}

void en_findings_add(struct en_findings *findings, const struct en_finding *finding)
{
    EN_ASSERT(finding->rule >= 1);
    EN_ASSERT(finding->rule <= EN_FINDING_RULES_COUNT);
    EN_ASSERT(finding->severity >= EN_SEVERITY_WARNING);
    EN_ASSERT(finding->severity <= EN_SEVERITY_BLOCKING);
    struct en_finding *last =
        findings->count > 0 ? &findings->items[findings->count - 1] : &findings->items[0];
    if (findings->count > 0 && continues(last, finding)) {
        last->slots = (uint16_t)(last->slots + finding->slots);
        if (excess(finding) > excess(last)) {
            last->measured = finding->measured;
            last->limit = finding->limit;
        }
        return;
    }
    if (findings->count == findings->capacity) {
        findings->is_full = true;
        return;
    }
    findings->items[findings->count++] = *finding;
}

static int order_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int order_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int order_of(const struct en_finding *a, const struct en_finding *b)
{
    const int orders[] = {
        order_u64(a->rule, b->rule),           order_u64(a->first, b->first),
        order_u64(a->slots, b->slots),         order_u64(a->evidence, b->evidence),
        order_u64(a->reference, b->reference), order_u64(a->severity, b->severity),
        order_u64(a->flags, b->flags),         order_i64(a->measured, b->measured),
        order_i64(a->limit, b->limit),
    };
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if (orders[i] != 0) {
            return orders[i];
        }
    }
    return 0;
}

static int by_order(const void *a, const void *b)
{
    return order_of(a, b);
}

void en_findings_sort(struct en_findings *findings)
{
    if (findings->is_full) {
        findings->items[findings->count - 1] = (struct en_finding){
            .rule = EN_V_COUNT,
            .severity = EN_SEVERITY_BLOCKING,
            .flags = EN_QUALITY_GAP,
            .measured = (int64_t)findings->capacity * EN_MICRO,
            .limit = (int64_t)findings->capacity * EN_MICRO,
        };
    }
    bool is_sorted = true;
    for (uint32_t i = 1; i < findings->count && is_sorted; i++) {
        is_sorted = order_of(&findings->items[i - 1], &findings->items[i]) < 0;
    }
    if (is_sorted) {
        return;
    }
    qsort(findings->items, findings->count, sizeof *findings->items, by_order);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < findings->count; i++) {
        if (order_of(&findings->items[kept - 1], &findings->items[i]) != 0) {
            findings->items[kept++] = findings->items[i];
        }
    }
    findings->count = kept;
}

en_rule_severity en_findings_at(const struct en_findings *findings, uint32_t slot, uint64_t *flags)
{
    en_rule_severity worst = EN_SEVERITY_NONE;
    *flags = 0;
    for (uint32_t i = 0; i < findings->count; i++) {
        const struct en_finding *finding = &findings->items[i];
        if (slot >= finding->first && slot - finding->first < finding->slots) {
            *flags |= finding->flags;
            worst = finding->severity > worst ? (en_rule_severity)finding->severity : worst;
        }
    }
    return worst;
}

en_rule_severity en_findings_worst(const struct en_findings *findings)
{
    en_rule_severity worst = EN_SEVERITY_NONE;
    for (uint32_t i = 0; i < findings->count; i++) {
        en_rule_severity severity = (en_rule_severity)findings->items[i].severity;
        worst = severity > worst ? severity : worst;
    }
    return worst;
}

en_code en_findings_encode(const struct en_findings *findings, struct en_buf *out,
                           struct en_error *err)
{
    EN_ASSERT(findings->count > 0);
    en_buf_varint(out, findings->count);
    for (uint32_t i = 0; i < findings->count; i++) {
        const struct en_finding *finding = &findings->items[i];
        EN_ASSERT((finding->flags & ~EN_QUALITY_FLAGS_MASK) == 0);
        en_buf_u8(out, finding->rule);
        en_buf_u8(out, (uint8_t)(finding->severity + 4 * finding->evidence));
        en_buf_varint(out, finding->flags >> EN_QUALITY_FLAG_SHIFT);
        en_buf_varint(out, finding->first);
        en_buf_varint(out, finding->slots);
        en_buf_zigzag(out, finding->measured);
        en_buf_zigzag(out, finding->limit);
        if (finding->evidence != EN_EVIDENCE_NONE) {
            en_buf_varint(out, finding->reference);
        }
    }
    return en_buf_code(out, err);
}

static bool take_finding(struct en_slice *from, struct en_finding *finding)
{
    uint8_t graded = 0;
    uint64_t flags = 0;
    uint64_t first = 0;
    uint64_t slots = 0;
    bool is_taken = en_take_u8(from, &finding->rule) && en_take_u8(from, &graded) &&
                    en_take_varint(from, &flags) && en_take_varint(from, &first) &&
                    en_take_varint(from, &slots) && en_take_zigzag(from, &finding->measured) &&
                    en_take_zigzag(from, &finding->limit);
    finding->severity = graded % 4;
    finding->evidence = graded / 4;
    finding->flags = flags << EN_QUALITY_FLAG_SHIFT;
    finding->first = (uint16_t)first;
    finding->slots = (uint16_t)slots;
    finding->reference = 0;
    if (is_taken && finding->evidence != EN_EVIDENCE_NONE) {
        is_taken = en_take_varint(from, &finding->reference);
    }
    return is_taken && finding->rule >= 1 && finding->rule <= EN_FINDING_RULES_COUNT &&
           finding->severity != EN_SEVERITY_NONE && finding->evidence < EVIDENCES_COUNT &&
           flags < FLAGS_MAX && first < EN_SLOTS_MAX && slots <= EN_SLOTS_MAX - first;
}

en_code en_findings_decode(struct en_slice bytes, struct en_findings *findings,
                           struct en_error *err)
{
    uint64_t count = 0;
    findings->count = 0;
    findings->is_full = false;
    if (bytes.size == 0) {
        return EN_OK;
    }
    if (!en_take_varint(&bytes, &count) || count == 0 || count > EN_FINDINGS_MAX) {
        return en_error_set(err, EN_CORRUPT, "findings: no count of them");
    }
    if (count > findings->capacity) {
        return en_error_set(err, EN_LIMIT, "findings: %" PRIu64 ", room for %u", count,
                            findings->capacity);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct en_finding *finding = &findings->items[i];
        if (!take_finding(&bytes, finding)) {
            return en_error_set(err, EN_CORRUPT, "finding %u cannot be read", i);
        }
        if (i > 0 && order_of(finding - 1, finding) >= 0) {
            return en_error_set(err, EN_CORRUPT, "finding %u is out of order", i);
        }
    }
    if (bytes.size > 0) {
        return en_error_set(err, EN_CORRUPT, "findings: %zu bytes left over", bytes.size);
    }
    findings->count = (uint32_t)count;
    return EN_OK;
}

static const struct rule_row *rule_row(uint32_t rule)
{
    EN_ASSERT(rule >= 1);
    EN_ASSERT(rule <= EN_FINDING_RULES_COUNT);
    return &rule_rows[rule];
}

const char *en_finding_rule_id(uint32_t rule)
{
    (void)rule_row(rule);
    return rule_ids[rule];
}

const char *en_finding_rule_words(uint32_t rule, bool is_russian)
{
    return is_russian ? rule_row(rule)->words_ru : rule_row(rule)->words_en;
}

en_finding_stage en_finding_rule_stage(uint32_t rule)
{
    return rule_row(rule)->stage;
}

en_measure en_finding_rule_measure(uint32_t rule)
{
    return rule_row(rule)->measure;
}

uint32_t en_finding_rule_parse(struct en_slice id)
{
    for (uint32_t rule = 1; rule <= EN_FINDING_RULES_COUNT; rule++) {
        if (en_slice_equal(id, en_slice_text(rule_ids[rule]))) {
            return rule;
        }
    }
    return 0;
}

const char *en_finding_severity_name(en_rule_severity severity)
{
    EN_ASSERT(severity <= EN_SEVERITY_BLOCKING);
    return severity_names[severity];
}

/* The unit of the numbers, as text; "" for counts and registers. */
static const char *unit_of(const struct en_finding *finding, const struct en_finding_place *place)
{
    switch (rule_row(finding->rule)->measure) {
    case EN_MEASURE_AMOUNT:
        return en_unit_name(place->unit);
    case EN_MEASURE_SECONDS:
        return place->is_russian ? "с" : "s";
    case EN_MEASURE_SHARE:
        return "%";
    default:
        return "";
    }
}

/* Shares are stored of one and shown in percent. False: one does not fit, or nothing is measured.
 */
static bool shown_numbers(const struct en_finding *finding, int64_t *measured, int64_t *limit)
{
    en_measure measure = rule_row(finding->rule)->measure;
    int64_t factor = measure == EN_MEASURE_SHARE ? 100 : 1;
    return measure != EN_MEASURE_NONE && en_i64_multiply(finding->measured, factor, measured) &&
           en_i64_multiply(finding->limit, factor, limit);
}

struct en_interval en_finding_span(const struct en_finding *finding,
                                   const struct en_finding_place *place)
{
    int64_t slot = (int64_t)place->slot_seconds * EN_SECOND_US;
    int64_t from = place->day_from.us + slot * finding->first;
    int64_t to = finding->slots > 0 ? from + slot * finding->slots : from + EN_DAY_US;
    return (struct en_interval){{from}, {to}};
}

bool en_finding_numbers(const struct en_finding *finding, const struct en_finding_place *place,
                        int64_t *measured, int64_t *limit, const char **unit)
{
    *unit = unit_of(finding, place);
    return shown_numbers(finding, measured, limit);
}

static void print_numbers(const struct en_finding *finding, const struct en_finding_place *place,
                          struct en_buf *out)
{
    int64_t measured = 0;
    int64_t limit = 0;
    if (!shown_numbers(finding, &measured, &limit)) {
        return;
    }
    char texts[2][EN_DECIMAL_TEXT_SIZE];
    const char *unit = unit_of(finding, place);
    const char *gap = unit[0] == 0 ? "" : " ";
    (void)en_micro_print(measured, texts[0]);
    (void)en_micro_print(limit, texts[1]);
    en_buf_print(out, ": %s%s%s, %s %s%s%s", texts[0], gap, unit,
                 place->is_russian ? "допустимо" : "allowed", texts[1], gap, unit);
}

static void print_evidence(const struct en_finding *finding, const struct en_finding_place *place,
                           struct en_buf *out)
{
    char text[EN_INSTANT_TEXT_SIZE];
    const char *name = (place->is_russian ? evidence_names_ru : evidence_names)[finding->evidence];
    if (finding->evidence == EN_EVIDENCE_INSTANT) {
        struct en_instant at = {(int64_t)finding->reference};
        (void)en_instant_print(at, place->offset_minutes, text);
        en_buf_print(out, ", %s %s", name, text);
    } else if (finding->evidence != EN_EVIDENCE_NONE) {
        en_buf_print(out, ", %s %" PRIu64, name, finding->reference);
    }
}

void en_finding_print(const struct en_finding *finding, const struct en_finding_place *place,
                      struct en_buf *out)
{
    char text[EN_INSTANT_TEXT_SIZE];
    struct en_interval span = en_finding_span(finding, place);
    const char *const *severities = place->is_russian ? severity_names_ru : severity_names;
    en_buf_print(out, "%s %s %s", en_finding_rule_id(finding->rule), severities[finding->severity],
                 en_finding_rule_words(finding->rule, place->is_russian));
    print_numbers(finding, place, out);
    (void)en_instant_print(span.from, place->offset_minutes, text);
    en_buf_print(out, " (%s", text);
    if (finding->slots == 0) {
        en_buf_text(out, place->is_russian ? ", сутки" : ", the day");
    } else if (finding->slots > 1) {
        en_buf_print(out, place->is_russian ? ", интервалов %u" : ", %u slots", finding->slots);
    }
    print_evidence(finding, place, out);
    en_buf_text(out, ")");
}

static void json_flags(const struct en_finding *finding, struct en_json *json)
{
    en_json_array(json, "flags");
    for (unsigned i = 0; i < EN_QUALITY_FLAGS_COUNT; i++) {
        if ((finding->flags & EN_QUALITY_FLAG(i)) != 0) {
            en_json_string(json, NULL, en_quality_flag_name(i));
        }
    }
    en_json_end(json);
}

static void json_evidence(const struct en_finding *finding, struct en_json *json)
{
    en_json_object(json, "evidence");
    const char *name = evidence_names[finding->evidence];
    if (finding->evidence == EN_EVIDENCE_INSTANT) {
        en_json_instant(json, name, (struct en_instant){(int64_t)finding->reference});
    } else {
        en_json_u64(json, name, finding->reference);
    }
    en_json_end(json);
}

void en_finding_json(const struct en_finding *finding, const struct en_finding_place *place,
                     struct en_json *json, const char *key)
{
    struct en_interval span = en_finding_span(finding, place);
    int64_t measured = 0;
    int64_t limit = 0;
    en_json_object(json, key);
    en_json_string(json, "rule", en_finding_rule_id(finding->rule));
    en_json_string(json, "severity", en_finding_severity_name((en_rule_severity)finding->severity));
    en_json_string(json, "text", en_finding_rule_words(finding->rule, place->is_russian));
    json_flags(finding, json);
    en_json_instant(json, "from", span.from);
    en_json_instant(json, "to", span.to);
    en_json_u64(json, "slots", finding->slots);
    if (shown_numbers(finding, &measured, &limit)) {
        en_json_micro(json, "measured", measured);
        en_json_micro(json, "limit", limit);
        en_json_string(json, "unit", unit_of(finding, place));
    }
    if (finding->evidence != EN_EVIDENCE_NONE) {
        json_evidence(finding, json);
    }
    en_json_end(json);
}
