#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/assert.h"
#include "core/metering/quality.h"
#include "core/metering/rule/rule.h"
#include "core/utf8.h"

static const struct en_rule *rule_of(const char *name)
{
    const struct en_rule *rule = en_rule_find(en_slice_text(name));
    assert_non_null(rule);
    return rule;
}

static bool is_text(const char *text)
{
    return text != NULL && text[0] != '\0' && en_utf8_is_valid(en_slice_text(text));
}

static void check_texts(const struct en_rule_text *text, const struct en_rule_text *other)
{
    assert_true(is_text(text->title) && is_text(text->does));
    assert_true(is_text(text->example) && is_text(text->expected));
    assert_ptr_equal(text->cannot == NULL, other->cannot == NULL);
}

static void check_parameter(const struct en_rule_parameter *parameter)
{
    assert_true(is_text(parameter->name));
    assert_true(is_text(parameter->english) && is_text(parameter->russian));
    assert_non_null(parameter->unit);
    bool is_choice = parameter->type == EN_RULE_TYPE_CHOICE;
    assert_ptr_equal(is_choice, parameter->choices != NULL);
    assert_true(is_text(en_rule_type_name(parameter->type)));
    bool has_range =
        parameter->type != EN_RULE_TYPE_NAME && parameter->type != EN_RULE_TYPE_METHODS;
    assert_true(!has_range || parameter->min < parameter->max);
    assert_true(!has_range || parameter->initial <= parameter->max);
}

static void test_rule_table_is_whole(void **state)
{
    (void)state;
    for (int id = EN_RULE_NONE + 1; id < EN_RULES_COUNT; id++) {
        const struct en_rule *rule = en_rule_of((en_rule_id)id);
        assert_int_equal(rule->id, id);
        assert_ptr_equal(rule_of(rule->name), rule);
        assert_true(is_text(en_rule_stage_name(rule->stage)) && is_text(rule->source));
        assert_true(rule->edition >= 1);
        check_texts(&rule->english, &rule->russian);
        check_texts(&rule->russian, &rule->english);
        assert_true(!rule->is_method || rule->stage == EN_STAGE_SUBSTITUTION);
        uint32_t lists = 0;
        uint32_t texts = 0;
        for (uint32_t i = 0; i < en_rule_parameters_count(rule); i++) {
            const struct en_rule_parameter *parameter = en_rule_parameter(rule, i);
            check_parameter(parameter);
            lists += parameter->type == EN_RULE_TYPE_METHODS ? 1 : 0;
            texts += parameter->type == EN_RULE_TYPE_NAME ? 1 : 0;
        }
        assert_true(lists <= 1 && texts <= 1); /* values hold one of each */
    }
}

/* Defaults are parameters that may be given: what prints reads again to the same. */
static void test_rule_defaults_print_and_read(void **state)
{
    (void)state;
    for (int id = EN_RULE_NONE + 1; id < EN_RULES_COUNT; id++) {
        for (int resource = 0; resource < EN_RESOURCES_COUNT; resource++) {
            const struct en_rule *rule = en_rule_of((en_rule_id)id);
            struct en_rule_values values;
            struct en_rule_values again;
            struct en_buf json;
            struct en_error err = {0};
            en_buf_init(&json, EN_RULE_JSON_SIZE_MAX);
            en_rule_defaults(rule, (en_resource)resource, &values);
            assert_int_equal(values.given, 0);
            en_rule_print(&values, true, &json);
            assert_int_equal(
                en_rule_parse(rule, EN_RESOURCE_ELECTRICITY, en_buf_slice(&json), &again, &err),
                EN_OK);
            assert_memory_equal(values.at, again.at, sizeof values.at);
            en_buf_reset(&json);
            en_rule_print(&values, false, &json);
            assert_true(en_slice_equal(en_buf_slice(&json), en_slice_text("{}")));
            en_buf_fini(&json);
        }
    }
}

static int64_t initial_of(const char *name, en_resource resource, uint32_t index)
{
    struct en_rule_values values;
    en_rule_defaults(rule_of(name), resource, &values);
    return values.at[index];
}

/* domain §1.3, §2.3, §11: the defaults that the catalogues give. */
static void test_rule_defaults_are_those_of_the_catalogues(void **state)
{
    (void)state;
    const en_resource power = EN_RESOURCE_ELECTRICITY;
    assert_int_equal(initial_of("V-02", power, EN_V_02_WARN), 5);
    assert_int_equal(initial_of("V-02", power, EN_V_02_ERROR), 180);
    assert_int_equal(initial_of("V-02", power, EN_V_02_ESTIMATE), 55 * 60);
    assert_int_equal(initial_of("V-06", power, EN_V_06_TOLERANCE), 120);
    assert_int_equal(initial_of("V-07", power, EN_V_07_MULTIPLIERS), 2000000);
    assert_int_equal(initial_of("V-09", power, EN_V_09_RATIO), 1800000);
    assert_int_equal(initial_of("V-09", power, EN_V_09_PULSES), 10000000);
    assert_int_equal(initial_of("V-11", power, EN_V_11_PERCENT), 250000);
    assert_int_equal(initial_of("V-13", power, EN_V_13_RUN), 3600);
    assert_int_equal(initial_of("V-13", EN_RESOURCE_GAS, EN_V_13_RUN), 48 * 3600);
    assert_int_equal(initial_of("V-13", EN_RESOURCE_HEAT, EN_V_13_RUN), 720 * 3600);
    assert_int_equal(initial_of("V-13", EN_RESOURCE_WATER, EN_V_13_RUN), 720 * 3600);
    assert_int_equal(initial_of("V-15", power, EN_V_15_ERROR), 1200000);
    assert_int_equal(initial_of("V-19", power, EN_V_19_RUN), 6);
    assert_int_equal(initial_of("V-19", power, EN_RULE_ENABLED), 1);
    assert_int_equal(initial_of("V-19", EN_RESOURCE_GAS, EN_RULE_ENABLED), 0);
    assert_int_equal(initial_of("V-22", power, EN_V_22_FACTOR), 1500000);
    assert_int_equal(initial_of("V-24", power, EN_V_24_PERCENT), 100000);
    assert_int_equal(initial_of("V-28", power, EN_V_28_HALF), 12);
    assert_int_equal(initial_of("V-28", power, EN_V_28_TIMES), 6000000);
    assert_int_equal(initial_of("E-01", power, EN_E_01_GAP), 7200);
    assert_int_equal(initial_of("E-15", power, EN_RULE_ENABLED), 0);
    assert_int_equal(initial_of("E-15", EN_RESOURCE_GAS, EN_RULE_ENABLED), 1);
    assert_int_equal(initial_of("D442-B", power, EN_D442_B_PERIODS), 2);
    assert_int_equal(initial_of("D442-C", power, EN_D442_C_HOURS), 8760);
    assert_int_equal(initial_of("D442-D", power, EN_D442_D_COSPHI), 900000);
    assert_int_equal(initial_of("D442-D", power, EN_D442_D_DIVISOR), 1500000);
    assert_int_equal(initial_of("D442-E", power, EN_D442_E_THRESHOLD), 670000000);
    assert_int_equal(initial_of("D442-F", power, EN_D442_F_HOURS), 26280);
    assert_int_equal(initial_of("B-02q", power, EN_B_02Q_PERCENT), 100000);
    assert_int_equal(initial_of("B-02t", power, EN_B_02T_PERIODS), 3);
    assert_int_equal(initial_of("D-09", power, EN_D_09_SLOTS), 1);
    assert_int_equal(initial_of("D-09", power, EN_D_09_HYSTERESIS), 20000);
    assert_int_equal(initial_of("V-07", power, EN_RULE_SEVERITY), EN_SEVERITY_BLOCKING);
    assert_int_equal(rule_of("V-07")->flag, EN_QUALITY_SUM);
}

static en_code parse(const char *rule, const char *json, struct en_rule_values *values,
                     struct en_error *err)
{
    *err = (struct en_error){0};
    return en_rule_parse(rule_of(rule), EN_RESOURCE_ELECTRICITY, en_slice_text(json), values, err);
}

static void test_rule_reads_every_type(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        const char *json;
        uint32_t index;
        int64_t value;
    } rows[] = {
        {"V-09", "{\"ratio\":1.8}", EN_V_09_RATIO, 1800000},
        {"V-09", "{\"ratio\":\"2.000001\"}", EN_V_09_RATIO, 2000001},
        {"V-07", "{\"percent\":0.7}", EN_V_07_PERCENT, 7000},
        {"V-07", "{\"percent\":\"0.7 %\"}", EN_V_07_PERCENT, 7000},
        {"V-07", "{\"percent\":\"0.7%\"}", EN_V_07_PERCENT, 7000},
        {"V-07", "{\"span\":\"week\"}", EN_V_07_SPAN, EN_V_07_SPAN_WEEK},
        {"V-07", "{\"severity\":\"error\"}", EN_RULE_SEVERITY, EN_SEVERITY_ERROR},
        {"V-02", "{\"estimate\":\"55m\"}", EN_V_02_ESTIMATE, 3300},
        {"V-13", "{\"run\":\"2h\"}", EN_V_13_RUN, 7200},
        {"V-13", "{\"run\":\"0.5h\"}", EN_V_13_RUN, 1800},
        {"V-13", "{\"run\":\"30d\"}", EN_V_13_RUN, 30 * 86400},
        {"V-13", "{\"run\":90}", EN_V_13_RUN, 90},
        {"V-19", "{\"run\":6.0}", EN_V_19_RUN, 6},
        {"V-14", "{\"enabled\":false}", EN_RULE_ENABLED, 0},
        {"E-03", "{\"ratio\":-1}", EN_E_03_RATIO, -1000000},
        {"V-14", "", EN_RULE_ENABLED, 1},
        {"V-14", " { } ", EN_RULE_ENABLED, 1},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_rule_values values;
        struct en_error err;
        if (parse(rows[i].rule, rows[i].json, &values, &err) != EN_OK) {
            fail_msg("%s %s: %s", rows[i].rule, rows[i].json, err.text);
        }
        assert_int_equal(values.at[rows[i].index], rows[i].value);
    }
}

static void test_rule_refuses_what_is_wrong_and_says_how_to_mend_it(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        const char *json;
        en_code code;
        const char *words;
    } rows[] = {
        {"V-09", "{\"ration\":2}", EN_MALFORMED,
         "rule V-09: there is no parameter \"ration\"; did you mean \"ratio\"?"},
        {"V-09", "{\"zzzzzzz\":2}", EN_MALFORMED, "it has enabled, severity, ratio, pulses"},
        {"V-02", "{\"severity\":\"error\"}", EN_MALFORMED, "there is no parameter \"severity\""},
        {"V-09", "{\"ratio\":2,\"ratio\":3}", EN_MALFORMED, "parameter \"ratio\" is given twice"},
        {"V-09", "{\"ratio\":true}", EN_MALFORMED,
         "parameter \"ratio\": true or false is given: give a number"},
        {"V-09", "{\"ratio\":\"much\"}", EN_MALFORMED, "\"much\" is no number"},
        {"V-09", "{\"ratio\":1e3}", EN_MALFORMED, "\"1e3\" is no number"},
        {"V-09", "{\"ratio\":-1}", EN_RANGE, "\"-1\" is out of range: give 0 to 1000000000"},
        {"V-09", "{\"ratio\":99999999999999999999}", EN_RANGE, "is out of range"},
        {"V-09", "{\"ratio\":0.0000001}", EN_INEXACT, "more than six digits"},
        {"V-07", "{\"percent\":0.00001}", EN_INEXACT, "more than four digits"},
        {"V-07", "{\"percent\":101}", EN_RANGE, "give 0 to 100 %"},
        {"V-07", "{\"span\":\"year\"}", EN_MALFORMED,
         "\"year\" is none of its choices: give one of reads|day|week|month"},
        {"V-07", "{\"severity\":\"none\"}", EN_MALFORMED, "give one of warning|error|blocking"},
        {"V-07", "{\"span\":\"\"}", EN_MALFORMED, "none of its choices"},
        {"V-13", "{\"run\":\"10s\"}", EN_RANGE, "give 1m to 366d"},
        {"V-13", "{\"run\":\"0.0001h\"}", EN_INEXACT, "no whole number"},
        {"V-13", "{\"run\":\"9999999999999999999999d\"}", EN_RANGE, "out of range"},
        {"V-19", "{\"run\":2.5}", EN_INEXACT, "no whole number"},
        {"V-14", "{\"enabled\":1}", EN_MALFORMED, "a number is given: give true or false"},
        {"V-14", "{\"enabled\":null}", EN_MALFORMED, "null is given"},
        {"V-14", "[]", EN_MALFORMED, "its parameters are a list: give an object"},
        {"V-14", "{\"enabled\":true", EN_MALFORMED, "rule V-14: JSON, byte 16"},
        {"V-14", "{} x", EN_MALFORMED, "something stands behind"},
        {"CHAIN", "{\"chain\":\"ubp\"}", EN_MALFORMED,
         "custom|UBP|ELEXON|AEMO|DE|DE-GAS|RU-442|TECHNICAL"},
        {"CHAIN", "{\"methods\":[\"E-99\"]}", EN_MALFORMED, "\"E-99\" is no method"},
        {"CHAIN", "{\"methods\":[\"V-01\"]}", EN_MALFORMED, "\"V-01\" is no method"},
        {"CHAIN", "{\"methods\":[\"E-12\"]}", EN_MALFORMED, "\"E-12\" is no method"},
        {"CHAIN", "{\"methods\":[\"E-01\",\"E-01\"]}", EN_MALFORMED, "stands in the chain twice"},
        {"CHAIN", "{\"methods\":[7]}", EN_MALFORMED, "a number stands in the list"},
        {"CHAIN", "{\"methods\":{}}", EN_MALFORMED, "an object is given: give a list"},
        {"V-22", "{\"check\":5}", EN_MALFORMED, "give a name"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_rule_values values;
        struct en_error err;
        assert_int_equal(parse(rows[i].rule, rows[i].json, &values, &err), rows[i].code);
        if (strstr(err.text, rows[i].words) == NULL) {
            fail_msg("%s %s: %s, not: %s", rows[i].rule, rows[i].json, err.text, rows[i].words);
        }
    }
}

static void test_rule_parameters_are_bounded(void **state)
{
    (void)state;
    static char text[EN_RULE_JSON_SIZE_MAX + 2];
    struct en_rule_values values;
    struct en_error err;
    memset(text, ' ', EN_RULE_JSON_SIZE_MAX + 1);
    assert_int_equal(parse("V-14", text, &values, &err), EN_LIMIT);
    (void)snprintf(text, sizeof text, "{\"check\":\"%0300d\"}", 0);
    assert_int_equal(parse("V-22", text, &values, &err), EN_LIMIT);
}

static void test_rule_puts_parameters_of_a_command_line(void **state)
{
    (void)state;
    const struct en_rule *rule = rule_of("CHAIN");
    struct en_rule_values values;
    struct en_buf json;
    en_buf_init(&json, EN_RULE_JSON_SIZE_MAX);
    en_rule_defaults(rule, EN_RESOURCE_ELECTRICITY, &values);
    assert_int_equal(en_rule_put(rule, en_slice_text("methods"), en_slice_text("E-03, E-01,E-02"),
                                 &values, NULL),
                     EN_OK);
    assert_int_equal(
        en_rule_put(rule, en_slice_text("anchor"), en_slice_text("true"), &values, NULL), EN_OK);
    en_rule_print(&values, false, &json);
    en_buf_u8(&json, 0);
    assert_string_equal((const char *)json.bytes,
                        "{\"methods\":[\"E-03\",\"E-01\",\"E-02\"],\"anchor\":true}");
    struct en_error err = {0};
    assert_int_equal(
        en_rule_put(rule, en_slice_text("anchro"), en_slice_text("true"), &values, &err),
        EN_MALFORMED);
    assert_non_null(strstr(err.text, "did you mean \"anchor\"?"));
    en_buf_fini(&json);
}

static void test_rule_names_a_channel(void **state)
{
    (void)state;
    struct en_rule_values values;
    struct en_error err;
    assert_int_equal(parse("E-03", "{\"check\":\"ЦП-1/A+\"}", &values, &err), EN_OK);
    assert_string_equal(values.text, "ЦП-1/A+");
    struct en_buf json;
    en_buf_init(&json, EN_RULE_JSON_SIZE_MAX);
    en_rule_print(&values, false, &json);
    en_buf_u8(&json, 0);
    assert_string_equal((const char *)json.bytes, "{\"check\":\"ЦП-1/A+\"}");
    en_buf_fini(&json);
}

/* domain §1.4: the chains as tested data. */
static void test_rule_chains_come_to_methods(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        uint32_t count;
        en_rule_id methods[EN_RULE_LIST_MAX];
    } rows[] = {
        {"{}", 0, {EN_RULE_NONE}},
        {"{\"chain\":\"UBP\"}", 2, {EN_RULE_E_01, EN_RULE_E_02}},
        {"{\"chain\":\"DE\"}", 3, {EN_RULE_E_07, EN_RULE_E_01, EN_RULE_E_02}},
        {"{\"chain\":\"DE-GAS\"}", 3, {EN_RULE_E_01, EN_RULE_E_02, EN_RULE_E_15}},
        {"{\"chain\":\"RU-442\"}", 4, {EN_RULE_E_03, EN_RULE_E_08, EN_RULE_E_09, EN_RULE_E_10}},
        {"{\"chain\":\"TECHNICAL\"}", 4, {EN_RULE_E_03, EN_RULE_E_04, EN_RULE_E_11, EN_RULE_E_02}},
        {"{\"methods\":[\"E-02\",\"E-05\"]}", 2, {EN_RULE_E_02, EN_RULE_E_05}},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_rule_values values;
        struct en_error err;
        en_rule_id methods[EN_RULE_LIST_MAX] = {EN_RULE_NONE};
        assert_int_equal(parse("CHAIN", rows[i].json, &values, &err), EN_OK);
        assert_int_equal(en_rule_chain(&values, methods), rows[i].count);
        for (uint32_t k = 0; k < rows[i].count; k++) {
            assert_int_equal(methods[k], rows[i].methods[k]);
            assert_true(en_rule_of(methods[k])->is_method);
        }
    }
}

static void test_rule_values_are_printed_for_people(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        const char *json;
        uint32_t index;
        const char *text;
    } rows[] = {
        {"V-13", "{\"run\":7200}", EN_V_13_RUN, "2h"},
        {"V-13", "{\"run\":172800}", EN_V_13_RUN, "2d"},
        {"V-13", "{\"run\":90}", EN_V_13_RUN, "90s"},
        {"V-02", "{\"warn\":0}", EN_V_02_WARN, "0s"},
        {"V-07", "{\"percent\":0.7}", EN_V_07_PERCENT, "0.7"},
        {"V-09", "{}", EN_V_09_RATIO, "1.8"},
        {"V-07", "{\"span\":\"day\"}", EN_V_07_SPAN, "day"},
        {"V-07", "{}", EN_RULE_SEVERITY, "blocking"},
        {"V-07", "{}", EN_RULE_ENABLED, "true"},
        {"CHAIN", "{\"methods\":[\"E-01\",\"E-02\"]}", EN_CHAIN_METHODS, "E-01, E-02"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_rule_values values;
        struct en_error err;
        struct en_buf text;
        en_buf_init(&text, 256);
        assert_int_equal(parse(rows[i].rule, rows[i].json, &values, &err), EN_OK);
        en_rule_print_value(&values, rows[i].index, &text);
        en_buf_u8(&text, 0);
        assert_string_equal((const char *)text.bytes, rows[i].text);
        en_buf_fini(&text);
    }
}

static void test_rule_presets_can_be_read(void **state)
{
    (void)state;
    uint32_t count = 0;
    const struct en_rule_preset *presets = en_rule_presets(&count);
    assert_int_equal(count, 7);
    for (uint32_t i = 0; i < count; i++) {
        assert_ptr_equal(en_rule_preset_find(en_slice_text(presets[i].name)), &presets[i]);
        assert_true(is_text(presets[i].english) && is_text(presets[i].russian));
        for (uint32_t k = 0; k < presets[i].entries_count; k++) {
            const struct en_rule_preset_entry *entry = &presets[i].entries[k];
            struct en_rule_values values;
            struct en_error err = {0};
            en_resource resource = EN_RESOURCE_ELECTRICITY;
            assert_true(entry->resource == NULL ||
                        en_resource_parse(en_slice_text(entry->resource), &resource));
            if (en_rule_parse(en_rule_of(entry->rule), resource, en_slice_text(entry->parameters),
                              &values, &err) != EN_OK) {
                fail_msg("%s: %s", presets[i].name, err.text);
            }
        }
    }
    assert_null(en_rule_preset_find(en_slice_text("none")));
}

static void test_rule_unknown_names_have_a_nearest(void **state)
{
    (void)state;
    assert_null(en_rule_find(en_slice_text("V-99")));
    assert_null(en_rule_find(en_slice_text("")));
    assert_string_equal(en_rule_nearest(en_slice_text("CHIAN")), "CHAIN");
    en_rule_stage stage = EN_STAGE_VALIDITY;
    assert_true(en_rule_stage_parse(en_slice_text("balance"), &stage) && stage == EN_STAGE_BALANCE);
    assert_false(en_rule_stage_parse(en_slice_text("nothing"), &stage));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_table_is_whole),
        cmocka_unit_test(test_rule_defaults_print_and_read),
        cmocka_unit_test(test_rule_defaults_are_those_of_the_catalogues),
        cmocka_unit_test(test_rule_reads_every_type),
        cmocka_unit_test(test_rule_refuses_what_is_wrong_and_says_how_to_mend_it),
        cmocka_unit_test(test_rule_parameters_are_bounded),
        cmocka_unit_test(test_rule_puts_parameters_of_a_command_line),
        cmocka_unit_test(test_rule_names_a_channel),
        cmocka_unit_test(test_rule_chains_come_to_methods),
        cmocka_unit_test(test_rule_values_are_printed_for_people),
        cmocka_unit_test(test_rule_presets_can_be_read),
        cmocka_unit_test(test_rule_unknown_names_have_a_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
