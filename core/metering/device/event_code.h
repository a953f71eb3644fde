/* Codes of device events as drivers and files write them into device.event, and what they mean:
 *
 *     spodes:LOG:CODE     SPODES, GOST R 58940-2020 annex D: log 0 .. 8, code of that log
 *     dlms:CODE           DLMS/IDIS standard event log
 *     cim:T.D.S.A         IEC 61968-9 EndDeviceEvent: type, domain, subdomain, event or action
 *     ansi-old:CODE       ANSI C12.19 history and event logs, the older list
 *     ansi-new:CODE       the newer list: from 36 on everything stands one higher
 *
 * Numbers are decimal without leading zeros. The same bare number means another thing in another
 * dialect, log or edition: the key is (dialect, log, code), never the number alone. Any other text
 * is a maker's own code: it is kept, and means UNKNOWN until event_map.set says more.
 *
 * The mapping is data: rows of event_code.c. Plain values, any thread. */
#ifndef EN_CORE_METERING_DEVICE_EVENT_CODE_H
#define EN_CORE_METERING_DEVICE_EVENT_CODE_H

#include "core/metering/device/event_class.h"

#define EN_EVENT_CODE_TEXT_SIZE 48
#define EN_EVENT_MEANINGS_MAX 3u

typedef enum en_event_dialect {
    EN_EVENT_FREE = 0, /* a maker's own text */
    EN_EVENT_SPODES = 1,
    EN_EVENT_DLMS = 2,
    EN_EVENT_CIM = 3,
    EN_EVENT_ANSI_OLD = 4,
    EN_EVENT_ANSI_NEW = 5,
    EN_EVENT_DIALECTS_COUNT,
} en_event_dialect;

struct en_event_code {
    en_event_dialect dialect;
    uint32_t log;    /* SPODES: the log; CIM: the type of device; else 0 */
    uint64_t number; /* CIM: domain << 32 | subdomain << 16 | event or action */
};

/* Reads a code; whatever is not of a dialect is EN_EVENT_FREE. Never fails. */
struct en_event_code en_event_code_parse(struct en_slice text);

/* Prints a code that is not free; parsing it gives the same. Returns the length. */
size_t en_event_code_print(const struct en_event_code *code, char text[EN_EVENT_CODE_TEXT_SIZE]);

/* "spodes:2", "dlms": the journal that a code stands in, whose indexes count together; "" for free
 * codes. Returns the length. */
size_t en_event_code_journal(const struct en_event_code *code, char text[EN_EVENT_CODE_TEXT_SIZE]);

/* What the code means by the built-in tables: how many of meanings[] were filled. One code may say
 * several things (a relay switched off by a magnet; a normal voltage ends three troubles). 0:
 * UNKNOWN. */
uint32_t en_event_code_meanings(const struct en_event_code *code,
                                struct en_event_meaning meanings[EN_EVENT_MEANINGS_MAX]);

/* A row of the built-in tables: codes [first, last] of a log. For lists and documents. */
struct en_event_code_row {
    en_event_dialect dialect;
    uint32_t log; /* EN_EVENT_LOG_ANY: every type of device */
    uint64_t first;
    uint64_t last;
    struct en_event_meaning meaning;
};
#define EN_EVENT_LOG_ANY UINT32_MAX
const struct en_event_code_row *en_event_code_rows(uint32_t *count);

const char *en_event_dialect_text(en_event_dialect dialect); /* "spodes", ...; "" for free */

#endif
