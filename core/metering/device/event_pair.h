/* Starts and ends of device events put together (EV-02), and what a wrapped journal lost (EV-05).
 *
 *             start           start: ignored, the first one counts
 *   closed ──────────> open ──────────┐
 *     ^  │ end: orphan  │ ^           │
 *     │  └─────┐        │ └───────────┘
 *     └────────┴────────┘ end: a span [from, to)
 *
 * One machine per (device, class, part); events are given in their order. A span that nothing ended
 * stays open. At one instant starts stand before ends, so that a blink shorter than the clock's
 * resolution is an empty span and never an open one; indexes of the journal, where a device gives
 * them, come first. Pure values, any thread. */
#ifndef EN_CORE_METERING_DEVICE_EVENT_PAIR_H
#define EN_CORE_METERING_DEVICE_EVENT_PAIR_H

#include "core/instant.h"
#include "core/metering/device/event_class.h"

/* Zeroed is closed. */
struct en_event_pairing {
    bool is_open;
    struct en_instant from;
    uint32_t ignored_count; /* starts within the open span */
};

struct en_event_span {
    struct en_instant from;
    struct en_instant to;   /* of an open span: not told */
    uint32_t ignored_count; /* starts while it was open already */
    bool is_open;
};

typedef enum en_event_pair_step {
    EN_EVENT_OPENED = 1,
    EN_EVENT_CLOSED = 2,        /* *span is whole */
    EN_EVENT_START_IGNORED = 3, /* a warning: the one before has no end yet */
    EN_EVENT_END_ORPHAN = 4,    /* nothing was open: its start is before what is known */
    EN_EVENT_HAPPENED = 5,      /* a point: *span is empty, at its instant */
} en_event_pair_step;

/* Takes the next event in. */
en_event_pair_step en_event_pair(struct en_event_pairing *pairing, en_event_edge edge,
                                 struct en_instant at, struct en_event_span *span);

/* The span that is open at the end of what is known. False: none. */
bool en_event_pair_open(const struct en_event_pairing *pairing, struct en_event_span *span);

const char *en_event_pair_step_text(en_event_pair_step step); /* "", "start without an end", ... */

/* Whether the span meets the interval: an open one ends never, a point meets what holds it. */
bool en_event_span_meets(const struct en_event_span *span, struct en_interval interval);

/* Below 0, 0, above 0: order of two events of a device. Indexes are compared at one instant only,
 * and only where both have one (0: none). */
int en_event_order(struct en_instant a, uint64_t a_index, en_event_edge a_edge, struct en_instant b,
                   uint64_t b_index, en_event_edge b_edge);

/* Entries that a journal of `buffer` entries has overwritten unread when its index went from
 * `previous` to `current` (EV-05); 0 when it did not wrap, when the index did not rise (the journal
 * was cleared), or when the buffer is not known (0). */
uint64_t en_events_lost(uint64_t previous, uint64_t current, uint64_t buffer);

#endif
