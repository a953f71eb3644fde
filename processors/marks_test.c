#include "processors/marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/mem.h"
#include "processors/days.h"

static struct en_days days;
static struct en_fold fold = {.days = &days};

static void add(struct en_marks *marks, int32_t day, uint32_t series)
{
    struct en_error err;
    assert_int_equal(en_marks_add(marks, &fold, day, series, &err), EN_OK);
}

/* Takes what is marked on the day and expects these series. */
static void expect(struct en_marks *marks, int32_t day, const uint32_t *wanted, size_t count)
{
    struct en_error err;
    uint32_t series = 0;
    assert_int_equal(en_marks_sort(marks, &err), EN_OK);
    for (size_t i = 0; i < count; i++) {
        assert_true(en_marks_peek(marks, day, &series));
        assert_int_equal(series, wanted[i]);
        en_marks_take(marks);
    }
    assert_false(en_marks_peek(marks, day, &series));
}

static void test_marks_come_in_order_and_once(void **state)
{
    (void)state;
    struct en_marks marks = {0};
    add(&marks, 3, 7);
    add(&marks, -1, UINT32_MAX);
    add(&marks, 3, 2);
    add(&marks, 3, 7);
    add(&marks, -1, 0);
    add(&marks, -1, 0);
    assert_int_equal(days.count, 2);
    expect(&marks, -1, (const uint32_t[]){0, UINT32_MAX}, 2);
    add(&marks, 4, 1); /* while settling, of a later day */
    add(&marks, 3, 2);
    expect(&marks, 3, (const uint32_t[]){2, 7}, 2);
    expect(&marks, 4, (const uint32_t[]){1}, 1);
    en_marks_end(&marks);
    expect(&marks, 4, NULL, 0);
    add(&marks, 4, 1); /* a new batch begins anew */
    expect(&marks, 4, (const uint32_t[]){1}, 1);
    en_marks_fini(&marks);
    en_days_fini(&days);
}

static void test_what_is_marked_behind_the_sweep_comes_in_the_next(void **state)
{
    (void)state;
    struct en_days again = {0};
    struct en_marks marks = {0};
    fold.again = &again;
    add(&marks, 5, 1);
    fold.is_settling = true;
    fold.settling_day = 5;
    add(&marks, 5, 2); /* the day in hand */
    add(&marks, 4, 9);
    add(&marks, 6, 3);
    expect(&marks, 5, (const uint32_t[]){1}, 1);
    expect(&marks, 6, (const uint32_t[]){3}, 1);
    assert_int_equal(again.count, 2);
    assert_int_equal(again.items[0], 4);
    en_marks_end(&marks);
    fold.is_settling = false;
    expect(&marks, 4, (const uint32_t[]){9}, 1);
    expect(&marks, 5, (const uint32_t[]){2}, 1);
    en_marks_end(&marks);
    en_marks_fini(&marks);
    en_days_fini(&again);
    en_days_fini(&days);
    fold.again = NULL;
}

static void test_marks_bear_want_of_memory(void **state)
{
    (void)state;
    struct en_marks marks = {0};
    struct en_error err;
    en_mem_fail_after(1);
    assert_int_equal(en_marks_add(&marks, &fold, 1, 1, &err), EN_NOMEM);
    en_mem_fail_after(0);
    assert_int_equal(marks.count, 0);
    en_marks_fini(&marks);
    en_days_fini(&days);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_come_in_order_and_once),
        cmocka_unit_test(test_what_is_marked_behind_the_sweep_comes_in_the_next),
        cmocka_unit_test(test_marks_bear_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
