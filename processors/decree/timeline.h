/* What is known of a channel's energy over a stretch of time: pieces in order of time, each with an
 * amount. Slots of a grid that have a value, or the advances of a register that is read now and
 * then. From both alike come: what is missing, how much there was, and the shape of a past month.
 *
 * Caller's memory, zeroed is empty; one thread. */
#ifndef EN_PROCESSORS_DECREE_TIMELINE_H
#define EN_PROCESSORS_DECREE_TIMELINE_H

#include "core/metering/block/block.h"
#include "processors/decree/schedule.h"

struct en_piece {
    struct en_interval span; /* not empty */
    int64_t micro;
    bool is_measured; /* by the meter and not doubted: estimates may be made from it */
    bool is_reading;  /* by the meter, doubted or not: a usable reading */
    bool is_control;  /* by the control meter */
};

struct en_timeline {
    struct en_piece *items; /* rising, no overlap */
    size_t count;
    size_t capacity;
    struct en_block block; /* to work in */
    int64_t hours[EN_INTEGRAL_HOURS_MAX];
};

void en_timeline_fini(struct en_timeline *timeline);

/* Whether the channel is a register without a grid. */
static inline bool en_channel_is_sparse(const struct en_channel_info *info)
{
    return info->basis == EN_BASIS_REGISTER && info->slot_seconds == 0;
}

/* Loads the pieces of the channel that touch the span: slots whose start lies in it, advances that
 * overlap it (by the hour where D442-E lays them out). Slots are as they stand before the decree.
 * Codes: those of the store, EN_NOMEM. */
en_code en_timeline_load(struct en_timeline *timeline, struct en_fold *fold, uint32_t channel,
                         const struct en_channel_info *info, struct en_interval span,
                         struct en_error *err) EN_MUST_CHECK;

/* Whether the block is a whole day of plain measurements: nothing is missing or doubted. Most are,
 * and nothing more has to be looked at. */
bool en_timeline_is_plain(struct en_slice block);

/* Whether all days of the span are such, of a channel with a grid. */
en_code en_timeline_is_plain_span(struct en_fold *fold, uint32_t channel,
                                  const struct en_channel_info *info, struct en_interval span,
                                  bool *is_plain, struct en_error *err) EN_MUST_CHECK;

/* The energy inside the span, pieces cut at its ends in proportion to time (R-12 from the start of
 * the piece, so that neighbouring spans add up). False: the sum does not fit. */
bool en_timeline_energy(const struct en_timeline *timeline, struct en_interval span,
                        int64_t *micro);

/* Whether pieces cover all of the span; measured ones only, or any. */
bool en_timeline_covers(const struct en_timeline *timeline, struct en_interval span,
                        bool is_measured);

/* The last moment up to which pieces cover everything from the instant on; the instant itself where
 * it lies in none. */
struct en_instant en_timeline_covered_until(const struct en_timeline *timeline,
                                            struct en_instant from);

/* The start of the first piece that ends after the instant; INT64_MAX: none. */
struct en_instant en_timeline_next(const struct en_timeline *timeline, struct en_instant from);

/* The start of the first reading in the span, *is_found. */
struct en_instant en_timeline_first_reading(const struct en_timeline *timeline,
                                            struct en_interval span, bool *is_found);

/* Whether all pieces that touch the span are the control meter's. */
bool en_timeline_is_control(const struct en_timeline *timeline, struct en_interval span);

/* A number that changes when a piece inside the span does. */
uint64_t en_timeline_mark(const struct en_timeline *timeline, struct en_interval span);

#endif
