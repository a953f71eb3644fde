/* Decree 442 over random years: contracts, causes, billing days, chains put in force and ended,
 * control meters, connections, late readings of registers and profiles, ticks. However batches are
 * cut, and whether tables are brought forward or built anew, the digest is the same (PT-2, PT-10);
 * the slots that a part filled add up to its energy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/metering/decree/decree_chain.h"
#include "projections/tables_contract.h"
#include "projections/tables_decree.h"
#include "projections/views/best.h"
#include "tests/replay/world.h"

#define KWH INT64_C(1000000)
#define POINTS 6u /* the even ones have profiles, the odd ones registers */
#define DAYS 430u
#define STEPS 160
#define SEEDS 3u

struct random_years {
    struct world world;
    uint32_t points[POINTS];
    uint32_t channels[POINTS];
    int32_t ticked; /* days passed */
};

static uint32_t some(struct random_years *years, uint32_t below)
{
    return world_random(&years->world, below);
}

static bool is_register(uint32_t place)
{
    return place % 2 == 1;
}

static void open_point(struct random_years *years, uint32_t place)
{
    struct world *world = &years->world;
    char name[16];
    char key[EN_NAME_SIZE_MAX + 1];
    (void)snprintf(name, sizeof name, "P%u", place);
    struct en_point_set point_set = {.name = en_slice_text(name),
                                     .resource = en_slice_text("electricity"),
                                     .object = world_name(world, EN_NAME_OBJECT, "O")};
    struct en_channel_set set = {.code = en_slice_text("A+"),
                                 .unit = EN_UNIT_KWH,
                                 .basis = is_register(place) ? EN_BASIS_REGISTER : EN_BASIS_PROFILE,
                                 .slot_seconds = is_register(place) ? 0 : 21600,
                                 .is_primary = place % 3 != 0};
    years->points[place] = world_name(world, EN_NAME_POINT, name);
    set.point = years->points[place];
    en_channel_key(set.point, set.code, key);
    years->channels[place] = world_name(world, EN_NAME_CHANNEL, key);
    struct en_interval always = {{0}, {0}};
    world_put(world, EN_KIND_POINT_SET, set.point, always, &point_set);
    world_put(world, EN_KIND_CHANNEL_SET, years->channels[place], always, &set);
}

/* A stretch of days of a profile, with holes. */
static void random_profile(struct random_years *years, uint32_t place)
{
    struct world *world = &years->world;
    int32_t first = WORLD_DAY + (int32_t)some(years, DAYS);
    int32_t count = 1 + (int32_t)some(years, 70);
    uint32_t style = some(years, 4);
    for (int32_t day = first; day < first + count; day++) {
        struct en_block block = {.head = {-180, 21600, 4, -3, false}};
        struct en_error err;
        struct en_buf bytes;
        struct en_buf payload;
        en_buf_init(&bytes, 1u << 16);
        en_buf_init(&payload, 1u << 16);
        for (int i = 0; i < 4; i++) {
            bool is_hole = style == 0 && some(years, 3) == 0;
            block.values[i] = is_hole ? 0 : 1000 + some(years, 100000);
            block.quality[i] = is_hole ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
        }
        assert_int_equal(en_block_encode(&block, &bytes, &err), EN_OK);
        en_reading_profile_encode(0, en_buf_slice(&bytes), &payload);
        world_put_bytes(world, EN_KIND_READING_PROFILE, years->channels[place],
                        en_day_interval((struct en_day){day}, 180), en_buf_slice(&payload));
        en_buf_fini(&bytes);
        en_buf_fini(&payload);
    }
}

/* Reads that rise with time, most at the ends of months; now and then one that falls. */
static void random_read(struct random_years *years, uint32_t place)
{
    int32_t day = WORLD_DAY + (int32_t)some(years, DAYS);
    bool is_month = some(years, 3) > 0;
    int minutes = is_month ? -180 : (int)some(years, 1440);
    day = is_month ? en_month_first_day(en_month_of_day((struct en_day){day})).n : day;
    int64_t value = 1000000 + (int64_t)(day - WORLD_DAY) * 70000 + some(years, 60000);
    struct en_reading_register payload = {.value = {value, -3}, .quality = EN_QUALITY_MEASURED};
    payload.value.digits -= some(years, 20) == 0 ? 5000000 : 0;
    world_put(&years->world, EN_KIND_READING_REGISTER, years->channels[place],
              world_moment(day, minutes), &payload);
}

static struct en_interval random_span(struct random_years *years)
{
    struct en_interval span = world_moment(WORLD_DAY + (int32_t)some(years, DAYS), -180);
    span.to.us += some(years, 3) == 0 ? 0 : (int64_t)(1 + some(years, 90)) * EN_DAY_US;
    return span;
}

static void random_contract(struct random_years *years)
{
    static const char *const connections[] = {"", "TP-1", "TP-2"};
    struct en_contract_set set = {
        .max_power_micro = some(years, 2) * (int64_t)some(years, 200) * KWH,
        .connection = en_slice_text(connections[some(years, 3)]),
        .current_micro = (int64_t)(1 + some(years, 300)) * KWH,
        .phases = some(years, 2) == 0 ? 3 : 1,
        .phase_voltage_micro = some(years, 2) * 220000,
        .billing_day = (uint8_t)(some(years, 3) == 0 ? 1 + some(years, 28) : 1),
        .billing_hour = (uint8_t)(some(years, 4) == 0 ? 6 : 0),
        .control_channel = some(years, 3) == 0 ? years->channels[some(years, POINTS)] : 0,
        .loss_share = {(int64_t)some(years, 3), 100},
        .norm_micro = (int64_t)some(years, 2) * 300 * KWH,
    };
    set.connection_power_micro = set.connection.size > 0 ? 400 * KWH + 7 : 0;
    struct en_error err;
    assert_int_equal(en_ratio_make(set.loss_share.num, 100, &set.loss_share, &err), EN_OK);
    world_put(&years->world, EN_KIND_CONTRACT_SET, years->points[some(years, POINTS)],
              random_span(years), &set);
}

static void random_cause(struct random_years *years)
{
    struct en_supply_cause_set set = {.cause = (uint8_t)some(years, EN_DECREE_CAUSES_COUNT)};
    world_put(&years->world, EN_KIND_SUPPLY_CAUSE_SET, years->points[some(years, POINTS)],
              random_span(years), &set);
}

static void random_rule(struct random_years *years)
{
    static const struct {
        const char *rule;
        const char *parameters;
    } rules[] = {
        {"CHAIN", "{\"chain\":\"RU-442\"}"},
        {"CHAIN", "{\"chain\":\"RU-442\"}"},
        {"CHAIN", "{\"chain\":\"custom\",\"methods\":[\"E-08\",\"E-10\"]}"},
        {"CHAIN", "{\"chain\":\"UBP\"}"},
        {"CHAIN", "{\"enabled\":false}"},
        {"D442-B", "{\"periods\":1,\"mapping\":\"day_class\"}"},
        {"D442-C", "{\"factor\":\"0.8\"}"},
        {"D442-B2", "{\"months\":3}"},
        {"D354-A", "{}"},
    };
    size_t which = some(years, EN_COUNT_OF(rules));
    char key[64];
    bool is_everywhere = some(years, 2) == 0;
    (void)snprintf(key, sizeof key, is_everywhere ? "%s" : "%s point:P%u", rules[which].rule,
                   some(years, POINTS));
    struct en_rule_set set = {.rule = en_slice_text(rules[which].rule),
                              .edition = en_slice_text("1"),
                              .parameters = en_slice_text(rules[which].parameters),
                              .reason = en_slice_text("random")};
    world_put(&years->world, EN_KIND_RULE_SET, world_name(&years->world, EN_NAME_RULE, key),
              random_span(years), &set);
}

static void random_device(struct random_years *years)
{
    struct world *world = &years->world;
    uint32_t point = years->points[some(years, POINTS)];
    if (some(years, 2) == 0) {
        struct en_ratio_set ratio = {.current = {1 + some(years, 4), 1}, .voltage = {1, 1}};
        world_put(world, EN_KIND_RATIO_SET, point, random_span(years), &ratio);
        return;
    }
    struct en_interval when = world_moment(WORLD_DAY + (int32_t)some(years, DAYS), 600);
    when.to.us += EN_HOUR_US;
    struct en_device_replaced replaced = {.downtime_power_micro = 10 * KWH};
    world_put(world, EN_KIND_DEVICE_REPLACED, point, when, &replaced);
}

static void random_tick(struct random_years *years)
{
    years->ticked += (int32_t)some(years, 25);
    struct en_clock_tick tick = {world_moment(WORLD_DAY + years->ticked, 15).from};
    world_put(&years->world, EN_KIND_CLOCK_TICK, 0, (struct en_interval){{0}, {0}}, &tick);
}

static void random_step(struct random_years *years)
{
    uint32_t place = some(years, POINTS);
    uint32_t what = some(years, 20);
    if (what < 4) {
        random_tick(years);
    } else if (what < 6) {
        random_contract(years);
    } else if (what < 8) {
        random_cause(years);
    } else if (what < 10) {
        random_rule(years);
    } else if (what < 11) {
        random_device(years);
    } else if (is_register(place)) {
        random_read(years, place);
    } else {
        random_profile(years, place);
    }
}

static void open_years(struct random_years *years, uint64_t seed)
{
    *years = (struct random_years){.ticked = 0};
    world_open_in_memory(&years->world, seed);
    struct en_object_set object = {.name = en_slice_text("O"), .fiscal_offset_minutes = 180};
    world_put(&years->world, EN_KIND_OBJECT_SET, world_name(&years->world, EN_NAME_OBJECT, "O"),
              (struct en_interval){{0}, {0}}, &object);
    for (uint32_t i = 0; i < POINTS; i++) {
        open_point(years, i);
    }
    random_rule(years);
    for (int step = 0; step < STEPS; step++) {
        random_step(years);
        if (some(years, 3) == 0) {
            world_append(&years->world);
        }
    }
    world_append(&years->world);
}

/* Energy of the channel's slots inside the time, and whether all are there and by one source. */
static int64_t energy_inside(struct en_store *store, uint32_t channel, struct en_interval span,
                             uint64_t source, bool *is_whole)
{
    static struct en_block block;
    struct en_error err;
    int64_t sum = 0;
    int64_t covered_us = 0;
    for (int32_t day = (int32_t)(span.from.us / EN_DAY_US) - 1;
         day <= (int32_t)(span.to.us / EN_DAY_US) + 1; day++) {
        struct en_slice bytes;
        en_code code = en_substituted_get(store, day, channel, &bytes, &err);
        if (code == EN_NOT_FOUND) {
            continue;
        }
        assert_int_equal(code, EN_OK);
        assert_int_equal(en_block_read(bytes, &block, &err), EN_OK);
        int64_t length = block.head.slot_seconds * EN_SECOND_US;
        int64_t at = day * EN_DAY_US + block.head.start_minute * EN_MINUTE_US;
        for (uint32_t i = 0; i < block.head.count; i++, at += length) {
            bool is_inside = at >= span.from.us && at + length <= span.to.us;
            if (is_inside && en_quality_source(block.quality[i]) == source) {
                assert_int_equal(block.head.exponent, -6);
                sum += block.values[i];
                covered_us += length;
            }
        }
    }
    *is_whole = covered_us == span.to.us - span.from.us;
    return sum;
}

/* Rows follow each other; where a part filled all its slots, they add up to its energy. */
static uint32_t check_parts(struct world_projection *projection)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_table_scan scan;
    struct en_arena arena;
    struct en_decree_period_row row;
    uint32_t channel = 0;
    int64_t end_us = 0;
    uint32_t checked = 0;
    en_arena_init(&arena, 1u << 20);
    assert_int_equal(en_store_begin(projection->kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_table_scan_begin(store, &en_table_decree_period, NULL, 0, &scan, &err),
                     EN_OK);
    while (en_table_scan_next(&scan, &row, &arena, &err) == EN_OK) {
        assert_true(row.channel != channel || row.from.us == end_us); /* I1 */
        channel = row.channel;
        end_us = row.to.us;
        const struct en_decree_part *parts = row.parts.items;
        for (uint32_t i = 0; i < row.parts.count; i++) {
            bool is_whole = false;
            struct en_interval span = {parts[i].from, parts[i].to};
            assert_true(span.from.us >= row.from.us && span.to.us <= row.to.us);
            assert_true(span.from.us < span.to.us);
            assert_true(i == 0 || span.from.us >= parts[i - 1].to.us);
            if (parts[i].method == EN_DECREE_METHOD_NONE) {
                continue;
            }
            int64_t sum =
                energy_inside(store, channel, span,
                              en_decree_source((en_decree_method)parts[i].method), &is_whole);
            assert_true(!is_whole || sum == parts[i].micro);
            checked += is_whole ? 1 : 0;
        }
        en_arena_reset(&arena);
    }
    en_table_scan_end(&scan);
    en_store_abort(store);
    en_arena_fini(&arena);
    return checked;
}

/* Opened anew on the same tables again and again, as a program that is started for each command. */
static struct en_hash digest_reopened(struct random_years *years)
{
    struct world_projection projection;
    struct en_error err;
    uint64_t end = en_log_size(years->world.log);
    world_project(&years->world, &projection, 0);
    for (uint64_t to = 1; to < end; to += 1 + some(years, 60)) {
        struct en_runner_options options = {.log = years->world.log, .kv = projection.kv};
        world_run(&projection, to);
        en_runner_close(projection.runner);
        assert_int_equal(en_runner_open(&options, &projection.runner, &err), EN_OK);
    }
    world_run(&projection, 0);
    struct en_hash digest = world_digest(&projection);
    world_projection_close(&projection);
    return digest;
}

static uint32_t check_seed(uint64_t seed)
{
    static const uint32_t sizes[] = {1, 2, 7, 64};
    struct random_years years;
    struct world_projection whole;
    open_years(&years, seed);
    world_project(&years.world, &whole, 0);
    world_run(&whole, 0);
    struct en_hash digest = world_digest(&whole);
    for (size_t i = 0; i < EN_COUNT_OF(sizes); i++) {
        struct world_projection other;
        world_project(&years.world, &other, sizes[i]);
        world_run(&other, 0);
        struct en_hash same = world_digest(&other);
        if (memcmp(&digest, &same, sizeof digest) != 0) {
            fail_msg("seed %llu: batches of %u give other tables", (unsigned long long)seed,
                     sizes[i]);
        }
        world_projection_close(&other);
    }
    struct en_hash reopened = digest_reopened(&years);
    if (memcmp(&digest, &reopened, sizeof digest) != 0) {
        fail_msg("seed %llu: tables opened anew go another way", (unsigned long long)seed);
    }
    uint32_t checked = check_parts(&whole);
    world_projection_close(&whole);
    world_close(&years.world);
    return checked;
}

static void test_random_years_leave_no_trace_of_batches(void **state)
{
    (void)state;
    uint32_t checked = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        checked += check_seed(seed);
    }
    assert_true(checked > 5 * SEEDS);
    print_message("%u parts add up\n", checked);
}

int main(int argc, char **argv)
{
    if (argc > 1) { /* one seed, for looking into it */
        printf("%u parts add up\n", check_seed(strtoull(argv[1], NULL, 10)));
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_years_leave_no_trace_of_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
