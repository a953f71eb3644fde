#include <stdlib.h>

#include "core/metering/validation/finding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

/* What can be read is canonical, in order, and can be told in words. */
static void check_good(struct en_slice bytes, struct en_findings *findings)
{
    struct en_finding_place place = {.unit = EN_UNIT_KWH, .slot_seconds = 1800};
    struct en_buf again;
    en_buf_init(&again, 1u << 20);
    require(en_findings_encode(findings, &again, NULL) == EN_OK);
    require(en_slice_equal(bytes, en_buf_slice(&again)));
    uint32_t count = findings->count;
    en_findings_sort(findings);
    require(findings->count == count);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t flags = 0;
        const struct en_finding *finding = &findings->items[i];
        require(finding->slots == 0 ||
                en_findings_at(findings, finding->first, &flags) >= finding->severity);
        require(finding->slots == 0 || (flags & finding->flags) == finding->flags);
        place.is_russian = !place.is_russian;
        en_buf_reset(&again);
        en_finding_print(finding, &place, &again);
        require(again.code == EN_OK && again.size > 0);
    }
    en_buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct en_finding items[EN_FINDINGS_MAX];
    struct en_findings findings;
    en_findings_init(&findings, items, EN_FINDINGS_MAX);
    struct en_slice bytes = en_slice_of(data, size);
    en_code code = en_findings_decode(bytes, &findings, NULL);
    require(code == EN_OK || code == EN_CORRUPT);
    if (code == EN_OK && size > 0) {
        check_good(bytes, &findings);
    }
    return 0;
}
