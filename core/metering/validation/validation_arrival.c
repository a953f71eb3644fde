#include "core/metering/validation/validation_arrival.h"

#include "core/decimal.h"

static unsigned rank_of(en_source source)
{
    return en_source_rank(source == EN_SOURCE_DERIVED ? EN_SOURCE_NONE : source);
}

struct en_duplicate en_validation_duplicate(const struct en_arrived *first,
                                            const struct en_arrived *second, int64_t difference,
                                            bool is_frozen)
{
    EN_ASSERT(difference >= 0);
    if (en_validation_distance(first->micro, second->micro) <= (uint64_t)difference) {
        return (struct en_duplicate){false, EN_SEVERITY_NONE};
    }
    unsigned first_rank = rank_of(first->source);
    unsigned second_rank = rank_of(second->source);
    bool is_later = second->read_at.us > first->read_at.us;
    return (struct en_duplicate){
        .takes_second = second_rank != first_rank ? second_rank < first_rank : is_later,
        .severity = is_frozen ? EN_SEVERITY_ERROR : EN_SEVERITY_WARNING,
    };
}

bool en_validation_future_fails(struct en_instant slot_end, struct en_instant came,
                                int64_t tolerance_us, int64_t *ahead_us)
{
    *ahead_us = slot_end.us - came.us;
    return *ahead_us > tolerance_us;
}

bool en_validation_late_fails(struct en_instant slot_end, struct en_instant came,
                              int64_t deadline_us, int64_t *behind_us)
{
    *behind_us = came.us - slot_end.us;
    return *behind_us > deadline_us;
}

en_edit_verdict en_validation_edit(const struct en_arrived *stands, const struct en_arrived *comes,
                                   const struct en_edit_limits *limits)
{
    if (rank_of(comes->source) > rank_of(stands->source)) {
        return EN_EDIT_IGNORED;
    }
    en_u128 change = en_validation_distance(stands->micro, comes->micro);
    en_u128 absolute = (en_u128)limits->absolute * EN_MICRO;
    en_u128 share = (en_u128)limits->share * en_i64_magnitude(stands->micro);
    en_u128 allowed = absolute > share ? absolute : share;
    return change * EN_MICRO > allowed ? EN_EDIT_HELD : EN_EDIT_TAKEN;
}
