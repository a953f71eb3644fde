/* Writing a formula back as text. The canonical text has one space around operators and no needless
 * parentheses or quotes: reading it gives the same tree, and printing that the same text, so equal
 * formulas can be told by their text. Pure; appends to the caller's buffer, whose failure is sticky
 * (EN_LIMIT, EN_NOMEM: en_buf_code). */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_PRINT_H
#define EN_CORE_METERING_FORMULA_FORMULA_PRINT_H

#include "core/buf.h"
#include "core/metering/formula/formula.h"

/* The whole formula. */
void en_formula_print(const struct en_formula *formula, struct en_buf *buf);

/* One reference: "@point.A+", "#formula". */
void en_formula_print_ref(const struct en_formula_ref *ref, struct en_buf *buf);

/* One node of the tree with all below it; a divisor prints as "1 / x". */
void en_formula_print_node(const struct en_formula *formula, const struct en_formula_node *node,
                           struct en_buf *buf);

#endif
