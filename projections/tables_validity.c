#include "projections/tables_validity.h"

#include <stddef.h>

// clang-format off
#define FIELD(row, type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_##row##_row, member), about, NULL}
// clang-format on

static const struct en_field arrival_fields[] = {
    FIELD(arrival, U32, channel, "id"),
    FIELD(arrival, DAY, day, "fiscal day"),
    FIELD(arrival, U64, seq, "of the event"),
    FIELD(arrival, INSTANT, came, "when it was recorded"),
    FIELD(arrival, INSTANT, from, "the first slot with a value begins"),
    FIELD(arrival, INSTANT, to, "the last slot with a value ends"),
};
static const struct en_record arrival_record = {"arrival",
                                                sizeof(struct en_arrival_row),
                                                1,
                                                arrival_fields,
                                                sizeof arrival_fields / sizeof arrival_fields[0],
                                                3};
const struct en_table en_table_arrival = {"arrival",
                                          "When values came, where rules ask for it (V-06, V-27).",
                                          &arrival_record, EN_TABLE_DIGESTED};

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
    "collected", "From when to when a channel has values, once a rule of validity was set (V-04).",
    &collected_record, EN_TABLE_DIGESTED};
