/* Drafts of one import on their way to the sink: gathered in batches, each with a source seq that
 * the same import gives it every time, so that a repeated import adds nothing.
 *
 * A source's seqs only rise. When an import comes again and takes what it left out before (a point
 * is known now), those drafts lie before the newest of their source and the sink refuses them with
 * EN_RANGE. They are then put to the sink group by group, each to the next source of the same
 * import ("...:2"), where a third run finds them again. Inside formats/; one thread. */
#ifndef EN_FORMATS_DRAFTS_H
#define EN_FORMATS_DRAFTS_H

#include "core/limits.h"
#include "core/sink.h"
#include "formats/import.h"

#define EN_DRAFT_SOURCES_MAX 16u
#define EN_DRAFT_SOURCE_SIZE 160u

/* What a draft counts for in the report, and which drafts stand or fall together. */
struct en_draft {
    uint32_t group;
    uint64_t values;
    uint64_t missing;
};

struct en_drafts {
    const struct en_sink *sink;
    struct en_import_report *report;
    char source_name[EN_DRAFT_SOURCE_SIZE]; /* of the first source */
    uint32_t sources[EN_DRAFT_SOURCES_MAX]; /* ids; 0: not named yet */
    struct en_batch batch;
    struct en_batch part; /* a group that is put again */
    struct en_draft drafts[EN_IMPORT_BATCH_EVENTS];
    struct en_seq seqs[EN_IMPORT_BATCH_EVENTS];
    uint64_t new_count; /* events appended so far */
};

/* Names the first source. Codes: those of the sink. */
en_code en_drafts_init(struct en_drafts *drafts, const struct en_sink *sink,
                       struct en_import_report *report, const char *source_name,
                       struct en_error *err) EN_MUST_CHECK;
void en_drafts_fini(struct en_drafts *drafts);

/* Adds a draft; source and cause are set here, source_seq by the caller. The payload is a struct of
 * the kind's record, or for RAW kinds a slice in *payload. Codes: EN_NOMEM, EN_MALFORMED, those of
 * the sink (a full batch is appended). */
en_code en_drafts_add(struct en_drafts *drafts, const struct en_event_header *header,
                      const void *payload, const struct en_draft *draft,
                      struct en_error *err) EN_MUST_CHECK;

/* Appends what is gathered and counts it. Codes: those of the sink. */
en_code en_drafts_flush(struct en_drafts *drafts, struct en_error *err) EN_MUST_CHECK;

#endif
