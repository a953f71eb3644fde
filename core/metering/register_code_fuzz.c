#include <stdlib.h>

#include "core/metering/ratio.h"
#include "core/metering/register_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_ratio(struct en_slice text)
{
    struct en_ratio ratio = {0, 0};
    struct en_ratio again = {0, 0};
    char printed[EN_RATIO_TEXT_SIZE];
    if (en_ratio_parse(text, &ratio, NULL) == EN_OK) {
        require(en_ratio_is_valid(ratio));
        size_t length = en_ratio_print(ratio, printed);
        require(en_ratio_parse(en_slice_of(printed, length), &again, NULL) == EN_OK);
        require(en_ratio_equal(ratio, again));
    }
}

/* What reads prints and reads again to the same groups; short texts of metering are refused or
 * valid. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_slice text = en_slice_of(data, size);
    struct en_obis obis;
    struct en_obis again;
    struct en_error err = {0};
    if (en_obis_parse(text, &obis, &err) == EN_OK) {
        char printed[EN_OBIS_TEXT_SIZE];
        size_t length = en_obis_print(&obis, printed);
        require(en_obis_parse(en_slice_of(printed, length), &again, NULL) == EN_OK);
        require(memcmp(obis.groups, again.groups, sizeof obis.groups) == 0);
        require(memcmp(obis.has_group, again.has_group, sizeof obis.has_group) == 0);
    } else {
        require(err.text[0] != '\0');
    }
    struct en_register_meaning meaning;
    if (en_register_meaning_of(text, &meaning, NULL) == EN_OK) {
        require(en_unit_is_known((uint32_t)meaning.unit));
    }
    check_ratio(text);
    return 0;
}
