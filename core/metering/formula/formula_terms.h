/* A formula seen as a sum: constants folded, brackets opened, equal operands joined. The compiler
 * (formula_program.h) and the linear form (formula_linear.h) both start here.
 *
 * Coefficients are exact rationals in 64 bits. A sum's terms are loads (a series, with how far back
 * and whether rejected values count) and whatever is not linear, left as nodes.
 *
 * Pure; all memory is the arena's. */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_TERMS_H
#define EN_CORE_METERING_FORMULA_FORMULA_TERMS_H

#include "core/metering/formula/formula.h"

/* A parameter's value on the day that is computed: exact, or not known that day (then all that
 * needs it is missing). */
struct en_formula_param_value {
    bool is_known;
    struct en_formula_number number;
};

/* What a formula's words stand for besides its series. */
struct en_formula_binding {
    uint32_t slot_seconds;                       /* hours() */
    const struct en_formula_param_value *params; /* as many as formula->params_count */
};

/* How a series is read at a place of the formula. */
struct en_formula_reach {
    uint32_t lag_days;
    uint32_t lag_slots;
    bool is_raw;
};

struct en_formula_term {
    struct en_formula_term *next;
    struct en_formula_term *same_ref;
    const struct en_formula_node *node; /* what is not linear; NULL of a load */
    uint32_t ref;                       /* of a load */
    struct en_formula_reach reach;
    struct en_formula_number weight;
};

/* weight * term + ... + constant. */
struct en_formula_terms {
    struct en_formula_term *first;
    struct en_formula_term *last;
    uint32_t loads_count;
    uint32_t nodes_count;
    struct en_formula_number constant;
};

/* A factor of a product: node^power. */
struct en_formula_factor {
    const struct en_formula_node *node;
    int32_t power;
};

#define EN_FORMULA_FACTORS_MAX 12u

/* weight * factor * ... */
struct en_formula_product {
    struct en_formula_factor factors[EN_FORMULA_FACTORS_MAX];
    uint32_t factors_count;
    struct en_formula_number weight;
};

/* The one who collects: lives during one compilation. */
struct en_formula_collector {
    const struct en_formula *formula;
    const struct en_formula_binding *binding;
    struct en_arena *arena;
    uint64_t serial; /* of the sum being collected */
    struct {
        uint64_t serial;
        struct en_formula_term *term;
    } * by_ref;
};

/* Codes: EN_NOMEM. */
en_code en_formula_collector_init(struct en_formula_collector *collector,
                                  const struct en_formula *formula,
                                  const struct en_formula_binding *binding, struct en_arena *arena,
                                  struct en_error *err) EN_MUST_CHECK;

/* The terms of the node. Codes: EN_OVERFLOW (a coefficient does not fit), EN_LIMIT (more than
 * EN_FORMULA_FACTORS_MAX factors), EN_NOMEM. */
en_code en_formula_collect(struct en_formula_collector *collector,
                           const struct en_formula_node *node, struct en_formula_reach reach,
                           struct en_formula_terms *terms, struct en_error *err) EN_MUST_CHECK;

/* The factors of a MULTIPLY, INVERT or SQUARE, opened through brackets, signs and as(). Codes as
 * en_formula_collect. */
en_code en_formula_factorize(struct en_formula_collector *collector,
                             const struct en_formula_node *node, struct en_formula_product *product,
                             struct en_error *err) EN_MUST_CHECK;

/* How the node's arguments are read: prev and raw change it. */
struct en_formula_reach en_formula_reach_below(struct en_formula_reach reach,
                                               const struct en_formula_node *node);

/* a * b and a + b, reduced; false when it does not fit. */
bool en_formula_number_multiply(struct en_formula_number a, struct en_formula_number b,
                                struct en_formula_number *product);
bool en_formula_number_add(struct en_formula_number a, struct en_formula_number b,
                           struct en_formula_number *sum);

/* The least common multiple of two denominators; false when it does not fit. */
bool en_formula_common_den(int64_t a, int64_t b, int64_t *common);

#endif
