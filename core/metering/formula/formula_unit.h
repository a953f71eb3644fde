/* Units of a formula: checked once, when the formula is set, so that evaluation never has to.
 *
 * What is added, compared or chosen between must have one unit; a product multiplies units; a
 * written number takes the unit of what it meets (@a.A+ > 0, max(@a.A+, 5)). An amount times an
 * amount (kWh * kWh) is refused where it is not divided back, since it is nearly always a mistake:
 * write sq(x) for a square. Squares of kWh, kvarh and kVAh may be added: they give kVAh^2 (losses).
 * Rates are amounts per hour (kW = kWh / h), so p("P0") * hours() with P0 in kW gives kWh. Where a
 * unit cannot be told, the author states it: as(x, "kWh").
 *
 * Pure; the resolver is called once per name. */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_UNIT_H
#define EN_CORE_METERING_FORMULA_FORMULA_UNIT_H

#include "core/metering/formula/formula.h"

/* Who knows the names: gives the unit of each, or says why not (EN_NOT_FOUND, EN_DENIED …). */
struct en_formula_units {
    void *context;
    uint32_t slot_seconds; /* of the grid the formula will be evaluated on */
    en_code (*of_ref)(void *context, const struct en_formula_ref *ref, en_unit *unit,
                      struct en_error *err);
    en_code (*of_param)(void *context, struct en_slice name, en_unit *unit, struct en_error *err);
};

/* Resolves every name, checks units through the tree, and fills the dimension of every node and the
 * unit of every ref and param. *result is the unit of the formula's values.
 * Codes: EN_UNIT (they do not agree, or the result is no unit that values are kept in), EN_LIMIT
 * (prev reaches back over EN_FORMULA_LAG_DAYS_MAX on this grid), and what the resolver said, each
 * with the place. */
en_code en_formula_check(struct en_formula *formula, const struct en_formula_units *units,
                         en_unit *result, struct en_formula_place *place,
                         struct en_error *err) EN_MUST_CHECK;

#define EN_FORMULA_DIMENSION_TEXT_SIZE 160
#define EN_FORMULA_NO_UNIT "a number without unit"
/* "kWh", or "kVAh^2*h^-2" where that is no unit of its own, or EN_FORMULA_NO_UNIT. */
void en_formula_dimension_print(const struct en_formula_dimension *dimension,
                                char text[EN_FORMULA_DIMENSION_TEXT_SIZE]);

#endif
