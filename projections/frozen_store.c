#include "projections/frozen_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/mem.h"
#include "projections/series.h"
#include "projections/views/frozen_run.h"

#define PATH_SIZE 4096u
#define FILE_MODE 0600
#define HEAD_SIZE 13u /* lane, day, series, size */
#define ROW_SIZE_MAX (HEAD_SIZE + EN_SERIES_ENTRY_SIZE_MAX)
#define BUFFER_SIZE (1u << 20)

_Static_assert(ROW_SIZE_MAX < BUFFER_SIZE, "a row must fit the buffer");

struct en_frozen_reader {
    int fd;
    size_t begin; /* of what is not given yet */
    size_t end;   /* of what was read */
    bool is_file_end;
    bool has_last;
    struct en_frozen_item last; /* without its entry */
    uint64_t rows_count;
    uint8_t bytes[BUFFER_SIZE];
};

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
    default:
        return EN_IO;
    }
}

static en_code fault(struct en_error *err, int number, const char *doing, const char *path)
{
    return en_error_set(err, code_of_errno(number), "%s %s: %s", doing, path, strerror(number));
}

/* ---- rows ---- */

en_code en_frozen_item_take(struct en_slice *from, struct en_frozen_item *item,
                            struct en_error *err)
{
    uint8_t lane = 0;
    uint32_t day = 0;
    uint32_t size = 0;
    bool is_whole = en_take_u8(from, &lane) && en_take_u32(from, &day) &&
                    en_take_u32(from, &item->series) && en_take_u32(from, &size);
    bool is_row = is_whole && lane >= EN_FROZEN_INTERVAL && lane <= EN_FROZEN_BALANCE && size > 0 &&
                  size <= EN_SERIES_ENTRY_SIZE_MAX && en_take_bytes(from, size, &item->entry);
    if (!is_row) {
        return en_error_set(err, EN_CORRUPT, "%s", is_whole ? "not a frozen row" : "cut");
    }
    item->lane = (en_frozen_lane)lane;
    item->day = (int32_t)day;
    return EN_OK;
}

/* ---- writing ---- */

struct writer {
    int fd;
    const char *path;
    struct en_buf bytes;
    struct en_hash_stream stream;
};

static en_code flush(struct writer *writer, struct en_error *err)
{
    const uint8_t *bytes = writer->bytes.bytes;
    size_t left = writer->bytes.size;
    while (left > 0) {
        ssize_t size = write(writer->fd, bytes, left);
        if (size < 0 && errno != EINTR) {
            return fault(err, errno, "writing", writer->path);
        }
        bytes += size > 0 ? size : 0;
        left -= size > 0 ? (size_t)size : 0;
    }
    en_hash_add(&writer->stream, en_buf_slice(&writer->bytes));
    en_buf_reset(&writer->bytes);
    return EN_OK;
}

static en_code write_row(void *self, const struct en_frozen_item *item, struct en_error *err)
{
    struct writer *writer = self;
    en_frozen_item_encode(item, &writer->bytes);
    en_code code = en_buf_code(&writer->bytes, err);
    bool is_full = writer->bytes.size + ROW_SIZE_MAX > BUFFER_SIZE;
    return code == EN_OK && is_full ? flush(writer, err) : code;
}

/* All rows, made durable; EN_MISMATCH when they are not those of the run. */
static en_code write_rows(struct writer *writer, struct en_store *store,
                          const struct en_freeze_row *freeze, struct en_error *err)
{
    en_hash_begin(&writer->stream);
    en_code code = en_frozen_run_walk(store, freeze, write_row, writer, err);
    if (code == EN_OK) {
        code = flush(writer, err);
    }
    struct en_hash digest = en_hash_end(&writer->stream);
    if (code == EN_OK && !en_hash_equal(&digest, &freeze->digest)) {
        return en_error_set(err, EN_MISMATCH,
                            "the tables no longer give the digest of the freeze: verify it");
    }
    if (code == EN_OK && fsync(writer->fd) != 0) {
        code = fault(err, errno, "writing", writer->path);
    }
    return code;
}

static en_code sync_folder_of(const char *path, struct en_error *err)
{
    char folder[PATH_SIZE];
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? 1 : (int)(slash - path);
    (void)snprintf(folder, sizeof folder, "%.*s", length, slash == NULL ? "." : path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int number = fd < 0 || fsync(fd) != 0 ? errno : 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return number == 0 ? EN_OK : fault(err, number, "sync of", folder);
}

en_code en_frozen_store_write(const char *path, struct en_store *store,
                              const struct en_freeze_row *freeze, struct en_error *err)
{
    char temporary[PATH_SIZE];
    int length = snprintf(temporary, sizeof temporary, "%s.part", path);
    if (length < 0 || (size_t)length >= sizeof temporary) {
        return en_error_set(err, EN_LIMIT, "the path of the frozen rows is too long");
    }
    struct writer writer = {.path = temporary};
    writer.fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    if (writer.fd < 0) {
        return fault(err, errno, "writing", temporary);
    }
    en_buf_init(&writer.bytes, BUFFER_SIZE);
    en_code code = write_rows(&writer, store, freeze, err);
    if (close(writer.fd) != 0 && code == EN_OK) {
        code = fault(err, errno, "writing", temporary);
    }
    if (code == EN_OK && rename(temporary, path) != 0) {
        code = fault(err, errno, "renaming to", path);
    }
    if (code == EN_OK) {
        code = sync_folder_of(path, err);
    } else {
        (void)unlink(temporary);
    }
    en_buf_fini(&writer.bytes);
    return code;
}

/* ---- reading ---- */

en_code en_frozen_reader_open(const char *path, struct en_frozen_reader **reader,
                              struct en_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fault(err, errno, "reading", path);
    }
    struct en_frozen_reader *opened = en_mem_alloc(1, sizeof *opened);
    if (opened == NULL) {
        (void)close(fd);
        return en_error_set(err, EN_NOMEM, "no memory to read frozen rows");
    }
    opened->fd = fd;
    *reader = opened;
    return EN_OK;
}

void en_frozen_reader_close(struct en_frozen_reader *reader)
{
    if (reader != NULL) {
        (void)close(reader->fd);
        en_mem_free(reader);
    }
}

/* Moves what is left to the front and reads on, so that a whole row is there unless the file ends.
 */
static en_code fill(struct en_frozen_reader *reader, struct en_error *err)
{
    memmove(reader->bytes, reader->bytes + reader->begin, reader->end - reader->begin);
    reader->end -= reader->begin;
    reader->begin = 0;
    while (!reader->is_file_end && reader->end < BUFFER_SIZE) {
        ssize_t size = read(reader->fd, reader->bytes + reader->end, BUFFER_SIZE - reader->end);
        if (size < 0 && errno != EINTR) {
            return en_error_set(err, EN_IO, "reading frozen rows: %s", strerror(errno));
        }
        reader->is_file_end = size == 0;
        reader->end += size > 0 ? (size_t)size : 0;
    }
    return EN_OK;
}

en_code en_frozen_reader_next(struct en_frozen_reader *reader, struct en_frozen_item *item,
                              bool *is_end, struct en_error *err)
{
    en_code code = EN_OK;
    if (!reader->is_file_end && reader->end - reader->begin < ROW_SIZE_MAX) {
        code = fill(reader, err);
    }
    *is_end = code == EN_OK && reader->begin == reader->end;
    if (code != EN_OK || *is_end) {
        return code;
    }
    struct en_slice rest = en_slice_of(reader->bytes + reader->begin, reader->end - reader->begin);
    code = en_frozen_item_take(&rest, item, err);
    if (code == EN_OK && reader->has_last && en_frozen_item_compare(&reader->last, item) >= 0) {
        code = en_error_set(err, EN_CORRUPT, "out of order");
    }
    if (code != EN_OK) {
        return en_error_wrap(err, "frozen row %llu", (unsigned long long)reader->rows_count);
    }
    reader->begin = reader->end - rest.size;
    reader->last = *item;
    reader->has_last = true;
    reader->rows_count++;
    return EN_OK;
}
