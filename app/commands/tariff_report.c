/* `enerlog report charges`, `report deviation` and `report reconciliation`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/engine.h"
#include "app/rows.h"
#include "projections/tables.h"
#include "projections/views/bill.h"
#include "projections/views/deviation.h"
#include "projections/views/keys.h"
#include "projections/views/reconcile.h"

#define ARENA_SIZE (256u << 20)
#define TOLERANCE_1E4 10000 /* 1 % of the profile */

/* What a report asks of each point. */
struct ask {
    struct en_store *store;
    struct en_day from;
    struct en_day to;
    en_lane lane;
    struct en_arena arena; /* of one point */
    struct en_rows *rows;
    int64_t tolerance_1e4; /* of the profile, 1e-4 % */
    uint32_t point;        /* in hand */
};

typedef en_code (*point_report)(struct ask *ask, uint32_t point, bool is_asked,
                                struct en_error *err);

static en_code read_ask(const struct en_arguments *arguments, struct ask *ask, struct en_error *err)
{
    const char *lane = en_arguments_value(arguments, "lane");
    ask->lane = lane != NULL && strcmp(lane, "live") == 0 ? EN_LANE_LIVE : EN_LANE_FISCAL;
    en_code code = en_arguments_day(arguments, "from", &ask->from, err);
    ask->tolerance_1e4 = TOLERANCE_1E4;
    code = code == EN_OK ? en_arguments_day(arguments, "to", &ask->to, err) : code;
    return code == EN_OK && ask->from.n >= ask->to.n
               ? en_error_set(err, EN_USAGE, "--from must be before --to")
               : code;
}

/* The point that was asked for, or every one. */
static en_code each_point(const struct en_arguments *arguments, struct ask *ask,
                          point_report report, struct en_error *err)
{
    const char *key = en_arguments_value(arguments, "point");
    struct en_point_row row = {.point = 0};
    struct en_table_scan scan;
    uint32_t last = 0;
    if (key != NULL) {
        en_code code = en_keys_find(ask->store, EN_NAME_POINT, en_slice_text(key), &row.point, err);
        return code == EN_OK ? report(ask, row.point, true, err) : code;
    }
    en_code code = en_table_scan_begin(ask->store, &en_table_point, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK && row.point != last) {
            last = row.point;
            en_arena_reset(&ask->arena);
            code = report(ask, row.point, false, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void put_money(struct en_rows *rows, struct en_money money)
{
    char text[EN_MONEY_TEXT_SIZE];
    (void)en_money_print(money, text);
    en_rows_text(rows, text);
}

/* ---- charges ---- */

static const struct en_column charge_columns[] = {
    {"point", NULL, false},  {"tariff", NULL, false},      {"category", NULL, false},
    {"from", NULL, false},   {"to", NULL, false},          {"kind", NULL, false},
    {"part", NULL, false},   {"zone", NULL, false},        {"quantity", NULL, true},
    {"unit", NULL, false},   {"price_rub", "price", true}, {"amount_rub", "RUB", true},
    {"missing", NULL, true}, {"document", NULL, false},    {"note", NULL, false},
};

static en_code put_bill_head(struct ask *ask, const struct en_bill *bill, uint32_t tariff,
                             struct en_interval of, struct en_error *err)
{
    en_code code = en_list_key(ask->rows, ask->store, EN_NAME_POINT, bill->point, err);
    code = code == EN_OK ? en_list_key(ask->rows, ask->store, EN_NAME_TARIFF, tariff, err) : code;
    en_rows_text(ask->rows, bill->category->name);
    en_rows_instant(ask->rows, of.from, bill->offset_minutes);
    en_rows_instant(ask->rows, of.to, bill->offset_minutes);
    return code;
}

static void put_price(struct en_rows *rows, const struct en_bill_line *line)
{
    if (!line->is_priced) {
        en_rows_null(rows);
    } else if (line->is_hourly) {
        en_rows_text(rows, "by hours");
    } else {
        en_rows_micro(rows, line->price_micro);
    }
}

static const struct en_peak_powers *peaks_of(const struct en_bill *bill, en_charge_part part)
{
    return part == EN_CHARGE_CAPACITY           ? &bill->purchased
           : part == EN_CHARGE_NETWORK_CAPACITY ? &bill->network
                                                : NULL;
}

static const char *note_of(const struct en_bill_line *line)
{
    if (!line->has_quantity) {
        return line->part == EN_CHARGE_OVER || line->part == EN_CHARGE_UNDER
                   ? "hours without plan or fact"
                   : "peak hours without a value, or none published";
    }
    return line->is_priced ? "" : "no price is set";
}

static en_code put_bill_line(struct ask *ask, const struct en_bill *bill,
                             const struct en_bill_line *line, struct en_error *err)
{
    struct en_rows *rows = ask->rows;
    const struct en_peak_powers *peaks = peaks_of(bill, line->part);
    en_code code = put_bill_head(ask, bill, line->tariff, line->of, err);
    en_rows_text(rows, "line");
    en_rows_text(rows, en_charge_part_name(line->part));
    if (line->zone.size > 0) {
        en_rows_slice(rows, line->zone);
    } else {
        en_rows_null(rows);
    }
    if (line->has_quantity) {
        en_rows_micro(rows, line->micro);
    } else {
        en_rows_null(rows);
    }
    en_rows_text(rows, en_charge_part_unit(line->part));
    put_price(rows, line);
    if (line->is_priced && line->has_quantity) {
        put_money(rows, line->amount);
    } else {
        en_rows_null(rows);
    }
    en_rows_count(rows, peaks == NULL ? 0 : peaks->missing_count);
    if (peaks != NULL && peaks->document.size > 0) {
        en_rows_slice(rows, peaks->document);
    } else {
        en_rows_null(rows);
    }
    en_rows_text(rows, note_of(line));
    return code;
}

static en_code put_bill_total(struct ask *ask, const struct en_bill *bill, struct en_error *err)
{
    struct en_rows *rows = ask->rows;
    en_code code = put_bill_head(ask, bill, bill->tariff, bill->period, err);
    en_rows_text(rows, "total");
    en_rows_null(rows);
    en_rows_null(rows);
    en_rows_null(rows);
    en_rows_null(rows);
    en_rows_null(rows);
    put_money(rows, bill->total);
    en_rows_count(rows, bill->missing_count);
    en_rows_null(rows);
    en_rows_text(rows, bill->is_complete   ? "complete"
                       : bill->tariff == 0 ? "no tariff"
                                           : "not complete");
    return code;
}

static en_code put_bill(struct ask *ask, uint32_t point, struct en_interval period,
                        struct en_error *err)
{
    struct en_bill bill;
    en_code code = en_bill_gather(ask->store, point, period, ask->lane, &ask->arena, &bill, err);
    for (uint32_t i = 0; i < bill.lines_count && code == EN_OK; i++) {
        code = put_bill_line(ask, &bill, &bill.lines[i], err);
    }
    return code == EN_OK ? put_bill_total(ask, &bill, err) : code;
}

/* Every period that begins in the stretch. */
static en_code charge_point(struct ask *ask, uint32_t point, bool is_asked, struct en_error *err)
{
    struct en_bill_periods periods;
    struct en_interval period;
    uint32_t tariff = 0;
    en_code code = en_bill_periods_begin(ask->store, point, ask->from, ask->to, &periods, err);
    code = code == EN_OK ? en_schedule_point_tariff(ask->store, point, periods.begin, ask->from.n,
                                                    &tariff, err)
                         : code;
    if (code != EN_OK || (tariff == 0 && !is_asked)) {
        return code;
    }
    while (code == EN_OK) {
        code = en_bill_periods_next(&periods, &period, err);
        code = code == EN_OK ? put_bill(ask, point, period, err) : code;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code fill_report(struct en_store *store, const struct en_arguments *arguments,
                           struct en_io *io, const struct en_column *columns,
                           uint32_t columns_count, point_report report, struct en_error *err)
{
    struct en_rows rows;
    struct ask ask = {.store = store, .rows = &rows};
    en_code code = read_ask(arguments, &ask, err);
    if (code != EN_OK) {
        return code;
    }
    en_arena_init(&ask.arena, ARENA_SIZE);
    en_rows_begin(&rows, io, arguments->output, columns, columns_count);
    code = each_point(arguments, &ask, report, err);
    rows.column = code == EN_OK ? rows.column : 0; /* a row that was begun is left */
    en_rows_end(&rows);
    en_arena_fini(&ask.arena);
    return code;
}

static en_code fill_charges(struct en_store *store, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    return fill_report(store, arguments, io, charge_columns, EN_COUNT_OF(charge_columns),
                       charge_point, err);
}

en_code en_run_report_charges(struct en_session *session, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, fill_charges, err);
}

/* ---- deviation ---- */

static const struct en_column deviation_columns[] = {
    {"point", NULL, false},  {"from", NULL, false},      {"to", NULL, false},
    {"item", NULL, false},   {"unit", NULL, false},      {"fact", NULL, true},
    {"against", NULL, true}, {"difference", NULL, true}, {"percent", "%", true},
    {"at", NULL, false},     {"missing", NULL, true},    {"document", NULL, false},
    {"note", NULL, false},
};

/* One row; what has_… does not claim is null. */
struct comparison {
    const char *item;
    const char *unit;
    bool has_fact;
    int64_t fact;
    bool has_against;
    int64_t against;
    bool has_difference;
    int64_t difference;
    bool has_percent;
    int64_t percent_1e4;
    struct en_instant at; /* 0: no moment */
    uint32_t missing_count;
    struct en_slice document;
    const char *note;
};

static void put_if(struct en_rows *rows, bool has, int64_t micro)
{
    if (has) {
        en_rows_micro(rows, micro);
    } else {
        en_rows_null(rows);
    }
}

static en_code put_comparison(struct ask *ask, const struct en_deviation_answer *answer,
                              const struct comparison *row, struct en_error *err)
{
    struct en_rows *rows = ask->rows;
    en_code code = en_list_key(ask->rows, ask->store, EN_NAME_POINT, answer->point, err);
    en_rows_day(rows, ask->from.n);
    en_rows_day(rows, ask->to.n);
    en_rows_text(rows, row->item);
    en_rows_text(rows, row->unit);
    put_if(rows, row->has_fact, row->fact);
    put_if(rows, row->has_against, row->against);
    put_if(rows, row->has_difference, row->difference);
    if (row->has_percent) {
        en_rows_percent(rows, row->percent_1e4);
    } else {
        en_rows_null(rows);
    }
    if (row->at.us != 0) {
        en_rows_instant(rows, row->at, answer->offset_minutes);
    } else {
        en_rows_null(rows);
    }
    en_rows_count(rows, row->missing_count);
    if (row->document.size > 0) {
        en_rows_slice(rows, row->document);
    } else {
        en_rows_null(rows);
    }
    en_rows_text(rows, row->note == NULL ? "" : row->note);
    return code;
}

/* A sum that does not fit is no number. */
static bool narrow(en_i128 sum, int64_t *micro)
{
    return en_i128_to_i64(sum, micro);
}

static en_code put_plan(struct ask *ask, const struct en_deviation_answer *answer,
                        struct en_error *err)
{
    const struct en_deviation *deviation = &answer->deviation;
    const struct en_trend *trend = &answer->trend;
    struct comparison over = {.item = "plan over", .unit = "kWh"};
    struct comparison rest = {.item = "plan trend",
                              .unit = "kWh",
                              .percent_1e4 = trend->percent_1e4,
                              .missing_count = answer->missing_count,
                              .note = en_trend_level_name(trend->level)};
    if (!answer->has_plan) {
        return EN_OK;
    }
    over.has_fact = narrow(deviation->fact, &over.fact);
    over.has_against = narrow(deviation->plan, &over.against);
    over.has_difference = narrow(deviation->over, &over.difference);
    over.missing_count = answer->hours_count - deviation->hours_count;
    struct comparison under = over;
    under.item = "plan under";
    under.has_difference = narrow(deviation->under, &under.difference);
    rest.has_fact = narrow(trend->expected, &rest.fact);
    rest.has_against = narrow(answer->plan_whole, &rest.against);
    rest.has_difference = narrow(trend->expected - answer->plan_whole, &rest.difference);
    rest.has_percent = answer->plan_whole > 0;
    en_code code = put_comparison(ask, answer, &over, err);
    code = code == EN_OK ? put_comparison(ask, answer, &under, err) : code;
    return code == EN_OK ? put_comparison(ask, answer, &rest, err) : code;
}

static en_code put_excess(struct ask *ask, const struct en_deviation_answer *answer,
                          const char *item, int64_t stated_micro, const struct en_excess *excess,
                          struct en_error *err)
{
    bool has_fact = en_quality_is_usable(answer->max_hour.quality);
    struct comparison row = {.item = item,
                             .unit = "kW",
                             .has_fact = has_fact,
                             .fact = answer->max_hour.micro,
                             .has_against = stated_micro > 0,
                             .against = stated_micro,
                             .has_difference = has_fact && stated_micro > 0,
                             .difference = excess->micro,
                             .has_percent = has_fact && excess->is_percent_present,
                             .percent_1e4 = excess->percent_1e4,
                             .at = has_fact ? answer->max_at : (struct en_instant){0},
                             .missing_count = answer->missing_count};
    return stated_micro > 0 ? put_comparison(ask, answer, &row, err) : EN_OK;
}

static en_code put_peaks(struct ask *ask, const struct en_deviation_answer *answer,
                         const char *item, const struct en_peak_powers *powers,
                         struct en_error *err)
{
    struct comparison row = {.item = item,
                             .unit = "kW",
                             .has_fact = en_quality_is_usable(powers->mean.quality),
                             .fact = powers->mean.micro,
                             .missing_count = powers->missing_count,
                             .document = powers->document};
    row.note = row.has_fact           ? ""
               : powers->is_published ? "working days without a value or a published hour"
                                      : "no peak hours are published";
    return powers->region != 0 ? put_comparison(ask, answer, &row, err) : EN_OK;
}

static en_code put_powers(struct ask *ask, const struct en_deviation_answer *answer,
                          struct en_error *err)
{
    struct comparison reserve = {.item = "power reserve",
                                 .unit = "kW",
                                 .has_fact = true,
                                 .fact = answer->network.mean.micro,
                                 .has_against = true,
                                 .against = answer->max_power_micro,
                                 .has_difference = true,
                                 .difference = answer->reserve_micro,
                                 .document = answer->network.document};
    struct comparison largest = {.item = "power largest hour",
                                 .unit = "kW",
                                 .has_fact = en_quality_is_usable(answer->max_hour.quality),
                                 .fact = answer->max_hour.micro,
                                 .missing_count = answer->missing_count};
    largest.at = largest.has_fact ? answer->max_at : largest.at;
    en_code code = put_comparison(ask, answer, &largest, err);
    if (code == EN_OK) {
        code = put_excess(ask, answer, "power maximum", answer->max_power_micro,
                          &answer->over_max_power, err);
    }
    if (code == EN_OK) {
        code = put_excess(ask, answer, "power declared", answer->declared_micro,
                          &answer->over_declared, err);
    }
    if (code == EN_OK) {
        code = put_excess(ask, answer, "power contracted", answer->contracted_micro,
                          &answer->over_contracted, err);
    }
    code =
        code == EN_OK ? put_peaks(ask, answer, "power purchased", &answer->purchased, err) : code;
    code = code == EN_OK ? put_peaks(ask, answer, "power network", &answer->network, err) : code;
    return code == EN_OK && answer->has_reserve ? put_comparison(ask, answer, &reserve, err) : code;
}

static en_code put_share(struct ask *ask, const struct en_deviation_answer *answer,
                         const char *item, const struct en_reactive_share *share,
                         struct en_error *err)
{
    struct comparison row = {
        .item = item, .unit = "", .has_fact = share->has_factor, .fact = share->factor_micro};
    return answer->has_reactive ? put_comparison(ask, answer, &row, err) : EN_OK;
}

static en_code put_period(struct ask *ask, const struct en_deviation_answer *answer,
                          const char *item, const struct en_period_comparison *period,
                          bool is_per_working_day, struct en_error *err)
{
    struct comparison row = {
        .item = item,
        .unit = "kWh",
        .has_fact = true,
        .fact = answer->micro,
        .has_against = true,
        .against = period->micro,
        .has_percent = is_per_working_day ? period->has_per_working_day : period->has_per_day,
        .percent_1e4 = is_per_working_day ? period->per_working_day_1e4 : period->per_day_1e4,
        .missing_count = period->missing_count,
    };
    char note[64];
    char from[EN_DAY_TEXT_SIZE];
    char to[EN_DAY_TEXT_SIZE];
    (void)en_day_print(period->from, from);
    (void)en_day_print(period->to, to);
    (void)snprintf(note, sizeof note, "%s to %s", from, to);
    row.note = note;
    return put_comparison(ask, answer, &row, err);
}

static en_code put_periods(struct ask *ask, const struct en_deviation_answer *answer,
                           struct en_error *err)
{
    en_code code = put_period(ask, answer, "period before, per day", &answer->previous, false, err);
    if (code == EN_OK) {
        code =
            put_period(ask, answer, "period before, per working day", &answer->previous, true, err);
    }
    if (code == EN_OK) {
        code = put_period(ask, answer, "year before, per day", &answer->year, false, err);
    }
    return code == EN_OK
               ? put_period(ask, answer, "year before, per working day", &answer->year, true, err)
               : code;
}

static en_code has_contract(struct ask *ask, uint32_t point, bool *has, struct en_error *err)
{
    struct en_contract_row row = {.point = point, .from = {INT64_MAX}};
    en_code code = en_table_last_before(ask->store, &en_table_contract, &row, 1, NULL, err);
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code compare_point(struct ask *ask, uint32_t point, bool is_asked, struct en_error *err)
{
    struct en_deviation_answer answer;
    bool has = is_asked;
    en_code code = is_asked ? EN_OK : has_contract(ask, point, &has, err);
    if (code != EN_OK || !has) {
        return code;
    }
    code = en_deviation_gather(ask->store, point, ask->from, ask->to, ask->lane, &ask->arena,
                               &answer, err);
    if (code == EN_NOT_FOUND && !is_asked) {
        return EN_OK; /* a point of another resource */
    }
    if (code != EN_OK) {
        return code;
    }
    struct comparison usage = {.item = "usage",
                               .unit = "kWh",
                               .has_fact = true,
                               .fact = answer.micro,
                               .missing_count = answer.missing_count};
    code = put_comparison(ask, &answer, &usage, err);
    code = code == EN_OK ? put_plan(ask, &answer, err) : code;
    code = code == EN_OK ? put_powers(ask, &answer, err) : code;
    code =
        code == EN_OK ? put_share(ask, &answer, "tg phi, large loads", &answer.large, err) : code;
    code =
        code == EN_OK ? put_share(ask, &answer, "tg phi, small loads", &answer.small, err) : code;
    return code == EN_OK ? put_periods(ask, &answer, err) : code;
}

static en_code fill_deviation(struct en_store *store, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    return fill_report(store, arguments, io, deviation_columns, EN_COUNT_OF(deviation_columns),
                       compare_point, err);
}

en_code en_run_report_deviation(struct en_session *session, const struct en_arguments *arguments,
                                struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, fill_deviation, err);
}

/* ---- reconciliation ---- */

static const struct en_column reconciliation_columns[] = {
    {"point", NULL, false},   {"register", NULL, false},  {"zone", NULL, false},
    {"from", NULL, false},    {"to", NULL, false},        {"advance", NULL, true},
    {"profile", NULL, true},  {"difference", NULL, true}, {"percent", "%", true},
    {"verdict", NULL, false},
};

static void put_amount(struct en_rows *rows, struct en_amount amount)
{
    put_if(rows, en_quality_is_usable(amount.quality), amount.micro);
}

static en_code put_reconciliation(void *self, const struct en_reconcile_row *row,
                                  struct en_error *err)
{
    struct ask *ask = self;
    struct en_rows *rows = ask->rows;
    bool has_span = row->span.to.us > row->span.from.us;
    int32_t offset = 0;
    en_code code = en_keys_point_offset(ask->store, ask->point, row->span.from, &offset, err);
    code =
        code == EN_OK ? en_list_key(ask->rows, ask->store, EN_NAME_POINT, ask->point, err) : code;
    en_rows_slice(rows, row->code);
    if (row->zone.size > 0) {
        en_rows_slice(rows, row->zone);
    } else {
        en_rows_null(rows);
    }
    if (has_span) {
        en_rows_instant(rows, row->span.from, offset);
        en_rows_instant(rows, row->span.to, offset);
    } else {
        en_rows_null(rows);
        en_rows_null(rows);
    }
    put_amount(rows, row->result.billed);
    put_amount(rows, row->result.profile);
    put_amount(rows, row->result.difference);
    if (row->has_percent) {
        en_rows_percent(rows, row->percent_1e4);
    } else {
        en_rows_null(rows);
    }
    en_rows_text(rows, en_reconcile_verdict_name(row->verdict));
    return code;
}

static en_code reconcile_point(struct ask *ask, uint32_t point, bool is_asked, struct en_error *err)
{
    (void)is_asked;
    ask->point = point;
    return en_reconcile_walk(ask->store, point, ask->from, ask->to, ask->lane, ask->tolerance_1e4,
                             put_reconciliation, ask, err);
}

static en_code fill_reconciliation(struct en_store *store, const struct en_arguments *arguments,
                                   struct en_io *io, struct en_error *err)
{
    return fill_report(store, arguments, io, reconciliation_columns,
                       EN_COUNT_OF(reconciliation_columns), reconcile_point, err);
}

en_code en_run_report_reconciliation(struct en_session *session,
                                     const struct en_arguments *arguments, struct en_io *io,
                                     struct en_error *err)
{
    return en_list_run(session, arguments, io, fill_reconciliation, err);
}
