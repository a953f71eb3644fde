/* Derivations over worlds in which everything happens: the value at the top is the one that every
 * other view gives; the parts of a formula come to its value; a scaled reading is its reading times
 * its ratio; every event that is named is in the log and says what the derivation says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "log/cursor.h"
#include "log/lookup.h"
#include "projections/views/curve.h"
#include "projections/views/why.h"
#include "tests/replay/random_world.h"

#define SEEDS 8
#define OUTPUT_SIZE_MAX ((size_t)16 << 20)

static uint32_t compared_count;
static uint32_t formulas_count;
static uint32_t scaled_count;
static uint32_t events_count;
static uint32_t rules_count;

static char refusal[EN_ERROR_TEXT_SIZE]; /* of the last question without an answer */

static json_t *derive(struct en_store *store, struct en_log *log, uint64_t position,
                      const struct en_why_query *query)
{
    struct en_log_lookup events;
    struct en_why_tree tree;
    struct en_error err = {0};
    struct en_buf out;
    struct en_json json;
    json_t *read = NULL;
    en_why_tree_init(&tree);
    en_buf_init(&out, OUTPUT_SIZE_MAX);
    en_log_lookup_init(&events, log, position);
    struct en_lookup lookup = en_log_lookup_of(&events);
    en_code code = en_why(store, &lookup, query, &tree, &err);
    if (code == EN_OK) {
        en_why_print(&tree, &out);
        assert_true(out.size > 0);
        en_buf_reset(&out);
        en_json_init(&json, &out);
        en_why_print_json(&tree, &json, NULL);
        assert_int_equal(en_buf_code(&out, &err), EN_OK);
        read = json_loadb((const char *)out.bytes, out.size, 0, NULL);
        assert_non_null(read);
    } else if (code != EN_NOT_FOUND) {
        fail_msg("why: %s", err.text);
    }
    (void)snprintf(refusal, sizeof refusal, "%s", err.text);
    en_buf_fini(&out);
    en_why_tree_fini(&tree);
    return read;
}

/* The number of a fact; false where it is null. */
static bool micro_of(const json_t *node, const char *name, int64_t *micro)
{
    const char *text = json_string_value(json_object_get(node, name));
    if (text == NULL) {
        return false;
    }
    assert_int_equal(en_micro_parse(en_slice_text(text), micro, NULL), EN_OK);
    return true;
}

static bool is_kind(const json_t *node, const char *kind)
{
    return strcmp(json_string_value(json_object_get(node, "kind")), kind) == 0;
}

static const json_t *input_of(const json_t *node, const char *kind)
{
    size_t index = 0;
    const json_t *input = NULL;
    json_array_foreach(json_object_get(node, "inputs"), index, input)
    {
        if (is_kind(input, kind)) {
            return input;
        }
    }
    return NULL;
}

static void check_event(const json_t *node, struct en_log *log, struct en_buf *payload)
{
    struct en_event event;
    struct en_seq seq = {(uint64_t)json_integer_value(json_object_get(node, "seq"))};
    assert_int_equal(en_log_get(log, seq, &event, payload, NULL), EN_OK);
    assert_string_equal(en_kind_info(event.header.kind)->name,
                        json_string_value(json_object_get(node, "event")));
    events_count++;
}

/* A reading times its ratio, where no device was replaced inside. */
static void check_interval(const json_t *node)
{
    const json_t *profile = input_of(node, "profile");
    struct en_ratio ratio;
    struct en_decimal read;
    int64_t value = 0;
    int64_t scaled = 0;
    const char *text = json_string_value(json_object_get(profile, "value"));
    if (text == NULL || input_of(node, "replacement") != NULL || !micro_of(node, "value", &value)) {
        return;
    }
    assert_int_equal(
        en_ratio_parse(en_slice_text(json_string_value(json_object_get(node, "ratio"))), &ratio,
                       NULL),
        EN_OK);
    assert_int_equal(en_decimal_parse(en_slice_text(text), EN_DECIMAL_POINT, &read, NULL), EN_OK);
    assert_true(en_ratio_scale_decimal_half_up(ratio, read, &scaled));
    assert_int_equal(scaled, value);
    scaled_count++;
}

/* In the live lane a formula's parts come to its value. */
static void check_formula(const json_t *node)
{
    const json_t *whole = input_of(node, "part");
    int64_t value = 0;
    int64_t parts = 0;
    if (whole == NULL || strcmp(json_string_value(json_object_get(node, "lane")), "live") != 0) {
        return;
    }
    bool has_value = micro_of(node, "value", &value);
    assert_int_equal(micro_of(whole, "value", &parts), has_value);
    assert_int_equal(parts, value);
    formulas_count++;
}

static void check_node(const json_t *node, struct en_log *log, struct en_buf *payload)
{
    size_t index = 0;
    const json_t *input = NULL;
    if (is_kind(node, "event")) {
        check_event(node, log, payload);
    } else if (is_kind(node, "interval")) {
        check_interval(node);
    } else if (is_kind(node, "formula")) {
        check_formula(node);
    }
    rules_count += is_kind(node, "rule");
    json_array_foreach(json_object_get(node, "inputs"), index, input)
    {
        check_node(input, log, payload);
    }
}

/* One slot that a curve gave. */
struct look {
    struct world *world;
    struct en_store *store;
    struct en_buf payload;
    struct en_curve_query query;
    uint64_t position;
};

static en_code compare(void *self, const struct en_curve_slot *slot, struct en_error *err)
{
    struct look *look = self;
    (void)err;
    if (world_random(look->world, 40) != 0) {
        return EN_OK;
    }
    int64_t inside = slot->span.from.us + (int64_t)world_random(look->world, 60) * EN_SECOND_US;
    struct en_why_query query = {
        .what = look->query.is_formula ? EN_WHY_FORMULA : EN_WHY_CHANNEL,
        .series = look->query.series,
        .at = {inside},
        .lane = look->query.lane,
    };
    int64_t micro = 0;
    json_t *why = derive(look->store, look->world->log, look->position, &query);
    if (why == NULL) {
        fail_msg("%s %u: %s", query.what == EN_WHY_FORMULA ? "formula" : "channel", query.series,
                 refusal);
    }
    bool has_value = micro_of(why, "value", &micro);
    assert_int_equal(has_value, !en_quality_is_missing(slot->quality));
    assert_int_equal(micro, slot->micro);
    check_node(why, look->world->log, &look->payload);
    json_decref(why);
    compared_count++;
    return EN_OK;
}

static void look_at(struct look *look, bool is_formula, uint32_t series, en_lane lane)
{
    struct en_error err = {0};
    look->query = (struct en_curve_query){.is_formula = is_formula,
                                          .series = series,
                                          .from_day = {WORLD_DAY - 1},
                                          .to_day = {WORLD_DAY + RANDOM_DAYS + 2},
                                          .lane = lane};
    en_code code = en_curve_walk(look->store, &look->query, compare, look, &err);
    if (code != EN_OK && code != EN_NOT_FOUND) {
        fail_msg("curve: %s", err.text);
    }
}

static void look_at_balance(struct look *look, struct en_instant at)
{
    struct en_why_query query = {
        .what = EN_WHY_BALANCE, .series = 1, .at = at, .lane = EN_LANE_LIVE};
    json_t *why = derive(look->store, look->world->log, look->position, &query);
    if (why != NULL) {
        check_node(why, look->world->log, &look->payload);
        json_decref(why);
    }
}

static void test_derivations_give_the_values_of_all_views(void **state)
{
    (void)state;
    for (uint64_t seed = 500; seed < 500 + SEEDS; seed++) {
        struct random_world random;
        struct world_projection projection;
        struct en_error err;
        struct look look = {.world = &random.world};
        random_world_open(&random, seed);
        world_project(&random.world, &projection, 0);
        /* as of somewhere in the log, and at its end */
        uint64_t size = en_log_size(random.world.log);
        uint64_t ends[] = {size / 2 + 1, size};
        for (size_t i = 0; i < 2; i++) {
            world_run(&projection, ends[i]);
            look.position = ends[i];
            assert_int_equal(en_store_begin(projection.kv, EN_KV_READ, &look.store, &err), EN_OK);
            en_buf_init(&look.payload, 1u << 20);
            for (size_t k = 0; k < RANDOM_POINTS; k++) {
                look_at(&look, false, random.channels[k], EN_LANE_FISCAL);
                look_at(&look, false, random.channels[k], EN_LANE_LIVE);
            }
            for (uint32_t node = 1; node < 12; node++) {
                look_at(&look, true, node, EN_LANE_FISCAL);
                look_at(&look, true, node, EN_LANE_LIVE);
            }
            look_at_balance(&look, world_moment(WORLD_DAY + 3, 600).from);
            en_buf_fini(&look.payload);
            en_store_abort(look.store);
        }
        world_projection_close(&projection);
        world_close(&random.world);
    }
    printf("%u slots, %u formulas, %u scaled, %u events, %u rules\n", compared_count,
           formulas_count, scaled_count, events_count, rules_count);
    assert_true(compared_count > 1000 && formulas_count > 200 && scaled_count > 100);
    assert_true(events_count > 1000);
}

/* Names that are not there, times that cannot be read. */
static void test_questions_that_have_no_answer(void **state)
{
    (void)state;
    struct random_world random;
    struct world_projection projection;
    struct en_store *store = NULL;
    struct en_error err;
    uint32_t series = 0;
    random_world_open(&random, 3);
    world_project(&random.world, &projection, 0);
    world_run(&projection, 0);
    assert_int_equal(en_store_begin(projection.kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_why_find(store, EN_WHY_CHANNEL, en_slice_text("nobody"),
                                 en_slice_text("A+"), &series, &err),
                     EN_NOT_FOUND);
    assert_int_equal(
        en_why_find(store, EN_WHY_CHANNEL, en_slice_text("P1"), en_slice_text("X"), &series, &err),
        EN_NOT_FOUND);
    assert_int_equal(en_why_find(store, EN_WHY_BALANCE, en_slice_text("nobody"), en_slice_text(""),
                                 &series, &err),
                     EN_NOT_FOUND);
    struct en_why_query query = {.what = EN_WHY_CHANNEL, .series = random.channels[0]};
    static const char *const times[] = {"", "x", "2026-13-01", "2026-01-01T25:00",
                                        "2026-01-01T00:00:00+99:00"};
    for (size_t i = 0; i < EN_COUNT_OF(times); i++) {
        assert_int_equal(en_why_time(store, en_slice_text(times[i]), &query, &err), EN_USAGE);
    }
    assert_int_equal(en_why_time(store, en_slice_text("2026-01-02T03:04"), &query, &err), EN_OK);
    assert_int_equal(query.at.us, world_moment(WORLD_DAY + 1, 184).from.us);
    query.series = 999;
    assert_null(derive(store, random.world.log, 10, &query));
    query.what = EN_WHY_FORMULA;
    assert_null(derive(store, random.world.log, 10, &query));
    query.what = EN_WHY_BALANCE;
    assert_null(derive(store, random.world.log, 10, &query));
    en_store_abort(store);
    world_projection_close(&projection);
    world_close(&random.world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_derivations_give_the_values_of_all_views),
        cmocka_unit_test(test_questions_that_have_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
