#include "projections/tables_decree.h"

#include <stddef.h>

// clang-format off
#define FIELD(row, type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_##row, member), about, NULL}
// clang-format on

static const struct en_field part_fields[] = {
    FIELD(decree_part, INSTANT, from, ""),
    FIELD(decree_part, INSTANT, to, ""),
    FIELD(decree_part, U8, cause, "as supply_cause.set has it"),
    FIELD(decree_part, U8, method,
          "0 none, 2 control meter, 3 same period of last year, 4 nearest period, 5 maximum power, "
          "6 permissible current, 7 household mean, 8 household norm"),
    FIELD(decree_part, U32, missing_count, "periods in a row without readings, with this one"),
    FIELD(decree_part, U64, refusals,
          "of the methods before, 4 bits each: 1 no data, 2 too many "
          "periods, 3 not for this cause, 4 not in force"),
    FIELD(decree_part, MICRO, micro, "energy of the stretch by the method"),
    FIELD(decree_part, INSTANT, reference_from, "the past period taken; the epoch: none"),
    FIELD(decree_part, INSTANT, reference_to, "its end"),
    FIELD(decree_part, MICRO, power_micro, "kW, where it was calculated"),
    FIELD(decree_part, U64, mark, "of the values that are copied"),
};
static const struct en_record part_record = {"decree_part", sizeof(struct en_decree_part), 1,
                                             part_fields,   EN_COUNT_OF(part_fields),      0};

static const struct en_field period_fields[] = {
    FIELD(decree_period_row, U32, channel, "id"),
    FIELD(decree_period_row, INSTANT, from, "of the billing period"),
    FIELD(decree_period_row, INSTANT, to, "of the billing period"),
    FIELD(decree_period_row, U8, cover, "0 readings, 1 control meter, 2 none"),
    FIELD(decree_period_row, U32, missing_count, "periods in a row without readings at its end"),
    {"parts", EN_FIELD_LIST, (uint16_t)offsetof(struct en_decree_period_row, parts),
     "its stretches with missing time", &part_record},
};
static const struct en_record period_record = {
    "decree_period", sizeof(struct en_decree_period_row), 1,
    period_fields,   EN_COUNT_OF(period_fields),          2};
const struct en_table en_table_decree_period = {
    "decree_period",
    "Billing periods of channels under Decree 442: the state, and by which formula their missing "
    "time was filled.",
    &period_record, EN_TABLE_DIGESTED};

const struct en_series_table en_series_decree = {
    "decree",
    "Day blocks of channels filled by Decree 442 (block-format.md), where they differ from what "
    "substitution left.",
    EN_TABLE_DIGESTED};
