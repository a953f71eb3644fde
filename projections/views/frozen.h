/* The rows of a freeze: what its digest is taken over, what its store keeps, what verification
 * compares.
 *
 * A row is (lane, day, series, entry): effective interval blocks of channels, entries of formula
 * nodes, days of balances, of the freeze's period and members. Their order is day, lane, series;
 * their canonical bytes are lane u8 | day i32 LE | series u32 LE | size u32 LE | entry and the
 * digest is SHA-256 over the canonical bytes of all rows, one behind the other. It does not depend
 * on how tables store them. */
#ifndef EN_PROJECTIONS_VIEWS_FROZEN_H
#define EN_PROJECTIONS_VIEWS_FROZEN_H

#include "core/hash.h"
#include "projections/tables.h"

struct en_frozen_item {
    en_frozen_lane lane;
    int32_t day;
    uint32_t series;
    struct en_slice entry;
};

/* Called for each row in order; anything but EN_OK stops the walk and is returned. */
typedef en_code (*en_frozen_visit)(void *self, const struct en_frozen_item *item,
                                   struct en_error *err);

/* Walks what the *live* tables hold for the period and members of a freeze. For the digest when it
 * is made, and for replay. */
en_code en_frozen_walk(struct en_store *store, const struct en_freeze_row *freeze,
                       en_frozen_visit visit, void *self, struct en_error *err) EN_MUST_CHECK;

/* Appends the canonical bytes of a row. */
void en_frozen_item_encode(const struct en_frozen_item *item, struct en_buf *out);

/* The digest of what the live tables hold, and how many rows it covers. */
en_code en_frozen_digest(struct en_store *store, const struct en_freeze_row *freeze,
                         struct en_hash *digest, uint64_t *rows_count,
                         struct en_error *err) EN_MUST_CHECK;

/* The newest run of a freeze. EN_NOT_FOUND. Text is a view. */
en_code en_freeze_last_run(struct en_store *store, uint32_t freeze, struct en_freeze_row *row,
                           struct en_error *err) EN_MUST_CHECK;

/* The entry as run `run` of the freeze froze it: what was kept when the live tables moved on, else
 * what is live. EN_NOT_FOUND: there was none. live is what the caller read from the live tables
 * (size 0: none). */
en_code en_frozen_entry(struct en_store *store, uint32_t freeze, uint32_t run,
                        const struct en_frozen_item *live, struct en_slice *entry,
                        struct en_error *err) EN_MUST_CHECK;

#endif
