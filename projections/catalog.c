#include "projections/catalog.h"

#include "core/limits.h"
#include "projections/tables.h"

#define DESCRIPTION_ARENA_SIZE (1u << 20)
#define MEMBER_ALIGNMENT 8u

#define COLUMN(member)                                                                             \
    {                                                                                              \
#member, EN_FIELD_TEXT, offsetof(struct en_catalog_column, member), "", NULL               \
    }

static const struct en_field column_fields[] = {
    COLUMN(name),
    COLUMN(type),
    COLUMN(about),
    COLUMN(list),
};
static const struct en_record column_record = {
    "catalog_column", sizeof(struct en_catalog_column), 1,
    column_fields,    EN_COUNT_OF(column_fields),       0};

#define FIELD(type, member, about)                                                                 \
    {                                                                                              \
#member, EN_FIELD_##type, offsetof(struct en_catalog_row, member), about, NULL             \
    }

static const struct en_field catalog_fields[] = {
    FIELD(TEXT, name, "of the table"),
    FIELD(TEXT, about, "what its rows are"),
    FIELD(U16, version, "of the row's form"),
    FIELD(U32, flags, "1: digested"),
    FIELD(BOOL, is_series, "entries by series and day instead of rows"),
    FIELD(U16, keys_count, "so many columns are the key"),
    {"columns", EN_FIELD_LIST, offsetof(struct en_catalog_row, columns), "in their order",
     &column_record},
};
static const struct en_record catalog_record = {"catalog",      sizeof(struct en_catalog_row), 1,
                                                catalog_fields, EN_COUNT_OF(catalog_fields),   1};
const struct en_table en_table_catalog = {"catalog", "What the tables are.", &catalog_record, 0};

/* ---- describe ---- */

static uint32_t columns_of(const struct en_record *record)
{
    uint32_t count = record->fields_count;
    for (uint16_t i = 0; i < record->fields_count; i++) {
        const struct en_record *items = record->fields[i].items;
        count += items == NULL ? 0 : items->fields_count;
    }
    return count;
}

static struct en_catalog_column column_of(const struct en_field *field, const char *list)
{
    return (struct en_catalog_column){.name = en_slice_text(field->name),
                                      .type = en_slice_text(en_field_type_name(field->type)),
                                      .about = en_slice_text(field->about),
                                      .list = en_slice_text(list)};
}

/* Columns in order, the members of a list right behind it. */
static bool describe(const struct en_record *record, struct en_arena *arena, struct en_list *list)
{
    list->count = columns_of(record);
    struct en_catalog_column *columns = en_arena_alloc(arena, list->count * sizeof *columns);
    if (columns == NULL) {
        return false;
    }
    uint32_t at = 0;
    for (uint16_t i = 0; i < record->fields_count; i++) {
        const struct en_field *field = &record->fields[i];
        columns[at++] = column_of(field, "");
        for (uint16_t k = 0; field->items != NULL && k < field->items->fields_count; k++) {
            columns[at++] = column_of(&field->items->fields[k], field->name);
        }
    }
    EN_ASSERT(at == list->count);
    list->items = columns;
    return true;
}

static bool same_column(const struct en_catalog_column *a, const struct en_catalog_column *b)
{
    return en_slice_equal(a->name, b->name) && en_slice_equal(a->type, b->type) &&
           en_slice_equal(a->list, b->list);
}

/* Whether rows of the old description can be read with the new one: what stood is there still. */
static bool continues(const struct en_catalog_row *old, const struct en_catalog_row *now)
{
    const struct en_catalog_column *old_columns = old->columns.items;
    const struct en_catalog_column *now_columns = now->columns.items;
    bool is_same = old->is_series == now->is_series && old->keys_count == now->keys_count &&
                   old->version <= now->version && old->columns.count <= now->columns.count;
    for (uint32_t i = 0; is_same && i < old->columns.count; i++) {
        is_same = same_column(&old_columns[i], &now_columns[i]);
    }
    return is_same;
}

static en_code put_row(struct en_store *store, const struct en_catalog_row *row,
                       struct en_arena *arena, struct en_error *err)
{
    struct en_catalog_row old = {.name = row->name};
    en_code code = en_table_get(store, &en_table_catalog, &old, arena, err);
    if (code == EN_OK && !continues(&old, row)) {
        return en_error_set(err, EN_CONFLICT,
                            "table %.*s stands with other columns: it was built by another "
                            "program; build the tables anew",
                            (int)row->name.size, (const char *)row->name.bytes);
    }
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    return en_table_put(store, &en_table_catalog, row, NULL, err);
}

en_code en_catalog_put(struct en_store *store, const struct en_table *table, struct en_error *err)
{
    struct en_arena arena;
    struct en_catalog_row row = {.name = en_slice_text(table->name),
                                 .about = en_slice_text(table->about),
                                 .version = table->row->version,
                                 .flags = table->flags,
                                 .keys_count = table->row->keys_count};
    en_arena_init(&arena, DESCRIPTION_ARENA_SIZE);
    en_code code = describe(table->row, &arena, &row.columns)
                       ? put_row(store, &row, &arena, err)
                       : en_error_set(err, EN_NOMEM, "no memory to describe %s", table->name);
    en_arena_fini(&arena);
    return code;
}

en_code en_catalog_put_series(struct en_store *store, const char *name, const char *about,
                              uint32_t flags, struct en_error *err)
{
    struct en_arena arena;
    struct en_catalog_row row = {.name = en_slice_text(name),
                                 .about = en_slice_text(about),
                                 .flags = flags,
                                 .is_series = true};
    en_arena_init(&arena, DESCRIPTION_ARENA_SIZE);
    en_code code = put_row(store, &row, &arena, err);
    en_arena_fini(&arena);
    return code;
}

static en_code put_tables(struct en_store *store, struct en_error *err)
{
    en_code code = en_catalog_put(store, &en_table_catalog, err);
    for (size_t i = 0; en_tables_all[i] != NULL && code == EN_OK; i++) {
        code = en_catalog_put(store, en_tables_all[i], err);
    }
    for (size_t i = 0; en_series_all[i] != NULL && code == EN_OK; i++) {
        const struct en_series_table *table = en_series_all[i];
        code = en_catalog_put_series(store, table->name, table->about, table->flags, err);
    }
    return code;
}

en_code en_catalog_put_all(struct en_kv *kv, struct en_error *err)
{
    struct en_store *store = NULL;
    en_code code = en_store_begin(kv, EN_KV_WRITE, &store, err);
    if (code != EN_OK) {
        return code;
    }
    code = put_tables(store, err);
    if (code == EN_OK) {
        code = en_store_commit(&store, err);
    }
    en_store_abort(store);
    return code;
}

/* ---- read back ---- */

/* A record being made from the columns [at, at + n) that are members of one list (or of none). */
struct making {
    struct en_arena *arena;
    const struct en_catalog_column *columns;
    uint32_t columns_count;
    struct en_error *err;
};

static en_code no_memory(const struct making *making)
{
    return en_error_set(making->err, EN_NOMEM, "no memory for a description");
}

static const char *text_of(const struct making *making, struct en_slice slice)
{
    return (const char *)en_arena_copy(making->arena, slice).bytes;
}

/* Puts the column behind what the record holds so far. */
static en_code add_field(const struct making *making, const struct en_catalog_column *column,
                         struct en_record *record, struct en_field *fields)
{
    struct en_field *field = &fields[record->fields_count];
    bool is_known = en_field_type_by_name(column->type, &field->type);
    if (!is_known || (column->list.size > 0 && field->type == EN_FIELD_LIST)) {
        return en_error_set(making->err, EN_UNSUPPORTED, "column %.*s is of unknown type %.*s",
                            (int)column->name.size, (const char *)column->name.bytes,
                            (int)column->type.size, (const char *)column->type.bytes);
    }
    size_t size = en_field_type_size(field->type);
    size_t padded = (size + MEMBER_ALIGNMENT - 1) / MEMBER_ALIGNMENT * MEMBER_ALIGNMENT;
    if (record->size + padded > UINT16_MAX) {
        return en_error_set(making->err, EN_LIMIT, "a row of too many columns");
    }
    field->name = text_of(making, column->name);
    field->about = text_of(making, column->about);
    field->offset = (uint16_t)record->size;
    field->items = NULL;
    record->size += padded;
    record->fields_count++;
    return field->name == NULL || field->about == NULL ? no_memory(making) : EN_OK;
}

static en_code make_record(const struct making *making, const char *name, struct en_slice list,
                           struct en_record **made)
{
    struct en_record *record = en_arena_alloc(making->arena, sizeof *record);
    struct en_field *fields = en_arena_alloc(making->arena, making->columns_count * sizeof *fields);
    en_code code = EN_OK;
    if (record == NULL || fields == NULL) {
        return no_memory(making);
    }
    *record = (struct en_record){.name = name, .version = 1, .fields = fields};
    for (uint32_t i = 0; i < making->columns_count && code == EN_OK; i++) {
        if (en_slice_equal(making->columns[i].list, list)) {
            code = add_field(making, &making->columns[i], record, fields);
        }
    }
    *made = record;
    return code;
}

/* The items of each list column. */
static en_code make_lists(const struct making *making, struct en_record *record)
{
    en_code code = EN_OK;
    for (uint16_t i = 0; i < record->fields_count && code == EN_OK; i++) {
        struct en_field *field = (struct en_field *)(uintptr_t)&record->fields[i];
        struct en_record *items = NULL;
        if (field->type == EN_FIELD_LIST) {
            code = make_record(making, field->name, en_slice_text(field->name), &items);
            field->items = items;
        }
    }
    return code;
}

static en_code make_table(const struct en_catalog_row *row, struct en_arena *arena,
                          const struct en_table **table, struct en_error *err)
{
    struct making making = {arena, row->columns.items, row->columns.count, err};
    struct en_table *made = en_arena_alloc(arena, sizeof *made);
    struct en_record *record = NULL;
    const char *name = text_of(&making, row->name);
    const char *about = text_of(&making, row->about);
    if (made == NULL || name == NULL || about == NULL) {
        return no_memory(&making);
    }
    en_code code = make_record(&making, name, en_slice_of(NULL, 0), &record);
    if (code == EN_OK) {
        code = make_lists(&making, record);
    }
    if (code == EN_OK && (row->keys_count == 0 || row->keys_count > record->fields_count)) {
        code = en_error_set(err, EN_CORRUPT, "the catalogue says %u keys of %u columns of %s",
                            row->keys_count, record->fields_count, name);
    }
    if (code != EN_OK) {
        return code;
    }
    record->version = row->version;
    record->keys_count = row->keys_count;
    *made = (struct en_table){name, about, record, row->flags};
    *table = made;
    return EN_OK;
}

en_code en_catalog_table(struct en_store *store, struct en_slice name, struct en_arena *arena,
                         const struct en_table **table, struct en_error *err)
{
    struct en_catalog_row row = {.name = name};
    en_code code = en_table_get(store, &en_table_catalog, &row, arena, err);
    if (code == EN_NOT_FOUND || (code == EN_OK && row.is_series)) {
        return en_error_set(err, EN_NOT_FOUND, "there is no table %.*s", (int)name.size,
                            (const char *)name.bytes);
    }
    return code != EN_OK ? code : make_table(&row, arena, table, err);
}

en_code en_catalog_bind(const struct en_table *table, const char *const *names,
                        const en_field_type *types, uint32_t count, const struct en_field **fields,
                        struct en_error *err)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct en_field *field = en_record_field(table->row, names[i]);
        if (field == NULL || field->type != types[i]) {
            return en_error_set(err, EN_MISMATCH, "table %s has no column %s of type %s",
                                table->name, names[i], en_field_type_name(types[i]));
        }
        fields[i] = field;
    }
    return EN_OK;
}
