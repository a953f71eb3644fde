#include "core/metering/formula/formula_token.h"

#include <stdarg.h>
#include <stdio.h>

#define NUMBER_DIGITS_MAX 18u /* any such number fits int64 */
#define WORD_SHOWN_MAX 40u    /* bytes of a word that a refusal repeats */

struct sign_row {
    const char *text;
    en_formula_token_kind kind;
};

/* Longer signs first: the first that fits is taken. */
static const struct sign_row sign_rows[] = {
    {"<=", EN_FORMULA_TOKEN_LESS_EQUAL},
    {">=", EN_FORMULA_TOKEN_GREATER_EQUAL},
    {"<>", EN_FORMULA_TOKEN_NOT_EQUAL},
    {"!=", EN_FORMULA_TOKEN_NOT_EQUAL},
    {"==", EN_FORMULA_TOKEN_EQUAL},
    {"\xe2\x89\xa4", EN_FORMULA_TOKEN_LESS_EQUAL},    /* ≤ */
    {"\xe2\x89\xa5", EN_FORMULA_TOKEN_GREATER_EQUAL}, /* ≥ */
    {"\xe2\x89\xa0", EN_FORMULA_TOKEN_NOT_EQUAL},     /* ≠ */
    {"\xe2\x88\x92", EN_FORMULA_TOKEN_MINUS},         /* − */
    {"\xc3\x97", EN_FORMULA_TOKEN_TIMES},             /* × */
    {"\xc3\xb7", EN_FORMULA_TOKEN_OVER},              /* ÷ */
    {"+", EN_FORMULA_TOKEN_PLUS},
    {"-", EN_FORMULA_TOKEN_MINUS},
    {"*", EN_FORMULA_TOKEN_TIMES},
    {"/", EN_FORMULA_TOKEN_OVER},
    {"(", EN_FORMULA_TOKEN_OPEN},
    {")", EN_FORMULA_TOKEN_CLOSE},
    {",", EN_FORMULA_TOKEN_COMMA},
    {"<", EN_FORMULA_TOKEN_LESS},
    {">", EN_FORMULA_TOKEN_GREATER},
    {"=", EN_FORMULA_TOKEN_EQUAL},
};

/* Size of the well formed UTF-8 character at the front (RFC 3629), 0 where there is none. */
static uint32_t character_size(struct en_slice rest)
{
    uint8_t first = rest.bytes[0];
    uint32_t size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (size == 0 || first > 0xf4 || size > rest.size) {
        return 0;
    }
    for (uint32_t i = 1; i < size; i++) {
        if ((rest.bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool is_overlong =
        (first == 0xe0 && rest.bytes[1] < 0xa0) || (first == 0xf0 && rest.bytes[1] < 0x90);
    bool is_outside =
        (first == 0xed && rest.bytes[1] > 0x9f) || (first == 0xf4 && rest.bytes[1] > 0x8f);
    return is_overlong || is_outside ? 0 : size;
}

static struct en_slice rest_at(struct en_slice text, uint32_t offset)
{
    EN_ASSERT(offset <= text.size);
    return en_slice_of(text.bytes + offset, text.size - offset);
}

static bool begins_with(struct en_slice rest, const char *sign)
{
    size_t size = strlen(sign);
    return rest.size >= size && memcmp(rest.bytes, sign, size) == 0;
}

static const struct sign_row *sign_at(struct en_slice rest)
{
    for (size_t i = 0; i < EN_COUNT_OF(sign_rows); i++) {
        if (begins_with(rest, sign_rows[i].text)) {
            return &sign_rows[i];
        }
    }
    return NULL;
}

static uint32_t space_size(struct en_slice rest)
{
    if (rest.size == 0) {
        return 0;
    }
    uint8_t c = rest.bytes[0];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        return 1;
    }
    return begins_with(rest, "\xc2\xa0") ? 2 : 0; /* no-break space: pasted from documents */
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_latin(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Size of the letter, digit or _ at the front; 0 where there is none. Letters of other scripts are
 * whatever is not a sign or a space of ours: codes are compared as bytes, so no table is needed. */
static uint32_t letter_size(struct en_slice rest)
{
    if (rest.size == 0) {
        return 0;
    }
    uint8_t c = rest.bytes[0];
    if (c < 0x80) {
        return is_digit(c) || is_latin(c) || c == '_';
    }
    return sign_at(rest) != NULL || space_size(rest) > 0 ? 0 : character_size(rest);
}

static bool is_joint(uint8_t c)
{
    return c == '-' || c == '/' || c == ':' || c == '.';
}

/* Bytes of the plain name at the front: letters, with - / : . only between letters. */
static uint32_t name_size(struct en_slice rest)
{
    uint32_t size = 0;
    while (size < rest.size) {
        uint32_t joint = size > 0 && is_joint(rest.bytes[size]) ? 1 : 0;
        uint32_t letter = letter_size(rest_at(rest, size + joint));
        if (letter == 0) {
            break;
        }
        size += joint + letter;
    }
    return size;
}

/* Where the channel begins in a plain name: behind the last dot, if a letter stands there. */
static uint32_t channel_start(struct en_slice name)
{
    for (uint32_t i = (uint32_t)name.size; i > 0; i--) {
        if (name.bytes[i - 1] == '.') {
            return is_digit(name.bytes[i]) ? 0 : i;
        }
    }
    return 0;
}

/* True when the end of a plain name can be read as arithmetic too: "a-5", "a/2.5". */
static bool ends_like_number(struct en_slice name)
{
    for (uint32_t i = (uint32_t)name.size; i > 0; i--) {
        uint8_t c = name.bytes[i - 1];
        if (c == '-' || c == '/') {
            return i < name.size;
        }
        if (!is_digit(c) && c != '.') {
            return false;
        }
    }
    return false;
}

static bool has_joint(struct en_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (is_joint(text.bytes[i])) {
            return true;
        }
    }
    return false;
}

static uint32_t column_of(struct en_slice text, uint32_t offset, uint32_t *line)
{
    uint32_t column = 1;
    *line = 1;
    for (uint32_t i = 0; i < offset && i < text.size; i++) {
        if (text.bytes[i] == '\n') {
            (*line)++;
            column = 1;
        } else if ((text.bytes[i] & 0xc0) != 0x80) {
            column++;
        }
    }
    return column;
}

en_code en_formula_refuse(struct en_slice text, struct en_formula_place place, en_code code,
                          struct en_error *err, const char *format, ...)
{
    char why[EN_ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, sizeof why, format, args);
    va_end(args);
    EN_ASSERT((size_t)place.offset + place.size <= text.size);
    uint32_t line = 0;
    uint32_t column = column_of(text, place.offset, &line);
    char line_text[24] = "";
    if (memchr(text.bytes, '\n', text.size) != NULL) {
        (void)snprintf(line_text, sizeof line_text, "line %u, ", line);
    }
    uint32_t shown = place.size < WORD_SHOWN_MAX ? place.size : WORD_SHOWN_MAX;
    while (shown < place.size && (text.bytes[place.offset + shown] & 0xc0) == 0x80) {
        shown--; /* never cut inside a character */
    }
    if (shown == 0) {
        return en_error_set(err, code, "%scolumn %u, the end: %s", line_text, column, why);
    }
    return en_error_set(err, code, "%scolumn %u, '%.*s%s': %s", line_text, column, (int)shown,
                        (const char *)text.bytes + place.offset, shown < place.size ? "…" : "",
                        why);
}

static en_code refuse_at(struct en_formula_lexer *lexer, uint32_t offset, uint32_t size,
                         en_code code, struct en_error *err, const char *why)
{
    lexer->fault = (struct en_formula_place){offset, size};
    return en_formula_refuse(lexer->text, lexer->fault, code, err, "%s", why);
}

en_code en_formula_lexer_init(struct en_formula_lexer *lexer, struct en_slice text,
                              struct en_arena *arena, struct en_error *err)
{
    EN_ASSERT(arena != NULL);
    *lexer = (struct en_formula_lexer){.text = text, .arena = arena};
    if (text.size > EN_FORMULA_SIZE_MAX) {
        return en_error_set(err, EN_LIMIT,
                            "the formula has %zu bytes, at most %u are allowed: divide it into "
                            "several formulas and refer to them by #name",
                            text.size, EN_FORMULA_SIZE_MAX);
    }
    uint32_t size = 0;
    for (uint32_t i = 0; i < text.size; i += size) {
        size = character_size(rest_at(text, i));
        if (size == 0) {
            lexer->fault = (struct en_formula_place){i, 1};
            return en_error_set(err, EN_MALFORMED,
                                "byte %u (0x%02x) is not UTF-8: save the formula as UTF-8 text", i,
                                text.bytes[i]);
        }
    }
    return EN_OK;
}

static en_code read_number(struct en_formula_lexer *lexer, struct en_formula_token *token,
                           struct en_error *err)
{
    uint32_t start = lexer->next;
    struct en_slice rest = rest_at(lexer->text, start);
    uint32_t size = 0;
    uint32_t digits = 0;
    bool has_point = false;
    while (size < rest.size && (is_digit(rest.bytes[size]) ||
                                (rest.bytes[size] == '.' && !has_point && size + 1 < rest.size &&
                                 is_digit(rest.bytes[size + 1])))) {
        if (rest.bytes[size] == '.') {
            has_point = true;
        } else if (++digits > NUMBER_DIGITS_MAX) {
            return refuse_at(lexer, start, size, EN_LIMIT, err,
                             "a number has at most 18 digits: write it shorter");
        } else {
            token->digits = token->digits * 10 + (rest.bytes[size] - '0');
            token->decimals = (uint8_t)(token->decimals + has_point);
        }
        size++;
    }
    bool has_days = size < rest.size && rest.bytes[size] == 'd' && !has_point;
    size += has_days ? 1 : 0;
    token->kind = has_days ? EN_FORMULA_TOKEN_DAYS : EN_FORMULA_TOKEN_NUMBER;
    if (letter_size(rest_at(rest, size)) > 0) {
        return refuse_at(lexer, start, size + letter_size(rest_at(rest, size)), EN_MALFORMED, err,
                         "a number ends where a word begins: put a sign between them");
    }
    lexer->next = start + size;
    return EN_OK;
}

/* Reads up to the closing mark; a doubled closing quote stands for one. */
static en_code read_quoted(struct en_formula_lexer *lexer, struct en_slice *name,
                           struct en_error *err)
{
    uint32_t start = lexer->next;
    struct en_slice rest = rest_at(lexer->text, start + 1);
    uint8_t close = lexer->text.bytes[start] == '[' ? ']' : '"';
    uint8_t held[EN_NAME_SIZE_MAX];
    uint32_t held_size = 0;
    uint32_t i = 0;
    for (; i < rest.size; i++) {
        uint8_t c = rest.bytes[i];
        bool is_doubled = c == '"' && close == '"' && i + 1 < rest.size && rest.bytes[i + 1] == '"';
        if (c == close && !is_doubled) {
            break;
        }
        if (c < 0x20 || c == 0x7f) {
            return refuse_at(lexer, start, i + 1, EN_MALFORMED, err,
                             "a quoted name holds a control character or is not closed");
        }
        if (held_size == EN_NAME_SIZE_MAX) {
            return refuse_at(lexer, start, i + 1, EN_LIMIT, err,
                             "a name has at most 255 bytes: is the closing quote missing?");
        }
        held[held_size++] = c;
        i += is_doubled ? 1 : 0;
    }
    if (i == rest.size) {
        return refuse_at(lexer, start, i + 1, EN_MALFORMED, err,
                         "the quote is not closed: put the closing mark behind the name");
    }
    if (held_size == 0) {
        return refuse_at(lexer, start, 2, EN_MALFORMED, err, "a name is missing in the quotes");
    }
    lexer->next = start + i + 2;
    *name = en_arena_copy(lexer->arena, en_slice_of(held, held_size));
    return name->bytes != NULL ? EN_OK : en_error_set(err, EN_NOMEM, "no memory for a name");
}

/* The channel behind a name's dot; the lexer stands on the dot. */
static en_code read_channel(struct en_formula_lexer *lexer, struct en_formula_token *token,
                            struct en_error *err)
{
    uint32_t start = ++lexer->next;
    struct en_slice rest = rest_at(lexer->text, start);
    if (rest.size > 0 && (rest.bytes[0] == '"' || rest.bytes[0] == '[')) {
        return read_quoted(lexer, &token->channel, err);
    }
    uint32_t size = name_size(rest);
    struct en_slice channel = en_slice_of(rest.bytes, size);
    if (size == 0 || is_digit(rest.bytes[0])) {
        return refuse_at(lexer, start - 1, 1 + size, EN_MALFORMED, err,
                         "a channel begins with a letter (A+, A-, R+, R-, U); write an OBIS code "
                         "in brackets: .[1-0:1.8.0*255]");
    }
    if (has_joint(channel)) {
        return refuse_at(lexer, start, size, EN_MALFORMED, err,
                         "this can be read as a channel or as arithmetic: put spaces around the "
                         "sign, or quotes around the code");
    }
    if (size >= EN_NAME_SIZE_MAX) {
        return refuse_at(lexer, start, size, EN_LIMIT, err, "a channel has at most 255 bytes");
    }
    bool is_signed = size == 1 && (rest.bytes[0] == 'A' || rest.bytes[0] == 'R') && rest.size > 1 &&
                     (rest.bytes[1] == '+' || rest.bytes[1] == '-');
    size += is_signed ? 1 : 0;
    token->channel = en_slice_of(rest.bytes, size);
    lexer->next = start + size;
    return EN_OK;
}

/* A plain name; the channel is cut off where the reference is to a point. */
static en_code read_plain_name(struct en_formula_lexer *lexer, struct en_formula_token *token,
                               struct en_error *err)
{
    uint32_t start = lexer->next;
    struct en_slice rest = rest_at(lexer->text, start);
    struct en_slice name = en_slice_of(rest.bytes, name_size(rest));
    bool has_quoted_channel =
        rest.size > name.size + 1 && rest.bytes[name.size] == '.' &&
        (rest.bytes[name.size + 1] == '"' || rest.bytes[name.size + 1] == '[');
    bool has_channel = token->kind == EN_FORMULA_TOKEN_POINT && !has_quoted_channel;
    uint32_t channel = has_channel ? channel_start(name) : 0;
    name.size = channel > 0 ? channel - 1 : name.size;
    if (name.size == 0) {
        return refuse_at(lexer, start - 1, 1, EN_MALFORMED, err,
                         "a name is missing behind the sign: @point.A+ or #formula");
    }
    if (name.size > EN_NAME_SIZE_MAX) {
        return refuse_at(lexer, start, (uint32_t)name.size, EN_LIMIT, err,
                         "a name has at most 255 bytes");
    }
    lexer->next = start + (uint32_t)name.size;
    if (channel == 0 && !has_quoted_channel && ends_like_number(name)) {
        return refuse_at(lexer, start - 1, 1 + (uint32_t)name.size, EN_MALFORMED, err,
                         "this can be read as a name or as arithmetic: put spaces around the sign, "
                         "or quotes around the name");
    }
    token->name = name;
    return EN_OK;
}

static en_code read_reference(struct en_formula_lexer *lexer, struct en_formula_token *token,
                              struct en_error *err)
{
    token->kind =
        lexer->text.bytes[lexer->next++] == '@' ? EN_FORMULA_TOKEN_POINT : EN_FORMULA_TOKEN_SERIES;
    struct en_slice rest = rest_at(lexer->text, lexer->next);
    bool is_quoted = rest.size > 0 && rest.bytes[0] == '"';
    en_code code =
        is_quoted ? read_quoted(lexer, &token->name, err) : read_plain_name(lexer, token, err);
    if (code != EN_OK || token->kind == EN_FORMULA_TOKEN_SERIES) {
        return code;
    }
    rest = rest_at(lexer->text, lexer->next);
    return rest.size > 0 && rest.bytes[0] == '.' ? read_channel(lexer, token, err) : EN_OK;
}

static en_code read_word(struct en_formula_lexer *lexer, struct en_formula_token *token,
                         struct en_error *err)
{
    struct en_slice rest = rest_at(lexer->text, lexer->next);
    uint32_t size = 0;
    uint32_t letter = letter_size(rest);
    while (letter > 0) {
        size += letter;
        letter = letter_size(rest_at(rest, size));
        if (letter == 0 && size < rest.size && rest.bytes[size] == '_' &&
            letter_size(rest_at(rest, size + 1)) > 0) {
            letter = 1; /* words of words: heat_open */
        }
    }
    if (size == 0) {
        return refuse_at(lexer, lexer->next, character_size(rest), EN_MALFORMED, err,
                         "no sign of the formula language; signs are + - * / ( ) , < <= > >= = <>");
    }
    size += size < rest.size && rest.bytes[size] == '~' ? 1 : 0;
    token->kind = EN_FORMULA_TOKEN_WORD;
    token->name = en_slice_of(rest.bytes, size);
    lexer->next += size;
    return EN_OK;
}

en_code en_formula_lexer_next(struct en_formula_lexer *lexer, struct en_formula_token *token,
                              struct en_error *err)
{
    struct en_slice rest = rest_at(lexer->text, lexer->next);
    for (uint32_t space = space_size(rest); space > 0; space = space_size(rest)) {
        lexer->next += space;
        rest = rest_at(lexer->text, lexer->next);
    }
    uint32_t start = lexer->next;
    *token = (struct en_formula_token){.kind = EN_FORMULA_TOKEN_END, .place = {start, 0}};
    if (rest.size == 0) {
        return EN_OK;
    }
    const struct sign_row *sign = sign_at(rest);
    en_code code = EN_OK;
    if (sign != NULL) {
        token->kind = sign->kind;
        lexer->next += (uint32_t)strlen(sign->text);
    } else if (is_digit(rest.bytes[0])) {
        code = read_number(lexer, token, err);
    } else if (rest.bytes[0] == '@' || rest.bytes[0] == '#') {
        code = read_reference(lexer, token, err);
    } else if (rest.bytes[0] == '"') {
        token->kind = EN_FORMULA_TOKEN_TEXT;
        code = read_quoted(lexer, &token->name, err);
    } else {
        code = read_word(lexer, token, err);
    }
    EN_ASSERT(code != EN_OK || lexer->next > start);
    token->place.size = lexer->next - start;
    return code;
}

bool en_formula_name_is_plain(struct en_slice name, struct en_slice channel, bool is_point)
{
    EN_ASSERT(name.size > 0);
    uint32_t size = name_size(name);
    if (size != name.size) {
        return false;
    }
    if (channel.size == 0) {
        return !ends_like_number(name) && (!is_point || channel_start(name) == 0);
    }
    uint32_t channel_size = name_size(channel);
    bool is_signed = channel.size == 2 && (channel.bytes[0] == 'A' || channel.bytes[0] == 'R') &&
                     (channel.bytes[1] == '+' || channel.bytes[1] == '-');
    bool is_word = channel_size == channel.size && !has_joint(channel);
    return !is_digit(channel.bytes[0]) && (is_signed || is_word);
}
