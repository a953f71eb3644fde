#include <stdlib.h>

#include "core/metering/block/conflict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

/* What can be read is canonical. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct en_conflicts conflicts;
    struct en_slice bytes = en_slice_of(data, size);
    struct en_buf again;
    en_conflicts_init(&conflicts);
    en_code code = en_conflicts_decode(bytes, &conflicts, NULL);
    require(code == EN_OK || code == EN_CORRUPT);
    if (code == EN_OK) {
        en_buf_init(&again, 1u << 20);
        require(en_conflicts_encode(&conflicts, NULL, &again, NULL) == EN_OK);
        require(en_slice_equal(bytes, en_buf_slice(&again)));
        en_buf_fini(&again);
    }
    return 0;
}
