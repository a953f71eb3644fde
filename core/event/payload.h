/* The payloads of events, one struct a kind, described as data (record.h): from the description
 * come the msgpack codec, JSON and docs/events.md. A payload only grows at its end; a missing tail
 * reads as zero. Text and bytes are views: into the payload when decoded, the caller's when
 * encoded. */
#ifndef EN_CORE_EVENT_PAYLOAD_H
#define EN_CORE_EVENT_PAYLOAD_H

#include "core/arena.h"
#include "core/decimal.h"
#include "core/event/event.h"
#include "core/hash.h"
#include "core/metering/balance/equipment.h"
#include "core/metering/block/block.h"
#include "core/metering/ids.h"
#include "core/metering/quantity.h"
#include "core/metering/ratio.h"
#include "core/metering/tariff/calendar.h"

/* The record of each payload: en_payload_<name>, the name as in kinds.def. */
#define EN_KIND(name, number, text, nature, barrier, subject, payload)                             \
    extern const struct en_record en_payload_##payload;
#include "core/event/kinds.def"
#undef EN_KIND
extern const struct en_record en_payload_register_value;
extern const struct en_record en_payload_calendar_season;
extern const struct en_record en_payload_calendar_date;
extern const struct en_record en_payload_calendar_zone;
extern const struct en_record en_payload_calendar_switch;
extern const struct en_record en_payload_tariff_member;
extern const struct en_record en_payload_price_hour;
extern const struct en_record en_payload_peak_hour;
extern const struct en_record en_payload_peak_day;
extern const struct en_record en_payload_equipment_load;
extern const struct en_record en_payload_edit_value;

struct en_name_assigned {
    uint8_t type; /* en_name_type */
    uint32_t id;
    struct en_slice key;
};

struct en_software_started {
    struct en_slice version;
    struct en_hash build; /* SHA-256 of the program file */
};

struct en_clock_tick {
    struct en_instant at;
};

struct en_zone_table {
    struct en_slice name; /* "Europe/Moscow" */
    struct en_hash sha256;
    struct en_slice tzif; /* RFC 9636 bytes */
};

struct en_user_action {
    struct en_slice action;
    struct en_slice detail;
};

struct en_document_received {
    struct en_slice name; /* file name as given, no folder */
    struct en_slice format;
    uint64_t size; /* unpacked bytes, as hashed */
    uint32_t chunks_count;
    uint8_t packing; /* of the chunks: 0 none, 1 zlib */
};

struct en_document_chunk {
    uint32_t index;
    struct en_slice bytes;
};

/* Closes an import: everything of the document is in the log. */
struct en_document_imported {
    struct en_slice verdict; /* "imported", "imported with rejected rows", "refused" */
    struct en_slice detail;  /* first reason when refused */
    uint64_t values_count;
    uint64_t missing_count;
    uint64_t rejected_count;
};

struct en_object_set {
    struct en_slice name;
    struct en_slice type; /* "substation", "bus", "feeder", "area", ... */
    uint32_t parent;
    struct en_slice zone;          /* civil zone, "" none */
    int32_t fiscal_offset_minutes; /* of the fiscal day from valid.from on: local = UTC + offset */
};

struct en_point_set {
    struct en_slice name;
    struct en_slice resource; /* "electricity", "heat", "water", "steam", "gas" */
    uint32_t object;          /* id, 0 none */
};

typedef enum en_channel_basis {
    EN_BASIS_PROFILE = 1,  /* energy per slot is read */
    EN_BASIS_REGISTER = 2, /* a cumulative register is read */
    EN_BASIS_PULSES = 3,   /* pulses per slot are read; device.set says how many make a unit */
} en_channel_basis;

struct en_channel_set {
    uint32_t point;
    struct en_slice code;  /* "A+", "1-0:1.8.0", ... */
    uint8_t unit;          /* en_unit of its energy */
    uint8_t basis;         /* en_channel_basis */
    uint32_t slot_seconds; /* its grid; 0 for registers read now and then */
    bool is_primary;       /* values already include the transformer ratios */
};

struct en_device_set {
    struct en_slice serial;
    struct en_slice type;
    struct en_decimal capacity; /* of its registers: where they roll over; 0 unknown */
    uint64_t pulses_per_unit;   /* A of R-03; 0 none */
    uint32_t pulse_divisor;     /* d of R-03 */
};

struct en_transformer_set {
    struct en_slice name;
    struct en_slice type; /* "CT", "VT", "power" */
    uint32_t object;
    struct en_ratio ratio;
};

struct en_register_value {
    uint32_t channel;
    struct en_decimal value;
};

struct en_device_installed {
    uint32_t device;
    struct en_list initial; /* en_register_value */
};

struct en_device_removed {
    uint32_t device;
    struct en_list final; /* en_register_value */
};

/* valid.from = removal, valid.to = installation. */
struct en_device_replaced {
    uint32_t old_device;
    uint32_t new_device;
    struct en_list final;         /* en_register_value of the old device */
    struct en_list initial;       /* en_register_value of the new device */
    int64_t downtime_power_micro; /* per hour, of received active energy (kW) while no device
                                     measured; 0 none */
    struct en_slice act;
};

/* From valid.from on. */
struct en_ratio_set {
    struct en_ratio current;
    struct en_ratio voltage;
    struct en_slice act;
};

struct en_channel_error_set {
    uint32_t error_1e4_percent; /* limits of the channel's relative error, 1e-4 %; 0 unknown */
};

/* From valid.from on, until valid.to where that is later. What is 0 or empty is not stated. */
struct en_contract_set {
    struct en_slice number;         /* of the contract, for people */
    int64_t max_power_micro;        /* kW: Pmax of the point */
    struct en_slice connection;     /* points of one name share connection_power (D442-C2) */
    int64_t connection_power_micro; /* kW: Pmax of the whole connection */
    int64_t declared_power_micro;   /* kW */
    int64_t contracted_power_micro; /* kW */
    int64_t current_micro;          /* A: permissible long-term current of the inlet */
    uint8_t phases;                 /* 1 or 3 */
    int64_t phase_voltage_micro;    /* kV */
    struct en_ratio cos_phi;
    uint8_t category;     /* price category 1 to 6 */
    uint8_t billing_day;  /* 1 to 28: the day on which billing periods begin */
    uint8_t billing_hour; /* and the hour, 0 to 23 */
    struct en_slice tariff;
    struct en_slice calendar;
    uint32_t control_channel; /* of the control meter (D442-A) */
    struct en_ratio control_ratio;
    struct en_ratio loss_share; /* lost between it and the point; below 0: before it */
    uint32_t plan_channel;      /* holds what was planned */
    int64_t norm_micro;         /* kWh of a period, of a household (D354-A) */
    struct en_slice act;
};

/* Over the valid interval; to == from: until another is set. */
struct en_supply_cause_set {
    uint8_t cause; /* en_decree_cause; 0 takes back what was set from then on */
    struct en_slice act;
};

/* What a calendar is read on. Stored values. */
typedef enum en_calendar_clock {
    EN_CALENDAR_FISCAL = 0, /* the fiscal time of the object whose energy it is */
    EN_CALENDAR_OFFSET = 1, /* a fixed offset */
    EN_CALENDAR_CIVIL = 2,  /* a civil zone, whose table the event carries: nothing else moves it */
} en_calendar_clock;

/* From valid.from on, until valid.to where that is later. The lists are those of
 * core/metering/tariff/calendar.h: en_calendar_season, en_calendar_date, en_calendar_zone,
 * en_calendar_switch. */
struct en_calendar_set {
    struct en_slice title;
    uint8_t clock;          /* en_calendar_clock */
    int32_t offset_minutes; /* OFFSET */
    struct en_slice zone;   /* CIVIL: "Europe/Moscow" */
    struct en_slice tzif;   /* CIVIL: RFC 9636 bytes */
    struct en_list seasons;
    struct en_list dates;
    struct en_list zones;
    struct en_list switches;
    struct en_slice document;
    struct en_slice reason;
};

/* Who has a tariff where no contract names one: the point, or all of the object and below. */
struct en_tariff_member {
    uint32_t object; /* id, 0 none */
    uint32_t point;  /* id, 0 none */
};

/* From valid.from on, until valid.to where that is later. */
struct en_tariff_set {
    struct en_slice title;
    uint32_t calendar;      /* id, 0: one zone all the time */
    uint8_t category;       /* price category 1 to 6; 0: as the contract says */
    uint32_t region;        /* whose peak hours count, 0 none */
    struct en_list members; /* en_tariff_member */
    struct en_slice document;
    struct en_slice reason;
};

struct en_price_hour {
    int64_t price_micro; /* RUB per unit */
};

/* From valid.from on. With hours: of each hour from valid.from on, and of none after the last. */
struct en_price_set {
    uint8_t part;         /* en_charge_part */
    uint8_t zone;         /* 0: of all energy; else the place of a zone, from 1 */
    int64_t price_micro;  /* RUB per unit; 0 with hours */
    struct en_list hours; /* en_price_hour */
    struct en_slice document;
    struct en_slice reason;
};

/* Stored values. */
typedef enum en_peak_list {
    EN_PEAK_PLANNED = 1, /* hours of every working day, by the system operator (D-02) */
    EN_PEAK_FACT = 2,    /* the hour of each working day, by the commercial operator (D-01) */
} en_peak_list;

struct en_peak_hour {
    uint8_t hour; /* 0 .. 23: [hour, hour + 1) */
};

struct en_peak_day {
    struct en_day day;
    uint8_t hour;
};

/* Over the valid interval: mostly a month. */
struct en_peak_hours_set {
    uint8_t list;           /* en_peak_list */
    int32_t offset_minutes; /* of the clock that the hours are told on */
    uint32_t calendar;      /* id: which days are worked; 0: Monday to Friday */
    struct en_list hours;   /* en_peak_hour, rising: PLANNED */
    struct en_list days;    /* en_peak_day, rising: FACT */
    struct en_slice document;
    struct en_slice reason;
};

/* What an act of people does to values. Stored. */
typedef enum en_edit_kind {
    EN_EDIT_VALUES = 1,     /* values in place (E-12) */
    EN_EDIT_ZERO = 2,       /* the supply was out (E-07) */
    EN_EDIT_UNDERCOUNT = 3, /* energy added (E-14) */
    EN_EDIT_LOST_PHASE = 4, /* what was measured times 3/m or a factor (E-13) */
    EN_EDIT_ESTIMATE = 5,   /* an estimate by a named method */
    EN_EDIT_RETRACT = 6,    /* an earlier act is taken back */
} en_edit_kind;

struct en_edit_value {
    int64_t micro;
};

/* edit.requested: over the slots of valid; acts once another person approved it. */
struct en_edit_requested {
    uint8_t kind;             /* en_edit_kind */
    struct en_list values;    /* en_edit_value, one a slot: VALUES, UNDERCOUNT by a list */
    int64_t amount_micro;     /* of all slots together: UNDERCOUNT flat */
    bool applies_ratio;       /* UNDERCOUNT: times the transformer ratio */
    struct en_ratio factor;   /* UNDERCOUNT: of losses; LOST_PHASE: of the act; 0/0 none */
    uint8_t healthy;          /* LOST_PHASE: elements that measured, 1 or 2; 0: by the factor */
    struct en_slice method;   /* ESTIMATE: a step of a chain, "E-02 n=3" (estimation_chain.h) */
    uint8_t reason;           /* en_reason */
    struct en_slice evidence; /* the act or document that proves it */
    struct en_slice comment;
    uint64_t retracts; /* RETRACT: seq of the request that is taken back */
};

/* edit.decided: by another person than asked. */
struct en_edit_decided {
    uint64_t edit; /* seq of the request */
    bool is_approved;
    struct en_slice comment;
};

/* reading.register: at valid.from. */
struct en_reading_register {
    struct en_decimal value;
    uint32_t device; /* 0: the one installed then */
    uint64_t quality;
    uint64_t revision;
};

/* reading.profile is RAW: varint revision, then a day block (block.h). The highest revision
 * wins a slot, then a present value over a missing one, then the later event. valid is the
 * interval that the block covers. */
void en_reading_profile_encode(uint64_t revision, struct en_slice block, struct en_buf *out);
en_code en_reading_profile_parse(struct en_slice payload, uint64_t *revision,
                                 struct en_slice *block, struct en_error *err) EN_MUST_CHECK;

struct en_reading_instant {
    struct en_decimal value;
    uint64_t quality;
};

struct en_device_event {
    struct en_slice code; /* core/metering/device/event_code.h */
    struct en_slice text;
    uint64_t index;         /* of the device's journal, rising from 1; 0 not told */
    uint32_t journal_size;  /* entries that the journal holds; 0 not known */
    bool has_clock;         /* the clock was compared when this was read (EV-03) */
    int64_t clock_ahead_us; /* by how much the device's clock was ahead */
};

/* From valid.from on. */
struct en_formula_set {
    struct en_slice name;
    struct en_slice expression;
};

struct en_balance_set {
    struct en_slice name;
    struct en_slice in;
    struct en_slice out;
    struct en_slice losses; /* "" none */
    uint32_t object;
    /* the series of the three sides, named by the sink as formulas "NAME.in", "NAME.out",
     * "NAME.losses" */
    uint32_t in_node;
    uint32_t out_node;
    uint32_t losses_node;
};

/* Its payload is struct en_equipment_set, core/metering/balance/equipment.h. */

struct en_bypass_set {
    uint32_t feeder;  /* id of its point; off: 0 */
    bool is_on;       /* false: switched off */
    bool is_inverted; /* the bypass meters the other way round: its A+ is the feeder's A- */
    struct en_slice document;
};

struct en_rule_set {
    struct en_slice rule;
    struct en_slice edition;
    struct en_slice parameters; /* JSON object text */
    struct en_slice reason;
};

struct en_edition_activated {
    struct en_slice rule;
    uint32_t edition;
    struct en_slice reason;
};

struct en_general_command {
    struct en_slice command;
    struct en_slice arguments;
};

struct en_freeze_policy_set {
    struct en_slice name;
    bool needs_completeness; /* refuse when a slot is missing; false: declare the gaps */
    bool needs_period_order; /* F-14 */
    uint8_t approvals;
    uint8_t correction; /* 1 restate, 2 delta */
    /* en_freeze_check bits that must pass besides; with EN_FREEZE_POLICY_APPROVED the approvals are
     * waited for. Policies set before there were checks have none. */
    uint32_t checks;
};

/* Of en_freeze_policy_set.checks: as many persons as `approvals` says, who asked counted as the
 * first, before it is frozen. */
#define EN_FREEZE_POLICY_APPROVED (UINT32_C(1) << 31)

struct en_freeze_requested {
    int32_t from_day; /* fiscal days, to exclusive */
    int32_t to_day;
    uint32_t scope; /* object id, 0 everything */
    struct en_slice policy;
};

/* By the event's actor. */
struct en_freeze_approved {
    struct en_slice note;
};

/* F-06: the scope's numbers stand still from here on, or are let go. */
struct en_hold_set {
    uint32_t scope; /* object id, 0 everything */
    bool is_on;
    struct en_slice reason;
};

struct en_freeze_attested {
    uint64_t request; /* seq of the request or of the correction */
    uint32_t run;     /* 1 the first freeze, 2.. restatements */
    uint64_t size;    /* of the log when signed */
    struct en_hash root;
    struct en_hash digest;
    struct en_slice checkpoint;
    struct en_slice software;
};

struct en_correction_requested {
    uint8_t correction; /* 1 restate, 2 delta, 0 as the policy of the freeze says */
    int32_t target_day; /* delta: the open day it is booked on */
    uint64_t through;   /* pending differences up to this seq */
    struct en_slice authority;
};

struct en_outbox_result {
    uint64_t outbox;
    bool is_done;
    struct en_slice detail;
};

/* Decodes the payload of an event into the struct of its kind (lists in the arena, text and
 * bytes as views). EN_MALFORMED. */
en_code en_payload_decode(const struct en_event *event, void *payload, struct en_arena *arena,
                          struct en_error *err) EN_MUST_CHECK;

/* "<point id>|<code>": the external key of a channel. text holds EN_NAME_SIZE_MAX + 1 bytes. */
void en_channel_key(uint32_t point, struct en_slice code, char *text);

#endif
