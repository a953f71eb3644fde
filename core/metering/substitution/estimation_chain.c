#include "core/metering/substitution/estimation_chain.h"

#include "core/decimal.h"

#include <inttypes.h>

#define BIT(method) (1u << EN_METHOD_##method)
#define BY_GAP (BIT(INTERP) | BIT(HOLD))
#define BY_DAYS (BIT(LIKEDAY) | BIT(REG_SHAPE))
#define BY_REGISTER (BIT(REG_SHAPE) | BIT(REG_FLAT) | BIT(PROFILE))
#define BY_PEOPLE (BIT(EDIT) | BIT(LOST_PHASE) | BIT(UNDERCOUNT))

/* Settings that are whole numbers. `offset` of a uint32_t in the step. */
struct setting {
    const char *name;
    uint32_t methods; /* that have it */
    size_t offset;
    uint32_t least;
    uint32_t most;
    uint32_t usual;
};

static const struct setting settings[] = {
    {"max", BY_GAP, offsetof(struct en_estimation_step, minutes_max), 1, EN_ESTIMATION_MINUTES_MAX,
     120},
    {"n", BY_DAYS, offsetof(struct en_estimation_step, count), 1, EN_LIKEDAY_REFERENCES_MAX, 3},
    {"min", BY_DAYS, offsetof(struct en_estimation_step, count_min), 1, EN_LIKEDAY_REFERENCES_MAX,
     1},
    {"back", BY_DAYS, offsetof(struct en_estimation_step, back_days), 0,
     EN_ESTIMATION_BACK_DAYS_MAX, 366},
    {"ahead", BY_DAYS, offsetof(struct en_estimation_step, ahead_days), 0,
     EN_ESTIMATION_AHEAD_DAYS_MAX, 0},
    {"span", BY_REGISTER, offsetof(struct en_estimation_step, span_days), 1,
     EN_ESTIMATION_SPAN_DAYS_MAX, 31},
};

static const char *const class_names[] = {"type", "weekday", "any", "year"};

static const struct en_estimation_preset presets[] = {
    {"UBP",
     "E-01 max=120; E-02 n=3 class=weekday; E-02 n=31 back=400 class=any",
     {"UBP (EEI, NAESB): interpolation to two hours, like days, historical mean day",
      "UBP (EEI, NAESB): интерполяция до двух часов, сопоставимые дни, средний день истории"}},
    {"ELEXON",
     "E-03; E-04 n=4 back=31 ahead=31 class=weekday; E-02 n=8 min=4 back=31 ahead=31 "
     "class=weekday; "
     "E-02 n=3 min=2 back=21 ahead=21 class=weekday; E-02 n=1 back=7 ahead=7 class=weekday; "
     "E-02 n=4 back=62 ahead=62; E-06",
     {"Elexon (BSCP502, MHHS): check meter, register advance, same weekday, profile class",
      "Elexon (BSCP502, MHHS): контрольный прибор, показания, тот же день недели, профиль"}},
    {"AEMO",
     "E-03; E-07; E-01 max=120; E-02 n=1 back=7 class=weekday; E-02 n=4 back=35; "
     "E-02 n=1 back=21 class=year",
     {"AEMO (Metrology Procedure B): 11 check, 19 zero, 17 linear, 14 and 15 like days, 51 year",
      "AEMO (Metrology Procedure B): 11, 19, 17, 14, 15, 51"}},
    {"DE",
     "E-07; E-01 max=120; E-02 n=3",
     {"Germany, electricity: outage is zero, to two hours Z92, else ZJ2 of three like days",
      "Германия, электроэнергия: ноль при отключении, до двух часов Z92, далее ZJ2"}},
    {"DE-GAS",
     "E-01 max=120; E-02 n=3; E-15 max=1440",
     {"Germany, gas: Z92 interpolation, Z95 history, Z93 hold",
      "Германия, газ: Z92 интерполяция, Z95 история, Z93 удержание"}},
    {"RU-442",
     "E-03; E-08; E-09; E-10",
     {"Decree 442: control meter, prior period (periods 1 and 2), calculated methods",
      "ПП РФ № 442: контрольный прибор, аналогичный период (1 и 2), расчётный способ"}},
    {"TECHNICAL",
     "E-03; E-04 n=3 back=62; E-11; E-02 n=3 back=62",
     {"Technical metering: reserve meter, the meter's own registers, bus balance, like days",
      "Технический учёт: резервный прибор, показания, баланс шин, сопоставимые дни"}},
};

const struct en_estimation_preset *en_estimation_preset_at(uint32_t index)
{
    return index < sizeof presets / sizeof *presets ? &presets[index] : NULL;
}

const struct en_estimation_preset *en_estimation_preset(struct en_slice name)
{
    for (uint32_t i = 0; en_estimation_preset_at(i) != NULL; i++) {
        if (en_slice_equal(name, en_slice_text(presets[i].name))) {
            return &presets[i];
        }
    }
    return NULL;
}

static bool has_setting(const struct setting *setting, en_estimation_method method)
{
    return (setting->methods & (1u << method)) != 0;
}

static uint32_t *setting_of(struct en_estimation_step *step, const struct setting *setting)
{
    return (uint32_t *)(void *)((char *)step + setting->offset);
}

static void start_step(struct en_estimation_step *step, en_estimation_method method)
{
    *step = (struct en_estimation_step){.method = method};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (has_setting(&settings[i], method)) {
            *setting_of(step, &settings[i]) = settings[i].usual;
        }
    }
    step->unit = (BY_REGISTER & (1u << method)) != 0 ? 1 : 0;
}

/* Takes the text up to the mark, without spaces around it; what is behind the mark stays. */
static struct en_slice take_until(struct en_slice *rest, uint8_t mark)
{
    size_t size = 0;
    while (size < rest->size && rest->bytes[size] != mark) {
        size++;
    }
    struct en_slice part = {rest->bytes, size};
    size_t taken = size < rest->size ? size + 1 : size;
    *rest = (struct en_slice){rest->bytes + taken, rest->size - taken};
    while (part.size > 0 && part.bytes[0] == ' ') {
        part = (struct en_slice){part.bytes + 1, part.size - 1};
    }
    while (part.size > 0 && part.bytes[part.size - 1] == ' ') {
        part.size--;
    }
    return part;
}

static en_code parse_whole(const struct setting *setting, struct en_slice value,
                           struct en_estimation_step *step, struct en_error *err)
{
    uint64_t number = 0;
    bool is_whole = value.size > 0 && value.size <= 9;
    for (size_t i = 0; i < value.size && is_whole; i++) {
        is_whole = value.bytes[i] >= '0' && value.bytes[i] <= '9';
        number = number * 10 + (uint64_t)(value.bytes[i] - '0');
    }
    if (!is_whole || number < setting->least || number > setting->most) {
        return en_error_set(err, is_whole ? EN_RANGE : EN_MALFORMED,
                            "%s: %s=%.*s: a whole number from %" PRIu32 " to %" PRIu32 " is wanted",
                            en_method_id(step->method), setting->name, (int)value.size,
                            (const char *)value.bytes, setting->least, setting->most);
    }
    *setting_of(step, setting) = (uint32_t)number;
    return EN_OK;
}

static en_code parse_class(struct en_slice value, struct en_estimation_step *step,
                           struct en_error *err)
{
    for (size_t i = 0; i < sizeof class_names / sizeof *class_names; i++) {
        if (en_slice_equal(value, en_slice_text(class_names[i]))) {
            step->by = (en_likeday_class)i;
            return EN_OK;
        }
    }
    return en_error_set(err, EN_NOT_FOUND, "%s: class=%.*s: type, weekday, any or year is wanted",
                        en_method_id(step->method), (int)value.size, (const char *)value.bytes);
}

static en_code parse_step(struct en_slice value, struct en_estimation_step *step,
                          struct en_error *err)
{
    int64_t unit = 0;
    en_code code = en_micro_parse(value, &unit, err);
    if (code == EN_OK && (unit < 1 || unit > 1000 * (int64_t)EN_MICRO)) {
        code = en_error_set(err, EN_RANGE, "from 0.000001 to 1000 is wanted");
    }
    if (code != EN_OK) {
        return en_error_wrap(err, "%s: step", en_method_id(step->method));
    }
    step->unit = unit;
    return EN_OK;
}

static en_code parse_setting(struct en_slice text, struct en_estimation_step *step,
                             struct en_error *err)
{
    struct en_slice value = text;
    struct en_slice name = take_until(&value, '=');
    uint32_t method = 1u << step->method;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (has_setting(&settings[i], step->method) &&
            en_slice_equal(name, en_slice_text(settings[i].name))) {
            return parse_whole(&settings[i], value, step, err);
        }
    }
    if ((method & BY_DAYS) != 0 && en_slice_equal(name, en_slice_text("class"))) {
        return parse_class(value, step, err);
    }
    if ((method & BY_REGISTER) != 0 && en_slice_equal(name, en_slice_text("step"))) {
        return parse_step(value, step, err);
    }
    return en_error_set(err, EN_NOT_FOUND, "%s has no setting \"%.*s\"", en_method_id(step->method),
                        (int)name.size, (const char *)name.bytes);
}

static en_code add_step(struct en_slice text, struct en_estimation_chain *chain,
                        struct en_error *err)
{
    if (chain->count == EN_ESTIMATION_STEPS_MAX) {
        return en_error_set(err, EN_LIMIT, "a chain has at most %u methods",
                            EN_ESTIMATION_STEPS_MAX);
    }
    en_estimation_method method = EN_METHOD_NONE;
    struct en_estimation_step *step = &chain->steps[chain->count];
    en_code code = en_method_parse(take_until(&text, ' '), &method, err);
    if (code == EN_OK && (BY_PEOPLE & (1u << method)) != 0) {
        code = en_error_set(err, EN_RANGE, "%s is an act of people: no chain applies it",
                            en_method_id(method));
    }
    if (code != EN_OK) {
        return code;
    }
    start_step(step, method);
    while (text.size > 0 && code == EN_OK) {
        struct en_slice setting = take_until(&text, ' ');
        code = setting.size > 0 ? parse_setting(setting, step, err) : EN_OK;
    }
    if (code == EN_OK && step->count_min > step->count) {
        code = en_error_set(err, EN_RANGE, "%s: min=%" PRIu32 " is above n=%" PRIu32,
                            en_method_id(method), step->count_min, step->count);
    }
    chain->count += code == EN_OK;
    return code;
}

en_code en_estimation_chain_parse(struct en_slice text, struct en_estimation_chain *chain,
                                  struct en_error *err)
{
    const struct en_estimation_preset *preset = en_estimation_preset(text);
    struct en_estimation_chain read = {.count = 0};
    en_code code = EN_OK;
    text = preset == NULL ? text : en_slice_text(preset->text);
    do {
        code = add_step(take_until(&text, ';'), &read, err);
    } while (code == EN_OK && text.size > 0);
    if (code != EN_OK) {
        return en_error_wrap(err, "method %" PRIu32 " of the chain", read.count + 1);
    }
    *chain = read;
    return EN_OK;
}

static void print_step(const struct en_estimation_step *step, struct en_buf *out)
{
    en_buf_text(out, en_method_id(step->method));
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        uint32_t value = *setting_of((struct en_estimation_step *)(uintptr_t)step, &settings[i]);
        if (has_setting(&settings[i], step->method) && value != settings[i].usual) {
            en_buf_print(out, " %s=%" PRIu32, settings[i].name, value);
        }
    }
    if (step->by != EN_LIKEDAY_TYPE) {
        en_buf_print(out, " class=%s", class_names[step->by]);
    }
    if (step->unit > 1) {
        char text[EN_DECIMAL_TEXT_SIZE];
        (void)en_micro_print(step->unit, text);
        en_buf_print(out, " step=%s", text);
    }
}

void en_estimation_chain_print(const struct en_estimation_chain *chain, struct en_buf *out)
{
    EN_ASSERT(chain->count <= EN_ESTIMATION_STEPS_MAX);
    for (uint32_t i = 0; i < chain->count; i++) {
        if (i > 0) {
            en_buf_text(out, "; ");
        }
        print_step(&chain->steps[i], out);
    }
}
