/* The life of one alarm instance by ISA-18.2 / IEC 62682, as a pure function: (state, what holds,
 * instant) and (state, what an operator does, instant) to (state, transition).
 *
 *            met for delay_on                     ack
 *   NORM ────────────────────> UNACK ────────────────────────> ACK
 *    ^  ^                      │   ^  met again                 │
 *    │  │ gone for delay_off   │   │                            │ gone for delay_off
 *    │  │ (not latched)        v   │                            │
 *    │  └─── ack ──────── RTN_UNACK                             │
 *    └──────────────────────────────────────────────────────────┘
 *   latched: gone for delay_off leads to LATCH_UNACK (ack: LATCH_ACK) or LATCH_ACK; reset: NORM
 *
 *   from any of these   shelve -> SHELVED           until its end (at most 12 h) or unshelve
 *                       suppress -> SUPPRESSED      until unsuppress, or the cause is gone
 *                       take out -> OUT_OF_SERVICE  until put in
 *   released: UNACK when the condition holds; else NORM, or LATCH_UNACK when a latched alarm's
 *   condition held meanwhile. What happens while held is followed, and told to nobody.
 *
 * I1  A condition that came and went unacknowledged stays visible (RTN_UNACK, LATCH_UNACK).
 * I2  Acknowledging never clears: only the condition does, or a reset of a latched alarm.
 * I3  Nothing is shelved without an end and a reason.
 *
 * Numbers are stored: never changed or reused. Pure values, any thread. */
#ifndef EN_CORE_METERING_ALARM_H
#define EN_CORE_METERING_ALARM_H

#include "core/instant.h"

#define EN_ALARM_SHELF_US_MAX (12 * EN_HOUR_US)
#define EN_ALARM_DELAY_S_MAX (31u * 86400u)
#define EN_ALARM_PRIORITY_JOURNAL 4u /* for the record only: nobody is told */

/* Name, number, text, English, Russian. */
#define EN_ALARM_STATES(STATE)                                                                     \
    STATE(NORM, 0, "norm", "normal", "норма")                                                      \
    STATE(UNACK, 1, "unack", "active, not acknowledged", "активна, не подтверждена")               \
    STATE(ACK, 2, "ack", "active, acknowledged", "активна, подтверждена")                          \
    STATE(RTN_UNACK, 3, "rtn_unack", "gone, not acknowledged", "ушла, не подтверждена")            \
    STATE(LATCH_UNACK, 4, "latch_unack", "latched, not acknowledged",                              \
          "удерживается, не подтверждена")                                                         \
    STATE(LATCH_ACK, 5, "latch_ack", "latched, acknowledged", "удерживается, подтверждена")        \
    STATE(SHELVED, 6, "shelved", "shelved", "отложена")                                            \
    STATE(SUPPRESSED, 7, "suppressed", "suppressed by design", "подавлена")                        \
    STATE(OUT_OF_SERVICE, 8, "out_of_service", "out of service", "выведена из работы")

typedef enum en_alarm_state {
#define EN_ALARM_STATE_NUMBER(name, number, text, english, russian) EN_ALARM_##name = number,
    EN_ALARM_STATES(EN_ALARM_STATE_NUMBER)
#undef EN_ALARM_STATE_NUMBER
        EN_ALARM_STATES_COUNT
} en_alarm_state;

/* Name, number, text. */
#define EN_ALARM_ACTIONS(ACTION)                                                                   \
    ACTION(ACKNOWLEDGE, 1, "ack")                                                                  \
    ACTION(RESET, 2, "reset")                                                                      \
    ACTION(SHELVE, 3, "shelve")                                                                    \
    ACTION(UNSHELVE, 4, "unshelve")                                                                \
    ACTION(SUPPRESS, 5, "suppress")                                                                \
    ACTION(UNSUPPRESS, 6, "unsuppress")                                                            \
    ACTION(TAKE_OUT, 7, "out-of-service")                                                          \
    ACTION(PUT_IN, 8, "in-service")                                                                \
    ACTION(COMMENT, 9, "comment")

typedef enum en_alarm_action {
#define EN_ALARM_ACTION_NUMBER(name, number, text) EN_ALARM_ACTION_##name = number,
    EN_ALARM_ACTIONS(EN_ALARM_ACTION_NUMBER)
#undef EN_ALARM_ACTION_NUMBER
        EN_ALARM_ACTIONS_END
} en_alarm_action;

/* How an alarm behaves. */
struct en_alarm_rule {
    uint32_t delay_on_s;  /* the condition holds that long before the alarm is raised */
    uint32_t delay_off_s; /* ... is gone that long before it returns */
    uint32_t repeat_max;  /* raises told within the window; more are followed, not told. 0: all */
    uint32_t repeat_window_s; /* begins with a raise */
    bool is_latched;
};

/* Zeroed is NORM, never seen. */
struct en_alarm {
    uint8_t state;            /* en_alarm_state */
    bool is_met;              /* the condition as last looked at */
    bool is_active;           /* the same behind the delays */
    bool was_active;          /* active at some time while held */
    struct en_instant met_at; /* since when is_met is what it is */
    struct en_instant at;     /* when the state was entered */
    struct en_instant until;  /* end of the shelf */
    struct en_instant repeat; /* begin of the repeat window */
    uint32_t raises_count;    /* in the window */
};

/* What was seen of the condition. */
struct en_alarm_sight {
    struct en_instant at;
    bool is_met;
    bool is_pulse;           /* it held for a while that is over again since the last look; since
                                and its end are given */
    struct en_instant since; /* when what is seen began; at where nobody knows */
    struct en_instant gone;  /* of a pulse: when it was over */
};

/* Why a state was left. */
typedef enum en_alarm_cause {
    EN_ALARM_RAISED = 1,
    EN_ALARM_RETURNED = 2,
    EN_ALARM_BY_ACTION = 3,
    EN_ALARM_SHELF_ENDED = 4,
    EN_ALARM_REDEFINED = 5, /* its definition was switched off */
} en_alarm_cause;

struct en_alarm_transition {
    uint8_t from; /* en_alarm_state */
    uint8_t to;
    uint8_t cause;    /* en_alarm_cause */
    bool is_repeated; /* over the repeat guard: not told */
};

/* A look makes three transitions at most: the end of a shelf, a raise, a return. */
#define EN_ALARM_TRANSITIONS_MAX 3u

/* Takes a look in: the state after it, and how many transitions led there. Instants never run
 * backwards: an earlier look counts as one at the last instant. */
uint32_t en_alarm_look(const struct en_alarm_rule *rule, struct en_alarm *alarm,
                       const struct en_alarm_sight *sight,
                       struct en_alarm_transition transitions[EN_ALARM_TRANSITIONS_MAX]);

/* Does what an operator asks. until is looked at when shelving; reason (or permit) must not be
 * empty for SHELVE, SUPPRESS, TAKE_OUT. *transition has from == to when nothing moved (a comment, a
 * shelf made longer). Codes: EN_CONFLICT (not possible in this state; says what is), EN_RANGE (the
 * end of the shelf), EN_REFUSED (no reason). On failure the alarm is as before. */
en_code en_alarm_act(const struct en_alarm_rule *rule, struct en_alarm *alarm,
                     en_alarm_action action, struct en_instant at, struct en_instant until,
                     struct en_slice reason, struct en_alarm_transition *transition,
                     struct en_error *err) EN_MUST_CHECK;

/* Whether an operator has something to do with it: neither normal nor held. */
bool en_alarm_is_standing(en_alarm_state state);
bool en_alarm_is_held(en_alarm_state state);
bool en_alarm_is_unacknowledged(en_alarm_state state);

/* Delays, window and guard within their bounds. EN_RANGE. */
en_code en_alarm_rule_check(const struct en_alarm_rule *rule, struct en_error *err) EN_MUST_CHECK;

const char *en_alarm_state_text(uint32_t state); /* "?" for a number that is none */
const char *en_alarm_state_about(en_alarm_state state, bool is_russian);
const char *en_alarm_cause_text(uint32_t cause);
bool en_alarm_action_by_text(struct en_slice text, en_alarm_action *action);
const char *en_alarm_action_text(en_alarm_action action);

/* ---- conditions on numbers ---- */

typedef enum en_alarm_comparison {
    EN_ALARM_ABOVE = 1, /* > */
    EN_ALARM_AT_LEAST = 2,
    EN_ALARM_BELOW = 3, /* < */
    EN_ALARM_AT_MOST = 4,
    EN_ALARM_EQUAL = 5,
    EN_ALARM_UNLIKE = 6,
} en_alarm_comparison;

/* ">", ">=", "<", "<=", "=", "!=". */
bool en_alarm_comparison_by_text(struct en_slice text, en_alarm_comparison *comparison);
const char *en_alarm_comparison_text(en_alarm_comparison comparison);

/* Whether the value fulfils the comparison; one that was met stays so until the value has come back
 * by more than the deadband (not below 0, asserted): above 100 with 5 ends below 95. Equal and
 * unlike know no deadband. */
bool en_alarm_compare(int64_t value, en_alarm_comparison comparison, int64_t limit,
                      int64_t deadband, bool was_met);

#endif
