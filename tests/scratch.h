/* A folder of its own for a test, below TMPDIR or /tmp; made fresh, removed with all that is in it.
 * For tests only. */
#ifndef EN_TESTS_SCRATCH_H
#define EN_TESTS_SCRATCH_H

#include <stddef.h>

#define EN_SCRATCH_PATH_SIZE 200u

struct en_scratch {
    char path[EN_SCRATCH_PATH_SIZE];
};

/* Aborts when it cannot be made: no test can go on. */
void en_scratch_make(struct en_scratch *scratch);
void en_scratch_remove(struct en_scratch *scratch);

/* "<scratch>/<name>" in room of size bytes; returns room. */
char *en_scratch_path(const struct en_scratch *scratch, const char *name, char *room, size_t size);

#endif
