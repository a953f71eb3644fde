/* Tables of validity beside its findings. Written by processors/validity. */
#ifndef EN_PROJECTIONS_TABLES_VALIDITY_H
#define EN_PROJECTIONS_TABLES_VALIDITY_H

#include "projections/table.h"

/* The first and the last day on which a channel has values, once any rule of validity was set:
 * between them, and for
 * EN_COLLECTED_HORIZON_DAYS behind, a day without any value is a gap. */
struct en_collected_row {
    uint32_t channel; /* key */
    int32_t first_day;
    int32_t last_day;
};

#define EN_COLLECTED_HORIZON_DAYS 35

/* When values of a channel's day came: where V-27 holds every reading, where V-06 holds those that
 * came before their slots had ended and what came for that day afterwards. */
struct en_arrival_row {
    uint32_t channel;       /* key */
    int32_t day;            /* key */
    uint64_t seq;           /* key: of the event */
    struct en_instant came; /* recorded */
    struct en_instant from; /* the slots that it has values for */
    struct en_instant to;
};

extern const struct en_table en_table_arrival;
extern const struct en_table en_table_collected;

#endif
