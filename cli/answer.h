/* SPDX-License-Identifier: Apache-2.0
 * The scheduler's answer to a person's decision: approve, reject, cancel, resume. */
#ifndef CLI_ANSWER_H
#define CLI_ANSWER_H

#include "cli.h"

struct cli_word {
	const char *verb;
	struct str delivery_id;
	struct str
	        trigger_id; /* of this decision; another decision about the same delivery has its own */
};

/* 0: it was carried out. ERR_REJECT ("refused") gives the scheduler's reason. ERR_RETRY
 * ("no_answer"): no answer within this many seconds. ERR_DEFER ("interrupted"). */
int cli_await_answer(
        struct cli *cli, const struct cli_word *word, int64_t seconds, struct err *e) ERR_MUST_USE;

/* --- pure --- */

struct cli_answer {
	bool is_known, is_refused;
	struct str reason, text; /* if it was refused */
};
/* Finds the answer to the decision with this identity in a delivery's row (run.state.answers). */
struct cli_answer cli_answer_of(struct str answers, struct str identity);

#endif
