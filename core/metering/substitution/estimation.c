#include "core/metering/substitution/estimation.h"

struct word {
    const char *id;
    const char *name;
    const char *about[2];
};

static const struct word methods[EN_METHODS_COUNT] = {
    [EN_METHOD_NONE] = {"", "", {"not substituted", "не замещено"}},
#define METHOD(name, number, source, en, ru) [number] = {"", #name, {en, ru}},
    EN_ESTIMATION_METHODS(METHOD)
#undef METHOD
};

static const en_source sources[EN_METHODS_COUNT] = {
#define METHOD(name, number, source, en, ru) [number] = EN_SOURCE_##source,
    EN_ESTIMATION_METHODS(METHOD)
#undef METHOD
};

static const char *const method_ids[EN_METHODS_COUNT] = {
    "",     "E-01", "E-02", "E-03", "E-04", "E-05", "E-06", "E-07",
    "E-08", "E-09", "E-10", "E-11", "E-12", "E-13", "E-14", "E-15",
};

static const struct word refusals[EN_REFUSALS_COUNT] = {[EN_REFUSAL_NONE] = {"", "", {"", ""}},
#define REFUSAL(name, number, en, ru) [number] = {"", #name, {en, ru}},
                                                        EN_ESTIMATION_REFUSALS(REFUSAL)
#undef REFUSAL
};

static const struct word reasons[EN_REASONS_COUNT] = {[EN_REASON_NONE] = {"", "", {"", ""}},
#define REASON(name, number, code, en, ru) [number] = {code, #name, {en, ru}},
                                                      EN_SUBSTITUTION_REASONS(REASON)
#undef REASON
};

const char *en_method_id(en_estimation_method method)
{
    EN_ASSERT((unsigned)method < EN_METHODS_COUNT);
    return method_ids[method];
}

const char *en_method_name(en_estimation_method method)
{
    EN_ASSERT((unsigned)method < EN_METHODS_COUNT);
    return methods[method].name;
}

const char *en_method_about(en_estimation_method method, en_estimation_language language)
{
    EN_ASSERT((unsigned)method < EN_METHODS_COUNT);
    return methods[method].about[language == EN_ESTIMATION_RUSSIAN];
}

en_source en_method_source(en_estimation_method method)
{
    EN_ASSERT((unsigned)method < EN_METHODS_COUNT);
    return sources[method];
}

en_code en_method_parse(struct en_slice id, en_estimation_method *method, struct en_error *err)
{
    for (unsigned i = 1; i < EN_METHODS_COUNT; i++) {
        if (en_slice_equal(id, en_slice_text(method_ids[i]))) {
            *method = (en_estimation_method)i;
            return EN_OK;
        }
    }
    return en_error_set(err, EN_NOT_FOUND,
                        "no method of estimation \"%.*s\" (E-01 to E-15 are known)", (int)id.size,
                        (const char *)id.bytes);
}

const char *en_refusal_name(en_refusal refusal)
{
    EN_ASSERT((unsigned)refusal < EN_REFUSALS_COUNT);
    return refusals[refusal].name;
}

const char *en_refusal_about(en_refusal refusal, en_estimation_language language)
{
    EN_ASSERT((unsigned)refusal < EN_REFUSALS_COUNT);
    return refusals[refusal].about[language == EN_ESTIMATION_RUSSIAN];
}

const char *en_reason_code(en_reason reason)
{
    EN_ASSERT((unsigned)reason < EN_REASONS_COUNT);
    return reasons[reason].id;
}

const char *en_reason_name(en_reason reason)
{
    EN_ASSERT((unsigned)reason < EN_REASONS_COUNT);
    return reasons[reason].name;
}

const char *en_reason_about(en_reason reason, en_estimation_language language)
{
    EN_ASSERT((unsigned)reason < EN_REASONS_COUNT);
    return reasons[reason].about[language == EN_ESTIMATION_RUSSIAN];
}

en_code en_reason_parse(struct en_slice text, en_reason *reason, struct en_error *err)
{
    for (unsigned i = 1; i < EN_REASONS_COUNT; i++) {
        if (en_slice_equal(text, en_slice_text(reasons[i].id)) ||
            en_slice_equal(text, en_slice_text(reasons[i].name))) {
            *reason = (en_reason)i;
            return EN_OK;
        }
    }
    return en_error_set(err, EN_NOT_FOUND,
                        "no reason \"%.*s\" (a code like Z75 or a name like COMMS)", (int)text.size,
                        (const char *)text.bytes);
}

en_reason en_reason_of_flags(uint64_t quality)
{
    /* What happened at the place comes before what is only seen in the numbers. */
    static const struct {
        uint64_t flags;
        en_reason reason;
    } rows[] = {
        {EN_QUALITY_PWR_OUT, EN_REASON_GRID_OUTAGE},
        {EN_QUALITY_PHASE, EN_REASON_VOLTAGE_FAIL},
        {EN_QUALITY_DEV_REPLACED, EN_REASON_DEVICE_EXCHANGE},
        {EN_QUALITY_TEST | EN_QUALITY_METRO_EXPIRED, EN_REASON_CALIBRATION},
        {EN_QUALITY_RATIO_CHANGED | EN_QUALITY_NOCONFIG, EN_REASON_WRONG_RATIO},
        {EN_QUALITY_CLOCK | EN_QUALITY_SHORT | EN_QUALITY_LONG, EN_REASON_CLOCK_ADJUSTED},
        {EN_QUALITY_OVERFLOW, EN_REASON_EQUIPMENT_FAULT},
        {EN_QUALITY_TAMPER, EN_REASON_UNCERTAIN},
        {EN_QUALITY_NEG | EN_QUALITY_CAP | EN_QUALITY_SPIKE | EN_QUALITY_SUM | EN_QUALITY_HILO |
             EN_QUALITY_CHECKDIFF | EN_QUALITY_STALE | EN_QUALITY_ZERO | EN_QUALITY_KVARH |
             EN_QUALITY_IMBAL | EN_QUALITY_TOUSUM | EN_QUALITY_FUTURE,
         EN_REASON_IMPLAUSIBLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if ((quality & rows[i].flags) != 0) {
            return rows[i].reason;
        }
    }
    return EN_REASON_COMMS; /* nothing came, and nothing says why */
}

bool en_estimation_takes(uint64_t quality)
{
    en_source source = en_quality_source(quality);
    bool is_measured = source == EN_SOURCE_MEASURED || source == EN_SOURCE_MANUAL_READ ||
                       source == EN_SOURCE_FROM_REGISTERS;
    bool is_sound = en_quality_verdict(quality) == EN_VERDICT_NOT_VALIDATED ||
                    en_quality_verdict(quality) == EN_VERDICT_VALID;
    uint64_t partial = EN_QUALITY_PWR_OUT | EN_QUALITY_PARTIAL | EN_QUALITY_SHORT |
                       EN_QUALITY_LONG | EN_QUALITY_OVERFLOW | EN_QUALITY_NOCONFIG;
    return is_measured && is_sound && (quality & partial) == 0;
}
