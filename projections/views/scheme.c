#include "projections/views/scheme.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/limits.h"
#include "core/metering/formula/formula_print.h"
#include "projections/tables_balance.h"
#include "projections/views/keys.h"

#define OBJECTS_MAX (1u << 22)
#define SCOPE_MAX 16384u /* objects of one scheme */
#define DEPTH_MAX 64u
#define NO_OBJECT SIZE_MAX

/* What an object is to a balance. */
typedef enum role {
    ROLE_OTHER = 0,
    ROLE_SUBSTATION,
    ROLE_BUS,
    ROLE_INPUT,
    ROLE_TRANSFORMER,
    ROLE_HV,
    ROLE_LOWER, /* the medium or low voltage side */
    ROLE_FEEDER,
    ROLE_COUPLER,
    ROLE_OWN,
} role;

static const struct {
    const char *type;
    role role;
} role_rows[] = {
    {"substation", ROLE_SUBSTATION},
    {"bus", ROLE_BUS},
    {"section", ROLE_BUS},
    {"input", ROLE_INPUT},
    {"transformer", ROLE_TRANSFORMER},
    {"hv", ROLE_HV},
    {"mv", ROLE_LOWER},
    {"lv", ROLE_LOWER},
    {"feeder", ROLE_FEEDER},
    {"line", ROLE_FEEDER},
    {"coupler", ROLE_COUPLER},
    {"own-needs", ROLE_OWN},
    {"own", ROLE_OWN},
};

struct object {
    uint32_t id;
    uint32_t parent_id;
    size_t parent; /* index, NO_OBJECT */
    role role;
    struct en_slice key;
    bool is_asked; /* within the object asked for; others are there for what stands beside */
};

struct point {
    uint32_t id;
    size_t object; /* index */
    struct en_slice key;
    bool has_plus;
    bool has_minus;
};

struct equipment {
    size_t object;
    bool is_transformer;
    struct en_slice name;
};

struct planner {
    struct en_store *store;
    struct en_arena *arena;
    struct en_scheme *scheme;
    int32_t day;
    struct object *objects; /* of the scope, by key; parents are among them */
    size_t objects_count;
    size_t *by_id;        /* their places by rising id */
    struct point *points; /* electrical ones with A+, by key */
    size_t points_count;
    struct equipment *equipment; /* by name */
    size_t equipment_count;
};

const char *en_scheme_state_text(en_scheme_state state)
{
    return state == EN_SCHEME_NEW         ? "new"
           : state == EN_SCHEME_CHANGED   ? "changed"
           : state == EN_SCHEME_UNCHANGED ? "unchanged"
                                          : "skipped";
}

static en_code refuse_memory(struct en_error *err)
{
    return en_error_set(err, EN_NOMEM, "no memory for the scheme of an object");
}

static en_code copy(struct planner *planner, struct en_slice text, struct en_slice *kept,
                    struct en_error *err)
{
    *kept = text.size > 0 ? en_arena_copy(planner->arena, text) : en_slice_of("", 0);
    return kept->bytes != NULL ? EN_OK : refuse_memory(err);
}

/* Room for one more; what was there is moved. */
static en_code grow(struct planner *planner, void **items, size_t count, size_t *capacity,
                    size_t size, struct en_error *err)
{
    if (count < *capacity) {
        return EN_OK;
    }
    size_t grown = *capacity == 0 ? 256 : *capacity * 2;
    void *moved = grown > OBJECTS_MAX ? NULL : en_arena_alloc(planner->arena, grown * size);
    if (moved == NULL) {
        return en_error_set(err, EN_LIMIT, "more objects or points than memory has room for: %zu",
                            grown);
    }
    if (count > 0) {
        memcpy(moved, *items, count * size);
    }
    *items = moved;
    *capacity = grown;
    return EN_OK;
}

/* ---- the tree ---- */

static role role_of(struct en_slice type)
{
    for (size_t i = 0; i < EN_COUNT_OF(role_rows); i++) {
        if (en_slice_equal(type, en_slice_text(role_rows[i].type))) {
            return role_rows[i].role;
        }
    }
    return ROLE_OTHER;
}

/* The place of the object in the scope. */
static size_t find_object(const struct planner *planner, uint32_t id)
{
    size_t low = 0;
    size_t high = planner->objects_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (planner->objects[planner->by_id[middle]].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_here = low < planner->objects_count && planner->objects[planner->by_id[low]].id == id;
    return is_here ? planner->by_id[low] : NO_OBJECT;
}

/* All objects as they are now. */
static en_code load_objects(struct planner *planner, struct en_error *err)
{
    struct en_table_scan scan;
    size_t capacity = 0;
    en_code code = en_table_scan_begin(planner->store, &en_table_object, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_object_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK) {
            break;
        }
        size_t last = planner->objects_count;
        bool is_same = last > 0 && planner->objects[last - 1].id == row.object;
        code = is_same ? EN_OK
                       : grow(planner, (void **)&planner->objects, last, &capacity,
                              sizeof *planner->objects, err);
        if (code == EN_OK) { /* versions follow each other: the last one stays */
            planner->objects_count += !is_same;
            planner->objects[planner->objects_count - 1] = (struct object){
                .id = row.object, .parent_id = row.parent, .role = role_of(row.type)};
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static int compare_objects(const void *left, const void *right)
{
    const struct object *a = left;
    const struct object *b = right;
    return en_slice_compare(a->key, b->key);
}

static int compare_ids(const void *left, const void *right)
{
    const struct object *a = left;
    const struct object *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static const struct object *by_id(const struct planner *planner, uint32_t id)
{
    struct object wanted = {.id = id};
    return bsearch(&wanted, planner->objects, planner->objects_count, sizeof wanted, compare_ids);
}

/* Whether the object is the scope or below it. A ring of parents is none. */
static bool is_within(const struct planner *planner, const struct object *object, uint32_t scope)
{
    for (uint32_t depth = 0; object != NULL && depth < DEPTH_MAX; depth++) {
        if (object->id == scope) {
            return true;
        }
        object = by_id(planner, object->parent_id);
    }
    return false;
}

/* What a scheme must look at: a bus has couplers beside it, a feeder a bus above it, so the whole
 * substation; without one the highest object above that is part of one. */
static uint32_t widen(const struct planner *planner, uint32_t asked)
{
    uint32_t scope = asked;
    const struct object *object = by_id(planner, asked);
    for (uint32_t depth = 0; object != NULL && depth < DEPTH_MAX; depth++) {
        scope = object->role != ROLE_OTHER ? object->id : scope;
        if (object->role == ROLE_SUBSTATION) {
            break;
        }
        object = by_id(planner, object->parent_id);
    }
    return scope;
}

/* Places by rising id, for find_object. */
static en_code index_ids(struct planner *planner, struct en_error *err)
{
    size_t count = planner->objects_count;
    planner->by_id = en_arena_alloc(planner->arena, (count + 1) * sizeof *planner->by_id);
    if (planner->by_id == NULL) {
        return refuse_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0 && planner->objects[planner->by_id[at - 1]].id > planner->objects[i].id;
             at--) {
            planner->by_id[at] = planner->by_id[at - 1];
        }
        planner->by_id[at] = i;
    }
    return EN_OK;
}

/* Keeps what is within the scope, in the order of keys, with parents found. */
static en_code keep_scope(struct planner *planner, uint32_t asked, struct en_error *err)
{
    uint32_t scope = widen(planner, asked);
    struct object *kept = en_arena_alloc(planner->arena, SCOPE_MAX * sizeof *kept);
    size_t count = 0;
    en_code code = kept != NULL ? EN_OK : refuse_memory(err);
    for (size_t i = 0; i < planner->objects_count && code == EN_OK; i++) {
        if (is_within(planner, &planner->objects[i], scope)) {
            struct en_slice key;
            if (count == SCOPE_MAX) {
                return en_error_set(err, EN_LIMIT, "more than %u objects: take a smaller object",
                                    SCOPE_MAX);
            }
            kept[count] = planner->objects[i];
            kept[count].is_asked = is_within(planner, &planner->objects[i], asked);
            code = en_keys_key(planner->store, EN_NAME_OBJECT, kept[count].id, &key, err);
            code = code == EN_OK ? copy(planner, key, &kept[count].key, err) : code;
            count++;
        }
    }
    planner->objects = kept;
    planner->objects_count = count;
    if (code == EN_OK && count > 0) {
        qsort(kept, count, sizeof *kept, compare_objects);
    }
    code = code == EN_OK ? index_ids(planner, err) : code;
    for (size_t i = 0; i < count && code == EN_OK; i++) {
        kept[i].parent = kept[i].id == scope ? NO_OBJECT : find_object(planner, kept[i].parent_id);
    }
    return code;
}

static en_code has_channel(struct planner *planner, uint32_t point, const char *code_text,
                           bool *has, struct en_error *err)
{
    struct en_point_channel_row place = {.point = point, .code = en_slice_text(code_text)};
    en_code code = en_table_get(planner->store, &en_table_point_channel, &place, NULL, err);
    struct en_channel_row channel = {.channel = place.channel};
    code =
        code == EN_OK ? en_table_get(planner->store, &en_table_channel, &channel, NULL, err) : code;
    *has = code == EN_OK && channel.slot_seconds > 0; /* on a grid: others have no slots */
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static int compare_points(const void *left, const void *right)
{
    const struct point *a = left;
    const struct point *b = right;
    return en_slice_compare(a->key, b->key);
}

/* A point as it is now: rows follow each other by time. */
static en_code add_point(struct planner *planner, const struct en_point_row *row, size_t *capacity,
                         struct en_error *err)
{
    struct point point = {.id = row->point, .object = find_object(planner, row->object)};
    struct en_slice key;
    en_code code = EN_OK;
    if (point.object == NO_OBJECT || row->object == 0) {
        return EN_OK;
    }
    code = has_channel(planner, row->point, "A+", &point.has_plus, err);
    code = code == EN_OK ? has_channel(planner, row->point, "A-", &point.has_minus, err) : code;
    if (code != EN_OK || (!point.has_plus && !point.has_minus)) {
        return code;
    }
    code = en_keys_key(planner->store, EN_NAME_POINT, row->point, &key, err);
    code = code == EN_OK ? copy(planner, key, &point.key, err) : code;
    code = code == EN_OK ? grow(planner, (void **)&planner->points, planner->points_count, capacity,
                                sizeof point, err)
                         : code;
    if (code == EN_OK) {
        planner->points[planner->points_count++] = point;
    }
    return code;
}

static en_code load_points(struct planner *planner, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_point_row held = {0};
    size_t capacity = 0;
    en_code code = en_table_scan_begin(planner->store, &en_table_point, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_point_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        bool is_other = code == EN_NOT_FOUND || (code == EN_OK && row.point != held.point);
        if (is_other && held.point != 0) {
            en_code added = add_point(planner, &held, &capacity, err);
            code = added != EN_OK ? added : code;
        }
        held = code == EN_OK ? row : held;
    }
    en_table_scan_end(&scan);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    if (code == EN_OK && planner->points_count > 0) {
        qsort(planner->points, planner->points_count, sizeof *planner->points, compare_points);
    }
    return code;
}

static int compare_equipment(const void *left, const void *right)
{
    const struct equipment *a = left;
    const struct equipment *b = right;
    return en_slice_compare(a->name, b->name);
}

static en_code load_equipment(struct planner *planner, struct en_error *err)
{
    struct en_table_scan scan;
    size_t capacity = 0;
    uint32_t last = 0;
    en_code code = en_table_scan_begin(planner->store, &en_table_equipment, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_equipment_row row;
        code = en_table_scan_next(&scan, &row, planner->arena, err);
        if (code != EN_OK || row.set.node == 0) {
            continue;
        }
        bool is_same = last == row.equipment;
        code = is_same ? EN_OK
                       : grow(planner, (void **)&planner->equipment, planner->equipment_count,
                              &capacity, sizeof *planner->equipment, err);
        if (code == EN_OK) {
            planner->equipment_count += !is_same;
            last = row.equipment;
            struct equipment *made = &planner->equipment[planner->equipment_count - 1];
            made->object = row.set.object == 0 ? NO_OBJECT : find_object(planner, row.set.object);
            made->is_transformer = en_slice_equal(row.set.type, en_slice_text("transformer"));
            code = copy(planner, row.set.name, &made->name, err);
        }
    }
    en_table_scan_end(&scan);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    if (code == EN_OK && planner->equipment_count > 0) {
        qsort(planner->equipment, planner->equipment_count, sizeof *planner->equipment,
              compare_equipment);
    }
    return code;
}

/* ---- sides ---- */

/* Expressions under construction: terms joined by +. */
struct sides {
    struct en_buf in;
    struct en_buf out;
    struct en_buf losses;
};

static void sides_init(struct sides *sides)
{
    en_buf_init(&sides->in, EN_FORMULA_SIZE_MAX);
    en_buf_init(&sides->out, EN_FORMULA_SIZE_MAX);
    en_buf_init(&sides->losses, EN_FORMULA_SIZE_MAX);
}

static void sides_fini(struct sides *sides)
{
    en_buf_fini(&sides->in);
    en_buf_fini(&sides->out);
    en_buf_fini(&sides->losses);
}

static void add_ref(struct en_buf *side, bool is_point, struct en_slice name, const char *channel)
{
    struct en_formula_ref ref = {
        .is_point = is_point, .name = name, .channel = en_slice_text(channel)};
    en_buf_text(side, side->size > 0 ? " + " : "");
    en_formula_print_ref(&ref, side);
}

/* A+ of the point to `plus`, A- to `minus`. */
static void add_point_terms(const struct point *point, struct en_buf *plus, struct en_buf *minus)
{
    if (point->has_plus) {
        add_ref(plus, true, point->key, "A+");
    }
    if (point->has_minus) {
        add_ref(minus, true, point->key, "A-");
    }
}

/* Points that stand directly in the object; how many. */
static size_t add_points_of(const struct planner *planner, size_t object, struct en_buf *plus,
                            struct en_buf *minus)
{
    size_t count = 0;
    for (size_t i = 0; i < planner->points_count; i++) {
        if (planner->points[i].object == object) {
            add_point_terms(&planner->points[i], plus, minus);
            count++;
        }
    }
    return count;
}

/* Points of objects of the role directly below the object. */
static size_t add_children(const struct planner *planner, size_t object, role wanted,
                           struct en_buf *plus, struct en_buf *minus)
{
    size_t count = 0;
    for (size_t i = 0; i < planner->objects_count; i++) {
        if (planner->objects[i].parent == object && planner->objects[i].role == wanted) {
            count += add_points_of(planner, i, plus, minus);
        }
    }
    return count;
}

/* The bushings of a transformer on the side that it feeds: its mv and lv points, else its own. */
static size_t add_bushings(const struct planner *planner, size_t transformer, struct en_buf *plus,
                           struct en_buf *minus)
{
    size_t count = add_children(planner, transformer, ROLE_LOWER, plus, minus);
    return count > 0 ? count : add_points_of(planner, transformer, plus, minus);
}

static bool is_below(const struct planner *planner, size_t object, size_t above)
{
    while (object != NO_OBJECT && object != above) {
        object = planner->objects[object].parent;
    }
    return object == above;
}

/* Whether an object of the role stands between the object (itself counts) and the one above. */
static bool has_role_above(const struct planner *planner, size_t object, size_t above, role wanted)
{
    for (; object != NO_OBJECT && object != above; object = planner->objects[object].parent) {
        if (planner->objects[object].role == wanted) {
            return true;
        }
    }
    return false;
}

/* Points below a feeder: consumers. */
static size_t add_consumers(const struct planner *planner, size_t feeder, struct en_buf *plus,
                            struct en_buf *minus)
{
    size_t count = 0;
    for (size_t i = 0; i < planner->points_count; i++) {
        const struct point *point = &planner->points[i];
        if (point->object != feeder && is_below(planner, point->object, feeder)) {
            add_point_terms(point, plus, minus);
            count++;
        }
    }
    return count;
}

static void add_loss(const struct equipment *equipment, struct en_buf *losses)
{
    char name[EN_NAME_SIZE_MAX + 16];
    int size = snprintf(name, sizeof name, "%.*s" EN_FORMULA_LOSS_SUFFIX, (int)equipment->name.size,
                        (const char *)equipment->name.bytes);
    EN_ASSERT(size > 0 && (size_t)size < sizeof name);
    add_ref(losses, false, en_slice_of(name, (size_t)size), "");
}

/* Losses of equipment that stands in the object or below it. */
static void add_losses_below(const struct planner *planner, size_t object, struct en_buf *losses)
{
    for (size_t i = 0; i < planner->equipment_count; i++) {
        if (planner->equipment[i].object != NO_OBJECT &&
            is_below(planner, planner->equipment[i].object, object)) {
            add_loss(&planner->equipment[i], losses);
        }
    }
}

/* ---- balances ---- */

static en_code add_balance(struct planner *planner, const struct en_scheme_balance *balance,
                           struct en_error *err)
{
    struct en_scheme *scheme = planner->scheme;
    if (scheme->count == EN_SCHEME_BALANCES_MAX) {
        return en_error_set(err, EN_LIMIT, "more than %u balances: take a smaller object",
                            EN_SCHEME_BALANCES_MAX);
    }
    en_code code = grow(planner, (void **)&scheme->balances, scheme->count, &scheme->capacity,
                        sizeof *balance, err);
    if (code == EN_OK) {
        scheme->balances[scheme->count++] = *balance;
    }
    return code;
}

/* Whether a balance of the name is in force on the day, and just so. */
static en_code find_state(struct planner *planner, struct en_scheme_balance *balance,
                          struct en_error *err)
{
    uint32_t id = 0;
    struct en_error fault;
    balance->state = EN_SCHEME_NEW;
    en_code code = en_keys_find(planner->store, EN_NAME_BALANCE, balance->name, &id, &fault);
    if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    struct en_balance_row row = {.balance = id, .from_day = planner->day};
    code = code == EN_OK
               ? en_table_last_before(planner->store, &en_table_balance, &row, 1, NULL, &fault)
               : code;
    if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    if (code != EN_OK) {
        *err = fault;
        return code;
    }
    bool is_same = en_slice_equal(row.in, balance->in) && en_slice_equal(row.out, balance->out) &&
                   en_slice_equal(row.losses, balance->losses) && row.object == balance->object_id;
    balance->state = is_same ? EN_SCHEME_UNCHANGED : EN_SCHEME_CHANGED;
    return EN_OK;
}

static en_code begin_balance(struct planner *planner, size_t object, const char *rule,
                             const char *kind, struct en_scheme_balance *balance,
                             struct en_error *err)
{
    const struct object *of = &planner->objects[object];
    *balance = (struct en_scheme_balance){.rule = rule,
                                          .object = of->key,
                                          .object_id = of->id,
                                          .in = en_slice_text(""),
                                          .out = en_slice_text(""),
                                          .losses = en_slice_text(""),
                                          .why = en_slice_text("")};
    if (of->key.size + strlen(kind) + 1 > EN_NAME_SIZE_MAX - 8) {
        return en_error_set(err, EN_LIMIT, "the key of %.64s... is too long for a balance's name",
                            (const char *)of->key.bytes);
    }
    char *name = en_arena_print(planner->arena, "%.*s %s", (int)of->key.size,
                                (const char *)of->key.bytes, kind);
    balance->name = name != NULL ? en_slice_text(name) : balance->name;
    return name != NULL ? EN_OK : refuse_memory(err);
}

static en_code skip(struct planner *planner, size_t object, const char *rule, const char *kind,
                    const char *why, struct en_error *err)
{
    struct en_scheme_balance balance;
    en_code code = begin_balance(planner, object, rule, kind, &balance, err);
    balance.state = EN_SCHEME_SKIPPED;
    balance.why = en_slice_text(why);
    return code == EN_OK ? add_balance(planner, &balance, err) : code;
}

static en_code make(struct planner *planner, size_t object, const char *rule, const char *kind,
                    const struct sides *sides, struct en_error *err)
{
    struct en_scheme_balance balance;
    const struct en_buf *const bufs[] = {&sides->in, &sides->out, &sides->losses};
    en_code code = begin_balance(planner, object, rule, kind, &balance, err);
    struct en_slice *const texts[] = {&balance.in, &balance.out, &balance.losses};
    for (size_t i = 0; i < EN_COUNT_OF(bufs) && code == EN_OK; i++) {
        code = en_buf_code(bufs[i], err);
        code = code == EN_OK ? copy(planner, en_buf_slice(bufs[i]), texts[i], err) : code;
    }
    code = code == EN_OK ? find_state(planner, &balance, err) : code;
    return code == EN_OK ? add_balance(planner, &balance, err) : code;
}

/* Makes the balance, or says which side is empty. */
static en_code make_or_skip(struct planner *planner, size_t object, const char *rule,
                            const char *kind, const struct sides *sides, const char *no_in,
                            const char *no_out, struct en_error *err)
{
    if (sides->in.size == 0 || sides->out.size == 0) {
        return skip(planner, object, rule, kind, sides->in.size == 0 ? no_in : no_out, err);
    }
    return make(planner, object, rule, kind, sides, err);
}

/* The two buses beside a coupler, in the order of their keys. */
static en_code coupled_buses(const struct planner *planner, size_t coupler, size_t buses[2],
                             struct en_error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < planner->objects_count; i++) {
        if (planner->objects[i].role == ROLE_BUS &&
            planner->objects[i].parent == planner->objects[coupler].parent) {
            if (count < 2) {
                buses[count] = i;
            }
            count++;
        }
    }
    struct en_slice key = planner->objects[coupler].key;
    return count == 2 ? EN_OK
                      : en_error_set(err, EN_REFUSED,
                                     "coupler %.*s stands beside %zu buses, it joins two: put it "
                                     "below the object that holds just those two buses",
                                     (int)key.size, (const char *)key.bytes, count);
}

static en_code add_couplers(const struct planner *planner, size_t bus, struct sides *sides,
                            struct en_error *err)
{
    en_code code = EN_OK;
    for (size_t i = 0; i < planner->objects_count && code == EN_OK; i++) {
        size_t buses[2] = {NO_OBJECT, NO_OBJECT};
        bool is_beside = planner->objects[i].role == ROLE_COUPLER &&
                         planner->objects[i].parent == planner->objects[bus].parent;
        if (!is_beside) {
            continue;
        }
        code = coupled_buses(planner, i, buses, err);
        if (code == EN_OK && buses[0] == bus) {
            (void)add_points_of(planner, i, &sides->out, &sides->in);
        } else if (code == EN_OK && buses[1] == bus) {
            (void)add_points_of(planner, i, &sides->in, &sides->out);
        }
    }
    return code;
}

/* Points directly in a bus tell their direction only by having both channels. */
static en_code check_bus_points(const struct planner *planner, size_t bus, struct en_error *err)
{
    for (size_t i = 0; i < planner->points_count; i++) {
        const struct point *point = &planner->points[i];
        if (point->object == bus && !(point->has_plus && point->has_minus)) {
            struct en_slice key = planner->objects[bus].key;
            return en_error_set(err, EN_REFUSED,
                                "point %.*s stands directly in bus %.*s, and which way its energy "
                                "goes cannot be told: put it into an object of type input, "
                                "transformer, feeder or own-needs below the bus, or give it A+ "
                                "and A-",
                                (int)point->key.size, (const char *)point->key.bytes, (int)key.size,
                                (const char *)key.bytes);
        }
    }
    return EN_OK;
}

static bool has_bus_below(const struct planner *planner, size_t transformer)
{
    for (size_t i = 0; i < planner->objects_count; i++) {
        if (planner->objects[i].parent == transformer && planner->objects[i].role == ROLE_BUS) {
            return true;
        }
    }
    return false;
}

/* A transformer between two buses of the tree: below the one that it is fed from, above the one
 * that it feeds. Any other brings energy in from outside. */
static bool is_between(const struct planner *planner, size_t transformer)
{
    size_t above = planner->objects[transformer].parent;
    return above != NO_OBJECT && planner->objects[above].role == ROLE_BUS &&
           has_bus_below(planner, transformer);
}

/* What comes into a bus and goes out of it, couplers apart. */
static void add_bus(const struct planner *planner, size_t bus, struct en_buf *in,
                    struct en_buf *out)
{
    size_t above = planner->objects[bus].parent;
    (void)add_points_of(planner, bus, in, out);
    (void)add_children(planner, bus, ROLE_INPUT, in, out);
    for (size_t i = 0; i < planner->objects_count; i++) {
        if (planner->objects[i].parent != bus || planner->objects[i].role != ROLE_TRANSFORMER) {
            continue;
        }
        if (is_between(planner, i)) {
            (void)add_children(planner, i, ROLE_HV, out, in);
        } else {
            (void)add_bushings(planner, i, in, out);
        }
    }
    if (above != NO_OBJECT && planner->objects[above].role == ROLE_TRANSFORMER) {
        (void)add_bushings(planner, above, in, out);
    }
    (void)add_children(planner, bus, ROLE_FEEDER, out, in);
    (void)add_children(planner, bus, ROLE_OWN, out, in);
}

/* B-04, B-05. */
static en_code plan_bus(struct planner *planner, size_t bus, struct en_error *err)
{
    struct sides sides;
    sides_init(&sides);
    en_code code = check_bus_points(planner, bus, err);
    if (code == EN_OK) {
        add_bus(planner, bus, &sides.in, &sides.out);
        code = add_couplers(planner, bus, &sides, err);
    }
    if (code == EN_OK) {
        for (size_t i = 0; i < planner->equipment_count; i++) {
            if (planner->equipment[i].object == bus) { /* reactors and the like on the bus itself */
                add_loss(&planner->equipment[i], &sides.losses);
            }
        }
        code = make_or_skip(planner, bus, "B-04", "bus", &sides,
                            "nothing comes in: put the points of its inputs into objects of type "
                            "input or transformer below the bus",
                            "nothing goes out: put the points of its feeders into objects of type "
                            "feeder below the bus",
                            err);
    }
    sides_fini(&sides);
    return code;
}

/* B-08. */
static en_code plan_transformer(struct planner *planner, size_t transformer, struct en_error *err)
{
    struct sides sides;
    sides_init(&sides);
    (void)add_children(planner, transformer, ROLE_HV, &sides.in, &sides.out);
    (void)add_bushings(planner, transformer, &sides.out, &sides.in);
    for (size_t i = 0; i < planner->equipment_count; i++) {
        if (planner->equipment[i].object == transformer && planner->equipment[i].is_transformer) {
            add_loss(&planner->equipment[i], &sides.losses);
        }
    }
    bool has_hv = false;
    for (size_t i = 0; i < planner->objects_count; i++) {
        has_hv = has_hv ||
                 (planner->objects[i].parent == transformer && planner->objects[i].role == ROLE_HV);
    }
    en_code code =
        !has_hv ? skip(planner, transformer, "B-08", "transformer",
                       "its high side is not metered here: put the point of that side into an "
                       "object of type hv below the transformer",
                       err)
                : make_or_skip(planner, transformer, "B-08", "transformer", &sides,
                               "its high side has no point with A+: put one into its object of "
                               "type hv",
                               "its low side has no point: put one into an object of type lv or "
                               "mv below the transformer",
                               err);
    sides_fini(&sides);
    return code;
}

/* B-09: where consumers are metered below the feeder. */
static en_code plan_feeder(struct planner *planner, size_t feeder, struct en_error *err)
{
    struct sides sides;
    en_code code = EN_OK;
    sides_init(&sides);
    if (add_consumers(planner, feeder, &sides.out, &sides.in) > 0) {
        (void)add_points_of(planner, feeder, &sides.in, &sides.out);
        add_losses_below(planner, feeder, &sides.losses);
        code = make_or_skip(planner, feeder, "B-09", "feeder", &sides,
                            "the head of the feeder is not metered: put its point directly into "
                            "the feeder",
                            "no consumer below it takes energy: give their points A+", err);
    }
    sides_fini(&sides);
    return code;
}

/* What comes from outside and goes outside: inputs and feeders of all buses, transformers that are
 * not between two of them (where they are metered first). */
static void add_boundary(const struct planner *planner, size_t substation, struct sides *sides)
{
    for (size_t i = 0; i < planner->objects_count; i++) {
        const struct object *object = &planner->objects[i];
        bool is_inside = is_below(planner, i, substation) &&
                         (object->parent == NO_OBJECT ||
                          !has_role_above(planner, object->parent, substation, ROLE_FEEDER));
        if (!is_inside) {
            continue;
        }
        if (object->role == ROLE_INPUT || object->role == ROLE_BUS) {
            (void)add_points_of(planner, i, &sides->in, &sides->out);
        } else if (object->role == ROLE_TRANSFORMER && !is_between(planner, i)) {
            if (add_children(planner, i, ROLE_HV, &sides->in, &sides->out) == 0) {
                (void)add_bushings(planner, i, &sides->in, &sides->out);
            }
        } else if (object->role == ROLE_FEEDER || object->role == ROLE_OWN) {
            (void)add_points_of(planner, i, &sides->out, &sides->in);
        }
    }
}

/* Whether the losses of the transformer lie behind what is metered first. */
static bool is_metered_before(const struct planner *planner, size_t transformer)
{
    bool is = is_between(planner, transformer);
    for (size_t i = 0; i < planner->objects_count && !is; i++) {
        is = planner->objects[i].parent == transformer && planner->objects[i].role == ROLE_HV;
    }
    return is;
}

/* Equipment inside the boundary: not below feeders, nor before what is metered first. */
static void add_inner_losses(const struct planner *planner, size_t substation,
                             struct en_buf *losses)
{
    for (size_t i = 0; i < planner->equipment_count; i++) {
        const struct equipment *equipment = &planner->equipment[i];
        bool is_inside = equipment->object != NO_OBJECT &&
                         is_below(planner, equipment->object, substation) &&
                         !has_role_above(planner, equipment->object, substation, ROLE_FEEDER);
        if (is_inside &&
            (!equipment->is_transformer || is_metered_before(planner, equipment->object))) {
            add_loss(equipment, losses);
        }
    }
}

/* B-07. */
static en_code plan_whole(struct planner *planner, size_t substation, struct en_error *err)
{
    struct sides sides;
    sides_init(&sides);
    add_boundary(planner, substation, &sides);
    add_inner_losses(planner, substation, &sides.losses);
    en_code code = make_or_skip(planner, substation, "B-07", "substation", &sides,
                                "nothing comes in: put the points of its inputs or transformers "
                                "into objects of type input or transformer",
                                "nothing goes out: put the points of its feeders into objects of "
                                "type feeder",
                                err);
    sides_fini(&sides);
    return code;
}

/* Whether energy of a transformer comes into the bus. */
static bool is_fed(const struct planner *planner, size_t bus)
{
    size_t above = planner->objects[bus].parent;
    bool is = above != NO_OBJECT && planner->objects[above].role == ROLE_TRANSFORMER;
    for (size_t i = 0; i < planner->objects_count && !is; i++) {
        is = planner->objects[i].parent == bus && planner->objects[i].role == ROLE_TRANSFORMER &&
             !is_between(planner, i);
    }
    return is;
}

/* B-10: bushings to feeders, feeders to consumers. Levels begin at buses that transformers feed;
 * where there are none, at all buses. */
static en_code plan_levels(struct planner *planner, size_t substation, struct en_error *err)
{
    struct sides upper;
    struct sides lower;
    bool has_fed = false;
    sides_init(&upper);
    sides_init(&lower);
    for (size_t i = 0; i < planner->objects_count; i++) {
        has_fed = has_fed || (planner->objects[i].role == ROLE_BUS &&
                              is_below(planner, i, substation) && is_fed(planner, i));
    }
    for (size_t i = 0; i < planner->objects_count; i++) {
        if (planner->objects[i].role != ROLE_BUS || !is_below(planner, i, substation) ||
            (has_fed && !is_fed(planner, i))) {
            continue;
        }
        add_bus(planner, i, &upper.in, &upper.out);
        for (size_t k = 0; k < planner->objects_count; k++) {
            bool is_feeder =
                planner->objects[k].parent == i && planner->objects[k].role == ROLE_FEEDER;
            if (is_feeder && add_consumers(planner, k, &lower.out, &lower.in) > 0) {
                (void)add_points_of(planner, k, &lower.in, &lower.out);
                add_losses_below(planner, k, &lower.losses);
            }
        }
    }
    en_code code =
        make_or_skip(planner, substation, "B-10", "L0-L1", &upper, "nothing comes into its buses",
                     "nothing goes out of its buses", err);
    if (code == EN_OK) {
        code = make_or_skip(planner, substation, "B-10", "L1-L2", &lower,
                            "no consumers are metered below its feeders: put their points into "
                            "objects below the feeders",
                            "no consumers are metered below its feeders: put their points into "
                            "objects below the feeders",
                            err);
    }
    sides_fini(&upper);
    sides_fini(&lower);
    return code;
}

static en_code plan_object(struct planner *planner, size_t object, struct en_error *err)
{
    en_code code = EN_OK;
    switch (planner->objects[object].role) {
    case ROLE_SUBSTATION:
        code = plan_whole(planner, object, err);
        return code == EN_OK ? plan_levels(planner, object, err) : code;
    case ROLE_BUS:
        return plan_bus(planner, object, err);
    case ROLE_TRANSFORMER:
        return plan_transformer(planner, object, err);
    case ROLE_FEEDER:
        return plan_feeder(planner, object, err);
    default:
        return EN_OK;
    }
}

/* Nothing that could be set: says the first thing that is missing. */
static en_code check_any(const struct planner *planner, struct en_error *err)
{
    const struct en_scheme *scheme = planner->scheme;
    for (size_t i = 0; i < scheme->count; i++) {
        if (scheme->balances[i].state != EN_SCHEME_SKIPPED) {
            return EN_OK;
        }
    }
    if (scheme->count > 0) {
        const struct en_scheme_balance *first = &scheme->balances[0];
        return en_error_set(err, EN_REFUSED, "%.*s: %.*s", (int)first->object.size,
                            (const char *)first->object.bytes, (int)first->why.size,
                            (const char *)first->why.bytes);
    }
    return en_error_set(err, EN_REFUSED,
                        "there is no substation, bus, transformer or feeder here: give objects "
                        "their types (object set --type), and points their objects");
}

en_code en_scheme_plan(struct en_store *store, uint32_t object, struct en_day day,
                       struct en_arena *arena, struct en_scheme *scheme, struct en_error *err)
{
    struct planner planner = {.store = store, .arena = arena, .scheme = scheme, .day = day.n};
    *scheme = (struct en_scheme){0};
    en_code code = load_objects(&planner, err);
    code = code == EN_OK ? keep_scope(&planner, object, err) : code;
    code = code == EN_OK ? load_points(&planner, err) : code;
    code = code == EN_OK ? load_equipment(&planner, err) : code;
    for (size_t i = 0; i < planner.objects_count && code == EN_OK; i++) {
        code = planner.objects[i].is_asked ? plan_object(&planner, i, err) : EN_OK;
    }
    return code == EN_OK ? check_any(&planner, err) : code;
}
