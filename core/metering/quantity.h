/* What is measured: one struct per dimension, each an int64 in 1e-6 of the base unit, so that
 * adding kWh to m3 does not compile; and a generic quantity with its unit beside it, for code that
 * treats all dimensions alike (blocks, formulas, tables).
 *
 * Unit numbers are stored: never changed or reused. Plain values, any thread. */
#ifndef EN_CORE_METERING_QUANTITY_H
#define EN_CORE_METERING_QUANTITY_H

#include "core/error.h"
#include "core/slice.h"

#include <stdint.h>

struct en_energy {
    int64_t micro_kwh;
};
struct en_reactive {
    int64_t micro_kvarh;
};
struct en_volume {
    int64_t micro_m3;
};
struct en_heat {
    int64_t micro_gj;
};
struct en_mass {
    int64_t micro_t;
};
struct en_power {
    int64_t micro_kw;
};

/* Number, name, dimension (units of one dimension only differ by a constant), about. */
#define EN_UNITS(UNIT)                                                                             \
    UNIT(NONE, 0, "", "a plain number")                                                            \
    UNIT(KWH, 1, "kWh", "active energy")                                                           \
    UNIT(KVARH, 2, "kvarh", "reactive energy")                                                     \
    UNIT(M3, 3, "m3", "volume")                                                                    \
    UNIT(GJ, 4, "GJ", "heat")                                                                      \
    UNIT(T, 5, "t", "mass")                                                                        \
    UNIT(GCAL, 6, "Gcal", "heat, in calories")                                                     \
    UNIT(KW, 7, "kW", "active power")                                                              \
    UNIT(KVAR, 8, "kvar", "reactive power")                                                        \
    UNIT(V, 9, "V", "voltage")                                                                     \
    UNIT(A, 10, "A", "current")                                                                    \
    UNIT(M3C, 11, "m3*degC", "volume times temperature")                                           \
    UNIT(HZ, 12, "Hz", "frequency")                                                                \
    UNIT(DEGC, 13, "degC", "temperature")                                                          \
    UNIT(PERCENT, 14, "%", "a share")                                                              \
    UNIT(KPA, 15, "kPa", "pressure")                                                               \
    UNIT(H, 16, "h", "time")                                                                       \
    UNIT(KVAH, 17, "kVAh", "apparent energy")                                                      \
    UNIT(KVA, 18, "kVA", "apparent power")                                                         \
    UNIT(M3H, 19, "m3/h", "volume flow")                                                           \
    UNIT(TH, 20, "t/h", "mass flow")                                                               \
    UNIT(GJH, 21, "GJ/h", "heat power")                                                            \
    UNIT(GCALH, 22, "Gcal/h", "heat power, in calories")                                           \
    UNIT(IMP, 23, "imp", "pulses")

typedef enum en_unit {
#define EN_UNIT_NUMBER(name, number, text, about) EN_UNIT_##name = number,
    EN_UNITS(EN_UNIT_NUMBER)
#undef EN_UNIT_NUMBER
} en_unit;

#define EN_UNITS_COUNT 24

struct en_quantity {
    int64_t micro;
    en_unit unit;
};

/* Whether a stored number is a unit. */
bool en_unit_is_known(uint32_t number);

/* The name for people and files ("kWh"), and what it measures ("active energy"). */
const char *en_unit_name(en_unit unit);
const char *en_unit_about(en_unit unit);

/* Whether amounts of the unit add up over time (kWh, m3, h): of what does not (kW, degC, kPa, plain
 * numbers), a longer stretch has the mean. */
bool en_unit_adds_up(en_unit unit);

/* Reads a unit with its multiplier, in any case: "Wh", "MWH", "kvarh", "l", "MJ". A number in the
 * text's unit is the number times 10^*power in *unit ("MWh": KWH, 3). The empty text is NONE.
 * Case is not told apart (exchange files do not): "mwh" is megawatt-hours.
 * Codes: EN_UNIT (not known). */
en_code en_unit_parse(struct en_slice text, en_unit *unit, int *power,
                      struct en_error *err) EN_MUST_CHECK;

/* The unit of a rate (kWh -> kW, m3 -> m3/h) per hour, and back; NONE where there is none. */
en_unit en_unit_per_hour(en_unit unit);
en_unit en_unit_times_hour(en_unit unit);

#endif
