/* The evidence of substitution: for every slot of a channel's day that no usable value came for,
 * which method put what is there, from which inputs and why, and which methods were tried before
 * and would not. A slot that nobody filled is here too, with its refusals: the work list.
 *
 * Stored form (series table `substitute`), canonical: msgpack, one array
 *
 *   [1, watches, substitutes]
 *   watch      [channel, first day, last day]
 *   substitute [first slot, slots, method, reason, flags >> 8, refusals, inputs]
 *   refusal    [method, refusal]
 *   input      [kind, id, from, to]
 *
 *   I1 at least one substitute; slots rise and do not overlap; what E-14 adds stands behind all
 *   others, rising as well, and may lie over them   I2 neighbours that say the same are
 *   one   I3 watches rise by channel, each once   I4 numbers are known ones
 *
 * Watches are the days of channels that were looked at, whether they could be used or not: when one
 * of them changes, the day is computed anew. Plain values in the caller's memory, any thread. */
#ifndef EN_CORE_METERING_SUBSTITUTION_SUBSTITUTE_H
#define EN_CORE_METERING_SUBSTITUTION_SUBSTITUTE_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/json.h"
#include "core/metering/substitution/estimation.h"

/* What an estimate was made from. Stored. */
typedef enum en_input_kind {
    EN_INPUT_NEIGHBOUR = 1, /* a slot of the channel itself (id 0): from its start to its end, us */
    EN_INPUT_DAY = 2,       /* the same slots of another day: from = to = its number; id: the
                               channel, 0 its own */
    EN_INPUT_REGISTER = 3,  /* the advance of a register: id its channel, from read to read, us */
    EN_INPUT_CHANNEL = 4,   /* the same slots of another channel: id; from = to = 0 */
    EN_INPUT_BALANCE = 5,   /* the other members of a balance: id */
    EN_INPUT_EVENT = 6,     /* an event of the log: id 0, from = to = its seq */
    EN_INPUT_PERIOD = 7,    /* the channel over days [from, to): an analogous period */
    EN_INPUT_CONTRACT = 8,  /* what the point's contract says: id the point, from = to = 0 */
    EN_INPUT_OUTAGE = 9,    /* the supply was out: from, to, us */
} en_input_kind;

#define EN_INPUT_KINDS_COUNT 10u
#define EN_SUBSTITUTE_REFUSALS_MAX 16u
#define EN_SUBSTITUTE_INPUTS_MAX 80u
#define EN_SUBSTITUTE_WATCHES_MAX 256u
#define EN_SUBSTITUTES_SIZE_MAX 60000u /* stored bytes of one day */

struct en_substitute_input {
    uint8_t kind; /* en_input_kind */
    uint32_t id;
    int64_t from;
    int64_t to;
};

struct en_substitute_refusal {
    uint8_t method;  /* en_estimation_method */
    uint8_t refusal; /* en_refusal, not NONE */
};

struct en_substitute {
    uint16_t first;
    uint16_t slots;
    uint8_t method; /* EN_METHOD_NONE: nobody filled them */
    uint8_t reason; /* en_reason */
    uint64_t flags; /* of the quality word, in place: why the value could not stand */
    const struct en_substitute_refusal *refusals; /* of the methods tried before, in their order */
    uint32_t refusals_count;
    const struct en_substitute_input *inputs;
    uint32_t inputs_count;
};

struct en_watch {
    uint32_t channel;
    int32_t from_day;
    int32_t to_day; /* inclusive */
};

/* The evidence of one day. */
struct en_substitutes {
    const struct en_watch *watches;
    uint32_t watches_count;
    const struct en_substitute *items;
    uint32_t count;
};

/* Whether two say the same of their slots. */
bool en_substitute_same(const struct en_substitute *a, const struct en_substitute *b);

/* Appends the stored form; neighbours that say the same become one. Codes: EN_LIMIT (the buffer, a
 * count), EN_NOMEM. What breaks the other invariants is our bug. */
en_code en_substitutes_encode(const struct en_substitutes *substitutes, struct en_buf *out,
                              struct en_error *err) EN_MUST_CHECK;

/* Reads the stored form; what is found lives in the arena. Codes: EN_CORRUPT (not what encode
 * writes), EN_NOMEM. */
en_code en_substitutes_decode(struct en_slice bytes, struct en_arena *arena,
                              struct en_substitutes *substitutes,
                              struct en_error *err) EN_MUST_CHECK;

/* Only the watches: what a processor needs of a day that it does not compute. */
en_code en_substitutes_watches(struct en_slice bytes, struct en_arena *arena,
                               struct en_substitutes *substitutes,
                               struct en_error *err) EN_MUST_CHECK;

/* Where a day's slots lie, and the names of what inputs point at. */
struct en_substitute_place {
    int64_t from_us;
    uint32_t slot_seconds;
    en_estimation_language language;
    /* Appends the name of a channel, balance or point to the text; NULL: ids are printed. */
    void (*name)(void *self, en_input_kind kind, uint32_t id, struct en_buf *out);
    void *self;
};

/* An object: from, to, slots, method, name, about, reason, flags, inputs, refusals. */
void en_substitute_json(const struct en_substitute *substitute,
                        const struct en_substitute_place *place, struct en_json *json,
                        const char *key);

/* Parts of it: the arrays of inputs and of refusals. */
void en_substitute_json_inputs(const struct en_substitute *substitute,
                               const struct en_substitute_place *place, struct en_json *json,
                               const char *key);
void en_substitute_json_refusals(const struct en_substitute *substitute,
                                 const struct en_substitute_place *place, struct en_json *json,
                                 const char *key);

/* One line: "E-01 straight line between the neighbours (Z75 communication failed) from 10:00Z, ..."
 * and for what nobody filled "not substituted: E-01 the gap is longer ...; E-02 ...". */
void en_substitute_print(const struct en_substitute *substitute,
                         const struct en_substitute_place *place, struct en_buf *out);

const char *en_input_kind_name(en_input_kind kind);

#endif
