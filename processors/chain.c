#include "processors/processor.h"

#define PROCESSOR(name) extern const struct en_processor en_processor_##name;
#include "processors/processors.def"
#undef PROCESSOR

const struct en_processor *const en_processors[EN_PROCESSORS_COUNT] = {
#define PROCESSOR(name) &en_processor_##name,
#include "processors/processors.def"
#undef PROCESSOR
};
