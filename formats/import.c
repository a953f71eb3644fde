#include "formats/import.h"

#include <stdio.h>

#include "core/event/payload.h"
#include "core/hash.h"
#include "core/mem.h"
#include "formats/document.h"
#include "formats/drafts.h"
#include "formats/format.h"
#include "formats/plan.h"
#include "formats/unpack.h"

#define GROUP_NAMES 0u   /* objects, points, channels */
#define GROUP_CHANNEL 1u /* + index of the channel */
#define GROUP_VERDICT (UINT32_MAX)
#define SOURCE_NAME_SIZE EN_DRAFT_SOURCE_SIZE
#define KEY_HASH_BYTES 8u
#define NAMES_PER_CALL 1024u

/* One unpacked file on its way. */
struct job {
    const struct en_import_options *options;
    const struct en_format *format;
    const struct en_sink *sink;
    const struct en_registry_view *registry;
    struct en_import_report *report;
    const char *file_name;
    struct en_slice bytes;
    char sha256[EN_HASH_HEX_SIZE];
    uint32_t document;
    struct en_staging staging;
    struct en_plan plan;
    struct en_drafts drafts;
    struct en_block block;
    struct en_buf scratch;
    struct en_buf payload;
};

/* A whole call: an archive may hold many files. The first refusal is what the call returns. */
struct run {
    const struct en_import_options *options;
    const struct en_format *format;
    const struct en_sink *sink;
    const struct en_registry_view *registry;
    struct en_import_report *report;
    en_code refused_code;
    struct en_error refused;
};

en_code en_import_report_init(struct en_import_report *report, struct en_error *err)
{
    *report = (struct en_import_report){.first_seq = EN_SEQ_NONE, .last_seq = EN_SEQ_NONE};
    en_import_findings_init(&report->findings);
    return en_staging_init(&report->seen, &report->findings, err);
}

void en_import_report_fini(struct en_import_report *report)
{
    en_staging_fini(&report->seen);
    en_import_findings_fini(&report->findings);
}

/* Points and channels that no file before had. */
static en_code count_names(struct en_import_report *report, const struct en_staging *staging,
                           struct en_error *err)
{
    struct en_staged_object all = {en_slice_text("all"), {0}, {0}, EN_STAGED_NONE};
    uint32_t index = 0;
    en_code code = en_staging_object(&report->seen, &all, &index, err);
    for (uint32_t i = 0; i < staging->points_count && code == EN_OK; i++) {
        struct en_staged_point point = {.key = staging->points[i].key, .object = 0};
        code = en_staging_point(&report->seen, &point, &index, err);
    }
    for (uint32_t i = 0; i < staging->channels_count && code == EN_OK; i++) {
        struct en_staged_point point = {.key = staging->points[staging->channels[i].point].key};
        struct en_staged_channel channel = {.code = staging->channels[i].code};
        code = en_staging_point(&report->seen, &point, &channel.point, err);
        channel.kind = EN_STAGED_REGISTER; /* only the name counts here */
        code = code == EN_OK ? en_staging_channel(&report->seen, &channel, &index, err) : code;
    }
    report->points_count = report->seen.points_count;
    report->channels_count = report->seen.channels_count;
    return code;
}

static struct en_event_header header_of(const struct job *job, en_kind kind, uint32_t subject,
                                        uint64_t source_seq)
{
    return (struct en_event_header){.kind = (uint16_t)kind,
                                    .subject = subject,
                                    .source_seq = source_seq,
                                    .actor = job->options->actor,
                                    .seq = EN_SEQ_NONE,
                                    .cause = EN_SEQ_NONE};
}

static en_code name_one(const struct job *job, en_name_type type, struct en_slice key, uint32_t *id,
                        struct en_error *err)
{
    return job->sink->name(job->sink->self, type, &key, 1, id, err);
}

/* The file itself, under a source of its own: every reading of it shares it. */
static en_code append_document(struct job *job, struct en_error *err)
{
    char source[SOURCE_NAME_SIZE];
    const struct en_draft draft = {GROUP_NAMES, 0, 0};
    uint32_t chunks = en_document_chunks_count(job->bytes.size);
    struct en_document_received received = {
        .name = en_slice_text(job->file_name),
        .format = en_slice_text(job->format->name),
        .size = job->bytes.size,
        .chunks_count = chunks,
        .packing = EN_DOCUMENT_ZLIB,
    };
    (void)snprintf(source, sizeof source, "doc:%s", job->sha256);
    en_code code = name_one(job, EN_NAME_DOCUMENT, en_slice_text(job->sha256), &job->document, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_drafts_init(&job->drafts, job->sink, job->report, source, err);
    if (code == EN_OK) {
        struct en_event_header header = header_of(job, EN_KIND_DOCUMENT_RECEIVED, job->document, 1);
        code = en_drafts_add(&job->drafts, &header, &received, &draft, err);
    }
    for (uint32_t i = 0; i < chunks && code == EN_OK; i++) {
        en_buf_reset(&job->payload);
        code = en_document_chunk_pack(job->bytes, i, &job->payload, err);
        struct en_document_chunk chunk = {i, en_buf_slice(&job->payload)};
        struct en_event_header header =
            header_of(job, EN_KIND_DOCUMENT_CHUNK, job->document, (uint64_t)i + 2);
        code = code == EN_OK ? en_drafts_add(&job->drafts, &header, &chunk, &draft, err) : code;
    }
    code = code == EN_OK ? en_drafts_flush(&job->drafts, err) : code;
    en_drafts_fini(&job->drafts);
    return code;
}

/* The source of what was read: another reader's edition, mapping or zone reads the same bytes
 * differently, and must not pass for a repetition. */
static void reading_source(const struct job *job, char source[SOURCE_NAME_SIZE])
{
    struct en_hash_stream stream;
    const char *zone = job->options->zone_name != NULL ? job->options->zone_name : "";
    char hex[EN_HASH_HEX_SIZE];
    en_hash_begin(&stream);
    en_hash_add(&stream, job->options->mapping);
    en_hash_add(&stream, en_slice_of("\0", 1));
    en_hash_add(&stream, en_slice_text(zone));
    struct en_hash key = en_hash_end(&stream);
    en_hash_print(&key, hex);
    (void)snprintf(source, SOURCE_NAME_SIZE, "doc:%s:%s.%u:%.*s", job->sha256, job->format->name,
                   job->format->edition, (int)KEY_HASH_BYTES * 2, hex);
}

/* Where the source seqs of each sort of draft begin. They depend on the file only. */
static uint64_t seq_of_object(uint32_t index, uint32_t span)
{
    return 1 + (uint64_t)index * EN_FISCAL_SPANS_MAX + span;
}

static uint64_t seq_of_point(const struct job *job, uint32_t index)
{
    return seq_of_object(job->staging.objects_count, 0) + index;
}

static uint64_t seq_of_channel(const struct job *job, uint32_t index)
{
    return seq_of_point(job, job->staging.points_count) + index;
}

static uint64_t seq_of_value(const struct job *job, uint32_t index)
{
    return seq_of_channel(job, job->staging.channels_count) + index;
}

/* A run that rejects less has a newer verdict. */
static uint64_t seq_of_verdict(const struct job *job)
{
    EN_ASSERT(job->plan.read_count >= job->staging.rejected_count);
    return seq_of_value(job, job->staging.values_count) + job->plan.read_count -
           job->staging.rejected_count;
}

static bool is_made(const struct en_planned *planned)
{
    return !planned->is_known && !planned->is_refused;
}

/* The external key of thing number index; channels print theirs into text. */
static struct en_slice key_of(const struct job *job, en_name_type type, uint32_t index,
                              char text[EN_NAME_SIZE_MAX + 1])
{
    if (type == EN_NAME_OBJECT) {
        return job->staging.objects[index].key;
    }
    if (type == EN_NAME_POINT) {
        return job->staging.points[index].key;
    }
    const struct en_staged_channel *channel = &job->staging.channels[index];
    en_channel_key(job->plan.points[channel->point].id, channel->code, text);
    return en_slice_text(text);
}

/* Names things that are new, many at once: each call of the sink is a commit. */
static en_code name_new(struct job *job, en_name_type type, struct en_planned *planned,
                        uint32_t count, struct en_error *err)
{
    struct en_slice keys[NAMES_PER_CALL];
    uint32_t ids[NAMES_PER_CALL];
    uint32_t places[NAMES_PER_CALL];
    uint32_t gathered = 0;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        if (is_made(&planned[i])) {
            char text[EN_NAME_SIZE_MAX + 1];
            keys[gathered] = en_arena_copy(&job->staging.arena, key_of(job, type, i, text));
            places[gathered] = i;
            code = keys[gathered].bytes != NULL ? EN_OK : en_error_set(err, EN_LIMIT, "names");
            gathered++;
        }
        bool is_due = gathered == NAMES_PER_CALL || (i + 1 == count && gathered > 0);
        if (code == EN_OK && is_due) {
            code = job->sink->name(job->sink->self, type, keys, gathered, ids, err);
            for (uint32_t k = 0; k < gathered && code == EN_OK; k++) {
                planned[places[k]].id = ids[k];
            }
            gathered = 0;
        }
    }
    return code;
}

/* An object with the history of its fiscal offset. */
static en_code append_object(struct job *job, uint32_t index, struct en_error *err)
{
    const struct en_staged_object *staged = &job->staging.objects[index];
    const struct en_planned *planned = &job->plan.objects[index];
    const struct en_fiscal_zone *zone = &job->staging.zone;
    const struct en_draft draft = {GROUP_NAMES, 0, 0};
    en_code code = EN_OK;
    for (uint32_t i = 0; i < zone->spans_count && code == EN_OK; i++) {
        struct en_object_set set = {
            .name = staged->name,
            .type = staged->type,
            .parent = staged->parent == EN_STAGED_NONE ? 0 : job->plan.objects[staged->parent].id,
            .zone = en_slice_text(zone->civil != NULL ? zone->name : ""),
            .fiscal_offset_minutes = zone->spans[i].offset_minutes,
        };
        struct en_event_header header =
            header_of(job, EN_KIND_OBJECT_SET, planned->id, seq_of_object(index, i));
        header.valid = (struct en_interval){zone->spans[i].from, zone->spans[i].from};
        code = en_drafts_add(&job->drafts, &header, &set, &draft, err);
    }
    return code;
}

static en_code append_point(struct job *job, uint32_t index, struct en_error *err)
{
    const struct en_staged_point *staged = &job->staging.points[index];
    const struct en_draft draft = {GROUP_NAMES, 0, 0};
    struct en_point_set set = {
        .name = staged->name,
        .resource = staged->resource,
        .object = job->plan.objects[staged->object].id,
    };
    struct en_event_header header =
        header_of(job, EN_KIND_POINT_SET, job->plan.points[index].id, seq_of_point(job, index));
    return en_drafts_add(&job->drafts, &header, &set, &draft, err);
}

/* Registers read now and then and momentary values have no grid. */
static en_code append_channel(struct job *job, uint32_t index, struct en_error *err)
{
    const struct en_staged_channel *staged = &job->staging.channels[index];
    const struct en_draft draft = {GROUP_NAMES, 0, 0};
    bool is_profile = staged->kind == EN_STAGED_PROFILE;
    struct en_channel_set set = {
        .point = job->plan.points[staged->point].id,
        .code = staged->code,
        .unit = (uint8_t)staged->unit,
        .basis = is_profile ? EN_BASIS_PROFILE : EN_BASIS_REGISTER,
        .slot_seconds = staged->kind == EN_STAGED_INSTANT ? 0 : staged->slot_seconds,
        .is_primary = staged->is_primary,
    };
    struct en_event_header header = header_of(
        job, EN_KIND_CHANNEL_SET, job->plan.channels[index].id, seq_of_channel(job, index));
    return en_drafts_add(&job->drafts, &header, &set, &draft, err);
}

static en_code append_names(struct job *job, struct en_error *err)
{
    const struct en_staging *staging = &job->staging;
    struct en_plan *plan = &job->plan;
    en_code code = name_new(job, EN_NAME_OBJECT, plan->objects, staging->objects_count, err);
    code = code == EN_OK ? name_new(job, EN_NAME_POINT, plan->points, staging->points_count, err)
                         : code;
    code = code == EN_OK
               ? name_new(job, EN_NAME_CHANNEL, plan->channels, staging->channels_count, err)
               : code;
    for (uint32_t i = 0; i < staging->objects_count && code == EN_OK; i++) {
        code = is_made(&plan->objects[i]) ? append_object(job, i, err) : EN_OK;
    }
    for (uint32_t i = 0; i < staging->points_count && code == EN_OK; i++) {
        code = is_made(&plan->points[i]) ? append_point(job, i, err) : EN_OK;
    }
    for (uint32_t i = 0; i < staging->channels_count && code == EN_OK; i++) {
        code = is_made(&plan->channels[i]) ? append_channel(job, i, err) : EN_OK;
    }
    return code;
}

static en_code append_profile(struct job *job, const struct en_staged_run *run,
                              struct en_event_header *header, const struct en_draft *draft,
                              struct en_error *err)
{
    struct en_block *block = &job->block;
    int32_t offset = en_plan_run_offset(&job->plan, run);
    en_buf_reset(&job->scratch);
    en_buf_reset(&job->payload);
    en_code code = en_staging_block(&job->staging, run, offset, block, err);
    code = code == EN_OK ? en_block_encode(block, &job->scratch, err) : code;
    if (code != EN_OK) {
        return code;
    }
    int64_t length = (int64_t)block->head.count * block->head.slot_seconds * EN_SECOND_US;
    en_reading_profile_encode(run->revision, en_buf_slice(&job->scratch), &job->payload);
    header->kind = EN_KIND_READING_PROFILE;
    header->valid.to.us = header->valid.from.us + length;
    struct en_slice payload = en_buf_slice(&job->payload);
    code = en_buf_code(&job->payload, err);
    return code == EN_OK ? en_drafts_add(&job->drafts, header, &payload, draft, err) : code;
}

static en_code append_register(struct job *job, const struct en_staged_value *value,
                               struct en_event_header *header, const struct en_draft *draft,
                               struct en_error *err)
{
    struct en_reading_register reading = {
        .value = {value->digits, value->exponent},
        .quality = value->quality,
        .revision = value->revision,
    };
    header->kind = EN_KIND_READING_REGISTER;
    return en_drafts_add(&job->drafts, header, &reading, draft, err);
}

static en_code append_instant(struct job *job, const struct en_staged_value *value,
                              struct en_event_header *header, const struct en_draft *draft,
                              struct en_error *err)
{
    struct en_reading_instant reading = {
        .value = {value->digits, value->exponent},
        .quality = value->quality,
    };
    header->kind = EN_KIND_READING_INSTANT;
    return en_drafts_add(&job->drafts, header, &reading, draft, err);
}

/* One event: a channel's day, or one reading. An empty reading is no event. */
static en_code append_run(struct job *job, const struct en_staged_run *run, struct en_error *err)
{
    const struct en_staged_value *first = &job->staging.values[run->first];
    struct en_draft draft = {.group = GROUP_CHANNEL + run->channel};
    struct en_event_header header =
        header_of(job, EN_KIND_READING_PROFILE, job->plan.channels[run->channel].id,
                  seq_of_value(job, run->first));
    header.valid = (struct en_interval){first->from, first->from};
    en_plan_count(&job->staging, run, &draft.values, &draft.missing);
    en_staged_kind kind = job->staging.channels[run->channel].kind;
    if (kind == EN_STAGED_PROFILE) {
        return append_profile(job, run, &header, &draft, err);
    }
    if (draft.values == 0) {
        job->report->missing_count += draft.missing;
        return EN_OK;
    }
    return kind == EN_STAGED_REGISTER ? append_register(job, first, &header, &draft, err)
                                      : append_instant(job, first, &header, &draft, err);
}

static en_code append_values(struct job *job, struct en_error *err)
{
    en_code code = EN_OK;
    for (uint32_t i = 0; i < job->staging.values_count && code == EN_OK;) {
        struct en_staged_run run = en_plan_run(&job->plan, i);
        if (!en_plan_run_is_refused(&job->plan, &run)) {
            code = append_run(job, &run, err);
        }
        i += run.count;
    }
    return code;
}

static en_code append_verdict(struct job *job, const char *verdict, const char *detail,
                              uint64_t source_seq, struct en_error *err)
{
    const struct en_draft draft = {GROUP_VERDICT, 0, 0};
    struct en_document_imported imported = {
        .verdict = en_slice_text(verdict),
        .detail = en_slice_text(detail),
        .values_count = job->plan.values_count,
        .missing_count = job->plan.missing_count,
        .rejected_count = job->staging.rejected_count,
    };
    struct en_event_header header =
        header_of(job, EN_KIND_DOCUMENT_IMPORTED, job->document, source_seq);
    en_code code = en_drafts_add(&job->drafts, &header, &imported, &draft, err);
    return code == EN_OK ? en_drafts_flush(&job->drafts, err) : code;
}

static en_code append_all(struct job *job, struct en_error *err)
{
    char source[SOURCE_NAME_SIZE];
    reading_source(job, source);
    en_code code = append_document(job, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_drafts_init(&job->drafts, job->sink, job->report, source, err);
    code = code == EN_OK ? append_names(job, err) : code;
    code = code == EN_OK ? append_values(job, err) : code;
    if (code == EN_OK) {
        bool is_whole = job->staging.rejected_count == 0;
        code = append_verdict(job, is_whole ? "imported" : "imported with rejected rows", "",
                              seq_of_verdict(job), err);
    }
    en_drafts_fini(&job->drafts);
    return code;
}

/* The file is kept, and why it could not be read. */
static en_code append_refusal(struct job *job, const struct en_error *why, struct en_error *err)
{
    char source[SOURCE_NAME_SIZE];
    reading_source(job, source);
    job->plan = (struct en_plan){0};
    job->staging.rejected_count = 0;
    en_code code = append_document(job, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_drafts_init(&job->drafts, job->sink, job->report, source, err);
    code = code == EN_OK ? append_verdict(job, "refused", why->text, 1, err) : code;
    en_drafts_fini(&job->drafts);
    return code;
}

static en_code commit(struct job *job, struct en_error *err)
{
    bool is_kept_back =
        job->options->is_dry_run || (job->options->is_strict && job->staging.rejected_count > 0);
    job->report->rejected_count += job->staging.rejected_count;
    job->report->rounded_count += job->staging.rounded_count;
    job->report->duplicates_count += job->staging.repeated_count;
    if (job->options->is_dry_run) {
        job->report->values_count += job->plan.values_count;
        job->report->missing_count += job->plan.missing_count;
    }
    return is_kept_back ? EN_OK : append_all(job, err);
}

static en_code read_staging(struct job *job, struct en_error *err)
{
    en_duplicates duplicates = EN_DUPLICATES_ERROR;
    struct en_format_input input = {
        .file_name = job->file_name,
        .bytes = job->bytes,
        .mapping = job->options->mapping,
        .zone_name = job->options->zone_name,
        .zones = job->options->zones,
    };
    en_code code = job->format->read(&input, &job->staging, &duplicates, err);
    if (code == EN_OK) {
        en_staging_settle(&job->staging, duplicates);
    }
    return code;
}

/* A file that cannot be read is remembered; the import of an archive goes on. */
static en_code refuse(struct job *job, struct run *run, en_code code, const struct en_error *why,
                      struct en_error *err)
{
    en_import_findings_error(job->staging.findings, (struct en_place){0, 0},
                             "ask the sender for a correct file, or name the right format", "%s",
                             why->text);
    if (run->refused_code == EN_OK) {
        run->refused_code = code;
        (void)en_error_set(&run->refused, code, "%s: %s", job->file_name, why->text);
    }
    return job->options->is_dry_run ? EN_OK : append_refusal(job, why, err);
}

static en_code job_run(struct job *job, struct run *run, struct en_error *err)
{
    struct en_error why = {0};
    en_code code = read_staging(job, &why);
    if (code == EN_MALFORMED || code == EN_UNSUPPORTED) {
        return refuse(job, run, code, &why, err);
    }
    if (code != EN_OK) {
        return en_error_set(err, code, "%s", why.text);
    }
    code = count_names(job->report, &job->staging, err);
    if (code == EN_OK) {
        code = en_plan_make(&job->plan, &job->staging, job->registry, job->options->is_create, err);
    }
    return code == EN_OK ? commit(job, err) : code;
}

/* Runs one file through the function given: read it, or keep it as refused. */
static en_code with_job(struct run *run, const char *name, struct en_slice bytes,
                        en_code (*work)(struct job *job, struct run *run, struct en_error *err),
                        struct en_error *err)
{
    struct job *job = en_mem_alloc(1, sizeof *job);
    if (job == NULL) {
        return en_error_set(err, EN_NOMEM, "import of %s", name);
    }
    job->options = run->options;
    job->format = run->format;
    job->sink = run->sink;
    job->registry = run->registry;
    job->report = run->report;
    job->file_name = name;
    job->bytes = bytes;
    en_buf_init(&job->scratch, EN_PAYLOAD_SIZE_MAX);
    en_buf_init(&job->payload, 2 * EN_PAYLOAD_SIZE_MAX);
    run->report->files_count++;
    en_import_findings_file(&run->report->findings, name);
    struct en_hash hash = en_hash_of(bytes);
    en_hash_print(&hash, job->sha256);
    en_code code = en_staging_init(&job->staging, &run->report->findings, err);
    code = code == EN_OK ? work(job, run, err) : code;
    en_staging_fini(&job->staging);
    en_buf_fini(&job->scratch);
    en_buf_fini(&job->payload);
    en_mem_free(job);
    return code == EN_OK ? EN_OK : en_error_wrap(err, "%s", name);
}

static en_code import_file(void *self, const char *name, struct en_slice bytes,
                           struct en_error *err)
{
    return with_job(self, name, bytes, job_run, err);
}

/* A damaged archive is kept as it came. */
static en_code refuse_job(struct job *job, struct run *run, struct en_error *err)
{
    struct en_error why = run->refused;
    run->refused_code = EN_OK;
    return refuse(job, run, why.code, &why, err);
}

static en_code unpack_and_import(struct run *run, struct en_slice file, struct en_error *err)
{
    struct en_error why = {0};
    const char *name = run->options->file_name;
    en_code code = en_unpack(name, file, import_file, run, &why);
    if (code != EN_MALFORMED && code != EN_UNSUPPORTED) {
        return code == EN_OK ? EN_OK : en_error_set(err, code, "%s", why.text);
    }
    const char *slash = strrchr(name, '/');
    run->refused = why;
    return with_job(run, slash != NULL ? slash + 1 : name, file, refuse_job, err);
}

static en_code check_options(const struct en_import_options *options,
                             const struct en_format *format, struct en_error *err)
{
    if (format->read == NULL) {
        return en_error_set(err, EN_UNSUPPORTED, "format %s is written, not read", format->name);
    }
    if (format->needs_mapping && options->mapping.size == 0) {
        return en_error_set(err, EN_USAGE, "format %s needs a mapping file: --mapping FILE",
                            format->name);
    }
    return EN_OK;
}

en_code en_import_run(const struct en_import_options *options, struct en_slice file,
                      const struct en_sink *sink, const struct en_registry_view *registry,
                      struct en_import_report *report, struct en_error *err)
{
    struct run run = {.options = options, .sink = sink, .registry = registry, .report = report};
    uint64_t rejected_before = report->rejected_count;
    en_code code = en_format_find(options->format, &run.format, err);
    code = code == EN_OK ? check_options(options, run.format, err) : code;
    code = code == EN_OK ? unpack_and_import(&run, file, err) : code;
    if (code != EN_OK) {
        return code;
    }
    if (run.refused_code != EN_OK) {
        return en_error_set(err, run.refused_code, "%s", run.refused.text);
    }
    uint64_t rejected = report->rejected_count - rejected_before;
    return rejected == 0
               ? EN_OK
               : en_error_set(err, EN_PARTIAL, "%ju values were rejected%s", (uintmax_t)rejected,
                              options->is_strict ? ", so nothing was appended" : "");
}
