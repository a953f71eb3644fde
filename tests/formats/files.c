#include "tests/formats/files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

bool en_test_file_read(const char *path, struct en_buf *bytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    uint8_t piece[65536];
    size_t size = 0;
    do {
        size = fread(piece, 1, sizeof piece, file);
        en_buf_append(bytes, piece, size);
    } while (size > 0);
    bool is_whole = ferror(file) == 0 && bytes->code == EN_OK;
    (void)fclose(file);
    return is_whole;
}

bool en_test_file_write(const char *path, struct en_slice bytes)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        return false;
    }
    bool is_whole = fwrite(bytes.bytes, 1, bytes.size, file) == bytes.size;
    return fclose(file) == 0 && is_whole;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int byte_order(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

uint32_t en_test_folder_each(const char *path,
                             void (*visit)(void *self, const char *folder, const char *name),
                             void *self)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_shown, byte_order);
    for (int i = 0; i < count; i++) {
        visit(self, path, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return count > 0 ? (uint32_t)count : 0;
}
