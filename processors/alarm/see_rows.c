/* Condition `rows`: rows of a table, their column compared with a value. Of an effective-dated
 * table the row that holds at the look counts. */
#include "core/decimal.h"
#include "processors/alarm/conditions.h"
#include "projections/views/keys.h"

#define ROW_SIZE_MAX 1024u
#define SUBJECT_PARTS " "

/* The member of a row. */
static const void *member(const void *row, const struct en_field *field)
{
    return (const uint8_t *)row + field->offset;
}

static bool whole_of(const struct en_field *field, const void *row, int64_t *number)
{
    const void *at = member(row, field);
    switch (field->type) {
    case EN_FIELD_U8:
        *number = *(const uint8_t *)at;
        return true;
    case EN_FIELD_U16:
        *number = *(const uint16_t *)at;
        return true;
    case EN_FIELD_U32:
        *number = *(const uint32_t *)at;
        return true;
    case EN_FIELD_U64: {
        uint64_t value = *(const uint64_t *)at;
        *number = value > INT64_MAX ? INT64_MAX : (int64_t)value;
        return true;
    }
    case EN_FIELD_I32:
        *number = *(const int32_t *)at;
        return true;
    case EN_FIELD_I64:
    case EN_FIELD_MICRO:
        *number = *(const int64_t *)at;
        return true;
    case EN_FIELD_DECIMAL:
        return en_decimal_micro(*(const struct en_decimal *)at, number, NULL) == EN_OK;
    default:
        return false;
    }
}

static bool prints_as(const struct en_field *field, const void *row, struct en_slice text,
                      struct en_buf *scratch)
{
    en_buf_reset(scratch);
    en_field_print(field, row, scratch);
    return en_slice_equal(en_buf_slice(scratch), text);
}

static en_name_type named_by(const char *column)
{
    static const struct {
        const char *column;
        en_name_type type;
    } names[] = {{"object", EN_NAME_OBJECT},           {"point", EN_NAME_POINT},
                 {"device", EN_NAME_DEVICE},           {"channel", EN_NAME_CHANNEL},
                 {"transformer", EN_NAME_TRANSFORMER}, {"formula", EN_NAME_FORMULA},
                 {"balance", EN_NAME_BALANCE},         {"rule", EN_NAME_RULE},
                 {"policy", EN_NAME_POLICY},           {"freeze", EN_NAME_FREEZE},
                 {"document", EN_NAME_DOCUMENT},       {"zone", EN_NAME_ZONE}};
    for (size_t i = 0; i < EN_COUNT_OF(names); i++) {
        if (strcmp(names[i].column, column) == 0) {
            return names[i].type;
        }
    }
    return EN_NAME_NONE;
}

/* "POINT CODE" of a channel, the external key of other things, "#7" of one without. */
static en_code print_name(struct en_alarm_sights *sights, en_name_type type, uint32_t id,
                          struct en_buf *out, struct en_error *err)
{
    struct en_slice key = {0};
    struct en_store *store = sights->fold->store;
    en_code code = EN_OK;
    if (type == EN_NAME_CHANNEL) {
        struct en_channel_row row = {.channel = id};
        code = en_table_get(store, &en_table_channel, &row, NULL, err);
        if (code == EN_OK) {
            en_buf_reset(out);
            code = en_keys_key(store, EN_NAME_POINT, row.point, &key, err);
            en_buf_append(out, key.bytes, key.size);
            en_buf_text(out, " ");
            en_buf_append(out, row.code.bytes, row.code.size);
            return code;
        }
    } else {
        code = en_keys_key(store, type, id, &key, err);
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (key.size > 0) {
        en_buf_append(out, key.bytes, key.size);
    } else {
        en_buf_print(out, "#%u", id);
    }
    return EN_OK;
}

static bool is_version(const struct en_field *field)
{
    return field->type == EN_FIELD_INSTANT && strcmp(field->name, "from") == 0;
}

/* The keys of a row behind each other, without the date of a version. Ids of things go to the seen
 * for grouping. */
static en_code print_subject(struct en_alarm_sights *sights, const void *row,
                             struct en_alarm_seen *seen, struct en_buf *out, struct en_error *err)
{
    const struct en_record *record = sights->condition->table->row;
    struct en_buf part;
    en_code code = EN_OK;
    en_buf_init(&part, EN_PAYLOAD_SIZE_MAX);
    en_buf_reset(out);
    for (uint16_t i = 0; i < record->keys_count && code == EN_OK; i++) {
        const struct en_field *field = &record->fields[i];
        en_name_type type = field->type == EN_FIELD_U32 ? named_by(field->name) : EN_NAME_NONE;
        if (is_version(field)) {
            continue;
        }
        en_buf_reset(&part);
        if (type != EN_NAME_NONE) {
            uint32_t id = *(const uint32_t *)member(row, field);
            seen->object = type == EN_NAME_OBJECT ? id : seen->object;
            seen->point = type == EN_NAME_POINT ? id : seen->point;
            seen->device = type == EN_NAME_DEVICE ? id : seen->device;
            code = print_name(sights, type, id, &part, err);
        } else {
            en_field_print(field, row, &part);
        }
        en_buf_text(out, out->size > 0 ? SUBJECT_PARTS : "");
        en_buf_append(out, part.bytes, part.size);
    }
    if (code == EN_OK) {
        code = en_buf_code(out, err);
    }
    en_buf_fini(&part);
    for (size_t i = 0; i < out->size; i++) {
        out->bytes[i] = out->bytes[i] == 0 ? '?' : out->bytes[i]; /* it is going to be a key */
    }
    seen->subject = en_alarm_cut(en_buf_slice(out));
    return code;
}

struct scratch {
    struct en_buf subject;
    struct en_buf text;
};

static bool is_met(struct en_alarm_sights *sights, const void *row, struct en_slice subject,
                   struct scratch *scratch)
{
    const struct en_alarm_condition *condition = sights->condition;
    const struct en_field *column = condition->column;
    int64_t number = 0;
    if (column->type == EN_FIELD_TEXT || column->type == EN_FIELD_BOOL) {
        bool is_equal = prints_as(column, row, condition->text, &scratch->text);
        return is_equal == (condition->comparison == EN_ALARM_EQUAL);
    }
    return whole_of(column, row, &number) && en_alarm_compares(sights, subject, number);
}

static en_code see_row(struct en_alarm_sights *sights, const void *row, struct scratch *scratch,
                       struct en_error *err)
{
    const struct en_alarm_condition *condition = sights->condition;
    struct en_alarm_seen seen = {.since = sights->at};
    for (uint32_t i = 0; i < condition->filters_count; i++) {
        const struct en_alarm_filter *filter = &condition->filters[i];
        const struct en_record *record = condition->table->row;
        for (uint16_t f = 0; f < record->fields_count; f++) {
            bool is_it = en_slice_equal(en_slice_text(record->fields[f].name), filter->column);
            if (is_it && !prints_as(&record->fields[f], row, filter->text, &scratch->text)) {
                return EN_OK;
            }
        }
    }
    en_code code = print_subject(sights, row, &seen, &scratch->subject, err);
    if (code != EN_OK) {
        return code;
    }
    seen.is_met = is_met(sights, row, seen.subject, scratch);
    en_buf_reset(&scratch->text);
    en_buf_print(&scratch->text, "%s ", condition->column->name);
    en_field_print(condition->column, row, &scratch->text);
    seen.value = en_alarm_cut(en_buf_slice(&scratch->text));
    return en_alarm_see(sights, &seen, err);
}

/* Where the row that comes next is a version of the same thing that holds by now, this one does
 * not. */
static bool is_replaced(const struct en_record *record, const void *row, const void *next,
                        struct en_instant at, struct scratch *scratch)
{
    bool has_version = false;
    for (uint16_t i = 0; i < record->keys_count; i++) {
        const struct en_field *field = &record->fields[i];
        if (is_version(field)) {
            has_version = ((const struct en_instant *)member(next, field))->us <= at.us;
            continue;
        }
        en_buf_reset(&scratch->subject);
        en_field_print(field, row, &scratch->subject);
        if (!prints_as(field, next, en_buf_slice(&scratch->subject), &scratch->text)) {
            return false;
        }
    }
    return has_version;
}

static bool is_future(const struct en_record *record, const void *row, struct en_instant at)
{
    for (uint16_t i = 0; i < record->keys_count; i++) {
        if (is_version(&record->fields[i]) &&
            ((const struct en_instant *)member(row, &record->fields[i]))->us > at.us) {
            return true;
        }
    }
    return false;
}

/* A row that is kept while the scan goes on, with its texts. */
struct held {
    _Alignas(16) uint8_t row[ROW_SIZE_MAX];
    struct en_arena arena;
};

static en_code keep_texts(const struct en_record *record, struct held *held, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint16_t i = 0; i < record->fields_count && code == EN_OK; i++) {
        const struct en_field *field = &record->fields[i];
        if (field->type == EN_FIELD_TEXT || field->type == EN_FIELD_BYTES) {
            struct en_slice *text = (struct en_slice *)(void *)(held->row + field->offset);
            code = en_fold_copy(&held->arena, *text, text, err);
        }
    }
    return code;
}

/* Each row is seen when the next one has shown that it is not its newer version. */
static en_code see_all(struct en_alarm_sights *sights, struct en_table_scan *scan,
                       struct held held[2], struct scratch *scratch, struct en_error *err)
{
    const struct en_record *record = sights->condition->table->row;
    EN_ASSERT(record->size <= ROW_SIZE_MAX);
    bool has_held = false;
    int now = 0;
    for (;;) {
        struct held *next = &held[1 - now];
        en_arena_reset(&next->arena);
        memset(next->row, 0, ROW_SIZE_MAX);
        en_code code = en_table_scan_next(scan, next->row, &next->arena, err);
        bool is_end = code == EN_NOT_FOUND;
        if (code == EN_OK) {
            code = keep_texts(record, next, err);
        }
        if (code != EN_OK && !is_end) {
            return code;
        }
        if (has_held &&
            (is_end || !is_replaced(record, held[now].row, next->row, sights->at, scratch))) {
            code = see_row(sights, held[now].row, scratch, err);
            if (code != EN_OK) {
                return code;
            }
        }
        if (is_end || !en_alarm_look_on(sights)) {
            return EN_OK;
        }
        has_held = !is_future(record, next->row, sights->at);
        now = has_held ? 1 - now : now;
    }
}

en_code en_alarm_see_rows(struct en_alarm_sights *sights, struct en_error *err)
{
    struct en_table_scan scan;
    struct scratch scratch;
    struct held held[2];
    en_code code =
        en_table_scan_begin(sights->fold->store, sights->condition->table, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    en_buf_init(&scratch.subject, EN_TABLE_ROW_SIZE_MAX);
    en_buf_init(&scratch.text, EN_TABLE_ROW_SIZE_MAX);
    en_arena_init(&held[0].arena, 16u * EN_TABLE_ROW_SIZE_MAX);
    en_arena_init(&held[1].arena, 16u * EN_TABLE_ROW_SIZE_MAX);
    code = see_all(sights, &scan, held, &scratch, err);
    en_arena_fini(&held[0].arena);
    en_arena_fini(&held[1].arena);
    en_buf_fini(&scratch.subject);
    en_buf_fini(&scratch.text);
    en_table_scan_end(&scan);
    return code;
}
