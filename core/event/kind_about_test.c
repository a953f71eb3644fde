#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/event/kind_about.h"

static void test_kind_about_speaks_of_every_kind(void **state)
{
    (void)state;
    uint32_t count = 0;
    const struct en_kind_info *kinds = en_kinds(&count);
    for (uint32_t i = 0; i < count; i++) {
        const char *about = en_kind_about(kinds[i].kind);
        assert_true(strlen(about) > 0);
        assert_int_equal(about[strlen(about) - 1], '.');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kind_about_speaks_of_every_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
