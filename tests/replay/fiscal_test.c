/* The fiscal lane through the whole chain: FREEZE-1 (domain rule 9.3) step by step, a freeze
 * verified and tampered with, registers read now and then, a balance that closes and one that does
 * not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "processors/runner_asof.h"
#include "processors/runner_verify.h"
#include "projections/frozen_store.h"
#include "projections/views/balance.h"
#include "projections/views/frozen_run.h"
#include "projections/views/usage.h"
#include "tests/replay/world.h"

#define KWH INT64_C(1000000)
#define MAY (WORLD_DAY + 120)
#define JUNE (MAY + 31)
#define JULY (JUNE + 30)
#define AUGUST (JULY + 31)

/* A day whose first slots hold all its energy, in kWh. */
static void put_day(struct world *world, uint32_t channel, int32_t day, uint64_t revision,
                    int64_t kwh)
{
    int64_t values[48] = {kwh * 400, kwh * 600};
    world_profile(world, channel, day, revision, values, NULL);
    world_append(world);
}

static struct en_usage_cell usage_of(struct en_kv *kv, const struct en_usage_query *query)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_usage usage;
    assert_int_equal(en_store_begin(kv, EN_KV_READ, &store, &err), EN_OK);
    en_usage_init(&usage);
    en_code code = en_usage_gather(&usage, store, query, &err);
    if (code != EN_OK) {
        print_error("usage: %s\n", err.text);
    }
    assert_int_equal(code, EN_OK);
    assert_int_equal(usage.series_count, 1);
    struct en_usage_cell cell = usage.cells[0];
    en_usage_fini(&usage);
    en_store_abort(store);
    return cell;
}

static struct en_usage_cell days_of(struct en_kv *kv, uint32_t channel, int32_t from, int32_t to,
                                    en_lane lane)
{
    struct en_usage_query query = {
        .from_day = {from}, .to_day = {to}, .lane = lane, .channel = channel};
    return usage_of(kv, &query);
}

static uint64_t freeze(struct world *world, const char *name, int32_t from, int32_t to)
{
    struct en_freeze_requested payload = {.from_day = from, .to_day = to};
    return world_event(world, EN_KIND_FREEZE_REQUESTED, world_name(world, EN_NAME_FREEZE, name),
                       (struct en_interval){{0}, {0}}, &payload);
}

static uint64_t correct(struct world *world, const char *name, uint8_t style, int32_t target_day)
{
    struct en_correction_requested payload = {
        .correction = style, .target_day = target_day, .authority = en_slice_text("act 7")};
    return world_event(world, EN_KIND_CORRECTION_REQUESTED, world_name(world, EN_NAME_FREEZE, name),
                       (struct en_interval){{0}, {0}}, &payload);
}

static struct en_freeze_row freeze_row(struct en_kv *kv, uint32_t id, uint32_t run)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_freeze_row row;
    assert_int_equal(en_store_begin(kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_freeze_get(store, id, run, &row, &err), EN_OK);
    en_store_abort(store);
    return row;
}

/* The digest of a run's rows as they can be given out now. */
static struct en_hash given_digest(struct en_kv *kv, uint32_t id, uint32_t run)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_freeze_row row;
    struct en_hash digest;
    uint64_t rows_count = 0;
    assert_int_equal(en_store_begin(kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_freeze_get(store, id, run, &row, &err), EN_OK);
    assert_int_equal(en_frozen_run_digest(store, &row, &digest, &rows_count, &err), EN_OK);
    assert_int_equal(rows_count, row.rows_count);
    en_store_abort(store);
    return digest;
}

static void write_rows(struct en_kv *kv, uint32_t id, uint32_t run, const char *path)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_freeze_row row;
    assert_int_equal(en_store_begin(kv, EN_KV_READ, &store, &err), EN_OK);
    assert_int_equal(en_freeze_get(store, id, run, &row, &err), EN_OK);
    assert_int_equal(en_frozen_store_write(path, store, &row, &err), EN_OK);
    en_store_abort(store);
}

static struct en_hash file_hash(const char *path)
{
    uint8_t bytes[8192];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    assert_true(size < sizeof bytes);
    (void)fclose(file);
    return en_hash_of(en_slice_of(bytes, size));
}

static struct en_verify_verdict verify(struct world *world, struct en_kv *kv, uint32_t id,
                                       uint32_t run, const char *rows_path)
{
    struct en_error err;
    struct en_verify_verdict verdict;
    struct en_verify_options options = {.log = world->log,
                                        .kv = kv,
                                        .freeze = id,
                                        .run = run,
                                        .dir = world->scratch.path,
                                        .rows_path = rows_path};
    en_code code = en_freeze_verify(&options, &verdict, &err);
    if (code != EN_OK) {
        print_error("verify: %s\n", err.text);
    }
    assert_int_equal(code, EN_OK);
    return verdict;
}

/* Steps 1 to 3: May is read, frozen, and found wrong by 20 kWh. Returns the seq of the freeze. */
static uint64_t may_with_late_reading(struct world *world, uint32_t channel)
{
    put_day(world, channel, MAY + 14, 0, 400);
    put_day(world, channel, MAY + 20, 0, 600);
    uint64_t seq = freeze(world, "May", MAY, JUNE);
    put_day(world, channel, MAY + 14, 1, 380);
    return seq;
}

static void test_freeze_1(void **state)
{
    (void)state;
    struct world world;
    struct world_projection now;
    world_open(&world, 1);
    uint32_t channel = world_point(&world, "P1", true);
    uint64_t frozen_at = may_with_late_reading(&world, channel);
    world_project(&world, &now, 0);
    world_run(&now, frozen_at + 1);
    /* 1, 2: May is 1000 and frozen */
    struct en_usage_cell cell = days_of(now.kv, channel, MAY, JUNE, EN_LANE_FISCAL);
    assert_int_equal(cell.micro, 1000 * KWH);
    assert_int_equal(cell.frozen_days, 31);
    assert_int_equal(cell.pending_micro, 0);
    struct en_freeze_row may = freeze_row(now.kv, 1, 0);
    /* 3: late */
    world_run(&now, 0);
    cell = days_of(now.kv, channel, MAY, JUNE, EN_LANE_FISCAL);
    assert_int_equal(cell.micro, 1000 * KWH);
    assert_int_equal(cell.pending_micro, -20 * KWH);
    assert_int_equal(cell.present_count, 96);
    assert_int_equal(cell.missing_count, 29 * 48);
    cell = days_of(now.kv, channel, MAY, JUNE, EN_LANE_LIVE);
    assert_int_equal(cell.micro, 980 * KWH);
    assert_int_equal(cell.pending_micro, -20 * KWH);
    cell = days_of(now.kv, channel, MAY + 14, MAY + 15, EN_LANE_FISCAL);
    assert_int_equal(cell.micro, 400 * KWH);
    struct en_usage_query half_hour = {
        .is_instants = true,
        .interval = {world_moment(MAY + 14, 0).from, world_moment(MAY + 14, 30).from},
        .channel = channel};
    cell = usage_of(now.kv, &half_hour);
    assert_int_equal(cell.micro, 160 * KWH);
    assert_int_equal(cell.pending_micro, -8 * KWH);
    assert_int_equal(cell.present_count, 1);
    assert_int_equal(cell.missing_count, 0);
    /* 4: as of the freeze */
    struct en_error err;
    struct en_asof *asof = NULL;
    struct en_asof_options then = {
        .log = world.log, .to = frozen_at + 1, .dir = world.scratch.path};
    assert_int_equal(en_asof_open(&then, &asof, &err), EN_OK);
    cell = days_of(en_asof_kv(asof), channel, MAY, JUNE, EN_LANE_LIVE);
    assert_int_equal(cell.micro, 1000 * KWH);
    assert_int_equal(cell.pending_micro, 0);
    en_asof_close(asof);
    then.to = en_log_size(world.log) + 1;
    assert_int_equal(en_asof_open(&then, &asof, &err), EN_RANGE);
    /* a delta needs an open day behind the period */
    uint64_t correction = correct(&world, "May", 2, 0);
    world_run(&now, 0);
    assert_int_equal(world_outcome(&now, correction, NULL, 0), EN_RANGE);
    /* 5: a delta in June; May and its digest stand */
    correction = correct(&world, "May", 2, JUNE);
    world_run(&now, 0);
    assert_int_equal(world_outcome(&now, correction, NULL, 0), EN_OK);
    cell = days_of(now.kv, channel, JUNE, JULY, EN_LANE_FISCAL);
    assert_int_equal(cell.correction_micro, -20 * KWH);
    assert_int_equal(cell.micro, 0);
    assert_int_equal(days_of(now.kv, channel, MAY, JUNE, EN_LANE_FISCAL).micro, 1000 * KWH);
    struct en_freeze_row again = freeze_row(now.kv, 1, 0);
    assert_int_equal(again.run, 1);
    assert_true(en_hash_equal(&again.digest, &may.digest));
    struct en_hash given = given_digest(now.kv, 1, 1);
    assert_true(en_hash_equal(&given, &may.digest));
    /* nothing is left to book */
    correction = correct(&world, "May", 2, JUNE);
    world_run(&now, 0);
    assert_int_equal(world_outcome(&now, correction, NULL, 0), EN_CONFLICT);
    /* a restatement would count the delta twice */
    correction = correct(&world, "May", 1, 0);
    world_run(&now, 0);
    assert_int_equal(world_outcome(&now, correction, NULL, 0), EN_CONFLICT);
    /* 6: June is frozen: 500 of its own, 480 to bill */
    put_day(&world, channel, JUNE + 3, 0, 500);
    (void)freeze(&world, "June", JUNE, JULY);
    world_run(&now, 0);
    cell = days_of(now.kv, channel, JUNE, JULY, EN_LANE_FISCAL);
    assert_int_equal(cell.micro, 500 * KWH);
    assert_int_equal(cell.micro + cell.correction_micro, 480 * KWH);
    /* 7: replay gives the same roots */
    assert_true(verify(&world, now.kv, 1, 0, NULL).is_equal);
    assert_true(verify(&world, now.kv, 2, 0, NULL).is_equal);
    /* 9: the act is retracted: +20 in July */
    put_day(&world, channel, MAY + 14, 2, 400);
    correction = correct(&world, "May", 2, JULY);
    world_run(&now, 0);
    assert_int_equal(world_outcome(&now, correction, NULL, 0), EN_OK);
    cell = days_of(now.kv, channel, JULY, AUGUST, EN_LANE_FISCAL);
    assert_int_equal(cell.correction_micro, 20 * KWH);
    cell = days_of(now.kv, channel, JUNE, JULY, EN_LANE_FISCAL);
    assert_int_equal(cell.correction_micro, -20 * KWH);
    cell = days_of(now.kv, channel, MAY, JUNE, EN_LANE_FISCAL);
    assert_int_equal(cell.pending_micro, 0);
    assert_true(verify(&world, now.kv, 1, 0, NULL).is_equal);
    /* 10: given out twice, the bytes are the same, and their hash is the digest */
    char paths[2][EN_SCRATCH_PATH_SIZE + 16];
    for (int i = 0; i < 2; i++) {
        (void)en_scratch_path(&world.scratch, i == 0 ? "a.rows" : "b.rows", paths[i],
                              sizeof paths[i]);
        write_rows(now.kv, 1, 1, paths[i]);
        struct en_hash hash = file_hash(paths[i]);
        assert_true(en_hash_equal(&hash, &may.digest));
        assert_true(verify(&world, now.kv, 1, 1, paths[i]).has_rows);
        assert_true(verify(&world, now.kv, 1, 1, paths[i]).is_equal);
    }
    world_projection_close(&now);
    world_close(&world);
}

/* Step 8: the same under restatement. */
static void test_freeze_1_restated(void **state)
{
    (void)state;
    struct world world;
    struct world_projection now;
    world_open(&world, 2);
    uint32_t channel = world_point(&world, "P1", true);
    (void)may_with_late_reading(&world, channel);
    (void)correct(&world, "May", 1, 0);
    world_project(&world, &now, 0);
    world_run(&now, 0);
    struct en_usage_cell cell = days_of(now.kv, channel, MAY, JUNE, EN_LANE_FISCAL);
    assert_int_equal(cell.micro, 980 * KWH);
    assert_int_equal(cell.pending_micro, 0);
    cell = days_of(now.kv, channel, JUNE, JULY, EN_LANE_FISCAL);
    assert_int_equal(cell.correction_micro, 0);
    struct en_freeze_row first = freeze_row(now.kv, 1, 1);
    struct en_freeze_row second = freeze_row(now.kv, 1, 0);
    assert_int_equal(second.run, 2);
    assert_false(en_hash_equal(&first.digest, &second.digest));
    /* both runs can be given out and verified, also when more comes late */
    put_day(&world, channel, MAY + 14, 3, 300);
    world_run(&now, 0);
    for (uint32_t run = 1; run <= 2; run++) {
        struct en_hash given = given_digest(now.kv, 1, run);
        assert_true(en_hash_equal(&given, run == 1 ? &first.digest : &second.digest));
        assert_true(verify(&world, now.kv, 1, run, NULL).is_equal);
    }
    world_projection_close(&now);
    world_close(&world);
}

static void attest(struct world *world, uint64_t request, const struct en_hash *digest)
{
    struct en_error err;
    struct en_freeze_attested payload = {.request = request,
                                         .run = 1,
                                         .size = en_log_size(world->log),
                                         .digest = *digest,
                                         .software = en_slice_text("enerlog 0.1.0")};
    assert_int_equal(en_log_root(world->log, payload.size, &payload.root, &err), EN_OK);
    (void)world_event(world, EN_KIND_FREEZE_ATTESTED, 1, (struct en_interval){{0}, {0}}, &payload);
}

static void change_byte(const char *path, long place)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, place, place < 0 ? SEEK_END : SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
    assert_int_not_equal(fputc(byte ^ 1, file), EOF);
    (void)fclose(file);
}

static void test_verify_tells_what_differs(void **state)
{
    (void)state;
    struct world world;
    struct world_projection now;
    char path[EN_SCRATCH_PATH_SIZE + 16];
    world_open(&world, 3);
    uint32_t channel = world_point(&world, "P1", true);
    put_day(&world, channel, MAY, 0, 100);
    put_day(&world, channel, MAY + 1, 0, 200);
    uint64_t request = freeze(&world, "May", MAY, JUNE);
    world_project(&world, &now, 0);
    world_run(&now, 0);
    struct en_freeze_row row = freeze_row(now.kv, 1, 1);
    attest(&world, request, &row.digest);
    world_run(&now, 0);
    (void)en_scratch_path(&world.scratch, "rows", path, sizeof path);
    write_rows(now.kv, 1, 1, path);
    struct en_verify_verdict verdict = verify(&world, now.kv, 1, 0, path);
    assert_true(verdict.is_equal);
    assert_true(verdict.has_attestation);
    assert_true(verdict.is_root_equal);
    assert_true(verdict.has_rows);
    assert_int_equal(verdict.rows_count, 2);
    assert_string_equal(verdict.software, "enerlog 0.1.0");
    assert_string_equal(verdict.where, "");
    /* a value of the last row; its size; nothing at all */
    change_byte(path, -1);
    verdict = verify(&world, now.kv, 1, 0, path);
    assert_false(verdict.is_equal);
    assert_false(verdict.is_rows_equal);
    assert_true(verdict.is_digest_equal);
    assert_non_null(strstr(verdict.where, "energy of P1 A+ on 2026-05-02"));
    change_byte(path, -1);
    change_byte(path, 9);
    verdict = verify(&world, now.kv, 1, 0, path);
    assert_false(verdict.is_equal);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    (void)fclose(file);
    verdict = verify(&world, now.kv, 1, 0, path);
    assert_false(verdict.is_equal);
    assert_non_null(strstr(verdict.where, "energy of P1 A+ on 2026-05-01: nothing there, 100 by"));
    assert_true(verify(&world, now.kv, 1, 0, NULL).is_equal);
    /* an attestation of something else */
    row.digest.bytes[0] ^= 1;
    attest(&world, request, &row.digest);
    world_run(&now, 0);
    verdict = verify(&world, now.kv, 1, 0, NULL);
    assert_false(verdict.is_equal);
    assert_false(verdict.is_attestation_equal);
    assert_true(verdict.is_root_equal);
    world_projection_close(&now);
    world_close(&world);
}

/* ---- registers read now and then ---- */

struct registers {
    struct world world;
    uint32_t point;
    uint32_t channel;
    uint32_t old_device;
    uint32_t new_device;
};

static void put_device(struct registers *registers, uint32_t *id, const char *serial)
{
    struct en_device_set device = {
        .serial = en_slice_text(serial), .type = en_slice_text("M"), .capacity = {1000000, 0}};
    *id = world_name(&registers->world, EN_NAME_DEVICE, serial);
    (void)world_event(&registers->world, EN_KIND_DEVICE_SET, *id, (struct en_interval){{0}, {0}},
                      &device);
}

static void registers_open(struct registers *registers)
{
    struct world *world = &registers->world;
    char key[EN_NAME_SIZE_MAX + 1];
    world_open(world, 4);
    registers->point = world_name(world, EN_NAME_POINT, "R1");
    struct en_point_set point = {.name = en_slice_text("R1"),
                                 .resource = en_slice_text("electricity")};
    (void)world_event(world, EN_KIND_POINT_SET, registers->point, (struct en_interval){{0}, {0}},
                      &point);
    en_channel_key(registers->point, en_slice_text("1.8.0"), key);
    registers->channel = world_name(world, EN_NAME_CHANNEL, key);
    struct en_channel_set channel = {.point = registers->point,
                                     .code = en_slice_text("1.8.0"),
                                     .unit = EN_UNIT_KWH,
                                     .basis = EN_BASIS_REGISTER};
    (void)world_event(world, EN_KIND_CHANNEL_SET, registers->channel,
                      (struct en_interval){{0}, {0}}, &channel);
    put_device(registers, &registers->old_device, "old");
    put_device(registers, &registers->new_device, "new");
    struct en_device_installed installed = {.device = registers->old_device};
    (void)world_event(world, EN_KIND_DEVICE_INSTALLED, registers->point, world_moment(MAY - 100, 0),
                      &installed);
}

static void put_read(struct registers *registers, int32_t day, int minutes, int64_t hundredths)
{
    struct en_reading_register payload = {.value = {hundredths, -2},
                                          .quality = EN_QUALITY_MEASURED};
    (void)world_event(&registers->world, EN_KIND_READING_REGISTER, registers->channel,
                      world_moment(day, minutes), &payload);
}

static void put_ratio(struct registers *registers, int32_t day, int minutes, int64_t ratio)
{
    struct en_ratio_set payload = {.current = {ratio, 1}, .voltage = {1, 1}};
    (void)world_event(&registers->world, EN_KIND_RATIO_SET, registers->point,
                      world_moment(day, minutes), &payload);
}

/* old 4200.00 -> 4512.30 by 40, new 0.05 -> 188.55 by 60. */
static void put_replacement(struct registers *registers, int64_t power_kw)
{
    struct en_register_value final = {registers->channel, {451230, -2}};
    struct en_register_value initial = {registers->channel, {5, -2}};
    struct en_device_replaced payload = {.old_device = registers->old_device,
                                         .new_device = registers->new_device,
                                         .final = {&final, 1},
                                         .initial = {&initial, 1},
                                         .downtime_power_micro = power_kw * KWH};
    struct en_interval when = world_moment(MAY + 10, 600);
    when.to = world_moment(MAY + 10, 660).from;
    (void)world_event(&registers->world, EN_KIND_DEVICE_REPLACED, registers->point, when, &payload);
}

static struct en_usage_cell registers_of(struct registers *registers, int32_t from, int32_t to)
{
    struct en_usage_query query = {
        .from_day = {from}, .to_day = {to}, .channel = registers->channel, .wants_quality = true};
    struct world_projection projection;
    world_project(&registers->world, &projection, 0);
    world_run(&projection, 0);
    struct en_usage_cell cell = usage_of(projection.kv, &query);
    world_projection_close(&projection);
    return cell;
}

static void test_registers_over_a_replacement(void **state)
{
    (void)state;
    struct registers registers;
    registers_open(&registers);
    put_ratio(&registers, MAY - 100, 0, 40);
    put_ratio(&registers, MAY + 10, 660, 60);
    put_read(&registers, MAY, 0, 420000);
    put_read(&registers, JUNE, 0, 18855);
    put_replacement(&registers, 0);
    struct en_usage_cell cell = registers_of(&registers, MAY, JUNE);
    assert_int_equal(cell.micro, 23802 * KWH);
    assert_int_equal(cell.present_count, 2);
    assert_int_equal(cell.missing_count, 0);
    assert_true(cell.quality & EN_QUALITY_DEV_REPLACED);
    /* parts of the time: what lies wholly in them */
    cell = registers_of(&registers, MAY, MAY + 20);
    assert_int_equal(cell.micro, 12492 * KWH);
    cell = registers_of(&registers, MAY + 1, JUNE);
    assert_int_equal(cell.micro, 11310 * KWH);
    cell = registers_of(&registers, MAY + 1, MAY + 20);
    assert_int_equal(cell.present_count, 0);
    /* an hour without a device, for which an act states 12 kW */
    put_replacement(&registers, 12);
    cell = registers_of(&registers, MAY, JUNE);
    assert_int_equal(cell.micro, 23814 * KWH);
    assert_int_equal(cell.present_count, 3);
    world_close(&registers.world);
}

static void test_registers_roll_over(void **state)
{
    (void)state;
    struct registers registers;
    registers_open(&registers);
    put_read(&registers, MAY, 0, 99995000);
    put_read(&registers, MAY + 5, 720, 99999000);
    put_read(&registers, JUNE, 0, 12050);
    struct en_usage_cell cell = registers_of(&registers, MAY, JUNE);
    assert_int_equal(cell.micro, 170500000);
    assert_int_equal(cell.present_count, 2);
    assert_true(cell.quality & EN_QUALITY_ROLLOVER);
    /* a register that goes back is neither counted nor hidden */
    put_read(&registers, JUNE + 10, 0, 12000);
    cell = registers_of(&registers, MAY, JULY);
    assert_int_equal(cell.micro, 170500000);
    assert_int_equal(cell.missing_count, 1);
    assert_true(cell.quality & EN_QUALITY_NEG);
    assert_int_equal(en_quality_verdict(cell.quality), EN_VERDICT_REJECTED);
    world_close(&registers.world);
}

static void test_registers_without_readings_at_a_change(void **state)
{
    (void)state;
    struct registers registers;
    registers_open(&registers);
    put_read(&registers, MAY, 0, 100000);
    struct en_device_installed installed = {.device = registers.new_device};
    (void)world_event(&registers.world, EN_KIND_DEVICE_INSTALLED, registers.point,
                      world_moment(MAY + 3, 0), &installed);
    put_read(&registers, MAY + 10, 0, 500);
    put_read(&registers, JUNE, 0, 1500);
    struct en_usage_cell cell = registers_of(&registers, MAY, JUNE);
    assert_int_equal(cell.micro, 10 * KWH);
    assert_int_equal(cell.present_count, 1);
    assert_int_equal(cell.missing_count, 1);
    /* the ratio changes between two readings: counted, and said */
    put_ratio(&registers, MAY + 20, 0, 3);
    cell = registers_of(&registers, MAY + 10, JUNE);
    assert_int_equal(cell.micro, 10 * KWH);
    assert_true(cell.quality & EN_QUALITY_RATIO_CHANGED);
    assert_int_equal(en_quality_verdict(cell.quality), EN_VERDICT_SUSPECT);
    world_close(&registers.world);
}

/* ---- balances ---- */

/* The example of B-02: receipts 6000 and 4000, deliveries that sum to 9930 (or 9880). */
static void balance_world(struct world *world, uint32_t *channels, int64_t last_kwh)
{
    static const int64_t kwh[] = {6000, 4000, 3000, 2500, 2000, 1430, 1000};
    static const uint32_t errors[] = {10000, 12000, 12000, 12000, 15000, 15000, 20000};
    world_open(world, 6);
    for (uint32_t i = 0; i < EN_COUNT_OF(kwh); i++) {
        char code[8];
        (void)snprintf(code, sizeof code, "B%u", i);
        channels[i] = world_point(world, code, true);
        put_day(world, channels[i], MAY, 0, i == 6 ? last_kwh : kwh[i]);
        struct en_channel_error_set error = {errors[i]};
        (void)world_event(world, EN_KIND_CHANNEL_ERROR_SET, channels[i], world_moment(MAY, 0),
                          &error);
    }
    struct en_balance_set balance = {
        .name = en_slice_text("bus"),
        .in = en_slice_text("@B0.A+ + @B1.A+"),
        .out = en_slice_text("@B2.A+ + @B3.A+ + @B4.A+ + @B5.A+ + @B6.A+"),
        .in_node = world_name(world, EN_NAME_FORMULA, "bus.in"),
        .out_node = world_name(world, EN_NAME_FORMULA, "bus.out"),
        .losses_node = world_name(world, EN_NAME_FORMULA, "bus.losses"),
    };
    (void)world_event(world, EN_KIND_BALANCE_SET, world_name(world, EN_NAME_BALANCE, "bus"),
                      world_moment(MAY, 0), &balance);
}

static struct en_balance_answer balance_of(struct en_kv *kv, int32_t from, int32_t to, en_lane lane)
{
    struct en_error err;
    struct en_store *store = NULL;
    struct en_balance_answer answer;
    assert_int_equal(en_store_begin(kv, EN_KV_READ, &store, &err), EN_OK);
    en_code code = en_balance_gather(store, 1, (struct en_day){from}, (struct en_day){to}, lane,
                                     &answer, &err);
    if (code != EN_OK) {
        print_error("balance: %s\n", err.text);
    }
    assert_int_equal(code, EN_OK);
    en_store_abort(store);
    return answer;
}

static void test_balance_through_the_chain(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct world world;
        struct world_projection now;
        uint32_t channels[7];
        balance_world(&world, channels, i == 0 ? 1000 : 950);
        (void)freeze(&world, "May", MAY, JUNE);
        /* late: a feeder had 500 more */
        put_day(&world, channels[2], MAY, 1, 3500);
        world_project(&world, &now, 0);
        world_run(&now, 0);
        struct en_balance_answer answer = balance_of(now.kv, MAY, JUNE, EN_LANE_FISCAL);
        assert_int_equal(answer.totals.in_micro, 10000 * KWH);
        assert_int_equal(answer.totals.out_micro, (i == 0 ? 9930 : 9880) * KWH);
        assert_int_equal(answer.imbalance_micro, (i == 0 ? 70 : 120) * KWH);
        assert_int_equal(answer.actual_1e4_percent, i == 0 ? 7000 : 12000);
        assert_true(answer.is_assessed);
        if (i == 0) {
            assert_int_equal(answer.permissible_1e4_percent, 9958);
        }
        assert_int_equal(answer.is_permitted, i == 0);
        assert_int_equal(answer.pending_micro, -500 * KWH);
        assert_int_equal(answer.frozen_days, 31);
        assert_int_equal(answer.missing_days, 30);
        answer = balance_of(now.kv, MAY, JUNE, EN_LANE_LIVE);
        assert_int_equal(answer.imbalance_micro, (i == 0 ? -430 : -380) * KWH);
        assert_false(answer.is_permitted);
        assert_true(verify(&world, now.kv, 1, 0, NULL).is_equal);
        world_projection_close(&now);
        world_close(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_freeze_1),
        cmocka_unit_test(test_freeze_1_restated),
        cmocka_unit_test(test_verify_tells_what_differs),
        cmocka_unit_test(test_registers_over_a_replacement),
        cmocka_unit_test(test_registers_roll_over),
        cmocka_unit_test(test_registers_without_readings_at_a_change),
        cmocka_unit_test(test_balance_through_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
