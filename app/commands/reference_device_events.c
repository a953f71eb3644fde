/* `enerlog reference device-events`: docs/device-events.md, made from the classes and the tables of
 * codes, in English and Russian. */
#include "app/commands/commands.h"

#include <inttypes.h>

#include "core/metering/device/event_code.h"

#define PAGE_SIZE_MAX (1u << 20)

static void put_classes(struct en_buf *out)
{
    uint32_t count = 0;
    const struct en_event_class_info *classes = en_event_classes(&count);
    en_buf_text(out, "## Classes\n\n| number | class | pair | severity | category | effect on "
                     "values | English | Russian |\n|---|---|---|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct en_event_class_info *info = &classes[i];
        en_buf_print(out, "| %d | `%s` | %s | %s | %s | %s | %s | %s |\n", (int)info->class,
                     info->text, info->is_pair ? "yes" : "", en_event_severity_text(info->severity),
                     en_event_category_text(info->category), en_event_effect_about(info->effect),
                     info->english, info->russian);
    }
}

static void put_parts(struct en_buf *out)
{
    uint32_t count = 0;
    const struct en_event_part_info *parts = en_event_parts(&count);
    en_buf_text(out, "\n## Parts\n\nA phase or block is paired by itself; a cause is not: what one "
                     "cause began, another may end.\n\n"
                     "| number | part | paired | English | Russian |\n|---|---|---|---|---|\n");
    for (uint32_t i = 1; i < count; i++) {
        en_buf_print(out, "| %d | `%s` | %s | %s | %s |\n", (int)parts[i].part, parts[i].text,
                     parts[i].is_own ? "yes" : "", parts[i].english, parts[i].russian);
    }
}

static void put_code(struct en_buf *out, const struct en_event_code_row *row, uint64_t number)
{
    char text[EN_EVENT_CODE_TEXT_SIZE];
    bool is_any = row->log == EN_EVENT_LOG_ANY;
    struct en_event_code code = {row->dialect, is_any ? 0 : row->log, number};
    size_t size = en_event_code_print(&code, text);
    en_buf_append(out, text, size);
}

static void put_codes(struct en_buf *out)
{
    uint32_t count = 0;
    const struct en_event_code_row *rows = en_event_code_rows(&count);
    en_buf_text(out, "\n## Codes\n\nAs the program knows them; a CIM code holds for every type of "
                     "device. `enerlog event map` says otherwise for a device's type, from a date "
                     "on. Whatever is not here is `unknown`, and kept as it came.\n\n"
                     "| code | class | edge | part |\n|---|---|---|---|\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct en_event_code_row *row = &rows[i];
        en_buf_text(out, "| `");
        put_code(out, row, row->first);
        if (row->last > row->first) {
            en_buf_text(out, "` to `");
            put_code(out, row, row->last);
        }
        en_buf_print(out, "` | %s | %s | %s |\n", en_event_class_info(row->meaning.class)->text,
                     en_event_edge_text((en_event_edge)row->meaning.edge),
                     en_event_part_info(row->meaning.part)->text);
    }
}

en_code en_run_reference_device_events(struct en_session *session,
                                       const struct en_arguments *arguments, struct en_io *io,
                                       struct en_error *err)
{
    (void)session;
    (void)arguments;
    struct en_buf page;
    en_buf_init(&page, PAGE_SIZE_MAX);
    en_buf_text(&page,
                "# Device events\n\nMade from the code by `enerlog reference device-events`; do "
                "not edit.\n\nWhat devices report of themselves, in one taxonomy. An event says a "
                "class, an edge (start, end, point) and a part. A start is put together with the "
                "next end of its class and part at the device; another start before that end is "
                "ignored with a warning; a start without an end stays open. A start whose end the "
                "dialect has no code for is a point.\n\n");
    put_classes(&page);
    put_parts(&page);
    put_codes(&page);
    en_code code = en_buf_code(&page, err);
    if (code == EN_OK) {
        en_io_write(io, en_buf_slice(&page));
    }
    en_buf_fini(&page);
    return code;
}
