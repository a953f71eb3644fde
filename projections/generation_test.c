#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/limits.h"
#include "core/mem.h"
#include "projections/generation.h"
#include "projections/store.h"

struct fixture {
    char dir[64];
    struct en_generation_options options;
    struct en_error err;
};

static void must(en_code code, const struct en_error *err)
{
    if (code != EN_OK) {
        fail_msg("%s: %s", en_code_name(code), err->text);
    }
}

static int open_fixture(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    (void)snprintf(fixture.dir, sizeof fixture.dir, "/tmp/enerlog-gen-XXXXXX");
    assert_non_null(mkdtemp(fixture.dir));
    fixture.options = (struct en_generation_options){.dir = fixture.dir, .size_max = 16u << 20};
    *state = &fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    char command[96];
    (void)snprintf(command, sizeof command, "rm -r '%s'", fixture->dir);
    return system(command);
}

static void fold_to(struct fixture *fixture, struct en_generation *generation, uint64_t position)
{
    struct en_store *store = NULL;
    struct en_error *err = &fixture->err;
    must(en_store_begin(en_generation_kv(generation), EN_KV_WRITE, &store, err), err);
    must(en_store_set_position(store, position, err), err);
    must(en_store_commit(&store, err), err);
}

static uint64_t position_of(struct fixture *fixture, struct en_generation *generation)
{
    struct en_store *store = NULL;
    must(en_store_begin(en_generation_kv(generation), EN_KV_READ, &store, &fixture->err),
         &fixture->err);
    uint64_t position = en_store_position(store);
    en_store_abort(store);
    return position;
}

static uint32_t build(struct fixture *fixture, uint64_t position)
{
    struct en_error *err = &fixture->err;
    struct en_generation *generation = NULL;
    struct en_generation_seal seal = {.software = "1.2.3", .digest = {{7}}};
    must(en_generation_create(&fixture->options, &generation, err), err);
    uint32_t number = en_generation_number(generation);
    fold_to(fixture, generation, position);
    must(en_generation_seal(&generation, &seal, err), err);
    assert_null(generation);
    assert_true(seal.position == position);
    return number;
}

static void test_generation_goes_from_none_to_current(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_generation *generation = NULL;
    uint32_t number = 0;
    assert_int_equal(en_generation_current(fixture->dir, &number, err), EN_NOT_FOUND);
    assert_int_equal(en_generation_open(&fixture->options, 0, &generation, err), EN_NOT_FOUND);
    assert_int_equal(build(fixture, 41), 1);
    must(en_generation_switch(fixture->dir, 1, err), err);
    assert_int_equal(build(fixture, 42), 2);
    must(en_generation_open(&fixture->options, 0, &generation, err), err);
    assert_int_equal(en_generation_number(generation), 1);
    assert_int_equal(position_of(fixture, generation), 41);
    fold_to(fixture, generation, 43); /* steady work goes on */
    struct en_generation_seal seal;
    must(en_generation_read_seal(generation, &seal, err), err);
    assert_int_equal(seal.position, 41);
    assert_string_equal(seal.software, "1.2.3");
    assert_int_equal(seal.digest.bytes[0], 7);
    en_generation_close(generation);
    en_generation_close(NULL);
    must(en_generation_switch(fixture->dir, 2, err), err);
    must(en_generation_current(fixture->dir, &number, err), err);
    assert_int_equal(number, 2);
    assert_int_equal(en_generation_remove(fixture->dir, 2, err), EN_CONFLICT);
    must(en_generation_remove(fixture->dir, 1, err), err);
    assert_int_equal(en_generation_remove(fixture->dir, 1, err), EN_NOT_FOUND);
    assert_int_equal(en_generation_open(&fixture->options, 1, &generation, err), EN_NOT_FOUND);
    assert_int_equal(build(fixture, 1), 3);
}

/* What is tried on a copy is not seen in what was copied, and nothing of it stays. */
static void test_generation_copy_stands_apart(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_generation *running = NULL;
    struct en_generation *copy = NULL;
    uint32_t numbers[EN_GENERATIONS_MAX];
    uint32_t count = 0;
    must(en_generation_switch(fixture->dir, build(fixture, 41), err), err);
    must(en_generation_open(&fixture->options, 0, &running, err), err);
    must(en_generation_copy(&fixture->options, running, &copy, err), err);
    assert_int_equal(en_generation_number(copy), 2);
    assert_int_equal(position_of(fixture, copy), 41);
    fold_to(fixture, copy, 99);
    fold_to(fixture, running, 43);
    assert_int_equal(position_of(fixture, copy), 99);
    assert_int_equal(position_of(fixture, running), 43);
    en_generation_close(copy);
    must(en_generation_tidy(fixture->dir, &count, err), err); /* as after a program that died */
    assert_int_equal(count, 1);
    must(en_generation_list(fixture->dir, numbers, &count, err), err);
    assert_int_equal(count, 1);
    en_generation_close(running);
}

static void test_generation_that_died_while_building_is_removed(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_generation *generation = NULL;
    uint32_t removed = 77;
    assert_int_equal(build(fixture, 5), 1);
    must(en_generation_create(&fixture->options, &generation, err), err);
    assert_int_equal(en_generation_number(generation), 2);
    fold_to(fixture, generation, 6);
    en_generation_close(generation); /* not sealed */
    assert_int_equal(en_generation_open(&fixture->options, 2, &generation, err), EN_CONFLICT);
    assert_int_equal(en_generation_switch(fixture->dir, 2, err), EN_CONFLICT);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/gen/3", fixture->dir);
    assert_int_equal(mkdir(path, 0700), 0); /* died before its mark */
    (void)snprintf(path, sizeof path, "%s/gen/notes", fixture->dir);
    assert_int_equal(mkdir(path, 0700), 0); /* not ours: stays */
    must(en_generation_tidy(fixture->dir, &removed, err), err);
    assert_int_equal(removed, 2);
    uint32_t numbers[EN_GENERATIONS_MAX];
    uint32_t count = 0;
    must(en_generation_list(fixture->dir, numbers, &count, err), err);
    assert_int_equal(count, 1);
    assert_int_equal(numbers[0], 1);
    must(en_generation_tidy(fixture->dir, &removed, err), err);
    assert_int_equal(removed, 0);
}

static void test_generation_current_must_be_a_number(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    static const char *const texts[] = {
        "", "\n", "x\n", "1", "01\n", "0\n", "4294967296\n", "1\n2\n", "11111111111111111111\n"};
    char path[96];
    uint32_t number = 0;
    (void)snprintf(path, sizeof path, "%s/current", fixture->dir);
    for (size_t i = 0; i < EN_COUNT_OF(texts); i++) {
        FILE *file = fopen(path, "w");
        (void)fputs(texts[i], file);
        (void)fclose(file);
        assert_int_equal(en_generation_current(fixture->dir, &number, err), EN_CORRUPT);
    }
}

static void test_generation_reader_cannot_write(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    struct en_generation *generation = NULL;
    struct en_store *store = NULL;
    assert_int_equal(build(fixture, 5), 1);
    fixture->options.is_read_only = true;
    must(en_generation_open(&fixture->options, 1, &generation, err), err);
    assert_int_equal(position_of(fixture, generation), 5);
    assert_int_equal(en_store_begin(en_generation_kv(generation), EN_KV_WRITE, &store, err),
                     EN_READ_ONLY);
    en_generation_close(generation);
}

/* Each request for memory fails once: what was begun can be tidied, what is sealed is whole. */
static void test_generation_survives_lack_of_memory(void **state)
{
    struct fixture *fixture = *state;
    struct en_error *err = &fixture->err;
    en_code code = EN_NOMEM;
    for (uint64_t n = 1; code != EN_OK; n++) {
        struct en_generation *generation = NULL;
        struct en_generation_seal seal = {.software = "x"};
        assert_true(n < 50);
        en_mem_fail_after(n);
        code = en_generation_create(&fixture->options, &generation, err);
        if (code == EN_OK) {
            code = en_generation_seal(&generation, &seal, err);
        }
        en_mem_fail_after(0);
        en_generation_close(generation);
        assert_true(code == EN_OK || code == EN_NOMEM);
        must(en_generation_tidy(fixture->dir, NULL, err), err);
        uint32_t numbers[EN_GENERATIONS_MAX];
        uint32_t count = 0;
        must(en_generation_list(fixture->dir, numbers, &count, err), err);
        assert_int_equal(count, code == EN_OK ? 1 : 0);
    }
}

int main(void)
{
#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        IN_DIR(test_generation_goes_from_none_to_current),
        IN_DIR(test_generation_copy_stands_apart),
        IN_DIR(test_generation_that_died_while_building_is_removed),
        IN_DIR(test_generation_current_must_be_a_number),
        IN_DIR(test_generation_reader_cannot_write),
        IN_DIR(test_generation_survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
