#include "processors/validity/subjects.h"

#include "core/mem.h"

#define CHANNELS_FIRST 1024u

static void free_plans(struct en_subjects *subjects)
{
    for (size_t i = 0; i < subjects->plans_count; i++) {
        en_mem_free(subjects->plans[i]);
    }
    subjects->plans_count = 0;
}

void en_subjects_fini(struct en_subjects *subjects)
{
    free_plans(subjects);
    en_mem_free(subjects->plans);
    en_mem_free(subjects->slots);
    *subjects = (struct en_subjects){0};
}

void en_subjects_forget(struct en_subjects *subjects)
{
    free_plans(subjects);
    subjects->generation++;
}

static en_code reserve(struct en_subjects *subjects, uint32_t channel, struct en_error *err)
{
    if (channel < subjects->capacity) {
        return EN_OK;
    }
    size_t capacity = subjects->capacity > 0 ? subjects->capacity : CHANNELS_FIRST;
    while (capacity <= channel) {
        capacity *= 2;
    }
    struct en_subject_slot *grown = en_mem_resize(subjects->slots, capacity * sizeof *grown);
    if (grown == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to judge %zu channels", capacity);
    }
    memset(grown + subjects->capacity, 0, (capacity - subjects->capacity) * sizeof *grown);
    subjects->slots = grown;
    subjects->capacity = capacity;
    return EN_OK;
}

/* The thresholds of a plan of rules; plans are few, and the one asked last is mostly the next. */
static en_code plan_of(struct en_subjects *subjects, const struct en_rule_plan *rules,
                       const struct en_validity_plan **plan, struct en_error *err)
{
    for (size_t i = subjects->plans_count; i > 0; i--) {
        if (subjects->plans[i - 1]->rules == rules) {
            *plan = subjects->plans[i - 1];
            return EN_OK;
        }
    }
    en_code code = en_fold_grow((void **)&subjects->plans, &subjects->plans_capacity,
                                subjects->plans_count, sizeof(void *), err);
    if (code != EN_OK) {
        return code;
    }
    struct en_validity_plan *made = en_mem_alloc(1, sizeof *made);
    if (made == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the thresholds of a plan");
    }
    en_validity_plan_make(rules, made);
    subjects->plans[subjects->plans_count++] = made;
    *plan = made;
    return EN_OK;
}

en_code en_subjects_get(struct en_subjects *subjects, struct en_fold *fold, uint32_t channel,
                        int32_t day, const struct en_validity_subject **subject,
                        const struct en_validity_plan **plan, struct en_error *err)
{
    const struct en_rule_plan *rules = NULL;
    *plan = NULL;
    *subject = NULL;
    subjects->generation += subjects->generation == 0;
    en_code code = en_registry_plan(fold, channel, day, &rules, err);
    if (code != EN_OK || rules == NULL) {
        return code;
    }
    code = reserve(subjects, channel, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_subject_slot *slot = &subjects->slots[channel];
    bool is_kept = slot->generation == subjects->generation && slot->subject.rules == rules &&
                   day >= slot->subject.from_day && day < slot->subject.to_day;
    if (!is_kept) {
        slot->generation = 0;
        code = plan_of(subjects, rules, &slot->plan, err);
        if (code == EN_OK && slot->plan->in_force != 0) {
            code = en_validity_subject_load(fold->store, channel, day, slot->plan, &slot->subject,
                                            err);
        } else {
            slot->subject = (struct en_validity_subject){
                .channel = channel, .rules = rules, .from_day = EN_DAY_MIN, .to_day = EN_DAY_MAX};
        }
        if (code != EN_OK) {
            return code;
        }
        slot->generation = subjects->generation;
    }
    *subject = &slot->subject;
    *plan = slot->plan->in_force != 0 ? slot->plan : NULL;
    return EN_OK;
}
