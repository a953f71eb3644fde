/* What the files of `why` share: the state of one derivation. For views/why*.c only. */
#ifndef EN_PROJECTIONS_VIEWS_WHY_WORK_H
#define EN_PROJECTIONS_VIEWS_WHY_WORK_H

#include "core/metering/block/block.h"
#include "projections/views/rules.h"
#include "projections/views/why.h"

#define EN_WHY_MICRO_EXPONENT (-6)

struct en_why_work {
    struct en_store *store;
    const struct en_lookup *lookup;
    const struct en_why_query *query;
    struct en_why_tree *tree;
    int32_t offset;         /* minutes, of all times shown */
    struct en_block *block; /* scratch: what it holds is gone at the next call */
    struct en_buf payload;  /* scratch of the lookup */
    struct en_rules *rules; /* opened at the first question */
    struct en_fiscal_lane fiscal;
    struct en_arena fiscal_arena;
    int32_t fiscal_from; /* days that `fiscal` knows; none when from = to */
    int32_t fiscal_to;
};

/* A slot of a day. */
struct en_why_slot {
    int32_t day;
    struct en_interval span;
};

/* What a block says of the slot: false when it has no such slot. */
struct en_why_slot_value {
    struct en_decimal as_stored;
    int64_t micro;
    uint64_t quality;
    uint32_t index;
    uint32_t slot_seconds;
};

/* Reads the block's slot that holds the instant; *is_found tells. EN_CORRUPT. */
en_code en_why_slot_at(struct en_why_work *work, struct en_slice block, int32_t day,
                       struct en_instant at, struct en_interval *span,
                       struct en_why_slot_value *value, bool *is_found,
                       struct en_error *err) EN_MUST_CHECK;

/* Derivations of a series at an instant, as nodes under the parent (NULL: the root). */
en_code en_why_channel(struct en_why_work *work, struct en_why_node *parent, uint32_t channel,
                       struct en_instant at, struct en_error *err) EN_MUST_CHECK;
/* Of a channel without what the bypass took or gave: what it metered itself. */
en_code en_why_channel_below(struct en_why_work *work, struct en_why_node *parent, uint32_t channel,
                             struct en_instant at, struct en_error *err) EN_MUST_CHECK;
en_code en_why_formula(struct en_why_work *work, struct en_why_node *parent, uint32_t node,
                       struct en_instant at, struct en_error *err) EN_MUST_CHECK;
en_code en_why_balance(struct en_why_work *work, struct en_why_node *parent, uint32_t balance,
                       struct en_instant at, struct en_error *err) EN_MUST_CHECK;

/* The energy of a slot from what was read, and what was read. */
en_code en_why_interval(struct en_why_work *work, struct en_why_node *parent,
                        const struct en_channel_row *channel, const struct en_why_slot *slot,
                        struct en_error *err) EN_MUST_CHECK;
/* The advance of a register without a grid that the instant lies in. */
en_code en_why_advance(struct en_why_work *work, struct en_why_node *parent,
                       const struct en_channel_row *channel, struct en_instant at,
                       struct en_error *err) EN_MUST_CHECK;

/* What a freeze holds of a day of a series: *entry is what counts in the lane asked for (live.entry
 * when no freeze holds it), *fiscal the state; a node "frozen" under the parent says so. */
en_code en_why_frozen(struct en_why_work *work, struct en_why_node *parent,
                      const struct en_frozen_item *live, struct en_slice *entry, en_fiscal *fiscal,
                      struct en_error *err) EN_MUST_CHECK;

/* Only the entry that the fiscal lane has of the day. */
en_code en_why_fiscal_entry(struct en_why_work *work, const struct en_frozen_item *live,
                            struct en_slice *entry, struct en_error *err) EN_MUST_CHECK;

/* What rules found and what was substituted in the slot. */
en_code en_why_judged(struct en_why_work *work, struct en_why_node *parent,
                      const struct en_channel_row *channel, const struct en_why_slot *slot,
                      struct en_error *err) EN_MUST_CHECK;

/* The rule of that name as it holds for the channel that day; nothing where it does not hold. */
en_code en_why_rule(struct en_why_work *work, struct en_why_node *parent, struct en_slice name,
                    uint32_t channel, int32_t day, struct en_error *err) EN_MUST_CHECK;

/* Where energy came from, or went, by the bypass breaker (B-20): uses in the slot, and the energy
 * of the bypass itself. */
en_code en_why_bypass(struct en_why_work *work, struct en_why_node *parent,
                      const struct en_channel_row *channel, const struct en_why_slot *slot,
                      struct en_error *err) EN_MUST_CHECK;

/* What Decree 442 put into the slot where something was missing; nothing where it did not. */
en_code en_why_decree(struct en_why_work *work, struct en_why_node *parent,
                      const struct en_channel_row *channel, const struct en_why_slot *slot,
                      struct en_error *err) EN_MUST_CHECK;

/* The event that set something: the last accepted one of the kind about the subject whose validity
 * begins in `from`. Where there is none (or no lookup) nothing is added. */
en_code en_why_set_by(struct en_why_work *work, struct en_why_node *parent, en_kind kind,
                      uint32_t subject, struct en_interval from,
                      struct en_error *err) EN_MUST_CHECK;
/* Just that event. */
en_code en_why_event(struct en_why_work *work, struct en_why_node *parent,
                     const struct en_event_header *header, struct en_error *err) EN_MUST_CHECK;

/* The name of a point's channel, formula, device …, for lines: kept by the tree. */
const char *en_why_key(struct en_why_work *work, en_name_type type, uint32_t id);
const char *en_why_channel_name(struct en_why_work *work, uint32_t channel);

/* A line's words in the language asked for. */
#define EN_WHY_IN(work, english, russian) ((work)->query->is_russian ? (russian) : (english))

static inline struct en_interval en_why_moment(struct en_instant at)
{
    return (struct en_interval){at, {at.us + 1}};
}

#endif
