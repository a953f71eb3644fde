/* labels: threads */
/* The log as its users see it: what was appended is there, in order, once, after opening again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "core/event/payload.h"
#include "core/limits.h"
#include "core/mem.h"
#include "core/sign.h"
#include "log/cursor.h"
#include "log/log.h"
#include "tests/scratch.h"

#define SIZE_MAX_TEST (UINT64_C(1) << 30)

struct fixture {
    struct en_scratch scratch;
    char dir[256];
    struct en_log *log;
    struct en_sink sink;
    struct en_instant now;
};

static struct en_instant test_clock(void *self)
{
    struct fixture *fixture = self;
    return fixture->now;
}

static en_code try_open(struct fixture *fixture, bool is_create, struct en_error *err)
{
    struct en_log_options options = {.dir = fixture->dir,
                                     .is_create = is_create,
                                     .origin = "test.example/log",
                                     .clock = test_clock,
                                     .clock_self = fixture,
                                     .size_max = SIZE_MAX_TEST};
    return en_log_open(&options, &fixture->log, err);
}

static void open_log(struct fixture *fixture, bool is_create)
{
    struct en_error err = {0};
    en_code code = try_open(fixture, is_create, &err);
    if (code != EN_OK) {
        print_message("%s\n", err.text);
    }
    assert_int_equal(code, EN_OK);
    fixture->sink = en_log_sink(fixture->log);
}

static void reopen(struct fixture *fixture)
{
    en_log_close(fixture->log);
    open_log(fixture, false);
}

static int setup(void **state)
{
    struct fixture *fixture = en_mem_alloc(1, sizeof *fixture);
    en_scratch_make(&fixture->scratch);
    (void)en_scratch_path(&fixture->scratch, "log", fixture->dir, sizeof fixture->dir);
    fixture->now.us = INT64_C(1700000000000000);
    open_log(fixture, true);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    en_log_close(fixture->log);
    en_scratch_remove(&fixture->scratch);
    en_mem_free(fixture);
    return 0;
}

static uint32_t name_one(struct fixture *fixture, en_name_type type, const char *key)
{
    struct en_slice slice = en_slice_text(key);
    uint32_t id = 0;
    assert_int_equal(fixture->sink.name(fixture->sink.self, type, &slice, 1, &id, NULL), EN_OK);
    return id;
}

static void add(struct en_batch *batch, uint16_t kind, uint32_t subject, uint32_t source,
                uint64_t source_seq, const char *payload)
{
    struct en_event_header header = {.kind = kind,
                                     .subject = subject,
                                     .source = source,
                                     .source_seq = source_seq,
                                     .cause = EN_SEQ_NONE};
    assert_int_equal(en_batch_add(batch, &header, en_slice_text(payload), NULL), EN_OK);
}

static struct en_appended append(struct fixture *fixture, const struct en_batch *batch,
                                 struct en_seq *seqs)
{
    struct en_appended appended;
    struct en_error err = {0};
    en_code code = fixture->sink.append(fixture->sink.self, batch, &appended, seqs, &err);
    if (code != EN_OK) {
        print_message("%s\n", err.text);
    }
    assert_int_equal(code, EN_OK);
    return appended;
}

/* Appends count lone drafts without a source. */
static void append_plain(struct fixture *fixture, uint32_t count)
{
    struct en_batch batch;
    en_batch_init(&batch);
    for (uint32_t i = 0; i < count; i++) {
        en_batch_reset(&batch);
        add(&batch, EN_KIND_DEVICE_EVENT, i + 1, 0, 0, "x");
        (void)append(fixture, &batch, NULL);
    }
    en_batch_fini(&batch);
}

static uint32_t count_events(struct fixture *fixture, const struct en_cursor_filter *filter)
{
    struct en_cursor *cursor = NULL;
    struct en_event event;
    uint32_t count = 0;
    bool is_end = false;
    assert_int_equal(en_cursor_open(fixture->log, filter, &cursor, NULL), EN_OK);
    for (;;) {
        assert_int_equal(en_cursor_next(cursor, &event, &is_end, NULL), EN_OK);
        if (is_end) {
            break;
        }
        count++;
    }
    en_cursor_close(cursor);
    return count;
}

static void test_log_gives_back_what_was_appended(void **state)
{
    struct fixture *fixture = *state;
    struct en_batch batch;
    struct en_buf payload;
    en_batch_init(&batch);
    en_buf_init(&payload, EN_PAYLOAD_SIZE_MAX);
    add(&batch, EN_KIND_DEVICE_EVENT, 7, 0, 0, "first");
    add(&batch, EN_KIND_READING_PROFILE, 8, 0, 0, "");
    struct en_appended appended = append(fixture, &batch, NULL);
    assert_int_equal(appended.first.n, 0);
    assert_int_equal(appended.last.n, 1);
    assert_int_equal(appended.new_count, 2);
    for (int round = 0; round < 2; round++) {
        struct en_event event;
        assert_int_equal(en_log_size(fixture->log), 2);
        assert_int_equal(en_log_get(fixture->log, (struct en_seq){0}, &event, &payload, NULL),
                         EN_OK);
        assert_int_equal(event.header.kind, EN_KIND_DEVICE_EVENT);
        assert_int_equal(event.header.subject, 7);
        assert_int_equal(event.header.recorded_at.us, fixture->now.us);
        assert_true(en_slice_equal(event.payload, en_slice_text("first")));
        assert_int_equal(en_log_get(fixture->log, (struct en_seq){1}, &event, &payload, NULL),
                         EN_OK);
        assert_int_equal(event.payload.size, 0);
        assert_int_equal(en_log_get(fixture->log, (struct en_seq){2}, &event, &payload, NULL),
                         EN_NOT_FOUND);
        reopen(fixture);
    }
    en_batch_fini(&batch);
    en_buf_fini(&payload);
}

static void test_log_is_made_once(void **state)
{
    struct fixture *fixture = *state;
    en_log_close(fixture->log);
    fixture->log = NULL;
    assert_int_equal(try_open(fixture, true, NULL), EN_CONFLICT);
    open_log(fixture, false);
    assert_string_equal(en_log_origin(fixture->log), "test.example/log");
    struct en_log_options options = {.dir = "/nonexistent/enerlog", .size_max = SIZE_MAX_TEST};
    struct en_log *other = NULL;
    assert_int_equal(en_log_open(&options, &other, NULL), EN_NOT_FOUND);
}

static void test_log_append_is_idempotent(void **state)
{
    struct fixture *fixture = *state;
    uint32_t source = name_one(fixture, EN_NAME_SOURCE, "meter line 1");
    struct en_batch batch;
    struct en_seq seqs[4];
    en_batch_init(&batch);
    for (uint64_t n = 1; n <= 3; n++) {
        add(&batch, EN_KIND_DEVICE_EVENT, 1, source, n * 10, "e");
    }
    uint64_t first = append(fixture, &batch, seqs).first.n;
    for (int round = 0; round < 2; round++) {
        struct en_appended again = append(fixture, &batch, seqs);
        assert_int_equal(again.new_count, 0);
        assert_int_equal(again.duplicate_count, 3);
        assert_int_equal(again.first.n, UINT64_MAX);
        for (uint64_t n = 0; n < 3; n++) {
            assert_int_equal(seqs[n].n, first + n);
        }
        reopen(fixture);
    }
    add(&batch, EN_KIND_DEVICE_EVENT, 1, source, 40, "new");
    struct en_appended mixed = append(fixture, &batch, seqs);
    assert_int_equal(mixed.new_count, 1);
    assert_int_equal(mixed.duplicate_count, 3);
    assert_int_equal(seqs[3].n, first + 3);
    en_batch_fini(&batch);
}

static void test_log_finds_doubles_within_a_batch(void **state)
{
    struct fixture *fixture = *state;
    uint32_t source = name_one(fixture, EN_NAME_SOURCE, "s");
    struct en_batch batch;
    struct en_seq seqs[4];
    en_batch_init(&batch);
    add(&batch, EN_KIND_DEVICE_EVENT, 1, source, 1, "a");
    add(&batch, EN_KIND_DEVICE_EVENT, 1, source, 2, "b");
    add(&batch, EN_KIND_DEVICE_EVENT, 1, source, 1, "a");
    struct en_appended appended = append(fixture, &batch, seqs);
    assert_int_equal(appended.new_count, 2);
    assert_int_equal(appended.duplicate_count, 1);
    assert_int_equal(seqs[2].n, seqs[0].n);
    en_batch_fini(&batch);
}

/* What is refused leaves no trace: neither events nor memory of its source seqs. */
static void test_log_refuses_a_batch_as_a_whole(void **state)
{
    struct fixture *fixture = *state;
    uint32_t source = name_one(fixture, EN_NAME_SOURCE, "s");
    struct en_batch batch;
    struct en_appended appended;
    struct en_error err;
    en_batch_init(&batch);
    add(&batch, EN_KIND_DEVICE_EVENT, 1, source, 5, "a");
    (void)append(fixture, &batch, NULL);
    uint64_t size = en_log_size(fixture->log);

    en_batch_reset(&batch);
    add(&batch, EN_KIND_DEVICE_EVENT, 1, source, 6, "b");
    add(&batch, EN_KIND_DEVICE_EVENT, 1, source, 4, "never there");
    assert_int_equal(fixture->sink.append(fixture->sink.self, &batch, &appended, NULL, &err),
                     EN_RANGE);
    assert_non_null(strstr(err.text, "draft 1"));
    assert_int_equal(appended.new_count, 0);
    assert_int_equal(en_log_size(fixture->log), size);

    en_batch_reset(&batch);
    add(&batch, EN_KIND_DEVICE_EVENT, 1, source, 6, "b");
    assert_int_equal(append(fixture, &batch, NULL).new_count, 1);

    en_batch_reset(&batch);
    add(&batch, EN_KIND_DEVICE_EVENT, 1, source + 1, 1, "no such source");
    assert_int_equal(fixture->sink.append(fixture->sink.self, &batch, &appended, NULL, NULL),
                     EN_RANGE);
    en_batch_reset(&batch);
    add(&batch, EN_KIND_NAME_ASSIGNED, 0, 0, 0, "x");
    assert_int_equal(fixture->sink.append(fixture->sink.self, &batch, &appended, NULL, NULL),
                     EN_RANGE);
    en_batch_reset(&batch);
    struct en_event_header header = {.kind = EN_KIND_CLOCK_TICK, .cause = {1000}};
    assert_int_equal(en_batch_add(&batch, &header, en_slice_of(NULL, 0), NULL), EN_OK);
    assert_int_equal(fixture->sink.append(fixture->sink.self, &batch, &appended, NULL, NULL),
                     EN_RANGE);
    assert_int_equal(en_log_size(fixture->log), size + 1);
    en_batch_fini(&batch);
}

static void test_log_names_are_dense_and_stay(void **state)
{
    struct fixture *fixture = *state;
    struct en_slice keys[] = {en_slice_text("a"), en_slice_text("b"), en_slice_text("a")};
    uint32_t ids[3];
    assert_int_equal(fixture->sink.find(fixture->sink.self, EN_NAME_POINT, keys, 3, ids, NULL),
                     EN_OK);
    assert_int_equal(ids[0], 0);
    assert_int_equal(fixture->sink.name(fixture->sink.self, EN_NAME_POINT, keys, 3, ids, NULL),
                     EN_OK);
    assert_int_equal(ids[0], 1);
    assert_int_equal(ids[1], 2);
    assert_int_equal(ids[2], 1);
    assert_int_equal(en_log_size(fixture->log), 2);
    assert_int_equal(name_one(fixture, EN_NAME_DEVICE, "a"), 1);
    reopen(fixture);
    assert_int_equal(name_one(fixture, EN_NAME_POINT, "b"), 2);
    assert_int_equal(name_one(fixture, EN_NAME_POINT, "c"), 3);
    char text[EN_NAME_SIZE_MAX + 1];
    assert_int_equal(en_log_name_of(fixture->log, EN_NAME_POINT, 3, text, NULL), EN_OK);
    assert_string_equal(text, "c");
    assert_int_equal(en_log_name_of(fixture->log, EN_NAME_POINT, 4, text, NULL), EN_NOT_FOUND);
    keys[0] = en_slice_text("");
    assert_int_equal(fixture->sink.name(fixture->sink.self, EN_NAME_POINT, keys, 1, ids, NULL),
                     EN_RANGE);
    keys[0] = en_slice_text("\xff");
    assert_int_equal(fixture->sink.name(fixture->sink.self, EN_NAME_POINT, keys, 1, ids, NULL),
                     EN_RANGE);
}

static void test_log_names_more_than_a_batch_holds(void **state)
{
    struct fixture *fixture = *state;
    enum { COUNT = 70000 };
    struct en_slice *keys = en_mem_alloc(COUNT, sizeof *keys);
    uint32_t *ids = en_mem_alloc(COUNT, sizeof *ids);
    char(*texts)[16] = en_mem_alloc(COUNT, sizeof *texts);
    for (uint32_t i = 0; i < COUNT; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "key %u", i);
        keys[i] = en_slice_text(texts[i]);
    }
    assert_int_equal(fixture->sink.name(fixture->sink.self, EN_NAME_POINT, keys, COUNT, ids, NULL),
                     EN_OK);
    reopen(fixture);
    memset(ids, 0, COUNT * sizeof *ids);
    assert_int_equal(fixture->sink.find(fixture->sink.self, EN_NAME_POINT, keys, COUNT, ids, NULL),
                     EN_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(ids[i], i + 1);
    }
    en_mem_free(keys);
    en_mem_free(ids);
    en_mem_free(texts);
}

static void test_cursor_filters(void **state)
{
    struct fixture *fixture = *state;
    struct en_batch batch;
    en_batch_init(&batch);
    for (uint32_t i = 0; i < 300; i++) {
        en_batch_reset(&batch);
        for (uint32_t j = 0; j < 5; j++) {
            uint16_t kind = j == 4 && i % 10 == 0 ? EN_KIND_OUTBOX_RESULT : EN_KIND_DEVICE_EVENT;
            add(&batch, kind, j + 1, 0, 0, "0123456789");
        }
        (void)append(fixture, &batch, NULL);
        fixture->now.us += EN_SECOND_US;
    }
    struct en_cursor_filter all = {.from = 0};
    assert_int_equal(count_events(fixture, &all), 1500);
    struct en_cursor_filter part = {.from = 7, .to = 1203};
    assert_int_equal(count_events(fixture, &part), 1196);
    struct en_cursor_filter subject = {.subject = 3};
    assert_int_equal(count_events(fixture, &subject), 300);
    struct en_cursor_filter kind = {.from = 0};
    en_kind_set_add(&kind.kinds, EN_KIND_OUTBOX_RESULT);
    assert_int_equal(count_events(fixture, &kind), 30);
    int64_t start = fixture->now.us - 300 * EN_SECOND_US;
    struct en_cursor_filter time = {
        .recorded = {{start + 10 * EN_SECOND_US}, {start + 20 * EN_SECOND_US}}};
    assert_int_equal(count_events(fixture, &time), 50);
    en_batch_fini(&batch);
}

static void test_cursor_goes_on_with_what_comes_later(void **state)
{
    struct fixture *fixture = *state;
    struct en_cursor_filter all = {.from = 0};
    struct en_cursor *cursor = NULL;
    struct en_event event;
    bool is_end = false;
    assert_int_equal(en_cursor_open(fixture->log, &all, &cursor, NULL), EN_OK);
    for (uint64_t n = 0; n < 200; n++) {
        assert_int_equal(en_cursor_next(cursor, &event, &is_end, NULL), EN_OK);
        assert_true(is_end);
        append_plain(fixture, 2);
        for (uint64_t i = 0; i < 2; i++) {
            assert_int_equal(en_cursor_next(cursor, &event, &is_end, NULL), EN_OK);
            assert_false(is_end);
            assert_int_equal(event.header.seq.n, 2 * n + i);
        }
        assert_int_equal(en_cursor_position(cursor), 2 * n + 2);
    }
    en_cursor_close(cursor);
}

static void test_log_seq_at_is_the_last_event_in_time(void **state)
{
    struct fixture *fixture = *state;
    struct en_seq seq;
    int64_t start = fixture->now.us;
    assert_int_equal(en_log_seq_at(fixture->log, fixture->now, &seq, NULL), EN_NOT_FOUND);
    for (uint32_t i = 0; i < 50; i++) {
        append_plain(fixture, 1 + i % 3);
        fixture->now.us += 10;
    }
    assert_int_equal(en_log_seq_at(fixture->log, (struct en_instant){start - 1}, &seq, NULL),
                     EN_NOT_FOUND);
    uint64_t last = 0;
    for (uint32_t i = 0; i < 50; i++) {
        last += 1 + i % 3;
        for (int64_t us = 0; us < 10; us += 9) {
            struct en_instant at = {start + 10 * (int64_t)i + us};
            assert_int_equal(en_log_seq_at(fixture->log, at, &seq, NULL), EN_OK);
            assert_int_equal(seq.n, last - 1);
        }
    }
}

static void test_log_time_never_falls(void **state)
{
    struct fixture *fixture = *state;
    struct en_buf payload;
    struct en_event event;
    int64_t start = fixture->now.us;
    en_buf_init(&payload, 1000);
    append_plain(fixture, 1);
    fixture->now.us -= 7200 * EN_SECOND_US;
    append_plain(fixture, 1);
    reopen(fixture);
    append_plain(fixture, 1);
    for (uint64_t n = 0; n < 3; n++) {
        assert_int_equal(en_log_get(fixture->log, (struct en_seq){n}, &event, &payload, NULL),
                         EN_OK);
        assert_int_equal(event.header.recorded_at.us, start);
    }
    en_buf_fini(&payload);
}

/* ---- many producers ---- */

#define PRODUCERS 8u
#define ROUNDS 60u

struct producer {
    struct fixture *fixture;
    uint32_t source;
    uint64_t seqs[ROUNDS];
};

static void *produce(void *self)
{
    struct producer *producer = self;
    struct en_batch batch;
    en_batch_init(&batch);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        en_batch_reset(&batch);
        uint32_t count = i % 7 == 0 ? 700 : 1; /* big ones are sealed beside a commit */
        for (uint32_t j = 0; j < count; j++) {
            add(&batch, EN_KIND_DEVICE_EVENT, j + 1, producer->source, i * 1000 + j + 1,
                "a payload of some fifty bytes, so that it gets big");
        }
        struct en_appended appended = append(producer->fixture, &batch, NULL);
        assert_int_equal(appended.new_count, count);
        producer->seqs[i] = appended.first.n;
        appended = append(producer->fixture, &batch, NULL); /* the answer was lost: once more */
        assert_int_equal(appended.new_count, 0);
        assert_int_equal(appended.duplicate_count, count);
    }
    en_batch_fini(&batch);
    return NULL;
}

static void test_log_many_producers_lose_and_double_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct producer producers[PRODUCERS];
    pthread_t threads[PRODUCERS];
    uint64_t expected = 0;
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        char key[20];
        (void)snprintf(key, sizeof key, "producer %u", i);
        producers[i] = (struct producer){fixture, name_one(fixture, EN_NAME_SOURCE, key), {0}};
    }
    expected = en_log_size(fixture->log);
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &producers[i]), 0);
    }
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (uint32_t i = 0; i < ROUNDS; i++) {
        expected += PRODUCERS * (i % 7 == 0 ? 700u : 1u);
    }
    assert_int_equal(en_log_size(fixture->log), expected);
    reopen(fixture);
    struct en_cursor_filter all = {.from = 0};
    assert_int_equal(count_events(fixture, &all), expected);
    struct en_buf payload;
    en_buf_init(&payload, 1000);
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        for (uint32_t j = 0; j < ROUNDS; j++) {
            struct en_event event;
            struct en_seq seq = {producers[i].seqs[j]};
            assert_int_equal(en_log_get(fixture->log, seq, &event, &payload, NULL), EN_OK);
            assert_int_equal(event.header.source, producers[i].source);
            assert_int_equal(event.header.source_seq, j * 1000 + 1);
        }
    }
    en_buf_fini(&payload);
}

static void *wait_for_growth(void *self)
{
    struct fixture *fixture = self;
    uint64_t size = en_log_wait(fixture->log, 5, 20000);
    assert_true(size > 5);
    return NULL;
}

static void test_log_wait_wakes_when_the_log_grows(void **state)
{
    struct fixture *fixture = *state;
    pthread_t thread;
    assert_int_equal(en_log_wait(fixture->log, 0, 1), 0);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_growth, fixture), 0);
    append_plain(fixture, 10);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

/* ---- checkpoints ---- */

static void make_key(struct en_buf *text)
{
    static const uint8_t seed[EN_SIGN_KEY_SIZE] = {1, 2, 3};
    struct en_sign_private key;
    assert_int_equal(en_sign_of_seed("test.example/log", seed, &key, NULL), EN_OK);
    en_sign_private_print(&key, text);
}

static void test_log_checkpoint_is_kept_and_checked_at_open(void **state)
{
    struct fixture *fixture = *state;
    struct en_buf key;
    struct en_buf note;
    struct en_buf again;
    uint64_t size = 0;
    en_buf_init(&key, 1000);
    en_buf_init(&note, 4000);
    en_buf_init(&again, 4000);
    make_key(&key);
    assert_int_equal(en_log_newest_checkpoint(fixture->log, &note, NULL, NULL), EN_NOT_FOUND);
    append_plain(fixture, 5);
    assert_int_equal(en_log_checkpoint(fixture->log, en_buf_slice(&key), &note, NULL), EN_OK);
    assert_int_equal(en_log_checkpoint(fixture->log, en_buf_slice(&key), &again, NULL), EN_OK);
    assert_true(en_slice_equal(en_buf_slice(&note), en_buf_slice(&again)));
    reopen(fixture);
    assert_int_equal(en_log_newest_checkpoint(fixture->log, &again, &size, NULL), EN_OK);
    assert_int_equal(size, 5);
    assert_true(en_slice_equal(en_buf_slice(&note), en_buf_slice(&again)));
    en_buf_fini(&key);
    en_buf_fini(&note);
    en_buf_fini(&again);
}

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    for (size_t got = fread(bytes, 1, sizeof bytes, in); got > 0;
         got = fread(bytes, 1, sizeof bytes, in)) {
        assert_int_equal(fwrite(bytes, 1, got, out), got);
    }
    (void)fclose(in);
    assert_int_equal(fclose(out), 0);
}

/* Yesterday's environment put back: the file beside it still knows better. */
static void test_log_refuses_a_cut_tail(void **state)
{
    struct fixture *fixture = *state;
    struct en_buf key;
    struct en_buf note;
    char data[300];
    char old[300];
    en_buf_init(&key, 1000);
    en_buf_init(&note, 4000);
    make_key(&key);
    append_plain(fixture, 5);
    en_log_close(fixture->log);
    fixture->log = NULL;
    (void)snprintf(data, sizeof data, "%s/data.mdb", fixture->dir);
    (void)snprintf(old, sizeof old, "%s.old", fixture->dir);
    copy_file(data, old);
    open_log(fixture, false);
    append_plain(fixture, 3);
    assert_int_equal(en_log_checkpoint(fixture->log, en_buf_slice(&key), &note, NULL), EN_OK);
    en_log_close(fixture->log);
    fixture->log = NULL;
    copy_file(old, data);
    struct en_error err;
    assert_int_equal(try_open(fixture, false, &err), EN_CORRUPT);
    assert_non_null(strstr(err.text, "signed at 8"));
    en_buf_fini(&key);
    en_buf_fini(&note);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_log_gives_back_what_was_appended),
        TEST(test_log_is_made_once),
        TEST(test_log_append_is_idempotent),
        TEST(test_log_finds_doubles_within_a_batch),
        TEST(test_log_refuses_a_batch_as_a_whole),
        TEST(test_log_names_are_dense_and_stay),
        TEST(test_log_names_more_than_a_batch_holds),
        TEST(test_cursor_filters),
        TEST(test_cursor_goes_on_with_what_comes_later),
        TEST(test_log_seq_at_is_the_last_event_in_time),
        TEST(test_log_time_never_falls),
        TEST(test_log_many_producers_lose_and_double_nothing),
        TEST(test_log_wait_wakes_when_the_log_grows),
        TEST(test_log_checkpoint_is_kept_and_checked_at_open),
        TEST(test_log_refuses_a_cut_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
