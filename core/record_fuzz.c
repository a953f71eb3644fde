/* First byte: 0 a stored record, 1 a key. What is decoded encodes to something that decodes equal,
 * and to the very same bytes where nothing was left out; what is printed is UTF-8. */
#include <stddef.h>
#include <stdlib.h>

#include "core/hash.h"
#include "core/record.h"
#include "core/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_item {
    uint16_t number;
    struct en_decimal value;
    struct en_slice text;
};

struct fuzz_ratio {
    int64_t num;
    int64_t den;
};

struct fuzz_row {
    struct en_slice name;   /* key */
    int32_t day;            /* key */
    struct en_slice bytes;  /* key */
    uint64_t big;           /* key */
    struct en_instant from; /* key */
    bool is_good;
    struct fuzz_ratio ratio;
    uint64_t quality;
    struct en_hash hash;
    int64_t micro;
    struct en_list items;
};

#define ITEM(type, member)                                                                         \
    {                                                                                              \
#member, EN_FIELD_##type, offsetof(struct fuzz_item, member), "", NULL                     \
    }
#define ROW(type, member)                                                                          \
    {                                                                                              \
#member, EN_FIELD_##type, offsetof(struct fuzz_row, member), "", NULL                      \
    }

static const struct en_field item_fields[] = {ITEM(U16, number), ITEM(DECIMAL, value),
                                              ITEM(TEXT, text)};
static const struct en_record item_record = {"item",      sizeof(struct fuzz_item), 1,
                                             item_fields, EN_COUNT_OF(item_fields), 0};
static const struct en_field row_fields[] = {
    ROW(TEXT, name),
    ROW(DAY, day),
    ROW(BYTES, bytes),
    ROW(U64, big),
    ROW(INSTANT, from),
    ROW(BOOL, is_good),
    ROW(RATIO, ratio),
    ROW(QUALITY, quality),
    ROW(HASH, hash),
    ROW(MICRO, micro),
    {"items", EN_FIELD_LIST, offsetof(struct fuzz_row, items), "", &item_record},
};
static const struct en_record row_record = {"row",      sizeof(struct fuzz_row), 3,
                                            row_fields, EN_COUNT_OF(row_fields), 5};

static void must(bool is_so)
{
    if (!is_so) {
        abort();
    }
}

static void try_key(struct en_slice bytes, struct en_arena *arena, struct en_buf *out)
{
    struct fuzz_row row = {0};
    struct en_error err = {0};
    en_code code = en_record_key_decode(&row_record, bytes, &row, arena, &err);
    must(code == EN_OK || (err.code == code && err.text[0] != '\0'));
    if (code == EN_OK) {
        must(en_record_key_encode(&row_record, &row, 5, out, NULL) == EN_OK);
        must(en_slice_equal(en_buf_slice(out), bytes));
    }
}

static void try_record(struct en_slice bytes, struct en_arena *arena, struct en_buf *out)
{
    struct fuzz_row row;
    struct fuzz_row again;
    struct en_error err = {0};
    en_code code = en_record_decode(&row_record, bytes, &row, arena, &err);
    must(code == EN_OK || (err.code == code && err.text[0] != '\0'));
    if (code != EN_OK) {
        return;
    }
    must(en_record_encode(&row_record, &row, out, NULL) == EN_OK);
    must(out->size >= bytes.size);
    must(en_record_decode(&row_record, en_buf_slice(out), &again, arena, NULL) == EN_OK);
    must(en_record_equal(&row_record, &row, &again));
    en_buf_reset(out);
    en_record_json(&row_record, &row, out);
    must(out->code == EN_OK);
    must(en_utf8_is_valid(en_buf_slice(out)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_arena arena;
    struct en_buf out;
    if (size == 0) {
        return 0;
    }
    en_arena_init(&arena, 4u << 20);
    en_buf_init(&out, 8u << 20);
    if (data[0] == 1) {
        try_key(en_slice_of(data + 1, size - 1), &arena, &out);
    } else {
        try_record(en_slice_of(data + 1, size - 1), &arena, &out);
    }
    en_buf_fini(&out);
    en_arena_fini(&arena);
    return 0;
}
