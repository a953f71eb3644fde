/* Any text as a formula. Properties: a refusal has a code, a text and a place inside the input; the
 * canonical text reads back to itself; what is read can be compiled or is refused with a reason;
 * evaluation keeps its invariants, gives the same twice, and equals the linear form where there is
 * one; explaining it does not fail. */
#include <stdint.h>
#include <stdlib.h>

#include "core/metering/formula/formula_explain.h"
#include "core/metering/formula/formula_linear.h"
#include "core/metering/formula/formula_print.h"
#include "core/metering/formula/formula_unit.h"
#include "core/metering/quality.h"

#define ARENA_SIZE_MAX ((size_t)64 << 20)
#define PRINTED_SIZE_MAX ((size_t)4 * EN_FORMULA_SIZE_MAX)
#define EXPLAINED_SIZE_MAX ((size_t)1 << 20)
#define EXPLAINED_OPERANDS_MAX 64u
#define SLOTS 4u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
    if (!is_so) {
        abort();
    }
}

struct trial {
    struct en_arena arena;
    struct en_formula formula;
    struct en_formula_binding binding;
    struct en_formula_program program;
    struct en_formula_day *days;
    uint64_t seed;
};

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static uint64_t seed_of(const uint8_t *data, size_t size)
{
    uint64_t seed = 88172645463325252u;
    for (size_t i = 0; i < size; i++) {
        seed = (seed ^ data[i]) * 1099511628211u;
    }
    return seed | 1u;
}

static void check_refusal(en_code code, const struct en_error *err,
                          const struct en_formula_place *place, size_t size)
{
    must(err->code == code);
    must(err->text[0] != '\0');
    must((size_t)place->offset + place->size <= size);
}

/* The canonical text in the arena; nothing when it is longer than a formula may be. */
static struct en_slice print(struct trial *trial, const struct en_formula *formula)
{
    struct en_buf buf;
    struct en_error err = {0};
    en_buf_init(&buf, PRINTED_SIZE_MAX);
    en_formula_print(formula, &buf);
    must(en_buf_code(&buf, &err) == EN_OK);
    struct en_slice copy = en_arena_copy(&trial->arena, en_buf_slice(&buf));
    en_buf_fini(&buf);
    return copy;
}

static void check_print(struct trial *trial)
{
    struct en_formula again;
    struct en_error err = {0};
    struct en_slice text = print(trial, &trial->formula);
    en_code code = en_formula_parse(text, &trial->arena, &again, NULL, &err);
    if (code != EN_OK) {
        must(text.size > EN_FORMULA_SIZE_MAX && code == EN_LIMIT);
        return;
    }
    must(en_slice_equal(text, print(trial, &again)));
    must(again.operands_count == trial->formula.operands_count);
    must(again.refs_count == trial->formula.refs_count);
}

static en_code unit_of_ref(void *context, const struct en_formula_ref *ref, en_unit *unit,
                           struct en_error *err)
{
    (void)context;
    (void)err;
    static const en_unit units[] = {EN_UNIT_KWH, EN_UNIT_KVARH, EN_UNIT_KW, EN_UNIT_NONE};
    *unit = units[ref->channel.size % EN_COUNT_OF(units)];
    return EN_OK;
}

static en_code unit_of_param(void *context, struct en_slice name, en_unit *unit,
                             struct en_error *err)
{
    (void)context;
    if (name.size == 1) {
        return en_error_set(err, EN_NOT_FOUND, "a name of one letter");
    }
    *unit = name.size % 2 == 0 ? EN_UNIT_NONE : EN_UNIT_KW;
    return EN_OK;
}

static void check_units(struct trial *trial)
{
    struct en_formula_units units = {
        .slot_seconds = 1800, .of_ref = unit_of_ref, .of_param = unit_of_param};
    en_unit unit = EN_UNIT_NONE;
    struct en_formula_place place = {0};
    struct en_error err = {0};
    en_code code = en_formula_check(&trial->formula, &units, &unit, &place, &err);
    if (code != EN_OK) {
        check_refusal(code, &err, &place, trial->formula.text.size);
    }
}

static void bind(struct trial *trial)
{
    size_t count = trial->formula.params_count + 1u;
    struct en_formula_param_value *params = en_arena_alloc(&trial->arena, count * sizeof *params);
    must(params != NULL);
    for (size_t i = 0; i < count; i++) {
        uint64_t shift = random_next(&trial->seed) % 64;
        params[i].is_known = random_next(&trial->seed) % 4 != 0;
        params[i].number.num = (int64_t)random_next(&trial->seed) >> shift;
        params[i].number.den = (int64_t)(random_next(&trial->seed) >> 1 >> shift) + (shift > 1);
        params[i].number.den += params[i].number.den == 0;
    }
    trial->binding = (struct en_formula_binding){.slot_seconds = 1800, .params = params};
}

static void make_days(struct trial *trial)
{
    uint32_t count = trial->program.days_count + 1;
    trial->days = en_arena_alloc(&trial->arena, count * sizeof *trial->days);
    int64_t *values = en_arena_alloc(&trial->arena, (size_t)count * SLOTS * sizeof *values);
    uint64_t *words = en_arena_alloc(&trial->arena, (size_t)count * SLOTS * sizeof *words);
    must(trial->days != NULL && values != NULL && words != NULL);
    for (uint32_t i = 0; i < count * SLOTS; i++) {
        values[i] = (int64_t)random_next(&trial->seed) >> (random_next(&trial->seed) % 64);
        words[i] = random_next(&trial->seed) % 3 == 0 ? random_next(&trial->seed) : 0x11;
    }
    for (uint32_t i = 0; i < count; i++) {
        trial->days[i] = (struct en_formula_day){values + i * SLOTS, words + i * SLOTS, SLOTS};
    }
    for (uint32_t i = 0; i < trial->formula.refs_count; i++) {
        const struct en_formula_operand *operand = &trial->program.operands[i];
        for (uint32_t n = 1; n < operand->days_count; n++) { /* earlier days may be shorter */
            trial->days[operand->days_first + n].count -= random_next(&trial->seed) % 8 == 0;
        }
        trial->days[operand->days_first].count *= random_next(&trial->seed) % 8 != 0;
    }
}

static void eval(struct trial *trial, int64_t *values, uint64_t *qualities)
{
    struct en_error err = {0};
    uint32_t usable[SLOTS];
    uint32_t expected[SLOTS];
    struct en_formula_result result = {values, qualities, usable, expected};
    en_code code =
        en_formula_eval(&trial->program, trial->days, SLOTS, &trial->arena, &result, &err);
    must(code == EN_OK || code == EN_NOMEM);
    for (uint32_t i = 0; i < SLOTS && code == EN_OK; i++) {
        must((qualities[i] & ~EN_QUALITY_MASK) == 0);
        must((qualities[i] & EN_QUALITY_FISCAL_MASK) == 0);
        must(!en_quality_is_missing(qualities[i]) || values[i] == 0);
        must(expected[i] > 0 && usable[i] <= expected[i]);
    }
}

static void check_linear(struct trial *trial, const int64_t *values, const uint64_t *qualities)
{
    struct en_formula_linear linear;
    struct en_error err = {0};
    if (en_formula_linearize(&trial->formula, &trial->binding, &trial->arena, &linear, &err) !=
        EN_OK) {
        must(err.text[0] != '\0');
        return;
    }
    struct en_formula_day *rows =
        en_arena_alloc(&trial->arena, (linear.terms_count + 1u) * sizeof *rows);
    must(rows != NULL);
    for (uint32_t i = 0; i < linear.terms_count; i++) {
        const struct en_formula_linear_term *term = &linear.terms[i];
        if (term->reach.lag_days > 0 || term->reach.lag_slots > 0) {
            return;
        }
        rows[i] = trial->days[trial->program.operands[term->ref].days_first];
    }
    int64_t linear_values[SLOTS];
    uint64_t linear_qualities[SLOTS];
    struct en_formula_result result = {.values = linear_values, .qualities = linear_qualities};
    en_formula_linear_eval(&linear, rows, SLOTS, &result);
    must(memcmp(values, linear_values, sizeof linear_values) == 0);
    must(memcmp(qualities, linear_qualities, sizeof linear_qualities) == 0);
}

static void check_explain(struct trial *trial)
{
    struct en_buf buf;
    struct en_error err = {0};
    struct en_formula_case one = {&trial->binding, trial->days, SLOTS, 1};
    en_buf_init(&buf, EXPLAINED_SIZE_MAX);
    en_code code = en_formula_explain(&trial->formula, &one, &buf, &err);
    must(code == EN_OK || err.text[0] != '\0');
    en_buf_fini(&buf);
}

static void check_values(struct trial *trial)
{
    struct en_error err = {0};
    int64_t values[2][SLOTS] = {{0}};
    uint64_t qualities[2][SLOTS] = {{0}};
    en_code code =
        en_formula_compile(&trial->formula, &trial->binding, &trial->arena, &trial->program, &err);
    if (code != EN_OK) {
        must(code == EN_OVERFLOW || code == EN_LIMIT || code == EN_NOMEM);
        must(err.text[0] != '\0');
        return;
    }
    make_days(trial);
    eval(trial, values[0], qualities[0]);
    eval(trial, values[1], qualities[1]);
    must(memcmp(values[0], values[1], sizeof values[0]) == 0);
    must(memcmp(qualities[0], qualities[1], sizeof qualities[0]) == 0);
    check_linear(trial, values[0], qualities[0]);
    if (trial->formula.operands_count <= EXPLAINED_OPERANDS_MAX) {
        check_explain(trial);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trial trial = {.seed = seed_of(data, size)};
    struct en_formula_place place = {0};
    struct en_error err = {0};
    en_arena_init(&trial.arena, ARENA_SIZE_MAX);
    en_code code =
        en_formula_parse(en_slice_of(data, size), &trial.arena, &trial.formula, &place, &err);
    if (code != EN_OK) {
        check_refusal(code, &err, &place, size);
    } else {
        check_print(&trial);
        check_units(&trial);
        bind(&trial);
        check_values(&trial);
    }
    en_arena_fini(&trial.arena);
    return 0;
}
