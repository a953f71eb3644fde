#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/validation/validation_slots.h"

#define SLOTS 48
#define KWH(value) ((int64_t)(value)*1000000)

struct judged {
    int64_t micro[SLOTS];
    uint64_t quality[SLOTS];
    uint8_t mask[SLOTS];
    struct en_finding items[EN_FINDINGS_MAX];
    struct en_findings findings;
    struct en_validation_day day;
};

/* A day of 48 half-hours that nothing is wrong with: never the same value twice in a row. */
static void clean(struct judged *judged)
{
    for (uint32_t i = 0; i < SLOTS; i++) {
        judged->micro[i] = KWH(10) + (i % 7) * 100000;
        judged->quality[i] = EN_QUALITY_MEASURED;
    }
    judged->day = (struct en_validation_day){
        .micro = judged->micro, .quality = judged->quality, .count = SLOTS, .slot_seconds = 1800};
    en_findings_init(&judged->findings, judged->items, EN_FINDINGS_MAX);
}

static const struct en_slot_limits usual = {
    .rules = EN_VALIDATION_BIT(GAP) | EN_VALIDATION_BIT(STATUS) | EN_VALIDATION_BIT(NEG) |
             EN_VALIDATION_BIT(CAP) | EN_VALIDATION_BIT(SPIKE) | EN_VALIDATION_BIT(ZERO_RUN) |
             EN_VALIDATION_BIT(STALE),
    .from_slot = 0,
    .to_slot = SLOTS,
    .stale_slots = 6,
    .zero_seconds = 3600,
    .cap_warning = KWH(100),
    .cap_error = KWH(120),
    .spike_floor = 100000,
    .spike_ratio = 1800000,
    .status_errors = EN_QUALITY_TEST | EN_QUALITY_OVERFLOW,
};

static void judge(struct judged *judged)
{
    en_validation_slots(&judged->day, &usual, judged->mask, &judged->findings);
}

static void assert_only(const struct judged *judged, en_finding_rule rule,
                        en_rule_severity severity, uint32_t first, uint32_t slots)
{
    assert_int_equal(judged->findings.count, 1);
    assert_int_equal(judged->items[0].rule, rule);
    assert_int_equal(judged->items[0].severity, severity);
    assert_int_equal(judged->items[0].first, first);
    assert_int_equal(judged->items[0].slots, slots);
}

static void test_a_clean_day_has_no_findings(void **state)
{
    (void)state;
    static struct judged judged;
    clean(&judged);
    judge(&judged);
    assert_int_equal(judged.findings.count, 0);
    judged.day.quality = NULL; /* all measured */
    judge(&judged);
    assert_int_equal(judged.findings.count, 0);
    assert_null(judged.day.rejected);
}

static void test_v04_gap_head_tail_interior(void **state)
{
    (void)state;
    static struct judged judged;
    static const struct {
        uint32_t first;
        uint32_t slots;
    } rows[] = {{0, 1}, {39, 1}, {20, 3}, {47, 1}, {0, 48}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clean(&judged);
        for (uint32_t k = 0; k < rows[i].slots; k++) {
            judged.quality[rows[i].first + k] = EN_QUALITY_MISSING;
            judged.micro[rows[i].first + k] = 0;
        }
        judge(&judged);
        assert_only(&judged, EN_V_GAP, EN_SEVERITY_ERROR, rows[i].first, rows[i].slots);
        assert_true(judged.items[0].flags == EN_QUALITY_GAP);
    }
    clean(&judged); /* the day's values end early */
    judged.day.count = 46;
    judge(&judged);
    assert_only(&judged, EN_V_GAP, EN_SEVERITY_ERROR, 46, 2);
}

static void test_v04_the_40th_of_96_quarters(void **state)
{
    (void)state;
    static int64_t micro[96];
    static uint64_t quality[96];
    struct en_finding items[4];
    struct en_findings findings;
    for (uint32_t i = 0; i < 96; i++) {
        quality[i] = i == 39 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    struct en_validation_day day = {micro, quality, NULL, 96, 900};
    en_findings_init(&findings, items, 4);
    en_validation_gap(&day, 0, 96, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(items[0].first, 39);
    assert_int_equal(items[0].slots * day.slot_seconds, 15 * 60);
}

static void test_v14_negative_is_strict(void **state)
{
    (void)state;
    static struct judged judged;
    clean(&judged);
    judged.micro[5] = 0;
    judge(&judged);
    assert_int_equal(judged.findings.count, 0);
    clean(&judged);
    judged.micro[5] = -1000; /* -0.001 kWh */
    judge(&judged);
    assert_only(&judged, EN_V_NEG, EN_SEVERITY_ERROR, 5, 1);
    assert_int_equal(judged.items[0].measured, -1000);
    assert_true(judged.day.rejected != NULL && judged.mask[5] == 1 && judged.mask[6] == 0);
}

static void test_v15_capacity_of_10kv_and_200a(void **state)
{
    (void)state;
    struct en_capacity capacity = {KWH(10), KWH(200), 1800, false};
    assert_int_equal(en_validation_cap(&capacity, 1000000), 1732050807); /* 1732.051 kWh */
    assert_int_equal(en_validation_cap(&capacity, 1200000), 2078460969); /* 2078.461 kWh */
    capacity.is_single_phase = true;
    assert_int_equal(en_validation_cap(&capacity, 1000000), KWH(1000));
    capacity.micro_kv = KWH(1000); /* 1 MV, 9 TA: more than any slot can count */
    capacity.micro_a = INT64_MAX;
    assert_true(en_validation_cap(&capacity, INT64_C(1000) * 1000000) == INT64_MAX);
}

static void test_v15_warning_and_error(void **state)
{
    (void)state;
    static struct judged judged;
    struct en_capacity capacity = {KWH(10), KWH(200), 1800, false};
    int64_t warning = en_validation_cap(&capacity, 1000000);
    int64_t error = en_validation_cap(&capacity, 1200000);
    static const struct {
        int64_t micro;
        en_rule_severity severity;
    } rows[] = {
        {KWH(1700), EN_SEVERITY_NONE},     {1732050807, EN_SEVERITY_NONE},
        {1732050808, EN_SEVERITY_WARNING}, {KWH(1900), EN_SEVERITY_WARNING},
        {2078460969, EN_SEVERITY_WARNING}, {2078460970, EN_SEVERITY_ERROR},
        {KWH(2500), EN_SEVERITY_ERROR},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clean(&judged);
        judged.micro[7] = rows[i].micro;
        en_validation_capacity(&judged.day, warning, error, &judged.findings);
        assert_int_equal(en_findings_worst(&judged.findings), rows[i].severity);
    }
}

/* The bound is exact: its square is not above the limit's, that of the next number is. */
static void test_v15_bound_is_exact_for_any_capacity(void **state)
{
    (void)state;
    uint64_t random = 0x9e3779b97f4a7c15u;
    for (int i = 0; i < 2000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        /* kV and A whole, so that both sides of the comparison fit 128 bits */
        uint64_t kv = 1 + (random >> 33) % 400;
        uint64_t a = 1 + (random >> 13) % 5000;
        uint64_t seconds = 60 * (1 + (random >> 50) % 60);
        struct en_capacity capacity = {KWH(kv), KWH(a), (uint32_t)seconds, i % 2 == 0};
        en_u128 bound = (en_u128)en_validation_cap(&capacity, 1000000);
        en_u128 product = (en_u128)kv * a * seconds * 1000000; /* in 1e-6 kWs */
        en_u128 root = capacity.is_single_phase ? 1 : 3;
        assert_true(bound * 3600 * (bound * 3600) <= product * product * root);
        assert_true((bound + 1) * 3600 * ((bound + 1) * 3600) > product * product * root);
    }
}

static void test_v16_status_flags(void **state)
{
    (void)state;
    static struct judged judged;
    clean(&judged);
    judged.quality[3] |= EN_QUALITY_OVERFLOW; /* a counter at 2^n - 1 */
    judge(&judged);
    assert_only(&judged, EN_V_STATUS, EN_SEVERITY_ERROR, 3, 1);
    clean(&judged);
    judged.quality[3] |= EN_QUALITY_CLOCK;
    judge(&judged);
    assert_only(&judged, EN_V_STATUS, EN_SEVERITY_WARNING, 3, 1);
    clean(&judged);
    judged.quality[3] = en_quality_with_verdict(EN_QUALITY_MEASURED, EN_VERDICT_REJECTED);
    judge(&judged);
    assert_only(&judged, EN_V_STATUS, EN_SEVERITY_ERROR, 3, 1);
}

static void test_v13_two_half_hours_of_zero(void **state)
{
    (void)state;
    static struct judged judged;
    clean(&judged);
    judged.micro[10] = 0;
    judge(&judged);
    assert_int_equal(judged.findings.count, 0);
    judged.micro[11] = 0;
    judge(&judged);
    assert_only(&judged, EN_V_ZERO_RUN, EN_SEVERITY_WARNING, 10, 2);
    assert_int_equal(judged.items[0].measured, KWH(3600));
}

static void test_v13_zeros_before_the_day_count(void **state)
{
    (void)state;
    static struct judged judged;
    clean(&judged);
    judged.micro[0] = 0;
    en_validation_zero_run(&judged.day, 3600, 0, &judged.findings);
    assert_int_equal(judged.findings.count, 0);
    en_validation_zero_run(&judged.day, 3600, 1800, &judged.findings);
    assert_only(&judged, EN_V_ZERO_RUN, EN_SEVERITY_WARNING, 0, 1);
    assert_int_equal(en_validation_zeros_at_end(&judged.day, 1800), 0);
    judged.micro[47] = 0;
    assert_int_equal(en_validation_zeros_at_end(&judged.day, 1800), 1800);
    memset(judged.micro, 0, sizeof judged.micro);
    assert_int_equal(en_validation_zeros_at_end(&judged.day, 1800), 86400 + 1800);
    judged.quality[0] = EN_QUALITY_MISSING;
    assert_int_equal(en_validation_zeros_at_end(&judged.day, 1800), 86400 - 1800);
}

static void test_v19_six_equal_values(void **state)
{
    (void)state;
    static struct judged judged;
    clean(&judged);
    for (uint32_t i = 20; i < 25; i++) {
        judged.micro[i] = 1237000;
    }
    judge(&judged);
    assert_int_equal(judged.findings.count, 0);
    judged.micro[25] = 1237000;
    judge(&judged);
    assert_only(&judged, EN_V_STALE, EN_SEVERITY_WARNING, 20, 6);
    assert_int_equal(judged.items[0].measured, KWH(6));
}

/* V-09: x3 = 40, ten pulses of 1 kWh. */
static void test_v09_spike_is_strict(void **state)
{
    (void)state;
    static struct judged judged;
    static const struct {
        int64_t largest;
        int64_t third;
        bool fails;
    } rows[] = {
        {KWH(120), KWH(40), true},  {KWH(112), KWH(40), false}, {KWH(112) + 1, KWH(40), true},
        {KWH(111), KWH(40), false}, {KWH(11), 0, true},         {KWH(10), 0, false},
        {KWH(10), KWH(1), false}, /* not more than ten pulses */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clean(&judged);
        for (uint32_t k = 0; k < SLOTS; k++) {
            judged.micro[k] = rows[i].third;
        }
        judged.micro[30] = rows[i].largest;
        en_validation_spike(&judged.day, rows[i].third, KWH(10), 1800000, &judged.findings);
        assert_int_equal(judged.findings.count, rows[i].fails);
        if (rows[i].fails) {
            assert_only(&judged, EN_V_SPIKE, EN_SEVERITY_WARNING, 30, 1);
        }
    }
}

static void test_a_rejected_value_is_no_spike(void **state)
{
    (void)state;
    static struct judged judged;
    clean(&judged);
    judged.micro[30] = KWH(2500);
    judge(&judged);
    assert_only(&judged, EN_V_CAP, EN_SEVERITY_ERROR, 30, 1);
    clean(&judged);
    judged.micro[30] = KWH(60); /* allowed by the capacity */
    judge(&judged);
    assert_only(&judged, EN_V_SPIKE, EN_SEVERITY_WARNING, 30, 1);
}

/* Slot by slot, by the words of the rules. */
static void oracle(const struct judged *judged, uint32_t slot, uint64_t *rules)
{
    const int64_t *x = judged->micro;
    bool is_missing = en_quality_is_missing(judged->quality[slot]);
    bool is_over = !is_missing && x[slot] > usual.cap_error;
    *rules = is_missing ? EN_VALIDATION_BIT(GAP) : 0;
    *rules |= !is_missing && x[slot] < 0 ? EN_VALIDATION_BIT(NEG) : 0;
    *rules |= !is_missing && x[slot] > usual.cap_warning ? EN_VALIDATION_BIT(CAP) : 0;
    if (is_missing || is_over || x[slot] < 0) {
        return;
    }
    int64_t top[4] = {INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN};
    uint32_t zeros = 0;
    uint32_t equals = 0;
    bool is_equal_run = false;
    bool is_zero_run = false;
    for (uint32_t i = 0; i < SLOTS; i++) {
        bool has =
            !en_quality_is_missing(judged->quality[i]) && x[i] >= 0 && x[i] <= usual.cap_error;
        if (has) {
            top[3] = x[i];
            for (int k = 3; k > 0 && top[k] > top[k - 1]; k--) {
                int64_t swap = top[k];
                top[k] = top[k - 1];
                top[k - 1] = swap;
            }
        }
        zeros = has && x[i] == 0 ? zeros + 1 : 0;
        equals = has && x[i] == x[slot] && x[i] != 0 ? equals + 1 : 0;
        is_zero_run = is_zero_run || (zeros >= 2 && i >= slot && i - slot < zeros);
        is_equal_run = is_equal_run || (equals >= 6 && i >= slot && i - slot < equals);
    }
    *rules |= x[slot] == 0 && is_zero_run ? EN_VALIDATION_BIT(ZERO_RUN) : 0;
    *rules |= x[slot] != 0 && is_equal_run ? EN_VALIDATION_BIT(STALE) : 0;
    bool is_spike = top[2] >= 0 && x[slot] > usual.spike_floor &&
                    (en_i128)(x[slot] - top[2]) * 1000000 > (en_i128)usual.spike_ratio * top[2];
    *rules |= is_spike ? EN_VALIDATION_BIT(SPIKE) : 0;
}

static uint64_t rules_at(const struct judged *judged, uint32_t slot)
{
    uint64_t rules = 0;
    for (uint32_t i = 0; i < judged->findings.count; i++) {
        const struct en_finding *finding = &judged->items[i];
        if (slot >= finding->first && slot < (uint32_t)finding->first + finding->slots) {
            rules |= UINT64_C(1) << finding->rule;
        }
    }
    return rules;
}

static void test_one_pass_finds_what_each_rule_says(void **state)
{
    (void)state;
    static struct judged judged;
    uint64_t random = 88172645463325252u;
    for (int round = 0; round < 20000; round++) {
        clean(&judged);
        for (uint32_t i = 0; i < SLOTS; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            uint32_t dice = (uint32_t)(random >> 40) % 64;
            judged.micro[i] = dice < 40   ? KWH(1 + dice % 3)
                              : dice < 48 ? 0
                              : dice < 50 ? -1
                              : dice < 52 ? KWH(110)
                              : dice < 54 ? KWH(121)
                              : dice < 58 ? KWH(dice % 8)
                                          : (int64_t)(random >> 44);
            judged.quality[i] = dice == 63 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
            judged.micro[i] = dice == 63 ? 0 : judged.micro[i];
        }
        judge(&judged);
        for (uint32_t i = 0; i < SLOTS; i++) {
            uint64_t expected = 0;
            oracle(&judged, i, &expected);
            assert_int_equal(rules_at(&judged, i), expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_clean_day_has_no_findings),
        cmocka_unit_test(test_v04_gap_head_tail_interior),
        cmocka_unit_test(test_v04_the_40th_of_96_quarters),
        cmocka_unit_test(test_v14_negative_is_strict),
        cmocka_unit_test(test_v15_capacity_of_10kv_and_200a),
        cmocka_unit_test(test_v15_warning_and_error),
        cmocka_unit_test(test_v15_bound_is_exact_for_any_capacity),
        cmocka_unit_test(test_v16_status_flags),
        cmocka_unit_test(test_v13_two_half_hours_of_zero),
        cmocka_unit_test(test_v13_zeros_before_the_day_count),
        cmocka_unit_test(test_v19_six_equal_values),
        cmocka_unit_test(test_v09_spike_is_strict),
        cmocka_unit_test(test_a_rejected_value_is_no_spike),
        cmocka_unit_test(test_one_pass_finds_what_each_rule_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
