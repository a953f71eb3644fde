/* Tariff zones in small worlds: zones add up to usage, whatever changes and however batches are
 * cut; a change of calendar touches the days from then on and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/limits.h"
#include "core/metering/tariff/charge.h"
#include "projections/tables_schedule.h"
#include "projections/views/schedule.h"
#include "tests/replay/world.h"

#define KWH INT64_C(1000000)
#define POINTS 4u
#define DAYS 40

enum { NIGHT, HALF, PEAK };

static const struct en_interval NEVER = {{0}, {0}};

static struct en_interval from_day(int32_t day)
{
    struct en_interval valid = world_moment(day, 0);
    valid.to = valid.from;
    return valid;
}

static struct en_calendar_zone zones[] = {{{NULL, 0}}, {{NULL, 0}}, {{NULL, 0}}};

static struct en_calendar_set calendar_of(struct en_calendar_switch *switches, uint32_t count)
{
    zones[NIGHT].name = en_slice_text("night");
    zones[HALF].name = en_slice_text("half");
    zones[PEAK].name = en_slice_text("peak");
    return (struct en_calendar_set){
        .title = en_slice_text("zones"),
        .zones = {zones, EN_COUNT_OF(zones)},
        .switches = {switches, count},
    };
}

static struct en_calendar_switch three[] = {
    {0, EN_DAY_TYPE_WEEKDAY, 7 * 60, PEAK},   {0, EN_DAY_TYPE_WEEKDAY, 10 * 60, HALF},
    {0, EN_DAY_TYPE_WEEKDAY, 17 * 60, PEAK},  {0, EN_DAY_TYPE_WEEKDAY, 21 * 60, HALF},
    {0, EN_DAY_TYPE_WEEKDAY, 23 * 60, NIGHT},
};
static struct en_calendar_switch two[] = {
    {0, EN_DAY_TYPE_WEEKDAY, 7 * 60, PEAK},
    {0, EN_DAY_TYPE_WEEKDAY, 23 * 60, NIGHT},
};

static uint64_t put_calendar(struct world *world, const char *name, struct en_interval valid,
                             struct en_calendar_switch *switches, uint32_t count)
{
    struct en_calendar_set set = calendar_of(switches, count);
    return world_event(world, EN_KIND_CALENDAR_SET, world_name(world, EN_NAME_CALENDAR, name),
                       valid, &set);
}

/* The tariff of the points named. */
static uint64_t put_tariff(struct world *world, const char *name, struct en_interval valid,
                           const char *calendar, const char *const *points, uint32_t count)
{
    struct en_tariff_member members[POINTS];
    struct en_tariff_set set = {
        .title = en_slice_text(name),
        .calendar = calendar == NULL ? 0 : world_name(world, EN_NAME_CALENDAR, calendar),
        .category = 2,
        .members = {members, count},
    };
    for (uint32_t i = 0; i < count; i++) {
        members[i] = (struct en_tariff_member){0, world_name(world, EN_NAME_POINT, points[i])};
    }
    return world_event(world, EN_KIND_TARIFF_SET, world_name(world, EN_NAME_TARIFF, name), valid,
                       &set);
}

static void put_flat(struct world *world, uint32_t channel, int32_t day, int64_t milli)
{
    int64_t values[48];
    for (size_t i = 0; i < 48; i++) {
        values[i] = milli;
    }
    world_profile(world, channel, day, 0, values, NULL);
}

static bool get_zones(struct world_projection *projection, const struct en_series_table *table,
                      uint32_t channel, int32_t day, struct en_zone_usage *usage)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_slice entry;
    assert_int_equal(en_store_begin(projection->kv, EN_KV_READ, &store, &err), EN_OK);
    en_code code = en_series_get(store, table, day, channel, &entry, &err);
    if (code == EN_OK) {
        assert_int_equal(en_zone_usage_decode(entry, usage, &err), EN_OK);
    } else {
        assert_int_equal(code, EN_NOT_FOUND);
        usage->count = 0;
        usage->split_count = 0;
    }
    en_store_abort(store);
    return code == EN_OK;
}

static int64_t zone_of(const struct en_zone_usage *usage, uint8_t zone)
{
    for (uint32_t i = 0; i < usage->count; i++) {
        if (usage->items[i].zone == zone) {
            return usage->items[i].micro;
        }
    }
    return 0;
}

/* A point with three-zone tariff and a month of flat load. */
struct town {
    struct world world;
    struct world_projection now;
    uint32_t channel;
};

static struct en_zone_usage usage; /* to read into */

static void town_open(struct town *town)
{
    static const char *const points[] = {"P0"};
    world_open_in_memory(&town->world, 5);
    town->channel = world_point(&town->world, "P0", true);
    (void)put_calendar(&town->world, "rf3", NEVER, three, EN_COUNT_OF(three));
    (void)put_tariff(&town->world, "home", NEVER, "rf3", points, 1);
    for (int32_t day = 0; day < 31; day++) {
        put_flat(&town->world, town->channel, WORLD_DAY + day, 5000);
    }
    world_append(&town->world);
    world_project(&town->world, &town->now, 0);
    world_run(&town->now, 0);
}

static void town_close(struct town *town)
{
    world_projection_close(&town->now);
    world_close(&town->world);
}

static void check_day(struct town *town, int32_t day, int64_t night, int64_t half, int64_t peak)
{
    (void)get_zones(&town->now, &en_series_usage_zone, town->channel, WORLD_DAY + day, &usage);
    assert_true(zone_of(&usage, NIGHT) == night * KWH);
    assert_true(zone_of(&usage, HALF) == half * KWH);
    assert_true(zone_of(&usage, PEAK) == peak * KWH);
}

static void check_month(struct town *town, int64_t night, int64_t half, int64_t peak)
{
    (void)get_zones(&town->now, &en_series_usage_zone_month, town->channel, WORLD_DAY, &usage);
    assert_true(zone_of(&usage, NIGHT) == night * KWH);
    assert_true(zone_of(&usage, HALF) == half * KWH);
    assert_true(zone_of(&usage, PEAK) == peak * KWH);
}

static void test_tou_01_day_and_month(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    check_day(&town, 0, 80, 90, 70);
    assert_int_equal(usage.count, 3);
    assert_int_equal(usage.items[PEAK].present_count, 14);
    assert_int_equal(usage.split_count, 0);
    check_month(&town, 31 * 80, 31 * 90, 31 * 70);
    town_close(&town);
}

/* TOU-04: from the 16th on there are two zones; the first 15 days keep their three. */
static void test_tou_04_calendar_changes_in_mid_month(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    (void)put_calendar(&town.world, "rf3", from_day(WORLD_DAY + 15), two, EN_COUNT_OF(two));
    world_run(&town.now, 0);
    check_day(&town, 14, 80, 90, 70);
    check_day(&town, 15, 80, 0, 160);
    check_month(&town, 31 * 80, 15 * 90, 15 * 70 + 16 * 160);
    /* and back, until the version of the 16th */
    (void)put_calendar(&town.world, "rf3", from_day(WORLD_DAY + 10), two, EN_COUNT_OF(two));
    (void)put_calendar(&town.world, "rf3", from_day(WORLD_DAY + 15), three, EN_COUNT_OF(three));
    world_run(&town.now, 0);
    check_day(&town, 9, 80, 90, 70);
    check_day(&town, 12, 80, 0, 160);
    check_day(&town, 15, 80, 90, 70);
    check_month(&town, 31 * 80, 26 * 90, 26 * 70 + 5 * 160);
    town_close(&town);
}

static void test_members_come_and_go(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    (void)put_tariff(&town.world, "home", from_day(WORLD_DAY + 20), "rf3", NULL, 0);
    world_run(&town.now, 0);
    assert_true(get_zones(&town.now, &en_series_usage_zone, town.channel, WORLD_DAY + 19, &usage));
    assert_false(get_zones(&town.now, &en_series_usage_zone, town.channel, WORLD_DAY + 20, &usage));
    check_month(&town, 20 * 80, 20 * 90, 20 * 70);
    static const char *const points[] = {"P0"};
    (void)put_tariff(&town.world, "flat", from_day(WORLD_DAY + 25), NULL, points, 1);
    world_run(&town.now, 0);
    assert_true(get_zones(&town.now, &en_series_usage_zone, town.channel, WORLD_DAY + 30, &usage));
    assert_int_equal(usage.count, 1);
    assert_int_equal(usage.items[0].calendar, 0);
    assert_true(usage.items[0].micro == 240 * KWH);
    town_close(&town);
}

static void test_a_contract_comes_before_members(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    (void)put_tariff(&town.world, "flat", NEVER, NULL, NULL, 0);
    struct en_contract_set contract = {.tariff = en_slice_text("flat")};
    (void)world_event(&town.world, EN_KIND_CONTRACT_SET,
                      world_name(&town.world, EN_NAME_POINT, "P0"), from_day(WORLD_DAY + 10),
                      &contract);
    world_run(&town.now, 0);
    check_day(&town, 9, 80, 90, 70);
    check_day(&town, 10, 240, 0, 0);
    contract.tariff = en_slice_text("unheard of");
    (void)world_event(&town.world, EN_KIND_CONTRACT_SET,
                      world_name(&town.world, EN_NAME_POINT, "P0"), from_day(WORLD_DAY + 20),
                      &contract);
    world_run(&town.now, 0);
    assert_false(get_zones(&town.now, &en_series_usage_zone, town.channel, WORLD_DAY + 20, &usage));
    town_close(&town);
}

/* The nearest object upward that has a tariff. */
static void test_objects_have_tariffs(void **state)
{
    (void)state;
    struct world world;
    struct world_projection now;
    world_open_in_memory(&world, 6);
    uint32_t area = world_name(&world, EN_NAME_OBJECT, "area");
    uint32_t house = world_name(&world, EN_NAME_OBJECT, "house");
    struct en_object_set object = {.name = en_slice_text("area"), .type = en_slice_text("area")};
    (void)world_event(&world, EN_KIND_OBJECT_SET, area, NEVER, &object);
    object.parent = area;
    (void)world_event(&world, EN_KIND_OBJECT_SET, house, NEVER, &object);
    uint32_t channel = world_point(&world, "P0", true);
    struct en_point_set point = {
        .name = en_slice_text("P0"), .resource = en_slice_text("electricity"), .object = house};
    put_flat(&world, channel, WORLD_DAY, 5000);
    world_append(&world);
    (void)put_calendar(&world, "rf3", NEVER, three, EN_COUNT_OF(three));
    struct en_tariff_member member = {area, 0};
    struct en_tariff_set tariff = {.calendar = world_name(&world, EN_NAME_CALENDAR, "rf3"),
                                   .members = {&member, 1}};
    uint32_t home = world_name(&world, EN_NAME_TARIFF, "home");
    (void)world_event(&world, EN_KIND_TARIFF_SET, home, NEVER, &tariff);
    world_project(&world, &now, 0);
    world_run(&now, 0);
    assert_false(get_zones(&now, &en_series_usage_zone, channel, WORLD_DAY, &usage));
    (void)world_event(&world, EN_KIND_POINT_SET, world_name(&world, EN_NAME_POINT, "P0"), NEVER,
                      &point);
    world_run(&now, 0);
    assert_true(get_zones(&now, &en_series_usage_zone, channel, WORLD_DAY, &usage));
    assert_int_equal(usage.count, 3);
    member.object = house;
    tariff.calendar = 0;
    (void)world_event(&world, EN_KIND_TARIFF_SET, world_name(&world, EN_NAME_TARIFF, "flat"), NEVER,
                      &tariff);
    world_run(&now, 0);
    assert_true(get_zones(&now, &en_series_usage_zone, channel, WORLD_DAY, &usage));
    assert_int_equal(usage.count, 1);
    world_projection_close(&now);
    world_close(&world);
}

/* PT-9, T-07: on a civil clock the days of the jumps have a longer and a shorter night; the zone's
 * table comes with the calendar, so nothing but the log is asked. */
static void test_a_civil_clock_jumps(void **state)
{
    (void)state;
    static uint8_t bytes[EN_ZONE_SIZE_MAX];
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    if (file == NULL) {
        skip(); /* no zone tables here */
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    struct town town;
    town_open(&town);
    struct en_calendar_set set = calendar_of(three, EN_COUNT_OF(three));
    set.clock = EN_CALENDAR_CIVIL;
    set.zone = en_slice_text("Europe/Berlin");
    set.tzif = en_slice_of(bytes, size);
    uint32_t id = world_name(&town.world, EN_NAME_CALENDAR, "rf3");
    (void)world_event(&town.world, EN_KIND_CALENDAR_SET, id, NEVER, &set);
    static const int32_t days[] = {86, 87, 88, 296, 297, 298}; /* about 2026-03-29, 2026-10-25 */
    int64_t total = 0;
    int64_t zones_total = 0;
    for (size_t i = 0; i < EN_COUNT_OF(days); i++) {
        put_flat(&town.world, town.channel, WORLD_DAY + days[i], 5000);
    }
    world_append(&town.world);
    world_run(&town.now, 0);
    for (size_t i = 0; i < EN_COUNT_OF(days); i++) {
        struct en_totals totals = world_usage(&town.now, town.channel, WORLD_DAY + days[i]);
        assert_true(
            get_zones(&town.now, &en_series_usage_zone, town.channel, WORLD_DAY + days[i], &usage));
        total += totals.micro;
        zones_total += zone_of(&usage, NIGHT) + zone_of(&usage, HALF) + zone_of(&usage, PEAK);
        assert_true(zone_of(&usage, PEAK) == 70 * KWH || i == 1 || i == 4);
    }
    assert_true(total == zones_total && total == 6 * 240 * KWH);
    town_close(&town);
}

/* ---- worlds of chance ---- */

static void random_schedule(struct world *world)
{
    static const char *const names[] = {"c0", "c1"};
    static const char *const points[] = {"P0", "P1", "P2", "P3"};
    int32_t day = WORLD_DAY + (int32_t)world_random(world, DAYS);
    struct en_interval valid = world_moment(day, (int)world_random(world, 3) * 480);
    valid.to.us += world_random(world, 4) == 0 ? 7 * EN_DAY_US : 0;
    const char *name = names[world_random(world, 2)];
    if (world_random(world, 2) == 0) {
        struct en_calendar_switch switches[4];
        uint32_t count = 1 + world_random(world, EN_COUNT_OF(switches));
        for (uint32_t i = 0; i < count; i++) {
            uint16_t minute = (uint16_t)(i * 360 + world_random(world, 360));
            switches[i] = (struct en_calendar_switch){0, EN_DAY_TYPE_WEEKDAY, minute,
                                                      (uint8_t)world_random(world, 3)};
        }
        (void)put_calendar(world, name, valid, switches, count);
        return;
    }
    uint32_t first = world_random(world, POINTS);
    uint32_t count = world_random(world, POINTS - first + 1);
    (void)put_tariff(world, world_random(world, 2) == 0 ? "t0" : "t1", valid,
                     world_random(world, 4) == 0 ? NULL : name, points + first, count);
}

static void random_contract(struct world *world)
{
    static const char *const tariffs[] = {"t0", "t1", "", "none"};
    char key[8];
    (void)snprintf(key, sizeof key, "P%u", world_random(world, POINTS));
    struct en_contract_set set = {.tariff = en_slice_text(tariffs[world_random(world, 4)])};
    struct en_interval valid = from_day(WORLD_DAY + (int32_t)world_random(world, DAYS));
    valid.to.us += world_random(world, 3) == 0 ? 5 * EN_DAY_US : 0;
    (void)world_event(world, EN_KIND_CONTRACT_SET, world_name(world, EN_NAME_POINT, key), valid,
                      &set);
}

static void random_readings(struct world *world, const uint32_t *channels)
{
    int64_t values[48];
    uint64_t quality[48];
    uint32_t place = world_random(world, POINTS);
    for (size_t i = 0; i < 48; i++) {
        values[i] = (int64_t)world_random(world, 9000) - 500;
        quality[i] = world_random(world, 20) == 0 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    world_profile(world, channels[place], WORLD_DAY + (int32_t)world_random(world, DAYS),
                  world_random(world, 3), values, quality);
}

static void open_random(struct world *world, uint64_t seed, uint32_t channels[POINTS])
{
    world_open_in_memory(world, seed);
    for (uint32_t i = 0; i < POINTS; i++) {
        char key[8];
        (void)snprintf(key, sizeof key, "P%u", i);
        channels[i] = world_point(world, key, i != 1);
    }
    for (int i = 0; i < 260; i++) {
        uint32_t what = world_random(world, 12);
        if (what == 0) {
            random_schedule(world);
        } else if (what == 1) {
            random_contract(world);
        } else {
            random_readings(world, channels);
        }
        if (world_random(world, 4) == 0) {
            world_append(world);
        }
    }
    world_append(world);
}

/* TOU-02, PT-3: where there are zones, they add up to the day's usage, and days to the month. */
static void check_sums(struct world_projection *now, const uint32_t channels[POINTS])
{
    static struct en_zone_usage months[2];
    static struct en_zone_usage stored;
    for (uint32_t i = 0; i < POINTS; i++) {
        memset(months, 0, sizeof months);
        for (int32_t day = 0; day < DAYS; day++) {
            if (!get_zones(now, &en_series_usage_zone, channels[i], WORLD_DAY + day, &usage)) {
                continue;
            }
            struct en_totals totals = world_usage(now, channels[i], WORLD_DAY + day);
            struct en_totals sum = {0};
            for (uint32_t k = 0; k < usage.count; k++) {
                sum.micro += usage.items[k].micro;
                sum.present_count += usage.items[k].present_count;
                sum.missing_count += usage.items[k].missing_count;
            }
            assert_true(sum.micro == totals.micro);
            assert_int_equal(sum.present_count, totals.present_count);
            assert_int_equal(sum.missing_count, totals.missing_count);
            assert_int_equal(en_zone_usage_add(&months[day / 31], &usage, 1, NULL), EN_OK);
        }
        for (int month = 0; month < 2; month++) {
            (void)get_zones(now, &en_series_usage_zone_month, channels[i], WORLD_DAY + month * 31,
                            &stored);
            assert_int_equal(stored.count, months[month].count);
            assert_int_equal(stored.split_count, months[month].split_count);
            for (uint32_t k = 0; k < stored.count; k++) {
                assert_true(stored.items[k].micro == months[month].items[k].micro);
                assert_int_equal(stored.items[k].zone, months[month].items[k].zone);
            }
        }
    }
}

/* P3: however batches are cut, one digest. */
static void test_batches_leave_no_trace(void **state)
{
    (void)state;
    static const uint32_t batches[] = {1, 2, 7, 64};
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct world world;
        struct world_projection all;
        uint32_t channels[POINTS];
        open_random(&world, seed, channels);
        world_project(&world, &all, 0);
        world_run(&all, 0);
        check_sums(&all, channels);
        struct en_hash expected = world_digest(&all);
        for (size_t i = 0; i < EN_COUNT_OF(batches); i++) {
            struct world_projection cut;
            world_project(&world, &cut, batches[i]);
            world_run(&cut, 0);
            struct en_hash digest = world_digest(&cut);
            if (memcmp(&digest, &expected, sizeof digest) != 0) {
                fail_msg("seed %d: batches of %u differ", (int)seed, batches[i]);
            }
            world_projection_close(&cut);
        }
        world_projection_close(&all);
        world_close(&world);
    }
}

/* ---- refusals ---- */

static void refuse(struct town *town, uint64_t seq, en_code expected, const char *words)
{
    char text[EN_ERROR_TEXT_SIZE];
    world_run(&town->now, 0);
    assert_int_equal(world_outcome(&town->now, seq, text, sizeof text), expected);
    if (strstr(text, words) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", words, text);
    }
}

static void test_bad_calendars_are_refused(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    struct world *world = &town.world;
    uint32_t id = world_name(world, EN_NAME_CALENDAR, "rf3");
    struct en_calendar_set set = calendar_of(three, EN_COUNT_OF(three));
    zones[PEAK].name = en_slice_text("summit");
    refuse(&town, world_event(world, EN_KIND_CALENDAR_SET, id, NEVER, &set), EN_CONFLICT,
           "zones keep their names");
    zones[PEAK].name = en_slice_text("night");
    refuse(&town, world_event(world, EN_KIND_CALENDAR_SET, id, NEVER, &set), EN_RANGE, "one name");
    zones[PEAK].name = en_slice_text("");
    refuse(&town, world_event(world, EN_KIND_CALENDAR_SET, id, NEVER, &set), EN_RANGE, "empty");
    set = calendar_of(three, EN_COUNT_OF(three));
    set.zones.count = 2;
    refuse(&town, world_event(world, EN_KIND_CALENDAR_SET, id, NEVER, &set), EN_RANGE,
           "zone 3 of 2");
    set.zones.count = 0;
    refuse(&town, world_event(world, EN_KIND_CALENDAR_SET, id, NEVER, &set), EN_RANGE, "no zones");
    set = calendar_of(three, EN_COUNT_OF(three));
    set.clock = 3;
    refuse(&town, world_event(world, EN_KIND_CALENDAR_SET, id, NEVER, &set), EN_RANGE, "clock");
    set.clock = EN_CALENDAR_OFFSET;
    set.offset_minutes = 2000;
    refuse(&town, world_event(world, EN_KIND_CALENDAR_SET, id, NEVER, &set), EN_RANGE, "offset");
    set.clock = EN_CALENDAR_CIVIL;
    refuse(&town, world_event(world, EN_KIND_CALENDAR_SET, id, NEVER, &set), EN_RANGE, "no name");
    set.zone = en_slice_text("Europe/Moscow");
    set.tzif = en_slice_text("TZif?");
    refuse(&town, world_event(world, EN_KIND_CALENDAR_SET, id, NEVER, &set), EN_MALFORMED,
           "calendar: ");
    check_day(&town, 0, 80, 90, 70);
    town_close(&town);
}

static void test_bad_tariffs_are_refused(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    struct world *world = &town.world;
    uint32_t id = world_name(world, EN_NAME_TARIFF, "x");
    struct en_tariff_member member = {0, 99};
    struct en_tariff_set set = {.category = 7};
    refuse(&town, world_event(world, EN_KIND_TARIFF_SET, id, NEVER, &set), EN_RANGE, "category 7");
    set = (struct en_tariff_set){.calendar = 99};
    refuse(&town, world_event(world, EN_KIND_TARIFF_SET, id, NEVER, &set), EN_NOT_FOUND,
           "set the calendar first");
    set = (struct en_tariff_set){.members = {&member, 1}};
    refuse(&town, world_event(world, EN_KIND_TARIFF_SET, id, NEVER, &set), EN_NOT_FOUND,
           "member 1");
    member = (struct en_tariff_member){1, 1};
    refuse(&town, world_event(world, EN_KIND_TARIFF_SET, id, NEVER, &set), EN_NOT_FOUND,
           "one object or one point");
    town_close(&town);
}

static void test_bad_prices_are_refused(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    struct world *world = &town.world;
    uint32_t id = world_name(world, EN_NAME_TARIFF, "home");
    struct en_price_hour hour = {2 * KWH};
    static const struct {
        struct en_price_set set;
        bool by_hours;
        const char *words;
    } cases[] = {
        {{.part = 0}, false, "its part"},
        {{.part = 8}, false, "its part"},
        {{.part = EN_CHARGE_ENERGY, .zone = 17}, false, "by zone"},
        {{.part = EN_CHARGE_CAPACITY, .zone = 1}, false, "by zone"},
        {{.part = EN_CHARGE_ENERGY, .price_micro = 1}, true, "by hours is"},
        {{.part = EN_CHARGE_CAPACITY}, true, "by hours is"},
        {{.part = EN_CHARGE_ENERGY, .price_micro = -1}, false, "below 0"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        struct en_price_set set = cases[i].set;
        set.hours = cases[i].by_hours ? (struct en_list){&hour, 1} : (struct en_list){NULL, 0};
        refuse(&town, world_event(world, EN_KIND_PRICE_SET, id, NEVER, &set), EN_RANGE,
               cases[i].words);
    }
    struct en_price_set set = {.part = EN_CHARGE_ENERGY, .hours = {&hour, 1}};
    refuse(&town, world_event(world, EN_KIND_PRICE_SET, id, world_moment(WORLD_DAY, 30), &set),
           EN_RANGE, "on the hour");
    refuse(&town,
           world_event(world, EN_KIND_PRICE_SET, world_name(world, EN_NAME_TARIFF, "new"), NEVER,
                       &set),
           EN_NOT_FOUND, "set the tariff first");
    town_close(&town);
}

static void test_bad_peak_hours_are_refused(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    struct world *world = &town.world;
    uint32_t id = world_name(world, EN_NAME_REGION, "77");
    struct en_interval month = world_day(WORLD_DAY);
    month.to.us += 30 * EN_DAY_US;
    struct en_peak_hour hours[] = {{9}, {10}};
    struct en_peak_day days[] = {{{WORLD_DAY}, 9}, {{WORLD_DAY + 31}, 10}};
    struct en_peak_hours_set good = {
        .list = EN_PEAK_PLANNED, .hours = {hours, 2}, .document = en_slice_text("order 7")};
    struct en_peak_hours_set set = good;
    set.list = 3;
    refuse(&town, world_event(world, EN_KIND_PEAK_HOURS_SET, id, month, &set), EN_RANGE, "list");
    set = good;
    set.offset_minutes = -2000;
    refuse(&town, world_event(world, EN_KIND_PEAK_HOURS_SET, id, month, &set), EN_RANGE, "offset");
    refuse(&town, world_event(world, EN_KIND_PEAK_HOURS_SET, id, from_day(WORLD_DAY), &good),
           EN_RANGE, "for a period");
    set = good;
    set.document = en_slice_text("");
    refuse(&town, world_event(world, EN_KIND_PEAK_HOURS_SET, id, month, &set), EN_RANGE,
           "document");
    set = good;
    set.days = (struct en_list){days, 1};
    refuse(&town, world_event(world, EN_KIND_PEAK_HOURS_SET, id, month, &set), EN_RANGE,
           "hours of the day");
    hours[1].hour = 9;
    refuse(&town, world_event(world, EN_KIND_PEAK_HOURS_SET, id, month, &good), EN_RANGE, "rising");
    hours[1].hour = 10;
    set = good;
    set.list = EN_PEAK_FACT;
    set.hours.count = 0;
    set.days = (struct en_list){days, 2};
    refuse(&town, world_event(world, EN_KIND_PEAK_HOURS_SET, id, month, &set), EN_RANGE,
           "in the period");
    set = good;
    set.calendar = 99;
    refuse(&town, world_event(world, EN_KIND_PEAK_HOURS_SET, id, month, &set), EN_NOT_FOUND,
           "set the calendar first");
    refuse(&town, world_event(world, EN_KIND_PEAK_HOURS_SET, id, month, &good), EN_OK, "");
    town_close(&town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tou_01_day_and_month),
        cmocka_unit_test(test_tou_04_calendar_changes_in_mid_month),
        cmocka_unit_test(test_members_come_and_go),
        cmocka_unit_test(test_a_contract_comes_before_members),
        cmocka_unit_test(test_objects_have_tariffs),
        cmocka_unit_test(test_a_civil_clock_jumps),
        cmocka_unit_test(test_batches_leave_no_trace),
        cmocka_unit_test(test_bad_calendars_are_refused),
        cmocka_unit_test(test_bad_tariffs_are_refused),
        cmocka_unit_test(test_bad_prices_are_refused),
        cmocka_unit_test(test_bad_peak_hours_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
