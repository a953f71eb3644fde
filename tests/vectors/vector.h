/* One vector of a rule: inputs and expected results as JSON. A rule is run by the product's own
 * code; what is here only turns JSON into its arguments and its results into JSON. */
#ifndef EN_TESTS_VECTORS_VECTOR_H
#define EN_TESTS_VECTORS_VECTOR_H

#include <jansson.h>

#include "core/metering/reading/consumption.h"

#define EN_VECTOR_ITEMS_MAX 4096

/* Computes from `in` and puts every result that the rule can give into `got`; keys as in vectors.
 * Codes: EN_MALFORMED (an input is missing or not what the rule takes), and what the rule gives. */
typedef en_code (*en_vector_run)(const json_t *in, json_t *got, struct en_error *err);

struct en_vector_rule {
    const char *id;
    en_vector_run run;
};

/* The rules of each theme; ended by {NULL, NULL}. */
extern const struct en_vector_rule en_vector_consumption_rules[];
extern const struct en_vector_rule en_vector_time_rules[];
extern const struct en_vector_rule en_vector_balance_rules[];
extern const struct en_vector_rule en_vector_validation_rules[];
extern const struct en_vector_rule en_vector_estimation_rules[];
extern const struct en_vector_rule en_vector_resources_rules[];
extern const struct en_vector_rule en_vector_decree_rules[];
extern const struct en_vector_rule en_vector_loss_rules[];
extern const struct en_vector_rule en_vector_tariff_rules[];
extern const struct en_vector_rule en_vector_event_rules[];

/* Inputs by name. Numbers may be JSON integers or decimal text; ratios also [num, den] or "n/d". */
en_code en_vector_decimal(const json_t *in, const char *key, struct en_decimal *decimal,
                          struct en_error *err) EN_MUST_CHECK;
en_code en_vector_micro(const json_t *in, const char *key, int64_t *micro,
                        struct en_error *err) EN_MUST_CHECK;
en_code en_vector_integer(const json_t *in, const char *key, int64_t *value,
                          struct en_error *err) EN_MUST_CHECK;
en_code en_vector_ratio(const json_t *in, const char *key, struct en_ratio *ratio,
                        struct en_error *err) EN_MUST_CHECK;
en_code en_vector_text(const json_t *in, const char *key, const char **text,
                       struct en_error *err) EN_MUST_CHECK;
/* The same for a value in hand; `what` names it in errors. */
en_code en_vector_decimal_of(const json_t *value, const char *what, struct en_decimal *decimal,
                             struct en_error *err) EN_MUST_CHECK;
en_code en_vector_micro_of(const json_t *value, const char *what, int64_t *micro,
                           struct en_error *err) EN_MUST_CHECK;
/* A list of numbers, whole or in 1e-6 (an array of at most EN_VECTOR_ITEMS_MAX). */
en_code en_vector_integers(const json_t *in, const char *key, int64_t *values, size_t *count,
                           struct en_error *err) EN_MUST_CHECK;
en_code en_vector_micros(const json_t *in, const char *key, int64_t *values, size_t *count,
                         struct en_error *err) EN_MUST_CHECK;
bool en_vector_has(const json_t *in, const char *key);

/* Results by name. */
void en_vector_put_integer(json_t *got, const char *key, int64_t value);
void en_vector_put_text(json_t *got, const char *key, const char *text);
void en_vector_put_bool(json_t *got, const char *key, bool is_true);
void en_vector_put_integers(json_t *got, const char *key, const int64_t *values, size_t count);
/* A whole number where it is one, decimal text otherwise. */
void en_vector_put_micro(json_t *got, const char *key, int64_t micro);
/* micro under the key, and the quality word as "flag" (names joined by +), "verdict", "source". */
void en_vector_put_amount(json_t *got, const char *key, struct en_amount amount);

#endif
