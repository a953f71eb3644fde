/* Bills, deviations and energy by zone of a small town at Moscow's offset: sums are exact, prices
 * are those of the day, what is missing is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "projections/views/bill.h"
#include "projections/views/deviation.h"
#include "projections/views/reconcile.h"
#include "projections/views/zone_usage.h"
#include "tests/replay/world.h"

#define KWH INT64_C(1000000)
#define RUB INT64_C(10000)
#define MOSCOW 180

enum { NIGHT, HALF, PEAK };

static const struct en_interval NEVER = {{0}, {0}};

struct town {
    struct world world;
    struct world_projection now;
    uint32_t point;
    uint32_t channel;
    uint32_t plan;
    uint32_t tariff;
};

static struct en_interval from_day(int32_t day)
{
    struct en_interval valid = world_moment(day, 0);
    valid.to = valid.from;
    return valid;
}

/* The fiscal day in Moscow. */
static struct en_interval moscow_days(int32_t from, int32_t to)
{
    struct en_interval time = {en_day_interval((struct en_day){from}, MOSCOW).from,
                               en_day_interval((struct en_day){to}, MOSCOW).from};
    return time;
}

static void put_day(struct town *town, uint32_t channel, int32_t day, const int64_t kwh[48],
                    int missing_slot)
{
    static struct en_block block;
    struct en_error err;
    struct en_buf bytes;
    struct en_buf payload;
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    en_buf_init(&payload, EN_PAYLOAD_SIZE_MAX);
    block.head = (struct en_block_head){-MOSCOW, 1800, 48, 0, false};
    for (int i = 0; i < 48; i++) {
        block.values[i] = i == missing_slot ? 0 : kwh[i];
        block.quality[i] = i == missing_slot ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    assert_int_equal(en_block_encode(&block, &bytes, &err), EN_OK);
    en_reading_profile_encode(0, en_buf_slice(&bytes), &payload);
    struct en_event_header header = {.valid = moscow_days(day, day + 1),
                                     .kind = EN_KIND_READING_PROFILE,
                                     .subject = channel,
                                     .source = town->world.source,
                                     .source_seq = ++town->world.source_seq,
                                     .cause = EN_SEQ_NONE};
    assert_int_equal(en_batch_add(&town->world.batch, &header, en_buf_slice(&payload), &err),
                     EN_OK);
    world_append(&town->world);
    en_buf_fini(&bytes);
    en_buf_fini(&payload);
}

static void put_flat(struct town *town, uint32_t channel, int32_t day, int64_t kwh)
{
    int64_t values[48];
    for (size_t i = 0; i < 48; i++) {
        values[i] = kwh;
    }
    put_day(town, channel, day, values, -1);
}

static void accept(struct town *town, uint64_t seq)
{
    char text[EN_ERROR_TEXT_SIZE] = "";
    world_run(&town->now, 0);
    if (world_outcome(&town->now, seq, text, sizeof text) != EN_OK) {
        fail_msg("refused: %s", text);
    }
}

static void put_price(struct town *town, en_charge_part part, uint8_t zone, int32_t day,
                      int64_t price_micro)
{
    struct en_price_set set = {.part = (uint8_t)part, .zone = zone, .price_micro = price_micro};
    accept(town, world_event(&town->world, EN_KIND_PRICE_SET, town->tariff, from_day(day), &set));
}

static void put_contract(struct town *town, uint8_t category, uint8_t billing_day)
{
    struct en_contract_set set = {.tariff = en_slice_text("home"),
                                  .category = category,
                                  .billing_day = billing_day,
                                  .max_power_micro = 700 * KWH,
                                  .declared_power_micro = 20 * KWH,
                                  .plan_channel = town->plan};
    accept(town, world_event(&town->world, EN_KIND_CONTRACT_SET, town->point, NEVER, &set));
}

static void town_open(struct town *town)
{
    static struct en_calendar_switch switches[] = {
        {0, EN_DAY_TYPE_WEEKDAY, 7 * 60, PEAK},   {0, EN_DAY_TYPE_WEEKDAY, 10 * 60, HALF},
        {0, EN_DAY_TYPE_WEEKDAY, 17 * 60, PEAK},  {0, EN_DAY_TYPE_WEEKDAY, 21 * 60, HALF},
        {0, EN_DAY_TYPE_WEEKDAY, 23 * 60, NIGHT},
    };
    static struct en_calendar_date dates[] = {
        {{WORLD_DAY}, EN_DAY_TYPE_HOLIDAY, false},     /* Thursday */
        {{WORLD_DAY + 1}, EN_DAY_TYPE_HOLIDAY, false}, /* Friday */
        {{WORLD_DAY + 2}, EN_DAY_TYPE_MOVED, false},   /* Saturday, worked */
    };
    static struct en_calendar_zone zones[3];
    struct world *world = &town->world;
    world_open_in_memory(world, 7);
    uint32_t object = world_name(world, EN_NAME_OBJECT, "S1");
    struct en_object_set object_set = {.name = en_slice_text("S1"),
                                       .type = en_slice_text("house"),
                                       .fiscal_offset_minutes = MOSCOW};
    (void)world_event(world, EN_KIND_OBJECT_SET, object, NEVER, &object_set);
    town->channel = world_point(world, "P1", true);
    town->point = world_name(world, EN_NAME_POINT, "P1");
    struct en_point_set point = {
        .name = en_slice_text("P1"), .resource = en_slice_text("electricity"), .object = object};
    (void)world_event(world, EN_KIND_POINT_SET, town->point, NEVER, &point);
    struct en_channel_set plan = {.point = town->point,
                                  .code = en_slice_text("PLAN"),
                                  .unit = EN_UNIT_KWH,
                                  .basis = EN_BASIS_PROFILE,
                                  .slot_seconds = 1800,
                                  .is_primary = true};
    char key[EN_NAME_SIZE_MAX + 1];
    en_channel_key(town->point, plan.code, key);
    town->plan = world_name(world, EN_NAME_CHANNEL, key);
    (void)world_event(world, EN_KIND_CHANNEL_SET, town->plan, NEVER, &plan);
    world_project(world, &town->now, 0);
    zones[NIGHT].name = en_slice_text("night");
    zones[HALF].name = en_slice_text("half");
    zones[PEAK].name = en_slice_text("peak");
    struct en_calendar_set calendar = {.zones = {zones, 3},
                                       .dates = {dates, EN_COUNT_OF(dates)},
                                       .switches = {switches, EN_COUNT_OF(switches)}};
    uint32_t id = world_name(world, EN_NAME_CALENDAR, "rf3");
    accept(town, world_event(world, EN_KIND_CALENDAR_SET, id, NEVER, &calendar));
    town->tariff = world_name(world, EN_NAME_TARIFF, "home");
    struct en_tariff_set tariff = {
        .calendar = id, .category = 2, .region = world_name(world, EN_NAME_REGION, "77")};
    accept(town, world_event(world, EN_KIND_TARIFF_SET, town->tariff, NEVER, &tariff));
    put_contract(town, 2, 1);
}

static void town_close(struct town *town)
{
    world_projection_close(&town->now);
    world_close(&town->world);
}

static struct en_store *look(struct town *town)
{
    struct en_error err;
    struct en_store *store = NULL;
    world_run(&town->now, 0);
    assert_int_equal(en_store_begin(town->now.kv, EN_KV_READ, &store, &err), EN_OK);
    return store;
}

static struct en_arena arena;

static int arena_open(void **state)
{
    (void)state;
    en_arena_init(&arena, 64u << 20);
    return 0;
}

static int arena_close(void **state)
{
    (void)state;
    en_arena_fini(&arena);
    return 0;
}

static struct en_bill bill_of(struct town *town, struct en_interval period)
{
    struct en_error err = {0};
    struct en_bill bill;
    struct en_store *store = look(town);
    en_code code = en_bill_gather(store, town->point, period, EN_LANE_FISCAL, &arena, &bill, &err);
    if (code != EN_OK) {
        fail_msg("%s", err.text);
    }
    en_store_abort(store);
    int64_t sum = 0;
    for (uint32_t i = 0; i < bill.lines_count; i++) {
        sum += bill.lines[i].amount.e4;
        assert_true(bill.lines[i].amount.e4 % EN_KOPECK_E4 == 0);
    }
    assert_true(sum == bill.total.e4);
    return bill;
}

/* Three zones of 70, 90 and 80 kWh a day at three prices; the peak's rises in mid-month. */
static void test_charges_by_zone(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    for (int32_t day = 0; day < 4; day++) {
        put_flat(&town, town.channel, WORLD_DAY + day, 5);
    }
    put_price(&town, EN_CHARGE_ENERGY, NIGHT + 1, WORLD_DAY, 1500000);
    put_price(&town, EN_CHARGE_ENERGY, HALF + 1, WORLD_DAY, 3000000);
    put_price(&town, EN_CHARGE_ENERGY, PEAK + 1, WORLD_DAY, 5000000);
    put_price(&town, EN_CHARGE_ENERGY, PEAK + 1, WORLD_DAY + 3, 6000000);
    put_price(&town, EN_CHARGE_NETWORK, 0, WORLD_DAY, 123456);
    struct en_bill bill = bill_of(&town, moscow_days(WORLD_DAY, WORLD_DAY + 4));
    assert_int_equal(bill.lines_count, 5);
    assert_true(bill.is_complete);
    static const struct {
        const char *zone;
        int64_t kwh, amount_e4;
    } lines[] = {
        {"night", 320, 480 * RUB}, {"half", 360, 1080 * RUB}, {"peak", 210, 1050 * RUB},
        {"peak", 70, 420 * RUB},   {"", 960, 1185200}, /* 118.51776 */
    };
    for (size_t i = 0; i < EN_COUNT_OF(lines); i++) {
        const struct en_bill_line *line = &bill.lines[i];
        assert_true(en_slice_equal(line->zone, en_slice_text(lines[i].zone)));
        assert_true(line->micro == lines[i].kwh * KWH);
        assert_true(line->amount.e4 == lines[i].amount_e4);
    }
    town_close(&town);
}

static void test_a_zone_without_a_price_is_said(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    put_flat(&town, town.channel, WORLD_DAY, 5);
    put_price(&town, EN_CHARGE_ENERGY, NIGHT + 1, WORLD_DAY, 1500000);
    struct en_bill bill = bill_of(&town, moscow_days(WORLD_DAY, WORLD_DAY + 1));
    assert_int_equal(bill.lines_count, 3);
    assert_false(bill.is_complete);
    assert_true(bill.lines[0].is_priced && !bill.lines[1].is_priced && !bill.lines[2].is_priced);
    assert_true(bill.total.e4 == 120 * RUB);
    put_price(&town, EN_CHARGE_ENERGY, HALF + 1, WORLD_DAY, 1);
    put_price(&town, EN_CHARGE_ENERGY, PEAK + 1, WORLD_DAY, 1);
    assert_true(bill_of(&town, moscow_days(WORLD_DAY, WORLD_DAY + 1)).is_complete);
    /* a missing slot is no zero */
    int64_t values[48] = {0};
    put_day(&town, town.channel, WORLD_DAY + 1, values, 5);
    bill = bill_of(&town, moscow_days(WORLD_DAY, WORLD_DAY + 2));
    assert_false(bill.is_complete);
    assert_int_equal(bill.missing_count, 1);
    town_close(&town);
}

static void put_hour_prices(struct town *town, en_charge_part part, int32_t day, uint32_t count)
{
    static struct en_price_hour hours[96];
    for (uint32_t i = 0; i < count; i++) {
        hours[i].price_micro = 2000000 + (int64_t)(i % 24) * 100000;
    }
    struct en_price_set set = {.part = (uint8_t)part, .hours = {hours, count}};
    struct en_interval valid = {moscow_days(day, day + 1).from, moscow_days(day, day + 1).from};
    accept(town, world_event(&town->world, EN_KIND_PRICE_SET, town->tariff, valid, &set));
}

static void publish(struct town *town, en_peak_list list)
{
    static struct en_peak_hour hours[] = {{9}, {10}, {18}};
    static struct en_peak_day days[] = {{{WORLD_DAY + 2}, 10}, {{WORLD_DAY + 4}, 18}};
    struct en_peak_hours_set set = {.list = (uint8_t)list,
                                    .offset_minutes = MOSCOW,
                                    .calendar = world_name(&town->world, EN_NAME_CALENDAR, "rf3"),
                                    .document = en_slice_text("order 1")};
    if (list == EN_PEAK_PLANNED) {
        set.hours = (struct en_list){hours, 3};
    } else {
        set.days = (struct en_list){days, 2};
    }
    struct en_interval month = {{(int64_t)WORLD_DAY * EN_DAY_US},
                                {(int64_t)(WORLD_DAY + 31) * EN_DAY_US}};
    accept(town, world_event(&town->world, EN_KIND_PEAK_HOURS_SET,
                             world_name(&town->world, EN_NAME_REGION, "77"), month, &set));
}

/* Days of which hour h has h kWh, in two halves. */
static void put_rising(struct town *town, uint32_t channel, int32_t day, int64_t extra)
{
    int64_t values[48];
    for (int i = 0; i < 48; i++) {
        values[i] = i / 2 + extra;
    }
    put_day(town, channel, day, values, -1);
}

/* Category III: hour by hour, and the power in the published hour of each working day (D-01): of
 * five days Saturday is worked, Thursday, Friday are holidays, Sunday is Sunday. */
static void test_charges_by_hour_and_capacity(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    put_contract(&town, 3, 1);
    for (int32_t day = 0; day < 5; day++) {
        put_rising(&town, town.channel, WORLD_DAY + day, 0);
    }
    publish(&town, EN_PEAK_FACT);
    for (int32_t day = 0; day < 5; day++) {
        put_hour_prices(&town, EN_CHARGE_ENERGY, WORLD_DAY + day, 24);
    }
    put_price(&town, EN_CHARGE_CAPACITY, 0, WORLD_DAY, 800 * KWH);
    struct en_bill bill = bill_of(&town, moscow_days(WORLD_DAY, WORLD_DAY + 5));
    /* hour h: 2h kWh at 2 + 0.1 h: sum over h of 4h + 0.2 h^2 = 1104 + 864.8 a day */
    int64_t energy = 0;
    for (uint32_t i = 0; i < bill.lines_count; i++) {
        bool is_energy = bill.lines[i].part == EN_CHARGE_ENERGY;
        energy += is_energy ? bill.lines[i].amount.e4 : 0;
    }
    assert_true(energy == 5 * 19688 * RUB / 10);
    const struct en_bill_line *capacity = &bill.lines[bill.lines_count - 1];
    assert_int_equal(capacity->part, EN_CHARGE_CAPACITY);
    assert_true(capacity->micro == 28 * KWH); /* (20 + 36) / 2 */
    assert_true(capacity->amount.e4 == 28 * 800 * RUB);
    assert_int_equal(bill.purchased.days_count, 2);
    assert_true(bill.is_complete);
    /* a working day without a published hour leaves the capacity untold */
    put_rising(&town, town.channel, WORLD_DAY + 5, 0);
    put_hour_prices(&town, EN_CHARGE_ENERGY, WORLD_DAY + 5, 24);
    bill = bill_of(&town, moscow_days(WORLD_DAY, WORLD_DAY + 6));
    assert_false(bill.is_complete);
    assert_false(bill.lines[bill.lines_count - 1].has_quantity);
    assert_int_equal(bill.purchased.missing_count, 1);
    town_close(&town);
}

/* Category VI: the network's capacity is the mean of the daily maxima in planned hours (D-02), and
 * what is over or under the plan is paid apart (D-06). */
static void test_charges_with_a_plan(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    put_contract(&town, 6, 1);
    put_rising(&town, town.channel, WORLD_DAY + 2, 0);
    put_flat(&town, town.plan, WORLD_DAY + 2, 12);
    publish(&town, EN_PEAK_FACT);
    publish(&town, EN_PEAK_PLANNED);
    put_hour_prices(&town, EN_CHARGE_ENERGY, WORLD_DAY + 2, 24);
    put_price(&town, EN_CHARGE_CAPACITY, 0, WORLD_DAY, 1 * KWH);
    put_price(&town, EN_CHARGE_NETWORK_CAPACITY, 0, WORLD_DAY, 2 * KWH);
    put_price(&town, EN_CHARGE_OVER, 0, WORLD_DAY, 500000);
    put_price(&town, EN_CHARGE_UNDER, 0, WORLD_DAY, 250000);
    struct en_bill bill = bill_of(&town, moscow_days(WORLD_DAY + 2, WORLD_DAY + 3));
    assert_true(bill.is_complete);
    /* 2h against 24: over in 13 .. 23 by 2 .. 22, under in 0 .. 11 by 24 .. 2 */
    assert_true(bill.deviation.over == 132 * KWH && bill.deviation.under == 156 * KWH);
    static const struct {
        en_charge_part part;
        int64_t quantity, amount_e4;
    } lines[] = {{EN_CHARGE_ENERGY, 552, 19688 * RUB / 10},
                 {EN_CHARGE_CAPACITY, 20, 20 * RUB},
                 {EN_CHARGE_NETWORK_CAPACITY, 36, 72 * RUB},
                 {EN_CHARGE_OVER, 132, 66 * RUB},
                 {EN_CHARGE_UNDER, 156, 39 * RUB}};
    assert_int_equal(bill.lines_count, EN_COUNT_OF(lines));
    for (size_t i = 0; i < EN_COUNT_OF(lines); i++) {
        assert_int_equal(bill.lines[i].part, lines[i].part);
        assert_true(bill.lines[i].micro == lines[i].quantity * KWH);
        assert_true(bill.lines[i].amount.e4 == lines[i].amount_e4);
    }
    /* an hour without a plan leaves both parts untold */
    int64_t values[48] = {0};
    put_day(&town, town.plan, WORLD_DAY + 3, values, 7);
    put_rising(&town, town.channel, WORLD_DAY + 3, 0);
    bill = bill_of(&town, moscow_days(WORLD_DAY + 3, WORLD_DAY + 4));
    assert_false(bill.is_complete);
    town_close(&town);
}

/* T-10: the period begins on the 25th at Moscow's midnight. */
static void test_t_10_billing_period(void **state)
{
    (void)state;
    struct town town;
    struct en_error err;
    struct en_billing billing;
    town_open(&town);
    put_contract(&town, 2, 25);
    struct en_store *store = look(&town);
    struct en_instant at = moscow_days(WORLD_DAY, WORLD_DAY + 1).from;
    assert_int_equal(en_bill_billing(store, town.point, at, &billing, &err), EN_OK);
    en_store_abort(store);
    struct en_interval period = en_billing_period(&billing, (struct en_month){56 * 12});
    struct en_interval expected = moscow_days(WORLD_DAY + 24, WORLD_DAY + 31 + 24);
    assert_true(period.from.us == expected.from.us && period.to.us == expected.to.us);
    town_close(&town);
}

/* without a profile tariff registers are zones, the first of them the first zone. */
static void test_r_09_tariff_registers(void **state)
{
    (void)state;
    struct town town;
    struct en_error err = {0};
    struct en_bill bill;
    town_open(&town);
    struct world *world = &town.world;
    uint32_t point = world_name(world, EN_NAME_POINT, "R1");
    struct en_point_set point_set = {.name = en_slice_text("R1"),
                                     .resource = en_slice_text("electricity")};
    (void)world_event(world, EN_KIND_POINT_SET, point, NEVER, &point_set);
    struct en_contract_set contract = {.tariff = en_slice_text("home"), .category = 2};
    (void)world_event(world, EN_KIND_CONTRACT_SET, point, NEVER, &contract);
    static const char *const codes[] = {"1-0:1.8.0", "1-0:1.8.1", "1-0:1.8.2", "1-0:1.8.3"};
    static const int64_t advances[] = {240, 80, 90, 70};
    for (size_t i = 0; i < EN_COUNT_OF(codes); i++) {
        struct en_channel_set set = {.point = point,
                                     .code = en_slice_text(codes[i]),
                                     .unit = EN_UNIT_KWH,
                                     .basis = EN_BASIS_REGISTER,
                                     .is_primary = true};
        char key[EN_NAME_SIZE_MAX + 1];
        en_channel_key(point, set.code, key);
        uint32_t channel = world_name(world, EN_NAME_CHANNEL, key);
        (void)world_event(world, EN_KIND_CHANNEL_SET, channel, NEVER, &set);
        for (int32_t end = 0; end < 2; end++) {
            struct en_reading_register read = {.value = {1000 + end * advances[i], 0},
                                               .quality = EN_QUALITY_MEASURED};
            (void)world_event(world, EN_KIND_READING_REGISTER, channel, from_day(WORLD_DAY + end),
                              &read);
        }
    }
    put_price(&town, EN_CHARGE_ENERGY, NIGHT + 1, WORLD_DAY - 1, 1000000);
    put_price(&town, EN_CHARGE_ENERGY, HALF + 1, WORLD_DAY - 1, 2000000);
    put_price(&town, EN_CHARGE_ENERGY, PEAK + 1, WORLD_DAY - 1, 3000000);
    struct en_store *store = look(&town);
    struct en_interval period = world_day(WORLD_DAY);
    en_code code = en_bill_gather(store, point, period, EN_LANE_FISCAL, &arena, &bill, &err);
    assert_int_equal(code, EN_OK);
    en_store_abort(store);
    assert_int_equal(bill.lines_count, 3);
    assert_true(bill.total.e4 == (80 + 2 * 90 + 3 * 70) * RUB);
    assert_true(bill.is_complete);
    town_close(&town);
}

static void test_deviation_of_a_period(void **state)
{
    (void)state;
    struct town town;
    struct en_error err = {0};
    struct en_deviation_answer answer;
    town_open(&town);
    for (int32_t day = 0; day < 5; day++) {
        put_rising(&town, town.channel, WORLD_DAY + day, 0);
        put_flat(&town, town.plan, WORLD_DAY + day, 12);
    }
    publish(&town, EN_PEAK_FACT);
    publish(&town, EN_PEAK_PLANNED);
    struct en_store *store = look(&town);
    struct en_day from = {WORLD_DAY + 2};
    struct en_day to = {WORLD_DAY + 6};
    en_code code =
        en_deviation_gather(store, town.point, from, to, EN_LANE_FISCAL, &arena, &answer, &err);
    assert_int_equal(code, EN_OK);
    assert_true(answer.micro == 3 * 552 * KWH);
    assert_int_equal(answer.hours_count, 96);
    assert_int_equal(answer.missing_count, 24);
    assert_true(answer.deviation.over == 3 * 132 * KWH);
    assert_true(answer.deviation.under == 3 * 156 * KWH);
    assert_true(answer.trend.expected == 3 * 552 * KWH && answer.plan_whole == 3 * 576 * KWH);
    assert_true(answer.max_hour.micro == 46 * KWH);
    assert_true(answer.max_at.us == moscow_days(WORLD_DAY + 2, 0).from.us + 23 * EN_HOUR_US);
    assert_true(answer.over_declared.micro == 26 * KWH);
    assert_true(answer.over_declared.percent_1e4 == 1300000);
    assert_int_equal(answer.purchased.days_count, 3); /* Saturday, Monday, Tuesday */
    assert_int_equal(answer.purchased.missing_count, 1);
    assert_false(answer.has_reserve); /* Tuesday has no values */
    assert_int_equal(answer.working_days, 3);
    assert_true(answer.previous.micro == 2 * 552 * KWH);
    assert_int_equal(answer.previous.working_days, 2);
    assert_true(answer.previous.has_per_working_day);
    en_store_abort(store);
    town_close(&town);
}

struct zone_sum {
    int64_t micro[3];
    int64_t rest;
    uint32_t rows;
};

static en_code add_zone(void *self, const struct en_zone_usage_row *row, struct en_error *err)
{
    struct zone_sum *sum = self;
    (void)err;
    sum->rows++;
    if (row->is_without) {
        sum->rest += row->micro;
    } else {
        uint8_t zone = row->zone.bytes[0] == 'n' ? NIGHT : row->zone.bytes[0] == 'h' ? HALF : PEAK;
        sum->micro[zone] += row->micro;
    }
    return EN_OK;
}

static struct zone_sum zones_of(struct town *town, en_lane lane)
{
    struct en_error err = {0};
    struct zone_sum sum = {.rows = 0};
    struct en_usage_query query = {
        .from_day = {WORLD_DAY}, .to_day = {WORLD_DAY + 4}, .lane = lane, .channel = town->channel};
    struct en_store *store = look(town);
    en_code code = en_zone_usage_walk(store, &query, add_zone, &sum, &err);
    if (code != EN_OK) {
        fail_msg("%s", err.text);
    }
    en_store_abort(store);
    return sum;
}

/* Frozen days count by zone as they froze. */
static void test_usage_by_zone_in_both_lanes(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    for (int32_t day = 0; day < 4; day++) {
        put_flat(&town, town.channel, WORLD_DAY + day, 5);
    }
    struct en_freeze_requested freeze = {.from_day = WORLD_DAY, .to_day = WORLD_DAY + 2};
    accept(&town, world_event(&town.world, EN_KIND_FREEZE_REQUESTED,
                              world_name(&town.world, EN_NAME_FREEZE, "F"), NEVER, &freeze));
    int64_t values[48];
    for (int i = 0; i < 48; i++) {
        values[i] = 6;
    }
    struct zone_sum before = zones_of(&town, EN_LANE_FISCAL);
    assert_true(before.micro[PEAK] == 4 * 70 * KWH && before.rest == 0);
    assert_int_equal(before.rows, 3);
    put_day(&town, town.channel, WORLD_DAY, values, -1);
    struct zone_sum fiscal = zones_of(&town, EN_LANE_FISCAL);
    struct zone_sum live = zones_of(&town, EN_LANE_LIVE);
    assert_true(fiscal.micro[PEAK] == 4 * 70 * KWH && fiscal.micro[NIGHT] == 4 * 80 * KWH);
    assert_true(live.micro[PEAK] == 3 * 70 * KWH + 84 * KWH);
    assert_true(live.micro[NIGHT] == 3 * 80 * KWH + 96 * KWH);
    town_close(&town);
}

struct verdicts {
    en_reconcile_verdict of[4]; /* total, T1, T2, T3 */
    int64_t differences[4];
    uint32_t count;
};

static en_code take_verdict(void *self, const struct en_reconcile_row *row, struct en_error *err)
{
    struct verdicts *verdicts = self;
    (void)err;
    assert_true(row->tariff < 4);
    verdicts->of[row->tariff] = row->verdict;
    verdicts->differences[row->tariff] = row->result.difference.micro;
    verdicts->count++;
    if (row->tariff == 3) {
        assert_true(en_slice_equal(row->zone, en_slice_text("peak")));
    }
    return EN_OK;
}

static void put_register(struct town *town, const char *code, int64_t advance, int32_t days)
{
    struct world *world = &town->world;
    struct en_channel_set set = {.point = town->point,
                                 .code = en_slice_text(code),
                                 .unit = EN_UNIT_KWH,
                                 .basis = EN_BASIS_REGISTER,
                                 .is_primary = true};
    char key[EN_NAME_SIZE_MAX + 1];
    en_channel_key(town->point, set.code, key);
    uint32_t channel = world_name(world, EN_NAME_CHANNEL, key);
    (void)world_event(world, EN_KIND_CHANNEL_SET, channel, NEVER, &set);
    for (int32_t end = 0; end < 2; end++) {
        struct en_instant at = moscow_days(WORLD_DAY + end * days, 0).from;
        struct en_reading_register read = {.value = {1000 + end * advance, 0},
                                           .quality = EN_QUALITY_MEASURED};
        (void)world_event(world, EN_KIND_READING_REGISTER, channel, (struct en_interval){at, at},
                          &read);
    }
}

static struct verdicts reconcile(struct town *town, int32_t days)
{
    struct en_error err = {0};
    struct verdicts verdicts = {.count = 0};
    struct en_store *store = look(town);
    struct en_day from = {WORLD_DAY};
    struct en_day to = {WORLD_DAY + days};
    en_code code = en_reconcile_walk(store, town->point, from, to, EN_LANE_FISCAL, 10000,
                                     take_verdict, &verdicts, &err);
    if (code != EN_OK) {
        fail_msg("%s", err.text);
    }
    en_store_abort(store);
    return verdicts;
}

/* TOU-05: the device's registers against the zones of the central schedule. */
static void test_tou_05_registers_against_zones(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    put_flat(&town, town.channel, WORLD_DAY, 5);
    put_register(&town, "1-0:1.8.0", 240, 1);
    put_register(&town, "1-0:1.8.1", 80, 1);
    put_register(&town, "1-0:1.8.2", 70, 1); /* it switches at other hours */
    put_register(&town, "1-0:1.8.3", 90, 1);
    struct verdicts verdicts = reconcile(&town, 1);
    assert_int_equal(verdicts.count, 4);
    assert_int_equal(verdicts.of[0], EN_RECONCILE_AGREE);
    assert_int_equal(verdicts.of[1], EN_RECONCILE_AGREE);
    assert_int_equal(verdicts.of[2], EN_RECONCILE_DIFFER);
    assert_int_equal(verdicts.of[3], EN_RECONCILE_DIFFER);
    assert_true(verdicts.differences[2] == -20 * KWH && verdicts.differences[3] == 20 * KWH);
    town_close(&town);
}

/* with a gap in the profile nothing can be told. */
static void test_r_08_total_against_profile(void **state)
{
    (void)state;
    struct town town;
    town_open(&town);
    put_flat(&town, town.channel, WORLD_DAY, 5);
    put_register(&town, "1-0:1.8.0", 246, 1);
    struct verdicts verdicts = reconcile(&town, 1);
    assert_int_equal(verdicts.of[0], EN_RECONCILE_DIFFER);
    assert_true(verdicts.differences[0] == 6 * KWH);
    put_register(&town, "1-0:1.8.0", 490, 2);
    verdicts = reconcile(&town, 2);
    assert_int_equal(verdicts.of[0], EN_RECONCILE_OPEN);
    town_close(&town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_charges_by_zone),
        cmocka_unit_test(test_a_zone_without_a_price_is_said),
        cmocka_unit_test(test_charges_by_hour_and_capacity),
        cmocka_unit_test(test_charges_with_a_plan),
        cmocka_unit_test(test_t_10_billing_period),
        cmocka_unit_test(test_r_09_tariff_registers),
        cmocka_unit_test(test_deviation_of_a_period),
        cmocka_unit_test(test_usage_by_zone_in_both_lanes),
        cmocka_unit_test(test_tou_05_registers_against_zones),
        cmocka_unit_test(test_r_08_total_against_profile),
    };
    return cmocka_run_group_tests(tests, arena_open, arena_close);
}
