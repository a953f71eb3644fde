/* A mapping and a table in one input, split at the first NUL byte: any mapping that is taken reads
 * any table without breaking a promise (staged_check.h). Without a NUL the table is read by a plain
 * mapping. */
#include "tests/fuzz/staged_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char plain[] = "[time]\ncolumn = #1\npattern = YYYY-MM-DD hh:mm\nzone = +03:00\n"
                            "slot = 30m\n[point]\ncolumn = #2\n[values]\ndecimals = 3\n"
                            "[channel A+]\ncolumn = #3\nunit = kWh\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct en_format *format = NULL;
    en_code code = en_format_find("csv", &format, NULL);
    EN_ASSERT(code == EN_OK);
    const uint8_t *split = size > 0 ? memchr(data, 0, size) : NULL;
    size_t mapping_size = split != NULL ? (size_t)(split - data) : 0;
    size_t table_at = split != NULL ? mapping_size + 1 : 0;
    struct en_format_input input = {
        .file_name = "input.csv",
        .bytes = en_slice_of(data + table_at, size - table_at),
        .mapping = split != NULL ? en_slice_of(data, mapping_size) : en_slice_text(plain),
    };
    staged_check(format, &input);
    return 0;
}
