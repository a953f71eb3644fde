/* A projection whose n-th write, commit, read or allocation fails stops with an error, and, opened
 * again, goes on to the same tables: for every n. Nothing is half-applied. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/mem.h"
#include "tests/replay/world.h"

#define MEMORY_SIZE_MAX (UINT64_C(1) << 28)
#define FAULTS_MAX 20000u
#define QUIET_RUNS 16u

/* A log with something of everything. */
static void small_world(struct world *world)
{
    world_open(world, 3);
    uint32_t channels[3];
    for (uint32_t i = 0; i < 3; i++) {
        char code[8];
        (void)snprintf(code, sizeof code, "P%u", i);
        channels[i] = world_point(world, code, i > 0);
    }
    struct en_balance_set balance = {
        .name = en_slice_text("B"),
        .in = en_slice_text("@P0.A+"),
        .out = en_slice_text("sum~(@P1.A+, @P2.A+)"),
        .in_node = world_name(world, EN_NAME_FORMULA, "B.in"),
        .out_node = world_name(world, EN_NAME_FORMULA, "B.out"),
        .losses_node = world_name(world, EN_NAME_FORMULA, "B.losses"),
    };
    world_event(world, EN_KIND_BALANCE_SET, world_name(world, EN_NAME_BALANCE, "B"),
                world_moment(WORLD_DAY, 0), &balance);
    struct en_ratio_set ratio = {.current = {40, 1}, .voltage = {1, 1}};
    world_event(world, EN_KIND_RATIO_SET, world_name(world, EN_NAME_POINT, "P0"),
                world_moment(WORLD_DAY + 1, 720), &ratio);
    for (int round = 0; round < 2; round++) {
        for (uint32_t k = 0; k < 6; k++) {
            int64_t values[48];
            for (int i = 0; i < 48; i++) {
                values[i] = (int64_t)k * 10 + i + round;
            }
            world_profile(world, channels[k % 3], WORLD_DAY + (int32_t)(k / 3), 0, values, NULL);
        }
        world_append(world);
        if (round == 0) {
            struct en_freeze_requested freeze = {.from_day = WORLD_DAY, .to_day = WORLD_DAY + 1};
            world_event(world, EN_KIND_FREEZE_REQUESTED, world_name(world, EN_NAME_FREEZE, "f"),
                        (struct en_interval){{0}, {0}}, &freeze);
        }
    }
}

static en_code run_all(struct world *world, struct en_kv *kv)
{
    struct en_error err;
    struct en_runner *runner = NULL;
    struct en_runner_options options = {.log = world->log, .kv = kv, .batch_events_max = 9};
    en_code code = en_runner_open(&options, &runner, &err);
    if (code == EN_OK) {
        code = en_runner_run(runner, 0, &err);
    }
    en_runner_close(runner);
    return code;
}

static struct en_hash digest_of(struct en_kv *kv)
{
    struct world_projection projection = {.kv = kv};
    return world_digest(&projection);
}

/* Fails the n-th request of a kind for every n until none is reached; afterwards the same tables
 * must come out. */
static void fail_each(struct world *world, const struct en_hash *wanted, uint32_t faults,
                      bool is_memory)
{
    uint64_t failures = 0;
    uint32_t quiet = 0; /* runs in a row that came to their end: some faults are borne */
    for (uint64_t n = 1; n < FAULTS_MAX && quiet < QUIET_RUNS; n++) {
        struct en_error err;
        struct en_kv *inner = NULL;
        struct en_kv *kv = NULL;
        assert_int_equal(en_kv_open_memory(MEMORY_SIZE_MAX, &inner, &err), EN_OK);
        assert_int_equal(en_kv_open_fault(inner, &kv, &err), EN_OK);
        if (is_memory) {
            en_mem_fail_after(n);
        } else {
            en_kv_fault_after(kv, faults, n, EN_IO);
        }
        en_code code = run_all(world, kv);
        bool was_reached = code != EN_OK;
        en_mem_fail_after(0);
        en_kv_fault_after(kv, 0, 0, EN_IO);
        if (was_reached) {
            failures++;
            assert_int_equal(run_all(world, inner), EN_OK);
        }
        struct en_hash digest = digest_of(inner);
        assert_true(en_hash_equal(&digest, wanted));
        en_kv_close(kv);
        en_kv_close(inner);
        quiet = was_reached ? 0 : quiet + 1;
    }
    assert_true(failures > 10);
}

static void test_projection_survives_the_nth_failure(void **state)
{
    (void)state;
    struct world world;
    small_world(&world);
    struct world_projection whole;
    world_project(&world, &whole, 0);
    world_run(&whole, 0);
    struct en_hash wanted = world_digest(&whole);
    world_projection_close(&whole);
    fail_each(&world, &wanted, EN_KV_FAULT_WRITE | EN_KV_FAULT_COMMIT, false);
    fail_each(&world, &wanted, EN_KV_FAULT_READ, false);
    fail_each(&world, &wanted, 0, true);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_projection_survives_the_nth_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
