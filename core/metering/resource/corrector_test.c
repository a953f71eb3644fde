#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/resource/corrector.h"

static void test_corrector_names_by_resource(void **state)
{
    (void)state;
    const struct en_corrector_channel *channel =
        en_corrector_channel_of(EN_RESOURCE_GAS, en_slice_text("Vs"));
    assert_non_null(channel);
    assert_true(channel->unit == EN_UNIT_M3);
    channel = en_corrector_channel_of(EN_RESOURCE_HEAT, en_slice_text("t1"));
    assert_non_null(channel);
    assert_true(channel->unit == EN_UNIT_DEGC);
    channel = en_corrector_channel_of(EN_RESOURCE_GAS, en_slice_text("K"));
    assert_non_null(channel);
    assert_true(channel->unit == EN_UNIT_NONE);
}

static void test_corrector_names_that_mean_nothing(void **state)
{
    (void)state;
    assert_null(en_corrector_channel_of(EN_RESOURCE_GAS, en_slice_text("vs")));
    assert_null(en_corrector_channel_of(EN_RESOURCE_HEAT, en_slice_text("T1")));
    assert_null(en_corrector_channel_of(EN_RESOURCE_ELECTRICITY, en_slice_text("P")));
    assert_null(en_corrector_channel_of(EN_RESOURCE_WATER, en_slice_text("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corrector_names_by_resource),
        cmocka_unit_test(test_corrector_names_that_mean_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
