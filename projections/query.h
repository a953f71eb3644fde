/* Any table, for edges that know only its description: rows as JSON, JSON lines or CSV, page by
 * page, with conditions on columns. Conditions on the first key columns are found through the key,
 * others by looking at every row; a page looks at EN_QUERY_SCAN_MAX rows at most, so that no read
 * store lives long, and may be empty though more follow. One thread per store. */
#ifndef EN_PROJECTIONS_QUERY_H
#define EN_PROJECTIONS_QUERY_H

#include "projections/table.h"

#define EN_QUERY_CONDITIONS_MAX 8u
#define EN_QUERY_LIMIT_MAX 10000u
#define EN_QUERY_SCAN_MAX 100000u

typedef enum en_query_form {
    EN_QUERY_JSON,   /* one array of objects */
    EN_QUERY_NDJSON, /* an object a line */
    EN_QUERY_CSV,    /* a line of column names on the first page, then a line a row (RFC 4180) */
} en_query_form;

/* column = text, spelt as it is printed. */
struct en_query_condition {
    const char *column;
    struct en_slice text;
};

struct en_query {
    const struct en_table *table;
    en_query_form form;
    uint32_t limit; /* rows of a page, 1 to EN_QUERY_LIMIT_MAX */
    uint32_t conditions_count;
    struct en_query_condition conditions[EN_QUERY_CONDITIONS_MAX];
    struct en_slice after; /* the `next` of the page before, or empty */
};

struct en_query_page {
    uint32_t rows_count;
    bool has_more;
    struct en_buf next; /* when has_more: text for `after` (base64 of a key); init and fini are the
                           caller's */
};

/* Appends a page of rows. Codes: EN_NOT_FOUND (no such column; names those that are),
 * EN_MALFORMED (a condition's text, `after`), EN_UNSUPPORTED (a condition on a list), EN_LIMIT (the
 * buffer's), those of the store. */
en_code en_query_rows(struct en_store *store, const struct en_query *query, struct en_buf *out,
                      struct en_query_page *page, struct en_error *err) EN_MUST_CHECK;

/* Adds members "name", "about", "keys" (names) and "columns" (name, type, about) to an open object:
 * what a table is. */
void en_query_describe(const struct en_table *table, struct en_json *json);

#endif
