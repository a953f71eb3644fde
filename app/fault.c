#include "app/fault.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "core/error.h"

static const char bus_words[] =
    "enerlog: the stored data end early or cannot be read: a file was cut or the disc fails. "
    "`enerlog log verify` tells about the log; when it is sound, move the folder gen away: the "
    "tables are made again; when it is not, `enerlog log restore` takes a backup\n";

static const char segment_words[] =
    "enerlog: reading memory failed: the stored data are damaged (`enerlog log verify` tells), or "
    "this is a fault of enerlog\n";

/* Only what is safe in a signal handler. Returning from SIGSEGV repeats it, now without handler. */
static void on_fault(int number)
{
    if (number == SIGBUS) {
        (void)!write(STDERR_FILENO, bus_words, sizeof bus_words - 1);
        _exit(en_code_exit(EN_CORRUPT));
    }
    (void)!write(STDERR_FILENO, segment_words, sizeof segment_words - 1);
}

static void watch(int number)
{
    struct sigaction now;
    struct sigaction fault = {.sa_handler = on_fault, .sa_flags = (int)SA_RESETHAND};
    if (sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
        (void)sigemptyset(&fault.sa_mask);
        (void)sigaction(number, &fault, NULL);
    }
}

void en_fault_watch(void)
{
    watch(SIGBUS);
    watch(SIGSEGV);
}
