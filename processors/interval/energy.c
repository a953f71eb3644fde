#include "processors/interval/energy.h"

#include "core/fixed.h"
#include "core/metering/block/block.h"
#include "core/metering/block/block_scale.h"
#include "core/metering/quality.h"
#include "core/metering/reading/consumption.h"
#include "processors/derived.h"
#include "projections/tables.h"

#define MICRO_EXPONENT (-6)
#define REPLACEMENTS_MAX 16u /* devices of one point changed within one day */
#define PARTS_MAX (REPLACEMENTS_MAX + 1)

/* What the calculation of one day works on. */
struct day_work {
    struct en_fold *fold;
    struct en_channel_info info;
    uint32_t channel;
    struct en_block *block; /* the caller's scratch */
    struct en_buf *out;     /* likewise */
    struct en_interval day; /* what the block covers */
    struct en_replacement_row replacements[REPLACEMENTS_MAX];
    size_t replacements_count;
};

static struct en_interval slot_interval(const struct day_work *work, uint32_t slot)
{
    int64_t seconds = work->block->head.slot_seconds;
    int64_t from = work->day.from.us + (int64_t)slot * seconds * EN_SECOND_US;
    return (struct en_interval){{from}, {from + seconds * EN_SECOND_US}};
}

static struct en_interval block_interval(int32_t day, const struct en_block_head *head)
{
    int64_t from = ((int64_t)day * 1440 + head->start_minute) * EN_MINUTE_US;
    return (struct en_interval){{from},
                                {from + (int64_t)head->slot_seconds * head->count * EN_SECOND_US}};
}

/* Replacements at the point that touch the day. */
static en_code load_replacements(struct day_work *work, struct en_error *err)
{
    struct en_table_scan scan;
    if (!work->info.has_replacement) {
        return EN_OK;
    }
    /* one that began within the last month may still be without a device today */
    struct en_replacement_row from = {.point = work->info.point,
                                      .removed = {work->day.from.us - 31 * EN_DAY_US}};
    en_code code =
        en_table_scan_begin(work->fold->store, &en_table_replacement, &from, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK && work->replacements_count < REPLACEMENTS_MAX) {
        struct en_replacement_row *row = &work->replacements[work->replacements_count];
        code = en_table_scan_next(&scan, row, &work->fold->day, err);
        if (code != EN_OK || row->removed.us >= work->day.to.us) {
            break;
        }
        work->replacements_count += row->installed.us >= work->day.from.us;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* What one unit as read means in the channel's unit: the transformer ratio, for pulses over their
 * constant. */
static en_code unit_ratio(struct day_work *work, struct en_instant at, struct en_ratio *ratio,
                          struct en_error *err)
{
    *ratio = EN_RATIO_ONE;
    en_code code = EN_OK;
    if (!work->info.is_primary) {
        code = en_registry_channel_ratio(work->fold, work->channel, at, ratio, err);
    }
    if (code != EN_OK || work->info.basis != EN_BASIS_PULSES) {
        return code;
    }
    struct en_device_row device = {0};
    code = en_registry_device_at(work->fold, work->info.point, at, &device.device, err);
    if (code == EN_OK && device.device != 0) {
        code = en_table_get(work->fold->store, &en_table_device, &device, NULL, err);
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    bool has_constant = device.pulses_per_unit > 0;
    if (!has_constant) {
        *ratio = (struct en_ratio){0, 1}; /* no constant known: nothing can be said (NOCONFIG) */
        return EN_OK;
    }
    int64_t divisor = device.pulse_divisor > 0 ? device.pulse_divisor : 1;
    struct en_ratio constant;
    code = en_ratio_make(1, (int64_t)device.pulses_per_unit, &constant, err);
    if (code == EN_OK) {
        struct en_ratio per_divisor = {1, divisor};
        code = en_ratio_multiply(constant, per_divisor, &constant, err);
    }
    struct en_error fault;
    if (code == EN_OK && en_ratio_multiply(*ratio, constant, ratio, &fault) != EN_OK) {
        *ratio = (struct en_ratio){0, 1}; /* no number holds both: as if there were no constant */
    }
    return code;
}

/* The ratio at the first slot, and whether it is the same all day. */
static en_code day_ratio(struct day_work *work, struct en_ratio *ratio, bool *is_same,
                         struct en_error *err)
{
    struct en_ratio last;
    en_code code = unit_ratio(work, work->day.from, ratio, err);
    if (code == EN_OK) {
        code = unit_ratio(work, (struct en_instant){work->day.to.us - 1}, &last, err);
    }
    *is_same = code == EN_OK && en_ratio_equal(*ratio, last);
    return code;
}

static en_code encode(struct day_work *work, struct en_slice *energy, struct en_error *err)
{
    en_buf_reset(work->out);
    en_code code = en_derived_encode(work->block, work->out, err);
    return code == EN_OK ? en_fold_copy(&work->fold->day, en_buf_slice(work->out), energy, err)
                         : code;
}

/* Whether the replacement touches the inside of the slot. */
static bool is_replaced_in(const struct en_replacement_row *row, struct en_interval slot)
{
    return row->removed.us < slot.to.us && row->installed.us > slot.from.us;
}

/* the energy that the act states for the time in which no device measured. */
static struct en_amount add_downtime(const struct day_work *work, struct en_interval slot,
                                     struct en_amount counted)
{
    for (size_t i = 0; i < work->replacements_count; i++) {
        const struct en_replacement_row *row = &work->replacements[i];
        if (!is_replaced_in(row, slot)) {
            continue;
        }
        struct en_split_slot split = {
            .counted = counted,
            .slot = slot,
            .downtime = {row->removed, row->installed},
            .load_micro_per_hour = work->info.bears_load ? row->downtime_power_micro : 0,
        };
        counted = en_consumption_split_slot(&split);
    }
    return counted;
}

/* Profile and pulses, slot by slot: the ratio may change within the day, a device may be replaced.
 */
static en_code scale_slots(struct day_work *work, struct en_error *err)
{
    struct en_block *block = work->block;
    struct en_ratio before = {0, 1};
    en_code code = EN_OK;
    for (uint32_t i = 0; i < block->head.count && code == EN_OK; i++) {
        struct en_interval slot = slot_interval(work, i);
        struct en_ratio ratio;
        code = unit_ratio(work, slot.from, &ratio, err);
        if (code != EN_OK) {
            break;
        }
        struct en_amount amount = {0, block->quality[i]};
        struct en_decimal value = {block->values[i], block->head.exponent};
        if (!en_ratio_scale_decimal_half_up(ratio, value, &amount.micro)) {
            amount = en_amount_overflow(en_quality_source(block->quality[i]));
        }
        if (ratio.num == 0 && !en_quality_is_missing(amount.quality)) {
            amount.quality =
                EN_QUALITY_NOCONFIG; /* pulses of a device whose constant is unknown: no value */
        }
        if (i > 0 && !en_ratio_equal(ratio, before)) {
            amount.quality |= EN_QUALITY_RATIO_CHANGED;
        }
        amount = add_downtime(work, slot, amount);
        block->values[i] = amount.micro;
        block->quality[i] = amount.quality;
        before = ratio;
    }
    block->head.exponent = MICRO_EXPONENT;
    block->head.quality_is_common = false;
    return code;
}

/* All slots by one ratio, block to block. */
static en_code scale_whole(struct day_work *work, struct en_slice profile, struct en_ratio ratio,
                           struct en_slice *energy, struct en_error *err)
{
    en_buf_reset(work->out);
    en_code code = en_block_scale_half_up(profile, ratio, work->out, NULL, err);
    return code == EN_OK ? en_fold_copy(&work->fold->day, en_buf_slice(work->out), energy, err)
                         : code;
}

static en_code energy_of_profile(struct day_work *work, int32_t day, struct en_slice profile,
                                 struct en_slice *energy, struct en_error *err)
{
    struct en_block_head head;
    en_code code = en_block_peek(profile, &head, err);
    if (code != EN_OK) {
        return code;
    }
    if (work->info.is_plain && head.exponent >= MICRO_EXPONENT) {
        *energy = profile;
        return EN_OK;
    }
    work->day = block_interval(day, &head);
    struct en_ratio ratio;
    bool is_same = false;
    code = day_ratio(work, &ratio, &is_same, err);
    if (code == EN_OK) {
        code = load_replacements(work, err);
    }
    if (code != EN_OK) {
        return code;
    }
    bool is_simple = is_same && ratio.num != 0 && work->replacements_count == 0;
    if (is_simple && head.exponent >= MICRO_EXPONENT) {
        struct en_error fault;
        code = scale_whole(work, profile, ratio, energy, &fault);
        if (code == EN_OK) {
            return EN_OK;
        }
        if (code == EN_NOMEM || code == EN_CORRUPT) {
            *err = fault;
            return code;
        }
        /* a value does not fit: the slots below say which */
    }
    code = en_block_read(profile, work->block, err);
    if (code == EN_OK) {
        code = scale_slots(work, err);
    }
    return code == EN_OK ? encode(work, energy, err) : code;
}

/* A register read at exactly the instant. */
struct edge {
    struct en_decimal value;
    uint64_t quality;
    bool is_read;
};

/* Reads at the edges of the day's slots: count + 1 of them. */
static en_code load_edges(struct day_work *work, struct edge *edges, struct en_error *err)
{
    int64_t step = (int64_t)work->block->head.slot_seconds * EN_SECOND_US;
    struct en_table_scan scan;
    struct en_register_row from = {.channel = work->channel, .at = work->day.from};
    en_code code = en_table_scan_begin(work->fold->store, &en_table_register, &from, 1, &scan, err);
    while (code == EN_OK) {
        struct en_register_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.at.us > work->day.to.us) {
            break;
        }
        int64_t past = row.at.us - work->day.from.us;
        if (past % step == 0) {
            edges[past / step] = (struct edge){row.value, row.quality, true};
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The channel's reading in a list of final or initial readings. */
static bool find_register(struct en_list registers, uint32_t channel, struct en_decimal *value)
{
    const struct en_register_value *items = registers.items;
    for (uint32_t i = 0; i < registers.count; i++) {
        if (items[i].channel == channel) {
            *value = items[i].value;
            return true;
        }
    }
    return false;
}

static en_code device_rollover(struct day_work *work, uint32_t device, struct en_rollover *rollover,
                               struct en_error *err)
{
    struct en_device_row row = {.device = device};
    en_code code = device == 0 ? EN_NOT_FOUND
                               : en_table_get(work->fold->store, &en_table_device, &row, NULL, err);
    *rollover = (struct en_rollover){.capacity = row.capacity};
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* One stretch of one device: R-05 part from `from` to `to` read at the instant `at`. */
static en_code make_part(struct day_work *work, struct en_instant at, uint32_t device,
                         struct en_decimal from, struct en_decimal to,
                         struct en_consumption_part *part, struct en_error *err)
{
    *part = (struct en_consumption_part){.advance = {.from = from, .to = to}, .device = {device}};
    en_code code = unit_ratio(work, at, &part->advance.ratio, err);
    return code == EN_OK ? device_rollover(work, device, &part->advance.rollover, err) : code;
}

/* A slot of a register channel in the making: the stretches of devices inside it. */
struct slot_work {
    struct en_interval slot;
    struct en_consumption_part parts[PARTS_MAX];
    size_t parts_count;
    struct en_instant at;   /* where the open stretch began */
    struct en_decimal from; /* its reading then */
    uint32_t device;
    bool is_open;  /* a device counts, and where it began is known */
    bool is_known; /* nothing that is needed was left unread */
    bool is_down;  /* no device counts at the end */
};

/* A replacement at the slot's start or inside it. */
static en_code pass_replacement(struct day_work *work, struct slot_work *slot,
                                const struct en_replacement_row *row, struct en_error *err)
{
    en_code code = EN_OK;
    bool is_down_at_start =
        row->removed.us <= slot->slot.from.us && row->installed.us > slot->slot.from.us;
    bool is_removed_inside =
        row->removed.us > slot->slot.from.us && row->removed.us < slot->slot.to.us;
    bool is_installed =
        row->installed.us >= slot->slot.from.us && row->installed.us < slot->slot.to.us;
    if (is_removed_inside) {
        struct en_decimal reading;
        slot->is_known =
            slot->is_known && slot->is_open && find_register(row->final, work->channel, &reading);
        if (slot->is_known) {
            code = make_part(work, slot->at, row->old_device, slot->from, reading,
                             &slot->parts[slot->parts_count++], err);
        }
    }
    if (is_down_at_start || is_removed_inside) {
        slot->is_open = false;
        slot->is_down = true;
    }
    if (is_installed) {
        slot->is_open = find_register(row->initial, work->channel, &slot->from);
        slot->is_down = false;
        slot->device = row->new_device;
        slot->at = row->installed;
    }
    return code;
}

/* The energy of one slot from the reads at its edges and the replacements in between; missing when
 * one of them was not read. */
static en_code energy_of_slot(struct day_work *work, struct en_interval interval,
                              const struct edge *start, struct edge end, struct en_amount *amount,
                              struct en_error *err)
{
    *amount = (struct en_amount){0, EN_QUALITY_MISSING};
    struct slot_work slot = {.slot = interval,
                             .at = interval.from,
                             .from = start->value,
                             .is_open = start->is_read,
                             .is_known = true};
    en_code code =
        en_registry_device_at(work->fold, work->info.point, interval.from, &slot.device, err);
    for (size_t i = 0; i < work->replacements_count && code == EN_OK; i++) {
        const struct en_replacement_row *row = &work->replacements[i];
        code = pass_replacement(work, &slot, row, err);
        if (row->removed.us == interval.to.us) {
            end.is_read = find_register(row->final, work->channel, &end.value);
        }
    }
    bool is_readable = slot.is_known && (slot.is_down || (slot.is_open && end.is_read));
    if (code != EN_OK || !is_readable) {
        return code;
    }
    if (!slot.is_down) {
        code = make_part(work, slot.at, slot.device, slot.from, end.value,
                         &slot.parts[slot.parts_count++], err);
    }
    if (code == EN_OK) {
        struct en_amount by_act = {0, EN_SOURCE_EDIT_BY_ACT};
        *amount =
            slot.parts_count > 0 ? en_consumption_piecewise(slot.parts, slot.parts_count) : by_act;
        amount->quality |= en_quality_flags(start->quality | end.quality);
        *amount = add_downtime(work, interval, *amount);
    }
    return code;
}

static en_code energy_of_registers(struct day_work *work, int32_t day, struct en_slice *energy,
                                   struct en_error *err)
{
    if (work->info.slot_seconds == 0) {
        return EN_OK; /* read now and then: no grid to spread it on */
    }
    int32_t offset = 0;
    struct en_instant noon = {((int64_t)day * 1440 + 720) * EN_MINUTE_US};
    en_code code = en_registry_offset(work->fold, work->info.point, noon, &offset, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_block *block = work->block;
    block->head = (struct en_block_head){
        .start_minute = -offset,
        .slot_seconds = work->info.slot_seconds,
        .count = 86400 / work->info.slot_seconds,
        .exponent = MICRO_EXPONENT,
    };
    work->day = block_interval(day, &block->head);
    struct edge *edges = en_arena_alloc(&work->fold->day, (block->head.count + 1) * sizeof *edges);
    if (edges == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for the registers of a day");
    }
    code = load_edges(work, edges, err);
    if (code == EN_OK) {
        code = load_replacements(work, err);
    }
    bool has_value = false;
    for (uint32_t i = 0; i < block->head.count && code == EN_OK; i++) {
        struct en_amount amount;
        code = energy_of_slot(work, slot_interval(work, i), &edges[i], edges[i + 1], &amount, err);
        block->values[i] = amount.micro;
        block->quality[i] = amount.quality;
        has_value = has_value || !en_quality_is_missing(amount.quality);
    }
    return code == EN_OK && has_value ? encode(work, energy, err) : code;
}

en_code en_energy_of_day(struct en_fold *fold, uint32_t channel, int32_t day,
                         struct en_slice profile, struct en_energy_scratch *scratch,
                         struct en_slice *energy, struct en_error *err)
{
    *energy = (struct en_slice){0};
    struct day_work work = {
        .fold = fold, .channel = channel, .block = &scratch->block, .out = &scratch->out};
    en_code code = en_registry_channel(fold, channel, &work.info, err);
    if (code != EN_OK) {
        return code;
    }
    if (work.info.basis == EN_BASIS_REGISTER) {
        return energy_of_registers(&work, day, energy, err);
    }
    return profile.size > 0 ? energy_of_profile(&work, day, profile, energy, err) : EN_OK;
}
