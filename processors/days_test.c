#include "processors/days.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/mem.h"

static void test_days_are_a_sorted_set(void **state)
{
    (void)state;
    static const int32_t added[] = {5, 5, -3, 9, 0, 9, INT32_MIN, -3, INT32_MAX, 5, 1};
    static const int32_t wanted[] = {INT32_MIN, -3, 0, 1, 5, 9, INT32_MAX};
    struct en_days days = {0};
    struct en_error err;
    for (size_t i = 0; i < EN_COUNT_OF(added); i++) {
        assert_int_equal(en_days_add(&days, added[i], &err), EN_OK);
    }
    assert_int_equal(days.count, EN_COUNT_OF(wanted));
    assert_memory_equal(days.items, wanted, sizeof wanted);
    en_days_fini(&days);
    assert_null(days.items);
}

static void test_days_grow_and_bear_want_of_memory(void **state)
{
    (void)state;
    struct en_days days = {0};
    struct en_error err;
    en_mem_fail_after(1);
    assert_int_equal(en_days_add(&days, 1, &err), EN_NOMEM);
    en_mem_fail_after(0);
    assert_int_equal(days.count, 0);
    for (int32_t day = 999; day >= 0; day--) { /* each goes to the front */
        assert_int_equal(en_days_add(&days, day, &err), EN_OK);
    }
    for (int32_t day = 0; day < 1000; day++) {
        assert_int_equal(days.items[day], day);
    }
    en_days_fini(&days);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_are_a_sorted_set),
        cmocka_unit_test(test_days_grow_and_bear_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
