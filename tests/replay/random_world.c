#include "tests/replay/random_world.h"

#include <stdio.h>

#include "core/metering/rule/rule.h"

#define STEPS 600

/* One of four readings of a channel's day, so that the same comes again and values go there and
 * back. */
static void random_profile(struct random_world *random)
{
    struct world *world = &random->world;
    int64_t values[48];
    uint64_t quality[48];
    uint32_t place = world_random(world, RANDOM_POINTS);
    int32_t day = WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS);
    uint32_t variant = world_random(world, 4);
    uint32_t style = (place * 7 + (uint32_t)day * 3 + variant) % 10;
    for (uint32_t i = 0; i < 48; i++) {
        values[i] = (place * 1009 + (uint32_t)day * 31 + variant * 577 + i * 97) % 5000;
        quality[i] = EN_QUALITY_MEASURED;
        if (style == 0 && (i + variant) % 3 == 0) {
            quality[i] = EN_QUALITY_MISSING;
        } else if (style == 1 && i > 20 && i < 30) {
            quality[i] = en_quality_with_verdict(EN_SOURCE_EST_LIKEDAY, EN_VERDICT_SUSPECT) |
                         EN_QUALITY_SPIKE;
        } else if (style == 2 && i == 7) {
            quality[i] = en_quality_with_verdict(EN_SOURCE_MEASURED, EN_VERDICT_REJECTED);
        }
    }
    world_profile(world, random->channels[place], day, world_random(world, 40) == 0, values,
                  style < 3 ? quality : NULL);
}

static void random_ratio(struct random_world *random)
{
    struct world *world = &random->world;
    struct en_ratio_set payload = {.current = {1 + world_random(world, 40), 1},
                                   .voltage = {1, 1 + world_random(world, 3)}};
    struct en_error err;
    en_code code = en_ratio_make(payload.voltage.num, payload.voltage.den, &payload.voltage, &err);
    EN_ASSERT(code == EN_OK);
    world_put(world, EN_KIND_RATIO_SET, random->points[world_random(world, RANDOM_POINTS)],
              world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS),
                           (int)world_random(world, 48) * 30),
              &payload);
}

static void random_replacement(struct random_world *random)
{
    struct world *world = &random->world;
    uint32_t place = world_random(world, RANDOM_POINTS);
    struct en_interval when = world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS),
                                           (int)world_random(world, 1400));
    when.to.us += (int64_t)world_random(world, 90) * EN_MINUTE_US;
    struct en_device_replaced payload = {.old_device = 0,
                                         .new_device = 0,
                                         .downtime_power_micro = world_random(world, 50) * 1000000};
    world_put(world, EN_KIND_DEVICE_REPLACED, random->points[place], when, &payload);
}

/* A random sum over some points; every third is lenient, some look a day back or are no sums. */
static void print_formula(struct random_world *random, char *text, size_t size)
{
    struct world *world = &random->world;
    uint32_t style = world_random(world, 6);
    size_t used = (size_t)snprintf(text, size, "%s", style < 3 ? "sum~(" : style < 5 ? "" : "max(");
    uint32_t count = 2 + world_random(world, 5);
    uint32_t first = world_random(world, RANDOM_POINTS);
    for (uint32_t i = 0; i < count; i++) {
        const char *join = i == 0                        ? ""
                           : style < 3 || style == 5     ? ", "
                           : world_random(world, 4) == 0 ? " - "
                                                         : " + ";
        bool looks_back = style == 4 && i == 1;
        used += (size_t)snprintf(text + used, size - used,
                                 looks_back ? "%sprev(@P%u.A+, 1d)" : "%s@P%u.A+", join,
                                 (first + i) % RANDOM_POINTS);
    }
    if (random->formulas > 0 && style == 3) {
        used += (size_t)snprintf(text + used, size - used, " + #F0");
    }
    (void)snprintf(text + used, size - used, "%s", style < 3 || style == 5 ? ")" : "");
}

static void random_formula(struct random_world *random)
{
    struct world *world = &random->world;
    char text[512];
    char name[16];
    print_formula(random, text, sizeof text);
    (void)snprintf(name, sizeof name, "F%u", world_random(world, 4));
    struct en_formula_set payload = {.name = en_slice_text(name),
                                     .expression = en_slice_text(text)};
    uint32_t node = world_name(world, EN_NAME_FORMULA, name);
    world_put(world, EN_KIND_FORMULA_SET, node,
              world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS), 0), &payload);
    random->formulas++;
}

static void random_balance(struct random_world *random)
{
    struct world *world = &random->world;
    char in[512];
    char out[512];
    print_formula(random, in, sizeof in);
    print_formula(random, out, sizeof out);
    struct en_balance_set payload = {
        .name = en_slice_text("B"),
        .in = en_slice_text(in),
        .out = en_slice_text(out),
        .losses = en_slice_text(world_random(world, 4) == 0 ? "loss(\"E\")" : ""),
        .in_node = world_name(world, EN_NAME_FORMULA, "B.in"),
        .out_node = world_name(world, EN_NAME_FORMULA, "B.out"),
        .losses_node = world_name(world, EN_NAME_FORMULA, "B.losses"),
    };
    world_put(world, EN_KIND_BALANCE_SET, world_name(world, EN_NAME_BALANCE, "B"),
              world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS), 0), &payload);
}

/* A transformer with one load or three, or a line; sometimes its losses are those of the balance.
 */
static void random_equipment(struct random_world *random)
{
    struct world *world = &random->world;
    char texts[EN_EQUIPMENT_LOADS_MAX][24];
    struct en_equipment_load loads[EN_EQUIPMENT_LOADS_MAX];
    bool is_line = world_random(world, 3) == 0;
    uint32_t count = is_line || world_random(world, 2) == 0 ? 1 : EN_EQUIPMENT_LOADS_MAX;
    for (uint32_t i = 0; i < count; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "@P%u.A+", world_random(world, RANDOM_POINTS));
        loads[i] = (struct en_equipment_load){.active = en_slice_text(texts[i]),
                                              .reactive = en_slice_text(""),
                                              .load_micro_kw = 1 + world_random(world, 9000000)};
    }
    struct en_equipment_set payload = {
        .name = en_slice_text("E"),
        .type = en_slice_text(is_line ? "line" : "transformer"),
        .node = world_name(world, EN_NAME_FORMULA, "E.loss"),
        .idle_micro_kw = is_line ? 0 : 1310000,
        .rated_micro_kva = is_line ? 0 : 630000000,
        .rated_micro_kv = 10500000,
        .micro_ohm_per_km = is_line ? 421800 : 0,
        .micro_km = is_line ? 5000000 : 0,
        .tangent = {2, 5},
        .loads = {loads, count},
    };
    world_put(world, EN_KIND_EQUIPMENT_SET, world_name(world, EN_NAME_EQUIPMENT, "E"),
              world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS), 0), &payload);
}

static void random_freeze(struct random_world *random)
{
    struct world *world = &random->world;
    if (random->freezes > 0 && world_random(world, 2) == 0) {
        struct en_correction_requested payload = {.correction =
                                                      (uint8_t)(1 + world_random(world, 2)),
                                                  .target_day = WORLD_DAY + RANDOM_DAYS,
                                                  .authority = en_slice_text("act 7")};
        world_put(world, EN_KIND_CORRECTION_REQUESTED, 1 + world_random(world, random->freezes),
                  (struct en_interval){{0}, {0}}, &payload);
        return;
    }
    char name[24];
    (void)snprintf(name, sizeof name, "freeze %u", random->freezes);
    int32_t from = WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS);
    struct en_freeze_requested payload = {.from_day = from,
                                          .to_day = from + 1 + (int32_t)world_random(world, 5)};
    uint32_t id = world_name(world, EN_NAME_FREEZE, name);
    world_put(world, EN_KIND_FREEZE_REQUESTED, id, (struct en_interval){{0}, {0}}, &payload);
    random->freezes++;
}

/* A register read at midnight or somewhere in a day; values mostly rise. */
static void random_register(struct random_world *random)
{
    struct world *world = &random->world;
    uint32_t place = world_random(world, RANDOM_POINTS);
    int32_t day = WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS);
    bool is_at_edge = world_random(world, 3) > 0;
    struct en_interval at = world_moment(day, is_at_edge ? 0 : (int)world_random(world, 1440));
    struct en_reading_register payload = {
        .value = {1000000 + (day - WORLD_DAY) * 120000 + (int32_t)world_random(world, 20000), -3},
        .quality = EN_QUALITY_MEASURED};
    world_put(world, EN_KIND_READING_REGISTER, random->channels[place], at, &payload);
}

/* Any rule with its defaults, often one that judges or fills what happens here; everywhere or at a
 * point, from a random day on; one in five is switched off. */
static void random_rule(struct random_world *random)
{
    static const struct {
        en_rule_id rule;
        const char *parameters;
    } usual[] = {
        {EN_RULE_CHAIN, "{\"chain\":\"UBP\"}"},
        {EN_RULE_CHAIN, "{\"chain\":\"TECHNICAL\"}"},
        {EN_RULE_CHAIN, "{\"chain\":\"RU-442\"}"},
        {EN_RULE_CHAIN, "{\"methods\":[\"E-01\",\"E-04\",\"E-02\",\"E-08\",\"E-09\"]}"},
        {EN_RULE_V_04, ""},
        {EN_RULE_V_07, ""},
        {EN_RULE_V_14, ""},
        {EN_RULE_V_15, ""},
        {EN_RULE_V_17, ""},
        {EN_RULE_V_28, "{\"severity\":\"error\"}"},
    };
    struct world *world = &random->world;
    const struct en_rule *rule =
        en_rule_of((en_rule_id)(1 + world_random(world, EN_RULES_COUNT - 1)));
    const char *parameters = "";
    if (world_random(world, 3) > 0) {
        uint32_t place = world_random(world, EN_COUNT_OF(usual));
        rule = en_rule_of(usual[place].rule);
        parameters = usual[place].parameters;
    }
    char key[64];
    bool is_everywhere = world_random(world, 2) == 0;
    (void)snprintf(key, sizeof key, is_everywhere ? "%s" : "%s point:P%u", rule->name,
                   world_random(world, RANDOM_POINTS));
    bool is_off = world_random(world, 5) == 0;
    struct en_rule_set payload = {.rule = en_slice_text(rule->name),
                                  .edition = en_slice_text("1"),
                                  .parameters =
                                      en_slice_text(is_off ? "{\"enabled\":false}" : parameters),
                                  .reason = en_slice_text("random")};
    struct en_interval valid =
        world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS), 0);
    if (world_random(world, 4) == 0) { /* it ends */
        valid.to.us += (int64_t)(1 + world_random(world, 5)) * EN_DAY_US;
    }
    world_put(world, EN_KIND_RULE_SET, world_name(world, EN_NAME_RULE, key), valid, &payload);
}

/* What the point's contract says of power, periods and tariff. */
static void random_contract(struct random_world *random)
{
    struct world *world = &random->world;
    struct en_contract_set payload = {
        .max_power_micro = (1 + (int64_t)world_random(world, 200)) * 1000000,
        .current_micro = (int64_t)world_random(world, 300) * 1000000,
        .phases = 3,
        .phase_voltage_micro = 230000,
        .category = (uint8_t)(1 + world_random(world, 6)),
        .billing_day = (uint8_t)(1 + world_random(world, 28)),
        .billing_hour = (uint8_t)world_random(world, 24),
        .control_channel =
            world_random(world, 2) == 0 ? 0 : random->channels[world_random(world, RANDOM_POINTS)],
        .tariff = en_slice_text(world_random(world, 2) == 0 ? "" : "T"),
    };
    world_put(world, EN_KIND_CONTRACT_SET, random->points[world_random(world, RANDOM_POINTS)],
              world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS), 0), &payload);
}

static void random_cause(struct random_world *random)
{
    struct world *world = &random->world;
    struct en_supply_cause_set payload = {.cause = (uint8_t)world_random(world, 7),
                                          .act = en_slice_text("act 3")};
    world_put(world, EN_KIND_SUPPLY_CAUSE_SET, random->points[world_random(world, RANDOM_POINTS)],
              world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS), 0), &payload);
}

/* Two or three zones; some switches fall inside a slot. */
static void random_tariff(struct random_world *random)
{
    struct world *world = &random->world;
    struct en_calendar_zone zones[] = {{en_slice_text("day")}, {en_slice_text("night")}};
    struct en_calendar_switch switches[] = {
        {0, EN_DAY_TYPE_WEEKDAY, (uint16_t)(7 * 60 + world_random(world, 3) * 10), 0},
        {0, EN_DAY_TYPE_WEEKDAY, (uint16_t)(22 * 60 + world_random(world, 3) * 10), 1},
    };
    struct en_calendar_set calendar = {.title = en_slice_text("two zones"),
                                       .zones = {zones, EN_COUNT_OF(zones)},
                                       .switches = {switches, EN_COUNT_OF(switches)}};
    struct en_tariff_member member = {.point = random->points[world_random(world, RANDOM_POINTS)]};
    uint32_t id = world_name(world, EN_NAME_CALENDAR, "C");
    struct en_tariff_set tariff = {.title = en_slice_text("T"),
                                   .calendar = world_random(world, 4) == 0 ? 0 : id,
                                   .category = 2,
                                   .members = {&member, 1}};
    struct en_interval from =
        world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS), 0);
    world_put(world, EN_KIND_CALENDAR_SET, id, from, &calendar);
    world_put(world, EN_KIND_TARIFF_SET, world_name(world, EN_NAME_TARIFF, "T"), from, &tariff);
}

/* The first point is the bypass breaker of the others. */
static void random_bypass(struct random_world *random)
{
    struct world *world = &random->world;
    struct en_bypass_set payload = {.feeder = random->points[1 + world_random(world, 3)],
                                    .is_on = world_random(world, 3) > 0};
    struct en_interval at = world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS),
                                         (int)world_random(world, 1440));
    at.to.us += payload.is_on ? (int64_t)world_random(world, 600) * EN_MINUTE_US : 0;
    world_put(world, EN_KIND_BYPASS_SET, random->points[0], at, &payload);
}

/* Outages, lost phases, magnets, tests, clocks set: with their ends or without. */
static void random_device_event(struct random_world *random)
{
    static const char *const codes[] = {"spodes:2:1",  "spodes:2:2",  "dlms:1",     "dlms:2",
                                        "spodes:0:1",  "spodes:0:2",  "spodes:4:1", "spodes:4:2",
                                        "ansi-new:32", "ansi-new:33", "dlms:4",     "something"};
    struct world *world = &random->world;
    uint32_t place = world_random(world, RANDOM_POINTS);
    char name[16];
    (void)snprintf(name, sizeof name, "M%u", place);
    uint32_t device = world_name(world, EN_NAME_DEVICE, name);
    if (world_random(world, 6) == 0) {
        struct en_device_set set = {.serial = en_slice_text(name)};
        struct en_device_installed installed = {.device = device};
        world_put(world, EN_KIND_DEVICE_SET, device, (struct en_interval){{0}, {0}}, &set);
        world_put(world, EN_KIND_DEVICE_INSTALLED, random->points[place],
                  world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS), 0),
                  &installed);
        return;
    }
    struct en_device_event payload = {
        .code = en_slice_text(codes[world_random(world, EN_COUNT_OF(codes))])};
    world_put(world, EN_KIND_DEVICE_EVENT, device,
              world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS),
                           (int)world_random(world, 1440)),
              &payload);
}

static void random_hold(struct random_world *random)
{
    struct world *world = &random->world;
    struct en_hold_set payload = {.is_on = world_random(world, 2) == 0,
                                  .reason = en_slice_text("audit")};
    world_put(world, EN_KIND_HOLD_SET, 0, (struct en_interval){{0}, {0}}, &payload);
}

/* Most ticks find days due that wait for data. */
static void random_tick(struct random_world *random)
{
    struct world *world = &random->world;
    struct en_interval at =
        world_moment(WORLD_DAY + (int32_t)world_random(world, RANDOM_DAYS + 3), 15);
    struct en_clock_tick payload = {.at = at.from};
    world_put(world, EN_KIND_CLOCK_TICK, 0, at, &payload);
}

/* What may happen, and how often among the others. */
static const struct {
    uint32_t weight;
    void (*take)(struct random_world *random);
} steps[] = {
    {86, random_profile},  {3, random_ratio},  {2, random_replacement},  {3, random_formula},
    {2, random_balance},   {4, random_freeze}, {8, random_rule},         {8, random_register},
    {3, random_equipment}, {2, random_tick},   {3, random_contract},     {1, random_cause},
    {3, random_tariff},    {4, random_bypass}, {8, random_device_event}, {1, random_hold},
};

static void random_step(struct random_world *random)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < EN_COUNT_OF(steps); i++) {
        sum += steps[i].weight;
    }
    uint32_t what = world_random(&random->world, sum);
    size_t step = 0;
    while (what >= steps[step].weight) {
        what -= steps[step++].weight;
    }
    steps[step].take(random);
}

void random_world_open(struct random_world *random, uint64_t seed)
{
    *random = (struct random_world){.freezes = 0};
    world_open(&random->world, seed);
    for (uint32_t i = 0; i < RANDOM_POINTS; i++) {
        char code[16];
        (void)snprintf(code, sizeof code, "P%u", i);
        random->channels[i] = world_point(&random->world, code, i % 3 == 0);
        random->points[i] = world_name(&random->world, EN_NAME_POINT, code);
    }
    for (int step = 0; step < STEPS; step++) {
        random_step(random);
        if (world_random(&random->world, 3) == 0) {
            world_append(&random->world);
        }
    }
    world_append(&random->world);
}
