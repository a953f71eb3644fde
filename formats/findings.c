#include "formats/findings.h"

#include <stdarg.h>
#include <stdio.h>

#include "formats/encoding.h"

#define FINDING_TEXT_SIZE 400
#define SHOWN_BYTES_MAX 40

void en_import_findings_init(struct en_import_findings *findings)
{
    *findings = (struct en_import_findings){.file = ""};
    en_arena_init(&findings->arena, EN_IMPORT_TEXT_SIZE_MAX);
}

void en_import_findings_fini(struct en_import_findings *findings)
{
    en_arena_fini(&findings->arena);
}

void en_import_findings_file(struct en_import_findings *findings, const char *name)
{
    const char *copy = en_arena_print(&findings->arena, "%s", name);
    findings->file = copy != NULL ? copy : "";
}

static void list_add(struct en_import_findings *findings, struct en_import_finding_list *list,
                     struct en_place place, const char *mend, const char *text)
{
    EN_ASSERT(list->count <= EN_IMPORT_FINDINGS_MAX);
    const char *what = NULL;
    if (list->count < EN_IMPORT_FINDINGS_MAX) {
        what = en_arena_print(&findings->arena, "%s", text);
    }
    if (what == NULL) {
        list->more_count++;
        return;
    }
    list->items[list->count++] = (struct en_import_finding){
        .file = findings->file, .place = place, .what = what, .mend = mend};
}

void en_import_findings_error(struct en_import_findings *findings, struct en_place place,
                              const char *mend, const char *format, ...)
{
    char text[FINDING_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    list_add(findings, &findings->errors, place, mend, text);
}

void en_import_findings_warning(struct en_import_findings *findings, struct en_place place,
                                const char *format, ...)
{
    char text[FINDING_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    list_add(findings, &findings->warnings, place, "", text);
}

const char *en_shown(struct en_slice input, char text[EN_SHOWN_SIZE])
{
    size_t used = 0;
    size_t at = 0;
    while (at < input.size) {
        struct en_slice rest = en_slice_of(input.bytes + at, input.size - at);
        uint32_t code_point = 0;
        size_t size = en_utf8_take(rest, &code_point);
        bool is_plain = size > 0 && code_point >= 0x20 && code_point != 0x7f;
        size_t taken = size > 0 ? size : 1;
        size_t written = is_plain ? size : 1;
        if (used + written > SHOWN_BYTES_MAX) {
            break;
        }
        if (is_plain) {
            memcpy(text + used, input.bytes + at, size);
        } else {
            text[used] = '?';
        }
        used += written;
        at += taken;
    }
    (void)snprintf(text + used, EN_SHOWN_SIZE - used, "%s", at < input.size ? "..." : "");
    return text;
}
