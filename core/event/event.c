#include "core/event/event.h"

#include <inttypes.h>

#include "core/limits.h"

#define SEQ_NONE UINT64_MAX

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

void en_event_header_write(const struct en_event_header *header,
                           uint8_t bytes[EN_EVENT_HEADER_SIZE])
{
    put_u16(bytes, EN_EVENT_FORM);
    put_u16(bytes + 2, header->kind);
    put_u32(bytes + 4, header->subject);
    put_u64(bytes + 8, header->seq.n);
    put_u64(bytes + 16, (uint64_t)header->recorded_at.us);
    put_u64(bytes + 24, (uint64_t)header->valid.from.us);
    put_u64(bytes + 32, (uint64_t)header->valid.to.us);
    put_u32(bytes + 40, header->source);
    put_u32(bytes + 44, header->actor);
    put_u64(bytes + 48, header->source_seq);
    put_u64(bytes + 56, header->cause.n);
}

void en_event_canonical(const struct en_event *event, struct en_buf *out)
{
    EN_ASSERT(event->payload.size <= EN_PAYLOAD_SIZE_MAX);
    uint8_t bytes[EN_EVENT_HEADER_SIZE];
    en_event_header_write(&event->header, bytes);
    en_buf_append(out, bytes, sizeof bytes);
    en_buf_append(out, event->payload.bytes, event->payload.size);
}

static bool take_i64(struct en_slice *from, int64_t *value)
{
    uint64_t number = 0;
    bool is_taken = en_take_u64(from, &number);
    *value = (int64_t)number;
    return is_taken;
}

static bool take_header(struct en_slice *from, uint16_t *form, struct en_event_header *header)
{
    return en_take_u16(from, form) && en_take_u16(from, &header->kind) &&
           en_take_u32(from, &header->subject) && en_take_u64(from, &header->seq.n) &&
           take_i64(from, &header->recorded_at.us) && take_i64(from, &header->valid.from.us) &&
           take_i64(from, &header->valid.to.us) && en_take_u32(from, &header->source) &&
           en_take_u32(from, &header->actor) && en_take_u64(from, &header->source_seq) &&
           en_take_u64(from, &header->cause.n);
}

en_code en_event_parse(struct en_slice canonical, struct en_event *event, struct en_error *err)
{
    struct en_slice rest = canonical;
    struct en_event parsed = {0};
    uint16_t form = 0;
    if (!take_header(&rest, &form, &parsed.header)) {
        return en_error_set(err, EN_MALFORMED, "an event has a header of %u bytes, here are %zu",
                            EN_EVENT_HEADER_SIZE, canonical.size);
    }
    if (form != EN_EVENT_FORM) {
        return en_error_set(err, EN_MALFORMED, "event of form %u, known is %u", form,
                            EN_EVENT_FORM);
    }
    if (rest.size > EN_PAYLOAD_SIZE_MAX) {
        return en_error_set(err, EN_MALFORMED, "payload of %zu bytes, at most %u", rest.size,
                            EN_PAYLOAD_SIZE_MAX);
    }
    struct en_error why;
    if (en_event_header_check(&parsed.header, &why) != EN_OK ||
        en_event_cause_check(&parsed.header, &why) != EN_OK) {
        return en_error_set(err, EN_MALFORMED, "%s", why.text);
    }
    parsed.payload = rest;
    *event = parsed;
    return EN_OK;
}

en_code en_event_header_check(const struct en_event_header *header, struct en_error *err)
{
    if (header->kind == 0) {
        return en_error_set(err, EN_RANGE, "event without a kind");
    }
    if (header->valid.to.us < header->valid.from.us) {
        return en_error_set(err, EN_RANGE, "valid to %" PRId64 " lies before valid from %" PRId64,
                            header->valid.to.us, header->valid.from.us);
    }
    if ((header->source == 0) != (header->source_seq == 0)) {
        return en_error_set(err, EN_RANGE,
                            "source %" PRIu32 " with source seq %" PRIu64
                            ": both are 0 or neither is (source seqs count from 1)",
                            header->source, header->source_seq);
    }
    return EN_OK;
}

en_code en_event_cause_check(const struct en_event_header *header, struct en_error *err)
{
    if (header->cause.n != SEQ_NONE && header->cause.n >= header->seq.n) {
        return en_error_set(err, EN_RANGE,
                            "event %" PRIu64 " is caused by %" PRIu64
                            ", which is not before it (none is EN_SEQ_NONE)",
                            header->seq.n, header->cause.n);
    }
    return EN_OK;
}

const char *en_name_type_text(en_name_type type)
{
    static const char *const texts[EN_NAME_TYPES_COUNT] = {
        "none",    "source",   "actor",       "zone",    "document",  "object", "point",
        "channel", "device",   "transformer", "formula", "balance",   "rule",   "policy",
        "freeze",  "calendar", "tariff",      "region",  "equipment",
    };
    return (unsigned)type < EN_NAME_TYPES_COUNT ? texts[type] : "unknown";
}
