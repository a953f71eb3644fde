#include "core/metering/device/event_code.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const dialect_texts[] = {"", "spodes", "dlms", "cim", "ansi-old", "ansi-new"};
_Static_assert(EN_COUNT_OF(dialect_texts) == EN_EVENT_DIALECTS_COUNT, "every dialect has a text");

#define NUMBER_MAX 65535u
#define CIM(domain, subdomain, action)                                                             \
    ((uint64_t)(domain) << 32 | (uint64_t)(subdomain) << 16 | (uint64_t)(action))

/* Rows of one code, of a run of codes, and of a start with its end one above. */
#define ONE(dialect, log, code, class, edge, part)                                                 \
    {                                                                                              \
        EN_EVENT_##dialect, log, code, code,                                                       \
        {                                                                                          \
            EN_EVENT_##class, EN_EVENT_##edge, EN_EVENT_PART_##part                                \
        }                                                                                          \
    }
#define RUN(dialect, log, first, last, class, part)                                                \
    {                                                                                              \
        EN_EVENT_##dialect, log, first, last,                                                      \
        {                                                                                          \
            EN_EVENT_##class, EN_EVENT_POINT, EN_EVENT_PART_##part                                 \
        }                                                                                          \
    }
#define PAIR(dialect, log, code, class, part)                                                      \
    ONE(dialect, log, code, class, START, part), ONE(dialect, log, (code) + 1, class, END, part)
#define PHASES(dialect, log, code, class)                                                          \
    PAIR(dialect, log, code, class, A), PAIR(dialect, log, (code) + 2, class, B),                  \
        PAIR(dialect, log, (code) + 4, class, C)
#define STARTS(dialect, log, code, class)                                                          \
    ONE(dialect, log, code, class, START, A), ONE(dialect, log, (code) + 1, class, START, B),      \
        ONE(dialect, log, (code) + 2, class, START, C)
#define ENDS(dialect, log, code, class)                                                            \
    ONE(dialect, log, code, class, END, A), ONE(dialect, log, (code) + 1, class, END, B),          \
        ONE(dialect, log, (code) + 2, class, END, C)
#define CIM_ONE(domain, subdomain, action, class, edge, part)                                      \
    ONE(CIM, EN_EVENT_LOG_ANY, CIM(domain, subdomain, action), class, edge, part)
/* Both editions of C12.19 agree below 36. */
#define ANSI_ONE(code, class, edge, part)                                                          \
    ONE(ANSI_OLD, 0, code, class, edge, part), ONE(ANSI_NEW, 0, code, class, edge, part)
#define ANSI_RUN(first, last, class, part)                                                         \
    RUN(ANSI_OLD, 0, first, last, class, part), RUN(ANSI_NEW, 0, first, last, class, part)
#define ANSI_PAIR(code, class, part)                                                               \
    ANSI_ONE(code, class, START, part), ANSI_ONE((code) + 1, class, END, part)
/* From 36 on the newer edition stands one higher. */
#define ANSI_SHIFTED(code, class, part)                                                            \
    ONE(ANSI_OLD, 0, code, class, POINT, part), ONE(ANSI_NEW, 0, (code) + 1, class, POINT, part)

static const struct en_event_code_row rows[] = {
    /* N0 voltage */
    PHASES(SPODES, 0, 1, PHASE_LOST),
    PAIR(SPODES, 0, 7, VOLT_HIGH, NONE),
    PAIR(SPODES, 0, 9, VOLT_LOW, NONE),
    PAIR(SPODES, 0, 11, UNBALANCE, NONE),
    PHASES(SPODES, 0, 13, VOLT_HIGH),
    PHASES(SPODES, 0, 19, SAG),
    PAIR(SPODES, 0, 25, PHASE_SEQUENCE, NONE),
    PAIR(SPODES, 0, 27, VOLT_INTERRUPTION, NONE),
    /* N1 current */
    PHASES(SPODES, 1, 1, REVERSE),
    PHASES(SPODES, 1, 7, CT_FAULT),
    PAIR(SPODES, 1, 13, CURRENT_UNBALANCE, NONE),
    PAIR(SPODES, 1, 15, CT_FAULT, SHORT),
    PAIR(SPODES, 1, 17, LIMIT_OVER, CURRENT),
    PHASES(SPODES, 1, 19, CURRENT_WITHOUT_VOLTAGE),
    PAIR(SPODES, 1, 25, LIMIT_OVER, CURRENT_A),
    PAIR(SPODES, 1, 27, LIMIT_OVER, CURRENT_B),
    PAIR(SPODES, 1, 29, LIMIT_OVER, CURRENT_C),
    PAIR(SPODES, 1, 31, CURRENT_WITHOUT_VOLTAGE, NEUTRAL),
    PAIR(SPODES, 1, 33, REVERSE, NONE),
    PAIR(SPODES, 1, 35, REVERSE, MIXED),
    PAIR(SPODES, 1, 37, CURRENT_RELAY_OFF, NONE),
    /* N2 power and relay */
    PAIR(SPODES, 2, 1, POWER_OFF, NONE),
    ONE(SPODES, 2, 3, RELAY_OFF, START, BY_REMOTE),
    ONE(SPODES, 2, 4, RELAY_OFF, END, BY_REMOTE),
    ONE(SPODES, 2, 5, RELAY_PERMITTED, POINT, NONE),
    ONE(SPODES, 2, 6, RELAY_OFF, START, BY_SUBSCRIBER),
    ONE(SPODES, 2, 7, RELAY_OFF, END, BY_SUBSCRIBER),
    ONE(SPODES, 2, 8, RELAY_OFF, START, BY_POWER),
    ONE(SPODES, 2, 8, LIMIT_OVER, POINT, POWER),
    ONE(SPODES, 2, 9, RELAY_OFF, START, BY_CURRENT),
    ONE(SPODES, 2, 9, LIMIT_OVER, POINT, CURRENT),
    ONE(SPODES, 2, 10, RELAY_OFF, START, BY_MAGNET),
    ONE(SPODES, 2, 10, MAGNET, POINT, NONE),
    ONE(SPODES, 2, 11, RELAY_OFF, START, BY_VOLTAGE),
    ONE(SPODES, 2, 12, RELAY_OFF, END, BY_DEVICE),
    ONE(SPODES, 2, 13, RELAY_OFF, START, BY_VOLTAGE_LOSS),
    ONE(SPODES, 2, 14, RELAY_OFF, START, BY_UNBALANCE),
    ONE(SPODES, 2, 15, RELAY_OFF, START, BY_TEMPERATURE),
    PAIR(SPODES, 2, 16, BACKUP_SUPPLY, NONE),
    ONE(SPODES, 2, 18, RELAY_OFF, START, BY_COVER),
    ONE(SPODES, 2, 18, TAMPER_CASE, POINT, NONE),
    /* N3 programming: whatever is not named otherwise is a parameter */
    RUN(SPODES, 3, 1, 2, PARAM_CHANGED, NONE),
    ONE(SPODES, 3, 3, CLOCK_SET, POINT, NONE),
    ONE(SPODES, 3, 4, DST_PARAM, POINT, NONE),
    RUN(SPODES, 3, 5, 9, TARIFF_CHANGED, NONE),
    RUN(SPODES, 3, 10, 12, PARAM_CHANGED, NONE),
    RUN(SPODES, 3, 13, 14, KEYS_CHANGED, NONE),
    ONE(SPODES, 3, 15, PARAM_CHANGED, POINT, NONE),
    RUN(SPODES, 3, 16, 17, RATIO_CHANGED, NONE),
    RUN(SPODES, 3, 18, 34, PARAM_CHANGED, NONE),
    RUN(SPODES, 3, 35, 48, LOG_CLEARED, NONE),
    ONE(SPODES, 3, 49, TARIFF_CHANGED, POINT, NONE),
    RUN(SPODES, 3, 50, 52, PARAM_CHANGED, NONE),
    RUN(SPODES, 3, 53, 60, KEYS_CHANGED, NONE),
    ONE(SPODES, 3, 61, PARAM_CHANGED, POINT, NONE),
    ONE(SPODES, 3, 62, MODE_CHANGED, POINT, NONE),
    ONE(SPODES, 3, 63, CLOCK_SET, POINT, NONE),
    ONE(SPODES, 3, 64, PARAM_CHANGED, POINT, NONE),
    ONE(SPODES, 3, 65, FIRMWARE_UPDATED, POINT, NONE),
    RUN(SPODES, 3, 66, 67, PARAM_CHANGED, NONE),
    ONE(SPODES, 3, 68, CLOCK_SET, POINT, NONE),
    RUN(SPODES, 3, 69, 73, PARAM_CHANGED, NONE),
    ONE(SPODES, 3, 74, MODE_CHANGED, POINT, NONE),
    RUN(SPODES, 3, 75, 86, PARAM_CHANGED, NONE),
    /* N4 external: seals have no end */
    PAIR(SPODES, 4, 1, MAGNET, NONE),
    ONE(SPODES, 4, 3, TAMPER_COVER, POINT, NONE),
    ONE(SPODES, 4, 4, TAMPER_CASE, POINT, NONE),
    /* N5 communication, N6 access */
    PAIR(SPODES, 5, 1, COMM_LOST, NONE),
    ONE(SPODES, 6, 1, ACCESS_DENIED, POINT, NONE),
    ONE(SPODES, 6, 2, PROTOCOL_ABUSE, POINT, NONE),
    /* N7 self-diagnostics */
    ONE(SPODES, 7, 1, DEVICE_STARTED, POINT, NONE),
    PAIR(SPODES, 7, 2, DEVICE_FAULT, MEASURING),
    ONE(SPODES, 7, 4, DEVICE_FAULT, START, COMPUTING),
    ONE(SPODES, 7, 19, DEVICE_FAULT, END, COMPUTING),
    PAIR(SPODES, 7, 5, DEVICE_FAULT, RTC),
    PAIR(SPODES, 7, 7, DEVICE_FAULT, SUPPLY),
    PAIR(SPODES, 7, 9, DEVICE_FAULT, DISPLAY),
    PAIR(SPODES, 7, 11, DEVICE_FAULT, MEMORY),
    PAIR(SPODES, 7, 13, DEVICE_FAULT, PROGRAM),
    PAIR(SPODES, 7, 15, DEVICE_FAULT, CORE_CLOCK),
    PAIR(SPODES, 7, 17, DEVICE_FAULT, RTC_CLOCK),
    /* N8 tan phi */
    PAIR(SPODES, 8, 1, LIMIT_OVER, TAN_PHI),

    /* DLMS/IDIS; makers reuse 19, 24, 51 to 55: those stay unknown until mapped */
    PAIR(DLMS, 0, 1, POWER_OFF, NONE),
    ONE(DLMS, 0, 3, DST_PARAM, POINT, NONE),
    ONE(DLMS, 0, 4, CLOCK_SET, POINT, OLD_TIME),
    ONE(DLMS, 0, 5, CLOCK_SET, POINT, NEW_TIME),
    ONE(DLMS, 0, 6, CLOCK_FAULT, POINT, NONE),
    RUN(DLMS, 0, 7, 8, DEVICE_FAULT, BATTERY),
    ONE(DLMS, 0, 9, TARIFF_CHANGED, POINT, NONE),
    RUN(DLMS, 0, 10, 11, LOG_CLEARED, NONE),
    ONE(DLMS, 0, 12, DEVICE_FAULT, POINT, PROGRAM),
    RUN(DLMS, 0, 13, 14, DEVICE_FAULT, MEMORY),
    ONE(DLMS, 0, 15, DEVICE_FAULT, POINT, WATCHDOG),
    ONE(DLMS, 0, 16, DEVICE_FAULT, POINT, MEASURING),
    ONE(DLMS, 0, 17, FIRMWARE_READY, POINT, NONE),
    ONE(DLMS, 0, 18, FIRMWARE_UPDATED, POINT, NONE),
    PAIR(DLMS, 0, 40, TAMPER_COVER, NONE),
    PAIR(DLMS, 0, 42, MAGNET, NONE),
    PAIR(DLMS, 0, 44, TAMPER_CASE, NONE),
    ONE(DLMS, 0, 46, ACCESS_DENIED, POINT, NONE),
    ONE(DLMS, 0, 47, PARAM_CHANGED, POINT, NONE),
    ONE(DLMS, 0, 48, KEYS_CHANGED, POINT, NONE),
    ONE(DLMS, 0, 49, ACCESS_DENIED, POINT, NONE),
    ONE(DLMS, 0, 50, PROTOCOL_ABUSE, POINT, NONE),
    ONE(DLMS, 0, 60, RELAY_PERMITTED, POINT, NONE),
    ONE(DLMS, 0, 61, RELAY_OFF, START, BY_SUBSCRIBER),
    ONE(DLMS, 0, 62, RELAY_OFF, END, BY_SUBSCRIBER),
    ONE(DLMS, 0, 63, RELAY_OFF, START, BY_REMOTE),
    ONE(DLMS, 0, 64, RELAY_OFF, END, BY_REMOTE),
    ONE(DLMS, 0, 65, RELAY_OFF, START, BY_DEVICE),
    PAIR(DLMS, 0, 66, LIMIT_OVER, POWER),
    ONE(DLMS, 0, 68, PARAM_CHANGED, POINT, NONE),
    ONE(DLMS, 0, 69, RELAY_FAIL, POINT, NONE),
    STARTS(DLMS, 0, 76, VOLT_LOW),
    STARTS(DLMS, 0, 79, VOLT_HIGH),
    STARTS(DLMS, 0, 82, PHASE_LOST),
    ENDS(DLMS, 0, 85, PHASE_LOST),
    ENDS(DLMS, 0, 85, VOLT_LOW),
    ENDS(DLMS, 0, 85, VOLT_HIGH),
    ONE(DLMS, 0, 88, PHASE_SEQUENCE, POINT, NONE),
    ONE(DLMS, 0, 89, PHASE_LOST, POINT, NEUTRAL),
    ONE(DLMS, 0, 90, UNBALANCE, POINT, NONE),
    ONE(DLMS, 0, 91, REVERSE, POINT, NONE),
    ONE(DLMS, 0, 92, VOLT_QUALITY, POINT, A),
    ONE(DLMS, 0, 93, VOLT_QUALITY, POINT, B),
    ONE(DLMS, 0, 94, VOLT_QUALITY, POINT, C),
    PAIR(DLMS, 0, 100, COMM_LOST, NONE),
    ONE(DLMS, 0, 102, DEVICE_FAULT, POINT, BATTERY),
    ONE(DLMS, 0, 103, TAMPER_CASE, POINT, NONE),
    ONE(DLMS, 0, 104, CLOCK_SET, POINT, NONE),
    ONE(DLMS, 0, 254, PROFILE_CLEARED, POINT, NONE),
    ONE(DLMS, 0, 255, LOG_CLEARED, POINT, NONE),

    /* CIM: any type of device */
    CIM_ONE(26, 38, 85, POWER_OFF, START, NONE),
    CIM_ONE(26, 38, 49, POWER_OFF, END, NONE),
    CIM_ONE(36, 116, 13, CLOCK_SET, POINT, NONE),
    CIM_ONE(36, 116, 14, CLOCK_SET, POINT, OLD_TIME),
    CIM_ONE(36, 116, 24, CLOCK_SET, POINT, NEW_TIME),
    CIM_ONE(36, 114, 35, CLOCK_FAULT, POINT, NONE),
    CIM_ONE(36, 56, 24, DST_PARAM, POINT, NONE),
    CIM_ONE(7, 31, 24, PARAM_CHANGED, POINT, NONE),
    CIM_ONE(26, 25, 85, PHASE_LOST, POINT, NONE),
    CIM_ONE(26, 79, 223, SAG, POINT, NONE),
    CIM_ONE(26, 79, 248, SWELL, POINT, NONE),
    CIM_ONE(12, 43, 257, TAMPER_CASE, POINT, NONE),
    CIM_ONE(12, 141, 212, TAMPER_CASE, POINT, NONE),
    CIM_ONE(12, 29, 16, TAMPER_COVER, END, NONE),
    CIM_ONE(12, 66, 242, MAGNET, START, NONE),
    CIM_ONE(12, 66, 243, MAGNET, END, NONE),
    CIM_ONE(12, 6, 219, REVERSE, POINT, NONE),
    CIM_ONE(12, 24, 85, ACCESS_DENIED, POINT, NONE),
    CIM_ONE(16, 87, 28, PROFILE_CLEARED, POINT, NONE),
    CIM_ONE(17, 44, 28, LOG_CLEARED, POINT, NONE),
    CIM_ONE(2, 22, 150, DEVICE_FAULT, POINT, BATTERY),
    CIM_ONE(20, 121, 4, TARIFF_CHANGED, POINT, NONE),
    CIM_ONE(21, 67, 79, DEVICE_FAULT, POINT, MEASURING),
    CIM_ONE(11, 283, 4, FIRMWARE_UPDATED, POINT, NONE),
    CIM_ONE(31, 26, 68, RELAY_OFF, START, BY_REMOTE),
    CIM_ONE(31, 26, 42, RELAY_OFF, END, BY_REMOTE),
    CIM_ONE(15, 261, 139, LIMIT_OVER, POINT, POWER),
    CIM_ONE(21, 89, 177, REGISTER_OVERFLOW, POINT, NONE),

    /* ANSI C12.19 */
    ANSI_PAIR(1, POWER_OFF, NONE),
    ANSI_ONE(3, CLOCK_SET, POINT, OLD_TIME),
    ANSI_ONE(4, CLOCK_SET, POINT, NEW_TIME),
    ANSI_ONE(5, CLOCK_SET, POINT, OLD_TIME),
    ANSI_ONE(6, CLOCK_SET, POINT, NEW_TIME),
    ANSI_RUN(7, 9, DEVICE_ACCESSED, NONE),
    ANSI_RUN(10, 11, PARAM_CHANGED, NONE),
    ANSI_RUN(12, 15, DEVICE_ACCESSED, NONE),
    ANSI_ONE(16, LOG_CLEARED, POINT, NONE),
    ANSI_ONE(17, DEVICE_ACCESSED, POINT, NONE),
    ANSI_ONE(18, LOG_CLEARED, POINT, NONE),
    ANSI_ONE(19, DEVICE_ACCESSED, POINT, NONE),
    ANSI_ONE(20, DEMAND_RESET, POINT, NONE),
    ANSI_ONE(21, DEVICE_ACCESSED, POINT, NONE),
    ANSI_RUN(22, 23, DST_PARAM, NONE),
    ANSI_RUN(24, 27, TARIFF_SWITCHED, NONE),
    ANSI_RUN(28, 29, PARAM_CHANGED, NONE),
    ANSI_RUN(30, 31, MODE_CHANGED, NONE),
    ANSI_PAIR(32, TEST_MODE, NONE),
    ANSI_PAIR(34, TEST_MODE, SHOP),
    ONE(ANSI_NEW, 0, 36, PARAM_CHANGED, POINT, NONE),
    ANSI_SHIFTED(36, DEVICE_FAULT, CONFIG),
    ANSI_SHIFTED(37, DEVICE_FAULT, SELF_CHECK),
    ANSI_SHIFTED(38, DEVICE_FAULT, MEMORY),
    ANSI_SHIFTED(39, DEVICE_FAULT, PROGRAM),
    ANSI_SHIFTED(40, DEVICE_FAULT, MEMORY),
    ANSI_SHIFTED(41, CLOCK_FAULT, NONE),
    ANSI_SHIFTED(42, DEVICE_FAULT, MEASURING),
    ANSI_SHIFTED(43, DEVICE_FAULT, BATTERY),
    ANSI_SHIFTED(44, VOLT_LOW, NONE),
    ANSI_SHIFTED(45, LIMIT_OVER, POWER),
    ANSI_SHIFTED(46, POWER_OFF, NONE),
    ANSI_SHIFTED(47, TAMPER_CASE, NONE),
    ANSI_SHIFTED(48, REVERSE, NONE),
    ONE(ANSI_NEW, 0, 57, TAMPER_CASE, POINT, NONE),
    RUN(ANSI_NEW, 0, 73, 76, DEVICE_ACCESSED, NONE),
};

/* Takes a decimal number up to NUMBER_MAX, without leading zeros, off the front. */
static bool take_number(struct en_slice *text, uint32_t *number)
{
    uint32_t value = 0;
    size_t length = 0;
    while (length < text->size && text->bytes[length] >= '0' && text->bytes[length] <= '9') {
        value = 10 * value + (uint32_t)(text->bytes[length] - '0');
        length++;
        if (value > NUMBER_MAX) {
            return false;
        }
    }
    if (length == 0 || (text->bytes[0] == '0' && length > 1)) {
        return false;
    }
    *text = en_slice_of(text->bytes + length, text->size - length);
    *number = value;
    return true;
}

static bool take_mark(struct en_slice *text, uint8_t mark)
{
    if (text->size == 0 || text->bytes[0] != mark) {
        return false;
    }
    *text = en_slice_of(text->bytes + 1, text->size - 1);
    return true;
}

static bool take_dialect(struct en_slice *text, en_event_dialect *dialect)
{
    for (uint32_t i = 1; i < EN_EVENT_DIALECTS_COUNT; i++) {
        struct en_slice name = en_slice_text(dialect_texts[i]);
        if (text->size > name.size && memcmp(text->bytes, name.bytes, name.size) == 0 &&
            text->bytes[name.size] == ':') {
            *text = en_slice_of(text->bytes + name.size + 1, text->size - name.size - 1);
            *dialect = (en_event_dialect)i;
            return true;
        }
    }
    return false;
}

/* The dotted numbers of CIM behind the dialect. */
static bool take_cim(struct en_slice *text, struct en_event_code *code)
{
    uint32_t numbers[4] = {0};
    for (size_t i = 0; i < EN_COUNT_OF(numbers); i++) {
        if ((i > 0 && !take_mark(text, '.')) || !take_number(text, &numbers[i])) {
            return false;
        }
    }
    code->log = numbers[0];
    code->number = CIM(numbers[1], numbers[2], numbers[3]);
    return true;
}

struct en_event_code en_event_code_parse(struct en_slice text)
{
    struct en_event_code code = {EN_EVENT_FREE, 0, 0};
    uint32_t number = 0;
    bool is_read = take_dialect(&text, &code.dialect);
    if (is_read && code.dialect == EN_EVENT_CIM) {
        is_read = take_cim(&text, &code);
    } else if (is_read) {
        is_read = code.dialect != EN_EVENT_SPODES ||
                  (take_number(&text, &code.log) && take_mark(&text, ':'));
        is_read = is_read && take_number(&text, &number);
        code.number = number;
    }
    return is_read && text.size == 0 ? code : (struct en_event_code){EN_EVENT_FREE, 0, 0};
}

size_t en_event_code_print(const struct en_event_code *code, char text[EN_EVENT_CODE_TEXT_SIZE])
{
    EN_ASSERT(code->dialect > EN_EVENT_FREE);
    EN_ASSERT(code->dialect < EN_EVENT_DIALECTS_COUNT);
    const char *dialect = dialect_texts[code->dialect];
    int length = 0;
    if (code->dialect == EN_EVENT_CIM) {
        length = snprintf(text, EN_EVENT_CODE_TEXT_SIZE, "%s:%u.%u.%u.%u", dialect, code->log,
                          (unsigned)(code->number >> 32), (unsigned)(code->number >> 16 & 0xffff),
                          (unsigned)(code->number & 0xffff));
    } else if (code->dialect == EN_EVENT_SPODES) {
        length = snprintf(text, EN_EVENT_CODE_TEXT_SIZE, "%s:%u:%" PRIu64, dialect, code->log,
                          code->number);
    } else {
        length = snprintf(text, EN_EVENT_CODE_TEXT_SIZE, "%s:%" PRIu64, dialect, code->number);
    }
    EN_ASSERT(length > 0 && length < EN_EVENT_CODE_TEXT_SIZE);
    return (size_t)length;
}

size_t en_event_code_journal(const struct en_event_code *code, char text[EN_EVENT_CODE_TEXT_SIZE])
{
    EN_ASSERT(code->dialect < EN_EVENT_DIALECTS_COUNT);
    const char *dialect = dialect_texts[code->dialect];
    int length = code->dialect == EN_EVENT_SPODES
                     ? snprintf(text, EN_EVENT_CODE_TEXT_SIZE, "%s:%u", dialect, code->log)
                     : snprintf(text, EN_EVENT_CODE_TEXT_SIZE, "%s", dialect);
    EN_ASSERT(length >= 0 && length < EN_EVENT_CODE_TEXT_SIZE);
    return (size_t)length;
}

uint32_t en_event_code_meanings(const struct en_event_code *code,
                                struct en_event_meaning meanings[EN_EVENT_MEANINGS_MAX])
{
    uint32_t count = 0;
    for (size_t i = 0; i < EN_COUNT_OF(rows) && code->dialect != EN_EVENT_FREE; i++) {
        const struct en_event_code_row *row = &rows[i];
        if (row->dialect == code->dialect &&
            (row->log == code->log || row->log == EN_EVENT_LOG_ANY) && code->number >= row->first &&
            code->number <= row->last) {
            EN_ASSERT(count < EN_EVENT_MEANINGS_MAX);
            meanings[count++] = row->meaning;
        }
    }
    return count;
}

const struct en_event_code_row *en_event_code_rows(uint32_t *count)
{
    *count = (uint32_t)EN_COUNT_OF(rows);
    return rows;
}

const char *en_event_dialect_text(en_event_dialect dialect)
{
    EN_ASSERT(dialect < EN_EVENT_DIALECTS_COUNT);
    return dialect_texts[dialect];
}
