/* labels: crash slow */
/* The log under kill -9 at any instant: what was acknowledged is there, equal, once, in order, and
 * the whole verifies. Rounds: 100, or ENERLOG_CRASH_ROUNDS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/mem.h"
#include "log/audit.h"
#include "log/cursor.h"
#include "tests/crash/log_story.h"
#include "tests/scratch.h"

#define ROUNDS 100
#define DELAY_US_MAX 60000u
#define MAKING_US_MAX 12000u
#define BESIDE_ROUNDS 100
#define SIZE_MAX_TEST (UINT64_C(1) << 32)
#define WRITER EN_BUILD_DIR "/tests.crash.log_writer_main"

struct kill {
    struct en_scratch scratch;
    char dir[256];
    char witness[256];
    long checked_acks; /* lines of the witness already held against the log */
};

static pid_t start_writer(const struct kill *kill_test)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)execl(WRITER, WRITER, kill_test->dir, kill_test->witness, (char *)NULL);
        _exit(127);
    }
    return child;
}

static void run_and_kill(const struct kill *kill_test, unsigned delay_us)
{
    struct timespec delay = {delay_us / 1000000, (long)(delay_us % 1000000) * 1000};
    int status = 0;
    pid_t child = start_writer(kill_test);
    (void)nanosleep(&delay, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* it did not end by itself */
}

/* The log after a kill: opens, reads from end to end, sources rise without a gap in the story. */
static uint64_t check_log(const struct kill *kill_test, struct en_log *log,
                          const uint32_t sources[EN_STORY_PRODUCERS])
{
    struct en_cursor_filter all = {.from = 0};
    struct en_cursor *cursor = NULL;
    struct en_event event;
    bool is_end = false;
    uint64_t next[EN_STORY_PRODUCERS] = {1, 1, 1, 1};
    uint64_t seq = 0;
    (void)kill_test;
    assert_int_equal(en_cursor_open(log, &all, &cursor, NULL), EN_OK);
    for (;; seq++) {
        assert_int_equal(en_cursor_next(cursor, &event, &is_end, NULL), EN_OK);
        if (is_end) {
            break;
        }
        assert_int_equal(event.header.seq.n, seq);
        for (uint32_t i = 0; i < EN_STORY_PRODUCERS; i++) {
            if (event.header.source == sources[i] && sources[i] != 0) {
                assert_int_equal(event.header.source_seq, next[i]);
                assert_true(en_story_is(i, &event));
                next[i]++;
            }
        }
    }
    en_cursor_close(cursor);
    return seq;
}

static void check_ack(struct en_log *log, const struct en_story_ack *ack, uint32_t source,
                      struct en_buf *payload)
{
    struct en_event event;
    for (uint32_t i = 0; i<ack->count; i += ack->count> 8 ? ack->count - 1 : 1) {
        struct en_seq seq = {ack->seq + i};
        assert_int_equal(en_log_get(log, seq, &event, payload, NULL), EN_OK);
        assert_int_equal(event.header.source, source);
        assert_int_equal(event.header.source_seq, ack->source_seq + i);
        assert_true(en_story_is(ack->producer, &event));
    }
}

/* Every batch whose append returned since the last look. */
static void check_acks(struct kill *kill_test, struct en_log *log,
                       const uint32_t sources[EN_STORY_PRODUCERS])
{
    FILE *file = fopen(kill_test->witness, "rb");
    struct en_story_ack ack;
    struct en_buf payload;
    if (file == NULL) {
        return; /* killed before the first */
    }
    en_buf_init(&payload, EN_STORY_PAYLOAD_MAX);
    assert_int_equal(fseek(file, kill_test->checked_acks * (long)sizeof ack, SEEK_SET), 0);
    while (fread(&ack, sizeof ack, 1, file) == 1) {
        check_ack(log, &ack, sources[ack.producer], &payload);
        kill_test->checked_acks++;
    }
    (void)fclose(file);
    en_buf_fini(&payload);
}

static void check_round(struct kill *kill_test)
{
    struct en_log_options options = {
        .dir = kill_test->dir, .is_read_only = true, .size_max = SIZE_MAX_TEST};
    struct en_log *log = NULL;
    struct en_error err = {0};
    uint32_t sources[EN_STORY_PRODUCERS] = {0};
    en_code code = en_log_open(&options, &log, &err);
    if (code == EN_NOT_FOUND) {
        assert_int_equal(kill_test->checked_acks, 0);
        return;
    }
    assert_string_equal(err.text, "");
    struct en_sink sink = en_log_sink(log);
    for (uint32_t i = 0; i < EN_STORY_PRODUCERS; i++) {
        char text[24];
        (void)snprintf(text, sizeof text, "producer %u", i);
        struct en_slice key = en_slice_text(text);
        assert_int_equal(sink.find(sink.self, EN_NAME_SOURCE, &key, 1, &sources[i], NULL), EN_OK);
    }
    check_acks(kill_test, log, sources);
    assert_int_equal(check_log(kill_test, log, sources), en_log_size(log));
    en_log_close(log);
}

static void begin(struct kill *kill_test)
{
    *kill_test = (struct kill){.checked_acks = 0};
    en_scratch_make(&kill_test->scratch);
    (void)en_scratch_path(&kill_test->scratch, "log", kill_test->dir, sizeof kill_test->dir);
    (void)en_scratch_path(&kill_test->scratch, "witness", kill_test->witness,
                          sizeof kill_test->witness);
}

static long rounds_wanted(void)
{
    const char *wanted = getenv("ENERLOG_CRASH_ROUNDS");
    return wanted != NULL ? strtol(wanted, NULL, 10) : ROUNDS;
}

/* Killed before there is a log at all, or any part of one: the next start makes it. */
static void test_log_survives_kill_while_it_is_made(void **state)
{
    (void)state;
    for (long i = 0; i < rounds_wanted() / 2; i++) {
        struct kill kill_test;
        begin(&kill_test);
        run_and_kill(&kill_test, (unsigned)rand() % MAKING_US_MAX);
        run_and_kill(&kill_test, (unsigned)rand() % MAKING_US_MAX);
        check_round(&kill_test);
        en_scratch_remove(&kill_test.scratch);
    }
}

static void test_log_survives_kill_at_any_instant(void **state)
{
    (void)state;
    struct kill kill_test;
    long rounds = rounds_wanted();
    unsigned seed = (unsigned)time(NULL);
    struct en_verify_report report;
    struct en_error err = {0};
    begin(&kill_test);
    print_message("seed %u, %ld rounds\n", seed, rounds);
    srand(seed);
    for (long i = 0; i < rounds; i++) {
        run_and_kill(&kill_test, (unsigned)rand() % DELAY_US_MAX);
        check_round(&kill_test);
    }
    assert_int_equal(en_log_verify(kill_test.dir, NULL, NULL, &report, &err), EN_OK);
    print_message("%ld acknowledged batches, %llu events\n", kill_test.checked_acks,
                  (unsigned long long)report.size);
    assert_true(kill_test.checked_acks > 0);
    en_scratch_remove(&kill_test.scratch);
}

/* Readers come and go while another process appends: none takes growth for damage. */
static void test_log_opens_beside_a_writer(void **state)
{
    (void)state;
    struct kill kill_test;
    int status = 0;
    uint64_t size = 0;
    begin(&kill_test);
    run_and_kill(&kill_test, DELAY_US_MAX);
    pid_t child = start_writer(&kill_test);
    for (int i = 0; i < BESIDE_ROUNDS; i++) {
        struct en_log_options options = {
            .dir = kill_test.dir, .is_read_only = true, .size_max = SIZE_MAX_TEST};
        struct en_log *log = NULL;
        struct en_error err = {0};
        en_code code = en_log_open(&options, &log, &err);
        assert_string_equal(code == EN_NOT_FOUND ? "" : err.text, "");
        if (code == EN_OK) {
            uint64_t now = en_log_wait(log, size, 20);
            assert_true(now >= size);
            size = now;
        }
        en_log_close(log);
    }
    struct en_verify_report report;
    assert_int_equal(en_log_verify(kill_test.dir, NULL, NULL, &report, NULL), EN_OK);
    assert_true(report.size >= size);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    en_scratch_remove(&kill_test.scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_survives_kill_at_any_instant),
        cmocka_unit_test(test_log_survives_kill_while_it_is_made),
        cmocka_unit_test(test_log_opens_beside_a_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
