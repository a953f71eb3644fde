/* The HTTP server: civetweb on 127.0.0.1, and the only door to it.
 *
 * It is for this machine alone: a front server carries TLS and the world (docs/operations.md).
 * civetweb's own features stay off: no files, no directory listing, no scripts, no forms, no
 * WebSocket; one handler answers everything. Requests whose Host is not this machine are refused,
 * so that a page of some web site cannot read the API through the person's browser. */
#ifndef EN_HTTP_SERVER_H
#define EN_HTTP_SERVER_H

#include <stdint.h>

#include "core/error.h"

struct en_http_server;
struct en_service;

struct en_http_server_options {
    uint16_t port;                    /* 0: any free one */
    const struct en_service *service; /* borrowed; asked by many threads at once */
};

/* Listens on return. Codes: EN_BUSY (the port is taken), EN_UNSUPPORTED (the library is not fit),
 * EN_NOMEM. */
en_code en_http_server_open(const struct en_http_server_options *options,
                            struct en_http_server **server, struct en_error *err) EN_MUST_CHECK;

/* Ends the running requests and stops listening. NULL is allowed. */
void en_http_server_close(struct en_http_server *server);

uint16_t en_http_server_port(const struct en_http_server *server);

#endif
