#include "core/metering/formula/formula_explain.h"

#include "core/decimal.h"
#include "core/metering/formula/formula_print.h"
#include "core/metering/formula/formula_unit.h"
#include "core/metering/quality.h"

#define SCRATCH_SIZE_MAX ((size_t)256 << 20)            /* one part at a time */
#define LINE_SIZE_MAX ((size_t)4 * EN_FORMULA_SIZE_MAX) /* a part is printed before it is cut */
#define PART_TEXT_SIZE_MAX 100u                         /* longer texts of parts are cut */

struct explainer {
    const struct en_formula *formula;
    const struct en_formula_case *one;
    struct en_arena scratch;
    struct en_buf line;
    en_formula_part_visit visit;
    void *self;
    int64_t values[EN_SLOTS_MAX];
    uint64_t qualities[EN_SLOTS_MAX];
};

static bool is_condition(const struct en_formula_node *node)
{
    return (node->op >= EN_FORMULA_LESS && node->op <= EN_FORMULA_NOT) ||
           node->op == EN_FORMULA_VALID || node->op == EN_FORMULA_MISSING;
}

/* Value of the part; a condition is asked as if(condition, 1, 0). */
static en_code compute(struct explainer *explainer, const struct en_formula_node *node,
                       struct en_formula_reach reach, struct en_error *err)
{
    struct en_formula_node no = {.op = EN_FORMULA_NUMBER, .number = {0, 1}};
    struct en_formula_node yes = {.op = EN_FORMULA_NUMBER, .number = {1, 1}, .next = &no};
    struct en_formula_node condition = *node;
    struct en_formula_node choice = {.op = EN_FORMULA_IF, .args = &condition, .args_count = 3};
    condition.next = &yes;
    struct en_formula_program program;
    en_arena_reset(&explainer->scratch);
    en_code code =
        en_formula_compile_node(explainer->formula, is_condition(node) ? &choice : node, reach,
                                explainer->one->binding, &explainer->scratch, &program, err);
    struct en_formula_result result = {.values = explainer->values,
                                       .qualities = explainer->qualities};
    return code == EN_OK
               ? en_formula_eval(&program, explainer->one->days, explainer->one->slots_count,
                                 &explainer->scratch, &result, err)
               : code;
}

static void print_quality(uint64_t quality, struct en_buf *buf)
{
    en_source source = en_quality_source(quality);
    en_buf_print(buf, " (%s", en_source_name(source));
    if (source == EN_SOURCE_DERIVED) {
        en_buf_print(buf, " of %s", en_source_name(en_quality_worst_source(quality)));
    }
    en_buf_print(buf, ", %s", en_verdict_name(en_quality_verdict(quality)));
    for (unsigned flag = 0; flag < EN_QUALITY_FLAGS_COUNT; flag++) {
        if ((quality & EN_QUALITY_FLAG(flag)) != 0) {
            en_buf_print(buf, ", %s", en_quality_flag_name(flag));
        }
    }
    en_buf_u8(buf, ')');
}

/* The part's text, cut between characters where it is long. */
static void print_text(struct explainer *explainer, const struct en_formula_node *node)
{
    struct en_buf *buf = &explainer->line;
    size_t start = buf->size;
    en_formula_print_node(explainer->formula, node, buf);
    size_t size = buf->size - start;
    if (buf->code != EN_OK || size <= PART_TEXT_SIZE_MAX) {
        return;
    }
    size = PART_TEXT_SIZE_MAX;
    while ((buf->bytes[start + size] & 0xc0) == 0x80) {
        size--;
    }
    buf->size = start + size;
    en_buf_text(buf, "…");
}

static void print_part(struct explainer *explainer, const struct en_formula_node *node)
{
    struct en_buf *buf = &explainer->line;
    int64_t value = explainer->values[explainer->one->slot];
    uint64_t quality = explainer->qualities[explainer->one->slot];
    en_buf_reset(buf);
    print_text(explainer, node);
    if (en_quality_is_missing(quality)) {
        en_buf_text(buf, is_condition(node) ? " cannot be told" : " is missing");
    } else if (is_condition(node)) {
        en_buf_text(buf, value != 0 ? " is true" : " is false");
    } else {
        char text[EN_DECIMAL_TEXT_SIZE];
        char unit[EN_FORMULA_DIMENSION_TEXT_SIZE];
        (void)en_micro_print(value, text);
        en_formula_dimension_print(&node->dimension, unit);
        bool has_unit = strcmp(unit, EN_FORMULA_NO_UNIT) != 0;
        en_buf_print(buf, " = %s%s%s", text, has_unit ? " " : "", has_unit ? unit : "");
    }
    if (!is_condition(node) || en_quality_is_missing(quality)) {
        print_quality(quality, buf);
    }
}

/* Parts that say nothing new are left out: numbers, and a sign beside what it stands before. */
static bool is_told(const struct en_formula_node *node)
{
    return node->op != EN_FORMULA_NUMBER && node->op != EN_FORMULA_NEGATE &&
           node->op != EN_FORMULA_INVERT;
}

static en_code explain(struct explainer *explainer, const struct en_formula_node *node,
                       struct en_formula_reach reach, uint32_t level, struct en_error *err)
{
    en_code code = EN_OK;
    bool is_shown = level == 0 || is_told(node);
    if (is_shown) {
        code = compute(explainer, node, reach, err);
    }
    if (code == EN_OK && is_shown) {
        print_part(explainer, node);
        code = en_buf_code(&explainer->line, err);
    }
    if (code == EN_OK && is_shown) {
        struct en_formula_part part = {.node = node,
                                       .line = en_buf_slice(&explainer->line),
                                       .level = level,
                                       .is_condition = is_condition(node),
                                       .micro = explainer->values[explainer->one->slot],
                                       .quality = explainer->qualities[explainer->one->slot],
                                       .reach = reach};
        code = explainer->visit(explainer->self, &part, err);
    }
    struct en_formula_reach below = en_formula_reach_below(reach, node);
    for (const struct en_formula_node *arg = node->args; arg != NULL && code == EN_OK;
         arg = arg->next) {
        code = explain(explainer, arg, below, level + is_shown, err);
    }
    return code;
}

en_code en_formula_explain_parts(const struct en_formula *formula,
                                 const struct en_formula_case *one, en_formula_part_visit visit,
                                 void *self, struct en_error *err)
{
    EN_ASSERT(one->slot < one->slots_count);
    EN_ASSERT(one->slots_count <= EN_SLOTS_MAX);
    struct explainer explainer = {.formula = formula, .one = one, .visit = visit, .self = self};
    en_arena_init(&explainer.scratch, SCRATCH_SIZE_MAX);
    en_buf_init(&explainer.line, LINE_SIZE_MAX);
    en_code code = explain(&explainer, formula->root, (struct en_formula_reach){0}, 0, err);
    en_buf_fini(&explainer.line);
    en_arena_fini(&explainer.scratch);
    return code;
}

static en_code print_line(void *self, const struct en_formula_part *part, struct en_error *err)
{
    struct en_buf *buf = self;
    en_buf_print(buf, "%*s", (int)(part->level * 2), "");
    en_buf_append(buf, part->line.bytes, part->line.size);
    en_buf_u8(buf, '\n');
    return en_buf_code(buf, err);
}

en_code en_formula_explain(const struct en_formula *formula, const struct en_formula_case *one,
                           struct en_buf *buf, struct en_error *err)
{
    return en_formula_explain_parts(formula, one, print_line, buf, err);
}
