#include "projections/generation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/limits.h"
#include "core/mem.h"
#include "projections/table.h"

#define PATH_SIZE 4096u
#define DIRECTORY_MODE 0700
#define FILE_MODE 0600
#define MARK_NAME "building"
#define CURRENT_SIZE_MAX 16u /* "N\n" */
#define SEAL_KEY 1u

struct en_generation {
    struct en_kv *kv;
    uint32_t number;
    bool is_building;
    char path[PATH_SIZE]; /* DIR/gen/N */
};

/* The seal as a row, so that it is guarded and shown as every table is. */
struct seal_row {
    uint8_t key;
    uint64_t position;
    struct en_slice software;
    struct en_hash digest;
};

static const struct en_field seal_fields[] = {
    {"key", EN_FIELD_U8, offsetof(struct seal_row, key), "always 1", NULL},
    {"position", EN_FIELD_U64, offsetof(struct seal_row, position),
     "seq of the next event when it was sealed", NULL},
    {"software", EN_FIELD_TEXT, offsetof(struct seal_row, software),
     "version of the program that built it", NULL},
    {"digest", EN_FIELD_HASH, offsetof(struct seal_row, digest), "root digest then", NULL},
};
static const struct en_record seal_record = {"generation", sizeof(struct seal_row),  1,
                                             seal_fields,  EN_COUNT_OF(seal_fields), 1};
static const struct en_table seal_table = {"generation", "How this generation was sealed.",
                                           &seal_record, 0};

/* ---- files ---- */

static en_code code_of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return EN_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
        return EN_FULL;
    case EACCES:
    case EPERM:
    case EROFS:
        return EN_DENIED;
    case ENOMEM:
        return EN_NOMEM;
    default:
        return EN_IO;
    }
}

static en_code fault(struct en_error *err, int number, const char *doing, const char *path)
{
    return en_error_set(err, code_of_errno(number), "%s %s: %s", doing, path, strerror(number));
}

/* DIR/name, or with a number DIR/gen/N and DIR/gen/N/name. */
static en_code path_of(char path[PATH_SIZE], const char *dir, uint32_t number, const char *name,
                       struct en_error *err)
{
    int size = number == 0 ? snprintf(path, PATH_SIZE, "%s/%s", dir, name)
                           : snprintf(path, PATH_SIZE, "%s/gen/%u%s%s", dir, number,
                                      name[0] == '\0' ? "" : "/", name);
    if (size < 0 || (size_t)size >= PATH_SIZE) {
        return en_error_set(err, EN_LIMIT, "the path of %s is too long", dir);
    }
    return EN_OK;
}

static en_code sync_directory(const char *path, struct en_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int number = fd < 0 ? errno : 0;
    if (fd >= 0 && fsync(fd) != 0) {
        number = errno;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return number == 0 ? EN_OK : fault(err, number, "sync of", path);
}

static en_code make_directory(const char *path, struct en_error *err)
{
    if (mkdir(path, DIRECTORY_MODE) != 0 && errno != EEXIST) {
        return fault(err, errno, "making", path);
    }
    return EN_OK;
}

/* Writes a small file durably but for its name: the caller syncs the directory. */
static en_code write_file(const char *path, struct en_slice bytes, struct en_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    if (fd < 0) {
        return fault(err, errno, "writing", path);
    }
    int number = 0;
    ssize_t size = write(fd, bytes.bytes, bytes.size);
    if (size < 0 || (size_t)size != bytes.size) {
        number = size < 0 ? errno : ENOSPC;
    }
    if (number == 0 && fsync(fd) != 0) {
        number = errno;
    }
    if (close(fd) != 0 && number == 0) {
        number = errno;
    }
    return number == 0 ? EN_OK : fault(err, number, "writing", path);
}

static en_code remove_file(const char *path, struct en_error *err)
{
    if (unlink(path) != 0 && errno != ENOENT) {
        return fault(err, errno, "removing", path);
    }
    return EN_OK;
}

static bool exists(const char *dir, uint32_t number, const char *name)
{
    char path[PATH_SIZE];
    struct stat stat_of_path;
    return path_of(path, dir, number, name, NULL) == EN_OK && stat(path, &stat_of_path) == 0;
}

/* ---- numbers ---- */

/* A whole decimal number from 1, without leading zeros; 0 for anything else. */
static uint32_t number_of(const char *text)
{
    uint64_t number = 0;
    if (text[0] == '0') {
        return 0;
    }
    for (const char *c = text; *c != '\0'; c++) {
        number = *c >= '0' && *c <= '9' ? 10 * number + (uint64_t)(*c - '0') : UINT64_MAX;
        if (number > UINT32_MAX) {
            return 0;
        }
    }
    return (uint32_t)number;
}

static void insert_sorted(uint32_t *numbers, uint32_t count, uint32_t number)
{
    uint32_t at = count;
    while (at > 0 && numbers[at - 1] > number) {
        numbers[at] = numbers[at - 1];
        at--;
    }
    numbers[at] = number;
}

en_code en_generation_list(const char *dir, uint32_t *numbers, uint32_t *count,
                           struct en_error *err)
{
    char path[PATH_SIZE];
    *count = 0;
    en_code code = path_of(path, dir, 0, "gen", err);
    if (code != EN_OK) {
        return code;
    }
    DIR *listing = opendir(path);
    if (listing == NULL) {
        return errno == ENOENT ? EN_OK : fault(err, errno, "listing", path);
    }
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        uint32_t number = number_of(entry->d_name);
        if (number > 0 && *count == EN_GENERATIONS_MAX) {
            code = en_error_set(err, EN_LIMIT, "%s: more than %u generations", path,
                                EN_GENERATIONS_MAX);
            break;
        }
        if (number > 0) {
            insert_sorted(numbers, *count, number);
            *count += 1;
        }
    }
    (void)closedir(listing);
    return code;
}

en_code en_generation_current(const char *dir, uint32_t *number, struct en_error *err)
{
    char path[PATH_SIZE];
    char text[CURRENT_SIZE_MAX + 1] = {0};
    en_code code = path_of(path, dir, 0, "current", err);
    if (code != EN_OK) {
        return code;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fault(err, errno, "reading", path);
    }
    ssize_t size = read(fd, text, CURRENT_SIZE_MAX);
    int number_of_fault = size < 0 ? errno : 0;
    (void)close(fd);
    if (size < 0) {
        return fault(err, number_of_fault, "reading", path);
    }
    bool is_line = size > 1 && text[size - 1] == '\n';
    if (is_line) {
        text[size - 1] = '\0';
    }
    uint32_t found = is_line ? number_of(text) : 0;
    if (found == 0) {
        return en_error_set(err, EN_CORRUPT, "%s holds no number of a generation", path);
    }
    *number = found;
    return EN_OK;
}

/* ---- open and close ---- */

static en_code open_kv(struct en_generation *generation,
                       const struct en_generation_options *options, struct en_error *err)
{
    struct en_kv_options kv_options = {
        .path = generation->path,
        .size_max = options->size_max,
        .tables_max = EN_GENERATION_TABLES_MAX,
        .flags = (options->is_read_only ? (uint32_t)EN_KV_READ_ONLY : 0u) |
                 (generation->is_building ? (uint32_t)EN_KV_NO_SYNC : 0u),
    };
    return en_kv_open(&kv_options, &generation->kv, err);
}

static en_code make_handle(const struct en_generation_options *options, uint32_t number,
                           bool is_building, struct en_generation **generation,
                           struct en_error *err)
{
    struct en_generation *made = en_mem_alloc(1, sizeof *made);
    if (made == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for generation %u", number);
    }
    made->number = number;
    made->is_building = is_building;
    en_code code = path_of(made->path, options->dir, number, "", err);
    if (code == EN_OK) {
        code = open_kv(made, options, err);
    }
    if (code != EN_OK) {
        en_mem_free(made);
        (void)en_error_wrap(err, "generation %u", number);
        return code;
    }
    *generation = made;
    return EN_OK;
}

void en_generation_close(struct en_generation *generation)
{
    if (generation == NULL) {
        return;
    }
    en_kv_close(generation->kv);
    en_mem_free(generation);
}

struct en_kv *en_generation_kv(struct en_generation *generation)
{
    return generation->kv;
}

uint32_t en_generation_number(const struct en_generation *generation)
{
    return generation->number;
}

/* I2: folder and mark are durable before the tables begin. */
static en_code prepare_directory(const char *dir, uint32_t number, struct en_error *err)
{
    char path[PATH_SIZE];
    en_code code = path_of(path, dir, 0, "gen", err);
    if (code == EN_OK) {
        code = make_directory(path, err);
    }
    if (code == EN_OK) {
        code = sync_directory(dir, err);
    }
    if (code == EN_OK) {
        code = path_of(path, dir, number, "", err);
    }
    if (code == EN_OK) {
        code = make_directory(path, err);
    }
    if (code == EN_OK) {
        code = path_of(path, dir, number, MARK_NAME, err);
    }
    if (code == EN_OK) {
        code = write_file(path, en_slice_text("not finished\n"), err);
    }
    if (code == EN_OK) {
        code = path_of(path, dir, number, "", err);
    }
    return code != EN_OK ? code : sync_directory(path, err);
}

/* The next free number, marked as building. */
static en_code prepare_next(const struct en_generation_options *options, uint32_t *number,
                            struct en_error *err)
{
    EN_ASSERT(!options->is_read_only);
    uint32_t numbers[EN_GENERATIONS_MAX];
    uint32_t count = 0;
    en_code code = en_generation_list(options->dir, numbers, &count, err);
    if (code != EN_OK) {
        return code;
    }
    if (count == EN_GENERATIONS_MAX) {
        return en_error_set(err, EN_LIMIT, "%s: %u generations stand already: remove some",
                            options->dir, count);
    }
    *number = count == 0 ? 1 : numbers[count - 1] + 1;
    return prepare_directory(options->dir, *number, err);
}

en_code en_generation_create(const struct en_generation_options *options,
                             struct en_generation **generation, struct en_error *err)
{
    uint32_t number = 0;
    en_code code = prepare_next(options, &number, err);
    return code != EN_OK ? code : make_handle(options, number, true, generation, err);
}

en_code en_generation_copy(const struct en_generation_options *options, struct en_generation *from,
                           struct en_generation **generation, struct en_error *err)
{
    uint32_t number = 0;
    char path[PATH_SIZE];
    en_code code = prepare_next(options, &number, err);
    if (code == EN_OK) {
        code = path_of(path, options->dir, number, "", err);
    }
    if (code == EN_OK) {
        code = en_kv_copy(from->kv, path, err);
    }
    if (code == EN_OK) {
        code = make_handle(options, number, true, generation, err);
    }
    if (code != EN_OK && number > 0) { /* what cannot be removed now is tidied at the next start */
        en_code removed = en_generation_remove(options->dir, number, NULL);
        (void)removed;
    }
    return code;
}

static en_code check_sealed(const char *dir, uint32_t number, struct en_error *err)
{
    if (!exists(dir, number, "data.mdb") && !exists(dir, number, MARK_NAME)) {
        return en_error_set(err, EN_NOT_FOUND, "there is no generation %u", number);
    }
    if (exists(dir, number, MARK_NAME)) {
        return en_error_set(err, EN_CONFLICT, "generation %u is not finished", number);
    }
    return EN_OK;
}

en_code en_generation_open(const struct en_generation_options *options, uint32_t number,
                           struct en_generation **generation, struct en_error *err)
{
    en_code code = number > 0 ? EN_OK : en_generation_current(options->dir, &number, err);
    if (code == EN_OK) {
        code = check_sealed(options->dir, number, err);
    }
    return code != EN_OK ? code : make_handle(options, number, false, generation, err);
}

/* ---- seal ---- */

static en_code put_seal(struct en_generation *generation, struct en_generation_seal *seal,
                        struct en_error *err)
{
    struct en_store *store = NULL;
    en_code code = en_store_begin(generation->kv, EN_KV_WRITE, &store, err);
    if (code != EN_OK) {
        return code;
    }
    seal->position = en_store_position(store);
    struct seal_row row = {.key = SEAL_KEY,
                           .position = seal->position,
                           .software = en_slice_text(seal->software),
                           .digest = seal->digest};
    code = en_table_put(store, &seal_table, &row, NULL, err);
    if (code == EN_OK) {
        code = en_store_commit(&store, err);
    }
    en_store_abort(store);
    return code;
}

static en_code remove_mark(const char *path_of_generation, struct en_error *err)
{
    char path[PATH_SIZE + sizeof MARK_NAME];
    (void)snprintf(path, sizeof path, "%s/%s", path_of_generation, MARK_NAME);
    en_code code = remove_file(path, err);
    return code != EN_OK ? code : sync_directory(path_of_generation, err);
}

en_code en_generation_seal(struct en_generation **generation, struct en_generation_seal *seal,
                           struct en_error *err)
{
    struct en_generation *sealed = *generation;
    EN_ASSERT(sealed->is_building);
    EN_ASSERT(memchr(seal->software, '\0', sizeof seal->software) != NULL);
    *generation = NULL;
    en_code code = put_seal(sealed, seal, err);
    if (code == EN_OK) {
        code = en_kv_sync(sealed->kv, err);
    }
    en_kv_close(sealed->kv);
    if (code == EN_OK) {
        code = remove_mark(sealed->path, err);
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "seal of generation %u", sealed->number);
    }
    en_mem_free(sealed);
    return code;
}

en_code en_generation_read_seal(struct en_generation *generation, struct en_generation_seal *seal,
                                struct en_error *err)
{
    struct en_store *store = NULL;
    struct seal_row row = {.key = SEAL_KEY};
    en_code code = en_store_begin(generation->kv, EN_KV_READ, &store, err);
    if (code == EN_OK) {
        code = en_table_get(store, &seal_table, &row, NULL, err);
    }
    if (code == EN_OK && row.software.size >= sizeof seal->software) {
        code = en_error_set(err, EN_CORRUPT, "the seal of generation %u is damaged",
                            generation->number);
    }
    if (code == EN_OK) {
        *seal = (struct en_generation_seal){.position = row.position, .digest = row.digest};
        memcpy(seal->software, row.software.bytes, row.software.size);
    }
    en_store_abort(store);
    return code;
}

/* ---- switch and remove ---- */

en_code en_generation_switch(const char *dir, uint32_t number, struct en_error *err)
{
    char path[PATH_SIZE];
    char path_new[PATH_SIZE];
    char text[CURRENT_SIZE_MAX];
    en_code code = check_sealed(dir, number, err);
    if (code == EN_OK) {
        code = path_of(path, dir, 0, "current", err);
    }
    if (code == EN_OK) {
        code = path_of(path_new, dir, 0, "current.new", err);
    }
    if (code == EN_OK) {
        (void)snprintf(text, sizeof text, "%u\n", number);
        code = write_file(path_new, en_slice_text(text), err);
    }
    if (code == EN_OK && rename(path_new, path) != 0) {
        code = fault(err, errno, "switching", path);
    }
    return code != EN_OK ? code : sync_directory(dir, err);
}

/* The mark comes first and goes last, so that a removal cut off half-way is finished by tidy. */
static en_code remove_generation(const char *dir, uint32_t number, struct en_error *err)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", MARK_NAME};
    char path[PATH_SIZE];
    en_code code = path_of(path, dir, number, MARK_NAME, err);
    if (code == EN_OK) {
        code = write_file(path, en_slice_text("removed\n"), err);
    }
    if (code == EN_OK) {
        code = path_of(path, dir, number, "", err);
    }
    if (code == EN_OK) {
        code = sync_directory(path, err);
    }
    for (size_t i = 0; i < EN_COUNT_OF(names) && code == EN_OK; i++) {
        code = path_of(path, dir, number, names[i], err);
        if (code == EN_OK) {
            code = remove_file(path, err);
        }
    }
    if (code == EN_OK) {
        code = path_of(path, dir, number, "", err);
    }
    if (code == EN_OK && rmdir(path) != 0) {
        code = fault(err, errno, "removing", path);
    }
    if (code == EN_OK) {
        code = path_of(path, dir, 0, "gen", err);
    }
    return code != EN_OK ? code : sync_directory(path, err);
}

en_code en_generation_remove(const char *dir, uint32_t number, struct en_error *err)
{
    EN_ASSERT(number > 0);
    uint32_t current = 0;
    en_code code = en_generation_current(dir, &current, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (current == number) {
        return en_error_set(err, EN_CONFLICT, "generation %u is the current one", number);
    }
    if (!exists(dir, number, "")) {
        return en_error_set(err, EN_NOT_FOUND, "there is no generation %u", number);
    }
    return remove_generation(dir, number, err);
}

en_code en_generation_tidy(const char *dir, uint32_t *removed_count, struct en_error *err)
{
    uint32_t numbers[EN_GENERATIONS_MAX];
    uint32_t count = 0;
    uint32_t removed = 0;
    en_code code = en_generation_list(dir, numbers, &count, err);
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        bool is_whole = exists(dir, numbers[i], "data.mdb") && !exists(dir, numbers[i], MARK_NAME);
        if (!is_whole) {
            code = en_generation_remove(dir, numbers[i], err);
            removed++;
        }
    }
    if (code == EN_OK && removed_count != NULL) {
        *removed_count = removed;
    }
    return code;
}
