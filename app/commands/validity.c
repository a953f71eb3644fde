/* `enerlog report validity` and `report completeness`. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/engine.h"
#include "app/rows.h"
#include "core/mem.h"
#include "core/metering/quality.h"
#include "projections/views/completeness.h"
#include "projections/views/findings.h"
#include "projections/views/keys.h"

#define TEXT_SIZE_MAX 2048u
#define TREE_DEPTH_MAX 64u

/* The stretch of days and whose: what both reports ask. */
struct scope {
    struct en_day from_day;
    struct en_day to_day;
    uint32_t object;
    uint32_t point;
};

static en_code parse_scope(struct en_store *store, const struct en_arguments *arguments,
                           struct scope *scope, struct en_error *err)
{
    const char *object = en_arguments_value(arguments, "object");
    const char *point = en_arguments_value(arguments, "point");
    en_code code = en_arguments_day(arguments, "from", &scope->from_day, err);
    code = code == EN_OK ? en_arguments_day(arguments, "to", &scope->to_day, err) : code;
    if (code == EN_OK && scope->from_day.n >= scope->to_day.n) {
        code = en_error_set(err, EN_USAGE, "--from must be before --to");
    }
    if (code == EN_OK && object != NULL) {
        code = en_keys_find(store, EN_NAME_OBJECT, en_slice_text(object), &scope->object, err);
    }
    if (code == EN_OK && point != NULL) {
        code = en_keys_find(store, EN_NAME_POINT, en_slice_text(point), &scope->point, err);
    }
    return code;
}

/* ---- validity: line by line ---- */

struct listing {
    struct en_rows *rows;
    struct en_store *store;
    struct en_buf text;
    struct scope scope;
    bool is_summed; /* what was skipped comes at the end, summed over channels */
    struct {
        uint32_t channels;
        uint64_t days;
    } skipped[EN_FINDING_RULES_COUNT + 1][EN_SKIP_REASONS_COUNT];
};

static void put_numbers(struct en_rows *rows, const struct en_findings_line *line)
{
    int64_t measured = 0;
    int64_t limit = 0;
    const char *unit = "";
    if (!en_finding_numbers(&line->finding, &line->place, &measured, &limit, &unit)) {
        en_rows_null(rows);
        en_rows_null(rows);
        en_rows_null(rows);
        return;
    }
    en_rows_micro(rows, measured);
    en_rows_micro(rows, limit);
    en_rows_text(rows, unit);
}

static void put_flags(struct listing *listing, uint64_t flags)
{
    en_buf_reset(&listing->text);
    for (unsigned i = 0; i < EN_QUALITY_FLAGS_COUNT; i++) {
        if ((flags & EN_QUALITY_FLAG(i)) != 0) {
            en_buf_print(&listing->text, "%s%s", listing->text.size > 0 ? " " : "",
                         en_quality_flag_name(i));
        }
    }
    en_rows_slice(listing->rows, en_buf_slice(&listing->text));
}

/* Where a finding lies: its slots, its day, or the stretch of a rule of periods. */
static struct en_interval span_of(const struct listing *listing,
                                  const struct en_findings_line *line)
{
    if (line->kind == EN_FINDINGS_DAY) {
        return en_finding_span(&line->finding, &line->place);
    }
    int64_t offset = (int64_t)line->place.offset_minutes * EN_MINUTE_US;
    return (struct en_interval){{listing->scope.from_day.n * EN_DAY_US - offset},
                                {listing->scope.to_day.n * EN_DAY_US - offset}};
}

/* What is left of a line that a rule was skipped. */
static void put_skipped(struct en_rows *rows, en_skip_reason reason, uint64_t days, bool is_russian)
{
    en_rows_null(rows);
    en_rows_null(rows);
    en_rows_null(rows);
    en_rows_null(rows);
    en_rows_count(rows, days);
    en_rows_text(rows, en_skip_reason_words(reason, is_russian));
    en_rows_null(rows);
    en_rows_null(rows);
}

/* People read what was found first; what was skipped stands behind it, a line a rule and reason. */
static void put_sums(struct listing *listing, bool is_russian)
{
    for (uint32_t rule = 1; rule <= EN_FINDING_RULES_COUNT; rule++) {
        for (uint32_t reason = 1; reason < EN_SKIP_REASONS_COUNT; reason++) {
            char who[48];
            uint32_t channels = listing->skipped[rule][reason].channels;
            if (channels == 0) {
                continue;
            }
            (void)snprintf(who, sizeof who, is_russian ? "(каналов: %u)" : "(channels: %u)",
                           channels);
            en_rows_text(listing->rows, who);
            en_rows_null(listing->rows);
            en_rows_text(listing->rows, en_finding_rule_id((uint8_t)rule));
            en_rows_text(listing->rows, "SKIPPED");
            en_rows_null(listing->rows);
            en_rows_null(listing->rows);
            put_skipped(listing->rows, (en_skip_reason)reason, listing->skipped[rule][reason].days,
                        is_russian);
        }
    }
}

static en_code put_finding(void *self, const struct en_findings_line *line, struct en_error *err)
{
    struct listing *listing = self;
    struct en_rows *rows = listing->rows;
    bool is_skipped = line->kind == EN_FINDINGS_SKIPPED;
    struct en_interval span = span_of(listing, line);
    if (is_skipped && listing->is_summed) {
        listing->skipped[line->finding.rule][line->reason].channels++;
        listing->skipped[line->finding.rule][line->reason].days += line->days_count;
        return EN_OK;
    }
    en_rows_slice(rows, line->point_key);
    en_rows_slice(rows, line->code);
    en_rows_text(rows, en_finding_rule_id(line->finding.rule));
    en_rows_text(rows, is_skipped
                           ? "SKIPPED"
                           : en_finding_severity_name((en_rule_severity)line->finding.severity));
    en_rows_instant(rows, span.from, line->place.offset_minutes);
    en_rows_instant(rows, span.to, line->place.offset_minutes);
    if (is_skipped) {
        put_skipped(rows, line->reason, line->days_count, line->place.is_russian);
        return EN_OK;
    }
    en_rows_count(rows, line->finding.slots);
    put_numbers(rows, line);
    en_rows_null(rows);
    en_rows_text(rows, en_finding_rule_words(line->finding.rule, line->place.is_russian));
    put_flags(listing, line->finding.flags);
    en_buf_reset(&listing->text);
    en_code code =
        en_findings_evidence(listing->store, &line->finding, &line->place, &listing->text, err);
    if (code == EN_OK && listing->text.size > 0) {
        en_rows_slice(rows, en_buf_slice(&listing->text));
    } else {
        en_rows_null(rows);
    }
    return code;
}

static en_code print_findings(struct en_store *store, const struct en_arguments *arguments,
                              const struct scope *scope, struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"point", NULL, false},    {"channel", NULL, false},  {"rule", NULL, false},
        {"severity", NULL, false}, {"from", NULL, false},     {"to", NULL, false},
        {"slots", NULL, true},     {"measured", NULL, true},  {"limit", NULL, true},
        {"unit", NULL, false},     {"days", NULL, true},      {"text", NULL, false},
        {"flags", NULL, false},    {"evidence", NULL, false},
    };
    const char *rule = en_arguments_value(arguments, "rule");
    const char *language = en_arguments_value(arguments, "lang");
    struct en_findings_query query = {
        .from_day = scope->from_day.n,
        .to_day = scope->to_day.n,
        .object = scope->object,
        .point = scope->point,
        .rule = rule == NULL ? 0 : en_finding_rule_parse(en_slice_text(rule)),
        .is_russian = language != NULL && strcmp(language, "ru") == 0,
        .without_skipped = en_arguments_has(arguments, "found"),
    };
    if (rule != NULL && query.rule == 0) {
        return en_error_set(err, EN_USAGE, "--rule %s: the rules of validity are V-01 to V-35",
                            rule);
    }
    struct en_rows rows;
    struct listing listing = {.rows = &rows, .store = store, .scope = *scope};
    listing.is_summed = arguments->output == EN_OUTPUT_TABLE && scope->point == 0;
    en_buf_init(&listing.text, TEXT_SIZE_MAX);
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_findings_walk(store, &query, put_finding, &listing, err);
    if (code == EN_OK) {
        put_sums(&listing, query.is_russian);
    }
    rows.column = code == EN_OK ? rows.column : 0;
    en_rows_end(&rows);
    en_buf_fini(&listing.text);
    return code;
}

/* ---- completeness, grades ---- */

static void put_counts(struct en_rows *rows, const struct en_completeness_cell *cell)
{
    uint64_t filled = cell->held + cell->estimated;
    en_rows_count(rows, cell->expected);
    en_rows_count(rows, cell->held);
    en_rows_count(rows, cell->estimated);
    en_rows_count(rows, filled < cell->expected ? cell->expected - filled : 0);
    en_rows_percent(rows, en_completeness_percent(cell->held, cell->expected));
    en_rows_percent(rows, en_completeness_percent(filled, cell->expected));
    en_rows_percent(
        rows, cell->expected == 0 ? 0 : en_completeness_percent(cell->estimated, cell->expected));
    en_rows_count(rows, cell->warnings);
    en_rows_count(rows, cell->errors);
    en_rows_count(rows, cell->blocking);
    const char grade[] = {en_completeness_grade(cell), 0};
    en_rows_text(rows, grade);
}

#define COUNT_COLUMNS                                                                              \
    {"expected", NULL, true}, {"held", NULL, true}, {"estimated", NULL, true},                     \
        {"missing", NULL, true}, {"held_percent", "held %", true},                                 \
        {"complete_percent", "complete %", true}, {"estimated_percent", "estimated %", true},      \
        {"warnings", NULL, true}, {"errors", NULL, true}, {"blocking", NULL, true},                \
    {                                                                                              \
        "grade", NULL, false                                                                       \
    }

static void put_channels(struct en_rows *rows, const struct en_completeness *counts)
{
    for (uint32_t i = 0; i < counts->series_count; i++) {
        en_rows_slice(rows, counts->series[i].point_key);
        en_rows_slice(rows, counts->series[i].code);
        put_counts(rows, &counts->cells[i]);
    }
}

/* Where a point's channels stand: sorted by point, then as they were. */
struct place {
    uint32_t point;
    uint32_t index;
};

static int by_point(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    return x->point != y->point ? (x->point > y->point ? 1 : -1)
                                : (x->index > y->index) - (x->index < y->index);
}

static en_code put_points(struct en_rows *rows, const struct en_completeness *counts,
                          struct en_error *err)
{
    uint32_t count = counts->series_count;
    struct place *places = en_mem_alloc(count > 0 ? count : 1, sizeof *places);
    if (places == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for %u channels", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        places[i] = (struct place){counts->series[i].point, i};
    }
    qsort(places, count, sizeof *places, by_point);
    struct en_completeness_cell sum = {.expected = 0};
    for (uint32_t i = 0; i < count; i++) {
        en_completeness_add(&sum, &counts->cells[places[i].index]);
        if (i + 1 == count || places[i + 1].point != places[i].point) {
            en_rows_slice(rows, counts->series[places[i].index].point_key);
            put_counts(rows, &sum);
            sum = (struct en_completeness_cell){.expected = 0};
        }
    }
    en_mem_free(places);
    return EN_OK;
}

static void put_days(struct en_rows *rows, const struct en_completeness *counts, int32_t from_day)
{
    for (uint32_t step = 0; step < counts->steps_count; step++) {
        struct en_completeness_cell sum = {.expected = 0};
        for (uint32_t i = 0; i < counts->series_count; i++) {
            en_completeness_add(&sum, &counts->cells[(size_t)step * counts->series_count + i]);
        }
        en_rows_day(rows, from_day + (int32_t)step);
        put_counts(rows, &sum);
    }
}

/* An object with the sums of all that lies below it. */
struct group {
    uint32_t object;
    struct en_completeness_cell sum;
};

static struct group *find_group(struct group *groups, size_t *count, uint32_t object)
{
    for (size_t i = 0; i < *count; i++) {
        if (groups[i].object == object) {
            return &groups[i];
        }
    }
    groups[*count] = (struct group){.object = object};
    return &groups[(*count)++];
}

/* Adds every channel to its object and to all above it. */
static en_code sum_groups(struct en_store *store, const struct en_completeness *counts,
                          struct en_instant at, struct group **groups, size_t *count,
                          struct en_error *err)
{
    size_t capacity = 0;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < counts->series_count && code == EN_OK; i++) {
        uint32_t object = counts->series[i].object;
        for (uint32_t depth = 0; object != 0 && depth < TREE_DEPTH_MAX && code == EN_OK; depth++) {
            if (*count == capacity) {
                capacity = capacity > 0 ? 2 * capacity : 64;
                void *grown = en_mem_resize(*groups, capacity * sizeof **groups);
                if (grown == NULL) {
                    return en_error_set(err, EN_NOMEM, "no memory for %zu objects", capacity);
                }
                *groups = grown;
            }
            en_completeness_add(&find_group(*groups, count, object)->sum, &counts->cells[i]);
            struct en_object_row row = {.object = object, .from = at};
            code = en_table_last_before(store, &en_table_object, &row, 1, NULL, err);
            object = code == EN_OK ? row.parent : 0;
            code = code == EN_NOT_FOUND ? EN_OK : code;
        }
    }
    return code;
}

static en_code put_objects(struct en_rows *rows, struct en_store *store,
                           const struct en_completeness *counts, int32_t from_day,
                           struct en_error *err)
{
    struct group *groups = NULL;
    size_t count = 0;
    struct en_instant at = {(int64_t)from_day * EN_DAY_US};
    en_code code = sum_groups(store, counts, at, &groups, &count, err);
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        struct en_slice key;
        code = en_keys_key(store, EN_NAME_OBJECT, groups[i].object, &key, err);
        if (code == EN_OK) {
            en_rows_slice(rows, key);
            put_counts(rows, &groups[i].sum);
        }
    }
    en_mem_free(groups);
    return code;
}

static en_code put_completeness(struct en_store *store, const struct en_completeness *counts,
                                const struct en_arguments *arguments, const struct scope *scope,
                                const char *by, struct en_io *io, struct en_error *err)
{
    static const struct en_column channels[] = {
        {"point", NULL, false}, {"channel", NULL, false}, COUNT_COLUMNS};
    static const struct en_column points[] = {{"point", NULL, false}, COUNT_COLUMNS};
    static const struct en_column objects[] = {{"object", NULL, false}, COUNT_COLUMNS};
    static const struct en_column days[] = {{"day", NULL, false}, COUNT_COLUMNS};
    struct en_rows rows;
    en_code code = EN_OK;
    if (strcmp(by, "channel") == 0) {
        en_rows_begin(&rows, io, arguments->output, channels, EN_COUNT_OF(channels));
        put_channels(&rows, counts);
    } else if (strcmp(by, "object") == 0) {
        en_rows_begin(&rows, io, arguments->output, objects, EN_COUNT_OF(objects));
        code = put_objects(&rows, store, counts, scope->from_day.n, err);
    } else if (strcmp(by, "day") == 0) {
        en_rows_begin(&rows, io, arguments->output, days, EN_COUNT_OF(days));
        put_days(&rows, counts, scope->from_day.n);
    } else {
        en_rows_begin(&rows, io, arguments->output, points, EN_COUNT_OF(points));
        code = put_points(&rows, counts, err);
    }
    en_rows_end(&rows);
    return code;
}

static en_code print_completeness_by(struct en_store *store, const struct en_arguments *arguments,
                                     const struct scope *scope, const char *by, struct en_io *io,
                                     struct en_error *err)
{
    struct en_completeness counts;
    struct en_completeness_query query = {.from_day = scope->from_day.n,
                                          .to_day = scope->to_day.n,
                                          .object = scope->object,
                                          .point = scope->point,
                                          .is_daily = strcmp(by, "day") == 0};
    en_completeness_init(&counts);
    en_code code = en_completeness_gather(&counts, store, &query, err);
    if (code == EN_OK) {
        code = put_completeness(store, &counts, arguments, scope, by, io, err);
    }
    en_completeness_fini(&counts);
    return code;
}

static en_code print_validity(struct en_store *store, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    const char *by = en_arguments_value(arguments, "by");
    struct scope scope = {.object = 0};
    en_code code = parse_scope(store, arguments, &scope, err);
    if (code != EN_OK) {
        return code;
    }
    return by == NULL || strcmp(by, "finding") == 0
               ? print_findings(store, arguments, &scope, io, err)
               : print_completeness_by(store, arguments, &scope, by, io, err);
}

static en_code print_completeness(struct en_store *store, const struct en_arguments *arguments,
                                  struct en_io *io, struct en_error *err)
{
    const char *by = en_arguments_value(arguments, "by");
    struct scope scope = {.object = 0};
    en_code code = parse_scope(store, arguments, &scope, err);
    return code == EN_OK ? print_completeness_by(store, arguments, &scope,
                                                 by == NULL ? "channel" : by, io, err)
                         : code;
}

en_code en_run_report_validity(struct en_session *session, const struct en_arguments *arguments,
                               struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, print_validity, err);
}

en_code en_run_report_completeness(struct en_session *session, const struct en_arguments *arguments,
                                   struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, print_completeness, err);
}
