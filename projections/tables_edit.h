/* The table of acts by which people change values: owned by substitution. */
#ifndef EN_PROJECTIONS_TABLES_EDIT_H
#define EN_PROJECTIONS_TABLES_EDIT_H

#include "core/metering/ratio.h"
#include "projections/table.h"

typedef enum en_edit_state {
    EN_EDIT_STATE_REQUESTED = 0,
    EN_EDIT_STATE_APPROVED = 1, /* acts */
    EN_EDIT_STATE_REJECTED = 2,
    EN_EDIT_STATE_RETRACTED = 3, /* acted until a later act took it back */
} en_edit_state;

#define EN_EDIT_STATES_COUNT 4u

/* An edit that was asked for, and what became of it. */
struct en_edit_row {
    uint64_t edit;    /* key: seq of the request */
    uint32_t channel; /* whose values */
    struct en_instant from;
    struct en_instant to;
    uint8_t kind;          /* en_edit_kind */
    struct en_list values; /* en_edit_value */
    int64_t amount_micro;
    bool applies_ratio;
    struct en_ratio factor;
    uint8_t healthy;
    struct en_slice method;
    uint8_t reason; /* en_reason */
    struct en_slice evidence;
    struct en_slice comment;
    uint64_t retracts;
    uint32_t requester; /* actor */
    uint8_t state;      /* en_edit_state */
    uint32_t decider;   /* actor; 0: nobody yet */
    uint64_t decided;   /* seq of the decision; 0: none yet */
    struct en_slice decision_comment;
};

extern const struct en_table en_table_edit;

/* "REQUESTED", ...; "VALUES", "ZERO", ...: names of a state and of an en_edit_kind, "?" of others.
 */
const char *en_edit_state_name(uint8_t state);
const char *en_edit_kind_name(uint8_t kind);

#endif
