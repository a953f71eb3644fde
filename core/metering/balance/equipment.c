#include "core/metering/balance/equipment.h"

#include "core/decimal.h"
#include "core/fixed.h"
#include "core/limits.h"
#include "core/metering/formula/formula.h"

#define MICRO_MAX INT64_C(1000000000000000) /* 10^9 of the unit: no equipment has more */

static const char *const type_texts[EN_EQUIPMENT_TYPES_COUNT] = {
    "transformer", "line", "reactor", "capacitor", "insulation", "corona", "metering",
};

const char *en_equipment_type_text(en_equipment_type type)
{
    EN_ASSERT((unsigned)type < EN_EQUIPMENT_TYPES_COUNT);
    return type_texts[type];
}

en_code en_equipment_type_parse(struct en_slice text, en_equipment_type *type, struct en_error *err)
{
    for (unsigned i = 0; i < EN_EQUIPMENT_TYPES_COUNT; i++) {
        if (en_slice_equal(text, en_slice_text(type_texts[i]))) {
            *type = (en_equipment_type)i;
            return EN_OK;
        }
    }
    return en_error_set(err, EN_MALFORMED,
                        "\"%.*s\" is no type of equipment: transformer line reactor capacitor "
                        "insulation corona metering",
                        (int)text.size, (const char *)text.bytes);
}

/* ---- checking ---- */

static en_code check_micro(const char *what, int64_t micro, bool is_wanted, struct en_error *err)
{
    if (micro < 0 || micro > MICRO_MAX) {
        return en_error_set(err, EN_RANGE, "%s is out of range: 0 to 10^9", what);
    }
    return is_wanted && micro == 0 ? en_error_set(err, EN_MALFORMED, "%s is wanted", what) : EN_OK;
}

static bool has_tangent(const struct en_equipment_set *equipment)
{
    return equipment->tangent.num != 0;
}

static en_code check_loads(const struct en_equipment_set *equipment, struct en_error *err)
{
    const struct en_equipment_load *loads = equipment->loads.items;
    if (equipment->loads.count == 0 || equipment->loads.count > EN_EQUIPMENT_LOADS_MAX) {
        return en_error_set(err, EN_MALFORMED,
                            "the energy through it is wanted: one load, or one for each of at most "
                            "%u windings",
                            EN_EQUIPMENT_LOADS_MAX);
    }
    for (uint32_t i = 0; i < equipment->loads.count; i++) {
        if (loads[i].active.size == 0) {
            return en_error_set(err, EN_MALFORMED, "the active energy of a load is wanted");
        }
        if (loads[i].reactive.size == 0 && !has_tangent(equipment)) {
            return en_error_set(err, EN_MALFORMED,
                                "the reactive energy is wanted, or the tangent that stands in for "
                                "it (L-07)");
        }
        en_code code = check_micro("the load loss", loads[i].load_micro_kw, false, err);
        if (code != EN_OK) {
            return code;
        }
    }
    return EN_OK;
}

static en_code check_transformer(const struct en_equipment_set *equipment, struct en_error *err)
{
    const struct en_equipment_load *loads = equipment->loads.items;
    en_code code = check_loads(equipment, err);
    bool has_load = false;
    for (uint32_t i = 0; i < equipment->loads.count && code == EN_OK; i++) {
        has_load = has_load || loads[i].load_micro_kw > 0;
    }
    code = code == EN_OK
               ? check_micro("the rated power Sn", equipment->rated_micro_kva, has_load, err)
               : code;
    code = code == EN_OK ? check_micro("the rated voltage Un", equipment->rated_micro_kv,
                                       equipment->voltage.size > 0, err)
                         : code;
    if (code == EN_OK && !has_load && equipment->idle_micro_kw == 0) {
        code = en_error_set(err, EN_MALFORMED, "an idle loss dP0 or a load loss dPk is wanted");
    }
    return code;
}

static en_code check_line(const struct en_equipment_set *equipment, struct en_error *err)
{
    en_code code = check_loads(equipment, err);
    if (code == EN_OK && equipment->loads.count != 1) {
        code = en_error_set(err, EN_MALFORMED, "a line has one load");
    }
    code = code == EN_OK
               ? check_micro("the resistance of a km r0", equipment->micro_ohm_per_km, true, err)
               : code;
    code = code == EN_OK ? check_micro("the length", equipment->micro_km, true, err) : code;
    return code == EN_OK ? check_micro("the rated voltage Un", equipment->rated_micro_kv, true, err)
                         : code;
}

/* Reactor, capacitor bank, insulation, corona. */
static en_code check_worked(const struct en_equipment_set *equipment, struct en_error *err)
{
    const struct en_equipment_load *loads = equipment->loads.items;
    bool has_load = equipment->loads.count == 1 && loads[0].active.size > 0;
    bool has_hours = equipment->worked.size > 0;
    if (equipment->idle_micro_kw == 0) {
        return en_error_set(err, EN_MALFORMED, "the lost power dP is wanted");
    }
    return has_load != has_hours && (has_hours ? equipment->loads.count == 0 : true)
               ? EN_OK
               : en_error_set(err, EN_MALFORMED,
                              "when it works is wanted: its worked hours, or one load that is not "
                              "0 while it works");
}

static en_code check_class(struct en_slice text, struct en_error *err)
{
    en_accuracy accuracy = EN_ACCURACY_NONE;
    return text.size == 0 ? EN_OK : en_accuracy_parse(text, &accuracy, err);
}

static en_code check_metering(const struct en_equipment_set *equipment, struct en_error *err)
{
    en_code code = check_class(equipment->current_class, err);
    code = code == EN_OK ? check_class(equipment->voltage_class, err) : code;
    if (code == EN_OK && equipment->meter_class.size == 0) {
        code = en_error_set(err, EN_MALFORMED, "the class of the meter is wanted");
    }
    code = code == EN_OK ? check_class(equipment->meter_class, err) : code;
    code = code == EN_OK ? check_micro("the rated current", equipment->rated_micro_a, false, err)
                         : code;
    if (code == EN_OK && equipment->point == 0) {
        code = en_error_set(err, EN_MALFORMED, "the point that it measures is wanted");
    }
    if (code == EN_OK &&
        (equipment->wire_micro_percent < 0 || equipment->wire_micro_percent > 100 * EN_MICRO)) {
        code = en_error_set(err, EN_RANGE, "the drop in the wires is 0 to 100 %%");
    }
    if (code == EN_OK && equipment->phases != 0 && equipment->phases != 1 &&
        equipment->phases != 3) {
        code = en_error_set(err, EN_RANGE, "phases are 1 or 3");
    }
    return code;
}

en_code en_equipment_check(const struct en_equipment_set *equipment, struct en_error *err)
{
    en_equipment_type type = EN_EQUIPMENT_TRANSFORMER;
    en_code code = en_equipment_type_parse(equipment->type, &type, err);
    code =
        code == EN_OK ? check_micro("the lost power", equipment->idle_micro_kw, false, err) : code;
    code = code == EN_OK
               ? check_micro("the rated voltage Un", equipment->rated_micro_kv, false, err)
               : code;
    if (code == EN_OK && equipment->tangent.den != 0 &&
        (!en_ratio_is_valid(equipment->tangent) || equipment->tangent.num < 0)) {
        code = en_error_set(err, EN_RANGE, "the tangent is a number from 0 on");
    }
    if (code == EN_OK && (equipment->node == 0) != (type == EN_EQUIPMENT_METERING)) {
        code = en_error_set(err, EN_MALFORMED,
                            "its losses are a formula of their own, NAME%s; a "
                            "metering circuit has none",
                            EN_FORMULA_LOSS_SUFFIX);
    }
    if (code != EN_OK) {
        return code;
    }
    switch (type) {
    case EN_EQUIPMENT_TRANSFORMER:
        return check_transformer(equipment, err);
    case EN_EQUIPMENT_LINE:
        return check_line(equipment, err);
    case EN_EQUIPMENT_METERING:
        return check_metering(equipment, err);
    default:
        return check_worked(equipment, err);
    }
}

/* ---- the formula ---- */

static void print_text(struct en_slice text, struct en_buf *buf)
{
    en_buf_append(buf, text.bytes, text.size);
}

/* digits * 10^exponent without zeros at the end. */
static void print_decimal(int64_t digits, int8_t exponent, struct en_buf *buf)
{
    char text[EN_DECIMAL_TEXT_SIZE];
    while (exponent < 0 && digits != 0 && digits % 10 == 0) {
        digits /= 10;
        exponent++;
    }
    (void)en_decimal_print((struct en_decimal){digits, exponent}, text);
    en_buf_text(buf, text);
}

static void print_micro(int64_t micro, struct en_buf *buf)
{
    print_decimal(micro, -6, buf);
}

/* The squares of what passes through, in kVAh^2. */
static void print_squares(const struct en_equipment_set *equipment,
                          const struct en_equipment_load *load, struct en_buf *buf)
{
    char tangent[EN_RATIO_TEXT_SIZE];
    en_buf_text(buf, "sumsq(");
    print_text(load->active, buf);
    en_buf_text(buf, ", ");
    if (load->reactive.size > 0) {
        print_text(load->reactive, buf);
    } else {
        (void)en_ratio_print(equipment->tangent, tangent);
        en_buf_text(buf, "assumed((");
        print_text(load->active, buf);
        en_buf_print(buf, ") * %s)", tangent);
    }
    en_buf_u8(buf, ')');
}

/* The square of the voltage in V^2: as measured, else as rated. */
static void print_voltage_square(const struct en_equipment_set *equipment, struct en_buf *buf)
{
    en_buf_text(buf, "sq(");
    if (equipment->voltage.size > 0) {
        en_buf_text(buf, "coalesce(");
        print_text(equipment->voltage, buf);
        en_buf_text(buf, ", assumed(as(");
        print_decimal(equipment->rated_micro_kv, -3, buf);
        en_buf_text(buf, ", \"V\")))");
    } else {
        en_buf_text(buf, "assumed(");
        print_decimal(equipment->rated_micro_kv, -3, buf);
        en_buf_text(buf, ")");
    }
    en_buf_u8(buf, ')');
}

/* L-01: dP0 * t * (U / Un)^2. */
static void print_idle(const struct en_equipment_set *equipment, struct en_buf *buf)
{
    bool has_voltage = equipment->voltage.size > 0;
    en_buf_text(buf, has_voltage ? "as(" : "as(assumed(");
    print_micro(equipment->idle_micro_kw, buf);
    en_buf_text(buf, has_voltage ? " * hours()" : ") * hours()");
    if (has_voltage) {
        en_buf_text(buf, " * ");
        print_voltage_square(equipment, buf);
        en_buf_text(buf, " / sq(");
        print_decimal(equipment->rated_micro_kv, -3, buf);
        en_buf_u8(buf, ')');
    }
    en_buf_text(buf, ", \"kWh\")");
}

/* L-02, L-04: dPk * (W^2 + V^2) / (Sn^2 * t). */
static void print_load(const struct en_equipment_set *equipment,
                       const struct en_equipment_load *load, struct en_buf *buf)
{
    en_buf_text(buf, "as(");
    print_micro(load->load_micro_kw, buf);
    en_buf_text(buf, " * ");
    print_squares(equipment, load, buf);
    en_buf_text(buf, " / sq(");
    print_micro(equipment->rated_micro_kva, buf);
    en_buf_text(buf, ") / hours(), \"kWh\")");
}

static void print_transformer(const struct en_equipment_set *equipment, struct en_buf *buf)
{
    const struct en_equipment_load *loads = equipment->loads.items;
    bool is_first = equipment->idle_micro_kw == 0;
    if (!is_first) {
        print_idle(equipment, buf);
    }
    for (uint32_t i = 0; i < equipment->loads.count; i++) {
        en_buf_text(buf, is_first ? "" : " + ");
        print_load(equipment, &loads[i], buf);
        is_first = false;
    }
}

/* L-05: r0 * length * (W^2 + V^2) / (U^2 * t), with U in V: 1000 kWh. */
static void print_line(const struct en_equipment_set *equipment, struct en_buf *buf)
{
    const struct en_equipment_load *loads = equipment->loads.items;
    en_buf_text(buf, "as(");
    print_micro(equipment->micro_ohm_per_km, buf);
    en_buf_text(buf, " * ");
    print_micro(equipment->micro_km, buf);
    en_buf_text(buf, " * 1000 * ");
    print_squares(equipment, &loads[0], buf);
    en_buf_text(buf, " / ");
    print_voltage_square(equipment, buf);
    en_buf_text(buf, " / hours(), \"kWh\")");
}

/* L-08: dP over the time that it works. */
static void print_worked(const struct en_equipment_set *equipment, struct en_buf *buf)
{
    const struct en_equipment_load *loads = equipment->loads.items;
    if (equipment->worked.size > 0) {
        en_buf_text(buf, "as(");
        print_micro(equipment->idle_micro_kw, buf);
        en_buf_text(buf, " * (");
        print_text(equipment->worked, buf);
        en_buf_text(buf, "), \"kWh\")");
        return;
    }
    en_buf_text(buf, "if(");
    print_text(loads[0].active, buf);
    en_buf_text(buf, " <> 0, as(");
    print_micro(equipment->idle_micro_kw, buf);
    en_buf_text(buf, " * hours(), \"kWh\"), as(0, \"kWh\"))");
}

void en_equipment_print(const struct en_equipment_set *equipment, struct en_buf *buf)
{
    en_equipment_type type = EN_EQUIPMENT_METERING;
    en_code code = en_equipment_type_parse(equipment->type, &type, NULL);
    EN_ASSERT(code == EN_OK);
    EN_ASSERT(type != EN_EQUIPMENT_METERING);
    if (type == EN_EQUIPMENT_TRANSFORMER) {
        print_transformer(equipment, buf);
    } else if (type == EN_EQUIPMENT_LINE) {
        print_line(equipment, buf);
    } else {
        print_worked(equipment, buf);
    }
}

/* ---- accuracy ---- */

static en_accuracy class_of(struct en_slice text)
{
    en_accuracy accuracy = EN_ACCURACY_NONE;
    en_code code = text.size == 0 ? EN_OK : en_accuracy_parse(text, &accuracy, NULL);
    EN_ASSERT(code == EN_OK);
    return accuracy;
}

void en_equipment_accuracy(const struct en_equipment_set *equipment,
                           struct en_channel_accuracy *accuracy)
{
    *accuracy = (struct en_channel_accuracy){
        .current = class_of(equipment->current_class),
        .voltage = class_of(equipment->voltage_class),
        .meter = class_of(equipment->meter_class),
        .wire = (int32_t)en_i128_divide_half_up(equipment->wire_micro_percent, 100),
        .rated_micro_a = equipment->rated_micro_a,
        .rated_micro_kv = equipment->rated_micro_kv,
        .phases = equipment->phases == 1 ? 1 : 3,
    };
}
