#include <stdlib.h>

#include "core/metering/rule/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static bool is_same(const struct en_rule_values *a, const struct en_rule_values *b)
{
    return a->given == b->given && a->list_count == b->list_count &&
           memcmp(a->at, b->at, sizeof a->at) == 0 &&
           memcmp(a->list, b->list, sizeof a->list) == 0 && strcmp(a->text, b->text) == 0;
}

/* The first byte says which rule, the second which resource, the rest is its parameters. What reads
 * prints and reads again to the same, is within its range, and prints the same again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    const struct en_rule *rule = en_rule_of((en_rule_id)(1 + data[0] % (EN_RULES_COUNT - 1)));
    en_resource resource = (en_resource)(data[1] % EN_RESOURCES_COUNT);
    struct en_rule_values values;
    struct en_rule_values again;
    struct en_error err = {0};
    en_code code = en_rule_parse(rule, resource, en_slice_of(data + 2, size - 2), &values, &err);
    require((code == EN_OK) == (err.text[0] == '\0'));
    if (code != EN_OK) {
        return 0;
    }
    struct en_buf once;
    struct en_buf twice;
    en_buf_init(&once, EN_RULE_JSON_SIZE_MAX);
    en_buf_init(&twice, EN_RULE_JSON_SIZE_MAX);
    for (uint32_t i = 0; i < en_rule_parameters_count(rule); i++) {
        const struct en_rule_parameter *parameter = en_rule_parameter(rule, i);
        bool is_number =
            parameter->type != EN_RULE_TYPE_METHODS && parameter->type != EN_RULE_TYPE_NAME;
        bool is_given = (values.given & UINT32_C(1) << i) != 0;
        require(!is_number || !is_given ||
                (values.at[i] >= parameter->min && values.at[i] <= parameter->max));
        en_rule_print_value(&values, i, &twice);
    }
    en_buf_reset(&twice);
    en_rule_print(&values, false, &once);
    require(en_buf_code(&once, NULL) == EN_OK);
    require(en_rule_parse(rule, resource, en_buf_slice(&once), &again, NULL) == EN_OK);
    require(is_same(&values, &again));
    en_rule_print(&again, false, &twice);
    require(en_slice_equal(en_buf_slice(&once), en_buf_slice(&twice)));
    en_buf_fini(&once);
    en_buf_fini(&twice);
    return 0;
}
