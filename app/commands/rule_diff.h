/* What settings of rules would change, told before they are made (rule_diff.c). */
#ifndef EN_APP_COMMANDS_RULE_DIFF_H
#define EN_APP_COMMANDS_RULE_DIFF_H

#include "app/commands/rule_change.h"
#include "app/session.h"

/* Counts only, over all days that the changes hold and that are over: --dry-run. */
en_code en_rule_diff_short(struct en_session *session, const struct en_arguments *arguments,
                           const struct en_rule_changes *changes, struct en_io *io,
                           struct en_error *err) EN_MUST_CHECK;

struct en_engine;
struct en_service_setting;

/* The whole report as one JSON object, for the API. Codes: those of `rule diff`. */
en_code en_rule_diff_json(struct en_engine *engine, const struct en_service_setting *setting,
                          struct en_buf *out, struct en_error *err) EN_MUST_CHECK;

#endif
