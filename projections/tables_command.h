/* Accepted commands by what they are about: who set what, and when. Written by processors/command.
 */
#ifndef EN_PROJECTIONS_TABLES_COMMAND_H
#define EN_PROJECTIONS_TABLES_COMMAND_H

#include "core/instant.h"
#include "projections/table.h"

struct en_command_row {
    uint32_t kind;          /* key: en_kind */
    uint32_t subject;       /* key: id of the kind's subject type, 0 none */
    struct en_instant from; /* key: from when on it is valid; 0 where it speaks of no time */
    uint64_t seq;           /* key */
    struct en_instant recorded_at;
    uint32_t actor; /* id, 0 the program itself */
};

extern const struct en_table en_table_command;

#endif
