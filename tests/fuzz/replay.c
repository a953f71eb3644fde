/* Stands in for libFuzzer where only gcc is at hand: feeds a fuzz target every file of the folders
 * and files given, whole, empty, cut short, and with bytes changed from a fixed seed.
 * The same corpus gives the same inputs on every machine. When the target aborts, the input that
 * did it is named: "corpus/pack/one.bin, variant 17". */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_SIZE_MAX (4u << 20)
#define VARIANT_COUNT 256u
#define PATH_SIZE 1024u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* There only in a sanitizer build, which ends the program without a signal. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static char doing[PATH_SIZE + 64]; /* what to name when the target aborts */
static unsigned long inputs;

static void name_the_input(void)
{
    ssize_t written = write(STDERR_FILENO, doing, strlen(doing));
    (void)written;
}

static void die(int number)
{
    name_the_input();
    signal(number, SIG_DFL);
    raise(number);
}

static void name_the_input_at_death(void)
{
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(name_the_input);
    } else {
        signal(SIGSEGV, die);
    }
    signal(SIGABRT, die);
}

/* The input in a block of its own size, so that a sanitizer sees a read past the end. */
static void feed(const char *path, unsigned variant, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    snprintf(doing, sizeof doing, "%s, variant %u\n", path, variant);
    LLVMFuzzerTestOneInput(copy, size);
    inputs++;
    free(copy);
}

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Variant 0 is the file, 1 is nothing; then cuts and changed bytes by turns. */
static void feed_variants(const char *path, uint8_t *bytes, size_t size)
{
    feed(path, 0, bytes, size);
    feed(path, 1, bytes, 0);
    uint64_t seed = 0x9e3779b97f4a7c15u + size;
    for (unsigned variant = 2; variant < VARIANT_COUNT && size > 0; variant++) {
        uint64_t random = random_next(&seed);
        if (variant % 2 == 0) {
            feed(path, variant, bytes, (size_t)(random % size));
            continue;
        }
        size_t at = (size_t)(random % size);
        uint8_t before = bytes[at];
        bytes[at] = (uint8_t)(random >> 40);
        feed(path, variant, bytes, size);
        bytes[at] = before;
    }
}

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    int failed = 1;
    uint8_t *bytes = malloc(INPUT_SIZE_MAX);
    if (bytes != NULL) {
        size_t size = fread(bytes, 1, INPUT_SIZE_MAX, file);
        feed_variants(path, bytes, size);
        failed = 0;
    }
    free(bytes);
    fclose(file);
    return failed;
}

static int replay(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        perror(path);
        return 1;
    }
    if (!S_ISDIR(status.st_mode)) {
        return replay_file(path);
    }
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    int failed = count < 0;
    for (int i = 0; i < count; i++) {
        char inner[PATH_SIZE];
        int length = snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && length > 0 && length < (int)sizeof inner) {
            failed |= replay(inner);
        }
        free(entries[i]);
    }
    free(entries);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    name_the_input_at_death();
    for (int i = 1; i < argc; i++) {
        failed |= replay(argv[i]);
    }
    if (inputs == 0) {
        fprintf(stderr, "no input found: tests/fuzz/corpus/<noun>/ needs a seed file\n");
        failed = 1;
    }
    printf("%lu inputs\n", inputs);
    return failed;
}
