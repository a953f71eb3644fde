/* Commands about what balances stand on: equipment that loses energy, metering circuits, the bypass
 * breaker. */
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/commands/submission.h"
#include "app/rows.h"
#include "core/event/payload.h"
#include "core/metering/formula/formula.h"
#include "projections/tables.h"
#include "projections/tables_balance.h"
#include "projections/views/keys.h"

#define SHOW_ARENA_SIZE (1u << 20)

/* ---- equipment set ---- */

/* A number in 1e-6; absent: *micro stays. */
static en_code micro_of(const struct en_arguments *arguments, const char *option, int64_t *micro,
                        struct en_error *err)
{
    const char *text = en_arguments_value(arguments, option);
    en_code code = text == NULL ? EN_OK : en_micro_parse(en_slice_text(text), micro, err);
    return code == EN_OK ? EN_OK : en_error_wrap(err, "--%s", option);
}

static en_code numbers_of(const struct en_arguments *arguments, struct en_equipment_set *set,
                          struct en_error *err)
{
    const struct {
        const char *option;
        int64_t *micro;
    } rows[] = {
        {"idle-loss", &set->idle_micro_kw},
        {"power", &set->rated_micro_kva},
        {"rated-voltage", &set->rated_micro_kv},
        {"ohm-per-km", &set->micro_ohm_per_km},
        {"km", &set->micro_km},
        {"wire-drop", &set->wire_micro_percent},
        {"current", &set->rated_micro_a},
    };
    en_code code = EN_OK;
    uint64_t phases = 0;
    const char *tangent = en_arguments_value(arguments, "tangent");
    for (size_t i = 0; i < EN_COUNT_OF(rows) && code == EN_OK; i++) {
        code = micro_of(arguments, rows[i].option, rows[i].micro, err);
    }
    if (code == EN_OK && tangent != NULL) {
        code = en_ratio_parse(en_slice_text(tangent), &set->tangent, err);
        code = code == EN_OK ? EN_OK : en_error_wrap(err, "--tangent");
    }
    code = code == EN_OK ? en_arguments_number(arguments, "phases", 3, &phases, err) : code;
    set->phases = (uint8_t)phases;
    return code;
}

/* One load, or one for each winding: those whose active energy is given. */
static en_code loads_of(const struct en_arguments *arguments, struct en_equipment_set *set,
                        struct en_equipment_load loads[EN_EQUIPMENT_LOADS_MAX],
                        struct en_error *err)
{
    static const char *const names[EN_EQUIPMENT_LOADS_MAX][3] = {
        {"active", "reactive", "load-loss"},
        {"active-2", "reactive-2", "load-loss-2"},
        {"active-3", "reactive-3", "load-loss-3"},
    };
    struct en_slice none = en_slice_text("");
    uint32_t count = 0;
    en_code code = EN_OK;
    for (size_t i = 0; i < EN_EQUIPMENT_LOADS_MAX && code == EN_OK; i++) {
        bool has_active = en_arguments_has(arguments, names[i][0]);
        bool has_other =
            en_arguments_has(arguments, names[i][1]) || en_arguments_has(arguments, names[i][2]);
        if (!has_active && has_other) {
            return en_error_set(
                err, EN_USAGE, "--%s wants --%s beside it",
                en_arguments_has(arguments, names[i][1]) ? names[i][1] : names[i][2], names[i][0]);
        }
        if (has_active) {
            struct en_equipment_load *load = &loads[count++];
            *load = (struct en_equipment_load){
                .active = en_arguments_text(arguments, names[i][0], none),
                .reactive = en_arguments_text(arguments, names[i][1], none),
            };
            code = micro_of(arguments, names[i][2], &load->load_micro_kw, err);
        }
    }
    set->loads = (struct en_list){loads, count};
    return code;
}

static en_code texts_of(struct en_session *session, const struct en_arguments *arguments,
                        struct en_equipment_set *set, struct en_error *err)
{
    struct en_slice none = en_slice_text("");
    const char *object = en_arguments_value(arguments, "object");
    const char *point = en_arguments_value(arguments, "point");
    set->type = en_slice_text(en_arguments_value(arguments, "type"));
    set->voltage = en_arguments_text(arguments, "voltage", none);
    set->worked = en_arguments_text(arguments, "worked", none);
    set->current_class = en_arguments_text(arguments, "current-class", none);
    set->voltage_class = en_arguments_text(arguments, "voltage-class", none);
    set->meter_class = en_arguments_text(arguments, "meter-class", none);
    set->document = en_arguments_text(arguments, "act", none);
    en_code code = EN_OK;
    if (object != NULL) {
        code = en_engine_find(session->engine, EN_NAME_OBJECT, object, &set->object, err);
    }
    if (code == EN_OK && point != NULL) {
        code = en_engine_find(session->engine, EN_NAME_POINT, point, &set->point, err);
    }
    return code;
}

/* The series of its losses, unless it has none. */
static en_code name_losses(struct en_session *session, const char *name,
                           struct en_equipment_set *set, struct en_error *err)
{
    char key[EN_NAME_SIZE_MAX + 1];
    en_equipment_type type = EN_EQUIPMENT_TRANSFORMER;
    en_code code = en_equipment_type_parse(set->type, &type, err);
    if (code != EN_OK || type == EN_EQUIPMENT_METERING) {
        return code;
    }
    int size = snprintf(key, sizeof key, "%s" EN_FORMULA_LOSS_SUFFIX, name);
    if (size < 0 || (size_t)size >= sizeof key) {
        return en_error_set(err, EN_RANGE, "the name of an equipment has at most %u bytes",
                            EN_NAME_SIZE_MAX - 5);
    }
    return en_engine_name(session->engine, EN_NAME_FORMULA, key, &set->node, err);
}

en_code en_run_equipment_set(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    const char *name = en_arguments_operand(arguments, 0);
    struct en_equipment_load loads[EN_EQUIPMENT_LOADS_MAX] = {0};
    struct en_equipment_set set = {.name = en_slice_text(name), .tangent = {0, 1}};
    struct en_day day = {0};
    uint32_t equipment = 0;
    en_code code = en_arguments_day(arguments, "from", &day, err);
    code = code == EN_OK ? texts_of(session, arguments, &set, err) : code;
    code = code == EN_OK ? numbers_of(arguments, &set, err) : code;
    code = code == EN_OK ? loads_of(arguments, &set, loads, err) : code;
    code = code == EN_OK ? name_losses(session, name, &set, err) : code;
    code = code == EN_OK ? en_equipment_check(&set, err) : code;
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_EQUIPMENT, name, &equipment, err);
    }
    /* as of formulas: the day's number counts, told as its midnight in UTC */
    return code == EN_OK
               ? en_submit_one(session, arguments, io, EN_KIND_EQUIPMENT_SET, name, equipment,
                               en_valid_from(en_day_interval(day, 0).from), &set, err)
               : code;
}

/* ---- equipment list, show ---- */

/* The formula of its losses on the day. */
static en_code put_losses(struct en_rows *rows, struct en_store *store,
                          const struct en_equipment_row *row, struct en_error *err)
{
    struct en_formula_row formula = {.node = row->set.node, .from_day = row->from_day};
    en_code code = row->set.node == 0
                       ? EN_NOT_FOUND
                       : en_table_last_before(store, &en_table_formula, &formula, 1, NULL, err);
    if (code == EN_OK) {
        en_rows_slice(rows, formula.expression);
    } else {
        en_rows_null(rows);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void put_class(struct en_rows *rows, struct en_slice text)
{
    if (text.size > 0) {
        en_rows_slice(rows, text);
    } else {
        en_rows_null(rows);
    }
}

static en_code put_equipment(struct en_rows *rows, struct en_store *store,
                             const struct en_equipment_row *row, struct en_error *err)
{
    char tangent[EN_RATIO_TEXT_SIZE] = "0";
    en_rows_slice(rows, row->set.name);
    en_rows_day(rows, row->from_day);
    en_rows_slice(rows, row->set.type);
    en_code code = en_list_key(rows, store, EN_NAME_OBJECT, row->set.object, err);
    code = code == EN_OK ? en_list_key(rows, store, EN_NAME_POINT, row->set.point, err) : code;
    en_rows_micro(rows, row->set.idle_micro_kw);
    en_rows_micro(rows, row->set.rated_micro_kva);
    en_rows_micro(rows, row->set.rated_micro_kv);
    en_rows_micro(rows, row->set.micro_ohm_per_km);
    en_rows_micro(rows, row->set.micro_km);
    if (row->set.tangent.den != 0) {
        (void)en_ratio_print(row->set.tangent, tangent);
    }
    en_rows_text(rows, tangent);
    put_class(rows, row->set.current_class);
    put_class(rows, row->set.voltage_class);
    put_class(rows, row->set.meter_class);
    en_rows_micro(rows, row->set.wire_micro_percent);
    en_rows_micro(rows, row->set.rated_micro_a);
    put_class(rows, row->set.document);
    return code == EN_OK ? put_losses(rows, store, row, err) : code;
}

/* The rows of one equipment, or of all. */
static en_code put_rows(struct en_store *store, const struct en_arguments *arguments,
                        struct en_io *io, uint32_t only, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"equipment", NULL, false},
        {"from", NULL, false},
        {"type", NULL, false},
        {"object", NULL, false},
        {"point", NULL, false},
        {"idle_kw", "idle kW", true},
        {"rated_kva", "kVA", true},
        {"rated_kv", "kV", true},
        {"ohm_per_km", "ohm/km", true},
        {"km", NULL, true},
        {"tangent", "tg", true},
        {"current_class", "CT", false},
        {"voltage_class", "VT", false},
        {"meter_class", "meter", false},
        {"wire_percent", "wire %", true},
        {"rated_a", "A", true},
        {"act", NULL, false},
        {"losses", NULL, false},
    };
    struct en_table_scan scan;
    struct en_arena arena;
    struct en_rows rows;
    struct en_equipment_row key = {.equipment = only};
    en_arena_init(&arena, SHOW_ARENA_SIZE);
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_equipment, only == 0 ? NULL : &key,
                                       only == 0 ? 0 : 1, &scan, err);
    while (code == EN_OK) {
        struct en_equipment_row row;
        en_arena_reset(&arena);
        code = en_table_scan_next(&scan, &row, &arena, err);
        code = code == EN_OK ? put_equipment(&rows, store, &row, err) : code;
    }
    en_table_scan_end(&scan);
    rows.column = code == EN_NOT_FOUND ? rows.column : 0;
    en_rows_end(&rows);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code list_equipment(struct en_store *store, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    return put_rows(store, arguments, io, 0, err);
}

static en_code show_equipment(struct en_store *store, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    uint32_t id = 0;
    struct en_slice name = en_slice_text(en_arguments_operand(arguments, 0));
    en_code code = en_keys_find(store, EN_NAME_EQUIPMENT, name, &id, err);
    return code == EN_OK ? put_rows(store, arguments, io, id, err) : code;
}

en_code en_run_equipment_list(struct en_session *session, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_equipment, err);
}

en_code en_run_equipment_show(struct en_session *session, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, show_equipment, err);
}

/* ---- bypass ---- */

static en_code switch_bypass(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_interval valid,
                             const struct en_bypass_set *set, struct en_error *err)
{
    const char *name = en_arguments_operand(arguments, 0);
    uint32_t bypass = 0;
    en_code code = en_engine_find(session->engine, EN_NAME_POINT, name, &bypass, err);
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_BYPASS_SET, name, bypass,
                                         valid, set, err)
                         : code;
}

en_code en_run_bypass_on(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    struct en_bypass_set set = {.is_on = true,
                                .is_inverted = en_arguments_has(arguments, "inverted")};
    struct en_interval valid = {{0}, {0}};
    set.document = en_arguments_text(arguments, "act", en_slice_text(""));
    en_code code = en_engine_find(session->engine, EN_NAME_POINT,
                                  en_arguments_operand(arguments, 1), &set.feeder, err);
    code = code == EN_OK ? en_arguments_instant(arguments, "at", &valid.from, err) : code;
    valid.to = valid.from;
    code = code == EN_OK ? en_arguments_instant(arguments, "to", &valid.to, err) : code;
    if (code == EN_OK && en_arguments_has(arguments, "to") && valid.to.us <= valid.from.us) {
        return en_error_set(err, EN_USAGE, "--to must be after --at");
    }
    return code == EN_OK ? switch_bypass(session, arguments, io, valid, &set, err) : code;
}

en_code en_run_bypass_off(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    struct en_bypass_set set = {.is_on = false};
    struct en_interval valid = {{0}, {0}};
    set.document = en_arguments_text(arguments, "act", en_slice_text(""));
    en_code code = en_arguments_instant(arguments, "at", &valid.from, err);
    valid.to = valid.from;
    return code == EN_OK ? switch_bypass(session, arguments, io, valid, &set, err) : code;
}

static en_code list_bypasses(struct en_store *store, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"bypass", NULL, false}, {"feeder", NULL, false},   {"from", NULL, false},
        {"to", NULL, false},     {"inverted", NULL, false}, {"act", NULL, false},
    };
    struct en_table_scan scan;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_bypass_use, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_bypass_use_row row;
        int32_t offset = 0;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.to.us == row.from.us) { /* taken back */
            continue;
        }
        code = en_keys_point_offset(store, row.bypass, row.from, &offset, err);
        code = code == EN_OK ? en_list_key(&rows, store, EN_NAME_POINT, row.bypass, err) : code;
        code = code == EN_OK ? en_list_key(&rows, store, EN_NAME_POINT, row.feeder, err) : code;
        en_rows_instant(&rows, row.from, offset);
        if (row.to.us == EN_BYPASS_OPEN.us) {
            en_rows_null(&rows);
        } else {
            en_rows_instant(&rows, row.to, offset);
        }
        en_rows_bool(&rows, row.is_inverted);
        put_class(&rows, row.document);
    }
    en_table_scan_end(&scan);
    rows.column = code == EN_NOT_FOUND ? rows.column : 0;
    en_rows_end(&rows);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_run_bypass_list(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_bypasses, err);
}
