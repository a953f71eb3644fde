#include "formats/csv/mapping.h"

#include <stdio.h>

#include "formats/csv/stamp.h"
#include "formats/export.h"
#include "formats/findings.h"

#define COLUMN_MAX EN_CSV_FIELDS_MAX
#define DECIMALS_MAX 9
#define KNOWN_TEXT_SIZE 160

/* Where the parser stands. */
struct parser {
    struct en_mapping *mapping;
    struct en_slice rest;
    uint32_t line;
    const struct section *section;
    struct en_mapping_channel *channel; /* of a [channel ...] or [long] section */
    struct en_slice key;
};

typedef en_code set_function(struct parser *parser, struct en_slice value, struct en_error *err);

struct key {
    const char *name;
    set_function *set;
};

struct section {
    const char *name;
    const struct key *keys;
    size_t keys_count;
    set_function *other; /* for keys that are not listed; NULL: refused */
};

static en_code refuse(const struct parser *parser, struct en_slice value, const char *expected,
                      struct en_error *err)
{
    char key[EN_SHOWN_SIZE];
    char shown[EN_SHOWN_SIZE];
    return en_error_set(err, EN_CONFIG, "mapping line %u: %s = \"%s\": expected %s", parser->line,
                        en_shown(parser->key, key), en_shown(value, shown), expected);
}

static bool is_word(struct en_slice value, const char *word)
{
    return en_slice_equal(value, en_slice_text(word));
}

static en_code column_set(const struct parser *parser, struct en_slice value,
                          struct en_mapping_column *column, struct en_error *err)
{
    int64_t number = 0;
    if (value.size > 1 && value.bytes[0] == '#') {
        struct en_slice digits = en_slice_of(value.bytes + 1, value.size - 1);
        if (!en_digits_parse(digits, &number) || number < 1 || number > COLUMN_MAX) {
            return refuse(parser, value, "a column name or #number", err);
        }
        *column = (struct en_mapping_column){.number = (uint32_t)number};
        return EN_OK;
    }
    *column = (struct en_mapping_column){.name = value};
    return value.size > 0 ? EN_OK : refuse(parser, value, "a column name or #number", err);
}

static en_code number_set(const struct parser *parser, struct en_slice value, int64_t number_max,
                          uint32_t *number, struct en_error *err)
{
    int64_t parsed = 0;
    if (!en_digits_parse(value, &parsed) || parsed > number_max) {
        char expected[KNOWN_TEXT_SIZE];
        (void)snprintf(expected, sizeof expected, "a number from 0 to %d", (int)number_max);
        return refuse(parser, value, expected, err);
    }
    *number = (uint32_t)parsed;
    return EN_OK;
}

static en_code bool_set(const struct parser *parser, struct en_slice value, bool *flag,
                        struct en_error *err)
{
    *flag = is_word(value, "yes");
    return *flag || is_word(value, "no") ? EN_OK : refuse(parser, value, "yes or no", err);
}

/* [file] */

static en_code set_encoding(struct parser *p, struct en_slice value, struct en_error *err)
{
    en_code code = en_encoding_parse(value, &p->mapping->encoding, NULL);
    return code == EN_OK ? EN_OK : refuse(p, value, "auto, utf-8 or windows-1251", err);
}

static en_code set_delimiter(struct parser *p, struct en_slice value, struct en_error *err)
{
    if (is_word(value, "auto")) {
        p->mapping->delimiter = 0;
    } else if (is_word(value, "tab")) {
        p->mapping->delimiter = '\t';
    } else if (value.size == 1 && strchr(",;|", (char)value.bytes[0]) != NULL) {
        p->mapping->delimiter = (char)value.bytes[0];
    } else {
        return refuse(p, value, "auto, tab or one of , ; |", err);
    }
    return EN_OK;
}

static en_code set_decimal(struct parser *p, struct en_slice value, struct en_error *err)
{
    if (is_word(value, ".")) {
        p->mapping->mark = EN_DECIMAL_POINT;
    } else if (is_word(value, ",")) {
        p->mapping->mark = EN_DECIMAL_COMMA;
    } else if (is_word(value, "any")) {
        p->mapping->mark = EN_DECIMAL_POINT_OR_COMMA;
    } else {
        return refuse(p, value, "one of . , or any", err);
    }
    return EN_OK;
}

static en_code set_header(struct parser *p, struct en_slice value, struct en_error *err)
{
    return number_set(p, value, 1000, &p->mapping->header_row, err);
}

static en_code set_skip(struct parser *p, struct en_slice value, struct en_error *err)
{
    return number_set(p, value, 1000, &p->mapping->skip_rows, err);
}

/* [time] */

static en_code set_time_column(struct parser *p, struct en_slice value, struct en_error *err)
{
    return column_set(p, value, &p->mapping->time_column, err);
}

static en_code set_time_of_day(struct parser *p, struct en_slice value, struct en_error *err)
{
    return column_set(p, value, &p->mapping->time_of_day_column, err);
}

static en_code set_to_column(struct parser *p, struct en_slice value, struct en_error *err)
{
    return column_set(p, value, &p->mapping->to_column, err);
}

static en_code set_pattern(struct parser *p, struct en_slice value, struct en_error *err)
{
    struct en_error why = {0};
    p->mapping->is_rfc3339 = is_word(value, "rfc3339");
    p->mapping->pattern = value;
    if (!p->mapping->is_rfc3339 && en_stamp_check(value, &why) != EN_OK) {
        return refuse(p, value, why.text, err);
    }
    return EN_OK;
}

static en_code set_stamp(struct parser *p, struct en_slice value, struct en_error *err)
{
    p->mapping->is_end = is_word(value, "end");
    bool is_known = p->mapping->is_end || is_word(value, "start");
    return is_known ? EN_OK : refuse(p, value, "start or end", err);
}

static en_code set_zone(struct parser *p, struct en_slice value, struct en_error *err)
{
    p->mapping->zone = value;
    return value.size > 0 ? EN_OK
                          : refuse(p, value, "an offset (+03:00) or a zone (Europe/Moscow)", err);
}

/* "30m", "1h", "900s". */
static en_code set_slot(struct parser *p, struct en_slice value, struct en_error *err)
{
    int64_t number = 0;
    uint8_t unit = value.size > 1 ? value.bytes[value.size - 1] : 0;
    int64_t seconds = unit == 'h' ? 3600 : unit == 'm' ? 60 : unit == 's' ? 1 : 0;
    bool is_number = seconds > 0 &&
                     en_digits_parse(en_slice_of(value.bytes, value.size - 1), &number) &&
                     number <= 86400;
    seconds = is_number ? seconds * number : 0;
    if (seconds < 60 || seconds > 86400 || 86400 % seconds != 0 || seconds % 60 != 0) {
        return refuse(p, value, "whole minutes that divide a day: 30m, 1h", err);
    }
    p->mapping->slot_seconds = (uint32_t)seconds;
    return EN_OK;
}

/* [point] */

static en_code set_point_code(struct parser *p, struct en_slice value, struct en_error *err)
{
    (void)err;
    p->mapping->point_code = value;
    return EN_OK;
}

static en_code set_point_column(struct parser *p, struct en_slice value, struct en_error *err)
{
    return column_set(p, value, &p->mapping->point_column, err);
}

static en_code set_point_prefix(struct parser *p, struct en_slice value, struct en_error *err)
{
    (void)err;
    p->mapping->point_prefix = value;
    return EN_OK;
}

static en_code set_point_name(struct parser *p, struct en_slice value, struct en_error *err)
{
    (void)err;
    p->mapping->point_name = value;
    return EN_OK;
}

static en_code set_resource(struct parser *p, struct en_slice value, struct en_error *err)
{
    static const char *const known[] = {"electricity", "heat", "water", "steam", "gas"};
    p->mapping->resource = value;
    for (size_t i = 0; i < EN_COUNT_OF(known); i++) {
        if (is_word(value, known[i])) {
            return EN_OK;
        }
    }
    return refuse(p, value, "electricity, heat, water, steam or gas", err);
}

static en_code set_object(struct parser *p, struct en_slice value, struct en_error *err)
{
    (void)err;
    p->mapping->object = value;
    return EN_OK;
}

static en_code set_object_name(struct parser *p, struct en_slice value, struct en_error *err)
{
    (void)err;
    p->mapping->object_name = value;
    return EN_OK;
}

static en_code set_object_type(struct parser *p, struct en_slice value, struct en_error *err)
{
    (void)err;
    p->mapping->object_type = value;
    return EN_OK;
}

/* [values] */

static en_code set_duplicates(struct parser *p, struct en_slice value, struct en_error *err)
{
    if (is_word(value, "error")) {
        p->mapping->duplicates = EN_DUPLICATES_ERROR;
    } else if (is_word(value, "first")) {
        p->mapping->duplicates = EN_DUPLICATES_FIRST;
    } else if (is_word(value, "last")) {
        p->mapping->duplicates = EN_DUPLICATES_LAST;
    } else {
        return refuse(p, value, "error, first or last", err);
    }
    return EN_OK;
}

static en_code set_decimals(struct parser *p, struct en_slice value, struct en_error *err)
{
    uint32_t decimals = 0;
    en_code code = number_set(p, value, DECIMALS_MAX, &decimals, err);
    p->mapping->decimals = code == EN_OK ? (int)decimals : -1;
    return code;
}

/* Words between commas. The empty text is always null. */
static en_code set_nulls(struct parser *p, struct en_slice value, struct en_error *err)
{
    struct en_slice rest = value;
    while (rest.size > 0) {
        const uint8_t *comma = memchr(rest.bytes, ',', rest.size);
        size_t size = comma != NULL ? (size_t)(comma - rest.bytes) : rest.size;
        if (p->mapping->nulls_count == EN_MAPPING_TOKENS_MAX) {
            return refuse(p, value, "at most 32 words", err);
        }
        p->mapping->nulls[p->mapping->nulls_count++] = en_trimmed(en_slice_of(rest.bytes, size));
        size_t taken = comma != NULL ? size + 1 : size;
        rest = en_slice_of(rest.bytes + taken, rest.size - taken);
    }
    return EN_OK;
}

/* [quality] */

static en_code set_quality_column(struct parser *p, struct en_slice value, struct en_error *err)
{
    return column_set(p, value, &p->mapping->quality_column, err);
}

/* Any other key of [quality] is a word of the file: METERED = MEASURED. */
static en_code set_quality_word(struct parser *p, struct en_slice value, struct en_error *err)
{
    uint64_t quality = 0;
    if (en_export_quality_parse(value, &quality, NULL) != EN_OK) {
        return refuse(p, value, "a quality such as MEASURED, EST_PROFILE+SUSPECT, NONE", err);
    }
    if (p->mapping->words_count == EN_MAPPING_TOKENS_MAX) {
        return refuse(p, value, "at most 32 words", err);
    }
    p->mapping->words[p->mapping->words_count++] = (struct en_mapping_word){p->key, quality};
    return EN_OK;
}

/* [channel ...] and [long] */

static en_code set_channel_column(struct parser *p, struct en_slice value, struct en_error *err)
{
    return column_set(p, value, &p->channel->column, err);
}

static en_code set_kind(struct parser *p, struct en_slice value, struct en_error *err)
{
    static const struct {
        const char *name;
        en_mapping_kind kind;
    } kinds[] = {{"energy", EN_MAPPING_ENERGY},
                 {"demand", EN_MAPPING_DEMAND},
                 {"register", EN_MAPPING_REGISTER},
                 {"instant", EN_MAPPING_INSTANT}};
    for (size_t i = 0; i < EN_COUNT_OF(kinds); i++) {
        if (is_word(value, kinds[i].name)) {
            p->channel->kind = kinds[i].kind;
            return EN_OK;
        }
    }
    return refuse(p, value, "energy, demand, register or instant", err);
}

static en_code set_unit(struct parser *p, struct en_slice value, struct en_error *err)
{
    en_unit unit = EN_UNIT_NONE;
    int power = 0;
    p->channel->unit = value;
    en_code code = en_unit_parse(value, &unit, &power, NULL);
    return code == EN_OK && value.size > 0 ? EN_OK
                                           : refuse(p, value, "a unit such as kWh, m3, MW", err);
}

static en_code set_multiplier(struct parser *p, struct en_slice value, struct en_error *err)
{
    en_code code = en_decimal_parse(value, EN_DECIMAL_POINT, &p->channel->multiplier, NULL);
    return code == EN_OK ? EN_OK : refuse(p, value, "a decimal number such as 0.001", err);
}

static en_code set_primary(struct parser *p, struct en_slice value, struct en_error *err)
{
    p->channel->has_primary = true;
    return bool_set(p, value, &p->channel->is_primary, err);
}

static en_code set_code_column(struct parser *p, struct en_slice value, struct en_error *err)
{
    return column_set(p, value, &p->mapping->channel_column, err);
}

static en_code set_unit_column(struct parser *p, struct en_slice value, struct en_error *err)
{
    return column_set(p, value, &p->mapping->unit_column, err);
}

static const struct key file_keys[] = {{"encoding", set_encoding},
                                       {"delimiter", set_delimiter},
                                       {"decimal", set_decimal},
                                       {"header", set_header},
                                       {"skip", set_skip}};
static const struct key time_keys[] = {{"column", set_time_column}, {"time", set_time_of_day},
                                       {"to", set_to_column},       {"pattern", set_pattern},
                                       {"stamp", set_stamp},        {"zone", set_zone},
                                       {"slot", set_slot}};
static const struct key point_keys[] = {
    {"code", set_point_code},         {"column", set_point_column},    {"prefix", set_point_prefix},
    {"name", set_point_name},         {"resource", set_resource},      {"object", set_object},
    {"object_name", set_object_name}, {"object_type", set_object_type}};
static const struct key value_keys[] = {
    {"duplicates", set_duplicates}, {"decimals", set_decimals}, {"null", set_nulls}};
static const struct key quality_keys[] = {{"column", set_quality_column}};
static const struct key channel_keys[] = {{"column", set_channel_column},
                                          {"kind", set_kind},
                                          {"unit", set_unit},
                                          {"multiplier", set_multiplier},
                                          {"primary", set_primary}};
static const struct key long_keys[] = {{"value", set_channel_column},
                                       {"channel", set_code_column},
                                       {"unit_column", set_unit_column},
                                       {"kind", set_kind},
                                       {"unit", set_unit},
                                       {"multiplier", set_multiplier},
                                       {"primary", set_primary}};

#define SECTION(text, keys, other)                                                                 \
    {                                                                                              \
        text, keys, EN_COUNT_OF(keys), other                                                       \
    }
static const struct section sections[] = {
    SECTION("file", file_keys, NULL),
    SECTION("time", time_keys, NULL),
    SECTION("point", point_keys, NULL),
    SECTION("values", value_keys, NULL),
    SECTION("channel", channel_keys, NULL),
    SECTION("long", long_keys, NULL),
    SECTION("quality", quality_keys, set_quality_word),
};
#undef SECTION

/* A table is either wide, with a section per channel, or long, with one [long] section. */
static en_code channel_begin(struct parser *p, struct en_slice code_text, bool is_long,
                             struct en_error *err)
{
    struct en_mapping *mapping = p->mapping;
    if (mapping->is_long || (is_long && mapping->channels_count > 0)) {
        return en_error_set(err, EN_CONFIG,
                            "mapping line %u: one [long] section, or [channel ...] sections only",
                            p->line);
    }
    if (mapping->channels_count == EN_MAPPING_CHANNELS_MAX) {
        return en_error_set(err, EN_LIMIT, "mapping line %u: more than %u channels", p->line,
                            EN_MAPPING_CHANNELS_MAX);
    }
    mapping->is_long = is_long;
    p->channel = &mapping->channels[mapping->channels_count++];
    *p->channel = (struct en_mapping_channel){
        .code = code_text, .kind = EN_MAPPING_ENERGY, .multiplier = {1, 0}, .line = p->line};
    return EN_OK;
}

/* "[channel A+]": the section's word, and a channel's code behind it. */
static en_code section_begin(struct parser *p, struct en_slice text, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    bool is_closed = text.size > 2 && text.bytes[text.size - 1] == ']';
    struct en_slice inner = en_slice_of(text.bytes + 1, is_closed ? text.size - 2 : 0);
    const uint8_t *blank = inner.size > 0 ? memchr(inner.bytes, ' ', inner.size) : NULL;
    size_t size = blank != NULL ? (size_t)(blank - inner.bytes) : inner.size;
    struct en_slice name = en_slice_of(inner.bytes, size);
    struct en_slice rest = en_trimmed(en_slice_of(inner.bytes + size, inner.size - size));
    p->section = NULL;
    for (size_t i = 0; i < EN_COUNT_OF(sections); i++) {
        if (is_word(name, sections[i].name)) {
            p->section = &sections[i];
        }
    }
    bool is_channel = is_word(name, "channel");
    if (p->section == NULL || is_channel != (rest.size > 0)) {
        return en_error_set(err, EN_CONFIG,
                            "mapping line %u: \"%s\" is not one of [file] [time] [point] [values] "
                            "[quality] [long] [channel CODE]",
                            p->line, en_shown(text, shown));
    }
    bool is_long = is_word(name, "long");
    return is_channel || is_long ? channel_begin(p, rest, is_long, err) : EN_OK;
}

static en_code key_unknown(const struct parser *p, struct en_error *err)
{
    char known[KNOWN_TEXT_SIZE] = {0};
    char shown[EN_SHOWN_SIZE];
    size_t size = 0;
    for (size_t i = 0; i < p->section->keys_count; i++) {
        int printed = snprintf(known + size, sizeof known - size, "%s%s", i > 0 ? ", " : "",
                               p->section->keys[i].name);
        size += (size_t)printed;
        EN_ASSERT(size < sizeof known);
    }
    return en_error_set(err, EN_CONFIG,
                        "mapping line %u: \"%s\" is not a key of [%s]; its keys are %s", p->line,
                        en_shown(p->key, shown), p->section->name, known);
}

static en_code key_set(struct parser *p, struct en_slice text, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    const uint8_t *equals = memchr(text.bytes, '=', text.size);
    if (equals == NULL || p->section == NULL) {
        return en_error_set(err, EN_CONFIG,
                            "mapping line %u: \"%s\" is neither a [section] nor key = value",
                            p->line, en_shown(text, shown));
    }
    size_t size = (size_t)(equals - text.bytes);
    p->key = en_trimmed(en_slice_of(text.bytes, size));
    struct en_slice value = en_trimmed(en_slice_of(equals + 1, text.size - size - 1));
    for (size_t i = 0; i < p->section->keys_count; i++) {
        if (is_word(p->key, p->section->keys[i].name)) {
            return p->section->keys[i].set(p, value, err);
        }
    }
    return p->section->other != NULL ? p->section->other(p, value, err) : key_unknown(p, err);
}

static struct en_slice take_line(struct parser *p)
{
    const uint8_t *end = memchr(p->rest.bytes, '\n', p->rest.size);
    size_t size = end != NULL ? (size_t)(end - p->rest.bytes) : p->rest.size;
    struct en_slice line = en_slice_of(p->rest.bytes, size);
    size_t taken = end != NULL ? size + 1 : size;
    p->rest = en_slice_of(p->rest.bytes + taken, p->rest.size - taken);
    p->line++;
    return en_trimmed(line);
}

static bool column_is_given(const struct en_mapping_column *column)
{
    return column->number > 0 || column->name.size > 0;
}

static en_code missing(const char *what, struct en_error *err)
{
    return en_error_set(err, EN_CONFIG, "mapping: %s", what);
}

static en_code check_channel(const struct en_mapping *mapping,
                             const struct en_mapping_channel *channel, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    const char *what = NULL;
    bool has_slot = mapping->slot_seconds > 0 || column_is_given(&mapping->to_column);
    bool is_interval = channel->kind == EN_MAPPING_ENERGY || channel->kind == EN_MAPPING_DEMAND;
    if (!column_is_given(&channel->column)) {
        what = mapping->is_long ? "value = COLUMN is missing" : "column = COLUMN is missing";
    } else if (channel->unit.size == 0 && !column_is_given(&mapping->unit_column)) {
        what = "unit = ... is missing";
    } else if (is_interval && !has_slot) {
        what = "intervals need [time] slot = ... or to = COLUMN";
    } else if (channel->multiplier.digits == 0) {
        what = "a multiplier of 0 would lose the values";
    }
    return what == NULL ? EN_OK
                        : en_error_set(err, EN_CONFIG, "mapping line %u, channel \"%s\": %s",
                                       channel->line, en_shown(channel->code, shown), what);
}

static bool all_by_number(const struct en_mapping *mapping)
{
    const struct en_mapping_column *columns[] = {
        &mapping->time_column,  &mapping->time_of_day_column, &mapping->to_column,
        &mapping->point_column, &mapping->quality_column,     &mapping->channel_column,
        &mapping->unit_column,
    };
    bool by_number = true;
    for (size_t i = 0; i < EN_COUNT_OF(columns); i++) {
        by_number = by_number && columns[i]->name.size == 0;
    }
    for (uint32_t i = 0; i < mapping->channels_count; i++) {
        by_number = by_number && mapping->channels[i].column.name.size == 0;
    }
    return by_number;
}

/* What must be there, and what cannot stand together. */
static en_code mapping_check(const struct en_mapping *mapping, struct en_error *err)
{
    if (!column_is_given(&mapping->time_column)) {
        return missing("[time] column = ... is missing", err);
    }
    if (mapping->pattern.size == 0) {
        return missing("[time] pattern = ... is missing (rfc3339, or like YYYY-MM-DD hh:mm)", err);
    }
    if (mapping->zone.size == 0) {
        return missing("[time] zone = ... is missing (+03:00, or Europe/Moscow)", err);
    }
    if (mapping->point_code.size == 0 && !column_is_given(&mapping->point_column)) {
        return missing("[point] code = ... or column = ... is missing", err);
    }
    if (mapping->channels_count == 0) {
        return missing("there is no [channel CODE] and no [long] section", err);
    }
    if (mapping->is_long && !column_is_given(&mapping->channel_column)) {
        return missing("[long] channel = COLUMN is missing", err);
    }
    if (mapping->header_row == 0 && !all_by_number(mapping)) {
        return missing("without a header row columns are given as #number", err);
    }
    if (mapping->is_end && column_is_given(&mapping->to_column)) {
        return missing("[time] to = ... tells the end, so the stamp is the start", err);
    }
    en_code code = EN_OK;
    for (uint32_t i = 0; i < mapping->channels_count && code == EN_OK; i++) {
        code = check_channel(mapping, &mapping->channels[i], err);
    }
    return code;
}

en_code en_mapping_parse(struct en_slice text, struct en_mapping *mapping, struct en_error *err)
{
    *mapping = (struct en_mapping){.header_row = 1,
                                   .mark = EN_DECIMAL_POINT,
                                   .decimals = -1,
                                   .resource = en_slice_text("electricity")};
    if (text.size > EN_MAPPING_SIZE_MAX) {
        return en_error_set(err, EN_LIMIT, "mapping is larger than %u bytes", EN_MAPPING_SIZE_MAX);
    }
    if (text.size >= 3 && memcmp(text.bytes, "\xef\xbb\xbf", 3) == 0) {
        text = en_slice_of(text.bytes + 3, text.size - 3);
    }
    if (!en_encoding_is_utf8(text, NULL)) {
        return en_error_set(err, EN_CONFIG, "mapping is not UTF-8");
    }
    struct parser parser = {.mapping = mapping, .rest = text};
    en_code code = EN_OK;
    while (parser.rest.size > 0 && code == EN_OK) {
        struct en_slice line = take_line(&parser);
        if (line.size == 0 || line.bytes[0] == '#' || line.bytes[0] == ';') {
            continue;
        }
        code =
            line.bytes[0] == '[' ? section_begin(&parser, line, err) : key_set(&parser, line, err);
    }
    return code == EN_OK ? mapping_check(mapping, err) : code;
}
