/* SPDX-License-Identifier: Apache-2.0
 *
 * approve, reject, cancel, resume: decisions about an existing delivery. The scheduler carries
 * them out. A decision that obviously cannot work is refused here, so that a slip is reported at
 * once.
 */
#include "answer.h"
#include "delivery.h"
#include "json.h"
#include "options.h"
#include "verbs.h"

#include "longshore/clock.h"
#include "longshore/hex.h"
#include "longshore/random.h"
#include "longshore/states.h"
#include "longshore/topics.h"

enum { CONTENT_LEAST = 8, ANSWER_SECONDS = 30 };

struct word {
	const char *verb;
	enum ev_trigger_kind kind;
	bool of_held;    /* for held deliveries only */
	const char *aim; /* the final state that it requests */
};

static int judge(
        struct cli *cli, const struct word *word, const struct delivery_row *row, struct err *e)
{
	bool is_held = delivery_state_is(row->state, STATE_HELD);
	if (cli_is_final(row->state) || (word->of_held && !is_held))
		return err_set(e, ERR_REJECT, "wrong_state",
		        "%s: delivery " STR_FMT " is " STR_FMT "%s", word->verb,
		        STR_ARG(row->delivery_id), STR_ARG(row->state),
		        word->of_held && !cli_is_final(row->state) ? ", not held" : " already");
	if (word->kind != EV_TRIGGER_KIND_APPROVE)
		return 0;
	struct str release = cli_release(&cli->mem, row->delivery_id, row->reason, STR(""));
	if (release.n == 0)
		return err_set(e, ERR_REJECT, "wrong_state",
		        "approve: delivery " STR_FMT " is held (" STR_FMT
		        "), which ends by itself: an approval would change nothing",
		        STR_ARG(row->delivery_id), STR_ARG(row->reason));
	if (!str_has_prefix(release, STR("longshore approve")))
		return err_set(e, ERR_REJECT, "wrong_state",
		        "approve: delivery " STR_FMT " is held (" STR_FMT
		        "), which approve does not release: use " STR_FMT,
		        STR_ARG(row->delivery_id), STR_ARG(row->reason), STR_ARG(release));
	return 0;
}

/* The decision is about the selection that the person saw. */
static int check_content(const struct cli *cli, const struct word *word,
        const struct delivery_row *row, struct err *e)
{
	struct str seen = str_c(cli_option(cli, "--content"));
	if (!seen.p || (seen.n >= CONTENT_LEAST && str_has_prefix(row->content_hash, seen)))
		return 0;
	if (seen.n < CONTENT_LEAST)
		return cli_usage(
		        e, "%s: --content needs at least %d digits", word->verb, CONTENT_LEAST);
	if (row->content_hash.n == 0)
		return err_set(e, ERR_REJECT, "other_content",
		        "%s: delivery " STR_FMT " has no selection, or it is not recorded yet: "
		        "check longshore status " STR_FMT,
		        word->verb, STR_ARG(row->delivery_id), STR_ARG(row->delivery_id));
	return err_set(e, ERR_REJECT, "other_content",
	        "%s: delivery " STR_FMT " now has another selection (" STR_FMT
	        "): check longshore status " STR_FMT,
	        word->verb, STR_ARG(row->delivery_id), STR_ARG(row->content_hash),
	        STR_ARG(row->delivery_id));
}

/* A resume without an answer uses the current configuration and accepts whatever is selected then. */
static bool binds(const struct cli *cli, const struct word *word)
{
	return word->kind == EV_TRIGGER_KIND_APPROVE || word->kind == EV_TRIGGER_KIND_REJECT ||
	       cli_option(cli, "--content") || cli_option(cli, "--adopt") ||
	       cli_option(cli, "--resend");
}

static struct str draw_id(struct cli *cli)
{
	unsigned char drawn[16];
	char id[2 * sizeof(drawn) + 1];
	random_bytes(drawn, sizeof(drawn));
	hex_encode(drawn, sizeof(drawn), id);
	return arena_str(&cli->mem, str_c(id));
}

static int tell(struct cli *cli, const struct word *word, const struct delivery_row *row,
        struct str id, struct err *e)
{
	const char *note = cli_option(cli, "--note");
	const struct ev_trigger t = {.trigger_id = id,
	        .kind = word->kind,
	        .source = STR("cli"),
	        .tenant = row->tenant,
	        .actor = cli_actor(cli),
	        .note = str_c(note ? note : ""),
	        .at_ms = clock_unix_ms(),
	        .delivery_id = row->delivery_id,
	        .content_hash = binds(cli, word) ? row->content_hash : STR(""),
	        .resolution = cli_option(cli, "--adopt")    ? EV_RESOLUTION_ADOPT
	                      : cli_option(cli, "--resend") ? EV_RESOLUTION_RESEND
	                                                    : EV_RESOLUTION_NONE,
	        .new_place = cli_option(cli, "--new-place")};
	return cli_publish(cli, TOPIC_TRIGGERS, row->route, row->tenant, &ev_trigger_type, &t, e);
}

static void print_told(
        const struct cli *cli, const struct word *word, struct str delivery_id, bool is_done)
{
	struct buf out;
	if (!cli->json) {
		if (is_done)
			cli_print(STR_FMT "  %s: carried out\n", STR_ARG(delivery_id), word->verb);
		else
			cli_print("request sent for " STR_FMT "\n", STR_ARG(delivery_id));
		return;
	}
	buf_init(&out, JSON_MAX);
	json_open(&out, NULL, '{');
	json_text(&out, "delivery_id", delivery_id);
	json_bool(&out, "asked", true);
	json_text(&out, "answer", is_done ? STR("carried_out") : STR("not_awaited"));
	json_close(&out, '}');
	json_print(&out);
	buf_release(&out);
}

/* Prints the answer and then, with --wait, the delivery's end. */
static int await(struct cli *cli, const struct word *word, const struct delivery_row *row,
        struct str id, struct err *e)
{
	int64_t seconds = 0, began = clock_mono_ms();
	int act = cli_wait_seconds(cli, &seconds, e);
	if (act != 0)
		return act;
	const struct cli_word said = {word->verb, row->delivery_id, id};
	act = cli_await_answer(cli, &said, seconds < 0 ? ANSWER_SECONDS : seconds, e);
	if (act != 0)
		return act;
	if (seconds < 0) {
		print_told(cli, word, row->delivery_id, true);
		return EXIT_DONE;
	}
	const struct wait_for wanted = {row->delivery_id, row->version, word->aim};
	int64_t left = seconds - (clock_mono_ms() - began) / 1000;
	return cli_wait(cli, &wanted, 1, false, left > 0 ? left : 0, e);
}

static int answer(struct cli *cli, const struct word *word, struct err *e)
{
	struct delivery_row row;
	struct str id = draw_id(cli);
	int64_t seconds = 0;
	bool waits = !cli_option(cli, "--no-wait");
	if (!waits && cli_option(cli, "--wait"))
		return cli_usage(e, "%s: --wait and --no-wait exclude each other", word->verb);
	int act = cli_wait_seconds(cli, &seconds, e);
	if (act == 0)
		act = cli_delivery_now(cli, str_c(cli->args.positions[0]), &row, e);
	if (act == 0)
		act = judge(cli, word, &row, e);
	if (act == 0)
		act = check_content(cli, word, &row, e);
	if (act == 0)
		act = tell(cli, word, &row, id, e);
	if (act != 0)
		return act;
	if (waits)
		return await(cli, word, &row, id, e);
	print_told(cli, word, row.delivery_id, false);
	return EXIT_DONE;
}

static int approve(struct cli *cli, struct err *e)
{
	static const struct word word = {"approve", EV_TRIGGER_KIND_APPROVE, true, NULL};
	return answer(cli, &word, e);
}

static int reject(struct cli *cli, struct err *e)
{
	static const struct word word = {"reject", EV_TRIGGER_KIND_REJECT, true, "rejected"};
	return answer(cli, &word, e);
}

static int cancel(struct cli *cli, struct err *e)
{
	static const struct word word = {"cancel", EV_TRIGGER_KIND_CANCEL, false, "cancelled"};
	return answer(cli, &word, e);
}

static int resume(struct cli *cli, struct err *e)
{
	static const struct word word = {"resume", EV_TRIGGER_KIND_RESUME, true, NULL};
	if (cli_option(cli, "--adopt") && cli_option(cli, "--resend"))
		return cli_usage(e, "resume: --adopt and --resend exclude each other");
	return answer(cli, &word, e);
}

static const struct cli_option answer_options[] = {
        OPTION_ACTOR, OPTION_NOTE, OPTION_WAIT, OPTION_NO_WAIT, OPTION_END};
#define OPTION_CONTENT \
	{ \
		"--content", "HASH", false, \
		        "the selection that you looked at, as shown by status; its first 8 " \
		        "digits are enough" \
	}
static const struct cli_option bound_options[] = {
        OPTION_ACTOR, OPTION_NOTE, OPTION_WAIT, OPTION_NO_WAIT, OPTION_CONTENT, OPTION_END};
static const struct cli_option resume_options[] = {OPTION_ACTOR, OPTION_NOTE, OPTION_WAIT,
        OPTION_NO_WAIT, OPTION_CONTENT,
        {"--adopt", NULL, false, "the file at the destination counts as ours"},
        {"--resend", NULL, false, "send again"},
        {"--new-place", NULL, false,
                "accept the directory that is now at the bucket's url, for all deliveries"},
        OPTION_END};

const struct cli_verb verb_approve = {.name = "approve",
        .usage = "DELIVERY [--content HASH]",
        .help = "release a held delivery",
        .more = "The approver must be another person than the requester. The approval applies to "
                "the selection that is\nrecorded now, or to the one given by --content; if the "
                "selection has changed since, it is refused. The\nscheduler decides. The command "
                "waits for its answer for 30 seconds, or as long as --wait says. Exit codes:\n0 "
                "carried out (with --wait: completed), 1 refused, 4 no answer in time",
        .positions_min = 1,
        .positions_max = 1,
        .options = bound_options,
        .run = approve};
const struct cli_verb verb_reject = {.name = "reject",
        .usage = "DELIVERY [--content HASH]",
        .help = "end a held delivery",
        .more = "Like approve, it applies to one selection: if the selection has changed since, it "
                "is refused",
        .positions_min = 1,
        .positions_max = 1,
        .options = bound_options,
        .run = reject};
const struct cli_verb verb_cancel = {.name = "cancel",
        .usage = "DELIVERY",
        .help = "stop a delivery",
        .more = "Files that are visible at the destination stay; a delivery whose marker is "
                "visible is completed. With\n--wait, the exit code is 0 if the delivery was "
                "cancelled, and 1 if it was too late",
        .positions_min = 1,
        .positions_max = 1,
        .options = answer_options,
        .run = cancel};
const struct cli_verb verb_resume = {.name = "resume",
        .usage = "DELIVERY [--adopt | --resend] [--content HASH] [--new-place]",
        .help = "continue a held delivery",
        .more = "If nothing was sent yet, the delivery uses the current configuration. --adopt and "
                "--resend apply to the\nselection that is recorded now, or to the one given by "
                "--content; if the selection has changed since, they\nare refused. Held for "
                "drop_changed: mount the drop again and resume, or use --new-place to send "
                "all\ndeliveries of this bucket to the directory that is there now. A drop that "
                "was moved together with its\n.longshore-tmp is still the same place",
        .positions_min = 1,
        .positions_max = 1,
        .options = resume_options,
        .run = resume};
