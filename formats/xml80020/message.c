/* The parser is a stack of elements. An element that is not expected where it stands is passed over
 * with everything below it, and said so. Leaves gather their text; periods become rows when they
 * end.
 *
 * I1  depth is the number of open elements; skip_depth > 0 while inside a passed-over one.
 * I2  stop() is called once at most; the first fault is the one that is told. */
#include "formats/xml80020/message.h"

#include <expat.h>
#include <stdlib.h>
#include <strings.h>

#include "core/mem.h"
#include "formats/encoding.h"
#include "formats/number.h"

#define PIECE_SIZE (1u << 20)
#define CAPACITY_FIRST 64u
#define DECLARATION_SIZE_MAX 256u
#define STATUS_BYPASS "1114"
#define MEND_VALUE "ask the sender for a corrected message"

typedef enum element {
    ELEMENT_NONE = 0, /* above the root */
    ELEMENT_MESSAGE,
    ELEMENT_COMMENT,
    ELEMENT_TESTONLY,
    ELEMENT_DATETIME,
    ELEMENT_TIMESTAMP,
    ELEMENT_DAYLIGHT,
    ELEMENT_DAY,
    ELEMENT_SENDER,
    ELEMENT_AREA,
    ELEMENT_INN,
    ELEMENT_NAME,
    ELEMENT_POINT,
    ELEMENT_CHANNEL,
    ELEMENT_PERIOD,
    ELEMENT_VALUE,
    ELEMENTS_COUNT,
} element;

#define BELOW(parent) (1u << ELEMENT_##parent)

/* Every element that is known: its name, what it is, below what it may stand. */
static const struct {
    const char *name;
    element element;
    uint32_t parents;
    en_message_point_kind kind;
} elements[] = {
    {"message", ELEMENT_MESSAGE, BELOW(NONE), 0},
    {"comment", ELEMENT_COMMENT, BELOW(MESSAGE) | BELOW(AREA) | BELOW(POINT) | BELOW(CHANNEL), 0},
    {"testonly", ELEMENT_TESTONLY, BELOW(MESSAGE) | BELOW(DATETIME), 0},
    {"datetime", ELEMENT_DATETIME, BELOW(MESSAGE), 0},
    {"timestamp", ELEMENT_TIMESTAMP, BELOW(DATETIME), 0},
    {"daylightsavingtime", ELEMENT_DAYLIGHT, BELOW(DATETIME), 0},
    {"day", ELEMENT_DAY, BELOW(DATETIME), 0},
    {"sender", ELEMENT_SENDER, BELOW(MESSAGE), 0},
    {"area", ELEMENT_AREA, BELOW(MESSAGE), 0},
    {"inn", ELEMENT_INN, BELOW(SENDER) | BELOW(AREA), 0},
    {"name", ELEMENT_NAME, BELOW(SENDER) | BELOW(AREA), 0},
    {"accountpoint", ELEMENT_POINT, BELOW(AREA), EN_POINT_ACCOUNT},
    {"measuringpoint", ELEMENT_POINT, BELOW(AREA), EN_POINT_MEASURING},
    {"deliverypoint", ELEMENT_POINT, BELOW(AREA), EN_POINT_DELIVERY},
    {"deliverygroup", ELEMENT_POINT, BELOW(AREA), EN_POINT_GROUP},
    {"peretok", ELEMENT_POINT, BELOW(AREA), EN_POINT_FLOW},
    {"measuringchannel", ELEMENT_CHANNEL, BELOW(POINT), 0},
    {"period", ELEMENT_PERIOD, BELOW(CHANNEL) | BELOW(POINT), 0},
    {"value", ELEMENT_VALUE, BELOW(PERIOD), 0},
};

struct parser {
    XML_Parser xml;
    struct en_staging *staging;
    struct en_message *message;
    struct en_buf text; /* of the innermost leaf */
    element stack[EN_XML_DEPTH_MAX];
    uint32_t depth;
    uint32_t skip_depth;
    uint32_t case_warned; /* bit per row of elements[] */
    bool has_channel;     /* the open point has a channel that is still open */
    bool is_lost;         /* the open period cannot be taken */
    bool has_value;       /* the open period has one */
    struct en_message_period period;
    uint64_t flags; /* quality flags and verdict of the open value */
    en_code code;   /* why the parsing was stopped */
    struct en_error error;
};

static struct en_place place(const struct parser *p)
{
    return (struct en_place){(uint32_t)XML_GetCurrentLineNumber(p->xml),
                             (uint32_t)XML_GetCurrentColumnNumber(p->xml) + 1};
}

static void stop(struct parser *p, en_code code, const char *what)
{
    if (p->code == EN_OK) {
        struct en_place at = place(p);
        p->code = en_error_set(&p->error, code, "line %u, column %u: %s", at.line, at.column, what);
        (void)XML_StopParser(p->xml, XML_FALSE);
    }
}

static void *list_add(struct parser *p, void **list, uint32_t *count, uint32_t *capacity,
                      size_t size, uint32_t count_max)
{
    if (*count == *capacity) {
        uint32_t wanted = *capacity == 0 ? CAPACITY_FIRST : *capacity * 2;
        void *grown = *count < count_max ? en_mem_resize(*list, wanted * size) : NULL;
        if (grown == NULL) {
            stop(p, *count < count_max ? EN_NOMEM : EN_LIMIT, "too many elements for one message");
            return NULL;
        }
        *list = grown;
        *capacity = wanted;
    }
    return (uint8_t *)*list + size * (*count)++;
}

static struct en_slice keep(struct parser *p, struct en_slice text)
{
    struct en_slice copy = en_arena_copy(&p->staging->arena, en_trimmed(text));
    if (copy.bytes == NULL) {
        stop(p, EN_LIMIT, "too much text in one message");
    }
    return copy;
}

/* The attribute in any case of its name; empty when it is not there. */
static struct en_slice attribute(const char **attributes, const char *name)
{
    for (uint32_t i = 0; attributes[i] != NULL; i += 2) {
        if (strcasecmp(attributes[i], name) == 0) {
            return en_trimmed(en_slice_text(attributes[i + 1]));
        }
    }
    return en_slice_of("", 0);
}

static bool is_text(struct en_slice text, const char *word)
{
    return en_slice_equal(text, en_slice_text(word));
}

static void message_begin(struct parser *p, const char **attributes)
{
    p->message->class_code = keep(p, attribute(attributes, "class"));
    p->message->number = keep(p, attribute(attributes, "number"));
}

static void area_begin(struct parser *p)
{
    struct en_message *m = p->message;
    struct en_message_area *area = list_add(p, (void **)&m->areas, &m->areas_count,
                                            &m->areas_capacity, sizeof *area, EN_IMPORT_NAMES_MAX);
    if (area != NULL) {
        *area = (struct en_message_area){en_slice_of("", 0), en_slice_of("", 0)};
    }
}

/* A flow has two codes, and two spellings of them. */
static struct en_slice flow_code(struct parser *p, const char **attributes)
{
    struct en_slice from = attribute(attributes, "codefrom");
    struct en_slice to = attribute(attributes, "codeto");
    from = from.size > 0 ? from : attribute(attributes, "code-from");
    to = to.size > 0 ? to : attribute(attributes, "code-to");
    if (from.size == 0 || to.size == 0) {
        return en_slice_of("", 0);
    }
    char *code = en_arena_print(&p->staging->arena, "%.*s/%.*s", (int)from.size,
                                (const char *)from.bytes, (int)to.size, (const char *)to.bytes);
    if (code == NULL) {
        stop(p, EN_LIMIT, "too much text in one message");
        return en_slice_of("", 0);
    }
    return en_slice_text(code);
}

static void point_begin(struct parser *p, en_message_point_kind kind, const char **attributes)
{
    struct en_message *m = p->message;
    struct en_message_point *point =
        list_add(p, (void **)&m->points, &m->points_count, &m->points_capacity, sizeof *point,
                 EN_IMPORT_NAMES_MAX);
    if (point == NULL) {
        return;
    }
    *point = (struct en_message_point){
        .kind = kind,
        .code = kind == EN_POINT_FLOW ? flow_code(p, attributes)
                                      : keep(p, attribute(attributes, "code")),
        .name = keep(p, attribute(attributes, "name")),
        .area = m->areas_count - 1,
        .place = place(p),
    };
    p->has_channel = false;
}

static void channel_begin(struct parser *p, struct en_slice code)
{
    struct en_message *m = p->message;
    struct en_message_channel *channel =
        list_add(p, (void **)&m->channels, &m->channels_count, &m->channels_capacity,
                 sizeof *channel, EN_IMPORT_NAMES_MAX);
    if (channel != NULL) {
        *channel = (struct en_message_channel){.point = m->points_count - 1,
                                               .code = keep(p, code),
                                               .first = m->periods_count,
                                               .place = place(p)};
        p->has_channel = true;
    }
}

/* "hhmm"; 1440 for 2400. */
static bool clock_parse(struct en_slice text, uint16_t *minute)
{
    int64_t number = 0;
    bool is_clock = text.size == 4 && en_digits_parse(text, &number) && number % 100 < 60 &&
                    (number < 2400 || number == 2400);
    *minute = (uint16_t)(number / 100 * 60 + number % 100);
    return is_clock;
}

static void period_begin(struct parser *p, const char **attributes)
{
    char start_shown[EN_SHOWN_SIZE];
    char end_shown[EN_SHOWN_SIZE];
    struct en_slice start = attribute(attributes, "start");
    struct en_slice end = attribute(attributes, "end");
    p->period = (struct en_message_period){.line = place(p).line};
    p->has_value = false;
    bool has_clock = clock_parse(start, &p->period.start_minute) &&
                     clock_parse(end, &p->period.end_minute) && p->period.start_minute < 1440;
    p->is_lost = !has_clock;
    if (p->is_lost) {
        en_staging_reject(p->staging, place(p), 1, MEND_VALUE,
                          "period \"%s\" to \"%s\" is not written as hhmm",
                          en_shown(start, start_shown), en_shown(end, end_shown));
    }
    p->period.end_minute = p->period.end_minute == 0 ? 1440 : p->period.end_minute;
    p->period.is_summer = is_text(attribute(attributes, "summer"), "1");
    if (!p->has_channel) { /* groups and flows have no channels: their energy is active */
        channel_begin(p, en_slice_text("01"));
    }
}

/* Status and reason of the value that begins. */
static void value_begin(struct parser *p, const char **attributes)
{
    char shown[EN_SHOWN_SIZE];
    struct en_slice status = attribute(attributes, "status");
    struct en_slice reason = attribute(attributes, "extendedstatus");
    reason = reason.size > 0 ? reason : attribute(attributes, "exstendedstatus");
    bool is_commercial = status.size == 0 || is_text(status, "0");
    p->flags = is_commercial ? 0 : en_quality_with_verdict(0, EN_VERDICT_SUSPECT);
    p->flags |= is_text(reason, STATUS_BYPASS) ? EN_QUALITY_BYPASS : 0;
    p->period.is_summer = p->period.is_summer || is_text(attribute(attributes, "summer"), "1");
    if (!is_commercial && !is_text(status, "1")) {
        en_import_findings_warning(p->staging->findings, place(p),
                                   "status \"%s\" is not known: taken as not commercial",
                                   en_shown(status, shown));
    }
}

static void value_end(struct parser *p, struct en_slice text)
{
    static const struct en_number_rule rule = {EN_DECIMAL_POINT_OR_COMMA, -1, {1, 0}};
    struct en_error why = {0};
    bool is_exact = true;
    if (p->is_lost) {
        return;
    }
    if (p->has_value) {
        en_staging_reject(p->staging, place(p), 1, MEND_VALUE, "a second value in one period");
        return;
    }
    p->has_value = true;
    if (text.size == 0) {
        return;
    }
    if (en_number_parse(text, &rule, &p->period.value, &is_exact, &why) != EN_OK) {
        p->is_lost = true;
        en_staging_reject(p->staging, place(p), 1, MEND_VALUE, "%s", why.text);
        return;
    }
    p->period.quality = EN_QUALITY_MEASURED | p->flags;
}

static void period_end(struct parser *p)
{
    struct en_message *m = p->message;
    if (p->is_lost || p->code != EN_OK) {
        return;
    }
    struct en_message_channel *channel = &m->channels[m->channels_count - 1];
    if (channel->count == EN_XML_PERIODS_MAX) {
        stop(p, EN_LIMIT, "too many periods in one channel");
        return;
    }
    struct en_message_period *period =
        list_add(p, (void **)&m->periods, &m->periods_count, &m->periods_capacity, sizeof *period,
                 EN_IMPORT_SLOTS_MAX);
    if (period != NULL) {
        *period = p->period;
        channel->count++;
    }
}

/* What a leaf's text says. The parent is still on the stack. */
static void leaf_end(struct parser *p, element leaf, element parent)
{
    struct en_message *m = p->message;
    struct en_slice text = en_trimmed(en_buf_slice(&p->text));
    struct en_message_area *area =
        parent == ELEMENT_AREA && m->areas_count > 0 ? &m->areas[m->areas_count - 1] : &m->sender;
    switch (leaf) {
    case ELEMENT_TIMESTAMP:
        m->timestamp = keep(p, text);
        break;
    case ELEMENT_DAYLIGHT:
        m->daylight = keep(p, text);
        break;
    case ELEMENT_DAY:
        m->day = keep(p, text);
        break;
    case ELEMENT_INN:
        area->inn = keep(p, text);
        break;
    case ELEMENT_NAME:
        area->name = keep(p, text);
        break;
    case ELEMENT_TESTONLY:
        m->is_test_only = !is_text(text, "0");
        break;
    case ELEMENT_VALUE:
        value_end(p, text);
        break;
    default:
        break;
    }
}

/* The row of elements[] that may stand below the parent; its size when there is none. */
static size_t element_find(struct parser *p, const char *name, element parent)
{
    char shown[EN_SHOWN_SIZE];
    for (size_t i = 0; i < EN_COUNT_OF(elements); i++) {
        if (strcasecmp(name, elements[i].name) != 0 ||
            (elements[i].parents & (1u << parent)) == 0) {
            continue;
        }
        bool is_new_slip = strcmp(name, elements[i].name) != 0 && (p->case_warned & (1u << i)) == 0;
        if (is_new_slip) {
            p->case_warned |= 1u << i;
            en_import_findings_warning(p->staging->findings, place(p), "element <%s> is spelt <%s>",
                                       elements[i].name, en_shown(en_slice_text(name), shown));
        }
        return i;
    }
    return EN_COUNT_OF(elements);
}

/* An element that nobody expects here; one that could hold values is an error, not a remark. */
static void pass_over(struct parser *p, const char *name)
{
    char shown[EN_SHOWN_SIZE];
    bool holds_values = false;
    for (size_t i = 0; i < EN_COUNT_OF(elements); i++) {
        holds_values =
            holds_values ||
            (strcasecmp(name, elements[i].name) == 0 && elements[i].element >= ELEMENT_AREA &&
             elements[i].element != ELEMENT_INN && elements[i].element != ELEMENT_NAME);
    }
    (void)en_shown(en_slice_text(name), shown);
    p->skip_depth = p->depth;
    if (holds_values) {
        en_staging_reject(p->staging, place(p), 1, MEND_VALUE,
                          "element <%s> is in a wrong place: passed over", shown);
    } else {
        en_import_findings_warning(p->staging->findings, place(p),
                                   "element <%s> is not known here: passed over", shown);
    }
}

static bool attributes_are_bounded(const char **attributes)
{
    uint32_t count = 0;
    bool is_bounded = true;
    for (; attributes[count] != NULL && is_bounded; count++) {
        is_bounded =
            count < 2 * EN_XML_ATTRIBUTES_MAX && strlen(attributes[count]) <= EN_XML_TEXT_SIZE_MAX;
    }
    return is_bounded;
}

static void element_begin(struct parser *p, size_t row, const char **attributes)
{
    switch (elements[row].element) {
    case ELEMENT_MESSAGE:
        message_begin(p, attributes);
        break;
    case ELEMENT_AREA:
        area_begin(p);
        break;
    case ELEMENT_POINT:
        point_begin(p, elements[row].kind, attributes);
        break;
    case ELEMENT_CHANNEL:
        channel_begin(p, attribute(attributes, "code"));
        break;
    case ELEMENT_PERIOD:
        period_begin(p, attributes);
        break;
    case ELEMENT_VALUE:
        value_begin(p, attributes);
        break;
    default:
        break;
    }
}

static void XMLCALL on_start(void *self, const char *name, const char **attributes)
{
    struct parser *p = self;
    if (p->code != EN_OK) {
        return;
    }
    if (p->depth == EN_XML_DEPTH_MAX || !attributes_are_bounded(attributes)) {
        stop(p, EN_LIMIT, "elements are nested too deep, or have too many or too long attributes");
        return;
    }
    element parent = p->depth > 0 ? p->stack[p->depth - 1] : ELEMENT_NONE;
    p->stack[p->depth++] = ELEMENT_NONE;
    en_buf_reset(&p->text);
    if (p->skip_depth > 0) {
        return;
    }
    size_t row = element_find(p, name, parent);
    if (row == EN_COUNT_OF(elements) && p->depth == 1) {
        stop(p, EN_MALFORMED, "the root is not <message>");
    } else if (row == EN_COUNT_OF(elements)) {
        pass_over(p, name);
    } else {
        p->stack[p->depth - 1] = elements[row].element;
        element_begin(p, row, attributes);
    }
}

static void XMLCALL on_end(void *self, const char *name)
{
    struct parser *p = self;
    (void)name;
    if (p->code != EN_OK) {
        return;
    }
    EN_ASSERT(p->depth > 0);
    element ended = p->stack[p->depth - 1];
    p->depth--;
    if (p->skip_depth > 0) {
        p->skip_depth = p->skip_depth > p->depth ? 0 : p->skip_depth;
        en_buf_reset(&p->text);
        return;
    }
    if (p->text.code != EN_OK) {
        stop(p, p->text.code, "text of an element is too long");
        return;
    }
    if (ended == ELEMENT_PERIOD) {
        period_end(p);
    } else if (ended == ELEMENT_CHANNEL || ended == ELEMENT_POINT) {
        p->has_channel = false;
    } else {
        leaf_end(p, ended, p->depth > 0 ? p->stack[p->depth - 1] : ELEMENT_NONE);
    }
    en_buf_reset(&p->text);
}

static void XMLCALL on_text(void *self, const char *text, int size)
{
    struct parser *p = self;
    if (p->code == EN_OK && p->skip_depth == 0 && p->depth > 0 &&
        p->stack[p->depth - 1] != ELEMENT_COMMENT) {
        en_buf_append(&p->text, text, (size_t)size);
    }
}

static void XMLCALL on_doctype(void *self, const char *name, const char *system_id,
                               const char *public_id, int has_internal)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal;
    stop(self, EN_MALFORMED, "a DOCTYPE is refused");
}

static int XMLCALL on_encoding(void *self, const char *name, XML_Encoding *info)
{
    (void)self;
    if (strcasecmp(name, "windows-1251") != 0) {
        return XML_STATUS_ERROR;
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        uint32_t character = en_cp1251_character((uint8_t)byte);
        info->map[byte] = character == 0xfffd ? -1 : (int)character;
    }
    info->data = NULL;
    info->convert = NULL;
    info->release = NULL;
    return XML_STATUS_OK;
}

static void *xml_alloc(size_t size)
{
    return en_mem_alloc(1, size);
}

/* What the XML declaration says, empty when it says nothing. */
static struct en_slice declared_encoding(struct en_slice bytes)
{
    static const char key[] = "encoding";
    size_t size = bytes.size < DECLARATION_SIZE_MAX ? bytes.size : DECLARATION_SIZE_MAX;
    const uint8_t *end = size > 0 ? memchr(bytes.bytes, '>', size) : NULL;
    size = end != NULL ? (size_t)(end - bytes.bytes) : 0;
    const uint8_t *found = size > 0 ? memmem(bytes.bytes, size, key, sizeof key - 1) : NULL;
    if (found == NULL) {
        return en_slice_of("", 0);
    }
    size_t at = (size_t)(found - bytes.bytes) + sizeof key - 1;
    while (at < size && bytes.bytes[at] != '"' && bytes.bytes[at] != '\'') {
        at++;
    }
    size_t from = at + 1;
    size_t to = from;
    while (to < size && bytes.bytes[to] != bytes.bytes[at]) {
        to++;
    }
    return from <= to && to < size ? en_slice_of(bytes.bytes + from, to - from)
                                   : en_slice_of("", 0);
}

static bool is_utf16(struct en_slice bytes)
{
    return bytes.size >= 2 && ((bytes.bytes[0] == 0xff && bytes.bytes[1] == 0xfe) ||
                               (bytes.bytes[0] == 0xfe && bytes.bytes[1] == 0xff));
}

/* The encoding that the bytes are in, whatever they say: NULL leaves it to expat (UTF-16). */
static en_code choose_encoding(struct en_slice bytes, struct en_import_findings *findings,
                               const char **name, struct en_error *err)
{
    bool has_cyrillic = false;
    bool is_utf8 = en_encoding_is_utf8(bytes, &has_cyrillic);
    struct en_slice declared = declared_encoding(bytes);
    en_encoding encoding = EN_ENCODING_UTF8;
    bool is_known = declared.size == 0 || en_encoding_parse(declared, &encoding, NULL) == EN_OK;
    struct en_place start = {1, 1};
    *name = is_utf8 ? "UTF-8" : "windows-1251";
    if (is_utf16(bytes)) {
        *name = NULL;
    } else if (is_utf8 && encoding == EN_ENCODING_CP1251 && has_cyrillic) {
        en_import_findings_warning(findings, start,
                                   "declared as windows-1251, but written in UTF-8");
    } else if (is_utf8 && encoding == EN_ENCODING_CP1251) {
        *name = "windows-1251";
    } else if (!is_utf8 && !is_known) {
        return en_encoding_parse(declared, &encoding, err);
    } else if (!is_utf8 && encoding != EN_ENCODING_CP1251) {
        en_import_findings_warning(
            findings, start,
            "not written in the UTF-8 that it should be in: taken as windows-1251");
    }
    return EN_OK;
}

/* By code, then by kind: measuring points first. */
static int point_order(const void *left, const void *right)
{
    static const uint8_t ranks[EN_POINT_KINDS_COUNT] = {1, 0, 2, 3, 4};
    const struct en_message_point *a = *(struct en_message_point *const *)left;
    const struct en_message_point *b = *(struct en_message_point *const *)right;
    int order = en_slice_compare(a->code, b->code);
    return order != 0 ? order : ranks[a->kind] - ranks[b->kind];
}

/* Codes that several kinds of points use: all but the first kind are told apart by a prefix. */
static en_code mark_shared(struct en_message *m, struct en_error *err)
{
    struct en_message_point **order = en_mem_alloc((size_t)m->points_count + 1, sizeof *order);
    if (order == NULL) {
        return en_error_set(err, EN_NOMEM, "points of a message");
    }
    for (uint32_t i = 0; i < m->points_count; i++) {
        order[i] = &m->points[i];
    }
    qsort(order, m->points_count, sizeof *order, point_order);
    for (uint32_t i = 1; i < m->points_count; i++) {
        bool is_same_code = en_slice_equal(order[i]->code, order[i - 1]->code);
        order[i]->is_shared =
            is_same_code && (order[i]->kind != order[i - 1]->kind || order[i - 1]->is_shared);
    }
    en_mem_free(order);
    return EN_OK;
}

static en_code run_expat(struct parser *p, struct en_slice bytes, struct en_error *err)
{
    XML_SetUserData(p->xml, p);
    XML_SetElementHandler(p->xml, on_start, on_end);
    XML_SetCharacterDataHandler(p->xml, on_text);
    XML_SetStartDoctypeDeclHandler(p->xml, on_doctype);
    XML_SetUnknownEncodingHandler(p->xml, on_encoding, NULL);
    enum XML_Status status = XML_STATUS_OK;
    for (size_t at = 0; at <= bytes.size && status == XML_STATUS_OK; at += PIECE_SIZE) {
        size_t left = bytes.size - at;
        size_t size = left < PIECE_SIZE ? left : PIECE_SIZE;
        status = XML_Parse(p->xml, (const char *)bytes.bytes + at, (int)size, left <= PIECE_SIZE);
        if (left <= PIECE_SIZE) {
            break;
        }
    }
    if (p->code != EN_OK) {
        return en_error_set(err, p->code, "%s", p->error.text);
    }
    if (status == XML_STATUS_OK) {
        return EN_OK;
    }
    enum XML_Error fault = XML_GetErrorCode(p->xml);
    struct en_place at = place(p);
    return en_error_set(err, fault == XML_ERROR_NO_MEMORY ? EN_NOMEM : EN_MALFORMED,
                        "line %u, column %u: %s", at.line, at.column, XML_ErrorString(fault));
}

en_code en_message_parse(struct en_slice bytes, struct en_staging *staging,
                         struct en_message *message, struct en_error *err)
{
    static const XML_Memory_Handling_Suite memory = {xml_alloc, en_mem_resize, en_mem_free};
    const char *encoding = NULL;
    *message = (struct en_message){0};
    if (bytes.size > EN_XML_SIZE_MAX) {
        return en_error_set(err, EN_LIMIT, "message is larger than %u bytes", EN_XML_SIZE_MAX);
    }
    en_code code = choose_encoding(bytes, staging->findings, &encoding, err);
    if (code != EN_OK) {
        return code;
    }
    struct parser *parser = en_arena_alloc(&staging->arena, sizeof *parser);
    if (parser == NULL) {
        return en_error_set(err, EN_NOMEM, "parser of a message");
    }
    *parser = (struct parser){.staging = staging, .message = message};
    parser->xml = XML_ParserCreate_MM(encoding, &memory, NULL);
    if (parser->xml == NULL) {
        return en_error_set(err, EN_NOMEM, "parser of a message");
    }
    en_buf_init(&parser->text, EN_XML_TEXT_SIZE_MAX);
    code = run_expat(parser, bytes, err);
    code = code == EN_OK ? mark_shared(message, err) : code;
    en_buf_fini(&parser->text);
    XML_ParserFree(parser->xml);
    return code;
}

void en_message_fini(struct en_message *message)
{
    en_mem_free(message->periods);
    en_mem_free(message->channels);
    en_mem_free(message->points);
    en_mem_free(message->areas);
    *message = (struct en_message){0};
}
