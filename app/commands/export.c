/* `enerlog export`: energy slot by slot, or register readings, as a file that import reads back. On
 * frozen days what was frozen is written, so that the same days give the same bytes for ever. */
#include <inttypes.h>
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/engine.h"
#include "core/mem.h"
#include "formats/export.h"
#include "formats/format.h"
#include "projections/views/best.h"
#include "projections/views/fiscal.h"
#include "projections/views/keys.h"

#define HELD_SIZE_MAX (1u << 29)
#define ARENA_SIZE_MAX (256u << 20)

/* The walk over channels (rising) and, within one, over days. */
struct walk {
    struct en_store *store;
    struct en_table_scan channels;
    bool is_begun;
    bool has_channel;
    struct en_channel_row channel;
    char point[EN_NAME_SIZE_MAX + 1];
    char code[EN_NAME_SIZE_MAX + 1];
    uint32_t only_point; /* 0: all */
    const char *only_code;
    struct en_day from;
    struct en_day to;
    int32_t day;
    bool is_fiscal;
    struct en_fiscal_lane fiscal;
    struct en_arena arena;
    struct en_block block;
    struct en_table_scan registers;
    bool is_scanning;
    struct en_instant until;
    struct en_buf held;
};

static void keep_text(char text[EN_NAME_SIZE_MAX + 1], struct en_slice slice)
{
    (void)snprintf(text, EN_NAME_SIZE_MAX + 1, "%.*s", (int)slice.size, (const char *)slice.bytes);
}

/* The next channel that was asked for; EN_NOT_FOUND at the end. */
static en_code next_channel(struct walk *walk, struct en_error *err)
{
    en_code code = EN_OK;
    if (!walk->is_begun) {
        walk->is_begun = true;
        code = en_table_scan_begin(walk->store, &en_table_channel, NULL, 0, &walk->channels, err);
    }
    while (code == EN_OK) {
        struct en_slice key;
        code = en_table_scan_next(&walk->channels, &walk->channel, NULL, err);
        if (code != EN_OK) {
            return code;
        }
        keep_text(walk->code, walk->channel.code);
        bool is_asked = (walk->only_point == 0 || walk->channel.point == walk->only_point) &&
                        (walk->only_code == NULL || strcmp(walk->only_code, walk->code) == 0);
        if (is_asked) {
            code = en_keys_key(walk->store, EN_NAME_POINT, walk->channel.point, &key, err);
            keep_text(walk->point, key);
            walk->has_channel = true;
            walk->day = walk->from.n;
            return code;
        }
    }
    return code;
}

/* The day's entry as frozen, or live; size 0: nothing. */
static en_code entry_of(struct walk *walk, int32_t day, struct en_slice *entry,
                        struct en_error *err)
{
    struct en_frozen_item live = {EN_FROZEN_INTERVAL, day, walk->channel.channel, {NULL, 0}};
    en_code code = en_best_get(walk->store, day, walk->channel.channel, &live.entry, err);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    *entry = live.entry;
    return code == EN_OK && walk->is_fiscal ? en_fiscal_entry(&walk->fiscal, &live, entry, err)
                                            : code;
}

static en_code fill_block(struct walk *walk, int32_t day, struct en_slice entry,
                          struct en_export_block *block, struct en_error *err)
{
    en_code code = en_block_read(entry, &walk->block, err);
    if (code != EN_OK) {
        return code;
    }
    *block = (struct en_export_block){
        .point = en_slice_text(walk->point),
        .channel = en_slice_text(walk->code),
        .unit = (en_unit)walk->channel.unit,
        .from = {day * EN_DAY_US + walk->block.head.start_minute * EN_MINUTE_US},
        .block = &walk->block};
    return en_keys_point_offset(walk->store, walk->channel.point, block->from,
                                &block->offset_minutes, err);
}

static en_code next_block(void *self, struct en_export_block *block, struct en_error *err)
{
    struct walk *walk = self;
    for (;;) {
        struct en_slice entry = {NULL, 0};
        en_code code = EN_OK;
        if (!walk->has_channel || walk->day >= walk->to.n) {
            code = next_channel(walk, err);
        }
        if (code == EN_OK) {
            code = entry_of(walk, walk->day++, &entry, err);
        }
        if (code != EN_OK) {
            return code;
        }
        if (entry.size > 0) {
            return fill_block(walk, walk->day - 1, entry, block, err);
        }
    }
}

static en_code begin_registers(struct walk *walk, struct en_error *err)
{
    int32_t offset = 0;
    struct en_register_row from = {.channel = walk->channel.channel};
    en_code code =
        en_keys_day_start(walk->store, walk->channel.point, walk->from.n, &from.at, &offset, err);
    if (code == EN_OK) {
        code = en_keys_day_start(walk->store, walk->channel.point, walk->to.n, &walk->until,
                                 &offset, err);
    }
    if (code == EN_OK) {
        code =
            en_table_scan_begin(walk->store, &en_table_register, &from, 1, &walk->registers, err);
        walk->is_scanning = code == EN_OK;
    }
    return code;
}

static en_code next_register(void *self, struct en_export_register *reading, struct en_error *err)
{
    struct walk *walk = self;
    for (;;) {
        struct en_register_row row;
        en_code code = EN_OK;
        if (!walk->is_scanning) {
            code = next_channel(walk, err);
            code = code == EN_OK ? begin_registers(walk, err) : code;
        }
        if (code != EN_OK) {
            return code;
        }
        code = en_table_scan_next(&walk->registers, &row, NULL, err);
        bool is_inside = code == EN_OK && row.at.us < walk->until.us;
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return code;
        }
        if (!is_inside) {
            en_table_scan_end(&walk->registers);
            walk->is_scanning = false;
            continue;
        }
        *reading = (struct en_export_register){.point = en_slice_text(walk->point),
                                               .channel = en_slice_text(walk->code),
                                               .unit = (en_unit)walk->channel.unit,
                                               .at = row.at,
                                               .value = row.value,
                                               .quality = row.quality};
        return en_keys_point_offset(walk->store, walk->channel.point, row.at,
                                    &reading->offset_minutes, err);
    }
}

/* Held until the view is closed: the reader's pace must not hold the tables. */
static en_code hold(void *self, struct en_slice bytes, struct en_error *err)
{
    struct walk *walk = self;
    en_buf_append(&walk->held, bytes.bytes, bytes.size);
    return walk->held.code == EN_OK
               ? EN_OK
               : en_error_set(err, walk->held.code,
                              "more than %u MiB at once: export fewer days or one point",
                              HELD_SIZE_MAX >> 20);
}

static en_code narrow(struct walk *walk, const struct en_arguments *arguments, struct en_error *err)
{
    const char *point = en_arguments_value(arguments, "point");
    const char *lane = en_arguments_value(arguments, "lane");
    walk->only_code = en_arguments_value(arguments, "channel");
    walk->is_fiscal = lane == NULL || strcmp(lane, "fiscal") == 0;
    en_code code = EN_OK;
    if (point != NULL) {
        code =
            en_keys_find(walk->store, EN_NAME_POINT, en_slice_text(point), &walk->only_point, err);
    }
    if (code == EN_OK && walk->is_fiscal) {
        code =
            en_fiscal_load(walk->store, walk->from.n, walk->to.n, &walk->arena, &walk->fiscal, err);
    }
    return code;
}

static en_code run_walk(struct walk *walk, const struct en_format *format,
                        const struct en_arguments *arguments, struct en_export_report *report,
                        struct en_error *err)
{
    const char *what = en_arguments_value(arguments, "what");
    bool is_registers = what != NULL && strcmp(what, "registers") == 0;
    struct en_export_source source = {.self = walk,
                                      .next_block = is_registers ? NULL : next_block,
                                      .next_register = is_registers ? next_register : NULL};
    struct en_export_target target = {.self = walk, .write = hold};
    en_code code = narrow(walk, arguments, err);
    if (code == EN_OK) {
        code = is_registers ? en_export_registers(format, &source, &target, report, err)
                            : en_export_blocks(format, &source, &target, report, err);
    }
    if (walk->is_scanning) {
        en_table_scan_end(&walk->registers);
    }
    if (walk->is_begun) {
        en_table_scan_end(&walk->channels);
    }
    return code;
}

static en_code parse_days(struct walk *walk, const struct en_arguments *arguments,
                          struct en_error *err)
{
    en_code code = en_arguments_day(arguments, "from", &walk->from, err);
    if (code == EN_OK) {
        code = en_arguments_day(arguments, "to", &walk->to, err);
    }
    return code == EN_OK && walk->from.n >= walk->to.n
               ? en_error_set(err, EN_USAGE, "--from must be before --to")
               : code;
}

en_code en_run_export(struct en_session *session, const struct en_arguments *arguments,
                      struct en_io *io, struct en_error *err)
{
    const char *name = en_arguments_value(arguments, "format");
    const struct en_format *format = NULL;
    struct en_export_report report;
    struct en_view view;
    struct walk *walk = en_mem_alloc(1, sizeof *walk);
    if (walk == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to export");
    }
    en_arena_init(&walk->arena, ARENA_SIZE_MAX);
    en_buf_init(&walk->held, HELD_SIZE_MAX);
    en_code code = en_format_find(name == NULL ? "csv" : name, &format, err);
    if (code == EN_NOT_FOUND) {
        code = err->code = EN_USAGE;
    }
    if (code == EN_OK) {
        code = parse_days(walk, arguments, err);
    }
    if (code == EN_OK) {
        code = en_engine_view_open(session->engine, arguments->as_of, io, &view, err);
    }
    if (code == EN_OK) {
        walk->store = view.store;
        code = run_walk(walk, format, arguments, &report, err);
        en_engine_view_close(session->engine, &view);
    }
    if (code == EN_OK) {
        en_io_write(io, en_buf_slice(&walk->held));
        en_io_note(io, "%" PRIu64 " values, %" PRIu64 " missing", report.values_count,
                   report.missing_count);
    }
    en_buf_fini(&walk->held);
    en_arena_fini(&walk->arena);
    en_mem_free(walk);
    return code;
}
