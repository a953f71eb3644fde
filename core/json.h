/* JSON as it is printed: a small streaming writer into an en_buf, used by everyone that prints
 * JSON. Compact, keys in the order given, text escaped (bytes that are no UTF-8 become U+FFFD),
 * fiscal numbers as decimal text because JSON numbers are floats to most readers. A newline is the
 * caller's. Faults are the buffer's (sticky). Caller's memory, one thread.
 *
 *     struct en_json json;
 *     en_json_init(&json, &out);
 *     en_json_object(&json, NULL);
 *     en_json_u64(&json, "points", 3);
 *     en_json_array(&json, "files");
 *     en_json_string(&json, NULL, "a.csv");
 *     en_json_end(&json);
 *     en_json_end(&json);                     {"points":3,"files":["a.csv"]}
 *
 * key: the member's name inside an object, NULL inside an array and at the top (asserted). */
#ifndef EN_CORE_JSON_H
#define EN_CORE_JSON_H

#include "core/buf.h"
#include "core/decimal.h"
#include "core/hash.h"
#include "core/instant.h"

#define EN_JSON_DEPTH_MAX 31u

struct en_json {
    struct en_buf *out;
    uint32_t depth;
    uint32_t objects; /* bit n: level n is an object, else an array */
    uint32_t begun;   /* bit n: level n has a member */
};

void en_json_init(struct en_json *json, struct en_buf *out);

void en_json_object(struct en_json *json, const char *key);
void en_json_array(struct en_json *json, const char *key);
/* Closes the innermost object or array. */
void en_json_end(struct en_json *json);

void en_json_null(struct en_json *json, const char *key);
void en_json_bool(struct en_json *json, const char *key, bool value);
void en_json_u64(struct en_json *json, const char *key, uint64_t value);
void en_json_i64(struct en_json *json, const char *key, int64_t value);
void en_json_text(struct en_json *json, const char *key, struct en_slice text);
void en_json_string(struct en_json *json, const char *key, const char *text);
/* A number of 1e-6 units, and a decimal as read: as text ("12.5", "12.50"). */
void en_json_micro(struct en_json *json, const char *key, int64_t micro);
void en_json_decimal(struct en_json *json, const char *key, struct en_decimal decimal);
/* RFC 3339 in UTC; "2013-04-14"; hex; base64. */
void en_json_instant(struct en_json *json, const char *key, struct en_instant instant);
void en_json_day(struct en_json *json, const char *key, struct en_day day);
void en_json_hash(struct en_json *json, const char *key, const struct en_hash *hash);
void en_json_bytes(struct en_json *json, const char *key, struct en_slice bytes);
/* The quality word as names: {"source":"MEASURED","verdict":"SUSPECT","flags":["SPIKE"]}; a fiscal
 * state other than OPEN adds "fiscal", a derived value "worst". */
void en_json_quality(struct en_json *json, const char *key, uint64_t quality);
/* Text that is JSON already. */
void en_json_raw(struct en_json *json, const char *key, struct en_slice text);

/* Appends the text in quotes, escaped. */
void en_json_quote(struct en_buf *out, struct en_slice text);

#endif
