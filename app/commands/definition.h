/* Definitions that people write as JSON files: reading them with words that say where they are
 * wrong. Numbers that are measured or money are text ("2.5"), whole numbers may be numbers; a JSON
 * fraction is refused, for it may have passed through a float. */
#ifndef EN_APP_COMMANDS_DEFINITION_H
#define EN_APP_COMMANDS_DEFINITION_H

#include <jansson.h>

#include "app/io.h"
#include "core/arena.h"
#include "core/instant.h"

struct en_definition {
    const char *name; /* of the file, as given */
    json_t *root;
    struct en_arena arena; /* of what is made from it */
};

/* Reads the file, whose value is an object. fini always. Codes: EN_NOT_FOUND, EN_IO, EN_MALFORMED
 * (with the line), EN_LIMIT (over EN_MAPPING_SIZE_MAX * 16 bytes). */
en_code en_definition_open(struct en_definition *definition, const struct en_io *io,
                           const char *name, struct en_error *err) EN_MUST_CHECK;
void en_definition_fini(struct en_definition *definition);

/* EN_MALFORMED: "FILE: WHERE: what is wrong". */
en_code en_definition_fault(const struct en_definition *definition, struct en_error *err,
                            const char *where, const char *format, ...) EN_PRINTF(4, 5);

/* Every member is one of the words (ended by NULL). EN_MALFORMED names the first that is not. */
en_code en_definition_members(const struct en_definition *definition, const json_t *object,
                              const char *where, const char *const *words,
                              struct en_error *err) EN_MUST_CHECK;

/* A member that is text, "" when absent; the slice lives as long as the definition. */
en_code en_definition_text(const struct en_definition *definition, const json_t *object,
                           const char *word, struct en_slice *text,
                           struct en_error *err) EN_MUST_CHECK;

/* A value that is a number in 1e-6. */
en_code en_definition_micro(const struct en_definition *definition, const json_t *value,
                            const char *where, int64_t *micro, struct en_error *err) EN_MUST_CHECK;

/* Room for so many things and one more, zeroed, as long as the definition; NULL: EN_NOMEM, with the
 * words of the other. */
void *en_definition_room(struct en_definition *definition, size_t count, size_t size);
en_code en_definition_no_memory(struct en_error *err);

/* "+03:00" as minutes. EN_USAGE. */
en_code en_offset_parse(const char *text, int32_t *minutes, struct en_error *err) EN_MUST_CHECK;

#endif
