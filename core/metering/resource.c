#include "core/metering/resource.h"

#include "core/assert.h"

static const char *const names[EN_RESOURCES_COUNT] = {
    [EN_RESOURCE_ELECTRICITY] = "electricity",
    [EN_RESOURCE_HEAT] = "heat",
    [EN_RESOURCE_WATER] = "water",
    [EN_RESOURCE_STEAM] = "steam",
    [EN_RESOURCE_GAS] = "gas",
};

const char *en_resource_name(en_resource resource)
{
    EN_ASSERT((unsigned)resource < EN_RESOURCES_COUNT);
    return names[resource];
}

bool en_resource_parse(struct en_slice word, en_resource *resource)
{
    for (unsigned i = 0; i < EN_RESOURCES_COUNT; i++) {
        if (en_slice_equal(word, en_slice_text(names[i]))) {
            *resource = (en_resource)i;
            return true;
        }
    }
    return false;
}
