#include "core/metering/substitution/substitute.h"

#include "core/instant.h"
#include "core/limits.h"
#include "core/pack.h"

#include <inttypes.h>
#include <string.h>

#define FORM 1u
#define FIELDS_COUNT 7u

static const char *const input_names[EN_INPUT_KINDS_COUNT] = {
    "",        "NEIGHBOUR", "DAY",    "REGISTER", "CHANNEL",
    "BALANCE", "EVENT",     "PERIOD", "CONTRACT", "OUTAGE",
};

const char *en_input_kind_name(en_input_kind kind)
{
    EN_ASSERT((unsigned)kind < EN_INPUT_KINDS_COUNT);
    return input_names[kind];
}

static bool same_input(const struct en_substitute_input *a, const struct en_substitute_input *b)
{
    return a->kind == b->kind && a->id == b->id && a->from == b->from && a->to == b->to;
}

bool en_substitute_same(const struct en_substitute *a, const struct en_substitute *b)
{
    bool is_same = a->method == b->method && a->reason == b->reason && a->flags == b->flags &&
                   a->refusals_count == b->refusals_count && a->inputs_count == b->inputs_count;
    for (uint32_t i = 0; i < a->refusals_count && is_same; i++) {
        is_same = a->refusals[i].method == b->refusals[i].method &&
                  a->refusals[i].refusal == b->refusals[i].refusal;
    }
    for (uint32_t i = 0; i < a->inputs_count && is_same; i++) {
        is_same = same_input(&a->inputs[i], &b->inputs[i]);
    }
    return is_same;
}

/* Whether b continues a: the two are stored as one. */
static bool continues(const struct en_substitute *a, const struct en_substitute *b)
{
    return (uint32_t)a->first + a->slots == b->first && en_substitute_same(a, b);
}

/* Energy added by acts stands behind what fills, and may lie over it. */
static bool is_addition(const struct en_substitute *item)
{
    return item->method == EN_METHOD_UNDERCOUNT;
}

/* Whether b may stand behind a. */
static bool is_behind(const struct en_substitute *a, const struct en_substitute *b)
{
    bool is_same_kind = is_addition(a) == is_addition(b);
    return is_same_kind ? b->first >= (uint32_t)a->first + a->slots : is_addition(b);
}

static bool is_substitute(const struct en_substitute *item)
{
    return item->slots > 0 && (uint32_t)item->first + item->slots <= EN_SLOTS_MAX &&
           item->method < EN_METHODS_COUNT && item->reason < EN_REASONS_COUNT &&
           (item->flags & ~EN_QUALITY_FLAGS_MASK) == 0 &&
           item->refusals_count <= EN_SUBSTITUTE_REFUSALS_MAX &&
           item->inputs_count <= EN_SUBSTITUTE_INPUTS_MAX;
}

static bool is_refusal(const struct en_substitute_refusal *refusal)
{
    return refusal->method > 0 && refusal->method < EN_METHODS_COUNT && refusal->refusal > 0 &&
           refusal->refusal < EN_REFUSALS_COUNT;
}

static bool is_input(const struct en_substitute_input *input)
{
    return input->kind > 0 && input->kind < EN_INPUT_KINDS_COUNT && input->from <= input->to;
}

static bool is_watch(const struct en_watch *watch, const struct en_watch *before)
{
    return watch->from_day <= watch->to_day && (before == NULL || before->channel < watch->channel);
}

/* ---- writing ---- */

static void encode_watches(const struct en_substitutes *substitutes, struct en_buf *out)
{
    EN_ASSERT(substitutes->watches_count <= EN_SUBSTITUTE_WATCHES_MAX);
    en_pack_array(out, substitutes->watches_count);
    for (uint32_t i = 0; i < substitutes->watches_count; i++) {
        const struct en_watch *watch = &substitutes->watches[i];
        EN_ASSERT(is_watch(watch, i == 0 ? NULL : watch - 1));
        en_pack_array(out, 3);
        en_pack_u64(out, watch->channel);
        en_pack_i64(out, watch->from_day);
        en_pack_i64(out, watch->to_day);
    }
}

static void encode_item(const struct en_substitute *item, uint32_t slots, struct en_buf *out)
{
    en_pack_array(out, FIELDS_COUNT);
    en_pack_u64(out, item->first);
    en_pack_u64(out, slots);
    en_pack_u64(out, item->method);
    en_pack_u64(out, item->reason);
    en_pack_u64(out, item->flags >> EN_QUALITY_FLAG_SHIFT);
    en_pack_array(out, item->refusals_count);
    for (uint32_t i = 0; i < item->refusals_count; i++) {
        EN_ASSERT(is_refusal(&item->refusals[i]));
        en_pack_array(out, 2);
        en_pack_u64(out, item->refusals[i].method);
        en_pack_u64(out, item->refusals[i].refusal);
    }
    en_pack_array(out, item->inputs_count);
    for (uint32_t i = 0; i < item->inputs_count; i++) {
        EN_ASSERT(is_input(&item->inputs[i]));
        en_pack_array(out, 4);
        en_pack_u64(out, item->inputs[i].kind);
        en_pack_u64(out, item->inputs[i].id);
        en_pack_i64(out, item->inputs[i].from);
        en_pack_i64(out, item->inputs[i].to);
    }
}

/* How many items from this one on are stored as one, and their slots. */
static uint32_t run_of(const struct en_substitutes *substitutes, uint32_t first, uint32_t *slots)
{
    uint32_t count = 1;
    *slots = substitutes->items[first].slots;
    while (first + count < substitutes->count &&
           continues(&substitutes->items[first + count - 1], &substitutes->items[first + count])) {
        *slots += substitutes->items[first + count].slots;
        count++;
    }
    return count;
}

en_code en_substitutes_encode(const struct en_substitutes *substitutes, struct en_buf *out,
                              struct en_error *err)
{
    EN_ASSERT(substitutes->count > 0);
    uint32_t runs_count = 0;
    uint32_t slots = 0;
    for (uint32_t i = 0; i < substitutes->count; i++) {
        EN_ASSERT(is_substitute(&substitutes->items[i]));
        EN_ASSERT(i == 0 || is_behind(&substitutes->items[i - 1], &substitutes->items[i]));
    }
    for (uint32_t i = 0; i < substitutes->count; i += run_of(substitutes, i, &slots)) {
        runs_count++;
    }
    en_pack_array(out, 3);
    en_pack_u64(out, FORM);
    encode_watches(substitutes, out);
    en_pack_array(out, runs_count);
    for (uint32_t i = 0; i < substitutes->count;) {
        uint32_t run = run_of(substitutes, i, &slots);
        encode_item(&substitutes->items[i], slots, out);
        i += run;
    }
    return en_buf_code(out, err);
}

/* ---- reading ---- */

struct reading {
    struct en_unpack unpack;
    struct en_arena *arena;
    en_code code; /* the first fault; what is read after it is 0 */
};

static uint64_t take_u64(struct reading *reading, uint64_t most)
{
    uint64_t value = 0;
    struct en_error fault;
    if (reading->code == EN_OK &&
        (en_unpack_u64(&reading->unpack, &value, &fault) != EN_OK || value > most)) {
        reading->code = EN_CORRUPT;
    }
    return reading->code == EN_OK ? value : 0;
}

static int64_t take_i64(struct reading *reading)
{
    int64_t value = 0;
    struct en_error fault;
    if (reading->code == EN_OK && en_unpack_i64(&reading->unpack, &value, &fault) != EN_OK) {
        reading->code = EN_CORRUPT;
    }
    return reading->code == EN_OK ? value : 0;
}

static int32_t take_day(struct reading *reading)
{
    int64_t day = take_i64(reading);
    if (day < INT32_MIN || day > INT32_MAX) {
        reading->code = EN_CORRUPT;
        return 0;
    }
    return (int32_t)day;
}

static uint32_t take_array(struct reading *reading, uint32_t most)
{
    uint32_t count = 0;
    struct en_error fault;
    if (reading->code == EN_OK &&
        (en_unpack_array(&reading->unpack, &count, &fault) != EN_OK || count > most)) {
        reading->code = EN_CORRUPT;
    }
    return reading->code == EN_OK ? count : 0;
}

/* An array of exactly so many. */
static void take_tuple(struct reading *reading, uint32_t count)
{
    if (take_array(reading, count) != count) {
        reading->code = reading->code == EN_OK ? EN_CORRUPT : reading->code;
    }
}

static void *take_room(struct reading *reading, uint32_t count, size_t size)
{
    if (reading->code != EN_OK || count == 0) {
        return NULL;
    }
    void *room = en_arena_alloc(reading->arena, count * size);
    reading->code = room == NULL ? EN_NOMEM : EN_OK;
    return room;
}

static void require(struct reading *reading, bool is_true)
{
    if (reading->code == EN_OK && !is_true) {
        reading->code = EN_CORRUPT;
    }
}

static void take_watches(struct reading *reading, struct en_substitutes *substitutes)
{
    uint32_t count = take_array(reading, EN_SUBSTITUTE_WATCHES_MAX);
    struct en_watch *watches = take_room(reading, count, sizeof *watches);
    for (uint32_t i = 0; i < count && reading->code == EN_OK; i++) {
        take_tuple(reading, 3);
        watches[i].channel = (uint32_t)take_u64(reading, UINT32_MAX);
        watches[i].from_day = take_day(reading);
        watches[i].to_day = take_day(reading);
        require(reading, is_watch(&watches[i], i == 0 ? NULL : &watches[i - 1]));
    }
    substitutes->watches = watches;
    substitutes->watches_count = count;
}

static void take_refusals(struct reading *reading, struct en_substitute *item)
{
    uint32_t count = take_array(reading, EN_SUBSTITUTE_REFUSALS_MAX);
    struct en_substitute_refusal *refusals = take_room(reading, count, sizeof *refusals);
    for (uint32_t i = 0; i < count && reading->code == EN_OK; i++) {
        take_tuple(reading, 2);
        refusals[i].method = (uint8_t)take_u64(reading, UINT8_MAX);
        refusals[i].refusal = (uint8_t)take_u64(reading, UINT8_MAX);
        require(reading, is_refusal(&refusals[i]));
    }
    item->refusals = refusals;
    item->refusals_count = count;
}

static void take_inputs(struct reading *reading, struct en_substitute *item)
{
    uint32_t count = take_array(reading, EN_SUBSTITUTE_INPUTS_MAX);
    struct en_substitute_input *inputs = take_room(reading, count, sizeof *inputs);
    for (uint32_t i = 0; i < count && reading->code == EN_OK; i++) {
        take_tuple(reading, 4);
        inputs[i].kind = (uint8_t)take_u64(reading, UINT8_MAX);
        inputs[i].id = (uint32_t)take_u64(reading, UINT32_MAX);
        inputs[i].from = take_i64(reading);
        inputs[i].to = take_i64(reading);
        require(reading, is_input(&inputs[i]));
    }
    item->inputs = inputs;
    item->inputs_count = count;
}

static void take_item(struct reading *reading, struct en_substitute *item)
{
    take_tuple(reading, FIELDS_COUNT);
    item->first = (uint16_t)take_u64(reading, UINT16_MAX);
    item->slots = (uint16_t)take_u64(reading, UINT16_MAX);
    item->method = (uint8_t)take_u64(reading, UINT8_MAX);
    item->reason = (uint8_t)take_u64(reading, UINT8_MAX);
    item->flags = take_u64(reading, UINT32_MAX) << EN_QUALITY_FLAG_SHIFT;
    take_refusals(reading, item);
    take_inputs(reading, item);
    require(reading, is_substitute(item));
}

static void take_items(struct reading *reading, struct en_substitutes *substitutes)
{
    uint32_t count = take_array(reading, EN_SLOTS_MAX);
    struct en_substitute *items = take_room(reading, count, sizeof *items);
    require(reading, count > 0);
    for (uint32_t i = 0; i < count && reading->code == EN_OK; i++) {
        take_item(reading, &items[i]);
        if (i > 0) {
            require(reading, is_behind(&items[i - 1], &items[i]));
            require(reading, !continues(&items[i - 1], &items[i]));
        }
    }
    substitutes->items = items;
    substitutes->count = count;
}

static en_code finish(const struct reading *reading, struct en_error *err)
{
    if (reading->code == EN_NOMEM) {
        return en_error_set(err, EN_NOMEM, "no memory for the evidence of a day");
    }
    return reading->code == EN_OK
               ? EN_OK
               : en_error_set(err, EN_CORRUPT, "evidence of substitution at byte %zu: not that",
                              reading->unpack.size - reading->unpack.rest.size);
}

static void start(struct reading *reading, struct en_slice bytes, struct en_arena *arena)
{
    *reading = (struct reading){.arena = arena, .code = EN_OK};
    en_unpack_init(&reading->unpack, bytes);
    take_tuple(reading, 3);
    require(reading, take_u64(reading, FORM) == FORM);
}

en_code en_substitutes_decode(struct en_slice bytes, struct en_arena *arena,
                              struct en_substitutes *substitutes, struct en_error *err)
{
    struct reading reading;
    struct en_error fault;
    *substitutes = (struct en_substitutes){0};
    start(&reading, bytes, arena);
    take_watches(&reading, substitutes);
    take_items(&reading, substitutes);
    require(&reading, en_unpack_end(&reading.unpack, &fault) == EN_OK);
    return finish(&reading, err);
}

en_code en_substitutes_watches(struct en_slice bytes, struct en_arena *arena,
                               struct en_substitutes *substitutes, struct en_error *err)
{
    struct reading reading;
    *substitutes = (struct en_substitutes){0};
    start(&reading, bytes, arena);
    take_watches(&reading, substitutes);
    return finish(&reading, err);
}

/* ---- showing ---- */

static void put_name(const struct en_substitute_place *place, en_input_kind kind, uint32_t id,
                     struct en_buf *out)
{
    if (place->name != NULL) {
        place->name(place->self, kind, id, out);
    } else {
        en_buf_print(out, "%" PRIu32, id);
    }
}

static struct en_instant slot_start(const struct en_substitute_place *place, uint32_t slot)
{
    return (struct en_instant){place->from_us + (int64_t)slot * place->slot_seconds * EN_SECOND_US};
}

static void put_instants(const struct en_substitute_input *input, struct en_json *json)
{
    en_json_instant(json, "from", (struct en_instant){input->from});
    en_json_instant(json, "to", (struct en_instant){input->to});
}

static void put_id(const struct en_substitute_input *input, const struct en_substitute_place *place,
                   struct en_json *json)
{
    struct en_buf name;
    en_buf_init(&name, 2 * EN_NAME_SIZE_MAX + 16);
    put_name(place, (en_input_kind)input->kind, input->id, &name);
    struct en_error fault;
    if (en_buf_code(&name, &fault) == EN_OK) {
        en_json_text(json, "of", en_buf_slice(&name));
    }
    en_buf_fini(&name);
}

static void put_input(const struct en_substitute_input *input,
                      const struct en_substitute_place *place, struct en_json *json)
{
    en_json_object(json, NULL);
    en_json_string(json, "kind", en_input_kind_name((en_input_kind)input->kind));
    if (input->id != 0) {
        put_id(input, place, json);
    }
    switch ((en_input_kind)input->kind) {
    case EN_INPUT_NEIGHBOUR:
    case EN_INPUT_REGISTER:
    case EN_INPUT_OUTAGE:
        put_instants(input, json);
        break;
    case EN_INPUT_DAY:
        en_json_day(json, "day", (struct en_day){(int32_t)input->from});
        break;
    case EN_INPUT_PERIOD:
        en_json_day(json, "from", (struct en_day){(int32_t)input->from});
        en_json_day(json, "to", (struct en_day){(int32_t)input->to});
        break;
    case EN_INPUT_EVENT:
        en_json_i64(json, "seq", input->from);
        break;
    case EN_INPUT_CHANNEL:
    case EN_INPUT_BALANCE:
    case EN_INPUT_CONTRACT:
        break;
    }
    en_json_end(json);
}

static void put_refusal(const struct en_substitute_refusal *refusal,
                        const struct en_substitute_place *place, struct en_json *json)
{
    en_json_object(json, NULL);
    en_json_string(json, "method", en_method_id((en_estimation_method)refusal->method));
    en_json_string(json, "refusal", en_refusal_name((en_refusal)refusal->refusal));
    en_json_string(json, "about", en_refusal_about((en_refusal)refusal->refusal, place->language));
    en_json_end(json);
}

static void put_flags(uint64_t flags, struct en_json *json)
{
    en_json_array(json, "flags");
    for (unsigned i = 0; i < EN_QUALITY_FLAGS_COUNT; i++) {
        if ((flags & EN_QUALITY_FLAG(i)) != 0) {
            en_json_string(json, NULL, en_quality_flag_name(i));
        }
    }
    en_json_end(json);
}

void en_substitute_json_inputs(const struct en_substitute *substitute,
                               const struct en_substitute_place *place, struct en_json *json,
                               const char *key)
{
    en_json_array(json, key);
    for (uint32_t i = 0; i < substitute->inputs_count; i++) {
        put_input(&substitute->inputs[i], place, json);
    }
    en_json_end(json);
}

void en_substitute_json_refusals(const struct en_substitute *substitute,
                                 const struct en_substitute_place *place, struct en_json *json,
                                 const char *key)
{
    en_json_array(json, key);
    for (uint32_t i = 0; i < substitute->refusals_count; i++) {
        put_refusal(&substitute->refusals[i], place, json);
    }
    en_json_end(json);
}

void en_substitute_json(const struct en_substitute *substitute,
                        const struct en_substitute_place *place, struct en_json *json,
                        const char *key)
{
    en_estimation_method method = (en_estimation_method)substitute->method;
    en_reason reason = (en_reason)substitute->reason;
    en_json_object(json, key);
    en_json_instant(json, "from", slot_start(place, substitute->first));
    en_json_instant(json, "to", slot_start(place, (uint32_t)substitute->first + substitute->slots));
    en_json_u64(json, "slots", substitute->slots);
    en_json_bool(json, "is_filled", method != EN_METHOD_NONE);
    en_json_string(json, "method", en_method_id(method));
    en_json_string(json, "name", en_method_name(method));
    en_json_string(json, "about", en_method_about(method, place->language));
    en_json_string(json, "reason", en_reason_code(reason));
    en_json_string(json, "reason_about", en_reason_about(reason, place->language));
    put_flags(substitute->flags, json);
    en_substitute_json_inputs(substitute, place, json, "inputs");
    en_substitute_json_refusals(substitute, place, json, "refusals");
    en_json_end(json);
}

static void print_instant(struct en_instant instant, struct en_buf *out)
{
    char text[EN_INSTANT_TEXT_SIZE];
    (void)en_instant_print(instant, 0, text);
    en_buf_text(out, text);
}

static void print_day(int64_t day, struct en_buf *out)
{
    char text[EN_DAY_TEXT_SIZE];
    (void)en_day_print((struct en_day){(int32_t)day}, text);
    en_buf_text(out, text);
}

/* Inputs of which nothing but the name is to be told. */
static bool is_name_all(const struct en_substitute_input *input)
{
    return input->kind == EN_INPUT_CHANNEL || input->kind == EN_INPUT_BALANCE ||
           input->kind == EN_INPUT_CONTRACT;
}

static void print_input(const struct en_substitute_input *input,
                        const struct en_substitute_place *place, struct en_buf *out)
{
    if (input->id != 0) {
        put_name(place, (en_input_kind)input->kind, input->id, out);
        en_buf_text(out, is_name_all(input) ? "" : " ");
    }
    switch ((en_input_kind)input->kind) {
    case EN_INPUT_NEIGHBOUR:
        print_instant((struct en_instant){input->from}, out);
        break;
    case EN_INPUT_REGISTER:
    case EN_INPUT_OUTAGE:
        print_instant((struct en_instant){input->from}, out);
        en_buf_text(out, "/");
        print_instant((struct en_instant){input->to}, out);
        break;
    case EN_INPUT_DAY:
        print_day(input->from, out);
        break;
    case EN_INPUT_PERIOD:
        print_day(input->from, out);
        en_buf_text(out, "/");
        print_day(input->to, out);
        break;
    case EN_INPUT_EVENT:
        en_buf_print(out, "event %" PRId64, input->from);
        break;
    case EN_INPUT_CHANNEL:
    case EN_INPUT_BALANCE:
    case EN_INPUT_CONTRACT:
        break;
    }
}

static void print_refusals(const struct en_substitute *substitute,
                           const struct en_substitute_place *place, struct en_buf *out)
{
    for (uint32_t i = 0; i < substitute->refusals_count; i++) {
        const struct en_substitute_refusal *refusal = &substitute->refusals[i];
        en_buf_print(out, "%s %s: %s", i == 0 ? ";" : ",",
                     en_method_id((en_estimation_method)refusal->method),
                     en_refusal_about((en_refusal)refusal->refusal, place->language));
    }
}

void en_substitute_print(const struct en_substitute *substitute,
                         const struct en_substitute_place *place, struct en_buf *out)
{
    en_estimation_method method = (en_estimation_method)substitute->method;
    en_reason reason = (en_reason)substitute->reason;
    if (method != EN_METHOD_NONE) {
        en_buf_print(out, "%s ", en_method_id(method));
    }
    en_buf_text(out, en_method_about(method, place->language));
    if (reason != EN_REASON_NONE) {
        en_buf_print(out, " (%s %s)", en_reason_code(reason),
                     en_reason_about(reason, place->language));
    }
    for (uint32_t i = 0; i < substitute->inputs_count; i++) {
        en_buf_text(out, i == 0 ? ": " : ", ");
        print_input(&substitute->inputs[i], place, out);
    }
    print_refusals(substitute, place, out);
}
