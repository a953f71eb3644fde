#include "formats/export.h"

#include "core/metering/quality.h"
#include "formats/findings.h"
#include "formats/format.h"

#define PIECE_SIZE (1u << 20) /* text given to the target at a time */

/* Writes what has been gathered and empties the buffer. */
static en_code give(const struct en_export_target *target, struct en_buf *text,
                    struct en_error *err)
{
    en_code code = en_buf_code(text, err);
    if (code == EN_OK && text->size > 0) {
        code = target->write(target->self, en_buf_slice(text), err);
    }
    en_buf_reset(text);
    return code;
}

static void count_block(const struct en_block *block, struct en_export_report *report)
{
    for (uint32_t i = 0; i < block->head.count; i++) {
        bool is_missing = en_quality_is_missing(block->quality[i]);
        report->values_count += is_missing ? 0 : 1;
        report->missing_count += is_missing ? 1 : 0;
    }
}

/* The writer of the format, or why there is none. */
static en_code writer_of(const struct en_format *format, const struct en_format_writer **writer,
                         struct en_error *err)
{
    *writer = format->writer;
    return *writer != NULL
               ? EN_OK
               : en_error_set(err, EN_UNSUPPORTED, "format %s is read, not written", format->name);
}

en_code en_export_blocks(const struct en_format *format, const struct en_export_source *source,
                         const struct en_export_target *target, struct en_export_report *report,
                         struct en_error *err)
{
    const struct en_format_writer *writer = NULL;
    struct en_buf text;
    en_buf_init(&text, 4 * PIECE_SIZE);
    *report = (struct en_export_report){0};
    en_code code = writer_of(format, &writer, err);
    if (code == EN_OK && writer->head_blocks != NULL) {
        writer->head_blocks(&text);
    }
    while (code == EN_OK && source->next_block != NULL) {
        struct en_export_block block = {0};
        en_code next = source->next_block(source->self, &block, err);
        if (next != EN_OK) {
            code = next == EN_NOT_FOUND ? EN_OK : next;
            break;
        }
        writer->block(&block, &text);
        count_block(block.block, report);
        code = text.size >= PIECE_SIZE || text.code != EN_OK ? give(target, &text, err) : EN_OK;
    }
    code = code == EN_OK ? give(target, &text, err) : code;
    en_buf_fini(&text);
    return code;
}

en_code en_export_registers(const struct en_format *format, const struct en_export_source *source,
                            const struct en_export_target *target, struct en_export_report *report,
                            struct en_error *err)
{
    const struct en_format_writer *writer = NULL;
    struct en_buf text;
    en_buf_init(&text, 4 * PIECE_SIZE);
    *report = (struct en_export_report){0};
    en_code code = writer_of(format, &writer, err);
    if (code == EN_OK && writer->head_registers != NULL) {
        writer->head_registers(&text);
    }
    while (code == EN_OK && source->next_register != NULL) {
        struct en_export_register reading = {0};
        en_code next = source->next_register(source->self, &reading, err);
        if (next != EN_OK) {
            code = next == EN_NOT_FOUND ? EN_OK : next;
            break;
        }
        writer->reading(&reading, &text);
        bool is_missing = en_quality_is_missing(reading.quality);
        report->values_count += is_missing ? 0 : 1;
        report->missing_count += is_missing ? 1 : 0;
        code = text.size >= PIECE_SIZE || text.code != EN_OK ? give(target, &text, err) : EN_OK;
    }
    code = code == EN_OK ? give(target, &text, err) : code;
    en_buf_fini(&text);
    return code;
}

void en_export_quality(uint64_t quality, struct en_buf *out)
{
    en_source source = en_quality_source(quality);
    en_buf_text(out, en_source_name(source));
    if (source == EN_SOURCE_DERIVED) {
        en_buf_print(out, "(%s)", en_source_name(en_quality_worst_source(quality)));
    }
    if (en_quality_verdict(quality) != EN_VERDICT_NOT_VALIDATED) {
        en_buf_print(out, "+%s", en_verdict_name(en_quality_verdict(quality)));
    }
    for (unsigned i = 0; i < EN_QUALITY_FLAGS_COUNT; i++) {
        if ((quality & EN_QUALITY_FLAG(i)) != 0) {
            en_buf_print(out, "+%s", en_quality_flag_name(i));
        }
    }
}

/* The piece up to the next '+'; what is behind it stays in *rest. */
static struct en_slice take_word(struct en_slice *rest)
{
    const uint8_t *plus = rest->size > 0 ? memchr(rest->bytes, '+', rest->size) : NULL;
    size_t size = plus != NULL ? (size_t)(plus - rest->bytes) : rest->size;
    struct en_slice word = en_slice_of(rest->bytes, size);
    size_t taken = plus != NULL ? size + 1 : size;
    *rest = en_slice_of(rest->bytes + taken, rest->size - taken);
    return word;
}

/* "MEASURED" or "DERIVED(EST_ZERO)". */
static en_code parse_source(struct en_slice word, uint64_t *quality, struct en_error *err)
{
    en_source source = EN_SOURCE_NONE;
    const uint8_t *open = word.size > 0 ? memchr(word.bytes, '(', word.size) : NULL;
    size_t size = open != NULL ? (size_t)(open - word.bytes) : word.size;
    en_code code = en_source_parse(en_slice_of(word.bytes, size), &source, err);
    *quality = (uint64_t)source;
    if (code != EN_OK || (open == NULL && source != EN_SOURCE_DERIVED)) {
        return code;
    }
    bool is_closed = open != NULL && word.bytes[word.size - 1] == ')';
    if (!is_closed || source != EN_SOURCE_DERIVED) {
        return en_error_set(err, EN_MALFORMED, "a derived value is written DERIVED(SOURCE)");
    }
    code = en_source_parse(en_slice_of(open + 1, word.size - size - 2), &source, err);
    if (code == EN_OK && source == EN_SOURCE_DERIVED) {
        return en_error_set(err, EN_MALFORMED, "the worst source of a value is never DERIVED");
    }
    *quality |= (uint64_t)source << EN_QUALITY_WORST_SHIFT;
    return code;
}

en_code en_export_quality_parse(struct en_slice text, uint64_t *quality, struct en_error *err)
{
    struct en_slice rest = text;
    uint64_t parsed = 0;
    en_code code = parse_source(take_word(&rest), &parsed, err);
    while (code == EN_OK && rest.size > 0) {
        struct en_slice word = take_word(&rest);
        en_verdict verdict = EN_VERDICT_NOT_VALIDATED;
        uint64_t flag = 0;
        if (en_verdict_parse(word, &verdict, NULL) == EN_OK) {
            parsed = en_quality_with_verdict(parsed, verdict);
        } else {
            code = en_quality_flag_parse(word, &flag, err);
            parsed |= flag;
        }
    }
    if (code == EN_OK) {
        *quality = parsed;
        return EN_OK;
    }
    if (err != NULL) {
        err->code = EN_MALFORMED;
    }
    return EN_MALFORMED;
}
