#include "core/event/payload_json.h"

#include "core/fixed.h"
#include "core/json.h"

#define ARENA_SIZE_MAX (4u << 20)

static en_code put_profile(const struct en_event *event, struct en_json *json, struct en_error *err)
{
    uint64_t revision = 0;
    struct en_slice block;
    struct en_block_head head;
    struct en_block_total total;
    int64_t sum = 0;
    en_code code = en_reading_profile_parse(event->payload, &revision, &block, err);
    if (code == EN_OK) {
        code = en_block_peek(block, &head, err);
    }
    if (code == EN_OK) {
        code = en_block_sum(block, &total, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_json_u64(json, "revision", revision);
    en_json_u64(json, "slot_seconds", head.slot_seconds);
    en_json_u64(json, "count", head.count);
    en_json_u64(json, "missing", total.missing);
    if (en_i128_to_i64(total.sum, &sum)) {
        en_json_decimal(json, "sum", en_decimal_canonical((struct en_decimal){sum, head.exponent}));
    } else {
        en_json_null(json, "sum");
    }
    return EN_OK;
}

static en_code put_record(const struct en_event *event, const struct en_record *record,
                          struct en_buf *out, struct en_error *err)
{
    struct en_arena arena;
    en_arena_init(&arena, ARENA_SIZE_MAX);
    void *payload = en_arena_alloc(&arena, record->size);
    en_code code = payload == NULL ? en_error_set(err, EN_NOMEM, "no memory for a payload")
                                   : en_payload_decode(event, payload, &arena, err);
    if (code == EN_OK) {
        en_record_json(record, payload, out);
    }
    en_arena_fini(&arena);
    return code;
}

en_code en_payload_json(const struct en_event *event, struct en_buf *out, struct en_error *err)
{
    const struct en_kind_info *info = en_kind_info(event->header.kind);
    en_code code = EN_OK;
    if (info != NULL && info->payload != NULL) {
        code = put_record(event, info->payload, out, err);
    } else {
        struct en_json json;
        en_json_init(&json, out);
        en_json_object(&json, NULL);
        if (info != NULL && info->kind == EN_KIND_READING_PROFILE) {
            code = put_profile(event, &json, err);
        } else {
            en_json_bytes(&json, "base64", event->payload);
        }
        en_json_end(&json);
    }
    return code == EN_OK ? en_buf_code(out, err) : code;
}
