/* The word that was probably meant by a misspelt one, for errors that mend. Pure, any thread. */
#ifndef EN_CORE_NEAREST_H
#define EN_CORE_NEAREST_H

#include <stdint.h>

/* The word of the list (NULLs are passed over) that is meant: at most a third of its letters wrong,
 * or begun by it. NULL when none is close. */
const char *en_nearest_word(const char *word, const char *const *known, uint32_t known_count);

#endif
