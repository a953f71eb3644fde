/* What a point measures. The words are those of point.set; a resource decides which defaults a rule
 * has (heat may stand still for a month, electricity may not). Plain values, any thread. */
#ifndef EN_CORE_METERING_RESOURCE_H
#define EN_CORE_METERING_RESOURCE_H

#include "core/slice.h"

typedef enum en_resource {
    EN_RESOURCE_ELECTRICITY = 0,
    EN_RESOURCE_HEAT = 1,
    EN_RESOURCE_WATER = 2,
    EN_RESOURCE_STEAM = 3,
    EN_RESOURCE_GAS = 4,
    EN_RESOURCES_COUNT = 5,
} en_resource;

/* "electricity", "heat", "water", "steam", "gas". */
const char *en_resource_name(en_resource resource);

/* The resource of the word, exactly as printed; false (and *resource untouched) for another word.
 */
bool en_resource_parse(struct en_slice word, en_resource *resource);

#endif
