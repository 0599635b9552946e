/* SPDX-License-Identifier: Apache-2.0
 *
 * One function per request. Each holds the session's lock.
 */
#include "session.h"

#include <string.h>
#include <sys/stat.h>

static struct wire_out begin(struct sftp *s, enum sftp_type type, uint32_t id)
{
	struct wire_out w = {s->request, 0, sizeof s->request, false};
	wire_begin(&w, type, id);
	return w;
}

static struct str handle_of(const struct sftp_file *f)
{
	return str_bytes((const char *)f->handle, f->handle_bytes);
}

static void lock(struct sftp *s)
{
	(void)pthread_mutex_lock(&s->lock); /* cannot fail: not recursive */
}

static int unlock(struct sftp *s, int act)
{
	(void)pthread_mutex_unlock(&s->lock);
	return act;
}

static int ask_status(
        struct sftp *s, struct wire_out *w, uint32_t id, uint32_t *out_status, struct err *e)
{
	return sftp_send(s, w, e) != 0 ? e->act : sftp_take_status(s, id, out_status, e);
}

/* An answer that is a packet of this type, or a status that is not OK. */
static int judge(struct sftp *s, uint8_t type, enum sftp_type wanted, struct wire_in *in,
        uint32_t *out_status, struct err *e)
{
	*out_status = type == SFTP_STATUS ? wire_get_u32(in) : SFTP_OK;
	bool is_right = type == wanted || (type == SFTP_STATUS && *out_status != SFTP_OK);
	return is_right && !in->is_bad ? 0 : sftp_unexpected(s, e);
}

static int take_attrs(struct sftp *s, uint8_t type, struct wire_in *in, uint32_t *out_status,
        struct sftp_attrs *out, struct err *e)
{
	if (judge(s, type, SFTP_ATTRS, in, out_status, e) != 0)
		return e->act;
	if (*out_status == SFTP_OK)
		wire_get_attrs(in, out);
	return in->is_bad ? sftp_unexpected(s, e) : 0;
}

static int ask_attrs(struct sftp *s, struct wire_out *w, uint32_t id, uint32_t *out_status,
        struct sftp_attrs *out, struct err *e)
{
	struct wire_in in;
	uint8_t type = 0;
	if (sftp_send(s, w, e) != 0 || sftp_take(s, id, &type, &in, e) != 0)
		return e->act;
	return take_attrs(s, type, &in, out_status, out, e);
}

static int ask_handle(struct sftp *s, struct wire_out *w, uint32_t id, struct sftp_file *out,
        uint32_t *out_status, struct err *e)
{
	struct wire_in in;
	uint8_t type = 0;
	if (sftp_send(s, w, e) != 0 || sftp_take(s, id, &type, &in, e) != 0)
		return e->act;
	if (type == SFTP_STATUS) {
		*out_status = wire_get_u32(&in);
		return in.is_bad || *out_status == SFTP_OK ? sftp_unexpected(s, e) : 0;
	}
	struct str handle = wire_get_text(&in);
	if (type != SFTP_HANDLE || in.is_bad || handle.n == 0 || handle.n > SFTP_HANDLE_MAX)
		return sftp_unexpected(s, e);
	*out = (struct sftp_file){.handle_bytes = handle.n, .status = SFTP_OK};
	memcpy(out->handle, handle.p, handle.n);
	*out_status = SFTP_OK;
	return 0;
}

int sftp_stat(struct sftp *s, const char *path, uint32_t *out_status, struct sftp_attrs *out,
        struct err *e)
{
	lock(s);
	uint32_t id = sftp_next_id(s);
	struct wire_out w = begin(s, SFTP_STAT, id);
	wire_text(&w, str_c(path));
	return unlock(s, ask_attrs(s, &w, id, out_status, out, e));
}

static int send_path(
        struct sftp *s, enum sftp_type type, const char *path, uint32_t *out_id, struct err *e)
{
	*out_id = sftp_next_id(s);
	struct wire_out w = begin(s, type, *out_id);
	wire_text(&w, str_c(path));
	return sftp_send(s, &w, e);
}

/* Any other status of READLINK means that the name is no link. */
static bool leaves_it_open(uint32_t link_status)
{
	return link_status == SFTP_UNSUPPORTED || link_status == SFTP_PERMISSION_DENIED;
}

/* Both requests are sent before an answer is read, so the second costs no round trip. Their answers may
 * come in any order. */
static int look(struct sftp *s, const char *path, uint32_t *out_status, struct sftp_attrs *out,
        struct err *e)
{
	uint32_t stat_id, link_id, link_status = SFTP_OK;
	if (send_path(s, SFTP_LSTAT, path, &stat_id, e) != 0 ||
	        send_path(s, SFTP_READLINK, path, &link_id, e) != 0)
		return e->act;
	uint32_t id = stat_id, other = link_id;
	for (int answers = 0; answers < 2; answers++) {
		struct wire_in in;
		uint8_t type = 0;
		if (sftp_take_either(s, &id, other, &type, &in, e) != 0)
			return e->act;
		int act = id == stat_id ? take_attrs(s, type, &in, out_status, out, e)
		                        : judge(s, type, SFTP_NAME, &in, &link_status, e);
		if (act != 0)
			return act;
		other = id == stat_id ? link_id : stat_id;
		id = other;
	}
	if (link_status == SFTP_OK) {
		*out = (struct sftp_attrs){.has_mode = true, .mode = S_IFLNK};
		*out_status = SFTP_OK;
	} else if (*out_status == SFTP_OK && leaves_it_open(link_status)) {
		*out_status = SFTP_UNSUPPORTED;
	}
	return 0;
}

int sftp_look(struct sftp *s, const char *path, uint32_t *out_status, struct sftp_attrs *out,
        struct err *e)
{
	lock(s);
	return unlock(s, look(s, path, out_status, out, e));
}

int sftp_rename(
        struct sftp *s, const char *from, const char *to, uint32_t *out_status, struct err *e)
{
	lock(s);
	uint32_t id = sftp_next_id(s);
	struct wire_out w = begin(s, SFTP_RENAME, id);
	wire_text(&w, str_c(from));
	wire_text(&w, str_c(to));
	return unlock(s, ask_status(s, &w, id, out_status, e));
}

int sftp_remove(struct sftp *s, const char *path, uint32_t *out_status, struct err *e)
{
	lock(s);
	uint32_t id = sftp_next_id(s);
	struct wire_out w = begin(s, SFTP_REMOVE, id);
	wire_text(&w, str_c(path));
	return unlock(s, ask_status(s, &w, id, out_status, e));
}

static int with_mode(struct sftp *s, enum sftp_type type, const char *path, uint32_t mode,
        uint32_t *out_status, struct err *e)
{
	lock(s);
	uint32_t id = sftp_next_id(s);
	struct wire_out w = begin(s, type, id);
	wire_text(&w, str_c(path));
	wire_attrs(&w, mode);
	return unlock(s, ask_status(s, &w, id, out_status, e));
}

int sftp_mkdir(struct sftp *s, const char *path, uint32_t mode, uint32_t *out_status, struct err *e)
{
	return with_mode(s, SFTP_MKDIR, path, mode, out_status, e);
}

int sftp_set_mode(
        struct sftp *s, const char *path, uint32_t mode, uint32_t *out_status, struct err *e)
{
	return with_mode(s, SFTP_SETSTAT, path, mode, out_status, e);
}

int sftp_file_open(struct sftp *s, const char *path, uint32_t flags, uint32_t mode,
        struct sftp_file *out, uint32_t *out_status, struct err *e)
{
	lock(s);
	uint32_t id = sftp_next_id(s);
	struct wire_out w = begin(s, SFTP_OPEN, id);
	wire_text(&w, str_c(path));
	wire_u32(&w, flags);
	wire_attrs(&w, mode);
	return unlock(s, ask_handle(s, &w, id, out, out_status, e));
}

int sftp_dir_open(struct sftp *s, const char *path, struct sftp_file *out, uint32_t *out_status,
        struct err *e)
{
	lock(s);
	uint32_t id = sftp_next_id(s);
	struct wire_out w = begin(s, SFTP_OPENDIR, id);
	wire_text(&w, str_c(path));
	return unlock(s, ask_handle(s, &w, id, out, out_status, e));
}

static int wait_writes(struct sftp *s, const struct sftp_file *f, struct err *e)
{
	uint8_t type;
	struct wire_in in;
	while (f->pending > 0)
		if (sftp_take(s, SFTP_NO_ID, &type, &in, e) != 0)
			return e->act;
	return 0;
}

int sftp_file_close(struct sftp *s, struct sftp_file *f, struct err *e)
{
	uint32_t status = SFTP_OK;
	lock(s);
	if (wait_writes(s, f, e) != 0) {
		/* The session is dead, so no answer to these writes will arrive. */
		for (size_t i = 0; i < SFTP_IN_FLIGHT; i++)
			if (s->flights[i].writer == f)
				s->flights[i].is_used = false;
		return unlock(s, e->act);
	}
	uint32_t id = sftp_next_id(s);
	struct wire_out w = begin(s, SFTP_CLOSE, id);
	wire_text(&w, handle_of(f));
	return unlock(s, ask_status(s, &w, id, &status, e));
}

int sftp_file_stat(struct sftp *s, const struct sftp_file *f, uint32_t *out_status,
        struct sftp_attrs *out, struct err *e)
{
	lock(s);
	uint32_t id = sftp_next_id(s);
	struct wire_out w = begin(s, SFTP_FSTAT, id);
	wire_text(&w, handle_of(f));
	return unlock(s, ask_attrs(s, &w, id, out_status, out, e));
}

int sftp_file_set_mode(struct sftp *s, const struct sftp_file *f, uint32_t mode,
        uint32_t *out_status, struct err *e)
{
	lock(s);
	uint32_t id = sftp_next_id(s);
	struct wire_out w = begin(s, SFTP_FSETSTAT, id);
	wire_text(&w, handle_of(f));
	wire_attrs(&w, mode);
	return unlock(s, ask_status(s, &w, id, out_status, e));
}

int sftp_file_sync(struct sftp *s, const struct sftp_file *f, uint32_t *out_status, struct err *e)
{
	lock(s);
	uint32_t id = sftp_next_id(s);
	struct wire_out w = begin(s, SFTP_EXTENDED, id);
	wire_text(&w, STR("fsync@openssh.com"));
	wire_text(&w, handle_of(f));
	return unlock(s, ask_status(s, &w, id, out_status, e));
}

/* --- many requests in flight --- */

static int send_write(
        struct sftp *s, struct sftp_file *f, int64_t offset, struct str bytes, struct err *e)
{
	struct sftp_flight *flight = NULL;
	if (sftp_flight_take(s, &flight, e) != 0)
		return e->act;
	flight->writer = f;
	f->pending++;
	struct wire_out w = begin(s, SFTP_WRITE, flight->id);
	wire_text(&w, handle_of(f));
	wire_u64(&w, (uint64_t)offset);
	wire_text(&w, bytes);
	return sftp_send(s, &w, e);
}

int sftp_write(struct sftp *s, struct sftp_file *f, int64_t offset, struct str bytes, struct err *e)
{
	int act = 0;
	lock(s);
	for (size_t at = 0; act == 0 && at < bytes.n; at += SFTP_CHUNK) {
		size_t n = bytes.n - at < SFTP_CHUNK ? bytes.n - at : SFTP_CHUNK;
		act = send_write(s, f, offset + (int64_t)at, str_bytes(bytes.p + at, n), e);
	}
	return unlock(s, act);
}

int sftp_write_wait(struct sftp *s, struct sftp_file *f, uint32_t *out_status, struct err *e)
{
	lock(s);
	int act = wait_writes(s, f, e);
	*out_status = f->status;
	return unlock(s, act);
}

int sftp_ask_read(struct sftp *s, const struct sftp_flight *f, struct err *e)
{
	struct wire_out w = begin(s, SFTP_READ, f->id);
	wire_text(&w, handle_of(f->file));
	wire_u64(&w, (uint64_t)f->offset);
	wire_u32(&w, (uint32_t)f->want);
	return sftp_send(s, &w, e);
}

static int send_reads(struct sftp *s, const struct sftp_file *f, const struct sftp_part *part,
        struct sftp_reading *r, struct err *e)
{
	for (size_t at = 0; at < part->n && r->status == SFTP_OK; at += SFTP_CHUNK) {
		struct sftp_flight *flight = NULL;
		if (part->offset + (int64_t)at >= r->end)
			break; /* past the end of the file */
		if (sftp_flight_take(s, &flight, e) != 0)
			return e->act;
		flight->reader = r;
		flight->file = f;
		flight->offset = part->offset + (int64_t)at;
		flight->to = part->p + at;
		flight->want = part->n - at < SFTP_CHUNK ? part->n - at : SFTP_CHUNK;
		r->pending++;
		if (sftp_ask_read(s, flight, e) != 0)
			return e->act;
	}
	return 0;
}

/* The session is dead, so no answer will use r any more. */
static void forget_reads(struct sftp *s, const struct sftp_reading *r)
{
	for (size_t i = 0; i < SFTP_IN_FLIGHT; i++)
		if (s->flights[i].reader == r)
			s->flights[i].is_used = false;
}

int sftp_read_start(struct sftp *s, const struct sftp_file *f, const struct sftp_part *part,
        struct sftp_reading *r, struct err *e)
{
	*r = (struct sftp_reading){
	        .status = SFTP_OK, .begin = part->offset, .end = part->offset + (int64_t)part->n};
	lock(s);
	int act = send_reads(s, f, part, r, e);
	if (act != 0)
		forget_reads(s, r);
	return unlock(s, act);
}

int sftp_read_end(
        struct sftp *s, struct sftp_reading *r, size_t *out_n, uint32_t *out_status, struct err *e)
{
	uint8_t type;
	struct wire_in in;
	int act = 0;
	lock(s);
	while (act == 0 && r->pending > 0)
		act = sftp_take(s, SFTP_NO_ID, &type, &in, e);
	if (act != 0)
		forget_reads(s, r);
	*out_status = r->status;
	*out_n = (size_t)(r->end - r->begin);
	return unlock(s, act);
}

int sftp_read(struct sftp *s, const struct sftp_file *f, const struct sftp_part *part,
        size_t *out_n, uint32_t *out_status, struct err *e)
{
	struct sftp_reading r;
	if (sftp_read_start(s, f, part, &r, e) != 0)
		return e->act;
	return sftp_read_end(s, &r, out_n, out_status, e);
}

int sftp_dir_read(struct sftp *s, const struct sftp_file *dir, struct sftp_names *names,
        uint32_t *out_status, struct err *e)
{
	uint8_t type = 0;
	lock(s);
	uint32_t id = sftp_next_id(s);
	struct wire_out w = begin(s, SFTP_READDIR, id);
	wire_text(&w, handle_of(dir));
	if (sftp_send(s, &w, e) != 0 || sftp_take(s, id, &type, &names->in, e) != 0)
		return unlock(s, e->act);
	names->left = type == SFTP_NAME ? wire_get_u32(&names->in) : 0;
	*out_status = type == SFTP_STATUS ? wire_get_u32(&names->in) : SFTP_OK;
	bool is_odd = type != SFTP_NAME && (type != SFTP_STATUS || *out_status == SFTP_OK);
	return unlock(s, is_odd || names->in.is_bad ? sftp_unexpected(s, e) : 0);
}

bool sftp_names_next(struct sftp_names *names, struct str *out_name, struct sftp_attrs *out_attrs)
{
	if (names->left == 0)
		return false;
	names->left--;
	*out_name = wire_get_text(&names->in);
	(void)wire_get_text(&names->in); /* a text for people */
	wire_get_attrs(&names->in, out_attrs);
	return !names->in.is_bad;
}
