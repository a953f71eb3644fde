#include "core/decimal.h"

#include "core/fixed.h"

#include <inttypes.h>

#define TEXT_SIZE_MAX 64 /* the longest text that is looked at */

/* What has been read of a text so far. */
struct reading {
    struct en_slice text;
    size_t at;
    bool is_negative;
    uint64_t digits; /* magnitude */
};

static en_code malformed(const struct reading *r, const char *what, struct en_error *err)
{
    int shown = r->text.size < 32 ? (int)r->text.size : 32;
    return en_error_set(err, EN_MALFORMED, "decimal \"%.*s\": %s at position %zu", shown,
                        (const char *)r->text.bytes, what, r->at + 1);
}

static en_code too_long(const struct reading *r, struct en_error *err)
{
    return en_error_set(err, EN_OVERFLOW, "decimal has more digits than 64 bits hold, position %zu",
                        r->at + 1);
}

static bool at_digit(const struct reading *r)
{
    return r->at < r->text.size && r->text.bytes[r->at] >= '0' && r->text.bytes[r->at] <= '9';
}

static uint64_t digit_here(const struct reading *r)
{
    return (uint64_t)(r->text.bytes[r->at] - '0');
}

/* Appends one decimal digit to the magnitude; false when it no longer fits a signed 64 bits. */
static bool digit_append(struct reading *r, uint64_t digit)
{
    uint64_t limit = (uint64_t)INT64_MAX + (r->is_negative ? 1u : 0u);
    if (r->digits > (limit - digit) / 10) {
        return false;
    }
    r->digits = r->digits * 10 + digit;
    return true;
}

static bool at_mark(const struct reading *r, en_decimal_mark mark)
{
    if (r->at >= r->text.size) {
        return false;
    }
    uint8_t byte = r->text.bytes[r->at];
    return (byte == '.' && ((unsigned)mark & EN_DECIMAL_POINT) != 0) ||
           (byte == ',' && ((unsigned)mark & EN_DECIMAL_COMMA) != 0);
}

/* Sign and whole part. */
static en_code read_whole(struct reading *r, struct en_error *err)
{
    if (r->text.size == 0) {
        return en_error_set(err, EN_MALFORMED, "decimal is empty");
    }
    if (r->text.size > TEXT_SIZE_MAX) {
        return en_error_set(err, EN_MALFORMED, "decimal is longer than %d characters",
                            TEXT_SIZE_MAX);
    }
    if (r->text.bytes[0] == '-') {
        r->is_negative = true;
        r->at = 1;
    }
    if (!at_digit(r)) {
        return malformed(r, "a digit is missing", err);
    }
    for (; at_digit(r); r->at++) {
        if (!digit_append(r, digit_here(r))) {
            return too_long(r, err);
        }
    }
    return EN_OK;
}

/* Skips the mark; at the end of the text there is no fraction. */
static en_code read_mark(struct reading *r, en_decimal_mark mark, bool *has_fraction,
                         struct en_error *err)
{
    *has_fraction = r->at < r->text.size;
    if (!*has_fraction) {
        return EN_OK;
    }
    if (!at_mark(r, mark)) {
        return malformed(r, "unexpected character", err);
    }
    r->at++;
    return at_digit(r) ? EN_OK : malformed(r, "a digit is missing", err);
}

static struct en_decimal reading_value(const struct reading *r, int exponent)
{
    uint64_t bits = r->is_negative ? 0 - r->digits : r->digits;
    return (struct en_decimal){(int64_t)bits, (int8_t)exponent};
}

static void assert_valid(struct en_decimal decimal)
{
    EN_ASSERT(decimal.exponent >= EN_DECIMAL_EXPONENT_MIN);
    EN_ASSERT(decimal.exponent <= EN_DECIMAL_EXPONENT_MAX);
}

en_code en_decimal_parse(struct en_slice text, en_decimal_mark mark, struct en_decimal *decimal,
                         struct en_error *err)
{
    struct reading r = {text, 0, false, 0};
    bool has_fraction = false;
    en_code code = read_whole(&r, err);
    if (code == EN_OK) {
        code = read_mark(&r, mark, &has_fraction, err);
    }
    if (code != EN_OK) {
        return code;
    }
    int exponent = 0;
    for (; at_digit(&r); r.at++, exponent--) {
        if (exponent == -EN_DECIMAL_FRACTION_MAX) {
            return malformed(&r, "more than 9 digits behind the mark", err);
        }
        if (!digit_append(&r, digit_here(&r))) {
            return too_long(&r, err);
        }
    }
    if (r.at != text.size) {
        return malformed(&r, "unexpected character", err);
    }
    *decimal = reading_value(&r, exponent);
    return EN_OK;
}

en_code en_decimal_parse_half_up(struct en_slice text, en_decimal_mark mark, int fraction_max,
                                 struct en_decimal *decimal, bool *is_exact, struct en_error *err)
{
    EN_ASSERT(fraction_max >= 0);
    EN_ASSERT(fraction_max <= EN_DECIMAL_FRACTION_MAX);
    struct reading r = {text, 0, false, 0};
    bool has_fraction = false;
    en_code code = read_whole(&r, err);
    if (code == EN_OK) {
        code = read_mark(&r, mark, &has_fraction, err);
    }
    if (code != EN_OK) {
        return code;
    }
    int exponent = 0;
    bool is_lost = false;
    bool rounds_up = false;
    for (int index = 0; at_digit(&r); r.at++, index++) {
        if (index < fraction_max) {
            if (!digit_append(&r, digit_here(&r))) {
                return too_long(&r, err);
            }
            exponent--;
        } else {
            /* Away from zero on a half: the first digit that is cut decides alone. */
            rounds_up = rounds_up || (index == fraction_max && digit_here(&r) >= 5);
            is_lost = is_lost || digit_here(&r) != 0;
        }
    }
    if (r.at != text.size) {
        return malformed(&r, "unexpected character", err);
    }
    if (rounds_up) {
        if (r.digits >= (uint64_t)INT64_MAX) {
            return too_long(&r, err);
        }
        r.digits++;
    }
    *decimal = reading_value(&r, exponent);
    *is_exact = !is_lost;
    return EN_OK;
}

size_t en_decimal_print(struct en_decimal decimal, char text[EN_DECIMAL_TEXT_SIZE])
{
    assert_valid(decimal);
    /* Digits from the last to the first: padded zeros of the exponent, the mark, the whole part. */
    char reversed[EN_DECIMAL_TEXT_SIZE];
    size_t size = 0;
    uint64_t rest = en_i64_magnitude(decimal.digits);
    int behind = decimal.exponent < 0 ? -decimal.exponent : 0;
    for (int i = 0; i < decimal.exponent && rest != 0; i++) {
        reversed[size++] = '0';
    }
    for (int i = 0; i < behind; i++, rest /= 10) {
        reversed[size++] = (char)('0' + rest % 10);
    }
    if (behind > 0) {
        reversed[size++] = '.';
    }
    do {
        reversed[size++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (decimal.digits < 0) {
        reversed[size++] = '-';
    }
    EN_ASSERT(size < EN_DECIMAL_TEXT_SIZE);
    for (size_t i = 0; i < size; i++) {
        text[i] = reversed[size - 1 - i];
    }
    text[size] = '\0';
    return size;
}

struct en_decimal en_decimal_canonical(struct en_decimal decimal)
{
    assert_valid(decimal);
    if (decimal.digits == 0) {
        return (struct en_decimal){0, 0};
    }
    while (decimal.digits % 10 == 0 && decimal.exponent < EN_DECIMAL_EXPONENT_MAX) {
        decimal.digits /= 10;
        decimal.exponent++;
    }
    return decimal;
}

/* Puts both over the finer exponent of the two. False when the distance is over 18 powers: then no
 * 64-bit result is possible, and the coarser number outweighs the finer one unless it is 0. */
static bool align(struct en_decimal a, struct en_decimal b, en_i128 *a_out, en_i128 *b_out,
                  int *exponent)
{
    assert_valid(a);
    assert_valid(b);
    int distance = a.exponent - b.exponent;
    if (distance > EN_POW10_MAX || distance < -EN_POW10_MAX) {
        return false;
    }
    *exponent = distance > 0 ? b.exponent : a.exponent;
    *a_out = (en_i128)a.digits * en_pow10(distance > 0 ? distance : 0);
    *b_out = (en_i128)b.digits * en_pow10(distance < 0 ? -distance : 0);
    return true;
}

int en_decimal_compare(struct en_decimal a, struct en_decimal b)
{
    en_i128 left = 0;
    en_i128 right = 0;
    int exponent = 0;
    if (!align(a, b, &left, &right, &exponent)) {
        /* 10^19 and more outweighs every 64-bit count of the finer unit. */
        bool a_decides = (a.exponent > b.exponent && a.digits != 0) || b.digits == 0;
        return a_decides ? (a.digits > 0) - (a.digits < 0) : (b.digits < 0) - (b.digits > 0);
    }
    return (left > right) - (left < right);
}

en_code en_decimal_shift(struct en_decimal decimal, int power, struct en_decimal *shifted,
                         struct en_error *err)
{
    assert_valid(decimal);
    if (power < -2 * EN_DECIMAL_EXPONENT_MAX || power > 2 * EN_DECIMAL_EXPONENT_MAX ||
        decimal.exponent + power < EN_DECIMAL_EXPONENT_MIN ||
        decimal.exponent + power > EN_DECIMAL_EXPONENT_MAX) {
        return en_error_set(err, EN_OVERFLOW, "decimal exponent %d moved by %d leaves its range",
                            decimal.exponent, power);
    }
    *shifted = (struct en_decimal){decimal.digits, (int8_t)(decimal.exponent + power)};
    return EN_OK;
}

static en_code sum_signed(struct en_decimal a, struct en_decimal b, int sign,
                          struct en_decimal *sum, struct en_error *err)
{
    en_i128 left = 0;
    en_i128 right = 0;
    int exponent = 0;
    int64_t digits = 0;
    if (!align(a, b, &left, &right, &exponent) ||
        !en_i128_to_i64(left + (en_i128)sign * right, &digits)) {
        return en_error_set(err, EN_OVERFLOW,
                            "decimals %" PRId64 "e%d and %" PRId64 "e%d have no common 64-bit form",
                            a.digits, a.exponent, b.digits, b.exponent);
    }
    *sum = (struct en_decimal){digits, (int8_t)exponent};
    return EN_OK;
}

en_code en_decimal_subtract(struct en_decimal a, struct en_decimal b, struct en_decimal *difference,
                            struct en_error *err)
{
    return sum_signed(a, b, -1, difference, err);
}

en_code en_decimal_add(struct en_decimal a, struct en_decimal b, struct en_decimal *sum,
                       struct en_error *err)
{
    return sum_signed(a, b, 1, sum, err);
}

en_code en_decimal_micro(struct en_decimal decimal, int64_t *micro, struct en_error *err)
{
    assert_valid(decimal);
    int power = decimal.exponent + 6;
    if (power < 0) {
        int64_t divisor = en_pow10(-power);
        if (decimal.digits % divisor != 0) {
            return en_error_set(err, EN_INEXACT, "%" PRId64 "e%d has digits below 0.000001",
                                decimal.digits, decimal.exponent);
        }
        *micro = decimal.digits / divisor;
        return EN_OK;
    }
    bool fits = decimal.digits == 0;
    if (power <= EN_POW10_MAX) {
        fits = en_i128_to_i64((en_i128)decimal.digits * en_pow10(power), micro);
    } else if (fits) {
        *micro = 0;
    }
    return fits ? EN_OK
                : en_error_set(err, EN_OVERFLOW, "%" PRId64 "e%d is over the range of 1e-6 units",
                               decimal.digits, decimal.exponent);
}

struct en_decimal en_decimal_of_micro(int64_t micro)
{
    struct en_decimal decimal = {micro, -6};
    return en_decimal_canonical(decimal);
}

size_t en_micro_print(int64_t micro, char text[EN_DECIMAL_TEXT_SIZE])
{
    return en_decimal_print(en_decimal_of_micro(micro), text);
}

en_code en_micro_parse(struct en_slice text, int64_t *micro, struct en_error *err)
{
    struct en_decimal decimal = {0, 0};
    en_code code = en_decimal_parse(text, EN_DECIMAL_POINT, &decimal, err);
    if (code == EN_OK) {
        code = en_decimal_micro(decimal, micro, err);
    }
    return code;
}
