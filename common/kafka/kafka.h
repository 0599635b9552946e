/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of this folder: librdkafka's errors, and clients with common settings.
 */
#ifndef COMMON_KAFKA_KAFKA_H
#define COMMON_KAFKA_KAFKA_H

#include "longshore/bus.h"

#include <librdkafka/rdkafka.h>

/* The only mapping from librdkafka's codes to what the caller must do. *out_word is a stable code
 * for machines. */
enum err_act kafka_act(rd_kafka_resp_err_t code, const char **out_word);

/* Fills *e from the mapping. The text is "<formatted>: <librdkafka's text>". */
int kafka_err(struct err *e, rd_kafka_resp_err_t code, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));

struct kafka_setting {
	const char *name;
	const char *value;
};

/* A configuration with brokers, client id, the common settings and `settings` (terminated by a NULL
 * name). The caller destroys it or passes it to rd_kafka_new, which takes ownership. */
int kafka_conf(const char *brokers, const char *client_id, const struct kafka_setting *settings,
        rd_kafka_conf_t **out, struct err *e) ERR_MUST_USE;

/* The last error that librdkafka reported through its callback, kept until a caller gets it. "This
 * broker refuses us" takes precedence over "all brokers are down". */
struct kafka_cause {
	rd_kafka_resp_err_t code; /* 0: none */
	char text[256];
};
/* For an error_cb. Ignores a single broken connection: it reconnects, or all brokers are reported
 * down. */
void kafka_cause_note(struct kafka_cause *cause, int code, const char *reason);
/* If a call failed because no broker was available, replaces *e with the known cause. Returns
 * e->act. */
int kafka_cause_add(struct kafka_cause *cause, struct err *e);

/* Takes ownership of conf, also on failure. */
int kafka_client(
        rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **out, struct err *e) ERR_MUST_USE;

/* A client for queries only. Its errors go to *cause, which must live, at the same address, until
 * the client is destroyed. */
int kafka_asking_client(const char *brokers, const char *client_id, struct kafka_cause *cause,
        rd_kafka_t **out, struct err *e) ERR_MUST_USE;
/* Call after a query failed and filled *e: adds the cause if it is known. Returns e->act. */
int kafka_asking_failed(rd_kafka_t *rk, struct kafka_cause *cause, struct err *e);

#endif
