/* The tables as a whole: where they stand, built anew and compared, compared with their past. */
#include <inttypes.h>
#include <stdio.h>

#include "app/commands/commands.h"
#include "app/engine.h"
#include "app/rows.h"
#include "projections/difference.h"
#include "projections/tables.h"

static void put_hash(struct en_rows *rows, const struct en_hash *hash)
{
    char hex[EN_HASH_HEX_SIZE];
    en_hash_print(hash, hex);
    en_rows_text(rows, hex);
}

en_code en_run_projection_status(struct en_session *session, const struct en_arguments *arguments,
                                 struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"generation", NULL, true}, {"generations", NULL, true},
        {"position", NULL, true},   {"log_size", "events in the log", true},
        {"lag", NULL, true},        {"software", "built by", false},
        {"digest", NULL, false}};
    struct en_engine_state state;
    struct en_rows rows;
    en_code code = en_engine_state(session->engine, io, &state, err);
    if (code != EN_OK) {
        return code;
    }
    en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_rows_count(&rows, state.generation);
    en_rows_count(&rows, state.generations_count);
    en_rows_count(&rows, state.position);
    en_rows_count(&rows, state.log_size);
    en_rows_count(&rows, state.log_size - state.position);
    en_rows_text(&rows, state.software);
    put_hash(&rows, &state.digest);
    en_rows_end(&rows);
    return EN_OK;
}

en_code en_run_projection_rebuild(struct en_session *session, const struct en_arguments *arguments,
                                  struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"equal", NULL, false},
                                               {"position", NULL, true},
                                               {"running", NULL, false},
                                               {"rebuilt", NULL, false},
                                               {"switched", NULL, false}};
    struct en_rebuild rebuild;
    struct en_rows rows;
    bool is_switch = !en_arguments_has(arguments, "compare");
    en_code code = en_engine_rebuild(session->engine, is_switch, io, &rebuild, err);
    if (code != EN_OK) {
        return code;
    }
    en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_rows_bool(&rows, rebuild.is_equal);
    en_rows_count(&rows, rebuild.position);
    put_hash(&rows, &rebuild.running);
    put_hash(&rows, &rebuild.rebuilt);
    en_rows_bool(&rows, rebuild.is_switched);
    en_rows_end(&rows);
    if (!rebuild.is_equal && is_switch) {
        en_io_note(io, "The new tables differ from the old ones, first in %s.", rebuild.where);
    }
    return rebuild.is_equal || is_switch
               ? EN_OK
               : en_error_set(err, EN_MISMATCH, "the running tables differ from the log: %s",
                              rebuild.where);
}

/* The digest of a table in a view, or nothing where it holds nothing. */
static en_code table_digest(struct en_store *store, const struct en_digest_table *table,
                            struct en_hash *hash, bool *is_empty, struct en_error *err)
{
    en_code code = en_digest_table(store, table, EN_DIGEST_KEPT, hash, err);
    *is_empty = code == EN_NOT_FOUND;
    return *is_empty ? EN_OK : code;
}

static en_code put_differences(struct en_store *first, struct en_store *second,
                               struct en_rows *rows, struct en_error *err)
{
    struct en_digest_table tables[EN_DIGEST_TABLES_MAX];
    uint32_t count = en_digest_tables(tables);
    en_code code = EN_OK;
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        struct en_hash hashes[2];
        bool is_empty[2] = {true, true};
        struct en_difference difference = {.is_found = false};
        char where[256] = "";
        if ((tables[i].flags & EN_TABLE_DIGESTED) == 0) {
            continue;
        }
        code = table_digest(first, &tables[i], &hashes[0], &is_empty[0], err);
        if (code == EN_OK) {
            code = table_digest(second, &tables[i], &hashes[1], &is_empty[1], err);
        }
        bool is_same =
            is_empty[0] == is_empty[1] && (is_empty[0] || en_hash_equal(&hashes[0], &hashes[1]));
        if (code == EN_OK && !is_same) {
            code =
                en_difference_find(first, second, &tables[i], 1, EN_DIGEST_KEPT, &difference, err);
            en_engine_difference_text(&difference, where);
            en_rows_text(rows, tables[i].name);
            en_rows_text(rows, where);
        }
    }
    return code;
}

en_code en_run_projection_diff(struct en_session *session, const struct en_arguments *arguments,
                               struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"table", NULL, false},
                                               {"first_difference", "first difference", false}};
    struct en_view first;
    struct en_view second;
    struct en_rows rows;
    en_code code =
        en_engine_view_open(session->engine, en_arguments_operand(arguments, 0), io, &first, err);
    if (code != EN_OK) {
        return code;
    }
    code =
        en_engine_view_open(session->engine, en_arguments_operand(arguments, 1), io, &second, err);
    if (code == EN_OK) {
        en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
        code = put_differences(first.store, second.store, &rows, err);
        rows.column = 0;
        en_rows_end(&rows);
        en_engine_view_close(session->engine, &second);
    }
    en_engine_view_close(session->engine, &first);
    return code;
}
