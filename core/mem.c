#include "core/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE_SIZE ((uintptr_t)2 << 20)
#define HUGE_FROM (2 * HUGE_PAGE_SIZE)

static _Atomic uint64_t requests_until_failure;

static int must_fail(void)
{
    uint64_t left = atomic_load_explicit(&requests_until_failure, memory_order_relaxed);
    if (left == 0) {
        return 0;
    }
    return atomic_fetch_sub(&requests_until_failure, 1) == 1;
}

/* Asks for huge pages where a block is large: what is read in random order spends more time on
 * finding pages of 4 KiB than on the bytes. Only a wish: the answer does not matter. */
static void *with_huge_pages(void *block, size_t size)
{
    uintptr_t from = ((uintptr_t)block + HUGE_PAGE_SIZE - 1) & ~(HUGE_PAGE_SIZE - 1);
    uintptr_t to = ((uintptr_t)block + size) & ~(HUGE_PAGE_SIZE - 1);
    if (block != NULL && size >= HUGE_FROM && to > from) {
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
    }
    return block;
}

void *en_mem_alloc(size_t count, size_t size)
{
    return must_fail() ? NULL : with_huge_pages(calloc(count, size), count * size);
}

void *en_mem_resize(void *block, size_t size)
{
    return must_fail() ? NULL : with_huge_pages(realloc(block, size), size);
}

void en_mem_free(void *block)
{
    free(block);
}

void en_mem_fail_after(uint64_t count)
{
    atomic_store(&requests_until_failure, count);
}
