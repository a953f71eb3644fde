/* Device events put together: intervals of a class at a device, or at whatever device measured a
 * channel's point meanwhile. For rules of validity, alarms, lists. */
#ifndef EN_PROJECTIONS_VIEWS_DEVICE_EVENTS_H
#define EN_PROJECTIONS_VIEWS_DEVICE_EVENTS_H

#include "core/metering/device/event_class.h"
#include "projections/tables.h"
#include "projections/tables_event.h"

/* An interval as a rule wants it: cut to the time in which the device measured the point. */
struct en_device_span {
    struct en_interval interval; /* a point: from == to; an open one: to is INT64_MAX */
    uint32_t device;
    uint8_t class; /* en_event_class */
    uint8_t part;  /* en_event_part: phase, block, cause */
    bool is_open;
    bool is_point;
    uint64_t seq; /* of the latest event in it: evidence */
};

struct en_device_spans {
    struct en_device_span *items; /* in the arena; by device, part, rising from */
    uint32_t count;
};

/* Intervals of the class that meet [within.from, within.to) at the device, whole (not cut). Points
 * meet what holds them. Codes: EN_NOMEM, EN_CORRUPT, those of the store. */
en_code en_device_spans_of_device(struct en_store *store, uint32_t device, en_event_class class,
                                  struct en_interval within, struct en_arena *arena,
                                  struct en_device_spans *spans,
                                  struct en_error *err) EN_MUST_CHECK;

/* The same over the devices that measured the channel's point within the interval, cut to the time
 * of each. A channel that nobody set has none. */
en_code en_device_spans_of_channel(struct en_store *store, uint32_t channel, en_event_class class,
                                   struct en_interval within, struct en_arena *arena,
                                   struct en_device_spans *spans,
                                   struct en_error *err) EN_MUST_CHECK;

/* Whether the device has any interval at all: asked once a device, it spares the classes. */
en_code en_device_has_intervals(struct en_store *store, uint32_t device, bool *has,
                                struct en_error *err) EN_MUST_CHECK;

#endif
