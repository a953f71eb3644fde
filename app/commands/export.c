/* `enerlog export`: energy slot by slot, or register readings as read, in a form that `import`
 * takes back with the same values. */
#include "formats/export.h"
#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/engine.h"
#include "core/mem.h"
#include "formats/format.h"
#include "projections/views/interval.h"
#include "projections/views/keys.h"

#define VISITS_MAX                                                                                 \
    4096u /* questions to the tables before their snapshot is taken anew: none is held for long */
#define CHANNELS_FIRST 256u

/* A channel to be written; texts live as long as the export. */
struct channel {
    uint32_t channel;
    uint32_t point;
    struct en_slice point_key;
    struct en_slice code;
    en_unit unit;
};

struct export
{
    struct en_engine *engine;
    struct en_io *io;
    const char *as_of;
    struct en_view view;
    uint64_t position; /* every snapshot must stand here */
    uint32_t visits;
    struct en_arena arena;
    struct channel *channels;
    size_t channels_count;
    size_t channels_capacity;
    struct en_day from;
    struct en_day to;
    size_t channel; /* where the walk is */
    int32_t day;
    struct en_instant read_after; /* registers: the last one written */
    struct en_block block;
};

/* ---- which channels ---- */

static en_code keep_channel(struct export *export, const struct en_channel_row *row,
                            struct en_error *err)
{
    if (export->channels_count == export->channels_capacity) {
        size_t capacity =
            export->channels_capacity > 0 ? 2 * export->channels_capacity : CHANNELS_FIRST;
        struct channel *channels = en_mem_resize(export->channels, capacity * sizeof *channels);
        if (channels == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for %zu channels", capacity);
        }
        export->channels = channels;
        export->channels_capacity = capacity;
    }
    struct en_slice key;
    struct channel channel = {
        .channel = row->channel, .point = row->point, .unit = (en_unit)row->unit};
    channel.code = en_arena_copy(&export->arena, row->code);
    en_code code = en_keys_key(export->view.store, EN_NAME_POINT, row->point, &key, err);
    if (code == EN_OK) {
        channel.point_key = en_arena_copy(&export->arena, key);
        export->channels[export->channels_count++] = channel;
        bool is_kept = channel.point_key.bytes != NULL && channel.code.bytes != NULL;
        code = is_kept ? EN_OK
                       : en_error_set(err, EN_NOMEM, "no memory for the channels of an export");
    }
    return code;
}

static en_code find_channels(struct export *export, const struct en_arguments *arguments,
                             struct en_error *err)
{
    const char *point_key = en_arguments_value(arguments, "point");
    const char *wanted_code = en_arguments_value(arguments, "channel");
    uint32_t point = 0;
    en_code code = EN_OK;
    if (point_key != NULL) {
        code =
            en_keys_find(export->view.store, EN_NAME_POINT, en_slice_text(point_key), &point, err);
    }
    struct en_table_scan scan;
    if (code == EN_OK) {
        code = en_table_scan_begin(export->view.store, &en_table_channel, NULL, 0, &scan, err);
    }
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_channel_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        bool is_wanted =
            code == EN_OK && (point == 0 || row.point == point) &&
            (wanted_code == NULL || en_slice_equal(row.code, en_slice_text(wanted_code)));
        code = is_wanted ? keep_channel(export, &row, err) : code;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- snapshots ---- */

/* Takes a new snapshot every so often; the tables must not have moved on meanwhile. */
static en_code visit(struct export *export, struct en_error *err)
{
    if (++export->visits % VISITS_MAX != 0) {
        return EN_OK;
    }
    en_engine_view_close(export->engine, &export->view);
    en_code code =
        en_engine_view_open(export->engine, export->as_of, export->io, &export->view, err);
    if (code == EN_OK && export->view.position != export->position) {
        code = en_error_set(
            err, EN_BUSY,
            "events came while the export was written: give --as-of %llu to write it as it stands",
            (unsigned long long)export->position - 1);
    }
    return code;
}

/* ---- what is written ---- */

static en_code next_block(void *self, struct en_export_block *out, struct en_error *err)
{
    struct export *export = self;
    for (; export->channel < export->channels_count;
         export->channel++, export->day = export->from.n) {
        const struct channel *channel = &export->channels[export->channel];
        while (export->day < export->to.n) {
            int32_t day = export->day++;
            struct en_slice bytes;
            en_code code = visit(export, err);
            code = code == EN_OK
                       ? en_interval_get(export->view.store, day, channel->channel, &bytes, err)
                       : code;
            if (code == EN_NOT_FOUND) {
                continue;
            }
            code = code == EN_OK ? en_block_read(bytes, &export->block, err) : code;
            if (code == EN_OK) {
                *out = (struct en_export_block){
                    .point = channel->point_key,
                    .channel = channel->code,
                    .unit = channel->unit,
                    .from = {((int64_t)day * 1440 + export->block.head.start_minute) *
                             EN_MINUTE_US},
                    .block = &export->block,
                };
                code = en_keys_point_offset(export->view.store, channel->point, out->from,
                                            &out->offset_minutes, err);
            }
            return code;
        }
    }
    return EN_NOT_FOUND;
}

/* The next register reading of the channel in hand; EN_NOT_FOUND: it has no more. */
static en_code next_of_channel(struct export *export, struct en_register_row *row,
                               struct en_error *err)
{
    *row = (struct en_register_row){.channel = export->channels[export->channel].channel,
                                    .at = {export->read_after.us + 1}};
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(export->view.store, &en_table_register, row, 1, &scan, err);
    if (code == EN_OK) {
        code = en_table_scan_next(&scan, row, NULL, err);
        en_table_scan_end(&scan);
    }
    export->read_after = code == EN_OK ? row->at : export->read_after;
    return code;
}

static en_code next_register(void *self, struct en_export_register *out, struct en_error *err)
{
    struct export *export = self;
    while (export->channel < export->channels_count) {
        const struct channel *channel = &export->channels[export->channel];
        struct en_register_row row;
        en_code code = visit(export, err);
        code = code == EN_OK ? next_of_channel(export, &row, err) : code;
        if (code == EN_NOT_FOUND) {
            export->channel++;
            export->read_after.us = INT64_MIN;
            continue;
        }
        int32_t offset = 0;
        code = code == EN_OK
                   ? en_keys_point_offset(export->view.store, channel->point, row.at, &offset, err)
                   : code;
        if (code != EN_OK) {
            return code;
        }
        int32_t day = en_day_of_instant(row.at, offset).n;
        bool is_wanted =
            day >= export->from.n &&
            (day < export->to.n || en_day_interval(export->to, offset).from.us == row.at.us);
        if (is_wanted) {
            *out = (struct en_export_register){
                channel->point_key, channel->code, channel->unit, row.at, offset,
                row.value,          row.quality};
            return EN_OK;
        }
    }
    return EN_NOT_FOUND;
}

static en_code write_bytes(void *self, struct en_slice bytes, struct en_error *err)
{
    struct en_io *io = self;
    en_io_write(io, bytes);
    return io->code == EN_OK ? EN_OK : en_error_set(err, io->code, "the export cannot be written");
}

static en_code run_export(struct export *export, const struct en_arguments *arguments,
                          struct en_export_report *report, struct en_error *err)
{
    const struct en_format *format = NULL;
    const char *what = en_arguments_value(arguments, "what");
    const char *name = en_arguments_value(arguments, "format");
    en_code code = en_format_find(name != NULL ? name : "csv", &format, err);
    code = code == EN_OK ? find_channels(export, arguments, err) : code;
    if (code != EN_OK) {
        return code;
    }
    struct en_export_source source = {export, next_block, next_register};
    struct en_export_target target = {export->io, write_bytes};
    bool is_registers = what != NULL && strcmp(what, "registers") == 0;
    return is_registers ? en_export_registers(format, &source, &target, report, err)
                        : en_export_blocks(format, &source, &target, report, err);
}

en_code en_run_export(struct en_session *session, const struct en_arguments *arguments,
                      struct en_io *io, struct en_error *err)
{
    struct export *export = en_mem_alloc(1, sizeof *export);
    if (export == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for an export");
    }
    export->engine = session->engine;
    export->io = io;
    export->as_of = arguments->as_of;
    export->read_after.us = INT64_MIN;
    en_arena_init(&export->arena, (size_t)1 << 30);
    struct en_export_report report = {0};
    en_code code = en_arguments_day(arguments, "from", &export->from, err);
    code = code == EN_OK ? en_arguments_day(arguments, "to", &export->to, err) : code;
    if (code == EN_OK && export->from.n >= export->to.n) {
        code = en_error_set(err, EN_USAGE, "--from must be before --to");
    }
    export->day = export->from.n;
    code = code == EN_OK
               ? en_engine_view_open(export->engine, export->as_of, io, &export->view, err)
               : code;
    if (code == EN_OK) {
        export->position = export->view.position;
        code = run_export(export, arguments, &report, err);
        en_engine_view_close(export->engine, &export->view);
    }
    if (code == EN_OK) {
        en_io_note(io, "%llu values, %llu missing, as of event %llu",
                   (unsigned long long)report.values_count,
                   (unsigned long long)report.missing_count,
                   (unsigned long long)export->position - 1);
    }
    en_arena_fini(&export->arena);
    en_mem_free(export->channels);
    en_mem_free(export);
    return code;
}
