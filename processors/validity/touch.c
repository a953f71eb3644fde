#include "processors/validity/touch.h"

#include "core/mem.h"
#include "core/metering/register_code.h"
#include "core/metering/validation/validation_slots.h"
#include "processors/device_event/device_event.h"
#include "projections/tables.h"
#include "projections/tables_event.h"
#include "projections/views/keys.h"
#include "projections/views/rules.h"

/* Entries of these tables stand for days of channels that may have findings. */
static const struct en_series_table *const layers[] = {&en_series_profile, &en_series_interval,
                                                       &en_series_finding};
#define LAYERS EN_COUNT_OF(layers)

#define REGISTER_RULES                                                                             \
    (EN_VALIDATION_BIT(IDENT) | EN_VALIDATION_BIT(SUM) | EN_VALIDATION_BIT(REG_MONO) |             \
     EN_VALIDATION_BIT(TOU_SUM))
#define EVENT_RULES                                                                                \
    (EN_VALIDATION_BIT(CLOCK) | EN_VALIDATION_BIT(STATUS) | EN_VALIDATION_BIT(PWR_OUT) |           \
     EN_VALIDATION_BIT(PHASE) | EN_VALIDATION_BIT(INACTIVE) | EN_VALIDATION_BIT(TAMPER))

#define PAIR_RULES                                                                                 \
    (EN_VALIDATION_BIT(KVARH) | EN_VALIDATION_BIT(PF) | EN_VALIDATION_BIT(SIBLING) |               \
     EN_VALIDATION_BIT(CHECK))

static uint64_t bit_of(en_rule_id rule)
{
    return rule >= EN_RULE_V_01 && rule <= EN_RULE_V_35 ? UINT64_C(1) << rule : 0;
}

static en_code visit_rule(void *self, const struct en_rule_setting *setting, struct en_error *err)
{
    (void)err;
    uint64_t *rules = self;
    *rules |= bit_of(setting->rule);
    return EN_OK;
}

en_code en_touch_rules(struct en_fold *fold, uint64_t *rules, struct en_error *err)
{
    *rules = 0;
    return en_rules_settings(fold->store, EN_RULE_NONE, visit_rule, rules, err);
}

en_code en_touch_rule_of(struct en_fold *fold, const struct en_event *event, uint64_t *rule,
                         struct en_error *err)
{
    struct en_slice key;
    struct en_slice name;
    struct en_slice target;
    *rule = 0;
    en_code code = en_keys_key(fold->store, EN_NAME_RULE, event->header.subject, &key, err);
    if (code == EN_OK) {
        en_rule_key_parse(key, &name, &target);
        const struct en_rule *found = en_rule_find(name);
        *rule = found != NULL ? bit_of(found->id) : 0;
    }
    return code;
}

/* Channels by id, as bits; all of them while nothing is named. */
struct scope {
    uint64_t *bits;
    size_t words;
    uint32_t count;
    uint32_t last;
    bool is_everywhere;
};

static bool holds(const struct scope *scope, uint32_t channel)
{
    return scope->is_everywhere ||
           (channel / 64 < scope->words && (scope->bits[channel / 64] >> channel % 64 & 1u) != 0);
}

static en_code scope_add(struct scope *scope, uint32_t channel, struct en_error *err)
{
    size_t words = (size_t)channel / 64 + 1;
    if (words > scope->words) {
        size_t grown = words > 2 * scope->words ? words : 2 * scope->words;
        uint64_t *bits = en_mem_resize(scope->bits, grown * sizeof *bits);
        if (bits == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for the channels of a rule");
        }
        memset(bits + scope->words, 0, (grown - scope->words) * sizeof *bits);
        scope->bits = bits;
        scope->words = grown;
    }
    scope->bits[channel / 64] |= UINT64_C(1) << channel % 64;
    scope->last = channel;
    scope->count++;
    return EN_OK;
}

/* A read belongs to the day that ends with it, or holds it. */
static en_code read_day(struct en_fold *fold, uint32_t point, struct en_instant at, int32_t *day,
                        struct en_error *err)
{
    int32_t offset = 0;
    en_code code = en_registry_offset(fold, point, at, &offset, err);
    *day = en_day_of_instant((struct en_instant){at.us - 1}, offset).n;
    return code;
}

/* Days of reads of a register from the day on, or only the first of them. */
static en_code mark_reads(struct en_fold *fold, struct en_marks *marks, uint32_t channel,
                          uint32_t point, struct en_instant from, uint32_t target, bool is_first,
                          struct en_error *err)
{
    struct en_table_scan scan;
    struct en_register_row row = {.channel = channel, .at = from};
    en_code code = en_table_scan_begin(fold->store, &en_table_register, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (uint32_t count = 0; code == EN_OK && (count == 0 || !is_first); count++) {
        int32_t day = 0;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = read_day(fold, point, row.at, &day, err);
        }
        if (code == EN_OK) {
            code = en_marks_add(marks, fold, day, target, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static struct en_instant begin_of(int32_t day)
{
    return (struct en_instant){((int64_t)day - 2) * EN_DAY_US};
}

static en_code mark_register_days(struct en_fold *fold, struct en_marks *marks, uint32_t channel,
                                  int32_t from_day, struct en_error *err)
{
    struct en_channel_info info;
    en_code code = en_registry_channel(fold, channel, &info, err);
    return code == EN_OK && info.basis == EN_BASIS_REGISTER
               ? mark_reads(fold, marks, channel, info.point, begin_of(from_day), channel, false,
                            err)
               : code;
}

/* Days of the channel that may be missing ones: between and behind its values, as far as they are
 * due. */
static en_code mark_absent(struct en_fold *fold, const struct en_touch *touch, uint32_t channel,
                           int32_t from_day, int32_t to_day, struct en_error *err)
{
    struct en_collected_days days;
    if ((touch->rules & EN_VALIDATION_BIT(GAP)) == 0 ||
        !en_collected_days_of(touch->collected, channel, &days)) {
        return EN_OK;
    }
    int32_t day = from_day > days.first ? from_day : days.first;
    int32_t end = days.last + EN_COLLECTED_HORIZON_DAYS + 1;
    end = end < touch->due_day ? end : touch->due_day;
    end = end < to_day ? end : to_day;
    en_code code = EN_OK;
    for (; day < end && code == EN_OK; day++) {
        code = en_marks_add(touch->marks, fold, day, channel, err);
    }
    return code;
}

/* Every day from `from_day` to before `to_day` on which the one channel has an entry, or should
 * have one. */
static en_code mark_channel(struct en_fold *fold, const struct en_touch *touch, uint32_t channel,
                            int32_t from_day, int32_t to_day, struct en_error *err)
{
    struct en_marks *marks = touch->marks;
    en_code code = mark_absent(fold, touch, channel, from_day, to_day, err);
    for (size_t i = 0; i < LAYERS && code == EN_OK; i++) {
        int32_t day = from_day;
        code = en_series_next_day(fold->store, layers[i], &day, err);
        while (code == EN_OK && day < to_day) {
            struct en_slice entry;
            code = en_series_get(fold->store, layers[i], day, channel, &entry, err);
            if (code == EN_OK) {
                code = en_marks_add(marks, fold, day, channel, err);
            }
            if (code == EN_OK || code == EN_NOT_FOUND) {
                day++;
                code = en_series_next_day(fold->store, layers[i], &day, err);
            }
        }
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code == EN_OK ? mark_register_days(fold, marks, channel, from_day, err) : code;
}

/* The same of many channels: the days are read once. */
static en_code mark_scope(struct en_fold *fold, const struct en_touch *touch,
                          const struct scope *scope, int32_t from_day, struct en_error *err)
{
    struct en_marks *marks = touch->marks;
    if (!scope->is_everywhere && scope->count <= 1) {
        return scope->count == 0
                   ? EN_OK
                   : mark_channel(fold, touch, scope->last, from_day, EN_DAY_MAX, err);
    }
    en_code code = EN_OK;
    for (uint32_t channel = 0; channel < touch->collected->end && code == EN_OK; channel++) {
        if (holds(scope, channel)) {
            code = mark_absent(fold, touch, channel, from_day, EN_DAY_MAX, err);
        }
    }
    for (size_t i = 0; i < LAYERS && code == EN_OK; i++) {
        struct en_series_scan scan;
        code = en_series_scan_begin(fold->store, layers[i], from_day, EN_DAY_MAX, 0, 0, &scan, err);
        while (code == EN_OK) {
            int32_t day = 0;
            uint32_t channel = 0;
            struct en_slice entry;
            code = en_series_scan_next(&scan, &day, &channel, &entry, err);
            if (code == EN_OK && holds(scope, channel)) {
                code = en_marks_add(marks, fold, day, channel, err);
            }
        }
        en_series_scan_end(&scan);
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_table_scan registers;
    if (code == EN_OK) {
        code = en_table_scan_begin(fold->store, &en_table_channel, NULL, 0, &registers, err);
    }
    while (code == EN_OK) {
        struct en_channel_row row;
        code = en_table_scan_next(&registers, &row, NULL, err);
        if (code == EN_OK && row.basis == EN_BASIS_REGISTER && holds(scope, row.channel)) {
            code = mark_register_days(fold, marks, row.channel, from_day, err);
        }
    }
    en_table_scan_end(&registers);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Whether there is anything to judge from the day on: energy of any channel, or register reads. */
static en_code has_anything(struct en_fold *fold, int32_t from_day, bool *has, struct en_error *err)
{
    en_code code = EN_NOT_FOUND;
    for (size_t i = 0; i < LAYERS && code == EN_NOT_FOUND; i++) {
        int32_t day = from_day;
        code = en_series_next_day(fold->store, layers[i], &day, err);
    }
    if (code == EN_NOT_FOUND) {
        struct en_table_scan scan;
        struct en_register_row row;
        code = en_table_scan_begin(fold->store, &en_table_register, NULL, 0, &scan, err);
        if (code == EN_OK) {
            code = en_table_scan_next(&scan, &row, NULL, err);
            en_table_scan_end(&scan);
        }
    }
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code visit_channel(void *self, const struct en_channel_row *channel, struct en_error *err)
{
    return scope_add(self, channel->channel, err);
}

/* A setting of a rule, or something that moved below other settings. */
static en_code mark_touched(struct en_fold *fold, const struct en_touch *touch,
                            const struct en_event *event, struct en_error *err)
{
    struct en_rule_touch rule;
    struct scope scope = {.bits = NULL};
    en_code code = en_registry_touch(fold, event, &rule, err);
    bool is_other = rule.stage != 0 && rule.stage != EN_STAGE_VALIDITY;
    if (code != EN_OK || !rule.is_touched || is_other) {
        return code;
    }
    bool holds_anything = false;
    code = has_anything(fold, rule.from_day, &holds_anything, err);
    scope.is_everywhere = rule.target.scope == EN_RULE_EVERYWHERE;
    if (code == EN_OK && holds_anything && !scope.is_everywhere) {
        code = en_rule_target_channels(fold->store, &rule.target, visit_channel, &scope, err);
    }
    if (code == EN_OK && holds_anything) {
        code = mark_scope(fold, touch, &scope, rule.from_day, err);
    }
    en_mem_free(scope.bits);
    return code;
}

/* Every channel of the point, from the day on. */
static en_code mark_point(struct en_fold *fold, const struct en_touch *touch, uint32_t point,
                          int32_t from_day, int32_t to_day, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_point_channel_row row = {.point = point};
    en_code code = en_table_scan_begin(fold->store, &en_table_point_channel, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &fold->batch, err);
        if (code == EN_OK) {
            code = mark_channel(fold, touch, row.channel, from_day, to_day, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static int32_t day_before(struct en_instant at)
{
    int64_t rest = 0;
    int64_t day = en_i64_divide_floor(at.us, EN_DAY_US, &rest) - 1;
    return day < EN_DAY_MIN ? EN_DAY_MIN : day > EN_DAY_MAX ? EN_DAY_MAX : (int32_t)day;
}

/* Every point that the device ever measured, for all time: what it can count has changed. */
static en_code mark_points_of(struct en_fold *fold, const struct en_touch *touch, uint32_t device,
                              struct en_error *err)
{
    struct en_table_scan scan;
    struct en_device_point_row row = {.device = device};
    en_code code = en_table_scan_begin(fold->store, &en_table_device_point, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &fold->batch, err);
        if (code == EN_OK) {
            code = mark_point(fold, touch, row.point, EN_FOLD_DAY_MIN, EN_DAY_MAX, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* A channel that others of its point are compared with from now on. */
static en_code mark_neighbours(struct en_fold *fold, const struct en_touch *touch, uint32_t channel,
                               struct en_error *err)
{
    struct en_channel_info info;
    en_code code = en_registry_channel(fold, channel, &info, err);
    return code == EN_OK && info.is_known
               ? mark_point(fold, touch, info.point, EN_FOLD_DAY_MIN, EN_DAY_MAX, err)
               : code;
}

/* The stretches of time that the event changed at a device, at every point it ever measured. */
static en_code mark_device(struct en_fold *fold, const struct en_touch *touch, struct en_error *err)
{
    size_t count = 0;
    const struct en_device_change *changes = en_device_event_changes(fold, &count);
    en_code code = EN_OK;
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        struct en_table_scan scan;
        struct en_device_point_row row = {.device = changes[i].device};
        int32_t from = day_before(changes[i].span.from);
        int32_t to =
            changes[i].span.to.us == INT64_MAX ? EN_DAY_MAX : day_before(changes[i].span.to) + 3;
        code = en_table_scan_begin(fold->store, &en_table_device_point, &row, 1, &scan, err);
        while (code == EN_OK) {
            code = en_table_scan_next(&scan, &row, &fold->batch, err);
            if (code == EN_OK) {
                code = mark_point(fold, touch, row.point, from, to, err);
            }
        }
        en_table_scan_end(&scan);
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    return code;
}

/* The point's slots of the energy that a register counts in total; 0 none. */
static en_code profile_of(struct en_fold *fold, uint32_t channel, uint32_t point, uint32_t *profile,
                          struct en_error *err)
{
    struct en_channel_row own = {.channel = channel};
    struct en_register_meaning meaning;
    *profile = 0;
    en_code code = en_table_get(fold->store, &en_table_channel, &own, NULL, err);
    if (code != EN_OK || en_register_meaning_of(own.code, &meaning, NULL) != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_table_scan scan;
    struct en_point_channel_row row = {.point = point};
    code = en_table_scan_begin(fold->store, &en_table_point_channel, &row, 1, &scan, err);
    while (code == EN_OK) {
        struct en_register_meaning other;
        struct en_channel_info info;
        code = en_table_scan_next(&scan, &row, &fold->batch, err);
        if (code == EN_OK) {
            code = en_registry_channel(fold, row.channel, &info, err);
        }
        if (code == EN_OK && en_register_meaning_of(row.code, &other, NULL) == EN_OK &&
            info.basis != EN_BASIS_REGISTER && info.unit == own.unit &&
            other.direction == meaning.direction && other.tariff == 0) {
            *profile = row.channel;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* A read ends a span of V-07 and V-08 and begins the next; V-21 wants it beside the total. */
static en_code mark_read(struct en_fold *fold, struct en_marks *marks, const struct en_event *event,
                         struct en_error *err)
{
    uint32_t channel = event->header.subject;
    struct en_instant at = event->header.valid.from;
    struct en_channel_info info;
    int32_t day = 0;
    uint32_t profile = 0;
    en_code code = en_registry_channel(fold, channel, &info, err);
    if (code == EN_OK) {
        code = read_day(fold, info.point, at, &day, err);
    }
    if (code == EN_OK && info.is_known) {
        code = profile_of(fold, channel, info.point, &profile, err);
    }
    const uint32_t targets[] = {channel, profile};
    struct en_instant behind = {at.us + 1};
    for (size_t i = 0; i < EN_COUNT_OF(targets) && code == EN_OK; i++) {
        if (targets[i] != 0) {
            code = en_marks_add(marks, fold, day, targets[i], err);
        }
        if (code == EN_OK && targets[i] != 0) {
            code = mark_reads(fold, marks, channel, info.point, behind, targets[i], true, err);
        }
    }
    if (code != EN_OK || !info.is_known) {
        return code;
    }
    /* the total beside a tariff register */
    struct en_table_scan scan;
    struct en_point_channel_row row = {.point = info.point};
    code = en_table_scan_begin(fold->store, &en_table_point_channel, &row, 1, &scan, err);
    while (code == EN_OK) {
        struct en_channel_info other;
        code = en_table_scan_next(&scan, &row, &fold->batch, err);
        if (code == EN_OK) {
            code = en_registry_channel(fold, row.channel, &other, err);
        }
        if (code == EN_OK && other.basis == EN_BASIS_REGISTER && row.channel != channel &&
            other.unit == info.unit) {
            code = en_marks_add(marks, fold, day, row.channel, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* A setting marks by its own rule alone; others by every rule that was ever set. */
static en_code mark_setting(struct en_fold *fold, const struct en_touch *touch,
                            const struct en_event *event, struct en_error *err)
{
    uint64_t rule = 0;
    en_code code = en_touch_rule_of(fold, event, &rule, err);
    return code == EN_OK && rule != 0 ? mark_touched(fold, touch, event, err) : code;
}

en_code en_touch_mark(struct en_fold *fold, const struct en_touch *touch,
                      const struct en_event *event, struct en_error *err)
{
    const struct en_event_header *header = &event->header;
    const uint64_t rules = touch->rules;
    int32_t from = day_before(header->valid.from);
    switch ((en_kind)header->kind) {
    case EN_KIND_RULE_SET:
        return mark_setting(fold, touch, event, err);
    case EN_KIND_CHANNEL_SET:
        if ((rules & (PAIR_RULES | REGISTER_RULES)) != 0) {
            return mark_neighbours(fold, touch, header->subject, err);
        }
        return mark_touched(fold, touch, event, err);
    case EN_KIND_POINT_SET:
    case EN_KIND_OBJECT_SET:
        return mark_touched(fold, touch, event, err);
    case EN_KIND_DEVICE_SET:
        return (rules & REGISTER_RULES) != 0 ? mark_points_of(fold, touch, header->subject, err)
                                             : EN_OK;
    case EN_KIND_READING_REGISTER:
        return (rules & REGISTER_RULES) != 0 ? mark_read(fold, touch->marks, event, err) : EN_OK;
    case EN_KIND_CHANNEL_ERROR_SET:
        return mark_channel(fold, touch, header->subject, from, EN_DAY_MAX, err);
    case EN_KIND_DEVICE_EVENT:
    case EN_KIND_EVENT_MAP_SET:
        return (rules & EVENT_RULES) != 0 ? mark_device(fold, touch, err) : EN_OK;
    case EN_KIND_DEVICE_INSTALLED:
    case EN_KIND_DEVICE_REMOVED:
    case EN_KIND_DEVICE_REPLACED: /* once devices are told, days before the first had none */
        return mark_point(fold, touch, header->subject, EN_FOLD_DAY_MIN, EN_DAY_MAX, err);
    default: /* about a point, from a moment on */
        return mark_point(fold, touch, header->subject, from, EN_DAY_MAX, err);
    }
}

en_code en_touch_mark_due(struct en_fold *fold, struct en_marks *marks, struct en_instant before,
                          struct en_instant now, struct en_error *err)
{
    /* days of any offset that were not wholly due before, and begin before now */
    int32_t from = before.us == INT64_MIN ? EN_FOLD_DAY_MIN : day_before(before);
    int32_t to = day_before(now) + 3;
    int32_t day = from;
    en_code code = en_series_next_day(fold->store, &en_series_profile, &day, err);
    int32_t first = code == EN_OK ? day : EN_DAY_MAX;
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    day = from;
    code = en_series_next_day(fold->store, &en_series_interval, &day, err);
    first = code == EN_OK && day < first ? day : first;
    if (before.us != INT64_MIN) {
        first = from; /* days without any value, too */
    }
    code = code == EN_NOT_FOUND ? EN_OK : code;
    for (day = first; day < to && code == EN_OK; day++) {
        code = en_marks_add(marks, fold, day, EN_VALIDITY_WHOLE_DAY, err);
    }
    return code;
}
