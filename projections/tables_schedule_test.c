#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/buf.h"
#include "projections/tables_schedule.h"

static uint64_t seed = 20260601;

static uint32_t draw(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

static void random_usage(struct en_zone_usage *usage)
{
    usage->count = 0;
    usage->split_count = draw(5);
    for (uint32_t calendar = 0; calendar < 3; calendar++) {
        for (uint8_t zone = 0; zone < EN_TARIFF_ZONES_MAX; zone++) {
            if (draw(4) == 0) {
                usage->items[usage->count++] =
                    (struct en_zone_item){.calendar = calendar,
                                          .zone = zone,
                                          .micro = (int64_t)draw(2000000) - 1000000,
                                          .present_count = 1 + draw(48),
                                          .missing_count = draw(3)};
            }
        }
    }
}

static void assert_same(const struct en_zone_usage *a, const struct en_zone_usage *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->split_count, b->split_count);
    for (uint32_t i = 0; i < a->count; i++) {
        assert_int_equal(a->items[i].calendar, b->items[i].calendar);
        assert_int_equal(a->items[i].zone, b->items[i].zone);
        assert_true(a->items[i].micro == b->items[i].micro);
        assert_int_equal(a->items[i].present_count, b->items[i].present_count);
        assert_int_equal(a->items[i].missing_count, b->items[i].missing_count);
    }
}

static struct en_zone_usage usages[4];

/* A month that took a day and gave it back is what it was. */
static void test_what_was_added_is_taken_away(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        random_usage(&usages[0]);
        random_usage(&usages[1]);
        random_usage(&usages[2]);
        usages[3] = usages[0];
        assert_int_equal(en_zone_usage_add(&usages[3], &usages[1], 1, NULL), EN_OK);
        assert_int_equal(en_zone_usage_add(&usages[3], &usages[2], 1, NULL), EN_OK);
        assert_int_equal(en_zone_usage_add(&usages[3], &usages[1], -1, NULL), EN_OK);
        assert_int_equal(en_zone_usage_add(&usages[3], &usages[2], -1, NULL), EN_OK);
        assert_same(&usages[3], &usages[0]);
    }
}

static void test_entry_goes_there_and_back(void **state)
{
    (void)state;
    struct en_buf entry;
    en_buf_init(&entry, 65536);
    for (int round = 0; round < 200; round++) {
        random_usage(&usages[0]);
        if (usages[0].count == 0) {
            continue;
        }
        en_buf_reset(&entry);
        en_zone_usage_encode(&usages[0], &entry);
        assert_int_equal(en_zone_usage_decode(en_buf_slice(&entry), &usages[1], NULL), EN_OK);
        assert_same(&usages[0], &usages[1]);
        /* cut anywhere but between items it is none; there it is a shorter one */
        struct en_slice cut = en_slice_of(entry.bytes, entry.size - 1);
        assert_int_equal(en_zone_usage_decode(cut, &usages[1], NULL), EN_MALFORMED);
    }
    en_buf_fini(&entry);
}

static void test_what_is_no_entry_is_refused(void **state)
{
    (void)state;
    static const uint8_t nothing[] = {0};
    static const uint8_t zone_16[] = {0, 1, 16, 2, 1, 0, 1};
    static const uint8_t twice[] = {0, 1, 2, 2, 1, 0, 1, 1, 2, 2, 1, 0, 1};
    struct en_error err = {0};
    assert_int_equal(en_zone_usage_decode(en_slice_of(nothing, 0), &usages[0], &err), EN_MALFORMED);
    assert_int_equal(en_zone_usage_decode(en_slice_of(nothing, 1), &usages[0], &err), EN_MALFORMED);
    assert_int_equal(en_zone_usage_decode(en_slice_of(zone_16, sizeof zone_16), &usages[0], &err),
                     EN_MALFORMED);
    assert_int_equal(en_zone_usage_decode(en_slice_of(twice, sizeof twice), &usages[0], &err),
                     EN_MALFORMED);
}

static void test_a_month_has_room_for_its_days(void **state)
{
    (void)state;
    struct en_error err = {0};
    usages[0].count = 0;
    for (uint32_t calendar = 1; calendar <= 31; calendar++) {
        usages[1].count = EN_TARIFF_ZONES_MAX;
        usages[1].split_count = 0;
        for (uint8_t zone = 0; zone < EN_TARIFF_ZONES_MAX; zone++) {
            usages[1].items[zone] =
                (struct en_zone_item){.calendar = calendar, .zone = zone, .present_count = 3};
        }
        assert_int_equal(en_zone_usage_add(&usages[0], &usages[1], 1, &err), EN_OK);
    }
    assert_int_equal(usages[0].count, 31 * EN_TARIFF_ZONES_MAX);
    for (uint32_t calendar = 32; calendar <= 33; calendar++) {
        for (uint8_t zone = 0; zone < EN_TARIFF_ZONES_MAX; zone++) {
            usages[1].items[zone].calendar = calendar;
        }
        en_code code = en_zone_usage_add(&usages[0], &usages[1], 1, &err);
        assert_int_equal(code, calendar == 32 ? EN_OK : EN_LIMIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_added_is_taken_away),
        cmocka_unit_test(test_entry_goes_there_and_back),
        cmocka_unit_test(test_what_is_no_entry_is_refused),
        cmocka_unit_test(test_a_month_has_room_for_its_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
