/* Every bound in one place: buffers, names, batches, retries. Reaching one is an ordinary error
 * with a test. */
#ifndef EN_CORE_LIMITS_H
#define EN_CORE_LIMITS_H

/* log */
#define EN_FRAME_SIZE_MAX 65520u        /* one LMDB value in just under 16 pages */
#define EN_FRAME_EVENTS_MAX 4096u       /* events in one frame */
#define EN_PAYLOAD_SIZE_MAX 61440u      /* one event's payload: fits a frame with its header */
#define EN_BATCH_EVENTS_MAX 65536u      /* drafts in one batch */
#define EN_BATCH_SIZE_MAX (16u << 20)   /* payload bytes in one batch */
#define EN_SEGMENT_EVENTS 65536u        /* aligned leaves of one segment */
#define EN_STORED_SPAN_EVENTS 1024u     /* the smallest span whose root is stored */
#define EN_NAME_SIZE_MAX 255u           /* external keys, names of formulas and balances */
#define EN_DOCUMENT_CHUNK_SIZE 61000u   /* raw bytes of a document in one event */
#define EN_DOCUMENT_SIZE_MAX (1u << 30) /* a raw file, unpacked */

/* metering */
#define EN_SLOTS_MAX 1500u          /* slots of one day block: one-minute grid on a 25-hour day */
#define EN_BLOCK_SIZE_MAX 32768u    /* an encoded day block */
#define EN_FORMULA_SIZE_MAX 16384u  /* text of one formula */
#define EN_FORMULA_DEPTH_MAX 64u    /* nesting of a formula */
#define EN_FORMULA_TERMS_MAX 8192u  /* operands of one formula */
#define EN_FORMULA_LAG_DAYS_MAX 31u /* how far back a formula may look */

#define EN_ZONE_SIZE_MAX 65536u       /* a zone table */
#define EN_ZONE_TRANSITIONS_MAX 4096u /* changes that a zone table lists */

/* device events and alarms */
#define EN_EVENT_MAP_KEY_MAX 400u   /* a code of device events with a type of device */
#define EN_JOURNAL_GAPS_MAX 64u     /* stretches of a device's journal that were not read */
#define EN_ALARM_FILTERS_MAX 8u     /* parts of a filter */
#define EN_ALARM_NAME_SIZE_MAX 100u /* with its subject it fits a key */
#define EN_ALARM_SUBJECT_SIZE_MAX 200u
#define EN_ALARM_TEXT_SIZE_MAX 2000u /* response, consequence, reason, comment */
#define EN_ALARM_NOTIFY_MAX 16u      /* channels and roles that are told */
#define EN_ALARM_LOOKS_MAX 1000000u  /* rows, channels or devices in one look of a definition */

/* messages */
#define EN_PACK_DEPTH_MAX 8u         /* nesting of a payload */
#define EN_PACK_ITEMS_MAX 4096u      /* elements of one array or map */
#define EN_TRACE_LINE_SIZE_MAX 4096u /* one structured log line */

/* projections */
#define EN_SERIES_CHUNK 16u           /* neighbouring series packed into one stored value */
#define EN_GENERATIONS_MAX 64u        /* standing beside each other */
#define EN_TABLE_ROW_SIZE_MAX 131072u /* value of one row of a fold table */

/* formats */
#define EN_IMPORT_SLOTS_MAX (16u << 20)      /* values of one document */
#define EN_IMPORT_NAMES_MAX (1u << 20)       /* objects, points or channels of one document, each */
#define EN_IMPORT_TEXT_SIZE_MAX (256u << 20) /* their names, and the findings */
#define EN_IMPORT_FINDINGS_MAX 100u    /* row errors kept with their text; the rest are counted */
#define EN_IMPORT_BATCH_EVENTS 2048u   /* drafts appended at a time */
#define EN_ARCHIVE_MEMBERS_MAX 4096u   /* files in one archive */
#define EN_CSV_FIELDS_MAX 2048u        /* fields of one row: one-minute days have 1,449 */
#define EN_CSV_ROW_SIZE_MAX (1u << 20) /* bytes of one row */
#define EN_MAPPING_SIZE_MAX 65536u     /* a mapping file */
#define EN_MAPPING_CHANNELS_MAX 64u    /* channels of a wide table */
#define EN_XML_SIZE_MAX (64u << 20)    /* an XML message */
#define EN_XML_DEPTH_MAX 16u           /* nesting of elements */
#define EN_XML_ATTRIBUTES_MAX 32u      /* of one element */
#define EN_XML_TEXT_SIZE_MAX 4096u     /* text of one element, one attribute */
#define EN_XML_PERIODS_MAX 1500u       /* periods of one channel and day */

_Static_assert(EN_PAYLOAD_SIZE_MAX + 1024u < EN_FRAME_SIZE_MAX,
               "a payload and its header must fit one frame");
_Static_assert(EN_TABLE_ROW_SIZE_MAX > 2u * EN_PAYLOAD_SIZE_MAX,
               "a row holds what an event brought");
_Static_assert(EN_BLOCK_SIZE_MAX < EN_PAYLOAD_SIZE_MAX, "a day block must fit one event");
_Static_assert(EN_SEGMENT_EVENTS % EN_STORED_SPAN_EVENTS == 0, "a segment is whole spans");

#endif
