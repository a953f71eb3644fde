#include "projections/views/rules_json.h"

#include "core/metering/rule/rule_json.h"
#include "projections/views/keys.h"

static void put_day(struct en_json *json, const char *key, struct en_instant instant)
{
    if (instant.us == INT64_MAX) {
        en_json_null(json, key);
    } else {
        en_json_day(json, key, en_day_of_instant(instant, 0));
    }
}

void en_rules_json_setting(const struct en_rule_setting *setting, struct en_json *json)
{
    en_json_object(json, NULL);
    en_json_string(json, "rule", en_rule_of(setting->rule)->name);
    en_json_text(json, "target",
                 setting->target.size > 0 ? setting->target : en_slice_text("everywhere"));
    put_day(json, "from", setting->from);
    put_day(json, "to", setting->to);
    en_json_text(json, "edition", setting->edition);
    en_json_raw(json, "parameters", setting->parameters);
    en_json_text(json, "reason", setting->reason);
    en_json_text(json, "author", setting->author);
    en_json_u64(json, "seq", setting->seq);
    en_json_end(json);
}

static en_code put_setting(void *self, const struct en_rule_setting *setting, struct en_error *err)
{
    (void)err;
    en_rules_json_setting(setting, self);
    return EN_OK;
}

static en_code put_here(struct en_store *store, const struct en_rule *rule,
                        const struct en_rules_place *place, const struct en_rule_plan *plan,
                        struct en_json *json, struct en_error *err)
{
    const struct en_rule_held *held = plan == NULL ? NULL : plan->of[rule->id];
    struct en_slice key = en_slice_of("", 0);
    en_code code = EN_OK;
    en_json_object(json, "here");
    en_json_day(json, "day", (struct en_day){place->day});
    en_json_bool(json, "acts", held != NULL);
    if (held != NULL) {
        code = en_keys_key(store, EN_NAME_RULE, held->setting, &key, err);
        en_json_object(json, "values");
        en_rule_json_values(&held->values, json);
        en_json_end(json);
    }
    if (held != NULL && key.size > 0) {
        en_json_text(json, "set_by", key);
        put_day(json, "set_from", held->from);
    }
    en_json_end(json);
    return code;
}

en_code en_rules_json(struct en_store *store, const struct en_rule *rule,
                      const struct en_rules_place *place, const struct en_rule_plan *plan,
                      struct en_json *json, struct en_error *err)
{
    en_rule_json(rule, json);
    en_json_array(json, "settings");
    en_code code = en_rules_settings(store, rule->id, put_setting, json, err);
    en_json_end(json);
    return code == EN_OK && place != NULL ? put_here(store, rule, place, plan, json, err) : code;
}
