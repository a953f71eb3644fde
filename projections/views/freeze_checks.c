#include "projections/views/freeze_checks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/mem.h"
#include "core/metering/block/block.h"
#include "core/metering/validation/finding.h"
#include "projections/tables_edit.h"
#include "projections/views/balance.h"
#include "projections/views/best.h"
#include "projections/views/keys.h"

#define DAY_SECONDS 86400u
#define EDITS_SIZE_MAX ((size_t)4 << 20) /* one row */

static const char *const names[] = {
#define CHECK_NAME(name, bit, text, wants, fails) [bit] = text,
    EN_FREEZE_CHECKS(CHECK_NAME)
#undef CHECK_NAME
};
static const char *const wants_of[] = {
#define CHECK_WANTS(name, bit, text, wants, fails) [bit] = wants,
    EN_FREEZE_CHECKS(CHECK_WANTS)
#undef CHECK_WANTS
};
static const char *const fails_of[] = {
#define CHECK_FAILS(name, bit, text, wants, fails) [bit] = fails,
    EN_FREEZE_CHECKS(CHECK_FAILS)
#undef CHECK_FAILS
};
_Static_assert(EN_COUNT_OF(names) == EN_FREEZE_CHECKS_COUNT, "every check has a name");

const char *en_freeze_check_name(en_freeze_check check)
{
    EN_ASSERT(check < EN_FREEZE_CHECKS_COUNT);
    return names[check];
}

const char *en_freeze_check_wants(en_freeze_check check)
{
    EN_ASSERT(check < EN_FREEZE_CHECKS_COUNT);
    return wants_of[check];
}

const char *en_freeze_check_fails(en_freeze_check check)
{
    EN_ASSERT(check < EN_FREEZE_CHECKS_COUNT);
    return fails_of[check];
}

/* ---- what was found ---- */

struct run {
    struct en_store *store;
    const struct en_freeze_candidate *candidate;
    struct en_freeze_checks *checks;
    struct en_block *block;
    struct en_finding *findings; /* room for EN_FINDINGS_MAX */
};

static bool is_asked(const struct run *run, en_freeze_check check)
{
    return (run->candidate->checks >> check & 1u) != 0;
}

/* Counts what fails, and keeps the row where it is among the first. */
static void fail(struct run *run, en_freeze_check check, uint64_t count, const char *format, ...)
    EN_PRINTF(4, 5);
static void fail(struct run *run, en_freeze_check check, uint64_t count, const char *format, ...)
{
    struct en_freeze_check_result *result = &run->checks->of[check];
    result->count += count;
    if (result->rows_count < EN_FREEZE_ROWS_MAX) {
        va_list args;
        va_start(args, format);
        (void)vsnprintf(result->rows[result->rows_count++], EN_FREEZE_ROW_TEXT_SIZE, format, args);
        va_end(args);
    }
}

/* "5003 A+ 2013-04-14: N" */
static en_code fail_day(struct run *run, en_freeze_check check, uint64_t count,
                        const struct en_channel_row *channel, int32_t day, struct en_error *err)
{
    struct en_slice point = {NULL, 0};
    char day_text[EN_DAY_TEXT_SIZE];
    if (run->checks->of[check].rows_count >= EN_FREEZE_ROWS_MAX) {
        run->checks->of[check].count += count;
        return EN_OK;
    }
    en_code code = en_keys_key(run->store, EN_NAME_POINT, channel->point, &point, err);
    if (code == EN_OK) {
        (void)en_day_print((struct en_day){day}, day_text);
        fail(run, check, count, "%.*s %.*s %s: %" PRIu64, (int)(point.size > 40 ? 40 : point.size),
             (const char *)point.bytes, (int)(channel->code.size > 20 ? 20 : channel->code.size),
             (const char *)channel->code.bytes, day_text, count);
    }
    return code;
}

/* ---- one day of a channel ---- */

static en_code check_complete(struct run *run, const struct en_channel_row *channel, int32_t day,
                              const struct en_totals *totals, struct en_error *err)
{
    uint32_t expected = channel->slot_seconds == 0 ? 0 : DAY_SECONDS / channel->slot_seconds;
    return expected > totals->present_count
               ? fail_day(run, EN_FREEZE_CHECK_COMPLETE, expected - totals->present_count, channel,
                          day, err)
               : EN_OK;
}

/* Slots that no method repaired, and values that stand rejected. Days without either in their sums
 * or a block of substitution need no look. */
static en_code check_substituted(struct run *run, const struct en_channel_row *channel, int32_t day,
                                 const struct en_totals *totals, struct en_error *err)
{
    struct en_slice block;
    uint64_t rejected = 0;
    en_code code = en_series_get(run->store, &en_series_best, day, channel->channel, &block, err);
    bool is_judged = code == EN_OK;
    bool has_rejected = en_quality_verdict(totals->quality) == EN_VERDICT_REJECTED;
    if (code != EN_OK && code != EN_NOT_FOUND) {
        return code;
    }
    if (!is_judged && !has_rejected) {
        return EN_OK;
    }
    code = en_best_get(run->store, day, channel->channel, &block, err);
    if (code == EN_OK) {
        code = en_block_read(block, run->block, err);
    }
    for (uint32_t i = 0; code == EN_OK && i < run->block->head.count; i++) {
        rejected += en_quality_verdict(run->block->quality[i]) == EN_VERDICT_REJECTED;
    }
    if (code == EN_OK && rejected > 0) {
        code = fail_day(run, EN_FREEZE_CHECK_SUBSTITUTED, rejected, channel, day, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code check_findings(struct run *run, const struct en_channel_row *channel, int32_t day,
                              struct en_error *err)
{
    struct en_slice stored;
    struct en_findings findings;
    uint64_t blocking = 0;
    uint64_t clocks = 0;
    en_code code =
        en_series_get(run->store, &en_series_finding, day, channel->channel, &stored, err);
    if (code != EN_OK) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    en_findings_init(&findings, run->findings, EN_FINDINGS_MAX);
    code = en_findings_decode(stored, &findings, err);
    for (uint32_t i = 0; code == EN_OK && i < findings.count; i++) {
        blocking += findings.items[i].severity == EN_SEVERITY_BLOCKING;
        clocks +=
            findings.items[i].rule == EN_V_CLOCK && findings.items[i].severity >= EN_SEVERITY_ERROR;
    }
    if (code == EN_OK && blocking > 0 && is_asked(run, EN_FREEZE_CHECK_BLOCKING)) {
        code = fail_day(run, EN_FREEZE_CHECK_BLOCKING, blocking, channel, day, err);
    }
    if (code == EN_OK && clocks > 0 && is_asked(run, EN_FREEZE_CHECK_CLOCKS)) {
        code = fail_day(run, EN_FREEZE_CHECK_CLOCKS, clocks, channel, day, err);
    }
    return code;
}

static en_code totals_of_day(struct run *run, uint32_t channel, int32_t day,
                             struct en_totals *totals, struct en_error *err)
{
    struct en_slice entry;
    *totals = (struct en_totals){0};
    en_code code = en_series_get(run->store, &en_series_usage_day, day, channel, &entry, err);
    if (code == EN_OK) {
        code = en_totals_decode(entry, totals, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code check_channel(struct run *run, const struct en_channel_row *channel,
                             struct en_error *err)
{
    en_code code = EN_OK;
    for (int32_t day = run->candidate->from_day; day < run->candidate->to_day && code == EN_OK;
         day++) {
        struct en_totals totals;
        code = totals_of_day(run, channel->channel, day, &totals, err);
        if (code == EN_OK && is_asked(run, EN_FREEZE_CHECK_COMPLETE)) {
            code = check_complete(run, channel, day, &totals, err);
        }
        if (code == EN_OK && is_asked(run, EN_FREEZE_CHECK_SUBSTITUTED)) {
            code = check_substituted(run, channel, day, &totals, err);
        }
        if (code == EN_OK) {
            code = check_findings(run, channel, day, err);
        }
    }
    return code;
}

/* Whether the channel is of the scope, by the tree at the period's end. */
static en_code is_of_scope(struct run *run, const struct en_channel_row *channel, bool *is,
                           struct en_error *err)
{
    *is = run->candidate->scope == 0;
    if (*is) {
        return EN_OK;
    }
    struct en_instant at = {(int64_t)run->candidate->to_day * EN_DAY_US};
    struct en_point_row point = {.point = channel->point, .from = at};
    en_code code = en_table_last_before(run->store, &en_table_point, &point, 1, NULL, err);
    if (code == EN_OK) {
        code = en_keys_is_within(run->store, point.object, run->candidate->scope, at, is, err);
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}

static en_code check_channels(struct run *run, struct en_error *err)
{
    struct en_table_scan scan;
    en_code code = en_table_scan_begin(run->store, &en_table_channel, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_channel_row row;
        bool is = false;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code == EN_OK) {
            code = is_of_scope(run, &row, &is, err);
        }
        if (code == EN_OK && is) {
            code = check_channel(run, &row, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- edits ---- */

/* An edit that nobody decided, of a channel of the scope, in days of the period. */
static en_code check_edit(struct run *run, const struct en_edit_row *edit, struct en_error *err)
{
    struct en_channel_row channel = {.channel = edit->channel};
    struct en_slice point = {NULL, 0};
    int32_t offset = 0;
    bool is = false;
    en_code code = en_table_get(run->store, &en_table_channel, &channel, NULL, err);
    if (code == EN_OK) {
        code = is_of_scope(run, &channel, &is, err);
    }
    if (code == EN_OK && is) {
        code = en_keys_point_offset(run->store, channel.point, edit->from, &offset, err);
    }
    int32_t first = en_day_of_instant(edit->from, offset).n;
    int32_t last = en_day_of_instant((struct en_instant){edit->to.us - 1}, offset).n;
    bool is_inside = first < run->candidate->to_day && last >= run->candidate->from_day;
    if (code != EN_OK || !is || !is_inside) {
        return code == EN_NOT_FOUND ? EN_OK : code;
    }
    code = en_keys_key(run->store, EN_NAME_POINT, channel.point, &point, err);
    if (code == EN_OK) {
        fail(run, EN_FREEZE_CHECK_EDITS, 1, "%.*s %.*s: edit %" PRIu64,
             (int)(point.size > 40 ? 40 : point.size), (const char *)point.bytes,
             (int)(channel.code.size > 20 ? 20 : channel.code.size),
             (const char *)channel.code.bytes, edit->edit);
    }
    return code;
}

static en_code check_edits(struct run *run, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_arena arena;
    en_arena_init(&arena, EDITS_SIZE_MAX);
    en_code code = en_table_scan_begin(run->store, &en_table_edit, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_edit_row row;
        en_arena_reset(&arena);
        code = en_table_scan_next(&scan, &row, &arena, err);
        if (code == EN_OK && row.state == EN_EDIT_STATE_REQUESTED) {
            code = check_edit(run, &row, err);
        }
    }
    en_table_scan_end(&scan);
    en_arena_fini(&arena);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- balances ---- */

static en_code check_balance(struct run *run, const struct en_balance_row *row,
                             struct en_error *err)
{
    struct en_balance_answer answer;
    struct en_slice key = {NULL, 0};
    struct en_day from = {run->candidate->from_day};
    struct en_day to = {run->candidate->to_day};
    en_code code =
        en_balance_gather(run->store, row->balance, from, to, EN_LANE_LIVE, &answer, err);
    if (code == EN_NOT_FOUND || (code == EN_OK && answer.is_assessed)) {
        return EN_OK; /* not in force in those days, or assessed */
    }
    const char *why = code == EN_OK ? answer.why : en_code_text(code);
    bool is_answer = code == EN_OK || code == EN_OVERFLOW;
    code = is_answer ? en_keys_key(run->store, EN_NAME_BALANCE, row->balance, &key, err) : code;
    if (code == EN_OK) {
        fail(run, EN_FREEZE_CHECK_BALANCES, 1, "%.*s: %s", (int)(key.size > 40 ? 40 : key.size),
             (const char *)key.bytes, why);
    }
    return code;
}

/* Each balance once, by its newest version. */
static en_code check_balances(struct run *run, struct en_error *err)
{
    struct en_table_scan scan;
    struct en_instant at = {(int64_t)run->candidate->from_day * EN_DAY_US};
    uint32_t last = 0;
    en_code code = en_table_scan_begin(run->store, &en_table_balance, NULL, 0, &scan, err);
    while (code == EN_OK) {
        struct en_balance_row row;
        bool is_within = run->candidate->scope == 0;
        code = en_table_scan_next(&scan, &row, NULL, err);
        if (code != EN_OK || row.balance == last) {
            continue;
        }
        if (!is_within && row.object != 0) {
            code = en_keys_is_within(run->store, row.object, run->candidate->scope, at, &is_within,
                                     err);
        }
        if (code == EN_OK && is_within) {
            last = row.balance;
            code = check_balance(run, &row, err);
        }
    }
    en_table_scan_end(&scan);
    return code == EN_NOT_FOUND ? EN_OK : code;
}

/* ---- all of them ---- */

static en_code run_all(struct run *run, struct en_error *err)
{
    const uint32_t of_channels = 1u << EN_FREEZE_CHECK_COMPLETE | 1u << EN_FREEZE_CHECK_BLOCKING |
                                 1u << EN_FREEZE_CHECK_SUBSTITUTED | 1u << EN_FREEZE_CHECK_CLOCKS;
    en_code code = EN_OK;
    for (uint32_t i = 0; i < EN_FREEZE_CHECKS_COUNT; i++) {
        run->checks->of[i].is_asked = is_asked(run, (en_freeze_check)i);
    }
    if ((run->candidate->checks & of_channels) != 0) {
        code = check_channels(run, err);
    }
    if (code == EN_OK && is_asked(run, EN_FREEZE_CHECK_EDITS)) {
        code = check_edits(run, err);
    }
    if (code == EN_OK && is_asked(run, EN_FREEZE_CHECK_BALANCES)) {
        code = check_balances(run, err);
    }
    return code;
}

en_code en_freeze_checks_run(struct en_store *store, const struct en_freeze_candidate *candidate,
                             struct en_freeze_checks *checks, struct en_error *err)
{
    EN_ASSERT(candidate->from_day < candidate->to_day);
    EN_ASSERT((candidate->checks & ~EN_FREEZE_CHECKS_ALL) == 0);
    *checks = (struct en_freeze_checks){.of = {{.count = 0}}};
    struct run run = {.store = store, .candidate = candidate, .checks = checks};
    run.block = en_mem_alloc(1, sizeof *run.block);
    run.findings = en_mem_alloc(EN_FINDINGS_MAX, sizeof *run.findings);
    en_code code = run.block != NULL && run.findings != NULL
                       ? run_all(&run, err)
                       : en_error_set(err, EN_NOMEM, "no memory for the checks of a freeze");
    en_mem_free(run.findings);
    en_mem_free(run.block);
    return code;
}

en_code en_freeze_policy_asks(struct en_store *store, struct en_slice name, uint32_t *checks,
                              bool *is_ordered, struct en_error *err)
{
    struct en_policy_row row = {.policy = 0};
    *checks = EN_FREEZE_CHECKS_ALL;
    *is_ordered = true;
    if (name.size == 0) {
        return EN_OK;
    }
    en_code code = en_keys_find(store, EN_NAME_POLICY, name, &row.policy, err);
    if (code == EN_OK) {
        code = en_table_get(store, &en_table_policy, &row, NULL, err);
    }
    if (code == EN_OK) {
        *checks = row.checks & EN_FREEZE_CHECKS_ALL;
        *checks |= row.needs_completeness ? 1u << EN_FREEZE_CHECK_COMPLETE : 0;
        *is_ordered = row.needs_period_order;
    }
    return code;
}

bool en_freeze_checks_pass(const struct en_freeze_checks *checks)
{
    for (uint32_t i = 0; i < EN_FREEZE_CHECKS_COUNT; i++) {
        if (checks->of[i].count > 0) {
            return false;
        }
    }
    return true;
}

void en_freeze_checks_text(const struct en_freeze_checks *checks, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < EN_FREEZE_CHECKS_COUNT && at < size; i++) {
        const struct en_freeze_check_result *one = &checks->of[i];
        if (one->count == 0) {
            continue;
        }
        int added = snprintf(text + at, size - at, "%s%" PRIu64 " %s (", at > 0 ? "; " : "",
                             one->count, fails_of[i]);
        at += added > 0 ? (size_t)added : 0;
        for (uint32_t row = 0; row < one->rows_count && at < size; row++) {
            added = snprintf(text + at, size - at, "%s%s", row > 0 ? ", " : "", one->rows[row]);
            at += added > 0 ? (size_t)added : 0;
        }
        added = at < size ? snprintf(text + at, size - at, "%s)",
                                     one->rows_count == EN_FREEZE_ROWS_MAX ? ", ..." : "")
                          : 0;
        at += added > 0 ? (size_t)added : 0;
    }
}

/* ---- periods ---- */

en_code en_freeze_period_check(struct en_store *store, const struct en_freeze_candidate *candidate,
                               uint32_t freeze, bool is_ordered, const char **why,
                               struct en_error *err)
{
    struct en_table_scan scan;
    bool has_any = false;
    bool has_previous = false;
    *why = NULL;
    en_code code = en_table_scan_begin(store, &en_table_freeze, NULL, 0, &scan, err);
    while (code == EN_OK && *why == NULL) {
        struct en_freeze_row other;
        code = en_table_scan_next(&scan, &other, NULL, err);
        if (code != EN_OK) {
            break;
        }
        if (other.freeze == freeze) {
            *why = "a freeze of this id stands: frozen results never change, choose another id";
        } else if (other.scope == candidate->scope) {
            has_any = true;
            has_previous = has_previous || other.to_day == candidate->from_day;
            if (other.from_day < candidate->to_day && candidate->from_day < other.to_day) {
                *why = "days of it are frozen for this scope already: ask for a correction of that "
                       "freeze, or choose other days";
            }
        }
    }
    en_table_scan_end(&scan);
    if (*why == NULL && is_ordered && has_any && !has_previous) {
        *why = "the period before it is not frozen: freeze periods in order (F-14)";
    }
    return code == EN_NOT_FOUND ? EN_OK : code;
}
