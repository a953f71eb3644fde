#include "projections/tables.h"

#include <stddef.h>

#include "core/event/payload.h"

/* Descriptions of rows: name, type, place, and what it is (with its unit). Keys first. */
// clang-format off
#define FIELD(row, type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_##row##_row, member), about, NULL}
#define FIELD_LIST(row, member, items, about) \
    {#member, EN_FIELD_LIST, (uint16_t)offsetof(struct en_##row##_row, member), about, &(items)}
// clang-format on

static const struct en_field outcome_fields[] = {
    FIELD(outcome, U64, seq, "of the command"),
    FIELD(outcome, U32, code, "en_code"),
    FIELD(outcome, TEXT, text, ""),
};
static const struct en_record outcome_record = {"outcome",      sizeof(struct en_outcome_row), 1,
                                                outcome_fields, EN_COUNT_OF(outcome_fields),   1};
const struct en_table en_table_outcome = {
    "outcome", "Refused commands with their reason; an accepted command has no row.",
    &outcome_record, EN_TABLE_DIGESTED};

static const struct en_field name_fields[] = {
    FIELD(name, U8, type, "en_name_type"),
    FIELD(name, TEXT, key, ""),
    FIELD(name, U32, id, ""),
};
static const struct en_record name_record = {"name",      sizeof(struct en_name_row), 1,
                                             name_fields, EN_COUNT_OF(name_fields),   2};
const struct en_table en_table_name = {"name", "Ids by external key.", &name_record,
                                       EN_TABLE_DIGESTED};

static const struct en_field name_of_fields[] = {
    FIELD(name_of, U8, type, "en_name_type"),
    FIELD(name_of, U32, id, ""),
    FIELD(name_of, TEXT, key, "external key"),
};
static const struct en_record name_of_record = {"name_of",      sizeof(struct en_name_of_row), 1,
                                                name_of_fields, EN_COUNT_OF(name_of_fields),   2};
const struct en_table en_table_name_of = {"name_of", "External keys by id.", &name_of_record,
                                          EN_TABLE_DIGESTED};

static const struct en_field object_fields[] = {
    FIELD(object, U32, object, ""),
    FIELD(object, INSTANT, from, ""),
    FIELD(object, TEXT, name, ""),
    FIELD(object, TEXT, type, ""),
    FIELD(object, U32, parent, ""),
    FIELD(object, TEXT, zone, ""),
    FIELD(object, I32, fiscal_offset_minutes, ""),
};
static const struct en_record object_record = {"object",      sizeof(struct en_object_row), 1,
                                               object_fields, EN_COUNT_OF(object_fields),   2};
const struct en_table en_table_object = {
    "object", "The tree of objects: substations, buses, feeders, areas; effective-dated.",
    &object_record, EN_TABLE_DIGESTED};

static const struct en_field point_fields[] = {
    FIELD(point, U32, point, ""),     FIELD(point, INSTANT, from, ""), FIELD(point, TEXT, name, ""),
    FIELD(point, TEXT, resource, ""), FIELD(point, U32, object, ""),
};
static const struct en_record point_record = {"point",      sizeof(struct en_point_row), 1,
                                              point_fields, EN_COUNT_OF(point_fields),   2};
const struct en_table en_table_point = {"point", "Metering points; effective-dated.", &point_record,
                                        EN_TABLE_DIGESTED};

static const struct en_field channel_fields[] = {
    FIELD(channel, U32, channel, ""),
    FIELD(channel, U32, point, ""),
    FIELD(channel, TEXT, code, ""),
    FIELD(channel, U8, unit, "en_unit"),
    FIELD(channel, U8, basis, "en_channel_basis"),
    FIELD(channel, U32, slot_seconds, ""),
    FIELD(channel, BOOL, is_primary, ""),
};
static const struct en_record channel_record = {"channel",      sizeof(struct en_channel_row), 1,
                                                channel_fields, EN_COUNT_OF(channel_fields),   1};
const struct en_table en_table_channel = {"channel",
                                          "Channels of points: register code, unit, grid.",
                                          &channel_record, EN_TABLE_DIGESTED};

static const struct en_field point_channel_fields[] = {
    FIELD(point_channel, U32, point, ""),
    FIELD(point_channel, TEXT, code, ""),
    FIELD(point_channel, U32, channel, ""),
};
static const struct en_record point_channel_record = {
    "point_channel",      sizeof(struct en_point_channel_row), 1,
    point_channel_fields, EN_COUNT_OF(point_channel_fields),   2};
const struct en_table en_table_point_channel = {"point_channel", "Channels of a point by code.",
                                                &point_channel_record, EN_TABLE_DIGESTED};

static const struct en_field channel_error_fields[] = {
    FIELD(channel_error, U32, channel, ""),
    FIELD(channel_error, INSTANT, from, ""),
    FIELD(channel_error, U32, error_1e4_percent, ""),
};
static const struct en_record channel_error_record = {
    "channel_error",      sizeof(struct en_channel_error_row), 1,
    channel_error_fields, EN_COUNT_OF(channel_error_fields),   2};
const struct en_table en_table_channel_error = {
    "channel_error", "Limits of relative error of channels; effective-dated.",
    &channel_error_record, EN_TABLE_DIGESTED};

static const struct en_field device_fields[] = {
    FIELD(device, U32, device, ""),          FIELD(device, TEXT, serial, ""),
    FIELD(device, TEXT, type, ""),           FIELD(device, DECIMAL, capacity, ""),
    FIELD(device, U64, pulses_per_unit, ""), FIELD(device, U32, pulse_divisor, ""),
};
static const struct en_record device_record = {"device",      sizeof(struct en_device_row), 1,
                                               device_fields, EN_COUNT_OF(device_fields),   1};
const struct en_table en_table_device = {"device", "Meters and other devices.", &device_record,
                                         EN_TABLE_DIGESTED};

static const struct en_field transformer_fields[] = {
    FIELD(transformer, U32, transformer, ""), FIELD(transformer, TEXT, name, ""),
    FIELD(transformer, TEXT, type, ""),       FIELD(transformer, U32, object, ""),
    FIELD(transformer, RATIO, ratio, ""),
};
static const struct en_record transformer_record = {
    "transformer",      sizeof(struct en_transformer_row), 1,
    transformer_fields, EN_COUNT_OF(transformer_fields),   1};
const struct en_table en_table_transformer = {"transformer",
                                              "Current, voltage and power transformers.",
                                              &transformer_record, EN_TABLE_DIGESTED};

static const struct en_field installation_fields[] = {
    FIELD(installation, U32, point, ""),
    FIELD(installation, INSTANT, from, ""),
    FIELD(installation, U32, device, ""),
    FIELD_LIST(installation, registers, en_payload_register_value,
               "en_register_value: readings when it was put in (or, for device 0, taken out)"),
};
static const struct en_record installation_record = {
    "installation",      sizeof(struct en_installation_row), 1,
    installation_fields, EN_COUNT_OF(installation_fields),   2};
const struct en_table en_table_installation = {"installation",
                                               "Which device measures a point; effective-dated.",
                                               &installation_record, EN_TABLE_DIGESTED};

static const struct en_field object_point_fields[] = {
    FIELD(object_point, U32, object, ""),
    FIELD(object_point, U32, point, ""),
};
static const struct en_record object_point_record = {
    "object_point",      sizeof(struct en_object_point_row), 1,
    object_point_fields, EN_COUNT_OF(object_point_fields),   2};
const struct en_table en_table_object_point = {"object_point", "Points that an object ever held.",
                                               &object_point_record, EN_TABLE_DIGESTED};

static const struct en_field device_point_fields[] = {
    FIELD(device_point, U32, device, ""),
    FIELD(device_point, U32, point, ""),
};
static const struct en_record device_point_record = {
    "device_point",      sizeof(struct en_device_point_row), 1,
    device_point_fields, EN_COUNT_OF(device_point_fields),   2};
const struct en_table en_table_device_point = {
    "device_point", "Points that a device ever measured.", &device_point_record, EN_TABLE_DIGESTED};

static const struct en_field replacement_fields[] = {
    FIELD(replacement, U32, point, ""),
    FIELD(replacement, INSTANT, removed, ""),
    FIELD(replacement, INSTANT, installed, ""),
    FIELD(replacement, U32, old_device, ""),
    FIELD(replacement, U32, new_device, ""),
    FIELD_LIST(replacement, final, en_payload_register_value, ""),
    FIELD_LIST(replacement, initial, en_payload_register_value, ""),
    FIELD(replacement, I64, downtime_power_micro, ""),
    FIELD(replacement, TEXT, act, ""),
};
static const struct en_record replacement_record = {
    "replacement",      sizeof(struct en_replacement_row), 1,
    replacement_fields, EN_COUNT_OF(replacement_fields),   2};
const struct en_table en_table_replacement = {
    "replacement", "Replacements of devices with final and initial readings.", &replacement_record,
    EN_TABLE_DIGESTED};

static const struct en_field ratio_fields[] = {
    FIELD(ratio, U32, point, ""),     FIELD(ratio, INSTANT, from, ""),
    FIELD(ratio, RATIO, current, ""), FIELD(ratio, RATIO, voltage, ""),
    FIELD(ratio, TEXT, act, ""),
};
static const struct en_record ratio_record = {"ratio",      sizeof(struct en_ratio_row), 1,
                                              ratio_fields, EN_COUNT_OF(ratio_fields),   2};
const struct en_table en_table_ratio = {"ratio", "Transformer ratios of points; effective-dated.",
                                        &ratio_record, EN_TABLE_DIGESTED};

static const struct en_field document_fields[] = {
    FIELD(document, U32, document, ""),
    FIELD(document, TEXT, name, ""),
    FIELD(document, TEXT, format, ""),
    FIELD(document, U64, size, ""),
    FIELD(document, TEXT, verdict,
          ""
          " while the import is not closed"),
    FIELD(document, U64, values_count, ""),
    FIELD(document, U64, missing_count, ""),
    FIELD(document, U64, rejected_count, ""),
};
static const struct en_record document_record = {
    "document",      sizeof(struct en_document_row), 1,
    document_fields, EN_COUNT_OF(document_fields),   1};
const struct en_table en_table_document = {"document", "Files received and what became of them.",
                                           &document_record, EN_TABLE_DIGESTED};

static const struct en_field zone_fields[] = {
    FIELD(zone, U32, zone, ""),
    FIELD(zone, TEXT, name, ""),
    FIELD(zone, HASH, sha256, ""),
};
static const struct en_record zone_record = {"zone",      sizeof(struct en_zone_row), 1,
                                             zone_fields, EN_COUNT_OF(zone_fields),   1};
const struct en_table en_table_zone = {"zone", "Adopted zone tables and their hashes.",
                                       &zone_record, EN_TABLE_DIGESTED};

static const struct en_field rule_fields[] = {
    FIELD(rule, U32, rule, ""),     FIELD(rule, INSTANT, from, ""),
    FIELD(rule, TEXT, edition, ""), FIELD(rule, TEXT, parameters, ""),
    FIELD(rule, TEXT, reason, ""),
};
static const struct en_record rule_record = {"rule",      sizeof(struct en_rule_row), 1,
                                             rule_fields, EN_COUNT_OF(rule_fields),   2};
const struct en_table en_table_rule = {"rule",
                                       "Rule parameters and editions in force; effective-dated.",
                                       &rule_record, EN_TABLE_DIGESTED};

static const struct en_field register_fields[] = {
    FIELD(register, U32, channel, ""),     FIELD(register, INSTANT, at, ""),
    FIELD(register, DECIMAL, value, ""),   FIELD(register, U32, device, ""),
    FIELD(register, QUALITY, quality, ""), FIELD(register, U64, revision, ""),
};
static const struct en_record register_record = {
    "register",      sizeof(struct en_register_row), 1,
    register_fields, EN_COUNT_OF(register_fields),   2};
const struct en_table en_table_register = {"register", "Accepted register reads.", &register_record,
                                           EN_TABLE_DIGESTED};

static const struct en_field instant_fields[] = {
    FIELD(instant, U32, channel, ""),
    FIELD(instant, INSTANT, at, ""),
    FIELD(instant, DECIMAL, value, ""),
    FIELD(instant, QUALITY, quality, ""),
};
static const struct en_record instant_record = {"instant",      sizeof(struct en_instant_row), 1,
                                                instant_fields, EN_COUNT_OF(instant_fields),   2};
const struct en_table en_table_instant = {"instant", "Instantaneous values.", &instant_record,
                                          EN_TABLE_DIGESTED};

static const struct en_field device_event_fields[] = {
    FIELD(device_event, U32, device, ""),
    FIELD(device_event, INSTANT, at, ""),
    FIELD(device_event, TEXT, code, ""),
    FIELD(device_event, TEXT, text, ""),
};
static const struct en_record device_event_record = {
    "device_event",      sizeof(struct en_device_event_row), 1,
    device_event_fields, EN_COUNT_OF(device_event_fields),   3};
const struct en_table en_table_device_event = {"device_event", "Events reported by devices.",
                                               &device_event_record, EN_TABLE_DIGESTED};

static const struct en_field formula_fields[] = {
    FIELD(formula, U32, node, ""),       FIELD(formula, DAY, from_day, ""),
    FIELD(formula, TEXT, name, ""),      FIELD(formula, TEXT, expression, "canonical text"),
    FIELD(formula, U8, unit, "en_unit"), FIELD(formula, BOOL, is_hidden, "a side of a balance"),
};
static const struct en_record formula_record = {"formula",      sizeof(struct en_formula_row), 1,
                                                formula_fields, EN_COUNT_OF(formula_fields),   2};
const struct en_table en_table_formula = {"formula", "Formulas by node; effective-dated.",
                                          &formula_record, EN_TABLE_DIGESTED};

static const struct en_field balance_fields[] = {
    FIELD(balance, U32, balance, ""),  FIELD(balance, DAY, from_day, ""),
    FIELD(balance, TEXT, name, ""),    FIELD(balance, TEXT, in, ""),
    FIELD(balance, TEXT, out, ""),     FIELD(balance, TEXT, losses, ""),
    FIELD(balance, U32, object, ""),   FIELD(balance, U32, in_node, ""),
    FIELD(balance, U32, out_node, ""), FIELD(balance, U32, losses_node, "0 none"),
};
static const struct en_record balance_record = {"balance",      sizeof(struct en_balance_row), 1,
                                                balance_fields, EN_COUNT_OF(balance_fields),   2};
const struct en_table en_table_balance = {"balance", "Balances; effective-dated.", &balance_record,
                                          EN_TABLE_DIGESTED};

static const struct en_field policy_fields[] = {
    FIELD(policy, U32, policy, ""),
    FIELD(policy, TEXT, name, ""),
    FIELD(policy, BOOL, needs_completeness, ""),
    FIELD(policy, BOOL, needs_period_order, ""),
    FIELD(policy, U8, approvals, ""),
    FIELD(policy, U8, correction, ""),
};
static const struct en_record policy_record = {"policy",      sizeof(struct en_policy_row), 1,
                                               policy_fields, EN_COUNT_OF(policy_fields),   1};
const struct en_table en_table_policy = {"policy", "Freeze policies.", &policy_record,
                                         EN_TABLE_DIGESTED};

static const struct en_field freeze_fields[] = {
    FIELD(freeze, U32, freeze, ""),
    FIELD(freeze, U32, run, ""),
    FIELD(freeze, TEXT, name, ""),
    FIELD(freeze, U64, seq, "of the request or the correction"),
    FIELD(freeze, DAY, from_day, ""),
    FIELD(freeze, DAY, to_day, ""),
    FIELD(freeze, U32, scope, "object, 0 everything"),
    FIELD(freeze, TEXT, policy, ""),
    FIELD(freeze, HASH, digest, "SHA-256 over the frozen rows (processors/freeze/README.md)"),
    FIELD(freeze, U64, rows_count, ""),
    FIELD(freeze, U64, missing_count, "slots declared missing"),
    FIELD(freeze, TEXT, authority, ""),
    FIELD(freeze, HASH, versions, "digest of rules, zones, formulas, balances, ratios in force"),
};
static const struct en_record freeze_record = {"freeze",      sizeof(struct en_freeze_row), 1,
                                               freeze_fields, EN_COUNT_OF(freeze_fields),   2};
const struct en_table en_table_freeze = {"freeze", "Frozen periods, one row a run.", &freeze_record,
                                         EN_TABLE_DIGESTED};

static const struct en_field freeze_member_fields[] = {
    FIELD(freeze_member, U32, freeze, ""),
    FIELD(freeze_member, U32, run, ""),
    FIELD(freeze_member, U8, lane, "en_frozen_lane"),
    FIELD(freeze_member, U32, series, ""),
};
static const struct en_record freeze_member_record = {
    "freeze_member",      sizeof(struct en_freeze_member_row), 1,
    freeze_member_fields, EN_COUNT_OF(freeze_member_fields),   4};
const struct en_table en_table_freeze_member = {"freeze_member",
                                                "Members of freezes that have a scope.",
                                                &freeze_member_record, EN_TABLE_DIGESTED};

static const struct en_field attestation_fields[] = {
    FIELD(attestation, U32, freeze, ""),    FIELD(attestation, U32, run, ""),
    FIELD(attestation, U64, size, ""),      FIELD(attestation, HASH, root, ""),
    FIELD(attestation, HASH, digest, ""),   FIELD(attestation, TEXT, checkpoint, ""),
    FIELD(attestation, TEXT, software, ""),
};
static const struct en_record attestation_record = {
    "attestation",      sizeof(struct en_attestation_row), 1,
    attestation_fields, EN_COUNT_OF(attestation_fields),   2};
const struct en_table en_table_attestation = {"attestation", "Tree heads attested for frozen runs.",
                                              &attestation_record, 0};

static const struct en_field frozen_fields[] = {
    FIELD(frozen, U32, freeze, ""),
    FIELD(frozen, U32, run, ""),
    FIELD(frozen, U8, lane, "en_frozen_lane"),
    FIELD(frozen, DAY, day, ""),
    FIELD(frozen, U32, series, ""),
    FIELD(frozen, BYTES, entry, "as frozen; size 0: there was none"),
};
static const struct en_record frozen_record = {"frozen",      sizeof(struct en_frozen_row), 1,
                                               frozen_fields, EN_COUNT_OF(frozen_fields),   5};
const struct en_table en_table_frozen = {
    "frozen", "Pending differences: frozen entries the live tables no longer agree with.",
    &frozen_record, EN_TABLE_DIGESTED};

static const struct en_field correction_fields[] = {
    FIELD(correction, U64, seq, "of the correction"),
    FIELD(correction, U32, channel, ""),
    FIELD(correction, U32, freeze, ""),
    FIELD(correction, U32, run, ""),
    FIELD(correction, DAY, target_day, ""),
    FIELD(correction, MICRO, delta_micro, "of the channel's unit"),
    FIELD(correction, TEXT, authority, ""),
};
static const struct en_record correction_record = {
    "correction",      sizeof(struct en_correction_row), 1,
    correction_fields, EN_COUNT_OF(correction_fields),   2};
const struct en_table en_table_correction = {"correction", "Deltas booked in open periods.",
                                             &correction_record, EN_TABLE_DIGESTED};

static const struct en_field outbox_fields[] = {
    FIELD(outbox, U64, outbox, "seq of the event that asked"),
    FIELD(outbox, TEXT, action, ""),
    FIELD(outbox, TEXT, detail, ""),
    FIELD(outbox, U8, state, "0 waiting, 1 done, 2 failed"),
    FIELD(outbox, TEXT, result, ""),
};
static const struct en_record outbox_record = {"outbox",      sizeof(struct en_outbox_row), 1,
                                               outbox_fields, EN_COUNT_OF(outbox_fields),   1};
const struct en_table en_table_outbox = {"outbox", "What edges are asked to do.", &outbox_record,
                                         EN_TABLE_DIGESTED};

const struct en_series_table en_series_profile = {"profile", "Day blocks of channels as read.",
                                                  EN_TABLE_DIGESTED};
const struct en_series_table en_series_origin = {"origin", "Events that a profile day came from.",
                                                 0};
const struct en_series_table en_series_interval = {
    "interval", "Day blocks in the base unit where they differ from the profile.",
    EN_TABLE_DIGESTED};
const struct en_series_table en_series_usage_day = {"usage_day", "Day totals of channels.",
                                                    EN_TABLE_DIGESTED};
const struct en_series_table en_series_usage_month = {"usage_month", "Month totals of channels.",
                                                      EN_TABLE_DIGESTED};
const struct en_series_table en_series_node = {"node", "Day blocks of formula nodes.",
                                               EN_TABLE_DIGESTED};
const struct en_series_table en_series_node_day = {"node_day", "Day totals of formula nodes.",
                                                   EN_TABLE_DIGESTED};
const struct en_series_table en_series_balance_day = {"balance_day", "Day totals of balances.",
                                                      EN_TABLE_DIGESTED};

const struct en_table *const en_tables_all[] = {
    &en_table_attestation, &en_table_balance,     &en_table_channel,      &en_table_channel_error,
    &en_table_correction,  &en_table_device,      &en_table_device_event, &en_table_document,
    &en_table_formula,     &en_table_freeze,      &en_table_frozen,       &en_table_installation,
    &en_table_instant,     &en_table_name,        &en_table_object,       &en_table_object_point,
    &en_table_outbox,      &en_table_outcome,     &en_table_point,        &en_table_point_channel,
    &en_table_policy,      &en_table_ratio,       &en_table_register,     &en_table_replacement,
    &en_table_rule,        &en_table_transformer, &en_table_zone,         NULL,
};

const struct en_series_table *const en_series_all[] = {
    &en_series_balance_day, &en_series_interval,    &en_series_node,
    &en_series_node_day,    &en_series_origin,      &en_series_profile,
    &en_series_usage_day,   &en_series_usage_month, NULL,
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
    static const struct en_table *const governing[] = {&en_table_balance, &en_table_formula,
                                                       &en_table_ratio,   &en_table_replacement,
                                                       &en_table_rule,    &en_table_zone};
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
