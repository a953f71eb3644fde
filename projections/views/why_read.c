/* Energy from what was read: profiles, pulses, registers, and the events that brought them. */
#include <inttypes.h>

#include "core/event/payload.h"
#include "core/metering/reading/consumption.h"
#include "projections/views/advances.h"
#include "projections/views/why_work.h"

#define REPLACEMENT_DAYS 31 /* the longest time without a device that is looked back on */

/* ---- the profile as read ---- */

/* What one event said of the slot, and where it stands among the others. */
struct contribution {
    uint64_t revision;
    uint64_t seq;
    bool has_value;
};

static bool wins(const struct contribution *a, const struct contribution *b)
{
    if (a->revision != b->revision) {
        return a->revision > b->revision;
    }
    if (a->has_value != b->has_value) {
        return a->has_value;
    }
    return a->seq > b->seq;
}

/* One event of the day: a node that tells its value in the slot, and the event. */
static en_code add_contribution(struct en_why_work *work, struct en_why_node *parent,
                                uint64_t revision, uint64_t seq, const struct en_why_slot *slot,
                                struct contribution *best, struct en_why_node **best_node,
                                struct en_error *err)
{
    struct en_why_tree *tree = work->tree;
    struct en_event event;
    struct en_slice block;
    struct en_why_slot_value value;
    uint64_t stated = 0;
    bool is_found = false;
    en_code code =
        work->lookup->get(work->lookup->self, (struct en_seq){seq}, &event, &work->payload, err);
    if (code == EN_OK) {
        code = en_reading_profile_parse(event.payload, &stated, &block, err);
    }
    if (code == EN_OK) {
        code =
            en_why_slot_at(work, block, slot->day, slot->span.from, NULL, &value, &is_found, err);
    }
    if (code != EN_OK || !is_found) {
        return code;
    }
    struct contribution one = {revision, seq, !en_quality_is_missing(value.quality)};
    struct en_why_node *node = en_why_add(tree, parent, "reading");
    char digits[EN_DECIMAL_TEXT_SIZE];
    (void)en_decimal_print(value.as_stored, digits);
    en_why_say(tree, node,
               EN_WHY_IN(work, "read %s, revision %" PRIu64, "прочитано %s, версия %" PRIu64),
               one.has_value ? digits : EN_WHY_IN(work, "no value", "нет значения"), revision);
    if (one.has_value) {
        en_why_decimal(tree, node, "value", value.as_stored);
    } else {
        en_why_null(tree, node, "value");
    }
    en_why_quality(tree, node, "quality", value.quality);
    en_why_count(tree, node, "revision", revision);
    if (*best_node == NULL || wins(&one, best)) {
        *best = one;
        *best_node = node;
    }
    return en_why_event(work, node, &event.header, err);
}

/* Every event that the stored day came from; the one that won the slot says so. */
static en_code add_contributions(struct en_why_work *work, struct en_why_node *parent,
                                 uint32_t channel, const struct en_why_slot *slot,
                                 struct en_error *err)
{
    struct en_slice stored;
    struct contribution best = {0, 0, false};
    struct en_why_node *best_node = NULL;
    en_code code = en_series_get(work->store, &en_series_origin, slot->day, channel, &stored, err);
    if (code != EN_OK || work->lookup == NULL) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    /* pairs of revision and seq: processors/reading */
    struct en_slice origins = en_arena_copy(&work->tree->arena, stored);
    uint64_t revision = 0;
    uint64_t seq = 0;
    while (code == EN_OK && en_take_varint(&origins, &revision) && en_take_varint(&origins, &seq)) {
        code = add_contribution(work, parent, revision, seq, slot, &best, &best_node, err);
    }
    if (code == EN_OK && best_node != NULL) {
        en_why_say_more(work->tree, best_node,
                        EN_WHY_IN(work, ": this one counts", ": действует это"));
        en_why_bool(work->tree, best_node, "counts", true);
    }
    return code;
}

/* *value: what stands in the profile; *is_found: whether anything does. */
static en_code add_profile(struct en_why_work *work, struct en_why_node *parent,
                           const struct en_channel_row *channel, const struct en_why_slot *slot,
                           struct en_why_slot_value *value, bool *is_found, struct en_error *err)
{
    struct en_slice block;
    *is_found = false;
    en_code code =
        en_series_get(work->store, &en_series_profile, slot->day, channel->channel, &block, err);
    if (code == EN_OK) {
        code = en_why_slot_at(work, block, slot->day, slot->span.from, NULL, value, is_found, err);
    }
    if (code == EN_NOT_FOUND || (code == EN_OK && !*is_found)) {
        struct en_why_node *node = en_why_add(work->tree, parent, "profile");
        en_why_say(work->tree, node,
                   EN_WHY_IN(work, "nothing was read for this slot",
                             "за этот интервал ничего не прочитано"));
        en_why_null(work->tree, node, "value");
        return EN_OK;
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_why_node *node = en_why_add(work->tree, parent, "profile");
    bool is_missing = en_quality_is_missing(value->quality);
    char digits[EN_DECIMAL_TEXT_SIZE];
    (void)en_decimal_print(value->as_stored, digits);
    en_why_say(work->tree, node, EN_WHY_IN(work, "as read: %s (%s)", "как прочитано: %s (%s)"),
               is_missing ? EN_WHY_IN(work, "no value", "нет значения") : digits,
               en_source_name(en_quality_source(value->quality)));
    if (is_missing) {
        en_why_null(work->tree, node, "value");
    } else {
        en_why_decimal(work->tree, node, "value", value->as_stored);
    }
    en_why_quality(work->tree, node, "quality", value->quality);
    return add_contributions(work, node, channel->channel, slot, err);
}

/* ---- what the reading is multiplied with ---- */

static void say_ratio(struct en_why_work *work, struct en_why_node *node,
                      const struct en_ratio_row *row)
{
    char current[EN_RATIO_TEXT_SIZE];
    char voltage[EN_RATIO_TEXT_SIZE];
    (void)en_ratio_print(row->current, current);
    (void)en_ratio_print(row->voltage, voltage);
    en_why_say(work->tree, node,
               EN_WHY_IN(work, "transformer ratio %s * %s since %s",
                         "коэффициент трансформации %s * %s с %s"),
               current, voltage, en_why_instant_words(work->tree, row->from, work->offset));
    if (row->act.size > 0) {
        en_why_say_more(work->tree, node,
                        EN_WHY_IN(work, ", by \"%.*s\"", ", по документу \"%.*s\""),
                        (int)row->act.size, (const char *)row->act.bytes);
        en_why_text(work->tree, node, "act", row->act);
    }
    en_why_string(work->tree, node, "current", current);
    en_why_string(work->tree, node, "voltage", voltage);
    en_why_instant(work->tree, node, "from", row->from, 0);
}

/* the ratio at the instant, one where none was set. */
static en_code add_ratio(struct en_why_work *work, struct en_why_node *parent,
                         const struct en_channel_row *channel, struct en_instant at,
                         struct en_ratio *ratio, struct en_error *err)
{
    *ratio = EN_RATIO_ONE;
    struct en_ratio_row row = {.point = channel->point, .from = at};
    en_code code = channel->is_primary
                       ? EN_NOT_FOUND
                       : en_table_last_before(work->store, &en_table_ratio, &row, 1, NULL, err);
    if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    if (code == EN_OK) {
        code = en_ratio_multiply(row.current, row.voltage, ratio, err);
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_why_node *node = en_why_add(work->tree, parent, "ratio");
    say_ratio(work, node, &row);
    return en_why_set_by(work, node, EN_KIND_RATIO_SET, channel->point, en_why_moment(row.from),
                         err);
}

/* The device at the point then, 0 none known: the newer of what was installed and replaced. */
static en_code device_at(struct en_why_work *work, uint32_t point, struct en_instant at,
                         uint32_t *device, struct en_error *err)
{
    struct en_installation_row row = {.point = point, .from = at};
    en_code code =
        en_table_last_before(work->store, &en_table_installation, &row, 1, &work->tree->arena, err);
    *device = code == EN_OK ? row.device : 0;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* pulses per unit of the device that counted them. */
static en_code add_constant(struct en_why_work *work, struct en_why_node *parent, uint32_t point,
                            struct en_instant at, struct en_ratio *ratio, struct en_error *err)
{
    struct en_device_row device = {0};
    en_code code = device_at(work, point, at, &device.device, err);
    if (code == EN_OK && device.device != 0) {
        code = en_table_get(work->store, &en_table_device, &device, NULL, err);
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    struct en_why_node *node = en_why_add(work->tree, parent, "constant");
    if (device.pulses_per_unit == 0) {
        *ratio = (struct en_ratio){0, 1};
        en_why_say(work->tree, node,
                   EN_WHY_IN(work, "no pulse constant is known: nothing can be said (NOCONFIG)",
                             "постоянная счетчика неизвестна: сказать ничего нельзя (NOCONFIG)"));
        return EN_OK;
    }
    int64_t divisor = device.pulse_divisor > 0 ? device.pulse_divisor : 1;
    struct en_ratio constant;
    code = en_ratio_make(1, (int64_t)device.pulses_per_unit, &constant, err);
    code = code == EN_OK
               ? en_ratio_multiply(constant, (struct en_ratio){1, divisor}, &constant, err)
               : code;
    code = code == EN_OK ? en_ratio_multiply(*ratio, constant, ratio, err) : code;
    en_why_say(work->tree, node,
               EN_WHY_IN(work, "device %.*s counts %" PRIu64 " pulses a unit, divisor %" PRId64,
                         "прибор %.*s: %" PRIu64 " импульсов на единицу, делитель %" PRId64),
               (int)device.serial.size, (const char *)device.serial.bytes, device.pulses_per_unit,
               divisor);
    en_why_count(work->tree, node, "pulses_per_unit", device.pulses_per_unit);
    en_why_count(work->tree, node, "divisor", (uint64_t)divisor);
    return code == EN_OK ? en_why_set_by(work, node, EN_KIND_DEVICE_SET, device.device,
                                         (struct en_interval){{INT64_MIN}, {INT64_MAX}}, err)
                         : code;
}

/* ---- replacements ---- */

static void say_replacement(struct en_why_work *work, struct en_why_node *node,
                            const struct en_replacement_row *row)
{
    struct en_why_tree *tree = work->tree;
    en_why_say(tree, node,
               EN_WHY_IN(work, "device %s taken out at %s, %s put in at %s",
                         "прибор %s снят %s, %s установлен %s"),
               en_why_key(work, EN_NAME_DEVICE, row->old_device),
               en_why_instant_words(tree, row->removed, work->offset),
               en_why_key(work, EN_NAME_DEVICE, row->new_device),
               en_why_instant_words(tree, row->installed, work->offset));
    en_why_instant(tree, node, "removed", row->removed, 0);
    en_why_instant(tree, node, "installed", row->installed, 0);
    if (row->downtime_power_micro != 0) {
        en_why_say_more(tree, node,
                        EN_WHY_IN(work, ", load in between by act %s per hour (R-06)",
                                  ", нагрузка без прибора по акту %s в час (R-06)"),
                        en_why_micro_words(tree, row->downtime_power_micro));
        en_why_micro(tree, node, "load_per_hour", row->downtime_power_micro);
    }
    if (row->act.size > 0) {
        en_why_say_more(tree, node, EN_WHY_IN(work, ", by \"%.*s\"", ", по документу \"%.*s\""),
                        (int)row->act.size, (const char *)row->act.bytes);
        en_why_text(tree, node, "act", row->act);
    }
}

/* The channel's reading in a list of final or initial ones. */
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

/* Replacements that touch the inside of the span; *count of them. */
static en_code add_replacements(struct en_why_work *work, struct en_why_node *parent,
                                const struct en_channel_row *channel, struct en_interval span,
                                uint32_t *count, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_replacement_row row = {.point = channel->point,
                                     .removed = {span.from.us - REPLACEMENT_DAYS * EN_DAY_US}};
    *count = 0;
    en_code code = en_table_scan_begin(work->store, &en_table_replacement, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &work->tree->arena, err);
        if (code != EN_OK || row.removed.us >= span.to.us) {
            break;
        }
        if (row.installed.us <= span.from.us) {
            continue;
        }
        struct en_why_node *node = en_why_add(work->tree, parent, "replacement");
        struct en_decimal reading;
        say_replacement(work, node, &row);
        if (find_register(row.final, channel->channel, &reading)) {
            en_why_decimal(work->tree, node, "final", reading);
        }
        if (find_register(row.initial, channel->channel, &reading)) {
            en_why_decimal(work->tree, node, "initial", reading);
        }
        (*count)++;
        code = en_why_set_by(work, node, EN_KIND_DEVICE_REPLACED, channel->point,
                             en_why_moment(row.removed), err);
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- registers ---- */

/* Whether the event is the read that the table holds. */
static bool is_of_row(void *self, const struct en_event *event)
{
    const struct en_register_row *row = self;
    struct en_reading_register payload;
    return en_payload_decode(event, &payload, NULL, NULL) == EN_OK &&
           payload.revision == row->revision && en_decimal_compare(payload.value, row->value) == 0;
}

/* The event of a read. A clock may be ahead: it may have been recorded before the time it is of. */
static en_code add_read_event(struct en_why_work *work, struct en_why_node *node,
                              struct en_register_row *row, struct en_error *err)
{
    struct en_event_header header;
    struct en_lookup_query query = {.kind = EN_KIND_READING_REGISTER,
                                    .subject = row->channel,
                                    .from = row->at,
                                    .recorded_from = {row->at.us - EN_DAY_US},
                                    .fits = is_of_row,
                                    .fits_self = row};
    en_code code = work->lookup == NULL
                       ? EN_NOT_FOUND
                       : work->lookup->find(work->lookup->self, &query, &header, err);
    if (code == EN_OK) {
        code = en_why_event(work, node, &header, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code add_read(struct en_why_work *work, struct en_why_node *parent, uint32_t channel,
                        struct en_instant at, const char *kind, struct en_decimal *value,
                        bool *is_read, struct en_error *err)
{
    struct en_register_row row = {.channel = channel, .at = at};
    en_code code = en_table_get(work->store, &en_table_register, &row, NULL, err);
    struct en_why_node *node = en_why_add(work->tree, parent, kind);
    en_why_instant(work->tree, node, "at", at, 0);
    *is_read = code == EN_OK;
    if (code == EN_NOT_FOUND) {
        en_why_say(work->tree, node,
                   EN_WHY_IN(work, "register at %s: not read", "показание на %s: не прочитано"),
                   en_why_instant_words(work->tree, at, work->offset));
        en_why_null(work->tree, node, "value");
        return EN_OK;
    }
    if (code != EN_OK) {
        return code;
    }
    *value = row.value;
    char digits[EN_DECIMAL_TEXT_SIZE];
    (void)en_decimal_print(row.value, digits);
    en_why_say(work->tree, node, EN_WHY_IN(work, "register at %s: %s", "показание на %s: %s"),
               en_why_instant_words(work->tree, at, work->offset), digits);
    en_why_decimal(work->tree, node, "value", row.value);
    en_why_quality(work->tree, node, "quality", row.quality);
    return add_read_event(work, node, &row, err);
}

/* What is said of an advance: where from, where to, by which ratio and capacity. */
static en_code say_advance(struct en_why_work *work, struct en_why_node *node,
                           const struct en_channel_row *channel, struct en_interval span,
                           struct en_ratio ratio, struct en_error *err)
{
    struct en_device_row device = {0};
    char times[EN_RATIO_TEXT_SIZE];
    (void)en_ratio_print(ratio, times);
    en_why_string(work->tree, node, "ratio", times);
    en_code code = device_at(work, channel->point, span.from, &device.device, err);
    if (code == EN_OK && device.device != 0) {
        code = en_table_get(work->store, &en_table_device, &device, NULL, err);
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (code == EN_OK && device.capacity.digits != 0) {
        en_why_decimal(work->tree, node, "capacity", device.capacity);
    }
    return code;
}

/* the advance between the reads at the slot's edges. */
static en_code add_registers(struct en_why_work *work, struct en_why_node *parent,
                             const struct en_channel_row *channel, const struct en_why_slot *slot,
                             struct en_error *err)
{
    struct en_decimal from = {0, 0};
    struct en_decimal to = {0, 0};
    bool has_from = false;
    bool has_to = false;
    uint32_t replacements = 0;
    struct en_ratio ratio;
    en_code code = add_read(work, parent, channel->channel, slot->span.from, "read_from", &from,
                            &has_from, err);
    if (code == EN_OK) {
        code = add_replacements(work, parent, channel, slot->span, &replacements, err);
    }
    if (code == EN_OK) {
        code =
            add_read(work, parent, channel->channel, slot->span.to, "read_to", &to, &has_to, err);
    }
    if (code == EN_OK) {
        code = add_ratio(work, parent, channel, slot->span.from, &ratio, err);
    }
    if (code == EN_OK) {
        code = say_advance(work, parent, channel, slot->span, ratio, err);
    }
    if (code == EN_OK && has_from && has_to && replacements == 0) {
        char begin[EN_DECIMAL_TEXT_SIZE];
        char end[EN_DECIMAL_TEXT_SIZE];
        char times[EN_RATIO_TEXT_SIZE];
        (void)en_decimal_print(from, begin);
        (void)en_decimal_print(to, end);
        (void)en_ratio_print(ratio, times);
        en_why_say_more(work->tree, parent, ": (%s - %s) * %s", end, begin, times);
    } else if (code == EN_OK && replacements > 0) {
        en_why_say_more(work->tree, parent,
                        EN_WHY_IN(work, ": each device's advance by its ratio (R-05)",
                                  ": приращение каждого прибора на его коэффициент (R-05)"));
    }
    return code;
}

/* ---- energy of a slot ---- */

static en_code add_scaled(struct en_why_work *work, struct en_why_node *node,
                          const struct en_channel_row *channel, const struct en_why_slot *slot,
                          struct en_error *err)
{
    struct en_why_slot_value read = {0};
    struct en_ratio ratio;
    bool is_read = false;
    uint32_t replacements = 0;
    en_code code = add_profile(work, node, channel, slot, &read, &is_read, err);
    if (code == EN_OK) {
        code = add_ratio(work, node, channel, slot->span.from, &ratio, err);
    }
    if (code == EN_OK && channel->basis == EN_BASIS_PULSES) {
        code = add_constant(work, node, channel->point, slot->span.from, &ratio, err);
    }
    if (code == EN_OK) {
        code = add_replacements(work, node, channel, slot->span, &replacements, err);
    }
    if (code != EN_OK) {
        return code;
    }
    char times[EN_RATIO_TEXT_SIZE];
    char digits[EN_DECIMAL_TEXT_SIZE];
    (void)en_ratio_print(ratio, times);
    (void)en_decimal_print(read.as_stored, digits);
    en_why_string(work->tree, node, "ratio", times);
    if (is_read && !en_quality_is_missing(read.quality)) {
        en_why_say_more(work->tree, node, ": %s * %s%s", digits, times,
                        replacements > 0 ? EN_WHY_IN(work, " and the load by act (R-06)",
                                                     " и нагрузка по акту (R-06)")
                                         : "");
    }
    return EN_OK;
}

static const char *rule_of(const struct en_channel_row *channel)
{
    return channel->basis == EN_BASIS_REGISTER ? "R-01"
           : channel->basis == EN_BASIS_PULSES ? "R-03"
                                               : "R-01";
}

en_code en_why_interval(struct en_why_work *work, struct en_why_node *parent,
                        const struct en_channel_row *channel, const struct en_why_slot *slot,
                        struct en_error *err)
{
    struct en_slice block;
    struct en_why_slot_value value = {0};
    bool is_found = false;
    en_code code =
        en_series_get(work->store, &en_series_interval, slot->day, channel->channel, &block, err);
    if (code == EN_OK) {
        code =
            en_why_slot_at(work, block, slot->day, slot->span.from, NULL, &value, &is_found, err);
    }
    bool is_as_read = code == EN_NOT_FOUND && channel->basis != EN_BASIS_REGISTER;
    if (is_as_read) {
        return add_profile(work, parent, channel, slot, &value, &is_found, err);
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    struct en_why_node *node = en_why_add(work->tree, parent, "interval");
    en_why_say(work->tree, node, EN_WHY_IN(work, "energy %s by %s", "энергия %s по %s"),
               en_why_amount_words(work->tree, value.micro, (en_unit)channel->unit, value.quality),
               rule_of(channel));
    en_why_value(work->tree, node, value.micro, (en_unit)channel->unit, value.quality);
    en_why_string(work->tree, node, "rule", rule_of(channel));
    return channel->basis == EN_BASIS_REGISTER ? add_registers(work, node, channel, slot, err)
                                               : add_scaled(work, node, channel, slot, err);
}

/* ---- a register read now and then ---- */

struct advance_search {
    struct en_instant at;
    struct en_advance_row row;
    bool is_found;
};

static en_code take_advance(void *self, const struct en_advance_row *row, struct en_error *err)
{
    struct advance_search *search = self;
    (void)err;
    if (row->span.from.us <= search->at.us && row->span.to.us > search->at.us) {
        search->row = *row;
        search->is_found = true;
    }
    return EN_OK;
}

en_code en_why_advance(struct en_why_work *work, struct en_why_node *parent,
                       const struct en_channel_row *channel, struct en_instant at,
                       struct en_error *err)
{
    struct advance_search search = {.at = at};
    struct en_interval all = {{0}, {INT64_MAX / 2}};
    struct en_why_tree *tree = work->tree;
    en_code code = en_advances_walk(work->store, channel, all, take_advance, &search, err);
    if (code == EN_OK && !search.is_found) {
        return en_error_set(err, EN_NOT_FOUND, "%s was not read before and after that time",
                            en_why_channel_name(work, channel->channel));
    }
    if (code != EN_OK) {
        return code;
    }
    const struct en_advance_row *row = &search.row;
    struct en_why_node *node = en_why_add(tree, parent, "advance");
    en_why_say(
        tree, node, EN_WHY_IN(work, "%s from %s to %s: advance %s", "%s с %s по %s: приращение %s"),
        en_why_channel_name(work, channel->channel),
        en_why_instant_words(tree, row->span.from, work->offset),
        en_why_instant_words(tree, row->span.to, work->offset),
        en_why_amount_words(tree, row->amount.micro, (en_unit)channel->unit, row->amount.quality));
    en_why_instant(tree, node, "from", row->span.from, 0);
    en_why_instant(tree, node, "to", row->span.to, 0);
    en_why_value(tree, node, row->amount.micro, (en_unit)channel->unit, row->amount.quality);
    en_why_decimal(tree, node, "register_from", row->from);
    en_why_decimal(tree, node, "register_to", row->to);
    struct en_why_slot slot = {0, row->span};
    return add_registers(work, node, channel, &slot, err);
}
