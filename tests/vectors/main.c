/* enerlog-vectors FILE: puts every vector of the file through the product's own rules, prints each
 * that fails with what was expected and what came out, and ends with "N passed, M failed".
 * Exit 0: none failed; 1: some did; 2: the file cannot be read. */
#include "tests/vectors/vector.h"

#include <stdio.h>
#include <stdlib.h>

/* Rules of themes that the product does not compute: named, not counted. */
static const char *const not_yet[] = {"Q-", "M-"};

static const struct en_vector_rule *const themes[] = {
    en_vector_consumption_rules, en_vector_time_rules,       en_vector_balance_rules,
    en_vector_validation_rules,  en_vector_estimation_rules, en_vector_resources_rules,
    en_vector_decree_rules,      en_vector_loss_rules,       en_vector_tariff_rules,
    en_vector_event_rules,
};

static const struct en_vector_rule *find_rule(const char *id)
{
    for (size_t i = 0; i < EN_COUNT_OF(themes); i++) {
        for (const struct en_vector_rule *rule = themes[i]; rule->id != NULL; rule++) {
            if (strcmp(rule->id, id) == 0) {
                return rule;
            }
        }
    }
    return NULL;
}

static bool is_not_yet(const char *id)
{
    for (size_t i = 0; i < EN_COUNT_OF(not_yet); i++) {
        if (strncmp(id, not_yet[i], strlen(not_yet[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Decimal texts are equal when what came out, rounded half up to the digits that the vector gives,
 * is what the vector gives. */
static bool same_decimal(const json_t *expected, const json_t *got)
{
    struct en_decimal want = {0, 0};
    struct en_decimal have = {0, 0};
    if (en_vector_decimal_of(expected, "expected", &want, NULL) != EN_OK ||
        en_vector_decimal_of(got, "got", &have, NULL) != EN_OK) {
        return false;
    }
    char text[EN_DECIMAL_TEXT_SIZE];
    size_t size = en_decimal_print(have, text);
    bool is_exact = false;
    en_code code = en_decimal_parse_half_up(en_slice_of(text, size), EN_DECIMAL_POINT,
                                            -want.exponent, &have, &is_exact, NULL);
    return code == EN_OK && en_decimal_compare(want, have) == 0;
}

static bool is_same(const json_t *expected, const json_t *got)
{
    if (got == NULL) {
        return false;
    }
    return json_is_string(expected) ? json_equal(expected, got) || same_decimal(expected, got)
                                    : json_equal(expected, got);
}

static void print_difference(const char *id, const char *key, const json_t *expected,
                             const json_t *got)
{
    char *want = json_dumps(expected, JSON_ENCODE_ANY | JSON_COMPACT);
    char *have = got == NULL ? NULL : json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT);
    printf("%s: %s: expected %s, got %s\n", id, key, want, have == NULL ? "nothing" : have);
    free(want);
    free(have);
}

/* Every expected key is compared; a vector that expects nothing proves nothing and fails. */
static bool check_results(const char *id, json_t *expected, const json_t *got)
{
    const char *key = NULL;
    json_t *value = NULL;
    bool is_passed = json_object_size(expected) > 0;
    if (!is_passed) {
        printf("%s: no expected result\n", id);
    }
    json_object_foreach(expected, key, value)
    {
        const json_t *have = json_object_get(got, key);
        if (!is_same(value, have)) {
            print_difference(id, key, value, have);
            is_passed = false;
        }
    }
    return is_passed;
}

static bool run_vector(const char *id, const char *rule_id, json_t *vector)
{
    const struct en_vector_rule *rule = find_rule(rule_id);
    if (rule == NULL) {
        printf("%s: unknown rule %s\n", id, rule_id);
        return false;
    }
    struct en_error err = {0};
    json_t *got = json_object();
    bool is_passed = false;
    en_code code = rule->run(json_object_get(vector, "in"), got, &err);
    if (code == EN_OK) {
        is_passed = check_results(id, json_object_get(vector, "out"), got);
    } else {
        printf("%s: %s: %s\n", id, en_code_text(code), err.text);
    }
    json_decref(got);
    return is_passed;
}

static void run_all(json_t *vectors, size_t *passed, size_t *failed)
{
    for (size_t i = 0; i < json_array_size(vectors); i++) {
        json_t *vector = json_array_get(vectors, i);
        const char *id = json_string_value(json_object_get(vector, "id"));
        const char *rule = json_string_value(json_object_get(vector, "rule"));
        if (id == NULL || rule == NULL) {
            printf("vector %zu: no id or no rule\n", i);
            (*failed)++;
        } else if (is_not_yet(rule)) {
            printf("%s: not yet there\n", id);
        } else if (run_vector(id, rule, vector)) {
            (*passed)++;
        } else {
            (*failed)++;
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "use: enerlog-vectors FILE\n");
        return 2;
    }
    json_error_t where;
    json_t *file = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &where);
    json_t *vectors = json_object_get(file, "vectors");
    size_t passed = 0;
    size_t failed = 0;
    if (!json_is_array(vectors)) {
        const char *fault = file == NULL ? where.text : "no list \"vectors\"";
        fprintf(stderr, "enerlog-vectors: %s: line %d: %s\n", argv[1], where.line, fault);
        json_decref(file);
        return 2;
    }
    run_all(vectors, &passed, &failed);
    printf("%zu passed, %zu failed\n", passed, failed);
    json_decref(file);
    return failed == 0 ? 0 : 1;
}
