/* An event: an immutable fact or command. The header says when, about what and from whom; the
 * payload says what.
 *
 * The *canonical event* (docs/log-format.md) is what the tree of the log hashes: a pure function of
 * header and payload, whatever the storage does. Everything here is plain data in the caller's
 * memory; payload views live as long as their source says. */
#ifndef EN_CORE_EVENT_EVENT_H
#define EN_CORE_EVENT_EVENT_H

#include "core/buf.h"
#include "core/error.h"
#include "core/instant.h"
#include "core/record.h"
#include "core/slice.h"

/* The place of an event in the log: 0 is the first, equal to its leaf index in the tree. */
struct en_seq {
    uint64_t n;
};

#define EN_SEQ_NONE ((struct en_seq){UINT64_MAX})

typedef enum en_kind {
#define EN_KIND(name, number, text, nature, barrier, subject, payload) EN_KIND_##name = number,
#include "core/event/kinds.def"
#undef EN_KIND
} en_kind;

/* What an id is an id of. Ids are dense from 1 per type and given by the log (name.assigned); 0 is
 * "none". Stored values. */
typedef enum en_name_type {
    EN_NAME_NONE = 0,
    EN_NAME_SOURCE = 1, /* where events come from: an import, a driver line, the daemon itself */
    EN_NAME_ACTOR = 2,  /* who acted: a user or a service */
    EN_NAME_ZONE = 3,
    EN_NAME_DOCUMENT = 4, /* external key: hex SHA-256 of the raw file */
    EN_NAME_OBJECT = 5,
    EN_NAME_POINT = 6,
    EN_NAME_CHANNEL = 7, /* external key: "<point id>|<channel code>", as en_channel_key prints */
    EN_NAME_DEVICE = 8,  /* external key: serial number with type */
    EN_NAME_TRANSFORMER = 9,
    EN_NAME_FORMULA = 10, /* formulas and the hidden nodes of balances: series of their own */
    EN_NAME_BALANCE = 11,
    EN_NAME_RULE = 12,
    EN_NAME_POLICY = 13,
    EN_NAME_FREEZE = 14,
    EN_NAME_CALENDAR = 15,
    EN_NAME_TARIFF = 16,
    EN_NAME_REGION = 17, /* whose peak hours are published */
    EN_NAME_EQUIPMENT = 18,
    EN_NAME_TYPES_COUNT = 19,
} en_name_type;

struct en_event_header {
    struct en_seq seq;
    struct en_instant recorded_at; /* never before that of the event in front */
    struct en_interval
        valid;           /* what time it speaks of; from == to for a moment, both 0 for "none" */
    uint16_t kind;       /* en_kind; unknown numbers of newer programs are kept */
    uint32_t subject;    /* id of the kind's subject type, 0 none */
    uint32_t source;     /* id of EN_NAME_SOURCE */
    uint64_t source_seq; /* rises strictly within the source, from 1; 0 exactly when source is 0:
                            not idempotent */
    uint32_t actor;      /* id of EN_NAME_ACTOR, 0 the program itself */
    struct en_seq cause; /* the event that made this one, or EN_SEQ_NONE */
};

struct en_event {
    struct en_event_header header;
    struct en_slice payload;
};

/* Whether the header of a draft is well formed: a kind, an interval that does not run backwards, a
 * source with a source seq or neither. EN_RANGE with what is wrong. */
en_code en_event_header_check(const struct en_event_header *header,
                              struct en_error *err) EN_MUST_CHECK;
/* Whether the cause lies before the event, once that has its seq. EN_RANGE. */
en_code en_event_cause_check(const struct en_event_header *header,
                             struct en_error *err) EN_MUST_CHECK;

/* A set of kinds; zeroed = none. Kinds from EN_KIND_SET_SIZE - 1 up share the last place, so a set
 * says "perhaps" of them: who needs to be sure compares the header. */
#define EN_KIND_SET_SIZE 128u
struct en_kind_set {
    uint64_t words[EN_KIND_SET_SIZE / 64];
};

static inline uint32_t en_kind_set_place(uint16_t kind)
{
    return kind < EN_KIND_SET_SIZE ? kind : EN_KIND_SET_SIZE - 1;
}

static inline void en_kind_set_add(struct en_kind_set *set, uint16_t kind)
{
    uint32_t place = en_kind_set_place(kind);
    set->words[place / 64] |= UINT64_C(1) << (place % 64);
}

static inline bool en_kind_set_has(const struct en_kind_set *set, uint16_t kind)
{
    uint32_t place = en_kind_set_place(kind);
    return (set->words[place / 64] >> (place % 64) & 1) != 0;
}

static inline bool en_kind_set_is_empty(const struct en_kind_set *set)
{
    return (set->words[0] | set->words[1]) == 0;
}

static inline bool en_kind_set_meets(const struct en_kind_set *a, const struct en_kind_set *b)
{
    return ((a->words[0] & b->words[0]) | (a->words[1] & b->words[1])) != 0;
}

/* What is known of a kind. */
struct en_kind_info {
    en_kind kind;
    const char *name;
    bool is_command;
    bool is_barrier;
    en_name_type subject;
    const struct en_record *payload; /* NULL: bytes of their own form */
};

/* NULL for a number this program does not know. */
const struct en_kind_info *en_kind_info(uint16_t kind);
const struct en_kind_info *en_kind_by_name(const char *name);
/* All kinds in rising order. */
const struct en_kind_info *en_kinds(uint32_t *count);

const char *en_name_type_text(en_name_type type);

/* The fixed part in front of the payload in a canonical event. */
#define EN_EVENT_HEADER_SIZE 64u
#define EN_EVENT_FORM 1u
void en_event_header_write(const struct en_event_header *header,
                           uint8_t bytes[EN_EVENT_HEADER_SIZE]);

/* Appends the canonical bytes of the event to out (sticky errors of the buffer). */
void en_event_canonical(const struct en_event *event, struct en_buf *out);

/* Reads canonical bytes back; the payload is a view into them. EN_MALFORMED: cut, of another form,
 * or a header that is not well formed. */
en_code en_event_parse(struct en_slice canonical, struct en_event *event,
                       struct en_error *err) EN_MUST_CHECK;

/* Drafts on their way to the log: events without seq and recorded_at, payloads copied into the
 * batch. Caller's memory; one thread; bounded by EN_BATCH_EVENTS_MAX and EN_BATCH_SIZE_MAX. */
struct en_batch {
    struct en_event_header *headers;
    uint32_t *payload_ends; /* end of each payload in bytes */
    uint32_t count;
    uint32_t capacity;
    struct en_buf bytes;
};

void en_batch_init(struct en_batch *batch);
void en_batch_fini(struct en_batch *batch);
void en_batch_reset(struct en_batch *batch);

/* Adds a draft; the payload is copied. EN_LIMIT: the batch is full (append it and reset), EN_NOMEM.
 */
en_code en_batch_add(struct en_batch *batch, const struct en_event_header *header,
                     struct en_slice payload, struct en_error *err) EN_MUST_CHECK;

/* Adds a draft whose payload is a struct of the kind's record. Adds EN_MALFORMED to the codes
 * above. */
en_code en_batch_add_record(struct en_batch *batch, const struct en_event_header *header,
                            const void *payload, struct en_error *err) EN_MUST_CHECK;

/* Draft number index; its payload lives until the batch changes. */
struct en_event en_batch_get(const struct en_batch *batch, uint32_t index);

#endif
