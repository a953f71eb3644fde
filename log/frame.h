/* A frame: events in a row, committed together, as one stored value (docs/log-format.md, section
 * 3). Headers are coded column by column, payloads stand as they are, a CRC32C guards the whole.
 *
 * Writer and reader are big (their columns lie inside): one per thread of work, on the heap.
 * Neither owns what it points to. */
#ifndef EN_LOG_FRAME_H
#define EN_LOG_FRAME_H

#include "core/event/event.h"
#include "core/hash.h"
#include "core/limits.h"
#include "log/column.h"

#define EN_FRAME_HEAD_SIZE 48u
#define EN_FRAME_COLUMNS_COUNT 11u

struct en_frame_head {
    uint64_t first; /* seq */
    uint32_t count;
    struct en_instant recorded_from;
    struct en_instant recorded_to; /* of the last event: inclusive */
    struct en_kind_set kinds;
};

struct en_frame_writer {
    uint64_t numbers[EN_FRAME_EVENTS_MAX];
    uint8_t columns[EN_FRAME_COLUMNS_COUNT * EN_COLUMN_SIZE_MAX(EN_FRAME_EVENTS_MAX)];
};

/* Writes a frame of as many of the events as fit (at least one) to `out`, which has room for
 * EN_FRAME_SIZE_MAX bytes; *taken is how many. The events have their seqs, in a row (asserted), and
 * are well formed; tags are the first two bytes of their leaf hashes (en_frame_tag_of). Returns the
 * size of the frame. */
size_t en_frame_encode(struct en_frame_writer *writer, const struct en_event *events,
                       const uint16_t *tags, uint32_t count, uint8_t *out, uint32_t *taken);

static inline uint16_t en_frame_tag_of(const struct en_hash *leaf)
{
    return (uint16_t)(leaf->bytes[0] | leaf->bytes[1] << 8);
}

/* A frame taken apart: event n of it is en_frame_event(reader, n). */
struct en_frame_reader {
    struct en_frame_head head;
    uint64_t columns[EN_FRAME_COLUMNS_COUNT][EN_FRAME_EVENTS_MAX];
    uint32_t payload_ends[EN_FRAME_EVENTS_MAX];
    struct en_slice payloads; /* view into the bytes that were parsed */
};

/* The fixed head alone, after checking the CRC32C of the whole. EN_CORRUPT. */
en_code en_frame_peek(struct en_slice bytes, struct en_frame_head *head,
                      struct en_error *err) EN_MUST_CHECK;

/* Checks everything that the format demands. The reader's views live as long as the bytes.
 * EN_CORRUPT with the reason; the caller knows the place. */
en_code en_frame_parse(struct en_frame_reader *reader, struct en_slice bytes,
                       struct en_error *err) EN_MUST_CHECK;

/* The same for bytes whose checksum is known to be wrong: what can still be made out of them, to
 * find the event that was changed. Never a source of numbers. */
en_code en_frame_parse_damaged(struct en_frame_reader *reader, struct en_slice bytes,
                               struct en_error *err) EN_MUST_CHECK;

/* Event number index of the parsed frame; its payload is a view into the parsed bytes. */
struct en_event en_frame_event(const struct en_frame_reader *reader, uint32_t index);

/* Single fields, for those who look at few. */
uint16_t en_frame_kind(const struct en_frame_reader *reader, uint32_t index);
uint32_t en_frame_subject(const struct en_frame_reader *reader, uint32_t index);
uint16_t en_frame_tag(const struct en_frame_reader *reader, uint32_t index);

#endif
