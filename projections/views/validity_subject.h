/* The channel that is judged, with all that does not change from day to day: its grid, what its
 * code means, the other channels of its point that rules compare it with, what its connection can
 * carry. Read once for many days: it says for which days it holds. Plain values, any thread. */
#ifndef EN_PROJECTIONS_VIEWS_VALIDITY_SUBJECT_H
#define EN_PROJECTIONS_VIEWS_VALIDITY_SUBJECT_H

#include "core/metering/register_code.h"
#include "projections/views/validity_plan.h"

struct en_validity_subject {
    uint32_t channel;
    uint32_t point;
    uint32_t slot_seconds; /* 0: no grid of its own */
    int32_t offset_minutes;
    uint8_t unit;
    uint8_t basis;
    uint8_t direction; /* en_direction */
    uint8_t tariff;
    bool is_known;
    bool is_primary;
    bool is_total_register; /* cumulative, not of a tariff */
    bool has_tariffs;       /* V-21: tariff registers beside it */
    bool has_installation;  /* somebody said which device measures it; read where a rule wants it */
    uint32_t device;        /* that measures the point while `installed` lasts */
    struct en_interval installed; /* one device measures all this time; empty: ask again */
    uint32_t total;               /* V-07: the register of the same energy in total, 0 none */
    uint32_t profile;             /* of a register: the slots of the same energy, 0 none */
    uint32_t active;      /* V-10, V-23: the channel of active energy of the direction, 0 none */
    uint32_t reactive;    /* the same of reactive energy */
    uint32_t siblings[4]; /* V-34: the point's other channels of slots, 0 none */
    int64_t cap_warning;  /* V-15: of one slot; INT64_MAX: not known */
    int64_t cap_error;
    int32_t from_day; /* holds for days [from, to) */
    int32_t to_day;
    const struct en_rule_plan *rules; /* of which V-15 was computed */
};

/* Reads the channel as it is on the day; a channel that nobody set has no point and no grid. Codes:
 * those of the store. */
en_code en_validity_subject_load(struct en_store *store, uint32_t channel, int32_t day,
                                 const struct en_validity_plan *plan,
                                 struct en_validity_subject *subject,
                                 struct en_error *err) EN_MUST_CHECK;

#endif
