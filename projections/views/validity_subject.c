#include "projections/views/validity_subject.h"

#include "core/event/payload.h"
#include "projections/tables_contract.h"
#include "projections/views/keys.h"

#define HOUR_SECONDS 3600
#define DEVICE_RULES                                                                               \
    (EN_VALIDATION_BIT(IDENT) | EN_VALIDATION_BIT(GAP) | EN_VALIDATION_BIT(CLOCK) |                \
     EN_VALIDATION_BIT(STATUS) | EN_VALIDATION_BIT(PWR_OUT) | EN_VALIDATION_BIT(PHASE) |           \
     EN_VALIDATION_BIT(INACTIVE) | EN_VALIDATION_BIT(TAMPER))

/* Cuts the days for which the subject holds to those of [from, to). */
static void cut_days(struct en_validity_subject *subject, struct en_instant from,
                     struct en_instant to)
{
    int64_t rest = 0;
    int64_t first = en_i64_divide_floor(from.us, EN_DAY_US, &rest) + (rest > 0);
    int64_t end = en_i64_divide_floor(to.us, EN_DAY_US, &rest) + (rest > 0);
    subject->from_day = first > subject->from_day ? (int32_t)first : subject->from_day;
    subject->to_day = end < subject->to_day ? (int32_t)end : subject->to_day;
}

/* The offset of the fiscal day, and for how long it holds. */
static en_code load_offset(struct en_store *store, struct en_validity_subject *subject,
                           struct en_instant at, struct en_error *err)
{
    struct en_point_row row = {.point = subject->point, .from = at};
    struct en_interval holds = {{INT64_MIN}, {INT64_MAX}};
    en_code code = en_table_last_before(store, &en_table_point, &row, 1, NULL, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    uint32_t object = row.object;
    cut_days(subject, row.from, (struct en_instant){INT64_MAX});
    struct en_table_scan scan;
    struct en_point_row next = {.point = subject->point, .from = {at.us + 1}};
    code = en_table_scan_begin(store, &en_table_point, &next, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &next, NULL, err);
        en_table_scan_end(&scan);
    }
    if (code == EN_OK) {
        cut_days(subject, (struct en_instant){INT64_MIN}, next.from);
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (object == 0) {
        return EN_OK;
    }
    code = en_keys_object_offset_span(store, object, at, &subject->offset_minutes, &holds, err);
    if (code == EN_OK) {
        cut_days(subject, holds.from, holds.to);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Takes a channel of the same point for what it is to the subject. */
static void take_neighbour(struct en_validity_subject *subject, uint32_t *siblings_count,
                           const struct en_channel_row *row,
                           const struct en_register_meaning *meaning)
{
    bool is_register = row->basis == EN_BASIS_REGISTER;
    bool is_same = row->unit == subject->unit && (uint8_t)meaning->direction == subject->direction;
    bool is_subject = row->channel == subject->channel;
    if (is_register && is_same && meaning->tariff == 0 && !is_subject) {
        subject->total = row->channel;
    }
    if (is_register && is_same && meaning->tariff > 0) {
        subject->has_tariffs = true;
    }
    if (!is_register && is_same && meaning->tariff == 0 && !is_subject) {
        subject->profile = row->channel;
    }
    bool is_profile = !is_register && row->slot_seconds == subject->slot_seconds &&
                      meaning->tariff == 0 && row->slot_seconds > 0;
    if (!is_profile) {
        return;
    }
    if ((uint8_t)meaning->direction == subject->direction) {
        subject->active = row->unit == EN_UNIT_KWH ? row->channel : subject->active;
        subject->reactive = row->unit == EN_UNIT_KVARH ? row->channel : subject->reactive;
    }
    if (!is_subject && *siblings_count < EN_COUNT_OF(subject->siblings)) {
        subject->siblings[(*siblings_count)++] = row->channel;
    }
}

static en_code load_neighbours(struct en_store *store, struct en_validity_subject *subject,
                               struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    uint32_t siblings_count = 0;
    struct en_point_channel_row from = {.point = subject->point};
    en_arena_init(&arena, 1u << 20);
    en_code code = en_table_scan_begin(store, &en_table_point_channel, &from, 1, &scan, err);
    while (code == EN_OK) {
        struct en_point_channel_row at;
        struct en_channel_row row;
        struct en_register_meaning meaning;
        code = en_table_scan_next(&scan, &at, &arena, err);
        if (code != EN_OK) {
            break;
        }
        row.channel = at.channel;
        if (en_register_meaning_of(at.code, &meaning, NULL) == EN_OK) {
            code = en_table_get(store, &en_table_channel, &row, NULL, err);
            if (code == EN_OK) {
                take_neighbour(subject, &siblings_count, &row, &meaning);
            }
            code = code == EN_NOT_FOUND ? EN_OK : code;
        }
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Whether anybody said which device measures the point, and how long the one of `at` does. */
static en_code load_installation(struct en_store *store, struct en_validity_subject *subject,
                                 struct en_instant at, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    struct en_installation_row row = {.point = subject->point, .from = {INT64_MIN}};
    struct en_interval *installed = &subject->installed;
    bool is_behind = false;
    en_arena_init(&arena, 1u << 20);
    en_code code = en_table_scan_begin(store, &en_table_installation, &row, 1, &scan, err);
    while (code == EN_OK && !is_behind) {
        code = en_table_scan_next(&scan, &row, &arena, err);
        if (code != EN_OK) {
            break;
        }
        subject->has_installation = true;
        is_behind = row.from.us > at.us;
        bool has_device = installed->to.us > installed->from.us;
        if (is_behind) {
            installed->to = has_device ? row.from : installed->to;
        } else {
            installed->from = row.from;
            subject->device = row.device;
            installed->to = row.device != 0 ? (struct en_instant){INT64_MAX} : row.from;
        }
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The voltage between phases of a phase voltage: times the root of three, cut to 1e-6 kV. */
static int64_t line_voltage(int64_t phase_micro)
{
    en_u128 square = (en_u128)phase_micro * (en_u128)phase_micro * 3;
    return (int64_t)en_u128_isqrt(square);
}

/* The contract in hand holds from its beginning to its end, or to the next one. */
static en_code cut_by_next_contract(struct en_store *store, struct en_validity_subject *subject,
                                    const struct en_contract_row *row, struct en_instant at,
                                    struct en_error *err)
{
    struct en_table_scan scan;
    struct en_contract_row next = {.point = subject->point, .from = {at.us + 1}};
    struct en_instant to = {INT64_MAX};
    cut_days(subject, row->from, to);
    if (row->to.us != 0 && row->to.us > at.us) {
        cut_days(subject, row->from, row->to);
    }
    en_code code = en_table_scan_begin(store, &en_table_contract, &next, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &next, NULL, err);
        en_table_scan_end(&scan);
    }
    if (code == EN_OK) {
        cut_days(subject, row->from, next.from);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* V-15: what the rule says, else the contract: its current and voltage, else its maximum power. */
static en_code load_capacity(struct en_store *store, struct en_validity_subject *subject,
                             struct en_instant at, const struct en_validity_plan *plan,
                             struct en_error *err)
{
    struct en_capacity capacity = {plan->cap_micro_kv, plan->cap_micro_a, subject->slot_seconds,
                                   false};
    int64_t power = plan->cap_power;
    bool is_told = power > 0 || (capacity.micro_kv > 0 && capacity.micro_a > 0);
    if (!is_told) {
        struct en_contract_row row = {.point = subject->point, .from = at};
        en_code code = en_table_last_before(store, &en_table_contract, &row, 1, NULL, err);
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        bool is_none = code == EN_NOT_FOUND;
        row.from.us = is_none ? INT64_MIN : row.from.us;
        bool has_ended = row.to.us != 0 && row.to.us <= at.us;
        bool has_circuit = row.current_micro > 0 && row.phase_voltage_micro > 0;
        capacity.is_single_phase = row.phases == 1;
        capacity.micro_a = has_ended ? 0 : row.current_micro;
        capacity.micro_kv = capacity.is_single_phase ? row.phase_voltage_micro
                                                     : line_voltage(row.phase_voltage_micro);
        power = has_circuit || has_ended ? 0 : row.max_power_micro;
        code = cut_by_next_contract(store, subject, &row, at, err);
        if (code != EN_OK || is_none) {
            return code;
        }
    }
    if (power > 0) {
        struct en_ratio hours = {subject->slot_seconds, HOUR_SECONDS};
        int64_t slot = 0;
        if (en_ratio_scale_half_up(hours, power, &slot)) {
            subject->cap_warning = en_validation_share_of(plan->cap_warning, slot);
            subject->cap_error = en_validation_share_of(plan->cap_error, slot);
        }
    } else if (capacity.micro_a > 0 && capacity.micro_kv > 0) {
        subject->cap_warning = en_validation_cap(&capacity, plan->cap_warning);
        subject->cap_error = en_validation_cap(&capacity, plan->cap_error);
    }
    return EN_OK;
}

/* The rules of a channel that needs no look around are the usual ones. */
static bool looks_around(const struct en_validity_plan *plan)
{
    const uint64_t rules = EN_VALIDATION_BIT(SUM) | EN_VALIDATION_BIT(REG_MONO) |
                           EN_VALIDATION_BIT(TOU_SUM) | EN_VALIDATION_BIT(KVARH) |
                           EN_VALIDATION_BIT(PF) | EN_VALIDATION_BIT(SIBLING);
    return (plan->in_force & rules) != 0;
}

static bool is_energy(uint8_t unit)
{
    return unit == EN_UNIT_KWH || unit == EN_UNIT_KVARH || unit == EN_UNIT_KVAH;
}

en_code en_validity_subject_load(struct en_store *store, uint32_t channel, int32_t day,
                                 const struct en_validity_plan *plan,
                                 struct en_validity_subject *subject, struct en_error *err)
{
    struct en_instant at = {(int64_t)day * EN_DAY_US};
    struct en_channel_row row = {.channel = channel};
    *subject = (struct en_validity_subject){.channel = channel,
                                            .cap_warning = INT64_MAX,
                                            .cap_error = INT64_MAX,
                                            .from_day = EN_DAY_MIN,
                                            .to_day = EN_DAY_MAX,
                                            .basis = EN_BASIS_PROFILE,
                                            .is_primary = true,
                                            .rules = plan->rules};
    en_code code = en_table_get(store, &en_table_channel, &row, NULL, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    subject->is_known = true;
    subject->point = row.point;
    subject->slot_seconds = row.slot_seconds;
    subject->unit = row.unit;
    subject->basis = row.basis;
    subject->is_primary = row.is_primary;
    struct en_register_meaning meaning;
    if (en_register_meaning_of(row.code, &meaning, NULL) == EN_OK) {
        subject->direction = (uint8_t)meaning.direction;
        subject->tariff = meaning.tariff;
        subject->is_total_register = row.basis == EN_BASIS_REGISTER && meaning.tariff == 0;
        if (looks_around(plan)) {
            code = load_neighbours(store, subject, err);
        }
    }
    code = code == EN_NOT_FOUND ? EN_OK : code;
    if (code == EN_OK) {
        code = load_offset(store, subject, at, err);
    }
    if (code == EN_OK && (plan->in_force & DEVICE_RULES) != 0) {
        code = load_installation(store, subject, at, err);
    }
    bool has_capacity = en_validity_asks(plan, EN_V_CAP) && subject->slot_seconds > 0 &&
                        (is_energy(subject->unit) || plan->cap_power > 0);
    return code == EN_OK && has_capacity ? load_capacity(store, subject, at, plan, err) : code;
}
