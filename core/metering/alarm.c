#include "core/metering/alarm.h"

#include "core/fixed.h"

#define WINDOW_S_MAX (31u * 86400u)

static const char *const state_texts[] = {
#define STATE_TEXT(name, number, text, english, russian) [number] = text,
    EN_ALARM_STATES(STATE_TEXT)
#undef STATE_TEXT
};
static const char *const state_abouts[][2] = {
#define STATE_ABOUT(name, number, text, english, russian) [number] = {english, russian},
    EN_ALARM_STATES(STATE_ABOUT)
#undef STATE_ABOUT
};
static const char *const action_texts[] = {
#define ACTION_TEXT(name, number, text) [number] = text,
    EN_ALARM_ACTIONS(ACTION_TEXT)
#undef ACTION_TEXT
};
static const char *const comparison_texts[] = {NULL, ">", ">=", "<", "<=", "=", "!="};
static const char *const cause_texts[] = {"?",      "raised",      "returned",
                                          "action", "shelf ended", "redefined"};

bool en_alarm_is_held(en_alarm_state state)
{
    return state == EN_ALARM_SHELVED || state == EN_ALARM_SUPPRESSED ||
           state == EN_ALARM_OUT_OF_SERVICE;
}

bool en_alarm_is_standing(en_alarm_state state)
{
    return state != EN_ALARM_NORM && !en_alarm_is_held(state);
}

bool en_alarm_is_unacknowledged(en_alarm_state state)
{
    return state == EN_ALARM_UNACK || state == EN_ALARM_RTN_UNACK || state == EN_ALARM_LATCH_UNACK;
}

static struct en_alarm_transition move(struct en_alarm *alarm, en_alarm_state to,
                                       en_alarm_cause cause, struct en_instant at)
{
    struct en_alarm_transition transition = {
        .from = alarm->state, .to = (uint8_t)to, .cause = (uint8_t)cause};
    alarm->state = (uint8_t)to;
    alarm->at = at;
    return transition;
}

/* The repeat guard: whether this raise is one too many in its window. */
static bool count_raise(const struct en_alarm_rule *rule, struct en_alarm *alarm,
                        struct en_instant at)
{
    int64_t window_us = (int64_t)rule->repeat_window_s * EN_SECOND_US;
    if (alarm->raises_count == 0 || at.us - alarm->repeat.us >= window_us) {
        alarm->repeat = at;
        alarm->raises_count = 0;
    }
    if (alarm->raises_count < UINT32_MAX) {
        alarm->raises_count++;
    }
    return rule->repeat_max > 0 && alarm->raises_count > rule->repeat_max;
}

/* The condition became active. True: *transition was made. */
static bool raise_alarm(const struct en_alarm_rule *rule, struct en_alarm *alarm,
                        struct en_instant at, struct en_alarm_transition *transition)
{
    alarm->is_active = true;
    if (en_alarm_is_held((en_alarm_state)alarm->state)) {
        alarm->was_active = true;
        return false;
    }
    if (alarm->state == EN_ALARM_UNACK || alarm->state == EN_ALARM_ACK) {
        return false;
    }
    bool is_repeated = count_raise(rule, alarm, at);
    *transition = move(alarm, EN_ALARM_UNACK, EN_ALARM_RAISED, at);
    transition->is_repeated = is_repeated;
    return true;
}

/* The condition is gone. */
static bool return_alarm(const struct en_alarm_rule *rule, struct en_alarm *alarm,
                         struct en_instant at, struct en_alarm_transition *transition)
{
    alarm->is_active = false;
    if (alarm->state != EN_ALARM_UNACK && alarm->state != EN_ALARM_ACK) {
        return false;
    }
    bool is_told = alarm->state == EN_ALARM_ACK;
    en_alarm_state to = is_told ? EN_ALARM_NORM : EN_ALARM_RTN_UNACK;
    if (rule->is_latched) {
        to = is_told ? EN_ALARM_LATCH_ACK : EN_ALARM_LATCH_UNACK;
    }
    bool is_over = rule->repeat_max > 0 && alarm->raises_count > rule->repeat_max;
    *transition = move(alarm, to, EN_ALARM_RETURNED, at);
    transition->is_repeated = is_over;
    return true;
}

static struct en_alarm_transition release(const struct en_alarm_rule *rule, struct en_alarm *alarm,
                                          en_alarm_cause cause, struct en_instant at)
{
    en_alarm_state to = EN_ALARM_NORM;
    if (alarm->is_active) {
        to = EN_ALARM_UNACK;
        (void)count_raise(rule, alarm, at);
    } else if (rule->is_latched && alarm->was_active) {
        to = EN_ALARM_LATCH_UNACK;
    }
    alarm->was_active = false;
    alarm->until = (struct en_instant){0};
    return move(alarm, to, cause, at);
}

/* Whether what holds since `since` has held for the delay. */
static bool is_over_delay(struct en_instant since, struct en_instant at, uint32_t delay_s)
{
    return at.us - since.us >= (int64_t)delay_s * EN_SECOND_US;
}

static struct en_instant later_of(struct en_instant a, struct en_instant b)
{
    return a.us > b.us ? a : b;
}

uint32_t en_alarm_look(const struct en_alarm_rule *rule, struct en_alarm *alarm,
                       const struct en_alarm_sight *sight,
                       struct en_alarm_transition transitions[EN_ALARM_TRANSITIONS_MAX])
{
    uint32_t count = 0;
    struct en_instant at = later_of(sight->at, alarm->at);
    if (alarm->state == EN_ALARM_SHELVED && at.us >= alarm->until.us) {
        transitions[count++] = release(rule, alarm, EN_ALARM_SHELF_ENDED, at);
    }
    if (sight->is_pulse && !alarm->is_active &&
        is_over_delay(sight->since, sight->gone, rule->delay_on_s) &&
        raise_alarm(rule, alarm, at, &transitions[count])) {
        count++;
    }
    if (sight->is_pulse || sight->is_met != alarm->is_met) {
        bool is_known = sight->since.us <= at.us;
        alarm->met_at = sight->is_met && is_known ? sight->since : at;
        if (sight->is_pulse && !sight->is_met && sight->gone.us <= at.us) {
            alarm->met_at = sight->gone;
        }
        alarm->is_met = sight->is_met;
    }
    if (alarm->is_met && !alarm->is_active) {
        if (is_over_delay(alarm->met_at, at, rule->delay_on_s) &&
            raise_alarm(rule, alarm, at, &transitions[count])) {
            count++;
        }
    } else if (!alarm->is_met && alarm->is_active) {
        if (is_over_delay(alarm->met_at, at, rule->delay_off_s) &&
            return_alarm(rule, alarm, at, &transitions[count])) {
            count++;
        }
    }
    EN_ASSERT(count <= EN_ALARM_TRANSITIONS_MAX);
    return count;
}

/* Which state an action leads to from each; NO: not possible, STAY: nothing moves, FREE: released.
 */
#define NO 200u
#define STAY 201u
#define FREE 202u
#define NORM EN_ALARM_NORM
#define ACK EN_ALARM_ACK
#define LATCH EN_ALARM_LATCH_ACK
#define SHELF EN_ALARM_SHELVED
#define SUPPR EN_ALARM_SUPPRESSED
#define OUT EN_ALARM_OUT_OF_SERVICE

// clang-format off
static const uint8_t moves[EN_ALARM_STATES_COUNT][EN_ALARM_ACTIONS_END - 1] = {
    /* ack   reset  shelve unshelve suppress unsuppress out  in    comment */
    {NO,    NO,    SHELF, NO,      SUPPR,   NO,        OUT, NO,   STAY}, /* norm */
    {ACK,   NO,    SHELF, NO,      SUPPR,   NO,        OUT, NO,   STAY}, /* unack */
    {NO,    NO,    SHELF, NO,      SUPPR,   NO,        OUT, NO,   STAY}, /* ack */
    {NORM,  NO,    SHELF, NO,      SUPPR,   NO,        OUT, NO,   STAY}, /* rtn_unack */
    {LATCH, NO,    SHELF, NO,      SUPPR,   NO,        OUT, NO,   STAY}, /* latch_unack */
    {NO,    NORM,  SHELF, NO,      SUPPR,   NO,        OUT, NO,   STAY}, /* latch_ack */
    {NO,    NO,    STAY,  FREE,    SUPPR,   NO,        OUT, NO,   STAY}, /* shelved */
    {NO,    NO,    NO,    NO,      NO,      FREE,      OUT, NO,   STAY}, /* suppressed */
    {NO,    NO,    NO,    NO,      NO,      NO,        NO,  FREE, STAY}, /* out of service */
};
// clang-format on

static en_code check_action(const struct en_alarm *alarm, en_alarm_action action,
                            struct en_instant at, struct en_instant until, struct en_slice reason,
                            struct en_error *err)
{
    bool wants_reason = action == EN_ALARM_ACTION_SHELVE || action == EN_ALARM_ACTION_SUPPRESS ||
                        action == EN_ALARM_ACTION_TAKE_OUT || action == EN_ALARM_ACTION_COMMENT;
    if (moves[alarm->state][action - 1] == NO) {
        return en_error_set(err, EN_CONFLICT, "%s is not possible: the alarm is %s (%s)",
                            action_texts[action], state_texts[alarm->state],
                            state_abouts[alarm->state][0]);
    }
    if (wants_reason && reason.size == 0) {
        return en_error_set(err, EN_REFUSED, "%s wants a reason (or the number of a permit)",
                            action_texts[action]);
    }
    if (action == EN_ALARM_ACTION_SHELVE &&
        (until.us <= at.us || until.us - at.us > EN_ALARM_SHELF_US_MAX)) {
        return en_error_set(err, EN_RANGE,
                            "a shelf ends later than now, within 12 hours: take the "
                            "alarm out of service for longer");
    }
    return EN_OK;
}

en_code en_alarm_act(const struct en_alarm_rule *rule, struct en_alarm *alarm,
                     en_alarm_action action, struct en_instant at, struct en_instant until,
                     struct en_slice reason, struct en_alarm_transition *transition,
                     struct en_error *err)
{
    EN_ASSERT(action >= EN_ALARM_ACTION_ACKNOWLEDGE);
    EN_ASSERT(action < EN_ALARM_ACTIONS_END);
    EN_ASSERT(alarm->state < EN_ALARM_STATES_COUNT);
    at = later_of(at, alarm->at);
    en_code code = check_action(alarm, action, at, until, reason, err);
    if (code != EN_OK) {
        return code;
    }
    uint8_t to = moves[alarm->state][action - 1];
    if (action == EN_ALARM_ACTION_SHELVE) {
        alarm->until = until;
    }
    if (to == STAY) {
        *transition = (struct en_alarm_transition){
            .from = alarm->state, .to = alarm->state, .cause = EN_ALARM_BY_ACTION};
    } else if (to == FREE) {
        *transition = release(rule, alarm, EN_ALARM_BY_ACTION, at);
    } else {
        bool is_held = en_alarm_is_held((en_alarm_state)to);
        bool was_held = en_alarm_is_held((en_alarm_state)alarm->state);
        if (is_held && !was_held) {
            alarm->was_active = alarm->is_active;
        }
        *transition = move(alarm, (en_alarm_state)to, EN_ALARM_BY_ACTION, at);
    }
    return EN_OK;
}

en_code en_alarm_rule_check(const struct en_alarm_rule *rule, struct en_error *err)
{
    if (rule->delay_on_s > EN_ALARM_DELAY_S_MAX || rule->delay_off_s > EN_ALARM_DELAY_S_MAX) {
        return en_error_set(err, EN_RANGE, "a delay is at most 31 days");
    }
    if (rule->repeat_window_s > WINDOW_S_MAX) {
        return en_error_set(err, EN_RANGE, "the window of the repeat guard is at most 31 days");
    }
    if ((rule->repeat_max > 0) != (rule->repeat_window_s > 0)) {
        return en_error_set(err, EN_RANGE,
                            "a repeat guard has both a number of raises and a window");
    }
    return EN_OK;
}

const char *en_alarm_state_text(uint32_t state)
{
    return state < EN_ALARM_STATES_COUNT ? state_texts[state] : "?";
}

const char *en_alarm_state_about(en_alarm_state state, bool is_russian)
{
    EN_ASSERT(state < EN_ALARM_STATES_COUNT);
    return state_abouts[state][is_russian ? 1 : 0];
}

const char *en_alarm_cause_text(uint32_t cause)
{
    return cause < EN_COUNT_OF(cause_texts) ? cause_texts[cause] : "?";
}

bool en_alarm_action_by_text(struct en_slice text, en_alarm_action *action)
{
    for (uint32_t i = 1; i < EN_ALARM_ACTIONS_END; i++) {
        if (en_slice_equal(en_slice_text(action_texts[i]), text)) {
            *action = (en_alarm_action)i;
            return true;
        }
    }
    return false;
}

const char *en_alarm_action_text(en_alarm_action action)
{
    EN_ASSERT(action >= EN_ALARM_ACTION_ACKNOWLEDGE);
    EN_ASSERT(action < EN_ALARM_ACTIONS_END);
    return action_texts[action];
}

bool en_alarm_comparison_by_text(struct en_slice text, en_alarm_comparison *comparison)
{
    for (uint32_t i = 1; i < EN_COUNT_OF(comparison_texts); i++) {
        if (en_slice_equal(en_slice_text(comparison_texts[i]), text)) {
            *comparison = (en_alarm_comparison)i;
            return true;
        }
    }
    return false;
}

const char *en_alarm_comparison_text(en_alarm_comparison comparison)
{
    EN_ASSERT(comparison >= EN_ALARM_ABOVE);
    EN_ASSERT(comparison <= EN_ALARM_UNLIKE);
    return comparison_texts[comparison];
}

bool en_alarm_compare(int64_t value, en_alarm_comparison comparison, int64_t limit,
                      int64_t deadband, bool was_met)
{
    EN_ASSERT(deadband >= 0);
    en_i128 slack = was_met ? deadband : 0;
    en_i128 distance = (en_i128)value - limit;
    switch (comparison) {
    case EN_ALARM_ABOVE:
        return was_met && deadband > 0 ? distance >= -slack : distance > 0;
    case EN_ALARM_AT_LEAST:
        return distance >= -slack;
    case EN_ALARM_BELOW:
        return was_met && deadband > 0 ? distance <= slack : distance < 0;
    case EN_ALARM_AT_MOST:
        return distance <= slack;
    case EN_ALARM_EQUAL:
        return distance == 0;
    default:
        EN_ASSERT(comparison == EN_ALARM_UNLIKE);
        return distance != 0;
    }
}
