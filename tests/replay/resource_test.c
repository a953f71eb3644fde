/* Gas and heat through the whole chain: correctors' hourly values as channels, the formulas X-01,
 * over them, beside what the corrector says itself. However batches are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/resource/gas.h"
#include "core/metering/resource/heat.h"
#include "core/metering/resource/water.h"
#include "projections/views/curve.h"
#include "tests/replay/world.h"

#define HOURS 24

static const uint32_t cuts[] = {1, 2, 7, 64, 100000};

struct corrector {
    uint32_t point;
    const char *key;
};

static struct corrector make_point(struct world *world, const char *key, const char *resource)
{
    struct corrector corrector = {world_name(world, EN_NAME_POINT, key), key};
    struct en_point_set set = {.name = en_slice_text(key), .resource = en_slice_text(resource)};
    world_event(world, EN_KIND_POINT_SET, corrector.point, world_day(WORLD_DAY - 10), &set);
    return corrector;
}

static uint32_t make_channel(struct world *world, const struct corrector *corrector,
                             const char *code, en_unit unit, uint32_t slot_seconds)
{
    char key[EN_NAME_SIZE_MAX + 1];
    en_channel_key(corrector->point, en_slice_text(code), key);
    uint32_t channel = world_name(world, EN_NAME_CHANNEL, key);
    struct en_channel_set set = {.point = corrector->point,
                                 .code = en_slice_text(code),
                                 .unit = (uint8_t)unit,
                                 .basis = EN_BASIS_PROFILE,
                                 .slot_seconds = slot_seconds,
                                 .is_primary = true};
    world_event(world, EN_KIND_CHANNEL_SET, channel, world_day(WORLD_DAY - 10), &set);
    return channel;
}

/* A day of slots: first + step * slot, times 10^exponent. */
static void read_channel(struct world *world, uint32_t channel, int64_t first, int64_t step,
                         int8_t exponent, uint32_t count, uint64_t revision)
{
    static struct en_block block;
    struct en_buf bytes;
    struct en_buf payload;
    struct en_error err;
    block.head = (struct en_block_head){.slot_seconds = 86400 / count,
                                        .count = count,
                                        .exponent = exponent,
                                        .quality_is_common = true};
    for (uint32_t i = 0; i < count; i++) {
        block.values[i] = first + step * (int64_t)i;
        block.quality[i] = EN_QUALITY_MEASURED;
    }
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    en_buf_init(&payload, EN_BLOCK_SIZE_MAX);
    assert_int_equal(en_block_encode(&block, &bytes, &err), EN_OK);
    en_reading_profile_encode(revision, en_buf_slice(&bytes), &payload);
    world_put_bytes(world, EN_KIND_READING_PROFILE, channel, world_day(WORLD_DAY),
                    en_buf_slice(&payload));
    world_append(world);
    en_buf_fini(&payload);
    en_buf_fini(&bytes);
}

static uint32_t set_formula(struct world *world, const char *name, const char *expression)
{
    uint32_t node = world_name(world, EN_NAME_FORMULA, name);
    struct en_formula_set set = {en_slice_text(name), en_slice_text(expression)};
    world_event(world, EN_KIND_FORMULA_SET, node, world_day(WORLD_DAY - 10), &set);
    return node;
}

static void project(struct world *world, struct world_projection *last)
{
    struct en_hash first;
    for (size_t i = 0; i < EN_COUNT_OF(cuts); i++) {
        struct world_projection projection;
        world_project(world, &projection, cuts[i]);
        world_run(&projection, 0);
        struct en_hash digest = world_digest(&projection);
        first = i == 0 ? digest : first;
        assert_true(en_hash_equal(&first, &digest));
        if (i + 1 < EN_COUNT_OF(cuts)) {
            world_projection_close(&projection);
        } else {
            *last = projection;
        }
    }
}

struct values {
    int64_t micro[96];
    uint64_t quality[96];
    uint32_t count;
};

static en_code take(void *self, const struct en_curve_slot *slot, struct en_error *err)
{
    struct values *values = self;
    (void)err;
    assert_true(values->count < 96);
    values->micro[values->count] = slot->micro;
    values->quality[values->count++] = slot->quality;
    return EN_OK;
}

static struct values day_of(struct world_projection *projection, uint32_t node)
{
    struct values values = {.count = 0};
    struct en_store *store = NULL;
    struct en_error err;
    struct en_curve_query query = {.is_formula = true,
                                   .series = node,
                                   .from_day = {WORLD_DAY},
                                   .to_day = {WORLD_DAY + 1},
                                   .lane = EN_LANE_LIVE};
    assert_int_equal(en_store_begin(projection->kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_curve_walk(store, &query, take, &values, &err), EN_OK);
    en_store_abort(store);
    return values;
}

static void test_gas_by_hour_beside_the_corrector(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    world_open_in_memory(&world, 11);
    struct corrector gas = make_point(&world, "GRS", "gas");
    uint32_t v = make_channel(&world, &gas, "V", EN_UNIT_M3, 3600);
    uint32_t p = make_channel(&world, &gas, "P", EN_UNIT_KPA, 1800);
    uint32_t t = make_channel(&world, &gas, "t", EN_UNIT_DEGC, 3600);
    uint32_t k = make_channel(&world, &gas, "K", EN_UNIT_NONE, 3600);
    uint32_t vs = make_channel(&world, &gas, "Vs", EN_UNIT_M3, 3600);
    uint32_t standard = set_formula(&world, "std", "gas_standard(@GRS.V, @GRS.P, @GRS.t, @GRS.K)");
    uint32_t apart = set_formula(&world, "apart", "#std - @GRS.Vs");
    read_channel(&world, v, 1000000, 1000, -3, HOURS, 0); /* 1000 m3 and a m3 more each hour */
    read_channel(&world, p, 34990, 2, -2, 2 * HOURS, 0);  /* half-hours: an hour has the mean */
    read_channel(&world, t, 50, 1, -1, HOURS, 0);
    read_channel(&world, k, 995, 0, -3, HOURS, 0);
    read_channel(&world, vs, 3658804, 0, -3, HOURS, 0);
    project(&world, &projection);
    struct values got = day_of(&projection, standard);
    struct values differences = day_of(&projection, apart);
    assert_int_equal(got.count, HOURS);
    for (int64_t i = 0; i < HOURS; i++) {
        struct en_gas_state conditions = {349910000 + i * 40000, 278150000 + i * 100000, 995000};
        int64_t wanted = 0;
        assert_true(en_gas_standard_volume(1000000000 + i * 1000000, &conditions, &wanted));
        assert_int_equal(got.micro[i], wanted);
        assert_int_equal(differences.micro[i], wanted - INT64_C(3658804000));
        assert_int_equal(en_quality_source(got.quality[i]), EN_SOURCE_DERIVED);
    }
    world_projection_close(&projection);

    /* A pressure that comes late and corrected moves the hours it is about. */
    read_channel(&world, p, 35000, 0, -2, 2 * HOURS, 1);
    project(&world, &projection);
    got = day_of(&projection, standard);
    assert_int_equal(got.micro[0], INT64_C(3658804339)); /* */
    world_projection_close(&projection);
    world_close(&world);
}

static void test_heat_by_hour_and_its_mean_temperature(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    world_open_in_memory(&world, 12);
    struct corrector heat = make_point(&world, "ITP", "heat");
    static const struct {
        const char *code;
        en_unit unit;
        int64_t first;
        int64_t step;
        int8_t exponent;
    } channels[] = {
        {"M1", EN_UNIT_T, 100000, 10, -3}, {"M2", EN_UNIT_T, 97500, 10, -3},
        {"t1", EN_UNIT_DEGC, 950, -1, -1}, {"t2", EN_UNIT_DEGC, 700, 0, -1},
        {"P1", EN_UNIT_KPA, 600, 0, 0},    {"P2", EN_UNIT_KPA, 500, 0, 0},
        {"Q", EN_UNIT_GJ, 10493, 0, -3},
    };
    for (size_t i = 0; i < EN_COUNT_OF(channels); i++) {
        uint32_t channel = make_channel(&world, &heat, channels[i].code, channels[i].unit, 3600);
        read_channel(&world, channel, channels[i].first, channels[i].step, channels[i].exponent,
                     HOURS, 0);
    }
    uint32_t closed =
        set_formula(&world, "closed", "heat(@ITP.M1, @ITP.t1, @ITP.P1, @ITP.t2, @ITP.P2)");
    uint32_t open = set_formula(
        &world, "open", "heat_open(@ITP.M1, @ITP.t1, @ITP.P1, @ITP.M2, @ITP.t2, @ITP.P2, 5, 300)");
    uint32_t calories = set_formula(&world, "calories", "as(#closed / 4.1868, \"Gcal\")");
    uint32_t mean = set_formula(&world, "mean", "day(@ITP.M1 * @ITP.t1) / day(@ITP.M1)");
    uint32_t close =
        set_formula(&world, "close", "heat(@ITP.M1, @ITP.t2 + 2.9, @ITP.P1, @ITP.t2, @ITP.P2)");
    uint32_t boiled =
        set_formula(&world, "boiled", "heat(@ITP.M1, @ITP.t1 + 80, @ITP.P1, @ITP.t2, @ITP.P2)");
    project(&world, &projection);
    struct values got = day_of(&projection, closed);
    struct values drawn = day_of(&projection, open);
    int64_t cold = 0;
    int64_t back = 0;
    en_i128 weighted = 0;
    int64_t mass = 0;
    assert_true(
        en_water_enthalpy(EN_WATER_LIQUID, (struct en_water_state){300000000, 5000000}, &cold));
    assert_true(
        en_water_enthalpy(EN_WATER_LIQUID, (struct en_water_state){500000000, 70000000}, &back));
    for (int64_t i = 0; i < HOURS; i++) {
        int64_t m1 = 100000000 + i * 10000;
        int64_t t1 = 95000000 - i * 100000;
        int64_t supply = 0;
        int64_t wanted = 0;
        struct en_heat_exact exact;
        assert_true(
            en_water_enthalpy(EN_WATER_LIQUID, (struct en_water_state){600000000, t1}, &supply));
        assert_true(en_heat_closed(m1, supply, back, &exact) &&
                    en_heat_in(exact, EN_UNIT_GJ, &wanted));
        assert_int_equal(got.micro[i], wanted);
        assert_true(en_heat_open((struct en_heat_pipe){m1, supply},
                                 (struct en_heat_pipe){m1 - 2500000, back}, cold, &exact) &&
                    en_heat_in(exact, EN_UNIT_GJ, &wanted));
        assert_int_equal(drawn.micro[i], wanted);
        weighted += (en_i128)m1 * t1;
        mass += m1;
    }
    struct values means = day_of(&projection, mean);
    int64_t wanted_mean = (int64_t)en_i128_divide_half_up(weighted, mass);
    assert_true(means.micro[0] - wanted_mean <= 1 && wanted_mean - means.micro[0] <= 1);
    struct values gcal = day_of(&projection, calories);
    assert_int_equal(gcal.micro[0],
                     (int64_t)en_i128_divide_half_up((en_i128)got.micro[0] * 10000, 41868));
    struct values doubtful = day_of(&projection, close);
    assert_int_equal(en_quality_verdict(doubtful.quality[0]), EN_VERDICT_SUSPECT); /* */
    struct values impossible = day_of(&projection, boiled);
    assert_true(en_quality_is_missing(impossible.quality[0]));
    world_projection_close(&projection);
    world_close(&world);
}

/* Formulas whose units do not agree are refused with the argument that is wrong. */
static void test_units_of_correctors_are_checked(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    char text[EN_ERROR_TEXT_SIZE];
    world_open_in_memory(&world, 13);
    struct corrector gas = make_point(&world, "GRS", "gas");
    (void)make_channel(&world, &gas, "V", EN_UNIT_M3, 3600);
    (void)make_channel(&world, &gas, "t", EN_UNIT_DEGC, 3600);
    uint32_t node = world_name(&world, EN_NAME_FORMULA, "wrong");
    struct en_formula_set set = {en_slice_text("wrong"),
                                 en_slice_text("gas_standard(@GRS.V, @GRS.t, 5, 1)")};
    uint64_t seq = world_event(&world, EN_KIND_FORMULA_SET, node, world_day(WORLD_DAY), &set);
    project(&world, &projection);
    assert_int_equal(world_outcome(&projection, seq, text, sizeof text), EN_UNIT);
    assert_non_null(strstr(text, "argument 2 of gas_standard is kPa, not degC"));
    world_projection_close(&projection);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gas_by_hour_beside_the_corrector),
        cmocka_unit_test(test_heat_by_hour_and_its_mean_temperature),
        cmocka_unit_test(test_units_of_correctors_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
