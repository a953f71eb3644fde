#include "projections/tables_event.h"

#include <stddef.h>

// clang-format off
#define FIELD(row, type, member, about) \
    {#member, EN_FIELD_##type, (uint16_t)offsetof(struct en_##row, member), about, NULL}
#define FIELD_LIST(row, member, items, about) \
    {#member, EN_FIELD_LIST, (uint16_t)offsetof(struct en_##row, member), about, &(items)}
// clang-format on

static const struct en_field map_item_fields[] = {
    FIELD(event_map_item, U8, class, "number of the class"),
    FIELD(event_map_item, U8, edge, "1 start, 2 end, 3 point"),
    FIELD(event_map_item, U8, part, "number of the part"),
};
static const struct en_record map_item_record = {
    "event_map_item", sizeof(struct en_event_map_item), 1,
    map_item_fields,  EN_COUNT_OF(map_item_fields),     0};

static const struct en_field map_fields[] = {
    FIELD(event_map_row, TEXT, device_type, "maker's type, empty all"),
    FIELD(event_map_row, TEXT, code, "of device.event"),
    FIELD(event_map_row, INSTANT, from, "valid from then on"),
    FIELD_LIST(event_map_row, meanings, map_item_record,
               "what it means; empty: as the built-in tables say"),
    FIELD(event_map_row, TEXT, reason, "why"),
};
static const struct en_record map_record = {"event_map", sizeof(struct en_event_map_row), 1,
                                            map_fields,  EN_COUNT_OF(map_fields),         3};
const struct en_table en_table_event_map = {
    "event_map", "Meanings of codes of device events that were set (EV-06); effective-dated.",
    &map_record, EN_TABLE_DIGESTED};

static const struct en_field report_fields[] = {
    FIELD(device_report_row, U32, device, "id"),
    FIELD(device_report_row, INSTANT, reported, "by the device's clock"),
    FIELD(device_report_row, TEXT, code, "the device's own"),
    FIELD(device_report_row, U64, index, "of its journal, 0 not told"),
    FIELD(device_report_row, INSTANT, at, "reported, less what the clock was ahead"),
    FIELD(device_report_row, I64, clock_ahead_us, "us, 0 also when it was not compared"),
    FIELD(device_report_row, BOOL, has_clock, "the clock was compared"),
    FIELD(device_report_row, U64, seq, "of the event that brought it first"),
};
static const struct en_record report_record = {
    "device_report", sizeof(struct en_device_report_row), 1,
    report_fields,   EN_COUNT_OF(report_fields),          4};
const struct en_table en_table_device_report = {
    "device_report", "Device events as reported, each once (EV-01, EV-03, EV-04).", &report_record,
    EN_TABLE_DIGESTED};

static const struct en_field entry_fields[] = {
    FIELD(device_entry_row, U32, device, "id"),
    FIELD(device_entry_row, U8, class, "number of the class"),
    FIELD(device_entry_row, U8, pair, "number of the part that it is paired by"),
    FIELD(device_entry_row, INSTANT, at, "by the true time"),
    FIELD(device_entry_row, U64, index, "of the device's journal, 0 not told"),
    FIELD(device_entry_row, U8, edge, "1 start, 2 end, 3 point"),
    FIELD(device_entry_row, TEXT, code, "the device's own"),
    FIELD(device_entry_row, U8, part, "number of the part: phase, block, cause"),
    FIELD(device_entry_row, INSTANT, reported, "by the device's clock"),
    FIELD(device_entry_row, U64, seq, "of the event"),
};
static const struct en_record entry_record = {
    "device_entry", sizeof(struct en_device_entry_row), 1,
    entry_fields,   EN_COUNT_OF(entry_fields),          7};
const struct en_table en_table_device_entry = {
    "device_entry", "Device events as they are meant: class, edge, part (domain 10.5).",
    &entry_record, EN_TABLE_DIGESTED};

static const struct en_field interval_fields[] = {
    FIELD(device_interval_row, U32, device, "id"),
    FIELD(device_interval_row, U8, class, "number of the class"),
    FIELD(device_interval_row, U8, pair, "number of the part that it is paired by"),
    FIELD(device_interval_row, INSTANT, from, "by the true time"),
    FIELD(device_interval_row, BOOL, is_point, "over when it happened"),
    FIELD(device_interval_row, BOOL, is_open, "no end is known yet"),
    FIELD(device_interval_row, INSTANT, to, "of an open one: from"),
    FIELD(device_interval_row, U8, part, "of the start: phase, block, cause"),
    FIELD(device_interval_row, U32, ignored_count, "starts before its end: a warning each"),
    FIELD(device_interval_row, U64, seq, "of the latest event in it"),
};
static const struct en_record interval_record = {
    "device_interval", sizeof(struct en_device_interval_row), 1,
    interval_fields,   EN_COUNT_OF(interval_fields),          5};
const struct en_table en_table_device_interval = {
    "device_interval", "What was so at a device, from when to when (EV-02).", &interval_record,
    EN_TABLE_DIGESTED};

static const struct en_field gap_fields[] = {
    FIELD(journal_gap, U64, first, "first index that was not read"),
    FIELD(journal_gap, U64, last, "last of them"),
};
static const struct en_record gap_record = {"journal_gap", sizeof(struct en_journal_gap), 1,
                                            gap_fields,    EN_COUNT_OF(gap_fields),       0};

static const struct en_field journal_fields[] = {
    FIELD(device_journal_row, U32, device, "id"),
    FIELD(device_journal_row, TEXT, journal, "of the device: \"spodes:2\", \"dlms\""),
    FIELD(device_journal_row, U64, head, "highest index"),
    FIELD(device_journal_row, INSTANT, head_reported, "its time by the device's clock"),
    FIELD(device_journal_row, U32, size, "entries that it holds, 0 not known"),
    FIELD(device_journal_row, U64, lost_count, "entries overwritten unread (EV-05)"),
    FIELD_LIST(device_journal_row, gaps, gap_record, "indexes not read that may still be there"),
};
static const struct en_record journal_record = {
    "device_journal", sizeof(struct en_device_journal_row), 1,
    journal_fields,   EN_COUNT_OF(journal_fields),          2};
const struct en_table en_table_device_journal = {
    "device_journal", "How far the journals of devices are known, and what they lost (EV-05).",
    &journal_record, EN_TABLE_DIGESTED};

static const struct en_field clock_fields[] = {
    FIELD(device_clock_row, U32, device, "id"),
    FIELD(device_clock_row, INSTANT, at, "when it was compared"),
    FIELD(device_clock_row, I64, ahead_us, "us, of the device before the true time"),
    FIELD(device_clock_row, U64, seq, "of the event that says so"),
};
static const struct en_record clock_record = {
    "device_clock", sizeof(struct en_device_clock_row), 1,
    clock_fields,   EN_COUNT_OF(clock_fields),          1};
const struct en_table en_table_device_clock = {"device_clock",
                                               "Clocks of devices as last compared (EV-03).",
                                               &clock_record, EN_TABLE_DIGESTED};
