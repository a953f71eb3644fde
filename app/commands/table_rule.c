/* The rules that money is settled by. */
#include "app/command_table.h"
#include "app/commands/commands.h"

#define TARGET                                                                                     \
    {                                                                                              \
        "target", 0, "TARGET",                                                                     \
            "Where: resource:NAME, object:KEY, point:KEY, channel:POINT/CODE (everywhere)", NULL,  \
            false                                                                                  \
    }
#define PARAMETERS                                                                                 \
    {                                                                                              \
        "parameters", 0, "JSON", "Its parameters as one object", NULL, false                       \
    }
#define PARAM                                                                                      \
    {                                                                                              \
        "param", 0, "NAME=VALUE...", "One parameter; as often as needed", NULL, false              \
    }
#define OFF                                                                                        \
    {                                                                                              \
        "off", 0, NULL, "It does not act there: enabled=false", NULL, false                        \
    }
#define EDITION                                                                                    \
    {                                                                                              \
        "edition", 0, "N", "Its edition (the newest)", NULL, false                                 \
    }

static const struct en_command commands[] = {
    {
        .noun = "rule",
        .verb = "list",
        .summary = "Lists the rules with their defaults, and how often each is set",
        .details =
            "No rule acts before it is set: by `rule set`, or by a preset with `rule adopt`.",
        .options = {{"stage", 0, "STAGE", "Only those of this stage",
                     "validity|substitution|period|tariff|balance|deviation", false},
                    {"set", 0, NULL, "Only those that are set somewhere", NULL, false}},
        .example = "enerlog -D data rule list --stage validity",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_rule_list,
    },
    {
        .noun = "rule",
        .verb = "show",
        .summary = "Shows a rule: what it does, its parameters, every setting with its reason",
        .details = "With a point: the values that hold there on the day, and which setting says "
                   "so.",
        .options = {{"point", 0, "POINT", "What holds at this point", NULL, false},
                    {"channel", 0, "CHANNEL", "And for this channel of it", NULL, false},
                    {"at", 0, "DATE", "On that fiscal day (the last that is known)", NULL, false}},
        .operands = {{"RULE", "Name of the rule", false, false}},
        .example = "enerlog -D data rule show V-09 --point 5001 --at 2013-04-14",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_rule_show,
    },
    {
        .noun = "rule",
        .verb = "set",
        .summary = "Sets a rule for a target, from a fiscal day on",
        .details = "What is not given is the default of the resource; the setting says all of it. "
                   "The most specific target wins: channel, point, nearest object, resource, "
                   "everywhere. Bad parameters are refused with the reason.\n\n"
                   "With --dry-run it says what would change, and sets nothing.",
        .options = {TARGET,
                    {"from", 0, "DATE", "From that fiscal day on", NULL, true},
                    {"to", 0, "DATE", "Up to that day (for ever)", NULL, false},
                    PARAM,
                    PARAMETERS,
                    OFF,
                    EDITION,
                    {"reason", 0, "TEXT", "Why, for those who ask later", NULL, true}},
        .operands = {{"RULE", "Name of the rule", false, false}},
        .example = "enerlog -D data rule set V-09 --target point:5001 --from 2013-04-01 --param "
                   "ratio=2.1 --reason \"arc furnace\"",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_DRY_RUN,
        .run = en_run_rule_set,
    },
    {
        .noun = "rule",
        .verb = "adopt",
        .summary = "Sets all rules of a preset",
        .details = "standard, ubp, elexon, aemo, de, ru442, technical: `rule presets` says what "
                   "they are. Rules that are set already and do not stand in the preset stay.",
        .options = {TARGET,
                    {"from", 0, "DATE", "From that fiscal day on", NULL, true},
                    {"to", 0, "DATE", "Up to that day (for ever)", NULL, false},
                    {"reason", 0, "TEXT", "Why, for those who ask later", NULL, true}},
        .operands = {{"PRESET", "Name of the preset", false, false}},
        .example = "enerlog -D data rule adopt standard --from 2013-04-01 --reason \"order 12\"",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_DRY_RUN,
        .run = en_run_rule_adopt,
    },
    {
        .noun = "rule",
        .verb = "presets",
        .summary = "Lists the presets that `rule adopt` takes",
        .example = "enerlog rule presets",
        .needs = EN_NEEDS_NOTHING,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_rule_presets,
    },
    {
        .noun = "rule",
        .verb = "diff",
        .summary = "Says what a setting, or a preset, would change, before it is made",
        .details =
            "A copy of the tables takes the setting as if it were in the log, and is "
            "compared over the fiscal days --from up to --to: findings that would appear and "
            "vanish, substituted energy before and after, usage, formulas and balances. "
            "The log and the running tables stay as they are; the copy is removed.",
        .options = {{"from", 0, "DATE", "First fiscal day to compare", NULL, true},
                    {"to", 0, "DATE", "The day after the last", NULL, true},
                    TARGET,
                    PARAM,
                    PARAMETERS,
                    OFF,
                    EDITION,
                    {"valid-from", 0, "DATE", "The setting holds from then on (--from)", NULL,
                     false},
                    {"valid-to", 0, "DATE", "And up to then (for ever)", NULL, false},
                    {"limit", 0, "N", "Lines of each kind at most (1000)", NULL, false}},
        .operands = {{"RULE", "Name of the rule, or of a preset", false, false}},
        .example = "enerlog -D data rule diff V-09 --param ratio=1.2 --from 2013-04-01 --to "
                   "2013-05-01",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_rule_diff,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {
    {"rule", "Rules that money is settled by"},
    {NULL, NULL},
};

const struct en_command_theme en_command_theme_rule = {commands, nouns};
