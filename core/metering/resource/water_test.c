#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/resource/water.h"

#include <stdint.h>

struct row {
    en_water_phase phase;
    struct en_water_state state;
    int64_t enthalpy;
    int64_t density;
};

/* Computed apart from this code, with the formulation's equations in 60 decimal digits. */
static const struct row rows[] = {
    {EN_WATER_LIQUID, {101325000, 0}, 61012, 999844307},
    {EN_WATER_LIQUID, {101325000, 25000000}, 104929295, 997048032},
    {EN_WATER_LIQUID, {300000000, 5000000}, 21317117, 1000064581},
    {EN_WATER_LIQUID, {600000000, 95000000}, 398411541, 962125515},
    {EN_WATER_LIQUID, {600000000, 70000000}, 293483061, 977998656},
    {EN_WATER_LIQUID, {1000000000, 130000000}, 546881539, 935210766},
    {EN_WATER_LIQUID, {1600000000, 150000000}, 632945690, 917644283},
    {EN_WATER_LIQUID, {10000000000, 0}, 10069337, 1004823209},
    {EN_WATER_LIQUID, {10000000000, 300000000}, 1343096609, 715289559},
    {EN_WATER_LIQUID, {3000000000, 226850000}, 975542239, 831657541},
    {EN_WATER_LIQUID, {400123456, 57123456}, 239445370, 984795428},
    {EN_WATER_LIQUID, {9999999999, 310000000}, 1401767948, 691035785},
    {EN_WATER_STEAM, {3500000, 26850000}, 2549911451, 25322},
    {EN_WATER_STEAM, {101325000, 100000000}, 2675584853, 597579},
    {EN_WATER_STEAM, {1000000000, 180000000}, 2777429869, 5143554},
    {EN_WATER_STEAM, {1000000000, 350000000}, 3158163294, 3539921},
    {EN_WATER_STEAM, {10000000000, 350000000}, 2923957847, 44558909},
    {EN_WATER_STEAM, {600000000, 158900000}, 2756306438, 3168181},
    {EN_WATER_STEAM, {3500000, 350000000}, 3177667853, 12170},
    {EN_WATER_STEAM, {800000001, 199999999}, 2839770389, 3833363},
    {EN_WATER_LIQUID, {4071050725, 173856391}, 737830789, 895531244},
    {EN_WATER_LIQUID, {2795742289, 211969249}, 906989604, 850986097},
    {EN_WATER_LIQUID, {4699252754, 38888934}, 167064340, 994649200},
    {EN_WATER_STEAM, {2179419894, 312881931}, 3049182920, 8490996},
    {EN_WATER_LIQUID, {4664107867, 20130331}, 88841685, 1000255740},
    {EN_WATER_STEAM, {300026768, 224504467}, 2916069256, 1323138},
    {EN_WATER_LIQUID, {6661697231, 48701179}, 209655075, 991463849},
    {EN_WATER_LIQUID, {9548738650, 31734710}, 141630010, 999262840},
    {EN_WATER_STEAM, {8855630066, 336850646}, 2912471625, 39857837},
    {EN_WATER_STEAM, {1703729685, 314360158}, 3064921660, 6537772},
    {EN_WATER_LIQUID, {8790005681, 118692402}, 504320566, 948380500},
    {EN_WATER_LIQUID, {5538829719, 71497685}, 303776227, 979300947},
    {EN_WATER_LIQUID, {2322228205, 77446356}, 326060407, 974364504},
    {EN_WATER_LIQUID, {9914853945, 306506955}, 1380944110, 699682762},
    {EN_WATER_LIQUID, {9032555491, 97026737}, 413346422, 964576298},
    {EN_WATER_STEAM, {2744112456, 306663021}, 3018679978, 11007514},
    {EN_WATER_LIQUID, {9008395731, 199929408}, 855176915, 870308038},
    {EN_WATER_LIQUID, {2423943364, 33709574}, 143432143, 995497740},
    {EN_WATER_STEAM, {5179553248, 332328246}, 3016120847, 20929126},
    {EN_WATER_STEAM, {5644219120, 285465132}, 2847156650, 27051283},
    {EN_WATER_STEAM, {8261117832, 314371130}, 2842636474, 39984695},
    {EN_WATER_STEAM, {1287489454, 194123051}, 2794500237, 6492370},
    {EN_WATER_LIQUID, {1048386556, 96511539}, 405116031, 961276042},
    {EN_WATER_LIQUID, {9879494742, 308391381}, 1392247190, 694857218},
    {EN_WATER_LIQUID, {8053654216, 265813568}, 1163196116, 778298861},
    {EN_WATER_LIQUID, {9826617865, 240966023}, 1042821583, 818650320},
    {EN_WATER_LIQUID, {9097023249, 39299417}, 172665732, 996394080},
    {EN_WATER_STEAM, {1469118511, 224477981}, 2863180906, 6866830},
    {EN_WATER_STEAM, {1811180650, 262510064}, 2941863930, 7806941},
    {EN_WATER_LIQUID, {5642502605, 41672176}, 179493224, 993982384},
};

static void test_water_is_the_formulation_rounded_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t enthalpy = 0;
        int64_t density = 0;
        assert_true(en_water_enthalpy(rows[i].phase, rows[i].state, &enthalpy));
        assert_true(en_water_density(rows[i].phase, rows[i].state, &density));
        assert_true(enthalpy == rows[i].enthalpy);
        assert_true(density == rows[i].density);
    }
}

/* The tables 5 and 15 of IAPWS R7-97, nine digits; 80 and 30 MPa and 700 K are beyond our range. */
static void test_water_verification_values_of_the_formulation(void **state)
{
    (void)state;
    int64_t micro = 0;
    assert_true(
        en_water_enthalpy(EN_WATER_LIQUID, (struct en_water_state){3000000000, 26850000}, &micro));
    assert_true((micro + 500) / 1000 == 115331); /* 115.331273 */
    assert_true(micro == 115331273);
    assert_true(
        en_water_enthalpy(EN_WATER_LIQUID, (struct en_water_state){3000000000, 226850000}, &micro));
    assert_true((micro + 5) / 10 == 97554224); /* 975.542239 */
    assert_true(
        en_water_enthalpy(EN_WATER_STEAM, (struct en_water_state){3500000, 26850000}, &micro));
    assert_true((micro + 5) / 10 == 254991145); /* 2549.91145 */
}

/* Tables 35 and 36. */
static void test_water_boiling_line(void **state)
{
    (void)state;
    static const int64_t pairs[][2] = {{26850000, 3536589},
                                       {226850000, INT64_C(2638897756)},
                                       {100000000, 101417978},
                                       {350000000, INT64_C(16529164253)}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        int64_t micro = 0;
        assert_true(en_water_boiling_pressure(pairs[i][0], &micro));
        assert_true(micro == pairs[i][1]);
    }
    static const int64_t back[][2] = {
        {100000000, 99605919}, {1000000000, 179885632}, {INT64_C(10000000000), 310999488}};
    for (size_t i = 0; i < sizeof back / sizeof back[0]; i++) {
        int64_t micro = 0;
        assert_true(en_water_boiling_temperature(back[i][0], &micro));
        assert_true(micro == back[i][1]);
    }
}

static void test_water_saturated(void **state)
{
    (void)state;
    int64_t micro = 0;
    assert_true(en_water_saturated_enthalpy(EN_WATER_STEAM, 1000000000, &micro));
    assert_true(micro == INT64_C(2777119538));
    assert_true(en_water_saturated_enthalpy(EN_WATER_LIQUID, 100000000, &micro));
    assert_true(micro == 417436486);
    assert_true(en_water_saturated_enthalpy(EN_WATER_STEAM, 611213, &micro));
    assert_true(micro == INT64_C(2500892631));
    assert_false(en_water_saturated_enthalpy(EN_WATER_STEAM, 611212, &micro));
}

static void test_water_of_the_other_phase_is_refused(void **state)
{
    (void)state;
    int64_t micro = 7;
    /* 110 degC at atmospheric pressure: steam, whatever the meter thinks. */
    struct en_water_state hot = {101325000, 110000000};
    assert_false(en_water_enthalpy(EN_WATER_LIQUID, hot, &micro));
    assert_false(en_water_density(EN_WATER_LIQUID, hot, &micro));
    struct en_water_state cold = {101325000, 20000000};
    assert_false(en_water_enthalpy(EN_WATER_STEAM, cold, &micro));
    assert_true(micro == 7);
}

static void test_water_range(void **state)
{
    (void)state;
    static const struct en_water_state outside[] = {
        {0, 20000000},          {-1, 20000000},         {INT64_C(10000000001), 20000000},
        {300000000, -1},        {INT64_MAX, 20000000},  {300000000, 350000001},
        {300000000, INT64_MAX}, {300000000, INT64_MIN}, {INT64_MIN, 20000000}};
    int64_t micro = 7;
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        assert_false(en_water_enthalpy(EN_WATER_LIQUID, outside[i], &micro));
        assert_false(en_water_enthalpy(EN_WATER_STEAM, outside[i], &micro));
    }
    assert_false(en_water_boiling_pressure(-1, &micro));
    assert_false(en_water_boiling_pressure(350000001, &micro));
    assert_false(en_water_boiling_temperature(INT64_C(10000000001), &micro));
    assert_false(en_water_boiling_temperature(0, &micro));
    assert_true(micro == 7);
}

/* Enthalpy rises with temperature in either phase, everywhere, by no more than a steep slope. */
static void test_water_enthalpy_rises_with_temperature(void **state)
{
    (void)state;
    static const int64_t pressures[] = {50000000, 300000000, 1600000000, INT64_C(10000000000)};
    for (size_t i = 0; i < sizeof pressures / sizeof pressures[0]; i++) {
        int64_t before = INT64_MIN;
        for (int64_t degc = 0; degc <= EN_WATER_MICRO_DEGC_MAX; degc += 500000) {
            struct en_water_state at = {pressures[i], degc};
            int64_t now = 0;
            bool is_liquid = en_water_enthalpy(EN_WATER_LIQUID, at, &now);
            assert_true(is_liquid || en_water_enthalpy(EN_WATER_STEAM, at, &now));
            assert_true(now > before);
            before = now;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_water_is_the_formulation_rounded_once),
        cmocka_unit_test(test_water_verification_values_of_the_formulation),
        cmocka_unit_test(test_water_boiling_line),
        cmocka_unit_test(test_water_saturated),
        cmocka_unit_test(test_water_of_the_other_phase_is_refused),
        cmocka_unit_test(test_water_range),
        cmocka_unit_test(test_water_enthalpy_rises_with_temperature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
