/* A finding: what one rule of validation says of a run of slots of one channel's day, with what was
 * measured, the limit that it broke and what proves it; and the list of findings of a day in its
 * stored form.
 *
 * The stored form is canonical: equal findings are equal bytes, whoever found them.
 *
 *   varint count, then each finding, rising by (rule, first slot, slots, evidence, reference, ...):
 *   u8 rule, u8 severity + 4 * evidence, varint flags >> 8, varint first, varint slots,
 *   zigzag measured, zigzag limit, varint reference (only where there is evidence)
 *
 *   I1 at least one finding   I2 strictly rising, so none stands twice   I3 nothing left over
 *
 * Numbers of rules, severities and evidence are stored: never changed or reused. Plain values, no
 * memory of their own, any thread. */
#ifndef EN_CORE_METERING_VALIDATION_FINDING_H
#define EN_CORE_METERING_VALIDATION_FINDING_H

#include "core/buf.h"
#include "core/instant.h"
#include "core/json.h"
#include "core/metering/quantity.h"
#include "core/metering/rule/rule.h"

/* The order of judging (domain rules, 1.2). */
typedef enum en_finding_stage {
    EN_FINDING_STAGE_IDENTITY = 1,
    EN_FINDING_STAGE_UNITS = 2,
    EN_FINDING_STAGE_DUPLICATES = 3,
    EN_FINDING_STAGE_CLOCK = 4,
    EN_FINDING_STAGE_GAP = 5,
    EN_FINDING_STAGE_STATUS = 6,
    EN_FINDING_STAGE_RANGE = 7,
    EN_FINDING_STAGE_SUM = 8,
    EN_FINDING_STAGE_SHAPE = 9,
    EN_FINDING_STAGE_CROSS = 10,
    EN_FINDING_STAGE_HISTORY = 11,
    EN_FINDING_STAGE_PERIOD = 12,
} en_finding_stage;

/* What the numbers of a finding count, each in 1e-6 of it. */
typedef enum en_measure {
    EN_MEASURE_NONE = 0,     /* nothing is measured */
    EN_MEASURE_AMOUNT = 1,   /* the unit of the channel */
    EN_MEASURE_COUNT = 2,    /* things */
    EN_MEASURE_SECONDS = 3,  /* time */
    EN_MEASURE_SHARE = 4,    /* of one: 0.25 is 25 % */
    EN_MEASURE_REGISTER = 5, /* the unit of a register as read */
} en_measure;

/* Every rule once: name, number (V-<number>), stage, measure, what a finding of it says. */
#define EN_FINDING_RULES(RULE)                                                                     \
    RULE(IDENT, 1, IDENTITY, NONE, "the device that was read is not the one configured",           \
         "прочитан не тот прибор, который указан в конфигурации")                                  \
    RULE(CLOCK, 2, CLOCK, SECONDS, "the device's clock is wrong", "часы прибора врут")             \
    RULE(COUNT, 3, GAP, COUNT, "another number of values than the day has slots",                  \
         "число значений не равно числу интервалов суток")                                         \
    RULE(GAP, 4, GAP, NONE, "no value", "нет значения")                                            \
    RULE(DUP, 5, DUPLICATES, AMOUNT, "two different values came for one slot",                     \
         "для одного интервала пришли два разных значения")                                        \
    RULE(FUTURE, 6, CLOCK, SECONDS, "came before its slot had ended",                              \
         "получено раньше, чем закончился интервал")                                               \
    RULE(SUM, 7, SUM, AMOUNT, "slots and register advance disagree",                               \
         "сумма интервалов расходится с приращением показаний")                                    \
    RULE(REG_MONO, 8, SUM, REGISTER, "the register went back", "показание уменьшилось")            \
    RULE(SPIKE, 9, SHAPE, AMOUNT, "far above the other values of the day",                         \
         "намного выше остальных значений суток")                                                  \
    RULE(KVARH, 10, CROSS, AMOUNT, "reactive energy without active energy",                        \
         "реактивная энергия без активной")                                                        \
    RULE(HILO_USE, 11, PERIOD, SHARE, "daily use far from the reference period",                   \
         "среднесуточное потребление далеко от базового периода")                                  \
    RULE(HILO_DEMAND, 12, PERIOD, AMOUNT, "peak demand far from the reference period",             \
         "максимум нагрузки далек от базового периода")                                            \
    RULE(ZERO_RUN, 13, SHAPE, SECONDS, "zero for longer than expected", "ноль дольше допустимого") \
    RULE(NEG, 14, RANGE, AMOUNT, "negative where that cannot be",                                  \
         "отрицательное значение там, где его не может быть")                                      \
    RULE(CAP, 15, RANGE, AMOUNT, "above what the connection can carry",                            \
         "больше, чем может пропустить присоединение")                                             \
    RULE(STATUS, 16, STATUS, NONE, "the device says that the value is not good",                   \
         "прибор сообщает, что значение негодно")                                                  \
    RULE(PWR_OUT, 17, STATUS, SECONDS, "power was out", "питание отсутствовало")                   \
    RULE(PHASE, 18, STATUS, NONE, "a phase of the voltage was lost under load",                    \
         "под нагрузкой пропала фаза напряжения")                                                  \
    RULE(STALE, 19, SHAPE, COUNT, "the same value again and again",                                \
         "одно и то же значение подряд")                                                           \
    RULE(LOAD_FACTOR, 20, PERIOD, SHARE, "the load factor is out of bounds",                       \
         "коэффициент заполнения графика вне границ")                                              \
    RULE(TOU_SUM, 21, CROSS, REGISTER, "tariff registers and total disagree",                      \
         "сумма тарифных регистров расходится с общим")                                            \
    RULE(CHECK, 22, CROSS, AMOUNT, "main and check meter disagree",                                \
         "основной и контрольный приборы расходятся")                                              \
    RULE(PF, 23, CROSS, SHARE, "too much reactive energy for the active (tg phi)",                 \
         "слишком большая реактивная энергия (tg фи)")                                             \
    RULE(LONG_EST, 24, PERIOD, SHARE, "estimated for too long", "замещается слишком долго")        \
    RULE(INACTIVE, 25, STATUS, AMOUNT, "energy although the point is disconnected",                \
         "потребление при отключенной точке")                                                      \
    RULE(MULT, 26, UNITS, SHARE, "another ratio than configured",                                  \
         "коэффициент не тот, что в конфигурации")                                                 \
    RULE(LATE, 27, CLOCK, SECONDS, "came later than agreed", "получено позже срока")               \
    RULE(HAMPEL, 28, SHAPE, AMOUNT, "far from the values around it",                               \
         "далеко от соседних значений")                                                            \
    RULE(LIKEDAY, 29, HISTORY, AMOUNT, "far from the same slot of like days",                      \
         "далеко от того же интервала похожих суток")                                              \
    RULE(BALANCE, 30, PERIOD, AMOUNT, "the balance of its node does not close",                    \
         "баланс узла не сходится")                                                                \
    RULE(METRO, 31, STATUS, NONE, "verification of the device has expired",                        \
         "срок поверки прибора истек")                                                             \
    RULE(TAMPER, 32, STATUS, NONE, "signs of interference", "признаки вмешательства")              \
    RULE(INTERVAL_SIZE, 33, UNITS, SECONDS, "slots of another length than configured",             \
         "длина интервала не та, что в конфигурации")                                              \
    RULE(SIBLING, 34, CROSS, NONE, "the other channels of the device have no values",              \
         "по другим каналам прибора значений нет")                                                 \
    RULE(EDIT_GUARD, 35, DUPLICATES, AMOUNT, "a change of a final value waits for approval",       \
         "изменение окончательного значения ждет утверждения")

typedef enum en_finding_rule {
#define EN_FINDING_NUMBER(name, number, stage, measure, en, ru) EN_V_##name = number,
    EN_FINDING_RULES(EN_FINDING_NUMBER)
#undef EN_FINDING_NUMBER
} en_finding_rule;

#define EN_FINDING_RULES_COUNT 35

_Static_assert((unsigned)EN_V_IDENT == (unsigned)EN_RULE_V_01, "a rule of validity has one number");
_Static_assert((unsigned)EN_V_EDIT_GUARD == (unsigned)EN_RULE_V_35, "and so has the last");

/* What the reference of a finding names. */
typedef enum en_evidence {
    EN_EVIDENCE_NONE = 0,
    EN_EVIDENCE_CHANNEL = 1, /* the other channel: its id */
    EN_EVIDENCE_EVENT = 2,   /* an event of the log: its seq */
    EN_EVIDENCE_INSTANT = 3, /* a register read, an event of the device: us since 1970 */
    EN_EVIDENCE_DEVICE = 4,  /* a device: its id */
} en_evidence;

struct en_finding {
    uint8_t rule;       /* en_finding_rule */
    uint8_t severity;   /* en_rule_severity, not NONE */
    uint8_t evidence;   /* en_evidence */
    uint16_t first;     /* first slot of the day */
    uint16_t slots;     /* how many; 0: the day as a whole, no slot of its own */
    uint64_t flags;     /* of the quality word, in place (EN_QUALITY_SPIKE); 0: none */
    int64_t measured;   /* 1e-6 of the rule's measure; over a run of slots the worst */
    int64_t limit;      /* the same of what was allowed */
    uint64_t reference; /* what the evidence names; an instant as int64 */
};

/* A list in the making, in the caller's array. What no longer fits sets is_full and is dropped. */
struct en_findings {
    struct en_finding *items;
    uint32_t count;
    uint32_t capacity;
    bool is_full;
};

/* More of one day would not fit a stored entry; only a day of minutes gone mad has them. */
#define EN_FINDINGS_MAX 1024u

/* Begins an empty list in an array of `capacity` elements (up to EN_FINDINGS_MAX). */
void en_findings_init(struct en_findings *findings, struct en_finding *items, uint32_t capacity);

/* Adds one. A finding of a slot right behind the last added one, alike but for its numbers,
 * lengthens that, and the numbers farther over their limit stay: rules add slot by slot. */
void en_findings_add(struct en_findings *findings, const struct en_finding *finding);

/* Brings the list into stored order and drops doubles. A full list ends with a BLOCKING finding of
 * V-03 over the whole day: what did not fit is not passed in silence. */
void en_findings_sort(struct en_findings *findings);

/* The gravest severity and all flags of a slot; a finding of the day as a whole says nothing of
 * slots. */
en_rule_severity en_findings_at(const struct en_findings *findings, uint32_t slot, uint64_t *flags);

/* The gravest severity of all. */
en_rule_severity en_findings_worst(const struct en_findings *findings);

/* Appends the stored form of a sorted list that is not empty. Codes: EN_LIMIT, EN_NOMEM (the
 * buffer's). */
en_code en_findings_encode(const struct en_findings *findings, struct en_buf *out,
                           struct en_error *err) EN_MUST_CHECK;

/* Reads stored bytes into the array of `findings` (init before); an empty slice is an empty list.
 * Codes: EN_CORRUPT (not canonical), EN_LIMIT (more than the array holds). */
en_code en_findings_decode(struct en_slice bytes, struct en_findings *findings,
                           struct en_error *err) EN_MUST_CHECK;

/* "V-07"; what it says in English and in Russian; its place in the order of judging; what it
 * measures. The rule is one (asserted). */
const char *en_finding_rule_id(uint32_t rule);
const char *en_finding_rule_words(uint32_t rule, bool is_russian);
en_finding_stage en_finding_rule_stage(uint32_t rule);
en_measure en_finding_rule_measure(uint32_t rule);

/* The number of "V-07"; 0: no such rule. */
uint32_t en_finding_rule_parse(struct en_slice id);

/* "WARNING", "ERROR", "BLOCKING". */
const char *en_finding_severity_name(en_rule_severity severity);

/* What is known of the day around a finding, for people. */
struct en_finding_place {
    en_unit unit;               /* of the channel */
    struct en_instant day_from; /* of slot 0 */
    uint32_t slot_seconds;
    int32_t offset_minutes; /* local time in the text */
    bool is_russian;
};

/* The time of its slots; of the day as a whole its 24 hours. */
struct en_interval en_finding_span(const struct en_finding *finding,
                                   const struct en_finding_place *place);

/* What was measured and the limit as they are shown (shares in percent), and their unit, "" for
 * counts and registers. False: the rule measures nothing, or a number does not fit. */
bool en_finding_numbers(const struct en_finding *finding, const struct en_finding_place *place,
                        int64_t *measured, int64_t *limit, const char **unit);

/* Appends one line in words, with no newline: "V-07 BLOCKING slots and register advance disagree:
 * 90 kWh, allowed 80 kWh (2026-01-02T00:00:00+03:00, register read)". */
void en_finding_print(const struct en_finding *finding, const struct en_finding_place *place,
                      struct en_buf *out);

/* Adds an object: rule, severity, text, flags, from and to, measured, limit, unit, evidence. */
void en_finding_json(const struct en_finding *finding, const struct en_finding_place *place,
                     struct en_json *json, const char *key);

#endif
