#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/quality.h"
#include "core/metering/validation/finding.h"

static const struct en_finding spike = {
    .rule = EN_V_SPIKE,
    .severity = EN_SEVERITY_WARNING,
    .flags = EN_QUALITY_SPIKE,
    .first = 30,
    .slots = 1,
    .measured = 60000000,
    .limit = 28000000,
};
static const struct en_finding gap = {
    .rule = EN_V_GAP,
    .severity = EN_SEVERITY_ERROR,
    .flags = EN_QUALITY_GAP,
    .first = 20,
    .slots = 1,
};
static const struct en_finding sum = {
    .rule = EN_V_SUM,
    .severity = EN_SEVERITY_BLOCKING,
    .flags = EN_QUALITY_SUM,
    .evidence = EN_EVIDENCE_INSTANT,
    .first = 0,
    .slots = 48,
    .measured = 90000000,
    .limit = 80000000,
    .reference = UINT64_C(1767301200000000), /* 2026-01-02T00:00:00+03:00 */
};

static void test_rules_have_their_numbers_and_words(void **state)
{
    (void)state;
    assert_string_equal(en_finding_rule_id(EN_V_IDENT), "V-01");
    assert_string_equal(en_finding_rule_id(EN_V_EDIT_GUARD), "V-35");
    assert_int_equal(en_finding_rule_parse(en_slice_text("V-28")), EN_V_HAMPEL);
    assert_int_equal(en_finding_rule_parse(en_slice_text("V-36")), 0);
    assert_int_equal(en_finding_rule_parse(en_slice_text("V-7")), 0);
    for (uint32_t rule = 1; rule <= EN_FINDING_RULES_COUNT; rule++) {
        assert_int_equal(en_finding_rule_parse(en_slice_text(en_finding_rule_id(rule))), rule);
        assert_true(strlen(en_finding_rule_words(rule, false)) > 0);
        assert_true(strlen(en_finding_rule_words(rule, true)) > 0);
        assert_in_range(en_finding_rule_stage(rule), EN_FINDING_STAGE_IDENTITY,
                        EN_FINDING_STAGE_PERIOD);
        assert_in_range(en_finding_rule_measure(rule), EN_MEASURE_NONE, EN_MEASURE_REGISTER);
    }
}

static void test_findings_of_neighbours_are_one(void **state)
{
    (void)state;
    struct en_finding items[4];
    struct en_findings findings;
    en_findings_init(&findings, items, 4);
    for (uint16_t slot = 20; slot < 23; slot++) {
        struct en_finding finding = gap;
        finding.first = slot;
        finding.measured = slot == 21 ? 5 : 0;
        en_findings_add(&findings, &finding);
    }
    assert_int_equal(findings.count, 1);
    assert_int_equal(items[0].slots, 3);
    assert_int_equal(items[0].measured, 5); /* the worst of the run */
    struct en_finding later = gap;
    later.first = 24;
    en_findings_add(&findings, &later);
    assert_int_equal(findings.count, 2);
}

static void test_a_slot_has_all_its_flags_and_the_gravest_severity(void **state)
{
    (void)state;
    struct en_finding items[4];
    struct en_findings findings;
    uint64_t flags = 0;
    en_findings_init(&findings, items, 4);
    en_findings_add(&findings, &spike);
    en_findings_add(&findings, &sum);
    struct en_finding whole = {.rule = EN_V_SIBLING, .severity = EN_SEVERITY_BLOCKING};
    en_findings_add(&findings, &whole);
    assert_int_equal(en_findings_at(&findings, 30, &flags), EN_SEVERITY_BLOCKING);
    assert_true(flags == (EN_QUALITY_SPIKE | EN_QUALITY_SUM));
    assert_int_equal(en_findings_at(&findings, 48, &flags), EN_SEVERITY_NONE);
    assert_true(flags == 0);
    assert_int_equal(en_findings_worst(&findings), EN_SEVERITY_BLOCKING);
}

static void test_the_stored_form_is_canonical(void **state)
{
    (void)state;
    struct en_finding items[8];
    struct en_finding read[8];
    struct en_findings findings;
    struct en_findings again;
    struct en_buf out;
    struct en_buf other;
    en_buf_init(&out, 1024);
    en_buf_init(&other, 1024);
    en_findings_init(&findings, items, 8);
    en_findings_init(&again, read, 8);
    en_findings_add(&findings, &spike);
    en_findings_add(&findings, &gap);
    en_findings_add(&findings, &sum);
    en_findings_add(&findings, &gap); /* twice is once */
    en_findings_sort(&findings);
    assert_int_equal(findings.count, 3);
    assert_int_equal(en_findings_encode(&findings, &out, NULL), EN_OK);
    assert_int_equal(en_findings_decode(en_buf_slice(&out), &again, NULL), EN_OK);
    assert_int_equal(again.count, 3);
    assert_int_equal(read[0].rule, EN_V_GAP);
    assert_int_equal(read[1].evidence, EN_EVIDENCE_INSTANT);
    assert_true(read[1].reference == sum.reference);
    assert_int_equal(read[2].measured, 60000000);
    assert_int_equal(en_findings_encode(&again, &other, NULL), EN_OK);
    assert_true(en_slice_equal(en_buf_slice(&out), en_buf_slice(&other)));
    en_buf_fini(&out);
    en_buf_fini(&other);
}

static void test_damaged_findings_are_refused(void **state)
{
    (void)state;
    struct en_finding items[1];
    struct en_findings findings;
    struct en_error err;
    en_findings_init(&findings, items, 1);
    static const struct {
        const char *bytes;
        size_t size;
        en_code code;
    } rows[] = {
        {"", 0, EN_OK},
        {"\x00", 1, EN_CORRUPT},                                 /* an empty list is no entry */
        {"\x01\x04\x02\x01\x14\x03\x00\x00", 8, EN_OK},          /* V-04 E GAP, slots 20 to 22 */
        {"\x01\x04\x02\x01\x14\x03\x00", 7, EN_CORRUPT},         /* cut */
        {"\x01\x04\x02\x01\x14\x03\x00\x00\x00", 9, EN_CORRUPT}, /* left over */
        {"\x01\x24\x02\x01\x14\x03\x00\x00", 8, EN_CORRUPT},     /* rule 36 */
        {"\x01\x04\x00\x01\x14\x03\x00\x00", 8, EN_CORRUPT},     /* no severity */
        {"\x01\x04\x16\x01\x14\x03\x00\x00\x00", 9, EN_CORRUPT}, /* evidence 5 */
        {"\x01\x04\x02\x01\xdc\x0b\x01\x00\x00", 9, EN_CORRUPT}, /* slot 1500 */
        {"\x02\x04\x02\x01\x14\x03\x00\x00\x04\x02\x01\x14\x03\x00\x00", 15, EN_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct en_slice bytes = en_slice_of(rows[i].bytes, rows[i].size);
        assert_int_equal(en_findings_decode(bytes, &findings, &err), rows[i].code);
    }
    struct en_finding more[2];
    en_findings_init(&findings, more, 2); /* the same twice is no list */
    struct en_slice twice = en_slice_of(rows[9].bytes, rows[9].size);
    assert_int_equal(en_findings_decode(twice, &findings, &err), EN_CORRUPT);
}

static void test_a_full_list_says_so(void **state)
{
    (void)state;
    struct en_finding items[2];
    struct en_findings findings;
    en_findings_init(&findings, items, 2);
    for (uint16_t slot = 0; slot < 6; slot += 2) {
        struct en_finding finding = gap;
        finding.first = slot;
        en_findings_add(&findings, &finding);
    }
    assert_true(findings.is_full);
    en_findings_sort(&findings);
    assert_int_equal(findings.count, 2);
    assert_int_equal(en_findings_worst(&findings), EN_SEVERITY_BLOCKING);
    assert_int_equal(items[0].rule, EN_V_COUNT);
}

static void assert_prints(const struct en_finding *finding, bool is_russian, const char *text)
{
    struct en_finding_place place = {
        .unit = EN_UNIT_KWH,
        .day_from = {INT64_C(1767214800000000)}, /* 2026-01-01T00:00:00+03:00 */
        .slot_seconds = 1800,
        .offset_minutes = 180,
        .is_russian = is_russian,
    };
    struct en_buf out;
    en_buf_init(&out, 1024);
    en_finding_print(finding, &place, &out);
    en_buf_u8(&out, 0);
    assert_string_equal((const char *)out.bytes, text);
    en_buf_fini(&out);
}

static void test_findings_are_told_in_words(void **state)
{
    (void)state;
    assert_prints(&spike, false,
                  "V-09 WARNING far above the other values of the day: 60 kWh, allowed 28 kWh "
                  "(2026-01-01T15:00:00+03:00)");
    assert_prints(&sum, false,
                  "V-07 BLOCKING slots and register advance disagree: 90 kWh, allowed 80 kWh "
                  "(2026-01-01T00:00:00+03:00, 48 slots, instant 2026-01-02T00:00:00+03:00)");
    assert_prints(&sum, true,
                  "V-07 БЛОКИРУЕТ сумма интервалов расходится с приращением показаний: 90 kWh, "
                  "допустимо 80 kWh (2026-01-01T00:00:00+03:00, интервалов 48, показание на "
                  "2026-01-02T00:00:00+03:00)");
    struct en_finding sibling = {.rule = EN_V_SIBLING,
                                 .severity = EN_SEVERITY_WARNING,
                                 .evidence = EN_EVIDENCE_CHANNEL,
                                 .reference = 7};
    assert_prints(&sibling, false,
                  "V-34 WARNING the other channels of the device have no values "
                  "(2026-01-01T00:00:00+03:00, the day, channel 7)");
    struct en_finding factor = {.rule = EN_V_PF,
                                .severity = EN_SEVERITY_WARNING,
                                .slots = 48,
                                .measured = 500000,
                                .limit = 400000};
    assert_prints(&factor, false,
                  "V-23 WARNING too much reactive energy for the active (tg phi): 50 %, allowed "
                  "40 % (2026-01-01T00:00:00+03:00, 48 slots)");
}

static void test_findings_are_json(void **state)
{
    (void)state;
    struct en_finding_place place = {
        .unit = EN_UNIT_KWH, .day_from = {INT64_C(1767214800000000)}, .slot_seconds = 1800};
    struct en_buf out;
    struct en_json json;
    en_buf_init(&out, 1024);
    en_json_init(&json, &out);
    en_finding_json(&sum, &place, &json, NULL);
    en_buf_u8(&out, 0);
    assert_string_equal(
        (const char *)out.bytes,
        "{\"rule\":\"V-07\",\"severity\":\"BLOCKING\",\"text\":\"slots and register advance "
        "disagree\",\"flags\":[\"SUM\"],\"from\":\"2025-12-31T21:00:00Z\",\"to\":\"2026-01-01T21:"
        "00:00Z\",\"slots\":48,\"measured\":\"90\",\"limit\":\"80\",\"unit\":\"kWh\","
        "\"evidence\":{\"instant\":\"2026-01-01T21:00:00Z\"}}");
    en_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_have_their_numbers_and_words),
        cmocka_unit_test(test_findings_of_neighbours_are_one),
        cmocka_unit_test(test_a_slot_has_all_its_flags_and_the_gravest_severity),
        cmocka_unit_test(test_the_stored_form_is_canonical),
        cmocka_unit_test(test_damaged_findings_are_refused),
        cmocka_unit_test(test_a_full_list_says_so),
        cmocka_unit_test(test_findings_are_told_in_words),
        cmocka_unit_test(test_findings_are_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
