#include "core/json_reader.h"

#include "core/utf8.h"

_Static_assert(EN_JSON_READER_DEPTH_MAX < 32, "levels are bits of 32");

#define SURROGATE_HIGH 0xd800u
#define SURROGATE_LOW 0xdc00u
#define SURROGATE_END 0xe000u

static en_code malformed(const struct en_json_reader *r, const char *what, struct en_error *err)
{
    return en_error_set(err, EN_MALFORMED, "JSON, byte %zu: %s", r->at + 1, what);
}

static int byte_here(const struct en_json_reader *r)
{
    return r->at < r->text.size ? (int)r->text.bytes[r->at] : -1;
}

static void pass_blanks(struct en_json_reader *r)
{
    while (byte_here(r) == ' ' || byte_here(r) == '\n' || byte_here(r) == '\r' ||
           byte_here(r) == '\t') {
        r->at++;
    }
}

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static uint32_t bit_of_level(const struct en_json_reader *r)
{
    return UINT32_C(1) << r->depth;
}

static bool is_in_object(const struct en_json_reader *r)
{
    return (r->objects & bit_of_level(r)) != 0;
}

/* ---- texts ---- */

static bool take_hex(struct en_json_reader *r, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int byte = byte_here(r);
        int digit = is_digit(byte)               ? byte - '0'
                    : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                    : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                                 : -1;
        if (digit < 0) {
            return false;
        }
        *unit = *unit * 16 + (uint32_t)digit;
        r->at++;
    }
    return true;
}

/* The character of \uXXXX, the second half of a pair too. */
static bool take_unicode(struct en_json_reader *r, uint32_t *character)
{
    if (!take_hex(r, character)) {
        return false;
    }
    if (*character < SURROGATE_HIGH || *character >= SURROGATE_END) {
        return *character != 0; /* a text never holds a 0 */
    }
    uint32_t low = 0;
    bool is_pair = *character < SURROGATE_LOW && byte_here(r) == '\\' && r->at + 1 < r->text.size &&
                   r->text.bytes[r->at + 1] == 'u';
    if (!is_pair) {
        return false;
    }
    r->at += 2;
    if (!take_hex(r, &low) || low < SURROGATE_LOW || low >= SURROGATE_END) {
        return false;
    }
    *character = 0x10000u + ((*character - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW);
    return true;
}

static size_t put_utf8(uint32_t character, uint8_t *out)
{
    if (character < 0x80) {
        out[0] = (uint8_t)character;
        return 1;
    }
    if (character < 0x800) {
        out[0] = (uint8_t)(0xc0u | character >> 6);
        out[1] = (uint8_t)(0x80u | (character & 0x3fu));
        return 2;
    }
    if (character < 0x10000) {
        out[0] = (uint8_t)(0xe0u | character >> 12);
        out[1] = (uint8_t)(0x80u | (character >> 6 & 0x3fu));
        out[2] = (uint8_t)(0x80u | (character & 0x3fu));
        return 3;
    }
    out[0] = (uint8_t)(0xf0u | character >> 18);
    out[1] = (uint8_t)(0x80u | (character >> 12 & 0x3fu));
    out[2] = (uint8_t)(0x80u | (character >> 6 & 0x3fu));
    out[3] = (uint8_t)(0x80u | (character & 0x3fu));
    return 4;
}

/* What the escape stands for; the reader stands behind the backslash. */
static bool take_escape(struct en_json_reader *r, uint32_t *character)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    int byte = byte_here(r);
    r->at++;
    if (byte == 'u') {
        return take_unicode(r, character);
    }
    const char *letter = byte > 0 ? strchr(letters, byte) : NULL;
    *character = letter != NULL ? (uint32_t)(unsigned char)meant[letter - letters] : 0;
    return letter != NULL;
}

/* Where the text that begins here ends, and whether it has escapes. */
static en_code measure_text(struct en_json_reader *r, size_t *end, bool *has_escapes,
                            struct en_error *err)
{
    size_t begin = r->at;
    *has_escapes = false;
    for (; byte_here(r) != '"'; r->at++) {
        if (byte_here(r) < ' ') {
            return malformed(r,
                             byte_here(r) < 0 ? "the text has no end: a \" is missing"
                                              : "a text holds no line breaks: write \\n",
                             err);
        }
        if (byte_here(r) == '\\') {
            *has_escapes = true;
            r->at++;
        }
    }
    *end = r->at;
    r->at = begin;
    return EN_OK;
}

static en_code take_text(struct en_json_reader *r, struct en_slice *text, struct en_error *err)
{
    size_t end = 0;
    bool has_escapes = false;
    en_code code = measure_text(r, &end, &has_escapes, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_slice written = en_slice_of(r->text.bytes + r->at, end - r->at);
    if (!en_utf8_is_valid(written)) {
        return malformed(r, "the text is no UTF-8", err);
    }
    if (!has_escapes) {
        *text = written;
        r->at = end + 1;
        return EN_OK;
    }
    uint8_t *copy = en_arena_alloc(r->arena, written.size + 1);
    if (copy == NULL) {
        return en_error_set(err, EN_NOMEM, "no room for a text of %zu bytes", written.size);
    }
    size_t size = 0;
    while (r->at < end) {
        uint32_t character = r->text.bytes[r->at];
        r->at++;
        if (character != '\\') {
            copy[size] = (uint8_t)character;
            size++;
            continue;
        }
        if (!take_escape(r, &character) || r->at > end) {
            return malformed(
                r, "the escape in front is none of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX", err);
        }
        size += put_utf8(character, copy + size); /* never longer than it was written */
    }
    EN_ASSERT(size <= written.size);
    *text = en_slice_of(copy, size);
    r->at = end + 1;
    return EN_OK;
}

/* ---- numbers and words ---- */

static bool take_digits(struct en_json_reader *r)
{
    size_t begin = r->at;
    while (is_digit(byte_here(r))) {
        r->at++;
    }
    return r->at > begin;
}

static en_code take_number(struct en_json_reader *r, struct en_slice *text, struct en_error *err)
{
    size_t begin = r->at;
    r->at += byte_here(r) == '-' ? 1 : 0;
    bool is_zero = byte_here(r) == '0';
    bool is_number =
        take_digits(r) && !(is_zero && r->at - begin > (r->text.bytes[begin] == '-' ? 2u : 1u));
    if (is_number && byte_here(r) == '.') {
        r->at++;
        is_number = take_digits(r);
    }
    if (is_number && (byte_here(r) == 'e' || byte_here(r) == 'E')) {
        r->at++;
        r->at += byte_here(r) == '-' || byte_here(r) == '+' ? 1 : 0;
        is_number = take_digits(r);
    }
    *text = en_slice_of(r->text.bytes + begin, r->at - begin);
    return is_number ? EN_OK : malformed(r, "this is no number", err);
}

static bool take_word(struct en_json_reader *r, const char *word)
{
    size_t size = strlen(word);
    bool is_there = r->text.size - r->at >= size && memcmp(r->text.bytes + r->at, word, size) == 0;
    r->at += is_there ? size : 0;
    return is_there;
}

/* ---- structure ---- */

static en_code open_level(struct en_json_reader *r, bool is_object, struct en_error *err)
{
    if (r->depth == EN_JSON_READER_DEPTH_MAX) {
        return en_error_set(err, EN_LIMIT, "JSON, byte %zu: nested deeper than %u", r->at + 1,
                            EN_JSON_READER_DEPTH_MAX);
    }
    r->depth++;
    r->begun &= ~bit_of_level(r);
    r->objects &= ~bit_of_level(r);
    r->objects |= is_object ? bit_of_level(r) : 0;
    r->at++;
    return EN_OK;
}

static en_code take_value(struct en_json_reader *r, struct en_json_token *token,
                          struct en_error *err)
{
    int byte = byte_here(r);
    r->is_after_key = false;
    switch (byte) {
    case '{':
        token->kind = EN_JSON_OBJECT;
        return open_level(r, true, err);
    case '[':
        token->kind = EN_JSON_ARRAY;
        return open_level(r, false, err);
    case '"':
        token->kind = EN_JSON_TEXT;
        r->at++;
        return take_text(r, &token->text, err);
    default:
        break;
    }
    if (byte == '-' || is_digit(byte)) {
        token->kind = EN_JSON_NUMBER;
        return take_number(r, &token->text, err);
    }
    token->is_true = take_word(r, "true");
    if (token->is_true || take_word(r, "false")) {
        token->kind = EN_JSON_BOOL;
        return EN_OK;
    }
    token->kind = EN_JSON_NULL;
    return take_word(r, "null") ? EN_OK : malformed(r, "a value is missing", err);
}

/* A comma where one is due; at the end of the level the token is its CLOSE. */
static en_code take_joint(struct en_json_reader *r, struct en_json_token *token, bool *is_closed,
                          struct en_error *err)
{
    char close = is_in_object(r) ? '}' : ']';
    *is_closed = byte_here(r) == close;
    bool has_member = (r->begun & bit_of_level(r)) != 0;
    r->begun |= bit_of_level(r);
    if (*is_closed) {
        token->kind = EN_JSON_CLOSE;
        r->at++;
        r->depth--;
        return EN_OK;
    }
    if (!has_member) {
        return EN_OK;
    }
    if (byte_here(r) != ',') {
        return malformed(r, is_in_object(r) ? "a , or } is missing" : "a , or ] is missing", err);
    }
    r->at++;
    pass_blanks(r);
    token->offset = r->at;
    return EN_OK;
}

static en_code take_key(struct en_json_reader *r, struct en_json_token *token, struct en_error *err)
{
    if (byte_here(r) != '"') {
        return malformed(r, "a name in quotes is missing", err);
    }
    token->kind = EN_JSON_KEY;
    r->at++;
    en_code code = take_text(r, &token->text, err);
    if (code != EN_OK) {
        return code;
    }
    pass_blanks(r);
    if (byte_here(r) != ':') {
        return malformed(r, "a : is missing", err);
    }
    r->at++;
    r->is_after_key = true;
    return EN_OK;
}

void en_json_reader_init(struct en_json_reader *reader, struct en_slice text,
                         struct en_arena *arena)
{
    *reader = (struct en_json_reader){.text = text, .arena = arena};
}

en_code en_json_next(struct en_json_reader *reader, struct en_json_token *token,
                     struct en_error *err)
{
    EN_ASSERT(!reader->is_done || reader->depth == 0);
    *token = (struct en_json_token){.kind = EN_JSON_END};
    pass_blanks(reader);
    token->offset = reader->at;
    if (reader->depth == 0 && reader->is_done) {
        return reader->at == reader->text.size
                   ? EN_OK
                   : malformed(reader, "something stands behind the value", err);
    }
    bool is_closed = false;
    en_code code = EN_OK;
    if (reader->depth > 0 && !reader->is_after_key) {
        code = take_joint(reader, token, &is_closed, err);
    }
    if (code == EN_OK && !is_closed) {
        bool is_key = reader->depth > 0 && is_in_object(reader) && !reader->is_after_key;
        code = is_key ? take_key(reader, token, err) : take_value(reader, token, err);
    }
    reader->is_done = reader->depth == 0;
    return code;
}

en_code en_json_skip(struct en_json_reader *reader, const struct en_json_token *token,
                     struct en_error *err)
{
    bool is_nested = token->kind == EN_JSON_OBJECT || token->kind == EN_JSON_ARRAY;
    uint32_t depth = reader->depth;
    en_code code = EN_OK;
    while (code == EN_OK && is_nested && reader->depth >= depth) {
        struct en_json_token passed;
        code = en_json_next(reader, &passed, err);
    }
    return code;
}

const char *en_json_kind_text(en_json_kind kind)
{
    static const char *const texts[] = {
        [EN_JSON_END] = "nothing",     [EN_JSON_OBJECT] = "an object",   [EN_JSON_ARRAY] = "a list",
        [EN_JSON_CLOSE] = "an end",    [EN_JSON_KEY] = "a name",         [EN_JSON_TEXT] = "a text",
        [EN_JSON_NUMBER] = "a number", [EN_JSON_BOOL] = "true or false", [EN_JSON_NULL] = "null",
    };
    EN_ASSERT((size_t)kind < EN_COUNT_OF(texts));
    return texts[kind];
}
