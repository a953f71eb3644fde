/* Where the parameters of each rule stand in en_rule_values.at: EN_<RULE>_<PARAMETER>. Units and
 * ranges are told by the table (`enerlog rule show RULE`, docs/rules.md); percents are in 1e-4 %
 * (0.7 % is 7000), decimals in 1e-6, times in seconds, flags 0 or 1, choices the enums below. A
 * parameter that is a name (of a channel, a balance) stands in en_rule_values.text. */
#ifndef EN_CORE_METERING_RULE_RULE_PARAMETERS_H
#define EN_CORE_METERING_RULE_RULE_PARAMETERS_H

/* Every rule has these. The severity is that of a finding (en_rule_severity); of rules that find
 * nothing, or that tell the severity by thresholds of their own, it cannot be set. */
enum { EN_RULE_ENABLED = 0, EN_RULE_SEVERITY = 1, EN_RULE_OWN = 2 };

enum { EN_V_02_WARN = EN_RULE_OWN, EN_V_02_ERROR, EN_V_02_ESTIMATE, EN_V_02_RUN };
enum { EN_V_05_DIFFERENCE = EN_RULE_OWN };
enum { EN_V_06_TOLERANCE = EN_RULE_OWN };
/* Fails where |sum - advance| > max(multipliers * M * step, percent * advance). */
enum { EN_V_07_MULTIPLIERS = EN_RULE_OWN, EN_V_07_PERCENT, EN_V_07_SPAN };
enum { EN_V_07_SPAN_READS = 0, EN_V_07_SPAN_DAY, EN_V_07_SPAN_WEEK, EN_V_07_SPAN_MONTH };
enum { EN_V_08_MARGIN = EN_RULE_OWN };
enum { EN_V_09_RATIO = EN_RULE_OWN, EN_V_09_PULSES };
enum { EN_V_10_PULSES = EN_RULE_OWN };
enum { EN_V_11_PERCENT = EN_RULE_OWN };
enum { EN_V_12_LOW = EN_RULE_OWN, EN_V_12_HIGH };
enum { EN_V_13_RUN = EN_RULE_OWN };
/* 0 of voltage, current, limit: what the contract of the point says. */
enum {
    EN_V_15_WARN = EN_RULE_OWN,
    EN_V_15_ERROR,
    EN_V_15_VOLTAGE,
    EN_V_15_CURRENT,
    EN_V_15_POWER,
};
enum { EN_V_16_BITS = EN_RULE_OWN };
enum { EN_V_17_MINIMUM = EN_RULE_OWN };
enum { EN_V_18_CURRENT = EN_RULE_OWN };
enum { EN_V_19_RUN = EN_RULE_OWN };
enum { EN_V_20_LOW = EN_RULE_OWN, EN_V_20_HIGH };
enum { EN_V_21_STEP = EN_RULE_OWN };
/* text: the channel of the check meter. */
enum { EN_V_22_CHECK = EN_RULE_OWN, EN_V_22_LIMIT, EN_V_22_FACTOR, EN_V_22_PERCENT, EN_V_22_SPAN };
enum { EN_V_22_LIMIT_CLASSES = 0, EN_V_22_LIMIT_SUM, EN_V_22_LIMIT_PERCENT };
enum { EN_V_22_SPAN_SLOT = 0, EN_V_22_SPAN_DAY, EN_V_22_SPAN_BOTH };
enum { EN_V_23_RATIO = EN_RULE_OWN };
enum { EN_V_24_PERCENT = EN_RULE_OWN, EN_V_24_PERIODS, EN_V_24_MONTHS };
enum { EN_V_25_PULSES = EN_RULE_OWN };
enum { EN_V_27_DEADLINE = EN_RULE_OWN };
enum { EN_V_28_HALF = EN_RULE_OWN, EN_V_28_TIMES, EN_V_28_FLOOR };
enum { EN_V_29_DAYS = EN_RULE_OWN, EN_V_29_SIGMAS, EN_V_29_PERCENT };
enum { EN_V_30_SUSPECTS = EN_RULE_OWN };
enum { EN_V_35_ABSOLUTE = EN_RULE_OWN, EN_V_35_PERCENT };

/* The named chain; CUSTOM: the methods of the list. */
enum { EN_CHAIN_NAME = EN_RULE_OWN, EN_CHAIN_METHODS, EN_CHAIN_ANCHOR };
typedef enum en_chain {
    EN_CHAIN_CUSTOM = 0,
    EN_CHAIN_UBP,
    EN_CHAIN_ELEXON,
    EN_CHAIN_AEMO,
    EN_CHAIN_DE,
    EN_CHAIN_DE_GAS,
    EN_CHAIN_RU_442,
    EN_CHAIN_TECHNICAL,
    EN_CHAINS_COUNT,
} en_chain;

enum { EN_E_01_GAP = EN_RULE_OWN };
enum { EN_E_02_DAYS = EN_RULE_OWN, EN_E_02_LEAST, EN_E_02_BACK };
/* text: the channel of the check meter; ratio is what its values are multiplied by. */
enum { EN_E_03_CHECK = EN_RULE_OWN, EN_E_03_RATIO };
enum { EN_E_04_SHAPE = EN_RULE_OWN };
enum { EN_E_04_SHAPE_LIKEDAY = 0, EN_E_04_SHAPE_FLAT };
/* text: the channel that holds the profile of the class. */
enum { EN_E_06_PROFILE = EN_RULE_OWN };
/* text: the balance of the node. */
enum { EN_E_11_BALANCE = EN_RULE_OWN };
enum { EN_E_12_APPROVALS = EN_RULE_OWN };
enum { EN_E_13_ELEMENTS = EN_RULE_OWN };
enum { EN_E_15_GAP = EN_RULE_OWN };

enum { EN_D442_B_PERIODS = EN_RULE_OWN, EN_D442_B_MAPPING };
enum { EN_D442_B_MAPPING_DATE = 0, EN_D442_B_MAPPING_DAY_CLASS };
enum { EN_D442_B2_MONTHS = EN_RULE_OWN };
enum { EN_D442_C_HOURS = EN_RULE_OWN, EN_D442_C_FACTOR };
enum { EN_D442_D_COSPHI = EN_RULE_OWN, EN_D442_D_DIVISOR, EN_D442_D_VOLTAGE };
enum { EN_D442_E_THRESHOLD = EN_RULE_OWN };
enum { EN_D442_F_HOURS = EN_RULE_OWN };
enum { EN_D354_A_MONTHS = EN_RULE_OWN, EN_D354_A_LEAST, EN_D354_A_PERIODS };

enum { EN_B_02_ERROR = EN_RULE_OWN };
enum { EN_B_02T_PERIODS = EN_RULE_OWN };
enum { EN_B_02Q_PERCENT = EN_RULE_OWN };
enum { EN_B_11_PERCENT = EN_RULE_OWN };

enum { EN_D_03_PERCENT = EN_RULE_OWN };
enum { EN_D_07_EARLY = EN_RULE_OWN, EN_D_07_REACHED, EN_D_07_OVER };
enum { EN_D_09_SLOTS = EN_RULE_OWN, EN_D_09_HYSTERESIS };
enum { EN_D_10_FROM = EN_RULE_OWN, EN_D_10_TO };

#endif
