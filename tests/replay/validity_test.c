/* Findings through the engine: faults put into clean days are found where they were put and nowhere
 * else, whatever the batches, whether the rule was set before the data or after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/metering/rule/rule.h"
#include "core/metering/validation/finding.h"
#include "projections/tables.h"
#include "tests/replay/world.h"

#define TEXT_SIZE 8192u

struct site {
    struct world world;
    uint32_t p1; /* channels A+ */
    uint32_t p2;
};

static const struct en_interval always = {{0}, {0}};

static void site_open(struct site *site)
{
    world_open_in_memory(&site->world, 1);
    site->p1 = world_point(&site->world, "P1", true);
    site->p2 = world_point(&site->world, "P2", true);
}

static void rule(struct site *site, const char *key, const char *parameters)
{
    char name[8] = {0};
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(key, " "), key);
    struct en_rule_set set = {.rule = en_slice_text(name),
                              .edition = en_slice_text("1"),
                              .parameters = en_slice_text(parameters),
                              .reason = en_slice_text("test")};
    struct en_interval valid = {{0}, {0}};
    (void)world_event(&site->world, EN_KIND_RULE_SET, world_name(&site->world, EN_NAME_RULE, key),
                      valid, &set);
}

/* A clean day: 10 kWh a slot and a little, never twice the same in a row. */
static void clean(int64_t values[48], uint64_t quality[48])
{
    for (int i = 0; i < 48; i++) {
        values[i] = 10000 + i % 7 * 100;
        quality[i] = EN_QUALITY_MEASURED;
    }
}

static void clean_day(struct site *site, uint32_t channel, int32_t day)
{
    int64_t values[48];
    uint64_t quality[48];
    clean(values, quality);
    world_profile(&site->world, channel, day, 1, values, NULL);
    world_append(&site->world);
}

static void faulty_day(struct site *site, uint32_t channel, int32_t day, int slot, int64_t value)
{
    int64_t values[48];
    uint64_t quality[48];
    clean(values, quality);
    values[slot] = value;
    world_profile(&site->world, channel, day, 1, values, NULL);
    world_append(&site->world);
}

static void tick(struct site *site, int32_t day)
{
    struct en_interval at = world_moment(day, 15);
    struct en_clock_tick payload = {.at = at.from};
    (void)world_event(&site->world, EN_KIND_CLOCK_TICK, 0, at, &payload);
}

static void read_register(struct site *site, uint32_t channel, int32_t day, int minutes,
                          int64_t value)
{
    struct en_reading_register reading = {.value = {value, -3}, .quality = EN_QUALITY_MEASURED};
    (void)world_event(&site->world, EN_KIND_READING_REGISTER, channel, world_moment(day, minutes),
                      &reading);
}

/* One more channel of the point of P1. */
static uint32_t add_channel(struct site *site, const char *code, en_unit unit,
                            en_channel_basis basis)
{
    char key[EN_NAME_SIZE_MAX + 1];
    uint32_t point = world_name(&site->world, EN_NAME_POINT, "P1");
    en_channel_key(point, en_slice_text(code), key);
    uint32_t channel = world_name(&site->world, EN_NAME_CHANNEL, key);
    struct en_channel_set set = {
        .point = point,
        .code = en_slice_text(code),
        .unit = (uint8_t)unit,
        .basis = (uint8_t)basis,
        .slot_seconds = basis == EN_BASIS_REGISTER ? 0 : 1800,
        .is_primary = true,
    };
    (void)world_event(&site->world, EN_KIND_CHANNEL_SET, channel, always, &set);
    return channel;
}

/* Every finding, one a line: day since the first, channel, rule, severity, slots. */
static void list(struct world_projection *now, char *text)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_series_scan scan;
    static struct en_finding items[EN_FINDINGS_MAX];
    struct en_findings findings;
    size_t size = 0;
    text[0] = 0;
    en_findings_init(&findings, items, EN_FINDINGS_MAX);
    assert_int_equal(en_store_begin(now->kv, EN_KV_READ, &store, &err), EN_OK);
    en_code code = en_series_scan_begin(store, &en_series_finding, WORLD_DAY - 100,
                                        WORLD_DAY + 1000, 0, 0, &scan, &err);
    while (code == EN_OK) {
        int32_t day = 0;
        uint32_t channel = 0;
        struct en_slice entry;
        code = en_series_scan_next(&scan, &day, &channel, &entry, &err);
        if (code != EN_OK) {
            break;
        }
        assert_int_equal(en_findings_decode(entry, &findings, &err), EN_OK);
        for (uint32_t i = 0; i < findings.count; i++) {
            size +=
                (size_t)snprintf(text + size, TEXT_SIZE - size, "%d/%u %s %c %u+%u\n",
                                 day - WORLD_DAY, channel, en_finding_rule_id(items[i].rule),
                                 en_finding_severity_name((en_rule_severity)items[i].severity)[0],
                                 items[i].first, items[i].slots);
        }
    }
    assert_int_equal(code, EN_NOT_FOUND);
    en_series_scan_end(&scan);
    en_store_abort(store);
}

/* The findings, the same in batches of any size and brought forward event by event. */
static void assert_finds(struct site *site, const char *wanted)
{
    static const uint32_t batches[] = {0, 1, 2, 7, 64};
    static char text[TEXT_SIZE];
    struct en_hash digest = {{0}};
    for (size_t i = 0; i < EN_COUNT_OF(batches); i++) {
        struct world_projection now;
        world_project(&site->world, &now, batches[i]);
        for (uint64_t to = 1; i == 1 && to < en_log_size(site->world.log); to += 3) {
            world_run(&now, to);
        }
        world_run(&now, 0);
        list(&now, text);
        assert_string_equal(text, wanted);
        struct en_hash hash = world_digest(&now);
        assert_true(i == 0 || en_hash_equal(&hash, &digest));
        digest = hash;
        world_projection_close(&now);
    }
    world_close(&site->world);
}

static void test_nothing_is_found_without_a_rule(void **state)
{
    (void)state;
    struct site site;
    site_open(&site);
    faulty_day(&site, site.p1, WORLD_DAY, 5, -1000);
    assert_finds(&site, "");
}

static void test_clean_days_have_no_findings(void **state)
{
    (void)state;
    struct site site;
    site_open(&site);
    for (uint32_t number = EN_RULE_V_01; number <= EN_RULE_V_35; number++) {
        rule(&site, en_finding_rule_id(number), "");
    }
    for (int32_t day = 0; day < 16; day++) {
        site.world.now = world_moment(WORLD_DAY + day + 1, 10).from;
        clean_day(&site, site.p1, WORLD_DAY + day);
        clean_day(&site, site.p2, WORLD_DAY + day);
    }
    tick(&site, WORLD_DAY + 16);
    assert_finds(&site, "");
}

static void test_usual_rules_find_what_was_put_in(void **state)
{
    (void)state;
    struct site site;
    site_open(&site);
    rule(&site, "V-09", "");
    rule(&site, "V-13", "");
    rule(&site, "V-14", "");
    rule(&site, "V-15", "{\"voltage\":10,\"current\":200}");
    rule(&site, "V-19", "");
    clean_day(&site, site.p2, WORLD_DAY);
    faulty_day(&site, site.p1, WORLD_DAY, 30, 60000);      /* spike */
    faulty_day(&site, site.p1, WORLD_DAY + 1, 5, -1);      /* negative */
    faulty_day(&site, site.p1, WORLD_DAY + 2, 7, 1900000); /* above 1732, and a spike */
    faulty_day(&site, site.p1, WORLD_DAY + 3, 7, 2500000); /* above 2078: no spike any more */
    int64_t values[48];
    uint64_t quality[48];
    clean(values, quality);
    values[10] = 0;
    values[11] = 0;
    for (int i = 20; i < 26; i++) {
        values[i] = 1237;
    }
    world_profile(&site.world, site.p1, WORLD_DAY + 4, 1, values, NULL);
    world_append(&site.world);
    char wanted[512];
    (void)snprintf(wanted, sizeof wanted,
                   "0/%u V-09 W 30+1\n1/%u V-14 E 5+1\n2/%u V-09 W 7+1\n2/%u V-15 W 7+1\n"
                   "3/%u V-15 E 7+1\n4/%u V-13 W 10+2\n4/%u V-19 W 20+6\n",
                   site.p1, site.p1, site.p1, site.p1, site.p1, site.p1, site.p1);
    assert_finds(&site, wanted);
}

static void test_a_rule_set_later_judges_what_is_there(void **state)
{
    (void)state;
    struct site site;
    char wanted[64];
    site_open(&site);
    faulty_day(&site, site.p1, WORLD_DAY, 5, -1000);
    faulty_day(&site, site.p2, WORLD_DAY, 6, -1000);
    rule(&site, "V-14 point:P2", "");
    (void)snprintf(wanted, sizeof wanted, "0/%u V-14 E 6+1\n", site.p2);
    assert_finds(&site, wanted);
}

static void test_a_rule_switched_off_takes_its_findings_along(void **state)
{
    (void)state;
    struct site site;
    site_open(&site);
    rule(&site, "V-14", "");
    faulty_day(&site, site.p1, WORLD_DAY, 5, -1000);
    rule(&site, "V-14", "{\"enabled\":false}");
    assert_finds(&site, "");
}

static void test_a_correction_takes_the_finding_away(void **state)
{
    (void)state;
    struct site site;
    int64_t values[48];
    uint64_t quality[48];
    site_open(&site);
    rule(&site, "V-14", "");
    faulty_day(&site, site.p1, WORLD_DAY, 5, -1000);
    clean(values, quality);
    world_profile(&site.world, site.p1, WORLD_DAY, 2, values, NULL);
    world_append(&site.world);
    assert_finds(&site, "");
}

static void test_gaps_inside_and_between_days(void **state)
{
    (void)state;
    struct site site;
    int64_t values[48];
    uint64_t quality[48];
    char wanted[256];
    site_open(&site);
    rule(&site, "V-04", "");
    clean_day(&site, site.p1, WORLD_DAY);
    clean_day(&site, site.p2, WORLD_DAY);
    clean(values, quality);
    quality[0] = EN_QUALITY_MISSING;
    quality[20] = EN_QUALITY_MISSING;
    quality[21] = EN_QUALITY_MISSING;
    world_profile(&site.world, site.p1, WORLD_DAY + 1, 1, values, quality);
    world_append(&site.world);
    clean_day(&site, site.p2, WORLD_DAY + 3); /* days 1 and 2 of P2 are missing */
    clean(values, quality);
    quality[47] = EN_QUALITY_MISSING; /* the day is over */
    world_profile(&site.world, site.p1, WORLD_DAY + 2, 1, values, quality);
    quality[47] = EN_QUALITY_MEASURED;
    quality[46] = EN_QUALITY_MISSING;
    world_append(&site.world);
    tick(&site, WORLD_DAY + 4);
    (void)snprintf(wanted, sizeof wanted,
                   "1/%u V-04 E 0+1\n1/%u V-04 E 20+2\n1/%u V-04 E 0+48\n2/%u V-04 E 47+1\n"
                   "2/%u V-04 E 0+48\n3/%u V-04 E 0+48\n",
                   site.p1, site.p1, site.p2, site.p1, site.p2, site.p1);
    assert_finds(&site, wanted);
}

static void test_a_day_that_is_not_over_has_no_gap_at_its_end(void **state)
{
    (void)state;
    struct site site;
    int64_t values[48];
    uint64_t quality[48];
    site_open(&site);
    rule(&site, "V-04", "");
    clean_day(&site, site.p1, WORLD_DAY);
    clean(values, quality);
    for (int i = 20; i < 48; i++) {
        quality[i] = EN_QUALITY_MISSING;
    }
    world_profile(&site.world, site.p1, WORLD_DAY + 1, 1, values, quality);
    world_append(&site.world);
    tick(&site, WORLD_DAY + 1); /* 00:15 of the day */
    assert_finds(&site, "");
}

static void test_missing_days_come_late(void **state)
{
    (void)state;
    struct site site;
    char wanted[128];
    site_open(&site);
    rule(&site, "V-04", "");
    clean_day(&site, site.p1, WORLD_DAY + 5);
    tick(&site, WORLD_DAY + 8); /* days 6 and 7 are due */
    clean_day(&site, site.p1, WORLD_DAY + 1);
    clean_day(&site, site.p1, WORLD_DAY + 3);
    clean_day(&site, site.p1, WORLD_DAY + 7);
    (void)snprintf(wanted, sizeof wanted, "2/%u V-04 E 0+48\n4/%u V-04 E 0+48\n6/%u V-04 E 0+48\n",
                   site.p1, site.p1, site.p1);
    assert_finds(&site, wanted);
}

/* V-07, V-08, V-21 and their registers. */
static void test_sums_agree_with_the_register(void **state)
{
    (void)state;
    struct site site;
    char wanted[128];
    site_open(&site);
    uint32_t total = add_channel(&site, "1.8.0", EN_UNIT_KWH, EN_BASIS_REGISTER);
    rule(&site, "V-07", "{\"percent\":\"0.1\",\"multipliers\":0}");
    rule(&site, "V-08", "");
    int64_t day_sum = 0;
    int64_t values[48];
    uint64_t quality[48];
    clean(values, quality);
    for (int i = 0; i < 48; i++) {
        day_sum += values[i];
    }
    read_register(&site, total, WORLD_DAY, 0, 1000000);
    read_register(&site, total, WORLD_DAY + 1, 0, 1000000 + day_sum);
    clean_day(&site, site.p1, WORLD_DAY);
    clean_day(&site, site.p1, WORLD_DAY + 1);
    clean_day(&site, site.p1, WORLD_DAY + 2);
    /* two days with 4 kWh too little in the register: 0.4 % */
    read_register(&site, total, WORLD_DAY + 3, 0, 1000000 + 3 * day_sum - 4000);
    read_register(&site, total, WORLD_DAY + 5, 0, 900000); /* goes back */
    (void)snprintf(wanted, sizeof wanted, "2/%u V-07 B 0+48\n4/%u V-08 E 0+0\n", site.p1, total);
    assert_finds(&site, wanted);
}

static void test_late_values_mend_the_sum(void **state)
{
    (void)state;
    struct site site;
    int64_t values[48];
    uint64_t quality[48];
    site_open(&site);
    uint32_t total = add_channel(&site, "1.8.0", EN_UNIT_KWH, EN_BASIS_REGISTER);
    rule(&site, "V-07", "{\"percent\":\"0.1\",\"multipliers\":0}");
    clean(values, quality);
    int64_t sum = 0;
    for (int i = 0; i < 48; i++) {
        sum += values[i];
    }
    faulty_day(&site, site.p1, WORLD_DAY, 3, 50000);
    clean_day(&site, site.p1, WORLD_DAY + 1);
    read_register(&site, total, WORLD_DAY, 0, 0);
    read_register(&site, total, WORLD_DAY + 2, 0, 2 * sum);
    world_profile(&site.world, site.p1, WORLD_DAY, 2, values, NULL); /* corrected a day before */
    world_append(&site.world);
    assert_finds(&site, "");
}

static void test_tariff_registers_add_up(void **state)
{
    (void)state;
    struct site site;
    char wanted[128];
    site_open(&site);
    uint32_t total = add_channel(&site, "1.8.0", EN_UNIT_KWH, EN_BASIS_REGISTER);
    uint32_t first = add_channel(&site, "1.8.1", EN_UNIT_KWH, EN_BASIS_REGISTER);
    uint32_t second = add_channel(&site, "1.8.2", EN_UNIT_KWH, EN_BASIS_REGISTER);
    rule(&site, "V-21", "");
    read_register(&site, total, WORLD_DAY + 1, 0, 176020);
    read_register(&site, first, WORLD_DAY + 1, 0, 100120);
    read_register(&site, second, WORLD_DAY + 1, 0, 75880); /* 0.02: allowed */
    read_register(&site, first, WORLD_DAY + 2, 0, 100120);
    read_register(&site, second, WORLD_DAY + 2, 0, 75870);
    read_register(&site, total, WORLD_DAY + 2, 0, 176020); /* 0.03 */
    (void)snprintf(wanted, sizeof wanted, "1/%u V-21 W 0+0\n", total);
    assert_finds(&site, wanted);
}

/* V-10, V-22, V-23, V-34. */
static void test_channels_of_a_point_are_compared(void **state)
{
    (void)state;
    struct site site;
    int64_t values[48];
    uint64_t quality[48];
    char wanted[256];
    site_open(&site);
    uint32_t reactive = add_channel(&site, "R+", EN_UNIT_KVARH, EN_BASIS_PROFILE);
    rule(&site, "V-10", "{\"pulses\":4}");
    rule(&site, "V-23", "{\"ratio\":\"0.4\"}");
    rule(&site, "V-34 point:P1", "");
    rule(&site, "V-22 point:P1", "{\"check\":\"P2/A+\",\"limit\":\"percent\",\"percent\":5}");
    clean(values, quality);
    for (int i = 0; i < 48; i++) {
        values[i] = i == 4 ? 5 : 3000 + i;
    }
    world_profile(&site.world, reactive, WORLD_DAY, 1, values, NULL);
    clean_day(&site, site.p2, WORLD_DAY);
    faulty_day(&site, site.p1, WORLD_DAY, 4, 0);
    clean_day(&site, site.p1, WORLD_DAY + 1); /* without R+ */
    for (int i = 0; i < 48; i++) {
        values[i] = 5000;
    }
    world_profile(&site.world, reactive, WORLD_DAY + 2, 1, values, NULL);
    clean_day(&site, site.p1, WORLD_DAY + 2);
    (void)snprintf(wanted, sizeof wanted,
                   "0/%u V-22 W 4+1\n0/%u V-10 W 4+1\n1/%u V-34 W 0+0\n2/%u V-23 W 0+0\n", site.p1,
                   reactive, site.p1, reactive);
    assert_finds(&site, wanted);
}

static void test_days_before_are_looked_at(void **state)
{
    (void)state;
    struct site site;
    int64_t values[48];
    uint64_t quality[48];
    char wanted[256];
    site_open(&site);
    rule(&site, "V-13 point:P1", "{\"run\":\"2h\"}");
    rule(&site, "V-29 point:P2", "");
    clean(values, quality);
    values[46] = 0;
    values[47] = 0;
    world_profile(&site.world, site.p1, WORLD_DAY, 1, values, NULL);
    clean(values, quality);
    values[0] = 0;
    values[1] = 0;
    world_profile(&site.world, site.p1, WORLD_DAY + 1, 1, values, NULL);
    world_append(&site.world);
    faulty_day(&site, site.p2, WORLD_DAY + 21, 9, 20000); /* comes before its like days */
    for (int32_t week = 0; week < 3; week++) {
        clean_day(&site, site.p2, WORLD_DAY + 7 * week);
    }
    (void)snprintf(wanted, sizeof wanted, "1/%u V-13 W 0+2\n21/%u V-29 W 9+1\n", site.p1, site.p2);
    assert_finds(&site, wanted);
}

static void test_values_without_a_device(void **state)
{
    (void)state;
    struct site site;
    char wanted[128];
    site_open(&site);
    uint32_t point = world_name(&site.world, EN_NAME_POINT, "P1");
    uint32_t device = world_name(&site.world, EN_NAME_DEVICE, "M1");
    struct en_device_set set = {.serial = en_slice_text("0112233"), .type = en_slice_text("x")};
    struct en_device_installed installed = {.device = device};
    struct en_device_removed removed = {.device = device};
    rule(&site, "V-01", "");
    clean_day(&site, site.p1, WORLD_DAY);
    clean_day(&site, site.p1, WORLD_DAY + 1);
    (void)world_event(&site.world, EN_KIND_DEVICE_SET, device, always, &set);
    (void)world_event(&site.world, EN_KIND_DEVICE_INSTALLED, point, world_moment(WORLD_DAY, 620),
                      &installed);
    (void)world_event(&site.world, EN_KIND_DEVICE_REMOVED, point,
                      world_moment(WORLD_DAY + 1, 23 * 60), &removed);
    (void)snprintf(wanted, sizeof wanted, "0/%u V-01 B 0+20\n1/%u V-01 B 46+2\n", site.p1, site.p1);
    assert_finds(&site, wanted);
}

static void test_events_of_the_device(void **state)
{
    (void)state;
    struct site site;
    char wanted[256];
    site_open(&site);
    uint32_t point = world_name(&site.world, EN_NAME_POINT, "P1");
    uint32_t device = world_name(&site.world, EN_NAME_DEVICE, "M1");
    struct en_device_set set = {.serial = en_slice_text("1"), .type = en_slice_text("CE303")};
    struct en_device_installed installed = {.device = device};
    (void)world_event(&site.world, EN_KIND_DEVICE_SET, device, always, &set);
    (void)world_event(&site.world, EN_KIND_DEVICE_INSTALLED, point, world_moment(WORLD_DAY, 0),
                      &installed);
    rule(&site, "V-17", "");
    rule(&site, "V-32", "");
    clean_day(&site, site.p1, WORLD_DAY);
    clean_day(&site, site.p1, WORLD_DAY + 1);
    static const struct {
        int minutes;
        const char *code;
    } rows[] = {
        {12 * 60, "spodes:2:1"},
        {12 * 60 + 10, "spodes:2:2"},
        {10 * 60 + 2, "spodes:4:1"},
        {10 * 60 + 40, "spodes:4:2"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_device_event event = {.code = en_slice_text(rows[i].code)};
        (void)world_event(&site.world, EN_KIND_DEVICE_EVENT, device,
                          world_moment(WORLD_DAY, rows[i].minutes), &event);
    }
    (void)snprintf(wanted, sizeof wanted, "0/%u V-17 W 24+1\n0/%u V-32 W 20+2\n", site.p1, site.p1);
    assert_finds(&site, wanted);
}

static void test_slots_of_another_length_block_the_day(void **state)
{
    (void)state;
    struct site site;
    char wanted[64];
    site_open(&site);
    rule(&site, "V-33", "");
    rule(&site, "V-14", "");
    faulty_day(&site, site.p1, WORLD_DAY, 5, -1);
    uint32_t point = world_name(&site.world, EN_NAME_POINT, "P1");
    struct en_channel_set set = {.point = point,
                                 .code = en_slice_text("A+"),
                                 .unit = EN_UNIT_KWH,
                                 .basis = EN_BASIS_PROFILE,
                                 .slot_seconds = 3600,
                                 .is_primary = true};
    (void)world_event(&site.world, EN_KIND_CHANNEL_SET, site.p1, always, &set);
    (void)snprintf(wanted, sizeof wanted, "0/%u V-33 B 0+48\n", site.p1);
    assert_finds(&site, wanted);
}

static void test_different_values_for_one_slot(void **state)
{
    (void)state;
    struct site site;
    char wanted[128];
    site_open(&site);
    rule(&site, "V-05", "");
    clean_day(&site, site.p1, WORLD_DAY);
    clean_day(&site, site.p1, WORLD_DAY); /* the same again */
    faulty_day(&site, site.p1, WORLD_DAY + 1, 12, 12500);
    faulty_day(&site, site.p1, WORLD_DAY + 1, 12, 13000);
    faulty_day(&site, site.p2, WORLD_DAY + 1, 7, 13000);
    clean_day(&site, site.p2, WORLD_DAY + 1);
    clean_day(&site, site.p2, WORLD_DAY + 1);
    (void)snprintf(wanted, sizeof wanted, "1/%u V-05 W 12+1\n1/%u V-05 W 7+1\n", site.p1, site.p2);
    assert_finds(&site, wanted);
}

/* Read at 14:57: the slot of 14:30 has not ended. Read once more the next day it has. */
static void test_slots_that_had_not_ended(void **state)
{
    (void)state;
    struct site site;
    int64_t values[48];
    uint64_t quality[48];
    char wanted[128];
    site_open(&site);
    rule(&site, "V-06", "");
    clean(values, quality);
    for (int i = 30; i < 48; i++) {
        quality[i] = EN_QUALITY_MISSING;
    }
    for (int32_t day = 0; day < 2; day++) {
        site.world.now = world_moment(WORLD_DAY + day, 14 * 60 + 57).from;
        world_profile(&site.world, site.p1, WORLD_DAY + day, 1, values, quality);
        world_append(&site.world);
    }
    site.world.now = world_moment(WORLD_DAY + 3, 0).from;
    clean_day(&site, site.p1, WORLD_DAY); /* the first day once more, whole */
    (void)snprintf(wanted, sizeof wanted, "1/%u V-06 B 29+1\n", site.p1);
    assert_finds(&site, wanted);
}

static void test_values_that_came_late(void **state)
{
    (void)state;
    struct site site;
    char wanted[128];
    site_open(&site);
    rule(&site, "V-27", "{\"deadline\":\"24h\"}");
    site.world.now = world_moment(WORLD_DAY + 1, 12 * 60).from;
    clean_day(&site, site.p1, WORLD_DAY); /* up to noon late by less than a minute or not at all */
    site.world.now = world_moment(WORLD_DAY + 9, 0).from;
    clean_day(&site, site.p1, WORLD_DAY); /* once more: it came in time */
    clean_day(&site, site.p2, WORLD_DAY);
    (void)snprintf(wanted, sizeof wanted, "0/%u V-27 W 0+24\n0/%u V-27 W 0+48\n", site.p1, site.p2);
    assert_finds(&site, wanted);
}

static void test_a_channel_set_later_is_missed_at_once(void **state)
{
    (void)state;
    struct site site;
    char wanted[64];
    site_open(&site);
    rule(&site, "V-34 point:P1", "");
    clean_day(&site, site.p1, WORLD_DAY);
    (void)add_channel(&site, "R+", EN_UNIT_KVARH, EN_BASIS_PROFILE);
    (void)snprintf(wanted, sizeof wanted, "0/%u V-34 W 0+0\n", site.p1);
    assert_finds(&site, wanted);
}

/* The worked day VEE-DAY-1: a gap that is filled, a spike that is kept, a sum that then agrees. */
static void test_vee_day_1(void **state)
{
    (void)state;
    struct site site;
    struct world_projection now;
    int64_t values[48];
    uint64_t quality[48];
    char wanted[128];
    site_open(&site);
    uint32_t total = add_channel(&site, "1.8.0", EN_UNIT_KWH, EN_BASIS_REGISTER);
    rule(&site, "V-04", "");
    rule(&site, "V-07", "");
    rule(&site, "V-09", "");
    rule(&site, "CHAIN", "{\"methods\":[\"E-01\"]}");
    for (int i = 0; i < 48; i++) {
        bool is_missing = i >= 20 && i <= 22;
        values[i] = is_missing ? 0 : i == 30 ? 60000 : 10000;
        quality[i] = is_missing ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    world_profile(&site.world, site.p1, WORLD_DAY, 1, values, quality);
    world_append(&site.world);
    read_register(&site, total, WORLD_DAY, 0, 0);
    read_register(&site, total, WORLD_DAY + 1, 0, 530000);
    tick(&site, WORLD_DAY + 1);
    world_project(&site.world, &now, 0);
    world_run(&now, 0);
    struct en_totals day = world_usage(&now, site.p1, WORLD_DAY);
    world_projection_close(&now);
    assert_int_equal(day.micro, 530000000); /* 10, 10, 10 in the gap */
    assert_int_equal(day.missing_count, 0);
    (void)snprintf(wanted, sizeof wanted, "0/%u V-04 E 20+3\n0/%u V-09 W 30+1\n", site.p1, site.p1);
    assert_finds(&site, wanted);
}

static void test_the_severity_is_the_settings(void **state)
{
    (void)state;
    struct site site;
    char wanted[64];
    site_open(&site);
    rule(&site, "V-14", "{\"severity\":\"warning\"}");
    faulty_day(&site, site.p1, WORLD_DAY, 5, -1);
    (void)snprintf(wanted, sizeof wanted, "0/%u V-14 W 5+1\n", site.p1);
    assert_finds(&site, wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_found_without_a_rule),
        cmocka_unit_test(test_clean_days_have_no_findings),
        cmocka_unit_test(test_usual_rules_find_what_was_put_in),
        cmocka_unit_test(test_a_rule_set_later_judges_what_is_there),
        cmocka_unit_test(test_a_rule_switched_off_takes_its_findings_along),
        cmocka_unit_test(test_a_correction_takes_the_finding_away),
        cmocka_unit_test(test_gaps_inside_and_between_days),
        cmocka_unit_test(test_a_day_that_is_not_over_has_no_gap_at_its_end),
        cmocka_unit_test(test_missing_days_come_late),
        cmocka_unit_test(test_sums_agree_with_the_register),
        cmocka_unit_test(test_late_values_mend_the_sum),
        cmocka_unit_test(test_tariff_registers_add_up),
        cmocka_unit_test(test_channels_of_a_point_are_compared),
        cmocka_unit_test(test_days_before_are_looked_at),
        cmocka_unit_test(test_values_without_a_device),
        cmocka_unit_test(test_events_of_the_device),
        cmocka_unit_test(test_slots_of_another_length_block_the_day),
        cmocka_unit_test(test_different_values_for_one_slot),
        cmocka_unit_test(test_slots_that_had_not_ended),
        cmocka_unit_test(test_values_that_came_late),
        cmocka_unit_test(test_a_channel_set_later_is_missed_at_once),
        cmocka_unit_test(test_vee_day_1),
        cmocka_unit_test(test_the_severity_is_the_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
