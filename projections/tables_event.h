/* Rows of device events: as reported, as they are meant, and put together (domain 10.5). All belong
 * to processor device_event. */
#ifndef EN_PROJECTIONS_TABLES_EVENT_H
#define EN_PROJECTIONS_TABLES_EVENT_H

#include "projections/table.h"

/* What a code means from then on, where the built-in tables are not asked. */
struct en_event_map_row {
    struct en_slice device_type; /* key: "" all */
    struct en_slice code;        /* key */
    struct en_instant from;      /* key */
    struct en_list meanings;     /* en_event_map_item; empty: as built in */
    struct en_slice reason;
};

struct en_event_map_item {
    uint8_t class; /* en_event_class */
    uint8_t edge;  /* en_event_edge */
    uint8_t part;  /* en_event_part */
};

/* A device event as it was reported, once however often it was read (EV-01, EV-04). */
struct en_device_report_row {
    uint32_t device;            /* key */
    struct en_instant reported; /* key: by the device's clock */
    struct en_slice code;       /* key */
    uint64_t index;             /* key: of the journal, 0 not told */
    struct en_instant at;       /* reported less clock_ahead_us */
    int64_t clock_ahead_us;
    bool has_clock;
    uint64_t seq; /* of the event */
};

/* A device event as it is meant; one report may mean several things. */
struct en_device_entry_row {
    uint32_t device;      /* key */
    uint8_t class;        /* key: en_event_class */
    uint8_t pair;         /* key: en_event_part that it is paired by */
    struct en_instant at; /* key */
    uint64_t index;       /* key */
    uint8_t edge;         /* key: en_event_edge */
    struct en_slice code; /* key */
    uint8_t part;         /* en_event_part */
    struct en_instant reported;
    uint64_t seq;
};

/* A stretch of time in which something was so at a device: a start with its end, a start without
 * one (open), or a point (from == to). */
struct en_device_interval_row {
    uint32_t device;        /* key */
    uint8_t class;          /* key: en_event_class */
    uint8_t pair;           /* key: en_event_part */
    struct en_instant from; /* key */
    bool is_point;          /* key */
    bool is_open;
    struct en_instant to;   /* of an open one: from */
    uint8_t part;           /* of the start: also a cause */
    uint32_t ignored_count; /* starts while it was open already: a warning each */
    uint64_t seq;           /* of the latest event in it */
};

/* How far a device's journal is known, and what of it was overwritten unread (EV-05). */
struct en_device_journal_row {
    uint32_t device;         /* key */
    struct en_slice journal; /* key: "spodes:2", "dlms" */
    uint64_t head;           /* highest index */
    struct en_instant head_reported;
    uint32_t size; /* entries that the journal holds, 0 not known */
    uint64_t lost_count;
    struct en_list gaps; /* en_journal_gap: not read, and not yet overwritten as far as is known */
};

struct en_journal_gap {
    uint64_t first;
    uint64_t last;
};

/* The clock of a device against the true time, when it was last compared. */
struct en_device_clock_row {
    uint32_t device; /* key */
    struct en_instant at;
    int64_t ahead_us;
    uint64_t seq;
};

extern const struct en_table en_table_event_map;
extern const struct en_table en_table_device_report;
extern const struct en_table en_table_device_entry;
extern const struct en_table en_table_device_interval;
extern const struct en_table en_table_device_journal;
extern const struct en_table en_table_device_clock;

#endif
