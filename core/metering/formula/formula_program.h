/* A formula made ready to run: its tree flattened to instructions over vectors of slots, with all
 * constants folded and all denominators known. Compiled once per formula version, parameter values
 * and grid; evaluated (formula_eval.h) for every day.
 *
 * A register holds, for every slot of a day, a 128-bit whole number (the lane) and a quality word.
 * A register's denominator is the same for all slots and known here, so that sums of rational
 * multiples are exact: value in 1e-6 of its unit = lane / den.
 *
 * Program and all it points to live in the arena. It is constant after compiling: any number of
 * threads may evaluate it. The instructions are for formula_eval.c only. */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_PROGRAM_H
#define EN_CORE_METERING_FORMULA_FORMULA_PROGRAM_H

#include "core/fixed.h"
#include "core/metering/formula/formula_state.h"
#include "core/metering/formula/formula_terms.h"

typedef enum en_formula_instruction_code {
    EN_FORMULA_RUN_LINEAR,      /* to <- sum of weight * series + constant */
    EN_FORMULA_RUN_LENIENT,     /* the same, over what is usable */
    EN_FORMULA_RUN_ADD,         /* to += weight * from */
    EN_FORMULA_RUN_ADD_LENIENT, /* to += weight * from where that is usable */
    EN_FORMULA_RUN_LENIENT_END, /* marks partial sums; missing where nothing was usable */
    EN_FORMULA_RUN_SCALE,       /* to *= weight */
    EN_FORMULA_RUN_PRODUCT,     /* to <- scale * product of powers of to, to + 1, ... ; rounded */
    EN_FORMULA_RUN_STATE,       /* to <- a function of the state in to, to + 1, ... ; rounded */
    EN_FORMULA_RUN_SQUARE,      /* to <- to * to, exact */
    EN_FORMULA_RUN_ADD_SQUARE,  /* to += from * from */
    EN_FORMULA_RUN_ASSUMED,     /* marks what is there as assumed */
    EN_FORMULA_RUN_FILL,        /* to <- missing */
    EN_FORMULA_RUN_ABS,
    EN_FORMULA_RUN_MIN, /* to <- the lesser of to and from */
    EN_FORMULA_RUN_MAX,
    EN_FORMULA_RUN_COALESCE, /* to <- from where to is missing */
    EN_FORMULA_RUN_COUNT,    /* to += 1 where from is usable */
    EN_FORMULA_RUN_DAY,      /* to <- its sum over the day, in every slot */
    EN_FORMULA_RUN_DERIVE,   /* source of to becomes DERIVED */
    EN_FORMULA_RUN_SELECT,   /* to <- to + 1 where to is true, to + 2 where it is false */
    EN_FORMULA_RUN_COMPARE,  /* to <- to compared with from */
    EN_FORMULA_RUN_AND,
    EN_FORMULA_RUN_OR,
    EN_FORMULA_RUN_NOT,
    EN_FORMULA_RUN_VALID,
    EN_FORMULA_RUN_MISSING,
} en_formula_instruction_code;

struct en_formula_weighted {
    uint32_t load;
    int64_t weight;
    struct en_formula_number share; /* the weight before a common denominator was known */
};

struct en_formula_instruction {
    struct en_formula_instruction *next;
    struct en_formula_instruction *next_aligned; /* while compiling: same denominator */
    en_formula_instruction_code code;
    en_formula_op compare;
    uint32_t to;
    uint32_t from;
    int64_t weight;
    struct en_formula_number share;
    struct en_formula_weighted *terms; /* LINEAR, LENIENT */
    uint32_t terms_count;
    uint32_t constants_count; /* LENIENT: written numbers among the operands */
    en_i128 constant;
    bool is_checked;       /* LINEAR, LENIENT: the sum might not fit 127 bits */
    const int32_t *powers; /* PRODUCT: of registers to, to + 1, ... */
    uint32_t powers_count;
    const struct en_formula_state *state; /* STATE */
    const int64_t *dens;                  /* STATE: of registers to, to + 1, ... */
    bool is_negative;                     /* PRODUCT: sign of the scale */
    en_u128 scale_num;
    en_u128 scale_den;
};

/* A series as one place of the formula reads it. */
struct en_formula_load {
    uint32_t ref;
    struct en_formula_reach reach;
};

/* Which days of a ref the evaluation wants: its own day and days_count - 1 days before it. */
struct en_formula_operand {
    uint32_t days_first; /* index of its own day in the days given to en_formula_eval */
    uint32_t days_count;
};

struct en_formula_program {
    const struct en_formula_instruction *first;
    const struct en_formula_load *loads;
    uint32_t loads_count;
    const struct en_formula_operand *operands; /* one per formula->refs */
    uint32_t operands_count;
    uint32_t days_count; /* of all operands together */
    uint32_t registers_count;
    int64_t den; /* of register 0, the result */
};

/* Compiles the formula (parsed, and checked by en_formula_check) with these constants. The error
 * has the place. Codes: EN_OVERFLOW (constants that do not fit together in 64 bits), EN_LIMIT (more
 * than EN_FORMULA_FACTORS_MAX series multiplied), EN_NOMEM. */
en_code en_formula_compile(const struct en_formula *formula,
                           const struct en_formula_binding *binding, struct en_arena *arena,
                           struct en_formula_program *program, struct en_error *err) EN_MUST_CHECK;

/* The same for one node of its tree, read as at that place (to explain a value by its parts): its
 * quality is that of the part, DERIVED only where something was computed. The node is no
 * condition. */
en_code en_formula_compile_node(const struct en_formula *formula,
                                const struct en_formula_node *node, struct en_formula_reach reach,
                                const struct en_formula_binding *binding, struct en_arena *arena,
                                struct en_formula_program *program,
                                struct en_error *err) EN_MUST_CHECK;

#endif
