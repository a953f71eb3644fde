/* Every reason for which a command, or a fact that cannot be used, is refused: with its code and a
 * text that says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/block/block.h"
#include "processors/processor.h"
#include "tests/replay/world.h"

#define FAR_DAY (EN_FOLD_DAY_MAX + 1)

static const struct en_interval always = {{0}, {0}};

struct fixture {
    struct world world;
    struct world_projection projection;
    uint32_t object;
    uint32_t below; /* an object below it */
    uint32_t point;
    uint32_t channel;
    uint32_t device;
    uint32_t formula;
};

static uint64_t put(struct fixture *fixture, en_kind kind, uint32_t subject,
                    struct en_interval valid, const void *payload)
{
    return world_event(&fixture->world, kind, subject, valid, payload);
}

/* Appends the event and expects the verdict. */
static void expect(struct fixture *fixture, en_code wanted, en_kind kind, uint32_t subject,
                   struct en_interval valid, const void *payload)
{
    char text[EN_ERROR_TEXT_SIZE] = "";
    uint64_t seq = put(fixture, kind, subject, valid, payload);
    world_run(&fixture->projection, 0);
    assert_int_equal(world_outcome(&fixture->projection, seq, text, sizeof text), wanted);
    assert_true((text[0] != '\0') == (wanted != EN_OK));
}

static int setup(void **state)
{
    static struct fixture fixture;
    struct world *world = &fixture.world;
    world_open_in_memory(world, 1);
    world_project(world, &fixture.projection, 0);
    fixture.object = world_name(world, EN_NAME_OBJECT, "O");
    fixture.below = world_name(world, EN_NAME_OBJECT, "O1");
    fixture.device = world_name(world, EN_NAME_DEVICE, "D");
    fixture.formula = world_name(world, EN_NAME_FORMULA, "F");
    struct en_object_set object = {.name = en_slice_text("O")};
    struct en_object_set below = {.name = en_slice_text("O1"), .parent = fixture.object};
    struct en_device_set device = {.serial = en_slice_text("1")};
    struct en_freeze_policy_set strict = {.name = en_slice_text("strict"),
                                          .needs_completeness = true,
                                          .needs_period_order = true,
                                          .correction = 1};
    (void)put(&fixture, EN_KIND_OBJECT_SET, fixture.object, always, &object);
    (void)put(&fixture, EN_KIND_OBJECT_SET, fixture.below, always, &below);
    (void)put(&fixture, EN_KIND_DEVICE_SET, fixture.device, always, &device);
    (void)put(&fixture, EN_KIND_FREEZE_POLICY_SET, world_name(world, EN_NAME_POLICY, "strict"),
              always, &strict);
    fixture.channel = world_point(world, "P0", false);
    fixture.point = world_name(world, EN_NAME_POINT, "P0");
    world_run(&fixture.projection, 0);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    world_projection_close(&fixture->projection);
    world_close(&fixture->world);
    return 0;
}

static void test_refusal_of_what_is_about_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct en_reading_instant value = {.value = {1, 0}, .quality = EN_QUALITY_MEASURED};
    struct en_interval far = {{(int64_t)FAR_DAY * EN_DAY_US}, {(int64_t)FAR_DAY * EN_DAY_US}};
    struct en_interval early = {{INT64_MIN}, {INT64_MIN}};
    struct en_interval now = world_moment(WORLD_DAY, 0);
    expect(fixture, EN_RANGE, EN_KIND_READING_INSTANT, 0, now, &value);
    expect(fixture, EN_RANGE, EN_KIND_READING_INSTANT, EN_FOLD_ID_MAX + 1, now, &value);
    expect(fixture, EN_RANGE, EN_KIND_READING_INSTANT, fixture->channel, far, &value);
    expect(fixture, EN_RANGE, EN_KIND_READING_INSTANT, fixture->channel, early, &value);
    expect(fixture, EN_OK, EN_KIND_READING_INSTANT, fixture->channel, now, &value);
}

/* Every kind that a processor folds, with bytes that are no payload. */
static void test_refusal_of_what_cannot_be_read(void **state)
{
    struct fixture *fixture = *state;
    uint32_t count = 0;
    const struct en_kind_info *kinds = en_kinds(&count);
    for (uint32_t i = 0; i < count; i++) {
        bool is_folded = false;
        for (int p = 0; p < EN_PROCESSORS_COUNT; p++) {
            is_folded = is_folded || (en_processors[p]->kinds >> kinds[i].kind & 1) != 0;
        }
        if (!is_folded || kinds[i].kind == EN_KIND_NAME_ASSIGNED) {
            continue;
        }
        world_put_bytes(&fixture->world, kinds[i].kind, 1, world_day(WORLD_DAY),
                        en_slice_text("\xc1"));
        world_append(&fixture->world);
        world_run(&fixture->projection, 0);
        en_code code =
            world_outcome(&fixture->projection, en_log_size(fixture->world.log) - 1, NULL, 0);
        assert_true(code == EN_MALFORMED || code == EN_CORRUPT);
    }
}

static void test_refusal_of_objects_and_points(void **state)
{
    struct fixture *fixture = *state;
    struct en_object_set off = {.fiscal_offset_minutes = EN_OFFSET_MINUTES_MAX + 1};
    struct en_object_set lost = {.parent = 99};
    struct en_object_set circle = {.parent = fixture->below};
    struct en_object_set self = {.parent = fixture->object};
    struct en_point_set point = {.object = 99};
    expect(fixture, EN_RANGE, EN_KIND_OBJECT_SET, fixture->object, always, &off);
    expect(fixture, EN_NOT_FOUND, EN_KIND_OBJECT_SET, fixture->object, always, &lost);
    expect(fixture, EN_CYCLE, EN_KIND_OBJECT_SET, fixture->object, always, &circle);
    expect(fixture, EN_CYCLE, EN_KIND_OBJECT_SET, fixture->object, always, &self);
    expect(fixture, EN_NOT_FOUND, EN_KIND_POINT_SET, fixture->point, always, &point);
}

static void test_refusal_of_channels(void **state)
{
    struct fixture *fixture = *state;
    char long_code[EN_NAME_SIZE_MAX + 2];
    memset(long_code, 'x', sizeof long_code - 1);
    long_code[sizeof long_code - 1] = '\0';
    const struct en_channel_set good = {.point = fixture->point,
                                        .code = en_slice_text("A+"),
                                        .unit = EN_UNIT_KWH,
                                        .basis = EN_BASIS_PROFILE,
                                        .slot_seconds = 900};
    struct en_channel_set set = good;
    expect(fixture, EN_OK, EN_KIND_CHANNEL_SET, fixture->channel, always, &set);
    set.unit = 250;
    expect(fixture, EN_RANGE, EN_KIND_CHANNEL_SET, fixture->channel, always, &set);
    set = good;
    set.basis = 9;
    expect(fixture, EN_RANGE, EN_KIND_CHANNEL_SET, fixture->channel, always, &set);
    set = good;
    set.slot_seconds = 1000;
    expect(fixture, EN_RANGE, EN_KIND_CHANNEL_SET, fixture->channel, always, &set);
    set = good;
    set.code = en_slice_text(long_code);
    expect(fixture, EN_RANGE, EN_KIND_CHANNEL_SET, fixture->channel, always, &set);
    set.code = en_slice_of("A\0B", 3);
    expect(fixture, EN_RANGE, EN_KIND_CHANNEL_SET, fixture->channel, always, &set);
    set = good;
    set.point = 99;
    expect(fixture, EN_NOT_FOUND, EN_KIND_CHANNEL_SET, fixture->channel, always, &set);
    set = good;
    set.unit = EN_UNIT_M3;
    expect(fixture, EN_CONFLICT, EN_KIND_CHANNEL_SET, fixture->channel, always, &set);
    set = good;
    set.code = en_slice_text("A-");
    expect(fixture, EN_CONFLICT, EN_KIND_CHANNEL_SET, fixture->channel, always, &set);
    expect(fixture, EN_CONFLICT, EN_KIND_CHANNEL_SET, fixture->channel + 1, always, &good);
}

static void test_refusal_of_devices_and_ratios(void **state)
{
    struct fixture *fixture = *state;
    struct en_interval day = world_moment(WORLD_DAY, 0);
    struct en_device_set negative = {.capacity = {-1, 0}};
    struct en_device_set pulses = {.pulses_per_unit = INT64_MAX / 2, .pulse_divisor = 3};
    struct en_device_installed installed = {.device = fixture->device};
    struct en_device_removed removed = {.device = 99};
    struct en_device_replaced replaced = {.old_device = 99, .new_device = fixture->device};
    struct en_interval month = {{day.from.us}, {day.from.us + 32 * EN_DAY_US}};
    struct en_ratio_set negative_ratio = {.current = {-2, 1}, .voltage = {1, 1}};
    struct en_ratio_set huge = {.current = {INT64_MAX, 1}, .voltage = {INT64_MAX, 1}};
    expect(fixture, EN_RANGE, EN_KIND_DEVICE_SET, fixture->device, always, &negative);
    expect(fixture, EN_RANGE, EN_KIND_DEVICE_SET, fixture->device, always, &pulses);
    expect(fixture, EN_NOT_FOUND, EN_KIND_DEVICE_INSTALLED, 99, day, &installed);
    expect(fixture, EN_OK, EN_KIND_DEVICE_INSTALLED, fixture->point, day, &installed);
    expect(fixture, EN_CONFLICT, EN_KIND_DEVICE_REMOVED, fixture->point, day, &removed);
    expect(fixture, EN_RANGE, EN_KIND_DEVICE_REPLACED, fixture->point, month, &replaced);
    expect(fixture, EN_CONFLICT, EN_KIND_DEVICE_REPLACED, fixture->point,
           world_moment(WORLD_DAY + 1, 0), &replaced);
    expect(fixture, EN_RANGE, EN_KIND_RATIO_SET, fixture->point, day, &negative_ratio);
    expect(fixture, EN_RANGE, EN_KIND_RATIO_SET, fixture->point, day, &huge);
}

static void test_refusal_of_formulas(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name;
        const char *expression;
        en_code code;
    } cases[] = {
        {"F", "@P0.A+ +", EN_MALFORMED},
        {"F", "@P9.A+", EN_NOT_FOUND},
        {"F", "@P0.R+", EN_NOT_FOUND},
        {"F", "#G", EN_NOT_FOUND},
        {"F", "@P0.A+ * @P0.A+ + 1", EN_UNIT},
        {"F", "@P0.A+", EN_OK},
        {"F", "#F + @P0.A+", EN_CYCLE},
        {"G", "@P0.A+", EN_MALFORMED}, /* another's id */
        {"F", "as(@P0.A+, \"m3\") * 1", EN_UNIT},
    };
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        struct en_formula_set set = {en_slice_text(cases[i].name),
                                     en_slice_text(cases[i].expression)};
        expect(fixture, cases[i].code, EN_KIND_FORMULA_SET, fixture->formula,
               world_moment(WORLD_DAY + (int32_t)i, 0), &set);
    }
    struct en_balance_set balance = {.name = en_slice_text("B"),
                                     .in = en_slice_text("@P0.A+"),
                                     .out = en_slice_text("@P0.A+"),
                                     .in_node = fixture->formula,
                                     .out_node = fixture->formula};
    expect(fixture, EN_MALFORMED, EN_KIND_BALANCE_SET, 1, world_moment(WORLD_DAY, 0), &balance);
}

static void test_refusal_of_freezes(void **state)
{
    struct fixture *fixture = *state;
    uint32_t freeze = world_name(&fixture->world, EN_NAME_FREEZE, "f");
    uint32_t other = world_name(&fixture->world, EN_NAME_FREEZE, "g");
    const struct en_freeze_requested good = {.from_day = WORLD_DAY, .to_day = WORLD_DAY + 1};
    struct en_freeze_requested asked = good;
    asked.to_day = WORLD_DAY;
    expect(fixture, EN_RANGE, EN_KIND_FREEZE_REQUESTED, freeze, always, &asked);
    asked = (struct en_freeze_requested){.from_day = INT32_MIN, .to_day = INT32_MAX};
    expect(fixture, EN_RANGE, EN_KIND_FREEZE_REQUESTED, freeze, always, &asked);
    asked = good;
    asked.policy = en_slice_text("none");
    expect(fixture, EN_NOT_FOUND, EN_KIND_FREEZE_REQUESTED, freeze, always, &asked);
    asked.policy = en_slice_text("strict");
    expect(fixture, EN_REFUSED, EN_KIND_FREEZE_REQUESTED, freeze, always, &asked);
    asked = good;
    asked.scope = 99;
    expect(fixture, EN_NOT_FOUND, EN_KIND_FREEZE_REQUESTED, freeze, always, &asked);
    expect(fixture, EN_OK, EN_KIND_FREEZE_REQUESTED, freeze, always, &good);
    expect(fixture, EN_CONFLICT, EN_KIND_FREEZE_REQUESTED, other, always, &good);
    asked = (struct en_freeze_requested){.from_day = WORLD_DAY + 9, .to_day = WORLD_DAY + 10};
    expect(fixture, EN_CONFLICT, EN_KIND_FREEZE_REQUESTED, freeze, always, &asked); /* its id */
    asked.policy = en_slice_text("strict");
    expect(fixture, EN_CONFLICT, EN_KIND_FREEZE_REQUESTED, other, always, &asked); /* F-14 */
    struct en_freeze_attested attested = {.run = 7, .checkpoint = en_slice_text("")};
    expect(fixture, EN_NOT_FOUND, EN_KIND_FREEZE_ATTESTED, freeze, always, &attested);
    struct en_freeze_policy_set policy = {.name = en_slice_text("strict"), .correction = 3};
    expect(fixture, EN_RANGE, EN_KIND_FREEZE_POLICY_SET, 1, always, &policy);
}

static void test_refusal_of_corrections(void **state)
{
    struct fixture *fixture = *state;
    uint32_t freeze = world_name(&fixture->world, EN_NAME_FREEZE, "f");
    const struct en_freeze_requested asked = {.from_day = WORLD_DAY, .to_day = WORLD_DAY + 2};
    const struct en_correction_requested good = {
        .correction = 2, .target_day = WORLD_DAY + 5, .authority = en_slice_text("act 1")};
    struct en_correction_requested wanted = good;
    int64_t values[48] = {1};
    expect(fixture, EN_NOT_FOUND, EN_KIND_CORRECTION_REQUESTED, freeze, always, &wanted);
    expect(fixture, EN_OK, EN_KIND_FREEZE_REQUESTED, freeze, always, &asked);
    expect(fixture, EN_CONFLICT, EN_KIND_CORRECTION_REQUESTED, freeze, always, &wanted);
    world_profile(&fixture->world, fixture->channel, WORLD_DAY, 0, values, NULL);
    world_append(&fixture->world);
    wanted.correction = 3;
    expect(fixture, EN_RANGE, EN_KIND_CORRECTION_REQUESTED, freeze, always, &wanted);
    wanted = good;
    wanted.authority = en_slice_text("");
    expect(fixture, EN_REFUSED, EN_KIND_CORRECTION_REQUESTED, freeze, always, &wanted);
    wanted = good;
    wanted.target_day = WORLD_DAY;
    expect(fixture, EN_RANGE, EN_KIND_CORRECTION_REQUESTED, freeze, always, &wanted);
    wanted.target_day = INT32_MAX;
    expect(fixture, EN_RANGE, EN_KIND_CORRECTION_REQUESTED, freeze, always, &wanted);
    expect(fixture, EN_OK, EN_KIND_CORRECTION_REQUESTED, freeze, always, &good);
    wanted = good;
    wanted.correction = 1;
    expect(fixture, EN_CONFLICT, EN_KIND_CORRECTION_REQUESTED, freeze, always, &wanted);
}

static void test_refusal_of_the_rest(void **state)
{
    struct fixture *fixture = *state;
    char long_code[EN_NAME_SIZE_MAX + 2];
    memset(long_code, 'x', sizeof long_code - 1);
    long_code[sizeof long_code - 1] = '\0';
    struct en_edition_activated edition = {.rule = en_slice_text("R-01"), .edition = 999};
    struct en_general_command command = {.command = en_slice_text("fly")};
    struct en_outbox_result result = {.outbox = 1};
    struct en_device_event event = {.code = en_slice_text(long_code)};
    uint32_t rule = world_name(&fixture->world, EN_NAME_RULE, "R-01");
    expect(fixture, EN_UNSUPPORTED, EN_KIND_EDITION_ACTIVATED, rule, always, &edition);
    expect(fixture, EN_UNSUPPORTED, EN_KIND_GENERAL_COMMAND, 0, always, &command);
    expect(fixture, EN_NOT_FOUND, EN_KIND_OUTBOX_RESULT, 0, always, &result);
    expect(fixture, EN_LIMIT, EN_KIND_DEVICE_EVENT, fixture->device, world_moment(WORLD_DAY, 0),
           &event);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refusal_of_what_is_about_nothing),
        TEST(test_refusal_of_what_cannot_be_read),
        TEST(test_refusal_of_objects_and_points),
        TEST(test_refusal_of_channels),
        TEST(test_refusal_of_devices_and_ratios),
        TEST(test_refusal_of_formulas),
        TEST(test_refusal_of_freezes),
        TEST(test_refusal_of_corrections),
        TEST(test_refusal_of_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
