#include "app/commands/definition.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/data_dir.h"
#include "core/decimal.h"
#include "core/limits.h"

#define FILE_SIZE_MAX (EN_MAPPING_SIZE_MAX * 16)
#define ARENA_SIZE_MAX (16u << 20)

static en_code read_file(const char *path, const char *name, struct en_buf *bytes,
                         struct en_error *err)
{
    FILE *file = fopen(path, "re");
    uint8_t block[4096];
    if (file == NULL) {
        return errno == ENOENT ? en_error_set(err, EN_NOT_FOUND, "there is no file %.256s", name)
                               : en_errno_error(errno, "cannot read", name, err);
    }
    size_t size = fread(block, 1, sizeof block, file);
    while (size > 0) {
        en_buf_append(bytes, block, size);
        size = fread(block, 1, sizeof block, file);
    }
    bool is_failed = ferror(file) != 0;
    (void)fclose(file);
    return is_failed ? en_errno_error(errno, "cannot read", name, err) : en_buf_code(bytes, err);
}

en_code en_definition_open(struct en_definition *definition, const struct en_io *io,
                           const char *name, struct en_error *err)
{
    char path[EN_PATH_SIZE];
    struct en_buf bytes;
    json_error_t where;
    *definition = (struct en_definition){.name = name};
    en_arena_init(&definition->arena, ARENA_SIZE_MAX);
    en_buf_init(&bytes, FILE_SIZE_MAX);
    en_code code = en_io_path(io, name, path, err);
    code = code == EN_OK ? read_file(path, name, &bytes, err) : code;
    if (code == EN_OK) {
        definition->root =
            json_loadb((const char *)bytes.bytes, bytes.size, JSON_REJECT_DUPLICATES, &where);
        if (definition->root == NULL) {
            code = en_error_set(err, EN_MALFORMED, "%.256s: line %d, column %d: %s", name,
                                where.line, where.column, where.text);
        } else if (!json_is_object(definition->root)) {
            code = en_error_set(err, EN_MALFORMED, "%.256s: an object {...} is wanted", name);
        }
    }
    en_buf_fini(&bytes);
    return code;
}

void en_definition_fini(struct en_definition *definition)
{
    json_decref(definition->root);
    en_arena_fini(&definition->arena);
}

en_code en_definition_fault(const struct en_definition *definition, struct en_error *err,
                            const char *where, const char *format, ...)
{
    char text[EN_ERROR_TEXT_SIZE / 2];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return en_error_set(err, EN_MALFORMED, "%.128s: %s: %s", definition->name, where, text);
}

en_code en_definition_members(const struct en_definition *definition, const json_t *object,
                              const char *where, const char *const *words, struct en_error *err)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        bool is_known = false;
        for (size_t i = 0; words[i] != NULL; i++) {
            is_known = is_known || strcmp(words[i], key) == 0;
        }
        if (!is_known) {
            return en_definition_fault(definition, err, where, "\"%.64s\" is not known here", key);
        }
    }
    return EN_OK;
}

en_code en_definition_text(const struct en_definition *definition, const json_t *object,
                           const char *word, struct en_slice *text, struct en_error *err)
{
    const json_t *value = json_object_get(object, word);
    *text = en_slice_of("", 0);
    if (value == NULL) {
        return EN_OK;
    }
    if (!json_is_string(value)) {
        return en_definition_fault(definition, err, word, "text in quotes is wanted");
    }
    *text = en_slice_of(json_string_value(value), json_string_length(value));
    return EN_OK;
}

en_code en_definition_micro(const struct en_definition *definition, const json_t *value,
                            const char *where, int64_t *micro, struct en_error *err)
{
    char number[32];
    struct en_slice text = en_slice_of("", 0);
    if (json_is_integer(value)) {
        (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        text = en_slice_text(number);
    } else if (json_is_string(value)) {
        text = en_slice_of(json_string_value(value), json_string_length(value));
    } else {
        return en_definition_fault(definition, err, where,
                                   "a number is wanted, in quotes where it has a fraction: "
                                   "\"2.34567\"");
    }
    struct en_error fault = {0};
    en_code code = en_micro_parse(text, micro, &fault);
    return code == EN_OK ? EN_OK : en_definition_fault(definition, err, where, "%s", fault.text);
}

en_code en_offset_parse(const char *text, int32_t *minutes, struct en_error *err)
{
    bool is_signed = text[0] == '-' || text[0] == '+';
    unsigned hours = 0;
    unsigned rest = 0;
    char end = 0;
    int fields = is_signed ? sscanf(text + 1, "%2u:%2u%c", &hours, &rest, &end) : 0;
    if (fields != 2 || hours > 18 || rest > 59) {
        return en_error_set(err, EN_USAGE, "an offset is like +03:00, not \"%.32s\"", text);
    }
    int32_t whole = (int32_t)(hours * 60 + rest);
    *minutes = text[0] == '-' ? -whole : whole;
    return EN_OK;
}

void *en_definition_room(struct en_definition *definition, size_t count, size_t size)
{
    return en_arena_alloc(&definition->arena, (count + 1) * size);
}

en_code en_definition_no_memory(struct en_error *err)
{
    return en_error_set(err, EN_NOMEM, "no memory for a definition");
}
