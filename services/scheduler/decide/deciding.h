/* SPDX-License-Identifier: Apache-2.0
 * What the stages of decide share: one decision in the making, and the moves that all of them use.
 * Pure. */
#ifndef SCHEDULER_DECIDING_H
#define SCHEDULER_DECIDING_H

#include "decide.h"

struct deciding {
	struct decision *out;
	struct delivery *x;           /* out->after */
	struct ev_delivery_memory *m; /* its memory */
	struct frozen frozen;         /* the spec that counts now */
	const struct facts *facts;
	const struct decide_rules *rules;
	struct arena *mem;
	const struct lookup *row_places;
	struct str actor, identity; /* of the event at hand, for the trail */
	struct str refused; /* the word of a person at hand: why it is refused; absent: it is not */
	bool is_unsettled;  /* it ends, and nobody knows of every file whether it is visible */
};

/* decide_moves.c */
bool decide_lacks(struct deciding *d, unsigned need); /* true: noted as needed; return at once */
bool decide_lacks_stages(struct deciding *d, uint32_t stages);
bool decide_lacks_waiting(struct deciding *d, enum stage stage);
void decide_go_to(struct deciding *d, enum ev_phase phase, enum delivery_state state);
/* This configuration counts from now on; what people see of it follows. */
void decide_take_spec(struct deciding *d, const struct frozen *frozen);
void decide_set_detail(struct deciding *d, struct str detail);
void decide_drop_unfinished(struct deciding *d);
void decide_audit(struct deciding *d, const char *action, struct str reason, struct str detail);
/* Somebody asked for what may not be: the trail says so, with the same record however often it is
 * asked. */
void decide_refuse(struct deciding *d, const char *action, const char *reason, struct str detail);
/* The first record from `first` on says which word of a person it answers, and how; where there is
 * none, one is made. So who spoke finds the answer to this word, and to no other. */
void decide_cite_word(struct deciding *d, const struct decide_event *ev, size_t first);
struct ev_staged_ref *decide_add_list(struct deciding *d, struct str bytes, int64_t rows);
void decide_add_receipt(struct deciding *d, const struct ev_file_receipt *receipt);
struct ev_staged_ref *decide_copy_ref(struct deciding *d, const struct ev_staged_ref *ref);
void decide_set_count(struct deciding *d, struct str name, int64_t value);
void decide_forget_count(struct deciding *d, struct str name);
bool decide_has_count(const struct deciding *d, struct str name);
int64_t decide_count(const struct deciding *d, struct str name); /* 0 where there is none */

/* decide_tasks.c: rows */
struct task_row *decide_find_row(struct deciding *d, struct str task_id);
struct str decide_file_id(struct deciding *d, struct str name); /* of the ledger */
bool decide_row_is(const struct deciding *d, const struct task_row *row,
        enum stage stage); /* of this revision */
/* So many are about to be added: the rows move once, not each time that they double. */
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
	struct str plain_sha256, encoder;
	enum ev_resolution resolution;
};
void decide_add_upload(struct deciding *d, const struct file_upload *file);
void decide_add_settle(struct deciding *d,
        const struct file_upload *file); /* index, name, role, encoder, resolution count */

/* decide_brief.c */
bool decide_lacks_parts(struct deciding *d, int32_t from, int32_t count);
/* Tasks that are done, by index from `from` on; a hole is NULL. The array is NULL when it has no
 * room. */
const struct brief **decide_done(struct deciding *d, enum stage stage, int32_t from, int32_t count);
const struct brief *decide_done_one(struct deciding *d, enum stage stage, int32_t index);

/* decide_make.c: phases of very many tasks */
void decide_begin_tasks(struct deciding *d, int32_t count); /* behind decide_go_to */
/* Makes those that can be issued soon. All open rows were looked at. */
void decide_make_more(struct deciding *d);

/* decide_hold.c */
enum hold_end { HOLD_RESUME, HOLD_APPROVE, HOLD_ITSELF };
struct hold_kind {
	const char *reason;
	enum hold_end goes_on_by;
};
const struct hold_kind *decide_hold_kinds(size_t *out_count);
const struct hold_kind *decide_hold_kind(struct str reason); /* NULL: there is none */
void decide_hold(struct deciding *d, const char *reason, bool releases_itself, struct str detail);
/* A configuration that cannot be carried out: a person changes it and resumes. */
void decide_hold_plan(struct deciding *d, const char *property, const char *why);
void decide_look_again(struct deciding *d);
bool decide_is_held(const struct deciding *d, const char *reason);

/* decide_answer.c: what people answer */
void decide_approve(struct deciding *d, const struct decide_event *ev);
void decide_reject(struct deciding *d, const struct decide_event *ev);
void decide_resume(struct deciding *d, const struct decide_event *ev);

/* decide_request.c */
void decide_request(struct deciding *d, const struct decide_event *ev);
void decide_cancel(struct deciding *d, const struct decide_event *ev);

/* decide_able.c */
bool decide_is_unable(struct deciding *d); /* true: held for its configuration */

/* decide_select.c: from the start to combine */
void decide_start(struct deciding *d);
void decide_inspected(struct deciding *d, const struct ev_task_result *result);
void decide_selected(struct deciding *d);
void decide_take_route(struct deciding *d);
void decide_look_at_lists(struct deciding *d);
void decide_lists_seen(struct deciding *d, const struct ev_task_result *result);
void decide_combined(struct deciding *d, const struct ev_task_result *result);

/* decide_look.c: the look before uploads */
bool decide_is_uploading(const struct deciding *d);
/* A person is asked about a file. No look takes the question back: the answer begins with another. */
bool decide_asks_about_file(const struct deciding *d);
void decide_look_before_upload(struct deciding *d);
/* The lists are as combined: uploads that are ready may go by this look. */
void decide_note_look(struct deciding *d, const struct ev_task_result *result);
void decide_go_on(struct deciding *d); /* with the uploads, where they were */
void decide_seen_before_upload(
        struct deciding *d, const struct ev_task_result *result, bool is_same);

/* decide_revision.c */
void decide_begin_revision(struct deciding *d, enum ev_phase phase);
void decide_restart(struct deciding *d, enum ev_phase phase,
        struct str reason); /* by ourselves; within a budget */

/* decide_lists.c */
/* False: the result of combine does not say. */
bool decide_take_lists(struct deciding *d, const struct ev_task_result *result);
typedef void decide_on_finding(void *arg, const char *reason, struct str text);
void decide_check_lists(struct deciding *d, decide_on_finding *found, void *arg);

/* decide_build.c */
void decide_start_build(struct deciding *d);
void decide_built(struct deciding *d, const struct ev_task_result *result);

/* decide_gate.c */
void decide_gate(struct deciding *d);

/* decide_blackout.c */
/* True: held until the end of the blackout that is now. */
bool decide_waits_for_blackout(struct deciding *d);
/* The status says what uploads wait for. */
void decide_tell_blackout(struct deciding *d);

/* decide_format.c */
void decide_format(struct deciding *d);
void decide_parts_done(struct deciding *d);
void decide_trailers_done(struct deciding *d);

/* decide_quota.c */
/* True: held for a quota that is used up, or its use is not known; return at once. */
bool decide_waits_for_quota(struct deciding *d);
/* Before the uploads are made: takes a place; none while the bucket is away. False: as above. */
bool decide_take_place(struct deciding *d);
/* Its place was given back while the bucket was away: takes one again, or is held. */
void decide_take_place_again(struct deciding *d);

/* decide_place.c */
/* An uploader was asked for the place. False: its answer is none. */
bool decide_place_told(struct deciding *d, const struct ev_task_result *r);
/* Keeps in mind, if the result says so, that another place was found than the one that is wanted. */
void decide_note_elsewhere(struct deciding *d, const struct ev_task_result *r);
void decide_forget_elsewhere(struct deciding *d);
bool decide_is_found_elsewhere(const struct deciding *d);
/* The detail and what a person can do. */
struct str decide_elsewhere_detail(struct deciding *d, struct str detail);
/* A person says that what was found is right from now on. The delivery may end by it. */
void decide_accept_place(struct deciding *d);

/* decide_upload.c */
struct file_plan;
/* As it was planned before: the same input plans again, whatever the most is by now. False: it fails. */
bool decide_plan_again(struct deciding *d, struct file_plan *plan);
void decide_upload_part(
        struct deciding *d, const struct file_plan *plan, int32_t index, const struct brief *part);
void decide_upload(struct deciding *d);
void decide_uploaded(struct deciding *d);
void decide_resend(struct deciding *d, enum ev_resolution resolution);

/* decide_settle.c */
/* The index and resolution of `file` are set. `part`: of a part, as it was formatted. */
void decide_add_settle_of(struct deciding *d, const struct file_plan *plan,
        struct file_upload *file, const struct brief *part);
void decide_end(
        struct deciding *d, enum delivery_state state, struct str reason, struct str detail);
void decide_fail(struct deciding *d, struct str reason, struct str detail);
/* A list is newer, and an upload was issued: first nothing more may come out. */
void decide_settle_to_restart(struct deciding *d);
/* While it settles to begin anew: then it ends like this instead. False: it does not. */
bool decide_end_instead(
        struct deciding *d, enum delivery_state state, struct str reason, struct str detail);
void decide_settled(struct deciding *d);
void decide_complete(struct deciding *d, struct str reason);

/* decide_result.c */
/* The file of this receipt is in another drop than the delivery's others. */
bool decide_is_elsewhere(const struct deciding *d, struct str place, bool is_by_person);
void decide_result(struct deciding *d, const struct decide_event *ev);
/* Its alarm passed, and nothing was heard. */
void decide_unanswered(struct deciding *d, const struct task_row *row);
void decide_check_phase(struct deciding *d); /* goes on when all tasks of the phase are done */

#endif
