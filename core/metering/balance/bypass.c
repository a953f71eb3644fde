#include "core/metering/balance/bypass.h"

#include "core/metering/rounding.h"

#include <stdlib.h>

static int compare_uses(const void *left, const void *right)
{
    const struct en_bypass_use *a = left;
    const struct en_bypass_use *b = right;
    int order = en_instant_compare(a->served.from, b->served.from);
    order = order != 0 ? order : en_instant_compare(a->served.to, b->served.to);
    return order != 0 ? order : (a->feeder > b->feeder) - (a->feeder < b->feeder);
}

en_code en_bypass_merge(struct en_bypass_use *uses, size_t *count, struct en_error *err)
{
    size_t kept = 0;
    if (*count > 1) {
        qsort(uses, *count, sizeof *uses, compare_uses);
    }
    for (size_t i = 0; i < *count; i++) {
        char from[EN_INSTANT_TEXT_SIZE];
        if (uses[i].served.to.us < uses[i].served.from.us) {
            (void)en_instant_print(uses[i].served.from, 0, from);
            return en_error_set(err, EN_RANGE, "the use from %s ends before it begins", from);
        }
        if (i > 0 && uses[i].served.from.us < uses[i - 1].served.to.us) {
            (void)en_instant_print(uses[i].served.from, 0, from);
            return en_error_set(err, EN_CONFLICT,
                                "at %s the bypass would serve two feeders: end the earlier use "
                                "first",
                                from);
        }
    }
    for (size_t i = 0; i < *count; i++) {
        struct en_bypass_use *last = kept > 0 ? &uses[kept - 1] : NULL;
        bool is_joined = last != NULL && last->feeder == uses[i].feeder &&
                         last->served.to.us == uses[i].served.from.us;
        if (is_joined) {
            last->served.to = uses[i].served.to;
        } else if (uses[i].served.to.us > uses[i].served.from.us) {
            uses[kept++] = uses[i];
        }
    }
    *count = kept;
    return EN_OK;
}

/* The place of the feeder among those found, a new one at the end; EN_BYPASS_FEEDERS_MAX: full. */
static size_t find_share(const struct en_bypass_share *shares, size_t count, uint32_t feeder)
{
    size_t at = 0;
    while (at < count && shares[at].feeder != feeder) {
        at++;
    }
    return at;
}

en_code en_bypass_split(const struct en_bypass_use *uses, size_t uses_count,
                        struct en_interval slot, int64_t micro,
                        struct en_bypass_share shares[EN_BYPASS_FEEDERS_MAX], size_t *count,
                        struct en_error *err)
{
    int64_t weights[EN_BYPASS_FEEDERS_MAX];
    int64_t parts[EN_BYPASS_FEEDERS_MAX];
    size_t found = 0;
    *count = 0;
    for (size_t i = 0; i < uses_count; i++) {
        int64_t overlap = en_interval_overlap_us(uses[i].served, slot);
        if (overlap == 0) {
            continue;
        }
        size_t at = find_share(shares, found, uses[i].feeder);
        if (at == EN_BYPASS_FEEDERS_MAX) {
            return en_error_set(err, EN_LIMIT, "the bypass served more than %u feeders in one slot",
                                EN_BYPASS_FEEDERS_MAX);
        }
        weights[at] = at < found ? weights[at] + overlap : overlap;
        shares[at].feeder = uses[i].feeder;
        found += at == found;
    }
    if (found == 0) {
        return EN_OK;
    }
    en_code code = en_split_largest_remainder(micro, weights, found, parts, err);
    for (size_t i = 0; i < found && code == EN_OK; i++) {
        shares[i].micro = parts[i];
    }
    *count = code == EN_OK ? found : 0;
    return code;
}
