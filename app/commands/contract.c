/* Commands about contracts of points, and why points have no readings. What a contract command
 * leaves out stays as it was. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/commands/submission.h"
#include "app/rows.h"
#include "core/event/payload.h"
#include "core/metering/decree/decree_chain.h"
#include "projections/tables.h"
#include "projections/tables_contract.h"
#include "projections/views/keys.h"

#define ARENA_SIZE (1u << 20)
#define FOREVER ((struct en_instant){INT64_MAX})

/* The start of the fiscal day, or the instant, that an option names; absent: *at stays. */
static en_code edge_of(const struct en_arguments *arguments, const char *option, int32_t offset,
                       struct en_instant *at, struct en_error *err)
{
    struct en_edge edge;
    if (!en_arguments_has(arguments, option)) {
        return EN_OK;
    }
    en_code code = en_arguments_edge(arguments, option, &edge, err);
    if (code == EN_OK) {
        *at = edge.is_day ? en_day_interval(edge.day, offset).from : edge.instant;
    }
    return code;
}

/* --from and --to. */
static en_code valid_of(const struct en_arguments *arguments, int32_t offset,
                        struct en_interval *valid, struct en_error *err)
{
    *valid = (struct en_interval){{0}, {0}};
    en_code code = edge_of(arguments, "from", offset, &valid->from, err);
    valid->to = valid->from;
    code = code == EN_OK ? edge_of(arguments, "to", offset, &valid->to, err) : code;
    if (code == EN_OK && en_arguments_has(arguments, "to") && valid->to.us <= valid->from.us) {
        code = en_error_set(err, EN_USAGE, "--to must be after --from");
    }
    return code;
}

/* A number in 1e-6; absent: *micro stays. */
static en_code micro_of(const struct en_arguments *arguments, const char *option, int64_t *micro,
                        struct en_error *err)
{
    const char *text = en_arguments_value(arguments, option);
    en_code code = text == NULL ? EN_OK : en_micro_parse(en_slice_text(text), micro, err);
    return code == EN_OK ? EN_OK : en_error_wrap(err, "--%s", option);
}

static en_code ratio_of(const struct en_arguments *arguments, const char *option,
                        struct en_ratio *ratio, struct en_error *err)
{
    const char *text = en_arguments_value(arguments, option);
    en_code code = text == NULL ? EN_OK : en_ratio_parse(en_slice_text(text), ratio, err);
    return code == EN_OK ? EN_OK : en_error_wrap(err, "--%s", option);
}

/* "5001/A+": a channel; "" none. Absent: *channel stays. */
static en_code channel_of(const struct en_arguments *arguments, const char *option,
                          struct en_store *store, uint32_t *channel, struct en_error *err)
{
    const char *text = en_arguments_value(arguments, option);
    const char *slash = text == NULL ? NULL : strrchr(text, '/');
    if (text == NULL || text[0] == '\0') {
        *channel = text == NULL ? *channel : 0;
        return EN_OK;
    }
    if (slash == NULL) {
        return en_error_set(err, EN_USAGE, "--%s is POINT/CHANNEL, not \"%.64s\"", option, text);
    }
    struct en_point_channel_row row = {.code = en_slice_text(slash + 1)};
    en_code code = en_keys_find(store, EN_NAME_POINT, en_slice_of(text, (size_t)(slash - text)),
                                &row.point, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_table_get(store, &en_table_point_channel, &row, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_NOT_FOUND, "--%s: the point has no channel \"%.64s\"", option,
                            slash + 1);
    }
    *channel = row.channel;
    return code;
}

/* --billing DAY or DAY:HOUR. */
static en_code billing_of(const struct en_arguments *arguments, struct en_contract_set *set,
                          struct en_error *err)
{
    const char *text = en_arguments_value(arguments, "billing");
    unsigned day = 0;
    unsigned hour = 0;
    char rest = 0;
    if (text == NULL) {
        return EN_OK;
    }
    int fields = sscanf(text, "%2u:%2u%c", &day, &hour, &rest);
    bool is_whole = fields == 2 || (fields == 1 && strchr(text, ':') == NULL && strlen(text) <= 2);
    if (!is_whole || day < 1 || day > 28 || hour > 23) {
        return en_error_set(err, EN_USAGE,
                            "--billing is a day 1 to 28, or day and hour as 25:06, not \"%.32s\"",
                            text);
    }
    set->billing_day = (uint8_t)day;
    set->billing_hour = (uint8_t)hour;
    return EN_OK;
}

static en_code fill_inlet(const struct en_arguments *arguments, struct en_contract_set *set,
                          struct en_error *err)
{
    uint64_t phases = set->phases;
    uint64_t category = set->category;
    en_code code = en_arguments_number(arguments, "phases", 3, &phases, err);
    code = code == EN_OK ? en_arguments_number(arguments, "category", 6, &category, err) : code;
    set->phases = (uint8_t)phases;
    set->category = (uint8_t)category;
    code = code == EN_OK ? micro_of(arguments, "current", &set->current_micro, err) : code;
    code = code == EN_OK ? micro_of(arguments, "voltage", &set->phase_voltage_micro, err) : code;
    code = code == EN_OK ? ratio_of(arguments, "cos-phi", &set->cos_phi, err) : code;
    return code == EN_OK ? billing_of(arguments, set, err) : code;
}

static en_code fill_contract(const struct en_arguments *arguments, struct en_store *store,
                             struct en_contract_set *set, struct en_error *err)
{
    static const char *const names[] = {"max-power", "connection-power", "declared", "contracted",
                                        "norm"};
    int64_t *const places[] = {&set->max_power_micro, &set->connection_power_micro,
                               &set->declared_power_micro, &set->contracted_power_micro,
                               &set->norm_micro};
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_COUNT_OF(names) && code == EN_OK; i++) {
        code = micro_of(arguments, names[i], places[i], err);
    }
    code = code == EN_OK ? fill_inlet(arguments, set, err) : code;
    code =
        code == EN_OK ? channel_of(arguments, "control", store, &set->control_channel, err) : code;
    code = code == EN_OK ? ratio_of(arguments, "control-ratio", &set->control_ratio, err) : code;
    code = code == EN_OK ? ratio_of(arguments, "loss", &set->loss_share, err) : code;
    code = code == EN_OK ? channel_of(arguments, "plan", store, &set->plan_channel, err) : code;
    set->number = en_arguments_text(arguments, "number", set->number);
    set->connection = en_arguments_text(arguments, "connection", set->connection);
    set->tariff = en_arguments_text(arguments, "tariff", set->tariff);
    set->calendar = en_arguments_text(arguments, "calendar", set->calendar);
    set->act = en_arguments_text(arguments, "act", en_slice_text(""));
    return code;
}

static struct en_slice keep(struct en_arena *arena, struct en_slice text)
{
    struct en_slice copy = en_arena_copy(arena, text);
    return copy.bytes == NULL ? en_slice_text("") : copy;
}

/* What the contract says at the instant; nothing where there is none. */
static en_code contract_at(struct en_store *store, uint32_t point, struct en_instant at,
                           struct en_arena *arena, struct en_contract_set *set,
                           struct en_error *err)
{
    struct en_contract_row row = {.point = point, .from = at};
    en_code code = en_table_last_before(store, &en_table_contract, &row, 1, NULL, err);
    *set = (struct en_contract_set){0};
    if (code == EN_OK) {
        *set = (struct en_contract_set){
            .number = keep(arena, row.number),
            .max_power_micro = row.max_power_micro,
            .connection = keep(arena, row.connection),
            .connection_power_micro = row.connection_power_micro,
            .declared_power_micro = row.declared_power_micro,
            .contracted_power_micro = row.contracted_power_micro,
            .current_micro = row.current_micro,
            .phases = row.phases,
            .phase_voltage_micro = row.phase_voltage_micro,
            .cos_phi = row.cos_phi,
            .category = row.category,
            .billing_day = row.billing_day,
            .billing_hour = row.billing_hour,
            .tariff = keep(arena, row.tariff),
            .calendar = keep(arena, row.calendar),
            .control_channel = row.control_channel,
            .control_ratio = row.control_ratio,
            .loss_share = row.loss_share,
            .plan_channel = row.plan_channel,
            .norm_micro = row.norm_micro,
        };
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_run_contract_set(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    struct en_view view;
    struct en_arena arena;
    struct en_contract_set set = {0};
    struct en_interval valid = {{0}, {0}};
    uint32_t point = 0;
    int32_t offset = 0;
    en_arena_init(&arena, ARENA_SIZE);
    en_code code = en_engine_view_open(session->engine, NULL, io, &view, err);
    if (code != EN_OK) {
        goto done;
    }
    code = en_keys_find(view.store, EN_NAME_POINT, en_slice_text(key), &point, err);
    code = code == EN_OK ? en_keys_point_offset(view.store, point, FOREVER, &offset, err) : code;
    code = code == EN_OK ? valid_of(arguments, offset, &valid, err) : code;
    code = code == EN_OK ? contract_at(view.store, point, valid.from, &arena, &set, err) : code;
    code = code == EN_OK ? fill_contract(arguments, view.store, &set, err) : code;
    en_engine_view_close(session->engine, &view);
    if (code == EN_OK) {
        code = en_submit_one(session, arguments, io, EN_KIND_CONTRACT_SET, key, point, valid, &set,
                             err);
    }
done:
    en_arena_fini(&arena);
    return code;
}

en_code en_run_cause_set(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    struct en_slice name = en_slice_text(en_arguments_operand(arguments, 1));
    struct en_view view;
    struct en_supply_cause_set set = {
        .act = en_arguments_text(arguments, "act", (struct en_slice){0})};
    struct en_interval valid = {{0}, {0}};
    en_decree_cause cause = EN_DECREE_CAUSE_NOT_SUPPLIED;
    uint32_t point = 0;
    int32_t offset = 0;
    bool is_end = en_slice_equal(name, en_slice_text("NONE"));
    en_code code = is_end ? EN_OK : en_decree_cause_parse(name, &cause, err);
    code = code == EN_OK ? en_engine_view_open(session->engine, NULL, io, &view, err) : code;
    if (code != EN_OK) {
        return code;
    }
    code = en_keys_find(view.store, EN_NAME_POINT, en_slice_text(key), &point, err);
    code = code == EN_OK ? en_keys_point_offset(view.store, point, FOREVER, &offset, err) : code;
    code = code == EN_OK ? valid_of(arguments, offset, &valid, err) : code;
    en_engine_view_close(session->engine, &view);
    set.cause = is_end ? 0 : (uint8_t)cause;
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_SUPPLY_CAUSE_SET, key,
                                         point, valid, &set, err)
                         : code;
}

static void put_micro(struct en_rows *rows, int64_t micro)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    if (micro == 0) {
        en_rows_null(rows);
        return;
    }
    (void)en_micro_print(micro, text);
    en_rows_text(rows, text);
}

static void put_ratio(struct en_rows *rows, struct en_ratio ratio)
{
    char text[EN_RATIO_TEXT_SIZE];
    if (ratio.den == 0) {
        en_rows_null(rows);
        return;
    }
    (void)en_ratio_print(ratio, text);
    en_rows_text(rows, text);
}

static void put_text(struct en_rows *rows, struct en_slice text)
{
    if (text.size == 0) {
        en_rows_null(rows);
    } else {
        en_rows_slice(rows, text);
    }
}

/* "5001/A+" */
static en_code put_channel(struct en_rows *rows, struct en_store *store, uint32_t channel,
                           struct en_error *err)
{
    struct en_channel_row row = {.channel = channel};
    struct en_slice key = {0};
    char text[2 * EN_NAME_SIZE_MAX + 2];
    if (channel == 0) {
        en_rows_null(rows);
        return EN_OK;
    }
    en_code code = en_table_get(store, &en_table_channel, &row, NULL, err);
    code = code == EN_OK ? en_keys_key(store, EN_NAME_POINT, row.point, &key, err) : code;
    if (code == EN_OK) {
        (void)snprintf(text, sizeof text, "%.*s/%.*s", (int)key.size, (const char *)key.bytes,
                       (int)row.code.size, (const char *)row.code.bytes);
        en_rows_text(rows, text);
    }
    return code;
}

static const struct en_column contract_columns[] = {
    {"point", NULL, false},
    {"from", NULL, false},
    {"to", NULL, false},
    {"number", NULL, false},
    {"max_power_kw", "max kW", true},
    {"connection", NULL, false},
    {"connection_power_kw", "whole kW", true},
    {"declared_power_kw", "declared", true},
    {"contracted_power_kw", "contracted", true},
    {"current_a", "A", true},
    {"phases", NULL, true},
    {"phase_voltage_kv", "kV", true},
    {"cos_phi", "cos", true},
    {"category", NULL, true},
    {"billing_day", "day", true},
    {"billing_hour", "hour", true},
    {"tariff", NULL, false},
    {"calendar", NULL, false},
    {"control", NULL, false},
    {"control_ratio", "x", true},
    {"loss_share", "loss", true},
    {"plan", NULL, false},
    {"norm_kwh", "norm", true},
    {"act", NULL, false},
};

static en_code put_contract(struct en_rows *rows, struct en_store *store,
                            const struct en_contract_row *row, struct en_error *err)
{
    struct en_slice key = {0};
    int32_t offset = 0;
    en_code code = en_keys_key(store, EN_NAME_POINT, row->point, &key, err);
    code = code == EN_OK ? en_keys_point_offset(store, row->point, row->from, &offset, err) : code;
    if (code != EN_OK) {
        return code;
    }
    en_rows_slice(rows, key);
    en_rows_instant_or_null(rows, row->from, offset);
    en_rows_instant_or_null(rows, row->to, offset);
    put_text(rows, row->number);
    put_micro(rows, row->max_power_micro);
    put_text(rows, row->connection);
    put_micro(rows, row->connection_power_micro);
    put_micro(rows, row->declared_power_micro);
    put_micro(rows, row->contracted_power_micro);
    put_micro(rows, row->current_micro);
    en_rows_count(rows, row->phases);
    put_micro(rows, row->phase_voltage_micro);
    put_ratio(rows, row->cos_phi);
    en_rows_count(rows, row->category);
    en_rows_count(rows, row->billing_day);
    en_rows_count(rows, row->billing_hour);
    put_text(rows, row->tariff);
    put_text(rows, row->calendar);
    code = put_channel(rows, store, row->control_channel, err);
    put_ratio(rows, row->control_ratio);
    put_ratio(rows, row->loss_share);
    code = code == EN_OK ? put_channel(rows, store, row->plan_channel, err) : code;
    put_micro(rows, row->norm_micro);
    put_text(rows, row->act);
    return code;
}

/* Rows of one point, 0 all. */
static en_code list_contracts_of(struct en_store *store, const struct en_arguments *arguments,
                                 struct en_io *io, uint32_t point, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_rows rows;
    struct en_contract_row from = {.point = point, .from = {INT64_MIN}};
    en_rows_begin(&rows, io, arguments->output, contract_columns, EN_COUNT_OF(contract_columns));
    en_code code = en_table_scan_begin(store, &en_table_contract, point == 0 ? NULL : &from,
                                       point == 0 ? 0 : 1, &scan, err);
    while (code == EN_OK) {
        struct en_contract_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = put_contract(&rows, store, &row, err);
        }
    }
    en_table_scan_end(&scan);
    rows.column = code == EN_NOT_FOUND ? rows.column : 0;
    en_rows_end(&rows);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code list_contracts(struct en_store *store, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    return list_contracts_of(store, arguments, io, 0, err);
}

static en_code show_contract(struct en_store *store, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    uint32_t point = 0;
    struct en_slice key = en_slice_text(en_arguments_operand(arguments, 0));
    en_code code = en_keys_find(store, EN_NAME_POINT, key, &point, err);
    return code == EN_OK ? list_contracts_of(store, arguments, io, point, err) : code;
}

en_code en_run_contract_list(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_contracts, err);
}

en_code en_run_contract_show(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, show_contract, err);
}

static en_code list_causes(struct en_store *store, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"point", NULL, false}, {"from", NULL, false},
                                               {"to", NULL, false},    {"cause", NULL, false},
                                               {"about", NULL, false}, {"act", NULL, false}};
    struct en_table_scan scan;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_supply_cause, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_supply_cause_row row;
        struct en_slice key = {0};
        int32_t offset = 0;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK) {
            break;
        }
        code = en_keys_key(store, EN_NAME_POINT, row.point, &key, err);
        code =
            code == EN_OK ? en_keys_point_offset(store, row.point, row.from, &offset, err) : code;
        en_rows_slice(&rows, key);
        en_rows_instant_or_null(&rows, row.from, offset);
        en_rows_instant_or_null(&rows, row.to, offset);
        en_rows_text(&rows, row.cause == 0 ? "NONE" : en_decree_cause_name(row.cause));
        en_rows_text(&rows, row.cause == 0 ? "taken back" : en_decree_cause_about(row.cause));
        put_text(&rows, row.act);
    }
    en_table_scan_end(&scan);
    rows.column = code == EN_NOT_FOUND ? rows.column : 0;
    en_rows_end(&rows);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_run_cause_list(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_causes, err);
}
