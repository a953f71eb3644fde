#include "app/demo/substation.h"

#include <stdio.h>

#include "core/event/payload.h"
#include "core/metering/block/block.h"
#include "core/metering/quality.h"

#define FIRST_DAY 20454 /* 2026-01-01 */
#define DAYS 90
#define OFFSET_MINUTES 180
#define SLOTS 48u
#define SLOT_SECONDS 1800u
#define INPUTS 2u
/* One digit of a feeder's profile is 1e-4 kWh behind 200/5 and 10000/100: 0.4 kWh. */
#define FEEDER_DIGIT_WH 400
#define FEEDER_EXPONENT (-4)
#define INPUT_DIGIT_WH 400 /* 1e-5 kWh behind 2000/5 and 10000/100 */
#define INPUT_EXPONENT (-5)
#define LOSSES_PER_MILLE 6 /* of what goes out: what the balance states is 5 of what comes in */
#define BATCH_EVENTS 2000u
#define REGISTER_START 995000 /* 9,950.00 kWh: full at 10,000.00 */
#define REGISTER_CAPACITY 1000000

struct filling {
    struct en_engine *engine;
    struct en_batch batch;
    struct en_block block;
    struct en_buf bytes;
    struct en_buf payload;
    uint32_t source;
    uint64_t source_seq;
    uint64_t values_count;
    uint32_t object;
    uint32_t inputs[INPUTS]; /* channels */
    uint32_t feeders[EN_DEMO_FEEDERS];
    uint32_t feeder_points[EN_DEMO_FEEDERS];
    uint32_t own;
    uint32_t coupler[2]; /* its channels A+ and A-: from section 1 to 2, and back */
};

/* Per mille of a feeder's mean half-hour: a working day at night, morning, noon, evening; by three
 * hours. */
static const uint16_t shape[16] = {520,  470,  450,  480,  620,  880,  1150, 1240,
                                   1210, 1190, 1170, 1200, 1380, 1420, 1090, 730};

/* A number that looks like chance and is the same each time. */
static uint32_t jitter(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t x = a * UINT32_C(2654435761) ^ b * UINT32_C(2246822519) ^ c * UINT32_C(3266489917);
    x ^= x >> 15;
    x *= UINT32_C(2246822519);
    return x ^ x >> 13;
}

/* Digits of the feeder's profile in the slot. */
static int64_t feeder_digits(uint32_t feeder, uint32_t day, uint32_t slot)
{
    int64_t mean = 500 + (int64_t)(jitter(feeder, 1, 2) % 1500);
    bool is_weekend = (FIRST_DAY + day + 3) % 7 >= 5; /* 1970-01-01 was a Thursday */
    int64_t level = mean * shape[slot / 3] / 1000 * (is_weekend ? 800 : 1000) / 1000;
    return level + (int64_t)(jitter(feeder, day, slot) % 100) - 50;
}

/* Hundredths of a kWh of own needs in the slot. */
static int64_t own_digits(uint32_t day, uint32_t slot)
{
    return 900 + (int64_t)(jitter(77, day, slot) % 300);
}

static struct en_interval from_day(uint32_t day)
{
    int64_t at = ((int64_t)FIRST_DAY + day) * EN_DAY_US - OFFSET_MINUTES * EN_MINUTE_US;
    return (struct en_interval){{at}, {at}};
}

static en_code flush(struct filling *filling, struct en_error *err)
{
    en_code code = EN_OK;
    if (filling->batch.count > 0) {
        code = en_engine_submit(filling->engine, &filling->batch, NULL, NULL, err);
    }
    en_batch_reset(&filling->batch);
    return code;
}

static struct en_event_header header_of(struct filling *filling, en_kind kind, uint32_t subject,
                                        struct en_interval valid)
{
    return (struct en_event_header){
        .valid = valid,
        .kind = (uint16_t)kind,
        .subject = subject,
        .source = filling->source,
        .source_seq = ++filling->source_seq,
        .cause = EN_SEQ_NONE,
    };
}

static en_code put(struct filling *filling, en_kind kind, uint32_t subject,
                   struct en_interval valid, const void *payload, struct en_error *err)
{
    struct en_event_header header = header_of(filling, kind, subject, valid);
    en_code code = en_batch_add_record(&filling->batch, &header, payload, err);
    return code == EN_OK && filling->batch.count >= BATCH_EVENTS ? flush(filling, err) : code;
}

static en_code set_object(struct filling *filling, const char *key, const char *name,
                          const char *type, uint32_t parent, uint32_t *object, struct en_error *err)
{
    struct en_object_set payload = {
        .name = en_slice_text(name),
        .type = en_slice_text(type),
        .parent = parent,
        .zone = en_slice_text("Europe/Moscow"),
        .fiscal_offset_minutes = OFFSET_MINUTES,
    };
    en_code code = en_engine_name(filling->engine, EN_NAME_OBJECT, key, object, err);
    return code == EN_OK ? put(filling, EN_KIND_OBJECT_SET, *object, (struct en_interval){{0}, {0}},
                               &payload, err)
                         : code;
}

/* What differs between points. */
struct point_plan {
    const char *key;
    const char *name;
    uint32_t object;
    struct en_ratio current;
    struct en_ratio voltage;
    uint8_t basis;
    uint32_t error_1e4_percent;
};

static en_code set_device(struct filling *filling, const char *serial, uint32_t *device,
                          struct en_error *err)
{
    struct en_device_set payload = {
        .serial = en_slice_text(serial),
        .type = en_slice_text("three-phase meter 0.5S"),
        .capacity = {REGISTER_CAPACITY, -2},
    };
    en_code code = en_engine_name(filling->engine, EN_NAME_DEVICE, serial, device, err);
    return code == EN_OK ? put(filling, EN_KIND_DEVICE_SET, *device, (struct en_interval){{0}, {0}},
                               &payload, err)
                         : code;
}

static en_code set_point(struct filling *filling, const struct point_plan *plan, uint32_t *point,
                         uint32_t *channel, struct en_error *err)
{
    const struct en_interval always = {{0}, {0}};
    char key[EN_NAME_SIZE_MAX + 1];
    char serial[64];
    uint32_t device = 0;
    en_code code = en_engine_name(filling->engine, EN_NAME_POINT, plan->key, point, err);
    if (code == EN_OK) {
        en_channel_key(*point, en_slice_text("A+"), key);
        code = en_engine_name(filling->engine, EN_NAME_CHANNEL, key, channel, err);
    }
    struct en_point_set set = {.name = en_slice_text(plan->name),
                               .resource = en_slice_text("electricity"),
                               .object = plan->object};
    struct en_channel_set measured = {.point = *point,
                                      .code = en_slice_text("A+"),
                                      .unit = EN_UNIT_KWH,
                                      .basis = plan->basis,
                                      .slot_seconds = SLOT_SECONDS};
    struct en_ratio_set ratio = {.current = plan->current, .voltage = plan->voltage};
    struct en_channel_error_set error = {.error_1e4_percent = plan->error_1e4_percent};
    code = code == EN_OK ? put(filling, EN_KIND_POINT_SET, *point, always, &set, err) : code;
    code =
        code == EN_OK ? put(filling, EN_KIND_CHANNEL_SET, *channel, always, &measured, err) : code;
    code = code == EN_OK ? put(filling, EN_KIND_RATIO_SET, *point, always, &ratio, err) : code;
    code = code == EN_OK ? put(filling, EN_KIND_CHANNEL_ERROR_SET, *channel, always, &error, err)
                         : code;
    (void)snprintf(serial, sizeof serial, "DEMO-%05u", *point);
    code = code == EN_OK ? set_device(filling, serial, &device, err) : code;
    struct en_device_installed installed = {.device = device};
    return code == EN_OK ? put(filling, EN_KIND_DEVICE_INSTALLED, *point, always, &installed, err)
                         : code;
}

/* The coupler between the sections, measured both ways. */
static en_code set_coupler(struct filling *filling, struct en_error *err)
{
    char key[EN_NAME_SIZE_MAX + 1];
    uint32_t object = 0;
    uint32_t point = 0;
    en_code code = set_object(filling, EN_DEMO_OBJECT "/SV", "Bus coupler", "coupler",
                              filling->object, &object, err);
    struct point_plan plan = {EN_DEMO_COUPLER_POINT, "Bus coupler", object, {400, 1}, {100, 1},
                              EN_BASIS_PROFILE,      9000};
    code = code == EN_OK ? set_point(filling, &plan, &point, &filling->coupler[0], err) : code;
    struct en_channel_set back = {.point = point,
                                  .code = en_slice_text("A-"),
                                  .unit = EN_UNIT_KWH,
                                  .basis = EN_BASIS_PROFILE,
                                  .slot_seconds = SLOT_SECONDS};
    struct en_channel_error_set error = {.error_1e4_percent = plan.error_1e4_percent};
    en_channel_key(point, back.code, key);
    code = code == EN_OK
               ? en_engine_name(filling->engine, EN_NAME_CHANNEL, key, &filling->coupler[1], err)
               : code;
    const struct en_interval always = {{0}, {0}};
    code = code == EN_OK
               ? put(filling, EN_KIND_CHANNEL_SET, filling->coupler[1], always, &back, err)
               : code;
    return code == EN_OK
               ? put(filling, EN_KIND_CHANNEL_ERROR_SET, filling->coupler[1], always, &error, err)
               : code;
}

/* A transformer of 16 MVA whose reactive energy nobody measures: tg phi is 0.4. */
static en_code set_losses(struct filling *filling, const char *name, uint32_t object,
                          struct en_error *err)
{
    char expression[64];
    char losses[64];
    uint32_t equipment = 0;
    (void)snprintf(expression, sizeof expression, "@%s.A+", name);
    (void)snprintf(losses, sizeof losses, "%s.loss", name);
    struct en_equipment_load load = {.active = en_slice_text(expression),
                                     .reactive = en_slice_text(""),
                                     .load_micro_kw = 85000000};
    struct en_equipment_set set = {.name = en_slice_text(name),
                                   .type = en_slice_text("transformer"),
                                   .object = object,
                                   .idle_micro_kw = 18000000,
                                   .rated_micro_kva = INT64_C(16000000000),
                                   .rated_micro_kv = 10500000,
                                   .tangent = {2, 5},
                                   .loads = {&load, 1}};
    struct en_interval from = {{FIRST_DAY * EN_DAY_US}, {FIRST_DAY * EN_DAY_US}};
    en_code code = en_engine_name(filling->engine, EN_NAME_FORMULA, losses, &set.node, err);
    if (code == EN_OK) {
        code = en_engine_name(filling->engine, EN_NAME_EQUIPMENT, name, &equipment, err);
    }
    return code == EN_OK ? put(filling, EN_KIND_EQUIPMENT_SET, equipment, from, &set, err) : code;
}

static en_code set_structure(struct filling *filling, struct en_error *err)
{
    uint32_t buses[INPUTS] = {0};
    uint32_t place = 0;
    uint32_t point = 0;
    en_code code = set_object(filling, EN_DEMO_OBJECT, "Substation 110/10 kV \"Demo\"",
                              "substation", 0, &filling->object, err);
    for (uint32_t i = 0; i < INPUTS && code == EN_OK; i++) {
        char key[32];
        char name[64];
        uint32_t transformer = 0;
        (void)snprintf(key, sizeof key, EN_DEMO_OBJECT "/bus-%u", i + 1);
        (void)snprintf(name, sizeof name, "Bus section %u, 10 kV", i + 1);
        code = set_object(filling, key, name, "bus", filling->object, &buses[i], err);
        (void)snprintf(key, sizeof key, EN_DEMO_OBJECT "/T%u", i + 1);
        struct en_transformer_set power = {.name = en_slice_text(key),
                                           .type = en_slice_text("power"),
                                           .object = filling->object,
                                           .ratio = {110, 10}};
        code = code == EN_OK
                   ? en_engine_name(filling->engine, EN_NAME_TRANSFORMER, key, &transformer, err)
                   : code;
        power.ratio = (struct en_ratio){11, 1};
        code = code == EN_OK ? put(filling, EN_KIND_TRANSFORMER_SET, transformer,
                                   (struct en_interval){{0}, {0}}, &power, err)
                             : code;
        (void)snprintf(key, sizeof key, "T%u", i + 1);
        (void)snprintf(name, sizeof name, "Transformer T%u, 10 kV bushings", i + 1);
        char object[32];
        (void)snprintf(object, sizeof object, EN_DEMO_OBJECT "/T%u", i + 1);
        code = code == EN_OK ? set_object(filling, object, "Transformer", "transformer", buses[i],
                                          &place, err)
                             : code;
        struct point_plan plan = {key, name, place, {400, 1}, {100, 1}, EN_BASIS_PROFILE, 9000};
        code = code == EN_OK ? set_point(filling, &plan, &point, &filling->inputs[i], err) : code;
        code = code == EN_OK ? set_losses(filling, key, place, err) : code;
    }
    for (uint32_t i = 0; i < EN_DEMO_FEEDERS && code == EN_OK; i++) {
        char key[8];
        char name[64];
        (void)snprintf(key, sizeof key, "F%02u", i + 1);
        (void)snprintf(name, sizeof name, "Feeder %u", i + 1);
        char object[32];
        (void)snprintf(object, sizeof object, EN_DEMO_OBJECT "/%s", key);
        code = set_object(filling, object, name, "feeder", buses[i % INPUTS], &place, err);
        struct point_plan plan = {key, name, place, {40, 1}, {100, 1}, EN_BASIS_PROFILE, 12000};
        code = code == EN_OK ? set_point(filling, &plan, &filling->feeder_points[i],
                                         &filling->feeders[i], err)
                             : code;
    }
    code = code == EN_OK ? set_object(filling, EN_DEMO_OBJECT "/own", "Own needs", "own-needs",
                                      buses[0], &place, err)
                         : code;
    struct point_plan own = {EN_DEMO_REGISTER_POINT, "Own needs", place, {1, 1}, {1, 1},
                             EN_BASIS_REGISTER,      15000};
    code = code == EN_OK ? set_point(filling, &own, &point, &filling->own, err) : code;
    code = code == EN_OK ? set_coupler(filling, err) : code;
    return code == EN_OK ? flush(filling, err) : code;
}

/* The minutes of the slot that somebody measured F05 in on the day its meter was replaced. */
static int64_t replaced_digits(int64_t digits, uint32_t slot)
{
    switch (slot) {
    case 28: /* 14:00 to 14:17 by the old meter */
        return digits * 17 / 30;
    case 29: /* 14:47 to 15:00 by the new one */
        return digits * 13 / 30;
    default:
        return digits;
    }
}

static en_code put_profile(struct filling *filling, uint32_t channel, uint32_t day, int exponent,
                           struct en_error *err)
{
    filling->block.head =
        (struct en_block_head){-OFFSET_MINUTES, SLOT_SECONDS, SLOTS, (int8_t)exponent, false};
    en_buf_reset(&filling->bytes);
    en_buf_reset(&filling->payload);
    en_code code = en_block_encode(&filling->block, &filling->bytes, err);
    if (code != EN_OK) {
        return code;
    }
    en_reading_profile_encode(0, en_buf_slice(&filling->bytes), &filling->payload);
    struct en_interval valid = {from_day(day).from, from_day(day + 1).from};
    struct en_event_header header = header_of(filling, EN_KIND_READING_PROFILE, channel, valid);
    filling->values_count += SLOTS;
    code = en_batch_add(&filling->batch, &header, en_buf_slice(&filling->payload), err);
    return code == EN_OK && filling->batch.count >= BATCH_EVENTS ? flush(filling, err) : code;
}

static bool is_late(uint32_t feeder, uint32_t day)
{
    return feeder == 12 && (day == 31 + 19 || day == 31 + 20);
}

/* What section 1 receives beyond what it gives away goes through the coupler to section 2; what it
 * lacks comes back. */
static en_code put_coupler(struct filling *filling, uint32_t day, const int64_t flow_wh[SLOTS],
                           struct en_error *err)
{
    en_code code = EN_OK;
    for (int64_t way = 0; way < 2 && code == EN_OK; way++) {
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            int64_t wh = way == 0 ? flow_wh[slot] : -flow_wh[slot];
            filling->block.values[slot] = wh > 0 ? wh / INPUT_DIGIT_WH : 0;
            filling->block.quality[slot] = EN_QUALITY_MEASURED;
        }
        code = put_profile(filling, filling->coupler[way], day, INPUT_EXPONENT, err);
    }
    return code;
}

/* All feeders of a day; their energy and the technical losses go to what comes in. */
static en_code put_day(struct filling *filling, uint32_t day, struct en_error *err)
{
    int64_t out_wh[SLOTS] = {0};
    int64_t flow_wh[SLOTS] = {0};
    en_code code = EN_OK;
    for (uint32_t feeder = 0; feeder < EN_DEMO_FEEDERS && code == EN_OK; feeder++) {
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            int64_t digits = feeder_digits(feeder, day, slot);
            bool is_gap = feeder == 6 && day == 31 + 9 && slot >= 24 && slot < 30;
            bool is_replaced = feeder == 4 && day == 31 + 11;
            out_wh[slot] += digits * FEEDER_DIGIT_WH;
            flow_wh[slot] -= feeder % INPUTS == 0 ? digits * FEEDER_DIGIT_WH : 0;
            filling->block.values[slot] = is_gap        ? 0
                                          : is_replaced ? replaced_digits(digits, slot)
                                                        : digits;
            filling->block.quality[slot] = is_gap ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
            filling->values_count -= is_gap;
        }
        if (!is_late(feeder, day)) {
            code = put_profile(filling, filling->feeders[feeder], day, FEEDER_EXPONENT, err);
        }
    }
    for (uint32_t input = 0; input < INPUTS && code == EN_OK; input++) {
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            int64_t wh =
                (out_wh[slot] + own_digits(day, slot) * 10) * (1000 + LOSSES_PER_MILLE) / 1000;
            int64_t half = input == 0 ? wh * 52 / 100 : wh - wh * 52 / 100;
            flow_wh[slot] -= input == 0 ? own_digits(day, slot) * 10 : 0;
            flow_wh[slot] = input == 0 ? half + flow_wh[slot] * (1000 + LOSSES_PER_MILLE) / 1000
                                       : flow_wh[slot];
            filling->block.values[slot] = half / INPUT_DIGIT_WH;
            filling->block.quality[slot] = EN_QUALITY_MEASURED;
        }
        code = put_profile(filling, filling->inputs[input], day, INPUT_EXPONENT, err);
    }
    return code == EN_OK ? put_coupler(filling, day, flow_wh, err) : code;
}

/* The register of own needs, read each half-hour; full, it begins again. */
static en_code put_registers(struct filling *filling, struct en_error *err)
{
    int64_t digits = REGISTER_START;
    en_code code = EN_OK;
    for (uint32_t at = 0; at <= DAYS * SLOTS && code == EN_OK; at++) {
        struct en_reading_register payload = {.value = {digits % REGISTER_CAPACITY, -2},
                                              .quality = EN_QUALITY_MEASURED};
        struct en_interval when = from_day(at / SLOTS);
        when.from.us += (int64_t)(at % SLOTS) * SLOT_SECONDS * EN_SECOND_US;
        when.to = when.from;
        code = put(filling, EN_KIND_READING_REGISTER, filling->own, when, &payload, err);
        digits += own_digits(at / SLOTS, at % SLOTS);
        filling->values_count++;
    }
    return code;
}

static en_code put_replacement(struct filling *filling, struct en_error *err)
{
    uint32_t old_device = 0;
    uint32_t new_device = 0;
    char serial[64];
    (void)snprintf(serial, sizeof serial, "DEMO-%05u", filling->feeder_points[4]);
    en_code code = en_engine_find(filling->engine, EN_NAME_DEVICE, serial, &old_device, err);
    code = code == EN_OK ? set_device(filling, "DEMO-NEW-5", &new_device, err) : code;
    int64_t midnight = from_day(31 + 11).from.us;
    struct en_interval down = {{midnight + (14 * 60 + 17) * EN_MINUTE_US},
                               {midnight + (14 * 60 + 47) * EN_MINUTE_US}};
    struct en_device_replaced payload = {
        .old_device = old_device,
        .new_device = new_device,
        .downtime_power_micro = INT64_C(880000000),
        .act = en_slice_text("act 12 of 2026-02-12"),
    };
    return code == EN_OK ? put(filling, EN_KIND_DEVICE_REPLACED, filling->feeder_points[4], down,
                               &payload, err)
                         : code;
}

en_code en_demo_fill(struct en_engine *engine, uint64_t *events_count, uint64_t *values_count,
                     struct en_error *err)
{
    static struct filling filling;
    filling = (struct filling){.engine = engine};
    uint64_t before = en_log_size(en_engine_log(engine));
    en_batch_init(&filling.batch);
    en_buf_init(&filling.bytes, EN_BLOCK_SIZE_MAX);
    en_buf_init(&filling.payload, EN_PAYLOAD_SIZE_MAX);
    en_code code = en_engine_name(engine, EN_NAME_SOURCE, "demo", &filling.source, err);
    code = code == EN_OK ? set_structure(&filling, err) : code;
    for (uint32_t day = 0; day < DAYS && code == EN_OK; day++) {
        code = put_day(&filling, day, err);
    }
    code = code == EN_OK ? put_registers(&filling, err) : code;
    code = code == EN_OK ? put_replacement(&filling, err) : code;
    code = code == EN_OK ? flush(&filling, err) : code;
    *events_count = en_log_size(en_engine_log(engine)) - before;
    *values_count = filling.values_count;
    en_batch_fini(&filling.batch);
    en_buf_fini(&filling.bytes);
    en_buf_fini(&filling.payload);
    return code;
}

void en_demo_late_csv(struct en_buf *csv)
{
    en_buf_text(csv, "point,channel,from,to,unit,energy,quality\n");
    for (uint32_t day = 31 + 19; day <= 31 + 20; day++) {
        for (uint32_t slot = 0; slot < SLOTS; slot++) {
            char from[EN_INSTANT_TEXT_SIZE];
            char to[EN_INSTANT_TEXT_SIZE];
            char energy[EN_DECIMAL_TEXT_SIZE];
            int64_t at = from_day(day).from.us + (int64_t)slot * SLOT_SECONDS * EN_SECOND_US;
            (void)en_instant_print((struct en_instant){at}, OFFSET_MINUTES, from);
            (void)en_instant_print((struct en_instant){at + SLOT_SECONDS * EN_SECOND_US},
                                   OFFSET_MINUTES, to);
            (void)en_decimal_print(
                (struct en_decimal){feeder_digits(12, day, slot), FEEDER_EXPONENT}, energy);
            en_buf_print(csv, EN_DEMO_LATE_POINT ",A+,%s,%s,kWh,%s,MEASURED\n", from, to, energy);
        }
    }
}
