#include "projections/tables_validity.h"

#include <stddef.h>

// clang-format off
#define FIELD(row, type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_##row##_row, member), about, NULL}
// clang-format on

static const struct en_field collected_fields[] = {
    FIELD(collected, U32, channel, "id"),
    FIELD(collected, DAY, first_day, "the first day with values"),
    FIELD(collected, DAY, last_day, "the last day with values"),
};
static const struct en_record collected_record = {"collected",
                                                  sizeof(struct en_collected_row),
                                                  1,
                                                  collected_fields,
                                                  sizeof collected_fields /
                                                      sizeof collected_fields[0],
                                                  1};
const struct en_table en_table_collected = {
    "collected", "From when to when a channel has values, where missing days are judged (V-04).",
    &collected_record, EN_TABLE_DIGESTED};
