/* What the CSV folder's own files share: the reader stands in csv.c, the writer in csv_writer.c. */
#ifndef EN_FORMATS_CSV_CSV_H
#define EN_FORMATS_CSV_CSV_H

#include "formats/format.h"

/* Writes tables that mappings/enerlog.ini and mappings/enerlog_registers.ini read back. */
extern const struct en_format_writer en_csv_writer;

#endif
