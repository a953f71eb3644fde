/* What tariffs are made of, and what follows from them in money. */
#include "app/command_table.h"
#include "app/commands/commands.h"

#define DAYS_OF_VERSION                                                                            \
    {"from", 0, "DATE", "From that fiscal day on (always)", NULL, false},                          \
    {                                                                                              \
        "to", 0, "DATE", "Only until that fiscal day", NULL, false                                 \
    }
#define DOCUMENT                                                                                   \
    {                                                                                              \
        "document", 0, "TEXT", "The paper it rests on", NULL, false                                \
    }
#define REASON                                                                                     \
    {                                                                                              \
        "reason", 0, "TEXT", "Why it changes, for people", NULL, false                             \
    }

static const struct en_command commands[] = {
    {
        .noun = "calendar",
        .verb = "set",
        .summary = "Sets a calendar: seasons, holidays, moved days, tariff zones",
        .details =
            "FILE is a JSON object: \"title\"; \"clock\" (\"fiscal\", \"+03:00\" or a civil zone "
            "as \"Europe/Moscow\"); \"zones\" (names, in an order that stays); \"seasons\" "
            "({\"name\", \"from\": \"04-01\"}); \"holidays\", \"special\", \"moved\" (dates; "
            "moved: a Saturday or Sunday that is worked) and the same under \"yearly\" (as "
            "\"05-01\"); \"days\" ({\"season\", \"types\": [\"weekday\", \"saturday\", "
            "\"sunday\", \"holiday\", \"special\", \"moved\"], \"switches\": {\"07:00\": "
            "\"peak\"}}); \"document\", \"reason\".\n\nA type of day without switches takes those "
            "of the next: special, holiday, moved, the weekday. Before its first switch a day is "
            "in the zone of its last. A calendar without zones only says which days are worked.",
        .options = {DAYS_OF_VERSION, DOCUMENT, REASON},
        .operands = {{"NAME", "Name of the calendar", false, false},
                     {"FILE", "Its definition", false, false}},
        .example = "enerlog -D data calendar set rf3 rf3.json --from 2026-01-01",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_calendar_set,
    },
    {
        .noun = "calendar",
        .verb = "list",
        .summary = "Lists the calendars with all their versions",
        .example = "enerlog -D data calendar list",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_calendar_list,
    },
    {
        .noun = "calendar",
        .verb = "show",
        .summary = "Shows a calendar in the form that calendar set takes",
        .options = {{"on", 0, "DATE", "As it is on that fiscal day (the newest)", NULL, false}},
        .operands = {{"NAME", "Name of the calendar", false, false}},
        .example = "enerlog -D data calendar show rf3 > rf3.json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_calendar_show,
    },
    {
        .noun = "tariff",
        .verb = "set",
        .summary = "Sets a tariff: its calendar, price category, and who has it",
        .details = "Who has it: points whose contract names it (contract set --tariff); of points "
                   "whose contract names none, those of --points, then those in --objects and "
                   "below, the nearest object first. What is left out stays as it is on that day.",
        .options = {{"calendar", 0, "NAME", "When which zone holds (\"\": one zone all the time)",
                     NULL, false},
                    {"category", 0, "N", "Price category 1 to 6 (0: as the contract says)", NULL,
                     false},
                    {"region", 0, "NAME", "Whose peak hours count", NULL, false},
                    {"points", 0, "LIST", "Points that have it, as P1,P2", NULL, false},
                    {"objects", 0, "LIST", "Objects whose points have it", NULL, false},
                    {"title", 0, "TEXT", "For people", NULL, false},
                    DAYS_OF_VERSION,
                    DOCUMENT,
                    REASON},
        .operands = {{"NAME", "Name of the tariff", false, false}},
        .example = "enerlog -D data tariff set home --calendar rf3 --category 2 --objects town",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_tariff_set,
    },
    {
        .noun = "tariff",
        .verb = "list",
        .summary = "Lists the tariffs with all their versions",
        .example = "enerlog -D data tariff list",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_tariff_list,
    },
    {
        .noun = "tariff",
        .verb = "show",
        .summary = "Shows one tariff",
        .options = {{"on", 0, "DATE", "As it is on that fiscal day (the newest)", NULL, false}},
        .operands = {{"NAME", "Name of the tariff", false, false}},
        .example = "enerlog -D data tariff show home",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_tariff_show,
    },
    {
        .noun = "price",
        .verb = "set",
        .summary = "Sets what a part of a tariff costs, flat or hour by hour",
        .details =
            "PART is energy, capacity, network, network_capacity, over, under or other; PRICE is "
            "in RUB per kWh, of capacities per kW and month. Where the category is 2 energy has "
            "a price for each zone (--zone), else one for all.\n\nWith --hours FILE ({\"hours\": "
            "[\"2.34567\", "
            "...]}) each hour has a price, the first from --from on: an instant, or midnight of a "
            "date at --offset.",
        .options = {{"zone", 0, "NAME", "Of which tariff zone (all energy)", NULL, false},
                    {"hours", 0, "FILE", "A price for each hour", NULL, false},
                    {"offset", 0, "OFFSET", "Of the day that hours begin with (+03:00)", NULL,
                     false},
                    {"from", 0, "DATE", "From that fiscal day on; of hours, or a time", NULL, true},
                    {"to", 0, "DATE", "Only until that fiscal day", NULL, false},
                    DOCUMENT,
                    REASON},
        .operands = {{"TARIFF", "Name of the tariff", false, false},
                     {"PART", "What is paid for", false, false},
                     {"PRICE", "RUB per unit, as 2.34567", true, false}},
        .example = "enerlog -D data price set home energy 5.12 --zone peak --from 2026-01-01",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_price_set,
    },
    {
        .noun = "price",
        .verb = "list",
        .summary = "Lists the prices with all their versions",
        .options = {{"tariff", 0, "NAME", "Only of this tariff", NULL, false}},
        .example = "enerlog -D data price list --tariff home",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_price_list,
    },
    {
        .noun = "peak-hours",
        .verb = "set",
        .summary = "Sets the published peak hours of a region for a month",
        .details = "--planned names the hours that the system operator planned for every working "
                   "day, as 8,9,10 (each from that hour on). --fact FILE ({\"days\": "
                   "{\"2026-06-01\": 10, ...}}) names the hour of each working day that was the "
                   "region's peak. What is published again replaces what was.",
        .options = {{"month", 0, "MONTH", "As 2026-06", NULL, true},
                    {"planned", 0, "HOURS", "Planned hours of every working day", NULL, false},
                    {"fact", 0, "FILE", "The hour of each working day", NULL, false},
                    {"calendar", 0, "NAME", "Which days are worked (Monday to Friday)", NULL,
                     false},
                    {"offset", 0, "OFFSET", "Of the clock that hours are told on (+03:00)", NULL,
                     false},
                    {"document", 0, "TEXT", "In which they were published", NULL, false},
                    REASON},
        .operands = {{"REGION", "Name of the region", false, false}},
        .example = "enerlog -D data peak-hours set moscow --month 2026-06 --planned 9,10,11 "
                   "--document \"order 7\"",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_peak_hours_set,
    },
    {
        .noun = "peak-hours",
        .verb = "list",
        .summary = "Lists the published peak hours",
        .options = {{"region", 0, "NAME", "Only of this region", NULL, false}},
        .example = "enerlog -D data peak-hours list",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_peak_hours_list,
    },
    {
        .noun = "report",
        .verb = "charges",
        .summary = "What points owe for billing periods, line by line",
        .details =
            "Every billing period that begins in the stretch is charged: months, or from the day "
            "and hour that the contract says. Each line is one part at one price, rounded once to "
            "a kopeck; the total is the sum of the lines. What has no price, or cannot be told "
            "because something is missing, is a line without an amount, and the bill is not "
            "complete.",
        .options = {{"from", 0, "DATE", "Periods that begin on that fiscal day or later", NULL,
                     true},
                    {"to", 0, "DATE", "and before that one", NULL, true},
                    {"point", 0, "POINT", "Only this point (all that have a tariff)", NULL, false},
                    {"lane", 0, "WORD", "What freezes hold (fiscal), or what the log says now",
                     "fiscal|live", false}},
        .example = "enerlog -D data report charges --from 2026-06-01 --to 2026-07-01 --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_report_charges,
    },
    {
        .noun = "report",
        .verb = "deviation",
        .summary = "Energy and power against plan, contract, peak hours and other periods",
        .details = "Rows name what is compared: the plan hour by hour (over and under apart) and "
                   "the trend; the largest hour against maximum, declared and contracted power; "
                   "power in published peak hours and the reserve; tg phi by day and night; the "
                   "period before and that of a year before, per day and per working day.",
        .options = {{"from", 0, "DATE", "First fiscal day", NULL, true},
                    {"to", 0, "DATE", "The day after the last", NULL, true},
                    {"point", 0, "POINT", "Only this point (all that have a contract)", NULL,
                     false},
                    {"lane", 0, "WORD", "What freezes hold (fiscal), or what the log says now",
                     "fiscal|live", false}},
        .example = "enerlog -D data report deviation --from 2026-06-01 --to 2026-07-01 "
                   "--point 5001 --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_report_deviation,
    },
    {
        .noun = "report",
        .verb = "reconciliation",
        .summary = "What registers advanced against what the profile sums to",
        .details = "Each register of received active energy over its readings in the stretch: the "
                   "total against the whole profile (R-08), tariff registers T1, T2 ... against "
                   "the first, second ... zone of the tariff's calendar (TOU-05). Verdict: agree "
                   "within 1 % of the profile, differ, or open where a slot or a reading is "
                   "missing, or a reading lies inside a slot. Tariff registers that differ while "
                   "the total agrees: the device switches by another schedule.",
        .options = {{"from", 0, "DATE", "First fiscal day", NULL, true},
                    {"to", 0, "DATE", "The day after the last", NULL, true},
                    {"point", 0, "POINT", "Only this point", NULL, false},
                    {"lane", 0, "WORD", "What freezes hold (fiscal), or what the log says now",
                     "fiscal|live", false}},
        .example = "enerlog -D data report reconciliation --from 2026-06-01 --to 2026-07-01",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_report_reconciliation,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {
    {"calendar", "Seasons, holidays, working days, tariff zones"},
    {"tariff", "Tariffs and who has them"},
    {"price", "What the parts of tariffs cost"},
    {"peak-hours", "Published peak hours of regions"},
    {NULL, NULL},
};

const struct en_command_theme en_command_theme_tariff = {commands, nouns};
