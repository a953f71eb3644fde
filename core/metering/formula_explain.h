/* Why a value is what it is: the formula's tree with the value, unit and quality of every part in
 * one slot. Each part is computed by itself, by the same machine as the result.
 *
 *   @a.A+ + @b.A+ = 30 kWh (DERIVED, VALID)
 *     @a.A+ = 10 kWh (MEASURED, VALID)
 *     @b.A+ = 20 kWh (EST_INTERP, SUSPECT, LATE)
 *
 * For people: the text may change between versions and is never read back. */
#ifndef EN_CORE_METERING_FORMULA_EXPLAIN_H
#define EN_CORE_METERING_FORMULA_EXPLAIN_H

#include "core/buf.h"
#include "core/metering/formula_eval.h"

/* What the explained value was computed from: as given to en_formula_compile and en_formula_eval.
 */
struct en_formula_case {
    const struct en_formula_binding *binding;
    const struct en_formula_day *days;
    uint32_t slots_count;
    uint32_t slot; /* the one to explain */
};

/* Appends the tree, one part on a line, two spaces deeper per level. The formula is parsed and
 * checked. Codes as en_formula_compile and en_formula_eval; EN_LIMIT of the buffer. */
en_code en_formula_explain(const struct en_formula *formula, const struct en_formula_case *one,
                           struct en_buf *buf, struct en_error *err) EN_MUST_CHECK;

#endif
