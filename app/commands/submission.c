#include "app/commands/submission.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/rows.h"
#include "core/mem.h"

#define ACTOR_SIZE_MAX 200u

en_code en_submission_init(struct en_submission *submission, struct en_engine *engine,
                           struct en_error *err)
{
    *submission = (struct en_submission){.engine = engine, .seq = EN_SEQ_NONE};
    en_batch_init(&submission->batch);
    return en_engine_actor(engine, &submission->actor, err);
}

en_code en_submission_as(struct en_submission *submission, const char *actor, struct en_error *err)
{
    char key[EN_NAME_SIZE_MAX + 1];
    if (actor[0] == '\0' || strlen(actor) > ACTOR_SIZE_MAX) {
        return en_error_set(err, EN_USAGE, "--actor is a name of at most %u bytes", ACTOR_SIZE_MAX);
    }
    (void)snprintf(key, sizeof key, "user:%s", actor);
    return en_engine_name(submission->engine, EN_NAME_ACTOR, key, &submission->actor, err);
}

/* The value of --actor, where the command has it. */
static const char *actor_of(const struct en_arguments *arguments)
{
    const struct en_option *options = arguments->command->options;
    for (uint32_t i = 0; i < EN_COMMAND_OPTIONS_MAX && options[i].name != NULL; i++) {
        if (strcmp(options[i].name, "actor") == 0) {
            return arguments->values[i];
        }
    }
    return NULL;
}

void en_submission_fini(struct en_submission *submission)
{
    en_batch_fini(&submission->batch);
}

en_code en_submission_add(struct en_submission *submission, en_kind kind, uint32_t subject,
                          struct en_interval valid, const void *payload, struct en_error *err)
{
    struct en_event_header header = {.kind = (uint16_t)kind,
                                     .subject = subject,
                                     .valid = valid,
                                     .actor = submission->actor,
                                     .cause = EN_SEQ_NONE};
    return en_batch_add_record(&submission->batch, &header, payload, err);
}

en_code en_submission_send(struct en_submission *submission, struct en_io *io, struct en_error *err)
{
    uint32_t count = submission->batch.count;
    EN_ASSERT(count > 0);
    struct en_seq *seqs = en_mem_alloc(count, sizeof *seqs);
    if (seqs == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for %u commands", count);
    }
    en_code code = en_engine_submit(submission->engine, &submission->batch, seqs, io, err);
    submission->seq = code == EN_OK ? seqs[count - 1] : submission->seq;
    en_mem_free(seqs);
    return code;
}

static void put_done(const struct en_arguments *arguments, struct en_io *io, en_kind kind,
                     const char *key, struct en_seq seq)
{
    static const struct en_column columns[] = {
        {"done", NULL, false}, {"key", NULL, false}, {"seq", "event", true}};
    if (arguments->output == EN_OUTPUT_TABLE) {
        en_io_print(io, "%s %.300s: event %" PRIu64 "\n", en_kind_info((uint16_t)kind)->name, key,
                    seq.n);
        return;
    }
    struct en_rows rows;
    en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_rows_text(&rows, en_kind_info((uint16_t)kind)->name);
    en_rows_text(&rows, key);
    en_rows_count(&rows, seq.n);
    en_rows_end(&rows);
}

en_code en_submit_one(struct en_session *session, const struct en_arguments *arguments,
                      struct en_io *io, en_kind kind, const char *key, uint32_t subject,
                      struct en_interval valid, const void *payload, struct en_error *err)
{
    struct en_submission submission;
    en_code code = en_submission_init(&submission, session->engine, err);
    if (code == EN_OK && actor_of(arguments) != NULL) {
        code = en_submission_as(&submission, actor_of(arguments), err);
    }
    if (code == EN_OK) {
        code = en_submission_add(&submission, kind, subject, valid, payload, err);
    }
    if (code == EN_OK) {
        code = en_submission_send(&submission, io, err);
    }
    if (code == EN_OK) {
        put_done(arguments, io, kind, key, submission.seq);
    }
    en_submission_fini(&submission);
    return code;
}
