/* Tariff zones, balances, deviations. */
#include "core/metering/rule/rule_table.h"

static const struct en_rule_parameter b_02[] = {
    EN_OWN(EN_B_02_ERROR) = {"error", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(100),
                             EN_PERCENTS(1), "error of a channel where none is set",
                             "погрешность канала, если она не задана"},
};

static const struct en_rule_parameter b_02t[] = {
    EN_OWN(EN_B_02T_PERIODS) = {"periods", EN_RULE_TYPE_COUNT, "periods", NULL, 2, 120, 3,
                                "periods in a row of one sign", "периодов подряд одного знака"},
};

static const struct en_rule_parameter b_02q[] = {
    EN_OWN(EN_B_02Q_PERCENT) = {"percent", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(100),
                                EN_PERCENTS(10), "allowed share of rejected or estimated energy",
                                "допустимая доля отклонённой или замещённой энергии"},
};

static const struct en_rule_parameter b_11[] = {
    EN_OWN(EN_B_11_PERCENT) = {"percent", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(100),
                               EN_PERCENTS(2), "commercial losses above which a level is listed",
                               "коммерческие потери, с которых уровень попадает в список"},
};

static const struct en_rule_parameter d_03[] = {
    EN_OWN(EN_D_03_PERCENT) = {"percent", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(1000), 0,
                               "allowed excess", "допустимое превышение"},
};

static const struct en_rule_parameter d_07[] = {
    EN_OWN(EN_D_07_EARLY) = {"early", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(1000),
                             EN_PERCENTS(95), "first warning", "первое предупреждение"},
    EN_OWN(EN_D_07_REACHED) = {"reached", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(1000),
                               EN_PERCENTS(100), "second warning", "второе предупреждение"},
    EN_OWN(EN_D_07_OVER) = {"over", EN_RULE_TYPE_PERCENT, "%", NULL, 0, EN_PERCENTS(1000),
                            EN_PERCENTS(105), "third warning", "третье предупреждение"},
};

static const struct en_rule_parameter d_09[] = {
    EN_OWN(EN_D_09_SLOTS) = {"slots", EN_RULE_TYPE_COUNT, "slots", NULL, 1, 1440, 1,
                             "slots beyond the limit before it is raised",
                             "интервалов за пределом до срабатывания"},
    EN_OWN(EN_D_09_HYSTERESIS) = {"hysteresis", EN_RULE_TYPE_PERCENT, "%", NULL, 0,
                                  EN_PERCENTS(100), EN_PERCENTS(2),
                                  "how far below the limit it is cleared",
                                  "на сколько ниже предела снимается"},
};

static const struct en_rule_parameter d_10[] = {
    EN_OWN(EN_D_10_FROM) = {"from", EN_RULE_TYPE_COUNT, "h", NULL, 0, 23, 7,
                            "first hour of big loads", "первый час больших нагрузок"},
    EN_OWN(EN_D_10_TO) = {"to", EN_RULE_TYPE_COUNT, "h", NULL, 1, 24, 23, "hour at which they end",
                          "час окончания больших нагрузок"},
};

#define RULE(NAME, text, where, how_grave)                                                         \
    .id = EN_RULE_##NAME, .name = (text), .stage = (where), .severity = (how_grave), .edition = 1
#define ROW(NAME) [EN_RULE_##NAME - EN_RULE_TOU_01]

const struct en_rule en_rules_other[] = {
    ROW(TOU_01) =
        {RULE(TOU_01, "TOU-01", EN_STAGE_TARIFF, EN_SEVERITY_WARNING), .source = "engine rule R-13",
         .english = {"zones of a day",
                     "A slot that straddles a switch of zones is parted by minutes; that it does "
                     "is a warning.",
                     NULL, "10 kWh an hour; peak 7-10, 17-21, half-peak 10-17, 21-23, night",
                     "70, 90, 80"},
         .russian =
             {"зоны суток",
              "Интервал, внутри которого меняется зона, делится по минутам; это предупреждение.",
              NULL, "10 кВт·ч в час; пик 7-10, 17-21, полупик 10-17, 21-23, ночь", "70, 90, 80"}},
    ROW(TOU_05) =
        {RULE(TOU_05, "TOU-05", EN_STAGE_TARIFF, EN_SEVERITY_WARNING), .is_severity_set = true,
         .flag = EN_QUALITY_TOUSUM, .source = "engine rule",
         .english = {"schedule of the device",
                     "The tariff registers disagree with zones made from the profile: the device "
                     "runs another schedule.",
                     "no tariff registers at both ends, or the profile has gaps",
                     "T1 advanced 100, the profile has 90 in that zone",
                     "warning, zones are those of the profile"},
         .russian =
             {"расписание прибора",
              "Тарифные показания расходятся с зонами по профилю: в приборе другое расписание.",
              "нет тарифных показаний с обеих сторон или в профиле пропуски",
              "T1 вырос на 100, в зоне по профилю 90", "предупреждение, зоны берутся по профилю"}},
    ROW(B_02) = {RULE(B_02, "B-02", EN_STAGE_BALANCE, EN_SEVERITY_WARNING), .is_severity_set = true,
                 .flag = EN_QUALITY_IMBAL, EN_PARAMETERS(b_02), .source = "RD 34.09.101-94",
                 .english = {"permissible imbalance",
                             "The actual imbalance exceeds what the errors of the channels allow.",
                             "the balance cannot be assessed (B-02q)",
                             "in 10000, out 9930, permissible 0.9958 %", "0.70 % passes"},
                 .russian = {"допустимый небаланс",
                             "Фактический небаланс больше, чем допускают погрешности каналов.",
                             "баланс нельзя оценить (B-02q)",
                             "приём 10000, отдача 9930, допустимо 0,9958 %", "0,70 % проходит"}},
    ROW(B_02T) =
        {RULE(B_02T, "B-02t", EN_STAGE_BALANCE, EN_SEVERITY_WARNING), .flag = EN_QUALITY_IMBAL,
         EN_PARAMETERS(b_02t), .source = "engine rule",
         .english = {"trend",
                     "The imbalance keeps its sign for so many periods, though within the limit.",
                     "fewer periods are known", "+0.6, +0.7, +0.7 %",
                     "warning: a systematic error"},
         .russian = {"тренд", "Небаланс сохраняет знак столько периодов подряд, хотя и в пределах.",
                     "известно меньше периодов", "+0,6, +0,7, +0,7 %",
                     "предупреждение: систематическая погрешность"}},
    ROW(B_02Q) = {RULE(B_02Q, "B-02q", EN_STAGE_BALANCE, EN_SEVERITY_WARNING), EN_PARAMETERS(b_02q),
                  .source = "engine rule",
                  .english = {"not assessable",
                              "Too much of a member's energy is rejected or estimated: the balance "
                              "is not assessed.",
                              NULL, "a member with 12 % estimated", "not assessable"},
                  .russian = {"нельзя оценить",
                              "Слишком большая часть энергии участника отклонена или замещена: "
                              "баланс не оценивается.",
                              NULL, "у участника замещено 12 %", "нельзя оценить"}},
    ROW(B_11) = {RULE(B_11, "B-11", EN_STAGE_BALANCE, EN_SEVERITY_WARNING), EN_PARAMETERS(b_11),
                 .source = "B-10 multilevel balance",
                 .english = {"commercial losses",
                             "Reported losses of a level less the calculated ones, to its input.",
                             "the level has no calculated losses",
                             "input 100000, consumers 91000, technical 5400",
                             "3600 = 3.60 %: listed"},
                 .russian = {"коммерческие потери",
                             "Отчётные потери уровня за вычетом расчётных, к приёму.",
                             "у уровня нет расчётных потерь",
                             "приём 100000, потребители 91000, технические 5400",
                             "3600 = 3,60 %: в списке"}},
    ROW(D_03) = {RULE(D_03, "D-03", EN_STAGE_DEVIATION, EN_SEVERITY_WARNING), EN_PARAMETERS(d_03),
                 .source = "Decree 442",
                 .english = {"excess", "Power exceeds what is declared or contracted.",
                             "the contract has no such power", "520 against 500 kW",
                             "+20 kW, +4 %"},
                 .russian = {"превышение",
                             "Мощность больше заявленной или максимальной по договору.",
                             "в договоре нет такой мощности", "520 против 500 кВт",
                             "+20 кВт, +4 %"}},
    ROW(D_07) = {RULE(D_07, "D-07", EN_STAGE_DEVIATION, EN_SEVERITY_WARNING), EN_PARAMETERS(d_07),
                 .source = "engine rule",
                 .english = {"contract volume",
                             "Fact so far and plan of the rest against the plan of the month.",
                             "no plan of the month", "960 of 1000 planned", "first warning"},
                 .russian = {"договорной объём", "Факт и план остатка против плана месяца.",
                             "нет плана месяца", "960 из 1000 по плану", "первое предупреждение"}},
    ROW(D_09) = {RULE(D_09, "D-09", EN_STAGE_DEVIATION, EN_SEVERITY_NONE), EN_PARAMETERS(d_09),
                 .source = "engine rule",
                 .english = {"debounce",
                             "Crossing a limit is raised after so many slots and cleared below it "
                             "by the hysteresis.",
                             NULL, "limit 550: 551, 545, 538", "raised, kept, cleared"},
                 .russian = {"дребезг",
                             "Превышение объявляется после стольких интервалов и снимается ниже "
                             "предела на гистерезис.",
                             NULL, "предел 550: 551, 545, 538", "объявлено, держится, снято"}},
    ROW(D_10) =
        {RULE(D_10, "D-10", EN_STAGE_DEVIATION, EN_SEVERITY_NONE), EN_PARAMETERS(d_10),
         .source = "Order 380 of 23.06.2015",
         .english =
             {"hours of big loads",
              "Hours in which reactive power is judged as of big loads, the others as of small.",
              NULL, "07-23", "16 hours big, 8 hours small"},
         .russian = {"часы больших нагрузок",
                     "Часы, в которые реактивная мощность оценивается как в часы больших нагрузок; "
                     "прочие - малых.",
                     NULL, "07-23", "16 часов больших, 8 малых"}},
};

_Static_assert(EN_COUNT_OF(en_rules_other) == EN_RULE_D_10 - EN_RULE_TOU_01 + 1,
               "each other rule has a row");
