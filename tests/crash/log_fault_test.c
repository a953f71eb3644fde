/* labels: crash */
/* The n-th write, commit or allocation fails, for every n: what was acknowledged stays, nothing is
 * half there, and the log says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/kv.h"
#include "core/mem.h"
#include "core/sign.h"
#include "log/audit.h"
#include "log/cursor.h"
#include "tests/crash/log_story.h"
#include "tests/scratch.h"

#define SIZE_MAX_TEST (UINT64_C(1) << 28)
#define BATCHES 6u
#define STEPS_MAX 2000u

struct fault {
    struct en_scratch scratch;
    char dir[256];
    struct en_kv *inner;
    struct en_kv *kv; /* fails on demand */
    struct en_log *log;
    uint32_t source;
    uint32_t acked_batches;
};

static en_code open_log(struct fault *fault, struct en_kv *kv, bool is_create, struct en_error *err)
{
    struct en_log_options options = {
        .dir = fault->dir, .is_create = is_create, .origin = "fault.example/log", .kv = kv};
    return en_log_open(&options, &fault->log, err);
}

static void begin(struct fault *fault)
{
    struct en_kv_options options = {
        .path = fault->dir, .size_max = SIZE_MAX_TEST, .tables_max = 16};
    *fault = (struct fault){.acked_batches = 0};
    en_scratch_make(&fault->scratch);
    (void)en_scratch_path(&fault->scratch, "log", fault->dir, sizeof fault->dir);
    options.path = fault->dir;
    assert_int_equal(en_kv_open(&options, &fault->inner, NULL), EN_OK);
    assert_int_equal(en_kv_open_fault(fault->inner, &fault->kv, NULL), EN_OK);
    assert_int_equal(open_log(fault, fault->kv, true, NULL), EN_OK);
}

static void end(struct fault *fault)
{
    en_log_close(fault->log);
    en_kv_close(fault->kv);
    en_kv_close(fault->inner);
    en_scratch_remove(&fault->scratch);
}

static en_code append_batch(struct fault *fault, uint64_t source_seq, struct en_appended *appended,
                            struct en_error *err)
{
    struct en_sink sink = en_log_sink(fault->log);
    struct en_batch batch;
    en_batch_init(&batch);
    en_story_batch(0, fault->source, source_seq, &batch);
    en_code code = sink.append(sink.self, &batch, appended, NULL, err);
    en_batch_fini(&batch);
    return code;
}

/* Name, append, sign; stops at the first failure and returns it. */
static en_code tell_story(struct fault *fault)
{
    static const uint8_t seed[EN_SIGN_KEY_SIZE] = {3};
    struct en_sign_private key;
    struct en_sink sink = en_log_sink(fault->log);
    struct en_slice name = en_slice_text("producer 0");
    struct en_appended appended;
    struct en_error err;
    struct en_buf text;
    struct en_buf note;
    uint64_t source_seq = 1;
    en_code code = sink.name(sink.self, EN_NAME_SOURCE, &name, 1, &fault->source, &err);
    for (uint32_t i = 0; i < BATCHES && code == EN_OK; i++) {
        code = append_batch(fault, source_seq, &appended, &err);
        fault->acked_batches += code == EN_OK;
        source_seq += en_story_count(0, source_seq);
    }
    if (code == EN_OK) {
        en_buf_init(&text, 1000);
        en_buf_init(&note, 4000);
        assert_int_equal(en_sign_of_seed("fault.example/log", seed, &key, NULL), EN_OK);
        en_sign_private_print(&key, &text);
        code = en_log_checkpoint(fault->log, en_buf_slice(&text), &note, &err);
        en_buf_fini(&text);
        en_buf_fini(&note);
    }
    return code;
}

/* Opens without faults: acknowledged batches are there, whole, and no part of another is. */
static void check_after(struct fault *fault)
{
    struct en_cursor_filter filter = {.from = 0};
    struct en_cursor *cursor = NULL;
    struct en_event event;
    bool is_end = false;
    uint64_t found = 0;
    uint64_t expected = 0;
    for (uint32_t i = 0; i < fault->acked_batches; i++) {
        expected += en_story_count(0, expected + 1);
    }
    en_log_close(fault->log);
    fault->log = NULL;
    assert_int_equal(open_log(fault, fault->inner, false, NULL), EN_OK);
    assert_int_equal(en_cursor_open(fault->log, &filter, &cursor, NULL), EN_OK);
    for (;;) {
        assert_int_equal(en_cursor_next(cursor, &event, &is_end, NULL), EN_OK);
        if (is_end) {
            break;
        }
        if (event.header.kind == EN_KIND_DEVICE_EVENT) {
            assert_int_equal(event.header.source_seq, ++found);
            assert_true(en_story_is(0, &event));
        }
    }
    en_cursor_close(cursor);
    assert_int_equal(found, expected);
}

static void check_read_only(struct fault *fault)
{
    struct en_appended appended;
    struct en_error err;
    if (fault->source != 0) {
        assert_int_equal(append_batch(fault, 1000000, &appended, &err), EN_READ_ONLY);
        assert_int_equal(appended.new_count, 0);
    }
}

static void run_faults(uint32_t faults, en_code failure)
{
    uint64_t n = 1;
    for (; n < STEPS_MAX; n++) {
        struct fault fault;
        begin(&fault);
        en_kv_fault_after(fault.kv, faults, n, failure);
        en_code code = tell_story(&fault);
        en_kv_fault_after(fault.kv, 0, 0, EN_IO);
        if (code != EN_OK) {
            assert_int_equal(code, failure);
            /* a checkpoint that fails costs no event: the log goes on */
            if (fault.acked_batches < BATCHES) {
                check_read_only(&fault);
            }
        }
        check_after(&fault);
        /* and can be appended to again */
        assert_int_equal(tell_story(&fault), EN_OK);
        end(&fault);
        if (code == EN_OK) {
            break;
        }
    }
    assert_true(n > 5 && n < STEPS_MAX);
}

static void test_log_nth_write_fails(void **state)
{
    (void)state;
    run_faults(EN_KV_FAULT_WRITE, EN_FULL);
}

static void test_log_nth_commit_fails(void **state)
{
    (void)state;
    run_faults(EN_KV_FAULT_COMMIT, EN_IO);
}

/* Reads that fail are an answer, never a wrong one; appends do not need them. */
static void test_log_nth_read_fails(void **state)
{
    (void)state;
    uint64_t n = 1;
    struct fault fault;
    begin(&fault);
    assert_int_equal(tell_story(&fault), EN_OK);
    for (; n < STEPS_MAX; n++) {
        struct en_error err = {0};
        en_log_close(fault.log);
        fault.log = NULL;
        en_kv_fault_after(fault.kv, EN_KV_FAULT_READ, n, EN_IO);
        en_code code = open_log(&fault, fault.kv, false, &err);
        en_kv_fault_after(fault.kv, 0, 0, EN_IO);
        if (code == EN_OK) {
            break;
        }
        assert_int_equal(code, EN_IO);
        assert_non_null(strstr(err.text, "injected"));
    }
    assert_true(n > 10 && n < STEPS_MAX);
    check_after(&fault);
    end(&fault);
}

/* An empty key is malformed, unless the log takes nothing at all. */
static bool is_read_only(struct fault *fault)
{
    struct en_buf note;
    en_buf_init(&note, 1);
    return en_log_checkpoint(fault->log, en_slice_of(NULL, 0), &note, NULL) == EN_READ_ONLY;
}

/* No memory: the append is refused and leaves no trace, the next one succeeds. */
static void test_log_nth_allocation_fails(void **state)
{
    (void)state;
    uint32_t refused = 0;
    for (uint64_t n = 1; n < 60; n++) {
        struct fault fault;
        struct en_appended appended = {.new_count = 0};
        struct en_error err = {0};
        struct en_slice name = en_slice_text("producer 0");
        begin(&fault);
        struct en_sink sink = en_log_sink(fault.log);
        assert_int_equal(sink.name(sink.self, EN_NAME_SOURCE, &name, 1, &fault.source, NULL),
                         EN_OK);
        struct en_batch batch;
        en_batch_init(&batch);
        for (uint64_t source_seq = 1; source_seq < 3000;) {
            en_story_batch(0, fault.source, source_seq, &batch);
            source_seq += en_story_count(0, source_seq);
        }
        en_mem_fail_after(n);
        en_code code = sink.append(sink.self, &batch, &appended, NULL, &err);
        en_mem_fail_after(0);
        if (code != EN_OK) {
            assert_int_equal(code, EN_NOMEM);
            assert_int_equal(appended.new_count, 0);
            refused++;
            if (is_read_only(&fault)) {
                /* the store had no memory for the commit itself: as after any failed commit */
                en_log_close(fault.log);
                assert_int_equal(open_log(&fault, fault.kv, false, NULL), EN_OK);
                sink = en_log_sink(fault.log);
            }
            code = sink.append(sink.self, &batch, &appended, NULL, &err);
        }
        assert_int_equal(code, EN_OK);
        assert_int_equal(appended.new_count, batch.count);
        assert_int_equal(en_log_size(fault.log), batch.count + 1);
        en_batch_fini(&batch);
        end(&fault);
        if (n > 20 && refused < n - 10) {
            break; /* the failing request lies beyond what an append asks for */
        }
    }
    assert_true(refused > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_nth_write_fails),
        cmocka_unit_test(test_log_nth_commit_fails),
        cmocka_unit_test(test_log_nth_read_fails),
        cmocka_unit_test(test_log_nth_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
