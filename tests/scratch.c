#include "tests/scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/assert.h"

#define OPEN_FOLDERS_MAX 16

void en_scratch_make(struct en_scratch *scratch)
{
    const char *base = getenv("TMPDIR");
    int size = snprintf(scratch->path, sizeof scratch->path, "%s/enerlog-test-XXXXXX",
                        base != NULL ? base : "/tmp");
    EN_ASSERT(size > 0 && (size_t)size < sizeof scratch->path);
    const char *made = mkdtemp(scratch->path);
    EN_ASSERT(made != NULL);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

void en_scratch_remove(struct en_scratch *scratch)
{
    int failed = nftw(scratch->path, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
    EN_ASSERT(failed == 0);
}

char *en_scratch_path(const struct en_scratch *scratch, const char *name, char *room, size_t size)
{
    int length = snprintf(room, size, "%s/%s", scratch->path, name);
    EN_ASSERT(length > 0 && (size_t)length < size);
    return room;
}
