/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "longshore/bus_config.h"
#include "longshore/str.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static char path[64];

static int read_text(const char *text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return bus_config_read(path, e);
}

static void is_refused(const char *text, const char *why)
{
	struct err e;
	assert_int_equal(read_text(text, &e), ERR_FATAL);
	assert_string_equal(e.code, "bad_settings");
	if (!strstr(e.text, why) || !strstr(e.text, "LONGSHORE_KAFKA_CONFIG: ") ||
	        !strstr(e.text, path))
		fail_msg("'%s' does not say '%s'", e.text, why);
	assert_null(strstr(e.text, "hunter2"));
	assert_false(config_is_read());
}

/* As a client of ours would have it. */
static void has(const char *name, const char *wanted)
{
	static const struct kafka_setting own[] = {{"enable.idempotence", "true"}, {NULL, NULL}};
	char value[128];
	size_t n = sizeof(value);
	struct err e;
	rd_kafka_conf_t *conf;
	assert_int_equal(kafka_conf("127.0.0.1:1", "test", own, &conf, &e), 0);
	assert_int_equal(rd_kafka_conf_get(conf, name, value, &n), RD_KAFKA_CONF_OK);
	assert_string_equal(value, wanted);
	rd_kafka_conf_destroy(conf);
}

static void every_client_has_what_the_file_says(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(read_text("# a remark\r\n security.protocol = sasl_ssl\r\n\r\n"
	                           "sasl.mechanism=SCRAM-SHA-512\nsasl.username=u=1\n"
	                           "sasl.password=hunter2 #3\nssl.ca.location=/ca.pem\n"
	                           "client.id=mine",
	                         &e),
	        0);
	has("security.protocol", "sasl_ssl");
	has("sasl.mechanisms", "SCRAM-SHA-512");
	has("sasl.username", "u=1");
	has("sasl.password", "hunter2 #3");
	has("ssl.ca.location", "/ca.pem");
	has("client.id", "mine");
	has("enable.idempotence", "true");
	has("bootstrap.servers", "127.0.0.1:1");
	assert_int_equal(bus_config_read("", &e), 0);
	has("security.protocol", "plaintext");
	has("client.id", "test");
}

/* All that librdkafka has besides how brokers are reached: what it is told here decides whether
 * events are lost, doubled or read in order. */
static void what_the_fleet_rests_on_is_refused_by_name(void **state)
{
	(void)state;
	static const char *const ours[] = {"enable.idempotence", "acks", "request.required.acks",
	        "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store",
	        "isolation.level", "auto.offset.reset", "partition.assignment.strategy", "group.id",
	        "group.instance.id", "session.timeout.ms", "heartbeat.interval.ms",
	        "max.poll.interval.ms", "fetch.min.bytes", "fetch.wait.max.ms",
	        "fetch.error.backoff.ms", "queued.max.messages.kbytes", "bootstrap.servers",
	        "metadata.broker.list", "message.timeout.ms", "delivery.timeout.ms",
	        "message.max.bytes", "partitioner", "linger.ms", "queue.buffering.max.ms",
	        "queue.buffering.max.kbytes", "compression.type", "compression.codec",
	        "transactional.id", "max.in.flight", "max.in.flight.requests.per.connection",
	        "retries", "message.send.max.retries", "enable.partition.eof",
	        "enable.gapless.guarantee", "allow.auto.create.topics", "plugin.library.paths",
	        "test.mock.num.brokers", "socket.timeout.ms", "socket.nagle.disable",
	        "reconnect.backoff.ms", "reconnect.backoff.max.ms", "log_level", "debug",
	        "offset.store.method", "client.rack", "error_cb", "socket_cb",
	        "ssl.certificate.verify_cb", "enable.sasl.oauthbearer.unsecure.jwt"};
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		char text[128], why[128];
		(void)snprintf(text, sizeof(text), "client.id=x\n%s=hunter2\n", ours[i]);
		(void)snprintf(why, sizeof(why), ":2: %s is not allowed here", ours[i]);
		is_refused(text, why);
	}
}

static bool is_in(const char *name, const char *const *list)
{
	for (; *list; list++) {
		if (strncmp(name, *list, strlen(*list)) == 0)
			return true;
	}
	return false;
}

/* A newer librdkafka's property is refused until somebody has looked at it. */
static void only_what_reaches_brokers_is_taken(void **state)
{
	(void)state;
	static const char *const taken[] = {"client.id", "security.protocol", "ssl.", "sasl.",
	        "enable.ssl.certificate.verification", "broker.address.", "socket.keepalive.enable",
	        "socket.connection.setup.timeout.ms", "socket.send.buffer.bytes",
	        "socket.receive.buffer.bytes", "connections.max.idle.ms", NULL};
	size_t n;
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	const char **all = rd_kafka_conf_dump(conf, &n);
	assert_true(n > 100);
	for (size_t i = 0; i < n; i += 2)
		assert_int_equal(config_permits(all[i]), is_in(all[i], taken));
	rd_kafka_conf_dump_free(all, n);
	rd_kafka_topic_conf_t *topic = rd_kafka_topic_conf_new();
	all = rd_kafka_topic_conf_dump(topic, &n);
	assert_true(n > 10);
	for (size_t i = 0; i < n; i += 2)
		assert_false(config_permits(all[i]));
	rd_kafka_conf_dump_free(all, n);
	rd_kafka_topic_conf_destroy(topic);
	rd_kafka_conf_destroy(conf);
}

static void mistakes_name_the_line_and_a_remedy(void **state)
{
	(void)state;
	is_refused("ssl.ca.lokation=x\n", ":1: librdkafka ");
	is_refused("ssl.ca.lokation=x\n", "has no property ssl.ca.lokation");
	is_refused("no.such=hunter2\n", "has no property no.such");
	is_refused("security.protocol=hunter2\n",
	        ":1: librdkafka rejects the value of security.protocol");
	is_refused("broker.address.ttl=hunter2\n", "rejects the value");
	is_refused("sasl.jaas.config=hunter2\n", "set sasl.username and sasl.password");
	is_refused("ssl.truststore.location=x\n", "set ssl.ca.location");
	is_refused("sasl.mechanism=PLAIN\nsasl.mechanisms=PLAIN\n", ":2: sasl.mechanism and");
	is_refused(
	        "sasl.password=hunter2\nsasl.password=hunter2\n", ":2: sasl.password is set twice");
}

static void what_librdkafka_finds_later_leads_to_the_file(void **state)
{
	(void)state;
	static const struct kafka_setting none[] = {{NULL, NULL}};
	struct err e;
	rd_kafka_conf_t *conf;
	rd_kafka_t *rk;
	assert_int_equal(
	        read_text("security.protocol=ssl\nssl.ca.location=/no/such/ca.pem\n", &e), 0);
	assert_int_equal(kafka_conf("127.0.0.1:1", "test", none, &conf, &e), 0);
	assert_int_equal(kafka_client(RD_KAFKA_PRODUCER, conf, &rk, &e), ERR_FATAL);
	assert_non_null(strstr(e.text, "ssl.ca.location"));
	assert_non_null(strstr(e.text, "correct the file named by LONGSHORE_KAFKA_CONFIG"));
}

static void says(const char *text, const char *brokers, const char *wanted)
{
	struct err e;
	assert_int_equal(read_text(text, &e), 0);
	const char *weakness = bus_config_weakness(brokers);
	if (!wanted)
		assert_null(weakness);
	else if (!weakness || !strstr(weakness, wanted))
		fail_msg("%s: '%s' is not '%s'", brokers, weakness ? weakness : "", wanted);
}

static void weak_protection_is_told_where_somebody_is_on_the_way(void **state)
{
	(void)state;
	says("", "127.0.0.1:9092,localhost:9092,[::1]:9092, PLAINTEXT://localhost:1", NULL);
	says("", "127.0.0.1:9092,kafka-1:9092", "not encrypted");
	says("", "kafka-1", "not encrypted");
	says("", "[2001:db8::1]:9092", "not encrypted");
	says("security.protocol=sasl_plaintext\n", "kafka-1:9092", "not encrypted");
	says("security.protocol=ssl\n", "kafka-1:9092", NULL);
	says("security.protocol=sasl_ssl\n", "kafka-1:9092", NULL);
	says("security.protocol=ssl\nenable.ssl.certificate.verification=false\n", "kafka-1:9092",
	        "not verified");
	says("security.protocol=ssl\nssl.endpoint.identification.algorithm=none\n", "kafka-1:9092",
	        "not compared");
}

static int make(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/longshore-config-%d", (int)getpid());
	return 0;
}

static int clean(void **state)
{
	(void)state;
	struct err e;
	(void)unlink(path);
	return bus_config_read("", &e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_client_has_what_the_file_says),
	        cmocka_unit_test(what_the_fleet_rests_on_is_refused_by_name),
	        cmocka_unit_test(only_what_reaches_brokers_is_taken),
	        cmocka_unit_test(mistakes_name_the_line_and_a_remedy),
	        cmocka_unit_test(what_librdkafka_finds_later_leads_to_the_file),
	        cmocka_unit_test(weak_protection_is_told_where_somebody_is_on_the_way),
	};
	return cmocka_run_group_tests(tests, make, clean);
}
