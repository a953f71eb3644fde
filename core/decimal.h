/* A decimal as it was read: digits * 10^exponent, so "12.50" is {1250, -2} and is told from "12.5".
 * It is kept for ever; converting it to 1e-6 units is explicit and fails rather than rounds.
 * Plain value, any thread. */
#ifndef EN_CORE_DECIMAL_H
#define EN_CORE_DECIMAL_H

#include "core/error.h"
#include "core/slice.h"

#include <stdint.h>

#define EN_DECIMAL_EXPONENT_MIN (-18)
#define EN_DECIMAL_EXPONENT_MAX 18
#define EN_DECIMAL_FRACTION_MAX 9 /* digits behind the mark in text */
#define EN_DECIMAL_TEXT_SIZE 48   /* the longest text and its end mark */
#define EN_MICRO 1000000          /* units of 1e-6 in one */

struct en_decimal {
    int64_t digits;
    int8_t exponent; /* EN_DECIMAL_EXPONENT_MIN .. EN_DECIMAL_EXPONENT_MAX */
};

/* Which decimal marks a text may use. */
typedef enum en_decimal_mark {
    EN_DECIMAL_POINT = 1,
    EN_DECIMAL_COMMA = 2,
    EN_DECIMAL_POINT_OR_COMMA = 3,
} en_decimal_mark;

/* Reads the whole text: `-?\d+([.,]\d{1,9})?`, no spaces, no plus, no exponent.
 * Codes: EN_MALFORMED (with the position), EN_OVERFLOW (more digits than 64 bits hold). */
en_code en_decimal_parse(struct en_slice text, en_decimal_mark mark, struct en_decimal *decimal,
                         struct en_error *err) EN_MUST_CHECK;

/* As en_decimal_parse, for sources that print long interpolated fractions (any number of digits up
 * to 64): keeps fraction_max digits behind the mark (0..9), rounded half up away from zero.
 * *is_exact tells whether anything was lost; the text itself stays in the document that it came
 * from. */
en_code en_decimal_parse_half_up(struct en_slice text, en_decimal_mark mark, int fraction_max,
                                 struct en_decimal *decimal, bool *is_exact,
                                 struct en_error *err) EN_MUST_CHECK;

/* Prints as read, with a point: {1250, -2} is "12.50", {3, 2} is "300". Returns the length. */
size_t en_decimal_print(struct en_decimal decimal, char text[EN_DECIMAL_TEXT_SIZE]);

/* The same number without trailing zeros in its digits; zero is {0, 0}. Equal numbers have equal
 * canonical forms. */
struct en_decimal en_decimal_canonical(struct en_decimal decimal);

/* By value: below 0, 0, above 0 ("12.50" and "12.5" are equal). */
int en_decimal_compare(struct en_decimal a, struct en_decimal b);

/* Multiplies by 10^power exactly. Codes: EN_OVERFLOW (the exponent leaves its range). */
en_code en_decimal_shift(struct en_decimal decimal, int power, struct en_decimal *shifted,
                         struct en_error *err) EN_MUST_CHECK;

/* a - b and a + b exactly, at the finer exponent of the two. Codes: EN_OVERFLOW. */
en_code en_decimal_subtract(struct en_decimal a, struct en_decimal b, struct en_decimal *difference,
                            struct en_error *err) EN_MUST_CHECK;
en_code en_decimal_add(struct en_decimal a, struct en_decimal b, struct en_decimal *sum,
                       struct en_error *err) EN_MUST_CHECK;

/* The number in units of 1e-6. Codes: EN_INEXACT (digits below 1e-6 that are not 0), EN_OVERFLOW.
 */
en_code en_decimal_micro(struct en_decimal decimal, int64_t *micro,
                         struct en_error *err) EN_MUST_CHECK;

/* The decimal of a number of 1e-6 units, canonical. */
struct en_decimal en_decimal_of_micro(int64_t micro);

/* Text of a number of 1e-6 units without trailing zeros: "-12.5", "0". Returns the length. */
size_t en_micro_print(int64_t micro, char text[EN_DECIMAL_TEXT_SIZE]);

/* Reads a decimal text (point) straight to 1e-6 units. Codes as en_decimal_parse and
 * en_decimal_micro. */
en_code en_micro_parse(struct en_slice text, int64_t *micro, struct en_error *err) EN_MUST_CHECK;

#endif
