/* The time between two register reads. The time of a channel is cut by the register reads that
 * stand on edges of its slots: between two of them the advance is known, and what was not measured
 * there is the rest, whatever day it lies on; so every day of a span computes the same and takes
 * its part.
 *
 * Used while one day is filled; everything lives in the filling's arena. */
#ifndef EN_PROCESSORS_SUBSTITUTION_SPAN_H
#define EN_PROCESSORS_SUBSTITUTION_SPAN_H

#include "processors/substitution/fill.h"
#include "projections/tables.h"

#define EN_SPAN_DAYS_DEFAULT 31u /* between reads, where no step of a chain says more */
#define EN_SPAN_DAYS_MAX (EN_ESTIMATION_SPAN_DAYS_MAX + 2u)

/* The register behind the channel, and its reads around the day in hand. */
struct en_span_reads {
    uint32_t channel; /* 0: none */
    struct en_channel_row row;
    int64_t *at; /* on the grid, rising */
    uint32_t count;
    int64_t off_from; /* reads off the grid: the first and the last */
    int64_t off_to;
    bool has_off;
};

/* What lies between two reads. */
struct en_span {
    struct en_interval between;
    int64_t advance;
    int64_t step; /* what the last digit of the register means, 1e-6 */
    en_refusal refusal;
    struct en_fill_day days[EN_SPAN_DAYS_MAX];
    uint32_t days_count;
    int64_t known;
    uint32_t open_count; /* slots to be laid out */
};

/* The register of the channel's energy at its point, with its usable reads up to span_days around
 * the day; *has: there is one. Its days are watched. */
en_code en_span_begin(struct en_fill *fill, const struct en_fill_day *day, uint32_t span_days,
                      struct en_span_reads *reads, bool *has, struct en_error *err) EN_MUST_CHECK;

/* Room for a span; NULL and err when there is none. */
struct en_span *en_span_make(struct en_fill *fill, struct en_error *err) EN_MUST_CHECK;

/* The two reads that bound the slot; why not, where there are none. */
en_refusal en_span_bounds(const struct en_span_reads *reads, struct en_interval slot,
                          struct en_interval *between);

/* The advance between the two reads; span->refusal where it cannot be told. */
en_code en_span_load_advance(struct en_fill *fill, const struct en_span_reads *reads,
                             struct en_span *span, struct en_error *err) EN_MUST_CHECK;

/* All days of the span: the one in hand as it is, others as acts and the first `steps` of the chain
 * leave them. */
en_code en_span_load_days(struct en_fill *fill, struct en_fill_day *day, uint32_t steps,
                          struct en_span *span, struct en_error *err) EN_MUST_CHECK;

/* Whether the slot lies between the reads. */
bool en_span_holds(const struct en_span *span, struct en_interval slot);

/* What the slot holds, by measurement, by act or by a step before: what the rest is left after. */
bool en_span_is_known(const struct en_fill_day *day, uint32_t slot, int64_t *micro);

/* Sums what is known and counts what is open. */
void en_span_survey(struct en_span *span);

#endif
