#include "core/metering/substitution/estimation_shape.h"

#include "core/metering/rounding.h"

en_refusal en_anchor_rest(const struct en_anchor *anchor, int64_t *rest)
{
    int64_t left = 0;
    if (!en_i64_subtract(anchor->advance, anchor->known, &left)) {
        return EN_REFUSAL_OVERFLOW;
    }
    if (left < 0) {
        return EN_REFUSAL_ANCHOR_EXCEEDED;
    }
    *rest = left;
    return EN_REFUSAL_NONE;
}

/* The step in which the rest can be laid out without leaving anything over. */
static int64_t step_of(const struct en_anchor *anchor, int64_t rest)
{
    EN_ASSERT(anchor->unit > 0);
    return rest % anchor->unit == 0 ? anchor->unit : 1;
}

static void multiply_all(int64_t *values, size_t count, int64_t step)
{
    EN_ASSERT(step > 0);
    for (size_t i = 0; i < count; i++) {
        values[i] *= step; /* at most the rest itself */
    }
}

en_refusal en_shape_fill(const struct en_anchor *anchor, const int64_t *weights, size_t count,
                         int64_t *values)
{
    int64_t rest = 0;
    en_refusal refusal = en_anchor_rest(anchor, &rest);
    if (refusal != EN_REFUSAL_NONE) {
        return refusal;
    }
    if (count > 0 && rest == 0) { /* nothing is left: no shape is needed */
        return en_shape_flat(anchor, count, values);
    }
    int64_t step = step_of(anchor, rest);
    struct en_error fault;
    en_code code = en_split_largest_remainder(rest / step, weights, count, values, &fault);
    if (code != EN_OK) {
        return code == EN_OVERFLOW ? EN_REFUSAL_OVERFLOW : EN_REFUSAL_NO_SHAPE;
    }
    multiply_all(values, count, step);
    return EN_REFUSAL_NONE;
}

en_refusal en_shape_flat(const struct en_anchor *anchor, size_t count, int64_t *values)
{
    int64_t rest = 0;
    en_refusal refusal = en_anchor_rest(anchor, &rest);
    if (refusal != EN_REFUSAL_NONE) {
        return refusal;
    }
    int64_t step = step_of(anchor, rest);
    struct en_error fault;
    if (en_split_even(rest / step, count, values, &fault) != EN_OK) {
        return EN_REFUSAL_NO_SHAPE;
    }
    multiply_all(values, count, step);
    return EN_REFUSAL_NONE;
}
