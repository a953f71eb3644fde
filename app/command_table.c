#include "app/command_table.h"

/* In the order of help. */
static const struct en_command_theme *const themes[] = {
    // clang-format off
    &en_command_theme_log,
    &en_command_theme_exchange,
    &en_command_theme_structure,
    &en_command_theme_contract,
    &en_command_theme_rule,
    &en_command_theme_calculation,
    &en_command_theme_validity,
    &en_command_theme_balance,
    &en_command_theme_edit,
    &en_command_theme_why,
    &en_command_theme_tariff,
    &en_command_theme_alarm,
    &en_command_theme_freeze,
    &en_command_theme_program,
    // clang-format on
};

const struct en_command *en_command_at(uint32_t index)
{
    for (size_t i = 0; i < EN_COUNT_OF(themes); i++) {
        for (const struct en_command *command = themes[i]->commands; command->noun != NULL;
             command++) {
            if (index == 0) {
                return command;
            }
            index--;
        }
    }
    return NULL;
}

const char *en_noun_summary(const char *noun)
{
    for (size_t i = 0; i < EN_COUNT_OF(themes); i++) {
        for (const struct en_noun *known = themes[i]->nouns; known->noun != NULL; known++) {
            if (strcmp(known->noun, noun) == 0) {
                return known->summary;
            }
        }
    }
    EN_ASSERT(!"every noun of the table has a summary");
    return "";
}
