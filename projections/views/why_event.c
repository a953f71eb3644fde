/* Events and names of a derivation. */
#include <inttypes.h>

#include "projections/tables_command.h"
#include "projections/views/keys.h"
#include "projections/views/why_work.h"

#define SOURCE_OF_DOCUMENT "doc:"

const char *en_why_key(struct en_why_work *work, en_name_type type, uint32_t id)
{
    struct en_slice key = {NULL, 0};
    if (id == 0 || en_keys_key(work->store, type, id, &key, NULL) != EN_OK || key.size == 0) {
        return "";
    }
    const char *text = (const char *)en_arena_copy(&work->tree->arena, key).bytes;
    return text == NULL ? "" : text;
}

const char *en_why_channel_name(struct en_why_work *work, uint32_t channel)
{
    struct en_channel_row row = {.channel = channel};
    if (en_table_get(work->store, &en_table_channel, &row, NULL, NULL) != EN_OK) {
        return "a channel that nobody set";
    }
    const char *code = (const char *)en_arena_copy(&work->tree->arena, row.code).bytes;
    const char *point = en_why_key(work, EN_NAME_POINT, row.point);
    const char *name = en_arena_print(&work->tree->arena, "%s %s", point, code == NULL ? "" : code);
    return name == NULL ? "" : name;
}

/* The document of a source "doc:<sha256>:..."; size 0: it is none. */
static struct en_slice document_of(struct en_slice source)
{
    size_t prefix = strlen(SOURCE_OF_DOCUMENT);
    bool is_document = source.size > prefix + EN_HASH_HEX_SIZE - 1 &&
                       memcmp(source.bytes, SOURCE_OF_DOCUMENT, prefix) == 0;
    return is_document ? en_slice_of(source.bytes + prefix, EN_HASH_HEX_SIZE - 1)
                       : (struct en_slice){NULL, 0};
}

/* "item 17 of document x.csv" */
static en_code add_document(struct en_why_work *work, struct en_why_node *node,
                            const struct en_event_header *header, struct en_error *err)
{
    char name[EN_NAME_SIZE_MAX + 1] = "";
    struct en_document_row row = {0};
    const struct en_lookup *lookup = work->lookup;
    en_code code = lookup == NULL
                       ? EN_NOT_FOUND
                       : lookup->name_of(lookup->self, EN_NAME_SOURCE, header->source, name, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    struct en_slice source = en_slice_text(name);
    en_why_text(work->tree, node, "source", source);
    en_why_count(work->tree, node, "source_seq", header->source_seq);
    struct en_slice sha256 = document_of(source);
    if (sha256.size == 0) {
        en_why_say_more(work->tree, node,
                        EN_WHY_IN(work, ", item %" PRIu64 " of source %.*s",
                                  ", запись %" PRIu64 " источника %.*s"),
                        header->source_seq, (int)source.size, (const char *)source.bytes);
        return EN_OK;
    }
    code = lookup->id_of(lookup->self, EN_NAME_DOCUMENT, sha256, &row.document, err);
    if (code == EN_OK) {
        code = en_table_get(work->store, &en_table_document, &row, NULL, err);
    }
    if (code == EN_OK) {
        en_why_text(work->tree, node, "document", row.name);
        en_why_text(work->tree, node, "document_sha256", sha256);
        en_why_text(work->tree, node, "format", row.format);
        en_why_say_more(work->tree, node,
                        EN_WHY_IN(work, ", item %" PRIu64 " of document %.*s",
                                  ", запись %" PRIu64 " документа %.*s"),
                        header->source_seq, (int)row.name.size, (const char *)row.name.bytes);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

en_code en_why_event(struct en_why_work *work, struct en_why_node *parent,
                     const struct en_event_header *header, struct en_error *err)
{
    struct en_why_tree *tree = work->tree;
    const struct en_kind_info *info = en_kind_info(header->kind);
    const char *actor = en_why_key(work, EN_NAME_ACTOR, header->actor);
    struct en_why_node *node = en_why_add(tree, parent, "event");
    en_why_say(
        tree, node,
        EN_WHY_IN(work, "event %" PRIu64 " %s, recorded %s", "событие %" PRIu64 " %s, записано %s"),
        header->seq.n,
        info == NULL ? EN_WHY_IN(work, "of an unknown kind", "неизвестного вида") : info->name,
        en_why_instant_words(tree, header->recorded_at, work->offset));
    if (actor[0] != '\0') {
        en_why_say_more(tree, node, EN_WHY_IN(work, " by %s", ", автор %s"), actor);
    }
    en_why_count(tree, node, "seq", header->seq.n);
    en_why_string(tree, node, "event", info == NULL ? "unknown" : info->name);
    en_why_instant(tree, node, "recorded_at", header->recorded_at, 0);
    if (header->valid.from.us != 0 || header->valid.to.us != 0) {
        en_why_instant(tree, node, "valid_from", header->valid.from, 0);
    }
    if (actor[0] != '\0') {
        en_why_string(tree, node, "actor", actor);
    }
    return header->source == 0 ? EN_OK : add_document(work, node, header, err);
}

/* The last command of the kind about the subject that begins in the interval. */
static en_code find_command(struct en_why_work *work, en_kind kind, uint32_t subject,
                            struct en_interval from, uint64_t *seq, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_command_row row = {.kind = (uint32_t)kind, .subject = subject, .from = from.from};
    bool is_found = false;
    en_code code = en_table_scan_begin(work->store, &en_table_command, &row, 2, &scan, err);
    while (code == EN_OK) {
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.from.us >= from.to.us) {
            break;
        }
        *seq = !is_found || row.seq > *seq ? row.seq : *seq;
        is_found = true;
    }
    en_table_scan_end(&scan);
    code = code == EN_NOT_FOUND ? EN_OK : code;
    return code == EN_OK && !is_found ? EN_NOT_FOUND : code;
}

en_code en_why_set_by(struct en_why_work *work, struct en_why_node *parent, en_kind kind,
                      uint32_t subject, struct en_interval from, struct en_error *err)
{
    uint64_t seq = 0;
    struct en_event event;
    en_code code =
        work->lookup == NULL ? EN_NOT_FOUND : find_command(work, kind, subject, from, &seq, err);
    if (code == EN_OK) {
        code = work->lookup->get(work->lookup->self, (struct en_seq){seq}, &event, &work->payload,
                                 err);
    }
    if (code == EN_OK) {
        code = en_why_event(work, parent, &event.header, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}
