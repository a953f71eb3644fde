#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/balance/channel_error.h"

#define UNIT INT64_C(1000000)
#define MONTH_SECONDS (720u * 3600u)

/* 200/5 A at 10 kV: full load is 3464.1 kVA. */
static const struct en_channel_accuracy feeder = {
    .current = EN_ACCURACY_0_5,
    .voltage = EN_ACCURACY_0_5,
    .meter = EN_ACCURACY_0_5S,
    .wire = 2500,
    .rated_micro_a = 200 * UNIT,
    .rated_micro_kv = 10 * UNIT,
    .phases = 3,
};

static struct en_channel_load load_of(int64_t mean_kw)
{
    return (struct en_channel_load){{mean_kw * 720 * UNIT, 0}, MONTH_SECONDS};
}

static void test_b_03_examples(void **state)
{
    (void)state;
    static const struct {
        struct en_channel_accuracy accuracy;
        int32_t error;
    } rows[] = {
        {{EN_ACCURACY_0_5, EN_ACCURACY_0_5, EN_ACCURACY_0_5, 2500, NULL, 0, 0, 0, 3}, 9915},
        {{EN_ACCURACY_0_5, EN_ACCURACY_0_5, EN_ACCURACY_0_2, 2500, NULL, 0, 0, 0, 3}, 8538},
        {{EN_ACCURACY_0_2, EN_ACCURACY_0_2, EN_ACCURACY_0_2, 1000, NULL, 0, 0, 0, 3}, 3966},
    };
    const struct en_channel_load nothing = {{0, 0}, 0};
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_channel_error error = en_channel_error_compute(&rows[i].accuracy, &nothing);
        assert_int_equal(error.error, rows[i].error);
        assert_true(error.is_assumed); /* no load is known: at the rated one */
        assert_int_equal(error.zone_percent, 100);
    }
}

/* Pitfall 4: at mean current, not at that of the name plate. */
static void test_b_03_load_zones(void **state)
{
    (void)state;
    static const struct {
        en_accuracy current;
        int64_t mean_kw; /* of 3464.1 at full load */
        uint8_t zone;
        int32_t current_error; /* 1e-4 % */
    } rows[] = {
        {EN_ACCURACY_0_5, 3465, 100, 5000}, {EN_ACCURACY_0_5, 3464, 20, 7500},
        {EN_ACCURACY_0_5, 693, 20, 7500},   {EN_ACCURACY_0_5, 692, 5, 15000},
        {EN_ACCURACY_0_5, 100, 0, 15000},   {EN_ACCURACY_0_5S, 693, 20, 5000},
        {EN_ACCURACY_0_5S, 692, 5, 7500},   {EN_ACCURACY_0_5S, 35, 1, 15000},
        {EN_ACCURACY_0_2S, 3465, 20, 2000}, {EN_ACCURACY_0_2S, 692, 5, 3500},
        {EN_ACCURACY_0_2S, 40, 1, 7500},    {EN_ACCURACY_0_2, 693, 20, 3500},
        {EN_ACCURACY_NONE, 1, 100, 0},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_channel_accuracy accuracy = feeder;
        struct en_channel_load load = load_of(rows[i].mean_kw);
        accuracy.current = rows[i].current;
        struct en_channel_error error = en_channel_error_compute(&accuracy, &load);
        int64_t sum = (int64_t)rows[i].current_error * rows[i].current_error +
                      INT64_C(5000) * 5000 * 2 + INT64_C(2500) * 2500;
        assert_false(error.is_assumed);
        assert_int_equal(error.zone_percent, rows[i].zone);
        assert_true(error.square == (uint64_t)sum * 12100);
    }
}

/* Reactive energy counts for the current, and its share for the angle error. */
static void test_b_03_angle_error(void **state)
{
    (void)state;
    struct en_channel_load load = load_of(2400);
    load.energy.micro_kvarh = load.energy.micro_kwh * 3 / 4; /* 3000 kVA: 86 % */
    struct en_channel_error error = en_channel_error_compute(&feeder, &load);
    /* (0.029 * sqrt(45^2 + 20^2) * 0.75)^2 = 1.147151..., with the zone of 20 % */
    uint64_t angle = 84100u * (45 * 45 + 20 * 20) * 9 / 16;
    uint64_t others = UINT64_C(7500) * 7500 + UINT64_C(5000) * 5000 * 2 + UINT64_C(2500) * 2500;
    assert_int_equal(error.zone_percent, 20);
    assert_true(error.square - (others + angle) * 12100 <= 12100);
    /* power that is all reactive: not above 100 % */
    load.energy.micro_kwh = 0;
    error = en_channel_error_compute(&feeder, &load);
    assert_int_equal(error.error, 1000000);
}

static void test_b_03_one_phase_and_other_errors(void **state)
{
    (void)state;
    const int32_t others[] = {3000, 4000};
    struct en_channel_accuracy accuracy = {
        .current = EN_ACCURACY_0_5S,
        .meter = EN_ACCURACY_1,
        .others = others,
        .others_count = 2,
        .rated_micro_a = 100 * UNIT,
        .rated_micro_kv = 230000,
        .phases = 1,
    };
    struct en_channel_load load = {{23 * 24 * UNIT / 5, 0}, 24 * 3600}; /* 4.6 of 23 kW */
    struct en_channel_error error = en_channel_error_compute(&accuracy, &load);
    assert_int_equal(error.zone_percent, 20);
    /* 1.1 * sqrt(0.25 + 1 + 0.09 + 0.16) */
    assert_int_equal(error.error, 13472);
}

static void test_b_03_far_too_much(void **state)
{
    (void)state;
    struct en_channel_accuracy accuracy = feeder;
    struct en_channel_load load = {{INT64_MIN, INT64_MIN}, 1};
    struct en_channel_error error = en_channel_error_compute(&accuracy, &load);
    assert_int_equal(error.zone_percent, 100);
    accuracy.rated_micro_a = INT64_MAX;
    accuracy.rated_micro_kv = INT64_MAX;
    load.seconds = UINT64_MAX;
    error = en_channel_error_compute(&accuracy, &load);
    assert_int_equal(error.zone_percent, 0);
    const int32_t others[] = {1000000, 1000000};
    accuracy.others = others;
    accuracy.others_count = 2;
    error = en_channel_error_compute(&accuracy, &load);
    assert_int_equal(error.error, 1000000);
}

/* More load never means more error from the transformers' ratio; the root of a square is its error.
 */
static void test_b_03_falls_with_load(void **state)
{
    (void)state;
    for (int accuracy = EN_ACCURACY_0_1; accuracy <= EN_ACCURACY_3; accuracy++) {
        struct en_channel_accuracy one = feeder;
        uint64_t before = UINT64_MAX;
        one.current = (en_accuracy)accuracy;
        for (int64_t mean = 10; mean < 5000; mean += 10) {
            struct en_channel_load load = load_of(mean);
            struct en_channel_error error = en_channel_error_compute(&one, &load);
            assert_true(error.square <= before);
            before = error.square;
        }
    }
    for (int32_t error = 0; error <= 1000000; error += 997) {
        assert_int_equal(en_channel_error_root(en_channel_error_square(error)), error);
    }
}

static void test_accuracy_is_read(void **state)
{
    (void)state;
    en_accuracy accuracy = EN_ACCURACY_NONE;
    struct en_error err = {0};
    for (int i = EN_ACCURACY_NONE; i <= EN_ACCURACY_3; i++) {
        struct en_slice text = en_slice_text(en_accuracy_text((en_accuracy)i));
        assert_int_equal(en_accuracy_parse(text, &accuracy, NULL), EN_OK);
        assert_int_equal(accuracy, i);
    }
    assert_int_equal(en_accuracy_parse(en_slice_text("1.0"), &accuracy, NULL), EN_OK);
    assert_int_equal(accuracy, EN_ACCURACY_1);
    assert_int_equal(en_accuracy_parse(en_slice_text("0,5"), &accuracy, &err), EN_MALFORMED);
    assert_non_null(strstr(err.text, "0.5S"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_b_03_examples),
        cmocka_unit_test(test_b_03_load_zones),
        cmocka_unit_test(test_b_03_angle_error),
        cmocka_unit_test(test_b_03_one_phase_and_other_errors),
        cmocka_unit_test(test_b_03_far_too_much),
        cmocka_unit_test(test_b_03_falls_with_load),
        cmocka_unit_test(test_accuracy_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
