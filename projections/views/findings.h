/* What the rules of validity found over a stretch of days: the findings that stand, the rules of a
 * period evaluated over it, and the rules that could not run, with the reason, by judging again.
 *
 * Lines come by channel: findings by day, then those of the period, then what was skipped. One
 * thread; views live until the visit ends. */
#ifndef EN_PROJECTIONS_VIEWS_FINDINGS_H
#define EN_PROJECTIONS_VIEWS_FINDINGS_H

#include "projections/views/validity.h"

struct en_findings_query {
    int32_t from_day; /* fiscal days [from, to) */
    int32_t to_day;
    uint32_t object;     /* only points of this object and below it; 0 all */
    uint32_t point;      /* only this point; 0 all */
    uint32_t rule;       /* only this one (en_finding_rule); 0 all */
    bool is_russian;     /* places say it in Russian */
    bool without_period; /* no rules of the period */
    bool without_skipped;
};

typedef enum en_findings_kind {
    EN_FINDINGS_DAY = 1,     /* a finding that stands */
    EN_FINDINGS_PERIOD = 2,  /* a finding of a rule of periods */
    EN_FINDINGS_SKIPPED = 3, /* a rule that did not run */
} en_findings_kind;

struct en_findings_line {
    en_findings_kind kind;
    uint32_t channel;
    struct en_slice point_key;
    struct en_slice code; /* of the channel */
    int32_t day;          /* of a finding; of others the first of the stretch */
    struct en_finding_place place;
    struct en_finding finding; /* SKIPPED: only the rule */
    en_skip_reason reason;     /* SKIPPED */
    uint32_t days_count;       /* SKIPPED: on how many days */
};

/* Anything but EN_OK stops the walk and is returned. */
typedef en_code (*en_findings_visit)(void *self, const struct en_findings_line *line,
                                     struct en_error *err);

/* Codes: EN_RANGE (an empty stretch), EN_NOMEM, EN_CORRUPT, those of the store and of visit. */
en_code en_findings_walk(struct en_store *store, const struct en_findings_query *query,
                         en_findings_visit visit, void *self, struct en_error *err) EN_MUST_CHECK;

/* "slots 3+1"-free text of what proves a finding: "channel P2/A+", "event 4711", "device M1",
 * "instant 2026-01-02T00:00:00+03:00"; empty where nothing does. Appends. Codes: those of the
 * store.
 */
en_code en_findings_evidence(struct en_store *store, const struct en_finding *finding,
                             const struct en_finding_place *place, struct en_buf *out,
                             struct en_error *err) EN_MUST_CHECK;

#endif
