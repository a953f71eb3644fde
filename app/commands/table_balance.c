/* What balances stand on: equipment, the bypass breaker, standard schemes, losses. */
#include "app/command_table.h"
#include "app/commands/commands.h"

static const struct en_command commands[] = {
    {
        .noun = "equipment",
        .verb = "set",
        .summary = "Sets what loses energy between meters, or how far a metering circuit errs",
        .details =
            "Its losses become the formula NAME.loss, loss(\"NAME\") in formulas and balances: "
            "idle and load loss of a transformer (L-01, L-02; with three windings L-04), of a line "
            "(L-05), of reactor, capacitor, insulation, corona the power lost while it works "
            "(L-08). What is not measured is assumed and marked: the rated voltage, reactive "
            "energy by the tangent (L-07).\n\n"
            "Of type metering it says the accuracy classes behind a point: its error follows from "
            "them and from the mean current (B-03), unless one is set (channel error).",
        .options = {{"type", 0, "WORD", "What it is",
                     "transformer|line|reactor|capacitor|insulation|corona|metering", true},
                    {"from", 0, "DATE", "From that fiscal day on", NULL, true},
                    {"object", 0, "OBJECT", "Where it stands", NULL, false},
                    {"active", 0, "EXPR", "Active energy through it, kWh", NULL, false},
                    {"reactive", 0, "EXPR", "Reactive energy through it, kvarh", NULL, false},
                    {"load-loss", 0, "KW", "Load loss at rated power (dPk)", NULL, false},
                    {"active-2", 0, "EXPR", "The same of a second winding", NULL, false},
                    {"reactive-2", 0, "EXPR", "", NULL, false},
                    {"load-loss-2", 0, "KW", "", NULL, false},
                    {"active-3", 0, "EXPR", "The same of a third winding", NULL, false},
                    {"reactive-3", 0, "EXPR", "", NULL, false},
                    {"load-loss-3", 0, "KW", "", NULL, false},
                    {"idle-loss", 0, "KW",
                     "Idle loss of a transformer (dP0); power lost by a "
                     "reactor and the like",
                     NULL, false},
                    {"power", 0, "KVA", "Rated power of a transformer (Sn)", NULL, false},
                    {"rated-voltage", 0, "KV", "Rated voltage (Un)", NULL, false},
                    {"voltage", 0, "EXPR", "Measured voltage, V", NULL, false},
                    {"ohm-per-km", 0, "OHM", "Resistance of a km of line (r0)", NULL, false},
                    {"km", 0, "KM", "Length of the line", NULL, false},
                    {"tangent", 0, "RATIO", "tg phi where reactive energy is not measured", NULL,
                     false},
                    {"worked", 0, "EXPR", "Worked hours of a reactor and the like, h", NULL, false},
                    {"point", 0, "POINT", "metering: the point that it measures", NULL, false},
                    {"current-class", 0, "CLASS",
                     "metering: of the current transformers, e.g. "
                     "0.5S",
                     NULL, false},
                    {"voltage-class", 0, "CLASS", "metering: of the voltage transformers", NULL,
                     false},
                    {"meter-class", 0, "CLASS", "metering: of the meter", NULL, false},
                    {"wire-drop", 0, "PERCENT",
                     "metering: voltage that the wires may drop, e.g. "
                     "0.25",
                     NULL, false},
                    {"current", 0, "A", "metering: rated primary current", NULL, false},
                    {"phases", 0, "NUMBER", "metering: 3, or 1", "1|3", false},
                    {"act", 0, "TEXT", "The paper it rests on", NULL, false}},
        .operands = {{"NAME", "Name of the equipment", false, false}},
        .example = "enerlog -D data equipment set TR1 --type transformer --idle-loss 1.31 "
                   "--load-loss 7.6 --power 630 --active @T1.A+ --reactive @T1.R+ --from "
                   "2026-01-01",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_equipment_set,
    },
    {
        .noun = "equipment",
        .verb = "list",
        .summary = "Lists equipment and metering circuits",
        .example = "enerlog -D data equipment list --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_equipment_list,
    },
    {
        .noun = "equipment",
        .verb = "show",
        .summary = "Shows the versions of one equipment, with the formula of its losses",
        .operands = {{"NAME", "Name of the equipment", false, false}},
        .example = "enerlog -D data equipment show TR1",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_equipment_show,
    },
    {
        .noun = "bypass",
        .verb = "on",
        .summary = "Says that a bypass breaker serves a feeder",
        .details = "From then on what the bypass meters is the feeder's (B-20), by minutes where "
                   "it serves two in one slot (B-21). Refused when it serves another one then.",
        .options = {{"at", 0, "TIME", "When it was switched on, with offset", NULL, true},
                    {"to", 0, "TIME", "When it was switched off; absent: it serves still", NULL,
                     false},
                    {"inverted", 0, NULL,
                     "The bypass meters the other way round: its A+ is the "
                     "feeder's A-",
                     NULL, false},
                    {"act", 0, "TEXT", "The paper it rests on", NULL, false}},
        .operands = {{"BYPASS", "Point of the bypass breaker", false, false},
                     {"FEEDER", "Point of the feeder that it serves", false, false}},
        .example = "enerlog -D data bypass on OV F05 --at 2026-01-14T10:12:00+03:00",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_bypass_on,
    },
    {
        .noun = "bypass",
        .verb = "off",
        .summary = "Says that a bypass breaker was switched off",
        .details = "Ends the use that holds the time. At the time when it was switched on: takes "
                   "that use back.",
        .options = {{"at", 0, "TIME", "When it was switched off, with offset", NULL, true},
                    {"act", 0, "TEXT", "The paper it rests on", NULL, false}},
        .operands = {{"BYPASS", "Point of the bypass breaker", false, false}},
        .example = "enerlog -D data bypass off OV --at 2026-01-14T16:40:00+03:00",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_bypass_off,
    },
    {
        .noun = "bypass",
        .verb = "list",
        .summary = "Lists which feeders bypass breakers served, and when",
        .example = "enerlog -D data bypass list",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_bypass_list,
    },
    {
        .noun = "balance",
        .verb = "scheme",
        .summary = "Sets the standard balances of an object and everything below it",
        .details =
            "From the types of objects (substation, bus, input, transformer with hv, mv, lv below "
            "it, feeder or line with consumers below it, coupler, own-needs) and the points in "
            "them: bus (B-04), substation (B-07), transformer (B-08), feeder (B-09), levels "
            "(B-10), with the losses of the equipment that stands there. A+ is what comes in "
            "through an input or a transformer and goes out through a feeder; A- the other way.\n\n"
            "Again it sets only what is new or has changed. What the tree lacks is told: what, "
            "where, and how to mend it.",
        .options = {{"from", 0, "DATE", "From that fiscal day on; absent: always", NULL, false}},
        .operands = {{"OBJECT", "External key of the object", false, false}},
        .example = "enerlog -D data balance scheme PS-110 --dry-run",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_DRY_RUN,
        .run = en_run_balance_scheme,
    },
    {
        .noun = "report",
        .verb = "losses",
        .summary = "Technical and commercial losses of equipment and levels",
        .details =
            "Of each equipment what was calculated; of each balance what was reported (in less "
            "out), what of it is technical (its losses), and what is left: commercial. Listed: "
            "above 2 % of what came in (B-11).",
        .options = {{"from", 0, "DATE", "First fiscal day", NULL, true},
                    {"to", 0, "DATE", "The day after the last", NULL, true},
                    {"object", 0, "OBJECT", "Only this object and below", NULL, false},
                    {"lane", 0, "WORD", "What freezes hold (fiscal), or what the log says now",
                     "fiscal|live", false}},
        .example = "enerlog -D data report losses --from 2026-01-01 --to 2026-02-01 --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_report_losses,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {
    {"equipment", "What loses energy, and metering circuits"},
    {"bypass", "Bypass breakers"},
    {NULL, NULL},
};

const struct en_command_theme en_command_theme_balance = {commands, nouns};
