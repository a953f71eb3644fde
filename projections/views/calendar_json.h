/* A calendar in the form in which people write it, which `calendar set` takes and API and commands
 * show. */
#ifndef EN_PROJECTIONS_VIEWS_CALENDAR_JSON_H
#define EN_PROJECTIONS_VIEWS_CALENDAR_JSON_H

#include "core/json.h"
#include "projections/tables_schedule.h"

#define EN_CLOCK_TEXT_SIZE 24

/* "+03:00" */
void en_offset_print(int32_t minutes, char text[EN_CLOCK_TEXT_SIZE]);

/* "fiscal", "+03:00" or "Europe/Moscow"; a view of the row's zone or into text. */
struct en_slice en_calendar_clock_text(const struct en_calendar_row *row,
                                       char text[EN_CLOCK_TEXT_SIZE]);

/* The whole of it as an object. The row is a checked one. */
void en_calendar_json(struct en_json *json, const char *key, const struct en_calendar_row *row);

#endif
