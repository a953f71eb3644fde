/* Contracts and causes of missing readings: what is refused and why, what holds at an instant, and
 * when billing periods begin (T-10). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/decree/decree_chain.h"
#include "processors/contract/contract.h"
#include "tests/replay/world.h"

#define KW INT64_C(1000000)

static const struct en_interval always = {{0}, {0}};

struct fixture {
    struct world world;
    struct world_projection projection;
    uint32_t point;
    uint32_t channel;
};

static int setup(void **state)
{
    static struct fixture fixture;
    struct world *world = &fixture.world;
    world_open_in_memory(world, 442);
    world_project(world, &fixture.projection, 0);
    uint32_t object = world_name(world, EN_NAME_OBJECT, "O");
    struct en_object_set object_set = {.name = en_slice_text("O"), .fiscal_offset_minutes = 180};
    (void)world_event(world, EN_KIND_OBJECT_SET, object, always, &object_set);
    fixture.channel = world_point(world, "P", true);
    fixture.point = world_name(world, EN_NAME_POINT, "P");
    struct en_point_set point = {.name = en_slice_text("P"), .object = object};
    (void)world_event(world, EN_KIND_POINT_SET, fixture.point, always, &point);
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

static void expect(struct fixture *fixture, en_code wanted, en_kind kind, struct en_interval valid,
                   const void *payload, const char *words)
{
    char text[EN_ERROR_TEXT_SIZE] = "";
    uint64_t seq = world_event(&fixture->world, kind, fixture->point, valid, payload);
    world_run(&fixture->projection, 0);
    assert_int_equal(world_outcome(&fixture->projection, seq, text, sizeof text), wanted);
    assert_non_null(strstr(text, words));
}

static void test_contracts_that_cannot_be_computed_with_are_refused(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        struct en_contract_set set;
        en_code code;
        const char *words;
    } rows[] = {
        {{.max_power_micro = -1}, EN_RANGE, "power"},
        {{.declared_power_micro = INT64_MAX}, EN_RANGE, "power"},
        {{.connection_power_micro = 1}, EN_RANGE, "connection's name"},
        {{.current_micro = -1}, EN_RANGE, "current"},
        {{.phase_voltage_micro = 1001 * KW}, EN_RANGE, "voltage"},
        {{.phases = 2}, EN_RANGE, "phases"},
        {{.cos_phi = {11, 10}}, EN_RANGE, "cos phi"},
        {{.cos_phi = {0, 1}}, EN_RANGE, "cos phi"},
        {{.category = 7}, EN_RANGE, "categories"},
        {{.billing_day = 29}, EN_RANGE, "day 1 to 28"},
        {{.billing_hour = 24}, EN_RANGE, "hour 0 to 23"},
        {{.control_ratio = {-1, 1}}, EN_RANGE, "ratio"},
        {{.loss_share = {1, 1}}, EN_RANGE, "share"},
        {{.loss_share = {-1, 1}}, EN_RANGE, "share"},
        {{.norm_micro = -1}, EN_RANGE, "norm"},
        {{.control_channel = 99}, EN_NOT_FOUND, "control meter's channel"},
        {{.plan_channel = 99}, EN_NOT_FOUND, "plan's channel"},
        {{.max_power_micro = 150 * KW, .loss_share = {1, 250}, .cos_phi = {9, 10}}, EN_OK, ""},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        expect(fixture, rows[i].code, EN_KIND_CONTRACT_SET, always, &rows[i].set, rows[i].words);
    }
    struct en_contract_set share = {.connection = en_slice_text("TP-5"),
                                    .connection_power_micro = 300 * KW};
    expect(fixture, EN_RANGE, EN_KIND_CONTRACT_SET, always, &share, "permissible current");
    share.current_micro = 100 * KW;
    share.control_channel = fixture->channel;
    expect(fixture, EN_OK, EN_KIND_CONTRACT_SET, always, &share, "");
    struct en_contract_set nobody = {0};
    uint64_t seq = world_event(&fixture->world, EN_KIND_CONTRACT_SET, 99, always, &nobody);
    world_run(&fixture->projection, 0);
    assert_int_equal(world_outcome(&fixture->projection, seq, NULL, 0), EN_NOT_FOUND);
}

static struct en_interval from_to(int32_t from, int32_t to)
{
    struct en_interval valid = {en_day_interval((struct en_day){from}, 180).from,
                                en_day_interval((struct en_day){to}, 180).from};
    return valid;
}

/* A store to ask, as a processor would. */
static struct en_fold open_fold(struct fixture *fixture)
{
    struct en_fold fold = {0};
    struct en_error err;
    world_run(&fixture->projection, 0);
    assert_int_equal(en_store_begin(fixture->projection.kv, EN_KV_READ, &fold.store, &err), EN_OK);
    return fold;
}

static uint8_t cause_at(struct fixture *fixture, int32_t day, int32_t *until)
{
    struct en_fold fold = open_fold(fixture);
    struct en_error err;
    struct en_contract_cause cause;
    assert_int_equal(en_contract_cause(&fold, fixture->point, from_to(day, day).from, &cause, &err),
                     EN_OK);
    struct en_instant end = cause.holds.to;
    *until = end.us == INT64_MAX ? 0 : en_day_of_instant(end, 180).n;
    en_store_abort(fold.store);
    return cause.cause;
}

static void test_causes_do_not_overlap(void **state)
{
    struct fixture *fixture = *state;
    struct en_supply_cause_set fault = {EN_DECREE_CAUSE_FAULT, en_slice_text("act 1")};
    struct en_supply_cause_set lost = {EN_DECREE_CAUSE_LOST, en_slice_text("act 2")};
    struct en_supply_cause_set none = {0};
    struct en_supply_cause_set unknown = {8, en_slice_text("")};
    int32_t day = WORLD_DAY;
    int32_t until = 0;
    expect(fixture, EN_RANGE, EN_KIND_SUPPLY_CAUSE_SET, from_to(day, day), &unknown, "give 1 to");
    expect(fixture, EN_OK, EN_KIND_SUPPLY_CAUSE_SET, from_to(day + 10, day + 20), &fault, "");
    expect(fixture, EN_CONFLICT, EN_KIND_SUPPLY_CAUSE_SET, from_to(day + 15, day + 15), &lost,
           "FAULT");
    expect(fixture, EN_CONFLICT, EN_KIND_SUPPLY_CAUSE_SET, from_to(day + 5, day + 11), &lost,
           "overlaps");
    expect(fixture, EN_OK, EN_KIND_SUPPLY_CAUSE_SET, from_to(day + 5, day + 5), &lost, "");
    assert_int_equal(cause_at(fixture, day, &until), EN_DECREE_CAUSE_NOT_SUPPLIED);
    assert_int_equal(until, day + 5);
    assert_int_equal(cause_at(fixture, day + 5, &until), EN_DECREE_CAUSE_LOST);
    assert_int_equal(until, day + 10);
    assert_int_equal(cause_at(fixture, day + 10, &until), EN_DECREE_CAUSE_FAULT);
    assert_int_equal(until, day + 20);
    assert_int_equal(cause_at(fixture, day + 20, &until), EN_DECREE_CAUSE_NOT_SUPPLIED);
    assert_int_equal(until, 0);
    expect(fixture, EN_OK, EN_KIND_SUPPLY_CAUSE_SET, from_to(day + 5, day + 5), &none, "");
    assert_int_equal(cause_at(fixture, day + 6, &until), EN_DECREE_CAUSE_NOT_SUPPLIED);
}

static struct en_interval period_at(struct fixture *fixture, const char *text)
{
    struct en_fold fold = open_fold(fixture);
    struct en_error err;
    struct en_interval period;
    struct en_instant at;
    assert_int_equal(en_instant_parse(en_slice_text(text), 180, &at, &err), EN_OK);
    assert_int_equal(en_contract_period(&fold, fixture->point, at, &period, &err), EN_OK);
    en_store_abort(fold.store);
    return period;
}

static void assert_period(struct fixture *fixture, const char *at, const char *from, const char *to)
{
    char text[EN_INSTANT_TEXT_SIZE];
    struct en_interval period = period_at(fixture, at);
    (void)en_instant_print(period.from, 180, text);
    assert_string_equal(text, from);
    (void)en_instant_print(period.to, 180, text);
    assert_string_equal(text, to);
}

/* T-10: a point with day 25 has the period [25th, 25th); without a contract months. */
static void test_t_10_billing_periods(void **state)
{
    struct fixture *fixture = *state;
    struct en_contract_set first = {.billing_day = 25, .billing_hour = 6};
    struct en_contract_set tenth = {.billing_day = 10};
    struct en_error err;
    struct en_contract_row row;
    struct en_instant until;
    assert_period(fixture, "2026-02-28T23:59:59+03:00", "2026-02-01T00:00:00+03:00",
                  "2026-03-01T00:00:00+03:00");
    expect(fixture, EN_OK, EN_KIND_CONTRACT_SET, from_to(WORLD_DAY + 31, WORLD_DAY + 365), &first,
           "");
    /* the contract begins on 1 February: January ends there, what follows to the 25th is the rest
     */
    assert_period(fixture, "2026-01-31", "2026-01-01T00:00:00+03:00", "2026-02-01T00:00:00+03:00");
    assert_period(fixture, "2026-02-25T05:59:59+03:00", "2026-02-01T00:00:00+03:00",
                  "2026-02-25T06:00:00+03:00");
    assert_period(fixture, "2026-02-25T06:00:00+03:00", "2026-02-25T06:00:00+03:00",
                  "2026-03-25T06:00:00+03:00");
    assert_period(fixture, "2026-12-26", "2026-12-25T06:00:00+03:00", "2027-01-01T00:00:00+03:00");
    assert_period(fixture, "2027-01-01", "2027-01-01T00:00:00+03:00", "2027-02-01T00:00:00+03:00");
    expect(fixture, EN_OK, EN_KIND_CONTRACT_SET, from_to(WORLD_DAY + 150, WORLD_DAY + 150), &tenth,
           "");
    assert_period(fixture, "2026-05-30", "2026-05-25T06:00:00+03:00", "2026-06-10T00:00:00+03:00");
    /* periods follow each other */
    struct en_interval period = period_at(fixture, "2025-11-11");
    struct en_fold fold = open_fold(fixture);
    for (int i = 0; i < 40; i++) {
        struct en_interval next;
        assert_int_equal(en_contract_period(&fold, fixture->point, period.to, &next, &err), EN_OK);
        assert_true(next.from.us == period.to.us);
        period = next;
    }
    assert_int_equal(en_contract_at(&fold, fixture->point, from_to(WORLD_DAY, WORLD_DAY).from, &row,
                                    &until, &err),
                     EN_NOT_FOUND);
    assert_int_equal(en_contract_at(&fold, fixture->point, from_to(WORLD_DAY + 40, WORLD_DAY).from,
                                    &row, &until, &err),
                     EN_OK);
    assert_int_equal(row.billing_day, 25);
    en_store_abort(fold.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_contracts_that_cannot_be_computed_with_are_refused,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_causes_do_not_overlap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_t_10_billing_periods, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
