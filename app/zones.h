/* Civil zones by name, from the machine's tables. A table that an import used is put into the log
 * (N2), so that what was read with it can be understood when the machine's tables have changed.
 * Zones live as long as this. Caller's memory, one thread. */
#ifndef EN_APP_ZONES_H
#define EN_APP_ZONES_H

#include "app/engine.h"
#include "core/arena.h"
#include "formats/fiscal_zone.h"

#define EN_ZONES_MAX 32u

struct en_zones {
    struct en_engine *engine;
    bool is_dry_run; /* nothing is put into the log */
    struct en_arena arena;
    uint32_t count;
    struct {
        char name[64];
        const struct en_zone *zone;
    } items[EN_ZONES_MAX];
};

void en_zones_init(struct en_zones *zones, struct en_engine *engine, bool is_dry_run);
void en_zones_fini(struct en_zones *zones);

/* Borrows the zones. */
struct en_zone_source en_zones_source(struct en_zones *zones);

/* The machine's table of a zone (RFC 9636 bytes), appended to the buffer. EN_NOT_FOUND, EN_IO. */
en_code en_zone_table_read(const char *name, struct en_buf *bytes,
                           struct en_error *err) EN_MUST_CHECK;

#endif
