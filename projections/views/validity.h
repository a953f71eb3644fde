/* Judging one channel's day by the rules in force, from the tables as they stand: what the
 * processor stores as findings, and what a report asks again to say which rules could not run and
 * why.
 *
 * The order is that of the rules: identity, units, duplicates, clock, count and gap, status, range,
 * sums, shape, other channels, history. A device or a grid that is not the configured one ends the
 * judging of the day. What a rule rejects, later rules do not see. Slots are those of the fiscal
 * day where the values lie on the channel's grid, else those that came.
 *
 * A judge is a large struct of scratch memory (about 150 KB) of its caller; one thread. */
#ifndef EN_PROJECTIONS_VIEWS_VALIDITY_H
#define EN_PROJECTIONS_VIEWS_VALIDITY_H

#include "core/arena.h"
#include "core/event/payload.h"
#include "projections/views/validity_subject.h"

/* Why a rule did not run: number, English, Russian. */
#define EN_SKIP_REASONS(REASON)                                                                    \
    REASON(NO_VALUES, 1, "the day has no values", "за сутки нет значений")                         \
    REASON(NO_CAPACITY, 2, "neither voltage and current nor a ceiling are known",                  \
           "неизвестны ни напряжение и ток, ни предел")                                            \
    REASON(NO_REGISTER, 3, "the point has no register of this energy",                             \
           "у точки нет счетного регистра этой энергии")                                           \
    REASON(NO_READS, 4, "no two reads of one device on slot edges end on this day",                \
           "в эти сутки не заканчивается промежуток между двумя показаниями одного прибора")       \
    REASON(INCOMPLETE, 5, "a slot between the reads has no value",                                 \
           "между показаниями есть интервал без значения")                                         \
    REASON(FEW_VALUES, 6, "fewer than three values in the day", "в сутках меньше трех значений")   \
    REASON(NO_OTHER_CHANNEL, 7, "the point has no channel to compare with",                        \
           "у точки нет канала для сравнения")                                                     \
    REASON(NO_OTHER_VALUES, 8, "the channel to compare with has no values",                        \
           "у канала для сравнения нет значений")                                                  \
    REASON(NO_CHECK, 9, "no check channel is named", "контрольный канал не назначен")              \
    REASON(NO_ERRORS, 10, "the errors of the channels are not known",                              \
           "погрешности каналов неизвестны")                                                       \
    REASON(NO_LIKE_DAYS, 11, "too few like days with valid values",                                \
           "мало похожих суток с достоверными значениями")                                         \
    REASON(NO_DEVICE, 12, "nobody said which device measures the point",                           \
           "не указано, какой прибор измеряет точку")                                              \
    REASON(NO_EVENTS, 13, "nothing is known of events of the device",                              \
           "о событиях прибора ничего не известно")                                                \
    REASON(NO_CLOCK, 14, "the clock was not compared", "часы не сверялись")                        \
    REASON(NOT_TOLD, 15, "messages do not say it", "сообщения этого не содержат")                  \
    REASON(NO_VERIFICATION, 16, "no date of verification is known", "дата поверки неизвестна")     \
    REASON(NO_TARIFFS, 17, "the point has no tariff registers", "у точки нет тарифных регистров")  \
    REASON(PERIOD, 18, "judges a period, not a day", "оценивает период, а не сутки")               \
    REASON(NO_ARRIVAL, 19, "it is not known when it was received", "время приема неизвестно")      \
    REASON(STOPPED, 20, "a rule before it ended the judging",                                      \
           "проверку прекратило другое правило")                                                   \
    REASON(NO_GRID, 21, "the channel has no grid", "у канала нет сетки интервалов")                \
    REASON(NO_COUNTER, 22, "the channel counts no pulses", "канал не считает импульсы")            \
    REASON(NO_REFERENCE, 23, "neither reference period has values",                                \
           "нет данных ни за один период сравнения")                                               \
    REASON(NO_PEAK, 24, "no slot of the period has energy", "за период нет расхода")               \
    REASON(NO_MEMBERS, 25, "judged by the balances of the period",                                 \
           "оценивается по балансам периода")                                                      \
    REASON(BY_ACT, 26, "values are changed by acts only, which two persons decide",                \
           "значения меняются только актами, которые утверждают двое")

typedef enum en_skip_reason {
    EN_SKIP_NONE = 0,
#define EN_SKIP_NUMBER(name, number, en, ru) EN_SKIP_##name = number,
    EN_SKIP_REASONS(EN_SKIP_NUMBER)
#undef EN_SKIP_NUMBER
} en_skip_reason;
#define EN_SKIP_REASONS_COUNT 27u

const char *en_skip_reason_words(en_skip_reason reason, bool is_russian);

/* V-29 looks back two weeks more than it wants like days, for weeks that have no values. */
#define EN_VALIDITY_LIKE_WEEKS(days) ((days) + 2u)

/* What the clock says of the day. */
struct en_validity_time {
    struct en_instant clock; /* INT64_MIN: not known */
    bool is_expected;        /* the channel had values before, or should have */
};

/* A block laid on slots in 1e-6. */
struct en_validity_slots {
    struct en_validation_day day;
    int64_t micro[EN_SLOTS_MAX];
    uint64_t quality[EN_SLOTS_MAX];
    uint8_t mask[EN_SLOTS_MAX];
    int64_t pulse;          /* the smallest step of a value, 1e-6; 1 at least */
    struct en_instant from; /* of slot 0 */
    uint32_t due_slots;     /* V-04: up to here values are expected */
};

struct en_validity {
    struct en_store *store;
    struct en_arena arena; /* of the day in hand */
    bool is_events_known;  /* since the last en_validity_begin: */
    bool has_events;       /* any device ever reported something */
    bool is_day_known;     /* since then, of known_day: */
    int32_t known_day;
    bool has_conflicts;    /* different values came for a slot of the day */
    bool has_arrivals;     /* it was ever noted when something came */
    struct en_block block; /* scratch */
    struct en_validity_slots own;
    struct en_validity_slots other;
    struct en_finding items[EN_FINDINGS_MAX];
    struct en_findings findings;                 /* of the day in hand */
    uint8_t skipped[EN_FINDING_RULES_COUNT + 1]; /* en_skip_reason of rules in force */
};

void en_validity_init(struct en_validity *validity, struct en_store *store);
void en_validity_fini(struct en_validity *validity);

/* Judges over this store from now on; again when its tables have changed. */
void en_validity_begin(struct en_validity *validity, struct en_store *store);

/* Judges the day: `energy` is the block of the channel's energy (interval), size 0 none. Findings
 * are sorted then. Codes: those of the store, EN_CORRUPT, EN_NOMEM. */
en_code en_validity_judge(struct en_validity *validity, const struct en_validity_subject *subject,
                          const struct en_validity_plan *plan, int32_t day, struct en_slice energy,
                          const struct en_validity_time *time, struct en_error *err) EN_MUST_CHECK;

/* What the slots of a day's findings are: of the channel's grid, or of the block that came. Codes:
 * those of the store, EN_CORRUPT. */
en_code en_validity_place(struct en_store *store, const struct en_validity_subject *subject,
                          int32_t day, struct en_finding_place *place,
                          struct en_error *err) EN_MUST_CHECK;

#endif
