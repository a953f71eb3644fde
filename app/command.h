/* The one table of everything the program can be told, and the reading of a command line against
 * it. From the table come the parsing, help, shell completion, manual pages and docs/cli.md, so
 * they cannot disagree.
 *
 * A command is `enerlog NOUN [VERB] [OPERAND…] [--option [VALUE]]`. Options may stand anywhere;
 * "--" ends them. All text in the table is constant and lives as long as the program. */
#ifndef EN_APP_COMMAND_H
#define EN_APP_COMMAND_H

#include "app/io.h"
#include "core/error.h"

#define EN_COMMAND_OPTIONS_MAX 32u
#define EN_COMMAND_OPERANDS_MAX 3u
#define EN_COMMAND_REPEATED_MAX 64u /* values of options that may be given many times */
#define EN_COMMAND_WORDS_MAX 4096u  /* words on a command line: files of one import */

/* What must be at hand before a command runs. */
typedef enum en_command_needs {
    EN_NEEDS_NOTHING = 1, /* runs anywhere */
    EN_NEEDS_PATH = 2,    /* the path of a data directory, which it opens (or not) itself */
    EN_NEEDS_ENGINE = 3,  /* the directory locked and caught up, or the daemon that holds it */
} en_command_needs;

/* Which of the global options mean something to a command; the others are refused, so that none
 * (least of all --dry-run) is silently ignored. */
#define EN_TAKES_OUTPUT (1u << 0) /* -o, --json */
#define EN_TAKES_AS_OF (1u << 1)
#define EN_TAKES_DRY_RUN (1u << 2)
#define EN_TAKES_YES (1u << 3)

struct en_option {
    const char *name;     /* without the dashes; NULL ends a list */
    char letter;          /* its short form, 0 none */
    const char *argument; /* what follows it, e.g. "DATE"; NULL: it is a switch; one that ends in
                           * "..." may be given many times */
    const char *help;
    const char *choices; /* "a|b|c": the only values allowed; NULL any */
    bool is_required;
};

struct en_operand {
    const char *name; /* NULL ends a list */
    const char *help;
    bool is_optional;
    bool is_many; /* only the last */
};

struct en_arguments;
struct en_session;

/* Runs a command. The session is what the command needs (session.h); arguments and io are borrowed
 * for the call. The code decides the exit code of the program; err is printed by the caller. */
typedef en_code (*en_command_run)(struct en_session *session, const struct en_arguments *arguments,
                                  struct en_io *io, struct en_error *err);

struct en_command {
    const char *noun;
    const char *verb; /* NULL: the noun stands alone */
    const char *summary;
    const char *details; /* paragraphs parted by an empty line; NULL none */
    const char *example;
    struct en_option options[EN_COMMAND_OPTIONS_MAX];
    struct en_operand operands[EN_COMMAND_OPERANDS_MAX];
    en_command_needs needs;
    uint32_t takes;
    bool is_hidden; /* the program's own use: no help, no completion */
    en_command_run run;
};

/* The table, ordered as help shows it (command_table.h): the command at the index, NULL past the
 * last. */
const struct en_command *en_command_at(uint32_t index);

/* The options every command shares, and what each noun is about; a list ended by a NULL name. */
const struct en_option *en_global_options(void);
const char *en_noun_summary(const char *noun);

typedef enum en_output {
    EN_OUTPUT_TABLE = 1, /* aligned text */
    EN_OUTPUT_JSON = 2,  /* one JSON value */
    EN_OUTPUT_LINES = 3, /* one JSON object a line */
    EN_OUTPUT_CSV = 4,
} en_output;

/* A command line that was understood. Views into argv, which must outlive it. */
struct en_arguments {
    const struct en_command *command;
    const char *values[EN_COMMAND_OPTIONS_MAX]; /* "" for a switch that is on; NULL absent */
    struct {
        uint32_t option; /* its place in the command's options */
        const char *value;
    } repeated[EN_COMMAND_REPEATED_MAX]; /* every value of options that may be repeated */
    uint32_t repeated_count;
    const char *const *operands; /* into words */
    uint32_t operands_count;

    const char *data_dir; /* NULL when neither given nor in ENERLOG_DATA_DIR */
    const char *as_of;    /* NULL: now */
    en_output output;
    bool is_quiet;
    bool is_yes;
    bool is_dry_run;
    bool is_without_color;
    bool is_help; /* help was asked for; command is NULL: help of the noun (or of all) */
    const char *help_noun;

    const char *words[EN_COMMAND_WORDS_MAX];
    uint32_t words_count;
};

/* Reads a command line without its first word (the program's name). EN_USAGE, with the nearest
 * known word where one is close. */
en_code en_arguments_parse(int count, const char *const *words, struct en_arguments *arguments,
                           struct en_error *err) EN_MUST_CHECK;

/* The value of an option of this command, "" for a switch that is on, NULL when absent. Asking for
 * an option that the table does not give the command is our bug. */
const char *en_arguments_value(const struct en_arguments *arguments, const char *name);
bool en_arguments_has(const struct en_arguments *arguments, const char *name);

/* The values of an option that may be given many times, in order: the value at the index, or NULL
 * behind the last. */
const char *en_arguments_repeated(const struct en_arguments *arguments, const char *name,
                                  uint32_t index);

/* The operand at the index, or NULL. */
const char *en_arguments_operand(const struct en_arguments *arguments, uint32_t index);

/* A whole number from 0 to max given as an option's value; when absent, *value stays. EN_USAGE. */
en_code en_arguments_number(const struct en_arguments *arguments, const char *name, uint64_t max,
                            uint64_t *value, struct en_error *err) EN_MUST_CHECK;

/* A whole number in decimal digits, at most max. EN_USAGE; the caller has the words. */
en_code en_count_parse(const char *text, uint64_t max, uint64_t *value) EN_MUST_CHECK;

#endif
