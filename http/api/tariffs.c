/* What governs tariffs, and what follows in money: calendars, tariffs, prices, peak hours, charges,
 * deviations. */
#include "http/api/reply.h"
#include "projections/views/bill.h"
#include "projections/views/calendar_json.h"
#include "projections/views/deviation.h"
#include "projections/views/keys.h"
#include "projections/views/reconcile.h"

#define ARENA_SIZE (256u << 20)

/* The day of which the instant is the midnight in UTC; null for none. */
static void put_day(struct en_json *json, const char *name, struct en_instant at)
{
    if (at.us == 0) {
        en_json_null(json, name);
    } else {
        en_json_day(json, name, en_day_of_instant(at, 0));
    }
}

static void put_text(struct en_json *json, const char *name, struct en_slice text)
{
    if (text.size == 0) {
        en_json_null(json, name);
    } else {
        en_json_text(json, name, text);
    }
}

/* What the rows of all these tables end with. */
static void put_paper(struct en_json *json, struct en_slice document, struct en_slice reason)
{
    en_json_text(json, "document", document);
    en_json_text(json, "reason", reason);
    en_json_end(json);
}

/* ---- lists ---- */

typedef en_code (*row_put)(struct en_json *json, struct en_store *store, const void *row,
                           struct en_error *err);

/* The rows of a table (of one id where it is not 0, which is its first key field). */
static en_code put_rows(struct en_json *json, struct en_store *store, const struct en_table *table,
                        void *row, uint16_t prefix_count, row_put put, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    en_arena_init(&arena, ARENA_SIZE);
    en_code code =
        en_table_scan_begin(store, table, prefix_count == 0 ? NULL : row, prefix_count, &scan, err);
    while (code == EN_OK) {
        en_arena_reset(&arena);
        code = en_table_scan_next(&scan, row, &arena, err);
        code = code == EN_OK ? put(json, store, row, err) : code;
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code list_rows(const struct en_service *service, const struct en_http_request *request,
                         struct en_http_response *response, const struct en_table *table, void *row,
                         row_put put, struct en_error *err)
{
    struct en_service_view view;
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_api_begin_list(&response->json, &view);
    code = put_rows(&response->json, view.store, table, row, 0, put, err);
    en_api_end_list(&response->json);
    service->view_close(service->self, &view);
    return code;
}

static en_code put_calendar(struct en_json *json, struct en_store *store, const void *row_memory,
                            struct en_error *err)
{
    const struct en_calendar_row *row = row_memory;
    en_json_object(json, NULL);
    en_code code = en_api_key(json, "calendar", store, EN_NAME_CALENDAR, row->calendar, err);
    put_day(json, "from", row->from);
    put_day(json, "to", row->to);
    en_calendar_json(json, "definition", row);
    en_json_end(json);
    return code;
}

EN_API(calendars)
{
    struct en_calendar_row row;
    return list_rows(service, request, response, &en_table_calendar, &row, put_calendar, err);
}

static en_code put_member(struct en_json *json, struct en_store *store,
                          const struct en_tariff_member *member, struct en_error *err)
{
    en_json_object(json, NULL);
    en_code code = member->point != 0
                       ? en_api_key(json, "point", store, EN_NAME_POINT, member->point, err)
                       : en_api_key(json, "object", store, EN_NAME_OBJECT, member->object, err);
    en_json_end(json);
    return code;
}

static en_code put_tariff(struct en_json *json, struct en_store *store, const void *row_memory,
                          struct en_error *err)
{
    const struct en_tariff_row *row = row_memory;
    const struct en_tariff_member *members = row->members.items;
    const struct en_price_category *category = en_price_category(row->category);
    en_json_object(json, NULL);
    en_code code = en_api_key(json, "tariff", store, EN_NAME_TARIFF, row->tariff, err);
    put_day(json, "from", row->from);
    put_day(json, "to", row->to);
    en_json_text(json, "title", row->title);
    code = code == EN_OK ? en_api_key(json, "calendar", store, EN_NAME_CALENDAR, row->calendar, err)
                         : code;
    if (category == NULL) {
        en_json_null(json, "category");
    } else {
        en_json_string(json, "category", category->name);
    }
    code =
        code == EN_OK ? en_api_key(json, "region", store, EN_NAME_REGION, row->region, err) : code;
    en_json_array(json, "members");
    for (uint32_t i = 0; i < row->members.count && code == EN_OK; i++) {
        code = put_member(json, store, &members[i], err);
    }
    en_json_end(json);
    put_paper(json, row->document, row->reason);
    return code;
}

EN_API(tariffs)
{
    struct en_tariff_row row;
    return list_rows(service, request, response, &en_table_tariff, &row, put_tariff, err);
}

static en_code put_price(struct en_json *json, struct en_store *store, const void *row_memory,
                         struct en_error *err)
{
    const struct en_price_row *row = row_memory;
    const struct en_price_hour *hours = row->hours.items;
    en_json_object(json, NULL);
    en_code code = en_api_key(json, "tariff", store, EN_NAME_TARIFF, row->tariff, err);
    en_json_string(json, "part", en_charge_part_name((en_charge_part)row->part));
    en_json_u64(json, "zone", row->zone);
    en_json_string(json, "per", en_charge_part_unit((en_charge_part)row->part));
    if (row->hours.count > 0) {
        en_json_instant(json, "from", row->from);
        en_json_instant(json, "to", row->to);
        en_json_array(json, "hours");
        for (uint32_t i = 0; i < row->hours.count; i++) {
            en_json_micro(json, NULL, hours[i].price_micro);
        }
        en_json_end(json);
    } else {
        put_day(json, "from", row->from);
        put_day(json, "to", row->to);
        en_json_micro(json, "price_rub", row->price_micro);
    }
    put_paper(json, row->document, row->reason);
    return code;
}

EN_API(prices)
{
    struct en_price_row row;
    return list_rows(service, request, response, &en_table_price, &row, put_price, err);
}

static en_code put_peak_hours(struct en_json *json, struct en_store *store, const void *row_memory,
                              struct en_error *err)
{
    const struct en_peak_hours_row *row = row_memory;
    const struct en_peak_hour *hours = row->hours.items;
    const struct en_peak_day *days = row->days.items;
    char offset[EN_CLOCK_TEXT_SIZE];
    en_offset_print(row->offset_minutes, offset);
    en_json_object(json, NULL);
    en_code code = en_api_key(json, "region", store, EN_NAME_REGION, row->region, err);
    en_json_string(json, "list", row->list == EN_PEAK_PLANNED ? "planned" : "fact");
    put_day(json, "from", row->from);
    put_day(json, "to", row->to);
    en_json_string(json, "offset", offset);
    code = code == EN_OK ? en_api_key(json, "calendar", store, EN_NAME_CALENDAR, row->calendar, err)
                         : code;
    en_json_array(json, "hours");
    for (uint32_t i = 0; i < row->hours.count; i++) {
        en_json_u64(json, NULL, hours[i].hour);
    }
    en_json_end(json);
    en_json_array(json, "days");
    for (uint32_t i = 0; i < row->days.count; i++) {
        en_json_object(json, NULL);
        en_json_day(json, "day", days[i].day);
        en_json_u64(json, "hour", days[i].hour);
        en_json_end(json);
    }
    en_json_end(json);
    put_paper(json, row->document, row->reason);
    return code;
}

EN_API(peak_hours)
{
    struct en_peak_hours_row row;
    return list_rows(service, request, response, &en_table_peak_hours, &row, put_peak_hours, err);
}

/* ---- a point over days ---- */

/* What charges and deviation ask: one point, fiscal days, a lane. */
struct ask {
    struct en_service_view view;
    uint32_t point;
    struct en_day from;
    struct en_day to;
    en_lane lane;
    struct en_arena arena;
};

/* Opens the view; close_ask only after EN_OK. */
static en_code open_ask(const struct en_service *service, const struct en_http_request *request,
                        struct ask *ask, struct en_error *err)
{
    struct en_api_stretch stretch;
    const char *key = en_http_query(request, "point");
    en_code code = en_api_stretch(request, &stretch, err);
    if (code == EN_OK && stretch.is_instants) {
        code = en_error_set(err, EN_USAGE, "this is over whole days: give dates");
    }
    code = code == EN_OK ? en_api_lane(request, &ask->lane, err) : code;
    code = code == EN_OK ? en_api_view(service, request, &ask->view, err) : code;
    if (code != EN_OK) {
        return code;
    }
    ask->from = stretch.from_day;
    ask->to = stretch.to_day;
    EN_ASSERT(key != NULL); /* the route requires it */
    code = en_keys_find(ask->view.store, EN_NAME_POINT, en_slice_text(key), &ask->point, err);
    if (code != EN_OK) {
        service->view_close(service->self, &ask->view);
        return code;
    }
    en_arena_init(&ask->arena, ARENA_SIZE);
    return EN_OK;
}

static void close_ask(const struct en_service *service, struct ask *ask)
{
    en_arena_fini(&ask->arena);
    service->view_close(service->self, &ask->view);
}

static void put_money(struct en_json *json, const char *name, struct en_money money)
{
    char text[EN_MONEY_TEXT_SIZE];
    (void)en_money_print(money, text);
    en_json_string(json, name, text);
}

/* Null where there is no value. */
static void put_amount(struct en_json *json, const char *name, struct en_amount amount)
{
    if (en_quality_is_usable(amount.quality)) {
        en_json_micro(json, name, amount.micro);
    } else {
        en_json_null(json, name);
    }
}

/* Power in peak hours, day by day. */
static void put_peaks(struct en_json *json, const char *name, const struct en_peak_powers *powers)
{
    if (powers->region == 0) {
        en_json_null(json, name);
        return;
    }
    en_json_object(json, name);
    put_amount(json, "kw", powers->mean);
    put_text(json, "document", powers->document);
    en_json_u64(json, "missing", powers->missing_count);
    en_json_array(json, "days");
    for (uint32_t i = 0; i < powers->days_count; i++) {
        const struct en_peak_power *day = &powers->days[i];
        en_json_object(json, NULL);
        en_json_day(json, "day", day->day);
        en_json_u64(json, "hour", day->hour);
        put_amount(json, "kw", day->power);
        en_json_end(json);
    }
    en_json_end(json);
    en_json_end(json);
}

static en_code put_line(struct en_json *json, const struct ask *ask, const struct en_bill *bill,
                        const struct en_bill_line *line, struct en_error *err)
{
    en_json_object(json, NULL);
    en_json_string(json, "part", en_charge_part_name(line->part));
    en_code code = en_api_key(json, "tariff", ask->view.store, EN_NAME_TARIFF, line->tariff, err);
    put_text(json, "zone", line->zone);
    en_api_instant(json, "from", line->of.from, bill->offset_minutes);
    en_api_instant(json, "to", line->of.to, bill->offset_minutes);
    if (line->has_quantity) {
        en_json_micro(json, "quantity", line->micro);
    } else {
        en_json_null(json, "quantity");
    }
    en_json_string(json, "unit", en_charge_part_unit(line->part));
    en_json_bool(json, "by_hours", line->is_hourly);
    if (line->is_priced && !line->is_hourly) {
        en_json_micro(json, "price_rub", line->price_micro);
    } else {
        en_json_null(json, "price_rub");
    }
    if (line->is_priced && line->has_quantity) {
        put_money(json, "amount_rub", line->amount);
    } else {
        en_json_null(json, "amount_rub");
    }
    en_json_end(json);
    return code;
}

static en_code put_bill(struct en_json *json, struct ask *ask, struct en_interval period,
                        struct en_error *err)
{
    struct en_bill bill;
    en_code code =
        en_bill_gather(ask->view.store, ask->point, period, ask->lane, &ask->arena, &bill, err);
    if (code != EN_OK) {
        return code;
    }
    en_json_object(json, NULL);
    code = en_api_key(json, "tariff", ask->view.store, EN_NAME_TARIFF, bill.tariff, err);
    en_json_string(json, "category", bill.category->name);
    en_api_instant(json, "from", period.from, bill.offset_minutes);
    en_api_instant(json, "to", period.to, bill.offset_minutes);
    put_money(json, "total_rub", bill.total);
    en_json_bool(json, "complete", bill.is_complete);
    en_json_u64(json, "intervals", bill.present_count);
    en_json_u64(json, "missing", bill.missing_count);
    put_peaks(json, "purchased", &bill.purchased);
    put_peaks(json, "network", &bill.network);
    en_json_array(json, "lines");
    for (uint32_t i = 0; i < bill.lines_count && code == EN_OK; i++) {
        code = put_line(json, ask, &bill, &bill.lines[i], err);
    }
    en_json_end(json);
    en_json_end(json);
    return code;
}

EN_API(charges)
{
    struct ask ask;
    struct en_bill_periods periods;
    struct en_interval period;
    en_code code = open_ask(service, request, &ask, err);
    if (code != EN_OK) {
        return code;
    }
    en_api_begin_list(&response->json, &ask.view);
    code = en_bill_periods_begin(ask.view.store, ask.point, ask.from, ask.to, &periods, err);
    while (code == EN_OK) {
        code = en_bill_periods_next(&periods, &period, err);
        code = code == EN_OK ? put_bill(&response->json, &ask, period, err) : code;
    }
    en_api_end_list(&response->json);
    close_ask(service, &ask);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- deviation ---- */

static void put_wide(struct en_json *json, const char *name, en_i128 sum)
{
    int64_t micro = 0;
    if (en_i128_to_i64(sum, &micro)) {
        en_json_micro(json, name, micro);
    } else {
        en_json_null(json, name);
    }
}

static void put_percent(struct en_json *json, const char *name, bool has, int64_t percent_1e4)
{
    if (has) {
        en_json_decimal(json, name, en_decimal_canonical((struct en_decimal){percent_1e4, -4}));
    } else {
        en_json_null(json, name);
    }
}

static void put_plan(struct en_json *json, const struct en_deviation_answer *answer)
{
    if (!answer->has_plan) {
        en_json_null(json, "plan");
        return;
    }
    en_json_object(json, "plan");
    put_wide(json, "fact", answer->deviation.fact);
    put_wide(json, "plan", answer->deviation.plan);
    put_wide(json, "over", answer->deviation.over);
    put_wide(json, "under", answer->deviation.under);
    en_json_u64(json, "hours", answer->deviation.hours_count);
    put_wide(json, "whole", answer->plan_whole);
    put_wide(json, "expected", answer->trend.expected);
    put_percent(json, "percent", answer->plan_whole > 0, answer->trend.percent_1e4);
    en_json_string(json, "level", en_trend_level_name(answer->trend.level));
    en_json_end(json);
}

static void put_excess(struct en_json *json, const char *name, int64_t stated_micro,
                       const struct en_excess *excess, bool is_known)
{
    if (stated_micro <= 0) {
        en_json_null(json, name);
        return;
    }
    en_json_object(json, name);
    en_json_micro(json, "stated", stated_micro);
    if (is_known) {
        en_json_micro(json, "excess", excess->micro);
    } else {
        en_json_null(json, "excess");
    }
    put_percent(json, "percent", is_known && excess->is_percent_present, excess->percent_1e4);
    en_json_end(json);
}

static void put_powers(struct en_json *json, const struct en_deviation_answer *answer)
{
    bool is_known = en_quality_is_usable(answer->max_hour.quality);
    en_json_object(json, "power");
    put_amount(json, "largest_kw", answer->max_hour);
    if (is_known) {
        en_api_instant(json, "at", answer->max_at, answer->offset_minutes);
    } else {
        en_json_null(json, "at");
    }
    put_excess(json, "maximum", answer->max_power_micro, &answer->over_max_power, is_known);
    put_excess(json, "declared", answer->declared_micro, &answer->over_declared, is_known);
    put_excess(json, "contracted", answer->contracted_micro, &answer->over_contracted, is_known);
    put_peaks(json, "purchased", &answer->purchased);
    put_peaks(json, "network", &answer->network);
    if (answer->has_reserve) {
        en_json_micro(json, "reserve_kw", answer->reserve_micro);
    } else {
        en_json_null(json, "reserve_kw");
    }
    en_json_end(json);
}

static void put_share(struct en_json *json, const char *name, const struct en_reactive_share *share)
{
    if (share->has_factor) {
        en_json_micro(json, name, share->factor_micro);
    } else {
        en_json_null(json, name);
    }
}

static void put_period(struct en_json *json, const char *name,
                       const struct en_period_comparison *period)
{
    en_json_object(json, name);
    en_json_day(json, "from", period->from);
    en_json_day(json, "to", period->to);
    en_json_micro(json, "energy", period->micro);
    en_json_u64(json, "missing", period->missing_count);
    en_json_u64(json, "days", period->days);
    en_json_u64(json, "working_days", period->working_days);
    put_percent(json, "per_day", period->has_per_day, period->per_day_1e4);
    put_percent(json, "per_working_day", period->has_per_working_day, period->per_working_day_1e4);
    en_json_end(json);
}

EN_API(deviation)
{
    struct ask ask;
    struct en_deviation_answer answer;
    struct en_json *json = &response->json;
    en_code code = open_ask(service, request, &ask, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_deviation_gather(ask.view.store, ask.point, ask.from, ask.to, ask.lane, &ask.arena,
                               &answer, err);
    if (code == EN_OK) {
        en_api_begin(json, &ask.view);
        en_json_day(json, "from", ask.from);
        en_json_day(json, "to", ask.to);
        en_json_micro(json, "energy", answer.micro);
        en_json_u64(json, "hours", answer.hours_count);
        en_json_u64(json, "missing", answer.missing_count);
        en_json_u64(json, "working_days", answer.working_days);
        put_plan(json, &answer);
        put_powers(json, &answer);
        put_share(json, "tg_phi_large_loads", &answer.large);
        put_share(json, "tg_phi_small_loads", &answer.small);
        put_period(json, "period_before", &answer.previous);
        put_period(json, "year_before", &answer.year);
        en_json_end(json);
    }
    close_ask(service, &ask);
    return code;
}

/* ---- reconciliation ---- */

#define TOLERANCE_1E4 10000 /* 1 % of the profile, as the command */

static en_code put_register(void *self, const struct en_reconcile_row *row, struct en_error *err)
{
    struct en_json *json = self;
    (void)err;
    en_json_object(json, NULL);
    en_json_text(json, "register", row->code);
    put_text(json, "zone", row->zone);
    if (row->span.to.us > row->span.from.us) {
        en_json_instant(json, "from", row->span.from);
        en_json_instant(json, "to", row->span.to);
    } else {
        en_json_null(json, "from");
        en_json_null(json, "to");
    }
    put_amount(json, "advance", row->result.billed);
    put_amount(json, "profile", row->result.profile);
    put_amount(json, "difference", row->result.difference);
    put_percent(json, "percent", row->has_percent, row->percent_1e4);
    en_json_string(json, "verdict", en_reconcile_verdict_name(row->verdict));
    en_json_end(json);
    return EN_OK;
}

EN_API(reconciliation)
{
    struct ask ask;
    en_code code = open_ask(service, request, &ask, err);
    if (code != EN_OK) {
        return code;
    }
    en_api_begin_list(&response->json, &ask.view);
    code = en_reconcile_walk(ask.view.store, ask.point, ask.from, ask.to, ask.lane, TOLERANCE_1E4,
                             put_register, &response->json, err);
    en_api_end_list(&response->json);
    close_ask(service, &ask);
    return code;
}
