#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/hash.h"
#include "core/mem.h"
#include "core/metering/quality.h"
#include "core/record.h"

struct part {
    uint32_t channel;
    struct en_decimal value;
    struct en_slice note;
};

struct ratio {
    int64_t num;
    int64_t den;
};

struct sample {
    uint8_t type;           /* key */
    struct en_slice code;   /* key */
    struct en_instant from; /* key */
    int32_t number;         /* key */
    bool is_good;
    uint16_t small;
    uint32_t middle;
    uint64_t big;
    int64_t whole;
    struct en_slice blob;
    struct en_day day;
    struct en_decimal decimal;
    struct ratio ratio;
    uint64_t quality;
    struct en_hash hash;
    int64_t energy_micro;
    struct en_list parts;
};

#define FIELD(of, type, member)                                                                    \
    {                                                                                              \
#member, EN_FIELD_##type, offsetof(struct of, member), "", NULL                            \
    }

static const struct en_field part_fields[] = {
    FIELD(part, U32, channel),
    FIELD(part, DECIMAL, value),
    FIELD(part, TEXT, note),
};
static const struct en_record part_record = {"part",      sizeof(struct part),      1,
                                             part_fields, EN_COUNT_OF(part_fields), 0};

static const struct en_field sample_fields[] = {
    FIELD(sample, U8, type),
    FIELD(sample, TEXT, code),
    FIELD(sample, INSTANT, from),
    FIELD(sample, I32, number),
    FIELD(sample, BOOL, is_good),
    FIELD(sample, U16, small),
    FIELD(sample, U32, middle),
    FIELD(sample, U64, big),
    FIELD(sample, I64, whole),
    FIELD(sample, BYTES, blob),
    FIELD(sample, DAY, day),
    FIELD(sample, DECIMAL, decimal),
    FIELD(sample, RATIO, ratio),
    FIELD(sample, QUALITY, quality),
    FIELD(sample, HASH, hash),
    FIELD(sample, MICRO, energy_micro),
    {"parts", EN_FIELD_LIST, offsetof(struct sample, parts), "", &part_record},
};
static const struct en_record sample_record = {"sample",      sizeof(struct sample),      2,
                                               sample_fields, EN_COUNT_OF(sample_fields), 4};

#define ROUNDS 2000u
#define PARTS_MAX 5u

static uint64_t random_state = 20130414;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Numbers of every length, so that all forms are met. */
static uint64_t next_number(void)
{
    uint64_t number = next_random();
    return number >> (next_random() % 64);
}

static struct en_slice next_text(uint8_t *place)
{
    static const char letters[] = "ab\0\x01z\x7f";
    size_t size = next_random() % 8;
    for (size_t i = 0; i < size; i++) {
        place[i] = (uint8_t)letters[next_random() % (sizeof letters - 1)];
    }
    return en_slice_of(place, size);
}

struct sample_memory {
    uint8_t texts[2 + PARTS_MAX][8];
    struct part parts[PARTS_MAX];
};

static struct sample next_sample(struct sample_memory *memory)
{
    struct sample sample = {
        .type = (uint8_t)(next_random() % 3),
        .code = next_text(memory->texts[0]),
        .from = {(int64_t)next_number() * (next_random() % 2 == 0 ? 1 : -1)},
        .number = (int32_t)next_number(),
        .is_good = next_random() % 2 == 0,
        .small = (uint16_t)next_number(),
        .middle = (uint32_t)next_number(),
        .big = next_number(),
        .whole = (int64_t)next_random(),
        .blob = next_text(memory->texts[1]),
        .day = {(int32_t)next_random()},
        .decimal = {(int64_t)next_random(), (int8_t)((int)(next_random() % 37) - 18)},
        .ratio = {(int64_t)(next_random() % 1000) * 7 + 1, 7},
        .quality = next_number() & EN_QUALITY_MASK,
        .energy_micro = (int64_t)next_random(),
        .parts = {memory->parts, (uint32_t)(next_random() % (PARTS_MAX + 1))},
    };
    sample.hash.bytes[0] = (uint8_t)next_random();
    for (uint32_t i = 0; i < sample.parts.count; i++) {
        memory->parts[i] = (struct part){
            (uint32_t)next_number(), {(int64_t)next_number(), -3}, next_text(memory->texts[2 + i])};
    }
    return sample;
}

static void assert_ok(en_code code, const struct en_error *err)
{
    if (code != EN_OK) {
        fail_msg("%s: %s", en_code_name(code), err->text);
    }
}

static void test_record_descriptions_are_sound(void **state)
{
    (void)state;
    en_record_check(&sample_record);
    assert_ptr_equal(en_record_field(&sample_record, "big"), &sample_fields[7]);
    assert_null(en_record_field(&sample_record, "bigger"));
    assert_string_equal(en_field_type_name(EN_FIELD_MICRO), "micro");
}

static void test_record_round_trips(void **state)
{
    (void)state;
    struct en_error err = {0};
    struct en_buf out;
    struct en_buf again;
    struct en_arena arena;
    en_buf_init(&out, 1u << 16);
    en_buf_init(&again, 1u << 16);
    en_arena_init(&arena, 1u << 20);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct sample_memory memory;
        struct sample sample = next_sample(&memory);
        struct sample decoded;
        en_buf_reset(&out);
        en_buf_reset(&again);
        en_arena_reset(&arena);
        assert_ok(en_record_encode(&sample_record, &sample, &out, &err), &err);
        assert_ok(en_record_decode(&sample_record, en_buf_slice(&out), &decoded, &arena, &err),
                  &err);
        assert_true(en_record_equal(&sample_record, &sample, &decoded));
        assert_ok(en_record_encode(&sample_record, &decoded, &again, &err), &err);
        assert_true(en_slice_equal(en_buf_slice(&out), en_buf_slice(&again)));
        decoded.energy_micro ^= 1;
        assert_false(en_record_equal(&sample_record, &sample, &decoded));
    }
    en_buf_fini(&out);
    en_buf_fini(&again);
    en_arena_fini(&arena);
}

static void test_record_splits_into_key_and_value(void **state)
{
    (void)state;
    struct en_error err = {0};
    struct en_buf key;
    struct en_buf value;
    struct en_arena arena;
    en_buf_init(&key, 511);
    en_buf_init(&value, 1u << 16);
    en_arena_init(&arena, 1u << 20);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct sample_memory memory;
        struct sample sample = next_sample(&memory);
        struct sample decoded = {0};
        en_buf_reset(&key);
        en_buf_reset(&value);
        en_arena_reset(&arena);
        assert_ok(en_record_key_encode(&sample_record, &sample, 4, &key, &err), &err);
        assert_ok(en_record_value_encode(&sample_record, &sample, &value, &err), &err);
        assert_ok(en_record_key_decode(&sample_record, en_buf_slice(&key), &decoded, &arena, &err),
                  &err);
        assert_ok(
            en_record_value_decode(&sample_record, en_buf_slice(&value), &decoded, &arena, &err),
            &err);
        assert_true(en_record_equal(&sample_record, &sample, &decoded));
    }
    en_buf_fini(&key);
    en_buf_fini(&value);
    en_arena_fini(&arena);
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_keys(const struct sample *a, const struct sample *b)
{
    int order = compare_numbers(a->type, b->type);
    order = order != 0 ? order : en_slice_compare(a->code, b->code);
    order = order != 0 ? order : compare_numbers(a->from.us, b->from.us);
    return order != 0 ? order : compare_numbers(a->number, b->number);
}

static void test_record_keys_sort_like_their_fields(void **state)
{
    (void)state;
    struct en_error err = {0};
    struct en_buf keys[2];
    en_buf_init(&keys[0], 511);
    en_buf_init(&keys[1], 511);
    for (uint32_t round = 0; round < 10 * ROUNDS; round++) {
        struct sample_memory memories[2];
        struct sample a = next_sample(&memories[0]);
        struct sample b = next_sample(&memories[1]);
        if (next_random() % 2 == 0) {
            b.code = a.code;
            b.type = a.type;
        }
        en_buf_reset(&keys[0]);
        en_buf_reset(&keys[1]);
        assert_ok(en_record_key_encode(&sample_record, &a, 4, &keys[0], &err), &err);
        assert_ok(en_record_key_encode(&sample_record, &b, 4, &keys[1], &err), &err);
        int order = en_slice_compare(en_buf_slice(&keys[0]), en_buf_slice(&keys[1]));
        int expected = compare_keys(&a, &b);
        assert_int_equal((order > 0) - (order < 0), (expected > 0) - (expected < 0));
        /* fewer keys are a prefix of more */
        en_buf_reset(&keys[1]);
        assert_ok(en_record_key_encode(&sample_record, &a, 2, &keys[1], &err), &err);
        assert_true(keys[1].size < keys[0].size);
        assert_memory_equal(keys[0].bytes, keys[1].bytes, keys[1].size);
    }
    en_buf_fini(&keys[0]);
    en_buf_fini(&keys[1]);
}

static void test_record_key_refuses_wrong_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } rows[] = {
        {"", 0},
        {"\x01"
         "a",
         2}, /* no end mark */
        {"\x01"
         "a\x00\x01\x00\x00",
         6},                                                  /* wrong escape */
        {"\x01\xff\x00\x00\x80\0\0\0\0\0\0\0\x80\0\0\0", 16}, /* no UTF-8 */
        {"\x01"
         "a\x00\x00\x80\0\0\0\0\0\0\0\x80\0\0",
         15}, /* cut off */
        {"\x01"
         "a\x00\x00\x80\0\0\0\0\0\0\0\x80\0\0\0x",
         17}, /* too long */
    };
    struct en_arena arena;
    en_arena_init(&arena, 4096);
    struct sample sample;
    struct en_error err = {0};
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_slice key = en_slice_of(rows[i].bytes, rows[i].size);
        assert_int_equal(en_record_key_decode(&sample_record, key, &sample, &arena, &err),
                         EN_MALFORMED);
        assert_non_null(strstr(err.text, "record sample"));
    }
    struct en_slice good = en_slice_of("\x01"
                                       "a\x00\x00\x80\0\0\0\0\0\0\0\x7f\xff\xff\xff",
                                       16);
    assert_int_equal(en_record_key_decode(&sample_record, good, &sample, &arena, &err), EN_OK);
    assert_int_equal(sample.number, -1);
    assert_int_equal(sample.from.us, 0);
    en_arena_fini(&arena);
}

/* The same record in the ages of a program: version 1 knew two fields, version 2 has three. */
struct aged {
    uint32_t a;
    struct en_slice b;
    int64_t c;
};
static const struct en_field aged_fields[] = {FIELD(aged, U32, a), FIELD(aged, TEXT, b),
                                              FIELD(aged, I64, c)};
static const struct en_record aged_1 = {"aged", sizeof(struct aged), 1, aged_fields, 2, 0};
static const struct en_record aged_2 = {"aged", sizeof(struct aged), 2, aged_fields, 3, 0};

static void test_record_grows_at_its_end(void **state)
{
    (void)state;
    struct en_error err = {0};
    struct en_buf out;
    en_buf_init(&out, 4096);
    struct aged aged = {7, en_slice_text("x"), -9};
    struct aged decoded = {1, en_slice_text("y"), 1};
    assert_ok(en_record_encode(&aged_1, &aged, &out, &err), &err);
    assert_ok(en_record_decode(&aged_2, en_buf_slice(&out), &decoded, NULL, &err), &err);
    assert_int_equal(decoded.a, 7);
    assert_int_equal(decoded.c, 0);
    en_buf_reset(&out);
    assert_ok(en_record_encode(&aged_2, &aged, &out, &err), &err);
    assert_int_equal(en_record_decode(&aged_1, en_buf_slice(&out), &decoded, NULL, &err),
                     EN_UNSUPPORTED);
    assert_string_equal(err.text,
                        "record aged: version 2 was written by a newer program, known is 1");
    en_buf_fini(&out);
}

static void test_record_refuses_wrong_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *text;
    } rows[] = {
        {"", 0, "record aged: byte 0: ends too early"},
        {"\x90", 1, "record aged: no version"},
        {"\x91\xa1x", 3, "record aged: byte 1: expected a number, found text"},
        {"\x91\x00", 2, "record aged: version 0 with 0 fields, known are 3"},
        {"\x95\x02\x01\xa1x\x01\x01", 7, "record aged: version 2 with 4 fields, known are 3"},
        {"\x92\x02\xff", 3, "record aged: field a: byte 2: the number does not fit"},
        {"\x92\x02\xcf\0\0\0\x01\0\0\0\0", 11, "record aged: field a: the number is no u32"},
        {"\x93\x02\x01\x01", 4, "record aged: field b: byte 3: expected text, found a number"},
        {"\x92\x02\x01\x01", 4, "record aged: byte 3: bytes are left over"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_error err = {0};
        struct aged aged;
        struct en_slice bytes = en_slice_of(rows[i].bytes, rows[i].size);
        assert_int_equal(en_record_decode(&aged_2, bytes, &aged, NULL, &err), EN_MALFORMED);
        assert_int_equal(err.code, EN_MALFORMED);
        assert_string_equal(err.text, rows[i].text);
    }
}

static void assert_not_encoded(struct sample sample, en_code expected, const char *text)
{
    struct en_error err = {0};
    struct en_buf out;
    en_buf_init(&out, 4096);
    en_buf_text(&out, "kept");
    assert_int_equal(en_record_encode(&sample_record, &sample, &out, &err), expected);
    assert_non_null(strstr(err.text, text));
    assert_true(en_slice_equal(en_buf_slice(&out), en_slice_text("kept")));
    en_buf_fini(&out);
}

static void test_record_encodes_only_what_it_would_read(void **state)
{
    (void)state;
    static const struct part parts[] = {{1, {1, 0}, {NULL, 0}}, {1, {1, 19}, {NULL, 0}}};
    static uint8_t blob[5000];
    struct sample sample = {0};
    sample.code = en_slice_text("\xff");
    assert_not_encoded(sample, EN_MALFORMED, "record sample, field code: the text is not UTF-8");
    sample = (struct sample){.quality = UINT64_MAX};
    assert_not_encoded(sample, EN_MALFORMED, "field quality");
    sample = (struct sample){.ratio = {2, 4}};
    assert_not_encoded(sample, EN_MALFORMED, "2/4 is not a reduced ratio");
    sample = (struct sample){.ratio = {1, -1}};
    assert_not_encoded(sample, EN_MALFORMED, "1/-1 is not a reduced ratio");
    sample = (struct sample){.parts = {(void *)(uintptr_t)parts, 2}};
    assert_not_encoded(sample, EN_MALFORMED, "field parts: part.value: 19 is no exponent");
    sample = (struct sample){.parts = {(void *)(uintptr_t)parts, 5000}};
    assert_not_encoded(sample, EN_LIMIT, "5000 items");
    sample = (struct sample){.blob = en_slice_of(blob, sizeof blob)};
    assert_not_encoded(sample, EN_LIMIT, "cannot hold more than 4096 bytes");
}

static void test_record_key_encodes_only_what_it_would_read(void **state)
{
    (void)state;
    struct en_error err = {0};
    struct en_buf out;
    en_buf_init(&out, 40);
    struct sample sample = {.code = en_slice_text("\xed\xa0\x80")};
    assert_int_equal(en_record_key_encode(&sample_record, &sample, 4, &out, &err), EN_MALFORMED);
    assert_string_equal(err.text, "record sample, key code: the text is not UTF-8");
    assert_int_equal(out.size, 0);
    sample.code = en_slice_of("\0\0\0\0\0\0\0\0\0\0\0\0", 12);
    assert_int_equal(en_record_key_encode(&sample_record, &sample, 4, &out, &err), EN_OK);
    assert_int_equal(out.size, 39);
    assert_int_equal(en_record_key_encode(&sample_record, &sample, 4, &out, &err), EN_LIMIT);
    assert_int_equal(out.size, 39);
    en_buf_fini(&out);
}

static void test_record_prints_json_and_text(void **state)
{
    (void)state;
    struct part parts[] = {{5, {1250, -2}, en_slice_text("n\"1")}};
    struct sample sample = {
        .type = 2,
        .code = en_slice_text("A+"),
        .from = {1365885000000000},
        .number = -3,
        .is_good = true,
        .small = 9,
        .middle = 10,
        .big = UINT64_MAX,
        .whole = INT64_MIN,
        .blob = en_slice_text("fo"),
        .day = {15809},
        .decimal = {1250, -2},
        .ratio = {40, 3},
        .quality = EN_QUALITY_MEASURED,
        .energy_micro = -12500000,
        .parts = {parts, 1},
    };
    struct en_buf out;
    en_buf_init(&out, 4096);
    en_record_json(&sample_record, &sample, &out);
    const char *expected =
        "{\"type\":2,\"code\":\"A+\",\"from\":\"2013-04-13T20:30:00Z\",\"number\":-3,"
        "\"is_good\":true,\"small\":9,\"middle\":10,\"big\":18446744073709551615,"
        "\"whole\":-9223372036854775808,\"blob\":\"Zm8=\",\"day\":\"2013-04-14\","
        "\"decimal\":\"12.50\",\"ratio\":\"40/3\",\"quality\":{\"source\":\"MEASURED\","
        "\"verdict\":\"NOT_VALIDATED\",\"flags\":[]},\"hash\":"
        "\"0000000000000000000000000000000000000000000000000000000000000000\","
        "\"energy_micro\":\"-12.5\",\"parts\":[{\"channel\":5,\"value\":\"12.50\","
        "\"note\":\"n\\\"1\"}]}";
    assert_int_equal(out.size, strlen(expected));
    assert_memory_equal(out.bytes, expected, out.size);
    static const char *const texts[] = {"2", "A+", "2013-04-13T20:30:00Z", "-3", "true"};
    for (size_t i = 0; i < EN_COUNT_OF(texts); i++) {
        en_buf_reset(&out);
        en_field_print(&sample_fields[i], &sample, &out);
        assert_true(en_slice_equal(en_buf_slice(&out), en_slice_text(texts[i])));
    }
    en_buf_reset(&out);
    en_field_print(&sample_fields[16], &sample, &out);
    assert_true(
        en_slice_equal(en_buf_slice(&out),
                       en_slice_text("[{\"channel\":5,\"value\":\"12.50\",\"note\":\"n\\\"1\"}]")));
    en_buf_fini(&out);
}

static void test_record_field_reads_what_it_printed(void **state)
{
    (void)state;
    struct en_buf out;
    en_buf_init(&out, 4096);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct sample_memory memory;
        struct sample sample = next_sample(&memory);
        sample.from.us %= INT64_C(1000000000000000);
        sample.day.n %= 500000;
        sample.decimal.exponent = (int8_t)(-(sample.decimal.exponent & 7));
        for (size_t i = 0; i < EN_COUNT_OF(sample_fields); i++) {
            struct sample parsed = sample;
            const struct en_field *field = &sample_fields[i];
            en_buf_reset(&out);
            en_field_print(field, &sample, &out);
            memset((uint8_t *)&parsed + field->offset, 0, en_field_type_size(field->type));
            struct en_error err = {0};
            en_code code = en_field_parse(field, en_buf_slice(&out), &parsed, &err);
            bool cannot = field->type == EN_FIELD_BYTES || field->type == EN_FIELD_RATIO ||
                          field->type == EN_FIELD_QUALITY || field->type == EN_FIELD_LIST;
            if (cannot) {
                assert_int_equal(code, EN_UNSUPPORTED);
                continue;
            }
            assert_ok(code, &err);
            assert_true(en_record_equal(&sample_record, &sample, &parsed));
        }
    }
    en_buf_fini(&out);
}

static void test_record_field_refuses_wrong_text(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        const char *text;
    } rows[] = {{"type", ""},
                {"type", "256"},
                {"type", "-1"},
                {"type", "1x"},
                {"big", "18446744073709551616"},
                {"number", "2147483648"},
                {"number", "1.0"},
                {"is_good", "yes"},
                {"from", "yesterday"},
                {"day", "2013-02-30"},
                {"hash", "ab"},
                {"energy_micro", "1.2345678"},
                {"decimal", "1e5"},
                {"code", "\xff"}};
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct sample sample = {0};
        struct en_error err = {0};
        const struct en_field *field = en_record_field(&sample_record, rows[i].field);
        assert_int_not_equal(en_field_parse(field, en_slice_text(rows[i].text), &sample, &err),
                             EN_OK);
        assert_int_equal(strncmp(err.text, rows[i].field, strlen(rows[i].field)), 0);
    }
    en_field_type type;
    assert_true(en_field_type_by_name(en_slice_text("quality"), &type));
    assert_int_equal(type, EN_FIELD_QUALITY);
    assert_false(en_field_type_by_name(en_slice_text("qualit"), &type));
}

/* The stored form of docs/row-format.md, byte by byte: it may never change. */
static void test_record_stored_form_is_golden(void **state)
{
    (void)state;
    static const uint8_t key[] = {0x02, 'A',  0x00, 0xff, '+',  0x00, 0x00, 0x80, 0x00, 0x00,
                                  0x00, 0x00, 0x00, 0x00, 0x01, 0x7f, 0xff, 0xff, 0xfd};
    static const uint8_t value_head[] = {0x9e, 0x02, 0xc3, 0xcd, 0x01, 0x00, 0x0a, 0xcf, 0xff,
                                         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xe0, 0xc4,
                                         0x02, 'f',  'o',  0xcd, 0x3d, 0xc1, 0x92, 0xcd, 0x04,
                                         0xe2, 0xfe, 0x92, 0x28, 0x03, 0x01, 0xc4, 0x20};
    static const uint8_t value_tail[] = {0xd2, 0xff, 0x41, 0x43, 0xe0, 0x91, 0x93,
                                         0x05, 0x92, 0x07, 0x00, 0xa1, 'n'};
    struct part parts[] = {{5, {7, 0}, en_slice_text("n")}};
    struct sample sample = {.type = 2,
                            .code = en_slice_of("A\0+", 3),
                            .from = {1},
                            .number = -3,
                            .is_good = true,
                            .small = 256,
                            .middle = 10,
                            .big = UINT64_MAX,
                            .whole = -32,
                            .blob = en_slice_text("fo"),
                            .day = {15809},
                            .decimal = {1250, -2},
                            .ratio = {40, 3},
                            .quality = EN_QUALITY_MEASURED,
                            .energy_micro = -12500000,
                            .parts = {parts, 1}};
    struct en_error err = {0};
    struct en_buf out;
    en_buf_init(&out, 4096);
    assert_ok(en_record_key_encode(&sample_record, &sample, 4, &out, &err), &err);
    assert_int_equal(out.size, sizeof key);
    assert_memory_equal(out.bytes, key, sizeof key);
    en_buf_reset(&out);
    assert_ok(en_record_value_encode(&sample_record, &sample, &out, &err), &err);
    assert_int_equal(out.size, sizeof value_head + EN_HASH_SIZE + sizeof value_tail);
    assert_memory_equal(out.bytes, value_head, sizeof value_head);
    assert_memory_equal(out.bytes + sizeof value_head + EN_HASH_SIZE, value_tail,
                        sizeof value_tail);
    en_buf_fini(&out);
}

/* Each request for memory fails once: a clear code, nothing half done. */
static void test_record_survives_lack_of_memory(void **state)
{
    (void)state;
    struct sample_memory memory;
    struct sample sample = next_sample(&memory);
    sample.parts.count = 3;
    memset(memory.parts, 0, sizeof memory.parts);
    sample.parts.items = memory.parts;
    en_code code = EN_NOMEM;
    for (uint64_t n = 1; code != EN_OK; n++) {
        struct en_buf out;
        struct en_arena arena;
        struct sample decoded;
        assert_true(n < 50);
        en_buf_init(&out, 1u << 16);
        en_arena_init(&arena, 1u << 16);
        en_mem_fail_after(n);
        code = en_record_encode(&sample_record, &sample, &out, NULL);
        if (code == EN_OK) {
            code = en_record_decode(&sample_record, en_buf_slice(&out), &decoded, &arena, NULL);
        } else {
            assert_int_equal(out.size, 0);
        }
        en_mem_fail_after(0);
        assert_true(code == EN_OK || code == EN_NOMEM);
        en_buf_fini(&out);
        en_arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_descriptions_are_sound),
        cmocka_unit_test(test_record_round_trips),
        cmocka_unit_test(test_record_splits_into_key_and_value),
        cmocka_unit_test(test_record_keys_sort_like_their_fields),
        cmocka_unit_test(test_record_key_refuses_wrong_bytes),
        cmocka_unit_test(test_record_grows_at_its_end),
        cmocka_unit_test(test_record_refuses_wrong_bytes),
        cmocka_unit_test(test_record_encodes_only_what_it_would_read),
        cmocka_unit_test(test_record_key_encodes_only_what_it_would_read),
        cmocka_unit_test(test_record_prints_json_and_text),
        cmocka_unit_test(test_record_field_reads_what_it_printed),
        cmocka_unit_test(test_record_field_refuses_wrong_text),
        cmocka_unit_test(test_record_stored_form_is_golden),
        cmocka_unit_test(test_record_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
