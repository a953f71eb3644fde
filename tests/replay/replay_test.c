/* What replay promises: how batches are cut leaves no trace, bringing tables forward step by step
 * gives the bytes of building them anew, and the order in which independent facts arrive does not
 * matter. Over random late, doubled, corrected, missing readings, ratios, replacements, formulas,
 * balances, freezes and corrections, with arrivals in frozen days. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/replay/world.h"

#define POINTS 8
#define DAYS 10
#define STEPS 600

struct random_world {
    struct world world;
    uint32_t points[POINTS];
    uint32_t channels[POINTS];
    uint32_t freezes;
    uint32_t formulas;
};

/* One of four readings of a channel's day, so that the same comes again and values go there and
 * back. */
static void random_profile(struct random_world *random)
{
    struct world *world = &random->world;
    int64_t values[48];
    uint64_t quality[48];
    uint32_t place = world_random(world, POINTS);
    int32_t day = WORLD_DAY + (int32_t)world_random(world, DAYS);
    uint32_t variant = world_random(world, 4);
    uint32_t style = (place * 7 + (uint32_t)day * 3 + variant) % 10;
    for (uint32_t i = 0; i < 48; i++) {
        values[i] = (place * 1009 + (uint32_t)day * 31 + variant * 577 + i * 97) % 5000;
        quality[i] = EN_QUALITY_MEASURED;
        if (style == 0 && (i + variant) % 3 == 0) {
            quality[i] = EN_QUALITY_MISSING;
        } else if (style == 1 && i > 20 && i < 30) {
            quality[i] = en_quality_with_verdict(EN_SOURCE_EST_LIKEDAY, EN_VERDICT_SUSPECT) |
                         EN_QUALITY_SPIKE;
        } else if (style == 2 && i == 7) {
            quality[i] = en_quality_with_verdict(EN_SOURCE_MEASURED, EN_VERDICT_REJECTED);
        }
    }
    world_profile(world, random->channels[place], day, world_random(world, 40) == 0, values,
                  style < 3 ? quality : NULL);
}

static void random_ratio(struct random_world *random)
{
    struct world *world = &random->world;
    struct en_ratio_set payload = {.current = {1 + world_random(world, 40), 1},
                                   .voltage = {1, 1 + world_random(world, 3)}};
    struct en_error err;
    assert_int_equal(
        en_ratio_make(payload.voltage.num, payload.voltage.den, &payload.voltage, &err), EN_OK);
    world_put(world, EN_KIND_RATIO_SET, random->points[world_random(world, POINTS)],
              world_moment(WORLD_DAY + (int32_t)world_random(world, DAYS),
                           (int)world_random(world, 48) * 30),
              &payload);
}

static void random_replacement(struct random_world *random)
{
    struct world *world = &random->world;
    uint32_t place = world_random(world, POINTS);
    struct en_interval when = world_moment(WORLD_DAY + (int32_t)world_random(world, DAYS),
                                           (int)world_random(world, 1400));
    when.to.us += (int64_t)world_random(world, 90) * EN_MINUTE_US;
    struct en_device_replaced payload = {.old_device = 0,
                                         .new_device = 0,
                                         .downtime_power_micro = world_random(world, 50) * 1000000};
    world_put(world, EN_KIND_DEVICE_REPLACED, random->points[place], when, &payload);
}

/* A random sum over some points; every third is lenient, some look a day back or are no sums. */
static void print_formula(struct random_world *random, char *text, size_t size)
{
    struct world *world = &random->world;
    uint32_t style = world_random(world, 6);
    size_t used = (size_t)snprintf(text, size, "%s", style < 3 ? "sum~(" : style < 5 ? "" : "max(");
    uint32_t count = 2 + world_random(world, 5);
    uint32_t first = world_random(world, POINTS);
    for (uint32_t i = 0; i < count; i++) {
        const char *join = i == 0                        ? ""
                           : style < 3 || style == 5     ? ", "
                           : world_random(world, 4) == 0 ? " - "
                                                         : " + ";
        bool looks_back = style == 4 && i == 1;
        used += (size_t)snprintf(text + used, size - used,
                                 looks_back ? "%sprev(@P%u.A+, 1d)" : "%s@P%u.A+", join,
                                 (first + i) % POINTS);
    }
    if (random->formulas > 0 && style == 3) {
        used += (size_t)snprintf(text + used, size - used, " + #F0");
    }
    (void)snprintf(text + used, size - used, "%s", style < 3 || style == 5 ? ")" : "");
}

static void random_formula(struct random_world *random)
{
    struct world *world = &random->world;
    char text[512];
    char name[16];
    print_formula(random, text, sizeof text);
    (void)snprintf(name, sizeof name, "F%u", world_random(world, 4));
    struct en_formula_set payload = {.name = en_slice_text(name),
                                     .expression = en_slice_text(text)};
    uint32_t node = world_name(world, EN_NAME_FORMULA, name);
    world_put(world, EN_KIND_FORMULA_SET, node,
              world_moment(WORLD_DAY + (int32_t)world_random(world, DAYS), 0), &payload);
    random->formulas++;
}

static void random_balance(struct random_world *random)
{
    struct world *world = &random->world;
    char in[512];
    char out[512];
    print_formula(random, in, sizeof in);
    print_formula(random, out, sizeof out);
    struct en_balance_set payload = {
        .name = en_slice_text("B"),
        .in = en_slice_text(in),
        .out = en_slice_text(out),
        .in_node = world_name(world, EN_NAME_FORMULA, "B.in"),
        .out_node = world_name(world, EN_NAME_FORMULA, "B.out"),
        .losses_node = world_name(world, EN_NAME_FORMULA, "B.losses"),
    };
    world_put(world, EN_KIND_BALANCE_SET, world_name(world, EN_NAME_BALANCE, "B"),
              world_moment(WORLD_DAY + (int32_t)world_random(world, DAYS), 0), &payload);
}

static void random_freeze(struct random_world *random)
{
    struct world *world = &random->world;
    if (random->freezes > 0 && world_random(world, 2) == 0) {
        struct en_correction_requested payload = {.correction =
                                                      (uint8_t)(1 + world_random(world, 2)),
                                                  .target_day = WORLD_DAY + DAYS,
                                                  .authority = en_slice_text("act 7")};
        world_put(world, EN_KIND_CORRECTION_REQUESTED, 1 + world_random(world, random->freezes),
                  (struct en_interval){{0}, {0}}, &payload);
        return;
    }
    char name[24];
    (void)snprintf(name, sizeof name, "freeze %u", random->freezes);
    int32_t from = WORLD_DAY + (int32_t)world_random(world, DAYS);
    struct en_freeze_requested payload = {.from_day = from,
                                          .to_day = from + 1 + (int32_t)world_random(world, 5)};
    uint32_t id = world_name(world, EN_NAME_FREEZE, name);
    world_put(world, EN_KIND_FREEZE_REQUESTED, id, (struct en_interval){{0}, {0}}, &payload);
    random->freezes++;
}

static void random_open(struct random_world *random, uint64_t seed)
{
    *random = (struct random_world){.freezes = 0};
    world_open(&random->world, seed);
    for (uint32_t i = 0; i < POINTS; i++) {
        char code[16];
        (void)snprintf(code, sizeof code, "P%u", i);
        random->channels[i] = world_point(&random->world, code, i % 3 == 0);
        random->points[i] = world_name(&random->world, EN_NAME_POINT, code);
    }
    for (int step = 0; step < STEPS; step++) {
        uint32_t what = world_random(&random->world, 100);
        if (what < 86) {
            random_profile(random);
        } else if (what < 89) {
            random_ratio(random);
        } else if (what < 91) {
            random_replacement(random);
        } else if (what < 94) {
            random_formula(random);
        } else if (what < 96) {
            random_balance(random);
        } else {
            random_freeze(random);
        }
        if (world_random(&random->world, 3) == 0) {
            world_append(&random->world);
        }
    }
    world_append(&random->world);
}

static void assert_same_digest(struct world *world, const struct en_hash *wanted, uint32_t batch,
                               uint64_t seed)
{
    struct world_projection projection;
    world_project(world, &projection, batch);
    world_run(&projection, 0);
    struct en_hash digest = world_digest(&projection);
    if (!en_hash_equal(&digest, wanted)) {
        print_error("seed %llu: batches of %u give another digest\n", (unsigned long long)seed,
                    batch);
    }
    assert_true(en_hash_equal(&digest, wanted));
    world_projection_close(&projection);
}

static void test_replay_does_not_depend_on_batches(void **state)
{
    (void)state;
    const char *option = getenv("ENERLOG_REPLAY_SEEDS");
    uint64_t seeds = option != NULL ? strtoull(option, NULL, 10) : 6;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        struct random_world random;
        random_open(&random, seed);
        struct world_projection whole;
        world_project(&random.world, &whole, 0);
        world_run(&whole, 0);
        struct en_hash wanted = world_digest(&whole);
        world_projection_close(&whole);
        const uint32_t batches[] = {1, 2, 7, 64};
        for (size_t i = 0; i < EN_COUNT_OF(batches); i++) {
            assert_same_digest(&random.world, &wanted, batches[i], seed);
        }
        world_close(&random.world);
    }
}

static void test_replay_may_be_interrupted_anywhere(void **state)
{
    (void)state;
    struct random_world random;
    random_open(&random, 77);
    struct world_projection whole;
    world_project(&random.world, &whole, 0);
    world_run(&whole, 0);
    struct en_hash wanted = world_digest(&whole);
    world_projection_close(&whole);
    struct world_projection projection;
    world_project(&random.world, &projection, 0);
    uint64_t size = en_log_size(random.world.log);
    for (uint64_t to = 1; to < size; to += 1 + world_random(&random.world, 40)) {
        struct en_error err;
        struct en_runner_options options = {
            .log = random.world.log, .kv = projection.kv, .ahead_events_min = to % 2 == 0 ? 1 : 0};
        world_run(&projection, to);
        /* a new program goes on from what is stored */
        en_runner_close(projection.runner);
        assert_int_equal(en_runner_open(&options, &projection.runner, &err), EN_OK);
        assert_int_equal(en_runner_position(projection.runner), to);
    }
    world_run(&projection, 0);
    struct en_hash digest = world_digest(&projection);
    assert_true(en_hash_equal(&digest, &wanted));
    world_projection_close(&projection);
    world_close(&random.world);
}

static void test_replay_does_not_depend_on_arrival(void **state)
{
    (void)state;
    struct en_hash digests[4];
    for (size_t order = 0; order < EN_COUNT_OF(digests); order++) {
        struct world world;
        world_open(&world, 5);
        uint32_t channels[4];
        for (uint32_t i = 0; i < 4; i++) {
            char code[16];
            (void)snprintf(code, sizeof code, "P%u", i);
            channels[i] = world_point(&world, code, true);
        }
        /* independent facts: one reading a channel and day, and revisions that say which is the
         * newer */
        for (uint32_t k = 0; k < 4 * 5 * 2; k++) {
            uint32_t fact = order % 2 == 0 ? k : 4 * 5 * 2 - 1 - k;
            fact = order < 2 ? fact : (fact * 7) % 40;
            int64_t values[48];
            uint64_t quality[48];
            for (int i = 0; i < 48; i++) {
                values[i] = (int64_t)(fact * 100) + i;
                quality[i] =
                    (fact + (uint32_t)i) % 11 == 0 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
            }
            world_profile(&world, channels[fact % 4], WORLD_DAY + (int32_t)(fact / 4 % 5),
                          fact / 20, values, quality);
            world_append(&world);
        }
        struct world_projection projection;
        world_project(&world, &projection, order == 3 ? 1 : 0);
        world_run(&projection, 0);
        digests[order] = world_digest(&projection);
        world_projection_close(&projection);
        world_close(&world);
        assert_true(en_hash_equal(&digests[order], &digests[0]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_does_not_depend_on_arrival),
        cmocka_unit_test(test_replay_does_not_depend_on_batches),
        cmocka_unit_test(test_replay_may_be_interrupted_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
