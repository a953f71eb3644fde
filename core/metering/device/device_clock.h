/* The clock of a device that does not speak UTC (T-04, T-05): which instant its local stamp means.
 *
 * A stamp that the zone shows twice is told apart by the device's own DST flag; without a flag, by
 * its register, which only rises: an instant at which other readings say that the register stood
 * higher before, or lower after, cannot be. A stamp that the zone never shows (clocks went forward)
 * is tried with the offset before and the one after the jump, and taken only when the register
 * leaves one of them. Whatever stays open is for a person to decide (BLOCKING).
 *
 * Pure, any thread. */
#ifndef EN_CORE_METERING_DEVICE_DEVICE_CLOCK_H
#define EN_CORE_METERING_DEVICE_DEVICE_CLOCK_H

#include "core/decimal.h"
#include "core/zone.h"

/* Stored values. */
typedef enum en_clock_basis {
    EN_CLOCK_UTC = 0,
    EN_CLOCK_OFFSET = 1, /* a fixed offset, winter and summer */
    EN_CLOCK_CIVIL = 2,  /* the civil time of a zone, with its jumps */
} en_clock_basis;

typedef enum en_dst_flag {
    EN_DST_UNKNOWN = 0, /* the device says nothing */
    EN_DST_WINTER = 1,
    EN_DST_SUMMER = 2,
} en_dst_flag;

struct en_device_clock {
    en_clock_basis basis;
    int32_t offset_minutes;     /* OFFSET */
    const struct en_zone *zone; /* CIVIL */
};

/* A reading of the same register whose instant is known. */
struct en_register_at {
    struct en_instant at;
    struct en_decimal value;
};

struct en_local_stamp {
    struct en_civil civil;
    en_dst_flag dst;
    bool has_register;
    struct en_decimal value;
};

typedef enum en_stamp_kind {
    EN_STAMP_PLAIN = 0,       /* one instant shows it */
    EN_STAMP_BY_FLAG = 1,     /* shown twice, the flag told */
    EN_STAMP_BY_REGISTER = 2, /* shown twice or never, the register told: CLOCK */
    EN_STAMP_OPEN = 3,        /* shown twice, nothing tells: BLOCKING */
    EN_STAMP_NEVER = 4,       /* never shown, nothing tells: rejected, CLOCK */
} en_stamp_kind;

struct en_stamp {
    en_stamp_kind kind;
    struct en_instant at; /* of OPEN and NEVER: the first of the two that it may be */
    uint64_t quality;     /* flags and verdict to lay over the reading; 0 none */
};

/* The instant of the stamp; known are readings around it, in any order. Codes: EN_RANGE (no such
 * date or time). */
en_code en_device_clock_read(const struct en_device_clock *clock,
                             const struct en_local_stamp *stamp, const struct en_register_at *known,
                             size_t known_count, struct en_stamp *result,
                             struct en_error *err) EN_MUST_CHECK;

#endif
