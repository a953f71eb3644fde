#include "core/metering/formula/formula_unit.h"

#include "core/metering/formula/formula_state.h"

#include <stdio.h>

/* Base units; amounts first: what adds up over time. */
enum base {
    BASE_KWH,
    BASE_KVARH,
    BASE_KVAH,
    BASE_M3,
    BASE_GJ,
    BASE_GCAL,
    BASE_T,
    BASE_IMP,
    BASE_V,
    BASE_A,
    BASE_DEGC,
    BASE_HZ,
    BASE_KPA,
    BASE_PERCENT,
    BASE_H,
    BASES_COUNT,
};
_Static_assert(BASES_COUNT == EN_FORMULA_BASES_COUNT, "a dimension has one power per base");

#define BASE_AMOUNT_LAST BASE_IMP
#define BASE_ENERGY_LAST BASE_KVAH /* electrical: kWh, kvarh, kVAh */
#define POWER_MAX 8

static const en_unit base_units[BASES_COUNT] = {
    EN_UNIT_KWH,  EN_UNIT_KVARH, EN_UNIT_KVAH, EN_UNIT_M3,      EN_UNIT_GJ,
    EN_UNIT_GCAL, EN_UNIT_T,     EN_UNIT_IMP,  EN_UNIT_V,       EN_UNIT_A,
    EN_UNIT_DEGC, EN_UNIT_HZ,    EN_UNIT_KPA,  EN_UNIT_PERCENT, EN_UNIT_H,
};

/* Units made of two bases. */
static const struct {
    en_unit unit;
    enum base first;
    enum base second;
    int8_t second_power;
} made_units[] = {
    {EN_UNIT_KW, BASE_KWH, BASE_H, -1},     {EN_UNIT_KVAR, BASE_KVARH, BASE_H, -1},
    {EN_UNIT_KVA, BASE_KVAH, BASE_H, -1},   {EN_UNIT_M3H, BASE_M3, BASE_H, -1},
    {EN_UNIT_TH, BASE_T, BASE_H, -1},       {EN_UNIT_GJH, BASE_GJ, BASE_H, -1},
    {EN_UNIT_GCALH, BASE_GCAL, BASE_H, -1}, {EN_UNIT_M3C, BASE_M3, BASE_DEGC, 1},
};
_Static_assert(EN_COUNT_OF(made_units) + BASES_COUNT + 1 == EN_UNITS_COUNT,
               "every unit is a base, made of two, or a plain number");

struct check {
    struct en_formula *formula;
    const struct en_formula_units *units;
    struct en_formula_place fault;
};

static bool same_powers(const struct en_formula_dimension *a, const struct en_formula_dimension *b)
{
    return memcmp(a->powers, b->powers, sizeof a->powers) == 0;
}

static struct en_formula_dimension dimension_of(en_unit unit)
{
    struct en_formula_dimension dimension = {0};
    for (size_t i = 0; i < BASES_COUNT; i++) {
        dimension.powers[i] = base_units[i] == unit;
    }
    for (size_t i = 0; i < EN_COUNT_OF(made_units); i++) {
        if (made_units[i].unit == unit) {
            dimension.powers[made_units[i].first] = 1;
            dimension.powers[made_units[i].second] = made_units[i].second_power;
        }
    }
    return dimension;
}

static bool unit_of(const struct en_formula_dimension *dimension, en_unit *unit)
{
    for (uint32_t number = 0; number < EN_UNITS_COUNT; number++) {
        struct en_formula_dimension known = dimension_of((en_unit)number);
        if (same_powers(dimension, &known)) {
            *unit = (en_unit)number;
            return true;
        }
    }
    return false;
}

void en_formula_dimension_print(const struct en_formula_dimension *dimension,
                                char text[EN_FORMULA_DIMENSION_TEXT_SIZE])
{
    en_unit unit = EN_UNIT_NONE;
    text[0] = '\0';
    if (unit_of(dimension, &unit)) {
        (void)snprintf(text, EN_FORMULA_DIMENSION_TEXT_SIZE, "%s",
                       unit == EN_UNIT_NONE ? EN_FORMULA_NO_UNIT : en_unit_name(unit));
        return;
    }
    size_t size = 0;
    for (size_t i = 0; i < BASES_COUNT; i++) {
        int power = dimension->powers[i];
        char raised[8] = "";
        if (power != 1) {
            (void)snprintf(raised, sizeof raised, "^%d", power);
        }
        if (power != 0 && size < EN_FORMULA_DIMENSION_TEXT_SIZE) {
            size += (size_t)snprintf(text + size, EN_FORMULA_DIMENSION_TEXT_SIZE - size, "%s%s%s",
                                     size > 0 ? "*" : "", en_unit_name(base_units[i]), raised);
        }
    }
}

/* Where the eye should go for a node: its first word, not the sign before it. */
static struct en_formula_place place_of(const struct en_formula_node *node)
{
    while (node->op == EN_FORMULA_NEGATE || node->op == EN_FORMULA_INVERT) {
        node = node->args;
    }
    return node->place;
}

static en_code refuse(struct check *check, const struct en_formula_node *node, struct en_error *err,
                      const char *why)
{
    check->fault = place_of(node);
    return en_formula_refuse(check->formula->text, check->fault, EN_UNIT, err, "%s", why);
}

static en_code refuse_pair(struct check *check, const struct en_formula_node *node,
                           const struct en_formula_dimension *first, struct en_error *err)
{
    char one[EN_FORMULA_DIMENSION_TEXT_SIZE];
    char other[EN_FORMULA_DIMENSION_TEXT_SIZE];
    en_formula_dimension_print(first, one);
    en_formula_dimension_print(&node->dimension, other);
    check->fault = place_of(node);
    return en_formula_refuse(check->formula->text, check->fault, EN_UNIT, err,
                             "this is %s, what stands before it is %s; they cannot be added, "
                             "compared or chosen between",
                             other, one);
}

/* Squares of electrical energies are all squares of kVAh: true, and *dimension made so. */
static bool to_apparent_square(struct en_formula_dimension *dimension)
{
    int total = 0;
    for (size_t i = 0; i <= BASE_ENERGY_LAST; i++) {
        if (dimension->powers[i] % 2 != 0) {
            return false;
        }
        total += dimension->powers[i];
        dimension->powers[i] = 0;
    }
    dimension->powers[BASE_KVAH] = (int8_t)total;
    return total == 2;
}

/* The one unit of two things side by side. */
static bool unify(struct en_formula_dimension *common, const struct en_formula_dimension *next)
{
    if (next->is_any || same_powers(common, next)) {
        common->is_any = common->is_any && next->is_any;
        return true;
    }
    if (common->is_any) {
        *common = *next;
        return true;
    }
    struct en_formula_dimension left = *common;
    struct en_formula_dimension right = *next;
    if (!to_apparent_square(&left) || !to_apparent_square(&right) || !same_powers(&left, &right)) {
        return false;
    }
    *common = left;
    return true;
}

static en_code unify_args(struct check *check, struct en_formula_node *node,
                          const struct en_formula_node *first, struct en_error *err)
{
    node->dimension = first->dimension;
    for (const struct en_formula_node *arg = first->next; arg != NULL; arg = arg->next) {
        struct en_formula_dimension before = node->dimension;
        if (!unify(&node->dimension, &arg->dimension)) {
            return refuse_pair(check, arg, &before, err);
        }
    }
    return EN_OK;
}

static int amount_power(const struct en_formula_dimension *dimension)
{
    int total = 0;
    for (size_t i = 0; i <= BASE_AMOUNT_LAST; i++) {
        total += dimension->powers[i];
    }
    return total;
}

static en_code multiply_args(struct check *check, struct en_formula_node *node,
                             struct en_error *err)
{
    const struct en_formula_node *second = NULL; /* the second amount among the factors */
    uint32_t amounts_count = 0;
    node->dimension = (struct en_formula_dimension){.is_any = true};
    for (const struct en_formula_node *arg = node->args; arg != NULL; arg = arg->next) {
        for (size_t i = 0; i < BASES_COUNT; i++) {
            int power = node->dimension.powers[i] + arg->dimension.powers[i];
            if (power > POWER_MAX || power < -POWER_MAX) {
                return refuse(check, arg, err, "the powers of units grow beyond 8 here");
            }
            node->dimension.powers[i] = (int8_t)power;
        }
        node->dimension.is_any = node->dimension.is_any && arg->dimension.is_any;
        if (amount_power(&arg->dimension) > 0) {
            amounts_count++;
            second = amounts_count == 2 ? arg : second;
        }
    }
    if (second != NULL && amount_power(&node->dimension) >= 2) {
        return refuse(check, second, err,
                      "an amount is multiplied by an amount: write sq(x) for a square, divide by a "
                      "third, or state the unit of a factor with as(x, \"none\")");
    }
    return EN_OK;
}

static en_code scale_powers(struct check *check, struct en_formula_node *node, int factor,
                            struct en_error *err)
{
    node->dimension = node->args->dimension;
    for (size_t i = 0; i < BASES_COUNT; i++) {
        int power = node->dimension.powers[i] * factor;
        if (power > POWER_MAX || power < -POWER_MAX) {
            return refuse(check, node, err, "the powers of units grow beyond 8 here");
        }
        node->dimension.powers[i] = (int8_t)power;
    }
    return EN_OK;
}

/* The squares must agree, not the arguments: kWh and kvarh make kVAh^2. */
static en_code check_squares(struct check *check, struct en_formula_node *node,
                             struct en_error *err)
{
    for (struct en_formula_node *arg = node->args; arg != NULL; arg = arg->next) {
        struct en_formula_node square = {.args = arg, .place = arg->place};
        en_code code = scale_powers(check, &square, 2, err);
        if (code != EN_OK) {
            return code;
        }
        struct en_formula_dimension before = node->dimension;
        node->dimension = arg == node->args ? square.dimension : before;
        if (!unify(&node->dimension, &square.dimension)) {
            return refuse_pair(check, arg, &before, err);
        }
    }
    return EN_OK;
}

/* What may be summed over a day: amounts, hours and plain numbers; not rates and states. */
static en_code check_day(struct check *check, struct en_formula_node *node, struct en_error *err)
{
    node->dimension = node->args->dimension;
    int others = 0;
    for (size_t i = BASE_AMOUNT_LAST + 1; i < BASE_H; i++) {
        others += node->dimension.powers[i] != 0;
    }
    bool is_state = others > 0 && amount_power(&node->dimension) == 0;
    if (is_state || node->dimension.powers[BASE_H] < 0) {
        return refuse(check, node, err,
                      "day() adds up, and this does not add up over time: multiply a rate by "
                      "hours() first");
    }
    return EN_OK;
}

/* gas_standard, heat, …: each argument has its unit; a written number takes it. */
static en_code check_state(struct check *check, struct en_formula_node *node,
                           const struct en_formula_state *state, struct en_error *err)
{
    uint32_t index = 0;
    EN_ASSERT(node->args_count == state->args_count);
    for (const struct en_formula_node *arg = node->args; arg != NULL; arg = arg->next, index++) {
        struct en_formula_dimension wanted = dimension_of(state->units[index]);
        if (!arg->dimension.is_any && !same_powers(&arg->dimension, &wanted)) {
            char has[EN_FORMULA_DIMENSION_TEXT_SIZE];
            char wants[EN_FORMULA_DIMENSION_TEXT_SIZE];
            en_formula_dimension_print(&arg->dimension, has);
            en_formula_dimension_print(&wanted, wants);
            check->fault = place_of(arg);
            return en_formula_refuse(check->formula->text, check->fault, EN_UNIT, err,
                                     "argument %u of %s is %s, not %s", index + 1,
                                     en_formula_op_text(node->op), wants, has);
        }
    }
    node->dimension = dimension_of(state->result);
    return EN_OK;
}

static en_code check_op(struct check *check, struct en_formula_node *node, struct en_error *err)
{
    switch (node->op) {
    case EN_FORMULA_NUMBER:
        node->dimension.is_any = true;
        return EN_OK;
    case EN_FORMULA_REF:
        node->dimension = dimension_of(check->formula->refs[node->index].unit);
        return EN_OK;
    case EN_FORMULA_PARAM:
        node->dimension = dimension_of(check->formula->params[node->index].unit);
        return EN_OK;
    case EN_FORMULA_HOURS:
        node->dimension = dimension_of(EN_UNIT_H);
        return EN_OK;
    case EN_FORMULA_AS:
        node->dimension = dimension_of(node->unit);
        return EN_OK;
    case EN_FORMULA_COUNT:
    case EN_FORMULA_VALID:
    case EN_FORMULA_MISSING:
    case EN_FORMULA_NOT:
    case EN_FORMULA_AND:
    case EN_FORMULA_OR:
        return EN_OK;
    case EN_FORMULA_IF:
        return unify_args(check, node, node->args->next, err);
    case EN_FORMULA_MULTIPLY:
        return multiply_args(check, node, err);
    case EN_FORMULA_INVERT:
        return scale_powers(check, node, -1, err);
    case EN_FORMULA_SQUARE:
        return scale_powers(check, node, 2, err);
    case EN_FORMULA_SUM_SQUARES:
        return check_squares(check, node, err);
    case EN_FORMULA_DAY:
        return check_day(check, node, err);
    case EN_FORMULA_GAS_STANDARD:
    case EN_FORMULA_HEAT:
    case EN_FORMULA_HEAT_OPEN:
    case EN_FORMULA_STEAM:
    case EN_FORMULA_STEAM_SATURATED:
    case EN_FORMULA_WATER_MASS:
        return check_state(check, node, en_formula_state_of(node->op), err);
    default:
        return unify_args(check, node, node->args, err);
    }
}

static en_code check_node(struct check *check, struct en_formula_node *node, struct en_error *err)
{
    node->dimension = (struct en_formula_dimension){0};
    for (struct en_formula_node *arg = node->args; arg != NULL; arg = arg->next) {
        en_code code = check_node(check, arg, err);
        if (code != EN_OK) {
            return code;
        }
    }
    return check_op(check, node, err);
}

/* Puts the place before what the resolver said. */
static en_code refuse_name(struct check *check, struct en_formula_place place, en_code code,
                           const struct en_error *why, struct en_error *err)
{
    check->fault = place;
    return en_formula_refuse(check->formula->text, place, code, err, "%s", why->text);
}

static en_code resolve_refs(struct check *check, struct en_error *err)
{
    struct en_formula *formula = check->formula;
    struct en_error why = {.text = "this name is not known"};
    for (uint32_t i = 0; i < formula->refs_count; i++) {
        struct en_formula_ref *ref = &formula->refs[i];
        en_code code = check->units->of_ref(check->units->context, ref, &ref->unit, &why);
        if (code != EN_OK) {
            return refuse_name(check, ref->place, code, &why, err);
        }
        if (en_formula_ref_lag_days(ref, check->units->slot_seconds) > EN_FORMULA_LAG_DAYS_MAX) {
            check->fault = ref->place;
            return en_formula_refuse(formula->text, ref->place, EN_LIMIT, err,
                                     "prev reads this more than %u days back",
                                     EN_FORMULA_LAG_DAYS_MAX);
        }
    }
    for (uint32_t i = 0; i < formula->params_count; i++) {
        struct en_formula_param *param = &formula->params[i];
        en_code code =
            check->units->of_param(check->units->context, param->name, &param->unit, &why);
        if (code != EN_OK) {
            return refuse_name(check, param->place, code, &why, err);
        }
    }
    return EN_OK;
}

en_code en_formula_check(struct en_formula *formula, const struct en_formula_units *units,
                         en_unit *result, struct en_formula_place *place, struct en_error *err)
{
    EN_ASSERT(formula->root != NULL);
    EN_ASSERT(units->slot_seconds > 0);
    struct check check = {.formula = formula, .units = units};
    en_code code = resolve_refs(&check, err);
    code = code == EN_OK ? check_node(&check, formula->root, err) : code;
    if (code == EN_OK && !unit_of(&formula->root->dimension, result)) {
        char text[EN_FORMULA_DIMENSION_TEXT_SIZE];
        en_formula_dimension_print(&formula->root->dimension, text);
        check.fault = place_of(formula->root);
        code = en_formula_refuse(formula->text, check.fault, EN_UNIT, err,
                                 "the result is %s, which no value is kept in: state the unit that "
                                 "is meant, as(…, \"kWh\")",
                                 text);
    }
    if (code != EN_OK && place != NULL) {
        *place = check.fault;
    }
    return code;
}
