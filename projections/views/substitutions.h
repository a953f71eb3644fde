/* What was substituted: by which method from what, and what nobody could fill (the work list); the
 * acts by which people change values. */
#ifndef EN_PROJECTIONS_VIEWS_SUBSTITUTIONS_H
#define EN_PROJECTIONS_VIEWS_SUBSTITUTIONS_H

#include "core/metering/substitution/substitute.h"
#include "projections/tables.h"
#include "projections/tables_edit.h"

struct en_substitution_query {
    struct en_day from_day; /* fiscal days of the points */
    struct en_day to_day;   /* exclusive */
    uint32_t object;        /* only points of it and below; 0 all */
    uint32_t point;         /* 0 all */
    struct en_slice code;   /* of the channel; size 0 all */
    bool is_work_list;      /* only what nobody filled and is due */
    en_estimation_language language;
};

/* One run of slots. Views live until the visit ends. */
struct en_substitution_line {
    const struct en_channel_row *channel;
    struct en_slice point_key;
    int32_t day;
    int32_t offset_minutes;
    struct en_interval span;
    const struct en_substitute *substitute;
    const struct en_substitute_place *place; /* for en_substitute_json, en_substitute_print */
    bool is_filled;
    /* en_decree_method that filled by billing period what no method of the chain did; 0 none */
    uint8_t decree;
    int64_t micro;         /* sum of what counts in these slots now */
    uint32_t values_count; /* slots of them that have a value */
};

typedef en_code (*en_substitution_visit)(void *self, const struct en_substitution_line *line,
                                         struct en_error *err);

/* Visits by day, channel and slot. What only waits for the day to end is left out of the work list.
 * Codes: those of the store and of visit, EN_CORRUPT, EN_NOMEM. */
en_code en_substitutions_walk(struct en_store *store, const struct en_substitution_query *query,
                              en_substitution_visit visit, void *self,
                              struct en_error *err) EN_MUST_CHECK;

/* An edit with the names of whom and what it concerns. Views live until the visit ends. */
struct en_edit_line {
    const struct en_edit_row *edit;
    struct en_slice point_key;
    struct en_slice code;
    int32_t offset_minutes;
    struct en_slice requester;
    struct en_slice decider;
};

typedef en_code (*en_edit_visit)(void *self, const struct en_edit_line *line, struct en_error *err);

/* Visits the edits in the order in which they were asked for; state EN_EDIT_STATES_COUNT: of any,
 * point 0: of all. */
en_code en_edits_walk(struct en_store *store, uint8_t state, uint32_t point, en_edit_visit visit,
                      void *self, struct en_error *err) EN_MUST_CHECK;

/* The edit of that number. EN_NOT_FOUND, with words. */
en_code en_edits_find(struct en_store *store, uint64_t edit, struct en_arena *arena,
                      struct en_edit_row *row, struct en_error *err) EN_MUST_CHECK;

#endif
