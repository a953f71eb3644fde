#include <stdlib.h>

#include "core/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

/* Days follow each other, and what a clock shows names the instant that showed it. */
static void check_zone(const struct en_zone *zone)
{
    static const int32_t days[] = {-700000, -30000, -1, 0, 10957, 16360, 20000, 40000, 2900000};
    for (size_t i = 0; i < EN_COUNT_OF(days); i++) {
        struct en_interval day = en_zone_day(zone, (struct en_day){days[i]});
        struct en_interval next = en_zone_day(zone, (struct en_day){days[i] + 1});
        require(day.to.us == next.from.us);
        struct en_instant inside = {days[i] * EN_DAY_US + EN_HOUR_US};
        struct en_civil civil = en_zone_civil(zone, inside);
        struct en_civil_instants instants;
        require(en_zone_instants(zone, &civil, &instants, NULL) == EN_OK);
        require(instants.kind != EN_CIVIL_NONEXISTENT);
        require(instants.first.us <= inside.us && inside.us <= instants.last.us);
        struct en_instant change = {0};
        if (en_zone_next_change(zone, inside, &change)) {
            require(change.us > inside.us);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_arena arena;
    struct en_error err = {0};
    const struct en_zone *zone = NULL;
    en_arena_init(&arena, 1u << 20);
    if (en_zone_parse(en_slice_of(data, size), &arena, &zone, &err) == EN_OK) {
        check_zone(zone);
    } else {
        require(err.text[0] != '\0');
    }
    en_arena_fini(&arena);
    return 0;
}
