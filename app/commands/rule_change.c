#include "app/commands/rule_change.h"

#include <stdio.h>

#include "app/commands/arguments.h"
#include "core/mem.h"
#include "core/nearest.h"
#include "projections/views/keys.h"

void en_rule_changes_init(struct en_rule_changes *changes)
{
    *changes = (struct en_rule_changes){.reason = ""};
}

void en_rule_changes_fini(struct en_rule_changes *changes)
{
    en_mem_free(changes->items);
    changes->items = NULL;
}

en_code en_rule_change_find(const char *name, const struct en_rule **rule, struct en_error *err)
{
    *rule = en_rule_find(en_slice_text(name));
    if (*rule != NULL) {
        return EN_OK;
    }
    const char *nearest = en_rule_nearest(en_slice_text(name));
    return nearest == NULL
               ? en_error_set(err, EN_NOT_FOUND,
                              "there is no rule \"%.64s\": `enerlog rule list` shows them", name)
               : en_error_set(err, EN_NOT_FOUND, "there is no rule \"%.64s\"; did you mean \"%s\"?",
                              name, nearest);
}

en_code en_rule_change_days(const struct en_arguments *arguments, const char *from, const char *to,
                            int32_t *from_day, int32_t *to_day, struct en_error *err)
{
    struct en_day day = {0};
    *to_day = INT32_MAX;
    en_code code = en_arguments_day(arguments, from, &day, err);
    *from_day = day.n;
    if (code == EN_OK && to != NULL && en_arguments_has(arguments, to)) {
        code = en_arguments_day(arguments, to, &day, err);
        *to_day = day.n;
    }
    if (code == EN_OK && *to_day <= *from_day) {
        code = en_error_set(err, EN_USAGE, "--%s must be after --%s", to, from);
    }
    return code;
}

static en_code add_change(struct en_rule_changes *changes, const struct en_rule_change *change,
                          struct en_error *err)
{
    if (changes->items == NULL) {
        changes->items = en_mem_alloc(EN_RULE_CHANGES_MAX, sizeof *changes->items);
    }
    if (changes->items == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for settings of rules");
    }
    EN_ASSERT(changes->count < EN_RULE_CHANGES_MAX);
    changes->items[changes->count] = *change;
    changes->count++;
    return EN_OK;
}

/* Parameters as the log will hold them. */
static en_code print_parameters(const struct en_rule_values *values, struct en_rule_change *change,
                                struct en_error *err)
{
    struct en_buf json;
    en_buf_init(&json, EN_RULE_JSON_SIZE_MAX);
    en_rule_print(values, false, &json);
    en_code code = en_buf_code(&json, err);
    if (code == EN_OK) {
        memcpy(change->parameters, json.bytes, json.size);
        change->parameters[json.size] = '\0';
    }
    en_buf_fini(&json);
    return code;
}

/* "ratio=2.1" */
static en_code put_assignment(const struct en_rule *rule, const char *text,
                              struct en_rule_values *values, struct en_error *err)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL) {
        return en_error_set(err, EN_USAGE, "--param is NAME=VALUE, not \"%.64s\"", text);
    }
    return en_rule_put(rule, en_slice_of(text, (size_t)(equals - text)), en_slice_text(equals + 1),
                       values, err);
}

static en_code read_parameters(const struct en_rule *rule, const struct en_rule_target *target,
                               const struct en_arguments *arguments, struct en_rule_values *values,
                               struct en_error *err)
{
    en_resource resource =
        target->scope == EN_RULE_RESOURCE ? (en_resource)target->id : EN_RESOURCE_ELECTRICITY;
    struct en_slice json = en_arguments_text(arguments, "parameters", en_slice_text(""));
    en_code code = en_rule_parse(rule, resource, json, values, err);
    for (uint32_t i = 0; code == EN_OK; i++) {
        const char *text = en_arguments_repeated(arguments, "param", i);
        if (text == NULL) {
            break;
        }
        code = put_assignment(rule, text, values, err);
    }
    if (code == EN_OK && en_arguments_has(arguments, "off")) {
        code = en_rule_put(rule, en_slice_text("enabled"), en_slice_text("false"), values, err);
    }
    return code;
}

static en_code read_edition(struct en_rule_changes *changes, const struct en_rule *rule,
                            const struct en_arguments *arguments, struct en_error *err)
{
    uint64_t edition = rule->edition;
    en_code code = en_arguments_number(arguments, "edition", 1000000, &edition, err);
    if (code == EN_OK && (edition == 0 || edition > rule->edition)) {
        code = en_error_set(err, EN_UNSUPPORTED,
                            "rule %s: this program has no edition %llu: give 1 to %u", rule->name,
                            (unsigned long long)edition, rule->edition);
    }
    (void)snprintf(changes->edition, sizeof changes->edition, "%u", (unsigned)edition);
    return code;
}

en_code en_rule_changes_of_rule(struct en_rule_changes *changes, struct en_store *store,
                                const struct en_arguments *arguments, const char *name,
                                int32_t from_day, int32_t to_day, struct en_error *err)
{
    struct en_slice text = en_arguments_text(arguments, "target", en_slice_text(""));
    struct en_rule_change change = {.from_day = from_day, .to_day = to_day};
    struct en_rule_target target;
    struct en_rule_values values;
    en_code code = en_rule_change_find(name, &change.rule, err);
    if (code == EN_OK) {
        code = en_rule_target_find(store, text, &target, err);
    }
    if (code == EN_OK) {
        code = read_parameters(change.rule, &target, arguments, &values, err);
    }
    if (code == EN_OK) {
        code = read_edition(changes, change.rule, arguments, err);
    }
    if (code == EN_OK) {
        code = print_parameters(&values, &change, err);
    }
    if (code == EN_OK) {
        code = en_rule_key_print(en_slice_text(name), text, change.key, err);
    }
    return code == EN_OK ? add_change(changes, &change, err) : code;
}

/* ---- presets ---- */

static en_code find_preset(const char *name, const struct en_rule_preset **preset,
                           struct en_error *err)
{
    const char *known[32];
    uint32_t count = 0;
    const struct en_rule_preset *presets = en_rule_presets(&count);
    *preset = en_rule_preset_find(en_slice_text(name));
    if (*preset != NULL) {
        return EN_OK;
    }
    struct en_buf list;
    en_buf_init(&list, 512);
    EN_ASSERT(count <= EN_COUNT_OF(known));
    for (uint32_t i = 0; i < count; i++) {
        known[i] = presets[i].name;
        en_buf_print(&list, "%s%s", i > 0 ? ", " : "", presets[i].name);
    }
    en_buf_u8(&list, 0);
    const char *nearest = en_nearest_word(name, known, count);
    en_code code = en_buf_code(&list, err);
    if (code == EN_OK && nearest != NULL) {
        code = en_error_set(err, EN_NOT_FOUND, "there is no preset \"%.64s\"; did you mean \"%s\"?",
                            name, nearest);
    } else if (code == EN_OK) {
        code = en_error_set(err, EN_NOT_FOUND, "there is no preset \"%.64s\": give one of %s", name,
                            (const char *)list.bytes);
    }
    en_buf_fini(&list);
    return code;
}

/* What a point measures now; EN_RESOURCES_COUNT: that cannot be said of the target. */
static en_code resource_of(struct en_store *store, const struct en_rule_target *target,
                           en_resource *resource, struct en_error *err)
{
    *resource = EN_RESOURCES_COUNT;
    struct en_point_row row = {.point = target->id, .from = {INT64_MAX}};
    en_code code = EN_OK;
    if (target->scope == EN_RULE_RESOURCE) {
        *resource = (en_resource)target->id;
        return EN_OK;
    }
    if (target->scope == EN_RULE_CHANNEL) {
        struct en_channel_row channel = {.channel = target->id};
        code = en_table_get(store, &en_table_channel, &channel, NULL, err);
        row.point = channel.point;
    }
    if (code == EN_OK && (target->scope == EN_RULE_POINT || target->scope == EN_RULE_CHANNEL)) {
        code = en_table_last_before(store, &en_table_point, &row, 1, NULL, err);
        if (code == EN_OK && !en_resource_parse(row.resource, resource)) {
            *resource = EN_RESOURCES_COUNT;
        }
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The target's text for an entry; *holds false: the entry says nothing there. */
static void target_of_entry(const struct en_rule_preset_entry *entry,
                            const struct en_rule_target *target, en_resource resource,
                            struct en_slice given, char text[EN_NAME_SIZE_MAX + 1], bool *holds)
{
    (void)snprintf(text, EN_NAME_SIZE_MAX + 1, "%.*s", (int)given.size, (const char *)given.bytes);
    *holds = true;
    if (entry->resource == NULL) {
        return;
    }
    if (target->scope == EN_RULE_EVERYWHERE) {
        (void)snprintf(text, EN_NAME_SIZE_MAX + 1, "resource:%s", entry->resource);
        return;
    }
    *holds =
        resource != EN_RESOURCES_COUNT && strcmp(en_resource_name(resource), entry->resource) == 0;
}

/* An entry with days of its own holds within them only. */
static en_code days_of_entry(const struct en_rule_preset_entry *entry,
                             struct en_rule_change *change, bool *holds, struct en_error *err)
{
    struct en_day from = {INT32_MIN};
    struct en_day to = {INT32_MAX};
    if (entry->from == NULL) {
        return EN_OK;
    }
    en_code code = en_day_parse(en_slice_text(entry->from), &from, err);
    code = code == EN_OK ? en_day_parse(en_slice_text(entry->to), &to, err) : code;
    change->from_day = from.n > change->from_day ? from.n : change->from_day;
    change->to_day = to.n < change->to_day ? to.n : change->to_day;
    *holds = *holds && change->from_day < change->to_day;
    return code;
}

/* One setting stands under a key and a first day: a later entry of a preset takes the place of an
 * earlier one, which goes on behind it where it lasts longer. */
static void make_room(struct en_rule_changes *changes, const struct en_rule_change *change)
{
    for (uint32_t i = 0; i < changes->count; i++) {
        struct en_rule_change *there = &changes->items[i];
        if (strcmp(there->key, change->key) != 0 || there->from_day != change->from_day) {
            continue;
        }
        if (there->to_day > change->to_day) {
            there->from_day = change->to_day;
            continue;
        }
        changes->count--;
        memmove(there, there + 1, (changes->count - i) * sizeof *there);
        i--;
    }
}

static en_code add_entry(struct en_rule_changes *changes, const struct en_rule_preset_entry *entry,
                         const struct en_rule_target *target, en_resource resource,
                         struct en_slice given, struct en_rule_change *change, struct en_error *err)
{
    char text[EN_NAME_SIZE_MAX + 1];
    struct en_rule_values values;
    bool holds = false;
    change->rule = en_rule_of(entry->rule);
    target_of_entry(entry, target, resource, given, text, &holds);
    en_code code = days_of_entry(entry, change, &holds, err);
    if (code != EN_OK || !holds) {
        return code;
    }
    code = en_rule_parse(change->rule, EN_RESOURCE_ELECTRICITY, en_slice_text(entry->parameters),
                         &values, err);
    if (code == EN_OK) {
        code = print_parameters(&values, change, err);
    }
    if (code == EN_OK) {
        code = en_rule_key_print(en_slice_text(change->rule->name), en_slice_text(text),
                                 change->key, err);
    }
    if (code == EN_OK) {
        make_room(changes, change);
        code = add_change(changes, change, err);
    }
    return code;
}

en_code en_rule_changes_of_preset(struct en_rule_changes *changes, struct en_store *store,
                                  const struct en_arguments *arguments, const char *name,
                                  int32_t from_day, int32_t to_day, struct en_error *err)
{
    struct en_slice text = en_arguments_text(arguments, "target", en_slice_text(""));
    const struct en_rule_preset *preset = NULL;
    struct en_rule_target target;
    en_resource resource = EN_RESOURCES_COUNT;
    en_code code = find_preset(name, &preset, err);
    if (code == EN_OK) {
        code = en_rule_target_find(store, text, &target, err);
    }
    if (code == EN_OK) {
        code = resource_of(store, &target, &resource, err);
    }
    for (uint32_t i = 0; code == EN_OK && i < preset->entries_count; i++) {
        struct en_rule_change change = {.from_day = from_day, .to_day = to_day};
        code = add_entry(changes, &preset->entries[i], &target, resource, text, &change, err);
    }
    return code;
}

struct en_rule_set en_rule_change_payload(const struct en_rule_changes *changes, uint32_t index,
                                          struct en_interval *valid)
{
    EN_ASSERT(index < changes->count);
    const struct en_rule_change *change = &changes->items[index];
    valid->from = en_day_interval((struct en_day){change->from_day}, 0).from;
    valid->to = change->to_day == INT32_MAX
                    ? valid->from
                    : en_day_interval((struct en_day){change->to_day}, 0).from;
    return (struct en_rule_set){.rule = en_slice_text(change->rule->name),
                                .edition = en_slice_text(changes->edition),
                                .parameters = en_slice_text(change->parameters),
                                .reason = en_slice_text(changes->reason)};
}
