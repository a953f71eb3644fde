/* Settling by difference against the oracle: random operands change one after another; after each
 * change the day is what en_formula_linear_eval makes of all operands, or is given up as lost. */
#include "processors/formula/sum_day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/formula/formula.h"

#define SLOTS 24u
#define OPERANDS 5u
#define CHANGES 400u
#define SEED 2026u

static const struct en_block_head hours = {0, 3600, SLOTS, -3, false};

struct fixture {
    struct en_arena formulas; /* the sum */
    struct en_arena arena;    /* of the change in hand */
    struct en_formula formula;
    struct en_formula_linear linear;
    struct en_buf operands[OPERANDS]; /* encoded; size 0: not there yet */
    struct en_buf entry;              /* the stored day */
    struct en_buf counts;
    uint64_t random;
};

static struct en_block scratch;
static struct en_block made;
static struct en_block missing;

static uint32_t random_below(struct fixture *fixture, uint32_t below)
{
    fixture->random ^= fixture->random << 13;
    fixture->random ^= fixture->random >> 7;
    fixture->random ^= fixture->random << 17;
    return (uint32_t)((fixture->random >> 16) % below);
}

static void begin(struct fixture *fixture, const char *text)
{
    struct en_error err;
    struct en_formula_binding binding = {.slot_seconds = 3600};
    *fixture = (struct fixture){.random = SEED};
    en_arena_init(&fixture->formulas, 1u << 24);
    en_arena_init(&fixture->arena, 1u << 24);
    for (uint32_t i = 0; i < OPERANDS; i++) {
        en_buf_init(&fixture->operands[i], EN_BLOCK_SIZE_MAX);
    }
    en_buf_init(&fixture->entry, EN_BLOCK_SIZE_MAX);
    en_buf_init(&fixture->counts, EN_BLOCK_SIZE_MAX);
    assert_int_equal(
        en_formula_parse(en_slice_text(text), &fixture->formulas, &fixture->formula, NULL, &err),
        EN_OK);
    assert_int_equal(en_formula_linearize(&fixture->formula, &binding, &fixture->formulas,
                                          &fixture->linear, &err),
                     EN_OK);
    assert_int_equal(fixture->linear.terms_count, OPERANDS);
    assert_true(fixture->linear.is_integer);
}

static void end(struct fixture *fixture)
{
    en_arena_fini(&fixture->formulas);
    en_arena_fini(&fixture->arena);
    for (uint32_t i = 0; i < OPERANDS; i++) {
        en_buf_fini(&fixture->operands[i]);
    }
    en_buf_fini(&fixture->entry);
    en_buf_fini(&fixture->counts);
}

/* Mostly plain days; some with gaps, estimates, rejected values. */
static void random_block(struct fixture *fixture, struct en_buf *out)
{
    struct en_error err;
    uint32_t style = random_below(fixture, 6);
    scratch.head = hours;
    for (uint32_t i = 0; i < SLOTS; i++) {
        uint64_t quality = EN_QUALITY_MEASURED;
        if (style == 3 && i % 5 == 0) {
            quality = EN_QUALITY_MISSING;
        } else if (style == 4 && i > 20) {
            quality = en_quality_with_verdict(EN_SOURCE_EST_LIKEDAY, EN_VERDICT_SUSPECT);
        } else if (style == 5 && i == 7) {
            quality = en_quality_with_verdict(EN_SOURCE_MEASURED, EN_VERDICT_REJECTED);
        }
        scratch.values[i] =
            en_quality_is_missing(quality) ? 0 : (int64_t)random_below(fixture, 100000);
        scratch.quality[i] = quality;
    }
    en_buf_reset(out);
    assert_int_equal(en_block_encode(&scratch, out, &err), EN_OK);
}

/* The day from all operands. */
static void compute(struct fixture *fixture, int64_t *values, uint64_t *qualities)
{
    static int64_t rows_values[OPERANDS][SLOTS];
    static uint64_t rows_qualities[OPERANDS][SLOTS];
    struct en_formula_day rows[OPERANDS] = {{0}};
    struct en_formula_result result = {.values = values, .qualities = qualities};
    struct en_error err;
    for (uint32_t i = 0; i < OPERANDS; i++) {
        const struct en_buf *operand = &fixture->operands[fixture->linear.terms[i].ref];
        if (operand->size == 0) {
            continue;
        }
        assert_int_equal(en_block_read(en_buf_slice(operand), &scratch, &err), EN_OK);
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            rows_values[i][slot] = scratch.values[slot];
            for (int power = scratch.head.exponent; power > -6; power--) {
                rows_values[i][slot] *= 10;
            }
            rows_qualities[i][slot] = scratch.quality[slot];
        }
        rows[i] = (struct en_formula_day){rows_values[i], rows_qualities[i], SLOTS};
    }
    en_formula_linear_eval(&fixture->linear, rows, SLOTS, &result);
}

/* Stores the day in hand, as the processor does. */
static void store(struct fixture *fixture, bool has_missing)
{
    struct en_error err;
    en_buf_reset(&fixture->entry);
    en_buf_reset(&fixture->counts);
    assert_int_equal(en_block_encode(&made, &fixture->entry, &err), EN_OK);
    if (has_missing) {
        assert_int_equal(en_block_encode(&missing, &fixture->counts, &err), EN_OK);
    }
}

/* Stores what all operands give; the counts too. */
static void store_computed(struct fixture *fixture)
{
    bool has_missing = false;
    made.head = missing.head = hours;
    made.head.exponent = -6;
    missing.head.exponent = 0;
    missing.head.quality_is_common = true;
    compute(fixture, made.values, made.quality);
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        missing.values[slot] = 0;
        missing.quality[slot] = EN_QUALITY_MEASURED;
        for (uint32_t i = 0; i < OPERANDS; i++) {
            struct en_error err;
            bool is_there = fixture->operands[i].size > 0;
            if (is_there) {
                assert_int_equal(en_block_read(en_buf_slice(&fixture->operands[i]), &scratch, &err),
                                 EN_OK);
            }
            missing.values[slot] += !is_there || !en_quality_is_usable(scratch.quality[slot]);
        }
        has_missing = has_missing || missing.values[slot] > 0;
    }
    store(fixture, has_missing);
}

/* One operand changes. Whether the day could be settled by difference; then it is compared. */
static bool change_one(struct fixture *fixture, uint32_t operand)
{
    struct en_error err;
    struct en_sum_day sum;
    static uint8_t before_bytes[EN_BLOCK_SIZE_MAX];
    struct en_buf *block = &fixture->operands[operand];
    struct en_slice before = en_slice_of(before_bytes, block->size);
    if (block->size > 0) {
        memcpy(before_bytes, block->bytes, block->size);
    }
    random_block(fixture, block);
    en_arena_reset(&fixture->arena);
    en_code code =
        fixture->entry.size == 0
            ? en_sum_day_begin(&sum, &fixture->linear, &hours, &fixture->arena, &err)
            : en_sum_day_resume(&sum, &fixture->linear, en_buf_slice(&fixture->entry),
                                en_buf_slice(&fixture->counts), &scratch, &fixture->arena, &err);
    assert_int_equal(code, EN_OK);
    int64_t weight = 0;
    for (uint32_t i = 0; i < OPERANDS; i++) {
        bool is_term = fixture->linear.terms[i].ref == operand;
        weight = is_term ? fixture->linear.terms[i].weight : weight;
    }
    assert_int_equal(en_sum_day_change(&sum, weight, before, en_buf_slice(block), &scratch, &err),
                     EN_OK);
    bool has_missing = false;
    if (!sum.is_lost) {
        en_sum_day_finish(&sum, &made, &missing, &has_missing);
    }
    if (sum.is_lost) {
        store_computed(fixture);
        return false;
    }
    int64_t values[SLOTS];
    uint64_t qualities[SLOTS];
    compute(fixture, values, qualities);
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        assert_true(made.quality[slot] == qualities[slot]);
        assert_true(en_quality_is_missing(qualities[slot]) || made.values[slot] == values[slot]);
    }
    store(fixture, has_missing);
    return true;
}

static void test_sum_day_is_what_all_operands_give(void **state)
{
    (void)state;
    static const char *const sums[] = {
        "@a.A+ + @b.A+ - @c.A+ + 2 * @d.A+ - @e.A+",
        "sum~(@a.A+, @b.A+, @c.A+, @d.A+, @e.A+)",
    };
    for (size_t i = 0; i < EN_COUNT_OF(sums); i++) {
        static struct fixture fixture;
        uint32_t settled = 0;
        begin(&fixture, sums[i]);
        for (uint32_t change = 0; change < CHANGES; change++) {
            settled += change_one(&fixture, random_below(&fixture, OPERANDS));
        }
        assert_true(settled > 10); /* else nothing was compared */
        end(&fixture);
    }
}

static void test_sum_day_is_lost_where_slots_differ(void **state)
{
    (void)state;
    static struct fixture fixture;
    struct en_error err;
    struct en_sum_day sum;
    begin(&fixture, "@a.A+ + @b.A+ + @c.A+ + @d.A+ + @e.A+");
    random_block(&fixture, &fixture.operands[0]);
    struct en_block_head other = hours;
    other.slot_seconds = 1800;
    assert_int_equal(en_sum_day_begin(&sum, &fixture.linear, &other, &fixture.arena, &err), EN_OK);
    assert_int_equal(en_sum_day_change(&sum, 1, (struct en_slice){0},
                                       en_buf_slice(&fixture.operands[0]), &scratch, &err),
                     EN_OK);
    assert_true(sum.is_lost);
    end(&fixture);
}

static void test_sum_day_wants_memory_and_sound_bytes(void **state)
{
    (void)state;
    static struct fixture fixture;
    struct en_error err;
    struct en_sum_day sum;
    struct en_arena small;
    begin(&fixture, "@a.A+ + @b.A+ + @c.A+ + @d.A+ + @e.A+");
    en_arena_init(&small, 16);
    assert_int_equal(en_sum_day_begin(&sum, &fixture.linear, &hours, &small, &err), EN_NOMEM);
    en_arena_fini(&small);
    assert_int_equal(en_sum_day_resume(&sum, &fixture.linear, en_slice_text("x"),
                                       (struct en_slice){0}, &scratch, &fixture.arena, &err),
                     EN_CORRUPT);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum_day_is_what_all_operands_give),
        cmocka_unit_test(test_sum_day_is_lost_where_slots_differ),
        cmocka_unit_test(test_sum_day_wants_memory_and_sound_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
