#include "app/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define HEAD_SIZE 5u
#define BACKLOG 64
#define FLAG_OUT_TERMINAL 1u
#define FLAG_ERR_TERMINAL 2u
#define FLAG_COLOR 4u

/* A socket address holds 107 bytes of path; the folder's descriptor under /proc makes any data
 * directory fit without changing the working folder of a process with threads. */
static en_code address_of(const struct en_data_dir *dir, struct sockaddr_un *address, int *folder,
                          struct en_error *err)
{
    char path[EN_PATH_SIZE];
    en_code code = en_data_dir_path(dir, "run", path, err);
    if (code != EN_OK) {
        return code;
    }
    *folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0) {
        return en_errno_error(errno, "cannot open", path, err);
    }
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    (void)snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/enerlog.sock",
                   *folder);
    return EN_OK;
}

static en_code bind_socket(int fd, const struct sockaddr_un *address, struct en_error *err)
{
    (void)unlink(address->sun_path);
    mode_t mask = umask(0077);
    int failed = bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 ? 0 : errno;
    (void)umask(mask);
    if (failed == 0 && listen(fd, BACKLOG) != 0) {
        failed = errno;
    }
    return failed == 0 ? EN_OK
                       : en_error_set(err, EN_IO, "cannot listen on run/enerlog.sock: %s",
                                      strerror(failed));
}

/* A failed socket is no socket. */
static void close_failed(en_code code, int *fd)
{
    if (code != EN_OK && *fd >= 0) {
        (void)close(*fd);
        *fd = -1;
    }
}

en_code en_wire_listen(const struct en_data_dir *dir, int *fd, struct en_error *err)
{
    struct sockaddr_un address;
    int folder = -1;
    *fd = -1;
    en_code code = address_of(dir, &address, &folder, err);
    if (code != EN_OK) {
        return code;
    }
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    code = *fd < 0 ? en_errno_error(errno, "cannot make", "a socket", err)
                   : bind_socket(*fd, &address, err);
    close_failed(code, fd);
    (void)close(folder);
    return code;
}

en_code en_wire_connect(const struct en_data_dir *dir, int *fd, struct en_error *err)
{
    struct sockaddr_un address;
    int folder = -1;
    *fd = -1;
    en_code code = address_of(dir, &address, &folder, err);
    if (code != EN_OK) {
        return code;
    }
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0) {
        code = en_errno_error(errno, "cannot make", "a socket", err);
    } else if (connect(*fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        bool is_absent = errno == ENOENT || errno == ECONNREFUSED;
        code = en_error_set(err, is_absent ? EN_NOT_FOUND : EN_IO, "the daemon does not answer: %s",
                            strerror(errno));
    } else if (!en_wire_is_same_user(*fd)) {
        code = en_error_set(err, EN_DENIED, "the daemon runs as another user");
    }
    close_failed(code, fd);
    (void)close(folder);
    return code;
}

bool en_wire_is_same_user(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    bool is_known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    return is_known && peer.uid == geteuid();
}

static en_code send_bytes(int fd, struct en_slice bytes, struct en_error *err)
{
    while (bytes.size > 0) {
        ssize_t sent = send(fd, bytes.bytes, bytes.size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return en_error_set(err, EN_IO, "the other end is gone: %s", strerror(errno));
        }
        if (sent > 0) {
            bytes.bytes += sent;
            bytes.size -= (size_t)sent;
        }
    }
    return EN_OK;
}

en_code en_wire_send(int fd, en_wire_type type, struct en_slice bytes, struct en_error *err)
{
    EN_ASSERT(bytes.size <= EN_WIRE_SIZE_MAX);
    uint8_t head[HEAD_SIZE] = {(uint8_t)type};
    for (uint32_t i = 0; i < 4; i++) {
        head[1 + i] = (uint8_t)(bytes.size >> (8 * i));
    }
    en_code code = send_bytes(fd, en_slice_of(head, sizeof head), err);
    return code == EN_OK ? send_bytes(fd, bytes, err) : code;
}

static en_code receive_bytes(int fd, uint8_t *bytes, size_t size, bool is_interruptible,
                             struct en_error *err)
{
    size_t have = 0;
    while (have < size) {
        ssize_t got = recv(fd, bytes + have, size - have, 0);
        if (got == 0) {
            return en_error_set(err, EN_IO, "the other end is gone");
        }
        if (got < 0 && errno == EINTR && have == 0 && is_interruptible) {
            return en_error_set(err, EN_INTERRUPTED, "interrupted");
        }
        if (got < 0 && errno != EINTR) {
            return en_error_set(err, EN_IO, "the other end is gone: %s", strerror(errno));
        }
        have += got > 0 ? (size_t)got : 0;
    }
    return EN_OK;
}

static bool is_type(uint8_t type)
{
    return type != 0 && strchr("CIOEX", type) != NULL;
}

en_code en_wire_receive(int fd, en_wire_type *type, struct en_buf *bytes, struct en_error *err)
{
    uint8_t head[HEAD_SIZE];
    en_code code = receive_bytes(fd, head, sizeof head, true, err);
    if (code != EN_OK) {
        return code;
    }
    uint32_t size = 0;
    for (uint32_t i = 0; i < 4; i++) {
        size |= (uint32_t)head[1 + i] << (8 * i);
    }
    if (!is_type(head[0]) || size > EN_WIRE_SIZE_MAX) {
        return en_error_set(err, EN_MALFORMED, "not a message of Enerlog");
    }
    *type = (en_wire_type)head[0];
    en_buf_reset(bytes);
    uint8_t *room = en_buf_room(bytes, size);
    if (room == NULL && size > 0) {
        return en_buf_code(bytes, err);
    }
    return receive_bytes(fd, room, size, false, err);
}

static void put_text(struct en_buf *out, const char *text)
{
    en_buf_append(out, text, strlen(text) + 1);
}

void en_wire_command_encode(const struct en_wire_command *command, struct en_buf *out)
{
    put_text(out, command->version);
    put_text(out, command->working_dir);
    en_buf_u8(out, (uint8_t)((command->is_out_terminal ? FLAG_OUT_TERMINAL : 0) |
                             (command->is_err_terminal ? FLAG_ERR_TERMINAL : 0) |
                             (command->has_color ? FLAG_COLOR : 0)));
    en_buf_u32(out, command->words_count);
    for (uint32_t i = 0; i < command->words_count; i++) {
        put_text(out, command->words[i]);
    }
}

/* A text up to its 0 byte. */
static bool take_text(struct en_slice *from, const char **text)
{
    const uint8_t *end = from->size == 0 ? NULL : memchr(from->bytes, 0, from->size);
    if (end == NULL) {
        return false;
    }
    *text = (const char *)from->bytes;
    size_t size = (size_t)(end - from->bytes) + 1;
    *from = en_slice_of(from->bytes + size, from->size - size);
    return true;
}

en_code en_wire_command_parse(struct en_slice bytes, struct en_wire_command *command,
                              struct en_error *err)
{
    uint8_t flags = 0;
    bool is_good = take_text(&bytes, &command->version) &&
                   take_text(&bytes, &command->working_dir) && en_take_u8(&bytes, &flags) &&
                   en_take_u32(&bytes, &command->words_count) &&
                   command->words_count <= EN_WIRE_WORDS_MAX;
    for (uint32_t i = 0; is_good && i < command->words_count; i++) {
        is_good = take_text(&bytes, &command->words[i]);
    }
    if (!is_good || bytes.size != 0 || flags > 7) {
        return en_error_set(err, EN_MALFORMED, "not a command of Enerlog");
    }
    command->is_out_terminal = (flags & FLAG_OUT_TERMINAL) != 0;
    command->is_err_terminal = (flags & FLAG_ERR_TERMINAL) != 0;
    command->has_color = (flags & FLAG_COLOR) != 0;
    return EN_OK;
}
