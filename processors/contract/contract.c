/* Contracts of points and the causes of missing readings: taken where they can be computed with,
 * refused with the reason where not. */
#include "processors/contract/contract.h"

#include "core/metering/decree/decree_chain.h"
#include "processors/registry/registry.h"
#include "projections/tables.h"

#define POWER_MAX_MICRO (INT64_C(1000000000) * EN_MICRO) /* 1e9 kW */
#define CURRENT_MAX_MICRO (INT64_C(1000000) * EN_MICRO)  /* 1e6 A */
#define VOLTAGE_MAX_MICRO (INT64_C(1000) * EN_MICRO)     /* 1e3 kV */
#define BILLING_DAY_MAX 28u

static bool is_between(int64_t micro, int64_t max)
{
    return micro >= 0 && micro <= max;
}

static bool is_stated(struct en_ratio ratio)
{
    return ratio.den != 0;
}

static bool is_share(struct en_ratio ratio)
{
    return en_ratio_is_valid(ratio) && en_ratio_compare(ratio, (struct en_ratio){-1, 1}) > 0 &&
           en_ratio_compare(ratio, EN_RATIO_ONE) < 0;
}

/* What is wrong with the powers, and how to mend it; NULL nothing. */
static const char *power_fault(const struct en_contract_set *payload)
{
    if (!is_between(payload->max_power_micro, POWER_MAX_MICRO) ||
        !is_between(payload->connection_power_micro, POWER_MAX_MICRO) ||
        !is_between(payload->declared_power_micro, POWER_MAX_MICRO) ||
        !is_between(payload->contracted_power_micro, POWER_MAX_MICRO)) {
        return "a power is below 0 or above 1e9 kW";
    }
    if (payload->connection_power_micro > 0 && payload->connection.size == 0) {
        return "the power of a whole connection wants the connection's name";
    }
    if (payload->connection.size > 0 && payload->current_micro == 0) {
        return "a share of a connection goes by the permissible current: give it";
    }
    return NULL;
}

/* The same of the inlet. */
static const char *inlet_fault(const struct en_contract_set *payload)
{
    if (!is_between(payload->current_micro, CURRENT_MAX_MICRO)) {
        return "the permissible current is below 0 or above 1e6 A";
    }
    if (!is_between(payload->phase_voltage_micro, VOLTAGE_MAX_MICRO)) {
        return "the phase voltage is below 0 or above 1000 kV";
    }
    if (payload->phases != 0 && payload->phases != 1 && payload->phases != 3) {
        return "an inlet has 1 or 3 phases";
    }
    bool is_cos_good = !is_stated(payload->cos_phi) ||
                       (en_ratio_is_valid(payload->cos_phi) && payload->cos_phi.num > 0 &&
                        en_ratio_compare(payload->cos_phi, EN_RATIO_ONE) <= 0);
    return is_cos_good ? NULL : "cos phi lies above 0 and not above 1";
}

/* The same of the rest. */
static const char *terms_fault(const struct en_contract_set *payload)
{
    if (payload->category > 6) {
        return "price categories are 1 to 6";
    }
    if (payload->billing_day > BILLING_DAY_MAX || payload->billing_hour > 23) {
        return "billing periods begin on day 1 to 28 at hour 0 to 23";
    }
    if (is_stated(payload->control_ratio) &&
        (!en_ratio_is_valid(payload->control_ratio) || payload->control_ratio.num <= 0)) {
        return "the ratio of the control meter is above 0";
    }
    if (is_stated(payload->loss_share) && !is_share(payload->loss_share)) {
        return "the share lost lies between -1 and 1, as 0.004";
    }
    if (payload->norm_micro < 0) {
        return "a norm is not below 0";
    }
    if (!en_fold_is_key(payload->connection) || !en_fold_is_key(payload->tariff) ||
        !en_fold_is_key(payload->calendar)) {
        return "a name in it is too long";
    }
    return NULL;
}

static en_code has_point(struct en_fold *fold, uint32_t point, bool *has, struct en_error *err)
{
    struct en_point_row row = {.point = point, .from = {INT64_MAX}};
    en_code code = en_table_last_before(fold->store, &en_table_point, &row, 1, NULL, err);
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code has_channel(struct en_fold *fold, uint32_t channel, bool *has, struct en_error *err)
{
    struct en_channel_info info = {.is_known = true};
    en_code code = channel == 0 ? EN_OK : en_registry_channel(fold, channel, &info, err);
    *has = info.is_known;
    return code;
}

static en_code put_contract(struct en_fold *fold, const struct en_event_header *header,
                            const struct en_contract_set *payload, struct en_error *err)
{
    bool is_ended = header->valid.to.us > header->valid.from.us;
    struct en_contract_row row = {
        .point = header->subject,
        .from = header->valid.from,
        .to = is_ended ? header->valid.to : (struct en_instant){0},
        .number = payload->number,
        .max_power_micro = payload->max_power_micro,
        .connection = payload->connection,
        .connection_power_micro = payload->connection_power_micro,
        .declared_power_micro = payload->declared_power_micro,
        .contracted_power_micro = payload->contracted_power_micro,
        .current_micro = payload->current_micro,
        .phases = payload->phases,
        .phase_voltage_micro = payload->phase_voltage_micro,
        .cos_phi = payload->cos_phi,
        .category = payload->category,
        .billing_day = payload->billing_day > 0 ? payload->billing_day : 1,
        .billing_hour = payload->billing_hour,
        .tariff = payload->tariff,
        .calendar = payload->calendar,
        .control_channel = payload->control_channel,
        .control_ratio = payload->control_ratio,
        .loss_share = payload->loss_share,
        .plan_channel = payload->plan_channel,
        .norm_micro = payload->norm_micro,
        .act = payload->act,
    };
    struct en_connection_point_row member = {.connection = row.connection, .point = row.point};
    struct en_control_point_row control = {.channel = row.control_channel, .point = row.point};
    en_code code = en_table_put(fold->store, &en_table_contract, &row, NULL, err);
    if (code == EN_OK && member.connection.size > 0) {
        code = en_table_put(fold->store, &en_table_connection_point, &member, NULL, err);
    }
    if (code == EN_OK && control.channel != 0) {
        code = en_table_put(fold->store, &en_table_control_point, &control, NULL, err);
    }
    return code;
}

static en_code fold_contract(struct en_fold *fold, const struct en_event *event,
                             struct en_error *err)
{
    struct en_contract_set payload;
    bool is_read = false;
    bool is_known = false;
    bool has_control = false;
    bool has_plan = false;
    en_code code = en_fold_decode(fold, event, "contract", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    const char *fault = power_fault(&payload);
    fault = fault == NULL ? inlet_fault(&payload) : fault;
    fault = fault == NULL ? terms_fault(&payload) : fault;
    if (fault != NULL) {
        return en_fold_refuse(fold, EN_RANGE, err, "contract: %s", fault);
    }
    code = has_point(fold, event->header.subject, &is_known, err);
    code = code == EN_OK ? has_channel(fold, payload.control_channel, &has_control, err) : code;
    code = code == EN_OK ? has_channel(fold, payload.plan_channel, &has_plan, err) : code;
    if (code != EN_OK) {
        return code;
    }
    if (!is_known) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "contract: the point is not there: set the point first");
    }
    if (!has_control || !has_plan) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "contract: the %s channel (id %u) is not there: set the channel "
                              "first",
                              has_control ? "plan's" : "control meter's",
                              has_control ? payload.plan_channel : payload.control_channel);
    }
    return put_contract(fold, &event->header, &payload, err);
}

/* Whether the interval (to 0: open) would overlap the rows around it, which end by themselves. */
static en_code find_overlap(struct en_fold *fold, const struct en_supply_cause_row *wanted,
                            struct en_supply_cause_row *other, bool *is_found, struct en_error *err)
{
    *is_found = false;
    *other = (struct en_supply_cause_row){.point = wanted->point, .from = {wanted->from.us - 1}};
    en_code code = en_table_last_before(fold->store, &en_table_supply_cause, other, 1, NULL, err);
    if (code == EN_OK && other->to.us > wanted->from.us) {
        *is_found = true;
        return EN_OK;
    }
    if ((code != EN_OK && code != EN_NOT_FOUND) || wanted->to.us == 0) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_table_scan scan;
    struct en_supply_cause_row next = {.point = wanted->point, .from = {wanted->from.us + 1}};
    code = en_table_scan_begin(fold->store, &en_table_supply_cause, &next, 1, &scan, err);
    code = code == EN_OK ? en_table_scan_next(&scan, other, NULL, err) : code;
    en_table_scan_end(&scan);
    *is_found = code == EN_OK && other->from.us < wanted->to.us;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code fold_cause(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_supply_cause_set payload;
    const struct en_event_header *header = &event->header;
    bool is_read = false;
    bool is_known = false;
    en_code code = en_fold_decode(fold, event, "cause", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    if (payload.cause != 0 && !en_decree_cause_is_known(payload.cause)) {
        return en_fold_refuse(fold, EN_RANGE, err, "cause: %u is none: give 1 to %d, or 0 to end",
                              payload.cause, EN_DECREE_CAUSES_COUNT - 1);
    }
    struct en_supply_cause_row row = {
        .point = header->subject,
        .from = header->valid.from,
        .to =
            header->valid.to.us > header->valid.from.us ? header->valid.to : (struct en_instant){0},
        .cause = payload.cause,
        .act = payload.act,
    };
    struct en_supply_cause_row other;
    bool is_overlapping = false;
    code = has_point(fold, row.point, &is_known, err);
    code = code == EN_OK ? find_overlap(fold, &row, &other, &is_overlapping, err) : code;
    if (code != EN_OK) {
        return code;
    }
    if (!is_known) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "cause: the point is not there: set the point first");
    }
    if (is_overlapping) {
        char from[EN_INSTANT_TEXT_SIZE];
        (void)en_instant_print(other.from, 0, from);
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "cause: overlaps the cause %s set from %s: set that one anew with "
                              "another end",
                              other.cause == 0 ? "NONE" : en_decree_cause_name(other.cause), from);
    }
    return en_table_put(fold->store, &en_table_supply_cause, &row, NULL, err);
}

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    (void)state;
    return event->header.kind == EN_KIND_CONTRACT_SET ? fold_contract(fold, event, err)
                                                      : fold_cause(fold, event, err);
}

static const struct en_table *const tables[] = {&en_table_contract, &en_table_connection_point,
                                                &en_table_control_point, &en_table_supply_cause,
                                                NULL};
static const struct en_series_table *const series[] = {NULL};

const struct en_processor en_processor_contract = {
    .name = "contract",
    .about = "Contracts of points; why points have no readings.",
    .kinds = EN_KIND_BIT(CONTRACT_SET) | EN_KIND_BIT(SUPPLY_CAUSE_SET),
    .tables = tables,
    .series = series,
    .fold = fold,
};
