/* SPDX-License-Identifier: Apache-2.0
 * Short descriptions of the counts. */
#ifndef CLI_COUNTS_H
#define CLI_COUNTS_H

#include "longshore/str.h"

/* NULL if a newer release made this count. */
const char *count_meaning(struct str name);

#endif
