/* The parts of the table of commands, one a theme (commands/table_<theme>.c). A new command: its
 * run function in commands/, a line there in commands.h, a row in the table of its theme; help,
 * completion, manual pages and docs/cli.md follow (make the last one anew: `build/enerlog cli-docs
 * > docs/cli.md`). A new theme: a file, and a line in command_table.c. */
#ifndef EN_APP_COMMAND_TABLE_H
#define EN_APP_COMMAND_TABLE_H

#include "app/command.h"

struct en_noun {
    const char *noun;
    const char *summary;
};

struct en_command_theme {
    const struct en_command *commands; /* ends with a NULL noun */
    const struct en_noun *nouns;       /* every noun of the table once; ends with a NULL noun */
};

extern const struct en_command_theme en_command_theme_log;
extern const struct en_command_theme en_command_theme_exchange;
extern const struct en_command_theme en_command_theme_structure;
extern const struct en_command_theme en_command_theme_contract;
extern const struct en_command_theme en_command_theme_rule;
extern const struct en_command_theme en_command_theme_calculation;
extern const struct en_command_theme en_command_theme_edit;
extern const struct en_command_theme en_command_theme_validity;
extern const struct en_command_theme en_command_theme_balance;
extern const struct en_command_theme en_command_theme_why;
extern const struct en_command_theme en_command_theme_tariff;
extern const struct en_command_theme en_command_theme_alarm;
extern const struct en_command_theme en_command_theme_freeze;
extern const struct en_command_theme en_command_theme_program;

#endif
