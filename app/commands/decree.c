/* `enerlog report decree`. */
#include <inttypes.h>
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/listing.h"
#include "app/engine.h"
#include "app/rows.h"
#include "core/metering/quantity.h"
#include "projections/views/decree.h"
#include "projections/views/keys.h"

static void put_micro(struct en_rows *rows, int64_t micro, bool is_given)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    if (!is_given) {
        en_rows_null(rows);
        return;
    }
    (void)en_micro_print(micro, text);
    en_rows_text(rows, text);
}

static void put_nothing(struct en_rows *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        en_rows_null(rows);
    }
}

static void put_part(struct en_rows *rows, const struct en_decree_line *line)
{
    const struct en_decree_part *part = line->part;
    char why[EN_DECREE_WHY_SIZE];
    const char *rule = en_decree_method_rule((en_decree_method)part->method);
    bool is_filled = part->method != EN_DECREE_METHOD_NONE;
    en_rows_instant_or_null(rows, part->from, line->offset_minutes);
    en_rows_instant_or_null(rows, part->to, line->offset_minutes);
    en_rows_text(rows, en_decree_cause_name(part->cause));
    en_rows_text(rows, en_decree_method_name(part->method));
    if (rule[0] == '\0') {
        en_rows_null(rows);
    } else {
        en_rows_text(rows, rule);
    }
    put_micro(rows, part->micro, is_filled);
    put_micro(rows, part->power_micro, part->power_micro > 0);
    en_rows_instant_or_null(rows, part->reference_from, line->offset_minutes);
    en_rows_instant_or_null(rows, part->reference_to, line->offset_minutes);
    if (en_decree_why_print(part, why) == 0) {
        en_rows_null(rows);
    } else {
        en_rows_text(rows, why);
    }
}

static en_code put_line(void *self, const struct en_decree_line *line, struct en_error *err)
{
    struct en_rows *rows = self;
    char state[24];
    (void)err;
    (void)en_decree_state_print(line->period, state);
    en_rows_slice(rows, line->point_key);
    en_rows_slice(rows, line->channel->code);
    en_rows_instant_or_null(rows, line->period->from, line->offset_minutes);
    en_rows_instant_or_null(rows, line->period->to, line->offset_minutes);
    en_rows_text(rows, state);
    en_rows_text(rows, en_unit_name((en_unit)line->channel->unit));
    if (line->part != NULL) {
        put_part(rows, line);
    } else {
        put_nothing(rows, 10);
    }
    return EN_OK;
}

static en_code print_decree(struct en_store *store, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"point", NULL, false},
        {"channel", NULL, false},
        {"from", NULL, false},
        {"to", NULL, false},
        {"state", NULL, false},
        {"unit", NULL, false},
        {"missing_from", "missing", false},
        {"missing_to", "until", false},
        {"cause", NULL, false},
        {"method", NULL, false},
        {"rule", NULL, false},
        {"energy", NULL, true},
        {"power_kw", "kW", true},
        {"reference_from", "by period", false},
        {"reference_to", "to", false},
        {"why", NULL, false},
    };
    const char *point_key = en_arguments_value(arguments, "point");
    struct en_day from_day = {0};
    struct en_day to_day = {0};
    struct en_rows rows;
    uint32_t point = 0;
    en_code code = en_arguments_day(arguments, "from", &from_day, err);
    code = code == EN_OK ? en_arguments_day(arguments, "to", &to_day, err) : code;
    if (code == EN_OK && from_day.n >= to_day.n) {
        code = en_error_set(err, EN_USAGE, "--from must be before --to");
    }
    if (code == EN_OK && point_key != NULL) {
        code = en_keys_find(store, EN_NAME_POINT, en_slice_text(point_key), &point, err);
    }
    if (code != EN_OK) {
        return code;
    }
    en_rows_begin(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    code = en_decree_walk(store, point, from_day, to_day, put_line, &rows, err);
    rows.column = code == EN_OK ? rows.column : 0;
    en_rows_end(&rows);
    return code;
}

en_code en_run_report_decree(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    return en_list_run(session, arguments, io, print_decree, err);
}
