/* Balance of a node: B-01 the actual imbalance, B-02 what the accuracy of its channels permits.
 *
 *   permissible^2 = sum over receipts of (d_i * e_i)^2 + sum over deliveries of (d_i * e_i)^2 / n_i
 *
 * d_i is a member's share of the receipts (or of the deliveries), e_i the error of its channel, n_i
 * how many equal meters stand behind it (1, or a group of small consumers: B-02g). Whether the node
 * is within it is decided by comparing squares in whole numbers, exactly (B-02s); roots are taken
 * for display only. Energies in 1e-6, errors and results in 1e-4 % (1.2 % is 12000). Pure, any
 * thread. */
#ifndef EN_CORE_METERING_BALANCE_IMBALANCE_H
#define EN_CORE_METERING_BALANCE_IMBALANCE_H

#include "core/error.h"
#include "core/fixed.h"

#include <stddef.h>

#define EN_IMBALANCE_ERROR_MAX 1000000                      /* 100 % in 1e-4 % */
#define EN_IMBALANCE_MEMBERS_MAX 1000000                    /* on each side */
#define EN_IMBALANCE_ERROR_DEFAULT 10000                    /* 1 % where nothing is known (B-03) */
#define EN_IMBALANCE_SQUARE_MAX UINT64_C(10000000000000000) /* of 100 % in (1e-6 %)^2 */

struct en_imbalance_member {
    int64_t micro;
    int32_t error;   /* 0 .. EN_IMBALANCE_ERROR_MAX, in 1e-4 % */
    uint32_t count;  /* meters behind it: 1 or more */
    uint64_t square; /* of the error in (1e-6 %)^2, where it is known by its square (B-03), and
                        error is for display only; 0: that of `error` */
};

struct en_imbalance_input {
    const struct en_imbalance_member *in; /* receipts */
    size_t in_count;
    const struct en_imbalance_member *out; /* deliveries */
    size_t out_count;
    int64_t own_micro;  /* own and household needs of the node that no delivery counts */
    int64_t loss_micro; /* calculated losses inside the boundary */
};

struct en_imbalance {
    int64_t in_micro;          /* sum of receipts */
    int64_t out_micro;         /* sum of deliveries */
    int64_t actual_micro;      /* in - out - own - loss */
    int64_t actual;            /* of the receipts, 1e-4 %, half up; -100 % when nothing came in */
    int64_t permissible;       /* 1e-4 %, half up: for display */
    int64_t permissible_micro; /* of the receipts: for display */
    bool is_permitted;         /* |actual| <= permissible, decided on squares */
};

/* Codes: EN_RANGE (an error, a square or a count out of range, too many members), EN_OVERFLOW (a
 * sum does not fit, or the meter counts have no common multiple in 64 bits). */
en_code en_imbalance_compute(const struct en_imbalance_input *input, struct en_imbalance *imbalance,
                             struct en_error *err) EN_MUST_CHECK;

/* B-02t: whether the last `periods` imbalances (at least one) all have one sign: a systematic error
 * although each may be permitted. */
#define EN_IMBALANCE_TREND_PERIODS 3
bool en_imbalance_is_trend(const int64_t *actual_micro, size_t count, size_t periods);

/* B-02q: whether a balance can be assessed: the share of its members' slots that are missing,
 * rejected or estimated is at most `most` (1e-4 %). Nothing at all cannot be assessed. */
#define EN_IMBALANCE_DOUBTFUL_MAX 100000 /* 10 %, 1e-4 % */
bool en_imbalance_is_assessable(uint64_t doubtful_count, uint64_t slots_count, uint32_t most);

#endif
