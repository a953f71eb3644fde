/* Frozen rows from bytes: what is read is written back the same. */
#include <stdlib.h>

#include "projections/frozen_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_slice rest = en_slice_of(data, size);
    struct en_frozen_item item;
    struct en_buf again;
    struct en_error err;
    en_buf_init(&again, size + 1);
    while (en_frozen_item_take(&rest, &item, &err) == EN_OK) {
        en_frozen_item_encode(&item, &again);
        size_t taken = size - rest.size;
        if (again.code != EN_OK || again.size != taken || memcmp(again.bytes, data, taken) != 0) {
            abort();
        }
    }
    en_buf_fini(&again);
    return 0;
}
