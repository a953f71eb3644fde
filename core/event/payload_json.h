/* What an event says, as JSON for people and machines. Pure. */
#ifndef EN_CORE_EVENT_PAYLOAD_JSON_H
#define EN_CORE_EVENT_PAYLOAD_JSON_H

#include "core/event/payload.h"

/* Appends the payload as one JSON object: the fields of the kind's record; of a reading.profile the
 * head of its block and its sum (values are asked for by tables and exports); of a kind that this
 * program does not know, {"base64": "..."}. Codes: EN_MALFORMED, EN_LIMIT, EN_NOMEM. */
en_code en_payload_json(const struct en_event *event, struct en_buf *out,
                        struct en_error *err) EN_MUST_CHECK;

#endif
