/* The program itself. */
#include "app/command_table.h"
#include "app/commands/commands.h"

static const struct en_command commands[] = {
    {
        .noun = "serve",
        .summary = "Runs the daemon: one writer, ticks, commands, the API on 127.0.0.1",
        .details = "Ends cleanly on SIGTERM or SIGINT. Commands on the same directory go through "
                   "it and behave the same.",
        .options = {{"port", 'p', "N", "Port of the API (8080); 0: any free one", NULL, false}},
        .example = "enerlog -D data serve --port 8080",
        .needs = EN_NEEDS_PATH,
        .run = en_run_serve,
    },
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
    {
        .noun = "reference",
        .verb = "events",
        .summary = "Prints docs/events.md: every kind of event with its fields",
        .example = "enerlog reference events > docs/events.md",
        .needs = EN_NEEDS_NOTHING,
        .run = en_run_reference_events,
    },
    {
        .noun = "reference",
        .verb = "tables",
        .summary = "Prints docs/tables.md: every table with its columns",
        .example = "enerlog reference tables > docs/tables.md",
        .needs = EN_NEEDS_NOTHING,
        .run = en_run_reference_tables,
    },
    {
        .noun = "reference",
        .verb = "device-events",
        .summary = "Prints docs/device-events.md: classes and codes of device events",
        .example = "enerlog reference device-events > docs/device-events.md",
        .needs = EN_NEEDS_NOTHING,
        .run = en_run_reference_device_events,
    },
    {
        .noun = "reference",
        .verb = "rules",
        .summary = "Prints docs/rules.md",
        .example = "enerlog reference rules > docs/rules.md",
        .needs = EN_NEEDS_NOTHING,
        .run = en_run_reference_rules,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {
    {"serve", "The daemon and its API"},
    {"doctor", "Is everything fit for work"},
    {"version", "Which Enerlog this is"},
    {"help", "Explanations of commands"},
    {"completion", "Completion for your shell"},
    {"man", "Manual pages"},
    {"cli-docs", "The reference of commands as Markdown"},
    {"reference", "The reference of events, tables, codes of devices and rules as Markdown"},
    {NULL, NULL},
};

const struct en_command_theme en_command_theme_program = {commands, nouns};
