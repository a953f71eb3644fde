#include "core/metering/substitution/estimation_interp.h"

#include "core/fixed.h"

en_refusal en_interp_allows(uint32_t slots, uint32_t slot_seconds, uint32_t seconds_max)
{
    EN_ASSERT(slots > 0);
    EN_ASSERT(slot_seconds > 0);
    return (uint64_t)slots * slot_seconds <= seconds_max ? EN_REFUSAL_NONE
                                                         : EN_REFUSAL_GAP_TOO_LONG;
}

void en_interp_fill(const struct en_interp *gap, uint32_t first, uint32_t count, int64_t *values)
{
    EN_ASSERT(gap->slots > 0);
    EN_ASSERT((uint64_t)first + count <= gap->slots);
    int64_t parts = (int64_t)gap->slots + 1;
    for (uint32_t i = 0; i < count; i++) {
        int64_t step = (int64_t)first + i + 1;
        en_i128 sum = (en_i128)gap->before * (parts - step) + (en_i128)gap->after * step;
        int64_t value = 0;
        bool fits = en_i128_to_i64(en_i128_divide_half_up(sum, parts), &value);
        EN_ASSERT(fits); /* between its neighbours */
        values[i] = value;
    }
}

void en_hold_fill(int64_t before, uint32_t count, int64_t *values)
{
    EN_ASSERT(values != NULL);
    for (uint32_t i = 0; i < count; i++) {
        values[i] = before;
    }
}
