#include "core/json.h"

#include <inttypes.h>

#include "core/base64.h"
#include "core/metering/quality.h"
#include "core/utf8.h"

_Static_assert(EN_JSON_DEPTH_MAX < 32, "levels are bits of 32");

static uint32_t bit_of_level(const struct en_json *json)
{
    return UINT32_C(1) << json->depth;
}

/* What stands before a value: comma, key, colon. */
static void begin_value(struct en_json *json, const char *key)
{
    bool is_in_object = (json->objects & bit_of_level(json)) != 0;
    EN_ASSERT(is_in_object == (key != NULL));
    if (json->depth > 0 && (json->begun & bit_of_level(json)) != 0) {
        en_buf_u8(json->out, ',');
    }
    json->begun |= bit_of_level(json);
    if (key != NULL) {
        en_json_quote(json->out, en_slice_text(key));
        en_buf_u8(json->out, ':');
    }
}

static void open_level(struct en_json *json, const char *key, bool is_object)
{
    begin_value(json, key);
    EN_ASSERT(json->depth < EN_JSON_DEPTH_MAX);
    json->depth++;
    json->begun &= ~bit_of_level(json);
    json->objects &= ~bit_of_level(json);
    json->objects |= is_object ? bit_of_level(json) : 0;
    en_buf_u8(json->out, is_object ? '{' : '[');
}

void en_json_init(struct en_json *json, struct en_buf *out)
{
    *json = (struct en_json){.out = out};
}

void en_json_object(struct en_json *json, const char *key)
{
    open_level(json, key, true);
}

void en_json_array(struct en_json *json, const char *key)
{
    open_level(json, key, false);
}

void en_json_end(struct en_json *json)
{
    EN_ASSERT(json->depth > 0);
    en_buf_u8(json->out, (json->objects & bit_of_level(json)) != 0 ? '}' : ']');
    json->objects &= ~bit_of_level(json);
    json->depth--;
}

void en_json_null(struct en_json *json, const char *key)
{
    begin_value(json, key);
    en_buf_text(json->out, "null");
}

void en_json_bool(struct en_json *json, const char *key, bool value)
{
    begin_value(json, key);
    en_buf_text(json->out, value ? "true" : "false");
}

void en_json_u64(struct en_json *json, const char *key, uint64_t value)
{
    begin_value(json, key);
    en_buf_print(json->out, "%" PRIu64, value);
}

void en_json_i64(struct en_json *json, const char *key, int64_t value)
{
    begin_value(json, key);
    en_buf_print(json->out, "%" PRId64, value);
}

void en_json_text(struct en_json *json, const char *key, struct en_slice text)
{
    begin_value(json, key);
    en_json_quote(json->out, text);
}

void en_json_string(struct en_json *json, const char *key, const char *text)
{
    en_json_text(json, key, en_slice_text(text));
}

void en_json_micro(struct en_json *json, const char *key, int64_t micro)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    (void)en_micro_print(micro, text);
    en_json_string(json, key, text);
}

void en_json_decimal(struct en_json *json, const char *key, struct en_decimal decimal)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    (void)en_decimal_print(decimal, text);
    en_json_string(json, key, text);
}

void en_json_instant(struct en_json *json, const char *key, struct en_instant instant)
{
    char text[EN_INSTANT_TEXT_SIZE];
    (void)en_instant_print(instant, 0, text);
    en_json_string(json, key, text);
}

void en_json_day(struct en_json *json, const char *key, struct en_day day)
{
    char text[EN_DAY_TEXT_SIZE];
    (void)en_day_print(day, text);
    en_json_string(json, key, text);
}

void en_json_hash(struct en_json *json, const char *key, const struct en_hash *hash)
{
    char hex[EN_HASH_HEX_SIZE];
    en_hash_print(hash, hex);
    en_json_string(json, key, hex);
}

void en_json_bytes(struct en_json *json, const char *key, struct en_slice bytes)
{
    begin_value(json, key);
    en_buf_u8(json->out, '"');
    en_base64_encode(bytes, json->out);
    en_buf_u8(json->out, '"');
}

void en_json_quality(struct en_json *json, const char *key, uint64_t quality)
{
    en_json_object(json, key);
    en_source source = en_quality_source(quality);
    en_json_string(json, "source", en_source_name(source));
    if (source == EN_SOURCE_DERIVED) {
        en_json_string(json, "worst", en_source_name(en_quality_worst_source(quality)));
    }
    en_json_string(json, "verdict", en_verdict_name(en_quality_verdict(quality)));
    if (en_quality_fiscal(quality) != EN_FISCAL_OPEN) {
        en_json_string(json, "fiscal", en_fiscal_name(en_quality_fiscal(quality)));
    }
    en_json_array(json, "flags");
    for (unsigned number = 0; number < EN_QUALITY_FLAGS_COUNT; number++) {
        if ((quality & EN_QUALITY_FLAG(number)) != 0) {
            en_json_string(json, NULL, en_quality_flag_name(number));
        }
    }
    en_json_end(json);
    en_json_end(json);
}

void en_json_raw(struct en_json *json, const char *key, struct en_slice text)
{
    begin_value(json, key);
    en_buf_append(json->out, text.bytes, text.size);
}

static void quote_character(struct en_buf *out, uint8_t c)
{
    static const char escapes[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    if (c < sizeof escapes && escapes[c] != 0) {
        uint8_t pair[2] = {'\\', (uint8_t)escapes[c]};
        en_buf_append(out, pair, sizeof pair);
    } else {
        en_buf_print(out, "\\u%04x", c);
    }
}

static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

void en_json_quote(struct en_buf *out, struct en_slice text)
{
    en_buf_u8(out, '"');
    while (text.size > 0) {
        size_t valid_size = en_utf8_valid_size(text);
        size_t at = 0;
        while (at < valid_size) {
            size_t run = at;
            while (run < valid_size && is_plain(text.bytes[run])) {
                run++;
            }
            en_buf_append(out, text.bytes + at, run - at);
            if (run < valid_size) {
                quote_character(out, text.bytes[run]);
                run++;
            }
            at = run;
        }
        if (valid_size < text.size) {
            en_buf_text(out, "\xef\xbf\xbd");
            valid_size++;
        }
        text = en_slice_of(text.bytes + valid_size, text.size - valid_size);
    }
    en_buf_u8(out, '"');
}
