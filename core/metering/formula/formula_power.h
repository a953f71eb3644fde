/* How strongly an operator of the formula language binds: what the parser reads by and the printer
 * puts brackets by. For formula.c and formula_print.c alone. */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_POWER_H
#define EN_CORE_METERING_FORMULA_FORMULA_POWER_H

typedef enum en_formula_power {
    EN_FORMULA_POWER_NONE = 0,
    EN_FORMULA_POWER_OR = 1,
    EN_FORMULA_POWER_AND = 2,
    EN_FORMULA_POWER_NOT = 3,
    EN_FORMULA_POWER_COMPARE = 4,
    EN_FORMULA_POWER_ADD = 5,
    EN_FORMULA_POWER_MULTIPLY = 6,
    EN_FORMULA_POWER_UNARY = 7,
    EN_FORMULA_POWER_OPERAND = 8,
} en_formula_power;

#endif
