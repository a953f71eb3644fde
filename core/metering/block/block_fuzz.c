#include <stdlib.h>

#include "core/metering/block/block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

/* What decodes is canonical, and every way of reading it agrees. */
static void check_good(struct en_slice bytes, const struct en_block *block)
{
    static int64_t values[EN_SLOTS_MAX];
    struct en_block_head head;
    struct en_block_total total;
    struct en_buf again;
    en_i128 sum = 0;
    en_buf_init(&again, EN_BLOCK_SIZE_MAX);
    require(en_block_encode(block, &again, NULL) == EN_OK);
    require(en_slice_equal(bytes, en_buf_slice(&again)));
    require(en_block_values(bytes, values, &head, NULL) == EN_OK);
    require(head.count == block->head.count);
    for (uint32_t i = 0; i < head.count; i++) {
        require(values[i] == block->values[i]);
        require(values[i] == 0 || !en_quality_is_missing(block->quality[i]));
        sum += values[i];
    }
    require(en_block_sum(bytes, &total, NULL) == EN_OK);
    require(total.sum == sum && total.present + total.missing == head.count);
    en_buf_fini(&again);
}

/* The fast readers take any bytes without a fault. */
static void check_any(struct en_slice bytes)
{
    static struct en_block block;
    struct en_block_total total;
    en_code code = en_block_read(bytes, &block, NULL);
    require(code == EN_OK || code == EN_CORRUPT);
    code = en_block_sum(bytes, &total, NULL);
    require(code == EN_OK || code == EN_CORRUPT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct en_block block;
    struct en_slice bytes = en_slice_of(data, size);
    if (en_block_decode(bytes, &block, NULL) == EN_OK) {
        check_good(bytes, &block);
    }
    check_any(bytes);
    return 0;
}
