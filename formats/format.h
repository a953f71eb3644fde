/* A format: one way of writing readings down. One folder below formats/ that ends in one const
 * descriptor, and one line in formats.def.
 *
 * A reader looks at one unpacked document and fills a staging (staging.h); it knows neither log nor
 * registry. It is bounded, never stops at a bad row (that is a finding), and fails only when the
 * whole is not of its format. A writer is asked by export.h. */
#ifndef EN_FORMATS_FORMAT_H
#define EN_FORMATS_FORMAT_H

#include "formats/export.h"
#include "formats/staging.h"

/* What a reader gets. Everything is borrowed for the call. */
struct en_format_input {
    const char *file_name;
    struct en_slice bytes;   /* unpacked */
    struct en_slice mapping; /* text of the mapping file; empty when the format needs none */
    const char *zone_name;   /* asked for by the user; NULL: as the mapping or the format says */
    const struct en_zone_source *zones; /* NULL: only fixed offsets are known */
};

struct en_format {
    const char *name;       /* "nem12": the word after --format */
    const char *about;      /* one line for people */
    const char *extensions; /* ".csv .txt" */
    uint32_t edition;       /* raised when the reader understands the same bytes differently */
    bool needs_mapping;

    /* NULL for a format that is only written. Called on one thread at a time per staging.
     * EN_MALFORMED: not of this format, with the place; EN_UNSUPPORTED; EN_CONFIG: the mapping is
     * wrong; EN_LIMIT; EN_NOMEM. The staging is settled by the caller with *duplicates. */
    en_code (*read)(const struct en_format_input *input, struct en_staging *staging,
                    en_duplicates *duplicates, struct en_error *err);

    /* NULL for a format that is only read. */
    const struct en_format_writer *writer;
};

/* All formats, in the order of formats.def. */
const struct en_format *const *en_formats(uint32_t *count);

/* EN_NOT_FOUND: the message lists the names that are known. */
en_code en_format_find(const char *name, const struct en_format **format,
                       struct en_error *err) EN_MUST_CHECK;

#endif
