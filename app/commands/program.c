/* Commands about the program itself: nothing of a data directory. */
#include "app/commands/commands.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/completion.h"
#include "app/manual.h"
#include "app/rows.h"

#define PAGE_SIZE_MAX (1u << 20)
#define NOUNS_MAX 64u

en_code en_run_version(struct en_session *session, const struct en_arguments *arguments,
                       struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"version", "Enerlog", false}, {"compiler", NULL, false}, {"build", NULL, false}};
    (void)session;
    (void)err;
    struct en_rows rows;
    en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_rows_text(&rows, EN_VERSION);
    en_rows_text(&rows, __VERSION__);
#if defined(__OPTIMIZE__)
    en_rows_text(&rows, "release");
#else
    en_rows_text(&rows, "debug");
#endif
    en_rows_end(&rows);
    return EN_OK;
}

static en_code print_help_of(const struct en_arguments *arguments, struct en_io *io,
                             struct en_error *err)
{
    const char *noun = en_arguments_operand(arguments, 0);
    const char *verb = en_arguments_operand(arguments, 1);
    if (noun == NULL) {
        en_manual_overview(io);
        return EN_OK;
    }
    const char *words[] = {noun, verb == NULL ? "--help" : verb, "--help"};
    struct en_arguments asked;
    en_code code = en_arguments_parse(verb == NULL ? 2 : 3, words, &asked, err);
    if (code == EN_OK) {
        en_session_help(&asked, io);
    }
    return code;
}

en_code en_run_help(struct en_session *session, const struct en_arguments *arguments,
                    struct en_io *io, struct en_error *err)
{
    (void)session;
    return print_help_of(arguments, io, err);
}

en_code en_run_completion(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    (void)session;
    struct en_buf text;
    en_buf_init(&text, PAGE_SIZE_MAX);
    en_code code = en_completion_print(en_arguments_operand(arguments, 0), &text, err);
    if (code == EN_OK) {
        en_io_write(io, en_buf_slice(&text));
    }
    en_buf_fini(&text);
    return code;
}

en_code en_run_cli_docs(struct en_session *session, const struct en_arguments *arguments,
                        struct en_io *io, struct en_error *err)
{
    (void)session;
    (void)arguments;
    struct en_buf text;
    en_buf_init(&text, PAGE_SIZE_MAX);
    en_manual_markdown(&text);
    en_code code = en_buf_code(&text, err);
    if (code == EN_OK) {
        en_io_write(io, en_buf_slice(&text));
    }
    en_buf_fini(&text);
    return code;
}

static en_code write_page(const char *dir, const char *noun, struct en_error *err)
{
    char path[EN_PATH_SIZE + 64];
    (void)snprintf(path, sizeof path, "%s/enerlog%s%s.1", dir, noun == NULL ? "" : "-",
                   noun == NULL ? "" : noun);
    struct en_buf text;
    en_buf_init(&text, PAGE_SIZE_MAX);
    en_manual_mdoc(noun, &text);
    en_code code = en_buf_code(&text, err);
    FILE *file = code == EN_OK ? fopen(path, "we") : NULL;
    if (code == EN_OK && file == NULL) {
        code = en_errno_error(errno, "cannot write", path, err);
    }
    if (file != NULL) {
        bool is_written = fwrite(text.bytes, 1, text.size, file) == text.size;
        bool is_closed = fclose(file) == 0;
        code = is_written && is_closed ? EN_OK : en_errno_error(errno, "cannot write", path, err);
    }
    en_buf_fini(&text);
    return code;
}

en_code en_run_man(struct en_session *session, const struct en_arguments *arguments,
                   struct en_io *io, struct en_error *err)
{
    (void)session;
    char dir[EN_PATH_SIZE];
    en_code code = en_io_path(io, en_arguments_operand(arguments, 0), dir, err);
    if (code == EN_OK && mkdir(dir, 0755) != 0 && errno != EEXIST) {
        code = en_errno_error(errno, "cannot make", dir, err);
    }
    const char *nouns[NOUNS_MAX];
    uint32_t count = en_manual_nouns(nouns, NOUNS_MAX);
    if (code == EN_OK) {
        code = write_page(dir, NULL, err);
    }
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        code = write_page(dir, nouns[i], err);
    }
    if (code == EN_OK) {
        en_io_note(io, "%u pages in %s; try: man %s/enerlog.1", count + 1, dir, dir);
    }
    return code;
}
