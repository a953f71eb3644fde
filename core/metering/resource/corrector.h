/* Channels of correctors and heat meters: what their short names mean at a point of a resource. A
 * name that is not known here stays the text it is.
 *
 *   gas     V m3 as metered, Vs m3 at standard conditions, P kPa absolute, t degC, K
 * compressibility heat    Q GJ, M1 M2 t, V1 V2 m3, t1 t2 tc degC, P1 P2 Pc kPa absolute (c: cold
 * water), M V steam   Q GJ, D t, P kPa absolute, t degC, tc Pc of the condensate water   V m3, M t,
 * t degC, P kPa
 *
 * Temperatures are small letters: T1, T2 are tariffs of an electricity meter. Plain data, any
 * thread. */
#ifndef EN_CORE_METERING_RESOURCE_CORRECTOR_H
#define EN_CORE_METERING_RESOURCE_CORRECTOR_H

#include "core/metering/quantity.h"
#include "core/metering/resource.h"

struct en_corrector_channel {
    const char *code;
    en_unit unit;
    const char *about;
};

/* NULL: the resource has no such name. */
const struct en_corrector_channel *en_corrector_channel_of(en_resource resource,
                                                           struct en_slice code);

#endif
