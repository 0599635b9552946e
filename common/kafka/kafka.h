/* SPDX-License-Identifier: Apache-2.0
 * What the files of this folder share: errors of librdkafka, and handles with common settings. */
#ifndef COMMON_KAFKA_KAFKA_H
#define COMMON_KAFKA_KAFKA_H

#include "longshore/bus.h"

#include <librdkafka/rdkafka.h>

/* The one mapping from librdkafka's codes to what the caller must do. *out_word: stable code for
 * machines. */
enum err_act kafka_act(rd_kafka_resp_err_t code, const char **out_word);

/* Fills *e by the mapping; the text is "<formatted>: <librdkafka's own>". */
int kafka_err(struct err *e, rd_kafka_resp_err_t code, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));

struct kafka_setting {
	const char *name;
	const char *value;
};

/* A configuration with brokers, client id, what every client has, and the settings given (ended by
 * a NULL name). The caller destroys it, or rd_kafka_new takes it. */
int kafka_conf(const char *brokers, const char *client_id, const struct kafka_setting *settings,
        rd_kafka_conf_t **out, struct err *e) ERR_MUST_USE;

/* What librdkafka last told by itself; it is kept until somebody is told. A broker that refuses us
 * says more than that no broker is left. */
struct kafka_cause {
	rd_kafka_resp_err_t code; /* 0: nothing */
	char text[256];
};
/* For an error_cb. One connection that broke is nothing: it comes back, or all are told down. */
void kafka_cause_note(struct kafka_cause *cause, int code, const char *reason);
/* Where a call failed for want of a broker, *e becomes the cause that is known for it. Returns
 * e->act. */
int kafka_cause_add(struct kafka_cause *cause, struct err *e);

/* Takes conf, also on failure. */
int kafka_client(
        rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **out, struct err *e) ERR_MUST_USE;

/* A client that only asks. What it is told goes to *cause, which stays where it is until the client
 * is destroyed. */
int kafka_asking_client(const char *brokers, const char *client_id, struct kafka_cause *cause,
        rd_kafka_t **out, struct err *e) ERR_MUST_USE;
/* After a call of it failed, with *e filled: says why, if that is known. Returns e->act. */
int kafka_asking_failed(rd_kafka_t *rk, struct kafka_cause *cause, struct err *e);

#endif
