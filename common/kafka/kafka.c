/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka.h"

#include "config.h"

#include <stdarg.h>
#include <stdio.h>

struct kafka_meaning {
	rd_kafka_resp_err_t code;
	enum err_act act;
	const char *word;
};

/* Codes that are not listed go away by themselves or with another broker: ERR_RETRY
 * ("bus_unavailable"). */
static const struct kafka_meaning meanings[] = {
        /* this message can never be sent */
        {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ERR_REJECT, CODE_TOO_LARGE},
        {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, ERR_REJECT, CODE_TOO_LARGE},
        {RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, ERR_REJECT, "metadata_too_large"},
        {RD_KAFKA_RESP_ERR_INVALID_MSG, ERR_REJECT, "bad_record"},
        {RD_KAFKA_RESP_ERR_INVALID_RECORD, ERR_REJECT, "bad_record"},
        {RD_KAFKA_RESP_ERR__BAD_MSG, ERR_REJECT, "bad_record"},
        /* another member owns the partition now */
        {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, ERR_FENCED, "fenced"},
        {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, ERR_FENCED, "fenced"},
        {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, ERR_FENCED, "fenced"},
        {RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST, ERR_FENCED, "fenced"},
        /* the client is unusable or never had the right to do this */
        {RD_KAFKA_RESP_ERR__FATAL, ERR_FATAL, "bus_fatal"},
        {RD_KAFKA_RESP_ERR__FENCED, ERR_FATAL, "bus_fatal"},
        {RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, ERR_FATAL, "bus_fatal"},
        {RD_KAFKA_RESP_ERR__STATE, ERR_FATAL, "bus_fatal"},
        {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ERR_FATAL, "bus_fatal"},
        {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, ERR_FATAL, "bus_fatal"},
        {RD_KAFKA_RESP_ERR__INVALID_ARG, ERR_FATAL, "bus_misused"},
        {RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED, ERR_FATAL, "bus_misused"},
        {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, ERR_FATAL, "bus_misused"},
        {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, ERR_FATAL, "bus_misused"},
        {RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, ERR_FATAL, "bus_misused"},
        {RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, ERR_FATAL, "bus_misused"},
        {RD_KAFKA_RESP_ERR_INVALID_CONFIG, ERR_FATAL, "bus_misused"},
        {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, ERR_FATAL, "bus_misused"},
        {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, ERR_FATAL, "bus_misused"},
        {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ERR_FATAL, "bus_forbidden"},
        {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, ERR_FATAL, "bus_forbidden"},
        {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ERR_FATAL, "bus_forbidden"},
        {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ERR_FATAL, "bus_forbidden"},
        {RD_KAFKA_RESP_ERR__AUTHENTICATION, ERR_FATAL, "bus_forbidden"},
        /* retryable, with codes of their own */
        {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ERR_RETRY, "no_topic"},
        {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, ERR_RETRY, "no_topic"},
        {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, ERR_RETRY, "no_topic"},
        {RD_KAFKA_RESP_ERR__QUEUE_FULL, ERR_RETRY, "bus_full"},
        {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, ERR_RETRY, "rebalancing"},
};

enum err_act kafka_act(rd_kafka_resp_err_t code, const char **out_word)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].code == code) {
			*out_word = meanings[i].word;
			return meanings[i].act;
		}
	}
	*out_word = "bus_unavailable";
	return ERR_RETRY;
}

/* What an operator has to correct first. */
static const char *remedy(rd_kafka_resp_err_t code)
{
	if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
	        code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
	        code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
		return "; longshore topics --acls prints what each service needs";
	if (code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED ||
	        code == RD_KAFKA_RESP_ERR__AUTHENTICATION)
		return "; correct user, password or mechanism in the file named by "
		       "LONGSHORE_KAFKA_CONFIG";
	if (code == RD_KAFKA_RESP_ERR__SSL)
		return "; correct the TLS settings in the file named by LONGSHORE_KAFKA_CONFIG";
	return "";
}

int kafka_err(struct err *e, rd_kafka_resp_err_t code, const char *fmt, ...)
{
	char step[256];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(step, sizeof(step), fmt, ap); /* a truncated step name is harmless */
	va_end(ap);
	const char *word;
	enum err_act act = kafka_act(code, &word);
	return err_set_native(e, act, word, "librdkafka", code, "%s: %s%s", step,
	        rd_kafka_err2str(code), remedy(code));
}

void kafka_cause_note(struct kafka_cause *cause, int code, const char *reason)
{
	bool says_less = code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
	if (code == RD_KAFKA_RESP_ERR__TRANSPORT || (says_less && cause->code))
		return;
	cause->code = (rd_kafka_resp_err_t)code;
	(void)snprintf(cause->text, sizeof(cause->text), "%s", reason ? reason : "");
}

int kafka_cause_add(struct kafka_cause *cause, struct err *e)
{
	char step[sizeof(cause->text)];
	bool is_known = cause->code && cause->code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
	if (!is_known || strcmp(e->code, "bus_unavailable") != 0)
		return e->act;
	memcpy(step, cause->text, sizeof(step));
	(void)kafka_err(e, cause->code, "%s", step);
	cause->code = RD_KAFKA_RESP_ERR_NO_ERROR;
	return e->act;
}

static int conf_set(rd_kafka_conf_t *conf, const struct kafka_setting *s, struct err *e)
{
	char text[256] = "";
	if (rd_kafka_conf_set(conf, s->name, s->value, text, sizeof(text)) == RD_KAFKA_CONF_OK)
		return 0;
	return err_set_native(e, ERR_FATAL, "bus_misused", "librdkafka", 0, "setting %s=%s: %s",
	        s->name, s->value, text);
}

int kafka_conf(const char *brokers, const char *client_id, const struct kafka_setting *settings,
        rd_kafka_conf_t **out, struct err *e)
{
	const struct kafka_setting all[] = {
	        {"bootstrap.servers", brokers},
	        {"socket.nagle.disable", "true"}, /* otherwise small requests wait for each other */
	        {"socket.timeout.ms", "10000"},
	        /* A client that missed a leader, because the broker or its controller paused,
	         * serves that partition only after the next refresh. librdkafka's default is
	         * five minutes. */
	        {"topic.metadata.refresh.interval.ms", "10000"},
	        {"reconnect.backoff.ms", "50"},
	        {"reconnect.backoff.max.ms", "1000"},
	        {"log_level", "2"}, /* libraries do not log; what matters is returned as an error */
	        {NULL, NULL},
	};
	const struct kafka_setting own[] = {
	        {config_has_client_id() ? NULL : "client.id", client_id}, {NULL, NULL}};
	const struct kafka_setting *const lists[] = {all, own, settings};
	rd_kafka_conf_t *conf = config_new();
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (const struct kafka_setting *s = lists[i]; s->name; s++) {
			if (conf_set(conf, s, e)) {
				rd_kafka_conf_destroy(conf);
				return e->act;
			}
		}
	}
	*out = conf;
	return 0;
}

int kafka_client(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **out, struct err *e)
{
	char text[256] = "";
	rd_kafka_t *rk = rd_kafka_new(type, conf, text, sizeof(text));
	if (!rk) {
		rd_kafka_conf_destroy(conf);
		return err_set_native(e, ERR_FATAL, "bus_misused", "librdkafka",
		        rd_kafka_last_error(), "cannot create a Kafka client: %s%s", text,
		        config_is_read() ? "; correct the file named by LONGSHORE_KAFKA_CONFIG"
		                         : "");
	}
	*out = rk;
	return 0;
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	(void)rk;
	kafka_cause_note(opaque, code, reason);
}

int kafka_asking_client(const char *brokers, const char *client_id, struct kafka_cause *cause,
        rd_kafka_t **out, struct err *e)
{
	static const struct kafka_setting none[] = {{NULL, NULL}};
	rd_kafka_conf_t *conf = NULL;
	*cause = (struct kafka_cause){.code = RD_KAFKA_RESP_ERR_NO_ERROR};
	if (kafka_conf(brokers, client_id, none, &conf, e))
		return e->act;
	rd_kafka_conf_set_opaque(conf, cause);
	rd_kafka_conf_set_error_cb(conf, on_error);
	return kafka_client(RD_KAFKA_PRODUCER, conf, out, e);
}

int kafka_asking_failed(rd_kafka_t *rk, struct kafka_cause *cause, struct err *e)
{
	(void)rd_kafka_poll(rk, 0); /* runs on_error */
	return kafka_cause_add(cause, e);
}
