/* Where edges put what they saw: a log, or in tests an array. An edge (driver, importer, API) knows
 * nothing else of the log. */
#ifndef EN_CORE_SINK_H
#define EN_CORE_SINK_H

#include "core/event/event.h"

/* What became of a batch. */
struct en_appended {
    struct en_seq first; /* of the first new event, EN_SEQ_NONE when all were there already */
    struct en_seq last;
    uint32_t new_count;
    uint32_t duplicate_count; /* (source, source seq) was in the log before */
};

struct en_sink {
    void *self;

    /* Appends the batch in order and makes it durable before returning. A draft whose (source,
     * source seq) is present adds nothing. seqs may be NULL, else gets the seq of each draft (the
     * earlier one for a duplicate). Codes: EN_FULL, EN_IO, EN_READ_ONLY, EN_LIMIT, EN_RANGE. On
     * failure nothing of the batch is in the log. */
    en_code (*append)(void *self, const struct en_batch *batch, struct en_appended *appended,
                      struct en_seq *seqs, struct en_error *err);

    /* Finds or gives the ids of external keys, durably. Codes as append; EN_RANGE for an empty or
     * too long key. */
    en_code (*name)(void *self, en_name_type type, const struct en_slice *keys, uint32_t count,
                    uint32_t *ids, struct en_error *err);

    /* Finds only: id 0 where a key is not known. */
    en_code (*find)(void *self, en_name_type type, const struct en_slice *keys, uint32_t count,
                    uint32_t *ids, struct en_error *err);
};

#endif
