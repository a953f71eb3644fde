#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/tariff/charge.h"

#define UNIT INT64_C(1000000)
#define RUB INT64_C(10000) /* 1e-4 */

static int64_t rounded(const struct en_charge *charge)
{
    struct en_money money = {0};
    assert_int_equal(en_charge_round(charge, &money, NULL), EN_OK);
    return money.e4;
}

/* 100 kWh at 2.0 and 150 kWh at 3.0 make 650. */
static void test_d_11_hours(void **state)
{
    (void)state;
    struct en_charge charge = {0, 0};
    assert_true(en_charge_add(&charge, 100 * UNIT, 2 * UNIT));
    assert_true(en_charge_add(&charge, 150 * UNIT, 3 * UNIT));
    assert_true(rounded(&charge) == 650 * RUB);
    assert_true(charge.micro == 250 * UNIT);
}

/* A line is rounded once: three thirds of a kopeck are one, not none. */
static void test_a_line_is_rounded_once(void **state)
{
    (void)state;
    struct en_charge charge = {0, 0};
    assert_true(en_charge_add(&charge, 1 * UNIT, 3334));
    assert_true(rounded(&charge) == 0);
    assert_true(en_charge_add(&charge, 1 * UNIT, 3334));
    assert_true(rounded(&charge) == 100);
    assert_true(en_charge_add(&charge, 1 * UNIT, 8332));
    assert_true(rounded(&charge) == 200); /* 1.5 kopecks go up */
    struct en_charge back = {-charge.product, -charge.micro};
    assert_true(rounded(&back) == -200);
}

static void test_price_per_mwh_in_kopecks_is_exact(void **state)
{
    (void)state;
    struct en_charge charge = {0, 0};
    assert_true(en_charge_add(&charge, 1000000 * UNIT, 2345670)); /* 2345.67 RUB/MWh */
    assert_true(rounded(&charge) == 2345670 * RUB);
}

static void test_total_is_the_sum_of_lines(void **state)
{
    (void)state;
    static const struct en_money lines[] = {{100}, {250}, {-50}};
    struct en_money total = {0};
    assert_int_equal(en_money_total(lines, 3, &total, NULL), EN_OK);
    assert_true(total.e4 == 300);
    static const struct en_money large[] = {{INT64_MAX}, {1}};
    struct en_error err = {0};
    assert_int_equal(en_money_total(large, 2, &total, &err), EN_OVERFLOW);
    assert_true(total.e4 == 300);
}

static void test_what_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct en_charge charge = {0, 0};
    struct en_money money = {7};
    struct en_error err = {0};
    assert_true(en_charge_add(&charge, INT64_MAX, INT64_MAX));
    assert_int_equal(en_charge_round(&charge, &money, &err), EN_OVERFLOW);
    assert_true(en_charge_add(&charge, INT64_MAX, INT64_MAX));
    struct en_charge before = charge;
    assert_false(en_charge_add(&charge, INT64_MAX, INT64_MAX));
    assert_true(charge.product == before.product && charge.micro == before.micro);
    assert_true(money.e4 == 7);
}

static void test_categories_need_what_7_1_says(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool zones, hours, capacity, network, plan;
    } rows[] = {
        {"I", 0, 0, 0, 0, 0},  {"II", 1, 0, 0, 0, 0}, {"III", 0, 1, 1, 0, 0},
        {"IV", 0, 1, 1, 1, 0}, {"V", 0, 1, 1, 0, 1},  {"VI", 0, 1, 1, 1, 1},
    };
    assert_null(en_price_category(0));
    assert_null(en_price_category(7));
    for (uint32_t i = 0; i < EN_COUNT_OF(rows); i++) {
        const struct en_price_category *category = en_price_category(i + 1);
        assert_string_equal(category->name, rows[i].name);
        assert_int_equal(category->number, i + 1);
        assert_int_equal(category->is_by_zone, rows[i].zones);
        assert_int_equal(category->is_hourly, rows[i].hours);
        assert_true(en_price_category_needs(category, EN_CHARGE_ENERGY));
        assert_int_equal(en_price_category_needs(category, EN_CHARGE_CAPACITY), rows[i].capacity);
        assert_int_equal(en_price_category_needs(category, EN_CHARGE_NETWORK_CAPACITY),
                         rows[i].network);
        assert_int_equal(en_price_category_needs(category, EN_CHARGE_OVER), rows[i].plan);
        assert_int_equal(en_price_category_needs(category, EN_CHARGE_UNDER), rows[i].plan);
        assert_false(en_price_category_needs(category, EN_CHARGE_NETWORK));
    }
}

static void test_names_of_parts(void **state)
{
    (void)state;
    en_charge_part part = EN_CHARGE_ENERGY;
    for (int i = EN_CHARGE_ENERGY; i < EN_CHARGE_PARTS_COUNT; i++) {
        struct en_slice name = en_slice_text(en_charge_part_name((en_charge_part)i));
        assert_int_equal(en_charge_part_parse(name, &part, NULL), EN_OK);
        assert_int_equal(part, i);
    }
    assert_string_equal(en_charge_part_unit(EN_CHARGE_CAPACITY), "kW");
    assert_int_equal(en_charge_part_parse(en_slice_text("power"), &part, NULL), EN_NOT_FOUND);
}

static void test_money_prints_kopecks(void **state)
{
    (void)state;
    char text[EN_MONEY_TEXT_SIZE];
    (void)en_money_print((struct en_money){6500000}, text);
    assert_string_equal(text, "650.00");
    (void)en_money_print((struct en_money){-500}, text);
    assert_string_equal(text, "-0.05");
    (void)en_money_print((struct en_money){12345}, text);
    assert_string_equal(text, "1.2345");
    assert_int_equal(en_money_print((struct en_money){INT64_MIN}, text), 21);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_d_11_hours),
        cmocka_unit_test(test_a_line_is_rounded_once),
        cmocka_unit_test(test_price_per_mwh_in_kopecks_is_exact),
        cmocka_unit_test(test_total_is_the_sum_of_lines),
        cmocka_unit_test(test_what_does_not_fit_is_refused),
        cmocka_unit_test(test_categories_need_what_7_1_says),
        cmocka_unit_test(test_names_of_parts),
        cmocka_unit_test(test_money_prints_kopecks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
