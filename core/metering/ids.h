/* The numbers things are known by inside: dense, given by the log, one struct per kind of thing so
 * that a point cannot be passed for a device. Outside, things are known by their external key. */
#ifndef EN_CORE_METERING_IDS_H
#define EN_CORE_METERING_IDS_H

#include <stdint.h>

/* No thing has this number. */
#define EN_ID_NONE UINT32_MAX

struct en_object_id {
    uint32_t n;
};
struct en_point_id {
    uint32_t n;
};
struct en_device_id {
    uint32_t n;
};
struct en_channel_id {
    uint32_t n;
};
/* Any node of the calculation: a channel, a formula or a balance. */
struct en_series_id {
    uint32_t n;
};
struct en_formula_id {
    uint32_t n;
};
struct en_balance_id {
    uint32_t n;
};
struct en_freeze_id {
    uint32_t n;
};
struct en_document_id {
    uint32_t n;
};
struct en_calendar_id {
    uint32_t n;
};
struct en_tariff_id {
    uint32_t n;
};
struct en_contract_id {
    uint32_t n;
};
struct en_user_id {
    uint32_t n;
};

#endif
