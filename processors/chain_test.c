#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "processors/processor.h"
#include "projections/tables.h"

static bool is_listed(const void *const *list, const void *table)
{
    for (size_t i = 0; list[i] != NULL; i++) {
        if (list[i] == table) {
            return true;
        }
    }
    return false;
}

static void test_chain_has_every_table_in_the_lists(void **state)
{
    (void)state;
    for (int i = 0; i < EN_PROCESSORS_COUNT; i++) {
        const struct en_processor *processor = en_processors[i];
        for (size_t t = 0; processor->tables[t] != NULL; t++) {
            assert_true(is_listed((const void *const *)en_tables_all, processor->tables[t]));
        }
        for (size_t t = 0; processor->series[t] != NULL; t++) {
            assert_true(is_listed((const void *const *)en_series_all, processor->series[t]));
        }
    }
}

static void test_chain_has_one_writer_for_each_table(void **state)
{
    (void)state;
    for (size_t t = 0; en_tables_all[t] != NULL; t++) {
        int writers = en_tables_all[t] == &en_table_outcome; /* the runner writes it */
        for (int i = 0; i < EN_PROCESSORS_COUNT; i++) {
            writers += is_listed((const void *const *)en_processors[i]->tables, en_tables_all[t]);
        }
        assert_int_equal(writers, 1);
    }
    for (size_t t = 0; en_series_all[t] != NULL; t++) {
        int writers = 0;
        for (int i = 0; i < EN_PROCESSORS_COUNT; i++) {
            writers += is_listed((const void *const *)en_processors[i]->series, en_series_all[t]);
        }
        assert_int_equal(writers, 1);
    }
}

static void test_chain_lists_stand_in_the_order_of_names(void **state)
{
    (void)state;
    for (size_t t = 1; en_tables_all[t] != NULL; t++) {
        assert_true(strcmp(en_tables_all[t - 1]->name, en_tables_all[t]->name) < 0);
    }
    for (size_t t = 1; en_series_all[t] != NULL; t++) {
        assert_true(strcmp(en_series_all[t - 1]->name, en_series_all[t]->name) < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain_has_every_table_in_the_lists),
        cmocka_unit_test(test_chain_has_one_writer_for_each_table),
        cmocka_unit_test(test_chain_lists_stand_in_the_order_of_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
