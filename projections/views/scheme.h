/* The standard balances that follow from the tree of objects: bus (B-04, couplers B-05), substation
 * (B-07), transformer (B-08), feeder (B-09), levels (B-10). A plan only: nothing is set.
 *
 * What a point's energy means follows from the type of the object it stands in:
 *
 *   substation
 *     bus                 a section; points directly in it need A+ (received by it) and A-
 *       input             A+ comes into the bus
 *       transformer       it feeds the bus: A+ of its points comes into the bus
 *         hv mv lv        objects below a transformer: points of its sides; A+ of hv goes into it,
 *                         A+ of mv and lv comes out of it
 *         bus             it is fed from the bus above it and feeds the one below it
 *       feeder line       A+ goes out of the bus
 *         ...             points of objects below: consumers, A+ is what they take
 *       own-needs         A+ goes out of the bus
 *     transformer         with buses below it: brings energy to them from outside
 *     coupler             between the two buses beside it: A+ from the first to the second by name
 *     own-needs           A+ goes out of the substation
 *
 * A- of a channel that exists counts the other way. Losses are those of equipment that stands in
 * these objects (equipment.set). Names are told by an object's external key: "KEY bus", "KEY
 * transformer", "KEY feeder", "KEY substation", "KEY L0-L1", "KEY L1-L2".
 *
 * Everything is copied into the caller's arena. One thread. */
#ifndef EN_PROJECTIONS_VIEWS_SCHEME_H
#define EN_PROJECTIONS_VIEWS_SCHEME_H

#include "projections/tables.h"

#define EN_SCHEME_BALANCES_MAX 4096u

typedef enum en_scheme_state {
    EN_SCHEME_NEW = 1,
    EN_SCHEME_CHANGED = 2,   /* there is a balance of this name with another definition */
    EN_SCHEME_UNCHANGED = 3, /* it is set already, just so */
    EN_SCHEME_SKIPPED = 4,   /* the tree lacks something; why tells what, where, and the mend */
} en_scheme_state;

/* "new", "changed", "unchanged", "skipped". */
const char *en_scheme_state_text(en_scheme_state state);

struct en_scheme_balance {
    en_scheme_state state;
    const char *rule;       /* "B-04" ... */
    struct en_slice name;   /* of the balance */
    struct en_slice object; /* external key */
    uint32_t object_id;
    struct en_slice in; /* expressions; "" where it is skipped */
    struct en_slice out;
    struct en_slice losses; /* "" none */
    struct en_slice why;
};

struct en_scheme {
    struct en_scheme_balance *balances; /* by object's key, then rule */
    size_t count;
    size_t capacity;
};

/* The scheme of the object and everything below it, as the tree is now, against the balances in
 * force on the day. Codes: EN_REFUSED (a point whose direction cannot be told, a coupler that joins
 * not two buses, nothing to make a balance of: what, where, how to mend), EN_LIMIT, EN_NOMEM,
 * EN_CORRUPT, those of the store. */
en_code en_scheme_plan(struct en_store *store, uint32_t object, struct en_day day,
                       struct en_arena *arena, struct en_scheme *scheme,
                       struct en_error *err) EN_MUST_CHECK;

#endif
