#include "core/metering/balance/loss.h"

#include "core/fixed.h"

#define HOUR_SECONDS 3600
#define YEAR_HOURS 8760

/* A fraction of 128-bit numbers under construction; is_lost once a product did not fit. Common
 * factors are cancelled before multiplying, so that it stays small. */
struct fraction {
    en_i128 num;
    en_i128 den;
    bool is_lost;
};

static en_i128 common(en_i128 a, en_i128 b)
{
    en_u128 x = en_i128_magnitude(a);
    en_u128 y = en_i128_magnitude(b);
    while (y != 0) {
        en_u128 rest = x % y;
        x = y;
        y = rest;
    }
    return x == 0 ? 1 : (en_i128)x;
}

static void times(struct fraction *f, en_i128 factor)
{
    en_i128 shared = common(factor, f->den);
    f->den /= shared;
    f->is_lost = !en_i128_multiply(f->num, factor / shared, &f->num) || f->is_lost;
}

static void divided_by(struct fraction *f, en_i128 divisor)
{
    EN_ASSERT(divisor > 0);
    en_i128 shared = common(f->num, divisor);
    f->num /= shared;
    f->is_lost = !en_i128_multiply(f->den, divisor / shared, &f->den) || f->is_lost;
}

static bool half_up(const struct fraction *f, int64_t *micro)
{
    return !f->is_lost && en_i128_to_i64(en_i128_divide_half_up(f->num, f->den), micro);
}

/* Sum of W^2 + V^2. */
static struct fraction squares(const struct en_load *slots, size_t count)
{
    struct fraction sum = {0, 1, false};
    for (size_t i = 0; i < count; i++) {
        en_i128 w = (en_i128)slots[i].micro_kwh * slots[i].micro_kwh;
        en_i128 v = (en_i128)slots[i].micro_kvarh * slots[i].micro_kvarh;
        sum.is_lost = !en_i128_add(sum.num, w, &sum.num) || sum.is_lost;
        sum.is_lost = !en_i128_add(sum.num, v, &sum.num) || sum.is_lost;
    }
    return sum;
}

/* dPk * squares * 3600 / (Sn^2 * seconds): kW * kWh^2 / (kVA^2 * h). */
static struct fraction load_loss(const struct en_transformer *transformer, struct fraction sum,
                                 uint64_t seconds)
{
    EN_ASSERT(transformer->load_micro_kw >= 0);
    EN_ASSERT(transformer->rated_micro_kva > 0);
    divided_by(&sum, transformer->rated_micro_kva);
    divided_by(&sum, transformer->rated_micro_kva);
    times(&sum, transformer->load_micro_kw);
    times(&sum, HOUR_SECONDS);
    divided_by(&sum, (en_i128)seconds);
    return sum;
}

bool en_loss_idle(const struct en_transformer *transformer, uint64_t seconds,
                  struct en_ratio voltage, int64_t *micro)
{
    EN_ASSERT(transformer->idle_micro_kw >= 0);
    struct fraction loss = {transformer->idle_micro_kw, HOUR_SECONDS, false};
    times(&loss, (en_i128)seconds);
    for (int i = 0; i < 2; i++) {
        times(&loss, voltage.num);
        divided_by(&loss, voltage.den);
    }
    return half_up(&loss, micro);
}

bool en_loss_load(const struct en_transformer *transformer, const struct en_load *slots,
                  size_t count, uint32_t slot_seconds, int64_t *micro)
{
    EN_ASSERT(slot_seconds > 0);
    struct fraction loss = load_loss(transformer, squares(slots, count), slot_seconds);
    return half_up(&loss, micro);
}

bool en_loss_load_month(const struct en_transformer *transformer, struct en_load month,
                        uint64_t seconds, struct en_ratio kk, struct en_ratio fill, int64_t *micro)
{
    EN_ASSERT(seconds > 0);
    EN_ASSERT(fill.num > 0);
    struct fraction loss = load_loss(transformer, squares(&month, 1), seconds);
    times(&loss, kk.num);
    divided_by(&loss, kk.den);
    times(&loss, (en_i128)fill.den + 2 * (en_i128)fill.num);
    divided_by(&loss, 3 * (en_i128)fill.num);
    return half_up(&loss, micro);
}

bool en_loss_windings(const struct en_winding *windings, size_t windings_count,
                      int64_t rated_micro_kva, size_t slots_count, uint32_t slot_seconds,
                      int64_t *micro)
{
    EN_ASSERT(windings_count > 0);
    EN_ASSERT(windings_count <= EN_WINDINGS_MAX);
    EN_ASSERT(rated_micro_kva > 0);
    EN_ASSERT(slot_seconds > 0);
    struct fraction loss = {0, 1, false};
    for (size_t i = 0; i < windings_count; i++) {
        EN_ASSERT(windings[i].load_micro_kw >= 0);
        struct fraction one = squares(windings[i].slots, slots_count);
        times(&one, windings[i].load_micro_kw);
        loss.is_lost = !en_i128_add(loss.num, one.num, &loss.num) || one.is_lost || loss.is_lost;
    }
    divided_by(&loss, rated_micro_kva);
    divided_by(&loss, rated_micro_kva);
    times(&loss, HOUR_SECONDS);
    divided_by(&loss, slot_seconds);
    return half_up(&loss, micro);
}

bool en_loss_line(const struct en_line *line, const struct en_load *slots, size_t count,
                  uint32_t slot_seconds, int64_t *micro)
{
    EN_ASSERT(slot_seconds > 0);
    EN_ASSERT(line->micro_ohm >= 0);
    EN_ASSERT(line->micro_kv > 0);
    struct fraction loss = squares(slots, count);
    divided_by(&loss, line->micro_kv);
    divided_by(&loss, line->micro_kv);
    times(&loss, line->micro_ohm);
    times(&loss, HOUR_SECONDS);
    divided_by(&loss, (en_i128)slot_seconds * 1000);
    return half_up(&loss, micro);
}

/* 0.124 + Tm / 10^4 = (1240 * Pmax * T + 8760 * W) / (10^4 * Pmax * T), T in hours. */
bool en_loss_peak_hours(const struct en_peak_loss *peak, int64_t micro_kwh, uint64_t seconds,
                        int64_t *micro)
{
    EN_ASSERT(peak->loss_micro_kw >= 0);
    EN_ASSERT(peak->peak_micro_kw > 0);
    EN_ASSERT(seconds > 0);
    struct fraction share = {peak->peak_micro_kw, 1, false};
    struct fraction energy = {micro_kwh, 1, false};
    times(&share, (en_i128)seconds);
    struct fraction whole = share;
    times(&whole, 10000);
    times(&share, 1240);
    times(&energy, (en_i128)YEAR_HOURS * HOUR_SECONDS);
    struct fraction loss = {peak->loss_micro_kw, HOUR_SECONDS, whole.is_lost || energy.is_lost};
    en_i128 sum = 0;
    loss.is_lost = !en_i128_add(share.num, energy.num, &sum) || share.is_lost || loss.is_lost;
    if (loss.is_lost) {
        return false;
    }
    en_i128 shared = common(sum, whole.num);
    times(&loss, (en_i128)seconds);
    for (int i = 0; i < 2; i++) {
        divided_by(&loss, whole.num / shared);
        times(&loss, sum / shared);
    }
    return half_up(&loss, micro);
}

bool en_loss_fill_hours(int64_t loss_micro_kw, uint64_t seconds, struct en_ratio fill,
                        int64_t *micro)
{
    EN_ASSERT(loss_micro_kw >= 0);
    EN_ASSERT(fill.num > 0);
    struct fraction loss = {loss_micro_kw, HOUR_SECONDS, false};
    times(&loss, (en_i128)seconds);
    times(&loss, fill.num);
    divided_by(&loss, fill.den);
    times(&loss, (en_i128)fill.den + 2 * (en_i128)fill.num);
    divided_by(&loss, fill.den);
    divided_by(&loss, 3);
    return half_up(&loss, micro);
}

bool en_loss_assumed_reactive(int64_t micro_kwh, struct en_ratio tangent, int64_t *micro_kvarh)
{
    return en_ratio_scale_half_up(tangent, micro_kwh, micro_kvarh);
}

bool en_loss_worked(int64_t micro_kw, uint64_t seconds, int64_t *micro)
{
    EN_ASSERT(micro_kw >= 0);
    struct fraction loss = {micro_kw, HOUR_SECONDS, false};
    times(&loss, (en_i128)seconds);
    return half_up(&loss, micro);
}

bool en_boundary_by_share(int64_t micro, struct en_ratio share, en_boundary_side side,
                          int64_t *corrected)
{
    EN_ASSERT(en_ratio_is_valid(share));
    struct fraction value = {micro, 1, false};
    times(&value, (en_i128)share.den + (int)side * (en_i128)share.num);
    divided_by(&value, share.den);
    return half_up(&value, corrected);
}

bool en_boundary_by_loss(int64_t micro, int64_t loss_micro, en_boundary_side side,
                         int64_t *corrected)
{
    return side == EN_BOUNDARY_AFTER_LOSS ? en_i64_add(micro, loss_micro, corrected)
                                          : en_i64_subtract(micro, loss_micro, corrected);
}

/* Two times a sum of products of currents is a sum of squares of differences: never below 0. */
bool en_loss_unbalanced(int64_t loss_micro, const int64_t currents[3], struct en_ratio neutral,
                        int64_t *micro)
{
    EN_ASSERT(neutral.num >= 0);
    en_i128 all = 0;
    en_i128 twice = 0; /* In^2 * 2 */
    bool fits = true;
    for (size_t i = 0; i < 3; i++) {
        EN_ASSERT(currents[i] >= 0);
        en_i128 apart = (en_i128)currents[i] - currents[(i + 1) % 3];
        fits = en_i128_add(all, (en_i128)currents[i] * currents[i], &all) && fits;
        fits = en_i128_add(twice, apart * apart, &twice) && fits;
    }
    if (all == 0) {
        *micro = loss_micro;
        return true;
    }
    struct fraction more = {twice, 1, !fits};
    divided_by(&more, all);
    divided_by(&more, 2);
    times(&more, neutral.num);
    divided_by(&more, neutral.den);
    struct fraction loss = {loss_micro, 1, more.is_lost};
    en_i128 sum = 0;
    loss.is_lost = !en_i128_add(more.num, more.den, &sum) || loss.is_lost;
    divided_by(&loss, more.den);
    times(&loss, sum);
    return half_up(&loss, micro);
}
