#include "formats/unpack.h"

#include <stdio.h>
#include <zip.h>
#include <zlib.h>

#include "core/buf.h"
#include "core/limits.h"
#include "formats/findings.h"

#define PIECE_SIZE 65536u
#define GZIP_WINDOW (15 + 16) /* zlib: 32 KiB window, gzip wrapper only */
#define NAME_SHOWN_MAX 200

static bool is_gzip(struct en_slice bytes)
{
    return bytes.size >= 3 && bytes.bytes[0] == 0x1f && bytes.bytes[1] == 0x8b &&
           bytes.bytes[2] == 8;
}

static bool is_zip(struct en_slice bytes)
{
    return bytes.size >= 4 &&
           (memcmp(bytes.bytes, "PK\3\4", 4) == 0 || memcmp(bytes.bytes, "PK\5\6", 4) == 0);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool en_unpack_name_is_safe(const char *name)
{
    bool is_safe = name[0] != '\0' && name[0] != '/' && !(name[0] != '\0' && name[1] == ':');
    const char *part = name;
    for (const char *at = name; is_safe && *at != '\0'; at++) {
        is_safe = (unsigned char)*at >= 0x20 && *at != '\\' && *at != 0x7f;
        bool is_end = at[1] == '\0' || at[1] == '/';
        if (is_end && at - part == 1 && part[0] == '.' && part[1] == '.') {
            is_safe = false;
        }
        part = *at == '/' ? at + 1 : part;
    }
    return is_safe;
}

/* One run of the inflater: takes from the input, appends to out. */
static int inflate_piece(z_stream *stream, struct en_buf *out)
{
    uint8_t *room = en_buf_room(out, PIECE_SIZE);
    if (room == NULL) {
        return Z_MEM_ERROR;
    }
    stream->next_out = room;
    stream->avail_out = PIECE_SIZE;
    int result = inflate(stream, Z_NO_FLUSH);
    out->size -= stream->avail_out;
    return result;
}

/* Members of a gzip file follow each other; zeros behind the last are padding of tapes. */
static bool gzip_has_more(const z_stream *stream)
{
    return stream->avail_in > 2 && stream->next_in[0] == 0x1f && stream->next_in[1] == 0x8b;
}

static en_code gunzip(struct en_slice bytes, struct en_buf *out, struct en_error *err)
{
    z_stream stream = {0};
    if (bytes.size > EN_DOCUMENT_SIZE_MAX) {
        return en_error_set(err, EN_LIMIT, "gzip file is larger than %u bytes",
                            EN_DOCUMENT_SIZE_MAX);
    }
    stream.next_in = (z_const Bytef *)bytes.bytes;
    stream.avail_in = (uInt)bytes.size;
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK) {
        return en_error_set(err, EN_NOMEM, "gzip");
    }
    int result = Z_OK;
    while (result == Z_OK) {
        uInt before = stream.avail_in;
        size_t size = out->size;
        result = inflate_piece(&stream, out);
        bool is_stuck = result == Z_OK && stream.avail_in == before && out->size == size;
        result = is_stuck ? Z_BUF_ERROR : result;
        if (result == Z_STREAM_END && gzip_has_more(&stream)) {
            result = inflateReset(&stream);
        }
    }
    (void)inflateEnd(&stream);
    if (out->code != EN_OK) {
        return en_error_set(err, out->code, "gzip file unpacks to more than %zu bytes", out->limit);
    }
    return result == Z_STREAM_END
               ? EN_OK
               : en_error_set(err, EN_MALFORMED, "gzip file is damaged or cut at byte %zu",
                              bytes.size - stream.avail_in);
}

static en_code visit_gzip(const char *name, struct en_slice bytes, en_unpack_visit *visit,
                          void *self, struct en_error *err)
{
    char inner[EN_NAME_SIZE_MAX + 1];
    (void)snprintf(inner, sizeof inner, "%.*s", (int)sizeof inner - 1, name);
    size_t size = strlen(inner);
    if (size > 3 && strcmp(inner + size - 3, ".gz") == 0) {
        inner[size - 3] = '\0';
    }
    struct en_buf out;
    en_buf_init(&out, EN_DOCUMENT_SIZE_MAX);
    en_code code = gunzip(bytes, &out, err);
    if (code == EN_OK) {
        code = visit(self, inner, en_buf_slice(&out), err);
    }
    en_buf_fini(&out);
    return code;
}

static en_code zip_fault(zip_error_t *error, const char *name, struct en_error *err)
{
    int number = zip_error_code_zip(error);
    bool is_unsupported = number == ZIP_ER_NOPASSWD || number == ZIP_ER_WRONGPASSWD ||
                          number == ZIP_ER_COMPNOTSUPP || number == ZIP_ER_ENCRNOTSUPP;
    en_code code = number == ZIP_ER_MEMORY ? EN_NOMEM
                   : is_unsupported        ? EN_UNSUPPORTED
                                           : EN_MALFORMED;
    return en_error_set(err, code, "zip%s%.*s: %s", name[0] != '\0' ? " member " : "",
                        NAME_SHOWN_MAX, name, zip_error_strerror(error));
}

/* Reads one member to its end; libzip checks its CRC there. */
static en_code read_member(zip_t *archive, zip_uint64_t index, const char *name, struct en_buf *out,
                           struct en_error *err)
{
    zip_file_t *file = zip_fopen_index(archive, index, 0);
    if (file == NULL) {
        return zip_fault(zip_get_error(archive), name, err);
    }
    zip_int64_t size = 0;
    do {
        uint8_t *room = en_buf_room(out, PIECE_SIZE);
        if (room == NULL) {
            size = 0;
            break;
        }
        size = zip_fread(file, room, PIECE_SIZE);
        out->size -= PIECE_SIZE - (size > 0 ? (size_t)size : 0);
    } while (size > 0);
    en_code code = EN_OK;
    if (out->code != EN_OK) {
        code =
            en_error_set(err, out->code, "zip unpacks to more than %u bytes", EN_DOCUMENT_SIZE_MAX);
    } else if (size < 0) {
        code = zip_fault(zip_file_get_error(file), name, err);
    }
    (void)zip_fclose(file);
    return code;
}

/* Folders, and what systems add unasked. */
static bool is_passed_over(const char *name)
{
    size_t size = strlen(name);
    return name[size - 1] == '/' || strncmp(name, "__MACOSX/", 9) == 0 || base_name(name)[0] == '.';
}

static en_code visit_member(zip_t *archive, zip_uint64_t index, size_t *room_left, uint32_t *files,
                            en_unpack_visit *visit, void *self, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    const char *name = zip_get_name(archive, index, ZIP_FL_ENC_GUESS);
    if (name == NULL) {
        return zip_fault(zip_get_error(archive), "", err);
    }
    if (!en_unpack_name_is_safe(name)) {
        return en_error_set(err, EN_MALFORMED,
                            "zip member \"%s\" has a name that leaves its folder: refused",
                            en_shown(en_slice_text(name), shown));
    }
    if (is_passed_over(name)) {
        return EN_OK;
    }
    struct en_buf out;
    en_buf_init(&out, *room_left);
    en_code code = read_member(archive, index, name, &out, err);
    if (code == EN_OK) {
        *room_left -= out.size;
        (*files)++;
        code = visit(self, base_name(name), en_buf_slice(&out), err);
    }
    en_buf_fini(&out);
    return code;
}

static en_code visit_zip(struct en_slice bytes, en_unpack_visit *visit, void *self,
                         struct en_error *err)
{
    zip_error_t fault;
    zip_error_init(&fault);
    zip_source_t *source = zip_source_buffer_create(bytes.bytes, bytes.size, 0, &fault);
    zip_t *archive =
        source != NULL ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &fault) : NULL;
    if (archive == NULL) {
        en_code code = zip_fault(&fault, "", err);
        zip_source_free(source);
        zip_error_fini(&fault);
        return code;
    }
    size_t room_left = EN_DOCUMENT_SIZE_MAX;
    uint32_t files = 0;
    zip_int64_t count = zip_get_num_entries(archive, 0);
    en_code code =
        count <= EN_ARCHIVE_MEMBERS_MAX
            ? EN_OK
            : en_error_set(err, EN_LIMIT, "zip holds more than %u files", EN_ARCHIVE_MEMBERS_MAX);
    for (zip_int64_t i = 0; i < count && code == EN_OK; i++) {
        code = visit_member(archive, (zip_uint64_t)i, &room_left, &files, visit, self, err);
    }
    zip_discard(archive);
    zip_error_fini(&fault);
    if (code == EN_OK && files == 0) {
        return en_error_set(err, EN_MALFORMED, "zip holds no file");
    }
    return code;
}

en_code en_unpack(const char *name, struct en_slice bytes, en_unpack_visit *visit, void *self,
                  struct en_error *err)
{
    if (is_gzip(bytes)) {
        return visit_gzip(base_name(name), bytes, visit, self, err);
    }
    if (is_zip(bytes)) {
        return visit_zip(bytes, visit, self, err);
    }
    if (bytes.size > EN_DOCUMENT_SIZE_MAX) {
        return en_error_set(err, EN_LIMIT, "file is larger than %u bytes", EN_DOCUMENT_SIZE_MAX);
    }
    return visit(self, base_name(name), bytes, err);
}
