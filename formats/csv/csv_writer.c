/* Tables in long form, one value a row, so that any number of points and channels fit one file:
 *
 *   point,channel,from,to,unit,energy,quality          intervals
 *   point,channel,at,unit,value,quality                register readings
 *
 * Times are RFC 3339 at the fiscal offset, numbers as they are kept, a missing value is an empty
 * cell. Lines end in LF. */
#include "formats/csv/csv.h"

#include "core/metering/quality.h"

static void put_field(struct en_buf *out, struct en_slice text)
{
    bool needs_quotes = false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = text.bytes[i];
        needs_quotes = needs_quotes || byte == ',' || byte == '"' || byte == '\n' || byte == '\r';
    }
    bool has_edge_blank =
        text.size > 0 && (text.bytes[0] == ' ' || text.bytes[text.size - 1] == ' ');
    if (!needs_quotes && !has_edge_blank) {
        en_buf_append(out, text.bytes, text.size);
        return;
    }
    en_buf_u8(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] == '"') {
            en_buf_u8(out, '"');
        }
        en_buf_u8(out, text.bytes[i]);
    }
    en_buf_u8(out, '"');
}

static void put_instant(struct en_buf *out, struct en_instant at, int32_t offset_minutes)
{
    char text[EN_INSTANT_TEXT_SIZE];
    size_t size = en_instant_print(at, offset_minutes, text);
    en_buf_append(out, text, size);
    en_buf_u8(out, ',');
}

/* Value and quality: the end of every row. */
static void put_value(struct en_buf *out, struct en_decimal value, uint64_t quality)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    if (!en_quality_is_missing(quality)) {
        en_buf_append(out, text, en_decimal_print(value, text));
    }
    en_buf_u8(out, ',');
    en_export_quality(quality, out);
    en_buf_u8(out, '\n');
}

static void write_head_blocks(struct en_buf *out)
{
    en_buf_text(out, "point,channel,from,to,unit,energy,quality\n");
}

static void write_head_registers(struct en_buf *out)
{
    en_buf_text(out, "point,channel,at,unit,value,quality\n");
}

static void write_block(const struct en_export_block *block, struct en_buf *out)
{
    const struct en_block_head *head = &block->block->head;
    int64_t slot_us = head->slot_seconds * EN_SECOND_US;
    for (uint32_t i = 0; i < head->count; i++) {
        struct en_instant from = {block->from.us + i * slot_us};
        put_field(out, block->point);
        en_buf_u8(out, ',');
        put_field(out, block->channel);
        en_buf_u8(out, ',');
        put_instant(out, from, block->offset_minutes);
        put_instant(out, (struct en_instant){from.us + slot_us}, block->offset_minutes);
        put_field(out, en_slice_text(en_unit_name(block->unit)));
        en_buf_u8(out, ',');
        put_value(out, (struct en_decimal){block->block->values[i], head->exponent},
                  block->block->quality[i]);
    }
}

static void write_reading(const struct en_export_register *reading, struct en_buf *out)
{
    put_field(out, reading->point);
    en_buf_u8(out, ',');
    put_field(out, reading->channel);
    en_buf_u8(out, ',');
    put_instant(out, reading->at, reading->offset_minutes);
    put_field(out, en_slice_text(en_unit_name(reading->unit)));
    en_buf_u8(out, ',');
    put_value(out, reading->value, reading->quality);
}

const struct en_format_writer en_csv_writer = {
    .head_blocks = write_head_blocks,
    .head_registers = write_head_registers,
    .block = write_block,
    .reading = write_reading,
};
