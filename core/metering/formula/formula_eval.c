/* The machine behind formula_eval.h: each instruction runs over all slots before the next one
 * begins. Its state and invariants I1-I3: formula_machine.h. */
#include "core/metering/formula/formula_eval.h"

#include "core/decimal.h"
#include "core/metering/formula/formula_machine.h"
#include "core/metering/formula/formula_sum.h"
#include "core/metering/slots.h"
#include "core/wide.h"

/* a * weight; false when |product| would reach 2^127. */
static bool lane_multiply(en_i128 a, int64_t weight, en_i128 *product)
{
    en_u128 magnitude = en_i128_magnitude(a);
    uint64_t factor = en_i64_magnitude(weight);
    en_u128 high = (magnitude >> 64) * factor;
    en_u128 low = (en_u128)(uint64_t)magnitude * factor;
    if (high >> 63 != 0) {
        return false;
    }
    en_u128 total = (high << 64) + low;
    if (total < low || total >> 127 != 0) {
        return false;
    }
    *product = (a < 0) == (weight < 0) ? (en_i128)total : -(en_i128)total;
    return true;
}

static void cover_add(struct en_formula_register *to, const struct en_formula_register *from,
                      uint32_t slot)
{
    to->usable[slot] += from->usable[slot];
    to->expected[slot] += from->expected[slot];
}

static bool lane_add(en_i128 a, en_i128 b, en_i128 *sum)
{
    en_i128 total = 0;
    bool fits = en_i128_add(a, b, &total) && en_i128_magnitude(total) >> 127 == 0;
    *sum = fits ? total : *sum;
    return fits;
}

/* to += weight * from in a slot where both are there; marks what does not fit. */
static void slot_add(struct en_formula_register *to, const struct en_formula_register *from,
                     int64_t weight, uint32_t slot)
{
    en_i128 product = 0;
    bool fits = lane_multiply(from->lanes[slot], weight, &product) &&
                lane_add(to->lanes[slot], product, &to->lanes[slot]);
    if (!fits) {
        en_formula_set_missing(to, slot, en_slot_overflow(to->qualities[slot]));
    }
}

static void run_add(const struct en_formula_machine *machine,
                    const struct en_formula_instruction *run, struct en_formula_register *to,
                    const struct en_formula_register *from)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        uint64_t word = en_slot_merge(to->qualities[i], from->qualities[i]);
        cover_add(to, from, i);
        if (en_quality_is_missing(word)) {
            en_formula_set_missing(to, i, word);
            continue;
        }
        to->qualities[i] = word;
        slot_add(to, from, run->weight, i);
    }
}

static bool has_overflowed(uint64_t quality)
{
    return en_quality_is_missing(quality) && en_quality_verdict(quality) == EN_VERDICT_REJECTED;
}

/* A sum that has overflowed stays so: leaving further operands out could not mend it. */
static void run_add_lenient(const struct en_formula_machine *machine,
                            const struct en_formula_instruction *run,
                            struct en_formula_register *to, const struct en_formula_register *from)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        bool is_there = !en_quality_is_missing(from->qualities[i]);
        bool has_cover = from->expected[i] > 0;
        to->expected[i] += has_cover ? from->expected[i] : 1;
        to->usable[i] += !is_there ? 0 : has_cover ? from->usable[i] : 1;
        if (!is_there || has_overflowed(to->qualities[i])) {
            continue;
        }
        to->qualities[i] = en_slot_merge(to->qualities[i], from->qualities[i]);
        slot_add(to, from, run->weight, i);
    }
}

static void run_lenient_end(const struct en_formula_machine *machine,
                            struct en_formula_register *to)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        bool is_partial = to->usable[i] < to->expected[i];
        if (to->usable[i] == 0) {
            en_formula_set_missing(to, i, EN_QUALITY_GAP | EN_QUALITY_PARTIAL);
        } else if (is_partial) {
            to->qualities[i] |= EN_QUALITY_PARTIAL;
        }
    }
}

static void run_scale(const struct en_formula_machine *machine,
                      const struct en_formula_instruction *run, struct en_formula_register *to)
{
    if (run->weight == 1) {
        return;
    }
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        if (!lane_multiply(to->lanes[i], run->weight, &to->lanes[i])) {
            en_formula_set_missing(to, i, en_slot_overflow(to->qualities[i]));
        }
    }
}

/* The square of a lane; false when it would reach 2^127. */
static bool lane_square(en_i128 lane, en_i128 *square)
{
    en_u128 magnitude = en_i128_magnitude(lane);
    bool fits = magnitude >> 63 == 0;
    *square = fits ? lane * lane : 0;
    return fits;
}

static void run_square(const struct en_formula_machine *machine, struct en_formula_register *to)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        if (!lane_square(to->lanes[i], &to->lanes[i])) {
            en_formula_set_missing(to, i, en_slot_overflow(to->qualities[i]));
        }
    }
}

static void run_add_square(const struct en_formula_machine *machine, struct en_formula_register *to,
                           const struct en_formula_register *from)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        uint64_t word = en_slot_merge(to->qualities[i], from->qualities[i]);
        en_i128 square = 0;
        cover_add(to, from, i);
        if (en_quality_is_missing(word)) {
            en_formula_set_missing(to, i, word);
            continue;
        }
        to->qualities[i] = word;
        if (!lane_square(from->lanes[i], &square) ||
            !lane_add(to->lanes[i], square, &to->lanes[i])) {
            en_formula_set_missing(to, i, en_slot_overflow(word));
        }
    }
}

static void run_assumed(const struct en_formula_machine *machine, struct en_formula_register *to)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        to->qualities[i] |= EN_QUALITY_NOCONFIG;
    }
}

static void run_fill(const struct en_formula_machine *machine, struct en_formula_register *to)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        en_formula_set_missing(to, i, EN_QUALITY_GAP);
        to->usable[i] = 0;
        to->expected[i] = 0;
    }
}

/* The factors' common word; *is_zero when a divisor is zero. */
static uint64_t product_word(const struct en_formula_instruction *run,
                             const struct en_formula_register *factors, uint32_t slot,
                             bool *is_zero)
{
    uint64_t word = factors[0].qualities[slot];
    *is_zero = false;
    for (uint32_t i = 0; i < run->powers_count; i++) {
        word = en_slot_merge(word, factors[i].qualities[slot]);
        *is_zero = *is_zero || (run->powers[i] < 0 && factors[i].lanes[slot] == 0);
    }
    return word;
}

static bool product_lane(const struct en_formula_instruction *run,
                         const struct en_formula_register *factors, uint32_t slot, en_i128 *lane)
{
    struct en_wide above = en_wide_of(run->scale_num);
    struct en_wide below = en_wide_of(run->scale_den);
    bool is_negative = run->is_negative;
    bool fits = true;
    for (uint32_t i = 0; i < run->powers_count; i++) {
        int32_t power = run->powers[i];
        en_u128 magnitude = en_i128_magnitude(factors[i].lanes[slot]);
        for (int32_t n = 0; n < (power < 0 ? -power : power) && fits; n++) {
            fits = en_wide_multiply(power < 0 ? &below : &above, magnitude);
            is_negative = is_negative != (factors[i].lanes[slot] < 0);
        }
    }
    en_u128 quotient = 0;
    fits = fits && en_wide_divide_half_up(&above, &below, &quotient) && quotient >> 127 == 0;
    *lane = is_negative ? -(en_i128)quotient : (en_i128)quotient;
    return fits;
}

static void run_product(const struct en_formula_machine *machine,
                        const struct en_formula_instruction *run,
                        struct en_formula_register *factors)
{
    struct en_formula_register *to = &factors[0];
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        bool is_zero = false;
        uint64_t word = product_word(run, factors, i, &is_zero);
        en_i128 lane = 0;
        for (uint32_t n = 1; n < run->powers_count; n++) {
            cover_add(to, &factors[n], i);
        }
        if (en_quality_is_missing(word)) {
            en_formula_set_missing(to, i, word);
        } else if (is_zero) {
            en_formula_set_missing(to, i, en_slot_zero_division(word));
        } else if (!product_lane(run, factors, i, &lane)) {
            en_formula_set_missing(to, i, en_slot_overflow(word));
        } else {
            to->lanes[i] = lane;
            to->qualities[i] = word;
        }
    }
}

/* The quotient rounded half away from zero; false when it does not fit 64 bits. */
static bool round_lane(en_i128 lane, int64_t den, int64_t *value)
{
    return en_i128_to_i64(den == 1 ? lane : en_i128_divide_half_up(lane, den), value);
}

/* The arguments' common word, and their values in 1e-6 where it is not missing; false where one
 * does not fit. */
static bool state_args(const struct en_formula_instruction *run,
                       const struct en_formula_register *args, uint32_t slot, uint64_t *word,
                       int64_t *values)
{
    bool fits = true;
    *word = args[0].qualities[slot];
    for (uint32_t i = 0; i < run->state->args_count; i++) {
        *word = en_slot_merge(*word, args[i].qualities[slot]);
        fits = round_lane(args[i].lanes[slot], run->dens[i], &values[i]) && fits;
    }
    return fits;
}

static void run_state(const struct en_formula_machine *machine,
                      const struct en_formula_instruction *run, struct en_formula_register *args)
{
    struct en_formula_register *to = &args[0];
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        uint64_t word = 0;
        int64_t values[EN_FORMULA_STATE_ARGS_MAX] = {0};
        int64_t micro = 0;
        bool fits = state_args(run, args, i, &word, values);
        for (uint32_t n = 1; n < run->state->args_count; n++) {
            cover_add(to, &args[n], i);
        }
        if (en_quality_is_missing(word)) {
            en_formula_set_missing(to, i, word);
            continue;
        }
        en_formula_state_verdict verdict =
            fits ? run->state->compute(values, &micro) : EN_FORMULA_STATE_IMPOSSIBLE;
        if (verdict == EN_FORMULA_STATE_IMPOSSIBLE) {
            word = en_quality_with_verdict(word, EN_VERDICT_REJECTED);
            en_formula_set_missing(to, i, en_slot_missing(word));
            continue;
        }
        bool is_doubtful =
            verdict == EN_FORMULA_STATE_DOUBTFUL && en_quality_verdict(word) < EN_VERDICT_SUSPECT;
        to->lanes[i] = micro;
        to->qualities[i] = is_doubtful ? en_quality_with_verdict(word, EN_VERDICT_SUSPECT) : word;
    }
}

static void run_abs(const struct en_formula_machine *machine, struct en_formula_register *to)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        to->lanes[i] = (en_i128)en_i128_magnitude(to->lanes[i]);
    }
}

static void run_extreme(const struct en_formula_machine *machine, struct en_formula_register *to,
                        const struct en_formula_register *from, bool is_max)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        uint64_t word = en_slot_merge(to->qualities[i], from->qualities[i]);
        cover_add(to, from, i);
        if (en_quality_is_missing(word)) {
            en_formula_set_missing(to, i, word);
            continue;
        }
        bool is_greater = from->lanes[i] > to->lanes[i];
        to->lanes[i] = is_greater == is_max ? from->lanes[i] : to->lanes[i];
        to->qualities[i] = word;
    }
}

static void slot_copy(struct en_formula_register *to, const struct en_formula_register *from,
                      uint32_t slot)
{
    to->lanes[slot] = from->lanes[slot];
    to->qualities[slot] = from->qualities[slot];
    to->usable[slot] = from->usable[slot];
    to->expected[slot] = from->expected[slot];
}

/* Where nothing is usable the result is missing and carries the marks of all that was tried. */
static void run_coalesce(const struct en_formula_machine *machine, struct en_formula_register *to,
                         const struct en_formula_register *from)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        bool is_next = en_quality_is_missing(to->qualities[i]);
        if (is_next && en_quality_is_missing(from->qualities[i])) {
            to->qualities[i] = en_slot_merge(to->qualities[i], from->qualities[i]);
        } else if (is_next) {
            slot_copy(to, from, i);
        }
    }
}

static void run_count(const struct en_formula_machine *machine, struct en_formula_register *to,
                      const struct en_formula_register *from)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        to->lanes[i] += en_quality_is_missing(from->qualities[i]) ? 0 : EN_MICRO;
    }
}

static void run_day(const struct en_formula_machine *machine, struct en_formula_register *to)
{
    en_i128 sum = 0;
    bool fits = true;
    uint64_t first = to->qualities[0];
    uint64_t word = first;
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        uint64_t next = to->qualities[i];
        word = next == first && word == first ? first : en_slot_merge(word, next);
        fits = fits && lane_add(sum, to->lanes[i], &sum);
        if (i > 0) {
            cover_add(to,
                      &(struct en_formula_register){.usable = to->usable + i,
                                                    .expected = to->expected + i},
                      0);
        }
    }
    word = fits || en_quality_is_missing(word) ? word : en_slot_overflow(word);
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        to->lanes[i] = en_quality_is_missing(word) ? 0 : sum;
        to->qualities[i] = word;
        to->usable[i] = to->usable[0];
        to->expected[i] = to->expected[0];
    }
}

static void run_derive(const struct en_formula_machine *machine, struct en_formula_register *to)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        uint64_t word = to->qualities[i];
        to->qualities[i] = en_quality_is_missing(word) ? word : en_quality_derive(word);
    }
}

/* --- conditions: lane 1 is true, 0 false; missing: cannot be told --- */

static bool compare_lanes(en_formula_op op, en_i128 a, en_i128 b)
{
    switch (op) {
    case EN_FORMULA_LESS:
        return a < b;
    case EN_FORMULA_LESS_EQUAL:
        return a <= b;
    case EN_FORMULA_GREATER:
        return a > b;
    case EN_FORMULA_GREATER_EQUAL:
        return a >= b;
    case EN_FORMULA_EQUAL:
        return a == b;
    default:
        EN_ASSERT(op == EN_FORMULA_NOT_EQUAL);
        return a != b;
    }
}

static void run_compare(const struct en_formula_machine *machine,
                        const struct en_formula_instruction *run, struct en_formula_register *to,
                        const struct en_formula_register *from)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        uint64_t word = en_slot_merge(to->qualities[i], from->qualities[i]);
        bool is_true = compare_lanes(run->compare, to->lanes[i], from->lanes[i]);
        to->lanes[i] = !en_quality_is_missing(word) && is_true;
        to->qualities[i] = word;
    }
}

/* and: false decides; or: true decides. What cannot be told on one side and is not decided on the
 * other cannot be told. */
static void run_join(const struct en_formula_machine *machine, struct en_formula_register *to,
                     const struct en_formula_register *from, bool deciding)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        bool left_decides = !en_quality_is_missing(to->qualities[i]) && to->lanes[i] == deciding;
        bool right_decides =
            !en_quality_is_missing(from->qualities[i]) && from->lanes[i] == deciding;
        uint64_t word = en_slot_merge(to->qualities[i], from->qualities[i]);
        if (right_decides && !left_decides) {
            word = en_quality_is_missing(word) ? from->qualities[i] : word;
        } else if (left_decides) {
            word = en_quality_is_missing(word) ? to->qualities[i] : word;
        }
        bool is_decided = left_decides || right_decides;
        to->lanes[i] = !en_quality_is_missing(word) && (is_decided ? deciding : !deciding);
        to->qualities[i] = word;
    }
}

static void run_not(const struct en_formula_machine *machine, struct en_formula_register *to)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        to->lanes[i] = !en_quality_is_missing(to->qualities[i]) && to->lanes[i] == 0;
    }
}

static void run_judge(const struct en_formula_machine *machine, struct en_formula_register *to,
                      bool is_valid)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        uint64_t word = to->qualities[i];
        bool has_value = !en_quality_is_missing(word);
        to->lanes[i] =
            is_valid ? has_value && en_quality_verdict(word) == EN_VERDICT_VALID : !has_value;
        to->qualities[i] = EN_FORMULA_NEUTRAL;
    }
}

static void run_select(const struct en_formula_machine *machine, struct en_formula_register *to)
{
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        if (en_quality_is_missing(to->qualities[i])) {
            en_formula_set_missing(to, i, to->qualities[i]);
            to->usable[i] = 0;
            to->expected[i] = 0;
        } else {
            slot_copy(to, to + (to->lanes[i] != 0 ? 1 : 2), i);
        }
    }
}

static void run_one(struct en_formula_machine *machine, const struct en_formula_instruction *run)
{
    struct en_formula_register *to = &machine->registers[run->to];
    const struct en_formula_register *from = &machine->registers[run->from];
    switch (run->code) {
    case EN_FORMULA_RUN_LINEAR:
        en_formula_run_linear(machine, run, to);
        break;
    case EN_FORMULA_RUN_LENIENT:
        en_formula_run_lenient(machine, run, to);
        break;
    case EN_FORMULA_RUN_ADD:
        run_add(machine, run, to, from);
        break;
    case EN_FORMULA_RUN_ADD_LENIENT:
        run_add_lenient(machine, run, to, from);
        break;
    case EN_FORMULA_RUN_LENIENT_END:
        run_lenient_end(machine, to);
        break;
    case EN_FORMULA_RUN_SCALE:
        run_scale(machine, run, to);
        break;
    case EN_FORMULA_RUN_PRODUCT:
        run_product(machine, run, to);
        break;
    case EN_FORMULA_RUN_STATE:
        run_state(machine, run, to);
        break;
    case EN_FORMULA_RUN_SQUARE:
        run_square(machine, to);
        break;
    case EN_FORMULA_RUN_ADD_SQUARE:
        run_add_square(machine, to, from);
        break;
    case EN_FORMULA_RUN_ASSUMED:
        run_assumed(machine, to);
        break;
    case EN_FORMULA_RUN_FILL:
        run_fill(machine, to);
        break;
    case EN_FORMULA_RUN_ABS:
        run_abs(machine, to);
        break;
    case EN_FORMULA_RUN_MIN:
    case EN_FORMULA_RUN_MAX:
        run_extreme(machine, to, from, run->code == EN_FORMULA_RUN_MAX);
        break;
    case EN_FORMULA_RUN_COALESCE:
        run_coalesce(machine, to, from);
        break;
    case EN_FORMULA_RUN_COUNT:
        run_count(machine, to, from);
        break;
    case EN_FORMULA_RUN_DAY:
        run_day(machine, to);
        break;
    case EN_FORMULA_RUN_DERIVE:
        run_derive(machine, to);
        break;
    case EN_FORMULA_RUN_SELECT:
        run_select(machine, to);
        break;
    case EN_FORMULA_RUN_COMPARE:
        run_compare(machine, run, to, from);
        break;
    case EN_FORMULA_RUN_AND:
    case EN_FORMULA_RUN_OR:
        run_join(machine, to, from, run->code == EN_FORMULA_RUN_OR);
        break;
    case EN_FORMULA_RUN_NOT:
        run_not(machine, to);
        break;
    case EN_FORMULA_RUN_VALID:
    case EN_FORMULA_RUN_MISSING:
        run_judge(machine, to, run->code == EN_FORMULA_RUN_VALID);
        break;
    }
}

/* --- series as the formula reads them --- */

/* Finds the slot lag_slots before `slot` of the day lag_days ago; false when that is not kept. */
static bool find_slot(const struct en_formula_operand *operand, const struct en_formula_day *days,
                      struct en_formula_reach reach, uint32_t slot, uint32_t slots_count,
                      const struct en_formula_day **day, uint32_t *index)
{
    uint32_t back = reach.lag_days;
    int64_t at = (int64_t)slot - reach.lag_slots;
    while (at < 0) {
        back++;
        if (back >= operand->days_count) {
            return false;
        }
        uint32_t count = days[operand->days_first + back].count;
        at += count > 0 ? count : slots_count; /* a day not kept is as long as this one */
    }
    *day = &days[operand->days_first + back];
    *index = (uint32_t)at;
    return *index < (*day)->count;
}

static en_code view_copy(const struct en_formula_machine *machine,
                         const struct en_formula_load *load, const struct en_formula_day *days,
                         struct en_arena *scratch, struct en_formula_view *view,
                         struct en_error *err)
{
    const struct en_formula_operand *operand = &machine->program->operands[load->ref];
    const struct en_formula_day *same = &days[operand->days_first + load->reach.lag_days];
    int64_t *values = en_arena_alloc(scratch, machine->slots_count * sizeof *values);
    uint64_t *qualities = en_arena_alloc(scratch, machine->slots_count * sizeof *qualities);
    if (values == NULL || qualities == NULL) {
        return en_error_set(err, EN_NOMEM, "no scratch memory to evaluate a formula");
    }
    bool is_other_length = load->reach.lag_slots == 0 && same->count != machine->slots_count;
    for (uint32_t i = 0; i < machine->slots_count && !is_other_length; i++) {
        const struct en_formula_day *day = NULL;
        uint32_t index = 0;
        if (find_slot(operand, days, load->reach, i, machine->slots_count, &day, &index)) {
            values[i] = day->values[index];
            qualities[i] = day->qualities[index];
        }
    }
    view->values = values;
    view->qualities = qualities;
    return EN_OK;
}

static en_code view_make(const struct en_formula_machine *machine,
                         const struct en_formula_load *load, const struct en_formula_day *days,
                         struct en_arena *scratch, struct en_formula_view *view,
                         struct en_error *err)
{
    const struct en_formula_operand *operand = &machine->program->operands[load->ref];
    EN_ASSERT(load->reach.lag_days < operand->days_count);
    const struct en_formula_day *own = &days[operand->days_first];
    EN_ASSERT(own->count == 0 || own->count == machine->slots_count);
    const struct en_formula_day *day = own + load->reach.lag_days;
    view->raw_mask = load->reach.is_raw ? 1u : 0u;
    if (load->reach.lag_slots > 0 || day->count != machine->slots_count) {
        return view_copy(machine, load, days, scratch, view, err);
    }
    view->values = day->values;
    view->qualities = day->qualities;
    return EN_OK;
}

static bool machine_allocate(struct en_formula_machine *machine, struct en_arena *scratch)
{
    size_t count = machine->slots_count;
    struct en_formula_words *words = &machine->words;
    uint32_t registers_count = machine->program->registers_count + 1; /* `from` of the last one */
    machine->views = en_arena_alloc(scratch, (machine->program->loads_count + 1u) *
                                                 sizeof(struct en_formula_view));
    machine->registers =
        en_arena_alloc(scratch, registers_count * sizeof(struct en_formula_register));
    machine->sums = en_arena_alloc(scratch, count * sizeof(int64_t));
    machine->overflows = en_arena_alloc(scratch, count * sizeof(int64_t));
    machine->masked = en_arena_alloc(scratch, count * sizeof(int64_t));
    words->any = en_arena_alloc(scratch, count * sizeof(uint64_t));
    words->both = en_arena_alloc(scratch, count * sizeof(uint64_t));
    words->mask = en_arena_alloc(scratch, count * sizeof(uint64_t));
    words->sources = en_arena_alloc(scratch, count * sizeof(uint32_t));
    bool is_made = machine->views != NULL && machine->registers != NULL && machine->sums != NULL &&
                   machine->overflows != NULL && machine->masked != NULL && words->any != NULL &&
                   words->both != NULL && words->mask != NULL && words->sources != NULL;
    for (uint32_t i = 0; i + 1 < registers_count && is_made; i++) {
        struct en_formula_register *one = &machine->registers[i];
        one->lanes = en_arena_alloc(scratch, count * sizeof *one->lanes);
        one->qualities = en_arena_alloc(scratch, count * sizeof *one->qualities);
        one->usable = en_arena_alloc(scratch, count * sizeof *one->usable);
        one->expected = en_arena_alloc(scratch, count * sizeof *one->expected);
        is_made = one->lanes != NULL && one->qualities != NULL && one->usable != NULL &&
                  one->expected != NULL;
    }
    return is_made;
}

static void store_result(const struct en_formula_machine *machine,
                         const struct en_formula_result *result)
{
    const struct en_formula_register *from = &machine->registers[0];
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        int64_t value = 0;
        uint64_t word = from->qualities[i];
        if (!en_quality_is_missing(word) &&
            !round_lane(from->lanes[i], machine->program->den, &value)) {
            word = en_slot_overflow(word);
        }
        bool has_cover = from->expected[i] > 0;
        result->values[i] = value;
        result->qualities[i] = word;
        if (result->usable != NULL) {
            result->usable[i] = has_cover ? from->usable[i] : !en_quality_is_missing(word);
        }
        if (result->expected != NULL) {
            result->expected[i] = has_cover ? from->expected[i] : 1;
        }
    }
}

en_code en_formula_eval(const struct en_formula_program *program, const struct en_formula_day *days,
                        uint32_t slots_count, struct en_arena *scratch,
                        const struct en_formula_result *result, struct en_error *err)
{
    EN_ASSERT(slots_count > 0);
    EN_ASSERT(slots_count <= EN_SLOTS_MAX);
    struct en_formula_machine machine = {.program = program, .slots_count = slots_count};
    if (!machine_allocate(&machine, scratch)) {
        return en_error_set(err, EN_NOMEM, "no scratch memory to evaluate a formula");
    }
    en_code code = EN_OK;
    for (uint32_t i = 0; i < program->loads_count && code == EN_OK; i++) {
        code = view_make(&machine, &program->loads[i], days, scratch, &machine.views[i], err);
    }
    if (code != EN_OK) {
        return code;
    }
    for (const struct en_formula_instruction *run = program->first; run != NULL; run = run->next) {
        run_one(&machine, run);
    }
    store_result(&machine, result);
    return EN_OK;
}
