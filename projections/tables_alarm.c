#include "projections/tables_alarm.h"

#include <stddef.h>

// clang-format off
#define FIELD(row, type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_##row, member), about, NULL}
// clang-format on

static const struct en_field definition_fields[] = {
    FIELD(alarm_definition_row, TEXT, name, "what it is known by"),
    FIELD(alarm_definition_row, U8, priority, "1 high, 2 medium, 3 low, 4 journal only"),
    FIELD(alarm_definition_row, BOOL, is_enabled, "false: not looked at"),
    FIELD(alarm_definition_row, TEXT, condition, "rows, value, missing, silent, ..."),
    FIELD(alarm_definition_row, TEXT, target, "table of rows; class or category of device events"),
    FIELD(alarm_definition_row, TEXT, column, "of rows: what is compared"),
    FIELD(alarm_definition_row, TEXT, comparison, ">, >=, <, <=, =, !="),
    FIELD(alarm_definition_row, TEXT, value, "the limit"),
    FIELD(alarm_definition_row, TEXT, filter, "which rows, channels, devices"),
    FIELD(alarm_definition_row, TEXT, deadband, "how far a value comes back before it returns"),
    FIELD(alarm_definition_row, U32, duration_s, "s; of the condition"),
    FIELD(alarm_definition_row, U32, delay_on_s, "s"),
    FIELD(alarm_definition_row, U32, delay_off_s, "s"),
    FIELD(alarm_definition_row, U32, repeat_max, "raises told within the window, 0 all"),
    FIELD(alarm_definition_row, U32, repeat_window_s, "s"),
    FIELD(alarm_definition_row, BOOL, is_latched, "stays until it is reset"),
    FIELD(alarm_definition_row, TEXT, cause, "alarm that suppresses it, empty none"),
    FIELD(alarm_definition_row, TEXT, response, "what the operator does"),
    FIELD(alarm_definition_row, TEXT, consequence, "what happens if nobody does"),
    FIELD(alarm_definition_row, U32, respond_within_s, "s; time there is to respond"),
    FIELD(alarm_definition_row, TEXT, notify, "channel:who;channel:who"),
    FIELD(alarm_definition_row, TEXT, reason, "why it is defined so"),
    FIELD(alarm_definition_row, U32, actor, "who defined it"),
    FIELD(alarm_definition_row, U64, seq, "of alarm.set"),
    FIELD(alarm_definition_row, U64, looked_seq, "of the event at which it was looked at last"),
    FIELD(alarm_definition_row, TEXT, fault, "why it could not be looked at, empty: it could"),
};
static const struct en_record definition_record = {
    "alarm_definition", sizeof(struct en_alarm_definition_row), 1,
    definition_fields,  EN_COUNT_OF(definition_fields),         1};
const struct en_table en_table_alarm_definition = {
    "alarm_definition", "Alarms as they are defined.", &definition_record, EN_TABLE_DIGESTED};

static const struct en_field alarm_fields[] = {
    FIELD(alarm_row, TEXT, alarm, "name of its definition"),
    FIELD(alarm_row, TEXT, subject, "what it is about"),
    FIELD(alarm_row, U8, state,
          "0 norm, 1 unack, 2 ack, 3 rtn_unack, 4 latch_unack, 5 latch_ack, 6 shelved, "
          "7 suppressed, 8 out_of_service"),
    FIELD(alarm_row, U8, priority, "of its definition"),
    FIELD(alarm_row, BOOL, is_met, "the condition as last seen"),
    FIELD(alarm_row, BOOL, is_active, "the same behind the delays"),
    FIELD(alarm_row, BOOL, was_active, "active at some time while held"),
    FIELD(alarm_row, INSTANT, met_at, "since when the condition is so"),
    FIELD(alarm_row, INSTANT, at, "since when it is in this state"),
    FIELD(alarm_row, INSTANT, until, "end of the shelf"),
    FIELD(alarm_row, INSTANT, repeat, "begin of the window of the repeat guard"),
    FIELD(alarm_row, U32, raises_count, "raises in that window"),
    FIELD(alarm_row, TEXT, value, "what was seen"),
    FIELD(alarm_row, U32, object, "id, 0 none"),
    FIELD(alarm_row, U32, point, "id, 0 none"),
    FIELD(alarm_row, U32, device, "id, 0 none"),
    FIELD(alarm_row, TEXT, suppressed_by, "the alarm that is its cause, empty none"),
    FIELD(alarm_row, TEXT, text, "last comment, reason or permit"),
    FIELD(alarm_row, U32, actor, "who wrote it"),
    FIELD(alarm_row, U64, number, "of its latest transition (alarm_history)"),
};
static const struct en_record alarm_record = {"alarm",      sizeof(struct en_alarm_row), 1,
                                              alarm_fields, EN_COUNT_OF(alarm_fields),   2};
const struct en_table en_table_alarm = {"alarm", "Alarms that are not simply normal (ISA-18.2).",
                                        &alarm_record, EN_TABLE_DIGESTED};

static const struct en_field history_fields[] = {
    FIELD(alarm_history_row, U64, number, "dense from 1"),
    FIELD(alarm_history_row, U64, seq, "of the event at which it happened"),
    FIELD(alarm_history_row, INSTANT, at, "when"),
    FIELD(alarm_history_row, TEXT, alarm, "name of the definition"),
    FIELD(alarm_history_row, TEXT, subject, "what it is about"),
    FIELD(alarm_history_row, U8, from, "state before, as in table alarm"),
    FIELD(alarm_history_row, U8, to, "state after; the same for a comment"),
    FIELD(alarm_history_row, U8, cause,
          "1 raised, 2 returned, 3 action, 4 shelf ended, 5 redefined"),
    FIELD(alarm_history_row, TEXT, action, "of an operator, or empty"),
    FIELD(alarm_history_row, U8, priority, "then"),
    FIELD(alarm_history_row, U32, actor, "who acted, 0 nobody"),
    FIELD(alarm_history_row, TEXT, text, "comment, reason or permit"),
    FIELD(alarm_history_row, TEXT, value, "what was seen"),
    FIELD(alarm_history_row, BOOL, is_told, "a notice went to the outbox"),
};
static const struct en_record history_record = {
    "alarm_history", sizeof(struct en_alarm_history_row), 1,
    history_fields,  EN_COUNT_OF(history_fields),         1};
const struct en_table en_table_alarm_history = {
    "alarm_history", "What happened to alarms, in order.", &history_record, EN_TABLE_DIGESTED};

static const struct en_field device_fields[] = {
    FIELD(alarm_device_row, U32, device, "id"),
};
static const struct en_record device_record = {
    "alarm_device", sizeof(struct en_alarm_device_row), 1,
    device_fields,  EN_COUNT_OF(device_fields),         1};
const struct en_table en_table_alarm_device = {
    "alarm_device", "Devices whose events changed since alarms were looked at.", &device_record,
    EN_TABLE_DIGESTED};
