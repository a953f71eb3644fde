/* Files as they come: plain, gzip, or a zip with any number of members. Looked at by content, not
 * by name. Bounded: EN_DOCUMENT_SIZE_MAX bytes unpacked in all, EN_ARCHIVE_MEMBERS_MAX members.
 * Member names that leave their folder are refused, folders are passed over, archives inside
 * archives are not opened. The only door to libzip; zlib is used here and in document.c. */
#ifndef EN_FORMATS_UNPACK_H
#define EN_FORMATS_UNPACK_H

#include "core/error.h"
#include "core/slice.h"

/* One file: its name without folders, its bytes; both live for the call. A code other than EN_OK
 * stops the unpacking and is returned. */
typedef en_code en_unpack_visit(void *self, const char *name, struct en_slice bytes,
                                struct en_error *err);

/* Calls visit for every file inside, in the order of the archive; once for a plain file.
 * Codes: EN_MALFORMED (damaged archive, a refused name, an archive without files), EN_LIMIT,
 * EN_UNSUPPORTED (encrypted or unknown compression), EN_NOMEM, those of visit. */
en_code en_unpack(const char *name, struct en_slice bytes, en_unpack_visit *visit, void *self,
                  struct en_error *err) EN_MUST_CHECK;

/* Whether a member's name stays where it is put: not absolute, no "..", no backslash, no drive,
 * nothing that does not print. */
bool en_unpack_name_is_safe(const char *name);

#endif
