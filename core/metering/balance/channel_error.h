/* Error of a metering channel, B-03: what its current and voltage transformers, the wires between
 * and the meter may err together,
 *
 *   error = 1.1 * sqrt(eI^2 + eU^2 + ePhi^2 + eWire^2 + eMeter^2 + sum of others^2), in %.
 *
 * A current transformer errs by its class and by how much of its rated current flows: not the name
 * plate counts but the mean current of the period. The limits by class and load are those of
 * GOST 7746 (current) and GOST 1983 (voltage); ePhi = 0.029 * sqrt(thetaI^2 + thetaU^2) * tg phi
 * from their angle errors in minutes.
 *
 * The square is exact but for ePhi^2, which is rounded once, half up, to a whole (1e-4 %)^2. What
 * is decided is decided on squares (imbalance.h); the root is for display. Pure, any thread. */
#ifndef EN_CORE_METERING_BALANCE_CHANNEL_ERROR_H
#define EN_CORE_METERING_BALANCE_CHANNEL_ERROR_H

#include "core/error.h"
#include "core/metering/balance/loss.h"
#include "core/slice.h"

/* Accuracy classes of transformers and meters. */
typedef enum en_accuracy {
    EN_ACCURACY_NONE = 0, /* there is no such device: a meter connected directly */
    EN_ACCURACY_0_1 = 1,
    EN_ACCURACY_0_2 = 2,
    EN_ACCURACY_0_2S = 3,
    EN_ACCURACY_0_5 = 4,
    EN_ACCURACY_0_5S = 5,
    EN_ACCURACY_1 = 6,
    EN_ACCURACY_2 = 7,
    EN_ACCURACY_3 = 8,
} en_accuracy;

/* "0.5S", "0.2", "1", "1.0", or "none". EN_MALFORMED: not a class; the error lists them. */
en_code en_accuracy_parse(struct en_slice text, en_accuracy *accuracy,
                          struct en_error *err) EN_MUST_CHECK;
const char *en_accuracy_text(en_accuracy accuracy);

struct en_channel_accuracy {
    en_accuracy current; /* of the current transformers */
    en_accuracy voltage; /* of the voltage transformers */
    en_accuracy meter;
    int32_t wire;          /* limit of the voltage drop in the wires, 1e-4 %: 2500 or 5000 */
    const int32_t *others; /* additional errors, 1e-4 % */
    size_t others_count;
    int64_t rated_micro_a;  /* primary, of the current transformers; 0: not known */
    int64_t rated_micro_kv; /* primary, between phases (one phase: to neutral); 0: not known */
    uint8_t phases;         /* 1 or 3 */
};

/* What went through the channel in the period. */
struct en_channel_load {
    struct en_load energy; /* reactive 0 where it is not measured */
    uint64_t seconds;      /* 0: nothing is known of the period */
};

struct en_channel_error {
    uint64_t square;      /* (1e-6 %)^2, at most that of 100 % */
    int32_t error;        /* 1e-4 %, half up: for display */
    uint8_t zone_percent; /* load from this share of the rated current on: 1, 5, 20, 50 or 100; 0
                             below all that the class promises anything for */
    bool is_assumed; /* load, rated current or voltage is not known: reckoned at the rated one */
};

/* The error at the mean current of the period. Below the lowest load that the class is given for
 * the error of that load stands (zone_percent tells). */
struct en_channel_error en_channel_error_compute(const struct en_channel_accuracy *accuracy,
                                                 const struct en_channel_load *load);

/* The square of an error in 1e-4 %, in (1e-6 %)^2, and the error of a square, half up. */
uint64_t en_channel_error_square(int32_t error);
int32_t en_channel_error_root(uint64_t square);

#endif
