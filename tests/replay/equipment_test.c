/* Losses of equipment as series: by day, changed in the midst of a month, with late values, in a
 * balance and at another boundary; what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/balance/loss.h"
#include "projections/tables_balance.h"
#include "projections/views/balance.h"
#include "tests/replay/world.h"

#define KWH 1000 /* of world_profile's thousandths */
#define SLOTS 48
#define UNIT INT64_C(1000000)

static struct en_equipment_load through = {
    {(const uint8_t *)"@T.A+", 5}, {(const uint8_t *)"@T.R+", 5}, 7600000};

/* TM-630 of the worked examples. */
static struct en_equipment_set transformer(struct world *world)
{
    return (struct en_equipment_set){
        .name = en_slice_text("TR1"),
        .type = en_slice_text("transformer"),
        .node = world_name(world, EN_NAME_FORMULA, "TR1.loss"),
        .idle_micro_kw = 1310000,
        .rated_micro_kva = 630 * UNIT,
        .loads = {&through, 1},
    };
}

static uint32_t add_reactive(struct world *world, const char *code)
{
    char key[EN_NAME_SIZE_MAX + 1];
    uint32_t point = world_name(world, EN_NAME_POINT, code);
    struct en_channel_set set = {.point = point,
                                 .code = en_slice_text("R+"),
                                 .unit = EN_UNIT_KVARH,
                                 .basis = EN_BASIS_PROFILE,
                                 .slot_seconds = 1800,
                                 .is_primary = true};
    en_channel_key(point, set.code, key);
    uint32_t channel = world_name(world, EN_NAME_CHANNEL, key);
    world_put(world, EN_KIND_CHANNEL_SET, channel, (struct en_interval){{0}, {0}}, &set);
    return channel;
}

static uint64_t set_equipment(struct world *world, int32_t day, const struct en_equipment_set *set)
{
    return world_event(world, EN_KIND_EQUIPMENT_SET, world_name(world, EN_NAME_EQUIPMENT, "TR1"),
                       world_moment(day, 0), set);
}

static void put_day(struct world *world, uint32_t channel, int32_t day, int64_t value,
                    uint64_t revision)
{
    int64_t values[SLOTS];
    for (int i = 0; i < SLOTS; i++) {
        values[i] = value;
    }
    world_profile(world, channel, day, revision, values, NULL);
}

static struct en_totals losses_of(struct world_projection *projection, uint32_t node, int32_t day)
{
    struct en_store *store = NULL;
    struct en_error err;
    struct en_slice entry;
    struct en_totals totals = {0};
    assert_int_equal(en_store_begin(projection->kv, EN_KV_READ, &store, &err), EN_OK);
    if (en_series_get(store, &en_series_node_day, day, node, &entry, &err) == EN_OK) {
        assert_int_equal(en_totals_decode(entry, &totals, &err), EN_OK);
    }
    en_store_abort(store);
    return totals;
}

/* Half-hours of so many kWh and kvarh: what L-01 and L-02 say of the day. */
static int64_t rule(int64_t load_micro_kw, int64_t kwh, int64_t kvarh)
{
    const struct en_transformer one = {1310000, load_micro_kw, 630 * UNIT};
    const struct en_load load = {kwh * UNIT, kvarh * UNIT};
    int64_t idle = 0;
    int64_t lost = 0;
    assert_true(en_loss_idle(&one, 1800, EN_RATIO_ONE, &idle));
    assert_true(en_loss_load(&one, &load, 1, 1800, &lost));
    return SLOTS * (idle + lost);
}

struct fixture {
    struct world world;
    struct world_projection projection;
    uint32_t active;
    uint32_t reactive;
    uint32_t fed;
};

static int setup(void **state)
{
    static struct fixture fixture;
    struct world *world = &fixture.world;
    world_open_in_memory(world, 38);
    fixture.active = world_point(world, "T", true);
    fixture.reactive = add_reactive(world, "T");
    fixture.fed = world_point(world, "C", true);
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

static void test_losses_by_day_and_version(void **state)
{
    struct fixture *fixture = *state;
    struct world *world = &fixture->world;
    struct en_equipment_set set = transformer(world);
    for (int32_t day = WORLD_DAY; day < WORLD_DAY + 3; day++) {
        put_day(world, fixture->active, day, 150 * KWH, 1);
        put_day(world, fixture->reactive, day, 75 * KWH, 1);
    }
    (void)set_equipment(world, WORLD_DAY, &set);
    struct en_equipment_load worn = through;
    worn.load_micro_kw = 8000000;
    set.loads.items = &worn;
    (void)set_equipment(world, WORLD_DAY + 2, &set); /* changed in the midst of the month */
    world_run(&fixture->projection, 0);
    struct world_projection *projection = &fixture->projection;
    struct en_totals first = losses_of(projection, set.node, WORLD_DAY + 1);
    struct en_totals second = losses_of(projection, set.node, WORLD_DAY + 2);
    assert_true(first.micro == rule(7600000, 150, 75));
    assert_true(second.micro == rule(8000000, 150, 75));
    assert_true((first.quality & EN_LOSS_ASSUMED) != 0); /* the voltage is not measured */
    assert_true(losses_of(projection, set.node, WORLD_DAY - 1).present_count == 0);
    /* a late value changes its day, and no other */
    put_day(world, fixture->active, WORLD_DAY + 1, 100 * KWH, 2);
    world_append(world);
    world_run(projection, 0);
    assert_true(losses_of(projection, set.node, WORLD_DAY + 1).micro == rule(7600000, 100, 75));
    assert_true(losses_of(projection, set.node, WORLD_DAY + 2).micro == second.micro);
}

/* The losses are a side of a balance, and the correction of a virtual point (R-15, L-09). */
static void test_losses_in_balance_and_boundary(void **state)
{
    struct fixture *fixture = *state;
    struct world *world = &fixture->world;
    struct en_equipment_set set = transformer(world);
    put_day(world, fixture->active, WORLD_DAY, 150 * KWH, 1);
    put_day(world, fixture->reactive, WORLD_DAY, 75 * KWH, 1);
    put_day(world, fixture->fed, WORLD_DAY, 148 * KWH, 1);
    (void)set_equipment(world, WORLD_DAY, &set);
    struct en_formula_set point = {en_slice_text("delivered"),
                                   en_slice_text("@C.A+ + loss(\"TR1\")")};
    uint32_t node = world_name(world, EN_NAME_FORMULA, "delivered");
    (void)world_event(world, EN_KIND_FORMULA_SET, node, world_moment(WORLD_DAY, 0), &point);
    struct en_balance_set balance = {
        .name = en_slice_text("T"),
        .in = en_slice_text("@T.A+"),
        .out = en_slice_text("@C.A+"),
        .losses = en_slice_text("loss(\"TR1\")"),
        .in_node = world_name(world, EN_NAME_FORMULA, "T.in"),
        .out_node = world_name(world, EN_NAME_FORMULA, "T.out"),
        .losses_node = world_name(world, EN_NAME_FORMULA, "T.losses"),
    };
    uint32_t id = world_name(world, EN_NAME_BALANCE, "T");
    (void)world_event(world, EN_KIND_BALANCE_SET, id, world_moment(WORLD_DAY, 0), &balance);
    world_run(&fixture->projection, 0);
    int64_t lost = rule(7600000, 150, 75);
    struct en_totals delivered = losses_of(&fixture->projection, node, WORLD_DAY);
    assert_true(delivered.micro == SLOTS * 148 * UNIT + lost);
    struct en_store *store = NULL;
    struct en_balance_answer answer;
    struct en_error err;
    assert_int_equal(en_store_begin(fixture->projection.kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_balance_gather(store, id, (struct en_day){WORLD_DAY},
                                       (struct en_day){WORLD_DAY + 1}, EN_LANE_LIVE, &answer, &err),
                     EN_OK);
    en_store_abort(store);
    assert_true(answer.totals.losses_micro == lost);
    assert_true(answer.imbalance_micro == SLOTS * 2 * UNIT - lost);
}

static void expect_refused(struct fixture *fixture, const struct en_equipment_set *set,
                           en_code code, const char *words)
{
    char text[EN_ERROR_TEXT_SIZE] = "";
    uint64_t seq = set_equipment(&fixture->world, WORLD_DAY, set);
    world_run(&fixture->projection, 0);
    assert_int_equal(world_outcome(&fixture->projection, seq, text, sizeof text), code);
    if (strstr(text, words) == NULL) {
        fail_msg("%s: %s", words, text);
    }
}

static void test_what_cannot_be_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct en_equipment_set set = transformer(&fixture->world);
    struct en_equipment_load load = through;
    set.loads.items = &load;
    load.active = en_slice_text("@T.A+, @T.R+");
    expect_refused(fixture, &set, EN_MALFORMED, "TR1: column 6");
    load.active = en_slice_text("@nobody.A+");
    expect_refused(fixture, &set, EN_NOT_FOUND, "there is no point");
    load.active = en_slice_text("loss(\"TR2\")");
    expect_refused(fixture, &set, EN_NOT_FOUND, "there is no equipment \"TR2\"");
    load.active = through.active;
    set.rated_micro_kva = 0;
    expect_refused(fixture, &set, EN_MALFORMED, "Sn is wanted");
    set = transformer(&fixture->world);
    set.node = world_name(&fixture->world, EN_NAME_FORMULA, "TR2.loss");
    expect_refused(fixture, &set, EN_MALFORMED, "no series was named for TR1.loss");
    set = transformer(&fixture->world);
    set.name = en_slice_text("TR2");
    expect_refused(fixture, &set, EN_MALFORMED, "its id is not that of its name");
    /* parameters that together fit no 64 bits */
    set = transformer(&fixture->world);
    set.rated_micro_kva = 999999999999999;
    expect_refused(fixture, &set, EN_OVERFLOW, "rounder numbers");
}

/* A loss that reads itself by way of a formula would never end. */
static void test_a_circle_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct world *world = &fixture->world;
    struct en_equipment_set set = transformer(world);
    struct en_equipment_load load = through;
    (void)set_equipment(world, WORLD_DAY, &set);
    struct en_formula_set formula = {en_slice_text("after"),
                                     en_slice_text("@T.A+ - loss(\"TR1\")")};
    (void)world_event(world, EN_KIND_FORMULA_SET, world_name(world, EN_NAME_FORMULA, "after"),
                      world_moment(WORLD_DAY, 0), &formula);
    load.active = en_slice_text("#after");
    set.loads.items = &load;
    expect_refused(fixture, &set, EN_CYCLE, "break the circle");
}

/* Random readings, late and again, and parameters that change: neither batches nor steps can be
 * seen. */
static struct en_hash random_digest(uint64_t seed, uint32_t batch, bool by_steps)
{
    struct world world;
    struct world_projection projection;
    world_open_in_memory(&world, seed);
    world_project(&world, &projection, batch);
    uint32_t channels[2] = {world_point(&world, "T", true), 0};
    channels[1] = add_reactive(&world, "T");
    for (uint64_t event = 0; event < 40; event++) {
        int32_t day = WORLD_DAY + (int32_t)world_random(&world, 4);
        if (world_random(&world, 3) > 0) {
            int64_t values[SLOTS];
            uint64_t quality[SLOTS];
            for (int i = 0; i < SLOTS; i++) {
                values[i] = world_random(&world, 100000);
                quality[i] =
                    world_random(&world, 9) == 0 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
            }
            world_profile(&world, channels[world_random(&world, 2)], day, event, values, quality);
        } else {
            struct en_equipment_load load = through;
            struct en_equipment_set set = transformer(&world);
            load.load_micro_kw = 1 + world_random(&world, 9000000);
            load.reactive = world_random(&world, 2) == 0 ? load.reactive : en_slice_text("");
            set.tangent = (struct en_ratio){2, 5};
            set.loads.items = &load;
            world_put(&world, EN_KIND_EQUIPMENT_SET, world_name(&world, EN_NAME_EQUIPMENT, "TR1"),
                      world_moment(day, 0), &set);
        }
        world_append(&world);
        if (by_steps) {
            world_run(&projection, 0);
        }
    }
    world_run(&projection, 0);
    struct en_hash digest = world_digest(&projection);
    world_projection_close(&projection);
    world_close(&world);
    return digest;
}

static void test_batches_leave_no_trace(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct en_hash wanted = random_digest(seed, 0, false);
        const uint32_t batches[] = {1, 2, 7, 64};
        for (size_t i = 0; i < EN_COUNT_OF(batches); i++) {
            struct en_hash digest = random_digest(seed, batches[i], i == 0);
            assert_true(en_hash_equal(&digest, &wanted));
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_losses_by_day_and_version),          TEST(test_losses_in_balance_and_boundary),
        TEST(test_what_cannot_be_is_refused),          TEST(test_a_circle_is_refused),
        cmocka_unit_test(test_batches_leave_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
