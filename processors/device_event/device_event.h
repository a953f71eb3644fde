/* What the processors below ask of device events: which stretch of time the event in hand changed,
 * and the intervals of a class at the devices of a point (views/device_events.h). */
#ifndef EN_PROCESSORS_DEVICE_EVENT_DEVICE_EVENT_H
#define EN_PROCESSORS_DEVICE_EVENT_DEVICE_EVENT_H

#include "processors/processor.h"

/* Intervals of the device within the span came, went or changed their ends; a point is an empty
 * span. to is INT64_MAX when an open one did. */
struct en_device_change {
    uint32_t device;
    struct en_interval span;
};

/* Of the event being folded, for processors that fold device.event or event_map.set, too: those
 * days of the device's points may be judged otherwise now. Lives until the next event. */
const struct en_device_change *en_device_event_changes(struct en_fold *fold, size_t *count);

#endif
