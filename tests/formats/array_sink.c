#include "tests/formats/array_sink.h"

#include "core/event/payload.h"

#define ARENA_SIZE ((size_t)1 << 30)

void en_array_sink_init(struct en_array_sink *array)
{
    memset(array, 0, sizeof *array);
    en_arena_init(&array->arena, ARENA_SIZE);
}

void en_array_sink_fini(struct en_array_sink *array)
{
    en_arena_fini(&array->arena);
}

static void grow(struct en_array_sink *array)
{
    uint32_t capacity = array->capacity == 0 ? 1024 : array->capacity * 2;
    struct en_event *events = en_arena_alloc(&array->arena, capacity * sizeof *events);
    EN_ASSERT(events != NULL);
    if (array->count > 0) {
        memcpy(events, array->events, array->count * sizeof *events);
    }
    array->events = events;
    array->capacity = capacity;
}

/* The event of that source and seq, and the newest seq of the source. */
static const struct en_event *find_event(const struct en_array_sink *array, uint32_t source,
                                         uint64_t source_seq, uint64_t *newest)
{
    const struct en_event *found = NULL;
    *newest = 0;
    for (uint32_t i = array->count; i > 0 && (found == NULL || *newest == 0); i--) {
        const struct en_event_header *header = &array->events[i - 1].header;
        if (header->source == source) {
            *newest = *newest == 0 ? header->source_seq : *newest;
            found = header->source_seq == source_seq ? &array->events[i - 1] : found;
            if (source_seq > *newest) {
                break;
            }
        }
    }
    return found;
}

static en_code append(void *self, const struct en_batch *batch, struct en_appended *appended,
                      struct en_seq *seqs, struct en_error *err)
{
    struct en_array_sink *array = self;
    uint32_t count_before = array->count;
    *appended = (struct en_appended){.first = EN_SEQ_NONE, .last = EN_SEQ_NONE};
    if (++array->append_calls == array->fail_at) {
        return en_error_set(err, EN_IO, "the disk is gone");
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        struct en_event event = en_batch_get(batch, i);
        uint64_t newest = 0;
        const struct en_event *found =
            find_event(array, event.header.source, event.header.source_seq, &newest);
        if (found == NULL && event.header.source_seq <= newest) {
            array->count = count_before;
            return en_error_set(err, EN_RANGE, "source %u is at %ju", event.header.source,
                                (uintmax_t)newest);
        }
        if (found != NULL) {
            appended->duplicate_count++;
            seqs[i] = found->header.seq;
            continue;
        }
        if (array->count == array->capacity) {
            grow(array);
        }
        event.header.seq.n = array->count;
        event.payload = en_arena_copy(&array->arena, event.payload);
        EN_ASSERT(event.payload.bytes != NULL);
        array->events[array->count++] = event;
        seqs[i] = event.header.seq;
        appended->first = appended->new_count++ == 0 ? event.header.seq : appended->first;
        appended->last = event.header.seq;
    }
    return EN_OK;
}

static uint32_t name_find(const struct en_array_sink *array, en_name_type type, struct en_slice key)
{
    for (uint32_t i = 0; i < array->names_count; i++) {
        if (array->names[i].type == type && en_slice_equal(array->names[i].key, key)) {
            return array->names[i].id;
        }
    }
    return 0;
}

static uint32_t name_add(struct en_array_sink *array, en_name_type type, struct en_slice key)
{
    uint32_t id = 1;
    for (uint32_t i = 0; i < array->names_count; i++) {
        id += array->names[i].type == type;
    }
    EN_ASSERT(array->names_count < EN_ARRAY_NAMES_MAX);
    array->names[array->names_count++] =
        (struct en_array_name){type, en_arena_copy(&array->arena, key), id};
    return id;
}

static en_code name(void *self, en_name_type type, const struct en_slice *keys, uint32_t count,
                    uint32_t *ids, struct en_error *err)
{
    struct en_array_sink *array = self;
    for (uint32_t i = 0; i < count; i++) {
        if (keys[i].size == 0 || keys[i].size > EN_NAME_SIZE_MAX) {
            return en_error_set(err, EN_RANGE, "a key of %zu bytes", keys[i].size);
        }
        ids[i] = name_find(array, type, keys[i]);
        ids[i] = ids[i] != 0 ? ids[i] : name_add(array, type, keys[i]);
    }
    return EN_OK;
}

static en_code find(void *self, en_name_type type, const struct en_slice *keys, uint32_t count,
                    uint32_t *ids, struct en_error *err)
{
    (void)err;
    for (uint32_t i = 0; i < count; i++) {
        ids[i] = name_find(self, type, keys[i]);
    }
    return EN_OK;
}

struct en_sink en_array_sink(struct en_array_sink *array)
{
    return (struct en_sink){array, append, name, find};
}

/* The newest event of the kind about the subject; its payload decoded. */
static bool newest_set(struct en_array_sink *array, en_kind kind, uint32_t subject, void *payload)
{
    for (uint32_t i = array->count; subject != 0 && i > 0; i--) {
        const struct en_event *event = &array->events[i - 1];
        if (event->header.kind == kind && event->header.subject == subject) {
            return en_payload_decode(event, payload, &array->arena, NULL) == EN_OK;
        }
    }
    return false;
}

static en_code view_point(void *self, struct en_slice key, uint32_t *point, uint32_t *object,
                          struct en_error *err)
{
    struct en_point_set set;
    (void)err;
    *point = name_find(self, EN_NAME_POINT, key);
    if (!newest_set(self, EN_KIND_POINT_SET, *point, &set)) {
        return EN_NOT_FOUND;
    }
    *object = set.object;
    return EN_OK;
}

static en_code view_channel(void *self, uint32_t point, struct en_slice code,
                            struct en_registry_channel *channel, struct en_error *err)
{
    char key[EN_NAME_SIZE_MAX + 1];
    struct en_channel_set set;
    (void)err;
    en_channel_key(point, code, key);
    channel->channel = name_find(self, EN_NAME_CHANNEL, en_slice_text(key));
    if (!newest_set(self, EN_KIND_CHANNEL_SET, channel->channel, &set)) {
        return EN_NOT_FOUND;
    }
    channel->unit = (en_unit)set.unit;
    channel->basis = set.basis;
    channel->slot_seconds = set.slot_seconds;
    return EN_OK;
}

static en_code view_object(void *self, struct en_slice key, uint32_t *object, struct en_error *err)
{
    struct en_object_set set;
    (void)err;
    *object = name_find(self, EN_NAME_OBJECT, key);
    return newest_set(self, EN_KIND_OBJECT_SET, *object, &set) ? EN_OK : EN_NOT_FOUND;
}

static en_code view_offset(void *self, uint32_t object, struct en_instant at,
                           int32_t *offset_minutes, struct en_interval *holds, struct en_error *err)
{
    struct en_array_sink *array = self;
    int64_t newest = INT64_MIN;
    (void)err;
    *holds = (struct en_interval){{INT64_MIN}, {INT64_MAX}};
    for (uint32_t i = 0; i < array->count; i++) {
        const struct en_event *event = &array->events[i];
        struct en_object_set set;
        if (event->header.kind != EN_KIND_OBJECT_SET || event->header.subject != object ||
            en_payload_decode(event, &set, &array->arena, NULL) != EN_OK) {
            continue;
        }
        int64_t from = event->header.valid.from.us;
        if (from <= at.us && from >= newest) {
            newest = from;
            holds->from.us = from;
            *offset_minutes = set.fiscal_offset_minutes;
        } else if (from > at.us && from < holds->to.us) {
            holds->to.us = from;
        }
    }
    return newest == INT64_MIN ? EN_NOT_FOUND : EN_OK;
}

struct en_registry_view en_array_registry(struct en_array_sink *array)
{
    return (struct en_registry_view){array, view_point, view_channel, view_object, view_offset};
}

uint32_t en_array_count(const struct en_array_sink *array, en_kind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < array->count; i++) {
        count += array->events[i].header.kind == kind;
    }
    return count;
}
