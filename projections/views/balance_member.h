/* The channels of a balance over fiscal days: which they are, what went through them, how far each
 * may err, and how much of its energy is doubtful.
 *
 * The error of a channel is the one that was set for it (channel.error.set), else that of the
 * metering circuit of its point by its classes at the mean current of the stretch (B-03), else that
 * of rule B-02 (1 %), marked as assumed. All is copied into the caller's arena. */
#ifndef EN_PROJECTIONS_VIEWS_BALANCE_MEMBER_H
#define EN_PROJECTIONS_VIEWS_BALANCE_MEMBER_H

#include "core/metering/balance/channel_error.h"
#include "projections/views/fiscal.h"

typedef enum en_error_origin {
    EN_ERROR_SET = 1,
    EN_ERROR_BY_CLASS = 2,
    EN_ERROR_ASSUMED = 3,
} en_error_origin;

/* "set", "class", "assumed". */
const char *en_error_origin_text(en_error_origin origin);

struct en_balance_member {
    uint32_t channel;
    uint32_t point;
    struct en_slice point_key;
    struct en_slice code;
    bool is_out;             /* a delivery, else a receipt */
    int64_t micro;           /* with the sign that it has on its side */
    uint64_t slots_count;    /* of its grid */
    uint64_t doubtful_count; /* of them missing, rejected or estimated */
    en_error_origin origin;
    struct en_channel_error error;
};

struct en_balance_members {
    struct en_balance_member *items; /* receipts first, in the order of the formulas */
    size_t count;
    size_t capacity;
    uint32_t assumed_count;
    const char *why; /* NULL, or why the sides are not sums of channels */
    struct en_slice about;
    /* rules B-02q, B-02t and B-11, as they hold for the first channel, or their defaults */
    uint32_t doubtful_most; /* 1e-4 % */
    uint32_t trend_periods;
    uint32_t commercial_most; /* 1e-4 %, B-11 */
};

struct en_balance_stretch {
    struct en_day from;
    struct en_day to;
    en_lane lane;
};

/* The members of the expressions of both sides. Codes: EN_LIMIT (too many), EN_OVERFLOW, EN_NOMEM,
 * EN_CORRUPT, those of the store. */
en_code en_balance_members_gather(struct en_store *store, struct en_slice in, struct en_slice out,
                                  const struct en_balance_stretch *stretch, struct en_arena *arena,
                                  struct en_balance_members *members,
                                  struct en_error *err) EN_MUST_CHECK;

#endif
