#include "core/metering/ratio.h"

#include "core/fixed.h"

#include <inttypes.h>
#include <stdio.h>

/* Reduces a 128-bit pair to an en_ratio; false when it does not fit. den is above 0. */
static bool reduce(en_i128 num, en_i128 den, struct en_ratio *ratio)
{
    EN_ASSERT(den > 0);
    en_u128 a = en_i128_magnitude(num);
    en_u128 b = (en_u128)den;
    while (b != 0) {
        en_u128 rest = a % b;
        a = b;
        b = rest;
    }
    struct en_ratio reduced = {0, 0};
    if (!en_i128_to_i64(num / (en_i128)a, &reduced.num) ||
        !en_i128_to_i64(den / (en_i128)a, &reduced.den)) {
        return false;
    }
    *ratio = reduced;
    return true;
}

static en_code does_not_fit(struct en_error *err)
{
    return en_error_set(err, EN_OVERFLOW, "ratio does not fit 64 bits over 64 bits");
}

bool en_ratio_is_valid(struct en_ratio ratio)
{
    return ratio.den > 0 && en_u64_gcd(en_i64_magnitude(ratio.num), (uint64_t)ratio.den) == 1;
}

en_code en_ratio_make(int64_t num, int64_t den, struct en_ratio *ratio, struct en_error *err)
{
    if (den == 0) {
        return en_error_set(err, EN_RANGE, "ratio %" PRId64 "/0 divides by zero", num);
    }
    en_i128 sign = den < 0 ? -1 : 1;
    return reduce(sign * num, sign * den, ratio) ? EN_OK : does_not_fit(err);
}

en_code en_ratio_of_decimal(struct en_decimal decimal, struct en_ratio *ratio, struct en_error *err)
{
    bool fits = decimal.exponent < 0
                    ? reduce(decimal.digits, en_pow10(-decimal.exponent), ratio)
                    : reduce((en_i128)decimal.digits * en_pow10(decimal.exponent), 1, ratio);
    return fits ? EN_OK : does_not_fit(err);
}

en_code en_ratio_multiply(struct en_ratio a, struct en_ratio b, struct en_ratio *product,
                          struct en_error *err)
{
    EN_ASSERT(a.den > 0);
    EN_ASSERT(b.den > 0);
    bool fits = reduce((en_i128)a.num * b.num, (en_i128)a.den * b.den, product);
    return fits ? EN_OK : does_not_fit(err);
}

en_code en_ratio_shift(struct en_ratio ratio, int power, struct en_ratio *shifted,
                       struct en_error *err)
{
    EN_ASSERT(ratio.den > 0);
    bool fits = power < 0 ? reduce(ratio.num, (en_i128)ratio.den * en_pow10(-power), shifted)
                          : reduce((en_i128)ratio.num * en_pow10(power), ratio.den, shifted);
    return fits ? EN_OK : does_not_fit(err);
}

en_code en_ratio_invert(struct en_ratio ratio, struct en_ratio *inverse, struct en_error *err)
{
    EN_ASSERT(ratio.den > 0);
    return en_ratio_make(ratio.den, ratio.num, inverse, err);
}

int en_ratio_compare(struct en_ratio a, struct en_ratio b)
{
    EN_ASSERT(a.den > 0);
    EN_ASSERT(b.den > 0);
    en_i128 left = (en_i128)a.num * b.den;
    en_i128 right = (en_i128)b.num * a.den;
    return (left > right) - (left < right);
}

en_code en_ratio_parse(struct en_slice text, struct en_ratio *ratio, struct en_error *err)
{
    const uint8_t *bar = text.size == 0 ? NULL : memchr(text.bytes, '/', text.size);
    size_t num_size = bar == NULL ? text.size : (size_t)(bar - text.bytes);
    struct en_decimal num = {0, 0};
    struct en_decimal den = {1, 0};
    struct en_ratio top = EN_RATIO_ONE;
    struct en_ratio bottom = EN_RATIO_ONE;
    en_code code = en_decimal_parse(en_slice_of(text.bytes, num_size), EN_DECIMAL_POINT, &num, err);
    if (code == EN_OK && bar != NULL) {
        struct en_slice rest = en_slice_of(bar + 1, text.size - num_size - 1);
        code = en_decimal_parse(rest, EN_DECIMAL_POINT, &den, err);
    }
    if (code == EN_OK) {
        code = en_ratio_of_decimal(num, &top, err);
    }
    if (code == EN_OK) {
        code = en_ratio_of_decimal(den, &bottom, err);
    }
    if (code == EN_OK) {
        code = en_ratio_invert(bottom, &bottom, err);
    }
    if (code == EN_OK) {
        code = en_ratio_multiply(top, bottom, ratio, err);
    }
    return code == EN_OK ? EN_OK : en_error_wrap(err, "ratio");
}

size_t en_ratio_print(struct en_ratio ratio, char text[EN_RATIO_TEXT_SIZE])
{
    if (ratio.den == 1) {
        return (size_t)snprintf(text, EN_RATIO_TEXT_SIZE, "%" PRId64, ratio.num);
    }
    return (size_t)snprintf(text, EN_RATIO_TEXT_SIZE, "%" PRId64 "/%" PRId64, ratio.num, ratio.den);
}

bool en_ratio_scale_half_up(struct en_ratio ratio, int64_t value, int64_t *scaled)
{
    EN_ASSERT(ratio.den > 0);
    return en_i128_to_i64(en_i128_divide_half_up((en_i128)value * ratio.num, ratio.den), scaled);
}

bool en_ratio_scale_is_exact(struct en_ratio ratio, int64_t value)
{
    EN_ASSERT(ratio.den > 0);
    return (en_i128)value * ratio.num % ratio.den == 0;
}

bool en_ratio_scale_decimal_half_up(struct en_ratio ratio, struct en_decimal decimal,
                                    int64_t *micro)
{
    EN_ASSERT(ratio.den > 0);
    en_i128 num = (en_i128)decimal.digits * ratio.num;
    en_i128 den = ratio.den;
    int power = decimal.exponent + 6;
    if (power < 0) {
        den *= en_pow10(-power); /* below 2^63 * 10^12 */
    }
    /* A product over 2^127 cannot come back to 64 bits: the divisor is then below 2^63. */
    for (; power > EN_POW10_MAX; power--) {
        if (!en_i128_multiply(num, 10, &num)) {
            return false;
        }
    }
    if (power > 0 && !en_i128_multiply(num, en_pow10(power), &num)) {
        return false;
    }
    return en_i128_to_i64(en_i128_divide_half_up(num, den), micro);
}
