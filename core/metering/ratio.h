/* An exact ratio: transformer ratios (200/5), meter constants (1/5000), shares. Always reduced, the
 * denominator above 0, so equal ratios are equal structs. Scaling multiplies 128 bits wide and
 * rounds once, half up away from zero. Plain values, any thread. */
#ifndef EN_CORE_METERING_RATIO_H
#define EN_CORE_METERING_RATIO_H

#include "core/decimal.h"

#define EN_RATIO_TEXT_SIZE 48

struct en_ratio {
    int64_t num;
    int64_t den;
};

#define EN_RATIO_ONE ((struct en_ratio){1, 1})

/* Whether it is reduced, with a denominator above 0: what every function here gives and wants. Data
 * from outside is checked with it or made with en_ratio_make. */
bool en_ratio_is_valid(struct en_ratio ratio);

static inline bool en_ratio_equal(struct en_ratio a, struct en_ratio b)
{
    return a.num == b.num && a.den == b.den;
}

/* num/den reduced. Codes: EN_RANGE (den is 0), EN_OVERFLOW (does not fit after reduction). */
en_code en_ratio_make(int64_t num, int64_t den, struct en_ratio *ratio,
                      struct en_error *err) EN_MUST_CHECK;

/* The decimal as a ratio ("0.8" is 4/5). Codes: EN_OVERFLOW. */
en_code en_ratio_of_decimal(struct en_decimal decimal, struct en_ratio *ratio,
                            struct en_error *err) EN_MUST_CHECK;

/* a * b, reduced before multiplying (CT 200/5 by VT 10000/100 is 4000/1). Codes: EN_OVERFLOW. */
en_code en_ratio_multiply(struct en_ratio a, struct en_ratio b, struct en_ratio *product,
                          struct en_error *err) EN_MUST_CHECK;

/* ratio * 10^power, power -18..18: moves a unit ("Wh" read as kWh is -3). Codes: EN_OVERFLOW. */
en_code en_ratio_shift(struct en_ratio ratio, int power, struct en_ratio *shifted,
                       struct en_error *err) EN_MUST_CHECK;

/* 1/ratio. Codes: EN_RANGE (ratio is 0), EN_OVERFLOW. */
en_code en_ratio_invert(struct en_ratio ratio, struct en_ratio *inverse,
                        struct en_error *err) EN_MUST_CHECK;

/* By value: below 0, 0, above 0. */
int en_ratio_compare(struct en_ratio a, struct en_ratio b);

/* Reads "200/5", "40" or "1.25". Codes: EN_MALFORMED, EN_RANGE, EN_OVERFLOW. */
en_code en_ratio_parse(struct en_slice text, struct en_ratio *ratio,
                       struct en_error *err) EN_MUST_CHECK;

/* Prints reduced: "40", "-40/3". Returns the length. */
size_t en_ratio_print(struct en_ratio ratio, char text[EN_RATIO_TEXT_SIZE]);

/* value * ratio, one rounding, half up away from zero. False when it does not fit (*scaled is then
 * untouched): what follows (a flag, an error) is the caller's. */
bool en_ratio_scale_half_up(struct en_ratio ratio, int64_t value, int64_t *scaled);

/* Whether value * ratio is whole: scaling rounds nothing. */
bool en_ratio_scale_is_exact(struct en_ratio ratio, int64_t value);

/* decimal * ratio in 1e-6 units, one rounding, half up away from zero; false when it does not fit.
 */
bool en_ratio_scale_decimal_half_up(struct en_ratio ratio, struct en_decimal decimal,
                                    int64_t *micro);

#endif
