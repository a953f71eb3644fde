/* What must hold of every staging, whatever bytes it was read from: for fuzz targets of formats.
 * formats. A broken property aborts. */
#ifndef EN_TESTS_FUZZ_STAGED_CHECK_H
#define EN_TESTS_FUZZ_STAGED_CHECK_H

#include "formats/format.h"

#include "core/mem.h"

static int32_t staged_check_offset(void *self, uint32_t channel, struct en_instant at)
{
    const struct en_staging *staging = self;
    EN_ASSERT(channel < staging->channels_count);
    return en_fiscal_zone_offset(&staging->zone, at);
}

/* A run's block holds exactly its values, before and after it is stored. */
static void staged_check_run(const struct en_staging *staging, const struct en_staged_run *run,
                             struct en_block *blocks, struct en_buf *bytes)
{
    int32_t offset = en_fiscal_zone_offset(&staging->zone, staging->values[run->first].from);
    if (en_staging_block(staging, run, offset, &blocks[0], NULL) != EN_OK) {
        return;
    }
    en_buf_reset(bytes);
    if (en_block_encode(&blocks[0], bytes, NULL) != EN_OK) {
        return;
    }
    en_code code = en_block_decode(en_buf_slice(bytes), &blocks[1], NULL);
    EN_ASSERT(code == EN_OK);
    uint32_t present = 0;
    for (uint32_t i = 0; i < blocks[0].head.count; i++) {
        EN_ASSERT(blocks[0].values[i] == blocks[1].values[i]);
        EN_ASSERT(blocks[0].quality[i] == blocks[1].quality[i]);
        present += !en_quality_is_missing(blocks[0].quality[i]);
    }
    for (uint32_t i = run->first; i < run->first + run->count; i++) {
        present -= !en_quality_is_missing(staging->values[i].quality);
    }
    EN_ASSERT(present == 0);
}

static void staged_check_values(struct en_staging *staging)
{
    struct en_block *blocks = en_mem_alloc(2, sizeof *blocks);
    struct en_buf bytes;
    EN_ASSERT(blocks != NULL);
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    for (uint32_t i = 0; i < staging->values_count;) {
        struct en_staged_run run = en_staging_run(staging, i, staged_check_offset, staging);
        EN_ASSERT(run.count > 0);
        EN_ASSERT(run.count <= staging->values_count - i);
        if (staging->channels[run.channel].kind == EN_STAGED_PROFILE) {
            staged_check_run(staging, &run, blocks, &bytes);
        }
        i += run.count;
    }
    en_buf_fini(&bytes);
    en_mem_free(blocks);
}

/* Reads the input and checks what came of it. */
static void staged_check(const struct en_format *format, const struct en_format_input *input)
{
    struct en_import_findings *findings = en_mem_alloc(1, sizeof *findings);
    struct en_staging staging;
    en_duplicates duplicates = EN_DUPLICATES_ERROR;
    struct en_error err = {0};
    EN_ASSERT(findings != NULL);
    en_import_findings_init(findings);
    en_code code = en_staging_init(&staging, findings, NULL);
    EN_ASSERT(code == EN_OK);
    code = format->read(input, &staging, &duplicates, &err);
    EN_ASSERT((code == EN_OK) == (err.code == EN_OK));
    if (code == EN_OK) {
        en_staging_settle(&staging, duplicates);
        EN_ASSERT(staging.rejected_count == 0 || findings->errors.count > 0);
        staged_check_values(&staging);
    }
    en_staging_fini(&staging);
    en_import_findings_fini(findings);
    en_mem_free(findings);
}

#endif
