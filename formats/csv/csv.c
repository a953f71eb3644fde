/* CSV by a mapping file (mapping.h): wide tables with a column per channel, long tables with a row
 * per value.
 *
 * A row is taken in this order: point, time, then each channel's value. A bad cell rejects its
 * value, a bad time or point the row's values. Local times of the repeated hour are told apart by
 * their order in the file: the first is summer time. */
#include "formats/csv/csv.h"

#include <stdio.h>

#include "core/fixed.h"
#include "formats/csv/mapping.h"
#include "formats/csv/row_reader.h"
#include "formats/csv/stamp.h"
#include "formats/encoding.h"
#include "formats/number.h"

#define COLUMN_NONE UINT32_MAX
#define SECONDS_PER_HOUR 3600
#define STAMP_SIZE_MAX 128u
#define KEY_SIZE (EN_NAME_SIZE_MAX + 1)
#define MEND_CELL "correct the cell, or the mapping that says what the column holds"
#define MEND_TIME "correct the time, or the mapping's pattern and zone"

/* Columns of the file by place, from the header. */
struct columns {
    uint32_t time;
    uint32_t time_of_day;
    uint32_t to;
    uint32_t point;
    uint32_t quality;
    uint32_t channel;
    uint32_t unit;
    uint32_t values[EN_MAPPING_CHANNELS_MAX];
};

struct reader {
    const struct en_mapping *mapping;
    struct en_staging *staging;
    struct en_row_reader rows;
    struct en_row row;
    struct columns columns;
    struct en_instant *last; /* newest stamp of each staged point, for the repeated hour */
    uint32_t last_capacity;
};

/* What a row says beside its values. */
struct row_head {
    uint32_t point;
    struct en_instant at; /* start of the interval, or the moment */
    uint32_t slot_seconds;
    uint64_t quality;
};

static struct en_slice cell(const struct reader *r, uint32_t column)
{
    return column == COLUMN_NONE ? en_slice_of("", 0) : en_trimmed(en_row_field(&r->row, column));
}

static struct en_place place(const struct reader *r, uint32_t column)
{
    return (struct en_place){r->row.line, column == COLUMN_NONE ? 0 : column + 1};
}

/* The place of a column in the header, COLUMN_NONE when the mapping does not name it. */
static en_code column_find(const struct reader *r, const struct en_mapping_column *column,
                           uint32_t *found, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    char first[EN_SHOWN_SIZE];
    *found = column->number > 0 ? column->number - 1 : COLUMN_NONE;
    if (column->number > 0 || column->name.size == 0) {
        return EN_OK;
    }
    for (uint32_t i = 0; i < r->row.count; i++) {
        if (en_slice_equal(en_trimmed(r->row.fields[i]), column->name)) {
            *found = i;
            return EN_OK;
        }
    }
    return en_error_set(err, EN_MALFORMED,
                        "line %u: no column \"%s\" in the header, which begins with \"%s\" and has "
                        "%u columns",
                        r->row.line, en_shown(column->name, shown),
                        en_shown(en_row_field(&r->row, 0), first), r->row.count);
}

static en_code columns_find(struct reader *r, struct en_error *err)
{
    const struct en_mapping *m = r->mapping;
    const struct {
        const struct en_mapping_column *column;
        uint32_t *found;
    } wanted[] = {
        {&m->time_column, &r->columns.time},
        {&m->time_of_day_column, &r->columns.time_of_day},
        {&m->to_column, &r->columns.to},
        {&m->point_column, &r->columns.point},
        {&m->unit_column, &r->columns.unit},
        {&m->quality_column, &r->columns.quality},
        {&m->channel_column, &r->columns.channel},
    };
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_COUNT_OF(wanted) && code == EN_OK; i++) {
        code = column_find(r, wanted[i].column, wanted[i].found, err);
    }
    for (uint32_t i = 0; i < m->channels_count && code == EN_OK; i++) {
        code = column_find(r, &m->channels[i].column, &r->columns.values[i], err);
    }
    return code;
}

/* Skips what the mapping says and finds the columns. */
static en_code read_header(struct reader *r, struct en_error *err)
{
    uint32_t rows = r->mapping->skip_rows + r->mapping->header_row;
    bool is_end = false;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < rows && code == EN_OK; i++) {
        code = en_row_reader_next(&r->rows, &r->row, &is_end, err);
        if (code == EN_OK && is_end) {
            return en_error_set(err, EN_MALFORMED, "the file ends before its header");
        }
    }
    return code == EN_OK ? columns_find(r, err) : code;
}

/* Values that the row has cells for: what is lost when the row is rejected. */
static uint64_t row_values(const struct reader *r)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < r->mapping->channels_count; i++) {
        count += cell(r, r->columns.values[i]).size > 0;
    }
    return count > 0 ? count : 1;
}

static en_code last_reserve(struct reader *r, struct en_error *err)
{
    uint32_t needed = r->staging->points_capacity;
    if (r->last_capacity >= needed) {
        return EN_OK;
    }
    struct en_instant *grown = en_arena_alloc(&r->staging->arena, (size_t)needed * sizeof *grown);
    if (grown == NULL) {
        return en_error_set(err, EN_LIMIT, "points of one file");
    }
    for (uint32_t i = 0; i < needed; i++) {
        grown[i] = i < r->last_capacity ? r->last[i] : (struct en_instant){INT64_MIN};
    }
    r->last = grown;
    r->last_capacity = needed;
    return EN_OK;
}

/* A fault of the row is a finding and *is_rejected; a fault of the machine goes up. */
static en_code reject_or_fail(struct reader *r, en_code code, const struct en_error *why,
                              uint32_t column, bool *is_rejected, struct en_error *err)
{
    if (code == EN_LIMIT || code == EN_NOMEM) {
        return en_error_set(err, code, "%s", why->text);
    }
    *is_rejected = true;
    en_staging_reject(r->staging, place(r, column), row_values(r), MEND_CELL, "%s", why->text);
    return EN_OK;
}

static en_code stage_point(struct reader *r, uint32_t *point, bool *is_rejected,
                           struct en_error *err)
{
    const struct en_mapping *m = r->mapping;
    char key[KEY_SIZE];
    struct en_error why = {0};
    struct en_slice code_text =
        r->columns.point == COLUMN_NONE ? m->point_code : cell(r, r->columns.point);
    if (code_text.size == 0 || m->point_prefix.size + code_text.size > EN_NAME_SIZE_MAX) {
        en_staging_reject(r->staging, place(r, r->columns.point), row_values(r), MEND_CELL,
                          code_text.size == 0 ? "the row does not say which point it is of"
                                              : "the code of the point is too long");
        *is_rejected = true;
        return EN_OK;
    }
    if (m->point_prefix.size > 0) {
        memcpy(key, m->point_prefix.bytes, m->point_prefix.size);
    }
    memcpy(key + m->point_prefix.size, code_text.bytes, code_text.size);
    struct en_slice point_key = en_slice_of(key, m->point_prefix.size + code_text.size);
    bool has_object = m->object.size > 0;
    struct en_staged_object object = {
        .key = has_object ? m->object : point_key,
        .name = m->object_name.size > 0 ? m->object_name
                : has_object            ? m->object
                                        : point_key,
        .type = m->object_type.size > 0 ? m->object_type : en_slice_text("site"),
        .parent = EN_STAGED_NONE,
    };
    struct en_staged_point staged = {
        .key = point_key,
        .name = m->point_name.size > 0 ? m->point_name : point_key,
        .resource = m->resource,
        .place = place(r, r->columns.point),
    };
    en_code code = en_staging_object(r->staging, &object, &staged.object, &why);
    code = code == EN_OK ? en_staging_point(r->staging, &staged, point, &why) : code;
    return code == EN_OK ? last_reserve(r, err)
                         : reject_or_fail(r, code, &why, r->columns.point, is_rejected, err);
}

/* The local time of the row; date and time of day may stand in two columns. */
static en_code read_civil(const struct reader *r, uint32_t column, struct en_civil *civil,
                          struct en_error *err)
{
    struct en_slice text = cell(r, column);
    char joined[2 * STAMP_SIZE_MAX + 2];
    bool is_split = column == r->columns.time && r->columns.time_of_day != COLUMN_NONE;
    if (is_split) {
        struct en_slice time = cell(r, r->columns.time_of_day);
        if (text.size > STAMP_SIZE_MAX || time.size > STAMP_SIZE_MAX) {
            return en_error_set(err, EN_MALFORMED, "the time is too long");
        }
        int size = snprintf(joined, sizeof joined, "%.*s %.*s", (int)text.size,
                            (const char *)text.bytes, (int)time.size, (const char *)time.bytes);
        text = en_slice_of(joined, (size_t)size);
    }
    return en_stamp_read(r->mapping->pattern, text, civil, err);
}

/* Of the two instants that show the repeated hour: the first, unless the point is already there. */
static struct en_instant choose_instant(const struct reader *r, uint32_t point,
                                        const struct en_instant instants[2], uint32_t count)
{
    bool is_second = count == 2 && r->last[point].us >= instants[0].us;
    return instants[is_second ? 1 : 0];
}

static en_code read_stamp(const struct reader *r, uint32_t column, uint32_t point,
                          struct en_instant *at, struct en_error *err)
{
    const struct en_fiscal_zone *zone = &r->staging->zone;
    if (r->mapping->is_rfc3339) {
        return en_instant_parse(cell(r, column), zone->spans[0].offset_minutes, at, err);
    }
    struct en_civil civil = {0};
    struct en_instant instants[2] = {{0}, {0}};
    uint32_t count = 0;
    en_code code = read_civil(r, column, &civil, err);
    code = code == EN_OK ? en_fiscal_zone_instants(zone, &civil, instants, &count, err) : code;
    if (code == EN_OK && count == 0) {
        return en_error_set(err, EN_RANGE, "clocks in %s skipped this time", zone->name);
    }
    *at = code == EN_OK ? choose_instant(r, point, instants, count) : *at;
    return code;
}

static void reject_time(struct reader *r, uint32_t column, const char *what)
{
    en_staging_reject(r->staging, place(r, column), row_values(r), MEND_TIME, "%s", what);
}

/* Start and length of the row's interval; false when it is rejected. */
static bool read_interval(struct reader *r, struct row_head *head)
{
    struct en_error why = {0};
    struct en_instant to = {0};
    if (read_stamp(r, r->columns.time, head->point, &head->at, &why) != EN_OK) {
        reject_time(r, r->columns.time, why.text);
        return false;
    }
    r->last[head->point] = head->at;
    head->slot_seconds = r->mapping->slot_seconds;
    if (r->columns.to != COLUMN_NONE) {
        if (read_stamp(r, r->columns.to, head->point, &to, &why) != EN_OK) {
            reject_time(r, r->columns.to, why.text);
            return false;
        }
        int64_t seconds = (to.us - head->at.us) / EN_SECOND_US;
        if (seconds < 60 || seconds > 86400 || seconds % 60 != 0 || 86400 % seconds != 0) {
            reject_time(r, r->columns.to, "the interval is not whole minutes that divide a day");
            return false;
        }
        head->slot_seconds = (uint32_t)seconds;
    }
    return true;
}

/* The word of the quality column: of the mapping's list, else as an export writes it. */
static bool read_quality(struct reader *r, struct row_head *head)
{
    struct en_error why = {0};
    struct en_slice text = cell(r, r->columns.quality);
    head->quality = EN_QUALITY_MEASURED;
    if (r->columns.quality == COLUMN_NONE) {
        return true;
    }
    for (uint32_t i = 0; i < r->mapping->words_count; i++) {
        if (en_slice_equal(text, r->mapping->words[i].token)) {
            head->quality = r->mapping->words[i].quality;
            return true;
        }
    }
    if (en_export_quality_parse(text, &head->quality, &why) == EN_OK) {
        return true;
    }
    en_staging_reject(r->staging, place(r, r->columns.quality), row_values(r),
                      "name the word in the mapping's [quality] section", "%s", why.text);
    return false;
}

static bool is_null(const struct en_mapping *mapping, struct en_slice text)
{
    bool found = text.size == 0;
    for (uint32_t i = 0; i < mapping->nulls_count && !found; i++) {
        found = en_slice_equal(text, mapping->nulls[i]);
    }
    return found;
}

/* energy = mean power * length of the interval, rounded half up to 1e-6 where it is not
 * exact. */
static en_code demand_to_energy(struct en_decimal *value, uint32_t slot_seconds, bool *is_exact,
                                struct en_error *err)
{
    en_i128 product = (en_i128)value->digits * slot_seconds;
    en_i128 divisor = SECONDS_PER_HOUR;
    int exponent = value->exponent;
    if (product % divisor != 0 && exponent > -6) {
        int power = exponent + 6;
        if (power > EN_POW10_MAX || !en_i128_multiply(product, en_pow10(power), &product)) {
            return en_error_set(err, EN_OVERFLOW, "energy of the interval does not fit 64 bits");
        }
        exponent = -6;
    }
    *is_exact = *is_exact && product % divisor == 0;
    en_i128 digits = en_i128_divide_half_up(product, divisor);
    if (!en_i128_to_i64(digits, &value->digits)) {
        return en_error_set(err, EN_OVERFLOW, "energy of the interval does not fit 64 bits");
    }
    value->exponent = (int8_t)exponent;
    return EN_OK;
}

/* Unit and code of a channel in this row. */
static en_code shape_of(struct reader *r, const struct en_mapping_channel *channel,
                        const struct row_head *head, struct en_staged_channel *staged, int *power,
                        struct en_error *err)
{
    bool is_long = r->mapping->is_long;
    bool has_unit_cell = is_long && r->columns.unit != COLUMN_NONE;
    struct en_slice unit = has_unit_cell ? cell(r, r->columns.unit) : channel->unit;
    bool is_interval = channel->kind == EN_MAPPING_ENERGY || channel->kind == EN_MAPPING_DEMAND;
    *staged = (struct en_staged_channel){
        .point = head->point,
        .code = is_long ? cell(r, r->columns.channel) : channel->code,
        .kind = is_interval                            ? EN_STAGED_PROFILE
                : channel->kind == EN_MAPPING_REGISTER ? EN_STAGED_REGISTER
                                                       : EN_STAGED_INSTANT,
        .slot_seconds = head->slot_seconds,
        .is_primary = channel->has_primary ? channel->is_primary : is_interval,
        .place = place(r, r->columns.channel),
    };
    en_code code = en_unit_parse(unit, &staged->unit, power, err);
    if (code == EN_OK && channel->kind == EN_MAPPING_DEMAND) {
        staged->unit = en_unit_times_hour(staged->unit);
        code = staged->unit != EN_UNIT_NONE
                   ? EN_OK
                   : en_error_set(err, EN_UNIT, "demand is in a unit of power such as kW");
    }
    return code;
}

static en_code number_of(struct reader *r, const struct en_mapping_channel *channel, int power,
                         const struct row_head *head, struct en_slice text,
                         struct en_decimal *value, struct en_error *err)
{
    struct en_number_rule rule = {r->mapping->mark, r->mapping->decimals, channel->multiplier};
    bool is_exact = true;
    en_code code = en_decimal_shift(rule.factor, power, &rule.factor, err);
    code = code == EN_OK ? en_number_parse(text, &rule, value, &is_exact, err) : code;
    if (code == EN_OK && channel->kind == EN_MAPPING_DEMAND) {
        code = demand_to_energy(value, head->slot_seconds, &is_exact, err);
    }
    r->staging->rounded_count += code == EN_OK && !is_exact;
    return code;
}

static en_code take_value(struct reader *r, uint32_t index, const struct row_head *head,
                          struct en_error *err)
{
    const struct en_mapping_channel *channel = &r->mapping->channels[index];
    uint32_t column = r->columns.values[index];
    struct en_slice text = cell(r, column);
    struct en_error why = {0};
    struct en_staged_channel staged;
    struct en_decimal number = {0};
    struct en_staged_value value = {.from = head->at, .line = r->row.line};
    int power = 0;
    bool is_missing = is_null(r->mapping, text) || en_quality_is_missing(head->quality);
    en_code code = shape_of(r, channel, head, &staged, &power, &why);
    if (code == EN_OK && staged.kind == EN_STAGED_PROFILE && r->mapping->is_end) {
        value.from.us -= head->slot_seconds * EN_SECOND_US;
    }
    if (code == EN_OK && !is_missing) {
        code = number_of(r, channel, power, head, text, &number, &why);
    }
    if (code == EN_OK) {
        code = en_staging_channel(r->staging, &staged, &value.channel, &why);
    }
    if (code == EN_LIMIT || code == EN_NOMEM) {
        return en_error_set(err, code, "%s", why.text);
    }
    if (code != EN_OK) {
        en_staging_reject(r->staging, place(r, column), 1, MEND_CELL, "%s", why.text);
        return EN_OK;
    }
    value.digits = number.digits;
    value.exponent = number.exponent;
    value.quality = is_missing ? EN_QUALITY_MISSING : head->quality;
    return en_staging_value(r->staging, &value, err);
}

static bool row_is_empty(const struct reader *r)
{
    bool is_empty = true;
    for (uint32_t i = 0; i < r->row.count; i++) {
        is_empty = is_empty && en_trimmed(r->row.fields[i]).size == 0;
    }
    return is_empty;
}

static en_code take_row(struct reader *r, struct en_error *err)
{
    struct row_head head = {0};
    bool is_rejected = false;
    if (row_is_empty(r)) {
        return EN_OK;
    }
    en_code code = stage_point(r, &head.point, &is_rejected, err);
    if (code != EN_OK || is_rejected || !read_interval(r, &head) || !read_quality(r, &head)) {
        return code;
    }
    for (uint32_t i = 0; i < r->mapping->channels_count && code == EN_OK; i++) {
        code = take_value(r, i, &head, err);
    }
    return code;
}

static en_code read_rows(struct reader *r, struct en_error *err)
{
    bool is_end = false;
    en_code code = read_header(r, err);
    while (code == EN_OK && !is_end) {
        struct en_error why = {0};
        en_code row_code = en_row_reader_next(&r->rows, &r->row, &is_end, &why);
        if (row_code == EN_MALFORMED || row_code == EN_LIMIT) {
            en_staging_reject(r->staging, place(r, COLUMN_NONE), 1, MEND_CELL, "%s", why.text);
        } else if (row_code != EN_OK) {
            code = en_error_set(err, row_code, "%s", why.text);
        } else if (!is_end) {
            code = take_row(r, err);
        }
    }
    return code;
}

static en_code read_text(struct reader *r, struct en_slice text, struct en_error *err)
{
    char delimiter = r->mapping->delimiter;
    en_row_reader_init(&r->rows, text, delimiter != 0 ? delimiter : en_delimiter_guess(text));
    en_code code = read_rows(r, err);
    en_row_reader_fini(&r->rows);
    if (code == EN_OK && r->staging->rounded_count > 0) {
        en_import_findings_warning(
            r->staging->findings, (struct en_place){0, 0},
            "%ju values were rounded half up, as the mapping says; the file keeps "
            "them as they were",
            (uintmax_t)r->staging->rounded_count);
    }
    return code;
}

static en_code csv_read(const struct en_format_input *input, struct en_staging *staging,
                        en_duplicates *duplicates, struct en_error *err)
{
    struct en_mapping *mapping = en_arena_alloc(&staging->arena, sizeof *mapping);
    struct reader *r = en_arena_alloc(&staging->arena, sizeof *r);
    if (mapping == NULL || r == NULL) {
        return en_error_set(err, EN_NOMEM, "reader of a CSV file");
    }
    struct en_buf decoded;
    struct en_slice text = {0};
    en_buf_init(&decoded, EN_DOCUMENT_SIZE_MAX);
    *r = (struct reader){.mapping = mapping, .staging = staging};
    en_code code = en_mapping_parse(input->mapping, mapping, err);
    if (code == EN_OK) {
        *duplicates = mapping->duplicates;
        struct en_slice zone =
            input->zone_name != NULL ? en_slice_text(input->zone_name) : mapping->zone;
        code = en_fiscal_zone_parse(zone, input->zones, &staging->zone, err);
        bool is_of_mapping = code == EN_USAGE && input->zone_name == NULL;
        code = is_of_mapping ? en_error_set(err, EN_CONFIG, "mapping: zone is no offset or name")
                             : code;
    }
    if (code == EN_OK) {
        code = en_encoding_decode(input->bytes, mapping->encoding, &decoded, &text, err);
    }
    if (code == EN_OK) {
        code = read_text(r, text, err);
    }
    en_buf_fini(&decoded);
    return code;
}

const struct en_format en_format_csv = {
    .name = "csv",
    .about = "tables of comma separated values, read by a mapping file",
    .extensions = ".csv .txt",
    .edition = 1,
    .needs_mapping = true,
    .read = csv_read,
    .writer = &en_csv_writer,
};
