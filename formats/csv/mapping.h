/* The mapping file of a CSV import: which column is what. Text of `key = value` lines in
 * [sections]; README.md describes every key. Parsed once per import; plain value, texts are views
 * into the mapping's bytes. One thread. */
#ifndef EN_FORMATS_CSV_MAPPING_H
#define EN_FORMATS_CSV_MAPPING_H

#include "core/limits.h"
#include "core/metering/quantity.h"
#include "formats/encoding.h"
#include "formats/number.h"
#include "formats/staging.h"

#define EN_MAPPING_TOKENS_MAX 32u

/* A column by its header's text, or by number from 1; number 0 and no name: not given. */
struct en_mapping_column {
    struct en_slice name;
    uint32_t number;
};

/* What the numbers of a column mean. */
typedef enum en_mapping_kind {
    EN_MAPPING_ENERGY = 1,   /* energy of the interval */
    EN_MAPPING_DEMAND = 2,   /* mean power of the interval: energy by R-04 */
    EN_MAPPING_REGISTER = 3, /* cumulative register */
    EN_MAPPING_INSTANT = 4,  /* value of a moment */
} en_mapping_kind;

struct en_mapping_channel {
    struct en_slice code;
    struct en_mapping_column column;
    en_mapping_kind kind;
    struct en_slice unit; /* as written; empty in a long table with a unit column */
    struct en_decimal multiplier;
    bool is_primary;
    bool has_primary; /* told; else by kind */
    uint32_t line;
};

struct en_mapping_word {
    struct en_slice token; /* as the file writes it */
    uint64_t quality;
};

struct en_mapping {
    /* [file] */
    en_encoding encoding;
    char delimiter; /* 0: guessed */
    en_decimal_mark mark;
    uint32_t header_row; /* counted from 1 behind the skipped lines; 0 none */
    uint32_t skip_rows;
    /* [time] */
    struct en_mapping_column time_column;
    struct en_mapping_column time_of_day_column; /* where date and time stand apart */
    struct en_mapping_column to_column;          /* end of the interval, when told */
    struct en_slice pattern;                     /* "rfc3339" or by stamp.h */
    bool is_rfc3339;
    bool is_end; /* the stamp is the end of the interval */
    struct en_slice zone;
    uint32_t slot_seconds; /* 0: from the end column, or registers read now and then */
    /* [point] */
    struct en_slice point_code; /* of all rows, when there is no column */
    struct en_mapping_column point_column;
    struct en_slice point_prefix;
    struct en_slice point_name;
    struct en_slice resource;
    struct en_slice object;
    struct en_slice object_name;
    struct en_slice object_type;
    /* [values] */
    en_duplicates duplicates;
    int decimals; /* -1: as read */
    struct en_slice nulls[EN_MAPPING_TOKENS_MAX];
    uint32_t nulls_count;
    /* [quality] */
    struct en_mapping_column quality_column;
    struct en_mapping_word words[EN_MAPPING_TOKENS_MAX];
    uint32_t words_count;
    /* [channel CODE] of a wide table */
    struct en_mapping_channel channels[EN_MAPPING_CHANNELS_MAX];
    uint32_t channels_count;
    /* [long]: one channel a row; its shape is channels[0] */
    bool is_long;
    struct en_mapping_column channel_column;
    struct en_mapping_column unit_column;
};

/* Reads and checks a mapping. Codes: EN_CONFIG (line, what, and what is known there), EN_LIMIT. */
en_code en_mapping_parse(struct en_slice text, struct en_mapping *mapping,
                         struct en_error *err) EN_MUST_CHECK;

#endif
