/* Sets of rules that are put in force by one command. */
#include "core/assert.h"
#include "core/metering/rule/rule.h"

#define ON(NAME)                                                                                   \
    {                                                                                              \
        EN_RULE_##NAME, "", NULL, NULL, NULL                                                       \
    }
#define WITH(NAME, parameters)                                                                     \
    {                                                                                              \
        EN_RULE_##NAME, parameters, NULL, NULL, NULL                                               \
    }
#define OF(NAME, resource, parameters)                                                             \
    {                                                                                              \
        EN_RULE_##NAME, parameters, resource, NULL, NULL                                           \
    }

/* Commercial metering in Russia: what hourly settlement and acts of metering rest on. Equal values
 * are doubted after a day, not after six slots: half-hours of small points are often equal. */
static const struct en_rule_preset_entry standard[] = {
    ON(V_01),
    ON(V_02),
    ON(V_03),
    ON(V_04),
    ON(V_05),
    ON(V_06),
    ON(V_07),
    ON(V_08),
    ON(V_09),
    ON(V_11),
    OF(V_13, "heat", ""),
    OF(V_13, "water", ""),
    OF(V_13, "steam", ""),
    OF(V_13, "gas", ""),
    ON(V_14),
    ON(V_15),
    ON(V_16),
    ON(V_17),
    ON(V_18),
    WITH(V_19, "{\"run\":48}"),
    OF(V_19, "gas", "{\"enabled\":false}"),
    ON(V_20),
    ON(V_21),
    ON(V_24),
    ON(V_25),
    ON(V_26),
    ON(V_31),
    ON(V_32),
    ON(V_33),
    ON(V_35),
    WITH(CHAIN, "{\"methods\":[\"E-07\",\"E-03\",\"E-01\",\"E-04\",\"E-02\"]}"),
    OF(CHAIN, "gas", "{\"chain\":\"DE-GAS\"}"),
    ON(E_12),
    ON(E_13),
    ON(E_14),
    ON(TOU_01),
    ON(TOU_05),
    ON(V_30),
    ON(B_02),
    ON(B_02T),
    ON(B_02Q),
    ON(B_11),
    ON(D_03),
    ON(D_07),
    ON(D_09),
    ON(D_10),
};

static const struct en_rule_preset_entry ubp[] = {
    WITH(V_02, "{\"warn\":180,\"error\":180}"),
    ON(V_03),
    ON(V_04),
    WITH(V_07, "{\"multipliers\":\"2\",\"span\":\"month\"}"),
    ON(V_09),
    ON(V_10),
    ON(V_11),
    ON(V_16),
    ON(V_17),
    ON(V_24),
    WITH(CHAIN, "{\"chain\":\"UBP\"}"),
    ON(E_12),
};

static const struct en_rule_preset_entry elexon[] = {
    WITH(V_02, "{\"warn\":20,\"error\":900}"),
    ON(V_03),
    ON(V_04),
    ON(V_05),
    WITH(V_07, "{\"multipliers\":\"0\",\"percent\":\"0.7\",\"span\":\"week\"}"),
    ON(V_14),
    ON(V_15),
    ON(V_22),
    ON(V_24),
    WITH(CHAIN, "{\"chain\":\"ELEXON\"}"),
    ON(E_12),
};

static const struct en_rule_preset_entry aemo[] = {
    ON(V_02),
    ON(V_03),
    ON(V_04),
    ON(V_13),
    ON(V_15),
    ON(V_16),
    ON(V_17),
    ON(V_18),
    WITH(V_22, "{\"limit\":\"percent\",\"percent\":\"5\"}"),
    WITH(CHAIN, "{\"chain\":\"AEMO\"}"),
    ON(E_12),
};

static const struct en_rule_preset_entry de[] = {
    ON(V_02),
    ON(V_03),
    ON(V_04),
    ON(V_07),
    ON(V_13),
    ON(V_14),
    ON(V_15),
    ON(V_16),
    ON(V_17),
    ON(V_29),
    WITH(CHAIN, "{\"chain\":\"DE\"}"),
    OF(CHAIN, "gas", "{\"chain\":\"DE-GAS\"}"),
    WITH(E_02, "{\"days\":3}"),
    ON(E_12),
};

static const struct en_rule_preset_entry ru442[] = {
    ON(V_01),      ON(V_04),
    ON(V_05),      ON(V_07),
    ON(V_08),      ON(V_14),
    ON(V_26),      ON(V_31),
    ON(V_32),      WITH(CHAIN, "{\"chain\":\"RU-442\"}"),
    ON(E_12),      ON(E_13),
    ON(E_14),      ON(D442_A),
    ON(D442_B),    ON(D442_B2),
    ON(D442_C),    {EN_RULE_D442_C, "{\"factor\":\"0.8\"}", NULL, "2012-07-01", "2013-01-01"},
    ON(D442_C2),   ON(D442_D),
    ON(D442_HOUR), ON(D442_E),
    ON(D442_F),    ON(D442_G),
};

static const struct en_rule_preset_entry technical[] = {
    ON(V_02), ON(V_03), ON(V_04),  ON(V_05),  ON(V_07),
    ON(V_09), ON(V_14), ON(V_15),  ON(V_16),  ON(V_17),
    ON(V_19), ON(V_22), ON(V_28),  ON(V_30),  WITH(CHAIN, "{\"chain\":\"TECHNICAL\"}"),
    ON(E_12), ON(B_02), ON(B_02T), ON(B_02Q), ON(B_11),
    ON(D_09),
};

#define PRESET(name, english, russian)                                                             \
    {                                                                                              \
#name, english, russian, name, EN_COUNT_OF(name)                                           \
    }

static const struct en_rule_preset presets[] = {
    PRESET(standard, "Commercial metering in Russia", "Коммерческий учёт"),
    PRESET(ubp, "Uniform Business Practices, California", "Правила UBP (Калифорния)"),
    PRESET(elexon, "BSCP502 of Great Britain", "BSCP502 (Великобритания)"),
    PRESET(aemo, "Metrology Procedure part B of Australia", "Metrology B (Австралия)"),
    PRESET(de, "MeteringCode and VDE-AR-N 4400 of Germany", "MeteringCode (Германия)"),
    PRESET(ru442, "Substitution by Decree 442", "Замещение по Постановлению 442"),
    PRESET(technical, "Technical metering", "Технический учёт"),
};

const struct en_rule_preset *en_rule_presets(uint32_t *count)
{
    *count = EN_COUNT_OF(presets);
    return presets;
}

const struct en_rule_preset *en_rule_preset_find(struct en_slice name)
{
    for (size_t i = 0; i < EN_COUNT_OF(presets); i++) {
        if (en_slice_equal(name, en_slice_text(presets[i].name))) {
            return &presets[i];
        }
    }
    return NULL;
}
