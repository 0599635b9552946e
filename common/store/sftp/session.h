/* SPDX-License-Identifier: Apache-2.0
 * What the two files of the SFTP session share; nobody else includes it. */
#ifndef LONGSHORE_STORE_SFTP_SESSION_H
#define LONGSHORE_STORE_SFTP_SESSION_H

#include "sftp.h"

#include <pthread.h>

enum { SFTP_PACKET_MAX = 256 * 1024, SFTP_REQUEST_MAX = SFTP_CHUNK + 4096, SFTP_NO_ID = 0 };

struct sftp_reading {
	size_t pending;
	uint32_t status;
	int64_t end; /* the file's, as far as was seen */
};

/* A write or a read that was sent and not answered. */
struct sftp_flight {
	bool is_used;
	uint32_t id;
	struct sftp_file *writer;    /* of a write */
	struct sftp_reading *reader; /* of a read, as all below */
	const struct sftp_file *file;
	int64_t offset;
	char *to;
	size_t want;
};

struct sftp {
	struct ssh_link *link;
	const char *away;
	pthread_mutex_t lock; /* of all below */
	bool is_dead;
	bool can_sync;
	uint32_t last_id;
	size_t under_way;
	struct sftp_flight flights[SFTP_IN_FLIGHT];
	unsigned char request[SFTP_REQUEST_MAX];
	unsigned char packet[SFTP_PACKET_MAX];
};

/* 0 stands for none. */
static inline uint32_t sftp_next_id(struct sftp *s)
{
	s->last_id = s->last_id == UINT32_MAX ? 1 : s->last_id + 1;
	return s->last_id;
}

int sftp_send(struct sftp *s, struct wire_out *w, struct err *e) ERR_MUST_USE;
/* The answer to this request; SFTP_NO_ID: until one that is under way was answered. */
int sftp_take(struct sftp *s, uint32_t id, uint8_t *out_type, struct wire_in *out,
        struct err *e) ERR_MUST_USE;
int sftp_take_status(struct sftp *s, uint32_t id, uint32_t *out_status, struct err *e) ERR_MUST_USE;
/* A free one, with an id of its own; waits for answers while there is none. */
int sftp_flight_take(struct sftp *s, struct sftp_flight **out, struct err *e) ERR_MUST_USE;
int sftp_ask_read(struct sftp *s, const struct sftp_flight *f, struct err *e) ERR_MUST_USE;
/* The server answered with a packet of another kind: the session is over. */
int sftp_unexpected(struct sftp *s, struct err *e) ERR_MUST_USE;

#endif
