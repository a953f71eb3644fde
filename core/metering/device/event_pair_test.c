#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/device/event_pair.h"

#define SPANS_MAX 8u

/* Minutes of the day 2026-03-05. */
static struct en_instant at(int hour, int minute)
{
    struct en_instant day = {INT64_C(20517) * EN_DAY_US};
    return (struct en_instant){day.us + hour * EN_HOUR_US + minute * EN_MINUTE_US};
}

struct given {
    en_event_edge edge;
    struct en_instant at;
};

struct result {
    struct en_event_span spans[SPANS_MAX]; /* closed ones, then the open one */
    uint32_t spans_count;
    uint32_t ignored_count;
    uint32_t orphans_count;
};

static struct result pair_all(const struct given *events, size_t count)
{
    struct en_event_pairing pairing = {0};
    struct result result = {.spans_count = 0};
    for (size_t i = 0; i < count; i++) {
        struct en_event_span span;
        en_event_pair_step step = en_event_pair(&pairing, events[i].edge, events[i].at, &span);
        if (step == EN_EVENT_CLOSED || step == EN_EVENT_HAPPENED) {
            result.spans[result.spans_count++] = span;
        }
        result.ignored_count += step == EN_EVENT_START_IGNORED;
        result.orphans_count += step == EN_EVENT_END_ORPHAN;
        assert_int_equal(en_event_pair_step_text(step)[0] != '\0',
                         step == EN_EVENT_START_IGNORED || step == EN_EVENT_END_ORPHAN);
    }
    struct en_event_span span;
    if (en_event_pair_open(&pairing, &span)) {
        result.spans[result.spans_count++] = span;
    }
    return result;
}

/* [off 10:00, on 10:07, off 10:09] -> outages 7 min, open from 10:09. */
static void test_ev_02_outage_of_seven_minutes_and_an_open_one(void **state)
{
    (void)state;
    const struct given events[] = {
        {EN_EVENT_START, at(10, 0)}, {EN_EVENT_END, at(10, 7)}, {EN_EVENT_START, at(10, 9)}};
    struct result result = pair_all(events, EN_COUNT_OF(events));
    assert_int_equal(result.spans_count, 2);
    assert_int_equal(result.spans[0].to.us - result.spans[0].from.us, 7 * EN_MINUTE_US);
    assert_false(result.spans[0].is_open);
    assert_int_equal(result.spans[1].from.us, at(10, 9).us);
    assert_true(result.spans[1].is_open);
    assert_int_equal(result.ignored_count, 0);
}

/* [start, start, end] -> one pair and a warning. */
static void test_ev_02_start_start_end_is_one_pair_and_a_warning(void **state)
{
    (void)state;
    const struct given events[] = {
        {EN_EVENT_START, at(10, 0)}, {EN_EVENT_START, at(10, 3)}, {EN_EVENT_END, at(10, 7)}};
    struct result result = pair_all(events, EN_COUNT_OF(events));
    assert_int_equal(result.spans_count, 1);
    assert_int_equal(result.spans[0].from.us, at(10, 0).us);
    assert_int_equal(result.spans[0].to.us, at(10, 7).us);
    assert_int_equal(result.spans[0].ignored_count, 1);
    assert_int_equal(result.ignored_count, 1);
}

/* index 120 -> 131 with buffer 10 -> EVENTS_LOST(1). */
static void test_ev_05_index_120_to_131_with_buffer_10_lost_one(void **state)
{
    (void)state;
    assert_int_equal(en_events_lost(120, 131, 10), 1);
    assert_int_equal(en_events_lost(120, 130, 10), 0);
    assert_int_equal(en_events_lost(120, 121, 10), 0);
    assert_int_equal(en_events_lost(120, 120, 10), 0);
    assert_int_equal(en_events_lost(120, 3, 10), 0);   /* cleared */
    assert_int_equal(en_events_lost(120, 1310, 0), 0); /* of a buffer nobody knows */
    assert_int_equal(en_events_lost(0, UINT64_MAX, 1), UINT64_MAX - 1);
}

static void test_an_end_without_a_start_is_an_orphan(void **state)
{
    (void)state;
    const struct given events[] = {{EN_EVENT_END, at(9, 0)},
                                   {EN_EVENT_POINT, at(9, 30)},
                                   {EN_EVENT_START, at(10, 0)},
                                   {EN_EVENT_END, at(10, 0)}};
    struct result result = pair_all(events, EN_COUNT_OF(events));
    assert_int_equal(result.orphans_count, 1);
    assert_int_equal(result.spans_count, 2);
    assert_int_equal(result.spans[0].from.us, at(9, 30).us);
    assert_int_equal(result.spans[1].from.us, result.spans[1].to.us);
}

static void test_span_meets_an_interval(void **state)
{
    (void)state;
    struct en_interval hour = {at(10, 0), at(11, 0)};
    static const struct {
        int from[2];
        int to[2];
        bool is_open;
        bool meets;
    } rows[] = {
        {{9, 0}, {9, 59}, false, false},  {{9, 0}, {10, 0}, false, false},
        {{9, 0}, {10, 1}, false, true},   {{10, 0}, {10, 0}, false, true}, /* a point on the edge */
        {{11, 0}, {11, 0}, false, false}, {{10, 59}, {12, 0}, false, true},
        {{9, 0}, {9, 0}, false, false},   {{9, 0}, {9, 0}, true, true},
        {{11, 0}, {11, 0}, true, false},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        struct en_event_span span = {.from = at(rows[i].from[0], rows[i].from[1]),
                                     .to = at(rows[i].to[0], rows[i].to[1]),
                                     .is_open = rows[i].is_open};
        assert_int_equal(en_event_span_meets(&span, hour), rows[i].meets);
    }
}

static void test_order_is_time_then_index_then_start_before_end(void **state)
{
    (void)state;
    assert_true(en_event_order(at(1, 0), 9, EN_EVENT_END, at(2, 0), 1, EN_EVENT_START) < 0);
    assert_true(en_event_order(at(1, 0), 2, EN_EVENT_START, at(1, 0), 1, EN_EVENT_END) > 0);
    assert_true(en_event_order(at(1, 0), 2, EN_EVENT_START, at(1, 0), 0, EN_EVENT_END) < 0);
    assert_true(en_event_order(at(1, 0), 1, EN_EVENT_END, at(1, 0), 1, EN_EVENT_START) > 0);
    assert_int_equal(en_event_order(at(1, 0), 1, EN_EVENT_END, at(1, 0), 1, EN_EVENT_END), 0);
}

/* Whatever comes: spans do not overlap, and every event is in one place. */
static void test_spans_never_overlap(void **state)
{
    (void)state;
    uint64_t random = 20260305;
    for (int round = 0; round < 2000; round++) {
        struct en_event_pairing pairing = {0};
        struct en_instant last_to = {INT64_MIN};
        uint32_t starts = 0;
        uint32_t counted = 0;
        int64_t now = 0;
        for (int i = 0; i < 20; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            now += (int64_t)(random >> 60);
            en_event_edge edge = (random >> 33 & 1) != 0 ? EN_EVENT_START : EN_EVENT_END;
            starts += edge == EN_EVENT_START;
            struct en_event_span span;
            if (en_event_pair(&pairing, edge, (struct en_instant){now}, &span) == EN_EVENT_CLOSED) {
                assert_true(span.from.us >= last_to.us);
                assert_true(span.to.us >= span.from.us);
                last_to = span.to;
                counted += 1 + span.ignored_count;
            }
        }
        struct en_event_span open;
        counted += en_event_pair_open(&pairing, &open) ? 1 + open.ignored_count : 0;
        assert_int_equal(counted, starts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ev_02_outage_of_seven_minutes_and_an_open_one),
        cmocka_unit_test(test_ev_02_start_start_end_is_one_pair_and_a_warning),
        cmocka_unit_test(test_ev_05_index_120_to_131_with_buffer_10_lost_one),
        cmocka_unit_test(test_an_end_without_a_start_is_an_orphan),
        cmocka_unit_test(test_span_meets_an_interval),
        cmocka_unit_test(test_order_is_time_then_index_then_start_before_end),
        cmocka_unit_test(test_spans_never_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
