#include "projections/tables_freeze.h"

#include <stddef.h>

// clang-format off
#define FIELD(row, type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_##row##_row, member), about, NULL}
// clang-format on

static const struct en_field freeze_request_fields[] = {
    FIELD(freeze_request, U32, freeze, "id"),
    FIELD(freeze_request, U64, seq, "of the request"),
    FIELD(freeze_request, U32, actor, "who asked: id, 0 the program itself"),
    FIELD(freeze_request, DAY, from_day, "the first fiscal day of the period"),
    FIELD(freeze_request, DAY, to_day, "the first fiscal day after the period"),
    FIELD(freeze_request, U32, scope, "object id, 0 everything"),
    FIELD(freeze_request, TEXT, policy, "name of the policy"),
};
static const struct en_record freeze_request_record = {
    "freeze_request",      sizeof(struct en_freeze_request_row), 1,
    freeze_request_fields, EN_COUNT_OF(freeze_request_fields),   1};
const struct en_table en_table_freeze_request = {"freeze_request",
                                                 "Freezes that wait for approvals.",
                                                 &freeze_request_record, EN_TABLE_DIGESTED};

static const struct en_field freeze_approval_fields[] = {
    FIELD(freeze_approval, U32, freeze, "id"),
    FIELD(freeze_approval, U32, actor, "who approved: id"),
    FIELD(freeze_approval, U64, seq, "of the approval"),
    FIELD(freeze_approval, TEXT, note, "what the approver said"),
};
static const struct en_record freeze_approval_record = {
    "freeze_approval",      sizeof(struct en_freeze_approval_row), 1,
    freeze_approval_fields, EN_COUNT_OF(freeze_approval_fields),   2};
const struct en_table en_table_freeze_approval = {
    "freeze_approval", "Who approved freezes, beside who asked for them.", &freeze_approval_record,
    EN_TABLE_DIGESTED};

static const struct en_field hold_fields[] = {
    FIELD(hold, U32, scope, "object id, 0 everything"),
    FIELD(hold, U64, seq, "of the command"),
    FIELD(hold, U32, actor, "who held it: id, 0 the program itself"),
    FIELD(hold, INSTANT, at, "since when, as recorded"),
    FIELD(hold, TEXT, reason, "why"),
};
static const struct en_record hold_record = {"hold",      sizeof(struct en_hold_row), 1,
                                             hold_fields, EN_COUNT_OF(hold_fields),   1};
const struct en_table en_table_hold = {"hold", "Scopes whose recalculation is held (F-06).",
                                       &hold_record, EN_TABLE_DIGESTED};
