/* A civil zone for tests that does not depend on the machine: Moscow's clocks from 2008 to now. */
#ifndef EN_TESTS_FORMATS_MOSCOW_ZONE_H
#define EN_TESTS_FORMATS_MOSCOW_ZONE_H

#include "core/buf.h"
#include "formats/fiscal_zone.h"

/* Appends the TZif bytes (RFC 9636, version 2). */
void en_moscow_tzif(struct en_buf *out);

/* Knows "Europe/Moscow" only. Lives until the program ends; one thread. */
const struct en_zone_source *en_moscow_source(void);

#endif
