/* SPDX-License-Identifier: Apache-2.0
 * Who may read what is put at a drop: the settings, read once. */
#ifndef LONGSHORE_UPLOADER_ACCESS_H
#define LONGSHORE_UPLOADER_ACCESS_H

#include "longshore/drop.h"

/* mode: 0640, 0644, 0660 or 0664, for a partner reads by its group and nobody runs a file of data.
 * group: a name, a number, or empty. ERR_FATAL ("bad_settings") names setting and remedy: also where
 * this process cannot give files to the group. */
int access_parse(
        const char *mode, const char *group, struct drop_access *out, struct err *e) ERR_MUST_USE;

#endif
