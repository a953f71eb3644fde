#include "log/proof.h"

#include <inttypes.h>

#include "core/base64.h"
#include "core/limits.h"
#include "core/mem.h"
#include "log/cursor.h"
#include "log/heads.h"
#include "log/line.h"
#include "log/tables.h"
#include "log/tree.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1"
#define CANONICAL_SIZE_MAX (EN_EVENT_HEADER_SIZE + EN_PAYLOAD_SIZE_MAX)

_Static_assert(EN_PROOF_SIZE_MAX > (CANONICAL_SIZE_MAX + 2) / 3 * 4 + EN_CHECKPOINT_SIZE_MAX +
                                       EN_MERKLE_PROOF_HASHES_MAX * 45 + 128,
               "every proof fits");

static void print(const struct en_event *event, const struct en_merkle_proof *path,
                  struct en_slice note, struct en_buf *canonical, struct en_buf *out)
{
    en_buf_reset(canonical);
    en_event_canonical(event, canonical);
    en_buf_text(out, FIRST_LINE "\nextra ");
    en_base64_encode(en_buf_slice(canonical), out);
    en_buf_print(out, "\nindex %" PRIu64 "\n", event->header.seq.n);
    for (uint32_t i = 0; i < path->count; i++) {
        en_base64_encode(en_hash_slice(&path->hashes[i]), out);
        en_buf_text(out, "\n");
    }
    en_buf_text(out, "\n");
    en_buf_append(out, note.bytes, note.size);
}

static en_code make(struct en_log *log, struct en_tree *tree, struct en_seq seq,
                    struct en_buf *payload, struct en_buf *note, struct en_buf *canonical,
                    struct en_buf *out, struct en_error *err)
{
    struct en_event event;
    struct en_merkle_proof path;
    uint64_t size = 0;
    en_code code = en_log_get(log, seq, &event, payload, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_heads_newest(log, &size, note, err);
    if (code == EN_NOT_FOUND || (code == EN_OK && size <= seq.n)) {
        return en_error_set(err, EN_CONFLICT,
                            "event %" PRIu64 " is not under a signed checkpoint yet", seq.n);
    }
    if (code == EN_OK) {
        struct en_merkle_source source = en_tree_source(tree);
        code = en_merkle_inclusion(&source, seq.n, size, &path, err);
    }
    if (code == EN_OK) {
        print(&event, &path, en_buf_slice(note), canonical, out);
        code = en_buf_code(canonical, err);
    }
    return code == EN_OK ? en_buf_code(out, err) : code;
}

en_code en_proof_make(struct en_log *log, struct en_seq seq, struct en_buf *out,
                      struct en_error *err)
{
    struct en_error why;
    struct en_buf payload;
    struct en_buf note;
    struct en_buf canonical;
    struct en_tree *tree = en_mem_alloc(1, sizeof *tree);
    if (tree == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a tree");
    }
    en_tree_init(tree, log);
    en_buf_init(&payload, EN_PAYLOAD_SIZE_MAX);
    en_buf_init(&note, EN_CHECKPOINT_SIZE_MAX);
    en_buf_init(&canonical, CANONICAL_SIZE_MAX);
    en_code code = make(log, tree, seq, &payload, &note, &canonical, out, &why);
    en_buf_fini(&canonical);
    en_buf_fini(&note);
    en_buf_fini(&payload);
    en_mem_free(tree);
    return en_fault(err, code, &why);
}

/* From `extra` to the blank line. */
static en_code parse_lines(struct en_slice *rest, struct en_buf *canonical, struct en_proof *proof,
                           struct en_error *err)
{
    struct en_slice line;
    struct en_slice value;
    if (!en_line_take(rest, &line) || !en_line_after(line, FIRST_LINE, &value) || value.size != 0) {
        return en_error_set(err, EN_MALFORMED, "line 1 is not \"" FIRST_LINE "\"");
    }
    if (!en_line_take(rest, &line) || !en_line_after(line, "extra ", &value) ||
        !en_base64_decode(value, canonical)) {
        return en_error_set(err, EN_MALFORMED, "line 2 is not \"extra\" and an event in base64");
    }
    if (!en_line_take(rest, &line) || !en_line_after(line, "index ", &value) ||
        !en_line_number(value, &proof->index)) {
        return en_error_set(err, EN_MALFORMED, "line 3 is not \"index\" and a number");
    }
    for (proof->path.count = 0; en_line_take(rest, &line); proof->path.count++) {
        uint32_t n = proof->path.count;
        if (line.size == 0) {
            return EN_OK;
        }
        if (n == EN_MERKLE_PROOF_HASHES_MAX ||
            !en_line_bytes(line, proof->path.hashes[n].bytes, EN_HASH_SIZE)) {
            return en_error_set(err, EN_MALFORMED, "line %" PRIu32 " is not a hash in base64",
                                n + 4);
        }
    }
    return en_error_set(err, EN_MALFORMED, "no blank line in front of the checkpoint");
}

en_code en_proof_parse(struct en_slice text, struct en_buf *canonical, struct en_proof *proof,
                       struct en_error *err)
{
    struct en_slice rest = text;
    en_buf_reset(canonical);
    en_code code =
        text.size > EN_PROOF_SIZE_MAX
            ? en_error_set(err, EN_MALFORMED, "%zu bytes, at most %u", text.size, EN_PROOF_SIZE_MAX)
            : parse_lines(&rest, canonical, proof, err);
    if (code == EN_OK) {
        proof->canonical = en_buf_slice(canonical);
        code = en_event_parse(proof->canonical, &proof->event, err);
    }
    if (code == EN_OK) {
        proof->note = rest;
        code = en_checkpoint_parse(rest, &proof->checkpoint, err);
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "proof");
    }
    return code;
}

en_code en_proof_verify(struct en_slice text, const struct en_sign_public *key,
                        struct en_buf *canonical, struct en_proof *proof, struct en_error *err)
{
    en_code code = en_proof_parse(text, canonical, proof, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_checkpoint_verify(proof->note, key, &proof->checkpoint, err);
    if (code == EN_OK && proof->event.header.seq.n != proof->index) {
        code = en_error_set(err, EN_MISMATCH, "it speaks of event %" PRIu64 ", but holds %" PRIu64,
                            proof->index, proof->event.header.seq.n);
    }
    if (code == EN_OK) {
        struct en_hash leaf = en_hash_leaf(proof->canonical);
        code = en_merkle_inclusion_verify(&proof->path, proof->index, proof->checkpoint.size, &leaf,
                                          &proof->checkpoint.root, err);
    }
    if (code != EN_OK) {
        (void)en_error_wrap(err, "proof of event %" PRIu64, proof->index);
    }
    return code;
}

en_code en_proof_consistency(struct en_log *log, uint64_t old_size, uint64_t size,
                             struct en_merkle_proof *proof, struct en_error *err)
{
    uint64_t now = en_log_size(log);
    if (old_size == 0 || old_size > size || size > now) {
        return en_error_set(err, EN_RANGE,
                            "no proof from %" PRIu64 " to %" PRIu64 " in a log of %" PRIu64
                            " events",
                            old_size, size, now);
    }
    struct en_tree *tree = en_mem_alloc(1, sizeof *tree);
    if (tree == NULL) {
        return en_error_set(err, EN_NOMEM, "no memory for a tree");
    }
    en_tree_init(tree, log);
    struct en_merkle_source source = en_tree_source(tree);
    en_code code = en_merkle_consistency(&source, old_size, size, proof, err);
    en_mem_free(tree);
    return code;
}
