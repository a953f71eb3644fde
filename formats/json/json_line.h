/* Values as lines of JSON, one object a line: the shapes that this folder writes and reads.
 *
 *   {"point":"P1","channel":"A+","unit":"kWh","from":"2013-04-14T00:00:00+04:00",
 *    "slot_seconds":1800,"values":["1.5",null],"quality":[[1,"MEASURED"],[1,"NONE"]]}   intervals
 *   {"point":"P1","channel":"1-0:1.8.0","unit":"kWh","at":"2013-04-14T00:00:00+04:00",
 *    "value":"7654.9","quality":"MEASURED"}                                             a reading
 *
 * Numbers are text, so that no reader makes floats of them; quality runs cover the values in
 * order. */
#ifndef EN_FORMATS_JSON_JSON_LINE_H
#define EN_FORMATS_JSON_JSON_LINE_H

#include "formats/format.h"

extern const struct en_format_writer en_json_line_writer;

/* Reads one line into the staging; what is wrong with it becomes a finding of that line. Codes:
 * EN_LIMIT, EN_NOMEM. */
en_code en_json_line_read(struct en_slice line, uint32_t number, struct en_staging *staging,
                          struct en_error *err) EN_MUST_CHECK;

#endif
