#include "core/metering/rule/rule_json.h"

#include "core/metering/quality.h"

#define TEXT_SIZE_MAX 1024u

static void put_text(struct en_json *json, const char *key, const struct en_rule_text *text)
{
    en_json_object(json, key);
    en_json_string(json, "title", text->title);
    en_json_string(json, "does", text->does);
    if (text->cannot != NULL) {
        en_json_string(json, "cannot", text->cannot);
    }
    en_json_string(json, "example", text->example);
    en_json_string(json, "expected", text->expected);
    en_json_end(json);
}

/* A value of the parameter as it would be printed among others. */
static void put_value(struct en_json *json, const char *key, const struct en_rule *rule,
                      uint32_t index, int64_t value)
{
    struct en_rule_values values;
    struct en_buf text;
    en_buf_init(&text, TEXT_SIZE_MAX);
    en_rule_defaults(rule, EN_RESOURCE_ELECTRICITY, &values);
    values.at[index] = value;
    en_rule_print_value(&values, index, &text);
    en_json_text(json, key, en_buf_slice(&text));
    en_buf_fini(&text);
}

static void put_choices(struct en_json *json, const struct en_rule_parameter *parameter)
{
    en_json_array(json, "choices");
    for (const char *word = en_rule_choices(parameter); word != NULL;) {
        const char *end = strchr(word, '|');
        en_json_text(json, NULL,
                     en_slice_of(word, end != NULL ? (size_t)(end - word) : strlen(word)));
        word = end != NULL ? end + 1 : NULL;
    }
    en_json_end(json);
}

static void put_initials(struct en_json *json, const struct en_rule *rule, uint32_t index)
{
    bool has_any = false;
    for (uint32_t i = 0; i < rule->initials_count; i++) {
        if (rule->initials[i].parameter == index) {
            if (!has_any) {
                en_json_object(json, "defaults");
            }
            has_any = true;
            put_value(json, en_resource_name(rule->initials[i].resource), rule, index,
                      rule->initials[i].value);
        }
    }
    if (has_any) {
        en_json_end(json);
    }
}

static void put_parameter(struct en_json *json, const struct en_rule *rule, uint32_t index)
{
    const struct en_rule_parameter *parameter = en_rule_parameter(rule, index);
    struct en_rule_values values;
    bool is_number =
        parameter->type == EN_RULE_TYPE_COUNT || parameter->type == EN_RULE_TYPE_DECIMAL ||
        parameter->type == EN_RULE_TYPE_PERCENT || parameter->type == EN_RULE_TYPE_SECONDS;
    en_rule_defaults(rule, EN_RESOURCE_ELECTRICITY, &values);
    en_json_object(json, NULL);
    en_json_string(json, "name", parameter->name);
    en_json_string(json, "type", en_rule_type_name(parameter->type));
    if (parameter->unit[0] != '\0') {
        en_json_string(json, "unit", parameter->unit);
    }
    if (parameter->choices != NULL) {
        put_choices(json, parameter);
    }
    if (is_number) {
        put_value(json, "min", rule, index, parameter->min);
        put_value(json, "max", rule, index, parameter->max);
    }
    put_value(json, "default", rule, index, values.at[index]);
    put_initials(json, rule, index);
    en_json_string(json, "en", parameter->english);
    en_json_string(json, "ru", parameter->russian);
    en_json_end(json);
}

static void put_flags(struct en_json *json, uint64_t flags)
{
    en_json_array(json, "flags");
    for (unsigned i = 0; i < EN_QUALITY_FLAGS_COUNT; i++) {
        if ((flags & EN_QUALITY_FLAG(i)) != 0) {
            en_json_string(json, NULL, en_quality_flag_name(i));
        }
    }
    en_json_end(json);
}

void en_rule_json(const struct en_rule *rule, struct en_json *json)
{
    en_json_string(json, "rule", rule->name);
    en_json_string(json, "stage", en_rule_stage_name(rule->stage));
    en_json_string(json, "severity", en_rule_severity_name(rule->severity));
    en_json_u64(json, "edition", rule->edition);
    put_flags(json, rule->flag);
    en_json_bool(json, "method", rule->is_method);
    en_json_string(json, "source", rule->source);
    put_text(json, "en", &rule->english);
    put_text(json, "ru", &rule->russian);
    en_json_array(json, "parameters");
    for (uint32_t i = 0; i < en_rule_parameters_count(rule); i++) {
        if (en_rule_is_settable(rule, i)) {
            put_parameter(json, rule, i);
        }
    }
    en_json_end(json);
}

void en_rule_json_values(const struct en_rule_values *values, struct en_json *json)
{
    const struct en_rule *rule = en_rule_of(values->rule);
    struct en_buf text;
    en_buf_init(&text, TEXT_SIZE_MAX);
    for (uint32_t i = 0; i < en_rule_parameters_count(rule); i++) {
        if (en_rule_is_settable(rule, i)) {
            en_buf_reset(&text);
            en_rule_print_value(values, i, &text);
            en_json_text(json, en_rule_parameter(rule, i)->name, en_buf_slice(&text));
        }
    }
    en_buf_fini(&text);
}

void en_rule_json_preset(const struct en_rule_preset *preset, struct en_json *json, const char *key)
{
    en_json_object(json, key);
    en_json_string(json, "preset", preset->name);
    en_json_string(json, "en", preset->english);
    en_json_string(json, "ru", preset->russian);
    en_json_array(json, "rules");
    for (uint32_t i = 0; i < preset->entries_count; i++) {
        const struct en_rule_preset_entry *entry = &preset->entries[i];
        en_json_object(json, NULL);
        en_json_string(json, "rule", en_rule_of(entry->rule)->name);
        en_json_raw(json, "parameters",
                    en_slice_text(entry->parameters[0] == '\0' ? "{}" : entry->parameters));
        if (entry->resource != NULL) {
            en_json_string(json, "resource", entry->resource);
        }
        if (entry->from != NULL) {
            en_json_string(json, "from", entry->from);
            en_json_string(json, "to", entry->to);
        }
        en_json_end(json);
    }
    en_json_end(json);
    en_json_end(json);
}
