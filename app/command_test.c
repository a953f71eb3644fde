#include "app/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/manual.h"

static struct en_arguments arguments;

static en_code parse(struct en_error *err, int count, const char *const *words)
{
    return en_arguments_parse(count, words, &arguments, err);
}

#define PARSE(err, ...)                                                                            \
    parse(err, (int)EN_COUNT_OF(((const char *const[]){__VA_ARGS__})),                             \
          (const char *const[]){__VA_ARGS__})

static void test_command_options_may_stand_anywhere(void **state)
{
    (void)state;
    struct en_error err;
    assert_int_equal(PARSE(&err, "--json", "-D", "here", "version"), EN_OK);
    assert_string_equal(arguments.command->noun, "version");
    assert_string_equal(arguments.data_dir, "here");
    assert_int_equal(arguments.output, EN_OUTPUT_LINES);
    assert_int_equal(PARSE(&err, "version", "--data-dir=there", "-ocsv", "-q"), EN_OK);
    assert_string_equal(arguments.data_dir, "there");
    assert_int_equal(arguments.output, EN_OUTPUT_CSV);
    assert_true(arguments.is_quiet);
}

static void test_command_misspelt_words_are_mended(void **state)
{
    (void)state;
    static const struct {
        const char *words[2];
        const char *hint;
    } cases[] = {
        {{"versoin", NULL}, "\"version\""},
        {{"doc", NULL}, "\"doctor\""},
        {{"version", "--jsn"}, "\"json\""},
        {{"version", "--outptu"}, "\"output\""},
    };
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        struct en_error err;
        int count = cases[i].words[1] == NULL ? 1 : 2;
        assert_int_equal(parse(&err, count, cases[i].words), EN_USAGE);
        assert_non_null(strstr(err.text, cases[i].hint));
    }
}

static void test_command_wrong_use_is_refused(void **state)
{
    (void)state;
    struct en_error err;
    assert_int_equal(PARSE(&err, "version", "more"), EN_USAGE);
    assert_int_equal(PARSE(&err, "completion"), EN_USAGE);
    assert_int_equal(PARSE(&err, "version", "-o", "xml"), EN_USAGE);
    assert_int_equal(PARSE(&err, "version", "-o"), EN_USAGE);
    assert_int_equal(PARSE(&err, "version", "--json=yes"), EN_USAGE);
    assert_int_equal(PARSE(&err, "version", "-x"), EN_USAGE);
    assert_int_equal(parse(&err, 0, NULL), EN_USAGE);
    assert_int_equal(PARSE(&err, "zzzzzzzzzzzz"), EN_USAGE);
}

static void test_command_meaningless_globals_are_refused(void **state)
{
    (void)state;
    struct en_error err;
    assert_int_equal(PARSE(&err, "version", "--dry-run"), EN_USAGE);
    assert_int_equal(PARSE(&err, "version", "--as-of", "7"), EN_USAGE);
    assert_int_equal(PARSE(&err, "help", "--json"), EN_USAGE);
}

static void test_command_help_needs_nothing_else(void **state)
{
    (void)state;
    struct en_error err;
    assert_int_equal(PARSE(&err, "completion", "--help"), EN_OK);
    assert_true(arguments.is_help);
    assert_int_equal(PARSE(&err, "-h"), EN_OK);
    assert_null(arguments.command);
}

static void test_command_words_after_two_dashes_are_operands(void **state)
{
    (void)state;
    struct en_error err;
    assert_int_equal(PARSE(&err, "completion", "--", "--bash"), EN_OK);
    assert_string_equal(en_arguments_operand(&arguments, 0), "--bash");
    assert_null(en_arguments_operand(&arguments, 1));
}

static void test_command_table_is_whole(void **state)
{
    (void)state;
    const struct en_command *command = NULL;
    for (uint32_t i = 0; (command = en_command_at(i)) != NULL; i++) {
        assert_non_null(command->run);
        assert_true(command->summary[strlen(command->summary) - 1] != '.');
        assert_non_null(en_noun_summary(command->noun));
        assert_true(command->is_hidden || strncmp(command->example, "enerlog", 7) == 0);
        const struct en_command *other = NULL;
        for (uint32_t j = i + 1; (other = en_command_at(j)) != NULL; j++) {
            bool is_same_noun = strcmp(command->noun, other->noun) == 0;
            bool is_alone = command->verb == NULL || other->verb == NULL;
            assert_false(is_same_noun && is_alone);
            assert_false(is_same_noun && strcmp(command->verb, other->verb) == 0);
        }
    }
}

int main(void)
{
    (void)unsetenv("ENERLOG_DATA_DIR");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_options_may_stand_anywhere),
        cmocka_unit_test(test_command_misspelt_words_are_mended),
        cmocka_unit_test(test_command_wrong_use_is_refused),
        cmocka_unit_test(test_command_meaningless_globals_are_refused),
        cmocka_unit_test(test_command_help_needs_nothing_else),
        cmocka_unit_test(test_command_words_after_two_dashes_are_operands),
        cmocka_unit_test(test_command_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
