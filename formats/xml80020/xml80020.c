/* Message 80020: half-hours of one local day of one sender's points. message.c reads what is
 * written; here its local times become instants, its codes names.
 *
 * Times. The day is civil. Each period is labelled by both ends; which instant a label means is
 * asked of the civil zone (Europe/Moscow unless told otherwise), never of the message's flags:
 *   skipped hour (spring)   its periods are filled with 0 by habit: dropped; another value is an
 *                           error
 *   repeated hour (autumn)  told apart by summer="1", else by order: the first is summer time
 *   any other               one instant; a mark of summer means nothing */
#include "formats/format.h"

#include "formats/number.h"
#include "formats/xml80020/message.h"

#define ZONE_DEFAULT "Europe/Moscow"
#define MINUTES_PER_DAY 1440
#define NUMBER_BITS 38u    /* of a revision: the message's number, */
#define TIMESTAMP_BITS 26u /* then minutes since 2000: 127 years */
#define EPOCH_2000_MINUTES INT64_C(15778080)
#define MEND_MESSAGE "ask the sender for a corrected message"

_Static_assert(NUMBER_BITS + TIMESTAMP_BITS == 64, "a revision is 64 bits");

struct reader {
    const struct en_format_input *input;
    struct en_staging *staging;
    struct en_message message;
    struct en_day day;
    uint64_t revision;
    uint64_t flags;         /* of all values: TEST */
    uint32_t *objects;      /* staged object of each area */
    uint32_t *points;       /* staged point of each point, or EN_STAGED_NONE */
    uint64_t dropped_count; /* periods of the skipped hour */
    uint64_t guessed_count; /* periods of the repeated hour that only order tells apart */
};

/* How often each label of a channel occurs, for the repeated hour. */
struct label_counts {
    uint16_t count[MINUTES_PER_DAY];
    uint16_t summer[MINUTES_PER_DAY];
    uint8_t seen[MINUTES_PER_DAY];
};

static bool day_parse(struct en_slice text, struct en_day *day)
{
    int64_t number = 0;
    return text.size == 8 && en_digits_parse(text, &number) &&
           en_day_of_date((int32_t)(number / 10000), (uint32_t)(number / 100 % 100),
                          (uint32_t)(number % 100), day, NULL) == EN_OK;
}

/* Minutes since 2000 of "YYYYMMDDhhmmss" as a clock without a zone; 0 when it is none. */
static uint64_t timestamp_minutes(struct en_slice text)
{
    int64_t time = 0;
    struct en_day day = {0};
    if (text.size != 14 || !day_parse(en_slice_of(text.bytes, 8), &day) ||
        !en_digits_parse(en_slice_of(text.bytes + 8, 6), &time)) {
        return 0;
    }
    int64_t minutes = (int64_t)day.n * MINUTES_PER_DAY + time / 10000 * 60 + time / 100 % 100 -
                      EPOCH_2000_MINUTES;
    int64_t most = (INT64_C(1) << TIMESTAMP_BITS) - 1;
    return minutes < 0 ? 0 : minutes > most ? (uint64_t)most : (uint64_t)minutes;
}

/* The number first, then when the message was made: a day sent again has a higher number, and wins
 * whichever file arrives first. */
static void read_revision(struct reader *r)
{
    char shown[EN_SHOWN_SIZE];
    int64_t number = 0;
    const struct en_message *m = &r->message;
    if (!en_digits_parse(m->number, &number) || number >> NUMBER_BITS != 0) {
        en_import_findings_warning(
            r->staging->findings, (struct en_place){0, 0},
            "number \"%s\" does not order this message among others of its day",
            en_shown(m->number, shown));
        number = 0;
    }
    r->revision = (uint64_t)number << TIMESTAMP_BITS | timestamp_minutes(m->timestamp);
}

/* A date in the file's name that is not the message's day: the day wins, and somebody may look. */
static void check_file_name(struct reader *r)
{
    const char *name = r->input->file_name;
    struct en_day day = {0};
    char expected[EN_DAY_TEXT_SIZE];
    for (const char *at = strpbrk(name, "_ "); at != NULL; at = strpbrk(at + 1, "_ ")) {
        size_t size = strcspn(at + 1, "_ .");
        if (size == 8 && day_parse(en_slice_of(at + 1, size), &day) && day.n != r->day.n) {
            (void)en_day_print(r->day, expected);
            en_import_findings_warning(r->staging->findings, (struct en_place){0, 0},
                                       "the file's name has another date than its day, %s",
                                       expected);
        }
    }
}

/* The flag of a clock change against what the zone knows. Flags 0 and 1 are often left at what
 * they once were and say nothing. */
static void check_daylight(struct reader *r)
{
    struct en_civil civil = en_day_civil(r->day);
    struct en_civil next = en_day_civil((struct en_day){r->day.n + 1});
    struct en_instant from[2] = {{0}, {0}};
    struct en_instant to[2] = {{0}, {0}};
    uint32_t count = 0;
    if (r->day.n >= EN_DAY_MAX || r->message.daylight.size != 1 ||
        en_fiscal_zone_instants(&r->staging->zone, &civil, from, &count, NULL) != EN_OK ||
        en_fiscal_zone_instants(&r->staging->zone, &next, to, &count, NULL) != EN_OK) {
        return;
    }
    bool is_changed = to[0].us - from[0].us != EN_DAY_US;
    bool is_told = r->message.daylight.bytes[0] == '2';
    if (is_changed != is_told) {
        en_import_findings_warning(
            r->staging->findings, (struct en_place){0, 0},
            is_told ? "the message tells of a clock change, %s knows none that day"
                    : "clocks of %s change that day, the message does not tell it",
            r->staging->zone.name);
    }
}

static en_code read_head(struct reader *r, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    const struct en_message *m = &r->message;
    bool is_class = en_slice_equal(m->class_code, en_slice_text("80020")) ||
                    en_slice_equal(m->class_code, en_slice_text("80040"));
    if (!is_class) {
        return en_error_set(err, EN_MALFORMED, "message is of class \"%s\", not 80020",
                            en_shown(m->class_code, shown));
    }
    if (!day_parse(m->day, &r->day)) {
        return en_error_set(err, EN_MALFORMED, "message has no day (YYYYMMDD) but \"%s\"",
                            en_shown(m->day, shown));
    }
    read_revision(r);
    check_file_name(r);
    check_daylight(r);
    r->flags = m->is_test_only ? EN_QUALITY_TEST : 0;
    if (m->is_test_only) {
        en_import_findings_warning(
            r->staging->findings, (struct en_place){0, 0},
            "the sender marked the message as a test: its values are flagged TEST");
    }
    return EN_OK;
}

/* Sender and areas become objects, areas below their sender. */
static en_code stage_objects(struct reader *r, struct en_error *err)
{
    const struct en_message *m = &r->message;
    uint32_t sender = EN_STAGED_NONE;
    en_code code = EN_OK;
    r->objects = en_arena_alloc(&r->staging->arena, (m->areas_count + 1) * sizeof *r->objects);
    if (r->objects == NULL) {
        return en_error_set(err, EN_LIMIT, "areas of one message");
    }
    if (m->sender.inn.size > 0) {
        struct en_slice name = m->sender.name.size > 0 ? m->sender.name : m->sender.inn;
        struct en_staged_object object = {m->sender.inn, name, en_slice_text("organisation"),
                                          EN_STAGED_NONE};
        code = en_staging_object(r->staging, &object, &sender, err);
    }
    for (uint32_t i = 0; i < m->areas_count && code == EN_OK; i++) {
        const struct en_message_area *area = &m->areas[i];
        struct en_slice key = area->inn.size > 0 ? area->inn : m->sender.inn;
        struct en_staged_object object = {
            .key = key.size > 0 ? key : en_slice_text("80020"),
            .name = area->name.size > 0 ? area->name : key,
            .type = en_slice_text("area"),
            .parent = sender,
        };
        code = en_staging_object(r->staging, &object, &r->objects[i], err);
    }
    return code == EN_RANGE
               ? en_error_set(err, EN_MALFORMED, "the inn of an area is longer than names may be")
               : code;
}

/* The external key of a point: its code, with the kind in front where another kind has the same. */
static en_code point_key(const struct reader *r, const struct en_message_point *point,
                         struct en_slice *key, struct en_error *err)
{
    static const char *const words[EN_POINT_KINDS_COUNT] = {
        "accountpoint", "measuringpoint", "deliverypoint", "deliverygroup", "peretok"};
    *key = point->code;
    if (!point->is_shared) {
        return EN_OK;
    }
    char *text = en_arena_print(&r->staging->arena, "%s:%.*s", words[point->kind],
                                (int)point->code.size, (const char *)point->code.bytes);
    if (text == NULL) {
        return en_error_set(err, EN_LIMIT, "names of one message");
    }
    *key = en_slice_text(text);
    return EN_OK;
}

/* A point without a code is told; its values are rejected with its channels. */
static en_code stage_point(struct reader *r, uint32_t index, struct en_error *err)
{
    const struct en_message_point *point = &r->message.points[index];
    struct en_error why = {0};
    struct en_slice key = {0};
    r->points[index] = EN_STAGED_NONE;
    en_code code = point_key(r, point, &key, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_staged_point row = {
        .key = key,
        .name = point->name.size > 0 ? point->name : point->code,
        .resource = en_slice_text("electricity"),
        .object = r->objects[point->area],
        .place = point->place,
    };
    code = en_staging_point(r->staging, &row, &r->points[index], &why);
    if (code == EN_RANGE) {
        r->points[index] = EN_STAGED_NONE;
        en_staging_reject(r->staging, point->place, 0, MEND_MESSAGE, "%s", why.text);
        return EN_OK;
    }
    return code == EN_OK ? EN_OK : en_error_set(err, code, "%s", why.text);
}

static en_code stage_points(struct reader *r, struct en_error *err)
{
    uint32_t count = r->message.points_count;
    en_code code = EN_OK;
    r->points = en_arena_alloc(&r->staging->arena, ((size_t)count + 1) * sizeof *r->points);
    if (r->points == NULL) {
        return en_error_set(err, EN_LIMIT, "points of one message");
    }
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        code = stage_point(r, i, err);
    }
    return code;
}

/* Code and unit of a channel; codes that are not known stay as they are. */
static struct en_slice channel_code(struct en_slice code, en_unit *unit)
{
    static const struct {
        const char *code;
        const char *channel;
        en_unit unit;
    } known[] = {{"01", "A+", EN_UNIT_KWH},
                 {"02", "A-", EN_UNIT_KWH},
                 {"03", "R+", EN_UNIT_KVARH},
                 {"04", "R-", EN_UNIT_KVARH}};
    for (size_t i = 0; i < EN_COUNT_OF(known); i++) {
        if (en_slice_equal(code, en_slice_text(known[i].code))) {
            *unit = known[i].unit;
            return en_slice_text(known[i].channel);
        }
    }
    *unit = EN_UNIT_NONE;
    return code;
}

static uint32_t period_minutes(const struct en_message_period *period)
{
    int minutes = period->end_minute - period->start_minute;
    return (uint32_t)(minutes > 0 ? minutes : minutes + MINUTES_PER_DAY);
}

/* Intervals that meters have. */
static bool is_length(uint32_t minutes)
{
    return minutes == 30 || minutes == 60 || minutes == 15 || minutes == 5 || minutes == 3;
}

/* The grid of a channel: the length of its first period that has one. 0: none has. */
static uint32_t channel_minutes(const struct en_message *m,
                                const struct en_message_channel *channel)
{
    for (uint32_t i = 0; i < channel->count; i++) {
        uint32_t minutes = period_minutes(&m->periods[channel->first + i]);
        if (is_length(minutes)) {
            return minutes;
        }
    }
    return 0;
}

static uint64_t channel_values(const struct en_message *m, const struct en_message_channel *channel)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < channel->count; i++) {
        count += !en_quality_is_missing(m->periods[channel->first + i].quality);
    }
    return count;
}

static void count_labels(const struct en_message *m, const struct en_message_channel *channel,
                         struct label_counts *labels)
{
    memset(labels, 0, sizeof *labels);
    for (uint32_t i = 0; i < channel->count; i++) {
        const struct en_message_period *period = &m->periods[channel->first + i];
        uint16_t minute = period->start_minute;
        labels->count[minute]++;
        labels->summer[minute] = (uint16_t)(labels->summer[minute] + period->is_summer);
    }
}

/* Which of the two instants a period of the repeated hour is: 0 summer time, 1 winter time. */
static unsigned choose_occurrence(struct reader *r, const struct en_message_period *period,
                                  struct label_counts *labels)
{
    uint16_t minute = period->start_minute;
    bool is_later = labels->seen[minute] > 0;
    labels->seen[minute] = 1;
    if (labels->summer[minute] > 0 && labels->summer[minute] < labels->count[minute]) {
        return period->is_summer ? 0 : 1;
    }
    if (labels->count[minute] == 1) {
        r->guessed_count += !period->is_summer;
        return 0;
    }
    return is_later ? 1 : 0;
}

/* The instant at which the period begins; false when it has none or is not on the grid. */
static bool period_instant(struct reader *r, const struct en_message_period *period,
                           uint32_t minutes, struct label_counts *labels, struct en_instant *from)
{
    struct en_place at = {period->line, 0};
    struct en_civil civil = en_day_civil(r->day);
    struct en_instant instants[2] = {{0}, {0}};
    uint32_t count = 0;
    bool has_value = !en_quality_is_missing(period->quality);
    if (period_minutes(period) != minutes) {
        en_staging_reject(r->staging, at, has_value, MEND_MESSAGE,
                          "a period of %u minutes in a channel of %u", period_minutes(period),
                          minutes);
        return false;
    }
    civil.hour = (uint8_t)(period->start_minute / 60);
    civil.minute = (uint8_t)(period->start_minute % 60);
    if (en_fiscal_zone_instants(&r->staging->zone, &civil, instants, &count, NULL) != EN_OK) {
        en_staging_reject(r->staging, at, has_value, MEND_MESSAGE, "no such time");
        return false;
    }
    if (count == 0) {
        bool is_filler = !has_value || period->value.digits == 0;
        r->dropped_count += is_filler;
        if (!is_filler) {
            en_staging_reject(r->staging, at, 1, MEND_MESSAGE,
                              "a value in the hour that clocks of %s skipped",
                              r->staging->zone.name);
        }
        return false;
    }
    *from = instants[count == 2 ? choose_occurrence(r, period, labels) : 0];
    return true;
}

static en_code stage_periods(struct reader *r, const struct en_message_channel *channel,
                             uint32_t staged, uint32_t minutes, struct en_error *err)
{
    struct label_counts labels;
    count_labels(&r->message, channel, &labels);
    en_code code = EN_OK;
    for (uint32_t i = 0; i < channel->count && code == EN_OK; i++) {
        const struct en_message_period *period = &r->message.periods[channel->first + i];
        bool is_missing = en_quality_is_missing(period->quality);
        struct en_staged_value value = {
            .digits = is_missing ? 0 : period->value.digits,
            .exponent = is_missing ? 0 : period->value.exponent,
            .quality = is_missing ? EN_QUALITY_MISSING : period->quality | r->flags,
            .revision = r->revision,
            .channel = staged,
            .line = period->line,
        };
        if (period_instant(r, period, minutes, &labels, &value.from)) {
            code = en_staging_value(r->staging, &value, err);
        }
    }
    return code;
}

static en_code stage_channel(struct reader *r, const struct en_message_channel *channel,
                             struct en_error *err)
{
    struct en_error why = {0};
    struct en_staged_channel staged = {
        .kind = EN_STAGED_PROFILE, .is_primary = true, .place = channel->place};
    uint32_t minutes = channel_minutes(&r->message, channel);
    uint32_t index = 0;
    if (channel->count == 0) {
        return EN_OK;
    }
    if (r->points[channel->point] == EN_STAGED_NONE) {
        r->staging->rejected_count += channel_values(&r->message, channel);
        return EN_OK;
    }
    if (minutes == 0) {
        en_staging_reject(r->staging, channel->place, channel_values(&r->message, channel),
                          MEND_MESSAGE, "no period of 30 or 60 minutes in the channel");
        return EN_OK;
    }
    staged.slot_seconds = minutes * 60;
    staged.code = channel_code(channel->code, &staged.unit);
    staged.point = r->points[channel->point];
    en_code code = en_staging_channel(r->staging, &staged, &index, &why);
    if (code == EN_RANGE || code == EN_CONFLICT) {
        en_staging_reject(r->staging, channel->place, channel_values(&r->message, channel),
                          MEND_MESSAGE, "%s", why.text);
        return EN_OK;
    }
    if (code != EN_OK) {
        return en_error_set(err, code, "%s", why.text);
    }
    return stage_periods(r, channel, index, minutes, err);
}

static void tell_times(const struct reader *r)
{
    if (r->dropped_count > 0) {
        en_import_findings_warning(
            r->staging->findings, (struct en_place){0, 0},
            "%ju empty periods of the hour that clocks of %s skipped were dropped",
            (uintmax_t)r->dropped_count, r->staging->zone.name);
    }
    if (r->guessed_count > 0) {
        en_import_findings_warning(
            r->staging->findings, (struct en_place){0, 0},
            "%ju periods of the repeated hour occur once and unmarked: taken as "
            "summer time",
            (uintmax_t)r->guessed_count);
    }
}

static en_code stage_message(struct reader *r, struct en_error *err)
{
    en_code code = read_head(r, err);
    code = code == EN_OK ? stage_objects(r, err) : code;
    code = code == EN_OK ? stage_points(r, err) : code;
    for (uint32_t i = 0; i < r->message.channels_count && code == EN_OK; i++) {
        code = stage_channel(r, &r->message.channels[i], err);
    }
    if (code == EN_OK) {
        tell_times(r);
    }
    return code;
}

static en_code xml80020_read(const struct en_format_input *input, struct en_staging *staging,
                             en_duplicates *duplicates, struct en_error *err)
{
    const char *zone = input->zone_name != NULL ? input->zone_name : ZONE_DEFAULT;
    *duplicates = EN_DUPLICATES_ERROR;
    struct reader *r = en_arena_alloc(&staging->arena, sizeof *r);
    if (r == NULL) {
        return en_error_set(err, EN_NOMEM, "reader of a message");
    }
    *r = (struct reader){.input = input, .staging = staging};
    en_code code = en_fiscal_zone_parse(en_slice_text(zone), input->zones, &staging->zone, err);
    if (code == EN_OK) {
        code = en_message_parse(input->bytes, staging, &r->message, err);
        code = code == EN_OK ? stage_message(r, err) : code;
        en_message_fini(&r->message);
    }
    return code;
}

const struct en_format en_format_xml80020 = {
    .name = "xml80020",
    .about = "XML 80020: half-hour profiles of the Russian wholesale market",
    .extensions = ".xml .xml80020",
    .edition = 1,
    .read = xml80020_read,
};
