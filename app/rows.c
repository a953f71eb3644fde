#include "app/rows.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/decimal.h"
#include "core/json.h"

#define CELL_SIZE_MAX (256u << 10)
#define COLUMN_GAP 2u

void en_rows_begin(struct en_rows *rows, struct en_io *io, en_output output,
                   const struct en_column *columns, uint32_t columns_count)
{
    EN_ASSERT(columns_count > 0);
    EN_ASSERT(columns_count <= EN_ROWS_COLUMNS_MAX);
    *rows = (struct en_rows){
        .io = io, .output = output, .columns = columns, .columns_count = columns_count};
    en_buf_init(&rows->held, EN_ROWS_HELD_SIZE);
    en_buf_init(&rows->quoted, 6 * CELL_SIZE_MAX + 2);
}

void en_rows_begin_single(struct en_rows *rows, struct en_io *io, en_output output,
                          const struct en_column *columns, uint32_t columns_count)
{
    en_rows_begin(rows, io, output, columns, columns_count);
    rows->is_single = true;
}

static const char *title_of(const struct en_column *column)
{
    return column->title == NULL ? column->name : column->title;
}

/* Letters, not bytes, of UTF-8 text: the width of a cell in a table. */
static uint32_t letters_of(const char *text)
{
    uint32_t letters = 0;
    for (; *text != '\0'; text++) {
        letters += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return letters;
}

static void put_spaces(struct en_io *io, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        en_io_text(io, " ");
    }
}

/* The blanks that a cell is behind, written only when something follows them: no line ends with
 * blanks. */
static void put_after_gap(struct en_rows *rows, const char *text)
{
    if (text[0] != '\0') {
        put_spaces(rows->io, rows->gap);
        rows->gap = 0;
        en_io_text(rows->io, text);
    }
}

static void put_table_cell(struct en_rows *rows, uint32_t column, const char *text)
{
    uint32_t letters = letters_of(text);
    uint32_t width = rows->widths[column];
    uint32_t pad = width > letters ? width - letters : 0;
    bool is_right = rows->columns[column].is_right;
    rows->gap += is_right ? pad : 0;
    put_after_gap(rows, text);
    rows->gap += COLUMN_GAP + (is_right ? 0 : pad);
}

static void end_table_line(struct en_rows *rows)
{
    rows->gap = 0;
    en_io_text(rows->io, "\n");
}

static void put_table_header(struct en_rows *rows)
{
    if (rows->io->has_color) {
        en_io_text(rows->io, "\033[1m");
    }
    for (uint32_t i = 0; i < rows->columns_count; i++) {
        put_table_cell(rows, i, title_of(&rows->columns[i]));
    }
    en_io_text(rows->io, rows->io->has_color ? "\033[0m" : "");
    end_table_line(rows);
}

static void flush_held_table(struct en_rows *rows)
{
    if (!rows->is_header_done) {
        for (uint32_t i = 0; i < rows->columns_count; i++) {
            uint32_t letters = letters_of(title_of(&rows->columns[i]));
            rows->widths[i] = rows->widths[i] > letters ? rows->widths[i] : letters;
        }
        put_table_header(rows);
        rows->is_header_done = true;
    }
    const char *cell = (const char *)rows->held.bytes;
    for (uint32_t row = 0; row < rows->held_rows; row++) {
        for (uint32_t i = 0; i < rows->columns_count; i++) {
            put_table_cell(rows, i, cell);
            cell += strlen(cell) + 1;
        }
        end_table_line(rows);
    }
    en_buf_reset(&rows->held);
    rows->held_rows = 0;
}

static void flush_held_single(struct en_rows *rows)
{
    uint32_t width = 0;
    for (uint32_t i = 0; i < rows->columns_count; i++) {
        uint32_t letters = letters_of(title_of(&rows->columns[i]));
        width = letters > width ? letters : width;
    }
    const char *cell = (const char *)rows->held.bytes;
    for (uint32_t i = 0; i < rows->columns_count && rows->held_rows > 0; i++) {
        const char *title = title_of(&rows->columns[i]);
        en_io_text(rows->io, title);
        put_spaces(rows->io, width - letters_of(title) + COLUMN_GAP);
        en_io_text(rows->io, cell);
        en_io_text(rows->io, "\n");
        cell += strlen(cell) + 1;
    }
}

/* A control character would let stored text move the reader's cursor. */
static void hold_table_cell(struct en_rows *rows, struct en_slice text)
{
    uint8_t *room = en_buf_room(&rows->held, text.size + 1);
    if (room == NULL) {
        rows->io->code = rows->held.code;
        return;
    }
    for (size_t i = 0; i < text.size; i++) {
        room[i] = text.bytes[i] < 0x20 || text.bytes[i] == 0x7f ? ' ' : text.bytes[i];
    }
    room[text.size] = '\0';
    uint32_t letters = letters_of((const char *)room);
    uint32_t column = rows->column;
    rows->widths[column] = letters > rows->widths[column] ? letters : rows->widths[column];
}

static void put_json_text(struct en_rows *rows, struct en_slice text)
{
    en_buf_reset(&rows->quoted);
    en_json_quote(&rows->quoted, text);
    en_io_write(rows->io, en_buf_slice(&rows->quoted));
    if (rows->quoted.code != EN_OK) {
        rows->io->code = rows->quoted.code;
    }
}

/* RFC 4180, and a leading = + - @ of a text stays as it is: numbers begin so too. */
static void put_csv_text(struct en_io *io, struct en_slice text)
{
    bool is_quoted = false;
    for (size_t i = 0; i < text.size && !is_quoted; i++) {
        is_quoted = memchr(",\"\r\n", text.bytes[i], 4) != NULL;
    }
    if (!is_quoted) {
        en_io_write(io, text);
        return;
    }
    en_io_text(io, "\"");
    for (size_t i = 0; i < text.size; i++) {
        en_io_write(io, en_slice_of(text.bytes + i, 1));
        if (text.bytes[i] == '"') {
            en_io_text(io, "\"");
        }
    }
    en_io_text(io, "\"");
}

static void put_csv_header(struct en_rows *rows)
{
    for (uint32_t i = 0; i < rows->columns_count; i++) {
        en_io_print(rows->io, "%s%s", i == 0 ? "" : ",", rows->columns[i].name);
    }
    en_io_text(rows->io, "\n");
    rows->is_header_done = true;
}

static void put_json_opening(struct en_rows *rows)
{
    bool is_array = rows->output == EN_OUTPUT_JSON && !rows->is_single;
    if (rows->column == 0 && is_array) {
        en_io_text(rows->io, rows->rows_count == 0 ? "[\n" : ",\n");
    }
    en_io_print(rows->io, "%s\"%s\":", rows->column == 0 ? "{" : ",",
                rows->columns[rows->column].name);
}

static void end_row(struct en_rows *rows)
{
    rows->column = 0;
    rows->rows_count++;
    switch (rows->output) {
    case EN_OUTPUT_TABLE:
        rows->held_rows++;
        bool is_full = rows->held_rows == EN_ROWS_HELD || rows->held.size > EN_ROWS_HELD_SIZE / 2;
        if (is_full && !rows->is_single) {
            flush_held_table(rows);
        }
        break;
    case EN_OUTPUT_JSON:
        en_io_text(rows->io, rows->is_single ? "}\n" : "}");
        break;
    case EN_OUTPUT_LINES:
        en_io_text(rows->io, "}\n");
        break;
    case EN_OUTPUT_CSV:
        en_io_text(rows->io, "\n");
        break;
    }
}

/* How a cell is written: text is quoted in JSON, a raw one is JSON already, nothing is null. */
typedef enum cell_kind {
    CELL_TEXT,
    CELL_RAW,
    CELL_NOTHING,
} cell_kind;

static void put_cell(struct en_rows *rows, cell_kind kind, struct en_slice text)
{
    EN_ASSERT(rows->column < rows->columns_count);
    EN_ASSERT(text.size <= CELL_SIZE_MAX);
    if (rows->output == EN_OUTPUT_TABLE) {
        hold_table_cell(rows, kind == CELL_NOTHING ? en_slice_text("-") : text);
    } else if (rows->output == EN_OUTPUT_CSV) {
        if (!rows->is_header_done) {
            put_csv_header(rows);
        }
        en_io_text(rows->io, rows->column == 0 ? "" : ",");
        put_csv_text(rows->io, text);
    } else {
        put_json_opening(rows);
        if (kind == CELL_TEXT) {
            put_json_text(rows, text);
        } else {
            en_io_write(rows->io, kind == CELL_NOTHING ? en_slice_text("null") : text);
        }
    }
    rows->column++;
    if (rows->column == rows->columns_count) {
        end_row(rows);
    }
}

void en_rows_text(struct en_rows *rows, const char *text)
{
    put_cell(rows, CELL_TEXT, en_slice_text(text));
}

void en_rows_slice(struct en_rows *rows, struct en_slice text)
{
    put_cell(rows, CELL_TEXT, text);
}

void en_rows_slice_or_null(struct en_rows *rows, struct en_slice text)
{
    if (text.size > 0) {
        en_rows_slice(rows, text);
    } else {
        en_rows_null(rows);
    }
}

void en_rows_day(struct en_rows *rows, int32_t day)
{
    char text[EN_DAY_TEXT_SIZE];
    size_t size = en_day_print((struct en_day){day}, text);
    en_rows_slice(rows, en_slice_of(text, size));
}

void en_rows_instant(struct en_rows *rows, struct en_instant instant, int32_t offset_minutes)
{
    char text[EN_INSTANT_TEXT_SIZE];
    size_t size = en_instant_print(instant, offset_minutes, text);
    en_rows_slice(rows, en_slice_of(text, size));
}

void en_rows_instant_or_null(struct en_rows *rows, struct en_instant instant,
                             int32_t offset_minutes)
{
    if (instant.us == 0) {
        en_rows_null(rows);
    } else {
        en_rows_instant(rows, instant, offset_minutes);
    }
}

void en_rows_micro(struct en_rows *rows, int64_t micro)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    size_t size = en_micro_print(micro, text);
    en_rows_slice(rows, en_slice_of(text, size));
}

void en_rows_percent(struct en_rows *rows, int64_t percent)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    struct en_decimal decimal = {percent, -4};
    size_t size = en_decimal_print(en_decimal_canonical(decimal), text);
    en_rows_slice(rows, en_slice_of(text, size));
}

void en_rows_count(struct en_rows *rows, uint64_t count)
{
    char text[24];
    int size = snprintf(text, sizeof text, "%" PRIu64, count);
    put_cell(rows, CELL_RAW, en_slice_of(text, (size_t)size));
}

void en_rows_bool(struct en_rows *rows, bool value)
{
    bool is_for_people = rows->output == EN_OUTPUT_TABLE;
    const char *text = is_for_people ? (value ? "yes" : "no") : (value ? "true" : "false");
    put_cell(rows, CELL_RAW, en_slice_text(text));
}

void en_rows_null(struct en_rows *rows)
{
    put_cell(rows, CELL_NOTHING, en_slice_text(""));
}

void en_rows_json(struct en_rows *rows, struct en_slice json)
{
    put_cell(rows, CELL_RAW, json);
}

void en_rows_end(struct en_rows *rows)
{
    EN_ASSERT(rows->column == 0 || rows->io->code != EN_OK);
    if (rows->output == EN_OUTPUT_TABLE && rows->is_single) {
        flush_held_single(rows);
    } else if (rows->output == EN_OUTPUT_TABLE && (rows->held_rows > 0 || !rows->is_header_done)) {
        flush_held_table(rows);
    } else if (rows->output == EN_OUTPUT_JSON && !rows->is_single) {
        en_io_text(rows->io, rows->rows_count == 0 ? "[]\n" : "\n]\n");
    } else if (rows->output == EN_OUTPUT_CSV && !rows->is_header_done) {
        put_csv_header(rows);
    }
    en_buf_fini(&rows->held);
    en_buf_fini(&rows->quoted);
}
