/* Acts of people on the values of a day: what each kind does, exactly; who may decide; what
 * overlaps what; how it is taken back; that nothing is estimated from what an act put there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/metering/substitution/substitute.h"
#include "projections/tables_edit.h"
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
    uint32_t point;
    uint32_t ivanov;
    uint32_t petrov;
};

static int setup(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    world_open_in_memory(&fixture.world, 1);
    fixture.channel = world_point(&fixture.world, "P1", false);
    fixture.point = world_name(&fixture.world, EN_NAME_POINT, "P1");
    fixture.ivanov = world_name(&fixture.world, EN_NAME_ACTOR, "user:ivanov");
    fixture.petrov = world_name(&fixture.world, EN_NAME_ACTOR, "user:petrov");
    world_project(&fixture.world, &fixture.now, 0);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    static const uint32_t sizes[] = {1, 7, 0};
    world_run(&fixture->now, 0);
    struct en_hash digest = world_digest(&fixture->now);
    for (size_t i = 0; i < EN_COUNT_OF(sizes); i++) {
        struct world_projection other;
        world_project(&fixture->world, &other, sizes[i]);
        world_run(&other, 0);
        struct en_hash again = world_digest(&other);
        assert_memory_equal(&digest, &again, sizeof digest);
        world_projection_close(&other);
    }
    world_projection_close(&fixture->now);
    world_close(&fixture->world);
    return 0;
}

/* A day of 10 kWh in each slot but those of [from, to). */
static void put_day(struct fixture *fixture, int32_t day, uint32_t from, uint32_t to)
{
    int64_t values[SLOTS];
    uint64_t quality[SLOTS];
    for (uint32_t i = 0; i < SLOTS; i++) {
        values[i] = 10000;
        quality[i] = i >= from && i < to ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    world_profile(&fixture->world, fixture->channel, day, 0, values, quality);
    world_append(&fixture->world);
}

static struct en_interval slots_of(int32_t day, int first, int count)
{
    return (struct en_interval){world_moment(day, first * 30).from,
                                world_moment(day, (first + count) * 30).from};
}

/* With reason and evidence where the test gave none. */
static uint64_t request(struct fixture *fixture, struct en_edit_requested edit,
                        struct en_interval valid)
{
    edit.reason = EN_REASON_EQUIPMENT_FAULT;
    edit.evidence = en_slice_text("act 17");
    fixture->world.actor = fixture->ivanov;
    uint64_t seq =
        world_event(&fixture->world, EN_KIND_EDIT_REQUESTED, fixture->channel, valid, &edit);
    fixture->world.actor = 0;
    return seq;
}

static uint64_t decide(struct fixture *fixture, uint64_t edit, bool is_approved, uint32_t actor)
{
    struct en_edit_decided decided = {.edit = edit, .is_approved = is_approved};
    fixture->world.actor = actor;
    uint64_t seq =
        world_event(&fixture->world, EN_KIND_EDIT_DECIDED, fixture->channel, always, &decided);
    fixture->world.actor = 0;
    return seq;
}

static uint64_t act(struct fixture *fixture, struct en_edit_requested edit,
                    struct en_interval valid)
{
    uint64_t seq = request(fixture, edit, valid);
    uint64_t decision = decide(fixture, seq, true, fixture->petrov);
    world_run(&fixture->now, 0);
    assert_int_equal(world_outcome(&fixture->now, seq, NULL, 0), EN_OK);
    assert_int_equal(world_outcome(&fixture->now, decision, NULL, 0), EN_OK);
    return seq;
}

static void assert_slot(struct fixture *fixture, int32_t day, uint32_t slot, int64_t micro,
                        en_source source, uint64_t flags)
{
    static struct en_block block;
    struct en_error err;
    struct en_store *store = NULL;
    struct en_slice bytes;
    world_run(&fixture->now, 0);
    assert_int_equal(en_store_begin(fixture->now.kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_best_get(store, day, fixture->channel, &bytes, &err), EN_OK);
    assert_int_equal(en_block_read(bytes, &block, &err), EN_OK);
    en_store_abort(store);
    assert_int_equal(block.values[slot] * en_pow10(block.head.exponent + 6), micro);
    assert_int_equal(en_quality_source(block.quality[slot]), source);
    assert_int_equal(block.quality[slot] & flags, flags);
}

static int64_t usage(struct fixture *fixture, int32_t day)
{
    world_run(&fixture->now, 0);
    return world_usage(&fixture->now, fixture->channel, day).micro;
}

static void test_values_stand_in_place(void **state)
{
    struct fixture *fixture = *state;
    struct en_edit_value values[] = {{1500000}, {2500000}};
    put_day(fixture, DAY, 10, 11);
    (void)act(fixture, (struct en_edit_requested){.kind = EN_EDIT_VALUES, .values = {values, 2}},
              slots_of(DAY, 10, 2));
    assert_slot(fixture, DAY, 10, 1500000, EN_SOURCE_EDIT_BY_ACT, EN_QUALITY_MANUAL_VERIFIED);
    assert_slot(fixture, DAY, 11, 2500000, EN_SOURCE_EDIT_BY_ACT, EN_QUALITY_MANUAL_VERIFIED);
    assert_slot(fixture, DAY, 12, 10 * KWH, EN_SOURCE_MEASURED, 0);
    assert_int_equal(usage(fixture, DAY), 46 * 10 * KWH + 4 * KWH);
}

/* E-14 over midnight: both days together get exactly what the act says, times ratio and loss. */
static void test_undercount_over_midnight(void **state)
{
    struct fixture *fixture = *state;
    struct en_ratio_set ratio = {{40, 1}, {1, 1}, en_slice_text("act")};
    (void)world_event(&fixture->world, EN_KIND_RATIO_SET, fixture->point,
                      world_moment(DAY - 100, 0), &ratio);
    put_day(fixture, DAY, 0, 0);
    put_day(fixture, DAY + 1, 0, 0);
    int64_t before = usage(fixture, DAY) + usage(fixture, DAY + 1);
    (void)act(fixture,
              (struct en_edit_requested){.kind = EN_EDIT_UNDERCOUNT,
                                         .amount_micro = 1000001,
                                         .applies_ratio = true,
                                         .factor = {251, 250}},
              slots_of(DAY, 41, 14));
    int64_t after = usage(fixture, DAY) + usage(fixture, DAY + 1);
    assert_int_equal(after - before, 40160040); /* 1.000001 * 40 * 1.004, rounded once */
    assert_slot(fixture, DAY, 47, 400 * KWH + 2868574, EN_SOURCE_EDIT_BY_ACT,
                EN_QUALITY_UNDERCOUNT_ACT);
}

/* Two undercounts add up; where nothing stands there is nothing to add to. */
static void test_undercounts_add_up(void **state)
{
    struct fixture *fixture = *state;
    struct en_edit_value values[] = {{1000000}, {0}, {2000000}};
    put_day(fixture, DAY, 2, 3);
    (void)act(fixture,
              (struct en_edit_requested){.kind = EN_EDIT_UNDERCOUNT, .values = {values, 3}},
              slots_of(DAY, 0, 3));
    (void)act(fixture,
              (struct en_edit_requested){.kind = EN_EDIT_UNDERCOUNT, .amount_micro = 500000},
              slots_of(DAY, 0, 1));
    assert_slot(fixture, DAY, 0, 11500000, EN_SOURCE_EDIT_BY_ACT, EN_QUALITY_UNDERCOUNT_ACT);
    assert_slot(fixture, DAY, 2, 0, EN_SOURCE_NONE, 0);
    assert_int_equal(usage(fixture, DAY), 47 * 10 * KWH + 1500000);
}

static void test_lost_phase_is_made_good(void **state)
{
    struct fixture *fixture = *state;
    put_day(fixture, DAY, 5, 6);
    (void)act(fixture, (struct en_edit_requested){.kind = EN_EDIT_LOST_PHASE, .healthy = 2},
              slots_of(DAY, 4, 2));
    assert_slot(fixture, DAY, 4, 15 * KWH, EN_SOURCE_EDIT_BY_ACT, EN_QUALITY_PHASE);
    assert_slot(fixture, DAY, 5, 0, EN_SOURCE_NONE, 0);
    (void)act(fixture, (struct en_edit_requested){.kind = EN_EDIT_LOST_PHASE, .factor = {143, 100}},
              slots_of(DAY, 4, 1));
    assert_slot(fixture, DAY, 4, 14300000, EN_SOURCE_EDIT_BY_ACT, EN_QUALITY_PHASE);
}

/* The one decided last stands, whichever was asked for first; taken back, the other is there. */
static void test_the_last_decision_stands(void **state)
{
    struct fixture *fixture = *state;
    put_day(fixture, DAY, 0, 0);
    struct en_edit_value values[] = {{7 * KWH}, {7 * KWH}};
    uint64_t first =
        request(fixture, (struct en_edit_requested){.kind = EN_EDIT_VALUES, .values = {values, 2}},
                slots_of(DAY, 0, 2));
    uint64_t second =
        request(fixture, (struct en_edit_requested){.kind = EN_EDIT_ZERO}, slots_of(DAY, 1, 2));
    (void)decide(fixture, second, true, fixture->petrov);
    assert_slot(fixture, DAY, 1, 0, EN_SOURCE_EST_ZERO, 0);
    (void)decide(fixture, first, true, fixture->petrov);
    assert_slot(fixture, DAY, 1, 7 * KWH, EN_SOURCE_EDIT_BY_ACT, 0);
    (void)act(fixture, (struct en_edit_requested){.kind = EN_EDIT_RETRACT, .retracts = first},
              always);
    assert_slot(fixture, DAY, 0, 10 * KWH, EN_SOURCE_MEASURED, 0);
    assert_slot(fixture, DAY, 1, 0, EN_SOURCE_EST_ZERO, 0);
}

/* A person says that measured values are wrong and which method is to replace them. */
static void test_estimate_by_a_named_method(void **state)
{
    struct fixture *fixture = *state;
    put_day(fixture, DAY, 0, 0);
    put_day(fixture, DAY - 1, 0, 0);
    (void)act(fixture,
              (struct en_edit_requested){.kind = EN_EDIT_ESTIMATE,
                                         .method = en_slice_text("E-01 max=120")},
              slots_of(DAY, 20, 4));
    assert_slot(fixture, DAY, 21, 10 * KWH, EN_SOURCE_EST_INTERP, EN_QUALITY_MANUAL_VERIFIED);
    (void)act(
        fixture,
        (struct en_edit_requested){.kind = EN_EDIT_ESTIMATE, .method = en_slice_text("E-02 n=3")},
        slots_of(DAY, 30, 1));
    assert_slot(fixture, DAY, 30, 10 * KWH, EN_SOURCE_EST_LIKEDAY, EN_QUALITY_PARTIAL);
}

/* What an act put there is no measured value: neither a neighbour nor a like day. */
static void test_acts_are_not_estimated_from(void **state)
{
    struct fixture *fixture = *state;
    struct en_rule_set rule = {.rule = en_slice_text("CHAIN"),
                               .edition = en_slice_text("1"),
                               .parameters = en_slice_text("{\"methods\":[\"E-01\",\"E-02\"]}"),
                               .reason = en_slice_text("a test")};
    (void)world_event(&fixture->world, EN_KIND_RULE_SET,
                      world_name(&fixture->world, EN_NAME_RULE, "CHAIN"),
                      world_moment(DAY - 100, 0), &rule);
    put_day(fixture, DAY - 1, 0, 0);
    put_day(fixture, DAY, 21, 22);
    assert_slot(fixture, DAY, 21, 10 * KWH, EN_SOURCE_EST_INTERP, 0);
    struct en_edit_value value = {90 * KWH};
    (void)act(fixture, (struct en_edit_requested){.kind = EN_EDIT_VALUES, .values = {&value, 1}},
              slots_of(DAY, 20, 1));
    assert_slot(fixture, DAY, 21, 10 * KWH, EN_SOURCE_EST_LIKEDAY, 0);
    (void)act(fixture, (struct en_edit_requested){.kind = EN_EDIT_VALUES, .values = {&value, 1}},
              slots_of(DAY - 1, 21, 1));
    assert_slot(fixture, DAY, 21, 0, EN_SOURCE_NONE, 0);
}

static void assert_refused(struct fixture *fixture, uint64_t seq, en_code code, const char *words)
{
    char text[512];
    world_run(&fixture->now, 0);
    assert_int_equal(world_outcome(&fixture->now, seq, text, sizeof text), code);
    if (strstr(text, words) == NULL) {
        print_error("%s\n", text);
    }
    assert_non_null(strstr(text, words));
}

static void test_requests_that_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct en_edit_value values[] = {{1}, {-1}};
    struct en_interval two = slots_of(DAY, 0, 2);
    struct {
        struct en_edit_requested edit;
        struct en_interval valid;
        const char *words;
    } rows[] = {
        {{.kind = 0}, two, "unknown kind"},
        {{.kind = 9}, two, "unknown kind"},
        {{.kind = EN_EDIT_VALUES}, two, "values are wanted"},
        {{.kind = EN_EDIT_VALUES, .values = {values, 1}}, two, "one value is wanted for each"},
        {{.kind = EN_EDIT_UNDERCOUNT}, two, "energy to add"},
        {{.kind = EN_EDIT_UNDERCOUNT, .values = {values, 2}}, two, "not below zero"},
        {{.kind = EN_EDIT_UNDERCOUNT, .amount_micro = -1}, two, "not below zero"},
        {{.kind = EN_EDIT_LOST_PHASE}, two, "healthy"},
        {{.kind = EN_EDIT_LOST_PHASE, .healthy = 3}, two, "healthy"},
        {{.kind = EN_EDIT_LOST_PHASE, .factor = {1, 2}}, two, "not below 1"},
        {{.kind = EN_EDIT_ESTIMATE, .method = en_slice_text("E-12")}, two, "one method"},
        {{.kind = EN_EDIT_ESTIMATE, .method = en_slice_text("E-01; E-02")}, two, "one method"},
        {{.kind = EN_EDIT_ZERO}, {{1}, {EN_DAY_US}}, "edges"},
        {{.kind = EN_EDIT_ZERO}, slots_of(DAY, 2, 0), "edges"},
        {{.kind = EN_EDIT_ZERO}, slots_of(DAY, 0, 48 * 367), "edges"},
        {{.kind = EN_EDIT_RETRACT, .retracts = 1}, always, "no edit of this channel"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        assert_refused(fixture, request(fixture, rows[i].edit, rows[i].valid), EN_RANGE,
                       rows[i].words);
    }
    struct en_edit_requested bare = {.kind = EN_EDIT_ZERO};
    uint64_t seq =
        world_event(&fixture->world, EN_KIND_EDIT_REQUESTED, fixture->channel, two, &bare);
    assert_refused(fixture, seq, EN_RANGE, "by a person");
    fixture->world.actor = fixture->ivanov;
    seq = world_event(&fixture->world, EN_KIND_EDIT_REQUESTED, fixture->channel, two, &bare);
    assert_refused(fixture, seq, EN_RANGE, "evidence");
    bare.evidence = en_slice_text("act");
    seq = world_event(&fixture->world, EN_KIND_EDIT_REQUESTED, fixture->channel, two, &bare);
    assert_refused(fixture, seq, EN_RANGE, "reason");
    fixture->world.actor = 0;
}

static void test_decisions_that_are_refused(void **state)
{
    struct fixture *fixture = *state;
    put_day(fixture, DAY, 0, 0);
    uint64_t edit =
        request(fixture, (struct en_edit_requested){.kind = EN_EDIT_ZERO}, slots_of(DAY, 0, 2));
    assert_refused(fixture, decide(fixture, 999, true, fixture->petrov), EN_NOT_FOUND, "edit list");
    assert_refused(fixture, decide(fixture, edit, true, fixture->ivanov), EN_DENIED,
                   "another person");
    assert_refused(fixture, decide(fixture, edit, true, 0), EN_DENIED, "another person");
    uint32_t other = world_point(&fixture->world, "P2", true);
    uint32_t own = fixture->channel;
    fixture->channel = other;
    assert_refused(fixture, decide(fixture, edit, true, fixture->petrov), EN_CONFLICT,
                   "another channel");
    fixture->channel = own;
    assert_slot(fixture, DAY, 0, 10 * KWH, EN_SOURCE_MEASURED, 0);
    uint64_t rejection = decide(fixture, edit, false, fixture->petrov);
    world_run(&fixture->now, 0);
    assert_int_equal(world_outcome(&fixture->now, rejection, NULL, 0), EN_OK);
    assert_refused(fixture, decide(fixture, edit, true, fixture->petrov), EN_CONFLICT,
                   "was decided");
    assert_slot(fixture, DAY, 0, 10 * KWH, EN_SOURCE_MEASURED, 0);
    uint64_t back = request(
        fixture, (struct en_edit_requested){.kind = EN_EDIT_RETRACT, .retracts = edit}, always);
    assert_refused(fixture, back, EN_RANGE, "only an approved edit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values_stand_in_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_undercount_over_midnight, setup, teardown),
        cmocka_unit_test_setup_teardown(test_undercounts_add_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lost_phase_is_made_good, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_last_decision_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_estimate_by_a_named_method, setup, teardown),
        cmocka_unit_test_setup_teardown(test_acts_are_not_estimated_from, setup, teardown),
        cmocka_unit_test_setup_teardown(test_requests_that_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_decisions_that_are_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
