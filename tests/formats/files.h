/* Whole files in memory, and what is in a folder: for tests that read their cases from disk. */
#ifndef EN_TESTS_FORMATS_FILES_H
#define EN_TESTS_FORMATS_FILES_H

#include "core/buf.h"

#define EN_TEST_PATH_SIZE 1024

/* Appends the file; false when it cannot be read. */
bool en_test_file_read(const char *path, struct en_buf *bytes);
bool en_test_file_write(const char *path, struct en_slice bytes);

/* Calls visit for every name in the folder, in byte order; names that begin with a dot are left
 * out. Returns how many there were. */
uint32_t en_test_folder_each(const char *path,
                             void (*visit)(void *self, const char *folder, const char *name),
                             void *self);

#endif
