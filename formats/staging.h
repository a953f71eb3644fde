/* What a file says, before any of it is an event: objects, points, channels and values as the
 * format's reader understood them. A reader fills it; the import (import.h) checks it against the
 * registry and turns it into events; a dry run stops here.
 *
 * Values stay in the unit as read: digits and exponent, with the unit's power of ten already in the
 * exponent, so digits * 10^exponent is in the base unit of en_unit (kWh for MWh).
 * Caller's memory, one thread. Texts are copied. Every list has a bound (limits.h): EN_LIMIT. */
#ifndef EN_FORMATS_STAGING_H
#define EN_FORMATS_STAGING_H

#include "core/arena.h"
#include "core/decimal.h"
#include "core/metering/block/block.h"
#include "core/metering/quality.h"
#include "core/metering/quantity.h"
#include "formats/findings.h"
#include "formats/fiscal_zone.h"

#define EN_STAGED_NONE UINT32_MAX

/* What the values of a channel are. */
typedef enum en_staged_kind {
    EN_STAGED_PROFILE = 1,  /* energy of each slot: reading.profile */
    EN_STAGED_REGISTER = 2, /* a cumulative register at a moment: reading.register */
    EN_STAGED_INSTANT = 3,  /* a momentary value: reading.instant */
} en_staged_kind;

struct en_staged_object {
    struct en_slice key;
    struct en_slice name;
    struct en_slice type;
    uint32_t parent; /* index, EN_STAGED_NONE none */
};

struct en_staged_point {
    struct en_slice key;
    struct en_slice name;
    struct en_slice resource;
    uint32_t object; /* index */
    struct en_place place;
};

struct en_staged_channel {
    uint32_t point; /* index */
    struct en_slice code;
    en_staged_kind kind;
    en_unit unit;
    uint32_t slot_seconds; /* 0: registers read now and then */
    bool is_primary;       /* transformer ratios are already in the values */
    struct en_place place;
};

/* One value, or one empty place (EN_QUALITY_MISSING, digits 0). */
struct en_staged_value {
    struct en_instant from; /* start of the slot, or the moment */
    int64_t digits;
    uint64_t quality;
    uint64_t revision;
    uint32_t channel; /* index */
    uint32_t ordinal; /* order of arrival, set by en_staging_value; EN_STAGED_NONE on the first
                         value of a run that plan.c refused */
    uint32_t line;
    int8_t exponent;
};

/* What becomes of two different values for one slot in one file. Equal ones are one. */
typedef enum en_duplicates {
    EN_DUPLICATES_ERROR = 0, /* the first stays, the second is a rejected row */
    EN_DUPLICATES_FIRST = 1,
    EN_DUPLICATES_LAST = 2,
} en_duplicates;

struct en_staging_index; /* finds names; inside staging.c */

struct en_staging {
    struct en_arena arena; /* all texts */
    struct en_staged_object *objects;
    struct en_staged_point *points;
    struct en_staged_channel *channels;
    struct en_staged_value *values;
    uint32_t objects_count;
    uint32_t points_count;
    uint32_t channels_count;
    uint32_t values_count;
    uint32_t objects_capacity;
    uint32_t points_capacity;
    uint32_t channels_capacity;
    uint32_t values_capacity;
    struct en_staging_index *index;
    struct en_fiscal_zone zone;          /* fiscal offsets of objects that the import makes */
    struct en_import_findings *findings; /* borrowed */
    uint64_t rejected_count;             /* values that were there and are not in `values` */
    uint64_t repeated_count;             /* values that stood in the file twice */
    uint64_t rounded_count; /* values with more digits than are kept (mapping: rounding) */
};

/* The findings are the caller's and outlive the staging. EN_NOMEM. */
en_code en_staging_init(struct en_staging *staging, struct en_import_findings *findings,
                        struct en_error *err) EN_MUST_CHECK;
void en_staging_fini(struct en_staging *staging);

/* The index of the object with that key; added when new (then name, type and parent count).
 * Codes: EN_RANGE (the key is empty or too long), EN_LIMIT, EN_NOMEM. */
en_code en_staging_object(struct en_staging *staging, const struct en_staged_object *object,
                          uint32_t *index, struct en_error *err) EN_MUST_CHECK;
en_code en_staging_point(struct en_staging *staging, const struct en_staged_point *point,
                         uint32_t *index, struct en_error *err) EN_MUST_CHECK;

/* The index of the channel of that point and code; added when new. Adds EN_CONFLICT: it is there
 * with another unit, kind or grid (the message tells which). */
en_code en_staging_channel(struct en_staging *staging, const struct en_staged_channel *channel,
                           uint32_t *index, struct en_error *err) EN_MUST_CHECK;

/* Adds a value; the ordinal is given here. Codes: EN_LIMIT, EN_NOMEM. */
en_code en_staging_value(struct en_staging *staging, const struct en_staged_value *value,
                         struct en_error *err) EN_MUST_CHECK;

/* Rejects the row at the place: an error finding, and count values are counted as rejected. */
void en_staging_reject(struct en_staging *staging, struct en_place place, uint64_t count,
                       const char *mend, const char *format, ...) EN_PRINTF(5, 6);

/* To be called once after the last value: orders values by (channel, revision, time, arrival) and
 * applies the rule for slots that came twice; rows off the grid are rejected. */
void en_staging_settle(struct en_staging *staging, en_duplicates duplicates);

/* What a settled staging holds of one fiscal day: values[first .. first + count) of one channel and
 * revision, all of one fiscal day at the offset; for registers and instants a single value. */
struct en_staged_run {
    uint32_t first;
    uint32_t count;
    uint32_t channel;
    uint64_t revision;
};

/* The run that begins at value number first. The offset function gives the fiscal offset of the
 * channel's object at an instant (minutes east). */
typedef int32_t en_offset_function(void *self, uint32_t channel, struct en_instant at);
struct en_staged_run en_staging_run(const struct en_staging *staging, uint32_t first,
                                    en_offset_function *offset, void *self);

/* Builds the day block of a profile run. start_minute counts from 00:00 UTC of the fiscal day.
 * Codes: EN_OVERFLOW (the values do not share an exponent that 64 bits hold), EN_RANGE (off the
 * grid, or longer than a day block may be). */
en_code en_staging_block(const struct en_staging *staging, const struct en_staged_run *run,
                         int32_t offset_minutes, struct en_block *block,
                         struct en_error *err) EN_MUST_CHECK;

#endif
