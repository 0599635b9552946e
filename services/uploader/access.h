/* SPDX-License-Identifier: Apache-2.0
 * Who can read the files that we put at a drop: the settings, parsed once. */
#ifndef LONGSHORE_UPLOADER_ACCESS_H
#define LONGSHORE_UPLOADER_ACCESS_H

#include "longshore/drop.h"

/* mode is 0640, 0644, 0660 or 0664: a partner reads through the group, and nobody executes a data
 * file. group is a name, a number, or empty. ERR_FATAL ("bad_settings") names the setting and the
 * remedy, also if this process cannot assign files to the group. */
int access_parse(
        const char *mode, const char *group, struct drop_access *out, struct err *e) ERR_MUST_USE;

#endif
