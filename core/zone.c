/* TZif (RFC 9636, 3), all numbers big-endian:
 *
 *   header  "TZif" version 15 zero bytes, then u32 counts: isut isstd leap time type char
 *   body    time * i32 | i64   transition times, rising
 *           time * u8          the type in force from each
 *           type * 6           i32 offset, u8 is DST, u8 place of the name
 *           char               names, each ended by 0
 *           leap * 8 | 12      must be none: instants here have no leap seconds
 *           isstd, isut        indicators for POSIX rules without dates: skipped
 *   From version 2 on: a second header and body with 64-bit times, then "\n" rule "\n".
 *
 * I1 transitions rise strictly.  I2 every type index is below the number of types, and there is a
 * type.  I3 before the first transition type 0 holds.  I4 names end inside their bytes. */
#include "core/zone.h"

#include "core/fixed.h"
#include "core/limits.h"
#include "core/zone_rule.h"

#define HEADER_SIZE 44
#define DAY_SECONDS 86400
#define OFFSET_SECONDS_MAX 93599 /* 25:59:59, RFC 9636, 3.2 */
#define CHANGES_LOOKED_AT_MAX (2 * EN_ZONE_TRANSITIONS_MAX)

struct zone_type {
    int32_t seconds;
    bool is_dst;
    const char *name;
};

struct en_zone {
    const int64_t *times; /* UTC seconds */
    const uint8_t *indexes;
    size_t times_count;
    const struct zone_type *types;
    size_t types_count;
    bool has_rule;
    struct en_zone_rule rule;
};

struct counts {
    uint32_t isut;
    uint32_t isstd;
    uint32_t leap;
    uint32_t time;
    uint32_t type;
    uint32_t names;
};

static en_code malformed(const char *what, struct en_error *err)
{
    return en_error_set(err, EN_MALFORMED, "zone table: %s", what);
}

static uint32_t u32_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
           (uint32_t)bytes[3];
}

static int64_t time_at(const uint8_t *bytes, size_t time_size)
{
    if (time_size == 4) {
        return (int32_t)u32_at(bytes);
    }
    return (int64_t)((uint64_t)u32_at(bytes) << 32 | u32_at(bytes + 4));
}

static struct en_slice after(struct en_slice from, size_t size)
{
    EN_ASSERT(size <= from.size);
    return en_slice_of(from.bytes + size, from.size - size);
}

static en_code read_header(struct en_slice *from, uint8_t *version, struct counts *counts,
                           struct en_error *err)
{
    if (from->size < HEADER_SIZE || memcmp(from->bytes, "TZif", 4) != 0) {
        return malformed("no TZif header", err);
    }
    *version = from->bytes[4];
    if (*version != 0 && (*version < '2' || *version > '4')) {
        return malformed("version is not 1 to 4", err);
    }
    uint32_t numbers[6];
    for (size_t i = 0; i < 6; i++) {
        numbers[i] = u32_at(from->bytes + 20 + 4 * i);
    }
    *counts =
        (struct counts){numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]};
    if (counts->time > EN_ZONE_TRANSITIONS_MAX) {
        return en_error_set(err, EN_LIMIT, "zone table: %u transitions, at most %u", counts->time,
                            EN_ZONE_TRANSITIONS_MAX);
    }
    if (counts->type == 0 || counts->type > 256) {
        return malformed("number of types is not 1 to 256", err);
    }
    if (counts->leap > 0) {
        return en_error_set(err, EN_UNSUPPORTED, "zone table with leap seconds");
    }
    *from = after(*from, HEADER_SIZE);
    return EN_OK;
}

/* Bytes of the body; counts of indicators may be anything up to the file's size. */
static uint64_t body_size(const struct counts *counts, size_t time_size)
{
    return (uint64_t)counts->time * (time_size + 1) + (uint64_t)counts->type * 6 + counts->names +
           (uint64_t)counts->isstd + counts->isut;
}

static en_code read_times(struct en_slice body, const struct counts *counts, size_t time_size,
                          struct en_arena *arena, struct en_zone *zone, struct en_error *err)
{
    int64_t *times = en_arena_alloc(arena, counts->time * sizeof *times + 1);
    struct en_slice indexes =
        en_arena_copy(arena, en_slice_of(body.bytes + counts->time * time_size, counts->time));
    if (times == NULL || indexes.bytes == NULL) {
        return en_error_set(err, EN_NOMEM, "zone table: out of memory");
    }
    for (size_t i = 0; i < counts->time; i++) {
        times[i] = time_at(body.bytes + i * time_size, time_size);
        if (i > 0 && times[i] <= times[i - 1]) {
            return en_error_set(err, EN_MALFORMED, "zone table: transition %zu does not rise", i);
        }
        if (indexes.bytes[i] >= counts->type) {
            return en_error_set(err, EN_MALFORMED, "zone table: transition %zu has no type", i);
        }
    }
    zone->times = times;
    zone->indexes = indexes.bytes;
    zone->times_count = counts->time;
    return EN_OK;
}

static en_code read_types(struct en_slice body, const struct counts *counts, struct en_arena *arena,
                          struct en_zone *zone, struct en_error *err)
{
    struct zone_type *types = en_arena_alloc(arena, counts->type * sizeof *types);
    struct en_slice names =
        en_arena_copy(arena, en_slice_of(body.bytes + counts->type * 6, counts->names));
    if (types == NULL || names.bytes == NULL) {
        return en_error_set(err, EN_NOMEM, "zone table: out of memory");
    }
    for (size_t i = 0; i < counts->type; i++) {
        const uint8_t *row = body.bytes + 6 * i;
        types[i].seconds = (int32_t)u32_at(row);
        types[i].is_dst = row[4] == 1;
        if (types[i].seconds > OFFSET_SECONDS_MAX || types[i].seconds < -OFFSET_SECONDS_MAX ||
            row[4] > 1) {
            return en_error_set(err, EN_MALFORMED, "zone table: type %zu is out of range", i);
        }
        /* The copy has a 0 behind it, but a name must end inside its own bytes (I4). */
        if (row[5] >= names.size || memchr(names.bytes + row[5], 0, names.size - row[5]) == NULL) {
            return en_error_set(err, EN_MALFORMED, "zone table: type %zu has no name", i);
        }
        types[i].name = (const char *)names.bytes + row[5];
    }
    zone->types = types;
    zone->types_count = counts->type;
    return EN_OK;
}

static en_code read_footer(struct en_slice footer, struct en_zone *zone, struct en_error *err)
{
    if (footer.size < 2 || footer.bytes[0] != '\n' || footer.bytes[footer.size - 1] != '\n') {
        return malformed("the rule at the end is not between line ends", err);
    }
    struct en_slice text = en_slice_of(footer.bytes + 1, footer.size - 2);
    if (text.size == 0) {
        return EN_OK;
    }
    en_code code = en_zone_rule_parse(text, &zone->rule, err);
    if (code != EN_OK) {
        return en_error_wrap(err, "zone table");
    }
    zone->has_rule = true;
    return EN_OK;
}

static en_code read_body(struct en_slice *from, const struct counts *counts, size_t time_size,
                         struct en_arena *arena, struct en_zone *zone, struct en_error *err)
{
    en_code code = read_times(*from, counts, time_size, arena, zone, err);
    if (code == EN_OK) {
        struct en_slice types = after(*from, counts->time * (time_size + 1));
        code = read_types(types, counts, arena, zone, err);
    }
    *from = after(*from, (size_t)body_size(counts, time_size));
    return code;
}

/* Header and body of one version; with zone NULL they are only stepped over. */
static en_code read_block(struct en_slice *from, size_t time_size, struct en_arena *arena,
                          struct en_zone *zone, uint8_t *version, struct en_error *err)
{
    struct counts counts = {0};
    en_code code = read_header(from, version, &counts, err);
    if (code != EN_OK) {
        return code;
    }
    if (body_size(&counts, time_size) > from->size) {
        return malformed("shorter than its header says", err);
    }
    if (zone == NULL) {
        *from = after(*from, (size_t)body_size(&counts, time_size));
        return EN_OK;
    }
    return read_body(from, &counts, time_size, arena, zone, err);
}

static int64_t floor_seconds(struct en_instant instant)
{
    int64_t rest = 0;
    return en_i64_divide_floor(instant.us, EN_SECOND_US, &rest);
}

/* How many transitions of the table are at or before the second. */
static size_t transitions_until(const struct en_zone *zone, int64_t seconds)
{
    size_t low = 0;
    size_t high = zone->times_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= seconds) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Whether the rule, not the table, speaks at this place of the table. */
static bool rule_speaks(const struct en_zone *zone, size_t until)
{
    return zone->has_rule && until == zone->times_count;
}

static struct en_zone_offset rule_offset(const struct en_zone_rule *rule, bool is_dst)
{
    return is_dst ? (struct en_zone_offset){rule->dst_seconds, true, rule->dst_name}
                  : (struct en_zone_offset){rule->std_seconds, false, rule->std_name};
}

static int32_t year_of(int64_t seconds)
{
    return en_instant_civil((struct en_instant){seconds * EN_SECOND_US}, 0).year;
}

/* DST is in force when the latest change at or before the second was its begin. Neighbouring years
 * are looked at because a change may fall outside its own year in UTC. Begin wins over an end at
 * the same second: so rules write DST that never ends. */
static bool rule_is_dst(const struct en_zone_rule *rule, int64_t seconds)
{
    int32_t year = year_of(seconds);
    int64_t latest = INT64_MIN;
    bool is_dst = false;
    for (int32_t y = year - 1; y <= year + 1; y++) {
        int64_t from = 0;
        int64_t to = 0;
        en_zone_rule_year(rule, y, &from, &to);
        if (to <= seconds && to > latest) {
            latest = to;
            is_dst = false;
        }
        if (from <= seconds && from >= latest) {
            latest = from;
            is_dst = true;
        }
    }
    return is_dst;
}

static struct en_zone_offset offset_at(const struct en_zone *zone, int64_t seconds)
{
    size_t until = transitions_until(zone, seconds);
    if (rule_speaks(zone, until)) {
        bool is_dst = zone->rule.has_dst && rule_is_dst(&zone->rule, seconds);
        return rule_offset(&zone->rule, is_dst);
    }
    const struct zone_type *type = &zone->types[until == 0 ? 0 : zone->indexes[until - 1]];
    return (struct en_zone_offset){type->seconds, type->is_dst, type->name};
}

/* The next second after this one at which table or rule may change; false when none. */
static bool next_candidate(const struct en_zone *zone, int64_t seconds, int64_t *candidate)
{
    size_t until = transitions_until(zone, seconds);
    if (until < zone->times_count) {
        *candidate = zone->times[until];
        return true;
    }
    if (!zone->has_rule || !zone->rule.has_dst) {
        return false;
    }
    *candidate = INT64_MAX;
    int32_t year = year_of(seconds);
    for (int32_t y = year - 1; y <= year + 2; y++) {
        int64_t changes[2];
        en_zone_rule_year(&zone->rule, y, &changes[0], &changes[1]);
        for (size_t i = 0; i < 2; i++) {
            *candidate = changes[i] > seconds && changes[i] < *candidate ? changes[i] : *candidate;
        }
    }
    return true;
}

static bool is_writable_second(int64_t seconds)
{
    return seconds >= (EN_DAY_MIN + 1) * (int64_t)DAY_SECONDS &&
           seconds < EN_DAY_MAX * (int64_t)DAY_SECONDS;
}

/* Whether the civil second (as if it were UTC) is shown under the offset, and when. */
static bool shown_at(const struct en_zone *zone, int64_t civil_seconds, int32_t offset_seconds,
                     int64_t *seconds)
{
    *seconds = civil_seconds - offset_seconds;
    return offset_at(zone, *seconds).seconds == offset_seconds;
}

/* The instants that show the civil second: under every offset in force within a day of it. */
static struct en_civil_instants find_instants(const struct en_zone *zone, int64_t civil_seconds)
{
    int64_t at = civil_seconds - OFFSET_SECONDS_MAX - 1;
    int64_t last_at = civil_seconds + OFFSET_SECONDS_MAX + 1;
    int64_t first = INT64_MAX;
    int64_t last = INT64_MIN;
    int64_t jump = at;
    for (size_t i = 0; i < CHANGES_LOOKED_AT_MAX && at <= last_at; i++) {
        int64_t seconds = 0;
        int32_t offset = offset_at(zone, at).seconds;
        if (shown_at(zone, civil_seconds, offset, &seconds)) {
            first = seconds < first ? seconds : first;
            last = seconds > last ? seconds : last;
        }
        /* The last change that jumps the clock to or over the time. */
        if (at + offset >= civil_seconds && jump == civil_seconds - OFFSET_SECONDS_MAX - 1) {
            jump = at;
        }
        if (!next_candidate(zone, at, &at)) {
            break;
        }
    }
    bool is_shown = first <= last;
    en_civil_kind kind =
        !is_shown ? EN_CIVIL_NONEXISTENT : (first < last ? EN_CIVIL_AMBIGUOUS : EN_CIVIL_UNIQUE);
    return (struct en_civil_instants){kind,
                                      {(is_shown ? first : jump) * EN_SECOND_US},
                                      {(is_shown ? last : jump) * EN_SECOND_US}};
}

/* The first instant from which on the clock shows the civil midnight or later. */
static struct en_instant day_start(const struct en_zone *zone, struct en_day day)
{
    return find_instants(zone, (int64_t)day.n * DAY_SECONDS).first;
}

en_code en_zone_parse(struct en_slice bytes, struct en_arena *arena, const struct en_zone **zone,
                      struct en_error *err)
{
    uint8_t version = 0;
    if (bytes.size > EN_ZONE_SIZE_MAX) {
        return en_error_set(err, EN_LIMIT, "zone table of %zu bytes, at most %u", bytes.size,
                            EN_ZONE_SIZE_MAX);
    }
    struct en_zone *read = en_arena_alloc(arena, sizeof *read);
    if (read == NULL) {
        return en_error_set(err, EN_NOMEM, "zone table: out of memory");
    }
    bool is_first_version = bytes.size > 4 && bytes.bytes[4] == 0;
    en_code code = read_block(&bytes, 4, arena, is_first_version ? read : NULL, &version, err);
    if (code == EN_OK && version != 0) {
        code = read_block(&bytes, 8, arena, read, &version, err);
        if (code == EN_OK) {
            code = read_footer(bytes, read, err);
        }
    } else if (code == EN_OK && bytes.size != 0) {
        code = malformed("bytes behind the end", err);
    }
    if (code == EN_OK) {
        *zone = read;
    }
    return code;
}

struct en_zone_offset en_zone_at(const struct en_zone *zone, struct en_instant instant)
{
    EN_ASSERT(en_instant_is_writable(instant));
    return offset_at(zone, floor_seconds(instant));
}

struct en_civil en_zone_civil(const struct en_zone *zone, struct en_instant instant)
{
    return en_instant_civil_seconds(instant, en_zone_at(zone, instant).seconds);
}

en_code en_zone_instants(const struct en_zone *zone, const struct en_civil *civil,
                         struct en_civil_instants *instants, struct en_error *err)
{
    struct en_instant as_utc = {0};
    en_code code = en_instant_of_civil(civil, 0, &as_utc, err);
    if (code != EN_OK) {
        return code;
    }
    int64_t seconds = floor_seconds(as_utc);
    if (!is_writable_second(seconds - 3 * DAY_SECONDS) ||
        !is_writable_second(seconds + 3 * DAY_SECONDS)) {
        return en_error_set(err, EN_RANGE, "time is too close to the ends of the calendar");
    }
    *instants = find_instants(zone, seconds);
    if (instants->kind != EN_CIVIL_NONEXISTENT) {
        instants->first.us += civil->us;
        instants->last.us += civil->us;
    }
    return EN_OK;
}

bool en_zone_next_change(const struct en_zone *zone, struct en_instant from,
                         struct en_instant *change)
{
    int64_t seconds = floor_seconds(from);
    struct en_zone_offset before = en_zone_at(zone, from);
    for (size_t i = 0; i < CHANGES_LOOKED_AT_MAX; i++) {
        if (!next_candidate(zone, seconds, &seconds) || !is_writable_second(seconds)) {
            return false;
        }
        struct en_zone_offset now = offset_at(zone, seconds);
        if (now.seconds != before.seconds || now.is_dst != before.is_dst) {
            change->us = seconds * EN_SECOND_US;
            return true;
        }
    }
    return false;
}

struct en_interval en_zone_day(const struct en_zone *zone, struct en_day day)
{
    EN_ASSERT(day.n >= EN_DAY_MIN + 3);
    EN_ASSERT(day.n <= EN_DAY_MAX - 3);
    struct en_day next = {day.n + 1};
    return (struct en_interval){day_start(zone, day), day_start(zone, next)};
}

en_code en_zone_day_slots(const struct en_zone *zone, struct en_day day, uint32_t slot_seconds,
                          uint32_t *count, struct en_error *err)
{
    EN_ASSERT(slot_seconds > 0);
    struct en_interval interval = en_zone_day(zone, day);
    int64_t slot_us = slot_seconds * EN_SECOND_US;
    int64_t length_us = interval.to.us - interval.from.us;
    EN_ASSERT(length_us >= 0);
    if (length_us % slot_us != 0) {
        return en_error_set(err, EN_RANGE, "slots of %u s do not fill a day of %lld s",
                            slot_seconds, (long long)(length_us / EN_SECOND_US));
    }
    *count = (uint32_t)(length_us / slot_us);
    return EN_OK;
}
