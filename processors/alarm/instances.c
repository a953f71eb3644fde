#include "processors/alarm/instances.h"

#include "core/mem.h"
#include "processors/registry/registry.h"

struct en_alarm_rule en_alarm_rule_of(const struct en_alarm_definition_row *definition)
{
    return (struct en_alarm_rule){.delay_on_s = definition->delay_on_s,
                                  .delay_off_s = definition->delay_off_s,
                                  .repeat_max = definition->repeat_max,
                                  .repeat_window_s = definition->repeat_window_s,
                                  .is_latched = definition->is_latched};
}

static struct en_alarm alarm_of(const struct en_alarm_row *row)
{
    return (struct en_alarm){.state = row->state,
                             .is_met = row->is_met,
                             .is_active = row->is_active,
                             .was_active = row->was_active,
                             .met_at = row->met_at,
                             .at = row->at,
                             .until = row->until,
                             .repeat = row->repeat,
                             .raises_count = row->raises_count};
}

static void keep_alarm(struct en_alarm_row *row, const struct en_alarm *alarm)
{
    row->state = alarm->state;
    row->is_met = alarm->is_met;
    row->is_active = alarm->is_active;
    row->was_active = alarm->was_active;
    row->met_at = alarm->met_at;
    row->at = alarm->at;
    row->until = alarm->until;
    row->repeat = alarm->repeat;
    row->raises_count = alarm->raises_count;
}

static en_code copy_texts(struct en_fold *fold, struct en_alarm_row *row, struct en_error *err)
{
    struct en_slice *texts[] = {&row->alarm, &row->subject, &row->value, &row->suppressed_by,
                                &row->text};
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_COUNT_OF(texts) && code == EN_OK; i++) {
        code = en_fold_copy(&fold->batch, *texts[i], texts[i], err);
    }
    return code;
}

en_code en_alarm_rows_load(struct en_fold *fold, struct en_slice name, struct en_alarm_rows *rows,
                           struct en_error *err)
{
    struct en_alarm_row row = {.alarm = name};
    struct en_table_scan scan;
    *rows = (struct en_alarm_rows){0};
    en_code code = en_table_scan_begin(fold->store, &en_table_alarm, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        code = en_table_scan_next(&scan, &row, &fold->batch, err);
        if (code != EN_OK) {
            break;
        }
        code = copy_texts(fold, &row, err);
        if (code == EN_OK) {
            code = en_fold_grow((void **)&rows->items, &rows->capacity, rows->count,
                                sizeof *rows->items, err);
        }
        if (code != EN_OK) {
            break;
        }
        rows->items[rows->count++] = row;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

void en_alarm_rows_fini(struct en_alarm_rows *rows)
{
    en_mem_free(rows->items);
    *rows = (struct en_alarm_rows){0};
}

/* ---- history ---- */

/* What an operator, or a cause, adds to a transition. */
struct words {
    struct en_slice action;
    struct en_slice text;
    uint32_t actor;
};

static bool is_told(const struct en_alarm_definition_row *definition,
                    const struct en_alarm_transition *transition)
{
    bool is_news = transition->to == EN_ALARM_UNACK || transition->cause == EN_ALARM_RETURNED;
    return is_news && definition->notify.size > 0 && !transition->is_repeated &&
           definition->priority < EN_ALARM_PRIORITY_JOURNAL;
}

static en_code tell(struct en_fold *fold, const struct en_alarm_definition_row *definition,
                    struct en_alarm_row *row, const struct en_alarm_transition *transition,
                    struct en_instant at, const struct words *words, struct en_error *err)
{
    struct en_alarm_history_row last = {.number = UINT64_MAX};
    en_code code = en_table_last_before(fold->store, &en_table_alarm_history, &last, 0, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    struct en_alarm_history_row history = {
        .number = code == EN_OK ? last.number + 1 : 1,
        .seq = fold->event->header.seq.n,
        .at = at,
        .alarm = row->alarm,
        .subject = row->subject,
        .from = transition->from,
        .to = transition->to,
        .cause = transition->cause,
        .action = words != NULL ? words->action : en_slice_text(""),
        .priority = definition->priority,
        .actor = words != NULL ? words->actor : 0,
        .text = words != NULL ? words->text : en_slice_text(""),
        .value = row->value,
        .is_told = is_told(definition, transition),
    };
    row->number = history.number;
    return en_table_put(fold->store, &en_table_alarm_history, &history, NULL, err);
}

/* Whether there is nothing to remember of it. */
static bool is_plain(const struct en_alarm_definition_row *definition,
                     const struct en_alarm_row *row, struct en_instant at)
{
    int64_t window = (int64_t)definition->repeat_window_s * EN_SECOND_US;
    bool is_guarded =
        definition->repeat_max > 0 && row->raises_count > 0 && at.us - row->repeat.us < window;
    return row->state == EN_ALARM_NORM && !row->is_met && !row->is_active && !is_guarded;
}

static en_code put_row(struct en_fold *fold, const struct en_alarm_definition_row *definition,
                       struct en_alarm_row *row, struct en_instant at, struct en_error *err)
{
    row->priority = definition->priority;
    if (!is_plain(definition, row, at)) {
        return en_table_put(fold->store, &en_table_alarm, row, NULL, err);
    }
    en_code code = en_table_delete(fold->store, &en_table_alarm, row, err);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- looks ---- */

/* Whether the cause stands over the row: at its device or point, or at an object above it. */
static en_code covers(struct en_fold *fold, const struct en_alarm_row *cause,
                      const struct en_alarm_row *row, struct en_instant at, bool *is,
                      struct en_error *err)
{
    *is = false;
    if (cause->state != EN_ALARM_UNACK && cause->state != EN_ALARM_ACK) {
        return EN_OK;
    }
    *is = (cause->device != 0 && cause->device == row->device) ||
          (cause->point != 0 && cause->point == row->point);
    if (*is || cause->object == 0 || row->object == 0) {
        return EN_OK;
    }
    return en_registry_is_within(fold, row->object, cause->object, at, is, err);
}

static en_code find_cause(struct en_fold *fold, const struct en_alarm_rows *causes,
                          const struct en_alarm_row *row, struct en_instant at,
                          const struct en_alarm_row **cause, struct en_error *err)
{
    en_code code = EN_OK;
    *cause = NULL;
    for (size_t i = 0; i < causes->count && code == EN_OK && *cause == NULL; i++) {
        bool is = false;
        code = covers(fold, &causes->items[i], row, at, &is, err);
        *cause = is ? &causes->items[i] : NULL;
    }
    return code;
}

static en_code act(struct en_fold *fold, const struct en_alarm_definition_row *definition,
                   struct en_alarm_row *row, struct en_alarm *alarm, en_alarm_action action,
                   struct en_instant at, const struct words *words, struct en_error *err)
{
    struct en_alarm_rule rule = en_alarm_rule_of(definition);
    struct en_alarm_transition transition;
    en_code code = en_alarm_act(&rule, alarm, action, at, at, words->text, &transition, err);
    EN_ASSERT(code == EN_OK);
    keep_alarm(row, alarm);
    return tell(fold, definition, row, &transition, at, words, err);
}

/* A look at one subject: first the cause that suppresses it, then what was seen, then whether the
 * cause is gone. */
static en_code look(struct en_fold *fold, const struct en_alarm_definition_row *definition,
                    struct en_alarm_row *row, const struct en_alarm_rows *causes,
                    const struct en_alarm_sight *sight, struct en_error *err)
{
    struct en_alarm_rule rule = en_alarm_rule_of(definition);
    struct en_alarm_transition transitions[EN_ALARM_TRANSITIONS_MAX];
    struct en_alarm alarm = alarm_of(row);
    const struct en_alarm_row *cause = NULL;
    en_code code = find_cause(fold, causes, row, sight->at, &cause, err);
    if (code != EN_OK) {
        return code;
    }
    bool is_held = en_alarm_is_held((en_alarm_state)alarm.state);
    if (cause != NULL && !is_held && (sight->is_met || alarm.state != EN_ALARM_NORM)) {
        struct words words = {en_slice_text("suppress"), cause->alarm, 0};
        row->suppressed_by = cause->alarm;
        code = act(fold, definition, row, &alarm, EN_ALARM_ACTION_SUPPRESS, sight->at, &words, err);
    }
    uint32_t count = code == EN_OK ? en_alarm_look(&rule, &alarm, sight, transitions) : 0;
    keep_alarm(row, &alarm);
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        code = tell(fold, definition, row, &transitions[i], sight->at, NULL, err);
    }
    bool is_by_cause = row->suppressed_by.size > 0 && alarm.state == EN_ALARM_SUPPRESSED;
    if (code == EN_OK && cause == NULL && is_by_cause) {
        struct words words = {en_slice_text("unsuppress"), row->suppressed_by, 0};
        code =
            act(fold, definition, row, &alarm, EN_ALARM_ACTION_UNSUPPRESS, sight->at, &words, err);
    }
    if (alarm.state != EN_ALARM_SUPPRESSED) {
        row->suppressed_by = en_slice_text("");
    }
    return code == EN_OK ? put_row(fold, definition, row, sight->at, err) : code;
}

static void take_place(struct en_alarm_row *row, const struct en_alarm_seen *seen)
{
    row->value = seen->value;
    row->object = seen->object;
    row->point = seen->point;
    row->device = seen->device;
}

en_code en_alarm_rows_look(struct en_fold *fold, const struct en_alarm_definition_row *definition,
                           const struct en_alarm_rows *rows, const struct en_alarm_rows *causes,
                           const struct en_alarm_sights *sights, struct en_error *err)
{
    size_t r = 0;
    size_t s = 0;
    en_code code = EN_OK;
    while (code == EN_OK && (r < rows->count || s < sights->count)) {
        struct en_alarm_row row = {.alarm = definition->name};
        struct en_alarm_sight sight = {.at = sights->at, .since = sights->at};
        int order = r == rows->count ? 1
                    : s == sights->count
                        ? -1
                        : en_slice_compare(rows->items[r].subject, sights->items[s].subject);
        if (order <= 0) {
            row = rows->items[r++];
        }
        if (order >= 0) {
            const struct en_alarm_seen *seen = &sights->items[s++];
            row.subject = seen->subject;
            take_place(&row, seen);
            sight.is_met = seen->is_met;
            sight.is_pulse = seen->is_pulse;
            sight.since = seen->since;
            sight.gone = seen->gone;
        }
        code = look(fold, definition, &row, causes, &sight, err);
    }
    return code;
}

/* ---- operators ---- */

en_code en_alarm_rows_act(struct en_fold *fold, const struct en_alarm_definition_row *definition,
                          const struct en_alarm_asked *asked, en_alarm_action action,
                          struct en_instant at, uint32_t actor, struct en_error *fault,
                          struct en_error *err)
{
    struct en_alarm_row row = {.alarm = asked->alarm, .subject = asked->subject};
    struct en_alarm_rule rule = en_alarm_rule_of(definition);
    struct en_alarm_transition transition;
    *fault = (struct en_error){.code = EN_OK};
    en_code code = en_table_get(fold->store, &en_table_alarm, &row, NULL, err);
    if (code == EN_NOT_FOUND) {
        (void)en_error_set(fault, EN_NOT_FOUND,
                           "\"%.*s\" has no alarm about \"%.*s\" now: it is normal",
                           (int)asked->alarm.size, (const char *)asked->alarm.bytes,
                           (int)asked->subject.size, (const char *)asked->subject.bytes);
        return EN_OK;
    }
    if (code == EN_OK) {
        code = copy_texts(fold, &row, err);
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_alarm alarm = alarm_of(&row);
    if (en_alarm_act(&rule, &alarm, action, at, asked->until, asked->text, &transition, fault) !=
        EN_OK) {
        return EN_OK;
    }
    keep_alarm(&row, &alarm);
    if (asked->text.size > 0) {
        row.text = asked->text;
        row.actor = actor;
    }
    row.suppressed_by = en_slice_text("");
    struct words words = {asked->action, asked->text, actor};
    code = tell(fold, definition, &row, &transition, at, &words, err);
    return code == EN_OK ? put_row(fold, definition, &row, at, err) : code;
}

en_code en_alarm_rows_clear(struct en_fold *fold, const struct en_alarm_definition_row *definition,
                            struct en_instant at, struct en_error *err)
{
    struct en_alarm_rows rows;
    en_code code = en_alarm_rows_load(fold, definition->name, &rows, err);
    for (size_t i = 0; i < rows.count && code == EN_OK; i++) {
        struct en_alarm_row *row = &rows.items[i];
        struct en_alarm_transition transition = {
            .from = row->state, .to = EN_ALARM_NORM, .cause = EN_ALARM_REDEFINED};
        if (row->state != EN_ALARM_NORM) {
            code = tell(fold, definition, row, &transition, at, NULL, err);
        }
        if (code == EN_OK) {
            code = en_table_delete(fold->store, &en_table_alarm, row, err);
        }
    }
    en_alarm_rows_fini(&rows);
    return code;
}
