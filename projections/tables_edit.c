#include "projections/tables_edit.h"

#include <stddef.h>

#include "core/event/payload.h"

#define FIELD(type, member, about)                                                                 \
    {                                                                                              \
#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_edit_row, member), about, NULL      \
    }

static const struct en_field fields[] = {
    FIELD(U64, edit, "seq of the request"),
    FIELD(U32, channel, "id"),
    FIELD(INSTANT, from, "first slot"),
    FIELD(INSTANT, to, "end of the last slot"),
    FIELD(U8, kind, "1 values, 2 zero, 3 undercount, 4 lost phase, 5 estimate, 6 retraction"),
    {"values", EN_FIELD_LIST, (uint16_t)offsetof(struct en_edit_row, values), "one a slot",
     &en_payload_edit_value},
    FIELD(MICRO, amount_micro, "undercount: over all slots together"),
    FIELD(BOOL, applies_ratio, "undercount: times the transformer ratio"),
    FIELD(RATIO, factor, "of losses (undercount), of the act (lost phase); 0/0 none"),
    FIELD(U8, healthy, "lost phase: elements that measured"),
    FIELD(TEXT, method, "estimate: method with its settings"),
    FIELD(U8, reason, "number of a reason of substitution"),
    FIELD(TEXT, evidence, "the act or document that proves it"),
    FIELD(TEXT, comment, "of who asked"),
    FIELD(U64, retracts, "retraction: seq of the request that is taken back"),
    FIELD(U32, requester, "actor's id"),
    FIELD(U8, state, "0 requested, 1 approved, 2 rejected, 3 retracted"),
    FIELD(U32, decider, "actor's id, 0 none yet"),
    FIELD(U64, decided, "seq of the decision, 0 none yet"),
    FIELD(TEXT, decision_comment, "of who decided"),
};

static const struct en_record record = {"edit", sizeof(struct en_edit_row), 1,
                                        fields, EN_COUNT_OF(fields),        1};

const struct en_table en_table_edit = {
    "edit", "Acts by which people change values; an approved one acts until it is retracted.",
    &record, EN_TABLE_DIGESTED};

const char *en_edit_state_name(uint8_t state)
{
    static const char *const names[EN_EDIT_STATES_COUNT] = {"REQUESTED", "APPROVED", "REJECTED",
                                                            "RETRACTED"};
    return state < EN_EDIT_STATES_COUNT ? names[state] : "?";
}

const char *en_edit_kind_name(uint8_t kind)
{
    static const char *const names[] = {"?",          "VALUES",   "ZERO",   "UNDERCOUNT",
                                        "LOST_PHASE", "ESTIMATE", "RETRACT"};
    return kind < EN_COUNT_OF(names) ? names[kind] : "?";
}
