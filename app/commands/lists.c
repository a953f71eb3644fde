/* Commands that list what there is: each gathers rows while the tables are open, and prints after.
 */
#include <inttypes.h>
#include <stdio.h>

#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/engine.h"
#include "app/rows.h"
#include "core/event/payload.h"
#include "core/metering/quantity.h"
#include "projections/tables.h"
#include "projections/views/freeze_checks.h"
#include "projections/views/keys.h"

#define HELD_SIZE_MAX (512u << 20)

/* An io that keeps what is printed until the view is closed: the reader's pace must not hold the
 * tables. */
struct held {
    struct en_io io;
    struct en_buf bytes;
};

static en_code hold(void *self, en_stream stream, struct en_slice bytes)
{
    struct held *held = self;
    (void)stream;
    en_buf_append(&held->bytes, bytes.bytes, bytes.size);
    return held->bytes.code;
}

en_code en_list_run(struct en_session *session, const struct en_arguments *arguments,
                    struct en_io *io, en_list_fill run, struct en_error *err)
{
    struct held held = {.io = *io};
    struct en_view view;
    en_code code = en_engine_view_open(session->engine, arguments->as_of, io, &view, err);
    if (code != EN_OK) {
        return code;
    }
    en_buf_init(&held.bytes, HELD_SIZE_MAX);
    held.io.self = &held;
    held.io.write = hold;
    held.io.is_cancelled = NULL;
    en_io_init(&held.io);
    code = run(view.store, arguments, &held.io, err);
    en_engine_view_close(session->engine, &view);
    en_io_fini(&held.io);
    if (code == EN_OK) {
        code = en_buf_code(&held.bytes, err);
    }
    if (code == EN_OK) {
        en_io_write(io, en_buf_slice(&held.bytes));
    }
    en_buf_fini(&held.bytes);
    return code;
}

en_code en_list_key(struct en_rows *rows, struct en_store *store, en_name_type type, uint32_t id,
                    struct en_error *err)
{
    struct en_slice key = {0};
    en_code code = en_keys_key(store, type, id, &key, err);
    en_rows_slice_or_null(rows, code == EN_OK ? key : (struct en_slice){0});
    return code;
}

static en_code scan_next(struct en_table_scan *scan, void *row, en_code code, struct en_error *err)
{
    return code == EN_OK ? en_table_scan_next(scan, row, NULL, err) : code;
}

static en_code end_scan(struct en_table_scan *scan, struct en_rows *rows, en_code code)
{
    en_table_scan_end(scan);
    if (code != EN_NOT_FOUND) {
        rows->column = 0;
    }
    en_rows_end(rows);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code list_objects(struct en_store *store, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"object", NULL, false},
                                               {"from", NULL, false},
                                               {"name", NULL, false},
                                               {"type", NULL, false},
                                               {"parent", NULL, false},
                                               {"zone", NULL, false},
                                               {"fiscal_offset_minutes", "offset", true}};
    struct en_table_scan scan;
    struct en_object_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_object, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = scan_next(&scan, &row, code, err);
        if (code != EN_OK) {
            break;
        }
        char offset[16];
        (void)snprintf(offset, sizeof offset, "%" PRId32, row.fiscal_offset_minutes);
        code = en_list_key(&rows, store, EN_NAME_OBJECT, row.object, err);
        en_rows_instant_or_null(&rows, row.from, row.fiscal_offset_minutes);
        en_rows_slice(&rows, row.name);
        en_rows_slice(&rows, row.type);
        code = code == EN_OK ? en_list_key(&rows, store, EN_NAME_OBJECT, row.parent, err) : code;
        en_rows_slice(&rows, row.zone);
        en_rows_json(&rows, en_slice_text(offset));
    }
    return end_scan(&scan, &rows, code);
}

en_code en_run_object_list(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_objects, err);
}

static en_code list_points(struct en_store *store, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"point", NULL, false},
                                               {"from", NULL, false},
                                               {"name", NULL, false},
                                               {"resource", NULL, false},
                                               {"object", NULL, false}};
    struct en_table_scan scan;
    struct en_point_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_point, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = scan_next(&scan, &row, code, err);
        if (code != EN_OK) {
            break;
        }
        code = en_list_key(&rows, store, EN_NAME_POINT, row.point, err);
        en_rows_instant_or_null(&rows, row.from, 0);
        en_rows_slice(&rows, row.name);
        en_rows_slice(&rows, row.resource);
        code = code == EN_OK ? en_list_key(&rows, store, EN_NAME_OBJECT, row.object, err) : code;
    }
    return end_scan(&scan, &rows, code);
}

en_code en_run_point_list(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_points, err);
}

static en_code list_channels(struct en_store *store, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"point", NULL, false}, {"channel", NULL, false},       {"unit", NULL, false},
        {"basis", NULL, false}, {"slot_seconds", "slot", true}, {"primary", NULL, false}};
    static const char *const bases[] = {"?", "profile", "register", "pulses"};
    struct en_table_scan scan;
    struct en_channel_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_channel, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = scan_next(&scan, &row, code, err);
        if (code != EN_OK) {
            break;
        }
        code = en_list_key(&rows, store, EN_NAME_POINT, row.point, err);
        en_rows_slice(&rows, row.code);
        en_rows_text(&rows, en_unit_name((en_unit)row.unit));
        en_rows_text(&rows, bases[row.basis < EN_COUNT_OF(bases) ? row.basis : 0]);
        en_rows_count(&rows, row.slot_seconds);
        en_rows_bool(&rows, row.is_primary);
    }
    return end_scan(&scan, &rows, code);
}

en_code en_run_channel_list(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_channels, err);
}

/* Where a device is now: the point whose newest installation names it. */
static en_code put_place(struct en_rows *rows, struct en_store *store, uint32_t device,
                         struct en_error *err)
{
    struct en_table_scan scan;
    struct en_device_point_row place = {.device = device};
    uint32_t point = 0;
    struct en_arena arena;
    en_arena_init(&arena, 1u << 20);
    en_code code = en_table_scan_begin(store, &en_table_device_point, &place, 1, &scan, err);
    while (code == EN_OK && point == 0) {
        code = en_table_scan_next(&scan, &place, NULL, err);
        struct en_installation_row installation = {.point = place.point, .from = {INT64_MAX}};
        if (code == EN_OK) {
            code =
                en_table_last_before(store, &en_table_installation, &installation, 1, &arena, err);
            point = code == EN_OK && installation.device == device ? place.point : 0;
        }
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_OK || code == EN_NOT_FOUND
               ? en_list_key(rows, store, EN_NAME_POINT, point, err)
               : code;
}

static en_code list_devices(struct en_store *store, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"device", NULL, false},
                                               {"serial", NULL, false},
                                               {"type", NULL, false},
                                               {"capacity", NULL, true},
                                               {"point", NULL, false}};
    struct en_table_scan scan;
    struct en_device_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_device, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = scan_next(&scan, &row, code, err);
        if (code != EN_OK) {
            break;
        }
        char capacity[EN_DECIMAL_TEXT_SIZE];
        code = en_list_key(&rows, store, EN_NAME_DEVICE, row.device, err);
        en_rows_slice(&rows, row.serial);
        en_rows_slice(&rows, row.type);
        if (row.capacity.digits == 0) {
            en_rows_null(&rows);
        } else {
            (void)en_decimal_print(row.capacity, capacity);
            en_rows_text(&rows, capacity);
        }
        code = code == EN_OK ? put_place(&rows, store, row.device, err) : code;
    }
    return end_scan(&scan, &rows, code);
}

en_code en_run_device_list(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_devices, err);
}

static en_code list_transformers(struct en_store *store, const struct en_arguments *arguments,
                                 struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"transformer", NULL, false},
                                               {"name", NULL, false},
                                               {"type", NULL, false},
                                               {"ratio", NULL, true},
                                               {"object", NULL, false}};
    struct en_table_scan scan;
    struct en_transformer_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_transformer, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = scan_next(&scan, &row, code, err);
        if (code != EN_OK) {
            break;
        }
        char ratio[EN_RATIO_TEXT_SIZE];
        (void)en_ratio_print(row.ratio, ratio);
        code = en_list_key(&rows, store, EN_NAME_TRANSFORMER, row.transformer, err);
        en_rows_slice(&rows, row.name);
        en_rows_slice(&rows, row.type);
        en_rows_text(&rows, ratio);
        code = code == EN_OK ? en_list_key(&rows, store, EN_NAME_OBJECT, row.object, err) : code;
    }
    return end_scan(&scan, &rows, code);
}

en_code en_run_transformer_list(struct en_session *session, const struct en_arguments *arguments,
                                struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_transformers, err);
}

static en_code list_formulas(struct en_store *store, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"formula", NULL, false},
                                               {"from", NULL, false},
                                               {"unit", NULL, false},
                                               {"expression", NULL, false}};
    struct en_table_scan scan;
    struct en_formula_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_formula, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = scan_next(&scan, &row, code, err);
        if (code == EN_OK && !row.is_hidden) {
            en_rows_slice(&rows, row.name);
            en_rows_day(&rows, row.from_day);
            en_rows_text(&rows, en_unit_name((en_unit)row.unit));
            en_rows_slice(&rows, row.expression);
        }
    }
    return end_scan(&scan, &rows, code);
}

en_code en_run_formula_list(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_formulas, err);
}

static en_code list_balances(struct en_store *store, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {{"balance", NULL, false}, {"from", NULL, false},
                                               {"object", NULL, false},  {"in", NULL, false},
                                               {"out", NULL, false},     {"losses", NULL, false}};
    struct en_table_scan scan;
    struct en_balance_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_balance, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = scan_next(&scan, &row, code, err);
        if (code != EN_OK) {
            break;
        }
        en_rows_slice(&rows, row.name);
        en_rows_day(&rows, row.from_day);
        code = en_list_key(&rows, store, EN_NAME_OBJECT, row.object, err);
        en_rows_slice(&rows, row.in);
        en_rows_slice(&rows, row.out);
        en_rows_slice(&rows, row.losses);
    }
    return end_scan(&scan, &rows, code);
}

en_code en_run_balance_list(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_balances, err);
}

/* "no-blocking balances": the checks of a policy besides completeness. */
static void put_checks(struct en_rows *rows, uint32_t checks)
{
    char text[256] = "";
    size_t at = 0;
    for (uint32_t i = EN_FREEZE_CHECK_BLOCKING; i < EN_FREEZE_CHECKS_COUNT && at < sizeof text;
         i++) {
        if ((checks >> i & 1u) != 0) {
            int size = snprintf(text + at, sizeof text - at, "%s%s", at > 0 ? " " : "",
                                en_freeze_check_name((en_freeze_check)i));
            at += size > 0 ? (size_t)size : 0;
        }
    }
    en_rows_text(rows, text);
}

static en_code list_policies(struct en_store *store, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"policy", NULL, false}, {"complete", NULL, false}, {"in_order", "in order", false},
        {"checks", NULL, false}, {"approvals", NULL, true}, {"correction", NULL, false}};
    struct en_table_scan scan;
    struct en_policy_row row;
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_code code = en_table_scan_begin(store, &en_table_policy, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = scan_next(&scan, &row, code, err);
        if (code == EN_OK) {
            en_rows_slice(&rows, row.name);
            en_rows_bool(&rows, row.needs_completeness);
            en_rows_bool(&rows, row.needs_period_order);
            put_checks(&rows, row.checks);
            en_rows_count(&rows, row.approvals);
            en_rows_text(&rows, row.correction == 1 ? "restate" : "delta");
        }
    }
    return end_scan(&scan, &rows, code);
}

en_code en_run_policy_list(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, list_policies, err);
}
