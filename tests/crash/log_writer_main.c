/* log_writer_main DIR WITNESS: appends until it is killed. After each acknowledged batch it writes
 * a line to the witness file; it goes on where the witness ends, so what was appended but not
 * acknowledged before a kill is sent again. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/sign.h"
#include "tests/crash/log_story.h"

#define SIZE_MAX_TEST (UINT64_C(1) << 32)

struct producer {
    struct en_sink *sink;
    uint32_t number;
    uint32_t source;
    uint64_t source_seq; /* the next to send */
    int witness;
};

static void fail(const char *what, const struct en_error *err)
{
    (void)fprintf(stderr, "log_writer: %s: %s\n", what, err->text);
    exit(1);
}

static void read_witness(const char *path, struct producer *producers)
{
    FILE *file = fopen(path, "rb");
    struct en_story_ack ack;
    while (file != NULL && fread(&ack, sizeof ack, 1, file) == 1) {
        producers[ack.producer].source_seq = ack.source_seq + ack.count;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

static void *produce(void *self)
{
    struct producer *producer = self;
    struct en_batch batch;
    struct en_error err;
    static _Thread_local struct en_seq seqs[1024];
    en_batch_init(&batch);
    for (;;) {
        struct en_appended appended;
        en_batch_reset(&batch);
        en_story_batch(producer->number, producer->source, producer->source_seq, &batch);
        if (producer->sink->append(producer->sink->self, &batch, &appended, seqs, &err) != EN_OK) {
            fail("append", &err);
        }
        struct en_story_ack ack = {producer->number, batch.count, producer->source_seq, seqs[0].n};
        if (write(producer->witness, &ack, sizeof ack) != (ssize_t)sizeof ack) {
            exit(2);
        }
        producer->source_seq += batch.count;
    }
}

/* Ends with the kill. */
static _Noreturn void sign_for_ever(struct en_log *log)
{
    static const uint8_t seed[EN_SIGN_KEY_SIZE] = {4};
    const struct timespec pause = {0, 5000000};
    struct en_sign_private key;
    struct en_error err;
    struct en_buf text;
    struct en_buf note;
    en_buf_init(&text, 1000);
    en_buf_init(&note, 4000);
    if (en_sign_of_seed("crash.example/log", seed, &key, &err) != EN_OK) {
        fail("key", &err);
    }
    en_sign_private_print(&key, &text);
    for (;;) {
        if (en_log_checkpoint(log, en_buf_slice(&text), &note, &err) != EN_OK) {
            fail("sign", &err);
        }
        (void)nanosleep(&pause, NULL);
    }
}

int main(int argc, char **argv)
{
    struct producer producers[EN_STORY_PRODUCERS];
    uint32_t sources[EN_STORY_PRODUCERS];
    pthread_t thread;
    struct en_error err;
    struct en_log *log = NULL;
    if (argc != 3) {
        return 2;
    }
    struct en_log_options options = {
        .dir = argv[1], .origin = "crash.example/log", .size_max = SIZE_MAX_TEST};
    en_code code = en_log_open(&options, &log, &err);
    if (code == EN_NOT_FOUND) {
        options.is_create = true;
        code = en_log_open(&options, &log, &err);
    }
    if (code != EN_OK) {
        fail("open", &err);
    }
    struct en_sink sink = en_log_sink(log);
    if (en_story_sources(&sink, sources, &err) != EN_OK) {
        fail("name", &err);
    }
    int witness = open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0600);
    for (uint32_t i = 0; i < EN_STORY_PRODUCERS; i++) {
        producers[i] = (struct producer){&sink, i, sources[i], 1, witness};
    }
    read_witness(argv[2], producers);
    for (uint32_t i = 1; i < EN_STORY_PRODUCERS; i++) {
        if (pthread_create(&thread, NULL, produce, &producers[i]) != 0) {
            return 2;
        }
    }
    if (pthread_create(&thread, NULL, produce, &producers[0]) != 0) {
        return 2;
    }
    sign_for_ever(log);
}
