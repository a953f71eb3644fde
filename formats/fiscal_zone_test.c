#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "formats/fiscal_zone.h"
#include "tests/formats/moscow_zone.h"

static struct en_instant at(const char *text)
{
    struct en_instant instant = {0};
    assert_int_equal(en_instant_parse(en_slice_text(text), 0, &instant, NULL), EN_OK);
    return instant;
}

static void test_zone_is_an_offset_or_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_code code;
        int32_t minutes;
    } rows[] = {{"+10:00", EN_OK, 600},   {"-0330", EN_OK, -210},  {"+03", EN_OK, 180},
                {"Z", EN_OK, 0},          {"+18:01", EN_USAGE, 0}, {"+1", EN_USAGE, 0},
                {"+10:60", EN_USAGE, 0},  {"", EN_USAGE, 0},       {"+1a:00", EN_USAGE, 0},
                {"Mars", EN_NOT_FOUND, 0}};
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_fiscal_zone zone;
        en_code code =
            en_fiscal_zone_parse(en_slice_text(rows[i].text), en_moscow_source(), &zone, NULL);
        assert_int_equal(code, rows[i].code);
        if (code == EN_OK) {
            assert_int_equal(en_fiscal_zone_offset(&zone, at("2013-04-14")), rows[i].minutes);
        }
    }
    struct en_fiscal_zone zone;
    assert_int_equal(en_fiscal_zone_parse(en_slice_text("Europe/Moscow"), NULL, &zone, NULL),
                     EN_USAGE);
}

static void test_zone_fiscal_offset_is_standard_time(void **state)
{
    (void)state;
    struct en_fiscal_zone zone;
    assert_int_equal(
        en_fiscal_zone_parse(en_slice_text("Europe/Moscow"), en_moscow_source(), &zone, NULL),
        EN_OK);
    static const struct {
        const char *at;
        int32_t minutes;
    } rows[] = {{"1970-01-01T00:00:00Z", 180}, {"2010-07-01T00:00:00Z", 180},
                {"2011-03-26T22:59:59Z", 180}, {"2011-03-26T23:00:00Z", 240},
                {"2012-01-01T00:00:00Z", 240}, {"2014-10-25T21:59:59Z", 240},
                {"2014-10-25T22:00:00Z", 180}, {"2026-07-01T00:00:00Z", 180}};
    assert_int_equal(zone.spans_count, 3);
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        assert_int_equal(en_fiscal_zone_offset(&zone, at(rows[i].at)), rows[i].minutes);
    }
}

static void test_zone_local_time_has_no_one_or_two_instants(void **state)
{
    (void)state;
    struct en_fiscal_zone zone;
    struct en_instant instants[2] = {{0}, {0}};
    uint32_t count = 9;
    assert_int_equal(
        en_fiscal_zone_parse(en_slice_text("Europe/Moscow"), en_moscow_source(), &zone, NULL),
        EN_OK);
    struct en_civil civil = {2010, 3, 28, 2, 30, 0, 0};
    assert_int_equal(en_fiscal_zone_instants(&zone, &civil, instants, &count, NULL), EN_OK);
    assert_int_equal(count, 0);
    civil = (struct en_civil){2010, 10, 31, 2, 30, 0, 0};
    assert_int_equal(en_fiscal_zone_instants(&zone, &civil, instants, &count, NULL), EN_OK);
    assert_int_equal(count, 2);
    assert_int_equal(instants[0].us, at("2010-10-30T22:30:00Z").us);
    assert_int_equal(instants[1].us, at("2010-10-30T23:30:00Z").us);
    civil = (struct en_civil){2013, 4, 14, 0, 0, 0, 0};
    assert_int_equal(en_fiscal_zone_instants(&zone, &civil, instants, &count, NULL), EN_OK);
    assert_int_equal(count, 1);
    assert_int_equal(instants[0].us, at("2013-04-13T20:00:00Z").us);
    civil.month = 13;
    assert_int_equal(en_fiscal_zone_instants(&zone, &civil, instants, &count, NULL), EN_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zone_is_an_offset_or_a_name),
        cmocka_unit_test(test_zone_fiscal_offset_is_standard_time),
        cmocka_unit_test(test_zone_local_time_has_no_one_or_two_instants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
