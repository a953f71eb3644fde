/* The table of commands. A new one: its run function in commands/, a line there in commands.h, and
 * a row here; help, completion, manual pages and docs/cli.md follow (make the last one anew:
 * `build/enerlog cli-docs > docs/cli.md`). */
#include "app/command.h"
#include "app/commands/commands.h"

static const struct en_command commands[] = {
    {
        .noun = "doctor",
        .summary = "Checks that this machine and the data directory are fit",
        .details = "Each line is ok, warn or fail and says how to mend. Exit 78 when one failed.",
        .example = "enerlog -D data doctor",
        .needs = EN_NEEDS_NOTHING,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_doctor,
    },
    {
        .noun = "version",
        .summary = "Shows which Enerlog this is",
        .example = "enerlog version --json",
        .needs = EN_NEEDS_NOTHING,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_version,
    },
    {
        .noun = "help",
        .summary = "Explains a command, with an example",
        .operands = {{"NOUN", "What the command is about", true, false},
                     {"VERB", "What it does", true, false}},
        .example = "enerlog help import",
        .needs = EN_NEEDS_NOTHING,
        .run = en_run_help,
    },
    {
        .noun = "completion",
        .summary = "Prints the completion script of a shell",
        .operands = {{"SHELL", "bash, zsh or fish", false, false}},
        .example = "enerlog completion bash > /etc/bash_completion.d/enerlog",
        .needs = EN_NEEDS_NOTHING,
        .run = en_run_completion,
    },
    {
        .noun = "man",
        .summary = "Writes the manual pages",
        .operands = {{"FOLDER", "Where the pages go", false, false}},
        .example = "enerlog man /usr/local/share/man/man1",
        .needs = EN_NEEDS_NOTHING,
        .run = en_run_man,
    },
    {
        .noun = "cli-docs",
        .summary = "Prints docs/cli.md",
        .example = "enerlog cli-docs > docs/cli.md",
        .needs = EN_NEEDS_NOTHING,
        .run = en_run_cli_docs,
    },
};

static const struct {
    const char *noun;
    const char *summary;
} nouns[] = {
    {"doctor", "Is everything fit for work"},
    {"version", "Which Enerlog this is"},
    {"help", "Explanations of commands"},
    {"completion", "Completion for your shell"},
    {"man", "Manual pages"},
    {"cli-docs", "The reference of commands as Markdown"},
};

const struct en_command *en_commands(uint32_t *count)
{
    *count = (uint32_t)EN_COUNT_OF(commands);
    return commands;
}

const char *en_noun_summary(const char *noun)
{
    for (size_t i = 0; i < EN_COUNT_OF(nouns); i++) {
        if (strcmp(nouns[i].noun, noun) == 0) {
            return nouns[i].summary;
        }
    }
    EN_ASSERT(!"every noun of the table has a summary");
    return "";
}
