/* Freezes and corrections: made, listed, shown, and proved equal by replay. */
#include <inttypes.h>
#include <stdio.h>

#include "app/attest.h"
#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/submission.h"
#include "app/rows.h"
#include "core/event/payload.h"
#include "log/checkpoint.h"
#include "projections/tables.h"
#include "projections/tables_freeze.h"
#include "projections/views/frozen.h"
#include "projections/views/keys.h"
#include "projections/views/pending.h"

#define KEY_SIZE_MAX 1024u
#define RUNS_MAX 256u

/* ---- what is known of a freeze ---- */

/* One run, copied out of the tables. */
struct freeze_run {
    char id[EN_NAME_SIZE_MAX + 1];
    char scope[EN_NAME_SIZE_MAX + 1];
    char policy[EN_NAME_SIZE_MAX + 1];
    struct en_freeze_row row; /* texts are not to be used */
    struct en_attestation_row attestation;
    bool is_attested;
    uint64_t pending_count;
    struct en_checkpoint checkpoint;
    char note[EN_CHECKPOINT_SIZE_MAX];
    size_t note_size;
};

static void copy_text(char *text, size_t size, struct en_slice from)
{
    (void)snprintf(text, size, "%.*s", (int)from.size, (const char *)from.bytes);
}

static en_code count_pending(struct en_store *store, struct freeze_run *run, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_frozen_row row = {.freeze = run->row.freeze, .run = run->row.run, .day = INT32_MIN};
    en_code code = en_table_scan_begin(store, &en_table_frozen, &row, 2, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        run->pending_count += code == EN_OK ? 1 : 0;
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code load_attestation(struct en_store *store, struct freeze_run *run,
                                struct en_error *err)
{
    run->attestation = (struct en_attestation_row){.freeze = run->row.freeze, .run = run->row.run};
    en_code code = en_table_get(store, &en_table_attestation, &run->attestation, NULL, err);
    run->is_attested = code == EN_OK;
    if (code == EN_OK && run->attestation.checkpoint.size < sizeof run->note) {
        run->note_size = run->attestation.checkpoint.size;
        memcpy(run->note, run->attestation.checkpoint.bytes, run->note_size);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Fills the rest of a run whose row was just read from the store. */
static en_code load_run(struct en_store *store, struct freeze_run *run, struct en_error *err)
{
    struct en_slice key;
    copy_text(run->policy, sizeof run->policy, run->row.policy);
    en_code code = en_keys_key(store, EN_NAME_FREEZE, run->row.freeze, &key, err);
    if (code == EN_OK) {
        copy_text(run->id, sizeof run->id, key);
        code = en_keys_key(store, EN_NAME_OBJECT, run->row.scope, &key, err);
    }
    if (code == EN_OK) {
        copy_text(run->scope, sizeof run->scope, key);
        code = load_attestation(store, run, err);
    }
    return code == EN_OK ? count_pending(store, run, err) : code;
}

static const struct en_column run_columns[] = {
    {"id", NULL, false},     {"run", NULL, true},     {"from", NULL, false}, {"to", NULL, false},
    {"scope", NULL, false},  {"policy", NULL, false}, {"event", NULL, true}, {"rows", NULL, true},
    {"missing", NULL, true}, {"pending", NULL, true}, {"size", NULL, true},  {"root", NULL, false},
    {"digest", NULL, false},
};

/* What fits a terminal. */
static const struct en_column short_columns[] = {
    {"id", NULL, false},    {"run", NULL, true},  {"from", NULL, false},   {"to", NULL, false},
    {"scope", NULL, false}, {"rows", NULL, true}, {"missing", NULL, true}, {"pending", NULL, true},
};

static void put_hash(struct en_rows *rows, const struct en_hash *hash)
{
    char hex[EN_HASH_HEX_SIZE];
    en_hash_print(hash, hex);
    en_rows_text(rows, hex);
}

static void put_scope(struct en_rows *rows, const struct freeze_run *run)
{
    if (run->scope[0] == '\0') {
        en_rows_null(rows);
    } else {
        en_rows_text(rows, run->scope);
    }
}

static void put_run(struct en_rows *rows, const struct freeze_run *run)
{
    en_rows_text(rows, run->id);
    en_rows_count(rows, run->row.run);
    en_rows_day(rows, run->row.from_day);
    en_rows_day(rows, run->row.to_day);
    put_scope(rows, run);
    en_rows_text(rows, run->policy);
    en_rows_count(rows, run->row.seq);
    en_rows_count(rows, run->row.rows_count);
    en_rows_count(rows, run->row.missing_count);
    en_rows_count(rows, run->pending_count);
    if (run->is_attested) {
        en_rows_count(rows, run->attestation.size);
        put_hash(rows, &run->attestation.root);
    } else {
        en_rows_null(rows);
        en_rows_null(rows);
    }
    put_hash(rows, &run->row.digest);
}

static void put_short_run(struct en_rows *rows, const struct freeze_run *run)
{
    en_rows_text(rows, run->id);
    en_rows_count(rows, run->row.run);
    en_rows_day(rows, run->row.from_day);
    en_rows_day(rows, run->row.to_day);
    put_scope(rows, run);
    en_rows_count(rows, run->row.rows_count);
    en_rows_count(rows, run->row.missing_count);
    en_rows_count(rows, run->pending_count);
}

/* The newest run of a freeze by its id. */
static en_code find_run(struct en_store *store, const char *id, struct freeze_run *run,
                        struct en_error *err)
{
    uint32_t freeze = 0;
    *run = (struct freeze_run){.pending_count = 0};
    en_code code = en_keys_find(store, EN_NAME_FREEZE, en_slice_text(id), &freeze, err);
    if (code == EN_OK) {
        code = en_freeze_last_run(store, freeze, &run->row, err);
        if (code == EN_NOT_FOUND) {
            return en_error_set(err, EN_NOT_FOUND, "freeze \"%.128s\" was refused or not made", id);
        }
    }
    return code == EN_OK ? load_run(store, run, err) : code;
}

static en_code show(struct en_session *session, const struct en_arguments *arguments,
                    const char *id, struct en_io *io, struct en_error *err)
{
    struct en_view view;
    struct freeze_run run;
    en_code code = en_engine_view_open(session->engine, arguments->as_of, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    code = find_run(view.store, id, &run, err);
    en_engine_view_close(session->engine, &view);
    if (code == EN_OK) {
        struct en_rows rows;
        en_rows_begin_single(&rows, io, arguments->output, run_columns, EN_COUNT_OF(run_columns));
        put_run(&rows, &run);
        en_rows_end(&rows);
    }
    return code;
}

en_code en_run_freeze_show(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    return show(session, arguments, en_arguments_operand(arguments, 0), io, err);
}

en_code en_run_freeze_list(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    struct en_view view;
    struct en_rows rows;
    struct en_table_scan scan;
    bool is_short = arguments->output == EN_OUTPUT_TABLE;
    en_code code = en_engine_view_open(session->engine, arguments->as_of, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    if (is_short) {
        en_rows_begin(&rows, io, arguments->output, short_columns, EN_COUNT_OF(short_columns));
    } else {
        en_rows_begin(&rows, io, arguments->output, run_columns, EN_COUNT_OF(run_columns));
    }
    code = en_table_scan_begin(view.store, &en_table_freeze, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct freeze_run run = {.pending_count = 0};
        code = en_table_scan_next(&scan, &run.row, NULL, err);
        if (code == EN_OK) {
            code = load_run(view.store, &run, err);
        }
        if (code == EN_OK && is_short) {
            put_short_run(&rows, &run);
        } else if (code == EN_OK) {
            put_run(&rows, &run);
        }
    }
    en_table_scan_end(&scan);
    en_engine_view_close(session->engine, &view);
    en_rows_end(&rows);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- making ---- */

/* "2013-04" for a whole month, else "2013-04-01..2013-04-15"; "@SCOPE" behind it. */
static en_code name_period(const struct en_arguments *arguments, struct en_day from,
                           struct en_day to, char id[EN_NAME_SIZE_MAX + 1], struct en_error *err)
{
    const char *given = en_arguments_value(arguments, "name");
    const char *scope = en_arguments_value(arguments, "scope");
    char first[EN_DAY_TEXT_SIZE];
    char last[EN_DAY_TEXT_SIZE] = "";
    struct en_month month = en_month_of_day(from);
    bool is_month = en_month_first_day(month).n == from.n &&
                    en_month_first_day((struct en_month){month.n + 1}).n == to.n;
    if (is_month) {
        (void)en_month_print(month, first);
    } else {
        (void)en_day_print(from, first);
        (void)en_day_print(to, last);
    }
    int size = given != NULL
                   ? snprintf(id, EN_NAME_SIZE_MAX + 1, "%s", given)
                   : snprintf(id, EN_NAME_SIZE_MAX + 1, "%s%s%s%s%s", first, is_month ? "" : "..",
                              last, scope == NULL ? "" : "@", scope == NULL ? "" : scope);
    return size > 0 && size <= (int)EN_NAME_SIZE_MAX
               ? EN_OK
               : en_error_set(err, EN_USAGE, "the name of a freeze has 1 to %u bytes",
                              EN_NAME_SIZE_MAX);
}

/* What a maker that died left without attestation gets it first: the new event may be refused. */
static en_code submit(struct en_session *session, const char *actor, struct en_io *io, en_kind kind,
                      uint32_t subject, struct en_interval valid, const void *payload,
                      struct en_error *err)
{
    struct en_submission submission;
    en_code code = en_attest_all(session->engine, io, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_submission_init(&submission, session->engine, err);
    if (code == EN_OK && actor != NULL) {
        code = en_submission_as(&submission, actor, err);
    }
    if (code == EN_OK) {
        code = en_submission_add(&submission, kind, subject, valid, payload, err);
    }
    if (code == EN_OK) {
        code = en_submission_send(&submission, io, err);
    }
    en_submission_fini(&submission);
    return code == EN_OK ? en_attest_all(session->engine, io, err) : code;
}

/* Whether a freeze of that id stands: its name must not be used for another. When its maker died
 * before the attestation, the same command again adds that. */
static en_code check_free(struct en_session *session, const char *id, struct en_io *io,
                          struct en_error *err)
{
    struct en_view view;
    struct freeze_run run;
    en_code code = en_engine_view_open(session->engine, NULL, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    code = find_run(view.store, id, &run, err);
    en_engine_view_close(session->engine, &view);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    code = run.is_attested ? EN_OK : en_attest_all(session->engine, io, err);
    return code == EN_OK
               ? en_error_set(err, EN_CONFLICT, "there is a freeze \"%.128s\" already", id)
               : code;
}

/* Whether the freeze waits for approvals. */
static en_code is_requested(struct en_session *session, uint32_t freeze, bool *is, struct en_io *io,
                            struct en_error *err)
{
    struct en_view view;
    struct en_freeze_request_row row = {.freeze = freeze};
    en_code code = en_engine_view_open(session->engine, NULL, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_table_get(view.store, &en_table_freeze_request, &row, NULL, err);
    en_engine_view_close(session->engine, &view);
    *is = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_run_freeze_create(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    char id[EN_NAME_SIZE_MAX + 1];
    const char *scope = en_arguments_value(arguments, "scope");
    struct en_day from;
    struct en_day to;
    uint32_t freeze = 0;
    struct en_freeze_requested requested = {0};
    en_code code = en_arguments_day(arguments, "from", &from, err);
    if (code == EN_OK) {
        code = en_arguments_day(arguments, "to", &to, err);
    }
    if (code == EN_OK && from.n >= to.n) {
        code = en_error_set(err, EN_USAGE, "--from must be before --to");
    }
    if (code == EN_OK) {
        code = name_period(arguments, from, to, id, err);
    }
    if (code == EN_OK && scope != NULL) {
        code = en_engine_find(session->engine, EN_NAME_OBJECT, scope, &requested.scope, err);
    }
    if (code == EN_OK) {
        code = check_free(session, id, io, err);
    }
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_FREEZE, id, &freeze, err);
    }
    if (code != EN_OK) {
        return code;
    }
    requested.from_day = from.n;
    requested.to_day = to.n;
    requested.policy = en_arguments_text(arguments, "policy", en_slice_text(""));
    struct en_interval valid = {en_day_interval(from, 0).from, en_day_interval(to, 0).from};
    bool is_waiting = false;
    code = submit(session, en_arguments_value(arguments, "actor"), io, EN_KIND_FREEZE_REQUESTED,
                  freeze, valid, &requested, err);
    if (code == EN_OK) {
        code = is_requested(session, freeze, &is_waiting, io, err);
    }
    if (code == EN_OK && is_waiting) {
        en_io_note(io, "The policy wants another person: `freeze approve %s`.", id);
        return en_run_freeze_requests(session, arguments, io, err);
    }
    return code == EN_OK ? show(session, arguments, id, io, err) : code;
}

en_code en_run_correction_create(struct en_session *session, const struct en_arguments *arguments,
                                 struct en_io *io, struct en_error *err)
{
    const char *id = en_arguments_operand(arguments, 0);
    const char *style = en_arguments_value(arguments, "style");
    struct en_day target = {0};
    uint32_t freeze = 0;
    struct en_correction_requested requested = {0};
    requested.authority = en_arguments_text(arguments, "authority", en_slice_text(""));
    requested.correction = style == NULL ? 0 : strcmp(style, "restate") == 0 ? 1 : 2;
    en_code code = en_arguments_day(arguments, "target", &target, err);
    requested.target_day = target.n;
    requested.through = en_log_size(en_engine_log(session->engine));
    if (code == EN_OK && style != NULL && requested.correction == 2 &&
        !en_arguments_has(arguments, "target")) {
        code = en_error_set(err, EN_USAGE, "--target DATE is missing: the open day of the delta");
    }
    if (code == EN_OK) {
        code = en_engine_find(session->engine, EN_NAME_FREEZE, id, &freeze, err);
    }
    if (code == EN_OK) {
        code = submit(session, NULL, io, EN_KIND_CORRECTION_REQUESTED, freeze,
                      (struct en_interval){{0}, {0}}, &requested, err);
    }
    return code == EN_OK ? show(session, arguments, id, io, err) : code;
}

/* ---- pending differences ---- */

static void put_value(struct en_rows *rows, bool has, int64_t micro)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    if (has) {
        size_t size = en_micro_print(micro, text);
        en_rows_slice(rows, en_slice_of(text, size));
    } else {
        en_rows_null(rows);
    }
}

static en_code put_pending(void *self, const struct en_pending_row *row, struct en_error *err)
{
    struct en_rows *rows = self;
    char label[2 * EN_NAME_SIZE_MAX + 8];
    (void)err;
    (void)snprintf(label, sizeof label, "%.*s%s%.*s", (int)row->key.size,
                   (const char *)row->key.bytes, row->code.size > 0 ? " " : "", (int)row->code.size,
                   (const char *)row->code.bytes);
    en_rows_day(rows, row->day);
    en_rows_text(rows, row->lane == EN_FROZEN_INTERVAL ? "energy"
                       : row->lane == EN_FROZEN_NODE   ? "formula"
                                                       : "balance");
    en_rows_text(rows, label);
    en_rows_text(rows, en_unit_name(row->unit));
    put_value(rows, row->has_frozen, row->frozen_micro);
    put_value(rows, row->has_live, row->live_micro);
    put_value(rows, true, row->difference_micro);
    return EN_OK;
}

static const struct en_column difference_columns[] = {
    {"day", NULL, false},       {"what", NULL, false},  {"series", NULL, false},
    {"unit", NULL, false},      {"frozen", NULL, true}, {"live", NULL, true},
    {"difference", NULL, true},
};

static en_code print_differences(struct en_store *store, uint32_t freeze,
                                 const struct en_arguments *arguments, struct en_io *io,
                                 struct en_error *err)
{
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, difference_columns,
                  EN_COUNT_OF(difference_columns));
    en_code code = en_pending_walk(store, freeze, put_pending, &rows, err);
    en_rows_end(&rows);
    return code;
}

/* What of a held scope moved since. */
en_code en_run_hold_differences(struct en_session *session, const struct en_arguments *arguments,
                                struct en_io *io, struct en_error *err)
{
    const char *scope = en_arguments_value(arguments, "scope");
    struct en_view view;
    struct en_hold_row hold = {.scope = 0};
    en_code code = en_engine_view_open(session->engine, arguments->as_of, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    if (scope != NULL) {
        code = en_keys_find(view.store, EN_NAME_OBJECT, en_slice_text(scope), &hold.scope, err);
    }
    if (code == EN_OK) {
        code = en_table_get(view.store, &en_table_hold, &hold, NULL, err);
        code = code == EN_NOT_FOUND
                   ? en_error_set(err, EN_NOT_FOUND, "that scope is not held: see `hold list`")
                   : code;
    }
    if (code == EN_OK) {
        code = print_differences(view.store, EN_HOLD_FREEZE(hold.scope), arguments, io, err);
    }
    en_engine_view_close(session->engine, &view);
    return code;
}

en_code en_run_freeze_differences(struct en_session *session, const struct en_arguments *arguments,
                                  struct en_io *io, struct en_error *err)
{
    struct en_view view;
    struct freeze_run run;
    en_code code = en_engine_view_open(session->engine, arguments->as_of, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    code = find_run(view.store, en_arguments_operand(arguments, 0), &run, err);
    if (code == EN_OK) {
        code = print_differences(view.store, run.row.freeze, arguments, io, err);
    }
    en_engine_view_close(session->engine, &view);
    return code;
}

/* ---- verification ---- */

/* The signed head that the attestation carries: signed by the log's key, and a head this log had.
 */
static en_code check_attestation(struct en_session *session, const struct freeze_run *run,
                                 struct en_error *err)
{
    struct en_buf text;
    struct en_sign_public key;
    struct en_checkpoint checkpoint;
    struct en_hash root;
    if (!run->is_attested) {
        return en_error_set(
            err, EN_MISMATCH,
            "run %u has no attestation: `freeze create` again, or the daemon, adds it",
            run->row.run);
    }
    en_buf_init(&text, KEY_SIZE_MAX);
    en_code code = en_data_dir_read(session->dir, "keys/log.pub", &text, err);
    if (code == EN_OK) {
        code = en_sign_public_parse(en_buf_slice(&text), &key, err);
    }
    en_buf_fini(&text);
    if (code == EN_OK) {
        code = en_checkpoint_verify(en_slice_of(run->note, run->note_size), &key, &checkpoint, err);
    }
    if (code == EN_OK) {
        code = en_log_root(en_engine_log(session->engine), checkpoint.size, &root, err);
    }
    if (code != EN_OK) {
        return en_error_wrap(err, "the attestation of run %u", run->row.run);
    }
    bool is_same = en_hash_equal(&root, &checkpoint.root) &&
                   checkpoint.size == run->attestation.size &&
                   en_hash_equal(&checkpoint.root, &run->attestation.root) &&
                   en_hash_equal(&run->row.digest, &run->attestation.digest);
    return is_same ? EN_OK
                   : en_error_set(err, EN_MISMATCH,
                                  "the attestation of run %u is not about this log or these rows",
                                  run->row.run);
}

static void put_verdict(const struct freeze_run *run, const struct en_verify_verdict *verdict,
                        const struct en_arguments *arguments, struct en_io *io)
{
    static const struct en_column columns[] = {{"id", NULL, false},
                                               {"run", NULL, true},
                                               {"equal", NULL, false},
                                               {"rows", NULL, true},
                                               {"digest", NULL, false},
                                               {"replayed", NULL, false},
                                               {"software", "frozen by", false}};
    struct en_rows rows;
    en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_rows_text(&rows, run->id);
    en_rows_count(&rows, run->row.run);
    en_rows_bool(&rows, verdict->is_equal);
    en_rows_count(&rows, verdict->rows_count);
    put_hash(&rows, &verdict->stated);
    put_hash(&rows, &verdict->digest);
    en_rows_text(&rows, verdict->software);
    en_rows_end(&rows);
}

/* Replays up to the run and compares; then looks at the signature of its attestation. */
static en_code verify_run(struct en_session *session, const struct freeze_run *run,
                          const struct en_arguments *arguments, struct en_io *io,
                          struct en_error *err)
{
    struct en_verify_verdict verdict;
    en_code code =
        en_engine_verify_freeze(session->engine, run->row.freeze, run->row.run, io, &verdict, err);
    if (code == EN_OK) {
        put_verdict(run, &verdict, arguments, io);
        code = verdict.is_equal ? check_attestation(session, run, err)
                                : en_error_set(err, EN_MISMATCH, "freeze %s, run %u: %s", run->id,
                                               run->row.run, verdict.where);
    }
    return code == EN_NOT_FOUND || code == EN_MALFORMED ? (err->code = EN_MISMATCH) : code;
}

/* All runs of a freeze; each must replay equal, the older ones too. */
static en_code gather_runs(struct en_store *store, const char *id, struct freeze_run *runs,
                           uint32_t *count, struct en_error *err)
{
    uint32_t freeze = 0;
    struct en_table_scan scan;
    en_code code = en_keys_find(store, EN_NAME_FREEZE, en_slice_text(id), &freeze, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_freeze_row from = {.freeze = freeze};
    code = en_table_scan_begin(store, &en_table_freeze, &from, 1, &scan, err);
    while (code == EN_OK && *count < RUNS_MAX) {
        runs[*count] = (struct freeze_run){.pending_count = 0};
        code = en_table_scan_next(&scan, &runs[*count].row, NULL, err);
        code = code == EN_OK ? load_run(store, &runs[*count], err) : code;
        *count += code == EN_OK ? 1 : 0;
    }
    en_table_scan_end(&scan);
    if (code == EN_NOT_FOUND && *count == 0) {
        return en_error_set(err, EN_NOT_FOUND, "freeze \"%.128s\" was refused or not made", id);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_run_freeze_verify(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    struct en_arena arena;
    struct en_view view;
    uint32_t count = 0;
    en_arena_init(&arena, (RUNS_MAX + 1) * sizeof(struct freeze_run));
    struct freeze_run *runs = en_arena_alloc(&arena, RUNS_MAX * sizeof *runs);
    en_code code = runs == NULL ? en_error_set(err, EN_NOMEM, "no memory to verify") : EN_OK;
    if (code == EN_OK) {
        code = en_engine_view_open(session->engine, NULL, io, &view, err);
    }
    if (code == EN_OK) {
        code = gather_runs(view.store, en_arguments_operand(arguments, 0), runs, &count, err);
        en_engine_view_close(session->engine, &view);
    }
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        code = verify_run(session, &runs[i], arguments, io, err);
    }
    if (code == EN_OK) {
        en_io_note(io, "Replay of the log gives the frozen rows, byte for byte.");
    }
    en_arena_fini(&arena);
    return code;
}
