/* SPDX-License-Identifier: Apache-2.0
 *
 * What sftp.c and requests.c share. No other file includes it.
 */
#ifndef LONGSHORE_STORE_SFTP_SESSION_H
#define LONGSHORE_STORE_SFTP_SESSION_H

#include "sftp.h"

#include <pthread.h>

enum { SFTP_PACKET_MAX = 256 * 1024, SFTP_REQUEST_MAX = SFTP_CHUNK + 4096, SFTP_NO_ID = 0 };

/* A write or read in flight: sent and not yet answered. */
struct sftp_flight {
	bool is_used;
	uint32_t id;
	struct sftp_file *writer;    /* of a write */
	struct sftp_reading *reader; /* of a read, like all fields below */
	const struct sftp_file *file;
	int64_t offset;
	char *to;
	size_t want;
};

struct sftp {
	struct ssh_link *link;
	const char *away;
	pthread_mutex_t lock; /* protects all fields below */
	bool is_dead;
	bool can_sync;
	uint32_t last_id;
	size_t under_way;
	struct sftp_flight flights[SFTP_IN_FLIGHT];
	unsigned char request[SFTP_REQUEST_MAX];
	unsigned char packet[SFTP_PACKET_MAX];
};

/* 0 means no request. */
static inline uint32_t sftp_next_id(struct sftp *s)
{
	s->last_id = s->last_id == UINT32_MAX ? 1 : s->last_id + 1;
	return s->last_id;
}

int sftp_send(struct sftp *s, struct wire_out *w, struct err *e) ERR_MUST_USE;
/* Waits for the answer to this request. With SFTP_NO_ID, returns as soon as one read or write in
 * flight was answered. */
int sftp_take(struct sftp *s, uint32_t id, uint8_t *out_type, struct wire_in *out,
        struct err *e) ERR_MUST_USE;
/* Waits for the answer to one of two requests. *id is the first one, and then the one that was
 * answered. */
int sftp_take_either(struct sftp *s, uint32_t *id, uint32_t other, uint8_t *out_type,
        struct wire_in *out, struct err *e) ERR_MUST_USE;
int sftp_take_status(struct sftp *s, uint32_t id, uint32_t *out_status, struct err *e) ERR_MUST_USE;
/* Finds a free slot and gives it a new id. If none is free, waits for answers. */
int sftp_flight_take(struct sftp *s, struct sftp_flight **out, struct err *e) ERR_MUST_USE;
int sftp_ask_read(struct sftp *s, const struct sftp_flight *f, struct err *e) ERR_MUST_USE;
/* The server sent a packet of the wrong type. The session is over. */
int sftp_unexpected(struct sftp *s, struct err *e) ERR_MUST_USE;

#endif
