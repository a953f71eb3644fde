/* What must hold before a period is frozen (F-01), freezes that wait for another person, and holds
 * of recalculation (F-06): as verdicts, as tables, and the same however batches are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "projections/tables_freeze.h"
#include "projections/views/fiscal.h"
#include "projections/views/freeze_checks.h"
#include "projections/views/frozen_run.h"
#include "projections/views/pending.h"
#include "projections/views/usage.h"
#include "tests/replay/world.h"

#define NO_INTERVAL ((struct en_interval){{0}, {0}})
#define DAYS 3

static const uint32_t cuts[] = {1, 2, 7, 64, 100000};

/* An event of an actor; its seq. */
static uint64_t act(struct world *world, uint32_t actor, en_kind kind, uint32_t subject,
                    const void *payload)
{
    world_append(world);
    world_put(world, kind, subject, NO_INTERVAL, payload);
    world->batch.headers[world->batch.count - 1].actor = actor;
    uint64_t seq = en_log_size(world->log);
    world_append(world);
    return seq;
}

static uint64_t set_policy(struct world *world, uint32_t checks, uint8_t approvals)
{
    struct en_freeze_policy_set set = {
        .name = en_slice_text("strict"), .correction = 1, .approvals = approvals, .checks = checks};
    return act(world, 1, EN_KIND_FREEZE_POLICY_SET, world_name(world, EN_NAME_POLICY, "strict"),
               &set);
}

static uint64_t ask(struct world *world, uint32_t actor, const char *name)
{
    struct en_freeze_requested payload = {
        .from_day = WORLD_DAY, .to_day = WORLD_DAY + DAYS, .policy = en_slice_text("strict")};
    return act(world, actor, EN_KIND_FREEZE_REQUESTED, world_name(world, EN_NAME_FREEZE, name),
               &payload);
}

static uint64_t approve(struct world *world, uint32_t actor, const char *name)
{
    struct en_freeze_approved payload = {.note = en_slice_text("seen")};
    return act(world, actor, EN_KIND_FREEZE_APPROVED, world_name(world, EN_NAME_FREEZE, name),
               &payload);
}

static uint64_t hold(struct world *world, uint32_t scope, bool is_on)
{
    struct en_hold_set payload = {
        .scope = scope, .is_on = is_on, .reason = en_slice_text(is_on ? "audit" : "")};
    return act(world, 7, EN_KIND_HOLD_SET, 0, &payload);
}

/* Day `day` of the channel: every slot `value` * 10^-3, but `missing` of them. */
static void read_day(struct world *world, uint32_t channel, int32_t day, int64_t value,
                     uint32_t missing)
{
    int64_t values[48];
    uint64_t quality[48];
    for (uint32_t i = 0; i < 48; i++) {
        values[i] = value;
        quality[i] = i < missing ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    world_profile(world, channel, day, 0, values, quality);
    world_append(world);
}

static uint32_t begin(struct world *world)
{
    world_open_in_memory(world, 5);
    uint32_t channel = world_point(world, "main", true);
    for (int32_t day = 0; day < DAYS; day++) {
        read_day(world, channel, WORLD_DAY + day, 1000, 0);
    }
    return channel;
}

static bool is_frozen(struct world_projection *projection)
{
    struct en_store *store = NULL;
    struct en_error err;
    struct en_freeze_row row;
    assert_int_equal(en_store_begin(projection->kv, EN_KV_READ, &store, &err), EN_OK);
    en_code code = en_freeze_get(store, 1, 0, &row, &err);
    en_store_abort(store);
    return code == EN_OK;
}

/* One digest of all cuts; the last projection is the caller's. */
static void project(struct world *world, struct world_projection *last)
{
    struct en_hash first;
    for (size_t i = 0; i < EN_COUNT_OF(cuts); i++) {
        struct world_projection projection;
        world_project(world, &projection, cuts[i]);
        world_run(&projection, 0);
        struct en_hash digest = world_digest(&projection);
        first = i == 0 ? digest : first;
        assert_true(en_hash_equal(&first, &digest));
        if (i + 1 < EN_COUNT_OF(cuts)) {
            world_projection_close(&projection);
        } else {
            *last = projection;
        }
    }
}

static void expect_refused(struct world_projection *projection, uint64_t seq, en_code code,
                           const char *words)
{
    char text[EN_ERROR_TEXT_SIZE];
    assert_int_equal(world_outcome(projection, seq, text, sizeof text), code);
    if (strstr(text, words) == NULL) {
        fail_msg("\"%s\" lacks \"%s\"", text, words);
    }
}

static void test_freeze_waits_for_another_person(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    (void)begin(&world);
    (void)set_policy(&world, EN_FREEZE_POLICY_APPROVED, 2);
    uint64_t early = approve(&world, 8, "may");
    uint64_t nobody = ask(&world, 0, "may");
    uint64_t asked = ask(&world, 7, "may");
    uint64_t self = approve(&world, 7, "may");
    uint64_t unnamed = approve(&world, 0, "may");
    project(&world, &projection);
    expect_refused(&projection, early, EN_NOT_FOUND, "does not wait");
    expect_refused(&projection, nobody, EN_DENIED, "nobody asked");
    assert_int_equal(world_outcome(&projection, asked, NULL, 0), EN_OK);
    expect_refused(&projection, self, EN_DENIED, "who asked");
    expect_refused(&projection, unnamed, EN_DENIED, "nobody did");
    assert_false(is_frozen(&projection));
    world_projection_close(&projection);

    uint64_t other = approve(&world, 8, "may");
    uint64_t again = approve(&world, 9, "may");
    project(&world, &projection);
    assert_int_equal(world_outcome(&projection, other, NULL, 0), EN_OK);
    expect_refused(&projection, again, EN_NOT_FOUND, "does not wait");
    assert_true(is_frozen(&projection));
    world_projection_close(&projection);
    world_close(&world);
}

static void test_freeze_wants_three_persons(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    (void)begin(&world);
    (void)set_policy(&world, EN_FREEZE_POLICY_APPROVED, 3);
    (void)ask(&world, 7, "may");
    (void)approve(&world, 8, "may");
    uint64_t twice = approve(&world, 8, "may");
    project(&world, &projection);
    expect_refused(&projection, twice, EN_CONFLICT, "already");
    assert_false(is_frozen(&projection));
    world_projection_close(&projection);
    /* Asked for anew, it begins from the start. */
    (void)ask(&world, 9, "may");
    (void)approve(&world, 7, "may");
    project(&world, &projection);
    assert_false(is_frozen(&projection));
    world_projection_close(&projection);
    (void)approve(&world, 8, "may");
    project(&world, &projection);
    assert_true(is_frozen(&projection));
    world_projection_close(&projection);
    world_close(&world);
}

/* A policy of a log from before approvals were waited for: frozen at once, as it was then. */
static void test_old_policies_freeze_at_once(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    (void)begin(&world);
    (void)set_policy(&world, 0, 2);
    uint64_t asked = ask(&world, 0, "may");
    project(&world, &projection);
    assert_int_equal(world_outcome(&projection, asked, NULL, 0), EN_OK);
    assert_true(is_frozen(&projection));
    world_projection_close(&projection);
    world_close(&world);
}

static void test_f_01_lists_what_fails(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    uint32_t channel = begin(&world);
    (void)set_policy(&world, EN_FREEZE_CHECKS_ALL, 0);
    read_day(&world, world_point(&world, "gap", true), WORLD_DAY, 1000, 1);
    int64_t values[48] = {0};
    uint64_t quality[48];
    for (uint32_t i = 0; i < 48; i++) {
        quality[i] = i < 2 ? en_quality_with_verdict(EN_QUALITY_MEASURED, EN_VERDICT_REJECTED)
                           : EN_QUALITY_MEASURED;
    }
    world_profile(&world, channel, WORLD_DAY + 1, 1, values, quality);
    struct en_balance_set balance = {.name = en_slice_text("bus"),
                                     .in = en_slice_text("@main.A+"),
                                     .out = en_slice_text("@gap.A+"),
                                     .in_node = world_name(&world, EN_NAME_FORMULA, "bus.in"),
                                     .out_node = world_name(&world, EN_NAME_FORMULA, "bus.out")};
    world_event(&world, EN_KIND_BALANCE_SET, world_name(&world, EN_NAME_BALANCE, "bus"),
                world_day(WORLD_DAY), &balance);
    uint64_t asked = ask(&world, 7, "may");
    project(&world, &projection);
    expect_refused(&projection, asked, EN_REFUSED, "97 slots are missing (gap A+ 2026-01-01: 1");
    expect_refused(&projection, asked, EN_REFUSED,
                   "2 rejected values are not substituted (main A+ 2026-01-02: 2)");
    expect_refused(&projection, asked, EN_REFUSED, "1 balances are not assessed (bus: ");
    assert_false(is_frozen(&projection));
    world_projection_close(&projection);
    world_close(&world);
}

/* The checks are made again when the last person approves: late facts count. */
static void test_f_01_is_asked_again_at_the_approval(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    (void)begin(&world);
    (void)set_policy(&world, EN_FREEZE_POLICY_APPROVED | 1u << EN_FREEZE_CHECK_COMPLETE, 2);
    (void)ask(&world, 7, "may");
    uint32_t late = world_point(&world, "late", true);
    uint64_t approved = approve(&world, 8, "may");
    project(&world, &projection);
    expect_refused(&projection, approved, EN_REFUSED, "144 slots are missing");
    assert_false(is_frozen(&projection));
    world_projection_close(&projection);
    for (int32_t day = 0; day < DAYS; day++) {
        read_day(&world, late, WORLD_DAY + day, 5, 0);
    }
    approved = approve(&world, 8, "may");
    project(&world, &projection);
    assert_int_equal(world_outcome(&projection, approved, NULL, 0), EN_OK);
    assert_true(is_frozen(&projection));
    world_projection_close(&projection);
    world_close(&world);
}

static void test_policies_of_unknown_checks_are_refused(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    (void)begin(&world);
    uint64_t seq = set_policy(&world, 1u << EN_FREEZE_CHECKS_COUNT, 0);
    project(&world, &projection);
    expect_refused(&projection, seq, EN_RANGE, "no such check");
    world_projection_close(&projection);
    world_close(&world);
}

/* ---- holds ---- */

static int64_t usage(struct world_projection *projection, en_lane lane)
{
    struct en_store *store = NULL;
    struct en_error err;
    struct en_usage answer;
    struct en_usage_query query = {
        .from_day = {WORLD_DAY}, .to_day = {WORLD_DAY + DAYS}, .lane = lane};
    en_usage_init(&answer);
    assert_int_equal(en_store_begin(projection->kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_usage_gather(&answer, store, &query, &err), EN_OK);
    int64_t micro = answer.cells[0].micro;
    en_store_abort(store);
    en_usage_fini(&answer);
    return micro;
}

static en_code count_row(void *self, const struct en_pending_row *row, struct en_error *err)
{
    (void)row;
    (void)err;
    *(uint32_t *)self += 1;
    return EN_OK;
}

static uint32_t pending(struct world_projection *projection, uint32_t scope)
{
    struct en_store *store = NULL;
    struct en_error err;
    uint32_t count = 0;
    assert_int_equal(en_store_begin(projection->kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_pending_walk(store, EN_HOLD_FREEZE(scope), count_row, &count, &err), EN_OK);
    en_store_abort(store);
    return count;
}

static void test_f_06_numbers_stand_still_and_are_let_go(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    uint32_t channel = begin(&world);
    (void)set_policy(&world, 0, 0);
    (void)hold(&world, 0, true);
    read_day(&world, channel, WORLD_DAY + 1, 2000, 0);
    uint64_t frozen = ask(&world, 7, "may");
    uint64_t twice = hold(&world, 0, true);
    project(&world, &projection);
    assert_int_equal(usage(&projection, EN_LANE_FISCAL), 144 * 1000000);
    assert_int_equal(usage(&projection, EN_LANE_LIVE), 192 * 1000000);
    assert_int_equal(pending(&projection, 0), 1);
    expect_refused(&projection, frozen, EN_CONFLICT, "held (F-06)");
    expect_refused(&projection, twice, EN_CONFLICT, "held already");
    world_projection_close(&projection);

    /* What goes back to what it was is no difference. */
    read_day(&world, channel, WORLD_DAY + 1, 1000, 0);
    project(&world, &projection);
    assert_int_equal(pending(&projection, 0), 0);
    world_projection_close(&projection);

    read_day(&world, channel, WORLD_DAY + 2, 3000, 0);
    (void)hold(&world, 0, false);
    frozen = ask(&world, 7, "may");
    uint64_t none = hold(&world, 0, false);
    project(&world, &projection);
    assert_int_equal(usage(&projection, EN_LANE_FISCAL), (48 + 48 + 144) * 1000000);
    assert_int_equal(usage(&projection, EN_LANE_LIVE), (48 + 48 + 144) * 1000000);
    assert_int_equal(world_outcome(&projection, frozen, NULL, 0), EN_OK);
    expect_refused(&projection, none, EN_NOT_FOUND, "not held");
    world_projection_close(&projection);
    world_close(&world);
}

/* A frozen day shows what was frozen, held or not; corrections wait. */
static void test_f_06_freezes_stand_above_holds(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    uint32_t channel = begin(&world);
    (void)set_policy(&world, 0, 0);
    (void)ask(&world, 7, "may");
    read_day(&world, channel, WORLD_DAY, 2000, 0);
    (void)hold(&world, 0, true);
    read_day(&world, channel, WORLD_DAY, 4000, 0);
    struct en_correction_requested payload = {.correction = 1, .authority = en_slice_text("act")};
    uint64_t corrected = act(&world, 7, EN_KIND_CORRECTION_REQUESTED,
                             world_name(&world, EN_NAME_FREEZE, "may"), &payload);
    project(&world, &projection);
    assert_int_equal(usage(&projection, EN_LANE_FISCAL), 144 * 1000000);
    assert_int_equal(usage(&projection, EN_LANE_LIVE), (192 + 96) * 1000000);
    expect_refused(&projection, corrected, EN_CONFLICT, "held (F-06)");
    world_projection_close(&projection);
    world_close(&world);
}

/* Only the scope stands still; a scope with anything in common cannot be held beside it. */
static void test_f_06_of_a_scope(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    world_open_in_memory(&world, 6);
    uint32_t object = world_name(&world, EN_NAME_OBJECT, "PS");
    struct en_object_set set = {.name = en_slice_text("PS"), .type = en_slice_text("substation")};
    world_event(&world, EN_KIND_OBJECT_SET, object, world_day(WORLD_DAY - 100), &set);
    uint32_t inside = world_point(&world, "inside", true);
    uint32_t outside = world_point(&world, "outside", true);
    struct en_point_set point = {.name = en_slice_text("inside"),
                                 .resource = en_slice_text("electricity"),
                                 .object = object};
    world_event(&world, EN_KIND_POINT_SET, world_name(&world, EN_NAME_POINT, "inside"),
                world_day(WORLD_DAY - 100), &point);
    read_day(&world, inside, WORLD_DAY, 1000, 0);
    read_day(&world, outside, WORLD_DAY, 1000, 0);
    (void)hold(&world, object, true);
    read_day(&world, inside, WORLD_DAY, 2000, 0);
    read_day(&world, outside, WORLD_DAY, 2000, 0);
    uint64_t all = hold(&world, 0, true);
    struct en_hold_set silent = {.scope = 0, .is_on = true};
    uint64_t reasonless = act(&world, 7, EN_KIND_HOLD_SET, 0, &silent);
    struct en_hold_set unknown = {.scope = 99, .is_on = true, .reason = en_slice_text("x")};
    uint64_t nowhere = act(&world, 7, EN_KIND_HOLD_SET, 0, &unknown);
    project(&world, &projection);
    expect_refused(&projection, all, EN_CONFLICT, "held already");
    expect_refused(&projection, reasonless, EN_REFUSED, "reason");
    expect_refused(&projection, nowhere, EN_NOT_FOUND, "not there");
    assert_int_equal(pending(&projection, object), 1);
    world_projection_close(&projection);
    (void)hold(&world, object, false);
    project(&world, &projection);
    assert_int_equal(pending(&projection, object), 0);
    world_projection_close(&projection);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_freeze_waits_for_another_person),
        cmocka_unit_test(test_freeze_wants_three_persons),
        cmocka_unit_test(test_old_policies_freeze_at_once),
        cmocka_unit_test(test_f_01_lists_what_fails),
        cmocka_unit_test(test_f_01_is_asked_again_at_the_approval),
        cmocka_unit_test(test_policies_of_unknown_checks_are_refused),
        cmocka_unit_test(test_f_06_numbers_stand_still_and_are_let_go),
        cmocka_unit_test(test_f_06_freezes_stand_above_holds),
        cmocka_unit_test(test_f_06_of_a_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
