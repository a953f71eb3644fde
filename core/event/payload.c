/* The payloads as data: field names here are the names in JSON and in docs/events.md, their order
 * is the stored order. A record only grows at its end; a field never changes its place or type. */
#include "core/event/payload.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "core/limits.h"

#define VERSION 1u
/* clang-format off */
#define FIELD(record, name, type, about)                                                           \
    {#name, EN_FIELD_##type, offsetof(struct en_##record, name), about, NULL}
/* clang-format on */
#define RECORD(name)                                                                               \
    const struct en_record en_payload_##name = {                                                   \
        #name, sizeof(struct en_##name), VERSION, name##_fields, EN_COUNT_OF(name##_fields), 0}

static const struct en_field name_assigned_fields[] = {
    FIELD(name_assigned, type, U8, "what the id is an id of (numbers below)"),
    FIELD(name_assigned, id, U32, "dense from 1 within its type"),
    FIELD(name_assigned, key, TEXT, "external key, at most 255 bytes, unique within its type"),
};
RECORD(name_assigned);

static const struct en_field software_started_fields[] = {
    FIELD(software_started, version, TEXT, "of the program that appends from here on"),
    FIELD(software_started, build, HASH, "SHA-256 of the program file"),
};
RECORD(software_started);

static const struct en_field clock_tick_fields[] = {
    FIELD(clock_tick, at, INSTANT,
          "by the clock of the machine: what depends on time passing is judged here"),
};
RECORD(clock_tick);

static const struct en_field zone_table_fields[] = {
    FIELD(zone_table, name, TEXT, "of the zone, as \"Europe/Moscow\""),
    FIELD(zone_table, sha256, HASH, "of tzif"),
    FIELD(zone_table, tzif, BYTES, "the table itself (RFC 9636)"),
};
RECORD(zone_table);

static const struct en_field user_action_fields[] = {
    FIELD(user_action, action, TEXT, "what was done, one word"),
    FIELD(user_action, detail, TEXT, "with what, for people"),
};
RECORD(user_action);

static const struct en_field document_received_fields[] = {
    FIELD(document_received, name, TEXT, "file name as given, no folder"),
    FIELD(document_received, format, TEXT,
          "the reader of it: \"xml80020\", \"nem12\", \"csv\", ..."),
    FIELD(document_received, size, U64, "unpacked bytes, as hashed"),
    FIELD(document_received, chunks_count, U32, "document.chunk events that carry it"),
    FIELD(document_received, packing, U8, "of the chunks: 0 none, 1 zlib"),
};
RECORD(document_received);

static const struct en_field document_chunk_fields[] = {
    FIELD(document_chunk, index, U32, "from 0"),
    FIELD(document_chunk, bytes, BYTES,
          "packed as document.received says; unpacked and joined they are the file"),
};
RECORD(document_chunk);

static const struct en_field document_imported_fields[] = {
    FIELD(document_imported, verdict, TEXT,
          "\"imported\", \"imported with rejected rows\", \"refused\""),
    FIELD(document_imported, detail, TEXT, "first reason when refused"),
    FIELD(document_imported, values_count, U64, "slots and reads taken"),
    FIELD(document_imported, missing_count, U64, "slots the file names without a value"),
    FIELD(document_imported, rejected_count, U64, "rows that could not be taken"),
};
RECORD(document_imported);

static const struct en_field object_set_fields[] = {
    FIELD(object_set, name, TEXT, "for people"),
    FIELD(object_set, type, TEXT, "\"substation\", \"bus\", \"feeder\", \"area\", ..."),
    FIELD(object_set, parent, U32, "id of the object it stands below, 0 none"),
    FIELD(object_set, zone, TEXT, "civil zone, \"\" none"),
    FIELD(object_set, fiscal_offset_minutes, I32,
          "fiscal day against UTC from valid.from on: local = UTC + offset"),
};
RECORD(object_set);

static const struct en_field point_set_fields[] = {
    FIELD(point_set, name, TEXT, "for people"),
    FIELD(point_set, resource, TEXT, "\"electricity\", \"heat\", \"water\", \"steam\", \"gas\""),
    FIELD(point_set, object, U32, "id, 0 none"),
};
RECORD(point_set);

static const struct en_field channel_set_fields[] = {
    FIELD(channel_set, point, U32, "id"),
    FIELD(channel_set, code, TEXT, "\"A+\", \"1-0:1.8.0\", ..."),
    FIELD(channel_set, unit, U8, "of its energy (units below)"),
    FIELD(channel_set, basis, U8,
          "what is read: 1 profile (energy per slot), 2 register (cumulative), 3 pulses per slot"),
    FIELD(channel_set, slot_seconds, U32,
          "length of a slot of its grid, s; 0: a register read now and then"),
    FIELD(channel_set, is_primary, BOOL, "values already include the transformer ratios"),
};
RECORD(channel_set);

static const struct en_field device_set_fields[] = {
    FIELD(device_set, serial, TEXT, "serial number as on the device"),
    FIELD(device_set, type, TEXT, "maker's type"),
    FIELD(device_set, capacity, DECIMAL,
          "where its registers roll over (R-02), in the unit they show; 0 unknown"),
    FIELD(device_set, pulses_per_unit, U64, "pulses of one unit (A of R-03); 0 none"),
    FIELD(device_set, pulse_divisor, U32, "what a pulse count is divided by (d of R-03)"),
};
RECORD(device_set);

static const struct en_field transformer_set_fields[] = {
    FIELD(transformer_set, name, TEXT, "for people"),
    FIELD(transformer_set, type, TEXT, "\"CT\", \"VT\", \"power\""),
    FIELD(transformer_set, object, U32, "id of the object it stands in, 0 none"),
    FIELD(transformer_set, ratio, RATIO, "primary to secondary"),
};
RECORD(transformer_set);

static const struct en_field register_value_fields[] = {
    FIELD(register_value, channel, U32, "id"),
    FIELD(register_value, value, DECIMAL, "as shown by the register, in the channel's unit"),
};
RECORD(register_value);

static const struct en_field device_installed_fields[] = {
    FIELD(device_installed, device, U32, "id"),
    {"initial", EN_FIELD_LIST, offsetof(struct en_device_installed, initial),
     "what its registers showed", &en_payload_register_value},
};
RECORD(device_installed);

static const struct en_field device_removed_fields[] = {
    FIELD(device_removed, device, U32, "id"),
    {"final", EN_FIELD_LIST, offsetof(struct en_device_removed, final), "what its registers showed",
     &en_payload_register_value},
};
RECORD(device_removed);

static const struct en_field device_replaced_fields[] = {
    FIELD(device_replaced, old_device, U32, "id"),
    FIELD(device_replaced, new_device, U32, "id"),
    {"final", EN_FIELD_LIST, offsetof(struct en_device_replaced, final),
     "what the old device showed when it was removed", &en_payload_register_value},
    {"initial", EN_FIELD_LIST, offsetof(struct en_device_replaced, initial),
     "what the new device showed when it was installed", &en_payload_register_value},
    FIELD(device_replaced, downtime_power_micro, MICRO,
          "kW of received active energy while no device measured; 0 none"),
    FIELD(device_replaced, act, TEXT, "the paper it rests on"),
};
RECORD(device_replaced);

static const struct en_field ratio_set_fields[] = {
    FIELD(ratio_set, current, RATIO, "of the current transformers; 1 without them"),
    FIELD(ratio_set, voltage, RATIO, "of the voltage transformers; 1 without them"),
    FIELD(ratio_set, act, TEXT, "the paper it rests on"),
};
RECORD(ratio_set);

static const struct en_field channel_error_set_fields[] = {
    FIELD(channel_error_set, error_1e4_percent, U32,
          "limits of the channel's relative error, 1e-4 %; 0 unknown"),
};
RECORD(channel_error_set);

static const struct en_field contract_set_fields[] = {
    FIELD(contract_set, number, TEXT, "of the contract, for people"),
    FIELD(contract_set, max_power_micro, MICRO, "maximum power of the point, kW; 0 not stated"),
    FIELD(contract_set, connection, TEXT,
          "points of one name share connection_power by their permissible currents"),
    FIELD(contract_set, connection_power_micro, MICRO,
          "maximum power of the whole connection, kW; 0 not stated"),
    FIELD(contract_set, declared_power_micro, MICRO, "kW; 0 not stated"),
    FIELD(contract_set, contracted_power_micro, MICRO, "kW; 0 not stated"),
    FIELD(contract_set, current_micro, MICRO,
          "permissible long-term current of the inlet, A; 0 not stated"),
    FIELD(contract_set, phases, U8, "1 or 3; 0 not stated"),
    FIELD(contract_set, phase_voltage_micro, MICRO, "nominal phase voltage, kV; 0 not stated"),
    FIELD(contract_set, cos_phi, RATIO, "0/0 not stated"),
    FIELD(contract_set, category, U8, "price category 1 to 6; 0 not stated"),
    FIELD(contract_set, billing_day, U8, "day on which billing periods begin, 1 to 28; 0 is 1"),
    FIELD(contract_set, billing_hour, U8, "and the hour of that fiscal day, 0 to 23"),
    FIELD(contract_set, tariff, TEXT, "external key of the tariff, \"\" none"),
    FIELD(contract_set, calendar, TEXT, "external key of the calendar, \"\" none"),
    FIELD(contract_set, control_channel, U32, "id of the control meter's channel, 0 none"),
    FIELD(contract_set, control_ratio, RATIO, "what its energy is multiplied by; 0/0 is 1"),
    FIELD(contract_set, loss_share, RATIO,
          "share of that energy lost on the way to the point; 0/0 none"),
    FIELD(contract_set, plan_channel, U32, "id of the channel that holds the plan, 0 none"),
    FIELD(contract_set, norm_micro, MICRO, "norm of a household, kWh a period; 0 none"),
    FIELD(contract_set, act, TEXT, "the paper it rests on"),
};
RECORD(contract_set);

static const struct en_field supply_cause_set_fields[] = {
    FIELD(supply_cause_set, cause, U8,
          "1 not supplied, 2 access refused, 3 fault, 4 lost, 5 expired, 6 no meter, 7 tamper; 0 "
          "takes back what was set from then on"),
    FIELD(supply_cause_set, act, TEXT, "the paper it rests on"),
};
RECORD(supply_cause_set);

static const struct en_field calendar_season_fields[] = {
    FIELD(calendar_season, name, TEXT, "for people"),
    FIELD(calendar_season, month, U8, "in which it begins each year"),
    FIELD(calendar_season, day, U8, "of that month"),
};
RECORD(calendar_season);

static const struct en_field calendar_date_fields[] = {
    FIELD(calendar_date, day, DAY, "the date"),
    FIELD(calendar_date, type, U8, "4 holiday, 5 special, 6 moved (worked)"),
    FIELD(calendar_date, is_yearly, BOOL, "on this day of every year"),
};
RECORD(calendar_date);

static const struct en_field calendar_zone_fields[] = {
    FIELD(calendar_zone, name, TEXT, "of the tariff zone"),
};
RECORD(calendar_zone);

static const struct en_field calendar_switch_fields[] = {
    FIELD(calendar_switch, season, U8, "its place in seasons, from 0"),
    FIELD(calendar_switch, type, U8,
          "of day: 1 weekday, 2 Saturday, 3 Sunday, 4 holiday, 5 special, 6 moved"),
    FIELD(calendar_switch, minute, U16, "of the day, from which the zone holds"),
    FIELD(calendar_switch, zone, U8, "its place in zones, from 0"),
};
RECORD(calendar_switch);

static const struct en_field calendar_set_fields[] = {
    FIELD(calendar_set, title, TEXT, "for people"),
    FIELD(calendar_set, clock, U8,
          "what it is read on: 0 the object's fiscal time, 1 a fixed offset, 2 a civil zone"),
    FIELD(calendar_set, offset_minutes, I32, "of a fixed offset: local = UTC + offset"),
    FIELD(calendar_set, zone, TEXT, "name of the civil zone"),
    FIELD(calendar_set, tzif, BYTES, "its table (RFC 9636): of this calendar for ever"),
    {"seasons", EN_FIELD_LIST, offsetof(struct en_calendar_set, seasons),
     "rising in the year; none: one season", &en_payload_calendar_season},
    {"dates", EN_FIELD_LIST, offsetof(struct en_calendar_set, dates), "rising by day and type",
     &en_payload_calendar_date},
    {"zones", EN_FIELD_LIST, offsetof(struct en_calendar_set, zones), "tariff zones",
     &en_payload_calendar_zone},
    {"switches", EN_FIELD_LIST, offsetof(struct en_calendar_set, switches),
     "rising by season, type and minute", &en_payload_calendar_switch},
    FIELD(calendar_set, document, TEXT, "the paper it rests on"),
    FIELD(calendar_set, reason, TEXT, "for people: why it changes"),
};
RECORD(calendar_set);

static const struct en_field tariff_member_fields[] = {
    FIELD(tariff_member, object, U32, "id: all of it and below, 0 none"),
    FIELD(tariff_member, point, U32, "id, 0 none"),
};
RECORD(tariff_member);

static const struct en_field tariff_set_fields[] = {
    FIELD(tariff_set, title, TEXT, "for people"),
    FIELD(tariff_set, calendar, U32, "id, 0: one zone all the time"),
    FIELD(tariff_set, category, U8, "price category 1 to 6; 0: as the contract says"),
    FIELD(tariff_set, region, U32, "id: whose peak hours count, 0 none"),
    {"members", EN_FIELD_LIST, offsetof(struct en_tariff_set, members),
     "who has it where no contract names a tariff", &en_payload_tariff_member},
    FIELD(tariff_set, document, TEXT, "the paper it rests on"),
    FIELD(tariff_set, reason, TEXT, "for people: why it changes"),
};
RECORD(tariff_set);

static const struct en_field price_hour_fields[] = {
    FIELD(price_hour, price_micro, MICRO, "RUB per unit"),
};
RECORD(price_hour);

static const struct en_field price_set_fields[] = {
    FIELD(price_set, part, U8,
          "what is paid for: 1 energy, 2 purchased capacity, 3 network, 4 network capacity, 5 over "
          "and 6 under the plan, 7 other"),
    FIELD(price_set, zone, U8, "place of a zone in the tariff's calendar, from 1; 0: all energy"),
    FIELD(price_set, price_micro, MICRO, "RUB per kWh, or per kW and month; 0 with hours"),
    {"hours", EN_FIELD_LIST, offsetof(struct en_price_set, hours),
     "a price for each hour from valid.from on", &en_payload_price_hour},
    FIELD(price_set, document, TEXT, "the paper it rests on"),
    FIELD(price_set, reason, TEXT, "for people: why it changes"),
};
RECORD(price_set);

static const struct en_field peak_hour_fields[] = {
    FIELD(peak_hour, hour, U8, "0 to 23: from then for an hour"),
};
RECORD(peak_hour);

static const struct en_field peak_day_fields[] = {
    FIELD(peak_day, day, DAY, "a working day"),
    FIELD(peak_day, hour, U8, "0 to 23: from then for an hour"),
};
RECORD(peak_day);

static const struct en_field peak_hours_set_fields[] = {
    FIELD(peak_hours_set, list, U8, "1 planned hours, 2 the hour of each day"),
    FIELD(peak_hours_set, offset_minutes, I32, "of the clock that the hours are told on"),
    FIELD(peak_hours_set, calendar, U32, "id: which days are worked; 0: Monday to Friday"),
    {"hours", EN_FIELD_LIST, offsetof(struct en_peak_hours_set, hours),
     "planned for every working day, rising", &en_payload_peak_hour},
    {"days", EN_FIELD_LIST, offsetof(struct en_peak_hours_set, days),
     "the hour of each working day, rising", &en_payload_peak_day},
    FIELD(peak_hours_set, document, TEXT, "in which it was published"),
    FIELD(peak_hours_set, reason, TEXT, "for people: why it changes"),
};
RECORD(peak_hours_set);

static const struct en_field edit_value_fields[] = {
    FIELD(edit_value, micro, MICRO, "energy of the slot, in the channel's unit"),
};
RECORD(edit_value);

static const struct en_field edit_requested_fields[] = {
    FIELD(edit_requested, kind, U8,
          "1 values in place (E-12), 2 zero (E-07), 3 energy added (E-14), 4 a lost phase made "
          "good (E-13), 5 an estimate by a named method, 6 an earlier act taken back"),
    {"values", EN_FIELD_LIST, offsetof(struct en_edit_requested, values),
     "one a slot of the valid interval: 1, and 3 by a list", &en_payload_edit_value},
    FIELD(edit_requested, amount_micro, MICRO, "3 flat: added over all slots together"),
    FIELD(edit_requested, applies_ratio, BOOL, "3: times the point's transformer ratio"),
    FIELD(edit_requested, factor, RATIO, "3: of losses; 4: of the act; 0/0 none"),
    FIELD(edit_requested, healthy, U8, "4: elements that measured, 1 or 2; 0 by the factor"),
    FIELD(edit_requested, method, TEXT, "5: method with its settings, \"E-02 n=3\""),
    FIELD(edit_requested, reason, U8, "why (numbers of core/metering/substitution/estimation.h)"),
    FIELD(edit_requested, evidence, TEXT, "the act or document that proves it"),
    FIELD(edit_requested, comment, TEXT, ""),
    FIELD(edit_requested, retracts, U64, "6: seq of the request that is taken back"),
};
RECORD(edit_requested);

static const struct en_field edit_decided_fields[] = {
    FIELD(edit_decided, edit, U64, "seq of the request"),
    FIELD(edit_decided, is_approved, BOOL, "it acts from here on; false: it never will"),
    FIELD(edit_decided, comment, TEXT, ""),
};
RECORD(edit_decided);

static const struct en_field reading_register_fields[] = {
    FIELD(reading_register, value, DECIMAL, "as read, in the channel's unit"),
    FIELD(reading_register, device, U32, "0: the one installed then"),
    FIELD(reading_register, quality, QUALITY, "of the read"),
    FIELD(reading_register, revision, U64, "of the source; the highest of an instant stands"),
};
RECORD(reading_register);

static const struct en_field reading_instant_fields[] = {
    FIELD(reading_instant, value, DECIMAL, "as read, in the channel's unit"),
    FIELD(reading_instant, quality, QUALITY, "of the value"),
};
RECORD(reading_instant);

static const struct en_field device_event_fields[] = {
    FIELD(device_event, code, TEXT,
          "the device's own, at most 255 bytes: \"spodes:2:1\", \"dlms:1\", "
          "\"cim:3.26.38.85\", \"ansi-new:46\", or any text"),
    FIELD(device_event, text, TEXT, "for people"),
    FIELD(device_event, index, U64, "in the device's journal, rising from 1; 0 not told"),
    FIELD(device_event, journal_size, U32, "entries that the journal holds; 0 not known"),
    FIELD(device_event, has_clock, BOOL, "the clock was compared when this was read"),
    FIELD(device_event, clock_ahead_us, I64,
          "us; by how much the device's clock was ahead of the true time (EV-03)"),
};
RECORD(device_event);

static const struct en_field formula_set_fields[] = {
    FIELD(formula_set, name, TEXT, "external key of the formula"),
    FIELD(formula_set, expression, TEXT, "text of the formula language"),
};
RECORD(formula_set);

static const struct en_field balance_set_fields[] = {
    FIELD(balance_set, name, TEXT, "external key of the balance"),
    FIELD(balance_set, in, TEXT, "expression of the inflow"),
    FIELD(balance_set, out, TEXT, "expression of the outflow"),
    FIELD(balance_set, losses, TEXT, "\"\" none"),
    FIELD(balance_set, object, U32, "id, 0 none"),
    FIELD(balance_set, in_node, U32, "formula id of the inflow"),
    FIELD(balance_set, out_node, U32, "formula id of the outflow"),
    FIELD(balance_set, losses_node, U32, "formula id of the losses, 0 none"),
};
RECORD(balance_set);

static const struct en_field equipment_load_fields[] = {
    FIELD(equipment_load, active, TEXT, "expression of the active energy through it, kWh"),
    FIELD(equipment_load, reactive, TEXT,
          "expression of the reactive energy, kvarh; \"\": the tangent stands in (L-07)"),
    FIELD(equipment_load, load_micro_kw, MICRO,
          "kW of load loss of the winding at rated power (dPk)"),
};
RECORD(equipment_load);

static const struct en_field equipment_set_fields[] = {
    FIELD(equipment_set, name, TEXT, "external key of the equipment"),
    FIELD(equipment_set, type, TEXT,
          "\"transformer\", \"line\", \"reactor\", \"capacitor\", \"insulation\", "
          "\"corona\", \"metering\""),
    FIELD(equipment_set, object, U32, "id of the object it stands in, 0 none"),
    FIELD(equipment_set, point, U32, "of a metering circuit: id of the point, else 0"),
    FIELD(equipment_set, node, U32, "formula id of its losses, named NAME.loss; 0 none"),
    FIELD(equipment_set, idle_micro_kw, MICRO,
          "kW of idle loss of a transformer (dP0), or that a reactor and the like lose (dP)"),
    FIELD(equipment_set, rated_micro_kva, MICRO, "kVA of rated power of a transformer (Sn)"),
    FIELD(equipment_set, rated_micro_kv, MICRO, "kV of rated voltage (Un)"),
    FIELD(equipment_set, micro_ohm_per_km, MICRO, "ohm of a km of line (r0)"),
    FIELD(equipment_set, micro_km, MICRO, "km of line"),
    FIELD(equipment_set, tangent, RATIO,
          "tg phi that stands in where reactive energy is not measured, 0 none"),
    FIELD(equipment_set, voltage, TEXT,
          "expression of the voltage, V; \"\": the rated one stands in"),
    FIELD(equipment_set, worked, TEXT,
          "of a reactor and the like: expression of its worked hours, h; \"\" by its load"),
    {"loads", EN_FIELD_LIST, offsetof(struct en_equipment_set, loads),
     "one, or one for each of three windings", &en_payload_equipment_load},
    FIELD(equipment_set, current_class, TEXT,
          "accuracy class of the current transformers of a metering circuit, \"\" none"),
    FIELD(equipment_set, voltage_class, TEXT, "accuracy class of its voltage transformers"),
    FIELD(equipment_set, meter_class, TEXT, "accuracy class of its meter"),
    FIELD(equipment_set, wire_micro_percent, MICRO, "% of voltage that its wires may drop"),
    FIELD(equipment_set, rated_micro_a, MICRO,
          "A of primary current of its current transformers, 0 unknown"),
    FIELD(equipment_set, phases, U8, "1 or 3; 0 is 3"),
    FIELD(equipment_set, document, TEXT, "the paper it rests on"),
};
RECORD(equipment_set);

static const struct en_field bypass_set_fields[] = {
    FIELD(bypass_set, feeder, U32, "id of the point of the feeder that is served; off: 0"),
    FIELD(bypass_set, is_on, BOOL, "false: switched off"),
    FIELD(bypass_set, is_inverted, BOOL,
          "the bypass meters the other way round: its A+ is the feeder's A-"),
    FIELD(bypass_set, document, TEXT, "the paper it rests on"),
};
RECORD(bypass_set);

static const struct en_field rule_set_fields[] = {
    FIELD(rule_set, rule, TEXT, "name of the rule"),
    FIELD(rule_set, edition, TEXT, "which text of the rule the parameters are for"),
    FIELD(rule_set, parameters, TEXT, "JSON object text"),
    FIELD(rule_set, reason, TEXT, "for people: why it changes"),
};
RECORD(rule_set);

static const struct en_field edition_activated_fields[] = {
    FIELD(edition_activated, rule, TEXT, "name of the rule"),
    FIELD(edition_activated, edition, U32, "of the code that computes by it, from this event on"),
    FIELD(edition_activated, reason, TEXT, "for people: why it changes"),
};
RECORD(edition_activated);

static const struct en_field general_command_fields[] = {
    FIELD(general_command, command, TEXT, "one word"),
    FIELD(general_command, arguments, TEXT, "JSON object text"),
};
RECORD(general_command);

static const struct en_field freeze_policy_set_fields[] = {
    FIELD(freeze_policy_set, name, TEXT, "external key of the policy"),
    FIELD(freeze_policy_set, needs_completeness, BOOL,
          "refuse when a slot is missing; false: declare the gaps"),
    FIELD(freeze_policy_set, needs_period_order, BOOL,
          "refuse when the period before it is not frozen (F-14)"),
    FIELD(freeze_policy_set, approvals, U8, "how many persons must approve"),
    FIELD(freeze_policy_set, correction, U8, "1 restate, 2 delta"),
    FIELD(freeze_policy_set, checks, U32,
          "further checks that must pass: 2 no BLOCKING finding, 4 rejected values substituted, 8 "
          "edits decided, 16 balances assessed, 32 clocks, 1 << 31 wait for approvals"),
};
RECORD(freeze_policy_set);

static const struct en_field freeze_requested_fields[] = {
    FIELD(freeze_requested, from_day, DAY, "the first fiscal day of the period"),
    FIELD(freeze_requested, to_day, DAY, "the first fiscal day after the period"),
    FIELD(freeze_requested, scope, U32, "object id, 0 everything"),
    FIELD(freeze_requested, policy, TEXT, "name of the policy; \"\" is declare"),
};
RECORD(freeze_requested);

static const struct en_field freeze_approved_fields[] = {
    FIELD(freeze_approved, note, TEXT, "what the approver says"),
};
RECORD(freeze_approved);

static const struct en_field hold_set_fields[] = {
    FIELD(hold_set, scope, U32, "object id, 0 everything"),
    FIELD(hold_set, is_on, BOOL, "held from here on; false: let go"),
    FIELD(hold_set, reason, TEXT, "why"),
};
RECORD(hold_set);

static const struct en_field freeze_attested_fields[] = {
    FIELD(freeze_attested, request, U64, "seq of the request or of the correction"),
    FIELD(freeze_attested, run, U32, "1 the first freeze, 2.. restatements"),
    FIELD(freeze_attested, size, U64, "of the log when signed"),
    FIELD(freeze_attested, root, HASH, "of the tree at that size"),
    FIELD(freeze_attested, digest, HASH, "of the frozen rows, as table freeze has it"),
    FIELD(freeze_attested, checkpoint, TEXT,
          "signed note of the log at that size (log-format.md, 5)"),
    FIELD(freeze_attested, software, TEXT, "version of the program that attests"),
};
RECORD(freeze_attested);

static const struct en_field correction_requested_fields[] = {
    FIELD(correction_requested, correction, U8,
          "1 restate, 2 delta, 0 as the policy of the freeze says"),
    FIELD(correction_requested, target_day, DAY, "delta: the open day it is booked on"),
    FIELD(correction_requested, through, U64, "pending differences up to this seq"),
    FIELD(correction_requested, authority, TEXT, "the act or decision it rests on"),
};
RECORD(correction_requested);

static const struct en_field outbox_result_fields[] = {
    FIELD(outbox_result, outbox, U64, "number of the task, the key of table outbox"),
    FIELD(outbox_result, is_done, BOOL, "false: given up"),
    FIELD(outbox_result, detail, TEXT, "what came of it, for people"),
};
RECORD(outbox_result);

void en_reading_profile_encode(uint64_t revision, struct en_slice block, struct en_buf *out)
{
    EN_ASSERT(block.size > 0);
    en_buf_varint(out, revision);
    en_buf_append(out, block.bytes, block.size);
}

en_code en_reading_profile_parse(struct en_slice payload, uint64_t *revision,
                                 struct en_slice *block, struct en_error *err)
{
    struct en_slice rest = payload;
    if (!en_take_varint(&rest, revision)) {
        return en_error_set(err, EN_MALFORMED, "reading.profile without a revision");
    }
    if (rest.size == 0) {
        return en_error_set(err, EN_MALFORMED, "reading.profile without a day block");
    }
    *block = rest;
    return EN_OK;
}

en_code en_payload_decode(const struct en_event *event, void *payload, struct en_arena *arena,
                          struct en_error *err)
{
    const struct en_kind_info *info = en_kind_info(event->header.kind);
    EN_ASSERT(info != NULL);
    EN_ASSERT(info->payload != NULL);
    en_code code = en_record_decode(info->payload, event->payload, payload, arena, err);
    if (code != EN_OK) {
        (void)en_error_wrap(err, "%s %" PRIu64, info->name, event->header.seq.n);
    }
    return code;
}

void en_channel_key(uint32_t point, struct en_slice code, char *text)
{
    EN_ASSERT(code.size <= EN_NAME_SIZE_MAX - 11);
    int size = snprintf(text, EN_NAME_SIZE_MAX + 1, "%" PRIu32 "|%.*s", point, (int)code.size,
                        (const char *)code.bytes);
    EN_ASSERT(size > 0 && size <= (int)EN_NAME_SIZE_MAX);
}
