/* E-01 to E-06, E-11, E-13 to E-15: estimates. */
#include "core/metering/substitution/estimation_act.h"
#include "core/metering/substitution/estimation_cross.h"
#include "core/metering/substitution/estimation_interp.h"
#include "core/metering/substitution/estimation_likeday.h"
#include "core/metering/substitution/estimation_shape.h"
#include "tests/vectors/vector.h"

#define MINUTES_MAX 100000

/* The numbers where there are any, and the word of the refusal. */
static en_code put_values(json_t *got, const char *key, en_refusal refusal, const int64_t *values,
                          size_t count)
{
    en_vector_put_text(got, "refusal", en_refusal_name(refusal));
    if (refusal == EN_REFUSAL_NONE) {
        en_vector_put_integers(got, key, values, count);
    }
    return EN_OK;
}

static en_code put_value(json_t *got, const char *key, en_refusal refusal, int64_t value)
{
    en_vector_put_text(got, "refusal", en_refusal_name(refusal));
    if (refusal == EN_REFUSAL_NONE) {
        en_vector_put_integer(got, key, value);
    }
    return EN_OK;
}

static en_code count_of(const json_t *in, const char *key, size_t *count, struct en_error *err)
{
    int64_t value = 0;
    en_code code = en_vector_integer(in, key, &value, err);
    if (code == EN_OK && (value < 1 || value > EN_VECTOR_ITEMS_MAX)) {
        code = en_error_set(err, EN_RANGE, "input \"%s\" is out of range", key);
    }
    *count = (size_t)value;
    return code;
}

static en_code optional_integer(const json_t *in, const char *key, int64_t *value,
                                struct en_error *err)
{
    return en_vector_has(in, key) ? en_vector_integer(in, key, value, err) : EN_OK;
}

static en_code optional_micro(const json_t *in, const char *key, int64_t *value,
                              struct en_error *err)
{
    return en_vector_has(in, key) ? en_vector_micro(in, key, value, err) : EN_OK;
}

static en_code optional_ratio(const json_t *in, const char *key, struct en_ratio *ratio,
                              struct en_error *err)
{
    return en_vector_has(in, key) ? en_vector_ratio(in, key, ratio, err) : EN_OK;
}

/* E-01: a, b, n [slot_min, max_min]. */
static en_code run_interp(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t values[EN_VECTOR_ITEMS_MAX];
    struct en_interp gap = {0, 0, 0};
    size_t count = 0;
    int64_t slot_minutes = 1;
    int64_t minutes_max = MINUTES_MAX;
    en_code code = en_vector_micro(in, "a", &gap.before, err);
    code = code == EN_OK ? en_vector_micro(in, "b", &gap.after, err) : code;
    code = code == EN_OK ? count_of(in, "n", &count, err) : code;
    code = code == EN_OK ? optional_integer(in, "slot_min", &slot_minutes, err) : code;
    code = code == EN_OK ? optional_integer(in, "max_min", &minutes_max, err) : code;
    if (code == EN_OK &&
        (slot_minutes < 1 || slot_minutes > 1440 || minutes_max < 0 || minutes_max > MINUTES_MAX)) {
        code = en_error_set(err, EN_RANGE, "slot_min or max_min is out of range");
    }
    if (code != EN_OK) {
        return code;
    }
    gap.slots = (uint32_t)count;
    en_refusal refusal =
        en_interp_allows(gap.slots, (uint32_t)slot_minutes * 60, (uint32_t)minutes_max * 60);
    if (refusal == EN_REFUSAL_NONE) {
        en_interp_fill(&gap, 0, gap.slots, values);
    }
    return put_values(got, "uKWh", refusal, values, count);
}

/* E-02: refs [min]. */
static en_code run_likeday(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t references[EN_VECTOR_ITEMS_MAX];
    size_t count = 0;
    int64_t count_min = 1;
    int64_t value = 0;
    en_code code = en_vector_micros(in, "refs", references, &count, err);
    code = code == EN_OK ? optional_integer(in, "min", &count_min, err) : code;
    if (code == EN_OK && (count > EN_LIKEDAY_REFERENCES_MAX || count_min < 0)) {
        code = en_error_set(err, EN_RANGE, "refs or min is out of range");
    }
    if (code != EN_OK) {
        return code;
    }
    en_refusal refusal = en_likeday_mean(references, count, (size_t)count_min, &value);
    return put_value(got, "uKWh", refusal, value);
}

/* E-03: check [k]. */
static en_code run_check(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t check = 0;
    int64_t value = 0;
    struct en_ratio ratio = EN_RATIO_ONE;
    en_code code = en_vector_micro(in, "check", &check, err);
    code = code == EN_OK ? optional_ratio(in, "k", &ratio, err) : code;
    if (code != EN_OK) {
        return code;
    }
    en_refusal refusal = en_check_fill(check, EN_QUALITY_MEASURED, ratio, &value);
    return put_value(got, "uKWh", refusal, value);
}

static en_code anchor_of(const json_t *in, struct en_anchor *anchor, struct en_error *err)
{
    *anchor = (struct en_anchor){.unit = 1};
    en_code code = en_vector_micro(in, "advance", &anchor->advance, err);
    code = code == EN_OK ? optional_micro(in, "known", &anchor->known, err) : code;
    code = code == EN_OK ? optional_micro(in, "step", &anchor->unit, err) : code;
    if (code == EN_OK && anchor->unit < 1) {
        code = en_error_set(err, EN_RANGE, "step is out of range");
    }
    return code;
}

/* E-04, E-06: advance, w [known, step]. */
static en_code run_shape(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t weights[EN_VECTOR_ITEMS_MAX];
    int64_t values[EN_VECTOR_ITEMS_MAX];
    struct en_anchor anchor;
    size_t count = 0;
    en_code code = anchor_of(in, &anchor, err);
    code = code == EN_OK ? en_vector_micros(in, "w", weights, &count, err) : code;
    if (code != EN_OK) {
        return code;
    }
    en_refusal refusal = en_shape_fill(&anchor, weights, count, values);
    return put_values(got, "uKWh", refusal, values, count);
}

/* E-05: advance, n [known, step]. */
static en_code run_flat(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t values[EN_VECTOR_ITEMS_MAX];
    struct en_anchor anchor;
    size_t count = 0;
    en_code code = anchor_of(in, &anchor, err);
    code = code == EN_OK ? count_of(in, "n", &count, err) : code;
    if (code != EN_OK) {
        return code;
    }
    en_refusal refusal = en_shape_flat(&anchor, count, values);
    return put_values(got, "uKWh", refusal, values, count);
}

/* E-11: in, out (the other members) [loss, cap]. */
static en_code run_balance(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t across[EN_VECTOR_ITEMS_MAX];
    int64_t beside[EN_VECTOR_ITEMS_MAX];
    struct en_balance_member members[2 * EN_VECTOR_ITEMS_MAX];
    size_t across_count = 0;
    size_t beside_count = 0;
    int64_t losses = 0;
    int64_t cap = 0;
    int64_t value = 0;
    en_code code = en_vector_micros(in, "in", across, &across_count, err);
    code = code == EN_OK ? en_vector_micros(in, "out", beside, &beside_count, err) : code;
    code = code == EN_OK ? optional_micro(in, "loss", &losses, err) : code;
    code = code == EN_OK ? optional_micro(in, "cap", &cap, err) : code;
    if (code == EN_OK && cap < 0) {
        code = en_error_set(err, EN_RANGE, "cap is out of range");
    }
    if (code != EN_OK) {
        return code;
    }
    for (size_t i = 0; i < across_count; i++) {
        members[i] = (struct en_balance_member){across[i], EN_QUALITY_MEASURED, true};
    }
    for (size_t i = 0; i < beside_count; i++) {
        members[across_count + i] =
            (struct en_balance_member){beside[i], EN_QUALITY_MEASURED, false};
    }
    en_refusal refusal = en_balance_fill(members, across_count + beside_count, losses, cap, &value);
    return put_value(got, "uKWh", refusal, value);
}

/* E-13: e, and m healthy elements or the factor k. */
static en_code run_lost_phase(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t measured = 0;
    int64_t healthy = 0;
    int64_t value = 0;
    struct en_ratio ratio = EN_RATIO_ONE;
    en_code code = en_vector_micro(in, "e", &measured, err);
    code = code == EN_OK ? optional_integer(in, "m", &healthy, err) : code;
    code = code == EN_OK ? optional_ratio(in, "k", &ratio, err) : code;
    if (code == EN_OK && en_vector_has(in, "m") && (healthy < 1 || healthy > 2)) {
        code = en_error_set(err, EN_RANGE, "m is out of range");
    }
    if (code != EN_OK) {
        return code;
    }
    ratio = healthy > 0 ? en_lost_phase_ratio((uint32_t)healthy) : ratio;
    en_refusal refusal = en_lost_phase_fill(measured, ratio, &value);
    return put_value(got, "uKWh", refusal, value);
}

static bool all_same(const int64_t *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (values[i] != values[0]) {
            return false;
        }
    }
    return true;
}

/* E-14: dW and slots, or list [ratio, loss]: "each" where all slots get the same. */
static en_code run_undercount(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t list[EN_VECTOR_ITEMS_MAX];
    int64_t added[EN_VECTOR_ITEMS_MAX];
    struct en_undercount act = {NULL, 0, EN_RATIO_ONE};
    struct en_ratio loss = EN_RATIO_ONE;
    size_t count = 0;
    en_code code = EN_OK;
    if (en_vector_has(in, "list")) {
        act.list = list;
        code = en_vector_micros(in, "list", list, &count, err);
    } else {
        code = en_vector_micro(in, "dW", &act.total, err);
        code = code == EN_OK ? count_of(in, "slots", &count, err) : code;
    }
    code = code == EN_OK ? optional_ratio(in, "ratio", &act.each, err) : code;
    code = code == EN_OK ? optional_ratio(in, "loss", &loss, err) : code;
    code = code == EN_OK ? en_ratio_multiply(act.each, loss, &act.each, err) : code;
    if (code != EN_OK) {
        return code;
    }
    en_refusal refusal = en_undercount_fill(&act, count, added);
    if (refusal == EN_REFUSAL_NONE && all_same(added, count)) {
        en_vector_put_integer(got, "each", added[0]);
    }
    return put_values(got, "uKWh", refusal, added, count);
}

/* E-15: a, n. */
static en_code run_hold(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t values[EN_VECTOR_ITEMS_MAX];
    int64_t before = 0;
    size_t count = 0;
    en_code code = en_vector_micro(in, "a", &before, err);
    code = code == EN_OK ? count_of(in, "n", &count, err) : code;
    if (code != EN_OK) {
        return code;
    }
    en_hold_fill(before, (uint32_t)count, values);
    return put_values(got, "uKWh", EN_REFUSAL_NONE, values, count);
}

const struct en_vector_rule en_vector_estimation_rules[] = {
    {"E-01", run_interp},
    {"E-02", run_likeday},
    {"E-03", run_check},
    {"E-04", run_shape},
    {"E-05", run_flat},
    {"E-06", run_shape},
    {"E-11", run_balance},
    {"E-13", run_lost_phase},
    {"E-14", run_undercount},
    {"E-15", run_hold},
    {NULL, NULL},
};
