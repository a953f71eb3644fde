/* What would follow if something were in the log: a copy of the tables takes it, and both states of
 * the copy can be read side by side. The log and the running tables stay as they are. */
#include "app/engine_state.h"

/* A copy that stands at the end of the log. Events may come while it is made: it then follows. */
static en_code copy_tables(struct en_engine *engine, struct en_supposition *supposition,
                           struct en_runner **runner, struct en_error *err)
{
    struct en_generation_options options = en_engine_generation_options(engine);
    (void)pthread_rwlock_rdlock(&engine->generation_lock);
    en_code code = en_generation_copy(&options, engine->generation, &supposition->generation, err);
    (void)pthread_rwlock_unlock(&engine->generation_lock);
    if (code != EN_OK) {
        return code;
    }
    struct en_runner_options runner_options = {.log = engine->log,
                                               .kv = en_generation_kv(supposition->generation)};
    code = en_runner_open(&runner_options, runner, err);
    return code == EN_OK ? en_runner_run(*runner, 0, err) : code;
}

en_code en_engine_suppose(struct en_engine *engine, const struct en_batch *batch, struct en_io *io,
                          struct en_supposition *supposition, struct en_error *err)
{
    struct en_runner *runner = NULL;
    en_code verdict = EN_OK;
    struct en_error refusal = {0};
    *supposition = (struct en_supposition){.engine = engine};
    en_code code = en_engine_catch_up(engine, io, err);
    if (code == EN_OK) {
        code = copy_tables(engine, supposition, &runner, err);
    }
    if (code == EN_OK) {
        code = en_store_begin(en_generation_kv(supposition->generation), EN_KV_READ,
                              &supposition->before, err);
    }
    if (code == EN_OK) {
        code = en_runner_suppose(runner, batch, &verdict, &refusal, err);
    }
    en_runner_close(runner);
    if (code == EN_OK && verdict != EN_OK) {
        code = en_error_set(err, verdict, "%s", refusal.text);
    }
    if (code == EN_OK) {
        code = en_store_begin(en_generation_kv(supposition->generation), EN_KV_READ,
                              &supposition->after, err);
    }
    if (code != EN_OK) {
        en_engine_suppose_end(supposition);
    }
    return code;
}

void en_engine_suppose_end(struct en_supposition *supposition)
{
    en_store_abort(supposition->before);
    en_store_abort(supposition->after);
    if (supposition->generation != NULL) {
        en_engine_drop_generation(supposition->engine, supposition->generation);
    }
    *supposition = (struct en_supposition){.engine = NULL};
}
