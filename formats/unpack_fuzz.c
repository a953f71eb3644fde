/* Any bytes as an archive: files with safe names, within the bound, or an error. */
#include "formats/unpack.h"

#include "core/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static en_code visit(void *self, const char *name, struct en_slice bytes, struct en_error *err)
{
    size_t *total = self;
    (void)err;
    EN_ASSERT(strchr(name, '/') == NULL);
    *total += bytes.size;
    EN_ASSERT(*total <= EN_DOCUMENT_SIZE_MAX);
    return EN_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t total = 0;
    struct en_error err = {0};
    en_code code = en_unpack("input", en_slice_of(data, size), visit, &total, &err);
    EN_ASSERT((code == EN_OK) == (err.code == EN_OK));
    return 0;
}
