#include "projections/views/bill.h"

#include "core/mem.h"
#include "core/metering/register_code.h"
#include "projections/tables.h"
#include "projections/views/advances.h"
#include "projections/views/curve.h"
#include "projections/views/keys.h"
#include "projections/views/zone_split.h"

#define SCRATCH_SIZE_MAX (64u << 20)

/* A line in the making: exact until the end. */
struct making {
    struct en_bill_line line;
    struct en_charge charge;
    struct en_instant price_from;
    uint8_t zone;
};

/* A part that is paid by the energy of the day in hand, at the price of that day. */
struct day_price {
    en_charge_part part;
    bool is_set;
    struct en_price_row row;
};

static const en_charge_part flat_parts[] = {EN_CHARGE_ENERGY, EN_CHARGE_NETWORK, EN_CHARGE_OTHER};
#define FLAT_PARTS EN_COUNT_OF(flat_parts)

struct gather {
    struct en_store *store;
    struct en_arena *arena;
    struct en_bill *bill;
    en_lane lane;
    struct making *lines;
    uint32_t lines_count;
    /* the fiscal day in hand */
    struct en_arena scratch;
    struct en_interval day;
    int32_t day_number;
    uint32_t tariff;
    const struct en_zone_plan *plan;
    struct day_price prices[FLAT_PARTS];
    struct en_zone_split split;
    struct en_zone_sums sums;
    struct en_zone_sum rest; /* what has no zone */
};

/* ---- lines ---- */

static int line_order(const struct making *a, const struct making *b)
{
    const uint64_t left[] = {a->line.part, a->line.tariff, a->line.calendar, a->zone,
                             (uint64_t)a->price_from.us};
    const uint64_t right[] = {b->line.part, b->line.tariff, b->line.calendar, b->zone,
                              (uint64_t)b->price_from.us};
    for (size_t i = 0; i < EN_COUNT_OF(left); i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

/* The line like this one, made where it is the first, kept in order. EN_LIMIT. */
static en_code find_line(struct gather *gather, const struct making *like, struct making **line,
                         struct en_error *err)
{
    uint32_t place = 0;
    while (place < gather->lines_count && line_order(&gather->lines[place], like) < 0) {
        place++;
    }
    *line = &gather->lines[place];
    if (place < gather->lines_count && line_order(*line, like) == 0) {
        return EN_OK;
    }
    if (gather->lines_count == EN_BILL_LINES_MAX) {
        return en_error_set(err, EN_LIMIT, "a bill has over %u lines: charge a shorter period",
                            EN_BILL_LINES_MAX);
    }
    memmove(*line + 1, *line, (gather->lines_count - place) * sizeof **line);
    gather->lines_count++;
    **line = *like;
    return EN_OK;
}

/* A line of the day in hand for a price (NULL: none is set). */
static struct making line_of(const struct gather *gather, en_charge_part part,
                             const struct en_price_row *price)
{
    struct making like = {.line = {.part = part,
                                   .tariff = gather->tariff,
                                   .of = gather->day,
                                   .has_quantity = true,
                                   .is_priced = price != NULL}};
    if (price != NULL) {
        like.price_from = price->from;
        like.line.is_hourly = price->hours.count > 0;
        like.line.price_micro = price->price_micro;
    }
    return like;
}

static en_code add_to_line(struct gather *gather, const struct making *like, int64_t micro,
                           int64_t price_micro, struct en_error *err)
{
    struct making *line = NULL;
    en_code code = find_line(gather, like, &line, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_interval *of = &line->line.of;
    of->from = like->line.of.from.us < of->from.us ? like->line.of.from : of->from;
    of->to = like->line.of.to.us > of->to.us ? like->line.of.to : of->to;
    line->line.is_priced = line->line.is_priced && like->line.is_priced;
    return en_charge_add(&line->charge, micro, price_micro)
               ? EN_OK
               : en_error_set(err, EN_OVERFLOW,
                              "a charge does not fit: quantity or price is wrong");
}

/* ---- a day ---- */

/* The price that holds on the day in hand. */
static en_code load_price(struct gather *gather, en_charge_part part, uint8_t zone,
                          struct day_price *price, struct en_error *err)
{
    struct en_instant at = en_schedule_day(gather->day_number);
    price->part = part;
    en_code code = en_schedule_price(gather->store, gather->tariff, part, zone, at,
                                     &gather->scratch, &price->row, err);
    price->is_set = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code begin_day(struct gather *gather, struct en_instant at, struct en_error *err)
{
    const struct en_bill *bill = gather->bill;
    int32_t offset = 0;
    en_code code = en_keys_point_offset(gather->store, bill->point, at, &offset, err);
    en_arena_reset(&gather->scratch);
    gather->day_number = en_day_of_instant(at, offset).n;
    gather->day = en_day_interval((struct en_day){gather->day_number}, offset);
    gather->plan = NULL;
    memset(&gather->sums, 0, sizeof gather->sums);
    gather->rest = (struct en_zone_sum){0};
    if (code == EN_OK) {
        code = en_schedule_point_tariff(gather->store, bill->point, gather->day.from,
                                        gather->day_number, &gather->tariff, err);
    }
    en_zone_split_begin(&gather->split, gather->store, &gather->scratch);
    if (code == EN_OK && bill->category->is_by_zone) {
        code = en_zone_split_plan(&gather->split, bill->point, offset, gather->day_number,
                                  gather->day, &gather->plan, err);
    }
    for (size_t i = 0; i < FLAT_PARTS && code == EN_OK; i++) {
        code = load_price(gather, flat_parts[i], 0, &gather->prices[i], err);
    }
    return code;
}

/* NETWORK and OTHER are paid where they have a price; energy always. */
static bool is_paid(const struct day_price *price)
{
    return price->is_set || price->part == EN_CHARGE_ENERGY;
}

/* A part whose price changes each hour is paid slot by slot. */
static en_code pay_hour(struct gather *gather, const struct day_price *price,
                        const struct en_curve_slot *slot, struct en_error *err)
{
    struct making like = line_of(gather, price->part, &price->row);
    int64_t price_micro = 0;
    like.line.of = slot->span;
    like.line.is_priced = en_schedule_hour_price(&price->row, slot->span.from, &price_micro);
    return add_to_line(gather, &like, slot->micro, price_micro, err);
}

static int64_t narrow(const struct en_zone_sum *sum)
{
    int64_t micro = sum->micro < 0 ? INT64_MIN : INT64_MAX;
    (void)en_i128_to_i64(sum->micro, &micro);
    return micro;
}

static en_code pay_flat(struct gather *gather, const struct day_price *price, int64_t micro,
                        struct en_error *err)
{
    if (!is_paid(price) || (price->is_set && price->row.hours.count > 0)) {
        return EN_OK;
    }
    struct making like = line_of(gather, price->part, price->is_set ? &price->row : NULL);
    return add_to_line(gather, &like, micro, like.line.price_micro, err);
}

/* Energy of a zone, at the zone's price. */
static en_code pay_zone(struct gather *gather, uint8_t zone, uint32_t calendar, int64_t micro,
                        struct en_error *err)
{
    struct day_price price;
    uint8_t place = calendar == 0 ? 0 : (uint8_t)(zone + 1);
    en_code code = load_price(gather, EN_CHARGE_ENERGY, place, &price, err);
    if (code != EN_OK) {
        return code;
    }
    bool is_priced = price.is_set && price.row.hours.count == 0; /* hours have no zone */
    struct making like = line_of(gather, EN_CHARGE_ENERGY, is_priced ? &price.row : NULL);
    like.line.calendar = calendar;
    like.zone = zone;
    like.line.zone = en_slice_text("all"); /* until names are looked up, at the end */
    return add_to_line(gather, &like, micro, like.line.price_micro, err);
}

/* Energy by zone is paid by the day; what has no zone has no price. */
static en_code pay_zones(struct gather *gather, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint8_t zone = 0; zone < EN_TARIFF_ZONES_MAX && code == EN_OK; zone++) {
        const struct en_zone_sum *sum = &gather->sums.zones[zone];
        if (sum->present_count > 0 || sum->micro != 0) {
            uint32_t calendar = gather->plan == NULL ? 0 : gather->plan->calendar;
            code = pay_zone(gather, zone, calendar, narrow(sum), err);
        }
    }
    if (code == EN_OK && gather->rest.present_count > 0) {
        struct making like = line_of(gather, EN_CHARGE_ENERGY, NULL);
        code = add_to_line(gather, &like, narrow(&gather->rest), 0, err);
    }
    return code;
}

static en_code end_day(struct gather *gather, struct en_error *err)
{
    struct en_zone_sum all = gather->rest;
    for (size_t i = 0; i < EN_TARIFF_ZONES_MAX; i++) {
        all.micro += gather->sums.zones[i].micro;
        all.present_count += gather->sums.zones[i].present_count;
    }
    en_code code = EN_OK;
    bool is_by_zone = gather->bill->category->is_by_zone;
    if (all.present_count == 0) {
        return EN_OK;
    }
    for (size_t i = 0; i < FLAT_PARTS && code == EN_OK; i++) {
        const struct day_price *price = &gather->prices[i];
        bool is_of_zones = is_by_zone && price->part == EN_CHARGE_ENERGY;
        code = is_of_zones ? pay_zones(gather, err) : pay_flat(gather, price, narrow(&all), err);
    }
    return code;
}

static en_code take_slot(void *self, const struct en_curve_slot *slot, struct en_error *err)
{
    struct gather *gather = self;
    en_code code = EN_OK;
    if (!en_interval_holds(gather->day, slot->span.from)) {
        code = end_day(gather, err);
        code = code == EN_OK ? begin_day(gather, slot->span.from, err) : code;
    }
    if (code != EN_OK) {
        return code;
    }
    uint64_t quality = en_quality_with_fiscal(slot->quality, EN_FISCAL_OPEN);
    if (!en_quality_is_usable(quality)) {
        gather->bill->missing_count++;
        return EN_OK;
    }
    gather->bill->present_count++;
    bool has_zone = gather->plan != NULL && slot->span.to.us <= gather->plan->time.to.us;
    if (has_zone) {
        en_tariff_plan_add(&gather->plan->plan, slot->span, slot->micro, quality, &gather->sums);
    } else {
        gather->rest.micro += slot->micro;
        gather->rest.present_count++;
    }
    for (size_t i = 0; i < FLAT_PARTS && code == EN_OK; i++) {
        const struct day_price *price = &gather->prices[i];
        bool is_of_zones = gather->bill->category->is_by_zone && price->part == EN_CHARGE_ENERGY;
        if (price->is_set && price->row.hours.count > 0 && !is_of_zones) {
            code = pay_hour(gather, price, slot, err);
        }
    }
    return code;
}

/* ---- registers read now and then: one price for the whole period ---- */

struct register_sum {
    struct en_zone_sum *sum;
    struct en_bill *bill;
};

static en_code take_advance(void *self, const struct en_advance_row *row, struct en_error *err)
{
    struct register_sum *sum = self;
    (void)err;
    if (en_quality_is_usable(row->amount.quality)) {
        sum->sum->micro += row->amount.micro;
        sum->sum->present_count++;
        sum->bill->present_count++;
    } else {
        sum->bill->missing_count++;
    }
    return EN_OK;
}

/* tariff register T1 counts zone 0, T2 zone 1 ...; the total has no zone. */
static en_code take_register(struct gather *gather, const struct en_channel_row *row,
                             struct en_error *err)
{
    struct en_register_meaning meaning;
    bool is_register = row->slot_seconds == 0 && row->basis == EN_BASIS_REGISTER &&
                       en_register_meaning_of(row->code, &meaning, NULL) == EN_OK &&
                       meaning.unit == EN_UNIT_KWH && meaning.direction == EN_DIRECTION_IN;
    bool is_by_zone = gather->bill->category->is_by_zone;
    if (!is_register || (meaning.tariff > 0) != is_by_zone ||
        meaning.tariff > EN_TARIFF_ZONES_MAX) {
        return EN_OK;
    }
    struct en_zone_sum *sum = is_by_zone ? &gather->sums.zones[meaning.tariff - 1] : &gather->rest;
    struct register_sum into = {sum, gather->bill};
    return en_advances_walk(gather->store, row, gather->bill->period, take_advance, &into, err);
}

static en_code take_registers(struct gather *gather, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_point_channel_row place = {.point = gather->bill->point, .code = en_slice_text("")};
    en_code code = begin_day(gather, gather->bill->period.from, err);
    code = code == EN_OK
               ? en_table_scan_begin(gather->store, &en_table_point_channel, &place, 1, &scan, err)
               : code;
    if (code != EN_OK) {
        return code;
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &place, &gather->scratch, err);
        struct en_channel_row row = {.channel = place.channel};
        code =
            code == EN_OK ? en_table_get(gather->store, &en_table_channel, &row, NULL, err) : code;
        code = code == EN_OK ? take_register(gather, &row, err) : code;
    }
    en_table_scan_end(&scan);
    gather->day = gather->bill->period;
    return code == EN_NOT_FOUND ? end_day(gather, err) : code;
}

/* ---- power and plan ---- */

static en_code pay_power(struct gather *gather, en_charge_part part, struct en_amount power,
                         struct en_error *err)
{
    struct day_price price;
    en_code code = load_price(gather, part, 0, &price, err);
    if (code != EN_OK) {
        return code;
    }
    struct making like = line_of(gather, part, price.is_set ? &price.row : NULL);
    struct making *line = NULL;
    like.line.of = gather->bill->period;
    like.line.has_quantity = en_quality_is_usable(power.quality);
    code = find_line(gather, &like, &line, err);
    if (code == EN_OK && like.line.has_quantity &&
        !en_charge_add(&line->charge, power.micro, like.line.price_micro)) {
        code = en_error_set(err, EN_OVERFLOW, "a charge for power does not fit");
    }
    return code;
}

/* One hour's deviation, at the price of its hour. */
static en_code pay_deviation(struct gather *gather, struct en_instant at, int64_t difference,
                             struct en_error *err)
{
    en_charge_part part = difference > 0 ? EN_CHARGE_OVER : EN_CHARGE_UNDER;
    int64_t micro = difference > 0 ? difference : -difference;
    struct day_price price;
    int64_t price_micro = 0;
    en_arena_reset(&gather->scratch);
    gather->day_number = en_day_of_instant(at, gather->bill->offset_minutes).n;
    en_code code = load_price(gather, part, 0, &price, err);
    if (code != EN_OK) {
        return code;
    }
    struct making like = line_of(gather, part, price.is_set ? &price.row : NULL);
    like.line.of = (struct en_interval){at, {at.us + EN_HOUR_US}};
    like.line.is_priced = price.is_set && en_schedule_hour_price(&price.row, at, &price_micro);
    return add_to_line(gather, &like, micro, price_micro, err);
}

/* An hour without plan or fact leaves both parts without a quantity. */
static en_code say_no_deviation(struct gather *gather, struct en_error *err)
{
    static const en_charge_part parts[] = {EN_CHARGE_OVER, EN_CHARGE_UNDER};
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_COUNT_OF(parts) && code == EN_OK; i++) {
        struct making like = line_of(gather, parts[i], NULL);
        struct making *line = NULL;
        like.line.of = gather->bill->period;
        like.line.has_quantity = false;
        code = find_line(gather, &like, &line, err);
    }
    return code;
}

static en_code pay_plan(struct gather *gather, const struct en_hours *fact, uint32_t plan_channel,
                        struct en_error *err)
{
    struct en_hours plan = {.count = 0};
    en_code code = plan_channel == 0
                       ? EN_OK
                       : en_hours_gather(gather->store, plan_channel, gather->bill->period,
                                         EN_LANE_LIVE, gather->arena, &plan, err);
    uint32_t missing = plan.count == fact->count ? 0 : 1;
    for (uint32_t i = 0; code == EN_OK && i < plan.count; i++) {
        struct en_instant at = {fact->from.us + i * EN_HOUR_US};
        int64_t difference = 0;
        if (!en_quality_is_usable(plan.hours[i].quality) ||
            !en_quality_is_usable(fact->hours[i].quality)) {
            missing++;
            continue;
        }
        en_deviation_add(&gather->bill->deviation, plan.hours[i].micro, fact->hours[i].micro);
        if (!en_i64_subtract(fact->hours[i].micro, plan.hours[i].micro, &difference)) {
            return en_error_set(err, EN_OVERFLOW, "a deviation from the plan does not fit");
        }
        code = difference == 0 ? EN_OK : pay_deviation(gather, at, difference, err);
    }
    return code == EN_OK && missing > 0 ? say_no_deviation(gather, err) : code;
}

/* What is paid for beside energy: power in published hours, deviations from the plan. */
static en_code pay_hours(struct gather *gather, uint32_t region, uint32_t plan_channel,
                         struct en_error *err)
{
    struct en_bill *bill = gather->bill;
    struct en_hours hours;
    if (!bill->category->has_capacity || bill->channel == 0) {
        return EN_OK;
    }
    en_code code = en_hours_gather(gather->store, bill->channel, bill->period, gather->lane,
                                   gather->arena, &hours, err);
    if (code == EN_OK) {
        code = en_power_in_peaks(gather->store, region, EN_PEAK_FACT, &hours, bill->period,
                                 gather->day_number, gather->arena, &bill->purchased, err);
    }
    if (code == EN_OK) {
        code = pay_power(gather, EN_CHARGE_CAPACITY, bill->purchased.mean, err);
    }
    if (code == EN_OK && bill->category->has_network_capacity) {
        code = en_power_in_peaks(gather->store, region, EN_PEAK_PLANNED, &hours, bill->period,
                                 gather->day_number, gather->arena, &bill->network, err);
        code = code == EN_OK
                   ? pay_power(gather, EN_CHARGE_NETWORK_CAPACITY, bill->network.mean, err)
                   : code;
    }
    return code == EN_OK && bill->category->has_plan ? pay_plan(gather, &hours, plan_channel, err)
                                                     : code;
}

/* ---- the bill ---- */

static en_code name_line(struct gather *gather, struct making *line, struct en_error *err)
{
    struct en_schedule_calendar schedule;
    struct en_instant last = {line->line.of.to.us - 1};
    if (line->line.calendar == 0) {
        return EN_OK;
    }
    struct en_instant at = en_schedule_day(en_day_of_instant(last, gather->bill->offset_minutes).n);
    en_code code =
        en_schedule_calendar(gather->store, line->line.calendar, at, gather->arena, &schedule, err);
    if (code == EN_NOT_FOUND) {
        code = en_schedule_last_calendar(gather->store, line->line.calendar, gather->arena,
                                         &schedule, err);
    }
    bool is_named = code == EN_OK && line->zone < schedule.days.zones_count;
    line->line.zone = is_named ? schedule.zones[line->zone].name : en_slice_text("?");
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* Rounds every line once, and adds the lines up. */
static en_code close_bill(struct gather *gather, struct en_error *err)
{
    struct en_bill *bill = gather->bill;
    struct en_money *amounts =
        en_arena_alloc(gather->arena, (gather->lines_count + 1) * sizeof *amounts);
    bill->lines = en_arena_alloc(gather->arena, (gather->lines_count + 1) * sizeof *bill->lines);
    if (amounts == NULL || bill->lines == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the lines of a bill");
    }
    en_code code = EN_OK;
    bill->lines_count = gather->lines_count;
    bill->is_complete = bill->tariff != 0 && bill->missing_count == 0 && bill->lines_count > 0;
    for (uint32_t i = 0; i < gather->lines_count && code == EN_OK; i++) {
        struct making *making = &gather->lines[i];
        struct en_bill_line *line = &making->line;
        code = name_line(gather, making, err);
        if (code == EN_OK && !en_i128_to_i64(making->charge.micro, &line->micro)) {
            code = en_error_set(err, EN_OVERFLOW, "the quantity of a charge does not fit");
        }
        if (code == EN_OK && line->is_priced && line->has_quantity) {
            code = en_charge_round(&making->charge, &line->amount, err);
        }
        amounts[i] = line->amount;
        bill->is_complete = bill->is_complete && line->is_priced && line->has_quantity;
        bill->lines[i] = *line;
    }
    return code == EN_OK ? en_money_total(amounts, gather->lines_count, &bill->total, err) : code;
}

/* What the contract and the tariff say where the period begins. */
static en_code read_terms(struct gather *gather, uint32_t *region, uint32_t *plan_channel,
                          struct en_error *err)
{
    struct en_bill *bill = gather->bill;
    struct en_instant at = bill->period.from;
    struct en_contract_row contract;
    struct en_tariff_row tariff = {.tariff = 0};
    uint32_t number = 0;
    en_code code = en_schedule_contract(gather->store, bill->point, at, &contract, err);
    *plan_channel = code == EN_OK ? contract.plan_channel : 0;
    number = code == EN_OK ? contract.category : 0;
    code = code == EN_NOT_FOUND ? EN_OK : code;
    int32_t day = en_day_of_instant(at, bill->offset_minutes).n;
    if (code == EN_OK) {
        code = en_schedule_point_tariff(gather->store, bill->point, at, day, &bill->tariff, err);
    }
    if (code == EN_OK && bill->tariff != 0) {
        code = en_schedule_tariff(gather->store, bill->tariff, en_schedule_day(day), gather->arena,
                                  &tariff, err);
        bill->tariff = code == EN_OK ? bill->tariff : 0;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    number = number != 0 ? number : tariff.category;
    *region = tariff.region;
    bill->category = en_price_category(number != 0 ? number : 1);
    EN_ASSERT(bill->category != NULL); /* contracts and tariffs were checked */
    return code;
}

en_code en_bill_billing(struct en_store *store, uint32_t point, struct en_instant at,
                        struct en_billing *billing, struct en_error *err)
{
    struct en_contract_row contract;
    *billing = (struct en_billing){.day = 1};
    en_code code = en_schedule_contract(store, point, at, &contract, err);
    if (code == EN_OK) {
        billing->day = contract.billing_day;
        billing->hour = contract.billing_hour;
    }
    return code == EN_OK || code == EN_NOT_FOUND
               ? en_keys_point_offset(store, point, at, &billing->offset_minutes, err)
               : code;
}

en_code en_bill_periods_begin(struct en_store *store, uint32_t point, struct en_day from,
                              struct en_day to, struct en_bill_periods *periods,
                              struct en_error *err)
{
    int32_t offset = 0;
    *periods = (struct en_bill_periods){.store = store, .point = point};
    en_code code = en_keys_day_start(store, point, from.n, &periods->begin, &offset, err);
    periods->at = periods->begin;
    return code == EN_OK ? en_keys_day_start(store, point, to.n, &periods->end, &offset, err)
                         : code;
}

en_code en_bill_periods_next(struct en_bill_periods *periods, struct en_interval *period,
                             struct en_error *err)
{
    struct en_billing billing;
    while (periods->at.us < periods->end.us) {
        en_code code = en_bill_billing(periods->store, periods->point, periods->at, &billing, err);
        if (code != EN_OK) {
            return code;
        }
        *period = en_billing_period(&billing, en_billing_month_of(&billing, periods->at));
        EN_ASSERT(period->to.us > periods->at.us);
        periods->at = period->to;
        if (period->from.us >= periods->begin.us && period->from.us < periods->end.us) {
            return EN_OK;
        }
    }
    return EN_NOT_FOUND;
}

/* 0: not one to be paid by; more is better. */
static int fitness(const struct en_channel_row *row, uint32_t plan_channel)
{
    bool is_energy = row->unit == EN_UNIT_KWH && row->channel != plan_channel &&
                     en_register_bears_load(row->code);
    if (!is_energy) {
        return 0;
    }
    int points = row->slot_seconds > 0 ? 3 : 1;
    return points + (en_slice_equal(row->code, en_slice_text("A+")) ? 1 : 0);
}

en_code en_bill_channel(struct en_store *store, uint32_t point, struct en_instant at,
                        uint32_t *channel, struct en_error *err)
{
    struct en_contract_row contract;
    struct en_table_scan scan;
    struct en_arena arena;
    struct en_point_channel_row place = {.point = point, .code = en_slice_text("")};
    int best = 0;
    *channel = 0;
    en_code code = en_schedule_contract(store, point, at, &contract, err);
    uint32_t plan_channel = code == EN_OK ? contract.plan_channel : 0;
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    en_arena_init(&arena, SCRATCH_SIZE_MAX);
    code = en_table_scan_begin(store, &en_table_point_channel, &place, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &place, &arena, err);
        struct en_channel_row row = {.channel = place.channel};
        code = code == EN_OK ? en_table_get(store, &en_table_channel, &row, NULL, err) : code;
        int points = code == EN_OK ? fitness(&row, plan_channel) : 0;
        *channel = points > best ? row.channel : *channel;
        best = points > best ? points : best;
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The energy of the period: a grid's slots, or the advances of registers. */
static en_code pay_energy(struct gather *gather, struct en_error *err)
{
    struct en_bill *bill = gather->bill;
    struct en_channel_row row = {.channel = bill->channel};
    en_code code = bill->channel == 0
                       ? EN_NOT_FOUND
                       : en_table_get(gather->store, &en_table_channel, &row, NULL, err);
    if (code == EN_NOT_FOUND || (code == EN_OK && row.slot_seconds == 0)) {
        bill->channel = 0;
        return take_registers(gather, err);
    }
    struct en_curve_query query = {.series = bill->channel,
                                   .is_instants = true,
                                   .interval = bill->period,
                                   .lane = gather->lane};
    code = code == EN_OK ? begin_day(gather, bill->period.from, err) : code;
    code = code == EN_OK ? en_curve_walk(gather->store, &query, take_slot, gather, err) : code;
    return code == EN_OK ? end_day(gather, err) : code;
}

en_code en_bill_gather(struct en_store *store, uint32_t point, struct en_interval period,
                       en_lane lane, struct en_arena *arena, struct en_bill *bill,
                       struct en_error *err)
{
    uint32_t region = 0;
    uint32_t plan_channel = 0;
    *bill = (struct en_bill){.point = point, .period = period};
    if (period.from.us >= period.to.us || (period.to.us - period.from.us) % EN_HOUR_US != 0) {
        return en_error_set(err, EN_RANGE, "a billing period is whole hours long");
    }
    struct gather *gather = en_mem_alloc(1, sizeof *gather);
    if (gather == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a bill");
    }
    gather->store = store;
    gather->arena = arena;
    gather->bill = bill;
    gather->lane = lane;
    gather->lines = en_mem_alloc(EN_BILL_LINES_MAX, sizeof *gather->lines);
    en_arena_init(&gather->scratch, SCRATCH_SIZE_MAX);
    en_code code = gather->lines == NULL ? en_error_set(err, EN_NOMEM, "no memory for a bill")
                                         : en_keys_point_offset(store, point, period.from,
                                                                &bill->offset_minutes, err);
    code = code == EN_OK ? read_terms(gather, &region, &plan_channel, err) : code;
    code = code == EN_OK ? en_bill_channel(store, point, period.from, &bill->channel, err) : code;
    if (code == EN_OK && bill->tariff != 0) {
        code = pay_energy(gather, err);
        gather->tariff = bill->tariff;
        gather->day_number = en_day_of_instant(period.from, bill->offset_minutes).n;
        code = code == EN_OK ? pay_hours(gather, region, plan_channel, err) : code;
        code = code == EN_OK ? close_bill(gather, err) : code;
    }
    en_arena_fini(&gather->scratch);
    en_mem_free(gather->lines);
    en_mem_free(gather);
    return code;
}
