#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/validation/validation_device.h"

#define KWH(value) ((int64_t)(value)*1000000)
#define SLOTS 48

static struct en_instant moment(const char *text)
{
    struct en_instant instant = {0};
    assert_int_equal(en_instant_parse(en_slice_text(text), 0, &instant, NULL), EN_OK);
    return instant;
}

struct judged {
    int64_t micro[SLOTS];
    struct en_finding items[8];
    struct en_findings findings;
    struct en_validation_day day;
    struct en_instant from;
};

static void begin(struct judged *judged, const char *day_from, int64_t micro)
{
    for (uint32_t i = 0; i < SLOTS; i++) {
        judged->micro[i] = micro;
    }
    judged->day =
        (struct en_validation_day){.micro = judged->micro, .count = SLOTS, .slot_seconds = 1800};
    judged->from = moment(day_from);
    en_findings_init(&judged->findings, judged->items, 8);
}

static void test_v01_the_device_configured_then(void **state)
{
    (void)state;
    const struct en_configured list[] = {{moment("2026-01-01T00:00:00+03:00"), 112230},
                                         {moment("2026-03-05T10:20:00+03:00"), 112233}};
    struct en_instant before = moment("2026-03-05T10:00:00+03:00");
    struct en_instant after = moment("2026-03-05T10:30:00+03:00");
    assert_true(en_validation_ident_fails(list, 2, after, 112230, 0, 0));
    assert_false(en_validation_ident_fails(list, 2, after, 112233, 0, 0));
    assert_false(en_validation_ident_fails(list, 2, before, 112230, 0, 0));
    assert_true(en_validation_ident_fails(list, 2, after, 112233, 3, 4));
    assert_false(en_validation_ident_fails(list, 2, after, 112233, 4, 4));
    assert_true(en_validation_ident_fails(list, 2, moment("2025-12-31T00:00:00Z"), 112230, 0, 0));
}

static void test_v02_clock(void **state)
{
    (void)state;
    static const struct en_clock_limits limits = {5 * EN_SECOND_US, 180 * EN_SECOND_US,
                                                  55 * EN_MINUTE_US, 3};
    static const struct {
        int64_t deviation_us;
        uint32_t before;
        en_rule_severity severity;
        bool needs_visit;
        bool needs_estimate;
    } rows[] = {
        {4 * EN_SECOND_US, 0, EN_SEVERITY_NONE, false, false},
        {5 * EN_SECOND_US, 0, EN_SEVERITY_NONE, false, false},
        {30 * EN_SECOND_US, 0, EN_SEVERITY_WARNING, false, false},
        {180 * EN_SECOND_US, 2, EN_SEVERITY_WARNING, false, false},
        {181 * EN_SECOND_US, 0, EN_SEVERITY_ERROR, false, false},
        {-181 * EN_SECOND_US, 1, EN_SEVERITY_ERROR, false, false},
        {181 * EN_SECOND_US, 2, EN_SEVERITY_ERROR, true, false},
        {56 * EN_MINUTE_US, 0, EN_SEVERITY_ERROR, false, true},
        {INT64_MIN, 0, EN_SEVERITY_ERROR, false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct en_clock_verdict verdict =
            en_validation_clock(rows[i].deviation_us, rows[i].before, &limits);
        assert_int_equal(verdict.severity, rows[i].severity);
        assert_int_equal(verdict.needs_visit, rows[i].needs_visit);
        assert_int_equal(verdict.needs_estimate, rows[i].needs_estimate);
    }
}

static void test_v17_outage_of_ten_minutes(void **state)
{
    (void)state;
    struct judged judged;
    begin(&judged, "2026-01-05T00:00:00Z", KWH(20));
    struct en_interval out = {moment("2026-01-05T12:00:00Z"), moment("2026-01-05T12:10:00Z")};
    en_validation_outages(&judged.day, judged.from, &out, 1, 3 * EN_SECOND_US, &judged.findings);
    assert_int_equal(judged.findings.count, 1);
    assert_int_equal(judged.items[0].first, 24);
    assert_int_equal(judged.items[0].slots, 1);
    assert_true(judged.items[0].flags == (EN_QUALITY_PWR_OUT | EN_QUALITY_PARTIAL));
    assert_int_equal(judged.items[0].severity, EN_SEVERITY_WARNING);
    assert_int_equal(judged.items[0].measured, 600 * EN_SECOND_US);
}

static void test_v17_a_whole_slot_without_power_and_energy(void **state)
{
    (void)state;
    assert_int_equal(en_validation_outage(1800, 1800, 0, 3), EN_OUTAGE_WHOLE);
    assert_int_equal(en_validation_outage(1800, 1800, 1, 3), EN_OUTAGE_PARTIAL);
    assert_int_equal(en_validation_outage(1799, 1800, 0, 3), EN_OUTAGE_PARTIAL);
    assert_int_equal(en_validation_outage(2, 1800, 0, 3), EN_OUTAGE_NONE);
    assert_int_equal(en_validation_outage(0, 1800, 0, 0), EN_OUTAGE_NONE);
    struct judged judged;
    begin(&judged, "2026-01-05T00:00:00Z", 0);
    struct en_interval out = {moment("2026-01-05T12:00:00Z"), moment("2026-01-05T13:10:00Z")};
    en_validation_outages(&judged.day, judged.from, &out, 1, 3 * EN_SECOND_US, &judged.findings);
    assert_int_equal(judged.findings.count, 2);
    assert_int_equal(judged.items[0].slots, 2);
    assert_true(judged.items[0].flags == EN_QUALITY_PWR_OUT);
    assert_true(judged.items[1].flags == (EN_QUALITY_PWR_OUT | EN_QUALITY_PARTIAL));
}

static void test_v18_phase_lost_for_two_hours(void **state)
{
    (void)state;
    struct judged judged;
    begin(&judged, "2026-01-05T00:00:00Z", KWH(20));
    assert_true(en_validation_phase_fails(true, 2, 100, 10000));
    assert_false(en_validation_phase_fails(true, 1, 100, 10000)); /* exactly 1 % */
    assert_false(en_validation_phase_fails(false, 50, 100, 10000));
    struct en_interval lost = {moment("2026-01-05T08:00:00Z"), moment("2026-01-05T10:00:00Z")};
    struct en_finding finding =
        en_validation_finding(EN_V_PHASE, EN_SEVERITY_ERROR, EN_QUALITY_PHASE, 0, 0);
    en_validation_touched(&judged.day, judged.from, lost, &finding, &judged.findings);
    assert_int_equal(judged.findings.count, 1);
    assert_int_equal(judged.items[0].first, 16);
    assert_int_equal(judged.items[0].slots, 4);
}

static void test_v32_magnet_touches_two_slots(void **state)
{
    (void)state;
    struct judged judged;
    begin(&judged, "2026-01-05T00:00:00Z", KWH(20));
    struct en_interval magnet = {moment("2026-01-05T10:02:00Z"), moment("2026-01-05T10:40:00Z")};
    struct en_finding finding =
        en_validation_finding(EN_V_TAMPER, EN_SEVERITY_WARNING, EN_QUALITY_TAMPER, 0, 0);
    en_validation_touched(&judged.day, judged.from, magnet, &finding, &judged.findings);
    assert_int_equal(judged.items[0].first, 20); /* 10:00 and 10:30 */
    assert_int_equal(judged.items[0].slots, 2);
    struct en_interval elsewhere = {moment("2026-01-04T10:02:00Z"), moment("2026-01-05T00:00:00Z")};
    en_validation_touched(&judged.day, judged.from, elsewhere, &finding, &judged.findings);
    assert_int_equal(judged.findings.count, 1);
    struct en_interval over = {moment("2026-01-05T23:59:00Z"), moment("2026-01-09T00:00:00Z")};
    en_validation_touched(&judged.day, judged.from, over, &finding, &judged.findings);
    assert_int_equal(judged.items[1].first, 47);
    assert_int_equal(judged.items[1].slots, 1);
}

static void test_v25_energy_while_disconnected(void **state)
{
    (void)state;
    struct judged judged;
    begin(&judged, "2026-01-05T00:00:00Z", 0);
    struct en_interval off = {moment("2026-01-05T08:10:00Z"), moment("2026-01-06T00:00:00Z")};
    judged.micro[16] = 400000; /* 08:00 to 08:30: connected for a while */
    en_validation_inactive(&judged.day, judged.from, off, 1000, &judged.findings);
    assert_int_equal(judged.findings.count, 0);
    judged.micro[20] = 1000;
    en_validation_inactive(&judged.day, judged.from, off, 1000, &judged.findings);
    assert_int_equal(judged.findings.count, 0);
    judged.micro[20] = 400000;
    en_validation_inactive(&judged.day, judged.from, off, 1000, &judged.findings);
    assert_int_equal(judged.findings.count, 1);
    assert_int_equal(judged.items[0].first, 20);
    assert_int_equal(judged.items[0].severity, EN_SEVERITY_ERROR);
    assert_true(judged.items[0].flags == EN_QUALITY_TAMPER);
}

static void test_v31_verification_has_ended(void **state)
{
    (void)state;
    struct judged judged;
    struct en_instant valid_to = moment("2026-03-15T00:00:00+03:00"); /* valid to 2026-03-14 */
    begin(&judged, "2026-03-14T00:00:00+03:00", KWH(1));
    en_validation_verification(&judged.day, judged.from, valid_to, &judged.findings);
    assert_int_equal(judged.findings.count, 0);
    begin(&judged, "2026-03-15T00:00:00+03:00", KWH(1));
    en_validation_verification(&judged.day, judged.from, valid_to, &judged.findings);
    assert_int_equal(judged.findings.count, 1);
    assert_int_equal(judged.items[0].first, 0);
    assert_int_equal(judged.items[0].slots, 48);
    assert_int_equal(judged.items[0].severity, EN_SEVERITY_ERROR);
}

static void test_v26_v33_configuration(void **state)
{
    (void)state;
    assert_true(en_validation_ratio_fails((struct en_ratio){4000, 1}, (struct en_ratio){6000, 1}));
    assert_false(en_validation_ratio_fails((struct en_ratio){4000, 1}, (struct en_ratio){4000, 1}));
    assert_true(en_validation_size_fails(1800, 3600));
    assert_false(en_validation_size_fails(1800, 1800));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_v01_the_device_configured_then),
        cmocka_unit_test(test_v02_clock),
        cmocka_unit_test(test_v17_outage_of_ten_minutes),
        cmocka_unit_test(test_v17_a_whole_slot_without_power_and_energy),
        cmocka_unit_test(test_v18_phase_lost_for_two_hours),
        cmocka_unit_test(test_v32_magnet_touches_two_slots),
        cmocka_unit_test(test_v25_energy_while_disconnected),
        cmocka_unit_test(test_v31_verification_has_ended),
        cmocka_unit_test(test_v26_v33_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
