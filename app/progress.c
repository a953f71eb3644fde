#include "app/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define DRAW_EACH_US 200000u
#define LINE_EACH_US 10000000u
#define LINE_SIZE 160u

static uint64_t monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

void en_progress_begin(struct en_progress *progress, struct en_io *io, const char *what,
                       const char *unit)
{
    *progress = (struct en_progress){.io = io, .what = what, .unit = unit};
    progress->started_us = monotonic_us();
    progress->shown_us = progress->started_us;
}

/* "replay  42 %  1200000 of 2857142 events, 3 s left" */
static void print_line(const struct en_progress *progress, uint64_t done, uint64_t total,
                       char line[LINE_SIZE])
{
    if (total == 0 || done > total) {
        (void)snprintf(line, LINE_SIZE, "%s  %" PRIu64 " %s", progress->what, done, progress->unit);
        return;
    }
    uint64_t spent_us = progress->shown_us - progress->started_us;
    uint64_t left_s =
        done == 0 ? 0 : (uint64_t)((unsigned __int128)spent_us * (total - done) / done / 1000000u);
    (void)snprintf(line, LINE_SIZE,
                   "%s  %" PRIu64 " %%  %" PRIu64 " of %" PRIu64 " %s, %" PRIu64 " s left",
                   progress->what, (uint64_t)((unsigned __int128)done * 100 / total), done, total,
                   progress->unit, left_s);
}

bool en_progress_update(struct en_progress *progress, uint64_t done, uint64_t total)
{
    struct en_io *io = progress->io;
    uint64_t now_us = monotonic_us();
    uint64_t each_us = io->is_err_terminal ? DRAW_EACH_US : LINE_EACH_US;
    if (!io->is_quiet && now_us - progress->shown_us >= each_us) {
        char line[LINE_SIZE];
        progress->shown_us = now_us;
        print_line(progress, done, total, line);
        if (io->is_err_terminal) {
            char drawn[LINE_SIZE + 8];
            int size = snprintf(drawn, sizeof drawn, "\r\033[K%s", line);
            io->code = io->write(io->self, EN_STREAM_ERR, en_slice_of(drawn, (size_t)size));
            progress->is_drawn = true;
        } else {
            en_io_note(io, "%s", line);
        }
    }
    return en_io_is_cancelled(io);
}

void en_progress_end(struct en_progress *progress)
{
    if (progress->is_drawn && progress->io->code == EN_OK) {
        progress->io->code =
            progress->io->write(progress->io->self, EN_STREAM_ERR, en_slice_text("\r\033[K"));
    }
    progress->is_drawn = false;
}
