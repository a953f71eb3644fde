#include "app/session.h"

#include <time.h>
#include <unistd.h>

#include "app/client.h"
#include "app/engine.h"
#include "app/manual.h"

#define RETRY_EACH_MS 50u
#define RETRY_MS_MAX 10000u

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

/* Waits a little before asking again whether the directory is free. */
static bool pause_before_retry(uint32_t *waited_ms)
{
    struct timespec pause = {.tv_nsec = RETRY_EACH_MS * 1000000L};
    *waited_ms += RETRY_EACH_MS;
    return *waited_ms <= RETRY_MS_MAX && nanosleep(&pause, NULL) == 0;
}

/* Either this process gets the lock, or there is a daemon to ask (*fd), or another command is just
 * done with it: then asking again soon succeeds. */
static en_code lock_or_connect(struct en_data_dir *dir, int *fd, struct en_error *err)
{
    uint32_t waited_ms = 0;
    *fd = -1;
    for (;;) {
        en_code code = en_data_dir_lock(dir, "a command", err);
        if (code != EN_BUSY) {
            return code;
        }
        struct en_error refusal;
        code = en_wire_connect(dir, fd, &refusal);
        if (code != EN_NOT_FOUND) {
            *err = code == EN_OK ? *err : refusal;
            return code;
        }
        if (!pause_before_retry(&waited_ms)) {
            return err->code;
        }
    }
}

static int run_with_engine(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io)
{
    struct en_error err = {.code = EN_OK, .text = ""};
    struct en_engine_options options = {.dir = session->dir};
    en_code code = en_engine_open(&options, &session->engine, &err);
    if (code != EN_OK) {
        complain(io, code, &err);
        return en_code_exit(code);
    }
    int exit_code = en_session_call(session, arguments, io);
    en_engine_close(session->engine);
    return exit_code;
}

/* The words as they were typed, with the directory in front: the person may have named it in the
 * environment, which the daemon does not see. */
static en_code ask_daemon(int fd, const struct en_data_dir *dir, int words_count,
                          const char *const *words, struct en_io *io, int *exit_code,
                          struct en_error *err)
{
    static const char *sent[EN_WIRE_WORDS_MAX];
    uint32_t count = (uint32_t)words_count + 2;
    if (count > EN_WIRE_WORDS_MAX) {
        (void)close(fd);
        return en_error_set(err, EN_LIMIT, "more than %u words", EN_WIRE_WORDS_MAX - 2);
    }
    sent[0] = "--data-dir";
    sent[1] = dir->path;
    memcpy(sent + 2, words, (size_t)words_count * sizeof words[0]);
    return en_client_run(fd, count, sent, io, exit_code, err);
}

static int run_here_or_there(struct en_session *session, const struct en_arguments *arguments,
                             int words_count, const char *const *words, struct en_io *io)
{
    struct en_error err = {.code = EN_OK, .text = ""};
    int fd = -1;
    int exit_code = 0;
    en_code code = lock_or_connect(session->dir, &fd, &err);
    if (code == EN_OK && fd < 0) {
        return run_with_engine(session, arguments, io);
    }
    if (code == EN_OK) {
        code = ask_daemon(fd, session->dir, words_count, words, io, &exit_code, &err);
    }
    if (code != EN_OK) {
        complain(io, code, &err);
        return en_code_exit(code);
    }
    return exit_code;
}

void en_session_run(const struct en_arguments *arguments, int words_count, const char *const *words,
                    struct en_io *io, int *exit_code)
{
    struct en_session session = {NULL, NULL};
    struct en_data_dir dir;
    struct en_error err = {.code = EN_OK, .text = ""};
    io->is_quiet = arguments->is_quiet;
    if (arguments->command->needs == EN_NEEDS_NOTHING) {
        *exit_code = en_session_call(&session, arguments, io);
        return;
    }
    en_code code = en_data_dir_init(&dir, io, arguments->data_dir, &err);
    if (code != EN_OK) {
        complain(io, code, &err);
        *exit_code = en_code_exit(code);
        return;
    }
    session.dir = &dir;
    *exit_code = arguments->command->needs == EN_NEEDS_PATH
                     ? en_session_call(&session, arguments, io)
                     : run_here_or_there(&session, arguments, words_count, words, io);
    en_data_dir_fini(&dir);
}
