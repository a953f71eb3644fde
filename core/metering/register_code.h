/* Names of channels: the short ones of people ("A+", "A-", "R+", "R-"), OBIS codes (IEC 62056-61:
 * "1-0:1.8.0*255", "1.29.0") and the two digits of the 80020 files ("01" .. "04"). A code that is
 * not known here stays the text it is: it can be stored, shown and read, it only has no meaning.
 * Plain values, any thread. */
#ifndef EN_CORE_METERING_REGISTER_CODE_H
#define EN_CORE_METERING_REGISTER_CODE_H

#include "core/metering/quantity.h"

#define EN_OBIS_TEXT_SIZE 32

/* Groups A..F; has_group[i] tells whether the text named the group. */
struct en_obis {
    uint8_t groups[6];
    bool has_group[6];
};

typedef enum en_direction {
    EN_DIRECTION_NONE = 0,
    EN_DIRECTION_IN = 1,  /* received, consumed, imported */
    EN_DIRECTION_OUT = 2, /* given, exported */
} en_direction;

typedef enum en_register_kind {
    EN_REGISTER_INTERVAL = 1,      /* an amount per interval (a profile) */
    EN_REGISTER_CUMULATIVE = 2,    /* a register that only grows */
    EN_REGISTER_DEMAND = 3,        /* a mean or maximum rate */
    EN_REGISTER_INSTANTANEOUS = 4, /* a value of the moment */
} en_register_kind;

/* What a code says: A+ is active energy received. */
struct en_register_meaning {
    en_unit unit;
    en_direction direction;
    en_register_kind kind;
    uint8_t tariff;      /* 0 total, 1.. tariff registers */
    const char *channel; /* "A+", "A-", "R+", "R-", or NULL */
};

/* Reads an OBIS code: "A-B:C.D.E*F" with A-B, E and F optional, or six numbers with dots.
 * Codes: EN_MALFORMED (with the position). */
en_code en_obis_parse(struct en_slice text, struct en_obis *obis,
                      struct en_error *err) EN_MUST_CHECK;

/* Prints the groups it has, in the form "1-0:1.8.0*255". Returns the length. */
size_t en_obis_print(const struct en_obis *obis, char text[EN_OBIS_TEXT_SIZE]);

/* The meaning of a channel name, OBIS code or 80020 code. A short name and an 80020 code mean an
 * amount per interval. Codes: EN_NOT_FOUND (opaque: no meaning known). */
en_code en_register_meaning_of(struct en_slice code, struct en_register_meaning *meaning,
                               struct en_error *err) EN_MUST_CHECK;

/* Whether a load that an act states for the time without a device is this channel's: of
 * received active energy in total it is, and of a code that says nothing (another resource's only
 * channel); not of delivered or reactive energy, nor of a tariff's part. */
bool en_register_bears_load(struct en_slice code);

/* "01" -> "A+" .. "04" -> "R-", and back; NULL when there is none. */
const char *en_channel_of_80020(struct en_slice code);
const char *en_channel_to_80020(struct en_slice channel);

#endif
