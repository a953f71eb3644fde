/* Times as tables write them, by a pattern: YYYY year, YY year of 2000, MM month, DD day, hh hour,
 * mm minute, ss second; M, D, h with one digit or two; anything else stands for itself; one
 * [optional tail]. "DD.MM.YYYY hh:mm[:ss]". 24:00 is midnight of the next day. Pure functions, any
 * thread. */
#ifndef EN_FORMATS_CSV_STAMP_H
#define EN_FORMATS_CSV_STAMP_H

#include "core/error.h"
#include "core/instant.h"

/* Whether the pattern names a whole date and is well formed. Codes: EN_MALFORMED (what is wrong).
 */
en_code en_stamp_check(struct en_slice pattern, struct en_error *err) EN_MUST_CHECK;

/* Reads the text by a checked pattern. The date and time are existing ones. Codes: EN_MALFORMED
 * (position and what was expected), EN_RANGE (no such date or time). */
en_code en_stamp_read(struct en_slice pattern, struct en_slice text, struct en_civil *civil,
                      struct en_error *err) EN_MUST_CHECK;

#endif
