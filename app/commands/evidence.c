/* Evidence: the whole log verified in a child process, proofs of single events, copies. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/commands/commands.h"
#include "app/engine.h"
#include "app/rows.h"
#include "log/audit.h"
#include "log/backup.h"
#include "log/proof.h"

#define KEY_SIZE_MAX 1024u
#define CHILD_MEMORY_MAX (UINT64_C(4) << 30)
#define CHILD_WORDS_MAX 16u

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EN_IS_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define EN_IS_SANITIZED
#endif
#endif

static void put_hash(struct en_rows *rows, const struct en_hash *hash)
{
    char hex[EN_HASH_HEX_SIZE];
    en_hash_print(hash, hex);
    en_rows_text(rows, hex);
}

/* A whole small file named on the command line. */
static en_code read_named(const struct en_io *io, const char *name, struct en_buf *bytes,
                          struct en_error *err)
{
    char path[EN_PATH_SIZE];
    uint8_t block[4096];
    en_code code = en_io_path(io, name, path, err);
    if (code != EN_OK) {
        return code;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return en_errno_error(errno, "cannot open", path, err);
    }
    size_t size = fread(block, 1, sizeof block, file);
    while (size > 0) {
        en_buf_append(bytes, block, size);
        size = fread(block, 1, sizeof block, file);
    }
    code =
        ferror(file) != 0 ? en_errno_error(EIO, "cannot read", path, err) : en_buf_code(bytes, err);
    (void)fclose(file);
    return code;
}

/* ---- verify ---- */

static en_code verify_key(struct en_session *session, const struct en_arguments *arguments,
                          const struct en_io *io, struct en_sign_public *key, bool *has_key,
                          struct en_error *err)
{
    struct en_buf text;
    const char *name = en_arguments_value(arguments, "key");
    en_buf_init(&text, KEY_SIZE_MAX);
    en_code code = name == NULL ? en_data_dir_read(session->dir, "keys/log.pub", &text, err)
                                : read_named(io, name, &text, err);
    if (code == EN_OK) {
        code = en_sign_public_parse(en_buf_slice(&text), key, err);
    }
    *has_key = code == EN_OK;
    en_buf_fini(&text);
    return code == EN_NOT_FOUND && name == NULL ? EN_OK : code;
}

struct told {
    struct en_progress progress;
};

static void on_told(void *self, uint64_t done, uint64_t total)
{
    struct told *told = self;
    (void)en_progress_update(&told->progress, done, total);
}

static void put_verdict(const struct en_verify_report *report, en_code verdict,
                        const struct en_error *err, const struct en_arguments *arguments,
                        struct en_io *io)
{
    static const struct en_column columns[] = {
        {"verdict", NULL, false}, {"size", "events", true},       {"frames", NULL, true},
        {"bytes", NULL, true},    {"checkpoints", NULL, true},    {"signatures", NULL, true},
        {"root", NULL, false},    {"bad_from", "bad from", true}, {"bad_to", "bad to", true},
        {"reason", NULL, false}};
    struct en_rows rows;
    bool is_placed = report->bad_from.n != EN_SEQ_NONE.n && verdict != EN_OK;
    en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_rows_text(&rows, verdict == EN_OK ? "ok" : "damaged");
    en_rows_count(&rows, report->size);
    en_rows_count(&rows, report->frames_count);
    en_rows_count(&rows, report->frames_size);
    en_rows_count(&rows, report->checkpoints_count);
    en_rows_count(&rows, report->signatures_count);
    if (verdict == EN_OK) {
        put_hash(&rows, &report->root);
    } else {
        en_rows_null(&rows);
    }
    if (is_placed) {
        en_rows_count(&rows, report->bad_from.n);
        en_rows_count(&rows, report->bad_to.n);
    } else {
        en_rows_null(&rows);
        en_rows_null(&rows);
    }
    if (verdict == EN_OK) {
        en_rows_null(&rows);
    } else {
        en_rows_text(&rows, err->text);
    }
    en_rows_end(&rows);
}

/* Faults that say nothing about the log's bytes; every other one does. */
static bool is_about_the_machine(en_code code)
{
    return code == EN_NOMEM || code == EN_BUSY || code == EN_DENIED || code == EN_INTERRUPTED ||
           code == EN_FULL;
}

static en_code check_root(const char *path, const struct en_checkpoint *head, struct en_error *err)
{
    struct en_log_options options = {.dir = path, .is_read_only = true};
    struct en_log *log = NULL;
    struct en_hash root;
    en_code code = en_log_open(&options, &log, err);
    if (code == EN_OK && en_log_size(log) < head->size) {
        code = en_error_set(err, EN_MISMATCH,
                            "the checkpoint speaks of %" PRIu64 " events, the log has %" PRIu64,
                            head->size, en_log_size(log));
    }
    if (code == EN_OK) {
        code = en_log_root(log, head->size, &root, err);
    }
    if (code == EN_OK && !en_hash_equal(&root, &head->root)) {
        code = en_error_set(err, EN_MISMATCH,
                            "the first %" PRIu64 " events are not those of the checkpoint",
                            head->size);
    }
    en_log_close(log);
    return code;
}

/* A head that somebody kept elsewhere, signed by the key. One that cannot be read proves nothing.
 */
static en_code read_head(const char *name, const struct en_sign_public *key, const struct en_io *io,
                         struct en_checkpoint *head, struct en_error *err)
{
    struct en_buf note;
    en_buf_init(&note, EN_CHECKPOINT_SIZE_MAX);
    en_code code = read_named(io, name, &note, err);
    if (code == EN_OK && key == NULL) {
        code = en_error_set(err, EN_NOT_FOUND, "no public key to check the checkpoint with: --key");
    }
    if (code == EN_OK && en_checkpoint_verify(en_buf_slice(&note), key, head, err) != EN_OK) {
        code = err->code = EN_MISMATCH;
    }
    en_buf_fini(&note);
    return code;
}

/* The child's part: no core file, bounded memory, then the verification itself. */
static en_code verify_here(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    struct rlimit no_core = {0, 0};
    struct rlimit memory = {CHILD_MEMORY_MAX, CHILD_MEMORY_MAX};
    struct en_sign_public key;
    struct en_verify_report report = {.bad_from = EN_SEQ_NONE, .bad_to = EN_SEQ_NONE};
    struct told told;
    struct en_checkpoint head;
    const char *head_name = en_arguments_value(arguments, "checkpoint");
    bool has_key = false;
    char path[EN_PATH_SIZE];
    (void)setrlimit(RLIMIT_CORE, &no_core);
#if !defined(EN_IS_SANITIZED) /* whose shadow memory alone is larger */
    (void)setrlimit(RLIMIT_DATA, &memory);
#else
    (void)memory;
#endif
    en_code code = en_data_dir_path(session->dir, "log", path, err);
    if (code == EN_OK) {
        code = verify_key(session, arguments, io, &key, &has_key, err);
    }
    if (code == EN_OK && head_name != NULL) {
        code = read_head(head_name, has_key ? &key : NULL, io, &head, err);
    }
    if (code != EN_OK) {
        bool is_named = head_name != NULL || en_arguments_has(arguments, "key");
        bool is_verdict = code == EN_MISMATCH || is_about_the_machine(code);
        err->code = is_verdict ? code : is_named ? EN_USAGE : EN_CORRUPT;
        return err->code;
    }
    en_progress_begin(&told.progress, io, "verify", "events");
    struct en_verify_progress progress = {.self = &told, .told = on_told};
    code = en_log_verify(path, has_key ? &key : NULL, &progress, &report, err);
    en_progress_end(&told.progress);
    if (code == EN_OK && head_name != NULL) {
        code = check_root(path, &head, err);
    }
    if (code != EN_OK && is_about_the_machine(code)) {
        return code;
    }
    if (code != EN_OK && code != EN_MISMATCH) {
        code = EN_CORRUPT;
        err->code = code;
    }
    put_verdict(&report, code, err, arguments, io);
    if (code == EN_OK && !has_key) {
        en_io_note(io, "There is no public key: signatures were not checked.");
    }
    return code;
}

static uint32_t child_words(const struct en_session *session, const struct en_arguments *arguments,
                            const char *key_path, const char *head_path, const char **words)
{
    static const char *const outputs[] = {"", "table", "json", "ndjson", "csv"};
    uint32_t count = 0;
    words[count++] = "enerlog";
    words[count++] = "-D";
    words[count++] = session->dir->path;
    words[count++] = "-o";
    words[count++] = outputs[arguments->output];
    words[count++] = "log";
    words[count++] = "verify";
    words[count++] = "--in-child";
    if (arguments->is_quiet) {
        words[count++] = "--quiet";
    }
    if (key_path[0] != '\0') {
        words[count++] = "--key";
        words[count++] = key_path;
    }
    if (head_path[0] != '\0') {
        words[count++] = "--checkpoint";
        words[count++] = head_path;
    }
    words[count] = NULL;
    EN_ASSERT(count < CHILD_WORDS_MAX);
    return count;
}

/* What became of the child: its exit code, or its death, which is an answer too. */
static en_code child_verdict(int status, struct en_error *err)
{
    int exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (exit_code == 0) {
        return EN_OK;
    }
    if (exit_code == en_code_exit(EN_CORRUPT)) {
        return en_error_set(err, EN_MISMATCH, "the log is not what it was");
    }
    if (exit_code == en_code_exit(EN_BUSY)) {
        return en_error_set(err, EN_BUSY, "the log could not be verified now");
    }
    if (exit_code == en_code_exit(EN_USAGE)) {
        return en_error_set(err, EN_USAGE, "the log was not verified");
    }
    if (exit_code == en_code_exit(EN_DENIED)) {
        return en_error_set(err, EN_DENIED, "the log may not be read");
    }
    int signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (signal_number == SIGKILL) { /* by somebody, or for want of memory: not by the log */
        return en_error_set(err, EN_BUSY, "the verifier was killed before it was done");
    }
    bool is_wish = signal_number == SIGINT || signal_number == SIGTERM;
    if (is_wish || exit_code == en_code_exit(EN_INTERRUPTED)) {
        return en_error_set(err, EN_INTERRUPTED, "interrupted");
    }
    return en_error_set(
        err, EN_CORRUPT, "the log is damaged so badly that reading it ended the verifier (%s %d)",
        signal_number != 0 ? "signal" : "exit", signal_number != 0 ? signal_number : exit_code);
}

/* LMDB trusts its pages: a damaged one may kill its reader. So a child reads, and its death is an
 * answer. */
en_code en_run_log_verify(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    const char *words[CHILD_WORDS_MAX];
    char key_path[EN_PATH_SIZE] = "";
    char head_path[EN_PATH_SIZE] = "";
    const char *key = en_arguments_value(arguments, "key");
    const char *head = en_arguments_value(arguments, "checkpoint");
    en_code code = en_data_dir_check(session->dir, err);
    if (code == EN_OK && key != NULL) {
        code = en_io_path(io, key, key_path, err);
    }
    if (code == EN_OK && head != NULL) {
        code = en_io_path(io, head, head_path, err);
    }
    if (code != EN_OK || en_arguments_has(arguments, "in-child")) {
        return code == EN_OK ? verify_here(session, arguments, io, err) : code;
    }
    (void)child_words(session, arguments, key_path, head_path, words);
    en_io_flush(io);
    pid_t child = fork();
    if (child < 0) {
        return en_error_set(err, EN_BUSY, "cannot begin the verifier: %s", strerror(errno));
    }
    if (child == 0) {
        (void)execv("/proc/self/exe", (char *const *)words);
        _exit(en_code_exit(EN_BUSY));
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return en_error_set(err, EN_IO, "the verifier is lost: %s", strerror(errno));
        }
    }
    return child_verdict(status, err);
}

/* ---- prove ---- */

en_code en_run_log_prove(struct en_session *session, const struct en_arguments *arguments,
                         struct en_io *io, struct en_error *err)
{
    struct en_buf proof;
    struct en_seq seq = {0};
    const char *text = en_arguments_operand(arguments, 0);
    uint64_t number = 0;
    en_code code = en_count_parse(text, UINT64_MAX - 1, &number);
    if (code != EN_OK) {
        return en_error_set(err, EN_USAGE, "SEQ is the number of an event, not \"%.64s\"", text);
    }
    seq.n = number;
    en_buf_init(&proof, EN_PROOF_SIZE_MAX);
    code = en_engine_prove(session->engine, seq, &proof, err);
    if (code == EN_OK) {
        en_io_write(io, en_buf_slice(&proof));
    }
    en_buf_fini(&proof);
    return code;
}

static void put_proof(const struct en_proof *proof, const struct en_arguments *arguments,
                      struct en_io *io)
{
    static const struct en_column columns[] = {
        {"verdict", NULL, false}, {"seq", "event", true},
        {"kind", NULL, false},    {"recorded_at", "recorded", false},
        {"origin", NULL, false},  {"size", NULL, true},
        {"root", NULL, false}};
    const struct en_kind_info *info = en_kind_info(proof->event.header.kind);
    struct en_rows rows;
    en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_rows_text(&rows, "ok");
    en_rows_count(&rows, proof->index);
    en_rows_text(&rows, info == NULL ? "unknown" : info->name);
    en_rows_instant(&rows, proof->event.header.recorded_at, 0);
    en_rows_text(&rows, proof->checkpoint.origin);
    en_rows_count(&rows, proof->checkpoint.size);
    put_hash(&rows, &proof->checkpoint.root);
    en_rows_end(&rows);
}

en_code en_run_proof_verify(struct en_session *session, const struct en_arguments *arguments,
                            struct en_io *io, struct en_error *err)
{
    struct en_buf text;
    struct en_buf key_text;
    struct en_buf canonical;
    struct en_sign_public key;
    struct en_proof proof;
    (void)session;
    en_buf_init(&text, EN_PROOF_SIZE_MAX);
    en_buf_init(&key_text, KEY_SIZE_MAX);
    en_buf_init(&canonical, EN_PROOF_SIZE_MAX);
    en_code code = read_named(io, en_arguments_value(arguments, "key"), &key_text, err);
    if (code == EN_OK && en_sign_public_parse(en_buf_slice(&key_text), &key, err) != EN_OK) {
        (void)en_error_wrap(err, "the key");
        code = err->code = EN_USAGE;
    }
    if (code == EN_OK) {
        code = read_named(io, en_arguments_operand(arguments, 0), &text, err);
    }
    if (code == EN_OK) {
        code = en_proof_verify(en_buf_slice(&text), &key, &canonical, &proof, err);
        /* A proof that cannot even be read proves nothing. */
        code = code == EN_OK ? EN_OK : (err->code = EN_MISMATCH);
    }
    if (code == EN_OK) {
        put_proof(&proof, arguments, io);
    }
    en_buf_fini(&canonical);
    en_buf_fini(&key_text);
    en_buf_fini(&text);
    return code;
}

/* ---- copies ---- */

static en_code copy_key(const struct en_data_dir *from, const struct en_data_dir *to,
                        const char *name, uint32_t mode, struct en_error *err)
{
    struct en_buf text;
    en_buf_init(&text, KEY_SIZE_MAX);
    en_code code = en_data_dir_read(from, name, &text, err);
    if (code == EN_OK) {
        code = en_data_dir_write(to, name, mode, en_buf_slice(&text), err);
    }
    explicit_bzero(text.bytes, text.size);
    en_buf_fini(&text);
    return code;
}

static void put_copy(const char *path, uint64_t size, const struct en_hash *root,
                     const struct en_arguments *arguments, struct en_io *io)
{
    static const struct en_column columns[] = {
        {"folder", NULL, false}, {"size", "events", true}, {"root", NULL, false}};
    struct en_rows rows;
    en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_rows_text(&rows, path);
    en_rows_count(&rows, size);
    put_hash(&rows, root);
    en_rows_end(&rows);
}

/* A backup is a data directory without tables: they follow from the log. */
en_code en_run_log_backup(struct en_session *session, const struct en_arguments *arguments,
                          struct en_io *io, struct en_error *err)
{
    struct en_data_dir backup;
    struct en_hash root;
    uint64_t size = 0;
    char path[EN_PATH_SIZE];
    en_code code = en_data_dir_init(&backup, io, en_arguments_operand(arguments, 0), err);
    if (code == EN_OK) {
        code = en_data_dir_create(&backup, err);
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_log *log = en_engine_log(session->engine);
    code = en_engine_checkpoint(session->engine, NULL, err);
    if (code == EN_OK) {
        code = en_data_dir_path(&backup, "log", path, err);
    }
    if (code == EN_OK) {
        code = en_log_backup(log, path, &size, err);
    }
    if (code == EN_OK) {
        code = copy_key(session->dir, &backup, "keys/log.pub", 0644, err);
    }
    if (code == EN_OK && en_arguments_has(arguments, "with-key")) {
        code = copy_key(session->dir, &backup, "keys/log.key", 0600, err);
    }
    if (code == EN_OK) {
        code = en_log_root(log, size, &root, err);
    }
    if (code == EN_OK) {
        put_copy(backup.path, size, &root, arguments, io);
    }
    en_data_dir_fini(&backup);
    return code;
}

/* The key that goes on signing. It is read before anything is made: a restore without it leaves
 * nothing behind. */
static en_code read_private_key(const struct en_data_dir *from, const char *given,
                                const struct en_io *io, struct en_buf *text, struct en_error *err)
{
    struct en_sign_private key;
    en_code code = given == NULL ? en_data_dir_read(from, "keys/log.key", text, err)
                                 : read_named(io, given, text, err);
    if (code == EN_NOT_FOUND && given == NULL) {
        code =
            en_error_set(err, EN_CONFIG, "the backup holds no private key: give it by --key FILE");
    }
    if (code == EN_OK) {
        code = en_sign_private_parse(en_buf_slice(text), &key, err);
        en_sign_private_wipe(&key);
    }
    return code;
}

/* Makes the new directory with the keys of the old one. */
static en_code restore_keys(const struct en_data_dir *from, struct en_data_dir *to,
                            const char *given, const struct en_io *io, struct en_error *err)
{
    struct en_buf text;
    en_buf_init(&text, KEY_SIZE_MAX);
    en_code code = read_private_key(from, given, io, &text, err);
    if (code == EN_OK) {
        code = en_data_dir_create(to, err);
    }
    if (code == EN_OK) {
        code = copy_key(from, to, "keys/log.pub", 0644, err);
    }
    if (code == EN_OK) {
        code = en_data_dir_write(to, "keys/log.key", 0600, en_buf_slice(&text), err);
    }
    if (text.size > 0) {
        explicit_bzero(text.bytes, text.size);
    }
    en_buf_fini(&text);
    return code;
}

en_code en_run_log_restore(struct en_session *session, const struct en_arguments *arguments,
                           struct en_io *io, struct en_error *err)
{
    struct en_data_dir from;
    struct en_hash root;
    uint64_t size = EN_SEQ_NONE.n;
    char from_log[EN_PATH_SIZE];
    char to_log[EN_PATH_SIZE];
    en_code code = en_data_dir_init(&from, io, en_arguments_operand(arguments, 0), err);
    if (code == EN_OK) {
        code = en_data_dir_check(&from, err);
    }
    if (code == EN_OK) {
        code = en_arguments_number(arguments, "to-seq", UINT64_MAX - 1, &size, err);
    }
    if (code == EN_OK) {
        code = restore_keys(&from, session->dir, en_arguments_value(arguments, "key"), io, err);
    }
    if (code == EN_OK) {
        code = en_data_dir_path(&from, "log", from_log, err);
    }
    if (code == EN_OK) {
        code = en_data_dir_path(session->dir, "log", to_log, err);
    }
    if (code == EN_OK) {
        code = en_log_restore(from_log, to_log, size, &root, err);
    }
    struct en_engine *engine = NULL;
    struct en_engine_options options = {.dir = session->dir};
    if (code == EN_OK) {
        code = en_engine_open(&options, &engine, err);
    }
    if (code == EN_OK) {
        code = en_engine_catch_up(engine, io, err);
    }
    if (code == EN_OK) {
        put_copy(session->dir->path, en_log_size(en_engine_log(engine)), &root, arguments, io);
    }
    en_engine_close(engine);
    return code;
}
