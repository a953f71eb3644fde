/* Packing is msgpack-c's (its packer chooses the shortest forms); unpacking reads the bytes in
 * place by the table of the msgpack specification and refuses every form that packing would not
 * write. */
#include "core/pack.h"

#include <msgpack.h>

#include "core/utf8.h"

/* ---- writing ---- */

static int append(void *out, const char *bytes, size_t size)
{
    en_buf_append(out, bytes, size);
    return 0; /* the fault stays in the buffer */
}

static msgpack_packer packer_of(struct en_buf *out)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, out, append);
    return packer;
}

void en_pack_nil(struct en_buf *out)
{
    msgpack_packer packer = packer_of(out);
    (void)msgpack_pack_nil(&packer);
}

void en_pack_bool(struct en_buf *out, bool value)
{
    msgpack_packer packer = packer_of(out);
    (void)(value ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer));
}

void en_pack_u64(struct en_buf *out, uint64_t value)
{
    msgpack_packer packer = packer_of(out);
    (void)msgpack_pack_uint64(&packer, value);
}

void en_pack_i64(struct en_buf *out, int64_t value)
{
    msgpack_packer packer = packer_of(out);
    (void)msgpack_pack_int64(&packer, value);
}

void en_pack_text(struct en_buf *out, struct en_slice text)
{
    msgpack_packer packer = packer_of(out);
    (void)msgpack_pack_str(&packer, text.size);
    en_buf_append(out, text.bytes, text.size);
}

void en_pack_bytes(struct en_buf *out, struct en_slice bytes)
{
    msgpack_packer packer = packer_of(out);
    (void)msgpack_pack_bin(&packer, bytes.size);
    en_buf_append(out, bytes.bytes, bytes.size);
}

void en_pack_array(struct en_buf *out, uint32_t count)
{
    EN_ASSERT(count <= EN_PACK_ITEMS_MAX);
    msgpack_packer packer = packer_of(out);
    (void)msgpack_pack_array(&packer, count);
}

void en_pack_map(struct en_buf *out, uint32_t count)
{
    EN_ASSERT(count <= EN_PACK_ITEMS_MAX / 2);
    msgpack_packer packer = packer_of(out);
    (void)msgpack_pack_map(&packer, count);
}

/* ---- reading ---- */

/* What a first byte says: the type, and either the number itself (a fixed form) or how many bytes
 * of number follow, with the least number that needs so many. */
struct head {
    en_pack_type type;
    uint8_t number_size;
    uint64_t number;     /* value, size or count */
    uint64_t number_min; /* below it a shorter form exists */
};

static struct head fixed_head(en_pack_type type, uint64_t number)
{
    return (struct head){.type = type, .number = number};
}

/* A number of 1 << power bytes follows. */
static struct head sized_head(en_pack_type type, unsigned power, uint64_t number_min)
{
    return (struct head){
        .type = type, .number_size = (uint8_t)(1u << power), .number_min = number_min};
}

static struct head head_above_c0(uint8_t first)
{
    switch (first) {
    case 0xc0:
        return fixed_head(EN_PACK_NIL, 0);
    case 0xc2:
    case 0xc3:
        return fixed_head(EN_PACK_BOOL, first & 1u);
    case 0xc4:
        return sized_head(EN_PACK_BYTES, 0, 0);
    case 0xc5:
        return sized_head(EN_PACK_BYTES, 1, 0x100);
    case 0xc6:
        return sized_head(EN_PACK_BYTES, 2, 0x10000);
    case 0xcc:
        return sized_head(EN_PACK_UNSIGNED, 0, 0x80);
    case 0xcd:
        return sized_head(EN_PACK_UNSIGNED, 1, 0x100);
    case 0xce:
        return sized_head(EN_PACK_UNSIGNED, 2, 0x10000);
    case 0xcf:
        return sized_head(EN_PACK_UNSIGNED, 3, UINT64_C(0x100000000));
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
        return sized_head(EN_PACK_NEGATIVE, first - 0xd0u, 0);
    case 0xd9:
        return sized_head(EN_PACK_TEXT, 0, 32);
    case 0xda:
        return sized_head(EN_PACK_TEXT, 1, 0x100);
    case 0xdb:
        return sized_head(EN_PACK_TEXT, 2, 0x10000);
    case 0xdc:
        return sized_head(EN_PACK_ARRAY, 1, 16);
    case 0xdd:
        return sized_head(EN_PACK_ARRAY, 2, 0x10000);
    case 0xde:
        return sized_head(EN_PACK_MAP, 1, 16);
    case 0xdf:
        return sized_head(EN_PACK_MAP, 2, 0x10000);
    default:
        return fixed_head(EN_PACK_OTHER, 0);
    }
}

static struct head head_of(uint8_t first)
{
    if (first < 0x80) {
        return fixed_head(EN_PACK_UNSIGNED, first);
    }
    if (first < 0x90) {
        return fixed_head(EN_PACK_MAP, first & 0x0fu);
    }
    if (first < 0xa0) {
        return fixed_head(EN_PACK_ARRAY, first & 0x0fu);
    }
    if (first < 0xc0) {
        return fixed_head(EN_PACK_TEXT, first & 0x1fu);
    }
    if (first >= 0xe0) {
        return fixed_head(EN_PACK_NEGATIVE, UINT64_C(0xffffffffffffff00) | first);
    }
    return head_above_c0(first);
}

static const char *type_name(en_pack_type type)
{
    static const char *const names[] = {
        [EN_PACK_NIL] = "nil",           [EN_PACK_BOOL] = "a boolean",
        [EN_PACK_UNSIGNED] = "a number", [EN_PACK_NEGATIVE] = "a negative number",
        [EN_PACK_TEXT] = "text",         [EN_PACK_BYTES] = "bytes",
        [EN_PACK_ARRAY] = "an array",    [EN_PACK_MAP] = "a map",
        [EN_PACK_END] = "the end",       [EN_PACK_OTHER] = "a type that is not allowed",
    };
    return names[type];
}

static size_t position(const struct en_unpack *unpack)
{
    return unpack->size - unpack->rest.size;
}

static en_code malformed(const struct en_unpack *unpack, const char *what, struct en_error *err)
{
    return en_error_set(err, EN_MALFORMED, "byte %zu: %s", position(unpack), what);
}

void en_unpack_init(struct en_unpack *unpack, struct en_slice bytes)
{
    *unpack = (struct en_unpack){.rest = bytes, .size = bytes.size};
}

en_pack_type en_unpack_peek(const struct en_unpack *unpack)
{
    return unpack->rest.size == 0 ? EN_PACK_END : head_of(unpack->rest.bytes[0]).type;
}

/* Reads the number behind the first byte; for negative ones with the sign carried to 64 bits. */
static en_code read_number(const struct en_unpack *unpack, struct head *head, struct en_error *err)
{
    const uint8_t *bytes = unpack->rest.bytes + 1;
    if (unpack->rest.size - 1 < head->number_size) {
        return malformed(unpack, "cut off", err);
    }
    bool is_signed = head->type == EN_PACK_NEGATIVE;
    uint64_t number = is_signed && bytes[0] >= 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < head->number_size; i++) {
        number = number << 8 | bytes[i];
    }
    static const int64_t shorter_min[] = {[1] = -32, [2] = -128, [4] = -32768, [8] = INT32_MIN};
    bool is_shortest =
        is_signed ? (int64_t)number < shorter_min[head->number_size] : number >= head->number_min;
    if (!is_shortest) {
        return malformed(unpack, "a number, count or size is not in its shortest form", err);
    }
    head->number = number;
    return EN_OK;
}

/* The head of the next item, checked, not yet taken. */
static en_code read_head(const struct en_unpack *unpack, struct head *head, struct en_error *err)
{
    if (unpack->rest.size == 0) {
        return malformed(unpack, "ends too early", err);
    }
    *head = head_of(unpack->rest.bytes[0]);
    if (head->type == EN_PACK_OTHER) {
        return malformed(unpack, "a type that is not allowed", err);
    }
    return head->number_size > 0 ? read_number(unpack, head, err) : EN_OK;
}

static en_code read_head_of(const struct en_unpack *unpack, en_pack_type type, struct head *head,
                            struct en_error *err)
{
    en_code code = read_head(unpack, head, err);
    if (code == EN_OK && head->type != type) {
        return en_error_set(err, EN_MALFORMED, "byte %zu: expected %s, found %s", position(unpack),
                            type_name(type), type_name(head->type));
    }
    return code;
}

static void advance(struct en_unpack *unpack, size_t size)
{
    EN_ASSERT(size <= unpack->rest.size);
    unpack->rest.bytes += size;
    unpack->rest.size -= size;
}

/* Counts an item that was taken: closes the arrays and maps that it fills. */
static void count_item(struct en_unpack *unpack)
{
    bool is_full = true;
    while (unpack->depth > 0 && is_full) {
        uint32_t *left = &unpack->left[unpack->depth - 1];
        EN_ASSERT(*left > 0);
        *left -= 1;
        is_full = *left == 0; /* then it is an item taken of the one around it */
        unpack->depth -= is_full ? 1 : 0;
    }
}

static void take_head(struct en_unpack *unpack, const struct head *head)
{
    advance(unpack, (size_t)1 + head->number_size);
}

en_code en_unpack_nil(struct en_unpack *unpack, struct en_error *err)
{
    struct head head = {0};
    en_code code = read_head_of(unpack, EN_PACK_NIL, &head, err);
    if (code == EN_OK) {
        take_head(unpack, &head);
        count_item(unpack);
    }
    return code;
}

en_code en_unpack_bool(struct en_unpack *unpack, bool *value, struct en_error *err)
{
    struct head head = {0};
    en_code code = read_head_of(unpack, EN_PACK_BOOL, &head, err);
    if (code == EN_OK) {
        take_head(unpack, &head);
        count_item(unpack);
        *value = head.number == 1;
    }
    return code;
}

/* Takes an integer of either sign as its 64 bits. */
static en_code take_integer(struct en_unpack *unpack, bool is_signed_wanted, uint64_t *bits,
                            struct en_error *err)
{
    struct head head = {0};
    en_code code = read_head(unpack, &head, err);
    if (code != EN_OK) {
        return code;
    }
    if (head.type != EN_PACK_UNSIGNED && head.type != EN_PACK_NEGATIVE) {
        return en_error_set(err, EN_MALFORMED, "byte %zu: expected a number, found %s",
                            position(unpack), type_name(head.type));
    }
    bool is_negative = head.type == EN_PACK_NEGATIVE;
    if (is_signed_wanted ? !is_negative && head.number > INT64_MAX : is_negative) {
        return en_error_set(err, EN_RANGE, "byte %zu: the number does not fit", position(unpack));
    }
    take_head(unpack, &head);
    count_item(unpack);
    *bits = head.number;
    return EN_OK;
}

en_code en_unpack_u64(struct en_unpack *unpack, uint64_t *value, struct en_error *err)
{
    return take_integer(unpack, false, value, err);
}

en_code en_unpack_i64(struct en_unpack *unpack, int64_t *value, struct en_error *err)
{
    uint64_t bits = 0;
    en_code code = take_integer(unpack, true, &bits, err);
    if (code == EN_OK) {
        *value = (int64_t)bits;
    }
    return code;
}

static en_code take_blob(struct en_unpack *unpack, en_pack_type type, struct en_slice *blob,
                         struct en_error *err)
{
    struct head head = {0};
    en_code code = read_head_of(unpack, type, &head, err);
    if (code != EN_OK) {
        return code;
    }
    size_t head_size = (size_t)1 + head.number_size;
    if (head.number > unpack->rest.size - head_size) {
        return malformed(unpack, "cut off", err);
    }
    struct en_slice found = en_slice_of(unpack->rest.bytes + head_size, (size_t)head.number);
    if (type == EN_PACK_TEXT && !en_utf8_is_valid(found)) {
        return malformed(unpack, "text is not UTF-8", err);
    }
    advance(unpack, head_size + found.size);
    count_item(unpack);
    *blob = found;
    return EN_OK;
}

en_code en_unpack_text(struct en_unpack *unpack, struct en_slice *text, struct en_error *err)
{
    return take_blob(unpack, EN_PACK_TEXT, text, err);
}

en_code en_unpack_bytes(struct en_unpack *unpack, struct en_slice *bytes, struct en_error *err)
{
    return take_blob(unpack, EN_PACK_BYTES, bytes, err);
}

/* Opens an array or map: from now on its items are counted. */
static en_code take_container(struct en_unpack *unpack, en_pack_type type, uint32_t *count,
                              struct en_error *err)
{
    struct head head = {0};
    en_code code = read_head_of(unpack, type, &head, err);
    if (code != EN_OK) {
        return code;
    }
    uint64_t items = type == EN_PACK_MAP ? 2 * head.number : head.number;
    size_t head_size = (size_t)1 + head.number_size;
    if (items > EN_PACK_ITEMS_MAX) {
        return en_error_set(err, EN_LIMIT, "byte %zu: more than %u items", position(unpack),
                            EN_PACK_ITEMS_MAX);
    }
    if (items > unpack->rest.size - head_size) {
        return malformed(unpack, "holds more items than bytes are left", err);
    }
    if (items > 0 && unpack->depth == EN_PACK_DEPTH_MAX) {
        return en_error_set(err, EN_LIMIT, "byte %zu: nested deeper than %u", position(unpack),
                            EN_PACK_DEPTH_MAX);
    }
    take_head(unpack, &head);
    if (items > 0) {
        unpack->left[unpack->depth++] = (uint32_t)items;
    } else {
        count_item(unpack);
    }
    *count = (uint32_t)head.number;
    return EN_OK;
}

en_code en_unpack_array(struct en_unpack *unpack, uint32_t *count, struct en_error *err)
{
    return take_container(unpack, EN_PACK_ARRAY, count, err);
}

en_code en_unpack_map(struct en_unpack *unpack, uint32_t *count, struct en_error *err)
{
    return take_container(unpack, EN_PACK_MAP, count, err);
}

/* Takes one item; *items is how many more it holds. */
static en_code skip_one(struct en_unpack *unpack, uint64_t *items, struct en_error *err)
{
    struct head head = {0};
    struct en_slice blob;
    uint32_t count = 0;
    en_code code = read_head(unpack, &head, err);
    *items = 0;
    if (code != EN_OK) {
        return code;
    }
    switch (head.type) {
    case EN_PACK_TEXT:
    case EN_PACK_BYTES:
        return take_blob(unpack, head.type, &blob, err);
    case EN_PACK_ARRAY:
    case EN_PACK_MAP:
        code = take_container(unpack, head.type, &count, err);
        *items = head.type == EN_PACK_MAP ? 2 * (uint64_t)count : count;
        return code;
    default:
        take_head(unpack, &head);
        count_item(unpack);
        return EN_OK;
    }
}

en_code en_unpack_skip(struct en_unpack *unpack, struct en_error *err)
{
    uint64_t left = 1;
    en_code code = EN_OK;
    while (left > 0 && code == EN_OK) {
        uint64_t items = 0;
        code = skip_one(unpack, &items, err);
        left += items;
        left--;
    }
    return code;
}

en_code en_unpack_end(const struct en_unpack *unpack, struct en_error *err)
{
    if (unpack->rest.size > 0) {
        return malformed(unpack, "bytes are left over", err);
    }
    return unpack->depth > 0 ? malformed(unpack, "ends too early", err) : EN_OK;
}
