#include "formats/plan.h"

#include "core/event/payload.h"
#include "core/mem.h"

#define MEND_CREATE "set it first, or import with --create"

static en_code alloc_states(struct en_staging *staging, uint32_t count, struct en_planned **states,
                            struct en_error *err)
{
    *states = en_arena_alloc(&staging->arena, (size_t)(count + 1) * sizeof **states);
    return *states != NULL ? EN_OK : en_error_set(err, EN_LIMIT, "names of one file");
}

/* EN_NOT_FOUND is an answer. */
static en_code as_known(en_code code, bool *is_known)
{
    *is_known = code == EN_OK;
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code resolve_objects(struct en_plan *plan, struct en_error *err)
{
    const struct en_registry_view *view = plan->registry;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < plan->staging->objects_count && code == EN_OK; i++) {
        struct en_planned *object = &plan->objects[i];
        if (view->object != NULL) {
            struct en_slice key = plan->staging->objects[i].key;
            code = as_known(view->object(view->self, key, &object->id, err), &object->is_known);
        }
        object->id = object->is_known ? object->id : 0;
        object->is_refused = !object->is_known; /* until a new point needs it */
    }
    return code;
}

/* A new point brings its object along, and the objects above it. */
static void need_object(struct en_plan *plan, uint32_t index)
{
    while (index != EN_STAGED_NONE && plan->objects[index].is_refused) {
        plan->objects[index].is_refused = false;
        index = plan->staging->objects[index].parent;
    }
}

static en_code resolve_points(struct en_plan *plan, bool is_create, struct en_error *err)
{
    const struct en_registry_view *view = plan->registry;
    char shown[EN_SHOWN_SIZE];
    en_code code = EN_OK;
    for (uint32_t i = 0; i < plan->staging->points_count && code == EN_OK; i++) {
        const struct en_staged_point *staged = &plan->staging->points[i];
        struct en_planned *point = &plan->points[i];
        if (view->point != NULL) {
            en_code found = view->point(view->self, staged->key, &point->id, &point->object, err);
            code = as_known(found, &point->is_known);
        }
        point->id = point->is_known ? point->id : 0;
        point->object = point->is_known ? point->object : 0;
        point->is_refused = !point->is_known && !is_create;
        if (!point->is_known && is_create) {
            need_object(plan, staged->object);
        }
        if (code == EN_OK && point->is_refused) {
            en_staging_reject(plan->staging, staged->place, 0, MEND_CREATE,
                              "point \"%s\" is not known", en_shown(staged->key, shown));
        }
    }
    return code;
}

/* A pulse channel is read as a profile. */
static bool basis_agrees(en_staged_kind kind, uint8_t basis)
{
    bool is_profile = basis == EN_BASIS_PROFILE || basis == EN_BASIS_PULSES;
    return kind == EN_STAGED_INSTANT || (kind == EN_STAGED_PROFILE) == is_profile;
}

/* Why values of the file cannot be those of the known channel; false when they can. */
static bool channel_disagrees(struct en_plan *plan, const struct en_staged_channel *staged,
                              const struct en_registry_channel *known)
{
    char point[EN_SHOWN_SIZE];
    char code[EN_SHOWN_SIZE];
    struct en_slice key = plan->staging->points[staged->point].key;
    (void)en_shown(key, point);
    (void)en_shown(staged->code, code);
    if (staged->unit != known->unit) {
        en_staging_reject(plan->staging, staged->place, 0,
                          "correct the unit in the file or its mapping, or set the channel anew",
                          "point \"%s\" channel %s: the file is in %s, the channel in %s", point,
                          code, en_unit_name(staged->unit), en_unit_name(known->unit));
        return true;
    }
    if (!basis_agrees(staged->kind, known->basis)) {
        en_staging_reject(plan->staging, staged->place, 0,
                          "give the values of the interval and the register their own channels",
                          "point \"%s\" channel %s: the file and the channel differ in whether a "
                          "cumulative register is read",
                          point, code);
        return true;
    }
    if (staged->kind == EN_STAGED_PROFILE && known->slot_seconds != 0 &&
        staged->slot_seconds != known->slot_seconds) {
        en_staging_reject(plan->staging, staged->place, 0,
                          "set the channel's new grid first, when the meter was changed to it",
                          "point \"%s\" channel %s: the file has intervals of %u s, the channel %u "
                          "s",
                          point, code, staged->slot_seconds, known->slot_seconds);
        return true;
    }
    return false;
}

static en_code resolve_channel(struct en_plan *plan, uint32_t index, bool is_create,
                               struct en_error *err)
{
    const struct en_registry_view *view = plan->registry;
    const struct en_staged_channel *staged = &plan->staging->channels[index];
    const struct en_planned *point = &plan->points[staged->point];
    struct en_planned *channel = &plan->channels[index];
    struct en_registry_channel known = {0};
    en_code code = EN_OK;
    if (point->is_known && view->channel != NULL) {
        en_code found = view->channel(view->self, point->id, staged->code, &known, err);
        code = as_known(found, &channel->is_known);
    }
    channel->id = channel->is_known ? known.channel : 0;
    channel->is_refused = point->is_refused;
    if (code != EN_OK || point->is_refused) {
        return code;
    }
    if (channel->is_known) {
        channel->is_refused = channel_disagrees(plan, staged, &known);
    } else if (!is_create) {
        char shown[EN_SHOWN_SIZE];
        char code_shown[EN_SHOWN_SIZE];
        channel->is_refused = true;
        en_staging_reject(plan->staging, staged->place, 0, MEND_CREATE,
                          "channel %s of point \"%s\" is not known",
                          en_shown(staged->code, code_shown),
                          en_shown(plan->staging->points[staged->point].key, shown));
    }
    return EN_OK;
}

/* The object whose fiscal days the channel's values fall on; 0: one that is made by this import. */
static uint32_t object_of(const struct en_plan *plan, uint32_t channel)
{
    uint32_t point = plan->staging->channels[channel].point;
    const struct en_planned *planned = &plan->points[point];
    const struct en_planned *object = &plan->objects[plan->staging->points[point].object];
    return planned->is_known ? planned->object : object->is_known ? object->id : 0;
}

static int32_t offset_at(void *self, uint32_t channel, struct en_instant at)
{
    struct en_plan *plan = self;
    const struct en_registry_view *view = plan->registry;
    uint32_t object = object_of(plan, channel);
    if (object == 0 || view->offset == NULL) {
        return en_fiscal_zone_offset(&plan->staging->zone, at);
    }
    if (plan->offset_object == object && en_interval_holds(plan->offset_holds, at)) {
        return plan->offset_minutes;
    }
    en_code code = view->offset(view->self, object, at, &plan->offset_minutes, &plan->offset_holds,
                                &plan->offset_error);
    plan->offset_object = code == EN_OK ? object : 0;
    if (code == EN_NOT_FOUND) { /* the object begins later: the file's own zone */
        return en_fiscal_zone_offset(&plan->staging->zone, at);
    }
    plan->offset_code = plan->offset_code == EN_OK ? code : plan->offset_code;
    return code == EN_OK ? plan->offset_minutes : 0;
}

struct en_staged_run en_plan_run(struct en_plan *plan, uint32_t first)
{
    return en_staging_run(plan->staging, first, offset_at, plan);
}

bool en_plan_run_is_refused(const struct en_plan *plan, const struct en_staged_run *run)
{
    return plan->channels[run->channel].is_refused ||
           plan->staging->values[run->first].ordinal == EN_STAGED_NONE;
}

int32_t en_plan_run_offset(struct en_plan *plan, const struct en_staged_run *run)
{
    return offset_at(plan, run->channel, plan->staging->values[run->first].from);
}

void en_plan_count(const struct en_staging *staging, const struct en_staged_run *run,
                   uint64_t *values, uint64_t *missing)
{
    uint64_t present = 0;
    for (uint32_t i = run->first; i < run->first + run->count; i++) {
        present += !en_quality_is_missing(staging->values[i].quality);
    }
    *values = present;
    *missing = run->count - present;
}

/* Whether the values of a run fit one block: refused otherwise. */
static en_code check_run(struct en_plan *plan, const struct en_staged_run *run,
                         struct en_block *block, struct en_buf *scratch, struct en_error *err)
{
    struct en_error why = {0};
    struct en_staging *staging = plan->staging;
    if (staging->channels[run->channel].kind != EN_STAGED_PROFILE) {
        return EN_OK;
    }
    en_code code = en_staging_block(staging, run, en_plan_run_offset(plan, run), block, &why);
    if (code == EN_OK) {
        en_buf_reset(scratch);
        code = en_block_encode(block, scratch, &why);
    }
    if (code == EN_NOMEM) { /* the machine's fault, not the file's */
        return en_error_set(err, code, "%s", why.text);
    }
    if (code != EN_OK) {
        struct en_staged_value *first = &staging->values[run->first];
        first->ordinal = EN_STAGED_NONE;
        en_staging_reject(staging, (struct en_place){first->line, 0}, 0,
                          "give the values fewer digits", "day refused: %s", why.text);
    }
    return EN_OK;
}

static en_code check_runs(struct en_plan *plan, struct en_error *err)
{
    struct en_staging *staging = plan->staging;
    struct en_block *block = en_mem_alloc(1, sizeof *block);
    struct en_buf scratch;
    en_buf_init(&scratch, EN_BLOCK_SIZE_MAX);
    if (block == NULL) {
        return en_error_set(err, EN_NOMEM, "a day block");
    }
    plan->read_count = staging->rejected_count;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < staging->values_count && code == EN_OK;) {
        struct en_staged_run run = en_plan_run(plan, i);
        uint64_t values = 0;
        uint64_t missing = 0;
        en_plan_count(staging, &run, &values, &missing);
        if (!plan->channels[run.channel].is_refused) {
            code = check_run(plan, &run, block, &scratch, err);
        }
        bool is_refused = en_plan_run_is_refused(plan, &run);
        plan->values_count += is_refused ? 0 : values;
        plan->missing_count += is_refused ? 0 : missing;
        staging->rejected_count += is_refused ? values : 0;
        plan->read_count += values + missing;
        i += run.count;
    }
    en_buf_fini(&scratch);
    en_mem_free(block);
    if (code == EN_OK && plan->offset_code != EN_OK) {
        return en_error_set(err, plan->offset_code, "%s", plan->offset_error.text);
    }
    return code;
}

en_code en_plan_make(struct en_plan *plan, struct en_staging *staging,
                     const struct en_registry_view *registry, bool is_create, struct en_error *err)
{
    *plan = (struct en_plan){.staging = staging, .registry = registry};
    en_code code = alloc_states(staging, staging->objects_count, &plan->objects, err);
    code = code == EN_OK ? alloc_states(staging, staging->points_count, &plan->points, err) : code;
    code =
        code == EN_OK ? alloc_states(staging, staging->channels_count, &plan->channels, err) : code;
    code = code == EN_OK ? resolve_objects(plan, err) : code;
    code = code == EN_OK ? resolve_points(plan, is_create, err) : code;
    for (uint32_t i = 0; i < staging->channels_count && code == EN_OK; i++) {
        code = resolve_channel(plan, i, is_create, err);
    }
    return code == EN_OK ? check_runs(plan, err) : code;
}
