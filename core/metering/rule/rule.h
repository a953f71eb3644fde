/* The rules that money is settled by, as data: what each checks or does, its parameters with units,
 * ranges and defaults, its severity and quality flag, its texts in English and Russian, its source
 * and an example. The code that evaluates a rule takes plain arguments and does not know this
 * table; whoever runs it reads the parameters in force from en_rule_values by the constants of
 * rule_parameters.h:
 *
 *     const struct en_rule *rule = en_rule_find(en_slice_text("V-09"));
 *     struct en_rule_values values;
 *     code = en_rule_parse(rule, EN_RESOURCE_ELECTRICITY, json, &values, err);   {"ratio":"2.1"}
 *     values.at[EN_V_09_RATIO]                                                   2100000
 *
 * Nothing here is in force by itself: a rule acts where rule.set says so. All tables are constant;
 * pure functions, any thread. */
#ifndef EN_CORE_METERING_RULE_RULE_H
#define EN_CORE_METERING_RULE_RULE_H

#include "core/buf.h"
#include "core/limits.h"
#include "core/metering/resource.h"
#include "core/metering/rule/rule_parameters.h"

typedef enum en_rule_id {
    EN_RULE_NONE = 0,
#define EN_RULE(NAME, text) EN_RULE_##NAME,
#include "core/metering/rule/rules.def"
#undef EN_RULE
    EN_RULES_COUNT
} en_rule_id;

#define EN_RULE_PARAMETERS_MAX 8u /* of one rule, the common two among them */
#define EN_RULE_LIST_MAX 12u      /* methods of one chain */
#define EN_RULE_JSON_SIZE_MAX 4096u

/* Where in the chain of calculation a rule acts. */
typedef enum en_rule_stage {
    EN_STAGE_VALIDITY = 1,     /* judges values of a channel's day */
    EN_STAGE_SUBSTITUTION = 2, /* puts a value where none can be used */
    EN_STAGE_PERIOD = 3,       /* judges a period when asked; stores nothing */
    EN_STAGE_TARIFF = 4,       /* usage by tariff zone */
    EN_STAGE_BALANCE = 5,
    EN_STAGE_DEVIATION = 6,
} en_rule_stage;
#define EN_STAGES_COUNT 7

/* What a finding means for the value. */
typedef enum en_rule_severity {
    EN_SEVERITY_NONE = 0,    /* of rules that find nothing */
    EN_SEVERITY_WARNING = 1, /* it stays billable */
    EN_SEVERITY_ERROR = 2,   /* it is rejected and must be substituted */
    EN_SEVERITY_BLOCKING = 3 /* substitution cannot mend it: a person decides */
} en_rule_severity;

typedef enum en_rule_type {
    EN_RULE_TYPE_FLAG = 1,
    EN_RULE_TYPE_COUNT = 2,
    EN_RULE_TYPE_DECIMAL = 3, /* in 1e-6 */
    EN_RULE_TYPE_PERCENT = 4, /* in 1e-4 % */
    EN_RULE_TYPE_SECONDS = 5, /* also written "90s", "55m", "2h", "7d" */
    EN_RULE_TYPE_CHOICE = 6,  /* number of the word in choices */
    EN_RULE_TYPE_METHODS = 7, /* names of rules, in order; stands in list */
    EN_RULE_TYPE_NAME = 8,    /* of a channel ("POINT/CODE") or a balance; stands in text */
} en_rule_type;

struct en_rule_parameter {
    const char *name; /* "ratio" */
    en_rule_type type;
    const char *unit;    /* "%", "s", "pulses", "kWh"; NAME: what it is the name of; "" none */
    const char *choices; /* CHOICE: "reads|day|week|month" */
    int64_t min;         /* both inclusive, scaled as the type says */
    int64_t max;
    int64_t initial;     /* the default */
    const char *english; /* what it is, for people */
    const char *russian;
};

/* Another default where the resource is this. */
struct en_rule_initial {
    en_resource resource;
    uint32_t parameter;
    int64_t value;
};

struct en_rule_text {
    const char *title;  /* "spike" */
    const char *does;   /* what fails, or what is put in */
    const char *cannot; /* when it cannot run and is listed as skipped; NULL it always can */
    const char *example;
    const char *expected;
};

struct en_rule {
    en_rule_id id;
    const char *name; /* "V-09": the key of rule.set */
    en_rule_stage stage;
    en_rule_severity severity;
    bool is_severity_set;                /* the severity is a parameter */
    bool is_method;                      /* may stand in a chain */
    uint32_t edition;                    /* the newest this program computes by; 1.. */
    uint64_t flag;                       /* EN_QUALITY_… in place, or 0 */
    const struct en_rule_parameter *own; /* at index EN_RULE_OWN and on */
    uint32_t own_count;
    const struct en_rule_initial *initials; /* NULL: none */
    uint32_t initials_count;
    const char *source; /* "UBP §1.4.4" */
    struct en_rule_text english;
    struct en_rule_text russian;
};

/* The parameters of a rule as they hold somewhere. */
struct en_rule_values {
    en_rule_id rule;
    uint32_t given; /* bit n: parameter n was given, the others are defaults */
    int64_t at[EN_RULE_PARAMETERS_MAX];
    uint8_t list[EN_RULE_LIST_MAX]; /* en_rule_id: of the METHODS parameter */
    uint32_t list_count;
    char text[EN_NAME_SIZE_MAX + 1]; /* of the NAME parameter; "" none */
};

static inline bool en_rule_is_enabled(const struct en_rule_values *values)
{
    return values->at[EN_RULE_ENABLED] != 0;
}

/* The definition; the id is one of rules.def (asserted). */
const struct en_rule *en_rule_of(en_rule_id id);

/* The definition by name, exactly as printed ("V-09", "B-02t"); NULL when there is none. */
const struct en_rule *en_rule_find(struct en_slice name);

/* The name that was probably meant, or NULL. */
const char *en_rule_nearest(struct en_slice name);

/* The definition of the parameter at an index, common ones too; the index is below the count. */
uint32_t en_rule_parameters_count(const struct en_rule *rule);
const struct en_rule_parameter *en_rule_parameter(const struct en_rule *rule, uint32_t index);

/* The words that a CHOICE may be given: "warning|error|blocking". */
const char *en_rule_choices(const struct en_rule_parameter *parameter);

/* Whether the parameter can be given: the severity of some rules cannot. */
bool en_rule_is_settable(const struct en_rule *rule, uint32_t index);

/* The defaults of the rule for the resource. */
void en_rule_defaults(const struct en_rule *rule, en_resource resource,
                      struct en_rule_values *values);

/* Reads parameters from the text of one JSON object ("" is none): what is not given is the default
 * of the resource. Numbers may be written as JSON numbers or as text. A refusal says which rule and
 * parameter, what is wrong and how to mend it.
 * Codes: EN_MALFORMED (no JSON object, an unknown or double name, a wrong type), EN_RANGE,
 * EN_INEXACT (more digits than are kept), EN_LIMIT (EN_RULE_JSON_SIZE_MAX, EN_RULE_LIST_MAX). */
en_code en_rule_parse(const struct en_rule *rule, en_resource resource, struct en_slice json,
                      struct en_rule_values *values, struct en_error *err) EN_MUST_CHECK;

/* Puts one parameter by its text, as on a command line (NAME=VALUE parted by the caller): "1.8",
 * "2h", "true", "E-01,E-02". Codes as en_rule_parse. */
en_code en_rule_put(const struct en_rule *rule, struct en_slice name, struct en_slice value,
                    struct en_rule_values *values, struct en_error *err) EN_MUST_CHECK;

/* Appends the canonical JSON object of the parameters that were given (all: of every one), in the
 * order of the table. Reading it again gives the same values. */
void en_rule_print(const struct en_rule_values *values, bool is_all, struct en_buf *out);

/* Appends the value of one parameter as people read it: "0.7", "2h", "E-01, E-02". */
void en_rule_print_value(const struct en_rule_values *values, uint32_t index, struct en_buf *out);

/* The methods that the values of rule CHAIN come to, in order: of the named chain, or those listed.
 * methods holds EN_RULE_LIST_MAX. */
uint32_t en_rule_chain(const struct en_rule_values *values, en_rule_id *methods);

/* "validity", "substitution"; "warning", "error". */
const char *en_rule_stage_name(en_rule_stage stage);
bool en_rule_stage_parse(struct en_slice name, en_rule_stage *stage);
const char *en_rule_severity_name(en_rule_severity severity);
/* "count", "decimal", "percent". */
const char *en_rule_type_name(en_rule_type type);

/* A set of rules with parameters that is put in force by one command. */
struct en_rule_preset_entry {
    en_rule_id rule;
    const char *parameters; /* JSON object text */
    const char *resource;   /* only there; NULL everywhere */
    const char *from; /* "2012-07-01": it holds within these days only, where the command's also */
    const char *to;   /* hold; NULL: as the command says */
};

struct en_rule_preset {
    const char *name; /* "standard" */
    const char *english;
    const char *russian;
    const struct en_rule_preset_entry *entries;
    uint32_t entries_count;
};

const struct en_rule_preset *en_rule_presets(uint32_t *count);
const struct en_rule_preset *en_rule_preset_find(struct en_slice name);

#endif
