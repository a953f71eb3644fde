/* Decree 442 end to end: the chain of a year with readings, without, and with readings again
 * (442-CHAIN), on a register that is read now and then and on a profile; every cause; the control
 * meter; batches leave no trace, and what is brought forward is what is built anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/metering/decree/decree_chain.h"
#include "processors/contract/contract.h"
#include "projections/tables_decree.h"
#include "projections/views/best.h"
#include "projections/views/decree.h"
#include "projections/views/usage.h"
#include "tests/replay/world.h"

#define KWH INT64_C(1000000)
#define OFFSET 180

static const struct en_interval always = {{0}, {0}};

struct fixture {
    struct world world;
    struct world_projection projection;
    uint32_t point;
    uint32_t channel;
};

static int32_t day_of(const char *text)
{
    struct en_day day = {0};
    assert_int_equal(en_day_parse(en_slice_text(text), &day, NULL), EN_OK);
    return day.n;
}

static struct en_instant start_of(const char *date)
{
    return en_day_interval((struct en_day){day_of(date)}, OFFSET).from;
}

static struct en_interval from_to(const char *from, const char *to)
{
    return (struct en_interval){start_of(from), start_of(to)};
}

static struct en_interval from_on(const char *from)
{
    return from_to(from, from);
}

/* Rules hold for fiscal days by the dates in UTC. */
static struct en_interval dates(const char *from, const char *to)
{
    return (struct en_interval){{day_of(from) * EN_DAY_US}, {day_of(to) * EN_DAY_US}};
}

static void set_rule(struct fixture *fixture, const char *key, const char *rule,
                     struct en_interval valid, const char *parameters)
{
    struct en_rule_set set = {.rule = en_slice_text(rule),
                              .edition = en_slice_text("1"),
                              .parameters = en_slice_text(parameters),
                              .reason = en_slice_text("test")};
    uint64_t seq = world_event(&fixture->world, EN_KIND_RULE_SET,
                               world_name(&fixture->world, EN_NAME_RULE, key), valid, &set);
    world_run(&fixture->projection, 0);
    char text[EN_ERROR_TEXT_SIZE] = "";
    en_code code = world_outcome(&fixture->projection, seq, text, sizeof text);
    if (code != EN_OK) {
        print_error("%s\n", text);
    }
    assert_int_equal(code, EN_OK);
}

static void tick(struct fixture *fixture, const char *date)
{
    struct en_clock_tick payload = {start_of(date)};
    (void)world_event(&fixture->world, EN_KIND_CLOCK_TICK, 0, always, &payload);
}

static void contract(struct fixture *fixture, uint32_t point, struct en_interval valid,
                     const struct en_contract_set *set)
{
    uint64_t seq = world_event(&fixture->world, EN_KIND_CONTRACT_SET, point, valid, set);
    world_run(&fixture->projection, 0);
    assert_int_equal(world_outcome(&fixture->projection, seq, NULL, 0), EN_OK);
}

/* A point below the object, with a channel of received energy. */
static uint32_t add_point(struct fixture *fixture, const char *name, bool is_register,
                          uint32_t *channel)
{
    struct world *world = &fixture->world;
    struct en_point_set point_set = {.name = en_slice_text(name),
                                     .resource = en_slice_text("electricity"),
                                     .object = world_name(world, EN_NAME_OBJECT, "O")};
    struct en_channel_set set = {.code = en_slice_text("A+"),
                                 .unit = EN_UNIT_KWH,
                                 .basis = is_register ? EN_BASIS_REGISTER : EN_BASIS_PROFILE,
                                 .slot_seconds = is_register ? 0 : 1800,
                                 .is_primary = true};
    char key[EN_NAME_SIZE_MAX + 1];
    set.point = world_name(world, EN_NAME_POINT, name);
    en_channel_key(set.point, set.code, key);
    *channel = world_name(world, EN_NAME_CHANNEL, key);
    (void)world_event(world, EN_KIND_POINT_SET, set.point, always, &point_set);
    (void)world_event(world, EN_KIND_CHANNEL_SET, *channel, always, &set);
    return set.point;
}

static void setup_world(struct fixture *fixture, bool is_register)
{
    struct world *world = &fixture->world;
    world_open_in_memory(world, 442);
    world_project(world, &fixture->projection, 0);
    struct en_object_set object = {.name = en_slice_text("O"), .fiscal_offset_minutes = OFFSET};
    (void)world_event(world, EN_KIND_OBJECT_SET, world_name(world, EN_NAME_OBJECT, "O"), always,
                      &object);
    fixture->point = add_point(fixture, "P", is_register, &fixture->channel);
    struct en_contract_set set = {.max_power_micro = 150 * KWH};
    contract(fixture, fixture->point, from_on("2025-01-01"), &set);
}

static int setup_register(void **state)
{
    static struct fixture fixture;
    setup_world(&fixture, true);
    *state = &fixture;
    return 0;
}

static int setup_profile(void **state)
{
    static struct fixture fixture;
    setup_world(&fixture, false);
    *state = &fixture;
    return 0;
}

/* Batches of 1, 2, 7, 64 and all give the digest of what was brought forward. */
static void assert_batches(struct fixture *fixture)
{
    static const uint32_t sizes[] = {1, 2, 7, 64, 0};
    world_run(&fixture->projection, 0);
    struct en_hash digest = world_digest(&fixture->projection);
    for (size_t i = 0; i < EN_COUNT_OF(sizes); i++) {
        struct world_projection other;
        world_project(&fixture->world, &other, sizes[i]);
        world_run(&other, 0);
        struct en_hash same = world_digest(&other);
        assert_memory_equal(&digest, &same, sizeof digest);
        world_projection_close(&other);
    }
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    assert_batches(fixture);
    world_projection_close(&fixture->projection);
    world_close(&fixture->world);
    return 0;
}

static void read_register(struct fixture *fixture, uint32_t channel, const char *date, int64_t kwh)
{
    struct en_reading_register payload = {.value = {kwh, 0}, .quality = EN_QUALITY_MEASURED};
    (void)world_event(&fixture->world, EN_KIND_READING_REGISTER, channel, from_on(date), &payload);
}

/* A day of half-hours of so many Wh each, at the object's offset. */
static void read_day(struct fixture *fixture, uint32_t channel, int32_t day, int64_t wh)
{
    struct en_block block = {.head = {-OFFSET, 1800, 48, -3, false}};
    for (int i = 0; i < 48; i++) {
        block.values[i] = wh + (wh > 0 ? i : 0);
        block.quality[i] = EN_QUALITY_MEASURED;
    }
    struct en_buf bytes;
    struct en_buf payload;
    struct en_error err;
    en_buf_init(&bytes, 1u << 16);
    en_buf_init(&payload, 1u << 16);
    assert_int_equal(en_block_encode(&block, &bytes, &err), EN_OK);
    en_reading_profile_encode(0, en_buf_slice(&bytes), &payload);
    world_put_bytes(&fixture->world, EN_KIND_READING_PROFILE, channel,
                    en_day_interval((struct en_day){day}, OFFSET), en_buf_slice(&payload));
    world_append(&fixture->world);
    en_buf_fini(&bytes);
    en_buf_fini(&payload);
}

/* Energy of a day of read_day. */
static int64_t day_energy(int64_t wh)
{
    return (48 * wh + 47 * 24) * 1000;
}

static void read_days(struct fixture *fixture, uint32_t channel, const char *from, const char *to,
                      int64_t wh)
{
    for (int32_t day = day_of(from); day < day_of(to); day++) {
        read_day(fixture, channel, day, wh);
    }
}

/* What usage holds of the channel over days. */
static struct en_totals usage_of(struct fixture *fixture, uint32_t channel, const char *from,
                                 const char *to)
{
    struct en_totals sum = {0};
    world_run(&fixture->projection, 0);
    for (int32_t day = day_of(from); day < day_of(to); day++) {
        struct en_totals totals = world_usage(&fixture->projection, channel, day);
        sum.micro += totals.micro;
        sum.present_count += totals.present_count;
        sum.missing_count += totals.missing_count;
        sum.quality |= totals.quality;
    }
    return sum;
}

static int64_t energy_of(struct fixture *fixture, const char *from, const char *to)
{
    return usage_of(fixture, fixture->channel, from, to).micro;
}

/* The row of the period that begins on the date; its parts live in the arena. */
static bool period_of(struct fixture *fixture, uint32_t channel, const char *date,
                      struct en_arena *arena, struct en_decree_period_row *row)
{
    struct en_error err;
    struct en_store *store = NULL;
    world_run(&fixture->projection, 0);
    *row = (struct en_decree_period_row){.channel = channel, .from = start_of(date)};
    assert_int_equal(en_store_begin(fixture->projection.kv, EN_KV_READ, &store, &err), EN_OK);
    en_code code = en_table_get(store, &en_table_decree_period, row, arena, &err);
    en_store_abort(store);
    assert_true(code == EN_OK || code == EN_NOT_FOUND);
    return code == EN_OK;
}

/* The only part of the period, or the one at the index of `count`. */
static struct en_decree_part expect_part(struct fixture *fixture, uint32_t channel,
                                         const char *date, en_decree_cover cover,
                                         uint32_t missing_count, uint32_t index, uint32_t count)
{
    struct en_decree_period_row row;
    struct en_decree_part part = {.method = 99};
    struct en_arena arena;
    en_arena_init(&arena, 1u << 20);
    assert_true(period_of(fixture, channel, date, &arena, &row));
    assert_int_equal(row.cover, cover);
    assert_int_equal(row.missing_count, missing_count);
    assert_int_equal(row.parts.count, count);
    if (index < row.parts.count) {
        part = ((struct en_decree_part *)row.parts.items)[index];
    }
    en_arena_fini(&arena);
    return part;
}

static void expect_read(struct fixture *fixture, uint32_t channel, const char *date)
{
    (void)expect_part(fixture, channel, date, EN_DECREE_COVER_READ, 0, 0, 0);
}

static void expect_method(struct fixture *fixture, const char *date, uint32_t missing_count,
                          en_decree_method method)
{
    struct en_decree_part part =
        expect_part(fixture, fixture->channel, date, EN_DECREE_COVER_MISSING, missing_count, 0, 1);
    assert_int_equal(part.method, method);
}

/* What a report of usage by months says of the register, whose curve is the decree's. */
static void expect_months(struct fixture *fixture, const char *from, const char *to,
                          const int64_t *kwh, uint32_t count)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_usage usage;
    struct en_usage_query query = {.from_day = {day_of(from)},
                                   .to_day = {day_of(to)},
                                   .step = EN_USAGE_MONTH,
                                   .wants_quality = true};
    world_run(&fixture->projection, 0);
    en_usage_init(&usage);
    assert_int_equal(en_store_begin(fixture->projection.kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_usage_gather(&usage, store, &query, &err), EN_OK);
    en_store_abort(store);
    assert_int_equal(usage.series_count, 1);
    assert_int_equal(usage.steps_count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(usage.cells[i].micro == kwh[i] * KWH);
        assert_int_equal(usage.cells[i].missing_count, 0);
    }
    en_usage_fini(&usage);
}

struct lines {
    uint32_t count;
    char state[24];
    char why[EN_DECREE_WHY_SIZE];
};

static en_code take_line(void *self, const struct en_decree_line *line, struct en_error *err)
{
    struct lines *lines = self;
    (void)err;
    lines->count++;
    lines->why[0] = '\0';
    (void)en_decree_state_print(line->period, lines->state);
    if (line->part != NULL) {
        (void)en_decree_why_print(line->part, lines->why);
    }
    return EN_OK;
}

/* The last line of the report over the days. */
static void expect_line(struct fixture *fixture, const char *from, const char *to, uint32_t count,
                        const char *state, const char *why)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct lines lines = {0};
    world_run(&fixture->projection, 0);
    assert_int_equal(en_store_begin(fixture->projection.kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_decree_walk(store, fixture->point, (struct en_day){day_of(from)},
                                    (struct en_day){day_of(to)}, take_line, &lines, &err),
                     EN_OK);
    en_store_abort(store);
    assert_int_equal(lines.count, count);
    assert_string_equal(lines.state, state);
    assert_string_equal(lines.why, why);
}

/* January OK; February, March missing: B, B; April: C; a reading of 20 April: April split, the
 * months before by registers back to the last read, n = 0. Registers read once a month. */
static void test_442_chain_of_registers(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *date;
        int64_t value;
    } reads[] = {
        {"2025-01-01", 1000},    {"2025-02-01", 91000},  {"2025-03-01", 171000},
        {"2025-04-01", 261100},  {"2025-05-01", 333100}, {"2026-01-01", 1000000},
        {"2026-02-01", 1093000},
    };
    set_rule(fixture, "CHAIN", "CHAIN", always, "{\"chain\":\"RU-442\"}");
    for (size_t i = 0; i < EN_COUNT_OF(reads); i++) {
        read_register(fixture, fixture->channel, reads[i].date, reads[i].value);
        tick(fixture, reads[i].date);
    }
    expect_read(fixture, fixture->channel, "2026-01-01");
    assert_true(energy_of(fixture, "2026-01-01", "2026-02-01") == 93000 * KWH);
    assert_true(energy_of(fixture, "2026-02-01", "2026-03-01") == 0);

    tick(fixture, "2026-03-01");
    expect_method(fixture, "2026-02-01", 1, EN_DECREE_METHOD_PRIOR);
    assert_true(energy_of(fixture, "2026-02-01", "2026-03-01") == 80000 * KWH);
    tick(fixture, "2026-04-01");
    expect_method(fixture, "2026-03-01", 2, EN_DECREE_METHOD_PRIOR);
    assert_true(energy_of(fixture, "2026-03-01", "2026-04-01") == 90100 * KWH);
    tick(fixture, "2026-05-01");
    expect_method(fixture, "2026-04-01", 3, EN_DECREE_METHOD_MAX_POWER);
    struct en_totals april = usage_of(fixture, fixture->channel, "2026-04-01", "2026-05-01");
    assert_true(april.micro == 108000 * KWH);
    assert_int_equal(april.present_count, 720);
    expect_months(fixture, "2026-01-01", "2026-05-01",
                  (const int64_t[]){93000, 80000, 90100, 108000}, 4);
    expect_line(fixture, "2026-01-01", "2026-05-01", 4, "MISSING(3)",
                "D442-A what it needs is not known; D442-B too many periods in a row without "
                "readings; D442-B2 too many periods in a row without readings");
    expect_line(fixture, "2026-01-01", "2026-02-01", 1, "OK", "");
    assert_batches(fixture);

    read_register(fixture, fixture->channel, "2026-04-20", 1093000 + 180000);
    assert_true(energy_of(fixture, "2026-02-01", "2026-04-20") == 180000 * KWH);
    expect_read(fixture, fixture->channel, "2026-02-01");
    expect_read(fixture, fixture->channel, "2026-03-01");
    struct en_decree_part rest =
        expect_part(fixture, fixture->channel, "2026-04-01", EN_DECREE_COVER_READ, 0, 0, 1);
    assert_int_equal(rest.method, EN_DECREE_METHOD_PRIOR);
    assert_int_equal(rest.missing_count, 0);
    assert_true(rest.from.us == start_of("2026-04-20").us);
    assert_true(rest.micro == energy_of(fixture, "2026-04-20", "2026-05-01"));
    assert_true(rest.micro == 72000 * KWH * 11 / 30);
    tick(fixture, "2026-06-01");
    expect_method(fixture, "2026-05-01", 1, EN_DECREE_METHOD_PRIOR);
}

/* The same with half-hours: what is missing is copied slot by slot. */
static void test_442_chain_of_a_profile(void **state)
{
    struct fixture *fixture = *state;
    set_rule(fixture, "CHAIN point:P", "CHAIN", dates("2025-01-01", "2025-01-01"),
             "{\"chain\":\"RU-442\"}");
    read_days(fixture, fixture->channel, "2025-01-01", "2025-02-01", 1000);
    read_days(fixture, fixture->channel, "2025-02-01", "2025-03-01", 2000);
    read_days(fixture, fixture->channel, "2025-03-01", "2025-04-01", 3000);
    read_days(fixture, fixture->channel, "2025-04-01", "2025-05-01", 4000);
    read_days(fixture, fixture->channel, "2025-05-01", "2026-02-01", 5000);
    tick(fixture, "2026-05-01");
    expect_read(fixture, fixture->channel, "2026-01-01");
    expect_method(fixture, "2026-02-01", 1, EN_DECREE_METHOD_PRIOR);
    expect_method(fixture, "2026-03-01", 2, EN_DECREE_METHOD_PRIOR);
    expect_method(fixture, "2026-04-01", 3, EN_DECREE_METHOD_MAX_POWER);
    assert_true(energy_of(fixture, "2026-02-01", "2026-03-01") == 28 * day_energy(2000));
    assert_true(energy_of(fixture, "2026-03-01", "2026-04-01") == 31 * day_energy(3000));
    assert_true(energy_of(fixture, "2026-04-01", "2026-05-01") == 108000 * KWH);
    assert_true(energy_of(fixture, "2026-02-17", "2026-02-18") == day_energy(2000));

    /* From 20 April readings come again: what is before them is still of the third period. */
    read_days(fixture, fixture->channel, "2026-04-20", "2026-04-29", 7000);
    struct en_decree_part head =
        expect_part(fixture, fixture->channel, "2026-04-01", EN_DECREE_COVER_READ, 0, 0, 2);
    struct en_decree_part tail =
        expect_part(fixture, fixture->channel, "2026-04-01", EN_DECREE_COVER_READ, 0, 1, 2);
    assert_int_equal(head.method, EN_DECREE_METHOD_MAX_POWER);
    assert_int_equal(head.missing_count, 3);
    assert_true(head.micro == INT64_C(150) * 24 * 19 * KWH);
    assert_int_equal(tail.method, EN_DECREE_METHOD_PRIOR);
    assert_true(tail.micro == 2 * day_energy(4000));
    assert_true(energy_of(fixture, "2026-04-20", "2026-04-29") == 9 * day_energy(7000));
    assert_true(energy_of(fixture, "2026-04-29", "2026-05-01") == 2 * day_energy(4000));
    /* What was missing comes: nothing is left of the estimates. */
    read_days(fixture, fixture->channel, "2026-02-01", "2026-04-20", 6000);
    read_days(fixture, fixture->channel, "2026-04-29", "2026-05-01", 6000);
    expect_read(fixture, fixture->channel, "2026-02-01");
    expect_read(fixture, fixture->channel, "2026-04-01");
    assert_true(energy_of(fixture, "2026-02-01", "2026-04-20") == 78 * day_energy(6000));
}

/* A chain put in force, changed, and ended: what it did is done and gone with it. */
static void test_chain_in_force_only_while_a_rule_says_so(void **state)
{
    struct fixture *fixture = *state;
    read_days(fixture, fixture->channel, "2025-11-01", "2025-12-01", 1000);
    tick(fixture, "2026-03-01");
    assert_true(energy_of(fixture, "2025-12-01", "2026-03-01") == 0);
    set_rule(fixture, "CHAIN", "CHAIN", dates("2026-01-02", "2026-01-11"),
             "{\"chain\":\"RU-442\"}");
    /* December and January are missing; only ten days of January are in force */
    struct en_decree_part part =
        expect_part(fixture, fixture->channel, "2026-01-01", EN_DECREE_COVER_MISSING, 2, 1, 3);
    assert_int_equal(part.method, EN_DECREE_METHOD_NEAREST);
    assert_true(energy_of(fixture, "2025-12-01", "2026-03-01") == part.micro);
    assert_true(part.micro > 0);
    set_rule(fixture, "CHAIN", "CHAIN", dates("2026-01-02", "2026-01-11"),
             "{\"chain\":\"custom\",\"methods\":[\"E-09\"]}");
    part = expect_part(fixture, fixture->channel, "2026-01-01", EN_DECREE_COVER_MISSING, 2, 1, 3);
    assert_int_equal(part.method, EN_DECREE_METHOD_MAX_POWER);
    set_rule(fixture, "CHAIN", "CHAIN", dates("2026-01-02", "2026-01-11"),
             "{\"methods\":[\"E-11\"]}");
    struct en_decree_period_row row;
    struct en_arena arena;
    en_arena_init(&arena, 1u << 20);
    assert_false(period_of(fixture, fixture->channel, "2026-01-01", &arena, &row));
    en_arena_fini(&arena);
    assert_true(energy_of(fixture, "2025-12-01", "2026-03-01") == 0);
}

static void set_cause(struct fixture *fixture, struct en_interval valid, en_decree_cause cause)
{
    struct en_supply_cause_set set = {(uint8_t)cause, en_slice_text("act")};
    uint64_t seq =
        world_event(&fixture->world, EN_KIND_SUPPLY_CAUSE_SET, fixture->point, valid, &set);
    world_run(&fixture->projection, 0);
    assert_int_equal(world_outcome(&fixture->projection, seq, NULL, 0), EN_OK);
}

/* A cause that changes inside the period cuts T by hours; access refused is calculated at once. */
static void test_cause_changes_inside_a_period(void **state)
{
    struct fixture *fixture = *state;
    struct en_contract_set by_current = {
        .current_micro = 100 * KWH, .phases = 3, .phase_voltage_micro = 220000};
    set_rule(fixture, "CHAIN", "CHAIN", always, "{\"chain\":\"RU-442\"}");
    read_days(fixture, fixture->channel, "2025-04-01", "2025-05-01", 1000);
    read_days(fixture, fixture->channel, "2026-03-01", "2026-04-01", 1000);
    tick(fixture, "2026-06-01");
    set_cause(fixture, from_to("2026-04-11", "2026-05-01"), EN_DECREE_CAUSE_ACCESS_REFUSED);
    struct en_decree_part first =
        expect_part(fixture, fixture->channel, "2026-04-01", EN_DECREE_COVER_MISSING, 1, 0, 2);
    struct en_decree_part second =
        expect_part(fixture, fixture->channel, "2026-04-01", EN_DECREE_COVER_MISSING, 1, 1, 2);
    assert_int_equal(first.method, EN_DECREE_METHOD_PRIOR);
    assert_int_equal(second.method, EN_DECREE_METHOD_MAX_POWER);
    assert_int_equal(second.cause, EN_DECREE_CAUSE_ACCESS_REFUSED);
    assert_true(second.micro == INT64_C(150) * 20 * 24 * KWH);
    assert_int_equal(en_decree_part_refusal(second.refusals, EN_DECREE_METHOD_PRIOR),
                     EN_DECREE_REFUSED_BY_CAUSE);
    assert_true(energy_of(fixture, "2026-04-01", "2026-05-01") ==
                10 * day_energy(1000) + second.micro);
    /* The same by the permissible current, from another contract on. */
    contract(fixture, fixture->point, from_on("2026-04-16"), &by_current);
    struct en_decree_part third =
        expect_part(fixture, fixture->channel, "2026-04-01", EN_DECREE_COVER_MISSING, 1, 2, 3);
    assert_int_equal(third.method, EN_DECREE_METHOD_CURRENT);
    assert_true(third.micro == INT64_C(28512) * KWH / 720 * 15 * 24);
    assert_true(energy_of(fixture, "2026-04-16", "2026-05-01") == third.micro);
}

/* A month of the control meter does not count; its energy is carried with the loss. */
static void test_control_meter_stands_in_and_does_not_count(void **state)
{
    struct fixture *fixture = *state;
    uint32_t control = 0;
    (void)add_point(fixture, "K", false, &control);
    struct en_contract_set set = {
        .max_power_micro = 150 * KWH, .control_channel = control, .loss_share = {1, 250}};
    contract(fixture, fixture->point, from_on("2025-01-01"), &set);
    set_rule(fixture, "CHAIN", "CHAIN", always, "{\"chain\":\"RU-442\"}");
    read_days(fixture, fixture->channel, "2025-12-01", "2026-01-01", 1000);
    tick(fixture, "2026-05-01");
    expect_method(fixture, "2026-02-01", 2, EN_DECREE_METHOD_NEAREST);
    expect_method(fixture, "2026-03-01", 3, EN_DECREE_METHOD_MAX_POWER);
    read_days(fixture, control, "2026-02-01", "2026-03-01", 1000);
    struct en_decree_part part =
        expect_part(fixture, fixture->channel, "2026-02-01", EN_DECREE_COVER_CONTROL, 1, 0, 1);
    assert_int_equal(part.method, EN_DECREE_METHOD_CONTROL);
    int64_t carried = 28 * day_energy(1000) / 250 * 251;
    assert_true(part.micro == carried);
    assert_true(energy_of(fixture, "2026-02-01", "2026-03-01") == carried);
    expect_method(fixture, "2026-03-01", 2, EN_DECREE_METHOD_NEAREST);
    expect_method(fixture, "2026-04-01", 3, EN_DECREE_METHOD_MAX_POWER);
}

/* D442-C2: the power of a connection, by the currents of its points. */
static void test_connection_is_shared_by_currents(void **state)
{
    struct fixture *fixture = *state;
    uint32_t other_channel = 0;
    uint32_t other = add_point(fixture, "Q", false, &other_channel);
    struct en_contract_set set = {.connection = en_slice_text("TP-5"),
                                  .connection_power_micro = 300 * KWH,
                                  .current_micro = 100 * KWH};
    set_rule(fixture, "CHAIN", "CHAIN", always, "{\"chain\":\"RU-442\"}");
    contract(fixture, fixture->point, from_on("2025-01-01"), &set);
    set_cause(fixture, from_on("2025-01-01"), EN_DECREE_CAUSE_NO_METER);
    tick(fixture, "2025-02-01");
    struct en_decree_part part =
        expect_part(fixture, fixture->channel, "2025-01-01", EN_DECREE_COVER_MISSING, 1, 0, 1);
    assert_true(part.power_micro == 300 * KWH);
    set.current_micro = 200 * KWH;
    contract(fixture, other, from_on("2025-01-01"), &set);
    part = expect_part(fixture, fixture->channel, "2025-01-01", EN_DECREE_COVER_MISSING, 1, 0, 1);
    assert_true(part.power_micro == 100 * KWH);
    assert_true(part.micro == INT64_C(100) * 744 * KWH);
    assert_true(energy_of(fixture, "2025-01-01", "2025-02-01") == part.micro);
}

/* The interim of 2012, leap Februaries, billing days, a year of zeros: sums stay exact. */
static void test_interim_and_odd_periods(void **state)
{
    struct fixture *fixture = *state;
    struct en_contract_set set = {.max_power_micro = 150 * KWH, .billing_day = 25};
    set_rule(fixture, "CHAIN", "CHAIN", always, "{\"chain\":\"RU-442\"}");
    contract(fixture, fixture->point, from_on("2012-06-25"), &set);
    set_cause(fixture, from_on("2012-06-25"), EN_DECREE_CAUSE_NO_METER);
    tick(fixture, "2013-01-26");
    struct en_decree_part part =
        expect_part(fixture, fixture->channel, "2012-06-25", EN_DECREE_COVER_MISSING, 1, 0, 1);
    assert_true(part.micro == INT64_C(150) * 24 * 6 * KWH + INT64_C(120) * 24 * 24 * KWH);
    part = expect_part(fixture, fixture->channel, "2012-12-25", EN_DECREE_COVER_MISSING, 7, 0, 1);
    assert_true(part.micro == INT64_C(120) * 24 * 7 * KWH + INT64_C(150) * 24 * 24 * KWH);
    assert_true(energy_of(fixture, "2012-12-25", "2013-01-25") == part.micro);
}

/* A leap February: another length, so like days, and the month's volume to the last unit. */
static void test_leap_february_is_scaled(void **state)
{
    struct fixture *fixture = *state;
    set_rule(fixture, "CHAIN", "CHAIN", always, "{\"chain\":\"RU-442\"}");
    for (int32_t day = day_of("2028-02-01"); day < day_of("2028-03-01"); day++) {
        read_day(fixture, fixture->channel, day, 1000 + 17 * (day % 11));
    }
    read_days(fixture, fixture->channel, "2029-01-01", "2029-02-01", 1000);
    int64_t volume = energy_of(fixture, "2028-02-01", "2028-03-01");
    tick(fixture, "2029-03-01");
    struct en_decree_part part =
        expect_part(fixture, fixture->channel, "2029-02-01", EN_DECREE_COVER_MISSING, 1, 0, 1);
    assert_int_equal(part.method, EN_DECREE_METHOD_PRIOR);
    assert_true(part.micro == volume);
    assert_true(energy_of(fixture, "2029-02-01", "2029-03-01") == volume);
}

/* The energy of an hour of the register's curve. */
static int64_t hour_of(struct fixture *fixture, const char *date, uint32_t hour)
{
    static struct en_block block;
    struct en_error err;
    struct en_store *store = NULL;
    struct en_slice bytes;
    world_run(&fixture->projection, 0);
    assert_int_equal(en_store_begin(fixture->projection.kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_best_get(store, day_of(date), fixture->channel, &bytes, &err), EN_OK);
    assert_int_equal(en_block_read(bytes, &block, &err), EN_OK);
    en_store_abort(store);
    assert_int_equal(block.head.count, 24);
    return block.values[hour];
}

/* D442-E: April by an integral meter where hours are due: 0.5 MW in the planned hours of working
 * days, the rest over the others; the month to the last unit. */
static void test_integral_meter_by_peak_hours(void **state)
{
    struct fixture *fixture = *state;
    struct world *world = &fixture->world;
    struct en_contract_set set = {.max_power_micro = 500 * KWH, .tariff = en_slice_text("T")};
    struct en_peak_hour hours[] = {{8}, {9}, {10}, {11}, {16}, {17}, {18}, {19}};
    struct en_peak_hours_set peaks = {.list = EN_PEAK_PLANNED,
                                      .offset_minutes = OFFSET,
                                      .hours = {hours, EN_COUNT_OF(hours)},
                                      .document = en_slice_text("order 7")};
    uint32_t region = world_name(world, EN_NAME_REGION, "77");
    struct en_tariff_set tariff = {.region = region};
    (void)world_event(world, EN_KIND_TARIFF_SET, world_name(world, EN_NAME_TARIFF, "T"), always,
                      &tariff);
    contract(fixture, fixture->point, from_on("2025-01-01"), &set);
    set_rule(fixture, "CHAIN", "CHAIN", always, "{\"chain\":\"RU-442\"}");
    set_rule(fixture, "D442-E", "D442-E", always, "{\"threshold\":\"400\"}");
    read_register(fixture, fixture->channel, "2026-04-01", 0);
    read_register(fixture, fixture->channel, "2026-05-01", 120000);
    tick(fixture, "2026-05-02");
    assert_true(hour_of(fixture, "2026-04-06", 8) == hour_of(fixture, "2026-04-06", 3));
    (void)world_event(world, EN_KIND_PEAK_HOURS_SET, region, dates("2026-04-01", "2026-05-01"),
                      &peaks);
    /* 22 working days of 8 hours: 88 MWh; 32 MWh over 544 hours */
    assert_true(hour_of(fixture, "2026-04-06", 8) == 500 * KWH);
    assert_true(hour_of(fixture, "2026-04-06", 12) / 1000 == 32000 * KWH / 544 / 1000);
    assert_true(hour_of(fixture, "2026-04-04", 8) / 1000 == 32000 * KWH / 544 / 1000);
    assert_true(energy_of(fixture, "2026-04-01", "2026-05-01") == 120000 * KWH);
}

/* D354-A: a household's mean month, then the norm. */
static void test_household_mean_then_norm(void **state)
{
    struct fixture *fixture = *state;
    struct en_contract_set set = {.norm_micro = 250 * KWH};
    static const struct {
        const char *date;
        int64_t value;
    } reads[] = {{"2025-06-01", 0},   {"2025-07-01", 100}, {"2025-08-01", 220}, {"2025-09-01", 330},
                 {"2025-10-01", 420}, {"2025-11-01", 500}, {"2025-12-01", 601}};
    contract(fixture, fixture->point, from_on("2025-01-01"), &set);
    set_rule(fixture, "CHAIN", "CHAIN", always, "{\"chain\":\"RU-442\"}");
    set_rule(fixture, "D354-A point:P", "D354-A", always, "{}");
    for (size_t i = 0; i < EN_COUNT_OF(reads); i++) {
        read_register(fixture, fixture->channel, reads[i].date, reads[i].value);
    }
    tick(fixture, "2026-04-01");
    for (uint32_t n = 1; n <= 4; n++) {
        char date[16];
        uint32_t month = n == 1 ? 12 : n - 1;
        (void)snprintf(date, sizeof date, "%u-%02u-01", n == 1 ? 2025 : 2026, month);
        struct en_decree_part part =
            expect_part(fixture, fixture->channel, date, EN_DECREE_COVER_MISSING, n, 0, 1);
        assert_int_equal(part.method, n <= 3 ? EN_DECREE_METHOD_MEAN : EN_DECREE_METHOD_NORM);
        assert_true(part.micro == (n <= 3 ? 100166667 : 250 * KWH));
    }
    assert_true(energy_of(fixture, "2025-12-01", "2026-01-01") == 100166667);
    assert_true(energy_of(fixture, "2026-03-01", "2026-04-01") == 250 * KWH);
}

#define CASE(name, kind) cmocka_unit_test_setup_teardown(name, setup_##kind, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_442_chain_of_registers, register),
        CASE(test_442_chain_of_a_profile, profile),
        CASE(test_chain_in_force_only_while_a_rule_says_so, profile),
        CASE(test_cause_changes_inside_a_period, profile),
        CASE(test_control_meter_stands_in_and_does_not_count, profile),
        CASE(test_connection_is_shared_by_currents, profile),
        CASE(test_interim_and_odd_periods, profile),
        CASE(test_leap_february_is_scaled, profile),
        CASE(test_integral_meter_by_peak_hours, register),
        CASE(test_household_mean_then_norm, register),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
