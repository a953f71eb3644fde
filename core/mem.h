/* The only door to the heap. Sizes are bounded by the callers; the n-th request can be made to
 * fail, so that every path that runs out of memory is tested. Any thread. */
#ifndef EN_CORE_MEM_H
#define EN_CORE_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed memory for count things of the size, or NULL (also when count * size overflows). Give back
 * with en_mem_free. */
void *en_mem_alloc(size_t count, size_t size);

/* Grows or shrinks to size bytes; on NULL the old block stands. New bytes are not zeroed. */
void *en_mem_resize(void *block, size_t size);

/* Gives a block back; NULL is allowed. */
void en_mem_free(void *block);

/* Tests only: the request number `count` from now (1 = the next) fails, once. 0 switches it off. */
void en_mem_fail_after(uint64_t count);

#endif
