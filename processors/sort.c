#include "processors/sort.h"

#include "core/mem.h"

#define DIGIT_BITS 11u
#define DIGITS (1u << DIGIT_BITS)

static uint64_t key_of(const uint8_t *item)
{
    uint64_t key;
    memcpy(&key, item, sizeof key);
    return key;
}

static size_t digit_of(const uint8_t *item, unsigned shift)
{
    return (size_t)(key_of(item) >> shift) % DIGITS;
}

/* One pass by one digit from `from` to `to`; false when all items have the same digit and nothing
 * was moved. */
static bool pass(const uint8_t *from, uint8_t *to, size_t count, size_t item_size, unsigned shift)
{
    size_t starts[DIGITS] = {0};
    for (size_t i = 0; i < count; i++) {
        starts[digit_of(from + i * item_size, shift)]++;
    }
    if (starts[digit_of(from, shift)] == count) {
        return false;
    }
    size_t place = 0;
    for (size_t digit = 0; digit < DIGITS; digit++) {
        size_t digit_count = starts[digit];
        starts[digit] = place;
        place += digit_count;
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *item = from + i * item_size;
        memcpy(to + starts[digit_of(item, shift)]++ * item_size, item, item_size);
    }
    return true;
}

static bool is_sorted(const uint8_t *items, size_t count, size_t item_size)
{
    for (size_t i = 1; i < count; i++) {
        if (key_of(items + (i - 1) * item_size) > key_of(items + i * item_size)) {
            return false;
        }
    }
    return true;
}

en_code en_sort_by_key(void *items, size_t count, size_t item_size, struct en_error *err)
{
    EN_ASSERT(item_size >= sizeof(uint64_t));
    if (is_sorted(items, count, item_size)) {
        return EN_OK;
    }
    uint8_t *scratch = en_mem_alloc(count, item_size);
    if (scratch == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to sort %zu items", count);
    }
    uint8_t *from = items;
    uint8_t *to = scratch;
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        if (pass(from, to, count, item_size, shift)) {
            uint8_t *swapped = from;
            from = to;
            to = swapped;
        }
    }
    if (from != items) {
        memcpy(items, from, count * item_size);
    }
    en_mem_free(scratch);
    EN_ASSERT(is_sorted(items, count, item_size));
    return EN_OK;
}
