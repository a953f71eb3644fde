/* EV-02, EV-05, EV-06: device events put together, lost, and what their codes mean. */
#include "core/metering/device/event_code.h"
#include "core/metering/device/event_pair.h"
#include "tests/vectors/vector.h"

#include <stdio.h>

static en_code read_event(const json_t *item, en_event_edge *edge, struct en_instant *at,
                          struct en_error *err)
{
    const char *word = json_string_value(json_array_get(item, 0));
    const char *clock = json_string_value(json_array_get(item, 1));
    unsigned hour = 0;
    unsigned minute = 0;
    char tail = 0;
    if (word == NULL || clock == NULL || !en_event_edge_by_text(en_slice_text(word), edge) ||
        sscanf(clock, "%2u:%2u%c", &hour, &minute, &tail) != 2) {
        return en_error_set(err, EN_MALFORMED, "an event is [\"start\"|\"end\", \"HH:MM\"]");
    }
    at->us = hour * EN_HOUR_US + minute * EN_MINUTE_US;
    return EN_OK;
}

/* EV-02: events [[edge, clock], ...] of one class and part -> spans [[from, to], ...] in minutes of
 * the day, to -1: open; warnings: starts that were ignored. */
static en_code run_pairs(const json_t *in, json_t *got, struct en_error *err)
{
    const json_t *events = json_object_get(in, "events");
    struct en_event_pairing pairing = {0};
    struct en_event_span span;
    json_t *spans = json_array();
    int64_t warnings = 0;
    en_code code =
        json_is_array(events) ? EN_OK : en_error_set(err, EN_MALFORMED, "no list of events");
    for (size_t i = 0; i < json_array_size(events) && code == EN_OK; i++) {
        en_event_edge edge = EN_EVENT_POINT;
        struct en_instant at = {0};
        code = read_event(json_array_get(events, i), &edge, &at, err);
        if (code != EN_OK) {
            break;
        }
        en_event_pair_step step = en_event_pair(&pairing, edge, at, &span);
        warnings += step == EN_EVENT_START_IGNORED;
        if (step == EN_EVENT_CLOSED) {
            json_array_append_new(spans,
                                  json_pack("[II]", (json_int_t)(span.from.us / EN_MINUTE_US),
                                            (json_int_t)(span.to.us / EN_MINUTE_US)));
        }
    }
    if (code == EN_OK && en_event_pair_open(&pairing, &span)) {
        json_array_append_new(spans,
                              json_pack("[Ii]", (json_int_t)(span.from.us / EN_MINUTE_US), -1));
    }
    json_object_set_new(got, "spans", spans);
    en_vector_put_integer(got, "warnings", warnings);
    return code;
}

/* EV-05: index before, index now, buffer -> lost. */
static en_code run_lost(const json_t *in, json_t *got, struct en_error *err)
{
    int64_t before = 0;
    int64_t now = 0;
    int64_t buffer = 0;
    en_code code = en_vector_integer(in, "from", &before, err);
    code = code == EN_OK ? en_vector_integer(in, "to", &now, err) : code;
    code = code == EN_OK ? en_vector_integer(in, "buffer", &buffer, err) : code;
    if (code == EN_OK) {
        en_vector_put_integer(
            got, "lost",
            (int64_t)en_events_lost((uint64_t)before, (uint64_t)now, (uint64_t)buffer));
    }
    return code;
}

/* EV-06: code -> class, edge, part of its first meaning. */
static en_code run_code(const json_t *in, json_t *got, struct en_error *err)
{
    const char *text = NULL;
    struct en_event_meaning meanings[EN_EVENT_MEANINGS_MAX] = {
        {EN_EVENT_UNKNOWN, EN_EVENT_POINT, EN_EVENT_PART_NONE}};
    en_code code = en_vector_text(in, "code", &text, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_event_code parsed = en_event_code_parse(en_slice_text(text));
    (void)en_event_code_meanings(&parsed, meanings);
    json_object_set_new(got, "class", json_string(en_event_class_info(meanings[0].class)->text));
    json_object_set_new(got, "edge",
                        json_string(en_event_edge_text((en_event_edge)meanings[0].edge)));
    json_object_set_new(got, "part", json_string(en_event_part_info(meanings[0].part)->text));
    return EN_OK;
}

const struct en_vector_rule en_vector_event_rules[] = {
    {"EV-02", run_pairs},
    {"EV-05", run_lost},
    {"EV-06", run_code},
    {NULL, NULL},
};
