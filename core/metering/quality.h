/* The quality word: 64 bits that every value carries and every formula passes on.
 *
 *   bits  0-3   source            where the value comes from (en_source)
 *   bits  4-5   verdict           what validation says of it (en_verdict)
 *   bits  6-7   fiscal            overlaid from the freezes when shown; 0 in what is stored
 *   bits  8-39  flags             one bit per finding (EN_QUALITY_GAP ...)
 *   bits 40-43  worst source      of a DERIVED value: the worst source among its inputs
 *   bits 44-63  0
 *
 * The numbers are stored: they are never changed or reused. Plain values, any thread. */
#ifndef EN_CORE_METERING_QUALITY_H
#define EN_CORE_METERING_QUALITY_H

#include "core/error.h"
#include "core/slice.h"

#include <stdint.h>

typedef enum en_source {
    EN_SOURCE_NONE = 0,             /* missing */
    EN_SOURCE_MEASURED = 1,         /* a device's own interval value */
    EN_SOURCE_MANUAL_READ = 2,      /* read by a person, by an act */
    EN_SOURCE_FROM_REGISTERS = 3,   /* the advance of cumulative registers */
    EN_SOURCE_EST_INTERP = 4,       /* E-01 */
    EN_SOURCE_EST_LIKEDAY = 5,      /* E-02 */
    EN_SOURCE_EST_CHECK = 6,        /* E-03, the check meter */
    EN_SOURCE_EST_REG_SHAPE = 7,    /* E-04 */
    EN_SOURCE_EST_PROFILE = 8,      /* E-06 */
    EN_SOURCE_EST_PRIOR = 9,        /* E-08 */
    EN_SOURCE_EST_MAXPOWER = 10,    /* E-09 */
    EN_SOURCE_EST_PERMCURRENT = 11, /* E-10 */
    EN_SOURCE_EST_ZERO = 12,        /* E-07 */
    EN_SOURCE_EST_BALANCE = 13,     /* E-11 */
    EN_SOURCE_EDIT_BY_ACT = 14,     /* E-12 */
    EN_SOURCE_DERIVED = 15,         /* computed from other values */
} en_source;

typedef enum en_verdict {
    EN_VERDICT_NOT_VALIDATED = 0,
    EN_VERDICT_VALID = 1,
    EN_VERDICT_SUSPECT = 2,  /* a warning; may be billed */
    EN_VERDICT_REJECTED = 3, /* must be substituted */
} en_verdict;

typedef enum en_fiscal {
    EN_FISCAL_OPEN = 0,
    EN_FISCAL_PROVISIONAL = 1,
    EN_FISCAL_FROZEN = 2,
    EN_FISCAL_CORRECTED = 3,
} en_fiscal;

#define EN_QUALITY_VERDICT_SHIFT 4
#define EN_QUALITY_FISCAL_SHIFT 6
#define EN_QUALITY_FLAG_SHIFT 8
#define EN_QUALITY_WORST_SHIFT 40

/* Every flag once: name, number of the flag (its bit is 8 + number), what it means. */
#define EN_QUALITY_FLAGS(FLAG)                                                                     \
    FLAG(GAP, 0, "no value where one was due")                                                     \
    FLAG(SHORT, 1, "the interval was shorter than the grid's")                                     \
    FLAG(LONG, 2, "the interval was longer than the grid's")                                       \
    FLAG(PWR_OUT, 3, "power was out")                                                              \
    FLAG(CLOCK, 4, "the device's clock was wrong")                                                 \
    FLAG(TEST, 5, "the device was in test mode")                                                   \
    FLAG(OVERFLOW, 6, "a counter or a calculation overflowed")                                     \
    FLAG(SPIKE, 7, "far above its neighbours")                                                     \
    FLAG(ZERO, 8, "zero for longer than expected")                                                 \
    FLAG(NEG, 9, "negative where that cannot be")                                                  \
    FLAG(CAP, 10, "above what the connection can carry")                                           \
    FLAG(SUM, 11, "intervals and register advance disagree")                                       \
    FLAG(HILO, 12, "far from its history")                                                         \
    FLAG(CHECKDIFF, 13, "main and check meter disagree")                                           \
    FLAG(PHASE, 14, "a phase was lost")                                                            \
    FLAG(TAMPER, 15, "signs of interference")                                                      \
    FLAG(METRO_EXPIRED, 16, "verification of a device has expired")                                \
    FLAG(RATIO_CHANGED, 17, "the transformer ratio changed inside")                                \
    FLAG(DEV_REPLACED, 18, "the device was replaced inside")                                       \
    FLAG(DUP_CONFLICT, 19, "two different values came for one interval")                           \
    FLAG(LATE, 20, "came later than agreed")                                                       \
    FLAG(BYPASS, 21, "the feeder was on the bypass breaker")                                       \
    FLAG(STALE, 22, "the same value repeated")                                                     \
    FLAG(FUTURE, 23, "stamped in the future")                                                      \
    FLAG(TOUSUM, 24, "tariff registers and total disagree")                                        \
    FLAG(KVARH, 25, "reactive energy without active energy")                                       \
    FLAG(UNDERCOUNT_ACT, 26, "an act of undercounting added energy")                               \
    FLAG(PARTIAL, 27, "some inputs were missing")                                                  \
    FLAG(ROLLOVER, 28, "the register passed its capacity")                                         \
    FLAG(IMBAL, 29, "the balance does not close")                                                  \
    FLAG(NOCONFIG, 30, "the configuration does not know the device")                               \
    FLAG(MANUAL_VERIFIED, 31, "confirmed by a person")

/* EN_QUALITY_GAP = 1 << 8, ... : flags as bits of the word. */
#define EN_QUALITY_FLAG(number) (UINT64_C(1) << (EN_QUALITY_FLAG_SHIFT + (number)))
#define EN_QUALITY_GAP EN_QUALITY_FLAG(0)
#define EN_QUALITY_SHORT EN_QUALITY_FLAG(1)
#define EN_QUALITY_LONG EN_QUALITY_FLAG(2)
#define EN_QUALITY_PWR_OUT EN_QUALITY_FLAG(3)
#define EN_QUALITY_CLOCK EN_QUALITY_FLAG(4)
#define EN_QUALITY_TEST EN_QUALITY_FLAG(5)
#define EN_QUALITY_OVERFLOW EN_QUALITY_FLAG(6)
#define EN_QUALITY_SPIKE EN_QUALITY_FLAG(7)
#define EN_QUALITY_ZERO EN_QUALITY_FLAG(8)
#define EN_QUALITY_NEG EN_QUALITY_FLAG(9)
#define EN_QUALITY_CAP EN_QUALITY_FLAG(10)
#define EN_QUALITY_SUM EN_QUALITY_FLAG(11)
#define EN_QUALITY_HILO EN_QUALITY_FLAG(12)
#define EN_QUALITY_CHECKDIFF EN_QUALITY_FLAG(13)
#define EN_QUALITY_PHASE EN_QUALITY_FLAG(14)
#define EN_QUALITY_TAMPER EN_QUALITY_FLAG(15)
#define EN_QUALITY_METRO_EXPIRED EN_QUALITY_FLAG(16)
#define EN_QUALITY_RATIO_CHANGED EN_QUALITY_FLAG(17)
#define EN_QUALITY_DEV_REPLACED EN_QUALITY_FLAG(18)
#define EN_QUALITY_DUP_CONFLICT EN_QUALITY_FLAG(19)
#define EN_QUALITY_LATE EN_QUALITY_FLAG(20)
#define EN_QUALITY_BYPASS EN_QUALITY_FLAG(21)
#define EN_QUALITY_STALE EN_QUALITY_FLAG(22)
#define EN_QUALITY_FUTURE EN_QUALITY_FLAG(23)
#define EN_QUALITY_TOUSUM EN_QUALITY_FLAG(24)
#define EN_QUALITY_KVARH EN_QUALITY_FLAG(25)
#define EN_QUALITY_UNDERCOUNT_ACT EN_QUALITY_FLAG(26)
#define EN_QUALITY_PARTIAL EN_QUALITY_FLAG(27)
#define EN_QUALITY_ROLLOVER EN_QUALITY_FLAG(28)
#define EN_QUALITY_IMBAL EN_QUALITY_FLAG(29)
#define EN_QUALITY_NOCONFIG EN_QUALITY_FLAG(30)
#define EN_QUALITY_MANUAL_VERIFIED EN_QUALITY_FLAG(31)

#define EN_QUALITY_FLAGS_COUNT 32
#define EN_QUALITY_FLAGS_MASK (UINT64_C(0xffffffff) << EN_QUALITY_FLAG_SHIFT)
#define EN_QUALITY_FISCAL_MASK (UINT64_C(3) << EN_QUALITY_FISCAL_SHIFT)
#define EN_QUALITY_MASK ((UINT64_C(1) << 44) - 1) /* the bits that may be set */

/* The common words: nothing came, and a device's value that nobody has judged yet. */
#define EN_QUALITY_MISSING UINT64_C(0)
#define EN_QUALITY_MEASURED UINT64_C(1)

static inline en_source en_quality_source(uint64_t quality)
{
    return (en_source)(quality & 15u);
}

static inline en_verdict en_quality_verdict(uint64_t quality)
{
    return (en_verdict)((quality >> EN_QUALITY_VERDICT_SHIFT) & 3u);
}

static inline en_fiscal en_quality_fiscal(uint64_t quality)
{
    return (en_fiscal)((quality >> EN_QUALITY_FISCAL_SHIFT) & 3u);
}

/* The flags in place, as EN_QUALITY_GAP and so on. */
static inline uint64_t en_quality_flags(uint64_t quality)
{
    return quality & EN_QUALITY_FLAGS_MASK;
}

static inline uint64_t en_quality_with_source(uint64_t quality, en_source source)
{
    return (quality & ~UINT64_C(15)) | (uint64_t)source;
}

static inline uint64_t en_quality_with_verdict(uint64_t quality, en_verdict verdict)
{
    return (quality & ~(UINT64_C(3) << EN_QUALITY_VERDICT_SHIFT)) |
           ((uint64_t)verdict << EN_QUALITY_VERDICT_SHIFT);
}

static inline uint64_t en_quality_with_fiscal(uint64_t quality, en_fiscal fiscal)
{
    return (quality & ~EN_QUALITY_FISCAL_MASK) | ((uint64_t)fiscal << EN_QUALITY_FISCAL_SHIFT);
}

/* No value: its number means nothing. */
static inline bool en_quality_is_missing(uint64_t quality)
{
    return en_quality_source(quality) == EN_SOURCE_NONE;
}

/* A value that a strict formula or a bill may take: there is one, and it is not rejected. */
static inline bool en_quality_is_usable(uint64_t quality)
{
    return !en_quality_is_missing(quality) && en_quality_verdict(quality) != EN_VERDICT_REJECTED;
}

/* Of a derived value the worst source among its inputs, of any other its own source. */
static inline en_source en_quality_worst_source(uint64_t quality)
{
    return en_quality_source(quality) == EN_SOURCE_DERIVED
               ? (en_source)((quality >> EN_QUALITY_WORST_SHIFT) & 15u)
               : en_quality_source(quality);
}

/* How bad a source is: 0 MEASURED (best) .. 14 NONE (worst), by the order
 * 1<2<3<6<7<4<5<8<13<9<11<10<12<14<0. DERIVED has no rank of its own (asserted). */
unsigned en_source_rank(en_source source);

/* An estimate: put there by a rule instead of a measurement. */
bool en_source_is_estimate(en_source source);

/* The word of a value computed from this one input: DERIVED, its worst source kept, verdict and
 * flags kept, fiscal state open. Deriving twice changes nothing. */
uint64_t en_quality_derive(uint64_t quality);

/* The word of a value computed from both: DERIVED, the worse of the sources, the graver verdict,
 * all flags, fiscal state open. Associative, commutative, merge(q, q) = derive(q). */
uint64_t en_quality_merge(uint64_t a, uint64_t b);

/* Names for people and JSON: "MEASURED", "SUSPECT", "FROZEN". */
const char *en_source_name(en_source source);
const char *en_verdict_name(en_verdict verdict);
const char *en_fiscal_name(en_fiscal fiscal);

/* Name and meaning of flag number 0..31. */
const char *en_quality_flag_name(unsigned number);
const char *en_quality_flag_about(unsigned number);

/* The numbers of names, exactly as printed. Codes: EN_NOT_FOUND. */
en_code en_source_parse(struct en_slice name, en_source *source,
                        struct en_error *err) EN_MUST_CHECK;
en_code en_verdict_parse(struct en_slice name, en_verdict *verdict,
                         struct en_error *err) EN_MUST_CHECK;
en_code en_fiscal_parse(struct en_slice name, en_fiscal *fiscal,
                        struct en_error *err) EN_MUST_CHECK;
/* *flag is the bit in place. */
en_code en_quality_flag_parse(struct en_slice name, uint64_t *flag,
                              struct en_error *err) EN_MUST_CHECK;

#endif
