#include "formats/csv/stamp.h"

#include "formats/findings.h"

#define CENTURY 2000

typedef enum part {
    PART_LITERAL = 0,
    PART_YEAR,
    PART_MONTH,
    PART_DAY,
    PART_HOUR,
    PART_MINUTE,
    PART_SECOND,
    PARTS_COUNT,
} part;

/* One word of a pattern. */
struct word {
    part part;
    size_t size; /* in the pattern */
    uint32_t digits_min;
    uint32_t digits_max;
};

static const struct {
    const char *text;
    part part;
    uint32_t digits_min;
    uint32_t digits_max;
} words[] = {
    {"YYYY", PART_YEAR, 4, 4}, {"YY", PART_YEAR, 2, 2}, {"MM", PART_MONTH, 2, 2},
    {"DD", PART_DAY, 2, 2},    {"hh", PART_HOUR, 2, 2}, {"mm", PART_MINUTE, 2, 2},
    {"ss", PART_SECOND, 2, 2}, {"M", PART_MONTH, 1, 2}, {"D", PART_DAY, 1, 2},
    {"h", PART_HOUR, 1, 2},
};

static struct word word_at(struct en_slice pattern, size_t at)
{
    struct en_slice rest = en_slice_of(pattern.bytes + at, pattern.size - at);
    for (size_t i = 0; i < EN_COUNT_OF(words); i++) {
        size_t size = strlen(words[i].text);
        if (rest.size >= size && memcmp(rest.bytes, words[i].text, size) == 0) {
            return (struct word){words[i].part, size, words[i].digits_min, words[i].digits_max};
        }
    }
    return (struct word){PART_LITERAL, 1, 0, 0};
}

en_code en_stamp_check(struct en_slice pattern, struct en_error *err)
{
    bool seen[PARTS_COUNT] = {false};
    bool is_open = false;
    for (size_t at = 0; at < pattern.size;) {
        struct word word = word_at(pattern, at);
        bool is_repeated = word.part != PART_LITERAL && seen[word.part];
        if (is_repeated) {
            return en_error_set(err, EN_MALFORMED,
                                "the pattern names something twice, position %zu", at + 1);
        }
        seen[word.part] = true;
        bool is_bracket = pattern.bytes[at] == '[';
        bool is_close = pattern.bytes[at] == ']';
        if ((is_bracket && is_open) || (is_close && (!is_open || at + 1 != pattern.size))) {
            return en_error_set(err, EN_MALFORMED,
                                "[...] may stand once, at the end of the pattern, position %zu",
                                at + 1);
        }
        is_open = is_bracket || (is_open && !is_close);
        at += word.size;
    }
    if (is_open || !seen[PART_YEAR] || !seen[PART_MONTH] || !seen[PART_DAY]) {
        return en_error_set(err, EN_MALFORMED,
                            is_open ? "the pattern's [ is never closed"
                                    : "the pattern needs a year, a month and a day: YYYY MM DD");
    }
    return EN_OK;
}

static en_code unexpected(struct en_slice text, size_t at, const char *what, struct en_error *err)
{
    char shown[EN_SHOWN_SIZE];
    return en_error_set(err, EN_MALFORMED, "time \"%s\": %s at position %zu", en_shown(text, shown),
                        what, at + 1);
}

static en_code take_number(const struct word *word, struct en_slice text, size_t *at,
                           int32_t *number, struct en_error *err)
{
    uint32_t digits = 0;
    *number = 0;
    while (digits < word->digits_max && *at < text.size && text.bytes[*at] >= '0' &&
           text.bytes[*at] <= '9') {
        *number = *number * 10 + (text.bytes[*at] - '0');
        digits++;
        (*at)++;
    }
    return digits >= word->digits_min ? EN_OK : unexpected(text, *at, "a digit is missing", err);
}

/* Numbers of the text by the pattern. */
static en_code take_parts(struct en_slice pattern, struct en_slice text, int32_t *parts,
                          struct en_error *err)
{
    size_t at = 0;
    for (size_t p = 0; p < pattern.size;) {
        struct word word = word_at(pattern, p);
        uint8_t literal = pattern.bytes[p];
        p += word.size;
        if (word.part != PART_LITERAL) {
            en_code code = take_number(&word, text, &at, &parts[word.part], err);
            if (code != EN_OK) {
                return code;
            }
            parts[word.part] += word.part == PART_YEAR && word.digits_max == 2 ? CENTURY : 0;
        } else if (literal == '[' && at == text.size) {
            return EN_OK;
        } else if (literal != '[' && literal != ']') {
            if (at >= text.size || text.bytes[at] != literal) {
                return unexpected(text, at, "not as the pattern says", err);
            }
            at++;
        }
    }
    return at == text.size ? EN_OK : unexpected(text, at, "more than the pattern says", err);
}

en_code en_stamp_read(struct en_slice pattern, struct en_slice text, struct en_civil *civil,
                      struct en_error *err)
{
    int32_t parts[PARTS_COUNT] = {0};
    char shown[EN_SHOWN_SIZE];
    struct en_day day = {0};
    en_code code = take_parts(pattern, text, parts, err);
    if (code != EN_OK) {
        return code;
    }
    bool is_midnight = parts[PART_HOUR] == 24 && parts[PART_MINUTE] == 0 && parts[PART_SECOND] == 0;
    bool is_time = (parts[PART_HOUR] < 24 || is_midnight) && parts[PART_MINUTE] < 60 &&
                   parts[PART_SECOND] < 60;
    if (!is_time || en_day_of_date(parts[PART_YEAR], (uint32_t)parts[PART_MONTH],
                                   (uint32_t)parts[PART_DAY], &day, NULL) != EN_OK) {
        return en_error_set(err, EN_RANGE, "\"%s\" is no date and time that exists",
                            en_shown(text, shown));
    }
    if (is_midnight && day.n < EN_DAY_MAX) {
        day.n++;
    }
    *civil = en_day_civil(day);
    civil->hour = is_midnight ? 0 : (uint8_t)parts[PART_HOUR];
    civil->minute = (uint8_t)parts[PART_MINUTE];
    civil->second = (uint8_t)parts[PART_SECOND];
    return EN_OK;
}
