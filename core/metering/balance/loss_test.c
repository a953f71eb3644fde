#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/balance/loss.h"

#define UNIT INT64_C(1000000)

static const struct en_transformer tm_630 = {1310000, 7600000, 630 * UNIT};

static void test_l_01_idle(void **state)
{
    (void)state;
    int64_t micro = 0;
    assert_true(en_loss_idle(&tm_630, 720 * 3600, EN_RATIO_ONE, &micro));
    assert_true(micro == 943200000);
    assert_true(en_loss_idle(&tm_630, 720 * 3600, (struct en_ratio){21, 20}, &micro));
    assert_true(micro == 1039878000);
}

static void test_l_02_load_by_slots(void **state)
{
    (void)state;
    static const struct en_load hours[] = {
        {300 * UNIT, 150 * UNIT}, {400 * UNIT, 200 * UNIT}, {200 * UNIT, 100 * UNIT}};
    static const int64_t expected[] = {3464195, 5139680, 2267420}; /* with L-01 */
    for (size_t i = 0; i < 3; i++) {
        int64_t load = 0;
        int64_t idle = 0;
        assert_true(en_loss_load(&tm_630, &hours[i], 1, 3600, &load));
        assert_true(en_loss_idle(&tm_630, 3600, EN_RATIO_ONE, &idle));
        assert_true(load + idle == expected[i]);
    }
    int64_t all = 0;
    assert_true(en_loss_load(&tm_630, hours, 3, 3600, &all));
    assert_true(all + 3 * 1310000 == 10871295);
}

static void test_l_03_load_by_month(void **state)
{
    (void)state;
    int64_t micro = 0;
    struct en_load month = {216000 * UNIT, 108000 * UNIT};
    struct en_ratio kk = {99, 100};
    assert_true(
        en_loss_load_month(&tm_630, month, 720 * 3600, kk, (struct en_ratio){1, 2}, &micro));
    assert_true((micro + 5000) / 10000 == 204735);
}

static void test_l_05_line(void **state)
{
    (void)state;
    int64_t micro = 0;
    struct en_line line = {2109000, 10500000};
    struct en_load hour = {1200 * UNIT, 500 * UNIT};
    assert_true(en_loss_line(&line, &hour, 1, 3600, &micro));
    assert_true(micro == 32328435);
    /* The same power over half an hour loses half as much. */
    struct en_load half = {600 * UNIT, 250 * UNIT};
    assert_true(en_loss_line(&line, &half, 1, 1800, &micro));
    assert_true(micro == 16164218);
}

/* Each winding with its own load: one winding alone is L-02; equal windings add up. */
static void test_l_04_three_windings(void **state)
{
    (void)state;
    static const struct en_load hv[] = {{300 * UNIT, 150 * UNIT}, {400 * UNIT, 200 * UNIT}};
    static const struct en_load mv[] = {{200 * UNIT, 100 * UNIT}, {250 * UNIT, 120 * UNIT}};
    static const struct en_load lv[] = {{100 * UNIT, 50 * UNIT}, {150 * UNIT, 80 * UNIT}};
    const struct en_winding windings[] = {{7600000, hv}, {3800000, mv}, {5000000, lv}};
    int64_t all = 0;
    int64_t alone = 0;
    int64_t load = 0;
    assert_true(en_loss_windings(windings, 1, 630 * UNIT, 2, 3600, &alone));
    assert_true(en_loss_load(&tm_630, hv, 2, 3600, &load));
    assert_true(alone == load);
    /* (7.6 * 312500 + 3.8 * 126900 + 5 * 41400) / 630^2 = 3064220 / 396900 */
    assert_true(en_loss_windings(windings, 3, 630 * UNIT, 2, 3600, &all));
    assert_true(all == 7720383);
}

static void test_l_06_hours_of_greatest_loss(void **state)
{
    (void)state;
    int64_t micro = 0;
    /* kz = 0.5: tau / T = 0.3333 */
    assert_true(en_loss_fill_hours(UNIT, 720 * 3600, (struct en_ratio){1, 2}, &micro));
    assert_true(micro == 240 * UNIT);
    /* Tm = 4000 h: tau = 0.524^2 * 8760 = 2405.28576 h */
    const struct en_peak_loss peak = {10 * UNIT, 1000 * UNIT};
    assert_true(en_loss_peak_hours(&peak, 4000000 * UNIT, 8760 * 3600, &micro));
    assert_true(micro == 24052857600);
    /* A twelfth of the year with a twelfth of its energy loses a twelfth. */
    assert_true(en_loss_peak_hours(&peak, INT64_C(4000000) * UNIT / 12, 730 * 3600, &micro));
    assert_in_range(micro, 2004404799, 2004404801);
}

static void test_l_07_assumed_reactive(void **state)
{
    (void)state;
    int64_t micro = 0;
    assert_true(en_loss_assumed_reactive(1000 * UNIT, (struct en_ratio){2, 5}, &micro));
    assert_true(micro == 400 * UNIT);
}

static void test_l_08_worked_hours(void **state)
{
    (void)state;
    int64_t micro = 0;
    assert_true(en_loss_worked(12 * UNIT, 700 * 3600, &micro));
    assert_true(micro == 8400 * UNIT);
}

/* Metered on the consumer's LV side, supplied on the HV side: the transformer's losses are added.
 */
static void test_l_09_boundary_by_loss(void **state)
{
    (void)state;
    int64_t idle = 0;
    int64_t load = 0;
    int64_t delivered = 0;
    struct en_load month = {216000 * UNIT, 108000 * UNIT};
    assert_true(en_loss_idle(&tm_630, 720 * 3600, EN_RATIO_ONE, &idle));
    assert_true(en_loss_load_month(&tm_630, month, 720 * 3600, (struct en_ratio){99, 100},
                                   (struct en_ratio){1, 2}, &load));
    assert_true(
        en_boundary_by_loss(month.micro_kwh, idle + load, EN_BOUNDARY_AFTER_LOSS, &delivered));
    assert_true((delivered + 5000) / 10000 == 21899055); /* 218 990.55 kWh */
    int64_t back = 0;
    assert_true(en_boundary_by_loss(delivered, idle + load, EN_BOUNDARY_BEFORE_LOSS, &back));
    assert_true(back == month.micro_kwh);
}

static void test_l_09_boundary_by_share(void **state)
{
    (void)state;
    int64_t micro = 0;
    const struct en_ratio share = {3, 200}; /* 1.5 % */
    assert_true(en_boundary_by_share(1000 * UNIT, share, EN_BOUNDARY_AFTER_LOSS, &micro));
    assert_true(micro == 1015 * UNIT);
    assert_true(en_boundary_by_share(1000 * UNIT, share, EN_BOUNDARY_BEFORE_LOSS, &micro));
    assert_true(micro == 985 * UNIT);
    assert_true(en_boundary_by_share(-1, (struct en_ratio){1, 2}, EN_BOUNDARY_AFTER_LOSS, &micro));
    assert_true(micro == -2); /* half away from zero */
}

static void test_l_10_unbalanced_phases(void **state)
{
    (void)state;
    int64_t micro = 0;
    const int64_t even[] = {100 * UNIT, 100 * UNIT, 100 * UNIT};
    const int64_t one[] = {100 * UNIT, 0, 0};
    const int64_t some[] = {100 * UNIT, 50 * UNIT, 50 * UNIT};
    const int64_t none[] = {0, 0, 0};
    const struct en_ratio neutral = {2, 1}; /* the neutral is half as thick */
    assert_true(en_loss_unbalanced(30 * UNIT, even, neutral, &micro) && micro == 30 * UNIT);
    assert_true(en_loss_unbalanced(30 * UNIT, none, neutral, &micro) && micro == 30 * UNIT);
    /* all through one phase: the neutral carries as much */
    assert_true(en_loss_unbalanced(30 * UNIT, one, neutral, &micro) && micro == 90 * UNIT);
    /* In^2 = 2500, sum of squares 15000: 1 + 2 / 6 */
    assert_true(en_loss_unbalanced(30 * UNIT, some, neutral, &micro) && micro == 40 * UNIT);
}

/* Cutting a row of slots anywhere changes the sum by no more than the roundings. */
static void test_losses_of_parts_add_up(void **state)
{
    (void)state;
    uint64_t seed = 4004;
    struct en_load slots[48];
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < 48; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            slots[i] = (struct en_load){(int64_t)(seed >> 34), (int64_t)(seed >> 40)};
        }
        size_t cut = 1 + (size_t)(seed >> 33) % 46;
        int64_t whole = 0;
        int64_t left = 0;
        int64_t right = 0;
        assert_true(en_loss_load(&tm_630, slots, 48, 1800, &whole));
        assert_true(en_loss_load(&tm_630, slots, cut, 1800, &left));
        assert_true(en_loss_load(&tm_630, slots + cut, 48 - cut, 1800, &right));
        int64_t apart = whole - left - right;
        assert_true(apart >= -1 && apart <= 1);
    }
}

static void test_loss_that_does_not_fit(void **state)
{
    (void)state;
    int64_t micro = 7;
    struct en_load huge[3] = {{INT64_MAX, INT64_MAX}, {INT64_MAX, INT64_MAX}, {1, 1}};
    struct en_transformer tiny = {INT64_MAX, INT64_MAX, 1};
    assert_false(en_loss_load(&tm_630, huge, 3, 3600, &micro));
    assert_false(en_loss_load(&tiny, huge, 1, 3600, &micro));
    assert_false(en_loss_idle(&tiny, UINT64_MAX, EN_RATIO_ONE, &micro));
    const struct en_winding winding = {INT64_MAX, huge};
    assert_false(en_loss_windings(&winding, 1, 1, 1, 3600, &micro));
    const struct en_peak_loss peak = {INT64_MAX, 1};
    assert_false(en_loss_peak_hours(&peak, INT64_MAX, 3600, &micro));
    assert_false(en_loss_fill_hours(INT64_MAX, UINT64_MAX, EN_RATIO_ONE, &micro));
    assert_false(en_loss_assumed_reactive(INT64_MAX, (struct en_ratio){2, 1}, &micro));
    assert_false(en_loss_worked(INT64_MAX, UINT64_MAX, &micro));
    assert_false(en_boundary_by_share(INT64_MAX, EN_RATIO_ONE, EN_BOUNDARY_AFTER_LOSS, &micro));
    assert_false(en_boundary_by_loss(INT64_MAX, 1, EN_BOUNDARY_AFTER_LOSS, &micro));
    const int64_t currents[3] = {INT64_MAX, 0, 0};
    assert_false(en_loss_unbalanced(INT64_MAX, currents, EN_RATIO_ONE, &micro));
    assert_true(micro == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_l_01_idle),
        cmocka_unit_test(test_l_02_load_by_slots),
        cmocka_unit_test(test_l_03_load_by_month),
        cmocka_unit_test(test_l_04_three_windings),
        cmocka_unit_test(test_l_05_line),
        cmocka_unit_test(test_l_06_hours_of_greatest_loss),
        cmocka_unit_test(test_l_07_assumed_reactive),
        cmocka_unit_test(test_l_08_worked_hours),
        cmocka_unit_test(test_l_09_boundary_by_loss),
        cmocka_unit_test(test_l_09_boundary_by_share),
        cmocka_unit_test(test_l_10_unbalanced_phases),
        cmocka_unit_test(test_losses_of_parts_add_up),
        cmocka_unit_test(test_loss_that_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
