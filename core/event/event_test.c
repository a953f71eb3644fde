#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/event/payload.h"
#include "core/mem.h"

static struct en_event_header header_of(uint16_t kind)
{
    return (struct en_event_header){.kind = kind, .cause = EN_SEQ_NONE};
}

/* The bytes of docs/log-format.md, section 1: they never change. */
static void test_event_canonical_is_the_written_form(void **state)
{
    (void)state;
    static const uint8_t expected[] = {
        0x01, 0x00, 0x29, 0x00, 0x07, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0xc0, 0xf0, 0x6c, 0xa2, 0x2a, 0x06, 0x00, 0x18, 0xfc, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xe8, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00,
        0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'a',  'b',
    };
    struct en_event event = {
        .header = {.seq = {9},
                   .recorded_at = {INT64_C(0x062aa26cf0c000)},
                   .valid = {{-1000}, {1000}},
                   .kind = EN_KIND_READING_REGISTER,
                   .subject = 7,
                   .source = 3,
                   .source_seq = 5,
                   .actor = 4,
                   .cause = EN_SEQ_NONE},
        .payload = en_slice_text("ab"),
    };
    struct en_buf out;
    en_buf_init(&out, 1000);
    en_event_canonical(&event, &out);
    assert_int_equal(out.size, sizeof expected);
    assert_memory_equal(out.bytes, expected, sizeof expected);

    struct en_event parsed;
    assert_int_equal(en_event_parse(en_buf_slice(&out), &parsed, NULL), EN_OK);
    assert_int_equal(parsed.header.seq.n, 9);
    assert_int_equal(parsed.header.recorded_at.us, event.header.recorded_at.us);
    assert_int_equal(parsed.header.valid.from.us, -1000);
    assert_int_equal(parsed.header.cause.n, UINT64_MAX);
    assert_true(en_slice_equal(parsed.payload, event.payload));
    en_buf_fini(&out);
}

static void test_event_parse_refuses_what_is_not_well_formed(void **state)
{
    (void)state;
    struct en_event event = {.header = header_of(EN_KIND_CLOCK_TICK)};
    uint8_t bytes[EN_EVENT_HEADER_SIZE];
    static const struct {
        size_t offset;
        uint8_t byte;
    } damages[] = {
        {0, 2},  /* form */
        {2, 0},  /* no kind */
        {31, 1}, /* valid from after valid to */
        {40, 1}, /* source without source seq */
        {48, 1}, /* source seq without source */
        {56, 0}, /* cause 2^64 - 256, not before event 0 */
    };
    en_event_header_write(&event.header, bytes);
    assert_int_equal(en_event_parse(en_slice_of(bytes, sizeof bytes), &event, NULL), EN_OK);
    assert_int_equal(en_event_parse(en_slice_of(bytes, sizeof bytes - 1), &event, NULL),
                     EN_MALFORMED);
    for (size_t i = 0; i < EN_COUNT_OF(damages); i++) {
        en_event_header_write(&event.header, bytes);
        bytes[damages[i].offset] = damages[i].byte;
        assert_int_equal(en_event_parse(en_slice_of(bytes, sizeof bytes), &event, NULL),
                         EN_MALFORMED);
    }
}

static void test_kinds_are_known_by_number_and_name(void **state)
{
    (void)state;
    uint32_t count = 0;
    const struct en_kind_info *kinds = en_kinds(&count);
    assert_true(count > 30);
    for (uint32_t i = 0; i < count; i++) {
        assert_ptr_equal(en_kind_info((uint16_t)kinds[i].kind), &kinds[i]);
        assert_ptr_equal(en_kind_by_name(kinds[i].name), &kinds[i]);
        assert_true(i == 0 || kinds[i].kind > kinds[i - 1].kind);
        if (kinds[i].payload != NULL) {
            en_record_check(kinds[i].payload);
        }
    }
    assert_null(en_kind_info(0));
    assert_null(en_kind_info(UINT16_MAX));
    assert_null(en_kind_by_name("no.such"));
    assert_null(en_kind_info(EN_KIND_READING_PROFILE)->payload);
    assert_true(en_kind_info(EN_KIND_CLOCK_TICK)->is_barrier);
    assert_true(en_kind_info(EN_KIND_FORMULA_SET)->is_command);
}

static void test_kind_set_keeps_high_kinds_apart_from_none(void **state)
{
    (void)state;
    struct en_kind_set set = {{0}};
    assert_true(en_kind_set_is_empty(&set));
    en_kind_set_add(&set, EN_KIND_OUTBOX_RESULT);
    assert_true(en_kind_set_has(&set, EN_KIND_OUTBOX_RESULT));
    assert_false(en_kind_set_has(&set, EN_KIND_CLOCK_TICK));
    assert_false(en_kind_set_has(&set, 200));
    en_kind_set_add(&set, 200);
    assert_true(en_kind_set_has(&set, 300)); /* perhaps */
}

static void test_batch_keeps_drafts_in_order(void **state)
{
    (void)state;
    struct en_batch batch;
    en_batch_init(&batch);
    struct en_event_header header = header_of(EN_KIND_READING_PROFILE);
    for (uint32_t i = 0; i < 1000; i++) {
        header.subject = i;
        assert_int_equal(en_batch_add(&batch, &header, en_slice_of(&i, i % 5), NULL), EN_OK);
    }
    for (uint32_t i = 0; i < 1000; i++) {
        struct en_event event = en_batch_get(&batch, i);
        assert_int_equal(event.header.subject, i);
        assert_true(en_slice_equal(event.payload, en_slice_of(&i, i % 5)));
    }
    en_batch_reset(&batch);
    assert_int_equal(batch.count, 0);
    en_batch_fini(&batch);
}

static void test_batch_is_bounded(void **state)
{
    (void)state;
    struct en_batch batch;
    en_batch_init(&batch);
    struct en_event_header header = header_of(EN_KIND_READING_PROFILE);
    for (uint32_t i = 0; i < EN_BATCH_EVENTS_MAX; i++) {
        assert_int_equal(en_batch_add(&batch, &header, en_slice_of(NULL, 0), NULL), EN_OK);
    }
    assert_int_equal(en_batch_add(&batch, &header, en_slice_of(NULL, 0), NULL), EN_LIMIT);
    en_batch_reset(&batch);
    uint8_t *big = en_mem_alloc(EN_PAYLOAD_SIZE_MAX + 1, 1);
    struct en_slice payload = en_slice_of(big, EN_PAYLOAD_SIZE_MAX + 1);
    assert_int_equal(en_batch_add(&batch, &header, payload, NULL), EN_LIMIT);
    payload.size--;
    uint32_t fit = EN_BATCH_SIZE_MAX / EN_PAYLOAD_SIZE_MAX;
    for (uint32_t i = 0; i < fit; i++) {
        assert_int_equal(en_batch_add(&batch, &header, payload, NULL), EN_OK);
    }
    assert_int_equal(en_batch_add(&batch, &header, payload, NULL), EN_LIMIT);
    assert_int_equal(batch.count, fit);
    payload.size = EN_BATCH_SIZE_MAX - fit * EN_PAYLOAD_SIZE_MAX;
    assert_int_equal(en_batch_add(&batch, &header, payload, NULL), EN_OK);
    en_mem_free(big);
    en_batch_fini(&batch);
}

static void test_batch_refuses_bad_headers_and_survives_no_memory(void **state)
{
    (void)state;
    struct en_batch batch;
    en_batch_init(&batch);
    struct en_event_header header = header_of(0);
    assert_int_equal(en_batch_add(&batch, &header, en_slice_of(NULL, 0), NULL), EN_RANGE);
    header = header_of(EN_KIND_CLOCK_TICK);
    header.source = 1;
    assert_int_equal(en_batch_add(&batch, &header, en_slice_of(NULL, 0), NULL), EN_RANGE);
    header.source_seq = 1;
    header.valid = (struct en_interval){{2}, {1}};
    assert_int_equal(en_batch_add(&batch, &header, en_slice_of(NULL, 0), NULL), EN_RANGE);
    header.valid.to.us = 2;
    for (uint64_t n = 1; n <= 3; n++) {
        en_mem_fail_after(n);
        assert_int_equal(en_batch_add(&batch, &header, en_slice_text("x"), NULL), EN_NOMEM);
        assert_int_equal(batch.count, 0);
        en_batch_fini(&batch);
    }
    en_mem_fail_after(0);
    assert_int_equal(en_batch_add(&batch, &header, en_slice_text("x"), NULL), EN_OK);
    assert_int_equal(batch.count, 1);
    en_batch_fini(&batch);
}

static void test_payload_record_round_trip(void **state)
{
    (void)state;
    struct en_batch batch;
    en_batch_init(&batch);
    struct en_register_value values[2] = {{7, {1250, -2}}, {8, {-3, 0}}};
    struct en_device_removed removed = {.device = 5, .final = {values, 2}};
    struct en_event_header header = header_of(EN_KIND_DEVICE_REMOVED);
    assert_int_equal(en_batch_add_record(&batch, &header, &removed, NULL), EN_OK);
    struct en_event event = en_batch_get(&batch, 0);
    struct en_arena arena;
    en_arena_init(&arena, 10000);
    struct en_device_removed found;
    assert_int_equal(en_payload_decode(&event, &found, &arena, NULL), EN_OK);
    assert_true(en_record_equal(&en_payload_device_removed, &removed, &found));
    event.payload.size--;
    struct en_error err;
    assert_int_equal(en_payload_decode(&event, &found, &arena, &err), EN_MALFORMED);
    assert_non_null(strstr(err.text, "device.removed"));
    en_arena_fini(&arena);
    en_batch_fini(&batch);
}

static void test_payload_refused_leaves_the_batch_alone(void **state)
{
    (void)state;
    struct en_batch batch;
    en_batch_init(&batch);
    struct en_user_action action = {.action = en_slice_of("\xff", 1)};
    struct en_event_header header = header_of(EN_KIND_USER_ACTION);
    assert_int_equal(en_batch_add_record(&batch, &header, &action, NULL), EN_MALFORMED);
    assert_int_equal(batch.count, 0);
    assert_int_equal(batch.bytes.size, 0);
    action.action = en_slice_text("login");
    assert_int_equal(en_batch_add_record(&batch, &header, &action, NULL), EN_OK);
    en_batch_fini(&batch);
}

static void test_reading_profile_is_a_revision_and_a_block(void **state)
{
    (void)state;
    struct en_buf out;
    en_buf_init(&out, 100);
    en_reading_profile_encode(300, en_slice_text("block"), &out);
    uint64_t revision = 0;
    struct en_slice block;
    assert_int_equal(en_reading_profile_parse(en_buf_slice(&out), &revision, &block, NULL), EN_OK);
    assert_int_equal(revision, 300);
    assert_true(en_slice_equal(block, en_slice_text("block")));
    assert_int_equal(en_reading_profile_parse(en_slice_of(out.bytes, 2), &revision, &block, NULL),
                     EN_MALFORMED);
    assert_int_equal(en_reading_profile_parse(en_slice_of(out.bytes, 1), &revision, &block, NULL),
                     EN_MALFORMED);
    en_buf_fini(&out);
}

static void test_channel_key_is_point_and_code(void **state)
{
    (void)state;
    char text[EN_NAME_SIZE_MAX + 1];
    en_channel_key(17, en_slice_text("A+"), text);
    assert_string_equal(text, "17|A+");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event_canonical_is_the_written_form),
        cmocka_unit_test(test_event_parse_refuses_what_is_not_well_formed),
        cmocka_unit_test(test_kinds_are_known_by_number_and_name),
        cmocka_unit_test(test_kind_set_keeps_high_kinds_apart_from_none),
        cmocka_unit_test(test_batch_keeps_drafts_in_order),
        cmocka_unit_test(test_batch_is_bounded),
        cmocka_unit_test(test_batch_refuses_bad_headers_and_survives_no_memory),
        cmocka_unit_test(test_payload_record_round_trip),
        cmocka_unit_test(test_payload_refused_leaves_the_batch_alone),
        cmocka_unit_test(test_reading_profile_is_a_revision_and_a_block),
        cmocka_unit_test(test_channel_key_is_point_and_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
