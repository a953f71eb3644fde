#include "core/metering/decree/decree_chain.h"

struct cause_row {
    const char *name;
    const char *about;
    unsigned point;
    bool has_control;  /* the control meter is asked */
    bool has_analogue; /* a past period may stand for it */
};

static const struct cause_row cause_rows[EN_DECREE_CAUSES_COUNT] = {
#define CAUSE_ROW(cause, number, decree_point, text)                                               \
    [number] = {.name = #cause,                                                                    \
                .about = (text),                                                                   \
                .point = (decree_point),                                                           \
                .has_control = (decree_point) != 195,                                              \
                .has_analogue = (decree_point) == 166 || (decree_point) == 179},
    EN_DECREE_CAUSES(CAUSE_ROW)
#undef CAUSE_ROW
};

static const struct {
    const char *name;
    const char *rule;
    const char *about;
} method_rows[EN_DECREE_METHODS_COUNT] = {
#define METHOD_ROW(method, number, rule_id, text) [number] = {#method, rule_id, text},
    EN_DECREE_METHODS(METHOD_ROW)
#undef METHOD_ROW
};

static const struct {
    const char *name;
    const char *about;
} refusal_rows[EN_DECREE_REFUSALS_COUNT] = {
#define REFUSAL_ROW(refusal, number, text) [number] = {#refusal, text},
    EN_DECREE_REFUSALS(REFUSAL_ROW)
#undef REFUSAL_ROW
};

static en_decree_refusal refusal_of(const struct en_decree_rules *rules,
                                    const struct cause_row *cause, struct en_decree_state state,
                                    en_decree_method method, en_decree_available in_force,
                                    en_decree_available available)
{
    if ((in_force & (UINT32_C(1) << method)) == 0) {
        return EN_DECREE_REFUSED_NOT_IN_FORCE;
    }
    bool is_analogue = method == EN_DECREE_METHOD_PRIOR || method == EN_DECREE_METHOD_NEAREST;
    if ((is_analogue && !cause->has_analogue) ||
        (method == EN_DECREE_METHOD_CONTROL && !cause->has_control)) {
        return EN_DECREE_REFUSED_BY_CAUSE;
    }
    if (is_analogue && state.missing_count > rules->analogue_periods_max) {
        return EN_DECREE_REFUSED_PERIODS_OVER;
    }
    return (available & (UINT32_C(1) << method)) == 0 ? EN_DECREE_REFUSED_NO_DATA
                                                      : EN_DECREE_REFUSED_NOT_TRIED;
}

struct en_decree_state en_decree_next(struct en_decree_state before, en_decree_cover cover)
{
    switch (cover) {
    case EN_DECREE_COVER_READ:
        return (struct en_decree_state){0};
    case EN_DECREE_COVER_CONTROL:
        return before;
    case EN_DECREE_COVER_MISSING:
        break;
    }
    EN_ASSERT(cover == EN_DECREE_COVER_MISSING);
    EN_ASSERT(before.missing_count < UINT32_MAX);
    return (struct en_decree_state){before.missing_count + 1};
}

struct en_decree_choice en_decree_choose(const struct en_decree_rules *rules,
                                         struct en_decree_state state, en_decree_cause cause,
                                         en_decree_available in_force,
                                         en_decree_available available)
{
    EN_ASSERT(en_decree_cause_is_known(cause));
    const struct cause_row *row = &cause_rows[cause];
    struct en_decree_choice choice = {EN_DECREE_METHOD_NONE, EN_DECREE_SUBSTITUTED, {0}};
    if (cause == EN_DECREE_CAUSE_TAMPER) {
        choice.purpose = EN_DECREE_UNACCOUNTED;
    }
    for (unsigned i = EN_DECREE_METHOD_CONTROL; i <= EN_DECREE_METHOD_CURRENT; i++) {
        en_decree_refusal refusal =
            refusal_of(rules, row, state, (en_decree_method)i, in_force, available);
        if (refusal == EN_DECREE_REFUSED_NOT_TRIED) {
            choice.method = (en_decree_method)i;
            break;
        }
        choice.refusals[i] = (uint8_t)refusal;
    }
    return choice;
}

en_source en_decree_source(en_decree_method method)
{
    static const en_source sources[EN_DECREE_METHODS_COUNT] = {
        [EN_DECREE_METHOD_NONE] = EN_SOURCE_NONE,
        [EN_DECREE_METHOD_READ] = EN_SOURCE_NONE,
        [EN_DECREE_METHOD_CONTROL] = EN_SOURCE_EST_CHECK,
        [EN_DECREE_METHOD_PRIOR] = EN_SOURCE_EST_PRIOR,
        [EN_DECREE_METHOD_NEAREST] = EN_SOURCE_EST_PRIOR,
        [EN_DECREE_METHOD_MAX_POWER] = EN_SOURCE_EST_MAXPOWER,
        [EN_DECREE_METHOD_CURRENT] = EN_SOURCE_EST_PERMCURRENT,
        [EN_DECREE_METHOD_MEAN] = EN_SOURCE_EST_PRIOR,
        [EN_DECREE_METHOD_NORM] = EN_SOURCE_EST_PROFILE,
    };
    EN_ASSERT(method < EN_DECREE_METHODS_COUNT);
    return sources[method];
}

bool en_decree_cause_is_known(uint32_t number)
{
    return number > 0 && number < EN_DECREE_CAUSES_COUNT;
}

const char *en_decree_cause_name(uint32_t cause)
{
    return en_decree_cause_is_known(cause) ? cause_rows[cause].name : "?";
}

const char *en_decree_cause_about(uint32_t cause)
{
    return en_decree_cause_is_known(cause) ? cause_rows[cause].about : "?";
}

unsigned en_decree_cause_point(en_decree_cause cause)
{
    EN_ASSERT(en_decree_cause_is_known(cause));
    return cause_rows[cause].point;
}

const char *en_decree_method_name(uint32_t method)
{
    return method < EN_DECREE_METHODS_COUNT ? method_rows[method].name : "?";
}

const char *en_decree_method_rule(en_decree_method method)
{
    EN_ASSERT(method < EN_DECREE_METHODS_COUNT);
    return method_rows[method].rule;
}

const char *en_decree_method_about(uint32_t method)
{
    return method < EN_DECREE_METHODS_COUNT ? method_rows[method].about : "?";
}

const char *en_decree_refusal_name(uint32_t refusal)
{
    return refusal < EN_DECREE_REFUSALS_COUNT ? refusal_rows[refusal].name : "?";
}

const char *en_decree_refusal_about(uint32_t refusal)
{
    return refusal < EN_DECREE_REFUSALS_COUNT ? refusal_rows[refusal].about : "?";
}

en_code en_decree_cause_parse(struct en_slice name, en_decree_cause *cause, struct en_error *err)
{
    for (uint32_t i = 1; i < EN_DECREE_CAUSES_COUNT; i++) {
        if (en_slice_equal(name, en_slice_text(cause_rows[i].name))) {
            *cause = (en_decree_cause)i;
            return EN_OK;
        }
    }
    return en_error_set(
        err, EN_NOT_FOUND,
        "\"%.*s\" is no cause; known are NOT_SUPPLIED, ACCESS_REFUSED, FAULT, LOST, "
        "EXPIRED, NO_METER, TAMPER",
        (int)(name.size < 64 ? name.size : 64), (const char *)name.bytes);
}
