#include "tests/formats/moscow_zone.h"

#include "core/arena.h"
#include "core/zone.h"

#define TYPE_MSK 0u  /* +03:00 */
#define TYPE_MSD 1u  /* +04:00, summer */
#define TYPE_MSK4 2u /* +04:00, all year */

static const struct {
    int64_t at;
    uint8_t type;
} transitions[] = {
    {1206831600, TYPE_MSD},  /* 2008-03-29T23:00Z */
    {1224975600, TYPE_MSK},  /* 2008-10-25T23:00Z */
    {1238281200, TYPE_MSD},  /* 2009-03-28T23:00Z */
    {1256425200, TYPE_MSK},  /* 2009-10-24T23:00Z */
    {1269730800, TYPE_MSD},  /* 2010-03-27T23:00Z */
    {1288479600, TYPE_MSK},  /* 2010-10-30T23:00Z */
    {1301180400, TYPE_MSK4}, /* 2011-03-26T23:00Z */
    {1414274400, TYPE_MSK},  /* 2014-10-25T22:00Z */
};

static void put_u32_be(struct en_buf *out, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        en_buf_u8(out, (uint8_t)(value >> shift));
    }
}

static void put_u64_be(struct en_buf *out, uint64_t value)
{
    put_u32_be(out, (uint32_t)(value >> 32));
    put_u32_be(out, (uint32_t)value);
}

static void put_header(struct en_buf *out, uint32_t times, uint32_t types, uint32_t chars)
{
    static const uint8_t reserved[15] = {0};
    en_buf_text(out, "TZif2");
    en_buf_append(out, reserved, sizeof reserved);
    put_u32_be(out, 0);
    put_u32_be(out, 0);
    put_u32_be(out, 0);
    put_u32_be(out, times);
    put_u32_be(out, types);
    put_u32_be(out, chars);
}

static void put_type(struct en_buf *out, uint32_t seconds, bool is_dst, uint8_t name_at)
{
    put_u32_be(out, seconds);
    en_buf_u8(out, is_dst);
    en_buf_u8(out, name_at);
}

void en_moscow_tzif(struct en_buf *out)
{
    put_header(out, 0, 1, 1);
    put_type(out, 0, false, 0);
    en_buf_u8(out, 0);
    put_header(out, EN_COUNT_OF(transitions), 3, 8);
    for (size_t i = 0; i < EN_COUNT_OF(transitions); i++) {
        put_u64_be(out, (uint64_t)transitions[i].at);
    }
    for (size_t i = 0; i < EN_COUNT_OF(transitions); i++) {
        en_buf_u8(out, transitions[i].type);
    }
    put_type(out, 3 * 3600, false, 0);
    put_type(out, 4 * 3600, true, 4);
    put_type(out, 4 * 3600, false, 0);
    en_buf_append(out, "MSK\0MSD\0", 8);
    en_buf_text(out, "\nMSK-3\n");
}

static en_code find(void *self, const char *name, const struct en_zone **zone, struct en_error *err)
{
    *zone = *(const struct en_zone **)self;
    return strcmp(name, "Europe/Moscow") == 0
               ? EN_OK
               : en_error_set(err, EN_NOT_FOUND, "zone %s is not known here", name);
}

const struct en_zone_source *en_moscow_source(void)
{
    static struct en_arena arena;
    static const struct en_zone *zone;
    static struct en_zone_source source = {&zone, find};
    if (zone == NULL) {
        struct en_buf tzif;
        struct en_error err = {0};
        en_buf_init(&tzif, 4096);
        en_arena_init(&arena, 1u << 20);
        en_moscow_tzif(&tzif);
        en_code code = en_zone_parse(en_buf_slice(&tzif), &arena, &zone, &err);
        EN_ASSERT(code == EN_OK);
        en_buf_fini(&tzif);
    }
    return &source;
}
