#include "bench/replay_log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/event/payload.h"
#include "core/mem.h"
#include "core/metering/quality.h"
#include "core/metering/rule/rule.h"

#define BATCH_EVENTS 1000u
#define SEED 42u
#define LATE_SHARE 100u /* one point-day in so many comes again */
#define BALANCES 500u

int en_replay_failed(const struct en_replay_bench *replay, const char *what)
{
    fprintf(stderr, "enerlog-bench: %s: %s\n", what, replay->err.text);
    return 1;
}

static en_code flush(struct en_replay_bench *replay)
{
    struct en_appended appended;
    en_code code = EN_OK;
    if (replay->batch.count > 0) {
        code =
            replay->sink.append(replay->sink.self, &replay->batch, &appended, NULL, &replay->err);
    }
    en_batch_reset(&replay->batch);
    return code;
}

static struct en_event_header header_of(struct en_replay_bench *replay, en_kind kind,
                                        uint32_t subject, struct en_interval valid)
{
    return (struct en_event_header){
        .valid = valid,
        .kind = (uint16_t)kind,
        .subject = subject,
        .source = replay->source,
        .source_seq = ++replay->source_seq,
        .cause = EN_SEQ_NONE,
    };
}

static en_code put(struct en_replay_bench *replay, en_kind kind, uint32_t subject,
                   struct en_interval valid, const void *payload)
{
    struct en_event_header header = header_of(replay, kind, subject, valid);
    en_code code = en_batch_add_record(&replay->batch, &header, payload, &replay->err);
    if (code == EN_OK && replay->batch.count >= BATCH_EVENTS) {
        code = flush(replay);
    }
    return code;
}

/* Ids for names made by a pattern, a few thousand at a time. */
static en_code name_all(struct en_replay_bench *replay, en_name_type type, const char *pattern,
                        uint32_t count, const uint32_t *numbers, uint32_t *ids)
{
    enum { PART = 4096 };
    static char texts[PART][32];
    static struct en_slice keys[PART];
    en_code code = EN_OK;
    for (uint32_t done = 0; done < count && code == EN_OK; done += PART) {
        uint32_t part = count - done < PART ? count - done : PART;
        for (uint32_t i = 0; i < part; i++) {
            (void)snprintf(texts[i], sizeof texts[i], pattern,
                           numbers != NULL ? numbers[done + i] : done + i);
            keys[i] = en_slice_text(texts[i]);
        }
        code = replay->sink.name(replay->sink.self, type, keys, part, ids + done, &replay->err);
    }
    return code;
}

static en_code make_points(struct en_replay_bench *replay)
{
    const struct en_interval always = {{0}, {0}};
    uint32_t count = replay->workload.points_count;
    en_code code = name_all(replay, EN_NAME_POINT, "P%u", count, NULL, replay->points);
    if (code == EN_OK) {
        code = name_all(replay, EN_NAME_CHANNEL, "%u|A+", count, replay->points, replay->channels);
    }
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        struct en_point_set point = {.name = en_slice_text("a point"),
                                     .resource = en_slice_text("electricity")};
        struct en_channel_set channel = {
            .point = replay->points[i],
            .code = en_slice_text("A+"),
            .unit = EN_UNIT_KWH,
            .basis = EN_BASIS_PROFILE,
            .slot_seconds = 1800,
            .is_primary = replay->ratio.num == replay->ratio.den,
        };
        struct en_ratio_set ratio = {.current = replay->ratio, .voltage = EN_RATIO_ONE};
        code = put(replay, EN_KIND_POINT_SET, replay->points[i], always, &point);
        if (code == EN_OK) {
            code = put(replay, EN_KIND_CHANNEL_SET, replay->channels[i], always, &channel);
        }
        if (code == EN_OK && !channel.is_primary) {
            code = put(replay, EN_KIND_RATIO_SET, replay->points[i], always, &ratio);
        }
    }
    return code == EN_OK ? flush(replay) : code;
}

/* The rules of the preset, everywhere and always. */
static en_code adopt_rules(struct en_replay_bench *replay)
{
    const struct en_interval always = {{0}, {0}};
    const struct en_rule_preset *preset =
        replay->preset == NULL ? NULL : en_rule_preset_find(en_slice_text(replay->preset));
    en_code code = EN_OK;
    for (uint32_t i = 0; preset != NULL && i < preset->entries_count && code == EN_OK; i++) {
        const struct en_rule_preset_entry *entry = &preset->entries[i];
        struct en_slice name = en_slice_text(en_rule_of(entry->rule)->name);
        uint32_t id = 0;
        struct en_rule_set rule = {.rule = name,
                                   .edition = en_slice_text("1"),
                                   .parameters = en_slice_text(entry->parameters),
                                   .reason = en_slice_text("measured")};
        if (entry->resource != NULL || entry->from != NULL) {
            continue; /* other resources, other years */
        }
        code = replay->sink.name(replay->sink.self, EN_NAME_RULE, &name, 1, &id, &replay->err);
        if (code == EN_OK) {
            code = put(replay, EN_KIND_RULE_SET, id, always, &rule);
        }
    }
    return code == EN_OK ? flush(replay) : code;
}

/* "sum~(@P0.A+, @P500.A+, ...)": every second member of the group, from the first-th. */
static void print_side(const struct en_replay_bench *replay, uint32_t group, uint32_t first,
                       struct en_buf *text)
{
    uint32_t groups = en_workload_groups(&replay->workload);
    bool is_begun = false;
    en_buf_text(text, "sum~(");
    for (uint32_t point = group + first * groups; point < replay->workload.points_count;
         point += 2 * groups) {
        en_buf_print(text, "%s@P%u.A+", is_begun ? ", " : "", point);
        is_begun = true;
    }
    en_buf_text(text, ")");
}

static en_code make_balances(struct en_replay_bench *replay)
{
    uint32_t groups = en_workload_groups(&replay->workload);
    uint32_t nodes[3];
    struct en_buf in;
    struct en_buf out;
    en_buf_init(&in, EN_FORMULA_SIZE_MAX);
    en_buf_init(&out, EN_FORMULA_SIZE_MAX);
    en_code code = EN_OK;
    for (uint32_t group = 0; group < groups && code == EN_OK; group++) {
        char name[32];
        char sides[3][40];
        (void)snprintf(name, sizeof name, "B%u", group);
        static const char *const words[] = {"in", "out", "losses"};
        struct en_slice keys[3];
        for (int i = 0; i < 3; i++) {
            (void)snprintf(sides[i], sizeof sides[i], "%s.%s", name, words[i]);
            keys[i] = en_slice_text(sides[i]);
        }
        struct en_slice key = en_slice_text(name);
        code = replay->sink.name(replay->sink.self, EN_NAME_FORMULA, keys, 3, nodes, &replay->err);
        if (code == EN_OK) {
            code = replay->sink.name(replay->sink.self, EN_NAME_BALANCE, &key, 1,
                                     &replay->balances[group], &replay->err);
        }
        en_buf_reset(&in);
        en_buf_reset(&out);
        print_side(replay, group, 0, &in);
        print_side(replay, group, 1, &out);
        struct en_balance_set balance = {
            .name = key,
            .in = en_buf_slice(&in),
            .out = en_buf_slice(&out),
            .in_node = nodes[0],
            .out_node = nodes[1],
            .losses_node = nodes[2],
        };
        const struct en_instant first = {(int64_t)EN_WORKLOAD_FIRST_DAY * EN_DAY_US};
        struct en_interval from = {first, first};
        if (code == EN_OK) {
            code = put(replay, EN_KIND_BALANCE_SET, replay->balances[group], from, &balance);
        }
    }
    en_buf_fini(&in);
    en_buf_fini(&out);
    return code == EN_OK ? flush(replay) : code;
}

static void fill_block(struct en_replay_bench *replay, uint32_t point, uint32_t day, uint32_t added)
{
    static const uint64_t words[] = {EN_QUALITY_MEASURED, EN_SOURCE_EST_INTERP,
                                     EN_SOURCE_MANUAL_READ, EN_QUALITY_MISSING};
    struct en_workload_day values;
    en_workload_day(&replay->workload, point, day, &values);
    replay->block.head = (struct en_block_head){0, 1800, EN_WORKLOAD_SLOTS, -3, false};
    for (uint32_t i = 0; i < EN_WORKLOAD_SLOTS; i++) {
        replay->block.quality[i] = words[values.quality[i]];
        replay->block.values[i] =
            values.quality[i] == EN_WORKLOAD_MISSING ? 0 : (int64_t)values.values[i] + added;
        replay->total += values.quality[i] == EN_WORKLOAD_MISSING ? 0 : values.values[i];
    }
}

static en_code append_day(struct en_replay_bench *replay, uint32_t point, uint32_t day,
                          uint32_t added)
{
    fill_block(replay, point, day, added);
    en_buf_reset(&replay->bytes);
    en_buf_reset(&replay->payload);
    en_code code = en_block_encode(&replay->block, &replay->bytes, &replay->err);
    if (code != EN_OK) {
        return code;
    }
    en_reading_profile_encode(0, en_buf_slice(&replay->bytes), &replay->payload);
    int64_t from = ((int64_t)EN_WORKLOAD_FIRST_DAY + day) * EN_DAY_US;
    struct en_interval valid = {{from}, {from + EN_DAY_US}};
    struct en_event_header header =
        header_of(replay, EN_KIND_READING_PROFILE, replay->channels[point], valid);
    code = en_batch_add(&replay->batch, &header, en_buf_slice(&replay->payload), &replay->err);
    return code == EN_OK && replay->batch.count >= BATCH_EVENTS ? flush(replay) : code;
}

static en_code append_readings(struct en_replay_bench *replay)
{
    uint32_t *order = en_mem_alloc(replay->workload.points_count, sizeof *order);
    en_code code = order != NULL ? EN_OK : en_error_set(&replay->err, EN_NOMEM, "no memory");
    for (uint32_t day = 0; day < replay->workload.days_count && code == EN_OK; day++) {
        en_workload_order(&replay->workload, day, order);
        for (uint32_t i = 0; i < replay->workload.points_count && code == EN_OK; i++) {
            code = append_day(replay, order[i], day, 0);
        }
    }
    en_mem_free(order);
    return code == EN_OK ? flush(replay) : code;
}

/* One point-day in LATE_SHARE comes again with other values. */
en_code en_replay_append_late(struct en_replay_bench *replay)
{
    en_code code = EN_OK;
    uint64_t count = (uint64_t)replay->workload.points_count * replay->workload.days_count;
    uint64_t total = replay->total;
    for (uint64_t i = 0; i < count / LATE_SHARE && code == EN_OK; i++) {
        uint64_t at = en_workload_mix(i) % count;
        code = append_day(replay, (uint32_t)(at % replay->workload.points_count),
                          (uint32_t)(at / replay->workload.points_count), 3);
    }
    replay->total = total;
    return code == EN_OK ? flush(replay) : code;
}

static int make_log(struct en_replay_bench *replay)
{
    struct en_log_options options = {
        .dir = replay->log_path, .is_create = true, .origin = "bench.example/replay"};
    struct en_slice source = en_slice_text("bench");
    en_code code = en_log_open(&options, &replay->log, &replay->err);
    if (code == EN_OK) {
        replay->sink = en_log_sink(replay->log);
        code = replay->sink.name(replay->sink.self, EN_NAME_SOURCE, &source, 1, &replay->source,
                                 &replay->err);
    }
    if (code == EN_OK) {
        code = make_points(replay);
    }
    if (code == EN_OK) {
        code = adopt_rules(replay);
    }
    if (code == EN_OK) {
        code = make_balances(replay);
    }
    if (code == EN_OK) {
        code = append_readings(replay);
    }
    return code == EN_OK ? 0 : en_replay_failed(replay, "make the log");
}

int en_replay_open(struct en_replay_bench *replay, const struct en_bench *bench,
                   const struct en_replay_kind *kind)
{
    *replay =
        (struct en_replay_bench){.bench = bench, .ratio = kind->ratio, .preset = kind->preset};
    replay->workload = (struct en_workload){en_bench_size(bench, bench->points_count, 2000, 100000),
                                            en_bench_size(bench, bench->days_count, 5, 30), SEED};
    replay->points = en_mem_alloc(replay->workload.points_count, sizeof *replay->points);
    replay->channels = en_mem_alloc(replay->workload.points_count, sizeof *replay->channels);
    replay->balances = en_mem_alloc(BALANCES, sizeof *replay->balances);
    en_batch_init(&replay->batch);
    en_buf_init(&replay->bytes, EN_BLOCK_SIZE_MAX);
    en_buf_init(&replay->payload, EN_PAYLOAD_SIZE_MAX);
    (void)snprintf(replay->log_path, sizeof replay->log_path, "%s/log", bench->dir);
    (void)snprintf(replay->kv_path, sizeof replay->kv_path, "%s/tables", bench->dir);
    (void)en_bench_folder(bench, "log");
    (void)rmdir(replay->log_path);
    bool has_memory =
        replay->points != NULL && replay->channels != NULL && replay->balances != NULL;
    return has_memory ? make_log(replay) : 1;
}

void en_replay_close(struct en_replay_bench *replay)
{
    en_kv_close(replay->kv);
    en_log_close(replay->log);
    en_mem_free(replay->points);
    en_mem_free(replay->channels);
    en_mem_free(replay->balances);
    en_batch_fini(&replay->batch);
    en_buf_fini(&replay->bytes);
    en_buf_fini(&replay->payload);
    (void)en_bench_folder(replay->bench, "log");
    (void)en_bench_folder(replay->bench, "tables");
}
