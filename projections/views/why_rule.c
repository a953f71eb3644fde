/* Rules in force of a derivation: parameters, where and when they were set, by whom and why. */
#include <inttypes.h>

#include "projections/views/rules.h"
#include "projections/views/why_work.h"

#define PARAMETERS_SIZE_MAX ((size_t)16 << 10)

/* The setting that was looked for, copied. */
struct setting_search {
    struct en_why_work *work;
    const struct en_rule_held *held;
    struct en_rule_setting found;
    bool is_found;
};

static struct en_slice kept(struct en_why_work *work, struct en_slice text)
{
    return en_arena_copy(&work->tree->arena, text);
}

static en_code take_setting(void *self, const struct en_rule_setting *setting, struct en_error *err)
{
    struct setting_search *search = self;
    (void)err;
    bool is_it =
        setting->setting == search->held->setting && setting->from.us == search->held->from.us;
    if (is_it && !search->is_found) {
        search->is_found = true;
        search->found = *setting;
        search->found.target = kept(search->work, setting->target);
        search->found.edition = kept(search->work, setting->edition);
        search->found.reason = kept(search->work, setting->reason);
        search->found.author = kept(search->work, setting->author);
    }
    return EN_OK;
}

/* Everything that the rule judges by, defaults too. */
static void put_parameters(struct en_why_work *work, struct en_why_node *node,
                           const struct en_rule_values *values)
{
    struct en_buf out;
    en_buf_init(&out, PARAMETERS_SIZE_MAX);
    en_rule_print(values, true, &out);
    if (en_buf_code(&out, NULL) == EN_OK) {
        en_why_json(work->tree, node, "parameters", en_buf_slice(&out));
        en_why_say_more(work->tree, node, " %.*s", (int)out.size, (const char *)out.bytes);
    }
    en_buf_fini(&out);
}

static en_code say_setting(struct en_why_work *work, struct en_why_node *node,
                           const struct en_rule_setting *setting, struct en_error *err)
{
    struct en_why_tree *tree = work->tree;
    struct en_event event;
    struct en_slice everywhere = en_slice_text(EN_WHY_IN(work, "everywhere", "всех"));
    struct en_slice target = setting->target.size > 0 ? setting->target : everywhere;
    en_why_say_more(tree, node,
                    EN_WHY_IN(work, ", set for %.*s since %s", ", задано для %.*s с %s"),
                    (int)target.size, (const char *)target.bytes,
                    en_why_instant_words(tree, setting->from, work->offset));
    en_why_text(tree, node, "target", setting->target);
    en_why_text(tree, node, "edition", setting->edition);
    en_why_instant(tree, node, "from", setting->from, 0);
    en_why_text(tree, node, "author", setting->author);
    en_why_text(tree, node, "reason", setting->reason);
    if (setting->reason.size > 0) {
        en_why_say_more(tree, node, EN_WHY_IN(work, ", because \"%.*s\"", ", причина \"%.*s\""),
                        (int)setting->reason.size, (const char *)setting->reason.bytes);
    }
    if (work->lookup == NULL) {
        return EN_OK;
    }
    en_code code = work->lookup->get(work->lookup->self, (struct en_seq){setting->seq}, &event,
                                     &work->payload, err);
    return code == EN_OK          ? en_why_event(work, node, &event.header, err)
           : code == EN_NOT_FOUND ? EN_OK
                                  : code;
}

static en_code find_plan(struct en_why_work *work, uint32_t channel, int32_t day,
                         const struct en_rule_plan **plan, struct en_error *err)
{
    en_code code = work->rules == NULL ? en_rules_open(&work->rules, err) : EN_OK;
    return code == EN_OK ? en_rules_plan(work->rules, work->store, channel, day, plan, err) : code;
}

en_code en_why_rule(struct en_why_work *work, struct en_why_node *parent, struct en_slice name,
                    uint32_t channel, int32_t day, struct en_error *err)
{
    const struct en_rule *rule = en_rule_find(name);
    const struct en_rule_plan *plan = NULL;
    en_code code = rule == NULL ? EN_OK : find_plan(work, channel, day, &plan, err);
    const struct en_rule_held *held =
        code == EN_OK && rule != NULL && plan != NULL ? plan->of[rule->id] : NULL;
    if (held == NULL) {
        return code;
    }
    struct en_why_node *node = en_why_add(work->tree, parent, "rule");
    struct setting_search search = {.work = work, .held = held};
    en_why_say(work->tree, node, EN_WHY_IN(work, "rule %.*s", "правило %.*s"), (int)name.size,
               (const char *)name.bytes);
    en_why_text(work->tree, node, "rule", name);
    put_parameters(work, node, &held->values);
    if (held->setting == 0) {
        en_why_say_more(work->tree, node,
                        EN_WHY_IN(work, ", by default of the chain in force",
                                  ", по умолчанию действующей цепочки"));
        return EN_OK;
    }
    code = en_rules_settings(work->store, rule->id, take_setting, &search, err);
    return code == EN_OK && search.is_found ? say_setting(work, node, &search.found, err) : code;
}
