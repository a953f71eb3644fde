/* The routes of the API. A new one: its handler in this folder, a line in api.h, a row here;
 * openapi.json follows. */
#include "http/api/api.h"

#define AS_OF                                                                                      \
    {                                                                                              \
        "as_of", "Answer as it was after that event, or at that time (RFC 3339)", false            \
    }
#define FROM                                                                                       \
    {                                                                                              \
        "from", "First fiscal day, or an instant with its offset", true                            \
    }
#define TO                                                                                         \
    {                                                                                              \
        "to", "The day or instant after the last", true                                            \
    }
#define LANE                                                                                       \
    {                                                                                              \
        "lane", "fiscal (default): frozen days as frozen; live: as the log says now", false        \
    }
#define LIMIT                                                                                      \
    {                                                                                              \
        "limit", "At most so many items", false                                                    \
    }
#define AFTER                                                                                      \
    {                                                                                              \
        "after", "The `next` of the page before", false                                            \
    }

static const struct en_route routes[] = {
    {"/healthz", "The process answers", {{NULL}}, en_api_healthz},
    {"/readyz",
     "The log takes events and the tables keep up with it; 503 when not",
     {{NULL}},
     en_api_readyz},
    {"/metrics", "Counters in the text form of Prometheus", {{NULL}}, en_api_metrics},
    {"/api/v1/version", "Which Enerlog this is", {{NULL}}, en_api_version},
    {"/api/v1/openapi.json", "This description", {{NULL}}, en_api_openapi},
    {"/api/v1/tables", "The tables and their columns", {AS_OF}, en_api_tables},
    {"/api/v1/tables/{name}",
     "Rows of a table, page by page",
     {AS_OF, LIMIT, AFTER, {"where", "column:text, as it is printed", false}},
     en_api_table},
    {"/api/v1/points", "Points with their channels", {AS_OF, LIMIT, AFTER}, en_api_points},
    {"/api/v1/series/{point}/{channel}",
     "Energy of a channel slot by slot",
     {AS_OF, FROM, TO, LANE},
     en_api_series},
    {"/api/v1/usage",
     "Energy of channels or formulas over a stretch of time",
     {AS_OF,
      FROM,
      TO,
      LANE,
      {"by", "channel (default), formula or zone", false},
      {"step", "day, month or all (default)", false},
      {"object", "Only points of this object and below", false},
      {"point", "Only this point", false},
      {"channel", "Only channels of this code", false}},
     en_api_usage},
    {"/api/v1/why",
     "The derivation of a value, down to the raw events",
     {AS_OF,
      LANE,
      {"point", "The point, with channel; or one of the next two", false},
      {"channel", "Code of the channel", false},
      {"formula", "Name of a formula", false},
      {"balance", "Name of a balance", false},
      {"time", "A time within the slot", true},
      {"lang", "en (default) or ru: of findings and methods", false}},
     en_api_why},
    {"/api/v1/balances", "The balances that are set", {AS_OF}, en_api_balances},
    {"/api/v1/balances/{name}",
     "A balance with its actual and permissible imbalance",
     {AS_OF, FROM, TO, LANE},
     en_api_balance},
    {"/api/v1/findings",
     "What the rules of validity found, and which could not run",
     {AS_OF,
      FROM,
      TO,
      {"object", "Only points of this object and below", false},
      {"point", "Only this point", false},
      {"rule", "Only this rule, as V-07", false},
      {"skipped", "yes (default) or no: rules that could not run", false},
      {"lang", "en (default) or ru", false}},
     en_api_findings},
    {"/api/v1/completeness",
     "Values expected, held, filled and missing by channel, with grades",
     {AS_OF,
      FROM,
      TO,
      {"step", "day, or all (default)", false},
      {"object", "Only points of this object and below", false},
      {"point", "Only this point", false}},
     en_api_completeness},
    {"/api/v1/decree",
     "Billing periods under Decree 442: state, formula, energy",
     {AS_OF, FROM, TO, {"point", "Only this point", false}},
     en_api_decree},
    {"/api/v1/substitutions",
     "What was substituted, by which method from what, and what nobody could fill",
     {AS_OF,
      FROM,
      TO,
      {"object", "Only points of this object and below", false},
      {"point", "Only this point", false},
      {"channel", "Only channels of this code", false},
      {"work", "true: only what nobody could fill", false},
      {"lang", "en (default) or ru: of methods, reasons and refusals", false}},
     en_api_substitutions},
    {"/api/v1/edits",
     "Acts by which people change values, and what became of them",
     {AS_OF,
      {"point", "Only this point", false},
      {"state", "REQUESTED, APPROVED, REJECTED or RETRACTED", false}},
     en_api_edits},
    {"/api/v1/calendars", "Calendars with all their versions", {AS_OF}, en_api_calendars},
    {"/api/v1/tariffs", "Tariffs with all their versions", {AS_OF}, en_api_tariffs},
    {"/api/v1/prices",
     "What the parts of tariffs cost; zone 0 is all energy",
     {AS_OF},
     en_api_prices},
    {"/api/v1/peak-hours", "Published peak hours of regions", {AS_OF}, en_api_peak_hours},
    {"/api/v1/charges",
     "What a point owes for the billing periods that begin in the stretch",
     {AS_OF, FROM, TO, LANE, {"point", "Of this point", true}},
     en_api_charges},
    {"/api/v1/deviation",
     "Energy and power of a point against plan, contract, peak hours and other periods",
     {AS_OF, FROM, TO, LANE, {"point", "Of this point", true}},
     en_api_deviation},
    {"/api/v1/equipment",
     "Equipment with its losses, and metering circuits",
     {AS_OF},
     en_api_equipment},
    {"/api/v1/bypasses",
     "Which feeders bypass breakers served, and when",
     {AS_OF},
     en_api_bypasses},
    {"/api/v1/losses",
     "Technical and commercial losses of equipment and levels",
     {AS_OF, FROM, TO, LANE, {"object", "Only this object and below", false}},
     en_api_losses},
    {"/api/v1/schemes/{object}",
     "The standard balances of an object: which there are, which are new, what is lacking",
     {AS_OF},
     en_api_scheme},
    {"/api/v1/freezes", "Frozen periods with their signed heads", {AS_OF}, en_api_freezes},
    {"/api/v1/freezes/{id}", "The runs of a freeze", {AS_OF}, en_api_freeze},
    {"/api/v1/alarms", "Alarms that stand or are held, most urgent first", {AS_OF}, en_api_alarms},
    {"/api/v1/alarms/definitions", "How alarms are defined", {AS_OF}, en_api_alarm_definitions},
    {"/api/v1/alarms/history",
     "What happened to alarms, in order",
     {AS_OF,
      LIMIT,
      {"after", "Only what comes after this number", false},
      {"alarm", "Only this alarm", false}},
     en_api_alarm_history},
    {"/api/v1/alarms/quality",
     "How good the alarms are: rates, floods, the worst, time to acknowledge",
     {AS_OF, FROM, TO},
     en_api_alarm_quality},
    {"/api/v1/device-events",
     "Events of devices, starts with their ends, open ones first",
     {AS_OF,
      LIMIT,
      {"device", "Only this device", false},
      {"class", "Only this class", false},
      {"state", "all (default) or open", false}},
     en_api_device_events},
    {"/api/v1/log/events",
     "Events in their order",
     {{"from_seq", "The first event", false}, LIMIT},
     en_api_events},
    {"/api/v1/log/proof/{seq}",
     "A proof that the event is in the log; checked with the public key alone",
     {{NULL}},
     en_api_proof},
    {"/api/v1/log/checkpoint", "The newest signed tree head", {{NULL}}, en_api_checkpoint},
};

const struct en_route *en_routes(uint32_t *count)
{
    *count = (uint32_t)EN_COUNT_OF(routes);
    return routes;
}
