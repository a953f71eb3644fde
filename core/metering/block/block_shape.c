#include "core/metering/block/block_shape.h"

#include <endian.h>

#include "core/bits.h"

/* The first byte. */
#define FORM_MODE 0x03u
#define FORM_EXCEPTIONS 0x04u
#define FORM_QUALITY 0x08u
#define FORM_DIVISOR 0x10u
#define FORM_GRID_SHIFT 5

/* The third byte: exponent and start where they are usual; 0 in a half = written out behind it. */
#define SCALE_EXPONENT_ZERO 8  /* exponents -7 to 7 are 1 to 15 */
#define SCALE_START_MINUTES 60 /* whole hours east: 0 to 14 are 1 to 15, start = -hours */
#define SCALE_HOURS_MAX 14

#define EXCEPTIONS_COUNT 0x3fu
#define EXCEPTIONS_SIZE_SHIFT 6
#define BOUND_MAX (UINT64_C(1) << 62)

/* The usual grids by their number in the form byte; 0 = seconds and count are written out. */
static const struct {
    uint32_t slot_seconds;
    uint32_t count;
} grids[8] = {{0, 0},     {1800, 48}, {900, 96},  {3600, 24},
              {300, 288}, {60, 1440}, {600, 144}, {86400, 1}};

static unsigned grid_of(const struct en_block_head *head)
{
    for (unsigned i = 1; i < EN_COUNT_OF(grids); i++) {
        if (head->slot_seconds == grids[i].slot_seconds && head->count == grids[i].count) {
            return i;
        }
    }
    return 0;
}

/* Most numbers of a header are one byte long. */
static inline bool take_varint(struct en_slice *from, uint64_t *value)
{
    if (from->size > 0 && from->bytes[0] < 0x80) {
        *value = from->bytes[0];
        from->bytes++;
        from->size--;
        return true;
    }
    return en_take_varint(from, value);
}

static inline bool take_zigzag(struct en_slice *from, int64_t *value)
{
    uint64_t number = 0;
    bool is_taken = take_varint(from, &number);
    *value = (int64_t)((number >> 1) ^ (0 - (number & 1)));
    return is_taken;
}

en_code en_block_head_check(const struct en_block_head *head, struct en_error *err)
{
    if (head->count == 0 || head->count > EN_SLOTS_MAX) {
        return en_error_set(err, EN_RANGE, "a day block has 1 to %u slots, not %u", EN_SLOTS_MAX,
                            head->count);
    }
    if (head->slot_seconds == 0 || head->slot_seconds > EN_BLOCK_SPAN_SECONDS_MAX / head->count) {
        return en_error_set(err, EN_RANGE, "%u slots of %u seconds are not a day", head->count,
                            head->slot_seconds);
    }
    if (head->start_minute < -EN_BLOCK_START_MINUTES_MAX ||
        head->start_minute > EN_BLOCK_START_MINUTES_MAX) {
        return en_error_set(err, EN_RANGE, "a day cannot start at minute %d UTC",
                            head->start_minute);
    }
    if (head->exponent < -EN_BLOCK_EXPONENT_MAX || head->exponent > EN_BLOCK_EXPONENT_MAX) {
        return en_error_set(err, EN_RANGE, "exponent %d is out of bounds", head->exponent);
    }
    return EN_OK;
}

static bool take_scale(struct en_slice *from, struct en_block_head *head)
{
    uint8_t scale = 0;
    if (!en_take_u8(from, &scale)) {
        return false;
    }
    uint8_t exponent = scale & 15;
    if (exponent != 0) {
        head->exponent = (int8_t)(exponent - SCALE_EXPONENT_ZERO);
    } else if (en_take_u8(from, &exponent)) {
        head->exponent = (int8_t)exponent;
    } else {
        return false;
    }
    int64_t start = -SCALE_START_MINUTES * ((scale >> 4) - 1);
    if (scale >> 4 == 0 && (!take_zigzag(from, &start) || start < -EN_BLOCK_START_MINUTES_MAX ||
                            start > EN_BLOCK_START_MINUTES_MAX)) {
        return false;
    }
    head->start_minute = (int32_t)start;
    return true;
}

static bool take_grid(struct en_slice *from, unsigned grid, struct en_block_head *head)
{
    uint64_t slot_seconds = grids[grid].slot_seconds;
    uint64_t count = grids[grid].count;
    if (grid == 0 && (!take_varint(from, &slot_seconds) || !take_varint(from, &count) ||
                      slot_seconds > EN_BLOCK_SPAN_SECONDS_MAX || count > EN_SLOTS_MAX)) {
        return false;
    }
    head->slot_seconds = (uint32_t)slot_seconds;
    head->count = (uint32_t)count;
    return true;
}

static bool take_exceptions(struct en_slice *from, struct en_block_shape *shape)
{
    uint8_t exceptions = 0;
    if (!en_take_u8(from, &exceptions)) {
        return false;
    }
    shape->exceptions_count = exceptions & EXCEPTIONS_COUNT;
    shape->exception_size = 1u << (exceptions >> EXCEPTIONS_SIZE_SHIFT);
    return shape->exceptions_count > 0;
}

/* Cuts the bytes behind the header into their sections; they must be used up exactly. */
static bool cut_body(struct en_slice body, bool has_quality, struct en_block_shape *shape)
{
    const struct en_block_head *head = &shape->head;
    size_t packed = shape->mode == EN_BLOCK_RAW ? (size_t)head->count * 8
                                                : en_bits_size(head->count, shape->width);
    size_t positions = (size_t)shape->exceptions_count * (head->count > 256 ? 2 : 1);
    size_t highs = (size_t)shape->exceptions_count * shape->exception_size;
    size_t used = packed + positions + highs;
    if (body.size < used || (body.size > used) != has_quality) {
        return false;
    }
    shape->body = body;
    shape->positions = body.bytes + packed;
    shape->highs = shape->positions + positions;
    shape->quality = en_slice_of(body.bytes + used, body.size - used);
    return true;
}

static bool take_parts(struct en_slice from, struct en_block_shape *shape)
{
    if (from.size < 3) {
        return false;
    }
    uint8_t form = from.bytes[0];
    uint8_t width = from.bytes[1];
    from.bytes += 2;
    from.size -= 2;
    unsigned mode = form & FORM_MODE;
    bool is_raw = mode == EN_BLOCK_RAW;
    if (mode > EN_BLOCK_RAW || width > EN_BITS_WIDTH_MAX ||
        (is_raw && (width != 0 || (form & (FORM_EXCEPTIONS | FORM_DIVISOR)) != 0))) {
        return false;
    }
    shape->mode = mode;
    shape->width = width;
    shape->base = 0;
    shape->divisor = 1;
    shape->exceptions_count = 0;
    shape->exception_size = 1;
    shape->head.quality_is_common = (form & FORM_QUALITY) == 0;
    return take_scale(&from, &shape->head) &&
           take_grid(&from, form >> FORM_GRID_SHIFT, &shape->head) &&
           (is_raw || take_zigzag(&from, &shape->base)) &&
           ((form & FORM_DIVISOR) == 0 || take_varint(&from, &shape->divisor)) &&
           ((form & FORM_EXCEPTIONS) == 0 || take_exceptions(&from, shape)) &&
           cut_body(from, (form & FORM_QUALITY) != 0, shape);
}

en_code en_block_shape_take(struct en_slice bytes, struct en_block_shape *shape,
                            struct en_error *err)
{
    if (!take_parts(bytes, shape)) {
        return en_error_set(err, EN_CORRUPT, "%zu bytes are not a day block", bytes.size);
    }
    if (en_block_head_check(&shape->head, err) != EN_OK) {
        return en_error_set(err, EN_CORRUPT, "a day block of %u slots of %u seconds",
                            shape->head.count, shape->head.slot_seconds);
    }
    return EN_OK;
}

static uint8_t *put_varint(uint8_t *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *to++ = (uint8_t)value;
    return to;
}

static uint8_t *put_zigzag(uint8_t *to, int64_t value)
{
    return put_varint(to, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

static uint8_t *put_scale(uint8_t *to, const struct en_block_head *head)
{
    int hours = -head->start_minute / SCALE_START_MINUTES;
    bool is_whole = head->start_minute <= 0 && head->start_minute % SCALE_START_MINUTES == 0 &&
                    hours <= SCALE_HOURS_MAX;
    bool is_usual = head->exponent > -SCALE_EXPONENT_ZERO && head->exponent < SCALE_EXPONENT_ZERO;
    unsigned high = is_whole ? (unsigned)hours + 1 : 0;
    unsigned low = is_usual ? (unsigned)(head->exponent + SCALE_EXPONENT_ZERO) : 0;
    *to++ = (uint8_t)(high << 4 | low);
    if (!is_usual) {
        *to++ = (uint8_t)head->exponent;
    }
    return is_whole ? to : put_zigzag(to, head->start_minute);
}

size_t en_block_shape_put(const struct en_block_shape *shape,
                          uint8_t bytes[EN_BLOCK_HEADER_SIZE_MAX])
{
    EN_ASSERT(shape->width <= EN_BITS_WIDTH_MAX);
    EN_ASSERT(shape->exceptions_count <= EN_BLOCK_EXCEPTIONS_MAX);
    EN_ASSERT(shape->divisor > 0);
    bool has_exceptions = shape->exceptions_count > 0;
    unsigned grid = grid_of(&shape->head);
    uint8_t *to = bytes;
    *to++ = (uint8_t)(shape->mode | (has_exceptions ? FORM_EXCEPTIONS : 0) |
                      (shape->head.quality_is_common ? 0 : FORM_QUALITY) |
                      (shape->divisor > 1 ? FORM_DIVISOR : 0) | grid << FORM_GRID_SHIFT);
    *to++ = (uint8_t)shape->width;
    to = put_scale(to, &shape->head);
    if (grid == 0) {
        to = put_varint(to, shape->head.slot_seconds);
        to = put_varint(to, shape->head.count);
    }
    if (shape->mode != EN_BLOCK_RAW) {
        to = put_zigzag(to, shape->base);
    }
    if (shape->divisor > 1) {
        to = put_varint(to, shape->divisor);
    }
    if (has_exceptions) {
        unsigned size = (unsigned)__builtin_ctz(shape->exception_size);
        *to++ = (uint8_t)(shape->exceptions_count | size << EXCEPTIONS_SIZE_SHIFT);
    }
    EN_ASSERT((size_t)(to - bytes) <= EN_BLOCK_HEADER_SIZE_MAX);
    return (size_t)(to - bytes);
}

static en_code damaged(struct en_error *err, const char *section)
{
    return en_error_set(err, EN_CORRUPT, "the %s section of a day block is damaged", section);
}

en_code en_block_runs_open(const struct en_block_shape *shape, struct en_block_runs *runs,
                           struct en_error *err)
{
    uint64_t words = 0;
    uint64_t count = 0;
    runs->rest = shape->quality;
    runs->slots_count = shape->head.count;
    runs->slot = 0;
    runs->runs_left = 0;
    runs->words_count = 0;
    if (shape->head.quality_is_common) {
        return EN_OK;
    }
    if (!take_varint(&runs->rest, &words) || words == 0 || words > EN_BLOCK_WORDS_MAX) {
        return damaged(err, "quality");
    }
    for (uint64_t i = 0; i < words; i++) {
        if (!take_varint(&runs->rest, &runs->words[i])) {
            return damaged(err, "quality");
        }
    }
    if (!take_varint(&runs->rest, &count) || count == 0 || count > shape->head.count) {
        return damaged(err, "quality");
    }
    runs->words_count = (uint32_t)words;
    runs->runs_left = (uint32_t)count;
    return EN_OK;
}

en_code en_block_runs_next(struct en_block_runs *runs, struct en_block_run *run, bool *is_run,
                           struct en_error *err)
{
    *is_run = runs->runs_left > 0;
    if (!*is_run) {
        return runs->rest.size == 0 ? EN_OK : damaged(err, "quality");
    }
    uint64_t gap = 0;
    uint64_t more = 0;
    uint64_t word = 0;
    uint32_t room = runs->slots_count - runs->slot;
    if (!take_varint(&runs->rest, &gap) || !take_varint(&runs->rest, &more) || gap >= room ||
        more >= room - gap || (runs->words_count > 1 && !take_varint(&runs->rest, &word)) ||
        word >= runs->words_count) {
        return damaged(err, "quality");
    }
    runs->runs_left--;
    run->from = runs->slot + (uint32_t)gap;
    run->count = (uint32_t)more + 1;
    run->word = runs->words[word];
    runs->slot = run->from + run->count;
    return EN_OK;
}

static inline uint64_t load_u64(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

/* Byte by byte: a copy of changing size would be waited for. */
static inline uint64_t load_high(const uint8_t *bytes, unsigned size)
{
    uint64_t word = bytes[0];
    for (unsigned i = 1; i < size; i++) {
        word |= (uint64_t)bytes[i] << (8 * i);
    }
    return word;
}

/* Adds the high parts to the residuals that did not fit the width. */
static en_code patch(const struct en_block_shape *shape, uint64_t *residuals, struct en_error *err)
{
    const uint8_t *position = shape->positions;
    const uint8_t *high = shape->highs;
    bool is_wide = shape->head.count > 256;
    uint32_t next_slot = 0;
    for (uint32_t i = 0; i < shape->exceptions_count; i++) {
        uint32_t slot = *position++;
        if (is_wide) {
            slot |= (uint32_t)*position++ << 8;
        }
        if (slot < next_slot || slot >= shape->head.count) {
            return damaged(err, "exceptions");
        }
        next_slot = slot + 1;
        residuals[slot] += load_high(high, shape->exception_size) << shape->width;
        high += shape->exception_size;
    }
    return EN_OK;
}

/* Residuals to values, in place. Damaged bytes may wrap around: unsigned, so without a fault. */
static void restore(const struct en_block_shape *shape, uint64_t *words)
{
    const uint32_t count = shape->head.count;
    const uint64_t divisor = shape->divisor;
    const uint64_t base = (uint64_t)shape->base;
    uint64_t residual = 0;
    if (shape->mode == EN_BLOCK_BASE) {
        for (uint32_t i = 0; i < count; i++) {
            words[i] = base + words[i] * divisor;
        }
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        residual += (words[i] >> 1) ^ (0 - (words[i] & 1));
        words[i] = base + residual * divisor;
    }
}

static en_code clear_missing(const struct en_block_shape *shape, int64_t *values, uint32_t *missing,
                             struct en_error *err)
{
    struct en_block_runs runs;
    struct en_block_run run = {0};
    bool is_run = true;
    en_code code = en_block_runs_open(shape, &runs, err);
    while (code == EN_OK && is_run) {
        code = en_block_runs_next(&runs, &run, &is_run, err);
        if (code == EN_OK && is_run && en_quality_is_missing(run.word)) {
            memset(values + run.from, 0, run.count * sizeof *values);
            *missing += run.count;
        }
    }
    return code;
}

en_code en_block_shape_values(const struct en_block_shape *shape, int64_t *values,
                              uint32_t *missing, struct en_error *err)
{
    uint64_t *words = (uint64_t *)values; /* the signed twin: the same object, allowed */
    *missing = 0;
    if (shape->mode == EN_BLOCK_RAW) {
        for (uint32_t i = 0; i < shape->head.count; i++) {
            words[i] = load_u64(shape->body.bytes + (size_t)i * 8);
        }
    } else {
        /* mostly the residuals need nothing but the base, which can be added on the way */
        bool is_plain = shape->mode == EN_BLOCK_BASE && shape->divisor == 1;
        en_bits_unpack(shape->body, shape->head.count, shape->width,
                       is_plain ? (uint64_t)shape->base : 0, words);
        if (shape->exceptions_count > 0 && patch(shape, words, err) != EN_OK) {
            return EN_CORRUPT;
        }
        if (!is_plain) {
            restore(shape, words);
        }
    }
    return shape->head.quality_is_common ? EN_OK : clear_missing(shape, values, missing, err);
}

uint64_t en_block_shape_bound(const struct en_block_shape *shape)
{
    unsigned bits = shape->width + (shape->exceptions_count > 0 ? 8 * shape->exception_size : 0);
    bits += shape->mode == EN_BLOCK_DELTA ? en_bits_of(shape->head.count) : 0;
    bits += en_bits_of(shape->divisor) - (shape->divisor == 1);
    uint64_t base = shape->base < 0 ? 0 - (uint64_t)shape->base : (uint64_t)shape->base;
    if (shape->mode == EN_BLOCK_RAW || bits > 61 || base > BOUND_MAX / 2) {
        return UINT64_MAX;
    }
    return base + (UINT64_C(1) << bits);
}

static int64_t sum_small(const int64_t *values, uint32_t count)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum;
}

/* Halves of 32 bits cannot run over, so one addition at the end is 128 bits wide. */
static en_i128 sum_large(const int64_t *values, uint32_t count)
{
    uint64_t low = 0;
    uint64_t high = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t shifted = (uint64_t)values[i] ^ (UINT64_C(1) << 63); /* as value + 2^63 */
        low += shifted & UINT32_MAX;
        high += shifted >> 32;
    }
    return (en_i128)low + ((en_i128)high << 32) - ((en_i128)count << 63);
}

struct en_block_total en_block_shape_total(const struct en_block_shape *shape,
                                           const int64_t *values, uint32_t missing)
{
    const uint32_t count = shape->head.count;
    bool is_small = en_block_shape_bound(shape) <= (UINT64_C(1) << 62) / EN_SLOTS_MAX;
    en_i128 sum = is_small ? sum_small(values, count) : sum_large(values, count);
    return (struct en_block_total){sum, count - missing, missing};
}
