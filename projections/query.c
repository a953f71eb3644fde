#include "projections/query.h"

#include "core/base64.h"
#include "core/limits.h"
#include "projections/store_parts.h"

#define ROW_ARENA_SIZE (4u << 20)
#define KEPT_ARENA_SIZE (1u << 16)
#define CELL_SIZE_MAX (1u << 20)

/* A page in the making. */
struct paging {
    const struct en_query *query;
    struct en_store *store;
    struct en_buf *out;
    struct en_arena arena; /* of one row */
    struct en_arena kept;  /* of the whole page */
    struct en_buf cell;
    void *row;
    uint16_t prefix_count; /* so many conditions are key columns from the first on */
    const struct en_field *fields[EN_QUERY_CONDITIONS_MAX];
    struct en_slice wanted[EN_QUERY_CONDITIONS_MAX]; /* spelt as cells are */
    struct en_slice after;                           /* key of the last row of the page before */
};

/* ---- conditions ---- */

static en_code no_column(const struct en_query *query, const char *column, struct en_error *err)
{
    const struct en_record *record = query->table->row;
    struct en_buf names;
    en_buf_init(&names, EN_ERROR_TEXT_SIZE);
    for (uint16_t i = 0; i < record->fields_count; i++) {
        en_buf_print(&names, "%s%s", i == 0 ? "" : ", ", record->fields[i].name);
    }
    en_code code =
        en_error_set(err, EN_NOT_FOUND, "table %s has no column %s; it has %.*s",
                     query->table->name, column, (int)names.size, (const char *)names.bytes);
    en_buf_fini(&names);
    return code;
}

static en_code find_columns(struct paging *paging, struct en_error *err)
{
    const struct en_query *query = paging->query;
    EN_ASSERT(query->conditions_count <= EN_QUERY_CONDITIONS_MAX);
    for (uint32_t i = 0; i < query->conditions_count; i++) {
        const char *column = query->conditions[i].column;
        paging->fields[i] = en_record_field(query->table->row, column);
        if (paging->fields[i] == NULL) {
            return no_column(query, column, err);
        }
        if (paging->fields[i]->type == EN_FIELD_LIST) {
            return en_error_set(err, EN_UNSUPPORTED, "column %s is a list: no condition on it",
                                column);
        }
    }
    return EN_OK;
}

/* Which condition is on the field; -1: none. */
static int condition_on(const struct paging *paging, const struct en_field *field)
{
    for (uint32_t i = 0; i < paging->query->conditions_count; i++) {
        if (paging->fields[i] == field) {
            return (int)i;
        }
    }
    return -1;
}

/* The text of a condition as a cell would spell it: "2013-04-14T04:00:00+04:00" is in UTC there. */
static en_code spell_condition(struct paging *paging, uint32_t index, struct en_error *err)
{
    const struct en_field *field = paging->fields[index];
    struct en_slice text = paging->query->conditions[index].text;
    en_code code = en_field_parse(field, text, paging->row, err);
    if (code == EN_OK) {
        en_buf_reset(&paging->cell);
        en_field_print(field, paging->row, &paging->cell);
        text = en_buf_slice(&paging->cell);
    } else if (code != EN_UNSUPPORTED) {
        (void)en_error_wrap(err, "condition on %s", paging->query->table->name);
        return code;
    }
    paging->wanted[index] = en_arena_copy(&paging->kept, text);
    return paging->wanted[index].bytes != NULL
               ? EN_OK
               : en_error_set(err, EN_LIMIT, "the conditions are too long");
}

/* How many key columns, from the first on, are given by conditions; paging->row holds them. */
static en_code place_prefix(struct paging *paging, struct en_error *err)
{
    const struct en_record *record = paging->query->table->row;
    bool is_given = true;
    paging->prefix_count = 0;
    for (uint32_t i = 0; i < paging->query->conditions_count; i++) {
        en_code code = spell_condition(paging, i, err);
        if (code != EN_OK) {
            return code;
        }
    }
    for (uint16_t i = 0; i < record->keys_count && is_given; i++) {
        int index = condition_on(paging, &record->fields[i]);
        is_given = index >= 0 && en_field_parse(&record->fields[i], paging->wanted[index],
                                                paging->row, NULL) == EN_OK;
        paging->prefix_count = (uint16_t)(paging->prefix_count + (is_given ? 1 : 0));
    }
    return EN_OK;
}

static bool matches(struct paging *paging)
{
    bool is_match = true;
    for (uint32_t i = 0; i < paging->query->conditions_count && is_match; i++) {
        en_buf_reset(&paging->cell);
        en_field_print(paging->fields[i], paging->row, &paging->cell);
        is_match = en_slice_equal(en_buf_slice(&paging->cell), paging->wanted[i]);
    }
    return is_match;
}

/* ---- rows ---- */

static void csv_cell(struct en_slice cell, struct en_buf *out)
{
    bool is_plain = true;
    for (size_t i = 0; i < cell.size && is_plain; i++) {
        uint8_t c = cell.bytes[i];
        is_plain = c != ',' && c != '"' && c != '\n' && c != '\r';
    }
    if (is_plain) {
        en_buf_append(out, cell.bytes, cell.size);
        return;
    }
    en_buf_u8(out, '"');
    for (size_t i = 0; i < cell.size; i++) {
        if (cell.bytes[i] == '"') {
            en_buf_u8(out, '"');
        }
        en_buf_u8(out, cell.bytes[i]);
    }
    en_buf_u8(out, '"');
}

static void csv_names(const struct en_record *record, struct en_buf *out)
{
    for (uint16_t i = 0; i < record->fields_count; i++) {
        en_buf_text(out, i == 0 ? "" : ",");
        csv_cell(en_slice_text(record->fields[i].name), out);
    }
    en_buf_text(out, "\r\n");
}

static void csv_row(struct paging *paging)
{
    const struct en_record *record = paging->query->table->row;
    for (uint16_t i = 0; i < record->fields_count; i++) {
        en_buf_text(paging->out, i == 0 ? "" : ",");
        en_buf_reset(&paging->cell);
        en_field_print(&record->fields[i], paging->row, &paging->cell);
        csv_cell(en_buf_slice(&paging->cell), paging->out);
    }
    en_buf_text(paging->out, "\r\n");
}

static void add_row(struct paging *paging, bool is_first)
{
    const struct en_record *record = paging->query->table->row;
    switch (paging->query->form) {
    case EN_QUERY_JSON:
        en_buf_text(paging->out, is_first ? "" : ",");
        en_record_json(record, paging->row, paging->out);
        break;
    case EN_QUERY_NDJSON:
        en_record_json(record, paging->row, paging->out);
        en_buf_u8(paging->out, '\n');
        break;
    case EN_QUERY_CSV:
        csv_row(paging);
        break;
    }
}

/* ---- pages ---- */

/* The page goes on at the last key of the page before, which fill_page passes by. */
static en_code go_on_after(struct paging *paging, struct en_table_scan *scan, struct en_error *err)
{
    struct en_buf key;
    en_buf_init(&key, EN_KV_KEY_SIZE_MAX);
    bool is_key = en_base64_decode(paging->query->after, &key) && key.code == EN_OK &&
                  key.size > 0 && key.size >= scan->prefix_size &&
                  memcmp(key.bytes, scan->prefix, scan->prefix_size) == 0;
    if (is_key) {
        memcpy(scan->start, key.bytes, key.size);
        scan->start_size = key.size;
        paging->after = en_slice_of(scan->start, key.size);
    }
    en_buf_fini(&key);
    return is_key ? EN_OK : en_error_set(err, EN_MALFORMED, "`after` is not from a page before");
}

/* The key of the row in hand, until the next one. */
static en_code key_of_row(struct paging *paging, struct en_slice *key, struct en_error *err)
{
    const struct en_record *record = paging->query->table->row;
    struct en_buf *place = &paging->store->row_key;
    en_buf_reset(place);
    en_code code = en_record_key_encode(record, paging->row, record->keys_count, place, err);
    *key = en_buf_slice(place);
    return code;
}

static en_code note_next(struct paging *paging, struct en_query_page *page, struct en_error *err)
{
    struct en_slice key;
    en_code code = key_of_row(paging, &key, err);
    if (code != EN_OK) {
        return code;
    }
    en_buf_reset(&page->next);
    en_base64_encode(key, &page->next);
    return en_buf_code(&page->next, err);
}

/* The next row that is not the last of the page before. */
static en_code next_row(struct paging *paging, struct en_table_scan *scan, struct en_error *err)
{
    struct en_slice key = {0};
    bool is_behind = paging->after.size == 0;
    en_code code = EN_OK;
    do {
        en_arena_reset(&paging->arena);
        code = en_table_scan_next(scan, paging->row, &paging->arena, err);
        if (code == EN_OK && !is_behind) {
            code = key_of_row(paging, &key, err);
            is_behind = code == EN_OK && !en_slice_equal(key, paging->after);
            paging->after.size = is_behind ? 0 : paging->after.size;
        }
    } while (code == EN_OK && !is_behind);
    return code;
}

/* Rows until the page is full, the scan is long enough, or nothing is left. */
static en_code fill_page(struct paging *paging, struct en_table_scan *scan,
                         struct en_query_page *page, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t seen = 0; seen < EN_QUERY_SCAN_MAX && page->rows_count < paging->query->limit;
         seen++) {
        code = next_row(paging, scan, err);
        if (code != EN_OK) {
            return code == EN_NOT_FOUND ? EN_OK : code;
        }
        if (matches(paging)) {
            add_row(paging, page->rows_count == 0);
            page->rows_count++;
        }
    }
    page->has_more = true; /* perhaps: the next page tells */
    return note_next(paging, page, err);
}

static en_code run(struct paging *paging, struct en_query_page *page, struct en_error *err)
{
    const struct en_query *query = paging->query;
    struct en_table_scan scan = {0};
    en_code code = find_columns(paging, err);
    if (code == EN_OK) {
        code = place_prefix(paging, err);
    }
    if (code == EN_OK) {
        const void *from = paging->prefix_count > 0 ? paging->row : NULL;
        code = en_table_scan_begin(paging->store, query->table, from, paging->prefix_count, &scan,
                                   err);
    }
    if (code == EN_OK) {
        memcpy(scan.start, scan.prefix, scan.prefix_size); /* zeros are not below all numbers */
        scan.start_size = scan.prefix_size;
    }
    if (code == EN_OK && query->after.size > 0) {
        code = go_on_after(paging, &scan, err);
    }
    if (code == EN_OK) {
        code = fill_page(paging, &scan, page, err);
    }
    en_table_scan_end(&scan);
    return code;
}

en_code en_query_rows(struct en_store *store, const struct en_query *query, struct en_buf *out,
                      struct en_query_page *page, struct en_error *err)
{
    EN_ASSERT(query->limit >= 1);
    EN_ASSERT(query->limit <= EN_QUERY_LIMIT_MAX);
    struct paging paging = {.query = query, .store = store, .out = out};
    page->rows_count = 0;
    page->has_more = false;
    en_arena_init(&paging.kept, KEPT_ARENA_SIZE + query->table->row->size);
    en_arena_init(&paging.arena, ROW_ARENA_SIZE);
    en_buf_init(&paging.cell, CELL_SIZE_MAX);
    paging.row = en_arena_alloc(&paging.kept, query->table->row->size);
    if (query->form == EN_QUERY_JSON) {
        en_buf_u8(out, '[');
    } else if (query->form == EN_QUERY_CSV && query->after.size == 0) {
        csv_names(query->table->row, out);
    }
    en_code code = paging.row == NULL ? en_error_set(err, EN_NOMEM, "no memory for a row")
                                      : run(&paging, page, err);
    if (query->form == EN_QUERY_JSON) {
        en_buf_u8(out, ']');
    }
    if (code == EN_OK) {
        code = en_buf_code(out, err);
    }
    en_buf_fini(&paging.cell);
    en_arena_fini(&paging.arena);
    en_arena_fini(&paging.kept);
    return code;
}

void en_query_describe(const struct en_table *table, struct en_json *json)
{
    const struct en_record *record = table->row;
    en_json_string(json, "name", table->name);
    en_json_string(json, "about", table->about);
    en_json_array(json, "keys");
    for (uint16_t i = 0; i < record->keys_count; i++) {
        en_json_string(json, NULL, record->fields[i].name);
    }
    en_json_end(json);
    en_json_array(json, "columns");
    for (uint16_t i = 0; i < record->fields_count; i++) {
        en_json_object(json, NULL);
        en_json_string(json, "name", record->fields[i].name);
        en_json_string(json, "type", en_field_type_name(record->fields[i].type));
        en_json_string(json, "about", record->fields[i].about);
        en_json_end(json);
    }
    en_json_end(json);
}
