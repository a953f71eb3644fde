#include "projections/views/reconcile.h"

#include "core/mem.h"
#include "core/metering/grid.h"
#include "core/metering/register_code.h"
#include "core/metering/slots.h"
#include "projections/tables.h"
#include "projections/views/advances.h"
#include "projections/views/bill.h"
#include "projections/views/curve.h"
#include "projections/views/keys.h"

#define ARENA_SIZE_MAX (64u << 20)
#define PERCENT_1E4 1000000 /* 100 % */

struct walk {
    struct en_store *store;
    uint32_t point;
    uint32_t profile; /* the channel with a grid */
    struct en_interval time;
    en_lane lane;
    int64_t tolerance_1e4;
    struct en_arena scratch; /* of one day's plan, or of one name */
    struct en_zone_split split;
    struct en_zone_sums sums; /* of the register in hand */
    struct en_zone_sum all;
    struct en_interval day;
    const struct en_zone_plan *plan;
    uint32_t calendar; /* that the register in hand was split by; it changed: none */
    bool is_one_calendar;
    uint32_t missing_count;
};

static void add_word(uint64_t *word, uint64_t quality)
{
    uint64_t clean = en_slot_clean(quality);
    *word = en_quality_is_missing(*word) ? clean : en_quality_merge(*word, clean);
}

static en_code begin_day(struct walk *walk, struct en_instant at, struct en_error *err)
{
    int32_t offset = 0;
    en_code code = en_keys_point_offset(walk->store, walk->point, at, &offset, err);
    struct en_day day = en_day_of_instant(at, offset);
    walk->day = en_day_interval(day, offset);
    en_arena_reset(&walk->scratch);
    en_zone_split_begin(&walk->split, walk->store, &walk->scratch);
    if (code == EN_OK) {
        code = en_zone_split_plan(&walk->split, walk->point, offset, day.n, walk->day, &walk->plan,
                                  err);
    }
    uint32_t calendar = walk->plan == NULL ? 0 : walk->plan->calendar;
    walk->is_one_calendar = walk->is_one_calendar && calendar != 0 &&
                            (walk->calendar == 0 || walk->calendar == calendar);
    walk->calendar = calendar != 0 ? calendar : walk->calendar;
    return code;
}

static en_code take_slot(void *self, const struct en_curve_slot *slot, struct en_error *err)
{
    struct walk *walk = self;
    uint64_t quality = en_quality_with_fiscal(slot->quality, EN_FISCAL_OPEN);
    en_code code = EN_OK;
    if (!en_interval_holds(walk->day, slot->span.from)) {
        code = begin_day(walk, slot->span.from, err);
    }
    if (code != EN_OK || !en_quality_is_usable(quality)) {
        walk->missing_count++;
        return code;
    }
    walk->all.micro += slot->micro;
    add_word(&walk->all.quality, quality);
    if (walk->plan != NULL && slot->span.to.us <= walk->plan->time.to.us) {
        en_tariff_plan_add(&walk->plan->plan, slot->span, slot->micro, quality, &walk->sums);
    }
    return EN_OK;
}

/* ---- the register ---- */

struct advance_sum {
    struct en_interval span;
    en_i128 micro;
    uint64_t quality;
    bool is_known; /* every advance between the readings is */
    bool is_begun;
};

static en_code take_advance(void *self, const struct en_advance_row *row, struct en_error *err)
{
    struct advance_sum *sum = self;
    (void)err;
    sum->span.from = sum->is_begun ? sum->span.from : row->span.from;
    sum->span.to = row->span.to;
    sum->is_known = (sum->is_known || !sum->is_begun) && en_quality_is_usable(row->amount.quality);
    sum->is_begun = true;
    sum->micro += row->amount.micro;
    add_word(&sum->quality, row->amount.quality);
    return EN_OK;
}

static struct en_amount amount_of(en_i128 sum, uint64_t quality, bool is_known)
{
    struct en_amount amount = {0, quality};
    if (!is_known || !en_i128_to_i64(sum, &amount.micro)) {
        amount.quality = en_slot_missing(EN_QUALITY_MISSING);
    }
    return amount;
}

/* Whether both readings lie on edges of the profile's slots. */
static en_code is_on_edges(struct walk *walk, struct en_interval span, bool *is_on,
                           struct en_error *err)
{
    struct en_channel_row row = {.channel = walk->profile};
    int32_t offset = 0;
    en_code code = en_table_get(walk->store, &en_table_channel, &row, NULL, err);
    code = code == EN_OK ? en_keys_point_offset(walk->store, walk->point, span.from, &offset, err)
                         : code;
    if (code != EN_OK) {
        return code;
    }
    struct en_grid grid = {row.slot_seconds, offset};
    *is_on = en_grid_is_valid(grid) && en_grid_is_edge(grid, span.from) &&
             en_grid_is_edge(grid, span.to);
    return EN_OK;
}

static en_code sum_profile(struct walk *walk, struct en_interval span, struct en_error *err)
{
    struct en_curve_query query = {
        .series = walk->profile, .is_instants = true, .interval = span, .lane = walk->lane};
    memset(&walk->sums, 0, sizeof walk->sums);
    walk->all = (struct en_zone_sum){0};
    walk->day = (struct en_interval){{0}, {0}};
    walk->plan = NULL;
    walk->calendar = 0;
    walk->is_one_calendar = true;
    walk->missing_count = 0;
    return en_curve_walk(walk->store, &query, take_slot, walk, err);
}

/* The zone that the tariff register stands for, as the span ends. */
static en_code name_zone(struct walk *walk, struct en_reconcile_row *row, struct en_error *err)
{
    struct en_schedule_calendar schedule;
    if (row->tariff == 0 || !walk->is_one_calendar || walk->calendar == 0) {
        return EN_OK;
    }
    en_arena_reset(&walk->scratch);
    en_code code =
        en_schedule_last_calendar(walk->store, walk->calendar, &walk->scratch, &schedule, err);
    if (code == EN_OK && row->tariff <= schedule.days.zones_count) {
        row->zone = schedule.zones[row->tariff - 1].name;
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static void judge(const struct walk *walk, struct en_reconcile_row *row)
{
    const struct en_amount *difference = &row->result.difference;
    if (!en_quality_is_usable(difference->quality)) {
        return;
    }
    en_i128 profile = row->result.profile.micro;
    en_i128 size = profile < 0 ? -profile : profile;
    en_i128 apart = difference->micro < 0 ? -(en_i128)difference->micro : difference->micro;
    bool is_within = apart * PERCENT_1E4 <= size * walk->tolerance_1e4;
    row->verdict = is_within ? EN_RECONCILE_AGREE : EN_RECONCILE_DIFFER;
    if (size > 0) {
        row->has_percent =
            en_i128_to_i64(en_i128_divide_half_up((en_i128)difference->micro * PERCENT_1E4, size),
                           &row->percent_1e4);
    }
    if (row->tariff > 0 && !is_within) {
        row->result.difference.quality |= EN_QUALITY_TOUSUM;
    }
}

static en_code visit_register(struct walk *walk, const struct en_channel_row *channel,
                              uint8_t tariff, en_reconcile_visit visit, void *self,
                              struct en_error *err)
{
    struct advance_sum sum = {.micro = 0};
    struct en_reconcile_row row = {
        .channel = channel->channel, .code = channel->code, .tariff = tariff};
    bool is_on = false;
    en_code code = en_advances_walk(walk->store, channel, walk->time, take_advance, &sum, err);
    if (code != EN_OK || !sum.is_begun) {
        return code == EN_OK ? visit(self, &row, err) : code;
    }
    row.span = sum.span;
    code = is_on_edges(walk, sum.span, &is_on, err);
    code = code == EN_OK ? sum_profile(walk, sum.span, err) : code;
    code = code == EN_OK ? name_zone(walk, &row, err) : code;
    if (code != EN_OK) {
        return code;
    }
    const struct en_zone_sum *zone = tariff == 0 ? &walk->all : &walk->sums.zones[tariff - 1];
    bool is_known = is_on && walk->missing_count == 0 && (tariff == 0 || row.zone.size > 0);
    uint64_t word = en_quality_is_missing(zone->quality) ? EN_QUALITY_MEASURED : zone->quality;
    row.result = en_reconcile(amount_of(sum.micro, sum.quality, sum.is_known),
                              amount_of(zone->micro, word, is_known), EN_BILLING_REGISTER);
    judge(walk, &row);
    return visit(self, &row, err);
}

/* Received active energy that is read now and then. */
static bool is_register(const struct en_channel_row *row, uint8_t *tariff)
{
    struct en_register_meaning meaning;
    bool is_it = row->slot_seconds == 0 && row->basis == EN_BASIS_REGISTER &&
                 en_register_meaning_of(row->code, &meaning, NULL) == EN_OK &&
                 meaning.unit == EN_UNIT_KWH && meaning.direction == EN_DIRECTION_IN &&
                 meaning.tariff <= EN_TARIFF_ZONES_MAX;
    *tariff = is_it ? meaning.tariff : 0;
    return is_it;
}

static en_code walk_registers(struct walk *walk, en_reconcile_visit visit, void *self,
                              struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    struct en_point_channel_row place = {.point = walk->point, .code = en_slice_text("")};
    en_arena_init(&arena, ARENA_SIZE_MAX);
    en_code code = en_table_scan_begin(walk->store, &en_table_point_channel, &place, 1, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &place, &arena, err);
        struct en_channel_row row = {.channel = place.channel};
        uint8_t tariff = 0;
        code = code == EN_OK ? en_table_get(walk->store, &en_table_channel, &row, NULL, err) : code;
        if (code == EN_OK && is_register(&row, &tariff)) {
            code = visit_register(walk, &row, tariff, visit, self, err);
        }
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_reconcile_walk(struct en_store *store, uint32_t point, struct en_day from,
                          struct en_day to, en_lane lane, int64_t tolerance_1e4_percent,
                          en_reconcile_visit visit, void *self, struct en_error *err)
{
    int32_t offset = 0;
    struct walk *walk = en_mem_alloc(1, sizeof *walk);
    if (walk == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to compare registers");
    }
    walk->store = store;
    walk->point = point;
    walk->lane = lane;
    walk->tolerance_1e4 = tolerance_1e4_percent;
    en_arena_init(&walk->scratch, ARENA_SIZE_MAX);
    en_code code = en_keys_day_start(store, point, from.n, &walk->time.from, &offset, err);
    code =
        code == EN_OK ? en_keys_day_start(store, point, to.n, &walk->time.to, &offset, err) : code;
    code =
        code == EN_OK ? en_bill_channel(store, point, walk->time.from, &walk->profile, err) : code;
    struct en_channel_row row = {.channel = walk->profile};
    if (code == EN_OK && walk->profile != 0) {
        code = en_table_get(store, &en_table_channel, &row, NULL, err);
    }
    if (code == EN_OK && row.slot_seconds > 0) {
        code = walk_registers(walk, visit, self, err);
    }
    en_arena_fini(&walk->scratch);
    en_mem_free(walk);
    return code;
}

const char *en_reconcile_verdict_name(en_reconcile_verdict verdict)
{
    static const char *const names[] = {"open", "agree", "differ"};
    EN_ASSERT((unsigned)verdict < EN_COUNT_OF(names));
    return names[verdict];
}
