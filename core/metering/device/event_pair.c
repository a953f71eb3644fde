#include "core/metering/device/event_pair.h"

en_event_pair_step en_event_pair(struct en_event_pairing *pairing, en_event_edge edge,
                                 struct en_instant at, struct en_event_span *span)
{
    *span = (struct en_event_span){.from = at, .to = at};
    if (edge == EN_EVENT_POINT) {
        return EN_EVENT_HAPPENED;
    }
    if (edge == EN_EVENT_START) {
        if (pairing->is_open) {
            pairing->ignored_count++;
            return EN_EVENT_START_IGNORED;
        }
        *pairing = (struct en_event_pairing){.is_open = true, .from = at};
        return EN_EVENT_OPENED;
    }
    EN_ASSERT(edge == EN_EVENT_END);
    if (!pairing->is_open) {
        return EN_EVENT_END_ORPHAN;
    }
    EN_ASSERT(pairing->from.us <= at.us);
    span->from = pairing->from;
    span->ignored_count = pairing->ignored_count;
    *pairing = (struct en_event_pairing){.is_open = false};
    return EN_EVENT_CLOSED;
}

bool en_event_pair_open(const struct en_event_pairing *pairing, struct en_event_span *span)
{
    *span = (struct en_event_span){.from = pairing->from,
                                   .to = pairing->from,
                                   .ignored_count = pairing->ignored_count,
                                   .is_open = pairing->is_open};
    return pairing->is_open;
}

const char *en_event_pair_step_text(en_event_pair_step step)
{
    switch (step) {
    case EN_EVENT_START_IGNORED:
        return "start before the end of the one before: ignored";
    case EN_EVENT_END_ORPHAN:
        return "end without a start";
    default:
        return "";
    }
}

bool en_event_span_meets(const struct en_event_span *span, struct en_interval interval)
{
    bool is_begun = span->from.us < interval.to.us;
    if (span->is_open || span->from.us >= interval.from.us) {
        return is_begun;
    }
    return is_begun && span->to.us > interval.from.us;
}

int en_event_order(struct en_instant a, uint64_t a_index, en_event_edge a_edge, struct en_instant b,
                   uint64_t b_index, en_event_edge b_edge)
{
    int order = en_instant_compare(a, b);
    if (order == 0 && a_index != 0 && b_index != 0) {
        order = (a_index > b_index) - (a_index < b_index);
    }
    return order != 0 ? order : (a_edge > b_edge) - (a_edge < b_edge);
}

uint64_t en_events_lost(uint64_t previous, uint64_t current, uint64_t buffer)
{
    if (buffer == 0 || current <= previous || current - previous <= buffer) {
        return 0;
    }
    return current - previous - buffer;
}
