#include "app/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct en_wire_command sent;
static struct en_wire_command got;

static void test_wire_command_is_read_back(void **state)
{
    (void)state;
    struct en_error err;
    struct en_buf bytes;
    sent = (struct en_wire_command){.version = "1", .working_dir = "/a b", .has_color = true};
    sent.words[0] = "log";
    sent.words[1] = "";
    sent.words_count = 2;
    en_buf_init(&bytes, EN_WIRE_SIZE_MAX);
    en_wire_command_encode(&sent, &bytes);
    assert_int_equal(en_wire_command_parse(en_buf_slice(&bytes), &got, &err), EN_OK);
    assert_string_equal(got.working_dir, "/a b");
    assert_int_equal(got.words_count, 2);
    assert_string_equal(got.words[0], "log");
    assert_string_equal(got.words[1], "");
    assert_true(got.has_color);
    assert_false(got.is_out_terminal);
    for (size_t size = 0; size < bytes.size; size++) {
        struct en_slice cut = en_slice_of(bytes.bytes, size);
        assert_int_equal(en_wire_command_parse(cut, &got, &err), EN_MALFORMED);
    }
    en_buf_u8(&bytes, 0);
    assert_int_equal(en_wire_command_parse(en_buf_slice(&bytes), &got, &err), EN_MALFORMED);
    en_buf_fini(&bytes);
}

static void test_wire_messages_keep_their_order(void **state)
{
    (void)state;
    int ends[2];
    struct en_error err;
    struct en_buf bytes;
    en_wire_type type = EN_WIRE_EXIT;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_true(en_wire_is_same_user(ends[0]));
    en_buf_init(&bytes, EN_WIRE_SIZE_MAX);
    assert_int_equal(en_wire_send(ends[0], EN_WIRE_OUT, en_slice_text("one"), &err), EN_OK);
    assert_int_equal(en_wire_send(ends[0], EN_WIRE_ERR, en_slice_of(NULL, 0), &err), EN_OK);
    assert_int_equal(en_wire_receive(ends[1], &type, &bytes, &err), EN_OK);
    assert_int_equal(type, EN_WIRE_OUT);
    assert_true(en_slice_equal(en_buf_slice(&bytes), en_slice_text("one")));
    assert_int_equal(en_wire_receive(ends[1], &type, &bytes, &err), EN_OK);
    assert_int_equal(type, EN_WIRE_ERR);
    assert_int_equal(bytes.size, 0);
    (void)close(ends[0]);
    assert_int_equal(en_wire_receive(ends[1], &type, &bytes, &err), EN_IO);
    assert_int_equal(en_wire_send(ends[1], EN_WIRE_OUT, en_slice_text("x"), &err), EN_IO);
    (void)close(ends[1]);
    en_buf_fini(&bytes);
}

static void test_wire_rubbish_is_refused(void **state)
{
    (void)state;
    static const char *const rubbish[] = {"GET / HTTP/1.1\r\n", "O\xff\xff\xff\xff"};
    for (size_t i = 0; i < EN_COUNT_OF(rubbish); i++) {
        int ends[2];
        struct en_error err;
        struct en_buf bytes;
        en_wire_type type = EN_WIRE_EXIT;
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        en_buf_init(&bytes, EN_WIRE_SIZE_MAX);
        size_t size = strlen(rubbish[i]);
        assert_int_equal(write(ends[0], rubbish[i], size), size);
        assert_int_equal(en_wire_receive(ends[1], &type, &bytes, &err), EN_MALFORMED);
        (void)close(ends[0]);
        (void)close(ends[1]);
        en_buf_fini(&bytes);
    }
}

/* A socket that failed must not pass for one: a command would talk to nobody instead of working
 * itself. */
static void test_wire_nobody_listens(void **state)
{
    (void)state;
    int fd = 7;
    struct en_error err;
    struct en_data_dir dir = {.path = "/nonexistent", .lock_fd = -1};
    assert_int_equal(en_wire_connect(&dir, &fd, &err), EN_NOT_FOUND);
    assert_int_equal(fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire_command_is_read_back),
        cmocka_unit_test(test_wire_messages_keep_their_order),
        cmocka_unit_test(test_wire_rubbish_is_refused),
        cmocka_unit_test(test_wire_nobody_listens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
