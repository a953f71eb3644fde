#include "formats/json/json_line.h"

#include <jansson.h>

#include "core/json.h"
#include "formats/number.h"

#define MEND_LINE "write the line as formats/json/README.md shows it"
#define QUALITY_TEXT_SIZE 1024u

/* One line that is read. Texts are views into the parsed JSON. */
struct line {
    json_t *root;
    uint32_t number;
    struct en_staging *staging;
    uint64_t values_count; /* what is lost when the line is rejected */
};

static void put_head(struct en_json *json, struct en_slice point, struct en_slice channel,
                     en_unit unit)
{
    en_json_object(json, NULL);
    en_json_text(json, "point", point);
    en_json_text(json, "channel", channel);
    en_json_string(json, "unit", en_unit_name(unit));
}

static void put_instant(struct en_json *json, const char *key, struct en_instant at,
                        int32_t offset_minutes)
{
    char text[EN_INSTANT_TEXT_SIZE];
    (void)en_instant_print(at, offset_minutes, text);
    en_json_string(json, key, text);
}

static void put_quality(struct en_json *json, const char *key, uint64_t quality)
{
    struct en_buf text;
    en_buf_init(&text, QUALITY_TEXT_SIZE);
    en_export_quality(quality, &text);
    if (text.code != EN_OK) {
        json->out->code = text.code;
    }
    en_json_text(json, key, en_buf_slice(&text));
    en_buf_fini(&text);
}

static void put_quality_runs(struct en_json *json, const struct en_block *block)
{
    en_json_array(json, "quality");
    for (uint32_t i = 0; i < block->head.count;) {
        uint32_t end = i;
        while (end < block->head.count && block->quality[end] == block->quality[i]) {
            end++;
        }
        en_json_array(json, NULL);
        en_json_u64(json, NULL, end - i);
        put_quality(json, NULL, block->quality[i]);
        en_json_end(json);
        i = end;
    }
    en_json_end(json);
}

static void write_block(const struct en_export_block *block, struct en_buf *out)
{
    const struct en_block_head *head = &block->block->head;
    struct en_json json;
    en_json_init(&json, out);
    put_head(&json, block->point, block->channel, block->unit);
    put_instant(&json, "from", block->from, block->offset_minutes);
    en_json_u64(&json, "slot_seconds", head->slot_seconds);
    en_json_array(&json, "values");
    for (uint32_t i = 0; i < head->count; i++) {
        if (en_quality_is_missing(block->block->quality[i])) {
            en_json_null(&json, NULL);
        } else {
            en_json_decimal(&json, NULL,
                            (struct en_decimal){block->block->values[i], head->exponent});
        }
    }
    en_json_end(&json);
    put_quality_runs(&json, block->block);
    en_json_end(&json);
    en_buf_u8(out, '\n');
}

static void write_reading(const struct en_export_register *reading, struct en_buf *out)
{
    struct en_json json;
    en_json_init(&json, out);
    put_head(&json, reading->point, reading->channel, reading->unit);
    put_instant(&json, "at", reading->at, reading->offset_minutes);
    if (en_quality_is_missing(reading->quality)) {
        en_json_null(&json, "value");
    } else {
        en_json_decimal(&json, "value", reading->value);
    }
    put_quality(&json, "quality", reading->quality);
    en_json_end(&json);
    en_buf_u8(out, '\n');
}

const struct en_format_writer en_json_line_writer = {
    .block = write_block,
    .reading = write_reading,
};

static void reject(const struct line *line, const char *what)
{
    en_staging_reject(line->staging, (struct en_place){line->number, 0},
                      line->values_count > 0 ? line->values_count : 1, MEND_LINE, "%s", what);
}

/* The text of a member; empty when it is absent or no text. */
static struct en_slice text_of(json_t *value)
{
    const char *text = json_string_value(value);
    return text != NULL ? en_slice_of(text, json_string_length(value)) : en_slice_of("", 0);
}

static struct en_slice member(const struct line *line, const char *key)
{
    return text_of(json_object_get(line->root, key));
}

/* Point and channel of the line; *is_rejected when it names them wrongly. */
static en_code stage_channel(const struct line *line, en_staged_kind kind, uint32_t slot_seconds,
                             uint32_t *channel, int *power, bool *is_rejected, struct en_error *err)
{
    struct en_error why = {0};
    struct en_slice key = member(line, "point");
    struct en_staged_object object = {key, key, en_slice_text("site"), EN_STAGED_NONE};
    struct en_staged_point point = {.key = key,
                                    .name = key,
                                    .resource = en_slice_text("electricity"),
                                    .place = {line->number, 0}};
    struct en_staged_channel staged = {.code = member(line, "channel"),
                                       .kind = kind,
                                       .slot_seconds = slot_seconds,
                                       .is_primary = true,
                                       .place = {line->number, 0}};
    en_code code = en_unit_parse(member(line, "unit"), &staged.unit, power, &why);
    code = code == EN_OK ? en_staging_object(line->staging, &object, &point.object, &why) : code;
    code = code == EN_OK ? en_staging_point(line->staging, &point, &staged.point, &why) : code;
    code = code == EN_OK ? en_staging_channel(line->staging, &staged, channel, &why) : code;
    if (code == EN_LIMIT || code == EN_NOMEM) {
        return en_error_set(err, code, "%s", why.text);
    }
    *is_rejected = code != EN_OK;
    if (*is_rejected) {
        reject(line, why.text);
    }
    return EN_OK;
}

/* A number in text, or null for a missing one. */
static bool number_read(json_t *json, int power, uint64_t quality, struct en_staged_value *value)
{
    struct en_number_rule rule = {EN_DECIMAL_POINT, -1, {1, (int8_t)power}};
    struct en_decimal number = {0};
    bool is_exact = true;
    bool is_missing = json_is_null(json) || en_quality_is_missing(quality);
    if (!is_missing && en_number_parse(text_of(json), &rule, &number, &is_exact, NULL) != EN_OK) {
        return false;
    }
    value->digits = number.digits;
    value->exponent = number.exponent;
    value->quality = is_missing ? EN_QUALITY_MISSING : quality;
    return json_is_null(json) || json_is_string(json);
}

/* Fills the quality of each value from runs [[count, "WORD"], ...]. */
static bool runs_read(json_t *runs, uint64_t *quality, size_t count)
{
    size_t filled = 0;
    for (size_t i = 0; i < json_array_size(runs); i++) {
        json_t *run = json_array_get(runs, i);
        json_int_t length = json_integer_value(json_array_get(run, 0));
        uint64_t word = 0;
        if (length < 1 || (size_t)length > count - filled ||
            en_export_quality_parse(text_of(json_array_get(run, 1)), &word, NULL) != EN_OK) {
            return false;
        }
        for (json_int_t k = 0; k < length; k++) {
            quality[filled++] = word;
        }
    }
    return filled == count;
}

static en_code values_add(const struct line *line, json_t *values, const uint64_t *quality,
                          struct en_staged_value *value, int power, int64_t slot_us,
                          struct en_error *err)
{
    en_code code = EN_OK;
    struct en_instant from = value->from;
    for (size_t i = 0; i < json_array_size(values) && code == EN_OK; i++) {
        value->from.us = from.us + (int64_t)i * slot_us;
        if (number_read(json_array_get(values, i), power, quality[i], value)) {
            code = en_staging_value(line->staging, value, err);
        } else {
            en_staging_reject(line->staging, (struct en_place){line->number, 0}, 1, MEND_LINE,
                              "value %zu is neither a number in text nor null", i + 1);
        }
    }
    return code;
}

static bool slot_is_known(json_int_t seconds)
{
    return seconds >= 60 && seconds <= 86400 && seconds % 60 == 0 && 86400 % seconds == 0;
}

static en_code read_block(struct line *line, struct en_error *err)
{
    uint64_t quality[EN_SLOTS_MAX];
    json_t *values = json_object_get(line->root, "values");
    size_t count = json_array_size(values);
    json_int_t seconds = json_integer_value(json_object_get(line->root, "slot_seconds"));
    struct en_staged_value value = {.line = line->number};
    struct en_error why = {0};
    line->values_count = count;
    if (count < 1 || count > EN_SLOTS_MAX || !slot_is_known(seconds)) {
        reject(line, "values or slot_seconds are not those of a day");
        return EN_OK;
    }
    if (!runs_read(json_object_get(line->root, "quality"), quality, count)) {
        reject(line, "quality does not tell a word for each value");
        return EN_OK;
    }
    if (en_instant_parse(member(line, "from"), 0, &value.from, &why) != EN_OK) {
        reject(line, why.text);
        return EN_OK;
    }
    int power = 0;
    bool is_rejected = false;
    en_code code = stage_channel(line, EN_STAGED_PROFILE, (uint32_t)seconds, &value.channel, &power,
                                 &is_rejected, err);
    return code != EN_OK || is_rejected
               ? code
               : values_add(line, values, quality, &value, power, seconds * EN_SECOND_US, err);
}

static en_code read_reading(struct line *line, struct en_error *err)
{
    struct en_staged_value value = {.line = line->number};
    struct en_error why = {0};
    uint64_t quality = 0;
    int power = 0;
    bool is_rejected = false;
    if (en_instant_parse(member(line, "at"), 0, &value.from, &why) != EN_OK ||
        en_export_quality_parse(member(line, "quality"), &quality, &why) != EN_OK) {
        reject(line, why.text);
        return EN_OK;
    }
    en_code code =
        stage_channel(line, EN_STAGED_REGISTER, 0, &value.channel, &power, &is_rejected, err);
    if (code != EN_OK || is_rejected) {
        return code;
    }
    if (!number_read(json_object_get(line->root, "value"), power, quality, &value)) {
        reject(line, "value is neither a number in text nor null");
        return EN_OK;
    }
    return en_staging_value(line->staging, &value, err);
}

en_code en_json_line_read(struct en_slice text, uint32_t number, struct en_staging *staging,
                          struct en_error *err)
{
    struct line line = {.number = number, .staging = staging};
    json_error_t fault;
    en_code code = EN_OK;
    line.root = json_loadb((const char *)text.bytes, text.size, JSON_REJECT_DUPLICATES, &fault);
    if (!json_is_object(line.root)) {
        line.values_count = 1;
        reject(&line, line.root == NULL ? fault.text : "the line is not a JSON object");
    } else if (json_object_get(line.root, "values") != NULL) {
        code = read_block(&line, err);
    } else {
        code = read_reading(&line, err);
    }
    json_decref(line.root);
    return code;
}
