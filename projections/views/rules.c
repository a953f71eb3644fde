#include "projections/views/rules.h"

#include <stdlib.h>

#include "core/mem.h"
#include "projections/views/keys.h"

#define MEMORY_MAX ((size_t)1 << 31)
#define CHANNELS_FIRST 1024u
#define PLANS_FIRST 64u
#define TREE_DEPTH_MAX 64u
#define OFFSET_US_MAX (INT64_C(18) * 3600 * EN_SECOND_US) /* of a fiscal day from UTC */

/* A setting, as plans are made of it. */
struct setting {
    struct en_rule_target target;
    en_rule_id rule;
    int32_t from_day;
    int32_t to_day; /* exclusive */
    uint32_t name;
    struct en_instant from;
    struct en_slice parameters;
    const struct en_rule_held *held[EN_RESOURCES_COUNT]; /* read when first wanted */
};

/* What a plan is known by: the resource and the setting of each rule (index + 1; 0 none). */
struct plan_key {
    uint32_t resource;
    uint32_t settings[EN_RULES_COUNT];
};

struct plan {
    struct en_rule_plan plan;
    struct plan_key key;
    bool is_empty; /* nothing holds: answered by NULL */
};

/* The answer for a channel: the days [from_day, to_day) around the one that was asked. */
struct channel_slot {
    const struct plan *plan;
    uint32_t epoch;
    int32_t from_day;
    int32_t to_day;
};

struct en_rules {
    uint32_t epoch; /* of what is loaded; slots of another are stale */
    bool is_loaded;
    struct en_arena memory; /* settings, held values, plans */
    struct setting *settings;
    size_t settings_count;
    size_t settings_capacity;
    const struct plan **plans; /* open addressing, by key */
    size_t plans_count;
    size_t plans_capacity;
    struct channel_slot *channels; /* by id */
    size_t channels_capacity;
    const struct en_rule_held *initials[EN_RULES_COUNT][EN_RESOURCES_COUNT];
};

static en_code no_memory(struct en_error *err)
{
    return en_error_set(err, EN_NOMEM, "no memory for the rules in force");
}

void en_rule_setting_days(struct en_instant from, struct en_instant to, int32_t *from_day,
                          int32_t *to_day)
{
    *from_day = en_day_of_instant(from, 0).n;
    *to_day = to.us == INT64_MAX ? INT32_MAX : en_day_of_instant(to, 0).n;
}

/* ---- open, close, forget ---- */

en_code en_rules_open(struct en_rules **rules, struct en_error *err)
{
    struct en_rules *opened = en_mem_alloc(1, sizeof *opened);
    if (opened == NULL) {
        return no_memory(err);
    }
    opened->epoch = 1;
    en_arena_init(&opened->memory, MEMORY_MAX);
    *rules = opened;
    return EN_OK;
}

void en_rules_close(struct en_rules *rules)
{
    if (rules == NULL) {
        return;
    }
    en_arena_fini(&rules->memory);
    en_mem_free(rules->settings);
    en_mem_free(rules->plans);
    en_mem_free(rules->channels);
    en_mem_free(rules);
}

void en_rules_forget(struct en_rules *rules)
{
    rules->is_loaded = false;
}

static void drop_loaded(struct en_rules *rules)
{
    en_arena_reset(&rules->memory);
    rules->settings_count = 0;
    rules->plans_count = 0;
    if (rules->plans != NULL) {
        memset(rules->plans, 0, rules->plans_capacity * sizeof(const struct plan *));
    }
    memset(rules->initials, 0, sizeof rules->initials);
    rules->epoch++;
    if (rules->epoch == 0) { /* slots of four milliard epochs ago would look fresh */
        memset(rules->channels, 0, rules->channels_capacity * sizeof *rules->channels);
        rules->epoch = 1;
    }
}

/* ---- settings ---- */

/* The rule and target of a row; *is_known false: an edition alone, or a rule of a later program. */
static en_code read_key(struct en_store *store, const struct en_rule_row *row, en_rule_id *rule,
                        struct en_slice *target, bool *is_known, struct en_error *err)
{
    struct en_slice key;
    struct en_slice name;
    *is_known = false;
    if (row->parameters.size == 0) {
        return EN_OK;
    }
    en_code code = en_keys_key(store, EN_NAME_RULE, row->rule, &key, err);
    if (code != EN_OK) {
        return code;
    }
    en_rule_key_parse(key, &name, target);
    const struct en_rule *found = en_rule_find(name);
    *is_known = found != NULL;
    *rule = found != NULL ? found->id : EN_RULE_NONE;
    return EN_OK;
}

static en_code add_setting(struct en_rules *rules, struct en_store *store,
                           const struct en_rule_row *row, struct en_error *err)
{
    struct setting setting = {.name = row->rule, .from = row->from};
    struct en_slice target;
    bool is_known = false;
    en_code code = read_key(store, row, &setting.rule, &target, &is_known, err);
    if (code != EN_OK || !is_known) {
        return code;
    }
    setting.parameters = en_arena_copy(&rules->memory, row->parameters);
    if (setting.parameters.bytes == NULL) {
        return no_memory(err);
    }
    code = en_rule_target_find(store, target, &setting.target, err);
    if (code != EN_OK) { /* it was there when the setting was accepted */
        return en_error_set(err, code == EN_NOMEM || code == EN_IO ? code : EN_CORRUPT,
                            "a setting of rule %s names a target that is not there",
                            en_rule_of(setting.rule)->name);
    }
    en_rule_setting_days(row->from, row->to, &setting.from_day, &setting.to_day);
    if (rules->settings_count == rules->settings_capacity) {
        size_t capacity = rules->settings_capacity > 0 ? 2 * rules->settings_capacity : 64;
        struct setting *grown = en_mem_resize(rules->settings, capacity * sizeof *grown);
        if (grown == NULL) {
            return no_memory(err);
        }
        rules->settings = grown;
        rules->settings_capacity = capacity;
    }
    rules->settings[rules->settings_count] = setting;
    rules->settings_count++;
    return EN_OK;
}

/* By target, then by the day it began: the later of two stands behind. */
static int compare_settings(const void *a, const void *b)
{
    const struct setting *left = a;
    const struct setting *right = b;
    if (left->target.scope != right->target.scope) {
        return left->target.scope < right->target.scope ? -1 : 1;
    }
    if (left->target.id != right->target.id) {
        return left->target.id < right->target.id ? -1 : 1;
    }
    if (left->from.us != right->from.us) {
        return left->from.us < right->from.us ? -1 : 1;
    }
    return (left->rule > right->rule) - (left->rule < right->rule);
}

static en_code load(struct en_rules *rules, struct en_store *store, struct en_error *err)
{
    drop_loaded(rules);
    struct en_table_scan scan;
    struct en_rule_row row;
    en_code code = en_table_scan_begin(store, &en_table_rule, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = add_setting(rules, store, &row, err);
            EN_ASSERT(code != EN_NOT_FOUND);
        }
    }
    en_table_scan_end(&scan);
    if (code != EN_NOT_FOUND) {
        return code;
    }
    if (rules->settings_count > 1) {
        qsort(rules->settings, rules->settings_count, sizeof *rules->settings, compare_settings);
    }
    rules->is_loaded = true;
    return EN_OK;
}

/* The first setting of the target, or where it would stand. */
static size_t find_target(const struct en_rules *rules, struct en_rule_target target)
{
    size_t low = 0;
    size_t high = rules->settings_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct en_rule_target *there = &rules->settings[middle].target;
        bool is_before =
            there->scope < target.scope || (there->scope == target.scope && there->id < target.id);
        low = is_before ? middle + 1 : low;
        high = is_before ? high : middle;
    }
    return low;
}

/* ---- the choice for a channel's day ---- */

struct choice {
    struct plan_key key;
    int32_t day;
    int32_t from_day; /* the choice is the same on the days [from_day, to_day) */
    int32_t to_day;
};

static void narrow(struct choice *choice, int32_t from_day, int32_t to_day)
{
    if (from_day <= choice->day) {
        choice->from_day = from_day > choice->from_day ? from_day : choice->from_day;
    } else {
        choice->to_day = from_day < choice->to_day ? from_day : choice->to_day;
    }
    if (to_day > choice->day) {
        choice->to_day = to_day < choice->to_day ? to_day : choice->to_day;
    } else {
        choice->from_day = to_day > choice->from_day ? to_day : choice->from_day;
    }
}

/* Settings of the target that hold on the day go over what less specific ones chose. */
static void choose(const struct en_rules *rules, struct en_rule_target target,
                   struct choice *choice)
{
    for (size_t i = find_target(rules, target); i < rules->settings_count; i++) {
        const struct setting *setting = &rules->settings[i];
        if (setting->target.scope != target.scope || setting->target.id != target.id) {
            return;
        }
        narrow(choice, setting->from_day, setting->to_day);
        if (setting->from_day <= choice->day && choice->day < setting->to_day) {
            choice->key.settings[setting->rule] = (uint32_t)i + 1;
        }
    }
}

/* Rows that hold between two instants answer for all days that begin between them, whatever the
 * offset of the day. */
static void narrow_to_instants(struct choice *choice, struct en_instant from, struct en_instant to)
{
    int32_t from_day = INT32_MIN;
    int32_t to_day = INT32_MAX;
    if (from.us > INT64_MIN + OFFSET_US_MAX + EN_DAY_US) {
        from_day = en_day_of_instant((struct en_instant){from.us + OFFSET_US_MAX - 1}, 0).n + 1;
    }
    if (to.us < INT64_MAX - OFFSET_US_MAX) {
        to_day = en_day_of_instant((struct en_instant){to.us - OFFSET_US_MAX}, 0).n;
    }
    narrow(choice, from_day <= choice->day ? from_day : choice->day,
           to_day > choice->day ? to_day : choice->day + 1);
}

/* The row of an object or point that holds at the instant, and until when. */
static en_code object_at(struct en_store *store, uint32_t object, struct en_instant at,
                         uint32_t *parent, struct choice *choice, struct en_error *err)
{
    struct en_object_row row = {.object = object, .from = at};
    struct en_table_scan scan;
    struct en_interval holds = {{INT64_MIN}, {INT64_MAX}};
    en_code code = en_table_last_before(store, &en_table_object, &row, 1, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    *parent = code == EN_OK ? row.parent : 0;
    holds.from = code == EN_OK ? row.from : holds.from;
    row = (struct en_object_row){.object = object, .from = {at.us + 1}};
    code = en_table_scan_begin(store, &en_table_object, &row, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        holds.to = code == EN_OK ? row.from : holds.to;
    }
    en_table_scan_end(&scan);
    narrow_to_instants(choice, holds.from, holds.to);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code point_at(struct en_store *store, uint32_t point, struct en_instant at,
                        uint32_t *object, struct choice *choice, bool *is_known,
                        struct en_error *err)
{
    struct en_point_row row = {.point = point, .from = at};
    struct en_table_scan scan;
    struct en_interval holds = {{INT64_MIN}, {INT64_MAX}};
    en_resource resource = EN_RESOURCE_ELECTRICITY;
    en_code code = en_table_last_before(store, &en_table_point, &row, 1, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    *is_known = code == EN_OK && en_resource_parse(row.resource, &resource);
    choice->key.resource = (uint32_t)resource;
    *object = code == EN_OK ? row.object : 0;
    holds.from = code == EN_OK ? row.from : holds.from;
    row = (struct en_point_row){.point = point, .from = {at.us + 1}};
    code = en_table_scan_begin(store, &en_table_point, &row, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        holds.to = code == EN_OK ? row.from : holds.to;
    }
    en_table_scan_end(&scan);
    narrow_to_instants(choice, holds.from, holds.to);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Objects from the one above the point to the root, nearest first. */
static en_code ancestors_at(struct en_store *store, uint32_t object, struct en_instant at,
                            uint32_t *ancestors, uint32_t *count, struct choice *choice,
                            struct en_error *err)
{
    *count = 0;
    en_code code = EN_OK;
    while (code == EN_OK && object != 0 && *count < TREE_DEPTH_MAX) {
        ancestors[*count] = object;
        (*count)++;
        code = object_at(store, object, at, &object, choice, err);
    }
    return code;
}

static en_code choose_all(struct en_rules *rules, struct en_store *store, uint32_t point,
                          uint32_t channel, struct choice *choice, struct en_error *err)
{
    struct en_instant at = {0};
    int32_t offset_minutes = 0;
    uint32_t object = 0;
    uint32_t ancestors[TREE_DEPTH_MAX];
    uint32_t ancestors_count = 0;
    bool is_known = false;
    en_code code = EN_OK;
    if (point != 0) {
        code = en_keys_day_start(store, point, choice->day, &at, &offset_minutes, err);
        if (code == EN_OK) {
            code = point_at(store, point, at, &object, choice, &is_known, err);
        }
        if (code == EN_OK) {
            code = ancestors_at(store, object, at, ancestors, &ancestors_count, choice, err);
        }
    }
    if (code != EN_OK) {
        return code;
    }
    choose(rules, (struct en_rule_target){EN_RULE_EVERYWHERE, 0}, choice);
    if (is_known) {
        choose(rules, (struct en_rule_target){EN_RULE_RESOURCE, choice->key.resource}, choice);
    }
    for (uint32_t i = ancestors_count; i > 0; i--) {
        choose(rules, (struct en_rule_target){EN_RULE_OBJECT, ancestors[i - 1]}, choice);
    }
    if (point != 0) {
        choose(rules, (struct en_rule_target){EN_RULE_POINT, point}, choice);
    }
    if (channel != 0) {
        choose(rules, (struct en_rule_target){EN_RULE_CHANNEL, channel}, choice);
    }
    return EN_OK;
}

/* ---- plans ---- */

/* What the NAME parameter of the values names; 0 where it names nothing. */
static en_code resolve_name(struct en_store *store, const struct en_rule_values *values,
                            uint32_t *name, struct en_error *err)
{
    *name = 0;
    if (values->text[0] == '\0') {
        return EN_OK;
    }
    struct en_slice text = en_slice_text(values->text);
    en_code code = values->rule == EN_RULE_E_11
                       ? en_keys_find(store, EN_NAME_BALANCE, text, name, err)
                       : en_rule_channel_find(store, text, name, err);
    return code == EN_NOT_FOUND || code == EN_MALFORMED ? EN_OK : code;
}

static en_code hold_setting(struct en_rules *rules, struct en_store *store, size_t index,
                            en_resource resource, const struct en_rule_held **held,
                            struct en_error *err)
{
    struct setting *setting = &rules->settings[index];
    if (setting->held[resource] != NULL) {
        *held = setting->held[resource];
        return EN_OK;
    }
    struct en_rule_held *made = en_arena_alloc(&rules->memory, sizeof *made);
    if (made == NULL) {
        return no_memory(err);
    }
    made->setting = setting->name;
    made->from = setting->from;
    en_code code =
        en_rule_parse(en_rule_of(setting->rule), resource, setting->parameters, &made->values, err);
    if (code != EN_OK) { /* it was read when it was accepted */
        return en_error_set(err, EN_CORRUPT, "a stored setting of rule %s cannot be read",
                            en_rule_of(setting->rule)->name);
    }
    code = resolve_name(store, &made->values, &made->name, err);
    setting->held[resource] = made;
    *held = made;
    return code;
}

static en_code hold_initial(struct en_rules *rules, en_rule_id rule, en_resource resource,
                            const struct en_rule_held **held, struct en_error *err)
{
    if (rules->initials[rule][resource] == NULL) {
        struct en_rule_held *made = en_arena_alloc(&rules->memory, sizeof *made);
        if (made == NULL) {
            return no_memory(err);
        }
        en_rule_defaults(en_rule_of(rule), resource, &made->values);
        rules->initials[rule][resource] = made;
    }
    *held = rules->initials[rule][resource];
    return EN_OK;
}

static bool is_in_chain(const struct en_rule_held *chain, en_rule_id rule)
{
    en_rule_id methods[EN_RULE_LIST_MAX];
    uint32_t count = en_rule_chain(&chain->values, methods);
    for (uint32_t i = 0; i < count; i++) {
        if (methods[i] == rule) {
            return true;
        }
    }
    return false;
}

/* What substitution does follows from the chain: methods outside it do not hold, the others and the
 * rules that they read hold by default. */
static en_code complete_chain(struct en_rules *rules, const struct plan_key *key,
                              struct en_rule_plan *plan, struct en_error *err)
{
    const struct en_rule_held *chain = plan->of[EN_RULE_CHAIN];
    en_code code = EN_OK;
    for (int id = EN_RULE_NONE + 1; id < EN_RULES_COUNT && code == EN_OK; id++) {
        const struct en_rule *rule = en_rule_of((en_rule_id)id);
        bool is_part = rule->stage == EN_STAGE_SUBSTITUTION && id != EN_RULE_CHAIN;
        if (is_part && rule->is_method && (chain == NULL || !is_in_chain(chain, rule->id))) {
            plan->of[id] = NULL;
        } else if (is_part && chain != NULL && key->settings[id] == 0) {
            code = hold_initial(rules, rule->id, plan->resource, &plan->of[id], err);
            bool is_off = code == EN_OK && !en_rule_is_enabled(&plan->of[id]->values);
            plan->of[id] = is_off ? NULL : plan->of[id];
        }
    }
    return code;
}

static en_code make_plan(struct en_rules *rules, struct en_store *store, const struct plan_key *key,
                         const struct plan **plan, struct en_error *err)
{
    struct plan *made = en_arena_alloc(&rules->memory, sizeof *made);
    if (made == NULL) {
        return no_memory(err);
    }
    made->key = *key;
    made->plan.resource = (en_resource)key->resource;
    en_code code = EN_OK;
    for (int id = EN_RULE_NONE + 1; id < EN_RULES_COUNT && code == EN_OK; id++) {
        const struct en_rule_held *held = NULL;
        if (key->settings[id] != 0) {
            code =
                hold_setting(rules, store, key->settings[id] - 1, made->plan.resource, &held, err);
        }
        bool is_on = code == EN_OK && held != NULL && en_rule_is_enabled(&held->values);
        made->plan.of[id] = is_on ? held : NULL;
    }
    if (code == EN_OK) {
        code = complete_chain(rules, key, &made->plan, err);
    }
    made->is_empty = true;
    for (int id = EN_RULE_NONE + 1; id < EN_RULES_COUNT; id++) {
        made->is_empty = made->is_empty && made->plan.of[id] == NULL;
    }
    *plan = made;
    return code;
}

static size_t hash_key(const struct plan_key *key)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ key->resource; /* FNV-1a by words */
    for (size_t i = 0; i < EN_RULES_COUNT; i++) {
        hash = (hash ^ key->settings[i]) * UINT64_C(1099511628211);
    }
    return (size_t)(hash ^ hash >> 32);
}

static void place_plan(const struct plan **plans, size_t capacity, const struct plan *plan)
{
    size_t at = hash_key(&plan->key) & (capacity - 1);
    while (plans[at] != NULL) {
        at = (at + 1) & (capacity - 1);
    }
    plans[at] = plan;
}

static en_code grow_plans(struct en_rules *rules, struct en_error *err)
{
    size_t capacity = rules->plans_capacity > 0 ? 2 * rules->plans_capacity : PLANS_FIRST;
    const struct plan **plans = en_mem_alloc(capacity, sizeof(const struct plan *));
    if (plans == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < rules->plans_capacity; i++) {
        if (rules->plans[i] != NULL) {
            place_plan(plans, capacity, rules->plans[i]);
        }
    }
    en_mem_free(rules->plans);
    rules->plans = plans;
    rules->plans_capacity = capacity;
    return EN_OK;
}

/* The one plan of the key. */
static en_code find_plan(struct en_rules *rules, struct en_store *store, const struct plan_key *key,
                         const struct plan **plan, struct en_error *err)
{
    if (2 * (rules->plans_count + 1) > rules->plans_capacity) {
        en_code code = grow_plans(rules, err);
        if (code != EN_OK) {
            return code;
        }
    }
    size_t at = hash_key(key) & (rules->plans_capacity - 1);
    for (; rules->plans[at] != NULL; at = (at + 1) & (rules->plans_capacity - 1)) {
        if (memcmp(&rules->plans[at]->key, key, sizeof *key) == 0) {
            *plan = rules->plans[at];
            return EN_OK;
        }
    }
    en_code code = make_plan(rules, store, key, plan, err);
    if (code == EN_OK) {
        place_plan(rules->plans, rules->plans_capacity, *plan);
        rules->plans_count++;
    }
    return code;
}

/* ---- questions ---- */

static en_code plan_of(struct en_rules *rules, struct en_store *store, uint32_t point,
                       uint32_t channel, struct choice *choice, const struct plan **plan,
                       struct en_error *err)
{
    en_code code = choose_all(rules, store, point, channel, choice, err);
    return code == EN_OK ? find_plan(rules, store, &choice->key, plan, err) : code;
}

static en_code slot_of(struct en_rules *rules, uint32_t channel, struct channel_slot **slot,
                       struct en_error *err)
{
    if (channel >= rules->channels_capacity) {
        size_t capacity = rules->channels_capacity > 0 ? rules->channels_capacity : CHANNELS_FIRST;
        while (capacity <= channel) {
            capacity *= 2;
        }
        struct channel_slot *grown = en_mem_resize(rules->channels, capacity * sizeof *grown);
        if (grown == NULL) {
            return no_memory(err);
        }
        memset(grown + rules->channels_capacity, 0,
               (capacity - rules->channels_capacity) * sizeof *grown);
        rules->channels = grown;
        rules->channels_capacity = capacity;
    }
    *slot = &rules->channels[channel];
    return EN_OK;
}

static en_code fill_slot(struct en_rules *rules, struct en_store *store, uint32_t channel,
                         int32_t day, struct channel_slot *slot, struct en_error *err)
{
    struct en_channel_row row = {.channel = channel};
    en_code code = en_table_get(store, &en_table_channel, &row, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    struct choice choice = {.day = day, .from_day = INT32_MIN, .to_day = INT32_MAX};
    const struct plan *plan = NULL;
    code = plan_of(rules, store, code == EN_OK ? row.point : 0, channel, &choice, &plan, err);
    if (code == EN_OK) {
        EN_ASSERT(choice.from_day <= day && day < choice.to_day);
        *slot = (struct channel_slot){plan, rules->epoch, choice.from_day, choice.to_day};
    }
    return code;
}

en_code en_rules_plan(struct en_rules *rules, struct en_store *store, uint32_t channel, int32_t day,
                      const struct en_rule_plan **plan, struct en_error *err)
{
    *plan = NULL;
    if (!rules->is_loaded) {
        en_code code = load(rules, store, err);
        if (code != EN_OK) {
            return code;
        }
    }
    if (rules->settings_count == 0) {
        return EN_OK;
    }
    struct channel_slot *slot = NULL;
    en_code code = slot_of(rules, channel, &slot, err);
    bool is_fresh =
        code == EN_OK && slot->epoch == rules->epoch && slot->from_day <= day && day < slot->to_day;
    if (code == EN_OK && !is_fresh) {
        code = fill_slot(rules, store, channel, day, slot, err);
    }
    if (code == EN_OK) {
        *plan = slot->plan->is_empty ? NULL : &slot->plan->plan;
    }
    return code;
}

en_code en_rules_plan_of_point(struct en_rules *rules, struct en_store *store, uint32_t point,
                               int32_t day, const struct en_rule_plan **plan, struct en_error *err)
{
    struct choice choice = {.day = day, .from_day = INT32_MIN, .to_day = INT32_MAX};
    const struct plan *found = NULL;
    *plan = NULL;
    en_code code = rules->is_loaded ? EN_OK : load(rules, store, err);
    if (code != EN_OK || rules->settings_count == 0) {
        return code;
    }
    code = plan_of(rules, store, point, 0, &choice, &found, err);
    *plan = code == EN_OK && !found->is_empty ? &found->plan : NULL;
    return code;
}

/* ---- history ---- */

/* Where a later setting of the same target takes over for good; INT64_MAX nowhere. One that ends
 * before this does only interrupts it. */
static en_code next_from(struct en_store *store, const struct en_rule_row *row,
                         struct en_instant *next, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_rule_row behind = {.rule = row->rule, .from = {row->from.us + 1}};
    *next = (struct en_instant){INT64_MAX};
    en_code code = en_table_scan_begin(store, &en_table_rule, &behind, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &behind, NULL, err);
        if (code == EN_OK && behind.parameters.size > 0 && behind.to.us >= row->to.us) {
            *next = behind.from;
            break;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code visit_row(struct en_store *store, const struct en_rule_row *row, en_rule_id wanted,
                         en_rule_visit_setting visit, void *self, struct en_error *err)
{
    struct en_rule_setting setting = {.setting = row->rule,
                                      .from = row->from,
                                      .to = row->to,
                                      .edition = row->edition,
                                      .parameters = row->parameters,
                                      .reason = row->reason,
                                      .seq = row->seq};
    bool is_known = false;
    struct en_instant next = {INT64_MAX};
    en_code code = read_key(store, row, &setting.rule, &setting.target, &is_known, err);
    if (code != EN_OK || !is_known || (wanted != EN_RULE_NONE && setting.rule != wanted)) {
        return code;
    }
    code = next_from(store, row, &next, err);
    if (code == EN_OK) {
        code = en_keys_key(store, EN_NAME_ACTOR, row->author, &setting.author, err);
    }
    setting.to = next.us < setting.to.us ? next : setting.to;
    return code == EN_OK ? visit(self, &setting, err) : code;
}

en_code en_rules_settings(struct en_store *store, en_rule_id rule, en_rule_visit_setting visit,
                          void *self, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_rule_row row;
    en_code code = en_table_scan_begin(store, &en_table_rule, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = visit_row(store, &row, rule, visit, self, err);
            EN_ASSERT(code != EN_NOT_FOUND); /* it would look like the end of the table */
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}
