#include "processors/reading/merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/block/block.h"

#define MISSING INT64_MIN
#define SLOTS_MAX 4
#define READINGS_MAX 4

/* A reading of hours: its first hour, its values (MISSING: none), how fine they are. */
struct reading {
    uint64_t revision;
    uint64_t seq;
    int start_hour;
    uint32_t count;
    int64_t values[SLOTS_MAX];
    int exponent;
    uint32_t slot_seconds; /* 0: hours */
};

struct fixture {
    struct en_arena arena;
    struct en_buf blocks[READINGS_MAX];
    struct en_contribution contributions[READINGS_MAX];
    struct en_buf out;
    struct en_block whole;
};

static struct fixture fixture;
static struct en_block block;

static int setup(void **state)
{
    (void)state;
    en_arena_init(&fixture.arena, 1u << 24);
    en_buf_init(&fixture.out, EN_BLOCK_SIZE_MAX);
    for (size_t i = 0; i < READINGS_MAX; i++) {
        en_buf_init(&fixture.blocks[i], EN_BLOCK_SIZE_MAX);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    en_arena_fini(&fixture.arena);
    en_buf_fini(&fixture.out);
    for (size_t i = 0; i < READINGS_MAX; i++) {
        en_buf_fini(&fixture.blocks[i]);
    }
    return 0;
}

static void encode(const struct reading *reading, size_t index)
{
    struct en_error err;
    uint32_t seconds = reading->slot_seconds > 0 ? reading->slot_seconds : 3600;
    block.head = (struct en_block_head){reading->start_hour * 60, seconds, reading->count,
                                        (int8_t)reading->exponent, false};
    for (uint32_t i = 0; i < reading->count; i++) {
        bool is_missing = reading->values[i] == MISSING;
        block.values[i] = is_missing ? 0 : reading->values[i];
        block.quality[i] = is_missing ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    en_buf_reset(&fixture.blocks[index]);
    assert_int_equal(en_block_encode(&block, &fixture.blocks[index], &err), EN_OK);
    fixture.contributions[index] =
        (struct en_contribution){.revision = reading->revision,
                                 .seq = reading->seq,
                                 .block = en_buf_slice(&fixture.blocks[index])};
}

static void merge(const struct reading *readings, size_t count)
{
    struct en_error err;
    for (size_t i = 0; i < count; i++) {
        encode(&readings[i], i);
    }
    assert_int_equal(
        en_contributions_merge(fixture.contributions, count, &fixture.arena, &fixture.out, &err),
        EN_OK);
    assert_int_equal(en_block_decode(en_buf_slice(&fixture.out), &fixture.whole, &err), EN_OK);
}

static void expect(int start_hour, uint32_t count, const int64_t *values)
{
    assert_int_equal(fixture.whole.head.start_minute, start_hour * 60);
    assert_int_equal(fixture.whole.head.count, count);
    for (uint32_t i = 0; i < count; i++) {
        bool is_missing = en_quality_is_missing(fixture.whole.quality[i]);
        assert_int_equal(is_missing, values[i] == MISSING);
        assert_true(is_missing || fixture.whole.values[i] == values[i]);
    }
}

static void test_merge_gives_each_slot_to_the_greatest(void **state)
{
    (void)state;
    static const struct {
        struct reading readings[2];
        int start_hour;
        uint32_t count;
        int64_t values[SLOTS_MAX];
    } cases[] = {
        /* the higher revision, although it came first and misses a slot */
        {{{2, 1, 0, 2, {1, MISSING}, -3, 0}, {1, 2, 0, 2, {5, 6}, -3, 0}}, 0, 2, {1, MISSING}},
        /* a value before none, then the later event */
        {{{1, 1, 0, 2, {1, 2}, -3, 0}, {1, 2, 0, 2, {MISSING, 7}, -3, 0}}, 0, 2, {1, 7}},
        /* slots of both; between them none */
        {{{1, 1, 0, 1, {1}, -3, 0}, {1, 2, 2, 2, {3, 4}, -3, 0}}, 0, 4, {1, MISSING, 3, 4}},
        /* the finer exponent holds both */
        {{{1, 1, 0, 1, {1}, 0, 0}, {1, 2, 1, 1, {25}, -2, 0}}, 0, 2, {100, 25}},
        /* another grid than the greatest's covers nothing */
        {{{1, 1, 0, 2, {1, 2}, -3, 1800}, {1, 2, 0, 2, {7, 8}, -3, 0}}, 0, 2, {7, 8}},
    };
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        struct reading turned[] = {cases[i].readings[1], cases[i].readings[0]};
        merge(cases[i].readings, 2);
        expect(cases[i].start_hour, cases[i].count, cases[i].values);
        merge(turned, 2); /* the order they are given in does not matter */
        expect(cases[i].start_hour, cases[i].count, cases[i].values);
    }
}

static void test_merge_says_who_is_needed(void **state)
{
    (void)state;
    const struct reading readings[] = {
        {1, 1, 0, 2, {1, 2}, -18, 0},  /* loses both slots */
        {1, 2, 0, 2, {3, 4}, 18, 0},   /* holds them */
        {1, 3, 0, 2, {1, 2}, 0, 1800}, /* of another grid: may come to hold something */
        {1, 4, 0, 2, {MISSING, MISSING}, 0, 0},
    };
    const int64_t values[] = {3, 4};
    merge(readings, 4);
    expect(0, 2, values);
    assert_false(fixture.contributions[0].is_needed);
    assert_true(fixture.contributions[1].is_needed);
    assert_true(fixture.contributions[2].is_needed);
    assert_false(fixture.contributions[3].is_needed);
    assert_int_equal(fixture.whole.head.exponent, 18); /* who lost has no say in it */
}

static void test_merge_of_what_does_not_go_together_is_the_greatest(void **state)
{
    (void)state;
    static const struct reading cases[][2] = {
        {{1, 1, 0, 1, {7}, 18, 0}, {1, 2, 1, 1, {9}, -18, 0}},       /* no common exponent */
        {{1, 1, 0, 1, {7}, -18, 0}, {1, 2, 1, 1, {9}, 18, 0}},       /* and the other way */
        {{1, 1, 0, 1, {INT64_MAX}, 0, 0}, {1, 2, 1, 1, {9}, -1, 0}}, /* a value too large */
        {{1, 1, -40, 1, {7}, -3, 0}, {1, 2, 40, 1, {9}, -3, 0}},     /* on different days */
    };
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        const int64_t values[] = {9};
        merge(cases[i], 2);
        expect(cases[i][1].start_hour, 1, values);
        assert_true(fixture.contributions[0].is_needed);
        assert_true(fixture.contributions[1].is_needed);
    }
}

static void test_merge_of_damaged_bytes_is_refused(void **state)
{
    (void)state;
    const struct reading reading = {1, 1, 0, 1, {7}, 0, 0};
    struct en_error err;
    encode(&reading, 0);
    encode(&reading, 1);
    fixture.contributions[1].block.size = 1;
    assert_int_equal(
        en_contributions_merge(fixture.contributions, 2, &fixture.arena, &fixture.out, &err),
        EN_CORRUPT);
    struct en_arena small;
    en_arena_init(&small, 16);
    encode(&reading, 1);
    assert_int_equal(en_contributions_merge(fixture.contributions, 2, &small, &fixture.out, &err),
                     EN_NOMEM);
    en_arena_fini(&small);
}

static void test_merge_origins_are_read_back(void **state)
{
    (void)state;
    uint64_t revision = 0;
    uint64_t seq = 0;
    en_origin_encode(UINT64_MAX, UINT64_MAX, &fixture.out);
    assert_true(fixture.out.size <= EN_ORIGIN_SIZE_MAX);
    en_origin_encode(1, 2, &fixture.out);
    struct en_slice origins = en_buf_slice(&fixture.out);
    assert_true(en_origin_take(&origins, &revision, &seq));
    assert_true(revision == UINT64_MAX && seq == UINT64_MAX);
    assert_true(en_origin_take(&origins, &revision, &seq));
    assert_true(revision == 1 && seq == 2);
    assert_false(en_origin_take(&origins, &revision, &seq));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_merge_gives_each_slot_to_the_greatest),
        TEST(test_merge_says_who_is_needed),
        TEST(test_merge_of_what_does_not_go_together_is_the_greatest),
        TEST(test_merge_of_damaged_bytes_is_refused),
        TEST(test_merge_origins_are_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
