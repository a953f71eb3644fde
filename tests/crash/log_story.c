#include "tests/crash/log_story.h"

#include <stdio.h>

#include "core/assert.h"

static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ (x >> 33);
}

uint32_t en_story_count(uint32_t producer, uint64_t source_seq)
{
    uint64_t r = mix(source_seq * 8 + producer);
    return (uint32_t)(r % 8 == 0 ? r % 600 : r % 4) + 1;
}

static size_t fill_payload(uint32_t producer, uint64_t source_seq,
                           uint8_t payload[EN_STORY_PAYLOAD_MAX])
{
    uint64_t r = mix(source_seq * 16 + producer + 8);
    size_t size = r % 32 == 0 ? r % EN_STORY_PAYLOAD_MAX : r % 100;
    for (size_t i = 0; i < size; i++) {
        payload[i] = (uint8_t)(r >> (i % 8 * 8)) ^ (uint8_t)i;
    }
    return size;
}

void en_story_batch(uint32_t producer, uint32_t source, uint64_t source_seq, struct en_batch *batch)
{
    uint32_t count = en_story_count(producer, source_seq);
    for (uint64_t n = source_seq; n < source_seq + count; n++) {
        uint8_t payload[EN_STORY_PAYLOAD_MAX];
        struct en_event_header header = {.kind = EN_KIND_DEVICE_EVENT,
                                         .subject = (uint32_t)mix(n),
                                         .source = source,
                                         .source_seq = n,
                                         .valid = {{(int64_t)n}, {(int64_t)n + 5}},
                                         .cause = EN_SEQ_NONE};
        size_t size = fill_payload(producer, n, payload);
        en_code code = en_batch_add(batch, &header, en_slice_of(payload, size), NULL);
        EN_ASSERT(code == EN_OK);
    }
}

bool en_story_is(uint32_t producer, const struct en_event *event)
{
    uint8_t payload[EN_STORY_PAYLOAD_MAX];
    uint64_t n = event->header.source_seq;
    size_t size = fill_payload(producer, n, payload);
    return event->header.kind == EN_KIND_DEVICE_EVENT &&
           event->header.subject == (uint32_t)mix(n) && event->header.valid.from.us == (int64_t)n &&
           event->header.valid.to.us == (int64_t)n + 5 &&
           en_slice_equal(event->payload, en_slice_of(payload, size));
}

en_code en_story_sources(const struct en_sink *sink, uint32_t sources[EN_STORY_PRODUCERS],
                         struct en_error *err)
{
    char texts[EN_STORY_PRODUCERS][24];
    struct en_slice keys[EN_STORY_PRODUCERS];
    for (uint32_t i = 0; i < EN_STORY_PRODUCERS; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "producer %u", i);
        keys[i] = en_slice_text(texts[i]);
    }
    return sink->name(sink->self, EN_NAME_SOURCE, keys, EN_STORY_PRODUCERS, sources, err);
}
