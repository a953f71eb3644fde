/* Feeders on the bypass breaker (B-20 to B-24): whose energy it is, that nothing is lost or
 * doubled, and that neither batches nor the order of facts can be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/slots.h"
#include "projections/tables_balance.h"
#include "projections/views/best.h"
#include "tests/replay/world.h"

#define KWH 1000 /* of world_profile's thousandths */
#define SLOTS 48

struct fixture {
    struct world world;
    struct world_projection projection;
    uint32_t bypass; /* points */
    uint32_t feeder;
    uint32_t other;
    uint32_t bypass_channel;
    uint32_t feeder_channel;
    uint32_t other_channel;
};

static int setup(void **state)
{
    static struct fixture fixture;
    struct world *world = &fixture.world;
    world_open_in_memory(world, 20);
    fixture.bypass_channel = world_point(world, "OV", true);
    fixture.feeder_channel = world_point(world, "F1", true);
    fixture.other_channel = world_point(world, "F2", true);
    fixture.bypass = world_name(world, EN_NAME_POINT, "OV");
    fixture.feeder = world_name(world, EN_NAME_POINT, "F1");
    fixture.other = world_name(world, EN_NAME_POINT, "F2");
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

static void put_day(struct fixture *fixture, uint32_t channel, int32_t day, int64_t value,
                    uint64_t revision)
{
    int64_t values[SLOTS];
    for (int i = 0; i < SLOTS; i++) {
        values[i] = value;
    }
    world_profile(&fixture->world, channel, day, revision, values, NULL);
}

static uint64_t switch_on(struct fixture *fixture, uint32_t feeder, struct en_instant from,
                          struct en_instant to)
{
    struct en_bypass_set set = {.feeder = feeder, .is_on = true};
    struct en_interval valid = {from, to.us == 0 ? from : to};
    return world_event(&fixture->world, EN_KIND_BYPASS_SET, fixture->bypass, valid, &set);
}

static uint64_t switch_off(struct fixture *fixture, struct en_instant at)
{
    struct en_bypass_set set = {.is_on = false};
    return world_event(&fixture->world, EN_KIND_BYPASS_SET, fixture->bypass,
                       (struct en_interval){at, at}, &set);
}

static struct en_instant moment(int32_t day, int minutes)
{
    return world_moment(day, minutes).from;
}

/* The energy that counts in a slot, in thousandths. */
static int64_t slot_of(struct world_projection *projection, uint32_t channel, int32_t day, int slot,
                       uint64_t *quality)
{
    static struct en_block block;
    struct en_store *store = NULL;
    struct en_error err;
    struct en_slice bytes;
    assert_int_equal(en_store_begin(projection->kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_best_get(store, day, channel, &bytes, &err), EN_OK);
    assert_int_equal(en_block_read(bytes, &block, &err), EN_OK);
    en_store_abort(store);
    *quality = block.quality[slot];
    int64_t value = block.values[slot];
    for (int power = block.head.exponent; power < -3; power++) {
        assert_true(value % 10 == 0);
        value /= 10;
    }
    for (int power = block.head.exponent; power > -3; power--) {
        value *= 10;
    }
    return value;
}

static void expect_slot(struct fixture *fixture, uint32_t channel, int slot, int64_t value,
                        bool is_bypass)
{
    uint64_t quality = 0;
    assert_int_equal(slot_of(&fixture->projection, channel, WORLD_DAY, slot, &quality), value);
    assert_true(((quality & EN_QUALITY_BYPASS) != 0) == is_bypass);
}

/* Slot 20 is 10:00 to 10:30: feeder 500, bypass 300; on at 10:12: 800 and 0. */
static void test_b_20_on_inside_a_slot(void **state)
{
    struct fixture *fixture = *state;
    put_day(fixture, fixture->feeder_channel, WORLD_DAY, 500 * KWH, 1);
    put_day(fixture, fixture->bypass_channel, WORLD_DAY, 300 * KWH, 1);
    put_day(fixture, fixture->other_channel, WORLD_DAY, 7 * KWH, 1);
    world_append(&fixture->world);
    (void)switch_on(fixture, fixture->feeder, moment(WORLD_DAY, 612), (struct en_instant){0});
    world_run(&fixture->projection, 0);
    expect_slot(fixture, fixture->feeder_channel, 19, 500 * KWH, false);
    expect_slot(fixture, fixture->feeder_channel, 20, 800 * KWH, true);
    expect_slot(fixture, fixture->feeder_channel, 47, 800 * KWH, true);
    expect_slot(fixture, fixture->bypass_channel, 19, 300 * KWH, false);
    expect_slot(fixture, fixture->bypass_channel, 20, 0, true);
    expect_slot(fixture, fixture->other_channel, 20, 7 * KWH, false);
    struct en_totals feeder = world_usage(&fixture->projection, fixture->feeder_channel, WORLD_DAY);
    struct en_totals bypass = world_usage(&fixture->projection, fixture->bypass_channel, WORLD_DAY);
    assert_true(feeder.micro == INT64_C(1000000) * (20 * 500 + 28 * 800));
    assert_true(bypass.micro == INT64_C(1000000) * (20 * 300));
}

/* 300 over 18 and 12 minutes: 180 and 120; the bypass keeps nothing (B-22). */
static void test_b_21_two_feeders_in_one_slot(void **state)
{
    struct fixture *fixture = *state;
    put_day(fixture, fixture->feeder_channel, WORLD_DAY, 500 * KWH, 1);
    put_day(fixture, fixture->bypass_channel, WORLD_DAY, 300 * KWH, 1);
    put_day(fixture, fixture->other_channel, WORLD_DAY, 100 * KWH, 1);
    world_append(&fixture->world);
    (void)switch_on(fixture, fixture->feeder, moment(WORLD_DAY, 600), moment(WORLD_DAY, 618));
    (void)switch_on(fixture, fixture->other, moment(WORLD_DAY, 618), (struct en_instant){0});
    (void)switch_off(fixture, moment(WORLD_DAY, 660));
    world_run(&fixture->projection, 0);
    expect_slot(fixture, fixture->feeder_channel, 20, 680 * KWH, true);
    expect_slot(fixture, fixture->other_channel, 20, 220 * KWH, true);
    expect_slot(fixture, fixture->bypass_channel, 20, 0, true);
    expect_slot(fixture, fixture->other_channel, 21, 400 * KWH, true);
    expect_slot(fixture, fixture->feeder_channel, 21, 500 * KWH, false);
    expect_slot(fixture, fixture->bypass_channel, 22, 300 * KWH, false);
}

/* What is not there cannot go over: the feeder is missing where the bypass is, and keeps its gap.
 */
static void test_missing_values(void **state)
{
    struct fixture *fixture = *state;
    int64_t values[SLOTS] = {0};
    uint64_t quality[SLOTS];
    uint64_t word = 0;
    for (int i = 0; i < SLOTS; i++) {
        values[i] = 5 * KWH;
        quality[i] = i == 10 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    world_profile(&fixture->world, fixture->bypass_channel, WORLD_DAY, 1, values, quality);
    quality[10] = EN_QUALITY_MEASURED;
    quality[11] = EN_QUALITY_MISSING;
    world_profile(&fixture->world, fixture->feeder_channel, WORLD_DAY, 1, values, quality);
    world_append(&fixture->world);
    (void)switch_on(fixture, fixture->feeder, moment(WORLD_DAY, 0), (struct en_instant){0});
    world_run(&fixture->projection, 0);
    struct world_projection *projection = &fixture->projection;
    (void)slot_of(projection, fixture->feeder_channel, WORLD_DAY, 10, &word);
    assert_true(en_quality_is_missing(word) && (word & EN_QUALITY_BYPASS) != 0);
    (void)slot_of(projection, fixture->feeder_channel, WORLD_DAY, 11, &word);
    assert_true(en_quality_is_missing(word) && (word & EN_QUALITY_BYPASS) != 0);
    expect_slot(fixture, fixture->bypass_channel, 11, 5 * KWH, false);
    expect_slot(fixture, fixture->feeder_channel, 12, 10 * KWH, true);
    /* the bypass comes late: it is known now */
    put_day(fixture, fixture->bypass_channel, WORLD_DAY, 6 * KWH, 2);
    world_append(&fixture->world);
    world_run(projection, 0);
    expect_slot(fixture, fixture->feeder_channel, 10, 11 * KWH, true);
    expect_slot(fixture, fixture->bypass_channel, 10, 0, true);
}

static void test_a_use_taken_back_leaves_no_trace(void **state)
{
    struct fixture *fixture = *state;
    put_day(fixture, fixture->feeder_channel, WORLD_DAY, 500 * KWH, 1);
    put_day(fixture, fixture->bypass_channel, WORLD_DAY, 300 * KWH, 1);
    world_append(&fixture->world);
    (void)switch_on(fixture, fixture->feeder, moment(WORLD_DAY, 612), (struct en_instant){0});
    world_run(&fixture->projection, 0);
    (void)switch_off(fixture, moment(WORLD_DAY, 612));
    world_run(&fixture->projection, 0);
    expect_slot(fixture, fixture->feeder_channel, 20, 500 * KWH, false);
    expect_slot(fixture, fixture->bypass_channel, 20, 300 * KWH, false);
    /* and another feeder in its place, from the same time on */
    put_day(fixture, fixture->other_channel, WORLD_DAY, 7 * KWH, 1);
    world_append(&fixture->world);
    (void)switch_on(fixture, fixture->other, moment(WORLD_DAY, 612), (struct en_instant){0});
    world_run(&fixture->projection, 0);
    expect_slot(fixture, fixture->other_channel, 20, 307 * KWH, true);
    (void)switch_on(fixture, fixture->feeder, moment(WORLD_DAY, 612), (struct en_instant){0});
    world_run(&fixture->projection, 0);
    expect_slot(fixture, fixture->other_channel, 20, 7 * KWH, false);
    expect_slot(fixture, fixture->feeder_channel, 20, 800 * KWH, true);
}

static void expect_refused(struct fixture *fixture, uint64_t seq, en_code code, const char *words)
{
    char text[EN_ERROR_TEXT_SIZE] = "";
    world_run(&fixture->projection, 0);
    assert_int_equal(world_outcome(&fixture->projection, seq, text, sizeof text), code);
    if (strstr(text, words) == NULL) {
        fail_msg("%s: %s", words, text);
    }
}

static void test_what_cannot_be_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct en_instant none = {0};
    (void)switch_on(fixture, fixture->feeder, moment(WORLD_DAY, 600), moment(WORLD_DAY, 660));
    expect_refused(fixture, switch_on(fixture, fixture->other, moment(WORLD_DAY, 630), none),
                   EN_CONFLICT, "end the earlier use first");
    expect_refused(fixture, switch_on(fixture, fixture->bypass, moment(WORLD_DAY, 700), none),
                   EN_REFUSED, "cannot serve itself");
    expect_refused(fixture, switch_on(fixture, 999, moment(WORLD_DAY, 700), none), EN_REFUSED,
                   "no such feeder");
    expect_refused(fixture, switch_on(fixture, 0, moment(WORLD_DAY, 700), none), EN_REFUSED,
                   "no such feeder");
    expect_refused(fixture, switch_off(fixture, moment(WORLD_DAY, 660)), EN_NOT_FOUND,
                   "bypass list");
    struct en_bypass_set set = {.feeder = fixture->bypass, .is_on = true};
    struct en_interval valid = world_moment(WORLD_DAY + 1, 0);
    uint64_t seq = world_event(&fixture->world, EN_KIND_BYPASS_SET, fixture->other, valid, &set);
    expect_refused(fixture, seq, EN_REFUSED, "served by a bypass");
    uint32_t object = world_name(&fixture->world, EN_NAME_OBJECT, "O");
    struct en_object_set object_set = {.name = en_slice_text("O"), .fiscal_offset_minutes = 180};
    struct en_point_set point = {.name = en_slice_text("F2"), .object = object};
    struct en_interval always = {{0}, {0}};
    (void)world_event(&fixture->world, EN_KIND_OBJECT_SET, object, always, &object_set);
    (void)world_event(&fixture->world, EN_KIND_POINT_SET, fixture->other, always, &point);
    expect_refused(fixture, switch_on(fixture, fixture->other, moment(WORLD_DAY, 700), none),
                   EN_REFUSED, "fiscal days");
}

/* Random readings, revisions and uses; returns the digest in batches of that many events. */
static struct en_hash random_digest(uint64_t seed, uint32_t batch, int64_t *difference)
{
    struct world world;
    struct world_projection projection;
    uint32_t channels[4];
    uint32_t points[4];
    static const char *const names[] = {"OV", "F1", "F2", "F3"};
    int64_t raw[4][3] = {{0}};
    uint64_t revisions[4][3] = {{0}};
    world_open_in_memory(&world, seed);
    for (size_t i = 0; i < 4; i++) {
        channels[i] = world_point(&world, names[i], true);
        points[i] = world_name(&world, EN_NAME_POINT, names[i]);
    }
    for (uint32_t event = 0; event < 60; event++) {
        uint32_t day = event < 12 ? event % 3 : world_random(&world, 3);
        uint32_t which = event < 12 ? event / 3 : world_random(&world, 4);
        if (event < 12 || world_random(&world, 2) > 0) {
            int64_t values[SLOTS];
            raw[which][day] = 0;
            for (int i = 0; i < SLOTS; i++) {
                values[i] = world_random(&world, 1000);
                raw[which][day] += values[i] * 1000;
            }
            world_profile(&world, channels[which], WORLD_DAY + (int32_t)day,
                          ++revisions[which][day], values, NULL);
        } else {
            struct en_bypass_set set = {.feeder = points[1 + which % 3],
                                        .is_on = world_random(&world, 3) > 0};
            struct en_interval valid =
                world_moment(WORLD_DAY + (int32_t)day, (int)world_random(&world, 1440));
            if (set.is_on && world_random(&world, 2) == 0) {
                valid.to.us += (1 + world_random(&world, 600)) * EN_MINUTE_US;
            }
            world_put(&world, EN_KIND_BYPASS_SET, points[0], valid, &set);
        }
    }
    world_append(&world);
    world_project(&world, &projection, batch);
    world_run(&projection, 0);
    *difference = 0;
    for (uint32_t i = 0; i < 4; i++) {
        for (int32_t day = 0; day < 3; day++) {
            *difference += world_usage(&projection, channels[i], WORLD_DAY + day).micro;
            *difference -= raw[i][day];
        }
    }
    struct en_hash digest = world_digest(&projection);
    world_projection_close(&projection);
    world_close(&world);
    return digest;
}

/* PT-8 with P3: the union is as it was metered, whatever the uses; batches leave no trace. */
static void test_pt_8_in_random_worlds(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        int64_t difference = 0;
        struct en_hash wanted = random_digest(seed, 0, &difference);
        assert_true(difference == 0);
        const uint32_t batches[] = {1, 2, 7, 64};
        for (size_t i = 0; i < EN_COUNT_OF(batches); i++) {
            struct en_hash digest = random_digest(seed, batches[i], &difference);
            assert_true(en_hash_equal(&digest, &wanted));
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_b_20_on_inside_a_slot),
        TEST(test_b_21_two_feeders_in_one_slot),
        TEST(test_missing_values),
        TEST(test_a_use_taken_back_leaves_no_trace),
        TEST(test_what_cannot_be_is_refused),
        cmocka_unit_test(test_pt_8_in_random_worlds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
