#include "app/completion.h"

#include "app/manual.h"

#define NOUNS_MAX 64u

static bool is_shown(const struct en_command *command, const char *noun)
{
    return !command->is_hidden && strcmp(command->noun, noun) == 0;
}

static void put_words_of_options(struct en_buf *out, const struct en_option *options, uint32_t max)
{
    for (uint32_t i = 0; i < max && options[i].name != NULL; i++) {
        en_buf_print(out, " --%s", options[i].name);
    }
}

/* What may follow "noun": its verbs. */
static void put_verbs(struct en_buf *out, const char *noun)
{
    const struct en_command *command = NULL;
    const char *gap = "";
    for (uint32_t i = 0; (command = en_command_at(i)) != NULL; i++) {
        if (is_shown(command, noun) && command->verb != NULL) {
            en_buf_print(out, "%s%s", gap, command->verb);
            gap = " ";
        }
    }
}

static void put_bash_options(struct en_buf *out)
{
    const struct en_command *command = NULL;
    for (uint32_t i = 0; (command = en_command_at(i)) != NULL; i++) {
        if (command->is_hidden || command->options[0].name == NULL) {
            continue;
        }
        if (command->verb == NULL) {
            en_buf_print(out, "        \"%s \"*) options=\"", command->noun);
        } else {
            en_buf_print(out, "        \"%s %s\") options=\"", command->noun, command->verb);
        }
        put_words_of_options(out, command->options, EN_COMMAND_OPTIONS_MAX);
        en_buf_text(out, "\" ;;\n");
    }
}

/* Finds noun and verb among the plain words, then offers verbs, options or files. */
static void put_bash(struct en_buf *out)
{
    const char *nouns[NOUNS_MAX];
    uint32_t count = en_manual_nouns(nouns, NOUNS_MAX);
    en_buf_text(out, "# bash completion of enerlog; made by `enerlog completion bash`\n"
                     "_enerlog()\n{\n"
                     "    local word=${COMP_WORDS[COMP_CWORD]} noun= verb= verbs= options= i\n"
                     "    COMPREPLY=()\n"
                     "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                     "        case ${COMP_WORDS[i]} in\n"
                     "        -D | --data-dir | -o | --output | --as-of) ((i++)) ;;\n"
                     "        -*) ;;\n"
                     "        *) if [ -z \"$noun\" ]; then noun=${COMP_WORDS[i]};"
                     " elif [ -z \"$verb\" ]; then verb=${COMP_WORDS[i]}; fi ;;\n"
                     "        esac\n    done\n"
                     "    case $noun in\n");
    en_buf_text(out, "        \"\") verbs=\"");
    for (uint32_t i = 0; i < count; i++) {
        en_buf_print(out, "%s%s", i == 0 ? "" : " ", nouns[i]);
    }
    en_buf_text(out, "\" ;;\n");
    for (uint32_t i = 0; i < count; i++) {
        en_buf_print(out, "        %s) verbs=\"", nouns[i]);
        put_verbs(out, nouns[i]);
        en_buf_text(out, "\" ;;\n");
    }
    en_buf_text(out, "    esac\n    case \"$noun $verb\" in\n");
    put_bash_options(out);
    en_buf_text(out, "    esac\n    case $word in\n"
                     "    -*) COMPREPLY=($(compgen -W \"$options");
    put_words_of_options(out, en_global_options(), UINT32_MAX);
    en_buf_text(out, "\" -- \"$word\")) ;;\n"
                     "    *) if [ -z \"$verb\" ] && [ -n \"$verbs\" ]; then "
                     "COMPREPLY=($(compgen -W \"$verbs\" -- \"$word\"));"
                     " else COMPREPLY=($(compgen -f -- \"$word\")); fi ;;\n"
                     "    esac\n}\ncomplete -o filenames -F _enerlog enerlog\n");
}

/* zsh runs the bash script through its own bridge: one description of the words. */
static void put_zsh(struct en_buf *out)
{
    en_buf_text(out, "#compdef enerlog\n"
                     "autoload -U +X bashcompinit && bashcompinit\n");
    put_bash(out);
}

/* A single quote in a text of the table would end the quoting of fish. */
static void put_fish_text(struct en_buf *out, const char *text)
{
    en_buf_text(out, "'");
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\') {
            en_buf_text(out, "\\");
        }
        en_buf_append(out, text, 1);
    }
    en_buf_text(out, "'");
}

static void put_fish_option(struct en_buf *out, const struct en_option *option)
{
    en_buf_print(out, " -l %s", option->name);
    if (option->letter != 0) {
        en_buf_print(out, " -s %c", option->letter);
    }
    en_buf_text(out, option->argument == NULL ? " -d " : " -r -d ");
    put_fish_text(out, option->help);
    en_buf_text(out, "\n");
}

static void put_fish_command(struct en_buf *out, const struct en_command *command)
{
    if (command->verb != NULL) {
        en_buf_print(out, "complete -c enerlog -f -n '__fish_seen_subcommand_from %s' -a %s -d ",
                     command->noun, command->verb);
        put_fish_text(out, command->summary);
        en_buf_text(out, "\n");
    }
    for (uint32_t i = 0; i < EN_COMMAND_OPTIONS_MAX && command->options[i].name != NULL; i++) {
        en_buf_print(out, "complete -c enerlog -n '__fish_seen_subcommand_from %s", command->noun);
        if (command->verb != NULL) {
            en_buf_print(out, "; and __fish_seen_subcommand_from %s", command->verb);
        }
        en_buf_text(out, "'");
        put_fish_option(out, &command->options[i]);
    }
}

static void put_fish(struct en_buf *out)
{
    const char *nouns[NOUNS_MAX];
    uint32_t nouns_count = en_manual_nouns(nouns, NOUNS_MAX);
    en_buf_text(out, "# fish completion of enerlog; made by `enerlog completion fish`\n");
    for (uint32_t i = 0; i < nouns_count; i++) {
        en_buf_print(out, "complete -c enerlog -f -n __fish_use_subcommand -a %s -d ", nouns[i]);
        put_fish_text(out, en_noun_summary(nouns[i]));
        en_buf_text(out, "\n");
    }
    const struct en_option *globals = en_global_options();
    for (uint32_t i = 0; globals[i].name != NULL; i++) {
        en_buf_text(out, "complete -c enerlog");
        put_fish_option(out, &globals[i]);
    }
    const struct en_command *command = NULL;
    for (uint32_t i = 0; (command = en_command_at(i)) != NULL; i++) {
        if (!command->is_hidden) {
            put_fish_command(out, command);
        }
    }
}

en_code en_completion_print(const char *shell, struct en_buf *out, struct en_error *err)
{
    static const struct {
        const char *name;
        void (*put)(struct en_buf *out);
    } shells[] = {{"bash", put_bash}, {"zsh", put_zsh}, {"fish", put_fish}};
    for (size_t i = 0; i < EN_COUNT_OF(shells); i++) {
        if (strcmp(shells[i].name, shell) == 0) {
            shells[i].put(out);
            return en_buf_code(out, err);
        }
    }
    return en_error_set(err, EN_USAGE,
                        "completion is made for bash, zsh and fish, not for \"%.64s\"", shell);
}
