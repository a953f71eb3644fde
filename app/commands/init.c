/* `enerlog init` and `enerlog serve`: commands that open the data directory themselves. */
#include "app/commands/commands.h"

#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "app/daemon.h"
#include "app/rows.h"

#define ORIGIN_SIZE 192u
#define HOST_SIZE 64u
#define PORT_DEFAULT 8080u

/* A name that no other log has: the machine and chance. */
static en_code make_origin(char origin[ORIGIN_SIZE], struct en_error *err)
{
    char host[HOST_SIZE] = "";
    uint8_t chance[6];
    if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0') {
        (void)snprintf(host, sizeof host, "localhost");
    }
    for (char *letter = host; *letter != '\0'; letter++) {
        bool is_plain = (*letter >= 'a' && *letter <= 'z') || (*letter >= 'A' && *letter <= 'Z') ||
                        (*letter >= '0' && *letter <= '9') || *letter == '-' || *letter == '.';
        *letter = is_plain ? *letter : '-';
    }
    if (getrandom(chance, sizeof chance, 0) != (ssize_t)sizeof chance) {
        return en_error_set(err, EN_IO, "the system gives no random numbers");
    }
    (void)snprintf(origin, ORIGIN_SIZE, "enerlog/%s/%02x%02x%02x%02x%02x%02x", host, chance[0],
                   chance[1], chance[2], chance[3], chance[4], chance[5]);
    return EN_OK;
}

static en_code origin_of(const struct en_arguments *arguments, char origin[ORIGIN_SIZE],
                         struct en_error *err)
{
    const char *given = en_arguments_value(arguments, "origin");
    if (given == NULL) {
        return make_origin(origin, err);
    }
    bool is_good = given[0] != '\0' && strlen(given) < ORIGIN_SIZE;
    for (const char *letter = given; is_good && *letter != '\0'; letter++) {
        is_good = *letter > ' ' && *letter != '+' && *letter != 0x7f;
    }
    if (!is_good) {
        return en_error_set(err, EN_USAGE, "an origin has 1 to %u letters, no blank and no \"+\"",
                            ORIGIN_SIZE - 1);
    }
    (void)snprintf(origin, ORIGIN_SIZE, "%s", given);
    return EN_OK;
}

static void print_made(const struct en_data_dir *dir, const char *origin,
                       const struct en_arguments *arguments, struct en_io *io)
{
    static const struct en_column columns[] = {{"data_dir", "data directory", false},
                                               {"origin", NULL, false},
                                               {"public_key", "public key", false}};
    char path[EN_PATH_SIZE + 16];
    struct en_rows rows;
    (void)snprintf(path, sizeof path, "%s/keys/log.pub", dir->path);
    en_rows_begin_single(&rows, io, arguments->output, columns, EN_COUNT_OF(columns));
    en_rows_text(&rows, dir->path);
    en_rows_text(&rows, origin);
    en_rows_text(&rows, path);
    en_rows_end(&rows);
    en_io_note(io,
               "\nKeep keys/log.key secret and a copy of it safe: it signs the log.\n"
               "Next: enerlog -D %s import --format csv --mapping M --create FILE\n"
               "      enerlog -D %s serve",
               arguments->data_dir, arguments->data_dir);
}

en_code en_run_init(struct en_session *session, const struct en_arguments *arguments,
                    struct en_io *io, struct en_error *err)
{
    char origin[ORIGIN_SIZE];
    en_code code = origin_of(arguments, origin, err);
    if (code == EN_OK) {
        code = en_data_dir_create(session->dir, err);
    }
    if (code != EN_OK) {
        return code;
    }
    struct en_engine *engine = NULL;
    struct en_engine_options options = {.dir = session->dir, .is_new = true, .origin = origin};
    code = en_engine_open(&options, &engine, err);
    en_engine_close(engine);
    if (code == EN_OK) {
        print_made(session->dir, origin, arguments, io);
    }
    return code;
}

en_code en_run_serve(struct en_session *session, const struct en_arguments *arguments,
                     struct en_io *io, struct en_error *err)
{
    uint64_t port = PORT_DEFAULT;
    struct en_engine *engine = NULL;
    en_code code = en_arguments_number(arguments, "port", 65535, &port, err);
    if (code == EN_OK) {
        code = en_data_dir_lock(session->dir, "enerlog serve", err);
    }
    if (code == EN_OK) {
        struct en_engine_options options = {.dir = session->dir};
        code = en_engine_open(&options, &engine, err);
    }
    if (code == EN_OK) {
        struct en_daemon_options options = {
            .engine = engine, .dir = session->dir, .port = (uint16_t)port, .io = io};
        code = en_daemon_run(&options, err);
    }
    en_engine_close(engine);
    return code;
}
