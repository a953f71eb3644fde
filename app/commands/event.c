/* Commands of device events: recording one by hand, listing them put together, mapping codes. */
#include <string.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/commands/submission.h"
#include "app/rows.h"
#include "core/event/payload.h"
#include "core/event/payload_alarm.h"
#include "core/metering/device/event_code.h"
#include "projections/views/device_events.h"
#include "projections/views/keys.h"

en_code en_run_event_add(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    struct en_device_event event = {
        .code = en_slice_text(en_arguments_operand(arguments, 1)),
        .text = en_arguments_text(arguments, "text", en_slice_text("")),
    };
    struct en_instant at = {0};
    uint64_t journal_size = 0;
    uint32_t device = 0;
    en_code code = en_arguments_instant(arguments, "at", &at, err);
    if (code == EN_OK) {
        code = en_arguments_number(arguments, "index", INT64_MAX, &event.index, err);
    }
    if (code == EN_OK) {
        code = en_arguments_number(arguments, "journal-size", UINT32_MAX, &journal_size, err);
        event.journal_size = (uint32_t)journal_size;
    }
    if (code == EN_OK) {
        code = en_engine_find(session->engine, EN_NAME_DEVICE, key, &device, err);
    }
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_DEVICE_EVENT, key, device,
                                         en_valid_from(at), &event, err)
                         : code;
}

/* ---- the mapping ---- */

/* "class[:edge[:part]]"; the edge of a class that is over when it happened is point. */
static void read_meaning(struct en_slice text, struct en_event_map_meaning *meaning)
{
    struct en_slice parts[3] = {{0}, en_slice_text("point"), en_slice_text("")};
    for (size_t i = 0; i < EN_COUNT_OF(parts) && text.size > 0; i++) {
        const uint8_t *mark = i < 2 ? memchr(text.bytes, ':', text.size) : NULL;
        size_t size = mark != NULL ? (size_t)(mark - text.bytes) : text.size;
        size_t taken = mark != NULL ? size + 1 : size;
        parts[i] = en_slice_of(text.bytes, size);
        text = en_slice_of(text.bytes + taken, text.size - taken);
    }
    *meaning = (struct en_event_map_meaning){parts[0], parts[1], parts[2]};
}

static en_code read_meanings(const char *as, struct en_event_map_meaning *meanings, uint32_t *count,
                             struct en_error *err)
{
    *count = 0;
    while (*as != '\0') {
        size_t size = strcspn(as, ",");
        if (*count == EN_EVENT_MEANINGS_MAX) {
            return en_error_set(err, EN_USAGE, "a code means %u things at most",
                                EN_EVENT_MEANINGS_MAX);
        }
        read_meaning(en_slice_of(as, size), &meanings[(*count)++]);
        as += size + (as[size] == ',');
    }
    return EN_OK;
}

en_code en_run_event_map(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    const char *code_text = en_arguments_operand(arguments, 0);
    struct en_event_map_meaning meanings[EN_EVENT_MEANINGS_MAX];
    uint32_t count = 0;
    struct en_instant from = {0};
    en_code code = en_arguments_instant(arguments, "from", &from, err);
    if (code == EN_OK) {
        code = read_meanings(en_arguments_value(arguments, "as"), meanings, &count, err);
    }
    struct en_event_map_set set = {
        .code = en_slice_text(code_text),
        .device_type = en_arguments_text(arguments, "type", en_slice_text("")),
        .meanings = {meanings, count},
        .reason = en_arguments_text(arguments, "reason", en_slice_text("")),
    };
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_EVENT_MAP_SET, code_text,
                                         0, en_valid_from(from), &set, err)
                         : code;
}

/* ---- the list ---- */

struct wanted {
    uint32_t device; /* 0 all */
    const struct en_event_class_info *class;
    en_event_category category;
    bool has_category;
    bool is_open_only;
    bool is_russian;
};

static en_code read_wanted(struct en_store *store, const struct en_arguments *arguments,
                           struct wanted *wanted, struct en_error *err)
{
    const char *device = en_arguments_value(arguments, "device");
    const char *class = en_arguments_value(arguments, "class");
    const char *category = en_arguments_value(arguments, "category");
    *wanted = (struct wanted){.is_open_only = en_arguments_has(arguments, "open"),
                              .is_russian = en_arguments_has(arguments, "ru")};
    if (class != NULL) {
        wanted->class = en_event_class_by_text(en_slice_text(class));
    }
    wanted->has_category =
        category != NULL && en_event_category_by_text(en_slice_text(category), &wanted->category);
    if ((class != NULL && wanted->class == NULL) || (category != NULL && !wanted->has_category)) {
        return en_error_set(err, EN_USAGE,
                            "there is no class or category \"%.40s\" (enerlog reference "
                            "device-events)",
                            class != NULL && wanted->class == NULL ? class : category);
    }
    return device == NULL
               ? EN_OK
               : en_keys_find(store, EN_NAME_DEVICE, en_slice_text(device), &wanted->device, err);
}

static bool is_wanted(const struct wanted *wanted, const struct en_device_interval_row *row,
                      const struct en_event_class_info *info, bool is_open)
{
    return info != NULL && row->is_open == is_open &&
           (wanted->device == 0 || wanted->device == row->device) &&
           (wanted->class == NULL || wanted->class == info) &&
           (!wanted->has_category || wanted->category == info->category);
}

static en_code put_row(struct en_rows *rows, struct en_store *store, const struct wanted *wanted,
                       const struct en_device_interval_row *row,
                       const struct en_event_class_info *info, struct en_error *err)
{
    const struct en_event_part_info *part = en_event_part_info(row->part);
    struct en_slice key;
    en_code code = en_keys_key(store, EN_NAME_DEVICE, row->device, &key, err);
    if (code != EN_OK) {
        return code;
    }
    en_rows_slice(rows, key);
    en_rows_text(rows, info->text);
    en_rows_text(rows, part != NULL ? part->text : "?");
    en_rows_text(rows, en_event_severity_text(info->severity));
    en_rows_instant(rows, row->from, 0);
    if (row->is_open) {
        en_rows_null(rows);
    } else {
        en_rows_instant(rows, row->to, 0);
    }
    en_rows_text(rows, row->is_open ? "open" : row->is_point ? "point" : "closed");
    en_rows_count(rows, row->ignored_count);
    en_rows_text(rows, wanted->is_russian ? info->russian : info->english);
    en_rows_count(rows, row->seq);
    return EN_OK;
}

static en_code put_rows(struct en_rows *rows, struct en_store *store, const struct wanted *wanted,
                        bool is_open, struct en_error *err)
{
    struct en_device_interval_row row = {.device = wanted->device, .from = {INT64_MIN}};
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(store, &en_table_device_interval, &row,
                                       wanted->device != 0 ? 1 : 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        const struct en_event_class_info *info =
            code == EN_OK ? en_event_class_info(row.class) : NULL;
        if (code == EN_OK && is_wanted(wanted, &row, info, is_open)) {
            code = put_row(rows, store, wanted, &row, info, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code list_events(struct en_store *store, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"device", NULL, false}, {"class", NULL, false},
                                               {"part", NULL, false},   {"severity", NULL, false},
                                               {"from", NULL, false},   {"to", NULL, false},
                                               {"state", NULL, false},  {"ignored", NULL, true},
                                               {"about", NULL, false},  {"seq", "event", true}};
    struct wanted wanted;
    struct en_rows rows;
    en_code code = read_wanted(store, arguments, &wanted, err);
    if (code != EN_OK) {
        return code;
    }
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    code = put_rows(&rows, store, &wanted, true, err);
    if (code == EN_OK && !wanted.is_open_only) {
        code = put_rows(&rows, store, &wanted, false, err);
    }
    en_rows_end(&rows);
    return code;
}

en_code en_run_event_list(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_events, err);
}
