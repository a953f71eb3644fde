#include "core/metering/formula/formula_terms.h"

#include "core/fixed.h"

#define ZERO ((struct en_formula_number){0, 1})
#define ONE ((struct en_formula_number){1, 1})

/* What folding a node came to. */
typedef enum folding {
    FOLDING_VARIES,   /* not a constant, or a constant that is missing or divides by zero */
    FOLDING_CONSTANT, /* *number holds it */
    FOLDING_OVERFLOW,
} folding;

static folding fold(const struct en_formula_collector *collector,
                    const struct en_formula_node *node, struct en_formula_number *number);

static en_u128 gcd_wide(en_u128 a, en_u128 b)
{
    while (b != 0) {
        en_u128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* num / den with den > 0, reduced; false when that does not fit 64 bits. */
static bool reduce(en_i128 num, en_i128 den, struct en_formula_number *number)
{
    EN_ASSERT(den > 0);
    en_i128 common = (en_i128)gcd_wide(en_i128_magnitude(num), (en_u128)den);
    struct en_formula_number reduced = ZERO;
    if (!en_i128_to_i64(num / common, &reduced.num) ||
        !en_i128_to_i64(den / common, &reduced.den) || reduced.num == INT64_MIN) {
        return false;
    }
    *number = reduced;
    return true;
}

bool en_formula_number_multiply(struct en_formula_number a, struct en_formula_number b,
                                struct en_formula_number *product)
{
    return reduce((en_i128)a.num * b.num, (en_i128)a.den * b.den, product);
}

bool en_formula_number_add(struct en_formula_number a, struct en_formula_number b,
                           struct en_formula_number *sum)
{
    /* Each product is below 2^126 in magnitude: their sum fits. */
    return reduce((en_i128)a.num * b.den + (en_i128)b.num * a.den, (en_i128)a.den * b.den, sum);
}

bool en_formula_common_den(int64_t a, int64_t b, int64_t *common)
{
    EN_ASSERT(a > 0);
    EN_ASSERT(b > 0);
    int64_t shared = (int64_t)en_u64_gcd((uint64_t)a, (uint64_t)b);
    return en_i64_multiply(a / shared, b, common);
}

static bool invert(struct en_formula_number number, struct en_formula_number *inverse)
{
    EN_ASSERT(number.num != 0);
    bool is_negative = number.num < 0;
    return reduce(is_negative ? -(en_i128)number.den : number.den,
                  is_negative ? -(en_i128)number.num : number.num, inverse);
}

static folding fold_args(const struct en_formula_collector *collector,
                         const struct en_formula_node *node, struct en_formula_number *number)
{
    bool is_product = node->op == EN_FORMULA_MULTIPLY;
    struct en_formula_number total = is_product ? ONE : ZERO;
    for (const struct en_formula_node *arg = node->args; arg != NULL; arg = arg->next) {
        struct en_formula_number one = ZERO;
        folding found = fold(collector, arg, &one);
        if (found != FOLDING_CONSTANT) {
            return found;
        }
        bool fits = is_product ? en_formula_number_multiply(total, one, &total)
                               : en_formula_number_add(total, one, &total);
        if (!fits) {
            return FOLDING_OVERFLOW;
        }
    }
    *number = total;
    return FOLDING_CONSTANT;
}

static folding fold_one(const struct en_formula_collector *collector,
                        const struct en_formula_node *node, struct en_formula_number *number)
{
    struct en_formula_number one = ZERO;
    folding found = fold(collector, node->args, &one);
    if (found != FOLDING_CONSTANT || (node->op == EN_FORMULA_INVERT && one.num == 0)) {
        return found == FOLDING_CONSTANT ? FOLDING_VARIES : found;
    }
    bool fits = true;
    if (node->op == EN_FORMULA_INVERT) {
        fits = invert(one, &one);
    } else if (node->op == EN_FORMULA_SQUARE) {
        fits = en_formula_number_multiply(one, one, &one);
    } else if (node->op == EN_FORMULA_NEGATE) {
        one.num = -one.num;
    }
    *number = one;
    return fits ? FOLDING_CONSTANT : FOLDING_OVERFLOW;
}

static folding fold_param(const struct en_formula_collector *collector,
                          const struct en_formula_node *node, struct en_formula_number *number)
{
    const struct en_formula_param_value *value = &collector->binding->params[node->index];
    if (!value->is_known) {
        return FOLDING_VARIES;
    }
    EN_ASSERT(value->number.den > 0);
    return reduce(value->number.num, value->number.den, number) ? FOLDING_CONSTANT
                                                                : FOLDING_OVERFLOW;
}

static folding fold(const struct en_formula_collector *collector,
                    const struct en_formula_node *node, struct en_formula_number *number)
{
    switch (node->op) {
    case EN_FORMULA_NUMBER:
        *number = node->number;
        return FOLDING_CONSTANT;
    case EN_FORMULA_PARAM:
        return fold_param(collector, node, number);
    case EN_FORMULA_HOURS:
        return reduce(collector->binding->slot_seconds, 3600, number) ? FOLDING_CONSTANT
                                                                      : FOLDING_OVERFLOW;
    case EN_FORMULA_ADD:
    case EN_FORMULA_SUM:
    case EN_FORMULA_MULTIPLY:
        return fold_args(collector, node, number);
    case EN_FORMULA_NEGATE:
    case EN_FORMULA_INVERT:
    case EN_FORMULA_SQUARE:
    case EN_FORMULA_AS:
    case EN_FORMULA_RAW:
    case EN_FORMULA_PREVIOUS:
        return fold_one(collector, node, number);
    default:
        return FOLDING_VARIES;
    }
}

static en_code refuse_overflow(const struct en_formula_collector *collector,
                               const struct en_formula_node *node, struct en_error *err)
{
    return en_formula_refuse(collector->formula->text, node->place, EN_OVERFLOW, err,
                             "the constants here do not fit 64 bits together: use rounder numbers");
}

static en_code refuse_memory(struct en_error *err)
{
    return en_error_set(err, EN_NOMEM, "no memory to compile a formula");
}

struct en_formula_reach en_formula_reach_below(struct en_formula_reach reach,
                                               const struct en_formula_node *node)
{
    reach.lag_days += node->lag_days;
    reach.lag_slots += node->lag_slots;
    reach.is_raw = reach.is_raw || node->op == EN_FORMULA_RAW;
    return reach;
}

static bool same_reach(struct en_formula_reach a, struct en_formula_reach b)
{
    return a.lag_days == b.lag_days && a.lag_slots == b.lag_slots && a.is_raw == b.is_raw;
}

en_code en_formula_collector_init(struct en_formula_collector *collector,
                                  const struct en_formula *formula,
                                  const struct en_formula_binding *binding, struct en_arena *arena,
                                  struct en_error *err)
{
    EN_ASSERT(binding->slot_seconds > 0);
    *collector =
        (struct en_formula_collector){.formula = formula, .binding = binding, .arena = arena};
    collector->by_ref =
        en_arena_alloc(arena, (formula->refs_count + 1u) * sizeof *collector->by_ref);
    return collector->by_ref != NULL ? EN_OK : refuse_memory(err);
}

static en_code term_append(struct en_formula_collector *collector, struct en_formula_terms *terms,
                           const struct en_formula_term *term, struct en_formula_term **added,
                           struct en_error *err)
{
    *added = en_arena_alloc(collector->arena, sizeof **added);
    if (*added == NULL) {
        return refuse_memory(err);
    }
    **added = *term;
    if (terms->last == NULL) {
        terms->first = *added;
    } else {
        terms->last->next = *added;
    }
    terms->last = *added;
    terms->loads_count += term->node == NULL;
    terms->nodes_count += term->node != NULL;
    return EN_OK;
}

/* Adds weight * series, to the term that is there already if one reads the series the same way. */
static en_code add_load(struct en_formula_collector *collector, const struct en_formula_node *node,
                        struct en_formula_reach reach, struct en_formula_number weight,
                        struct en_formula_terms *terms, struct en_error *err)
{
    EN_ASSERT(node->op == EN_FORMULA_REF);
    bool is_listed = collector->by_ref[node->index].serial == collector->serial;
    struct en_formula_term *listed = is_listed ? collector->by_ref[node->index].term : NULL;
    for (struct en_formula_term *term = listed; term != NULL; term = term->same_ref) {
        if (same_reach(term->reach, reach)) {
            return en_formula_number_add(term->weight, weight, &term->weight)
                       ? EN_OK
                       : refuse_overflow(collector, node, err);
        }
    }
    struct en_formula_term term = {
        .same_ref = listed, .ref = node->index, .reach = reach, .weight = weight};
    en_code code = term_append(collector, terms, &term, &listed, err);
    collector->by_ref[node->index].serial = collector->serial;
    collector->by_ref[node->index].term = listed;
    return code;
}

static en_code factorize(struct en_formula_collector *collector, const struct en_formula_node *node,
                         int32_t power, struct en_formula_product *product, struct en_error *err)
{
    struct en_formula_number number = ONE;
    folding found = fold(collector, node, &number);
    if (found == FOLDING_CONSTANT && number.num == 0 && power < 0) {
        found = FOLDING_VARIES; /* division by zero is a matter of evaluation */
    }
    bool fits = found != FOLDING_OVERFLOW;
    if (found == FOLDING_CONSTANT) {
        fits = power > 0 || invert(number, &number);
        for (int32_t i = 0; i < (power > 0 ? power : -power) && fits; i++) {
            fits = en_formula_number_multiply(product->weight, number, &product->weight);
        }
    }
    if (!fits) {
        return refuse_overflow(collector, node, err);
    }
    if (found == FOLDING_CONSTANT) {
        return EN_OK;
    }
    if (node->op == EN_FORMULA_NEGATE && power % 2 != 0) {
        product->weight.num = -product->weight.num;
    }
    bool is_opened = node->op == EN_FORMULA_MULTIPLY || node->op == EN_FORMULA_INVERT ||
                     node->op == EN_FORMULA_AS || node->op == EN_FORMULA_NEGATE ||
                     node->op == EN_FORMULA_SQUARE;
    if (is_opened) {
        power *= node->op == EN_FORMULA_INVERT ? -1 : node->op == EN_FORMULA_SQUARE ? 2 : 1;
        en_code code = EN_OK;
        for (const struct en_formula_node *arg = node->args; arg != NULL && code == EN_OK;
             arg = arg->next) {
            code = factorize(collector, arg, power, product, err);
        }
        return code;
    }
    if (product->factors_count == EN_FORMULA_FACTORS_MAX ||
        power > (int32_t)EN_FORMULA_FACTORS_MAX || power < -(int32_t)EN_FORMULA_FACTORS_MAX) {
        return en_formula_refuse(collector->formula->text, node->place, EN_LIMIT, err,
                                 "more than %u series are multiplied: make a formula of a part",
                                 EN_FORMULA_FACTORS_MAX);
    }
    product->factors[product->factors_count++] = (struct en_formula_factor){node, power};
    return EN_OK;
}

en_code en_formula_factorize(struct en_formula_collector *collector,
                             const struct en_formula_node *node, struct en_formula_product *product,
                             struct en_error *err)
{
    *product = (struct en_formula_product){.weight = ONE};
    return factorize(collector, node, 1, product, err);
}

static en_code collect(struct en_formula_collector *collector, const struct en_formula_node *node,
                       struct en_formula_reach reach, struct en_formula_number weight,
                       struct en_formula_terms *terms, struct en_error *err);

static en_code collect_args(struct en_formula_collector *collector,
                            const struct en_formula_node *node, struct en_formula_reach reach,
                            struct en_formula_number weight, struct en_formula_terms *terms,
                            struct en_error *err)
{
    en_code code = EN_OK;
    for (const struct en_formula_node *arg = node->args; arg != NULL && code == EN_OK;
         arg = arg->next) {
        code = collect(collector, arg, reach, weight, terms, err);
    }
    return code;
}

/* A product is linear when only one factor varies; else it is a term of its own. */
static en_code collect_product(struct en_formula_collector *collector,
                               const struct en_formula_node *node, struct en_formula_reach reach,
                               struct en_formula_number weight, struct en_formula_terms *terms,
                               struct en_error *err)
{
    struct en_formula_product product;
    en_code code = en_formula_factorize(collector, node, &product, err);
    if (code != EN_OK) {
        return code;
    }
    if (product.factors_count == 1 && product.factors[0].power == 1) {
        return en_formula_number_multiply(weight, product.weight, &weight)
                   ? collect(collector, product.factors[0].node, reach, weight, terms, err)
                   : refuse_overflow(collector, node, err);
    }
    struct en_formula_term term = {.node = node, .reach = reach, .weight = weight};
    struct en_formula_term *added = NULL;
    return term_append(collector, terms, &term, &added, err);
}

static en_code collect(struct en_formula_collector *collector, const struct en_formula_node *node,
                       struct en_formula_reach reach, struct en_formula_number weight,
                       struct en_formula_terms *terms, struct en_error *err)
{
    struct en_formula_number number = ZERO;
    folding found = fold(collector, node, &number);
    if (found == FOLDING_CONSTANT) {
        bool fits = en_formula_number_multiply(weight, number, &number) &&
                    en_formula_number_add(terms->constant, number, &terms->constant);
        return fits ? EN_OK : refuse_overflow(collector, node, err);
    }
    if (found == FOLDING_OVERFLOW) {
        return refuse_overflow(collector, node, err);
    }
    struct en_formula_number share = {1, (int64_t)node->args_count};
    struct en_formula_term term = {.node = node, .reach = reach, .weight = weight};
    struct en_formula_term *added = NULL;
    switch (node->op) {
    case EN_FORMULA_REF:
        return add_load(collector, node, reach, weight, terms, err);
    case EN_FORMULA_NEGATE:
        weight.num = -weight.num;
        return collect(collector, node->args, reach, weight, terms, err);
    case EN_FORMULA_AVERAGE:
        if (!en_formula_number_multiply(weight, share, &weight)) {
            return refuse_overflow(collector, node, err);
        }
        return collect_args(collector, node, reach, weight, terms, err);
    case EN_FORMULA_ADD:
    case EN_FORMULA_SUM:
    case EN_FORMULA_AS:
    case EN_FORMULA_RAW:
    case EN_FORMULA_PREVIOUS:
        return collect_args(collector, node, en_formula_reach_below(reach, node), weight, terms,
                            err);
    case EN_FORMULA_MULTIPLY:
        return collect_product(collector, node, reach, weight, terms, err);
    default:
        return term_append(collector, terms, &term, &added, err);
    }
}

en_code en_formula_collect(struct en_formula_collector *collector,
                           const struct en_formula_node *node, struct en_formula_reach reach,
                           struct en_formula_terms *terms, struct en_error *err)
{
    *terms = (struct en_formula_terms){.constant = ZERO};
    collector->serial++;
    return collect(collector, node, reach, ONE, terms, err);
}
