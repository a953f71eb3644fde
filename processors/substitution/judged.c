#include "processors/substitution/judged.h"

#include "core/metering/ratio.h"
#include "core/metering/slots.h"
#include "projections/tables.h"
#include "projections/views/interval.h"

#define MICRO_EXPONENT (-6)
#define DAY_MINUTES 1440

static en_code no_room(int32_t day, struct en_error *err)
{
    return en_error_set(err, EN_NOMEM, "no room to judge day %d", (int)day);
}

struct en_interval en_judged_day(int32_t day, int32_t offset_minutes)
{
    int64_t from = (int64_t)day * EN_DAY_US - (int64_t)offset_minutes * EN_MINUTE_US;
    return (struct en_interval){{from}, {from + EN_DAY_US}};
}

struct en_interval en_judged_slot(const struct en_judged *judged, uint32_t slot)
{
    EN_ASSERT(slot < judged->head.count);
    int64_t from = ((int64_t)judged->day * DAY_MINUTES + judged->head.start_minute) * EN_MINUTE_US +
                   (int64_t)slot * judged->head.slot_seconds * EN_SECOND_US;
    return (struct en_interval){{from}, {from + (int64_t)judged->head.slot_seconds * EN_SECOND_US}};
}

struct en_interval en_judged_span(const struct en_judged *judged)
{
    EN_ASSERT(judged->has_grid);
    return (struct en_interval){en_judged_slot(judged, 0).from,
                                en_judged_slot(judged, judged->head.count - 1).to};
}

bool en_judged_is_open(const struct en_judged *judged, uint32_t slot)
{
    EN_ASSERT(slot < judged->head.count);
    return en_judged_severity(judged, slot) == EN_SEVERITY_ERROR ||
           !en_quality_is_usable(en_judged_quality(judged, slot));
}

bool en_judged_takes(const struct en_judged *judged, uint32_t slot)
{
    EN_ASSERT(slot < judged->head.count);
    return en_judged_severity(judged, slot) < EN_SEVERITY_WARNING &&
           en_estimation_takes(en_judged_quality(judged, slot));
}

/* The grid of a whole fiscal day of the channel; false where it has none. */
static bool grid_of(const struct en_channel_info *info, int32_t offset_minutes,
                    struct en_block_head *head)
{
    if (info->slot_seconds == 0 || 86400u % info->slot_seconds != 0 ||
        86400u / info->slot_seconds > EN_SLOTS_MAX) {
        return false;
    }
    *head = (struct en_block_head){
        .start_minute = -offset_minutes,
        .slot_seconds = info->slot_seconds,
        .count = 86400u / info->slot_seconds,
        .exponent = MICRO_EXPONENT,
    };
    return true;
}

/* Where the block lies on the grid of the whole day; false when it does not. */
static bool place_of(const struct en_block_head *grid, const struct en_block_head *block,
                     uint32_t *first)
{
    int64_t past = ((int64_t)block->start_minute - grid->start_minute) * 60;
    if (block->slot_seconds != grid->slot_seconds || past < 0 || past % grid->slot_seconds != 0) {
        return false;
    }
    int64_t slot = past / grid->slot_seconds;
    *first = (uint32_t)slot;
    return slot + block->count <= grid->count;
}

static en_code make_slots(struct en_arena *arena, struct en_judged *judged, struct en_error *err)
{
    size_t count = judged->head.count;
    judged->micro = en_arena_alloc(arena, count * sizeof *judged->micro);
    judged->quality = en_arena_alloc(arena, count * sizeof *judged->quality);
    judged->severity = en_arena_alloc(arena, count);
    return judged->micro != NULL && judged->quality != NULL && judged->severity != NULL
               ? EN_OK
               : no_room(judged->day, err);
}

/* The block's values in 1e-6 from slot `first` on. */
static void lay_block(const struct en_block *block, uint32_t first, struct en_judged *judged)
{
    for (uint32_t i = 0; i < block->head.count; i++) {
        struct en_decimal value = {block->values[i], block->head.exponent};
        uint64_t quality = block->quality[i];
        if (!en_ratio_scale_decimal_half_up(EN_RATIO_ONE, value, &judged->micro[first + i])) {
            quality = en_slot_overflow(quality);
        }
        judged->quality[first + i] = quality;
    }
}

static en_code read_block(struct en_arena *arena, struct en_slice bytes,
                          const struct en_block_head *grid, struct en_block *block,
                          struct en_judged *judged, struct en_error *err)
{
    uint32_t first = 0;
    en_code code = en_block_read(bytes, block, err);
    if (code != EN_OK) {
        return code;
    }
    bool is_on_grid = grid != NULL && place_of(grid, &block->head, &first);
    judged->head = is_on_grid ? *grid : block->head;
    judged->head.exponent = MICRO_EXPONENT;
    judged->head.quality_is_common = false;
    judged->has_block = true;
    judged->has_grid = true;
    code = make_slots(arena, judged, err);
    if (code == EN_OK) {
        lay_block(block, is_on_grid ? first : 0, judged);
    }
    return code;
}

static en_code read_findings(struct en_fold *fold, struct en_arena *arena,
                             struct en_judged_scratch *scratch, struct en_judged *judged,
                             struct en_error *err)
{
    struct en_slice entry;
    en_code code =
        en_series_get(fold->store, &en_series_finding, judged->day, judged->channel, &entry, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_findings findings;
    en_findings_init(&findings, scratch->findings, EN_FINDINGS_MAX);
    code = en_findings_decode(entry, &findings, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_finding *items = en_arena_alloc(arena, findings.count * sizeof *items);
    if (items == NULL) {
        return no_room(judged->day, err);
    }
    memcpy(items, findings.items, findings.count * sizeof *items);
    judged->findings = items;
    judged->findings_count = findings.count;
    return EN_OK;
}

/* What the findings say of each slot: a rejected one has no value any more, a doubted one keeps it.
 */
static void judge(struct en_judged *judged)
{
    for (uint32_t i = 0; i < judged->findings_count; i++) {
        const struct en_finding *finding = &judged->findings[i];
        for (uint32_t k = 0; k < finding->slots && finding->first + k < judged->head.count; k++) {
            uint32_t slot = finding->first + k;
            judged->quality[slot] |= finding->flags;
            judged->severity[slot] = finding->severity > judged->severity[slot]
                                         ? finding->severity
                                         : judged->severity[slot];
            judged->is_changed = true;
        }
    }
    for (uint32_t i = 0; i < judged->head.count; i++) {
        uint64_t quality = judged->quality[i];
        bool is_error = judged->severity[i] == EN_SEVERITY_ERROR;
        bool is_doubted =
            judged->severity[i] != EN_SEVERITY_NONE && !is_error && en_quality_is_usable(quality);
        if (is_error) {
            quality = en_quality_with_verdict(quality, EN_VERDICT_REJECTED);
        } else if (is_doubted) {
            quality = en_quality_with_verdict(quality, EN_VERDICT_SUSPECT);
        }
        judged->quality[i] = quality;
    }
}

en_code en_judged_read(struct en_fold *fold, struct en_arena *arena,
                       struct en_judged_scratch *scratch, uint32_t channel, int32_t day,
                       struct en_judged *judged, struct en_error *err)
{
    struct en_channel_info info;
    struct en_block_head grid;
    struct en_slice bytes;
    int32_t offset = 0;
    *judged = (struct en_judged){.channel = channel, .day = day};
    en_code code = en_registry_channel(fold, channel, &info, err);
    if (code == EN_OK) {
        code = en_registry_offset(fold, info.point, (struct en_instant){(int64_t)day * EN_DAY_US},
                                  &offset, err);
    }
    if (code != EN_OK) {
        return code;
    }
    bool has_grid = grid_of(&info, offset, &grid);
    code = en_interval_get(fold->store, day, channel, &bytes, err);
    if (code == EN_OK) {
        code = read_block(arena, bytes, has_grid ? &grid : NULL, &scratch->block, judged, err);
    } else if (code == EN_NOT_FOUND && has_grid) {
        judged->head = grid;
        judged->has_grid = true;
        code = EN_OK;
    } else if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    if (code == EN_OK) {
        code = read_findings(fold, arena, scratch, judged, err);
    }
    if (code == EN_OK && judged->findings_count > 0 && judged->micro == NULL) {
        code = make_slots(arena, judged, err);
    }
    if (code == EN_OK && judged->findings_count > 0) {
        judge(judged);
    }
    return code;
}
