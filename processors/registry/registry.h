/* What the processors below ask of the registry: channels, the ratio of a point, the offset of its
 * fiscal day, ids by name. Answers come from the registry's tables through a cache that folding
 * keeps right. */
#ifndef EN_PROCESSORS_REGISTRY_REGISTRY_H
#define EN_PROCESSORS_REGISTRY_REGISTRY_H

#include "processors/processor.h"
#include "projections/views/rules.h"

struct en_channel_info {
    uint32_t point;
    uint32_t slot_seconds; /* 0: registers read now and then */
    uint8_t unit;          /* en_unit */
    uint8_t basis;         /* en_channel_basis */
    bool is_known; /* false: readings came for a channel that nobody set; taken as a profile of
                      primary values */
    bool is_primary;
    bool has_replacement; /* a device at its point was ever replaced */
    bool bears_load;      /* the load of an act without a device is its own (register_code.h) */
    bool is_plain;        /* its profile is its energy: primary values or no ratio, no pulses, no
                             replacement at its point */
};

/* Never fails for an unknown channel (is_known false). */
en_code en_registry_channel(struct en_fold *fold, uint32_t channel, struct en_channel_info *info,
                            struct en_error *err) EN_MUST_CHECK;

/* The product of the transformer ratios of the channel's point at the instant; 1 where none
 * was set. EN_OVERFLOW. The period in hand is remembered by channel: days in a row are one lookup.
 */
en_code en_registry_channel_ratio(struct en_fold *fold, uint32_t channel, struct en_instant at,
                                  struct en_ratio *ratio, struct en_error *err) EN_MUST_CHECK;

/* The device that measures the point at the instant, 0 none known. */
en_code en_registry_device_at(struct en_fold *fold, uint32_t point, struct en_instant at,
                              uint32_t *device, struct en_error *err) EN_MUST_CHECK;

/* Minutes that local fiscal time of the point's object is ahead of UTC on the instant; 0 without an
 * object. */
en_code en_registry_offset(struct en_fold *fold, uint32_t point, struct en_instant at,
                           int32_t *offset_minutes, struct en_error *err) EN_MUST_CHECK;

/* Up to when time is known to have passed: by ticks, and by what was recorded when an import was
 * closed. Days that ended by then are due. INT64_MIN before the first. */
en_code en_registry_clock(struct en_fold *fold, struct en_instant *at,
                          struct en_error *err) EN_MUST_CHECK;

/* Id of an external key, 0 when unknown. */
en_code en_registry_find(struct en_fold *fold, en_name_type type, struct en_slice key, uint32_t *id,
                         struct en_error *err) EN_MUST_CHECK;

/* The channel of a point by its code, 0 when unknown. */
en_code en_registry_point_channel(struct en_fold *fold, uint32_t point, struct en_slice code,
                                  uint32_t *channel, struct en_error *err) EN_MUST_CHECK;

/* Whether the object is `scope` or below it (scope 0: always), as of the instant. */
en_code en_registry_is_within(struct en_fold *fold, uint32_t object, uint32_t scope,
                              struct en_instant at, bool *is_within,
                              struct en_error *err) EN_MUST_CHECK;

/* Which rules hold for the channel on the day, and with which values (views/rules.h); NULL: none.
 * Where no rule was ever set this is one branch; a day after the day asked before, one look. Alive
 * until the batch's next event. */
en_code en_registry_plan(struct en_fold *fold, uint32_t channel, int32_t day,
                         const struct en_rule_plan **plan, struct en_error *err) EN_MUST_CHECK;

/* Which channels, on which days, may be judged otherwise since the event in hand, which was folded
 * here: a setting of a rule, or a channel, point or object that moved below other settings.
 * en_rule_target_channels visits them. is_touched false: none, as no rule was ever set. */
struct en_rule_touch {
    bool is_touched;
    en_rule_stage stage; /* of the rule that was set; 0: rules of any stage */
    struct en_rule_target target;
    int32_t from_day; /* from then on, for ever: what a setting replaces may have held longer */
};
en_code en_registry_touch(struct en_fold *fold, const struct en_event *event,
                          struct en_rule_touch *touch, struct en_error *err) EN_MUST_CHECK;
/* The kinds of event that can touch. */
#define EN_REGISTRY_TOUCH_KINDS                                                                    \
    (EN_KIND_BIT(RULE_SET) | EN_KIND_BIT(CHANNEL_SET) | EN_KIND_BIT(POINT_SET) |                   \
     EN_KIND_BIT(OBJECT_SET))

#endif
