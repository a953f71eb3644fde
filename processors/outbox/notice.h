/* Notices of alarms: for each transition that is to be told, a task of each channel and role that
 * its definition names. Rows only: edges send, and append what came of it; replay sends nothing. */
#ifndef EN_PROCESSORS_OUTBOX_NOTICE_H
#define EN_PROCESSORS_OUTBOX_NOTICE_H

#include "processors/processor.h"

/* Puts the tasks of the transitions that the event in hand made. */
en_code en_notices_put(struct en_fold *fold, struct en_error *err) EN_MUST_CHECK;

#endif
