/* SPDX-License-Identifier: Apache-2.0
 *
 * What `apply` reads and looks at outside the documents: files, zones, drops; and what it warns of.
 */
#ifndef CLI_APPLY_H
#define CLI_APPLY_H

#include "cli.h"
#include "longshore/cadence_runs.h"
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

/* The next runs of a route that was read, as the scheduler will plan them; 0: it has no cadence. */
enum { APPLY_RUNS = 3 };
size_t apply_next_runs(struct apply_calendar *c, const struct read_document *d, struct arena *mem,
        struct cadence_run out[APPLY_RUNS]);

/* Tries every drop of the buckets that were read; what one cannot do becomes a mistake. */
void apply_probe_drops(struct read_documents *read);

/* Routes that were read and will be held for a property that is not honoured yet, on standard
 * error. */
void apply_warn(const struct read_documents *read, const struct spec_document *applied,
        size_t applied_count);

#endif
