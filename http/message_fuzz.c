/* Any address is taken apart or refused; what was taken is clean text that lies in the request. */
#include "http/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct en_http_request request;

/* Inside the request's own memory, ended, without controls. */
static void check_text(const char *text)
{
    EN_ASSERT(text >= request.text);
    EN_ASSERT(text < request.text + sizeof request.text);
    for (const char *at = text; *at != '\0'; at++) {
        EN_ASSERT((unsigned char)*at >= 0x20);
        EN_ASSERT(*at != 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[2 * EN_HTTP_PATH_SIZE_MAX];
    struct en_error err;
    if (size >= sizeof text) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    char *query = strchr(text, '?');
    if (query != NULL) {
        *query++ = '\0';
    }
    if (en_http_request_parse("GET", text, query, &request, &err) != EN_OK) {
        EN_ASSERT(err.text[0] != '\0');
        return 0;
    }
    for (uint32_t i = 0; i < request.segments_count; i++) {
        check_text(request.segments[i]);
        EN_ASSERT(request.segments[i][0] != '\0');
        EN_ASSERT(strcmp(request.segments[i], "..") != 0);
    }
    for (uint32_t i = 0; i < request.query_count; i++) {
        check_text(request.query[i].name);
        check_text(request.query[i].value);
    }
    return 0;
}
