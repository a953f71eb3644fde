#include "formats/drafts.h"

#include <stdio.h>

#define BATCH_BYTES_MAX (EN_BATCH_SIZE_MAX / 2) /* appended when reached */

/* The id of source number n of this import. */
static en_code source_id(struct en_drafts *drafts, uint32_t n, uint32_t *id, struct en_error *err)
{
    EN_ASSERT(n < EN_DRAFT_SOURCES_MAX);
    char name[EN_DRAFT_SOURCE_SIZE + 16];
    en_code code = EN_OK;
    if (drafts->sources[n] == 0) {
        (void)snprintf(name, sizeof name, "%s", drafts->source_name);
        if (n > 0) {
            (void)snprintf(name, sizeof name, "%s:%u", drafts->source_name, n + 1);
        }
        struct en_slice key = en_slice_text(name);
        code = drafts->sink->name(drafts->sink->self, EN_NAME_SOURCE, &key, 1, &drafts->sources[n],
                                  err);
    }
    *id = drafts->sources[n];
    return code;
}

en_code en_drafts_init(struct en_drafts *drafts, const struct en_sink *sink,
                       struct en_import_report *report, const char *source_name,
                       struct en_error *err)
{
    EN_ASSERT(strlen(source_name) < EN_DRAFT_SOURCE_SIZE);
    *drafts = (struct en_drafts){.sink = sink, .report = report};
    (void)snprintf(drafts->source_name, sizeof drafts->source_name, "%s", source_name);
    en_batch_init(&drafts->batch);
    en_batch_init(&drafts->part);
    uint32_t id = 0;
    return source_id(drafts, 0, &id, err);
}

void en_drafts_fini(struct en_drafts *drafts)
{
    en_batch_fini(&drafts->batch);
    en_batch_fini(&drafts->part);
}

/* What became of drafts that the sink took. */
static void count_drafts(struct en_drafts *drafts, const struct en_appended *appended,
                         const struct en_seq *seqs, uint32_t first, uint32_t count)
{
    struct en_import_report *report = drafts->report;
    for (uint32_t i = 0; i < count; i++) {
        bool is_new = appended->new_count > 0 && seqs[i].n >= appended->first.n;
        const struct en_draft *draft = &drafts->drafts[first + i];
        report->values_count += is_new ? draft->values : 0;
        report->missing_count += is_new ? draft->missing : 0;
        report->duplicates_count += is_new ? 0 : draft->values;
    }
    if (appended->new_count > 0) {
        bool is_first = report->first_seq.n == EN_SEQ_NONE.n;
        report->first_seq = is_first ? appended->first : report->first_seq;
        report->last_seq = appended->last;
        drafts->new_count += appended->new_count;
    }
}

/* Drafts first .. first + count with the source, as a batch of their own. */
static en_code part_fill(struct en_drafts *drafts, uint32_t first, uint32_t count, uint32_t source,
                         struct en_error *err)
{
    en_code code = EN_OK;
    en_batch_reset(&drafts->part);
    for (uint32_t i = first; i < first + count && code == EN_OK; i++) {
        struct en_event event = en_batch_get(&drafts->batch, i);
        event.header.source = source;
        code = en_batch_add(&drafts->part, &event.header, event.payload, err);
    }
    return code;
}

/* One group, to the first source that takes it. */
static en_code append_group(struct en_drafts *drafts, uint32_t first, uint32_t count,
                            struct en_error *err)
{
    struct en_error why = {0};
    en_code code = EN_RANGE;
    for (uint32_t n = 0; n < EN_DRAFT_SOURCES_MAX && code == EN_RANGE; n++) {
        uint32_t source = 0;
        struct en_appended appended = {.first = EN_SEQ_NONE, .last = EN_SEQ_NONE};
        code = source_id(drafts, n, &source, &why);
        code = code == EN_OK ? part_fill(drafts, first, count, source, &why) : code;
        if (code == EN_OK) {
            code = drafts->sink->append(drafts->sink->self, &drafts->part, &appended, drafts->seqs,
                                        &why);
        }
        if (code == EN_OK) {
            count_drafts(drafts, &appended, drafts->seqs, first, count);
        }
    }
    return code == EN_OK ? EN_OK : en_error_set(err, code, "%s", why.text);
}

static en_code append_groups(struct en_drafts *drafts, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t first = 0; first < drafts->batch.count && code == EN_OK;) {
        uint32_t end = first;
        while (end < drafts->batch.count &&
               drafts->drafts[end].group == drafts->drafts[first].group) {
            end++;
        }
        code = append_group(drafts, first, end - first, err);
        first = end;
    }
    return code;
}

en_code en_drafts_flush(struct en_drafts *drafts, struct en_error *err)
{
    struct en_appended appended = {.first = EN_SEQ_NONE, .last = EN_SEQ_NONE};
    struct en_error why = {0};
    if (drafts->batch.count == 0) {
        return EN_OK;
    }
    en_code code =
        drafts->sink->append(drafts->sink->self, &drafts->batch, &appended, drafts->seqs, &why);
    if (code == EN_OK) {
        count_drafts(drafts, &appended, drafts->seqs, 0, drafts->batch.count);
    } else if (code == EN_RANGE) {
        code = append_groups(drafts, &why);
    }
    en_batch_reset(&drafts->batch);
    return code == EN_OK ? EN_OK : en_error_set(err, code, "append an import: %s", why.text);
}

en_code en_drafts_add(struct en_drafts *drafts, const struct en_event_header *header,
                      const void *payload, const struct en_draft *draft, struct en_error *err)
{
    bool is_full = drafts->batch.count == EN_IMPORT_BATCH_EVENTS ||
                   drafts->batch.bytes.size >= BATCH_BYTES_MAX;
    en_code code = is_full ? en_drafts_flush(drafts, err) : EN_OK;
    if (code != EN_OK) {
        return code;
    }
    struct en_event_header full = *header;
    full.source = drafts->sources[0];
    full.cause = EN_SEQ_NONE;
    EN_ASSERT(full.source != 0);
    drafts->drafts[drafts->batch.count] = *draft;
    const struct en_kind_info *kind = en_kind_info(header->kind);
    EN_ASSERT(kind != NULL);
    return kind->payload != NULL
               ? en_batch_add_record(&drafts->batch, &full, payload, err)
               : en_batch_add(&drafts->batch, &full, *(const struct en_slice *)payload, err);
}
