/* Who is who: points, devices, channels, the tree of objects, ratios, installations and
 * replacements, effective-dated. */
#include "processors/registry/registry.h"

#include "core/mem.h"
#include "core/metering/quantity.h"
#include "processors/registry/registry_state.h"
#include "projections/tables.h"

#define SLOT_SECONDS_MIN 60u
#define SLOT_SECONDS_MAX 86400u
#define TREE_DEPTH_MAX 64u

static en_code fold_name(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_name_assigned payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "name", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    bool is_kept_by_log_only = payload.type == EN_NAME_CHANNEL ||
                               payload.type == EN_NAME_DOCUMENT || payload.type == EN_NAME_SOURCE;
    if (is_kept_by_log_only) {
        return EN_OK;
    }
    struct en_name_row row = {.type = payload.type, .key = payload.key, .id = payload.id};
    struct en_name_of_row reverse = {.type = payload.type, .id = payload.id, .key = payload.key};
    code = en_table_put(fold->store, &en_table_name, &row, NULL, err);
    return code == EN_OK ? en_table_put(fold->store, &en_table_name_of, &reverse, NULL, err) : code;
}

static en_code has_object(struct en_fold *fold, uint32_t object, bool *has, struct en_error *err)
{
    struct en_object_row row = {.object = object, .from = {INT64_MAX}};
    en_code code = en_table_last_before(fold->store, &en_table_object, &row, 1, NULL, err);
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code has_point(struct en_fold *fold, uint32_t point, bool *has, struct en_error *err)
{
    struct en_point_row row = {.point = point, .from = {INT64_MAX}};
    en_code code = en_table_last_before(fold->store, &en_table_point, &row, 1, NULL, err);
    *has = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code fold_object(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_object_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "object", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    uint32_t object = event->header.subject;
    int32_t offset = payload.fiscal_offset_minutes;
    if (offset < -EN_OFFSET_MINUTES_MAX || offset > EN_OFFSET_MINUTES_MAX) {
        return en_fold_refuse(
            fold, EN_RANGE, err,
            "object: a fiscal day that begins %d minutes off UTC: give -1080 to 1080", (int)offset);
    }
    bool is_known = payload.parent == 0;
    bool is_below_itself = payload.parent == object;
    if (!is_known) {
        code = has_object(fold, payload.parent, &is_known, err);
    }
    if (code == EN_OK && is_known && payload.parent != 0 && !is_below_itself) {
        code = en_registry_is_within(fold, payload.parent, object, event->header.valid.from,
                                     &is_below_itself, err);
    }
    if (code != EN_OK) {
        return code;
    }
    if (!is_known) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "object: its parent (id %u) is not there: set the parent first",
                              payload.parent);
    }
    if (is_below_itself) {
        return en_fold_refuse(fold, EN_CYCLE, err,
                              "object: it would stand below itself: choose another parent");
    }
    struct en_object_row row = {
        .object = object,
        .from = event->header.valid.from,
        .name = payload.name,
        .type = payload.type,
        .parent = payload.parent,
        .zone = payload.zone,
        .fiscal_offset_minutes = offset,
    };
    return en_table_put(fold->store, &en_table_object, &row, NULL, err);
}

static en_code fold_point(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_point_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "point", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    bool is_known = payload.object == 0;
    if (!is_known) {
        code = has_object(fold, payload.object, &is_known, err);
    }
    if (code != EN_OK) {
        return code;
    }
    if (!is_known) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "point: its object (id %u) is not there: set the object first",
                              payload.object);
    }
    struct en_point_row row = {
        .point = event->header.subject,
        .from = event->header.valid.from,
        .name = payload.name,
        .resource = payload.resource,
        .object = payload.object,
    };
    code = en_table_put(fold->store, &en_table_point, &row, NULL, err);
    struct en_object_point_row member = {.object = row.object, .point = row.point};
    return code == EN_OK && row.object != 0
               ? en_table_put(fold->store, &en_table_object_point, &member, NULL, err)
               : code;
}

/* Why a channel cannot be like this, or NULL. */
static const char *channel_fault(const struct en_channel_set *payload)
{
    if (!en_unit_is_known(payload->unit)) {
        return "its unit is not known";
    }
    if (payload->basis < EN_BASIS_PROFILE || payload->basis > EN_BASIS_PULSES) {
        return "its basis is none of profile, register, pulses";
    }
    if (payload->code.size == 0 || !en_fold_is_key(payload->code)) {
        return "its code is empty or too long";
    }
    bool is_sparse = payload->slot_seconds == 0;
    bool is_grid = payload->slot_seconds >= SLOT_SECONDS_MIN &&
                   payload->slot_seconds <= SLOT_SECONDS_MAX &&
                   SLOT_SECONDS_MAX % payload->slot_seconds == 0;
    if (!is_grid && !(is_sparse && payload->basis == EN_BASIS_REGISTER)) {
        return "its slots do not divide the day: give 60 to 86400 seconds (0 only for registers "
               "read now and then)";
    }
    return NULL;
}

/* What a channel counts is for ever: formulas were checked against it, and what was read would be
 * told in another unit. */
static en_code has_changed(struct en_fold *fold, uint32_t channel,
                           const struct en_channel_set *payload, bool *has, struct en_error *err)
{
    struct en_channel_row row = {.channel = channel};
    struct en_point_channel_row by_point = {.point = payload->point, .code = payload->code};
    en_code code = en_table_get(fold->store, &en_table_channel, &row, NULL, err);
    *has = code == EN_OK && (row.unit != payload->unit || row.point != payload->point ||
                             !en_slice_equal(row.code, payload->code));
    if (code == EN_OK || code == EN_NOT_FOUND) {
        code = en_table_get(fold->store, &en_table_point_channel, &by_point, NULL, err);
        *has = *has || (code == EN_OK && by_point.channel != channel);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code fold_channel(struct en_fold *fold, struct en_registry_state *state,
                            const struct en_event *event, struct en_error *err)
{
    struct en_channel_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "channel", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    const char *fault = channel_fault(&payload);
    if (fault != NULL) {
        return en_fold_refuse(fold, EN_RANGE, err, "channel: %s", fault);
    }
    bool is_known = false;
    code = has_point(fold, payload.point, &is_known, err);
    if (code != EN_OK) {
        return code;
    }
    if (!is_known) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "channel: its point (id %u) is not there: set the point first",
                              payload.point);
    }
    bool is_other = false;
    code = has_changed(fold, event->header.subject, &payload, &is_other, err);
    if (code != EN_OK) {
        return code;
    }
    if (is_other) {
        return en_fold_refuse(fold, EN_CONFLICT, err,
                              "channel: its point, code and unit stand for ever: set a channel of "
                              "another code");
    }
    struct en_channel_row row = {
        .channel = event->header.subject,
        .point = payload.point,
        .code = payload.code,
        .unit = payload.unit,
        .basis = payload.basis,
        .slot_seconds = payload.slot_seconds,
        .is_primary = payload.is_primary,
    };
    struct en_point_channel_row by_point = {
        .point = payload.point, .code = payload.code, .channel = row.channel};
    code = en_table_put(fold->store, &en_table_channel, &row, NULL, err);
    en_registry_forget_channel(state, row.channel);
    return code == EN_OK ? en_table_put(fold->store, &en_table_point_channel, &by_point, NULL, err)
                         : code;
}

static en_code fold_channel_error(struct en_fold *fold, const struct en_event *event,
                                  struct en_error *err)
{
    struct en_channel_error_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "channel error", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_channel_error_row row = {.channel = event->header.subject,
                                       .from = event->header.valid.from,
                                       .error_1e4_percent = payload.error_1e4_percent};
    return en_table_put(fold->store, &en_table_channel_error, &row, NULL, err);
}

static en_code fold_device(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_device_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "device", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    uint64_t divisor = payload.pulse_divisor > 0 ? payload.pulse_divisor : 1;
    if (payload.capacity.digits < 0 || payload.pulses_per_unit > INT64_MAX / divisor) {
        return en_fold_refuse(fold, EN_RANGE, err,
                              "device: its capacity or pulse constant is out of range");
    }
    struct en_device_row row = {
        .device = event->header.subject,
        .serial = payload.serial,
        .type = payload.type,
        .capacity = payload.capacity,
        .pulses_per_unit = payload.pulses_per_unit,
        .pulse_divisor = payload.pulse_divisor,
    };
    return en_table_put(fold->store, &en_table_device, &row, NULL, err);
}

static en_code fold_transformer(struct en_fold *fold, const struct en_event *event,
                                struct en_error *err)
{
    struct en_transformer_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "transformer", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_transformer_row row = {
        .transformer = event->header.subject,
        .name = payload.name,
        .type = payload.type,
        .object = payload.object,
        .ratio = payload.ratio,
    };
    return en_table_put(fold->store, &en_table_transformer, &row, NULL, err);
}

static en_code put_installation(struct en_fold *fold, uint32_t point, struct en_instant from,
                                uint32_t device, struct en_list registers, struct en_error *err)
{
    struct en_installation_row row = {
        .point = point, .from = from, .device = device, .registers = registers};
    struct en_device_point_row place = {.device = device, .point = point};
    en_code code = en_table_put(fold->store, &en_table_installation, &row, NULL, err);
    if (code == EN_OK && device != 0) {
        code = en_table_put(fold->store, &en_table_device_point, &place, NULL, err);
    }
    return code == EN_OK ? en_registry_forget_point(fold, point, err) : code;
}

static en_code fold_installed(struct en_fold *fold, const struct en_event *event,
                              struct en_error *err)
{
    struct en_device_installed payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "installation", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    bool is_known = false;
    code = has_point(fold, event->header.subject, &is_known, err);
    if (code != EN_OK) {
        return code;
    }
    if (!is_known) {
        return en_fold_refuse(fold, EN_NOT_FOUND, err,
                              "installation: the point is not there: set the point first");
    }
    return put_installation(fold, event->header.subject, event->header.valid.from, payload.device,
                            payload.initial, err);
}

static en_code fold_removed(struct en_fold *fold, const struct en_event *event,
                            struct en_error *err)
{
    struct en_device_removed payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "removal", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    uint32_t device = 0;
    code =
        en_registry_device_at(fold, event->header.subject, event->header.valid.from, &device, err);
    if (code != EN_OK) {
        return code;
    }
    if (device != payload.device) {
        return en_fold_refuse(
            fold, EN_CONFLICT, err,
            "removal: device %u does not measure this point then (device %u does)", payload.device,
            device);
    }
    return put_installation(fold, event->header.subject, event->header.valid.from, 0, payload.final,
                            err);
}

static en_code fold_replaced(struct en_fold *fold, const struct en_event *event,
                             struct en_error *err)
{
    struct en_device_replaced payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "replacement", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    const struct en_event_header *header = &event->header;
    if (header->valid.to.us < header->valid.from.us ||
        header->valid.to.us - header->valid.from.us > 31 * EN_DAY_US) {
        return en_fold_refuse(
            fold, EN_RANGE, err,
            "replacement: the new device begins before the old one ends, or over 31 days later");
    }
    uint32_t device = 0;
    code = en_registry_device_at(fold, header->subject,
                                 (struct en_instant){header->valid.from.us - 1}, &device, err);
    if (code != EN_OK) {
        return code;
    }
    if (device != 0 && device != payload.old_device) {
        return en_fold_refuse(
            fold, EN_CONFLICT, err,
            "replacement: device %u does not measure this point then (device %u does)",
            payload.old_device, device);
    }
    struct en_replacement_row row = {
        .point = header->subject,
        .removed = header->valid.from,
        .installed = header->valid.to,
        .old_device = payload.old_device,
        .new_device = payload.new_device,
        .final = payload.final,
        .initial = payload.initial,
        .downtime_power_micro = payload.downtime_power_micro,
        .act = payload.act,
    };
    code = en_table_put(fold->store, &en_table_replacement, &row, NULL, err);
    return code == EN_OK ? put_installation(fold, header->subject, header->valid.to,
                                            payload.new_device, payload.initial, err)
                         : code;
}

static en_code fold_ratio(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_ratio_set payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "ratio", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_ratio product;
    struct en_error fault;
    bool is_positive = payload.current.num > 0 && payload.voltage.num > 0 &&
                       en_ratio_is_valid(payload.current) && en_ratio_is_valid(payload.voltage);
    if (!is_positive ||
        en_ratio_multiply(payload.current, payload.voltage, &product, &fault) != EN_OK) {
        return en_fold_refuse(fold, EN_RANGE, err,
                              "ratio: give ratios above 0, as 200/5, whose product fits 64 bits");
    }
    struct en_ratio_row row = {
        .point = event->header.subject,
        .from = event->header.valid.from,
        .current = payload.current,
        .voltage = payload.voltage,
        .act = payload.act,
    };
    code = en_table_put(fold->store, &en_table_ratio, &row, NULL, err);
    return code == EN_OK ? en_registry_forget_point(fold, row.point, err) : code;
}

static en_code fold_document_received(struct en_fold *fold, const struct en_event *event,
                                      struct en_error *err)
{
    struct en_document_received payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "document", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_document_row row = {.document = event->header.subject,
                                  .name = payload.name,
                                  .format = payload.format,
                                  .size = payload.size};
    return en_table_put(fold->store, &en_table_document, &row, NULL, err);
}

/* Time is known to have passed up to the instant. */
static en_code advance_clock(struct en_fold *fold, struct en_instant at, struct en_error *err)
{
    struct en_clock_row row = {.clock = 0};
    en_code code = en_table_get(fold->store, &en_table_clock, &row, NULL, err);
    bool is_later = code == EN_NOT_FOUND || (code == EN_OK && row.at.us < at.us);
    if (!is_later) {
        return code;
    }
    row = (struct en_clock_row){.at = at};
    return en_table_put(fold->store, &en_table_clock, &row, NULL, err);
}

static en_code fold_document_imported(struct en_fold *fold, const struct en_event *event,
                                      struct en_error *err)
{
    struct en_document_imported payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "document", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_document_row stored = {.document = event->header.subject};
    code = en_table_get(fold->store, &en_table_document, &stored, NULL, err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    /* the stored text is a view that the put would pull away */
    struct en_document_row row = stored;
    code = en_fold_copy(&fold->batch, stored.name, &row.name, err);
    if (code == EN_OK) {
        code = en_fold_copy(&fold->batch, stored.format, &row.format, err);
    }
    if (code != EN_OK) {
        return code;
    }
    row.verdict = payload.verdict;
    row.values_count = payload.values_count;
    row.missing_count = payload.missing_count;
    row.rejected_count = payload.rejected_count;
    code = en_table_put(fold->store, &en_table_document, &row, NULL, err);
    return code == EN_OK ? advance_clock(fold, event->header.recorded_at, err) : code;
}

static en_code fold_zone(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_zone_table payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "zone table", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    struct en_zone_row row = {
        .zone = event->header.subject, .name = payload.name, .sha256 = payload.sha256};
    return en_table_put(fold->store, &en_table_zone, &row, NULL, err);
}

static en_code fold_tick(struct en_fold *fold, const struct en_event *event, struct en_error *err)
{
    struct en_clock_tick payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "tick", &payload, &is_read, err);
    return is_read ? advance_clock(fold, payload.at, err) : code;
}

/* Commands of edges that no processor of this program owns yet: the verdict says so, the log keeps
 * them. */
static en_code fold_general(struct en_fold *fold, const struct en_event *event,
                            struct en_error *err)
{
    struct en_general_command payload;
    bool is_read = false;
    en_code code = en_fold_decode(fold, event, "command", &payload, &is_read, err);
    if (!is_read) {
        return code;
    }
    return en_fold_refuse(fold, EN_UNSUPPORTED, err, "command: nothing here carries out \"%.*s\"",
                          (int)payload.command.size, (const char *)payload.command.bytes);
}

/* What can change which rules hold where. */
static const uint64_t rules_governed_by = EN_KIND_BIT(RULE_SET) | EN_KIND_BIT(EDITION_ACTIVATED) |
                                          EN_KIND_BIT(OBJECT_SET) | EN_KIND_BIT(POINT_SET) |
                                          EN_KIND_BIT(CHANNEL_SET);

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    if ((rules_governed_by & UINT64_C(1) << event->header.kind) != 0) {
        en_registry_forget_rules(state);
    }
    if (event->header.kind == EN_KIND_OBJECT_SET || event->header.kind == EN_KIND_POINT_SET) {
        en_registry_forget_tree(state);
    }
    switch ((en_kind)event->header.kind) {
    case EN_KIND_NAME_ASSIGNED:
        return fold_name(fold, event, err);
    case EN_KIND_OBJECT_SET:
        return fold_object(fold, event, err);
    case EN_KIND_POINT_SET:
        return fold_point(fold, event, err);
    case EN_KIND_CHANNEL_SET:
        return fold_channel(fold, state, event, err);
    case EN_KIND_CHANNEL_ERROR_SET:
        return fold_channel_error(fold, event, err);
    case EN_KIND_DEVICE_SET:
        return fold_device(fold, event, err);
    case EN_KIND_TRANSFORMER_SET:
        return fold_transformer(fold, event, err);
    case EN_KIND_DEVICE_INSTALLED:
        return fold_installed(fold, event, err);
    case EN_KIND_DEVICE_REMOVED:
        return fold_removed(fold, event, err);
    case EN_KIND_DEVICE_REPLACED:
        return fold_replaced(fold, event, err);
    case EN_KIND_RATIO_SET:
        return fold_ratio(fold, event, err);
    case EN_KIND_DOCUMENT_RECEIVED:
        return fold_document_received(fold, event, err);
    case EN_KIND_DOCUMENT_IMPORTED:
        return fold_document_imported(fold, event, err);
    case EN_KIND_ZONE_TABLE:
        return fold_zone(fold, event, err);
    case EN_KIND_RULE_SET:
        return en_registry_fold_rule(fold, event, err);
    case EN_KIND_EDITION_ACTIVATED:
        return en_registry_fold_edition(fold, event, err);
    case EN_KIND_CLOCK_TICK:
        return fold_tick(fold, event, err);
    case EN_KIND_GENERAL_COMMAND:
        return fold_general(fold, event, err);
    default:
        return EN_OK;
    }
}

static void close_state(void *state)
{
    struct en_registry_state *registry = state;
    en_mem_free(registry->channels);
    en_mem_free(registry->offsets);
    en_rules_close(registry->rules);
}

static const struct en_table *const tables[] = {
    &en_table_name,
    &en_table_name_of,
    &en_table_object,
    &en_table_point,
    &en_table_channel,
    &en_table_point_channel,
    &en_table_channel_error,
    &en_table_device,
    &en_table_transformer,
    &en_table_installation,
    &en_table_replacement,
    &en_table_ratio,
    &en_table_document,
    &en_table_zone,
    &en_table_rule,
    &en_table_object_point,
    &en_table_device_point,
    &en_table_clock,
    NULL,
};
static const struct en_series_table *const series[] = {NULL};

const struct en_processor en_processor_registry = {
    .name = "registry",
    .about = "Points, channels, devices, the tree of objects, ratios, installations, replacements.",
    .kinds = EN_KIND_BIT(NAME_ASSIGNED) | EN_KIND_BIT(OBJECT_SET) | EN_KIND_BIT(POINT_SET) |
             EN_KIND_BIT(CHANNEL_SET) | EN_KIND_BIT(CHANNEL_ERROR_SET) | EN_KIND_BIT(DEVICE_SET) |
             EN_KIND_BIT(TRANSFORMER_SET) | EN_KIND_BIT(DEVICE_INSTALLED) |
             EN_KIND_BIT(DEVICE_REMOVED) | EN_KIND_BIT(DEVICE_REPLACED) | EN_KIND_BIT(RATIO_SET) |
             EN_KIND_BIT(DOCUMENT_RECEIVED) | EN_KIND_BIT(DOCUMENT_IMPORTED) |
             EN_KIND_BIT(ZONE_TABLE) | EN_KIND_BIT(RULE_SET) | EN_KIND_BIT(EDITION_ACTIVATED) |
             EN_KIND_BIT(CLOCK_TICK) | EN_KIND_BIT(GENERAL_COMMAND),
    .tables = tables,
    .series = series,
    .state_size = sizeof(struct en_registry_state),
    .close = close_state,
    .fold = fold,
};
