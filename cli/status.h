/* SPDX-License-Identifier: Apache-2.0
 * What status shows besides recorded data: what deliveries wait for, and their progress. */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "find.h"
#include "progress.h"
#include "services.h"

/* The columns of select_status_rows. */
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
	bool is_known;             /* running is known, or was not needed */
	struct str why;            /* the reason, if running is not known */
	struct progress *progress; /* of the delivery that is shown */
	size_t progress_count;
};
/* For one delivery, or for all unfinished ones if the id is absent. Kafka is queried only if
 * something waits. */
int status_look(struct cli *cli, struct str delivery_id, struct status_now *out,
        struct err *e) ERR_MUST_USE;
/* What a delivery waits for; absent: nothing. */
struct str status_waiting(struct cli *cli, const struct status_now *now, struct str delivery_id);
/* The same as parameters of select_status: ids, what they wait for, progress. */
void status_add(struct cli *cli, const struct status_now *now, struct pg_params *p);

/* Printed after the table. cells: rows * STATUS_CELLS. */
int status_print_one(struct cli *cli, const struct str *cells, size_t rows, struct err *e);
int status_print_waiting(struct cli *cli, const struct str *cells, size_t rows, struct err *e);

int status_next(struct cli *cli, const struct found_name *of, struct err *e);

#endif
