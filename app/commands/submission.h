/* A person's command on its way into the log: who gives it, its event, and the verdict. Caller's
 * memory, one thread. */
#ifndef EN_APP_COMMANDS_SUBMISSION_H
#define EN_APP_COMMANDS_SUBMISSION_H

#include "app/engine.h"
#include "app/session.h"

struct en_submission {
    struct en_engine *engine;
    struct en_batch batch;
    uint32_t actor;
    struct en_seq seq; /* of the last event, once sent */
};

/* fini always. */
en_code en_submission_init(struct en_submission *submission, struct en_engine *engine,
                           struct en_error *err) EN_MUST_CHECK;
void en_submission_fini(struct en_submission *submission);

/* From here on somebody else acts: "ivanov" is actor user:ivanov. */
en_code en_submission_as(struct en_submission *submission, const char *actor,
                         struct en_error *err) EN_MUST_CHECK;

/* Adds an event whose payload is a struct of the kind's record. */
en_code en_submission_add(struct en_submission *submission, en_kind kind, uint32_t subject,
                          struct en_interval valid, const void *payload,
                          struct en_error *err) EN_MUST_CHECK;

/* Appends what was added and waits for the verdict: EN_OK, or the code and words of the refusal. */
en_code en_submission_send(struct en_submission *submission, struct en_io *io,
                           struct en_error *err) EN_MUST_CHECK;

/* The whole of it for one event, and the line that says so: what, its external key, the event. A
 * command with an option --actor says who acts. */
en_code en_submit_one(struct en_session *session, const struct en_arguments *arguments,
                      struct en_io *io, en_kind kind, const char *key, uint32_t subject,
                      struct en_interval valid, const void *payload,
                      struct en_error *err) EN_MUST_CHECK;

/* From an instant on. */
static inline struct en_interval en_valid_from(struct en_instant from)
{
    return (struct en_interval){from, from};
}

#endif
