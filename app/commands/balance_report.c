/* The standard balances of an object, and what is lost: balance scheme, report losses. */
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/commands/submission.h"
#include "app/rows.h"
#include "core/event/payload.h"
#include "projections/views/keys.h"
#include "projections/views/losses.h"
#include "projections/views/scheme.h"

#define ARENA_SIZE_MAX ((size_t)256 << 20)

/* ---- balance scheme ---- */

static en_code name_side(struct en_session *session, struct en_slice name, const char *side,
                         uint32_t *node, struct en_error *err)
{
    char key[EN_NAME_SIZE_MAX + 1];
    int size = snprintf(key, sizeof key, "%.*s.%s", (int)name.size, (const char *)name.bytes, side);
    if (size < 0 || (size_t)size >= sizeof key) {
        return en_error_set(err, EN_RANGE, "the name of a balance has at most %u bytes",
                            EN_NAME_SIZE_MAX - 8);
    }
    return en_engine_name(session->engine, EN_NAME_FORMULA, key, node, err);
}

static en_code add_balance(struct en_session *session, struct en_submission *submission,
                           const struct en_scheme_balance *balance, struct en_day day,
                           struct en_error *err)
{
    char name[EN_NAME_SIZE_MAX + 1];
    uint32_t id = 0;
    struct en_balance_set set = {.name = balance->name,
                                 .in = balance->in,
                                 .out = balance->out,
                                 .losses = balance->losses,
                                 .object = balance->object_id};
    (void)snprintf(name, sizeof name, "%.*s", (int)balance->name.size,
                   (const char *)balance->name.bytes);
    en_code code = name_side(session, set.name, "in", &set.in_node, err);
    code = code == EN_OK ? name_side(session, set.name, "out", &set.out_node, err) : code;
    if (code == EN_OK && set.losses.size > 0) {
        code = name_side(session, set.name, "losses", &set.losses_node, err);
    }
    code = code == EN_OK ? en_engine_name(session->engine, EN_NAME_BALANCE, name, &id, err) : code;
    return code == EN_OK ? en_submission_add(submission, EN_KIND_BALANCE_SET, id,
                                             en_valid_from(en_day_interval(day, 0).from), &set, err)
                         : code;
}

/* Sets what is new or changed, all of it with one append. */
static en_code set_scheme(struct en_session *session, const struct en_scheme *scheme,
                          struct en_day day, struct en_io *io, struct en_error *err)
{
    struct en_submission submission;
    en_code code = en_submission_init(&submission, session->engine, err);
    for (size_t i = 0; i < scheme->count && code == EN_OK; i++) {
        en_scheme_state state = scheme->balances[i].state;
        if (state == EN_SCHEME_NEW || state == EN_SCHEME_CHANGED) {
            code = add_balance(session, &submission, &scheme->balances[i], day, err);
        }
    }
    if (code == EN_OK && submission.batch.count > 0) {
        code = en_submission_send(&submission, io, err);
    }
    en_submission_fini(&submission);
    return code;
}

static void put_scheme(const struct en_scheme *scheme, const struct en_arguments *arguments,
                       struct en_io *io)
{
    static const struct en_column columns[] = {
        {"balance", NULL, false}, {"rule", NULL, false},   {"object", NULL, false},
        {"state", NULL, false},   {"in", NULL, false},     {"out", NULL, false},
        {"losses", NULL, false},  {"reason", NULL, false},
    };
    struct en_rows rows;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    for (size_t i = 0; i < scheme->count; i++) {
        const struct en_scheme_balance *balance = &scheme->balances[i];
        en_rows_slice(&rows, balance->name);
        en_rows_text(&rows, balance->rule);
        en_rows_slice(&rows, balance->object);
        en_rows_text(&rows, en_scheme_state_text(balance->state));
        en_rows_slice_or_null(&rows, balance->in);
        en_rows_slice_or_null(&rows, balance->out);
        en_rows_slice_or_null(&rows, balance->losses);
        en_rows_slice_or_null(&rows, balance->why);
    }
    en_rows_end(&rows);
    if (arguments->is_dry_run) {
        en_io_note(io, "Nothing was set: --dry-run.");
    }
}

en_code en_run_balance_scheme(struct en_session *session, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    struct en_slice key = en_slice_text(en_arguments_operand(arguments, 0));
    struct en_day day = {0};
    struct en_scheme scheme = {0};
    struct en_arena arena;
    struct en_view view;
    uint32_t object = 0;
    en_code code = en_arguments_day(arguments, "from", &day, err);
    code = code == EN_OK ? en_engine_view_open(session->engine, NULL, io, &view, err) : code;
    if (code != EN_OK) {
        return code;
    }
    en_arena_init(&arena, ARENA_SIZE_MAX);
    code = en_keys_find(view.store, EN_NAME_OBJECT, key, &object, err);
    code = code == EN_OK ? en_scheme_plan(view.store, object, day, &arena, &scheme, err) : code;
    en_engine_view_close(session->engine, &view);
    if (code == EN_OK && !arguments->is_dry_run) {
        code = set_scheme(session, &scheme, day, io, err);
    }
    if (code == EN_OK) {
        put_scheme(&scheme, arguments, io);
    }
    en_arena_fini(&arena);
    return code;
}

/* ---- report losses ---- */

static void put_nulls(struct en_rows *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        en_rows_null(rows);
    }
}

static void put_flags(struct en_rows *rows, uint64_t quality)
{
    char text[512] = "";
    size_t size = 0;
    for (unsigned flag = 0; flag < EN_QUALITY_FLAGS_COUNT; flag++) {
        if ((quality & EN_QUALITY_FLAG(flag)) != 0 && size < sizeof text) {
            size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", size > 0 ? "+" : "",
                                     en_quality_flag_name(flag));
        }
    }
    en_rows_text(rows, text);
}

static en_code put_object(struct en_rows *rows, struct en_store *store, uint32_t object,
                          struct en_error *err)
{
    struct en_slice key = {0};
    en_code code = en_keys_key(store, EN_NAME_OBJECT, object, &key, err);
    en_rows_slice_or_null(rows, key);
    return code;
}

static en_code put_equipment(struct en_rows *rows, struct en_store *store,
                             const struct en_losses_equipment *one, struct en_error *err)
{
    en_rows_text(rows, "equipment");
    en_rows_slice(rows, one->name);
    en_rows_slice(rows, one->type);
    en_code code = put_object(rows, store, one->object, err);
    put_nulls(rows, 3);
    en_rows_micro(rows, one->micro);
    put_nulls(rows, 3);
    en_rows_count(rows, one->slots_count);
    en_rows_count(rows, one->missing_count);
    put_flags(rows, one->quality);
    put_nulls(rows, 2);
    return code;
}

static en_code put_level(struct en_rows *rows, struct en_store *store,
                         const struct en_losses_level *level, struct en_error *err)
{
    const struct en_balance_totals *totals = &level->balance.totals;
    en_rows_text(rows, "level");
    en_rows_slice(rows, level->name);
    en_rows_null(rows);
    en_code code = put_object(rows, store, level->object, err);
    en_rows_micro(rows, totals->in_micro);
    en_rows_micro(rows, totals->out_micro);
    en_rows_micro(rows, level->loss.reported_micro);
    en_rows_micro(rows, totals->losses_micro);
    en_rows_micro(rows, level->loss.commercial_micro);
    en_rows_percent(rows, level->loss.commercial_percent);
    en_rows_bool(rows, level->loss.is_above);
    en_rows_count(rows, totals->slots_count);
    en_rows_count(rows, totals->partial_count);
    en_rows_null(rows);
    en_rows_text(rows, en_balance_verdict_text(level->balance.verdict));
    en_rows_text(rows, level->balance.reason);
    return code;
}

static en_code put_losses(struct en_store *store, const struct en_losses *losses,
                          const struct en_arguments *arguments, struct en_io *io,
                          struct en_error *err)
{
    static const struct en_column columns[] = {
        {"kind", NULL, false},      {"name", NULL, false},
        {"type", NULL, false},      {"object", NULL, false},
        {"in", NULL, true},         {"out", NULL, true},
        {"reported", NULL, true},   {"technical", NULL, true},
        {"commercial", NULL, true}, {"commercial_percent", "commercial %", true},
        {"listed", NULL, false},    {"slots", NULL, true},
        {"missing", NULL, true},    {"flags", NULL, false},
        {"verdict", NULL, false},   {"reason", NULL, false},
    };
    struct en_rows rows;
    en_code code = EN_OK;
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    for (size_t i = 0; i < losses->equipment_count && code == EN_OK; i++) {
        code = put_equipment(&rows, store, &losses->equipment[i], err);
    }
    for (size_t i = 0; i < losses->levels_count && code == EN_OK; i++) {
        code = put_level(&rows, store, &losses->levels[i], err);
    }
    rows.column = code == EN_OK ? rows.column : 0;
    en_rows_end(&rows);
    return code;
}

static en_code report_losses(struct en_store *store, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    const char *object = en_arguments_value(arguments, "object");
    const char *lane = en_arguments_value(arguments, "lane");
    struct en_losses_query query = {
        .lane = lane != NULL && strcmp(lane, "live") == 0 ? EN_LANE_LIVE : EN_LANE_FISCAL};
    struct en_losses losses;
    struct en_arena arena;
    en_code code = en_arguments_day(arguments, "from", &query.from, err);
    code = code == EN_OK ? en_arguments_day(arguments, "to", &query.to, err) : code;
    if (code == EN_OK && object != NULL) {
        code = en_keys_find(store, EN_NAME_OBJECT, en_slice_text(object), &query.object, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_arena_init(&arena, ARENA_SIZE_MAX);
    code = en_losses_gather(store, &query, &arena, &losses, err);
    code = code == EN_OK ? put_losses(store, &losses, arguments, io, err) : code;
    en_arena_fini(&arena);
    return code;
}

en_code en_run_report_losses(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, report_losses, err);
}
