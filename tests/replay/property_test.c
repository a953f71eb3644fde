/* What must hold in every world, whatever happened in it: slots add up to days and days to months
 * exactly (PT-3), and what a freeze froze gives its digest for ever (PT-7). Looked at after every
 * few events of random worlds (random_world.h), while rules judge and fill. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/mem.h"
#include "projections/views/best.h"
#include "projections/views/frozen_run.h"
#include "projections/views/interval.h"
#include "projections/views/totals.h"
#include "tests/replay/random_world.h"

#define SEEDS 4
#define LOOK_EVERY 97

static struct en_block *scratch;
static uint32_t days_count; /* that were looked at and hold something */
static uint32_t nodes_count;
static uint32_t freezes_count;
static uint64_t series_seen; /* bits by place in en_series_all */

static struct en_totals totals_of(struct en_store *store, const struct en_series_table *table,
                                  int32_t day, uint32_t series)
{
    struct en_slice entry;
    struct en_totals totals = {0};
    struct en_error err;
    en_code code = en_series_get(store, table, day, series, &entry, &err);
    if (code == EN_OK) {
        assert_int_equal(en_totals_decode(entry, &totals, &err), EN_OK);
    } else {
        assert_int_equal(code, EN_NOT_FOUND);
    }
    return totals;
}

/* The day is the sum of its slots. */
static void check_day(const struct en_totals *day, struct en_slice block)
{
    struct en_totals slots;
    struct en_error err;
    assert_int_equal(en_totals_of_block(block, scratch, &slots, &err), EN_OK);
    assert_int_equal(day->micro, slots.micro);
    assert_int_equal(day->present_count, slots.present_count);
    assert_int_equal(day->missing_count, slots.missing_count);
    assert_int_equal(day->quality, slots.quality);
}

static void check_channel(struct en_store *store, uint32_t channel)
{
    int32_t month = 0;
    struct en_totals sum = {0};
    for (int32_t day = WORLD_DAY - 1; day <= WORLD_DAY + RANDOM_DAYS + 40; day++) {
        struct en_slice block = {0};
        struct en_error err;
        int32_t first = en_month_first_day(en_month_of_day((struct en_day){day})).n;
        if (first != month) {
            struct en_totals stored = totals_of(store, &en_series_usage_month, month, channel);
            assert_int_equal(stored.micro, sum.micro);
            assert_int_equal(stored.present_count, sum.present_count);
            assert_int_equal(stored.missing_count, sum.missing_count);
            sum = (struct en_totals){0};
            month = first;
        }
        en_code code = en_best_get(store, day, channel, &block, &err);
        assert_true(code == EN_OK || code == EN_NOT_FOUND);
        struct en_totals stored = totals_of(store, &en_series_usage_day, day, channel);
        check_day(&stored, block);
        days_count += code == EN_OK;
        sum.micro += stored.micro;
        sum.present_count += stored.present_count;
        sum.missing_count += stored.missing_count;
    }
}

static void check_nodes(struct en_store *store)
{
    struct en_series_scan scan;
    struct en_error err;
    int32_t day = 0;
    uint32_t node = 0;
    struct en_slice entry;
    assert_int_equal(
        en_series_scan_begin(store, &en_series_node, EN_DAY_MIN, EN_DAY_MAX, 0, 0, &scan, &err),
        EN_OK);
    while (en_series_scan_next(&scan, &day, &node, &entry, &err) == EN_OK) {
        struct en_slice block;
        struct en_slice missing;
        assert_int_equal(en_node_entry_parse(entry, &block, &missing, &err), EN_OK);
        struct en_totals stored = totals_of(store, &en_series_node_day, day, node);
        check_day(&stored, block);
        nodes_count++;
    }
    en_series_scan_end(&scan);
}

static void check_freezes(struct en_store *store)
{
    struct en_table_scan scan;
    struct en_freeze_row freeze;
    struct en_error err;
    assert_int_equal(en_table_scan_begin(store, &en_table_freeze, NULL, 0, &scan, &err), EN_OK);
    while (en_table_scan_next(&scan, &freeze, NULL, &err) == EN_OK) {
        struct en_hash digest;
        uint64_t rows_count = 0;
        assert_int_equal(en_frozen_run_digest(store, &freeze, &digest, &rows_count, &err), EN_OK);
        assert_int_equal(rows_count, freeze.rows_count);
        assert_true(en_hash_equal(&digest, &freeze.digest));
        freezes_count++;
    }
    en_table_scan_end(&scan);
}

/* A world in which nothing of a kind is ever accepted would prove nothing of it. */
static void check_is_alive(struct en_store *store)
{
    for (size_t i = 0; en_series_all[i] != NULL; i++) {
        int32_t day = EN_DAY_MIN;
        struct en_error err;
        if (en_series_next_day(store, en_series_all[i], &day, &err) == EN_OK) {
            series_seen |= UINT64_C(1) << i;
        }
    }
}

static void check_what_was_seen(void)
{
    for (size_t i = 0; en_series_all[i] != NULL; i++) {
        if ((series_seen >> i & 1) == 0) {
            fail_msg("no world had an entry of series %s", en_series_all[i]->name);
        }
    }
}

static void test_sums_are_exact_and_freezes_stand(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 100 + SEEDS; seed++) {
        struct random_world random;
        struct world_projection projection;
        random_world_open(&random, seed);
        world_project(&random.world, &projection, 0);
        uint64_t size = en_log_size(random.world.log);
        for (uint64_t to = LOOK_EVERY; to < size + LOOK_EVERY; to += LOOK_EVERY) {
            struct en_store *store = NULL;
            struct en_error err;
            world_run(&projection, to < size ? to : 0);
            assert_int_equal(en_store_begin(projection.kv, EN_KV_READ, &store, &err), EN_OK);
            for (size_t i = 0; i < RANDOM_POINTS; i++) {
                check_channel(store, random.channels[i]);
            }
            check_nodes(store);
            check_freezes(store);
            check_is_alive(store);
            en_store_abort(store);
        }
        world_projection_close(&projection);
        world_close(&random.world);
    }
    check_what_was_seen();
    assert_true(days_count > 1000 && nodes_count > 100 && freezes_count > 10);
}

int main(void)
{
    scratch = en_mem_alloc(1, sizeof *scratch);
    EN_ASSERT(scratch != NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_are_exact_and_freezes_stand),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    en_mem_free(scratch);
    return failed;
}
