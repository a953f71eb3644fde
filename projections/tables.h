/* Every table of the projection: the row structs that processors write and views read, one comment
 * each on who owns it. docs/tables.md is made from the descriptions in tables.c.
 *
 * Effective-dated tables have `from` in their key: the row with the greatest from <= t is valid at
 * t. Names are external keys. */
#ifndef EN_PROJECTIONS_TABLES_H
#define EN_PROJECTIONS_TABLES_H

#include "core/decimal.h"
#include "core/metering/ratio.h"
#include "projections/digest.h"
#include "projections/series.h"
#include "projections/table.h"

/* ---- the runner ---- */

/* Refused commands; an accepted one has no row. */
struct en_outcome_row {
    uint64_t seq;  /* key: of the command */
    uint32_t code; /* en_code */
    struct en_slice text;
};

/* ---- registry ---- */

/* Ids by external key, for the types that people name. */
struct en_name_row {
    uint8_t type;        /* key: en_name_type */
    struct en_slice key; /* key */
    uint32_t id;
};

/* The same the other way round. */
struct en_name_of_row {
    uint8_t type; /* key: en_name_type */
    uint32_t id;  /* key */
    struct en_slice key;
};

struct en_object_row {
    uint32_t object;        /* key */
    struct en_instant from; /* key */
    struct en_slice name;
    struct en_slice type;
    uint32_t parent;
    struct en_slice zone;
    int32_t fiscal_offset_minutes;
};

struct en_point_row {
    uint32_t point;         /* key */
    struct en_instant from; /* key */
    struct en_slice name;
    struct en_slice resource;
    uint32_t object;
};

struct en_channel_row {
    uint32_t channel; /* key */
    uint32_t point;
    struct en_slice code;
    uint8_t unit;  /* en_unit */
    uint8_t basis; /* en_channel_basis */
    uint32_t slot_seconds;
    bool is_primary;
};

/* A point's channels by code. */
struct en_point_channel_row {
    uint32_t point;       /* key */
    struct en_slice code; /* key */
    uint32_t channel;
};

struct en_channel_error_row {
    uint32_t channel;       /* key */
    struct en_instant from; /* key */
    uint32_t error_1e4_percent;
};

struct en_device_row {
    uint32_t device; /* key */
    struct en_slice serial;
    struct en_slice type;
    struct en_decimal capacity;
    uint64_t pulses_per_unit;
    uint32_t pulse_divisor;
};

struct en_transformer_row {
    uint32_t transformer; /* key */
    struct en_slice name;
    struct en_slice type;
    uint32_t object;
    struct en_ratio ratio;
};

/* Which device measures a point: device 0 = none from then on. */
struct en_installation_row {
    uint32_t point;         /* key */
    struct en_instant from; /* key */
    uint32_t device;
    struct en_list registers; /* en_register_value: readings when it was put in (or, for device 0,
                                 taken out) */
};

/* Every point that an object ever held, that a device ever measured. */
struct en_object_point_row {
    uint32_t object; /* key */
    uint32_t point;  /* key */
};

struct en_device_point_row {
    uint32_t device; /* key */
    uint32_t point;  /* key */
};

/* A device replaced. */
struct en_replacement_row {
    uint32_t point;            /* key */
    struct en_instant removed; /* key */
    struct en_instant installed;
    uint32_t old_device;
    uint32_t new_device;
    struct en_list final;
    struct en_list initial;
    int64_t downtime_power_micro;
    struct en_slice act;
};

struct en_ratio_row {
    uint32_t point;         /* key */
    struct en_instant from; /* key */
    struct en_ratio current;
    struct en_ratio voltage;
    struct en_slice act;
};

struct en_document_row {
    uint32_t document; /* key */
    struct en_slice name;
    struct en_slice format;
    uint64_t size;
    struct en_slice verdict; /* "" while the import is not closed */
    uint64_t values_count;
    uint64_t missing_count;
    uint64_t rejected_count;
};

struct en_zone_row {
    uint32_t zone; /* key */
    struct en_slice name;
    struct en_hash sha256;
};

/* Settings of rules, and editions that are in force. */
struct en_rule_row {
    uint32_t rule;          /* key: id of "V-09" or "V-09 <target>" (views/rule_target.h) */
    struct en_instant from; /* key */
    struct en_slice edition;
    struct en_slice parameters; /* canonical JSON; "" of an edition alone */
    struct en_slice reason;
    struct en_instant to; /* INT64_MAX: open */
    uint32_t author;      /* actor, 0 none */
    uint64_t seq;         /* of the event */
};

/* ---- reading ---- */

/* Up to when time is known to have passed: the latest tick, the latest import recorded. One row. */
struct en_clock_row {
    uint8_t clock; /* key: 0 */
    struct en_instant at;
};

/* Accepted register reads: the highest (revision, later event) of an instant. */
struct en_register_row {
    uint32_t channel;     /* key */
    struct en_instant at; /* key */
    struct en_decimal value;
    uint32_t device;
    uint64_t quality;
    uint64_t revision;
};

struct en_instant_row {
    uint32_t channel;     /* key */
    struct en_instant at; /* key */
    struct en_decimal value;
    uint64_t quality;
};

struct en_device_event_row {
    uint32_t device;      /* key */
    struct en_instant at; /* key */
    struct en_slice code; /* key */
    struct en_slice text;
};

/* ---- formula, balance ---- */

struct en_formula_row {
    uint32_t node;    /* key */
    int32_t from_day; /* key */
    struct en_slice name;
    struct en_slice expression; /* canonical text */
    uint8_t unit;               /* en_unit */
    bool is_hidden;             /* a side of a balance */
};

struct en_balance_row {
    uint32_t balance; /* key */
    int32_t from_day; /* key */
    struct en_slice name;
    struct en_slice in;
    struct en_slice out;
    struct en_slice losses;
    uint32_t object;
    uint32_t in_node;
    uint32_t out_node;
    uint32_t losses_node; /* 0 none */
};

/* ---- freeze ---- */

struct en_policy_row {
    uint32_t policy; /* key */
    struct en_slice name;
    bool needs_completeness;
    bool needs_period_order;
    uint8_t approvals;
    uint8_t correction;
    uint32_t checks; /* as freeze.policy.set says */
};

/* One run of a freeze: 1 the first, 2.. restatements. */
struct en_freeze_row {
    uint32_t freeze; /* key */
    uint32_t run;    /* key */
    struct en_slice name;
    uint64_t seq; /* of the request or the correction */
    int32_t from_day;
    int32_t to_day;
    uint32_t scope; /* object, 0 everything */
    struct en_slice policy;
    struct en_hash digest; /* SHA-256 over the frozen rows (processors/freeze/README.md) */
    uint64_t rows_count;
    uint64_t missing_count; /* slots declared missing */
    struct en_slice authority;
    struct en_hash versions; /* of what governed it: en_governing_digest */
};

/* Members of a freeze with a scope, as they were when it was made (a freeze of everything has no
 * rows). */
struct en_freeze_member_row {
    uint32_t freeze; /* key */
    uint32_t run;    /* key */
    uint8_t lane;    /* key: en_frozen_lane */
    uint32_t series; /* key */
};

/* What the log's edge attested of a run: not part of digests. */
struct en_attestation_row {
    uint32_t freeze; /* key */
    uint32_t run;    /* key */
    uint64_t size;
    struct en_hash root;
    struct en_hash digest;
    struct en_slice checkpoint;
    struct en_slice software;
};

/* A frozen entry that the live tables no longer agree with: a pending difference. Stands exactly as
 * long as they differ. */
struct en_frozen_row {
    uint32_t freeze;       /* key */
    uint32_t run;          /* key */
    uint8_t lane;          /* key: en_frozen_lane */
    int32_t day;           /* key */
    uint32_t series;       /* key */
    struct en_slice entry; /* as frozen; size 0: there was none */
};

typedef enum en_frozen_lane {
    EN_FROZEN_INTERVAL = 1, /* effective interval blocks of channels */
    EN_FROZEN_NODE = 2,     /* blocks of formula nodes */
    EN_FROZEN_BALANCE = 3,  /* balance days */
} en_frozen_lane;

/* A delta booked in an open period. */
struct en_correction_row {
    uint64_t seq;     /* key: of the correction */
    uint32_t channel; /* key */
    uint32_t freeze;
    uint32_t run;
    int32_t target_day;
    int64_t delta_micro; /* of the channel's unit */
    struct en_slice authority;
};

/* ---- outbox: what edges are to do; nothing acts during replay ---- */

struct en_outbox_row {
    uint64_t outbox; /* key: number of the task, rising from 1 */
    struct en_slice action;
    struct en_slice detail;
    uint8_t state; /* 0 waiting, 1 done, 2 failed */
    struct en_slice result;
};

extern const struct en_table en_table_outcome;
extern const struct en_table en_table_name;
extern const struct en_table en_table_name_of;
extern const struct en_table en_table_object;
extern const struct en_table en_table_point;
extern const struct en_table en_table_channel;
extern const struct en_table en_table_point_channel;
extern const struct en_table en_table_channel_error;
extern const struct en_table en_table_device;
extern const struct en_table en_table_transformer;
extern const struct en_table en_table_installation;
extern const struct en_table en_table_object_point;
extern const struct en_table en_table_device_point;
extern const struct en_table en_table_replacement;
extern const struct en_table en_table_ratio;
extern const struct en_table en_table_document;
extern const struct en_table en_table_zone;
extern const struct en_table en_table_rule;
extern const struct en_table en_table_clock;
extern const struct en_table en_table_register;
extern const struct en_table en_table_instant;
extern const struct en_table en_table_device_event;
extern const struct en_table en_table_formula;
extern const struct en_table en_table_balance;
extern const struct en_table en_table_policy;
extern const struct en_table en_table_freeze;
extern const struct en_table en_table_freeze_member;
extern const struct en_table en_table_attestation;
extern const struct en_table en_table_frozen;
extern const struct en_table en_table_correction;
extern const struct en_table en_table_outbox;

/* ---- series tables: one entry per series and day ---- */

extern const struct en_series_table
    en_series_profile; /* reading: day blocks of channels as read (merged) */
extern const struct en_series_table
    en_series_origin; /* reading: which events a profile day came from; not digested */
extern const struct en_series_table
    en_series_conflict; /* reading: slots for which different values came; not digested */
extern const struct en_series_table
    en_series_interval; /* interval: day blocks in the base unit where they differ from profile */
extern const struct en_series_table
    en_series_finding; /* validity: what the rules found on a channel's day */
extern const struct en_series_table
    en_series_best; /* substitution: day blocks after judging and filling, where they differ */
extern const struct en_series_table
    en_series_substitute; /* substitution: what was filled on a channel's day, by what and why */
extern const struct en_series_table
    en_series_bypass; /* bypass: day blocks after B-20, where they differ */
extern const struct en_series_table en_series_usage_day; /* usage: en_totals of a channel's day */
extern const struct en_series_table
    en_series_usage_month; /* usage: en_totals of a channel's month, day = its first */
extern const struct en_series_table
    en_series_node; /* formula: day blocks of nodes, see processors/formula/README.md */
extern const struct en_series_table en_series_node_day; /* formula: en_totals of a node's day */
extern const struct en_series_table
    en_series_balance_day; /* balance: en_balance_totals of a balance's day */

/* All of them, for catalogue, digest and documents; each list ends with NULL, in the order of their
 * digests (by name). */
extern const struct en_table *const en_tables_all[];
extern const struct en_series_table *const en_series_all[];

/* The same as the digest wants them (digest.h): fills up to EN_DIGEST_TABLES_MAX, returns how many.
 */
uint32_t en_digest_tables(struct en_digest_table *tables);

/* SHA-256 over the digests of the tables that govern calculation (rules and their editions, zone
 * tables, formulas, balances, ratios, replacements) as they stand: what a freeze names beside its
 * rows. */
en_code en_governing_digest(struct en_store *store, struct en_hash *digest,
                            struct en_error *err) EN_MUST_CHECK;

/* The sums of a day or month. */
struct en_totals {
    int64_t micro;          /* sum of the present slots, 1e-6 of the base unit */
    uint32_t present_count; /* slots with a value */
    uint32_t missing_count; /* slots of the block without one */
    uint64_t quality;       /* merged (quality.h) over the present slots */
};

struct en_balance_totals {
    int64_t in_micro;
    int64_t out_micro;
    int64_t losses_micro;
    uint32_t slots_count;   /* slots of the day's grid */
    uint32_t partial_count; /* slots where an operand was missing */
};

/* Entry codecs: canonical. EN_MALFORMED. The entry of all-zero totals is still one byte or more. */
void en_totals_encode(const struct en_totals *totals, struct en_buf *out);
en_code en_totals_decode(struct en_slice entry, struct en_totals *totals,
                         struct en_error *err) EN_MUST_CHECK;
void en_balance_totals_encode(const struct en_balance_totals *totals, struct en_buf *out);
en_code en_balance_totals_decode(struct en_slice entry, struct en_balance_totals *totals,
                                 struct en_error *err) EN_MUST_CHECK;

#endif
