/* What a code of a device's events means at an instant: as event_map.set said last before it, for
 * the maker's type of the device, then for all; else by the built-in tables (event_code.h). A CIM
 * code is also looked for under type 0, which stands for any type of device. */
#ifndef EN_PROCESSORS_DEVICE_EVENT_MEANING_H
#define EN_PROCESSORS_DEVICE_EVENT_MEANING_H

#include "core/metering/device/event_code.h"
#include "processors/processor.h"

/* Always at least one: UNKNOWN where nothing is known. Codes: EN_NOMEM, those of the store. */
en_code en_event_meanings_at(struct en_fold *fold, struct en_slice device_type,
                             struct en_slice code, struct en_instant at,
                             struct en_event_meaning meanings[EN_EVENT_MEANINGS_MAX],
                             uint32_t *count, struct en_error *err) EN_MUST_CHECK;

/* Whether the first code is looked up under the second: the same, or CIM of any type. */
bool en_event_code_is_mapped_by(struct en_slice code, struct en_slice map_code);

#endif
