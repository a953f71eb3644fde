#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/limits.h"
#include "core/mem.h"
#include "core/zone.h"
#include "core/zone_rule.h"

#define SYSTEM_FOLDER "/usr/share/zoneinfo/"
#define CORPUS_FOLDER EN_SOURCE_DIR "/tests/fuzz/corpus/zone/"

static uint8_t file_bytes[EN_ZONE_SIZE_MAX];

/* An empty slice when there is no such file. */
static struct en_slice file_of(const char *folder, const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s%s", folder, name);
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(file_bytes, 1, sizeof file_bytes, file);
    if (file != NULL) {
        fclose(file);
    }
    return en_slice_of(file_bytes, size);
}

static const struct en_zone *zone_of(const char *name, struct en_arena *arena)
{
    const struct en_zone *zone = NULL;
    struct en_error err = {0};
    struct en_slice bytes = file_of(CORPUS_FOLDER, name);
    en_code code = en_zone_parse(bytes, arena, &zone, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(code, EN_OK);
    return zone;
}

static struct en_instant instant_of(const char *text)
{
    struct en_instant instant = {0};
    assert_int_equal(en_instant_parse(en_slice_text(text), 0, &instant, NULL), EN_OK);
    return instant;
}

/* What "2026-10-25T02:30:00" on a clock of the zone names. */
static struct en_civil_instants instants_of(const struct en_zone *zone, const char *text)
{
    char utc[EN_INSTANT_TEXT_SIZE];
    (void)snprintf(utc, sizeof utc, "%sZ", text);
    struct en_civil civil = en_instant_civil(instant_of(utc), 0);
    struct en_civil_instants instants;
    assert_int_equal(en_zone_instants(zone, &civil, &instants, NULL), EN_OK);
    return instants;
}

static int setup(void **state)
{
    static struct en_arena arena;
    en_arena_init(&arena, 4u << 20);
    *state = &arena;
    return 0;
}

static int teardown(void **state)
{
    en_arena_fini(*state);
    return 0;
}

static void test_t_02_civil_day(void **state)
{
    static const struct {
        const char *zone;
        const char *day;
        uint32_t seconds;
        uint32_t count;
    } rows[] = {
        {"moscow", "2010-03-28", 1800, 46}, {"moscow", "2010-10-31", 1800, 50},
        {"moscow", "2011-03-27", 1800, 46}, {"moscow", "2014-10-26", 1800, 50},
        {"moscow", "2026-03-29", 1800, 48}, {"berlin", "2026-03-29", 900, 92},
        {"berlin", "2026-10-25", 900, 100}, {"berlin", "2026-06-01", 900, 96},
        {"berlin", "2099-03-29", 900, 92},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_day day = {0};
        uint32_t count = 0;
        assert_int_equal(en_day_parse(en_slice_text(rows[i].day), &day, NULL), EN_OK);
        assert_int_equal(
            en_zone_day_slots(zone_of(rows[i].zone, *state), day, rows[i].seconds, &count, NULL),
            EN_OK);
        assert_int_equal(count, rows[i].count);
    }
    struct en_day day = {0};
    uint32_t count = 0;
    struct en_error err = {0};
    assert_int_equal(en_day_parse(en_slice_text("2026-03-29"), &day, NULL), EN_OK);
    assert_int_equal(en_zone_day_slots(zone_of("berlin", *state), day, 7200, &count, &err),
                     EN_RANGE);
}

static void test_t_03_offset_history(void **state)
{
    static const struct {
        const char *at;
        int hours;
        const char *name;
    } rows[] = {
        {"2009-01-01T00:00:00Z", 3, "MSK"}, {"2012-01-01T00:00:00Z", 4, "MSK"},
        {"2014-10-25T00:00:00Z", 4, "MSK"}, {"2014-10-27T00:00:00Z", 3, "MSK"},
        {"2010-07-01T00:00:00Z", 4, "MSD"}, {"2400-07-01T00:00:00Z", 3, "MSK"},
    };
    const struct en_zone *zone = zone_of("moscow", *state);
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_zone_offset offset = en_zone_at(zone, instant_of(rows[i].at));
        assert_int_equal(offset.seconds, rows[i].hours * 3600);
        assert_string_equal(offset.name, rows[i].name);
    }
}

static void test_t_04_ambiguous_hour(void **state)
{
    const struct en_zone *zone = zone_of("berlin", *state);
    struct en_civil_instants instants = instants_of(zone, "2026-10-25T02:30:00.25");
    assert_int_equal(instants.kind, EN_CIVIL_AMBIGUOUS);
    assert_true(instants.first.us == instant_of("2026-10-25T00:30:00.25Z").us);
    assert_true(instants.last.us == instant_of("2026-10-25T01:30:00.25Z").us);
    assert_true(en_zone_at(zone, instants.first).is_dst);
    assert_false(en_zone_at(zone, instants.last).is_dst);
    instants = instants_of(zone, "2026-10-25T03:00:00");
    assert_int_equal(instants.kind, EN_CIVIL_UNIQUE);
    instants = instants_of(zone, "2026-10-25T01:59:59.999999");
    assert_int_equal(instants.kind, EN_CIVIL_UNIQUE);
    assert_true(instants.first.us == instant_of("2026-10-24T23:59:59.999999Z").us);
}

static void test_t_05_nonexistent_hour(void **state)
{
    const struct en_zone *zone = zone_of("berlin", *state);
    struct en_civil_instants instants = instants_of(zone, "2026-03-29T02:30:00");
    assert_int_equal(instants.kind, EN_CIVIL_NONEXISTENT);
    assert_true(instants.first.us == instant_of("2026-03-29T01:00:00Z").us);
    assert_true(instants.last.us == instants.first.us);
    assert_int_equal(instants_of(zone, "2026-03-29T03:00:00").kind, EN_CIVIL_UNIQUE);
    assert_int_equal(instants_of(zone, "2126-03-31T02:00:00").kind, EN_CIVIL_NONEXISTENT);
}

/* PT-9: civil days follow each other, and every civil time of a unique kind goes there and back. */
static void check_days_follow(const struct en_zone *zone)
{
    struct en_day from = {0};
    assert_int_equal(en_day_parse(en_slice_text("1880-01-01"), &from, NULL), EN_OK);
    struct en_interval before = en_zone_day(zone, from);
    for (int32_t n = from.n + 1; n < from.n + 80000; n++) {
        struct en_interval day = en_zone_day(zone, (struct en_day){n});
        assert_true(day.from.us == before.to.us);
        assert_true(day.to.us >= day.from.us);
        before = day;
        struct en_instant inside = {day.from.us + (day.to.us - day.from.us) / 3};
        struct en_civil civil = en_zone_civil(zone, inside);
        struct en_civil_instants instants;
        assert_int_equal(en_zone_instants(zone, &civil, &instants, NULL), EN_OK);
        assert_int_not_equal(instants.kind, EN_CIVIL_NONEXISTENT);
        assert_true(instants.first.us == inside.us || instants.last.us == inside.us);
    }
}

static void test_civil_days_follow_each_other(void **state)
{
    check_days_follow(zone_of("moscow", *state));
    check_days_follow(zone_of("berlin", *state));
    check_days_follow(zone_of("rule_only", *state));
}

static void test_rules_of_all_kinds(void **state)
{
    const struct en_zone *irish = zone_of("rule_only", *state);
    assert_int_equal(en_zone_at(irish, instant_of("2030-01-15T00:00:00Z")).seconds, 0);
    assert_true(en_zone_at(irish, instant_of("2030-01-15T00:00:00Z")).is_dst);
    assert_int_equal(en_zone_at(irish, instant_of("2030-07-15T00:00:00Z")).seconds, 3600);
    assert_false(en_zone_at(irish, instant_of("2030-07-15T00:00:00Z")).is_dst);
    const struct en_zone *always = zone_of("always_dst", *state);
    struct en_instant change = {0};
    for (int year = 1980; year < 2100; year += 7) {
        char text[EN_INSTANT_TEXT_SIZE];
        (void)snprintf(text, sizeof text, "%d-01-01T03:00:00Z", year);
        struct en_instant at = instant_of(text);
        assert_int_equal(en_zone_at(always, at).seconds, -4 * 3600);
        at.us -= 1;
        assert_int_equal(en_zone_at(always, at).seconds, -4 * 3600);
    }
    assert_false(en_zone_next_change(always, instant_of("2030-01-01T00:00:00Z"), &change));
    const struct en_zone *old = zone_of("version_1", *state);
    assert_string_equal(en_zone_at(old, instant_of("1970-01-01T00:00:00Z")).name, "MSD");
    assert_string_equal(en_zone_at(old, instant_of("1969-12-31T23:59:59.5Z")).name, "MSK");
}

static void test_changes_are_listed(void **state)
{
    const struct en_zone *zone = zone_of("berlin", *state);
    struct en_instant change = instant_of("2025-12-01T00:00:00Z");
    assert_true(en_zone_next_change(zone, change, &change));
    assert_true(change.us == instant_of("2026-03-29T01:00:00Z").us);
    assert_true(en_zone_next_change(zone, change, &change));
    assert_true(change.us == instant_of("2026-10-25T01:00:00Z").us);
    int count = 0;
    while (en_zone_next_change(zone, change, &change)) {
        count++;
    }
    assert_int_equal(count, 2 * (9999 - 2026));
    change = instant_of("2014-10-27T00:00:00Z");
    assert_false(en_zone_next_change(zone_of("moscow", *state), change, &change));
}

static void test_rule_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        en_code code;
    } rows[] = {
        {"MSK-3", EN_OK},
        {"<+0330>-3:30", EN_OK},
        {"EST5EDT,M3.2.0,M11.1.0", EN_OK},
        {"<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", EN_OK},
        {"IST-2IDT,M3.4.4/26,M10.5.0", EN_OK},
        {"AAA0BBB,J60/167:59:59,365", EN_OK},
        {"", EN_MALFORMED},
        {"MS-3", EN_MALFORMED},
        {"MSK", EN_MALFORMED},
        {"MSK25", EN_MALFORMED},
        {"MSK3:60", EN_MALFORMED},
        {"<+03-3", EN_MALFORMED},
        {"ABCDEFGHIJKLMNOPQ3", EN_MALFORMED},
        {"EST5EDT", EN_MALFORMED},
        {"EST5EDT,M3.2.0", EN_MALFORMED},
        {"EST5EDT,M13.2.0,M11.1.0", EN_MALFORMED},
        {"EST5EDT,M3.6.0,M11.1.0", EN_MALFORMED},
        {"EST5EDT,M3.2.7,M11.1.0", EN_MALFORMED},
        {"EST5EDT,J0,M11.1.0", EN_MALFORMED},
        {"EST5EDT,366,M11.1.0", EN_MALFORMED},
        {"EST5EDT,M3.2.0/168,M11.1.0", EN_MALFORMED},
        {"EST5EDT,M3.2.0,M11.1.0x", EN_MALFORMED},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_zone_rule rule;
        struct en_error err = {0};
        assert_int_equal(en_zone_rule_parse(en_slice_text(rows[i].text), &rule, &err),
                         rows[i].code);
    }
}

/* Every byte of a good table broken in turn: refused or read, never a fault; and each cut refused.
 */
static void test_broken_tables_are_refused(void **state)
{
    struct en_arena *arena = *state;
    static uint8_t copy[EN_ZONE_SIZE_MAX];
    struct en_slice good = file_of(CORPUS_FOLDER, "berlin");
    memcpy(copy, good.bytes, good.size);
    const struct en_zone *zone = NULL;
    for (size_t size = 0; size < good.size; size++) {
        struct en_error err = {0};
        en_arena_reset(arena);
        assert_int_not_equal(en_zone_parse(en_slice_of(copy, size), arena, &zone, &err), EN_OK);
        assert_true(strlen(err.text) > 0);
    }
    for (size_t i = 0; i < good.size; i++) {
        struct en_error err = {0};
        en_arena_reset(arena);
        copy[i] ^= 0x80;
        if (en_zone_parse(en_slice_of(copy, good.size), arena, &zone, &err) == EN_OK) {
            (void)en_zone_day(zone, (struct en_day){20000});
        }
        copy[i] ^= 0x80;
    }
}

static void test_limits_of_tables(void **state)
{
    struct en_arena *arena = *state;
    const struct en_zone *zone = NULL;
    static uint8_t copy[EN_ZONE_SIZE_MAX + 1];
    struct en_slice good = file_of(CORPUS_FOLDER, "version_1");
    memcpy(copy, good.bytes, good.size);
    assert_int_equal(en_zone_parse(en_slice_of(copy, sizeof copy), arena, &zone, NULL), EN_LIMIT);
    copy[32 + 2] = 0x10;
    copy[32 + 3] = 0x01; /* 4097 transitions */
    assert_int_equal(en_zone_parse(en_slice_of(copy, good.size), arena, &zone, NULL), EN_LIMIT);
    copy[32 + 2] = 0;
    copy[32 + 3] = 2;
    copy[28 + 3] = 1; /* a leap second */
    assert_int_equal(en_zone_parse(en_slice_of(copy, good.size), arena, &zone, NULL),
                     EN_UNSUPPORTED);
    copy[28 + 3] = 0;
    assert_int_equal(en_zone_parse(en_slice_of(copy, good.size), arena, &zone, NULL), EN_OK);
    struct en_arena small;
    en_arena_init(&small, 600);
    assert_int_equal(en_zone_parse(file_of(CORPUS_FOLDER, "berlin"), &small, &zone, NULL),
                     EN_NOMEM);
    en_arena_fini(&small);
}

/* The C library with the machine's own tables is the oracle, where both are there. */
static void test_zones_agree_with_the_system(void **state)
{
    static const char *const names[] = {
        "Europe/Moscow",     "Europe/Berlin",     "Europe/Dublin",       "America/New_York",
        "America/Sao_Paulo", "Asia/Kathmandu",    "Australia/Lord_Howe", "Pacific/Apia",
        "Asia/Tehran",       "Africa/Casablanca", "America/Godthab",     "Asia/Yekaterinburg",
    };
    uint64_t seed = 77;
    for (size_t i = 0; i < EN_COUNT_OF(names); i++) {
        struct en_slice bytes = file_of(SYSTEM_FOLDER, names[i]);
        if (bytes.size == 0) {
            continue;
        }
        const struct en_zone *zone = NULL;
        assert_int_equal(en_zone_parse(bytes, *state, &zone, NULL), EN_OK);
        setenv("TZ", names[i], 1);
        tzset();
        for (int k = 0; k < 4000; k++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            time_t at = (time_t)(seed >> 31) - INT64_C(3400000000);
            struct tm tm;
            assert_non_null(localtime_r(&at, &tm));
            struct en_zone_offset offset = en_zone_at(zone, (struct en_instant){at * EN_SECOND_US});
            assert_int_equal(offset.seconds, tm.tm_gmtoff);
            assert_int_equal(offset.is_dst, tm.tm_isdst);
            assert_string_equal(offset.name, tm.tm_zone);
        }
        check_days_follow(zone);
    }
    unsetenv("TZ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_t_02_civil_day, setup, teardown),
        cmocka_unit_test_setup_teardown(test_t_03_offset_history, setup, teardown),
        cmocka_unit_test_setup_teardown(test_t_04_ambiguous_hour, setup, teardown),
        cmocka_unit_test_setup_teardown(test_t_05_nonexistent_hour, setup, teardown),
        cmocka_unit_test_setup_teardown(test_civil_days_follow_each_other, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rules_of_all_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changes_are_listed, setup, teardown),
        cmocka_unit_test(test_rule_text),
        cmocka_unit_test_setup_teardown(test_broken_tables_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limits_of_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(test_zones_agree_with_the_system, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
