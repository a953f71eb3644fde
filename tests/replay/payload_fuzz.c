/* Whatever events the log holds, the runner never fails: facts are taken as they are, commands are
 * judged, and what cannot be understood leaves an outcome row. And how batches are cut, or whether
 * the projection was opened anew in between, leaves no trace.
 *
 * The input is read as a list of events of every kind about a small world: payloads are rubbish, or
 * records whose fields hold every kind of number and text, whole or with one byte changed. */
#include "tests/replay/world.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/metering/block/block.h"
#include "log/cursor.h"
#include "processors/processor.h"

#define EVENTS_MAX 24u
#define RECORD_SIZE_MAX 512u
#define ITEMS_MAX 3u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *bytes;
    size_t size;
};

struct draw {
    struct input *input;
    struct en_arena *arena; /* texts and lists of the payload in hand */
};

static void must(bool is_so, const char *what)
{
    if (!is_so) {
        fprintf(stderr, "payload: %s\n", what);
        abort();
    }
}

static uint8_t take(struct input *input)
{
    if (input->size == 0) {
        return 0;
    }
    input->size--;
    return *input->bytes++;
}

static uint64_t take_u64(struct input *input)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) {
        number = number << 8 | take(input);
    }
    return number;
}

/* Mostly small, now and then an edge or anything. */
static uint64_t draw_number(struct input *input)
{
    static const uint64_t edges[] = {UINT64_MAX, INT64_MAX,           UINT32_MAX,    INT32_MAX,
                                     86400,      (uint64_t)INT64_MIN, 1000000000000, 65536};
    uint8_t choice = take(input);
    if (choice < 192) {
        return choice % 8u;
    }
    return choice < 224 ? edges[choice % EN_COUNT_OF(edges)] : take_u64(input);
}

static struct en_slice draw_text(struct draw *draw)
{
    static const char *const texts[] = {
        "",
        "A+",
        "P0",
        "P1",
        "F1",
        "F2",
        "strict",
        "declare",
        "@P0.A+",
        "@P0.A+ + @P1.A+",
        "sum~(@P0.A+, @P1.A+, @P2.A+)",
        "#F1 * 2 - prev(@P1.A+, 1d)",
        "if(@P0.A+ > 1 kWh, #F1, 0 kWh)",
        "R-01",
        "electricity",
        "1-0:1.8.0",
    };
    /* of device events and alarms */
    static const char *const words[] = {
        "spodes:2:1",
        "spodes:2:2",
        "spodes:4:1",
        "dlms:51",
        "cim:3.26.38.85",
        "magnet",
        "start",
        "end",
        "point",
        "rows",
        "silent",
        "device_event",
        "device",
        "intervention",
        "value",
        ">",
        "=",
        "0",
        "point=P1",
        "mail:duty",
        "ack",
        "shelve",
        "suppress",
        "P1",
        "D1 magnet",
        "serial",
        "clock_drift",
        "missing",
        "unsuppress",
        "imbalance",
    };
    uint8_t choice = take(draw->input);
    if (choice >= 128 && choice < 208) {
        return en_slice_text(words[choice % EN_COUNT_OF(words)]);
    }
    if (choice < 208) {
        return en_slice_text(texts[choice % EN_COUNT_OF(texts)]);
    }
    size_t size = choice < 224 ? 1u << (choice % 16u) : choice % 16u;
    uint8_t *bytes = en_arena_alloc(draw->arena, size + 1);
    must(bytes != NULL, "the arena is large enough");
    for (size_t i = 0; i < size; i++) {
        bytes[i] = choice < 224 ? 'x' : take(draw->input);
    }
    return en_slice_of(bytes, size);
}

static struct en_instant draw_instant(struct input *input)
{
    uint8_t choice = take(input);
    if (choice < 224) {
        return (struct en_instant){(WORLD_DAY + choice % 8) * EN_DAY_US +
                                   (choice / 8) * 30 * EN_MINUTE_US};
    }
    return (struct en_instant){(int64_t)draw_number(input)};
}

static int32_t draw_day(struct input *input)
{
    uint8_t choice = take(input);
    return choice < 224 ? WORLD_DAY + choice % 8 : (int32_t)(uint32_t)draw_number(input);
}

static struct en_ratio draw_ratio(struct input *input)
{
    struct en_error err;
    struct en_ratio ratio = {0, 0};
    int64_t num = (int64_t)draw_number(input);
    int64_t den = (int64_t)draw_number(input);
    if (en_ratio_make(num, den, &ratio, &err) != EN_OK) {
        return EN_RATIO_ONE;
    }
    return ratio;
}

static void draw_record(struct draw *draw, const struct en_record *record, uint8_t *value);

static struct en_list draw_list(struct draw *draw, const struct en_record *items)
{
    struct en_list list = {.count = take(draw->input) % (ITEMS_MAX + 1)};
    list.items = en_arena_alloc(draw->arena, (list.count + 1) * items->size);
    must(list.items != NULL, "the arena is large enough");
    for (uint32_t i = 0; i < list.count; i++) {
        draw_record(draw, items, (uint8_t *)list.items + i * items->size);
    }
    return list;
}

static void draw_field(struct draw *draw, const struct en_field *field, void *member)
{
    struct input *input = draw->input;
    size_t size = en_field_type_size(field->type);
    uint64_t number = 0;
    struct en_slice text;
    struct en_instant instant;
    struct en_decimal decimal;
    struct en_ratio ratio;
    struct en_list list;
    int32_t day = 0;
    bool is = false;
    switch (field->type) {
    case EN_FIELD_BOOL:
        is = (take(input) & 1) != 0;
        memcpy(member, &is, sizeof is);
        return;
    case EN_FIELD_TEXT:
    case EN_FIELD_BYTES:
        text = draw_text(draw);
        memcpy(member, &text, sizeof text);
        return;
    case EN_FIELD_INSTANT:
        instant = draw_instant(input);
        memcpy(member, &instant, sizeof instant);
        return;
    case EN_FIELD_DAY:
        day = draw_day(input);
        memcpy(member, &day, sizeof day);
        return;
    case EN_FIELD_DECIMAL:
        decimal.digits = (int64_t)draw_number(input);
        decimal.exponent = (int8_t)(take(input) % 37 - 18);
        memcpy(member, &decimal, sizeof decimal);
        return;
    case EN_FIELD_RATIO:
        ratio = draw_ratio(input);
        memcpy(member, &ratio, sizeof ratio);
        return;
    case EN_FIELD_LIST:
        list = draw_list(draw, field->items);
        memcpy(member, &list, sizeof list);
        return;
    case EN_FIELD_HASH:
        memset(member, take(input), size);
        return;
    default: /* numbers of every width, little-endian like the machine */
        number = draw_number(input);
        must(size <= sizeof number, "a number has at most 64 bits");
        memcpy(member, &number, size);
        return;
    }
}

static void draw_record(struct draw *draw, const struct en_record *record, uint8_t *value)
{
    must(record->size <= RECORD_SIZE_MAX, "payload structs are small");
    for (uint16_t i = 0; i < record->fields_count; i++) {
        draw_field(draw, &record->fields[i], value + record->fields[i].offset);
    }
}

/* A day block with a head of any kind, of which the interval mostly speaks; false when there is no
 * such block. */
static bool draw_profile(struct input *input, struct en_interval *valid, struct en_buf *payload)
{
    static const uint32_t seconds[] = {1800, 3600, 900, 86400, 60, 600, 7200, 1};
    static struct en_block block;
    struct en_error err;
    struct en_buf bytes;
    uint8_t shape = take(input);
    uint32_t slot_seconds = seconds[shape % 8];
    block.head = (struct en_block_head){
        .start_minute = shape < 128 ? 0 : (int8_t)take(input) * 15,
        .slot_seconds = slot_seconds,
        .count = slot_seconds >= 60 ? 86400 / slot_seconds : 100,
        .exponent = (int8_t)(shape < 192 ? -3 : take(input) % 37 - 18),
    };
    uint8_t pattern = take(input);
    if (pattern % 16 != 15) {
        int64_t day = WORLD_DAY + pattern % 4;
        valid->from.us = day * EN_DAY_US + block.head.start_minute * EN_MINUTE_US;
        valid->to.us = valid->from.us + (int64_t)slot_seconds * block.head.count * EN_SECOND_US;
    }
    for (uint32_t i = 0; i < block.head.count; i++) {
        bool is_drawn = pattern < 64 && i < 4;
        block.values[i] = is_drawn ? (int64_t)draw_number(input) : (int64_t)(i * pattern);
        block.quality[i] =
            pattern % 8 == 7 && i % 3 == 0 ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    en_buf_init(&bytes, EN_BLOCK_SIZE_MAX);
    bool is_made = en_block_encode(&block, &bytes, &err) == EN_OK;
    if (is_made) {
        en_reading_profile_encode(draw_number(input), en_buf_slice(&bytes), payload);
    }
    en_buf_fini(&bytes);
    return is_made;
}

/* Fills the buffer with the payload of an event of the kind. */
static void draw_payload(struct draw *draw, const struct en_kind_info *kind,
                         struct en_interval *valid, struct en_buf *payload)
{
    _Alignas(16) uint8_t value[RECORD_SIZE_MAX] = {0};
    struct en_error err;
    uint8_t form = take(draw->input);
    bool is_made = form < 224;
    if (is_made && kind->payload == NULL) {
        is_made = draw_profile(draw->input, valid, payload);
    } else if (is_made) {
        draw_record(draw, kind->payload, value);
        is_made = en_record_encode(kind->payload, value, payload, &err) == EN_OK &&
                  payload->size <= EN_PAYLOAD_SIZE_MAX;
    }
    if (!is_made) {
        en_buf_reset(payload);
        for (uint32_t i = 0; i < form % 32u; i++) {
            en_buf_u8(payload, take(draw->input));
        }
    } else if (form >= 160 && payload->size > 0) {
        payload->bytes[take(draw->input) % payload->size] = take(draw->input);
    }
}

static struct en_interval draw_valid(struct input *input)
{
    struct en_instant from = draw_instant(input);
    uint8_t choice = take(input);
    if (choice < 96) {
        return world_day(WORLD_DAY + choice % 8);
    }
    if (choice < 128) {
        return (struct en_interval){{0}, {0}};
    }
    struct en_instant to = choice < 192 ? from : draw_instant(input);
    return to.us < from.us ? (struct en_interval){to, from} : (struct en_interval){from, to};
}

static void put_event(struct world *world, struct draw *draw, struct en_buf *payload)
{
    uint32_t count = 0;
    const struct en_kind_info *kinds = en_kinds(&count);
    uint8_t choice = take(draw->input);
    const struct en_kind_info *kind =
        choice < 192 ? &kinds[choice % count] : en_kind_info(EN_KIND_READING_PROFILE);
    if (kind->kind == EN_KIND_NAME_ASSIGNED) {
        return; /* the log gives names itself */
    }
    uint32_t subject = (uint32_t)draw_number(draw->input);
    struct en_interval valid = draw_valid(draw->input);
    en_buf_reset(payload);
    draw_payload(draw, kind, &valid, payload);
    world_put_bytes(world, kind->kind, subject, valid, en_buf_slice(payload));
}

/* Points with a channel each, formulas, a balance, a policy and readings of four days. */
static void put_base(struct world *world)
{
    static const char *const points[] = {"P0", "P1", "P2"};
    static const char *const bases[] = {"R", "N"};
    uint32_t channels[EN_COUNT_OF(points)];
    for (uint32_t i = 0; i < EN_COUNT_OF(points); i++) {
        channels[i] = world_point(world, points[i], i > 0);
    }
    for (uint32_t i = 0; i < EN_COUNT_OF(bases); i++) {
        char key[EN_NAME_SIZE_MAX + 1];
        uint32_t point = world_name(world, EN_NAME_POINT, points[i]);
        en_channel_key(point, en_slice_text(bases[i]), key);
        struct en_channel_set set = {.point = point,
                                     .code = en_slice_text(bases[i]),
                                     .unit = EN_UNIT_KWH,
                                     .basis = i == 0 ? EN_BASIS_REGISTER : EN_BASIS_PULSES,
                                     .slot_seconds = 3600};
        world_put(world, EN_KIND_CHANNEL_SET, world_name(world, EN_NAME_CHANNEL, key),
                  (struct en_interval){{0}, {0}}, &set);
    }
    struct en_formula_set formula = {en_slice_text("F1"),
                                     en_slice_text("sum~(@P0.A+, @P1.A+, @P2.A+)")};
    world_put(world, EN_KIND_FORMULA_SET, world_name(world, EN_NAME_FORMULA, "F1"),
              world_moment(WORLD_DAY, 0), &formula);
    (void)world_name(world, EN_NAME_FORMULA, "F2");
    struct en_freeze_policy_set policy = {
        .name = en_slice_text("strict"), .needs_completeness = true, .correction = 1};
    world_put(world, EN_KIND_FREEZE_POLICY_SET, world_name(world, EN_NAME_POLICY, "strict"),
              (struct en_interval){{0}, {0}}, &policy);
    for (int32_t i = 0; i < 6; i++) {
        int64_t values[48];
        for (int slot = 0; slot < 48; slot++) {
            values[slot] = slot * (i + 1);
        }
        world_profile(world, channels[i % 3], WORLD_DAY + i / 3, 0, values, NULL);
    }
    world_append(world);
}

/* Whether a processor folds the kind: then what cannot be decoded has an outcome. */
static bool is_folded(en_kind kind)
{
    for (int i = 0; i < EN_PROCESSORS_COUNT; i++) {
        if ((en_processors[i]->kinds >> kind & 1) != 0) {
            return true;
        }
    }
    return false;
}

static void check_outcomes(struct world *world, struct world_projection *projection, uint64_t from)
{
    struct en_arena arena;
    struct en_buf bytes;
    struct en_error err;
    en_arena_init(&arena, 1u << 20);
    en_buf_init(&bytes, EN_FRAME_SIZE_MAX);
    for (uint64_t seq = from; seq < en_log_size(world->log); seq++) {
        _Alignas(16) uint8_t value[RECORD_SIZE_MAX];
        struct en_event event;
        en_buf_reset(&bytes);
        en_arena_reset(&arena);
        must(en_log_get(world->log, (struct en_seq){seq}, &event, &bytes, &err) == EN_OK,
             "the log gives back what it took");
        const struct en_kind_info *kind = en_kind_info(event.header.kind);
        bool is_wrong = kind->payload != NULL &&
                        en_payload_decode(&event, value, &arena, &err) != EN_OK &&
                        is_folded(kind->kind);
        must(!is_wrong || world_outcome(projection, seq, NULL, 0) != EN_OK,
             "a payload that cannot be read has an outcome");
    }
    en_buf_fini(&bytes);
    en_arena_fini(&arena);
}

/* The same log once more in small batches, opened anew before each `stops` events. */
static struct en_hash digest_in_steps(struct world *world, uint32_t batch_events, uint64_t stops)
{
    struct world_projection projection;
    struct en_error err;
    world_project(world, &projection, batch_events);
    for (uint64_t to = stops; to < en_log_size(world->log); to += stops) {
        world_run(&projection, to);
        struct en_runner_options options = {
            .log = world->log, .kv = projection.kv, .batch_events_max = batch_events};
        en_runner_close(projection.runner);
        must(en_runner_open(&options, &projection.runner, &err) == EN_OK, err.text);
    }
    world_run(&projection, 0);
    struct en_hash digest = world_digest(&projection);
    world_projection_close(&projection);
    return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct world world;
    struct world_projection whole;
    struct en_arena arena;
    struct en_buf payload;
    en_arena_init(&arena, 8u << 20);
    en_buf_init(&payload, 1u << 20);
    struct draw draw = {&input, &arena};
    world_open_in_memory(&world, 1);
    put_base(&world);
    uint64_t from = en_log_size(world.log);
    uint32_t batch_events = 1 + take(&input) % 4;
    uint64_t stops = 3 + take(&input) % 32;
    for (uint32_t i = 0; i < EVENTS_MAX && input.size > 0; i++) {
        en_arena_reset(&arena);
        put_event(&world, &draw, &payload);
    }
    world_append(&world);
    world_project(&world, &whole, 0);
    world_run(&whole, 0);
    check_outcomes(&world, &whole, from);
    struct en_hash digest = world_digest(&whole);
    struct en_hash in_steps = digest_in_steps(&world, batch_events, stops);
    must(en_hash_equal(&digest, &in_steps), "the cut of batches left a trace");
    world_projection_close(&whole);
    world_close(&world);
    en_buf_fini(&payload);
    en_arena_fini(&arena);
    return 0;
}
