/* Conditions on device events: `device_event`, `intervention`, `supply`, and `clock_drift`.
 * `supply` also sees bypass breakers that serve a feeder: the scheme is not the usual one.
 *
 * A look goes over the devices whose events changed since the last one (table alarm_device), and
 * keeps what it saw of the others; the first look of a definition goes over all. */
#include <stdio.h>

#include "core/decimal.h"
#include "processors/alarm/conditions.h"
#include "projections/tables_balance.h"
#include "projections/tables_event.h"

#define TAIL_SIZE 96
#define TEXT_SIZE 128

static bool is_wanted(const struct en_alarm_condition *condition,
                      const struct en_event_class_info *info)
{
    if (info == NULL) {
        return false;
    }
    if (condition->has_class) {
        return (uint32_t)info->class == condition->class;
    }
    return (condition->categories >> info->category & 1u) != 0 &&
           (uint32_t)info->severity >= condition->severity_min;
}

static en_code see_interval(struct en_alarm_sights *sights,
                            const struct en_device_interval_row *row,
                            const struct en_event_class_info *info, struct en_alarm_seen *seen,
                            struct en_error *err)
{
    char tail[TAIL_SIZE];
    char text[TEXT_SIZE];
    char from[EN_INSTANT_TEXT_SIZE];
    const char *pair = en_event_part_info(row->pair)->text;
    uint32_t recent_s = sights->definition->duration_s;
    int64_t oldest = sights->at.us - (int64_t)recent_s * EN_SECOND_US;
    bool is_news = row->seq > sights->definition->looked_seq && !sights->is_first &&
                   (recent_s == 0 || row->to.us >= oldest);
    seen->is_met = row->is_open && row->from.us <= sights->at.us;
    seen->is_pulse = !row->is_open && is_news;
    seen->since = row->from;
    seen->gone = row->to;
    if (!seen->is_met && !seen->is_pulse) {
        return EN_OK;
    }
    (void)snprintf(tail, sizeof tail, " %s%s%s", info->text, pair[0] == '\0' ? "" : "/", pair);
    (void)en_instant_print(row->from, 0, from);
    (void)snprintf(text, sizeof text, "%s %s", row->is_open ? "since" : "at", from);
    seen->value = en_slice_text(text);
    en_code code = en_alarm_subject(sights, EN_NAME_DEVICE, row->device, tail, &seen->subject, err);
    return code == EN_OK ? en_alarm_see(sights, seen, err) : code;
}

/* All that the device has had of the classes wanted; *seen holds where it stands. */
static en_code see_device(struct en_alarm_sights *sights, uint32_t device,
                          const struct en_alarm_seen *place, struct en_error *err)
{
    struct en_device_interval_row row = {.device = device, .from = {INT64_MIN}};
    struct en_table_scan scan;
    en_code code =
        en_table_scan_begin(sights->fold->store, &en_table_device_interval, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        struct en_alarm_seen seen = *place;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK) {
            break;
        }
        const struct en_event_class_info *info = en_event_class_info(row.class);
        if (is_wanted(sights->condition, info)) {
            code = see_interval(sights, &row, info, &seen, err);
        }
        if (code != EN_OK) {
            break;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code see_placed(struct en_alarm_sights *sights, uint32_t device, struct en_error *err)
{
    struct en_alarm_seen place = {.device = device};
    bool has = false;
    en_code code = en_alarm_has_device(sights, device, &place.point, &place.object, &has, err);
    return code == EN_OK && has ? see_device(sights, device, &place, err) : code;
}

/* Every device that has an interval. */
static en_code see_all(struct en_alarm_sights *sights, struct en_error *err)
{
    struct en_device_interval_row row = {.device = 0, .from = {INT64_MIN}};
    en_code code = EN_OK;
    while (code == EN_OK && en_alarm_look_on(sights)) {
        struct en_table_scan scan;
        code = en_table_scan_begin(sights->fold->store, &en_table_device_interval, &row, 0, &scan,
                                   err);
        if (code == EN_OK) {
            code = en_table_scan_next(&scan, &row, NULL, err);
            en_table_scan_end(&scan);
        }
        if (code == EN_OK) {
            code = see_placed(sights, row.device, err);
        }
        row = (struct en_device_interval_row){.device = row.device + 1, .from = {INT64_MIN}};
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code is_changed(struct en_alarm_sights *sights, uint32_t device, bool *is,
                          struct en_error *err)
{
    struct en_alarm_device_row row = {.device = device};
    en_code code = en_table_get(sights->fold->store, &en_table_alarm_device, &row, NULL, err);
    *is = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* What stands of devices that told nothing new is as it was. */
static en_code keep(struct en_alarm_sights *sights, struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < sights->rows_count && code == EN_OK; i++) {
        const struct en_alarm_row *row = &sights->rows[i];
        bool is = row->device == 0; /* a bypass: it is looked at each time */
        code = is ? EN_OK : is_changed(sights, row->device, &is, err);
        if (code == EN_OK && !is) {
            struct en_alarm_seen seen = {.subject = row->subject,
                                         .is_met = row->is_met,
                                         .since = row->met_at,
                                         .value = row->value,
                                         .object = row->object,
                                         .point = row->point,
                                         .device = row->device};
            code = en_alarm_see(sights, &seen, err);
        }
    }
    return code;
}

/* ---- bypasses ---- */

static en_code see_bypass(struct en_alarm_sights *sights, const struct en_bypass_use_row *row,
                          struct en_error *err)
{
    char text[EN_ALARM_SUBJECT_SIZE_MAX + 16];
    struct en_slice feeder;
    struct en_alarm_seen seen = {.since = row->from, .point = row->bypass};
    bool has = false;
    seen.is_met = sights->at.us >= row->from.us && sights->at.us < row->to.us;
    en_code code = en_alarm_has_point(sights, row->bypass, &seen.object, &has, err);
    if (code != EN_OK || !has || !seen.is_met) {
        return code;
    }
    code = en_alarm_subject(sights, EN_NAME_POINT, row->bypass, " bypass", &seen.subject, err);
    if (code == EN_OK) {
        code = en_alarm_subject(sights, EN_NAME_POINT, row->feeder, "", &feeder, err);
    }
    if (code != EN_OK) {
        return code;
    }
    (void)snprintf(text, sizeof text, "serves %.*s", (int)feeder.size, (const char *)feeder.bytes);
    seen.value = en_slice_text(text);
    return en_alarm_see(sights, &seen, err);
}

static en_code see_bypasses(struct en_alarm_sights *sights, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code =
        en_table_scan_begin(sights->fold->store, &en_table_bypass_use, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        struct en_bypass_use_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK && en_alarm_look_on(sights)) {
            code = see_bypass(sights, &row, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_alarm_see_devices(struct en_alarm_sights *sights, struct en_error *err)
{
    const struct en_alarm_condition *condition = sights->condition;
    struct en_table_scan scan;
    en_code code = EN_OK;
    if (condition->kind == EN_ALARM_SUPPLY && condition->device == 0 && condition->type.size == 0) {
        code = see_bypasses(sights, err);
    }
    if (code == EN_OK && sights->is_first) {
        return see_all(sights, err);
    }
    if (code == EN_OK) {
        code = keep(sights, err);
    }
    if (code == EN_OK) {
        code =
            en_table_scan_begin(sights->fold->store, &en_table_alarm_device, NULL, 0, &scan, err);
    }
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        struct en_alarm_device_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || !en_alarm_look_on(sights)) {
            break;
        }
        code = see_placed(sights, row.device, err);
        if (code != EN_OK) {
            break;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- clocks ---- */

static en_code see_clock(struct en_alarm_sights *sights, const struct en_device_clock_row *row,
                         struct en_error *err)
{
    char seconds[EN_DECIMAL_TEXT_SIZE];
    char text[TEXT_SIZE];
    struct en_alarm_seen seen = {.since = row->at, .device = row->device};
    bool has = false;
    en_code code = en_alarm_has_device(sights, row->device, &seen.point, &seen.object, &has, err);
    if (code != EN_OK || !has) {
        return code;
    }
    code = en_alarm_subject(sights, EN_NAME_DEVICE, row->device, "", &seen.subject, err);
    if (code != EN_OK) {
        return code;
    }
    /* microseconds are seconds in units of 1e-6 */
    int64_t wrong = row->ahead_us < 0 ? -row->ahead_us : row->ahead_us;
    seen.is_met = en_alarm_compares(sights, seen.subject, wrong);
    (void)en_micro_print(row->ahead_us, seconds);
    (void)snprintf(text, sizeof text, "%s s ahead", seconds);
    seen.value = en_slice_text(text);
    return en_alarm_see(sights, &seen, err);
}

en_code en_alarm_see_clocks(struct en_alarm_sights *sights, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code =
        en_table_scan_begin(sights->fold->store, &en_table_device_clock, NULL, 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        struct en_device_clock_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || !en_alarm_look_on(sights)) {
            break;
        }
        code = see_clock(sights, &row, err);
        if (code != EN_OK) {
            break;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}
