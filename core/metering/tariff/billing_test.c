#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/tariff/billing.h"

static struct en_instant instant(const char *text)
{
    struct en_instant at;
    assert_int_equal(en_instant_parse(en_slice_text(text), 0, &at, NULL), EN_OK);
    return at;
}

static struct en_month month(const char *text)
{
    struct en_month at;
    assert_int_equal(en_month_parse(en_slice_text(text), &at, NULL), EN_OK);
    return at;
}

static void check(struct en_billing billing, const char *in, const char *from, const char *to)
{
    assert_int_equal(en_billing_check(&billing, NULL), EN_OK);
    struct en_interval period = en_billing_period(&billing, month(in));
    assert_true(period.from.us == instant(from).us);
    assert_true(period.to.us == instant(to).us);
    assert_int_equal(en_billing_month_of(&billing, period.from).n, month(in).n);
    struct en_instant last = {period.to.us - 1};
    assert_int_equal(en_billing_month_of(&billing, last).n, month(in).n);
    assert_int_equal(en_billing_month_of(&billing, period.to).n, month(in).n + 1);
}

static void test_t_10_billing_day(void **state)
{
    (void)state;
    check((struct en_billing){25, 0, 180}, "2026-06", "2026-06-25T00:00:00+03:00",
          "2026-07-25T00:00:00+03:00");
    check((struct en_billing){1, 0, 180}, "2026-06", "2026-06-01T00:00:00+03:00",
          "2026-07-01T00:00:00+03:00");
    check((struct en_billing){0, 0, 0}, "2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z");
    check((struct en_billing){23, 10, 180}, "2026-06", "2026-06-23T10:00:00+03:00",
          "2026-07-23T10:00:00+03:00");
    check((struct en_billing){31, 0, 180}, "2026-01", "2026-01-31T00:00:00+03:00",
          "2026-02-28T00:00:00+03:00");
    check((struct en_billing){31, 0, 180}, "2026-02", "2026-02-28T00:00:00+03:00",
          "2026-03-31T00:00:00+03:00");
}

/* Midnight of 1 July at +05:00 is 22:00 of 30 June in books at +03:00: it belongs to June. */
static void test_t_06_month_of_the_books(void **state)
{
    (void)state;
    struct en_billing books = {1, 0, 180};
    assert_int_equal(en_billing_month_of(&books, instant("2026-07-01T00:00:00+05:00")).n,
                     month("2026-06").n);
    struct en_billing there = {1, 0, 300};
    assert_int_equal(en_billing_month_of(&there, instant("2026-07-01T00:00:00+05:00")).n,
                     month("2026-07").n);
}

static void test_what_no_period_can_begin_at_is_refused(void **state)
{
    (void)state;
    struct en_error err = {0};
    assert_int_equal(en_billing_check(&(struct en_billing){32, 0, 0}, &err), EN_RANGE);
    assert_int_equal(en_billing_check(&(struct en_billing){1, 24, 0}, &err), EN_RANGE);
    assert_int_equal(en_billing_check(&(struct en_billing){1, 0, 1081}, &err), EN_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_t_10_billing_day),
        cmocka_unit_test(test_t_06_month_of_the_books),
        cmocka_unit_test(test_what_no_period_can_begin_at_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
