/* The daemon (`enerlog serve`): holds the data directory, appends for everybody, keeps the tables
 * up, signs tree heads, ticks the clock, answers commands over the local socket and machines over
 * HTTP on loopback.
 *
 *   loop (libuv)      signals, the socket's listener, the clock's ticks
 *   steward (thread)  follows the log: tables up, a signed head at most a second after events
 *   commands          a thread each, at most EN_DAEMON_COMMANDS_MAX
 *   HTTP              civetweb's threads
 *
 * The clock ticks each quarter of an hour: whatever its offset, a fiscal day ends on one. */
#ifndef EN_APP_DAEMON_H
#define EN_APP_DAEMON_H

#include "app/engine.h"

#define EN_DAEMON_COMMANDS_MAX 32u
#define EN_TICK_US (15 * EN_MINUTE_US)

struct en_daemon_options {
    struct en_engine *engine; /* borrowed */
    const struct en_data_dir *dir;
    uint16_t port; /* of HTTP; 0 any free one */
    struct en_io *io;
};

/* Serves until SIGTERM or SIGINT (then EN_OK) or until the log cannot be written any more. */
en_code en_daemon_run(const struct en_daemon_options *options, struct en_error *err) EN_MUST_CHECK;

#endif
