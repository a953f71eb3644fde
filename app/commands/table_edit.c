/* What people change by acts, and what was substituted. */
#include "app/command_table.h"
#include "app/commands/commands.h"

#define ACTOR                                                                                      \
    {                                                                                              \
        "actor", 0, "NAME", "Who acts; absent: the user that runs the program", NULL, false        \
    }

static const struct en_command commands[] = {
    {
        .noun = "edit",
        .verb = "request",
        .summary = "Asks for a change of values by an act",
        .details =
            "Nothing changes before another person approves it. values puts one value in each slot "
            "(E-12); zero says that the supply was out (E-07); undercount adds energy, one amount "
            "over all slots or one value for each, times the transformer ratio (--ratio) and a "
            "factor of losses where the act says so (E-14); lost-phase makes good what two or one "
            "of three elements measured, or by the factor of the act (E-13); estimate applies one "
            "method of estimation to these slots.\n\nThe reason is a code (Z81) or its name "
            "(EQUIPMENT_FAULT); the evidence is the act or document that proves it.",
        .options =
            {{"from", 0, "TIME", "First slot: a fiscal day, or a time with its offset", NULL, true},
             {"to", 0, "TIME", "End of the last slot", NULL, true},
             {"kind", 0, "WORD", "What is changed", "values|zero|undercount|lost-phase|estimate",
              true},
             {"values", 0, "LIST", "Energy of each slot, parted by blanks", NULL, false},
             {"amount", 0, "NUMBER", "Energy to add over all slots", NULL, false},
             {"ratio", 0, NULL, "The energy is to be multiplied by the transformer ratio", NULL,
              false},
             {"factor", 0, "RATIO", "Of losses (undercount), of the act (lost-phase)", NULL, false},
             {"healthy", 0, "COUNT", "Elements that measured, 1 or 2 (lost-phase)", NULL, false},
             {"method", 0, "METHOD", "With its settings: \"E-02 n=3\" (estimate)", NULL, false},
             {"reason", 0, "CODE", "Why: Z74 to ZT8", NULL, true},
             {"evidence", 0, "TEXT", "The act or document that proves it", NULL, true},
             {"comment", 0, "TEXT", "For people", NULL, false},
             ACTOR},
        .operands = {{"POINT", "External code of the point", false, false},
                     {"CHANNEL", "Code of the channel", false, false}},
        .example = "enerlog -D data edit request 5001 A+ --from 2013-04-14 --to 2013-04-15 --kind "
                   "undercount --amount 48 --reason Z81 --evidence \"act 17\"",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_edit_request,
    },
    {
        .noun = "edit",
        .verb = "approve",
        .summary = "Approves an edit: it acts from here on",
        .details = "Refused to who asked for it.",
        .options = {{"comment", 0, "TEXT", "For people", NULL, false}, ACTOR},
        .operands = {{"EDIT", "Its number (edit list)", false, false}},
        .example = "enerlog -D data edit approve 1207",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_edit_approve,
    },
    {
        .noun = "edit",
        .verb = "reject",
        .summary = "Rejects an edit: it never acts",
        .details = "Refused to who asked for it.",
        .options = {{"comment", 0, "TEXT", "For people", NULL, false}, ACTOR},
        .operands = {{"EDIT", "Its number (edit list)", false, false}},
        .example = "enerlog -D data edit reject 1207 --comment \"wrong day\"",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_edit_reject,
    },
    {
        .noun = "edit",
        .verb = "retract",
        .summary = "Asks to take an approved edit back",
        .details = "An edit of its own: it acts when another person approves it.",
        .options = {{"reason", 0, "CODE", "Why: Z74 to ZT8", NULL, true},
                    {"evidence", 0, "TEXT", "The act or document that proves it", NULL, true},
                    {"comment", 0, "TEXT", "For people", NULL, false},
                    ACTOR},
        .operands = {{"EDIT", "Its number (edit list)", false, false}},
        .example = "enerlog -D data edit retract 1207 --reason ZA7 --evidence \"act 18\"",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_edit_retract,
    },
    {
        .noun = "edit",
        .verb = "list",
        .summary = "Lists edits and what became of them",
        .options = {{"point", 0, "POINT", "Only this point", NULL, false},
                    {"state", 0, "WORD", "Only those in this state",
                     "REQUESTED|APPROVED|REJECTED|RETRACTED", false}},
        .example = "enerlog -D data edit list --state REQUESTED",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_edit_list,
    },
    {
        .noun = "report",
        .verb = "substitution",
        .summary = "What was substituted, by which method from what, and what nobody could fill",
        .details = "One line a run of slots: the method, its inputs, the reason, and the methods "
                   "that were tried before and why they would not. With --work only what is left "
                   "for people. Slots that the Decree filled are in report decree.",
        .options = {{"from", 0, "DATE", "First fiscal day", NULL, true},
                    {"to", 0, "DATE", "The day after the last", NULL, true},
                    {"object", 0, "OBJECT", "Only points of this object and below", NULL, false},
                    {"point", 0, "POINT", "Only this point", NULL, false},
                    {"channel", 0, "CHANNEL", "Only channels of this code", NULL, false},
                    {"work", 0, NULL, "Only what nobody could fill: the work list", NULL, false},
                    {"lang", 0, "WORD", "Language of the words", "en|ru", false}},
        .example = "enerlog -D data report substitution --from 2013-04-01 --to 2013-05-01 --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_report_substitution,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {
    {"edit", "Acts by which people change values"},
    {NULL, NULL},
};

const struct en_command_theme en_command_theme_edit = {commands, nouns};
