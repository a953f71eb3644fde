#include "projections/tables_contract.h"

#include <stddef.h>

// clang-format off
#define FIELD(row, type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_##row##_row, member), about, NULL}
// clang-format on

static const struct en_field contract_fields[] = {
    FIELD(contract, U32, point, "id"),
    FIELD(contract, INSTANT, from, "holds from then on"),
    FIELD(contract, INSTANT, to, "ended then; the epoch: until the next row"),
    FIELD(contract, TEXT, number, "of the contract, for people"),
    FIELD(contract, MICRO, max_power_micro, "maximum power, kW; 0 not stated"),
    FIELD(contract, TEXT, connection, "points of one name share its power; empty none"),
    FIELD(contract, MICRO, connection_power_micro, "maximum power of the whole connection, kW"),
    FIELD(contract, MICRO, declared_power_micro, "kW; 0 not stated"),
    FIELD(contract, MICRO, contracted_power_micro, "kW; 0 not stated"),
    FIELD(contract, MICRO, current_micro, "permissible long-term current, A; 0 not stated"),
    FIELD(contract, U8, phases, "1 or 3; 0 not stated"),
    FIELD(contract, MICRO, phase_voltage_micro, "nominal phase voltage, kV; 0 not stated"),
    FIELD(contract, RATIO, cos_phi, "0/0 not stated"),
    FIELD(contract, U8, category, "price category 1 to 6; 0 not stated"),
    FIELD(contract, U8, billing_day, "on which billing periods begin"),
    FIELD(contract, U8, billing_hour, "of that fiscal day"),
    FIELD(contract, TEXT, tariff, "external key, empty none"),
    FIELD(contract, TEXT, calendar, "external key, empty none"),
    FIELD(contract, U32, control_channel, "id of the control meter's channel, 0 none"),
    FIELD(contract, RATIO, control_ratio, "what its energy is multiplied by; 0/0 is 1"),
    FIELD(contract, RATIO, loss_share, "of its energy, on the way to the point; 0/0 none"),
    FIELD(contract, U32, plan_channel, "id of the channel that holds the plan, 0 none"),
    FIELD(contract, MICRO, norm_micro, "norm of a household, kWh a period; 0 none"),
    FIELD(contract, TEXT, act, "the paper it rests on"),
};
static const struct en_record contract_record = {
    "contract",      sizeof(struct en_contract_row), 1,
    contract_fields, EN_COUNT_OF(contract_fields),   2};
const struct en_table en_table_contract = {
    "contract",
    "What the contract of a point says: powers, currents, billing period, tariff, "
    "control meter; effective-dated.",
    &contract_record, EN_TABLE_DIGESTED};

static const struct en_field connection_point_fields[] = {
    FIELD(connection_point, TEXT, connection, "name in contracts"),
    FIELD(connection_point, U32, point, "id"),
};
static const struct en_record connection_point_record = {
    "connection_point",      sizeof(struct en_connection_point_row), 1,
    connection_point_fields, EN_COUNT_OF(connection_point_fields),   2};
const struct en_table en_table_connection_point = {"connection_point",
                                                   "Every point that ever was of a connection.",
                                                   &connection_point_record, EN_TABLE_DIGESTED};

static const struct en_field control_point_fields[] = {
    FIELD(control_point, U32, channel, "id of a control meter's channel"),
    FIELD(control_point, U32, point, "id"),
};
static const struct en_record control_point_record = {
    "control_point",      sizeof(struct en_control_point_row), 1,
    control_point_fields, EN_COUNT_OF(control_point_fields),   2};
const struct en_table en_table_control_point = {
    "control_point", "Every point that a channel ever was the control meter of.",
    &control_point_record, EN_TABLE_DIGESTED};

static const struct en_field supply_cause_fields[] = {
    FIELD(supply_cause, U32, point, "id"),
    FIELD(supply_cause, INSTANT, from, "holds from then on"),
    FIELD(supply_cause, INSTANT, to, "ended then; the epoch: until the next row"),
    FIELD(supply_cause, U8, cause, "number of the cause (events.md, supply_cause.set)"),
    FIELD(supply_cause, TEXT, act, "the paper it rests on"),
};
static const struct en_record supply_cause_record = {
    "supply_cause",      sizeof(struct en_supply_cause_row), 1,
    supply_cause_fields, EN_COUNT_OF(supply_cause_fields),   2};
const struct en_table en_table_supply_cause = {
    "supply_cause", "Why a point has no usable readings; effective-dated.", &supply_cause_record,
    EN_TABLE_DIGESTED};
