/* Alarms by ISA-18.2: what definitions watch is looked at when time passes, and moves alarms
 * through their states (core/metering/alarm.h).
 *
 *   alarm.set     -> alarm_definition; the condition is looked at, at once
 *   clock.tick    -> all definitions are looked at: causes first, then what they suppress
 *   alarm.action  -> one alarm is moved by an operator
 *   device.event, event_map.set -> alarm_device: the device is looked at with the next tick
 *
 * I1  Looks happen at barriers only, over settled tables: batches leave no trace.
 * I2  Every transition is a row of alarm_history, once; notices follow from those rows (outbox).
 * I3  A look that finds too much, or cannot read, changes no alarm and says so in its definition.
 */
#include "core/event/payload_alarm.h"
#include "core/mem.h"
#include "processors/alarm/instances.h"
#include "processors/device_event/device_event.h"

#define RESPOND_S_MAX (31u * 86400u)

struct alarm_state {
    bool is_watching_devices; /* some definition does */
};

/* ---- definitions ---- */

static bool is_notify(struct en_slice text)
{
    uint32_t count = 0;
    while (text.size > 0) {
        const uint8_t *end = memchr(text.bytes, ';', text.size);
        size_t size = end != NULL ? (size_t)(end - text.bytes) : text.size;
        const uint8_t *mark = size > 0 ? memchr(text.bytes, ':', size) : NULL;
        if (mark == NULL || mark == text.bytes || mark == text.bytes + size - 1 ||
            ++count > EN_ALARM_NOTIFY_MAX) {
            return false;
        }
        size += end != NULL;
        text = en_slice_of(text.bytes + size, text.size - size);
    }
    return true;
}

/* What every alarm must say. An alarm without an operator's response is an event, not an alarm. */
static en_code check_words(const struct en_alarm_set *set, struct en_error *fault)
{
    bool is_journal = set->priority == EN_ALARM_PRIORITY_JOURNAL;
    if (set->name.size == 0 || set->name.size > EN_ALARM_NAME_SIZE_MAX ||
        !en_fold_is_key(set->name)) {
        return en_error_set(fault, EN_LIMIT, "give it a name of at most %u bytes",
                            EN_ALARM_NAME_SIZE_MAX);
    }
    if (set->priority < 1 || set->priority > EN_ALARM_PRIORITY_JOURNAL) {
        return en_error_set(fault, EN_RANGE,
                            "its priority is 1 high, 2 medium, 3 low or 4 journal only");
    }
    if (!is_journal &&
        (set->response.size == 0 || set->consequence.size == 0 || set->respond_within_s == 0)) {
        return en_error_set(fault, EN_REFUSED,
                            "say what the operator does, what happens if nobody does, and how much "
                            "time there is: without a response it is an event (priority 4), not "
                            "an alarm");
    }
    if (set->respond_within_s > RESPOND_S_MAX || set->duration_s > EN_ALARM_DELAY_S_MAX) {
        return en_error_set(fault, EN_RANGE, "times are at most 31 days");
    }
    if (set->response.size > EN_ALARM_TEXT_SIZE_MAX ||
        set->consequence.size > EN_ALARM_TEXT_SIZE_MAX ||
        set->reason.size > EN_ALARM_TEXT_SIZE_MAX || set->filter.size > EN_ALARM_TEXT_SIZE_MAX ||
        set->notify.size > EN_ALARM_TEXT_SIZE_MAX) {
        return en_error_set(fault, EN_LIMIT, "its texts are at most %u bytes each",
                            EN_ALARM_TEXT_SIZE_MAX);
    }
    if (!is_notify(set->notify)) {
        return en_error_set(fault, EN_MALFORMED,
                            "who is told is written channel:who;channel:who, %u at most",
                            EN_ALARM_NOTIFY_MAX);
    }
    return EN_OK;
}

static struct en_alarm_definition_row row_of(const struct en_alarm_set *set,
                                             const struct en_event *event)
{
    return (struct en_alarm_definition_row){
        .name = set->name,
        .priority = set->priority,
        .is_enabled = set->is_enabled,
        .condition = set->condition,
        .target = set->target,
        .column = set->column,
        .comparison = set->comparison,
        .value = set->value,
        .filter = set->filter,
        .deadband = set->deadband,
        .duration_s = set->duration_s,
        .delay_on_s = set->delay_on_s,
        .delay_off_s = set->delay_off_s,
        .repeat_max = set->repeat_max,
        .repeat_window_s = set->repeat_window_s,
        .is_latched = set->is_latched,
        .cause = set->cause,
        .response = set->response,
        .consequence = set->consequence,
        .respond_within_s = set->respond_within_s,
        .notify = set->notify,
        .reason = set->reason,
        .actor = event->header.actor,
        .seq = event->header.seq.n,
        .looked_seq = event->header.seq.n,
    };
}

/* A cause is another definition, which has none itself: what suppresses is never suppressed. */
static en_code check_cause(struct en_fold *fold, const struct en_alarm_definition_row *row,
                           struct en_error *fault, struct en_error *err)
{
    struct en_alarm_definition_row cause = {.name = row->cause};
    if (row->cause.size == 0) {
        return EN_OK;
    }
    if (!en_fold_is_key(row->cause) || row->cause.size > EN_ALARM_NAME_SIZE_MAX ||
        en_slice_equal(row->cause, row->name)) {
        (void)en_error_set(fault, EN_CYCLE, "its cause is another alarm");
        return EN_OK;
    }
    en_code code = en_table_get(fold->store, &en_table_alarm_definition, &cause, NULL, err);
    if (code == EN_NOT_FOUND) {
        (void)en_error_set(fault, EN_NOT_FOUND, "there is no alarm \"%.*s\" to be its cause",
                           (int)row->cause.size, (const char *)row->cause.bytes);
        return EN_OK;
    }
    if (code == EN_OK && cause.cause.size > 0) {
        (void)en_error_set(fault, EN_CYCLE, "its cause has a cause itself: name that one");
    }
    return code;
}

/* Nor does a definition get a cause while it is one. */
static en_code check_effects(struct en_fold *fold, const struct en_alarm_definition_row *row,
                             struct en_error *fault, struct en_error *err)
{
    struct en_table_scan scan;
    if (row->cause.size == 0) {
        return EN_OK;
    }
    en_code code =
        en_table_scan_begin(fold->store, &en_table_alarm_definition, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        struct en_alarm_definition_row other;
        code = en_table_scan_next(&scan, &other, &fold->batch, err);
        if (code != EN_OK) {
            break;
        }
        if (en_slice_equal(other.cause, row->name)) {
            (void)en_error_set(fault, EN_CYCLE, "it is the cause of \"%.*s\": it cannot have one",
                               (int)other.name.size, (const char *)other.name.bytes);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- looks ---- */

static en_code look_with(struct en_fold *fold, const struct en_alarm_definition_row *row,
                         const struct en_alarm_condition *condition, struct en_instant at,
                         bool is_first, struct en_error *fault, struct en_error *err)
{
    struct en_alarm_rows rows = {0};
    struct en_alarm_rows causes = {0};
    struct en_alarm_sights sights = {.fold = fold,
                                     .arena = &fold->batch,
                                     .definition = row,
                                     .condition = condition,
                                     .at = at,
                                     .is_first = is_first};
    en_code code = en_alarm_rows_load(fold, row->name, &rows, err);
    if (code == EN_OK && row->cause.size > 0) {
        code = en_alarm_rows_load(fold, row->cause, &causes, err);
    }
    if (code == EN_OK) {
        sights.rows = rows.items;
        sights.rows_count = rows.count;
        code = en_alarm_sights_gather(&sights, err);
    }
    *fault = sights.fault;
    if (code == EN_OK && fault->code == EN_OK) {
        code = en_alarm_rows_look(fold, row, &rows, &causes, &sights, err);
    }
    en_alarm_sights_fini(&sights);
    en_alarm_rows_fini(&causes);
    en_alarm_rows_fini(&rows);
    return code;
}

static en_code look_at(struct en_fold *fold, struct en_alarm_definition_row *row,
                       struct en_instant at, bool is_first, struct en_error *err)
{
    struct en_alarm_condition condition;
    struct en_error fault;
    en_code code = en_alarm_condition_read(fold, row, &condition, &fault, err);
    if (code == EN_OK && fault.code == EN_OK) {
        code = look_with(fold, row, &condition, at, is_first, &fault, err);
    }
    if (code != EN_OK) {
        return en_error_wrap(err, "alarm %.*s", (int)row->name.size, (const char *)row->name.bytes);
    }
    row->looked_seq = fold->event->header.seq.n;
    row->fault = en_slice_text(fault.code == EN_OK ? "" : fault.text);
    return en_table_put(fold->store, &en_table_alarm_definition, row, NULL, err);
}

struct definitions {
    struct en_alarm_definition_row *items;
    size_t count;
    size_t capacity;
};

static en_code copy_definition(struct en_fold *fold, struct en_alarm_definition_row *row,
                               struct en_error *err)
{
    struct en_slice *texts[] = {
        &row->name,        &row->condition, &row->target,   &row->column, &row->comparison,
        &row->value,       &row->filter,    &row->deadband, &row->cause,  &row->response,
        &row->consequence, &row->notify,    &row->reason,   &row->fault};
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_COUNT_OF(texts) && code == EN_OK; i++) {
        code = en_fold_copy(&fold->batch, *texts[i], texts[i], err);
    }
    return code;
}

static en_code load_definitions(struct en_fold *fold, struct definitions *list,
                                struct en_error *err)
{
    struct en_table_scan scan;
    en_code code =
        en_table_scan_begin(fold->store, &en_table_alarm_definition, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        struct en_alarm_definition_row row;
        code = en_table_scan_next(&scan, &row, &fold->batch, err);
        if (code == EN_OK && !row.is_enabled) {
            continue;
        }
        if (code == EN_OK) {
            code = copy_definition(fold, &row, err);
        }
        if (code == EN_OK) {
            code = en_fold_grow((void **)&list->items, &list->capacity, list->count,
                                sizeof *list->items, err);
        }
        if (code != EN_OK) {
            break;
        }
        list->items[list->count++] = row;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* What changed was looked at. */
static en_code forget_devices(struct en_fold *fold, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(fold->store, &en_table_alarm_device, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        struct en_alarm_device_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = en_table_delete(fold->store, &en_table_alarm_device, &row, err);
        }
        if (code != EN_OK) {
            break;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code fold_tick(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_clock_tick payload;
    struct definitions list = {0};
    struct en_error fault;
    if (en_payload_decode(event, &payload, &fold->batch, &fault) != EN_OK) {
        return EN_OK; /* registry has said so */
    }
    bool is_in_calendar = payload.at.us >= (int64_t)EN_FOLD_DAY_MIN * EN_DAY_US &&
                          payload.at.us < (int64_t)EN_FOLD_DAY_MAX * EN_DAY_US;
    en_code code = is_in_calendar ? load_definitions(fold, &list, err) : EN_OK;
    for (int is_effect = 0; is_effect < 2; is_effect++) {
        for (size_t i = 0; i < list.count && code == EN_OK; i++) {
            if ((list.items[i].cause.size > 0) == (is_effect == 1)) {
                code = look_at(fold, &list.items[i], payload.at, false, err);
            }
        }
    }
    if (code == EN_OK && list.count > 0) {
        code = forget_devices(fold, err);
    }
    en_mem_free(list.items);
    return code;
}

static en_code watch_devices(struct en_fold *fold, struct alarm_state *state, struct en_error *err)
{
    struct definitions list = {0};
    en_code code = load_definitions(fold, &list, err);
    state->is_watching_devices = false;
    for (size_t i = 0; i < list.count && code == EN_OK; i++) {
        struct en_alarm_condition condition;
        struct en_error fault;
        code = en_alarm_condition_read(fold, &list.items[i], &condition, &fault, err);
        state->is_watching_devices =
            state->is_watching_devices || en_alarm_kind_is_of_devices(condition.kind);
    }
    en_mem_free(list.items);
    return code;
}

static en_code check_set(struct en_fold *fold, const struct en_alarm_set *payload,
                         const struct en_alarm_definition_row *row, struct en_error *fault,
                         struct en_error *err)
{
    struct en_alarm_condition condition;
    struct en_alarm_rule rule = en_alarm_rule_of(row);
    if (check_words(payload, fault) != EN_OK || en_alarm_rule_check(&rule, fault) != EN_OK) {
        return EN_OK;
    }
    en_code code = en_alarm_condition_read(fold, row, &condition, fault, err);
    if (code == EN_OK && fault->code == EN_OK) {
        code = check_cause(fold, row, fault, err);
    }
    if (code == EN_OK && fault->code == EN_OK) {
        code = check_effects(fold, row, fault, err);
    }
    return code;
}

/* A definition that watches what it watched before goes on where it was: what came since its last
 * look is news. */
static en_code go_on(struct en_fold *fold, struct en_alarm_definition_row *row, bool *is_first,
                     struct en_error *err)
{
    struct en_alarm_definition_row before = {.name = row->name};
    en_code code = en_table_get(fold->store, &en_table_alarm_definition, &before, NULL, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    *is_first = !before.is_enabled || !en_slice_equal(before.condition, row->condition) ||
                !en_slice_equal(before.target, row->target) ||
                !en_slice_equal(before.filter, row->filter);
    row->looked_seq = *is_first ? row->seq : before.looked_seq;
    return EN_OK;
}

static en_code fold_set(struct en_fold *fold, struct alarm_state *state,
                        const struct en_event *event, struct en_error *err)
{
    struct en_alarm_set payload;
    struct en_error fault = {.code = EN_OK};
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "alarm", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_alarm_definition_row row = row_of(&payload, event);
    code = check_set(fold, &payload, &row, &fault, err);
    if (code != EN_OK) {
        return code;
    }
    if (fault.code != EN_OK) {
        return en_fold_refuse(fold, fault.code, err, "alarm \"%.*s\": %s", (int)row.name.size,
                              (const char *)row.name.bytes, fault.text);
    }
    struct en_instant at = event->header.recorded_at;
    bool is_first = true;
    code = go_on(fold, &row, &is_first, err);
    if (code == EN_OK) {
        code = en_table_put(fold->store, &en_table_alarm_definition, &row, NULL, err);
    }
    if (code == EN_OK) {
        code = row.is_enabled ? look_at(fold, &row, at, is_first, err)
                              : en_alarm_rows_clear(fold, &row, at, err);
    }
    return code == EN_OK ? watch_devices(fold, state, err) : code;
}

/* ---- operators ---- */

static en_code fold_action(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_alarm_asked payload;
    struct en_error fault = {.code = EN_OK};
    en_alarm_action action = EN_ALARM_ACTION_COMMENT;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "alarm", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    bool is_key = en_fold_is_key(payload.alarm) && en_fold_is_key(payload.subject) &&
                  payload.alarm.size <= EN_ALARM_NAME_SIZE_MAX &&
                  payload.subject.size <= EN_ALARM_SUBJECT_SIZE_MAX;
    struct en_alarm_definition_row row = {.name = payload.alarm};
    code = is_key ? en_table_get(fold->store, &en_table_alarm_definition, &row, NULL, err)
                  : EN_NOT_FOUND;
    if (code == EN_NOT_FOUND) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err, "alarm: there is none of that name");
    }
    if (code == EN_OK) {
        code = copy_definition(fold, &row, err);
    }
    if (code != EN_OK) {
        return code;
    }
    if (!en_alarm_action_by_text(payload.action, &action)) {
        return en_fold_refuse(fold, EN_RANGE, err,
                              "alarm: an action is ack, reset, shelve, unshelve, suppress, "
                              "unsuppress, out-of-service, in-service or comment");
    }
    if (payload.text.size > EN_ALARM_TEXT_SIZE_MAX) {
        return en_fold_refuse(fold, EN_LIMIT, err, "alarm: a text is at most %u bytes",
                              EN_ALARM_TEXT_SIZE_MAX);
    }
    code = en_alarm_rows_act(fold, &row, &payload, action, event->header.recorded_at,
                             event->header.actor, &fault, err);
    if (code != EN_OK || fault.code == EN_OK) {
        return code;
    }
    return en_fold_refuse(fold, fault.code, err, "alarm: %s", fault.text);
}

static en_code fold_changes(struct en_fold *fold, struct alarm_state *state, struct en_error *err)
{
    size_t count = 0;
    const struct en_device_change *changes = en_device_event_changes(fold, &count);
    en_code code = EN_OK;
    for (size_t i = 0; i < count && code == EN_OK && state->is_watching_devices; i++) {
        struct en_alarm_device_row row = {.device = changes[i].device};
        code = en_table_put(fold->store, &en_table_alarm_device, &row, NULL, err);
    }
    return code;
}

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    switch ((en_kind)event->header.kind) {
    case EN_KIND_CLOCK_TICK:
        return fold_tick(fold, event, err);
    case EN_KIND_ALARM_SET:
        return fold_set(fold, state, event, err);
    case EN_KIND_ALARM_ACTION:
        return fold_action(fold, event, err);
    default:
        return fold_changes(fold, state, err);
    }
}

static en_code open_state(struct en_fold *fold, void *state, struct en_error *err)
{
    return watch_devices(fold, state, err);
}

static const struct en_table *const tables[] = {
    &en_table_alarm_definition,
    &en_table_alarm,
    &en_table_alarm_history,
    &en_table_alarm_device,
    NULL,
};
static const struct en_series_table *const series[] = {NULL};

const struct en_processor en_processor_alarm = {
    .name = "alarm",
    .about = "Alarms by ISA-18.2: what is watched, what stands, what happened.",
    .kinds = EN_KIND_BIT(CLOCK_TICK) | EN_KIND_BIT(ALARM_SET) | EN_KIND_BIT(ALARM_ACTION) |
             EN_KIND_BIT(DEVICE_EVENT) | EN_KIND_BIT(EVENT_MAP_SET),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct alarm_state),
    .open = open_state,
    .fold = fold,
};
