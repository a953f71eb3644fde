/* Conditions on channels in scope: `value`, `missing`, `silent`. */
#include <stdio.h>

#include "core/metering/block/block.h"
#include "processors/alarm/conditions.h"
#include "processors/registry/registry.h"
#include "projections/views/best.h"

#define DAYS_BACK_MAX 40 /* how far back the latest value of a channel is looked for */
#define LATE_DEFAULT_S 86400u
#define VALUE_TEXT_SIZE 96

/* What is known of a channel's latest value. */
struct latest {
    bool is_known;
    int64_t micro;
    struct en_instant end; /* of its slot, or when it was read */
};

/* The last present slot of a block that had ended by the look. */
static en_code latest_of_block(struct en_alarm_sights *sights, struct en_slice bytes, int32_t day,
                               struct latest *latest, struct en_error *err)
{
    struct en_block *block = en_arena_alloc(&sights->fold->day, sizeof *block);
    if (block == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for a day of a channel");
    }
    en_code code = en_block_read(bytes, block, err);
    int64_t start = (int64_t)day * EN_DAY_US + block->head.start_minute * EN_MINUTE_US;
    for (uint32_t i = block->head.count; code == EN_OK && i-- > 0 && !latest->is_known;) {
        int64_t end = start + (int64_t)(i + 1) * block->head.slot_seconds * EN_SECOND_US;
        struct en_decimal value = {block->values[i], block->head.exponent};
        if (en_quality_is_missing(block->quality[i]) || end > sights->at.us) {
            continue;
        }
        latest->is_known = en_decimal_micro(value, &latest->micro, NULL) == EN_OK;
        latest->end = (struct en_instant){end};
    }
    en_arena_reset(&sights->fold->day);
    return code;
}

static en_code latest_slot(struct en_alarm_sights *sights, uint32_t channel, int32_t days_back,
                           bool is_as_read, struct latest *latest, struct en_error *err)
{
    int32_t today = (int32_t)(en_day_of_instant(sights->at, 0).n) + 1;
    en_code code = EN_OK;
    for (int32_t day = today; code == EN_OK && !latest->is_known && day >= today - days_back;
         day--) {
        struct en_slice block;
        code = is_as_read ? en_series_get(sights->fold->store, &en_series_profile, day, channel,
                                          &block, err)
                          : en_best_get(sights->fold->store, day, channel, &block, err);
        code = code == EN_OK          ? latest_of_block(sights, block, day, latest, err)
               : code == EN_NOT_FOUND ? EN_OK
                                      : code;
    }
    return code;
}

static en_code latest_instant(struct en_alarm_sights *sights, uint32_t channel,
                              struct latest *latest, struct en_error *err)
{
    struct en_instant_row row = {.channel = channel, .at = sights->at};
    en_code code = en_table_last_before(sights->fold->store, &en_table_instant, &row, 1, NULL, err);
    if (code == EN_OK && (!latest->is_known || row.at.us > latest->end.us)) {
        latest->is_known = en_decimal_micro(row.value, &latest->micro, NULL) == EN_OK;
        latest->end = row.at;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code latest_register(struct en_alarm_sights *sights, uint32_t channel,
                               struct latest *latest, struct en_error *err)
{
    struct en_register_row row = {.channel = channel, .at = sights->at};
    en_code code =
        en_table_last_before(sights->fold->store, &en_table_register, &row, 1, NULL, err);
    if (code == EN_OK && (!latest->is_known || row.at.us > latest->end.us)) {
        latest->is_known = true;
        latest->end = row.at;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code channel_subject(struct en_alarm_sights *sights, const struct en_channel_row *channel,
                               struct en_slice *subject, struct en_error *err)
{
    char tail[EN_NAME_SIZE_MAX + 2];
    (void)snprintf(tail, sizeof tail, " %.*s", (int)channel->code.size,
                   (const char *)channel->code.bytes);
    return en_alarm_subject(sights, EN_NAME_POINT, channel->point, tail, subject, err);
}

/* The latest value against the limit. A channel that has none says nothing. */
static en_code see_value(struct en_alarm_sights *sights, const struct en_channel_row *channel,
                         struct en_alarm_seen *seen, struct en_error *err)
{
    struct latest latest = {.is_known = false};
    char text[EN_DECIMAL_TEXT_SIZE];
    en_code code = EN_OK;
    if (channel->slot_seconds > 0) {
        code = latest_slot(sights, channel->channel, DAYS_BACK_MAX, false, &latest, err);
    }
    if (code == EN_OK) {
        code = latest_instant(sights, channel->channel, &latest, err);
    }
    if (code != EN_OK || !latest.is_known) {
        return code;
    }
    code = channel_subject(sights, channel, &seen->subject, err);
    if (code == EN_OK) {
        seen->is_met = en_alarm_compares(sights, seen->subject, latest.micro);
        seen->since = latest.end;
        seen->value = en_slice_of(text, en_micro_print(latest.micro, text));
        code = en_alarm_see(sights, seen, err);
    }
    return code;
}

/* Slots missing on the last fiscal day that ended long enough ago; a day with nothing lacks all. */
static en_code see_missing(struct en_alarm_sights *sights, const struct en_channel_row *channel,
                           struct en_alarm_seen *seen, struct en_error *err)
{
    char text[VALUE_TEXT_SIZE];
    char date[EN_DAY_TEXT_SIZE];
    int32_t offset = 0;
    struct en_totals totals = {.missing_count = 0};
    struct en_slice entry;
    uint32_t late_s = sights->definition->duration_s;
    struct en_instant due = {sights->at.us -
                             (int64_t)(late_s > 0 ? late_s : LATE_DEFAULT_S) * EN_SECOND_US};
    if (channel->slot_seconds == 0) {
        return EN_OK;
    }
    en_code code = en_registry_offset(sights->fold, channel->point, due, &offset, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_day day = {en_day_of_instant(due, offset).n - 1};
    code = en_series_get(sights->fold->store, &en_series_usage_day, day.n, channel->channel, &entry,
                         err);
    if (code == EN_OK) {
        code = en_totals_decode(entry, &totals, err);
    } else if (code == EN_NOT_FOUND) {
        totals.missing_count = 86400u / channel->slot_seconds;
        code = EN_OK;
    }
    if (code == EN_OK) {
        code = channel_subject(sights, channel, &seen->subject, err);
    }
    if (code != EN_OK) {
        return code;
    }
    (void)en_day_print(day, date);
    (void)snprintf(text, sizeof text, "%u slots of %s missing", totals.missing_count, date);
    seen->is_met = en_alarm_compares(sights, seen->subject, totals.missing_count);
    seen->since = en_day_interval(day, offset).to;
    seen->value = en_slice_text(text);
    return en_alarm_see(sights, seen, err);
}

/* A point whose channels have all been silent: gathered channel by channel. */
struct silence {
    uint32_t point;
    uint32_t object;
    struct latest latest;
    bool has_any;
};

static en_code see_silence(struct en_alarm_sights *sights, const struct silence *silence,
                           struct en_error *err)
{
    int64_t limit = (int64_t)sights->definition->duration_s * EN_SECOND_US;
    struct en_alarm_seen seen = {.since = sights->at,
                                 .object = silence->object,
                                 .point = silence->point,
                                 .is_met = !silence->latest.is_known};
    char text[EN_INSTANT_TEXT_SIZE + 8] = "never read";
    if (!silence->has_any) {
        return EN_OK;
    }
    if (silence->latest.is_known) {
        char at[EN_INSTANT_TEXT_SIZE];
        seen.is_met = sights->at.us - silence->latest.end.us >= limit;
        seen.since = (struct en_instant){silence->latest.end.us + limit};
        (void)en_instant_print(silence->latest.end, 0, at);
        (void)snprintf(text, sizeof text, "since %s", at);
    }
    seen.value = en_slice_text(text);
    en_code code = en_alarm_subject(sights, EN_NAME_POINT, silence->point, "", &seen.subject, err);
    return code == EN_OK ? en_alarm_see(sights, &seen, err) : code;
}

/* What was read: as read, whatever was filled since. */
static en_code hear(struct en_alarm_sights *sights, const struct en_channel_row *channel,
                    struct silence *silence, struct en_error *err)
{
    int32_t days = (int32_t)(sights->definition->duration_s / 86400u) + 2;
    struct latest latest = {.is_known = false};
    en_code code = EN_OK;
    if (channel->slot_seconds > 0) {
        code = latest_slot(sights, channel->channel, days, true, &latest, err);
    }
    if (code == EN_OK) {
        code = latest_register(sights, channel->channel, &latest, err);
    }
    if (code == EN_OK) {
        code = latest_instant(sights, channel->channel, &latest, err);
    }
    silence->has_any = true;
    if (latest.is_known && (!silence->latest.is_known || latest.end.us > silence->latest.end.us)) {
        silence->latest = latest;
    }
    return code;
}

static bool is_code(const struct en_alarm_sights *sights, struct en_slice code)
{
    return sights->condition->code.size == 0 || en_slice_equal(sights->condition->code, code);
}

/* The channels of a point, by code. */
static en_code see_point(struct en_alarm_sights *sights, uint32_t point, uint32_t object,
                         struct en_error *err)
{
    struct en_point_channel_row row = {.point = point};
    struct silence silence = {.point = point, .object = object};
    struct en_table_scan scan;
    en_code code =
        en_table_scan_begin(sights->fold->store, &en_table_point_channel, &row, 1, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        struct en_channel_row channel;
        struct en_alarm_seen seen = {.object = object, .point = point};
        code = en_table_scan_next(&scan, &row, sights->arena, err);
        if (code != EN_OK || !en_alarm_look_on(sights)) {
            break;
        }
        channel.channel = row.channel;
        if (!is_code(sights, row.code)) {
            continue;
        }
        code = en_table_get(sights->fold->store, &en_table_channel, &channel, NULL, err);
        if (code == EN_NOT_FOUND) {
            continue;
        }
        if (code == EN_OK && sights->condition->kind == EN_ALARM_SILENT) {
            code = hear(sights, &channel, &silence, err);
        } else if (code == EN_OK) {
            code = sights->condition->kind == EN_ALARM_VALUE
                       ? see_value(sights, &channel, &seen, err)
                       : see_missing(sights, &channel, &seen, err);
        }
        if (code != EN_OK) {
            break;
        }
    }
    en_table_scan_end(&scan);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    return code == EN_OK ? see_silence(sights, &silence, err) : code;
}

/* Points in rising order; their channels are found through them, so a point is looked at once. */
en_code en_alarm_see_channels(struct en_alarm_sights *sights, struct en_error *err)
{
    struct en_point_row row = {.point = sights->condition->point, .from = {INT64_MIN}};
    struct en_table_scan scan;
    uint32_t last = 0;
    en_code code = en_table_scan_begin(sights->fold->store, &en_table_point, &row,
                                       sights->condition->point != 0 ? 1 : 0, &scan, err);
    if (code != EN_OK) {
        return code;
    }
    for (;;) {
        uint32_t object = 0;
        bool has = false;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || !en_alarm_look_on(sights)) {
            break;
        }
        if (row.point == last || row.from.us > sights->at.us) {
            continue;
        }
        last = row.point;
        code = en_alarm_has_point(sights, row.point, &object, &has, err);
        if (code == EN_OK && has) {
            code = see_point(sights, row.point, object, err);
        }
        if (code != EN_OK) {
            break;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}
