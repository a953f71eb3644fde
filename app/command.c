#include "app/command.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/nearest.h"

#define NEAREST_KNOWN_MAX 512u

/* Places in en_global_options; the order of that list. */
enum global {
    GLOBAL_DATA_DIR,
    GLOBAL_OUTPUT,
    GLOBAL_JSON,
    GLOBAL_AS_OF,
    GLOBAL_DRY_RUN,
    GLOBAL_YES,
    GLOBAL_QUIET,
    GLOBAL_NO_COLOR,
    GLOBAL_HELP,
};

static const struct en_option global_options[] = {
    [GLOBAL_DATA_DIR] = {"data-dir", 'D', "DIR", "The data directory; also ENERLOG_DATA_DIR", NULL,
                         false},
    [GLOBAL_OUTPUT] = {"output", 'o', "FORMAT", "How to print data", "table|json|ndjson|csv",
                       false},
    [GLOBAL_JSON] = {"json", 0, NULL, "Print one JSON object a line (as -o ndjson)", NULL, false},
    [GLOBAL_AS_OF] = {"as-of", 0, "SEQ|TIME", "Answer as it was after that event or at that time",
                      NULL, false},
    [GLOBAL_DRY_RUN] = {"dry-run", 0, NULL, "Say what would be done and do nothing", NULL, false},
    [GLOBAL_YES] = {"yes", 0, NULL, "Do not ask", NULL, false},
    [GLOBAL_QUIET] = {"quiet", 'q', NULL, "No progress and no advice", NULL, false},
    [GLOBAL_NO_COLOR] = {"no-color", 0, NULL, "No colours; also NO_COLOR", NULL, false},
    [GLOBAL_HELP] = {"help", 'h', NULL, "Explain the command, with an example", NULL, false},
    {NULL, 0, NULL, NULL, NULL, false},
};

const struct en_option *en_global_options(void)
{
    return global_options;
}

/* "text" or "text; did you mean X?" in one error. */
static en_code unknown_word(const char *what, const char *word, const char *const *known,
                            uint32_t known_count, struct en_error *err)
{
    const char *nearest = en_nearest_word(word, known, known_count);
    if (nearest == NULL) {
        return en_error_set(err, EN_USAGE, "there is no %s \"%.64s\"", what, word);
    }
    return en_error_set(err, EN_USAGE, "there is no %s \"%.64s\"; did you mean \"%s\"?", what, word,
                        nearest);
}

static const struct en_option *option_by_name(const struct en_option *options, uint32_t count,
                                              const char *name, size_t name_size)
{
    for (uint32_t i = 0; i < count && options[i].name != NULL; i++) {
        if (strlen(options[i].name) == name_size && memcmp(options[i].name, name, name_size) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

static const struct en_option *option_by_letter(const struct en_option *options, uint32_t count,
                                                char letter)
{
    for (uint32_t i = 0; i < count && options[i].name != NULL; i++) {
        if (options[i].letter == letter) {
            return &options[i];
        }
    }
    return NULL;
}

static uint32_t options_count(const struct en_option *options, uint32_t max)
{
    uint32_t count = 0;
    while (count < max && options[count].name != NULL) {
        count++;
    }
    return count;
}

static en_code unknown_option(const struct en_command *command, const char *name,
                              struct en_error *err)
{
    const char *known[EN_COMMAND_OPTIONS_MAX + EN_COUNT_OF(global_options)];
    uint32_t count = 0;
    for (uint32_t i = 0; global_options[i].name != NULL; i++) {
        known[count++] = global_options[i].name;
    }
    uint32_t own = command == NULL ? 0 : options_count(command->options, EN_COMMAND_OPTIONS_MAX);
    for (uint32_t i = 0; i < own; i++) {
        known[count++] = command->options[i].name;
    }
    return unknown_word("option", name, known, count, err);
}

static bool is_choice(const char *choices, const char *value)
{
    size_t size = strlen(value);
    while (*choices != '\0') {
        size_t length = strcspn(choices, "|");
        if (length == size && memcmp(choices, value, size) == 0) {
            return true;
        }
        choices += length + (choices[length] == '|' ? 1 : 0);
    }
    return false;
}

static en_code set_output(struct en_arguments *arguments, const char *value)
{
    static const struct {
        const char *name;
        en_output output;
    } outputs[] = {{"table", EN_OUTPUT_TABLE},
                   {"json", EN_OUTPUT_JSON},
                   {"ndjson", EN_OUTPUT_LINES},
                   {"csv", EN_OUTPUT_CSV}};
    for (size_t i = 0; i < EN_COUNT_OF(outputs); i++) {
        if (strcmp(outputs[i].name, value) == 0) {
            arguments->output = outputs[i].output;
        }
    }
    return EN_OK;
}

static void set_global(struct en_arguments *arguments, enum global global, const char *value)
{
    switch (global) {
    case GLOBAL_DATA_DIR:
        arguments->data_dir = value;
        break;
    case GLOBAL_OUTPUT:
        (void)set_output(arguments, value);
        break;
    case GLOBAL_JSON:
        arguments->output = EN_OUTPUT_LINES;
        break;
    case GLOBAL_AS_OF:
        arguments->as_of = value;
        break;
    case GLOBAL_DRY_RUN:
        arguments->is_dry_run = true;
        break;
    case GLOBAL_YES:
        arguments->is_yes = true;
        break;
    case GLOBAL_QUIET:
        arguments->is_quiet = true;
        break;
    case GLOBAL_NO_COLOR:
        arguments->is_without_color = true;
        break;
    case GLOBAL_HELP:
        arguments->is_help = true;
        break;
    }
}

/* One walk over the words. The command is found first (find_command), because what an option means
 * depends on it. */
struct walk {
    const char *const *words;
    uint32_t count;
    uint32_t at;
    struct en_arguments *arguments;
    bool is_options_ended;
};

static bool may_repeat(const struct en_option *option)
{
    size_t size = option->argument == NULL ? 0 : strlen(option->argument);
    return size > 3 && strcmp(option->argument + size - 3, "...") == 0;
}

static en_code take_option(struct walk *walk, const struct en_option *option, const char *attached,
                           struct en_error *err)
{
    const char *value = attached;
    if (option->argument == NULL && attached != NULL) {
        return en_error_set(err, EN_USAGE, "--%s takes no value", option->name);
    }
    if (option->argument != NULL && value == NULL) {
        if (walk->at >= walk->count) {
            return en_error_set(err, EN_USAGE, "--%s needs a value: --%s %s", option->name,
                                option->name, option->argument);
        }
        value = walk->words[walk->at++];
    }
    if (option->choices != NULL && !is_choice(option->choices, value)) {
        return en_error_set(err, EN_USAGE, "--%s is one of %s, not \"%.64s\"", option->name,
                            option->choices, value);
    }
    struct en_arguments *arguments = walk->arguments;
    bool is_global =
        option >= global_options && option < global_options + EN_COUNT_OF(global_options);
    if (is_global) {
        set_global(arguments, (enum global)(option - global_options), value);
        return EN_OK;
    }
    size_t index = (size_t)(option - arguments->command->options);
    EN_ASSERT(index < EN_COMMAND_OPTIONS_MAX);
    bool is_repeated = may_repeat(option);
    if (arguments->values[index] != NULL && !is_repeated) {
        return en_error_set(err, EN_USAGE, "--%s is given twice", option->name);
    }
    if (is_repeated && arguments->repeated_count == EN_COMMAND_REPEATED_MAX) {
        return en_error_set(err, EN_USAGE, "--%s is given over %u times", option->name,
                            EN_COMMAND_REPEATED_MAX);
    }
    if (is_repeated) {
        arguments->repeated[arguments->repeated_count].option = (uint32_t)index;
        arguments->repeated[arguments->repeated_count].value = value;
        arguments->repeated_count++;
    }
    arguments->values[index] = value == NULL ? "" : value;
    return EN_OK;
}

static const struct en_option *find_option(const struct en_command *command, const char *name,
                                           size_t name_size)
{
    const struct en_option *option =
        command == NULL ? NULL
                        : option_by_name(command->options, EN_COMMAND_OPTIONS_MAX, name, name_size);
    return option != NULL
               ? option
               : option_by_name(global_options, EN_COUNT_OF(global_options), name, name_size);
}

static en_code take_long(struct walk *walk, const char *word, struct en_error *err)
{
    const char *name = word + 2;
    size_t name_size = strcspn(name, "=");
    const struct en_option *option = find_option(walk->arguments->command, name, name_size);
    if (option == NULL) {
        return unknown_option(walk->arguments->command, name, err);
    }
    return take_option(walk, option, name[name_size] == '=' ? name + name_size + 1 : NULL, err);
}

static en_code take_short(struct walk *walk, const char *word, struct en_error *err)
{
    const struct en_command *command = walk->arguments->command;
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct en_option *option =
            command == NULL ? NULL
                            : option_by_letter(command->options, EN_COMMAND_OPTIONS_MAX, *letter);
        if (option == NULL) {
            option = option_by_letter(global_options, EN_COUNT_OF(global_options), *letter);
        }
        if (option == NULL) {
            return en_error_set(err, EN_USAGE, "there is no option -%c", *letter);
        }
        if (option->argument != NULL) {
            return take_option(walk, option, letter[1] == '\0' ? NULL : letter + 1, err);
        }
        en_code code = take_option(walk, option, NULL, err);
        if (code != EN_OK) {
            return code;
        }
    }
    return EN_OK;
}

static bool is_option_word(const char *word)
{
    bool is_number = word[0] == '-' && word[1] >= '0' && word[1] <= '9';
    return word[0] == '-' && word[1] != '\0' && !is_number;
}

/* The index of the next word that is neither an option nor a value of a global one, or count. */
static uint32_t next_plain(const char *const *words, uint32_t count, uint32_t from)
{
    for (uint32_t i = from; i < count; i++) {
        const char *word = words[i];
        if (!is_option_word(word)) {
            return i;
        }
        const struct en_option *option = NULL;
        bool is_attached = true;
        if (word[1] == '-') {
            option = option_by_name(global_options, EN_COUNT_OF(global_options), word + 2,
                                    strlen(word + 2));
            is_attached = false;
        } else {
            option = option_by_letter(global_options, EN_COUNT_OF(global_options), word[1]);
            is_attached = word[2] != '\0';
        }
        if (option != NULL && option->argument != NULL && !is_attached) {
            i++;
        }
    }
    return count;
}

static en_code unknown_noun(const char *word, struct en_error *err)
{
    uint32_t count = 0;
    const struct en_command *command = NULL;
    const char *known[NEAREST_KNOWN_MAX];
    for (; (command = en_command_at(count)) != NULL; count++) {
        EN_ASSERT(count < NEAREST_KNOWN_MAX);
        known[count] = command->is_hidden ? NULL : command->noun;
    }
    return unknown_word("command", word, known, count, err);
}

static en_code unknown_verb(const char *noun, const char *verb, struct en_error *err)
{
    uint32_t count = 0;
    const struct en_command *command = NULL;
    const char *known[NEAREST_KNOWN_MAX];
    char what[64];
    for (; (command = en_command_at(count)) != NULL; count++) {
        EN_ASSERT(count < NEAREST_KNOWN_MAX);
        known[count] = strcmp(command->noun, noun) == 0 ? command->verb : NULL;
    }
    (void)snprintf(what, sizeof what, "verb of \"%s\"", noun);
    return unknown_word(what, verb, known, count, err);
}

struct found {
    const struct en_command *command; /* NULL: none, or help of a noun */
    uint32_t noun_at;                 /* index of the words; count when absent */
    uint32_t verb_at;
};

static const struct en_command *command_of(const char *noun, const char *verb, bool *is_noun)
{
    const struct en_command *command = NULL;
    const struct en_command *alone = NULL;
    for (uint32_t i = 0; (command = en_command_at(i)) != NULL; i++) {
        if (strcmp(command->noun, noun) != 0) {
            continue;
        }
        *is_noun = true;
        if (command->verb == NULL) {
            alone = command;
        } else if (verb != NULL && strcmp(command->verb, verb) == 0) {
            return command;
        }
    }
    return alone;
}

static en_code find_command(const char *const *words, uint32_t count, struct found *found,
                            struct en_error *err)
{
    *found = (struct found){NULL, count, count};
    uint32_t noun_at = next_plain(words, count, 0);
    if (noun_at == count) {
        return EN_OK;
    }
    uint32_t verb_at = next_plain(words, count, noun_at + 1);
    const char *verb = verb_at == count ? NULL : words[verb_at];
    bool is_noun = false;
    found->command = command_of(words[noun_at], verb, &is_noun);
    found->noun_at = noun_at;
    if (found->command != NULL && found->command->verb != NULL) {
        found->verb_at = verb_at;
    }
    if (!is_noun) {
        return unknown_noun(words[noun_at], err);
    }
    if (found->command == NULL && verb != NULL) {
        return unknown_verb(words[noun_at], verb, err);
    }
    return EN_OK;
}

static en_code take_words(struct walk *walk, const struct found *found, struct en_error *err)
{
    struct en_arguments *arguments = walk->arguments;
    while (walk->at < walk->count) {
        uint32_t at = walk->at++;
        const char *word = walk->words[at];
        en_code code = EN_OK;
        if (at == found->noun_at || at == found->verb_at) {
            continue;
        }
        if (walk->is_options_ended || !is_option_word(word)) {
            if (arguments->words_count == EN_COMMAND_WORDS_MAX) {
                return en_error_set(err, EN_LIMIT, "more than %u words", EN_COMMAND_WORDS_MAX);
            }
            arguments->words[arguments->words_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            walk->is_options_ended = true;
        } else if (word[1] == '-') {
            code = take_long(walk, word, err);
        } else {
            code = take_short(walk, word, err);
        }
        if (code != EN_OK) {
            return code;
        }
    }
    arguments->operands = arguments->words;
    arguments->operands_count = arguments->words_count;
    return EN_OK;
}

static en_code check_operands(const struct en_arguments *arguments, struct en_error *err)
{
    const struct en_operand *operands = arguments->command->operands;
    uint32_t max = 0;
    bool is_many = false;
    while (max < EN_COMMAND_OPERANDS_MAX && operands[max].name != NULL) {
        if (!operands[max].is_optional && arguments->operands_count <= max) {
            return en_error_set(err, EN_USAGE, "%s is missing: %s", operands[max].name,
                                operands[max].help);
        }
        is_many = operands[max].is_many;
        max++;
    }
    if (arguments->operands_count > max && !is_many) {
        return en_error_set(err, EN_USAGE, "\"%.64s\" is one word too many",
                            arguments->operands[max]);
    }
    return EN_OK;
}

static en_code refuse_global(const char *option, struct en_error *err)
{
    return en_error_set(err, EN_USAGE, "--%s means nothing to this command", option);
}

static en_code check_globals(const struct en_arguments *arguments, bool is_output_given,
                             struct en_error *err)
{
    uint32_t takes = arguments->command->takes;
    if (arguments->as_of != NULL && (takes & EN_TAKES_AS_OF) == 0) {
        return refuse_global("as-of", err);
    }
    if (arguments->is_dry_run && (takes & EN_TAKES_DRY_RUN) == 0) {
        return refuse_global("dry-run", err);
    }
    if (is_output_given && (takes & EN_TAKES_OUTPUT) == 0) {
        return refuse_global("output", err);
    }
    if (arguments->command->needs != EN_NEEDS_NOTHING && arguments->data_dir == NULL) {
        return en_error_set(err, EN_USAGE,
                            "which data directory? give -D DIR or set ENERLOG_DATA_DIR");
    }
    return EN_OK;
}

static en_code check_required(const struct en_arguments *arguments, struct en_error *err)
{
    const struct en_option *options = arguments->command->options;
    for (uint32_t i = 0; i < EN_COMMAND_OPTIONS_MAX && options[i].name != NULL; i++) {
        if (options[i].is_required && arguments->values[i] == NULL) {
            return en_error_set(err, EN_USAGE, "--%s %s is missing", options[i].name,
                                options[i].argument == NULL ? "" : options[i].argument);
        }
    }
    return EN_OK;
}

en_code en_arguments_parse(int count, const char *const *words, struct en_arguments *arguments,
                           struct en_error *err)
{
    EN_ASSERT(count >= 0);
    memset(arguments, 0, sizeof *arguments);
    struct found found;
    en_code code = find_command(words, (uint32_t)count, &found, err);
    if (code != EN_OK) {
        return code;
    }
    arguments->command = found.command;
    arguments->help_noun = found.noun_at == (uint32_t)count ? NULL : words[found.noun_at];
    struct walk walk = {.words = words, .count = (uint32_t)count, .arguments = arguments};
    code = take_words(&walk, &found, err);
    if (code != EN_OK) {
        return code;
    }
    bool is_output_given = arguments->output != 0;
    arguments->output = is_output_given ? arguments->output : EN_OUTPUT_TABLE;
    const char *environment = getenv("ENERLOG_DATA_DIR");
    if (arguments->data_dir == NULL && environment != NULL && environment[0] != '\0') {
        arguments->data_dir = environment;
    }
    if (arguments->is_help) {
        return EN_OK;
    }
    if (arguments->command == NULL) {
        return arguments->help_noun == NULL
                   ? en_error_set(err, EN_USAGE, "say what to do")
                   : en_error_set(err, EN_USAGE, "say what to do with \"%s\"",
                                  arguments->help_noun);
    }
    code = check_operands(arguments, err);
    if (code == EN_OK) {
        code = check_required(arguments, err);
    }
    return code == EN_OK ? check_globals(arguments, is_output_given, err) : code;
}

const char *en_arguments_value(const struct en_arguments *arguments, const char *name)
{
    const struct en_option *option =
        option_by_name(arguments->command->options, EN_COMMAND_OPTIONS_MAX, name, strlen(name));
    EN_ASSERT(option != NULL);
    return arguments->values[option - arguments->command->options];
}

bool en_arguments_has(const struct en_arguments *arguments, const char *name)
{
    return en_arguments_value(arguments, name) != NULL;
}

const char *en_arguments_repeated(const struct en_arguments *arguments, const char *name,
                                  uint32_t index)
{
    const struct en_option *option =
        option_by_name(arguments->command->options, EN_COMMAND_OPTIONS_MAX, name, strlen(name));
    EN_ASSERT(option != NULL);
    EN_ASSERT(may_repeat(option));
    for (uint32_t i = 0; i < arguments->repeated_count; i++) {
        bool is_it = arguments->repeated[i].option == option - arguments->command->options;
        if (is_it && index == 0) {
            return arguments->repeated[i].value;
        }
        index -= is_it ? 1 : 0;
    }
    return NULL;
}

const char *en_arguments_operand(const struct en_arguments *arguments, uint32_t index)
{
    return index < arguments->operands_count ? arguments->operands[index] : NULL;
}

en_code en_count_parse(const char *text, uint64_t max, uint64_t *value)
{
    uint64_t number = 0;
    bool is_number = text[0] != '\0';
    for (const char *digit = text; *digit != '\0' && is_number; digit++) {
        uint64_t next = (uint64_t)(*digit - '0');
        is_number = *digit >= '0' && *digit <= '9' && number <= (UINT64_MAX - next) / 10;
        number = is_number ? number * 10 + next : number;
    }
    if (!is_number || number > max) {
        return EN_USAGE;
    }
    *value = number;
    return EN_OK;
}

en_code en_arguments_number(const struct en_arguments *arguments, const char *name, uint64_t max,
                            uint64_t *value, struct en_error *err)
{
    const char *text = en_arguments_value(arguments, name);
    if (text == NULL) {
        return EN_OK;
    }
    if (en_count_parse(text, max, value) != EN_OK) {
        return en_error_set(err, EN_USAGE, "--%s is a whole number up to %llu, not \"%.64s\"", name,
                            (unsigned long long)max, text);
    }
    return EN_OK;
}
