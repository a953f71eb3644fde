#include "tests/replay/world.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/metering/block/block.h"
#include "projections/digest.h"

#define MEMORY_SIZE_MAX (UINT64_C(1) << 32)

static void must(en_code code, const struct en_error *err, const char *what)
{
    if (code != EN_OK) {
        fprintf(stderr, "world: %s: %s: %s\n", what, en_code_name(code), err->text);
        abort();
    }
}

static struct en_instant world_clock(void *self)
{
    struct world *world = self;
    world->now.us += 1000;
    return world->now;
}

static void open_world(struct world *world, uint64_t seed, struct en_kv *log_kv)
{
    struct en_error err;
    *world = (struct world){.log_kv = log_kv,
                            .random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1,
                            .now = {(int64_t)WORLD_DAY * EN_DAY_US}};
    en_scratch_make(&world->scratch);
    char dir[EN_SCRATCH_PATH_SIZE + 8];
    struct en_log_options options = {
        .dir = en_scratch_path(&world->scratch, "log", dir, sizeof dir),
        .is_create = true,
        .origin = "test.example/world",
        .clock = world_clock,
        .clock_self = world,
        .kv = log_kv,
    };
    must(en_log_open(&options, &world->log, &err), &err, "open the log");
    world->sink = en_log_sink(world->log);
    en_batch_init(&world->batch);
    world->source = world_name(world, EN_NAME_SOURCE, "test");
}

void world_open(struct world *world, uint64_t seed)
{
    open_world(world, seed, NULL);
}

void world_open_in_memory(struct world *world, uint64_t seed)
{
    struct en_error err;
    struct en_kv *kv = NULL;
    must(en_kv_open_memory(MEMORY_SIZE_MAX, &kv, &err), &err, "memory");
    open_world(world, seed, kv);
}

void world_close(struct world *world)
{
    en_batch_fini(&world->batch);
    en_log_close(world->log);
    en_kv_close(world->log_kv);
    en_scratch_remove(&world->scratch);
}

uint32_t world_random(struct world *world, uint32_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (uint32_t)((world->random >> 16) % below);
}

uint32_t world_name(struct world *world, en_name_type type, const char *key)
{
    struct en_error err;
    struct en_slice text = en_slice_text(key);
    uint32_t id = 0;
    must(world->sink.name(world->sink.self, type, &text, 1, &id, &err), &err, "name");
    return id;
}

static struct en_event_header header_of(struct world *world, en_kind kind, uint32_t subject,
                                        struct en_interval valid)
{
    return (struct en_event_header){
        .valid = valid,
        .kind = (uint16_t)kind,
        .subject = subject,
        .source = world->source,
        .source_seq = ++world->source_seq,
        .actor = world->actor,
        .cause = EN_SEQ_NONE,
    };
}

void world_put(struct world *world, en_kind kind, uint32_t subject, struct en_interval valid,
               const void *payload)
{
    struct en_error err;
    struct en_event_header header = header_of(world, kind, subject, valid);
    must(en_batch_add_record(&world->batch, &header, payload, &err), &err, "draft");
}

void world_put_bytes(struct world *world, en_kind kind, uint32_t subject, struct en_interval valid,
                     struct en_slice payload)
{
    struct en_error err;
    struct en_event_header header = header_of(world, kind, subject, valid);
    must(en_batch_add(&world->batch, &header, payload, &err), &err, "draft");
}

void world_append(struct world *world)
{
    struct en_error err;
    struct en_appended appended;
    if (world->batch.count > 0) {
        must(world->sink.append(world->sink.self, &world->batch, &appended, NULL, &err), &err,
             "append");
    }
    en_batch_reset(&world->batch);
}

uint64_t world_event(struct world *world, en_kind kind, uint32_t subject, struct en_interval valid,
                     const void *payload)
{
    world_put(world, kind, subject, valid, payload);
    world_append(world);
    return en_log_size(world->log) - 1;
}

uint32_t world_point(struct world *world, const char *code, bool is_primary)
{
    char key[EN_NAME_SIZE_MAX + 1];
    uint32_t point = world_name(world, EN_NAME_POINT, code);
    struct en_point_set point_set = {.name = en_slice_text(code),
                                     .resource = en_slice_text("electricity")};
    world_put(world, EN_KIND_POINT_SET, point, (struct en_interval){{0}, {0}}, &point_set);
    en_channel_key(point, en_slice_text("A+"), key);
    uint32_t channel = world_name(world, EN_NAME_CHANNEL, key);
    struct en_channel_set channel_set = {
        .point = point,
        .code = en_slice_text("A+"),
        .unit = EN_UNIT_KWH,
        .basis = EN_BASIS_PROFILE,
        .slot_seconds = 1800,
        .is_primary = is_primary,
    };
    world_put(world, EN_KIND_CHANNEL_SET, channel, (struct en_interval){{0}, {0}}, &channel_set);
    world_append(world);
    return channel;
}

void world_profile(struct world *world, uint32_t channel, int32_t day, uint64_t revision,
                   const int64_t values[48], const uint64_t *quality)
{
    static struct en_block block;
    struct en_error err;
    struct en_buf bytes;
    struct en_buf payload;
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    en_buf_init(&payload, EN_PAYLOAD_SIZE_MAX);
    block.head = (struct en_block_head){0, 1800, 48, -3, quality == NULL};
    for (int i = 0; i < 48; i++) {
        block.values[i] = values[i];
        block.quality[i] = quality != NULL ? quality[i] : EN_QUALITY_MEASURED;
    }
    must(en_block_encode(&block, &bytes, &err), &err, "encode");
    en_reading_profile_encode(revision, en_buf_slice(&bytes), &payload);
    struct en_event_header header =
        header_of(world, EN_KIND_READING_PROFILE, channel, world_day(day));
    must(en_batch_add(&world->batch, &header, en_buf_slice(&payload), &err), &err, "profile");
    en_buf_fini(&bytes);
    en_buf_fini(&payload);
}

struct en_interval world_day(int32_t day)
{
    return (struct en_interval){{(int64_t)day * EN_DAY_US}, {((int64_t)day + 1) * EN_DAY_US}};
}

struct en_interval world_moment(int32_t day, int minutes)
{
    int64_t at = (int64_t)day * EN_DAY_US + minutes * EN_MINUTE_US;
    return (struct en_interval){{at}, {at}};
}

void world_project(struct world *world, struct world_projection *projection,
                   uint32_t batch_events_max)
{
    struct en_error err;
    must(en_kv_open_memory(MEMORY_SIZE_MAX, &projection->kv, &err), &err, "memory");
    struct en_runner_options options = {
        .log = world->log, .kv = projection->kv, .batch_events_max = batch_events_max};
    must(en_runner_open(&options, &projection->runner, &err), &err, "open the runner");
}

void world_run(struct world_projection *projection, uint64_t to)
{
    struct en_error err;
    must(en_runner_run(projection->runner, to, &err), &err, "run");
}

void world_projection_close(struct world_projection *projection)
{
    en_runner_close(projection->runner);
    en_kv_close(projection->kv);
}

static struct en_store *read_store(struct world_projection *projection)
{
    struct en_error err;
    struct en_store *store = NULL;
    must(en_store_begin(projection->kv, EN_KV_READ, &store, &err), &err, "read");
    return store;
}

struct en_hash world_digest(struct world_projection *projection)
{
    struct en_error err;
    struct en_digest_table tables[EN_DIGEST_TABLES_MAX];
    uint32_t count = en_digest_tables(tables);
    struct en_store *store = read_store(projection);
    struct en_hash hash;
    must(en_digest_root(store, tables, count, EN_DIGEST_ANEW, &hash, &err), &err, "digest");
    struct en_hash kept;
    must(en_digest_root(store, tables, count, EN_DIGEST_KEPT, &kept, &err), &err, "kept digest");
    if (!en_hash_equal(&hash, &kept)) {
        fprintf(stderr, "world: the kept digest is not that of the rows\n");
        abort();
    }
    en_store_abort(store);
    return hash;
}

en_code world_outcome(struct world_projection *projection, uint64_t seq, char *text,
                      size_t text_size)
{
    struct en_error err;
    struct en_store *store = read_store(projection);
    struct en_outcome_row row = {.seq = seq};
    en_code code = en_table_get(store, &en_table_outcome, &row, NULL, &err);
    if (code == EN_OK && text != NULL) {
        (void)snprintf(text, text_size, "%.*s", (int)row.text.size, (const char *)row.text.bytes);
    }
    en_store_abort(store);
    return code == EN_OK ? (en_code)row.code : EN_OK;
}

struct en_totals world_usage(struct world_projection *projection, uint32_t channel, int32_t day)
{
    struct en_error err;
    struct en_store *store = read_store(projection);
    struct en_slice entry;
    struct en_totals totals = {0};
    if (en_series_get(store, &en_series_usage_day, day, channel, &entry, &err) == EN_OK) {
        must(en_totals_decode(entry, &totals, &err), &err, "totals");
    }
    en_store_abort(store);
    return totals;
}
