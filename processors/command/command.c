/* Accepted commands by what they are about. The last of the chain: a command that any processor
 * refused never comes here. */
#include "processors/processor.h"
#include "projections/tables_command.h"

/* Which natures of kinds are kept: facts are many, and what came of them has its own tables. */
#define KEPT_FACT 0
#define KEPT_COMMAND 1

static en_code fold(struct en_fold *fold, void *state, const struct en_event *event,
                    struct en_error *err)
{
    (void)state;
    const struct en_event_header *header = &event->header;
    struct en_command_row row = {.kind = header->kind,
                                 .subject = header->subject,
                                 .from = header->valid.from,
                                 .seq = header->seq.n,
                                 .recorded_at = header->recorded_at,
                                 .actor = header->actor};
    return en_table_put(fold->store, &en_table_command, &row, NULL, err);
}

static const struct en_table *const tables[] = {&en_table_command, NULL};
static const struct en_series_table *const series[] = {NULL};

const struct en_processor en_processor_command = {
    .name = "command",
    .about = "Accepted commands by what they are about.",
    .kinds = 0
#define EN_KIND(name, number, text, nature, barrier, subject, payload)                             \
    | ((uint64_t)KEPT_##nature << (number))
#include "core/event/kinds.def"
#undef EN_KIND
    ,
    .tables = tables,
    .series = series,
    .fold = fold,
};
