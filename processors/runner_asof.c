#include "processors/runner_asof.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/mem.h"

#define PATH_SIZE 4096u
#define SIZE_DEFAULT (UINT64_C(1) << 40)
#define TABLES_MAX 256u

struct en_asof {
    struct en_kv *kv;
    bool has_folder;
    char path[PATH_SIZE];
};

static en_code make_folder(struct en_asof *asof, const char *dir, struct en_error *err)
{
    int size = snprintf(asof->path, sizeof asof->path, "%s/asof-XXXXXX", dir);
    if (size < 0 || (size_t)size >= sizeof asof->path) {
        return en_error_set(err, EN_LIMIT, "the path of %s is too long", dir);
    }
    if (mkdtemp(asof->path) == NULL) {
        return en_error_set(err, errno == ENOSPC ? EN_FULL : EN_IO, "making a folder in %s: %s",
                            dir, strerror(errno));
    }
    asof->has_folder = true;
    return EN_OK;
}

/* What cannot be removed now stays: a folder asof-... that nobody reads. */
static void remove_folder(const struct en_asof *asof)
{
    static const char *const names[] = {"data.mdb", "lock.mdb"};
    for (size_t i = 0; i < EN_COUNT_OF(names); i++) {
        char path[PATH_SIZE + 16];
        (void)snprintf(path, sizeof path, "%s/%s", asof->path, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(asof->path);
}

static en_code replay(const struct en_asof *asof, const struct en_asof_options *options,
                      struct en_error *err)
{
    struct en_runner *runner = NULL;
    struct en_runner_options runner_options = {
        .log = options->log,
        .kv = asof->kv,
        .progress = options->progress,
        .progress_self = options->progress_self,
    };
    en_code code = en_runner_open(&runner_options, &runner, err);
    if (code == EN_OK) {
        code = en_runner_run(runner, options->to, err);
    }
    en_runner_close(runner);
    return code;
}

en_code en_asof_open(const struct en_asof_options *options, struct en_asof **asof,
                     struct en_error *err)
{
    EN_ASSERT(options->log != NULL);
    EN_ASSERT(options->dir != NULL);
    uint64_t size = en_log_size(options->log);
    if (options->to > size) {
        return en_error_set(err, EN_RANGE, "the log has %llu events, not %llu",
                            (unsigned long long)size, (unsigned long long)options->to);
    }
    struct en_asof *made = en_mem_alloc(1, sizeof *made);
    if (made == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a scratch replay");
    }
    struct en_kv_options kv_options = {
        .path = made->path,
        .size_max = options->size_max > 0 ? options->size_max : SIZE_DEFAULT,
        .tables_max = TABLES_MAX,
        .flags = EN_KV_NO_SYNC,
    };
    en_code code = make_folder(made, options->dir, err);
    if (code == EN_OK) {
        code = en_kv_open(&kv_options, &made->kv, err);
    }
    if (code == EN_OK) {
        code = replay(made, options, err);
    }
    if (code != EN_OK) {
        en_asof_close(made);
        return code;
    }
    *asof = made;
    return EN_OK;
}

struct en_kv *en_asof_kv(struct en_asof *asof)
{
    return asof->kv;
}

void en_asof_close(struct en_asof *asof)
{
    if (asof == NULL) {
        return;
    }
    en_kv_close(asof->kv);
    if (asof->has_folder) {
        remove_folder(asof);
    }
    en_mem_free(asof);
}
