/* A command that goes through the daemon: what is printed and the exit code are those of the
 * daemon's run of it. */
#ifndef EN_APP_CLIENT_H
#define EN_APP_CLIENT_H

#include "app/wire.h"

/* Sends the words over the connected socket and copies what comes back to io, until the exit code.
 * A wish to end (io) is passed on; a second one leaves. Closes fd. Codes: EN_IO (the daemon ended
 * in between), EN_INTERRUPTED. */
en_code en_client_run(int fd, uint32_t words_count, const char *const *words, struct en_io *io,
                      int *exit_code, struct en_error *err) EN_MUST_CHECK;

#endif
