/* Numbers as files write them: blanks around, a plus, ".005", a decimal comma, more digits than
 * are kept. Never a float: digits and exponent, as read. Pure functions, any thread. */
#ifndef EN_FORMATS_NUMBER_H
#define EN_FORMATS_NUMBER_H

#include "core/decimal.h"

/* How numbers of one column are read. */
struct en_number_rule {
    en_decimal_mark mark;
    int decimals;             /* rounded half up away from zero to so many; -1: kept as read */
    struct en_decimal factor; /* the value is text * factor; {1, 0} for none */
};

/* Reads the text. *is_exact is false when the rule rounded. Codes: EN_MALFORMED, EN_OVERFLOW. */
en_code en_number_parse(struct en_slice text, const struct en_number_rule *rule,
                        struct en_decimal *value, bool *is_exact,
                        struct en_error *err) EN_MUST_CHECK;

/* A whole number of 1 to 18 digits and nothing else. */
bool en_digits_parse(struct en_slice text, int64_t *number);

/* The text without blanks, tabs, line ends and no-break spaces (U+00A0) at both ends. */
struct en_slice en_trimmed(struct en_slice text);

#endif
