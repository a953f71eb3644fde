#include "log/tree.h"

#include <inttypes.h>

#include "log/cursor.h"
#include "log/state.h"

#define NO_BLOCK UINT64_MAX

struct en_hash en_tree_leaf(const struct en_event *event)
{
    uint8_t header[EN_EVENT_HEADER_SIZE];
    struct en_hash_stream stream;
    en_event_header_write(&event->header, header);
    en_hash_leaf_begin(&stream);
    en_hash_add(&stream, en_slice_of(header, sizeof header));
    en_hash_add(&stream, event->payload);
    return en_hash_end(&stream);
}

void en_tree_init(struct en_tree *tree, struct en_log *log)
{
    tree->log = log;
    tree->block = NO_BLOCK;
    tree->leaves_count = 0;
}

/* Hashes the events of the block, up to `count` of them. */
static en_code load_block(struct en_tree *tree, uint64_t block, uint32_t count,
                          struct en_error *err)
{
    struct en_cursor_filter filter = {.from = block * EN_STORED_SPAN_EVENTS,
                                      .to = block * EN_STORED_SPAN_EVENTS + count};
    struct en_cursor *cursor = NULL;
    struct en_event event;
    bool is_end = false;
    tree->block = NO_BLOCK;
    en_code code = en_cursor_open(tree->log, &filter, &cursor, err);
    if (code != EN_OK) {
        return code;
    }
    for (uint32_t i = 0; i < count && code == EN_OK; i++) {
        code = en_cursor_next(cursor, &event, &is_end, err);
        if (code == EN_OK && is_end) {
            code = en_error_set(err, EN_CORRUPT, "the log ends before event %" PRIu64,
                                filter.from + i);
        }
        if (code == EN_OK) {
            EN_ASSERT(event.header.seq.n == filter.from + i);
            tree->leaves[i] = en_tree_leaf(&event);
        }
    }
    if (code == EN_OK) {
        tree->block = block;
        tree->leaves_count = count;
    }
    en_cursor_close(cursor);
    return code;
}

/* The root of 2^level leaves in a row, folded level by level. */
static struct en_hash fold(const struct en_hash *leaves, uint32_t level)
{
    struct en_merkle_edge edge = {.size = 0};
    struct en_span spans[EN_MERKLE_LEVELS];
    for (uint32_t i = 0; i < 1u << level; i++) {
        (void)en_merkle_edge_add(&edge, &leaves[i], spans);
    }
    return edge.nodes[level];
}

static en_code hash_span(struct en_tree *tree, uint32_t level, uint64_t index, struct en_hash *root,
                         struct en_error *err)
{
    EN_ASSERT(level <= EN_SPAN_LEVEL_MIN);
    uint64_t start = index << level;
    uint64_t block = start / EN_STORED_SPAN_EVENTS;
    uint32_t offset = (uint32_t)(start % EN_STORED_SPAN_EVENTS);
    uint32_t end = offset + (1u << level);
    if (tree->block != block || tree->leaves_count < end) {
        en_code code = load_block(tree, block, end, err);
        if (code != EN_OK) {
            return code;
        }
    }
    *root = fold(tree->leaves + offset, level);
    return EN_OK;
}

static en_code stored_span(struct en_tree *tree, uint32_t level, uint64_t index,
                           struct en_hash *root, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    struct en_slice body;
    uint64_t key = en_span_key((index + 1) << level, level);
    en_code code = en_kv_begin(tree->log->kv, EN_KV_READ, &txn, err);
    if (code != EN_OK) {
        return code;
    }
    code = en_guard_get(txn, tree->log->tables.spans, en_key_of(&key), &body, err);
    if (code == EN_NOT_FOUND) {
        code = en_error_set(err, EN_CORRUPT, "it is missing");
    } else if (code == EN_OK && body.size != EN_HASH_SIZE) {
        code = en_error_set(err, EN_CORRUPT, "it has %zu bytes", body.size);
    }
    if (code == EN_OK) {
        memcpy(root->bytes, body.bytes, EN_HASH_SIZE);
    } else {
        (void)en_error_wrap(err, "stored root of events %" PRIu64 " to %" PRIu64, index << level,
                            ((index + 1) << level) - 1);
    }
    en_kv_abort(txn);
    return code;
}

static en_code span_root(void *self, uint32_t level, uint64_t index, struct en_hash *root,
                         struct en_error *err)
{
    struct en_tree *tree = self;
    return level >= EN_SPAN_LEVEL_MIN ? stored_span(tree, level, index, root, err)
                                      : hash_span(tree, level, index, root, err);
}

struct en_merkle_source en_tree_source(struct en_tree *tree)
{
    return (struct en_merkle_source){tree, span_root};
}

en_code en_tree_root(struct en_tree *tree, uint64_t size, struct en_hash *root,
                     struct en_error *err)
{
    struct en_merkle_edge edge;
    struct en_merkle_source source = en_tree_source(tree);
    en_code code = en_merkle_edge_at(&source, size, &edge, err);
    if (code == EN_OK) {
        *root = en_merkle_edge_root(&edge);
    }
    return code;
}

en_code en_tree_check_span(struct en_tree *tree, uint32_t level, uint64_t index,
                           struct en_error *err)
{
    EN_ASSERT(level >= EN_SPAN_LEVEL_MIN);
    struct en_hash stored;
    struct en_hash root;
    en_code code = stored_span(tree, level, index, &stored, err);
    if (code == EN_OK && level == EN_SPAN_LEVEL_MIN) {
        code = hash_span(tree, level, index, &root, err);
    } else if (code == EN_OK) {
        struct en_hash right;
        code = stored_span(tree, level - 1, 2 * index, &root, err);
        if (code == EN_OK) {
            code = stored_span(tree, level - 1, 2 * index + 1, &right, err);
        }
        if (code == EN_OK) {
            root = en_hash_node(&root, &right);
        }
    }
    if (code == EN_OK && !en_hash_equal(&stored, &root)) {
        code = en_error_set(err, EN_CORRUPT,
                            "stored root of events %" PRIu64 " to %" PRIu64
                            " is not the root of what it stands for",
                            index << level, ((index + 1) << level) - 1);
    }
    return code;
}

/* The last stored root is that of the biggest span that ends at the last multiple of the smallest.
 */
static en_code check_last_span(struct en_tree *tree, uint64_t size, struct en_error *err)
{
    struct en_kv_txn *txn = NULL;
    struct en_kv_cursor *cursor = NULL;
    struct en_kv_pair pair = {.key = {0}};
    uint64_t end = size / EN_STORED_SPAN_EVENTS * EN_STORED_SPAN_EVENTS;
    uint64_t expected = end == 0 ? 0 : en_span_key(end, (uint32_t)__builtin_ctzll(end));
    uint64_t found = 0;
    en_code code = en_kv_begin(tree->log->kv, EN_KV_READ, &txn, err);
    if (code == EN_OK) {
        code = en_kv_cursor_open(txn, tree->log->tables.spans, &cursor, err);
    }
    if (code == EN_OK) {
        code = en_kv_cursor_last(cursor, &pair, err);
        code = code == EN_NOT_FOUND ? EN_OK : code;
        if (code == EN_OK && pair.key.size > 0 && !en_key_number(pair.key, &found)) {
            code = en_error_set(err, EN_CORRUPT, "a stored root has a key of %zu bytes",
                                pair.key.size);
        }
    }
    en_kv_cursor_close(cursor);
    en_kv_abort(txn);
    if (code == EN_OK && found != expected) {
        code = en_error_set(err, EN_CORRUPT,
                            "the stored roots end at event %" PRIu64 ", the log at %" PRIu64,
                            found / 64, size);
    }
    return code;
}

en_code en_tree_check_edge(struct en_tree *tree, uint64_t size, struct en_merkle_edge *edge,
                           struct en_error *err)
{
    en_code code = check_last_span(tree, size, err);
    for (uint32_t level = EN_SPAN_LEVEL_MIN; level < EN_MERKLE_LEVELS && code == EN_OK; level++) {
        if ((size >> level & 1) != 0) {
            code = en_tree_check_span(tree, level, (size >> level) - 1, err);
        }
    }
    if (code == EN_OK) {
        struct en_merkle_source source = en_tree_source(tree);
        code = en_merkle_edge_at(&source, size, edge, err);
    }
    return code;
}
