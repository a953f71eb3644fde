#include "core/metering/device/event_class.h"

static const struct en_event_class_info classes[] = {
#define CLASS(name, number, text, pair, severity, category, effect, en, ru)                        \
    {                                                                                              \
        EN_EVENT_##name,                                                                           \
        text,                                                                                      \
        (pair) != 0,                                                                               \
        EN_EVENT_##severity,                                                                       \
        EN_EVENT_CATEGORY_##category,                                                              \
        EN_EVENT_EFFECT_##effect,                                                                  \
        en,                                                                                        \
        ru},
#include "core/metering/device/event_class.def"
#undef CLASS
};

static const struct en_event_part_info parts[] = {
#define PART(name, number, text, own, en, ru) {EN_EVENT_PART_##name, text, (own) != 0, en, ru},
#include "core/metering/device/event_part.def"
#undef PART
};

static const char *const category_texts[] = {
#define CATEGORY_TEXT(name, number, text, en, ru) [number] = text,
    EN_EVENT_CATEGORIES(CATEGORY_TEXT)
#undef CATEGORY_TEXT
};

static const char *const category_abouts[][2] = {
#define CATEGORY_ABOUT(name, number, text, en, ru) [number] = {en, ru},
    EN_EVENT_CATEGORIES(CATEGORY_ABOUT)
#undef CATEGORY_ABOUT
};

static const char *const effect_abouts[] = {
#define EFFECT_ABOUT(name, number, about) [number] = about,
    EN_EVENT_EFFECTS(EFFECT_ABOUT)
#undef EFFECT_ABOUT
};

static const char *const edge_texts[] = {NULL, "start", "end", "point"};
static const char *const severity_texts[] = {NULL, "info", "warning", "error", "alarm"};

const struct en_event_class_info *en_event_classes(uint32_t *count)
{
    *count = (uint32_t)EN_COUNT_OF(classes);
    return classes;
}

const struct en_event_part_info *en_event_parts(uint32_t *count)
{
    *count = (uint32_t)EN_COUNT_OF(parts);
    return parts;
}

const struct en_event_class_info *en_event_class_info(uint32_t number)
{
    for (size_t i = 0; i < EN_COUNT_OF(classes); i++) {
        if ((uint32_t)classes[i].class == number) {
            return &classes[i];
        }
    }
    return NULL;
}

const struct en_event_class_info *en_event_class_by_text(struct en_slice text)
{
    for (size_t i = 0; i < EN_COUNT_OF(classes); i++) {
        if (en_slice_equal(en_slice_text(classes[i].text), text)) {
            return &classes[i];
        }
    }
    return NULL;
}

const struct en_event_part_info *en_event_part_info(uint32_t number)
{
    for (size_t i = 0; i < EN_COUNT_OF(parts); i++) {
        if ((uint32_t)parts[i].part == number) {
            return &parts[i];
        }
    }
    return NULL;
}

const struct en_event_part_info *en_event_part_by_text(struct en_slice text)
{
    for (size_t i = 0; i < EN_COUNT_OF(parts); i++) {
        if (en_slice_equal(en_slice_text(parts[i].text), text)) {
            return &parts[i];
        }
    }
    return NULL;
}

const char *en_event_edge_text(en_event_edge edge)
{
    EN_ASSERT(edge >= EN_EVENT_START);
    EN_ASSERT(edge <= EN_EVENT_POINT);
    return edge_texts[edge];
}

bool en_event_edge_by_text(struct en_slice text, en_event_edge *edge)
{
    for (uint32_t i = EN_EVENT_START; i <= EN_EVENT_POINT; i++) {
        if (en_slice_equal(en_slice_text(edge_texts[i]), text)) {
            *edge = (en_event_edge)i;
            return true;
        }
    }
    return false;
}

const char *en_event_severity_text(en_event_severity severity)
{
    EN_ASSERT(severity >= EN_EVENT_INFO);
    EN_ASSERT(severity <= EN_EVENT_ALARM);
    return severity_texts[severity];
}

const char *en_event_category_text(en_event_category category)
{
    EN_ASSERT(category < EN_EVENT_CATEGORIES_COUNT);
    return category_texts[category];
}

bool en_event_category_by_text(struct en_slice text, en_event_category *category)
{
    for (uint32_t i = 0; i < EN_EVENT_CATEGORIES_COUNT; i++) {
        if (en_slice_equal(en_slice_text(category_texts[i]), text)) {
            *category = (en_event_category)i;
            return true;
        }
    }
    return false;
}

const char *en_event_category_about(en_event_category category, bool is_russian)
{
    EN_ASSERT(category < EN_EVENT_CATEGORIES_COUNT);
    return category_abouts[category][is_russian ? 1 : 0];
}

const char *en_event_effect_about(en_event_effect effect)
{
    EN_ASSERT(effect < EN_EVENT_EFFECTS_COUNT);
    return effect_abouts[effect];
}

en_event_part en_event_pair_part(uint32_t part)
{
    const struct en_event_part_info *info = en_event_part_info(part);
    EN_ASSERT(info != NULL);
    return info->is_own ? info->part : EN_EVENT_PART_NONE;
}

en_code en_event_meaning_check(struct en_event_meaning meaning, struct en_error *err)
{
    const struct en_event_class_info *info = en_event_class_info(meaning.class);
    if (info == NULL) {
        return en_error_set(err, EN_RANGE, "there is no event class %u", meaning.class);
    }
    if (en_event_part_info(meaning.part) == NULL) {
        return en_error_set(err, EN_RANGE, "there is no event part %u", meaning.part);
    }
    if (meaning.edge < EN_EVENT_START || meaning.edge > EN_EVENT_POINT) {
        return en_error_set(err, EN_RANGE, "the edge is 1 start, 2 end or 3 point, not %u",
                            meaning.edge);
    }
    if (!info->is_pair && meaning.edge != EN_EVENT_POINT) {
        return en_error_set(err, EN_RANGE, "%s is over when it happened: its edge is point",
                            info->text);
    }
    return EN_OK;
}
