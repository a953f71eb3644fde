/* Tables of Decree 442: the state of each billing period of a channel, and what its missing time
 * got. Written by processors/decree. */
#ifndef EN_PROJECTIONS_TABLES_DECREE_H
#define EN_PROJECTIONS_TABLES_DECREE_H

#include "core/instant.h"
#include "projections/series.h"
#include "projections/table.h"

/* A stretch of a period that has missing time, under one cause and one contract. */
struct en_decree_part {
    struct en_instant from;
    struct en_instant to;
    uint8_t cause;          /* en_decree_cause */
    uint8_t method;         /* en_decree_method; NONE: nothing could be had */
    uint32_t missing_count; /* n by which the method was chosen */
    uint64_t refusals;      /* of the methods before it: 4 bits each, en_decree_refusal */
    int64_t micro;          /* energy of the whole stretch by the method, 1e-6 of the unit */
    struct en_instant reference_from; /* the past period taken; 0 none */
    struct en_instant reference_to;
    int64_t power_micro; /* calculated: kW */
    uint64_t mark;       /* changes whenever a value changes that the method copies */
};

/* A billing period that has ended, of a channel with a chain of Decree 442. */
struct en_decree_period_row {
    uint32_t channel;       /* key */
    struct en_instant from; /* key */
    struct en_instant to;
    uint8_t cover;          /* en_decree_cover */
    uint32_t missing_count; /* n at its end */
    struct en_list parts;   /* en_decree_part, rising; none: nothing is missing */
};

extern const struct en_table en_table_decree_period;

/* Day blocks of channels with what a period's missing time got, where they differ from what
 * substitution left; of registers without a grid all energy that is known, by the hour. */
extern const struct en_series_table en_series_decree;

/* The refusal of a method in a part's word, and the word with it. */
static inline uint8_t en_decree_part_refusal(uint64_t refusals, unsigned method)
{
    return (uint8_t)(refusals >> (4 * method) & 15u);
}

#endif
