#include "formats/csv/row_reader.h"

/* Where a field's text stands: in the text of the file, or in the buffer of unquoted text. */
struct found_field {
    size_t offset;
    size_t size;
    bool is_unquoted;
};

void en_row_reader_init(struct en_row_reader *reader, struct en_slice text, char delimiter)
{
    *reader = (struct en_row_reader){.text = text, .delimiter = delimiter, .line = 1};
    en_buf_init(&reader->unquoted, EN_CSV_ROW_SIZE_MAX);
}

void en_row_reader_fini(struct en_row_reader *reader)
{
    en_buf_fini(&reader->unquoted);
}

static bool at_end(const struct en_row_reader *reader)
{
    return reader->at >= reader->text.size;
}

static char here(const struct en_row_reader *reader)
{
    EN_ASSERT(!at_end(reader));
    return (char)reader->text.bytes[reader->at];
}

static bool at_line_end(const struct en_row_reader *reader)
{
    return !at_end(reader) && (here(reader) == '\n' || here(reader) == '\r');
}

/* Behind a line end: CRLF is one. */
static void take_line_end(struct en_row_reader *reader)
{
    bool is_cr = here(reader) == '\r';
    reader->at++;
    if (is_cr && !at_end(reader) && here(reader) == '\n') {
        reader->at++;
    }
    reader->line++;
}

/* So that reading may go on after a bad row. */
static void skip_line(struct en_row_reader *reader, size_t row_at, uint32_t row_line)
{
    reader->at = row_at;
    reader->line = row_line;
    while (!at_end(reader) && !at_line_end(reader)) {
        reader->at++;
    }
    if (!at_end(reader)) {
        take_line_end(reader);
    }
}

static en_code take_plain(struct en_row_reader *reader, struct found_field *field, uint32_t number,
                          struct en_error *err)
{
    field->offset = reader->at;
    for (; !at_end(reader) && !at_line_end(reader) && here(reader) != reader->delimiter;
         reader->at++) {
        if (here(reader) == '\0') {
            return en_error_set(err, EN_MALFORMED, "line %u, field %u: a NUL byte", reader->line,
                                number);
        }
    }
    field->size = reader->at - field->offset;
    return EN_OK;
}

/* From behind the opening quote to behind the closing one. */
static en_code take_quoted_text(struct en_row_reader *reader, uint32_t number, struct en_error *err)
{
    uint32_t line = reader->line;
    for (;;) {
        if (at_end(reader)) {
            return en_error_set(err, EN_MALFORMED, "line %u, field %u: the quote is never closed",
                                line, number);
        }
        char byte = here(reader);
        if (byte == '"') {
            reader->at++;
            if (at_end(reader) || here(reader) != '"') {
                return EN_OK;
            }
        } else if (byte == '\0') {
            return en_error_set(err, EN_MALFORMED, "line %u, field %u: a NUL byte", reader->line,
                                number);
        } else if (byte == '\n') {
            reader->line++;
        }
        en_buf_u8(&reader->unquoted, (uint8_t)byte);
        reader->at++;
        if (reader->unquoted.code != EN_OK) {
            return en_error_set(err, reader->unquoted.code, "line %u: row is longer than %u bytes",
                                line, EN_CSV_ROW_SIZE_MAX);
        }
    }
}

static en_code take_quoted(struct en_row_reader *reader, struct found_field *field, uint32_t number,
                           struct en_error *err)
{
    reader->at++;
    field->is_unquoted = true;
    field->offset = reader->unquoted.size;
    en_code code = take_quoted_text(reader, number, err);
    if (code != EN_OK) {
        return code;
    }
    field->size = reader->unquoted.size - field->offset;
    while (!at_end(reader) && here(reader) == ' ' && reader->delimiter != ' ') {
        reader->at++;
    }
    if (!at_end(reader) && !at_line_end(reader) && here(reader) != reader->delimiter) {
        return en_error_set(err, EN_MALFORMED, "line %u, field %u: text behind the closing quote",
                            reader->line, number);
    }
    return EN_OK;
}

/* Reads one field and the delimiter behind it; *is_last when the row ends here. */
static en_code take_field(struct en_row_reader *reader, struct en_row *row, size_t row_at,
                          bool *is_last, struct en_error *err)
{
    if (row->count == EN_CSV_FIELDS_MAX) {
        return en_error_set(err, EN_LIMIT, "line %u: more than %u fields", row->line,
                            EN_CSV_FIELDS_MAX);
    }
    struct found_field field = {0};
    bool is_quoted = !at_end(reader) && here(reader) == '"';
    uint32_t number = row->count + 1;
    en_code code = is_quoted ? take_quoted(reader, &field, number, err)
                             : take_plain(reader, &field, number, err);
    if (code == EN_OK && reader->at - row_at > EN_CSV_ROW_SIZE_MAX) {
        code = en_error_set(err, EN_LIMIT, "line %u: row is longer than %u bytes", row->line,
                            EN_CSV_ROW_SIZE_MAX);
    }
    if (code != EN_OK) {
        return code;
    }
    row->fields[row->count] = field.is_unquoted
                                  ? en_slice_of("", field.size)
                                  : en_slice_of(reader->text.bytes + field.offset, field.size);
    row->was_quoted[row->count] = field.is_unquoted;
    reader->offsets[row->count++] = field.offset;
    *is_last = at_end(reader) || at_line_end(reader);
    if (!*is_last) {
        reader->at++;
    }
    return EN_OK;
}

static void fix_views(const struct en_row_reader *reader, struct en_row *row)
{
    for (uint32_t i = 0; i < row->count; i++) {
        if (row->was_quoted[i]) {
            bool has_text = row->fields[i].size > 0;
            row->fields[i].bytes =
                has_text ? reader->unquoted.bytes + reader->offsets[i] : (const uint8_t *)"";
        }
    }
}

en_code en_row_reader_next(struct en_row_reader *reader, struct en_row *row, bool *is_end,
                           struct en_error *err)
{
    while (at_line_end(reader)) {
        take_line_end(reader);
    }
    row->count = 0;
    row->line = reader->line;
    *is_end = at_end(reader);
    size_t row_at = reader->at;
    en_buf_reset(&reader->unquoted);
    bool is_last = *is_end;
    while (!is_last) {
        en_code code = take_field(reader, row, row_at, &is_last, err);
        if (code != EN_OK) {
            skip_line(reader, row_at, row->line);
            row->count = 0;
            return code;
        }
    }
    if (at_line_end(reader)) {
        take_line_end(reader);
    }
    fix_views(reader, row);
    return EN_OK;
}

char en_delimiter_guess(struct en_slice text)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    uint32_t counts[sizeof candidates] = {0};
    bool is_quoted = false;
    for (size_t i = 0; i < text.size && (is_quoted || text.bytes[i] != '\n'); i++) {
        is_quoted = text.bytes[i] == '"' ? !is_quoted : is_quoted;
        for (size_t c = 0; c < sizeof candidates && !is_quoted; c++) {
            counts[c] += text.bytes[i] == (uint8_t)candidates[c];
        }
    }
    size_t best = 0;
    for (size_t c = 1; c < sizeof candidates; c++) {
        best = counts[c] > counts[best] ? c : best;
    }
    return candidates[best];
}
