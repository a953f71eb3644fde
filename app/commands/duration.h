/* Lengths of time as people write them: "90s", "15m", "6h", "3d". Pure. */
#ifndef EN_APP_COMMANDS_DURATION_H
#define EN_APP_COMMANDS_DURATION_H

#include "app/command.h"

/* The option as whole seconds, at most 31 days. Absent: *seconds stays. EN_USAGE. */
en_code en_arguments_duration(const struct en_arguments *arguments, const char *name,
                              uint32_t *seconds, struct en_error *err) EN_MUST_CHECK;

/* The same of a text. EN_USAGE: not such a length, or over 31 days. */
en_code en_duration_parse(const char *text, uint32_t *seconds, struct en_error *err) EN_MUST_CHECK;

#endif
