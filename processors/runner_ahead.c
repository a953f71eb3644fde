/* A ring of bundles. The thread fills bundle `filled`, the caller empties bundle `emptied`; both
 * only rise.
 *
 *   I1 emptied <= filled <= emptied + BUNDLES: bundle n stands in place n % BUNDLES and belongs to
 *      the thread from n = filled on, to the caller before that.
 *   I2 After a bundle that is_last nothing is filled. */
#include "processors/runner_ahead.h"

#include <pthread.h>

#include "core/mem.h"
#include "log/cursor.h"
#include "processors/processor.h"

#define BUNDLES 6u
#define BUNDLE_EVENTS 1024u
#define BUNDLE_BYTES (2 * EN_PAYLOAD_SIZE_MAX)

struct facts {
    _Alignas(16) uint8_t bytes[EN_FACTS_SIZE];
};

struct bundle {
    uint32_t count;
    bool is_last;
    en_code code; /* met after the events */
    struct en_error err;
    struct en_event events[BUNDLE_EVENTS];
    struct facts facts[BUNDLE_EVENTS];
    size_t bytes_used;
    uint8_t bytes[BUNDLE_BYTES]; /* of payloads */
};

struct en_ahead {
    struct en_cursor *cursor; /* the thread's */
    struct en_event pending;  /* read, but the bundle was full; the thread's */
    bool has_pending;
    struct bundle *bundle; /* being emptied, NULL before the first; the caller's */
    uint32_t index;        /* in it */
    pthread_t thread;
    bool is_started;
    pthread_mutex_t mutex; /* guards the following */
    pthread_cond_t moved;
    uint64_t filled;
    uint64_t emptied;
    bool is_stopped;
    struct bundle bundles[BUNDLES];
};

static void look_at(const struct en_event *event, struct facts *facts)
{
    memset(facts, 0, sizeof *facts);
    uint64_t bit = event->header.kind < 64 ? UINT64_C(1) << event->header.kind : 0;
    for (int i = 0; i < EN_PROCESSORS_COUNT; i++) {
        if (en_processors[i]->look != NULL && (en_processors[i]->kinds & bit) != 0) {
            en_processors[i]->look(event, facts);
        }
    }
}

/* Copies the event into the bundle; false when it has no room for it. */
static bool take_event(struct bundle *bundle, const struct en_event *event)
{
    EN_ASSERT(event->payload.size <= EN_PAYLOAD_SIZE_MAX);
    if (bundle->count == BUNDLE_EVENTS || event->payload.size > BUNDLE_BYTES - bundle->bytes_used) {
        return false;
    }
    uint8_t *room = bundle->bytes + bundle->bytes_used;
    if (event->payload.size > 0) {
        memcpy(room, event->payload.bytes, event->payload.size);
    }
    struct en_event *copy = &bundle->events[bundle->count];
    *copy = *event;
    copy->payload = en_slice_of(room, event->payload.size);
    look_at(copy, &bundle->facts[bundle->count]);
    bundle->bytes_used += event->payload.size;
    bundle->count++;
    return true;
}

static void fill(struct en_ahead *ahead, struct bundle *bundle)
{
    bundle->count = 0;
    bundle->bytes_used = 0;
    bundle->is_last = false;
    bundle->code = EN_OK;
    bool is_full = false;
    while (!is_full && !bundle->is_last) {
        if (!ahead->has_pending) {
            bool is_end = false;
            bundle->code = en_cursor_next(ahead->cursor, &ahead->pending, &is_end, &bundle->err);
            bundle->is_last = is_end || bundle->code != EN_OK;
        }
        is_full = !bundle->is_last && !take_event(bundle, &ahead->pending);
        ahead->has_pending = is_full;
    }
}

static void *read_ahead(void *ahead_memory)
{
    struct en_ahead *ahead = ahead_memory;
    bool is_done = false;
    while (!is_done) {
        (void)pthread_mutex_lock(&ahead->mutex);
        while (ahead->filled == ahead->emptied + BUNDLES && !ahead->is_stopped) {
            (void)pthread_cond_wait(&ahead->moved, &ahead->mutex);
        }
        struct bundle *bundle = &ahead->bundles[ahead->filled % BUNDLES];
        is_done = ahead->is_stopped;
        (void)pthread_mutex_unlock(&ahead->mutex);
        if (is_done) {
            break;
        }
        fill(ahead, bundle);
        is_done = bundle->is_last;
        (void)pthread_mutex_lock(&ahead->mutex);
        ahead->filled++;
        (void)pthread_cond_broadcast(&ahead->moved);
        (void)pthread_mutex_unlock(&ahead->mutex);
    }
    return NULL;
}

en_code en_ahead_open(struct en_log *log, uint64_t from, uint64_t to, struct en_ahead **ahead,
                      struct en_error *err)
{
    EN_ASSERT(from < to);
    const struct en_cursor_filter filter = {.from = from, .to = to};
    struct en_ahead *made = en_mem_alloc(1, sizeof *made);
    if (made == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to read the log ahead");
    }
    (void)pthread_mutex_init(&made->mutex, NULL);
    (void)pthread_cond_init(&made->moved, NULL);
    en_code code = en_cursor_open(log, &filter, &made->cursor, err);
    if (code == EN_OK && pthread_create(&made->thread, NULL, read_ahead, made) != 0) {
        code = en_error_set(err, EN_IO, "no thread to read the log ahead");
    }
    made->is_started = code == EN_OK;
    if (code != EN_OK) {
        en_ahead_close(made);
        return code;
    }
    *ahead = made;
    return EN_OK;
}

void en_ahead_close(struct en_ahead *ahead)
{
    if (ahead == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&ahead->mutex);
    ahead->is_stopped = true;
    (void)pthread_cond_broadcast(&ahead->moved);
    (void)pthread_mutex_unlock(&ahead->mutex);
    if (ahead->is_started) {
        (void)pthread_join(ahead->thread, NULL);
    }
    en_cursor_close(ahead->cursor);
    (void)pthread_cond_destroy(&ahead->moved);
    (void)pthread_mutex_destroy(&ahead->mutex);
    en_mem_free(ahead);
}

/* Gives back the emptied bundle, and waits for the next. */
static void next_bundle(struct en_ahead *ahead)
{
    (void)pthread_mutex_lock(&ahead->mutex);
    if (ahead->bundle != NULL) {
        ahead->emptied++;
        (void)pthread_cond_broadcast(&ahead->moved);
    }
    while (ahead->filled == ahead->emptied) {
        (void)pthread_cond_wait(&ahead->moved, &ahead->mutex);
    }
    ahead->bundle = &ahead->bundles[ahead->emptied % BUNDLES];
    ahead->index = 0;
    (void)pthread_mutex_unlock(&ahead->mutex);
}

en_code en_ahead_next(struct en_ahead *ahead, struct en_event *event, const void **facts,
                      bool *is_end, struct en_error *err)
{
    while (ahead->bundle == NULL ||
           (ahead->index == ahead->bundle->count && !ahead->bundle->is_last)) {
        next_bundle(ahead);
    }
    const struct bundle *bundle = ahead->bundle;
    *is_end = ahead->index == bundle->count;
    if (!*is_end) {
        *event = bundle->events[ahead->index];
        *facts = bundle->facts[ahead->index].bytes;
        ahead->index++;
        return EN_OK;
    }
    if (bundle->code != EN_OK && err != NULL) {
        *err = bundle->err;
    }
    return bundle->code;
}
