#include "core/metering/block/slot_sums.h"

#include <inttypes.h>

#include "core/fixed.h"
#include "core/metering/block/block_shape.h"

void en_slot_sums_init(struct en_slot_sums *sums, const struct en_block_head *head, int64_t *slots,
                       uint16_t *missing)
{
    EN_ASSERT(head->count > 0 && head->count <= EN_SLOTS_MAX);
    *sums = (struct en_slot_sums){.head = *head, .slots = slots, .missing = missing};
    memset(slots, 0, head->count * sizeof *slots);
    if (missing != NULL) {
        memset(missing, 0, head->count * sizeof *missing);
    }
}

/* What a value of the block is multiplied by to be added. */
static en_code factor_of(const struct en_slot_sums *sums, const struct en_block_head *head,
                         int64_t coefficient, int64_t *factor, struct en_error *err)
{
    if (!en_block_same_slots(&sums->head, head)) {
        return en_error_set(err, EN_UNIT,
                            "%u slots of %u s from minute %d cannot be added to %u of %u s from %d",
                            head->count, head->slot_seconds, head->start_minute, sums->head.count,
                            sums->head.slot_seconds, sums->head.start_minute);
    }
    int power = head->exponent - sums->head.exponent;
    if (power < 0) {
        return en_error_set(err, EN_INEXACT, "values of exponent %d in sums of exponent %d",
                            head->exponent, sums->head.exponent);
    }
    if (power > EN_POW10_MAX || !en_i64_multiply(coefficient, en_pow10(power), factor)) {
        return en_error_set(err, EN_OVERFLOW, "coefficient times 10^%d", power);
    }
    return EN_OK;
}

static uint64_t largest(const int64_t *slots, uint32_t count)
{
    uint64_t bound = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t magnitude = en_i64_magnitude(slots[i]);
        bound = magnitude > bound ? magnitude : bound;
    }
    return bound;
}

/* Whether values up to `bound` times the factor can be added without looking at each sum; then the
 * sums' own bound has grown by them. */
static bool grow_bound(struct en_slot_sums *sums, uint64_t bound, int64_t factor)
{
    en_u128 product = (en_u128)bound * en_i64_magnitude(factor);
    if (bound == UINT64_MAX || product > INT64_MAX) {
        return false;
    }
    if (sums->bound + (uint64_t)product > INT64_MAX) {
        sums->bound = largest(sums->slots, sums->head.count);
    }
    if (sums->bound + (uint64_t)product > INT64_MAX) {
        return false;
    }
    sums->bound += (uint64_t)product;
    return true;
}

static void add_bounded(int64_t *slots, const int64_t *values, uint32_t count, int64_t factor)
{
    if (factor == 1) {
        for (uint32_t i = 0; i < count; i++) {
            slots[i] += values[i];
        }
    } else {
        for (uint32_t i = 0; i < count; i++) {
            slots[i] += factor * values[i];
        }
    }
}

/* Sum by sum: first whether all fit, then the additions. */
static bool add_checked(struct en_slot_sums *sums, const int64_t *values, int64_t factor)
{
    int64_t fitting = 0;
    for (uint32_t i = 0; i < sums->head.count; i++) {
        en_i128 sum = (en_i128)values[i] * factor + sums->slots[i];
        if (!en_i128_to_i64(sum, &fitting)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < sums->head.count; i++) {
        sums->slots[i] = (int64_t)((en_i128)values[i] * factor + sums->slots[i]);
    }
    sums->bound = largest(sums->slots, sums->head.count);
    return true;
}

static en_code count_missing(struct en_slot_sums *sums, const struct en_block_shape *shape,
                             bool is_removed, struct en_error *err)
{
    struct en_block_runs runs;
    struct en_block_run run = {0};
    bool is_run = true;
    en_code code = en_block_runs_open(shape, &runs, err);
    while (code == EN_OK && is_run) {
        code = en_block_runs_next(&runs, &run, &is_run, err);
        if (code != EN_OK || !is_run || !en_quality_is_missing(run.word)) {
            continue;
        }
        for (uint32_t i = run.from; i < run.from + run.count; i++) {
            EN_ASSERT(is_removed ? sums->missing[i] > 0 : sums->missing[i] < UINT16_MAX);
            sums->missing[i] = (uint16_t)(sums->missing[i] + (is_removed ? -1 : 1));
        }
    }
    return code;
}

static en_code add(struct en_slot_sums *sums, struct en_slice bytes, int64_t coefficient,
                   bool is_removed, struct en_block_total *total, struct en_error *err)
{
    int64_t values[EN_SLOTS_MAX];
    struct en_block_shape shape;
    int64_t factor = 0;
    uint32_t missing = 0;
    en_code code = en_block_shape_take(bytes, &shape, err);
    if (code == EN_OK) {
        code = factor_of(sums, &shape.head, coefficient, &factor, err);
    }
    if (code == EN_OK) {
        code = en_block_shape_values(&shape, values, &missing, err);
    }
    if (code != EN_OK) {
        return code;
    }
    if (is_removed && !en_i64_subtract(0, factor, &factor)) {
        return en_error_set(err, EN_OVERFLOW, "coefficient %" PRId64, coefficient);
    }
    if (grow_bound(sums, en_block_shape_bound(&shape), factor)) {
        add_bounded(sums->slots, values, sums->head.count, factor);
    } else if (!add_checked(sums, values, factor)) {
        return en_error_set(err, EN_OVERFLOW, "a sum over a slot does not fit 64 bits");
    }
    if (total != NULL) {
        *total = en_block_shape_total(&shape, values, missing);
    }
    if (missing > 0 && sums->missing != NULL) {
        code = count_missing(sums, &shape, is_removed, err);
        EN_ASSERT(code == EN_OK); /* the runs were read once already */
    }
    return EN_OK;
}

en_code en_slot_sums_add(struct en_slot_sums *sums, struct en_slice bytes, int64_t coefficient,
                         struct en_block_total *total, struct en_error *err)
{
    return add(sums, bytes, coefficient, false, total, err);
}

en_code en_slot_sums_remove(struct en_slot_sums *sums, struct en_slice bytes, int64_t coefficient,
                            struct en_error *err)
{
    return add(sums, bytes, coefficient, true, NULL, err);
}
