#include "core/metering/block/block.h"

#include <endian.h>

#include "core/bits.h"
#include "core/metering/block/block_shape.h"

/* How many packed bytes delta must save to be chosen: it is slower to read. */
#define DELTA_BYTES_MIN 4u
#define COST_NEVER SIZE_MAX

/* The encoder at work. Everything here follows from the contents alone, so that equal contents give
 * equal bytes; in particular the width, the exceptions and the mode do not depend on base and
 * divisor, so that a block scaled by an integer keeps its body. */
struct encoder {
    const struct en_block *block;
    struct en_block_shape shape;
    uint32_t present;
    uint32_t first; /* slot that has a value */
    int64_t min;
    int64_t max;
    bool has_missing;
    uint64_t residuals[EN_SLOTS_MAX];
    uint64_t deltas[EN_SLOTS_MAX];
    uint8_t *to;
    uint8_t bytes[EN_BLOCK_SIZE_MAX];
};

/* How the residuals of one mode would be packed. */
struct plan {
    size_t cost;
    unsigned width;
    uint32_t exceptions_count;
    unsigned exception_size;
};

static inline bool is_present(const struct encoder *encoder, uint32_t slot)
{
    return !encoder->has_missing || !en_quality_is_missing(encoder->block->quality[slot]);
}

static void look_at_quality(struct encoder *encoder)
{
    const struct en_block *block = encoder->block;
    bool is_common = true;
    encoder->has_missing = false;
    for (uint32_t i = 0; i < block->head.count && !block->head.quality_is_common; i++) {
        is_common = is_common && block->quality[i] == EN_QUALITY_MEASURED;
        encoder->has_missing = encoder->has_missing || en_quality_is_missing(block->quality[i]);
    }
    encoder->shape.head.quality_is_common = is_common;
}

/* Finds how many slots have a value, the first of them, the smallest and the largest. */
static void look_at_values(struct encoder *encoder)
{
    const int64_t *values = encoder->block->values;
    const uint32_t count = encoder->block->head.count;
    uint32_t first = 0;
    while (first < count && !is_present(encoder, first)) {
        first++;
    }
    encoder->first = first;
    encoder->present = 0;
    if (first == count) {
        encoder->first = 0;
        encoder->min = 0;
        encoder->max = 0;
        return;
    }
    int64_t min = values[first];
    int64_t max = min;
    for (uint32_t i = first; i < count; i++) {
        if (is_present(encoder, i)) {
            encoder->present++;
            min = values[i] < min ? values[i] : min;
            max = values[i] > max ? values[i] : max;
        }
    }
    encoder->min = min;
    encoder->max = max;
}

/* residuals / divisor without dividing: shift the twos out, multiply by the inverse of the odd part
 * modulo 2^64 (each round doubles the right bits, 3 are right at the start). */
static void divide_exactly(uint64_t *residuals, uint32_t count, uint64_t divisor)
{
    unsigned twos = (unsigned)__builtin_ctzll(divisor);
    uint64_t odd = divisor >> twos;
    uint64_t inverse = odd;
    for (int i = 0; i < 5; i++) {
        inverse *= 2 - odd * inverse;
    }
    for (uint32_t i = 0; i < count; i++) {
        residuals[i] = (residuals[i] >> twos) * inverse;
    }
}

static void make_residuals(struct encoder *encoder)
{
    const uint32_t count = encoder->block->head.count;
    uint64_t divisor = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t value = (uint64_t)encoder->block->values[i];
        encoder->residuals[i] = is_present(encoder, i) ? value - (uint64_t)encoder->min : 0;
    }
    for (uint32_t i = 0; i < count && divisor != 1; i++) {
        divisor = en_u64_gcd(divisor, encoder->residuals[i]);
    }
    encoder->shape.divisor = divisor == 0 ? 1 : divisor;
    if (divisor > 1) {
        divide_exactly(encoder->residuals, count, divisor);
    }
}

/* Steps between neighbours that have a value; a missing slot steps by 0. */
static void make_deltas(struct encoder *encoder)
{
    const uint32_t count = encoder->block->head.count;
    uint64_t before = encoder->residuals[encoder->first];
    for (uint32_t i = 0; i < count; i++) {
        uint64_t step = 0;
        if (is_present(encoder, i) && i >= encoder->first) {
            step = encoder->residuals[i] - before;
            before = encoder->residuals[i];
        }
        encoder->deltas[i] = (step << 1) ^ (0 - (step >> 63));
    }
}

/* The width with the smallest cost in bytes; on a tie the larger one, with fewer exceptions. */
static struct plan plan_of(const uint64_t *residuals, uint32_t count)
{
    uint32_t counts[65] = {0}; /* residuals by their bits */
    struct plan best = {.cost = COST_NEVER, .exception_size = 1};
    unsigned longest = 0;
    for (uint32_t i = 0; i < count; i++) {
        unsigned bits = en_bits_of(residuals[i]);
        counts[bits]++;
        longest = bits > longest ? bits : longest;
    }
    if (longest > EN_BITS_WIDTH_MAX) {
        return best;
    }
    uint32_t above = 0;
    for (unsigned width = longest;; width--) {
        unsigned bytes = (longest - width + 7) / 8;
        unsigned size = bytes <= 2 ? bytes : bytes <= 4 ? 4 : 8;
        size_t cost = en_bits_size(count, width);
        cost += above == 0 ? 0 : 1 + (size_t)above * ((count > 256 ? 2 : 1) + size);
        if (cost < best.cost) {
            best = (struct plan){cost, width, above, above == 0 ? 1 : size};
        }
        above += counts[width];
        if (width == 0 || above > EN_BLOCK_EXCEPTIONS_MAX) {
            return best;
        }
    }
}

static void put(struct encoder *encoder, uint64_t number)
{
    while (number >= 0x80) {
        *encoder->to++ = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    *encoder->to++ = (uint8_t)number;
}

static void put_little_endian(struct encoder *encoder, uint64_t number, unsigned size)
{
    number = htole64(number);
    memcpy(encoder->to, &number, size);
    encoder->to += size;
}

static void put_residuals(struct encoder *encoder, const uint64_t *residuals)
{
    const struct en_block_shape *shape = &encoder->shape;
    const uint32_t count = shape->head.count;
    en_bits_pack(residuals, count, shape->width, encoder->to);
    encoder->to += en_bits_size(count, shape->width);
    if (shape->exceptions_count == 0) {
        return;
    }
    uint64_t highs[EN_BLOCK_EXCEPTIONS_MAX];
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (residuals[i] >> shape->width != 0) {
            EN_ASSERT(found < shape->exceptions_count);
            highs[found++] = residuals[i] >> shape->width;
            put_little_endian(encoder, i, count > 256 ? 2 : 1);
        }
    }
    EN_ASSERT(found == shape->exceptions_count);
    for (uint32_t i = 0; i < found; i++) {
        put_little_endian(encoder, highs[i], shape->exception_size);
    }
}

static void put_raw(struct encoder *encoder)
{
    encoder->shape.mode = EN_BLOCK_RAW;
    encoder->to += en_block_shape_put(&encoder->shape, encoder->to);
    for (uint32_t i = 0; i < encoder->block->head.count; i++) {
        int64_t value = is_present(encoder, i) ? encoder->block->values[i] : 0;
        put_little_endian(encoder, (uint64_t)value, 8);
    }
}

static void put_packed(struct encoder *encoder)
{
    struct en_block_shape *shape = &encoder->shape;
    const uint32_t count = shape->head.count;
    make_residuals(encoder);
    make_deltas(encoder);
    struct plan plan = plan_of(encoder->residuals, count);
    struct plan delta = plan_of(encoder->deltas, count);
    EN_ASSERT(plan.cost != COST_NEVER);
    bool is_delta = delta.cost < plan.cost && plan.cost - delta.cost > DELTA_BYTES_MIN;
    if (is_delta) {
        plan = delta;
    }
    shape->mode = is_delta ? EN_BLOCK_DELTA : EN_BLOCK_BASE;
    shape->base = is_delta ? encoder->block->values[encoder->first] : encoder->min;
    shape->width = plan.width;
    shape->exceptions_count = plan.exceptions_count;
    shape->exception_size = plan.exception_size;
    encoder->to += en_block_shape_put(shape, encoder->to);
    put_residuals(encoder, is_delta ? encoder->deltas : encoder->residuals);
}

/* Words of the block that are not the common one, in the order they first appear. */
static en_code list_words(const struct en_block *block, uint64_t *words, uint32_t *words_count,
                          struct en_error *err)
{
    *words_count = 0;
    for (uint32_t i = 0; i < block->head.count; i++) {
        uint64_t word = block->quality[i];
        bool is_known = word == EN_QUALITY_MEASURED || (i > 0 && word == block->quality[i - 1]);
        for (uint32_t j = 0; j < *words_count && !is_known; j++) {
            is_known = words[j] == word;
        }
        if (is_known) {
            continue;
        }
        if (*words_count == EN_BLOCK_WORDS_MAX) {
            return en_error_set(err, EN_LIMIT, "a day block holds %u different quality words",
                                EN_BLOCK_WORDS_MAX);
        }
        words[(*words_count)++] = word;
    }
    return EN_OK;
}

static uint32_t run_end(const struct en_block *block, uint32_t from)
{
    uint32_t end = from + 1;
    while (end < block->head.count && block->quality[end] == block->quality[from]) {
        end++;
    }
    return end;
}

static uint32_t count_runs(const struct en_block *block)
{
    uint32_t runs = 0;
    for (uint32_t i = 0; i < block->head.count; i = run_end(block, i)) {
        runs += block->quality[i] != EN_QUALITY_MEASURED;
    }
    return runs;
}

static en_code put_quality(struct encoder *encoder, struct en_error *err)
{
    const struct en_block *block = encoder->block;
    uint64_t words[EN_BLOCK_WORDS_MAX];
    uint32_t words_count = 0;
    en_code code = list_words(block, words, &words_count, err);
    if (code != EN_OK) {
        return code;
    }
    put(encoder, words_count);
    for (uint32_t i = 0; i < words_count; i++) {
        put(encoder, words[i]);
    }
    put(encoder, count_runs(block));
    uint32_t before = 0;
    uint32_t end = 0;
    for (uint32_t i = 0; i < block->head.count; i = end) {
        end = run_end(block, i);
        if (block->quality[i] == EN_QUALITY_MEASURED) {
            continue;
        }
        put(encoder, i - before);
        put(encoder, end - i - 1);
        for (uint32_t j = 0; j < words_count && words_count > 1; j++) {
            if (words[j] == block->quality[i]) {
                put(encoder, j);
            }
        }
        before = end;
    }
    return EN_OK;
}

/* Fills encoder->bytes up to encoder->to. Worst case: 1500 raw values, 255 words, 1500 runs. */
static en_code encode(struct encoder *encoder, const struct en_block *block, struct en_error *err)
{
    _Static_assert(EN_BLOCK_HEADER_SIZE_MAX + EN_SLOTS_MAX * 8 + 4 + EN_BLOCK_WORDS_MAX * 10 +
                           EN_SLOTS_MAX * 5 + 8 <=
                       EN_BLOCK_SIZE_MAX,
                   "every block fits its limit");
    en_code code = en_block_head_check(&block->head, err);
    if (code != EN_OK) {
        return code;
    }
    encoder->block = block;
    encoder->to = encoder->bytes;
    encoder->shape = (struct en_block_shape){.head = block->head, .divisor = 1};
    look_at_quality(encoder);
    look_at_values(encoder);
    if ((uint64_t)encoder->max - (uint64_t)encoder->min > INT64_MAX) {
        put_raw(encoder);
    } else {
        put_packed(encoder);
    }
    if (!encoder->shape.head.quality_is_common) {
        code = put_quality(encoder, err);
    }
    EN_ASSERT((size_t)(encoder->to - encoder->bytes) <= sizeof encoder->bytes);
    return code;
}

en_code en_block_encode(const struct en_block *block, struct en_buf *out, struct en_error *err)
{
    struct encoder encoder;
    en_code code = encode(&encoder, block, err);
    if (code != EN_OK) {
        return code;
    }
    en_buf_append(out, encoder.bytes, (size_t)(encoder.to - encoder.bytes));
    return en_buf_code(out, err);
}

static en_code fill_quality(const struct en_block_shape *shape, uint64_t *quality,
                            struct en_error *err)
{
    struct en_block_runs runs;
    struct en_block_run run = {0};
    bool is_run = true;
    for (uint32_t i = 0; i < shape->head.count; i++) {
        quality[i] = EN_QUALITY_MEASURED;
    }
    en_code code = en_block_runs_open(shape, &runs, err);
    while (code == EN_OK && is_run) {
        code = en_block_runs_next(&runs, &run, &is_run, err);
        for (uint32_t i = 0; code == EN_OK && is_run && i < run.count; i++) {
            quality[run.from + i] = run.word;
        }
    }
    return code;
}

en_code en_block_read(struct en_slice bytes, struct en_block *block, struct en_error *err)
{
    uint32_t missing = 0;
    struct en_block_shape shape;
    en_code code = en_block_shape_take(bytes, &shape, err);
    if (code != EN_OK) {
        return code;
    }
    block->head = shape.head;
    code = en_block_shape_values(&shape, block->values, &missing, err);
    return code == EN_OK ? fill_quality(&shape, block->quality, err) : code;
}

en_code en_block_decode(struct en_slice bytes, struct en_block *block, struct en_error *err)
{
    struct encoder encoder;
    en_code code = en_block_read(bytes, block, err);
    if (code != EN_OK) {
        return code;
    }
    code = encode(&encoder, block, err);
    EN_ASSERT(code == EN_OK);
    struct en_slice again = en_slice_of(encoder.bytes, (size_t)(encoder.to - encoder.bytes));
    if (!en_slice_equal(bytes, again)) {
        return en_error_set(err, EN_CORRUPT, "a day block of %zu bytes is not in canonical form",
                            bytes.size);
    }
    return EN_OK;
}

en_code en_block_peek(struct en_slice bytes, struct en_block_head *head, struct en_error *err)
{
    struct en_block_shape shape;
    en_code code = en_block_shape_take(bytes, &shape, err);
    if (code == EN_OK) {
        *head = shape.head;
    }
    return code;
}

en_code en_block_values(struct en_slice bytes, int64_t *values, struct en_block_head *head,
                        struct en_error *err)
{
    uint32_t missing = 0;
    struct en_block_shape shape;
    en_code code = en_block_shape_take(bytes, &shape, err);
    if (code != EN_OK) {
        return code;
    }
    *head = shape.head;
    return en_block_shape_values(&shape, values, &missing, err);
}

en_code en_block_sum(struct en_slice bytes, struct en_block_total *total, struct en_error *err)
{
    int64_t values[EN_SLOTS_MAX];
    uint32_t missing = 0;
    struct en_block_shape shape;
    en_code code = en_block_shape_take(bytes, &shape, err);
    if (code == EN_OK) {
        code = en_block_shape_values(&shape, values, &missing, err);
    }
    if (code == EN_OK) {
        *total = en_block_shape_total(&shape, values, missing);
    }
    return code;
}
