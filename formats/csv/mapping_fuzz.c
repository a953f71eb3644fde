/* Any bytes as a mapping: taken or refused with a line, the same way each time. */
#include "formats/csv/mapping.h"

#include "core/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_mapping *mapping = en_mem_alloc(1, sizeof *mapping);
    struct en_error err = {0};
    EN_ASSERT(mapping != NULL);
    en_code code = en_mapping_parse(en_slice_of(data, size), mapping, &err);
    EN_ASSERT(code == EN_OK || code == EN_CONFIG || code == EN_LIMIT);
    EN_ASSERT(code == EN_OK || strncmp(err.text, "mapping", 7) == 0);
    if (code == EN_OK) {
        EN_ASSERT(mapping->channels_count > 0);
        EN_ASSERT(mapping->channels_count <= EN_MAPPING_CHANNELS_MAX);
        EN_ASSERT(mapping->zone.size > 0);
        EN_ASSERT(mapping->pattern.size > 0);
    }
    en_mem_free(mapping);
    return 0;
}
