/* Why a value is what it is: the formula's tree with the value, unit and quality of every part in
 * one slot. Each part is computed by itself, by the same machine as the result.
 *
 *   @a.A+ + @b.A+ = 30 kWh (DERIVED, VALID)
 *     @a.A+ = 10 kWh (MEASURED, VALID)
 *     @b.A+ = 20 kWh (EST_INTERP, SUSPECT, LATE)
 *
 * For people: the text may change between versions and is never read back. */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_EXPLAIN_H
#define EN_CORE_METERING_FORMULA_FORMULA_EXPLAIN_H

#include "core/buf.h"
#include "core/metering/formula/formula_eval.h"

/* What the explained value was computed from: as given to en_formula_compile and en_formula_eval.
 */
struct en_formula_case {
    const struct en_formula_binding *binding;
    const struct en_formula_day *days;
    uint32_t slots_count;
    uint32_t slot; /* the one to explain */
};

/* One part of the tree. */
struct en_formula_part {
    const struct en_formula_node *node;
    struct en_slice line; /* as en_formula_explain prints it, without indent and newline */
    uint32_t level;       /* 0: the whole formula */
    bool is_condition;    /* value 1: true, 0: false */
    int64_t micro;
    uint64_t quality;
    struct en_formula_reach reach; /* how it is read: prev and raw around it */
};

typedef en_code (*en_formula_part_visit)(void *self, const struct en_formula_part *part,
                                         struct en_error *err);

/* Visits the parts from the whole down, each before what it is made of; numbers and signs are left
 * out. Lines live for the call of visit. Codes as below, and what the visit returns. */
en_code en_formula_explain_parts(const struct en_formula *formula,
                                 const struct en_formula_case *one, en_formula_part_visit visit,
                                 void *self, struct en_error *err) EN_MUST_CHECK;

/* Appends the tree, one part on a line, two spaces deeper per level. The formula is parsed and
 * checked. Codes as en_formula_compile and en_formula_eval; EN_LIMIT of the buffer. */
en_code en_formula_explain(const struct en_formula *formula, const struct en_formula_case *one,
                           struct en_buf *buf, struct en_error *err) EN_MUST_CHECK;

#endif
