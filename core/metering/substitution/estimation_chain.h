/* The chain of methods that fills a gap: which are tried, in which order, how far each may reach.
 * Configuration data: a text in a rule, read once when it is set.
 *
 *   chain = step { ";" step }     step = method { " " setting "=" value }
 *   "E-07; E-01 max=120; E-02 n=3 min=1 back=366 class=type; E-04 span=31"
 *
 * setting   of                 meaning                                             default
 * max       E-01 E-15          longest gap, minutes                                120
 * n         E-02 E-04          like days to take                                   3
 * min       E-02 E-04          like days that must be found                        1
 * back      E-02 E-04          how many days back they may lie                     366
 * ahead     E-02 E-04          how many days ahead                                 0
 * class     E-02 E-04          type, weekday, any, year (estimation_likeday.h)     type
 * span      E-04 E-05 E-06     days between the bounding register reads            31
 * step      E-04 E-05 E-06     finest step of the values                           0.000001
 *
 * A method may stand in a chain more than once, with other settings. What only people may do (E-12
 * to E-14) stands in none. Plain values, any thread. */
#ifndef EN_CORE_METERING_SUBSTITUTION_ESTIMATION_CHAIN_H
#define EN_CORE_METERING_SUBSTITUTION_ESTIMATION_CHAIN_H

#include "core/buf.h"
#include "core/metering/substitution/estimation_likeday.h"

#define EN_ESTIMATION_STEPS_MAX 12u
#define EN_ESTIMATION_BACK_DAYS_MAX 750u /* two years and what is around them */
#define EN_ESTIMATION_AHEAD_DAYS_MAX 62u
#define EN_ESTIMATION_SPAN_DAYS_MAX 62u
#define EN_ESTIMATION_MINUTES_MAX 44640u /* a month */

struct en_estimation_step {
    en_estimation_method method;
    uint32_t minutes_max;
    uint32_t count;
    uint32_t count_min;
    uint32_t back_days;
    uint32_t ahead_days;
    en_likeday_class by;
    uint32_t span_days;
    int64_t unit; /* 1e-6 of the unit, 1 or more */
};

struct en_estimation_chain {
    struct en_estimation_step steps[EN_ESTIMATION_STEPS_MAX];
    uint32_t count;
};

/* Reads a chain; a preset's name ("UBP") stands for its steps. Codes: EN_MALFORMED, EN_NOT_FOUND (a
 * method or setting that is not known, or not of this method), EN_RANGE, EN_LIMIT. */
en_code en_estimation_chain_parse(struct en_slice text, struct en_estimation_chain *chain,
                                  struct en_error *err) EN_MUST_CHECK;

/* Appends the canonical text: settings that are not the default, in the order above. */
void en_estimation_chain_print(const struct en_estimation_chain *chain, struct en_buf *out);

/* Chains in use in the world (domain rule 1.4). */
struct en_estimation_preset {
    const char *name;
    const char *text;
    const char *about[2]; /* by en_estimation_language */
};

/* The preset at the index, NULL past the last; by name, or NULL. */
const struct en_estimation_preset *en_estimation_preset_at(uint32_t index);
const struct en_estimation_preset *en_estimation_preset(struct en_slice name);

#endif
