#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "core/metering/substitution/substitute.h"

static const struct en_watch watches[] = {{3, 100, 101}, {9, -5, 7}};
static const struct en_substitute_input day_inputs[] = {{EN_INPUT_DAY, 0, 93, 93},
                                                        {EN_INPUT_DAY, 0, 86, 86}};
static const struct en_substitute_input check_input[] = {{EN_INPUT_CHANNEL, 9, 0, 0}};
static const struct en_substitute_refusal refusals[] = {
    {EN_METHOD_INTERP, EN_REFUSAL_GAP_TOO_LONG}, {EN_METHOD_CHECK, EN_REFUSAL_NO_CHECK_CHANNEL}};

static const struct en_substitute items[] = {
    {0, 4, EN_METHOD_LIKEDAY, EN_REASON_COMMS, EN_QUALITY_GAP, refusals, 2, day_inputs, 2},
    {7, 1, EN_METHOD_CHECK, EN_REASON_IMPLAUSIBLE, EN_QUALITY_SPIKE, NULL, 0, check_input, 1},
    {40, 8, EN_METHOD_NONE, EN_REASON_COMMS, EN_QUALITY_GAP, refusals, 1, NULL, 0},
};
static const struct en_substitutes evidence = {watches, 2, items, 3};

static void test_substitute_reads_what_it_wrote(void **state)
{
    (void)state;
    struct en_buf out;
    struct en_arena arena;
    struct en_substitutes read;
    struct en_error err;
    en_buf_init(&out, EN_SUBSTITUTES_SIZE_MAX);
    en_arena_init(&arena, 1 << 20);
    assert_int_equal(en_substitutes_encode(&evidence, &out, &err), EN_OK);
    assert_int_equal(en_substitutes_decode(en_buf_slice(&out), &arena, &read, &err), EN_OK);
    assert_int_equal(read.watches_count, 2);
    assert_memory_equal(read.watches, watches, sizeof watches);
    assert_int_equal(read.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(read.items[i].first, items[i].first);
        assert_int_equal(read.items[i].slots, items[i].slots);
        assert_true(en_substitute_same(&read.items[i], &items[i]));
    }
    assert_int_equal(en_substitutes_watches(en_buf_slice(&out), &arena, &read, &err), EN_OK);
    assert_int_equal(read.watches_count, 2);
    assert_int_equal(read.count, 0);
    en_arena_fini(&arena);
    en_buf_fini(&out);
}

/* Slot by slot or in one run: the bytes are the same. */
static void test_substitute_joins_neighbours(void **state)
{
    (void)state;
    struct en_substitute parts[4];
    struct en_substitutes cut = {watches, 2, parts, 4};
    struct en_substitutes whole = {watches, 2, items, 1};
    struct en_buf a;
    struct en_buf b;
    en_buf_init(&a, EN_SUBSTITUTES_SIZE_MAX);
    en_buf_init(&b, EN_SUBSTITUTES_SIZE_MAX);
    for (uint16_t i = 0; i < 4; i++) {
        parts[i] = items[0];
        parts[i].first = i;
        parts[i].slots = 1;
    }
    assert_int_equal(en_substitutes_encode(&cut, &a, NULL), EN_OK);
    assert_int_equal(en_substitutes_encode(&whole, &b, NULL), EN_OK);
    assert_true(en_slice_equal(en_buf_slice(&a), en_buf_slice(&b)));
    en_buf_fini(&a);
    en_buf_fini(&b);
}

static void test_substitute_refuses_other_bytes(void **state)
{
    (void)state;
    struct en_buf out;
    struct en_arena arena;
    struct en_substitutes read;
    struct en_error err;
    en_buf_init(&out, EN_SUBSTITUTES_SIZE_MAX);
    en_arena_init(&arena, 1 << 20);
    assert_int_equal(en_substitutes_encode(&evidence, &out, &err), EN_OK);
    struct en_slice bytes = en_buf_slice(&out);
    for (size_t size = 0; size < bytes.size; size++) {
        assert_int_equal(en_substitutes_decode(en_slice_of(bytes.bytes, size), &arena, &read, &err),
                         EN_CORRUPT);
    }
    en_buf_u8(&out, 0);
    assert_int_equal(en_substitutes_decode(en_buf_slice(&out), &arena, &read, &err), EN_CORRUPT);
    en_arena_fini(&arena);
    en_arena_init(&arena, 16);
    bytes = en_buf_slice(&out);
    bytes.size--;
    assert_int_equal(en_substitutes_decode(bytes, &arena, &read, &err), EN_NOMEM);
    en_arena_fini(&arena);
    en_buf_fini(&out);
}

static void test_substitute_does_not_fit(void **state)
{
    (void)state;
    struct en_buf out;
    struct en_error err;
    en_buf_init(&out, 16);
    assert_int_equal(en_substitutes_encode(&evidence, &out, &err), EN_LIMIT);
    en_buf_fini(&out);
}

static void assert_text(const struct en_buf *out, const char *expected)
{
    struct en_slice text = en_buf_slice(out);
    if (!en_slice_equal(text, en_slice_text(expected))) {
        print_error("got %.*s\n", (int)text.size, (const char *)text.bytes);
    }
    assert_true(en_slice_equal(text, en_slice_text(expected)));
}

static void test_substitute_in_words(void **state)
{
    (void)state;
    struct en_substitute_place place = {0, 1800, EN_ESTIMATION_ENGLISH, NULL, NULL};
    struct en_buf out;
    en_buf_init(&out, 4096);
    en_substitute_print(&items[1], &place, &out);
    assert_text(&out, "E-03 the check meter's value (ZA1 implausible): 9");
    en_buf_reset(&out);
    en_substitute_print(&items[2], &place, &out);
    assert_text(&out, "not substituted (Z75 communication failed); E-01: the gap is longer than "
                      "the method is allowed for");
    en_buf_fini(&out);
}

static void test_substitute_in_json(void **state)
{
    (void)state;
    struct en_substitute_place place = {0, 1800, EN_ESTIMATION_ENGLISH, NULL, NULL};
    struct en_json json;
    struct en_buf out;
    en_buf_init(&out, 4096);
    en_json_init(&json, &out);
    en_substitute_json(&items[0], &place, &json, NULL);
    assert_text(&out,
                "{\"from\":\"1970-01-01T00:00:00Z\",\"to\":\"1970-01-01T02:00:00Z\",\"slots\":4,"
                "\"is_filled\":true,\"method\":\"E-02\",\"name\":\"LIKEDAY\","
                "\"about\":\"mean of the same slot on like days\",\"reason\":\"Z75\","
                "\"reason_about\":\"communication failed\",\"flags\":[\"GAP\"],"
                "\"inputs\":[{\"kind\":\"DAY\",\"day\":\"1970-04-04\"},"
                "{\"kind\":\"DAY\",\"day\":\"1970-03-28\"}],"
                "\"refusals\":[{\"method\":\"E-01\",\"refusal\":\"GAP_TOO_LONG\","
                "\"about\":\"the gap is longer than the method is allowed for\"},"
                "{\"method\":\"E-03\",\"refusal\":\"NO_CHECK_CHANNEL\","
                "\"about\":\"no check channel is named, or it is not known\"}]}");
    en_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_substitute_reads_what_it_wrote),
        cmocka_unit_test(test_substitute_joins_neighbours),
        cmocka_unit_test(test_substitute_refuses_other_bytes),
        cmocka_unit_test(test_substitute_does_not_fit),
        cmocka_unit_test(test_substitute_in_words),
        cmocka_unit_test(test_substitute_in_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
