/* SPDX-License-Identifier: Apache-2.0
 * What status shows beside what is recorded: what deliveries wait for, and how far they are. */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "find.h"
#include "progress.h"
#include "services.h"

/* The cells of a row of select_status_rows. */
enum {
	STATUS_ID,
	STATUS_TENANT,
	STATUS_ROUTE,
	STATUS_STATE,
	STATUS_REASON,
	STATUS_MEMBERS,
	STATUS_FILES,
	STATUS_CREATED,
	STATUS_DETAIL,
	STATUS_CONTENT,
	STATUS_CELLS
};

struct status_now {
	struct needed *needed;
	size_t needed_count;
	int running[SERVICES];
	bool is_known;             /* running was found out, or was not needed */
	struct str why;            /* else: why not */
	struct progress *progress; /* of the one that is looked at */
	size_t progress_count;
};
/* Of one delivery, or with an absent id of all that are under way. Kafka is asked only where something waits. */
int status_look(struct cli *cli, struct str delivery_id, struct status_now *out,
        struct err *e) ERR_MUST_USE;
/* What one waits for; absent: nothing. */
struct str status_waiting(struct cli *cli, const struct status_now *now, struct str delivery_id);
/* As parameters of select_status: ids, what they wait for, progress. */
void status_add(struct cli *cli, const struct status_now *now, struct pg_params *p);

/* Behind the table. cells: rows * STATUS_CELLS. */
int status_print_one(struct cli *cli, const struct str *cells, size_t rows, struct err *e);
int status_print_waiting(struct cli *cli, const struct str *cells, size_t rows, struct err *e);

int status_next(struct cli *cli, const struct found_name *of, struct err *e);

#endif
