#include "app/manual.h"

#include <stdio.h>

#define SYNOPSIS_SIZE_MAX 2048u
#define OPTION_TEXT_SIZE 128u
#define NOUNS_MAX 64u

static const struct {
    int number;
    const char *text;
} exit_codes[] = {
    {0, "done"},
    {1, "failed: the message says where and why"},
    {2, "wrong use of the command"},
    {3, "verification failed: something is not what it was, or is damaged"},
    {4, "not found"},
    {5, "not permitted"},
    {6, "conflicts with what is there"},
    {7, "done in part: some rows were rejected"},
    {75, "busy or out of room: try again later"},
    {78, "bad configuration"},
    {130, "interrupted"},
};

uint32_t en_manual_nouns(const char **nouns, uint32_t max)
{
    const struct en_command *command = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; (command = en_command_at(i)) != NULL; i++) {
        bool is_new = !command->is_hidden;
        for (uint32_t j = 0; j < count && is_new; j++) {
            is_new = strcmp(nouns[j], command->noun) != 0;
        }
        if (is_new && count < max) {
            nouns[count++] = command->noun;
        }
    }
    return count;
}

static bool is_shown(const struct en_command *command, const char *noun)
{
    return !command->is_hidden && strcmp(command->noun, noun) == 0;
}

static uint32_t verbs_count(const char *noun)
{
    uint32_t verbs = 0;
    const struct en_command *command = NULL;
    for (uint32_t i = 0; (command = en_command_at(i)) != NULL; i++) {
        verbs += is_shown(command, noun) && command->verb != NULL;
    }
    return verbs;
}

void en_manual_synopsis(const struct en_command *command, struct en_buf *out)
{
    en_buf_print(out, "enerlog %s%s%s", command->noun, command->verb == NULL ? "" : " ",
                 command->verb == NULL ? "" : command->verb);
    for (uint32_t i = 0; i < EN_COMMAND_OPERANDS_MAX && command->operands[i].name != NULL; i++) {
        const struct en_operand *operand = &command->operands[i];
        en_buf_print(out, operand->is_optional ? " [%s%s]" : " %s%s", operand->name,
                     operand->is_many ? "..." : "");
    }
    for (uint32_t i = 0; i < EN_COMMAND_OPTIONS_MAX && command->options[i].name != NULL; i++) {
        const struct en_option *option = &command->options[i];
        en_buf_print(out, option->is_required ? " --%s%s%s" : " [--%s%s%s]", option->name,
                     option->argument == NULL ? "" : " ",
                     option->argument == NULL ? "" : option->argument);
    }
}

static void put_synopsis(struct en_io *io, const struct en_command *command)
{
    struct en_buf text;
    en_buf_init(&text, SYNOPSIS_SIZE_MAX);
    en_manual_synopsis(command, &text);
    en_io_write(io, en_buf_slice(&text));
    en_buf_fini(&text);
}

/* "-D, --data-dir DIR". */
static void print_option(const struct en_option *option, char text[OPTION_TEXT_SIZE])
{
    char letter[8] = "";
    if (option->letter != 0) {
        (void)snprintf(letter, sizeof letter, "-%c, ", option->letter);
    }
    (void)snprintf(text, OPTION_TEXT_SIZE, "%s--%s%s%s", letter, option->name,
                   option->argument == NULL ? "" : " ",
                   option->argument == NULL ? "" : option->argument);
}

static void put_options(struct en_io *io, const struct en_option *options, uint32_t max)
{
    for (uint32_t i = 0; i < max && options[i].name != NULL; i++) {
        char text[OPTION_TEXT_SIZE];
        print_option(&options[i], text);
        en_io_print(io, "  %-24s  %s%s%s%s\n", text, options[i].help,
                    options[i].choices == NULL ? "" : ": ",
                    options[i].choices == NULL ? "" : options[i].choices,
                    options[i].is_required ? " (required)" : "");
    }
}

void en_manual_overview(struct en_io *io)
{
    const char *nouns[NOUNS_MAX];
    uint32_t count = en_manual_nouns(nouns, NOUNS_MAX);
    en_io_text(io, "Enerlog keeps metering data in a provable log and calculates from it.\n\n"
                   "enerlog [-D DIR] NOUN [VERB] [OPTIONS]\n\n");
    for (uint32_t i = 0; i < count; i++) {
        en_io_print(io, "  %-12s %s\n", nouns[i], en_noun_summary(nouns[i]));
    }
    en_io_text(io, "\nOptions of every command:\n");
    put_options(io, en_global_options(), UINT32_MAX);
    en_io_text(io, "\nTry: enerlog demo\nMore: enerlog help NOUN [VERB]\n");
}

void en_manual_noun(struct en_io *io, const char *noun)
{
    const struct en_command *command = NULL;
    en_io_print(io, "%s: %s\n\n", noun, en_noun_summary(noun));
    for (uint32_t i = 0; (command = en_command_at(i)) != NULL; i++) {
        if (is_shown(command, noun)) {
            en_io_text(io, "  ");
            put_synopsis(io, command);
            en_io_print(io, "\n      %s\n", command->summary);
        }
    }
    en_io_print(io, "\nMore: enerlog help %s VERB\n", noun);
}

static bool has_options(const struct en_command *command)
{
    return command->options[0].name != NULL;
}

void en_manual_command(struct en_io *io, const struct en_command *command)
{
    put_synopsis(io, command);
    en_io_print(io, "\n\n%s.\n", command->summary);
    if (command->details != NULL) {
        en_io_print(io, "%s\n", command->details);
    }
    if (command->operands[0].name != NULL || has_options(command)) {
        en_io_text(io, "\n");
    }
    for (uint32_t i = 0; i < EN_COMMAND_OPERANDS_MAX && command->operands[i].name != NULL; i++) {
        en_io_print(io, "  %-24s  %s\n", command->operands[i].name, command->operands[i].help);
    }
    put_options(io, command->options, EN_COMMAND_OPTIONS_MAX);
    en_io_print(io, "\nExample:\n  %s\n", command->example);
    en_io_text(io, "\nOptions of every command: enerlog help\n");
}

/* A bar would end a cell of a Markdown table. */
static void put_markdown_cell(struct en_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|') {
            en_buf_text(out, "\\");
        }
        en_buf_append(out, text, 1);
    }
}

static void put_markdown_options(struct en_buf *out, const struct en_option *options, uint32_t max)
{
    for (uint32_t i = 0; i < max && options[i].name != NULL; i++) {
        char text[OPTION_TEXT_SIZE];
        print_option(&options[i], text);
        en_buf_text(out, "| `");
        put_markdown_cell(out, text);
        en_buf_text(out, "` | ");
        put_markdown_cell(out, options[i].help);
        if (options[i].choices != NULL) {
            en_buf_text(out, ": `");
            put_markdown_cell(out, options[i].choices);
            en_buf_text(out, "`");
        }
        en_buf_text(out, options[i].is_required ? " (required) |\n" : " |\n");
    }
}

static void put_markdown_command(struct en_buf *out, const struct en_command *command)
{
    if (command->verb != NULL) {
        en_buf_print(out, "### %s %s\n\n", command->noun, command->verb);
    }
    en_buf_text(out, "```sh\n");
    en_manual_synopsis(command, out);
    en_buf_print(out, "\n```\n\n%s.\n", command->summary);
    if (command->details != NULL) {
        en_buf_print(out, "%s\n", command->details);
    }
    if (command->operands[0].name != NULL || has_options(command)) {
        en_buf_text(out, "\n| | |\n|---|---|\n");
    }
    for (uint32_t i = 0; i < EN_COMMAND_OPERANDS_MAX && command->operands[i].name != NULL; i++) {
        en_buf_print(out, "| `%s` | %s |\n", command->operands[i].name, command->operands[i].help);
    }
    put_markdown_options(out, command->options, EN_COMMAND_OPTIONS_MAX);
    en_buf_print(out, "\nExample: `%s`\n\n", command->example);
}

void en_manual_markdown(struct en_buf *out)
{
    const char *nouns[NOUNS_MAX];
    uint32_t nouns_count = en_manual_nouns(nouns, NOUNS_MAX);
    const struct en_command *command = NULL;
    en_buf_text(out, "# The program `enerlog`\n\n"
                     "Made from the command table by `enerlog cli-docs`; do not edit.\n\n"
                     "Data goes to the standard output, words for people to the standard error. "
                     "Energies are decimal strings, never floats; times are RFC 3339.\n"
                     "Progress is drawn on a terminal only; elsewhere it is a line each 10 "
                     "seconds. `--quiet` silences both.\n\n"
                     "## Options of every command\n\n| | |\n|---|---|\n");
    put_markdown_options(out, en_global_options(), UINT32_MAX);
    en_buf_text(out, "\nAn option that means nothing to a command is refused, not ignored.\n\n"
                     "## Exit codes\n\n| code | meaning |\n|---|---|\n");
    for (size_t i = 0; i < EN_COUNT_OF(exit_codes); i++) {
        en_buf_print(out, "| %d | %s |\n", exit_codes[i].number, exit_codes[i].text);
    }
    for (uint32_t i = 0; i < nouns_count; i++) {
        en_buf_print(out, "\n## %s\n\n", nouns[i]);
        if (verbs_count(nouns[i]) > 0) {
            en_buf_print(out, "%s.\n\n", en_noun_summary(nouns[i]));
        }
        for (uint32_t j = 0; (command = en_command_at(j)) != NULL; j++) {
            if (is_shown(command, nouns[i])) {
                put_markdown_command(out, command);
            }
        }
        out->size -= out->size > 0 && out->bytes[out->size - 1] == '\n' ? 1 : 0;
    }
}

static bool is_sentence_end(const char *text)
{
    return text[0] == '.' && text[1] == ' ' && text[2] >= 'A' && text[2] <= 'Z';
}

/* Text of a manual page: each sentence on its own line; a backslash, and a mark at the beginning of
 * a line, would be read as orders. */
static void put_roff(struct en_buf *out, const char *text)
{
    bool is_line_start = true;
    for (; *text != '\0'; text++) {
        if (is_line_start && (*text == '.' || *text == '\'')) {
            en_buf_text(out, "\\&");
        }
        if (text[0] == '\n' && text[1] == '\n') { /* a paragraph */
            en_buf_text(out, "\n.Pp\n");
            is_line_start = true;
            text++;
            continue;
        }
        if (is_sentence_end(text)) {
            en_buf_text(out, ".\n");
            is_line_start = true;
            text++;
            continue;
        }
        if (*text == '\\') {
            en_buf_text(out, "\\e");
        } else if (*text == '-' && text[1] == '-') {
            en_buf_text(out, "\\-");
        } else {
            en_buf_append(out, text, 1);
        }
        is_line_start = *text == '\n';
    }
}

/* An argument of an mdoc macro: quoted, since it may hold blanks. */
static void put_roff_argument(struct en_buf *out, const char *text)
{
    en_buf_text(out, "\"");
    put_roff(out, text);
    en_buf_text(out, "\"");
}

static void put_mdoc_flags(struct en_buf *out, const struct en_option *option)
{
    if (option->letter != 0) {
        en_buf_print(out, "Fl %c , ", option->letter);
    }
    en_buf_print(out, "Fl \\-%s", option->name);
    if (option->argument != NULL) {
        en_buf_text(out, " Ar ");
        put_roff_argument(out, option->argument);
    }
}

static void put_mdoc_options(struct en_buf *out, const struct en_option *options, uint32_t max)
{
    for (uint32_t i = 0; i < max && options[i].name != NULL; i++) {
        en_buf_text(out, ".It ");
        put_mdoc_flags(out, &options[i]);
        en_buf_text(out, "\n");
        put_roff(out, options[i].help);
        if (options[i].choices != NULL) {
            en_buf_text(out, ":\n");
            put_roff(out, options[i].choices);
        }
        en_buf_text(out, options[i].is_required ? ".\nRequired.\n" : ".\n");
    }
}

static void put_mdoc_synopsis(struct en_buf *out, const struct en_command *command)
{
    en_buf_print(out, ".Nm enerlog\n.Cm %s%s%s\n", command->noun, command->verb == NULL ? "" : " ",
                 command->verb == NULL ? "" : command->verb);
    for (uint32_t i = 0; i < EN_COMMAND_OPERANDS_MAX && command->operands[i].name != NULL; i++) {
        const struct en_operand *operand = &command->operands[i];
        en_buf_print(out, "%sAr %s%s\n", operand->is_optional ? ".Op " : ".", operand->name,
                     operand->is_many ? " ..." : "");
    }
    for (uint32_t i = 0; i < EN_COMMAND_OPTIONS_MAX && command->options[i].name != NULL; i++) {
        const struct en_option *option = &command->options[i];
        en_buf_print(out, "%sFl \\-%s", option->is_required ? "." : ".Op ", option->name);
        if (option->argument != NULL) {
            en_buf_text(out, " Ar ");
            put_roff_argument(out, option->argument);
        }
        en_buf_text(out, "\n");
    }
}

static void put_mdoc_command(struct en_buf *out, const struct en_command *command)
{
    en_buf_print(out, ".Ss %s%s%s\n", command->noun, command->verb == NULL ? "" : " ",
                 command->verb == NULL ? "" : command->verb);
    put_roff(out, command->summary);
    en_buf_text(out, ".\n");
    if (command->details != NULL) {
        put_roff(out, command->details);
        en_buf_text(out, "\n");
    }
    bool has_list = command->operands[0].name != NULL || has_options(command);
    if (has_list) {
        en_buf_text(out, ".Bl -tag -width Ds\n");
    }
    for (uint32_t i = 0; i < EN_COMMAND_OPERANDS_MAX && command->operands[i].name != NULL; i++) {
        en_buf_print(out, ".It Ar %s\n", command->operands[i].name);
        put_roff(out, command->operands[i].help);
        en_buf_text(out, ".\n");
    }
    put_mdoc_options(out, command->options, EN_COMMAND_OPTIONS_MAX);
    en_buf_text(out, has_list ? ".El\n.Pp\nExample:\n.Dl " : ".Pp\nExample:\n.Dl ");
    put_roff_argument(out, command->example);
    en_buf_text(out, "\n");
}

static void put_mdoc_head(struct en_buf *out, const char *noun)
{
    char title[64];
    (void)snprintf(title, sizeof title, noun == NULL ? "ENERLOG" : "ENERLOG-%s",
                   noun == NULL ? "" : noun);
    for (char *letter = title; *letter != '\0'; letter++) {
        *letter = *letter >= 'a' && *letter <= 'z' ? (char)(*letter - 'a' + 'A') : *letter;
    }
    /* A fixed date: pages are a pure function of the table. */
    en_buf_print(out, ".Dd January 1, 2026\n.Dt %s 1\n.Os\n.Sh NAME\n.Nm enerlog%s%s\n.Nd ", title,
                 noun == NULL ? "" : "-", noun == NULL ? "" : noun);
    put_roff(out, noun == NULL ? "metering data in a provable log, and what follows from it"
                               : en_noun_summary(noun));
    en_buf_text(out, "\n");
}

static void put_mdoc_exit_status(struct en_buf *out)
{
    en_buf_text(out, ".Sh EXIT STATUS\n.Bl -tag -width Ds -compact\n");
    for (size_t i = 0; i < EN_COUNT_OF(exit_codes); i++) {
        en_buf_print(out, ".It %d\n", exit_codes[i].number);
        put_roff(out, exit_codes[i].text);
        en_buf_text(out, "\n");
    }
    en_buf_text(out, ".El\n");
}

static void put_mdoc_program(struct en_buf *out)
{
    const char *nouns[NOUNS_MAX];
    uint32_t count = en_manual_nouns(nouns, NOUNS_MAX);
    en_buf_text(out, ".Sh SYNOPSIS\n.Nm enerlog\n.Op Fl D Ar DIR\n.Ar NOUN\n.Op Ar VERB\n"
                     ".Op Ar options\n.Sh DESCRIPTION\n"
                     "Data goes to the standard output, words for people to the standard error.\n"
                     "The nouns:\n.Bl -tag -width Ds\n");
    for (uint32_t i = 0; i < count; i++) {
        en_buf_print(out, ".It Cm %s\n", nouns[i]);
        put_roff(out, en_noun_summary(nouns[i]));
        en_buf_print(out, ",\n.Xr enerlog-%s 1 .\n", nouns[i]);
    }
    en_buf_text(out, ".El\n.Pp\nOptions of every command:\n.Bl -tag -width Ds\n");
    put_mdoc_options(out, en_global_options(), UINT32_MAX);
    en_buf_text(out, ".El\n.Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev ENERLOG_DATA_DIR\n"
                     "The data directory where\n.Fl D\nis absent.\n.It Ev NO_COLOR\nNo colours.\n"
                     ".El\n");
    put_mdoc_exit_status(out);
}

void en_manual_mdoc(const char *noun, struct en_buf *out)
{
    put_mdoc_head(out, noun);
    if (noun == NULL) {
        put_mdoc_program(out);
        return;
    }
    const struct en_command *command = NULL;
    en_buf_text(out, ".Sh SYNOPSIS\n");
    for (uint32_t i = 0; (command = en_command_at(i)) != NULL; i++) {
        if (is_shown(command, noun)) {
            put_mdoc_synopsis(out, command);
        }
    }
    en_buf_text(out, ".Sh DESCRIPTION\n");
    for (uint32_t i = 0; (command = en_command_at(i)) != NULL; i++) {
        if (is_shown(command, noun)) {
            put_mdoc_command(out, command);
        }
    }
    put_mdoc_exit_status(out);
    en_buf_text(out, ".Sh SEE ALSO\n.Xr enerlog 1\n");
}
