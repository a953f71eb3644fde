/* The table of commands. A new one: its run function in commands/, a line there in commands.h, and
 * a row here; help, completion, manual pages and docs/cli.md follow (make the last one anew:
 * `build/enerlog cli-docs > docs/cli.md`). */
#include "app/command.h"
#include "app/commands/commands.h"

static const struct en_command commands[] = {
    {
        .noun = "init",
        .summary = "Makes a new data directory with its log and signing key",
        .details = "An existing data directory is refused (exit 6).",
        .options = {{"origin", 0, "NAME", "Name of the log in its signed heads", NULL, false}},
        .example = "enerlog -D data init",
        .needs = EN_NEEDS_PATH,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_init,
    },
    {
        .noun = "log",
        .verb = "show",
        .summary = "Shows events of the log",
        .options = {{"from-seq", 0, "N", "First event", NULL, false},
                    {"to-seq", 0, "N", "The event after the last", NULL, false},
                    {"since", 0, "TIME", "Recorded at that time or later", NULL, false},
                    {"until", 0, "TIME", "Recorded before that time", NULL, false},
                    {"kind", 0, "KIND", "Only this kind, e.g. point.set", NULL, false},
                    {"point", 0, "POINT", "Only what is about this point", NULL, false},
                    {"limit", 0, "N", "At most so many (1000 in a table)", NULL, false}},
        .example = "enerlog -D data log show --from-seq 0 --limit 5 --json",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_log_show,
    },
    {
        .noun = "log",
        .verb = "tail",
        .summary = "Shows the newest events",
        .options = {{"lines", 'n', "N", "How many (10)", NULL, false},
                    {"follow", 'f', NULL, "And those that come, until interrupted", NULL, false}},
        .example = "enerlog -D data log tail -f",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_log_tail,
    },
    {
        .noun = "key",
        .verb = "show",
        .summary = "Shows the public key that checks the log's signatures",
        .options = {{"public", 0, NULL, "Only the key, in C2SP form, for a file", NULL, false}},
        .example = "enerlog -D data key show --public > log.pub",
        .needs = EN_NEEDS_PATH,
        .takes = EN_TAKES_OUTPUT,
        .run = en_run_key_show,
    },
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
};

static const struct {
    const char *noun;
    const char *summary;
} nouns[] = {
    {"init", "A new data directory"},
    {"log", "The events and their proofs"},
    {"key", "Keys that sign and check the log"},
    {"serve", "The daemon and its API"},
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
