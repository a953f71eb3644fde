/* What is computed, and asked. */
#include "app/command_table.h"
#include "app/commands/commands.h"

static const struct en_command commands[] = {
    {
        .noun = "formula",
        .verb = "set",
        .summary = "Sets a formula: a virtual point, a loss, a sum",
        .details = "Refused with place and reason when it cannot be read, its units do not agree "
                   "or it would depend on itself.",
        .options = {{"from", 0, "DATE", "From that fiscal day on", NULL, true}},
        .operands = {{"NAME", "Name of the formula", false, false},
                     {"EXPR", "@point.channel, #formula, numbers, + - * /, sum(), if() ...", false,
                      false}},
        .example = "enerlog -D data formula set net \"@5001.A+ - @5002.A-\" --from 2013-04-01",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_formula_set,
    },
    {
        .noun = "formula",
        .verb = "list",
        .summary = "Lists the formulas",
        .example = "enerlog -D data formula list",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_formula_list,
    },
    {
        .noun = "balance",
        .verb = "set",
        .summary = "Sets a balance: what comes in equals what goes out and the losses",
        .options = {{"in", 0, "EXPR", "What comes in", NULL, true},
                    {"out", 0, "EXPR", "What goes out", NULL, true},
                    {"losses", 0, "EXPR", "Calculated losses", NULL, false},
                    {"object", 0, "OBJECT", "Whose balance it is", NULL, false},
                    {"from", 0, "DATE", "From that fiscal day on", NULL, true}},
        .operands = {{"NAME", "Name of the balance", false, false}},
        .example = "enerlog -D data balance set bus1 --in @5001.A+ --out \"@5002.A+ + @5003.A+\" "
                   "--from 2013-04-01",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_balance_set,
    },
    {
        .noun = "balance",
        .verb = "list",
        .summary = "Lists the balances",
        .example = "enerlog -D data balance list",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_balance_list,
    },
    {
        .noun = "report",
        .verb = "usage",
        .summary = "Energy of channels or formulas over a stretch of time",
        .details =
            "Dates are fiscal days of the object. Missing counts the slots of the grid that have "
            "no "
            "value; of registers read now and then the advances between readings are summed, and "
            "missing counts those that cannot be told.\n\nOn frozen days the energy is that which "
            "was frozen: later facts show as pending (live less frozen), and deltas that "
            "corrections "
            "booked on days of the stretch as correction; neither is in the energy.\n\nBy zone: "
            "active energy of points that have a tariff, by tariff zone; zone null is energy of "
            "days on which nobody can tell, split counts the slots over a switch.",
        .options = {{"from", 0, "DATE", "First fiscal day, or a time with its offset", NULL, true},
                    {"to", 0, "DATE", "The day (or time) after the last", NULL, true},
                    {"step", 0, "WORD", "Cut the stretch into steps", "day|month|all", false},
                    {"by", 0, "WORD", "What to sum (channel)", "channel|formula|zone", false},
                    {"object", 0, "OBJECT", "Only points of this object and below", NULL, false},
                    {"point", 0, "POINT", "Only this point", NULL, false},
                    {"channel", 0, "CHANNEL", "Only channels of this code", NULL, false},
                    {"lane", 0, "WORD", "What freezes hold (fiscal), or what the log says now",
                     "fiscal|live", false},
                    {"details", 0, NULL, "Show pending, correction, frozen days and quality too",
                     NULL, false}},
        .example =
            "enerlog -D data report usage --from 2013-04-14 --to 2013-04-15 --by channel --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_report_usage,
    },
    {
        .noun = "report",
        .verb = "balance",
        .summary = "A balance with its actual and permissible imbalance",
        .details =
            "The permissible imbalance is null while the error of a channel is not known "
            "(channel error, or equipment of type metering). Pending is what later facts would add "
            "to the imbalance of frozen days.\n\n"
            "The verdict goes by the limit: the permissible imbalance, with 1 % where an error is "
            "not known (assumed counts such channels; rule B-02 states another). It is \"not "
            "assessable\" when too much of a channel is missing, rejected or estimated (B-02q; "
            "doubtful is the share of the worst channel), or a side is no sum of channels. Trend: "
            "this period and those before it have one sign (B-02t).",
        .options = {{"from", 0, "DATE", "First fiscal day, or a time with its offset", NULL, true},
                    {"to", 0, "DATE", "The day (or time) after the last", NULL, true},
                    {"step", 0, "WORD", "Cut the stretch into steps", "day|month|all", false},
                    {"lane", 0, "WORD", "What freezes hold (fiscal), or what the log says now",
                     "fiscal|live", false}},
        .operands = {{"NAME", "Name of the balance", false, false}},
        .example = "enerlog -D data report balance bus1 --from 2013-04-01 --to 2013-05-01",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_report_balance,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {
    {"formula", "Virtual points and losses"},
    {"balance", "Balances of energy"},
    {"report", "Usage, balances, how good values are, charges"},
    {NULL, NULL},
};

const struct en_command_theme en_command_theme_calculation = {commands, nouns};
