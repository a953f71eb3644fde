/* Rows of data on their way out, in the form the person asked for: an aligned table, one JSON
 * value, a JSON object a line, or CSV. A command says its columns once and then adds cells in their
 * order.
 *
 * Numbers that are measured or money are text here (decimal strings, quoted in JSON): a reader
 * whose numbers are floats cannot spoil them. Only counts and sequence numbers are JSON numbers. A
 * table is held back until EN_ROWS_HELD rows are there to find its widths. One thread. */
#ifndef EN_APP_ROWS_H
#define EN_APP_ROWS_H

#include "app/command.h"
#include "app/io.h"
#include "core/instant.h"

#define EN_ROWS_COLUMNS_MAX 24u
#define EN_ROWS_HELD 2048u
#define EN_ROWS_HELD_SIZE (1u << 20)

struct en_column {
    const char *name;  /* in JSON and CSV */
    const char *title; /* in a table; NULL: the name */
    bool is_right;     /* a table sets it flush right */
};

struct en_rows {
    struct en_io *io;
    en_output output;
    const struct en_column *columns;
    uint32_t columns_count;
    bool is_single;  /* exactly one row: a table shows it as "title  value" lines, -o json as an
                      * object
                      */
    uint32_t column; /* of the next cell */
    uint64_t rows_count;
    struct en_buf held; /* cells of a table, each ended by a 0 byte */
    uint32_t held_rows;
    struct en_buf quoted; /* a text on its way into JSON */
    uint32_t widths[EN_ROWS_COLUMNS_MAX];
    uint32_t gap; /* blanks owed before the next cell of a table */
    bool is_header_done;
};

/* Columns must live until the end. */
void en_rows_begin(struct en_rows *rows, struct en_io *io, en_output output,
                   const struct en_column *columns, uint32_t columns_count);
/* The same for a result that is one object. */
void en_rows_begin_single(struct en_rows *rows, struct en_io *io, en_output output,
                          const struct en_column *columns, uint32_t columns_count);

/* The next cell of the row; the last column ends the row by itself. */
void en_rows_text(struct en_rows *rows, const char *text);
void en_rows_slice(struct en_rows *rows, struct en_slice text);
void en_rows_count(struct en_rows *rows, uint64_t count);
void en_rows_bool(struct en_rows *rows, bool value);
void en_rows_null(struct en_rows *rows);
void en_rows_slice_or_null(struct en_rows *rows, struct en_slice text); /* null: it is empty */
void en_rows_day(struct en_rows *rows, int32_t day);
void en_rows_instant(struct en_rows *rows, struct en_instant instant, int32_t offset_minutes);
/* Null for the instant 0, which stands for always. */
void en_rows_instant_or_null(struct en_rows *rows, struct en_instant instant,
                             int32_t offset_minutes);
void en_rows_micro(struct en_rows *rows, int64_t micro);     /* of 1e-6 */
void en_rows_percent(struct en_rows *rows, int64_t percent); /* of 1e-4 % */
/* A cell that is JSON already; a table and CSV show it as it is. */
void en_rows_json(struct en_rows *rows, struct en_slice json);

/* Writes what is held. Must be called once for each begin. */
void en_rows_end(struct en_rows *rows);

#endif
