/* What an alarm watches: a condition read from its definition, and what is seen of it.
 *
 *   rows          rows of a table whose column compares so with a value; subject: the row's keys
 *   value         the latest value of channels in scope, compared with a value
 *   missing       slots missing on the last fiscal day that ended duration_s ago, above value (0)
 *   silent        points without a present slot or reading for duration_s
 *   imbalance     balances beyond their permissible imbalance (or beyond value, in %) on the last
 *                 day that ended duration_s ago
 *   device_event  device events of a class or category (target): open, or new since the last look
 *   clock_drift   clocks of devices that are wrong by more than value seconds
 *   intervention  device_event of the categories change, record, tamper, access, from error up
 *   supply        device_event of the categories supply, relay; bypass breakers that serve a feeder
 *
 * Except of rows, the filter knows: object (with all below it), point, code (of channels), device,
 * type (of devices), balance. One thread; memory of a look is the arena's. */
#ifndef EN_PROCESSORS_ALARM_CONDITIONS_H
#define EN_PROCESSORS_ALARM_CONDITIONS_H

#include "core/limits.h"
#include "core/metering/alarm.h"
#include "core/metering/device/event_class.h"
#include "processors/processor.h"
#include "projections/tables.h"
#include "projections/tables_alarm.h"

typedef enum en_alarm_kind {
    EN_ALARM_ROWS = 1,
    EN_ALARM_VALUE = 2,
    EN_ALARM_MISSING = 3,
    EN_ALARM_SILENT = 4,
    EN_ALARM_IMBALANCE = 5,
    EN_ALARM_DEVICE_EVENT = 6,
    EN_ALARM_CLOCK_DRIFT = 7,
    EN_ALARM_INTERVENTION = 8,
    EN_ALARM_SUPPLY = 9,
} en_alarm_kind;

struct en_alarm_filter {
    struct en_slice column;
    struct en_slice text;
};

/* A definition understood. Slices are views into its row. */
struct en_alarm_condition {
    en_alarm_kind kind;
    const struct en_table *table;
    const struct en_field *column;
    en_alarm_comparison comparison;
    bool has_value;
    struct en_slice text; /* of text columns */
    int64_t limit;        /* in the scale of what is compared: 1e-6, or whole numbers */
    int64_t deadband;
    struct en_alarm_filter filters[EN_ALARM_FILTERS_MAX];
    uint32_t filters_count;
    uint32_t object; /* scope; 0 everything */
    uint32_t point;
    uint32_t device;
    uint32_t balance;
    struct en_slice code;
    struct en_slice type;
    bool has_class; /* of device events; else by category */
    uint8_t class;
    uint32_t categories;
    uint8_t severity_min;
};

/* Reads a definition. *fault says what is wrong with it (EN_OK: nothing). Codes: those of the
 * store. */
en_code en_alarm_condition_read(struct en_fold *fold, const struct en_alarm_definition_row *row,
                                struct en_alarm_condition *condition, struct en_error *fault,
                                struct en_error *err) EN_MUST_CHECK;

bool en_alarm_kind_is_of_devices(en_alarm_kind kind);

/* ---- what is seen ---- */

struct en_alarm_seen {
    struct en_slice subject;
    bool is_met;
    bool is_pulse;
    struct en_instant since;
    struct en_instant gone; /* of a pulse */
    struct en_slice value;  /* for people */
    uint32_t object;
    uint32_t point;
    uint32_t device;
};

/* One look at one definition. */
struct en_alarm_sights {
    struct en_fold *fold;
    struct en_arena *arena;
    const struct en_alarm_definition_row *definition;
    const struct en_alarm_condition *condition;
    struct en_instant at;
    bool is_first;                   /* just defined: what is over is not news */
    const struct en_alarm_row *rows; /* that stand, by subject */
    size_t rows_count;
    struct en_alarm_seen *items;
    size_t count;
    size_t capacity;
    uint32_t looks_count;
    struct en_error fault; /* code EN_OK: none; else the look is incomplete and changes nothing */
};

/* Looks: fills items with what is met or pulsed, sorted by subject, each once. items are given back
 * by en_alarm_sights_fini. Codes: EN_NOMEM, those of the store. */
en_code en_alarm_sights_gather(struct en_alarm_sights *sights, struct en_error *err) EN_MUST_CHECK;
void en_alarm_sights_fini(struct en_alarm_sights *sights);

/* ---- for the conditions ---- */

en_code en_alarm_see(struct en_alarm_sights *sights, const struct en_alarm_seen *seen,
                     struct en_error *err) EN_MUST_CHECK;
/* Counts one more thing looked at; false over the limit (the fault is set). */
bool en_alarm_look_on(struct en_alarm_sights *sights);
/* The row of the subject, or NULL. */
const struct en_alarm_row *en_alarm_row_of(const struct en_alarm_sights *sights,
                                           struct en_slice subject);
/* Compares with the limit, the deadband by what was met before. */
bool en_alarm_compares(const struct en_alarm_sights *sights, struct en_slice subject,
                       int64_t value);
/* The object of a point at the time of the look, and whether both are in scope. */
en_code en_alarm_has_point(struct en_alarm_sights *sights, uint32_t point, uint32_t *object,
                           bool *has, struct en_error *err) EN_MUST_CHECK;
/* The point where a device stands (0: none), its object, and whether all are in scope. */
en_code en_alarm_has_device(struct en_alarm_sights *sights, uint32_t device, uint32_t *point,
                            uint32_t *object, bool *has, struct en_error *err) EN_MUST_CHECK;
/* "KEY" of a thing, "#7" of one that has none; with tail behind it, cut to what a key holds. */
en_code en_alarm_subject(struct en_alarm_sights *sights, en_name_type type, uint32_t id,
                         const char *tail, struct en_slice *subject,
                         struct en_error *err) EN_MUST_CHECK;

/* Text cut behind a whole character to what a subject or a value holds. */
struct en_slice en_alarm_cut(struct en_slice text);

en_code en_alarm_see_rows(struct en_alarm_sights *sights, struct en_error *err) EN_MUST_CHECK;
en_code en_alarm_see_channels(struct en_alarm_sights *sights, struct en_error *err) EN_MUST_CHECK;
en_code en_alarm_see_balances(struct en_alarm_sights *sights, struct en_error *err) EN_MUST_CHECK;
en_code en_alarm_see_devices(struct en_alarm_sights *sights, struct en_error *err) EN_MUST_CHECK;
en_code en_alarm_see_clocks(struct en_alarm_sights *sights, struct en_error *err) EN_MUST_CHECK;

#endif
