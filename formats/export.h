/* Readings and interval values out to a file. What is written comes from a small function table
 * that the caller fills (from a projection, from events); where it goes is one, too. Deterministic:
 * the same values give the same bytes. */
#ifndef EN_FORMATS_EXPORT_H
#define EN_FORMATS_EXPORT_H

#include "core/arena.h"
#include "core/decimal.h"
#include "core/instant.h"
#include "core/metering/block/block.h"
#include "core/metering/quantity.h"

/* A day of one channel, or of any series. Texts and the block are views until the next call. */
struct en_export_block {
    struct en_slice point;   /* external code */
    struct en_slice channel; /* code */
    en_unit unit;
    struct en_instant from; /* start of the first slot */
    int32_t offset_minutes; /* times are printed at this offset */
    const struct en_block *block;
};

/* One register reading. */
struct en_export_register {
    struct en_slice point;
    struct en_slice channel;
    en_unit unit;
    struct en_instant at;
    int32_t offset_minutes;
    struct en_decimal value;
    uint64_t quality;
};

/* Where values come from. Each function gives the next thing, EN_NOT_FOUND (err untouched) at the
 * end; another code stops the export. NULL: there are none. */
struct en_export_source {
    void *self;
    en_code (*next_block)(void *self, struct en_export_block *block, struct en_error *err);
    en_code (*next_register)(void *self, struct en_export_register *reading, struct en_error *err);
};

/* Where bytes go, in order. */
struct en_export_target {
    void *self;
    en_code (*write)(void *self, struct en_slice bytes, struct en_error *err);
};

/* How one format writes. Each function appends whole lines. head may be NULL. The offset of a
 * missing value's row is kept: gaps stay visible. */
struct en_format_writer {
    void (*head_blocks)(struct en_buf *out);
    void (*head_registers)(struct en_buf *out);
    void (*block)(const struct en_export_block *block, struct en_buf *out);
    void (*reading)(const struct en_export_register *reading, struct en_buf *out);
};

struct en_format;

struct en_export_report {
    uint64_t values_count;
    uint64_t missing_count;
};

/* Writes all blocks, or all register readings: one file holds one sort. Codes: EN_UNSUPPORTED (the
 * format is only read), those of source and target. */
en_code en_export_blocks(const struct en_format *format, const struct en_export_source *source,
                         const struct en_export_target *target, struct en_export_report *report,
                         struct en_error *err) EN_MUST_CHECK;
en_code en_export_registers(const struct en_format *format, const struct en_export_source *source,
                            const struct en_export_target *target, struct en_export_report *report,
                            struct en_error *err) EN_MUST_CHECK;

/* The quality word as one field of text, and back: source, then verdict and flags that are set,
 * joined by '+': "MEASURED", "MEASURED+SUSPECT+BYPASS", "NONE". A derived value's worst source is
 * written "DERIVED(EST_ZERO)". Appends. */
void en_export_quality(uint64_t quality, struct en_buf *out);
/* EN_MALFORMED: not such a text. */
en_code en_export_quality_parse(struct en_slice text, uint64_t *quality,
                                struct en_error *err) EN_MUST_CHECK;

#endif
