#define EN_CORE_ERROR_C
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct code_row {
    int number;
    int exit_code;
    const char *name;
    const char *text;
};

static const struct code_row code_rows[] = {
#define EN_CODE(name, number, exit_code, text) {number, exit_code, #name, text},
#include "core/code.def"
#undef EN_CODE
};

static const struct code_row *code_row_of(en_code code)
{
    for (size_t i = 0; i < EN_COUNT_OF(code_rows); i++) {
        if (code_rows[i].number == (int)code) {
            return &code_rows[i];
        }
    }
    return &code_rows[0];
}

_Noreturn void en_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "enerlog: internal fault, stopped before it could do harm: %s (%s:%d)\n",
            condition, file, line);
    abort();
}

en_code en_error_set(struct en_error *err, en_code code, const char *format, ...)
{
    EN_ASSERT(code != EN_OK);
    if (err == NULL) {
        return code;
    }
    va_list args;
    va_start(args, format);
    err->code = code;
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return code;
}

en_code en_error_wrap(struct en_error *err, const char *format, ...)
{
    if (err == NULL) {
        return EN_IO;
    }
    char context[EN_ERROR_TEXT_SIZE];
    char whole[2 * EN_ERROR_TEXT_SIZE + 2];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(context, sizeof context, format, args);
    va_end(args);
    (void)snprintf(whole, sizeof whole, "%s: %s", context, err->text);
    memcpy(err->text, whole, sizeof err->text);
    err->text[sizeof err->text - 1] = '\0';
    return err->code;
}

const char *en_code_text(en_code code)
{
    return code_row_of(code)->text;
}

const char *en_code_name(en_code code)
{
    return code_row_of(code)->name;
}

int en_code_exit(en_code code)
{
    return code_row_of(code)->exit_code;
}
