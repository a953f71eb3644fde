/* The POSIX TZ rule at the end of a zone table ("MSK-3", "CET-1CEST,M3.5.0,M10.5.0/3"): what holds
 * after the last transition that the table lists. Part of zone.c; plain values. */
#ifndef EN_CORE_ZONE_RULE_H
#define EN_CORE_ZONE_RULE_H

#include "core/error.h"
#include "core/slice.h"

#define EN_ZONE_NAME_SIZE 16

typedef enum en_zone_date_kind {
    EN_ZONE_DATE_JULIAN = 0,  /* Jn: 1..365, February 29th is never counted */
    EN_ZONE_DATE_ZERO = 1,    /* n: 0..365, it is counted */
    EN_ZONE_DATE_WEEKDAY = 2, /* Mm.w.d: the w-th weekday d of month m, 5 is the last */
} en_zone_date_kind;

struct en_zone_date {
    en_zone_date_kind kind;
    int32_t day; /* of the year, or the weekday 0 (Sunday) .. 6 */
    int32_t month;
    int32_t week;
    int32_t seconds; /* after midnight by the clock before the change: -167 h .. 167 h */
};

struct en_zone_rule {
    bool has_dst;
    int32_t std_seconds; /* east of UTC */
    int32_t dst_seconds;
    struct en_zone_date dst_from;
    struct en_zone_date dst_to;
    char std_name[EN_ZONE_NAME_SIZE];
    char dst_name[EN_ZONE_NAME_SIZE];
};

/* Reads the whole text. Codes: EN_MALFORMED (with the position). */
en_code en_zone_rule_parse(struct en_slice text, struct en_zone_rule *rule,
                           struct en_error *err) EN_MUST_CHECK;

/* UTC seconds at which DST begins and ends in the year. The rule has DST (asserted). */
void en_zone_rule_year(const struct en_zone_rule *rule, int32_t year, int64_t *dst_from,
                       int64_t *dst_to);

#endif
