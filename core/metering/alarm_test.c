#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/metering/alarm.h"

static const struct en_alarm_rule plain = {.delay_on_s = 0};
static const struct en_alarm_rule latched = {.is_latched = true};

static struct en_instant minute(int64_t n)
{
    return (struct en_instant){n * EN_MINUTE_US};
}

static struct en_slice words(const char *text)
{
    return en_slice_text(text);
}

/* Looks at a minute; returns how many transitions were made, the last in *transition. */
static uint32_t look(const struct en_alarm_rule *rule, struct en_alarm *alarm, int64_t at,
                     bool is_met, struct en_alarm_transition *last)
{
    struct en_alarm_transition transitions[EN_ALARM_TRANSITIONS_MAX];
    struct en_alarm_sight sight = {.at = minute(at), .is_met = is_met, .since = minute(at)};
    uint32_t count = en_alarm_look(rule, alarm, &sight, transitions);
    if (count > 0 && last != NULL) {
        *last = transitions[count - 1];
    }
    return count;
}

static en_code act(const struct en_alarm_rule *rule, struct en_alarm *alarm, en_alarm_action action,
                   int64_t at, int64_t until, const char *reason)
{
    struct en_alarm_transition transition;
    struct en_alarm before = *alarm;
    struct en_error err = {.text = ""};
    en_code code = en_alarm_act(rule, alarm, action, minute(at), minute(until), words(reason),
                                &transition, &err);
    if (code == EN_OK) {
        assert_int_equal(transition.from, before.state);
        assert_int_equal(transition.to, alarm->state);
    } else {
        assert_true(err.text[0] != '\0');
        assert_memory_equal(&before, alarm, sizeof before);
    }
    return code;
}

/* An alarm in the state, its condition active or not, since minute 0. */
static struct en_alarm alarm_in(en_alarm_state state)
{
    bool is_active = state == EN_ALARM_UNACK || state == EN_ALARM_ACK;
    return (struct en_alarm){
        .state = (uint8_t)state, .is_met = is_active, .is_active = is_active, .until = minute(60)};
}

#define NO EN_ALARM_STATES_COUNT

/* Every action in every state: where it leads, or that it is refused. */
static void test_every_action_in_every_state(void **state)
{
    (void)state;
    static const uint8_t leads[EN_ALARM_STATES_COUNT][EN_ALARM_ACTIONS_END - 1] = {
        /* ack, reset, shelve, unshelve, suppress, unsuppress, out, in, comment */
        {NO, NO, 6, NO, 7, NO, 8, NO, 0},   /* norm */
        {2, NO, 6, NO, 7, NO, 8, NO, 1},    /* unack */
        {NO, NO, 6, NO, 7, NO, 8, NO, 2},   /* ack */
        {0, NO, 6, NO, 7, NO, 8, NO, 3},    /* rtn_unack */
        {5, NO, 6, NO, 7, NO, 8, NO, 4},    /* latch_unack */
        {NO, 0, 6, NO, 7, NO, 8, NO, 5},    /* latch_ack */
        {NO, NO, 6, 0, 7, NO, 8, NO, 6},    /* shelved */
        {NO, NO, NO, NO, NO, 0, 8, NO, 7},  /* suppressed */
        {NO, NO, NO, NO, NO, NO, NO, 0, 8}, /* out of service */
    };
    for (uint32_t from = 0; from < EN_ALARM_STATES_COUNT; from++) {
        for (uint32_t action = 1; action < EN_ALARM_ACTIONS_END; action++) {
            struct en_alarm alarm = alarm_in((en_alarm_state)from);
            en_code code = act(&plain, &alarm, (en_alarm_action)action, 10, 70, "why");
            uint8_t to = leads[from][action - 1];
            assert_int_equal(code, to == NO ? EN_CONFLICT : EN_OK);
            assert_int_equal(alarm.state, to == NO ? from : to);
        }
    }
}

/* Every state against a condition that is met and one that is gone. */
static void test_every_state_when_the_condition_comes_or_goes(void **state)
{
    (void)state;
    static const struct {
        uint8_t from;
        bool is_met;
        uint8_t to;
        uint8_t to_latched;
    } rows[] = {
        {EN_ALARM_NORM, true, EN_ALARM_UNACK, EN_ALARM_UNACK},
        {EN_ALARM_NORM, false, EN_ALARM_NORM, EN_ALARM_NORM},
        {EN_ALARM_UNACK, true, EN_ALARM_UNACK, EN_ALARM_UNACK},
        {EN_ALARM_UNACK, false, EN_ALARM_RTN_UNACK, EN_ALARM_LATCH_UNACK},
        {EN_ALARM_ACK, true, EN_ALARM_ACK, EN_ALARM_ACK},
        {EN_ALARM_ACK, false, EN_ALARM_NORM, EN_ALARM_LATCH_ACK},
        {EN_ALARM_RTN_UNACK, true, EN_ALARM_UNACK, EN_ALARM_UNACK},
        {EN_ALARM_RTN_UNACK, false, EN_ALARM_RTN_UNACK, EN_ALARM_RTN_UNACK},
        {EN_ALARM_LATCH_UNACK, true, EN_ALARM_UNACK, EN_ALARM_UNACK},
        {EN_ALARM_LATCH_UNACK, false, EN_ALARM_LATCH_UNACK, EN_ALARM_LATCH_UNACK},
        {EN_ALARM_LATCH_ACK, true, EN_ALARM_UNACK, EN_ALARM_UNACK},
        {EN_ALARM_LATCH_ACK, false, EN_ALARM_LATCH_ACK, EN_ALARM_LATCH_ACK},
        {EN_ALARM_SHELVED, true, EN_ALARM_SHELVED, EN_ALARM_SHELVED},
        {EN_ALARM_SHELVED, false, EN_ALARM_SHELVED, EN_ALARM_SHELVED},
        {EN_ALARM_SUPPRESSED, true, EN_ALARM_SUPPRESSED, EN_ALARM_SUPPRESSED},
        {EN_ALARM_SUPPRESSED, false, EN_ALARM_SUPPRESSED, EN_ALARM_SUPPRESSED},
        {EN_ALARM_OUT_OF_SERVICE, true, EN_ALARM_OUT_OF_SERVICE, EN_ALARM_OUT_OF_SERVICE},
        {EN_ALARM_OUT_OF_SERVICE, false, EN_ALARM_OUT_OF_SERVICE, EN_ALARM_OUT_OF_SERVICE},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        for (int is_latched = 0; is_latched < 2; is_latched++) {
            struct en_alarm alarm = alarm_in((en_alarm_state)rows[i].from);
            uint8_t to = is_latched ? rows[i].to_latched : rows[i].to;
            uint32_t count = look(is_latched ? &latched : &plain, &alarm, 5, rows[i].is_met, NULL);
            assert_int_equal(alarm.state, to);
            assert_int_equal(count, to != rows[i].from);
        }
    }
}

static void test_the_life_of_an_alarm(void **state)
{
    (void)state;
    struct en_alarm alarm = {0};
    struct en_alarm_transition last = {0};
    assert_int_equal(look(&plain, &alarm, 1, true, &last), 1);
    assert_int_equal(last.cause, EN_ALARM_RAISED);
    assert_int_equal(act(&plain, &alarm, EN_ALARM_ACTION_ACKNOWLEDGE, 2, 0, ""), EN_OK);
    assert_int_equal(alarm.state, EN_ALARM_ACK);
    assert_int_equal(look(&plain, &alarm, 3, true, &last), 0);
    assert_int_equal(look(&plain, &alarm, 4, false, &last), 1);
    assert_int_equal(last.cause, EN_ALARM_RETURNED);
    assert_int_equal(alarm.state, EN_ALARM_NORM);
}

static void test_delays_are_held_out(void **state)
{
    (void)state;
    const struct en_alarm_rule rule = {.delay_on_s = 600, .delay_off_s = 300};
    struct en_alarm alarm = {0};
    assert_int_equal(look(&rule, &alarm, 0, true, NULL), 0);
    assert_int_equal(look(&rule, &alarm, 9, true, NULL), 0);
    assert_int_equal(look(&rule, &alarm, 9, false, NULL), 0); /* gone: begins anew */
    assert_int_equal(look(&rule, &alarm, 12, true, NULL), 0);
    assert_int_equal(look(&rule, &alarm, 21, true, NULL), 0);
    assert_int_equal(look(&rule, &alarm, 22, true, NULL), 1); /* ten minutes exactly */
    assert_int_equal(look(&rule, &alarm, 23, false, NULL), 0);
    assert_int_equal(look(&rule, &alarm, 27, true, NULL), 0); /* back before the delay */
    assert_int_equal(look(&rule, &alarm, 28, false, NULL), 0);
    assert_int_equal(look(&rule, &alarm, 33, false, NULL), 1);
    assert_int_equal(alarm.state, EN_ALARM_RTN_UNACK);
    /* What has held for long when it is first seen is raised at once. */
    struct en_alarm other = {0};
    struct en_alarm_transition transitions[EN_ALARM_TRANSITIONS_MAX];
    struct en_alarm_sight sight = {.at = minute(60), .is_met = true, .since = minute(50)};
    assert_int_equal(en_alarm_look(&rule, &other, &sight, transitions), 1);
}

/* What began and ended between two looks is raised and stays visible (I1). */
static void test_a_pulse_between_looks_stays_visible(void **state)
{
    (void)state;
    const struct en_alarm_rule rule = {.delay_on_s = 120};
    struct en_alarm alarm = {0};
    struct en_alarm_transition transitions[EN_ALARM_TRANSITIONS_MAX];
    struct en_alarm_sight sight = {
        .at = minute(60), .is_pulse = true, .since = minute(50), .gone = minute(51)};
    assert_int_equal(en_alarm_look(&rule, &alarm, &sight, transitions), 0); /* too short */
    sight.gone = minute(52);
    assert_int_equal(en_alarm_look(&rule, &alarm, &sight, transitions), 2);
    assert_int_equal(transitions[0].to, EN_ALARM_UNACK);
    assert_int_equal(transitions[1].to, EN_ALARM_RTN_UNACK);
    assert_int_equal(act(&rule, &alarm, EN_ALARM_ACTION_ACKNOWLEDGE, 61, 0, ""), EN_OK);
    assert_int_equal(alarm.state, EN_ALARM_NORM);
}

static void test_a_shelf_ends_by_itself(void **state)
{
    (void)state;
    struct en_alarm alarm = alarm_in(EN_ALARM_UNACK);
    struct en_alarm_transition last = {0};
    assert_int_equal(act(&plain, &alarm, EN_ALARM_ACTION_SHELVE, 10, 70, "fitter on site"), EN_OK);
    assert_int_equal(look(&plain, &alarm, 69, true, NULL), 0);
    assert_int_equal(look(&plain, &alarm, 70, true, &last), 1);
    assert_int_equal(last.cause, EN_ALARM_SHELF_ENDED);
    assert_int_equal(alarm.state, EN_ALARM_UNACK);
    /* Gone meanwhile: nothing is left, but of a latched alarm. */
    for (int is_latched = 0; is_latched < 2; is_latched++) {
        const struct en_alarm_rule *rule = is_latched ? &latched : &plain;
        alarm = alarm_in(EN_ALARM_NORM);
        assert_int_equal(act(rule, &alarm, EN_ALARM_ACTION_SHELVE, 10, 70, "test"), EN_OK);
        assert_int_equal(look(rule, &alarm, 20, true, NULL), 0);
        assert_int_equal(look(rule, &alarm, 30, false, NULL), 0);
        assert_int_equal(act(rule, &alarm, EN_ALARM_ACTION_UNSHELVE, 40, 0, ""), EN_OK);
        assert_int_equal(alarm.state, is_latched ? EN_ALARM_LATCH_UNACK : EN_ALARM_NORM);
    }
}

static void test_a_shelf_wants_an_end_and_a_reason(void **state)
{
    (void)state;
    struct en_alarm alarm = alarm_in(EN_ALARM_UNACK);
    en_alarm_action shelve = EN_ALARM_ACTION_SHELVE;
    assert_int_equal(act(&plain, &alarm, shelve, 10, 70, ""), EN_REFUSED);
    assert_int_equal(act(&plain, &alarm, shelve, 10, 10, "why"), EN_RANGE);
    assert_int_equal(act(&plain, &alarm, shelve, 10, 5, "why"), EN_RANGE);
    assert_int_equal(act(&plain, &alarm, shelve, 10, 10 + 12 * 60 + 1, "why"), EN_RANGE);
    assert_int_equal(act(&plain, &alarm, shelve, 10, 10 + 12 * 60, "why"), EN_OK);
    assert_int_equal(act(&plain, &alarm, shelve, 20, 30, "less"), EN_OK);
    assert_int_equal(alarm.until.us, minute(30).us);
    assert_int_equal(act(&plain, &alarm, EN_ALARM_ACTION_SUPPRESS, 20, 0, ""), EN_REFUSED);
    assert_int_equal(act(&plain, &alarm, EN_ALARM_ACTION_TAKE_OUT, 20, 0, ""), EN_REFUSED);
    assert_int_equal(act(&plain, &alarm, EN_ALARM_ACTION_COMMENT, 20, 0, ""), EN_REFUSED);
}

static void test_repeat_guard_follows_but_does_not_tell(void **state)
{
    (void)state;
    const struct en_alarm_rule rule = {.repeat_max = 2, .repeat_window_s = 3600};
    struct en_alarm alarm = {0};
    struct en_alarm_transition last = {0};
    for (int64_t i = 0; i < 5; i++) {
        assert_int_equal(look(&rule, &alarm, 10 * i, true, &last), 1);
        assert_int_equal(last.is_repeated, i >= 2);
        assert_int_equal(look(&rule, &alarm, 10 * i + 5, false, &last), 1);
        assert_int_equal(last.is_repeated, i >= 2);
    }
    assert_int_equal(look(&rule, &alarm, 60, true, &last), 1); /* a new window */
    assert_false(last.is_repeated);
}

static void test_rules_out_of_bounds_are_refused(void **state)
{
    (void)state;
    static const struct {
        struct en_alarm_rule rule;
        en_code code;
    } rows[] = {
        {{.delay_on_s = EN_ALARM_DELAY_S_MAX, .delay_off_s = 1}, EN_OK},
        {{.delay_on_s = EN_ALARM_DELAY_S_MAX + 1}, EN_RANGE},
        {{.delay_off_s = UINT32_MAX}, EN_RANGE},
        {{.repeat_max = 3}, EN_RANGE},
        {{.repeat_window_s = 3}, EN_RANGE},
        {{.repeat_max = 3, .repeat_window_s = 600}, EN_OK},
        {{.repeat_max = 3, .repeat_window_s = UINT32_MAX}, EN_RANGE},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        assert_int_equal(en_alarm_rule_check(&rows[i].rule, NULL), rows[i].code);
    }
}

static void test_deadband(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *comparison;
        bool before;
        bool met;
    } rows[] = {
        /* limit 100, deadband 5 */
        {100, ">", false, false}, {101, ">", false, true},  {96, ">", true, true},
        {95, ">", true, true},    {94, ">", true, false},   {96, ">", false, false},
        {100, ">=", false, true}, {95, ">=", true, true},   {94, ">=", true, false},
        {100, "<", false, false}, {99, "<", false, true},   {105, "<", true, true},
        {106, "<", true, false},  {100, "<=", false, true}, {105, "<=", true, true},
        {106, "<=", true, false}, {100, "=", false, true},  {101, "=", true, false},
        {100, "!=", true, false}, {99, "!=", false, true},
    };
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        en_alarm_comparison comparison = EN_ALARM_ABOVE;
        assert_true(en_alarm_comparison_by_text(words(rows[i].comparison), &comparison));
        assert_string_equal(en_alarm_comparison_text(comparison), rows[i].comparison);
        assert_int_equal(en_alarm_compare(rows[i].value, comparison, 100, 5, rows[i].before),
                         rows[i].met);
    }
    assert_true(en_alarm_compare(INT64_MAX, EN_ALARM_ABOVE, INT64_MIN, INT64_MAX, true));
    assert_false(en_alarm_compare(100, EN_ALARM_ABOVE, 100, 0, true));
}

static void test_texts(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < EN_ALARM_ACTIONS_END; i++) {
        en_alarm_action action = EN_ALARM_ACTION_COMMENT;
        assert_true(
            en_alarm_action_by_text(words(en_alarm_action_text((en_alarm_action)i)), &action));
        assert_int_equal(action, i);
    }
    for (uint32_t i = 0; i < EN_ALARM_STATES_COUNT; i++) {
        assert_true(en_alarm_state_text(i)[0] != '?');
        assert_true(en_alarm_state_about((en_alarm_state)i, true)[0] != '\0');
    }
    assert_string_equal(en_alarm_state_text(99), "?");
    assert_string_equal(en_alarm_cause_text(99), "?");
    en_alarm_action action = EN_ALARM_ACTION_COMMENT;
    assert_false(en_alarm_action_by_text(words("silence"), &action));
}

/* Whatever comes: the state agrees with the condition, and nothing active is ever NORM. */
static void test_states_agree_with_the_condition(void **state)
{
    (void)state;
    uint64_t random = 182;
    for (int round = 0; round < 500; round++) {
        const struct en_alarm_rule rule = {.delay_on_s = (uint32_t)(round % 3) * 60,
                                           .delay_off_s = (uint32_t)(round % 2) * 60,
                                           .is_latched = round % 5 == 0};
        struct en_alarm alarm = {0};
        for (int64_t at = 1; at < 60; at++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            (void)look(&rule, &alarm, at, (random >> 40 & 1) != 0, NULL);
            en_alarm_action action = (en_alarm_action)(1 + (random >> 50) % 9);
            (void)act(&rule, &alarm, action, at, at + 7, (random >> 45 & 1) != 0 ? "why" : "");
            bool is_raised = alarm.state == EN_ALARM_UNACK || alarm.state == EN_ALARM_ACK;
            if (!en_alarm_is_held((en_alarm_state)alarm.state)) {
                assert_int_equal(is_raised, alarm.is_active);
            }
            assert_true(alarm.state != EN_ALARM_SHELVED || alarm.until.us > minute(at).us);
            assert_int_equal(en_alarm_is_standing((en_alarm_state)alarm.state),
                             alarm.state >= EN_ALARM_UNACK && alarm.state <= EN_ALARM_LATCH_ACK);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_action_in_every_state),
        cmocka_unit_test(test_every_state_when_the_condition_comes_or_goes),
        cmocka_unit_test(test_the_life_of_an_alarm),
        cmocka_unit_test(test_delays_are_held_out),
        cmocka_unit_test(test_a_pulse_between_looks_stays_visible),
        cmocka_unit_test(test_a_shelf_ends_by_itself),
        cmocka_unit_test(test_a_shelf_wants_an_end_and_a_reason),
        cmocka_unit_test(test_repeat_guard_follows_but_does_not_tell),
        cmocka_unit_test(test_rules_out_of_bounds_are_refused),
        cmocka_unit_test(test_deadband),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_states_agree_with_the_condition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
