#include "projections/views/advances.h"

#include "core/event/payload.h"
#include "core/metering/register_code.h"

#define ACTS_MAX 256u /* of one point in the span */
#define ARENA_SIZE (1u << 20)

/* A moment at which an act says that a device ended or began. */
struct act {
    struct en_instant at;
    bool is_beginning;
    bool has_reading;
    struct en_decimal reading;
    uint32_t device; /* that begins; 0 for an end */
    struct en_interval downtime;
    int64_t downtime_power_micro; /* of an end: stated for the time until the next device */
};

struct walk {
    struct en_store *store;
    const struct en_channel_row *channel;
    struct en_interval span;
    en_advance_visit visit;
    void *self;
    struct act acts[ACTS_MAX];
    size_t acts_count;
    size_t acts_passed;
    /* the stretch that is open */
    bool is_open;
    bool is_after_act; /* it begins with the reading of an act */
    struct en_instant at;
    struct en_decimal value;
    uint64_t quality;
    uint32_t device;
};

/* ---- acts ---- */

static bool find_reading(struct en_list registers, uint32_t channel, struct en_decimal *value)
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

/* Keeps the list in order of time, an end before a beginning of the same moment. */
static en_code add_act(struct walk *walk, struct act act, struct en_error *err)
{
    if (act.at.us < walk->span.from.us || act.at.us > walk->span.to.us) {
        return EN_OK;
    }
    if (walk->acts_count == ACTS_MAX) {
        return en_error_set(err, EN_LIMIT,
                            "over %u changes of devices at one point: ask for less "
                            "time at once",
                            ACTS_MAX);
    }
    size_t at = walk->acts_count++;
    while (at > 0 && (walk->acts[at - 1].at.us > act.at.us ||
                      (walk->acts[at - 1].at.us == act.at.us && !act.is_beginning))) {
        walk->acts[at] = walk->acts[at - 1];
        at--;
    }
    walk->acts[at] = act;
    return EN_OK;
}

/* Installations tell of beginnings, and with device 0 of ends. */
static en_code load_installations(struct walk *walk, struct en_arena *arena, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_installation_row row = {.point = walk->channel->point, .from = walk->span.from};
    en_code code = en_table_scan_begin(walk->store, &en_table_installation, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, arena, err);
        if (code != EN_OK || row.from.us > walk->span.to.us) {
            break;
        }
        struct act act = {.at = row.from, .is_beginning = row.device != 0, .device = row.device};
        act.has_reading = find_reading(row.registers, walk->channel->channel, &act.reading);
        code = add_act(walk, act, err);
        en_arena_reset(arena);
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Replacements tell of ends; their beginnings stand among the installations. */
static en_code load_replacements(struct walk *walk, struct en_arena *arena, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_replacement_row row = {.point = walk->channel->point, .removed = walk->span.from};
    en_code code = en_table_scan_begin(walk->store, &en_table_replacement, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, arena, err);
        if (code != EN_OK || row.removed.us > walk->span.to.us) {
            break;
        }
        struct act act = {.at = row.removed,
                          .downtime = {row.removed, row.installed},
                          .downtime_power_micro = row.downtime_power_micro};
        act.has_reading = find_reading(row.final, walk->channel->channel, &act.reading);
        code = add_act(walk, act, err);
        en_arena_reset(arena);
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code load_acts(struct walk *walk, struct en_error *err)
{
    struct en_arena arena;
    en_arena_init(&arena, ARENA_SIZE);
    en_code code = load_installations(walk, &arena, err);
    if (code == EN_OK) {
        code = load_replacements(walk, &arena, err);
    }
    en_arena_fini(&arena);
    return code;
}

/* ---- stretches ---- */

static en_code ratio_at(const struct walk *walk, struct en_instant at, struct en_ratio *ratio,
                        struct en_error *err)
{
    *ratio = EN_RATIO_ONE;
    if (walk->channel->is_primary) {
        return EN_OK;
    }
    struct en_ratio_row row = {.point = walk->channel->point, .from = at};
    en_code code = en_table_last_before(walk->store, &en_table_ratio, &row, 1, NULL, err);
    if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    return code == EN_OK ? en_ratio_multiply(row.current, row.voltage, ratio, err) : code;
}

/* The device that measures at the beginning of the stretch. */
static en_code device_at(const struct walk *walk, struct en_instant at, uint32_t *device,
                         struct en_error *err)
{
    struct en_arena arena;
    en_arena_init(&arena, ARENA_SIZE);
    struct en_installation_row row = {.point = walk->channel->point, .from = at};
    en_code code = en_table_last_before(walk->store, &en_table_installation, &row, 1, &arena, err);
    *device = code == EN_OK ? row.device : 0;
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code capacity_of(const struct walk *walk, uint32_t device, struct en_decimal *capacity,
                           struct en_error *err)
{
    struct en_device_row row = {.device = device};
    *capacity = (struct en_decimal){0, 0};
    if (device == 0) {
        return EN_OK;
    }
    en_code code = en_table_get(walk->store, &en_table_device, &row, NULL, err);
    *capacity = row.capacity;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Begins a stretch. A read that does not name its device is of the one installed. */
static en_code open_stretch(struct walk *walk, struct en_instant at, struct en_decimal value,
                            uint64_t quality, uint32_t device, struct en_error *err)
{
    walk->is_open = true;
    walk->is_after_act = false;
    walk->at = at;
    walk->value = value;
    walk->quality = quality;
    walk->device = device;
    return device == 0 ? device_at(walk, at, &walk->device, err) : EN_OK;
}

/* The stretch ends with this reading: its advance. */
static en_code give_advance(struct walk *walk, struct en_instant at, struct en_decimal value,
                            uint64_t quality, struct en_error *err)
{
    struct en_advance_row row = {
        .span = {walk->at, at}, .device = walk->device, .from = walk->value, .to = value};
    struct en_advance advance = {.from = walk->value, .to = value};
    struct en_ratio last = EN_RATIO_ONE;
    en_code code = ratio_at(walk, walk->at, &advance.ratio, err);
    if (code == EN_OK) {
        code = ratio_at(walk, (struct en_instant){at.us - 1}, &last, err);
    }
    if (code == EN_OK) {
        code = capacity_of(walk, walk->device, &advance.rollover.capacity, err);
    }
    if (code != EN_OK) {
        return code;
    }
    row.amount = en_consumption_advance(&advance);
    row.amount.quality |= en_quality_flags(walk->quality | quality);
    row.amount.quality |= walk->is_after_act ? EN_QUALITY_DEV_REPLACED : 0;
    if (!en_ratio_equal(advance.ratio, last)) {
        bool is_rejected = en_quality_verdict(row.amount.quality) == EN_VERDICT_REJECTED;
        row.amount.quality |= EN_QUALITY_RATIO_CHANGED;
        row.amount.quality = en_quality_with_verdict(
            row.amount.quality, is_rejected ? EN_VERDICT_REJECTED : EN_VERDICT_SUSPECT);
    }
    return walk->visit(walk->self, &row, err);
}

/* A stretch whose end nobody read. */
static en_code give_unknown(struct walk *walk, struct en_instant at, struct en_error *err)
{
    struct en_advance_row row = {.span = {walk->at, at},
                                 .device = walk->device,
                                 .from = walk->value,
                                 .amount = {0, EN_QUALITY_MISSING | EN_QUALITY_DEV_REPLACED}};
    return walk->visit(walk->self, &row, err);
}

/* what the act states for the time without a device. */
static en_code give_downtime(struct walk *walk, const struct act *act, struct en_error *err)
{
    bool is_within = act->downtime.to.us <= walk->span.to.us;
    bool is_stated = act->downtime_power_micro != 0 && en_register_bears_load(walk->channel->code);
    if (!is_stated || act->downtime.to.us <= act->downtime.from.us || !is_within) {
        return EN_OK;
    }
    struct en_split_slot split = {.counted = {0, EN_SOURCE_EDIT_BY_ACT},
                                  .slot = act->downtime,
                                  .downtime = act->downtime,
                                  .load_micro_per_hour = act->downtime_power_micro};
    struct en_advance_row row = {.span = act->downtime,
                                 .amount = en_consumption_split_slot(&split)};
    return walk->visit(walk->self, &row, err);
}

static en_code pass_act(struct walk *walk, const struct act *act, struct en_error *err)
{
    en_code code = EN_OK;
    if (walk->is_open && !act->is_beginning && act->has_reading) {
        code = give_advance(walk, act->at, act->reading, 0, err);
    } else if (walk->is_open) {
        code = give_unknown(walk, act->at, err);
    }
    walk->is_open = false;
    if (code == EN_OK && !act->is_beginning) {
        code = give_downtime(walk, act, err);
    }
    if (code == EN_OK && act->is_beginning && act->has_reading) {
        code = open_stretch(walk, act->at, act->reading, 0, act->device, err);
        walk->is_after_act = true;
    }
    return code;
}

/* The acts before the instant, and those of the instant that a read of `device` comes behind. */
static en_code pass_acts(struct walk *walk, struct en_instant until, bool is_behind,
                         struct en_error *err)
{
    en_code code = EN_OK;
    while (code == EN_OK && walk->acts_passed < walk->acts_count) {
        const struct act *act = &walk->acts[walk->acts_passed];
        bool is_due = act->at.us < until.us || (act->at.us == until.us && is_behind);
        if (!is_due) {
            break;
        }
        walk->acts_passed++;
        code = pass_act(walk, act, err);
    }
    return code;
}

/* Whether an act of the very moment of the read says what the register showed. */
static bool is_told_by_act(const struct walk *walk, const struct en_register_row *read)
{
    for (size_t i = 0; i < walk->acts_count; i++) {
        const struct act *act = &walk->acts[i];
        bool is_other = read->device != 0 && act->is_beginning && read->device != act->device;
        if (act->at.us == read->at.us && act->has_reading && !is_other) {
            return true;
        }
    }
    return false;
}

static en_code pass_read(struct walk *walk, const struct en_register_row *read,
                         struct en_error *err)
{
    bool is_of_open = walk->is_open && read->device != 0 && read->device == walk->device;
    en_code code = pass_acts(walk, read->at, false, err);
    if (code != EN_OK || is_told_by_act(walk, read)) {
        return code == EN_OK ? pass_acts(walk, read->at, true, err) : code;
    }
    if (!is_of_open) {
        code = pass_acts(walk, read->at, true, err);
    }
    if (code != EN_OK) {
        return code;
    }
    uint32_t device = read->device != 0 || !walk->is_open ? read->device : walk->device;
    bool is_other = walk->is_open && walk->device != 0 && device != walk->device;
    if (is_other) {
        code = give_unknown(walk, read->at, err);
    } else if (walk->is_open) {
        code = give_advance(walk, read->at, read->value, read->quality, err);
    }
    return code == EN_OK ? open_stretch(walk, read->at, read->value, read->quality, device, err)
                         : code;
}

en_code en_advances_walk(struct en_store *store, const struct en_channel_row *channel,
                         struct en_interval span, en_advance_visit visit, void *self,
                         struct en_error *err)
{
    EN_ASSERT(span.from.us <= span.to.us);
    struct walk walk = {
        .store = store, .channel = channel, .span = span, .visit = visit, .self = self};
    struct en_table_scan scan;
    struct en_register_row row = {.channel = channel->channel, .at = span.from};
    en_code code = load_acts(&walk, err);
    if (code == EN_OK) {
        code = en_table_scan_begin(store, &en_table_register, &row, 1, &scan, err);
    }
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.at.us > span.to.us) {
            break;
        }
        code = pass_read(&walk, &row, err);
    }
    en_table_scan_end(&scan);
    if (code == EN_OK || code == EN_NOT_FOUND) {
        code = pass_acts(&walk, span.to, true, err);
    }
    return code;
}
