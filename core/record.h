/* C structs described as data: one description gives the stored codec, ordered keys, JSON, text and
 * equality. Used for event payloads and table rows alike.
 *
 *     struct en_point_row { uint32_t point; struct en_slice name; };
 *     static const struct en_field fields[] = {
 *         {"point", EN_FIELD_U32, offsetof(struct en_point_row, point), "id", NULL},
 *         {"name", EN_FIELD_TEXT, offsetof(struct en_point_row, name), "for people", NULL},
 *     };
 *     static const struct en_record record = {"point", sizeof(struct en_point_row), 1, fields, 2,
 * 1};
 *
 * Stored form: msgpack array [version, field 1, field 2, ...], canonical (pack.h). A record only
 * grows at its end: fewer fields than known read as zero; more, or a version above the known one,
 * mean a newer program wrote it and are refused.
 *
 * Descriptions are const data; values are the caller's. Decoded text and bytes are views into the
 * payload, lists live in the arena. Any thread. */
#ifndef EN_CORE_RECORD_H
#define EN_CORE_RECORD_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/json.h"
#include "core/slice.h"

/* Type: C type of the member, stored as, JSON. */
typedef enum en_field_type {
    EN_FIELD_BOOL, /* bool */
    EN_FIELD_U8,   /* uint8_t ... */
    EN_FIELD_U16,
    EN_FIELD_U32,
    EN_FIELD_U64,
    EN_FIELD_I32,
    EN_FIELD_I64,
    EN_FIELD_TEXT,    /* struct en_slice of UTF-8 */
    EN_FIELD_BYTES,   /* struct en_slice; JSON base64 */
    EN_FIELD_INSTANT, /* struct en_instant; JSON RFC 3339 in UTC */
    EN_FIELD_DAY,     /* int32_t or struct en_day, days since 1970-01-01; JSON "2013-04-14" */
    EN_FIELD_DECIMAL, /* struct en_decimal, stored [digits, exponent]; JSON text as read */
    EN_FIELD_RATIO,   /* struct en_ratio, stored [num, den], reduced or 0/0 for none; JSON "40/3" */
    EN_FIELD_QUALITY, /* uint64_t quality word; JSON object of names */
    EN_FIELD_HASH,    /* struct en_hash, stored as 32 bytes; JSON hex */
    EN_FIELD_MICRO,   /* int64_t in 1e-6 of the unit; JSON decimal text */
    EN_FIELD_LIST,    /* struct en_list of `items`; JSON array of objects */
} en_field_type;

struct en_record;

struct en_field {
    const char *name;
    en_field_type type;
    uint16_t offset;
    const char *about;             /* what it is, with its unit; "" when the name says all */
    const struct en_record *items; /* of a list, else NULL */
};

struct en_record {
    const char *name;
    size_t size; /* of the struct */
    uint16_t version;
    const struct en_field *fields;
    uint16_t fields_count;
    uint16_t keys_count; /* the first so many fields are the key of a table row */
};

/* Rows of an items record, one behind the other. Lists do not nest. */
struct en_list {
    void *items;
    uint32_t count;
};

/* Appends the stored form of all fields. Codes: EN_MALFORMED (text that is not UTF-8, a quality or
 * ratio out of form; names record and field), EN_LIMIT (a list over EN_PACK_ITEMS_MAX, the buffer's
 * limit), EN_NOMEM. On failure the buffer is as before. */
en_code en_record_encode(const struct en_record *record, const void *value, struct en_buf *out,
                         struct en_error *err) EN_MUST_CHECK;

/* Reads all fields. arena may be NULL when the record has no list. *value is undefined on failure.
 * Codes: EN_MALFORMED (names record and field), EN_UNSUPPORTED (a newer version), EN_LIMIT,
 * EN_NOMEM (the arena is full). */
en_code en_record_decode(const struct en_record *record, struct en_slice bytes, void *value,
                         struct en_arena *arena, struct en_error *err) EN_MUST_CHECK;

/* The same for the fields behind the keys: what stands as value under a key. decode leaves the key
 * fields of *value alone. */
en_code en_record_value_encode(const struct en_record *record, const void *value,
                               struct en_buf *out, struct en_error *err) EN_MUST_CHECK;
en_code en_record_value_decode(const struct en_record *record, struct en_slice bytes, void *value,
                               struct en_arena *arena, struct en_error *err) EN_MUST_CHECK;

/* Sets the fields behind the keys to zero. */
void en_record_value_clear(const struct en_record *record, void *value);

/* Appends the first keys_count fields in a form whose byte order is the order of the fields
 * (numbers by value, text by bytes): integers big-endian, signed ones with the sign bit flipped;
 * text and bytes with 00 as 00 ff and closed by 00 00. The keys of fewer fields are exact prefixes.
 * keys_count is at most that of the record. Decimals, ratios and lists cannot be keys. Codes:
 * EN_MALFORMED (text that is not UTF-8; names record and field), EN_LIMIT, EN_NOMEM (the buffer's).
 * On failure the buffer is as before. */
en_code en_record_key_encode(const struct en_record *record, const void *value, uint16_t keys_count,
                             struct en_buf *out, struct en_error *err) EN_MUST_CHECK;

/* Reads the key fields back into *value; text and bytes that held a 00 are put together in the
 * arena (NULL when no key field is text or bytes), others are views into the key. Codes:
 * EN_MALFORMED, EN_NOMEM. */
en_code en_record_key_decode(const struct en_record *record, struct en_slice key, void *value,
                             struct en_arena *arena, struct en_error *err) EN_MUST_CHECK;

/* Field by field, text by bytes, lists row by row. */
bool en_record_equal(const struct en_record *record, const void *a, const void *b);

/* Appends a JSON object of the fields in their order. */
void en_record_json(const struct en_record *record, const void *value, struct en_buf *out);
/* Adds the fields [first, fields_count) as members to an object that is open. */
void en_record_json_members(const struct en_record *record, uint16_t first, const void *value,
                            struct en_json *json);

/* One field as plain text, the same spelling as in JSON without the quotes; lists and qualities as
 * their JSON. For tables and CSV cells (not yet quoted). */
void en_field_print(const struct en_field *field, const void *value, struct en_buf *out);

/* Reads what en_field_print printed into the member; text is a view into the given text. Codes:
 * EN_MALFORMED, EN_RANGE, EN_OVERFLOW, EN_UNSUPPORTED (bytes, ratios, qualities, lists: these are
 * not asked for by text). */
en_code en_field_parse(const struct en_field *field, struct en_slice text, void *value,
                       struct en_error *err) EN_MUST_CHECK;

/* The field of that name, or NULL. */
const struct en_field *en_record_field(const struct en_record *record, const char *name);

/* "u32", "decimal", ...: names of types for catalogue and documents; stored. The way back is false
 * for a name that is none. Size of the member of a struct. */
const char *en_field_type_name(en_field_type type);
bool en_field_type_by_name(struct en_slice name, en_field_type *type);
size_t en_field_type_size(en_field_type type);

/* Asserts that a description is sound: names unique, members inside the struct, keys of types that
 * can be keys. For tests of descriptions. */
void en_record_check(const struct en_record *record);

#endif
