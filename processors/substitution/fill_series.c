/* Methods that look at the channel itself: E-01 between neighbours, E-15 the last value, E-02 like
 * days. */
#include "core/fixed.h"
#include "core/metering/substitution/estimation_interp.h"
#include "processors/substitution/fill.h"

/* A slot of a channel, by its day. */
struct place {
    const struct en_judged *judged;
    uint32_t slot;
};

/* The slot behind (or before) the place. NULL: the grids of the two days do not join. */
static en_code step_over(struct en_fill *fill, struct place *place, int direction,
                         struct en_error *err)
{
    const struct en_judged *judged = place->judged;
    bool is_inside = direction > 0 ? place->slot + 1 < judged->head.count : place->slot > 0;
    if (is_inside) {
        place->slot = direction > 0 ? place->slot + 1 : place->slot - 1;
        return EN_OK;
    }
    const struct en_judged *other = NULL;
    en_code code = en_fill_look(fill, judged->channel, judged->day + direction, &other, err);
    if (code != EN_OK) {
        return code;
    }
    place->judged = NULL;
    if (!other->has_grid || other->head.slot_seconds != judged->head.slot_seconds) {
        return EN_OK;
    }
    struct en_interval span = en_judged_span(judged);
    struct en_interval next = en_judged_span(other);
    bool joins = direction > 0 ? next.from.us == span.to.us : next.to.us == span.from.us;
    if (joins) {
        *place = (struct place){other, direction > 0 ? 0 : other->head.count - 1};
    }
    return EN_OK;
}

/* The nearest slot on one side that is not open; *slots counts the open ones passed. No place
 * (judged NULL) where there is none within slots_max, or where nothing has come yet. */
static en_code find_neighbour(struct en_fill *fill, struct place from, int direction,
                              uint32_t slots_max, struct place *neighbour, uint32_t *slots,
                              struct en_error *err)
{
    en_code code = EN_OK;
    *slots = 0;
    *neighbour = from;
    while (code == EN_OK && neighbour->judged != NULL &&
           en_judged_is_open(neighbour->judged, neighbour->slot)) {
        bool is_to_come =
            !neighbour->judged->has_block && !en_fill_is_due(fill, neighbour->judged->day);
        if (*slots > slots_max || is_to_come) {
            neighbour->judged = NULL;
            break;
        }
        (*slots)++;
        code = step_over(fill, neighbour, direction, err);
    }
    return code;
}

/* A gap of the day in hand with what stands on both sides. */
struct gap {
    uint32_t first;   /* slot of the day in hand */
    uint32_t count;   /* of the day in hand */
    uint32_t slots;   /* of the whole gap, over midnights too */
    uint32_t skipped; /* slots of the gap before `first`, on days before */
    struct place before;
    struct place after;
};

static en_code find_gap(struct en_fill *fill, const struct en_judged *judged, uint32_t first,
                        uint32_t slots_max, struct gap *gap, struct en_error *err)
{
    uint32_t before = 0;
    uint32_t after = 0;
    *gap = (struct gap){.first = first};
    while (first + gap->count < judged->head.count &&
           en_judged_is_open(judged, first + gap->count)) {
        gap->count++;
    }
    struct place start = {judged, first};
    struct place end = {judged, first + gap->count - 1};
    en_code code = find_neighbour(fill, start, -1, slots_max, &gap->before, &before, err);
    if (code == EN_OK) {
        code = find_neighbour(fill, end, 1, slots_max, &gap->after, &after, err);
    }
    gap->skipped = before > 0 ? before - 1 : 0;
    gap->slots = gap->skipped + gap->count + (after > 0 ? after - 1 : 0);
    return code;
}

static bool takes(const struct place *place)
{
    return place->judged != NULL && en_judged_takes(place->judged, place->slot);
}

static void input_of(const struct place *place, struct en_fill_inputs *inputs)
{
    struct en_interval slot = en_judged_slot(place->judged, place->slot);
    en_fill_input(inputs, EN_INPUT_NEIGHBOUR, 0, slot.from.us, slot.to.us);
}

static en_code interpolate(struct en_fill *fill, struct en_fill_day *day, const struct gap *gap,
                           struct en_error *err)
{
    struct en_interp line = {gap->before.judged->micro[gap->before.slot],
                             gap->after.judged->micro[gap->after.slot], gap->slots};
    struct en_fill_inputs inputs = {.count = 0};
    en_code code = EN_OK;
    input_of(&gap->before, &inputs);
    input_of(&gap->after, &inputs);
    for (uint32_t i = 0; i < gap->count && code == EN_OK; i++) {
        int64_t micro = 0;
        if (en_fill_wants(day, gap->first + i)) {
            en_interp_fill(&line, gap->skipped + i, 1, &micro);
            code = en_fill_put(fill, day, gap->first + i, EN_METHOD_INTERP, micro, 0, &inputs, err);
        }
    }
    return code;
}

static en_code hold(struct en_fill *fill, struct en_fill_day *day, const struct gap *gap,
                    struct en_error *err)
{
    struct en_fill_inputs inputs = {.count = 0};
    int64_t micro = 0;
    en_code code = EN_OK;
    input_of(&gap->before, &inputs);
    en_hold_fill(gap->before.judged->micro[gap->before.slot], 1, &micro);
    for (uint32_t i = 0; i < gap->count && code == EN_OK; i++) {
        if (en_fill_wants(day, gap->first + i)) {
            code = en_fill_put(fill, day, gap->first + i, EN_METHOD_HOLD, micro, 0, &inputs, err);
        }
    }
    return code;
}

static void refuse_gap(struct en_fill_day *day, const struct gap *gap, en_estimation_method method,
                       en_refusal refusal)
{
    for (uint32_t i = 0; i < gap->count; i++) {
        if (en_fill_wants(day, gap->first + i)) {
            en_fill_refuse(day, gap->first + i, method, refusal);
        }
    }
}

/* One gap by E-01 or E-15. */
static en_code fill_gap(struct en_fill *fill, struct en_fill_day *day, const struct gap *gap,
                        const struct en_estimation_step *step, struct en_error *err)
{
    uint32_t seconds = day->judged->head.slot_seconds;
    en_refusal refusal = en_interp_allows(gap->slots, seconds, step->minutes_max * 60);
    bool is_line = step->method == EN_METHOD_INTERP;
    bool has_ends = takes(&gap->before) && (!is_line || takes(&gap->after));
    if (refusal == EN_REFUSAL_NONE && !has_ends) {
        refusal = EN_REFUSAL_NO_NEIGHBOUR;
    }
    if (refusal != EN_REFUSAL_NONE) {
        refuse_gap(day, gap, step->method, refusal);
        return EN_OK;
    }
    return is_line ? interpolate(fill, day, gap, err) : hold(fill, day, gap, err);
}

static bool gap_is_wanted(const struct en_fill_day *day, uint32_t first)
{
    for (uint32_t i = first; i < day->judged->head.count && en_judged_is_open(day->judged, i);
         i++) {
        if (en_fill_wants(day, i)) {
            return true;
        }
    }
    return false;
}

static en_code fill_gaps(struct en_fill *fill, struct en_fill_day *day,
                         const struct en_estimation_step *step, struct en_error *err)
{
    const struct en_judged *judged = day->judged;
    uint32_t slots_max = step->minutes_max * 60 / judged->head.slot_seconds;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < judged->head.count && code == EN_OK; i++) {
        if (!en_judged_is_open(judged, i) || !gap_is_wanted(day, i)) {
            continue;
        }
        struct gap gap;
        code = find_gap(fill, judged, i, slots_max, &gap, err);
        if (code == EN_OK) {
            code = fill_gap(fill, day, &gap, step, err);
        }
        i += gap.count - 1;
    }
    return code;
}

en_code en_fill_interp(struct en_fill *fill, struct en_fill_day *day,
                       const struct en_estimation_step *step, struct en_error *err)
{
    EN_ASSERT(step->method == EN_METHOD_INTERP);
    return fill_gaps(fill, day, step, err);
}

en_code en_fill_hold(struct en_fill *fill, struct en_fill_day *day,
                     const struct en_estimation_step *step, struct en_error *err)
{
    EN_ASSERT(step->method == EN_METHOD_HOLD);
    return fill_gaps(fill, day, step, err);
}

/* ---- E-02 ---- */

/* What is gathered while going from day to day. */
struct likedays {
    struct en_fill *fill;
    const struct en_judged *judged;
    const uint8_t *wanted;
    const struct en_estimation_step *step;
    struct en_likeday_answer *answer;
    en_like_day kind;    /* of the day in hand */
    int64_t *references; /* step->count for each slot */
    uint32_t left;       /* slots that want more days */
};

/* The load class of a day; without a calendar the day of the week says it. */
static en_like_day class_of(const struct en_calendar *calendar, int32_t day)
{
    if (calendar != NULL) {
        return en_calendar_like_day(calendar, (struct en_day){day});
    }
    int64_t weekday = 0; /* Monday is 0; 1970-01-01 was a Thursday */
    (void)en_i64_divide_floor((int64_t)day + 3, 7, &weekday);
    return weekday == 6   ? EN_LIKE_DAY_SUNDAY
           : weekday == 5 ? EN_LIKE_DAY_SATURDAY
                          : EN_LIKE_DAY_WORKING;
}

/* Takes from one day what it has. */
static en_code take_day(struct likedays *work, int32_t other_day, struct en_error *err)
{
    const struct en_judged *other = NULL;
    const struct en_calendar *calendar = work->fill->plan->calendar;
    struct en_day day = {work->judged->day};
    struct en_day reference = {other_day};
    if (other_day < EN_FOLD_DAY_MIN ||
        !en_likeday_is_like(work->step->by, day, work->kind, reference,
                            class_of(calendar, other_day))) {
        return EN_OK;
    }
    en_code code = en_fill_look(work->fill, work->judged->channel, other_day, &other, err);
    if (code != EN_OK || !other->has_block ||
        !en_block_same_slots(&other->head, &work->judged->head)) {
        return code;
    }
    for (uint32_t i = 0; i < other->head.count; i++) {
        uint32_t *count = &work->answer->counts[i];
        if (work->wanted[i] && *count < work->step->count && en_judged_takes(other, i)) {
            work->references[i * work->step->count + *count] = other->micro[i];
            work->answer->days[i * work->step->count + *count] = other_day;
            (*count)++;
            work->left -= *count == work->step->count;
        }
    }
    return EN_OK;
}

/* The nearest days first, the earlier of two as near; none before the first that holds anything.
 * Where too few were found, any day in reach counts as looked at. */
static en_code take_days(struct likedays *work, struct en_error *err)
{
    const struct en_fill *fill = work->fill;
    const struct en_estimation_step *step = work->step;
    bool is_year = step->by == EN_LIKEDAY_YEAR;
    int32_t center = work->judged->day - (is_year ? 364 : 0);
    uint32_t ahead = is_year ? step->back_days : step->ahead_days;
    int64_t held = (int64_t)center - fill->earliest_day; /* days back that may hold something */
    uint32_t back = held < 0 ? 0 : held < step->back_days ? (uint32_t)held : step->back_days;
    uint32_t farthest = back > ahead ? back : ahead;
    en_code code = EN_OK;
    for (uint32_t i = is_year ? 0 : 1; i <= farthest && work->left > 0 && code == EN_OK; i++) {
        if (i <= back) {
            code = take_day(work, center - (int32_t)i, err);
        }
        if (i > 0 && i <= ahead && code == EN_OK && center + (int32_t)i != work->judged->day) {
            code = take_day(work, center + (int32_t)i, err);
        }
    }
    if (code == EN_OK && work->left > 0) {
        int32_t from = center - (int32_t)step->back_days;
        code = en_fill_watch(work->fill, work->judged->channel,
                             from < EN_FOLD_DAY_MIN ? EN_FOLD_DAY_MIN : from,
                             center + (int32_t)ahead, err);
    }
    return code;
}

en_code en_fill_likedays(struct en_fill *fill, const struct en_judged *judged,
                         const uint8_t *wanted, const struct en_estimation_step *step,
                         struct en_likeday_answer *answer, struct en_error *err)
{
    size_t count = judged->head.count;
    struct en_arena *arena = fill->arena;
    struct likedays work = {
        fill, judged, wanted, step, answer, class_of(fill->plan->calendar, judged->day), NULL, 0};
    answer->micro = en_arena_alloc(arena, count * sizeof *answer->micro);
    answer->counts = en_arena_alloc(arena, count * sizeof *answer->counts);
    answer->days = en_arena_alloc(arena, count * step->count * sizeof *answer->days);
    work.references = en_arena_alloc(arena, count * step->count * sizeof *work.references);
    if (answer->micro == NULL || answer->counts == NULL || answer->days == NULL ||
        work.references == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for %u like days", step->count);
    }
    for (uint32_t i = 0; i < count; i++) {
        work.left += wanted[i] != 0;
    }
    en_code code = take_days(&work, err);
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        const int64_t *references = &work.references[i * step->count];
        if (wanted[i] && en_likeday_mean(references, answer->counts[i], step->count_min,
                                         &answer->micro[i]) != EN_REFUSAL_NONE) {
            answer->counts[i] = 0;
        }
    }
    return code;
}

en_code en_fill_likeday(struct en_fill *fill, struct en_fill_day *day,
                        const struct en_estimation_step *step, struct en_error *err)
{
    uint32_t count = day->judged->head.count;
    uint8_t wanted[EN_SLOTS_MAX] = {0};
    struct en_likeday_answer answer;
    for (uint32_t i = 0; i < count; i++) {
        wanted[i] = en_fill_wants(day, i);
    }
    en_code code = en_fill_likedays(fill, day->judged, wanted, step, &answer, err);
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        struct en_fill_inputs inputs = {.count = 0};
        if (!wanted[i]) {
            continue;
        }
        if (answer.counts[i] == 0) {
            en_fill_refuse(day, i, step->method, EN_REFUSAL_NO_COMPARABLE_HISTORY);
            continue;
        }
        for (uint32_t k = 0; k < answer.counts[i]; k++) {
            int32_t reference = answer.days[i * step->count + k];
            en_fill_input(&inputs, EN_INPUT_DAY, 0, reference, reference);
        }
        uint64_t flags = answer.counts[i] < step->count ? EN_QUALITY_PARTIAL : 0;
        code = en_fill_put(fill, day, i, step->method, answer.micro[i], flags, &inputs, err);
    }
    return code;
}
