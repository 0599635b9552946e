/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_APPLY_RECORD_H
#define CLI_APPLY_RECORD_H

#include "cli.h"

#include "longshore/documents.h"

/* Publishes a record for each document of `read` whose present application is not in the trail. The
 * trail holds a record once, however often it is published. */
int apply_record(struct cli *cli, const struct read_documents *read, struct err *e) ERR_MUST_USE;

#endif
