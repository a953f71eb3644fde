/* JSON as it is read: a small pull reader over a text in memory, for the few places where people
 * and events write JSON that the engine itself must understand. Strict (RFC 8259), bounded depth;
 * numbers stay text, so nothing ever passes through a float; every refusal says at which byte.
 *
 *     struct en_json_reader reader;
 *     en_json_reader_init(&reader, text, &arena);
 *     do {
 *         code = en_json_next(&reader, &token, err);
 *     } while (code == EN_OK && token.kind != EN_JSON_END);
 *
 * One value is read; what stands behind it other than white space is refused. Views live as long as
 * the text and the arena (texts with escapes are rewritten there). Doubled names are the caller's
 * to notice. Caller's memory, one thread. */
#ifndef EN_CORE_JSON_READER_H
#define EN_CORE_JSON_READER_H

#include "core/arena.h"
#include "core/error.h"

#define EN_JSON_READER_DEPTH_MAX 16u

typedef enum en_json_kind {
    EN_JSON_END = 0, /* the one value is over */
    EN_JSON_OBJECT,
    EN_JSON_ARRAY,
    EN_JSON_CLOSE, /* of the innermost object or array */
    EN_JSON_KEY,   /* a member's name; its value follows */
    EN_JSON_TEXT,
    EN_JSON_NUMBER,
    EN_JSON_BOOL,
    EN_JSON_NULL,
} en_json_kind;

struct en_json_token {
    en_json_kind kind;
    struct en_slice text; /* KEY, TEXT: unescaped UTF-8; NUMBER: as written */
    bool is_true;         /* BOOL */
    size_t offset;        /* of its first byte */
};

struct en_json_reader {
    struct en_slice text;
    size_t at;
    struct en_arena *arena;
    uint32_t depth;
    uint32_t objects; /* bit n: level n is an object */
    uint32_t begun;   /* bit n: level n has a member */
    bool is_after_key;
    bool is_done;
};

void en_json_reader_init(struct en_json_reader *reader, struct en_slice text,
                         struct en_arena *arena);

/* The next token. Codes: EN_MALFORMED (with the byte), EN_LIMIT (depth), EN_NOMEM (arena). After
 * END and after a fault the reader is not asked again. */
en_code en_json_next(struct en_json_reader *reader, struct en_json_token *token,
                     struct en_error *err) EN_MUST_CHECK;

/* Passes over the rest of the value that the token begins (an object or array to its end; nothing
 * for the others). Codes as en_json_next. */
en_code en_json_skip(struct en_json_reader *reader, const struct en_json_token *token,
                     struct en_error *err) EN_MUST_CHECK;

/* "an object", "a number": for words about what was found. */
const char *en_json_kind_text(en_json_kind kind);

#endif
