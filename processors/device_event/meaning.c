#include "processors/device_event/meaning.h"

#include "core/limits.h"
#include "projections/tables_event.h"

/* The same code for any type of device; false when it has none. */
static bool any_type(struct en_slice code, char text[EN_EVENT_CODE_TEXT_SIZE], struct en_slice *any)
{
    struct en_event_code parsed = en_event_code_parse(code);
    if (parsed.dialect != EN_EVENT_CIM || parsed.log == 0) {
        return false;
    }
    parsed.log = 0;
    *any = en_slice_of(text, en_event_code_print(&parsed, text));
    return true;
}

bool en_event_code_is_mapped_by(struct en_slice code, struct en_slice map_code)
{
    char text[EN_EVENT_CODE_TEXT_SIZE];
    struct en_slice any;
    return en_slice_equal(code, map_code) ||
           (any_type(code, text, &any) && en_slice_equal(any, map_code));
}

/* The row for exactly this type and code. *count 0: none, or one that points to the built-in
 * tables. */
static en_code look_up(struct en_fold *fold, struct en_slice device_type, struct en_slice code,
                       struct en_instant at, struct en_event_meaning *meanings, uint32_t *count,
                       struct en_error *err)
{
    struct en_event_map_row row = {.device_type = device_type, .code = code, .from = at};
    *count = 0;
    bool is_key = en_fold_is_key(device_type) && en_fold_is_key(code) &&
                  device_type.size + code.size <= EN_EVENT_MAP_KEY_MAX;
    if (!is_key) {
        return EN_OK; /* none can have been set for it */
    }
    en_code found =
        en_table_last_before(fold->store, &en_table_event_map, &row, 2, &fold->batch, err);
    if (found != EN_OK) {
        return found == EN_NOT_FOUND ? EN_OK : found;
    }
    const struct en_event_map_item *items = row.meanings.items;
    for (uint32_t i = 0; i < row.meanings.count && i < EN_EVENT_MEANINGS_MAX; i++) {
        meanings[(*count)++] =
            (struct en_event_meaning){items[i].class, items[i].edge, items[i].part};
    }
    return EN_OK;
}

en_code en_event_meanings_at(struct en_fold *fold, struct en_slice device_type,
                             struct en_slice code, struct en_instant at,
                             struct en_event_meaning meanings[EN_EVENT_MEANINGS_MAX],
                             uint32_t *count, struct en_error *err)
{
    char text[EN_EVENT_CODE_TEXT_SIZE];
    struct en_slice any = {0};
    bool has_any = any_type(code, text, &any);
    en_code found = EN_OK;
    *count = 0;
    for (int i = 0; i < 4 && found == EN_OK && *count == 0; i++) {
        bool is_of_type = i < 2;
        bool is_any = i % 2 == 1;
        if ((is_of_type && device_type.size == 0) || (is_any && !has_any)) {
            continue;
        }
        found = look_up(fold, is_of_type ? device_type : en_slice_text(""), is_any ? any : code, at,
                        meanings, count, err);
    }
    if (found == EN_OK && *count == 0) {
        struct en_event_code parsed = en_event_code_parse(code);
        *count = en_event_code_meanings(&parsed, meanings);
    }
    if (found == EN_OK && *count == 0) {
        meanings[(*count)++] = (struct en_event_meaning){EN_EVENT_UNKNOWN, EN_EVENT_POINT, 0};
    }
    return found;
}
