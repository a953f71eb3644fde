/* Frames give back every event that went in, whatever its numbers; small for what is usual. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/event/payload.h"
#include "core/mem.h"
#include "log/frame.h"

#define EVENTS_MAX 5000u

struct fixture {
    struct en_frame_writer writer;
    struct en_frame_reader reader;
    struct en_event events[EVENTS_MAX];
    uint16_t tags[EVENTS_MAX];
    uint8_t payload[EN_PAYLOAD_SIZE_MAX];
    uint8_t bytes[EN_FRAME_SIZE_MAX];
    uint64_t numbers[EN_FRAME_EVENTS_MAX];
    uint64_t found[EN_FRAME_EVENTS_MAX];
    uint8_t column[EN_COLUMN_SIZE_MAX(EN_FRAME_EVENTS_MAX)];
};

static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ (x >> 33);
}

static int setup(void **state)
{
    *state = en_mem_alloc(1, sizeof(struct fixture));
    return 0;
}

static int teardown(void **state)
{
    en_mem_free(*state);
    return 0;
}

static size_t assert_column(struct fixture *fixture, uint32_t count)
{
    size_t size = en_column_encode(fixture->numbers, count, fixture->column);
    struct en_slice rest = en_slice_of(fixture->column, size);
    assert_true(size <= EN_COLUMN_SIZE_MAX(count));
    assert_true(en_column_take(&rest, count, fixture->found));
    assert_int_equal(rest.size, 0);
    assert_memory_equal(fixture->numbers, fixture->found, count * sizeof *fixture->numbers);
    for (size_t cut = 0; cut < size; cut += size / 17 + 1) {
        rest = en_slice_of(fixture->column, cut);
        assert_false(en_column_take(&rest, count, fixture->found));
    }
    return size;
}

static void test_column_gives_back_every_number(void **state)
{
    struct fixture *fixture = *state;
    static const uint32_t counts[] = {1, 2, 3, 7, 64, 1000, EN_FRAME_EVENTS_MAX};
    for (size_t i = 0; i < EN_COUNT_OF(counts); i++) {
        for (uint32_t width = 0; width <= 64; width++) {
            uint64_t mask = width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
            for (uint32_t j = 0; j < counts[i]; j++) {
                fixture->numbers[j] = (mix(j + width * 1000) & mask) + (width % 3 == 0 ? mask : 0);
            }
            (void)assert_column(fixture, counts[i]);
        }
    }
}

static void test_column_is_short_for_what_is_usual(void **state)
{
    struct fixture *fixture = *state;
    uint64_t *numbers = fixture->numbers;
    memset(numbers, 0, 1000 * sizeof *numbers);
    assert_int_equal(assert_column(fixture, 1000), 1);
    for (uint32_t i = 0; i < 1000; i++) {
        numbers[i] = UINT64_MAX;
    }
    assert_int_equal(assert_column(fixture, 1000), 11);
    for (uint32_t i = 0; i < 1000; i++) { /* source seqs of two producers */
        numbers[i] = i < 600 ? 5000 + i : 90 + i;
    }
    assert_true(assert_column(fixture, 1000) <= 16);
    for (uint32_t i = 0; i < 1000; i++) { /* backwards, over 0 */
        numbers[i] = 500 - (uint64_t)i;
    }
    assert_true(assert_column(fixture, 1000) <= 8);
    for (uint32_t i = 0; i < 1000; i++) { /* half-hours of a year in any order, in microseconds */
        numbers[i] = UINT64_C(1735689600000000) + mix(i) % 17520 * UINT64_C(1800000000);
    }
    assert_true(assert_column(fixture, 1000) <= 15 * 125 + 20);
}

static void test_column_refuses_what_it_would_not_write(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        uint8_t bytes[8];
        size_t size;
    } bad[] = {
        {{4}, 1},                /* no such coding */
        {{1, 0x80, 0x00}, 3},    /* a varint longer than needed */
        {{2, 4, 0, 2}, 4},       /* a run of 5 where 4 are wanted */
        {{2, 1, 0}, 3},          /* a run without its step */
        {{3, 0, 0, 8, 1, 2}, 6}, /* divisor 0 */
        {{3, 0, 1, 65, 1}, 5},   /* width above 64 */
        {{3, 0, 1, 8, 1, 2}, 6}, /* too few bits */
    };
    for (size_t i = 0; i < EN_COUNT_OF(bad); i++) {
        struct en_slice rest = en_slice_of(bad[i].bytes, bad[i].size);
        assert_false(en_column_take(&rest, 4, fixture->found));
    }
}

static void fill(struct fixture *fixture, uint32_t count, uint64_t seed, size_t payload_max)
{
    int64_t recorded_at = INT64_C(1700000000000000);
    for (uint32_t i = 0; i < sizeof fixture->payload; i++) {
        fixture->payload[i] = (uint8_t)mix(i);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t r = mix(seed + i);
        recorded_at += (int64_t)(r % 5 == 0 ? r % 1000 : 0);
        int64_t from = (int64_t)mix(r) >> (r % 60);
        struct en_event_header *header = &fixture->events[i].header;
        *header = (struct en_event_header){
            .seq = {seed + i},
            .recorded_at = {recorded_at},
            .valid = {{from}, {from}},
            .kind = (uint16_t)(1 + r % 90),
            .subject = (uint32_t)mix(r + 1),
            .source = (uint32_t)(r % 3),
            .actor = (uint32_t)(r >> 60),
            .cause =
                r % 7 == 0 && seed + i > 0 ? (struct en_seq){mix(r) % (seed + i)} : EN_SEQ_NONE,
        };
        header->source_seq = header->source == 0 ? 0 : mix(r + 2) | 1;
        if (r % 2 == 0 && from < INT64_MAX / 2) {
            header->valid.to.us = from + (int64_t)(r % 100000);
        }
        fixture->tags[i] = (uint16_t)r;
        fixture->events[i].payload = en_slice_of(fixture->payload + r % 100,
                                                 payload_max == 0 ? 0 : mix(r + 3) % payload_max);
    }
}

static void assert_same_event(const struct en_event *a, const struct en_event *b)
{
    uint8_t bytes[2][EN_EVENT_HEADER_SIZE];
    en_event_header_write(&a->header, bytes[0]);
    en_event_header_write(&b->header, bytes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizeof bytes[0]);
    assert_true(en_slice_equal(a->payload, b->payload));
}

/* Writes all events in as many frames as it takes and reads them back; returns the bytes. */
static size_t assert_frames(struct fixture *fixture, uint32_t count, uint32_t *frames_count)
{
    size_t total = 0;
    *frames_count = 0;
    for (uint32_t at = 0; at < count;) {
        uint32_t taken = 0;
        struct en_error err = {0};
        size_t size = en_frame_encode(&fixture->writer, fixture->events + at, fixture->tags + at,
                                      count - at, fixture->bytes, &taken);
        assert_true(taken > 0 && taken <= count - at);
        assert_true(size <= EN_FRAME_SIZE_MAX);
        en_code code = en_frame_parse(&fixture->reader, en_slice_of(fixture->bytes, size), &err);
        assert_string_equal(err.text, "");
        assert_int_equal(code, EN_OK);
        assert_int_equal(fixture->reader.head.count, taken);
        for (uint32_t i = 0; i < taken; i++) {
            struct en_event event = en_frame_event(&fixture->reader, i);
            assert_same_event(&event, &fixture->events[at + i]);
            assert_int_equal(en_frame_tag(&fixture->reader, i), fixture->tags[at + i]);
            assert_int_equal(en_frame_kind(&fixture->reader, i), event.header.kind);
            assert_int_equal(en_frame_subject(&fixture->reader, i), event.header.subject);
        }
        total += size;
        at += taken;
        (*frames_count)++;
    }
    return total;
}

static void test_frame_gives_back_every_event(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        uint32_t count;
        size_t payload_max;
    } shapes[] = {{1, 0}, {1, 60000}, {2, 61000}, {50, 50000}, {900, 150}, {EVENTS_MAX, 30}};
    for (size_t i = 0; i < EN_COUNT_OF(shapes); i++) {
        for (uint64_t seed = 0; seed < 4; seed++) {
            uint32_t frames_count = 0;
            fill(fixture, shapes[i].count, seed * 12345, shapes[i].payload_max);
            (void)assert_frames(fixture, shapes[i].count, &frames_count);
        }
    }
    fill(fixture, EVENTS_MAX, 7, 1);
    uint32_t frames_count = 0;
    (void)assert_frames(fixture, EVENTS_MAX, &frames_count);
    assert_true(frames_count >= 2); /* EN_FRAME_EVENTS_MAX */
}

/* The biggest payload with the widest numbers still makes a frame. */
static void test_frame_takes_the_biggest_event(void **state)
{
    struct fixture *fixture = *state;
    uint32_t frames_count = 0;
    fixture->events[0].header = (struct en_event_header){
        .seq = {UINT64_MAX - 2},
        .recorded_at = {INT64_MIN},
        .valid = {{INT64_MIN}, {INT64_MAX}},
        .kind = UINT16_MAX,
        .subject = UINT32_MAX,
        .source = UINT32_MAX,
        .source_seq = UINT64_MAX,
        .actor = UINT32_MAX,
        .cause = {UINT64_MAX - 3},
    };
    fixture->events[0].payload = en_slice_of(fixture->payload, EN_PAYLOAD_SIZE_MAX);
    (void)assert_frames(fixture, 1, &frames_count);
}

/* What a batch of day blocks costs beside its payloads. */
static void test_frame_of_day_blocks_costs_five_bytes_an_event(void **state)
{
    struct fixture *fixture = *state;
    size_t payloads = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        uint64_t r = mix(i);
        fixture->events[i] = (struct en_event){
            .header = {.seq = {1000 + i},
                       .recorded_at = {INT64_C(1700000000000000)},
                       .valid = {{INT64_C(1735678800000000)}, {INT64_C(1735765200000000)}},
                       .kind = EN_KIND_READING_PROFILE,
                       .subject = (uint32_t)(r % 100000),
                       .source = i < 1000 ? 1 : 2,
                       .source_seq = i % 1000 + 1,
                       .cause = EN_SEQ_NONE},
            .payload = en_slice_of(fixture->payload, 60 + r % 20),
        };
        fixture->tags[i] = (uint16_t)r;
        payloads += fixture->events[i].payload.size;
    }
    uint32_t frames_count = 0;
    size_t total = assert_frames(fixture, 2000, &frames_count);
    assert_true(total - payloads <= 2000 * 5 + frames_count * 120);
    assert_int_equal(frames_count, 3);
}

/* Any flipped bit is seen. */
static void test_frame_damaged_is_refused(void **state)
{
    struct fixture *fixture = *state;
    uint32_t taken = 0;
    fill(fixture, 40, 99, 50);
    size_t size = en_frame_encode(&fixture->writer, fixture->events, fixture->tags, 40,
                                  fixture->bytes, &taken);
    struct en_slice bytes = en_slice_of(fixture->bytes, size);
    struct en_frame_head head;
    for (size_t bit = 0; bit < size * 8; bit++) {
        fixture->bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_int_equal(en_frame_parse(&fixture->reader, bytes, NULL), EN_CORRUPT);
        assert_int_equal(en_frame_peek(bytes, &head, NULL), EN_CORRUPT);
        fixture->bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_equal(en_frame_parse(&fixture->reader, en_slice_of(fixture->bytes, cut), NULL),
                         EN_CORRUPT);
    }
    assert_int_equal(en_frame_parse(&fixture->reader, bytes, NULL), EN_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_column_gives_back_every_number),
        TEST(test_column_is_short_for_what_is_usual),
        TEST(test_column_refuses_what_it_would_not_write),
        TEST(test_frame_gives_back_every_event),
        TEST(test_frame_takes_the_biggest_event),
        TEST(test_frame_of_day_blocks_costs_five_bytes_an_event),
        TEST(test_frame_damaged_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
