#include "core/nearest.h"

#include <stdbool.h>
#include <string.h>

#define NEAREST_WORD_SIZE_MAX 32u

static uint32_t smallest(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Insertions, deletions and changes of a letter that part two short words. */
static uint32_t letters_apart(const char *a, const char *b)
{
    uint32_t rows[2][NEAREST_WORD_SIZE_MAX + 1];
    uint32_t b_size = (uint32_t)strlen(b);
    for (uint32_t j = 0; j <= b_size; j++) {
        rows[0][j] = j;
    }
    uint32_t a_size = (uint32_t)strlen(a);
    for (uint32_t i = 1; i <= a_size; i++) {
        uint32_t *above = rows[(i - 1) % 2];
        uint32_t *row = rows[i % 2];
        row[0] = i;
        for (uint32_t j = 1; j <= b_size; j++) {
            uint32_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + change);
        }
    }
    return rows[a_size % 2][b_size];
}

const char *en_nearest_word(const char *word, const char *const *known, uint32_t known_count)
{
    size_t size = strlen(word);
    if (size > NEAREST_WORD_SIZE_MAX) {
        return NULL;
    }
    const char *nearest = NULL;
    uint32_t least = (uint32_t)size / 3 + 2;
    for (uint32_t i = 0; i < known_count; i++) {
        bool is_short = known[i] != NULL && strlen(known[i]) <= NEAREST_WORD_SIZE_MAX;
        uint32_t apart = is_short ? letters_apart(word, known[i]) : UINT32_MAX;
        bool is_begun = is_short && size >= 2 && strncmp(word, known[i], size) == 0;
        apart = is_begun ? 1 : apart;
        if (apart < least) {
            least = apart;
            nearest = known[i];
        }
    }
    return nearest;
}
