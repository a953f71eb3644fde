/* T-01, T-02 and tariff zones. */
#include "core/limits.h"
#include "core/metering/grid.h"
#include "core/metering/tariff.h"
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

enum { NIGHT, HALF, PEAK };

/* Marks the hours [[from, to], ...] of a key with the zone. */
static en_code mark_hours(const json_t *in, const char *key, uint8_t zone, uint8_t hours[24],
                          struct en_error *err)
{
    const json_t *list = json_object_get(in, key);
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_int_t from = json_integer_value(json_array_get(json_array_get(list, i), 0));
        json_int_t to = json_integer_value(json_array_get(json_array_get(list, i), 1));
        if (from < 0 || to > 24 || from >= to) {
            return en_error_set(err, EN_MALFORMED, "input \"%s\": hours [from, to] are wanted",
                                key);
        }
        memset(hours + from, zone, (size_t)(to - from));
    }
    return EN_OK;
}

/* TOU-01: a flat load over a day of half-hours, peak and half-peak hours; the rest is night. */
static en_code run_tariff(const json_t *in, json_t *got, struct en_error *err)
{
    uint8_t hours[24] = {NIGHT};
    struct en_tariff_switch switches[24];
    struct en_tariff_day day = {switches, 0};
    int64_t zones[EN_TARIFF_ZONES_MAX] = {0};
    int64_t flat = 0;
    bool is_split = false;
    en_code code = en_vector_micro(in, "flat_kwh_per_h", &flat, err);
    code = code == EN_OK ? mark_hours(in, "peak", PEAK, hours, err) : code;
    code = code == EN_OK ? mark_hours(in, "half", HALF, hours, err) : code;
    for (size_t i = 0; i < 24; i++) {
        if (i == 0 || hours[i] != hours[i - 1]) {
            switches[day.count++] = (struct en_tariff_switch){(uint16_t)(i * 60), hours[i]};
        }
    }
    code = code == EN_OK ? en_tariff_day_check(&day, err) : code;
    for (uint32_t minute = 0; code == EN_OK && minute < 1440; minute += 30) {
        struct en_amount slot = en_consumption_of_power(flat, 1800);
        code = en_tariff_add_slot(&day, minute, 30, slot.micro, zones, &is_split, err);
    }
    if (code == EN_OK) {
        en_vector_put_micro(got, "peak", zones[PEAK]);
        en_vector_put_micro(got, "half", zones[HALF]);
        en_vector_put_micro(got, "night", zones[NIGHT]);
        en_vector_put_micro(got, "total", zones[PEAK] + zones[HALF] + zones[NIGHT]);
    }
    return code;
}

const struct en_vector_rule en_vector_time_rules[] = {
    {"T-01", run_fiscal_day},
    {"T-02", run_civil_day},
    {"TOU-01", run_tariff},
    {NULL, NULL},
};
