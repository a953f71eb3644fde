/* What an importer has to say about its input: rows it could not take (errors) and things it took
 * but that somebody should look at (warnings). Each with its place and, for errors, how to mend it.
 *
 * Bounded: the first EN_IMPORT_FINDINGS_MAX of each sort are kept with their text, the rest are
 * counted. Texts live in the arena of the list. Caller's memory; one thread. */
#ifndef EN_FORMATS_FINDINGS_H
#define EN_FORMATS_FINDINGS_H

#include "core/arena.h"
#include "core/assert.h"
#include "core/limits.h"

/* Where in the input; 0 is "not known". column counts characters or fields, as the format says. */
struct en_place {
    uint32_t line;
    uint32_t column;
};

struct en_import_finding {
    const char *file; /* the member of the archive it is in */
    struct en_place place;
    const char *what; /* "value \"12,x\": unexpected character" */
    const char *mend; /* "" for a warning */
};

struct en_import_finding_list {
    struct en_import_finding items[EN_IMPORT_FINDINGS_MAX];
    uint32_t count;
    uint64_t more_count; /* findings whose text was not kept */
};

struct en_import_findings {
    struct en_arena arena;
    const char *file; /* given to the findings that follow */
    struct en_import_finding_list errors;
    struct en_import_finding_list warnings;
};

void en_import_findings_init(struct en_import_findings *findings);
void en_import_findings_fini(struct en_import_findings *findings);

/* The findings that follow are about this file; the name is copied. */
void en_import_findings_file(struct en_import_findings *findings, const char *name);

/* Adds a finding. Never fails: without memory it is counted only. Text from the input goes through
 * en_shown. */
void en_import_findings_error(struct en_import_findings *findings, struct en_place place,
                              const char *mend, const char *format, ...) EN_PRINTF(4, 5);
void en_import_findings_warning(struct en_import_findings *findings, struct en_place place,
                                const char *format, ...) EN_PRINTF(3, 4);

#define EN_SHOWN_SIZE 44

/* A piece of input made fit for a message: at most 40 bytes, whole UTF-8 characters, controls and
 * broken bytes as '?', "..." where it was cut. The text has EN_SHOWN_SIZE bytes and is returned. */
const char *en_shown(struct en_slice input, char text[EN_SHOWN_SIZE]);

#endif
