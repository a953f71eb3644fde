/* The formula language: what a virtual point, a loss or a balance computes from other series.
 *
 *   @GPP-1.A+ + @GPP-2.A+ - sum~(@feeder1.A+, @feeder2.A+)
 *   if(p("bypass1.on") > 0, @f.A+ + @bypass.A+, @f.A+)
 *   (p("dP0") + p("dPk") * (sq(@t.A+) + sq(@t.R+)) / sq(p("Sn") * hours())) * hours()
 *
 * Operands
 *   12.5  @point.channel  #formula-or-balance
 *   p("name")           a parameter in force that day
 *   hours()             the length of a slot
 *   A ratio is written as a division: 4000/1.
 * Operators, loosest first
 *   or, and, not, < <= > >= = <>, + -, * /, unary minus
 * Functions; all take expressions
 *   sum(a, b, ...)      also avg, min, max: of all, missing when one is missing
 *   sum~(a, b, ...)     lenient: what is missing counts 0 and makes the sum PARTIAL
 *   cnt(a, b, ...)      how many are usable
 *   coalesce(a, b, ...) the first usable
 *   if(condition, a, b)
 *   abs(x)  sq(x)  clamp(x, low, high)
 *   sumsq(a, b, ...)    the sum of squares, exact: losses need W^2 + V^2
 *   assumed(x)          x, marked NOCONFIG: a stated value stands in for one that is not measured
 *   loss("TR1")         the calculated loss of the equipment TR1 (equipment.set), kWh
 *   valid(x)            condition: there is a usable value, judged VALID
 *   missing(x)          condition: there is no usable value
 *   raw(x)              takes REJECTED values too
 *   prev(x, 3)          the value 3 slots ago
 *   prev(x, 7d)         the value in the same slot 7 days ago
 *   day(x)              the sum over the day, shown in each of its slots
 *   as(x, "kWh")        the author states the unit
 *   gas_standard(V, P, t, K)  heat(M, t1, p1, t2, p2)  heat_open(M1, t1, p1, M2, t2, p2, tc, pc)
 *   steam(D, t, p, tc, pc)  steam_saturated(D, p, tc, pc)  water_mass(V, t, p)
 *                       of gas, water and steam: formula_state.h
 * There are no loops and no definitions: the cost is bounded by the length times the slots.
 *
 * Missing (domain rule 5.2): an operand that is missing or REJECTED makes the result missing,
 * except in sum~, cnt, coalesce, valid, missing and the branch that `if` does not take.
 * How values and qualities are computed and where they are rounded: formula_eval.h.
 *
 * A parsed formula is a tree in the caller's arena and lives as long as the arena; nothing here
 * keeps state; one thread at a time per formula. Parsing never looks anything up: names are
 * resolved by en_formula_check (formula_unit.h). */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_H
#define EN_CORE_METERING_FORMULA_FORMULA_H

#include "core/metering/formula/formula_token.h"
#include "core/metering/quantity.h"

/* The farthest prev() in slots: EN_FORMULA_LAG_DAYS_MAX days of one-minute slots. */
#define EN_FORMULA_LAG_SLOTS_MAX (EN_FORMULA_LAG_DAYS_MAX * 1440u)

/* as(x, "none"): a plain number. */
#define EN_FORMULA_UNIT_NONE "none"

typedef enum en_formula_op {
    EN_FORMULA_NUMBER,
    EN_FORMULA_REF,   /* a point's channel or another formula or balance */
    EN_FORMULA_PARAM, /* p("name") */
    EN_FORMULA_HOURS,
    EN_FORMULA_NEGATE,
    EN_FORMULA_INVERT, /* a divisor: only as a later argument of MULTIPLY */
    EN_FORMULA_ADD,    /* all that + and - join; what is subtracted is a NEGATE */
    EN_FORMULA_MULTIPLY,
    EN_FORMULA_LESS,
    EN_FORMULA_LESS_EQUAL,
    EN_FORMULA_GREATER,
    EN_FORMULA_GREATER_EQUAL,
    EN_FORMULA_EQUAL,
    EN_FORMULA_NOT_EQUAL,
    EN_FORMULA_AND,
    EN_FORMULA_OR,
    EN_FORMULA_NOT,
    EN_FORMULA_ABS,
    EN_FORMULA_AS,
    EN_FORMULA_AVERAGE,
    EN_FORMULA_CLAMP,
    EN_FORMULA_COALESCE,
    EN_FORMULA_COUNT,
    EN_FORMULA_DAY,
    EN_FORMULA_IF,
    EN_FORMULA_MAX,
    EN_FORMULA_MIN,
    EN_FORMULA_MISSING,
    EN_FORMULA_PREVIOUS,
    EN_FORMULA_RAW,
    EN_FORMULA_SQUARE,
    EN_FORMULA_SUM,
    EN_FORMULA_SUM_LENIENT,
    EN_FORMULA_VALID,
    EN_FORMULA_GAS_STANDARD,
    EN_FORMULA_HEAT,
    EN_FORMULA_HEAT_OPEN,
    EN_FORMULA_STEAM,
    EN_FORMULA_STEAM_SATURATED,
    EN_FORMULA_WATER_MASS,
    EN_FORMULA_ASSUMED,
    EN_FORMULA_SUM_SQUARES,
} en_formula_op;

/* loss("TR1") is the series of this name: what the sink names for the equipment TR1. */
#define EN_FORMULA_LOSS_SUFFIX ".loss"

/* An exact number: num / den, reduced, den > 0. */
struct en_formula_number {
    int64_t num;
    int64_t den;
};

/* Powers of base units; formula_unit.c gives them and reads them. */
#define EN_FORMULA_BASES_COUNT 15
struct en_formula_dimension {
    int8_t powers[EN_FORMULA_BASES_COUNT];
    bool is_any; /* a written number: it takes the unit of what it meets */
};

struct en_formula_node {
    en_formula_op op;
    struct en_formula_place place; /* the operator or word */
    struct en_formula_node *args;  /* the first argument; the others follow by next */
    struct en_formula_node *next;
    uint32_t args_count;
    uint32_t index;                        /* REF: in refs; PARAM: in params */
    struct en_formula_number number;       /* NUMBER */
    uint32_t lag_days;                     /* PREVIOUS */
    uint32_t lag_slots;                    /* PREVIOUS */
    en_unit unit;                          /* AS */
    struct en_formula_dimension dimension; /* filled by en_formula_check */
};

/* A series that the formula reads, once however often it is named. */
struct en_formula_ref {
    bool is_point;           /* @point.channel, else #name */
    uint32_t hash;           /* of code and channel, to find it again */
    struct en_slice name;    /* external code */
    struct en_slice channel; /* "A+", an OBIS code, or "" */
    struct en_formula_place place;
    uint32_t lag_days_max; /* how far back it is read: days, and on top of them slots */
    uint32_t lag_slots_max;
    en_unit unit; /* filled by en_formula_check */
};

struct en_formula_param {
    struct en_slice name;
    struct en_formula_place place;
    en_unit unit; /* filled by en_formula_check */
};

struct en_formula {
    struct en_slice text; /* a copy in the arena */
    struct en_formula_node *root;
    struct en_formula_ref *refs;
    uint32_t refs_count;
    struct en_formula_param *params;
    uint32_t params_count;
    uint32_t operands_count; /* all leaves of the tree */
};

/* Reads a formula. A refusal says line, column, word and how to mend it; *place (NULL is allowed)
 * then holds the bytes to underline.
 * Codes: EN_MALFORMED; EN_LIMIT (EN_FORMULA_SIZE_MAX, _DEPTH_MAX, _LAG_DAYS_MAX, names);
 * EN_UNSUPPORTED (a word that formulas do not know: the error lists those they do);
 * EN_NOMEM (arena). */
en_code en_formula_parse(struct en_slice text, struct en_arena *arena, struct en_formula *formula,
                         struct en_formula_place *place, struct en_error *err) EN_MUST_CHECK;

/* How many days before a result's day the series is read, on a grid of slots of this length: the
 * bound of the dependency index (a change on day d touches results on days d .. d + lag). Days of
 * 23 hours are reckoned with, so it may be one day more than a grid of fixed days needs. */
uint32_t en_formula_ref_lag_days(const struct en_formula_ref *ref, uint32_t slot_seconds);

/* Whether the series is an equipment's losses: *equipment is then its name, a view. */
bool en_formula_ref_is_loss(const struct en_formula_ref *ref, struct en_slice *equipment);

/* The word of an operator or function as it is written: "+", "sum~", "and". */
const char *en_formula_op_text(en_formula_op op);

#endif
