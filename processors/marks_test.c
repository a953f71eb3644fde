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
        cmocka_unit_test(test_marks_bear_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
