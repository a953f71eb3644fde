/* Commands that say how to calculate: formulas, balances. */
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/submission.h"
#include "core/event/payload.h"
#include "projections/tables.h"
#include "projections/views/keys.h"

/* Formulas and balances change at the start of a fiscal day, whatever the offset of what they read:
 * the day's number is what counts, told as its midnight in UTC. */
static en_code day_from(const struct en_arguments *arguments, struct en_interval *valid,
                        struct en_error *err)
{
    struct en_day day;
    en_code code = en_arguments_day(arguments, "from", &day, err);
    if (code == EN_OK) {
        *valid = en_valid_from(en_day_interval(day, 0).from);
    }
    return code;
}

en_code en_run_formula_set(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    const char *name = en_arguments_operand(arguments, 0);
    struct en_formula_set set = {en_slice_text(name),
                                 en_slice_text(en_arguments_operand(arguments, 1))};
    struct en_interval valid;
    uint32_t node = 0;
    en_code code = day_from(arguments, &valid, err);
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_FORMULA, name, &node, err);
    }
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_FORMULA_SET, name, node,
                                         valid, &set, err)
                         : code;
}

/* The series of a side of a balance: "NAME.in". */
static en_code name_side(struct en_session *session, const char *name, const char *side,
                         uint32_t *node, struct en_error *err)
{
    char key[EN_NAME_SIZE_MAX + 1];
    int size = snprintf(key, sizeof key, "%s.%s", name, side);
    if (size < 0 || (size_t)size >= sizeof key) {
        return en_error_set(err, EN_RANGE, "the name of a balance has at most %u bytes",
                            EN_NAME_SIZE_MAX - 8);
    }
    return en_engine_name(session->engine, EN_NAME_FORMULA, key, node, err);
}

en_code en_run_balance_set(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    const char *name = en_arguments_operand(arguments, 0);
    const char *object = en_arguments_value(arguments, "object");
    struct en_balance_set set = {.name = en_slice_text(name)};
    struct en_interval valid;
    uint32_t balance = 0;
    set.in = en_slice_text(en_arguments_value(arguments, "in"));
    set.out = en_slice_text(en_arguments_value(arguments, "out"));
    set.losses = en_arguments_text(arguments, "losses", en_slice_text(""));
    en_code code = day_from(arguments, &valid, err);
    if (code == EN_OK && object != NULL) {
        code = en_engine_find(session->engine, EN_NAME_OBJECT, object, &set.object, err);
    }
    if (code == EN_OK) {
        code = name_side(session, name, "in", &set.in_node, err);
    }
    if (code == EN_OK) {
        code = name_side(session, name, "out", &set.out_node, err);
    }
    if (code == EN_OK && set.losses.size > 0) {
        code = name_side(session, name, "losses", &set.losses_node, err);
    }
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_BALANCE, name, &balance, err);
    }
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_BALANCE_SET, name, balance,
                                         valid, &set, err)
                         : code;
}
