#include "projections/tables.h"

#include <stddef.h>

#include "core/event/payload.h"
#include "projections/tables_alarm.h"
#include "projections/tables_balance.h"
#include "projections/tables_command.h"
#include "projections/tables_contract.h"
#include "projections/tables_decree.h"
#include "projections/tables_edit.h"
#include "projections/tables_event.h"
#include "projections/tables_freeze.h"
#include "projections/tables_schedule.h"
#include "projections/tables_validity.h"

/* Descriptions of rows: name, type, place, and what it is (with its unit). Keys first. */
// clang-format off
#define FIELD(row, type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_##row##_row, member), about, NULL}
#define FIELD_LIST(row, member, items, about) \
    {#member, EN_FIELD_LIST, (uint16_t)offsetof(struct en_##row##_row, member), about, &(items)}
// clang-format on

static const struct en_field outcome_fields[] = {
    FIELD(outcome, U64, seq, "of the command"),
    FIELD(outcome, U32, code, "the reason as a number (codes below)"),
    FIELD(outcome, TEXT, text, "why, and what to do about it"),
};
static const struct en_record outcome_record = {"outcome",      sizeof(struct en_outcome_row), 1,
                                                outcome_fields, EN_COUNT_OF(outcome_fields),   1};
const struct en_table en_table_outcome = {
    "outcome", "Refused commands with their reason; an accepted command has no row.",
    &outcome_record, EN_TABLE_DIGESTED};

static const struct en_field name_fields[] = {
    FIELD(name, U8, type, "what the id is an id of (events.md)"),
    FIELD(name, TEXT, key, "external key"),
    FIELD(name, U32, id, "dense from 1 within its type"),
};
static const struct en_record name_record = {"name",      sizeof(struct en_name_row), 1,
                                             name_fields, EN_COUNT_OF(name_fields),   2};
const struct en_table en_table_name = {"name", "Ids by external key.", &name_record,
                                       EN_TABLE_DIGESTED};

static const struct en_field name_of_fields[] = {
    FIELD(name_of, U8, type, "what the id is an id of (events.md)"),
    FIELD(name_of, U32, id, "dense from 1 within its type"),
    FIELD(name_of, TEXT, key, "external key"),
};
static const struct en_record name_of_record = {"name_of",      sizeof(struct en_name_of_row), 1,
                                                name_of_fields, EN_COUNT_OF(name_of_fields),   2};
const struct en_table en_table_name_of = {"name_of", "External keys by id.", &name_of_record,
                                          EN_TABLE_DIGESTED};

static const struct en_field object_fields[] = {
    FIELD(object, U32, object, "id"),
    FIELD(object, INSTANT, from, "valid from then on"),
    FIELD(object, TEXT, name, "for people"),
    FIELD(object, TEXT, type, "substation, bus, feeder, area, ..."),
    FIELD(object, U32, parent, "id of the object above it, 0 none"),
    FIELD(object, TEXT, zone, "civil zone, empty none"),
    FIELD(object, I32, fiscal_offset_minutes, "fiscal day against UTC: local = UTC + offset"),
};
static const struct en_record object_record = {"object",      sizeof(struct en_object_row), 1,
                                               object_fields, EN_COUNT_OF(object_fields),   2};
const struct en_table en_table_object = {
    "object", "The tree of objects: substations, buses, feeders, areas; effective-dated.",
    &object_record, EN_TABLE_DIGESTED};

static const struct en_field point_fields[] = {
    FIELD(point, U32, point, "id"),
    FIELD(point, INSTANT, from, "valid from then on"),
    FIELD(point, TEXT, name, "for people"),
    FIELD(point, TEXT, resource, "electricity, heat, water, steam or gas"),
    FIELD(point, U32, object, "id of the object it stands in, 0 none"),
};
static const struct en_record point_record = {"point",      sizeof(struct en_point_row), 1,
                                              point_fields, EN_COUNT_OF(point_fields),   2};
const struct en_table en_table_point = {"point", "Metering points; effective-dated.", &point_record,
                                        EN_TABLE_DIGESTED};

static const struct en_field channel_fields[] = {
    FIELD(channel, U32, channel, "id"),
    FIELD(channel, U32, point, "id"),
    FIELD(channel, TEXT, code, "A+, A-, R+, R-, an OBIS code, ..."),
    FIELD(channel, U8, unit, "of its energy (events.md)"),
    FIELD(channel, U8, basis, "what is read: 1 profile, 2 register, 3 pulses"),
    FIELD(channel, U32, slot_seconds,
          "length of a slot of its grid, s; 0: a register read now and then"),
    FIELD(channel, BOOL, is_primary, "values already include the transformer ratios"),
};
static const struct en_record channel_record = {"channel",      sizeof(struct en_channel_row), 1,
                                                channel_fields, EN_COUNT_OF(channel_fields),   1};
const struct en_table en_table_channel = {"channel",
                                          "Channels of points: register code, unit, grid.",
                                          &channel_record, EN_TABLE_DIGESTED};

static const struct en_field point_channel_fields[] = {
    FIELD(point_channel, U32, point, "id"),
    FIELD(point_channel, TEXT, code, "A+, A-, R+, R-, an OBIS code, ..."),
    FIELD(point_channel, U32, channel, "id"),
};
static const struct en_record point_channel_record = {
    "point_channel",      sizeof(struct en_point_channel_row), 1,
    point_channel_fields, EN_COUNT_OF(point_channel_fields),   2};
const struct en_table en_table_point_channel = {"point_channel", "Channels of a point by code.",
                                                &point_channel_record, EN_TABLE_DIGESTED};

static const struct en_field channel_error_fields[] = {
    FIELD(channel_error, U32, channel, "id"),
    FIELD(channel_error, INSTANT, from, "valid from then on"),
    FIELD(channel_error, U32, error_1e4_percent,
          "limits of relative error on either side, 1e-4 %; 0 unknown"),
};
static const struct en_record channel_error_record = {
    "channel_error",      sizeof(struct en_channel_error_row), 1,
    channel_error_fields, EN_COUNT_OF(channel_error_fields),   2};
const struct en_table en_table_channel_error = {
    "channel_error", "Limits of relative error of channels; effective-dated.",
    &channel_error_record, EN_TABLE_DIGESTED};

static const struct en_field device_fields[] = {
    FIELD(device, U32, device, "id"),
    FIELD(device, TEXT, serial, "serial number as on the device"),
    FIELD(device, TEXT, type, "maker's type"),
    FIELD(device, DECIMAL, capacity,
          "where its registers roll over (R-02), in the unit they show; 0 unknown"),
    FIELD(device, U64, pulses_per_unit, "pulses of one unit (R-03); 0 none"),
    FIELD(device, U32, pulse_divisor, "what a pulse count is divided by (R-03)"),
};
static const struct en_record device_record = {"device",      sizeof(struct en_device_row), 1,
                                               device_fields, EN_COUNT_OF(device_fields),   1};
const struct en_table en_table_device = {"device", "Meters and other devices.", &device_record,
                                         EN_TABLE_DIGESTED};

static const struct en_field transformer_fields[] = {
    FIELD(transformer, U32, transformer, "id"),
    FIELD(transformer, TEXT, name, "for people"),
    FIELD(transformer, TEXT, type, "CT, VT or power"),
    FIELD(transformer, U32, object, "id of the object it stands in, 0 none"),
    FIELD(transformer, RATIO, ratio, "primary to secondary"),
};
static const struct en_record transformer_record = {
    "transformer",      sizeof(struct en_transformer_row), 1,
    transformer_fields, EN_COUNT_OF(transformer_fields),   1};
const struct en_table en_table_transformer = {"transformer",
                                              "Current, voltage and power transformers.",
                                              &transformer_record, EN_TABLE_DIGESTED};

static const struct en_field installation_fields[] = {
    FIELD(installation, U32, point, "id"),
    FIELD(installation, INSTANT, from, "valid from then on"),
    FIELD(installation, U32, device, "id, 0: none measures from then on"),
    FIELD_LIST(installation, registers, en_payload_register_value,
               "what its registers showed when it was put in (or, for device 0, taken out)"),
};
static const struct en_record installation_record = {
    "installation",      sizeof(struct en_installation_row), 1,
    installation_fields, EN_COUNT_OF(installation_fields),   2};
const struct en_table en_table_installation = {"installation",
                                               "Which device measures a point; effective-dated.",
                                               &installation_record, EN_TABLE_DIGESTED};

static const struct en_field object_point_fields[] = {
    FIELD(object_point, U32, object, "id"),
    FIELD(object_point, U32, point, "id"),
};
static const struct en_record object_point_record = {
    "object_point",      sizeof(struct en_object_point_row), 1,
    object_point_fields, EN_COUNT_OF(object_point_fields),   2};
const struct en_table en_table_object_point = {"object_point", "Points that an object ever held.",
                                               &object_point_record, EN_TABLE_DIGESTED};

static const struct en_field device_point_fields[] = {
    FIELD(device_point, U32, device, "id"),
    FIELD(device_point, U32, point, "id"),
};
static const struct en_record device_point_record = {
    "device_point",      sizeof(struct en_device_point_row), 1,
    device_point_fields, EN_COUNT_OF(device_point_fields),   2};
const struct en_table en_table_device_point = {
    "device_point", "Points that a device ever measured.", &device_point_record, EN_TABLE_DIGESTED};

static const struct en_field replacement_fields[] = {
    FIELD(replacement, U32, point, "id"),
    FIELD(replacement, INSTANT, removed, "when the old device stopped measuring"),
    FIELD(replacement, INSTANT, installed, "when the new one began"),
    FIELD(replacement, U32, old_device, "id"),
    FIELD(replacement, U32, new_device, "id"),
    FIELD_LIST(replacement, final, en_payload_register_value,
               "what the old device showed when it was removed"),
    FIELD_LIST(replacement, initial, en_payload_register_value,
               "what the new device showed when it was installed"),
    FIELD(replacement, I64, downtime_power_micro,
          "kW of received active energy while no device measured; 0 none"),
    FIELD(replacement, TEXT, act, "the paper it rests on"),
};
static const struct en_record replacement_record = {
    "replacement",      sizeof(struct en_replacement_row), 1,
    replacement_fields, EN_COUNT_OF(replacement_fields),   2};
const struct en_table en_table_replacement = {
    "replacement", "Replacements of devices with final and initial readings.", &replacement_record,
    EN_TABLE_DIGESTED};

static const struct en_field ratio_fields[] = {
    FIELD(ratio, U32, point, "id"),
    FIELD(ratio, INSTANT, from, "valid from then on"),
    FIELD(ratio, RATIO, current, "of the current transformers"),
    FIELD(ratio, RATIO, voltage, "of the voltage transformers"),
    FIELD(ratio, TEXT, act, "the paper it rests on"),
};
static const struct en_record ratio_record = {"ratio",      sizeof(struct en_ratio_row), 1,
                                              ratio_fields, EN_COUNT_OF(ratio_fields),   2};
const struct en_table en_table_ratio = {"ratio", "Transformer ratios of points; effective-dated.",
                                        &ratio_record, EN_TABLE_DIGESTED};

static const struct en_field document_fields[] = {
    FIELD(document, U32, document, "id"),
    FIELD(document, TEXT, name, "file name as given, no folder"),
    FIELD(document, TEXT, format, "the reader of it"),
    FIELD(document, U64, size, "unpacked bytes"),
    FIELD(document, TEXT, verdict,
          "imported, imported with rejected rows or refused; empty while the import is not closed"),
    FIELD(document, U64, values_count, "slots and reads taken"),
    FIELD(document, U64, missing_count, "slots the file names without a value"),
    FIELD(document, U64, rejected_count, "rows that could not be taken"),
};
static const struct en_record document_record = {
    "document",      sizeof(struct en_document_row), 1,
    document_fields, EN_COUNT_OF(document_fields),   1};
const struct en_table en_table_document = {"document", "Files received and what became of them.",
                                           &document_record, EN_TABLE_DIGESTED};

static const struct en_field zone_fields[] = {
    FIELD(zone, U32, zone, "id"),
    FIELD(zone, TEXT, name, "Europe/Moscow, ..."),
    FIELD(zone, HASH, sha256, "of the table's TZif bytes"),
};
static const struct en_record zone_record = {"zone",      sizeof(struct en_zone_row), 1,
                                             zone_fields, EN_COUNT_OF(zone_fields),   1};
const struct en_table en_table_zone = {"zone", "Adopted zone tables and their hashes.",
                                       &zone_record, EN_TABLE_DIGESTED};

static const struct en_field rule_fields[] = {
    FIELD(rule, U32, rule, "id of the rule, or of rule and target"),
    FIELD(rule, INSTANT, from, "valid from then on"),
    FIELD(rule, TEXT, edition, "which text of the rule the parameters are for"),
    FIELD(rule, TEXT, parameters, "JSON object text, canonical; empty: an edition alone"),
    FIELD(rule, TEXT, reason, "for people: why it changed"),
    FIELD(rule, INSTANT, to, "valid up to then; the end of time: open"),
    FIELD(rule, U32, author, "id of the actor, 0 none"),
    FIELD(rule, U64, seq, "of the event"),
};
static const struct en_record rule_record = {"rule",      sizeof(struct en_rule_row), 1,
                                             rule_fields, EN_COUNT_OF(rule_fields),   2};
const struct en_table en_table_rule = {
    "rule", "Settings of rules by target, and editions in force; effective-dated.", &rule_record,
    EN_TABLE_DIGESTED};

static const struct en_field clock_fields[] = {
    FIELD(clock, U8, clock, "0"),
    FIELD(clock, INSTANT, at, "the latest tick, or record of an import"),
};
static const struct en_record clock_record = {"clock",      sizeof(struct en_clock_row), 1,
                                              clock_fields, EN_COUNT_OF(clock_fields),   1};
const struct en_table en_table_clock = {"clock", "Up to when time is known to have passed.",
                                        &clock_record, EN_TABLE_DIGESTED};

static const struct en_field register_fields[] = {
    FIELD(register, U32, channel, "id"),
    FIELD(register, INSTANT, at, "when it was read"),
    FIELD(register, DECIMAL, value, "as read, in the channel's unit"),
    FIELD(register, U32, device, "id, 0: the one installed then"),
    FIELD(register, QUALITY, quality, "of the read"),
    FIELD(register, U64, revision, "of the source"),
};
static const struct en_record register_record = {
    "register",      sizeof(struct en_register_row), 1,
    register_fields, EN_COUNT_OF(register_fields),   2};
const struct en_table en_table_register = {"register", "Accepted register reads.", &register_record,
                                           EN_TABLE_DIGESTED};

static const struct en_field instant_fields[] = {
    FIELD(instant, U32, channel, "id"),
    FIELD(instant, INSTANT, at, "when it was read"),
    FIELD(instant, DECIMAL, value, "as read, in the channel's unit"),
    FIELD(instant, QUALITY, quality, "of the value"),
};
static const struct en_record instant_record = {"instant",      sizeof(struct en_instant_row), 1,
                                                instant_fields, EN_COUNT_OF(instant_fields),   2};
const struct en_table en_table_instant = {"instant", "Instantaneous values.", &instant_record,
                                          EN_TABLE_DIGESTED};

static const struct en_field device_event_fields[] = {
    FIELD(device_event, U32, device, "id"),
    FIELD(device_event, INSTANT, at, "by the device's clock"),
    FIELD(device_event, TEXT, code, "the device's own"),
    FIELD(device_event, TEXT, text, "for people"),
};
static const struct en_record device_event_record = {
    "device_event",      sizeof(struct en_device_event_row), 1,
    device_event_fields, EN_COUNT_OF(device_event_fields),   3};
const struct en_table en_table_device_event = {"device_event", "Events reported by devices.",
                                               &device_event_record, EN_TABLE_DIGESTED};

static const struct en_field formula_fields[] = {
    FIELD(formula, U32, node, "id"),
    FIELD(formula, DAY, from_day, "in force from this fiscal day on"),
    FIELD(formula, TEXT, name, "external key"),
    FIELD(formula, TEXT, expression, "canonical text"),
    FIELD(formula, U8, unit, "of its values (events.md)"),
    FIELD(formula, BOOL, is_hidden, "a side of a balance"),
};
static const struct en_record formula_record = {"formula",      sizeof(struct en_formula_row), 1,
                                                formula_fields, EN_COUNT_OF(formula_fields),   2};
const struct en_table en_table_formula = {"formula", "Formulas by node; effective-dated.",
                                          &formula_record, EN_TABLE_DIGESTED};

static const struct en_field balance_fields[] = {
    FIELD(balance, U32, balance, "id"),
    FIELD(balance, DAY, from_day, "in force from this fiscal day on"),
    FIELD(balance, TEXT, name, "external key"),
    FIELD(balance, TEXT, in, "expression of the inflow"),
    FIELD(balance, TEXT, out, "expression of the outflow"),
    FIELD(balance, TEXT, losses, "expression of the losses, empty none"),
    FIELD(balance, U32, object, "id of the object it is of, 0 none"),
    FIELD(balance, U32, in_node, "id of the formula of the inflow"),
    FIELD(balance, U32, out_node, "id of the formula of the outflow"),
    FIELD(balance, U32, losses_node, "0 none"),
};
static const struct en_record balance_record = {"balance",      sizeof(struct en_balance_row), 1,
                                                balance_fields, EN_COUNT_OF(balance_fields),   2};
const struct en_table en_table_balance = {"balance", "Balances; effective-dated.", &balance_record,
                                          EN_TABLE_DIGESTED};

static const struct en_field policy_fields[] = {
    FIELD(policy, U32, policy, "id"),
    FIELD(policy, TEXT, name, "external key"),
    FIELD(policy, BOOL, needs_completeness, "refuse when a slot is missing"),
    FIELD(policy, BOOL, needs_period_order,
          "refuse when the period before it is not frozen (F-14)"),
    FIELD(policy, U8, approvals, "how many persons must approve"),
    FIELD(policy, U8, correction, "1 restate, 2 delta"),
    FIELD(policy, U32, checks, "further checks, as freeze.policy.set says"),
};
static const struct en_record policy_record = {"policy",      sizeof(struct en_policy_row), 1,
                                               policy_fields, EN_COUNT_OF(policy_fields),   1};
const struct en_table en_table_policy = {"policy", "Freeze policies.", &policy_record,
                                         EN_TABLE_DIGESTED};

static const struct en_field freeze_fields[] = {
    FIELD(freeze, U32, freeze, "id"),
    FIELD(freeze, U32, run, "1 the first freeze, 2.. restatements"),
    FIELD(freeze, TEXT, name, "external key"),
    FIELD(freeze, U64, seq, "of the request or the correction"),
    FIELD(freeze, DAY, from_day, "the first fiscal day"),
    FIELD(freeze, DAY, to_day, "the first fiscal day after the period"),
    FIELD(freeze, U32, scope, "object, 0 everything"),
    FIELD(freeze, TEXT, policy, "name of the policy"),
    FIELD(freeze, HASH, digest, "SHA-256 over the frozen rows (processors/freeze/README.md)"),
    FIELD(freeze, U64, rows_count, "entries that the digest covers"),
    FIELD(freeze, U64, missing_count, "slots declared missing"),
    FIELD(freeze, TEXT, authority, "of a restatement: the act it rests on"),
    FIELD(freeze, HASH, versions, "digest of rules, zones, formulas, balances, ratios in force"),
};
static const struct en_record freeze_record = {"freeze",      sizeof(struct en_freeze_row), 1,
                                               freeze_fields, EN_COUNT_OF(freeze_fields),   2};
const struct en_table en_table_freeze = {"freeze", "Frozen periods, one row a run.", &freeze_record,
                                         EN_TABLE_DIGESTED};

static const struct en_field freeze_member_fields[] = {
    FIELD(freeze_member, U32, freeze, "id"),
    FIELD(freeze_member, U32, run, "1 the first freeze, 2.. restatements"),
    FIELD(freeze_member, U8, lane,
          "1 interval blocks of a channel, 2 blocks of a formula, 3 days of a balance"),
    FIELD(freeze_member, U32, series, "id of a channel, formula or balance"),
};
static const struct en_record freeze_member_record = {
    "freeze_member",      sizeof(struct en_freeze_member_row), 1,
    freeze_member_fields, EN_COUNT_OF(freeze_member_fields),   4};
const struct en_table en_table_freeze_member = {"freeze_member",
                                                "Members of freezes that have a scope.",
                                                &freeze_member_record, EN_TABLE_DIGESTED};

static const struct en_field attestation_fields[] = {
    FIELD(attestation, U32, freeze, "id"),
    FIELD(attestation, U32, run, "1 the first freeze, 2.. restatements"),
    FIELD(attestation, U64, size, "of the log when signed"),
    FIELD(attestation, HASH, root, "of the tree at that size"),
    FIELD(attestation, HASH, digest, "of the frozen rows"),
    FIELD(attestation, TEXT, checkpoint, "signed note (log-format.md, 5)"),
    FIELD(attestation, TEXT, software, "version of the program that attested"),
};
static const struct en_record attestation_record = {
    "attestation",      sizeof(struct en_attestation_row), 1,
    attestation_fields, EN_COUNT_OF(attestation_fields),   2};
const struct en_table en_table_attestation = {"attestation", "Tree heads attested for frozen runs.",
                                              &attestation_record, 0};

static const struct en_field frozen_fields[] = {
    FIELD(frozen, U32, freeze, "id"),
    FIELD(frozen, U32, run, "1 the first freeze, 2.. restatements"),
    FIELD(frozen, U8, lane,
          "1 interval blocks of a channel, 2 blocks of a formula, 3 days of a balance"),
    FIELD(frozen, DAY, day, "fiscal day"),
    FIELD(frozen, U32, series, "id of a channel, formula or balance"),
    FIELD(frozen, BYTES, entry, "as frozen; size 0: there was none"),
};
static const struct en_record frozen_record = {"frozen",      sizeof(struct en_frozen_row), 1,
                                               frozen_fields, EN_COUNT_OF(frozen_fields),   5};
const struct en_table en_table_frozen = {
    "frozen", "Pending differences: frozen entries the live tables no longer agree with.",
    &frozen_record, EN_TABLE_DIGESTED};

static const struct en_field correction_fields[] = {
    FIELD(correction, U64, seq, "of the correction"),
    FIELD(correction, U32, channel, "id"),
    FIELD(correction, U32, freeze, "id"),
    FIELD(correction, U32, run, "the run that it corrects"),
    FIELD(correction, DAY, target_day, "the open fiscal day it is booked on"),
    FIELD(correction, MICRO, delta_micro, "of the channel's unit"),
    FIELD(correction, TEXT, authority, "the act or decision it rests on"),
};
static const struct en_record correction_record = {
    "correction",      sizeof(struct en_correction_row), 1,
    correction_fields, EN_COUNT_OF(correction_fields),   2};
const struct en_table en_table_correction = {"correction", "Deltas booked in open periods.",
                                             &correction_record, EN_TABLE_DIGESTED};

static const struct en_field outbox_fields[] = {
    FIELD(outbox, U64, outbox, "number of the task: rises from 1"),
    FIELD(outbox, TEXT, action, "one word"),
    FIELD(outbox, TEXT, detail, "what with"),
    FIELD(outbox, U8, state, "0 waiting, 1 done, 2 failed"),
    FIELD(outbox, TEXT, result, "what came of it, for people"),
};
static const struct en_record outbox_record = {"outbox",      sizeof(struct en_outbox_row), 1,
                                               outbox_fields, EN_COUNT_OF(outbox_fields),   1};
const struct en_table en_table_outbox = {"outbox", "What edges are asked to do.", &outbox_record,
                                         EN_TABLE_DIGESTED};

const struct en_series_table en_series_profile = {
    "profile", "Day blocks of channels as read (block-format.md).", EN_TABLE_DIGESTED};
const struct en_series_table en_series_origin = {
    "origin", "Events that a profile day came from: pairs of varints (revision, seq).", 0};
const struct en_series_table en_series_interval = {
    "interval",
    "Day blocks of channels in the base unit (block-format.md), where they differ from the "
    "profile.",
    EN_TABLE_DIGESTED};
const struct en_series_table en_series_conflict = {
    "conflict",
    "Slots of a channel's day for which different values came, with the lowest and the highest "
    "(core/metering/block/conflict.h).",
    0};
const struct en_series_table en_series_finding = {
    "finding", "What the rules of validity found on a channel's day: a list of findings.",
    EN_TABLE_DIGESTED};
const struct en_series_table en_series_best = {"best",
                                               "Day blocks of channels after judging and filling "
                                               "(block-format.md), where they differ from the "
                                               "interval's energy.",
                                               EN_TABLE_DIGESTED};
const struct en_series_table en_series_substitute = {
    "substitute", "What was filled on a channel's day: slots, method, inputs, reason, refusals.",
    EN_TABLE_DIGESTED};
const struct en_series_table en_series_bypass = {
    "bypass",
    "Day blocks of feeders on the bypass breaker and of bypasses (block-format.md), where they "
    "differ from the best energy.",
    EN_TABLE_DIGESTED};
const struct en_series_table en_series_usage_day = {
    "usage_day",
    "Day totals of channels: zigzag sum in 1e-6 of the unit; varints of present slots, missing "
    "slots, merged quality.",
    EN_TABLE_DIGESTED};
const struct en_series_table en_series_usage_month = {
    "usage_month", "Month totals of channels, under the first day of the month; as usage_day.",
    EN_TABLE_DIGESTED};
const struct en_series_table en_series_node = {
    "node",
    "Day blocks of formulas: varint size, day block; for sums with missing operands a block of "
    "their counts behind it.",
    EN_TABLE_DIGESTED};
const struct en_series_table en_series_node_day = {
    "node_day", "Day totals of formulas; as usage_day.", EN_TABLE_DIGESTED};
const struct en_series_table en_series_balance_day = {
    "balance_day",
    "Day totals of balances: zigzag in, out and losses in 1e-6 of the unit; varints of slots, "
    "slots with an operand missing.",
    EN_TABLE_DIGESTED};

const struct en_table *const en_tables_all[] = {
    // clang-format off
    &en_table_alarm,
    &en_table_alarm_definition,
    &en_table_alarm_device,
    &en_table_alarm_history,
    &en_table_arrival,
    &en_table_attestation,
    &en_table_balance,
    &en_table_bypass_use,
    &en_table_calendar,
    &en_table_channel,
    &en_table_channel_error,
    &en_table_clock,
    &en_table_collected,
    &en_table_command,
    &en_table_connection_point,
    &en_table_contract,
    &en_table_control_point,
    &en_table_correction,
    &en_table_decree_period,
    &en_table_device,
    &en_table_device_clock,
    &en_table_device_entry,
    &en_table_device_event,
    &en_table_device_interval,
    &en_table_device_journal,
    &en_table_device_point,
    &en_table_device_report,
    &en_table_document,
    &en_table_edit,
    &en_table_equipment,
    &en_table_event_map,
    &en_table_formula,
    &en_table_freeze,
    &en_table_freeze_approval,
    &en_table_freeze_member,
    &en_table_freeze_request,
    &en_table_frozen,
    &en_table_hold,
    &en_table_installation,
    &en_table_instant,
    &en_table_name,
    &en_table_name_of,
    &en_table_object,
    &en_table_object_point,
    &en_table_outbox,
    &en_table_outcome,
    &en_table_peak_hours,
    &en_table_point,
    &en_table_point_channel,
    &en_table_policy,
    &en_table_price,
    &en_table_ratio,
    &en_table_register,
    &en_table_replacement,
    &en_table_rule,
    &en_table_supply_cause,
    &en_table_tariff,
    &en_table_tariff_member,
    &en_table_transformer,
    &en_table_zone,
    NULL,
    // clang-format on
};

const struct en_series_table *const en_series_all[] = {
    // clang-format off
    &en_series_balance_day,
    &en_series_best,
    &en_series_bypass,
    &en_series_conflict,
    &en_series_decree,
    &en_series_finding,
    &en_series_interval,
    &en_series_node,
    &en_series_node_day,
    &en_series_origin,
    &en_series_profile,
    &en_series_substitute,
    &en_series_usage_day,
    &en_series_usage_month,
    &en_series_usage_zone,
    &en_series_usage_zone_month,
    NULL,
    // clang-format on
};

uint32_t en_digest_tables(struct en_digest_table *tables)
{
    uint32_t count = 0;
    for (size_t i = 0; en_tables_all[i] != NULL; i++) {
        EN_ASSERT(count < EN_DIGEST_TABLES_MAX);
        tables[count++] =
            (struct en_digest_table){en_tables_all[i]->name, false, en_tables_all[i]->flags};
    }
    for (size_t i = 0; en_series_all[i] != NULL; i++) {
        EN_ASSERT(count < EN_DIGEST_TABLES_MAX);
        tables[count++] =
            (struct en_digest_table){en_series_all[i]->name, true, en_series_all[i]->flags};
    }
    return count;
}

en_code en_governing_digest(struct en_store *store, struct en_hash *digest, struct en_error *err)
{
    static const struct en_table *const governing[] = {
        &en_table_balance,    &en_table_bypass_use,   &en_table_calendar,  &en_table_contract,
        &en_table_edit,       &en_table_equipment,    &en_table_event_map, &en_table_formula,
        &en_table_peak_hours, &en_table_price,        &en_table_ratio,     &en_table_replacement,
        &en_table_rule,       &en_table_supply_cause, &en_table_tariff,    &en_table_tariff_member,
        &en_table_zone,
    };
    struct en_digest_table tables[EN_COUNT_OF(governing)];
    for (size_t i = 0; i < EN_COUNT_OF(governing); i++) {
        tables[i] = (struct en_digest_table){governing[i]->name, false, governing[i]->flags};
    }
    return en_digest_root(store, tables, EN_COUNT_OF(governing), EN_DIGEST_KEPT, digest, err);
}

void en_totals_encode(const struct en_totals *totals, struct en_buf *out)
{
    en_buf_zigzag(out, totals->micro);
    en_buf_varint(out, totals->present_count);
    en_buf_varint(out, totals->missing_count);
    en_buf_varint(out, totals->quality);
}

en_code en_totals_decode(struct en_slice entry, struct en_totals *totals, struct en_error *err)
{
    uint64_t present = 0;
    uint64_t missing = 0;
    bool is_read = en_take_zigzag(&entry, &totals->micro) && en_take_varint(&entry, &present) &&
                   en_take_varint(&entry, &missing) && en_take_varint(&entry, &totals->quality);
    if (!is_read || entry.size > 0 || present > UINT32_MAX || missing > UINT32_MAX) {
        return en_error_set(err, EN_MALFORMED, "day totals are not readable");
    }
    totals->present_count = (uint32_t)present;
    totals->missing_count = (uint32_t)missing;
    return EN_OK;
}

void en_balance_totals_encode(const struct en_balance_totals *totals, struct en_buf *out)
{
    en_buf_zigzag(out, totals->in_micro);
    en_buf_zigzag(out, totals->out_micro);
    en_buf_zigzag(out, totals->losses_micro);
    en_buf_varint(out, totals->slots_count);
    en_buf_varint(out, totals->partial_count);
}

en_code en_balance_totals_decode(struct en_slice entry, struct en_balance_totals *totals,
                                 struct en_error *err)
{
    uint64_t slots = 0;
    uint64_t partial = 0;
    bool is_read = en_take_zigzag(&entry, &totals->in_micro) &&
                   en_take_zigzag(&entry, &totals->out_micro) &&
                   en_take_zigzag(&entry, &totals->losses_micro) &&
                   en_take_varint(&entry, &slots) && en_take_varint(&entry, &partial);
    if (!is_read || entry.size > 0 || slots > UINT32_MAX || partial > UINT32_MAX) {
        return en_error_set(err, EN_MALFORMED, "balance totals are not readable");
    }
    totals->slots_count = (uint32_t)slots;
    totals->partial_count = (uint32_t)partial;
    return EN_OK;
}
