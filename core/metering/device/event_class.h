/* What devices report of themselves, in one taxonomy: normalised classes of device events, whatever
 * the maker's codes are (event_code.h says which code means which class). Rules, alarms and reports
 * know classes only; the code as reported stands in the log.
 *
 * An event says a class, an edge and a part: a class of pairs has a start and an end that belong
 * together (event_pair.h), a point is over when it has happened. The part says which phase, block
 * or cause it was; phases and blocks are paired each by itself, causes are not.
 *
 * Numbers are stored: never changed or reused. Constant data, any thread. */
#ifndef EN_CORE_METERING_DEVICE_EVENT_CLASS_H
#define EN_CORE_METERING_DEVICE_EVENT_CLASS_H

#include "core/error.h"
#include "core/slice.h"

/* How much a person should care. */
typedef enum en_event_severity {
    EN_EVENT_INFO = 1,
    EN_EVENT_WARNING = 2,
    EN_EVENT_ERROR = 3,
    EN_EVENT_ALARM = 4, /* somebody may be interfering */
} en_event_severity;

/* What kind of thing it is: alarms and lists ask by category. */
#define EN_EVENT_CATEGORIES(CATEGORY)                                                              \
    CATEGORY(NONE, 0, "none", "without a class", "без класса")                                     \
    CATEGORY(SUPPLY, 1, "supply", "power supply and its scheme", "электроснабжение")               \
    CATEGORY(QUALITY, 2, "quality", "voltage and power quality", "качество электроэнергии")        \
    CATEGORY(CURRENT, 3, "current", "current circuits", "токовые цепи")                            \
    CATEGORY(CLOCK, 4, "clock", "clock of the device", "часы прибора")                             \
    CATEGORY(CHANGE, 5, "change", "parameters changed", "изменение параметров")                    \
    CATEGORY(RECORD, 6, "record", "records, firmware, keys", "журналы, ПО, ключи")                 \
    CATEGORY(TAMPER, 7, "tamper", "interference", "вмешательство")                                 \
    CATEGORY(ACCESS, 8, "access", "access attempts", "попытки доступа")                            \
    CATEGORY(RELAY, 9, "relay", "load relay", "реле нагрузки")                                     \
    CATEGORY(LIMIT, 10, "limit", "limits exceeded", "превышение порогов")                          \
    CATEGORY(FAULT, 11, "fault", "faults of the device", "неисправности прибора")                  \
    CATEGORY(LINK, 12, "link", "communication", "связь")

typedef enum en_event_category {
#define EN_EVENT_CATEGORY_NUMBER(name, number, text, english, russian)                             \
    EN_EVENT_CATEGORY_##name = number,
    EN_EVENT_CATEGORIES(EN_EVENT_CATEGORY_NUMBER)
#undef EN_EVENT_CATEGORY_NUMBER
        EN_EVENT_CATEGORIES_COUNT
} en_event_category;

/* What a class does to values of the device's channels while it lasts; the rules named judge it. */
#define EN_EVENT_EFFECTS(EFFECT)                                                                   \
    EFFECT(NONE, 0, "none")                                                                        \
    EFFECT(POWER_OUT, 1, "slots are partial or truly zero (V-17)")                                 \
    EFFECT(PHASE, 2, "slots under-count (V-18)")                                                   \
    EFFECT(QUALITY, 3, "power quality only")                                                       \
    EFFECT(CHECK, 4, "slots are doubtful: circuits or interference (V-32)")                        \
    EFFECT(CLOCK, 5, "slots may be cut wrongly (V-02, R-10)")                                      \
    EFFECT(BLOCK, 6, "what is configured no longer agrees: a human confirms")                      \
    EFFECT(GAP, 7, "records may be missing")                                                       \
    EFFECT(RELAY, 8, "energy is not expected (V-25)")                                              \
    EFFECT(LIMIT, 9, "a limit was exceeded (D-03)")                                                \
    EFFECT(FAULT, 10, "depends on the block (V-16)")                                               \
    EFFECT(LATE, 11, "readings come late")

typedef enum en_event_effect {
#define EN_EVENT_EFFECT_NUMBER(name, number, about) EN_EVENT_EFFECT_##name = number,
    EN_EVENT_EFFECTS(EN_EVENT_EFFECT_NUMBER)
#undef EN_EVENT_EFFECT_NUMBER
        EN_EVENT_EFFECTS_COUNT
} en_event_effect;

/* event_class.def, event_part.def. */
typedef enum en_event_class {
#define CLASS(name, number, text, pair, severity, category, effect, en, ru)                        \
    EN_EVENT_##name = number,
#include "core/metering/device/event_class.def"
#undef CLASS
} en_event_class;

typedef enum en_event_part {
#define PART(name, number, text, own, en, ru) EN_EVENT_PART_##name = number,
#include "core/metering/device/event_part.def"
#undef PART
} en_event_part;

/* At one instant starts stand before ends: see event_pair.h. */
typedef enum en_event_edge {
    EN_EVENT_START = 1,
    EN_EVENT_END = 2,
    EN_EVENT_POINT = 3, /* also a start whose end the device has no code for */
} en_event_edge;

#define EN_EVENT_CLASS_MAX 110
#define EN_EVENT_PART_MAX 60

struct en_event_class_info {
    en_event_class class;
    const char *text; /* "power_off": what people type and tables show */
    bool is_pair;
    en_event_severity severity;
    en_event_category category;
    en_event_effect effect;
    const char *english;
    const char *russian;
};

struct en_event_part_info {
    en_event_part part;
    const char *text;
    bool is_own; /* paired by itself */
    const char *english;
    const char *russian;
};

/* What a code means. */
struct en_event_meaning {
    uint8_t class; /* en_event_class */
    uint8_t edge;  /* en_event_edge */
    uint8_t part;  /* en_event_part */
};

/* All of them, rising numbers. */
const struct en_event_class_info *en_event_classes(uint32_t *count);
const struct en_event_part_info *en_event_parts(uint32_t *count);

/* NULL for a number or text that is none. */
const struct en_event_class_info *en_event_class_info(uint32_t number);
const struct en_event_class_info *en_event_class_by_text(struct en_slice text);
const struct en_event_part_info *en_event_part_info(uint32_t number);
const struct en_event_part_info *en_event_part_by_text(struct en_slice text);

const char *en_event_edge_text(en_event_edge edge); /* "start", "end", "point" */
bool en_event_edge_by_text(struct en_slice text, en_event_edge *edge);
const char *en_event_severity_text(en_event_severity severity); /* "info" .. "alarm" */
const char *en_event_category_text(en_event_category category); /* "supply" ... */
bool en_event_category_by_text(struct en_slice text, en_event_category *category);
const char *en_event_category_about(en_event_category category, bool is_russian);
const char *en_event_effect_about(en_event_effect effect);

/* The part that pairs are told apart by: its own, or NONE for causes. */
en_event_part en_event_pair_part(uint32_t part);

/* Whether the meaning is one: known class and part, a start or end of pairs only. EN_RANGE with
 * what is wrong. */
en_code en_event_meaning_check(struct en_event_meaning meaning, struct en_error *err) EN_MUST_CHECK;

#endif
