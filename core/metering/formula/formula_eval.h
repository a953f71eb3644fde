/* Evaluating a compiled formula over the slots of one day.
 *
 * Values are int64 in 1e-6 of their unit, qualities are words of quality.h, on one grid for all
 * series (a finer grid is brought to it by slots.h).
 *
 * Where it rounds. Everything is exact but in three places, each rounding once, half away from
 * zero: the result, to 1e-6; sums, differences and rational multiples before it are exact; a
 * product in which more than one factor varies, to 1e-6 (a * b / c * 4/3, sq(a)): all that * and /
 * and sq join, with brackets opened, is one product; a function of a state (formula_state.h): its
 * arguments, and its result, to 1e-6. Comparisons, min, max, clamp and day() take exact values.
 *
 * What becomes missing, and how it is marked (the value is then 0):
 *   a series' value that is missing, or REJECTED outside raw()  its flags and verdict, and GAP
 *   division by zero                                            SUSPECT, ZERO
 *   a state that no gas or water has                            REJECTED, GAP
 *   a number that does not fit (127 bits inside, 64 at the end) REJECTED, OVERFLOW
 * A strict operation with a missing operand is missing and carries all operands' flags and the
 * gravest verdict. sum~ leaves out missing operands, with their marks, and is PARTIAL; it is
 * missing only when all are. A condition that cannot be told makes `if` missing; and, or can be
 * told from one side where that side decides.
 *
 * Where it comes from: a result is DERIVED, with the worst source of its inputs beside it; but
 * coalesce keeps the quality of the value it took (a multiple of one series has that series'
 * source), and `if` that of its taken branch. A written number has no part in quality. Fiscal bits
 * are cleared.
 *
 * Deterministic: equal inputs give equal bytes, on every machine. Any number of threads may
 * evaluate one program, each with its own scratch arena. */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_EVAL_H
#define EN_CORE_METERING_FORMULA_FORMULA_EVAL_H

#include "core/metering/formula/formula_program.h"

/* One day of one series, borrowed for the call. count 0: nothing is kept for that day (all
 * missing); else its own day has exactly the slots evaluated. An earlier day with another number of
 * slots (civil clock change) has no counterpart for prev(x, 1d): missing. */
struct en_formula_day {
    const int64_t *values;
    const uint64_t *qualities;
    uint32_t count;
};

/* Where the result goes: arrays of slots_count, the caller's. How complete it is, usable of
 * expected: the operands of all sum~ that took part; 1 expected where there is none. Either may be
 * NULL. */
struct en_formula_result {
    int64_t *values;
    uint64_t *qualities;
    uint32_t *usable;
    uint32_t *expected;
};

/* Evaluates slots_count slots (1 .. EN_SLOTS_MAX). days has program->days_count entries: for
 * operand i its own day at operands[i].days_first, the day before at days_first + 1, and so on. The
 * scratch arena is taken from and not reset. Codes: EN_NOMEM (scratch). */
en_code en_formula_eval(const struct en_formula_program *program, const struct en_formula_day *days,
                        uint32_t slots_count, struct en_arena *scratch,
                        const struct en_formula_result *result, struct en_error *err) EN_MUST_CHECK;

#endif
