/* A message 80020 as it is written, before its times mean anything: header, areas, points, channels
 * and periods in the order of the file. Forgiving where real writers differ (any order of
 * children, case of names, encodings, decimal commas), strict about XML itself: no DOCTYPE, bounded
 * depth, attributes, texts and periods. The only door to expat.
 *
 * Caller's memory; one thread. Texts live in the arena given to the parser. */
#ifndef EN_FORMATS_XML80020_MESSAGE_H
#define EN_FORMATS_XML80020_MESSAGE_H

#include "core/arena.h"
#include "core/decimal.h"
#include "formats/staging.h"

/* Numbers as the message format counts them. */
typedef enum en_message_point_kind {
    EN_POINT_ACCOUNT = 0,
    EN_POINT_MEASURING = 1,
    EN_POINT_DELIVERY = 2,
    EN_POINT_GROUP = 3,
    EN_POINT_FLOW = 4, /* peretok */
    EN_POINT_KINDS_COUNT = 5,
} en_message_point_kind;

struct en_message_area {
    struct en_slice inn; /* tax number or code of the metering system */
    struct en_slice name;
};

struct en_message_point {
    en_message_point_kind kind;
    struct en_slice code; /* "FROM/TO" of a flow; empty: it has none */
    struct en_slice name;
    uint32_t area;
    bool is_shared; /* a point of a kind before this one has the same code */
    struct en_place place;
};

struct en_message_channel {
    uint32_t point;
    struct en_slice code; /* "01", also for periods right below a point */
    uint32_t first;       /* of its periods */
    uint32_t count;
    struct en_place place;
};

struct en_message_period {
    struct en_decimal value;
    uint64_t quality; /* EN_QUALITY_MISSING: no value */
    uint32_t line;
    uint16_t start_minute; /* of the local day */
    uint16_t end_minute;   /* 1440 for the end of the day */
    bool is_summer;        /* marked so */
};

struct en_message {
    struct en_slice class_code; /* "80020" */
    struct en_slice number;
    struct en_slice timestamp;
    struct en_slice day;
    struct en_slice daylight; /* "0", "1", "2" */
    struct en_message_area sender;
    bool is_test_only;
    struct en_message_area *areas;
    struct en_message_point *points;
    struct en_message_channel *channels;
    struct en_message_period *periods;
    uint32_t areas_count;
    uint32_t points_count;
    uint32_t channels_count;
    uint32_t periods_count;
    uint32_t areas_capacity;
    uint32_t points_capacity;
    uint32_t channels_capacity;
    uint32_t periods_capacity;
};

/* Reads the bytes of a message. Rows that cannot be taken are rejected in the staging, oddities
 * become warnings. fini always, also after a failure. Codes: EN_MALFORMED (line, column, what),
 * EN_UNSUPPORTED (another encoding), EN_LIMIT, EN_NOMEM. */
en_code en_message_parse(struct en_slice bytes, struct en_staging *staging,
                         struct en_message *message, struct en_error *err) EN_MUST_CHECK;
void en_message_fini(struct en_message *message);

#endif
