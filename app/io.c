#include "app/io.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOTE_SIZE 2048u

void en_io_init(struct en_io *io)
{
    EN_ASSERT(io->write != NULL);
    en_buf_init(&io->out, EN_IO_BUFFER_SIZE);
    io->code = EN_OK;
}

void en_io_fini(struct en_io *io)
{
    en_io_flush(io);
    en_buf_fini(&io->out);
}

static void send_bytes(struct en_io *io, en_stream stream, struct en_slice bytes)
{
    if (io->code == EN_OK && bytes.size > 0) {
        io->code = io->write(io->self, stream, bytes);
    }
}

void en_io_flush(struct en_io *io)
{
    send_bytes(io, EN_STREAM_OUT, en_buf_slice(&io->out));
    en_buf_reset(&io->out);
}

void en_io_write(struct en_io *io, struct en_slice bytes)
{
    if (bytes.size > io->out.limit - io->out.size) {
        en_io_flush(io);
    }
    if (bytes.size > io->out.limit) {
        send_bytes(io, EN_STREAM_OUT, bytes);
        return;
    }
    en_buf_append(&io->out, bytes.bytes, bytes.size);
    if (io->out.code != EN_OK) {
        io->code = io->out.code;
    }
}

void en_io_text(struct en_io *io, const char *text)
{
    en_io_write(io, en_slice_text(text));
}

void en_io_print(struct en_io *io, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    EN_ASSERT(size >= 0);
    EN_ASSERT((size_t)size < sizeof text);
    en_io_write(io, en_slice_of(text, (size_t)size));
}

static void say(struct en_io *io, const char *format, va_list args)
{
    char text[NOTE_SIZE];
    int size = vsnprintf(text, sizeof text - 1, format, args);
    EN_ASSERT(size >= 0);
    size_t used = (size_t)size < sizeof text - 2 ? (size_t)size : sizeof text - 2;
    text[used] = '\n';
    en_io_flush(io);
    send_bytes(io, EN_STREAM_ERR, en_slice_of(text, used + 1));
}

void en_io_note(struct en_io *io, const char *format, ...)
{
    if (io->is_quiet) {
        return;
    }
    va_list args;
    va_start(args, format);
    say(io, format, args);
    va_end(args);
}

void en_io_complain(struct en_io *io, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(io, format, args);
    va_end(args);
}

bool en_io_is_cancelled(struct en_io *io)
{
    return io->code != EN_OK || (io->is_cancelled != NULL && io->is_cancelled(io->self));
}

en_code en_io_path(const struct en_io *io, const char *name, char path[EN_PATH_SIZE],
                   struct en_error *err)
{
    int size = name[0] == '/' ? snprintf(path, EN_PATH_SIZE, "%s", name)
                              : snprintf(path, EN_PATH_SIZE, "%s/%s", io->working_dir, name);
    if (size < 0 || (size_t)size >= EN_PATH_SIZE) {
        return en_error_set(err, EN_RANGE, "the file name is longer than %u bytes",
                            EN_PATH_SIZE - 1);
    }
    return EN_OK;
}

static volatile sig_atomic_t is_signalled;

static void on_signal(int number)
{
    (void)number;
    is_signalled = 1;
}

static en_code process_write(void *self, en_stream stream, struct en_slice bytes)
{
    (void)self;
    int fd = stream == EN_STREAM_OUT ? STDOUT_FILENO : STDERR_FILENO;
    while (bytes.size > 0) {
        ssize_t written = write(fd, bytes.bytes, bytes.size);
        if (written < 0 && errno != EINTR) {
            return EN_IO;
        }
        if (written > 0) {
            bytes.bytes += written;
            bytes.size -= (size_t)written;
        }
    }
    return EN_OK;
}

static bool process_is_cancelled(void *self)
{
    (void)self;
    return is_signalled != 0;
}

static bool wants_color(bool is_without_color)
{
    const char *terminal = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");
    bool is_dumb = terminal == NULL || strcmp(terminal, "dumb") == 0;
    bool is_refused = no_color != NULL && no_color[0] != '\0';
    return !is_without_color && !is_dumb && !is_refused;
}

void en_io_of_process(struct en_io *io, bool is_without_color)
{
    /* No SA_RESTART: a blocking read of a command must end when the person says so. */
    struct sigaction wish = {.sa_handler = on_signal};
    (void)sigaction(SIGINT, &wish, NULL);
    (void)sigaction(SIGTERM, &wish, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    *io = (struct en_io){.write = process_write, .is_cancelled = process_is_cancelled};
    io->is_out_terminal = isatty(STDOUT_FILENO) == 1;
    io->is_err_terminal = isatty(STDERR_FILENO) == 1;
    io->has_color = io->is_out_terminal && wants_color(is_without_color);
    if (getcwd(io->working_dir, sizeof io->working_dir) == NULL) {
        io->working_dir[0] = '\0';
    }
    en_io_init(io);
}
