#include "projections/tables_balance.h"

#include <stddef.h>

#include "core/event/payload.h"

// clang-format off
#define FIELD(row, type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_##row##_row, member), about, NULL}
#define FIELD_SET(type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_equipment_row, set.member), about, NULL}
// clang-format on

static const struct en_field equipment_fields[] = {
    FIELD(equipment, U32, equipment, "id"),
    FIELD(equipment, DAY, from_day, "in force from this fiscal day on"),
    FIELD_SET(TEXT, name, "external key"),
    FIELD_SET(TEXT, type, "transformer, line, reactor, capacitor, insulation, corona, metering"),
    FIELD_SET(U32, object, "id of the object it stands in, 0 none"),
    FIELD_SET(U32, point, "of a metering circuit: id of the point, else 0"),
    FIELD_SET(U32, node, "formula id of its losses, 0 none"),
    FIELD_SET(MICRO, idle_micro_kw, "kW of idle loss, or that a reactor and the like lose"),
    FIELD_SET(MICRO, rated_micro_kva, "kVA of rated power"),
    FIELD_SET(MICRO, rated_micro_kv, "kV of rated voltage"),
    FIELD_SET(MICRO, micro_ohm_per_km, "ohm of a km of line"),
    FIELD_SET(MICRO, micro_km, "km of line"),
    FIELD_SET(RATIO, tangent, "tg phi where reactive energy is not measured, 0 none"),
    FIELD_SET(TEXT, voltage, "expression of the voltage, V; empty: the rated one"),
    FIELD_SET(TEXT, worked, "expression of worked hours, h; empty: by its load"),
    {"loads", EN_FIELD_LIST, (uint16_t)offsetof(struct en_equipment_row, set.loads),
     "what passes through it, or through each winding", &en_payload_equipment_load},
    FIELD_SET(TEXT, current_class, "accuracy class of the current transformers, empty none"),
    FIELD_SET(TEXT, voltage_class, "accuracy class of the voltage transformers, empty none"),
    FIELD_SET(TEXT, meter_class, "accuracy class of the meter"),
    FIELD_SET(MICRO, wire_micro_percent, "% of voltage that the wires may drop"),
    FIELD_SET(MICRO, rated_micro_a, "A of primary current of the current transformers"),
    FIELD_SET(U8, phases, "1 or 3; 0 is 3"),
    FIELD_SET(TEXT, document, "the paper it rests on"),
};
static const struct en_record equipment_record = {
    "equipment",      sizeof(struct en_equipment_row), 1,
    equipment_fields, EN_COUNT_OF(equipment_fields),   2};
const struct en_table en_table_equipment = {
    "equipment", "What loses energy between meters, and metering circuits; effective-dated.",
    &equipment_record, EN_TABLE_DIGESTED};

static const struct en_field bypass_use_fields[] = {
    FIELD(bypass_use, U32, bypass, "id of the point of the bypass breaker"),
    FIELD(bypass_use, INSTANT, from, "switched on"),
    FIELD(bypass_use, INSTANT, to,
          "switched off; 9998-01-01: it serves still; the same as from: taken back"),
    FIELD(bypass_use, U32, feeder, "id of the point of the feeder that it serves"),
    FIELD(bypass_use, BOOL, is_inverted, "the bypass meters the other way round"),
    FIELD(bypass_use, TEXT, document, "the paper it rests on"),
};
static const struct en_record bypass_use_record = {
    "bypass_use",      sizeof(struct en_bypass_use_row), 1,
    bypass_use_fields, EN_COUNT_OF(bypass_use_fields),   2};
const struct en_table en_table_bypass_use = {"bypass_use",
                                             "Which feeder a bypass breaker served, and when.",
                                             &bypass_use_record, EN_TABLE_DIGESTED};
