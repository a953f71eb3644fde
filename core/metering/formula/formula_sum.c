#include "core/metering/formula/formula_sum.h"

#include "core/metering/slots.h"

#define SOURCES_MISSING (1u << 16) /* beside a bit per source: an operand is not usable */
#define VERDICT_LOW (UINT64_C(1) << EN_QUALITY_VERDICT_SHIFT)
#define VERDICT_HIGH (UINT64_C(2) << EN_QUALITY_VERDICT_SHIFT)

/* All ones for a word that may be taken, else 0. raw_mask is 1 where rejected ones may. */
static inline uint64_t usable_mask(uint64_t word, uint64_t raw_mask)
{
    uint64_t source = word | word >> 1 | word >> 2 | word >> 3;
    uint64_t rejected = word >> EN_QUALITY_VERDICT_SHIFT & word >> (EN_QUALITY_VERDICT_SHIFT + 1);
    return 0 - (source & (~rejected | raw_mask) & 1u);
}

/* Bit of the worst source that a word names. */
static uint32_t source_bit(uint64_t word)
{
    static const uint16_t bits[16] = {
        1u << 0, 1u << 1, 1u << 2,  1u << 3,  1u << 4,  1u << 5,  1u << 6,  1u << 7,
        1u << 8, 1u << 9, 1u << 10, 1u << 11, 1u << 12, 1u << 13, 1u << 14, 1u << 0 /* nameless */,
    };
    uint64_t source = word & 15u;
    return bits[source == EN_SOURCE_DERIVED ? word >> EN_QUALITY_WORST_SHIFT & 15u : source];
}

/* Masks, flags and verdicts of an operand's words; true when all slots are usable. Two loops, as a
 * compiler can do this one for several slots at a time. */
static bool note_marks(struct en_formula_words *words, const uint64_t *restrict qualities,
                       uint32_t count, uint64_t raw_mask, uint64_t strict_mask)
{
    uint64_t *restrict masks = words->mask;
    uint64_t *restrict any = words->any;
    uint64_t *restrict both = words->both;
    uint64_t all = ~UINT64_C(0);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t word = qualities[i];
        uint64_t mask = usable_mask(word, raw_mask);
        uint64_t taken = word & (mask | strict_mask);
        masks[i] = mask;
        any[i] |= taken;
        both[i] |= taken & (taken >> 1);
        all &= mask;
    }
    return all != 0;
}

static void note_sources(struct en_formula_words *words, const uint64_t *restrict qualities,
                         uint32_t count)
{
    const uint64_t *restrict masks = words->mask;
    uint32_t *restrict sources = words->sources;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t mask = (uint32_t)masks[i];
        sources[i] |= (source_bit(qualities[i]) & mask) | (SOURCES_MISSING & ~mask);
    }
}

/* Takes an operand's words into the account. Strict: a slot not usable makes the sum missing and is
 * merged; lenient: it is left out and counted. */
static void note_words(struct en_formula_machine *machine, const struct en_formula_view *view,
                       bool is_lenient)
{
    struct en_formula_words *words = &machine->words;
    uint64_t strict_mask = is_lenient ? 0 : ~UINT64_C(0);
    words->all_usable =
        note_marks(words, view->qualities, machine->slots_count, view->raw_mask, strict_mask);
    note_sources(words, view->qualities, machine->slots_count);
    words->seen = view;
}

static bool same_words(const struct en_formula_machine *machine, const struct en_formula_view *view)
{
    const struct en_formula_view *seen = machine->words.seen;
    return seen != NULL && seen->raw_mask == view->raw_mask &&
           (seen->qualities == view->qualities ||
            memcmp(seen->qualities, view->qualities, machine->slots_count * sizeof(uint64_t)) == 0);
}

static uint64_t words_verdict(uint64_t any, uint64_t both)
{
    uint64_t high = any & VERDICT_HIGH;
    uint64_t low = (high != 0 ? both : any) & VERDICT_LOW;
    return high | low;
}

static en_source worst_of(uint32_t sources)
{
    en_source worst = EN_SOURCE_MEASURED;
    for (unsigned source = 0; source < EN_SOURCE_DERIVED; source++) {
        bool is_in = (sources >> source & 1u) != 0;
        worst = is_in && en_source_rank((en_source)source) > en_source_rank(worst)
                    ? (en_source)source
                    : worst;
    }
    return worst;
}

/* The word of the whole sum in a slot. */
static uint64_t words_total(struct en_formula_words *words, uint32_t slot, bool is_lenient)
{
    uint64_t any = words->any[slot];
    uint64_t kept = (any & EN_QUALITY_FLAGS_MASK) | words_verdict(any, words->both[slot]);
    if (!is_lenient && (words->sources[slot] & SOURCES_MISSING) != 0) {
        return kept | EN_QUALITY_GAP;
    }
    if (words->sources[slot] != words->worst_of) { /* mostly the same as in the slot before */
        words->worst_of = words->sources[slot];
        words->worst = worst_of(words->worst_of & ~SOURCES_MISSING);
    }
    return kept | EN_SOURCE_DERIVED | (uint64_t)words->worst << EN_QUALITY_WORST_SHIFT;
}

static void add_values(const int64_t *restrict values, int64_t *restrict sums,
                       int64_t *restrict overflows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        int64_t sum = (int64_t)((uint64_t)sums[i] + (uint64_t)values[i]);
        overflows[i] |= (sums[i] ^ sum) & (values[i] ^ sum);
        sums[i] = sum;
    }
}

static void subtract_values(const int64_t *restrict values, int64_t *restrict sums,
                            int64_t *restrict overflows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        int64_t sum = (int64_t)((uint64_t)sums[i] - (uint64_t)values[i]);
        overflows[i] |= (sums[i] ^ values[i]) & (sums[i] ^ sum);
        sums[i] = sum;
    }
}

static void weigh_values(const int64_t *restrict values, int64_t weight, en_i128 *restrict lanes,
                         uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        lanes[i] = (en_i128)((en_u128)lanes[i] + (en_u128)((en_i128)values[i] * weight));
    }
}

/* One slot of the sum again, exactly; false when it does not fit 127 bits. */
static bool sum_exact(const struct en_formula_machine *machine,
                      const struct en_formula_instruction *run, uint32_t slot, en_i128 *lane)
{
    en_i128 sum = run->constant;
    bool is_lenient = run->code == EN_FORMULA_RUN_LENIENT;
    bool fits = true;
    for (uint32_t i = 0; i < run->terms_count && fits; i++) {
        const struct en_formula_view *view = &machine->views[run->terms[i].load];
        bool is_left_out = is_lenient && usable_mask(view->qualities[slot], view->raw_mask) == 0;
        en_i128 product = (en_i128)view->values[slot] * run->terms[i].weight;
        fits = is_left_out || en_i128_add(sum, product, &sum);
    }
    *lane = sum;
    return fits && en_i128_magnitude(sum) >> 127 == 0;
}

static void sum_begin(struct en_formula_machine *machine, const struct en_formula_instruction *run,
                      struct en_formula_register *to)
{
    size_t count = machine->slots_count;
    struct en_formula_words *words = &machine->words;
    words->seen = NULL;
    words->whole_count = 0;
    words->worst_of = 0;
    words->worst = EN_SOURCE_MEASURED;
    memset(machine->sums, 0, count * sizeof *machine->sums);
    memset(machine->overflows, 0, count * sizeof *machine->overflows);
    memset(words->any, 0, count * sizeof *words->any);
    memset(words->both, 0, count * sizeof *words->both);
    memset(words->sources, 0, count * sizeof *words->sources);
    memset(to->usable, 0, count * sizeof *to->usable);
    memset(to->expected, 0, count * sizeof *to->expected);
    for (uint32_t i = 0; i < count; i++) {
        to->lanes[i] = run->constant;
    }
}

/* Values of the operand in hand, 0 where it is left out. */
static const int64_t *lenient_values(struct en_formula_machine *machine,
                                     const struct en_formula_view *view,
                                     struct en_formula_register *to)
{
    const uint64_t *mask = machine->words.mask;
    if (machine->words.all_usable) {
        machine->words.whole_count++;
        return view->values;
    }
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        machine->masked[i] = (int64_t)((uint64_t)view->values[i] & mask[i]);
        to->usable[i] += (uint32_t)(mask[i] & 1u);
    }
    return machine->masked;
}

static void sum_terms(struct en_formula_machine *machine, const struct en_formula_instruction *run,
                      struct en_formula_register *to)
{
    uint32_t count = machine->slots_count;
    bool is_lenient = run->code == EN_FORMULA_RUN_LENIENT;
    for (uint32_t i = 0; i < run->terms_count; i++) {
        const struct en_formula_view *view = &machine->views[run->terms[i].load];
        int64_t weight = run->terms[i].weight;
        if (!same_words(machine, view)) {
            note_words(machine, view, is_lenient);
        }
        const int64_t *values = is_lenient ? lenient_values(machine, view, to) : view->values;
        if (weight == 1) {
            add_values(values, machine->sums, machine->overflows, count);
        } else if (weight == -1) {
            subtract_values(values, machine->sums, machine->overflows, count);
        } else {
            weigh_values(values, weight, to->lanes, count);
        }
    }
}

/* A multiple of one series: its word is kept, not derived, so that coalesce can keep it. */
static uint64_t lone_word(const struct en_formula_machine *machine,
                          const struct en_formula_instruction *run, uint32_t slot)
{
    const struct en_formula_view *view = &machine->views[run->terms[0].load];
    uint64_t word = en_slot_clean(view->qualities[slot]);
    return usable_mask(word, view->raw_mask) != 0 ? word : en_slot_missing(word);
}

void en_formula_run_linear(struct en_formula_machine *machine,
                           const struct en_formula_instruction *run, struct en_formula_register *to)
{
    sum_begin(machine, run, to);
    sum_terms(machine, run, to);
    bool is_lone = run->terms_count == 1 && run->constant == 0;
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        uint64_t word = is_lone                ? lone_word(machine, run, i)
                        : run->terms_count > 0 ? words_total(&machine->words, i, false)
                                               : EN_FORMULA_NEUTRAL;
        bool is_again = machine->overflows[i] < 0 || run->is_checked;
        to->lanes[i] += is_again ? 0 : machine->sums[i];
        if (en_quality_is_missing(word)) {
            en_formula_set_missing(to, i, word);
        } else if (is_again && !sum_exact(machine, run, i, &to->lanes[i])) {
            en_formula_set_missing(to, i, en_slot_overflow(word));
        } else {
            to->qualities[i] = word;
        }
    }
}

void en_formula_run_lenient(struct en_formula_machine *machine,
                            const struct en_formula_instruction *run,
                            struct en_formula_register *to)
{
    sum_begin(machine, run, to);
    sum_terms(machine, run, to);
    uint32_t whole = machine->words.whole_count + run->constants_count;
    for (uint32_t i = 0; i < machine->slots_count; i++) {
        bool is_again = machine->overflows[i] < 0 || run->is_checked;
        to->lanes[i] += is_again ? 0 : machine->sums[i];
        to->usable[i] += whole;
        to->expected[i] = run->terms_count + run->constants_count;
        to->qualities[i] = words_total(&machine->words, i, true);
        if (is_again && !sum_exact(machine, run, i, &to->lanes[i])) {
            en_formula_set_missing(to, i, en_slot_overflow(to->qualities[i]));
        }
    }
}
