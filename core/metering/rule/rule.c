#include "core/metering/rule/rule.h"

#include "core/decimal.h"
#include "core/fixed.h"
#include "core/json.h"
#include "core/json_reader.h"
#include "core/metering/rule/rule_table.h"
#include "core/nearest.h"

#define MICRO_OF_PERCENT 100 /* 1e-6 in one unit of 1e-4 */
#define WORD_SIZE_MAX 64u
#define JSON_ARENA_SIZE (2 * EN_RULE_JSON_SIZE_MAX)

static const char *const names[EN_RULES_COUNT] = {
#define EN_RULE(NAME, text) [EN_RULE_##NAME] = text,
#include "core/metering/rule/rules.def"
#undef EN_RULE
};

static const struct en_rule_parameter common[] = {
    [EN_RULE_ENABLED] = {"enabled", EN_RULE_TYPE_FLAG, "", NULL, 0, 1, 1,
                         "false: the rule does not act there", "false - правило там не действует"},
    [EN_RULE_SEVERITY] = {"severity", EN_RULE_TYPE_CHOICE, "", "none|warning|error|blocking",
                          EN_SEVERITY_WARNING, EN_SEVERITY_BLOCKING, 0,
                          "what a finding means for the value", "что находка значит для значения"},
};
_Static_assert(EN_COUNT_OF(common) == EN_RULE_OWN, "own parameters follow the common ones");

/* ---- the table ---- */

const struct en_rule *en_rule_of(en_rule_id id)
{
    EN_ASSERT(id > EN_RULE_NONE && id < EN_RULES_COUNT);
    const struct en_rule *rule = id < EN_RULE_CHAIN    ? &en_rules_validity[id - EN_RULE_V_01]
                                 : id < EN_RULE_TOU_01 ? &en_rules_substitution[id - EN_RULE_CHAIN]
                                                       : &en_rules_other[id - EN_RULE_TOU_01];
    EN_ASSERT(rule->id == id);
    return rule;
}

const struct en_rule *en_rule_find(struct en_slice name)
{
    for (int id = EN_RULE_NONE + 1; id < EN_RULES_COUNT; id++) {
        if (en_slice_equal(name, en_slice_text(names[id]))) {
            return en_rule_of((en_rule_id)id);
        }
    }
    return NULL;
}

/* The word as a C string, cut where it is longer than any word that is known. */
static void copy_word(struct en_slice word, char copy[WORD_SIZE_MAX])
{
    size_t size = word.size < WORD_SIZE_MAX ? word.size : WORD_SIZE_MAX - 1;
    if (size > 0) {
        memcpy(copy, word.bytes, size);
    }
    copy[size] = '\0';
}

const char *en_rule_nearest(struct en_slice name)
{
    char word[WORD_SIZE_MAX];
    copy_word(name, word);
    return en_nearest_word(word, names, EN_RULES_COUNT);
}

uint32_t en_rule_parameters_count(const struct en_rule *rule)
{
    EN_ASSERT(EN_RULE_OWN + rule->own_count <= EN_RULE_PARAMETERS_MAX);
    return EN_RULE_OWN + rule->own_count;
}

const struct en_rule_parameter *en_rule_parameter(const struct en_rule *rule, uint32_t index)
{
    EN_ASSERT(index < en_rule_parameters_count(rule));
    return index < EN_RULE_OWN ? &common[index] : &rule->own[index - EN_RULE_OWN];
}

bool en_rule_is_settable(const struct en_rule *rule, uint32_t index)
{
    return index != EN_RULE_SEVERITY || rule->is_severity_set;
}

void en_rule_defaults(const struct en_rule *rule, en_resource resource,
                      struct en_rule_values *values)
{
    *values = (struct en_rule_values){.rule = rule->id};
    for (uint32_t i = 0; i < en_rule_parameters_count(rule); i++) {
        values->at[i] = en_rule_parameter(rule, i)->initial;
    }
    values->at[EN_RULE_SEVERITY] = (int64_t)rule->severity;
    for (uint32_t i = 0; i < rule->initials_count; i++) {
        if (rule->initials[i].resource == resource) {
            values->at[rule->initials[i].parameter] = rule->initials[i].value;
        }
    }
}

/* ---- reading values ---- */

/* What is being read, for words about it. */
struct place {
    const struct en_rule *rule;
    const struct en_rule_parameter *parameter;
};

static en_code wrong(const struct place *place, en_code code, const char *what,
                     struct en_slice value, struct en_error *err)
{
    int shown = value.size < WORD_SIZE_MAX ? (int)value.size : (int)WORD_SIZE_MAX;
    return en_error_set(err, code, "rule %s, parameter \"%s\": \"%.*s\" %s", place->rule->name,
                        place->parameter->name, shown,
                        value.size > 0 ? (const char *)value.bytes : "", what);
}

/* A number in the scale of its type, as people write it. */
static void print_scaled(const struct en_rule_parameter *parameter, int64_t value,
                         struct en_buf *out)
{
    static const struct {
        const char *letter;
        int64_t seconds;
    } lengths[] = {{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}};
    char text[EN_DECIMAL_TEXT_SIZE];
    switch (parameter->type) {
    case EN_RULE_TYPE_DECIMAL:
        (void)en_micro_print(value, text);
        en_buf_text(out, text);
        return;
    case EN_RULE_TYPE_PERCENT:
        (void)en_micro_print(value * MICRO_OF_PERCENT, text);
        en_buf_text(out, text);
        return;
    case EN_RULE_TYPE_SECONDS:
        for (size_t i = 0; i < EN_COUNT_OF(lengths); i++) {
            if (value % lengths[i].seconds == 0 && (value != 0 || lengths[i].seconds == 1)) {
                en_buf_print(out, "%lld%s", (long long)(value / lengths[i].seconds),
                             lengths[i].letter);
                return;
            }
        }
        return;
    default:
        en_buf_print(out, "%lld", (long long)value);
        return;
    }
}

static en_code out_of_range(const struct place *place, struct en_slice value, struct en_error *err)
{
    struct en_buf words;
    en_buf_init(&words, 256);
    en_buf_text(&words, "is out of range: give ");
    print_scaled(place->parameter, place->parameter->min, &words);
    en_buf_text(&words, " to ");
    print_scaled(place->parameter, place->parameter->max, &words);
    if (place->parameter->type != EN_RULE_TYPE_SECONDS && place->parameter->unit[0] != '\0') {
        en_buf_print(&words, " %s", place->parameter->unit);
    }
    en_buf_u8(&words, 0);
    en_code code = en_buf_code(&words, err) == EN_OK
                       ? wrong(place, EN_RANGE, (const char *)words.bytes, value, err)
                       : EN_NOMEM;
    en_buf_fini(&words);
    return code;
}

/* Parts the unit off the number: "%" of percents, s, m, h, d of times. */
static struct en_slice part_unit(const struct en_rule_parameter *parameter, struct en_slice text,
                                 int64_t *factor)
{
    *factor = 1;
    if (text.size < 2) {
        return text;
    }
    char last = (char)text.bytes[text.size - 1];
    bool is_parted = false;
    if (parameter->type == EN_RULE_TYPE_PERCENT) {
        is_parted = last == '%';
    } else if (parameter->type == EN_RULE_TYPE_SECONDS) {
        is_parted = last == 's' || last == 'm' || last == 'h' || last == 'd';
        *factor = last == 'm' ? 60 : last == 'h' ? 3600 : last == 'd' ? 86400 : 1;
    }
    text.size -= is_parted ? 1 : 0;
    while (is_parted && text.size > 0 && text.bytes[text.size - 1] == ' ') {
        text.size--;
    }
    return text;
}

static en_code put_number(const struct place *place, struct en_slice value, int64_t *at,
                          struct en_error *err)
{
    const struct en_rule_parameter *parameter = place->parameter;
    int64_t factor = 1;
    struct en_slice number = part_unit(parameter, value, &factor);
    int64_t micro = 0;
    int64_t scaled = 0;
    en_code code = en_micro_parse(number, &micro, NULL);
    if (code == EN_OVERFLOW) {
        return out_of_range(place, value, err);
    }
    if (code != EN_OK) {
        return code == EN_INEXACT
                   ? wrong(place, code, "has more than six digits behind the point", value, err)
                   : wrong(place, code, "is no number: write it like 12.5", value, err);
    }
    int64_t unit = parameter->type == EN_RULE_TYPE_DECIMAL   ? 1
                   : parameter->type == EN_RULE_TYPE_PERCENT ? MICRO_OF_PERCENT
                                                             : EN_MICRO;
    if (!en_i64_multiply(micro, factor, &scaled)) {
        return out_of_range(place, value, err);
    }
    if (scaled % unit != 0) {
        return parameter->type == EN_RULE_TYPE_PERCENT
                   ? wrong(place, EN_INEXACT, "has more than four digits behind the point", value,
                           err)
                   : wrong(place, EN_INEXACT, "is no whole number", value, err);
    }
    scaled /= unit;
    if (scaled < parameter->min || scaled > parameter->max) {
        return out_of_range(place, value, err);
    }
    *at = scaled;
    return EN_OK;
}

static en_code put_flag(const struct place *place, struct en_slice value, int64_t *at,
                        struct en_error *err)
{
    bool is_true = en_slice_equal(value, en_slice_text("true"));
    if (!is_true && !en_slice_equal(value, en_slice_text("false"))) {
        return wrong(place, EN_MALFORMED, "is neither true nor false", value, err);
    }
    *at = is_true ? 1 : 0;
    return EN_OK;
}

/* The choice at the index: a part of "a|b|c"; size 0 behind the last. */
static struct en_slice choice_at(const struct en_rule_parameter *parameter, int64_t index)
{
    const char *word = parameter->choices;
    for (; index > 0 && word != NULL; index--) {
        word = strchr(word, '|');
        word = word != NULL ? word + 1 : NULL;
    }
    if (word == NULL) {
        return en_slice_of("", 0);
    }
    const char *end = strchr(word, '|');
    return en_slice_of(word, end != NULL ? (size_t)(end - word) : strlen(word));
}

const char *en_rule_choices(const struct en_rule_parameter *parameter)
{
    EN_ASSERT(parameter->type == EN_RULE_TYPE_CHOICE);
    return (const char *)choice_at(parameter, parameter->min).bytes;
}

static en_code put_choice(const struct place *place, struct en_slice value, int64_t *at,
                          struct en_error *err)
{
    const struct en_rule_parameter *parameter = place->parameter;
    for (int64_t i = parameter->min; i <= parameter->max; i++) {
        if (value.size > 0 && en_slice_equal(choice_at(parameter, i), value)) {
            *at = i;
            return EN_OK;
        }
    }
    int shown = value.size < WORD_SIZE_MAX ? (int)value.size : (int)WORD_SIZE_MAX;
    return en_error_set(
        err, EN_MALFORMED,
        "rule %s, parameter \"%s\": \"%.*s\" is none of its choices: give one of %s",
        place->rule->name, parameter->name, shown, value.size > 0 ? (const char *)value.bytes : "",
        en_rule_choices(parameter));
}

/* One method behind those that are listed. */
static en_code add_method(const struct place *place, struct en_slice name,
                          struct en_rule_values *values, struct en_error *err)
{
    const struct en_rule *method = en_rule_find(name);
    if (method == NULL || !method->is_method) {
        return wrong(place, EN_MALFORMED, "is no method of a chain: give E-01 to E-11 or E-15",
                     name, err);
    }
    for (uint32_t i = 0; i < values->list_count; i++) {
        if (values->list[i] == (uint8_t)method->id) {
            return wrong(place, EN_MALFORMED, "stands in the chain twice", name, err);
        }
    }
    if (values->list_count == EN_RULE_LIST_MAX) {
        return wrong(place, EN_LIMIT, "is one method too many", name, err);
    }
    values->list[values->list_count] = (uint8_t)method->id;
    values->list_count++;
    return EN_OK;
}

/* "E-01, E-02": parted by commas or blanks. */
static en_code put_methods(const struct place *place, struct en_slice value,
                           struct en_rule_values *values, struct en_error *err)
{
    size_t begin = 0;
    en_code code = EN_OK;
    for (size_t i = 0; code == EN_OK && i <= value.size; i++) {
        bool is_end = i == value.size || value.bytes[i] == ',' || value.bytes[i] == ' ';
        if (is_end && i > begin) {
            code = add_method(place, en_slice_of(value.bytes + begin, i - begin), values, err);
        }
        begin = is_end ? i + 1 : begin;
    }
    return code;
}

static en_code put_name(const struct place *place, struct en_slice value,
                        struct en_rule_values *values, struct en_error *err)
{
    if (value.size > EN_NAME_SIZE_MAX) {
        return wrong(place, EN_LIMIT, "is longer than a name may be", value, err);
    }
    if (value.size > 0 && memchr(value.bytes, 0, value.size) != NULL) {
        return wrong(place, EN_MALFORMED, "is no name", value, err);
    }
    if (value.size > 0) {
        memcpy(values->text, value.bytes, value.size);
    }
    values->text[value.size] = '\0';
    return EN_OK;
}

/* Puts the value of the parameter at the index from its text. */
static en_code put_text(const struct en_rule *rule, uint32_t index, struct en_slice value,
                        struct en_rule_values *values, struct en_error *err)
{
    struct place place = {rule, en_rule_parameter(rule, index)};
    int64_t *at = &values->at[index];
    values->given |= UINT32_C(1) << index;
    switch (place.parameter->type) {
    case EN_RULE_TYPE_FLAG:
        return put_flag(&place, value, at, err);
    case EN_RULE_TYPE_CHOICE:
        return put_choice(&place, value, at, err);
    case EN_RULE_TYPE_METHODS:
        values->list_count = 0;
        return put_methods(&place, value, values, err);
    case EN_RULE_TYPE_NAME:
        return put_name(&place, value, values, err);
    case EN_RULE_TYPE_COUNT:
    case EN_RULE_TYPE_DECIMAL:
    case EN_RULE_TYPE_PERCENT:
    case EN_RULE_TYPE_SECONDS:
        break;
    }
    return put_number(&place, value, at, err);
}

/* The index of the parameter of that name. */
static en_code find_parameter(const struct en_rule *rule, struct en_slice name, uint32_t *index,
                              struct en_error *err)
{
    const char *known[EN_RULE_PARAMETERS_MAX] = {NULL};
    struct en_buf list;
    en_buf_init(&list, 512);
    for (uint32_t i = 0; i < en_rule_parameters_count(rule); i++) {
        if (!en_rule_is_settable(rule, i)) {
            continue;
        }
        known[i] = en_rule_parameter(rule, i)->name;
        if (en_slice_equal(name, en_slice_text(known[i]))) {
            *index = i;
            en_buf_fini(&list);
            return EN_OK;
        }
        en_buf_print(&list, "%s%s", list.size > 0 ? ", " : "", known[i]);
    }
    char word[WORD_SIZE_MAX];
    copy_word(name, word);
    const char *nearest = en_nearest_word(word, known, EN_RULE_PARAMETERS_MAX);
    en_buf_u8(&list, 0);
    en_code code = en_buf_code(&list, err);
    if (code == EN_OK && nearest != NULL) {
        code = en_error_set(err, EN_MALFORMED,
                            "rule %s: there is no parameter \"%s\"; did you mean \"%s\"?",
                            rule->name, word, nearest);
    } else if (code == EN_OK) {
        code = en_error_set(err, EN_MALFORMED, "rule %s: there is no parameter \"%s\": it has %s",
                            rule->name, word, (const char *)list.bytes);
    }
    en_buf_fini(&list);
    return code;
}

en_code en_rule_put(const struct en_rule *rule, struct en_slice name, struct en_slice value,
                    struct en_rule_values *values, struct en_error *err)
{
    EN_ASSERT(values->rule == rule->id);
    uint32_t index = 0;
    en_code code = find_parameter(rule, name, &index, err);
    return code == EN_OK ? put_text(rule, index, value, values, err) : code;
}

/* ---- JSON ---- */

/* The kinds of JSON value that a type takes. */
static bool takes_kind(en_rule_type type, en_json_kind kind)
{
    switch (type) {
    case EN_RULE_TYPE_FLAG:
        return kind == EN_JSON_BOOL;
    case EN_RULE_TYPE_CHOICE:
    case EN_RULE_TYPE_NAME:
        return kind == EN_JSON_TEXT;
    case EN_RULE_TYPE_METHODS:
        return kind == EN_JSON_TEXT || kind == EN_JSON_ARRAY;
    case EN_RULE_TYPE_COUNT:
    case EN_RULE_TYPE_DECIMAL:
    case EN_RULE_TYPE_PERCENT:
    case EN_RULE_TYPE_SECONDS:
        break;
    }
    return kind == EN_JSON_TEXT || kind == EN_JSON_NUMBER;
}

static const char *wanted_text(en_rule_type type)
{
    switch (type) {
    case EN_RULE_TYPE_FLAG:
        return "true or false";
    case EN_RULE_TYPE_CHOICE:
        return "one of its words, in quotes";
    case EN_RULE_TYPE_NAME:
        return "a name, in quotes";
    case EN_RULE_TYPE_METHODS:
        return "a list of names of rules";
    case EN_RULE_TYPE_COUNT:
    case EN_RULE_TYPE_DECIMAL:
    case EN_RULE_TYPE_PERCENT:
    case EN_RULE_TYPE_SECONDS:
        break;
    }
    return "a number, or its text";
}

static en_code read_list(const struct en_rule *rule, uint32_t index, struct en_json_reader *reader,
                         struct en_rule_values *values, struct en_error *err)
{
    struct place place = {rule, en_rule_parameter(rule, index)};
    struct en_json_token token;
    values->given |= UINT32_C(1) << index;
    values->list_count = 0;
    en_code code = en_json_next(reader, &token, err);
    while (code == EN_OK && token.kind != EN_JSON_CLOSE) {
        if (token.kind != EN_JSON_TEXT) {
            return en_error_set(err, EN_MALFORMED,
                                "rule %s, parameter \"%s\": %s stands in the list: give names of "
                                "rules in quotes",
                                rule->name, place.parameter->name, en_json_kind_text(token.kind));
        }
        code = add_method(&place, token.text, values, err);
        if (code == EN_OK) {
            code = en_json_next(reader, &token, err);
        }
    }
    return code;
}

/* One member: its name is in hand. */
static en_code read_member(const struct en_rule *rule, struct en_slice name,
                           struct en_json_reader *reader, struct en_rule_values *values,
                           struct en_error *err)
{
    uint32_t index = 0;
    struct en_json_token token;
    en_code code = find_parameter(rule, name, &index, err);
    if (code == EN_OK) {
        code = en_json_next(reader, &token, err);
    }
    if (code != EN_OK) {
        return code;
    }
    const struct en_rule_parameter *parameter = en_rule_parameter(rule, index);
    if ((values->given & UINT32_C(1) << index) != 0) {
        return en_error_set(err, EN_MALFORMED, "rule %s: parameter \"%s\" is given twice",
                            rule->name, parameter->name);
    }
    if (!takes_kind(parameter->type, token.kind)) {
        return en_error_set(err, EN_MALFORMED, "rule %s, parameter \"%s\": %s is given: give %s",
                            rule->name, parameter->name, en_json_kind_text(token.kind),
                            wanted_text(parameter->type));
    }
    if (token.kind == EN_JSON_ARRAY) {
        return read_list(rule, index, reader, values, err);
    }
    struct en_slice text =
        token.kind == EN_JSON_BOOL ? en_slice_text(token.is_true ? "true" : "false") : token.text;
    return put_text(rule, index, text, values, err);
}

static en_code read_object(const struct en_rule *rule, struct en_json_reader *reader,
                           struct en_rule_values *values, struct en_error *err)
{
    struct en_json_token token;
    en_code code = en_json_next(reader, &token, err);
    if (code == EN_OK && token.kind != EN_JSON_OBJECT) {
        return en_error_set(err, EN_MALFORMED,
                            "rule %s: its parameters are %s: give an object like "
                            "{\"enabled\":true}",
                            rule->name, en_json_kind_text(token.kind));
    }
    while (code == EN_OK && token.kind != EN_JSON_END) {
        code = en_json_next(reader, &token, err);
        if (code == EN_OK && token.kind == EN_JSON_KEY) {
            code = read_member(rule, token.text, reader, values, err);
        }
    }
    return code;
}

en_code en_rule_parse(const struct en_rule *rule, en_resource resource, struct en_slice json,
                      struct en_rule_values *values, struct en_error *err)
{
    EN_ASSERT((unsigned)resource < EN_RESOURCES_COUNT);
    en_rule_defaults(rule, resource, values);
    if (json.size == 0) {
        return EN_OK;
    }
    if (json.size > EN_RULE_JSON_SIZE_MAX) {
        return en_error_set(err, EN_LIMIT, "rule %s: its parameters are longer than %u bytes",
                            rule->name, EN_RULE_JSON_SIZE_MAX);
    }
    struct en_arena arena;
    struct en_json_reader reader;
    en_arena_init(&arena, JSON_ARENA_SIZE);
    en_json_reader_init(&reader, json, &arena);
    en_code code = read_object(rule, &reader, values, err);
    en_arena_fini(&arena);
    bool is_named = err == NULL || strncmp(err->text, "rule ", 5) == 0;
    return code == EN_OK || is_named ? code : en_error_wrap(err, "rule %s", rule->name);
}

/* ---- printing ---- */

static void print_list(const struct en_rule_values *values, struct en_json *json, const char *key)
{
    en_json_array(json, key);
    for (uint32_t i = 0; i < values->list_count; i++) {
        en_json_string(json, NULL, names[values->list[i]]);
    }
    en_json_end(json);
}

static void print_member(const struct en_rule_values *values, uint32_t index, struct en_json *json)
{
    const struct en_rule_parameter *parameter = en_rule_parameter(en_rule_of(values->rule), index);
    int64_t value = values->at[index];
    switch (parameter->type) {
    case EN_RULE_TYPE_FLAG:
        en_json_bool(json, parameter->name, value != 0);
        return;
    case EN_RULE_TYPE_COUNT:
    case EN_RULE_TYPE_SECONDS:
        en_json_i64(json, parameter->name, value);
        return;
    case EN_RULE_TYPE_DECIMAL:
        en_json_micro(json, parameter->name, value);
        return;
    case EN_RULE_TYPE_PERCENT:
        en_json_micro(json, parameter->name, value * MICRO_OF_PERCENT);
        return;
    case EN_RULE_TYPE_CHOICE:
        en_json_text(json, parameter->name, choice_at(parameter, value));
        return;
    case EN_RULE_TYPE_METHODS:
        print_list(values, json, parameter->name);
        return;
    case EN_RULE_TYPE_NAME:
        en_json_string(json, parameter->name, values->text);
        return;
    }
}

void en_rule_print(const struct en_rule_values *values, bool is_all, struct en_buf *out)
{
    const struct en_rule *rule = en_rule_of(values->rule);
    struct en_json json;
    en_json_init(&json, out);
    en_json_object(&json, NULL);
    for (uint32_t i = 0; i < en_rule_parameters_count(rule); i++) {
        bool is_given = (values->given & UINT32_C(1) << i) != 0;
        if (en_rule_is_settable(rule, i) && (is_all || is_given)) {
            print_member(values, i, &json);
        }
    }
    en_json_end(&json);
}

void en_rule_print_value(const struct en_rule_values *values, uint32_t index, struct en_buf *out)
{
    const struct en_rule_parameter *parameter = en_rule_parameter(en_rule_of(values->rule), index);
    int64_t value = values->at[index];
    struct en_slice choice;
    switch (parameter->type) {
    case EN_RULE_TYPE_FLAG:
        en_buf_text(out, value != 0 ? "true" : "false");
        return;
    case EN_RULE_TYPE_CHOICE:
        choice = choice_at(parameter, value);
        en_buf_append(out, choice.bytes, choice.size);
        return;
    case EN_RULE_TYPE_METHODS:
        for (uint32_t i = 0; i < values->list_count; i++) {
            en_buf_print(out, "%s%s", i > 0 ? ", " : "", names[values->list[i]]);
        }
        return;
    case EN_RULE_TYPE_NAME:
        en_buf_text(out, values->text);
        return;
    case EN_RULE_TYPE_COUNT:
    case EN_RULE_TYPE_DECIMAL:
    case EN_RULE_TYPE_PERCENT:
    case EN_RULE_TYPE_SECONDS:
        print_scaled(parameter, value, out);
        return;
    }
}

/* ---- chains ---- */

uint32_t en_rule_chain(const struct en_rule_values *values, en_rule_id *methods)
{
    static const en_rule_id chains[EN_CHAINS_COUNT][EN_RULE_LIST_MAX] = {
        [EN_CHAIN_UBP] = {EN_RULE_E_01, EN_RULE_E_02},
        [EN_CHAIN_ELEXON] = {EN_RULE_E_03, EN_RULE_E_04, EN_RULE_E_02, EN_RULE_E_06},
        [EN_CHAIN_AEMO] = {EN_RULE_E_03, EN_RULE_E_07, EN_RULE_E_01, EN_RULE_E_02},
        [EN_CHAIN_DE] = {EN_RULE_E_07, EN_RULE_E_01, EN_RULE_E_02},
        [EN_CHAIN_DE_GAS] = {EN_RULE_E_01, EN_RULE_E_02, EN_RULE_E_15},
        [EN_CHAIN_RU_442] = {EN_RULE_E_03, EN_RULE_E_08, EN_RULE_E_09, EN_RULE_E_10},
        [EN_CHAIN_TECHNICAL] = {EN_RULE_E_03, EN_RULE_E_04, EN_RULE_E_11, EN_RULE_E_02},
    };
    EN_ASSERT(values->rule == EN_RULE_CHAIN);
    int64_t name = values->at[EN_CHAIN_NAME];
    EN_ASSERT(name >= 0 && name < EN_CHAINS_COUNT);
    uint32_t count = 0;
    if (name == EN_CHAIN_CUSTOM) {
        for (; count < values->list_count; count++) {
            methods[count] = (en_rule_id)values->list[count];
        }
        return count;
    }
    for (; count < EN_RULE_LIST_MAX && chains[name][count] != EN_RULE_NONE; count++) {
        methods[count] = chains[name][count];
    }
    return count;
}

/* ---- words ---- */

static const char *const stage_names[EN_STAGES_COUNT] = {
    [EN_STAGE_VALIDITY] = "validity", [EN_STAGE_SUBSTITUTION] = "substitution",
    [EN_STAGE_PERIOD] = "period",     [EN_STAGE_TARIFF] = "tariff",
    [EN_STAGE_BALANCE] = "balance",   [EN_STAGE_DEVIATION] = "deviation",
};

const char *en_rule_stage_name(en_rule_stage stage)
{
    EN_ASSERT(stage > 0 && stage < EN_STAGES_COUNT);
    return stage_names[stage];
}

bool en_rule_stage_parse(struct en_slice name, en_rule_stage *stage)
{
    for (int i = EN_STAGE_VALIDITY; i < EN_STAGES_COUNT; i++) {
        if (en_slice_equal(name, en_slice_text(stage_names[i]))) {
            *stage = (en_rule_stage)i;
            return true;
        }
    }
    return false;
}

const char *en_rule_severity_name(en_rule_severity severity)
{
    static const char *const texts[] = {"none", "warning", "error", "blocking"};
    EN_ASSERT((size_t)severity < EN_COUNT_OF(texts));
    return texts[severity];
}

const char *en_rule_type_name(en_rule_type type)
{
    static const char *const texts[] = {
        [EN_RULE_TYPE_FLAG] = "flag",       [EN_RULE_TYPE_COUNT] = "count",
        [EN_RULE_TYPE_DECIMAL] = "decimal", [EN_RULE_TYPE_PERCENT] = "percent",
        [EN_RULE_TYPE_SECONDS] = "seconds", [EN_RULE_TYPE_CHOICE] = "choice",
        [EN_RULE_TYPE_METHODS] = "methods", [EN_RULE_TYPE_NAME] = "name",
    };
    EN_ASSERT((size_t)type < EN_COUNT_OF(texts) && texts[type] != NULL);
    return texts[type];
}
