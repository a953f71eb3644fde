/* Any bytes are a command or a clear refusal; a command that was read is written back the same. */
#include "app/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct en_wire_command command;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_error err;
    if (en_wire_command_parse(en_slice_of(data, size), &command, &err) != EN_OK) {
        return 0;
    }
    struct en_buf again;
    en_buf_init(&again, EN_WIRE_SIZE_MAX);
    en_wire_command_encode(&command, &again);
    EN_ASSERT(en_slice_equal(en_buf_slice(&again), en_slice_of(data, size)));
    en_buf_fini(&again);
    return 0;
}
