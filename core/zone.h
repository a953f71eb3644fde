/* Civil time: a zone table read from TZif bytes (RFC 9636), which are kept and hashed by the
 * caller: the table is an input of every result that uses it, and the machine's own tables are
 * never asked. Used for display and for tariffs that are legally civil; fiscal days have fixed
 * offsets (instant.h). What the table does not say, its footer rule (POSIX TZ) says for ever after.
 *
 * A clock that is set back shows some times twice, one that is set forward skips some: both are
 * told explicitly. A zone is read-only after parsing: any thread. It lives in the arena it was
 * parsed into. */
#ifndef EN_CORE_ZONE_H
#define EN_CORE_ZONE_H

#include "core/arena.h"
#include "core/instant.h"

struct en_zone;

/* What is in force at an instant. */
struct en_zone_offset {
    int32_t seconds; /* east of UTC */
    bool is_dst;
    const char *name; /* "MSK"; lives as long as the zone */
};

/* How many instants a civil time names. */
typedef enum en_civil_kind {
    EN_CIVIL_UNIQUE = 0,
    EN_CIVIL_AMBIGUOUS = 1,   /* shown twice: clocks were set back */
    EN_CIVIL_NONEXISTENT = 2, /* never shown: clocks were set forward */
} en_civil_kind;

/* UNIQUE: first = last. AMBIGUOUS: the first and the last instant that show it. NONEXISTENT: both
 * are the instant of the jump over it. */
struct en_civil_instants {
    en_civil_kind kind;
    struct en_instant first;
    struct en_instant last;
};

/* Reads TZif version 1 to 4 of at most EN_ZONE_SIZE_MAX bytes. The bytes are not kept.
 * Codes: EN_MALFORMED (with what and where), EN_LIMIT (too many transitions), EN_UNSUPPORTED (a
 * table with leap seconds), EN_NOMEM (arena). */
en_code en_zone_parse(struct en_slice bytes, struct en_arena *arena, const struct en_zone **zone,
                      struct en_error *err) EN_MUST_CHECK;

/* The offset in force at the instant (writable: asserted). */
struct en_zone_offset en_zone_at(const struct en_zone *zone, struct en_instant instant);

/* What a clock in the zone shows. */
struct en_civil en_zone_civil(const struct en_zone *zone, struct en_instant instant);

/* The instants that show the civil time. Codes: EN_RANGE (no such date or time). */
en_code en_zone_instants(const struct en_zone *zone, const struct en_civil *civil,
                         struct en_civil_instants *instants, struct en_error *err) EN_MUST_CHECK;

/* The first change of offset or of the DST flag after the instant; false when there is none in the
 * years that can be written. */
bool en_zone_next_change(const struct en_zone *zone, struct en_instant after,
                         struct en_instant *change);

/* The civil day: from the first instant that shows the day (or a later one, where midnight or the
 * whole day is jumped over) to the start of the next. Days follow each other without gap or
 * overlap; a day that never was is empty. The day lies inside EN_DAY_MIN + 3 .. EN_DAY_MAX - 3
 * (asserted). */
struct en_interval en_zone_day(const struct en_zone *zone, struct en_day day);

/* T-02: slots of the civil day: 46, 48 or 50 half-hours in Moscow's history. Codes: EN_RANGE (slots
 * of that length do not fill the day). */
en_code en_zone_day_slots(const struct en_zone *zone, struct en_day day, uint32_t slot_seconds,
                          uint32_t *count, struct en_error *err) EN_MUST_CHECK;

#endif
