#include "tests/vectors/vector.h"

#include <inttypes.h>
#include <stdio.h>

static en_code wrong(const char *what, const char *wanted, struct en_error *err)
{
    return en_error_set(err, EN_MALFORMED, "input \"%s\": %s is wanted", what, wanted);
}

bool en_vector_has(const json_t *in, const char *key)
{
    return json_object_get(in, key) != NULL;
}

en_code en_vector_decimal_of(const json_t *value, const char *what, struct en_decimal *decimal,
                             struct en_error *err)
{
    if (json_is_integer(value)) {
        *decimal = (struct en_decimal){json_integer_value(value), 0};
        return EN_OK;
    }
    if (!json_is_string(value)) {
        return wrong(what, "a whole number or a decimal text", err);
    }
    struct en_slice text = en_slice_text(json_string_value(value));
    return en_decimal_parse(text, EN_DECIMAL_POINT, decimal, err);
}

en_code en_vector_micro_of(const json_t *value, const char *what, int64_t *micro,
                           struct en_error *err)
{
    struct en_decimal decimal = {0, 0};
    en_code code = en_vector_decimal_of(value, what, &decimal, err);
    return code == EN_OK ? en_decimal_micro(decimal, micro, err) : code;
}

en_code en_vector_decimal(const json_t *in, const char *key, struct en_decimal *decimal,
                          struct en_error *err)
{
    return en_vector_decimal_of(json_object_get(in, key), key, decimal, err);
}

en_code en_vector_micro(const json_t *in, const char *key, int64_t *micro, struct en_error *err)
{
    return en_vector_micro_of(json_object_get(in, key), key, micro, err);
}

en_code en_vector_integer(const json_t *in, const char *key, int64_t *value, struct en_error *err)
{
    const json_t *number = json_object_get(in, key);
    if (!json_is_integer(number)) {
        return wrong(key, "a whole number", err);
    }
    *value = json_integer_value(number);
    return EN_OK;
}

en_code en_vector_text(const json_t *in, const char *key, const char **text, struct en_error *err)
{
    *text = json_string_value(json_object_get(in, key));
    return *text == NULL ? wrong(key, "a text", err) : EN_OK;
}

en_code en_vector_ratio(const json_t *in, const char *key, struct en_ratio *ratio,
                        struct en_error *err)
{
    const json_t *value = json_object_get(in, key);
    if (json_is_integer(value)) {
        return en_ratio_make(json_integer_value(value), 1, ratio, err);
    }
    if (json_is_string(value)) {
        return en_ratio_parse(en_slice_text(json_string_value(value)), ratio, err);
    }
    const json_t *num = json_array_get(value, 0);
    const json_t *den = json_array_get(value, 1);
    if (!json_is_integer(num) || !json_is_integer(den)) {
        return wrong(key, "a ratio (number, \"200/5\" or [200, 5])", err);
    }
    return en_ratio_make(json_integer_value(num), json_integer_value(den), ratio, err);
}

static en_code list_of(const json_t *in, const char *key, const json_t **list, size_t *count,
                       struct en_error *err)
{
    *list = json_object_get(in, key);
    *count = json_array_size(*list);
    if (!json_is_array(*list) || *count == 0 || *count > EN_VECTOR_ITEMS_MAX) {
        return wrong(key, "a list of numbers", err);
    }
    return EN_OK;
}

en_code en_vector_integers(const json_t *in, const char *key, int64_t *values, size_t *count,
                           struct en_error *err)
{
    const json_t *list = NULL;
    en_code code = list_of(in, key, &list, count, err);
    for (size_t i = 0; code == EN_OK && i < *count; i++) {
        const json_t *item = json_array_get(list, i);
        code = json_is_integer(item) ? EN_OK : wrong(key, "a list of whole numbers", err);
        values[i] = json_integer_value(item);
    }
    return code;
}

en_code en_vector_micros(const json_t *in, const char *key, int64_t *values, size_t *count,
                         struct en_error *err)
{
    const json_t *list = NULL;
    en_code code = list_of(in, key, &list, count, err);
    for (size_t i = 0; code == EN_OK && i < *count; i++) {
        code = en_vector_micro_of(json_array_get(list, i), key, &values[i], err);
    }
    return code;
}

void en_vector_put_integer(json_t *got, const char *key, int64_t value)
{
    (void)json_object_set_new(got, key, json_integer(value));
}

void en_vector_put_text(json_t *got, const char *key, const char *text)
{
    (void)json_object_set_new(got, key, json_string(text));
}

void en_vector_put_bool(json_t *got, const char *key, bool is_true)
{
    (void)json_object_set_new(got, key, json_boolean(is_true));
}

void en_vector_put_integers(json_t *got, const char *key, const int64_t *values, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, json_integer(values[i]));
    }
    (void)json_object_set_new(got, key, list);
}

void en_vector_put_micro(json_t *got, const char *key, int64_t micro)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    if (micro % EN_MICRO == 0) {
        en_vector_put_integer(got, key, micro / EN_MICRO);
    } else {
        (void)en_micro_print(micro, text);
        en_vector_put_text(got, key, text);
    }
}

void en_vector_put_amount(json_t *got, const char *key, struct en_amount amount)
{
    char flags[512] = "";
    size_t at = 0;
    for (unsigned i = 0; i < EN_QUALITY_FLAGS_COUNT; i++) {
        if ((amount.quality & EN_QUALITY_FLAG(i)) != 0) {
            int size = snprintf(flags + at, sizeof flags - at, "%s%s", at > 0 ? "+" : "",
                                en_quality_flag_name(i));
            at += (size_t)size;
        }
    }
    en_vector_put_integer(got, key, amount.micro);
    en_vector_put_text(got, "flag", flags);
    en_vector_put_text(got, "verdict", en_verdict_name(en_quality_verdict(amount.quality)));
    en_vector_put_text(got, "source", en_source_name(en_quality_source(amount.quality)));
}
