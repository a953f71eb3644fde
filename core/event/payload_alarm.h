/* Payloads of device-event mappings and of alarms (payload.h says how payloads live). */
#ifndef EN_CORE_EVENT_PAYLOAD_ALARM_H
#define EN_CORE_EVENT_PAYLOAD_ALARM_H

#include "core/event/event.h"

/* event_map.set: what a code of device events means from valid.from on (EV-06). */
struct en_event_map_set {
    struct en_slice code;        /* as in device.event, whole */
    struct en_slice device_type; /* only devices of this maker's type; "" all */
    struct en_list meanings;     /* en_event_map_meaning; empty: as the built-in tables say */
    struct en_slice reason;
};

struct en_event_map_meaning {
    struct en_slice class; /* "power_off" */
    struct en_slice edge;  /* "start", "end", "point" */
    struct en_slice part;  /* "a", "by_remote", ...; "" none */
};
extern const struct en_record en_payload_event_map_meaning;

/* alarm.set: a definition, whole; the latest of a name holds. */
struct en_alarm_set {
    struct en_slice name;
    uint8_t priority; /* 1 high, 2 medium, 3 low, 4 journal only */
    bool is_enabled;
    struct en_slice condition;  /* "rows", "value", "missing", "silent", ... (alarm_condition.h) */
    struct en_slice target;     /* table of rows; class or category of device events; balance */
    struct en_slice column;     /* rows: what is compared */
    struct en_slice comparison; /* ">", ">=", "<", "<=", "=", "!=" */
    struct en_slice value;      /* decimal; of a text column the text */
    struct en_slice filter;     /* "column=text;column=text": which rows, channels, devices */
    struct en_slice deadband;   /* decimal, "" none */
    uint32_t duration_s;        /* of the condition: silent that long, missing that late */
    uint32_t delay_on_s;
    uint32_t delay_off_s;
    uint32_t repeat_max;
    uint32_t repeat_window_s;
    bool is_latched;
    struct en_slice cause;       /* an alarm that suppresses this one below it; "" none */
    struct en_slice response;    /* what the operator does */
    struct en_slice consequence; /* what happens if nobody does */
    uint32_t respond_within_s;
    struct en_slice notify; /* "channel:who;channel:who": roles, never addresses */
    struct en_slice reason;
};

/* alarm.action: what an operator does to one alarm; the actor stands in the header. */
struct en_alarm_asked {
    struct en_slice alarm;   /* name of the definition */
    struct en_slice subject; /* which instance */
    struct en_slice action;  /* "ack", "shelve", ... (core/metering/alarm.h) */
    struct en_slice text;    /* comment, reason or permit */
    struct en_instant until; /* shelve: its end */
};

#endif
