/* A frame made of the input: with its checksum mended, so that the form behind it is reached. What
 * is read is written again and read again, to the same events. */
#include <stdlib.h>

#include "core/hash.h"
#include "log/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_same(const struct en_frame_reader *a, const struct en_frame_reader *b,
                       uint32_t from)
{
    for (uint32_t i = 0; i < b->head.count; i++) {
        uint8_t bytes[2][EN_EVENT_HEADER_SIZE];
        struct en_event one = en_frame_event(a, from + i);
        struct en_event other = en_frame_event(b, i);
        en_event_header_write(&one.header, bytes[0]);
        en_event_header_write(&other.header, bytes[1]);
        require(memcmp(bytes[0], bytes[1], sizeof bytes[0]) == 0);
        require(en_slice_equal(one.payload, other.payload));
        require(en_frame_tag(a, from + i) == en_frame_tag(b, i));
    }
}

static void write_again(const struct en_frame_reader *reader)
{
    static struct en_frame_writer writer;
    static struct en_frame_reader again;
    static struct en_event events[EN_FRAME_EVENTS_MAX];
    static uint16_t tags[EN_FRAME_EVENTS_MAX];
    static uint8_t out[EN_FRAME_SIZE_MAX];
    uint32_t count = reader->head.count;
    for (uint32_t i = 0; i < count; i++) {
        events[i] = en_frame_event(reader, i);
        tags[i] = en_frame_tag(reader, i);
    }
    for (uint32_t at = 0; at < count;) {
        uint32_t taken = 0;
        size_t size = en_frame_encode(&writer, events + at, tags + at, count - at, out, &taken);
        require(taken > 0 && size <= EN_FRAME_SIZE_MAX);
        require(en_frame_parse(&again, en_slice_of(out, size), NULL) == EN_OK);
        require(again.head.count == taken);
        check_same(reader, &again, at);
        at += taken;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct en_frame_reader reader;
    static uint8_t bytes[EN_FRAME_SIZE_MAX];
    struct en_error err = {0};
    require(en_frame_parse_damaged(&reader, en_slice_of(data, size), &err) == EN_OK ||
            err.text[0] != '\0');
    err.text[0] = '\0';
    if (size < 4 || size > sizeof bytes) {
        require(en_frame_parse(&reader, en_slice_of(data, size), &err) == EN_CORRUPT);
        return 0;
    }
    memcpy(bytes, data, size);
    uint32_t crc = en_crc32c(0, en_slice_of(bytes + 4, size - 4));
    for (uint32_t i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(crc >> (8 * i));
    }
    en_code code = en_frame_parse(&reader, en_slice_of(bytes, size), &err);
    require(code == EN_OK ? err.text[0] == '\0' : code == EN_CORRUPT && err.text[0] != '\0');
    if (code == EN_OK) {
        write_again(&reader);
    }
    return 0;
}
