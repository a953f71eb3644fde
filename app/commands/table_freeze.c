/* Frozen periods. */
#include "app/command_table.h"
#include "app/commands/commands.h"

static const struct en_command commands[] = {
    {
        .noun = "freeze",
        .verb = "create",
        .summary = "Freezes a period: its rows and their digest, signed",
        .details = "Frozen results never change. What comes later shows as a pending difference "
                   "and acts only through a correction.",
        .options = {{"from", 0, "DATE", "First fiscal day", NULL, true},
                    {"to", 0, "DATE", "The day after the last", NULL, true},
                    {"scope", 0, "OBJECT", "Only this object and below; absent: everything", NULL,
                     false},
                    {"policy", 0, "NAME", "Which checks must pass (declare)", NULL, false},
                    {"name", 0, "ID", "Its id; absent: the period, as 2013-04", NULL, false}},
        .example = "enerlog -D data freeze create --from 2013-04-01 --to 2013-05-01 --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_freeze_create,
    },
    {
        .noun = "freeze",
        .verb = "list",
        .summary = "Lists the freezes and their runs",
        .example = "enerlog -D data freeze list",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_freeze_list,
    },
    {
        .noun = "freeze",
        .verb = "show",
        .summary = "Shows a freeze: its period, signed head and digest",
        .operands = {{"ID", "Id of the freeze", false, false}},
        .example = "enerlog -D data freeze show 2013-04",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_freeze_show,
    },
    {
        .noun = "freeze",
        .verb = "differences",
        .summary = "Shows what came since and differs from what was frozen",
        .operands = {{"ID", "Id of the freeze", false, false}},
        .example = "enerlog -D data freeze differences 2013-04",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_freeze_differences,
    },
    {
        .noun = "freeze",
        .verb = "verify",
        .summary = "Replays the log and compares it with what was frozen",
        .details = "Exit 0 when replay is equal, 3 when not, with the first place that differs.",
        .operands = {{"ID", "Id of the freeze", false, false}},
        .example = "enerlog -D data freeze verify 2013-04",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_freeze_verify,
    },
    {
        .noun = "correction",
        .verb = "create",
        .summary = "Lets pending differences of a freeze act",
        .options = {{"authority", 0, "TEXT", "The act or decision it rests on", NULL, true},
                    {"style", 0, "WORD",
                     "A new run, or a delta in an open period; absent: as the policy says",
                     "restate|delta", false},
                    {"target", 0, "DATE", "The open day that a delta is booked on", NULL, false}},
        .operands = {{"ID", "Id of the freeze", false, false}},
        .example =
            "enerlog -D data correction create 2013-04 --authority \"Act 17\" --style restate",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_correction_create,
    },
    {
        .noun = "policy",
        .verb = "set",
        .summary = "Sets a policy of freezing",
        .details = "The policy declare is always there: gaps are declared, corrections are deltas.",
        .options =
            {{"complete", 0, NULL, "Refuse to freeze while a slot is missing (F-01)", NULL, false},
             {"in-order", 0, NULL, "Periods are frozen one after the other (F-14)", NULL, false},
             {"approvals", 0, "N", "How many must approve (0)", NULL, false},
             {"correction", 0, "WORD", "How corrections act (delta)", "restate|delta", false}},
        .operands = {{"NAME", "Name of the policy", false, false}},
        .example = "enerlog -D data policy set strict --complete --in-order --correction restate",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_policy_set,
    },
    {
        .noun = "policy",
        .verb = "list",
        .summary = "Lists the policies of freezing",
        .example = "enerlog -D data policy list",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_policy_list,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {
    {"freeze", "Frozen periods"},
    {"correction", "Corrections of frozen periods"},
    {"policy", "Policies of freezing"},
    {NULL, NULL},
};

const struct en_command_theme en_command_theme_freeze = {commands, nouns};
