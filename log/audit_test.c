/* labels: threads */
/* Verifying, proving, copying: what is whole passes, what was touched is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/event/payload.h"
#include "core/kv.h"
#include "core/limits.h"
#include "core/mem.h"
#include "log/audit.h"
#include "log/backup.h"
#include "log/cursor.h"
#include "log/frame.h"
#include "log/proof.h"
#include "tests/scratch.h"

#define ORIGIN "test.example/log"
#define SIZE_MAX_TEST (UINT64_C(1) << 30)

struct fixture {
    struct en_scratch scratch;
    char dir[256];
    struct en_log *log;
    struct en_sign_private key;
    struct en_buf private_key;
    struct en_instant now;
};

static struct en_instant test_clock(void *self)
{
    struct fixture *fixture = self;
    return fixture->now;
}

static void open_log(struct fixture *fixture, bool is_create)
{
    struct en_log_options options = {.dir = fixture->dir,
                                     .is_create = is_create,
                                     .origin = ORIGIN,
                                     .clock = test_clock,
                                     .clock_self = fixture,
                                     .size_max = SIZE_MAX_TEST};
    assert_int_equal(en_log_open(&options, &fixture->log, NULL), EN_OK);
}

static void close_log(struct fixture *fixture)
{
    en_log_close(fixture->log);
    fixture->log = NULL;
}

static void append(struct fixture *fixture, uint32_t count)
{
    struct en_sink sink = en_log_sink(fixture->log);
    struct en_slice name = en_slice_text("a source");
    struct en_appended appended;
    struct en_batch batch;
    uint32_t source = 0;
    en_batch_init(&batch);
    assert_int_equal(sink.name(sink.self, EN_NAME_SOURCE, &name, 1, &source, NULL), EN_OK);
    uint64_t size = en_log_size(fixture->log);
    for (uint32_t i = 0; i < count; i++) {
        struct en_event_header header = {.kind = EN_KIND_DEVICE_EVENT,
                                         .subject = i % 50 + 1,
                                         .source = source,
                                         .source_seq = size + i,
                                         .valid = {{i * 1000}, {i * 1000}},
                                         .cause = EN_SEQ_NONE};
        char payload[32];
        (void)snprintf(payload, sizeof payload, "event %u of %u", i, count);
        assert_int_equal(en_batch_add(&batch, &header, en_slice_text(payload), NULL), EN_OK);
    }
    assert_int_equal(sink.append(sink.self, &batch, &appended, NULL, NULL), EN_OK);
    en_batch_fini(&batch);
    fixture->now.us += EN_MINUTE_US;
}

static void sign(struct fixture *fixture)
{
    struct en_buf note;
    en_buf_init(&note, EN_CHECKPOINT_SIZE_MAX);
    assert_int_equal(
        en_log_checkpoint(fixture->log, en_buf_slice(&fixture->private_key), &note, NULL), EN_OK);
    en_buf_fini(&note);
    fixture->now.us += EN_MINUTE_US;
}

static int setup(void **state)
{
    static const uint8_t seed[EN_SIGN_KEY_SIZE] = {7};
    struct fixture *fixture = en_mem_alloc(1, sizeof *fixture);
    en_scratch_make(&fixture->scratch);
    (void)en_scratch_path(&fixture->scratch, "log", fixture->dir, sizeof fixture->dir);
    fixture->now.us = INT64_C(1700000000000000);
    assert_int_equal(en_sign_of_seed(ORIGIN, seed, &fixture->key, NULL), EN_OK);
    en_buf_init(&fixture->private_key, 1000);
    en_sign_private_print(&fixture->key, &fixture->private_key);
    open_log(fixture, true);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    en_log_close(fixture->log);
    en_buf_fini(&fixture->private_key);
    en_scratch_remove(&fixture->scratch);
    en_mem_free(fixture);
    return 0;
}

static en_code verify(struct fixture *fixture, struct en_verify_report *report,
                      struct en_error *err)
{
    return en_log_verify(fixture->dir, &fixture->key.public, NULL, report, err);
}

static void test_verify_passes_a_whole_log(void **state)
{
    struct fixture *fixture = *state;
    struct en_verify_report report;
    struct en_error err = {0};
    struct en_hash root;
    append(fixture, 500);
    sign(fixture);
    append(fixture, 3000);
    sign(fixture);
    append(fixture, 41000);
    append(fixture, 41000);
    append(fixture, 7);
    assert_int_equal(en_log_root(fixture->log, en_log_size(fixture->log), &root, NULL), EN_OK);
    for (int round = 0; round < 2; round++) {
        close_log(fixture);
        en_code code = verify(fixture, &report, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(code, EN_OK);
        assert_int_equal(report.size, 85508);
        assert_int_equal(report.names_count, 1);
        assert_int_equal(report.checkpoints_count, 2);
        assert_int_equal(report.signatures_count, 3); /* the newest also stands in the file */
        assert_true(en_hash_equal(&report.root, &root));
        open_log(fixture, false);
    }
}

static void test_verify_passes_an_empty_log(void **state)
{
    struct fixture *fixture = *state;
    struct en_verify_report report;
    close_log(fixture);
    assert_int_equal(verify(fixture, &report, NULL), EN_OK);
    assert_int_equal(report.size, 0);
}

/* ---- a hand in the store ---- */

typedef void change_function(uint8_t *frame, size_t size);

/* Changes the frame that holds the event, in place. */
static void tamper(struct fixture *fixture, uint64_t seq, change_function *change)
{
    struct en_kv_options options = {
        .path = fixture->dir, .size_max = SIZE_MAX_TEST, .tables_max = 16};
    struct en_kv *kv = NULL;
    struct en_kv_txn *txn = NULL;
    struct en_kv_table table;
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair;
    uint8_t *frame = en_mem_alloc(EN_FRAME_SIZE_MAX, 1);
    assert_int_equal(en_kv_open(&options, &kv, NULL), EN_OK);
    assert_int_equal(en_kv_begin(kv, EN_KV_WRITE, &txn, NULL), EN_OK);
    assert_int_equal(en_kv_table(txn, "frames", EN_KV_INTEGER_KEYS, &table, NULL), EN_OK);
    assert_int_equal(en_kv_cursor_open(txn, table, &cursor, NULL), EN_OK);
    uint64_t behind = seq + 1;
    if (en_kv_cursor_seek(cursor, en_slice_of(&behind, 8), &pair, NULL) == EN_OK) {
        assert_int_equal(en_kv_cursor_prev(cursor, &pair, NULL), EN_OK);
    } else {
        assert_int_equal(en_kv_cursor_last(cursor, &pair, NULL), EN_OK);
    }
    uint64_t key = 0;
    memcpy(&key, pair.key.bytes, sizeof key);
    memcpy(frame, pair.value.bytes, pair.value.size);
    struct en_slice value = en_slice_of(frame, pair.value.size);
    change(frame, value.size);
    en_kv_cursor_close(cursor);
    assert_int_equal(en_kv_put(txn, table, en_slice_of(&key, 8), value, NULL), EN_OK);
    assert_int_equal(en_kv_commit(&txn, NULL), EN_OK);
    en_kv_close(kv);
    en_mem_free(frame);
}

static void mend_checksum(uint8_t *frame, size_t size)
{
    uint32_t crc = en_crc32c(0, en_slice_of(frame + 4, size - 4));
    for (uint32_t i = 0; i < 4; i++) {
        frame[i] = (uint8_t)(crc >> (8 * i));
    }
}

/* "event 77 of 2500" becomes "event 78 of 2500". */
static void change_event_77(uint8_t *frame, size_t size)
{
    uint8_t *at = memmem(frame, size, "event 77 of 2500", 16);
    assert_non_null(at);
    at[7] = '8';
}

static void change_event_77_and_checksum(uint8_t *frame, size_t size)
{
    change_event_77(frame, size);
    mend_checksum(frame, size);
}

/* Writes the frame anew, as the log itself would have: tags and checksum fit the changed event. */
static void change_event_77_with_skill(uint8_t *frame, size_t size)
{
    struct en_frame_reader *reader = en_mem_alloc(1, sizeof *reader);
    struct en_frame_writer *writer = en_mem_alloc(1, sizeof *writer);
    struct en_event *events = en_mem_alloc(EN_FRAME_EVENTS_MAX, sizeof *events);
    uint16_t *tags = en_mem_alloc(EN_FRAME_EVENTS_MAX, sizeof *tags);
    uint8_t *copy = en_mem_alloc(EN_FRAME_SIZE_MAX, 1);
    uint32_t taken = 0;
    change_event_77_and_checksum(frame, size);
    assert_int_equal(en_frame_parse(reader, en_slice_of(frame, size), NULL), EN_OK);
    for (uint32_t i = 0; i < reader->head.count; i++) {
        struct en_buf canonical;
        events[i] = en_frame_event(reader, i);
        en_buf_init(&canonical, 1000);
        en_event_canonical(&events[i], &canonical);
        struct en_hash leaf = en_hash_leaf(en_buf_slice(&canonical));
        tags[i] = en_frame_tag_of(&leaf);
        en_buf_fini(&canonical);
    }
    size_t written = en_frame_encode(writer, events, tags, reader->head.count, copy, &taken);
    assert_int_equal(taken, reader->head.count);
    assert_int_equal(written, size);
    memcpy(frame, copy, size);
    en_mem_free(copy);
    en_mem_free(tags);
    en_mem_free(events);
    en_mem_free(writer);
    en_mem_free(reader);
}

static void test_verify_names_the_changed_event(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        change_function *change;
        en_code code;
        uint64_t from;
        uint64_t to;
    } cases[] = {
        {change_event_77, EN_CORRUPT, 78, 79},
        {change_event_77_and_checksum, EN_MISMATCH, 78, 79},
        {change_event_77_with_skill, EN_MISMATCH, 0, 1024},
    };
    append(fixture, 2500); /* event 77 of them has seq 78: the name comes first */
    sign(fixture);
    append(fixture, 10);
    close_log(fixture);
    char good[300];
    (void)snprintf(good, sizeof good, "%s.good", fixture->dir);
    char command[1000];
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        struct en_verify_report report;
        struct en_error err = {0};
        (void)snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", good,
                       fixture->dir, good);
        assert_int_equal(system(command), 0);
        tamper(fixture, 78, cases[i].change);
        assert_int_equal(verify(fixture, &report, &err), cases[i].code);
        assert_int_equal(report.bad_from.n, cases[i].from);
        assert_int_equal(report.bad_to.n, cases[i].to);
        (void)snprintf(command, sizeof command, "rm -rf '%s' && mv '%s' '%s'", fixture->dir, good,
                       fixture->dir);
        assert_int_equal(system(command), 0);
        assert_int_equal(verify(fixture, &report, &err), EN_OK);
    }
}

static void test_verify_needs_the_right_key(void **state)
{
    struct fixture *fixture = *state;
    struct en_verify_report report;
    struct en_sign_private other;
    static const uint8_t seed[EN_SIGN_KEY_SIZE] = {8};
    append(fixture, 5);
    sign(fixture);
    close_log(fixture);
    assert_int_equal(en_sign_of_seed(ORIGIN, seed, &other, NULL), EN_OK);
    assert_int_equal(en_log_verify(fixture->dir, &other.public, NULL, &report, NULL), EN_MISMATCH);
    assert_int_equal(en_log_verify(fixture->dir, NULL, NULL, &report, NULL), EN_OK);
    assert_int_equal(report.signatures_count, 0);
}

/* ---- proofs ---- */

static void test_proof_shows_every_event_offline(void **state)
{
    struct fixture *fixture = *state;
    struct en_buf text;
    struct en_buf canonical;
    struct en_proof proof;
    en_buf_init(&text, EN_PROOF_SIZE_MAX);
    en_buf_init(&canonical, EN_PROOF_SIZE_MAX);
    append(fixture, 1100);
    assert_int_equal(en_proof_make(fixture->log, (struct en_seq){3}, &text, NULL), EN_CONFLICT);
    sign(fixture);
    append(fixture, 50);
    assert_int_equal(en_proof_make(fixture->log, (struct en_seq){1130}, &text, NULL), EN_CONFLICT);
    assert_int_equal(en_proof_make(fixture->log, (struct en_seq){5000}, &text, NULL), EN_NOT_FOUND);
    for (uint64_t seq = 0; seq < 1101; seq += 11) {
        struct en_error err = {0};
        en_buf_reset(&text);
        assert_int_equal(en_proof_make(fixture->log, (struct en_seq){seq}, &text, NULL), EN_OK);
        en_code code =
            en_proof_verify(en_buf_slice(&text), &fixture->key.public, &canonical, &proof, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(code, EN_OK);
        assert_int_equal(proof.event.header.seq.n, seq);
        assert_int_equal(proof.checkpoint.size, 1101);
    }
    en_buf_fini(&text);
    en_buf_fini(&canonical);
}

/* Any byte of a proof: changed, it is refused. */
static void test_proof_changed_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct en_buf text;
    struct en_buf canonical;
    struct en_proof proof;
    en_buf_init(&text, EN_PROOF_SIZE_MAX);
    en_buf_init(&canonical, EN_PROOF_SIZE_MAX);
    append(fixture, 20);
    sign(fixture);
    assert_int_equal(en_proof_make(fixture->log, (struct en_seq){13}, &text, NULL), EN_OK);
    for (size_t i = 0; i < text.size; i++) {
        text.bytes[i] ^= 1;
        en_code code =
            en_proof_verify(en_buf_slice(&text), &fixture->key.public, &canonical, &proof, NULL);
        assert_true(code == EN_MALFORMED || code == EN_MISMATCH);
        text.bytes[i] ^= 1;
        code = en_proof_verify(en_slice_of(text.bytes, i), &fixture->key.public, &canonical, &proof,
                               NULL);
        assert_true(code == EN_MALFORMED || code == EN_MISMATCH);
    }
    en_buf_fini(&text);
    en_buf_fini(&canonical);
}

static void test_proof_of_consistency_between_heads(void **state)
{
    struct fixture *fixture = *state;
    struct en_merkle_proof proof;
    struct en_hash old_root;
    struct en_hash root;
    append(fixture, 1500);
    assert_int_equal(en_log_root(fixture->log, 700, &old_root, NULL), EN_OK);
    append(fixture, 1500);
    uint64_t size = en_log_size(fixture->log);
    assert_int_equal(en_log_root(fixture->log, size, &root, NULL), EN_OK);
    assert_int_equal(en_proof_consistency(fixture->log, 700, size, &proof, NULL), EN_OK);
    assert_int_equal(en_merkle_consistency_verify(&proof, 700, size, &old_root, &root, NULL),
                     EN_OK);
    assert_int_equal(en_merkle_consistency_verify(&proof, 701, size, &old_root, &root, NULL),
                     EN_MISMATCH);
    assert_int_equal(en_proof_consistency(fixture->log, 0, size, &proof, NULL), EN_RANGE);
    assert_int_equal(en_proof_consistency(fixture->log, 5, size + 1, &proof, NULL), EN_RANGE);
}

/* ---- copies ---- */

static void test_backup_is_the_same_log(void **state)
{
    struct fixture *fixture = *state;
    struct en_verify_report report;
    char dir[300];
    uint64_t size = 0;
    append(fixture, 3000);
    sign(fixture);
    append(fixture, 3);
    (void)snprintf(dir, sizeof dir, "%s.backup", fixture->dir);
    assert_int_equal(en_log_backup(fixture->log, dir, &size, NULL), EN_OK);
    assert_int_equal(size, 3004);
    assert_int_equal(en_log_backup(fixture->log, dir, &size, NULL), EN_CONFLICT);
    append(fixture, 5);
    assert_int_equal(en_log_verify(dir, &fixture->key.public, NULL, &report, NULL), EN_OK);
    assert_int_equal(report.size, 3004);
    assert_int_equal(report.signatures_count, 2);
}

static void test_restore_to_any_size_has_the_root_of_then(void **state)
{
    struct fixture *fixture = *state;
    struct en_hash root;
    struct en_hash then[5];
    static const uint64_t sizes[5] = {0, 1, 1025, 2501, 4000};
    append(fixture, 2500);
    sign(fixture);
    append(fixture, 1500);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(en_log_root(fixture->log, sizes[i], &then[i], NULL), EN_OK);
    }
    close_log(fixture);
    for (size_t i = 0; i < 5; i++) {
        struct en_verify_report report;
        struct en_error err = {0};
        char dir[300];
        (void)snprintf(dir, sizeof dir, "%s.%zu", fixture->dir, i);
        en_code code = en_log_restore(fixture->dir, dir, sizes[i], &root, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(code, EN_OK);
        assert_true(en_hash_equal(&root, &then[i]));
        assert_int_equal(en_log_verify(dir, &fixture->key.public, NULL, &report, NULL), EN_OK);
        assert_int_equal(report.size, sizes[i]);
        assert_int_equal(report.checkpoints_count, sizes[i] >= 2501);
    }
    char dir[300];
    (void)snprintf(dir, sizeof dir, "%s.x", fixture->dir);
    assert_int_equal(en_log_restore(fixture->dir, dir, 5000, NULL, NULL), EN_RANGE);
    assert_int_equal(en_log_restore(dir, dir, 1, NULL, NULL), EN_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_verify_passes_a_whole_log),
        TEST(test_verify_passes_an_empty_log),
        TEST(test_verify_names_the_changed_event),
        TEST(test_verify_needs_the_right_key),
        TEST(test_proof_shows_every_event_offline),
        TEST(test_proof_changed_is_refused),
        TEST(test_proof_of_consistency_between_heads),
        TEST(test_backup_is_the_same_log),
        TEST(test_restore_to_any_size_has_the_root_of_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
