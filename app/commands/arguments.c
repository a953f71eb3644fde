#include "app/commands/arguments.h"

#define DATE_SIZE 10u

static en_code say_option(const char *name, struct en_error *err)
{
    (void)en_error_wrap(err, "--%s", name);
    if (err != NULL) {
        err->code = EN_USAGE;
    }
    return EN_USAGE;
}

en_code en_arguments_instant(const struct en_arguments *arguments, const char *name,
                             struct en_instant *instant, struct en_error *err)
{
    const char *text = en_arguments_value(arguments, name);
    if (text == NULL) {
        return EN_OK;
    }
    en_code code = en_instant_parse(en_slice_text(text), 0, instant, err);
    return code == EN_OK ? EN_OK : say_option(name, err);
}

en_code en_arguments_day(const struct en_arguments *arguments, const char *name, struct en_day *day,
                         struct en_error *err)
{
    const char *text = en_arguments_value(arguments, name);
    if (text == NULL) {
        return EN_OK;
    }
    en_code code = en_day_parse(en_slice_text(text), day, err);
    return code == EN_OK ? EN_OK : say_option(name, err);
}

en_code en_arguments_edge(const struct en_arguments *arguments, const char *name,
                          struct en_edge *edge, struct en_error *err)
{
    const char *text = en_arguments_value(arguments, name);
    EN_ASSERT(text != NULL);
    *edge = (struct en_edge){.is_day = strlen(text) <= DATE_SIZE};
    return edge->is_day ? en_arguments_day(arguments, name, &edge->day, err)
                        : en_arguments_instant(arguments, name, &edge->instant, err);
}

struct en_slice en_arguments_text(const struct en_arguments *arguments, const char *name,
                                  struct en_slice otherwise)
{
    const char *text = en_arguments_value(arguments, name);
    return text == NULL ? otherwise : en_slice_text(text);
}

en_code en_arguments_days(const struct en_arguments *arguments, struct en_interval *valid,
                          struct en_error *err)
{
    struct en_day from = {0};
    struct en_day to = {0};
    en_code code = en_arguments_day(arguments, "from", &from, err);
    code = code == EN_OK ? en_arguments_day(arguments, "to", &to, err) : code;
    bool has_end = en_arguments_has(arguments, "to");
    *valid = (struct en_interval){en_day_interval(from, 0).from,
                                  en_day_interval(has_end ? to : from, 0).from};
    return code == EN_OK && has_end && to.n <= from.n
               ? en_error_set(err, EN_USAGE, "--to must be after --from")
               : code;
}
