#include "processors/decree/period.h"

#include "core/metering/quantity.h"
#include "core/metering/tariff/calendar.h"
#include "processors/decree/schedule.h"

#define CALENDAR_ARENA_SIZE (16u << 20)

/* Everything a stretch of missing time is judged by. */
struct stretch {
    struct en_interval span; /* of the period */
    struct en_force force;
    struct en_contract_cause cause;
    struct en_contract_row contract;
    bool has_contract;
    struct en_decree_state state;
    int32_t offset_minutes;
    struct en_instant began; /* when the channel began */
    struct en_interval reference;
    int64_t power_micro;
    int64_t household_micro;
    en_decree_method household;
};

static int64_t length_of(struct en_interval span)
{
    return span.to.us - span.from.us;
}

static bool is_empty(struct en_interval span)
{
    return span.from.us >= span.to.us;
}

/* ---- past periods ---- */

/* Days that a period has, the last perhaps cut; 0: more than can be mapped. */
static size_t days_of(struct en_interval span)
{
    int64_t days = (length_of(span) + EN_DAY_US - 1) / EN_DAY_US;
    return days > EN_DECREE_DAYS_MAX ? 0 : (size_t)days;
}

/* Classes of the days by the calendar that the point has at the start of the time. */
static en_code classes_of(struct en_period_work *work, struct en_interval span, int32_t offset,
                          size_t count, uint8_t *classes, struct en_error *err)
{
    struct en_arena arena;
    const struct en_calendar *calendar = NULL;
    struct en_day first = en_day_of_instant(span.from, offset);
    en_arena_init(&arena, CALENDAR_ARENA_SIZE);
    en_code code =
        en_decree_calendar(work->fold, work->info.point, span.from, &arena, &calendar, err);
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        struct en_day day = {first.n + (int32_t)i};
        classes[i] = (uint8_t)en_calendar_like_day(calendar, day);
    }
    en_arena_fini(&arena);
    return code;
}

/* The time of the reference that a day of the period takes, cut where the day is. */
static struct en_interval day_of_reference(struct en_interval reference, uint8_t day,
                                           int64_t length_us)
{
    struct en_instant from = {reference.from.us + day * EN_DAY_US};
    return (struct en_interval){from, {from.us + length_us}};
}

static int64_t day_length(struct en_interval span, size_t day)
{
    int64_t left = length_of(span) - (int64_t)day * EN_DAY_US;
    return left < EN_DAY_US ? left : EN_DAY_US;
}

/* Loads the past period and lays its days on those of the period: work->map, work->weights. False
 * (in *is_good): it was not measured whole, or something below 0 or too large stands in it. */
static en_code load_reference(struct en_period_work *work, struct en_interval span,
                              struct en_interval reference, en_decree_align align,
                              int32_t offset_minutes, bool *is_good, struct en_error *err)
{
    uint8_t classes[EN_DECREE_DAYS_MAX] = {0};
    uint8_t reference_classes[EN_DECREE_DAYS_MAX] = {0};
    size_t count = days_of(span);
    size_t reference_count = days_of(reference);
    *is_good = false;
    if (count == 0 || reference_count == 0) {
        return EN_OK;
    }
    en_code code =
        en_timeline_load(&work->reference, work->fold, work->channel, &work->info, reference, err);
    if (code != EN_OK || !en_timeline_covers(&work->reference, reference, true)) {
        return code;
    }
    bool is_by_class = align == EN_DECREE_BY_CLASS || count != reference_count;
    if (is_by_class) {
        code = classes_of(work, span, offset_minutes, count, classes, err);
    }
    if (code == EN_OK && is_by_class) {
        code = classes_of(work, reference, offset_minutes, reference_count, reference_classes, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_decree_map_days(align, classes, count, reference_classes, reference_count, work->map);
    work->is_direct = align == EN_DECREE_BY_DAY && length_of(span) == length_of(reference);
    work->weights[0] = 0;
    *is_good = true;
    for (size_t i = 0; i < count && *is_good; i++) {
        int64_t weight = 0;
        struct en_interval day = day_of_reference(reference, work->map[i], day_length(span, i));
        *is_good = en_timeline_energy(&work->reference, day, &weight) && weight >= 0 &&
                   en_i64_add(work->weights[i], weight, &work->weights[i + 1]);
    }
    *is_good = *is_good && en_timeline_energy(&work->reference, reference, &work->total_micro);
    return EN_OK;
}

/* What the mapped days come to from the start of the period to the instant. */
static int64_t weight_until(const struct en_period_work *work, struct en_interval span,
                            struct en_interval reference, struct en_instant at)
{
    int64_t into = at.us - span.from.us;
    size_t day = (size_t)(into / EN_DAY_US);
    int64_t rest = into % EN_DAY_US;
    int64_t weight = 0;
    EN_ASSERT(into >= 0 && at.us <= span.to.us);
    if (rest > 0) {
        bool fits = en_timeline_energy(&work->reference,
                                       day_of_reference(reference, work->map[day], rest), &weight);
        EN_ASSERT(fits); /* parts of a day whose whole fits, none below 0 */
    }
    return work->weights[day] + weight;
}

/* The energy of a time of the period by the past one. The whole period gets the past one's total;
 * where the lengths are the same, each slot gets its slot's. */
static int64_t energy_by_reference(const struct en_period_work *work, struct en_interval span,
                                   struct en_interval reference, struct en_interval asked)
{
    int64_t from = weight_until(work, span, reference, asked.from);
    int64_t to = weight_until(work, span, reference, asked.to);
    int64_t whole = work->weights[days_of(span)];
    if (work->is_direct) {
        return to - from;
    }
    if (whole == 0 || from > to) {
        return en_decree_part(work->total_micro, asked.from.us - span.from.us,
                              asked.to.us - span.from.us, length_of(span));
    }
    return en_decree_part(work->total_micro, from, to, whole);
}

/* The same moment a year earlier; the last day of February for the 29th. */
static struct en_instant year_before(struct en_instant at, int32_t offset_minutes)
{
    struct en_civil civil = en_instant_civil(at, offset_minutes);
    struct en_instant before = at;
    civil.year--;
    civil.day = civil.month == 2 && civil.day == 29 ? 28 : civil.day;
    en_code code = en_instant_of_civil(&civil, offset_minutes, &before, NULL);
    EN_ASSERT(code == EN_OK); /* days leave a year at either end of the calendar */
    return before;
}

static en_code probe_prior(struct en_period_work *work, struct stretch *stretch, bool *has,
                           struct en_error *err)
{
    struct en_instant at = year_before(stretch->span.from, stretch->offset_minutes);
    *has = false;
    en_code code = en_contract_period(work->fold, work->info.point, at, &stretch->reference, err);
    if (code != EN_OK || stretch->reference.from.us < stretch->began.us) {
        return code;
    }
    return load_reference(work, stretch->span, stretch->reference, stretch->force.align,
                          stretch->offset_minutes, has, err);
}

static en_code probe_nearest(struct en_period_work *work, struct stretch *stretch, bool *has,
                             struct en_error *err)
{
    struct en_instant at = {stretch->span.from.us - 1};
    en_code code = EN_OK;
    *has = false;
    for (uint32_t i = 0; i < stretch->force.nearest_months && code == EN_OK && !*has; i++) {
        code = en_contract_period(work->fold, work->info.point, at, &stretch->reference, err);
        if (code != EN_OK || stretch->reference.from.us < stretch->began.us) {
            break;
        }
        code = load_reference(work, stretch->span, stretch->reference, stretch->force.align,
                              stretch->offset_minutes, has, err);
        at.us = stretch->reference.from.us - 1;
    }
    return code;
}

/* ---- the control meter ---- */

/* What the control meter's energy comes to at the point; false when it does not fit. */
static bool carry_control(const struct en_contract_row *contract, int64_t energy, int64_t *micro)
{
    struct en_decree_control control = {
        .micro = energy,
        .ratio = contract->control_ratio.den == 0 ? EN_RATIO_ONE : contract->control_ratio,
        .loss_share =
            contract->loss_share.den == 0 ? (struct en_ratio){0, 1} : contract->loss_share,
    };
    return en_decree_control(&control, micro);
}

static en_code load_control(struct en_period_work *work, const struct en_contract_row *contract,
                            struct en_interval part, struct en_error *err)
{
    struct en_channel_info info;
    uint32_t channel = contract->control_channel;
    work->reference.count = 0;
    if (channel == 0 || channel == work->channel) {
        return EN_OK;
    }
    en_code code = en_registry_channel(work->fold, channel, &info, err);
    return code == EN_OK && info.unit == work->info.unit
               ? en_timeline_load(&work->reference, work->fold, channel, &info, part, err)
               : code;
}

static en_code probe_control(struct en_period_work *work, struct stretch *stretch,
                             struct en_interval part, bool *has, struct en_error *err)
{
    *has = false;
    if (!stretch->has_contract || stretch->contract.control_channel == 0) {
        return EN_OK;
    }
    int64_t energy = 0;
    en_code code = load_control(work, &stretch->contract, part, err);
    *has = code == EN_OK && en_timeline_covers(&work->reference, part, true) &&
           en_timeline_energy(&work->reference, part, &energy) &&
           carry_control(&stretch->contract, energy, &energy);
    return code;
}

/* ---- calculation ---- */

/* Maximum power and currents are those of received active energy. */
static bool is_calculable(const struct en_period_work *work, const struct stretch *stretch)
{
    return stretch->has_contract && work->info.unit == EN_UNIT_KWH && work->info.bears_load;
}

struct inlets {
    int64_t currents[EN_CONNECTION_POINTS_MAX];
    int64_t powers[EN_CONNECTION_POINTS_MAX];
    size_t count;
    size_t own;
    bool has_own;
};

/* The points that share the connection at the instant, with their currents. */
static en_code gather_inlets(struct en_period_work *work, struct en_slice connection,
                             struct en_instant at, struct inlets *inlets, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_connection_point_row row = {.connection = connection};
    struct en_arena arena;
    en_arena_init(&arena, EN_NAME_SIZE_MAX * 64u);
    en_code code =
        en_table_scan_begin(work->fold->store, &en_table_connection_point, &row, 1, &scan, err);
    while (code == EN_OK) {
        struct en_contract_row contract;
        struct en_instant until;
        code = en_table_scan_next(&scan, &row, &arena, err);
        en_code found = code == EN_OK
                            ? en_contract_at(work->fold, row.point, at, &contract, &until, err)
                            : code;
        bool is_member = found == EN_OK && contract.current_micro > 0 &&
                         en_slice_equal(contract.connection, connection);
        code = found == EN_NOT_FOUND && code == EN_OK ? EN_OK : found;
        if (is_member && inlets->count == EN_CONNECTION_POINTS_MAX) {
            code = en_error_set(err, EN_LIMIT, "over %u points share a connection",
                                EN_CONNECTION_POINTS_MAX);
        } else if (is_member) {
            inlets->own = row.point == work->info.point ? inlets->count : inlets->own;
            inlets->has_own = inlets->has_own || row.point == work->info.point;
            inlets->currents[inlets->count++] = contract.current_micro;
        }
        en_arena_reset(&arena);
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* D442-C: the point's maximum power, or its share of the connection's (C2). */
static en_code probe_power(struct en_period_work *work, struct stretch *stretch,
                           struct en_instant at, bool *has, struct en_error *err)
{
    const struct en_contract_row *contract = &stretch->contract;
    char name[EN_NAME_SIZE_MAX];
    struct inlets inlets = {.count = 0};
    *has = is_calculable(work, stretch) && contract->max_power_micro > 0;
    stretch->power_micro = *has ? contract->max_power_micro : 0;
    if (*has || !is_calculable(work, stretch) || contract->connection_power_micro == 0) {
        return EN_OK;
    }
    EN_ASSERT(contract->connection.size <= sizeof name);
    memcpy(name, contract->connection.bytes, contract->connection.size);
    struct en_slice connection = en_slice_of(name, contract->connection.size);
    en_code code = gather_inlets(work, connection, at, &inlets, err);
    if (code == EN_OK && inlets.has_own) {
        code = en_decree_split_power(contract->connection_power_micro, inlets.currents,
                                     inlets.count, inlets.powers, err);
        *has = code == EN_OK;
        stretch->power_micro = *has ? inlets.powers[inlets.own] : 0;
    }
    return code;
}

static struct en_decree_current inlet_of(const struct stretch *stretch)
{
    const struct en_contract_row *contract = &stretch->contract;
    bool has_voltage = contract->phase_voltage_micro > 0;
    return (struct en_decree_current){
        .micro_a = contract->current_micro,
        .micro_kv = has_voltage ? contract->phase_voltage_micro : stretch->force.voltage_micro,
        .cos_phi = contract->cos_phi.den == 0 ? stretch->force.rules.cos_phi : contract->cos_phi,
        .phases = contract->phases,
    };
}

static bool has_current(const struct en_period_work *work, const struct stretch *stretch)
{
    return is_calculable(work, stretch) && stretch->contract.current_micro > 0 &&
           stretch->contract.phases > 0;
}

/* T of the stretch: by the factor that the rule bears, else by the dates of the interim; of
 * interference only as long after its beginning as may be reckoned. */
static struct en_decree_time time_of(const struct stretch *stretch, struct en_interval part,
                                     en_decree_purpose purpose)
{
    const struct en_force *force = &stretch->force;
    if (purpose == EN_DECREE_UNACCOUNTED) {
        int64_t most = force->rules.unaccounted_hours_max * EN_HOUR_US;
        int64_t end = stretch->cause.holds.from.us + most;
        part.to.us = part.to.us < end ? part.to.us : end;
        part.to.us = part.to.us < part.from.us ? part.from.us : part.to.us;
    }
    struct en_decree_time time =
        en_decree_time_of(&force->rules, part, stretch->offset_minutes, purpose);
    bool is_by_rule =
        purpose == EN_DECREE_SUBSTITUTED && !en_ratio_equal(force->factor, EN_RATIO_ONE);
    if (is_by_rule) {
        time.reduced_seconds += time.seconds;
        time.seconds = 0;
        time.factor = force->factor;
    }
    return time;
}

/* ---- households ---- */

/* D354-A: the measured periods behind, and what stands for this one. */
static en_code choose_household(struct en_period_work *work, struct stretch *stretch,
                                struct en_error *err)
{
    const struct en_household_rules *rules = &stretch->force.household;
    int64_t months[EN_HOUSEHOLD_MONTHS_MAX];
    struct en_household household = {.months = months,
                                     .norm_micro = stretch->contract.norm_micro,
                                     .missing_count = stretch->state.missing_count};
    struct en_instant at = {stretch->span.from.us - 1};
    en_code code = EN_OK;
    uint32_t looked = 0;
    household.missing_count += household.missing_count == 0 ? 1 : 0;
    for (; looked < 4 * rules->months_min && household.months_count < rules->months_min &&
           household.months_count < EN_HOUSEHOLD_MONTHS_MAX && code == EN_OK;
         looked++) {
        struct en_interval past;
        code = en_contract_period(work->fold, work->info.point, at, &past, err);
        if (code != EN_OK || past.from.us < stretch->began.us) {
            household.is_young = code == EN_OK && looked < rules->months_min;
            break;
        }
        code =
            en_timeline_load(&work->reference, work->fold, work->channel, &work->info, past, err);
        if (code == EN_OK && en_timeline_covers(&work->reference, past, true) &&
            en_timeline_energy(&work->reference, past, &months[household.months_count])) {
            household.months_count++;
        }
        at.us = past.from.us - 1;
    }
    en_household_method method = en_household_volume(rules, &household, &stretch->household_micro);
    bool is_norm = method == EN_HOUSEHOLD_NORM;
    bool has_norm = stretch->has_contract && household.norm_micro > 0;
    stretch->household = !is_norm   ? EN_DECREE_METHOD_MEAN
                         : has_norm ? EN_DECREE_METHOD_NORM
                                    : EN_DECREE_METHOD_NONE;
    return code;
}

/* ---- choosing ---- */

static en_code probe(struct en_period_work *work, struct stretch *stretch, struct en_interval part,
                     unsigned method, bool *has, struct en_error *err)
{
    switch ((en_decree_method)method) {
    case EN_DECREE_METHOD_CONTROL:
        return probe_control(work, stretch, part, has, err);
    case EN_DECREE_METHOD_PRIOR:
        return probe_prior(work, stretch, has, err);
    case EN_DECREE_METHOD_NEAREST:
        return probe_nearest(work, stretch, has, err);
    case EN_DECREE_METHOD_MAX_POWER:
        return probe_power(work, stretch, part.from, has, err);
    default:
        EN_ASSERT(method == EN_DECREE_METHOD_CURRENT);
        *has = has_current(work, stretch);
        return EN_OK;
    }
}

/* Asks for the data of one method after another, until one is chosen. */
static en_code choose(struct en_period_work *work, struct stretch *stretch, struct en_interval part,
                      struct en_decree_choice *choice, struct en_error *err)
{
    en_decree_available available = 0;
    en_code code = EN_OK;
    *choice = (struct en_decree_choice){.method = EN_DECREE_METHOD_NONE};
    for (unsigned method = EN_DECREE_METHOD_CONTROL;
         method <= EN_DECREE_METHOD_CURRENT && code == EN_OK &&
         choice->method == EN_DECREE_METHOD_NONE;
         method++) {
        en_decree_available bit = UINT32_C(1) << method;
        struct en_decree_choice only =
            en_decree_choose(&stretch->force.rules, stretch->state,
                             (en_decree_cause)stretch->cause.cause, stretch->force.methods, bit);
        bool has = false;
        if (only.method == (en_decree_method)method) {
            code = probe(work, stretch, part, method, &has, err);
        }
        available |= has ? bit : 0;
        *choice = en_decree_choose(&stretch->force.rules, stretch->state,
                                   (en_decree_cause)stretch->cause.cause, stretch->force.methods,
                                   available);
    }
    return code;
}

static void set_reference(struct en_decree_part *part, const struct en_period_work *work,
                          struct en_interval reference)
{
    part->reference_from = reference.from;
    part->reference_to = reference.to;
    part->mark = en_timeline_mark(&work->reference, reference);
}

/* The energy of the part by the chosen method. What does not fit is not given. */
static void give_energy(struct en_period_work *work, const struct stretch *stretch,
                        const struct en_decree_choice *choice, struct en_decree_part *part)
{
    struct en_interval span = {part->from, part->to};
    struct en_decree_time time = time_of(stretch, span, choice->purpose);
    struct en_decree_current inlet = inlet_of(stretch);
    int64_t energy = 0;
    bool fits = true;
    switch (choice->method) {
    case EN_DECREE_METHOD_CONTROL:
        fits = en_timeline_energy(&work->reference, span, &energy) &&
               carry_control(&stretch->contract, energy, &part->micro);
        part->mark = en_timeline_mark(&work->reference, span);
        break;
    case EN_DECREE_METHOD_PRIOR:
    case EN_DECREE_METHOD_NEAREST:
        part->micro = energy_by_reference(work, stretch->span, stretch->reference, span);
        set_reference(part, work, stretch->reference);
        break;
    case EN_DECREE_METHOD_MAX_POWER:
        part->power_micro = stretch->power_micro;
        fits = en_decree_max_power(stretch->power_micro, &time, &part->micro);
        break;
    case EN_DECREE_METHOD_CURRENT:
        fits = en_decree_current(&inlet, stretch->force.rules.demand_divisor, &time, &part->micro);
        break;
    default:
        break;
    }
    part->method = fits ? (uint8_t)choice->method : EN_DECREE_METHOD_NONE;
}

static uint64_t pack_refusals(const struct en_decree_choice *choice)
{
    uint64_t refusals = 0;
    for (unsigned i = 0; i < EN_DECREE_METHODS_COUNT; i++) {
        refusals |= (uint64_t)choice->refusals[i] << (4 * i);
    }
    return refusals;
}

static en_code fill_part(struct en_period_work *work, struct stretch *stretch,
                         struct en_decree_part *part, struct en_error *err)
{
    struct en_decree_choice choice;
    struct en_interval span = {part->from, part->to};
    part->cause = stretch->cause.cause;
    part->missing_count = stretch->state.missing_count;
    if (stretch->force.methods == 0) {
        return EN_OK; /* no chain is in force on these days */
    }
    en_decree_available all = stretch->force.methods;
    if (stretch->force.is_household) {
        stretch->force.methods &= EN_DECREE_HAS(CONTROL);
    }
    en_code code = choose(work, stretch, span, &choice, err);
    stretch->force.methods = all;
    if (code == EN_OK && stretch->force.is_household && choice.method == EN_DECREE_METHOD_NONE) {
        code = choose_household(work, stretch, err);
        part->method = (uint8_t)stretch->household;
        part->micro =
            en_decree_part(stretch->household_micro, part->from.us - stretch->span.from.us,
                           part->to.us - stretch->span.from.us, length_of(stretch->span));
        return code;
    }
    part->refusals = pack_refusals(&choice);
    if (code == EN_OK && choice.method != EN_DECREE_METHOD_NONE) {
        give_energy(work, stretch, &choice, part);
    }
    return code;
}

/* ---- cutting ---- */

static en_code day_start(struct en_fold *fold, uint32_t point, int32_t day,
                         struct en_instant *start, struct en_error *err)
{
    int32_t offset = 0;
    struct en_instant guess = {day * EN_DAY_US};
    en_code code = en_registry_offset(fold, point, guess, &offset, err);
    *start = en_day_interval((struct en_day){day}, offset).from;
    return code;
}

/* What is in force at the instant, and until when (at most `end`) that is so. */
static en_code force_span(struct en_period_work *work, struct en_instant at, struct en_instant end,
                          struct stretch *stretch, struct en_instant *until, struct en_error *err)
{
    struct en_force next;
    int32_t day = en_day_of_instant(at, stretch->offset_minutes).n;
    en_code code = en_force_on(work->fold, work->channel, day, &stretch->force, err);
    *until = end;
    while (code == EN_OK) {
        struct en_instant start;
        day++;
        code = day_start(work->fold, work->info.point, day, &start, err);
        if (code != EN_OK || start.us >= end.us) {
            break;
        }
        code = en_force_on(work->fold, work->channel, day, &next, err);
        if (code == EN_OK && !en_force_equal(&stretch->force, &next)) {
            *until = start;
            break;
        }
    }
    return code;
}

/* Everything that holds at the instant, and until when all of it does. */
static en_code judge(struct en_period_work *work, struct en_instant at, struct stretch *stretch,
                     struct en_instant *until, struct en_error *err)
{
    struct en_instant changes;
    en_code code =
        en_registry_offset(work->fold, work->info.point, at, &stretch->offset_minutes, err);
    code = code == EN_OK ? en_contract_cause(work->fold, work->info.point, at, &stretch->cause, err)
                         : code;
    code = code == EN_OK ? force_span(work, at, *until, stretch, until, err) : code;
    if (code != EN_OK) {
        return code;
    }
    until->us = stretch->cause.holds.to.us < until->us ? stretch->cause.holds.to.us : until->us;
    code = en_contract_at(work->fold, work->info.point, at, &stretch->contract, &changes, err);
    stretch->has_contract = code == EN_OK;
    until->us = changes.us < until->us ? changes.us : until->us;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The missing time of a stretch: from its first to its last missing moment. */
static struct en_interval missing_inside(const struct en_timeline *known, struct en_interval span)
{
    struct en_interval missing = {en_timeline_covered_until(known, span.from), span.from};
    struct en_instant at = missing.from;
    while (at.us < span.to.us) {
        struct en_instant next = en_timeline_next(known, at);
        missing.to = next.us < span.to.us ? next : span.to;
        at = en_timeline_covered_until(known, missing.to);
        EN_ASSERT(at.us > missing.to.us || missing.to.us == span.to.us);
    }
    return missing;
}

/* Parts for all missing time in [from, to), judged by one state. */
static en_code cut_parts(struct en_period_work *work, struct stretch *stretch,
                         struct en_interval time, size_t *count, struct en_error *err)
{
    en_code code = EN_OK;
    struct en_instant at = time.from;
    while (code == EN_OK && at.us < time.to.us) {
        at = en_timeline_covered_until(&work->known, at);
        struct en_instant until = time.to;
        if (at.us >= time.to.us || *count == EN_PERIOD_PARTS_MAX) {
            break;
        }
        code = judge(work, at, stretch, &until, err);
        until = *count + 1 == EN_PERIOD_PARTS_MAX ? time.to : until; /* the last bears the rest */
        struct en_interval missing = missing_inside(&work->known, (struct en_interval){at, until});
        if (code == EN_OK && !is_empty(missing)) {
            struct en_decree_part *part = &work->parts[(*count)++];
            *part = (struct en_decree_part){.from = missing.from, .to = missing.to};
            code = fill_part(work, stretch, part, err);
        }
        at = until;
    }
    return code;
}

static bool are_all_control(const struct en_period_work *work, size_t count)
{
    bool is_control = true;
    for (size_t i = 0; i < count; i++) {
        is_control = is_control && work->parts[i].method == EN_DECREE_METHOD_CONTROL;
    }
    return is_control;
}

/* The first usable reading of the period: of registers one at its end, too, or those around all of
 * it. */
static en_code find_reading(struct en_period_work *work, struct en_interval span,
                            struct en_instant *at, bool *is_found, struct en_error *err)
{
    if (en_channel_is_sparse(&work->info)) {
        bool is_whole = en_timeline_covers(&work->known, span, false);
        en_code code = en_reads_first(work->fold, work->channel, span, at, is_found, err);
        *is_found = *is_found || is_whole; /* between two readings: nothing is missing any more */
        at->us = *is_found && at->us < span.to.us ? at->us : span.to.us;
        return code;
    }
    *at = en_timeline_first_reading(&work->known, span, is_found);
    return EN_OK;
}

en_code en_period_begin(struct en_period_work *work, struct en_fold *fold, uint32_t channel,
                        struct en_error *err)
{
    work->fold = fold;
    work->channel = channel;
    work->is_loaded = false;
    return en_registry_channel(fold, channel, &work->info, err);
}

void en_period_work_fini(struct en_period_work *work)
{
    en_timeline_fini(&work->known);
    en_timeline_fini(&work->reference);
}

/* A period with missing time, or with doubts. */
static en_code evaluate_closely(struct en_period_work *work, struct en_interval span,
                                struct en_instant not_before, struct en_decree_state before,
                                struct en_decree_period_row *row, struct en_error *err)
{
    struct stretch stretch = {.span = span, .began = not_before};
    struct en_interval active = span;
    struct en_instant reading = span.to;
    bool has_reading = false;
    size_t count = 0;
    active.from.us = not_before.us > span.from.us ? not_before.us : span.from.us;
    work->is_loaded = false;
    en_code code =
        en_timeline_load(&work->known, work->fold, work->channel, &work->info, span, err);
    code = code == EN_OK ? find_reading(work, span, &reading, &has_reading, err) : code;
    /* Time before the first reading still belongs to the run of periods without one. */
    stretch.state = en_decree_next(before, EN_DECREE_COVER_MISSING);
    struct en_interval head = {active.from, has_reading ? reading : span.to};
    struct en_interval tail = {head.to.us > active.from.us ? head.to : active.from, span.to};
    code = code == EN_OK ? cut_parts(work, &stretch, head, &count, err) : code;
    stretch.state = (struct en_decree_state){0};
    code = code == EN_OK ? cut_parts(work, &stretch, tail, &count, err) : code;
    bool is_control = !has_reading && are_all_control(work, count) &&
                      en_timeline_is_control(&work->known, active) && !is_empty(active);
    en_decree_cover cover = has_reading  ? EN_DECREE_COVER_READ
                            : is_control ? EN_DECREE_COVER_CONTROL
                                         : EN_DECREE_COVER_MISSING;
    *row = (struct en_decree_period_row){
        .channel = work->channel,
        .from = span.from,
        .to = span.to,
        .cover = (uint8_t)cover,
        .missing_count = en_decree_next(before, cover).missing_count,
        .parts = {work->parts, (uint32_t)count},
    };
    return code;
}

en_code en_period_evaluate(struct en_period_work *work, struct en_interval span,
                           struct en_instant not_before, struct en_decree_state before,
                           struct en_decree_period_row *row, struct en_error *err)
{
    bool is_plain = false;
    en_code code =
        en_timeline_is_plain_span(work->fold, work->channel, &work->info, span, &is_plain, err);
    if (code != EN_OK || !is_plain) {
        return code == EN_OK ? evaluate_closely(work, span, not_before, before, row, err) : code;
    }
    *row = (struct en_decree_period_row){
        .channel = work->channel,
        .from = span.from,
        .to = span.to,
        .cover = EN_DECREE_COVER_READ,
        .parts = {work->parts, 0},
    };
    return EN_OK;
}

/* Brings up what the part copies from. */
static en_code load_part(struct en_period_work *work, const struct en_decree_period_row *row,
                         const struct en_decree_part *part, struct en_error *err)
{
    if (work->is_loaded && work->loaded_from.us == part->from.us &&
        work->loaded_mark == part->mark) {
        return EN_OK;
    }
    struct en_interval span = {row->from, row->to};
    struct en_interval reference = {part->reference_from, part->reference_to};
    struct en_instant until;
    struct en_force force;
    int32_t offset = 0;
    bool is_good = true;
    en_code code = en_registry_offset(work->fold, work->info.point, part->from, &offset, err);
    if (code == EN_OK && part->method == EN_DECREE_METHOD_CONTROL) {
        code =
            en_contract_at(work->fold, work->info.point, part->from, &work->contract, &until, err);
        code = code == EN_OK ? load_control(work, &work->contract,
                                            (struct en_interval){part->from, part->to}, err)
                             : code;
        is_good = en_timeline_mark(&work->reference, (struct en_interval){part->from, part->to}) ==
                  part->mark;
    } else if (code == EN_OK) {
        int32_t day = en_day_of_instant(part->from, offset).n;
        code = en_force_on(work->fold, work->channel, day, &force, err);
        code = code == EN_OK
                   ? load_reference(work, span, reference, force.align, offset, &is_good, err)
                   : code;
    }
    /* what was stored is of earlier values: the period is computed anew, and this day with it */
    work->is_loaded = code == EN_OK && is_good;
    work->loaded_from = part->from;
    work->loaded_mark = part->mark;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_period_slot(struct en_period_work *work, const struct en_decree_period_row *row,
                       const struct en_decree_part *part, struct en_interval slot, int64_t *micro,
                       bool *is_given, struct en_error *err)
{
    EN_ASSERT(slot.from.us >= part->from.us && slot.to.us <= part->to.us);
    struct en_interval span = {row->from, row->to};
    struct en_interval until = {part->from, slot.from};
    struct en_interval through = {part->from, slot.to};
    bool is_copied = part->method == EN_DECREE_METHOD_CONTROL ||
                     part->method == EN_DECREE_METHOD_PRIOR ||
                     part->method == EN_DECREE_METHOD_NEAREST;
    *is_given = part->method != EN_DECREE_METHOD_NONE;
    if (!*is_given) {
        return EN_OK;
    }
    en_code code = is_copied ? load_part(work, row, part, err) : EN_OK;
    if (code != EN_OK || (is_copied && !work->is_loaded)) {
        *is_given = false;
        return code;
    }
    int64_t before = 0;
    int64_t after = 0;
    if (part->method == EN_DECREE_METHOD_CONTROL) {
        /* prefixes of the part, so that its slots add up to the part carried whole */
        *is_given = en_timeline_energy(&work->reference, until, &before) &&
                    en_timeline_energy(&work->reference, through, &after) &&
                    carry_control(&work->contract, before, &before) &&
                    carry_control(&work->contract, after, &after) &&
                    en_i64_subtract(after, before, micro);
    } else if (is_copied) {
        struct en_interval reference = {part->reference_from, part->reference_to};
        *micro = energy_by_reference(work, span, reference, slot);
    } else {
        *micro = en_decree_part(part->micro, slot.from.us - part->from.us,
                                slot.to.us - part->from.us, part->to.us - part->from.us);
    }
    return EN_OK;
}
