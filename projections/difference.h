/* The first difference of two stores: digests are compared from the tables down to months and days,
 * and only in a day that differs are entries looked at. As the stores: one thread. */
#ifndef EN_PROJECTIONS_DIFFERENCE_H
#define EN_PROJECTIONS_DIFFERENCE_H

#include "projections/digest.h"

/* Where two stores differ first, in byte order of the tables' names, then (day, series) or key. */
struct en_difference {
    bool is_found;
    const struct en_digest_table *table;
    int32_t day;           /* series tables */
    uint32_t series;       /* series tables */
    struct en_slice key;   /* rows */
    struct en_slice left;  /* entry or value; size 0: not there */
    struct en_slice right; /* views, as the stores say */
};

/* Compares the digested tables from the root down, hashing only what is stale in a store (all, when
 * anew), and names the first difference. *difference.is_found false: equal. */
en_code en_difference_find(struct en_store *left, struct en_store *right,
                           const struct en_digest_table *tables, uint32_t tables_count,
                           en_digest_trust trust, struct en_difference *difference,
                           struct en_error *err) EN_MUST_CHECK;

#endif
