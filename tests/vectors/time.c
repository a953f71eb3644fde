/* T-01, T-02, T-04, T-05: days, their slots, clocks of devices. */
#include "core/limits.h"
#include "core/metering/device/device_clock.h"
#include "core/metering/grid.h"
#include "core/zone.h"
#include "tests/vectors/vector.h"

#include <stdio.h>

static en_code zone_bytes(const char *name, uint8_t *bytes, size_t *size, struct en_error *err)
{
    char path[256];
    if (strstr(name, "..") != NULL || name[0] == '/' || strlen(name) > 64) {
        return en_error_set(err, EN_MALFORMED, "no zone is called \"%.64s\"", name);
    }
    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return en_error_set(err, EN_NOT_FOUND, "no zone table %s (package tzdata)", path);
    }
    *size = fread(bytes, 1, EN_ZONE_SIZE_MAX, file);
    fclose(file);
    return EN_OK;
}

/* T-02: zone tz, day, step_s. */
static en_code run_civil_day(const json_t *in, json_t *got, struct en_error *err)
{
    static uint8_t bytes[EN_ZONE_SIZE_MAX];
    const char *name = NULL;
    const char *day_text = NULL;
    struct en_day day = {0};
    int64_t step = 0;
    size_t size = 0;
    uint32_t count = 0;
    struct en_arena arena;
    const struct en_zone *zone = NULL;
    en_arena_init(&arena, 1u << 20);
    en_code code = en_vector_text(in, "tz", &name, err);
    code = code == EN_OK ? en_vector_text(in, "day", &day_text, err) : code;
    code = code == EN_OK ? en_day_parse(en_slice_text(day_text), &day, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "step_s", &step, err) : code;
    code = code == EN_OK && (step <= 0 || step > 86400)
               ? en_error_set(err, EN_RANGE, "step_s is out of range")
               : code;
    code = code == EN_OK ? zone_bytes(name, bytes, &size, err) : code;
    code = code == EN_OK ? en_zone_parse(en_slice_of(bytes, size), &arena, &zone, err) : code;
    code = code == EN_OK ? en_zone_day_slots(zone, day, (uint32_t)step, &count, err) : code;
    if (code == EN_OK) {
        en_vector_put_integer(got, "slots", count);
    }
    en_arena_fini(&arena);
    return code;
}

/* T-01: day, step_s [offset_min]: slots of a fiscal day. */
static en_code run_fiscal_day(const json_t *in, json_t *got, struct en_error *err)
{
    const char *day_text = NULL;
    struct en_day day = {0};
    int64_t step = 0;
    int64_t offset = 180;
    en_code code = en_vector_text(in, "day", &day_text, err);
    code = code == EN_OK ? en_day_parse(en_slice_text(day_text), &day, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "step_s", &step, err) : code;
    if (code == EN_OK && en_vector_has(in, "offset_min")) {
        code = en_vector_integer(in, "offset_min", &offset, err);
    }
    struct en_grid grid = {(uint32_t)step, (int32_t)offset};
    if (code == EN_OK && (step < 0 || step > 86400 || !en_grid_is_valid(grid))) {
        code = en_error_set(err, EN_RANGE, "step_s or offset_min is out of range");
    }
    if (code == EN_OK) {
        struct en_interval interval = en_day_interval(day, grid.offset_minutes);
        en_vector_put_integer(got, "slots", (int64_t)en_grid_slots_expected(grid, interval));
    }
    return code;
}

/* "2026-10-25 02:30": a date and a time of day, without saying where. */
static en_code civil_of(const char *text, struct en_civil *civil, struct en_error *err)
{
    unsigned parts[5] = {0};
    if (sscanf(text, "%4u-%2u-%2u %2u:%2u", &parts[0], &parts[1], &parts[2], &parts[3],
               &parts[4]) != 5) {
        return en_error_set(err, EN_MALFORMED, "stamp \"%.32s\": wanted 2026-10-25 02:30", text);
    }
    *civil = (struct en_civil){.year = (int32_t)parts[0],
                               .month = (uint8_t)parts[1],
                               .day = (uint8_t)parts[2],
                               .hour = (uint8_t)parts[3],
                               .minute = (uint8_t)parts[4]};
    return EN_OK;
}

/* T-04, T-05: tz, stamp [dst 0 or 1]: the instant that a device's stamp means. */
static en_code run_device_clock(const json_t *in, json_t *got, struct en_error *err)
{
    static const char *const kinds[] = {"plain", "by flag", "by register", "open", "never"};
    static uint8_t bytes[EN_ZONE_SIZE_MAX];
    struct en_device_clock clock = {EN_CLOCK_CIVIL, 0, NULL};
    struct en_local_stamp stamp = {{0}, EN_DST_UNKNOWN, false, {0, 0}};
    struct en_stamp result = {EN_STAMP_OPEN, {0}, 0};
    const char *name = NULL;
    const char *text = NULL;
    int64_t dst = 0;
    size_t size = 0;
    struct en_arena arena;
    en_arena_init(&arena, 1u << 20);
    en_code code = en_vector_text(in, "tz", &name, err);
    code = code == EN_OK ? en_vector_text(in, "stamp", &text, err) : code;
    code = code == EN_OK ? civil_of(text, &stamp.civil, err) : code;
    if (code == EN_OK && en_vector_has(in, "dst")) {
        code = en_vector_integer(in, "dst", &dst, err);
        stamp.dst = dst != 0 ? EN_DST_SUMMER : EN_DST_WINTER;
    }
    code = code == EN_OK ? zone_bytes(name, bytes, &size, err) : code;
    code = code == EN_OK ? en_zone_parse(en_slice_of(bytes, size), &arena, &clock.zone, err) : code;
    code = code == EN_OK ? en_device_clock_read(&clock, &stamp, NULL, 0, &result, err) : code;
    if (code == EN_OK) {
        char at[EN_INSTANT_TEXT_SIZE];
        (void)en_instant_print(result.at, 0, at);
        en_vector_put_text(got, "kind", kinds[result.kind]);
        en_vector_put_text(got, "at", at);
    }
    en_arena_fini(&arena);
    return code;
}

const struct en_vector_rule en_vector_time_rules[] = {
    {"T-01", run_fiscal_day},
    {"T-02", run_civil_day},
    {"T-04", run_device_clock},
    {"T-05", run_device_clock},
    {NULL, NULL},
};
