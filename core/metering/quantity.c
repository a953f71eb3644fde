#include "core/metering/quantity.h"

static const char *const unit_names[] = {
#define UNIT_NAME(name, number, text, about) [number] = text,
    EN_UNITS(UNIT_NAME)
#undef UNIT_NAME
};
static const char *const unit_abouts[] = {
#define UNIT_ABOUT(name, number, text, about) [number] = about,
    EN_UNITS(UNIT_ABOUT)
#undef UNIT_ABOUT
};
_Static_assert(EN_COUNT_OF(unit_names) == EN_UNITS_COUNT, "every unit has a name");

struct spelling {
    const char *text; /* lower case */
    en_unit unit;
    int power;
};

static const struct spelling spellings[] = {
    {"", EN_UNIT_NONE, 0},
    {"wh", EN_UNIT_KWH, -3},
    {"kwh", EN_UNIT_KWH, 0},
    {"mwh", EN_UNIT_KWH, 3},
    {"gwh", EN_UNIT_KWH, 6},
    {"varh", EN_UNIT_KVARH, -3},
    {"kvarh", EN_UNIT_KVARH, 0},
    {"mvarh", EN_UNIT_KVARH, 3},
    {"gvarh", EN_UNIT_KVARH, 6},
    {"vah", EN_UNIT_KVAH, -3},
    {"kvah", EN_UNIT_KVAH, 0},
    {"mvah", EN_UNIT_KVAH, 3},
    {"w", EN_UNIT_KW, -3},
    {"kw", EN_UNIT_KW, 0},
    {"mw", EN_UNIT_KW, 3},
    {"gw", EN_UNIT_KW, 6},
    {"var", EN_UNIT_KVAR, -3},
    {"kvar", EN_UNIT_KVAR, 0},
    {"mvar", EN_UNIT_KVAR, 3},
    {"va", EN_UNIT_KVA, -3},
    {"kva", EN_UNIT_KVA, 0},
    {"mva", EN_UNIT_KVA, 3},
    {"v", EN_UNIT_V, 0},
    {"kv", EN_UNIT_V, 3},
    {"a", EN_UNIT_A, 0},
    {"ka", EN_UNIT_A, 3},
    {"m3", EN_UNIT_M3, 0},
    {"m\xc2\xb3", EN_UNIT_M3, 0},
    {"l", EN_UNIT_M3, -3},
    {"dm3", EN_UNIT_M3, -3},
    {"j", EN_UNIT_GJ, -9},
    {"kj", EN_UNIT_GJ, -6},
    {"mj", EN_UNIT_GJ, -3},
    {"gj", EN_UNIT_GJ, 0},
    {"tj", EN_UNIT_GJ, 3},
    {"kg", EN_UNIT_T, -3},
    {"t", EN_UNIT_T, 0},
    {"kcal", EN_UNIT_GCAL, -6},
    {"mcal", EN_UNIT_GCAL, -3},
    {"gcal", EN_UNIT_GCAL, 0},
    {"m3*degc", EN_UNIT_M3C, 0},
    {"m3*c", EN_UNIT_M3C, 0},
    {"m3c", EN_UNIT_M3C, 0},
    {"hz", EN_UNIT_HZ, 0},
    {"degc", EN_UNIT_DEGC, 0},
    {"c", EN_UNIT_DEGC, 0},
    {"\xc2\xb0"
     "c",
     EN_UNIT_DEGC, 0},
    {"%", EN_UNIT_PERCENT, 0},
    {"pa", EN_UNIT_KPA, -3},
    {"kpa", EN_UNIT_KPA, 0},
    {"mpa", EN_UNIT_KPA, 3},
    {"bar", EN_UNIT_KPA, 2},
    {"h", EN_UNIT_H, 0},
    {"m3/h", EN_UNIT_M3H, 0},
    {"m\xc2\xb3/h", EN_UNIT_M3H, 0},
    {"l/h", EN_UNIT_M3H, -3},
    {"t/h", EN_UNIT_TH, 0},
    {"kg/h", EN_UNIT_TH, -3},
    {"gj/h", EN_UNIT_GJH, 0},
    {"mj/h", EN_UNIT_GJH, -3},
    {"gcal/h", EN_UNIT_GCALH, 0},
    {"mcal/h", EN_UNIT_GCALH, -3},
    {"imp", EN_UNIT_IMP, 0},
    {"pulse", EN_UNIT_IMP, 0},
    {"pulses", EN_UNIT_IMP, 0},
};

static const struct {
    en_unit amount;
    en_unit rate;
} rates[] = {
    {EN_UNIT_KWH, EN_UNIT_KW},     {EN_UNIT_KVARH, EN_UNIT_KVAR}, {EN_UNIT_KVAH, EN_UNIT_KVA},
    {EN_UNIT_M3, EN_UNIT_M3H},     {EN_UNIT_T, EN_UNIT_TH},       {EN_UNIT_GJ, EN_UNIT_GJH},
    {EN_UNIT_GCAL, EN_UNIT_GCALH},
};

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + ('a' - 'A')) : byte;
}

static bool same_letters(struct en_slice text, const char *lower_text)
{
    if (text.size != strlen(lower_text)) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (lower(text.bytes[i]) != (uint8_t)lower_text[i]) {
            return false;
        }
    }
    return true;
}

bool en_unit_is_known(uint32_t number)
{
    return number < EN_UNITS_COUNT;
}

const char *en_unit_name(en_unit unit)
{
    EN_ASSERT(en_unit_is_known((uint32_t)unit));
    return unit_names[unit];
}

const char *en_unit_about(en_unit unit)
{
    EN_ASSERT(en_unit_is_known((uint32_t)unit));
    return unit_abouts[unit];
}

bool en_unit_adds_up(en_unit unit)
{
    switch (unit) {
    case EN_UNIT_KWH:
    case EN_UNIT_KVARH:
    case EN_UNIT_KVAH:
    case EN_UNIT_M3:
    case EN_UNIT_M3C:
    case EN_UNIT_GJ:
    case EN_UNIT_GCAL:
    case EN_UNIT_T:
    case EN_UNIT_IMP:
    case EN_UNIT_H:
        return true;
    default:
        return false;
    }
}

en_code en_unit_parse(struct en_slice text, en_unit *unit, int *power, struct en_error *err)
{
    for (size_t i = 0; i < EN_COUNT_OF(spellings); i++) {
        if (same_letters(text, spellings[i].text)) {
            *unit = spellings[i].unit;
            *power = spellings[i].power;
            return EN_OK;
        }
    }
    int shown = text.size < 32 ? (int)text.size : 32;
    return en_error_set(err, EN_UNIT, "unit \"%.*s\" is not known", shown,
                        (const char *)text.bytes);
}

en_unit en_unit_per_hour(en_unit unit)
{
    for (size_t i = 0; i < EN_COUNT_OF(rates); i++) {
        if (rates[i].amount == unit) {
            return rates[i].rate;
        }
    }
    return EN_UNIT_NONE;
}

en_unit en_unit_times_hour(en_unit unit)
{
    for (size_t i = 0; i < EN_COUNT_OF(rates); i++) {
        if (rates[i].rate == unit) {
            return rates[i].amount;
        }
    }
    return EN_UNIT_NONE;
}
