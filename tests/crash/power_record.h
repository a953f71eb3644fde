/* What power_preload records and log_power_test reads. */
#ifndef EN_TESTS_CRASH_POWER_RECORD_H
#define EN_TESTS_CRASH_POWER_RECORD_H

#include <stdint.h>

enum en_power_op {
    EN_POWER_WRITE = 1,        /* reaches the disk some day, whole or in part */
    EN_POWER_STABLE_WRITE = 2, /* was on the disk when it returned */
    EN_POWER_SYNC = 3,         /* everything written before it is on the disk behind it */
    EN_POWER_ACK = 4,          /* a producer was told that its batch is in the log */
};

struct en_power_record {
    uint32_t op;
    uint32_t size; /* of the bytes that follow */
    uint64_t offset;
};

#endif
