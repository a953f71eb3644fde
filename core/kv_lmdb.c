/* kv.h over LMDB 0.9: the only door to it.
 *
 * Flags are MDB_NOTLS | MDB_NORDAHEAD and what the options ask; never MDB_WRITEMAP (a full disk
 * would be SIGBUS), never MDB_NOMETASYNC (loses acknowledged commits), never DUPSORT or nested
 * transactions (their mends came after the version that systems ship).
 *
 * Tables (LMDB's dbi handles) are shared by all transactions, but two transactions must never open
 * handles at once. So all that exist are opened with the kv, before any transaction; a new one is
 * made inside the one write transaction and stays private to it until the commit (is_pending); and
 * only in a read-only kv, where nothing is ever made, a missing one is looked for again in a short
 * transaction under the mutex. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <lmdb.h>

#include "core/kv_ops.h"
#include "core/mem.h"

#define FILE_MODE 0600
#define DIRECTORY_MODE 0700
#define PATH_SIZE_MAX 4096u
#define READERS_DEFAULT 126u
#define TAILS_MAX 8u               /* tables appended to side by side in one transaction */
#define DISK_FULL_BELOW (1u << 20) /* free bytes under which a cut write means a full disk */
#define FLAGS_ALWAYS (MDB_NOTLS | MDB_NORDAHEAD)
#define FLAGS_NEVER (MDB_WRITEMAP | MDB_NOMETASYNC | MDB_MAPASYNC | MDB_NOMEMINIT)

struct lmdb_table {
    char name[EN_KV_TABLE_NAME_SIZE_MAX + 1];
    MDB_dbi dbi;
    bool has_integer_keys;
    bool is_pending; /* made by the write transaction that runs */
};

struct lmdb_kv {
    struct en_kv base;
    MDB_env *env;
    dev_t device;
    ino_t inode;
    struct lmdb_kv *next_open;
    pthread_mutex_t mutex; /* guards tables and tables_count */
    uint32_t tables_max;
    uint32_t tables_count;
    struct lmdb_table tables[];
};

/* A cursor at the end of a table that was appended to: the next append needs no search. */
struct lmdb_tail {
    MDB_cursor *cursor; /* NULL: free */
    MDB_dbi dbi;
};

struct lmdb_txn {
    struct en_kv_txn base;
    MDB_txn *txn;
    bool has_pending_tables;
    uint32_t next_tail; /* the one to give up when all are taken */
    struct lmdb_tail tails[TAILS_MAX];
};

struct lmdb_cursor {
    struct en_kv_cursor base;
    MDB_cursor *cursor;
};

/* All that this process has open: a second open of one directory would drop the file locks of the
 * first, as the system keeps them per process. */
static pthread_mutex_t open_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct lmdb_kv *open_list;

static const struct en_kv_ops lmdb_ops;

static struct lmdb_kv *lmdb_of(struct en_kv *kv)
{
    EN_ASSERT(kv->ops == &lmdb_ops);
    return (struct lmdb_kv *)(void *)kv;
}

static struct lmdb_txn *lmdb_txn_of(struct en_kv_txn *txn)
{
    return (struct lmdb_txn *)(void *)txn;
}

static struct lmdb_cursor *lmdb_cursor_of(struct en_kv_cursor *cursor)
{
    return (struct lmdb_cursor *)(void *)cursor;
}

/* ---- codes ---- */

static en_code code_of(int rc)
{
    switch (rc) {
    case MDB_NOTFOUND:
    case ENOENT:
    case ENOTDIR:
        return EN_NOT_FOUND;
    case MDB_KEYEXIST:
    case EEXIST:
        return EN_CONFLICT;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return EN_FULL;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_CURSOR_FULL:
        return EN_CORRUPT;
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
        return EN_UNSUPPORTED;
    case MDB_READERS_FULL:
    case MDB_MAP_RESIZED:
    case EAGAIN:
    case EBUSY:
        return EN_BUSY;
    case MDB_DBS_FULL:
    case MDB_TXN_FULL:
        return EN_LIMIT;
    case MDB_BAD_VALSIZE:
        return EN_RANGE;
    case ENOMEM:
        return EN_NOMEM;
    case EACCES:
    case EPERM:
    case EROFS:
        return EN_DENIED;
    default:
        return EN_IO;
    }
}

static const char *reason_of(int rc)
{
    switch (rc) {
    case MDB_MAP_FULL:
        return "the reserved size is full";
    case MDB_MAP_RESIZED:
        return "another process enlarged it: open it again";
    case MDB_INVALID:
        return "this is not a store's file, or its head is damaged";
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_CURSOR_FULL:
        return "a page is damaged";
    case MDB_PANIC:
        return "a failed write of the file's head left it unusable: open it again";
    case MDB_READERS_FULL:
        return "too many readers at once";
    case MDB_DBS_FULL:
        return "too many tables";
    case MDB_TXN_FULL:
        return "the transaction changes too much at once";
    case EFBIG:
        return "the file may not grow further (file size limit)";
    case EIO:
        return "a write or read failed or was cut short (a failing disk, or a limit of file size)";
    case ENOSPC:
        return "no space left on the disk";
    default:
        return mdb_strerror(rc);
    }
}

static en_code fault(struct en_error *err, int rc, const char *doing)
{
    EN_ASSERT(rc != MDB_SUCCESS);
    /* LMDB says so of the page behind a damaged one, too, within one move of a cursor. */
    if (rc == MDB_BAD_TXN) {
        return en_error_set(err, EN_CORRUPT, "%s: a page is damaged", doing);
    }
    EN_ASSERT(rc != MDB_BAD_RSLOT);
    return en_error_set(err, code_of(rc), "%s: %s", doing, reason_of(rc));
}

/* ---- open ---- */

static bool is_remote(uint64_t magic)
{
    /* NFS, SMB (three generations), 9p, FUSE, AFS, Ceph, Coda, NCP: their locks and maps do not
     * hold what LMDB needs. */
    static const uint64_t magics[] = {0x6969,     0x517b,     0xff534d42, 0xfe534d42, 0x01021997,
                                      0x65735546, 0x5346414f, 0x00c36400, 0x73757245, 0x564c};
    for (size_t i = 0; i < EN_COUNT_OF(magics); i++) {
        if (magics[i] == (magic & 0xffffffffu)) {
            return true;
        }
    }
    return false;
}

static en_code check_file_system(const char *path, struct en_error *err)
{
    struct statfs stat;
    if (statfs(path, &stat) != 0) {
        return en_error_set(err, code_of(errno), "%s", mdb_strerror(errno));
    }
    if (is_remote((uint64_t)stat.f_type)) {
        return en_error_set(err, EN_UNSUPPORTED,
                            "a network or FUSE file system (%llx) cannot hold a store",
                            (unsigned long long)stat.f_type);
    }
    return EN_OK;
}

static en_code sync_directory(const char *path, struct en_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return en_error_set(err, code_of(errno), "directory %s: %s", path, mdb_strerror(errno));
    }
    en_code code = EN_OK;
    if (fsync(fd) != 0) {
        code = en_error_set(err, EN_IO, "sync of directory %s: %s", path, mdb_strerror(errno));
    }
    (void)close(fd);
    return code;
}

static en_code sync_directory_and_parent(const char *path, struct en_error *err)
{
    char parent[PATH_SIZE_MAX];
    int size = snprintf(parent, sizeof parent, "%s/..", path);
    if (size < 0 || (size_t)size >= sizeof parent) {
        return en_error_set(err, EN_LIMIT, "the path is too long");
    }
    en_code code = sync_directory(path, err);
    return code != EN_OK ? code : sync_directory(parent, err);
}

/* Whether the environment holds anything: a data file without its first pages was left by somebody
 * killed while making it, and LMDB would try to write them even where it may only read. */
static bool has_data(const char *path)
{
    char file[PATH_SIZE_MAX];
    struct stat stat_of_file;
    int size = snprintf(file, sizeof file, "%s/data.mdb", path);
    return size > 0 && (size_t)size < sizeof file && stat(file, &stat_of_file) == 0 &&
           stat_of_file.st_size > 0;
}

static en_code make_directory(const char *path, struct en_error *err)
{
    if (mkdir(path, DIRECTORY_MODE) != 0 && errno != EEXIST) {
        return en_error_set(err, code_of(errno), "%s", mdb_strerror(errno));
    }
    return EN_OK;
}

/* Enters the kv into the list of open ones, unless its directory is there already. */
static en_code enlist(struct lmdb_kv *kv, const char *path, struct en_error *err)
{
    struct stat stat_of_path;
    if (stat(path, &stat_of_path) != 0) {
        return en_error_set(err, code_of(errno), "%s", mdb_strerror(errno));
    }
    kv->device = stat_of_path.st_dev;
    kv->inode = stat_of_path.st_ino;
    (void)pthread_mutex_lock(&open_mutex);
    bool is_open = false;
    for (struct lmdb_kv *other = open_list; other != NULL; other = other->next_open) {
        is_open = is_open || (other->device == kv->device && other->inode == kv->inode);
    }
    if (!is_open) {
        kv->next_open = open_list;
        open_list = kv;
    }
    (void)pthread_mutex_unlock(&open_mutex);
    return is_open ? en_error_set(err, EN_BUSY, "already open in this process") : EN_OK;
}

static void delist(struct lmdb_kv *kv)
{
    (void)pthread_mutex_lock(&open_mutex);
    struct lmdb_kv **link = &open_list;
    while (*link != NULL && *link != kv) {
        link = &(*link)->next_open;
    }
    EN_ASSERT(*link == kv);
    *link = kv->next_open;
    (void)pthread_mutex_unlock(&open_mutex);
}

static en_code add_table(struct lmdb_kv *kv, MDB_txn *txn, const char *name, MDB_dbi dbi,
                         bool is_pending, struct en_kv_table *table, struct en_error *err)
{
    unsigned int flags = 0;
    int rc = mdb_dbi_flags(txn, dbi, &flags);
    if (rc != MDB_SUCCESS) {
        return fault(err, rc, "a table's flags");
    }
    if ((flags & MDB_DUPSORT) != 0) {
        return en_error_set(err, EN_CORRUPT, "table %.63s has flags that no table here has", name);
    }
    EN_ASSERT(kv->tables_count < kv->tables_max);
    struct lmdb_table *slot = &kv->tables[kv->tables_count++];
    (void)snprintf(slot->name, sizeof slot->name, "%s", name);
    slot->dbi = dbi;
    slot->has_integer_keys = (flags & MDB_INTEGERKEY) != 0;
    slot->is_pending = is_pending;
    *table = (struct en_kv_table){.id = dbi, .has_integer_keys = slot->has_integer_keys};
    return EN_OK;
}

/* Opens every table that the unnamed main table lists. */
static en_code open_listed(struct lmdb_kv *kv, MDB_txn *txn, MDB_cursor *cursor,
                           struct en_error *err)
{
    MDB_val key = {0};
    int rc = mdb_cursor_get(cursor, &key, NULL, MDB_FIRST);
    while (rc == MDB_SUCCESS) {
        char name[EN_KV_TABLE_NAME_SIZE_MAX + 1];
        if (key.mv_size >= sizeof name) {
            return en_error_set(err, EN_CORRUPT, "a table has a name of %zu bytes", key.mv_size);
        }
        if (kv->tables_count == kv->tables_max) {
            return en_error_set(err, EN_LIMIT, "more than %u tables", kv->tables_max);
        }
        memcpy(name, key.mv_data, key.mv_size);
        name[key.mv_size] = '\0';
        MDB_dbi dbi = 0;
        rc = mdb_dbi_open(txn, name, 0, &dbi);
        if (rc != MDB_SUCCESS) {
            return fault(err, rc, "opening a table");
        }
        struct en_kv_table table;
        en_code code = add_table(kv, txn, name, dbi, false, &table, err);
        if (code != EN_OK) {
            return code;
        }
        rc = mdb_cursor_get(cursor, &key, NULL, MDB_NEXT);
    }
    return rc == MDB_NOTFOUND ? EN_OK : fault(err, rc, "listing the tables");
}

static en_code open_tables(struct lmdb_kv *kv, struct en_error *err)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_dbi main = 0;
    en_code code = EN_OK;
    int rc = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);
    if (rc == MDB_SUCCESS) {
        rc = mdb_dbi_open(txn, NULL, 0, &main);
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_cursor_open(txn, main, &cursor);
    }
    if (rc != MDB_SUCCESS) {
        code = fault(err, rc, "listing the tables");
        goto done;
    }
    code = open_listed(kv, txn, cursor, err);
    mdb_cursor_close(cursor);
    if (code == EN_OK) {
        rc = mdb_txn_commit(txn); /* keeps the handles; an abort would close them */
        txn = NULL;
        code = rc == MDB_SUCCESS ? EN_OK : fault(err, rc, "listing the tables");
    }
done:
    if (txn != NULL) {
        mdb_txn_abort(txn);
    }
    return code;
}

static unsigned int flags_of(const struct en_kv_options *options)
{
    unsigned int flags = FLAGS_ALWAYS;
    flags |= (options->flags & EN_KV_READ_ONLY) != 0 ? MDB_RDONLY : 0u;
    flags |= (options->flags & EN_KV_NO_SYNC) != 0 ? MDB_NOSYNC : 0u;
    flags |= (options->flags & EN_KV_NO_LOCK) != 0 ? MDB_NOLOCK : 0u;
    return flags;
}

static en_code open_environment(struct lmdb_kv *kv, const struct en_kv_options *options,
                                struct en_error *err)
{
    int rc = mdb_env_create(&kv->env);
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_set_maxdbs(kv->env, kv->tables_max);
    }
    if (rc == MDB_SUCCESS) {
        uint32_t readers = options->readers_max > 0 ? options->readers_max : READERS_DEFAULT;
        rc = mdb_env_set_maxreaders(kv->env, readers);
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_set_mapsize(kv->env, (size_t)options->size_max);
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_open(kv->env, options->path, flags_of(options), FILE_MODE);
    }
    if (rc != MDB_SUCCESS) {
        return fault(err, rc, "opening");
    }
    unsigned int flags = 0;
    rc = mdb_env_get_flags(kv->env, &flags);
    EN_ASSERT(rc == MDB_SUCCESS);
    EN_ASSERT((flags & FLAGS_NEVER) == 0);
    int dead = 0;
    rc = mdb_reader_check(kv->env, &dead);
    return rc == MDB_SUCCESS ? EN_OK : fault(err, rc, "checking readers");
}

static en_code open_at(struct lmdb_kv *kv, const struct en_kv_options *options,
                       struct en_error *err)
{
    bool is_read_only = (options->flags & EN_KV_READ_ONLY) != 0;
    en_code code = check_file_system(options->path, err);
    if (code != EN_OK) {
        return code;
    }
    bool is_new = !has_data(options->path);
    if (is_new && is_read_only) {
        return en_error_set(err, EN_NOT_FOUND, "there is no store here");
    }
    code = open_environment(kv, options, err);
    if (code == EN_OK && is_new) {
        code = sync_directory_and_parent(options->path, err);
    }
    return code != EN_OK ? code : open_tables(kv, err);
}

en_code en_kv_open(const struct en_kv_options *options, struct en_kv **kv, struct en_error *err)
{
    EN_ASSERT(options->size_max > 0);
    EN_ASSERT(options->tables_max > 0);
    EN_ASSERT(options->tables_max <= EN_KV_TABLES_MAX);
    uint32_t read_only_no_lock = EN_KV_NO_LOCK | EN_KV_READ_ONLY;
    EN_ASSERT((options->flags & EN_KV_NO_LOCK) == 0 ||
              (options->flags & read_only_no_lock) == read_only_no_lock);
    struct lmdb_kv *opened =
        en_mem_alloc(1, sizeof *opened + options->tables_max * sizeof opened->tables[0]);
    if (opened == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to open %s", options->path);
    }
    opened->base.ops = &lmdb_ops;
    opened->base.flags = options->flags;
    opened->tables_max = options->tables_max;
    bool is_enlisted = false;
    en_code code = EN_OK;
    if ((options->flags & EN_KV_READ_ONLY) == 0) {
        code = make_directory(options->path, err);
    }
    if (code == EN_OK) {
        code = enlist(opened, options->path, err);
    }
    if (code != EN_OK) {
        goto done;
    }
    is_enlisted = true;
    (void)pthread_mutex_init(&opened->mutex, NULL);
    code = open_at(opened, options, err);
    if (code == EN_OK) {
        *kv = &opened->base;
    }
done:
    if (code == EN_OK) {
        return EN_OK;
    }
    if (is_enlisted) {
        lmdb_ops.close(&opened->base);
    }
    en_mem_free(opened);
    (void)en_error_wrap(err, "store %s", options->path);
    return code;
}

static void lmdb_close(struct en_kv *kv)
{
    struct lmdb_kv *self = lmdb_of(kv);
    if (self->env != NULL) {
        mdb_env_close(self->env);
    }
    delist(self);
    (void)pthread_mutex_destroy(&self->mutex);
}

/* ---- transactions ---- */

static en_code lmdb_begin(struct en_kv *kv, en_kv_mode mode, struct en_kv_txn **txn,
                          struct en_error *err)
{
    struct lmdb_txn *begun = en_mem_alloc(1, sizeof *begun);
    if (begun == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a transaction");
    }
    unsigned int flags = mode == EN_KV_READ ? MDB_RDONLY : 0u;
    int rc = mdb_txn_begin(lmdb_of(kv)->env, NULL, flags, &begun->txn);
    if (rc != MDB_SUCCESS) {
        en_mem_free(begun);
        return fault(err, rc, "beginning a transaction");
    }
    *txn = &begun->base;
    return EN_OK;
}

/* The tables this write transaction made become everybody's, or are forgotten. */
static void settle_pending(struct lmdb_txn *txn, bool is_committed)
{
    if (!txn->has_pending_tables) {
        return;
    }
    struct lmdb_kv *kv = lmdb_of(txn->base.kv);
    (void)pthread_mutex_lock(&kv->mutex);
    uint32_t kept_count = 0;
    for (uint32_t i = 0; i < kv->tables_count; i++) {
        bool is_kept = is_committed || !kv->tables[i].is_pending;
        if (is_kept) {
            kv->tables[kept_count] = kv->tables[i];
            kv->tables[kept_count].is_pending = false;
            kept_count++;
        }
    }
    kv->tables_count = kept_count;
    (void)pthread_mutex_unlock(&kv->mutex);
}

/* LMDB reports a write that was cut short, as the last one on a full disk is, as EIO: ask the disk.
 */
static int commit_fault(MDB_env *env, int rc)
{
    const char *path = NULL;
    struct statfs stat;
    bool is_asked =
        rc == EIO && mdb_env_get_path(env, &path) == MDB_SUCCESS && statfs(path, &stat) == 0;
    return is_asked && (uint64_t)stat.f_bavail * (uint64_t)stat.f_bsize < DISK_FULL_BELOW ? ENOSPC
                                                                                          : rc;
}

/* ---- appending ---- */

static void drop_tail(struct lmdb_tail *tail)
{
    if (tail->cursor != NULL) {
        mdb_cursor_close(tail->cursor);
        tail->cursor = NULL;
    }
}

static void drop_tails(struct lmdb_txn *txn)
{
    for (uint32_t i = 0; i < TAILS_MAX; i++) {
        drop_tail(&txn->tails[i]);
    }
}

/* Any other change may leave the cursor short of the end without its knowing. */
static void drop_tail_of(struct lmdb_txn *txn, MDB_dbi dbi)
{
    for (uint32_t i = 0; i < TAILS_MAX; i++) {
        if (txn->tails[i].dbi == dbi) {
            drop_tail(&txn->tails[i]);
        }
    }
}

static int append(struct lmdb_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value,
                  unsigned int flags)
{
    for (uint32_t i = 0; i < TAILS_MAX; i++) {
        if (txn->tails[i].dbi == dbi && txn->tails[i].cursor != NULL) {
            return mdb_cursor_put(txn->tails[i].cursor, key, value, flags);
        }
    }
    struct lmdb_tail *tail = &txn->tails[txn->next_tail++ % TAILS_MAX];
    drop_tail(tail);
    int rc = mdb_cursor_open(txn->txn, dbi, &tail->cursor);
    if (rc != MDB_SUCCESS) {
        tail->cursor = NULL;
        return rc;
    }
    tail->dbi = dbi;
    return mdb_cursor_put(tail->cursor, key, value, flags);
}

static en_code lmdb_commit(struct en_kv_txn *txn, struct en_error *err)
{
    struct lmdb_txn *self = lmdb_txn_of(txn);
    MDB_env *env = lmdb_of(txn->kv)->env;
    drop_tails(self);
    int rc = mdb_txn_commit(self->txn);
    settle_pending(self, rc == MDB_SUCCESS);
    return rc == MDB_SUCCESS ? EN_OK : fault(err, commit_fault(env, rc), "commit");
}

static void lmdb_abort(struct en_kv_txn *txn)
{
    struct lmdb_txn *self = lmdb_txn_of(txn);
    drop_tails(self);
    mdb_txn_abort(self->txn);
    settle_pending(self, false);
}

static void lmdb_reset(struct en_kv_txn *txn)
{
    mdb_txn_reset(lmdb_txn_of(txn)->txn);
}

static en_code lmdb_renew(struct en_kv_txn *txn, struct en_error *err)
{
    int rc = mdb_txn_renew(lmdb_txn_of(txn)->txn);
    return rc == MDB_SUCCESS ? EN_OK : fault(err, rc, "renewing a read transaction");
}

/* ---- tables ---- */

static bool find_table(const struct lmdb_kv *kv, const char *name, bool with_pending,
                       struct en_kv_table *table)
{
    for (uint32_t i = 0; i < kv->tables_count; i++) {
        const struct lmdb_table *slot = &kv->tables[i];
        if (strcmp(slot->name, name) == 0 && (with_pending || !slot->is_pending)) {
            *table =
                (struct en_kv_table){.id = slot->dbi, .has_integer_keys = slot->has_integer_keys};
            return true;
        }
    }
    return false;
}

/* Only in a read-only kv: another process may have made the table since. */
static en_code look_again(struct lmdb_kv *kv, const char *name, struct en_kv_table *table,
                          struct en_error *err)
{
    MDB_txn *txn = NULL;
    MDB_dbi dbi = 0;
    if (kv->tables_count == kv->tables_max) {
        return en_kv_absent(err);
    }
    int rc = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);
    if (rc != MDB_SUCCESS) {
        return fault(err, rc, "looking for a table");
    }
    rc = mdb_dbi_open(txn, name, 0, &dbi);
    if (rc != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return rc == MDB_NOTFOUND ? en_kv_absent(err) : fault(err, rc, "looking for a table");
    }
    en_code code = add_table(kv, txn, name, dbi, false, table, err);
    rc = mdb_txn_commit(txn);
    EN_ASSERT(rc == MDB_SUCCESS);
    return code;
}

static en_code make_table(struct lmdb_txn *txn, const char *name, en_kv_keys keys,
                          struct en_kv_table *table, struct en_error *err)
{
    struct lmdb_kv *kv = lmdb_of(txn->base.kv);
    if (kv->tables_count == kv->tables_max) {
        return en_error_set(err, EN_LIMIT, "table %s: there are %u tables already", name,
                            kv->tables_max);
    }
    unsigned int flags = MDB_CREATE | (keys == EN_KV_INTEGER_KEYS ? MDB_INTEGERKEY : 0u);
    MDB_dbi dbi = 0;
    int rc = mdb_dbi_open(txn->txn, name, flags, &dbi);
    if (rc != MDB_SUCCESS) {
        return fault(err, rc, "making a table");
    }
    txn->has_pending_tables = true;
    return add_table(kv, txn->txn, name, dbi, true, table, err);
}

static en_code lmdb_table(struct en_kv_txn *txn, const char *name, en_kv_keys keys,
                          struct en_kv_table *table, struct en_error *err)
{
    struct lmdb_kv *kv = lmdb_of(txn->kv);
    struct lmdb_txn *self = lmdb_txn_of(txn);
    en_code code = EN_OK;
    (void)pthread_mutex_lock(&kv->mutex);
    if (!find_table(kv, name, txn->mode == EN_KV_WRITE, table)) {
        if (txn->mode == EN_KV_WRITE) {
            code = make_table(self, name, keys, table, err);
        } else if ((kv->base.flags & EN_KV_READ_ONLY) != 0) {
            code = look_again(kv, name, table, err);
        } else {
            code = en_kv_absent(err);
        }
    }
    (void)pthread_mutex_unlock(&kv->mutex);
    unsigned int flags = 0;
    if (code == EN_OK && mdb_dbi_flags(self->txn, table->id, &flags) != MDB_SUCCESS) {
        code = en_kv_absent(err); /* made after this transaction began */
    }
    return code;
}

/* ---- entries ---- */

static MDB_val val_of(struct en_slice slice)
{
    return (MDB_val){.mv_size = slice.size, .mv_data = (void *)(uintptr_t)slice.bytes};
}

static struct en_slice slice_of(MDB_val val)
{
    return en_slice_of(val.mv_data, val.mv_size);
}

static en_code lmdb_get(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                        struct en_slice *value, struct en_error *err)
{
    MDB_val mdb_key = val_of(key);
    MDB_val mdb_value;
    int rc = mdb_get(lmdb_txn_of(txn)->txn, table.id, &mdb_key, &mdb_value);
    if (rc == MDB_SUCCESS) {
        *value = slice_of(mdb_value);
        return EN_OK;
    }
    return rc == MDB_NOTFOUND ? en_kv_absent(err) : fault(err, rc, "get");
}

static en_code lmdb_put(struct en_kv_txn *txn, struct en_kv_table table, en_kv_how how,
                        struct en_slice key, struct en_slice value, uint8_t **room,
                        struct en_error *err)
{
    MDB_val mdb_key = val_of(key);
    MDB_val mdb_value = val_of(value);
    unsigned int flags = how == EN_KV_APPEND ? MDB_APPEND : 0u;
    flags |= room != NULL ? MDB_RESERVE : 0u;
    struct lmdb_txn *self = lmdb_txn_of(txn);
    int rc = 0;
    if (how == EN_KV_APPEND) {
        rc = append(self, table.id, &mdb_key, &mdb_value, flags);
    } else {
        drop_tail_of(self, table.id);
        rc = mdb_put(self->txn, table.id, &mdb_key, &mdb_value, flags);
    }
    if (rc == MDB_KEYEXIST) {
        return en_error_set(err, EN_CONFLICT, "append: the key is not above the last one");
    }
    if (rc != MDB_SUCCESS) {
        return fault(err, rc, "put");
    }
    if (room != NULL) {
        *room = mdb_value.mv_data;
    }
    return EN_OK;
}

static en_code lmdb_remove(struct en_kv_txn *txn, struct en_kv_table table, struct en_slice key,
                           struct en_error *err)
{
    MDB_val mdb_key = val_of(key);
    drop_tail_of(lmdb_txn_of(txn), table.id);
    int rc = mdb_del(lmdb_txn_of(txn)->txn, table.id, &mdb_key, NULL);
    if (rc == MDB_NOTFOUND) {
        return en_kv_absent(err);
    }
    return rc == MDB_SUCCESS ? EN_OK : fault(err, rc, "delete");
}

static en_code lmdb_clear(struct en_kv_txn *txn, struct en_kv_table table, struct en_error *err)
{
    drop_tail_of(lmdb_txn_of(txn), table.id);
    int rc = mdb_drop(lmdb_txn_of(txn)->txn, table.id, 0);
    return rc == MDB_SUCCESS ? EN_OK : fault(err, rc, "clear");
}

static en_code lmdb_stat(struct en_kv_txn *txn, struct en_kv_table table, struct en_kv_stat *stat,
                         struct en_error *err)
{
    MDB_stat mdb_stat_of_table;
    int rc = mdb_stat(lmdb_txn_of(txn)->txn, table.id, &mdb_stat_of_table);
    if (rc != MDB_SUCCESS) {
        return fault(err, rc, "stat");
    }
    size_t pages = mdb_stat_of_table.ms_branch_pages + mdb_stat_of_table.ms_leaf_pages +
                   mdb_stat_of_table.ms_overflow_pages;
    stat->entries_count = mdb_stat_of_table.ms_entries;
    stat->size = (uint64_t)pages * mdb_stat_of_table.ms_psize;
    return EN_OK;
}

/* ---- cursors ---- */

static en_code lmdb_cursor_open(struct en_kv_txn *txn, struct en_kv_table table,
                                struct en_kv_cursor **cursor, struct en_error *err)
{
    struct lmdb_cursor *opened = en_mem_alloc(1, sizeof *opened);
    if (opened == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a cursor");
    }
    int rc = mdb_cursor_open(lmdb_txn_of(txn)->txn, table.id, &opened->cursor);
    if (rc != MDB_SUCCESS) {
        en_mem_free(opened);
        return fault(err, rc, "opening a cursor");
    }
    *cursor = &opened->base;
    return EN_OK;
}

static void lmdb_cursor_end(struct en_kv_cursor *cursor)
{
    mdb_cursor_close(lmdb_cursor_of(cursor)->cursor);
}

static en_code lmdb_cursor_move(struct en_kv_cursor *cursor, en_kv_move move, struct en_slice key,
                                struct en_kv_pair *pair, struct en_error *err)
{
    static const MDB_cursor_op ops[] = {
        [EN_KV_FIRST] = MDB_FIRST, [EN_KV_LAST] = MDB_LAST, [EN_KV_SEEK] = MDB_SET_RANGE,
        [EN_KV_NEXT] = MDB_NEXT,   [EN_KV_PREV] = MDB_PREV,
    };
    MDB_val mdb_key = val_of(key);
    MDB_val mdb_value;
    int rc = mdb_cursor_get(lmdb_cursor_of(cursor)->cursor, &mdb_key, &mdb_value, ops[move]);
    if (rc == MDB_SUCCESS) {
        pair->key = slice_of(mdb_key);
        pair->value = slice_of(mdb_value);
        return EN_OK;
    }
    return rc == MDB_NOTFOUND ? en_kv_absent(err) : fault(err, rc, "moving a cursor");
}

/* ---- the whole ---- */

static en_code lmdb_info(struct en_kv *kv, struct en_kv_info *info, struct en_error *err)
{
    MDB_envinfo mdb_info;
    MDB_stat mdb_stat_of_env;
    int rc = mdb_env_info(lmdb_of(kv)->env, &mdb_info);
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_stat(lmdb_of(kv)->env, &mdb_stat_of_env);
    }
    if (rc != MDB_SUCCESS) {
        return fault(err, rc, "info");
    }
    info->size_max = mdb_info.me_mapsize;
    info->size_used = ((uint64_t)mdb_info.me_last_pgno + 1) * mdb_stat_of_env.ms_psize;
    info->commit = mdb_info.me_last_txnid;
    return EN_OK;
}

static en_code lmdb_sync(struct en_kv *kv, struct en_error *err)
{
    int rc = mdb_env_sync(lmdb_of(kv)->env, 1);
    return rc == MDB_SUCCESS ? EN_OK : fault(err, rc, "sync");
}

static en_code lmdb_copy(struct en_kv *kv, const char *path, struct en_error *err)
{
    char file[PATH_SIZE_MAX];
    int size = snprintf(file, sizeof file, "%s/data.mdb", path);
    if (size < 0 || (size_t)size >= sizeof file) {
        return en_error_set(err, EN_LIMIT, "the path is too long");
    }
    en_code code = make_directory(path, err);
    if (code != EN_OK) {
        return code;
    }
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (fd < 0) {
        return en_error_set(err, code_of(errno), "copy to %s: %s", file, mdb_strerror(errno));
    }
    int rc = mdb_env_copyfd2(lmdb_of(kv)->env, fd, MDB_CP_COMPACT);
    if (rc == MDB_SUCCESS && fsync(fd) != 0) {
        rc = errno;
    }
    if (close(fd) != 0 && rc == MDB_SUCCESS) {
        rc = errno;
    }
    if (rc != MDB_SUCCESS) {
        (void)unlink(file); /* half a copy is no copy */
        return fault(err, rc, "copy");
    }
    return sync_directory_and_parent(path, err);
}

struct reader_walk {
    struct en_kv_readers *readers;
    uint64_t commit;
};

/* LMDB lists readers as text: "pid thread txnid", "-" for a slot at rest, and a heading. */
static int walk_reader(const char *line, void *context)
{
    struct reader_walk *walk = context;
    int pid = 0;
    uint64_t commit = 0;
    if (sscanf(line, "%d %*s %" SCNu64, &pid, &commit) != 2) {
        return 0;
    }
    uint64_t lag = walk->commit > commit ? walk->commit - commit : 0;
    walk->readers->readers_count++;
    walk->readers->lag_max = lag > walk->readers->lag_max ? lag : walk->readers->lag_max;
    return 0;
}

static en_code lmdb_readers(struct en_kv *kv, struct en_kv_readers *readers, struct en_error *err)
{
    struct en_kv_info info = {0};
    int dead = 0;
    int rc = mdb_reader_check(lmdb_of(kv)->env, &dead);
    if (rc != MDB_SUCCESS) {
        return fault(err, rc, "checking readers");
    }
    en_code code = lmdb_info(kv, &info, err);
    if (code != EN_OK) {
        return code;
    }
    *readers = (struct en_kv_readers){.cleared_count = (uint32_t)dead};
    struct reader_walk walk = {readers, info.commit};
    (void)mdb_reader_list(lmdb_of(kv)->env, walk_reader, &walk);
    return EN_OK;
}

static const struct en_kv_ops lmdb_ops = {
    .close = lmdb_close,
    .begin = lmdb_begin,
    .commit = lmdb_commit,
    .abort = lmdb_abort,
    .reset = lmdb_reset,
    .renew = lmdb_renew,
    .table = lmdb_table,
    .get = lmdb_get,
    .put = lmdb_put,
    .remove = lmdb_remove,
    .clear = lmdb_clear,
    .stat = lmdb_stat,
    .cursor_open = lmdb_cursor_open,
    .cursor_end = lmdb_cursor_end,
    .cursor_move = lmdb_cursor_move,
    .info = lmdb_info,
    .sync = lmdb_sync,
    .copy = lmdb_copy,
    .readers = lmdb_readers,
};
