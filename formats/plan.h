/* The plan of an import: who of a settled staging is known to the registry, who is to be made, and
 * whose values are rejected. Between reading and appending; a dry run shows it. Inside formats/.
 * Caller's memory; one thread; the staging and the registry outlive it. */
#ifndef EN_FORMATS_PLAN_H
#define EN_FORMATS_PLAN_H

#include "formats/import.h"

/* One object, point or channel of the staging. */
struct en_planned {
    uint32_t id;     /* 0 until it is named */
    uint32_t object; /* of a point that is known: id of its object, 0 none */
    bool is_known;
    bool is_refused;
};

struct en_plan {
    struct en_staging *staging;
    const struct en_registry_view *registry;
    struct en_planned *objects; /* as many as the staging has, in its arena */
    struct en_planned *points;
    struct en_planned *channels;
    uint64_t values_count;  /* present, in runs that are not refused */
    uint64_t missing_count; /* empty, in runs that are not refused */
    uint64_t read_count;    /* values of the file, whatever becomes of them */
    /* the last answer of the registry about an offset */
    uint32_t offset_object;
    int32_t offset_minutes;
    struct en_interval offset_holds;
    en_code offset_code; /* the first failure of the registry while runs were cut */
    struct en_error offset_error;
};

/* Asks the registry about everything in the staging and checks every run. Rejections become
 * findings of the staging. Codes: EN_LIMIT, EN_NOMEM, those of the registry. */
en_code en_plan_make(struct en_plan *plan, struct en_staging *staging,
                     const struct en_registry_view *registry, bool is_create,
                     struct en_error *err) EN_MUST_CHECK;

/* The run that begins at value number first, cut at the fiscal days of its object. */
struct en_staged_run en_plan_run(struct en_plan *plan, uint32_t first);

/* Whether the run's values are left out. */
bool en_plan_run_is_refused(const struct en_plan *plan, const struct en_staged_run *run);

/* Values and empty places of a run. */
void en_plan_count(const struct en_staging *staging, const struct en_staged_run *run,
                   uint64_t *values, uint64_t *missing);

/* The fiscal offset at the run's first value. */
int32_t en_plan_run_offset(struct en_plan *plan, const struct en_staged_run *run);

#endif
