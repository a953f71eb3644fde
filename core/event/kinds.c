#include "core/event/payload.h"

#define NUMBERS_MAX 128u /* above every number of kinds.def; grows with them */

enum nature { FACT = 0, COMMAND = 1 };

/* A payload of its own form has no record; & and * cancel out, so this is a null pointer. */
#define en_payload_RAW (*(const struct en_record *)NULL)

static const struct en_kind_info kinds[] = {
#define EN_KIND(name, number, text, nature, barrier, subject, payload)                             \
    {EN_KIND_##name,       text, nature == COMMAND, barrier != 0, EN_NAME_##subject,               \
     &en_payload_##payload},
#include "core/event/kinds.def"
#undef EN_KIND
};

/* Place in `kinds` + 1 by number; 0 = not known. */
enum {
#define EN_KIND(name, number, text, nature, barrier, subject, payload) PLACE_##name,
#include "core/event/kinds.def"
#undef EN_KIND
};
static const uint8_t places[NUMBERS_MAX] = {
#define EN_KIND(name, number, text, nature, barrier, subject, payload) [number] = PLACE_##name + 1,
#include "core/event/kinds.def"
#undef EN_KIND
};

_Static_assert(EN_COUNT_OF(kinds) < UINT8_MAX, "places are bytes");

const struct en_kind_info *en_kind_info(uint16_t kind)
{
    if (kind >= NUMBERS_MAX || places[kind] == 0) {
        return NULL;
    }
    const struct en_kind_info *info = &kinds[places[kind] - 1];
    EN_ASSERT(info->kind == kind);
    return info;
}

const struct en_kind_info *en_kind_by_name(const char *name)
{
    for (size_t i = 0; i < EN_COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

const struct en_kind_info *en_kinds(uint32_t *count)
{
    *count = EN_COUNT_OF(kinds);
    return kinds;
}
