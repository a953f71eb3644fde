/* What commands that list rows share: the tables are open only while rows are gathered, and what is
 * printed is kept until they are closed, so that a slow reader holds nothing. */
#ifndef EN_APP_COMMANDS_LISTING_H
#define EN_APP_COMMANDS_LISTING_H

#include "app/rows.h"
#include "app/session.h"
#include "core/event/event.h"
#include "projections/store.h"

/* Prints the rows of the tables to io. */
typedef en_code (*en_list_fill)(struct en_store *store, const struct en_arguments *arguments,
                                struct en_io *io, struct en_error *err);

/* Opens the tables (as of what the arguments say), lets `fill` print, closes them, and passes on
 * what was printed. Codes: those of fill and of the view. */
en_code en_list_run(struct en_session *session, const struct en_arguments *arguments,
                    struct en_io *io, en_list_fill fill, struct en_error *err) EN_MUST_CHECK;

/* A cell with the external key of an id; null for 0 and for ids that have none. */
en_code en_list_key(struct en_rows *rows, struct en_store *store, en_name_type type, uint32_t id,
                    struct en_error *err) EN_MUST_CHECK;

#endif
