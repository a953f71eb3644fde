#include "app/daemon.h"
#include "app/commands/rule_diff.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "app/attest.h"
#include "app/commands/rule_diff.h"
#include "app/session.h"
#include "app/wire.h"
#include "core/event/payload.h"
#include "core/mem.h"
#include "http/server.h"
#include "http/service.h"

#define STEWARD_WAIT_MS 250u
#define CHECKPOINT_EACH_US 900000
#define TIDY_EACH_US (10 * EN_SECOND_US)
#define SEND_TIMEOUT_S 600
#define RECEIVE_TIMEOUT_S 10

/* A connected command and its thread. */
struct command {
    struct en_daemon *daemon;
    int fd;
    pthread_t thread;
    bool is_used;
    _Atomic bool is_done;
    struct en_io io;
    struct en_arguments arguments;
    struct en_wire_command wire;
    struct en_buf message;
};

struct en_daemon {
    const struct en_daemon_options *options;
    struct en_http_server *http;
    struct en_service service;
    struct en_instant started_at;
    uint64_t started_size;
    int listener;
    uv_loop_t loop;
    uv_signal_t terminate;
    uv_signal_t interrupt;
    uv_poll_t incoming;
    uv_timer_t tick;
    uv_async_t fault;
    _Atomic bool is_stopping;
    _Atomic bool is_broken; /* the steward met a fault that only a new start can mend */
    struct en_error broken;
    pthread_t steward;
    struct command *commands[EN_DAEMON_COMMANDS_MAX];
};

static void fill_state(void *self, struct en_service_state *state)
{
    struct en_daemon *daemon = self;
    struct en_engine *engine = daemon->options->engine;
    const struct en_log_timings *timings = en_log_timings(en_engine_log(engine));
    *state = (struct en_service_state){
        .started_at = daemon->started_at, .append = &timings->append, .commit = &timings->commit};
    state->log_size = en_log_size(en_engine_log(engine));
    state->projected = en_engine_position(engine);
    state->now = en_engine_now(engine);
    state->is_log_writable = !atomic_load(&daemon->is_broken);
    state->appended_count = state->log_size - daemon->started_size;
    state->last_at = en_engine_last_at(engine);
    en_engine_signed(engine, &state->checkpoint_size, &state->checkpoint_at);
}

static en_code open_service_view(void *self, const char *as_of, struct en_service_view *view,
                                 struct en_error *err)
{
    struct en_daemon *daemon = self;
    struct en_view *opened = en_mem_alloc(1, sizeof *opened);
    if (opened == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a view");
    }
    en_code code = en_engine_view_open(daemon->options->engine, as_of, NULL, opened, err);
    if (code != EN_OK) {
        en_mem_free(opened);
        return code;
    }
    *view = (struct en_service_view){opened->store, opened->position, opened};
    return EN_OK;
}

static void close_service_view(void *self, struct en_service_view *view)
{
    struct en_daemon *daemon = self;
    en_engine_view_close(daemon->options->engine, view->handle);
    en_mem_free(view->handle);
}

static struct en_log *service_log(void *self)
{
    struct en_daemon *daemon = self;
    return en_engine_log(daemon->options->engine);
}

static en_code service_prove(void *self, uint64_t seq, struct en_buf *out, struct en_error *err)
{
    struct en_daemon *daemon = self;
    return en_engine_prove(daemon->options->engine, (struct en_seq){seq}, out, err);
}

/* The newest signed head; one is signed only where there is none yet. */
static en_code service_checkpoint(void *self, struct en_buf *out, struct en_error *err)
{
    struct en_daemon *daemon = self;
    struct en_engine *engine = daemon->options->engine;
    en_code code = en_log_newest_checkpoint(en_engine_log(engine), out, NULL, err);
    return code == EN_NOT_FOUND ? en_engine_checkpoint(engine, out, err) : code;
}

static en_code service_difference(void *self, const struct en_service_setting *setting,
                                  struct en_buf *out, struct en_error *err)
{
    struct en_daemon *daemon = self;
    return en_rule_diff_json(daemon->options->engine, setting, out, err);
}

/* ---- the steward ---- */

/* What the steward remembers between its rounds. */
struct round {
    struct en_instant signed_at;
    struct en_instant tidied_at;
};

/* Whether so much time went by since; a clock that was set back counts as gone by. */
static bool is_due(struct en_instant now, struct en_instant since, int64_t each_us)
{
    return now.us - since.us >= each_us || now.us < since.us;
}

static en_code follow(struct en_daemon *daemon, struct round *round, struct en_error *err)
{
    struct en_engine *engine = daemon->options->engine;
    uint64_t signed_size = 0;
    struct en_instant at;
    en_code code = en_engine_catch_up(engine, NULL, err);
    en_engine_signed(engine, &signed_size, &at);
    struct en_instant now = en_engine_now(engine);
    bool is_unsigned = en_log_size(en_engine_log(engine)) > signed_size;
    if (code == EN_OK && is_unsigned && is_due(now, round->signed_at, CHECKPOINT_EACH_US)) {
        round->signed_at = now;
        code = en_engine_checkpoint(engine, NULL, err);
    }
    if (code == EN_OK && is_due(now, round->tidied_at, TIDY_EACH_US)) {
        round->tidied_at = now;
        code = en_engine_tidy_readers(engine, err);
    }
    return code;
}

static void *steward_main(void *self)
{
    struct en_daemon *daemon = self;
    struct en_engine *engine = daemon->options->engine;
    struct round round = {{0}, {0}};
    while (!atomic_load(&daemon->is_stopping)) {
        (void)en_log_wait(en_engine_log(engine), en_engine_position(engine), STEWARD_WAIT_MS);
        en_code code = follow(daemon, &round, &daemon->broken);
        if (code != EN_OK) {
            atomic_store(&daemon->is_broken, true);
            (void)uv_async_send(&daemon->fault);
            return NULL;
        }
    }
    return NULL;
}

/* ---- commands of clients ---- */

static en_code client_write(void *self, en_stream stream, struct en_slice bytes)
{
    struct command *command = self;
    while (bytes.size > 0) {
        size_t size = bytes.size < EN_WIRE_SIZE_MAX ? bytes.size : EN_WIRE_SIZE_MAX;
        en_wire_type type = stream == EN_STREAM_OUT ? EN_WIRE_OUT : EN_WIRE_ERR;
        if (en_wire_send(command->fd, type, en_slice_of(bytes.bytes, size), NULL) != EN_OK) {
            return EN_IO;
        }
        bytes = en_slice_of(bytes.bytes + size, bytes.size - size);
    }
    return EN_OK;
}

/* The client sends nothing behind its command but the wish to end; a closed socket is one, too. */
static bool client_is_cancelled(void *self)
{
    struct command *command = self;
    uint8_t byte = 0;
    ssize_t size = recv(command->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    bool is_quiet = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return !is_quiet || atomic_load(&command->daemon->is_stopping);
}

static en_code receive_command(struct command *command, struct en_error *err)
{
    en_wire_type type = EN_WIRE_EXIT;
    en_code code = en_wire_receive(command->fd, &type, &command->message, err);
    if (code == EN_OK && type != EN_WIRE_COMMAND) {
        code = en_error_set(err, EN_MALFORMED, "a command was expected");
    }
    if (code == EN_OK) {
        code = en_wire_command_parse(en_buf_slice(&command->message), &command->wire, err);
    }
    if (code == EN_OK && strcmp(command->wire.version, EN_VERSION) != 0) {
        code = en_error_set(err, EN_CONFLICT,
                            "the daemon is Enerlog " EN_VERSION ", this is %.64s: restart it",
                            command->wire.version);
    }
    return code;
}

static void set_io(struct command *command)
{
    const struct en_wire_command *wire = &command->wire;
    struct en_io *io = &command->io;
    io->is_out_terminal = wire->is_out_terminal;
    io->is_err_terminal = wire->is_err_terminal;
    io->has_color = wire->has_color;
    size_t size = strlen(wire->working_dir);
    if (size < sizeof io->working_dir) {
        memcpy(io->working_dir, wire->working_dir, size + 1);
    }
}

static int run_command(struct command *command)
{
    struct en_error err = {.code = EN_OK, .text = ""};
    struct en_session session = {NULL, NULL};
    struct en_data_dir dir = *command->daemon->options->dir;
    en_code code = receive_command(command, &err);
    if (code == EN_OK) {
        set_io(command);
        code = en_arguments_parse((int)command->wire.words_count, command->wire.words,
                                  &command->arguments, &err);
    }
    if (code == EN_OK && command->arguments.command->needs != EN_NEEDS_ENGINE) {
        code = en_error_set(&err, EN_USAGE, "this command is not for the daemon");
    }
    if (code != EN_OK) {
        en_io_complain(&command->io, "enerlog: %s", err.text);
        return en_code_exit(code);
    }
    session.dir = &dir;
    session.engine = command->daemon->options->engine;
    return en_session_call(&session, &command->arguments, &command->io);
}

/* The last words: a client that is gone does not hear them. */
static void tell(int fd, en_wire_type type, struct en_slice bytes)
{
    en_code code = en_wire_send(fd, type, bytes, NULL);
    (void)code;
}

static void *command_main(void *self)
{
    struct command *command = self;
    int exit_code = run_command(command);
    en_io_fini(&command->io);
    uint8_t number[4] = {(uint8_t)exit_code};
    tell(command->fd, EN_WIRE_EXIT, en_slice_of(number, sizeof number));
    atomic_store(&command->is_done, true);
    return NULL;
}

static void free_command(struct command *command)
{
    (void)close(command->fd);
    en_buf_fini(&command->message);
    en_mem_free(command);
}

/* Joins the threads of commands that are done; all of them when waiting. */
static void reap_commands(struct en_daemon *daemon, bool is_waiting)
{
    for (size_t i = 0; i < EN_DAEMON_COMMANDS_MAX; i++) {
        struct command *command = daemon->commands[i];
        if (command != NULL && (is_waiting || atomic_load(&command->is_done))) {
            (void)pthread_join(command->thread, NULL);
            free_command(command);
            daemon->commands[i] = NULL;
        }
    }
}

static struct command *new_command(struct en_daemon *daemon, int fd)
{
    struct command *command = en_mem_alloc(1, sizeof *command);
    if (command == NULL) {
        return NULL;
    }
    struct timeval send_timeout = {.tv_sec = SEND_TIMEOUT_S};
    struct timeval receive_timeout = {.tv_sec = RECEIVE_TIMEOUT_S};
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &send_timeout, sizeof send_timeout);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &receive_timeout, sizeof receive_timeout);
    command->daemon = daemon;
    command->fd = fd;
    command->io =
        (struct en_io){.self = command, .write = client_write, .is_cancelled = client_is_cancelled};
    en_io_init(&command->io);
    en_buf_init(&command->message, EN_WIRE_SIZE_MAX);
    return command;
}

static bool start_command(struct en_daemon *daemon, int fd)
{
    reap_commands(daemon, false);
    size_t place = 0;
    while (place < EN_DAEMON_COMMANDS_MAX && daemon->commands[place] != NULL) {
        place++;
    }
    if (place == EN_DAEMON_COMMANDS_MAX) {
        return false;
    }
    struct command *command = new_command(daemon, fd);
    if (command == NULL) {
        return false;
    }
    if (pthread_create(&command->thread, NULL, command_main, command) != 0) {
        en_io_fini(&command->io);
        en_buf_fini(&command->message);
        en_mem_free(command);
        return false;
    }
    daemon->commands[place] = command;
    return true;
}

static void refuse(int fd)
{
    static const char text[] = "enerlog: the daemon has too much to do; try again\n";
    uint8_t number[4] = {75};
    tell(fd, EN_WIRE_ERR, en_slice_text(text));
    tell(fd, EN_WIRE_EXIT, en_slice_of(number, sizeof number));
    (void)close(fd);
}

static void on_incoming(uv_poll_t *poll, int status, int events)
{
    struct en_daemon *daemon = poll->data;
    (void)status;
    (void)events;
    int fd = accept4(daemon->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    if (!en_wire_is_same_user(fd)) {
        (void)close(fd);
    } else if (!start_command(daemon, fd)) {
        refuse(fd);
    }
}

/* ---- the clock ---- */

static en_code append_tick(struct en_engine *engine, struct en_error *err)
{
    uint32_t source = 0;
    struct en_instant now = en_engine_now(engine);
    uint64_t number = (uint64_t)(now.us / EN_TICK_US);
    struct en_clock_tick tick = {.at = {(int64_t)number * EN_TICK_US}};
    struct en_batch batch;
    struct en_appended appended;
    en_code code = en_engine_name(engine, EN_NAME_SOURCE, "clock", &source, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_event_header header = {.kind = EN_KIND_CLOCK_TICK,
                                     .source = source,
                                     .source_seq = number,
                                     .cause = EN_SEQ_NONE,
                                     .valid = {tick.at, tick.at}};
    en_batch_init(&batch);
    code = en_batch_add_record(&batch, &header, &tick, err);
    if (code == EN_OK) {
        struct en_sink sink = en_engine_sink(engine);
        code = sink.append(sink.self, &batch, &appended, NULL, err);
    }
    en_batch_fini(&batch);
    return code;
}

static void on_fault(uv_async_t *async)
{
    struct en_daemon *daemon = async->data;
    uv_stop(&daemon->loop);
}

static void on_tick(uv_timer_t *timer);

/* The next full quarter of an hour, by the log's clock; never more than a minute away, since that
 * clock may be set. */
static void arm_tick(struct en_daemon *daemon)
{
    struct en_instant now = en_engine_now(daemon->options->engine);
    int64_t wait_us = EN_TICK_US - now.us % EN_TICK_US;
    int64_t most_us = EN_MINUTE_US;
    uint64_t wait_ms = (uint64_t)((wait_us < most_us ? wait_us : most_us) / 1000) + 1;
    (void)uv_timer_start(&daemon->tick, on_tick, wait_ms, 0);
}

static void on_tick(uv_timer_t *timer)
{
    struct en_daemon *daemon = timer->data;
    en_code code = append_tick(daemon->options->engine, &daemon->broken);
    /* A clock that was set back gives numbers that were used: no tick until it has caught up. */
    if (code != EN_OK && code != EN_RANGE && code != EN_CONFLICT) {
        atomic_store(&daemon->is_broken, true);
        uv_stop(&daemon->loop);
        return;
    }
    arm_tick(daemon);
}

/* ---- start and stop ---- */

static void on_signal(uv_signal_t *signal, int number)
{
    struct en_daemon *daemon = signal->data;
    (void)number;
    uv_stop(&daemon->loop);
}

static void start_loop(struct en_daemon *daemon)
{
    (void)uv_loop_init(&daemon->loop);
    (void)uv_signal_init(&daemon->loop, &daemon->terminate);
    (void)uv_signal_init(&daemon->loop, &daemon->interrupt);
    (void)uv_timer_init(&daemon->loop, &daemon->tick);
    (void)uv_async_init(&daemon->loop, &daemon->fault, on_fault);
    (void)uv_poll_init(&daemon->loop, &daemon->incoming, daemon->listener);
    daemon->terminate.data = daemon;
    daemon->interrupt.data = daemon;
    daemon->tick.data = daemon;
    daemon->fault.data = daemon;
    daemon->incoming.data = daemon;
    (void)uv_signal_start(&daemon->terminate, on_signal, SIGTERM);
    (void)uv_signal_start(&daemon->interrupt, on_signal, SIGINT);
    (void)uv_poll_start(&daemon->incoming, UV_READABLE, on_incoming);
}

static void close_handle(uv_handle_t *handle, void *data)
{
    (void)data;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

static void stop_loop(struct en_daemon *daemon)
{
    uv_walk(&daemon->loop, close_handle, NULL);
    (void)uv_run(&daemon->loop, UV_RUN_DEFAULT);
    int left = uv_loop_close(&daemon->loop);
    EN_ASSERT(left == 0);
}

static en_code append_started(struct en_engine *engine, struct en_error *err)
{
    struct en_software_started started = {.version = en_slice_text(EN_VERSION)};
    struct en_batch batch;
    struct en_appended appended;
    en_code code = en_engine_program_hash(&started.build, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_event_header header = {.kind = EN_KIND_SOFTWARE_STARTED, .cause = EN_SEQ_NONE};
    en_batch_init(&batch);
    code = en_batch_add_record(&batch, &header, &started, err);
    if (code == EN_OK) {
        struct en_sink sink = en_engine_sink(engine);
        code = sink.append(sink.self, &batch, &appended, NULL, err);
    }
    en_batch_fini(&batch);
    return code;
}

static en_code start_http(struct en_daemon *daemon, struct en_error *err)
{
    daemon->service = (struct en_service){.self = daemon,
                                          .state = fill_state,
                                          .view_open = open_service_view,
                                          .view_close = close_service_view,
                                          .log = service_log,
                                          .prove = service_prove,
                                          .checkpoint = service_checkpoint,
                                          .difference = service_difference};
    struct en_http_server_options options = {.port = daemon->options->port,
                                             .service = &daemon->service};
    return en_http_server_open(&options, &daemon->http, err);
}

static en_code start(struct en_daemon *daemon, struct en_error *err)
{
    struct en_engine *engine = daemon->options->engine;
    daemon->started_at = en_engine_now(engine);
    daemon->started_size = en_log_size(en_engine_log(engine));
    en_code code = append_started(engine, err);
    if (code == EN_OK) {
        code = append_tick(engine, err);
    }
    if (code == EN_OK) {
        code = en_engine_catch_up(engine, daemon->options->io, err);
    }
    if (code == EN_OK) {
        code = en_attest_all(engine, daemon->options->io, err);
    }
    if (code == EN_OK) {
        code = start_http(daemon, err);
    }
    return code == EN_OK ? en_wire_listen(daemon->options->dir, &daemon->listener, err) : code;
}

en_code en_daemon_run(const struct en_daemon_options *options, struct en_error *err)
{
    struct en_daemon *daemon = en_mem_alloc(1, sizeof *daemon);
    if (daemon == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the daemon");
    }
    daemon->options = options;
    daemon->listener = -1;
    en_code code = start(daemon, err);
    if (code == EN_OK) {
        start_loop(daemon);
        arm_tick(daemon);
        bool has_steward = pthread_create(&daemon->steward, NULL, steward_main, daemon) == 0;
        en_io_note(options->io, "enerlog %s serves %s: commands here, http://127.0.0.1:%u/api/v1/",
                   EN_VERSION, options->dir->path, en_http_server_port(daemon->http));
        if (has_steward) {
            (void)uv_run(&daemon->loop, UV_RUN_DEFAULT);
        }
        atomic_store(&daemon->is_stopping, true);
        if (has_steward) {
            (void)pthread_join(daemon->steward, NULL);
        }
        reap_commands(daemon, true);
        stop_loop(daemon);
    }
    en_http_server_close(daemon->http);
    if (daemon->listener >= 0) {
        (void)close(daemon->listener);
    }
    if (code == EN_OK && atomic_load(&daemon->is_broken)) {
        *err = daemon->broken;
        code = err->code;
    }
    en_mem_free(daemon);
    return code;
}
