/* How complete the values of a stretch of days are: slots expected, held as they were read, filled,
 * still missing; and the grade that the findings give. By channel, as a whole or day by day.
 *
 * Expected are the slots of the channel's grid on its fiscal days, where a device was installed at
 * its point (everywhere, where nobody said which). Registers read now and then have no grid and do
 * not appear. Everything is copied: the store may end before the answer is printed. One thread. */
#ifndef EN_PROJECTIONS_VIEWS_COMPLETENESS_H
#define EN_PROJECTIONS_VIEWS_COMPLETENESS_H

#include "core/metering/validation/validation_period.h"
#include "projections/tables.h"

#define EN_COMPLETENESS_CELLS_MAX (1u << 23)

struct en_completeness_query {
    int32_t from_day; /* fiscal days [from, to) */
    int32_t to_day;
    uint32_t object; /* only points of this object and below it; 0 all */
    uint32_t point;  /* only this point; 0 all */
    bool is_daily;   /* a cell a day; else one */
};

struct en_completeness_series {
    uint32_t channel;
    uint32_t point;
    uint32_t object;            /* of the point where the stretch begins */
    struct en_slice point_key;  /* external key */
    struct en_slice object_key; /* size 0: none */
    struct en_slice code;       /* of the channel */
    uint8_t unit;
    uint32_t slot_seconds;
};

struct en_completeness_cell {
    uint64_t expected;
    uint64_t held;      /* have a value that was read, also by a person, and that may be billed */
    uint64_t estimated; /* filled by a rule */
    uint64_t suspect;   /* of both, those that a warning is about */
    uint64_t warnings;  /* findings */
    uint64_t errors;
    uint64_t blocking;
    int64_t micro;      /* sum of the values */
    int64_t peak_micro; /* the largest mean power of a slot, per hour */
    bool is_overflow;   /* the sum does not fit */
};

struct en_completeness {
    struct en_arena arena;
    struct en_completeness_series *series; /* rising ids */
    uint32_t series_count;
    uint32_t steps_count;
    struct en_completeness_cell *cells; /* cells[step * series_count + series] */
};

void en_completeness_init(struct en_completeness *completeness);
void en_completeness_fini(struct en_completeness *completeness);

/* Codes: EN_RANGE (an empty stretch), EN_LIMIT (more than EN_COMPLETENESS_CELLS_MAX cells),
 * EN_NOMEM, EN_CORRUPT, those of the store. */
en_code en_completeness_gather(struct en_completeness *completeness, struct en_store *store,
                               const struct en_completeness_query *query,
                               struct en_error *err) EN_MUST_CHECK;

/* Adds one cell to another; peaks take the larger. */
void en_completeness_add(struct en_completeness_cell *sum, const struct en_completeness_cell *cell);

/* A nothing found, B warnings only, C errors, F blocking. */
char en_completeness_grade(const struct en_completeness_cell *cell);

/* part of whole in 1e-4 %, cut; 100 % of nothing. */
int64_t en_completeness_percent(uint64_t part, uint64_t whole);

#endif
