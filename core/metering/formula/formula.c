/* Reading: a Pratt parser over formula_token. Operators of one precedence make one node with many
 * arguments, so that a sum of a thousand points is one level deep, and a - b is ADD(a, NEGATE(b)).
 * Native recursion is bounded: each level of nesting (parenthesis, call, sign, not) is counted
 * against EN_FORMULA_DEPTH_MAX and opens at most one frame per precedence. */
#include "core/metering/formula/formula.h"

#include "core/fixed.h"
#include "core/metering/formula/formula_power.h"

/* Every operand but the last is followed by a sign: the size of the text bounds their number. */
_Static_assert((EN_FORMULA_SIZE_MAX + 1) / 2 <= EN_FORMULA_TERMS_MAX,
               "a formula's text cannot hold more operands than it may have");

struct function_row {
    const char *name;
    en_formula_op op;
    uint32_t args_min;
    uint32_t args_max;
    const char *shape; /* how it is written */
};

#define ARGS_MANY EN_FORMULA_TERMS_MAX

static const struct function_row function_rows[] = {
    {"abs", EN_FORMULA_ABS, 1, 1, "abs(x)"},
    {"as", EN_FORMULA_AS, 1, 1, "as(x, \"kWh\")"},
    {"assumed", EN_FORMULA_ASSUMED, 1, 1, "assumed(x)"},
    {"avg", EN_FORMULA_AVERAGE, 1, ARGS_MANY, "avg(a, b, …)"},
    {"clamp", EN_FORMULA_CLAMP, 3, 3, "clamp(x, low, high)"},
    {"cnt", EN_FORMULA_COUNT, 1, ARGS_MANY, "cnt(a, b, …)"},
    {"coalesce", EN_FORMULA_COALESCE, 1, ARGS_MANY, "coalesce(a, b, …)"},
    {"day", EN_FORMULA_DAY, 1, 1, "day(x)"},
    {"gas_standard", EN_FORMULA_GAS_STANDARD, 4, 4, "gas_standard(V, P, t, K)"},
    {"heat", EN_FORMULA_HEAT, 5, 5, "heat(M, t1, p1, t2, p2)"},
    {"heat_open", EN_FORMULA_HEAT_OPEN, 8, 8, "heat_open(M1, t1, p1, M2, t2, p2, tc, pc)"},
    {"hours", EN_FORMULA_HOURS, 0, 0, "hours()"},
    {"if", EN_FORMULA_IF, 3, 3, "if(condition, a, b)"},
    {"max", EN_FORMULA_MAX, 1, ARGS_MANY, "max(a, b, …)"},
    {"min", EN_FORMULA_MIN, 1, ARGS_MANY, "min(a, b, …)"},
    {"missing", EN_FORMULA_MISSING, 1, 1, "missing(x)"},
    {"p", EN_FORMULA_PARAM, 0, 0, "p(\"name\")"},
    {"prev", EN_FORMULA_PREVIOUS, 1, 1, "prev(x, 3) in slots or prev(x, 7d) in days"},
    {"raw", EN_FORMULA_RAW, 1, 1, "raw(x)"},
    {"sq", EN_FORMULA_SQUARE, 1, 1, "sq(x)"},
    {"steam", EN_FORMULA_STEAM, 5, 5, "steam(D, t, p, tc, pc)"},
    {"steam_saturated", EN_FORMULA_STEAM_SATURATED, 4, 4, "steam_saturated(D, p, tc, pc)"},
    {"sum", EN_FORMULA_SUM, 1, ARGS_MANY, "sum(a, b, …)"},
    {"sum~", EN_FORMULA_SUM_LENIENT, 1, ARGS_MANY, "sum~(a, b, …)"},
    {"sumsq", EN_FORMULA_SUM_SQUARES, 1, ARGS_MANY, "sumsq(a, b, …)"},
    {"valid", EN_FORMULA_VALID, 1, 1, "valid(x)"},
    {"water_mass", EN_FORMULA_WATER_MASS, 3, 3, "water_mass(V, t, p)"},
};

#define KNOWN_WORDS                                                                                \
    "known are abs as assumed avg clamp cnt coalesce day gas_standard heat heat_open hours if "    \
    "loss max min missing p prev raw sq steam steam_saturated sum sum~ sumsq valid water_mass, "   \
    "and or not"

static const struct {
    en_formula_op op;
    const char *text;
} op_texts[] = {
    {EN_FORMULA_NEGATE, "-"},     {EN_FORMULA_INVERT, "/"},         {EN_FORMULA_ADD, "+"},
    {EN_FORMULA_MULTIPLY, "*"},   {EN_FORMULA_LESS, "<"},           {EN_FORMULA_LESS_EQUAL, "<="},
    {EN_FORMULA_GREATER, ">"},    {EN_FORMULA_GREATER_EQUAL, ">="}, {EN_FORMULA_EQUAL, "="},
    {EN_FORMULA_NOT_EQUAL, "<>"}, {EN_FORMULA_AND, "and"},          {EN_FORMULA_OR, "or"},
    {EN_FORMULA_NOT, "not"},
};

struct parser {
    struct en_formula_lexer lexer;
    struct en_formula_token token; /* the next one, not yet taken */
    struct en_formula *formula;
    struct en_arena *arena;
    uint32_t depth;
};

static en_code parse_expression(struct parser *parser, en_formula_power lowest,
                                struct en_formula_node **node, struct en_error *err);

const char *en_formula_op_text(en_formula_op op)
{
    for (size_t i = 0; i < EN_COUNT_OF(function_rows); i++) {
        if (function_rows[i].op == op) {
            return function_rows[i].name;
        }
    }
    for (size_t i = 0; i < EN_COUNT_OF(op_texts); i++) {
        if (op_texts[i].op == op) {
            return op_texts[i].text;
        }
    }
    EN_ASSERT(op == EN_FORMULA_NUMBER || op == EN_FORMULA_REF);
    return "";
}

static bool is_condition(en_formula_op op)
{
    return (op >= EN_FORMULA_LESS && op <= EN_FORMULA_NOT) || op == EN_FORMULA_VALID ||
           op == EN_FORMULA_MISSING;
}

static en_code refuse(struct parser *parser, struct en_formula_place place, en_code code,
                      struct en_error *err, const char *why)
{
    parser->lexer.fault = place;
    return en_formula_refuse(parser->formula->text, place, code, err, "%s", why);
}

static en_code take(struct parser *parser, struct en_error *err)
{
    return en_formula_lexer_next(&parser->lexer, &parser->token, err);
}

static en_code expect(struct parser *parser, en_formula_token_kind kind, const char *why,
                      struct en_error *err)
{
    if (parser->token.kind != kind) {
        return refuse(parser, parser->token.place, EN_MALFORMED, err, why);
    }
    return take(parser, err);
}

static en_code node_make(struct parser *parser, en_formula_op op, struct en_formula_place place,
                         struct en_formula_node **node, struct en_error *err)
{
    *node = en_arena_alloc(parser->arena, sizeof **node);
    if (*node == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the tree of a formula");
    }
    (*node)->op = op;
    (*node)->place = place;
    return EN_OK;
}

/* Puts an argument behind *last (the argument before it, NULL for the first). */
static void node_adopt(struct en_formula_node *node, struct en_formula_node **last,
                       struct en_formula_node *arg)
{
    EN_ASSERT(arg != NULL);
    if (*last == NULL) {
        node->args = arg;
    } else {
        (*last)->next = arg;
    }
    *last = arg;
    node->args_count++;
}

/* Numbers where numbers belong, conditions where conditions do. */
static en_code check_kind(struct parser *parser, const struct en_formula_node *arg,
                          bool wants_condition, struct en_error *err)
{
    if (is_condition(arg->op) == wants_condition) {
        return EN_OK;
    }
    return refuse(parser, arg->place, EN_MALFORMED, err,
                  wants_condition ? "a condition is needed here: compare, as in @a > 0"
                                  : "a value is needed here, this is a condition: write "
                                    "if(condition, 1, 0)");
}

static uint32_t text_hash(struct en_slice text, uint32_t hash)
{
    for (size_t i = 0; i < text.size; i++) {
        hash = (hash ^ text.bytes[i]) * 16777619u; /* FNV-1a */
    }
    return hash;
}

static uint32_t ref_index(struct parser *parser, const struct en_formula_token *token)
{
    struct en_formula *formula = parser->formula;
    bool is_point = token->kind == EN_FORMULA_TOKEN_POINT;
    uint32_t hash = text_hash(token->channel, text_hash(token->name, 2166136261u + is_point));
    for (uint32_t i = 0; i < formula->refs_count; i++) {
        const struct en_formula_ref *ref = &formula->refs[i];
        if (ref->hash == hash && ref->is_point == is_point &&
            en_slice_equal(ref->name, token->name) &&
            en_slice_equal(ref->channel, token->channel)) {
            return i;
        }
    }
    formula->refs[formula->refs_count] = (struct en_formula_ref){.is_point = is_point,
                                                                 .hash = hash,
                                                                 .name = token->name,
                                                                 .channel = token->channel,
                                                                 .place = token->place};
    return formula->refs_count++;
}

static uint32_t param_index(struct parser *parser, const struct en_formula_token *token)
{
    struct en_formula *formula = parser->formula;
    for (uint32_t i = 0; i < formula->params_count; i++) {
        if (en_slice_equal(formula->params[i].name, token->name)) {
            return i;
        }
    }
    formula->params[formula->params_count] =
        (struct en_formula_param){.name = token->name, .place = token->place};
    return formula->params_count++;
}

/* The token's number, reduced. */
static struct en_formula_number number_of(const struct en_formula_token *token)
{
    int64_t den = en_pow10(token->decimals);
    int64_t common = (int64_t)en_u64_gcd((uint64_t)token->digits, (uint64_t)den);
    EN_ASSERT(common > 0);
    return (struct en_formula_number){token->digits / common, den / common};
}

static const struct function_row *function_find(struct en_slice name)
{
    for (size_t i = 0; i < EN_COUNT_OF(function_rows); i++) {
        if (en_slice_equal(name, en_slice_text(function_rows[i].name))) {
            return &function_rows[i];
        }
    }
    return NULL;
}

/* p("name"): stands behind "p(". */
static en_code parse_param(struct parser *parser, struct en_formula_node *node,
                           struct en_error *err)
{
    if (parser->token.kind != EN_FORMULA_TOKEN_TEXT) {
        return refuse(parser, parser->token.place, EN_MALFORMED, err,
                      "the name of a parameter is needed in quotes: p(\"TR1.dP0\")");
    }
    node->index = param_index(parser, &parser->token);
    parser->formula->operands_count++;
    return take(parser, err);
}

/* The second argument of prev: slots, or days with a d behind. */
static en_code parse_lag(struct parser *parser, struct en_formula_node *node, struct en_error *err)
{
    const struct en_formula_token *token = &parser->token;
    bool is_days = token->kind == EN_FORMULA_TOKEN_DAYS;
    if (!is_days && (token->kind != EN_FORMULA_TOKEN_NUMBER || token->decimals > 0)) {
        return refuse(parser, token->place, EN_MALFORMED, err,
                      "how far back is needed: whole slots as in prev(x, 3), or whole days as in "
                      "prev(x, 7d)");
    }
    int64_t most = is_days ? EN_FORMULA_LAG_DAYS_MAX : EN_FORMULA_LAG_SLOTS_MAX;
    if (token->digits > most) {
        return refuse(parser, token->place, EN_LIMIT, err,
                      "a formula looks at most 31 days back: keep longer sums in a formula of "
                      "their own");
    }
    node->lag_days = is_days ? (uint32_t)token->digits : 0;
    node->lag_slots = is_days ? 0 : (uint32_t)token->digits;
    return take(parser, err);
}

/* The second argument of as: a base unit in quotes. */
static en_code parse_unit(struct parser *parser, struct en_formula_node *node, struct en_error *err)
{
    const struct en_formula_token *token = &parser->token;
    if (token->kind != EN_FORMULA_TOKEN_TEXT) {
        return refuse(parser, token->place, EN_MALFORMED, err,
                      "a unit is needed in quotes: as(x, \"kWh\")");
    }
    if (en_slice_equal(token->name, en_slice_text(EN_FORMULA_UNIT_NONE))) {
        return take(parser, err);
    }
    int power_of_ten = 0;
    en_code code = en_unit_parse(token->name, &node->unit, &power_of_ten, NULL);
    if (code != EN_OK || power_of_ten != 0) {
        return refuse(parser, token->place, EN_UNIT, err,
                      "not a base unit; base units are kWh kvarh kVAh m3 t GJ Gcal kW kvar V A, "
                      "or none");
    }
    return take(parser, err);
}

static en_code parse_args(struct parser *parser, const struct function_row *row,
                          struct en_formula_node *node, struct en_error *err)
{
    struct en_formula_node *last = NULL;
    while (true) {
        struct en_formula_node *arg = NULL;
        en_code code = parse_expression(parser, EN_FORMULA_POWER_OR, &arg, err);
        if (code != EN_OK) {
            return code;
        }
        code = check_kind(parser, arg, row->op == EN_FORMULA_IF && last == NULL, err);
        if (code != EN_OK) {
            return code;
        }
        node_adopt(node, &last, arg);
        bool has_more = parser->token.kind == EN_FORMULA_TOKEN_COMMA;
        if (!has_more || (row->args_max == 1 && node->args_count == 1)) {
            return EN_OK;
        }
        code = take(parser, err);
        if (code != EN_OK) {
            return code;
        }
    }
}

static en_code refuse_shape(struct parser *parser, const struct function_row *row,
                            struct en_formula_place place, struct en_error *err)
{
    parser->lexer.fault = place;
    return en_formula_refuse(parser->formula->text, place, EN_MALFORMED, err, "%s is written %s",
                             row->name, row->shape);
}

/* What stands between the parentheses of a call. */
static en_code parse_call_body(struct parser *parser, const struct function_row *row,
                               struct en_formula_node *node, struct en_error *err)
{
    if (row->op == EN_FORMULA_PARAM) {
        return parse_param(parser, node, err);
    }
    if (row->op == EN_FORMULA_HOURS) {
        parser->formula->operands_count++;
        return EN_OK;
    }
    en_code code = parse_args(parser, row, node, err);
    if (code != EN_OK) {
        return code;
    }
    if (node->args_count < row->args_min || node->args_count > row->args_max) {
        return refuse_shape(parser, row, node->place, err);
    }
    if (row->op != EN_FORMULA_PREVIOUS && row->op != EN_FORMULA_AS) {
        return EN_OK;
    }
    if (parser->token.kind != EN_FORMULA_TOKEN_COMMA) {
        return refuse_shape(parser, row, node->place, err);
    }
    code = take(parser, err);
    if (code != EN_OK) {
        return code;
    }
    return row->op == EN_FORMULA_AS ? parse_unit(parser, node, err) : parse_lag(parser, node, err);
}

/* loss("TR1"): a reference to the series of the equipment's losses. Stands on the word. */
static en_code parse_loss(struct parser *parser, struct en_formula_node **node,
                          struct en_error *err)
{
    static const char shape[] = "the name of an equipment is needed in quotes: loss(\"TR1\")";
    struct en_formula_token series = parser->token;
    en_code code = take(parser, err);
    code = code == EN_OK ? expect(parser, EN_FORMULA_TOKEN_OPEN, shape, err) : code;
    if (code == EN_OK && parser->token.kind != EN_FORMULA_TOKEN_TEXT) {
        return refuse(parser, parser->token.place, EN_MALFORMED, err, shape);
    }
    if (code == EN_OK) {
        struct en_slice name = parser->token.name;
        char *text = en_arena_print(parser->arena, "%.*s" EN_FORMULA_LOSS_SUFFIX, (int)name.size,
                                    (const char *)name.bytes);
        series.kind = EN_FORMULA_TOKEN_SERIES;
        series.channel = en_slice_text("");
        series.name = text != NULL ? en_slice_text(text) : series.name;
        code = text != NULL ? node_make(parser, EN_FORMULA_REF, series.place, node, err)
                            : en_error_set(err, EN_NOMEM, "no memory for the names of a formula");
    }
    if (code != EN_OK) {
        return code;
    }
    (*node)->index = ref_index(parser, &series);
    parser->formula->operands_count++;
    code = take(parser, err);
    return code == EN_OK ? expect(parser, EN_FORMULA_TOKEN_CLOSE, "')' is needed here", err) : code;
}

static en_code parse_call(struct parser *parser, struct en_formula_node **node,
                          struct en_error *err)
{
    struct en_formula_place place = parser->token.place;
    if (en_slice_equal(parser->token.name, en_slice_text("loss"))) {
        return parse_loss(parser, node, err);
    }
    const struct function_row *row = function_find(parser->token.name);
    if (row == NULL) {
        return refuse(parser, place, EN_UNSUPPORTED, err,
                      "formulas do not know this word; " KNOWN_WORDS
                      "; a point is written @point.A+, a formula #name");
    }
    en_code code = take(parser, err);
    if (code == EN_OK && parser->token.kind != EN_FORMULA_TOKEN_OPEN) {
        return refuse_shape(parser, row, place, err);
    }
    code = code == EN_OK ? take(parser, err) : code;
    code = code == EN_OK ? node_make(parser, row->op, place, node, err) : code;
    code = code == EN_OK ? parse_call_body(parser, row, *node, err) : code;
    if (code == EN_OK && parser->token.kind == EN_FORMULA_TOKEN_COMMA) {
        return refuse_shape(parser, row, place, err);
    }
    return code != EN_OK ? code
                         : expect(parser, EN_FORMULA_TOKEN_CLOSE,
                                  "an operator, ',' or ')' is needed here", err);
}

static en_code parse_leaf(struct parser *parser, struct en_formula_node **node,
                          struct en_error *err)
{
    const struct en_formula_token *token = &parser->token;
    bool is_number = token->kind == EN_FORMULA_TOKEN_NUMBER;
    en_code code =
        node_make(parser, is_number ? EN_FORMULA_NUMBER : EN_FORMULA_REF, token->place, node, err);
    if (code != EN_OK) {
        return code;
    }
    if (is_number) {
        (*node)->number = number_of(token);
    } else {
        (*node)->index = ref_index(parser, token);
    }
    parser->formula->operands_count++;
    return take(parser, err);
}

/* A sign or `not` before its operand. */
static en_code parse_unary(struct parser *parser, en_formula_op op, en_formula_power operand,
                           struct en_formula_node **node, struct en_error *err)
{
    en_code code = node_make(parser, op, parser->token.place, node, err);
    code = code == EN_OK ? take(parser, err) : code;
    struct en_formula_node *arg = NULL;
    code = code == EN_OK ? parse_expression(parser, operand, &arg, err) : code;
    code = code == EN_OK ? check_kind(parser, arg, op == EN_FORMULA_NOT, err) : code;
    if (code == EN_OK) {
        struct en_formula_node *last = NULL;
        node_adopt(*node, &last, arg);
    }
    return code;
}

static en_code parse_parenthesis(struct parser *parser, struct en_formula_node **node,
                                 struct en_error *err)
{
    en_code code = take(parser, err);
    code = code == EN_OK ? parse_expression(parser, EN_FORMULA_POWER_OR, node, err) : code;
    return code != EN_OK
               ? code
               : expect(parser, EN_FORMULA_TOKEN_CLOSE, "an operator or ')' is needed here", err);
}

static bool is_word(const struct en_formula_token *token, const char *word)
{
    return token->kind == EN_FORMULA_TOKEN_WORD && en_slice_equal(token->name, en_slice_text(word));
}

static en_code parse_nested(struct parser *parser, struct en_formula_node **node,
                            struct en_error *err)
{
    const struct en_formula_token *token = &parser->token;
    if (token->kind == EN_FORMULA_TOKEN_OPEN) {
        return parse_parenthesis(parser, node, err);
    }
    if (token->kind == EN_FORMULA_TOKEN_MINUS) {
        return parse_unary(parser, EN_FORMULA_NEGATE, EN_FORMULA_POWER_UNARY, node, err);
    }
    if (is_word(token, "not")) {
        return parse_unary(parser, EN_FORMULA_NOT, EN_FORMULA_POWER_NOT, node, err);
    }
    if (token->kind == EN_FORMULA_TOKEN_WORD && !is_word(token, "and") && !is_word(token, "or")) {
        return parse_call(parser, node, err);
    }
    return refuse(parser, token->place, EN_MALFORMED, err,
                  "a value is needed here: a number, @point.A+, #formula, p(\"name\"), a function "
                  "or '('");
}

static en_code parse_operand(struct parser *parser, struct en_formula_node **node,
                             struct en_error *err)
{
    en_formula_token_kind kind = parser->token.kind;
    if (kind == EN_FORMULA_TOKEN_NUMBER || kind == EN_FORMULA_TOKEN_POINT ||
        kind == EN_FORMULA_TOKEN_SERIES) {
        return parse_leaf(parser, node, err);
    }
    if (parser->depth == EN_FORMULA_DEPTH_MAX) {
        return refuse(parser, parser->token.place, EN_LIMIT, err,
                      "nested deeper than 64: give the inner part a name as a formula of its own");
    }
    parser->depth++;
    en_code code = parse_nested(parser, node, err);
    parser->depth--;
    return code;
}

/* What the next token is as an operator between operands; EN_FORMULA_POWER_NONE where it is none.
 */
static en_formula_power infix_of(const struct en_formula_token *token, en_formula_op *op)
{
    if (token->kind >= EN_FORMULA_TOKEN_LESS) {
        *op = (en_formula_op)(EN_FORMULA_LESS + (token->kind - EN_FORMULA_TOKEN_LESS));
        return EN_FORMULA_POWER_COMPARE;
    }
    if (token->kind == EN_FORMULA_TOKEN_PLUS || token->kind == EN_FORMULA_TOKEN_MINUS) {
        *op = EN_FORMULA_ADD;
        return EN_FORMULA_POWER_ADD;
    }
    if (token->kind == EN_FORMULA_TOKEN_TIMES || token->kind == EN_FORMULA_TOKEN_OVER) {
        *op = EN_FORMULA_MULTIPLY;
        return EN_FORMULA_POWER_MULTIPLY;
    }
    *op = is_word(token, "and") ? EN_FORMULA_AND : EN_FORMULA_OR;
    return is_word(token, "and")  ? EN_FORMULA_POWER_AND
           : is_word(token, "or") ? EN_FORMULA_POWER_OR
                                  : EN_FORMULA_POWER_NONE;
}
_Static_assert(EN_FORMULA_NOT_EQUAL - EN_FORMULA_LESS ==
                   EN_FORMULA_TOKEN_NOT_EQUAL - EN_FORMULA_TOKEN_LESS,
               "comparisons stand in the same order as signs and as operators");

/* The operand behind an operator, wrapped where the sign was - or /. */
static en_code parse_right(struct parser *parser, en_formula_power strength,
                           struct en_formula_node **arg, struct en_error *err)
{
    struct en_formula_token sign = parser->token;
    bool is_wrapped = sign.kind == EN_FORMULA_TOKEN_MINUS || sign.kind == EN_FORMULA_TOKEN_OVER;
    en_code code = take(parser, err);
    code = code == EN_OK ? parse_expression(parser, strength + 1, arg, err) : code;
    code = code == EN_OK ? check_kind(parser, *arg, strength <= EN_FORMULA_POWER_AND, err) : code;
    if (code != EN_OK || !is_wrapped) {
        return code;
    }
    if (sign.kind == EN_FORMULA_TOKEN_OVER && (*arg)->op == EN_FORMULA_NUMBER &&
        (*arg)->number.num == 0) {
        return refuse(parser, (*arg)->place, EN_MALFORMED, err, "division by zero");
    }
    struct en_formula_node *wrapped = *arg;
    struct en_formula_node *last = NULL;
    code = node_make(parser,
                     sign.kind == EN_FORMULA_TOKEN_MINUS ? EN_FORMULA_NEGATE : EN_FORMULA_INVERT,
                     sign.place, arg, err);
    if (code == EN_OK) {
        node_adopt(*arg, &last, wrapped);
    }
    return code;
}

/* All that operators of this strength join to the left operand. */
static en_code parse_chain(struct parser *parser, en_formula_power strength, en_formula_op op,
                           struct en_formula_node **left, struct en_error *err)
{
    struct en_formula_node *node = NULL;
    struct en_formula_node *last = NULL;
    en_formula_op next = op;
    en_code code = check_kind(parser, *left, strength <= EN_FORMULA_POWER_AND, err);
    code = code == EN_OK ? node_make(parser, op, parser->token.place, &node, err) : code;
    if (code != EN_OK) {
        return code;
    }
    node_adopt(node, &last, *left);
    while (infix_of(&parser->token, &next) == strength) {
        if (strength == EN_FORMULA_POWER_COMPARE && node->args_count == 2) {
            return refuse(parser, parser->token.place, EN_MALFORMED, err,
                          "compare one pair at a time: a < b and b < c");
        }
        struct en_formula_node *arg = NULL;
        code = parse_right(parser, strength, &arg, err);
        if (code != EN_OK) {
            return code;
        }
        node_adopt(node, &last, arg);
    }
    *left = node;
    return EN_OK;
}

static en_code parse_expression(struct parser *parser, en_formula_power lowest,
                                struct en_formula_node **node, struct en_error *err)
{
    en_code code = parse_operand(parser, node, err);
    en_formula_op op = EN_FORMULA_OR;
    en_formula_power strength = infix_of(&parser->token, &op);
    while (code == EN_OK && strength != EN_FORMULA_POWER_NONE && strength >= lowest) {
        code = parse_chain(parser, strength, op, node, err);
        strength = infix_of(&parser->token, &op);
    }
    return code;
}

struct lag {
    uint32_t days;
    uint32_t slots;
    bool in_day;
};

/* Notes with every reference how far back it is read; refuses what has no meaning. */
static en_code note_lags(struct parser *parser, const struct en_formula_node *node, struct lag lag,
                         struct en_error *err)
{
    lag.days += node->lag_days;
    lag.slots += node->lag_slots;
    if (lag.days > EN_FORMULA_LAG_DAYS_MAX || lag.slots > EN_FORMULA_LAG_SLOTS_MAX) {
        return refuse(parser, node->place, EN_LIMIT, err,
                      "together this looks more than 31 days back");
    }
    if (node->op == EN_FORMULA_DAY) {
        if (lag.in_day || lag.slots > 0) {
            return refuse(parser, node->place, EN_MALFORMED, err,
                          "day() stands neither in another day() nor in prev() by slots: use "
                          "prev(day(x), 1d)");
        }
        lag.in_day = true;
    }
    if (node->op == EN_FORMULA_REF) {
        struct en_formula_ref *ref = &parser->formula->refs[node->index];
        ref->lag_days_max = lag.days > ref->lag_days_max ? lag.days : ref->lag_days_max;
        ref->lag_slots_max = lag.slots > ref->lag_slots_max ? lag.slots : ref->lag_slots_max;
    }
    en_code code = EN_OK;
    for (const struct en_formula_node *arg = node->args; arg != NULL && code == EN_OK;
         arg = arg->next) {
        code = note_lags(parser, arg, lag, err);
    }
    return code;
}

/* Room for every name the text can hold: one per mark that begins one. */
static en_code tables_make(struct parser *parser, struct en_error *err)
{
    size_t refs_max = 0;
    size_t params_max = 0;
    struct en_formula *formula = parser->formula;
    for (size_t i = 0; i < formula->text.size; i++) {
        uint8_t c = formula->text.bytes[i];
        refs_max += c == '@' || c == '#' || c == 'l'; /* of loss() */
        params_max += c == 'p';
    }
    formula->refs = en_arena_alloc(parser->arena, (refs_max + 1) * sizeof *formula->refs);
    formula->params = en_arena_alloc(parser->arena, (params_max + 1) * sizeof *formula->params);
    if (formula->refs == NULL || formula->params == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the names of a formula");
    }
    return EN_OK;
}

static en_code parse_whole(struct parser *parser, struct en_error *err)
{
    struct en_formula *formula = parser->formula;
    en_code code = take(parser, err);
    code =
        code == EN_OK ? parse_expression(parser, EN_FORMULA_POWER_OR, &formula->root, err) : code;
    if (code == EN_OK && parser->token.kind != EN_FORMULA_TOKEN_END) {
        return refuse(parser, parser->token.place, EN_MALFORMED, err,
                      "an operator is needed here, or the end");
    }
    code = code == EN_OK ? check_kind(parser, formula->root, false, err) : code;
    return code == EN_OK ? note_lags(parser, formula->root, (struct lag){0}, err) : code;
}

en_code en_formula_parse(struct en_slice text, struct en_arena *arena, struct en_formula *formula,
                         struct en_formula_place *place, struct en_error *err)
{
    EN_ASSERT(arena != NULL);
    struct parser parser = {.formula = formula, .arena = arena};
    *formula = (struct en_formula){.text = en_slice_of("", 0)};
    en_code code = en_formula_lexer_init(&parser.lexer, text, arena, err);
    if (code == EN_OK) {
        formula->text = en_arena_copy(arena, text);
        parser.lexer.text = formula->text;
        code = formula->text.bytes != NULL
                   ? tables_make(&parser, err)
                   : en_error_set(err, EN_NOMEM, "no memory for the text of a formula");
    }
    code = code == EN_OK ? parse_whole(&parser, err) : code;
    EN_ASSERT(parser.depth == 0 || code != EN_OK);
    if (code != EN_OK && place != NULL) {
        *place = parser.lexer.fault;
    }
    return code;
}

uint32_t en_formula_ref_lag_days(const struct en_formula_ref *ref, uint32_t slot_seconds)
{
    EN_ASSERT(slot_seconds > 0);
    uint32_t slots_of_day = 23u * 3600u / slot_seconds;
    slots_of_day = slots_of_day > 0 ? slots_of_day : 1;
    return ref->lag_days_max + (ref->lag_slots_max + slots_of_day - 1) / slots_of_day;
}

bool en_formula_ref_is_loss(const struct en_formula_ref *ref, struct en_slice *equipment)
{
    struct en_slice suffix = en_slice_text(EN_FORMULA_LOSS_SUFFIX);
    if (ref->is_point || ref->name.size <= suffix.size) {
        return false;
    }
    size_t size = ref->name.size - suffix.size;
    *equipment = en_slice_of(ref->name.bytes, size);
    return en_slice_equal(en_slice_of(ref->name.bytes + size, suffix.size), suffix);
}
