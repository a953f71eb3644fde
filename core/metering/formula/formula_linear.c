#include "core/metering/formula/formula_linear.h"

#include "core/decimal.h"
#include "core/metering/slots.h"

#define ONE ((struct en_formula_number){1, 1})

struct linearizer {
    struct en_formula_collector collector;
    struct en_formula_linear *linear;
    uint32_t terms_max;
};

static en_code refuse(const struct linearizer *linearizer, const struct en_formula_node *node,
                      en_code code, struct en_error *err, const char *why)
{
    return en_formula_refuse(linearizer->collector.formula->text, node->place, code, err, "%s",
                             why);
}

static en_code add_term(struct linearizer *linearizer, const struct en_formula_node *node,
                        const struct en_formula_term *term, struct en_formula_number weight,
                        struct en_error *err)
{
    struct en_formula_linear *linear = linearizer->linear;
    EN_ASSERT(linear->terms_count < linearizer->terms_max);
    struct en_formula_linear_term *added = &linear->terms[linear->terms_count++];
    added->ref = term->ref;
    added->reach = term->reach;
    return en_formula_number_multiply(term->weight, weight, &added->coefficient)
               ? EN_OK
               : refuse(linearizer, node, EN_OVERFLOW, err, "the coefficient does not fit 64 bits");
}

/* Looks through signs, constant factors, as, raw and prev at what they are put to. */
static en_code peel(struct linearizer *linearizer, const struct en_formula_node **node,
                    struct en_formula_reach *reach, struct en_formula_number *weight,
                    struct en_error *err)
{
    while (true) {
        struct en_formula_product product = {.weight = ONE};
        en_formula_op op = (*node)->op;
        if (op == EN_FORMULA_MULTIPLY || op == EN_FORMULA_NEGATE) {
            en_code code = en_formula_factorize(&linearizer->collector, *node, &product, err);
            if (code != EN_OK) {
                return code;
            }
            if (product.factors_count != 1 || product.factors[0].power != 1 ||
                product.factors[0].node == *node) {
                return EN_OK;
            }
            *node = product.factors[0].node;
        } else if (op == EN_FORMULA_AS || op == EN_FORMULA_RAW || op == EN_FORMULA_PREVIOUS) {
            *reach = en_formula_reach_below(*reach, *node);
            *node = (*node)->args;
        } else {
            return EN_OK;
        }
        if (!en_formula_number_multiply(*weight, product.weight, weight)) {
            return refuse(linearizer, *node, EN_OVERFLOW, err,
                          "the coefficient does not fit 64 bits");
        }
    }
}

static en_code linearize_lenient(struct linearizer *linearizer, const struct en_formula_node *sum,
                                 struct en_formula_reach reach, struct en_formula_number weight,
                                 struct en_error *err);

static en_code linearize_lenient_arg(struct linearizer *linearizer,
                                     const struct en_formula_node *arg,
                                     struct en_formula_reach reach, struct en_formula_number weight,
                                     struct en_error *err)
{
    const struct en_formula_node *inner = arg;
    struct en_formula_reach inner_reach = reach;
    struct en_formula_number inner_weight = weight;
    struct en_formula_terms terms;
    en_code code = peel(linearizer, &inner, &inner_reach, &inner_weight, err);
    if (code == EN_OK && inner->op == EN_FORMULA_SUM_LENIENT) {
        return linearize_lenient(linearizer, inner, inner_reach, inner_weight, err);
    }
    code =
        code == EN_OK ? en_formula_collect(&linearizer->collector, arg, reach, &terms, err) : code;
    if (code != EN_OK) {
        return code;
    }
    if (terms.loads_count != 1 || terms.nodes_count != 0 || terms.constant.num != 0) {
        return refuse(linearizer, arg, EN_UNSUPPORTED, err,
                      "not linear: an operand of sum~ is more than a multiple of one series");
    }
    return add_term(linearizer, arg, terms.first, weight, err);
}

static en_code linearize_lenient(struct linearizer *linearizer, const struct en_formula_node *sum,
                                 struct en_formula_reach reach, struct en_formula_number weight,
                                 struct en_error *err)
{
    en_code code = EN_OK;
    for (const struct en_formula_node *arg = sum->args; arg != NULL && code == EN_OK;
         arg = arg->next) {
        code = linearize_lenient_arg(linearizer, arg, reach, weight, err);
    }
    return code;
}

/* Marks of refs seen, so that a series named twice in sum~ is found without comparing all pairs. */
static en_code refuse_doubles(struct linearizer *linearizer, const struct en_formula_node *sum,
                              struct en_error *err)
{
    const struct en_formula_linear *linear = linearizer->linear;
    uint8_t *is_seen =
        en_arena_alloc(linearizer->collector.arena, linearizer->collector.formula->refs_count + 1u);
    if (is_seen == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the linear form of a formula");
    }
    for (uint32_t i = 0; i < linear->terms_count; i++) {
        if (is_seen[linear->terms[i].ref]++ != 0) {
            return refuse(linearizer, sum, EN_UNSUPPORTED, err,
                          "not linear: sum~ names a series twice, and counts it twice");
        }
    }
    return EN_OK;
}

static en_code linearize_strict(struct linearizer *linearizer, const struct en_formula_node *root,
                                struct en_formula_number *constant, struct en_error *err)
{
    struct en_formula_terms terms;
    en_code code =
        en_formula_collect(&linearizer->collector, root, (struct en_formula_reach){0}, &terms, err);
    if (code != EN_OK) {
        return code;
    }
    for (const struct en_formula_term *term = terms.first; term != NULL && code == EN_OK;
         term = term->next) {
        code = term->node != NULL ? refuse(linearizer, term->node, EN_UNSUPPORTED, err,
                                           "not linear: this is no multiple of one series")
                                  : add_term(linearizer, root, term, ONE, err);
    }
    *constant = terms.constant;
    return code;
}

/* One denominator for all coefficients and the constant. */
static bool weigh(struct en_formula_linear *linear, struct en_formula_number constant)
{
    linear->den = constant.den;
    bool fits = true;
    for (uint32_t i = 0; i < linear->terms_count && fits; i++) {
        fits = en_formula_common_den(linear->den, linear->terms[i].coefficient.den, &linear->den);
    }
    for (uint32_t i = 0; i < linear->terms_count && fits; i++) {
        struct en_formula_linear_term *term = &linear->terms[i];
        fits = en_i64_multiply(term->coefficient.num, linear->den / term->coefficient.den,
                               &term->weight);
    }
    int64_t whole = 0;
    fits = fits && en_i64_multiply(constant.num, linear->den / constant.den, &whole);
    linear->constant = (en_i128)whole * EN_MICRO;
    linear->is_integer = linear->den == 1;
    return fits;
}

en_code en_formula_linearize(const struct en_formula *formula,
                             const struct en_formula_binding *binding, struct en_arena *arena,
                             struct en_formula_linear *linear, struct en_error *err)
{
    EN_ASSERT(formula->root != NULL);
    struct linearizer linearizer = {.linear = linear, .terms_max = formula->operands_count};
    struct en_formula_number constant = {0, 1};
    struct en_formula_number weight = ONE;
    struct en_formula_reach reach = {0};
    const struct en_formula_node *inner = formula->root;
    *linear = (struct en_formula_linear){.den = 1};
    linear->terms = en_arena_alloc(arena, (linearizer.terms_max + 1u) * sizeof *linear->terms);
    if (linear->terms == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the linear form of a formula");
    }
    en_code code = en_formula_collector_init(&linearizer.collector, formula, binding, arena, err);
    code = code == EN_OK ? peel(&linearizer, &inner, &reach, &weight, err) : code;
    if (code != EN_OK) {
        return code;
    }
    linear->is_lenient = inner->op == EN_FORMULA_SUM_LENIENT;
    if (linear->is_lenient) {
        code = linearize_lenient(&linearizer, inner, reach, weight, err);
        code = code == EN_OK ? refuse_doubles(&linearizer, inner, err) : code;
    } else {
        code = linearize_strict(&linearizer, formula->root, &constant, err);
    }
    if (code == EN_OK && !weigh(linear, constant)) {
        code = refuse(&linearizer, formula->root, EN_OVERFLOW, err,
                      "the coefficients have no common denominator in 64 bits");
    }
    return code;
}

static bool total_add(en_i128 *total, en_i128 part)
{
    en_i128 sum = 0;
    bool fits = en_i128_add(*total, part, &sum) && en_i128_magnitude(sum) >> 127 == 0;
    *total = fits ? sum : *total;
    return fits;
}

bool en_formula_linear_move(const struct en_formula_linear_term *term, int64_t value_old,
                            int64_t value_new, en_i128 *total)
{
    /* Apart, the two products fit; their difference might not. */
    en_i128 moved = *total;
    bool fits = total_add(&moved, (en_i128)value_new * term->weight) &&
                total_add(&moved, -((en_i128)value_old * term->weight));
    *total = fits ? moved : *total;
    return fits;
}

bool en_formula_linear_value(const struct en_formula_linear *linear, en_i128 total, int64_t *value)
{
    EN_ASSERT(linear->den > 0);
    return en_i128_to_i64(en_i128_divide_half_up(total, linear->den), value);
}

struct slot_sum {
    en_i128 total;
    uint64_t quality;
    uint32_t usable;
    bool fits;
};

static void slot_take(const struct en_formula_linear *linear,
                      const struct en_formula_linear_term *term, const struct en_formula_day *row,
                      uint32_t slot, struct slot_sum *sum)
{
    uint64_t word = row->count > 0 ? en_slot_clean(row->qualities[slot]) : 0;
    bool is_usable = term->reach.is_raw ? !en_quality_is_missing(word) : en_quality_is_usable(word);
    if (!is_usable && linear->is_lenient) {
        return;
    }
    uint64_t taken = is_usable ? word : en_slot_missing(word);
    bool is_first = sum->quality == EN_QUALITY_MISSING && sum->usable == 0;
    sum->quality = is_first && is_usable ? en_quality_derive(taken)
                   : is_first            ? taken
                                         : en_slot_merge(sum->quality, taken);
    sum->usable++;
    sum->fits = sum->fits &&
                (!is_usable || total_add(&sum->total, (en_i128)row->values[slot] * term->weight));
}

static uint64_t slot_quality(const struct en_formula_linear *linear, const struct slot_sum *sum)
{
    uint64_t number = (uint64_t)EN_SOURCE_DERIVED | (uint64_t)EN_SOURCE_MEASURED
                                                        << EN_QUALITY_WORST_SHIFT;
    if (linear->terms_count == 0) {
        return number;
    }
    if (linear->is_lenient && sum->usable == 0) {
        return EN_QUALITY_GAP | EN_QUALITY_PARTIAL;
    }
    bool is_partial = linear->is_lenient && sum->usable < linear->terms_count;
    return sum->quality | (is_partial ? EN_QUALITY_PARTIAL : 0);
}

void en_formula_linear_eval(const struct en_formula_linear *linear,
                            const struct en_formula_day *rows, uint32_t slots_count,
                            const struct en_formula_result *result)
{
    for (uint32_t slot = 0; slot < slots_count; slot++) {
        struct slot_sum sum = {.total = linear->constant, .fits = true};
        for (uint32_t i = 0; i < linear->terms_count; i++) {
            slot_take(linear, &linear->terms[i], &rows[i], slot, &sum);
        }
        uint64_t word = slot_quality(linear, &sum);
        int64_t value = 0;
        bool has_value = !en_quality_is_missing(word);
        if (has_value && (!sum.fits || !en_formula_linear_value(linear, sum.total, &value))) {
            word = en_slot_overflow(word);
        }
        result->values[slot] = value;
        result->qualities[slot] = word;
        if (result->usable != NULL) {
            result->usable[slot] = linear->is_lenient ? sum.usable : !en_quality_is_missing(word);
        }
        if (result->expected != NULL) {
            result->expected[slot] = linear->is_lenient ? linear->terms_count : 1;
        }
    }
}
