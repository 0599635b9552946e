/* SPDX-License-Identifier: Apache-2.0
 * A delivery's progress: tasks done, rows, rate and time left for each stage. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli.h"

struct progress {
	struct str delivery_id, stage;
	int64_t done, total; /* tasks: slices of select, files of part, upload and settle */
	int64_t rows;        /* of the finished tasks */
	int64_t elapsed_ms;  /* since the first was issued; 0: none was issued */
};

int cli_progress(struct cli *cli, const struct str *ids, size_t count, struct progress **out,
        size_t *out_count, struct err *e) ERR_MUST_USE;

/* --- pure --- */

/* -1 if it is not known yet, or if the stage is finished. */
int64_t progress_rate(const struct progress *p);    /* rows a second */
int64_t progress_left_ms(const struct progress *p); /* at the rate so far */
/* "select 3 of 10 slices, 120000 rows, 40000 rows/s, about 7 s left" */
struct str progress_text(const struct progress *p, struct arena *mem);
/* The progress of one delivery's stages. */
struct str progress_json(
        const struct progress *list, size_t count, struct str delivery_id, struct arena *mem);

#endif
