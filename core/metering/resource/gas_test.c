#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/resource/gas.h"

#define UNIT INT64_C(1000000)

static void test_x_01_standard_volume(void **state)
{
    (void)state;
    struct en_gas_state gas = {350 * UNIT, 278150000, 995000};
    int64_t micro = 0;
    assert_true(en_gas_standard_volume(1000 * UNIT, &gas, &micro));
    assert_true(micro == INT64_C(3658804339)); /* 3658.804 */
    assert_true(en_gas_standard_volume(-1000 * UNIT, &gas, &micro));
    assert_true(micro == INT64_C(-3658804339));
}

static void test_x_01_standard_conditions_change_nothing(void **state)
{
    (void)state;
    struct en_gas_state gas = {EN_GAS_STANDARD_MICRO_KPA, EN_GAS_STANDARD_MICRO_K, UNIT};
    int64_t micro = 0;
    static const int64_t volumes[] = {0, 1, -1, 123456789, INT64_MAX, -INT64_MAX};
    for (size_t i = 0; i < sizeof volumes / sizeof volumes[0]; i++) {
        assert_true(en_gas_standard_volume(volumes[i], &gas, &micro));
        assert_true(micro == volumes[i]);
    }
}

static void test_x_01_impossible_states(void **state)
{
    (void)state;
    static const struct en_gas_state bad[] = {
        {0, 278150000, UNIT}, {UNIT, 0, UNIT}, {UNIT, 278150000, 0}, {-UNIT, 278150000, UNIT}};
    int64_t micro = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(en_gas_standard_volume(UNIT, &bad[i], &micro));
    }
    struct en_gas_state dense = {INT64_MAX, 1, 1};
    assert_false(en_gas_standard_volume(INT64_MAX, &dense, &micro));
    assert_false(en_gas_standard_volume(INT64_MIN, &dense, &micro));
    assert_true(micro == 7);
}

static void test_x_06_failure(void **state)
{
    (void)state;
    int64_t micro = 0;
    assert_true(en_gas_of_failure(120 * UNIT, 160 * UNIT, 24 * 3600, &micro));
    assert_true(micro == 2880 * UNIT);
    /* The contract promises more than the meter could pass. */
    assert_true(en_gas_of_failure(200 * UNIT, 160 * UNIT, 24 * 3600, &micro));
    assert_true(micro == 3840 * UNIT);
    assert_true(en_gas_of_failure(1, 160 * UNIT, 1800, &micro));
    assert_true(micro == 1); /* half up */
    assert_false(en_gas_of_failure(-1, 160 * UNIT, 3600, &micro));
    assert_false(en_gas_of_failure(INT64_MAX, INT64_MAX, 7200, &micro));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_x_01_standard_volume),
        cmocka_unit_test(test_x_01_standard_conditions_change_nothing),
        cmocka_unit_test(test_x_01_impossible_states),
        cmocka_unit_test(test_x_06_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
