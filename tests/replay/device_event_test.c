/* Device events through the engine: the vectors of domain 10.5, whatever the order they come in,
 * read twice or thrice, mapped anew, at a point whose device was replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/event/payload_alarm.h"
#include "core/mem.h"
#include "projections/tables_event.h"
#include "projections/views/device_events.h"
#include "tests/replay/world.h"

#define TEXT_SIZE 4096u
#define S_MAGNET en_slice_text("spodes:4:1")

struct site {
    struct world world;
    struct world_projection now;
    uint32_t device;
};

static void site_open(struct site *site, uint64_t seed)
{
    world_open_in_memory(&site->world, seed);
    world_project(&site->world, &site->now, 0);
    site->device = world_name(&site->world, EN_NAME_DEVICE, "M1");
    struct en_device_set device = {.serial = en_slice_text("1"), .type = en_slice_text("CE303")};
    (void)world_event(&site->world, EN_KIND_DEVICE_SET, site->device,
                      (struct en_interval){{0}, {0}}, &device);
}

static void site_close(struct site *site)
{
    world_projection_close(&site->now);
    world_close(&site->world);
}

static struct en_interval clock_at(int hour, int minute)
{
    return world_moment(WORLD_DAY, 60 * hour + minute);
}

static void report(struct site *site, struct en_interval at, const char *code, uint64_t index,
                   uint32_t journal_size)
{
    struct en_device_event event = {
        .code = en_slice_text(code), .index = index, .journal_size = journal_size};
    world_put(&site->world, EN_KIND_DEVICE_EVENT, site->device, at, &event);
}

static void settle(struct site *site)
{
    world_append(&site->world);
    world_run(&site->now, 0);
}

static size_t print_interval(const struct en_device_interval_row *row, char *text, size_t size)
{
    int64_t from = row->from.us - INT64_C(20454) * EN_DAY_US;
    int64_t to = row->to.us - INT64_C(20454) * EN_DAY_US;
    char end[32] = "open";
    if (row->is_point) {
        (void)snprintf(end, sizeof end, "point");
    } else if (!row->is_open) {
        (void)snprintf(end, sizeof end, "%lld", (long long)(to / EN_MINUTE_US));
    }
    int length =
        snprintf(text, size, "%s%s%s %lld-%s%s;", en_event_class_info(row->class)->text,
                 row->part == 0 ? "" : "/", en_event_part_info(row->part)->text,
                 (long long)(from / EN_MINUTE_US), end, row->ignored_count > 0 ? " W" : "");
    assert_true(length > 0 && (size_t)length < size);
    return (size_t)length;
}

/* All intervals of the device: class/part from-to in minutes of the day. */
static void intervals(struct world_projection *projection, uint32_t device, char *text)
{
    struct en_store *store = NULL;
    struct en_table_scan scan;
    struct en_error err;
    struct en_device_interval_row row = {.device = device, .from = {INT64_MIN}};
    size_t used = 0;
    text[0] = '\0';
    assert_int_equal(en_store_begin(projection->kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_table_scan_begin(store, &en_table_device_interval, &row, 1, &scan, &err),
                     EN_OK);
    while (en_table_scan_next(&scan, &row, NULL, &err) == EN_OK) {
        used += print_interval(&row, text + used, TEXT_SIZE - used);
    }
    en_table_scan_end(&scan);
    en_store_abort(store);
}

static void assert_intervals(struct site *site, const char *wanted)
{
    char text[TEXT_SIZE];
    intervals(&site->now, site->device, text);
    assert_string_equal(text, wanted);
}

/* [off 10:00, on 10:07, off 10:09] -> outages 7 min, open from 10:09. */
static void test_ev_02_outage_and_an_open_one(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    report(&site, clock_at(10, 0), "spodes:2:1", 0, 0);
    report(&site, clock_at(10, 7), "spodes:2:2", 0, 0);
    report(&site, clock_at(10, 9), "spodes:2:1", 0, 0);
    settle(&site);
    assert_intervals(&site, "power_off 600-607;power_off 609-open;");
    report(&site, clock_at(10, 30), "spodes:2:2", 0, 0); /* read later */
    settle(&site);
    assert_intervals(&site, "power_off 600-607;power_off 609-630;");
    site_close(&site);
}

/* [start, start, end] -> one pair and a warning. */
static void test_ev_02_start_start_end(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    report(&site, clock_at(10, 0), "spodes:4:1", 0, 0);
    report(&site, clock_at(10, 3), "spodes:4:1", 0, 0);
    report(&site, clock_at(10, 7), "spodes:4:2", 0, 0);
    settle(&site);
    assert_intervals(&site, "magnet 600-607 W;");
    site_close(&site);
}

/* index 120 -> 131 with buffer 10 -> EVENTS_LOST(1). */
static void test_ev_05_events_lost(void **state)
{
    (void)state;
    struct site site;
    struct en_store *store = NULL;
    struct en_error err;
    static struct en_arena arena;
    en_arena_init(&arena, 1u << 20);
    site_open(&site, 1);
    report(&site, clock_at(10, 0), "spodes:2:3", 120, 10);
    report(&site, clock_at(11, 0), "spodes:2:4", 131, 10);
    for (int i = 130; i >= 122; i--) { /* what is still there is read */
        report(&site, clock_at(10, i - 100), "spodes:2:5", (uint64_t)i, 10);
    }
    settle(&site);
    assert_int_equal(en_store_begin(site.now.kv, EN_KV_READ, &store, &err), EN_OK);
    struct en_device_journal_row row = {.device = site.device,
                                        .journal = en_slice_text("spodes:2")};
    assert_int_equal(en_table_get(store, &en_table_device_journal, &row, &arena, &err), EN_OK);
    assert_int_equal(row.head, 131);
    assert_int_equal(row.lost_count, 1);
    assert_int_equal(row.gaps.count, 0);
    struct en_device_spans spans;
    assert_int_equal(en_device_spans_of_device(store, site.device, EN_EVENT_EVENTS_LOST,
                                               world_day(WORLD_DAY), &arena, &spans, &err),
                     EN_OK);
    assert_int_equal(spans.count, 1);
    assert_true(spans.items[0].is_point);
    en_store_abort(store);
    en_arena_fini(&arena);
    site_close(&site);
}

static void test_ev_03_device_time_less_what_the_clock_was_ahead(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_device_event event = {
        .code = en_slice_text("dlms:1"), .has_clock = true, .clock_ahead_us = 5 * EN_MINUTE_US};
    world_put(&site.world, EN_KIND_DEVICE_EVENT, site.device, clock_at(10, 5), &event);
    report(&site, clock_at(10, 20), "dlms:2", 0, 0);
    event.code = S_MAGNET; /* a clock that would put it before all times is not believed */
    event.clock_ahead_us = INT64_MAX;
    world_put(&site.world, EN_KIND_DEVICE_EVENT, site.device, clock_at(10, 30), &event);
    event.clock_ahead_us = INT64_MIN;
    world_put(&site.world, EN_KIND_DEVICE_EVENT, site.device, clock_at(10, 31), &event);
    event.code = en_slice_text("spodes:4:3"); /* of a clock that lost 26 years */
    event.clock_ahead_us = -INT64_C(9497) * EN_DAY_US;
    world_put(&site.world, EN_KIND_DEVICE_EVENT, site.device,
              world_moment(WORLD_DAY - 9497, 11 * 60), &event);
    settle(&site);
    assert_intervals(&site, "power_off 600-620;tamper_cover 660-point;magnet 630-open W;");
    site_close(&site);
}

/* The same event read three times, once with another idea of the clock: it stands once. */
static void test_ev_04_read_again_stands_once(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    report(&site, clock_at(10, 0), "spodes:4:1", 7, 0);
    report(&site, clock_at(10, 0), "spodes:4:1", 7, 0);
    struct en_device_event event = {.code = en_slice_text("spodes:4:1"),
                                    .index = 7,
                                    .has_clock = true,
                                    .clock_ahead_us = EN_MINUTE_US};
    world_put(&site.world, EN_KIND_DEVICE_EVENT, site.device, clock_at(10, 0), &event);
    report(&site, clock_at(10, 30), "spodes:4:2", 8, 0);
    settle(&site);
    assert_intervals(&site, "magnet 600-630;");
    site_close(&site);
}

static void map_code(struct site *site, struct en_interval from, const char *code, const char *type,
                     struct en_event_map_meaning *meanings, uint32_t count)
{
    struct en_event_map_set map = {.code = en_slice_text(code),
                                   .device_type = en_slice_text(type),
                                   .meanings = {meanings, count},
                                   .reason = en_slice_text("letter of the maker 12")};
    world_put(&site->world, EN_KIND_EVENT_MAP_SET, 0, from, &map);
    settle(site);
}

/* Phases are paired each by itself; a relay is on again whoever switches it on. */
static void test_parts_are_paired_by_phase_not_by_cause(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    report(&site, clock_at(9, 0), "spodes:0:1", 0, 0);
    report(&site, clock_at(9, 5), "spodes:0:3", 0, 0);
    report(&site, clock_at(9, 10), "spodes:0:2", 0, 0);
    report(&site, clock_at(10, 0), "spodes:2:10", 0, 0);
    report(&site, clock_at(10, 30), "spodes:2:4", 0, 0);
    settle(&site);
    assert_intervals(&site, "phase_lost/a 540-550;phase_lost/b 545-open;magnet 600-point;"
                            "relay_off/by_magnet 600-630;");
    site_close(&site);
}

/* EV-06: a new meaning writes intervals anew from its time on; the reports stand as they came. */
static void test_ev_06_a_new_meaning_never_rewrites_reports(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_event_map_meaning start = {en_slice_text("tamper_case"), en_slice_text("start"),
                                         en_slice_text("")};
    struct en_event_map_meaning end = {en_slice_text("tamper_case"), en_slice_text("end"),
                                       en_slice_text("")};
    report(&site, clock_at(8, 0), "dlms:51", 0, 0);
    report(&site, clock_at(10, 0), "dlms:51", 0, 0);
    report(&site, clock_at(11, 0), "dlms:52", 0, 0);
    settle(&site);
    assert_intervals(&site, "unknown 480-point;unknown 600-point;unknown 660-point;");
    map_code(&site, clock_at(9, 0), "dlms:51", "CE303", &start, 1);
    map_code(&site, clock_at(0, 0), "dlms:52", "", &end, 1);
    assert_intervals(&site, "unknown 480-point;tamper_case 600-660;");
    map_code(&site, clock_at(9, 0), "dlms:51", "CE303", NULL, 0); /* as built in again */
    assert_intervals(&site, "unknown 480-point;unknown 600-point;");
    map_code(&site, clock_at(9, 0), "dlms:51", "other", &start, 1); /* another type */
    assert_intervals(&site, "unknown 480-point;unknown 600-point;");
    site_close(&site);
}

/* A type that no mapping can name is no obstacle. */
static void test_a_device_of_a_strange_type(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    uint8_t zeros[300] = {0};
    struct en_device_set device = {.serial = en_slice_text("1"), .type = {zeros, sizeof zeros}};
    (void)world_event(&site.world, EN_KIND_DEVICE_SET, site.device, (struct en_interval){{0}, {0}},
                      &device);
    report(&site, clock_at(10, 0), "spodes:4:3", 0, 0);
    settle(&site);
    assert_intervals(&site, "tamper_cover 600-point;");
    site_close(&site);
}

static void test_cim_of_any_type_is_mapped_by_type_0(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_event_map_meaning point = {en_slice_text("sag"), en_slice_text("point"),
                                         en_slice_text("a")};
    report(&site, clock_at(8, 0), "cim:3.1.2.3", 0, 0);
    settle(&site);
    map_code(&site, (struct en_interval){{0}, {0}}, "cim:0.1.2.3", "", &point, 1);
    assert_intervals(&site, "sag/a 480-point;");
    site_close(&site);
}

static void expect_map(struct site *site, en_code wanted, const struct en_event_map_set *map)
{
    char text[EN_ERROR_TEXT_SIZE] = "";
    uint64_t seq =
        world_event(&site->world, EN_KIND_EVENT_MAP_SET, 0, (struct en_interval){{0}, {0}}, map);
    world_run(&site->now, 0);
    assert_int_equal(world_outcome(&site->now, seq, text, sizeof text), wanted);
    assert_true(text[0] != '\0');
}

static void test_mappings_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    char long_code[256];
    memset(long_code, 'x', sizeof long_code);
    struct en_slice reason = en_slice_text("why");
    struct en_slice code = en_slice_text("dlms:51");
    struct en_event_map_meaning meanings[4] = {
        {en_slice_text("magnet"), en_slice_text("start"), en_slice_text("")},
        {en_slice_text("magnet"), en_slice_text("start"), en_slice_text("")},
        {en_slice_text("magnet"), en_slice_text("start"), en_slice_text("")},
        {en_slice_text("magnet"), en_slice_text("start"), en_slice_text("")}};
    struct en_event_map_meaning no_class = {en_slice_text("?"), en_slice_text("start"), {0}};
    struct en_event_map_meaning no_edge = {en_slice_text("magnet"), en_slice_text("?"), {0}};
    struct en_event_map_meaning no_part = {en_slice_text("magnet"), en_slice_text("end"),
                                           en_slice_text("?")};
    struct en_event_map_meaning no_pair = {en_slice_text("clock_set"), en_slice_text("end"), {0}};
    const struct {
        en_code wanted;
        struct en_event_map_set map;
    } rows[] = {
        {EN_LIMIT, {.reason = reason}},
        {EN_LIMIT, {.code = {(const uint8_t *)long_code, 256}, .reason = reason}},
        {EN_LIMIT,
         {.code = {(const uint8_t *)long_code, 255},
          .device_type = {(const uint8_t *)long_code, 200},
          .reason = reason}},
        {EN_REFUSED, {.code = code}},
        {EN_LIMIT, {.code = code, .reason = reason, .meanings = {meanings, 4}}},
        {EN_NOT_FOUND, {.code = code, .reason = reason, .meanings = {&no_class, 1}}},
        {EN_RANGE, {.code = code, .reason = reason, .meanings = {&no_edge, 1}}},
        {EN_NOT_FOUND, {.code = code, .reason = reason, .meanings = {&no_part, 1}}},
        {EN_RANGE, {.code = code, .reason = reason, .meanings = {&no_pair, 1}}},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        expect_map(&site, rows[i].wanted, &rows[i].map);
    }
    site_close(&site);
}

/* A device out of a point tells nothing about it: spans are cut to the time it measured there. */
static void test_spans_of_a_channel_follow_its_devices(void **state)
{
    (void)state;
    struct site site;
    static struct en_arena arena;
    struct en_store *store = NULL;
    struct en_error err;
    struct en_device_spans spans;
    en_arena_init(&arena, 1u << 20);
    site_open(&site, 1);
    uint32_t channel = world_point(&site.world, "P1", true);
    uint32_t point = world_name(&site.world, EN_NAME_POINT, "P1");
    uint32_t other = world_name(&site.world, EN_NAME_DEVICE, "M2");
    struct en_device_set device = {.serial = en_slice_text("2")};
    (void)world_event(&site.world, EN_KIND_DEVICE_SET, other, (struct en_interval){{0}, {0}},
                      &device);
    struct en_device_installed installed = {.device = site.device};
    (void)world_event(&site.world, EN_KIND_DEVICE_INSTALLED, point, clock_at(1, 0), &installed);
    struct en_device_replaced replaced = {.old_device = site.device, .new_device = other};
    (void)world_event(&site.world, EN_KIND_DEVICE_REPLACED, point, clock_at(12, 0), &replaced);
    report(&site, clock_at(0, 30), "spodes:2:1", 0, 0);
    report(&site, clock_at(2, 0), "spodes:2:2", 0, 0);
    report(&site, clock_at(11, 0), "spodes:2:1", 0, 0); /* open when it was taken out */
    struct en_device_event event = {.code = en_slice_text("spodes:2:1")};
    world_put(&site.world, EN_KIND_DEVICE_EVENT, other, clock_at(10, 0), &event);
    event.code = en_slice_text("spodes:2:2");
    world_put(&site.world, EN_KIND_DEVICE_EVENT, other, clock_at(12, 20), &event);
    settle(&site);
    assert_int_equal(en_store_begin(site.now.kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_device_spans_of_channel(store, channel, EN_EVENT_POWER_OFF,
                                                world_day(WORLD_DAY), &arena, &spans, &err),
                     EN_OK);
    const int wanted[][2] = {{60, 120}, {660, 720}, {720, 740}};
    assert_int_equal(spans.count, EN_COUNT_OF(wanted));
    for (size_t i = 0; i < EN_COUNT_OF(wanted); i++) {
        assert_int_equal(spans.items[i].interval.from.us, clock_at(0, wanted[i][0]).from.us);
        assert_int_equal(spans.items[i].interval.to.us, clock_at(0, wanted[i][1]).from.us);
    }
    struct en_interval quiet = {clock_at(3, 0).from, clock_at(4, 0).from};
    assert_int_equal(
        en_device_spans_of_channel(store, channel, EN_EVENT_POWER_OFF, quiet, &arena, &spans, &err),
        EN_OK);
    assert_int_equal(spans.count, 0);
    bool has = false;
    assert_int_equal(en_device_has_intervals(store, other, &has, &err), EN_OK);
    assert_true(has);
    assert_int_equal(en_device_has_intervals(store, 99, &has, &err), EN_OK);
    assert_false(has);
    en_store_abort(store);
    en_arena_fini(&arena);
    site_close(&site);
}

/* ---- random worlds ---- */

struct told {
    struct en_interval at;
    const char *code;
};

static const char *const codes[] = {"spodes:2:1", "spodes:2:2", "spodes:0:1", "spodes:0:2",
                                    "spodes:0:4", "spodes:2:8", "spodes:2:4", "dlms:85",
                                    "dlms:51",    "spodes:4:3", "dlms:82",    "dlms:52"};

static void shuffle(struct world *world, struct told *told, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t other = world_random(world, i);
        struct told kept = told[i - 1];
        told[i - 1] = told[other];
        told[other] = kept;
    }
}

/* The same reports in any order, and with a mapping set at any time, give the same intervals. */
static void test_intervals_do_not_depend_on_arrival(void **state)
{
    (void)state;
    struct en_event_map_meaning start = {en_slice_text("magnet"), en_slice_text("start"),
                                         en_slice_text("")};
    struct en_event_map_meaning end = {en_slice_text("magnet"), en_slice_text("end"),
                                       en_slice_text("")};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct told told[60];
        char wanted[TEXT_SIZE] = "";
        char text[TEXT_SIZE];
        for (int order = 0; order < 4; order++) {
            struct site site;
            site_open(&site, seed);
            for (uint32_t i = 0; i < EN_COUNT_OF(told); i++) {
                told[i].at = clock_at(0, (int)world_random(&site.world, 40));
                told[i].code = codes[world_random(&site.world, EN_COUNT_OF(codes))];
            }
            for (int skip = 0; skip < order; skip++) {
                shuffle(&site.world, told, EN_COUNT_OF(told));
            }
            for (uint32_t i = 0; i < EN_COUNT_OF(told); i++) {
                report(&site, told[i].at, told[i].code, 0, 0);
                if (i == (uint32_t)order * 17) {
                    world_append(&site.world);
                    map_code(&site, clock_at(0, 20), "dlms:51", "", &start, 1);
                    map_code(&site, clock_at(0, 10), "dlms:52", "CE303", &end, 1);
                }
            }
            settle(&site);
            intervals(&site.now, site.device, order == 0 ? wanted : text);
            if (order > 0) {
                assert_string_equal(text, wanted);
            }
            site_close(&site);
        }
    }
}

/* Batches of any size, and steps, give the digest of one whole. */
static void test_batches_leave_no_trace(void **state)
{
    (void)state;
    struct en_event_map_meaning start = {en_slice_text("magnet"), en_slice_text("start"),
                                         en_slice_text("")};
    struct site site;
    site_open(&site, 7);
    for (uint32_t i = 0; i < 300; i++) {
        report(&site, clock_at(0, (int)world_random(&site.world, 600)),
               codes[world_random(&site.world, EN_COUNT_OF(codes))],
               world_random(&site.world, 3) == 0 ? 1 + world_random(&site.world, 400) : 0,
               world_random(&site.world, 2) * 50);
        if (i % 50 == 20) {
            settle(&site);
            map_code(&site, clock_at(0, (int)world_random(&site.world, 600)), "dlms:51", "", &start,
                     i % 100 == 20 ? 1 : 0);
        }
    }
    settle(&site);
    struct en_hash wanted = world_digest(&site.now);
    const uint32_t batches[] = {0, 1, 2, 7, 64};
    for (size_t i = 0; i < EN_COUNT_OF(batches); i++) {
        struct world_projection again;
        world_project(&site.world, &again, batches[i]);
        world_run(&again, 0);
        struct en_hash digest = world_digest(&again);
        assert_true(en_hash_equal(&digest, &wanted));
        world_projection_close(&again);
    }
    site_close(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ev_02_outage_and_an_open_one),
        cmocka_unit_test(test_ev_02_start_start_end),
        cmocka_unit_test(test_ev_03_device_time_less_what_the_clock_was_ahead),
        cmocka_unit_test(test_ev_04_read_again_stands_once),
        cmocka_unit_test(test_ev_05_events_lost),
        cmocka_unit_test(test_ev_06_a_new_meaning_never_rewrites_reports),
        cmocka_unit_test(test_cim_of_any_type_is_mapped_by_type_0),
        cmocka_unit_test(test_a_device_of_a_strange_type),
        cmocka_unit_test(test_mappings_that_mean_nothing_are_refused),
        cmocka_unit_test(test_parts_are_paired_by_phase_not_by_cause),
        cmocka_unit_test(test_spans_of_a_channel_follow_its_devices),
        cmocka_unit_test(test_intervals_do_not_depend_on_arrival),
        cmocka_unit_test(test_batches_leave_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
