/* SPDX-License-Identifier: Apache-2.0
 *
 * Sends and receives packets. The requests are in requests.c.
 */
#include "longshore/codes.h"
#include "session.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION = 3, EXTENSIONS_MAX = 64 };

static int protocol_broken(struct sftp *s, struct err *e)
{
	s->is_dead = true;
	return err_set(e, ERR_RETRY, s->away,
	        "the server does not speak SFTP version 3: its answer is no packet that we asked "
	        "for");
}

int sftp_send(struct sftp *s, struct wire_out *w, struct err *e)
{
	wire_end(w);
	if (w->is_bad)
		return err_set(e, ERR_REJECT, CODE_BAD_NAME, "a path is too long for a request");
	if (s->is_dead)
		return err_set(e, ERR_RETRY, s->away, "the connection broke before");
	if (ssh_link_write(s->link, w->p, w->n, e) != 0)
		s->is_dead = true;
	return s->is_dead ? e->act : 0;
}

/* Reads one packet into s->packet and returns its type and the rest. */
static int receive(struct sftp *s, uint8_t *out_type, struct wire_in *out, struct err *e)
{
	unsigned char head[4];
	struct wire_in in = {head, sizeof head, false};
	if (s->is_dead)
		return err_set(e, ERR_RETRY, s->away, "the connection broke before");
	if (ssh_link_read(s->link, head, sizeof head, e) != 0) {
		s->is_dead = true;
		return e->act;
	}
	uint32_t n = wire_get_u32(&in);
	if (n < 1 || n > SFTP_PACKET_MAX)
		return protocol_broken(s, e);
	if (ssh_link_read(s->link, s->packet, n, e) != 0) {
		s->is_dead = true;
		return e->act;
	}
	*out = (struct wire_in){s->packet, n, false};
	*out_type = wire_get_u8(out);
	return 0;
}

/* --- requests in flight --- */

static struct sftp_flight *find(struct sftp *s, uint32_t id)
{
	for (size_t i = 0; i < SFTP_IN_FLIGHT; i++)
		if (s->flights[i].is_used && s->flights[i].id == id)
			return &s->flights[i];
	return NULL;
}

static void land(struct sftp *s, struct sftp_flight *f)
{
	f->is_used = false;
	s->under_way--;
	if (f->writer)
		f->writer->pending--;
	if (f->reader)
		f->reader->pending--;
}

static int landed_write(
        struct sftp *s, struct sftp_flight *f, uint8_t type, struct wire_in *in, struct err *e)
{
	uint32_t status = wire_get_u32(in);
	if (type != SFTP_STATUS || in->is_bad)
		return protocol_broken(s, e);
	if (status != SFTP_OK && f->writer->status == SFTP_OK)
		f->writer->status = status;
	land(s, f);
	return 0;
}

/* After a short read, requests the remaining bytes. */
static int landed_read(
        struct sftp *s, struct sftp_flight *f, uint8_t type, struct wire_in *in, struct err *e)
{
	struct sftp_reading *r = f->reader;
	if (type == SFTP_STATUS) {
		uint32_t status = wire_get_u32(in);
		if (in->is_bad || status == SFTP_OK)
			return protocol_broken(s, e);
		if (status != SFTP_EOF && r->status == SFTP_OK)
			r->status = status;
		if (f->offset < r->end)
			r->end = f->offset;
		land(s, f);
		return 0;
	}
	struct str bytes = wire_get_text(in);
	if (type != SFTP_DATA || in->is_bad || bytes.n == 0 || bytes.n > f->want)
		return protocol_broken(s, e);
	memcpy(f->to, bytes.p, bytes.n);
	f->to += bytes.n;
	f->want -= bytes.n;
	f->offset += (int64_t)bytes.n;
	if (f->want == 0)
		land(s, f);
	return f->want == 0 ? 0 : sftp_ask_read(s, f, e);
}

int sftp_take(struct sftp *s, uint32_t id, uint8_t *out_type, struct wire_in *out, struct err *e)
{
	return sftp_take_either(s, &id, id, out_type, out, e);
}

int sftp_take_either(struct sftp *s, uint32_t *id, uint32_t other, uint8_t *out_type,
        struct wire_in *out, struct err *e)
{
	for (;;) {
		struct wire_in in;
		uint8_t type = 0;
		if (receive(s, &type, &in, e) != 0)
			return e->act;
		uint32_t got = wire_get_u32(&in);
		if (in.is_bad)
			return protocol_broken(s, e);
		struct sftp_flight *f = find(s, got);
		if (!f && (*id == SFTP_NO_ID || (got != *id && got != other)))
			return protocol_broken(s, e);
		if (!f) {
			*id = got;
			*out_type = type;
			*out = in;
			return 0;
		}
		int act = f->writer ? landed_write(s, f, type, &in, e)
		                    : landed_read(s, f, type, &in, e);
		if (act != 0 || *id == SFTP_NO_ID)
			return act;
	}
}

int sftp_take_status(struct sftp *s, uint32_t id, uint32_t *out_status, struct err *e)
{
	struct wire_in in;
	uint8_t type = 0;
	if (sftp_take(s, id, &type, &in, e) != 0)
		return e->act;
	uint32_t status = wire_get_u32(&in);
	if (type != SFTP_STATUS || in.is_bad)
		return protocol_broken(s, e);
	*out_status = status;
	return 0;
}

int sftp_unexpected(struct sftp *s, struct err *e)
{
	return protocol_broken(s, e);
}

int sftp_flight_take(struct sftp *s, struct sftp_flight **out, struct err *e)
{
	uint8_t type;
	struct wire_in in;
	while (s->under_way == SFTP_IN_FLIGHT)
		if (sftp_take(s, SFTP_NO_ID, &type, &in, e) != 0)
			return e->act;
	for (size_t i = 0; i < SFTP_IN_FLIGHT; i++) {
		if (s->flights[i].is_used)
			continue;
		s->flights[i] = (struct sftp_flight){.is_used = true, .id = sftp_next_id(s)};
		s->under_way++;
		*out = &s->flights[i];
		return 0;
	}
	return protocol_broken(s, e); /* cannot happen: a slot is free */
}

/* --- open and close --- */

static int read_version(struct sftp *s, struct err *e)
{
	struct wire_in in;
	uint8_t type = 0;
	if (receive(s, &type, &in, e) != 0)
		return e->act;
	if (type != SFTP_VERSION || wire_get_u32(&in) != VERSION)
		return protocol_broken(s, e);
	for (int i = 0; i < EXTENSIONS_MAX && in.n > 0; i++) {
		struct str name = wire_get_text(&in), value = wire_get_text(&in);
		if (in.is_bad)
			return protocol_broken(s, e);
		if (str_eq(name, STR("fsync@openssh.com")) && str_eq(value, STR("1")))
			s->can_sync = true;
	}
	return 0;
}

static int greet(struct sftp *s, struct err *e)
{
	unsigned char bytes[16];
	struct wire_out w = {bytes, 0, sizeof bytes, false};
	wire_u32(&w, 0);
	wire_u8(&w, SFTP_INIT);
	wire_u32(&w, VERSION);
	return sftp_send(s, &w, e) != 0 ? e->act : read_version(s, e);
}

int sftp_open(const struct link_target *target, struct sftp **out, struct err *e)
{
	struct sftp *s = calloc(1, sizeof *s);
	if (!s || pthread_mutex_init(&s->lock, NULL) != 0) {
		free(s);
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a connection");
	}
	s->away = target->away;
	if (ssh_link_open(target, &s->link, e) != 0 || greet(s, e) != 0) {
		sftp_close(s);
		return e->act;
	}
	*out = s;
	return 0;
}

void sftp_close(struct sftp *s)
{
	if (!s)
		return;
	ssh_link_close(s->link);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

bool sftp_can_sync(const struct sftp *s)
{
	return s->can_sync;
}
