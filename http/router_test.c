#include "http/router.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "http/service.h"

static bool is_writable;

static void fill_state(void *self, struct en_service_state *state)
{
    (void)self;
    *state = (struct en_service_state){.log_size = 10, .projected = 10};
    state->is_log_writable = is_writable;
}

static struct en_log *no_log(void *self)
{
    (void)self;
    return NULL;
}

static const struct en_service service = {.state = fill_state, .log = no_log};

struct answer {
    struct en_http_response response;
    char body[65536];
};

static void ask(const char *method, const char *path, const char *query, struct answer *answer)
{
    struct en_http_request request;
    struct en_error err;
    const struct en_route *route = NULL;
    en_http_response_init(&answer->response);
    en_code code = en_http_request_parse(method, path, query, &request, &err);
    if (code == EN_OK) {
        en_router_answer(&service, &request, &answer->response, &route);
    } else {
        en_http_problem(&answer->response, code, &err);
    }
    size_t size = answer->response.body.size;
    assert_true(size < sizeof answer->body);
    memcpy(answer->body, answer->response.body.bytes, size);
    answer->body[size] = '\0';
    en_http_response_fini(&answer->response);
}

static void test_router_answers_with_status_and_text(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *path;
        const char *query;
        uint32_t status;
        const char *piece;
    } cases[] = {
        {"GET", "/healthz", NULL, 200, "\"ok\""},
        {"HEAD", "/healthz", NULL, 200, ""},
        {"GET", "/readyz", NULL, 200, "\"ready\""},
        {"GET", "/metrics", NULL, 200, "enerlog_log_head_seq 10\n"},
        {"GET", "/api/v1/version", NULL, 200, "\"version\""},
        {"GET", "/api/v1/openapi.json", NULL, 200, "\"/metrics\""},
        {"POST", "/healthz", NULL, 405, "only reads"},
        {"PROPFIND", "/healthz", NULL, 405, "only reads"},
        {"GET", "/", NULL, 404, "openapi"},
        {"GET", "/healthz/more", NULL, 404, "nothing here"},
        {"GET", "/healthz", "x=1", 400, "no parameter \\\"x\\\""},
        {"GET", "/api/v1/usage", "from=2026-01-01", 400, "is missing"},
        {"GET", "/api/v1/usage", "from=x&to=2026-01-01", 400, "from: "},
        {"GET", "/api/v1/usage", "from=2026-02-01&to=2026-01-01", 400, "before"},
        {"GET", "/api/v1/usage", "from=2026-01-01&to=2026-02-01&lane=x", 400, "fiscal or live"},
        {"GET", "/api/v1/usage", "from=2026-01-01&to=2026-02-01&step=x", 400, "day, month"},
        {"GET", "/api/v1/balances/b", "from=2026-01-01T00:00:00Z&to=2026-02-01", 400, "dates"},
        {"GET", "/api/v1/log/proof/x", NULL, 400, "whole number"},
        {"GET", "/api/v1/log/events", "limit=1001", 400, "1000"},
        {"GET", "/api/v1/tables/point", "where=x", 400, "column:text"},
        {"GET", "/api/../healthz", NULL, 400, ".."},
        {"GET", "/api/%2e%2e/healthz", NULL, 400, ".."},
        {"GET", "/healthz%00", NULL, 400, "control"},
        {"GET", "/healthz%0", NULL, 400, "escape"},
        {"GET", "//healthz", NULL, 400, "empty"},
        {"GET", "", NULL, 400, "begin with /"},
        {"GET", "/a/b/c/d/e/f/g/h/i", NULL, 400, "more than"},
    };
    struct answer answer;
    is_writable = true;
    for (size_t i = 0; i < EN_COUNT_OF(cases); i++) {
        ask(cases[i].method, cases[i].path, cases[i].query, &answer);
        assert_int_equal(answer.response.status, cases[i].status);
        assert_non_null(strstr(answer.body, cases[i].piece));
    }
}

static void test_router_is_not_ready_when_the_log_is_read_only(void **state)
{
    (void)state;
    struct answer answer;
    is_writable = false;
    ask("GET", "/readyz", NULL, &answer);
    assert_int_equal(answer.response.status, 503);
}

static void test_request_keeps_an_escaped_slash_inside_its_part(void **state)
{
    (void)state;
    struct en_http_request request;
    struct en_error err;
    assert_int_equal(en_http_request_parse("GET", "/series/a%2Fb%D0%96+/A+",
                                           "from=2013-04-14&x&y=a+b%26", &request, &err),
                     EN_OK);
    assert_int_equal(request.segments_count, 3);
    assert_string_equal(request.segments[1], "a/bЖ+");
    assert_string_equal(request.segments[2], "A+");
    assert_string_equal(en_http_query(&request, "from"), "2013-04-14");
    assert_string_equal(en_http_query(&request, "x"), "");
    assert_string_equal(en_http_query(&request, "y"), "a b&");
    assert_null(en_http_query(&request, "z"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_router_answers_with_status_and_text),
        cmocka_unit_test(test_router_is_not_ready_when_the_log_is_read_only),
        cmocka_unit_test(test_request_keeps_an_escaped_slash_inside_its_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
