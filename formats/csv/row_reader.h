/* Rows of comma separated text (RFC 4180): quoted fields with doubled quotes, line ends inside
 * quotes, CRLF, LF or CR. Views into the text wherever a field needs no unquoting.
 *
 * Caller's memory; one thread. Bounds: EN_CSV_FIELDS_MAX, EN_CSV_ROW_SIZE_MAX. */
#ifndef EN_FORMATS_CSV_ROW_READER_H
#define EN_FORMATS_CSV_ROW_READER_H

#include "core/buf.h"
#include "core/error.h"
#include "core/limits.h"
#include "core/slice.h"

struct en_row_reader {
    struct en_slice text; /* UTF-8 */
    size_t at;
    char delimiter;
    uint32_t line; /* of the next row, from 1 */
    struct en_buf unquoted;
    /* Of each unquoted field: the buffer may move until the row is whole. */
    size_t offsets[EN_CSV_FIELDS_MAX];
};

/* One row; the fields live until the next row is read. */
struct en_row {
    uint32_t line; /* the line it begins in */
    uint32_t count;
    struct en_slice fields[EN_CSV_FIELDS_MAX];
    bool was_quoted[EN_CSV_FIELDS_MAX]; /* "" is then empty text, not a missing value */
};

void en_row_reader_init(struct en_row_reader *reader, struct en_slice text, char delimiter);
void en_row_reader_fini(struct en_row_reader *reader);

/* The next row; lines without a character are skipped. *is_end is true, and the row empty, behind
 * the last. Codes: EN_MALFORMED (line and field: a quote that is never closed, text behind a
 * closing quote, a NUL byte), EN_LIMIT (too many fields, row too long), EN_NOMEM. After a failure
 * the reader stands behind the bad row's first line. */
en_code en_row_reader_next(struct en_row_reader *reader, struct en_row *row, bool *is_end,
                           struct en_error *err) EN_MUST_CHECK;

/* The delimiter that the first line has most of, of `,` `;` tab and `|`, outside quotes; a comma
 * when there is none. */
char en_delimiter_guess(struct en_slice text);

/* The field's text, empty when the row is shorter. */
static inline struct en_slice en_row_field(const struct en_row *row, uint32_t index)
{
    return index < row->count ? row->fields[index] : en_slice_of("", 0);
}

#endif
