#include "core/record_member.h"

static const struct en_field_info field_infos[] = {
    [EN_FIELD_BOOL] = {"bool", sizeof(bool), 1, false, true},
    [EN_FIELD_U8] = {"u8", 1, 1, false, true},
    [EN_FIELD_U16] = {"u16", 2, 2, false, true},
    [EN_FIELD_U32] = {"u32", 4, 4, false, true},
    [EN_FIELD_U64] = {"u64", 8, 8, false, true},
    [EN_FIELD_I32] = {"i32", 4, 4, true, true},
    [EN_FIELD_I64] = {"i64", 8, 8, true, true},
    [EN_FIELD_TEXT] = {"text", sizeof(struct en_slice), 0, false, true},
    [EN_FIELD_BYTES] = {"bytes", sizeof(struct en_slice), 0, false, true},
    [EN_FIELD_INSTANT] = {"instant", sizeof(struct en_instant), 8, true, true},
    [EN_FIELD_DAY] = {"day", sizeof(struct en_day), 4, true, true},
    [EN_FIELD_DECIMAL] = {"decimal", sizeof(struct en_decimal), 0, false, false},
    [EN_FIELD_RATIO] = {"ratio", sizeof(struct en_ratio), 0, false, false},
    [EN_FIELD_QUALITY] = {"quality", 8, 8, false, true},
    [EN_FIELD_HASH] = {"hash", sizeof(struct en_hash), 0, false, true},
    [EN_FIELD_MICRO] = {"micro", 8, 8, true, true},
    [EN_FIELD_LIST] = {"list", sizeof(struct en_list), 0, false, false},
};

_Static_assert(sizeof(bool) == 1, "a bool is loaded as one byte");
_Static_assert(sizeof(struct en_instant) == 8, "an instant is loaded as a number");
_Static_assert(sizeof(struct en_day) == 4, "a day is loaded as a number");

const struct en_field_info *en_field_info_of(const struct en_field *field)
{
    EN_ASSERT((size_t)field->type < EN_COUNT_OF(field_infos));
    return &field_infos[field->type];
}

const struct en_field *en_record_field(const struct en_record *record, const char *name)
{
    for (uint16_t i = 0; i < record->fields_count; i++) {
        if (strcmp(record->fields[i].name, name) == 0) {
            return &record->fields[i];
        }
    }
    return NULL;
}

const char *en_field_type_name(en_field_type type)
{
    EN_ASSERT((size_t)type < EN_COUNT_OF(field_infos));
    return field_infos[type].name;
}

bool en_field_type_by_name(struct en_slice name, en_field_type *type)
{
    for (size_t i = 0; i < EN_COUNT_OF(field_infos); i++) {
        if (en_slice_equal(name, en_slice_text(field_infos[i].name))) {
            *type = (en_field_type)i;
            return true;
        }
    }
    return false;
}

size_t en_field_type_size(en_field_type type)
{
    EN_ASSERT((size_t)type < EN_COUNT_OF(field_infos));
    return field_infos[type].size;
}

static void check_fields(const struct en_record *record)
{
    EN_ASSERT(record->name != NULL);
    EN_ASSERT(record->version > 0);
    EN_ASSERT(record->fields_count > 0);
    EN_ASSERT(record->keys_count <= record->fields_count);
    for (uint16_t i = 0; i < record->fields_count; i++) {
        const struct en_field *field = &record->fields[i];
        EN_ASSERT(field->about != NULL);
        EN_ASSERT((size_t)field->offset + en_field_info_of(field)->size <= record->size);
        EN_ASSERT(en_record_field(record, field->name) == field);
        EN_ASSERT(i >= record->keys_count || en_field_info_of(field)->can_be_key);
        EN_ASSERT((field->type == EN_FIELD_LIST) == (field->items != NULL));
        for (uint16_t k = 0; k < i; k++) {
            size_t from = record->fields[k].offset;
            size_t to = from + en_field_info_of(&record->fields[k])->size;
            EN_ASSERT(field->offset >= to || field->offset + en_field_info_of(field)->size <= from);
        }
    }
}

void en_record_check(const struct en_record *record)
{
    check_fields(record);
    for (uint16_t i = 0; i < record->fields_count; i++) {
        const struct en_record *items = record->fields[i].items;
        if (items == NULL) {
            continue;
        }
        check_fields(items);
        for (uint16_t k = 0; k < items->fields_count; k++) {
            EN_ASSERT(items->fields[k].type != EN_FIELD_LIST);
        }
    }
}
