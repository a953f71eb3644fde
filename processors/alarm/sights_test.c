#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "processors/alarm/conditions.h"

static void test_a_look_is_bounded_and_says_so(void **state)
{
    (void)state;
    struct en_alarm_sights sights = {.looks_count = EN_ALARM_LOOKS_MAX - 1};
    assert_true(en_alarm_look_on(&sights));
    assert_int_equal(sights.fault.code, EN_OK);
    assert_false(en_alarm_look_on(&sights));
    assert_int_equal(sights.fault.code, EN_LIMIT);
    assert_true(sights.fault.text[0] != '\0');
}

/* A subject is cut behind a whole character. */
static void test_texts_are_cut_between_characters(void **state)
{
    (void)state;
    char text[EN_ALARM_SUBJECT_SIZE_MAX + 9];
    for (size_t shift = 0; shift < 2; shift++) {
        memset(text, 'x', sizeof text);
        for (size_t i = shift; i + 1 < sizeof text; i += 2) {
            memcpy(text + i, "\xd0\xb0", 2);
        }
        struct en_slice cut = en_alarm_cut(en_slice_of(text, sizeof text - 1));
        assert_int_equal(cut.size, EN_ALARM_SUBJECT_SIZE_MAX - shift % 2);
    }
    assert_int_equal(en_alarm_cut(en_slice_text("short")).size, 5);
}

static void test_rows_are_found_by_subject(void **state)
{
    (void)state;
    const struct en_alarm_row rows[] = {{.subject = en_slice_text("M1")},
                                        {.subject = en_slice_text("M1 magnet")},
                                        {.subject = en_slice_text("M2")}};
    struct en_alarm_sights sights = {.rows = rows, .rows_count = EN_COUNT_OF(rows)};
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        assert_ptr_equal(en_alarm_row_of(&sights, rows[i].subject), &rows[i]);
    }
    assert_null(en_alarm_row_of(&sights, en_slice_text("M")));
    assert_null(en_alarm_row_of(&sights, en_slice_text("M3")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_look_is_bounded_and_says_so),
        cmocka_unit_test(test_texts_are_cut_between_characters),
        cmocka_unit_test(test_rows_are_found_by_subject),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
