/* Whether a period can be frozen (F-01, F-14): the checks that a policy asks for, each with how
 * many things fail it and the first of them. Asked by the freeze processor at the request, and
 * before it by people who want to see what would fail. What it looks at are the live tables. */
#ifndef EN_PROJECTIONS_VIEWS_FREEZE_CHECKS_H
#define EN_PROJECTIONS_VIEWS_FREEZE_CHECKS_H

#include "core/arena.h"
#include "projections/tables.h"

/* Stored in policies: number, bit, name of the option and in answers, what it wants, what fails. */
#define EN_FREEZE_CHECKS(CHECK)                                                                    \
    CHECK(COMPLETE, 0, "complete", "no slot is missing", "slots are missing")                      \
    CHECK(BLOCKING, 1, "no-blocking", "no finding is BLOCKING", "findings are BLOCKING")           \
    CHECK(SUBSTITUTED, 2, "substituted", "every rejected value is substituted",                    \
          "rejected values are not substituted")                                                   \
    CHECK(EDITS, 3, "edits-decided", "no edit waits for its decision", "edits are not decided")    \
    CHECK(BALANCES, 4, "balances", "every balance is assessed", "balances are not assessed")       \
    CHECK(CLOCKS, 5, "clocks", "no device's clock was in error", "findings of clocks stand (V-02)")

typedef enum en_freeze_check {
#define EN_FREEZE_CHECK_NUMBER(name, bit, text, wants, fails) EN_FREEZE_CHECK_##name = bit,
    EN_FREEZE_CHECKS(EN_FREEZE_CHECK_NUMBER)
#undef EN_FREEZE_CHECK_NUMBER
        EN_FREEZE_CHECKS_COUNT,
} en_freeze_check;

#define EN_FREEZE_CHECKS_ALL ((UINT32_C(1) << EN_FREEZE_CHECKS_COUNT) - 1)
#define EN_FREEZE_ROWS_MAX 5u       /* of each check that are told */
#define EN_FREEZE_ROW_TEXT_SIZE 96u /* "5003 A+ 2013-04-14: 3" */

const char *en_freeze_check_name(en_freeze_check check);
const char *en_freeze_check_wants(en_freeze_check check);
const char *en_freeze_check_fails(en_freeze_check check);

/* What is to be frozen. */
struct en_freeze_candidate {
    int32_t from_day;
    int32_t to_day;
    uint32_t scope;  /* object id, 0 everything */
    uint32_t checks; /* bits that are asked; the others are not looked at */
};

struct en_freeze_check_result {
    bool is_asked;
    uint64_t count; /* of what fails it; 0: it passes */
    uint32_t rows_count;
    char rows[EN_FREEZE_ROWS_MAX][EN_FREEZE_ROW_TEXT_SIZE];
};

struct en_freeze_checks {
    struct en_freeze_check_result of[EN_FREEZE_CHECKS_COUNT];
};

/* Looks at everything that the candidate asks for. Codes: EN_NOMEM, EN_CORRUPT, those of the store.
 */
en_code en_freeze_checks_run(struct en_store *store, const struct en_freeze_candidate *candidate,
                             struct en_freeze_checks *checks, struct en_error *err) EN_MUST_CHECK;

/* What the policy of that name asks for (size 0: everything there is), and whether it wants periods
 * in order. EN_NOT_FOUND, with words. */
en_code en_freeze_policy_asks(struct en_store *store, struct en_slice name, uint32_t *checks,
                              bool *is_ordered, struct en_error *err) EN_MUST_CHECK;

bool en_freeze_checks_pass(const struct en_freeze_checks *checks);

/* One text of all that fails, with counts and the first rows, cut to its size. */
void en_freeze_checks_text(const struct en_freeze_checks *checks, char *text, size_t size);

/* Why the days cannot be frozen for the scope whatever they hold: they are frozen already, or the
 * period before them is not (F-14, when is_ordered). *why is constant text, NULL: they can.
 * `freeze` is the id it would have, 0 none yet. */
en_code en_freeze_period_check(struct en_store *store, const struct en_freeze_candidate *candidate,
                               uint32_t freeze, bool is_ordered, const char **why,
                               struct en_error *err) EN_MUST_CHECK;

#endif
