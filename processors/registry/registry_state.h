/* The registry's private state: channels by id, as the hot paths below want them. */
#ifndef EN_PROCESSORS_REGISTRY_REGISTRY_STATE_H
#define EN_PROCESSORS_REGISTRY_REGISTRY_STATE_H

#include "processors/registry/registry.h"

/* A channel and the period of its point's ratio that was asked for last. */
struct en_channel_slot {
    struct en_channel_info info;
    bool is_loaded;
    bool has_period;
    struct en_instant ratio_from;
    struct en_instant ratio_to; /* exclusive */
    struct en_ratio ratio;
};

/* The offset of a point's fiscal days over the time that was asked for last. */
struct en_offset_slot {
    struct en_instant from;
    struct en_instant to; /* exclusive */
    int32_t minutes;
    uint32_t epoch; /* tree_epoch + 1 when it was read; 0: never */
};

struct en_registry_state {
    struct en_channel_slot *channels; /* by id */
    size_t channels_capacity;
    struct en_offset_slot *offsets; /* by point */
    size_t offsets_capacity;
    uint32_t tree_epoch;    /* rises with every change of a point or an object */
    struct en_rules *rules; /* NULL: nobody asked yet */
};

/* Forgets what is cached of the point's channels: something about the point changed. */
en_code en_registry_forget_point(struct en_fold *fold, uint32_t point,
                                 struct en_error *err) EN_MUST_CHECK;

/* Forgets one channel. */
void en_registry_forget_channel(struct en_registry_state *state, uint32_t channel);

/* Forgets where points stood in the tree: a point or an object changed. */
void en_registry_forget_tree(struct en_registry_state *state);

/* Forgets which rules hold where. */
void en_registry_forget_rules(struct en_registry_state *state);

/* rule.set and edition.activated (registry_rule.c). */
en_code en_registry_fold_rule(struct en_fold *fold, const struct en_event *event,
                              struct en_error *err) EN_MUST_CHECK;
en_code en_registry_fold_edition(struct en_fold *fold, const struct en_event *event,
                                 struct en_error *err) EN_MUST_CHECK;

#endif
