#include "core/metering/balance/channel_error.h"

#include "core/wide.h"

#define HOUR_SECONDS 3600u
#define ZONES_MAX 4
#define ERROR_MAX 1000000                      /* 100 % in 1e-4 % */
#define SQUARE_MAX UINT64_C(10000000000000000) /* 100 % in (1e-6 %)^2 */

/* From this share of the rated current on: the limits of ratio and angle. */
struct zone {
    uint8_t percent; /* 0: ends the list */
    int32_t error;   /* 1e-4 % */
    int32_t minutes;
};

struct class_row {
    en_accuracy accuracy;
    const char *text;
    int32_t error; /* the class itself, 1e-4 %: of a meter, of a voltage transformer */
    int32_t voltage_minutes;
    struct zone zones[ZONES_MAX]; /* of a current transformer, rising; GOST 7746 */
};

static const struct class_row classes[] = {
    {EN_ACCURACY_NONE, "none", 0, 0, {{100, 0, 0}}},
    {EN_ACCURACY_0_1, "0.1", 1000, 5, {{5, 4000, 15}, {20, 2000, 8}, {100, 1000, 5}}},
    {EN_ACCURACY_0_2, "0.2", 2000, 10, {{5, 7500, 30}, {20, 3500, 15}, {100, 2000, 10}}},
    {EN_ACCURACY_0_2S, "0.2S", 2000, 10, {{1, 7500, 30}, {5, 3500, 15}, {20, 2000, 10}}},
    {EN_ACCURACY_0_5, "0.5", 5000, 20, {{5, 15000, 90}, {20, 7500, 45}, {100, 5000, 30}}},
    {EN_ACCURACY_0_5S, "0.5S", 5000, 20, {{1, 15000, 90}, {5, 7500, 45}, {20, 5000, 30}}},
    {EN_ACCURACY_1, "1", 10000, 40, {{5, 30000, 180}, {20, 15000, 90}, {100, 10000, 60}}},
    {EN_ACCURACY_2, "2", 20000, 80, {{50, 20000, 120}}},
    {EN_ACCURACY_3, "3", 30000, 120, {{50, 30000, 180}}},
};

static const struct class_row *row_of(en_accuracy accuracy)
{
    EN_ASSERT((size_t)accuracy < EN_COUNT_OF(classes));
    EN_ASSERT(classes[accuracy].accuracy == accuracy);
    return &classes[accuracy];
}

const char *en_accuracy_text(en_accuracy accuracy)
{
    return row_of(accuracy)->text;
}

en_code en_accuracy_parse(struct en_slice text, en_accuracy *accuracy, struct en_error *err)
{
    static const struct {
        const char *text;
        en_accuracy accuracy;
    } others[] = {{"1.0", EN_ACCURACY_1}, {"2.0", EN_ACCURACY_2}, {"3.0", EN_ACCURACY_3}};
    for (size_t i = 0; i < EN_COUNT_OF(classes); i++) {
        if (en_slice_equal(text, en_slice_text(classes[i].text))) {
            *accuracy = classes[i].accuracy;
            return EN_OK;
        }
    }
    for (size_t i = 0; i < EN_COUNT_OF(others); i++) {
        if (en_slice_equal(text, en_slice_text(others[i].text))) {
            *accuracy = others[i].accuracy;
            return EN_OK;
        }
    }
    return en_error_set(err, EN_MALFORMED,
                        "\"%.*s\" is no accuracy class: 0.1 0.2 0.2S 0.5 0.5S 1 2 3, or none",
                        (int)text.size, (const char *)text.bytes);
}

/* Whether the mean current is at least so many percent of the rated one:
 * (W^2 + V^2) / T^2 >= (percent / 100)^2 * phases * U^2 * I^2, both sides in whole numbers. What
 * does not fit 256 bits is far above any rated current. */
static bool is_from(const struct en_channel_accuracy *accuracy, const struct en_channel_load *load,
                    uint32_t percent)
{
    en_u128 w = en_i64_magnitude(load->energy.micro_kwh);
    en_u128 v = en_i64_magnitude(load->energy.micro_kvarh);
    struct en_wide left = en_wide_of(w * w + v * v);
    bool fits = en_wide_multiply(&left, (en_u128)HOUR_SECONDS * HOUR_SECONDS) &&
                en_wide_multiply(&left, (en_u128)10000 * 1000000000000u);
    en_u128 rated = (en_u128)accuracy->rated_micro_a * (en_u128)accuracy->rated_micro_kv;
    struct en_wide right = en_wide_of(rated);
    bool right_fits = en_wide_multiply(&right, (en_u128)percent * percent * accuracy->phases) &&
                      en_wide_multiply(&right, load->seconds) &&
                      en_wide_multiply(&right, load->seconds) && en_wide_multiply(&right, rated);
    return right_fits && (!fits || en_wide_compare(&left, &right) >= 0);
}

/* The zone of the mean current; *percent 0: below the lowest, whose limits then stand. */
static const struct zone *find_zone(const struct en_channel_accuracy *accuracy,
                                    const struct en_channel_load *load, bool is_known,
                                    uint8_t *percent)
{
    const struct class_row *row = row_of(accuracy->current);
    const struct zone *found = &row->zones[0];
    *percent = 0;
    for (size_t i = 0; i < ZONES_MAX && row->zones[i].percent != 0; i++) {
        if (!is_known || is_from(accuracy, load, row->zones[i].percent)) {
            found = &row->zones[i];
            *percent = found->percent;
        }
    }
    return found;
}

static en_u128 square(int32_t error)
{
    return (en_u128)((int64_t)error * error);
}

/* ePhi^2 = 0.029^2 * (thetaI^2 + thetaU^2) * (V / W)^2 in (1e-4 %)^2: 0.029^2 * 10^8 = 84100. */
static en_u128 angle_square(int32_t current_minutes, int32_t voltage_minutes,
                            const struct en_load *energy)
{
    en_u128 most = square(ERROR_MAX);
    uint64_t w = en_i64_magnitude(energy->micro_kwh);
    uint64_t v = en_i64_magnitude(energy->micro_kvarh);
    en_u128 angles = 84100 * (square(current_minutes) + square(voltage_minutes));
    struct en_wide top = en_wide_of((en_u128)v * v);
    struct en_wide bottom = en_wide_of((en_u128)w * w);
    en_u128 result = most;
    if (v == 0 || angles == 0) {
        return 0;
    }
    bool fits =
        w > 0 && en_wide_multiply(&top, angles) && en_wide_divide_half_up(&top, &bottom, &result);
    return fits && result < most ? result : most;
}

struct en_channel_error en_channel_error_compute(const struct en_channel_accuracy *accuracy,
                                                 const struct en_channel_load *load)
{
    EN_ASSERT(accuracy->phases == 1 || accuracy->phases == 3);
    EN_ASSERT(accuracy->wire >= 0 && accuracy->wire <= ERROR_MAX);
    struct en_channel_error result = {0};
    bool has_current = accuracy->current != EN_ACCURACY_NONE;
    bool is_known =
        accuracy->rated_micro_a > 0 && accuracy->rated_micro_kv > 0 && load->seconds > 0;
    const struct class_row *voltage = row_of(accuracy->voltage);
    const struct zone *zone =
        find_zone(accuracy, load, is_known && has_current, &result.zone_percent);
    result.is_assumed = has_current && !is_known;
    en_u128 sum = square(zone->error) + square(voltage->error) + square(accuracy->wire) +
                  square(row_of(accuracy->meter)->error) +
                  angle_square(zone->minutes, voltage->voltage_minutes, &load->energy);
    for (size_t i = 0; i < accuracy->others_count; i++) {
        EN_ASSERT(accuracy->others[i] >= 0 && accuracy->others[i] <= ERROR_MAX);
        sum += square(accuracy->others[i]);
    }
    sum *= 12100; /* 1.1^2, and (1e-4 %)^2 in (1e-6 %)^2 */
    result.square = sum < SQUARE_MAX ? (uint64_t)sum : SQUARE_MAX;
    result.error = en_channel_error_root(result.square);
    return result;
}

uint64_t en_channel_error_square(int32_t error)
{
    EN_ASSERT(error >= 0);
    return (uint64_t)square(error) * 10000;
}

int32_t en_channel_error_root(uint64_t square_of)
{
    EN_ASSERT(square_of <= SQUARE_MAX);
    return (int32_t)((en_u128_isqrt(square_of) + 50) / 100);
}
