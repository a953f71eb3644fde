/* Values of options in the words of metering: times and days. */
#ifndef EN_APP_COMMANDS_ARGUMENTS_H
#define EN_APP_COMMANDS_ARGUMENTS_H

#include "app/command.h"
#include "core/instant.h"

/* RFC 3339, or a date for its midnight in UTC. Absent: *instant stays. EN_USAGE. */
en_code en_arguments_instant(const struct en_arguments *arguments, const char *name,
                             struct en_instant *instant, struct en_error *err) EN_MUST_CHECK;

/* "2013-04-14". Absent: *day stays. EN_USAGE. */
en_code en_arguments_day(const struct en_arguments *arguments, const char *name, struct en_day *day,
                         struct en_error *err) EN_MUST_CHECK;

/* An end of a range: a fiscal day, or an instant where the value tells a time of day. */
struct en_edge {
    bool is_day;
    struct en_day day;
    struct en_instant instant;
};

/* EN_USAGE. */
en_code en_arguments_edge(const struct en_arguments *arguments, const char *name,
                          struct en_edge *edge, struct en_error *err) EN_MUST_CHECK;

/* --from and --to of what changes at the start of a fiscal day, whatever its offset: the day's
 * number, told as its midnight in UTC. Without --from from the beginning of time; without --to the
 * interval is empty: from then on. EN_USAGE. */
en_code en_arguments_days(const struct en_arguments *arguments, struct en_interval *valid,
                          struct en_error *err) EN_MUST_CHECK;

/* The text of an option as a slice; absent: `otherwise`. */
struct en_slice en_arguments_text(const struct en_arguments *arguments, const char *name,
                                  struct en_slice otherwise);

#endif
