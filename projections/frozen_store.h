/* The frozen rows of one run as a file of their own, which is never rebuilt (F1a): what was frozen
 * can be compared with a replay row by row, not by one hash only.
 *
 * The file is the canonical rows of views/frozen.h one behind the other and nothing else, so its
 * SHA-256 is the digest of the run: `sha256sum FILE`. It is written once, beside its name, made
 * durable and renamed; it is never changed.
 *
 * One thread per reader. */
#ifndef EN_PROJECTIONS_FROZEN_STORE_H
#define EN_PROJECTIONS_FROZEN_STORE_H

#include "projections/views/frozen.h"

/* Takes one row from the front of canonical bytes; its entry is a view into them. EN_CORRUPT: cut,
 * a lane that is none, an entry of size 0 or over EN_SERIES_ENTRY_SIZE_MAX. */
en_code en_frozen_item_take(struct en_slice *from, struct en_frozen_item *item,
                            struct en_error *err) EN_MUST_CHECK;

/* Writes the rows of the run, as it froze them, to path (its folder must be there), durably and all
 * or nothing; a file that stands there is replaced by equal bytes.
 * Codes: EN_MISMATCH (the tables no longer give the run's digest: nothing is written), EN_IO,
 * EN_FULL, EN_DENIED, EN_NOT_FOUND, EN_LIMIT (the path), those of the store. */
en_code en_frozen_store_write(const char *path, struct en_store *store,
                              const struct en_freeze_row *freeze,
                              struct en_error *err) EN_MUST_CHECK;

struct en_frozen_reader;

/* Codes: EN_NOT_FOUND (no file), EN_DENIED, EN_IO, EN_NOMEM. */
en_code en_frozen_reader_open(const char *path, struct en_frozen_reader **reader,
                              struct en_error *err) EN_MUST_CHECK;
/* The next row; its entry lives until the next call. *is_end at the end. EN_CORRUPT: the file is
 * cut or not such a file, or rows are out of order; EN_IO. */
en_code en_frozen_reader_next(struct en_frozen_reader *reader, struct en_frozen_item *item,
                              bool *is_end, struct en_error *err) EN_MUST_CHECK;
/* NULL is allowed. */
void en_frozen_reader_close(struct en_frozen_reader *reader);

#endif
