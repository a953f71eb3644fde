#include "formats/nem12/stream.h"

#include <stdio.h>

#include "formats/findings.h"
#include "formats/number.h"

#define OBIS_CHANNEL_MAX 64

/* AEMO's substitution and estimation methods by the way they get the value. */
static const struct {
    uint8_t method;
    en_source source;
} methods[] = {
    {11, EN_SOURCE_EST_CHECK},   /* check meter */
    {12, EN_SOURCE_DERIVED},     /* calculated */
    {13, EN_SOURCE_EST_CHECK},   /* SCADA */
    {14, EN_SOURCE_EST_LIKEDAY}, /* like day */
    {15, EN_SOURCE_EST_LIKEDAY}, /* average like day */
    {16, EN_SOURCE_EDIT_BY_ACT}, /* agreed */
    {17, EN_SOURCE_EST_INTERP},  /* linear */
    {18, EN_SOURCE_EST_CHECK},   /* alternate */
    {19, EN_SOURCE_EST_ZERO},    /* zero */
    {51, EN_SOURCE_EST_PRIOR},   /* previous year */
    {52, EN_SOURCE_EST_PRIOR},   /* previous read */
    {53, EN_SOURCE_EST_PRIOR},   /* revision */
    {54, EN_SOURCE_EST_INTERP},  /* linear */
    {55, EN_SOURCE_EDIT_BY_ACT}, /* agreed */
    {56, EN_SOURCE_EST_PRIOR},   /* prior to first read */
    {57, EN_SOURCE_EST_PROFILE}, /* customer class */
    {58, EN_SOURCE_EST_ZERO},    /* zero */
    {61, EN_SOURCE_EST_PRIOR},   /* previous year */
    {62, EN_SOURCE_EST_PRIOR},   /* previous read */
    {63, EN_SOURCE_EST_PROFILE}, /* customer class */
    {64, EN_SOURCE_EDIT_BY_ACT}, /* agreed */
    {65, EN_SOURCE_EST_PROFILE}, /* average daily load */
    {66, EN_SOURCE_EST_PRIOR},   /* revision */
    {67, EN_SOURCE_MANUAL_READ}, /* customer's own read */
    {68, EN_SOURCE_EST_ZERO},    /* zero */
    {71, EN_SOURCE_DERIVED},     /* recalculation */
    {72, EN_SOURCE_EST_PROFILE}, /* revised table */
    {73, EN_SOURCE_EST_PROFILE}, /* revised algorithm */
    {74, EN_SOURCE_EDIT_BY_ACT}, /* agreed */
    {75, EN_SOURCE_EST_PROFILE}, /* existing table */
};

/* OBIS C: what is measured, and which way. 0: not one of ours. */
static int obis_quantity(uint8_t letter)
{
    switch (letter) {
    case 'E':
        return 1;
    case 'B':
        return 2;
    case 'Q':
        return 3;
    case 'K':
        return 4;
    default:
        return 0;
    }
}

static void copy_opaque(struct en_slice suffix, char code[EN_STREAM_CODE_SIZE])
{
    int size = suffix.size < EN_STREAM_CODE_SIZE ? (int)suffix.size : EN_STREAM_CODE_SIZE - 1;
    (void)snprintf(code, EN_STREAM_CODE_SIZE, "%.*s", size, (const char *)suffix.bytes);
}

void en_stream_interval_code(struct en_slice suffix, char code[EN_STREAM_CODE_SIZE])
{
    static const char *const plain[5] = {"", "A+", "A-", "R+", "R-"};
    int quantity = suffix.size > 0 ? obis_quantity(suffix.bytes[0]) : 0;
    int64_t meter = 0;
    bool has_meter = suffix.size > 1 &&
                     en_digits_parse(en_slice_of(suffix.bytes + 1, suffix.size - 1), &meter) &&
                     meter > 0;
    if (quantity > 0 && has_meter && meter == 1) {
        (void)snprintf(code, EN_STREAM_CODE_SIZE, "%s", plain[quantity]);
    } else if (quantity > 0 && has_meter && meter <= OBIS_CHANNEL_MAX) {
        (void)snprintf(code, EN_STREAM_CODE_SIZE, "1-%d:%d.29.0", (int)meter, quantity);
    } else {
        copy_opaque(suffix, code);
    }
}

void en_stream_register_code(struct en_slice suffix, bool is_reactive, bool is_to_customer,
                             char code[EN_STREAM_CODE_SIZE])
{
    int64_t number = 0;
    int quantity = (is_reactive ? 3 : 1) + (is_to_customer ? 0 : 1);
    if (en_digits_parse(suffix, &number) && number <= OBIS_CHANNEL_MAX) {
        (void)snprintf(code, EN_STREAM_CODE_SIZE, "1-%d:%d.8.0", (int)number, quantity);
    } else {
        copy_opaque(suffix, code);
    }
}

/* The word of a value that a method put there. */
static uint64_t quality_of_method(struct en_slice digits)
{
    int64_t method = 0;
    bool has_method = en_digits_parse(digits, &method);
    for (size_t i = 0; has_method && i < EN_COUNT_OF(methods); i++) {
        if (methods[i].method == method) {
            bool is_derived = methods[i].source == EN_SOURCE_DERIVED;
            return is_derived ? en_quality_derive(EN_QUALITY_MEASURED) : methods[i].source;
        }
    }
    return EN_SOURCE_EST_PROFILE;
}

en_code en_stream_quality(struct en_slice flag, uint64_t *quality, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    struct en_slice text = en_trimmed(flag);
    uint8_t letter = text.size > 0 ? text.bytes[0] : 0;
    struct en_slice digits = en_slice_of(text.bytes + 1, text.size > 0 ? text.size - 1 : 0);
    int64_t method = 0;
    bool has_form = digits.size == 0 || (digits.size == 2 && en_digits_parse(digits, &method));
    if (!has_form) {
        letter = 0;
    }
    switch (letter) {
    case 'A':
        *quality = EN_QUALITY_MEASURED;
        return EN_OK;
    case 'N':
        *quality = EN_QUALITY_MISSING;
        return EN_OK;
    case 'E':
    case 'S':
        *quality = quality_of_method(digits);
        return EN_OK;
    case 'F':
        *quality = en_quality_with_verdict(quality_of_method(digits), EN_VERDICT_VALID);
        return EN_OK;
    default:
        return en_error_set(err, EN_MALFORMED,
                            "\"%s\" is not a quality flag (A, E, F, N, S, with two method digits)",
                            en_shown(text, shown));
    }
}
