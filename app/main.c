/* The program `enerlog`: reads the command line, runs the command, ends with its exit code. The
 * only place that exits. */
#include "app/session.h"

/* Too large for a stack frame of good manners, and there is one per process. */
static struct en_arguments arguments;

int main(int argc, char **argv)
{
    struct en_io io;
    struct en_error err = {.code = EN_OK, .text = ""};
    const char *const *words = (const char *const *)argv + 1;
    int words_count = argc > 0 ? argc - 1 : 0;
    en_code code = en_arguments_parse(words_count, words, &arguments, &err);
    en_io_of_process(&io, arguments.is_without_color);
    int exit_code = 0;
    if (code != EN_OK) {
        en_io_complain(&io, "enerlog: %s\nTry: enerlog help%s%s%s%s", err.text,
                       arguments.help_noun == NULL ? "" : " ",
                       arguments.help_noun == NULL ? "" : arguments.help_noun,
                       arguments.command == NULL || arguments.command->verb == NULL ? "" : " ",
                       arguments.command == NULL || arguments.command->verb == NULL
                           ? ""
                           : arguments.command->verb);
        exit_code = en_code_exit(code);
    } else if (arguments.is_help) {
        en_session_help(&arguments, &io);
    } else {
        en_session_run(&arguments, words_count, words, &io, &exit_code);
    }
    en_io_fini(&io);
    return exit_code;
}
