/* SPDX-License-Identifier: Apache-2.0
 *
 * What `apply` reads and looks at outside the documents: files, zones, drops;
 * and what it says.
 */
#ifndef CLI_APPLY_H
#define CLI_APPLY_H

#include "cli.h"
#include "longshore/cadence_runs.h"
#include "longshore/confine.h"
#include "longshore/documents.h"
#include "longshore/zones.h"

/* The documents of a file, or of the *.yaml and *.yml directly below a directory, in order of their
 * names. What is read borrows from cli->mem. */
int apply_read_files(
        struct cli *cli, const char *path, struct read_documents *read, struct err *e) ERR_MUST_USE;

/* Zones and runs as the scheduler computes them. */
struct apply_calendar {
	struct zones zones;
	int64_t now_s;
};
void apply_calendar_init(struct apply_calendar *c, const char *folder, int64_t now_ms);
void apply_calendar_release(struct apply_calendar *c);
struct document_world apply_world(struct apply_calendar *c); /* borrows it */

enum { APPLY_RUNS = 3 };
struct applied_document {  /* what becomes of one that was read */
	struct str before; /* its body until now; absent: there was none */
	struct document_changes changes;
	struct cadence_run runs[APPLY_RUNS];
	size_t runs_count;
	struct str zone; /* of the runs */
};
const char *apply_word(const struct applied_document *d); /* created, changed, unchanged */

/* Mistakes and warnings are told; ERR_REJECT if there is a mistake, else 0 and nothing is told. */
int apply_refuse(struct cli *cli, struct read_documents *read, struct err *e) ERR_MUST_USE;
/* Warnings, and a line or more for each document; documents: as many as were read. */
int apply_report(struct cli *cli, struct read_documents *read,
        const struct applied_document *documents, struct err *e) ERR_MUST_USE;

/* The next runs of a route that was read, as the scheduler will plan them; 0: it has no cadence. */
size_t apply_next_runs(struct apply_calendar *c, const struct read_document *d, struct arena *mem,
        struct cadence_run out[APPLY_RUNS]);

/* The key directory of the uploader, whose credentials open the drops; NULL: LONGSHORE_KEYS is not set. */
const char *cli_uploader_keys(struct cli *cli);
/* Where drops may lie, by the settings here. */
int cli_drops(const struct cli *cli, struct confine **out, struct err *e) ERR_MUST_USE;

/* Tries every drop of the buckets that were read, and looks where their sources lie, as far as they are
 * there; what one cannot do, or may not be, becomes a mistake. */
int apply_probe_places(struct cli *cli, struct read_documents *read, struct err *e) ERR_MUST_USE;

#endif
