#include "core/metering/device/device_clock.h"

#include "core/metering/quality.h"

/* Whether the register may have stood so at the instant, by what is known of it. */
static bool may_be(const struct en_local_stamp *stamp, struct en_instant at,
                   const struct en_register_at *known, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int order = en_decimal_compare(stamp->value, known[i].value);
        if ((order > 0 && at.us <= known[i].at.us) || (order < 0 && at.us >= known[i].at.us)) {
            return false;
        }
    }
    return true;
}

/* Which of the two the register leaves: 1, 2, or 0 when it leaves both or none. */
static int by_register(const struct en_local_stamp *stamp, struct en_instant first,
                       struct en_instant last, const struct en_register_at *known, size_t count)
{
    if (!stamp->has_register) {
        return 0;
    }
    bool is_first = may_be(stamp, first, known, count);
    bool is_last = may_be(stamp, last, known, count);
    if (is_first == is_last) {
        return 0;
    }
    return is_first ? 1 : 2;
}

static struct en_stamp stamp_open(struct en_instant at)
{
    uint64_t quality = en_quality_with_verdict(EN_QUALITY_CLOCK, EN_VERDICT_SUSPECT);
    return (struct en_stamp){EN_STAMP_OPEN, at, quality};
}

static struct en_stamp stamp_never(struct en_instant at)
{
    uint64_t quality = en_quality_with_verdict(EN_QUALITY_CLOCK, EN_VERDICT_REJECTED);
    return (struct en_stamp){EN_STAMP_NEVER, at, quality};
}

/* Shown twice: summer time comes first. */
static struct en_stamp resolve_twice(const struct en_device_clock *clock,
                                     const struct en_local_stamp *stamp,
                                     const struct en_civil_instants *instants,
                                     const struct en_register_at *known, size_t count)
{
    bool is_first_summer = en_zone_at(clock->zone, instants->first).is_dst;
    bool is_last_summer = en_zone_at(clock->zone, instants->last).is_dst;
    if (stamp->dst != EN_DST_UNKNOWN && is_first_summer != is_last_summer) {
        bool is_first = (stamp->dst == EN_DST_SUMMER) == is_first_summer;
        return (struct en_stamp){EN_STAMP_BY_FLAG, is_first ? instants->first : instants->last, 0};
    }
    int which = by_register(stamp, instants->first, instants->last, known, count);
    if (which == 0) {
        return stamp_open(instants->first);
    }
    return (struct en_stamp){EN_STAMP_BY_REGISTER, which == 1 ? instants->first : instants->last,
                             EN_QUALITY_CLOCK};
}

/* Never shown: with the offset after the jump it lies before it, and the other way round. */
static en_code resolve_never(const struct en_device_clock *clock,
                             const struct en_local_stamp *stamp, struct en_instant jump,
                             const struct en_register_at *known, size_t count,
                             struct en_stamp *result, struct en_error *err)
{
    struct en_instant as_utc;
    en_code code = en_instant_of_civil(&stamp->civil, 0, &as_utc, err);
    if (code != EN_OK) {
        return code;
    }
    int64_t before_s = en_zone_at(clock->zone, (struct en_instant){jump.us - 1}).seconds;
    int64_t after_s = en_zone_at(clock->zone, jump).seconds;
    struct en_instant first = {as_utc.us - after_s * EN_SECOND_US};
    struct en_instant last = {as_utc.us - before_s * EN_SECOND_US};
    int which = by_register(stamp, first, last, known, count);
    if (which == 0) {
        *result = stamp_never(first);
    } else {
        *result =
            (struct en_stamp){EN_STAMP_BY_REGISTER, which == 1 ? first : last, EN_QUALITY_CLOCK};
    }
    return EN_OK;
}

en_code en_device_clock_read(const struct en_device_clock *clock,
                             const struct en_local_stamp *stamp, const struct en_register_at *known,
                             size_t known_count, struct en_stamp *result, struct en_error *err)
{
    if (clock->basis != EN_CLOCK_CIVIL) {
        int32_t offset = clock->basis == EN_CLOCK_OFFSET ? clock->offset_minutes : 0;
        struct en_stamp plain = {EN_STAMP_PLAIN, {0}, 0};
        en_code code = en_instant_of_civil(&stamp->civil, offset, &plain.at, err);
        *result = code == EN_OK ? plain : *result;
        return code;
    }
    EN_ASSERT(clock->zone != NULL);
    struct en_civil_instants instants;
    en_code code = en_zone_instants(clock->zone, &stamp->civil, &instants, err);
    if (code != EN_OK) {
        return code;
    }
    if (instants.kind == EN_CIVIL_UNIQUE) {
        *result = (struct en_stamp){EN_STAMP_PLAIN, instants.first, 0};
        return EN_OK;
    }
    if (instants.kind == EN_CIVIL_AMBIGUOUS) {
        *result = resolve_twice(clock, stamp, &instants, known, known_count);
        return EN_OK;
    }
    return resolve_never(clock, stamp, instants.first, known, known_count, result, err);
}
