#include "app/session.h"

#include "app/manual.h"

void en_session_help(const struct en_arguments *arguments, struct en_io *io)
{
    if (arguments->command != NULL) {
        en_manual_command(io, arguments->command);
    } else if (arguments->help_noun != NULL) {
        en_manual_noun(io, arguments->help_noun);
    } else {
        en_manual_overview(io);
    }
}

static void complain(struct en_io *io, en_code code, const struct en_error *err)
{
    en_io_complain(io, "enerlog: %s", err->text[0] == '\0' ? en_code_text(code) : err->text);
}

int en_session_call(struct en_session *session, const struct en_arguments *arguments,
                    struct en_io *io)
{
    struct en_error err = {.code = EN_OK, .text = ""};
    io->is_quiet = arguments->is_quiet;
    en_code code = arguments->command->run(session, arguments, io, &err);
    en_io_flush(io);
    if (code != EN_OK) {
        complain(io, code, &err);
    }
    if (code == EN_OK && io->code != EN_OK) {
        complain(io, io->code, &err);
        code = io->code;
    }
    return en_code_exit(code);
}

void en_session_run(const struct en_arguments *arguments, int words_count, const char *const *words,
                    struct en_io *io, int *exit_code)
{
    (void)words_count;
    (void)words;
    struct en_session session = {NULL, NULL};
    struct en_data_dir dir;
    struct en_error err = {.code = EN_OK, .text = ""};
    if (arguments->command->needs != EN_NEEDS_NOTHING) {
        en_code code = en_data_dir_init(&dir, io, arguments->data_dir, &err);
        if (code != EN_OK) {
            complain(io, code, &err);
            *exit_code = en_code_exit(code);
            return;
        }
        session.dir = &dir;
    }
    *exit_code = en_session_call(&session, arguments, io);
    if (session.dir != NULL) {
        en_data_dir_fini(&dir);
    }
}
