/* The words of substitution: by which method a missing or rejected value is estimated (E-01 to
 * E-15), why a method would not (refusals), why a value had to be substituted (reasons).
 *
 * An estimate is made from measured and valid values only, never from estimates
 * (en_estimation_takes). A method that cannot answer refuses with a word instead of a number; what
 * happens then (the next method, a line of the work list) is the chain's (estimation_chain.h).
 * The methods themselves are pure functions: estimation_interp, estimation_likeday,
 * estimation_shape, estimation_cross, estimation_act. Values in 1e-6 of the unit.
 *
 * The numbers are stored in evidence (substitute.h): never changed or reused. Any thread. */
#ifndef EN_CORE_METERING_SUBSTITUTION_ESTIMATION_H
#define EN_CORE_METERING_SUBSTITUTION_ESTIMATION_H

#include "core/metering/quality.h"

/* METHOD(NAME, number as in the rule's id, source of the values, in English, in Russian) */
#define EN_ESTIMATION_METHODS(METHOD)                                                              \
    METHOD(INTERP, 1, EST_INTERP, "straight line between the neighbours",                          \
           "линейная интерполяция между соседними значениями")                                     \
    METHOD(LIKEDAY, 2, EST_LIKEDAY, "mean of the same slot on like days",                          \
           "среднее того же интервала по сопоставимым дням")                                       \
    METHOD(CHECK, 3, EST_CHECK, "the check meter's value", "значение контрольного прибора учёта")  \
    METHOD(REG_SHAPE, 4, EST_REG_SHAPE, "the register's advance, shaped by like days",             \
           "приращение показаний, распределённое по форме сопоставимых дней")                      \
    METHOD(REG_FLAT, 5, EST_REG_SHAPE, "the register's advance, spread evenly",                    \
           "приращение показаний, распределённое равномерно")                                      \
    METHOD(PROFILE, 6, EST_PROFILE, "the register's advance, shaped by a profile",                 \
           "приращение показаний, распределённое по типовому профилю")                             \
    METHOD(ZERO, 7, EST_ZERO, "zero: the supply was out", "ноль: электроснабжение отсутствовало")  \
    METHOD(PRIOR, 8, EST_PRIOR, "the analogous earlier period",                                    \
           "аналогичный расчётный период прошлого")                                                \
    METHOD(MAXPOWER, 9, EST_MAXPOWER, "the point's maximum power",                                 \
           "максимальная мощность точки поставки")                                                 \
    METHOD(PERMCURRENT, 10, EST_PERMCURRENT, "the permissible current of the inlet",               \
           "длительно допустимый ток вводного кабеля")                                             \
    METHOD(BALANCE, 11, EST_BALANCE, "the rest of the node's balance", "остаток баланса узла")     \
    METHOD(EDIT, 12, EDIT_BY_ACT, "values of an act", "значения по акту")                          \
    METHOD(LOST_PHASE, 13, EDIT_BY_ACT, "a lost phase made good by an act",                        \
           "восстановление утраченной фазы по акту")                                               \
    METHOD(UNDERCOUNT, 14, EDIT_BY_ACT, "energy added by an act of undercount",                    \
           "добавка по акту недоучёта")                                                            \
    METHOD(HOLD, 15, EST_INTERP, "the last value held", "удержание последнего значения")

typedef enum en_estimation_method {
    EN_METHOD_NONE = 0, /* nobody filled it: a line of the work list */
#define METHOD(name, number, source, en, ru) EN_METHOD_##name = number,
    EN_ESTIMATION_METHODS(METHOD)
#undef METHOD
} en_estimation_method;

#define EN_METHODS_COUNT 16u /* numbers are below */

/* REFUSAL(NAME, number, in English, in Russian) */
#define EN_ESTIMATION_REFUSALS(REFUSAL)                                                            \
    REFUSAL(NO_COMPARABLE_HISTORY, 1, "too few comparable days with measured and valid values",    \
            "мало сопоставимых дней с измеренными и достоверными значениями")                      \
    REFUSAL(ANCHOR_OFF_GRID, 2, "a bounding register read does not stand on a slot edge",          \
            "показание на границе не совпадает с границей интервала")                              \
    REFUSAL(ANCHOR_INCOMPLETE, 3, "a bounding register read is missing, or of another device",     \
            "нет показания на границе или оно другого прибора")                                    \
    REFUSAL(ANCHOR_EXCEEDED, 4, "the known values already exceed the register's advance",          \
            "сумма известных значений превышает приращение показаний")                             \
    REFUSAL(OVERFLOW, 5, "the number does not fit", "число не помещается")                         \
    REFUSAL(GAP_TOO_LONG, 6, "the gap is longer than the method is allowed for",                   \
            "пропуск длиннее допустимого для метода")                                              \
    REFUSAL(NO_NEIGHBOUR, 7, "a neighbour of the gap is not measured and valid",                   \
            "соседнее с пропуском значение не измерено или недостоверно")                          \
    REFUSAL(NO_CHECK_CHANNEL, 8, "no check channel is named, or it is not known",                  \
            "контрольный канал не назначен или неизвестен")                                        \
    REFUSAL(CHECK_NOT_VALID, 9, "the check channel has no measured and valid value",               \
            "у контрольного канала нет измеренного и достоверного значения")                       \
    REFUSAL(NO_SHAPE, 10, "nothing to shape the energy by", "нет формы для распределения")         \
    REFUSAL(NO_OUTAGE, 11, "no event or act proves that the supply was out",                       \
            "отсутствие питания не подтверждено событием или актом")                               \
    REFUSAL(NO_BALANCE, 12, "no balance is named, or the channel is no plain member of it",        \
            "баланс не назначен или канал не входит в него простым слагаемым")                     \
    REFUSAL(MEMBER_NOT_VALID, 13, "another member of the balance is not measured and valid",       \
            "другой участник баланса не измерен или недостоверен")                                 \
    REFUSAL(BELOW_ZERO, 14, "the estimate is below zero (V-14)", "оценка меньше нуля (V-14)")      \
    REFUSAL(ABOVE_CAP, 15, "the estimate is above what the connection can carry (V-15)",           \
            "оценка выше возможного для присоединения (V-15)")                                     \
    REFUSAL(SUM_FAILED, 16, "with the estimate the sum check fails (V-07)",                        \
            "с оценкой не сходится сумма с приращением показаний (V-07)")                          \
    REFUSAL(NO_PROFILE, 17, "no class profile is given", "типовой профиль не задан")               \
    REFUSAL(NO_CONTRACT, 18, "the contract does not say what the method needs",                    \
            "договор не содержит нужного для метода")                                              \
    REFUSAL(NOT_DUE, 19, "the day has not ended", "день ещё не закончился")                        \
    REFUSAL(BEYOND_HORIZON, 20, "farther from measured values than estimates may reach",           \
            "дальше от измеренных значений, чем допускается")                                      \
    REFUSAL(BLOCKED, 21, "a blocking finding: a person decides",                                   \
            "блокирующее замечание: решает человек")                                               \
    REFUSAL(NOT_IN_FORCE, 22, "the method does not act in this state of the point",                \
            "метод не действует в этом состоянии точки")                                           \
    REFUSAL(BAD_ACT, 23, "the act does not fit the day's values",                                  \
            "акт не соответствует значениям дня")

typedef enum en_refusal {
    EN_REFUSAL_NONE = 0,
#define REFUSAL(name, number, en, ru) EN_REFUSAL_##name = number,
    EN_ESTIMATION_REFUSALS(REFUSAL)
#undef REFUSAL
} en_refusal;

#define EN_REFUSALS_COUNT 24u /* numbers are below */

/* REASON(NAME, number, code in messages (STS+Z40 of MSCONS), in English, in Russian) */
#define EN_SUBSTITUTION_REASONS(REASON)                                                            \
    REASON(NO_ACCESS, 1, "Z74", "no access", "нет доступа")                                        \
    REASON(COMMS, 2, "Z75", "communication failed", "сбой связи")                                  \
    REASON(GRID_OUTAGE, 3, "Z76", "grid outage", "отключение сети")                                \
    REASON(VOLTAGE_FAIL, 4, "Z77", "voltage failed", "пропадание напряжения")                      \
    REASON(DEVICE_EXCHANGE, 5, "Z78", "device exchanged", "замена прибора")                        \
    REASON(CALIBRATION, 6, "Z79", "calibration", "поверка")                                        \
    REASON(OUTSIDE_CONDITIONS, 7, "Z80", "outside operating conditions", "вне рабочих условий")    \
    REASON(EQUIPMENT_FAULT, 8, "Z81", "equipment fault", "неисправность оборудования")             \
    REASON(UNCERTAIN, 9, "Z82", "uncertain", "недостоверно")                                       \
    REASON(CLOCK_ADJUSTED, 10, "ZA0", "clock adjusted", "коррекция времени")                       \
    REASON(IMPLAUSIBLE, 11, "ZA1", "implausible", "неправдоподобно")                               \
    REASON(WRONG_RATIO, 12, "ZA3", "wrong transformer factor",                                     \
           "неверный коэффициент трансформации")                                                   \
    REASON(MISREAD, 13, "ZA4", "misread", "ошибка считывания")                                     \
    REASON(CALCULATION_CHANGED, 14, "ZA5", "calculation changed", "изменён расчёт")                \
    REASON(POINT_REBUILT, 15, "ZA6", "point rebuilt", "реконструкция точки учёта")                 \
    REASON(DATA_PROCESSING, 16, "ZA7", "data processing", "обработка данных")                      \
    REASON(DEFECT, 17, "ZB0", "defect", "дефект")                                                  \
    REASON(TARIFF_TIMES, 18, "ZB9", "tariff times changed", "изменены тарифные зоны")              \
    REASON(TARIFF_DEVICE, 19, "ZC2", "tariff device", "тарифное устройство")                       \
    REASON(PULSE_WEIGHT, 20, "ZC4", "pulse weight", "вес импульса")                                \
    REASON(RETROSPECTIVE, 21, "ZT8", "retrospective request", "запрос задним числом")

typedef enum en_reason {
    EN_REASON_NONE = 0,
#define REASON(name, number, code, en, ru) EN_REASON_##name = number,
    EN_SUBSTITUTION_REASONS(REASON)
#undef REASON
} en_reason;

#define EN_REASONS_COUNT 22u /* numbers are below */

typedef enum en_estimation_language {
    EN_ESTIMATION_ENGLISH = 0,
    EN_ESTIMATION_RUSSIAN = 1,
} en_estimation_language;

/* "E-01" and "INTERP"; "" of NONE. The number is below EN_METHODS_COUNT (asserted). */
const char *en_method_id(en_estimation_method method);
const char *en_method_name(en_estimation_method method);
const char *en_method_about(en_estimation_method method, en_estimation_language language);
/* The source of the values that the method gives. */
en_source en_method_source(en_estimation_method method);
/* "E-01". Codes: EN_NOT_FOUND. */
en_code en_method_parse(struct en_slice id, en_estimation_method *method,
                        struct en_error *err) EN_MUST_CHECK;

/* "GAP_TOO_LONG"; "" of NONE. */
const char *en_refusal_name(en_refusal refusal);
const char *en_refusal_about(en_refusal refusal, en_estimation_language language);

/* "Z75", "COMMS"; "" of NONE. */
const char *en_reason_code(en_reason reason);
const char *en_reason_name(en_reason reason);
const char *en_reason_about(en_reason reason, en_estimation_language language);
/* Either of the two. Codes: EN_NOT_FOUND. */
en_code en_reason_parse(struct en_slice text, en_reason *reason,
                        struct en_error *err) EN_MUST_CHECK;

/* The reason that the flags of a slot speak for; where several do, the one that explains most. */
en_reason en_reason_of_flags(uint64_t quality);

/* Whether an estimate may be made from a value with this word: measured (a device's interval, its
 * registers, a visit), not judged doubtful, the supply on the whole time. Never an estimate. */
bool en_estimation_takes(uint64_t quality);

#endif
