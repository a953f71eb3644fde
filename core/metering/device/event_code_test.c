#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/metering/device/event_code.h"

/* What a code means, as "class/edge/part ...". */
static void describe(const char *text, char *out, size_t out_size)
{
    struct en_event_meaning meanings[EN_EVENT_MEANINGS_MAX];
    struct en_event_code code = en_event_code_parse(en_slice_text(text));
    uint32_t count = en_event_code_meanings(&code, meanings);
    size_t length = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        const struct en_event_class_info *info = en_event_class_info(meanings[i].class);
        const struct en_event_part_info *part = en_event_part_info(meanings[i].part);
        int more =
            snprintf(out + length, out_size - length, "%s%s/%s/%s", i == 0 ? "" : " ", info->text,
                     en_event_edge_text((en_event_edge)meanings[i].edge), part->text);
        assert_true(more > 0 && (size_t)more < out_size - length);
        length += (size_t)more;
    }
}

/* One row at least of every line of 10.1 to 10.4. */
static void test_codes_mean_their_classes(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        const char *means;
    } rows[] = {
        {"spodes:0:1", "phase_lost/start/a"},
        {"spodes:0:2", "phase_lost/end/a"},
        {"spodes:0:6", "phase_lost/end/c"},
        {"spodes:0:7", "volt_high/start/"},
        {"spodes:0:10", "volt_low/end/"},
        {"spodes:0:11", "unbalance/start/"},
        {"spodes:0:15", "volt_high/start/b"},
        {"spodes:0:24", "sag/end/c"},
        {"spodes:0:25", "phase_sequence/start/"},
        {"spodes:0:28", "volt_interruption/end/"},
        {"spodes:1:3", "reverse/start/b"},
        {"spodes:1:7", "ct_fault/start/a"},
        {"spodes:1:14", "current_unbalance/end/"},
        {"spodes:1:15", "ct_fault/start/short"},
        {"spodes:1:18", "limit_over/end/current"},
        {"spodes:1:23", "current_without_voltage/start/c"},
        {"spodes:1:27", "limit_over/start/current_b"},
        {"spodes:1:31", "current_without_voltage/start/neutral"},
        {"spodes:1:33", "reverse/start/"},
        {"spodes:1:36", "reverse/end/mixed"},
        {"spodes:1:37", "current_relay_off/start/"},
        {"spodes:1:39", ""},
        {"spodes:2:1", "power_off/start/"},
        {"spodes:2:2", "power_off/end/"},
        {"spodes:2:3", "relay_off/start/by_remote"},
        {"spodes:2:5", "relay_permitted/point/"},
        {"spodes:2:7", "relay_off/end/by_subscriber"},
        {"spodes:2:8", "relay_off/start/by_power limit_over/point/power"},
        {"spodes:2:9", "relay_off/start/by_current limit_over/point/current"},
        {"spodes:2:10", "relay_off/start/by_magnet magnet/point/"},
        {"spodes:2:12", "relay_off/end/by_device"},
        {"spodes:2:17", "backup_supply/end/"},
        {"spodes:2:18", "relay_off/start/by_cover tamper_case/point/"},
        {"spodes:3:1", "param_changed/point/"},
        {"spodes:3:3", "clock_set/point/"},
        {"spodes:3:4", "dst_param/point/"},
        {"spodes:3:9", "tariff_changed/point/"},
        {"spodes:3:14", "keys_changed/point/"},
        {"spodes:3:16", "ratio_changed/point/"},
        {"spodes:3:17", "ratio_changed/point/"},
        {"spodes:3:18", "param_changed/point/"},
        {"spodes:3:48", "log_cleared/point/"},
        {"spodes:3:49", "tariff_changed/point/"},
        {"spodes:3:60", "keys_changed/point/"},
        {"spodes:3:62", "mode_changed/point/"},
        {"spodes:3:65", "firmware_updated/point/"},
        {"spodes:3:68", "clock_set/point/"},
        {"spodes:3:86", "param_changed/point/"},
        {"spodes:3:87", ""},
        {"spodes:4:1", "magnet/start/"},
        {"spodes:4:2", "magnet/end/"},
        {"spodes:4:3", "tamper_cover/point/"},
        {"spodes:4:4", "tamper_case/point/"},
        {"spodes:5:2", "comm_lost/end/"},
        {"spodes:6:1", "access_denied/point/"},
        {"spodes:6:2", "protocol_abuse/point/"},
        {"spodes:7:1", "device_started/point/"},
        {"spodes:7:4", "device_fault/start/computing"},
        {"spodes:7:19", "device_fault/end/computing"},
        {"spodes:7:18", "device_fault/end/rtc_clock"},
        {"spodes:8:1", "limit_over/start/tan_phi"},
        {"spodes:9:1", ""},
        {"dlms:1", "power_off/start/"},
        {"dlms:2", "power_off/end/"},
        {"dlms:3", "dst_param/point/"},
        {"dlms:4", "clock_set/point/old_time"},
        {"dlms:5", "clock_set/point/new_time"},
        {"dlms:6", "clock_fault/point/"},
        {"dlms:19", ""},
        {"dlms:24", ""},
        {"dlms:51", ""},
        {"dlms:40", "tamper_cover/start/"},
        {"dlms:43", "magnet/end/"},
        {"dlms:61", "relay_off/start/by_subscriber"},
        {"dlms:66", "limit_over/start/power"},
        {"dlms:69", "relay_fail/point/"},
        {"dlms:77", "volt_low/start/b"},
        {"dlms:82", "phase_lost/start/a"},
        {"dlms:87", "phase_lost/end/c volt_low/end/c volt_high/end/c"},
        {"dlms:92", "volt_quality/point/a"},
        {"dlms:254", "profile_cleared/point/"},
        {"cim:3.26.38.85", "power_off/start/"},
        {"cim:0.26.38.49", "power_off/end/"},
        {"cim:3.36.116.14", "clock_set/point/old_time"},
        {"cim:3.12.66.243", "magnet/end/"},
        {"cim:3.31.26.68", "relay_off/start/by_remote"},
        {"cim:3.21.89.177", "register_overflow/point/"},
        {"cim:3.26.38.86", ""},
        {"ansi-old:1", "power_off/start/"},
        {"ansi-new:2", "power_off/end/"},
        {"ansi-old:32", "test_mode/start/"},
        {"ansi-new:33", "test_mode/end/"},
        {"ansi-new:36", "param_changed/point/"},
        {"ansi-old:36", "device_fault/point/config"},
        {"ansi-new:37", "device_fault/point/config"},
        {"ansi-old:45", "limit_over/point/power"},
        {"ansi-new:46", "limit_over/point/power"},
        {"ansi-old:46", "power_off/point/"},
        {"ansi-new:49", "reverse/point/"},
        {"ansi-old:49", ""},
        {"ansi-new:57", "tamper_case/point/"},
        {"ansi-old:2048", ""},
        {"E-17: case opened", ""},
        {"", ""},
    };
    char means[256];
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        describe(rows[i].code, means, sizeof means);
        assert_string_equal(means, rows[i].means);
    }
}

static void test_what_is_not_exactly_a_code_is_free(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "spodes",
        "spodes:",
        "spodes:2",
        "spodes:2:",
        "spodes:2:1 ",
        "spodes:02:1",
        "spodes:2:01",
        "spodes:2:65536",
        "spodes:-1:1",
        "dlms:",
        "dlms:1:2",
        "dlms:1.2",
        "DLMS:1",
        " dlms:1",
        "cim:3.26.38",
        "cim:3.26.38.",
        "cim:3.26.38.85.1",
        "cim:3:26:38:85",
        "ansi:1",
        "ansi-old",
        "ansi-newer:1",
        "dlms:99999999999999999999",
    };
    for (size_t i = 0; i < EN_COUNT_OF(texts); i++) {
        struct en_event_code code = en_event_code_parse(en_slice_text(texts[i]));
        assert_int_equal(code.dialect, EN_EVENT_FREE);
        assert_int_equal(code.number, 0);
    }
}

static void test_every_row_prints_and_reads_again(void **state)
{
    (void)state;
    uint32_t count = 0;
    const struct en_event_code_row *rows = en_event_code_rows(&count);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(rows[i].first <= rows[i].last);
        assert_int_equal(en_event_meaning_check(rows[i].meaning, NULL), EN_OK);
        struct en_event_code code = {
            rows[i].dialect, rows[i].log == EN_EVENT_LOG_ANY ? 3 : rows[i].log, rows[i].last};
        char text[EN_EVENT_CODE_TEXT_SIZE];
        size_t size = en_event_code_print(&code, text);
        struct en_event_code again = en_event_code_parse(en_slice_of(text, size));
        assert_int_equal(again.dialect, code.dialect);
        assert_int_equal(again.log, code.log);
        assert_true(again.number == code.number);
        struct en_event_meaning meanings[EN_EVENT_MEANINGS_MAX];
        assert_true(en_event_code_meanings(&code, meanings) > 0);
    }
}

/* A start of a pair has an end in its dialect: else it is a point, or it would stay open for ever.
 */
static void test_every_start_has_an_end(void **state)
{
    (void)state;
    uint32_t count = 0;
    const struct en_event_code_row *rows = en_event_code_rows(&count);
    for (uint32_t i = 0; i < count; i++) {
        if (rows[i].meaning.edge != EN_EVENT_START) {
            continue;
        }
        bool has_end = false;
        for (uint32_t j = 0; j < count; j++) {
            has_end = has_end ||
                      (rows[j].dialect == rows[i].dialect && rows[j].meaning.edge == EN_EVENT_END &&
                       rows[j].meaning.class == rows[i].meaning.class &&
                       en_event_pair_part(rows[j].meaning.part) ==
                           en_event_pair_part(rows[i].meaning.part));
        }
        assert_true(has_end);
    }
}

static void test_journal_of_a_code(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"spodes:2:1", "spodes:2"},  {"dlms:1", "dlms"}, {"cim:3.26.38.85", "cim"},
        {"ansi-new:46", "ansi-new"}, {"something", ""},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_event_code code = en_event_code_parse(en_slice_text(rows[i][0]));
        char text[EN_EVENT_CODE_TEXT_SIZE];
        size_t size = en_event_code_journal(&code, text);
        assert_string_equal(text, rows[i][1]);
        assert_int_equal(size, strlen(text));
    }
}

static void test_classes_and_parts_are_found_by_text_and_number(void **state)
{
    (void)state;
    uint32_t count = 0;
    const struct en_event_class_info *classes = en_event_classes(&count);
    for (uint32_t i = 0; i < count; i++) {
        assert_ptr_equal(en_event_class_info((uint32_t)classes[i].class), &classes[i]);
        assert_ptr_equal(en_event_class_by_text(en_slice_text(classes[i].text)), &classes[i]);
        assert_true(i == 0 || classes[i - 1].class < classes[i].class);
        assert_true(classes[i].class <= EN_EVENT_CLASS_MAX);
        assert_true(classes[i].english[0] != '\0');
        assert_true(classes[i].russian[0] != '\0');
        assert_true(en_event_severity_text(classes[i].severity)[0] != '\0');
        en_event_category category = EN_EVENT_CATEGORY_NONE;
        assert_true(en_event_category_by_text(
            en_slice_text(en_event_category_text(classes[i].category)), &category));
        assert_int_equal(category, classes[i].category);
        assert_true(en_event_category_about(category, true)[0] != '\0');
        assert_true(en_event_effect_about(classes[i].effect)[0] != '\0');
    }
    const struct en_event_part_info *parts = en_event_parts(&count);
    for (uint32_t i = 0; i < count; i++) {
        assert_ptr_equal(en_event_part_info((uint32_t)parts[i].part), &parts[i]);
        assert_ptr_equal(en_event_part_by_text(en_slice_text(parts[i].text)), &parts[i]);
        assert_true(i == 0 || parts[i - 1].part < parts[i].part);
        assert_true(parts[i].part <= EN_EVENT_PART_MAX);
    }
    assert_null(en_event_class_info(9));
    assert_null(en_event_class_by_text(en_slice_text("nothing")));
    assert_null(en_event_part_info(99));
    en_event_edge edge = EN_EVENT_POINT;
    assert_true(en_event_edge_by_text(en_slice_text("start"), &edge));
    assert_int_equal(edge, EN_EVENT_START);
    assert_false(en_event_edge_by_text(en_slice_text("begin"), &edge));
}

static void test_meaning_that_is_none_is_refused(void **state)
{
    (void)state;
    static const struct en_event_meaning rows[] = {
        {9, EN_EVENT_POINT, 0},
        {EN_EVENT_POWER_OFF, EN_EVENT_START, 9},
        {EN_EVENT_POWER_OFF, 0, 0},
        {EN_EVENT_POWER_OFF, 4, 0},
        {EN_EVENT_CLOCK_SET, EN_EVENT_START, 0},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_error err = {.text = ""};
        assert_int_equal(en_event_meaning_check(rows[i], &err), EN_RANGE);
        assert_true(err.text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes_mean_their_classes),
        cmocka_unit_test(test_what_is_not_exactly_a_code_is_free),
        cmocka_unit_test(test_every_row_prints_and_reads_again),
        cmocka_unit_test(test_every_start_has_an_end),
        cmocka_unit_test(test_journal_of_a_code),
        cmocka_unit_test(test_classes_and_parts_are_found_by_text_and_number),
        cmocka_unit_test(test_meaning_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
