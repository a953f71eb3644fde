/* What each kind of event says, in a sentence for people, with what its valid interval and subject
 * mean. For documents and help; nothing computes with it. */
#ifndef EN_CORE_EVENT_KIND_ABOUT_H
#define EN_CORE_EVENT_KIND_ABOUT_H

#include "core/event/event.h"

/* Constant text; the kind is one of kinds.def (asserted). */
const char *en_kind_about(en_kind kind);

#endif
