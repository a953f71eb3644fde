#include "http/server.h"

#include <civetweb.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "core/mem.h"
#include "http/metrics.h"
#include "http/router.h"

#define HEADERS_SIZE 1024u

struct en_http_server {
    struct mg_context *context;
    const struct en_service *service;
    uint16_t port;
    bool is_initialised;
};

/* The name of the Host header without its port. */
static bool is_this_machine(const char *host)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; host != NULL && i < EN_COUNT_OF(names); i++) {
        size_t size = strlen(names[i]);
        if (strncmp(host, names[i], size) == 0 && (host[size] == '\0' || host[size] == ':')) {
            return true;
        }
    }
    return false;
}

static void send_response(struct mg_connection *connection, const char *method,
                          const struct en_http_response *response)
{
    char headers[HEADERS_SIZE];
    int size = snprintf(
        headers, sizeof headers,
        "HTTP/1.1 %" PRIu32 " %s\r\n"
        "Content-Type: %s\r\n"
        "Content-Length: %zu\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
        "%s%s%s\r\n",
        response->status, en_http_status_text(response->status), response->content_type,
        response->body.size,
        response->allow == NULL ? "" : "Allow: ", response->allow == NULL ? "" : response->allow,
        response->allow == NULL ? "" : "\r\n");
    EN_ASSERT(size > 0);
    EN_ASSERT((size_t)size < sizeof headers);
    bool has_body = strcmp(method, "HEAD") != 0;
    bool is_sent = mg_write(connection, headers, (size_t)size) > 0;
    if (is_sent && has_body && response->body.size > 0) {
        (void)mg_write(connection, response->body.bytes, response->body.size);
    }
}

static uint64_t monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

/* A body is refused unread, and the connection with it: what follows on it cannot be trusted. */
static bool has_body(const struct mg_connection *connection, const struct mg_request_info *info)
{
    return info->content_length > 0 || mg_get_header(connection, "Transfer-Encoding") != NULL;
}

static int answer(struct mg_connection *connection, void *data)
{
    struct en_http_server *server = data;
    const struct mg_request_info *info = mg_get_request_info(connection);
    uint64_t start = monotonic_us();
    struct en_http_response response;
    struct en_http_request request;
    struct en_error err;
    const struct en_route *route = NULL;
    en_http_response_init(&response);
    bool is_refused = has_body(connection, info);
    if (!is_this_machine(mg_get_header(connection, "Host"))) {
        en_http_problem_status(&response, 421, "misdirected request",
                               "this server answers for 127.0.0.1 and localhost only");
    } else if (is_refused) {
        en_http_problem_status(&response, 400, "bad request", "this API takes no body");
    } else {
        const char *path = info->local_uri_raw == NULL ? "" : info->local_uri_raw;
        en_code code =
            en_http_request_parse(info->request_method, path, info->query_string, &request, &err);
        if (code == EN_OK) {
            en_router_answer(server->service, &request, &response, &route);
        } else {
            en_http_problem(&response, code, &err);
        }
    }
    send_response(connection, info->request_method, &response);
    en_http_metrics_add(response.status, monotonic_us() - start);
    int status = (int)response.status;
    en_http_response_fini(&response);
    return is_refused ? -1 : status;
}

/* What civetweb itself has to say goes nowhere: the daemon logs by its own means. */
static int swallow_message(const struct mg_connection *connection, const char *message)
{
    (void)connection;
    (void)message;
    return 1;
}

/* Every request comes to the handler, WebSocket upgrades too (none is registered). Values: the
 * defaults of civetweb 1.15 switch on directory listing, CGI, SSI and access from any web site. */
static en_code start(struct en_http_server *server, uint16_t port, struct en_error *err)
{
    char listen[32];
    (void)snprintf(listen, sizeof listen, "127.0.0.1:%" PRIu16, port);
    const char *options[] = {"listening_ports",
                             listen,
                             "num_threads",
                             "8",
                             "connection_queue",
                             "64",
                             "listen_backlog",
                             "128",
                             "request_timeout_ms",
                             "10000",
                             "keep_alive_timeout_ms",
                             "2000",
                             "enable_keep_alive",
                             "yes",
                             "max_request_size",
                             "8192",
                             "enable_directory_listing",
                             "no",
                             "allow_sendfile_call",
                             "no",
                             "cgi_pattern",
                             "",
                             "cgi2_pattern",
                             "",
                             "ssi_pattern",
                             "",
                             "access_control_allow_origin",
                             "",
                             "access_control_allow_methods",
                             "",
                             "access_control_allow_headers",
                             "",
                             "enable_auth_domain_check",
                             "no",
                             "decode_url",
                             "no",
                             "hide_files_patterns",
                             "**",
                             NULL};
    struct mg_callbacks callbacks = {.log_message = swallow_message};
    server->context = mg_start(&callbacks, server, options);
    if (server->context == NULL) {
        return en_error_set(err, EN_BUSY, "cannot listen on %s: is the port taken?", listen);
    }
    mg_set_request_handler(server->context, "/", answer, server);
    struct mg_server_port bound;
    if (mg_get_server_ports(server->context, 1, &bound) != 1) {
        return en_error_set(err, EN_UNSUPPORTED, "the HTTP library does not tell its port");
    }
    server->port = (uint16_t)bound.port;
    return EN_OK;
}

en_code en_http_server_open(const struct en_http_server_options *options,
                            struct en_http_server **server, struct en_error *err)
{
    *server = NULL;
    struct en_http_server *opened = en_mem_alloc(1, sizeof *opened);
    if (opened == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for the HTTP server");
    }
    opened->service = options->service;
    /* No feature is asked for: with Debian's library TLS would crash on OpenSSL 3. The library
     * reports a failure as 0 only for features that were asked for, so there is nothing to check
     * but that it is there. */
    (void)mg_init_library(0);
    opened->is_initialised = true;
    en_code code = start(opened, options->port, err);
    if (code != EN_OK) {
        en_http_server_close(opened);
        return code;
    }
    *server = opened;
    return EN_OK;
}

void en_http_server_close(struct en_http_server *server)
{
    if (server == NULL) {
        return;
    }
    if (server->context != NULL) {
        mg_stop(server->context);
    }
    if (server->is_initialised) {
        (void)mg_exit_library();
    }
    en_mem_free(server);
}

uint16_t en_http_server_port(const struct en_http_server *server)
{
    return server->port;
}
