#include "core/metering/formula/formula_print.h"

#include "core/fixed.h"
#include "core/metering/formula/formula_power.h"

static en_formula_power power_of(en_formula_op op)
{
    switch (op) {
    case EN_FORMULA_OR:
        return EN_FORMULA_POWER_OR;
    case EN_FORMULA_AND:
        return EN_FORMULA_POWER_AND;
    case EN_FORMULA_NOT:
        return EN_FORMULA_POWER_NOT;
    case EN_FORMULA_ADD:
        return EN_FORMULA_POWER_ADD;
    case EN_FORMULA_MULTIPLY:
        return EN_FORMULA_POWER_MULTIPLY;
    case EN_FORMULA_NEGATE:
        return EN_FORMULA_POWER_UNARY;
    default:
        return op >= EN_FORMULA_LESS && op <= EN_FORMULA_NOT_EQUAL ? EN_FORMULA_POWER_COMPARE
                                                                   : EN_FORMULA_POWER_OPERAND;
    }
}

static void print_quoted(struct en_slice name, struct en_buf *buf)
{
    en_buf_u8(buf, '"');
    for (size_t i = 0; i < name.size; i++) {
        if (name.bytes[i] == '"') {
            en_buf_u8(buf, '"');
        }
        en_buf_u8(buf, name.bytes[i]);
    }
    en_buf_u8(buf, '"');
}

void en_formula_print_ref(const struct en_formula_ref *ref, struct en_buf *buf)
{
    struct en_slice equipment;
    if (en_formula_ref_is_loss(ref, &equipment)) {
        en_buf_text(buf, "loss(");
        print_quoted(equipment, buf);
        en_buf_u8(buf, ')');
        return;
    }
    bool is_plain = en_formula_name_is_plain(ref->name, ref->channel, ref->is_point);
    struct en_slice letter = en_slice_text("x");
    bool has_plain_name =
        is_plain || (ref->channel.size > 0 && en_formula_name_is_plain(ref->name, letter, true));
    en_buf_u8(buf, ref->is_point ? '@' : '#');
    if (has_plain_name) {
        en_buf_append(buf, ref->name.bytes, ref->name.size);
    } else {
        print_quoted(ref->name, buf);
    }
    if (ref->channel.size == 0) {
        return;
    }
    en_buf_u8(buf, '.');
    if (en_formula_name_is_plain(letter, ref->channel, true)) {
        en_buf_append(buf, ref->channel.bytes, ref->channel.size);
    } else {
        print_quoted(ref->channel, buf);
    }
}

/* A number that was written as a decimal: its den divides a power of ten. */
static void print_number(struct en_formula_number number, struct en_buf *buf)
{
    char fraction[EN_POW10_MAX + 1] = {0};
    size_t decimals = 0;
    int64_t rest = number.num % number.den;
    while (rest != 0) {
        EN_ASSERT(decimals < EN_POW10_MAX);
        en_i128 next = (en_i128)rest * 10;
        fraction[decimals++] = (char)('0' + (int)(next / number.den));
        rest = (int64_t)(next % number.den);
    }
    en_buf_print(buf, "%lld%s%s", (long long)(number.num / number.den), decimals > 0 ? "." : "",
                 fraction);
}

static void print_node(const struct en_formula *formula, const struct en_formula_node *node,
                       en_formula_power lowest, struct en_buf *buf);

/* Arguments joined by their operators; a later NEGATE or INVERT gives its sign instead. */
static void print_chain(const struct en_formula *formula, const struct en_formula_node *node,
                        struct en_buf *buf)
{
    en_formula_op turned = node->op == EN_FORMULA_ADD        ? EN_FORMULA_NEGATE
                           : node->op == EN_FORMULA_MULTIPLY ? EN_FORMULA_INVERT
                                                             : node->op;
    en_formula_power lowest = power_of(node->op) + 1;
    for (const struct en_formula_node *arg = node->args; arg != NULL; arg = arg->next) {
        bool is_turned = arg != node->args && arg->op == turned && turned != node->op;
        if (arg != node->args) {
            en_buf_print(buf, " %s ", en_formula_op_text(is_turned ? turned : node->op));
        }
        print_node(formula, is_turned ? arg->args : arg, lowest, buf);
    }
}

static void print_call(const struct en_formula *formula, const struct en_formula_node *node,
                       struct en_buf *buf)
{
    en_buf_print(buf, "%s(", en_formula_op_text(node->op));
    for (const struct en_formula_node *arg = node->args; arg != NULL; arg = arg->next) {
        en_buf_text(buf, arg == node->args ? "" : ", ");
        print_node(formula, arg, EN_FORMULA_POWER_OR, buf);
    }
    if (node->op == EN_FORMULA_PREVIOUS) {
        bool is_days = node->lag_days > 0;
        en_buf_print(buf, ", %u%s", is_days ? node->lag_days : node->lag_slots, is_days ? "d" : "");
    } else if (node->op == EN_FORMULA_AS) {
        en_buf_print(buf, ", \"%s\"",
                     node->unit == EN_UNIT_NONE ? EN_FORMULA_UNIT_NONE : en_unit_name(node->unit));
    } else if (node->op == EN_FORMULA_PARAM) {
        print_quoted(formula->params[node->index].name, buf);
    }
    en_buf_u8(buf, ')');
}

static void print_node(const struct en_formula *formula, const struct en_formula_node *node,
                       en_formula_power lowest, struct en_buf *buf)
{
    en_formula_power strength = power_of(node->op);
    bool has_parenthesis = strength < lowest;
    en_buf_text(buf, has_parenthesis ? "(" : "");
    if (node->op == EN_FORMULA_NUMBER) {
        print_number(node->number, buf);
    } else if (node->op == EN_FORMULA_REF) {
        en_formula_print_ref(&formula->refs[node->index], buf);
    } else if (node->op == EN_FORMULA_NEGATE || node->op == EN_FORMULA_NOT) {
        en_buf_text(buf, node->op == EN_FORMULA_NOT ? "not " : "-");
        print_node(formula, node->args, strength, buf);
    } else if (strength == EN_FORMULA_POWER_OPERAND) {
        print_call(formula, node, buf);
    } else {
        print_chain(formula, node, buf);
    }
    en_buf_text(buf, has_parenthesis ? ")" : "");
}

void en_formula_print_node(const struct en_formula *formula, const struct en_formula_node *node,
                           struct en_buf *buf)
{
    EN_ASSERT(node != NULL);
    bool is_divisor = node->op == EN_FORMULA_INVERT;
    en_buf_text(buf, is_divisor ? "1 / " : "");
    print_node(formula, is_divisor ? node->args : node,
               is_divisor ? EN_FORMULA_POWER_UNARY : EN_FORMULA_POWER_OR, buf);
}

void en_formula_print(const struct en_formula *formula, struct en_buf *buf)
{
    EN_ASSERT(formula->root != NULL);
    print_node(formula, formula->root, EN_FORMULA_POWER_OR, buf);
}
