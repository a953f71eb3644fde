/* `enerlog key show`. */
#include "app/commands/commands.h"

#include <stdio.h>

#include "app/rows.h"
#include "core/sign.h"

#define KEY_SIZE_MAX 1024u

en_code en_run_key_show(struct en_session *session, const struct en_arguments *arguments,
                        struct en_io *io, struct en_error *err)
{
    static const struct en_column columns[] = {
        {"name", NULL, false}, {"key_hash", "key hash", false}, {"public", "public key", false}};
    struct en_buf text;
    struct en_sign_public key;
    en_buf_init(&text, KEY_SIZE_MAX);
    en_code code = en_data_dir_read(session->dir, "keys/log.pub", &text, err);
    if (code == EN_OK) {
        code = en_sign_public_parse(en_buf_slice(&text), &key, err);
    }
    if (code == EN_OK && en_arguments_has(arguments, "public")) {
        en_io_write(io, en_buf_slice(&text));
    } else if (code == EN_OK) {
        char hash[16];
        (void)snprintf(hash, sizeof hash, "%08x", key.key_hash);
        struct en_rows rows;
        en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
        en_rows_text(&rows, key.name);
        en_rows_text(&rows, hash);
        en_rows_slice(&rows, en_slice_of(text.bytes, text.size > 0 ? text.size - 1 : 0));
        en_rows_end(&rows);
    }
    en_buf_fini(&text);
    return code;
}
