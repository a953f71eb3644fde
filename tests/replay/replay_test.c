/* What replay promises: how batches are cut leaves no trace, bringing tables forward step by step
 * gives the bytes of building them anew, and the order in which independent facts arrive does not
 * matter. Over random worlds (random_world.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "projections/difference.h"
#include "projections/tables.h"
#include "tests/replay/random_world.h"

/* Where two projections differ first. */
static void tell_difference(struct world_projection *first, struct world_projection *second)
{
    struct en_digest_table tables[EN_DIGEST_TABLES_MAX];
    uint32_t count = en_digest_tables(tables);
    struct en_store *stores[2] = {NULL, NULL};
    struct en_difference found = {.is_found = false};
    assert_int_equal(en_store_begin(first->kv, EN_KV_READ, &stores[0], NULL), EN_OK);
    assert_int_equal(en_store_begin(second->kv, EN_KV_READ, &stores[1], NULL), EN_OK);
    if (en_difference_find(stores[0], stores[1], tables, count, EN_DIGEST_ANEW, &found, NULL) ==
            EN_OK &&
        found.is_found) {
        print_error("table %s, day %d, series %u: %zu and %zu bytes\n", found.table->name,
                    (int)found.day - WORLD_DAY, found.series, found.left.size, found.right.size);
    }
    en_store_abort(stores[0]);
    en_store_abort(stores[1]);
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
        struct world_projection whole;
        world_project(world, &whole, 0);
        world_run(&whole, 0);
        tell_difference(&whole, &projection);
        world_projection_close(&whole);
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
        random_world_open(&random, seed);
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
    random_world_open(&random, 77);
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
