/* Reading a definition: every word is checked when it is set, so that a look never finds one that
 * means nothing. */
#include "processors/alarm/conditions.h"
#include "processors/registry/registry.h"

static const struct {
    const char *text;
    en_alarm_kind kind;
} kinds[] = {
    {"rows", EN_ALARM_ROWS},
    {"value", EN_ALARM_VALUE},
    {"missing", EN_ALARM_MISSING},
    {"silent", EN_ALARM_SILENT},
    {"imbalance", EN_ALARM_IMBALANCE},
    {"device_event", EN_ALARM_DEVICE_EVENT},
    {"clock_drift", EN_ALARM_CLOCK_DRIFT},
    {"intervention", EN_ALARM_INTERVENTION},
    {"supply", EN_ALARM_SUPPLY},
};

#define CATEGORY_BIT(name) (1u << EN_EVENT_CATEGORY_##name)

bool en_alarm_kind_is_of_devices(en_alarm_kind kind)
{
    return kind == EN_ALARM_DEVICE_EVENT || kind == EN_ALARM_INTERVENTION ||
           kind == EN_ALARM_SUPPLY;
}

static bool is_of_channels(en_alarm_kind kind)
{
    return kind == EN_ALARM_VALUE || kind == EN_ALARM_MISSING || kind == EN_ALARM_SILENT;
}

static en_code read_kind(struct en_slice text, en_alarm_kind *kind, struct en_error *fault)
{
    for (size_t i = 0; i < EN_COUNT_OF(kinds); i++) {
        if (en_slice_equal(en_slice_text(kinds[i].text), text)) {
            *kind = kinds[i].kind;
            return EN_OK;
        }
    }
    return en_error_set(fault, EN_NOT_FOUND,
                        "there is no condition \"%.*s\": rows, value, missing, silent, imbalance, "
                        "device_event, clock_drift, intervention, supply",
                        (int)text.size, (const char *)text.bytes);
}

/* ---- filters ---- */

static en_code add_filter(struct en_alarm_condition *condition, struct en_slice part,
                          struct en_error *fault)
{
    const uint8_t *mark = part.size > 0 ? memchr(part.bytes, '=', part.size) : NULL;
    if (mark == NULL || mark == part.bytes) {
        return en_error_set(fault, EN_MALFORMED,
                            "a filter is written column=text;column=text, not \"%.*s\"",
                            (int)part.size, (const char *)part.bytes);
    }
    if (condition->filters_count == EN_ALARM_FILTERS_MAX) {
        return en_error_set(fault, EN_LIMIT, "a filter has %u parts at most", EN_ALARM_FILTERS_MAX);
    }
    size_t size = (size_t)(mark - part.bytes);
    condition->filters[condition->filters_count++] = (struct en_alarm_filter){
        en_slice_of(part.bytes, size), en_slice_of(mark + 1, part.size - size - 1)};
    return EN_OK;
}

static en_code split_filter(struct en_slice text, struct en_alarm_condition *condition,
                            struct en_error *fault)
{
    en_code code = EN_OK;
    while (text.size > 0 && code == EN_OK) {
        const uint8_t *end = memchr(text.bytes, ';', text.size);
        size_t size = end != NULL ? (size_t)(end - text.bytes) : text.size;
        code = add_filter(condition, en_slice_of(text.bytes, size), fault);
        size_t taken = end != NULL ? size + 1 : size;
        text = en_slice_of(text.bytes + taken, text.size - taken);
    }
    return code;
}

/* A name of the scope; *fault is set where nothing has it. */
static en_code find_scope(struct en_fold *fold, const struct en_alarm_filter *filter,
                          en_name_type type, uint32_t *id, struct en_error *fault,
                          struct en_error *err)
{
    en_code code = en_registry_find(fold, type, filter->text, id, err);
    if (code == EN_OK && *id == 0) {
        (void)en_error_set(fault, EN_NOT_FOUND, "there is no %s \"%.*s\"", en_name_type_text(type),
                           (int)filter->text.size, (const char *)filter->text.bytes);
    }
    return code;
}

static en_code read_scope(struct en_fold *fold, struct en_alarm_condition *condition,
                          const struct en_alarm_filter *filter, struct en_error *fault,
                          struct en_error *err)
{
    const struct {
        const char *column;
        en_name_type type;
        uint32_t *id;
        bool is_allowed;
    } names[] = {
        {"object", EN_NAME_OBJECT, &condition->object, true},
        {"point", EN_NAME_POINT, &condition->point, true},
        {"device", EN_NAME_DEVICE, &condition->device, !is_of_channels(condition->kind)},
        {"balance", EN_NAME_BALANCE, &condition->balance, condition->kind == EN_ALARM_IMBALANCE},
    };
    for (size_t i = 0; i < EN_COUNT_OF(names); i++) {
        if (names[i].is_allowed && en_slice_equal(filter->column, en_slice_text(names[i].column))) {
            return find_scope(fold, filter, names[i].type, names[i].id, fault, err);
        }
    }
    if (is_of_channels(condition->kind) && en_slice_equal(filter->column, en_slice_text("code"))) {
        condition->code = filter->text;
    } else if (!is_of_channels(condition->kind) &&
               en_slice_equal(filter->column, en_slice_text("type"))) {
        condition->type = filter->text;
    } else {
        (void)en_error_set(fault, EN_NOT_FOUND,
                           "the filter knows object, point, code of channels, device and type of "
                           "devices, balance, not \"%.*s\" here",
                           (int)filter->column.size, (const char *)filter->column.bytes);
    }
    return EN_OK;
}

/* ---- what is compared ---- */

static en_code read_comparison(const struct en_alarm_definition_row *row,
                               struct en_alarm_condition *condition, struct en_error *fault)
{
    condition->comparison = EN_ALARM_ABOVE;
    if (row->comparison.size > 0 &&
        !en_alarm_comparison_by_text(row->comparison, &condition->comparison)) {
        return en_error_set(fault, EN_RANGE, "a comparison is >, >=, <, <=, = or !=");
    }
    return EN_OK;
}

/* A decimal in units of 1e-6 (scale 1), or a whole number. */
static en_code read_number(struct en_slice text, bool is_whole, const char *what, int64_t *number,
                           struct en_error *fault)
{
    int64_t micro = 0;
    en_code code = en_micro_parse(text, &micro, fault);
    if (code == EN_OK && is_whole && micro % EN_MICRO != 0) {
        code = en_error_set(fault, EN_INEXACT, "it is compared with whole numbers");
    }
    if (code != EN_OK) {
        return en_error_wrap(fault, "%s", what);
    }
    *number = is_whole ? micro / EN_MICRO : micro;
    return EN_OK;
}

static en_code read_limits(const struct en_alarm_definition_row *row,
                           struct en_alarm_condition *condition, bool is_whole, bool needs_value,
                           struct en_error *fault)
{
    condition->has_value = row->value.size > 0;
    if (needs_value && !condition->has_value) {
        return en_error_set(fault, EN_MALFORMED, "say with what value it is compared");
    }
    en_code code = EN_OK;
    if (condition->has_value) {
        code = read_number(row->value, is_whole, "the value", &condition->limit, fault);
    }
    if (code == EN_OK && row->deadband.size > 0) {
        code = read_number(row->deadband, is_whole, "the deadband", &condition->deadband, fault);
    }
    if (code == EN_OK && condition->deadband < 0) {
        code = en_error_set(fault, EN_RANGE, "a deadband is not below 0");
    }
    return code;
}

static const struct en_table *find_table(struct en_slice name)
{
    for (size_t i = 0; en_tables_all[i] != NULL; i++) {
        if (en_slice_equal(en_slice_text(en_tables_all[i]->name), name)) {
            return en_tables_all[i];
        }
    }
    return NULL;
}

static const struct en_field *find_column(const struct en_table *table, struct en_slice name)
{
    for (uint16_t i = 0; i < table->row->fields_count; i++) {
        if (en_slice_equal(en_slice_text(table->row->fields[i].name), name)) {
            return &table->row->fields[i];
        }
    }
    return NULL;
}

/* Whether the table belongs to this processor or one below it: those are not to be watched. */
static bool is_below(const struct en_table *table)
{
    for (int i = EN_PROCESSOR_alarm; i < EN_PROCESSORS_COUNT; i++) {
        for (size_t t = 0; en_processors[i]->tables[t] != NULL; t++) {
            if (en_processors[i]->tables[t] == table) {
                return true;
            }
        }
    }
    return false;
}

static en_code read_column(const struct en_alarm_definition_row *row,
                           struct en_alarm_condition *condition, struct en_error *fault)
{
    condition->column = find_column(condition->table, row->column);
    if (condition->column == NULL) {
        return en_error_set(fault, EN_NOT_FOUND, "table %s has no column \"%.*s\"",
                            condition->table->name, (int)row->column.size,
                            (const char *)row->column.bytes);
    }
    bool is_equality =
        condition->comparison == EN_ALARM_EQUAL || condition->comparison == EN_ALARM_UNLIKE;
    switch (condition->column->type) {
    case EN_FIELD_TEXT:
    case EN_FIELD_BOOL:
        condition->text = row->value;
        condition->has_value = true;
        return is_equality
                   ? EN_OK
                   : en_error_set(fault, EN_RANGE, "texts and flags are compared with = or !=");
    case EN_FIELD_U8:
    case EN_FIELD_U16:
    case EN_FIELD_U32:
    case EN_FIELD_U64:
    case EN_FIELD_I32:
    case EN_FIELD_I64:
        return read_limits(row, condition, true, true, fault);
    case EN_FIELD_MICRO:
    case EN_FIELD_DECIMAL:
        return read_limits(row, condition, false, true, fault);
    default:
        return en_error_set(fault, EN_UNSUPPORTED,
                            "column %s cannot be compared: numbers, texts and flags can",
                            condition->column->name);
    }
}

static en_code read_rows(const struct en_alarm_definition_row *row,
                         struct en_alarm_condition *condition, struct en_error *fault)
{
    condition->table = find_table(row->target);
    if (condition->table == NULL || is_below(condition->table)) {
        return en_error_set(fault, EN_NOT_FOUND,
                            "there is no table \"%.*s\" to watch (docs/tables.md)",
                            (int)row->target.size, (const char *)row->target.bytes);
    }
    for (uint32_t i = 0; i < condition->filters_count; i++) {
        const struct en_field *column = find_column(condition->table, condition->filters[i].column);
        if (column == NULL || column->type == EN_FIELD_LIST) {
            return en_error_set(fault, EN_NOT_FOUND, "table %s has no column \"%.*s\" to filter",
                                condition->table->name, (int)condition->filters[i].column.size,
                                (const char *)condition->filters[i].column.bytes);
        }
    }
    return read_column(row, condition, fault);
}

static en_code read_classes(const struct en_alarm_definition_row *row,
                            struct en_alarm_condition *condition, struct en_error *fault)
{
    en_event_category category = EN_EVENT_CATEGORY_NONE;
    if (condition->kind == EN_ALARM_INTERVENTION) {
        condition->categories = CATEGORY_BIT(CHANGE) | CATEGORY_BIT(RECORD) | CATEGORY_BIT(TAMPER) |
                                CATEGORY_BIT(ACCESS);
        condition->severity_min = EN_EVENT_ERROR;
        return EN_OK;
    }
    if (condition->kind == EN_ALARM_SUPPLY) {
        condition->categories = CATEGORY_BIT(SUPPLY) | CATEGORY_BIT(RELAY);
        condition->severity_min = EN_EVENT_WARNING;
        return EN_OK;
    }
    const struct en_event_class_info *class = en_event_class_by_text(row->target);
    if (class != NULL) {
        condition->has_class = true;
        condition->class = (uint8_t) class->class;
        return EN_OK;
    }
    if (en_event_category_by_text(row->target, &category)) {
        condition->categories = 1u << category;
        return EN_OK;
    }
    return en_error_set(fault, EN_NOT_FOUND,
                        "\"%.*s\" is no class or category of device events "
                        "(docs/device-events.md)",
                        (int)row->target.size, (const char *)row->target.bytes);
}

static en_code read_rest(const struct en_alarm_definition_row *row,
                         struct en_alarm_condition *condition, struct en_error *fault)
{
    switch (condition->kind) {
    case EN_ALARM_ROWS:
        return read_rows(row, condition, fault);
    case EN_ALARM_VALUE:
        return read_limits(row, condition, false, true, fault);
    case EN_ALARM_CLOCK_DRIFT:
        return read_limits(row, condition, false, true, fault);
    case EN_ALARM_IMBALANCE:
        return read_limits(row, condition, false, false, fault);
    case EN_ALARM_MISSING:
        return read_limits(row, condition, true, false, fault);
    case EN_ALARM_SILENT:
        return row->duration_s > 0
                   ? EN_OK
                   : en_error_set(fault, EN_RANGE, "say for how long it is silent (duration)");
    default:
        return read_classes(row, condition, fault);
    }
}

en_code en_alarm_condition_read(struct en_fold *fold, const struct en_alarm_definition_row *row,
                                struct en_alarm_condition *condition, struct en_error *fault,
                                struct en_error *err)
{
    *condition = (struct en_alarm_condition){0};
    *fault = (struct en_error){.code = EN_OK};
    en_code code = read_kind(row->condition, &condition->kind, fault);
    if (code == EN_OK) {
        code = read_comparison(row, condition, fault);
    }
    if (code == EN_OK) {
        code = split_filter(row->filter, condition, fault);
    }
    if (code == EN_OK) {
        code = read_rest(row, condition, fault);
    }
    if (code != EN_OK || condition->kind == EN_ALARM_ROWS) {
        fault->code = code;
        return EN_OK;
    }
    for (uint32_t i = 0; i < condition->filters_count && fault->code == EN_OK; i++) {
        code = read_scope(fold, condition, &condition->filters[i], fault, err);
        if (code != EN_OK) {
            return code;
        }
    }
    return EN_OK;
}
