/* NEM12 (interval data) and NEM13 (accumulated data) of the Australian market, one reader for both:
 *
 *   100 header   file type, creation time
 *   200 stream   point (NMI), suffix, unit, interval length      -> 300 days follow
 *   300 day      date, one value per interval, quality flag      -> 400 ranges when the flag is V
 *   400 range    first and last interval (from 1), quality
 *   250 register previous and current reading of a register      (NEM13)
 *   500, 550     how a meter was read: kept in the document only
 *   900 end
 *
 * A 300 waits in `struct day` until its 400 ranges are in: any other record flushes it. Times are
 * local standard time, +10:00 unless told otherwise; a value is the energy of the slot that ends
 * with its place in the row. */
#include "formats/format.h"

#include <stdio.h>

#include "formats/csv/row_reader.h"
#include "formats/encoding.h"
#include "formats/nem12/stream.h"
#include "formats/number.h"

#define ZONE_DEFAULT "+10:00"
#define MINUTES_PER_DAY 1440
#define DAY_VALUES_AT 2u /* field of the first value of a 300 */
#define UNIT_NAME_MAX 16u
#define MEND_ROW "ask the sender for a corrected file"

static const struct en_decimal one = {1, 0};

/* A 300 record on hold. */
struct day {
    bool is_open;
    bool is_variable; /* flag V: quality comes from 400 ranges */
    uint32_t line;
    struct en_day date;
    uint64_t revision;
    uint32_t count;
    struct en_decimal values[MINUTES_PER_DAY];
    bool is_present[MINUTES_PER_DAY];
    bool has_quality[MINUTES_PER_DAY];
    uint64_t quality[MINUTES_PER_DAY];
};

struct reader {
    struct en_staging *staging;
    struct en_row_reader rows;
    struct en_row row;
    struct day day;
    struct en_buf text;
    uint64_t file_revision;
    bool is_nem13;
    bool has_end;
    bool has_stream;  /* a good 200 stands */
    bool was_refused; /* a bad 200 stands: its days are rejected without more words */
    uint32_t channel;
    uint32_t slot_minutes;
    struct en_number_rule rule;
};

static struct en_slice field(const struct reader *r, uint32_t index)
{
    return en_trimmed(en_row_field(&r->row, index));
}

static struct en_place place(const struct reader *r, uint32_t index)
{
    return (struct en_place){r->row.line, index + 1};
}

static bool is_record(const struct reader *r, const char *indicator)
{
    return en_slice_equal(field(r, 0), en_slice_text(indicator));
}

/* "YYYYMMDD". */
static bool date_parse(struct en_slice text, struct en_day *day)
{
    int64_t number = 0;
    return text.size == 8 && en_digits_parse(text, &number) &&
           en_day_of_date((int32_t)(number / 10000), (uint32_t)(number / 100 % 100),
                          (uint32_t)(number % 100), day, NULL) == EN_OK;
}

/* "YYYYMMDDhhmm" or "YYYYMMDDhhmmss" as a number that rises with time; 0 when it is neither. */
static uint64_t revision_parse(struct en_slice text)
{
    int64_t number = 0;
    bool is_number = en_digits_parse(text, &number);
    if (is_number && text.size == 12) {
        return (uint64_t)number * 100;
    }
    return is_number && text.size == 14 ? (uint64_t)number : 0;
}

/* The update time of a record, else when the MSATS took it, else that of the file. */
static uint64_t row_revision(const struct reader *r, uint32_t update_at, uint32_t taken_at)
{
    uint64_t revision = revision_parse(field(r, update_at));
    revision = revision != 0 ? revision : revision_parse(field(r, taken_at));
    return revision != 0 ? revision : r->file_revision;
}

static struct en_instant day_start(const struct reader *r, struct en_day day)
{
    return en_day_interval(day, r->staging->zone.spans[0].offset_minutes).from;
}

/* Slots of the day whose quality no 400 range told; 0 when all are known. */
static uint32_t first_without_quality(const struct day *day)
{
    for (uint32_t i = 0; i < day->count; i++) {
        if (!day->has_quality[i]) {
            return i + 1;
        }
    }
    return 0;
}

static en_code day_emit(struct reader *r, struct en_error *err)
{
    const struct day *day = &r->day;
    struct en_instant start = day_start(r, day->date);
    en_code code = EN_OK;
    for (uint32_t i = 0; i < day->count && code == EN_OK; i++) {
        bool is_missing = !day->is_present[i] || en_quality_is_missing(day->quality[i]);
        struct en_staged_value value = {
            .from = {start.us + (int64_t)i * r->slot_minutes * EN_MINUTE_US},
            .digits = is_missing ? 0 : day->values[i].digits,
            .exponent = is_missing ? 0 : day->values[i].exponent,
            .quality = is_missing ? EN_QUALITY_MISSING : day->quality[i],
            .revision = day->revision,
            .channel = r->channel,
            .line = day->line,
        };
        code = en_staging_value(r->staging, &value, err);
    }
    return code;
}

/* The day that was on hold is complete. */
static en_code day_flush(struct reader *r, struct en_error *err)
{
    if (!r->day.is_open) {
        return EN_OK;
    }
    r->day.is_open = false;
    uint32_t unknown = first_without_quality(&r->day);
    if (unknown > 0) {
        en_staging_reject(r->staging, (struct en_place){r->day.line, 0}, r->day.count, MEND_ROW,
                          "no 400 record tells the quality of interval %u of %u", unknown,
                          r->day.count);
        return EN_OK;
    }
    return day_emit(r, err);
}

static en_code read_header(struct reader *r, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    if (!is_record(r, "100")) {
        return en_error_set(err, EN_MALFORMED,
                            "line %u: the file begins with \"%s\" instead of a 100 header",
                            r->row.line, en_shown(field(r, 0), shown));
    }
    r->is_nem13 = en_slice_equal(field(r, 1), en_slice_text("NEM13"));
    if (!r->is_nem13 && !en_slice_equal(field(r, 1), en_slice_text("NEM12"))) {
        return en_error_set(err, EN_MALFORMED, "line %u: file type \"%s\" is not NEM12 or NEM13",
                            r->row.line, en_shown(field(r, 1), shown));
    }
    r->file_revision = revision_parse(field(r, 2));
    r->has_end = false;
    r->has_stream = false;
    return EN_OK;
}

static en_code stage_point(struct reader *r, struct en_slice nmi, uint32_t *point,
                           struct en_error *err)
{
    struct en_staged_object object = {nmi, nmi, en_slice_text("site"), EN_STAGED_NONE};
    uint32_t index = 0;
    en_code code = en_staging_object(r->staging, &object, &index, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_staged_point staged = {nmi, nmi, en_slice_text("electricity"), index, place(r, 1)};
    return en_staging_point(r->staging, &staged, point, err);
}

static bool unit_of(struct en_slice text, en_unit *unit, struct en_decimal *factor)
{
    int power = 0;
    if (en_unit_parse(text, unit, &power, NULL) != EN_OK) {
        return false;
    }
    *factor = (struct en_decimal){1, (int8_t)power};
    return true;
}

/* A stream whose name the staging does not take: its values are rejected. Faults of the machine go
 * up. */
static en_code stream_refused(struct reader *r, en_code code, const struct en_error *why,
                              struct en_error *err)
{
    if (code == EN_LIMIT || code == EN_NOMEM) {
        return en_error_set(err, code, "%s", why->text);
    }
    en_staging_reject(r->staging, place(r, 1), 0, MEND_ROW, "stream refused: %s", why->text);
    r->was_refused = true;
    return EN_OK;
}

static en_code stage_stream(struct reader *r, en_unit unit, struct en_error *err)
{
    char code_text[EN_STREAM_CODE_SIZE];
    struct en_error why = {0};
    uint32_t point = 0;
    en_stream_interval_code(field(r, 4), code_text);
    en_code code = stage_point(r, field(r, 1), &point, &why);
    if (code == EN_OK) {
        struct en_staged_channel channel = {
            .point = point,
            .code = en_slice_text(code_text),
            .kind = EN_STAGED_PROFILE,
            .unit = unit,
            .slot_seconds = r->slot_minutes * 60,
            .is_primary = true,
            .place = place(r, 4),
        };
        code = en_staging_channel(r->staging, &channel, &r->channel, &why);
    }
    r->has_stream = code == EN_OK;
    return code == EN_OK ? EN_OK : stream_refused(r, code, &why, err);
}

static en_code read_stream(struct reader *r, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    r->has_stream = false;
    r->was_refused = true;
    en_unit unit = EN_UNIT_NONE;
    r->rule = (struct en_number_rule){EN_DECIMAL_POINT, -1, one};
    if (!unit_of(field(r, 7), &unit, &r->rule.factor)) {
        en_staging_reject(r->staging, place(r, 7), 0, "correct the unit of the stream",
                          "unit \"%s\" is not known", en_shown(field(r, 7), shown));
        return EN_OK;
    }
    int64_t minutes = 0;
    if (!en_digits_parse(field(r, 8), &minutes) || minutes < 1 || minutes > 60 || 60 % minutes) {
        en_staging_reject(r->staging, place(r, 8), 0, "intervals are 5, 15 or 30 minutes",
                          "interval length \"%s\" does not divide an hour",
                          en_shown(field(r, 8), shown));
        return EN_OK;
    }
    r->slot_minutes = (uint32_t)minutes;
    r->was_refused = false;
    return stage_stream(r, unit, err);
}

static void day_set_quality(struct day *day, uint32_t from, uint32_t to, uint64_t quality)
{
    EN_ASSERT(from <= to);
    EN_ASSERT(to <= day->count);
    for (uint32_t i = from; i < to; i++) {
        day->quality[i] = quality;
        day->has_quality[i] = true;
    }
}

/* Values of the 300 record; false when the row is rejected. */
static bool read_values(struct reader *r)
{
    struct en_error why = {0};
    for (uint32_t i = 0; i < r->day.count; i++) {
        struct en_slice text = field(r, DAY_VALUES_AT + i);
        bool is_exact = true;
        r->day.is_present[i] = text.size > 0;
        if (text.size > 0 &&
            en_number_parse(text, &r->rule, &r->day.values[i], &is_exact, &why) != EN_OK) {
            en_staging_reject(r->staging, place(r, DAY_VALUES_AT + i), r->day.count, MEND_ROW,
                              "interval %u: %s", i + 1, why.text);
            return false;
        }
    }
    return true;
}

/* The quality flag stands right behind the values: a number there means another interval length. */
static bool read_day_quality(struct reader *r)
{
    char shown[EN_SHOWN_SIZE];
    struct en_slice flag = field(r, DAY_VALUES_AT + r->day.count);
    uint64_t quality = 0;
    r->day.is_variable = en_slice_equal(flag, en_slice_text("V"));
    memset(r->day.has_quality, 0, sizeof r->day.has_quality);
    if (r->day.is_variable) {
        return true;
    }
    if (en_stream_quality(flag, &quality, NULL) != EN_OK) {
        en_staging_reject(r->staging, place(r, DAY_VALUES_AT + r->day.count), r->day.count,
                          MEND_ROW,
                          "%u values of %u minutes must be followed by a quality flag, not by "
                          "\"%s\"",
                          r->day.count, r->slot_minutes, en_shown(flag, shown));
        return false;
    }
    day_set_quality(&r->day, 0, r->day.count, quality);
    return true;
}

static en_code read_day(struct reader *r)
{
    char shown[EN_SHOWN_SIZE];
    if (!r->has_stream) {
        uint64_t count = r->row.count > 7 ? r->row.count - 7 : 1;
        en_staging_reject(r->staging, place(r, 0), count, MEND_ROW,
                          r->was_refused ? "day of a refused stream" : "no 200 record before it");
        return EN_OK;
    }
    r->day.count = MINUTES_PER_DAY / r->slot_minutes;
    r->day.line = r->row.line;
    if (!date_parse(field(r, 1), &r->day.date)) {
        en_staging_reject(r->staging, place(r, 1), r->day.count, MEND_ROW,
                          "\"%s\" is not a date (YYYYMMDD)", en_shown(field(r, 1), shown));
        return EN_OK;
    }
    if (!read_day_quality(r) || !read_values(r)) {
        return EN_OK;
    }
    uint32_t update_at = DAY_VALUES_AT + r->day.count + 3;
    r->day.revision = row_revision(r, update_at, update_at + 1);
    r->day.is_open = true;
    return EN_OK;
}

static void read_range(struct reader *r)
{
    char shown[EN_SHOWN_SIZE];
    struct en_error why = {0};
    int64_t from = 0;
    int64_t to = 0;
    uint64_t quality = 0;
    if (!r->day.is_open) {
        return; /* its day was rejected, and that was said */
    }
    if (!r->day.is_variable) {
        en_import_findings_warning(
            r->staging->findings, place(r, 0),
            "400 record passed over: the day before it has a quality of its own");
        return;
    }
    bool has_range = en_digits_parse(field(r, 1), &from) && en_digits_parse(field(r, 2), &to);
    if (!has_range || from < 1 || from > to || to > r->day.count) {
        en_staging_reject(r->staging, place(r, 1), r->day.count, MEND_ROW,
                          "intervals \"%s\" of a 400 record are not within 1 to %u",
                          en_shown(field(r, 1), shown), r->day.count);
        r->day.is_open = false;
    } else if (en_stream_quality(field(r, 3), &quality, &why) != EN_OK) {
        en_staging_reject(r->staging, place(r, 3), r->day.count, MEND_ROW, "%s", why.text);
        r->day.is_open = false;
    } else {
        day_set_quality(&r->day, (uint32_t)from - 1, (uint32_t)to, quality);
    }
}

/* One reading of a 250 record: fields value, time, quality from `at` on. False: row rejected. */
static bool read_register(struct reader *r, uint32_t at, struct en_staged_value *value,
                          struct en_decimal *read)
{
    char shown[EN_SHOWN_SIZE];
    struct en_error why = {0};
    struct en_day day = {0};
    int64_t time = 0;
    bool is_exact = true;
    struct en_slice stamp = field(r, at + 1);
    bool has_time = stamp.size == 14 && date_parse(en_slice_of(stamp.bytes, 8), &day) &&
                    en_digits_parse(en_slice_of(stamp.bytes + 8, 6), &time) && time / 10000 < 24 &&
                    time / 100 % 100 < 60 && time % 100 < 60;
    if (!has_time) {
        en_staging_reject(r->staging, place(r, at + 1), 2, MEND_ROW,
                          "\"%s\" is not a time (YYYYMMDDhhmmss)", en_shown(stamp, shown));
        return false;
    }
    if (en_number_parse(field(r, at), &r->rule, read, &is_exact, &why) != EN_OK) {
        en_staging_reject(r->staging, place(r, at), 2, MEND_ROW, "%s", why.text);
        return false;
    }
    if (en_stream_quality(field(r, at + 2), &value->quality, &why) != EN_OK) {
        en_staging_reject(r->staging, place(r, at + 2), 2, MEND_ROW, "%s", why.text);
        return false;
    }
    int64_t seconds = time / 10000 * 3600 + time / 100 % 100 * 60 + time % 100;
    bool is_missing = en_quality_is_missing(value->quality);
    value->from.us = day_start(r, day).us + seconds * EN_SECOND_US;
    value->digits = is_missing ? 0 : read->digits;
    value->exponent = is_missing ? 0 : read->exponent;
    return true;
}

/* The record tells the advance too: when it is another one, somebody should look. */
static void check_advance(struct reader *r, struct en_decimal previous, struct en_decimal current)
{
    struct en_decimal told = {0};
    struct en_decimal advance = {0};
    bool is_exact = true;
    if (en_number_parse(field(r, 18), &r->rule, &told, &is_exact, NULL) == EN_OK &&
        en_decimal_subtract(current, previous, &advance, NULL) == EN_OK &&
        en_decimal_compare(told, advance) != 0) {
        char told_text[EN_DECIMAL_TEXT_SIZE];
        char advance_text[EN_DECIMAL_TEXT_SIZE];
        (void)en_decimal_print(told, told_text);
        (void)en_decimal_print(advance, advance_text);
        en_import_findings_warning(r->staging->findings, place(r, 18),
                                   "the record tells a quantity of %s, its readings differ by %s",
                                   told_text, advance_text);
    }
}

static en_code stage_register(struct reader *r, en_unit unit, uint32_t *channel,
                              struct en_error *err)
{
    char code_text[EN_STREAM_CODE_SIZE];
    bool is_to_customer = !en_slice_equal(field(r, 7), en_slice_text("I"));
    en_stream_register_code(field(r, 4), unit == EN_UNIT_KVARH, is_to_customer, code_text);
    uint32_t point = 0;
    en_code code = stage_point(r, field(r, 1), &point, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_staged_channel staged = {
        .point = point,
        .code = en_slice_text(code_text),
        .kind = EN_STAGED_REGISTER,
        .unit = unit,
        .is_primary = true,
        .place = place(r, 4),
    };
    return en_staging_channel(r->staging, &staged, channel, err);
}

static en_code read_accumulation(struct reader *r, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    en_unit unit = EN_UNIT_NONE;
    r->rule = (struct en_number_rule){EN_DECIMAL_POINT, -1, one};
    if (!unit_of(field(r, 19), &unit, &r->rule.factor)) {
        en_staging_reject(r->staging, place(r, 19), 2, "correct the unit of the register",
                          "unit \"%s\" is not known", en_shown(field(r, 19), shown));
        return EN_OK;
    }
    struct en_staged_value previous = {.line = r->row.line};
    previous.revision = row_revision(r, 21, 22);
    struct en_staged_value current = previous;
    struct en_decimal from = {0};
    struct en_decimal to = {0};
    if (!read_register(r, 8, &previous, &from) || !read_register(r, 13, &current, &to)) {
        return EN_OK;
    }
    struct en_error why = {0};
    en_code code = stage_register(r, unit, &previous.channel, &why);
    if (code != EN_OK) {
        return stream_refused(r, code, &why, err);
    }
    current.channel = previous.channel;
    check_advance(r, from, to);
    code = en_staging_value(r->staging, &previous, err);
    return code == EN_OK ? en_staging_value(r->staging, &current, err) : code;
}

static en_code read_record(struct reader *r, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    if (is_record(r, "400")) {
        read_range(r);
        return EN_OK;
    }
    en_code code = day_flush(r, err);
    if (code != EN_OK) {
        return code;
    }
    if (is_record(r, "300")) {
        return read_day(r);
    }
    if (is_record(r, "200")) {
        return read_stream(r, err);
    }
    if (is_record(r, "250")) {
        return read_accumulation(r, err);
    }
    if (is_record(r, "100")) {
        return read_header(r, err);
    }
    if (is_record(r, "900")) {
        r->has_end = true;
    } else if (!is_record(r, "500") && !is_record(r, "550") && field(r, 0).size > 0) {
        en_staging_reject(r->staging, place(r, 0), 1, MEND_ROW,
                          "record indicator \"%s\" is not known", en_shown(field(r, 0), shown));
    }
    return EN_OK;
}

/* A row that is no row (a quote left open) is a finding like any other. */
static en_code next_row(struct reader *r, bool *is_end, struct en_error *err)
{
    struct en_error why = {0};
    en_code code = en_row_reader_next(&r->rows, &r->row, is_end, &why);
    if (code == EN_MALFORMED || code == EN_LIMIT) {
        en_staging_reject(r->staging, place(r, 0), 1, MEND_ROW, "%s", why.text);
        return EN_OK;
    }
    return code == EN_OK ? EN_OK : en_error_set(err, code, "%s", why.text);
}

static en_code read_rows(struct reader *r, struct en_error *err)
{
    bool is_end = false;
    en_code code = next_row(r, &is_end, err);
    if (code == EN_OK && is_end) {
        return en_error_set(err, EN_MALFORMED, "the file is empty");
    }
    code = code == EN_OK ? read_header(r, err) : code;
    while (code == EN_OK && !is_end) {
        code = next_row(r, &is_end, err);
        if (code == EN_OK && !is_end && r->row.count > 0) {
            code = read_record(r, err);
        }
    }
    code = code == EN_OK ? day_flush(r, err) : code;
    if (code == EN_OK && !r->has_end) {
        en_import_findings_warning(r->staging->findings, place(r, 0),
                                   "the file ends without its 900 record: it may have been cut");
    }
    return code;
}

static en_code nem12_read(const struct en_format_input *input, struct en_staging *staging,
                          en_duplicates *duplicates, struct en_error *err)
{
    *duplicates = EN_DUPLICATES_ERROR;
    const char *zone = input->zone_name != NULL ? input->zone_name : ZONE_DEFAULT;
    en_code code = en_fiscal_zone_parse(en_slice_text(zone), input->zones, &staging->zone, err);
    if (code == EN_OK && staging->zone.civil != NULL) {
        return en_error_set(err, EN_USAGE,
                            "NEM files are in standard time: give a fixed offset, not %s", zone);
    }
    struct reader *r = code == EN_OK ? en_arena_alloc(&staging->arena, sizeof *r) : NULL;
    if (r == NULL) {
        return code != EN_OK ? code : en_error_set(err, EN_NOMEM, "reader of a NEM file");
    }
    struct en_slice text = {0};
    r->staging = staging;
    en_buf_init(&r->text, EN_DOCUMENT_SIZE_MAX);
    code = en_encoding_decode(input->bytes, EN_ENCODING_AUTO, &r->text, &text, err);
    en_row_reader_init(&r->rows, text, ',');
    code = code == EN_OK ? read_rows(r, err) : code;
    en_row_reader_fini(&r->rows);
    en_buf_fini(&r->text);
    return code;
}

const struct en_format en_format_nem12 = {
    .name = "nem12",
    .about = "NEM12 interval and NEM13 register files of the Australian market",
    .extensions = ".csv .nem12 .nem13",
    .edition = 1,
    .read = nem12_read,
};
