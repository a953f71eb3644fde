#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/assert.h"
#include "core/nearest.h"

static void test_nearest_word_is_meant_or_none(void **state)
{
    (void)state;
    static const char *const known[] = {"import", "report", NULL, "freeze"};
    static const struct {
        const char *word;
        const char *nearest;
    } rows[] = {
        {"imoprt", "import"}, {"reports", "report"}, {"fre", "freeze"},
        {"balance", NULL},    {"x", NULL},           {"", NULL},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        const char *nearest = en_nearest_word(rows[i].word, known, EN_COUNT_OF(known));
        assert_ptr_equal(nearest == NULL, rows[i].nearest == NULL);
        if (nearest != NULL) {
            assert_string_equal(nearest, rows[i].nearest);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest_word_is_meant_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
