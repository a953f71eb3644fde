#include "app/attest.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/event/payload.h"
#include "log/checkpoint.h"
#include "projections/frozen_store.h"
#include "projections/tables.h"

#define RUNS_AT_ONCE 64u

struct run {
    uint32_t freeze;
    uint32_t run;
    uint64_t seq;
    struct en_hash digest;
};

static en_code is_attested(struct en_store *store, const struct en_freeze_row *freeze, bool *is,
                           struct en_error *err)
{
    struct en_attestation_row row = {.freeze = freeze->freeze, .run = freeze->run};
    en_code code = en_table_get(store, &en_table_attestation, &row, NULL, err);
    *is = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_frozen_rows_path(const struct en_data_dir *dir, uint32_t freeze, uint32_t run,
                            char path[EN_PATH_SIZE], struct en_error *err)
{
    char name[64];
    (void)snprintf(name, sizeof name, "frozen/%" PRIu32 "-%" PRIu32 ".rows", freeze, run);
    return en_data_dir_path(dir, name, path, err);
}

/* The rows stand in their file before anybody attests them. */
static en_code keep_rows(struct en_engine *engine, struct en_store *store,
                         const struct en_freeze_row *freeze, struct en_error *err)
{
    char path[EN_PATH_SIZE];
    en_code code =
        en_frozen_rows_path(en_engine_dir(engine), freeze->freeze, freeze->run, path, err);
    return code == EN_OK ? en_frozen_store_write(path, store, freeze, err) : code;
}

/* The runs that wait for their attestation, at most so many at once. */
static en_code gather(struct en_engine *engine, struct en_store *store, struct run *runs,
                      uint32_t *count, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_freeze_row row;
    *count = 0;
    en_code code = en_table_scan_begin(store, &en_table_freeze, NULL, 0, &scan, err);
    while (code == EN_OK && *count < RUNS_AT_ONCE) {
        bool is_done = true;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = is_attested(store, &row, &is_done, err);
        }
        if (code == EN_OK && !is_done) {
            code = keep_rows(engine, store, &row, err);
        }
        if (code == EN_OK && !is_done) {
            runs[(*count)++] = (struct run){row.freeze, row.run, row.seq, row.digest};
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code add_attestation(struct en_batch *batch, const struct run *run, struct en_slice note,
                               struct en_error *err)
{
    struct en_checkpoint checkpoint;
    en_code code = en_checkpoint_parse(note, &checkpoint, err);
    if (code != EN_OK) {
        return code;
    }
    EN_ASSERT(checkpoint.size > run->seq);
    struct en_freeze_attested attested = {
        .request = run->seq,
        .run = run->run,
        .size = checkpoint.size,
        .root = checkpoint.root,
        .digest = run->digest,
        .checkpoint = note,
        .software = en_slice_text(EN_VERSION),
    };
    struct en_event_header header = {
        .kind = EN_KIND_FREEZE_ATTESTED, .subject = run->freeze, .cause = {run->seq}};
    return en_batch_add_record(batch, &header, &attested, err);
}

static en_code append(struct en_engine *engine, const struct run *runs, uint32_t count,
                      struct en_io *io, struct en_error *err)
{
    struct en_buf note;
    struct en_batch batch;
    en_buf_init(&note, EN_CHECKPOINT_SIZE_MAX);
    en_batch_init(&batch);
    en_code code = en_engine_checkpoint(engine, &note, err);
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        code = add_attestation(&batch, &runs[i], en_buf_slice(&note), err);
    }
    if (code == EN_OK) {
        code = en_engine_submit(engine, &batch, NULL, io, err);
    }
    en_batch_fini(&batch);
    en_buf_fini(&note);
    return code;
}

en_code en_attest_all(struct en_engine *engine, struct en_io *io, struct en_error *err)
{
    struct run runs[RUNS_AT_ONCE];
    uint32_t count = 0;
    struct en_view view;
    en_code code = en_engine_view_open(engine, NULL, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    code = gather(engine, view.store, runs, &count, err);
    en_engine_view_close(engine, &view);
    if (code == EN_OK && count > 0) {
        code = append(engine, runs, count, io, err);
    }
    return code == EN_OK && count == RUNS_AT_ONCE ? en_attest_all(engine, io, err) : code;
}
