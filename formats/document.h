/* A raw file as events (E2): document.received, then its bytes in chunks, each packed by zlib on
 * its own. The document is known by the SHA-256 of its bytes, so the same file is the same
 * document whatever its name. Pure functions, any thread. */
#ifndef EN_FORMATS_DOCUMENT_H
#define EN_FORMATS_DOCUMENT_H

#include "core/buf.h"
#include "core/hash.h"
#include "core/limits.h"

/* How chunks are packed: document.received says so. Stored. */
typedef enum en_document_packing {
    EN_DOCUMENT_PLAIN = 0,
    EN_DOCUMENT_ZLIB = 1,
} en_document_packing;

/* Chunks of a document of that size. */
static inline uint32_t en_document_chunks_count(uint64_t size)
{
    return (uint32_t)((size + EN_DOCUMENT_CHUNK_SIZE - 1) / EN_DOCUMENT_CHUNK_SIZE);
}

/* Appends chunk number index of the bytes, packed. Codes: EN_NOMEM, EN_LIMIT (of the buffer). */
en_code en_document_chunk_pack(struct en_slice document, uint32_t index, struct en_buf *out,
                               struct en_error *err) EN_MUST_CHECK;

/* Appends the bytes of a packed chunk. Codes: EN_CORRUPT (damaged, or more than a chunk holds),
 * EN_UNSUPPORTED (a packing of a newer program), EN_NOMEM, EN_LIMIT. */
en_code en_document_chunk_unpack(uint8_t packing, struct en_slice chunk, struct en_buf *out,
                                 struct en_error *err) EN_MUST_CHECK;

#endif
