/* Where a command's words go, and what it may know of the person who typed it. A command is the
 * same function in the program and in the daemon: only its en_io differs.
 *
 * out carries data (what a pipe reads), err carries words for people. Output is buffered; a failed
 * write is kept (code) and ends the output, so that a command may print freely and its caller
 * checks once. One thread. */
#ifndef EN_APP_IO_H
#define EN_APP_IO_H

#include "core/buf.h"
#include "core/error.h"

#define EN_IO_BUFFER_SIZE (64u << 10)
#define EN_PATH_SIZE 4096u

typedef enum en_stream {
    EN_STREAM_OUT = 1,
    EN_STREAM_ERR = 2,
} en_stream;

struct en_io {
    void *self;
    /* Writes all bytes or fails with EN_IO. */
    en_code (*write)(void *self, en_stream stream, struct en_slice bytes);
    /* True once the person wants the command to end: asked at least each second by long work. */
    bool (*is_cancelled)(void *self);

    bool is_out_terminal;
    bool is_err_terminal;
    bool has_color; /* on a terminal, and neither --no-color nor NO_COLOR nor TERM=dumb */
    bool is_quiet;  /* no progress, no advice */
    char working_dir[EN_PATH_SIZE]; /* where relative file names of the command begin */

    struct en_buf out;
    en_code code; /* EN_OK, or EN_IO once somebody stopped listening */
};

/* Begins an io over function pointers set by the caller beforehand. */
void en_io_init(struct en_io *io);
/* Writes what is buffered and gives the buffer back. */
void en_io_fini(struct en_io *io);

/* The io of this process: its standard streams, SIGINT and SIGTERM as the wish to end. Installs the
 * signal handlers; once per process. */
void en_io_of_process(struct en_io *io, bool is_without_color);

void en_io_write(struct en_io *io, struct en_slice bytes);
void en_io_text(struct en_io *io, const char *text);
/* At most 1,023 bytes a call. */
void en_io_print(struct en_io *io, const char *format, ...) EN_PRINTF(2, 3);
void en_io_flush(struct en_io *io);

/* A line for people on err, after what was printed before; say nothing when quiet. */
void en_io_note(struct en_io *io, const char *format, ...) EN_PRINTF(2, 3);
/* The same, also when quiet. */
void en_io_complain(struct en_io *io, const char *format, ...) EN_PRINTF(2, 3);

bool en_io_is_cancelled(struct en_io *io);

/* A file name of the command line as an absolute path. EN_RANGE when it is too long. */
en_code en_io_path(const struct en_io *io, const char *name, char path[EN_PATH_SIZE],
                   struct en_error *err) EN_MUST_CHECK;

#endif
