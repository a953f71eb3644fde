/* Lines of JSON: what an export writes, and back. The fiscal zone of new objects is the offset that
 * the first line's time is written at, unless the user asks for another. */
#include "formats/json/json_line.h"

#include "formats/encoding.h"

#define OFFSET_SIZE 6u /* "+04:00" */

/* The next line without its end; empty lines, too. */
static struct en_slice take_line(struct en_slice *rest)
{
    const uint8_t *end = memchr(rest->bytes, '\n', rest->size);
    size_t size = end != NULL ? (size_t)(end - rest->bytes) : rest->size;
    struct en_slice line = en_slice_of(rest->bytes, size);
    size_t taken = end != NULL ? size + 1 : size;
    *rest = en_slice_of(rest->bytes + taken, rest->size - taken);
    return line;
}

/* The offset behind the first "from" or "at" of the text: "+04:00" or "Z". */
static struct en_slice first_offset(struct en_slice text)
{
    static const char *const keys[] = {"\"from\":\"", "\"at\":\""};
    struct en_slice line = text.size > 0 ? take_line(&text) : text;
    for (size_t i = 0; i < EN_COUNT_OF(keys) && line.size > 0; i++) {
        const uint8_t *found = memmem(line.bytes, line.size, keys[i], strlen(keys[i]));
        if (found == NULL) {
            continue;
        }
        const uint8_t *from = found + strlen(keys[i]);
        const uint8_t *end = memchr(from, '"', line.size - (size_t)(from - line.bytes));
        size_t size = end != NULL ? (size_t)(end - from) : 0;
        if (size > OFFSET_SIZE && end[-1] != 'Z') {
            return en_slice_of(end - OFFSET_SIZE, OFFSET_SIZE);
        }
    }
    return en_slice_text("Z");
}

static en_code read_lines(struct en_slice text, struct en_staging *staging, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t number = 1; text.size > 0 && code == EN_OK; number++) {
        struct en_slice line = take_line(&text);
        if (line.size > EN_CSV_ROW_SIZE_MAX) {
            en_staging_reject(staging, (struct en_place){number, 0}, 1, "split the line",
                              "the line is longer than %u bytes", EN_CSV_ROW_SIZE_MAX);
        } else if (line.size > 0) {
            code = en_json_line_read(line, number, staging, err);
        }
    }
    return code;
}

static en_code json_read(const struct en_format_input *input, struct en_staging *staging,
                         en_duplicates *duplicates, struct en_error *err)
{
    *duplicates = EN_DUPLICATES_ERROR;
    if (!en_encoding_is_utf8(input->bytes, NULL)) {
        return en_error_set(err, EN_MALFORMED, "the file is not UTF-8, so it is not JSON");
    }
    if (input->bytes.size == 0 || input->bytes.bytes[0] != '{') {
        return en_error_set(err, EN_MALFORMED, "the first line is not a JSON object");
    }
    bool is_asked = input->zone_name != NULL;
    en_code code = EN_OK;
    if (is_asked) {
        code = en_fiscal_zone_parse(en_slice_text(input->zone_name), input->zones, &staging->zone,
                                    err);
    } else if (en_fiscal_zone_parse(first_offset(input->bytes), NULL, &staging->zone, NULL) !=
               EN_OK) { /* the first line's time will be refused */
        code = en_fiscal_zone_parse(en_slice_text("Z"), NULL, &staging->zone, err);
    }
    return code == EN_OK ? read_lines(input->bytes, staging, err) : code;
}

const struct en_format en_format_json = {
    .name = "json",
    .about = "lines of JSON, a day of a channel or a reading each, as export writes them",
    .extensions = ".json .ndjson .jsonl",
    .edition = 1,
    .read = json_read,
    .writer = &en_json_line_writer,
};
