/* Shell completion made from the command table. Pure. */
#ifndef EN_APP_COMPLETION_H
#define EN_APP_COMPLETION_H

#include "app/command.h"

/* The script of a shell: "bash", "zsh" or "fish". EN_USAGE for another. */
en_code en_completion_print(const char *shell, struct en_buf *out,
                            struct en_error *err) EN_MUST_CHECK;

#endif
