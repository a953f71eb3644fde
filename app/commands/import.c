/* `enerlog import`: files in, one summary out; what could not be taken, with its place and mend, on
 * the standard error. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/commands/commands.h"
#include "app/engine.h"
#include "app/rows.h"
#include "app/zones.h"
#include "core/mem.h"
#include "formats/format.h"
#include "formats/import.h"
#include "projections/tables.h"
#include "projections/views/keys.h"

#define MAPPING_SIZE_MAX (1u << 20)
#define FINDINGS_SHOWN 20u
#define SNAPSHOT_US_MAX 500000u /* no read transaction lives over a second (L8) */
#define FOREVER ((struct en_instant){INT64_MAX})

/* The registry as the tables have it, looked at through a snapshot that is renewed when it is old
 * or the log has grown. */
struct registry {
    struct en_engine *engine;
    struct en_view view;
    uint64_t opened_us;
};

static uint64_t monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void close_registry(struct registry *registry)
{
    if (registry->view.store != NULL) {
        en_engine_view_close(registry->engine, &registry->view);
    }
}

static en_code fresh_store(struct registry *registry, struct en_store **store, struct en_error *err)
{
    uint64_t now_us = monotonic_us();
    bool is_old = registry->view.store == NULL || now_us - registry->opened_us > SNAPSHOT_US_MAX ||
                  registry->view.position < en_log_size(en_engine_log(registry->engine));
    if (is_old) {
        close_registry(registry);
        en_code code = en_engine_view_open(registry->engine, NULL, NULL, &registry->view, err);
        if (code != EN_OK) {
            return code;
        }
        registry->opened_us = now_us;
    }
    *store = registry->view.store;
    return EN_OK;
}

static en_code find_point(void *self, struct en_slice key, uint32_t *point, uint32_t *object,
                          struct en_error *err)
{
    struct en_store *store = NULL;
    struct en_error unknown;
    en_code code = fresh_store(self, &store, err);
    if (code == EN_OK) {
        code = en_keys_find(store, EN_NAME_POINT, key, point, &unknown);
        if (code != EN_OK && code != EN_NOT_FOUND) {
            *err = unknown;
        }
    }
    struct en_point_row row = {.point = code == EN_OK ? *point : 0, .from = FOREVER};
    if (code == EN_OK) {
        code = en_table_last_before(store, &en_table_point, &row, 1, NULL, &unknown);
        *object = row.object;
        if (code != EN_OK && code != EN_NOT_FOUND) {
            *err = unknown;
        }
    }
    return code;
}

static en_code find_channel(void *self, uint32_t point, struct en_slice channel_code,
                            struct en_registry_channel *channel, struct en_error *err)
{
    struct en_store *store = NULL;
    struct en_error unknown;
    struct en_point_channel_row place = {.point = point, .code = channel_code};
    en_code code = fresh_store(self, &store, err);
    if (code == EN_OK) {
        code = en_table_get(store, &en_table_point_channel, &place, NULL, &unknown);
        if (code != EN_OK && code != EN_NOT_FOUND) {
            *err = unknown;
        }
    }
    struct en_channel_row row = {.channel = place.channel};
    if (code == EN_OK) {
        code = en_table_get(store, &en_table_channel, &row, NULL, err);
        *channel = (struct en_registry_channel){.channel = row.channel,
                                                .unit = (en_unit)row.unit,
                                                .basis = row.basis,
                                                .slot_seconds = row.slot_seconds};
    }
    return code;
}

static en_code find_object(void *self, struct en_slice key, uint32_t *object, struct en_error *err)
{
    struct en_store *store = NULL;
    struct en_error unknown;
    en_code code = fresh_store(self, &store, err);
    if (code == EN_OK) {
        code = en_keys_find(store, EN_NAME_OBJECT, key, object, &unknown);
    }
    struct en_object_row row = {.object = code == EN_OK ? *object : 0, .from = FOREVER};
    return code == EN_OK ? en_table_last_before(store, &en_table_object, &row, 1, NULL, &unknown)
                         : code;
}

static en_code find_offset(void *self, uint32_t object, struct en_instant at,
                           int32_t *offset_minutes, struct en_interval *holds, struct en_error *err)
{
    struct en_store *store = NULL;
    en_code code = fresh_store(self, &store, err);
    return code == EN_OK ? en_keys_object_offset_span(store, object, at, offset_minutes, holds, err)
                         : code;
}

/* ---- files ---- */

static en_code read_file(const struct en_io *io, const char *name, struct en_buf *bytes,
                         struct en_error *err)
{
    char path[EN_PATH_SIZE];
    struct stat status;
    en_code code = en_io_path(io, name, path, err);
    if (code != EN_OK) {
        return code;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        code = en_errno_error(errno, "cannot open", path, err);
    } else if (!S_ISREG(status.st_mode)) {
        code = en_error_set(err, EN_IO, "%.300s is not a file", path);
    }
    uint8_t *room = NULL;
    size_t size = code == EN_OK ? (size_t)status.st_size : 0;
    if (size > 0) {
        en_buf_reset(bytes);
        room = en_buf_room(bytes, size);
        code = en_buf_code(bytes, err);
    }
    for (size_t have = 0; code == EN_OK && have < size;) {
        ssize_t got = read(fd, room + have, size - have);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            code = en_errno_error(got == 0 ? EIO : errno, "cannot read", path, err);
        }
        have += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return code == EN_OK ? EN_OK : en_error_wrap(err, "import");
}

/* ---- what came of it ---- */

static void put_seq(struct en_rows *rows, struct en_seq seq)
{
    if (seq.n == EN_SEQ_NONE.n) {
        en_rows_null(rows);
    } else {
        en_rows_count(rows, seq.n);
    }
}

static void put_report(const struct en_import_report *report, const struct en_arguments *arguments,
                       struct en_io *io)
{
    static const struct en_column columns[] = {
        {"files", NULL, true},
        {"points", NULL, true},
        {"channels", NULL, true},
        {"values", NULL, true},
        {"missing", NULL, true},
        {"duplicates", NULL, true},
        {"rejected", NULL, true},
        {"first_seq", "first event", true},
        {"last_seq", "last event", true},
    };
    struct en_rows rows;
    en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_rows_count(&rows, report->files_count);
    en_rows_count(&rows, report->points_count);
    en_rows_count(&rows, report->channels_count);
    en_rows_count(&rows, report->values_count);
    en_rows_count(&rows, report->missing_count);
    en_rows_count(&rows, report->duplicates_count);
    en_rows_count(&rows, report->rejected_count);
    put_seq(&rows, report->first_seq);
    put_seq(&rows, report->last_seq);
    en_rows_end(&rows);
}

static void put_findings(const struct en_import_finding_list *list, const char *word,
                         struct en_io *io)
{
    uint32_t shown = list->count < FINDINGS_SHOWN ? list->count : FINDINGS_SHOWN;
    for (uint32_t i = 0; i < shown; i++) {
        const struct en_import_finding *finding = &list->items[i];
        char place[48] = "";
        if (finding->place.line > 0 && finding->place.column > 0) {
            (void)snprintf(place, sizeof place, ":%" PRIu32 ":%" PRIu32, finding->place.line,
                           finding->place.column);
        } else if (finding->place.line > 0) {
            (void)snprintf(place, sizeof place, ":%" PRIu32, finding->place.line);
        }
        bool has_mend = finding->mend != NULL && finding->mend[0] != '\0';
        en_io_complain(io, "%s%s: %s: %s%s%s", finding->file == NULL ? "" : finding->file, place,
                       word, finding->what, has_mend ? "; " : "", has_mend ? finding->mend : "");
    }
    uint64_t more = list->count - shown + list->more_count;
    if (more > 0) {
        en_io_complain(io, "... and %" PRIu64 " more %ss", more, word);
    }
}

/* ---- the command ---- */

struct import {
    struct en_import_options options;
    struct en_sink sink;
    struct en_registry_view view;
    struct en_import_report report;
    struct en_buf file;
    struct en_io *io;
    en_code verdict; /* the worst of files that did not go in as a whole */
    struct en_error first;
};

/* is_told: a finding says it already. */
static void note_verdict(struct import *import, en_code code, const char *name, bool is_told,
                         const struct en_error *err)
{
    bool is_worse = import->verdict == EN_OK || import->verdict == EN_PARTIAL;
    if (code == EN_PARTIAL && import->verdict == EN_OK) {
        import->verdict = code;
        import->first = *err;
    } else if (code != EN_PARTIAL) {
        if (!is_told) {
            en_io_complain(import->io, "%s: %s", name, err->text);
        }
        if (is_worse) {
            import->verdict = code;
            import->first = *err;
        }
    }
}

static uint64_t count_errors(const struct import *import)
{
    const struct en_import_finding_list *errors = &import->report.findings.errors;
    return errors->count + errors->more_count;
}

/* A file that is not what it should be does not keep the others out. */
static bool is_about_the_file(en_code code)
{
    return code == EN_PARTIAL || code == EN_MALFORMED || code == EN_UNSUPPORTED ||
           code == EN_LIMIT || code == EN_RANGE || code == EN_CORRUPT;
}

static en_code import_files(struct import *import, const struct en_arguments *arguments,
                            struct en_error *err)
{
    struct en_progress progress;
    en_code code = EN_OK;
    en_progress_begin(&progress, import->io, "import", "files");
    for (uint32_t i = 0; i < arguments->operands_count && code == EN_OK; i++) {
        const char *name = arguments->operands[i];
        struct en_error refusal;
        if (en_progress_update(&progress, i, arguments->operands_count)) {
            code = en_error_set(err, EN_INTERRUPTED,
                                "interrupted after %" PRIu32 " files: the "
                                "same command goes on where it stopped",
                                i);
            break;
        }
        en_buf_reset(&import->file);
        code = read_file(import->io, name, &import->file, err);
        if (code != EN_OK) {
            break;
        }
        import->options.file_name = name;
        uint64_t findings_count = count_errors(import);
        code = en_import_run(&import->options, en_buf_slice(&import->file), &import->sink,
                             &import->view, &import->report, &refusal);
        if (code != EN_OK && is_about_the_file(code)) {
            en_progress_end(&progress);
            note_verdict(import, code, name, count_errors(import) > findings_count, &refusal);
            code = EN_OK;
        } else if (code != EN_OK) {
            *err = refusal;
        }
    }
    en_progress_end(&progress);
    return code;
}

static en_code prepare(struct import *import, struct en_session *session,
                       const struct en_arguments *arguments, struct en_buf *mapping,
                       struct en_error *err)
{
    const char *mapping_name = en_arguments_value(arguments, "mapping");
    const struct en_format *format = NULL;
    import->options.format = en_arguments_value(arguments, "format");
    import->options.zone_name = en_arguments_value(arguments, "zone");
    import->options.is_create = en_arguments_has(arguments, "create");
    import->options.is_strict = en_arguments_has(arguments, "strict");
    import->options.is_dry_run = arguments->is_dry_run;
    import->sink = en_engine_sink(session->engine);
    en_code code = en_format_find(import->options.format, &format, err);
    if (code == EN_NOT_FOUND) {
        err->code = EN_USAGE;
        return EN_USAGE;
    }
    if (code == EN_OK && format->needs_mapping && mapping_name == NULL) {
        return en_error_set(err, EN_USAGE, "--mapping M is missing: %s needs one", format->name);
    }
    if (code == EN_OK && mapping_name != NULL) {
        code = read_file(import->io, mapping_name, mapping, err);
        import->options.mapping = en_buf_slice(mapping);
    }
    if (code == EN_OK && !arguments->is_dry_run) {
        code = en_engine_actor(session->engine, &import->options.actor, err);
    }
    return code;
}

static en_code finish(struct import *import, const struct en_arguments *arguments, en_code code,
                      struct en_error *err)
{
    if (code == EN_OK || import->report.files_count > 0) {
        put_findings(&import->report.findings.errors, "rejected", import->io);
        if (!arguments->is_quiet) {
            put_findings(&import->report.findings.warnings, "warning", import->io);
        }
        put_report(&import->report, arguments, import->io);
    }
    if (code == EN_OK && import->verdict != EN_OK) {
        *err = import->first;
        code = import->verdict;
    }
    return code;
}

en_code en_run_import(struct en_session *session, const struct en_arguments *arguments,
                      struct en_io *io, struct en_error *err)
{
    struct en_buf mapping;
    struct en_zones zones;
    struct registry registry = {.engine = session->engine};
    struct import *import = en_mem_alloc(1, sizeof *import);
    if (import == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to import");
    }
    en_zones_init(&zones, session->engine, arguments->is_dry_run);
    struct en_zone_source source = en_zones_source(&zones);
    en_buf_init(&mapping, MAPPING_SIZE_MAX);
    en_buf_init(&import->file, EN_DOCUMENT_SIZE_MAX);
    import->io = io;
    import->options.zones = &source;
    import->view = (struct en_registry_view){.self = &registry,
                                             .point = find_point,
                                             .channel = find_channel,
                                             .object = find_object,
                                             .offset = find_offset};
    en_code code = en_import_report_init(&import->report, err);
    if (code == EN_OK) {
        code = prepare(import, session, arguments, &mapping, err);
    }
    if (code == EN_OK) {
        code = import_files(import, arguments, err);
        close_registry(&registry);
        code = finish(import, arguments, code, err);
    }
    en_import_report_fini(&import->report);
    close_registry(&registry);
    en_buf_fini(&import->file);
    en_buf_fini(&mapping);
    en_zones_fini(&zones);
    en_mem_free(import);
    return code;
}
