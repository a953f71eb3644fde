/* Commands that say what there is: objects, points, channels, devices, transformers, ratios. What a
 * command leaves out stays as it was. */
#include <stdio.h>

#include "app/commands/arguments.h"
#include "app/commands/commands.h"
#include "app/commands/submission.h"
#include "app/zones.h"
#include "core/event/payload.h"
#include "core/metering/formula/formula.h"
#include "core/metering/register_code.h"
#include "core/metering/resource/corrector.h"
#include "projections/tables.h"
#include "projections/views/keys.h"

#define FOREVER ((struct en_instant){INT64_MAX})
#define ARENA_SIZE (1u << 20)
#define REGISTERS_MAX 64u
#define SLOT_SECONDS_DEFAULT 1800u

/* What a set command starts from: the tables now, in a view that is closed before anything is
 * appended; texts are copied to the arena. */
struct base {
    struct en_engine *engine;
    struct en_view view;
    struct en_arena arena;
};

static en_code open_base(struct base *base, struct en_session *session, struct en_io *io,
                         struct en_error *err)
{
    base->engine = session->engine;
    en_arena_init(&base->arena, ARENA_SIZE);
    return en_engine_view_open(session->engine, NULL, io, &base->view, err);
}

static void close_base(struct base *base)
{
    en_engine_view_close(base->engine, &base->view);
    en_arena_fini(&base->arena);
}

static struct en_slice keep(struct base *base, struct en_slice text)
{
    struct en_slice copy = en_arena_copy(&base->arena, text);
    return copy.bytes == NULL ? en_slice_of("", 0) : copy;
}

/* The id of an option that names something, 0 when absent. EN_NOT_FOUND. */
static en_code id_of(struct base *base, const struct en_arguments *arguments, const char *option,
                     en_name_type type, uint32_t otherwise, uint32_t *id, struct en_error *err)
{
    const char *key = en_arguments_value(arguments, option);
    *id = otherwise;
    return key == NULL ? EN_OK : en_keys_find(base->view.store, type, en_slice_text(key), id, err);
}

/* --from as the start of that fiscal day at the offset; the beginning of time when absent. */
static en_code valid_from(const struct en_arguments *arguments, int32_t offset_minutes,
                          struct en_interval *valid, struct en_error *err)
{
    struct en_edge edge;
    *valid = (struct en_interval){{0}, {0}};
    if (!en_arguments_has(arguments, "from")) {
        return EN_OK;
    }
    en_code code = en_arguments_edge(arguments, "from", &edge, err);
    if (code == EN_OK) {
        *valid = en_valid_from(edge.is_day ? en_day_interval(edge.day, offset_minutes).from
                                           : edge.instant);
    }
    return code;
}

/* "+03:00", "-3", "180". */
static en_code parse_offset(const char *text, int32_t *minutes, struct en_error *err)
{
    bool is_negative = text[0] == '-';
    const char *at = text + (text[0] == '-' || text[0] == '+' ? 1 : 0);
    unsigned hours = 0;
    unsigned rest = 0;
    char end = 0;
    int fields = sscanf(at, "%2u:%2u%c", &hours, &rest, &end);
    if (strchr(at, ':') == NULL || fields != 2 || hours > 18 || rest > 59) {
        return en_error_set(err, EN_USAGE, "--offset is like +03:00, not \"%.32s\"", text);
    }
    int32_t whole = (int32_t)(hours * 60 + rest);
    *minutes = is_negative ? -whole : whole;
    return EN_OK;
}

/* A zone that this machine does not know would be found out only when days are counted by it. */
static en_code check_zone(struct en_session *session, const struct en_arguments *arguments,
                          struct en_error *err)
{
    const char *name = en_arguments_value(arguments, "zone");
    if (name == NULL || name[0] == '\0') {
        return EN_OK;
    }
    struct en_zones zones;
    const struct en_zone *zone = NULL;
    en_zones_init(&zones, session->engine, true);
    struct en_zone_source source = en_zones_source(&zones);
    en_code code = source.find(source.self, name, &zone, err);
    en_zones_fini(&zones);
    return code;
}

en_code en_run_object_set(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    const char *offset = en_arguments_value(arguments, "offset");
    struct base base;
    struct en_object_row row = {.from = FOREVER};
    struct en_object_set set = {.type = en_slice_text("object")};
    struct en_interval valid = {{0}, {0}};
    en_code code = check_zone(session, arguments, err);
    if (code != EN_OK) {
        return code;
    }
    code = open_base(&base, session, io, err);
    if (code == EN_OK && en_keys_find(base.view.store, EN_NAME_OBJECT, en_slice_text(key),
                                      &row.object, NULL) == EN_OK) {
        code = en_table_last_before(base.view.store, &en_table_object, &row, 1, NULL, err);
        code = code == EN_NOT_FOUND ? EN_OK : code;
        set = (struct en_object_set){keep(&base, row.name), keep(&base, row.type), row.parent,
                                     keep(&base, row.zone), row.fiscal_offset_minutes};
    }
    if (code == EN_OK) {
        code = id_of(&base, arguments, "parent", EN_NAME_OBJECT, row.parent, &set.parent, err);
    }
    if (code == EN_OK && offset != NULL) {
        code = parse_offset(offset, &set.fiscal_offset_minutes, err);
    }
    if (code == EN_OK) {
        code = valid_from(arguments, set.fiscal_offset_minutes, &valid, err);
    }
    set.name = en_arguments_text(arguments, "name", set.name);
    set.type = en_arguments_text(arguments, "type", set.type);
    set.zone = en_arguments_text(arguments, "zone", set.zone);
    en_engine_view_close(session->engine, &base.view);
    uint32_t object = 0;
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_OBJECT, key, &object, err);
    }
    if (code == EN_OK) {
        code = en_submit_one(session, arguments, io, EN_KIND_OBJECT_SET, key, object, valid, &set,
                             err);
    }
    close_base(&base);
    return code;
}

en_code en_run_point_set(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    struct base base;
    struct en_point_row row = {.from = FOREVER};
    struct en_point_set set = {.resource = en_slice_text("electricity")};
    struct en_interval valid = {{0}, {0}};
    int32_t offset = 0;
    en_code code = open_base(&base, session, io, err);
    if (code == EN_OK && en_keys_find(base.view.store, EN_NAME_POINT, en_slice_text(key),
                                      &row.point, NULL) == EN_OK) {
        code = en_table_last_before(base.view.store, &en_table_point, &row, 1, NULL, err);
        code = code == EN_NOT_FOUND ? EN_OK : code;
        set = (struct en_point_set){keep(&base, row.name), keep(&base, row.resource), row.object};
    }
    if (code == EN_OK) {
        code = id_of(&base, arguments, "object", EN_NAME_OBJECT, set.object, &set.object, err);
    }
    if (code == EN_OK) {
        code = en_keys_object_offset(base.view.store, set.object, FOREVER, &offset, err);
    }
    if (code == EN_OK) {
        code = valid_from(arguments, offset, &valid, err);
    }
    set.name = en_arguments_text(arguments, "name", set.name);
    set.resource = en_arguments_text(arguments, "resource", set.resource);
    en_engine_view_close(session->engine, &base.view);
    uint32_t point = 0;
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_POINT, key, &point, err);
    }
    if (code == EN_OK) {
        code =
            en_submit_one(session, arguments, io, EN_KIND_POINT_SET, key, point, valid, &set, err);
    }
    close_base(&base);
    return code;
}

static en_code parse_basis(const char *text, uint8_t *basis)
{
    static const char *const names[] = {"profile", "register", "pulses"};
    for (size_t i = 0; text != NULL && i < EN_COUNT_OF(names); i++) {
        if (strcmp(names[i], text) == 0) {
            *basis = (uint8_t)(i + EN_BASIS_PROFILE);
        }
    }
    return EN_OK;
}

/* What the point measures, by its newest version; electricity where nobody said. */
static en_resource resource_of(struct en_store *store, uint32_t point)
{
    struct en_point_row row = {.point = point, .from = {INT64_MAX}};
    en_resource resource = EN_RESOURCE_ELECTRICITY;
    if (en_table_last_before(store, &en_table_point, &row, 1, NULL, NULL) == EN_OK) {
        (void)en_resource_parse(row.resource, &resource);
    }
    return resource;
}

/* What the channel is, from its code where that means something, then from the options. */
static en_code fill_channel(const struct en_arguments *arguments, en_resource resource,
                            struct en_channel_set *set, struct en_error *err)
{
    struct en_register_meaning meaning;
    const char *unit = en_arguments_value(arguments, "unit");
    uint64_t slot = set->slot_seconds;
    bool is_known = en_register_meaning_of(set->code, &meaning, NULL) == EN_OK;
    const struct en_corrector_channel *corrector = en_corrector_channel_of(resource, set->code);
    bool has_unit = false;
    if (corrector != NULL && set->unit == EN_UNIT_NONE) {
        set->unit = (uint8_t)corrector->unit;
        has_unit = true;
    }
    if (set->unit == EN_UNIT_NONE && is_known) {
        set->unit = (uint8_t)meaning.unit;
        set->basis = meaning.kind == EN_REGISTER_CUMULATIVE ? EN_BASIS_REGISTER : EN_BASIS_PROFILE;
    }
    en_code code = parse_basis(en_arguments_value(arguments, "basis"), &set->basis);
    if (code == EN_OK) {
        code = en_arguments_number(arguments, "slot", 86400, &slot, err);
        set->slot_seconds = (uint32_t)slot;
    }
    if (code == EN_OK && unit != NULL && strcmp(unit, EN_FORMULA_UNIT_NONE) == 0) {
        set->unit = EN_UNIT_NONE;
        has_unit = true;
    } else if (code == EN_OK && unit != NULL) {
        en_unit parsed = EN_UNIT_NONE;
        int power = 0;
        code = en_unit_parse(en_slice_text(unit), &parsed, &power, err);
        if (code == EN_OK && power != 0) {
            code = en_error_set(err, EN_UNIT, "a channel counts in a base unit: give %s",
                                en_unit_name(parsed));
        }
        set->unit = (uint8_t)parsed;
    }
    if (code == EN_OK && set->unit == EN_UNIT_NONE && !has_unit) {
        code = en_error_set(err, EN_USAGE,
                            "the code \"%.*s\" tells no unit: give --unit (none: a plain number)",
                            (int)set->code.size, (const char *)set->code.bytes);
    }
    set->is_primary = set->is_primary || en_arguments_has(arguments, "primary");
    return code;
}

en_code en_run_channel_set(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    const char *point_key = en_arguments_operand(arguments, 0);
    struct base base;
    struct en_channel_set set = {.code = en_slice_text(en_arguments_operand(arguments, 1)),
                                 .basis = EN_BASIS_PROFILE,
                                 .slot_seconds = SLOT_SECONDS_DEFAULT};
    char key[EN_NAME_SIZE_MAX + 1];
    en_code code = open_base(&base, session, io, err);
    if (code == EN_OK) {
        code =
            en_keys_find(base.view.store, EN_NAME_POINT, en_slice_text(point_key), &set.point, err);
    }
    struct en_point_channel_row place = {.point = set.point, .code = set.code};
    if (code == EN_OK &&
        en_table_get(base.view.store, &en_table_point_channel, &place, NULL, NULL) == EN_OK) {
        struct en_channel_row row = {.channel = place.channel};
        code = en_table_get(base.view.store, &en_table_channel, &row, NULL, err);
        set.unit = row.unit;
        set.basis = row.basis;
        set.slot_seconds = row.slot_seconds;
        set.is_primary = row.is_primary;
    }
    if (code == EN_OK) {
        code = fill_channel(arguments, resource_of(base.view.store, set.point), &set, err);
    }
    en_engine_view_close(session->engine, &base.view);
    uint32_t channel = 0;
    if (code == EN_OK) {
        en_channel_key(set.point, set.code, key);
        code = en_engine_name(session->engine, EN_NAME_CHANNEL, key, &channel, err);
    }
    if (code == EN_OK) {
        (void)snprintf(key, sizeof key, "%.120s %.120s", point_key,
                       en_arguments_operand(arguments, 1));
        code = en_submit_one(session, arguments, io, EN_KIND_CHANNEL_SET, key, channel,
                             (struct en_interval){{0}, {0}}, &set, err);
    }
    close_base(&base);
    return code;
}

/* The channel of a point by its code. EN_NOT_FOUND. */
static en_code find_channel(struct en_store *store, uint32_t point, struct en_slice channel_code,
                            uint32_t *channel, struct en_error *err)
{
    struct en_point_channel_row row = {.point = point, .code = channel_code};
    en_code code = en_table_get(store, &en_table_point_channel, &row, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_NOT_FOUND, "the point has no channel \"%.*s\"",
                            (int)channel_code.size, (const char *)channel_code.bytes);
    }
    *channel = row.channel;
    return code;
}

en_code en_run_channel_error(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    const char *point_key = en_arguments_operand(arguments, 0);
    struct base base;
    uint32_t point = 0;
    uint32_t channel = 0;
    int32_t offset = 0;
    int64_t micro = 0;
    struct en_channel_error_set set = {0};
    struct en_interval valid = {{0}, {0}};
    en_code code = open_base(&base, session, io, err);
    if (code == EN_OK) {
        code = en_keys_find(base.view.store, EN_NAME_POINT, en_slice_text(point_key), &point, err);
    }
    if (code == EN_OK) {
        code = find_channel(base.view.store, point,
                            en_slice_text(en_arguments_operand(arguments, 1)), &channel, err);
    }
    if (code == EN_OK) {
        code = en_keys_point_offset(base.view.store, point, FOREVER, &offset, err);
    }
    if (code == EN_OK) {
        code = valid_from(arguments, offset, &valid, err);
    }
    if (code == EN_OK) {
        code = en_micro_parse(en_slice_text(en_arguments_value(arguments, "percent")), &micro, err);
    }
    bool is_good = micro > 0 && micro <= 100 * EN_MICRO && micro % 100 == 0;
    if (code == EN_OK && !is_good) {
        code = en_error_set(
            err, EN_USAGE, "--percent is above 0 up to 100 with at most 4 digits behind the point");
    }
    set.error_1e4_percent = (uint32_t)(micro / 100);
    en_engine_view_close(session->engine, &base.view);
    if (code == EN_OK) {
        code = en_submit_one(session, arguments, io, EN_KIND_CHANNEL_ERROR_SET, point_key, channel,
                             valid, &set, err);
    }
    close_base(&base);
    return code;
}

en_code en_run_ratio_set(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    struct base base;
    uint32_t point = 0;
    int32_t offset = 0;
    struct en_interval valid = {{0}, {0}};
    struct en_ratio_set set = {.current = EN_RATIO_ONE, .voltage = EN_RATIO_ONE};
    set.act = en_arguments_text(arguments, "act", en_slice_text(""));
    en_code code = open_base(&base, session, io, err);
    if (code == EN_OK) {
        code = en_keys_find(base.view.store, EN_NAME_POINT, en_slice_text(key), &point, err);
    }
    if (code == EN_OK) {
        code = en_keys_point_offset(base.view.store, point, FOREVER, &offset, err);
    }
    if (code == EN_OK) {
        code = valid_from(arguments, offset, &valid, err);
    }
    if (code == EN_OK && en_arguments_has(arguments, "current")) {
        code = en_ratio_parse(en_slice_text(en_arguments_value(arguments, "current")), &set.current,
                              err);
    }
    if (code == EN_OK && en_arguments_has(arguments, "voltage")) {
        code = en_ratio_parse(en_slice_text(en_arguments_value(arguments, "voltage")), &set.voltage,
                              err);
    }
    close_base(&base);
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_RATIO_SET, key, point,
                                         valid, &set, err)
                         : code;
}

en_code en_run_transformer_set(struct en_session *session, const struct en_arguments *arguments,
                               struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    struct base base;
    uint32_t transformer = 0;
    struct en_transformer_set set = {
        .name = en_slice_text(key), .type = en_slice_text("power"), .ratio = EN_RATIO_ONE};
    set.name = en_arguments_text(arguments, "name", set.name);
    set.type = en_arguments_text(arguments, "type", set.type);
    en_code code = open_base(&base, session, io, err);
    if (code == EN_OK) {
        code = id_of(&base, arguments, "object", EN_NAME_OBJECT, 0, &set.object, err);
    }
    if (code == EN_OK && en_arguments_has(arguments, "ratio")) {
        code =
            en_ratio_parse(en_slice_text(en_arguments_value(arguments, "ratio")), &set.ratio, err);
    }
    close_base(&base);
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_TRANSFORMER, key, &transformer, err);
    }
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_TRANSFORMER_SET, key,
                                         transformer, (struct en_interval){{0}, {0}}, &set, err)
                         : code;
}

/* ---- devices ---- */

en_code en_run_device_set(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    const char *key = en_arguments_operand(arguments, 0);
    const char *capacity = en_arguments_value(arguments, "capacity");
    uint64_t divisor = 1;
    uint32_t device = 0;
    struct en_device_set set = {.serial = en_slice_text(key), .type = en_slice_text("meter")};
    set.serial = en_arguments_text(arguments, "serial", set.serial);
    set.type = en_arguments_text(arguments, "type", set.type);
    en_code code = EN_OK;
    if (capacity != NULL) {
        code = en_decimal_parse(en_slice_text(capacity), EN_DECIMAL_POINT, &set.capacity, err);
    }
    if (code == EN_OK) {
        code =
            en_arguments_number(arguments, "pulses-per-unit", INT32_MAX, &set.pulses_per_unit, err);
    }
    if (code == EN_OK) {
        code = en_arguments_number(arguments, "pulse-divisor", INT32_MAX, &divisor, err);
        set.pulse_divisor = (uint32_t)divisor;
    }
    if (code == EN_OK) {
        code = en_engine_name(session->engine, EN_NAME_DEVICE, key, &device, err);
    }
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_DEVICE_SET, key, device,
                                         (struct en_interval){{0}, {0}}, &set, err)
                         : code;
}

/* "A+=1250.5,A-=3": register readings by channel code. */
static en_code parse_registers(struct base *base, uint32_t point, const char *text,
                               struct en_register_value *values, struct en_list *list,
                               struct en_error *err)
{
    *list = (struct en_list){values, 0};
    while (text != NULL && *text != '\0') {
        size_t size = strcspn(text, ",");
        size_t name_size = strcspn(text, "=,");
        if (name_size >= size || list->count == REGISTERS_MAX) {
            return en_error_set(err, EN_USAGE, "readings are like A+=1250.5,A-=3, not \"%.64s\"",
                                text);
        }
        struct en_register_value *value = &values[list->count++];
        en_code code = find_channel(base->view.store, point, en_slice_of(text, name_size),
                                    &value->channel, err);
        if (code == EN_OK) {
            code = en_decimal_parse(en_slice_of(text + name_size + 1, size - name_size - 1),
                                    EN_DECIMAL_POINT, &value->value, err);
        }
        if (code != EN_OK) {
            return code;
        }
        text += size + (text[size] == ',' ? 1 : 0);
    }
    return EN_OK;
}

/* Point and device of a command on an installation. */
static en_code find_place(struct base *base, const char *point_key, const char *device_key,
                          uint32_t *point, uint32_t *device, struct en_error *err)
{
    en_code code =
        en_keys_find(base->view.store, EN_NAME_POINT, en_slice_text(point_key), point, err);
    return code == EN_OK ? en_keys_find(base->view.store, EN_NAME_DEVICE, en_slice_text(device_key),
                                        device, err)
                         : code;
}

/* Two devices cannot measure one point: who wants that means a replacement. */
static en_code refuse_second_device(struct base *base, const char *point_key, uint32_t point,
                                    struct en_instant at, struct en_error *err)
{
    struct en_installation_row row = {.point = point, .from = at};
    en_code code =
        en_table_last_before(base->view.store, &en_table_installation, &row, 1, &base->arena, err);
    if (code != EN_OK || row.device == 0) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_slice device = {0};
    code = en_keys_key(base->view.store, EN_NAME_DEVICE, row.device, &device, err);
    return code == EN_OK
               ? en_error_set(err, EN_CONFLICT,
                              "%s: device %.*s measures there then: use \"device replace\", or "
                              "\"device remove\" before",
                              point_key, (int)device.size, (const char *)device.bytes)
               : code;
}

en_code en_run_device_install(struct en_session *session, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    const char *point_key = en_arguments_operand(arguments, 0);
    struct en_register_value values[REGISTERS_MAX];
    struct en_device_installed installed = {0};
    struct en_interval valid;
    uint32_t point = 0;
    struct base base;
    en_code code = open_base(&base, session, io, err);
    if (code == EN_OK) {
        code = find_place(&base, point_key, en_arguments_operand(arguments, 1), &point,
                          &installed.device, err);
    }
    if (code == EN_OK) {
        code = en_arguments_instant(arguments, "at", &valid.from, err);
        valid.to = valid.from;
    }
    if (code == EN_OK) {
        code = refuse_second_device(&base, point_key, point, valid.from, err);
    }
    if (code == EN_OK) {
        code = parse_registers(&base, point, en_arguments_value(arguments, "initial"), values,
                               &installed.initial, err);
    }
    close_base(&base);
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_DEVICE_INSTALLED,
                                         point_key, point, valid, &installed, err)
                         : code;
}

en_code en_run_device_remove(struct en_session *session, const struct en_arguments *arguments,
                             struct en_io *io, struct en_error *err)
{
    const char *point_key = en_arguments_operand(arguments, 0);
    struct en_register_value values[REGISTERS_MAX];
    struct en_device_removed removed = {0};
    struct en_interval valid;
    uint32_t point = 0;
    struct base base;
    en_code code = open_base(&base, session, io, err);
    if (code == EN_OK) {
        code = find_place(&base, point_key, en_arguments_operand(arguments, 1), &point,
                          &removed.device, err);
    }
    if (code == EN_OK) {
        code = en_arguments_instant(arguments, "at", &valid.from, err);
        valid.to = valid.from;
    }
    if (code == EN_OK) {
        code = parse_registers(&base, point, en_arguments_value(arguments, "final"), values,
                               &removed.final, err);
    }
    close_base(&base);
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_DEVICE_REMOVED, point_key,
                                         point, valid, &removed, err)
                         : code;
}

static en_code fill_replacement(struct base *base, const struct en_arguments *arguments,
                                uint32_t point, struct en_register_value *final,
                                struct en_register_value *initial,
                                struct en_device_replaced *replaced, struct en_error *err)
{
    const char *power = en_arguments_value(arguments, "power");
    replaced->act = en_arguments_text(arguments, "act", en_slice_text(""));
    en_code code = parse_registers(base, point, en_arguments_value(arguments, "final"), final,
                                   &replaced->final, err);
    if (code == EN_OK) {
        code = parse_registers(base, point, en_arguments_value(arguments, "initial"), initial,
                               &replaced->initial, err);
    }
    if (code == EN_OK && power != NULL) {
        code = en_micro_parse(en_slice_text(power), &replaced->downtime_power_micro, err);
    }
    return code;
}

en_code en_run_device_replace(struct en_session *session, const struct en_arguments *arguments,
                              struct en_io *io, struct en_error *err)
{
    const char *point_key = en_arguments_operand(arguments, 0);
    struct en_register_value final[REGISTERS_MAX];
    struct en_register_value initial[REGISTERS_MAX];
    struct en_device_replaced replaced = {0};
    struct en_interval valid = {{0}, {0}};
    uint32_t point = 0;
    struct base base;
    en_code code = open_base(&base, session, io, err);
    if (code == EN_OK) {
        code = find_place(&base, point_key, en_arguments_operand(arguments, 1), &point,
                          &replaced.old_device, err);
    }
    if (code == EN_OK) {
        code = find_place(&base, point_key, en_arguments_operand(arguments, 2), &point,
                          &replaced.new_device, err);
    }
    if (code == EN_OK) {
        code = en_arguments_instant(arguments, "removed", &valid.from, err);
        valid.to = valid.from;
    }
    if (code == EN_OK) {
        code = en_arguments_instant(arguments, "installed", &valid.to, err);
    }
    if (code == EN_OK && valid.to.us < valid.from.us) {
        code = en_error_set(err, EN_USAGE, "the new device cannot begin before the old one ends");
    }
    if (code == EN_OK) {
        code = fill_replacement(&base, arguments, point, final, initial, &replaced, err);
    }
    close_base(&base);
    return code == EN_OK ? en_submit_one(session, arguments, io, EN_KIND_DEVICE_REPLACED, point_key,
                                         point, valid, &replaced, err)
                         : code;
}
