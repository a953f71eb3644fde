/* Import: files in, events out, in two steps. The dry run reads everything into a staging and says
 * what would be appended and which rows could not be taken; the commit appends it.
 *
 * What one unpacked file becomes, in this order:
 *   document.received, document.chunk ...      the file itself, known by its SHA-256
 *   object.set, point.set, channel.set ...     what is new, when is_create
 *   reading.profile / .register / .instant ... one profile event per channel, revision and fiscal
 * day document.imported                          the verdict and the counts
 *
 * Every draft has a (source, source seq) that depends on the file, the reader's edition, mapping
 * and zone only: the same import again adds nothing, and one that was interrupted adds what is
 * missing. A malformed file leaves the document and a verdict "refused". Good rows of a file with
 * bad ones are appended, unless is_strict: then nothing is.
 *
 * One thread per report; the sink may be shared. */
#ifndef EN_FORMATS_IMPORT_H
#define EN_FORMATS_IMPORT_H

#include "core/sink.h"
#include "formats/staging.h"

struct en_import_options {
    const char *format;      /* "nem12" */
    const char *file_name;   /* for people and messages; folders are cut off */
    struct en_slice mapping; /* bytes of the mapping file; empty: none */
    const char *zone_name;   /* "+10:00", "Europe/Moscow"; NULL: as mapping or format says */
    const struct en_zone_source *zones; /* finds civil zones; NULL: only offsets are known */
    uint32_t actor;                     /* id of EN_NAME_ACTOR, 0 the program */
    bool is_create;                     /* make objects, points and channels that are not known */
    bool is_dry_run;                    /* read and report, append and name nothing */
    bool is_strict;                     /* all rows or none */
};

struct en_registry_channel {
    uint32_t channel; /* id */
    en_unit unit;
    uint8_t basis; /* en_channel_basis */
    uint32_t slot_seconds;
};

/* What is known already: filled by the caller from a projection that has caught up with the sink.
 * Each function returns EN_NOT_FOUND (err untouched) for "not known"; another code stops the
 * import. */
struct en_registry_view {
    void *self;
    /* The point of an external key: its id and that of its object (0 none). */
    en_code (*point)(void *self, struct en_slice key, uint32_t *point, uint32_t *object,
                     struct en_error *err);
    /* The channel of a point by its code. */
    en_code (*channel)(void *self, uint32_t point, struct en_slice code,
                       struct en_registry_channel *channel, struct en_error *err);
    en_code (*object)(void *self, struct en_slice key, uint32_t *object, struct en_error *err);
    /* Fiscal offset of an object at the instant, minutes east, and *holds: an interval around the
     * instant in which it is the same (so that not every value asks). */
    en_code (*offset)(void *self, uint32_t object, struct en_instant at, int32_t *offset_minutes,
                      struct en_interval *holds, struct en_error *err);
};

/* What came of it. Adds up over several imports; findings of all. */
struct en_import_report {
    uint64_t files_count;
    uint64_t points_count;     /* seen in the files, each once */
    uint64_t channels_count;   /* seen in the files, each once */
    uint64_t values_count;     /* present and appended (dry run: would be) */
    uint64_t missing_count;    /* empty places in what was appended */
    uint64_t duplicates_count; /* their event was there already, or twice in the file */
    uint64_t rejected_count;
    uint64_t rounded_count;
    struct en_seq first_seq; /* EN_SEQ_NONE when nothing was appended */
    struct en_seq last_seq;
    struct en_import_findings findings;
    struct en_staging seen; /* names counted so far */
};

/* Codes: EN_NOMEM. fini always, also after a failure. */
en_code en_import_report_init(struct en_import_report *report, struct en_error *err) EN_MUST_CHECK;
void en_import_report_fini(struct en_import_report *report);

/* Imports one file as it lies on disk: plain, gzip or zip. The registry is borrowed for the call;
 * its members may be NULL functions when nothing is known yet (a new log).
 * Codes: EN_PARTIAL (rows were rejected; what could be was appended), EN_MALFORMED and
 * EN_UNSUPPORTED (a file is not of its format: its verdict was appended; other members of an
 * archive were imported), EN_NOT_FOUND (format or zone), EN_CONFIG (mapping), EN_LIMIT, EN_NOMEM,
 * those of the sink and the registry. */
en_code en_import_run(const struct en_import_options *options, struct en_slice file,
                      const struct en_sink *sink, const struct en_registry_view *registry,
                      struct en_import_report *report, struct en_error *err) EN_MUST_CHECK;

#endif
