#include "core/metering/resource/corrector.h"

struct row {
    en_resource resource;
    struct en_corrector_channel channel;
};

static const struct row rows[] = {
    {EN_RESOURCE_GAS, {"V", EN_UNIT_M3, "volume at working conditions"}},
    {EN_RESOURCE_GAS, {"Vs", EN_UNIT_M3, "volume at standard conditions, by the corrector"}},
    {EN_RESOURCE_GAS, {"P", EN_UNIT_KPA, "absolute pressure"}},
    {EN_RESOURCE_GAS, {"t", EN_UNIT_DEGC, "temperature"}},
    {EN_RESOURCE_GAS, {"K", EN_UNIT_NONE, "compressibility"}},
    {EN_RESOURCE_HEAT, {"Q", EN_UNIT_GJ, "heat, by the meter"}},
    {EN_RESOURCE_HEAT, {"M", EN_UNIT_T, "mass"}},
    {EN_RESOURCE_HEAT, {"M1", EN_UNIT_T, "mass in the supply"}},
    {EN_RESOURCE_HEAT, {"M2", EN_UNIT_T, "mass in the return"}},
    {EN_RESOURCE_HEAT, {"V", EN_UNIT_M3, "volume"}},
    {EN_RESOURCE_HEAT, {"V1", EN_UNIT_M3, "volume in the supply"}},
    {EN_RESOURCE_HEAT, {"V2", EN_UNIT_M3, "volume in the return"}},
    {EN_RESOURCE_HEAT, {"t1", EN_UNIT_DEGC, "temperature of the supply"}},
    {EN_RESOURCE_HEAT, {"t2", EN_UNIT_DEGC, "temperature of the return"}},
    {EN_RESOURCE_HEAT, {"tc", EN_UNIT_DEGC, "temperature of the cold water"}},
    {EN_RESOURCE_HEAT, {"P1", EN_UNIT_KPA, "absolute pressure of the supply"}},
    {EN_RESOURCE_HEAT, {"P2", EN_UNIT_KPA, "absolute pressure of the return"}},
    {EN_RESOURCE_HEAT, {"Pc", EN_UNIT_KPA, "absolute pressure of the cold water"}},
    {EN_RESOURCE_STEAM, {"Q", EN_UNIT_GJ, "heat, by the meter"}},
    {EN_RESOURCE_STEAM, {"D", EN_UNIT_T, "mass of steam"}},
    {EN_RESOURCE_STEAM, {"P", EN_UNIT_KPA, "absolute pressure"}},
    {EN_RESOURCE_STEAM, {"t", EN_UNIT_DEGC, "temperature"}},
    {EN_RESOURCE_STEAM, {"tc", EN_UNIT_DEGC, "temperature of the condensate"}},
    {EN_RESOURCE_STEAM, {"Pc", EN_UNIT_KPA, "absolute pressure of the condensate"}},
    {EN_RESOURCE_WATER, {"V", EN_UNIT_M3, "volume"}},
    {EN_RESOURCE_WATER, {"M", EN_UNIT_T, "mass"}},
    {EN_RESOURCE_WATER, {"t", EN_UNIT_DEGC, "temperature"}},
    {EN_RESOURCE_WATER, {"P", EN_UNIT_KPA, "absolute pressure"}},
};

const struct en_corrector_channel *en_corrector_channel_of(en_resource resource,
                                                           struct en_slice code)
{
    for (size_t i = 0; i < EN_COUNT_OF(rows); i++) {
        if (rows[i].resource == resource &&
            en_slice_equal(code, en_slice_text(rows[i].channel.code))) {
            return &rows[i].channel;
        }
    }
    return NULL;
}
