#include "formats/fiscal_zone.h"

#include <stdio.h>

#include "core/zone.h"
#include "formats/findings.h"
#include "formats/number.h"

#define CHANGES_MAX 1024u                      /* steps through the jumps of a civil zone */
#define SPANS_FROM_US INT64_C(946684800000000) /* 2000-01-01: no reading here is older */
#define SPANS_TO_US INT64_C(4102444800000000)  /* 2100-01-01: no reading here is newer */

/* "+hh:mm", "+hhmm", "+hh" or "Z". */
static bool offset_parse(struct en_slice text, int32_t *minutes)
{
    if (text.size == 1 && (text.bytes[0] == 'Z' || text.bytes[0] == 'z')) {
        *minutes = 0;
        return true;
    }
    bool has_sign = text.size > 0 && (text.bytes[0] == '+' || text.bytes[0] == '-');
    bool has_colon = text.size == 6 && text.bytes[3] == ':';
    if (!has_sign || (text.size != 3 && text.size != 5 && !has_colon)) {
        return false;
    }
    int64_t hours = 0;
    int64_t rest = 0;
    bool is_number = en_digits_parse(en_slice_of(text.bytes + 1, 2), &hours);
    if (text.size > 3) {
        is_number = is_number && en_digits_parse(en_slice_of(text.bytes + text.size - 2, 2), &rest);
    }
    int64_t total = hours * 60 + rest;
    if (!is_number || rest > 59 || total > EN_OFFSET_MINUTES_MAX) {
        return false;
    }
    *minutes = (int32_t)(text.bytes[0] == '-' ? -total : total);
    return true;
}

/* Standard time at the instant: what the clock shows when it is not summer time. */
static int32_t standard_minutes(const struct en_zone *zone, struct en_instant at)
{
    struct en_zone_offset offset = en_zone_at(zone, at);
    for (uint32_t i = 0; offset.is_dst && i < CHANGES_MAX; i++) {
        if (!en_zone_next_change(zone, at, &at)) {
            break;
        }
        offset = en_zone_at(zone, at);
    }
    return offset.seconds / 60;
}

/* The history of standard time becomes spans. */
static en_code derive_spans(struct en_fiscal_zone *zone, struct en_error *err)
{
    struct en_instant at = {SPANS_FROM_US};
    zone->spans_count = 1;
    zone->spans[0] = (struct en_fiscal_span){{0}, standard_minutes(zone->civil, at)};
    for (uint32_t i = 0; i < CHANGES_MAX; i++) {
        if (!en_zone_next_change(zone->civil, at, &at) || at.us > SPANS_TO_US) {
            break;
        }
        struct en_zone_offset offset = en_zone_at(zone->civil, at);
        int32_t minutes = offset.seconds / 60;
        if (offset.is_dst || minutes == zone->spans[zone->spans_count - 1].offset_minutes) {
            continue;
        }
        if (zone->spans_count == EN_FISCAL_SPANS_MAX) {
            return en_error_set(err, EN_LIMIT, "zone %s changed its standard time over %u times",
                                zone->name, EN_FISCAL_SPANS_MAX);
        }
        zone->spans[zone->spans_count++] = (struct en_fiscal_span){at, minutes};
    }
    return EN_OK;
}

en_code en_fiscal_zone_parse(struct en_slice text, const struct en_zone_source *source,
                             struct en_fiscal_zone *zone, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    struct en_fiscal_zone parsed = {.spans_count = 1};
    if (text.size == 0 || text.size >= sizeof parsed.name ||
        memchr(text.bytes, '\0', text.size) != NULL) {
        return en_error_set(err, EN_USAGE,
                            "zone \"%s\" is neither an offset (+03:00) nor a name (Europe/Moscow)",
                            en_shown(text, shown));
    }
    memcpy(parsed.name, text.bytes, text.size);
    if (offset_parse(text, &parsed.spans[0].offset_minutes)) {
        *zone = parsed;
        return EN_OK;
    }
    if (source == NULL || text.bytes[0] == '+' || text.bytes[0] == '-') {
        return en_error_set(err, EN_USAGE, "zone \"%s\" is not an offset like +03:00",
                            en_shown(text, shown));
    }
    en_code code = source->find(source->self, parsed.name, &parsed.civil, err);
    if (code == EN_OK) {
        EN_ASSERT(parsed.civil != NULL);
        code = derive_spans(&parsed, err);
    }
    if (code == EN_OK) {
        *zone = parsed;
    }
    return code;
}

int32_t en_fiscal_zone_offset(const struct en_fiscal_zone *zone, struct en_instant at)
{
    EN_ASSERT(zone->spans_count > 0);
    uint32_t span = zone->spans_count - 1;
    while (span > 0 && at.us < zone->spans[span].from.us) {
        span--;
    }
    return zone->spans[span].offset_minutes;
}

en_code en_fiscal_zone_instants(const struct en_fiscal_zone *zone, const struct en_civil *civil,
                                struct en_instant instants[2], uint32_t *count,
                                struct en_error *err)
{
    *count = 1;
    if (zone->civil == NULL) {
        return en_instant_of_civil(civil, zone->spans[0].offset_minutes, &instants[0], err);
    }
    struct en_civil_instants found = {EN_CIVIL_UNIQUE, {0}, {0}};
    en_code code = en_zone_instants(zone->civil, civil, &found, err);
    instants[0] = found.first;
    instants[1] = found.last;
    if (found.kind == EN_CIVIL_NONEXISTENT) {
        *count = 0;
    } else if (found.kind == EN_CIVIL_AMBIGUOUS) {
        *count = 2;
    }
    return code;
}
