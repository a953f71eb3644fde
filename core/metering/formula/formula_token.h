/* Words of a formula's text: numbers, references, names, signs; and the place of each, so that
 * every refusal can say where.
 *
 * Text is UTF-8; white space separates. Signs: + - * / ( ) , < <= > >= = <> with the printed forms
 * − × ÷ ≤ ≥ ≠ and the usual == and != read as the same. A reference is
 *   @point  @point.A+  @"any text".A+  @point.[1-0:1.8.0*255]  @point."1-0:1.8.0*255"  #formula
 * A point's code is letters (of any script), digits, _ and, between such, - / : and . ; the channel
 * follows the last dot, begins with a letter, and + or - belongs to it after a lone A or R. What
 * could also be read as arithmetic (@a-5, @a.A/2) is refused, never guessed: put spaces or quotes.
 * Inside quotes "" stands for one quote.
 *
 * Pure; views borrow the text (or the arena where a quoted name had to be rewritten). */
#ifndef EN_CORE_METERING_FORMULA_FORMULA_TOKEN_H
#define EN_CORE_METERING_FORMULA_FORMULA_TOKEN_H

#include "core/arena.h"
#include "core/error.h"
#include "core/limits.h"

/* Bytes of the text; size 0 stands behind the last one. */
struct en_formula_place {
    uint32_t offset;
    uint32_t size;
};

typedef enum en_formula_token_kind {
    EN_FORMULA_TOKEN_END,
    EN_FORMULA_TOKEN_NUMBER, /* 12.5 */
    EN_FORMULA_TOKEN_DAYS,   /* 7d */
    EN_FORMULA_TOKEN_POINT,  /* @point.A+ */
    EN_FORMULA_TOKEN_SERIES, /* #formula */
    EN_FORMULA_TOKEN_WORD,   /* sum, sum~, and */
    EN_FORMULA_TOKEN_TEXT,   /* "TR1.dP0" */
    EN_FORMULA_TOKEN_PLUS,
    EN_FORMULA_TOKEN_MINUS,
    EN_FORMULA_TOKEN_TIMES,
    EN_FORMULA_TOKEN_OVER,
    EN_FORMULA_TOKEN_OPEN,
    EN_FORMULA_TOKEN_CLOSE,
    EN_FORMULA_TOKEN_COMMA,
    EN_FORMULA_TOKEN_LESS,
    EN_FORMULA_TOKEN_LESS_EQUAL,
    EN_FORMULA_TOKEN_GREATER,
    EN_FORMULA_TOKEN_GREATER_EQUAL,
    EN_FORMULA_TOKEN_EQUAL,
    EN_FORMULA_TOKEN_NOT_EQUAL,
} en_formula_token_kind;

struct en_formula_token {
    en_formula_token_kind kind;
    struct en_formula_place place;
    struct en_slice name;    /* POINT, SERIES: code; WORD: the word; TEXT: what the quotes hold */
    struct en_slice channel; /* POINT: "" where none was written */
    int64_t digits;          /* NUMBER, DAYS: the number is digits / 10^decimals, decimals <= 18 */
    uint8_t decimals;
};

/* The reader of tokens: where the next one begins. Caller's memory; embeds nothing to release. */
struct en_formula_lexer {
    struct en_slice text;
    uint32_t next;
    struct en_arena *arena;
    struct en_formula_place fault; /* place of the last refusal */
};

/* Begins at the front. The whole text is checked first: at most EN_FORMULA_SIZE_MAX bytes of well
 * formed UTF-8. Codes: EN_LIMIT, EN_MALFORMED. */
en_code en_formula_lexer_init(struct en_formula_lexer *lexer, struct en_slice text,
                              struct en_arena *arena, struct en_error *err) EN_MUST_CHECK;

/* The next token; END again and again at the end.
 * Codes: EN_MALFORMED (a sign or name that cannot be read), EN_LIMIT (a name or number too long),
 * EN_NOMEM. */
en_code en_formula_lexer_next(struct en_formula_lexer *lexer, struct en_formula_token *token,
                              struct en_error *err) EN_MUST_CHECK;

/* Fills the error with "column 12, 'word': ..." (and the line where there are several) and returns
 * the code. Columns count characters from 1. */
en_code en_formula_refuse(struct en_slice text, struct en_formula_place place, en_code code,
                          struct en_error *err, const char *format, ...) EN_PRINTF(5, 6);

/* True when a reference of this code and channel reads back the same without quotes. */
bool en_formula_name_is_plain(struct en_slice name, struct en_slice channel, bool is_point);

#endif
