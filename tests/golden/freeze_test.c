/* The golden freeze: what this program froze when the rules were first released, row by row. A
 * change of code that changes one of these numbers is a new edition of a rule (design F1b), never a
 * silent one: then the old edition stays, and so does this file.
 *
 * freeze-1.txt holds the digest and every canonical row; make it anew only for a new edition:
 * ENERLOG_GOLDEN_WRITE=1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "projections/views/frozen.h"
#include "tests/replay/world.h"

#define GOLDEN "tests/golden/freeze-1.txt"
#define TEXT_SIZE_MAX (1u << 20)

static void put_readings(struct world *world, const uint32_t *channels)
{
    for (uint32_t k = 0; k < 12; k++) {
        int64_t values[48];
        uint64_t quality[48];
        for (uint32_t i = 0; i < 48; i++) {
            values[i] = (int64_t)(k * 37 + i * i % 91);
            bool is_missing = k == 5 && i >= 10 && i < 14;
            quality[i] = is_missing         ? EN_QUALITY_MISSING
                         : k == 7 && i == 3 ? EN_SOURCE_EST_LIKEDAY
                                            : EN_QUALITY_MEASURED;
        }
        world_profile(world, channels[k % 3], WORLD_DAY + (int32_t)(k / 3), k == 4, values,
                      quality);
    }
    world_append(world);
}

/* Ratio change within a day, a replacement with a stated load, a register that rolls over,
 * formulas, a balance. */
static void golden_world(struct world *world)
{
    world_open(world, 1);
    uint32_t channels[3] = {world_point(world, "main", false), world_point(world, "feeder 1", true),
                            world_point(world, "feeder 2", true)};
    uint32_t point = world_name(world, EN_NAME_POINT, "main");
    struct en_ratio_set ratio = {.current = {40, 1}, .voltage = {1, 3}};
    world_event(world, EN_KIND_RATIO_SET, point, world_moment(WORLD_DAY, 0), &ratio);
    ratio.current.num = 60;
    ratio.voltage = (struct en_ratio){1, 1};
    world_event(world, EN_KIND_RATIO_SET, point, world_moment(WORLD_DAY + 1, 600), &ratio);
    struct en_interval down = {world_moment(WORLD_DAY + 2, 857).from,
                               world_moment(WORLD_DAY + 2, 887).from};
    struct en_device_replaced replaced = {.downtime_power_micro = 44000000,
                                          .act = en_slice_text("act 12")};
    world_event(world, EN_KIND_DEVICE_REPLACED, point, down, &replaced);
    struct en_formula_set formula = {
        .name = en_slice_text("losses"),
        .expression = en_slice_text("@main.A+ * 3/100 + prev(@\"feeder 1\".A+, 1d) * 1/7")};
    world_event(world, EN_KIND_FORMULA_SET, world_name(world, EN_NAME_FORMULA, "losses"),
                world_moment(WORLD_DAY, 0), &formula);
    struct en_balance_set balance = {
        .name = en_slice_text("bus"),
        .in = en_slice_text("@main.A+"),
        .out = en_slice_text("sum~(@\"feeder 1\".A+, @\"feeder 2\".A+)"),
        .losses = en_slice_text("#losses"),
        .in_node = world_name(world, EN_NAME_FORMULA, "bus.in"),
        .out_node = world_name(world, EN_NAME_FORMULA, "bus.out"),
        .losses_node = world_name(world, EN_NAME_FORMULA, "bus.losses"),
    };
    world_event(world, EN_KIND_BALANCE_SET, world_name(world, EN_NAME_BALANCE, "bus"),
                world_moment(WORLD_DAY, 0), &balance);
    put_readings(world, channels);
    struct en_freeze_requested freeze = {.from_day = WORLD_DAY, .to_day = WORLD_DAY + 4};
    world_event(world, EN_KIND_FREEZE_REQUESTED, world_name(world, EN_NAME_FREEZE, "golden"),
                (struct en_interval){{0}, {0}}, &freeze);
}

static en_code print_row(void *self, const struct en_frozen_item *item, struct en_error *err)
{
    struct en_buf *text = self;
    en_buf_print(text, "%u %d %u ", item->lane, (int)item->day, item->series);
    for (size_t i = 0; i < item->entry.size; i++) {
        en_buf_print(text, "%02x", item->entry.bytes[i]);
    }
    en_buf_text(text, "\n");
    return en_buf_code(text, err);
}

static void print_freeze(struct world_projection *projection, struct en_buf *text)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_freeze_row freeze;
    char hex[EN_HASH_HEX_SIZE];
    assert_int_equal(en_store_begin(projection->kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_freeze_last_run(store, 1, &freeze, &err), EN_OK);
    en_hash_print(&freeze.digest, hex);
    en_buf_print(text, "%s %llu rows, %llu missing\n", hex, (unsigned long long)freeze.rows_count,
                 (unsigned long long)freeze.missing_count);
    assert_int_equal(en_frozen_walk(store, &freeze, print_row, text, &err), EN_OK);
    en_store_abort(store);
}

static void test_freeze_is_what_it_was(void **state)
{
    (void)state;
    struct world world;
    struct world_projection projection;
    struct en_buf text;
    en_buf_init(&text, TEXT_SIZE_MAX);
    golden_world(&world);
    world_project(&world, &projection, 0);
    world_run(&projection, 0);
    print_freeze(&projection, &text);
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", EN_SOURCE_DIR, GOLDEN);
    if (getenv("ENERLOG_GOLDEN_WRITE") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(text.bytes, 1, text.size, file), text.size);
        assert_int_equal(fclose(file), 0);
    }
    static char golden[TEXT_SIZE_MAX];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(golden, 1, sizeof golden, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(size, text.size);
    assert_memory_equal(golden, text.bytes, size);
    world_projection_close(&projection);
    world_close(&world);
    en_buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_freeze_is_what_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
