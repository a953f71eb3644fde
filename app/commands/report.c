/* `enerlog report usage` and `report balance`. */
#include <inttypes.h>
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/engine.h"
#include "app/rows.h"
#include "core/metering/quality.h"
#include "projections/views/balance.h"
#include "projections/views/keys.h"
#include "projections/views/usage.h"
#include "projections/views/zone_usage.h"

#define STEPS_MAX 4096u
#define QUALITY_SIZE_MAX 1024u

/* The stretch of the command line: two days, or two instants when one is not a whole day (a date
 * beside an instant is the start of that fiscal day of each object). */
static en_code parse_stretch(const struct en_arguments *arguments, struct en_usage_query *query,
                             struct en_error *err)
{
    struct en_edge from;
    struct en_edge to;
    en_code code = en_arguments_edge(arguments, "from", &from, err);
    if (code == EN_OK) {
        code = en_arguments_edge(arguments, "to", &to, err);
    }
    if (code != EN_OK) {
        return code;
    }
    query->is_instants = !from.is_day || !to.is_day;
    query->is_from_day = from.is_day;
    query->is_to_day = to.is_day;
    query->from_day = from.day;
    query->to_day = to.day;
    query->interval.from = from.is_day ? en_day_interval(from.day, 0).from : from.instant;
    query->interval.to = to.is_day ? en_day_interval(to.day, 0).from : to.instant;
    bool is_mixed = from.is_day != to.is_day; /* each object has its own day: the view looks */
    bool is_empty = query->is_instants
                        ? !is_mixed && query->interval.from.us >= query->interval.to.us
                        : from.day.n >= to.day.n;
    if (is_empty) {
        return en_error_set(err, EN_USAGE, "--from must be before --to");
    }
    if (query->is_instants && query->step != EN_USAGE_WHOLE) {
        return en_error_set(err, EN_USAGE, "--step needs whole days for --from and --to");
    }
    return EN_OK;
}

static en_usage_step step_of(const struct en_arguments *arguments)
{
    const char *step = en_arguments_value(arguments, "step");
    if (step == NULL) {
        return EN_USAGE_WHOLE;
    }
    return strcmp(step, "day") == 0     ? EN_USAGE_DAY
           : strcmp(step, "month") == 0 ? EN_USAGE_MONTH
                                        : EN_USAGE_WHOLE;
}

static en_lane lane_of(const struct en_arguments *arguments)
{
    const char *lane = en_arguments_value(arguments, "lane");
    return lane != NULL && strcmp(lane, "live") == 0 ? EN_LANE_LIVE : EN_LANE_FISCAL;
}

/* ---- usage ---- */

static en_code narrow(struct en_store *store, const struct en_arguments *arguments,
                      struct en_usage_query *query, struct en_error *err)
{
    const char *object = en_arguments_value(arguments, "object");
    const char *point = en_arguments_value(arguments, "point");
    const char *channel = en_arguments_value(arguments, "channel");
    query->code = channel == NULL ? en_slice_of(NULL, 0) : en_slice_text(channel);
    en_code code = EN_OK;
    if (object != NULL) {
        code = en_keys_find(store, EN_NAME_OBJECT, en_slice_text(object), &query->object, err);
    }
    if (code == EN_OK && point != NULL) {
        code = en_keys_find(store, EN_NAME_POINT, en_slice_text(point), &query->point, err);
    }
    return code;
}

/* "MEASURED SUSPECT ROLLOVER": the worst source, verdict, flags. */
static void put_quality(struct en_rows *rows, uint64_t quality)
{
    struct en_buf text;
    en_buf_init(&text, QUALITY_SIZE_MAX);
    if (en_quality_is_missing(quality)) {
        en_rows_null(rows);
        return;
    }
    en_buf_text(&text, en_source_name(en_quality_worst_source(quality)));
    if (en_quality_verdict(quality) != EN_VERDICT_NOT_VALIDATED) {
        en_buf_print(&text, " %s", en_verdict_name(en_quality_verdict(quality)));
    }
    for (unsigned i = 0; i < EN_QUALITY_FLAGS_COUNT; i++) {
        if ((quality & EN_QUALITY_FLAG(i)) != 0) {
            en_buf_print(&text, " %s", en_quality_flag_name(i));
        }
    }
    en_rows_slice(rows, en_buf_slice(&text));
    en_buf_fini(&text);
}

static void put_usage_row(struct en_rows *rows, const struct en_usage *usage,
                          const struct en_usage_query *query, uint32_t step, uint32_t place)
{
    const struct en_usage_series *series = &usage->series[place];
    const struct en_usage_cell *cell = &usage->cells[(size_t)step * usage->series_count + place];
    en_rows_slice(rows, series->point_key);
    if (!query->is_formulas) {
        en_rows_slice(rows, series->code);
    }
    if (query->is_instants) {
        en_rows_instant(rows, series->interval.from, series->offset_minutes);
        en_rows_instant(rows, series->interval.to, series->offset_minutes);
    } else {
        en_rows_day(rows, usage->edges[step].n);
        en_rows_day(rows, usage->edges[step + 1].n);
    }
    en_rows_text(rows, en_unit_name(series->unit));
    en_rows_micro(rows, cell->micro);
    en_rows_count(rows, cell->present_count);
    en_rows_count(rows, cell->missing_count);
    if (query->wants_quality) {
        en_rows_micro(rows, cell->pending_micro);
        en_rows_micro(rows, cell->correction_micro);
        en_rows_count(rows, cell->frozen_days);
        put_quality(rows, cell->quality);
    }
}

/* What a person must know of a report of frozen days: that later facts would change them. */
static void note_pending(const struct en_usage *usage, const struct en_usage_query *query,
                         struct en_io *io)
{
    size_t pending = 0;
    size_t corrected = 0;
    for (size_t i = 0; i < (size_t)usage->steps_count * usage->series_count; i++) {
        pending += usage->cells[i].pending_micro != 0;
        corrected += usage->cells[i].correction_micro != 0;
    }
    if (pending > 0 && query->lane == EN_LANE_FISCAL) {
        en_io_note(io,
                   "Later facts differ from what is frozen in %zu of these rows: see --details, or "
                   "--lane live.",
                   pending);
    }
    uint32_t registers = 0;
    for (uint32_t i = 0; i < usage->series_count; i++) {
        registers += usage->series[i].is_register;
    }
    if (registers > 0 && usage->has_frozen) {
        en_io_note(io,
                   "Freezes do not hold registers that are read now and then: %u of these channels "
                   "show what the log says now.",
                   registers);
    }
    if (corrected > 0) {
        en_io_note(io,
                   "Corrections are booked beside the energy of %zu of these rows: see "
                   "--details.",
                   corrected);
    }
}

#define DETAILS_COUNT 4u /* columns at the end that only --details shows */

static void put_usage(const struct en_usage *usage, const struct en_usage_query *query,
                      const struct en_arguments *arguments, struct en_io *io)
{
    static const struct en_column channels[] = {
        {"point", NULL, false},
        {"channel", NULL, false},
        {"from", NULL, false},
        {"to", NULL, false},
        {"unit", NULL, false},
        {"energy", NULL, true},
        {"intervals", NULL, true},
        {"missing", NULL, true},
        {"pending", NULL, true},
        {"correction", NULL, true},
        {"frozen_days", "frozen days", true},
        {"quality", NULL, false},
    };
    static const struct en_column formulas[] = {
        {"formula", NULL, false},   {"from", NULL, false},
        {"to", NULL, false},        {"unit", NULL, false},
        {"energy", NULL, true},     {"intervals", NULL, true},
        {"missing", NULL, true},    {"pending", NULL, true},
        {"correction", NULL, true}, {"frozen_days", "frozen days", true},
        {"quality", NULL, false},
    };
    struct en_rows rows;
    uint32_t hidden = query->wants_quality ? 0 : DETAILS_COUNT;
    if (query->is_formulas) {
        en_rows_begin(&rows, io, arguments->output, formulas, EN_COUNT_OF(formulas) - hidden);
    } else {
        en_rows_begin(&rows, io, arguments->output, channels, EN_COUNT_OF(channels) - hidden);
    }
    for (uint32_t i = 0; i < usage->series_count && !en_io_is_cancelled(io); i++) {
        for (uint32_t step = 0; step < usage->steps_count; step++) {
            put_usage_row(&rows, usage, query, step, i);
        }
    }
    en_rows_end(&rows);
    if (!query->wants_quality) {
        note_pending(usage, query, io);
    }
}

/* Half a slot is no answer: the slots wholly inside would sum up less than the line says. Slots of
 * more than an hour are not looked at: where they begin depends on the offset at that time. */
static en_code check_ends(const struct en_usage *usage, struct en_error *err)
{
    for (uint32_t i = 0; i < usage->series_count; i++) {
        const struct en_usage_series *series = &usage->series[i];
        int64_t slot_us = (int64_t)series->slot_seconds * EN_SECOND_US;
        int64_t offset_us = series->offset_minutes * EN_MINUTE_US;
        if (slot_us == 0 || slot_us > 60 * EN_MINUTE_US) {
            continue;
        }
        bool begins_inside = (series->interval.from.us + offset_us) % slot_us != 0;
        if (begins_inside || (series->interval.to.us + offset_us) % slot_us != 0) {
            return en_error_set(err, EN_RANGE,
                                "the stretch %s inside a slot of %.*s %.*s: slots of %" PRIu32
                                " s are not divided",
                                begins_inside ? "begins" : "ends", (int)series->point_key.size,
                                (const char *)series->point_key.bytes, (int)series->code.size,
                                (const char *)series->code.bytes, series->slot_seconds);
        }
    }
    return EN_OK;
}

/* ---- usage by tariff zone ---- */

static en_code put_zone_row(void *self, const struct en_zone_usage_row *row, struct en_error *err)
{
    struct en_rows *rows = self;
    (void)err;
    en_rows_slice(rows, row->series->point_key);
    en_rows_slice(rows, row->series->code);
    en_rows_day(rows, row->from.n);
    en_rows_day(rows, row->to.n);
    if (row->is_without) {
        en_rows_null(rows);
    } else {
        en_rows_slice(rows, row->zone);
    }
    en_rows_text(rows, en_unit_name(row->series->unit));
    en_rows_micro(rows, row->micro);
    en_rows_count(rows, row->present_count);
    en_rows_count(rows, row->missing_count);
    en_rows_count(rows, row->split_count);
    return EN_OK;
}

static en_code list_zones(struct en_store *store, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"point", NULL, false},  {"channel", NULL, false},
                                               {"from", NULL, false},   {"to", NULL, false},
                                               {"zone", NULL, false},   {"unit", NULL, false},
                                               {"energy", NULL, true},  {"intervals", NULL, true},
                                               {"missing", NULL, true}, {"split", NULL, true}};
    struct en_usage_query query = {.step = step_of(arguments), .lane = lane_of(arguments)};
    struct en_rows rows;
    en_code code = parse_stretch(arguments, &query, err);
    if (code == EN_OK && query.is_instants) {
        code = en_error_set(err, EN_USAGE, "tariff zones are summed over whole days: give dates");
    }
    code = code == EN_OK ? narrow(store, arguments, &query, err) : code;
    if (code != EN_OK) {
        return code;
    }
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    code = en_zone_usage_walk(store, &query, put_zone_row, &rows, err);
    en_rows_end(&rows);
    return code;
}

en_code en_run_report_usage(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    const char *by = en_arguments_value(arguments, "by");
    struct en_usage_query query = {.step = step_of(arguments),
                                   .lane = lane_of(arguments),
                                   .wants_quality = en_arguments_has(arguments, "details")};
    struct en_usage usage;
    struct en_view view;
    if (by != NULL && strcmp(by, "zone") == 0) {
        return en_list_run(session, arguments, io, list_zones, err);
    }
    query.is_formulas = by != NULL && strcmp(by, "formula") == 0;
    en_code code = parse_stretch(arguments, &query, err);
    if (code == EN_OK) {
        code = en_engine_view_open(session->engine, arguments->as_of, io, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_usage_init(&usage);
    code = narrow(view.store, arguments, &query, err);
    if (code == EN_OK) {
        code = en_usage_gather(&usage, view.store, &query, err);
    }
    if (code == EN_OK && query.is_instants) {
        code = check_ends(&usage, err);
    }
    en_engine_view_close(session->engine, &view);
    if (code == EN_OK) {
        put_usage(&usage, &query, arguments, io);
    }
    en_usage_fini(&usage);
    return code;
}

/* ---- balance ---- */

struct balance_step {
    struct en_day from;
    struct en_day to;
    struct en_balance_answer answer;
};

static struct en_day end_of_step(en_usage_step step, struct en_day day, struct en_day to)
{
    struct en_day end = to;
    if (step == EN_USAGE_DAY) {
        end.n = day.n + 1;
    } else if (step == EN_USAGE_MONTH) {
        end = en_month_first_day((struct en_month){en_month_of_day(day).n + 1});
    }
    return end.n < to.n ? end : to;
}

static void put_balance_row(struct en_rows *rows, const char *name, const struct balance_step *step)
{
    const struct en_balance_answer *answer = &step->answer;
    en_rows_text(rows, name);
    en_rows_day(rows, step->from.n);
    en_rows_day(rows, step->to.n);
    en_rows_text(rows, en_unit_name(answer->unit));
    en_rows_micro(rows, answer->totals.in_micro);
    en_rows_micro(rows, answer->totals.out_micro);
    en_rows_micro(rows, answer->totals.losses_micro);
    en_rows_micro(rows, answer->imbalance_micro);
    en_rows_percent(rows, answer->actual_1e4_percent);
    if (answer->is_assessed) {
        en_rows_percent(rows, answer->permissible_1e4_percent);
        en_rows_bool(rows, answer->is_permitted);
    } else {
        en_rows_null(rows);
        en_rows_null(rows);
    }
    en_rows_count(rows, answer->totals.slots_count);
    en_rows_count(rows, answer->totals.partial_count);
    en_rows_count(rows, answer->missing_days);
    en_rows_micro(rows, answer->pending_micro);
    en_rows_text(rows, en_balance_verdict_text(answer->verdict));
    if (answer->verdict == EN_BALANCE_NOT_ASSESSABLE) {
        en_rows_null(rows);
    } else {
        en_rows_percent(rows, answer->limit_1e4_percent);
    }
    en_rows_count(rows, answer->members_count);
    en_rows_count(rows, answer->assumed_count);
    en_rows_percent(rows, answer->doubtful_1e4_percent);
    en_rows_bool(rows, answer->is_trend);
    en_rows_text(rows, answer->reason);
}

static void put_balance(const char *name, const struct balance_step *steps, uint32_t count,
                        const struct en_arguments *arguments, struct en_io *io)
{
    static const struct en_column columns[] = {
        {"balance", NULL, false},     {"from", NULL, false},
        {"to", NULL, false},          {"unit", NULL, false},
        {"in", NULL, true},           {"out", NULL, true},
        {"losses", NULL, true},       {"imbalance", NULL, true},
        {"actual", "actual %", true}, {"permissible", "permissible %", true},
        {"permitted", NULL, false},   {"slots", NULL, true},
        {"partial", NULL, true},      {"missing_days", "missing days", true},
        {"pending", NULL, true},      {"verdict", NULL, false},
        {"limit", "limit %", true},   {"channels", NULL, true},
        {"assumed", NULL, true},      {"doubtful", "doubtful %", true},
        {"trend", NULL, false},       {"reason", NULL, false},
    };
    struct en_rows rows;
    if (count == 1) {
        en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    } else {
        en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    }
    for (uint32_t i = 0; i < count; i++) {
        put_balance_row(&rows, name, &steps[i]);
    }
    en_rows_end(&rows);
    for (uint32_t i = 0; i < count && i < 3; i++) {
        if (!steps[i].answer.is_assessed) {
            en_io_note(io, "The permissible imbalance is not known: %s.", steps[i].answer.why);
        }
    }
}

static en_code gather_steps(struct en_store *store, const char *name, en_usage_step step,
                            const struct en_usage_query *query, struct balance_step *steps,
                            uint32_t *count, struct en_error *err)
{
    uint32_t balance = 0;
    en_code code = en_keys_find(store, EN_NAME_BALANCE, en_slice_text(name), &balance, err);
    struct en_day day = query->from_day;
    while (code == EN_OK && day.n < query->to_day.n) {
        if (*count == STEPS_MAX) {
            return en_error_set(err, EN_LIMIT, "more than %u steps: ask for less at once",
                                STEPS_MAX);
        }
        struct balance_step *next = &steps[(*count)++];
        next->from = day;
        next->to = end_of_step(step, day, query->to_day);
        code = en_balance_gather(store, balance, next->from, next->to, query->lane, &next->answer,
                                 err);
        day = next->to;
    }
    return code;
}

en_code en_run_report_balance(struct en_session *session, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    const char *name = en_arguments_operand(arguments, 0);
    struct en_usage_query query = {.step = EN_USAGE_WHOLE, .lane = lane_of(arguments)};
    struct en_arena arena;
    struct en_view view;
    uint32_t count = 0;
    en_code code = parse_stretch(arguments, &query, err);
    if (code == EN_OK && query.is_instants) {
        code = en_error_set(err, EN_USAGE, "a balance is over whole days: give dates");
    }
    if (code == EN_OK) {
        code = en_engine_view_open(session->engine, arguments->as_of, io, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_arena_init(&arena, (STEPS_MAX + 1) * sizeof(struct balance_step));
    struct balance_step *steps = en_arena_alloc(&arena, STEPS_MAX * sizeof *steps);
    code = steps == NULL
               ? en_error_set(err, EN_NOMEM, "no memory for a report")
               : gather_steps(view.store, name, step_of(arguments), &query, steps, &count, err);
    en_engine_view_close(session->engine, &view);
    if (code == EN_OK) {
        put_balance(name, steps, count, arguments, io);
    }
    en_arena_fini(&arena);
    return code;
}
