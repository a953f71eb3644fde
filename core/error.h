/* What went wrong in the world, with the facts: a code and one line of text.
 * Whoever sees the fault fills the error; each layer above may wrap it once with what it was doing,
 * so the line reads from the outside in: "replay to 9120: frame 41: checksum is 1f, stored 2e".
 * Untouched on success. Caller's memory, any thread, no sharing. */
#ifndef EN_CORE_ERROR_H
#define EN_CORE_ERROR_H

#include "core/assert.h"

#define EN_ERROR_TEXT_SIZE 512

typedef enum en_code {
#define EN_CODE(name, number, exit_code, text) EN_##name = number,
#include "core/code.def"
#undef EN_CODE
} en_code;

struct en_error {
    en_code code;
    char text[EN_ERROR_TEXT_SIZE];
};

/* Fills the error (NULL is allowed: the caller wants only the code) and returns the code. A text
 * too long is cut. */
en_code en_error_set(struct en_error *err, en_code code, const char *format, ...) EN_PRINTF(3, 4);

/* Puts "context: " before the text of a filled error and returns its code. */
en_code en_error_wrap(struct en_error *err, const char *format, ...) EN_PRINTF(2, 3);

/* The static analyser sees one file at a time: it is told here that a fault is never EN_OK. */
#if defined(__clang_analyzer__) && !defined(EN_CORE_ERROR_C)
#define en_error_set(err, code, ...) (en_error_set(err, code, __VA_ARGS__) ?: EN_IO)
#define en_error_wrap(err, ...) (en_error_wrap(err, __VA_ARGS__) ?: EN_IO)
#endif

/* The general text of a code, for people; its name ("NOT_FOUND"); the exit code a command ends
 * with. */
const char *en_code_text(en_code code);
const char *en_code_name(en_code code);
int en_code_exit(en_code code);

#endif
