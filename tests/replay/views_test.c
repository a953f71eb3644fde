/* Questions over the tables of a small world: curves slot by slot, pending differences, scopes that
 * overlap, fiscal days away from UTC, steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "core/metering/block/block.h"
#include "projections/views/curve.h"
#include "projections/views/pending.h"
#include "projections/views/usage.h"
#include "tests/replay/world.h"

#define KWH INT64_C(1000000)
#define MOSCOW 180
#define SLOTS_MAX 256

static const struct en_interval NEVER = {{0}, {0}};

/* A point of an object at Moscow's offset; its days begin at 21:00 UTC. */
struct site {
    struct world world;
    struct world_projection now;
    uint32_t object;
    uint32_t channel;
};

static void site_open(struct site *site)
{
    struct world *world = &site->world;
    world_open(world, 9);
    site->object = world_name(world, EN_NAME_OBJECT, "S1");
    struct en_object_set object = {.name = en_slice_text("S1"),
                                   .type = en_slice_text("substation"),
                                   .zone = en_slice_text(""),
                                   .fiscal_offset_minutes = MOSCOW};
    (void)world_event(world, EN_KIND_OBJECT_SET, site->object, NEVER, &object);
    site->channel = world_point(world, "P1", true);
    struct en_point_set point = {.name = en_slice_text("P1"),
                                 .resource = en_slice_text("electricity"),
                                 .object = site->object};
    (void)world_event(world, EN_KIND_POINT_SET, world_name(world, EN_NAME_POINT, "P1"), NEVER,
                      &point);
    world_project(world, &site->now, 0);
}

static void site_close(struct site *site)
{
    world_projection_close(&site->now);
    world_close(&site->world);
}

/* A fiscal day of the site with the same kWh in every half-hour; slot 5 is missing. */
static void put_day(struct site *site, int32_t day, uint64_t revision, int64_t kwh)
{
    static struct en_block block;
    struct en_error err;
    struct en_buf bytes;
    struct en_buf payload;
    struct world *world = &site->world;
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    en_buf_init(&payload, EN_PAYLOAD_SIZE_MAX);
    block.head = (struct en_block_head){-MOSCOW, 1800, 48, 0, false};
    for (int i = 0; i < 48; i++) {
        block.values[i] = kwh;
        block.quality[i] = i == 5 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    assert_int_equal(en_block_encode(&block, &bytes, &err), EN_OK);
    en_reading_profile_encode(revision, en_buf_slice(&bytes), &payload);
    struct en_interval valid = world_day(day);
    valid.from.us -= MOSCOW * EN_MINUTE_US;
    valid.to.us -= MOSCOW * EN_MINUTE_US;
    struct en_event_header header = {.valid = valid,
                                     .kind = EN_KIND_READING_PROFILE,
                                     .subject = site->channel,
                                     .source = world->source,
                                     .source_seq = ++world->source_seq,
                                     .cause = EN_SEQ_NONE};
    assert_int_equal(en_batch_add(&world->batch, &header, en_buf_slice(&payload), &err), EN_OK);
    world_append(world);
    en_buf_fini(&bytes);
    en_buf_fini(&payload);
}

static void freeze(struct site *site, const char *name, int32_t from, int32_t to, uint32_t scope)
{
    struct en_freeze_requested payload = {.from_day = from, .to_day = to, .scope = scope};
    uint32_t id = world_name(&site->world, EN_NAME_FREEZE, name);
    uint64_t seq = world_event(&site->world, EN_KIND_FREEZE_REQUESTED, id, NEVER, &payload);
    world_run(&site->now, 0);
    assert_int_equal(world_outcome(&site->now, seq, NULL, 0), EN_OK);
}

static struct en_store *look(struct site *site)
{
    struct en_error err;
    struct en_store *store = NULL;
    world_run(&site->now, 0);
    assert_int_equal(en_store_begin(site->now.kv, EN_KV_READ, &store, &err), EN_OK);
    return store;
}

static struct en_usage_cell usage_of(struct site *site, const struct en_usage_query *query,
                                     uint32_t step, uint32_t steps_count)
{
    struct en_error err;
    struct en_usage usage;
    struct en_store *store = look(site);
    en_usage_init(&usage);
    assert_int_equal(en_usage_gather(&usage, store, query, &err), EN_OK);
    assert_int_equal(usage.series_count, 1);
    assert_int_equal(usage.steps_count, steps_count);
    struct en_usage_cell cell = usage.cells[step];
    en_usage_fini(&usage);
    en_store_abort(store);
    return cell;
}

struct seen {
    struct en_curve_slot slots[SLOTS_MAX];
    uint32_t count;
};

static en_code see(void *self, const struct en_curve_slot *slot, struct en_error *err)
{
    struct seen *seen = self;
    (void)err;
    assert_true(seen->count < SLOTS_MAX);
    seen->slots[seen->count++] = *slot;
    return EN_OK;
}

static struct seen curve_of(struct site *site, const struct en_curve_query *query)
{
    struct en_error err;
    struct seen seen = {.count = 0};
    struct en_store *store = look(site);
    assert_int_equal(en_curve_walk(store, query, see, &seen, &err), EN_OK);
    en_store_abort(store);
    for (uint32_t i = 1; i < seen.count; i++) {
        assert_int_equal(seen.slots[i].span.from.us, seen.slots[i - 1].span.to.us);
    }
    return seen;
}

static void test_curve_has_every_slot(void **state)
{
    (void)state;
    struct site site;
    site_open(&site);
    put_day(&site, WORLD_DAY, 0, 10);
    put_day(&site, WORLD_DAY + 2, 0, 30);
    struct en_curve_query query = {
        .series = site.channel, .from_day = {WORLD_DAY}, .to_day = {WORLD_DAY + 3}};
    struct seen seen = curve_of(&site, &query);
    assert_int_equal(seen.count, 3 * 48);
    assert_int_equal(seen.slots[0].span.from.us, WORLD_DAY * EN_DAY_US - MOSCOW * EN_MINUTE_US);
    assert_int_equal(seen.slots[0].micro, 10 * KWH);
    assert_int_equal(seen.slots[0].quality, EN_QUALITY_MEASURED);
    assert_true(en_quality_is_missing(seen.slots[5].quality));
    assert_true(en_quality_is_missing(seen.slots[60].quality));
    assert_int_equal(seen.slots[60].micro, 0);
    assert_int_equal(seen.slots[143].micro, 30 * KWH);
    /* wholly inside: 00:10 to 01:40 local holds two half-hours */
    query.is_instants = true;
    query.interval.from.us = seen.slots[0].span.from.us + 10 * EN_MINUTE_US;
    query.interval.to.us = query.interval.from.us + 90 * EN_MINUTE_US;
    seen = curve_of(&site, &query);
    assert_int_equal(seen.count, 2);
    struct en_usage_query usage = {
        .is_instants = true, .interval = query.interval, .channel = site.channel};
    struct en_usage_cell cell = usage_of(&site, &usage, 0, 1);
    assert_int_equal(cell.micro, 20 * KWH);
    assert_int_equal(cell.present_count, 2);
    assert_int_equal(cell.missing_count, 0);
    /* the fifth slot is there and missing */
    usage.interval.to.us = usage.interval.from.us + 180 * EN_MINUTE_US;
    cell = usage_of(&site, &usage, 0, 1);
    assert_int_equal(cell.present_count, 4);
    assert_int_equal(cell.missing_count, 1);
    /* a date beside an instant is the start of the object's day */
    usage.is_from_day = true;
    usage.from_day.n = WORLD_DAY;
    usage.interval.to.us = WORLD_DAY * EN_DAY_US - MOSCOW * EN_MINUTE_US + 60 * EN_MINUTE_US;
    cell = usage_of(&site, &usage, 0, 1);
    assert_int_equal(cell.micro, 20 * KWH);
    usage.is_to_day = true;
    usage.to_day.n = WORLD_DAY + 1;
    cell = usage_of(&site, &usage, 0, 1);
    assert_int_equal(cell.micro, 470 * KWH);
    assert_int_equal(cell.missing_count, 1);
    struct en_error err;
    struct en_store *store = look(&site);
    query.series = 999;
    assert_int_equal(en_curve_walk(store, &query, see, &seen, &err), EN_NOT_FOUND);
    query.interval.to = query.interval.from;
    assert_int_equal(en_curve_walk(store, &query, see, &seen, &err), EN_RANGE);
    en_store_abort(store);
    site_close(&site);
}

static void test_curve_tells_the_fiscal_state(void **state)
{
    (void)state;
    struct site site;
    site_open(&site);
    put_day(&site, WORLD_DAY, 0, 10);
    put_day(&site, WORLD_DAY + 1, 0, 20);
    put_day(&site, WORLD_DAY + 2, 0, 30);
    freeze(&site, "first", WORLD_DAY, WORLD_DAY + 2, 0);
    put_day(&site, WORLD_DAY, 1, 11);
    struct en_curve_query query = {
        .series = site.channel, .from_day = {WORLD_DAY}, .to_day = {WORLD_DAY + 3}};
    static const struct {
        en_lane lane;
        int64_t kwh[3];
        en_fiscal states[3];
    } cases[] = {
        {EN_LANE_FISCAL, {10, 20, 30}, {EN_FISCAL_FROZEN, EN_FISCAL_FROZEN, EN_FISCAL_OPEN}},
        {EN_LANE_LIVE, {11, 20, 30}, {EN_FISCAL_PROVISIONAL, EN_FISCAL_FROZEN, EN_FISCAL_OPEN}},
    };
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        query.lane = cases[i].lane;
        struct seen seen = curve_of(&site, &query);
        for (uint32_t day = 0; day < 3; day++) {
            const struct en_curve_slot *slot = &seen.slots[48 * day + 1];
            assert_int_equal(slot->micro, cases[i].kwh[day] * KWH);
            assert_int_equal(en_quality_fiscal(slot->quality), cases[i].states[day]);
        }
    }
    struct en_correction_requested restate = {.correction = 1, .authority = en_slice_text("act 1")};
    (void)world_event(&site.world, EN_KIND_CORRECTION_REQUESTED, 1, NEVER, &restate);
    query.lane = EN_LANE_FISCAL;
    struct seen seen = curve_of(&site, &query);
    assert_int_equal(seen.slots[0].micro, 11 * KWH);
    assert_int_equal(en_quality_fiscal(seen.slots[0].quality), EN_FISCAL_CORRECTED);
    site_close(&site);
}

static en_code count_pending(void *self, const struct en_pending_row *row, struct en_error *err)
{
    uint32_t *count = self;
    (void)err;
    *count += 1;
    assert_true(en_slice_equal(row->key, en_slice_text("P1")));
    assert_true(en_slice_equal(row->code, en_slice_text("A+")));
    assert_int_equal(row->unit, EN_UNIT_KWH);
    bool is_first = row->day == WORLD_DAY;
    assert_int_equal(row->has_frozen, is_first);
    assert_true(row->has_live);
    assert_int_equal(row->frozen_micro, is_first ? 470 * KWH : 0);
    assert_int_equal(row->difference_micro, is_first ? 47 * KWH : 47 * 50 * KWH);
    return EN_OK;
}

static void test_pending_rows_tell_both_values(void **state)
{
    (void)state;
    struct site site;
    struct en_error err;
    uint32_t count = 0;
    site_open(&site);
    put_day(&site, WORLD_DAY, 0, 10);
    freeze(&site, "first", WORLD_DAY, WORLD_DAY + 3, 0);
    put_day(&site, WORLD_DAY, 1, 11);
    put_day(&site, WORLD_DAY + 2, 0, 50);
    struct en_store *store = look(&site);
    assert_int_equal(en_pending_walk(store, 1, count_pending, &count, &err), EN_OK);
    assert_int_equal(count, 2);
    assert_int_equal(en_pending_walk(store, 7, count_pending, &count, &err), EN_NOT_FOUND);
    en_store_abort(store);
    site_close(&site);
}

/* The freeze of the object was stated after that of everything: it is the fiscal one. */
static void test_the_latest_statement_is_the_fiscal_one(void **state)
{
    (void)state;
    struct site site;
    site_open(&site);
    struct en_usage_query query = {
        .from_day = {WORLD_DAY}, .to_day = {WORLD_DAY + 1}, .channel = site.channel};
    put_day(&site, WORLD_DAY, 0, 10);
    freeze(&site, "all", WORLD_DAY, WORLD_DAY + 1, 0);
    put_day(&site, WORLD_DAY, 1, 11);
    assert_int_equal(usage_of(&site, &query, 0, 1).micro, 470 * KWH);
    freeze(&site, "object", WORLD_DAY, WORLD_DAY + 1, site.object);
    struct en_usage_cell cell = usage_of(&site, &query, 0, 1);
    assert_int_equal(cell.micro, 517 * KWH);
    assert_int_equal(cell.pending_micro, 0);
    assert_int_equal(cell.frozen_days, 1);
    put_day(&site, WORLD_DAY, 2, 12);
    cell = usage_of(&site, &query, 0, 1);
    assert_int_equal(cell.micro, 517 * KWH);
    assert_int_equal(cell.pending_micro, 47 * KWH);
    /* a point outside the object knows only the freeze of everything */
    uint32_t other = world_point(&site.world, "P2", true);
    int64_t values[48] = {1000};
    world_profile(&site.world, other, WORLD_DAY, 0, values, NULL);
    world_append(&site.world);
    query.channel = other;
    cell = usage_of(&site, &query, 0, 1);
    assert_int_equal(cell.micro, 0);
    assert_int_equal(cell.pending_micro, KWH);
    site_close(&site);
}

static void test_usage_steps_add_up(void **state)
{
    (void)state;
    struct site site;
    site_open(&site);
    /* the last days of January and the first of February; some frozen, some late */
    for (int32_t day = 28; day < 35; day++) {
        put_day(&site, WORLD_DAY + day, 0, day);
    }
    freeze(&site, "January", WORLD_DAY, WORLD_DAY + 31, 0);
    put_day(&site, WORLD_DAY + 29, 1, 100);
    static const en_lane lanes[] = {EN_LANE_FISCAL, EN_LANE_LIVE};
    for (size_t i = 0; i < EN_COUNT_OF(lanes); i++) {
        int64_t late = lanes[i] == EN_LANE_LIVE ? 71 * 47 * KWH : 0;
        struct en_usage_query query = {.from_day = {WORLD_DAY},
                                       .to_day = {WORLD_DAY + 35},
                                       .lane = lanes[i],
                                       .channel = site.channel};
        struct en_usage_cell whole = usage_of(&site, &query, 0, 1);
        assert_int_equal(whole.micro, (28 + 29 + 30 + 31 + 32 + 33 + 34) * 47 * KWH + late);
        assert_int_equal(whole.pending_micro, 71 * 47 * KWH);
        assert_int_equal(whole.present_count, 7 * 47);
        assert_int_equal(whole.missing_count, 35 * 48 - 7 * 47);
        assert_int_equal(whole.frozen_days, 31);
        query.step = EN_USAGE_MONTH;
        assert_int_equal(usage_of(&site, &query, 0, 2).micro, (28 + 29 + 30) * 47 * KWH + late);
        assert_int_equal(usage_of(&site, &query, 1, 2).micro,
                         whole.micro - (28 + 29 + 30) * 47 * KWH - late);
        query.wants_quality = true;
        assert_int_equal(usage_of(&site, &query, 0, 2).micro, (28 + 29 + 30) * 47 * KWH + late);
        assert_int_equal(en_quality_worst_source(usage_of(&site, &query, 0, 2).quality),
                         EN_SOURCE_MEASURED);
        query.step = EN_USAGE_DAY;
        int64_t sum = 0;
        for (uint32_t day = 0; day < 35; day++) {
            sum += usage_of(&site, &query, day, 35).micro;
        }
        assert_int_equal(sum, whole.micro);
    }
    site_close(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curve_has_every_slot),
        cmocka_unit_test(test_curve_tells_the_fiscal_state),
        cmocka_unit_test(test_pending_rows_tell_both_values),
        cmocka_unit_test(test_the_latest_statement_is_the_fiscal_one),
        cmocka_unit_test(test_usage_steps_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
