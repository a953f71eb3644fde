#include "projections/views/completeness.h"

#include <inttypes.h>

#include "core/decimal.h"
#include "core/mem.h"
#include "core/metering/block/block.h"
#include "core/metering/grid.h"
#include "projections/views/best.h"
#include "projections/views/keys.h"

#define ARENA_SIZE ((size_t)1 << 31)
#define HUNDRED_PERCENT 1000000

void en_completeness_init(struct en_completeness *completeness)
{
    *completeness = (struct en_completeness){.series_count = 0};
    en_arena_init(&completeness->arena, ARENA_SIZE);
}

void en_completeness_fini(struct en_completeness *completeness)
{
    en_arena_fini(&completeness->arena);
    en_mem_free(completeness->series);
    en_mem_free(completeness->cells);
}

/* ---- which channels ---- */

static en_code add_series(struct en_completeness *completeness, size_t *capacity,
                          const struct en_completeness_series *series, struct en_error *err)
{
    if (completeness->series_count == *capacity) {
        size_t grown = *capacity > 0 ? 2 * *capacity : 256;
        void *moved = en_mem_resize(completeness->series, grown * sizeof *series);
        if (moved == NULL) {
            return en_error_set(err, EN_NOMEM, "no memory for %zu channels", grown);
        }
        completeness->series = moved;
        *capacity = grown;
    }
    completeness->series[completeness->series_count++] = *series;
    return EN_OK;
}

static en_code copy_text(struct en_arena *arena, struct en_slice *text, struct en_error *err)
{
    if (text->size == 0) {
        return EN_OK;
    }
    *text = en_arena_copy(arena, *text);
    return text->bytes != NULL ? EN_OK : en_error_set(err, EN_NOMEM, "no room for names");
}

/* Names the channel if it is asked for. */
static en_code take_channel(struct en_completeness *completeness, struct en_store *store,
                            const struct en_completeness_query *query,
                            const struct en_channel_row *row, size_t *capacity,
                            struct en_error *err)
{
    struct en_completeness_series series = {
        .channel = row->channel,
        .point = row->point,
        .code = row->code,
        .unit = row->unit,
        .slot_seconds = row->slot_seconds,
    };
    bool is_asked = row->slot_seconds > 0 && 86400u % row->slot_seconds == 0 &&
                    (query->point == 0 || query->point == row->point);
    if (!is_asked) {
        return EN_OK;
    }
    struct en_instant at = {(int64_t)query->from_day * EN_DAY_US};
    struct en_point_row point = {.point = row->point, .from = at};
    bool is_within = false;
    en_code code = copy_text(&completeness->arena, &series.code, err);
    if (code == EN_OK) {
        code = en_table_last_before(store, &en_table_point, &point, 1, NULL, err);
        series.object = code == EN_OK ? point.object : 0;
        code = code == EN_NOT_FOUND ? EN_OK : code;
    }
    if (code == EN_OK) {
        code = en_keys_is_within(store, series.object, query->object, at, &is_within, err);
    }
    if (code != EN_OK || !is_within) {
        return code;
    }
    code = en_keys_key(store, EN_NAME_POINT, series.point, &series.point_key, err);
    if (code == EN_OK) {
        code = copy_text(&completeness->arena, &series.point_key, err);
    }
    if (code == EN_OK) {
        code = en_keys_key(store, EN_NAME_OBJECT, series.object, &series.object_key, err);
    }
    if (code == EN_OK) {
        code = copy_text(&completeness->arena, &series.object_key, err);
    }
    return code == EN_OK ? add_series(completeness, capacity, &series, err) : code;
}

static en_code gather_series(struct en_completeness *completeness, struct en_store *store,
                             const struct en_completeness_query *query, struct en_error *err)
{
    struct en_table_scan scan;
    size_t capacity = 0;
    en_code code = en_table_scan_begin(store, &en_table_channel, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_channel_row row;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = take_channel(completeness, store, query, &row, &capacity, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- a day of a channel ---- */

struct day_work {
    struct en_completeness *completeness;
    struct en_store *store;
    const struct en_completeness_series *series;
    struct en_completeness_cell *cell;
    struct en_block *block;
    struct en_finding *findings;
    struct en_arena scratch;
    int32_t day;
};

/* Slots of the fiscal day that begin while a device is installed. */
static en_code count_expected(struct day_work *work, struct en_error *err)
{
    const struct en_completeness_series *series = work->series;
    int32_t offset = 0;
    struct en_instant noon = {(int64_t)work->day * EN_DAY_US};
    en_code code = en_keys_point_offset(work->store, series->point, noon, &offset, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_grid grid = {series->slot_seconds, offset};
    struct en_interval day = en_day_interval((struct en_day){work->day}, offset);
    struct en_installation_row row = {.point = series->point, .from = {INT64_MIN}};
    struct en_table_scan scan;
    struct en_interval installed = {day.from, day.from};
    bool is_told = false;
    uint64_t expected = 0;
    en_arena_reset(&work->scratch);
    code = en_table_scan_begin(work->store, &en_table_installation, &row, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, &work->scratch, err);
        if (code != EN_OK || row.from.us >= day.to.us) {
            is_told = is_told || code == EN_OK;
            break;
        }
        is_told = true;
        struct en_instant edge = row.from.us > day.from.us ? row.from : day.from;
        installed.to = installed.to.us > installed.from.us ? edge : installed.to;
        expected += en_grid_slots_expected(grid, installed);
        installed.from = edge;
        installed.to = row.device != 0 ? day.to : edge;
    }
    en_table_scan_end(&scan);
    expected += en_grid_slots_expected(grid, installed);
    work->cell->expected += is_told ? expected : en_grid_slots_expected(grid, day);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void take_value(struct en_completeness_cell *cell, int64_t micro, uint32_t slot_seconds)
{
    en_i128 power = (en_i128)micro * 3600 / slot_seconds;
    cell->is_overflow = !en_i64_add(cell->micro, micro, &cell->micro) || cell->is_overflow;
    if (power > cell->peak_micro && power <= INT64_MAX) {
        cell->peak_micro = (int64_t)power;
    }
}

static en_code count_values(struct day_work *work, struct en_error *err)
{
    struct en_slice energy;
    struct en_block *block = work->block;
    struct en_completeness_cell *cell = work->cell;
    en_code code = en_best_get(work->store, work->day, work->series->channel, &energy, err);
    if (code == EN_OK) {
        code = en_block_read(energy, block, err);
    }
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    for (uint32_t i = 0; i < block->head.count; i++) {
        uint64_t quality = block->quality[i];
        struct en_decimal value = {block->values[i], block->head.exponent};
        int64_t micro = 0;
        if (!en_quality_is_usable(quality)) {
            continue;
        }
        bool is_estimate = en_source_is_estimate(en_quality_worst_source(quality));
        cell->estimated += is_estimate;
        cell->held += !is_estimate;
        cell->suspect += en_quality_verdict(quality) == EN_VERDICT_SUSPECT;
        if (en_decimal_micro(value, &micro, NULL) == EN_OK) {
            take_value(cell, micro, block->head.slot_seconds);
        } else {
            cell->is_overflow = true;
        }
    }
    return EN_OK;
}

static en_code count_findings(struct day_work *work, struct en_error *err)
{
    struct en_findings findings;
    struct en_slice entry;
    en_code code = en_series_get(work->store, &en_series_finding, work->day, work->series->channel,
                                 &entry, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    en_findings_init(&findings, work->findings, EN_FINDINGS_MAX);
    code = en_findings_decode(entry, &findings, err);
    for (uint32_t i = 0; i < findings.count && code == EN_OK; i++) {
        uint8_t severity = findings.items[i].severity;
        work->cell->warnings += severity == EN_SEVERITY_WARNING;
        work->cell->errors += severity == EN_SEVERITY_ERROR;
        work->cell->blocking += severity == EN_SEVERITY_BLOCKING;
    }
    return code;
}

static en_code gather_cells(struct en_completeness *completeness, struct en_store *store,
                            const struct en_completeness_query *query, struct en_error *err)
{
    struct day_work work = {.completeness = completeness, .store = store};
    en_code code = EN_OK;
    work.block = en_mem_alloc(1, sizeof *work.block);
    work.findings = en_mem_alloc(EN_FINDINGS_MAX, sizeof *work.findings);
    en_arena_init(&work.scratch, 1u << 20);
    if (work.block == NULL || work.findings == NULL) {
        code = en_error_set(err, EN_NOMEM, "no memory to count values");
    }
    for (work.day = query->from_day; work.day < query->to_day && code == EN_OK; work.day++) {
        uint32_t step = query->is_daily ? (uint32_t)(work.day - query->from_day) : 0;
        for (uint32_t i = 0; i < completeness->series_count && code == EN_OK; i++) {
            work.series = &completeness->series[i];
            work.cell = &completeness->cells[(size_t)step * completeness->series_count + i];
            code = count_expected(&work, err);
            if (code == EN_OK) {
                code = count_values(&work, err);
            }
            if (code == EN_OK) {
                code = count_findings(&work, err);
            }
        }
    }
    en_arena_fini(&work.scratch);
    en_mem_free(work.findings);
    en_mem_free(work.block);
    return code;
}

en_code en_completeness_gather(struct en_completeness *completeness, struct en_store *store,
                               const struct en_completeness_query *query, struct en_error *err)
{
    if (query->from_day >= query->to_day) {
        return en_error_set(err, EN_RANGE, "the stretch of days is empty");
    }
    en_code code = gather_series(completeness, store, query, err);
    if (code != EN_OK) {
        return code;
    }
    completeness->steps_count = query->is_daily ? (uint32_t)(query->to_day - query->from_day) : 1;
    uint64_t cells = (uint64_t)completeness->steps_count * completeness->series_count;
    if (cells > EN_COMPLETENESS_CELLS_MAX) {
        return en_error_set(
            err, EN_LIMIT, "%" PRIu64 " cells: ask for fewer days or points, or not by day", cells);
    }
    completeness->cells = en_mem_alloc(cells > 0 ? (size_t)cells : 1, sizeof *completeness->cells);
    if (completeness->cells == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for %" PRIu64 " cells", cells);
    }
    return gather_cells(completeness, store, query, err);
}

void en_completeness_add(struct en_completeness_cell *sum, const struct en_completeness_cell *cell)
{
    sum->expected += cell->expected;
    sum->held += cell->held;
    sum->estimated += cell->estimated;
    sum->suspect += cell->suspect;
    sum->warnings += cell->warnings;
    sum->errors += cell->errors;
    sum->blocking += cell->blocking;
    sum->is_overflow =
        !en_i64_add(sum->micro, cell->micro, &sum->micro) || sum->is_overflow || cell->is_overflow;
    sum->peak_micro = cell->peak_micro > sum->peak_micro ? cell->peak_micro : sum->peak_micro;
}

char en_completeness_grade(const struct en_completeness_cell *cell)
{
    en_rule_severity worst = cell->blocking > 0   ? EN_SEVERITY_BLOCKING
                             : cell->errors > 0   ? EN_SEVERITY_ERROR
                             : cell->warnings > 0 ? EN_SEVERITY_WARNING
                                                  : EN_SEVERITY_NONE;
    return en_validation_grade(worst);
}

int64_t en_completeness_percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? HUNDRED_PERCENT : (int64_t)((en_u128)part * HUNDRED_PERCENT / whole);
}
