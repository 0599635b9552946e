/* SPDX-License-Identifier: Apache-2.0
 * What the stages of decide share: the decision in progress, and the moves that all of them use.
 * Pure. */
#ifndef SCHEDULER_DECIDING_H
#define SCHEDULER_DECIDING_H

#include "decide.h"

#include "longshore/holds.h"

/* What a delivery does next. A stage returns it; decide_drive.c carries it out. */
enum next {
	NEXT_STAYS,  /* waits for results, time, a person, or a missing fact */
	NEXT_CHECKS, /* continues its phase; the phase is done if all its tasks are */
	NEXT_END,    /* ends as decide_end noted; settles first if an upload was issued */
	NEXT_START,
	NEXT_BUILD,
	NEXT_INSPECT,
	NEXT_SELECT,
	NEXT_ORDER,
	NEXT_LISTS,
	NEXT_COMBINE,
	NEXT_GATE,
	NEXT_PARTS,
	NEXT_TRAILERS,
	NEXT_UPLOAD_PARTS,
	NEXT_UPLOAD_MANIFEST,
	NEXT_UPLOAD_MARKER,
	NEXT_SETTLE,
	NEXT_OVER,
	NEXT_COUNT
};

/* How the delivery ends. With STATE_SELECTING it settles and then starts over. */
struct ending {
	enum delivery_state state;
	struct str reason, detail;
};

struct deciding {
	struct decision *out;
	struct delivery *x;           /* out->after */
	struct ev_delivery_memory *m; /* its memory */
	struct frozen frozen;         /* the current spec */
	const struct facts *facts;
	const struct decide_rules *rules;
	struct arena *mem;
	const struct lookup *row_places;
	struct str actor, identity; /* of the current event, for the audit trail */
	struct str refused;         /* why the current request of a person is refused; absent: not
	                       refused */
	struct ending ending;       /* for NEXT_END, NEXT_SETTLE and NEXT_OVER */
	bool is_unsettled; /* it ends without knowing of every file whether it is visible */
};

/* decide_moves.c */
bool decide_lacks(struct deciding *d, unsigned need); /* true: the need is noted; return at once */
bool decide_lacks_stages(struct deciding *d, uint32_t stages);
bool decide_lacks_waiting(struct deciding *d, enum stage stage);
void decide_go_to(struct deciding *d, enum ev_phase phase, enum delivery_state state);
bool decide_is_uploading(const struct deciding *d);
/* These note how the delivery ends and return what is next. */
enum next decide_end(
        struct deciding *d, enum delivery_state state, struct str reason, struct str detail);
enum next decide_fail(struct deciding *d, struct str reason, struct str detail);
enum next decide_complete(struct deciding *d, struct str reason);
enum next decide_first(const struct deciding *d); /* the first step of a delivery or a build */
/* Makes this configuration the current one, and updates the visible fields that follow from it. */
void decide_take_spec(struct deciding *d, const struct frozen *frozen);
void decide_set_detail(struct deciding *d, struct str detail);
void decide_drop_unfinished(struct deciding *d);
void decide_audit(struct deciding *d, const char *action, struct str reason, struct str detail);
/* Refuses a request and leaves a record in the audit trail. The same request always makes the same
 * record, however often it is read. */
void decide_refuse(struct deciding *d, const char *action, const char *reason, struct str detail);
/* Adds to the first record from `first` on the identity of the request that it answers, and the
 * answer. Makes a record if there is none. So the sender finds the answer to exactly this
 * request. */
void decide_cite_word(struct deciding *d, const struct decide_event *ev, size_t first);
struct ev_staged_ref *decide_add_list(struct deciding *d, struct str bytes, int64_t rows);
void decide_add_receipt(struct deciding *d, const struct ev_file_receipt *receipt);
struct ev_staged_ref *decide_copy_ref(struct deciding *d, const struct ev_staged_ref *ref);
void decide_set_count(struct deciding *d, struct str name, int64_t value);
void decide_forget_count(struct deciding *d, struct str name);
bool decide_has_count(const struct deciding *d, struct str name);
int64_t decide_count(const struct deciding *d, struct str name); /* 0 if there is none */

/* decide_tasks.c: rows */
struct task_row *decide_find_row(struct deciding *d, struct str task_id);
struct str decide_file_id(struct deciding *d, struct str name); /* id in the ledger */
bool decide_row_is(const struct deciding *d, const struct task_row *row,
        enum stage stage); /* and of this revision */
/* Makes room for this many rows at once, instead of doubling several times. */
void decide_expect_rows(struct deciding *d, int32_t count);
void decide_add_build(struct deciding *d);
void decide_add_inspect(struct deciding *d);
void decide_add_select(struct deciding *d, int32_t index);
void decide_add_lists(struct deciding *d);
void decide_add_combine(struct deciding *d);
struct file_part {
	int32_t index;
	struct str name;
	int64_t first_rank, ranks;
};
void decide_add_part(struct deciding *d, const struct file_part *part);
void decide_add_trailer(struct deciding *d, enum stage stage, int32_t index, struct str name);
struct file_upload {
	int32_t index;
	struct str name;
	enum ev_file_role role;
	struct ev_staged_ref *file;
	struct str plain_sha256, encoder, md5;
	enum ev_resolution resolution;
};
void decide_add_upload(struct deciding *d, const struct file_upload *file);
void decide_add_settle(struct deciding *d,
        const struct file_upload *file); /* uses index, name, role, encoder, resolution */

/* decide_brief.c */
bool decide_lacks_parts(struct deciding *d, int32_t from, int32_t count);
/* Done tasks by index, starting at `from`; NULL for a task that is not done. Returns NULL if mem is
 * full. */
const struct brief **decide_done(struct deciding *d, enum stage stage, int32_t from, int32_t count);
const struct brief *decide_done_one(struct deciding *d, enum stage stage, int32_t index);

/* decide_files.c: files by their plan */
struct file_plan;
/* Plans the files again with the same result as before, whatever the limit of parts is now. false:
 * the plan fails, and the caller returns NEXT_END. */
bool decide_plan_again(struct deciding *d, struct file_plan *plan);
/* `part`: the formatted part, if the file is one. */
enum next decide_add_upload_of(struct deciding *d, const struct file_plan *plan,
        struct file_upload *file, const struct brief *part);
enum next decide_upload_part(
        struct deciding *d, const struct file_plan *plan, int32_t index, const struct brief *part);
/* Needs index and resolution of `file`. */
void decide_add_settle_of(struct deciding *d, const struct file_plan *plan,
        struct file_upload *file, const struct brief *part);

/* decide_make.c: phases of very many tasks */
enum next decide_begin_tasks(struct deciding *d, int32_t count); /* call it after decide_go_to */
/* Makes the tasks that can be issued soon. Expects that all open rows were looked at. */
enum next decide_make_more(struct deciding *d);

/* decide_hold.c */
void decide_hold(struct deciding *d, enum hold why, struct str detail);
/* For a configuration that cannot be carried out: a person changes it and resumes. */
void decide_hold_plan(struct deciding *d, const char *property, const char *why);
void decide_hold_unsupported(struct deciding *d, struct str property, struct str detail);
bool decide_is_held(const struct deciding *d, enum hold why);
enum next decide_go_on(struct deciding *d); /* continues the uploads where they were */

/* decide_answer.c: what people answer */
enum next decide_approve(struct deciding *d, const struct decide_event *ev);
enum next decide_reject(struct deciding *d, const struct decide_event *ev);
enum next decide_resume(struct deciding *d, const struct decide_event *ev);

/* decide_request.c */
enum next decide_request(struct deciding *d, const struct decide_event *ev);
enum next decide_cancel(struct deciding *d, const struct decide_event *ev);

/* decide_able.c */
bool decide_is_unable(struct deciding *d); /* true: held because of its configuration */

/* decide_look.c: the look before uploads */
/* A person is asked about a file. A look does not cancel that hold: the answer starts another
 * look. */
bool decide_asks_about_file(const struct deciding *d);
void decide_look_before_upload(struct deciding *d);
/* The lists are unchanged since combine: this look allows the uploads that are ready. */
void decide_note_look(struct deciding *d, const struct ev_task_result *result);
enum next decide_seen_before_upload(
        struct deciding *d, const struct ev_task_result *result, bool is_same);

/* decide_revision.c */
void decide_begin_revision(struct deciding *d, enum ev_phase phase);
enum next decide_restart(struct deciding *d, enum ev_phase phase,
        struct str reason); /* not requested by a person; limited in number */

/* decide_lists.c */
/* false: the result of combine lacks the numbers. */
bool decide_take_lists(struct deciding *d, const struct ev_task_result *result);
typedef void decide_on_finding(void *arg, enum hold why, struct str text);
void decide_check_lists(struct deciding *d, decide_on_finding *found, void *arg);

/* decide_blackout.c */
/* true: held until the end of the current blackout. */
bool decide_waits_for_blackout(struct deciding *d);
/* Puts into the status what uploads wait for. */
void decide_tell_blackout(struct deciding *d);

/* decide_quota.c */
/* true: held because a quota is used up, or the use of the quotas is not known yet; return at
 * once. */
bool decide_waits_for_quota(struct deciding *d);
/* Takes a place before the uploads are made, but none while the bucket is unavailable. false: held,
 * or a fact is missing; return at once. */
bool decide_take_place(struct deciding *d);
/* If its place was returned while the bucket was unavailable: takes one again, or holds the
 * delivery. */
enum next decide_take_place_again(struct deciding *d);

/* decide_place.c */
/* Notes the place that an uploader found. false: its answer names none. */
bool decide_place_told(struct deciding *d, const struct ev_task_result *r);
/* Remembers, if the result says so, that the uploader found another place than the expected one. */
void decide_note_elsewhere(struct deciding *d, const struct ev_task_result *r);
void decide_forget_elsewhere(struct deciding *d);
bool decide_is_found_elsewhere(const struct deciding *d);
/* The detail, and what a person can do. */
struct str decide_elsewhere_detail(struct deciding *d, struct str detail);
/* A person accepts the place that was found. This can end the delivery. */
enum next decide_accept_place(struct deciding *d);

/* decide_upload.c */
enum next decide_resend(struct deciding *d, enum ev_resolution resolution);

/* decide_settle.c */
/* If it settles to start over, makes it end like this instead. false: it does not. */
bool decide_end_instead(
        struct deciding *d, enum delivery_state state, struct str reason, struct str detail);

/* decide_receipt.c */
/* True if the file of this receipt is in another drop than the delivery's other files. */
bool decide_is_elsewhere(const struct deciding *d, struct str place, bool is_by_person);

/* decide_retry.c: a task that did not succeed */
enum next decide_retry(struct deciding *d, struct task_row *row, const struct ev_task_result *r);
enum next decide_deferred(struct deciding *d, struct task_row *row, const struct ev_task_result *r);
void decide_expired(struct deciding *d, struct task_row *row);
/* Its alarm passed without a result. */
void decide_unanswered(struct deciding *d, const struct task_row *row);

/* decide_result.c */
enum next decide_result(struct deciding *d, const struct decide_event *ev);

#endif
