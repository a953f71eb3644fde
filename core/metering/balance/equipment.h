/* What stands between two meters and loses energy: power transformers, lines, reactors, capacitor
 * banks, insulation, corona; and the metering circuit of a point, whose classes say how far it may
 * err. Its parameters, and the formula (formula.h) of its losses that follows from them: one text
 * that anybody can read, computed, kept, frozen and explained like every other formula.
 *
 *   transformer  idle loss L-01, load loss L-02; with several windings L-04
 *   line         L-05
 *   reactor, capacitor, insulation, corona   L-08: power over worked time
 *   metering     no losses: B-03
 *
 * Where the voltage or the reactive energy is not measured (or is missing in a slot), the rated
 * voltage and the stated tangent stand in, marked by assumed() (L-07). Powers and voltages in 1e-6
 * of kW, kVA, kV; texts are expressions of the formula language. Pure, any thread. */
#ifndef EN_CORE_METERING_BALANCE_EQUIPMENT_H
#define EN_CORE_METERING_BALANCE_EQUIPMENT_H

#include "core/buf.h"
#include "core/error.h"
#include "core/metering/balance/channel_error.h"
#include "core/metering/ratio.h"
#include "core/record.h"

typedef enum en_equipment_type {
    EN_EQUIPMENT_TRANSFORMER,
    EN_EQUIPMENT_LINE,
    EN_EQUIPMENT_REACTOR,
    EN_EQUIPMENT_CAPACITOR,
    EN_EQUIPMENT_INSULATION,
    EN_EQUIPMENT_CORONA,
    EN_EQUIPMENT_METERING,
    EN_EQUIPMENT_TYPES_COUNT,
} en_equipment_type;

/* What passes through a winding, or through a line. */
struct en_equipment_load {
    struct en_slice active;   /* kWh */
    struct en_slice reactive; /* kvarh, "" not measured: the tangent stands in */
    int64_t load_micro_kw;    /* dPk of the winding at the rated power; 0 of a line */
};
#define EN_EQUIPMENT_LOADS_MAX EN_WINDINGS_MAX

/* The payload of equipment.set; what a type has no use for is 0 or "". */
struct en_equipment_set {
    struct en_slice name;     /* external key */
    struct en_slice type;     /* "transformer", "line", ... */
    uint32_t object;          /* id of the object it stands in, 0 none */
    uint32_t point;           /* metering: id of the point */
    uint32_t node;            /* formula id of its losses, named NAME.loss; 0 none */
    int64_t idle_micro_kw;    /* transformer: dP0; reactor ...: dP */
    int64_t rated_micro_kva;  /* transformer: Sn */
    int64_t rated_micro_kv;   /* Un; metering: the primary voltage */
    int64_t micro_ohm_per_km; /* line: r0 */
    int64_t micro_km;         /* line: length */
    struct en_ratio tangent;  /* tg phi where reactive energy is not measured; 0/1 or 0/0 none */
    struct en_slice voltage;  /* V, "" not measured: the rated one stands in */
    struct en_slice worked;   /* reactor ...: worked hours of a slot, h; or "" */
    struct en_list loads;     /* en_equipment_load: of a line or two windings one, of three windings
                                 three; of reactor ... what is not 0 while it works */
    struct en_slice current_class; /* metering: "0.5S", "" or "none" */
    struct en_slice voltage_class;
    struct en_slice meter_class;
    int64_t wire_micro_percent; /* metering: limit of the voltage drop in the wires, % */
    int64_t rated_micro_a;      /* metering: primary current of the current transformers */
    uint8_t phases;             /* metering: 1 or 3; 0 is 3 */
    struct en_slice document;   /* the paper it rests on */
};

/* "transformer", ... EN_MALFORMED: the error lists them. */
en_code en_equipment_type_parse(struct en_slice text, en_equipment_type *type,
                                struct en_error *err) EN_MUST_CHECK;
const char *en_equipment_type_text(en_equipment_type type);

/* Whether the parameters are those of its type and in range; the error says which is not, and what
 * is wanted. Codes: EN_MALFORMED, EN_RANGE. */
en_code en_equipment_check(const struct en_equipment_set *equipment,
                           struct en_error *err) EN_MUST_CHECK;

/* Appends the formula of its losses in kWh. The equipment is checked and loses something (its type
 * is not metering). Buffer errors: en_buf_code. */
void en_equipment_print(const struct en_equipment_set *equipment, struct en_buf *buf);

/* The accuracy of a checked metering circuit. */
void en_equipment_accuracy(const struct en_equipment_set *equipment,
                           struct en_channel_accuracy *accuracy);

#endif
