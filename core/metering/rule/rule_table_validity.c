/* V-01 to V-35: what is doubted of a value, and how much. */
#include "core/metering/rule/rule_table.h"

#define HOUR 3600

static const struct en_rule_parameter v_02[] = {
    EN_OWN(EN_V_02_WARN) = {"warn", EN_RULE_TYPE_SECONDS, "s", NULL, 0, EN_RULE_SECONDS_MAX, 5,
                            "clock error that is a warning", "расхождение часов: предупреждение"},
    EN_OWN(EN_V_02_ERROR) = {"error", EN_RULE_TYPE_SECONDS, "s", NULL, 0, EN_RULE_SECONDS_MAX, 180,
                             "clock error that is an error", "расхождение часов: ошибка"},
    EN_OWN(EN_V_02_ESTIMATE) = {"estimate", EN_RULE_TYPE_SECONDS, "s", NULL, 0, EN_RULE_SECONDS_MAX,
                                3300, "clock error from which values are estimated, not shifted",
                                "расхождение, с которого значения замещаются, а не сдвигаются"},
    EN_OWN(EN_V_02_RUN) = {"run", EN_RULE_TYPE_COUNT, "reads", NULL, 1, 1000, 3,
                           "errors in a row that call for a visit",
                           "ошибок подряд, после которых нужен выезд"},
};

static const struct en_rule_parameter v_05[] = {
    EN_OWN(EN_V_05_DIFFERENCE) = {"difference", EN_RULE_TYPE_DECIMAL, "channel", NULL, 0,
                                  EN_RULE_DECIMAL_MAX, 0, "values that differ by no more are one",
                                  "значения с такой разницей считаются одним"},
};

static const struct en_rule_parameter v_06[] = {
    EN_OWN(EN_V_06_TOLERANCE) = {"tolerance", EN_RULE_TYPE_SECONDS, "s", NULL, 0, 86400, 120,
                                 "how far a slot may end after it was received",
                                 "на сколько конец интервала может опережать приём"},
};

static const struct en_rule_parameter v_07[] = {
    EN_OWN(EN_V_07_MULTIPLIERS) = {"multipliers", EN_RULE_TYPE_DECIMAL, "steps", NULL, 0,
                                   INT64_C(1000000) * 1000000, EN_MILLI(2000),
                                   "allowed difference in last digits of the register times the "
                                   "ratio",
                                   "допустимая разница в единицах младшего разряда с учётом "
                                   "коэффициента"},
    EN_OWN(EN_V_07_PERCENT) = {"percent", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(100), 0,
                               "allowed difference of the advance; the greater of the two limits "
                               "holds",
                               "допустимая разница в долях расхода; действует больший из двух "
                               "пределов"},
    EN_OWN(EN_V_07_SPAN) = {"span", EN_RULE_TYPE_CHOICE, "", "reads|day|week|month", 0, 3,
                            EN_V_07_SPAN_READS, "between which reads the sums are compared",
                            "между какими показаниями сравниваются суммы"},
};

static const struct en_rule_parameter v_08[] = {
    EN_OWN(
        EN_V_08_MARGIN) = {"margin", EN_RULE_TYPE_PERCENT, "%", NULL, EN_PERCENTS(100),
                           EN_PERCENTS(1000), EN_PERCENTS(120),
                           "a turn of the register is plausible up to this share of maximum power",
                           "переход через ноль правдоподобен до этой доли максимальной мощности"},
};

static const struct en_rule_parameter v_09[] = {
    EN_OWN(EN_V_09_RATIO) = {"ratio", EN_RULE_TYPE_DECIMAL, "", NULL, 0, EN_RULE_DECIMAL_MAX,
                             EN_MILLI(1800), "(highest - third) / third must not exceed it",
                             "предел отношения (первый - третий) / третий"},
    EN_OWN(EN_V_09_PULSES) = {"pulses", EN_RULE_TYPE_DECIMAL, "pulses", NULL, 0,
                              EN_RULE_DECIMAL_MAX, EN_MILLI(10000),
                              "a day whose highest slot has no more is not judged",
                              "сутки с меньшим максимумом не проверяются"},
};

static const struct en_rule_parameter v_10[] = {
    EN_OWN(EN_V_10_PULSES) = {"pulses", EN_RULE_TYPE_DECIMAL, "pulses", NULL, 0,
                              EN_RULE_DECIMAL_MAX, EN_MILLI(4000),
                              "reactive energy allowed in a slot without active",
                              "допустимая реактивная энергия без активной"},
};

static const struct en_rule_parameter v_11[] = {
    EN_OWN(EN_V_11_PERCENT) = {"percent", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(10000),
                               EN_PERCENTS(25), "allowed deviation of the daily mean",
                               "допустимое отклонение среднесуточного расхода"},
};

static const struct en_rule_parameter v_12[] = {
    EN_OWN(EN_V_12_LOW) = {"low", EN_RULE_TYPE_DECIMAL, "", NULL, 0, EN_MILLI(1000), EN_MILLI(500),
                           "lowest allowed share of the reference", "нижняя граница отношения"},
    EN_OWN(EN_V_12_HIGH) = {"high", EN_RULE_TYPE_DECIMAL, "", NULL, EN_MILLI(1000),
                            EN_RULE_DECIMAL_MAX, EN_MILLI(2000),
                            "highest allowed multiple of the reference",
                            "верхняя граница отношения"},
};

static const struct en_rule_parameter v_13[] = {
    EN_OWN(EN_V_13_RUN) = {"run", EN_RULE_TYPE_SECONDS, "s", NULL, 60, EN_RULE_SECONDS_MAX, HOUR,
                           "zeros in a row for so long are doubtful",
                           "нули подряд такой длительности сомнительны"},
};
static const struct en_rule_initial v_13_initials[] = {
    {EN_RESOURCE_HEAT, EN_V_13_RUN, 720 * HOUR},
    {EN_RESOURCE_WATER, EN_V_13_RUN, 720 * HOUR},
    {EN_RESOURCE_STEAM, EN_V_13_RUN, 720 * HOUR},
    {EN_RESOURCE_GAS, EN_V_13_RUN, 48 * HOUR},
};

static const struct en_rule_parameter v_15[] = {
    EN_OWN(EN_V_15_WARN) = {"warn", EN_RULE_TYPE_DECIMAL, "", NULL, 0, EN_MILLI(100000),
                            EN_MILLI(1000), "multiple of the ceiling that is a warning",
                            "доля предела: предупреждение"},
    EN_OWN(EN_V_15_ERROR) = {"error", EN_RULE_TYPE_DECIMAL, "", NULL, 0, EN_MILLI(100000),
                             EN_MILLI(1200), "multiple of the ceiling that is an error",
                             "доля предела: ошибка"},
    EN_OWN(EN_V_15_VOLTAGE) = {"voltage", EN_RULE_TYPE_DECIMAL, "kV", NULL, 0, EN_MILLI(2000000), 0,
                               "line voltage; 0: of the contract",
                               "линейное напряжение; 0 - из договора"},
    EN_OWN(EN_V_15_CURRENT) = {"current", EN_RULE_TYPE_DECIMAL, "A", NULL, 0, EN_MILLI(100000000),
                               0, "rated primary current; 0: of the contract",
                               "номинальный первичный ток; 0 - из договора"},
    EN_OWN(EN_V_15_POWER) = {"power", EN_RULE_TYPE_DECIMAL, "per hour", NULL, 0,
                             EN_RULE_DECIMAL_MAX, 0,
                             "ceiling given outright, in units of the channel per hour; 0: none",
                             "предел, заданный прямо, в единицах канала за час; 0 - нет"},
};

static const struct en_rule_parameter v_16[] = {
    EN_OWN(EN_V_16_BITS) = {"bits", EN_RULE_TYPE_COUNT, "bits", NULL, 0, 62, 16,
                            "width of the pulse counter of a slot; 0: not judged",
                            "разрядность счётчика импульсов интервала; 0 - не проверять"},
};

static const struct en_rule_parameter v_17[] = {
    EN_OWN(EN_V_17_MINIMUM) = {"minimum", EN_RULE_TYPE_SECONDS, "s", NULL, 0, 86400, 3,
                               "shorter outages are not looked at",
                               "более короткие перерывы не учитываются"},
};

static const struct en_rule_parameter v_18[] = {
    EN_OWN(EN_V_18_CURRENT) = {"current", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(100),
                               EN_PERCENTS(1), "current of the phase above which it is loaded",
                               "ток фазы, с которого она считается нагруженной"},
};

static const struct en_rule_parameter v_19[] = {
    EN_OWN(EN_V_19_RUN) = {"run", EN_RULE_TYPE_COUNT, "slots", NULL, 2, EN_RULE_COUNT_MAX, 6,
                           "equal values in a row that are doubtful",
                           "одинаковых значений подряд, вызывающих сомнение"},
};
static const struct en_rule_initial v_19_initials[] = {
    {EN_RESOURCE_GAS, EN_RULE_ENABLED, 0},
};

static const struct en_rule_parameter v_20[] = {
    EN_OWN(EN_V_20_LOW) = {"low", EN_RULE_TYPE_DECIMAL, "", NULL, 0, EN_MILLI(1000), EN_MILLI(20),
                           "lowest plausible load factor", "нижняя граница коэффициента"},
    EN_OWN(EN_V_20_HIGH) = {"high", EN_RULE_TYPE_DECIMAL, "", NULL, 0, EN_MILLI(10000),
                            EN_MILLI(1000), "highest possible load factor",
                            "верхняя граница коэффициента"},
};

static const struct en_rule_parameter v_21[] = {
    EN_OWN(EN_V_21_STEP) = {"step", EN_RULE_TYPE_DECIMAL, "register", NULL, 0, EN_RULE_DECIMAL_MAX,
                            EN_MILLI(10), "last digit of the registers",
                            "единица младшего разряда показаний"},
};

static const struct en_rule_parameter v_22[] = {
    EN_OWN(EN_V_22_CHECK) = {"check", EN_RULE_TYPE_NAME, "channel", NULL, 0, 0, 0,
                             "channel of the check meter, POINT/CODE",
                             "канал контрольного прибора, ТОЧКА/КОД"},
    EN_OWN(EN_V_22_LIMIT) = {"limit", EN_RULE_TYPE_CHOICE, "", "classes|sum|percent", 0, 2,
                             EN_V_22_LIMIT_CLASSES,
                             "factor x root of the sum of squares of both errors, their plain sum, "
                             "or the percent",
                             "коэффициент x корень из суммы квадратов погрешностей, их сумма или "
                             "процент"},
    EN_OWN(EN_V_22_FACTOR) = {"factor", EN_RULE_TYPE_DECIMAL, "", NULL, 0, EN_MILLI(100000),
                              EN_MILLI(1500), "multiple of the combined error",
                              "кратность общей погрешности"},
    EN_OWN(EN_V_22_PERCENT) = {"percent", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(1000),
                               EN_PERCENTS(5), "the limit where it is given outright",
                               "предел, если он задан прямо"},
    EN_OWN(EN_V_22_SPAN) = {"span", EN_RULE_TYPE_CHOICE, "", "slot|day|both", 0, 2,
                            EN_V_22_SPAN_SLOT, "compared by slot, by day, or both",
                            "сравнение по интервалам, за сутки или то и другое"},
};

static const struct en_rule_parameter v_23[] = {
    EN_OWN(EN_V_23_RATIO) = {"ratio", EN_RULE_TYPE_DECIMAL, "", NULL, 0, EN_MILLI(100000),
                             EN_MILLI(400),
                             "highest tg phi: 0.35 up to 1 kV, 0.4 at 6-35 kV, 0.5 at 110 kV",
                             "предельный tg phi: 0,35 до 1 кВ, 0,4 при 6-35 кВ, 0,5 при 110 кВ"},
};

static const struct en_rule_parameter v_24[] = {
    EN_OWN(EN_V_24_PERCENT) = {"percent", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(100),
                               EN_PERCENTS(10), "allowed share of estimated slots",
                               "допустимая доля замещённых интервалов"},
    EN_OWN(EN_V_24_PERIODS) = {"periods", EN_RULE_TYPE_COUNT, "periods", NULL, 0, 1000, 3,
                               "allowed estimated periods in a row",
                               "допустимо замещённых периодов подряд"},
    EN_OWN(EN_V_24_MONTHS) = {"months", EN_RULE_TYPE_COUNT, "months", NULL, 1, 120, 12,
                              "how far back periods are counted", "за сколько месяцев считать"},
};

static const struct en_rule_parameter v_25[] = {
    EN_OWN(EN_V_25_PULSES) = {"pulses", EN_RULE_TYPE_DECIMAL, "pulses", NULL, 0,
                              EN_RULE_DECIMAL_MAX, EN_MILLI(1000),
                              "energy allowed while disconnected",
                              "допустимый расход отключённой точки"},
};

static const struct en_rule_parameter v_27[] = {
    EN_OWN(EN_V_27_DEADLINE) = {"deadline", EN_RULE_TYPE_SECONDS, "s", NULL, 0, EN_RULE_SECONDS_MAX,
                                86400, "agreed time from the end of a slot to its arrival",
                                "срок поступления после конца интервала"},
};

static const struct en_rule_parameter v_28[] = {
    EN_OWN(EN_V_28_HALF) = {"half", EN_RULE_TYPE_COUNT, "slots", NULL, 1, 96, 12,
                            "slots of the window on either side",
                            "интервалов окна с каждой стороны"},
    EN_OWN(EN_V_28_TIMES) = {"times", EN_RULE_TYPE_DECIMAL, "", NULL, 0, EN_MILLI(1000000),
                             EN_MILLI(6000), "allowed multiple of the scaled deviation",
                             "допустимая кратность отклонения"},
    EN_OWN(EN_V_28_FLOOR) = {"floor", EN_RULE_TYPE_DECIMAL, "channel", NULL, 0, EN_RULE_DECIMAL_MAX,
                             EN_MILLI(10), "the deviation is taken to be at least this",
                             "наименьшее учитываемое отклонение"},
};

static const struct en_rule_parameter v_29[] = {
    EN_OWN(EN_V_29_DAYS) = {"days", EN_RULE_TYPE_COUNT, "days", NULL, 2, 60, 8,
                            "like days to compare with", "сколько подобных дней сравнивать"},
    EN_OWN(EN_V_29_SIGMAS) = {"sigmas", EN_RULE_TYPE_DECIMAL, "", NULL, 0, EN_MILLI(1000000),
                              EN_MILLI(4000), "allowed multiple of the standard deviation",
                              "допустимая кратность среднеквадратичного отклонения"},
    EN_OWN(EN_V_29_PERCENT) = {"percent", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(10000),
                               EN_PERCENTS(20),
                               "and allowed share of the mean; both must be passed",
                               "и допустимая доля среднего; нарушены должны быть оба предела"},
};

static const struct en_rule_parameter v_30[] = {
    EN_OWN(EN_V_30_SUSPECTS) = {"suspects", EN_RULE_TYPE_COUNT, "points", NULL, 1, 100, 5,
                                "points named, those that explain most first",
                                "сколько точек назвать, начиная с наиболее вероятной"},
};

static const struct en_rule_parameter v_35[] = {
    EN_OWN(EN_V_35_ABSOLUTE) = {"absolute", EN_RULE_TYPE_DECIMAL, "channel", NULL, 0,
                                EN_RULE_DECIMAL_MAX, 0,
                                "change of a final value that needs no approval",
                                "изменение итогового значения без утверждения"},
    EN_OWN(EN_V_35_PERCENT) = {"percent", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(1000), 0,
                               "the same as a share; the greater limit holds",
                               "то же в долях; действует больший предел"},
};

#define VALIDITY(NAME, text, how_grave, quality_flag)                                              \
    .id = EN_RULE_##NAME, .name = (text), .stage = EN_STAGE_VALIDITY, .severity = (how_grave),     \
    .flag = (quality_flag), .edition = 1
#define PERIOD(NAME, text, how_grave, quality_flag)                                                \
    .id = EN_RULE_##NAME, .name = (text), .stage = EN_STAGE_PERIOD, .severity = (how_grave),       \
    .flag = (quality_flag), .edition = 1
#define ROW(NAME) [EN_RULE_##NAME - EN_RULE_V_01]

const struct en_rule en_rules_validity[] = {
    ROW(V_01) =
        {VALIDITY(V_01, "V-01", EN_SEVERITY_BLOCKING, EN_QUALITY_NOCONFIG), .is_severity_set = true,
         .source = "UBP §1.3.1",
         .english = {"identity",
                     "The serial number read is not that of the device installed at that time.",
                     "the reading names no device",
                     "device 0112233 from 10:20; a reading of 10:30 from 0112230",
                     "blocking; one of 10:00 from the old device passes"},
         .russian = {"идентификация",
                     "Прочитанный заводской номер не совпадает с номером установленного прибора.",
                     "показание не называет прибор",
                     "прибор 0112233 с 10:20; показание 10:30 от 0112230",
                     "блокирующее; показание 10:00 от прежнего прибора проходит"}},
    ROW(V_02) =
        {VALIDITY(V_02, "V-02", EN_SEVERITY_ERROR, EN_QUALITY_CLOCK), EN_PARAMETERS(v_02),
         .source = "UBP §1.3.2; BSCP502; СОЕВ",
         .english = {"clock",
                     "The device's clock is away from reference time by more than the limits.",
                     "the clock was not compared", "off by 4 s, 30 s, 181 s",
                     "passes, warning, error; three errors in a row call for a visit"},
         .russian = {"часы", "Расхождение часов прибора с точным временем больше допустимого.",
                     "часы не сверялись", "расхождение 4 с, 30 с, 181 с",
                     "проходит, предупреждение, ошибка; три ошибки подряд - выезд"}},
    ROW(V_03) = {VALIDITY(V_03, "V-03", EN_SEVERITY_ERROR, EN_QUALITY_GAP), .is_severity_set = true,
                 .source = "UBP; MeteringCode A7.1.2.1",
                 .english = {"count", "The day has fewer or more slots than its grid.", NULL,
                             "a day of half-hours with 47 of 48", "error: one slot short"},
                 .russian = {"количество",
                             "Интервалов в сутках меньше или больше, чем должно быть.", NULL,
                             "сутки по 30 минут: 47 из 48", "ошибка: не хватает одного"}},
    ROW(V_04) = {VALIDITY(V_04, "V-04", EN_SEVERITY_ERROR, EN_QUALITY_GAP), .is_severity_set = true,
                 .source = "UBP; MeteringCode A7.1.2.1",
                 .english = {"gap", "A slot has no value: at the head, at the tail or inside.",
                             NULL, "the 40th of 96 quarter-hours is missing",
                             "error: one finding of 15 minutes"},
                 .russian = {"пропуск", "У интервала нет значения: в начале, в конце или внутри.",
                             NULL, "нет 40-го из 96 интервалов по 15 минут",
                             "ошибка: одна находка на 15 минут"}},
    ROW(V_05) = {VALIDITY(V_05, "V-05", EN_SEVERITY_WARNING, EN_QUALITY_DUP_CONFLICT),
                 .is_severity_set = true, EN_PARAMETERS(v_05),
                 .source = "MeteringCode; Oracle MDM Duplicate IMD",
                 .english = {"double",
                             "Two different values came for one slot; the later of equal rank "
                             "holds, both stay in the log.",
                             NULL, "12.5, then 12.5; 12.5, then 13.0",
                             "one value; 13.0 with a warning"},
                 .russian = {"дубль",
                             "За один интервал пришли разные значения; действует более позднее "
                             "равного ранга, в журнале остаются оба.",
                             NULL, "12,5 и снова 12,5; 12,5, затем 13,0",
                             "одно значение; 13,0 с предупреждением"}},
    ROW(V_06) = {VALIDITY(V_06, "V-06", EN_SEVERITY_BLOCKING, EN_QUALITY_FUTURE),
                 .is_severity_set = true, EN_PARAMETERS(v_06), .source = "engine rule",
                 .english = {"future", "A slot ends after the moment it was received.",
                             "it is not known when it was received",
                             "slot 14:30-15:00 received at 14:57", "blocking"},
                 .russian = {"будущее", "Интервал кончается позже, чем был получен.",
                             "время приёма неизвестно", "интервал 14:30-15:00 получен в 14:57",
                             "блокирующее"}},
    ROW(V_07) =
        {VALIDITY(V_07, "V-07", EN_SEVERITY_BLOCKING, EN_QUALITY_SUM), .is_severity_set = true,
         EN_PARAMETERS(v_07), .source = "UBP §1.4.3; BSCP502",
         .english =
             {"sum",
              "The intervals between two reads do not add up to the advance of the register.",
              "no two reads of one device on slot edges, or a slot between them is missing",
              "ratio 40, advance 2160 kWh, sum 2215; 2250",
              "2215 passes (55 of 80 kWh; fails at 0.7 %), 2250 is blocking"},
         .russian = {"сумма", "Сумма интервалов между показаниями не равна расходу по счётчику.",
                     "нет двух показаний одного прибора на границах интервалов или между ними есть "
                     "пропуск",
                     "коэффициент 40, расход 2160 кВт·ч, сумма 2215; 2250",
                     "2215 проходит (55 из 80 кВт·ч; при 0,7 % - нет), 2250 - блокирующее"}},
    ROW(V_08) = {VALIDITY(V_08, "V-08", EN_SEVERITY_ERROR, EN_QUALITY_NEG), .is_severity_set = true,
                 EN_PARAMETERS(v_08), .source = "R-02",
                 .english = {"falling register",
                             "A register shows less than before, and no turn of it explains that.",
                             "no two reads of one device",
                             "999950.0, then 120.5 (capacity 1000000); 5000, then 4990",
                             "a turn, passes; error"},
                 .russian = {"убывание",
                             "Показание меньше прежнего, и переход через ноль это не объясняет.",
                             "нет двух показаний одного прибора",
                             "999950,0, затем 120,5 (ёмкость 1000000); 5000, затем 4990",
                             "переход, проходит; ошибка"}},
    ROW(V_09) = {VALIDITY(V_09, "V-09", EN_SEVERITY_WARNING, EN_QUALITY_SPIKE),
                 .is_severity_set = true, EN_PARAMETERS(v_09), .source = "UBP §1.4.4",
                 .english = {"spike",
                             "The highest slot of the day is too far above the third highest.",
                             "fewer than three values in the day",
                             "third highest 40, highest 120; 112",
                             "120 (2.0) is a warning; 112 (1.8) passes"},
                 .russian = {"выброс",
                             "Наибольшее значение суток слишком превышает третье по величине.",
                             "в сутках меньше трёх значений",
                             "третье по величине 40, наибольшее 120; 112",
                             "120 (2,0) - предупреждение; 112 (1,8) проходит"}},
    ROW(V_10) = {VALIDITY(V_10, "V-10", EN_SEVERITY_WARNING, EN_QUALITY_KVARH),
                 .is_severity_set = true, EN_PARAMETERS(v_10), .source = "UBP §1.4.5",
                 .english = {"reactive alone", "A slot has reactive energy and no active energy.",
                             "the point has no channel of the other energy",
                             "0 kWh with 5 pulses of kvarh; with 4", "5 is a warning, 4 passes"},
                 .russian = {"реактивная без активной",
                             "В интервале есть реактивная энергия и нет активной.",
                             "у точки нет канала другой энергии",
                             "0 кВт·ч и 5 импульсов квар·ч; 4 импульса",
                             "5 - предупреждение, 4 проходит"}},
    ROW(V_11) = {PERIOD(V_11, "V-11", EN_SEVERITY_WARNING, EN_QUALITY_HILO),
                 .is_severity_set = true, EN_PARAMETERS(v_11), .source = "UBP §1.5.1",
                 .english = {"high or low usage",
                             "The daily mean of the period is far from that of the same month last "
                             "year, else of the month before.",
                             "neither reference has values", "130 against 100; 124 against 100",
                             "warning (+30 %); passes"},
                 .russian = {"расход против прошлого",
                             "Среднесуточный расход далёк от того же месяца прошлого года, иначе "
                             "от прошлого месяца.",
                             "нет данных ни за один период сравнения",
                             "130 против 100; 124 против 100", "предупреждение (+30 %); проходит"}},
    ROW(V_12) = {PERIOD(V_12, "V-12", EN_SEVERITY_WARNING, EN_QUALITY_HILO),
                 .is_severity_set = true, EN_PARAMETERS(v_12), .source = "engine rule",
                 .english = {"high or low demand",
                             "The highest power of the period is far from that of the reference.",
                             "the reference has no values", "210 kW against 100 kW", "warning"},
                 .russian = {"максимум против прошлого",
                             "Наибольшая мощность периода далека от прежней.",
                             "нет данных за период сравнения", "210 кВт против 100 кВт",
                             "предупреждение"}},
    ROW(V_13) = {VALIDITY(V_13, "V-13", EN_SEVERITY_WARNING, EN_QUALITY_ZERO),
                 .is_severity_set = true, EN_PARAMETERS(v_13), EN_INITIALS(v_13_initials),
                 .source = "MeteringCode (Nullwerte)",
                 .english = {"zero run", "Zeros stand in a row for too long.", NULL,
                             "two half-hours of 0 with run = 1 h", "warning"},
                 .russian = {"нули подряд", "Нули стоят подряд слишком долго.", NULL,
                             "два получаса по 0 при пределе 1 ч", "предупреждение"}},
    ROW(V_14) = {VALIDITY(V_14, "V-14", EN_SEVERITY_ERROR, EN_QUALITY_NEG), .is_severity_set = true,
                 .source = "MHHS §2.25",
                 .english = {"negative", "A value is below zero on a channel that has no sign.",
                             NULL, "-0.001", "error"},
                 .russian = {"отрицательное", "Значение меньше нуля у канала без знака.", NULL,
                             "-0,001", "ошибка"}},
    ROW(V_15) =
        {VALIDITY(V_15, "V-15", EN_SEVERITY_ERROR, EN_QUALITY_CAP), EN_PARAMETERS(v_15),
         .source = "MeteringCode (Grenzleistung); BSCP502",
         .english =
             {"ceiling",
              "A slot holds more than root 3 x U x I x hours, what the connection can carry.",
              "neither voltage and current nor a ceiling are known",
              "10 kV, 200 A, half an hour: 1732.051 kWh; 1900; 2500",
              "warning; error (above 1.2 x)"},
         .russian = {"предел",
                     "В интервале больше, чем корень из 3 x U x I x часы - чем может пропустить "
                     "присоединение.",
                     "неизвестны ни напряжение и ток, ни предел",
                     "10 кВ, 200 А, полчаса: 1732,051 кВт·ч; 1900; 2500",
                     "предупреждение; ошибка (свыше 1,2)"}},
    ROW(V_16) =
        {VALIDITY(V_16, "V-16", EN_SEVERITY_ERROR, EN_QUALITY_OVERFLOW | EN_QUALITY_TEST),
         .is_severity_set = true, EN_PARAMETERS(v_16), .source = "UBP; AEMO mandatory alarms",
         .english =
             {"status",
              "The device was in test mode, reported a fault of memory, or its counter was full.",
              NULL, "a 16-bit counter at 65535", "error"},
         .russian = {"состояние",
                     "Прибор был в режиме проверки, сообщил о сбое памяти или счётчик переполнен.",
                     NULL, "16-разрядный счётчик: 65535", "ошибка"}},
    ROW(V_17) =
        {
            VALIDITY(V_17, "V-17", EN_SEVERITY_WARNING, EN_QUALITY_PWR_OUT),
            .is_severity_set = true, EN_PARAMETERS(v_17), .source = "ERCOT",
            .english = {"power out",
                        "Power was out inside the slot; out for the whole of it, zero is proven.",
                        "no device events of the point",
                        "out 12:00-12:10 in a slot of 30 minutes with 20 kWh",
                        "warning, the value holds, PARTIAL"},
            .russian = {"нет питания",
                        "Внутри интервала не было питания; если весь интервал, ноль доказан.",
                        "нет событий прибора", "перерыв 12:00-12:10, интервал 30 минут, 20 кВт·ч",
                        "предупреждение, значение действует, PARTIAL"}},
    ROW(V_18) = {VALIDITY(V_18, "V-18", EN_SEVERITY_ERROR, EN_QUALITY_PHASE),
                 .is_severity_set = true, EN_PARAMETERS(v_18), .source = "AEMO mandatory alarms",
                 .english = {"phase lost", "A phase of voltage was lost while current flowed.",
                             "no device events of the point", "phase A lost for 2 hours",
                             "error: the slots are rejected (E-13 by act)"},
                 .russian = {"потеря фазы", "Пропала фаза напряжения при наличии тока.",
                             "нет событий прибора", "фазы A нет 2 часа",
                             "ошибка: интервалы отклонены (E-13 по акту)"}},
    ROW(V_19) = {VALIDITY(V_19, "V-19", EN_SEVERITY_WARNING, EN_QUALITY_STALE),
                 .is_severity_set = true, EN_PARAMETERS(v_19), EN_INITIALS(v_19_initials),
                 .source = "UBP",
                 .english = {"stale",
                             "The same value other than zero stands in too many slots in a row.",
                             NULL, "six times 1.237", "warning; gas is not judged by default"},
                 .russian = {"повтор", "Одно ненулевое значение стоит подряд слишком много раз.",
                             NULL, "шесть раз 1,237",
                             "предупреждение; газ по умолчанию не проверяется"}},
    ROW(V_20) =
        {
            PERIOD(V_20, "V-20", EN_SEVERITY_WARNING, EN_QUALITY_HILO), .is_severity_set = true,
            EN_PARAMETERS(v_20), .source = "engine rule",
            .english = {"load factor",
                        "Energy of the period over highest power times its hours is not plausible; "
                        "above 1 is an error.",
                        "no highest power is known", "36000 kWh, 200 kW, 720 h", "0.25 passes"},
            .russian =
                {"коэффициент нагрузки",
                 "Энергия периода к максимуму мощности и часам неправдоподобна; больше 1 - ошибка.",
                 "максимум мощности неизвестен", "36000 кВт·ч, 200 кВт, 720 ч", "0,25 проходит"}},
    ROW(V_21) =
        {VALIDITY(V_21, "V-21", EN_SEVERITY_WARNING, EN_QUALITY_TOUSUM), .is_severity_set = true,
         EN_PARAMETERS(v_21), .source = "engine rule",
         .english =
             {"tariff sum",
              "The tariff registers do not add up to the total, by more than a last digit each.",
              "not all registers were read at one instant", "176.02 against 100.12 + 50.34 + 25.55",
              "passes: 0.01 of 0.03"},
         .russian = {"сумма тарифов",
                     "Сумма тарифных показаний отличается от общего больше, чем на единицу разряда "
                     "каждого.",
                     "не все показания сняты в один момент", "176,02 против 100,12 + 50,34 + 25,55",
                     "проходит: 0,01 из 0,03"}},
    ROW(V_22) =
        {
            VALIDITY(V_22, "V-22", EN_SEVERITY_WARNING, EN_QUALITY_CHECKDIFF),
            .is_severity_set = true, EN_PARAMETERS(v_22), .source = "BSCP502; AEMO Metrology B",
            .english = {"check meter",
                        "Main and check meter differ by more than their errors allow.",
                        "no check meter, or it has no value",
                        "errors 1.0 and 1.0: limit 2.1213 %; 1000 against 1025", "warning (2.5 %)"},
            .russian =
                {"контрольный прибор",
                 "Расчётный и контрольный приборы расходятся больше, чем допускают погрешности.",
                 "контрольного прибора нет или у него нет значения",
                 "погрешности 1,0 и 1,0: предел 2,1213 %; 1000 против 1025",
                 "предупреждение (2,5 %)"}},
    ROW(V_23) = {VALIDITY(V_23, "V-23", EN_SEVERITY_WARNING, 0), .is_severity_set = true,
                 EN_PARAMETERS(v_23), .source = "Order 380 of 23.06.2015",
                 .english = {"power factor",
                             "Reactive energy to active energy of the day is above the limit.",
                             "the point has no reactive channel, or no active energy",
                             "5000 kvarh, 10000 kWh at 10 kV", "0.5 > 0.4: warning"},
                 .russian = {"тангенс фи",
                             "Отношение реактивной энергии к активной за сутки выше предела.",
                             "нет реактивного канала или активной энергии",
                             "5000 квар·ч, 10000 кВт·ч при 10 кВ", "0,5 > 0,4: предупреждение"}},
    ROW(V_24) = {PERIOD(V_24, "V-24", EN_SEVERITY_WARNING, 0), .is_severity_set = true,
                 EN_PARAMETERS(v_24), .source = "UBP",
                 .english = {"long estimation",
                             "Too much of the period is estimated, or too many periods in a row.",
                             NULL, "160 of 1440 slots", "11.1 %: warning"},
                 .russian =
                     {"долгое замещение",
                      "Замещена слишком большая часть периода или слишком много периодов подряд.",
                      NULL, "160 из 1440 интервалов", "11,1 %: предупреждение"}},
    ROW(V_25) = {VALIDITY(V_25, "V-25", EN_SEVERITY_ERROR, EN_QUALITY_TAMPER),
                 .is_severity_set = true, EN_PARAMETERS(v_25),
                 .source = "Oracle MDM Inactive Measurement",
                 .english = {"inactive", "A point that is disconnected has consumption.",
                             "no relay events of the point", "disconnected, 0.4 kWh", "error"},
                 .russian = {"отключённая точка", "У отключённой точки есть расход.",
                             "нет событий реле", "отключена, 0,4 кВт·ч", "ошибка"}},
    ROW(V_26) = {VALIDITY(V_26, "V-26", EN_SEVERITY_BLOCKING, EN_QUALITY_RATIO_CHANGED),
                 .is_severity_set = true, .source = "Oracle MDM Multiplier",
                 .english = {"multiplier", "The ratio in the message is not the one in force.",
                             "the message names no ratio", "4000 against 6000", "blocking"},
                 .russian = {"коэффициент", "Коэффициент в сообщении не равен действующему.",
                             "сообщение не называет коэффициент", "4000 против 6000",
                             "блокирующее"}},
    ROW(V_27) = {VALIDITY(V_27, "V-27", EN_SEVERITY_WARNING, EN_QUALITY_LATE),
                 .is_severity_set = true, EN_PARAMETERS(v_27), .source = "engine rule",
                 .english = {"late", "The value came later than agreed.",
                             "it is not known when it was received",
                             "slot end 10:00, received 25 hours later", "warning"},
                 .russian = {"опоздание", "Значение пришло позже срока.", "время приёма неизвестно",
                             "конец интервала 10:00, получено через 25 часов", "предупреждение"}},
    ROW(V_28) = {VALIDITY(V_28, "V-28", EN_SEVERITY_WARNING, EN_QUALITY_SPIKE),
                 .is_severity_set = true, EN_PARAMETERS(v_28), .source = "Hampel filter",
                 .english = {"outlier",
                             "A value is too far from the median of the slots around it.",
                             "fewer than three values in the window",
                             "10, 11, 10, 12, 60, 11, 10, 12, 11",
                             "60 is a warning: 49 above 8.8956"},
                 .russian = {"резкое отклонение",
                             "Значение слишком далеко от медианы соседних интервалов.",
                             "в окне меньше трёх значений", "10, 11, 10, 12, 60, 11, 10, 12, 11",
                             "60 - предупреждение: 49 больше 8,8956"}},
    ROW(V_29) = {VALIDITY(V_29, "V-29", EN_SEVERITY_WARNING, EN_QUALITY_HILO),
                 .is_severity_set = true, EN_PARAMETERS(v_29),
                 .source = "AEMO; Oracle MDM Dynamic Comparison",
                 .english = {"like day",
                             "A value is far from the same slot of like days: by both limits.",
                             "fewer than two like days with measured values",
                             "mean 50, deviation 3: 65", "warning (5 sigmas, 30 %)"},
                 .russian =
                     {"подобный день",
                      "Значение далеко от того же интервала подобных дней: по обоим пределам.",
                      "меньше двух подобных дней с измеренными значениями",
                      "среднее 50, отклонение 3: 65", "предупреждение (5 сигм, 30 %)"}},
    ROW(V_30) =
        {.id = EN_RULE_V_30,
         .name = "V-30",
         .stage = EN_STAGE_BALANCE,
         .severity =
             EN_SEVERITY_WARNING,
         .flag = EN_QUALITY_IMBAL,
         .edition = 1,
         .is_severity_set = true,
         EN_PARAMETERS(v_30),
         .source = "RD 34.09.101-94",
         .english =
             {"balance",
              "The balance of the node does not close; points are ranked by how far their estimate "
              "would close it.",
              "the balance cannot be assessed (B-02q)", "in 10000, out 9880, permissible 0.9958 %",
              "1.2 %: warning, suspects named"},
         .russian =
             {"баланс",
              "Баланс узла не сходится; точки ранжируются по тому, насколько их оценка его сводит.",
              "баланс нельзя оценить (B-02q)", "приём 10000, отдача 9880, допустимо 0,9958 %",
              "1,2 %: предупреждение, названы точки"}},
    ROW(V_31) = {VALIDITY(V_31, "V-31", EN_SEVERITY_ERROR, EN_QUALITY_METRO_EXPIRED),
                 .is_severity_set = true, .source = "Decree 442, п. 155, 179",
                 .english = {"verification expired",
                             "The verification of the device ended before the slot did.",
                             "the date of verification is not known",
                             "valid to 2026-03-14; slot 2026-03-15 00:00", "error"},
                 .russian = {"поверка истекла", "Поверка прибора кончилась раньше конца интервала.",
                             "срок поверки неизвестен", "до 2026-03-14; интервал 2026-03-15 00:00",
                             "ошибка"}},
    ROW(V_32) = {VALIDITY(V_32, "V-32", EN_SEVERITY_WARNING, EN_QUALITY_TAMPER),
                 .is_severity_set = true, .source = "Decree 442, п. 195; СПОДЭС",
                 .english = {"interference", "A cover was open or a magnet near inside the slot.",
                             "no device events of the point", "magnet 10:02-10:40, half-hours",
                             "warning on 10:00 and 10:30"},
                 .russian = {"вмешательство",
                             "В интервале была вскрыта крышка или действовало магнитное поле.",
                             "нет событий прибора", "поле 10:02-10:40, получасы",
                             "предупреждение на 10:00 и 10:30"}},
    ROW(V_33) = {VALIDITY(V_33, "V-33", EN_SEVERITY_BLOCKING, EN_QUALITY_NOCONFIG),
                 .is_severity_set = true, .source = "Oracle MDM Interval Size",
                 .english = {"interval size",
                             "The values came on another grid than the channel has.", NULL,
                             "30 minutes against 60", "blocking"},
                 .russian = {"длина интервала", "Значения пришли с другим шагом, чем у канала.",
                             NULL, "30 минут против 60", "блокирующее"}},
    ROW(V_34) = {VALIDITY(V_34, "V-34", EN_SEVERITY_WARNING, EN_QUALITY_PARTIAL),
                 .is_severity_set = true, .source = "Oracle MDM Ensure sibling IMD",
                 .english =
                     {"sibling",
                      "One channel of the point has the day and another of its profile has not.",
                      "the point has one channel", "A+ is there, R+ is not", "warning"},
                 .russian = {"соседний канал", "У одного канала точки сутки есть, у другого нет.",
                             "у точки один канал", "A+ есть, R+ нет", "предупреждение"}},
    ROW(V_35) = {VALIDITY(V_35, "V-35", EN_SEVERITY_BLOCKING, 0), EN_PARAMETERS(v_35),
                 .source = "Oracle MDM Final Measurement Replacement",
                 .english = {"edit guard",
                             "A final value would change by more than the limits without approval; "
                             "a worse source never overwrites a better one.",
                             NULL, "12.5 measured, then an estimate", "the estimate is ignored"},
                 .russian = {"защита правок",
                             "Итоговое значение изменилось бы больше предела без утверждения; "
                             "худший источник не заменяет лучший.",
                             NULL, "12,5 измерено, затем оценка", "оценка не принимается"}},
};

_Static_assert(EN_COUNT_OF(en_rules_validity) == EN_RULE_V_35 - EN_RULE_V_01 + 1,
               "each rule of validity has a row");
