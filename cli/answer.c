/* SPDX-License-Identifier: Apache-2.0
 *
 * The scheduler stores its answer twice: in the delivery's row, which needs no recorder, and in
 * the trail, which also has the answers for deliveries that were already over.
 */
#include "answer.h"

#include "longshore/clock.h"
#include "longshore/id.h"
#include "sql/cli.h"

#include <poll.h>

enum { LOOK_MS = 250, KEY_DIGITS = 16, LOOK_BYTES = 64 * 1024 * 1024 };

/* "<key> done", or "<key> <reason>: <text>"; an older scheduler leaves the answer empty. */
static struct cli_answer read_line(struct str answer)
{
	ptrdiff_t colon = str_find(answer, ':', 0);
	size_t n = colon < 0 ? answer.n : (size_t)colon;
	if (answer.n == 0)
		return (struct cli_answer){.is_known = false};
	if (str_eq(answer, STR("done")))
		return (struct cli_answer){.is_known = true};
	return (struct cli_answer){.is_known = true,
	        .is_refused = true,
	        .reason = str_bytes(answer.p, n),
	        .text = colon < 0 ? STR("")
	                          : str_trim(str_bytes(answer.p + n + 1, answer.n - n - 1))};
}

struct cli_answer cli_answer_of(struct str answers, struct str identity)
{
	struct id id = id_of("word/1", &identity, 1); /* in the scheduler's form */
	struct str key = str_bytes(id_str(&id).p, KEY_DIGITS), rest = answers;
	while (rest.n > 0) {
		ptrdiff_t end = str_find(rest, '\n', 0);
		struct str line = str_bytes(rest.p, end < 0 ? rest.n : (size_t)end);
		rest = end < 0 ? STR("") : str_bytes(rest.p + end + 1, rest.n - (size_t)end - 1);
		if (line.n > KEY_DIGITS && str_has_prefix(line, key) && line.p[KEY_DIGITS] == ' ')
			return read_line(
			        str_bytes(line.p + KEY_DIGITS + 1, line.n - KEY_DIGITS - 1));
	}
	return (struct cli_answer){.is_known = false};
}

static int look(struct cli *cli, const struct cli_word *word, struct str identity,
        struct arena *mem, struct cli_answer *out, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_SELECT_ANSWER_DELIVERY, word->delivery_id);
	pg_set(&p, PARAM_SELECT_ANSWER_WORD, identity);
	int act = pg_run(cli->pg, &sql_select_answer, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	*out = cli_answer_of(pg_text(rows, 0, COL_SELECT_ANSWER_ANSWERS, mem), identity);
	if (out->is_known || pg_is_null(rows, 0, COL_SELECT_ANSWER_ANSWER))
		return 0;
	*out = (struct cli_answer){.is_known = true,
	        .is_refused =
	                str_eq(pg_text(rows, 0, COL_SELECT_ANSWER_ANSWER, mem), STR("refused")),
	        .reason = pg_text(rows, 0, COL_SELECT_ANSWER_REASON, mem),
	        .text = pg_text(rows, 0, COL_SELECT_ANSWER_DETAIL, mem)};
	return 0;
}

static int no_answer(const struct cli_word *word, int64_t seconds, struct err *e)
{
	const char *remedy = "longshore trace shows the outcome; longshore doctor shows whether "
	                     "all services are running";
	if (cli_is_interrupted())
		return err_set(e, ERR_DEFER, "interrupted",
		        "stopped waiting; the request to %s " STR_FMT
		        " was sent and may still be carried out: %s",
		        word->verb, STR_ARG(word->delivery_id), remedy);
	return err_set(e, ERR_RETRY, "no_answer",
	        "the request to %s " STR_FMT
	        " was sent and may still be carried out, but no answer came within %lld s: %s",
	        word->verb, STR_ARG(word->delivery_id), (long long)seconds, remedy);
}

static int judge(const struct cli_word *word, const struct cli_answer *answer, struct err *e)
{
	if (!answer->is_refused)
		return 0;
	return err_set(e, ERR_REJECT, "refused", "%s " STR_FMT ": refused (" STR_FMT "): " STR_FMT,
	        word->verb, STR_ARG(word->delivery_id), STR_ARG(answer->reason),
	        STR_ARG(answer->text));
}

/* Polls, so it works without the recorder. A notification only makes it faster. */
static int await(struct cli *cli, const struct cli_word *word, int64_t seconds, struct arena *mem,
        struct err *e)
{
	int64_t deadline = clock_mono_ms() + seconds * 1000;
	struct str identity = arena_printf(&cli->mem, "cli/" STR_FMT, STR_ARG(word->trigger_id));
	bool is_listening = false;
	for (;;) {
		struct cli_answer answer = {.is_known = false};
		bool notified = false;
		int act = is_listening ? 0 : pg_listen(cli->pg, "longshore_delivery", e);
		is_listening = act == 0;
		arena_reset(mem);
		if (act == 0)
			act = look(cli, word, identity, mem, &answer, e);
		if (act == 0 && answer.is_known)
			return judge(word, &answer, e);
		if (act != 0 && act != ERR_RETRY)
			return act;
		if (cli_is_interrupted() || clock_mono_ms() >= deadline)
			return no_answer(word, seconds, e);
		if (act != 0 || pg_wait_notify(cli->pg, LOOK_MS, &notified, e) != 0)
			(void)poll(NULL, 0, LOOK_MS); /* the database is down: try again */
	}
}

int cli_await_answer(struct cli *cli, const struct cli_word *word, int64_t seconds, struct err *e)
{
	struct arena mem;
	int act = cli_pg(cli, e);
	if (act != 0)
		return act;
	arena_init(&mem, LOOK_BYTES);
	cli_catch_interrupt();
	act = await(cli, word, seconds, &mem, e);
	arena_release(&mem);
	return act;
}
