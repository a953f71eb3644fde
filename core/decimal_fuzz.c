#include <stdlib.h>

#include "core/decimal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

/* What reads prints and reads again to the same digits; micro units are the same number. */
static void check_decimal(struct en_decimal decimal)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    struct en_decimal again = {0, 0};
    size_t size = en_decimal_print(decimal, text);
    require(en_decimal_parse(en_slice_of(text, size), EN_DECIMAL_POINT, &again, NULL) == EN_OK);
    require(again.digits == decimal.digits && again.exponent == decimal.exponent);
    require(en_decimal_compare(decimal, en_decimal_canonical(decimal)) == 0);
    int64_t micro = 0;
    if (en_decimal_micro(decimal, &micro, NULL) == EN_OK) {
        require(en_decimal_compare(decimal, en_decimal_of_micro(micro)) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_slice text = en_slice_of(data, size);
    struct en_decimal decimal = {0, 0};
    struct en_decimal rounded = {0, 0};
    struct en_error err = {0};
    bool is_exact = false;
    en_code code = en_decimal_parse(text, EN_DECIMAL_POINT_OR_COMMA, &decimal, &err);
    require((code == EN_OK) == (err.text[0] == '\0'));
    en_code half_up =
        en_decimal_parse_half_up(text, EN_DECIMAL_POINT_OR_COMMA, 9, &rounded, &is_exact, NULL);
    if (code == EN_OK) {
        check_decimal(decimal);
        require(half_up == EN_OK && is_exact);
        require(en_decimal_compare(decimal, rounded) == 0);
    }
    return 0;
}
