#include "log/frame.h"

#include <inttypes.h>

#define FORM 1u
#define CRC_SIZE 4u
/* What the columns cost an event in a batch of day blocks, and a little more: only a first guess of
 * how many events fit. */
#define COLUMNS_GUESS_SIZE 6u

enum {
    COLUMN_KIND,
    COLUMN_SOURCE,
    COLUMN_SOURCE_SEQ,
    COLUMN_SUBJECT,
    COLUMN_RECORDED,
    COLUMN_VALID_FROM,
    COLUMN_VALID_SPAN,
    COLUMN_ACTOR,
    COLUMN_CAUSE,
    COLUMN_TAG,
    COLUMN_SIZE,
    COLUMNS_COUNT,
};

_Static_assert(COLUMNS_COUNT == EN_FRAME_COLUMNS_COUNT, "every column has its place");
_Static_assert(EN_FRAME_EVENTS_MAX <= UINT16_MAX, "the count is stored in 16 bits");
_Static_assert(EN_FRAME_HEAD_SIZE + EN_FRAME_COLUMNS_COUNT * EN_COLUMN_SIZE_MAX(1) +
                       EN_PAYLOAD_SIZE_MAX <=
                   EN_FRAME_SIZE_MAX,
               "a lone event always fits");

static void put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put_u32(uint8_t *at, uint32_t value)
{
    put_u16(at, (uint16_t)value);
    put_u16(at + 2, (uint16_t)(value >> 16));
}

static void put_u64(uint8_t *at, uint64_t value)
{
    put_u32(at, (uint32_t)value);
    put_u32(at + 4, (uint32_t)(value >> 32));
}

/* One column of the events, straight from their headers. */
static void gather(const struct en_event *events, const uint16_t *tags, uint32_t count, int column,
                   uint64_t *numbers)
{
#define GATHER(expression)                                                                         \
    for (uint32_t i = 0; i < count; i++) {                                                         \
        const struct en_event_header *header = &events[i].header;                                  \
        numbers[i] = (uint64_t)(expression);                                                       \
    }                                                                                              \
    break
    switch (column) {
    case COLUMN_KIND:
        GATHER(header->kind);
    case COLUMN_SOURCE:
        GATHER(header->source);
    case COLUMN_SOURCE_SEQ:
        GATHER(header->source_seq);
    case COLUMN_SUBJECT:
        GATHER(header->subject);
    case COLUMN_RECORDED:
        GATHER(header->recorded_at.us - events[0].header.recorded_at.us);
    case COLUMN_VALID_FROM:
        GATHER(header->valid.from.us);
    case COLUMN_VALID_SPAN:
        GATHER((uint64_t)header->valid.to.us - (uint64_t)header->valid.from.us);
    case COLUMN_ACTOR:
        GATHER(header->actor);
    case COLUMN_CAUSE:
        GATHER(header->cause.n + 1);
    case COLUMN_TAG:
        for (uint32_t i = 0; i < count; i++) {
            numbers[i] = tags[i];
        }
        break;
    default:
        for (uint32_t i = 0; i < count; i++) {
            numbers[i] = events[i].payload.size;
        }
    }
#undef GATHER
}

static size_t put_columns(struct en_frame_writer *writer, const struct en_event *events,
                          const uint16_t *tags, uint32_t count)
{
    size_t size = 0;
    for (int column = 0; column < COLUMNS_COUNT; column++) {
        gather(events, tags, count, column, writer->numbers);
        size += en_column_encode(writer->numbers, count, writer->columns + size);
    }
    return size;
}

/* How many events fit by the guess, and the bytes of their payloads. */
static uint32_t guess_count(const struct en_event *events, uint32_t count, size_t *payloads_size)
{
    size_t size = EN_FRAME_HEAD_SIZE + EN_FRAME_COLUMNS_COUNT;
    uint32_t taken = 0;
    *payloads_size = 0;
    while (taken < count && taken < EN_FRAME_EVENTS_MAX) {
        size += events[taken].payload.size + COLUMNS_GUESS_SIZE;
        if (taken > 0 && size > EN_FRAME_SIZE_MAX) {
            break;
        }
        *payloads_size += events[taken].payload.size;
        taken++;
    }
    return taken;
}

static void put_head(const struct en_event *events, uint32_t count, uint8_t *out)
{
    struct en_kind_set kinds = {{0}};
    for (uint32_t i = 0; i < count; i++) {
        en_kind_set_add(&kinds, events[i].header.kind);
    }
    put_u16(out + 4, FORM);
    put_u16(out + 6, (uint16_t)count);
    put_u64(out + 8, events[0].header.seq.n);
    put_u64(out + 16, (uint64_t)events[0].header.recorded_at.us);
    put_u64(out + 24, (uint64_t)events[count - 1].header.recorded_at.us);
    put_u64(out + 32, kinds.words[0]);
    put_u64(out + 40, kinds.words[1]);
}

size_t en_frame_encode(struct en_frame_writer *writer, const struct en_event *events,
                       const uint16_t *tags, uint32_t count, uint8_t *out, uint32_t *taken)
{
    EN_ASSERT(count > 0);
    size_t payloads_size = 0;
    uint32_t fit = guess_count(events, count, &payloads_size);
    size_t columns_size = put_columns(writer, events, tags, fit);
    while (EN_FRAME_HEAD_SIZE + columns_size + payloads_size > EN_FRAME_SIZE_MAX) {
        size_t excess =
            EN_FRAME_HEAD_SIZE + columns_size + payloads_size - (size_t)EN_FRAME_SIZE_MAX;
        for (size_t spared = 0; spared < excess && fit > 1;) {
            fit--;
            payloads_size -= events[fit].payload.size;
            spared += events[fit].payload.size + COLUMNS_GUESS_SIZE;
        }
        columns_size = put_columns(writer, events, tags, fit);
    }
    EN_ASSERT(events[fit - 1].header.seq.n == events[0].header.seq.n + fit - 1);
    put_head(events, fit, out);
    memcpy(out + EN_FRAME_HEAD_SIZE, writer->columns, columns_size);
    uint8_t *at = out + EN_FRAME_HEAD_SIZE + columns_size;
    for (uint32_t i = 0; i < fit; i++) {
        if (events[i].payload.size > 0) {
            memcpy(at, events[i].payload.bytes, events[i].payload.size);
            at += events[i].payload.size;
        }
    }
    size_t size = (size_t)(at - out);
    put_u32(out, en_crc32c(0, en_slice_of(out + CRC_SIZE, size - CRC_SIZE)));
    *taken = fit;
    return size;
}

static en_code take_head(struct en_slice *from, bool is_damaged, struct en_frame_head *head,
                         struct en_error *err)
{
    uint32_t crc = 0;
    uint16_t form = 0;
    uint16_t count = 0;
    uint64_t recorded_from = 0;
    uint64_t recorded_to = 0;
    size_t size = from->size;
    if (size > EN_FRAME_SIZE_MAX || !en_take_u32(from, &crc)) {
        return en_error_set(err, EN_CORRUPT, "a frame of %zu bytes", size);
    }
    uint32_t found = en_crc32c(0, *from);
    if (found != crc && !is_damaged) {
        return en_error_set(err, EN_CORRUPT, "checksum is %08" PRIx32 ", stored is %08" PRIx32,
                            found, crc);
    }
    if (!en_take_u16(from, &form) || !en_take_u16(from, &count) ||
        !en_take_u64(from, &head->first) || !en_take_u64(from, &recorded_from) ||
        !en_take_u64(from, &recorded_to) || !en_take_u64(from, &head->kinds.words[0]) ||
        !en_take_u64(from, &head->kinds.words[1])) {
        return en_error_set(err, EN_CORRUPT, "a frame of %zu bytes", size);
    }
    if (form != FORM || count == 0 || count > EN_FRAME_EVENTS_MAX ||
        head->first > UINT64_MAX - 1 - count) {
        return en_error_set(err, EN_CORRUPT, "frame of form %u with %u events from %" PRIu64, form,
                            count, head->first);
    }
    head->count = count;
    head->recorded_from.us = (int64_t)recorded_from;
    head->recorded_to.us = (int64_t)recorded_to;
    return EN_OK;
}

en_code en_frame_peek(struct en_slice bytes, struct en_frame_head *head, struct en_error *err)
{
    return take_head(&bytes, false, head, err);
}

static bool is_column_within(const uint64_t *column, uint32_t count, uint64_t max)
{
    uint64_t highest = 0;
    for (uint32_t i = 0; i < count; i++) {
        highest = column[i] > highest ? column[i] : highest;
    }
    return highest <= max;
}

/* Turns the sizes of the payloads into their ends; false when they do not fill the rest exactly. */
static bool lay_payloads(struct en_frame_reader *reader)
{
    size_t end = 0;
    for (uint32_t i = 0; i < reader->head.count; i++) {
        uint64_t size = reader->columns[COLUMN_SIZE][i];
        if (size > EN_PAYLOAD_SIZE_MAX || size > reader->payloads.size - end) {
            return false;
        }
        end += size;
        reader->payload_ends[i] = (uint32_t)end;
    }
    return end == reader->payloads.size;
}

static en_code check_event(const struct en_frame_reader *reader, uint32_t index,
                           struct en_error *err)
{
    struct en_event event = en_frame_event(reader, index);
    struct en_error why;
    if (en_event_header_check(&event.header, &why) != EN_OK ||
        en_event_cause_check(&event.header, &why) != EN_OK) {
        return en_error_set(err, EN_CORRUPT, "event %" PRIu64 ": %s", event.header.seq.n, why.text);
    }
    return EN_OK;
}

/* The head says nothing that the events do not. */
static en_code check_head(const struct en_frame_reader *reader, struct en_error *err)
{
    const struct en_frame_head *head = &reader->head;
    struct en_kind_set kinds = {{0}};
    const uint64_t *recorded = reader->columns[COLUMN_RECORDED];
    uint64_t span = (uint64_t)head->recorded_to.us - (uint64_t)head->recorded_from.us;
    uint64_t last = 0;
    for (uint32_t i = 0; i < head->count; i++) {
        en_kind_set_add(&kinds, en_frame_kind(reader, i));
        if (recorded[i] < last) {
            return en_error_set(err, EN_CORRUPT, "event %" PRIu64 " is recorded before the last",
                                head->first + i);
        }
        last = recorded[i];
    }
    if (recorded[0] != 0 || last != span || head->recorded_to.us < head->recorded_from.us ||
        memcmp(&kinds, &head->kinds, sizeof kinds) != 0) {
        return en_error_set(err, EN_CORRUPT, "the head does not say what its events say");
    }
    return EN_OK;
}

static en_code parse(struct en_frame_reader *reader, struct en_slice bytes, bool is_damaged,
                     struct en_error *err)
{
    struct en_slice rest = bytes;
    en_code code = take_head(&rest, is_damaged, &reader->head, err);
    if (code != EN_OK) {
        return code;
    }
    uint32_t count = reader->head.count;
    for (int column = 0; column < COLUMNS_COUNT; column++) {
        if (!en_column_take(&rest, count, reader->columns[column])) {
            return en_error_set(err, EN_CORRUPT, "column %d does not tell %" PRIu32 " numbers",
                                column, count);
        }
    }
    reader->payloads = rest;
    if (!is_column_within(reader->columns[COLUMN_KIND], count, UINT16_MAX) ||
        !is_column_within(reader->columns[COLUMN_SOURCE], count, UINT32_MAX) ||
        !is_column_within(reader->columns[COLUMN_SUBJECT], count, UINT32_MAX) ||
        !is_column_within(reader->columns[COLUMN_ACTOR], count, UINT32_MAX) ||
        !is_column_within(reader->columns[COLUMN_TAG], count, UINT16_MAX)) {
        return en_error_set(err, EN_CORRUPT, "a number is too big for its field");
    }
    if (!lay_payloads(reader)) {
        return en_error_set(err, EN_CORRUPT, "payload sizes do not fill the frame");
    }
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        code = check_event(reader, i, err);
    }
    return code == EN_OK ? check_head(reader, err) : code;
}

en_code en_frame_parse(struct en_frame_reader *reader, struct en_slice bytes, struct en_error *err)
{
    return parse(reader, bytes, false, err);
}

en_code en_frame_parse_damaged(struct en_frame_reader *reader, struct en_slice bytes,
                               struct en_error *err)
{
    return parse(reader, bytes, true, err);
}

struct en_event en_frame_event(const struct en_frame_reader *reader, uint32_t index)
{
    EN_ASSERT(index < reader->head.count);
    const uint64_t(*columns)[EN_FRAME_EVENTS_MAX] = reader->columns;
    uint64_t valid_from = columns[COLUMN_VALID_FROM][index];
    uint32_t start = index == 0 ? 0 : reader->payload_ends[index - 1];
    uint32_t size = reader->payload_ends[index] - start;
    return (struct en_event){
        .header =
            {
                .seq = {reader->head.first + index},
                .recorded_at = {(int64_t)((uint64_t)reader->head.recorded_from.us +
                                          columns[COLUMN_RECORDED][index])},
                .valid = {{(int64_t)valid_from},
                          {(int64_t)(valid_from + columns[COLUMN_VALID_SPAN][index])}},
                .kind = (uint16_t)columns[COLUMN_KIND][index],
                .subject = (uint32_t)columns[COLUMN_SUBJECT][index],
                .source = (uint32_t)columns[COLUMN_SOURCE][index],
                .source_seq = columns[COLUMN_SOURCE_SEQ][index],
                .actor = (uint32_t)columns[COLUMN_ACTOR][index],
                .cause = {columns[COLUMN_CAUSE][index] - 1},
            },
        .payload = en_slice_of(reader->payloads.bytes + start, size),
    };
}

uint16_t en_frame_kind(const struct en_frame_reader *reader, uint32_t index)
{
    EN_ASSERT(index < reader->head.count);
    return (uint16_t)reader->columns[COLUMN_KIND][index];
}

uint32_t en_frame_subject(const struct en_frame_reader *reader, uint32_t index)
{
    EN_ASSERT(index < reader->head.count);
    return (uint32_t)reader->columns[COLUMN_SUBJECT][index];
}

uint16_t en_frame_tag(const struct en_frame_reader *reader, uint32_t index)
{
    EN_ASSERT(index < reader->head.count);
    return (uint16_t)reader->columns[COLUMN_TAG][index];
}
