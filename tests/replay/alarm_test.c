/* Alarms through the engine: each condition, what operators do, causes, notices, and that neither
 * batches nor replay change anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/event/payload_alarm.h"
#include "core/metering/alarm.h"
#include "core/metering/block/block.h"
#include "projections/tables_alarm.h"
#include "projections/views/alarms.h"
#include "tests/replay/world.h"

#define TEXT_SIZE 8192u
#define S(text) en_slice_text(text)

static const struct en_interval NEVER = {{0}, {0}};

struct site {
    struct world world;
    struct world_projection now;
    uint32_t device;
    uint32_t channel;
    uint32_t point;
};

static void site_open(struct site *site, uint64_t seed)
{
    struct world *world = &site->world;
    world_open_in_memory(world, seed);
    world_project(world, &site->now, 0);
    site->device = world_name(world, EN_NAME_DEVICE, "M1");
    struct en_device_set device = {.serial = S("1"), .type = S("CE303")};
    (void)world_event(world, EN_KIND_DEVICE_SET, site->device, NEVER, &device);
    site->channel = world_point(world, "P1", true);
    site->point = world_name(world, EN_NAME_POINT, "P1");
    struct en_point_set point = {.name = S("P1"), .resource = S("electricity")};
    (void)world_event(world, EN_KIND_POINT_SET, site->point, NEVER, &point);
    struct en_device_installed installed = {.device = site->device};
    (void)world_event(world, EN_KIND_DEVICE_INSTALLED, site->point, world_moment(WORLD_DAY, 0),
                      &installed);
}

static void site_close(struct site *site)
{
    world_projection_close(&site->now);
    world_close(&site->world);
}

/* The clock is moved, so that what operators do is recorded at that time. */
static struct en_instant minute(int32_t minutes)
{
    return world_moment(WORLD_DAY, minutes).from;
}

static void tick(struct site *site, int32_t minutes)
{
    struct en_clock_tick payload = {.at = minute(minutes)};
    if (site->world.now.us < payload.at.us) {
        site->world.now = payload.at;
    }
    (void)world_event(&site->world, EN_KIND_CLOCK_TICK, 0, NEVER, &payload);
    world_run(&site->now, 0);
}

static void report(struct site *site, int32_t minutes, const char *code)
{
    struct en_device_event event = {.code = S(code)};
    (void)world_event(&site->world, EN_KIND_DEVICE_EVENT, site->device,
                      world_moment(WORLD_DAY, minutes), &event);
}

/* A definition that lacks nothing. */
static struct en_alarm_set define(const char *name, const char *condition, const char *target)
{
    return (struct en_alarm_set){.name = S(name),
                                 .priority = 2,
                                 .is_enabled = true,
                                 .condition = S(condition),
                                 .target = S(target),
                                 .column = S(""),
                                 .comparison = S(""),
                                 .value = S(""),
                                 .filter = S(""),
                                 .deadband = S(""),
                                 .cause = S(""),
                                 .response = S("call the fitter"),
                                 .consequence = S("energy is not billed"),
                                 .respond_within_s = 3600,
                                 .notify = S("mail:duty;sms:duty"),
                                 .reason = S("test")};
}

static void expect_set(struct site *site, const struct en_alarm_set *set, en_code wanted)
{
    char text[EN_ERROR_TEXT_SIZE] = "";
    uint64_t seq = world_event(&site->world, EN_KIND_ALARM_SET, 0, NEVER, set);
    world_run(&site->now, 0);
    en_code code = world_outcome(&site->now, seq, text, sizeof text);
    if (code != wanted) {
        print_error("%s\n", text);
    }
    assert_int_equal(code, wanted);
    assert_int_equal(text[0] != '\0', wanted != EN_OK);
}

static void expect_action(struct site *site, const char *alarm, const char *subject,
                          const char *action, const char *text, int32_t until, en_code wanted)
{
    struct en_alarm_asked asked = {.alarm = S(alarm),
                                   .subject = S(subject),
                                   .action = S(action),
                                   .text = S(text),
                                   .until = minute(until)};
    char why[EN_ERROR_TEXT_SIZE] = "";
    uint64_t seq = world_event(&site->world, EN_KIND_ALARM_ACTION, 0, NEVER, &asked);
    world_run(&site->now, 0);
    assert_int_equal(world_outcome(&site->now, seq, why, sizeof why), wanted);
    assert_int_equal(why[0] != '\0', wanted != EN_OK);
}

static struct en_store *read_begin(struct site *site)
{
    struct en_store *store = NULL;
    struct en_error err;
    assert_int_equal(en_store_begin(site->now.kv, EN_KV_READ, &store, &err), EN_OK);
    return store;
}

/* "alarm: subject state; ..." of all that is not plain. */
static void standing(struct site *site, char *text)
{
    struct en_store *store = read_begin(site);
    struct en_table_scan scan;
    struct en_error err;
    struct en_alarm_row row;
    struct en_arena arena;
    size_t used = 0;
    en_arena_init(&arena, 1u << 20);
    text[0] = '\0';
    assert_int_equal(en_table_scan_begin(store, &en_table_alarm, NULL, 0, &scan, &err), EN_OK);
    while (en_table_scan_next(&scan, &row, &arena, &err) == EN_OK) {
        int length = snprintf(text + used, TEXT_SIZE - used, "%.*s: %.*s %s;", (int)row.alarm.size,
                              (const char *)row.alarm.bytes, (int)row.subject.size,
                              (const char *)row.subject.bytes, en_alarm_state_text(row.state));
        assert_true(length > 0 && (size_t)length < TEXT_SIZE - used);
        used += (size_t)length;
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    en_store_abort(store);
}

static void assert_standing(struct site *site, const char *wanted)
{
    char text[TEXT_SIZE];
    standing(site, text);
    assert_string_equal(text, wanted);
}

static uint32_t outbox_count(struct site *site)
{
    struct en_store *store = read_begin(site);
    struct en_table_scan scan;
    struct en_error err;
    struct en_outbox_row row;
    uint32_t count = 0;
    assert_int_equal(en_table_scan_begin(store, &en_table_outbox, NULL, 0, &scan, &err), EN_OK);
    while (en_table_scan_next(&scan, &row, NULL, &err) == EN_OK) {
        count++;
        assert_int_equal(row.outbox, count);
    }
    en_table_scan_end(&scan);
    en_store_abort(store);
    return count;
}

/* "from>to" of each transition. */
static void assert_history(struct site *site, const char *wanted)
{
    struct en_store *store = read_begin(site);
    struct en_table_scan scan;
    struct en_error err;
    struct en_alarm_history_row row;
    char text[TEXT_SIZE] = "";
    size_t used = 0;
    assert_int_equal(en_table_scan_begin(store, &en_table_alarm_history, NULL, 0, &scan, &err),
                     EN_OK);
    while (en_table_scan_next(&scan, &row, NULL, &err) == EN_OK) {
        int length =
            snprintf(text + used, sizeof text - used, "%s>%s%s ", en_alarm_state_text(row.from),
                     en_alarm_state_text(row.to), row.is_told ? "!" : "");
        assert_true(length > 0);
        used += (size_t)length;
    }
    en_table_scan_end(&scan);
    en_store_abort(store);
    assert_string_equal(text, wanted);
}

/* Every way of cutting batches, and building anew, gives what stands. */
static void assert_replays(struct site *site)
{
    struct en_hash wanted = world_digest(&site->now);
    const uint32_t batches[] = {0, 1, 2, 7, 64};
    for (size_t i = 0; i < EN_COUNT_OF(batches); i++) {
        struct world_projection again;
        world_project(&site->world, &again, batches[i]);
        world_run(&again, 0);
        struct en_hash digest = world_digest(&again);
        assert_true(en_hash_equal(&digest, &wanted));
        world_projection_close(&again);
    }
}

/* ---- life ---- */

static void test_a_device_event_raises_returns_and_is_acknowledged(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("magnet", "device_event", "magnet");
    expect_set(&site, &set, EN_OK);
    tick(&site, 600);
    assert_standing(&site, "");
    report(&site, 605, "spodes:4:1");
    world_run(&site.now, 0);
    assert_standing(&site, ""); /* looked at when time passes */
    tick(&site, 615);
    assert_standing(&site, "magnet: M1 magnet unack;");
    assert_int_equal(outbox_count(&site), 2);
    tick(&site, 630);
    assert_int_equal(outbox_count(&site), 2); /* told once */
    report(&site, 640, "spodes:4:2");
    tick(&site, 645);
    assert_standing(&site, "magnet: M1 magnet rtn_unack;");
    assert_int_equal(outbox_count(&site), 4);
    expect_action(&site, "magnet", "M1 magnet", "ack", "seen", 0, EN_OK);
    assert_standing(&site, "");
    assert_history(&site, "norm>unack! unack>rtn_unack! rtn_unack>norm ");
    assert_replays(&site);
    site_close(&site);
}

/* A magnet held there between two ticks is not lost; one of before the definition is no news. */
static void test_what_came_and_went_between_ticks_stays_visible(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("tamper", "device_event", "tamper");
    report(&site, 500, "spodes:4:3");
    expect_set(&site, &set, EN_OK);
    tick(&site, 600);
    assert_standing(&site, "");
    report(&site, 601, "spodes:4:1");
    report(&site, 602, "spodes:4:2");
    report(&site, 603, "spodes:4:4");
    tick(&site, 615);
    assert_standing(&site, "tamper: M1 magnet rtn_unack;tamper: M1 tamper_case rtn_unack;");
    assert_replays(&site);
    site_close(&site);
}

static void test_operators_shelve_suppress_and_take_out(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("relay", "supply", "");
    expect_set(&site, &set, EN_OK);
    report(&site, 605, "spodes:2:3");
    tick(&site, 615);
    const char *subject = "M1 relay_off";
    expect_action(&site, "relay", subject, "shelve", "", 700, EN_REFUSED);
    expect_action(&site, "relay", subject, "shelve", "work", 2000, EN_RANGE);
    expect_action(&site, "relay", subject, "unshelve", "", 0, EN_CONFLICT);
    expect_action(&site, "relay", subject, "dance", "", 0, EN_RANGE);
    expect_action(&site, "relay", "M2 relay_off", "ack", "", 0, EN_NOT_FOUND);
    expect_action(&site, "none", subject, "ack", "", 0, EN_NOT_FOUND);
    expect_action(&site, "relay", subject, "shelve", "work order 7", 700, EN_OK);
    assert_standing(&site, "relay: M1 relay_off shelved;");
    expect_action(&site, "relay", subject, "comment", "fitter is on the way", 0, EN_OK);
    uint32_t told = outbox_count(&site);
    tick(&site, 690);
    assert_standing(&site, "relay: M1 relay_off shelved;");
    tick(&site, 705);
    assert_standing(&site, "relay: M1 relay_off unack;"); /* the shelf ended */
    assert_int_equal(outbox_count(&site), told + 2);
    expect_action(&site, "relay", subject, "out-of-service", "permit 12", 0, EN_OK);
    report(&site, 710, "spodes:2:4");
    tick(&site, 720);
    assert_standing(&site, "relay: M1 relay_off out_of_service;");
    expect_action(&site, "relay", subject, "in-service", "", 0, EN_OK);
    assert_standing(&site, "");
    assert_replays(&site);
    site_close(&site);
}

/* ---- conditions ---- */

/* A day of half-hours of the same kWh, from slot `from` on missing. */
static void put_day(struct site *site, int32_t day, uint64_t revision, int64_t kwh, uint32_t from)
{
    int64_t values[48];
    uint64_t quality[48];
    for (uint32_t i = 0; i < 48; i++) {
        values[i] = kwh * 1000;
        quality[i] = i >= from ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    world_profile(&site->world, site->channel, day, revision, values, quality);
    world_append(&site->world);
}

/* Hysteresis: raised above 100, back below 95; delays held. */
static void test_value_with_deadband_and_delay(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("load", "value", "");
    set.value = S("100");
    set.deadband = S("5");
    set.filter = S("point=P1;code=A+");
    set.delay_off_s = 1800;
    expect_set(&site, &set, EN_OK);
    static const struct {
        int64_t kwh;
        const char *wanted;
    } rows[] = {
        {99, ""},
        {101, "load: P1 A+ unack;"},
        {96, "load: P1 A+ unack;"},     /* within the deadband */
        {94, "load: P1 A+ unack;"},     /* gone, within the delay */
        {96, "load: P1 A+ unack;"},     /* not met again: below 100 */
        {94, "load: P1 A+ rtn_unack;"}, /* gone for the delay */
        {120, "load: P1 A+ unack;"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        put_day(&site, WORLD_DAY, i, rows[i].kwh, 48);
        tick(&site, 1440 + 15 * (int32_t)i);
        assert_standing(&site, rows[i].wanted);
    }
    assert_replays(&site);
    site_close(&site);
}

static void test_value_of_instants(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    uint32_t point = world_name(&site.world, EN_NAME_POINT, "P1");
    char key[EN_NAME_SIZE_MAX + 1];
    en_channel_key(point, S("1-0:32.7.0"), key);
    uint32_t channel = world_name(&site.world, EN_NAME_CHANNEL, key);
    struct en_channel_set voltage = {.point = point,
                                     .code = S("1-0:32.7.0"),
                                     .unit = EN_UNIT_V,
                                     .basis = EN_BASIS_REGISTER,
                                     .is_primary = true};
    (void)world_event(&site.world, EN_KIND_CHANNEL_SET, channel, NEVER, &voltage);
    struct en_alarm_set set = define("volt", "value", "");
    set.comparison = S("<");
    set.value = S("207.5");
    set.filter = S("code=1-0:32.7.0");
    expect_set(&site, &set, EN_OK);
    struct en_reading_instant low = {.value = {2074, -1}, .quality = EN_QUALITY_MEASURED};
    (void)world_event(&site.world, EN_KIND_READING_INSTANT, channel, world_moment(WORLD_DAY, 600),
                      &low);
    tick(&site, 615);
    assert_standing(&site, "volt: P1 1-0:32.7.0 unack;");
    struct en_reading_instant good = {.value = {2301, -1}, .quality = EN_QUALITY_MEASURED};
    (void)world_event(&site.world, EN_KIND_READING_INSTANT, channel, world_moment(WORLD_DAY, 620),
                      &good);
    tick(&site, 630);
    assert_standing(&site, "volt: P1 1-0:32.7.0 rtn_unack;");
    site_close(&site);
}

static void test_missing_slots_of_the_last_due_day(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("gaps", "missing", "");
    set.value = S("2");
    set.duration_s = 6 * 3600;
    expect_set(&site, &set, EN_OK);
    put_day(&site, WORLD_DAY, 0, 5, 46); /* two are allowed */
    tick(&site, 1440 + 300);
    assert_standing(&site, "gaps: P1 A+ unack;"); /* of the day before: all */
    expect_action(&site, "gaps", "P1 A+", "ack", "", 0, EN_OK);
    tick(&site, 1440 + 360);
    assert_standing(&site, "");
    put_day(&site, WORLD_DAY, 0, 5, 45);
    tick(&site, 1440 + 375);
    assert_standing(&site, ""); /* a missing slot does not undo one that was read */
    put_day(&site, WORLD_DAY + 1, 0, 5, 45);
    tick(&site, 2880 + 360);
    assert_standing(&site, "gaps: P1 A+ unack;");
    assert_replays(&site);
    site_close(&site);
}

static void test_silent_points(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("silent", "silent", "");
    set.duration_s = 3 * 86400;
    put_day(&site, WORLD_DAY, 0, 5, 48);
    world_run(&site.now, 0);
    tick(&site, 1440);
    expect_set(&site, &set, EN_OK);
    tick(&site, 4 * 1440 - 1);
    assert_standing(&site, "");
    tick(&site, 4 * 1440); /* three days after its last slot */
    assert_standing(&site, "silent: P1 unack;");
    struct en_reading_register reading = {.value = {12345, -1}, .quality = EN_QUALITY_MEASURED};
    (void)world_event(&site.world, EN_KIND_READING_REGISTER, site.channel,
                      world_moment(WORLD_DAY, 4 * 1440), &reading);
    tick(&site, 4 * 1440 + 15);
    assert_standing(&site, "silent: P1 rtn_unack;");
    assert_replays(&site);
    site_close(&site);
}

/* The scheme of supply: a bypass that serves a feeder. */
static void test_supply_by_a_bypass(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("scheme", "supply", "");
    (void)world_point(&site.world, "OV", true);
    uint32_t bypass = world_name(&site.world, EN_NAME_POINT, "OV");
    struct en_bypass_set on = {.feeder = site.point, .is_on = true, .document = S("order 5")};
    struct en_bypass_set off = {.is_on = false, .document = S("order 6")};
    expect_set(&site, &set, EN_OK);
    (void)world_event(&site.world, EN_KIND_BYPASS_SET, bypass, world_moment(WORLD_DAY, 600), &on);
    tick(&site, 599);
    assert_standing(&site, "");
    tick(&site, 600);
    assert_standing(&site, "scheme: OV bypass unack;");
    tick(&site, 615);
    assert_standing(&site, "scheme: OV bypass unack;");
    (void)world_event(&site.world, EN_KIND_BYPASS_SET, bypass, world_moment(WORLD_DAY, 620), &off);
    tick(&site, 630);
    assert_standing(&site, "scheme: OV bypass rtn_unack;");
    assert_replays(&site);
    site_close(&site);
}

static void test_clock_drift(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("clock", "clock_drift", "");
    set.value = S("5");
    set.filter = S("type=CE303");
    expect_set(&site, &set, EN_OK);
    struct en_device_event event = {
        .code = S("dlms:1"), .has_clock = true, .clock_ahead_us = -6 * EN_SECOND_US};
    (void)world_event(&site.world, EN_KIND_DEVICE_EVENT, site.device, world_moment(WORLD_DAY, 600),
                      &event);
    tick(&site, 615);
    assert_standing(&site, "clock: M1 unack;");
    event.code = S("dlms:2");
    event.clock_ahead_us = 5 * EN_SECOND_US;
    (void)world_event(&site.world, EN_KIND_DEVICE_EVENT, site.device, world_moment(WORLD_DAY, 620),
                      &event);
    tick(&site, 630);
    assert_standing(&site, "clock: M1 rtn_unack;");
    assert_replays(&site);
    site_close(&site);
}

static void test_rows_of_any_table(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("lost", "rows", "device_journal");
    set.column = S("lost_count");
    set.value = S("0");
    set.filter = S("journal=spodes:2");
    expect_set(&site, &set, EN_OK);
    struct en_alarm_set ratio = define("ratio", "rows", "device");
    ratio.column = S("type");
    ratio.comparison = S("!=");
    ratio.value = S("CE303");
    expect_set(&site, &ratio, EN_OK);
    struct en_device_event event = {.code = S("spodes:2:1"), .index = 1, .journal_size = 10};
    (void)world_event(&site.world, EN_KIND_DEVICE_EVENT, site.device, world_moment(WORLD_DAY, 600),
                      &event);
    tick(&site, 615);
    assert_standing(&site, "");
    event.index = 20;
    (void)world_event(&site.world, EN_KIND_DEVICE_EVENT, site.device, world_moment(WORLD_DAY, 620),
                      &event);
    tick(&site, 630);
    assert_standing(&site, "lost: M1 spodes:2 unack;");
    uint32_t other = world_name(&site.world, EN_NAME_DEVICE, "M2");
    struct en_device_set device = {.serial = S("2"), .type = S("ESKO")};
    (void)world_event(&site.world, EN_KIND_DEVICE_SET, other, NEVER, &device);
    tick(&site, 645);
    assert_standing(&site, "lost: M1 spodes:2 unack;ratio: M2 unack;");
    assert_replays(&site);
    site_close(&site);
}

/* Of an effective-dated table the version that holds counts. */
static void test_rows_of_a_dated_table(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    uint32_t object = world_name(&site.world, EN_NAME_OBJECT, "S1");
    struct en_object_set payload = {.name = S("S1"), .type = S("area"), .zone = S("")};
    (void)world_event(&site.world, EN_KIND_OBJECT_SET, object, NEVER, &payload);
    payload.type = S("substation");
    (void)world_event(&site.world, EN_KIND_OBJECT_SET, object, world_moment(WORLD_DAY, 700),
                      &payload);
    struct en_alarm_set set = define("areas", "rows", "object");
    set.column = S("type");
    set.comparison = S("=");
    set.value = S("area");
    expect_set(&site, &set, EN_OK);
    tick(&site, 690);
    assert_standing(&site, "areas: S1 unack;");
    tick(&site, 705);
    assert_standing(&site, "areas: S1 rtn_unack;");
    site_close(&site);
}

static void test_imbalance_beyond_a_limit(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct world *world = &site.world;
    uint32_t out = world_point(world, "P2", true);
    struct en_balance_set balance = {.name = S("B"),
                                     .in = S("@P1.A+"),
                                     .out = S("@P2.A+"),
                                     .losses = S(""),
                                     .in_node = world_name(world, EN_NAME_FORMULA, "B.in"),
                                     .out_node = world_name(world, EN_NAME_FORMULA, "B.out")};
    (void)world_event(world, EN_KIND_BALANCE_SET, world_name(world, EN_NAME_BALANCE, "B"),
                      world_day(WORLD_DAY), &balance);
    int64_t values[48];
    for (int i = 0; i < 48; i++) {
        values[i] = 9700; /* of 10 kWh: 3 % */
    }
    put_day(&site, WORLD_DAY, 0, 10, 48);
    world_profile(world, out, WORLD_DAY, 0, values, NULL);
    world_append(world);
    struct en_alarm_set set = define("nb", "imbalance", "");
    set.value = S("2.5");
    set.duration_s = 3600;
    set.filter = S("balance=B");
    tick(&site, 1440);
    expect_set(&site, &set, EN_OK);
    tick(&site, 1440 + 60);
    assert_standing(&site, "nb: B unack;");
    set.value = S("3");
    expect_set(&site, &set, EN_OK); /* not above 3 %: gone at once */
    assert_standing(&site, "nb: B rtn_unack;");
    assert_replays(&site);
    site_close(&site);
}

/* ---- causes ---- */

static void test_a_cause_suppresses_what_follows_from_it(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct world *world = &site.world;
    uint32_t station = world_name(world, EN_NAME_OBJECT, "S1");
    uint32_t feeder = world_name(world, EN_NAME_OBJECT, "F1");
    struct en_object_set object = {.name = S("S1"), .type = S("substation"), .zone = S("")};
    (void)world_event(world, EN_KIND_OBJECT_SET, station, NEVER, &object);
    object.parent = station;
    (void)world_event(world, EN_KIND_OBJECT_SET, feeder, NEVER, &object);
    struct en_point_set point = {.name = S("P1"), .resource = S("electricity"), .object = feeder};
    (void)world_event(world, EN_KIND_POINT_SET, site.point, NEVER, &point);
    (void)world_point(world, "HUB", true);
    point.object = station;
    (void)world_event(world, EN_KIND_POINT_SET, world_name(world, EN_NAME_POINT, "HUB"), NEVER,
                      &point);
    uint32_t hub = world_name(world, EN_NAME_DEVICE, "H1");
    struct en_device_set device = {.serial = S("H1"), .type = S("UM-31")};
    (void)world_event(world, EN_KIND_DEVICE_SET, hub, NEVER, &device);
    struct en_device_installed installed = {.device = hub};
    (void)world_event(world, EN_KIND_DEVICE_INSTALLED, world_name(world, EN_NAME_POINT, "HUB"),
                      world_moment(WORLD_DAY, 0), &installed);
    struct en_alarm_set cause = define("hub", "device_event", "comm_lost");
    cause.filter = S("type=UM-31");
    expect_set(&site, &cause, EN_OK);
    struct en_alarm_set set = define("silent", "silent", "");
    set.duration_s = 3600;
    set.cause = S("hub");
    set.filter = S("object=F1");
    expect_set(&site, &set, EN_OK);
    assert_standing(&site, "silent: P1 unack;");
    struct en_device_event event = {.code = S("spodes:5:1")};
    (void)world_event(world, EN_KIND_DEVICE_EVENT, hub, world_moment(WORLD_DAY, 600), &event);
    tick(&site, 615);
    assert_standing(&site, "hub: H1 comm_lost unack;silent: P1 suppressed;");
    uint32_t told = outbox_count(&site);
    tick(&site, 630);
    assert_int_equal(outbox_count(&site), told);
    event.code = S("spodes:5:2");
    (void)world_event(world, EN_KIND_DEVICE_EVENT, hub, world_moment(WORLD_DAY, 640), &event);
    tick(&site, 645);
    assert_standing(&site, "hub: H1 comm_lost rtn_unack;silent: P1 unack;");
    /* causes do not chain, and a definition is not its own cause */
    set.name = S("other");
    set.cause = S("silent");
    expect_set(&site, &set, EN_CYCLE);
    set.cause = S("other");
    expect_set(&site, &set, EN_CYCLE);
    set.cause = S("nothing");
    expect_set(&site, &set, EN_NOT_FOUND);
    cause.cause = S("magnet");
    expect_set(&site, &cause, EN_NOT_FOUND);
    struct en_alarm_set lone = define("lone", "device_event", "magnet");
    expect_set(&site, &lone, EN_OK);
    cause.cause = S("lone");
    expect_set(&site, &cause, EN_CYCLE); /* it is a cause */
    assert_replays(&site);
    site_close(&site);
}

/* ---- definitions ---- */

static void test_definitions_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    struct site site;
    char long_name[102];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    site_open(&site, 1);
    struct en_alarm_set good = define("a", "device_event", "magnet");
    const struct {
        size_t offset; /* of the text that is wrong */
        const char *text;
        const char *condition;
        en_code wanted;
    } texts[] = {
        {offsetof(struct en_alarm_set, name), "", NULL, EN_LIMIT},
        {offsetof(struct en_alarm_set, name), long_name, NULL, EN_LIMIT},
        {offsetof(struct en_alarm_set, response), "", NULL, EN_REFUSED},
        {offsetof(struct en_alarm_set, consequence), "", NULL, EN_REFUSED},
        {offsetof(struct en_alarm_set, condition), "dance", NULL, EN_NOT_FOUND},
        {offsetof(struct en_alarm_set, target), "dance", NULL, EN_NOT_FOUND},
        {offsetof(struct en_alarm_set, comparison), "=>", NULL, EN_RANGE},
        {offsetof(struct en_alarm_set, filter), "device", NULL, EN_MALFORMED},
        {offsetof(struct en_alarm_set, filter), "device=M9", NULL, EN_NOT_FOUND},
        {offsetof(struct en_alarm_set, filter), "code=A+", NULL, EN_NOT_FOUND},
        {offsetof(struct en_alarm_set, filter),
         "type=1;type=1;type=1;type=1;type=1;type=1;type=1;"
         "type=1;type=1",
         NULL, EN_LIMIT},
        {offsetof(struct en_alarm_set, notify), "duty", NULL, EN_MALFORMED},
        {offsetof(struct en_alarm_set, notify), "mail:", NULL, EN_MALFORMED},
        {offsetof(struct en_alarm_set, target), "nowhere", "rows", EN_NOT_FOUND},
        {offsetof(struct en_alarm_set, target), "alarm", "rows", EN_NOT_FOUND},
        {offsetof(struct en_alarm_set, target), "outbox", "rows", EN_NOT_FOUND},
        {offsetof(struct en_alarm_set, target), "device", "rows", EN_NOT_FOUND},
        {offsetof(struct en_alarm_set, value), "", "value", EN_MALFORMED},
        {offsetof(struct en_alarm_set, value), "ten", "value", EN_MALFORMED},
        {offsetof(struct en_alarm_set, value), "", "clock_drift", EN_MALFORMED},
        {offsetof(struct en_alarm_set, value), "1.5", "missing", EN_INEXACT},
        {offsetof(struct en_alarm_set, deadband), "-1", "imbalance", EN_RANGE},
        {offsetof(struct en_alarm_set, filter), "device=M1", "silent", EN_RANGE},
    };
    for (size_t i = 0; i < EN_COUNT_OF(texts); i++) {
        struct en_alarm_set set = good;
        if (texts[i].condition != NULL) {
            set.condition = S(texts[i].condition);
        }
        *(struct en_slice *)((uint8_t *)&set + texts[i].offset) = S(texts[i].text);
        expect_set(&site, &set, texts[i].wanted);
    }
    char long_filter[600] = "object=";
    memset(long_filter + 7, 'x', sizeof long_filter - 8);
    long_filter[sizeof long_filter - 1] = '\0';
    struct en_alarm_set set = good;
    set.filter = S(long_filter);
    expect_set(&site, &set, EN_NOT_FOUND);
    set = good;
    set.priority = 0;
    expect_set(&site, &set, EN_RANGE);
    set.priority = 5;
    expect_set(&site, &set, EN_RANGE);
    set = good;
    set.respond_within_s = 0;
    expect_set(&site, &set, EN_REFUSED);
    set.priority = EN_ALARM_PRIORITY_JOURNAL; /* what has no response is for the record */
    set.response = S("");
    expect_set(&site, &set, EN_OK);
    set = good;
    set.delay_on_s = UINT32_MAX;
    expect_set(&site, &set, EN_RANGE);
    set = good;
    set.repeat_max = 3;
    expect_set(&site, &set, EN_RANGE);
    set = define("r", "rows", "device");
    set.column = S("serial");
    set.value = S("1");
    expect_set(&site, &set, EN_RANGE); /* texts are equal or not */
    set.column = S("nothing");
    expect_set(&site, &set, EN_NOT_FOUND);
    set.column = S("pulses_per_unit");
    set.filter = S("nothing=1");
    expect_set(&site, &set, EN_NOT_FOUND);
    set = define("r", "rows", "zone");
    set.column = S("sha256");
    set.value = S("1");
    expect_set(&site, &set, EN_UNSUPPORTED);
    site_close(&site);
}

static void test_what_is_switched_off_is_gone(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("magnet", "device_event", "magnet");
    expect_set(&site, &set, EN_OK);
    report(&site, 605, "spodes:4:1");
    tick(&site, 615);
    set.is_enabled = false;
    expect_set(&site, &set, EN_OK);
    assert_standing(&site, "");
    tick(&site, 630);
    assert_standing(&site, "");
    set.is_enabled = true;
    expect_set(&site, &set, EN_OK); /* what stands open is seen at once */
    assert_standing(&site, "magnet: M1 magnet unack;");
    assert_replays(&site);
    site_close(&site);
}

/* A definition set again goes on where it was. */
static void test_a_definition_set_again_misses_nothing(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("magnet", "device_event", "magnet");
    expect_set(&site, &set, EN_OK);
    tick(&site, 600);
    report(&site, 601, "spodes:4:1");
    report(&site, 602, "spodes:4:2");
    set.response = S("call the police");
    expect_set(&site, &set, EN_OK);
    assert_standing(&site, "magnet: M1 magnet rtn_unack;");
    assert_replays(&site);
    site_close(&site);
}

static void test_quality_of_alarms(void **state)
{
    (void)state;
    struct site site;
    struct en_error err;
    struct en_alarm_quality quality;
    site_open(&site, 1);
    struct en_alarm_set set = define("off", "device_event", "power_off");
    expect_set(&site, &set, EN_OK);
    site.world.now = minute(0);
    for (int32_t i = 0; i < 12; i++) { /* a raise each half minute */
        struct en_clock_tick payload = {.at = {minute(600).us + i * 30 * EN_SECOND_US}};
        report(&site, 590 + i, i % 2 == 0 ? "spodes:2:1" : "spodes:2:2");
        (void)world_event(&site.world, EN_KIND_CLOCK_TICK, 0, NEVER, &payload);
    }
    world_run(&site.now, 0);
    site.world.now = minute(610);
    expect_action(&site, "off", "M1 power_off", "ack", "", 0, EN_OK);
    report(&site, 611, "spodes:2:1");
    tick(&site, 615);
    struct en_store *store = read_begin(&site);
    struct en_interval hour = {minute(600), minute(660)};
    assert_int_equal(en_alarm_quality_gather(store, hour, &quality, &err), EN_OK);
    assert_int_equal(quality.raised_count, 7);
    assert_int_equal(quality.priority_counts[2], 7);
    assert_int_equal(quality.windows_count, 6);
    assert_int_equal(quality.most_in_window, 6);
    assert_int_equal(quality.flood_count, 0);
    assert_int_equal(quality.per_window_micro, 1166666);
    assert_int_equal(quality.per_day_micro, 168 * INT64_C(1000000));
    assert_int_equal(quality.worst_1e4_percent, 1000000);
    assert_int_equal(quality.chattering_count, 1);
    assert_int_equal(quality.acknowledged_count, 1);
    assert_int_equal(quality.acknowledge_s, 300);
    assert_int_equal(quality.stale_count, 0);
    struct en_interval later = {minute(660), minute(4 * 1440)};
    assert_int_equal(en_alarm_quality_gather(store, later, &quality, &err), EN_OK);
    assert_int_equal(quality.raised_count, 0);
    assert_int_equal(quality.stale_count, 0); /* as far as time is known to have passed */
    struct en_interval empty = {minute(660), minute(660)};
    assert_int_equal(en_alarm_quality_gather(store, empty, &quality, &err), EN_RANGE);
    en_store_abort(store);
    tick(&site, 2 * 1440 + 630);
    store = read_begin(&site);
    assert_int_equal(en_alarm_quality_gather(store, later, &quality, &err), EN_OK);
    assert_int_equal(quality.stale_count, 1);
    en_store_abort(store);
    site_close(&site);
}

static void test_journal_alarms_and_repeats_are_not_told(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, 1);
    struct en_alarm_set set = define("magnet", "device_event", "magnet");
    set.priority = EN_ALARM_PRIORITY_JOURNAL;
    expect_set(&site, &set, EN_OK);
    struct en_alarm_set again = define("off", "device_event", "power_off");
    again.repeat_max = 1;
    again.repeat_window_s = 3600;
    expect_set(&site, &again, EN_OK);
    report(&site, 600, "spodes:4:1");
    tick(&site, 615);
    assert_standing(&site, "magnet: M1 magnet unack;");
    assert_int_equal(outbox_count(&site), 0);
    report(&site, 616, "spodes:2:1");
    tick(&site, 617);
    assert_int_equal(outbox_count(&site), 2);
    report(&site, 618, "spodes:2:2");
    report(&site, 619, "spodes:2:1");
    tick(&site, 625);
    tick(&site, 626);
    uint32_t told = outbox_count(&site);
    report(&site, 627, "spodes:2:2");
    tick(&site, 630);
    report(&site, 631, "spodes:2:1");
    tick(&site, 635); /* one too many in the hour */
    assert_standing(&site, "magnet: M1 magnet unack;off: M1 power_off unack;");
    assert_int_equal(outbox_count(&site), told + 2); /* that it was back, not the raise */
    struct en_outbox_result result = {.outbox = 1, .is_done = true, .detail = S("sent")};
    uint64_t seq = world_event(&site.world, EN_KIND_OUTBOX_RESULT, 0, NEVER, &result);
    world_run(&site.now, 0);
    assert_int_equal(world_outcome(&site.now, seq, NULL, 0), EN_OK);
    assert_replays(&site);
    site_close(&site);
}

/* ---- random worlds ---- */

static const char *const codes[] = {"spodes:2:1", "spodes:2:2",  "spodes:4:1", "spodes:4:2",
                                    "spodes:4:4", "spodes:2:10", "spodes:2:4"};

/* Ticks, events, readings, definitions and operators in any order. */
static void test_batches_leave_no_trace(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct site site;
        site_open(&site, seed);
        struct world *world = &site.world;
        struct en_alarm_set sets[] = {define("tamper", "intervention", ""),
                                      define("supply", "supply", ""),
                                      define("silent", "silent", ""), define("load", "value", "")};
        sets[0].is_latched = true;
        sets[0].delay_on_s = 600;
        sets[1].repeat_max = 2;
        sets[1].repeat_window_s = 7200;
        sets[2].duration_s = 7200;
        sets[2].cause = S("supply");
        sets[3].value = S("50");
        sets[3].deadband = S("10");
        static const char *const actions[] = {
            "ack",      "reset",      "shelve",         "unshelve",
            "suppress", "unsuppress", "out-of-service", "in-service"};
        static const char *const subjects[][2] = {{"tamper", "M1 magnet"},
                                                  {"supply", "M1 power_off"},
                                                  {"supply", "M1 relay_off"},
                                                  {"silent", "P1"},
                                                  {"load", "P1 A+"}};
        for (int32_t step = 0; step < 400; step++) {
            int32_t now = 15 * step;
            uint32_t dice = world_random(world, 10);
            if (step < 4) {
                (void)world_event(world, EN_KIND_ALARM_SET, 0, NEVER,
                                  &sets[(step + 1) % 4 == 2 ? 1 : (step + 1) % 4]);
            } else if (dice < 4) {
                report(&site, now - (int32_t)world_random(world, 60),
                       codes[world_random(world, EN_COUNT_OF(codes))]);
            } else if (dice < 6) {
                put_day(&site, WORLD_DAY + now / 1440, (uint64_t)step,
                        (int64_t)world_random(world, 100), (uint32_t)(now % 1440) / 30 + 1);
            } else if (dice < 8) {
                uint32_t place = world_random(world, EN_COUNT_OF(subjects));
                struct en_alarm_asked asked = {
                    .alarm = S(subjects[place][0]),
                    .subject = S(subjects[place][1]),
                    .action = S(actions[world_random(world, EN_COUNT_OF(actions))]),
                    .text = S("why"),
                    .until = minute(now + 120)};
                (void)world_event(world, EN_KIND_ALARM_ACTION, 0, NEVER, &asked);
            } else if (dice == 8) {
                (void)world_event(world, EN_KIND_ALARM_SET, 0, NEVER,
                                  &sets[world_random(world, EN_COUNT_OF(sets))]);
            }
            struct en_clock_tick payload = {.at = minute(now)};
            world->now = world->now.us < payload.at.us ? payload.at : world->now;
            (void)world_event(world, EN_KIND_CLOCK_TICK, 0, NEVER, &payload);
        }
        world_run(&site.now, 0);
        assert_true(outbox_count(&site) > 20);
        assert_replays(&site);
        site_close(&site);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_device_event_raises_returns_and_is_acknowledged),
        cmocka_unit_test(test_what_came_and_went_between_ticks_stays_visible),
        cmocka_unit_test(test_operators_shelve_suppress_and_take_out),
        cmocka_unit_test(test_value_with_deadband_and_delay),
        cmocka_unit_test(test_value_of_instants),
        cmocka_unit_test(test_missing_slots_of_the_last_due_day),
        cmocka_unit_test(test_silent_points),
        cmocka_unit_test(test_supply_by_a_bypass),
        cmocka_unit_test(test_clock_drift),
        cmocka_unit_test(test_rows_of_any_table),
        cmocka_unit_test(test_rows_of_a_dated_table),
        cmocka_unit_test(test_imbalance_beyond_a_limit),
        cmocka_unit_test(test_a_cause_suppresses_what_follows_from_it),
        cmocka_unit_test(test_definitions_that_mean_nothing_are_refused),
        cmocka_unit_test(test_what_is_switched_off_is_gone),
        cmocka_unit_test(test_a_definition_set_again_misses_nothing),
        cmocka_unit_test(test_quality_of_alarms),
        cmocka_unit_test(test_journal_alarms_and_repeats_are_not_told),
        cmocka_unit_test(test_batches_leave_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
