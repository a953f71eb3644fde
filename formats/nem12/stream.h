/* The words of NEM12 and NEM13 files: what their suffixes, quality flags and units mean here. Pure
 * functions, any thread. README.md shows the tables. */
#ifndef EN_FORMATS_NEM12_STREAM_H
#define EN_FORMATS_NEM12_STREAM_H

#include "core/error.h"
#include "core/metering/quality.h"
#include "core/slice.h"

#define EN_STREAM_CODE_SIZE 64

/* The channel of an interval stream by its suffix: "E1" A+, "B1" A-, "Q1" R+, "K1" R-; of further
 * meters OBIS ("E2": "1-2:1.29.0"); anything else as it stands. */
void en_stream_interval_code(struct en_slice suffix, char code[EN_STREAM_CODE_SIZE]);

/* The channel of an accumulation register: "1-11:1.8.0" for suffix 11 to the customer; the suffix
 * as it stands where OBIS has no place for it. */
void en_stream_register_code(struct en_slice suffix, bool is_reactive, bool is_to_customer,
                             char code[EN_STREAM_CODE_SIZE]);

/* The quality word of a flag with its method digits: "A", "S14", "E52", "N". EN_MALFORMED: not a
 * flag. "V" is none: it says that 400 records follow. */
en_code en_stream_quality(struct en_slice flag, uint64_t *quality,
                          struct en_error *err) EN_MUST_CHECK;

#endif
