/* Decree 442: which formula a period gets. The state of a point is one number: how many billing
 * periods in a row had no usable reading. It is a function of what is known of its periods, in
 * their order; nothing else (no clock) has a say.
 *
 *   OK (0)      --period without a usable reading-->   MISSING (1)
 *   MISSING (n) --the same-->                          MISSING (n + 1)
 *   MISSING (n) --period covered by the control meter--> MISSING (n): it does not count
 *   any         --period in which a reading was accepted--> OK (0), and a true-up (D442-G)
 *
 * What a period without readings gets, the first that can be had:
 *
 *   cause                          points      control   past period      calculated
 *   NOT_SUPPLIED                   166         A         B, B2 for n <= 2  C, then D
 *   FAULT, LOST, EXPIRED           179         A         B, B2 for n <= 2  C, then D
 *   ACCESS_REFUSED, NO_METER       178, 181    A         never             C, then D
 *   TAMPER                         195         never     never             C, then D, T cut, no 0.8
 *
 * Pure, any thread. Numbers of causes, methods and refusals are stored: never changed or reused. */
#ifndef EN_CORE_METERING_DECREE_DECREE_CHAIN_H
#define EN_CORE_METERING_DECREE_DECREE_CHAIN_H

#include "core/metering/decree/decree_442.h"
#include "core/metering/quality.h"

/* Number, name, point of the decree, about. */
#define EN_DECREE_CAUSES(CAUSE)                                                                    \
    CAUSE(NOT_SUPPLIED, 1, 166, "readings were not supplied")                                      \
    CAUSE(ACCESS_REFUSED, 2, 178, "access to the meter was refused twice")                         \
    CAUSE(FAULT, 3, 179, "the meter is faulty")                                                    \
    CAUSE(LOST, 4, 179, "the meter is lost, or gave nothing for 180 days")                         \
    CAUSE(EXPIRED, 5, 179, "the verification of the meter has expired")                            \
    CAUSE(NO_METER, 6, 181, "there is no meter")                                                   \
    CAUSE(TAMPER, 7, 195, "interference with the meter")

typedef enum en_decree_cause {
#define EN_DECREE_CAUSE_NUMBER(name, number, point, about) EN_DECREE_CAUSE_##name = number,
    EN_DECREE_CAUSES(EN_DECREE_CAUSE_NUMBER)
#undef EN_DECREE_CAUSE_NUMBER
} en_decree_cause;

#define EN_DECREE_CAUSES_COUNT 8 /* with 0, which is none */

/* Number, name, rule, about; CONTROL to CURRENT in the order in which they are tried, MEAN and NORM
 * are decree_354.h's. */
#define EN_DECREE_METHODS(METHOD)                                                                  \
    METHOD(NONE, 0, "", "nothing can be had")                                                      \
    METHOD(READ, 1, "", "usable readings of the settlement meter")                                 \
    METHOD(CONTROL, 2, "D442-A", "the control meter")                                              \
    METHOD(PRIOR, 3, "D442-B", "the same period of the year before")                               \
    METHOD(NEAREST, 4, "D442-B2", "the nearest earlier period with readings")                      \
    METHOD(MAX_POWER, 5, "D442-C", "maximum power times time")                                     \
    METHOD(CURRENT, 6, "D442-D", "permissible current of the inlet")                               \
    METHOD(MEAN, 7, "D354-A", "mean month of a household")                                         \
    METHOD(NORM, 8, "D354-A", "norm of a household")

typedef enum en_decree_method {
#define EN_DECREE_METHOD_NUMBER(name, number, rule, about) EN_DECREE_METHOD_##name = number,
    EN_DECREE_METHODS(EN_DECREE_METHOD_NUMBER)
#undef EN_DECREE_METHOD_NUMBER
} en_decree_method;

#define EN_DECREE_METHODS_COUNT 9

/* Why a method that stands before the chosen one was not taken. */
#define EN_DECREE_REFUSALS(REFUSAL)                                                                \
    REFUSAL(NOT_TRIED, 0, "not needed")                                                            \
    REFUSAL(NO_DATA, 1, "what it needs is not known")                                              \
    REFUSAL(PERIODS_OVER, 2, "too many periods in a row without readings")                         \
    REFUSAL(BY_CAUSE, 3, "not for this cause")                                                     \
    REFUSAL(NOT_IN_FORCE, 4, "no rule puts it in force")

typedef enum en_decree_refusal {
#define EN_DECREE_REFUSAL_NUMBER(name, number, about) EN_DECREE_REFUSED_##name = number,
    EN_DECREE_REFUSALS(EN_DECREE_REFUSAL_NUMBER)
#undef EN_DECREE_REFUSAL_NUMBER
} en_decree_refusal;

#define EN_DECREE_REFUSALS_COUNT 5

/* How many periods in a row, up to and with the one in hand, had no usable reading; 0: OK. */
struct en_decree_state {
    uint32_t missing_count;
};

/* What a period was by its readings. */
typedef enum en_decree_cover {
    EN_DECREE_COVER_READ = 0,    /* a reading was accepted in it (or at its end) */
    EN_DECREE_COVER_CONTROL = 1, /* no reading, but the control meter measured it all */
    EN_DECREE_COVER_MISSING = 2, /* neither */
} en_decree_cover;

/* The state at the end of a period, from that at the end of the one before. */
struct en_decree_state en_decree_next(struct en_decree_state before, en_decree_cover cover);

/* What can be had for a period, or for the part of it in which one cause holds: bit m set where
 * method m has its data. */
typedef uint32_t en_decree_available;
#define EN_DECREE_HAS(method) (UINT32_C(1) << EN_DECREE_METHOD_##method)

struct en_decree_choice {
    en_decree_method method;
    en_decree_purpose purpose;                 /* of a calculated method */
    uint8_t refusals[EN_DECREE_METHODS_COUNT]; /* en_decree_refusal per method */
};

/* The method for time without readings. The state is that of the period in hand; one with a reading
 * (0) is a first period for the rest of it. cause is one of the causes (asserted); in_force are the
 * methods that rules allow. */
struct en_decree_choice en_decree_choose(const struct en_decree_rules *rules,
                                         struct en_decree_state state, en_decree_cause cause,
                                         en_decree_available in_force,
                                         en_decree_available available);

/* The source that a value of the method has in its quality word. READ has none of its own: NONE. */
en_source en_decree_source(en_decree_method method);

/* Names for people and JSON: "ACCESS_REFUSED", "MAX_POWER"; and what they mean. Of a number that is
 * none: "?". */
const char *en_decree_cause_name(uint32_t cause);
const char *en_decree_cause_about(uint32_t cause);
unsigned en_decree_cause_point(en_decree_cause cause); /* 166, ... */
const char *en_decree_method_name(uint32_t method);
const char *en_decree_method_rule(en_decree_method method); /* "D442-C"; "" where there is none */
const char *en_decree_method_about(uint32_t method);
const char *en_decree_refusal_name(uint32_t refusal);
const char *en_decree_refusal_about(uint32_t refusal);

bool en_decree_cause_is_known(uint32_t number);

/* The cause of a name, exactly as printed. Codes: EN_NOT_FOUND (with the names there are). */
en_code en_decree_cause_parse(struct en_slice name, en_decree_cause *cause,
                              struct en_error *err) EN_MUST_CHECK;

#endif
