/* Rules in force: settings accepted and refused, which target wins on which day, what the cache
 * remembers, which channels a setting touches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "projections/views/rules.h"
#include "tests/replay/world.h"

#define MOSCOW 180
#define FOR_EVER INT32_MAX

static const struct en_interval always = {{0}, {0}};

/* A substation S with a feeder F below it, P1 of the feeder, P2 of the substation, gas point G and
 * a lone point L. */
struct site {
    struct world world;
    struct world_projection now;
    struct en_rules *rules;
    uint32_t p1;
    uint32_t p2;
    uint32_t gas;
    uint32_t lone;
};

static uint32_t make_object(struct world *world, const char *key, uint32_t parent)
{
    struct en_object_set set = {.name = en_slice_text(key),
                                .type = en_slice_text("substation"),
                                .parent = parent,
                                .zone = en_slice_text(""),
                                .fiscal_offset_minutes = MOSCOW};
    uint32_t object = world_name(world, EN_NAME_OBJECT, key);
    (void)world_event(world, EN_KIND_OBJECT_SET, object, always, &set);
    return object;
}

static void place_point(struct world *world, const char *key, const char *resource, uint32_t object,
                        struct en_interval valid)
{
    struct en_point_set set = {
        .name = en_slice_text(key), .resource = en_slice_text(resource), .object = object};
    (void)world_event(world, EN_KIND_POINT_SET, world_name(world, EN_NAME_POINT, key), valid, &set);
}

static int setup(void **state)
{
    static struct site site;
    struct world *world = &site.world;
    memset(&site, 0, sizeof site);
    world_open_in_memory(world, 1);
    uint32_t substation = make_object(world, "S", 0);
    uint32_t feeder = make_object(world, "F", substation);
    site.p1 = world_point(world, "P1", true);
    site.p2 = world_point(world, "P2", true);
    site.gas = world_point(world, "G", true);
    site.lone = world_point(world, "L", true);
    place_point(world, "P1", "electricity", feeder, always);
    place_point(world, "P2", "electricity", substation, always);
    place_point(world, "G", "gas", substation, always);
    world_project(world, &site.now, 0);
    world_run(&site.now, 0);
    assert_int_equal(en_rules_open(&site.rules, NULL), EN_OK);
    *state = &site;
    return 0;
}

static int teardown(void **state)
{
    struct site *site = *state;
    en_rules_close(site->rules);
    world_projection_close(&site->now);
    world_close(&site->world);
    return 0;
}

/* From the day on, up to the other; FOR_EVER open. */
static uint64_t set_named(struct site *site, const char *key, const char *rule, int32_t from_day,
                          int32_t to_day, const char *edition, const char *parameters)
{
    struct en_rule_set set = {.rule = en_slice_text(rule),
                              .edition = en_slice_text(edition),
                              .parameters = en_slice_text(parameters),
                              .reason = en_slice_text("a test")};
    struct en_interval valid = {{from_day * EN_DAY_US}, {from_day * EN_DAY_US}};
    if (to_day != FOR_EVER) {
        valid.to.us = to_day * EN_DAY_US;
    }
    uint64_t seq = world_event(&site->world, EN_KIND_RULE_SET,
                               world_name(&site->world, EN_NAME_RULE, key), valid, &set);
    world_run(&site->now, 0);
    en_rules_forget(site->rules);
    return seq;
}

static void set_rule(struct site *site, const char *rule, const char *target, int32_t from_day,
                     int32_t to_day, const char *parameters)
{
    char key[EN_NAME_SIZE_MAX + 1];
    char text[EN_ERROR_TEXT_SIZE] = "";
    assert_int_equal(en_rule_key_print(en_slice_text(rule), en_slice_text(target), key, NULL),
                     EN_OK);
    uint64_t seq = set_named(site, key, rule, from_day, to_day, "", parameters);
    if (world_outcome(&site->now, seq, text, sizeof text) != EN_OK) {
        fail_msg("%s", text);
    }
}

static void refuse(struct site *site, en_code code, const char *key, const char *rule,
                   const char *edition, const char *parameters, const char *words)
{
    char text[EN_ERROR_TEXT_SIZE] = "";
    uint64_t seq = set_named(site, key, rule, WORLD_DAY, FOR_EVER, edition, parameters);
    assert_int_equal(world_outcome(&site->now, seq, text, sizeof text), code);
    if (strstr(text, words) == NULL) {
        fail_msg("%s, not: %s", text, words);
    }
}

/* The plan of a channel's day in a snapshot of its own; *values (zeros: it does not hold) of one
 * rule of it. */
static bool plan_values(struct site *site, uint32_t channel, int32_t day, en_rule_id rule,
                        struct en_rule_held *held)
{
    struct en_store *store = NULL;
    struct en_error err = {0};
    const struct en_rule_plan *plan = NULL;
    assert_int_equal(en_store_begin(site->now.kv, EN_KV_READ, &store, &err), EN_OK);
    if (en_rules_plan(site->rules, store, channel, day, &plan, &err) != EN_OK) {
        fail_msg("%s", err.text);
    }
    bool holds = en_rule_plan_values(plan, rule) != NULL;
    memset(held, 0, sizeof *held);
    if (holds) {
        *held = *plan->of[rule];
    }
    en_store_abort(store);
    return holds;
}

static int64_t value_of(struct site *site, uint32_t channel, int32_t day, en_rule_id rule,
                        uint32_t index)
{
    struct en_rule_held held;
    return plan_values(site, channel, day, rule, &held) ? held.values.at[index] : -1;
}

static void test_rules_hold_nowhere_by_default(void **state)
{
    struct site *site = *state;
    struct en_store *store = NULL;
    const struct en_rule_plan *plan = NULL;
    assert_int_equal(en_store_begin(site->now.kv, EN_KV_READ, &store, NULL), EN_OK);
    assert_int_equal(en_rules_plan(site->rules, store, site->p1, WORLD_DAY, &plan, NULL), EN_OK);
    assert_null(plan);
    assert_int_equal(en_rules_plan(site->rules, store, 777777, WORLD_DAY, &plan, NULL), EN_OK);
    assert_null(plan);
    en_store_abort(store);
}

static void test_rules_of_the_most_specific_target_win(void **state)
{
    struct site *site = *state;
    const int32_t day = WORLD_DAY;
    set_rule(site, "V-09", "", day, FOR_EVER, "{\"ratio\":\"1\"}");
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_V_09, EN_V_09_RATIO), 1000000);
    assert_int_equal(value_of(site, site->lone, day, EN_RULE_V_09, EN_V_09_RATIO), 1000000);
    set_rule(site, "V-09", "resource:electricity", day, FOR_EVER, "{\"ratio\":\"2\"}");
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_V_09, EN_V_09_RATIO), 2000000);
    assert_int_equal(value_of(site, site->gas, day, EN_RULE_V_09, EN_V_09_RATIO), 1000000);
    set_rule(site, "V-09", "object:S", day, FOR_EVER, "{\"ratio\":\"3\"}");
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_V_09, EN_V_09_RATIO), 3000000);
    assert_int_equal(value_of(site, site->gas, day, EN_RULE_V_09, EN_V_09_RATIO), 3000000);
    set_rule(site, "V-09", "object:F", day, FOR_EVER, "{\"ratio\":\"4\"}");
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_V_09, EN_V_09_RATIO), 4000000);
    assert_int_equal(value_of(site, site->p2, day, EN_RULE_V_09, EN_V_09_RATIO), 3000000);
    set_rule(site, "V-09", "point:P1", day, FOR_EVER, "{\"ratio\":\"5\"}");
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_V_09, EN_V_09_RATIO), 5000000);
    set_rule(site, "V-09", "channel:P1/A+", day, FOR_EVER, "{\"enabled\":false}");
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_V_09, EN_V_09_RATIO), -1);
    assert_int_equal(value_of(site, site->p2, day, EN_RULE_V_09, EN_V_09_RATIO), 3000000);
}

static void test_rules_hold_on_their_days(void **state)
{
    struct site *site = *state;
    const int32_t day = WORLD_DAY;
    set_rule(site, "V-09", "", day, FOR_EVER, "{\"ratio\":\"1\"}");
    set_rule(site, "V-09", "", day + 10, day + 20, "{\"ratio\":\"2\"}");
    set_rule(site, "V-09", "point:P1", day + 15, day + 17, "{\"ratio\":\"3\"}");
    static const struct {
        int32_t day;
        int64_t ratio;
    } rows[] = {{-1, -1},        {0, 1000000},  {9, 1000000},  {10, 2000000}, {14, 2000000},
                {15, 3000000},   {16, 3000000}, {17, 2000000}, {19, 2000000}, {20, 1000000},
                {1000, 1000000}, {15, 3000000}, {-1, -1},      {16, 3000000}, {10, 2000000}};
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) { /* back and forth over what is remembered */
        assert_int_equal(value_of(site, site->p1, day + rows[i].day, EN_RULE_V_09, EN_V_09_RATIO),
                         rows[i].ratio);
    }
    set_rule(site, "V-09", "", day, FOR_EVER, "{\"ratio\":\"9\"}"); /* said anew */
    assert_int_equal(value_of(site, site->p1, day + 5, EN_RULE_V_09, EN_V_09_RATIO), 9000000);
    assert_int_equal(value_of(site, site->p1, day + 11, EN_RULE_V_09, EN_V_09_RATIO), 2000000);
}

static void test_rules_follow_a_point_that_moves(void **state)
{
    struct site *site = *state;
    const int32_t day = WORLD_DAY;
    struct en_interval later = {{(day + 5) * EN_DAY_US - MOSCOW * 60 * EN_SECOND_US},
                                {(day + 5) * EN_DAY_US - MOSCOW * 60 * EN_SECOND_US}};
    set_rule(site, "V-14", "object:F", day, FOR_EVER, "{}");
    place_point(&site->world, "P2", "electricity", world_name(&site->world, EN_NAME_OBJECT, "F"),
                later);
    world_run(&site->now, 0);
    en_rules_forget(site->rules);
    for (int32_t i = 0; i < 10; i++) {
        assert_int_equal(value_of(site, site->p2, day + i, EN_RULE_V_14, EN_RULE_ENABLED),
                         i < 5 ? -1 : 1);
        assert_int_equal(value_of(site, site->p1, day + i, EN_RULE_V_14, EN_RULE_ENABLED), 1);
    }
}

/* §11: gas may stand still for two days, electricity an hour; V-19 is off for gas. */
static void test_rules_have_defaults_by_resource(void **state)
{
    struct site *site = *state;
    set_rule(site, "V-13", "", WORLD_DAY, FOR_EVER, "{}");
    set_rule(site, "V-19", "", WORLD_DAY, FOR_EVER, "{}");
    assert_int_equal(value_of(site, site->p1, WORLD_DAY, EN_RULE_V_13, EN_V_13_RUN), 3600);
    assert_int_equal(value_of(site, site->gas, WORLD_DAY, EN_RULE_V_13, EN_V_13_RUN), 48 * 3600);
    assert_int_equal(value_of(site, site->p1, WORLD_DAY, EN_RULE_V_19, EN_V_19_RUN), 6);
    assert_int_equal(value_of(site, site->gas, WORLD_DAY, EN_RULE_V_19, EN_V_19_RUN), -1);
}

static void test_rules_of_a_chain_hold_with_their_defaults(void **state)
{
    struct site *site = *state;
    const int32_t day = WORLD_DAY;
    set_rule(site, "E-01", "", day, FOR_EVER, "{\"gap\":\"1h\"}");
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_E_01, EN_E_01_GAP), -1); /* no chain */
    set_rule(site, "CHAIN", "", day, FOR_EVER, "{\"chain\":\"UBP\"}");
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_E_01, EN_E_01_GAP), 3600);
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_E_02, EN_E_02_DAYS), 3);
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_E_04, EN_E_04_SHAPE), -1);
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_D442_B, EN_D442_B_PERIODS), 2);
    set_rule(site, "E-02", "object:F", day, FOR_EVER, "{\"enabled\":false}");
    assert_int_equal(value_of(site, site->p1, day, EN_RULE_E_02, EN_E_02_DAYS), -1);
    assert_int_equal(value_of(site, site->p2, day, EN_RULE_E_02, EN_E_02_DAYS), 3);
    set_rule(site, "CHAIN", "resource:gas", day, FOR_EVER, "{\"chain\":\"DE-GAS\"}");
    assert_int_equal(value_of(site, site->gas, day, EN_RULE_E_15, EN_E_15_GAP), 86400);
    assert_int_equal(value_of(site, site->p2, day, EN_RULE_E_15, EN_E_15_GAP), -1);
}

static void test_rules_name_a_check_channel(void **state)
{
    struct site *site = *state;
    struct en_rule_held held;
    set_rule(site, "V-22", "channel:P1/A+", WORLD_DAY, FOR_EVER, "{\"check\":\"P2/A+\"}");
    assert_true(plan_values(site, site->p1, WORLD_DAY, EN_RULE_V_22, &held));
    assert_int_equal(held.name, site->p2);
    assert_string_equal(held.values.text, "P2/A+");
    assert_int_equal(held.from.us, WORLD_DAY * EN_DAY_US);
    assert_int_equal(held.setting, world_name(&site->world, EN_NAME_RULE, "V-22 channel:P1/A+"));
}

static void test_rules_that_are_wrong_are_refused(void **state)
{
    struct site *site = *state;
    refuse(site, EN_NOT_FOUND, "V-99", "V-99", "", "{}", "there is no rule \"V-99\"");
    refuse(site, EN_NOT_FOUND, "CHIAN", "CHIAN", "", "{}", "did you mean CHAIN");
    refuse(site, EN_CONFLICT, "V-10", "V-09", "", "{}", "the setting is named \"V-10\"");
    refuse(site, EN_UNSUPPORTED, "V-09", "V-09", "2", "{}", "no edition \"2\": give 1 to 1");
    refuse(site, EN_UNSUPPORTED, "V-09", "V-09", "x", "{}", "no edition \"x\"");
    refuse(site, EN_MALFORMED, "V-09", "V-09", "1", "{\"ration\":1}", "did you mean \"ratio\"?");
    refuse(site, EN_RANGE, "V-09", "V-09", "1", "{\"ratio\":-1}", "is out of range");
    refuse(site, EN_MALFORMED, "V-09", "V-09", "1", "ratio=1", "rule V-09: JSON, byte 1");
    refuse(site, EN_NOT_FOUND, "V-09 point:P9", "V-09", "", "{}", "rule V-09: there is no point");
    refuse(site, EN_NOT_FOUND, "V-09 object:P1", "V-09", "", "{}", "there is no object \"P1\"");
    refuse(site, EN_NOT_FOUND, "V-09 channel:P1/B+", "V-09", "", "{}", "there is no channel");
    refuse(site, EN_MALFORMED, "V-09 channel:P1", "V-09", "", "{}", "write POINT/CODE");
    refuse(site, EN_MALFORMED, "V-09 resource:oil", "V-09", "", "{}",
           "there is no resource \"oil\"");
    refuse(site, EN_MALFORMED, "V-09 P1", "V-09", "", "{}", "\"P1\" is no target");
    refuse(site, EN_NOT_FOUND, "V-22", "V-22", "", "{\"check\":\"P9/A+\"}", "there is no point");
    refuse(site, EN_NOT_FOUND, "E-11", "E-11", "", "{\"balance\":\"B\"}", "there is no balance");
    assert_int_equal(value_of(site, site->p1, WORLD_DAY, EN_RULE_V_09, EN_V_09_RATIO), -1);
}

/* An edition that is activated says nothing of parameters, and takes none away. */
static void test_rules_stand_beside_editions(void **state)
{
    struct site *site = *state;
    struct en_edition_activated edition = {
        .rule = en_slice_text("B-02"), .edition = 1, .reason = en_slice_text("law")};
    struct en_interval valid = {{WORLD_DAY * EN_DAY_US}, {WORLD_DAY * EN_DAY_US}};
    uint32_t rule = world_name(&site->world, EN_NAME_RULE, "B-02");
    (void)world_event(&site->world, EN_KIND_EDITION_ACTIVATED, rule, valid, &edition);
    world_run(&site->now, 0);
    en_rules_forget(site->rules);
    assert_int_equal(value_of(site, site->p1, WORLD_DAY, EN_RULE_B_02, EN_B_02_ERROR), -1);
    set_rule(site, "B-02", "", WORLD_DAY, FOR_EVER, "{\"error\":\"1.5\"}");
    (void)world_event(&site->world, EN_KIND_EDITION_ACTIVATED, rule, valid, &edition);
    world_run(&site->now, 0);
    en_rules_forget(site->rules);
    assert_int_equal(value_of(site, site->p1, WORLD_DAY, EN_RULE_B_02, EN_B_02_ERROR), 15000);
}

struct list {
    char text[1024];
};

static en_code add_setting(void *self, const struct en_rule_setting *setting, struct en_error *err)
{
    struct list *list = self;
    (void)err;
    char days[64] = "";
    int32_t from_day = 0;
    int32_t to_day = 0;
    en_rule_setting_days(setting->from, setting->to, &from_day, &to_day);
    (void)snprintf(days, sizeof days, "%d..%d", from_day - WORLD_DAY,
                   to_day == INT32_MAX ? -1 : to_day - WORLD_DAY);
    size_t used = strlen(list->text);
    (void)snprintf(list->text + used, sizeof list->text - used, "%s[%.*s] %s %.*s; ",
                   en_rule_of(setting->rule)->name, (int)setting->target.size,
                   (const char *)setting->target.bytes, days, (int)setting->parameters.size,
                   (const char *)setting->parameters.bytes);
    return EN_OK;
}

static void test_rules_tell_their_history(void **state)
{
    struct site *site = *state;
    struct list list = {""};
    struct en_store *store = NULL;
    set_rule(site, "V-14", "", WORLD_DAY, FOR_EVER, "");
    set_rule(site, "V-09", "", WORLD_DAY, FOR_EVER, " { \"ratio\" : 1.50 } ");
    set_rule(site, "V-09", "", WORLD_DAY + 3, WORLD_DAY + 5, "{\"ratio\":2}");
    set_rule(site, "V-09", "", WORLD_DAY + 9, FOR_EVER, "{\"ratio\":3}");
    set_rule(site, "V-09", "point:P1", WORLD_DAY, FOR_EVER, "{\"enabled\":false}");
    assert_int_equal(en_store_begin(site->now.kv, EN_KV_READ, &store, NULL), EN_OK);
    assert_int_equal(en_rules_settings(store, EN_RULE_V_09, add_setting, &list, NULL), EN_OK);
    assert_string_equal(list.text,
                        "V-09[] 0..9 {\"ratio\":\"1.5\"}; V-09[] 3..5 {\"ratio\":\"2\"}; "
                        "V-09[] 9..-1 {\"ratio\":\"3\"}; "
                        "V-09[point:P1] 0..-1 {\"enabled\":false}; ");
    list.text[0] = '\0';
    assert_int_equal(en_rules_settings(store, EN_RULE_V_14, add_setting, &list, NULL), EN_OK);
    assert_string_equal(list.text, "V-14[] 0..-1 {}; ");
    en_store_abort(store);
}

struct channels {
    uint32_t ids[16];
    uint32_t count;
};

static en_code add_channel(void *self, const struct en_channel_row *channel, struct en_error *err)
{
    struct channels *channels = self;
    (void)err;
    channels->ids[channels->count++] = channel->channel;
    return EN_OK;
}

static uint32_t touched(struct site *site, const char *target, struct channels *channels)
{
    struct en_store *store = NULL;
    struct en_rule_target found;
    memset(channels, 0, sizeof *channels);
    assert_int_equal(en_store_begin(site->now.kv, EN_KV_READ, &store, NULL), EN_OK);
    assert_int_equal(en_rule_target_find(store, en_slice_text(target), &found, NULL), EN_OK);
    assert_int_equal(en_rule_target_channels(store, &found, add_channel, channels, NULL), EN_OK);
    en_store_abort(store);
    return channels->count;
}

static void test_rules_touch_the_channels_of_their_target(void **state)
{
    struct site *site = *state;
    struct channels channels;
    assert_int_equal(touched(site, "", &channels), 4);
    assert_int_equal(touched(site, "object:S", &channels), 3); /* all but the lone one */
    assert_int_equal(touched(site, "object:F", &channels), 1);
    assert_int_equal(channels.ids[0], site->p1);
    assert_int_equal(touched(site, "point:P2", &channels), 1);
    assert_int_equal(channels.ids[0], site->p2);
    assert_int_equal(touched(site, "channel:G/A+", &channels), 1);
    assert_int_equal(channels.ids[0], site->gas);
    assert_int_equal(touched(site, "resource:gas", &channels), 1);
    assert_int_equal(touched(site, "resource:heat", &channels), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rules_hold_nowhere_by_default),
        TEST(test_rules_of_the_most_specific_target_win),
        TEST(test_rules_hold_on_their_days),
        TEST(test_rules_follow_a_point_that_moves),
        TEST(test_rules_have_defaults_by_resource),
        TEST(test_rules_of_a_chain_hold_with_their_defaults),
        TEST(test_rules_name_a_check_channel),
        TEST(test_rules_that_are_wrong_are_refused),
        TEST(test_rules_stand_beside_editions),
        TEST(test_rules_tell_their_history),
        TEST(test_rules_touch_the_channels_of_their_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
