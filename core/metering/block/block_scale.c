#include "core/metering/block/block_scale.h"

#include <inttypes.h>

#include "core/fixed.h"
#include "core/metering/block/block_shape.h"

#define MICRO_EXPONENT (-6)

/* value * ratio where it is whole and fits. */
static bool scale_whole(struct en_ratio ratio, en_i128 value, en_i128 *scaled)
{
    en_i128 product = value * ratio.num; /* 64 bits each */
    *scaled = product / ratio.den;
    return product % ratio.den == 0;
}

/* All values are the same: the divisor says nothing. */
static bool is_level(const struct en_block_shape *shape)
{
    return shape->mode == EN_BLOCK_BASE && shape->width == 0 && shape->exceptions_count == 0;
}

/* Scales base and divisor, after which the residuals mean the scaled values. All values scale to
 * whole numbers exactly when the base and the common divisor of their differences do; then that
 * divisor, scaled, is the new one, and the choice of mode and width does not depend on it. */
static bool scale_shape(struct en_block_shape *shape, struct en_ratio ratio)
{
    en_i128 base = 0;
    en_i128 divisor = 0;
    if (shape->mode == EN_BLOCK_RAW || ratio.num <= 0 || shape->divisor > INT64_MAX ||
        !scale_whole(ratio, shape->base, &base) || !en_i128_to_i64(base, &shape->base)) {
        return false;
    }
    if (!is_level(shape)) {
        int64_t fitting = 0;
        if (!scale_whole(ratio, (en_i128)shape->divisor, &divisor) ||
            !en_i128_to_i64(divisor, &fitting)) {
            return false;
        }
        shape->divisor = (uint64_t)fitting;
    }
    return en_block_shape_bound(shape) != UINT64_MAX;
}

static bool is_whole_everywhere(const struct en_block *block, struct en_ratio ratio)
{
    for (uint32_t i = 0; i < block->head.count; i++) {
        en_i128 scaled = 0;
        if (!scale_whole(ratio, block->values[i], &scaled)) {
            return false;
        }
    }
    return true;
}

/* value * 10^exponent * ratio in 1e-6. A product over 128 bits divided by 63 is over 64. */
static bool scale_micro(struct en_ratio ratio, int64_t value, int exponent, int64_t *scaled)
{
    en_i128 product = (en_i128)value * ratio.num;
    en_i128 divisor = ratio.den;
    int power = exponent - MICRO_EXPONENT;
    for (; power > 0; power--) {
        if (!en_i128_multiply(product, 10, &product)) {
            return false;
        }
    }
    for (; power < 0; power++) {
        divisor *= 10; /* 63 bits times at most 10^12 */
    }
    return en_i128_to_i64(en_i128_divide_half_up(product, divisor), scaled);
}

static bool scale_values(struct en_block *block, struct en_ratio ratio, bool is_exact)
{
    for (uint32_t i = 0; i < block->head.count; i++) {
        en_i128 whole = 0;
        bool fits = is_exact ? scale_whole(ratio, block->values[i], &whole) &&
                                   en_i128_to_i64(whole, &block->values[i])
                             : scale_micro(ratio, block->values[i], block->head.exponent,
                                           &block->values[i]);
        if (!fits) {
            return false;
        }
    }
    if (!is_exact) {
        block->head.exponent = MICRO_EXPONENT;
    }
    return true;
}

static en_code scale_unpacked(struct en_slice bytes, struct en_ratio ratio, struct en_buf *out,
                              bool *is_exact, struct en_error *err)
{
    struct en_block block;
    en_code code = en_block_read(bytes, &block, err);
    if (code != EN_OK) {
        return code;
    }
    *is_exact = is_whole_everywhere(&block, ratio);
    if (!scale_values(&block, ratio, *is_exact)) {
        return en_error_set(err, EN_OVERFLOW, "a value of the day times %" PRId64 "/%" PRId64,
                            ratio.num, ratio.den);
    }
    return en_block_encode(&block, out, err);
}

en_code en_block_scale_half_up(struct en_slice bytes, struct en_ratio ratio, struct en_buf *out,
                               bool *is_exact, struct en_error *err)
{
    EN_ASSERT(en_ratio_is_valid(ratio));
    struct en_block_shape shape;
    bool is_exact_here = true;
    en_code code = en_block_shape_take(bytes, &shape, err);
    if (code != EN_OK) {
        return code;
    }
    if (scale_shape(&shape, ratio)) {
        uint8_t header[EN_BLOCK_HEADER_SIZE_MAX];
        en_buf_append(out, header, en_block_shape_put(&shape, header));
        en_buf_append(out, shape.body.bytes, shape.body.size);
        code = en_buf_code(out, err);
    } else {
        code = scale_unpacked(bytes, ratio, out, &is_exact_here, err);
    }
    if (code == EN_OK && is_exact != NULL) {
        *is_exact = is_exact_here;
    }
    return code;
}
