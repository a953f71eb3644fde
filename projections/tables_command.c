#include "projections/tables_command.h"

#include <stddef.h>

// clang-format off
#define FIELD(type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_command_row, member), about, NULL}
// clang-format on

static const struct en_field command_fields[] = {
    FIELD(U32, kind, "number of the kind of event"),
    FIELD(U32, subject, "id of what it is about, 0 none"),
    FIELD(INSTANT, from, "valid from then on; the epoch where it speaks of no time"),
    FIELD(U64, seq, "of the event"),
    FIELD(INSTANT, recorded_at, "when it was recorded"),
    FIELD(U32, actor, "who gave it: id, 0 the program itself"),
};
static const struct en_record command_record = {"command",      sizeof(struct en_command_row), 1,
                                                command_fields, EN_COUNT_OF(command_fields),   4};
const struct en_table en_table_command = {
    "command", "Accepted commands by what they are about: who set what, and when.", &command_record,
    EN_TABLE_DIGESTED};
