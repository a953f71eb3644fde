/* Any bytes as a file of the format: what is read keeps its promises (staged_check.h). */
#include "tests/fuzz/staged_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct en_format *format = NULL;
    en_code code = en_format_find("nem12", &format, NULL);
    EN_ASSERT(code == EN_OK);
    struct en_format_input input = {
        .file_name = "input.csv",
        .bytes = en_slice_of(data, size),
        .zone_name = "+03:00",
    };
    staged_check(format, &input);
    return 0;
}
