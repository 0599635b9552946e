/* SPDX-License-Identifier: Apache-2.0
 * What the counts of the books mean, in a few words. */
#ifndef CLI_COUNTS_H
#define CLI_COUNTS_H

#include "longshore/str.h"

/* NULL: a count of a newer release. */
const char *count_meaning(struct str name);

#endif
