/* What a running command has at hand, according to what it needs (command.h): nothing, the path of
 * a data directory, or the engine over it. Filled by whoever runs commands: the program (main.c) or
 * the daemon for a client (daemon.c). */
#ifndef EN_APP_SESSION_H
#define EN_APP_SESSION_H

#include "app/command.h"
#include "app/data_dir.h"

struct en_engine;

struct en_session {
    struct en_data_dir *dir;  /* NULL for EN_NEEDS_NOTHING */
    struct en_engine *engine; /* only for EN_NEEDS_ENGINE */
};

/* Runs a command of this process: finds the directory, and where the engine is needed either opens
 * it or sends the command to the daemon that holds it. *exit_code is the exit code of the program;
 * complaints have been printed on io. */
void en_session_run(const struct en_arguments *arguments, int words_count, const char *const *words,
                    struct en_io *io, int *exit_code);

/* Runs a command with everything it needs at hand, prints its complaint and returns the exit code.
 */
int en_session_call(struct en_session *session, const struct en_arguments *arguments,
                    struct en_io *io);

/* Prints what help was asked for. */
void en_session_help(const struct en_arguments *arguments, struct en_io *io);

#endif
