#include "app/zones.h"

#include <errno.h>
#include <stdio.h>

#include "core/event/payload.h"
#include "core/zone.h"
#include "projections/tables.h"

#define ARENA_SIZE_MAX (32u << 20)

void en_zones_init(struct en_zones *zones, struct en_engine *engine, bool is_dry_run)
{
    *zones = (struct en_zones){.engine = engine, .is_dry_run = is_dry_run};
    en_arena_init(&zones->arena, ARENA_SIZE_MAX);
}

void en_zones_fini(struct en_zones *zones)
{
    en_arena_fini(&zones->arena);
}

/* Letters as zone names have them; none that leads out of the folder. */
static bool is_zone_name(const char *name)
{
    size_t size = strlen(name);
    bool is_good = size > 0 && size < 64 && name[0] != '/' && strstr(name, "..") == NULL;
    for (size_t i = 0; i < size && is_good; i++) {
        char letter = name[i];
        bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
        bool is_digit = letter >= '0' && letter <= '9';
        is_good = is_letter || is_digit || strchr("/_+-", letter) != NULL;
    }
    return is_good;
}

en_code en_zone_table_read(const char *name, struct en_buf *bytes, struct en_error *err)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *file = is_zone_name(name) ? fopen(path, "re") : NULL;
    if (file == NULL) {
        return en_error_set(err, EN_NOT_FOUND,
                            "there is no zone \"%.64s\" on this machine: give an offset like "
                            "+03:00, or install tzdata",
                            name);
    }
    uint8_t block[4096];
    size_t size = fread(block, 1, sizeof block, file);
    while (size > 0) {
        en_buf_append(bytes, block, size);
        size = fread(block, 1, sizeof block, file);
    }
    bool is_failed = ferror(file) != 0;
    (void)fclose(file);
    return is_failed ? en_errno_error(errno, "cannot read", path, err) : en_buf_code(bytes, err);
}

/* Whether the newest table of that name in the log is this one. */
static en_code is_recorded(struct en_zones *zones, uint32_t zone, const struct en_hash *hash,
                           bool *is_there, struct en_error *err)
{
    struct en_view view;
    struct en_zone_row row = {.zone = zone};
    en_code code = en_engine_view_open(zones->engine, NULL, NULL, &view, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_table_get(view.store, &en_table_zone, &row, NULL, err);
    *is_there = code == EN_OK && en_hash_equal(&row.sha256, hash);
    en_engine_view_close(zones->engine, &view);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code record(struct en_zones *zones, const char *name, struct en_slice bytes,
                      struct en_error *err)
{
    uint32_t zone = 0;
    bool is_there = false;
    struct en_batch batch;
    struct en_zone_table table = {.name = en_slice_text(name), .tzif = bytes};
    table.sha256 = en_hash_of(bytes);
    en_code code = en_engine_name(zones->engine, EN_NAME_ZONE, name, &zone, err);
    if (code == EN_OK) {
        code = is_recorded(zones, zone, &table.sha256, &is_there, err);
    }
    if (code != EN_OK || is_there) {
        return code;
    }
    struct en_event_header header = {
        .kind = EN_KIND_ZONE_TABLE, .subject = zone, .cause = EN_SEQ_NONE};
    en_batch_init(&batch);
    code = en_batch_add_record(&batch, &header, &table, err);
    if (code == EN_OK) {
        code = en_engine_submit(zones->engine, &batch, NULL, NULL, err);
    }
    en_batch_fini(&batch);
    return code;
}

static en_code load(struct en_zones *zones, const char *name, const struct en_zone **zone,
                    struct en_error *err)
{
    struct en_buf bytes;
    if (zones->count == EN_ZONES_MAX) {
        return en_error_set(err, EN_LIMIT, "more than %u zones at once", EN_ZONES_MAX);
    }
    en_buf_init(&bytes, EN_PAYLOAD_SIZE_MAX - 1024);
    en_code code = en_zone_table_read(name, &bytes, err);
    if (code == EN_OK) {
        code = en_zone_parse(en_buf_slice(&bytes), &zones->arena, zone, err);
    }
    if (code == EN_OK && !zones->is_dry_run) {
        code = record(zones, name, en_buf_slice(&bytes), err);
    }
    if (code == EN_OK) {
        (void)snprintf(zones->items[zones->count].name, sizeof zones->items[0].name, "%s", name);
        zones->items[zones->count++].zone = *zone;
    }
    en_buf_fini(&bytes);
    return code;
}

static en_code find(void *self, const char *name, const struct en_zone **zone, struct en_error *err)
{
    struct en_zones *zones = self;
    for (uint32_t i = 0; i < zones->count; i++) {
        if (strcmp(zones->items[i].name, name) == 0) {
            *zone = zones->items[i].zone;
            return EN_OK;
        }
    }
    return load(zones, name, zone, err);
}

struct en_zone_source en_zones_source(struct en_zones *zones)
{
    return (struct en_zone_source){.self = zones, .find = find};
}
