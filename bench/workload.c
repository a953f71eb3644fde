#include "bench/workload.h"

#include <stdbool.h>
#include <string.h>

#include "core/assert.h"

/* Daily shapes, per mille of the point's mean half-hour. */
static const uint16_t home_shape[EN_WORKLOAD_SLOTS] = {
    520,  480,  440,  410,  400,  390,  390,  400,  420,  450,  520,  640,  850,  1080, 1240, 1260,
    1180, 1080, 1000, 960,  930,  920,  940,  970,  1000, 980,  950,  930,  920,  940,  990,  1080,
    1230, 1450, 1700, 1880, 1980, 2020, 2000, 1930, 1820, 1680, 1500, 1300, 1090, 900,  740,  610};
static const uint16_t shop_shape[EN_WORKLOAD_SLOTS] = {
    300,  300,  290,  290,  290,  290,  290,  300,  300,  310,  330,  370,  450,  600,  850,  1150,
    1450, 1700, 1850, 1920, 1950, 1960, 1950, 1930, 1900, 1900, 1910, 1920, 1920, 1900, 1880, 1850,
    1800, 1720, 1620, 1500, 1350, 1180, 1000, 840,  700,  580,  490,  420,  370,  340,  320,  310};

struct nature {
    const uint16_t *shape; /* NULL: level */
    uint32_t mean;         /* Wh in half an hour */
    uint32_t noise;        /* per mille each way */
    bool is_home;
    bool is_still;
};

uint64_t en_workload_mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint32_t en_workload_groups(const struct en_workload *workload)
{
    return workload->points_count < EN_WORKLOAD_GROUP_POINTS
               ? 1
               : workload->points_count / EN_WORKLOAD_GROUP_POINTS;
}

uint32_t en_workload_group_of(const struct en_workload *workload, uint32_t point)
{
    return point % en_workload_groups(workload);
}

static struct nature nature_of(uint64_t point_hash)
{
    uint32_t share = (uint32_t)(point_hash % 1000);
    uint64_t size = point_hash >> 16;
    struct nature nature = {.is_still = (point_hash >> 48) % 100 == 0};
    if (share < 850) {
        nature.shape = home_shape;
        nature.mean = (uint32_t)(60 + size % 340);
        nature.noise = 400;
        nature.is_home = true;
    } else if (share < 970) {
        nature.shape = shop_shape;
        nature.mean = (uint32_t)(2000 + size % 18000);
        nature.noise = 200;
    } else {
        nature.mean = (uint32_t)(50000 + size % 1950000);
        nature.noise = 60;
    }
    return nature;
}

/* A kettle, an oven, a boiler: 6 % of the half-hours of a home. */
static uint32_t spike_of(uint64_t hash)
{
    return (hash >> 40) % 1000 < 60 ? (uint32_t)(200 + (hash >> 50) % 1200) : 0;
}

static void mark_quality(uint64_t hash, struct en_workload_day *out)
{
    memset(out->quality, EN_WORKLOAD_GOOD, sizeof out->quality);
    uint64_t mark = en_workload_mix(hash ^ 0xf1a6u);
    if (mark % 1000 >= 30) {
        return;
    }
    uint32_t from = (uint32_t)((mark >> 10) % EN_WORKLOAD_SLOTS);
    uint32_t count = (uint32_t)(1 + (mark >> 20) % (EN_WORKLOAD_SLOTS - from));
    uint8_t quality = (uint8_t)(1 + (mark >> 30) % 3);
    for (uint32_t i = from; i < from + count; i++) {
        out->quality[i] = quality;
        if (quality == EN_WORKLOAD_MISSING) {
            out->values[i] = 0;
        }
    }
}

void en_workload_day(const struct en_workload *workload, uint32_t point, uint32_t day,
                     struct en_workload_day *out)
{
    uint64_t point_hash = en_workload_mix(workload->seed ^ ((uint64_t)point << 20));
    struct nature nature = nature_of(point_hash);
    uint64_t hash = en_workload_mix(point_hash ^ ((uint64_t)day << 32 | 0x51u));
    for (uint32_t i = 0; i < EN_WORKLOAD_SLOTS; i++) {
        hash = en_workload_mix(hash);
        uint64_t mean = nature.mean;
        mean = nature.shape == NULL ? mean : mean * nature.shape[i] / 1000;
        uint32_t span = (uint32_t)(mean * nature.noise * 2 / 1000) + 1;
        uint32_t value = (uint32_t)mean - span / 2 + (uint32_t)hash % span;
        value += nature.is_home ? spike_of(hash) : 0;
        out->values[i] = nature.is_still ? 0 : value;
    }
    mark_quality(hash, out);
}

void en_workload_order(const struct en_workload *workload, uint32_t day, uint32_t *points)
{
    EN_ASSERT(workload->points_count > 0);
    for (uint32_t i = 0; i < workload->points_count; i++) {
        points[i] = i;
    }
    uint64_t hash = en_workload_mix(workload->seed ^ 0x0bde4u ^ ((uint64_t)day << 8));
    for (uint32_t i = workload->points_count; i > 1; i--) {
        hash = en_workload_mix(hash);
        uint32_t j = (uint32_t)(hash % i);
        uint32_t point = points[i - 1];
        points[i - 1] = points[j];
        points[j] = point;
    }
}
