#include "projections/views/balance.h"

#include <stdio.h>

#include "core/decimal.h"
#include "core/fixed.h"
#include "core/metering/balance/imbalance.h"
#include "core/metering/rounding.h"
#include "projections/views/balance_member.h"

#define ARENA_SIZE_MAX (64u << 20)
#define PERIODS_MAX 120u /* of a trend */

struct gather {
    struct en_store *store;
    struct en_day from;
    struct en_day to;
    en_lane lane;
    struct en_arena arena;
    const char *why; /* no permissible imbalance: the reason */
    struct en_slice about;
    const char *doubt; /* not assessable for want of measured values (B-02q) */
    struct en_slice doubt_about;
};

const char *en_balance_verdict_text(en_balance_verdict verdict)
{
    return verdict == EN_BALANCE_WITHIN   ? "within"
           : verdict == EN_BALANCE_BEYOND ? "beyond"
                                          : "not assessable";
}

static void give_up(struct gather *gather, const char *why, struct en_slice about)
{
    if (gather->why == NULL) {
        gather->why = why;
        gather->about = about;
    }
}

/* ---- totals ---- */

static uint32_t add_count(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static en_code add_day(struct en_balance_totals *sum, const struct en_balance_totals *day,
                       struct en_error *err)
{
    bool fits = en_i64_add(sum->in_micro, day->in_micro, &sum->in_micro) &&
                en_i64_add(sum->out_micro, day->out_micro, &sum->out_micro) &&
                en_i64_add(sum->losses_micro, day->losses_micro, &sum->losses_micro);
    sum->slots_count = add_count(sum->slots_count, day->slots_count);
    sum->partial_count = add_count(sum->partial_count, day->partial_count);
    return fits ? EN_OK : en_error_set(err, EN_OVERFLOW, "the sums of the balance do not fit");
}

static en_code imbalance_of(const struct en_balance_totals *totals, int64_t *micro,
                            struct en_error *err)
{
    bool fits = en_i64_subtract(totals->in_micro, totals->out_micro, micro) &&
                en_i64_subtract(*micro, totals->losses_micro, micro);
    return fits ? EN_OK : en_error_set(err, EN_OVERFLOW, "the imbalance does not fit");
}

/* A day's entry of size 0 has zeros. */
static en_code decode(struct en_slice entry, struct en_balance_totals *totals, struct en_error *err)
{
    *totals = (struct en_balance_totals){0};
    return entry.size > 0 ? en_balance_totals_decode(entry, totals, err) : EN_OK;
}

/* Adds the day in the lane asked for, and what the lanes differ by. */
static en_code sum_day(struct gather *gather, const struct en_fiscal_lane *fiscal, uint32_t balance,
                       int32_t day, struct en_balance_answer *answer, struct en_error *err)
{
    struct en_frozen_item live = {.lane = EN_FROZEN_BALANCE, .day = day, .series = balance};
    struct en_slice frozen = {0};
    struct en_balance_totals totals[2];
    int64_t imbalances[2] = {0};
    int64_t difference = 0;
    en_code code =
        en_series_get(gather->store, &en_series_balance_day, day, balance, &live.entry, err);
    live.entry = code == EN_NOT_FOUND ? (struct en_slice){0} : live.entry;
    code = code == EN_NOT_FOUND ? EN_OK : code;
    if (code == EN_OK) {
        code = en_fiscal_entry(fiscal, &live, &frozen, err);
    }
    const struct en_slice entries[2] = {frozen, live.entry};
    for (size_t i = 0; i < 2 && code == EN_OK; i++) {
        code = decode(entries[i], &totals[i], err);
        code = code == EN_OK ? imbalance_of(&totals[i], &imbalances[i], err) : code;
    }
    if (code != EN_OK) {
        return code;
    }
    size_t lane = gather->lane == EN_LANE_LIVE ? 1 : 0;
    answer->missing_days += entries[lane].size == 0;
    bool fits = en_i64_subtract(imbalances[1], imbalances[0], &difference) &&
                en_i64_add(answer->pending_micro, difference, &answer->pending_micro);
    return fits ? add_day(&answer->totals, &totals[lane], err)
                : en_error_set(err, EN_OVERFLOW, "the pending differences do not fit");
}

static en_code sum_days(struct gather *gather, uint32_t balance, struct en_balance_answer *answer,
                        struct en_error *err)
{
    struct en_fiscal_lane fiscal;
    int32_t frozen_days = 0;
    en_code code =
        en_fiscal_load(gather->store, gather->from.n, gather->to.n, &gather->arena, &fiscal, err);
    for (int32_t day = gather->from.n; code == EN_OK && day < gather->to.n; day++) {
        code = sum_day(gather, &fiscal, balance, day, answer, err);
    }
    if (code == EN_OK) {
        code = en_fiscal_frozen_days(&fiscal, EN_FROZEN_BALANCE, balance, gather->from.n,
                                     gather->to.n, &frozen_days, err);
    }
    answer->frozen_days = (uint32_t)frozen_days;
    return code;
}

/* ---- the answer ---- */

/* B-01 alone: needs no errors. */
static en_code compute_actual(struct en_balance_answer *answer, struct en_error *err)
{
    struct en_imbalance_member in = {answer->totals.in_micro, 0, 1, 0};
    struct en_imbalance_member out = {answer->totals.out_micro, 0, 1, 0};
    struct en_imbalance_input input = {&in, 1, &out, 1, 0, answer->totals.losses_micro};
    struct en_imbalance imbalance;
    en_code code = en_imbalance_compute(&input, &imbalance, err);
    if (code == EN_OK) {
        answer->imbalance_micro = imbalance.actual_micro;
        answer->actual_1e4_percent = imbalance.actual;
    }
    return code;
}

/* The members as B-02 takes them, one list a side. */
static en_code make_sides(struct gather *gather, const struct en_balance_members *members,
                          struct en_imbalance_member *sides[2], size_t counts[2],
                          struct en_error *err)
{
    for (size_t side = 0; side < 2; side++) {
        sides[side] = en_arena_alloc(&gather->arena, (members->count + 1) * sizeof **sides);
        if (sides[side] == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for the channels of a balance");
        }
        counts[side] = 0;
        for (size_t i = 0; i < members->count; i++) {
            const struct en_balance_member *member = &members->items[i];
            if (member->is_out == (side == 1)) {
                sides[side][counts[side]++] = (struct en_imbalance_member){
                    member->micro, member->error.error, 1, member->error.square};
            }
        }
    }
    return EN_OK;
}

/* Brings the members of a side to its total, by their shares; false where that has no meaning. The
 * permissible imbalance is then one of shares: it stands for the verdict alone. */
static bool scale_side(struct gather *gather, struct en_imbalance_member *members, size_t count,
                       int64_t total)
{
    int64_t *weights = en_arena_alloc(&gather->arena, (count + 1) * sizeof *weights);
    int64_t *parts = en_arena_alloc(&gather->arena, (count + 1) * sizeof *parts);
    int64_t sum = 0;
    bool fits = weights != NULL && parts != NULL;
    for (size_t i = 0; i < count && fits; i++) {
        weights[i] = members[i].micro;
        fits = members[i].micro >= 0 && en_i64_add(sum, members[i].micro, &sum);
    }
    if (fits && sum == total) {
        return true;
    }
    fits = fits && count > 0 && sum > 0 &&
           en_split_largest_remainder(total, weights, count, parts, NULL) == EN_OK;
    for (size_t i = 0; i < count && fits; i++) {
        members[i].micro = parts[i];
    }
    return fits;
}

static int64_t sum_of(const struct en_imbalance_member *members, size_t count)
{
    en_i128 sum = 0;
    int64_t fit = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        sum += members[i].micro;
    }
    (void)en_i128_to_i64(sum, &fit);
    return fit;
}

static en_code compute_limit(struct gather *gather, const struct en_balance_members *members,
                             struct en_balance_answer *answer, bool *is_exact, struct en_error *err)
{
    struct en_imbalance_member *sides[2];
    size_t counts[2];
    const int64_t totals[2] = {answer->totals.in_micro, answer->totals.out_micro};
    struct en_imbalance imbalance;
    en_code code = make_sides(gather, members, sides, counts, err);
    for (size_t side = 0; side < 2 && code == EN_OK; side++) {
        bool is_same = sum_of(sides[side], counts[side]) == totals[side];
        if (!is_same && !scale_side(gather, sides[side], counts[side], totals[side])) {
            give_up(gather, "its channels have energy in slots that the balance leaves out",
                    en_slice_of("", 0));
            return EN_OK;
        }
        *is_exact = *is_exact && is_same;
    }
    struct en_imbalance_input input = {.in = sides[0],
                                       .in_count = counts[0],
                                       .out = sides[1],
                                       .out_count = counts[1],
                                       .loss_micro = answer->totals.losses_micro};
    code = code == EN_OK ? en_imbalance_compute(&input, &imbalance, err) : code;
    if (code == EN_OK) {
        answer->verdict = imbalance.is_permitted ? EN_BALANCE_WITHIN : EN_BALANCE_BEYOND;
        answer->limit_1e4_percent = imbalance.permissible;
        answer->limit_micro = imbalance.permissible_micro;
    }
    return code;
}

/* B-02q: whether a member has too little that was measured. */
static void judge_data(struct gather *gather, const struct en_balance_members *members,
                       struct en_balance_answer *answer)
{
    for (size_t i = 0; i < members->count; i++) {
        const struct en_balance_member *member = &members->items[i];
        en_i128 share = (en_i128)member->doubtful_count * EN_IMBALANCE_ERROR_MAX;
        int64_t percent =
            member->slots_count == 0
                ? EN_IMBALANCE_ERROR_MAX
                : (int64_t)en_i128_divide_half_up(share, (en_i128)member->slots_count);
        answer->doubtful_1e4_percent =
            percent > answer->doubtful_1e4_percent ? percent : answer->doubtful_1e4_percent;
        if (!en_imbalance_is_assessable(member->doubtful_count, member->slots_count,
                                        members->doubtful_most)) {
            gather->doubt = "too much of a channel is missing, rejected or estimated (B-02q)";
            gather->doubt_about = member->point_key;
        }
    }
}

/* What is known only by assumption leaves the permissible imbalance unknown, as it is; the verdict
 * goes by the assumption and says so. */
static void tell_assumed(const struct en_balance_members *members, struct en_balance_answer *answer)
{
    for (size_t i = 0; i < members->count && answer->why[0] == 0; i++) {
        const struct en_balance_member *member = &members->items[i];
        if (member->origin == EN_ERROR_ASSUMED) {
            (void)snprintf(answer->why, sizeof answer->why,
                           "the error of a channel is not known: %.*s",
                           (int)(member->point_key.size < 64 ? member->point_key.size : 64),
                           (const char *)member->point_key.bytes);
        }
    }
}

static void print_percent(int64_t percent, char text[EN_DECIMAL_TEXT_SIZE])
{
    (void)en_decimal_print(en_decimal_canonical((struct en_decimal){percent, -4}), text);
}

static void print_why(char *text, size_t size, const char *why, struct en_slice about)
{
    (void)snprintf(text, size, "%s%s%.*s", why, about.size == 0 ? "" : ": ",
                   (int)(about.size < 64 ? about.size : 64), (const char *)about.bytes);
}

static void tell_reason(const struct gather *gather, struct en_balance_answer *answer)
{
    char actual[EN_DECIMAL_TEXT_SIZE];
    char limit[EN_DECIMAL_TEXT_SIZE];
    char assumed[64] = "";
    char trend[80] = "";
    char doubt[160] = "";
    print_percent(answer->actual_1e4_percent, actual);
    print_percent(answer->limit_1e4_percent, limit);
    if (answer->assumed_count > 0) {
        (void)snprintf(assumed, sizeof assumed, "; %u of %u errors are assumed",
                       answer->assumed_count, answer->members_count);
    }
    if (answer->is_trend) {
        (void)snprintf(trend, sizeof trend, "; one sign for %u periods (B-02t)",
                       answer->trend_periods);
    }
    if (gather->doubt != NULL) {
        print_why(doubt, sizeof doubt, gather->doubt, gather->doubt_about);
    }
    int size = 0; /* looked at: a reason that is too long is cut */
    if (answer->verdict == EN_BALANCE_NOT_ASSESSABLE) {
        size = snprintf(answer->reason, sizeof answer->reason, "%s%s",
                        gather->why == NULL && doubt[0] != 0 ? doubt : answer->why, trend);
    } else {
        size = snprintf(answer->reason, sizeof answer->reason, "%s %% against %s %%%s%s", actual,
                        limit, assumed, trend);
    }
    EN_ASSERT(size >= 0);
}

static en_code assess(struct gather *gather, const struct en_balance_row *row,
                      struct en_balance_answer *answer, struct en_error *err)
{
    struct en_slice in = en_arena_copy(&gather->arena, row->in);
    struct en_slice out = en_arena_copy(&gather->arena, row->out);
    struct en_balance_stretch stretch = {gather->from, gather->to, gather->lane};
    struct en_balance_members members = {0};
    if (in.bytes == NULL || out.bytes == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a balance");
    }
    en_code code =
        en_balance_members_gather(gather->store, in, out, &stretch, &gather->arena, &members, err);
    if (code != EN_OK) {
        return code;
    }
    answer->members_count = (uint32_t)members.count;
    answer->assumed_count = members.assumed_count;
    answer->trend_periods = members.trend_periods;
    answer->commercial_most = members.commercial_most;
    if (members.why != NULL) {
        give_up(gather, members.why, members.about);
    }
    judge_data(gather, &members, answer);
    if (answer->missing_days == (uint32_t)(gather->to.n - gather->from.n)) {
        give_up(gather, "a side has no values", en_slice_of("", 0));
    }
    bool is_exact = true;
    if (gather->why == NULL) {
        code = compute_limit(gather, &members, answer, &is_exact, err);
    }
    if (code == EN_OK && gather->why == NULL && members.assumed_count == 0 && is_exact &&
        answer->totals.partial_count == 0) {
        answer->is_assessed = true;
        answer->permissible_1e4_percent = answer->limit_1e4_percent;
        answer->permissible_micro = answer->limit_micro;
        answer->is_permitted = answer->verdict == EN_BALANCE_WITHIN;
    }
    if (gather->doubt != NULL) {
        answer->verdict = EN_BALANCE_NOT_ASSESSABLE;
        answer->limit_1e4_percent = 0;
        answer->limit_micro = 0;
    }
    if (gather->why != NULL) {
        print_why(answer->why, sizeof answer->why, gather->why, gather->about);
    } else if (answer->totals.partial_count > 0) {
        print_why(answer->why, sizeof answer->why,
                  "slots were left out because a side has no value", en_slice_of("", 0));
    }
    tell_assumed(&members, answer);
    return code;
}

/* ---- trend ---- */

static bool is_month(struct en_day from, struct en_day to)
{
    struct en_month month = en_month_of_day(from);
    return en_month_first_day(month).n == from.n &&
           en_month_first_day((struct en_month){month.n + 1}).n == to.n;
}

/* The period of the same length before: a calendar month before a month. */
static void step_back(struct en_day *from, struct en_day *to)
{
    struct en_day before = {from->n - (to->n - from->n)};
    if (is_month(*from, *to)) {
        before = en_month_first_day((struct en_month){en_month_of_day(*from).n - 1});
    }
    *to = *from;
    *from = before;
}

/* B-02t: the imbalances of the periods before, as the log says now; a period without values ends
 * the row. */
static en_code find_trend(struct gather *gather, uint32_t balance, struct en_balance_answer *answer,
                          struct en_error *err)
{
    int64_t imbalances[PERIODS_MAX];
    uint32_t wanted = answer->trend_periods < PERIODS_MAX ? answer->trend_periods : PERIODS_MAX;
    struct gather before = *gather;
    uint32_t count = 1;
    en_code code = EN_OK;
    EN_ASSERT(wanted > 0);
    imbalances[wanted - 1] = answer->imbalance_micro;
    while (count < wanted && code == EN_OK) {
        struct en_balance_answer past = {.unit = answer->unit};
        step_back(&before.from, &before.to);
        if (before.from.n < EN_DAY_MIN) {
            return EN_OK;
        }
        code = sum_days(&before, balance, &past, err);
        if (code != EN_OK || past.missing_days == (uint32_t)(before.to.n - before.from.n)) {
            return code;
        }
        code = imbalance_of(&past.totals, &imbalances[wanted - 1 - count], err);
        count++;
    }
    answer->is_trend = code == EN_OK && en_imbalance_is_trend(imbalances, wanted, wanted);
    return code;
}

/* The definition when the stretch begins; one that begins within it when there was none before. */
static en_code find_row(struct gather *gather, uint32_t balance, struct en_balance_row *row,
                        struct en_error *err)
{
    *row = (struct en_balance_row){.balance = balance, .from_day = gather->to.n - 1};
    en_code code = en_table_last_before(gather->store, &en_table_balance, row, 1, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_NOT_FOUND, "the balance is not set for these days");
    }
    struct en_balance_row before = {.balance = balance, .from_day = gather->from.n};
    en_code earlier = code == EN_OK ? en_table_last_before(gather->store, &en_table_balance,
                                                           &before, 1, NULL, NULL)
                                    : code;
    if (earlier == EN_OK && before.from_day != row->from_day) {
        give_up(gather, "the balance was set anew in between", en_slice_of("", 0));
    }
    return code;
}

en_code en_balance_gather(struct en_store *store, uint32_t balance, struct en_day from,
                          struct en_day to, en_lane lane, struct en_balance_answer *answer,
                          struct en_error *err)
{
    struct gather gather = {.store = store, .from = from, .to = to, .lane = lane};
    struct en_balance_row row;
    *answer = (struct en_balance_answer){.unit = EN_UNIT_NONE};
    if (from.n >= to.n) {
        return en_error_set(err, EN_RANGE, "the stretch of time is empty: from must be before to");
    }
    en_arena_init(&gather.arena, ARENA_SIZE_MAX);
    en_code code = find_row(&gather, balance, &row, err);
    if (code == EN_OK) {
        struct en_formula_row side = {.node = row.in_node, .from_day = to.n - 1};
        code = en_table_last_before(store, &en_table_formula, &side, 1, NULL, err);
        answer->unit = code == EN_OK ? (en_unit)side.unit : EN_UNIT_NONE;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (code == EN_OK) {
        code = sum_days(&gather, balance, answer, err);
    }
    if (code == EN_OK) {
        code = compute_actual(answer, err);
    }
    if (code == EN_OK) {
        code = assess(&gather, &row, answer, err);
    }
    if (code == EN_OK) {
        code = find_trend(&gather, balance, answer, err);
        tell_reason(&gather, answer);
    }
    en_arena_fini(&gather.arena);
    return code;
}
