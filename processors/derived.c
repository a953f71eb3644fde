#include "processors/derived.h"

#include "core/metering/slots.h"

#define MICRO_EXPONENT (-6)

bool en_derived_is_day(const struct en_block_head *head)
{
    return head->count > 0 && head->count <= EN_SLOTS_MAX &&
           (uint64_t)head->count * head->slot_seconds <= EN_BLOCK_SPAN_SECONDS_MAX;
}

void en_derived_give_up(struct en_block *block)
{
    struct en_block_head *head = &block->head;
    EN_ASSERT(head->slot_seconds > 0);
    uint32_t fit = EN_BLOCK_SPAN_SECONDS_MAX / head->slot_seconds;
    fit = fit > EN_SLOTS_MAX ? EN_SLOTS_MAX : fit;
    head->count = head->count > fit ? fit : head->count;
    head->exponent = MICRO_EXPONENT;
    head->quality_is_common = false;
    for (uint32_t i = 0; i < head->count; i++) {
        block->values[i] = 0;
        block->quality[i] = en_slot_overflow(EN_QUALITY_MISSING);
    }
    EN_ASSERT(en_derived_is_day(head));
}

en_code en_derived_encode(struct en_block *block, struct en_buf *out, struct en_error *err)
{
    struct en_error fault;
    en_code code = en_block_encode(block, out, &fault);
    if (code == EN_LIMIT || code == EN_RANGE) {
        en_derived_give_up(block);
        code = en_block_encode(block, out, &fault);
    }
    if (code != EN_OK) {
        *err = fault;
    }
    return code;
}
