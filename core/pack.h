/* msgpack, bounded and canonical: one byte string per content, so that stored bytes can be hashed
 * and compared. The only door to msgpack-c (which packs); reading is our own, because the library
 * trusts the counts it reads (five bytes can ask it for gigabytes).
 *
 * Canonical: shortest form of every number, count and size; integers that are not negative in the
 * unsigned forms; text is UTF-8; no float, no extension types.
 *
 * Writing goes to an en_buf and is sticky there (en_buf_code). Reading is a cursor over a slice:
 * views point into the slice. Caller's memory, one thread. */
#ifndef EN_CORE_PACK_H
#define EN_CORE_PACK_H

#include "core/buf.h"
#include "core/limits.h"

typedef enum en_pack_type {
    EN_PACK_NIL,
    EN_PACK_BOOL,
    EN_PACK_UNSIGNED, /* an integer >= 0 */
    EN_PACK_NEGATIVE, /* an integer < 0 */
    EN_PACK_TEXT,
    EN_PACK_BYTES,
    EN_PACK_ARRAY,
    EN_PACK_MAP,
    EN_PACK_END,   /* nothing is left */
    EN_PACK_OTHER, /* not allowed: float, extension, reserved */
} en_pack_type;

void en_pack_nil(struct en_buf *out);
void en_pack_bool(struct en_buf *out, bool value);
void en_pack_u64(struct en_buf *out, uint64_t value);
void en_pack_i64(struct en_buf *out, int64_t value);
/* The caller answers for the UTF-8 (utf8.h). */
void en_pack_text(struct en_buf *out, struct en_slice text);
void en_pack_bytes(struct en_buf *out, struct en_slice bytes);
/* The heads: count items (pairs) must follow. */
void en_pack_array(struct en_buf *out, uint32_t count);
void en_pack_map(struct en_buf *out, uint32_t count);

struct en_unpack {
    struct en_slice rest;
    size_t size;                      /* of the whole, for positions in messages */
    uint32_t depth;                   /* open arrays and maps */
    uint32_t left[EN_PACK_DEPTH_MAX]; /* items to come in each of them */
};

void en_unpack_init(struct en_unpack *unpack, struct en_slice bytes);

/* The type of the next item, without taking it. */
en_pack_type en_unpack_peek(const struct en_unpack *unpack);

/* Each takes the next item. Codes: EN_MALFORMED (another type, not canonical, cut off; with the
 * position), EN_RANGE (u64: negative; i64: above INT64_MAX), EN_LIMIT (EN_PACK_DEPTH_MAX,
 * EN_PACK_ITEMS_MAX; a count never exceeds the bytes that are left). */
en_code en_unpack_nil(struct en_unpack *unpack, struct en_error *err) EN_MUST_CHECK;
en_code en_unpack_bool(struct en_unpack *unpack, bool *value, struct en_error *err) EN_MUST_CHECK;
en_code en_unpack_u64(struct en_unpack *unpack, uint64_t *value,
                      struct en_error *err) EN_MUST_CHECK;
en_code en_unpack_i64(struct en_unpack *unpack, int64_t *value, struct en_error *err) EN_MUST_CHECK;
en_code en_unpack_text(struct en_unpack *unpack, struct en_slice *text,
                       struct en_error *err) EN_MUST_CHECK;
en_code en_unpack_bytes(struct en_unpack *unpack, struct en_slice *bytes,
                        struct en_error *err) EN_MUST_CHECK;
/* The heads; the items follow one by one. */
en_code en_unpack_array(struct en_unpack *unpack, uint32_t *count,
                        struct en_error *err) EN_MUST_CHECK;
en_code en_unpack_map(struct en_unpack *unpack, uint32_t *count,
                      struct en_error *err) EN_MUST_CHECK;
/* Takes the next item whatever it is, with all that is in it, checking it. */
en_code en_unpack_skip(struct en_unpack *unpack, struct en_error *err) EN_MUST_CHECK;
/* EN_MALFORMED when bytes are left, or an array or map is not full. */
en_code en_unpack_end(const struct en_unpack *unpack, struct en_error *err) EN_MUST_CHECK;

#endif
