/* Substitution through the whole chain: VEE-DAY-1 (domain rule 1.5), gaps in all places, late data
 * in place of estimates, absent days, register advances laid out over several days, checks on what
 * came out. Every world is replayed in batches of several sizes to one digest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/metering/substitution/substitute.h"
#include "projections/views/best.h"
#include "tests/replay/world.h"

#define KWH INT64_C(1000000)
#define SLOTS 48u
#define DAY WORLD_DAY

static const struct en_interval always = {{0}, {0}};

struct fixture {
    struct world world;
    struct world_projection now;
    uint32_t channel;
    struct en_arena arena;
};

static void begin(struct fixture *fixture)
{
    world_open_in_memory(&fixture->world, 1);
    en_arena_init(&fixture->arena, (size_t)1 << 24);
    fixture->channel = world_point(&fixture->world, "P1", true);
}

/* Batches of every size and the whole at once: one digest. */
static void check_batches(struct fixture *fixture)
{
    static const uint32_t sizes[] = {1, 2, 7, 64};
    struct en_hash digest = world_digest(&fixture->now);
    for (size_t i = 0; i < EN_COUNT_OF(sizes); i++) {
        struct world_projection other;
        world_project(&fixture->world, &other, sizes[i]);
        world_run(&other, 0);
        struct en_hash again = world_digest(&other);
        assert_memory_equal(&digest, &again, sizeof digest);
        world_projection_close(&other);
    }
}

static void run(struct fixture *fixture)
{
    world_project(&fixture->world, &fixture->now, 0);
    world_run(&fixture->now, 0);
}

static void end(struct fixture *fixture)
{
    check_batches(fixture);
    world_projection_close(&fixture->now);
    en_arena_fini(&fixture->arena);
    world_close(&fixture->world);
}

/* In force from three years before the world's days on. */
static void set_rule(struct fixture *fixture, const char *key, const char *rule,
                     const char *parameters)
{
    struct en_rule_set set = {.rule = en_slice_text(rule),
                              .edition = en_slice_text("1"),
                              .parameters = en_slice_text(parameters),
                              .reason = en_slice_text("a test")};
    struct en_instant from = {(int64_t)(DAY - 1000) * EN_DAY_US};
    (void)world_event(&fixture->world, EN_KIND_RULE_SET,
                      world_name(&fixture->world, EN_NAME_RULE, key),
                      (struct en_interval){from, from}, &set);
}

static void tick(struct fixture *fixture, int32_t day, int minutes)
{
    struct en_clock_tick payload = {world_moment(day, minutes).from};
    (void)world_event(&fixture->world, EN_KIND_CLOCK_TICK, 0, always, &payload);
}

/* A day of equal slots; those of [from, to) did not come. */
static void put_day(struct fixture *fixture, uint32_t channel, int32_t day, int64_t kwh,
                    uint32_t from, uint32_t to, uint64_t revision)
{
    int64_t values[SLOTS];
    uint64_t quality[SLOTS];
    for (uint32_t i = 0; i < SLOTS; i++) {
        values[i] = kwh * 1000;
        quality[i] = i >= from && i < to ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    world_profile(&fixture->world, channel, day, revision, values, quality);
    world_append(&fixture->world);
}

/* A register of the same energy at the point, read now and then. */
static uint32_t make_register(struct fixture *fixture)
{
    char key[EN_NAME_SIZE_MAX + 1];
    uint32_t point = world_name(&fixture->world, EN_NAME_POINT, "P1");
    en_channel_key(point, en_slice_text("1.8.0"), key);
    uint32_t channel = world_name(&fixture->world, EN_NAME_CHANNEL, key);
    struct en_channel_set set = {.point = point,
                                 .code = en_slice_text("1.8.0"),
                                 .unit = EN_UNIT_KWH,
                                 .basis = EN_BASIS_REGISTER,
                                 .is_primary = true};
    (void)world_event(&fixture->world, EN_KIND_CHANNEL_SET, channel, always, &set);
    return channel;
}

static void read_register(struct fixture *fixture, uint32_t channel, int32_t day, int minutes,
                          int64_t kwh)
{
    struct en_reading_register payload = {.value = {kwh * 1000, -3},
                                          .quality = EN_QUALITY_MEASURED};
    (void)world_event(&fixture->world, EN_KIND_READING_REGISTER, channel,
                      world_moment(day, minutes), &payload);
}

/* What the day came to; false where it has nothing. */
static bool best_of(struct fixture *fixture, uint32_t channel, int32_t day, struct en_block *block)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_slice bytes;
    assert_int_equal(en_store_begin(fixture->now.kv, EN_KV_READ, &store, &err), EN_OK);
    en_code code = en_best_get(store, day, channel, &bytes, &err);
    if (code == EN_OK) {
        assert_int_equal(en_block_read(bytes, block, &err), EN_OK);
    }
    en_store_abort(store);
    return code == EN_OK;
}

static int64_t micro_of(const struct en_block *block, uint32_t slot)
{
    return block->values[slot] * en_pow10(block->head.exponent + 6);
}

static void assert_slot(struct fixture *fixture, int32_t day, uint32_t slot, int64_t micro,
                        en_source source)
{
    static struct en_block block;
    assert_true(best_of(fixture, fixture->channel, day, &block));
    assert_true(slot < block.head.count);
    if (micro_of(&block, slot) != micro || en_quality_source(block.quality[slot]) != source) {
        print_error("day %d slot %u: %lld of %s, expected %lld of %s\n", (int)(day - DAY), slot,
                    (long long)micro_of(&block, slot),
                    en_source_name(en_quality_source(block.quality[slot])), (long long)micro,
                    en_source_name(source));
    }
    assert_int_equal(micro_of(&block, slot), micro);
    assert_int_equal(en_quality_source(block.quality[slot]), source);
    if (source != EN_SOURCE_NONE && source != EN_SOURCE_MEASURED) {
        assert_int_equal(en_quality_verdict(block.quality[slot]), EN_VERDICT_VALID);
    }
}

/* The evidence of a day; nothing: count 0. It lives until the next question. */
static struct en_substitutes evidence_of(struct fixture *fixture, int32_t day)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_slice bytes;
    struct en_substitutes evidence = {.count = 0};
    en_arena_reset(&fixture->arena);
    assert_int_equal(en_store_begin(fixture->now.kv, EN_KV_READ, &store, &err), EN_OK);
    en_code code = en_series_get(store, &en_series_substitute, day, fixture->channel, &bytes, &err);
    if (code == EN_OK) {
        assert_int_equal(en_substitutes_decode(bytes, &fixture->arena, &evidence, &err), EN_OK);
    } else {
        assert_int_equal(code, EN_NOT_FOUND);
    }
    en_store_abort(store);
    return evidence;
}

static void assert_refused(const struct en_substitute *item, uint32_t index,
                           en_estimation_method method, en_refusal refusal)
{
    assert_true(index < item->refusals_count);
    assert_int_equal(item->refusals[index].method, method);
    assert_int_equal(item->refusals[index].refusal, refusal);
}

/* ---- VEE-DAY-1 ---- */

/* 48 slots of 10 but 60 in slot 30; slots 20 to 22 did not come; registers around the day. */
static void vee_day_1(struct fixture *fixture, int64_t advance)
{
    int64_t values[SLOTS];
    uint64_t quality[SLOTS];
    begin(fixture);
    uint32_t reg = make_register(fixture);
    for (uint32_t i = 0; i < SLOTS; i++) {
        values[i] = i == 30 ? 60000 : 10000;
        quality[i] = i >= 20 && i <= 22 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    world_profile(&fixture->world, fixture->channel, DAY, 0, values, quality);
    world_append(&fixture->world);
    read_register(fixture, reg, DAY, 0, 1000);
    read_register(fixture, reg, DAY + 1, 0, 1000 + advance);
}

static void test_vee_day_1_is_interpolated(void **state)
{
    (void)state;
    struct fixture fixture;
    vee_day_1(&fixture, 530);
    static struct en_block block;
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"chain\":\"UBP\"}");
    set_rule(&fixture, "V-04", "V-04", "{}");
    set_rule(&fixture, "V-07", "V-07", "{}");
    set_rule(&fixture, "V-09", "V-09", "{}");
    run(&fixture);
    for (uint32_t i = 20; i <= 22; i++) {
        assert_slot(&fixture, DAY, i, 10 * KWH, EN_SOURCE_EST_INTERP);
    }
    assert_slot(&fixture, DAY, 30, 60 * KWH, EN_SOURCE_MEASURED);
    assert_true(best_of(&fixture, fixture.channel, DAY, &block));
    assert_int_equal(en_quality_verdict(block.quality[30]), EN_VERDICT_SUSPECT);
    assert_true((block.quality[30] & EN_QUALITY_SPIKE) != 0);
    assert_int_equal(en_quality_flags(block.quality[20]), EN_QUALITY_GAP);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_int_equal(evidence.count, 1);
    assert_int_equal(evidence.items[0].first, 20);
    assert_int_equal(evidence.items[0].slots, 3);
    assert_int_equal(evidence.items[0].method, EN_METHOD_INTERP);
    assert_int_equal(evidence.items[0].reason, EN_REASON_COMMS);
    assert_int_equal(evidence.items[0].inputs_count, 2);
    struct en_totals totals = world_usage(&fixture.now, fixture.channel, DAY);
    assert_int_equal(totals.micro, 530 * KWH);
    assert_int_equal(totals.present_count, 48);
    assert_int_equal(totals.missing_count, 0);
    end(&fixture);
}

/* Registers say 526: with 0.1 % allowed and no method that keeps the sum, nothing is filled. */
static void test_vee_day_1_sum_check_refuses(void **state)
{
    (void)state;
    struct fixture fixture;
    vee_day_1(&fixture, 526);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"chain\":\"UBP\"}");
    set_rule(&fixture, "V-07", "V-07", "{\"multipliers\":\"0\",\"percent\":\"0.1\"}");
    run(&fixture);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_int_equal(evidence.count, 1);
    assert_int_equal(evidence.items[0].method, EN_METHOD_NONE);
    assert_refused(&evidence.items[0], 0, EN_METHOD_INTERP, EN_REFUSAL_SUM_FAILED);
    assert_int_equal(world_usage(&fixture.now, fixture.channel, DAY).missing_count, 3);
    end(&fixture);
}

/* The anchored variant: what the registers leave is laid out exactly. */
static void test_vee_day_1_is_anchored(void **state)
{
    (void)state;
    struct fixture fixture;
    vee_day_1(&fixture, 526);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-05\"]}");
    run(&fixture);
    assert_slot(&fixture, DAY, 20, 8666667, EN_SOURCE_EST_REG_SHAPE);
    assert_slot(&fixture, DAY, 21, 8666667, EN_SOURCE_EST_REG_SHAPE);
    assert_slot(&fixture, DAY, 22, 8666666, EN_SOURCE_EST_REG_SHAPE);
    assert_int_equal(world_usage(&fixture.now, fixture.channel, DAY).micro, 526 * KWH);
    end(&fixture);
}

/* Interpolated, then scaled to the registers: the sum is theirs. */
static void test_vee_day_1_is_scaled(void **state)
{
    (void)state;
    struct fixture fixture;
    vee_day_1(&fixture, 526);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-01\"],\"anchor\":true}");
    set_rule(&fixture, "V-07", "V-07", "{\"multipliers\":\"0\",\"percent\":\"0\"}");
    run(&fixture);
    assert_slot(&fixture, DAY, 20, 8666667, EN_SOURCE_EST_INTERP);
    assert_int_equal(world_usage(&fixture.now, fixture.channel, DAY).micro, 526 * KWH);
    end(&fixture);
}

/* Scaled beyond what the connection can carry: refused like any other estimate. */
static void test_vee_day_1_scaled_above_the_cap(void **state)
{
    (void)state;
    struct fixture fixture;
    vee_day_1(&fixture, 700);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-01\"],\"anchor\":true}");
    set_rule(&fixture, "V-15", "V-15", "{\"power\":\"100\",\"warn\":\"1.2\"}"); /* 60 a slot */
    run(&fixture);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_int_equal(evidence.count, 1);
    assert_int_equal(evidence.items[0].method, EN_METHOD_NONE);
    assert_refused(&evidence.items[0], 0, EN_METHOD_INTERP, EN_REFUSAL_ABOVE_CAP);
    end(&fixture);
}

/* ---- gaps ---- */

static void test_gap_over_midnight_waits_for_tomorrow(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-01\"]}");
    put_day(&fixture, fixture.channel, DAY, 10, 46, 48, 0);
    run(&fixture);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_int_equal(evidence.count, 1);
    assert_refused(&evidence.items[0], 0, EN_METHOD_INTERP, EN_REFUSAL_NOT_DUE);
    put_day(&fixture, fixture.channel, DAY + 1, 16, 0, 2, 0);
    world_run(&fixture.now, 0);
    assert_slot(&fixture, DAY, 46, 11200000, EN_SOURCE_EST_INTERP);
    assert_slot(&fixture, DAY, 47, 12400000, EN_SOURCE_EST_INTERP);
    assert_slot(&fixture, DAY + 1, 0, 13600000, EN_SOURCE_EST_INTERP);
    assert_slot(&fixture, DAY + 1, 1, 14800000, EN_SOURCE_EST_INTERP);
    end(&fixture);
}

static void test_late_data_replaces_estimates(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-01\"]}");
    put_day(&fixture, fixture.channel, DAY, 10, 20, 23, 0);
    run(&fixture);
    assert_slot(&fixture, DAY, 21, 10 * KWH, EN_SOURCE_EST_INTERP);
    put_day(&fixture, fixture.channel, DAY, 12, 0, 0, 0);
    world_run(&fixture.now, 0);
    assert_slot(&fixture, DAY, 21, 12 * KWH, EN_SOURCE_MEASURED);
    assert_int_equal(evidence_of(&fixture, DAY).count, 0);
    end(&fixture);
}

static void test_long_gap_takes_like_days(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"chain\":\"DE\"}");
    put_day(&fixture, fixture.channel, DAY - 7, 20, 0, 0, 0);
    put_day(&fixture, fixture.channel, DAY - 8, 22, 0, 0, 0);
    put_day(&fixture, fixture.channel, DAY - 9, 24, 0, 0, 0);
    put_day(&fixture, fixture.channel, DAY, 10, 20, 30, 0);
    run(&fixture);
    assert_slot(&fixture, DAY, 25, 22 * KWH, EN_SOURCE_EST_LIKEDAY);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_int_equal(evidence.count, 1);
    assert_refused(&evidence.items[0], 0, EN_METHOD_ZERO, EN_REFUSAL_NO_OUTAGE);
    assert_refused(&evidence.items[0], 1, EN_METHOD_INTERP, EN_REFUSAL_GAP_TOO_LONG);
    assert_int_equal(evidence.items[0].inputs_count, 3);
    /* a nearer like day comes late: it counts from then on */
    put_day(&fixture, fixture.channel, DAY - 1, 36, 0, 0, 0);
    world_run(&fixture.now, 0);
    assert_slot(&fixture, DAY, 25, 26 * KWH, EN_SOURCE_EST_LIKEDAY);
    end(&fixture);
}

/* An estimate is never an input: the like day that is itself filled does not count. */
static void test_estimates_are_not_estimated_from(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-01\",\"E-02\"]}");
    put_day(&fixture, fixture.channel, DAY - 1, 50, 24, 26, 0); /* 24, 25 interpolated */
    put_day(&fixture, fixture.channel, DAY - 2, 30, 0, 0, 0);
    put_day(&fixture, fixture.channel, DAY, 10, 20, 30, 0);
    run(&fixture);
    assert_slot(&fixture, DAY - 1, 24, 50 * KWH, EN_SOURCE_EST_INTERP);
    assert_slot(&fixture, DAY, 23, 40 * KWH, EN_SOURCE_EST_LIKEDAY);
    assert_slot(&fixture, DAY, 24, 30 * KWH, EN_SOURCE_EST_LIKEDAY);
    end(&fixture);
}

static void test_no_history_is_work_for_people(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"chain\":\"DE\"}");
    put_day(&fixture, fixture.channel, DAY, 10, 20, 30, 0);
    run(&fixture);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_int_equal(evidence.count, 1);
    assert_int_equal(evidence.items[0].method, EN_METHOD_NONE);
    assert_int_equal(evidence.items[0].refusals_count, 3);
    assert_refused(&evidence.items[0], 2, EN_METHOD_LIKEDAY, EN_REFUSAL_NO_COMPARABLE_HISTORY);
    end(&fixture);
}

static void test_check_meter_fills(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    uint32_t check = world_point(&fixture.world, "P2", true);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-03\"]}");
    set_rule(&fixture, "E-03 point:P1", "E-03", "{\"check\":\"P2/A+\",\"ratio\":\"1.004\"}");
    put_day(&fixture, fixture.channel, DAY, 10, 20, 22, 0);
    run(&fixture);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_refused(&evidence.items[0], 0, EN_METHOD_CHECK, EN_REFUSAL_CHECK_NOT_VALID);
    put_day(&fixture, check, DAY, 100, 0, 0, 0); /* comes later: the day is filled again */
    world_run(&fixture.now, 0);
    assert_slot(&fixture, DAY, 20, 100400000, EN_SOURCE_EST_CHECK);
    end(&fixture);
}

/* Days without a value of the settlement meter, then the check meter's come, late and in part. */
static void test_check_meter_fills_absent_days(void **state)
{
    (void)state;
    struct fixture fixture;
    static struct en_block block;
    begin(&fixture);
    uint32_t check = world_point(&fixture.world, "P2", true);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-03\"]}");
    set_rule(&fixture, "E-03 point:P1", "E-03", "{\"check\":\"P2/A+\"}");
    put_day(&fixture, fixture.channel, DAY, 10, 0, 0, 0);
    tick(&fixture, DAY + 50, 30);
    run(&fixture);
    assert_false(best_of(&fixture, fixture.channel, DAY + 1, &block));
    for (int32_t day = DAY + 1; day < DAY + 50; day += 3) {
        put_day(&fixture, check, day, 100, 0, 0, 0);
    }
    world_run(&fixture.now, 0);
    assert_slot(&fixture, DAY + 1, 20, 100 * KWH, EN_SOURCE_EST_CHECK);
    assert_slot(&fixture, DAY + 34, 20, 100 * KWH, EN_SOURCE_EST_CHECK);
    assert_false(best_of(&fixture, fixture.channel, DAY + 2, &block));
    assert_false(best_of(&fixture, fixture.channel, DAY + 37, &block));
    end(&fixture);
}

/* ---- registers ---- */

/* Three days between reads, one of them wholly without values: every day lays out its part of one
 * rest, and together they are the advance (PT-5). */
static void test_register_advance_over_days(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    uint32_t reg = make_register(&fixture);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-04\"]}");
    for (int32_t day = DAY - 14; day < DAY; day++) {
        put_day(&fixture, fixture.channel, day, 10 + (day - DAY) % 3, 0, 0, 0);
    }
    put_day(&fixture, fixture.channel, DAY, 10, 40, 48, 0);
    put_day(&fixture, fixture.channel, DAY + 2, 10, 0, 3, 0);
    read_register(&fixture, reg, DAY, 0, 5000);
    tick(&fixture, DAY + 3, 60);
    run(&fixture);
    struct en_substitutes evidence = evidence_of(&fixture, DAY + 1);
    assert_int_equal(evidence.count, 1);
    assert_refused(&evidence.items[0], 0, EN_METHOD_REG_SHAPE, EN_REFUSAL_ANCHOR_INCOMPLETE);
    read_register(&fixture, reg, DAY + 3, 0, 6501);
    world_run(&fixture.now, 0);
    int64_t sum = 0;
    for (int32_t day = DAY; day < DAY + 3; day++) {
        struct en_totals totals = world_usage(&fixture.now, fixture.channel, day);
        assert_int_equal(totals.missing_count, 0);
        assert_int_equal(totals.present_count, 48);
        sum += totals.micro;
    }
    assert_int_equal(sum, 1501 * KWH);
    end(&fixture);
}

static void test_register_refusals(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    uint32_t reg = make_register(&fixture);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-05\"]}");
    put_day(&fixture, fixture.channel, DAY, 10, 20, 22, 0);
    read_register(&fixture, reg, DAY, 7, 5000); /* not on an edge of a slot */
    read_register(&fixture, reg, DAY + 1, 0, 5100);
    run(&fixture);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_refused(&evidence.items[0], 0, EN_METHOD_REG_FLAT, EN_REFUSAL_ANCHOR_OFF_GRID);
    read_register(&fixture, reg, DAY, 0, 5000); /* 100 between the reads, 460 known */
    world_run(&fixture.now, 0);
    evidence = evidence_of(&fixture, DAY);
    assert_refused(&evidence.items[0], 0, EN_METHOD_REG_FLAT, EN_REFUSAL_ANCHOR_EXCEEDED);
    end(&fixture);
}

/* ---- what came out is checked again ---- */

static void test_estimates_are_checked_for_range(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    uint32_t check = world_point(&fixture.world, "P2", true);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-03\",\"E-01\"]}");
    set_rule(&fixture, "E-03 point:P1", "E-03", "{\"check\":\"P2/A+\"}");
    set_rule(&fixture, "V-15 point:P1", "V-15", "{\"power\":\"100\"}"); /* 60 a slot */
    put_day(&fixture, check, DAY, 61, 0, 0, 0);
    put_day(&fixture, fixture.channel, DAY, 10, 20, 22, 0);
    run(&fixture);
    assert_slot(&fixture, DAY, 20, 10 * KWH, EN_SOURCE_EST_INTERP);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_refused(&evidence.items[0], 0, EN_METHOD_CHECK, EN_REFUSAL_ABOVE_CAP);
    end(&fixture);
}

/* ---- what validity found ---- */

/* A value that a rule rejected is filled, and keeps why; what nobody can fill is missing then. */
static void test_rejected_value_is_replaced(void **state)
{
    (void)state;
    struct fixture fixture;
    static struct en_block block;
    int64_t values[SLOTS];
    begin(&fixture);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-01\"]}");
    set_rule(&fixture, "V-15 point:P1", "V-15", "{\"power\":\"100\"}"); /* 60 a slot */
    for (uint32_t i = 0; i < SLOTS; i++) {
        values[i] = i == 20 || i == 0 ? 61000 : i == 30 ? 55000 : 10000;
    }
    world_profile(&fixture.world, fixture.channel, DAY, 0, values, NULL);
    world_append(&fixture.world);
    run(&fixture);
    assert_slot(&fixture, DAY, 20, 10 * KWH, EN_SOURCE_EST_INTERP);
    assert_slot(&fixture, DAY, 30, 55 * KWH, EN_SOURCE_MEASURED);
    assert_slot(&fixture, DAY, 0, 0, EN_SOURCE_NONE);
    assert_true(best_of(&fixture, fixture.channel, DAY, &block));
    assert_true((block.quality[20] & EN_QUALITY_CAP) != 0);
    assert_int_equal(en_quality_verdict(block.quality[30]), EN_VERDICT_SUSPECT);
    assert_int_equal(en_quality_verdict(block.quality[0]), EN_VERDICT_REJECTED);
    assert_true((block.quality[0] & EN_QUALITY_CAP) != 0);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_int_equal(evidence.count, 2);
    assert_refused(&evidence.items[0], 0, EN_METHOD_INTERP, EN_REFUSAL_NO_NEIGHBOUR);
    assert_int_equal(evidence.items[1].reason, EN_REASON_IMPLAUSIBLE);
    assert_int_equal(world_usage(&fixture.now, fixture.channel, DAY).missing_count, 1);
    end(&fixture);
}

/* Rules reject, and there is no chain: the value is missing all the same. */
static void test_rejected_value_without_a_chain(void **state)
{
    (void)state;
    struct fixture fixture;
    int64_t values[SLOTS] = {61000};
    begin(&fixture);
    set_rule(&fixture, "V-15 point:P1", "V-15", "{\"power\":\"100\"}");
    world_profile(&fixture.world, fixture.channel, DAY, 0, values, NULL);
    world_append(&fixture.world);
    run(&fixture);
    assert_slot(&fixture, DAY, 0, 0, EN_SOURCE_NONE);
    assert_int_equal(world_usage(&fixture.now, fixture.channel, DAY).missing_count, 1);
    assert_int_equal(evidence_of(&fixture, DAY).count, 1);
    set_rule(&fixture, "V-15 point:P1", "V-15", "{\"enabled\":false}");
    world_run(&fixture.now, 0);
    assert_slot(&fixture, DAY, 0, 61 * KWH, EN_SOURCE_MEASURED);
    assert_int_equal(evidence_of(&fixture, DAY).count, 0);
    end(&fixture);
}

/* A suspect neighbour is no end of a line. */
static void test_suspect_value_is_not_estimated_from(void **state)
{
    (void)state;
    struct fixture fixture;
    int64_t values[SLOTS];
    uint64_t quality[SLOTS];
    begin(&fixture);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-01\"]}");
    set_rule(&fixture, "V-09", "V-09", "{}");
    for (uint32_t i = 0; i < SLOTS; i++) {
        values[i] = i == 22 ? 60000 : 10000;
        quality[i] = i == 21 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    world_profile(&fixture.world, fixture.channel, DAY, 0, values, quality);
    world_append(&fixture.world);
    run(&fixture);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_int_equal(evidence.count, 1);
    assert_refused(&evidence.items[0], 0, EN_METHOD_INTERP, EN_REFUSAL_NO_NEIGHBOUR);
    end(&fixture);
}

/* E-07: an outage that the device told covers the gap but for its last slot. */
static void test_outage_is_zero(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    uint32_t device = world_name(&fixture.world, EN_NAME_DEVICE, "D1");
    uint32_t point = world_name(&fixture.world, EN_NAME_POINT, "P1");
    struct en_device_set set = {.serial = en_slice_text("D1"), .type = en_slice_text("meter")};
    struct en_device_installed installed = {.device = device};
    (void)world_event(&fixture.world, EN_KIND_DEVICE_SET, device, always, &set);
    (void)world_event(&fixture.world, EN_KIND_DEVICE_INSTALLED, point, world_moment(DAY - 100, 0),
                      &installed);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-07\",\"E-01\"]}");
    put_day(&fixture, fixture.channel, DAY, 10, 20, 24, 0);
    run(&fixture);
    assert_slot(&fixture, DAY, 20, 10 * KWH, EN_SOURCE_EST_INTERP);
    struct en_device_event off = {.code = en_slice_text("dlms:1")};
    struct en_device_event on = {.code = en_slice_text("dlms:2")};
    (void)world_event(&fixture.world, EN_KIND_DEVICE_EVENT, device, world_moment(DAY, 595), &off);
    (void)world_event(&fixture.world, EN_KIND_DEVICE_EVENT, device, world_moment(DAY, 705), &on);
    world_run(&fixture.now, 0);
    assert_slot(&fixture, DAY, 20, 0, EN_SOURCE_EST_ZERO);
    assert_slot(&fixture, DAY, 22, 0, EN_SOURCE_EST_ZERO);
    assert_slot(&fixture, DAY, 23, 10 * KWH, EN_SOURCE_EST_INTERP);
    end(&fixture);
}

/* E-11: what came into the node less what went out elsewhere. */
static void test_balance_fills(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    uint32_t in = world_point(&fixture.world, "IN", true);
    uint32_t out = world_point(&fixture.world, "OUT", true);
    struct en_balance_set set = {
        .name = en_slice_text("bus"),
        .in = en_slice_text("@IN.A+"),
        .out = en_slice_text("@P1.A+ + @OUT.A+"),
        .in_node = world_name(&fixture.world, EN_NAME_FORMULA, "bus.in"),
        .out_node = world_name(&fixture.world, EN_NAME_FORMULA, "bus.out"),
    };
    put_day(&fixture, in, DAY, 100, 0, 0, 0);
    put_day(&fixture, out, DAY, 60, 30, 31, 0);
    put_day(&fixture, fixture.channel, DAY, 40, 20, 31, 0);
    (void)world_event(&fixture.world, EN_KIND_BALANCE_SET,
                      world_name(&fixture.world, EN_NAME_BALANCE, "bus"), world_moment(DAY - 10, 0),
                      &set);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-11\"]}");
    run(&fixture);
    struct en_substitutes evidence = evidence_of(&fixture, DAY);
    assert_refused(&evidence.items[0], 0, EN_METHOD_BALANCE, EN_REFUSAL_NO_BALANCE);
    set_rule(&fixture, "E-11", "E-11", "{\"balance\":\"bus\"}");
    world_run(&fixture.now, 0);
    assert_slot(&fixture, DAY, 20, 40 * KWH, EN_SOURCE_EST_BALANCE);
    evidence = evidence_of(&fixture, DAY);
    assert_int_equal(evidence.count, 2);
    assert_refused(&evidence.items[1], 0, EN_METHOD_BALANCE, EN_REFUSAL_MEMBER_NOT_VALID);
    end(&fixture);
}

/* ---- absent days ---- */

static void test_absent_day_is_filled_when_it_is_due(void **state)
{
    (void)state;
    struct fixture fixture;
    static struct en_block block;
    begin(&fixture);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-02\"]}");
    for (int32_t day = DAY - 7; day < DAY; day++) {
        put_day(&fixture, fixture.channel, day, 10, 0, 0, 0);
    }
    tick(&fixture, DAY, 30);
    run(&fixture);
    assert_false(best_of(&fixture, fixture.channel, DAY, &block));
    tick(&fixture, DAY + 2, 30); /* two days have ended without a value */
    world_run(&fixture.now, 0);
    assert_slot(&fixture, DAY, 0, 10 * KWH, EN_SOURCE_EST_LIKEDAY);
    assert_slot(&fixture, DAY + 1, 47, 10 * KWH, EN_SOURCE_EST_LIKEDAY);
    assert_false(best_of(&fixture, fixture.channel, DAY + 2, &block));
    put_day(&fixture, fixture.channel, DAY, 12, 0, 0, 0);
    world_run(&fixture.now, 0);
    assert_slot(&fixture, DAY, 0, 12 * KWH, EN_SOURCE_MEASURED);
    end(&fixture);
}

static void test_absent_days_end_at_the_horizon(void **state)
{
    (void)state;
    struct fixture fixture;
    static struct en_block block;
    begin(&fixture);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-02\"]}");
    for (int32_t day = DAY - 7; day < DAY; day++) {
        put_day(&fixture, fixture.channel, day, 10, 0, 0, 0);
    }
    tick(&fixture, DAY + 60, 30);
    run(&fixture);
    assert_true(best_of(&fixture, fixture.channel, DAY + 34, &block));
    assert_false(best_of(&fixture, fixture.channel, DAY + 35, &block));
    end(&fixture);
}

/* A rule that comes after the days: everything in them is judged by it. */
static void test_rule_that_comes_late_acts_on_the_past(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    put_day(&fixture, fixture.channel, DAY, 10, 20, 22, 0);
    put_day(&fixture, fixture.channel, DAY + 1, 10, 0, 0, 0);
    tick(&fixture, DAY + 6, 30);
    run(&fixture);
    assert_int_equal(world_usage(&fixture.now, fixture.channel, DAY).missing_count, 2);
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"methods\":[\"E-01\",\"E-02\"]}");
    world_run(&fixture.now, 0);
    assert_slot(&fixture, DAY, 20, 10 * KWH, EN_SOURCE_EST_INTERP);
    assert_slot(&fixture, DAY + 4, 20, 10 * KWH, EN_SOURCE_EST_LIKEDAY); /* a Monday */
    set_rule(&fixture, "CHAIN", "CHAIN", "{\"enabled\":false}");
    world_run(&fixture.now, 0);
    assert_int_equal(world_usage(&fixture.now, fixture.channel, DAY).missing_count, 2);
    assert_int_equal(evidence_of(&fixture, DAY).count, 0);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vee_day_1_is_interpolated),
        cmocka_unit_test(test_vee_day_1_sum_check_refuses),
        cmocka_unit_test(test_vee_day_1_is_anchored),
        cmocka_unit_test(test_vee_day_1_is_scaled),
        cmocka_unit_test(test_vee_day_1_scaled_above_the_cap),
        cmocka_unit_test(test_gap_over_midnight_waits_for_tomorrow),
        cmocka_unit_test(test_late_data_replaces_estimates),
        cmocka_unit_test(test_long_gap_takes_like_days),
        cmocka_unit_test(test_estimates_are_not_estimated_from),
        cmocka_unit_test(test_no_history_is_work_for_people),
        cmocka_unit_test(test_check_meter_fills),
        cmocka_unit_test(test_check_meter_fills_absent_days),
        cmocka_unit_test(test_register_advance_over_days),
        cmocka_unit_test(test_register_refusals),
        cmocka_unit_test(test_estimates_are_checked_for_range),
        cmocka_unit_test(test_rejected_value_is_replaced),
        cmocka_unit_test(test_rejected_value_without_a_chain),
        cmocka_unit_test(test_suspect_value_is_not_estimated_from),
        cmocka_unit_test(test_outage_is_zero),
        cmocka_unit_test(test_balance_fills),
        cmocka_unit_test(test_absent_day_is_filled_when_it_is_due),
        cmocka_unit_test(test_absent_days_end_at_the_horizon),
        cmocka_unit_test(test_rule_that_comes_late_acts_on_the_past),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
