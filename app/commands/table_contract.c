/* Contracts of points, and why points have no readings. */
#include "app/command_table.h"
#include "app/commands/commands.h"

static const struct en_command commands[] = {
    {
        .noun = "contract",
        .verb = "set",
        .summary = "Sets what the contract of a point says",
        .details =
            "What is left out stays as it was.\n\n"
            "Maximum power and permissible current are what volumes are calculated by where "
            "readings are missing (D442-C, D442-D). Points of one connection share its power by "
            "their currents (D442-C2). The control meter stands in for the settlement meter: its "
            "energy times the ratio, times one and the share lost (D442-A).",
        .options =
            {{"number", 0, "TEXT", "Number of the contract", NULL, false},
             {"max-power", 0, "KW", "Maximum power of the point", NULL, false},
             {"connection", 0, "NAME", "Points of one name share --connection-power", NULL, false},
             {"connection-power", 0, "KW", "Maximum power of the whole connection", NULL, false},
             {"declared", 0, "KW", "Declared power", NULL, false},
             {"contracted", 0, "KW", "Contracted power", NULL, false},
             {"current", 0, "A", "Permissible long-term current of the inlet", NULL, false},
             {"phases", 0, "NUMBER", "Phases of the inlet", "1|3", false},
             {"voltage", 0, "KV", "Nominal phase voltage, e.g. 0.22", NULL, false},
             {"cos-phi", 0, "RATIO", "Power factor; absent: as the rule says (0.9)", NULL, false},
             {"category", 0, "NUMBER", "Price category, 1 to 6", NULL, false},
             {"billing", 0, "DAY[:HOUR]", "When billing periods begin, e.g. 25 or 25:06 (1)", NULL,
              false},
             {"tariff", 0, "TARIFF", "What its usage is priced by", NULL, false},
             {"calendar", 0, "CALENDAR", "Its working days and holidays", NULL, false},
             {"control", 0, "POINT/CHANNEL", "Channel of the control meter; \"\" none", NULL,
              false},
             {"control-ratio", 0, "RATIO", "What its energy is multiplied by (1)", NULL, false},
             {"loss", 0, "SHARE", "Lost between it and the point, e.g. 0.004; below 0: before it",
              NULL, false},
             {"plan", 0, "POINT/CHANNEL", "Channel that holds the plan; \"\" none", NULL, false},
             {"norm", 0, "KWH", "Norm of a household for a period (D354-A)", NULL, false},
             {"act", 0, "TEXT", "The paper it rests on", NULL, false},
             {"from", 0, "DATE", "From the start of that fiscal day on; absent: always", NULL,
              false},
             {"to", 0, "DATE", "Until the start of that fiscal day; absent: until another", NULL,
              false}},
        .operands = {{"POINT", "External code of the point", false, false}},
        .example = "enerlog -D data contract set 5001 --max-power 150 --category 1 --from "
                   "2026-01-01",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_contract_set,
    },
    {
        .noun = "contract",
        .verb = "list",
        .summary = "Lists the contracts",
        .example = "enerlog -D data contract list --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_contract_list,
    },
    {
        .noun = "contract",
        .verb = "show",
        .summary = "Shows the contracts of a point, one behind the other",
        .operands = {{"POINT", "External code of the point", false, false}},
        .example = "enerlog -D data contract show 5001 --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_contract_show,
    },
    {
        .noun = "cause",
        .verb = "set",
        .summary = "Says why a point has no readings over a time",
        .details =
            "The cause chooses the formula of Decree 442: NOT_SUPPLIED (point 166), FAULT, LOST "
            "and "
            "EXPIRED (179) go by a past period at first; ACCESS_REFUSED (178), NO_METER (181) and "
            "TAMPER (195) are calculated at once. Where nobody says anything it is NOT_SUPPLIED. "
            "NONE takes back what was set from then on.",
        .options = {{"from", 0, "DATE", "From the start of that fiscal day, or an instant", NULL,
                     true},
                    {"to", 0, "DATE", "Until then; absent: until another cause", NULL, false},
                    {"act", 0, "TEXT", "The paper it rests on", NULL, false}},
        .operands = {{"POINT", "External code of the point", false, false},
                     {"CAUSE",
                      "NOT_SUPPLIED, ACCESS_REFUSED, FAULT, LOST, EXPIRED, NO_METER, "
                      "TAMPER or NONE",
                      false, false}},
        .example =
            "enerlog -D data cause set 5001 ACCESS_REFUSED --from 2026-02-01 --act \"act 17\"",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_cause_set,
    },
    {
        .noun = "cause",
        .verb = "list",
        .summary = "Lists why points have no readings",
        .example = "enerlog -D data cause list",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_cause_list,
    },
    {
        .noun = "report",
        .verb = "decree",
        .summary = "Billing periods under Decree 442: state, formula, energy",
        .details =
            "One line a period that has ended, or one for each stretch of its missing time. OK: "
            "readings came; MISSING(n): the n-th period in a row without; CONTROL: the control "
            "meter stood in, which neither counts nor ends the run. Why tells which formulas stand "
            "before the chosen one and why they were not taken.",
        .options = {{"from", 0, "DATE", "First fiscal day", NULL, true},
                    {"to", 0, "DATE", "The day after the last", NULL, true},
                    {"point", 0, "POINT", "Only this point", NULL, false}},
        .example = "enerlog -D data report decree --from 2026-01-01 --to 2026-05-01",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_report_decree,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {
    {"contract", "Contracts of points: powers, currents, billing periods, control meters"},
    {"cause", "Why points have no readings"},
    {NULL, NULL},
};

const struct en_command_theme en_command_theme_contract = {commands, nouns};
