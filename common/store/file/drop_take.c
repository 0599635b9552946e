/* SPDX-License-Identifier: Apache-2.0 */
#include "drop_take.h"

#include "../beneath.h"
#include "longshore/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

void take_init(struct take *t, struct file_drop *d, const char *temp, const char *name)
{
	*t = (struct take){.d = d, .temp = temp, .name = name, .temp_dir = -1, .name_dir = -1};
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* a directory; everything that matters was synced */
	*fd = -1;
}

void take_release(struct take *t)
{
	close_one(&t->temp_dir);
	close_one(&t->name_dir);
}

/* --- the two directories --- */

static int open_name(struct take *t, struct err *e)
{
	close_one(&t->name_dir);
	t->name_dir =
	        beneath_parent_new(t->d->root_fd, t->name, drop_file_dir(t->d), &t->name_base);
	return t->name_dir >= 0 ? 0 : drop_file_failed(e, errno, "open the directory");
}

static int open_temps(struct take *t, struct err *e)
{
	close_one(&t->temp_dir);
	return chain_open(t->d, t->temp, &t->temp_dir, e);
}

static void temp_base(const struct take *t, int at, struct chain_name *out)
{
	const char *slash = strrchr(t->temp, '/');
	chain_name(slash ? slash + 1 : t->temp, at, out);
}

/* Returns 0 or errno. */
static int move_temp(const struct take *t, int to)
{
	struct chain_name old, new;
	temp_base(t, t->at, &old);
	temp_base(t, to, &new);
	return renameat(t->temp_dir, old.text, t->temp_dir, new.text) == 0 ? 0 : errno;
}

static int is_still_there(const struct take *t, bool *out, struct err *e)
{
	struct stat st;
	return chain_look(t->temp_dir, t->temp, t->at, out, &st, e);
}

static int answer(struct take *t, enum take_answer what)
{
	t->answer = what;
	t->step = TAKE_SYNC;
	return 0;
}

/* The temporary is no longer under this name, so it moved forward. */
static int go_on(struct take *t)
{
	t->at++;
	t->waits = 0;
	t->is_owner = false;
	t->step = TAKE_FIND;
	return 0;
}

/* --- find the temporary --- */

static int step_find(struct take *t, struct err *e)
{
	bool is_there = false;
	if (open_temps(t, e) != 0 || (t->name && t->name_dir < 0 && open_name(t, e) != 0))
		return e->act;
	if (chain_look(t->temp_dir, t->temp, t->at, &is_there, &t->found, e) != 0)
		return e->act;
	if (!is_there)
		return t->at + 1 < CHAIN_END ? go_on(t) : answer(t, TAKE_GONE);
	if (chain_is_claim(t->at) || t->at == CHAIN_DOUBT)
		t->d->base.guarantee = TAKE_BY_LINK; /* some host used links */
	if (t->at == CHAIN_ASIDE)
		return answer(t, !t->name ? TAKE_ASIDE : TAKE_GONE);
	if (t->at == CHAIN_DOUBT && !t->name)
		return answer(t, TAKE_IN_DOUBT);
	if (t->at == CHAIN_DOUBT || chain_is_claim(t->at))
		t->step = t->name ? TAKE_CHECK : TAKE_WAIT;
	else
		t->step = t->name ? TAKE_PLACE : TAKE_SET_ASIDE;
	return 0;
}

/* --- commit in one call --- */

static bool is_unknown_flag(int errnum)
{
	return errnum == EINVAL || errnum == ENOSYS || errnum == EOPNOTSUPP;
}

static int step_place(struct take *t, struct err *e)
{
	bool is_there = false;
	struct chain_name temp;
	temp_base(t, t->at, &temp);
	t->step = TAKE_LOOK;
	if (strcmp(t->d->base.guarantee, TAKE_BY_LINK) == 0)
		return 0;
	if (renameat2(t->temp_dir, temp.text, t->name_dir, t->name_base, RENAME_NOREPLACE) == 0)
		return answer(t, TAKE_COMMITTED);
	int errnum = errno;
	if (is_unknown_flag(errnum)) {
		t->d->base.guarantee = TAKE_BY_LINK;
		return 0;
	}
	if (errnum != EEXIST && errnum != ENOENT)
		return drop_file_failed(e, errnum, "rename without replacing");
	if (is_still_there(t, &is_there, e) != 0)
		return e->act;
	if (!is_there)
		return go_on(t);
	if (errnum == ENOENT) /* so the directory of the name was removed */
		return drop_file_failed(e, errnum, "rename without replacing");
	return answer(t, TAKE_NAME_TAKEN);
}

/* --- commit by link + unlink --- */

/* The name exists. Since we found the temporary, another attempt may have moved it forward and
 * given the name to this very file. */
static int name_is_there(struct take *t, struct err *e)
{
	bool is_there = false;
	if (is_still_there(t, &is_there, e) != 0)
		return e->act;
	return is_there ? answer(t, TAKE_NAME_TAKEN) : go_on(t);
}

/* Checks for errors that can be foreseen before it claims, because each claim uses up two names of
 * the chain. */
static int step_look(struct take *t, struct err *e)
{
	struct stat st;
	if (open_name(t, e) != 0)
		return e->act;
	if (fstatat(t->name_dir, t->name_base, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return name_is_there(t, e);
	if (errno != ENOENT)
		return drop_file_failed(e, errno, "look at the name");
	if (faccessat(t->name_dir, ".", W_OK | X_OK, AT_EACCESS) != 0)
		return drop_file_failed(e, errno, "link");
	if (t->at == CHAIN_LAST_FREE)
		return err_set(e, ERR_REJECT, CODE_DROP_UNFIT,
		        "link: it failed %d times for this file with unexpected errors; see the "
		        "reasons of the earlier tries",
		        CHAIN_CLAIMS);
	t->step = TAKE_CLAIM;
	return 0;
}

/* Makes the claim durable before the link. Otherwise a crash could bring back a temporary that was
 * committed. */
static int step_claim(struct take *t, struct err *e)
{
	int errnum = move_temp(t, t->at + 1);
	if (errnum == ENOENT)
		return go_on(t);
	if (errnum != 0)
		return drop_file_failed(e, errnum, "claim the temporary");
	t->at++;
	t->is_owner = true;
	if (fsync(t->temp_dir) != 0)
		return drop_file_failed(e, errno, "sync the directory of temporaries");
	PROBE(drop_after_claim);
	t->step = TAKE_LINK;
	return 0;
}

/* True if the link was certainly not made. After any other error it is unknown. */
static bool is_for_good(int errnum)
{
	static const int known[] = {EACCES, EPERM, EROFS, ENOSPC, EDQUOT, EMLINK, EXDEV, ENOENT,
	        ENOTDIR, ELOOP, ENAMETOOLONG, EINVAL, ENOSYS, EOPNOTSUPP};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (errnum == known[i])
			return true;
	return false;
}

static int link_failed(struct err *e, int errnum)
{
	if (errnum != EPERM && errnum != EMLINK && !is_unknown_flag(errnum))
		return drop_file_failed(e, errnum, "link");
	return err_set_native(e, ERR_REJECT, CODE_DROP_UNFIT, "posix", errnum,
	        "link: the file system of the drop has neither a rename that does not replace nor "
	        "hard links; use one that has either (ext4, xfs, btrfs, tmpfs, NFS 4.1): %s",
	        strerror(errnum));
}

static int step_link(struct take *t, struct err *e)
{
	bool is_there = false;
	struct chain_name temp;
	temp_base(t, t->at, &temp);
	t->step = TAKE_CLEAR;
	if (linkat(t->temp_dir, temp.text, t->name_dir, t->name_base, 0) == 0) {
		PROBE(drop_after_link);
		return 0;
	}
	int errnum = errno;
	t->step = TAKE_CHECK;
	if (errnum == EEXIST)
		return 0;
	if (!is_for_good(errnum))
		return drop_file_failed(e, errnum, "link");
	if (errnum == ENOENT && is_still_there(t, &is_there, e) != 0)
		return e->act;
	if (errnum == ENOENT && !is_there)
		return go_on(t); /* another process has put our claim in doubt */
	(void)link_failed(&t->why, errnum);
	t->step = TAKE_RELEASE;
	return 0;
}

/* If this fails too, the claim stays, and another process puts it in doubt later. */
static int step_release(struct take *t, struct err *e)
{
	int errnum = move_temp(t, t->at + 1);
	*e = t->why;
	return errnum == 0 ? e->act : err_note(e, "and the claim stays");
}

/* --- check a claim: another's, or ours after "exists" --- */

static bool is_ours(const struct take *t, const struct stat *visible)
{
	return visible->st_ino == t->found.st_ino && visible->st_dev == t->found.st_dev;
}

/* An inode number is reused after its file is gone. So equal numbers prove something only while
 * both names exist. */
static int clear_if_there(struct take *t, struct err *e)
{
	bool is_there = false;
	if (is_still_there(t, &is_there, e) != 0)
		return e->act;
	if (!is_there)
		return go_on(t);
	t->step = TAKE_CLEAR;
	return 0;
}

static int step_check(struct take *t, struct err *e)
{
	struct stat st;
	if (open_name(t, e) != 0)
		return e->act;
	bool is_there = fstatat(t->name_dir, t->name_base, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!is_there && errno != ENOENT)
		return drop_file_failed(e, errno, "look at the name");
	if (is_there && is_ours(t, &st))
		return clear_if_there(t, e);
	if (t->at == CHAIN_DOUBT)
		return answer(t, TAKE_IN_DOUBT);
	/* "exists" may come from a repeated request and mean our own link, which the partner took
	 * away since. */
	t->step = t->is_owner ? TAKE_DOUBT : TAKE_WAIT;
	return 0;
}

static int step_wait(struct take *t, struct err *e)
{
	(void)e;
	t->step = ++t->waits > TAKE_WAITS_MAX ? TAKE_DOUBT : TAKE_FIND;
	return 0;
}

static int step_doubt(struct take *t, struct err *e)
{
	int errnum = move_temp(t, CHAIN_DOUBT);
	if (errnum == ENOENT)
		return go_on(t);
	if (errnum != 0)
		return drop_file_failed(e, errnum, "mark the temporary as in doubt");
	PROBE(drop_after_doubt);
	t->at = CHAIN_DOUBT;
	t->is_owner = false;
	t->step = TAKE_FIND;
	return 0;
}

/* Makes the name durable before it removes the temporary. */
static int step_clear(struct take *t, struct err *e)
{
	if (fsync(t->name_dir) != 0)
		return drop_file_failed(e, errno, "sync the directory");
	if (chain_remove(t->d, t->temp, e) != 0)
		return e->act;
	return answer(t, TAKE_COMMITTED);
}

static int step_set_aside(struct take *t, struct err *e)
{
	int errnum = move_temp(t, CHAIN_ASIDE);
	if (errnum == ENOENT)
		return go_on(t);
	if (errnum != 0)
		return drop_file_failed(e, errnum, "put the temporary aside");
	return answer(t, TAKE_ASIDE);
}

/* --- finish --- */

/* Makes every answer durable before it is given. Even if the temporary is gone, that may be the
 * work of another process that a crash of the machine could undo. */
static int step_sync(struct take *t, struct err *e)
{
	if ((t->name_dir >= 0 && fsync(t->name_dir) != 0) ||
	        (t->temp_dir >= 0 && fsync(t->temp_dir) != 0))
		return drop_file_failed(e, errno, "sync the directories");
	t->step = TAKE_DONE;
	return t->answer == TAKE_GONE ? drop_file_is_alive(t->d, e) : 0;
}

static int step_done(struct take *t, struct err *e)
{
	(void)t;
	return err_set(e, ERR_FATAL, "bad_step", "a finished commit has no next step");
}

static int (*const steps[TAKE_STEPS])(struct take *t, struct err *e) = {
        [TAKE_FIND] = step_find,
        [TAKE_PLACE] = step_place,
        [TAKE_LOOK] = step_look,
        [TAKE_CLAIM] = step_claim,
        [TAKE_LINK] = step_link,
        [TAKE_RELEASE] = step_release,
        [TAKE_CHECK] = step_check,
        [TAKE_WAIT] = step_wait,
        [TAKE_DOUBT] = step_doubt,
        [TAKE_CLEAR] = step_clear,
        [TAKE_SET_ASIDE] = step_set_aside,
        [TAKE_SYNC] = step_sync,
        [TAKE_DONE] = step_done,
};

int take_step(struct take *t, struct err *e)
{
	return steps[t->step](t, e);
}

int take_run(struct take *t, struct err *e)
{
	while (t->step != TAKE_DONE) {
		if (t->step == TAKE_WAIT) /* no event reports what another host does */
			(void)poll(NULL, 0, TAKE_WAIT_MS);
		if (take_step(t, e) != 0)
			return e->act;
	}
	return 0;
}
