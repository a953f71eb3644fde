/* A request that was read and the answer in the making. Nothing of the library that carries them:
 * a handler is tested with a struct. Caller's memory; one thread per request. */
#ifndef EN_HTTP_MESSAGE_H
#define EN_HTTP_MESSAGE_H

#include "core/buf.h"
#include "core/error.h"
#include "core/json.h"

#define EN_HTTP_BODY_SIZE_MAX (64u << 20)
#define EN_HTTP_PATH_SIZE_MAX 2048u
#define EN_HTTP_SEGMENTS_MAX 8u
#define EN_HTTP_PARAMETERS_MAX 16u

struct en_http_parameter {
    const char *name;
    const char *value;
};

/* A request. Text is decoded and lives in `text` of the request itself. */
struct en_http_request {
    const char *method;
    const char *segments[EN_HTTP_SEGMENTS_MAX]; /* of the path */
    uint32_t segments_count;
    struct en_http_parameter query[EN_HTTP_PARAMETERS_MAX];
    uint32_t query_count;
    char text[2 * EN_HTTP_PATH_SIZE_MAX];
};

/* Takes path and query (NULL: none) apart: split first, then decoded, so that "%2F" stands inside a
 * segment. EN_MALFORMED: a bad escape, a 0 byte, "." or ".." as a segment. EN_LIMIT: too long, too
 * many. */
en_code en_http_request_parse(const char *method, const char *path, const char *query,
                              struct en_http_request *request, struct en_error *err) EN_MUST_CHECK;

/* The value of a query parameter, or NULL. */
const char *en_http_query(const struct en_http_request *request, const char *name);

struct en_http_response {
    uint32_t status;
    const char *content_type;
    const char *allow; /* of a 405, else NULL */
    struct en_buf body;
    struct en_json json; /* a writer into the body */
};

void en_http_response_init(struct en_http_response *response);
void en_http_response_fini(struct en_http_response *response);

/* Replaces the answer by a problem (RFC 9457): status and title from the code, detail from err. */
void en_http_problem(struct en_http_response *response, en_code code, const struct en_error *err);
void en_http_problem_status(struct en_http_response *response, uint32_t status, const char *title,
                            const char *detail);

const char *en_http_status_text(uint32_t status);

#endif
