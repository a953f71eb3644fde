/* labels: crash slow */
/* Every byte of a small log is changed, one at a time: it is noticed (by opening, reading or
 * verifying), or it makes no difference. Never does the log give another event, another name, or
 * fewer events than were signed, without saying so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/limits.h"
#include "core/mem.h"
#include "log/audit.h"
#include "log/cursor.h"
#include "tests/crash/log_story.h"
#include "tests/scratch.h"

#define ORIGIN "flip.example/log"
#define SIZE_MAX_TEST (UINT64_C(1) << 28)
#define SECONDS_MAX 20u /* a reader that goes in circles is ended: noticed */

enum outcome { OUTCOME_NOTICED, OUTCOME_HARMLESS, OUTCOME_WRONG };

/* Shared with the child that reads damaged files, because it may die of them. */
struct tally {
    size_t at; /* byte in hand */
    size_t noticed;
    size_t harmless;
    size_t died;
    size_t wrong;
    size_t first_wrong;
};

struct flip {
    struct en_scratch scratch;
    char dir[256];
    struct en_sign_private key;
    struct en_hash *leaves; /* of the whole log */
    uint64_t size;
    uint32_t sources[EN_STORY_PRODUCERS];
    struct tally *tally;
};

static void append(struct flip *flip, struct en_log *log, uint64_t events_min)
{
    struct en_sink sink = en_log_sink(log);
    struct en_batch batch;
    uint64_t source_seqs[EN_STORY_PRODUCERS] = {1, 1, 1, 1};
    en_batch_init(&batch);
    for (uint32_t i = 0; en_log_size(log) < events_min; i = (i + 1) % EN_STORY_PRODUCERS) {
        struct en_appended appended;
        en_batch_reset(&batch);
        en_story_batch(i, flip->sources[i], source_seqs[i], &batch);
        source_seqs[i] += batch.count;
        assert_int_equal(sink.append(sink.self, &batch, &appended, NULL, NULL), EN_OK);
    }
    en_batch_fini(&batch);
}

static void sign(const struct flip *flip, struct en_log *log)
{
    struct en_buf text;
    struct en_buf note;
    en_buf_init(&text, 1000);
    en_buf_init(&note, 4000);
    en_sign_private_print(&flip->key, &text);
    assert_int_equal(en_log_checkpoint(log, en_buf_slice(&text), &note, NULL), EN_OK);
    en_buf_fini(&text);
    en_buf_fini(&note);
}

static struct en_hash leaf_of(const struct en_event *event)
{
    struct en_buf canonical;
    en_buf_init(&canonical, EN_EVENT_HEADER_SIZE + EN_PAYLOAD_SIZE_MAX);
    en_event_canonical(event, &canonical);
    struct en_hash leaf = en_hash_leaf(en_buf_slice(&canonical));
    en_buf_fini(&canonical);
    return leaf;
}

static en_code open_read_only(const struct flip *flip, struct en_log **log)
{
    struct en_log_options options = {
        .dir = flip->dir, .is_read_only = true, .size_max = SIZE_MAX_TEST};
    return en_log_open(&options, log, NULL);
}

static void remember(struct flip *flip)
{
    struct en_cursor_filter all = {.from = 0};
    struct en_cursor *cursor = NULL;
    struct en_event event;
    struct en_log *log = NULL;
    bool is_end = false;
    assert_int_equal(open_read_only(flip, &log), EN_OK);
    flip->size = en_log_size(log);
    flip->leaves = en_mem_alloc(flip->size, sizeof *flip->leaves);
    assert_int_equal(en_cursor_open(log, &all, &cursor, NULL), EN_OK);
    for (uint64_t i = 0; i < flip->size; i++) {
        assert_int_equal(en_cursor_next(cursor, &event, &is_end, NULL), EN_OK);
        flip->leaves[i] = leaf_of(&event);
    }
    en_cursor_close(cursor);
    en_log_close(log);
}

static void begin(struct flip *flip, uint64_t events_min)
{
    static const uint8_t seed[EN_SIGN_KEY_SIZE] = {5};
    struct en_log *log = NULL;
    *flip = (struct flip){.size = 0};
    en_scratch_make(&flip->scratch);
    (void)en_scratch_path(&flip->scratch, "log", flip->dir, sizeof flip->dir);
    assert_int_equal(en_sign_of_seed(ORIGIN, seed, &flip->key, NULL), EN_OK);
    struct en_log_options options = {
        .dir = flip->dir, .is_create = true, .origin = ORIGIN, .size_max = SIZE_MAX_TEST};
    assert_int_equal(en_log_open(&options, &log, NULL), EN_OK);
    struct en_sink sink = en_log_sink(log);
    assert_int_equal(en_story_sources(&sink, flip->sources, NULL), EN_OK);
    append(flip, log, events_min / 2);
    sign(flip, log);
    append(flip, log, events_min);
    sign(flip, log);
    en_log_close(log);
    remember(flip);
    flip->tally =
        mmap(NULL, sizeof *flip->tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(flip->tally != MAP_FAILED);
}

static void end(struct flip *flip)
{
    (void)munmap(flip->tally, sizeof *flip->tally);
    en_mem_free(flip->leaves);
    en_scratch_remove(&flip->scratch);
}

/* What a reader gets who does not verify. */
static enum outcome read_events(const struct flip *flip, struct en_log *log)
{
    struct en_cursor_filter all = {.from = 0};
    struct en_cursor *cursor = NULL;
    struct en_event event;
    bool is_end = false;
    uint64_t seq = 0;
    enum outcome outcome = OUTCOME_HARMLESS;
    if (en_cursor_open(log, &all, &cursor, NULL) != EN_OK) {
        return OUTCOME_NOTICED;
    }
    while (outcome == OUTCOME_HARMLESS) {
        if (en_cursor_next(cursor, &event, &is_end, NULL) != EN_OK) {
            outcome = OUTCOME_NOTICED;
        } else if (is_end) {
            outcome = seq == flip->size ? OUTCOME_HARMLESS : OUTCOME_WRONG;
            break;
        } else {
            struct en_hash leaf = leaf_of(&event);
            bool is_same = seq < flip->size && en_hash_equal(&leaf, &flip->leaves[seq]);
            outcome = is_same ? OUTCOME_HARMLESS : OUTCOME_WRONG;
            seq++;
        }
    }
    en_cursor_close(cursor);
    return outcome;
}

/* Another id is wrong; none at all is for verify to notice: *is_missing. */
static enum outcome read_names(const struct flip *flip, struct en_log *log, bool *is_missing)
{
    struct en_sink sink = en_log_sink(log);
    for (uint32_t i = 0; i < EN_STORY_PRODUCERS; i++) {
        char text[24];
        char back[EN_NAME_SIZE_MAX + 1];
        uint32_t id = 0;
        (void)snprintf(text, sizeof text, "producer %u", i);
        struct en_slice key = en_slice_text(text);
        if (sink.find(sink.self, EN_NAME_SOURCE, &key, 1, &id, NULL) != EN_OK) {
            return OUTCOME_NOTICED;
        }
        *is_missing = *is_missing || id == 0;
        en_code code = en_log_name_of(log, EN_NAME_SOURCE, flip->sources[i], back, NULL);
        *is_missing = *is_missing || code == EN_NOT_FOUND;
        if ((id != 0 && id != flip->sources[i]) || (code == EN_OK && strcmp(back, text) != 0)) {
            return OUTCOME_WRONG;
        }
        if (code != EN_OK && code != EN_NOT_FOUND) {
            return OUTCOME_NOTICED;
        }
    }
    return OUTCOME_HARMLESS;
}

static enum outcome check(const struct flip *flip)
{
    struct en_verify_report report;
    struct en_log *log = NULL;
    bool is_missing = false;
    if (open_read_only(flip, &log) != EN_OK) {
        return OUTCOME_NOTICED;
    }
    enum outcome outcome = read_events(flip, log);
    if (outcome == OUTCOME_HARMLESS) {
        outcome = read_names(flip, log, &is_missing);
    }
    en_log_close(log);
    if (outcome != OUTCOME_HARMLESS) {
        return outcome;
    }
    en_code code = en_log_verify(flip->dir, &flip->key.public, NULL, &report, NULL);
    if (code != EN_OK) {
        return OUTCOME_NOTICED;
    }
    bool is_same = !is_missing && report.size == flip->size && report.checkpoints_count == 2;
    return is_same ? OUTCOME_HARMLESS : OUTCOME_WRONG;
}

static void flip_byte(int file, size_t at)
{
    uint8_t byte = 0;
    ssize_t got = pread(file, &byte, 1, (off_t)at);
    byte ^= (uint8_t)(1u << (at % 8));
    ssize_t put = pwrite(file, &byte, 1, (off_t)at);
    EN_ASSERT(got == 1);
    EN_ASSERT(put == 1);
}

/* In the child a fault ends the child, not the test that cmocka sees; what LMDB's asserts print is
 * of no interest. */
static void die_of_faults(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    for (size_t i = 0; i < EN_COUNT_OF(signals); i++) {
        (void)signal(signals[i], SIG_DFL);
    }
    int nowhere = open("/dev/null", O_WRONLY);
    (void)dup2(nowhere, STDERR_FILENO);
}

/* The child: one byte after the other, until all are done or one of them kills it. */
static void flip_on(const struct flip *flip, int file, size_t size, size_t stride)
{
    struct tally *tally = flip->tally;
    for (; tally->at < size; tally->at += stride) {
        (void)alarm(SECONDS_MAX);
        flip_byte(file, tally->at);
        enum outcome outcome = check(flip);
        flip_byte(file, tally->at);
        tally->noticed += outcome == OUTCOME_NOTICED;
        tally->harmless += outcome == OUTCOME_HARMLESS;
        if (outcome == OUTCOME_WRONG && tally->wrong++ == 0) {
            tally->first_wrong = tally->at;
        }
    }
}

static void run(struct flip *flip, const char *name, size_t from, size_t stride)
{
    char path[300];
    struct tally *tally = flip->tally;
    (void)snprintf(path, sizeof path, "%s/%s", flip->dir, name);
    int file = open(path, O_RDWR);
    assert_true(file >= 0);
    size_t size = (size_t)lseek(file, 0, SEEK_END);
    *tally = (struct tally){.at = from};
    while (tally->at < size) {
        int status = 0;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            die_of_faults();
            flip_on(flip, file, size, stride);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            flip_byte(file, tally->at);
            tally->died++;
            tally->at += stride;
        }
    }
    (void)close(file);
    print_message(
        "%s, %zu bytes: %zu noticed, %zu without effect, %zu ended the reader, %zu wrong\n", name,
        size, tally->noticed, tally->harmless, tally->died, tally->wrong);
    if (tally->wrong > 0) {
        print_message("first wrong at byte %zu\n", tally->first_wrong);
    }
    assert_int_equal(tally->wrong, 0);
    assert_true(tally->noticed > 0);
    assert_int_equal(check(flip), OUTCOME_HARMLESS); /* all bytes are as before */
}

static void test_log_every_changed_byte_is_noticed_or_harmless(void **state)
{
    (void)state;
    struct flip flip;
    begin(&flip, 40);
    run(&flip, "data.mdb", 0, 1);
    run(&flip, "checkpoint", 0, 1);
    end(&flip);
}

/* Bigger, with stored roots; every 61st byte, others each time. */
static void test_log_with_stored_roots_likewise(void **state)
{
    (void)state;
    struct flip flip;
    size_t from = (size_t)getpid() % 61;
    print_message("from byte %zu\n", from);
    begin(&flip, 2200);
    run(&flip, "data.mdb", from, 61);
    end(&flip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_every_changed_byte_is_noticed_or_harmless),
        cmocka_unit_test(test_log_with_stored_roots_likewise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
