/* The input is a stored chunk behind its checksum, which is made right so that what follows is
 * reached: every way of reading it agrees, and it is refused whole or read whole. */
#include <stdlib.h>

#include "core/buf.h"
#include "core/hash.h"
#include "projections/series.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct en_series_table table = {"entries", "", 0};
static const uint8_t key[] = {0x80, 0, 0, 5, 0, 0, 0, 1};

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void put_chunk(struct en_store *store, struct en_slice rest)
{
    struct en_kv_table kv_table;
    struct en_buf value;
    struct en_slice key_bytes = en_slice_of(key, sizeof key);
    en_buf_init(&value, rest.size + 4);
    en_buf_u32(&value, en_crc32c(en_crc32c(0, key_bytes), rest));
    en_buf_append(&value, rest.bytes, rest.size);
    require(en_store_table(store, table.name, &kv_table, NULL) == EN_OK);
    require(en_kv_put(en_store_txn(store), kv_table, key_bytes, en_buf_slice(&value), NULL) ==
            EN_OK);
    en_buf_fini(&value);
}

/* What the scan gives, the single reads give, and nothing else. */
static void check_good(struct en_store *store)
{
    struct en_series_scan scan;
    struct en_slice entry;
    struct en_slice got;
    int32_t day = 0;
    uint32_t series = 0;
    uint32_t next = EN_SERIES_CHUNK;
    require(en_series_scan_begin(store, &table, 0, 9, 0, 0, &scan, NULL) == EN_OK);
    while (en_series_scan_next(&scan, &day, &series, &entry, NULL) == EN_OK) {
        require(day == 5 && series >= next && series < 2 * EN_SERIES_CHUNK);
        for (; next < series; next++) {
            require(en_series_get(store, &table, 5, next, &got, NULL) == EN_NOT_FOUND);
        }
        require(en_series_get(store, &table, 5, series, &got, NULL) == EN_OK);
        require(got.size > 0 && en_slice_equal(entry, got));
        next++;
    }
    require(next > EN_SERIES_CHUNK);
    en_series_scan_end(&scan);
}

static en_code peek(struct en_store *store)
{
    struct en_series_writer *writer = NULL;
    struct en_slice old;
    require(en_series_writer_open(store, &table, 5, &writer, NULL) == EN_OK);
    en_code code = en_series_writer_peek(writer, EN_SERIES_CHUNK, &old, NULL);
    en_series_writer_close(writer);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_kv *kv = NULL;
    struct en_store *store = NULL;
    struct en_slice entry;
    require(en_kv_open_memory(UINT64_C(1) << 24, &kv, NULL) == EN_OK);
    require(en_store_begin(kv, EN_KV_WRITE, &store, NULL) == EN_OK);
    put_chunk(store, en_slice_of(data, size));
    en_code code = peek(store);
    require(code == EN_OK || code == EN_CORRUPT);
    if (code == EN_OK) {
        check_good(store);
    } else {
        for (uint32_t i = 0; i < EN_SERIES_CHUNK; i++) {
            require(en_series_get(store, &table, 5, EN_SERIES_CHUNK + i, &entry, NULL) ==
                    EN_CORRUPT);
        }
    }
    en_store_abort(store);
    en_kv_close(kv);
    return 0;
}
