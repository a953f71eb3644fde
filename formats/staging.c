/* Invariants:
 * I1  index entries are 0 (empty) or 1 + (index << 2 | type); load is at most one half.
 * I2  values[i].channel < channels_count, and a missing value has digits 0 and exponent 0.
 * I3  after settle, values rise strictly by (channel, revision, from), profiles lie on their grid.
 */
#include "formats/staging.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/fixed.h"
#include "core/mem.h"

#define CAPACITY_FIRST 64u
#define INDEX_SLOTS_FIRST 256u
#define REJECT_TEXT_SIZE 360
#define MINUTES_PER_DAY 1440

typedef enum name_type {
    NAME_OBJECT = 1,
    NAME_POINT = 2,
    NAME_CHANNEL = 3,
} name_type;

struct en_staging_index {
    uint32_t *slots;
    uint32_t slots_count; /* a power of two */
    uint32_t used;
};

/* What is looked for: a name of a type, and for channels the point it belongs to. */
struct name_key {
    name_type type;
    uint32_t owner;
    struct en_slice text;
};

static uint64_t key_hash(const struct name_key *key)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)key->type << 40 ^ key->owner;
    for (size_t i = 0; i < key->text.size; i++) {
        hash = (hash ^ key->text.bytes[i]) * UINT64_C(1099511628211);
    }
    return hash ^ hash >> 29;
}

static struct name_key key_of(const struct en_staging *staging, uint32_t slot)
{
    name_type type = (name_type)((slot - 1) & 3u);
    uint32_t index = (slot - 1) >> 2;
    if (type == NAME_OBJECT) {
        return (struct name_key){type, 0, staging->objects[index].key};
    }
    if (type == NAME_POINT) {
        return (struct name_key){type, 0, staging->points[index].key};
    }
    return (struct name_key){type, staging->channels[index].point, staging->channels[index].code};
}

/* The place of the key in the index: holds it, or is empty. */
static uint32_t *index_place(const struct en_staging *staging, const struct name_key *key)
{
    struct en_staging_index *index = staging->index;
    uint32_t mask = index->slots_count - 1;
    uint32_t at = (uint32_t)key_hash(key) & mask;
    for (uint32_t i = 0; i < index->slots_count; i++, at = (at + 1) & mask) {
        uint32_t slot = index->slots[at];
        if (slot == 0) {
            return &index->slots[at];
        }
        struct name_key held = key_of(staging, slot);
        if (held.type == key->type && held.owner == key->owner &&
            en_slice_equal(held.text, key->text)) {
            return &index->slots[at];
        }
    }
    EN_ASSERT(!"an index that is half empty has a place");
    return NULL;
}

static bool index_find(const struct en_staging *staging, const struct name_key *key,
                       uint32_t *found)
{
    uint32_t slot = *index_place(staging, key);
    *found = slot == 0 ? EN_STAGED_NONE : (slot - 1) >> 2;
    return slot != 0;
}

static en_code index_grow(struct en_staging *staging, struct en_error *err)
{
    struct en_staging_index *index = staging->index;
    struct en_staging_index old = *index;
    uint32_t *slots = en_mem_alloc(old.slots_count * 2u, sizeof *slots);
    if (slots == NULL) {
        return en_error_set(err, EN_NOMEM, "names of a file");
    }
    index->slots = slots;
    index->slots_count = old.slots_count * 2;
    for (uint32_t i = 0; i < old.slots_count; i++) {
        if (old.slots[i] != 0) {
            struct name_key key = key_of(staging, old.slots[i]);
            *index_place(staging, &key) = old.slots[i];
        }
    }
    en_mem_free(old.slots);
    return EN_OK;
}

/* Room in the index for one more name; taken before the name stands in its list. */
static en_code index_reserve(struct en_staging *staging, struct en_error *err)
{
    bool is_half_full = staging->index->used * 2 >= staging->index->slots_count;
    return is_half_full ? index_grow(staging, err) : EN_OK;
}

static void index_put(struct en_staging *staging, const struct name_key *key, uint32_t number)
{
    uint32_t *place = index_place(staging, key);
    EN_ASSERT(*place == 0);
    *place = 1 + (number << 2 | (uint32_t)key->type);
    staging->index->used++;
}

/* Makes room for one more in a list of things. */
static en_code list_reserve(void **list, uint32_t *capacity, uint32_t count, size_t size,
                            uint32_t count_max, const char *what, struct en_error *err)
{
    if (count < *capacity) {
        return EN_OK;
    }
    if (count >= count_max) {
        return en_error_set(err, EN_LIMIT, "more than %u %s in one file: split it", count_max,
                            what);
    }
    uint32_t wanted = *capacity == 0 ? CAPACITY_FIRST : *capacity * 2;
    void *grown = en_mem_resize(*list, wanted * size);
    if (grown == NULL) {
        return en_error_set(err, EN_NOMEM, "%u %s", wanted, what);
    }
    *list = grown;
    *capacity = wanted;
    return EN_OK;
}

static en_code copy_text(struct en_staging *staging, struct en_slice *text, struct en_error *err)
{
    *text = en_arena_copy(&staging->arena, *text);
    return text->bytes != NULL ? EN_OK : en_error_set(err, EN_LIMIT, "names of one file");
}

static en_code check_key(struct en_slice key, const char *what, struct en_error *err)
{
    if (key.size == 0) {
        return en_error_set(err, EN_RANGE, "%s has no code", what);
    }
    if (key.size > EN_NAME_SIZE_MAX) {
        return en_error_set(err, EN_RANGE, "code of %s is longer than %u bytes", what,
                            EN_NAME_SIZE_MAX);
    }
    return EN_OK;
}

en_code en_staging_init(struct en_staging *staging, struct en_import_findings *findings,
                        struct en_error *err)
{
    *staging = (struct en_staging){.findings = findings};
    en_arena_init(&staging->arena, EN_IMPORT_TEXT_SIZE_MAX);
    staging->zone.spans_count = 1;
    staging->index = en_mem_alloc(1, sizeof *staging->index);
    uint32_t *slots = en_mem_alloc(INDEX_SLOTS_FIRST, sizeof *slots);
    if (staging->index == NULL || slots == NULL) {
        en_mem_free(slots);
        en_mem_free(staging->index);
        staging->index = NULL;
        return en_error_set(err, EN_NOMEM, "names of a file");
    }
    staging->index->slots = slots;
    staging->index->slots_count = INDEX_SLOTS_FIRST;
    return EN_OK;
}

void en_staging_fini(struct en_staging *staging)
{
    if (staging->index != NULL) {
        en_mem_free(staging->index->slots);
        en_mem_free(staging->index);
    }
    en_mem_free(staging->values);
    en_mem_free(staging->channels);
    en_mem_free(staging->points);
    en_mem_free(staging->objects);
    en_arena_fini(&staging->arena);
    *staging = (struct en_staging){0};
}

en_code en_staging_object(struct en_staging *staging, const struct en_staged_object *object,
                          uint32_t *index, struct en_error *err)
{
    EN_ASSERT(object->parent == EN_STAGED_NONE || object->parent < staging->objects_count);
    struct name_key key = {NAME_OBJECT, 0, object->key};
    en_code code = check_key(object->key, "an object", err);
    if (code != EN_OK || index_find(staging, &key, index)) {
        return code;
    }
    struct en_staged_object copy = *object;
    code = list_reserve((void **)&staging->objects, &staging->objects_capacity,
                        staging->objects_count, sizeof copy, EN_IMPORT_NAMES_MAX, "objects", err);
    code = code == EN_OK ? index_reserve(staging, err) : code;
    code = code == EN_OK ? copy_text(staging, &copy.key, err) : code;
    code = code == EN_OK ? copy_text(staging, &copy.name, err) : code;
    code = code == EN_OK ? copy_text(staging, &copy.type, err) : code;
    if (code == EN_OK) {
        *index = staging->objects_count++;
        staging->objects[*index] = copy;
        index_put(staging, &key, *index);
    }
    return code;
}

en_code en_staging_point(struct en_staging *staging, const struct en_staged_point *point,
                         uint32_t *index, struct en_error *err)
{
    EN_ASSERT(point->object < staging->objects_count);
    struct name_key key = {NAME_POINT, 0, point->key};
    en_code code = check_key(point->key, "a point", err);
    if (code != EN_OK || index_find(staging, &key, index)) {
        return code;
    }
    struct en_staged_point copy = *point;
    code = list_reserve((void **)&staging->points, &staging->points_capacity, staging->points_count,
                        sizeof copy, EN_IMPORT_NAMES_MAX, "points", err);
    code = code == EN_OK ? index_reserve(staging, err) : code;
    code = code == EN_OK ? copy_text(staging, &copy.key, err) : code;
    code = code == EN_OK ? copy_text(staging, &copy.name, err) : code;
    code = code == EN_OK ? copy_text(staging, &copy.resource, err) : code;
    if (code == EN_OK) {
        *index = staging->points_count++;
        staging->points[*index] = copy;
        index_put(staging, &key, *index);
    }
    return code;
}

/* The same channel must look the same wherever the file names it. */
static en_code channel_agrees(const struct en_staged_channel *held,
                              const struct en_staged_channel *seen, struct en_error *err)
{
    if (held->unit != seen->unit) {
        return en_error_set(err, EN_CONFLICT, "unit %s, but %s earlier in the file",
                            en_unit_name(seen->unit), en_unit_name(held->unit));
    }
    if (held->slot_seconds != seen->slot_seconds) {
        return en_error_set(err, EN_CONFLICT, "intervals of %u s, but of %u s earlier in the file",
                            seen->slot_seconds, held->slot_seconds);
    }
    if (held->kind != seen->kind) {
        return en_error_set(err, EN_CONFLICT,
                            "one channel is both a register and a profile in the file");
    }
    return EN_OK;
}

en_code en_staging_channel(struct en_staging *staging, const struct en_staged_channel *channel,
                           uint32_t *index, struct en_error *err)
{
    EN_ASSERT(channel->point < staging->points_count);
    EN_ASSERT(channel->kind != EN_STAGED_PROFILE || channel->slot_seconds > 0);
    struct name_key key = {NAME_CHANNEL, channel->point, channel->code};
    en_code code = check_key(channel->code, "a channel", err);
    if (code != EN_OK) {
        return code;
    }
    if (index_find(staging, &key, index)) {
        return channel_agrees(&staging->channels[*index], channel, err);
    }
    struct en_staged_channel copy = *channel;
    code = list_reserve((void **)&staging->channels, &staging->channels_capacity,
                        staging->channels_count, sizeof copy, EN_IMPORT_NAMES_MAX, "channels", err);
    code = code == EN_OK ? index_reserve(staging, err) : code;
    code = code == EN_OK ? copy_text(staging, &copy.code, err) : code;
    if (code == EN_OK) {
        *index = staging->channels_count++;
        staging->channels[*index] = copy;
        index_put(staging, &key, *index);
    }
    return code;
}

en_code en_staging_value(struct en_staging *staging, const struct en_staged_value *value,
                         struct en_error *err)
{
    EN_ASSERT(value->channel < staging->channels_count);
    EN_ASSERT(!en_quality_is_missing(value->quality) || value->digits == 0);
    en_code code =
        list_reserve((void **)&staging->values, &staging->values_capacity, staging->values_count,
                     sizeof *value, EN_IMPORT_SLOTS_MAX, "values", err);
    if (code == EN_OK) {
        struct en_staged_value *copy = &staging->values[staging->values_count];
        *copy = *value;
        copy->ordinal = staging->values_count++;
    }
    return code;
}

void en_staging_reject(struct en_staging *staging, struct en_place place, uint64_t count,
                       const char *mend, const char *format, ...)
{
    char text[REJECT_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    en_import_findings_error(staging->findings, place, mend, "%s", text);
    staging->rejected_count += count;
}

/* Same slot of the same channel and revision: 0. */
static int slot_order(const struct en_staged_value *a, const struct en_staged_value *b)
{
    if (a->channel != b->channel) {
        return a->channel < b->channel ? -1 : 1;
    }
    if (a->revision != b->revision) {
        return a->revision < b->revision ? -1 : 1;
    }
    return en_instant_compare(a->from, b->from);
}

static int value_order(const void *left, const void *right)
{
    const struct en_staged_value *a = left;
    const struct en_staged_value *b = right;
    int order = slot_order(a, b);
    return order != 0 ? order : (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

/* Most files come in order; then nothing is moved. */
static void sort_values(struct en_staging *staging)
{
    for (uint32_t i = 1; i < staging->values_count; i++) {
        if (value_order(&staging->values[i - 1], &staging->values[i]) > 0) {
            qsort(staging->values, staging->values_count, sizeof *staging->values, value_order);
            return;
        }
    }
}

static bool is_on_grid(const struct en_staging *staging, const struct en_staged_value *value)
{
    const struct en_staged_channel *channel = &staging->channels[value->channel];
    if (channel->kind != EN_STAGED_PROFILE) {
        return true;
    }
    int64_t offset_us = en_fiscal_zone_offset(&staging->zone, value->from) * EN_MINUTE_US;
    return (value->from.us + offset_us) % (channel->slot_seconds * EN_SECOND_US) == 0;
}

static struct en_slice point_key(const struct en_staging *staging, uint32_t channel)
{
    return staging->points[staging->channels[channel].point].key;
}

static void reject_off_grid(struct en_staging *staging, const struct en_staged_value *value)
{
    char shown[EN_SHOWN_SIZE];
    char at[EN_INSTANT_TEXT_SIZE];
    const struct en_staged_channel *channel = &staging->channels[value->channel];
    (void)en_instant_print(value->from, en_fiscal_zone_offset(&staging->zone, value->from), at);
    en_staging_reject(staging, (struct en_place){value->line, 0}, 1,
                      "name the right slot length, or read the channel as a register",
                      "%s: an interval that begins %s is not on the grid of %u s",
                      en_shown(point_key(staging, value->channel), shown), at,
                      channel->slot_seconds);
}

static bool same_value(const struct en_staged_value *a, const struct en_staged_value *b)
{
    struct en_decimal left = {a->digits, a->exponent};
    struct en_decimal right = {b->digits, b->exponent};
    return en_decimal_compare(left, right) == 0;
}

static void reject_second(struct en_staging *staging, const struct en_staged_value *first,
                          const struct en_staged_value *second)
{
    char shown[EN_SHOWN_SIZE];
    char at[EN_INSTANT_TEXT_SIZE];
    (void)en_instant_print(first->from, en_fiscal_zone_offset(&staging->zone, first->from), at);
    en_staging_reject(staging, (struct en_place){second->line, 0}, 1,
                      "take the wrong one out, or name a duplicate policy in the mapping",
                      "%s: a second, different value for %s (the first is in line %u)",
                      en_shown(point_key(staging, first->channel), shown), at, first->line);
}

/* Two values of one slot: *kept becomes the one that counts. A value counts before a gap. */
static void settle_pair(struct en_staging *staging, en_duplicates duplicates,
                        struct en_staged_value *kept, const struct en_staged_value *next)
{
    if (en_quality_is_missing(next->quality)) {
        return;
    }
    if (en_quality_is_missing(kept->quality)) {
        *kept = *next;
    } else if (same_value(kept, next)) {
        staging->repeated_count++;
    } else if (duplicates == EN_DUPLICATES_ERROR) {
        reject_second(staging, kept, next);
    } else {
        staging->repeated_count++;
        *kept = duplicates == EN_DUPLICATES_LAST ? *next : *kept;
    }
}

void en_staging_settle(struct en_staging *staging, en_duplicates duplicates)
{
    sort_values(staging);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < staging->values_count; i++) {
        struct en_staged_value *value = &staging->values[i];
        if (!is_on_grid(staging, value)) {
            reject_off_grid(staging, value);
        } else if (kept > 0 && slot_order(&staging->values[kept - 1], value) == 0) {
            settle_pair(staging, duplicates, &staging->values[kept - 1], value);
        } else {
            staging->values[kept++] = *value;
        }
    }
    EN_ASSERT(kept <= staging->values_count);
    staging->values_count = kept;
}

struct en_staged_run en_staging_run(const struct en_staging *staging, uint32_t first,
                                    en_offset_function *offset, void *self)
{
    EN_ASSERT(first < staging->values_count);
    const struct en_staged_value *head = &staging->values[first];
    struct en_staged_run run = {first, 1, head->channel, head->revision};
    if (staging->channels[head->channel].kind != EN_STAGED_PROFILE) {
        return run;
    }
    struct en_day day = en_day_of_instant(head->from, offset(self, run.channel, head->from));
    for (uint32_t i = first + 1; i < staging->values_count; i++, run.count++) {
        const struct en_staged_value *value = &staging->values[i];
        if (value->channel != run.channel || value->revision != run.revision ||
            en_day_of_instant(value->from, offset(self, run.channel, value->from)).n != day.n) {
            break;
        }
    }
    return run;
}

/* The finest exponent among the values that are there. */
static int run_exponent(const struct en_staging *staging, const struct en_staged_run *run)
{
    int exponent = EN_DECIMAL_EXPONENT_MAX + 1;
    for (uint32_t i = run->first; i < run->first + run->count; i++) {
        const struct en_staged_value *value = &staging->values[i];
        if (!en_quality_is_missing(value->quality) && value->exponent < exponent) {
            exponent = value->exponent;
        }
    }
    return exponent > EN_DECIMAL_EXPONENT_MAX ? 0 : exponent;
}

static en_code fill_slot(const struct en_staged_value *value, int exponent, uint32_t slot,
                         struct en_block *block, struct en_error *err)
{
    int64_t digits = value->digits;
    int power = digits == 0 ? 0 : value->exponent - exponent;
    if (power > EN_POW10_MAX || (power > 0 && !en_i64_multiply(digits, en_pow10(power), &digits))) {
        return en_error_set(err, EN_OVERFLOW,
                            "line %u: the values of the day do not fit 64 bits together",
                            value->line);
    }
    block->values[slot] = digits;
    block->quality[slot] = value->quality;
    return EN_OK;
}

en_code en_staging_block(const struct en_staging *staging, const struct en_staged_run *run,
                         int32_t offset_minutes, struct en_block *block, struct en_error *err)
{
    EN_ASSERT(run->count > 0);
    const struct en_staged_channel *channel = &staging->channels[run->channel];
    const struct en_staged_value *values = &staging->values[run->first];
    int64_t slot_us = channel->slot_seconds * EN_SECOND_US;
    int64_t slots = (values[run->count - 1].from.us - values[0].from.us) / slot_us + 1;
    if (slots > EN_SLOTS_MAX) {
        return en_error_set(err, EN_RANGE, "line %u: more than %u intervals in one day",
                            values[0].line, EN_SLOTS_MAX);
    }
    struct en_day day = en_day_of_instant(values[0].from, offset_minutes);
    int exponent = run_exponent(staging, run);
    block->head = (struct en_block_head){
        .start_minute =
            (int32_t)(values[0].from.us / EN_MINUTE_US - (int64_t)day.n * MINUTES_PER_DAY),
        .slot_seconds = channel->slot_seconds,
        .count = (uint32_t)slots,
        .exponent = (int8_t)exponent,
    };
    memset(block->values, 0, (size_t)slots * sizeof *block->values);
    memset(block->quality, 0, (size_t)slots * sizeof *block->quality);
    en_code code = EN_OK;
    for (uint32_t i = 0; i < run->count && code == EN_OK; i++) {
        uint32_t slot = (uint32_t)((values[i].from.us - values[0].from.us) / slot_us);
        code = fill_slot(&values[i], exponent, slot, block, err);
    }
    return code;
}
