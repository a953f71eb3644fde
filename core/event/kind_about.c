#include "core/event/kind_about.h"

static const char *const abouts[] = {
    [EN_KIND_NAME_ASSIGNED] = "An external key got an id. Appended by the log itself, in the "
                              "commit in front of the first event that uses the id.",
    [EN_KIND_SOFTWARE_STARTED] = "Which program appends from here on.",
    [EN_KIND_CLOCK_TICK] = "Time passed: silence and deadlines are judged here, so that they "
                           "replay exactly.",
    [EN_KIND_ZONE_TABLE] = "The table of a civil zone that holds from here on, so that replay does "
                           "not change with the machine's.",
    [EN_KIND_USER_ACTION] = "What a person did that changes no table: looked, printed, exported.",
    [EN_KIND_DOCUMENT_RECEIVED] = "A file came. Its external key is the SHA-256 of its bytes.",
    [EN_KIND_DOCUMENT_CHUNK] = "A piece of the file, in order.",
    [EN_KIND_DOCUMENT_IMPORTED] = "Everything of the file is in the log, or it was refused.",
    [EN_KIND_OBJECT_SET] = "An object of the tree is so from valid.from on.",
    [EN_KIND_POINT_SET] = "A metering point is so from valid.from on.",
    [EN_KIND_CHANNEL_SET] = "What a point's channel measures, for all time.",
    [EN_KIND_DEVICE_SET] = "What a device is, for all time.",
    [EN_KIND_TRANSFORMER_SET] = "What a transformer is, for all time.",
    [EN_KIND_DEVICE_INSTALLED] = "A device measures the point from valid.from on.",
    [EN_KIND_DEVICE_REMOVED] = "The device stops measuring the point at valid.from.",
    [EN_KIND_DEVICE_REPLACED] = "A device was removed at valid.from, another installed at "
                                "valid.to (R-05, R-06).",
    [EN_KIND_RATIO_SET] = "The transformer ratios of a point from valid.from on (R-01).",
    [EN_KIND_CHANNEL_ERROR_SET] = "Limits of the channel's relative error from valid.from on "
                                  "(B-02).",
    [EN_KIND_CALENDAR_SET] =
        "A calendar is so from valid.from on: its seasons, dates, tariff zones and the clock that "
        "they are read on. Zones keep their numbers; new ones come at the end.",
    [EN_KIND_TARIFF_SET] = "A tariff is so from valid.from on: its calendar, its price category, "
                           "and who has it.",
    [EN_KIND_PRICE_SET] = "What one part of a tariff costs from valid.from on, flat or hour by "
                          "hour.",
    [EN_KIND_PEAK_HOURS_SET] =
        "The peak hours of a region over the valid interval, as published: planned by the system "
        "operator, or the hour of each working day that turned out to be the peak. What is "
        "published again for the same beginning replaces it.",
    [EN_KIND_OUTBOX_RESULT] = "An edge did, or gave up, what it was asked to do.",
    [EN_KIND_CONTRACT_SET] = "What the contract of a point says from valid.from on, until valid.to "
                             "where that is later.",
    [EN_KIND_SUPPLY_CAUSE_SET] = "Why a point has no usable readings over the valid interval.",
    [EN_KIND_EDIT_REQUESTED] = "A person asks to change values of a channel by an act (E-07, E-12 "
                               "to E-14), over the slots of the valid interval.",
    [EN_KIND_EDIT_DECIDED] = "Another person approved or rejected the edit.",
    [EN_KIND_READING_PROFILE] =
        "Values of a channel over the slots of the valid interval. Payload: "
        "varint revision, then a day block (block-format.md). The highest "
        "revision wins a slot, then a present value over a missing one, "
        "then the later event.",
    [EN_KIND_READING_REGISTER] = "What a cumulative register showed at valid.from.",
    [EN_KIND_READING_INSTANT] = "An instantaneous value at valid.from.",
    [EN_KIND_DEVICE_EVENT] = "What a device reported of itself, at valid.from.",
    [EN_KIND_ALARM_SET] = "What is to be told to an operator, when, and what he does about it.",
    [EN_KIND_ALARM_ACTION] = "An operator acknowledges, shelves, resets, or takes an alarm out of "
                             "service.",
    [EN_KIND_EVENT_MAP_SET] = "What a code of device events means from valid.from on (EV-06).",
    [EN_KIND_EQUIPMENT_SET] =
        "What an equipment is from the day of valid.from on: what it loses becomes a formula of "
        "its own (L-01 to L-08), or how far a metering circuit errs (B-03).",
    [EN_KIND_BYPASS_SET] =
        "The bypass breaker (the subject) serves a feeder: on from valid.from to valid.to, equal "
        "times until it is switched off; off at valid.from ends the use that holds it (B-20).",
    [EN_KIND_FORMULA_SET] = "A formula is so from the day of valid.from on.",
    [EN_KIND_BALANCE_SET] = "A balance is so from the day of valid.from on; its sides become "
                            "formulas of their own.",
    [EN_KIND_RULE_SET] = "Parameters of a calculation rule from valid.from on.",
    [EN_KIND_EDITION_ACTIVATED] = "The code computes by this edition of the rule from here on.",
    [EN_KIND_GENERAL_COMMAND] = "A command without a kind of its own.",
    [EN_KIND_FREEZE_POLICY_SET] = "What must hold before a period is frozen, and how it is "
                                  "corrected afterwards.",
    [EN_KIND_FREEZE_REQUESTED] = "A period is to be frozen: fixes its rows and their digest.",
    [EN_KIND_FREEZE_ATTESTED] = "The signed head of the log that a frozen run stands in.",
    [EN_KIND_FREEZE_APPROVED] = "Another person approves a freeze that was asked for: with the "
                                "last approval that its policy wants, the period is frozen.",
    [EN_KIND_HOLD_SET] = "The numbers of a scope stand still while facts go on coming, or are let "
                         "go again (F-06).",
    [EN_KIND_CORRECTION_REQUESTED] = "The pending differences of a freeze are to be restated or "
                                     "booked.",
};

const char *en_kind_about(en_kind kind)
{
    EN_ASSERT((size_t)kind < EN_COUNT_OF(abouts));
    EN_ASSERT(abouts[kind] != NULL);
    return abouts[kind];
}
