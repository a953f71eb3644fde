/* Alarms, and what devices report of themselves. */
#include "app/command_table.h"
#include "app/commands/commands.h"

static const struct en_command commands[] = {
    {
        .noun = "alarm",
        .verb = "define",
        .summary = "Defines an alarm, or changes it",
        .details =
            "The condition is one of:\n\n"
            "rows TABLE COLUMN OP VALUE: a row of any table whose column compares so\n\n"
            "value OP VALUE: the latest value of a channel\n\n"
            "missing [OP SLOTS]: slots missing on the last day that is due (--for: how long after "
            "its end; a day)\n\n"
            "silent: a point without a reading for --for\n\n"
            "imbalance [OP PERCENT]: a balance beyond what is permissible, or beyond the "
            "percent\n\n"
            "device_event CLASS|CATEGORY: as `enerlog reference device-events` lists them\n\n"
            "clock_drift OP SECONDS: a device's clock\n\n"
            "intervention: device events of parameters, records, tampering, access\n\n"
            "supply: power, phases and relays by device events, and bypass breakers in service\n\n"
            "OP is >, >=, <, <=, = or !=. Conditions are looked at when the alarm is defined and "
            "with each tick of the clock (a quarter of an hour). An alarm without a response, a "
            "consequence and a time to respond is refused, unless its priority is journal: then "
            "it is recorded and told to nobody.",
        .options = {{"when", 0, "CONDITION", "What it watches", NULL, true},
                    {"filter", 0, "C=T;C=T",
                     "Which: object, point, code, device, type, balance; of rows "
                     "any column",
                     NULL, false},
                    {"deadband", 0, "N", "A value returns when it is back by more than that", NULL,
                     false},
                    {"for", 0, "TIME", "Of the condition: 90s, 15m, 6h, 3d", NULL, false},
                    {"delay-on", 0, "TIME", "It holds that long before it is raised", NULL, false},
                    {"delay-off", 0, "TIME", "It is gone that long before it returns", NULL, false},
                    {"repeat", 0, "N/TIME", "Tell at most N raises within that time", NULL, false},
                    {"latched", 0, NULL, "Stays until it is reset", NULL, false},
                    {"cause", 0, "ALARM",
                     "Suppressed while that alarm stands at the same device, point, "
                     "or an object above",
                     NULL, false},
                    {"priority", 'p', "WORD", "How it is told (medium)", "high|medium|low|journal",
                     false},
                    {"response", 0, "TEXT", "What the operator does", NULL, false},
                    {"consequence", 0, "TEXT", "What happens if nobody does", NULL, false},
                    {"within", 0, "TIME", "Time there is to respond", NULL, false},
                    {"notify", 0, "C:WHO;C:WHO",
                     "Who is told by which channel: roles, no addresses", NULL, false},
                    {"reason", 0, "TEXT", "Why it is defined so", NULL, false},
                    {"off", 0, NULL, "Switches it off: what stands of it is gone", NULL, false}},
        .operands = {{"NAME", "Name of the alarm", false, false}},
        .example = "enerlog -D data alarm define magnet --when \"device_event magnet\" --priority "
                   "high --response \"send a fitter\" --consequence \"energy is stolen\" --within "
                   "2h --notify mail:duty",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_alarm_define,
    },
    {
        .noun = "alarm",
        .verb = "list",
        .summary = "Lists the alarms that stand or are held, most urgent first",
        .options = {{"all", 0, NULL, "Also what waits for its delay", NULL, false}},
        .example = "enerlog -D data alarm list",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_alarm_list,
    },
    {
        .noun = "alarm",
        .verb = "show",
        .summary = "Shows how alarms are defined",
        .operands = {{"NAME", "Name of one alarm", true, false}},
        .example = "enerlog -D data alarm show magnet",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_alarm_show,
    },
    {
        .noun = "alarm",
        .verb = "ack",
        .summary = "Acknowledges an alarm: it was seen",
        .details = "Acknowledging clears nothing: the alarm goes when its condition does.",
        .options = {{"text", 0, "TEXT", "A comment", NULL, false}},
        .operands = {{"NAME", "Name of the alarm", false, false},
                     {"SUBJECT", "What it is about, as `alarm list` shows it", false, false}},
        .example = "enerlog -D data alarm ack magnet \"M1 magnet\" --text \"fitter called\"",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_alarm_ack,
    },
    {
        .noun = "alarm",
        .verb = "shelve",
        .summary = "Shelves an alarm for at most 12 hours",
        .options = {{"for", 0, "TIME", "How long: 30m, 2h", NULL, true},
                    {"reason", 0, "TEXT", "Why", NULL, true}},
        .operands = {{"NAME", "Name of the alarm", false, false},
                     {"SUBJECT", "What it is about", false, false}},
        .example = "enerlog -D data alarm shelve magnet \"M1 magnet\" --for 2h --reason \"work "
                   "order 7\"",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_alarm_shelve,
    },
    {
        .noun = "alarm",
        .verb = "act",
        .summary = "Unshelves, resets, suppresses, comments, or takes an alarm out of service",
        .options = {{"action", 0, "WORD", "What to do",
                     "reset|unshelve|suppress|unsuppress|out-of-service|in-service|comment", true},
                    {"text", 0, "TEXT", "Reason, number of the permit, or the comment", NULL,
                     false}},
        .operands = {{"NAME", "Name of the alarm", false, false},
                     {"SUBJECT", "What it is about", false, false}},
        .example = "enerlog -D data alarm act magnet \"M1 magnet\" --action out-of-service --text "
                   "\"permit 12\"",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_alarm_act,
    },
    {
        .noun = "alarm",
        .verb = "history",
        .summary = "Lists what happened to alarms, in order",
        .options = {{"alarm", 0, "NAME", "Only this alarm", NULL, false},
                    {"from", 0, "TIME", "From that time on", NULL, false},
                    {"to", 0, "TIME", "Up to that time", NULL, false}},
        .example = "enerlog -D data alarm history --alarm magnet",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_alarm_history,
    },
    {
        .noun = "alarm",
        .verb = "quality",
        .summary = "Tells how good the alarms are: rates, floods, the worst, time to acknowledge",
        .options = {{"from", 0, "TIME", "From that time on", NULL, true},
                    {"to", 0, "TIME", "Up to that time", NULL, true}},
        .example = "enerlog -D data alarm quality --from 2026-03-01 --to 2026-04-01",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_alarm_quality,
    },
    {
        .noun = "event",
        .verb = "add",
        .summary = "Records an event of a device by hand",
        .details = "Drivers and files bring events by themselves; by hand come those of an act.",
        .options = {{"at", 0, "TIME", "When, by the device's clock", NULL, true},
                    {"text", 0, "TEXT", "For people", NULL, false},
                    {"index", 0, "N", "In the device's journal", NULL, false},
                    {"journal-size", 0, "N", "Entries that the journal holds", NULL, false}},
        .operands = {{"DEVICE", "The device", false, false},
                     {"CODE",
                      "spodes:LOG:CODE, dlms:CODE, cim:T.D.S.A, ansi-old:CODE, "
                      "ansi-new:CODE, or any text",
                      false, false}},
        .example = "enerlog -D data event add 0112233 spodes:4:1 --at 2026-03-05T10:02:00+03:00",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_event_add,
    },
    {
        .noun = "event",
        .verb = "list",
        .summary = "Lists events of devices, starts with their ends, open ones first",
        .options = {{"device", 0, "DEVICE", "Only this device", NULL, false},
                    {"class", 0, "CLASS", "Only this class", NULL, false},
                    {"category", 0, "CATEGORY", "Only classes of this category", NULL, false},
                    {"open", 0, NULL, "Only those without an end", NULL, false},
                    {"ru", 0, NULL, "Names in Russian", NULL, false}},
        .example = "enerlog -D data event list --category tamper",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_AS_OF,
        .run = en_run_event_list,
    },
    {
        .noun = "event",
        .verb = "map",
        .summary = "Says what a code of device events means from a date on",
        .details = "Reports stay as they came; what follows from them is computed anew.",
        .options = {{"as", 0, "MEANING",
                     "class:edge:part, up to three with commas; edge is start, "
                     "end or point; empty: as built in",
                     NULL, true},
                    {"type", 0, "TYPE", "Only devices of this maker's type", NULL, false},
                    {"from", 0, "TIME", "From that time on (ever)", NULL, false},
                    {"reason", 0, "TEXT", "Why", NULL, true}},
        .operands = {{"CODE", "The code, whole", false, false}},
        .example = "enerlog -D data event map dlms:51 --as tamper_case:start --type CE303 --from "
                   "2026-01-01 --reason \"letter 12\"",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_event_map,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {
    {"alarm", "Alarms: what is watched, what stands, what was done about it"},
    {"event", "Events of devices"},
    {NULL, NULL},
};

const struct en_command_theme en_command_theme_alarm = {commands, nouns};
