/* Compiling. Every value is first collected as a sum of terms (formula_terms.h): one LINEAR
 * instruction takes all series of the sum, and each term that is not linear is computed into the
 * next register and added. Registers are a stack: a node's result is in `to`, whatever it needs
 * lies above.
 *
 * The denominator of a sum is known only when all its terms are compiled. Until then the weights
 * are kept as shares (num / den), in a list (struct alignment); align() then finds the common
 * denominator and turns every share into a whole weight. */
#include "core/metering/formula/formula_program.h"

#include "core/decimal.h"

struct compiler {
    struct en_formula_collector collector;
    struct en_formula_program *program;
    struct en_formula_instruction *last;
    struct load_entry **loads_by_ref;
    struct load_entry *load_last; /* newest first, for the final table */
};

struct load_entry {
    struct load_entry *same_ref;
    struct load_entry *before;
    uint32_t index;
    struct en_formula_load load;
};

/* Instructions whose shares get one denominator. */
struct alignment {
    struct en_formula_instruction *first;
    struct en_formula_number constant; /* of the sum that the first instruction begins */
};

static en_code compile_value(struct compiler *compiler, const struct en_formula_node *node,
                             struct en_formula_reach reach, uint32_t to, int64_t *den,
                             struct en_error *err);

static en_code refuse_memory(struct en_error *err)
{
    return en_error_set(err, EN_NOMEM, "no memory to compile a formula");
}

static en_code refuse_overflow(const struct compiler *compiler, const struct en_formula_node *node,
                               struct en_error *err)
{
    return en_formula_refuse(compiler->collector.formula->text, node->place, EN_OVERFLOW, err,
                             "the constants here have no common denominator in 64 bits: use "
                             "rounder numbers");
}

static void *take(struct compiler *compiler, size_t count, size_t size)
{
    return en_arena_alloc(compiler->collector.arena, (count + 1) * size);
}

static en_code emit(struct compiler *compiler, en_formula_instruction_code code, uint32_t to,
                    struct en_formula_instruction **emitted, struct en_error *err)
{
    struct en_formula_instruction *instruction = take(compiler, 0, sizeof *instruction);
    if (instruction == NULL) {
        return refuse_memory(err);
    }
    instruction->code = code;
    instruction->to = to;
    instruction->from = to + 1;
    instruction->weight = 1;
    instruction->share = (struct en_formula_number){1, 1};
    if (compiler->last == NULL) {
        compiler->program->first = instruction;
    } else {
        compiler->last->next = instruction;
    }
    compiler->last = instruction;
    uint32_t used = to + 1;
    if (used > compiler->program->registers_count) {
        compiler->program->registers_count = used;
    }
    if (emitted != NULL) {
        *emitted = instruction;
    }
    return EN_OK;
}

static bool same_load(const struct en_formula_load *load, uint32_t ref,
                      struct en_formula_reach reach)
{
    return load->ref == ref && load->reach.lag_days == reach.lag_days &&
           load->reach.lag_slots == reach.lag_slots && load->reach.is_raw == reach.is_raw;
}

static en_code load_index(struct compiler *compiler, uint32_t ref, struct en_formula_reach reach,
                          uint32_t *index, struct en_error *err)
{
    for (const struct load_entry *entry = compiler->loads_by_ref[ref]; entry != NULL;
         entry = entry->same_ref) {
        if (same_load(&entry->load, ref, reach)) {
            *index = entry->index;
            return EN_OK;
        }
    }
    struct load_entry *entry = take(compiler, 0, sizeof *entry);
    if (entry == NULL) {
        return refuse_memory(err);
    }
    *entry = (struct load_entry){.same_ref = compiler->loads_by_ref[ref],
                                 .before = compiler->load_last,
                                 .index = compiler->program->loads_count++,
                                 .load = {.ref = ref, .reach = reach}};
    compiler->loads_by_ref[ref] = entry;
    compiler->load_last = entry;
    *index = entry->index;
    return EN_OK;
}

static void align_later(struct alignment *alignment, struct en_formula_instruction *instruction,
                        struct en_formula_number share)
{
    instruction->share = share;
    instruction->next_aligned = alignment->first;
    alignment->first = instruction;
}

/* share = whole weight / den. */
static bool whole_weight(struct en_formula_number share, int64_t den, int64_t *weight)
{
    EN_ASSERT(den % share.den == 0);
    return en_i64_multiply(share.num, den / share.den, weight);
}

static bool common_den(const struct alignment *alignment, int64_t *den)
{
    *den = alignment->constant.den;
    bool fits = true;
    for (const struct en_formula_instruction *one = alignment->first; one != NULL && fits;
         one = one->next_aligned) {
        fits = en_formula_common_den(*den, one->share.den, den);
        for (uint32_t i = 0; i < one->terms_count && fits; i++) {
            fits = en_formula_common_den(*den, one->terms[i].share.den, den);
        }
    }
    return fits;
}

/* Sums whose weights add up to no more than 2^62 stay below 2^126 whatever the series hold. */
static bool weigh(struct en_formula_instruction *one, int64_t den)
{
    en_u128 total = 0;
    bool fits = whole_weight(one->share, den, &one->weight);
    for (uint32_t i = 0; i < one->terms_count && fits; i++) {
        fits = whole_weight(one->terms[i].share, den, &one->terms[i].weight);
        total += en_i64_magnitude(one->terms[i].weight);
    }
    one->is_checked = total > (en_u128)1 << 62;
    return fits;
}

/* Gives all shares the one denominator *den. */
static en_code align(const struct compiler *compiler, const struct en_formula_node *node,
                     struct alignment *alignment, int64_t *den, struct en_error *err)
{
    bool fits = common_den(alignment, den);
    for (struct en_formula_instruction *one = alignment->first; one != NULL && fits;
         one = one->next_aligned) {
        fits = weigh(one, *den);
        bool is_sum = one->code == EN_FORMULA_RUN_LINEAR || one->code == EN_FORMULA_RUN_LENIENT;
        int64_t constant = 0;
        fits = fits && whole_weight(alignment->constant, *den, &constant);
        one->constant = is_sum ? (en_i128)constant * EN_MICRO : 0;
    }
    return fits ? EN_OK : refuse_overflow(compiler, node, err);
}

/* Adds weight / den * register `from` to a sum, once the sum's denominator is known. */
static en_code emit_add(struct compiler *compiler, const struct en_formula_node *node,
                        en_formula_instruction_code code, uint32_t to,
                        struct en_formula_number weight, int64_t den, struct alignment *alignment,
                        struct en_error *err)
{
    struct en_formula_number share = weight;
    struct en_formula_instruction *add = NULL;
    if (!en_formula_number_multiply(weight, (struct en_formula_number){1, den}, &share)) {
        return refuse_overflow(compiler, node, err);
    }
    en_code emitted = emit(compiler, code, to, &add, err);
    if (emitted == EN_OK) {
        align_later(alignment, add, share);
    }
    return emitted;
}

static en_code add_term(struct compiler *compiler, struct en_formula_instruction *sum,
                        const struct en_formula_term *term, struct en_error *err)
{
    struct en_formula_weighted *weighted = &sum->terms[sum->terms_count++];
    weighted->share = term->weight;
    return load_index(compiler, term->ref, term->reach, &weighted->load, err);
}

static en_code compile_atom(struct compiler *compiler, const struct en_formula_node *node,
                            struct en_formula_reach reach, uint32_t to, int64_t *den,
                            struct en_error *err);

/* A lone term that is not linear: computed in place, then scaled. */
static en_code compile_alone(struct compiler *compiler, const struct en_formula_term *term,
                             uint32_t to, int64_t *den, struct en_error *err)
{
    struct en_formula_number scale = term->weight;
    struct en_formula_instruction *scaled = NULL;
    en_code code = compile_atom(compiler, term->node, term->reach, to, den, err);
    if (code != EN_OK) {
        return code;
    }
    if (!en_formula_number_multiply(scale, (struct en_formula_number){1, *den}, &scale)) {
        return refuse_overflow(compiler, term->node, err);
    }
    *den = scale.den;
    code = scale.num == 1 ? EN_OK : emit(compiler, EN_FORMULA_RUN_SCALE, to, &scaled, err);
    if (scaled != NULL) {
        scaled->weight = scale.num;
    }
    return code;
}

static en_code compile_terms(struct compiler *compiler, const struct en_formula_node *node,
                             const struct en_formula_terms *terms, uint32_t to, int64_t *den,
                             struct en_error *err)
{
    if (terms->nodes_count == 1 && terms->loads_count == 0 && terms->constant.num == 0) {
        return compile_alone(compiler, terms->first, to, den, err);
    }
    struct alignment alignment = {.constant = terms->constant};
    struct en_formula_instruction *sum = NULL;
    en_code code = emit(compiler, EN_FORMULA_RUN_LINEAR, to, &sum, err);
    if (code != EN_OK) {
        return code;
    }
    align_later(&alignment, sum, (struct en_formula_number){1, 1});
    sum->terms = take(compiler, terms->loads_count, sizeof *sum->terms);
    code = sum->terms != NULL ? EN_OK : refuse_memory(err);
    for (const struct en_formula_term *term = terms->first; term != NULL && code == EN_OK;
         term = term->next) {
        int64_t term_den = 1;
        if (term->node == NULL) {
            code = add_term(compiler, sum, term, err);
            continue;
        }
        code = compile_atom(compiler, term->node, term->reach, to + 1, &term_den, err);
        code = code == EN_OK ? emit_add(compiler, node, EN_FORMULA_RUN_ADD, to, term->weight,
                                        term_den, &alignment, err)
                             : code;
    }
    return code == EN_OK ? align(compiler, node, &alignment, den, err) : code;
}

static en_code compile_value(struct compiler *compiler, const struct en_formula_node *node,
                             struct en_formula_reach reach, uint32_t to, int64_t *den,
                             struct en_error *err)
{
    struct en_formula_terms terms;
    en_code code = en_formula_collect(&compiler->collector, node, reach, &terms, err);
    return code == EN_OK ? compile_terms(compiler, node, &terms, to, den, err) : code;
}

/* One operand of sum~: a multiple of one series, a number, or anything else. */
static en_code compile_lenient_arg(struct compiler *compiler, const struct en_formula_node *arg,
                                   struct en_formula_reach reach,
                                   struct en_formula_instruction *sum, struct alignment *alignment,
                                   struct en_error *err)
{
    struct en_formula_terms terms;
    int64_t den = 1;
    en_code code = en_formula_collect(&compiler->collector, arg, reach, &terms, err);
    if (code != EN_OK) {
        return code;
    }
    if (terms.first == NULL) {
        sum->constants_count++;
        return en_formula_number_add(alignment->constant, terms.constant, &alignment->constant)
                   ? EN_OK
                   : refuse_overflow(compiler, arg, err);
    }
    if (terms.loads_count == 1 && terms.nodes_count == 0 && terms.constant.num == 0) {
        return add_term(compiler, sum, terms.first, err);
    }
    code = compile_terms(compiler, arg, &terms, sum->to + 1, &den, err);
    return code == EN_OK ? emit_add(compiler, arg, EN_FORMULA_RUN_ADD_LENIENT, sum->to,
                                    (struct en_formula_number){1, 1}, den, alignment, err)
                         : code;
}

static en_code compile_lenient(struct compiler *compiler, const struct en_formula_node *node,
                               struct en_formula_reach reach, uint32_t to, int64_t *den,
                               struct en_error *err)
{
    struct alignment alignment = {.constant = {0, 1}};
    struct en_formula_instruction *sum = NULL;
    en_code code = emit(compiler, EN_FORMULA_RUN_LENIENT, to, &sum, err);
    if (code != EN_OK) {
        return code;
    }
    align_later(&alignment, sum, (struct en_formula_number){1, 1});
    sum->terms = take(compiler, node->args_count, sizeof *sum->terms);
    code = sum->terms != NULL ? EN_OK : refuse_memory(err);
    for (const struct en_formula_node *arg = node->args; arg != NULL && code == EN_OK;
         arg = arg->next) {
        code = compile_lenient_arg(compiler, arg, reach, sum, &alignment, err);
    }
    code = code == EN_OK ? align(compiler, node, &alignment, den, err) : code;
    return code == EN_OK ? emit(compiler, EN_FORMULA_RUN_LENIENT_END, to, NULL, err) : code;
}

/* A value that shall stand beside others: aligned with them later. */
static en_code compile_aligned(struct compiler *compiler, const struct en_formula_node *node,
                               struct en_formula_reach reach, uint32_t to,
                               struct alignment *alignment, struct en_error *err)
{
    int64_t den = 1;
    struct en_formula_instruction *scaled = NULL;
    en_code code = compile_value(compiler, node, reach, to, &den, err);
    code = code == EN_OK ? emit(compiler, EN_FORMULA_RUN_SCALE, to, &scaled, err) : code;
    if (code == EN_OK) {
        align_later(alignment, scaled, (struct en_formula_number){1, den});
    }
    return code;
}

/* min, max, coalesce, clamp: the first value, and each further one joined to it. */
static en_code compile_choice(struct compiler *compiler, const struct en_formula_node *node,
                              struct en_formula_reach reach, uint32_t to, int64_t *den,
                              struct en_error *err)
{
    struct alignment alignment = {.constant = {0, 1}};
    en_formula_instruction_code join = node->op == EN_FORMULA_MIN   ? EN_FORMULA_RUN_MIN
                                       : node->op == EN_FORMULA_MAX ? EN_FORMULA_RUN_MAX
                                                                    : EN_FORMULA_RUN_COALESCE;
    en_code code = compile_aligned(compiler, node->args, reach, to, &alignment, err);
    for (const struct en_formula_node *arg = node->args->next; arg != NULL && code == EN_OK;
         arg = arg->next) {
        if (node->op == EN_FORMULA_CLAMP) { /* max with the lower bound, then min with the upper */
            join = arg->next != NULL ? EN_FORMULA_RUN_MAX : EN_FORMULA_RUN_MIN;
        }
        code = compile_aligned(compiler, arg, reach, to + 1, &alignment, err);
        code = code == EN_OK ? emit(compiler, join, to, NULL, err) : code;
    }
    return code == EN_OK ? align(compiler, node, &alignment, den, err) : code;
}

static en_code compile_condition(struct compiler *compiler, const struct en_formula_node *node,
                                 struct en_formula_reach reach, uint32_t to, struct en_error *err);

static en_code compile_compare(struct compiler *compiler, const struct en_formula_node *node,
                               struct en_formula_reach reach, uint32_t to, struct en_error *err)
{
    int64_t den = 1;
    struct alignment alignment = {.constant = {0, 1}};
    struct en_formula_instruction *compare = NULL;
    en_code code = compile_aligned(compiler, node->args, reach, to, &alignment, err);
    code = code == EN_OK
               ? compile_aligned(compiler, node->args->next, reach, to + 1, &alignment, err)
               : code;
    code = code == EN_OK ? emit(compiler, EN_FORMULA_RUN_COMPARE, to, &compare, err) : code;
    if (code != EN_OK) {
        return code;
    }
    compare->compare = node->op;
    return align(compiler, node, &alignment, &den, err);
}

static en_code compile_all_of(struct compiler *compiler, const struct en_formula_node *node,
                              struct en_formula_reach reach, uint32_t to, struct en_error *err)
{
    en_formula_instruction_code join =
        node->op == EN_FORMULA_AND ? EN_FORMULA_RUN_AND : EN_FORMULA_RUN_OR;
    en_code code = compile_condition(compiler, node->args, reach, to, err);
    for (const struct en_formula_node *arg = node->args->next; arg != NULL && code == EN_OK;
         arg = arg->next) {
        code = compile_condition(compiler, arg, reach, to + 1, err);
        code = code == EN_OK ? emit(compiler, join, to, NULL, err) : code;
    }
    return code;
}

static en_code compile_condition(struct compiler *compiler, const struct en_formula_node *node,
                                 struct en_formula_reach reach, uint32_t to, struct en_error *err)
{
    int64_t den = 1;
    en_code code = EN_OK;
    switch (node->op) {
    case EN_FORMULA_AND:
    case EN_FORMULA_OR:
        return compile_all_of(compiler, node, reach, to, err);
    case EN_FORMULA_NOT:
        code = compile_condition(compiler, node->args, reach, to, err);
        return code == EN_OK ? emit(compiler, EN_FORMULA_RUN_NOT, to, NULL, err) : code;
    case EN_FORMULA_VALID:
    case EN_FORMULA_MISSING:
        code = compile_value(compiler, node->args, reach, to, &den, err);
        return code == EN_OK ? emit(compiler,
                                    node->op == EN_FORMULA_VALID ? EN_FORMULA_RUN_VALID
                                                                 : EN_FORMULA_RUN_MISSING,
                                    to, NULL, err)
                             : code;
    default:
        EN_ASSERT(node->op >= EN_FORMULA_LESS);
        EN_ASSERT(node->op <= EN_FORMULA_NOT_EQUAL);
        return compile_compare(compiler, node, reach, to, err);
    }
}

/* coalesce keeps the source of what it took, and `if` that of its branch; all else is DERIVED. */
static en_code derive(struct compiler *compiler, const struct en_formula_node *node, uint32_t to,
                      struct en_error *err)
{
    bool is_kept = node->op == EN_FORMULA_COALESCE || node->op == EN_FORMULA_IF;
    return is_kept ? EN_OK : emit(compiler, EN_FORMULA_RUN_DERIVE, to, NULL, err);
}

static en_code compile_if(struct compiler *compiler, const struct en_formula_node *node,
                          struct en_formula_reach reach, uint32_t to, int64_t *den,
                          struct en_error *err)
{
    struct alignment alignment = {.constant = {0, 1}};
    const struct en_formula_node *yes = node->args->next;
    en_code code = compile_condition(compiler, node->args, reach, to, err);
    code = code == EN_OK ? compile_aligned(compiler, yes, reach, to + 1, &alignment, err) : code;
    code = code == EN_OK ? derive(compiler, yes, to + 1, err) : code;
    code =
        code == EN_OK ? compile_aligned(compiler, yes->next, reach, to + 2, &alignment, err) : code;
    code = code == EN_OK ? derive(compiler, yes->next, to + 2, err) : code;
    code = code == EN_OK ? emit(compiler, EN_FORMULA_RUN_SELECT, to, NULL, err) : code;
    return code == EN_OK ? align(compiler, node, &alignment, den, err) : code;
}

static en_code compile_count(struct compiler *compiler, const struct en_formula_node *node,
                             struct en_formula_reach reach, uint32_t to, struct en_error *err)
{
    int64_t den = 1;
    en_code code = emit(compiler, EN_FORMULA_RUN_LINEAR, to, NULL, err); /* 0 */
    for (const struct en_formula_node *arg = node->args; arg != NULL && code == EN_OK;
         arg = arg->next) {
        code = compile_value(compiler, arg, reach, to + 1, &den, err);
        code = code == EN_OK ? emit(compiler, EN_FORMULA_RUN_COUNT, to, NULL, err) : code;
    }
    return code;
}

/* a *= b; false when it does not fit. */
static bool widen(en_u128 *a, en_u128 b)
{
    bool fits = b == 0 || *a <= ~(en_u128)0 / b;
    *a = fits ? *a * b : *a;
    return fits;
}

/* The scale of a product in 1e-6: with lanes for factors, value = lane / (den * 1e6) each, and the
 * product itself again in 1e-6. */
static bool scale_product(const struct en_formula_product *product, const int64_t *dens,
                          struct en_formula_instruction *run)
{
    int32_t micros = 1;
    run->is_negative = product->weight.num < 0;
    run->scale_num = en_i64_magnitude(product->weight.num);
    run->scale_den = (en_u128)product->weight.den;
    bool fits = true;
    for (uint32_t i = 0; i < product->factors_count; i++) {
        int32_t power = product->factors[i].power;
        micros -= power;
        for (int32_t n = 0; n < (power < 0 ? -power : power) && fits; n++) {
            fits = widen(power < 0 ? &run->scale_num : &run->scale_den, (en_u128)dens[i]);
        }
    }
    for (; micros != 0 && fits; micros += micros < 0 ? 1 : -1) {
        fits = widen(micros > 0 ? &run->scale_num : &run->scale_den, EN_MICRO);
    }
    return fits;
}

static en_code compile_product(struct compiler *compiler, const struct en_formula_node *node,
                               struct en_formula_reach reach, uint32_t to, struct en_error *err)
{
    struct en_formula_product product;
    int64_t dens[EN_FORMULA_FACTORS_MAX];
    struct en_formula_instruction *run = NULL;
    int32_t *powers = take(compiler, EN_FORMULA_FACTORS_MAX, sizeof *powers);
    en_code code = powers != NULL ? EN_OK : refuse_memory(err);
    code = code == EN_OK ? en_formula_factorize(&compiler->collector, node, &product, err) : code;
    if (code != EN_OK) {
        return code;
    }
    EN_ASSERT(product.factors_count > 0);
    for (uint32_t i = 0; i < product.factors_count && code == EN_OK; i++) {
        powers[i] = product.factors[i].power;
        code = compile_value(compiler, product.factors[i].node, reach, to + i, &dens[i], err);
    }
    code = code == EN_OK ? emit(compiler, EN_FORMULA_RUN_PRODUCT, to, &run, err) : code;
    if (code != EN_OK) {
        return code;
    }
    run->powers = powers;
    run->powers_count = product.factors_count;
    return scale_product(&product, dens, run)
               ? EN_OK
               : en_formula_refuse(compiler->collector.formula->text, node->place, EN_LIMIT, err,
                                   "too many series are multiplied to compute it exactly: make a "
                                   "formula of a part");
}

static en_code compile_state(struct compiler *compiler, const struct en_formula_node *node,
                             struct en_formula_reach reach, uint32_t to, struct en_error *err)
{
    uint32_t index = 0;
    struct en_formula_instruction *run = NULL;
    int64_t *dens = take(compiler, EN_FORMULA_STATE_ARGS_MAX, sizeof *dens);
    en_code code = dens != NULL ? EN_OK : refuse_memory(err);
    EN_ASSERT(node->args_count <= EN_FORMULA_STATE_ARGS_MAX);
    for (const struct en_formula_node *arg = node->args; arg != NULL && code == EN_OK;
         arg = arg->next, index++) {
        code = compile_value(compiler, arg, reach, to + index, &dens[index], err);
    }
    code = code == EN_OK ? emit(compiler, EN_FORMULA_RUN_STATE, to, &run, err) : code;
    if (code == EN_OK) {
        run->state = en_formula_state_of(node->op);
        run->dens = dens;
    }
    return code;
}

/* Squares of whole lanes: their denominator is the square of the arguments', and a value in 1e-6
 * squared is 1e-12. */
static en_code compile_squares(struct compiler *compiler, const struct en_formula_node *node,
                               struct en_formula_reach reach, uint32_t to, int64_t *den,
                               struct en_error *err)
{
    struct alignment alignment = {.constant = {0, 1}};
    en_code code = compile_aligned(compiler, node->args, reach, to, &alignment, err);
    code = code == EN_OK ? emit(compiler, EN_FORMULA_RUN_SQUARE, to, NULL, err) : code;
    for (const struct en_formula_node *arg = node->args->next; arg != NULL && code == EN_OK;
         arg = arg->next) {
        code = compile_aligned(compiler, arg, reach, to + 1, &alignment, err);
        code = code == EN_OK ? emit(compiler, EN_FORMULA_RUN_ADD_SQUARE, to, NULL, err) : code;
    }
    code = code == EN_OK ? align(compiler, node, &alignment, den, err) : code;
    if (code != EN_OK) {
        return code;
    }
    bool fits = en_i64_multiply(*den, *den, den) && en_i64_multiply(*den, EN_MICRO, den);
    return fits ? EN_OK : refuse_overflow(compiler, node, err);
}

static en_code compile_unary(struct compiler *compiler, const struct en_formula_node *node,
                             struct en_formula_reach reach, en_formula_instruction_code run,
                             uint32_t to, int64_t *den, struct en_error *err)
{
    en_code code = compile_value(compiler, node->args, reach, to, den, err);
    return code == EN_OK ? emit(compiler, run, to, NULL, err) : code;
}

/* What is not a sum of multiples. */
static en_code compile_atom(struct compiler *compiler, const struct en_formula_node *node,
                            struct en_formula_reach reach, uint32_t to, int64_t *den,
                            struct en_error *err)
{
    *den = 1;
    switch (node->op) {
    case EN_FORMULA_PARAM: /* not known that day, or it would be a constant */
        return emit(compiler, EN_FORMULA_RUN_FILL, to, NULL, err);
    case EN_FORMULA_MULTIPLY:
    case EN_FORMULA_SQUARE:
        return compile_product(compiler, node, reach, to, err);
    case EN_FORMULA_GAS_STANDARD:
    case EN_FORMULA_HEAT:
    case EN_FORMULA_HEAT_OPEN:
    case EN_FORMULA_STEAM:
    case EN_FORMULA_STEAM_SATURATED:
    case EN_FORMULA_WATER_MASS:
        return compile_state(compiler, node, reach, to, err);
    case EN_FORMULA_SUM_LENIENT:
        return compile_lenient(compiler, node, reach, to, den, err);
    case EN_FORMULA_MIN:
    case EN_FORMULA_MAX:
    case EN_FORMULA_COALESCE:
    case EN_FORMULA_CLAMP:
        return compile_choice(compiler, node, reach, to, den, err);
    case EN_FORMULA_IF:
        return compile_if(compiler, node, reach, to, den, err);
    case EN_FORMULA_COUNT:
        return compile_count(compiler, node, reach, to, err);
    case EN_FORMULA_SUM_SQUARES:
        return compile_squares(compiler, node, reach, to, den, err);
    case EN_FORMULA_ASSUMED:
        return compile_unary(compiler, node, reach, EN_FORMULA_RUN_ASSUMED, to, den, err);
    case EN_FORMULA_ABS:
        return compile_unary(compiler, node, reach, EN_FORMULA_RUN_ABS, to, den, err);
    default:
        EN_ASSERT(node->op == EN_FORMULA_DAY);
        return compile_unary(compiler, node, reach, EN_FORMULA_RUN_DAY, to, den, err);
    }
}

static en_code fill_tables(struct compiler *compiler, struct en_error *err)
{
    const struct en_formula *formula = compiler->collector.formula;
    struct en_formula_program *program = compiler->program;
    struct en_formula_load *loads = take(compiler, program->loads_count, sizeof *loads);
    struct en_formula_operand *operands = take(compiler, formula->refs_count, sizeof *operands);
    if (loads == NULL || operands == NULL) {
        return refuse_memory(err);
    }
    for (const struct load_entry *entry = compiler->load_last; entry != NULL;
         entry = entry->before) {
        loads[entry->index] = entry->load;
    }
    for (uint32_t i = 0; i < formula->refs_count; i++) {
        uint32_t lag_days =
            en_formula_ref_lag_days(&formula->refs[i], compiler->collector.binding->slot_seconds);
        operands[i] = (struct en_formula_operand){program->days_count, lag_days + 1};
        program->days_count += lag_days + 1;
    }
    program->loads = loads;
    program->operands = operands;
    program->operands_count = formula->refs_count;
    return EN_OK;
}

en_code en_formula_compile_node(const struct en_formula *formula,
                                const struct en_formula_node *node, struct en_formula_reach reach,
                                const struct en_formula_binding *binding, struct en_arena *arena,
                                struct en_formula_program *program, struct en_error *err)
{
    EN_ASSERT(formula->root != NULL);
    struct compiler compiler = {.program = program};
    *program = (struct en_formula_program){.den = 1};
    en_code code = en_formula_collector_init(&compiler.collector, formula, binding, arena, err);
    if (code != EN_OK) {
        return code;
    }
    compiler.loads_by_ref = take(&compiler, formula->refs_count, sizeof(struct load_entry *));
    code = compiler.loads_by_ref != NULL ? EN_OK : refuse_memory(err);
    code = code == EN_OK ? compile_value(&compiler, node, reach, 0, &program->den, err) : code;
    code = code == EN_OK && node == formula->root ? derive(&compiler, node, 0, err) : code;
    code = code == EN_OK ? fill_tables(&compiler, err) : code;
    EN_ASSERT(code != EN_OK || program->den > 0);
    return code;
}

en_code en_formula_compile(const struct en_formula *formula,
                           const struct en_formula_binding *binding, struct en_arena *arena,
                           struct en_formula_program *program, struct en_error *err)
{
    return en_formula_compile_node(formula, formula->root, (struct en_formula_reach){0}, binding,
                                   arena, program, err);
}
