/* Sums over series, the work that matters: instructions LINEAR and LENIENT of formula_program.h.
 *
 * Series with weight 1 or -1 are added in 64 bits, several slots at a time, while signs watch for
 * overflow; only slots that did overflow are summed again in 128 bits. Qualities are merged only
 * when a series' words differ from those of the series before it: merging the same words again
 * would change nothing. */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_SUM_H
#define EN_CORE_METERING_FORMULA_FORMULA_SUM_H

#include "core/metering/formula/formula_machine.h"

/* to <- the sum; a slot with an operand that is not usable is missing. */
void en_formula_run_linear(struct en_formula_machine *machine,
                           const struct en_formula_instruction *run,
                           struct en_formula_register *to);

/* to <- the sum of what is usable, with how many that were; LENIENT_END judges it later. */
void en_formula_run_lenient(struct en_formula_machine *machine,
                            const struct en_formula_instruction *run,
                            struct en_formula_register *to);

#endif
