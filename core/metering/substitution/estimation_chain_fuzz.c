/* A chain that reads prints and reads again to the same chain; what does not, says why. */
#include <stdlib.h>
#include <string.h>

#include "core/metering/substitution/estimation_chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct en_estimation_chain chain;
    struct en_estimation_chain again;
    struct en_error err = {0};
    struct en_buf text;
    struct en_buf text_again;
    en_buf_init(&text, 4096);
    en_buf_init(&text_again, 4096);
    if (en_estimation_chain_parse(en_slice_of(data, size), &chain, &err) == EN_OK) {
        require(chain.count >= 1 && chain.count <= EN_ESTIMATION_STEPS_MAX);
        en_estimation_chain_print(&chain, &text);
        require(en_estimation_chain_parse(en_buf_slice(&text), &again, &err) == EN_OK);
        en_estimation_chain_print(&again, &text_again);
        require(en_slice_equal(en_buf_slice(&text), en_buf_slice(&text_again)));
        require(chain.count == again.count);
    } else {
        require(err.text[0] != '\0');
    }
    en_buf_fini(&text);
    en_buf_fini(&text_again);
    return 0;
}
