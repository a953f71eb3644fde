/* How good and how complete values are. */
#include "app/command_table.h"
#include "app/commands/commands.h"

static const struct en_command commands[] = {
    {
        .noun = "report",
        .verb = "validity",
        .summary = "What the rules of validity found, and which of them could not run",
        .details =
            "A row is a finding: rule, severity, slots, what was measured and the limit, and what "
            "proves it. Rules of a period (V-11, V-12, V-20, V-24) are judged over the whole "
            "stretch. Rows with the severity SKIPPED are rules in force that could not run, with "
            "the reason and on how many days.\n\nGrades by point: A nothing found, B warnings "
            "only, C errors (repaired or repairable), F blocking: a person decides.",
        .options = {{"from", 0, "DATE", "First fiscal day", NULL, true},
                    {"to", 0, "DATE", "The day after the last", NULL, true},
                    {"by", 0, "WORD", "Findings one by one (finding), or counts and grades",
                     "finding|point|channel|object|day", false},
                    {"object", 0, "OBJECT", "Only points of this object and below", NULL, false},
                    {"point", 0, "POINT", "Only this point", NULL, false},
                    {"rule", 0, "RULE", "Only this rule", NULL, false},
                    {"found", 0, NULL, "Only what was found, nothing that was skipped", NULL,
                     false},
                    {"lang", 0, "WORD", "Language of the texts", "en|ru", false}},
        .example = "enerlog -D data report validity --from 2013-04-01 --to 2013-05-01 --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_report_validity,
    },
    {
        .noun = "report",
        .verb = "completeness",
        .summary = "How many values were expected, came, were filled, and are missing",
        .details = "Expected are the slots of each channel's grid on fiscal days, where a device "
                   "was installed (everywhere, where nobody said which). An object counts all "
                   "points below it.",
        .options = {{"from", 0, "DATE", "First fiscal day", NULL, true},
                    {"to", 0, "DATE", "The day after the last", NULL, true},
                    {"by", 0, "WORD", "What a row counts (channel)", "channel|point|object|day",
                     false},
                    {"object", 0, "OBJECT", "Only points of this object and below", NULL, false},
                    {"point", 0, "POINT", "Only this point", NULL, false}},
        .example = "enerlog -D data report completeness --from 2013-04-01 --to 2013-05-01 "
                   "--by object --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_report_completeness,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {{NULL, NULL}};

const struct en_command_theme en_command_theme_validity = {commands, nouns};
