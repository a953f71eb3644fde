#include "app/data_dir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static en_code swallow(void *self, en_stream stream, struct en_slice bytes)
{
    (void)self;
    (void)stream;
    (void)bytes;
    return EN_OK;
}

/* A data directory in a new folder; the caller names it relative to that folder. */
struct place {
    char folder[64];
    struct en_io io;
    struct en_data_dir dir;
};

static void begin(struct place *place, const char *name)
{
    struct en_error err;
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/enerlog-data-dir-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    place->io = (struct en_io){.write = swallow};
    (void)snprintf(place->io.working_dir, sizeof place->io.working_dir, "%s", place->folder);
    en_io_init(&place->io);
    assert_int_equal(en_data_dir_init(&place->dir, &place->io, name, &err), EN_OK);
}

static void end(struct place *place)
{
    char command[128];
    en_data_dir_fini(&place->dir);
    en_io_fini(&place->io);
    (void)snprintf(command, sizeof command, "rm -rf %s", place->folder);
    assert_int_equal(system(command), 0);
}

static void test_data_dir_is_made_once(void **state)
{
    (void)state;
    struct place place;
    struct en_error err;
    struct stat status;
    char path[EN_PATH_SIZE];
    begin(&place, "data");
    assert_int_equal(en_data_dir_check(&place.dir, &err), EN_NOT_FOUND);
    assert_int_equal(en_data_dir_create(&place.dir, &err), EN_OK);
    assert_int_equal(en_data_dir_check(&place.dir, &err), EN_OK);
    assert_int_equal(en_data_dir_path(&place.dir, "keys", path, &err), EN_OK);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    struct en_data_dir again;
    assert_int_equal(en_data_dir_init(&again, &place.io, "data", &err), EN_OK);
    assert_int_equal(en_data_dir_create(&again, &err), EN_CONFLICT);
    end(&place);
}

static void test_data_dir_leaves_other_folders_alone(void **state)
{
    (void)state;
    struct place place;
    struct en_error err;
    char path[128];
    begin(&place, ".");
    (void)snprintf(path, sizeof path, "%s/precious", place.folder);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(en_data_dir_create(&place.dir, &err), EN_CONFLICT);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(en_data_dir_create(&place.dir, &err), EN_OK);
    end(&place);
}

static void test_data_dir_lock_names_its_holder(void **state)
{
    (void)state;
    struct place place;
    struct en_error err;
    begin(&place, "data");
    assert_int_equal(en_data_dir_create(&place.dir, &err), EN_OK);
    struct en_data_dir other;
    assert_int_equal(en_data_dir_init(&other, &place.io, "data", &err), EN_OK);
    assert_int_equal(en_data_dir_lock(&other, "somebody", &err), EN_BUSY);
    assert_non_null(strstr(err.text, "enerlog init"));
    en_data_dir_fini(&place.dir);
    assert_int_equal(en_data_dir_lock(&other, "somebody", &err), EN_OK);
    en_data_dir_fini(&other);
    end(&place);
}

static void test_data_dir_lock_goes_with_its_process(void **state)
{
    (void)state;
    struct place place;
    struct en_error err;
    int status = 0;
    begin(&place, "data");
    assert_int_equal(en_data_dir_create(&place.dir, &err), EN_OK);
    en_data_dir_fini(&place.dir);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(en_data_dir_lock(&place.dir, "a child", &err) == EN_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(en_data_dir_lock(&place.dir, "the parent", &err), EN_OK);
    end(&place);
}

static void test_data_dir_files_are_written_once(void **state)
{
    (void)state;
    struct place place;
    struct en_error err;
    struct stat status;
    struct en_buf bytes;
    char path[EN_PATH_SIZE];
    begin(&place, "data");
    assert_int_equal(en_data_dir_create(&place.dir, &err), EN_OK);
    struct en_slice text = en_slice_text("secret\n");
    assert_int_equal(en_data_dir_write(&place.dir, "keys/k", 0600, text, &err), EN_OK);
    assert_int_equal(en_data_dir_write(&place.dir, "keys/k", 0600, text, &err), EN_CONFLICT);
    assert_int_equal(en_data_dir_path(&place.dir, "keys/k", path, &err), EN_OK);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    en_buf_init(&bytes, 64);
    assert_int_equal(en_data_dir_read(&place.dir, "keys/k", &bytes, &err), EN_OK);
    assert_true(en_slice_equal(en_buf_slice(&bytes), text));
    assert_int_equal(en_data_dir_read(&place.dir, "keys/none", &bytes, &err), EN_NOT_FOUND);
    en_buf_fini(&bytes);
    en_buf_init(&bytes, 3);
    assert_int_equal(en_data_dir_read(&place.dir, "keys/k", &bytes, &err), EN_LIMIT);
    en_buf_fini(&bytes);
    end(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_data_dir_is_made_once),
        cmocka_unit_test(test_data_dir_leaves_other_folders_alone),
        cmocka_unit_test(test_data_dir_lock_names_its_holder),
        cmocka_unit_test(test_data_dir_lock_goes_with_its_process),
        cmocka_unit_test(test_data_dir_files_are_written_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
