/* Where a number comes from. */
#include "app/command_table.h"
#include "app/commands/commands.h"

static const struct en_command commands[] = {
    {
        .noun = "why",
        .summary = "Derives a value: what it was computed from, down to the raw events",
        .details =
            "Shows the value that counts in the slot that holds TIME, whether a freeze holds it, "
            "what rules found, what was substituted by which method from which inputs, the ratio, "
            "the registers or the reading it comes from, and the event that brought or set each, "
            "with its document. Every number can be computed again from those under it.\n\n"
            "TIME is an instant with its offset; without one it is of the point's fiscal day "
            "(a formula has none: UTC).",
        .options = {{"formula", 0, "NAME", "Of a formula; TIME is then the only operand", NULL,
                     false},
                    {"balance", 0, "NAME", "Of a balance; TIME is then the only operand", NULL,
                     false},
                    {"lane", 0, "WORD", "What freezes hold (fiscal), or what the log says now",
                     "fiscal|live", false},
                    {"lang", 0, "WORD", "Language of the words (en)", "en|ru", false}},
        .operands = {{"POINT", "The point, or TIME with --formula, --balance", false, false},
                     {"CHANNEL", "Its channel: \"A+\", ...", true, false},
                     {"TIME", "A time within the slot", true, false}},
        .example = "enerlog -D data why 5001 A+ 2013-04-14T10:00:00+04:00",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_why,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {
    {"why", "Where a number comes from"},
    {NULL, NULL},
};

const struct en_command_theme en_command_theme_why = {commands, nouns};
