#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/register_code.h"

static void test_obis_goes_both_ways(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *printed;
    } rows[] = {
        {"1-0:1.8.0*255", "1-0:1.8.0*255"}, {"1.29.0", "1.29.0"},   {"1.8", "1.8"},
        {"1-0:1.8.0", "1-0:1.8.0"},         {"0:1.8.0", "0:1.8.0"}, {"1.8.0*5", "1.8.0*5"},
        {"1.0.1.8.0.255", "1-0:1.8.0*255"}, {"1.8.0&5", "1.8.0*5"}, {"1.8*5", "1.8*5"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_obis obis;
        char text[EN_OBIS_TEXT_SIZE];
        struct en_error err = {0};
        assert_int_equal(en_obis_parse(en_slice_text(rows[i].text), &obis, &err), EN_OK);
        assert_int_equal(en_obis_print(&obis, text), strlen(rows[i].printed));
        assert_string_equal(text, rows[i].printed);
    }
}

static void test_obis_refuses_with_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *said;
    } rows[] = {
        {"", "position 1"},          {"1", "groups C and D"},     {"1-0", "groups C and D"},
        {"1-0:1", "groups C and D"}, {"1.", "position 3"},        {"1.256.0", "position 6"},
        {"1.8.0*", "position 7"},    {"1.8.0*5*6", "position 8"}, {"A+", "position 1"},
        {"1.8.0.5", "position 6"},   {"1.8.0 ", "position 6"},    {"1.2.3.4.5.6.7", "position 6"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_obis obis;
        struct en_error err = {0};
        assert_int_equal(en_obis_parse(en_slice_text(rows[i].text), &obis, &err), EN_MALFORMED);
        assert_non_null(strstr(err.text, rows[i].said));
    }
}

static void test_codes_have_meanings(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        en_unit unit;
        en_direction direction;
        en_register_kind kind;
        int tariff;
        const char *channel;
    } rows[] = {
        {"A+", EN_UNIT_KWH, EN_DIRECTION_IN, EN_REGISTER_INTERVAL, 0, "A+"},
        {"R-", EN_UNIT_KVARH, EN_DIRECTION_OUT, EN_REGISTER_INTERVAL, 0, "R-"},
        {"01", EN_UNIT_KWH, EN_DIRECTION_IN, EN_REGISTER_INTERVAL, 0, "A+"},
        {"04", EN_UNIT_KVARH, EN_DIRECTION_OUT, EN_REGISTER_INTERVAL, 0, "R-"},
        {"1.29.0", EN_UNIT_KWH, EN_DIRECTION_IN, EN_REGISTER_INTERVAL, 0, "A+"},
        {"1-0:2.8.0*255", EN_UNIT_KWH, EN_DIRECTION_OUT, EN_REGISTER_CUMULATIVE, 0, "A-"},
        {"1-0:1.8.2*255", EN_UNIT_KWH, EN_DIRECTION_IN, EN_REGISTER_CUMULATIVE, 2, "A+"},
        {"1-0:3.8.0", EN_UNIT_KVARH, EN_DIRECTION_IN, EN_REGISTER_CUMULATIVE, 0, "R+"},
        {"1-0:1.7.0*255", EN_UNIT_KW, EN_DIRECTION_IN, EN_REGISTER_INSTANTANEOUS, 0, NULL},
        {"1-0:1.6.0", EN_UNIT_KW, EN_DIRECTION_IN, EN_REGISTER_DEMAND, 0, NULL},
        {"1-0:32.7.0", EN_UNIT_V, EN_DIRECTION_NONE, EN_REGISTER_INSTANTANEOUS, 0, NULL},
        {"7-0:3.0.0", EN_UNIT_M3, EN_DIRECTION_IN, EN_REGISTER_CUMULATIVE, 0, NULL},
        {"8-0:1.0.0", EN_UNIT_M3, EN_DIRECTION_IN, EN_REGISTER_CUMULATIVE, 0, NULL},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_register_meaning meaning;
        assert_int_equal(en_register_meaning_of(en_slice_text(rows[i].code), &meaning, NULL),
                         EN_OK);
        assert_int_equal(meaning.unit, rows[i].unit);
        assert_int_equal(meaning.direction, rows[i].direction);
        assert_int_equal(meaning.kind, rows[i].kind);
        assert_int_equal(meaning.tariff, rows[i].tariff);
        assert_int_equal(meaning.channel == NULL, rows[i].channel == NULL);
        if (meaning.channel != NULL) {
            assert_string_equal(meaning.channel, rows[i].channel);
        }
    }
}

static void test_unknown_codes_stay_opaque(void **state)
{
    (void)state;
    static const char *const codes[] = {"",           "a+",         "05",        "X7",
                                        "1-0:99.8.0", "1-0:32.8.0", "6-0:1.0.0", "1-0:1.99.0"};
    for (size_t i = 0; i < EN_COUNT_OF(codes); i++) {
        struct en_register_meaning meaning;
        struct en_error err = {0};
        assert_int_equal(en_register_meaning_of(en_slice_text(codes[i]), &meaning, &err),
                         EN_NOT_FOUND);
    }
}

static void test_80020_maps_both_ways(void **state)
{
    (void)state;
    static const char *const channels[] = {"A+", "A-", "R+", "R-"};
    static const char *const codes[] = {"01", "02", "03", "04"};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(en_channel_of_80020(en_slice_text(codes[i])), channels[i]);
        assert_string_equal(en_channel_to_80020(en_slice_text(channels[i])), codes[i]);
    }
    assert_null(en_channel_of_80020(en_slice_text("A+")));
    assert_null(en_channel_to_80020(en_slice_text("01")));
}

static void test_register_bears_the_load_of_an_act(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        bool bears;
    } rows[] = {{"A+", true},        {"A-", false},        {"R+", false}, {"R-", false},
                {"1-0:1.8.0", true}, {"1-0:1.8.1", false}, {"heat", true}};
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        assert_int_equal(en_register_bears_load(en_slice_text(rows[i].code)), rows[i].bears);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_register_bears_the_load_of_an_act),
        cmocka_unit_test(test_obis_goes_both_ways),
        cmocka_unit_test(test_obis_refuses_with_place),
        cmocka_unit_test(test_codes_have_meanings),
        cmocka_unit_test(test_unknown_codes_stay_opaque),
        cmocka_unit_test(test_80020_maps_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
