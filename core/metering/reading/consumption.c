#include "core/metering/reading/consumption.h"

#include "core/fixed.h"

#define HOUR_SECONDS 3600

static uint64_t rejected(uint64_t quality, uint64_t flag)
{
    return en_quality_with_verdict(quality, EN_VERDICT_REJECTED) | flag;
}

/* value * num / den, one rounding; OVERFLOW where it does not fit. */
static struct en_amount scaled_half_up(int64_t value, int64_t num, int64_t den, en_source source)
{
    EN_ASSERT(den > 0);
    struct en_amount amount = {0, (uint64_t)source};
    if (!en_i128_to_i64(en_i128_divide_half_up((en_i128)value * num, den), &amount.micro)) {
        return en_amount_overflow(source);
    }
    return amount;
}

static uint64_t advance_quality(en_advance_kind kind)
{
    if (kind == EN_ADVANCE_NEGATIVE) {
        return rejected(EN_SOURCE_FROM_REGISTERS, EN_QUALITY_NEG);
    }
    return EN_SOURCE_FROM_REGISTERS | (kind == EN_ADVANCE_ROLLOVER ? EN_QUALITY_ROLLOVER : 0);
}

/* One run of neighbours under one ratio: their advances added exactly. */
struct run {
    struct en_decimal advance;
    struct en_ratio ratio;
};

static bool run_close(const struct run *run, struct en_amount *total)
{
    int64_t micro = 0;
    return en_ratio_scale_decimal_half_up(run->ratio, run->advance, &micro) &&
           en_i64_add(total->micro, micro, &total->micro);
}

/* Adds the part's advance to the run; flags and the graver verdict go to the total. */
static bool run_add(struct run *run, const struct en_advance *part, struct en_amount *total)
{
    struct en_decimal advance = {0, 0};
    en_advance_kind kind = EN_ADVANCE_PLAIN;
    if (!en_rollover_advance(part->from, part->to, part->ratio, &part->rollover, &advance, &kind)) {
        return false;
    }
    uint64_t quality = advance_quality(kind);
    if (en_quality_verdict(quality) > en_quality_verdict(total->quality)) {
        total->quality = en_quality_with_verdict(total->quality, en_quality_verdict(quality));
    }
    total->quality |= en_quality_flags(quality);
    return en_decimal_add(run->advance, advance, &run->advance, NULL) == EN_OK;
}

/* Load over the time since the downtime began, up to the instant. */
static bool load_until(const struct en_split_slot *split, struct en_instant until, int64_t *micro)
{
    struct en_instant from = split->downtime.from;
    struct en_instant to = until.us < split->downtime.to.us ? until : split->downtime.to;
    int64_t us = to.us > from.us ? to.us - from.us : 0;
    return en_i128_to_i64(
        en_i128_divide_half_up((en_i128)split->load_micro_per_hour * us, EN_HOUR_US), micro);
}

/* Profile between the edge and the reading, in 1e-6; the last slot in proportion, one rounding at
 * the end. False when a slot is missing, not VALID, or too large. */
static bool profile_since_edge(const struct en_snap *snap, en_i128 *micro_us)
{
    int64_t slot_us = snap->slot_seconds * EN_SECOND_US;
    int64_t left_us = snap->read_at.us - snap->edge.us;
    *micro_us = 0;
    for (size_t i = 0; left_us > 0; i++) {
        if (i >= snap->slots_count || !en_quality_is_usable(snap->slots[i].quality) ||
            en_quality_verdict(snap->slots[i].quality) != EN_VERDICT_VALID) {
            return false;
        }
        int64_t part_us = left_us < slot_us ? left_us : slot_us;
        if (!en_i128_add(*micro_us, (en_i128)snap->slots[i].micro * part_us, micro_us)) {
            return false;
        }
        left_us -= part_us;
    }
    return true;
}

struct en_amount en_amount_overflow(en_source source)
{
    return (struct en_amount){0, rejected((uint64_t)source, EN_QUALITY_OVERFLOW)};
}

struct en_amount en_consumption_advance(const struct en_advance *advance)
{
    struct en_decimal difference = {0, 0};
    en_advance_kind kind = EN_ADVANCE_PLAIN;
    struct en_amount amount = {0, 0};
    if (!en_rollover_advance(advance->from, advance->to, advance->ratio, &advance->rollover,
                             &difference, &kind) ||
        !en_ratio_scale_decimal_half_up(advance->ratio, difference, &amount.micro)) {
        return en_amount_overflow(EN_SOURCE_FROM_REGISTERS);
    }
    amount.quality = advance_quality(kind);
    return amount;
}

struct en_amount en_consumption_pulses(const struct en_pulses *pulses)
{
    EN_ASSERT(pulses->per_unit > 0);
    EN_ASSERT(pulses->divisor > 0);
    EN_ASSERT(pulses->ratio.den > 0);
    struct en_amount amount = {0, EN_QUALITY_MEASURED};
    en_i128 num = (en_i128)pulses->count * pulses->ratio.num;
    en_i128 den = (en_i128)pulses->per_unit * pulses->divisor;
    if (!en_i128_multiply(num, EN_MICRO, &num) || !en_i128_multiply(den, pulses->ratio.den, &den) ||
        !en_i128_to_i64(en_i128_divide_half_up(num, den), &amount.micro)) {
        return en_amount_overflow(EN_SOURCE_MEASURED);
    }
    return amount;
}

struct en_amount en_consumption_of_power(int64_t micro_per_hour, uint32_t seconds)
{
    EN_ASSERT(seconds > 0);
    return scaled_half_up(micro_per_hour, seconds, HOUR_SECONDS, EN_SOURCE_MEASURED);
}

struct en_amount en_power_of_consumption(int64_t micro, uint32_t seconds)
{
    EN_ASSERT(seconds > 0);
    return scaled_half_up(micro, HOUR_SECONDS, seconds, EN_SOURCE_MEASURED);
}

struct en_amount en_consumption_piecewise(const struct en_consumption_part *parts, size_t count)
{
    EN_ASSERT(count > 0);
    struct en_amount total = {0, EN_SOURCE_FROM_REGISTERS};
    struct run run = {{0, 0}, parts[0].advance.ratio};
    bool fits = true;
    for (size_t i = 0; i < count && fits; i++) {
        if (i > 0 && parts[i].device.n != parts[i - 1].device.n) {
            total.quality |= EN_QUALITY_DEV_REPLACED;
        }
        if (!en_ratio_equal(parts[i].advance.ratio, run.ratio)) {
            total.quality |= EN_QUALITY_RATIO_CHANGED;
            fits = run_close(&run, &total);
            run = (struct run){{0, 0}, parts[i].advance.ratio};
        }
        fits = fits && run_add(&run, &parts[i].advance, &total);
    }
    fits = fits && run_close(&run, &total);
    return fits ? total : en_amount_overflow(EN_SOURCE_FROM_REGISTERS);
}

struct en_amount en_consumption_split_slot(const struct en_split_slot *split)
{
    struct en_amount amount = split->counted;
    if (en_interval_overlap_us(split->slot, split->downtime) == 0) {
        return amount;
    }
    int64_t before = 0;
    int64_t after = 0;
    int64_t added = 0;
    if (!load_until(split, split->slot.from, &before) ||
        !load_until(split, split->slot.to, &after) || !en_i64_subtract(after, before, &added) ||
        !en_i64_add(amount.micro, added, &amount.micro)) {
        return en_amount_overflow(EN_SOURCE_EDIT_BY_ACT);
    }
    amount.quality = en_quality_with_source(amount.quality, EN_SOURCE_EDIT_BY_ACT);
    amount.quality |= EN_QUALITY_DEV_REPLACED;
    return amount;
}

struct en_snapped en_consumption_snap(const struct en_snap *snap)
{
    EN_ASSERT(snap->slot_seconds > 0);
    EN_ASSERT(snap->edge.us <= snap->read_at.us);
    EN_ASSERT(snap->ratio.den > 0);
    struct en_snapped as_read = {false, 0};
    int64_t reading_micro = 0;
    en_i128 profile_micro_us = 0;
    if (snap->ratio.num <= 0 || en_decimal_micro(snap->reading, &reading_micro, NULL) != EN_OK ||
        !profile_since_edge(snap, &profile_micro_us)) {
        return as_read;
    }
    en_i128 num = 0;
    en_i128 den = (en_i128)snap->slot_seconds * EN_SECOND_US * snap->ratio.num;
    struct en_snapped snapped = {true, 0};
    bool fits =
        en_i128_multiply(profile_micro_us, snap->ratio.den, &num) &&
        en_i128_to_i64(reading_micro - en_i128_divide_half_up(num, den), &snapped.register_micro);
    return fits ? snapped : as_read;
}

struct en_amount en_power_of_clock_set(const struct en_clock_set *set)
{
    EN_ASSERT(set->slot_seconds > 0);
    int64_t seconds = (int64_t)set->slot_seconds - set->moved_seconds;
    bool is_forward = set->moved_seconds > 0;
    if (seconds <= 0 || seconds >= 2 * (int64_t)set->slot_seconds) {
        uint64_t flag = is_forward ? EN_QUALITY_GAP : EN_QUALITY_DUP_CONFLICT;
        return (struct en_amount){0, EN_QUALITY_MISSING | flag | EN_QUALITY_CLOCK};
    }
    struct en_amount power = scaled_half_up(set->micro, HOUR_SECONDS, seconds, EN_SOURCE_MEASURED);
    if (set->moved_seconds != 0) {
        power.quality |= EN_QUALITY_CLOCK | (is_forward ? EN_QUALITY_SHORT : EN_QUALITY_LONG);
    }
    return power;
}
