#include "core/event/event.h"
#include "core/limits.h"
#include "core/mem.h"

#define CAPACITY_FIRST 64u

void en_batch_init(struct en_batch *batch)
{
    *batch = (struct en_batch){0};
    en_buf_init(&batch->bytes, EN_BATCH_SIZE_MAX);
}

void en_batch_fini(struct en_batch *batch)
{
    en_mem_free(batch->headers);
    en_mem_free(batch->payload_ends);
    en_buf_fini(&batch->bytes);
    en_batch_init(batch);
}

void en_batch_reset(struct en_batch *batch)
{
    batch->count = 0;
    en_buf_reset(&batch->bytes);
}

static en_code grow(struct en_batch *batch, struct en_error *err)
{
    uint32_t capacity = batch->capacity > 0 ? batch->capacity * 2 : CAPACITY_FIRST;
    struct en_event_header *headers =
        en_mem_resize(batch->headers, capacity * sizeof *batch->headers);
    if (headers == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a batch of %u events", capacity);
    }
    batch->headers = headers;
    uint32_t *ends = en_mem_resize(batch->payload_ends, capacity * sizeof *batch->payload_ends);
    if (ends == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a batch of %u events", capacity);
    }
    batch->payload_ends = ends;
    batch->capacity = capacity;
    return EN_OK;
}

/* Room for one more header; the payload comes first, so a failure here leaves no trace. */
static en_code make_room(struct en_batch *batch, const struct en_event_header *header,
                         struct en_error *err)
{
    en_code code = en_event_header_check(header, err);
    if (code != EN_OK) {
        return code;
    }
    if (batch->count == EN_BATCH_EVENTS_MAX) {
        return en_error_set(err, EN_LIMIT, "a batch holds at most %u events", EN_BATCH_EVENTS_MAX);
    }
    return batch->count < batch->capacity ? EN_OK : grow(batch, err);
}

/* Takes what was written behind `start` as the payload of a new draft, or undoes it. */
static en_code close_draft(struct en_batch *batch, const struct en_event_header *header,
                           size_t start, struct en_error *err)
{
    EN_ASSERT(batch->count < batch->capacity);
    en_code code = en_buf_code(&batch->bytes, err);
    size_t size = batch->bytes.size - start;
    if (code == EN_OK && size > EN_PAYLOAD_SIZE_MAX) {
        code = en_error_set(err, EN_LIMIT, "a payload holds at most %u bytes, this has %zu",
                            EN_PAYLOAD_SIZE_MAX, size);
    }
    if (code != EN_OK) {
        batch->bytes.size = start;
        batch->bytes.code = EN_OK;
        return code;
    }
    batch->headers[batch->count] = *header;
    batch->payload_ends[batch->count] = (uint32_t)batch->bytes.size;
    batch->count++;
    return EN_OK;
}

en_code en_batch_add(struct en_batch *batch, const struct en_event_header *header,
                     struct en_slice payload, struct en_error *err)
{
    en_code code = make_room(batch, header, err);
    if (code != EN_OK) {
        return code;
    }
    size_t start = batch->bytes.size;
    en_buf_append(&batch->bytes, payload.bytes, payload.size);
    return close_draft(batch, header, start, err);
}

en_code en_batch_add_record(struct en_batch *batch, const struct en_event_header *header,
                            const void *payload, struct en_error *err)
{
    const struct en_kind_info *info = en_kind_info(header->kind);
    EN_ASSERT(info != NULL);
    EN_ASSERT(info->payload != NULL);
    en_code code = make_room(batch, header, err);
    if (code != EN_OK) {
        return code;
    }
    size_t start = batch->bytes.size;
    code = en_record_encode(info->payload, payload, &batch->bytes, err);
    if (code != EN_OK) {
        batch->bytes.size = start;
        batch->bytes.code = EN_OK;
        return code;
    }
    return close_draft(batch, header, start, err);
}

struct en_event en_batch_get(const struct en_batch *batch, uint32_t index)
{
    EN_ASSERT(index < batch->count);
    uint32_t start = index == 0 ? 0 : batch->payload_ends[index - 1];
    uint32_t end = batch->payload_ends[index];
    return (struct en_event){batch->headers[index],
                             en_slice_of(batch->bytes.bytes + start, end - start)};
}
