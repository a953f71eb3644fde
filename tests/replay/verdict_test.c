/* Verdicts on balances: within, beyond, not assessable; errors set, by class, assumed, by rule;
 * shares where slots were left out; trends. And the standard schemes of a tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "projections/tables_balance.h"
#include "projections/views/balance.h"
#include "projections/views/losses.h"
#include "projections/views/scheme.h"
#include "tests/replay/world.h"

#define KWH 1000 /* of world_profile's thousandths */
#define SLOTS 48
#define UNIT INT64_C(1000000)

static const struct en_interval always = {{0}, {0}};

struct fixture {
    struct world world;
    struct world_projection projection;
    uint32_t channels[3]; /* I comes in, O1 and O2 go out */
    uint32_t balance;
};

static const char *const names[] = {"I", "O1", "O2"};

static void put_day(struct fixture *fixture, size_t which, int32_t day, int64_t value,
                    const uint64_t *quality, uint64_t revision)
{
    int64_t values[SLOTS];
    for (int i = 0; i < SLOTS; i++) {
        values[i] = value;
    }
    world_profile(&fixture->world, fixture->channels[which], day, revision, values, quality);
}

/* 100 in, 60 and 39.5 out in each half-hour of three days: 0.5 %. */
static int setup(void **state)
{
    static struct fixture fixture;
    struct world *world = &fixture.world;
    world_open_in_memory(world, 22);
    for (size_t i = 0; i < 3; i++) {
        fixture.channels[i] = world_point(world, names[i], true);
    }
    for (int32_t day = WORLD_DAY; day < WORLD_DAY + 3; day++) {
        put_day(&fixture, 0, day, 100 * KWH, NULL, 1);
        put_day(&fixture, 1, day, 60 * KWH, NULL, 1);
        put_day(&fixture, 2, day, 39 * KWH + KWH / 2, NULL, 1);
    }
    struct en_balance_set balance = {
        .name = en_slice_text("B"),
        .in = en_slice_text("@I.A+"),
        .out = en_slice_text("@O1.A+ + @O2.A+"),
        .in_node = world_name(world, EN_NAME_FORMULA, "B.in"),
        .out_node = world_name(world, EN_NAME_FORMULA, "B.out"),
    };
    fixture.balance = world_name(world, EN_NAME_BALANCE, "B");
    world_put(world, EN_KIND_BALANCE_SET, fixture.balance, always, &balance);
    world_append(world);
    world_project(world, &fixture.projection, 0);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    world_projection_close(&fixture->projection);
    world_close(&fixture->world);
    return 0;
}

static struct en_balance_answer answer_of(struct fixture *fixture, int32_t from, int32_t to)
{
    struct en_store *store = NULL;
    struct en_balance_answer answer;
    struct en_error err;
    world_append(&fixture->world);
    world_run(&fixture->projection, 0);
    assert_int_equal(en_store_begin(fixture->projection.kv, EN_KV_READ, &store, &err), EN_OK);
    en_code code = en_balance_gather(store, fixture->balance, (struct en_day){from},
                                     (struct en_day){to}, EN_LANE_LIVE, &answer, &err);
    en_store_abort(store);
    if (code != EN_OK) {
        fail_msg("%s", err.text);
    }
    return answer;
}

static void set_error(struct fixture *fixture, size_t which, uint32_t error)
{
    struct en_channel_error_set set = {.error_1e4_percent = error};
    world_put(&fixture->world, EN_KIND_CHANNEL_ERROR_SET, fixture->channels[which], always, &set);
}

static void set_circuit(struct fixture *fixture, size_t which)
{
    struct world *world = &fixture->world;
    struct en_equipment_set set = {
        .name = en_slice_text(names[which]),
        .type = en_slice_text("metering"),
        .point = world_name(world, EN_NAME_POINT, names[which]),
        .current_class = en_slice_text("0.5"),
        .voltage_class = en_slice_text("0.5"),
        .meter_class = en_slice_text("0.5"),
        .wire_micro_percent = 250000,
        .rated_micro_a = 10 * UNIT,
        .rated_micro_kv = 10 * UNIT,
    };
    world_put(world, EN_KIND_EQUIPMENT_SET, world_name(world, EN_NAME_EQUIPMENT, names[which]),
              world_moment(WORLD_DAY, 0), &set);
}

/* Nothing is known: 1 % each is assumed, and said; the permissible imbalance stays unknown. */
static void test_assumed_errors(void **state)
{
    struct en_balance_answer answer = answer_of(*state, WORLD_DAY, WORLD_DAY + 1);
    assert_int_equal(answer.verdict, EN_BALANCE_WITHIN);
    assert_int_equal(answer.actual_1e4_percent, 5000);
    assert_int_equal(answer.assumed_count, 3);
    assert_int_equal(answer.members_count, 3);
    /* sqrt(1 + (60 / 99.5)^2 + (39.5 / 99.5)^2) */
    assert_int_equal(answer.limit_1e4_percent, 12334);
    assert_false(answer.is_assessed);
    assert_non_null(strstr(answer.why, "the error of a channel is not known: I"));
    assert_non_null(strstr(answer.reason, "3 of 3 errors are assumed"));
}

/* Set errors go before classes, classes before what is assumed. */
static void test_b_03_in_a_balance(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < 3; i++) {
        set_circuit(fixture, i);
    }
    struct en_balance_answer answer = answer_of(fixture, WORLD_DAY, WORLD_DAY + 1);
    assert_true(answer.is_assessed);
    /* 200 kW are 115 % of 10 A: 0.9915 %; 120 kW are 69 %: zone of 20 %, 1.1667 %, as 79 kW */
    assert_int_equal(answer.permissible_1e4_percent, 13010);
    assert_int_equal(answer.verdict, EN_BALANCE_WITHIN);
    set_error(fixture, 0, 1000);
    set_error(fixture, 1, 1000);
    set_error(fixture, 2, 1000);
    answer = answer_of(fixture, WORLD_DAY, WORLD_DAY + 1);
    assert_int_equal(answer.permissible_1e4_percent, 1233);
    assert_int_equal(answer.verdict, EN_BALANCE_BEYOND);
    assert_false(answer.is_permitted);
}

static void test_b_02_rule_states_another_error(void **state)
{
    struct fixture *fixture = *state;
    struct world *world = &fixture->world;
    struct en_rule_set rule = {.rule = en_slice_text("B-02"),
                               .edition = en_slice_text("1"),
                               .parameters = en_slice_text("{\"error\":\"0.1\"}"),
                               .reason = en_slice_text("test")};
    world_put(world, EN_KIND_RULE_SET, world_name(world, EN_NAME_RULE, "B-02"), always, &rule);
    struct en_balance_answer answer = answer_of(fixture, WORLD_DAY, WORLD_DAY + 1);
    assert_int_equal(answer.limit_1e4_percent, 1233);
    assert_int_equal(answer.verdict, EN_BALANCE_BEYOND);
}

/* Six of 48 slots are estimated: 12.5 %, more than 10. */
static void test_b_02q_too_much_is_estimated(void **state)
{
    struct fixture *fixture = *state;
    uint64_t quality[SLOTS];
    for (size_t i = 0; i < 3; i++) {
        set_error(fixture, i, 10000);
    }
    for (int i = 0; i < SLOTS; i++) {
        quality[i] = i < 6 ? EN_SOURCE_EST_LIKEDAY : EN_QUALITY_MEASURED;
    }
    put_day(fixture, 1, WORLD_DAY, 60 * KWH, quality, 2);
    struct en_balance_answer answer = answer_of(fixture, WORLD_DAY, WORLD_DAY + 1);
    assert_int_equal(answer.verdict, EN_BALANCE_NOT_ASSESSABLE);
    assert_int_equal(answer.doubtful_1e4_percent, 125000);
    assert_non_null(strstr(answer.reason, "(B-02q): O1"));
    assert_true(answer.is_assessed); /* the permissible imbalance is known all the same */
    quality[0] = EN_QUALITY_MEASURED;
    quality[1] = EN_QUALITY_MEASURED;
    put_day(fixture, 1, WORLD_DAY, 60 * KWH, quality, 3);
    answer = answer_of(fixture, WORLD_DAY, WORLD_DAY + 1);
    assert_int_equal(answer.verdict, EN_BALANCE_WITHIN);
}

/* A slot of one channel is missing: the balance leaves it out, members count by their shares. */
static void test_a_slot_left_out(void **state)
{
    struct fixture *fixture = *state;
    uint64_t quality[SLOTS];
    for (size_t i = 0; i < 3; i++) {
        set_error(fixture, i, 10000);
    }
    for (int i = 0; i < SLOTS; i++) {
        quality[i] = i == 5 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    put_day(fixture, 1, WORLD_DAY, 60 * KWH, quality, 2);
    struct en_balance_answer answer = answer_of(fixture, WORLD_DAY, WORLD_DAY + 1);
    assert_int_equal(answer.totals.in_micro, 47 * 100 * UNIT);
    assert_int_equal(answer.totals.partial_count, 1);
    assert_int_equal(answer.verdict, EN_BALANCE_WITHIN);
    assert_true(answer.limit_1e4_percent > 12300 && answer.limit_1e4_percent < 12360);
    assert_false(answer.is_assessed);
    assert_non_null(strstr(answer.why, "left out"));
}

/* Three days of one sign, though each is within. */
static void test_b_02t_trend(void **state)
{
    struct fixture *fixture = *state;
    struct en_balance_answer answer = answer_of(fixture, WORLD_DAY + 2, WORLD_DAY + 3);
    assert_true(answer.is_trend);
    assert_int_equal(answer.trend_periods, 3);
    assert_non_null(strstr(answer.reason, "one sign for 3 periods (B-02t)"));
    answer = answer_of(fixture, WORLD_DAY + 1, WORLD_DAY + 2);
    assert_false(answer.is_trend); /* the day before the first has no values */
    put_day(fixture, 2, WORLD_DAY + 1, 41 * KWH, NULL, 2);
    answer = answer_of(fixture, WORLD_DAY + 2, WORLD_DAY + 3);
    assert_false(answer.is_trend);
}

static void test_a_side_that_is_no_sum(void **state)
{
    struct fixture *fixture = *state;
    struct world *world = &fixture->world;
    struct en_balance_set balance = {
        .name = en_slice_text("B"),
        .in = en_slice_text("@I.A+ * 2"),
        .out = en_slice_text("@O1.A+"),
        .in_node = world_name(world, EN_NAME_FORMULA, "B.in"),
        .out_node = world_name(world, EN_NAME_FORMULA, "B.out"),
    };
    world_put(world, EN_KIND_BALANCE_SET, fixture->balance, always, &balance);
    struct en_balance_answer answer = answer_of(fixture, WORLD_DAY, WORLD_DAY + 1);
    assert_int_equal(answer.verdict, EN_BALANCE_NOT_ASSESSABLE);
    assert_non_null(strstr(answer.reason, "more than a sum of channels"));
}

/* ---- schemes ---- */

struct place {
    const char *key;
    const char *type;
    const char *parent;
};

static void set_tree(struct world *world, const struct place *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct en_object_set set = {
            .name = en_slice_text(places[i].key),
            .type = en_slice_text(places[i].type),
            .parent =
                places[i].parent[0] != 0 ? world_name(world, EN_NAME_OBJECT, places[i].parent) : 0};
        world_put(world, EN_KIND_OBJECT_SET, world_name(world, EN_NAME_OBJECT, places[i].key),
                  always, &set);
    }
}

static void put_point(struct world *world, const char *point, const char *object)
{
    (void)world_point(world, point, true);
    struct en_point_set set = {.name = en_slice_text(point),
                               .resource = en_slice_text("electricity"),
                               .object = world_name(world, EN_NAME_OBJECT, object)};
    world_put(world, EN_KIND_POINT_SET, world_name(world, EN_NAME_POINT, point), always, &set);
}

static en_code plan_of(struct fixture *fixture, const char *object, struct en_arena *arena,
                       struct en_scheme *scheme, struct en_error *err)
{
    struct en_store *store = NULL;
    uint32_t id = world_name(&fixture->world, EN_NAME_OBJECT, object);
    world_append(&fixture->world);
    world_run(&fixture->projection, 0);
    assert_int_equal(en_store_begin(fixture->projection.kv, EN_KV_READ, &store, err), EN_OK);
    en_code code = en_scheme_plan(store, id, (struct en_day){0}, arena, scheme, err);
    en_store_abort(store);
    return code;
}

static void expect_balance(const struct en_scheme *scheme, const char *name, const char *in,
                           const char *out)
{
    for (size_t i = 0; i < scheme->count; i++) {
        const struct en_scheme_balance *balance = &scheme->balances[i];
        if (en_slice_equal(balance->name, en_slice_text(name))) {
            assert_true(en_slice_equal(balance->in, en_slice_text(in)));
            assert_true(en_slice_equal(balance->out, en_slice_text(out)));
            return;
        }
    }
    fail_msg("no balance %s", name);
}

/* Two voltages: what comes in over the lines of the high one; the transformer stands between. */
static void test_scheme_of_two_voltages(void **state)
{
    struct fixture *fixture = *state;
    struct world *world = &fixture->world;
    static const struct place places[] = {
        {"S", "substation", ""}, {"B110", "bus", "S"},         {"L1", "input", "B110"},
        {"L2", "line", "B110"},  {"T", "transformer", "B110"}, {"T-HV", "hv", "T"},
        {"T-LV", "lv", "T"},     {"B10", "bus", "T"},          {"F", "feeder", "B10"},
        {"C", "consumer", "F"},  {"N", "own-needs", "B10"},
    };
    set_tree(world, places, EN_COUNT_OF(places));
    static const char *const points[][2] = {{"l1", "L1"},   {"l2", "L2"}, {"hv", "T-HV"},
                                            {"lv", "T-LV"}, {"f", "F"},   {"c", "C"},
                                            {"n", "N"}};
    for (size_t i = 0; i < EN_COUNT_OF(points); i++) {
        put_point(world, points[i][0], points[i][1]);
    }
    struct en_arena arena;
    struct en_scheme scheme;
    struct en_error err = {0};
    en_arena_init(&arena, (size_t)64 << 20);
    if (plan_of(fixture, "S", &arena, &scheme, &err) != EN_OK) {
        fail_msg("%s", err.text);
    }
    expect_balance(&scheme, "B110 bus", "@l1.A+", "@hv.A+ + @l2.A+");
    expect_balance(&scheme, "B10 bus", "@lv.A+", "@f.A+ + @n.A+");
    expect_balance(&scheme, "T transformer", "@hv.A+", "@lv.A+");
    expect_balance(&scheme, "F feeder", "@f.A+", "@c.A+");
    expect_balance(&scheme, "S substation", "@l1.A+", "@f.A+ + @l2.A+ + @n.A+");
    expect_balance(&scheme, "S L0-L1", "@lv.A+", "@f.A+ + @n.A+");
    expect_balance(&scheme, "S L1-L2", "@f.A+", "@c.A+");
    en_arena_reset(&arena);
    assert_int_equal(plan_of(fixture, "C", &arena, &scheme, &err), EN_REFUSED);
    en_arena_fini(&arena);
}

static void test_scheme_says_what_is_lacking(void **state)
{
    struct fixture *fixture = *state;
    struct world *world = &fixture->world;
    static const struct place places[] = {
        {"S", "substation", ""}, {"B1", "bus", "S"}, {"SV", "coupler", "S"}, {"X", "area", ""}};
    set_tree(world, places, EN_COUNT_OF(places));
    put_point(world, "sv", "SV");
    struct en_arena arena;
    struct en_scheme scheme;
    struct en_error err = {0};
    en_arena_init(&arena, (size_t)64 << 20);
    assert_int_equal(plan_of(fixture, "S", &arena, &scheme, &err), EN_REFUSED);
    assert_non_null(strstr(err.text, "coupler SV stands beside 1 buses, it joins two"));
    assert_int_equal(plan_of(fixture, "X", &arena, &scheme, &err), EN_REFUSED);
    assert_non_null(strstr(err.text, "object set --type"));
    en_arena_fini(&arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_assumed_errors),
        TEST(test_b_03_in_a_balance),
        TEST(test_b_02_rule_states_another_error),
        TEST(test_b_02q_too_much_is_estimated),
        TEST(test_a_slot_left_out),
        TEST(test_b_02t_trend),
        TEST(test_a_side_that_is_no_sum),
        TEST(test_scheme_of_two_voltages),
        TEST(test_scheme_says_what_is_lacking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
