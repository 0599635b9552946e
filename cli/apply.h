/* SPDX-License-Identifier: Apache-2.0
 * What `apply` reads and checks besides the documents (files, zones, drops), and what it prints. */
#ifndef CLI_APPLY_H
#define CLI_APPLY_H

#include "cli.h"
#include "longshore/cadence_runs.h"
#include "longshore/confine.h"
#include "longshore/documents.h"
#include "longshore/zones.h"

/* Reads the documents of a file, or of the *.yaml and *.yml files directly below a directory, in
 * order of their names. The result borrows from cli->mem. */
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
struct applied_document {  /* the result for one document */
	struct str before; /* its previous body; absent if it is new */
	struct document_changes changes;
	struct cadence_run runs[APPLY_RUNS];
	size_t runs_count;
	struct str zone; /* of the runs */
};
const char *apply_word(const struct applied_document *d); /* created, changed, unchanged */

/* Prints mistakes and warnings and returns ERR_REJECT if there is a mistake. Otherwise returns 0
 * and prints nothing. */
int apply_refuse(struct cli *cli, struct read_documents *read, struct err *e) ERR_MUST_USE;
/* Prints warnings, and at least one line for each document. documents: one for each that was read. */
int apply_report(struct cli *cli, struct read_documents *read,
        const struct applied_document *documents, struct err *e) ERR_MUST_USE;

/* The next runs of a route, as the scheduler will plan them. 0 if it has no cadence. */
size_t apply_next_runs(struct apply_calendar *c, const struct read_document *d, struct arena *mem,
        struct cadence_run out[APPLY_RUNS]);

/* The key directory of the uploader, whose credentials open the drops; NULL: LONGSHORE_KEYS is not set. */
const char *cli_uploader_keys(struct cli *cli);
/* The drops that the settings of this process permit. */
int cli_drops(const struct cli *cli, struct confine **out, struct err *e) ERR_MUST_USE;

/* Tries every drop of these buckets, and looks at their sources, if they exist. A drop that lacks
 * something or is not permitted becomes a mistake. */
int apply_probe_places(struct cli *cli, struct read_documents *read, struct err *e) ERR_MUST_USE;

#endif
