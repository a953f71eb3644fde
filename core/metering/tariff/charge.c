#include "core/metering/tariff/charge.h"

#include <inttypes.h>
#include <stdio.h>

#define KOPECK_PICO (INT64_C(10000) * 1000000) /* 1e-12 RUB in one */

static const struct en_price_category categories[] = {
    {1, "I", false, false, false, false, false}, {2, "II", true, false, false, false, false},
    {3, "III", false, true, true, false, false}, {4, "IV", false, true, true, true, false},
    {5, "V", false, true, true, false, true},    {6, "VI", false, true, true, true, true},
};

static const struct {
    const char *name;
    const char *unit;
} parts[EN_CHARGE_PARTS_COUNT] = {
    [EN_CHARGE_ENERGY] = {"energy", "kWh"},
    [EN_CHARGE_CAPACITY] = {"capacity", "kW"},
    [EN_CHARGE_NETWORK] = {"network", "kWh"},
    [EN_CHARGE_NETWORK_CAPACITY] = {"network_capacity", "kW"},
    [EN_CHARGE_OVER] = {"over", "kWh"},
    [EN_CHARGE_UNDER] = {"under", "kWh"},
    [EN_CHARGE_OTHER] = {"other", "kWh"},
};

const struct en_price_category *en_price_category(uint32_t number)
{
    return number == 0 || number > EN_COUNT_OF(categories) ? NULL : &categories[number - 1];
}

bool en_price_category_needs(const struct en_price_category *category, en_charge_part part)
{
    switch (part) {
    case EN_CHARGE_ENERGY:
        return true;
    case EN_CHARGE_CAPACITY:
        return category->has_capacity;
    case EN_CHARGE_NETWORK_CAPACITY:
        return category->has_network_capacity;
    case EN_CHARGE_OVER:
    case EN_CHARGE_UNDER:
        return category->has_plan;
    case EN_CHARGE_NETWORK:
    case EN_CHARGE_OTHER:
        break;
    }
    return false;
}

const char *en_charge_part_name(en_charge_part part)
{
    EN_ASSERT(part >= EN_CHARGE_ENERGY && part <= EN_CHARGE_OTHER);
    return parts[part].name;
}

const char *en_charge_part_unit(en_charge_part part)
{
    EN_ASSERT(part >= EN_CHARGE_ENERGY && part <= EN_CHARGE_OTHER);
    return parts[part].unit;
}

en_code en_charge_part_parse(struct en_slice name, en_charge_part *part, struct en_error *err)
{
    for (int i = EN_CHARGE_ENERGY; i < EN_CHARGE_PARTS_COUNT; i++) {
        if (en_slice_equal(name, en_slice_text(parts[i].name))) {
            *part = (en_charge_part)i;
            return EN_OK;
        }
    }
    int shown = name.size < 32 ? (int)name.size : 32;
    return en_error_set(err, EN_NOT_FOUND,
                        "part \"%.*s\" is none of energy, capacity, network, network_capacity, "
                        "over, under, other",
                        shown, (const char *)name.bytes);
}

bool en_charge_add(struct en_charge *charge, int64_t micro, int64_t price_micro)
{
    en_i128 product = 0;
    if (!en_i128_add(charge->product, (en_i128)micro * price_micro, &product)) {
        return false;
    }
    charge->product = product;
    charge->micro += micro; /* 64 bits in 128: no number of slots fills it */
    return true;
}

en_code en_charge_round(const struct en_charge *charge, struct en_money *money,
                        struct en_error *err)
{
    en_i128 kopecks = en_i128_divide_half_up(charge->product, KOPECK_PICO);
    if (kopecks > INT64_MAX / EN_KOPECK_E4 || kopecks < INT64_MIN / EN_KOPECK_E4) {
        return en_error_set(err, EN_OVERFLOW, "a charge does not fit: quantity or price is wrong");
    }
    money->e4 = (int64_t)kopecks * EN_KOPECK_E4;
    return EN_OK;
}

en_code en_money_total(const struct en_money *lines, size_t count, struct en_money *total,
                       struct en_error *err)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (!en_i64_add(sum, lines[i].e4, &sum)) {
            return en_error_set(err, EN_OVERFLOW, "the total of %zu charges does not fit", count);
        }
    }
    total->e4 = sum;
    return EN_OK;
}

size_t en_money_print(struct en_money money, char text[EN_MONEY_TEXT_SIZE])
{
    uint64_t e4 = en_i64_magnitude(money.e4);
    const char *sign = money.e4 < 0 ? "-" : "";
    bool is_whole = e4 % EN_KOPECK_E4 == 0;
    uint64_t fraction = is_whole ? e4 % 10000 / EN_KOPECK_E4 : e4 % 10000;
    int size = snprintf(text, EN_MONEY_TEXT_SIZE, "%s%" PRIu64 ".%0*" PRIu64, sign, e4 / 10000,
                        is_whole ? 2 : 4, fraction);
    EN_ASSERT(size > 0 && size < EN_MONEY_TEXT_SIZE);
    return (size_t)size;
}
