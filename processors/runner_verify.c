#include "processors/runner_verify.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/mem.h"
#include "core/metering/block/block.h"
#include "processors/runner_asof.h"
#include "projections/frozen_store.h"
#include "projections/views/best.h"
#include "projections/views/frozen_run.h"
#include "projections/views/interval.h"
#include "projections/views/keys.h"
#include "projections/views/totals.h"

#define VALUE_TEXT_SIZE 64u

/* What the comparison works on. */
struct work {
    const struct en_verify_options *options;
    struct en_verify_verdict *verdict;
    struct en_store *stated;     /* the tables that state the freeze */
    struct en_store *replayed;   /* the tables at the run's event */
    struct en_freeze_row freeze; /* as stated; text is not kept */
    struct en_block block;       /* to sum what differs */
};

/* The first difference is the one that is told. */
static void EN_PRINTF(2, 3) say(struct work *work, const char *format, ...)
{
    va_list args;
    if (work->verdict->where[0] == '\0') {
        va_start(args, format);
        (void)vsnprintf(work->verdict->where, sizeof work->verdict->where, format, args);
        va_end(args);
    }
}

/* ---- telling rows ---- */

static const char *lane_text(en_frozen_lane lane)
{
    return lane == EN_FROZEN_INTERVAL ? "energy" : lane == EN_FROZEN_NODE ? "formula" : "balance";
}

/* "P1 A+", the name of a formula or balance; the number where the name is not known. */
static void name_series(struct work *work, const struct en_frozen_item *item, struct en_buf *out)
{
    struct en_slice key = {0};
    struct en_channel_row channel = {.channel = item->series};
    en_code code = EN_OK;
    if (item->lane == EN_FROZEN_INTERVAL) {
        code = en_table_get(work->stated, &en_table_channel, &channel, NULL, NULL);
        code = code == EN_OK ? en_keys_key(work->stated, EN_NAME_POINT, channel.point, &key, NULL)
                             : code;
    } else {
        en_name_type type = item->lane == EN_FROZEN_NODE ? EN_NAME_FORMULA : EN_NAME_BALANCE;
        code = en_keys_key(work->stated, type, item->series, &key, NULL);
    }
    if (code != EN_OK || key.size == 0) {
        en_buf_print(out, "series %u", item->series);
        return;
    }
    en_buf_append(out, key.bytes, key.size);
    if (item->lane == EN_FROZEN_INTERVAL) {
        en_buf_u8(out, ' ');
        en_buf_append(out, channel.code.bytes, channel.code.size);
    }
}

/* The day's energy (of a balance its imbalance) as text; what cannot be read is said so. */
static void value_text(struct work *work, const struct en_frozen_item *item,
                       char text[VALUE_TEXT_SIZE])
{
    struct en_totals totals = {0};
    struct en_balance_totals balance;
    struct en_slice block = item->entry;
    struct en_slice missing;
    en_code code = EN_OK;
    if (item->entry.size == 0) {
        (void)snprintf(text, VALUE_TEXT_SIZE, "nothing");
        return;
    }
    if (item->lane == EN_FROZEN_BALANCE) {
        code = en_balance_totals_decode(item->entry, &balance, NULL);
        totals.micro = code == EN_OK
                           ? (int64_t)((uint64_t)balance.in_micro - (uint64_t)balance.out_micro -
                                       (uint64_t)balance.losses_micro)
                           : 0;
    } else {
        code = item->lane == EN_FROZEN_NODE
                   ? en_node_entry_parse(item->entry, &block, &missing, NULL)
                   : EN_OK;
        code = code == EN_OK ? en_totals_of_block(block, &work->block, &totals, NULL) : code;
    }
    if (code != EN_OK) {
        (void)snprintf(text, VALUE_TEXT_SIZE, "unreadable");
    } else {
        (void)en_micro_print(totals.micro, text);
    }
}

/* Tells that two rows of one place differ; one of them may be absent (entry of size 0). */
static void say_difference(struct work *work, const char *what, const struct en_frozen_item *there,
                           const struct en_frozen_item *replayed)
{
    char values[2][VALUE_TEXT_SIZE];
    char day[EN_DAY_TEXT_SIZE];
    struct en_buf name;
    en_buf_init(&name, 2 * EN_NAME_SIZE_MAX + 32);
    name_series(work, replayed, &name);
    value_text(work, there, values[0]);
    value_text(work, replayed, values[1]);
    (void)en_day_print((struct en_day){replayed->day}, day);
    bool is_same_sum = strcmp(values[0], values[1]) == 0;
    say(work, "%s: %s of %.*s on %s: %s there, %s by replay%s", what, lane_text(replayed->lane),
        (int)name.size, (const char *)name.bytes, day, values[0], values[1],
        is_same_sum ? " (the same sum, other slots or qualities)" : "");
    en_buf_fini(&name);
}

/* ---- comparing rows ---- */

/* Rows come from the replay; the others are pulled beside them. */
struct pairing {
    struct work *work;
    struct en_frozen_reader *reader;
    struct en_frozen_item item; /* pulled, not matched yet */
    bool has_item;
    bool is_equal;
};

static en_code pull(struct pairing *pairing, struct en_error *err)
{
    bool is_end = false;
    en_code code = en_frozen_reader_next(pairing->reader, &pairing->item, &is_end, err);
    pairing->has_item = code == EN_OK && !is_end;
    return code;
}

static const char ROWS[] = "stored rows";

/* EN_MISMATCH ends the walk at the first difference. */
static en_code pair_row(void *self, const struct en_frozen_item *replayed, struct en_error *err)
{
    struct pairing *pairing = self;
    struct en_frozen_item absent = *replayed;
    absent.entry = (struct en_slice){0};
    int order = pairing->has_item ? en_frozen_item_compare(&pairing->item, replayed) : 1;
    pairing->is_equal = order == 0 && en_slice_equal(pairing->item.entry, replayed->entry);
    if (pairing->is_equal) {
        return pull(pairing, err);
    }
    if (order < 0) {
        absent.lane = pairing->item.lane;
        absent.day = pairing->item.day;
        absent.series = pairing->item.series;
        say_difference(pairing->work, ROWS, &pairing->item, &absent);
    } else {
        say_difference(pairing->work, ROWS, order == 0 ? &pairing->item : &absent, replayed);
    }
    return EN_MISMATCH;
}

/* A file that cannot be read as rows is a difference, not a failure: something changed it. */
static en_code compare_file(struct work *work, struct en_frozen_reader *reader,
                            struct en_error *err)
{
    struct pairing pairing = {.work = work, .reader = reader, .is_equal = true};
    en_code code = pull(&pairing, err);
    if (code == EN_OK) {
        code = en_frozen_walk(work->replayed, &work->freeze, pair_row, &pairing, err);
    }
    if (code == EN_OK && pairing.has_item) {
        struct en_frozen_item absent = pairing.item;
        absent.entry = (struct en_slice){0};
        say_difference(work, ROWS, &pairing.item, &absent);
        pairing.is_equal = false;
    }
    if (code == EN_CORRUPT) {
        say(work, "%s: %s", ROWS, err != NULL ? err->text : "damaged");
    }
    work->verdict->is_rows_equal = code == EN_OK && pairing.is_equal;
    return code == EN_MISMATCH || code == EN_CORRUPT ? EN_OK : code;
}

static en_code compare_rows(struct work *work, struct en_error *err)
{
    struct en_frozen_reader *reader = NULL;
    struct en_error fault;
    if (work->options->rows_path == NULL) {
        return EN_OK;
    }
    en_code code = en_frozen_reader_open(work->options->rows_path, &reader, err);
    if (code == EN_NOT_FOUND) {
        return EN_OK;
    }
    if (code != EN_OK) {
        return code;
    }
    work->verdict->has_rows = true;
    code = compare_file(work, reader, &fault);
    en_frozen_reader_close(reader);
    return code == EN_OK ? EN_OK : en_error_set(err, code, "%s", fault.text);
}

/* ---- comparing digests ---- */

static en_code compare_digest(struct work *work, struct en_error *err)
{
    struct en_verify_verdict *verdict = work->verdict;
    en_code code = en_frozen_digest(work->replayed, &work->freeze, &verdict->digest,
                                    &verdict->rows_count, err);
    verdict->stated = work->freeze.digest;
    verdict->is_digest_equal = code == EN_OK && en_hash_equal(&verdict->digest, &verdict->stated);
    return code;
}

static en_code compare_attestation(struct work *work, struct en_error *err)
{
    struct en_verify_verdict *verdict = work->verdict;
    struct en_attestation_row row = {.freeze = work->freeze.freeze, .run = work->freeze.run};
    struct en_hash root;
    en_code code = en_table_get(work->stated, &en_table_attestation, &row, NULL, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    verdict->has_attestation = true;
    verdict->is_attestation_equal = en_hash_equal(&row.digest, &verdict->digest);
    (void)snprintf(verdict->software, sizeof verdict->software, "%.*s", (int)row.software.size,
                   (const char *)row.software.bytes);
    if (!verdict->is_attestation_equal) {
        say(work, "the attested digest is not that of the recalculated rows");
    }
    code = en_log_root(work->options->log, row.size, &root, err);
    verdict->is_root_equal = code == EN_OK && en_hash_equal(&root, &row.root);
    if (code == EN_RANGE || (code == EN_OK && !verdict->is_root_equal)) {
        say(work, "the log's first %llu events no longer have the attested root",
            (unsigned long long)row.size);
    }
    return code == EN_RANGE ? EN_OK : code;
}

/* Looks among the rows that the running tables hold frozen for one that the replay has not. */
struct search {
    struct work *work;
    bool is_found;
};

static en_code find_difference(void *self, const struct en_frozen_item *stated,
                               struct en_error *err)
{
    struct search *search = self;
    struct en_frozen_item replayed = *stated;
    const struct en_series_table *table =
        stated->lane == EN_FROZEN_NODE ? &en_series_node : &en_series_balance_day;
    en_code code =
        stated->lane == EN_FROZEN_INTERVAL
            ? en_best_get(search->work->replayed, stated->day, stated->series, &replayed.entry, err)
            : en_series_get(search->work->replayed, table, stated->day, stated->series,
                            &replayed.entry, err);
    replayed.entry = code == EN_OK ? replayed.entry : (struct en_slice){0};
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (!en_slice_equal(stated->entry, replayed.entry)) {
        say_difference(search->work, "the tables", stated, &replayed);
        search->is_found = true;
        return EN_MISMATCH;
    }
    return EN_OK;
}

/* The rows as the running tables hold them frozen. */
static en_code compare_tables(struct work *work, struct en_error *err)
{
    struct en_hash digest;
    uint64_t rows_count = 0;
    struct search search = {.work = work};
    en_code code = en_frozen_run_digest(work->stated, &work->freeze, &digest, &rows_count, err);
    if (code != EN_OK) {
        return code;
    }
    work->verdict->has_tables = true;
    work->verdict->is_tables_equal = en_hash_equal(&digest, &work->verdict->digest);
    if (work->verdict->is_tables_equal) {
        return EN_OK;
    }
    code = en_frozen_run_walk(work->stated, &work->freeze, find_difference, &search, err);
    if (code == EN_OK) {
        say(work, "the tables lack rows that the replay froze");
    }
    return code == EN_MISMATCH && search.is_found ? EN_OK : code;
}

static en_code compare(struct work *work, struct en_error *err)
{
    en_code code = compare_digest(work, err);
    if (code == EN_OK) {
        code = compare_rows(work, err);
    }
    if (code == EN_OK) {
        code = compare_tables(work, err);
    }
    if (code == EN_OK) {
        code = compare_attestation(work, err);
    }
    struct en_verify_verdict *verdict = work->verdict;
    if (code == EN_OK && !verdict->is_digest_equal) {
        say(work, "the recalculated digest is not the stated one, and no stored rows say where");
    }
    verdict->is_equal =
        code == EN_OK && verdict->is_digest_equal &&
        (!verdict->has_rows || verdict->is_rows_equal) &&
        (!verdict->has_tables || verdict->is_tables_equal) &&
        (!verdict->has_attestation || (verdict->is_attestation_equal && verdict->is_root_equal));
    return code;
}

/* The run as it is stated; its texts were views into the store. */
static en_code read_freeze(struct work *work, struct en_error *err)
{
    en_code code =
        en_freeze_get(work->stated, work->options->freeze, work->options->run, &work->freeze, err);
    work->freeze.name = (struct en_slice){0};
    work->freeze.policy = (struct en_slice){0};
    work->freeze.authority = (struct en_slice){0};
    work->verdict->run = work->freeze.run;
    work->verdict->seq = work->freeze.seq;
    return code;
}

en_code en_freeze_compare(const struct en_verify_options *options, struct en_store *stated,
                          struct en_store *replayed, struct en_verify_verdict *verdict,
                          struct en_error *err)
{
    struct work *work = en_mem_alloc(1, sizeof *work);
    if (work == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory to verify a freeze");
    }
    *verdict = (struct en_verify_verdict){.is_equal = false};
    work->options = options;
    work->verdict = verdict;
    work->stated = stated;
    work->replayed = replayed;
    en_code code = read_freeze(work, err);
    if (code == EN_OK && en_store_position(replayed) != work->freeze.seq + 1) {
        code = en_error_set(err, EN_RANGE, "the replay stands at event %llu, the run at %llu",
                            (unsigned long long)en_store_position(replayed),
                            (unsigned long long)work->freeze.seq);
    }
    if (code == EN_OK) {
        code = compare(work, err);
    }
    en_mem_free(work);
    return code;
}

/* Where the run was made. */
static en_code find_seq(const struct en_verify_options *options, uint64_t *seq,
                        struct en_error *err)
{
    struct en_store *store = NULL;
    struct en_freeze_row row;
    en_code code = en_store_begin(options->kv, EN_KV_READ, &store, err);
    if (code == EN_OK) {
        code = en_freeze_get(store, options->freeze, options->run, &row, err);
        *seq = row.seq;
        en_store_abort(store);
    }
    return code;
}

static en_code open_and_compare(const struct en_verify_options *options, struct en_asof *asof,
                                struct en_verify_verdict *verdict, struct en_error *err)
{
    struct en_store *stated = NULL;
    struct en_store *replayed = NULL;
    en_code code = en_store_begin(en_asof_kv(asof), EN_KV_READ, &replayed, err);
    if (code == EN_OK) {
        code = en_store_begin(options->kv, EN_KV_READ, &stated, err);
    }
    if (code == EN_OK) {
        code = en_freeze_compare(options, stated, replayed, verdict, err);
    }
    en_store_abort(stated);
    en_store_abort(replayed);
    return code;
}

en_code en_freeze_verify(const struct en_verify_options *options, struct en_verify_verdict *verdict,
                         struct en_error *err)
{
    EN_ASSERT(options->dir != NULL);
    struct en_asof *asof = NULL;
    uint64_t seq = 0;
    en_code code = find_seq(options, &seq, err);
    if (code != EN_OK) {
        return code;
    }
    struct en_asof_options asof_options = {
        .log = options->log,
        .to = seq + 1,
        .dir = options->dir,
        .progress = options->progress,
        .progress_self = options->progress_self,
    };
    code = en_asof_open(&asof_options, &asof, err);
    if (code != EN_OK) {
        return en_error_wrap(err, "replay to event %llu", (unsigned long long)seq);
    }
    code = open_and_compare(options, asof, verdict, err);
    en_asof_close(asof);
    return code;
}
