/* SPDX-License-Identifier: Apache-2.0
 * What the scheduler answered to a word of a person: approve, reject, cancel, resume. */
#ifndef CLI_ANSWER_H
#define CLI_ANSWER_H

#include "cli.h"

struct cli_word {
	const char *verb;
	struct str delivery_id;
	struct str trigger_id; /* of this word: another word to the same delivery has another */
};

/* 0: it was carried out. ERR_REJECT ("refused") with the scheduler's reason. ERR_RETRY
 * ("no_answer"): none within so many seconds. ERR_DEFER ("interrupted"). */
int cli_await_answer(
        struct cli *cli, const struct cli_word *word, int64_t seconds, struct err *e) ERR_MUST_USE;

/* --- pure --- */

struct cli_answer {
	bool is_known, is_refused;
	struct str reason, text; /* of a refusal */
};
/* What a delivery's row (run.state.answers) says of the word with this identity. */
struct cli_answer cli_answer_of(struct str answers, struct str identity);

#endif
