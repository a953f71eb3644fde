#include "core/metering/loss.h"

#include "core/fixed.h"

#define HOUR_SECONDS 3600

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
