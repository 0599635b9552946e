/* SPDX-License-Identifier: Apache-2.0
 * Records changes of the configuration in the trail. */
#ifndef CLI_APPLY_RECORD_H
#define CLI_APPLY_RECORD_H

#include "cli.h"

#include "longshore/documents.h"
#include "longshore/id.h"

/* Publishes a record for each document of `read` whose current version is not in the trail yet.
 * The trail stores a record once, however often it is published. */
int apply_record(struct cli *cli, const struct read_documents *read, struct err *e) ERR_MUST_USE;

struct deletion { /* as in the history of documents */
	struct str kind, tenant, name, by;
	int64_t version, at_ms;
};
/* Publishes the record of a deletion unless it is already in the trail. */
int deletion_record(struct cli *cli, const struct deletion *d, struct err *e) ERR_MUST_USE;

#endif
