/* Any words are understood or refused with a reason; what was understood keeps the table's rules.
 * The input is words, each ended by a 0 byte. */
#include "app/command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WORDS_MAX 64
#define TEXT_SIZE 4096u

static struct en_arguments arguments;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TEXT_SIZE];
    const char *words[WORDS_MAX];
    int count = 0;
    struct en_error err = {.code = EN_OK, .text = ""};
    if (size >= sizeof text) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t at = 0; at < size && count < WORDS_MAX; at += strlen(text + at) + 1) {
        words[count++] = text + at;
    }
    if (en_arguments_parse(count, words, &arguments, &err) != EN_OK) {
        EN_ASSERT(err.text[0] != '\0');
        return 0;
    }
    if (arguments.is_help) {
        return 0;
    }
    const struct en_command *command = arguments.command;
    EN_ASSERT(command != NULL);
    EN_ASSERT(command->needs == EN_NEEDS_NOTHING || arguments.data_dir != NULL);
    EN_ASSERT(!arguments.is_dry_run || (command->takes & EN_TAKES_DRY_RUN) != 0);
    EN_ASSERT(arguments.as_of == NULL || (command->takes & EN_TAKES_AS_OF) != 0);
    for (uint32_t i = 0; i < EN_COMMAND_OPTIONS_MAX && command->options[i].name != NULL; i++) {
        EN_ASSERT(!command->options[i].is_required || arguments.values[i] != NULL);
    }
    return 0;
}
