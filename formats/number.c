#include "formats/number.h"

#include "core/fixed.h"

#define TEXT_SIZE_MAX 64u
#define DIGITS_MAX 18u

/* Size of the blank at the front, 0 none. */
static size_t blank_front(struct en_slice text)
{
    if (text.size > 0 && (text.bytes[0] == ' ' || (text.bytes[0] >= 9 && text.bytes[0] <= 13))) {
        return 1;
    }
    return text.size >= 2 && text.bytes[0] == 0xc2 && text.bytes[1] == 0xa0 ? 2 : 0;
}

static size_t blank_back(struct en_slice text)
{
    if (text.size > 0 && (text.bytes[text.size - 1] == ' ' ||
                          (text.bytes[text.size - 1] >= 9 && text.bytes[text.size - 1] <= 13))) {
        return 1;
    }
    return text.size >= 2 && text.bytes[text.size - 2] == 0xc2 && text.bytes[text.size - 1] == 0xa0
               ? 2
               : 0;
}

struct en_slice en_trimmed(struct en_slice text)
{
    for (size_t size = blank_front(text); size > 0; size = blank_front(text)) {
        text = en_slice_of(text.bytes + size, text.size - size);
    }
    for (size_t size = blank_back(text); size > 0; size = blank_back(text)) {
        text.size -= size;
    }
    return text;
}

bool en_digits_parse(struct en_slice text, int64_t *number)
{
    if (text.size == 0 || text.size > DIGITS_MAX) {
        return false;
    }
    int64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9') {
            return false;
        }
        value = value * 10 + (text.bytes[i] - '0');
    }
    *number = value;
    return true;
}

/* The text as core/decimal.h wants it: no plus, a digit before the mark. */
static en_code plain_number(struct en_slice text, char plain[TEXT_SIZE_MAX + 2],
                            struct en_slice *number, struct en_error *err)
{
    struct en_slice trimmed = en_trimmed(text);
    if (trimmed.size == 0) {
        return en_error_set(err, EN_MALFORMED, "number is empty");
    }
    if (trimmed.size > TEXT_SIZE_MAX) {
        return en_error_set(err, EN_MALFORMED, "number is longer than %u characters",
                            TEXT_SIZE_MAX);
    }
    size_t at = 0;
    size_t size = 0;
    if (trimmed.bytes[0] == '-') {
        plain[size++] = '-';
        at = 1;
    } else if (trimmed.bytes[0] == '+' && trimmed.size > 1 && trimmed.bytes[1] != '-') {
        at = 1;
    }
    if (at < trimmed.size && (trimmed.bytes[at] == '.' || trimmed.bytes[at] == ',')) {
        plain[size++] = '0';
    }
    memcpy(plain + size, trimmed.bytes + at, trimmed.size - at);
    *number = en_slice_of(plain, size + trimmed.size - at);
    return EN_OK;
}

static en_code apply_factor(struct en_decimal factor, struct en_decimal *value,
                            struct en_error *err)
{
    int64_t digits = 0;
    if (!en_i64_multiply(value->digits, factor.digits, &digits)) {
        return en_error_set(err, EN_OVERFLOW, "number times its multiplier does not fit 64 bits");
    }
    value->digits = digits;
    return en_decimal_shift(*value, factor.exponent, value, err);
}

en_code en_number_parse(struct en_slice text, const struct en_number_rule *rule,
                        struct en_decimal *value, bool *is_exact, struct en_error *err)
{
    EN_ASSERT(rule->decimals <= EN_DECIMAL_FRACTION_MAX);
    char plain[TEXT_SIZE_MAX + 2];
    struct en_slice number = {0};
    struct en_decimal parsed = {0};
    *is_exact = true;
    en_code code = plain_number(text, plain, &number, err);
    if (code == EN_OK && rule->decimals < 0) {
        code = en_decimal_parse(number, rule->mark, &parsed, err);
    } else if (code == EN_OK) {
        code = en_decimal_parse_half_up(number, rule->mark, rule->decimals, &parsed, is_exact, err);
    }
    if (code == EN_OK) {
        code = apply_factor(rule->factor, &parsed, err);
    }
    if (code == EN_OK) {
        *value = parsed;
    }
    return code;
}
