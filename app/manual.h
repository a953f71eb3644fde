/* The command table as reading matter: help on the terminal, docs/cli.md, manual pages in mdoc.
 * Pure functions of the table. */
#ifndef EN_APP_MANUAL_H
#define EN_APP_MANUAL_H

#include "app/command.h"

/* All nouns with what they are about; the commands of one noun; one command with its example. */
void en_manual_overview(struct en_io *io);
void en_manual_noun(struct en_io *io, const char *noun);
void en_manual_command(struct en_io *io, const struct en_command *command);

/* "enerlog freeze create --from DATE --to DATE [--scope OBJECT]". */
void en_manual_synopsis(const struct en_command *command, struct en_buf *out);

/* docs/cli.md as a whole. */
void en_manual_markdown(struct en_buf *out);

/* The page of the program (noun NULL) or of a noun: "enerlog.1", "enerlog-freeze.1". */
void en_manual_mdoc(const char *noun, struct en_buf *out);

/* The nouns in the order of the table, each once. Returns how many; at most max. */
uint32_t en_manual_nouns(const char **nouns, uint32_t max);

#endif
