/* The demonstration: substation PS-110 with two transformers and their losses, a bus coupler, 24
 * feeders and its own needs, January to March 2026, with what happens in real life: gaps, two days
 * that come late, a meter replaced, a register that rolls over. Integers by rule: the same each
 * time. */
#ifndef EN_APP_DEMO_SUBSTATION_H
#define EN_APP_DEMO_SUBSTATION_H

#include "app/engine.h"

#define EN_DEMO_OBJECT "PS-110"
#define EN_DEMO_OFFSET "+03:00"
#define EN_DEMO_FEEDERS 24u
#define EN_DEMO_LATE_POINT "F13" /* two days of it are not sent at first */
#define EN_DEMO_LATE_FROM "2026-02-20"
#define EN_DEMO_LATE_TO "2026-02-22"
#define EN_DEMO_GAP_POINT "F07"      /* three hours of 10 February are missing for good */
#define EN_DEMO_REPLACED_POINT "F05" /* its meter is replaced on 12 February, 14:17 to 14:47 */
#define EN_DEMO_COUPLER_POINT "SV"   /* between the bus sections */
#define EN_DEMO_REGISTER_POINT                                                                     \
    "OWN" /* own needs, read as a register that rolls over at 10,000 kWh */

/* Appends everything but the late days. *events_count, *values_count: what it came to. Codes of the
 * engine. */
en_code en_demo_fill(struct en_engine *engine, uint64_t *events_count, uint64_t *values_count,
                     struct en_error *err) EN_MUST_CHECK;

/* The late days as a CSV file in the layout that `enerlog export` writes: rows of half-hours. */
void en_demo_late_csv(struct en_buf *csv);

#endif
