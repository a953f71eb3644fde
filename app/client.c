#include "app/client.h"

#include <unistd.h>

/* Too large for a stack frame; there is one per process. */
static struct en_wire_command command;

static en_code send_command(int fd, uint32_t words_count, const char *const *words,
                            const struct en_io *io, struct en_buf *bytes, struct en_error *err)
{
    command = (struct en_wire_command){.version = EN_VERSION,
                                       .working_dir = io->working_dir,
                                       .is_out_terminal = io->is_out_terminal,
                                       .is_err_terminal = io->is_err_terminal,
                                       .has_color = io->has_color,
                                       .words_count = words_count};
    if (words_count > EN_WIRE_WORDS_MAX) {
        return en_error_set(err, EN_LIMIT, "more than %u words", EN_WIRE_WORDS_MAX);
    }
    memcpy(command.words, words, words_count * sizeof words[0]);
    en_wire_command_encode(&command, bytes);
    en_code code = en_buf_code(bytes, err);
    return code == EN_OK ? en_wire_send(fd, EN_WIRE_COMMAND, en_buf_slice(bytes), err) : code;
}

static void copy_stream(struct en_io *io, en_wire_type type, struct en_slice bytes)
{
    if (type == EN_WIRE_OUT) {
        en_io_write(io, bytes);
        en_io_flush(io);
    } else if (io->code == EN_OK) {
        io->code = io->write(io->self, EN_STREAM_ERR, bytes);
    }
}

static bool take_exit(struct en_slice bytes, int *exit_code)
{
    uint32_t number = 0;
    bool is_taken = en_take_u32(&bytes, &number) && bytes.size == 0 && number < 256;
    *exit_code = (int)number;
    return is_taken;
}

/* The person's wish to end: told to the daemon once; a second one leaves it alone. */
static en_code pass_on_wish(int fd, bool *is_told, struct en_error *err)
{
    if (*is_told) {
        return en_error_set(err, EN_INTERRUPTED, "interrupted; the daemon may still finish it");
    }
    *is_told = true;
    return en_wire_send(fd, EN_WIRE_INTERRUPT, en_slice_of(NULL, 0), err);
}

en_code en_client_run(int fd, uint32_t words_count, const char *const *words, struct en_io *io,
                      int *exit_code, struct en_error *err)
{
    struct en_buf bytes;
    bool is_told = false;
    bool is_over = false;
    en_buf_init(&bytes, EN_WIRE_SIZE_MAX);
    en_code code = send_command(fd, words_count, words, io, &bytes, err);
    while (code == EN_OK && !is_over) {
        en_wire_type type = EN_WIRE_EXIT;
        code = en_wire_receive(fd, &type, &bytes, err);
        if (code == EN_INTERRUPTED) {
            code = pass_on_wish(fd, &is_told, err);
            continue;
        }
        if (code != EN_OK) {
            (void)en_error_wrap(err, "the daemon ended before the command was done");
        } else if (type == EN_WIRE_OUT || type == EN_WIRE_ERR) {
            copy_stream(io, type, en_buf_slice(&bytes));
            code = io->code;
        } else {
            is_over = type == EN_WIRE_EXIT && take_exit(en_buf_slice(&bytes), exit_code);
            code =
                is_over ? EN_OK : en_error_set(err, EN_MALFORMED, "the daemon sent no exit code");
        }
    }
    en_buf_fini(&bytes);
    (void)close(fd);
    return code;
}
