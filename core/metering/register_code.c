#include "core/metering/register_code.h"

#include <stdio.h>

/* Places of the groups in en_obis. */
enum { A, B, C, D, E, F };

struct channel_row {
    const char *channel;
    const char *code_80020;
    en_unit unit;
    en_direction direction;
};

static const struct channel_row channel_rows[] = {
    {"A+", "01", EN_UNIT_KWH, EN_DIRECTION_IN},
    {"A-", "02", EN_UNIT_KWH, EN_DIRECTION_OUT},
    {"R+", "03", EN_UNIT_KVARH, EN_DIRECTION_IN},
    {"R-", "04", EN_UNIT_KVARH, EN_DIRECTION_OUT},
};

/* What group C of electricity measures; amounts over time (KWH) have rates of their own (KW). */
struct quantity_row {
    uint8_t c;
    en_unit unit;
    en_direction direction;
    const char *channel;
};

static const struct quantity_row electricity_rows[] = {
    {1, EN_UNIT_KWH, EN_DIRECTION_IN, "A+"},    {2, EN_UNIT_KWH, EN_DIRECTION_OUT, "A-"},
    {3, EN_UNIT_KVARH, EN_DIRECTION_IN, "R+"},  {4, EN_UNIT_KVARH, EN_DIRECTION_OUT, "R-"},
    {5, EN_UNIT_KVARH, EN_DIRECTION_IN, NULL},  {6, EN_UNIT_KVARH, EN_DIRECTION_IN, NULL},
    {7, EN_UNIT_KVARH, EN_DIRECTION_OUT, NULL}, {8, EN_UNIT_KVARH, EN_DIRECTION_OUT, NULL},
    {9, EN_UNIT_KVAH, EN_DIRECTION_IN, NULL},   {10, EN_UNIT_KVAH, EN_DIRECTION_OUT, NULL},
    {21, EN_UNIT_KWH, EN_DIRECTION_IN, NULL},   {22, EN_UNIT_KWH, EN_DIRECTION_OUT, NULL},
    {41, EN_UNIT_KWH, EN_DIRECTION_IN, NULL},   {42, EN_UNIT_KWH, EN_DIRECTION_OUT, NULL},
    {61, EN_UNIT_KWH, EN_DIRECTION_IN, NULL},   {62, EN_UNIT_KWH, EN_DIRECTION_OUT, NULL},
    {14, EN_UNIT_HZ, EN_DIRECTION_NONE, NULL},  {31, EN_UNIT_A, EN_DIRECTION_NONE, NULL},
    {51, EN_UNIT_A, EN_DIRECTION_NONE, NULL},   {71, EN_UNIT_A, EN_DIRECTION_NONE, NULL},
    {32, EN_UNIT_V, EN_DIRECTION_NONE, NULL},   {52, EN_UNIT_V, EN_DIRECTION_NONE, NULL},
    {72, EN_UNIT_V, EN_DIRECTION_NONE, NULL},
};

/* How group D treats the quantity over time. */
struct processing_row {
    uint8_t d;
    en_register_kind kind;
    bool is_amount; /* integrated over time, not a rate */
};

static const struct processing_row processing_rows[] = {
    {4, EN_REGISTER_DEMAND, false},    {5, EN_REGISTER_DEMAND, false},
    {6, EN_REGISTER_DEMAND, false},    {7, EN_REGISTER_INSTANTANEOUS, false},
    {8, EN_REGISTER_CUMULATIVE, true}, {29, EN_REGISTER_INTERVAL, true},
};

static en_code malformed(struct en_slice text, size_t at, const char *what, struct en_error *err)
{
    int shown = text.size < 32 ? (int)text.size : 32;
    return en_error_set(err, EN_MALFORMED, "OBIS code \"%.*s\": %s at position %zu", shown,
                        (const char *)text.bytes, what, at + 1);
}

/* One group, 0..255, at *at. */
static bool take_group(struct en_slice text, size_t *at, uint8_t *group)
{
    unsigned value = 0;
    size_t start = *at;
    while (*at < text.size && *at - start < 3 && text.bytes[*at] >= '0' && text.bytes[*at] <= '9') {
        value = value * 10 + (unsigned)(text.bytes[*at] - '0');
        (*at)++;
    }
    *group = (uint8_t)value;
    return *at > start && value <= 255;
}

static size_t dots_count(struct en_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        count += text.bytes[i] == '.' ? 1u : 0u;
    }
    return count;
}

static bool has_byte(struct en_slice text, char byte)
{
    return text.size > 0 && memchr(text.bytes, byte, text.size) != NULL;
}

/* Which group a number is, by the byte behind it and the group before it. Six dotted numbers are A
 * to F in turn; otherwise A ends with '-', B with ':', and '*' (or '&', a manual reset) leads to F.
 */
static int first_group(struct en_slice text)
{
    if (dots_count(text) == 5 || has_byte(text, '-')) {
        return A;
    }
    return has_byte(text, ':') ? B : C;
}

/* The byte that may stand between this group and the next. */
static bool is_separator(uint8_t byte, int group, bool is_dotted)
{
    switch (group) {
    case A:
        return byte == (is_dotted ? '.' : '-');
    case B:
        return byte == (is_dotted ? '.' : ':');
    case C:
        return byte == '.';
    case D:
        return byte == '.' || (byte == '*' && !is_dotted);
    case E:
        return is_dotted ? byte == '.' : (byte == '*' || byte == '&');
    default:
        return false;
    }
}

static const struct quantity_row *electricity_row(uint8_t c)
{
    for (size_t i = 0; i < EN_COUNT_OF(electricity_rows); i++) {
        if (electricity_rows[i].c == c) {
            return &electricity_rows[i];
        }
    }
    return NULL;
}

static const struct processing_row *processing_row(uint8_t d)
{
    for (size_t i = 0; i < EN_COUNT_OF(processing_rows); i++) {
        if (processing_rows[i].d == d) {
            return &processing_rows[i];
        }
    }
    return NULL;
}

static bool electricity_meaning(const struct en_obis *obis, struct en_register_meaning *meaning)
{
    const struct quantity_row *quantity = electricity_row(obis->groups[C]);
    const struct processing_row *processing = processing_row(obis->groups[D]);
    if (quantity == NULL || processing == NULL) {
        return false;
    }
    en_unit rate = en_unit_per_hour(quantity->unit);
    if (rate == EN_UNIT_NONE && processing->is_amount) {
        return false; /* ampere-hours and the like: not ours */
    }
    *meaning = (struct en_register_meaning){
        .unit = processing->is_amount || rate == EN_UNIT_NONE ? quantity->unit : rate,
        .direction = quantity->direction,
        .kind = processing->kind,
        .tariff = processing->is_amount && obis->has_group[E] ? obis->groups[E] : 0,
        .channel = processing->is_amount ? quantity->channel : NULL,
    };
    return true;
}

/* Volumes of gas (7-x:3.y.z) and of cold and hot water (8-x:1.0.0, 9-x:1.0.0). */
static bool volume_meaning(const struct en_obis *obis, struct en_register_meaning *meaning)
{
    bool is_gas = obis->groups[A] == 7 && obis->groups[C] == 3 && obis->groups[D] <= 1;
    bool is_water = (obis->groups[A] == 8 || obis->groups[A] == 9) && obis->groups[C] == 1 &&
                    obis->groups[D] == 0;
    if (!is_gas && !is_water) {
        return false;
    }
    *meaning = (struct en_register_meaning){EN_UNIT_M3, EN_DIRECTION_IN, EN_REGISTER_CUMULATIVE,
                                            obis->has_group[E] ? obis->groups[E] : 0, NULL};
    return true;
}

static const struct channel_row *channel_row(struct en_slice code)
{
    for (size_t i = 0; i < EN_COUNT_OF(channel_rows); i++) {
        if (en_slice_equal(code, en_slice_text(channel_rows[i].channel)) ||
            en_slice_equal(code, en_slice_text(channel_rows[i].code_80020))) {
            return &channel_rows[i];
        }
    }
    return NULL;
}

en_code en_obis_parse(struct en_slice text, struct en_obis *obis, struct en_error *err)
{
    struct en_obis read = {{0}, {false}};
    bool is_dotted = dots_count(text) == 5;
    size_t at = 0;
    for (int group = first_group(text);; group++) {
        if (!take_group(text, &at, &read.groups[group])) {
            return malformed(text, at, "a number 0 to 255 is wanted", err);
        }
        read.has_group[group] = true;
        if (at == text.size) {
            break;
        }
        if (!is_separator(text.bytes[at], group, is_dotted)) {
            return malformed(text, at, "unexpected character", err);
        }
        group += group == D && text.bytes[at] == '*' ? 1 : 0; /* no E: F follows */
        at++;
    }
    if (!read.has_group[D]) {
        return malformed(text, at, "groups C and D are wanted", err);
    }
    *obis = read;
    return EN_OK;
}

size_t en_obis_print(const struct en_obis *obis, char text[EN_OBIS_TEXT_SIZE])
{
    EN_ASSERT(obis->has_group[C]);
    EN_ASSERT(obis->has_group[D]);
    static const char before[6] = {0, 0, 0, '.', '.', '*'};
    static const char after[6] = {'-', ':', 0, 0, 0, 0};
    size_t at = 0;
    for (size_t i = 0; i < 6; i++) {
        if (!obis->has_group[i]) {
            continue;
        }
        if (before[i] != 0) {
            text[at++] = before[i];
        }
        at += (size_t)snprintf(text + at, EN_OBIS_TEXT_SIZE - at, "%u", obis->groups[i]);
        if (after[i] != 0) {
            text[at++] = after[i];
        }
    }
    EN_ASSERT(at < EN_OBIS_TEXT_SIZE);
    text[at] = '\0';
    return at;
}

en_code en_register_meaning_of(struct en_slice code, struct en_register_meaning *meaning,
                               struct en_error *err)
{
    const struct channel_row *row = channel_row(code);
    if (row != NULL) {
        *meaning = (struct en_register_meaning){row->unit, row->direction, EN_REGISTER_INTERVAL, 0,
                                                row->channel};
        return EN_OK;
    }
    struct en_obis obis = {{0}, {false}};
    if (en_obis_parse(code, &obis, NULL) == EN_OK) {
        /* Without a medium a code is electricity's: that is how meters print them. */
        bool is_electricity = !obis.has_group[A] || obis.groups[A] == 1;
        if (is_electricity ? electricity_meaning(&obis, meaning) : volume_meaning(&obis, meaning)) {
            return EN_OK;
        }
    }
    int shown = code.size < 32 ? (int)code.size : 32;
    return en_error_set(err, EN_NOT_FOUND, "no meaning is known of channel \"%.*s\"", shown,
                        (const char *)code.bytes);
}

bool en_register_bears_load(struct en_slice code)
{
    struct en_register_meaning meaning = {0};
    if (en_register_meaning_of(code, &meaning, NULL) != EN_OK) {
        return true;
    }
    bool is_electric = meaning.unit == EN_UNIT_KWH || meaning.unit == EN_UNIT_KVARH;
    bool is_received = meaning.unit == EN_UNIT_KWH && meaning.channel != NULL &&
                       strcmp(meaning.channel, "A+") == 0;
    return meaning.tariff == 0 && (is_received || !is_electric);
}

const char *en_channel_of_80020(struct en_slice code)
{
    for (size_t i = 0; i < EN_COUNT_OF(channel_rows); i++) {
        if (en_slice_equal(code, en_slice_text(channel_rows[i].code_80020))) {
            return channel_rows[i].channel;
        }
    }
    return NULL;
}

const char *en_channel_to_80020(struct en_slice channel)
{
    for (size_t i = 0; i < EN_COUNT_OF(channel_rows); i++) {
        if (en_slice_equal(channel, en_slice_text(channel_rows[i].channel))) {
            return channel_rows[i].code_80020;
        }
    }
    return NULL;
}
