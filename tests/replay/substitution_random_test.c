/* Substitution in random worlds: values that come late, in part, twice; registers on and off the
 * grid; power that fails; rules that change; edits asked for, decided, taken back; time that
 * passes. However the batches are cut, and however often it is brought forward, the tables are the
 * same; and so are the values, whatever the order in which facts arrived (PT-1, PT-2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/metering/substitution/estimation.h"
#include "projections/digest.h"
#include "projections/views/best.h"
#include "tests/replay/world.h"

#define POINTS 3u
#define DAYS 24
#define SLOTS 48u
#define EVENTS 200u
#define SEEDS 3u
#define FACTS 120u

static const struct en_interval always = {{0}, {0}};

struct site {
    struct world world;
    uint32_t points[POINTS];
    uint32_t channels[POINTS];
    uint32_t registers[POINTS];
    uint32_t devices[POINTS];
    uint32_t actors[2];
    uint64_t edits[EVENTS];
    uint32_t edits_of[EVENTS];
    uint32_t edits_count;
    int32_t clock_day;
};

static uint32_t below(struct site *site, uint32_t count)
{
    return world_random(&site->world, count);
}

static int32_t any_day(struct site *site)
{
    return WORLD_DAY + (int32_t)below(site, DAYS);
}

static void make_point(struct site *site, uint32_t index)
{
    char name[16];
    char key[EN_NAME_SIZE_MAX + 1];
    struct world *world = &site->world;
    (void)snprintf(name, sizeof name, "P%u", index);
    site->channels[index] = world_point(world, name, true);
    site->points[index] = world_name(world, EN_NAME_POINT, name);
    en_channel_key(site->points[index], en_slice_text("1.8.0"), key);
    site->registers[index] = world_name(world, EN_NAME_CHANNEL, key);
    struct en_channel_set set = {.point = site->points[index],
                                 .code = en_slice_text("1.8.0"),
                                 .unit = EN_UNIT_KWH,
                                 .basis = EN_BASIS_REGISTER,
                                 .is_primary = true};
    world_put(world, EN_KIND_CHANNEL_SET, site->registers[index], always, &set);
    (void)snprintf(name, sizeof name, "D%u", index);
    site->devices[index] = world_name(world, EN_NAME_DEVICE, name);
    struct en_device_set device = {.serial = en_slice_text(name), .type = en_slice_text("meter")};
    struct en_device_installed installed = {.device = site->devices[index]};
    world_put(world, EN_KIND_DEVICE_SET, site->devices[index], always, &device);
    world_put(world, EN_KIND_DEVICE_INSTALLED, site->points[index],
              world_moment(WORLD_DAY - 1000, 0), &installed);
    world_append(world);
}

static void open_site(struct site *site, uint64_t seed)
{
    memset(site, 0, sizeof *site);
    world_open_in_memory(&site->world, seed);
    for (uint32_t i = 0; i < POINTS; i++) {
        make_point(site, i);
    }
    site->actors[0] = world_name(&site->world, EN_NAME_ACTOR, "user:a");
    site->actors[1] = world_name(&site->world, EN_NAME_ACTOR, "user:b");
    site->clock_day = WORLD_DAY;
}

/* A day with holes, now and then suspect or rejected values; the later of equal revision wins, so
 * each comes under a revision of its own. */
static void random_profile(struct site *site)
{
    int64_t values[SLOTS];
    uint64_t quality[SLOTS];
    uint32_t index = below(site, POINTS);
    uint32_t holes = below(site, 4);
    for (uint32_t i = 0; i < SLOTS; i++) {
        values[i] = (int64_t)below(site, 20000);
        quality[i] = below(site, 40) == 0
                         ? en_quality_with_verdict(EN_QUALITY_MEASURED, EN_VERDICT_REJECTED)
                         : EN_QUALITY_MEASURED;
    }
    for (uint32_t k = 0; k < holes; k++) {
        uint32_t first = below(site, SLOTS);
        uint32_t count = 1 + below(site, 12);
        for (uint32_t i = first; i < first + count && i < SLOTS; i++) {
            quality[i] = EN_QUALITY_MISSING;
        }
    }
    world_profile(&site->world, site->channels[index], any_day(site), below(site, 1000), values,
                  quality);
}

static void random_register(struct site *site)
{
    uint32_t index = below(site, POINTS);
    int32_t day = any_day(site);
    int minutes = below(site, 5) == 0 ? (int)below(site, 1440) : (int)below(site, 3) * 720;
    struct en_reading_register payload = {
        .value = {((int64_t)(day - WORLD_DAY) * 500 + minutes / 3) * 1000, -3},
        .device = site->devices[index],
        .quality = EN_QUALITY_MEASURED};
    world_put(&site->world, EN_KIND_READING_REGISTER, site->registers[index],
              world_moment(day, minutes), &payload);
}

static void random_outage(struct site *site)
{
    uint32_t index = below(site, POINTS);
    struct en_device_event payload = {.code =
                                          en_slice_text(below(site, 2) == 0 ? "dlms:1" : "dlms:2")};
    world_put(&site->world, EN_KIND_DEVICE_EVENT, site->devices[index],
              world_moment(any_day(site), (int)below(site, 1440)), &payload);
}

static void random_tick(struct site *site)
{
    site->clock_day += (int32_t)below(site, 6);
    struct en_clock_tick payload = {world_moment(site->clock_day, 30).from};
    world_put(&site->world, EN_KIND_CLOCK_TICK, 0, always, &payload);
}

static void put_rule(struct site *site, const char *target, const char *rule,
                     const char *parameters, int32_t day)
{
    char key[64];
    (void)snprintf(key, sizeof key, "%s%s", rule, target);
    struct en_rule_set set = {.rule = en_slice_text(rule),
                              .edition = en_slice_text("1"),
                              .parameters = en_slice_text(parameters),
                              .reason = en_slice_text("a test")};
    world_put(&site->world, EN_KIND_RULE_SET, world_name(&site->world, EN_NAME_RULE, key),
              world_moment(day, 0), &set);
}

static void random_rule(struct site *site)
{
    static const struct {
        const char *rule;
        const char *parameters;
    } rows[] = {
        {"CHAIN", "{\"chain\":\"UBP\"}"},
        {"CHAIN", "{\"chain\":\"DE\",\"anchor\":true}"},
        {"CHAIN", "{\"chain\":\"ELEXON\"}"},
        {"CHAIN", "{\"chain\":\"TECHNICAL\"}"},
        {"CHAIN", "{\"chain\":\"AEMO\"}"},
        {"CHAIN", "{\"methods\":[\"E-07\",\"E-01\",\"E-04\",\"E-05\",\"E-15\"]}"},
        {"CHAIN", "{\"methods\":[\"E-01\",\"E-02\"],\"anchor\":true}"},
        {"CHAIN", "{\"enabled\":false}"},
        {"E-03", "{\"check\":\"P0/A+\",\"ratio\":\"1.01\"}"},
        {"E-02", "{\"days\":2,\"back\":14}"},
        {"E-01", "{\"gap\":3600}"},
        {"V-04", "{}"},
        {"V-07", "{\"percent\":\"1\"}"},
        {"V-09", "{}"},
        {"V-14", "{}"},
        {"V-15", "{\"power\":\"30\"}"},
        {"V-17", "{}"},
    };
    static const char *const targets[] = {"", "", " point:P1", " channel:P2/A+"};
    size_t row = below(site, EN_COUNT_OF(rows));
    int32_t day = below(site, 3) == 0 ? any_day(site) : WORLD_DAY - 100;
    put_rule(site, targets[below(site, EN_COUNT_OF(targets))], rows[row].rule, rows[row].parameters,
             day);
}

static void random_edit(struct site *site)
{
    static struct en_edit_value values[SLOTS];
    uint32_t index = below(site, POINTS);
    uint32_t first = below(site, SLOTS);
    uint32_t count = 1 + below(site, SLOTS);
    int32_t day = any_day(site);
    struct en_edit_requested edit = {
        .kind = (uint8_t)(1 + below(site, 6)),
        .reason = EN_REASON_EQUIPMENT_FAULT,
        .evidence = en_slice_text("act"),
        .method = en_slice_text(below(site, 2) == 0 ? "E-02 n=2" : "E-01 max=600"),
    };
    for (uint32_t i = 0; i < count; i++) {
        values[i].micro = (int64_t)below(site, 9000000);
    }
    if (edit.kind == EN_EDIT_VALUES) {
        edit.values = (struct en_list){values, count};
    }
    edit.amount_micro = edit.kind == EN_EDIT_UNDERCOUNT ? 7000001 : 0;
    edit.healthy = edit.kind == EN_EDIT_LOST_PHASE ? 2 : 0;
    if (edit.kind == EN_EDIT_RETRACT && site->edits_count > 0) {
        uint32_t which = below(site, site->edits_count);
        edit.retracts = site->edits[which];
        index = site->edits_of[which];
    }
    struct en_interval valid = {world_moment(day, (int)first * 30).from,
                                world_moment(day, (int)(first + count) * 30).from};
    site->world.actor = site->actors[0];
    site->edits[site->edits_count] =
        world_event(&site->world, EN_KIND_EDIT_REQUESTED, site->channels[index], valid, &edit);
    site->edits_of[site->edits_count++] = index;
    site->world.actor = 0;
}

static void random_decision(struct site *site)
{
    if (site->edits_count == 0) {
        return;
    }
    uint32_t which = below(site, site->edits_count);
    struct en_edit_decided decided = {.edit = site->edits[which],
                                      .is_approved = below(site, 4) > 0};
    site->world.actor = site->actors[below(site, 4) > 0];
    world_put(&site->world, EN_KIND_EDIT_DECIDED, site->channels[site->edits_of[which]], always,
              &decided);
    site->world.actor = 0;
    world_append(&site->world);
}

static void happen(struct site *site)
{
    static void (*const things[])(struct site *) = {
        random_profile,  random_profile,  random_profile,  random_profile, random_register,
        random_register, random_outage,   random_tick,     random_rule,    random_rule,
        random_edit,     random_decision, random_decision,
    };
    for (uint32_t i = 0; i < EVENTS; i++) {
        things[below(site, EN_COUNT_OF(things))](site);
    }
    world_append(&site->world);
}

static void print_difference(const struct world_projection *a, const struct world_projection *b)
{
    struct en_store *left = NULL;
    struct en_store *right = NULL;
    struct en_error err;
    assert_int_equal(en_store_begin(a->kv, EN_KV_READ, &left, &err), EN_OK);
    assert_int_equal(en_store_begin(b->kv, EN_KV_READ, &right, &err), EN_OK);
    for (size_t i = 0; en_series_all[i] != NULL; i++) {
        for (int32_t day = WORLD_DAY - 2; day < WORLD_DAY + 200; day++) {
            for (uint32_t series = 1; series < 16; series++) {
                struct en_slice x = {0};
                struct en_slice y = {0};
                en_code has_x = en_series_get(left, en_series_all[i], day, series, &x, &err);
                en_code has_y = en_series_get(right, en_series_all[i], day, series, &y, &err);
                if (has_x != has_y || !en_slice_equal(x, y)) {
                    print_error("%s day %d series %u: %zu and %zu bytes\n", en_series_all[i]->name,
                                (int)(day - WORLD_DAY), series, x.size, y.size);
                }
            }
        }
    }
    static struct en_digest_table tables[EN_DIGEST_TABLES_MAX];
    uint32_t count = en_digest_tables(tables);
    for (uint32_t i = 0; i < count; i++) {
        struct en_hash x = {{0}};
        struct en_hash y = {{0}};
        en_code has_x = en_digest_table(left, &tables[i], EN_DIGEST_KEPT, &x, &err);
        en_code has_y = en_digest_table(right, &tables[i], EN_DIGEST_KEPT, &y, &err);
        if (has_x != has_y || memcmp(&x, &y, sizeof x) != 0) {
            print_error("table %s\n", tables[i].name);
        }
    }
    en_store_abort(left);
    en_store_abort(right);
}

static void assert_same(struct world_projection *a, struct world_projection *b, const char *what,
                        uint64_t seed)
{
    struct en_hash x = world_digest(a);
    struct en_hash y = world_digest(b);
    if (memcmp(&x, &y, sizeof x) != 0) {
        print_error("seed %llu: %s\n", (unsigned long long)seed, what);
        print_difference(a, b);
    }
    assert_memory_equal(&x, &y, sizeof x);
}

static void test_substitution_does_not_depend_on_batches(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 2, 7, 64};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        static struct site site;
        struct world_projection whole;
        open_site(&site, seed);
        happen(&site);
        world_project(&site.world, &whole, 0);
        world_run(&whole, 0);
        for (size_t i = 0; i < EN_COUNT_OF(sizes); i++) {
            struct world_projection other;
            world_project(&site.world, &other, sizes[i]);
            world_run(&other, 0);
            assert_same(&whole, &other, "batches", seed);
            world_projection_close(&other);
        }
        world_projection_close(&whole);
        world_close(&site.world);
    }
}

/* Brought forward in random steps, the runner opened anew each time: what it keeps in memory comes
 * back from the tables. */
static void test_substitution_may_be_interrupted_anywhere(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        static struct site site;
        struct world_projection whole;
        struct world_projection stepped;
        open_site(&site, seed);
        happen(&site);
        world_project(&site.world, &whole, 0);
        world_run(&whole, 0);
        world_project(&site.world, &stepped, 0);
        uint64_t size = en_log_size(site.world.log);
        for (uint64_t to = 1 + below(&site, 40); to < size; to += 1 + below(&site, 40)) {
            struct en_error err;
            struct en_runner_options options = {.log = site.world.log, .kv = stepped.kv};
            world_run(&stepped, to);
            en_runner_close(stepped.runner);
            assert_int_equal(en_runner_open(&options, &stepped.runner, &err), EN_OK);
        }
        world_run(&stepped, 0);
        assert_same(&whole, &stepped, "steps", seed);
        world_projection_close(&stepped);
        world_projection_close(&whole);
        world_close(&site.world);
    }
}

/* ---- PT-1 ---- */

struct fact {
    uint32_t index;
    int32_t day;
    uint32_t hole;
    uint32_t holes;
    bool is_register;
};

static void put_fact(struct site *site, const struct fact *fact)
{
    int64_t values[SLOTS];
    uint64_t quality[SLOTS];
    if (fact->is_register) {
        struct en_reading_register payload = {
            .value = {(int64_t)(fact->day - WORLD_DAY) * 400000, -3},
            .device = site->devices[fact->index],
            .quality = EN_QUALITY_MEASURED};
        world_put(&site->world, EN_KIND_READING_REGISTER, site->registers[fact->index],
                  world_moment(fact->day, 0), &payload);
        return;
    }
    for (uint32_t i = 0; i < SLOTS; i++) {
        values[i] = 1000 * (int64_t)(1 + (i * 7 + (uint32_t)fact->day + fact->index) % 11);
        bool is_missing = i >= fact->hole && i < fact->hole + fact->holes;
        quality[i] = is_missing ? EN_QUALITY_MISSING : EN_QUALITY_MEASURED;
    }
    world_profile(&site->world, site->channels[fact->index], fact->day, 0, values, quality);
}

static void arrive(struct site *site, const struct fact *facts, const uint32_t *order)
{
    for (uint32_t i = 0; i < FACTS; i++) {
        put_fact(site, &facts[order[i]]);
        if (i % 9 == 0) {
            world_append(&site->world);
        }
    }
    struct en_clock_tick payload = {world_moment(WORLD_DAY + DAYS + 3, 30).from};
    (void)world_event(&site->world, EN_KIND_CLOCK_TICK, 0, always, &payload);
}

static void assert_values(const struct site *site, const struct world_projection *a,
                          const struct world_projection *b)
{
    struct en_store *left = NULL;
    struct en_store *right = NULL;
    struct en_error err;
    assert_int_equal(en_store_begin(a->kv, EN_KV_READ, &left, &err), EN_OK);
    assert_int_equal(en_store_begin(b->kv, EN_KV_READ, &right, &err), EN_OK);
    for (uint32_t i = 0; i < POINTS; i++) {
        for (int32_t day = WORLD_DAY - 1; day < WORLD_DAY + DAYS + 60; day++) {
            struct en_slice x = {0};
            struct en_slice y = {0};
            en_code has_x = en_best_get(left, day, site->channels[i], &x, &err);
            en_code has_y = en_best_get(right, day, site->channels[i], &y, &err);
            assert_int_equal(has_x, has_y);
            assert_true(en_slice_equal(x, y));
        }
    }
    en_store_abort(left);
    en_store_abort(right);
}

static void test_substitution_does_not_depend_on_arrival(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        static struct site first;
        static struct site second;
        struct fact facts[FACTS];
        uint32_t order[FACTS];
        struct world_projection a;
        struct world_projection b;
        open_site(&first, seed);
        open_site(&second, seed);
        put_rule(&first, "", "CHAIN", "{\"chain\":\"ELEXON\",\"anchor\":true}", WORLD_DAY - 99);
        put_rule(&second, "", "CHAIN", "{\"chain\":\"ELEXON\",\"anchor\":true}", WORLD_DAY - 99);
        for (uint32_t i = 0; i < FACTS; i++) {
            facts[i] = (struct fact){below(&first, POINTS), any_day(&first), below(&first, SLOTS),
                                     below(&first, 9), below(&first, 3) == 0};
            order[i] = i;
        }
        arrive(&first, facts, order);
        for (uint32_t i = FACTS - 1; i > 0; i--) {
            uint32_t other = below(&first, i + 1);
            uint32_t kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        arrive(&second, facts, order);
        world_project(&first.world, &a, 16);
        world_project(&second.world, &b, 0);
        world_run(&a, 0);
        world_run(&b, 0);
        assert_values(&first, &a, &b);
        world_projection_close(&a);
        world_projection_close(&b);
        world_close(&first.world);
        world_close(&second.world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_substitution_does_not_depend_on_batches),
        cmocka_unit_test(test_substitution_may_be_interrupted_anywhere),
        cmocka_unit_test(test_substitution_does_not_depend_on_arrival),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
