/* Where a setting of a rule holds: everywhere, for a resource, below an object, at a point, for one
 * channel. The external key of a rule's setting (name type RULE) is the rule's name, a blank and
 * the target; the name alone means everywhere:
 *
 *     V-09                       CHAIN resource:gas          V-22 channel:GPP-1/A+
 *     V-07 object:substation 7   V-13 point:GPP-1
 *
 * The more specific target wins: channel, point, nearest object upward, resource, everywhere. */
#ifndef EN_PROJECTIONS_VIEWS_RULE_TARGET_H
#define EN_PROJECTIONS_VIEWS_RULE_TARGET_H

#include "core/metering/rule/rule.h"
#include "projections/tables.h"

/* Rising: the later wins. */
typedef enum en_rule_scope {
    EN_RULE_EVERYWHERE = 0,
    EN_RULE_RESOURCE = 1,
    EN_RULE_OBJECT = 2,
    EN_RULE_POINT = 3,
    EN_RULE_CHANNEL = 4,
} en_rule_scope;

struct en_rule_target {
    en_rule_scope scope;
    uint32_t id; /* en_resource, or the id of the object, point or channel; 0 everywhere */
};

/* Parts the external key of a setting into the rule's name and the target's text ("" everywhere).
 */
void en_rule_key_parse(struct en_slice key, struct en_slice *rule, struct en_slice *target);

/* The key of a rule and a target's text; key holds EN_NAME_SIZE_MAX + 1 bytes. EN_LIMIT. */
en_code en_rule_key_print(struct en_slice rule, struct en_slice target, char *key,
                          struct en_error *err) EN_MUST_CHECK;

/* Finds what the text of a target names. Codes: EN_NOT_FOUND (no such object, point, channel),
 * EN_MALFORMED (none of the forms above, or no such resource). */
en_code en_rule_target_find(struct en_store *store, struct en_slice text,
                            struct en_rule_target *target, struct en_error *err) EN_MUST_CHECK;

/* The channel that "POINT/CODE" names. EN_NOT_FOUND, with words. */
en_code en_rule_channel_find(struct en_store *store, struct en_slice text, uint32_t *channel,
                             struct en_error *err) EN_MUST_CHECK;

/* Calls visit with every channel that the target holds for, on whatever day, in rising order of the
 * table: what has to be judged anew when a setting changes. Channels that nobody set have no row
 * and are not visited. Codes: those of visit and store, EN_NOMEM. */
typedef en_code (*en_rule_visit_channel)(void *self, const struct en_channel_row *channel,
                                         struct en_error *err);
en_code en_rule_target_channels(struct en_store *store, const struct en_rule_target *target,
                                en_rule_visit_channel visit, void *self,
                                struct en_error *err) EN_MUST_CHECK;

#endif
