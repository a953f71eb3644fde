/* Values in and out. */
#include "app/command_table.h"
#include "app/commands/commands.h"

static const struct en_command commands[] = {
    {
        .noun = "import",
        .summary = "Takes readings from files: xml80020, nem12, csv; plain, gzip or zip",
        .details = "The file itself is kept in the log. The same file again adds nothing. Rows "
                   "that cannot be taken are listed with place and mend; good ones go in and the "
                   "exit code is 7.",
        .options = {{"format", 0, "NAME", "How the files are written: xml80020, nem12, csv", NULL,
                     true},
                    {"mapping", 0, "FILE", "What is where in a CSV file", NULL, false},
                    {"zone", 0, "ZONE", "Of local times: +03:00 or Europe/Moscow", NULL, false},
                    {"create", 0, NULL, "Make objects, points and channels that are not known",
                     NULL, false},
                    {"strict", 0, NULL, "All rows of a file or none", NULL, false}},
        .operands = {{"FILE", "A file", false, true}},
        .example = "enerlog -D data import --format xml80020 --create day.xml",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_OUTPUT | EN_TAKES_DRY_RUN,
        .run = en_run_import,
    },
    {
        .noun = "export",
        .summary = "Writes values in a form that import takes back",
        .details =
            "Energy slot by slot after ratios and replacements, or register readings as they were "
            "read. On frozen days what was frozen is written, so that they give the same bytes for "
            "ever. What is exported as CSV is imported with the mappings enerlog.ini and "
            "enerlog_registers.ini.",
        .options = {{"format", 0, "NAME", "csv or json (csv)", "csv|json", false},
                    {"from", 0, "DATE", "First fiscal day", NULL, true},
                    {"to", 0, "DATE", "The day after the last", NULL, true},
                    {"what", 0, "WORD", "What to write (intervals)", "intervals|registers", false},
                    {"point", 0, "POINT", "Only this point", NULL, false},
                    {"channel", 0, "CHANNEL", "Only channels of this code", NULL, false},
                    {"lane", 0, "WORD", "Frozen days as frozen (fiscal), or as the log says now",
                     "fiscal|live", false}},
        .example = "enerlog -D data export --from 2026-01-01 --to 2026-02-01 >january.csv",
        .needs = EN_NEEDS_ENGINE,
        .takes = EN_TAKES_AS_OF,
        .run = en_run_export,
    },
    {.noun = NULL},
};

static const struct en_noun nouns[] = {
    {"import", "Readings from files"},
    {"export", "Values to files"},
    {NULL, NULL},
};

const struct en_command_theme en_command_theme_exchange = {commands, nouns};
