/* Messages between a command and the daemon, over the local socket run/enerlog.sock.
 *
 *     message := type u8 | size u32 little-endian | size bytes
 *
 *     to the daemon   COMMAND    version text, working folder, three flags, the words
 *                     INTERRUPT  empty: the person wants it to end
 *     to the command  OUT, ERR   bytes of the two streams, in order
 *                     EXIT       u32 exit code, the last message
 *
 * A peer is of the same user (SO_PEERCRED), yet every size is bounded. Blocking; one thread per
 * socket. */
#ifndef EN_APP_WIRE_H
#define EN_APP_WIRE_H

#include "app/data_dir.h"

#define EN_WIRE_SIZE_MAX (4u << 20)
#define EN_WIRE_WORDS_MAX 4200u

typedef enum en_wire_type {
    EN_WIRE_COMMAND = 'C',
    EN_WIRE_INTERRUPT = 'I',
    EN_WIRE_OUT = 'O',
    EN_WIRE_ERR = 'E',
    EN_WIRE_EXIT = 'X',
} en_wire_type;

/* A command on its way. Views live as long as the message they were read from. */
struct en_wire_command {
    const char *version;
    const char *working_dir;
    bool is_out_terminal;
    bool is_err_terminal;
    bool has_color;
    const char *words[EN_WIRE_WORDS_MAX];
    uint32_t words_count;
};

/* The listening socket of the directory, closed to other users; an old socket file is replaced,
 * which only the holder of the lock may do. EN_IO. */
en_code en_wire_listen(const struct en_data_dir *dir, int *fd, struct en_error *err) EN_MUST_CHECK;

/* *fd is -1 on failure. EN_NOT_FOUND: nobody listens. EN_DENIED: it is not of this user. EN_IO. */
en_code en_wire_connect(const struct en_data_dir *dir, int *fd, struct en_error *err) EN_MUST_CHECK;

/* Whether the other end runs as this user. */
bool en_wire_is_same_user(int fd);

/* EN_IO: the other end is gone. */
en_code en_wire_send(int fd, en_wire_type type, struct en_slice bytes,
                     struct en_error *err) EN_MUST_CHECK;

/* Reads one message; its bytes replace those of the buffer. EN_IO: the other end is gone,
 * EN_MALFORMED: not a message, EN_LIMIT, EN_INTERRUPTED: a signal came while nothing was read. */
en_code en_wire_receive(int fd, en_wire_type *type, struct en_buf *bytes,
                        struct en_error *err) EN_MUST_CHECK;

void en_wire_command_encode(const struct en_wire_command *command, struct en_buf *out);
/* The texts are views into bytes. EN_MALFORMED. */
en_code en_wire_command_parse(struct en_slice bytes, struct en_wire_command *command,
                              struct en_error *err) EN_MUST_CHECK;

#endif
