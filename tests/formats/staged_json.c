#include "tests/formats/staged_json.h"

#include "core/json.h"
#include "formats/export.h"

static int32_t zone_offset(void *self, uint32_t channel, struct en_instant at)
{
    const struct en_staging *staging = self;
    (void)channel;
    return en_fiscal_zone_offset(&staging->zone, at);
}

/* Opens a list of one object a line. */
static void list_begin(struct en_buf *out, const char *name)
{
    en_buf_print(out, " \"%s\": [", name);
}

static void line_begin(struct en_buf *out, uint32_t index)
{
    en_buf_text(out, index == 0 ? "\n  " : ",\n  ");
}

static void list_end(struct en_buf *out, bool is_last)
{
    en_buf_text(out, is_last ? "]\n" : "],\n");
}

static void put_objects(const struct en_staging *staging, struct en_buf *out)
{
    list_begin(out, "objects");
    for (uint32_t i = 0; i < staging->objects_count; i++) {
        const struct en_staged_object *object = &staging->objects[i];
        struct en_json json;
        line_begin(out, i);
        en_json_init(&json, out);
        en_json_object(&json, NULL);
        en_json_text(&json, "key", object->key);
        en_json_text(&json, "name", object->name);
        en_json_text(&json, "type", object->type);
        if (object->parent != EN_STAGED_NONE) {
            en_json_text(&json, "parent", staging->objects[object->parent].key);
        }
        en_json_end(&json);
    }
    list_end(out, false);
}

static void put_points(const struct en_staging *staging, struct en_buf *out)
{
    list_begin(out, "points");
    for (uint32_t i = 0; i < staging->points_count; i++) {
        const struct en_staged_point *point = &staging->points[i];
        struct en_json json;
        line_begin(out, i);
        en_json_init(&json, out);
        en_json_object(&json, NULL);
        en_json_text(&json, "key", point->key);
        en_json_text(&json, "name", point->name);
        en_json_text(&json, "resource", point->resource);
        en_json_text(&json, "object", staging->objects[point->object].key);
        en_json_end(&json);
    }
    list_end(out, false);
}

static void put_channels(const struct en_staging *staging, struct en_buf *out)
{
    static const char *const kinds[] = {"", "profile", "register", "instant"};
    list_begin(out, "channels");
    for (uint32_t i = 0; i < staging->channels_count; i++) {
        const struct en_staged_channel *channel = &staging->channels[i];
        struct en_json json;
        line_begin(out, i);
        en_json_init(&json, out);
        en_json_object(&json, NULL);
        en_json_text(&json, "point", staging->points[channel->point].key);
        en_json_text(&json, "code", channel->code);
        en_json_string(&json, "kind", kinds[channel->kind]);
        en_json_string(&json, "unit", en_unit_name(channel->unit));
        en_json_u64(&json, "slot_seconds", channel->slot_seconds);
        en_json_bool(&json, "is_primary", channel->is_primary);
        en_json_end(&json);
    }
    list_end(out, false);
}

static void put_series(struct en_json *json, const struct en_staging *staging,
                       const struct en_staged_run *run)
{
    const struct en_staged_channel *channel = &staging->channels[run->channel];
    char text[EN_INSTANT_TEXT_SIZE];
    struct en_instant from = staging->values[run->first].from;
    (void)en_instant_print(from, en_fiscal_zone_offset(&staging->zone, from), text);
    en_json_text(json, "point", staging->points[channel->point].key);
    en_json_text(json, "channel", channel->code);
    en_json_u64(json, "revision", run->revision);
    en_json_string(json, "from", text);
}

static void put_quality(struct en_json *json, const char *key, uint64_t quality)
{
    struct en_buf text;
    en_buf_init(&text, 1024);
    en_export_quality(quality, &text);
    en_json_text(json, key, en_buf_slice(&text));
    en_buf_fini(&text);
}

/* "48*MEASURED" */
static void put_quality_runs(struct en_json *json, const struct en_block *block)
{
    en_json_array(json, "quality");
    for (uint32_t i = 0; i < block->head.count;) {
        uint32_t end = i;
        while (end < block->head.count && block->quality[end] == block->quality[i]) {
            end++;
        }
        struct en_buf text;
        en_buf_init(&text, 1024);
        en_buf_print(&text, "%u*", end - i);
        en_export_quality(block->quality[i], &text);
        en_json_text(json, NULL, en_buf_slice(&text));
        en_buf_fini(&text);
        i = end;
    }
    en_json_end(json);
}

static void put_block(const struct en_staging *staging, const struct en_staged_run *run,
                      struct en_buf *out)
{
    static struct en_block block;
    struct en_json json;
    struct en_error err = {0};
    int32_t offset = en_fiscal_zone_offset(&staging->zone, staging->values[run->first].from);
    en_json_init(&json, out);
    en_json_object(&json, NULL);
    put_series(&json, staging, run);
    if (en_staging_block(staging, run, offset, &block, &err) != EN_OK) {
        en_json_string(&json, "error", err.text);
        en_json_end(&json);
        return;
    }
    en_json_i64(&json, "start_minute", block.head.start_minute);
    en_json_i64(&json, "exponent", block.head.exponent);
    en_json_array(&json, "values");
    for (uint32_t i = 0; i < block.head.count; i++) {
        if (en_quality_is_missing(block.quality[i])) {
            en_json_null(&json, NULL);
        } else {
            en_json_i64(&json, NULL, block.values[i]);
        }
    }
    en_json_end(&json);
    put_quality_runs(&json, &block);
    en_json_end(&json);
}

static void put_reading(const struct en_staging *staging, const struct en_staged_run *run,
                        struct en_buf *out)
{
    const struct en_staged_value *value = &staging->values[run->first];
    struct en_json json;
    en_json_init(&json, out);
    en_json_object(&json, NULL);
    put_series(&json, staging, run);
    if (!en_quality_is_missing(value->quality)) {
        en_json_decimal(&json, "value", (struct en_decimal){value->digits, value->exponent});
    }
    put_quality(&json, "quality", value->quality);
    en_json_end(&json);
}

static void put_values(const struct en_staging *staging, struct en_buf *out)
{
    uint32_t line = 0;
    list_begin(out, "values");
    for (uint32_t i = 0; i < staging->values_count; line++) {
        struct en_staged_run run = en_staging_run(staging, i, zone_offset, (void *)staging);
        line_begin(out, line);
        if (staging->channels[run.channel].kind == EN_STAGED_PROFILE) {
            put_block(staging, &run, out);
        } else {
            put_reading(staging, &run, out);
        }
        i += run.count;
    }
    list_end(out, false);
}

static void put_findings(const struct en_import_finding_list *list, const char *name, bool is_last,
                         struct en_buf *out)
{
    list_begin(out, name);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct en_import_finding *finding = &list->items[i];
        struct en_json json;
        line_begin(out, i);
        en_json_init(&json, out);
        en_json_object(&json, NULL);
        en_json_u64(&json, "line", finding->place.line);
        en_json_u64(&json, "column", finding->place.column);
        en_json_string(&json, "what", finding->what);
        if (finding->mend[0] != '\0') {
            en_json_string(&json, "mend", finding->mend);
        }
        en_json_end(&json);
    }
    list_end(out, is_last);
}

void en_staged_json(const struct en_staging *staging, struct en_buf *out)
{
    en_buf_text(out, "{\n");
    put_objects(staging, out);
    put_points(staging, out);
    put_channels(staging, out);
    put_values(staging, out);
    en_buf_print(out, " \"rejected\": %ju,\n \"repeated\": %ju,\n \"rounded\": %ju,\n",
                 (uintmax_t)staging->rejected_count, (uintmax_t)staging->repeated_count,
                 (uintmax_t)staging->rounded_count);
    put_findings(&staging->findings->errors, "errors", false, out);
    put_findings(&staging->findings->warnings, "warnings", true, out);
    en_buf_text(out, "}\n");
}

void en_refused_json(const struct en_error *err, struct en_buf *out)
{
    struct en_json json;
    en_json_init(&json, out);
    en_json_object(&json, NULL);
    en_json_string(&json, "refused", en_code_name(err->code));
    en_json_string(&json, "what", err->text);
    en_json_end(&json);
    en_buf_u8(out, '\n');
}
