/* Any table, by its description: what there is, and its rows page by page. */
#include "http/api/reply.h"
#include "projections/catalog.h"
#include "projections/query.h"

#define ARENA_SIZE_MAX (4u << 20)
#define LIMIT_DEFAULT 1000u

static void put_catalog_row(struct en_json *json, const struct en_catalog_row *row)
{
    const struct en_catalog_column *columns = row->columns.items;
    en_json_object(json, NULL);
    en_json_text(json, "name", row->name);
    en_json_text(json, "about", row->about);
    en_json_string(json, "kind", row->is_series ? "series" : "rows");
    en_json_u64(json, "keys", row->keys_count);
    en_json_array(json, "columns");
    for (uint32_t i = 0; i < row->columns.count; i++) {
        en_json_object(json, NULL);
        en_json_text(json, "name", columns[i].name);
        en_json_text(json, "type", columns[i].type);
        en_json_text(json, "about", columns[i].about);
        en_json_end(json);
    }
    en_json_end(json);
    en_json_end(json);
}

static en_code put_catalog(struct en_store *store, struct en_json *json, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    en_arena_init(&arena, ARENA_SIZE_MAX);
    en_code code = en_table_scan_begin(store, &en_table_catalog, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_catalog_row row;
        en_arena_reset(&arena);
        code = en_table_scan_next(&scan, &row, &arena, err);
        if (code == EN_OK) {
            put_catalog_row(json, &row);
        }
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

EN_API(tables)
{
    struct en_service_view view;
    en_code code = en_api_view(service, request, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_api_begin_list(&response->json, &view);
    code = put_catalog(view.store, &response->json, err);
    en_api_end_list(&response->json);
    service->view_close(service->self, &view);
    return code;
}

static en_code put_rows(struct en_store *store, const struct en_http_request *request,
                        struct en_http_response *response, const struct en_query *asked,
                        struct en_error *err)
{
    struct en_arena arena;
    struct en_buf rows;
    struct en_query query = *asked;
    struct en_query_page page = {.rows_count = 0};
    struct en_json *json = &response->json;
    en_arena_init(&arena, ARENA_SIZE_MAX);
    en_buf_init(&rows, EN_HTTP_BODY_SIZE_MAX / 2);
    en_buf_init(&page.next, 4096);
    const char *name = request->segments[request->segments_count - 1];
    en_code code = en_catalog_table(store, en_slice_text(name), &arena, &query.table, err);
    if (code == EN_OK) {
        code = en_query_rows(store, &query, &rows, &page, err);
    }
    if (code == EN_OK) {
        en_json_object(json, "table");
        en_query_describe(query.table, json);
        en_json_end(json);
        en_json_raw(json, "items", en_buf_slice(&rows));
        if (page.has_more) {
            en_json_text(json, "next", en_buf_slice(&page.next));
        } else {
            en_json_null(json, "next");
        }
    }
    en_buf_fini(&page.next);
    en_buf_fini(&rows);
    en_arena_fini(&arena);
    return code;
}

/* "where=column:text", once. */
static en_code parse_where(const struct en_http_request *request, struct en_query *query,
                           char column[EN_NAME_SIZE_MAX + 1], struct en_error *err)
{
    const char *where = en_http_query(request, "where");
    if (where == NULL) {
        return EN_OK;
    }
    size_t size = strcspn(where, ":");
    if (where[size] != ':' || size == 0 || size > EN_NAME_SIZE_MAX) {
        return en_error_set(err, EN_USAGE, "where is like column:text, not \"%.64s\"", where);
    }
    memcpy(column, where, size);
    column[size] = '\0';
    query->conditions[query->conditions_count++] =
        (struct en_query_condition){column, en_slice_text(where + size + 1)};
    return EN_OK;
}

EN_API(table)
{
    struct en_service_view view;
    struct en_query query = {.form = EN_QUERY_JSON};
    uint64_t limit = LIMIT_DEFAULT;
    char column[EN_NAME_SIZE_MAX + 1];
    const char *after = en_http_query(request, "after");
    en_code code = en_api_number(request, "limit", EN_QUERY_LIMIT_MAX, &limit, err);
    query.limit = limit == 0 ? 1 : (uint32_t)limit;
    query.after = after == NULL ? en_slice_of(NULL, 0) : en_slice_text(after);
    if (code == EN_OK) {
        code = parse_where(request, &query, column, err);
    }
    if (code == EN_OK) {
        code = en_api_view(service, request, &view, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_api_begin(&response->json, &view);
    code = put_rows(view.store, request, response, &query, err);
    if (code == EN_OK) {
        en_json_end(&response->json);
    }
    service->view_close(service->self, &view);
    return code;
}
