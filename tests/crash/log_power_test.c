/* labels: crash slow */
/* The log under power cuts: of a real run every write and sync is recorded; then, for each of them,
 * the file is put into the states that a cut right there could leave (what was not synced yet is
 * there, or not, or a random part of it, or torn by sectors). In each, the log opens and holds
 * every batch that had been acknowledged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/mem.h"
#include "log/audit.h"
#include "log/cursor.h"
#include "tests/crash/log_story.h"
#include "tests/crash/power_record.h"
#include "tests/scratch.h"

#define WRITER EN_BUILD_DIR "/tests.crash.log_writer_main"
#define PRELOAD EN_BUILD_DIR "/tests.crash.power_preload.so"
#define SIZE_MAX_TEST (UINT64_C(1) << 30)
#define RUN_MS 400
#define RECORDS_MAX 700u /* of the run that are cut at */
#define LYING_RECORDS_MAX 120u
#define VARIANTS 4u
#define SECTOR 512u
#define PENDING_MAX 100000u

enum variant { VARIANT_ALL, VARIANT_NONE, VARIANT_SOME, VARIANT_TORN };

struct pending {
    uint64_t offset;
    uint32_t size;
    const uint8_t *bytes;
};

struct power {
    struct en_scratch scratch;
    char dir[256];
    char witness[256];
    char record[256];
    char state_dir[256];
    const uint8_t *records; /* mapped */
    size_t records_size;
    uint8_t *stable; /* what is on the disk for sure */
    size_t stable_size;
    size_t stable_capacity;
    struct pending *pending;
    uint32_t pending_count;
    struct en_story_ack *acks;
    uint32_t acks_count;
    uint32_t states_count;
    bool is_lying; /* the disk says that it has synced and has not */
    uint32_t lost_count;
};

static void run_writer(const struct power *power)
{
    const struct timespec delay = {RUN_MS / 1000, RUN_MS % 1000 * 1000000L};
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)setenv("LD_PRELOAD", PRELOAD, 1);
        (void)setenv("EN_POWER_RECORD", power->record, 1);
        (void)execl(WRITER, WRITER, power->dir, power->witness, (char *)NULL);
        _exit(127);
    }
    (void)nanosleep(&delay, NULL);
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static void map_records(struct power *power)
{
    int file = open(power->record, O_RDONLY);
    assert_true(file >= 0);
    power->records_size = (size_t)lseek(file, 0, SEEK_END);
    assert_true(power->records_size > 0);
    power->records = mmap(NULL, power->records_size, PROT_READ, MAP_PRIVATE, file, 0);
    assert_true(power->records != MAP_FAILED);
    (void)close(file);
}

static void make_stable(struct power *power, const struct pending *write)
{
    size_t end = write->offset + write->size;
    if (end > power->stable_capacity) {
        power->stable_capacity = end * 2;
        power->stable = en_mem_resize(power->stable, power->stable_capacity);
        assert_non_null(power->stable);
    }
    if (end > power->stable_size) {
        memset(power->stable + power->stable_size, 0, end - power->stable_size);
        power->stable_size = end;
    }
    memcpy(power->stable + write->offset, write->bytes, write->size);
}

static void put(int file, const void *bytes, size_t size, uint64_t offset)
{
    assert_int_equal(pwrite(file, bytes, size, (off_t)offset), (ssize_t)size);
}

static void put_torn(int file, const struct pending *write)
{
    for (uint32_t at = 0; at < write->size; at += SECTOR) {
        uint32_t left = write->size - at;
        if (rand() % 2 == 0) {
            put(file, write->bytes + at, left < SECTOR ? left : SECTOR, write->offset + at);
        }
    }
}

/* The file as a cut could leave it: what is stable, and of the rest what the variant says. */
static void make_state(const struct power *power, enum variant variant)
{
    char path[300];
    (void)snprintf(path, sizeof path, "%s/lock.mdb", power->state_dir);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/data.mdb", power->state_dir);
    int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    assert_true(file >= 0);
    put(file, power->stable, power->stable_size, 0);
    for (uint32_t i = 0; i < power->pending_count && variant != VARIANT_NONE; i++) {
        const struct pending *write = &power->pending[i];
        if (variant == VARIANT_TORN && rand() % 3 == 0) {
            put_torn(file, write);
        } else if (variant == VARIANT_ALL || rand() % 2 == 0) {
            put(file, write->bytes, write->size, write->offset);
        }
    }
    (void)close(file);
}

struct place {
    uint32_t source;
    uint64_t source_seq;
};

/* Reads the whole log; NULL when it does not open, or an event is not the one that was told. */
static struct place *read_places(const struct power *power, uint64_t *count)
{
    struct en_log_options options = {
        .dir = power->state_dir, .is_read_only = true, .size_max = SIZE_MAX_TEST};
    struct en_cursor_filter all = {.from = 0};
    struct en_cursor *cursor = NULL;
    struct en_log *log = NULL;
    struct en_event event;
    bool is_end = false;
    if (en_log_open(&options, &log, NULL) != EN_OK) {
        return NULL;
    }
    uint64_t size = en_log_size(log);
    struct place *places = en_mem_alloc(size + 1, sizeof *places);
    en_code code = en_cursor_open(log, &all, &cursor, NULL);
    for (*count = 0; code == EN_OK; (*count)++) {
        code = en_cursor_next(cursor, &event, &is_end, NULL);
        if (code != EN_OK || is_end) {
            break;
        }
        places[*count] = (struct place){event.header.source, event.header.source_seq};
        /* the sources are named first: producer n has id n + 1 */
        bool is_told = event.header.source == 0 || en_story_is(event.header.source - 1, &event);
        code = is_told ? EN_OK : EN_CORRUPT;
    }
    return code == EN_OK && *count == size ? places : NULL;
}

/* In a child, which damaged files may kill. */
static bool holds_acks(const struct power *power)
{
    uint64_t count = 0;
    struct place *places = read_places(power, &count);
    if (places == NULL) {
        return power->acks_count == 0;
    }
    for (uint32_t i = 0; i < power->acks_count; i++) {
        const struct en_story_ack *ack = &power->acks[i];
        for (uint32_t j = 0; j < ack->count; j++) {
            uint64_t seq = ack->seq + j;
            if (seq >= count || places[seq].source != ack->producer + 1 ||
                places[seq].source_seq != ack->source_seq + j) {
                return false;
            }
        }
    }
    return true;
}

static void check_state(struct power *power, enum variant variant, uint32_t record)
{
    int status = 0;
    make_state(power, variant);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(SIGSEGV, SIG_DFL);
        (void)signal(SIGBUS, SIG_DFL);
        _exit(holds_acks(power) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    power->states_count++;
    bool is_whole = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    power->lost_count += !is_whole && power->acks_count > 0;
    if (!is_whole && !power->is_lying) {
        print_message("cut at record %u, variant %d: %u writes pending, %u batches acknowledged\n",
                      record, (int)variant, power->pending_count, power->acks_count);
    }
    assert_true(is_whole || power->acks_count == 0 || power->is_lying);
}

static void take_record(struct power *power, const struct en_power_record *head,
                        const uint8_t *bytes)
{
    struct pending write = {head->offset, head->size, bytes};
    switch (head->op) {
    case EN_POWER_WRITE:
        assert_true(power->pending_count < PENDING_MAX);
        power->pending[power->pending_count++] = write;
        break;
    case EN_POWER_STABLE_WRITE:
        make_stable(power, &write);
        break;
    case EN_POWER_SYNC:
        for (uint32_t i = 0; i < power->pending_count && !power->is_lying; i++) {
            make_stable(power, &power->pending[i]);
        }
        power->pending_count = power->is_lying ? power->pending_count : 0;
        break;
    default:
        memcpy(&power->acks[power->acks_count++], bytes, sizeof *power->acks);
    }
}

/* Cuts before a write is stable, too: a stable write in the making is first pending. */
static void cut_everywhere(struct power *power, uint32_t records_max)
{
    uint32_t record = 0;
    for (size_t at = 0; at < power->records_size && record < records_max; record++) {
        struct en_power_record head;
        memcpy(&head, power->records + at, sizeof head);
        const uint8_t *bytes = power->records + at + sizeof head;
        at += sizeof head + head.size;
        if (head.op == EN_POWER_STABLE_WRITE) {
            power->pending[power->pending_count++] =
                (struct pending){head.offset, head.size, bytes};
            check_state(power, VARIANT_SOME, record);
            check_state(power, VARIANT_ALL, record);
            power->pending_count--;
        }
        take_record(power, &head, bytes);
        if (head.op != EN_POWER_ACK) {
            for (uint32_t i = 0; i < VARIANTS; i++) {
                check_state(power, (enum variant)i, record);
            }
        }
    }
}

static void begin(struct power *power)
{
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    *power = (struct power){.states_count = 0};
    en_scratch_make(&power->scratch);
    (void)en_scratch_path(&power->scratch, "log", power->dir, sizeof power->dir);
    (void)en_scratch_path(&power->scratch, "witness", power->witness, sizeof power->witness);
    (void)en_scratch_path(&power->scratch, "record", power->record, sizeof power->record);
    (void)en_scratch_path(&power->scratch, "state", power->state_dir, sizeof power->state_dir);
    assert_int_equal(mkdir(power->state_dir, 0700), 0);
    run_writer(power);
    map_records(power);
    power->pending = en_mem_alloc(PENDING_MAX, sizeof *power->pending);
    power->acks = en_mem_alloc(RECORDS_MAX, sizeof *power->acks);
}

static void end(struct power *power)
{
    (void)munmap((void *)(uintptr_t)power->records, power->records_size);
    en_mem_free(power->stable);
    en_mem_free(power->pending);
    en_mem_free(power->acks);
    en_scratch_remove(&power->scratch);
}

static void test_log_survives_power_cuts_at_any_write(void **state)
{
    (void)state;
    struct power power;
    begin(&power);
    cut_everywhere(&power, RECORDS_MAX);
    print_message("%u states, %u acknowledged batches\n", power.states_count, power.acks_count);
    assert_true(power.acks_count > 3);
    assert_int_equal(power.lost_count, 0);
    end(&power);
}

/* The test can fail: on a disk that lies about its syncs, batches are lost. */
static void test_power_cuts_on_a_lying_disk_are_seen(void **state)
{
    (void)state;
    struct power power;
    begin(&power);
    power.is_lying = true;
    cut_everywhere(&power, LYING_RECORDS_MAX);
    print_message("%u states, %u with losses\n", power.states_count, power.lost_count);
    assert_true(power.lost_count > 0);
    end(&power);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_survives_power_cuts_at_any_write),
        cmocka_unit_test(test_power_cuts_on_a_lying_disk_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
