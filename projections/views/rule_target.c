#include "projections/views/rule_target.h"

#include <stdio.h>

#include "core/mem.h"
#include "projections/views/keys.h"

#define ID_MAX (1u << 24)

/* ---- keys ---- */

void en_rule_key_parse(struct en_slice key, struct en_slice *rule, struct en_slice *target)
{
    const uint8_t *blank = key.size > 0 ? memchr(key.bytes, ' ', key.size) : NULL;
    size_t size = blank != NULL ? (size_t)(blank - key.bytes) : key.size;
    *rule = en_slice_of(key.bytes, size);
    *target = blank != NULL ? en_slice_of(blank + 1, key.size - size - 1) : en_slice_of("", 0);
}

en_code en_rule_key_print(struct en_slice rule, struct en_slice target, char *key,
                          struct en_error *err)
{
    size_t size = rule.size + (target.size > 0 ? 1 + target.size : 0);
    if (size > EN_NAME_SIZE_MAX) {
        return en_error_set(err, EN_LIMIT, "rule and target are longer than %u bytes: %zu",
                            EN_NAME_SIZE_MAX, size);
    }
    (void)snprintf(key, EN_NAME_SIZE_MAX + 1, "%.*s%s%.*s", (int)rule.size,
                   (const char *)rule.bytes, target.size > 0 ? " " : "", (int)target.size,
                   target.size > 0 ? (const char *)target.bytes : "");
    return EN_OK;
}

/* ---- targets ---- */

en_code en_rule_channel_find(struct en_store *store, struct en_slice text, uint32_t *channel,
                             struct en_error *err)
{
    const uint8_t *slash = text.size > 0 ? memrchr(text.bytes, '/', text.size) : NULL;
    int shown = text.size < 128 ? (int)text.size : 128;
    if (slash == NULL) {
        return en_error_set(err, EN_MALFORMED, "\"%.*s\" names no channel: write POINT/CODE", shown,
                            text.size > 0 ? (const char *)text.bytes : "");
    }
    struct en_point_channel_row row = {
        .code = en_slice_of(slash + 1, text.size - (size_t)(slash - text.bytes) - 1)};
    struct en_slice point = en_slice_of(text.bytes, (size_t)(slash - text.bytes));
    en_code code = en_keys_find(store, EN_NAME_POINT, point, &row.point, err);
    if (code != EN_OK) {
        return code;
    }
    code = row.code.size == 0 ? EN_NOT_FOUND
                              : en_table_get(store, &en_table_point_channel, &row, NULL, err);
    if (code == EN_NOT_FOUND) {
        return en_error_set(err, EN_NOT_FOUND, "there is no channel \"%.*s\"", shown,
                            (const char *)text.bytes);
    }
    *channel = row.channel;
    return code;
}

static bool take_prefix(struct en_slice *text, const char *prefix)
{
    size_t size = strlen(prefix);
    bool is_there = text->size > size && memcmp(text->bytes, prefix, size) == 0;
    if (is_there) {
        *text = en_slice_of(text->bytes + size, text->size - size);
    }
    return is_there;
}

en_code en_rule_target_find(struct en_store *store, struct en_slice text,
                            struct en_rule_target *target, struct en_error *err)
{
    struct en_slice rest = text;
    *target = (struct en_rule_target){EN_RULE_EVERYWHERE, 0};
    if (text.size == 0) {
        return EN_OK;
    }
    en_resource resource = EN_RESOURCE_ELECTRICITY;
    if (take_prefix(&rest, "resource:")) {
        bool is_known = en_resource_parse(rest, &resource);
        *target = (struct en_rule_target){EN_RULE_RESOURCE, (uint32_t)resource};
        return is_known
                   ? EN_OK
                   : en_error_set(err, EN_MALFORMED,
                                  "there is no resource \"%.*s\": give electricity, heat, "
                                  "water, steam or gas",
                                  (int)(rest.size < 64 ? rest.size : 64), (const char *)rest.bytes);
    }
    if (take_prefix(&rest, "object:")) {
        target->scope = EN_RULE_OBJECT;
        return en_keys_find(store, EN_NAME_OBJECT, rest, &target->id, err);
    }
    if (take_prefix(&rest, "point:")) {
        target->scope = EN_RULE_POINT;
        return en_keys_find(store, EN_NAME_POINT, rest, &target->id, err);
    }
    if (take_prefix(&rest, "channel:")) {
        target->scope = EN_RULE_CHANNEL;
        return en_rule_channel_find(store, rest, &target->id, err);
    }
    return en_error_set(err, EN_MALFORMED,
                        "\"%.*s\" is no target: give resource:NAME, object:KEY, point:KEY or "
                        "channel:POINT/CODE",
                        (int)(text.size < 128 ? text.size : 128), (const char *)text.bytes);
}

/* ---- channels of a target ---- */

/* Sets of ids, one bit each. */
struct ids {
    uint64_t *words;
    size_t words_count;
};

static en_code ids_add(struct ids *ids, uint32_t id, bool *is_new, struct en_error *err)
{
    size_t word = id / 64;
    EN_ASSERT(id <= ID_MAX);
    if (word >= ids->words_count) {
        size_t count = ids->words_count > 0 ? ids->words_count : 1024;
        while (count <= word) {
            count *= 2;
        }
        uint64_t *grown = en_mem_resize(ids->words, count * sizeof *grown);
        if (grown == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for the channels of a rule");
        }
        memset(grown + ids->words_count, 0, (count - ids->words_count) * sizeof *grown);
        ids->words = grown;
        ids->words_count = count;
    }
    uint64_t bit = UINT64_C(1) << (id % 64);
    *is_new = (ids->words[word] & bit) == 0;
    ids->words[word] |= bit;
    return EN_OK;
}

static bool ids_have(const struct ids *ids, uint32_t id)
{
    return id / 64 < ids->words_count && (ids->words[id / 64] & UINT64_C(1) << (id % 64)) != 0;
}

/* One look over the tree: the objects that ever stood right below one of the set. */
static en_code add_objects_below(struct en_store *store, struct ids *objects, bool *has_grown,
                                 struct en_error *err)
{
    struct en_table_scan scan;
    struct en_object_row row;
    *has_grown = false;
    en_code code = en_table_scan_begin(store, &en_table_object, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK && row.parent != 0 && ids_have(objects, row.parent)) {
            bool is_new = false;
            code = ids_add(objects, row.object, &is_new, err);
            *has_grown = *has_grown || is_new;
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The points that the object, or one below it, ever held. */
static en_code find_points(struct en_store *store, uint32_t object, struct ids *points,
                           struct en_error *err)
{
    struct ids objects = {NULL, 0};
    bool has_grown = false;
    en_code code = ids_add(&objects, object, &has_grown, err);
    while (code == EN_OK && has_grown) {
        code = add_objects_below(store, &objects, &has_grown, err);
    }
    struct en_table_scan scan;
    struct en_object_point_row row;
    bool is_begun = code == EN_OK;
    if (is_begun) {
        code = en_table_scan_begin(store, &en_table_object_point, NULL, 0, &scan, err);
    }
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK && ids_have(&objects, row.object)) {
            bool is_new = false;
            code = ids_add(points, row.point, &is_new, err);
        }
    }
    if (is_begun) {
        en_table_scan_end(&scan);
    }
    en_mem_free(objects.words);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* The points that ever measured the resource. */
static en_code find_measuring(struct en_store *store, en_resource resource, struct ids *points,
                              struct en_error *err)
{
    struct en_table_scan scan;
    struct en_point_row row;
    en_code code = en_table_scan_begin(store, &en_table_point, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        en_resource measured = EN_RESOURCE_ELECTRICITY;
        if (code == EN_OK && en_resource_parse(row.resource, &measured) && measured == resource) {
            bool is_new = false;
            code = ids_add(points, row.point, &is_new, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static bool is_touched(const struct en_rule_target *target, const struct ids *points,
                       const struct en_channel_row *channel)
{
    switch (target->scope) {
    case EN_RULE_EVERYWHERE:
        return true;
    case EN_RULE_CHANNEL:
        return channel->channel == target->id;
    case EN_RULE_POINT:
        return channel->point == target->id;
    case EN_RULE_RESOURCE:
    case EN_RULE_OBJECT:
        break;
    }
    return ids_have(points, channel->point);
}

static en_code visit_channels(struct en_store *store, const struct en_rule_target *target,
                              const struct ids *points, en_rule_visit_channel visit, void *self,
                              struct en_error *err)
{
    struct en_table_scan scan;
    struct en_channel_row row;
    en_code code = en_table_scan_begin(store, &en_table_channel, NULL, 0, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK && is_touched(target, points, &row)) {
            code = visit(self, &row, err);
            EN_ASSERT(code != EN_NOT_FOUND); /* it would look like the end of the table */
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_rule_target_channels(struct en_store *store, const struct en_rule_target *target,
                                en_rule_visit_channel visit, void *self, struct en_error *err)
{
    struct ids points = {NULL, 0};
    en_code code = EN_OK;
    if (target->scope == EN_RULE_CHANNEL) { /* no look over all of them */
        struct en_channel_row row = {.channel = target->id};
        code = en_table_get(store, &en_table_channel, &row, NULL, err);
        return code == EN_NOT_FOUND ? EN_OK : code == EN_OK ? visit(self, &row, err) : code;
    }
    if (target->scope == EN_RULE_OBJECT) {
        code = find_points(store, target->id, &points, err);
    } else if (target->scope == EN_RULE_RESOURCE) {
        code = find_measuring(store, (en_resource)target->id, &points, err);
    }
    if (code == EN_OK) {
        code = visit_channels(store, target, &points, visit, self, err);
    }
    en_mem_free(points.words);
    return code;
}
