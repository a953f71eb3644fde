/* The state of one evaluation: for formula_eval.c and formula_sum.c only. All arrays hold one entry
 * per slot and live in the scratch arena.
 *
 * I1: the lane of a missing slot is 0. I2: a register's quality has no fiscal bits, and its source
 * is NONE exactly when the slot is missing. I3: |lane| < 2^127. */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_MACHINE_H
#define EN_CORE_METERING_FORMULA_FORMULA_MACHINE_H

#include "core/metering/formula/formula_program.h"
#include "core/metering/quality.h"

/* A written number has no part in quality: this word is neutral in every merge. */
#define EN_FORMULA_NEUTRAL                                                                         \
    ((uint64_t)EN_SOURCE_DERIVED | (uint64_t)EN_SOURCE_MEASURED << EN_QUALITY_WORST_SHIFT)

struct en_formula_register {
    en_i128 *lanes;
    uint64_t *qualities;
    uint32_t *usable; /* operands of the sum~ below: usable of expected */
    uint32_t *expected;
};

/* A series as a load reads it. */
struct en_formula_view {
    const int64_t *values;
    const uint64_t *qualities;
    uint64_t raw_mask; /* 1: rejected values count too; 0: they do not */
};

/* What is known of the operands' words while a sum runs over them. */
struct en_formula_words {
    uint64_t *any;     /* OR of all words */
    uint64_t *both;    /* low verdict bit set where a word had both */
    uint32_t *sources; /* bit per worst source, and one for an operand that is not usable */
    uint64_t *mask;    /* all ones where the operand in hand is usable */
    const struct en_formula_view *seen; /* the operand in hand */
    bool all_usable;                    /* it is usable in all slots */
    uint32_t whole_count;               /* lenient: operands with all slots usable */
    uint32_t worst_of; /* the last sources that were judged, and the worst among them */
    en_source worst;
};

struct en_formula_machine {
    const struct en_formula_program *program;
    struct en_formula_view *views;
    struct en_formula_register *registers;
    struct en_formula_words words;
    int64_t *sums;      /* 64-bit sums of a LINEAR */
    int64_t *overflows; /* negative where such a sum overflowed */
    int64_t *masked;
    uint32_t slots_count;
};

static inline void en_formula_set_missing(struct en_formula_register *to, uint32_t slot,
                                          uint64_t quality)
{
    EN_ASSERT(en_quality_is_missing(quality));
    to->lanes[slot] = 0;
    to->qualities[slot] = quality;
}

#endif
