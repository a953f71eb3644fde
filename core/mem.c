#include "core/mem.h"

#include <stdatomic.h>
#include <stdlib.h>

static _Atomic uint64_t requests_until_failure;

static int must_fail(void)
{
    uint64_t left = atomic_load_explicit(&requests_until_failure, memory_order_relaxed);
    if (left == 0) {
        return 0;
    }
    return atomic_fetch_sub(&requests_until_failure, 1) == 1;
}

void *en_mem_alloc(size_t count, size_t size)
{
    return must_fail() ? NULL : calloc(count, size);
}

void *en_mem_resize(void *block, size_t size)
{
    return must_fail() ? NULL : realloc(block, size);
}

void en_mem_free(void *block)
{
    free(block);
}

void en_mem_fail_after(uint64_t count)
{
    atomic_store(&requests_until_failure, count);
}
