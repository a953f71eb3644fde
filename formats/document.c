#include "formats/document.h"

#include <zlib.h>

#define LEVEL 6
/* What zlib may add to bytes that do not shrink. */
#define PACKED_SIZE_MAX (EN_DOCUMENT_CHUNK_SIZE + 128u)

_Static_assert(PACKED_SIZE_MAX + 64u < EN_PAYLOAD_SIZE_MAX, "a packed chunk fits one event");

en_code en_document_chunk_pack(struct en_slice document, uint32_t index, struct en_buf *out,
                               struct en_error *err)
{
    EN_ASSERT(index < en_document_chunks_count(document.size));
    EN_ASSERT(compressBound(EN_DOCUMENT_CHUNK_SIZE) <= PACKED_SIZE_MAX);
    size_t from = (size_t)index * EN_DOCUMENT_CHUNK_SIZE;
    size_t size = document.size - from;
    size = size < EN_DOCUMENT_CHUNK_SIZE ? size : EN_DOCUMENT_CHUNK_SIZE;
    uint8_t *room = en_buf_room(out, PACKED_SIZE_MAX);
    if (room == NULL) {
        return en_buf_code(out, err);
    }
    uLongf packed_size = PACKED_SIZE_MAX;
    int result = compress2(room, &packed_size, document.bytes + from, size, LEVEL);
    if (result != Z_OK) {
        out->size -= PACKED_SIZE_MAX;
        return en_error_set(err, EN_NOMEM, "pack chunk %u of a document", index);
    }
    out->size -= PACKED_SIZE_MAX - packed_size;
    return EN_OK;
}

static en_code unpack_zlib(struct en_slice chunk, struct en_buf *out, struct en_error *err)
{
    uint8_t *room = en_buf_room(out, EN_DOCUMENT_CHUNK_SIZE);
    if (room == NULL) {
        return en_buf_code(out, err);
    }
    uLongf size = EN_DOCUMENT_CHUNK_SIZE;
    uLong taken = chunk.size;
    int result = uncompress2(room, &size, chunk.bytes, &taken);
    bool is_whole = result == Z_OK && taken == chunk.size;
    out->size -= EN_DOCUMENT_CHUNK_SIZE - (is_whole ? size : 0);
    return is_whole ? EN_OK : en_error_set(err, EN_CORRUPT, "chunk of a document is damaged");
}

en_code en_document_chunk_unpack(uint8_t packing, struct en_slice chunk, struct en_buf *out,
                                 struct en_error *err)
{
    if (packing == EN_DOCUMENT_ZLIB) {
        return unpack_zlib(chunk, out, err);
    }
    if (packing != EN_DOCUMENT_PLAIN) {
        return en_error_set(err, EN_UNSUPPORTED, "document packing %u is not known", packing);
    }
    en_buf_append(out, chunk.bytes, chunk.size);
    return en_buf_code(out, err);
}
