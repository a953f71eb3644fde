/* `enerlog reference rules`: docs/rules.md, made from the tables of rules, in English and Russian.
 */
#include "app/commands/commands.h"

#include "core/metering/quality.h"
#include "core/metering/rule/rule.h"

#define PAGE_SIZE_MAX (1u << 20)
#define TEXT_SIZE_MAX 4096u

/* A bar would end a cell. */
static void put_cell(struct en_buf *out, struct en_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        en_buf_text(out, text.bytes[i] == '|' ? "\\" : "");
        en_buf_append(out, &text.bytes[i], 1);
    }
}

static void put_value(struct en_buf *out, const struct en_rule *rule, uint32_t index, int64_t value)
{
    struct en_rule_values values;
    struct en_buf text;
    en_buf_init(&text, TEXT_SIZE_MAX);
    en_rule_defaults(rule, EN_RESOURCE_ELECTRICITY, &values);
    values.at[index] = value;
    en_rule_print_value(&values, index, &text);
    put_cell(out, en_buf_slice(&text));
    en_buf_fini(&text);
}

static void put_range(struct en_buf *out, const struct en_rule *rule, uint32_t index)
{
    const struct en_rule_parameter *parameter = en_rule_parameter(rule, index);
    switch (parameter->type) {
    case EN_RULE_TYPE_CHOICE:
        put_cell(out, en_slice_text(en_rule_choices(parameter)));
        return;
    case EN_RULE_TYPE_FLAG:
        en_buf_text(out, "true, false");
        return;
    case EN_RULE_TYPE_METHODS:
        en_buf_text(out, "E-01 to E-11, E-15");
        return;
    case EN_RULE_TYPE_NAME:
        en_buf_print(out, "name of a %s", parameter->unit);
        return;
    case EN_RULE_TYPE_COUNT:
    case EN_RULE_TYPE_DECIMAL:
    case EN_RULE_TYPE_PERCENT:
    case EN_RULE_TYPE_SECONDS:
        break;
    }
    put_value(out, rule, index, parameter->min);
    en_buf_text(out, " to ");
    put_value(out, rule, index, parameter->max);
    bool has_unit = parameter->type != EN_RULE_TYPE_SECONDS && parameter->unit[0] != '\0';
    en_buf_print(out, "%s%s", has_unit ? " " : "", has_unit ? parameter->unit : "");
}

static void put_default(struct en_buf *out, const struct en_rule *rule, uint32_t index)
{
    struct en_rule_values values;
    en_rule_defaults(rule, EN_RESOURCE_ELECTRICITY, &values);
    put_value(out, rule, index, values.at[index]);
    for (uint32_t i = 0; i < rule->initials_count; i++) {
        const struct en_rule_initial *initial = &rule->initials[i];
        if (initial->parameter == index) {
            en_buf_print(out, "; %s ", en_resource_name(initial->resource));
            put_value(out, rule, index, initial->value);
        }
    }
}

static void put_parameters(struct en_buf *out, const struct en_rule *rule)
{
    en_buf_text(out, "\n| parameter | range | default | English | Russian |\n"
                     "|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < en_rule_parameters_count(rule); i++) {
        const struct en_rule_parameter *parameter = en_rule_parameter(rule, i);
        if (!en_rule_is_settable(rule, i)) {
            continue;
        }
        en_buf_print(out, "| `%s` | ", parameter->name);
        put_range(out, rule, i);
        en_buf_text(out, " | ");
        put_default(out, rule, i);
        en_buf_text(out, " | ");
        put_cell(out, en_slice_text(parameter->english));
        en_buf_text(out, " | ");
        put_cell(out, en_slice_text(parameter->russian));
        en_buf_text(out, " |\n");
    }
}

static void put_flags(struct en_buf *out, uint64_t flags)
{
    for (unsigned i = 0; i < EN_QUALITY_FLAGS_COUNT; i++) {
        if ((flags & EN_QUALITY_FLAG(i)) != 0) {
            en_buf_print(out, ", `%s`", en_quality_flag_name(i));
        }
    }
}

static void put_rule(struct en_buf *out, const struct en_rule *rule)
{
    const struct en_rule_text *en = &rule->english;
    const struct en_rule_text *ru = &rule->russian;
    en_buf_print(out, "\n### %s %s / %s\n\n", rule->name, en->title, ru->title);
    en_buf_print(out, "%s, edition %u", en_rule_severity_name(rule->severity), rule->edition);
    put_flags(out, rule->flag);
    en_buf_print(out, ". Source: %s.\n\n%s\n\n%s\n\n", rule->source, en->does, ru->does);
    if (en->cannot != NULL) {
        en_buf_print(out, "Skipped where / пропускается, если: %s / %s.\n\n", en->cannot,
                     ru->cannot);
    }
    en_buf_print(out, "Example: %s → %s.  \nПример: %s → %s.\n", en->example, en->expected,
                 ru->example, ru->expected);
    put_parameters(out, rule);
}

static void put_stage(struct en_buf *out, en_rule_stage stage, const char *title)
{
    en_buf_print(out, "\n## %s\n", title);
    for (int id = EN_RULE_NONE + 1; id < EN_RULES_COUNT; id++) {
        const struct en_rule *rule = en_rule_of((en_rule_id)id);
        if (rule->stage == stage) {
            put_rule(out, rule);
        }
    }
}

static void put_chains(struct en_buf *out)
{
    const struct en_rule *rule = en_rule_of(EN_RULE_CHAIN);
    struct en_rule_values values;
    en_rule_defaults(rule, EN_RESOURCE_ELECTRICITY, &values);
    en_buf_text(out, "\n## Chains / цепочки\n\n| chain | methods in order |\n|---|---|\n");
    for (int chain = EN_CHAIN_CUSTOM + 1; chain < EN_CHAINS_COUNT; chain++) {
        en_rule_id methods[EN_RULE_LIST_MAX];
        values.at[EN_CHAIN_NAME] = chain;
        uint32_t count = en_rule_chain(&values, methods);
        en_buf_text(out, "| `");
        put_value(out, rule, EN_CHAIN_NAME, chain);
        en_buf_text(out, "` | ");
        for (uint32_t i = 0; i < count; i++) {
            en_buf_print(out, "%s%s", i > 0 ? ", " : "", en_rule_of(methods[i])->name);
        }
        en_buf_text(out, " |\n");
    }
}

static void put_entry(struct en_buf *out, const struct en_rule_preset_entry *entry)
{
    en_buf_print(out, "%s%s%s", en_rule_of(entry->rule)->name, entry->resource != NULL ? " " : "",
                 entry->resource != NULL ? entry->resource : "");
    if (entry->parameters[0] != '\0') {
        en_buf_print(out, " `%s`", entry->parameters);
    }
    if (entry->from != NULL) {
        en_buf_print(out, " [%s, %s)", entry->from, entry->to);
    }
}

static void put_presets(struct en_buf *out)
{
    uint32_t count = 0;
    const struct en_rule_preset *presets = en_rule_presets(&count);
    en_buf_text(out, "\n## Presets / наборы\n");
    for (uint32_t i = 0; i < count; i++) {
        en_buf_print(out, "\n### %s: %s / %s\n\n", presets[i].name, presets[i].english,
                     presets[i].russian);
        for (uint32_t k = 0; k < presets[i].entries_count; k++) {
            en_buf_text(out, k > 0 ? " · " : "");
            put_entry(out, &presets[i].entries[k]);
        }
        en_buf_text(out, "\n");
    }
}

static void put_page(struct en_buf *out)
{
    en_buf_text(
        out,
        "# Rules\n\nMade from the code by `enerlog reference rules`; do not edit.\n\n"
        "No rule acts by itself: it holds where a setting says so (`enerlog rule set`, `enerlog "
        "rule adopt`), from a fiscal day on, for a target: everywhere, `resource:NAME`, "
        "`object:KEY`, `point:KEY`, `channel:POINT/CODE`. The most specific target wins; of one "
        "target the setting that began last. A setting says all parameters: what it does not give "
        "is the default. `enerlog rule diff` tells what a setting would change before it is "
        "made.\n\n"
        "Правило действует только там, где это задано: с расчётных суток, для цели - везде, "
        "для ресурса, объекта, точки учёта или канала. Побеждает более точная цель, для одной "
        "цели - начавшееся позже. Незаданные параметры берутся по умолчанию. `enerlog rule "
        "diff` показывает, что изменится, до принятия.\n\n"
        "A **warning** leaves the value billable, an **error** rejects it (it is substituted), "
        "**blocking** waits for a person. Times are written `90s`, `55m`, `2h`, `7d`; percents "
        "with up to four digits behind the point, decimals with six.\n");
    put_stage(out, EN_STAGE_VALIDITY, "Validity / достоверность");
    put_stage(out, EN_STAGE_SUBSTITUTION, "Substitution / замещение");
    put_chains(out);
    put_stage(out, EN_STAGE_PERIOD, "Periods / периоды");
    put_stage(out, EN_STAGE_TARIFF, "Tariff zones / тарифные зоны");
    put_stage(out, EN_STAGE_BALANCE, "Balances / балансы");
    put_stage(out, EN_STAGE_DEVIATION, "Deviations / отклонения");
    put_presets(out);
}

en_code en_run_reference_rules(struct en_session *session, const struct en_arguments *arguments,
                               struct en_io *io, struct en_error *err)
{
    struct en_buf page;
    (void)session;
    (void)arguments;
    en_buf_init(&page, PAGE_SIZE_MAX);
    put_page(&page);
    en_code code = en_buf_code(&page, err);
    if (code == EN_OK) {
        en_io_write(io, en_buf_slice(&page));
    }
    en_buf_fini(&page);
    return code;
}
