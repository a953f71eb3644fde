/* The linear form of a formula: where a result is a sum of rational multiples of series, strict or
 * lenient throughout, it can be settled by exact differences instead of being computed again.
 *
 *   total = sum of weight * value + constant    whole numbers in 128 bits, kept by the caller
 *   value of the result = total / den, rounded half away from zero to 1e-6
 *
 * When one operand changes, total changes by weight * (new - old): exactly, whatever the order.
 * Qualities need counters beside it (how many operands are usable, how many carry each flag).
 * en_formula_linear_eval computes everything from the operands; it gives the same bytes as
 * en_formula_eval and is the oracle for both that and for settling by differences.
 *
 * Pure; the terms live in the arena. */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_LINEAR_H
#define EN_CORE_METERING_FORMULA_FORMULA_LINEAR_H

#include "core/fixed.h"
#include "core/metering/formula/formula_eval.h"

struct en_formula_linear_term {
    uint32_t ref; /* in formula->refs */
    struct en_formula_reach reach;
    struct en_formula_number coefficient; /* reduced */
    int64_t weight;                       /* coefficient * den, whole */
};

struct en_formula_linear {
    struct en_formula_linear_term *terms; /* each (ref, reach) once */
    uint32_t terms_count;
    bool is_lenient; /* sum~: what is missing is left out; the constant is then 0 */
    bool is_integer; /* den is 1: nothing is ever rounded */
    int64_t den;
    en_i128 constant; /* of the total: the written number in 1e-6, times den */
};

/* The linear form with these constants.
 * Codes: EN_UNSUPPORTED (the formula is not linear, or names an operand twice in sum~; the error
 * says where), EN_OVERFLOW (coefficients without a common denominator), EN_LIMIT, EN_NOMEM. */
en_code en_formula_linearize(const struct en_formula *formula,
                             const struct en_formula_binding *binding, struct en_arena *arena,
                             struct en_formula_linear *linear, struct en_error *err) EN_MUST_CHECK;

/* Moves a total by a changed operand; false (total untouched) when it does not fit 127 bits. */
bool en_formula_linear_move(const struct en_formula_linear_term *term, int64_t value_old,
                            int64_t value_new, en_i128 *total);

/* The result's value of a total; false when it does not fit 64 bits (the result is then missing,
 * REJECTED, OVERFLOW). */
bool en_formula_linear_value(const struct en_formula_linear *linear, en_i128 total, int64_t *value);

/* The result from all operands: rows[i] holds the slots of terms[i] as its reach asks (count is
 * slots_count, or 0 for nothing kept). */
void en_formula_linear_eval(const struct en_formula_linear *linear,
                            const struct en_formula_day *rows, uint32_t slots_count,
                            const struct en_formula_result *result);

#endif
