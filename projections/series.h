/* Series tables: one entry (a day block, a day's totals) per series and day, stored day first (P7)
 * in chunks of EN_SERIES_CHUNK neighbouring series (decision 0001), each chunk guarded by a CRC32C
 * that is checked on every read.
 *
 * Entries are opaque byte strings of 1 to 65,535 bytes. "Series" is a channel, a node, a balance:
 * dense ids. Days are fiscal day numbers. A changed day marks its digest stale (digest.h). */
#ifndef EN_PROJECTIONS_SERIES_H
#define EN_PROJECTIONS_SERIES_H

#include "core/buf.h"
#include "core/limits.h"
#include "projections/store.h"

#define EN_SERIES_ENTRY_SIZE_MAX 65535u

struct en_series_table {
    const char *name;
    const char *about;
    uint32_t flags; /* en_table_flags */
};

/* The entry, a view that lives as the store says. EN_NOT_FOUND is an answer, EN_CORRUPT a damaged
 * chunk (names table, day, series). */
en_code en_series_get(struct en_store *store, const struct en_series_table *table, int32_t day,
                      uint32_t series, struct en_slice *entry, struct en_error *err) EN_MUST_CHECK;

/* Entries of days [from_day, to_day) in (day, series) order; series [from_series, to_series) of
 * each day (to_series 0 = all). Caller's memory; end always, also when begin failed. next:
 * EN_NOT_FOUND at the end. An entry lives until the next call on the scan: a processor may write
 * its own tables in between, and even the one it scans (what it changes in the chunk at hand is not
 * seen). A table that was never written has no entries. */
struct en_series_scan {
    struct en_store *store;
    const struct en_series_table *table;
    struct en_kv_cursor *cursor;
    int32_t from_day;
    int32_t to_day;
    uint32_t from_series;
    uint32_t to_series;
    struct en_buf copy; /* of the chunk, in a write store: its own may move at the next change */
    int32_t day;        /* of the chunk at hand */
    uint32_t group;
    uint32_t members; /* bits of the members not yet given */
    struct en_slice sizes;
    struct en_slice entries;
    bool is_begun;
};
en_code en_series_scan_begin(struct en_store *store, const struct en_series_table *table,
                             int32_t from_day, int32_t to_day, uint32_t from_series,
                             uint32_t to_series, struct en_series_scan *scan,
                             struct en_error *err) EN_MUST_CHECK;
en_code en_series_scan_next(struct en_series_scan *scan, int32_t *day, uint32_t *series,
                            struct en_slice *entry, struct en_error *err) EN_MUST_CHECK;
void en_series_scan_end(struct en_series_scan *scan);

/* Writes one day, entries in rising series order; merges with what is stored, chunk by chunk.
 * put: an entry of size 0 removes. *old (NULL allowed) is the entry that stood there (size 0:
 * none), a view alive until the next put or end of the same writer; byte-equal entries cause no
 * write. The caller may leave out series: theirs stay. peek: what stands there, without writing;
 * same rising order, and the same series may be put after a peek. Where the day lies beyond the
 * last stored key nothing is read and pages are packed full. After a failure only close is left,
 * and the store is to be aborted. Codes: EN_CORRUPT (a stored chunk), EN_FULL, EN_IO, EN_NOMEM. */
struct en_series_writer;
en_code en_series_writer_open(struct en_store *store, const struct en_series_table *table,
                              int32_t day, struct en_series_writer **writer,
                              struct en_error *err) EN_MUST_CHECK;
en_code en_series_writer_peek(struct en_series_writer *writer, uint32_t series,
                              struct en_slice *old, struct en_error *err) EN_MUST_CHECK;
en_code en_series_writer_put(struct en_series_writer *writer, uint32_t series,
                             struct en_slice entry, struct en_slice *old, bool *is_changed,
                             struct en_error *err) EN_MUST_CHECK;
/* Writes the last chunk. */
en_code en_series_writer_end(struct en_series_writer *writer, struct en_error *err) EN_MUST_CHECK;
/* Always, also after a failure; NULL is allowed. Writers are cheap: memory is kept by the store for
 * the next. */
void en_series_writer_close(struct en_series_writer *writer);

/* The days of the table that hold anything: *day = first day >= *day; EN_NOT_FOUND past the end. */
en_code en_series_next_day(struct en_store *store, const struct en_series_table *table,
                           int32_t *day, struct en_error *err) EN_MUST_CHECK;

#endif
