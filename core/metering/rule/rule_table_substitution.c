/* The chains of methods, E-01 to E-15, and the Decree's: what is put where no value can be used. */
#include "core/metering/rule/rule_table.h"

static const struct en_rule_parameter chain[] = {
    EN_OWN(EN_CHAIN_NAME) = {"chain", EN_RULE_TYPE_CHOICE, "",
                             "custom|UBP|ELEXON|AEMO|DE|DE-GAS|RU-442|TECHNICAL", 0,
                             EN_CHAINS_COUNT - 1, EN_CHAIN_CUSTOM, "a chain by its name",
                             "цепочка по имени"},
    EN_OWN(EN_CHAIN_METHODS) = {"methods", EN_RULE_TYPE_METHODS, "", NULL, 0, 0, 0,
                                "methods in order, of a custom chain",
                                "методы по порядку, для своей цепочки"},
    EN_OWN(EN_CHAIN_ANCHOR) =
        {"anchor", EN_RULE_TYPE_FLAG, "", NULL, 0, 1, 0,
         "estimates are scaled to the advance of the registers, where they are known",
         "оценки приводятся к расходу по показаниям, если они известны"},
};

static const struct en_rule_parameter e_01[] = {
    EN_OWN(EN_E_01_GAP) = {"gap", EN_RULE_TYPE_SECONDS, "s", NULL, 60, 86400, 7200, "longest gap",
                           "наибольший пропуск"},
};

static const struct en_rule_parameter e_02[] = {
    EN_OWN(EN_E_02_DAYS) = {"days", EN_RULE_TYPE_COUNT, "days", NULL, 1, 60, 3,
                            "like days whose mean is taken", "сколько подобных дней усредняется"},
    EN_OWN(EN_E_02_LEAST) = {"least", EN_RULE_TYPE_COUNT, "days", NULL, 1, 60, 1,
                             "fewest like days that do", "наименьшее число подобных дней"},
    EN_OWN(EN_E_02_BACK) = {"back", EN_RULE_TYPE_COUNT, "days", NULL, 1, 366, 366,
                            "how far back they are looked for", "на сколько дней назад искать"},
};

static const struct en_rule_parameter e_03[] = {
    EN_OWN(EN_E_03_CHECK) = {"check", EN_RULE_TYPE_NAME, "channel", NULL, 0, 0, 0,
                             "channel of the check meter, POINT/CODE; none: that of the contract",
                             "канал контрольного прибора, ТОЧКА/КОД; без него - из договора"},
    EN_OWN(EN_E_03_RATIO) = {"ratio", EN_RULE_TYPE_DECIMAL, "", NULL, -EN_MILLI(1000000),
                             EN_MILLI(1000000), EN_MILLI(1000), "what its values are multiplied by",
                             "множитель его значений"},
};

static const struct en_rule_parameter e_04[] = {
    EN_OWN(EN_E_04_SHAPE) = {"shape", EN_RULE_TYPE_CHOICE, "", "likeday|flat", 0, 1,
                             EN_E_04_SHAPE_LIKEDAY,
                             "weights of the missing slots: like days, else the same for all",
                             "веса пропущенных интервалов: подобные дни, иначе поровну"},
};

static const struct en_rule_parameter e_06[] = {
    EN_OWN(EN_E_06_PROFILE) = {"profile", EN_RULE_TYPE_NAME, "channel", NULL, 0, 0, 0,
                               "channel that holds the profile of the class, POINT/CODE",
                               "канал с профилем класса, ТОЧКА/КОД"},
};

static const struct en_rule_parameter e_11[] = {
    EN_OWN(EN_E_11_BALANCE) = {"balance", EN_RULE_TYPE_NAME, "balance", NULL, 0, 0, 0,
                               "balance of the node that the channel stands in",
                               "баланс узла, в который входит канал"},
};

static const struct en_rule_parameter e_12[] = {
    EN_OWN(EN_E_12_APPROVALS) = {"approvals", EN_RULE_TYPE_COUNT, "persons", NULL, 1, 5, 2,
                                 "persons that must agree, the author among them",
                                 "сколько лиц должно согласиться, считая автора"},
};

static const struct en_rule_parameter e_13[] = {
    EN_OWN(EN_E_13_ELEMENTS) = {"elements", EN_RULE_TYPE_COUNT, "elements", NULL, 2, 3, 3,
                                "measuring elements of the device",
                                "измерительных элементов прибора"},
};

static const struct en_rule_parameter e_15[] = {
    EN_OWN(EN_E_15_GAP) = {"gap", EN_RULE_TYPE_SECONDS, "s", NULL, 60, EN_RULE_SECONDS_MAX, 86400,
                           "longest gap", "наибольший пропуск"},
};
static const struct en_rule_initial e_15_initials[] = {
    {EN_RESOURCE_ELECTRICITY, EN_RULE_ENABLED, 0},
    {EN_RESOURCE_HEAT, EN_RULE_ENABLED, 0},
    {EN_RESOURCE_WATER, EN_RULE_ENABLED, 0},
    {EN_RESOURCE_STEAM, EN_RULE_ENABLED, 0},
};

static const struct en_rule_parameter d442_b[] = {
    EN_OWN(EN_D442_B_PERIODS) = {"periods", EN_RULE_TYPE_COUNT, "periods", NULL, 0, 12, 2,
                                 "periods in a row that may be taken from the year before",
                                 "периодов подряд, которые берутся по прошлому году"},
    EN_OWN(
        EN_D442_B_MAPPING) = {"mapping", EN_RULE_TYPE_CHOICE, "", "date|day_class", 0, 1,
                              EN_D442_B_MAPPING_DATE,
                              "which day stands for which: the same date, or the same class of day",
                              "какой день вместо какого: то же число или тот же класс дня"},
};

static const struct en_rule_parameter d442_b2[] = {
    EN_OWN(EN_D442_B2_MONTHS) = {"months", EN_RULE_TYPE_COUNT, "months", NULL, 1, 120, 12,
                                 "how far back the nearest period is looked for",
                                 "на сколько месяцев назад искать ближайший период"},
};

static const struct en_rule_parameter d442_c[] = {
    EN_OWN(EN_D442_C_HOURS) = {"hours", EN_RULE_TYPE_COUNT, "h", NULL, 1, 87600, 8760,
                               "most hours that unaccounted consumption is reckoned for",
                               "наибольшее число часов безучётного потребления"},
    EN_OWN(
        EN_D442_C_FACTOR) = {"factor", EN_RULE_TYPE_DECIMAL, "", NULL, 0, EN_MILLI(10000),
                             EN_MILLI(1000),
                             "multiplier of calculated volumes (0.8 from 2012-07-01 to 2013-01-01)",
                             "множитель расчётных объёмов (0,8 с 01.07.2012 по 01.01.2013)"},
};

static const struct en_rule_parameter d442_d[] = {
    EN_OWN(EN_D442_D_COSPHI) = {"cosphi", EN_RULE_TYPE_DECIMAL, "", NULL, 1, EN_MILLI(1000),
                                EN_MILLI(900), "cos phi where the contract has none",
                                "cos phi, если его нет в договоре"},
    EN_OWN(EN_D442_D_DIVISOR) = {"divisor", EN_RULE_TYPE_DECIMAL, "", NULL, EN_MILLI(1000),
                                 EN_MILLI(100000), EN_MILLI(1500), "divisor of the formula",
                                 "делитель формулы"},
    EN_OWN(EN_D442_D_VOLTAGE) = {"voltage", EN_RULE_TYPE_DECIMAL, "kV", NULL, 1, EN_MILLI(2000000),
                                 EN_MILLI(220), "phase voltage where the contract has none",
                                 "фазное напряжение, если его нет в договоре"},
};

static const struct en_rule_parameter d442_e[] = {
    EN_OWN(EN_D442_E_THRESHOLD) = {"threshold", EN_RULE_TYPE_DECIMAL, "kW", NULL, 0,
                                   EN_RULE_DECIMAL_MAX, EN_MILLI(670000),
                                   "highest power from which hourly metering is due",
                                   "максимальная мощность, с которой нужен почасовой учёт"},
};

static const struct en_rule_parameter d442_f[] = {
    EN_OWN(EN_D442_F_HOURS) = {"hours", EN_RULE_TYPE_COUNT, "h", NULL, 1, 87600, 26280,
                               "most hours that uncontracted consumption is reckoned for",
                               "наибольшее число часов бездоговорного потребления"},
};

static const struct en_rule_parameter d354_a[] = {
    EN_OWN(EN_D354_A_MONTHS) = {"months", EN_RULE_TYPE_COUNT, "months", NULL, 1, 60, 6,
                                "months whose mean is taken", "за сколько месяцев среднее"},
    EN_OWN(EN_D354_A_LEAST) = {"least", EN_RULE_TYPE_COUNT, "months", NULL, 1, 60, 3,
                               "fewest months of a young meter",
                               "наименьшее число месяцев нового прибора"},
    EN_OWN(EN_D354_A_PERIODS) = {"periods", EN_RULE_TYPE_COUNT, "periods", NULL, 0, 12, 3,
                                 "periods in a row before the norm holds",
                                 "периодов подряд, после которых действует норматив"},
};

#define SUBSTITUTION(NAME, text)                                                                   \
    .id = EN_RULE_##NAME, .name = (text), .stage = EN_STAGE_SUBSTITUTION, .edition = 1
#define METHOD(NAME, text) SUBSTITUTION(NAME, text), .is_method = true
#define ROW(NAME) [EN_RULE_##NAME - EN_RULE_CHAIN]

const struct en_rule en_rules_substitution[] = {
    ROW(CHAIN) =
        {SUBSTITUTION(CHAIN, "CHAIN"), EN_PARAMETERS(chain),
         .source = "UBP; BSCP502; AEMO Metrology B; MeteringCode A8; Decree 442",
         .english =
             {"chain of methods",
              "Slots without a usable value are filled by the first method of the chain that can; "
              "refusals are kept as evidence. Each method has its parameters by its own rule.",
              "the chain is empty", "chain UBP, gap of 1.5 h; of 5 h", "E-01; E-02"},
         .russian = {"цепочка методов",
                     "Интервалы без пригодного значения заполняет первый подходящий метод цепочки; "
                     "отказы сохраняются. Параметры метода - в его собственном правиле.",
                     "цепочка пуста", "цепочка UBP, пропуск 1,5 ч; 5 ч", "E-01; E-02"}},
    ROW(E_01) = {METHOD(E_01, "E-01"), EN_PARAMETERS(e_01),
                 .source = "UBP; MeteringCode A8.2.2.1; AEMO type 17",
                 .english = {"interpolation",
                             "a + (b - a) x i / (n + 1) between the measured, valid neighbours.",
                             "the gap is too long, or a neighbour is missing or an estimate",
                             "a = 10, b = 16, two slots", "12, 14"},
                 .russian = {"интерполяция",
                             "a + (b - a) x i / (n + 1) между измеренными достоверными соседями.",
                             "пропуск слишком длинный, соседа нет или он сам оценка",
                             "a = 10, b = 16, два интервала", "12, 14"}},
    ROW(E_02) = {METHOD(E_02, "E-02"), EN_PARAMETERS(e_02),
                 .source = "UBP; AEMO types 14, 15; MeteringCode ZJ2",
                 .english = {"like days",
                             "The mean of the same slot of the last like days, of measured and "
                             "valid values only; a holiday is like a Sunday.",
                             "fewer like days than the least", "20, 22, 24", "22"},
                 .russian = {"подобные дни",
                             "Среднее того же интервала последних подобных дней, только по "
                             "измеренным достоверным значениям; праздник подобен воскресенью.",
                             "подобных дней меньше допустимого", "20, 22, 24", "22"}},
    ROW(E_03) = {METHOD(E_03, "E-03"), EN_PARAMETERS(e_03),
                 .source = "BSCP502; AEMO type 11; Decree 442, п. 136",
                 .english = {"check meter", "The value of the check meter times the ratio.",
                             "no check meter, or its value is missing or not valid",
                             "101.2, ratio 1", "101.2"},
                 .russian = {"контрольный прибор",
                             "Значение контрольного прибора, умноженное на коэффициент.",
                             "контрольного прибора нет или его значение непригодно",
                             "101,2, коэффициент 1", "101,2"}},
    ROW(E_04) = {METHOD(E_04, "E-04"), EN_PARAMETERS(e_04), .source = "BSCP502; engine rule R-13",
                 .english = {"register advance, shaped",
                             "What the advance leaves over the known slots, parted by weights so "
                             "that the sum is the advance exactly.",
                             "a read is off the slot edges or of another device, or the known "
                             "slots exceed the advance",
                             "advance 100.000, known 88.000, weights 12, 14, 10, 4",
                             "3.600, 4.200, 3.000, 1.200"},
                 .russian = {"по показаниям с формой",
                             "Остаток расхода по счётчику сверх известных интервалов делится по "
                             "весам так, что сумма точно равна расходу.",
                             "показание не на границе интервала, другого прибора или известные "
                             "интервалы превышают расход",
                             "расход 100,000, известно 88,000, веса 12, 14, 10, 4",
                             "3,600, 4,200, 3,000, 1,200"}},
    ROW(E_05) = {METHOD(E_05, "E-05"), .source = "engine rule R-13",
                 .english = {"register advance, flat", "The same parted evenly.", "as E-04",
                             "12.000 over 5 slots", "2.400 each"},
                 .russian = {"по показаниям поровну", "То же, поровну.", "как E-04",
                             "12,000 на 5 интервалов", "по 2,400"}},
    ROW(E_06) = {METHOD(E_06, "E-06"), EN_PARAMETERS(e_06), .source = "BSCP502 profile classes",
                 .english = {"class profile", "The advance parted by the profile of the class.",
                             "no profile, or no advance", "12.000 by 1, 2, 1", "3, 6, 3"},
                 .russian = {"профиль класса", "Расход делится по профилю класса.",
                             "нет профиля или расхода", "12,000 по 1, 2, 1", "3, 6, 3"}},
    ROW(E_07) = {METHOD(E_07, "E-07"), .source = "MeteringCode A7.1.2.2; AEMO type 19",
                 .english = {"zero",
                             "0 where an outage is proven for the whole slot, by event or act.",
                             "no proof of an outage", "out 02:00-03:00, slot 02:00-02:30", "0"},
                 .russian = {"ноль",
                             "0, если перерыв питания доказан на весь интервал событием или актом.",
                             "перерыв не доказан", "перерыв 02:00-03:00, интервал 02:00-02:30",
                             "0"}},
    ROW(E_08) = {METHOD(E_08, "E-08"), .source = "Decree 442, п. 166; AEMO type 51",
                 .english = {"prior period",
                             "The analogous period of the year before, else the nearest earlier "
                             "one with readings (D442-B, D442-B2).",
                             "more periods in a row than D442-B allows, or no such period",
                             "May of this year, May of last year 96.4 MWh", "96.4 MWh"},
                 .russian = {"прошлый период",
                             "Аналогичный период прошлого года, иначе ближайший прежний с "
                             "показаниями (D442-B, D442-B2).",
                             "периодов подряд больше, чем допускает D442-B, или такого периода нет",
                             "май; май прошлого года 96,4 МВт·ч", "96,4 МВт·ч"}},
    ROW(E_09) = {METHOD(E_09, "E-09"), .source = "Decree 442, Annex 3",
                 .english = {"maximum power", "Maximum power x hours (D442-C).",
                             "the contract has no maximum power", "0.150 MW, 720 h", "108.0 MWh"},
                 .russian = {"максимальная мощность", "Максимальная мощность x часы (D442-C).",
                             "в договоре нет максимальной мощности", "0,150 МВт, 720 ч",
                             "108,0 МВт·ч"}},
    ROW(E_10) = {METHOD(E_10, "E-10"), .source = "Decree 442, Annex 3",
                 .english = {"permissible current",
                             "By the permissible current of the inlet (D442-D).",
                             "the contract has no permissible current",
                             "100 A, 0.22 kV, three phases, 720 h", "28.512 MWh"},
                 .russian = {"допустимый ток", "По допустимому длительному току ввода (D442-D).",
                             "в договоре нет допустимого тока", "100 А, 0,22 кВ, три фазы, 720 ч",
                             "28,512 МВт·ч"}},
    ROW(E_11) = {METHOD(E_11, "E-11"), EN_PARAMETERS(e_11), .source = "АИИС КУЭ practice",
                 .english = {"balance",
                             "What the balance of the node leaves: in - other out - losses.",
                             "another member is missing, an estimate or not valid, or the result "
                             "is below 0 or above the ceiling",
                             "1000 - 700 - 250 - 3", "47"},
                 .russian = {"по балансу", "Остаток баланса узла: приём - прочая отдача - потери.",
                             "другой участник непригоден или итог меньше 0 либо выше предела",
                             "1000 - 700 - 250 - 3", "47"}},
    ROW(E_12) = {SUBSTITUTION(E_12, "E-12"), EN_PARAMETERS(e_12), .source = "F-11",
                 .english =
                     {"edit by act",
                      "Values of a signed act, with its reference, agreed by a second person.",
                      "no act, or one person alone", "act 17, 12.5 kWh, asked by A, agreed by B",
                      "12.5, EDIT_BY_ACT"},
                 .russian =
                     {"правка по акту",
                      "Значения подписанного акта со ссылкой на него, согласованные вторым лицом.",
                      "нет акта или лицо одно", "акт 17, 12,5 кВт·ч, запросил А, согласовал Б",
                      "12,5, EDIT_BY_ACT"}},
    ROW(E_13) =
        {
            SUBSTITUTION(E_13, "E-13"), EN_PARAMETERS(e_13), .source = "АИИС КУЭ practice",
            .english = {"lost phase by act",
                        "E x elements / healthy elements, the load taken to be symmetric; by act.",
                        "no act", "100 measured by 2 of 3 elements", "150"},
            .russian = {"потеря фазы по акту",
                        "E x элементы / исправные элементы при симметричной нагрузке; по акту.",
                        "нет акта", "100 измерено 2 из 3 элементов", "150"}},
    ROW(E_14) = {SUBSTITUTION(E_14, "E-14"), .source = "act of undercount",
                 .english = {"undercount by act",
                             "An amount added over a time, evenly or by slots; the act says "
                             "whether ratio and loss factor apply.",
                             "no act", "48.000 kWh over 24 h of half-hours", "+1.000 each"},
                 .russian = {"недоучёт по акту",
                             "Количество добавляется за время поровну или по интервалам; акт "
                             "говорит, применять ли коэффициент и потери.",
                             "нет акта", "48,000 кВт·ч за 24 ч по 30 минут", "по +1,000"}},
    ROW(E_15) = {METHOD(E_15, "E-15"), EN_PARAMETERS(e_15), EN_INITIALS(e_15_initials),
                 .source = "MeteringCode Z93",
                 .english = {"hold", "The last measured value; gas only.",
                             "the gap is too long, or the resource is not gas",
                             "7.2 before a gap of two hours", "7.2, 7.2"},
                 .russian = {"удержание", "Последнее измеренное значение; только газ.",
                             "пропуск слишком длинный или ресурс не газ",
                             "7,2 перед пропуском в два часа", "7,2, 7,2"}},
    ROW(D442_A) =
        {SUBSTITUTION(D442_A, "D442-A"), .source = "Decree 442, п. 136",
         .english = {"control meter", "Control meter x ratio, with the losses between the places.",
                     "no verified control meter", "101.2 MWh, losses 0.4 %", "101.6048 MWh"},
         .russian = {"контрольный прибор",
                     "Контрольный прибор x коэффициент с учётом потерь между местами установки.",
                     "нет поверенного контрольного прибора", "101,2 МВт·ч, потери 0,4 %",
                     "101,6048 МВт·ч"}},
    ROW(D442_B) = {SUBSTITUTION(D442_B, "D442-B"), EN_PARAMETERS(d442_b),
                   .source = "Decree 442, п. 166",
                   .english = {"same period of last year",
                               "The volume of the same month of the year before.",
                               "more periods in a row than allowed, or no readings then",
                               "May 2025 = 96.4 MWh",
                               "May 2026 = 96.4 MWh; the third period in a row is calculated"},
                   .russian = {"тот же период прошлого года", "Объём того же месяца прошлого года.",
                               "периодов подряд больше допустимого или тогда не было показаний",
                               "май 2025 = 96,4 МВт·ч",
                               "май 2026 = 96,4 МВт·ч; третий период подряд - расчётный"}},
    ROW(D442_B2) =
        {SUBSTITUTION(D442_B2, "D442-B2"), EN_PARAMETERS(d442_b2), .source = "Decree 442, п. 166",
         .english =
             {"nearest period",
              "The nearest earlier period that has readings, where the year before has none.",
              "no such period", "no May 2025; April 2026 = 88.0 MWh", "88.0 MWh"},
         .russian = {"ближайший период",
                     "Ближайший прежний период с показаниями, если за прошлый год их нет.",
                     "такого периода нет", "нет мая 2025; апрель 2026 = 88,0 МВт·ч", "88,0 МВт·ч"}},
    ROW(D442_C) = {SUBSTITUTION(D442_C, "D442-C"), EN_PARAMETERS(d442_c),
                   .source = "Decree 442, Annex 3, п. 1(а)",
                   .english = {"maximum power", "W = Pmax x T x factor.",
                               "the contract has no maximum power", "0.150 MW, 720 h; with 0.8",
                               "108.0 MWh; 86.4 MWh"},
                   .russian = {"максимальная мощность", "W = Pмакс x T x множитель.",
                               "в договоре нет максимальной мощности", "0,150 МВт, 720 ч; с 0,8",
                               "108,0 МВт·ч; 86,4 МВт·ч"}},
    ROW(D442_C2) =
        {SUBSTITUTION(D442_C2, "D442-C2"), .source = "Decree 442, Annex 3",
         .english =
             {"maximum power, parted",
              "The power of the connection parted by the permissible currents of its inlets.",
              "an inlet has no permissible current", "300 kW, 100 A and 200 A",
              "100 kW and 200 kW"},
         .russian = {"деление мощности",
                     "Мощность присоединения делится по допустимым токам вводов.",
                     "у ввода нет допустимого тока", "300 кВт, 100 А и 200 А",
                     "100 кВт и 200 кВт"}},
    ROW(D442_D) =
        {SUBSTITUTION(D442_D, "D442-D"), EN_PARAMETERS(d442_d), .source = "Decree 442, Annex 3",
         .english = {"permissible current", "W = phases x I x U x cos phi x T / (divisor x 1000).",
                     "the contract has no permissible current",
                     "100 A, 0.22 kV, 720 h, three phases; 50 A, one phase",
                     "28.512 MWh; 4.752 MWh"},
         .russian = {"допустимый ток", "W = фазы x I x U x cos phi x T / (делитель x 1000).",
                     "в договоре нет допустимого тока",
                     "100 А, 0,22 кВ, 720 ч, три фазы; 50 А, одна фаза",
                     "28,512 МВт·ч; 4,752 МВт·ч"}},
    ROW(D442_HOUR) = {SUBSTITUTION(D442_HOUR, "D442-HOUR"),
                      .source = "Decree 442, Annex 3, п. 1(б)",
                      .english = {"by the hour",
                                  "W / T in each hour, rounded so that the sum is W.", NULL,
                                  "108 MWh over 720 h", "0.150 MWh each hour"},
                      .russian = {"по часам", "W / T в каждый час; округление сохраняет сумму W.",
                                  NULL, "108 МВт·ч за 720 ч", "0,150 МВт·ч в час"}},
    ROW(D442_E) = {SUBSTITUTION(D442_E, "D442-E"), EN_PARAMETERS(d442_e),
                   .source = "Decree 442, п. 181",
                   .english = {"hours of an integral meter",
                               "The month's volume is laid into planned peak hours up to maximum "
                               "power, the rest evenly.",
                               "no peak hours are published for the month",
                               "120 MWh, 168 peak hours, 0.5 MW, 720 h",
                               "0.5 MWh in peak hours, 36 MWh over the others"},
                   .russian = {"часы интегрального прибора",
                               "Объём месяца относится на плановые часы пика до максимальной "
                               "мощности, остаток - поровну.",
                               "часы пика на месяц не опубликованы",
                               "120 МВт·ч, 168 часов пика, 0,5 МВт, 720 ч",
                               "0,5 МВт·ч в часы пика, 36 МВт·ч на прочие"}},
    ROW(D442_F) = {SUBSTITUTION(D442_F, "D442-F"), EN_PARAMETERS(d442_f),
                   .source = "Decree 442, п. 196",
                   .english = {"uncontracted", "As D442-D for at most so many hours.",
                               "no permissible current is known", "0.05 MW, 26280 h", "1314 MWh"},
                   .russian = {"бездоговорное", "Как D442-D, не больше этого числа часов.",
                               "допустимый ток неизвестен", "0,05 МВт, 26280 ч", "1314 МВт·ч"}},
    ROW(D442_G) =
        {SUBSTITUTION(D442_G, "D442-G"), .source = "Decree 442, п. 166",
         .english =
             {"true-up",
              "When readings come: advance x ratio - what was billed, booked in the open period.",
              "no readings on either side", "billed 96.4 + 90.1, real 180.0", "-6.5 MWh"},
         .russian = {"перерасчёт",
                     "Когда показания поступили: расход x коэффициент - учтённое раньше, в "
                     "открытый период.",
                     "нет показаний с одной из сторон", "учтено 96,4 + 90,1, по показаниям 180,0",
                     "-6,5 МВт·ч"}},
    ROW(D354_A) = {SUBSTITUTION(D354_A, "D354-A"), EN_PARAMETERS(d354_a),
                   .source = "Decree 354, п. 59",
                   .english = {"household mean",
                               "The monthly mean of the last months, then the norm.",
                               "the meter has fewer months than the least",
                               "six months of 100, 110, 90, 100, 105, 95", "100"},
                   .russian = {"среднее домохозяйства",
                               "Среднемесячный объём последних месяцев, затем норматив.",
                               "у прибора меньше месяцев, чем нужно",
                               "шесть месяцев: 100, 110, 90, 100, 105, 95", "100"}},
};

_Static_assert(EN_COUNT_OF(en_rules_substitution) == EN_RULE_D354_A - EN_RULE_CHAIN + 1,
               "each rule of substitution has a row");
