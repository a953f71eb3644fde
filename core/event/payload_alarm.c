#include "core/event/payload_alarm.h"

#include <stddef.h>

#include "core/event/payload.h"

#define VERSION 1u
/* clang-format off */
#define FIELD(record, name, type, about)                                                           \
    {#name, EN_FIELD_##type, offsetof(struct en_##record, name), about, NULL}
#define LIST(record, name, items, about)                                                           \
    {#name, EN_FIELD_LIST, offsetof(struct en_##record, name), about, &en_payload_##items}
/* clang-format on */
#define RECORD(name)                                                                               \
    const struct en_record en_payload_##name = {                                                   \
        #name, sizeof(struct en_##name), VERSION, name##_fields, EN_COUNT_OF(name##_fields), 0}

static const struct en_field event_map_meaning_fields[] = {
    FIELD(event_map_meaning, class, TEXT, "\"power_off\", \"magnet\", ...; \"unknown\" for none"),
    FIELD(event_map_meaning, edge, TEXT, "\"start\", \"end\" or \"point\""),
    FIELD(event_map_meaning, part, TEXT, "phase, block or cause: \"a\", \"by_remote\"; \"\" none"),
};
RECORD(event_map_meaning);

static const struct en_field event_map_set_fields[] = {
    FIELD(event_map_set, code, TEXT, "of device.event, whole: \"dlms:51\", a maker's own text"),
    FIELD(event_map_set, device_type, TEXT, "only devices of this maker's type; \"\" all"),
    LIST(event_map_set, meanings, event_map_meaning, "up to 3; none: as the built-in tables say"),
    FIELD(event_map_set, reason, TEXT, "for people: why it changes"),
};
RECORD(event_map_set);

static const struct en_field alarm_set_fields[] = {
    FIELD(alarm_set, name, TEXT, "what it is known by; the latest definition of a name holds"),
    FIELD(alarm_set, priority, U8, "1 high, 2 medium, 3 low, 4 journal only: nobody is told"),
    FIELD(alarm_set, is_enabled, BOOL, "false: not looked at, its instances are gone"),
    FIELD(alarm_set, condition, TEXT,
          "\"rows\", \"value\", \"missing\", \"silent\", \"imbalance\", \"device_event\", "
          "\"clock_drift\", \"intervention\" or \"supply\""),
    FIELD(alarm_set, target, TEXT, "table of rows; class or category of device events"),
    FIELD(alarm_set, column, TEXT, "rows: what is compared"),
    FIELD(alarm_set, comparison, TEXT, "\">\", \">=\", \"<\", \"<=\", \"=\" or \"!=\""),
    FIELD(alarm_set, value, TEXT, "the limit: a decimal, of a text column its text"),
    FIELD(alarm_set, filter, TEXT, "\"column=text;column=text\": which rows, channels, devices"),
    FIELD(alarm_set, deadband, TEXT, "decimal; a value returns when it is back by more than that"),
    FIELD(alarm_set, duration_s, U32, "s; silent for that long, missing that late, event that new"),
    FIELD(alarm_set, delay_on_s, U32, "s; the condition holds that long before it is raised"),
    FIELD(alarm_set, delay_off_s, U32, "s; the condition is gone that long before it returns"),
    FIELD(alarm_set, repeat_max, U32, "raises told within the window, 0 all"),
    FIELD(alarm_set, repeat_window_s, U32, "s"),
    FIELD(alarm_set, is_latched, BOOL, "stays until an operator resets it"),
    FIELD(alarm_set, cause, TEXT, "name of an alarm that suppresses this one below it; \"\" none"),
    FIELD(alarm_set, response, TEXT, "what the operator does"),
    FIELD(alarm_set, consequence, TEXT, "what happens if nobody does"),
    FIELD(alarm_set, respond_within_s, U32, "s; time there is to respond"),
    FIELD(alarm_set, notify, TEXT, "\"channel:who;channel:who\": roles, never addresses"),
    FIELD(alarm_set, reason, TEXT, "for people: why it is defined so"),
};
RECORD(alarm_set);

static const struct en_field alarm_asked_fields[] = {
    FIELD(alarm_asked, alarm, TEXT, "name of the definition"),
    FIELD(alarm_asked, subject, TEXT, "which instance, as table alarm has it"),
    FIELD(alarm_asked, action, TEXT,
          "\"ack\", \"reset\", \"shelve\", \"unshelve\", \"suppress\", \"unsuppress\", "
          "\"out-of-service\", \"in-service\" or \"comment\""),
    FIELD(alarm_asked, text, TEXT, "comment, reason or number of a permit"),
    FIELD(alarm_asked, until, INSTANT, "shelve: its end, at most 12 hours ahead"),
};
RECORD(alarm_asked);
