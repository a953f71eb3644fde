/* External keys and their ids: what `name.assigned` events say, in two tables (names, ids). Ids of
 * a type are dense from 1 in the order of their events. Inside log/; edges come through the sink.
 *
 * One assignment runs at a time (`mutex`); finding needs none. */
#ifndef EN_LOG_NAMES_H
#define EN_LOG_NAMES_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/event/event.h"
#include "core/kv.h"
#include "log/tables.h"

struct en_log;

struct en_names {
    pthread_mutex_t mutex;
    _Atomic uint32_t last_ids[EN_NAME_TYPES_COUNT]; /* durable */
};

void en_names_init(struct en_names *names);
void en_names_fini(struct en_names *names);

/* Learns the last id of each type. EN_CORRUPT. */
en_code en_names_load(struct en_names *names, struct en_kv_txn *txn,
                      const struct en_log_tables *tables, struct en_error *err) EN_MUST_CHECK;

/* Writes the rows of one name.assigned event in the transaction that commits it. EN_CORRUPT: not a
 * name.assigned payload. */
en_code en_names_put(struct en_kv_txn *txn, const struct en_log_tables *tables,
                     const struct en_event *event, struct en_error *err) EN_MUST_CHECK;

/* After that commit: the id exists. */
void en_names_assigned(struct en_names *names, const struct en_event *event);

/* As en_log_name_of. */
en_code en_names_text(struct en_log *log, en_name_type type, uint32_t id, char *text,
                      struct en_error *err) EN_MUST_CHECK;

/* As the sink's functions find and name. */
en_code en_names_find(struct en_log *log, en_name_type type, const struct en_slice *keys,
                      uint32_t count, uint32_t *ids, struct en_error *err) EN_MUST_CHECK;
en_code en_names_assign(struct en_log *log, en_name_type type, const struct en_slice *keys,
                        uint32_t count, uint32_t *ids, struct en_error *err) EN_MUST_CHECK;

#endif
