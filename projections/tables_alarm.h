/* Rows of alarms: what is to be told, what stands, what happened. All belong to processor alarm. */
#ifndef EN_PROJECTIONS_TABLES_ALARM_H
#define EN_PROJECTIONS_TABLES_ALARM_H

#include "projections/table.h"

/* A definition as alarm.set said last. */
struct en_alarm_definition_row {
    struct en_slice name; /* key */
    uint8_t priority;
    bool is_enabled;
    struct en_slice condition;
    struct en_slice target;
    struct en_slice column;
    struct en_slice comparison;
    struct en_slice value;
    struct en_slice filter;
    struct en_slice deadband;
    uint32_t duration_s;
    uint32_t delay_on_s;
    uint32_t delay_off_s;
    uint32_t repeat_max;
    uint32_t repeat_window_s;
    bool is_latched;
    struct en_slice cause;
    struct en_slice response;
    struct en_slice consequence;
    uint32_t respond_within_s;
    struct en_slice notify;
    struct en_slice reason;
    uint32_t actor;
    uint64_t seq;          /* of alarm.set */
    uint64_t looked_seq;   /* of the event at which it was looked at last */
    struct en_slice fault; /* why it could not be looked at then; empty: it could */
};

/* One thing that a definition watches, while it is not simply normal. */
struct en_alarm_row {
    struct en_slice alarm;   /* key: name of the definition */
    struct en_slice subject; /* key: what it is about, for people */
    uint8_t state;           /* en_alarm_state */
    uint8_t priority;
    bool is_met;
    bool is_active;
    bool was_active;
    struct en_instant met_at;
    struct en_instant at;    /* since when in this state */
    struct en_instant until; /* end of the shelf */
    struct en_instant repeat;
    uint32_t raises_count;
    struct en_slice value; /* what was seen, for people */
    uint32_t object;
    uint32_t point;
    uint32_t device;
    struct en_slice suppressed_by; /* the cause that stands; empty: an operator, or none */
    struct en_slice text;          /* last comment, reason, permit */
    uint32_t actor;                /* who wrote it */
    uint64_t number;               /* of its latest transition */
};

/* What happened to alarms, in order. */
struct en_alarm_history_row {
    uint64_t number; /* key: dense from 1 */
    uint64_t seq;    /* of the event at which it happened */
    struct en_instant at;
    struct en_slice alarm;
    struct en_slice subject;
    uint8_t from; /* en_alarm_state */
    uint8_t to;
    uint8_t cause;          /* en_alarm_cause */
    struct en_slice action; /* of an operator, or empty */
    uint8_t priority;
    uint32_t actor;
    struct en_slice text;
    struct en_slice value;
    bool is_told; /* a notice went to the outbox */
};

/* Devices whose events changed since alarms were looked at. */
struct en_alarm_device_row {
    uint32_t device; /* key */
};

extern const struct en_table en_table_alarm_definition;
extern const struct en_table en_table_alarm;
extern const struct en_table en_table_alarm_history;
extern const struct en_table en_table_alarm_device;

#endif
