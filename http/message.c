#include "http/message.h"

void en_http_response_init(struct en_http_response *response)
{
    *response = (struct en_http_response){.status = 200, .content_type = "application/json"};
    en_buf_init(&response->body, EN_HTTP_BODY_SIZE_MAX);
    en_json_init(&response->json, &response->body);
}

void en_http_response_fini(struct en_http_response *response)
{
    en_buf_fini(&response->body);
}

static int hex_digit(char letter)
{
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    char lower = (char)(letter | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Where decoded text goes: the rest of request->text. */
struct decoder {
    char *at;
    const char *end;
};

/* The byte at the front of the source and how many letters spell it; -1 for a bad escape. */
static int take_byte(const char *source, size_t size, bool is_query, size_t *taken)
{
    *taken = 1;
    if (source[0] == '+' && is_query) {
        return ' ';
    }
    if (source[0] != '%') {
        return (unsigned char)source[0];
    }
    *taken = 3;
    int high = size < 3 ? -1 : hex_digit(source[1]);
    int low = size < 3 ? -1 : hex_digit(source[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Decodes size letters of the source to a string of its own. */
static en_code decode(struct decoder *decoder, const char *source, size_t size, bool is_query,
                      const char **text, struct en_error *err)
{
    *text = decoder->at;
    if ((size_t)(decoder->end - decoder->at) <= size) {
        return en_error_set(err, EN_LIMIT, "the address is too long");
    }
    for (size_t i = 0; i < size;) {
        size_t taken = 0;
        int byte = take_byte(source + i, size - i, is_query, &taken);
        if (byte < 0x20 || byte == 0x7f) {
            return en_error_set(err, EN_MALFORMED, "the address holds a bad escape or a control");
        }
        *decoder->at++ = (char)byte;
        i += taken;
    }
    *decoder->at++ = '\0';
    return EN_OK;
}

static en_code parse_path(struct decoder *decoder, const char *path,
                          struct en_http_request *request, struct en_error *err)
{
    if (path[0] != '/') {
        return en_error_set(err, EN_MALFORMED, "the path does not begin with /");
    }
    const char *at = path + 1;
    while (*at != '\0') {
        size_t size = strcspn(at, "/");
        if (request->segments_count == EN_HTTP_SEGMENTS_MAX) {
            return en_error_set(err, EN_LIMIT, "the path has more than %u parts",
                                EN_HTTP_SEGMENTS_MAX);
        }
        const char **segment = &request->segments[request->segments_count];
        en_code code = decode(decoder, at, size, false, segment, err);
        if (code != EN_OK) {
            return code;
        }
        if (strcmp(*segment, ".") == 0 || strcmp(*segment, "..") == 0 || size == 0) {
            return en_error_set(err, EN_MALFORMED, "the path holds an empty part, . or ..");
        }
        request->segments_count++;
        at += size + (at[size] == '/' ? 1 : 0);
    }
    return EN_OK;
}

static en_code parse_query(struct decoder *decoder, const char *query,
                           struct en_http_request *request, struct en_error *err)
{
    while (*query != '\0') {
        size_t size = strcspn(query, "&");
        size_t name_size = strcspn(query, "=&");
        if (request->query_count == EN_HTTP_PARAMETERS_MAX) {
            return en_error_set(err, EN_LIMIT, "more than %u parameters", EN_HTTP_PARAMETERS_MAX);
        }
        struct en_http_parameter *parameter = &request->query[request->query_count++];
        size_t value_at = name_size < size ? name_size + 1 : size;
        en_code code = decode(decoder, query, name_size, true, &parameter->name, err);
        if (code == EN_OK) {
            code = decode(decoder, query + value_at, size - value_at, true, &parameter->value, err);
        }
        if (code != EN_OK) {
            return code;
        }
        query += size + (query[size] == '&' ? 1 : 0);
    }
    return EN_OK;
}

en_code en_http_request_parse(const char *method, const char *path, const char *query,
                              struct en_http_request *request, struct en_error *err)
{
    memset(request, 0, sizeof *request);
    request->method = method;
    struct decoder decoder = {request->text, request->text + sizeof request->text};
    if (strlen(path) >= EN_HTTP_PATH_SIZE_MAX) {
        return en_error_set(err, EN_LIMIT, "the path is longer than %u bytes",
                            EN_HTTP_PATH_SIZE_MAX - 1);
    }
    en_code code = parse_path(&decoder, path, request, err);
    return code == EN_OK && query != NULL ? parse_query(&decoder, query, request, err) : code;
}

const char *en_http_query(const struct en_http_request *request, const char *name)
{
    for (uint32_t i = 0; i < request->query_count; i++) {
        if (strcmp(request->query[i].name, name) == 0) {
            return request->query[i].value;
        }
    }
    return NULL;
}

const char *en_http_status_text(uint32_t status)
{
    static const struct {
        uint32_t status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {400, "Bad Request"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {421, "Misdirected Request"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };
    for (size_t i = 0; i < EN_COUNT_OF(texts); i++) {
        if (texts[i].status == status) {
            return texts[i].text;
        }
    }
    return "Unknown";
}

void en_http_problem_status(struct en_http_response *response, uint32_t status, const char *title,
                            const char *detail)
{
    response->status = status;
    response->content_type = "application/problem+json";
    en_buf_reset(&response->body);
    en_json_init(&response->json, &response->body);
    en_json_object(&response->json, NULL);
    en_json_string(&response->json, "type", "about:blank");
    en_json_string(&response->json, "title", title);
    en_json_u64(&response->json, "status", status);
    en_json_string(&response->json, "detail", detail);
    en_json_end(&response->json);
}

/* What asks wrongly is told so; what is broken here is never put on the one who asks. */
static uint32_t status_of(en_code code)
{
    switch (code) {
    case EN_USAGE:
    case EN_MALFORMED:
    case EN_RANGE:
    case EN_LIMIT:
        return 400;
    case EN_NOT_FOUND:
        return 404;
    case EN_CONFLICT:
        return 409;
    case EN_BUSY:
    case EN_FULL:
    case EN_NOMEM:
    case EN_READ_ONLY:
    case EN_INTERRUPTED:
        return 503;
    default:
        return 500;
    }
}

void en_http_problem(struct en_http_response *response, en_code code, const struct en_error *err)
{
    en_http_problem_status(response, status_of(code), en_code_text(code), err->text);
}
