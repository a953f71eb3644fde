/* A world in which everything that the log can hold happens at random: late, doubled, corrected,
 * missing readings and registers, ratios, replacements, formulas, balances, rules, ticks, freezes
 * and corrections, with arrivals in frozen days. The same seed gives the same world. For tests
 * only. */
#ifndef EN_TESTS_REPLAY_RANDOM_WORLD_H
#define EN_TESTS_REPLAY_RANDOM_WORLD_H

#include "tests/replay/world.h"

#define RANDOM_POINTS 8
#define RANDOM_DAYS 10

struct random_world {
    struct world world;
    uint32_t points[RANDOM_POINTS];
    uint32_t channels[RANDOM_POINTS];
    uint32_t freezes;
    uint32_t formulas;
};

/* Opens the world and lets it happen; close by world_close(&random->world). */
void random_world_open(struct random_world *random, uint64_t seed);

#endif
