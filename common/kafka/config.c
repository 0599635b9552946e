/* SPDX-License-Identifier: Apache-2.0
 *
 * The file can set how we reach the brokers and who we are, and nothing else. The fleet's
 * guarantees depend on how we read, write and commit, so `kafka_conf` and its callers set that.
 * Names that are not on the list below are refused, including those of newer librdkafka versions.
 */
#include "config.h"

#include "longshore/bus_config.h"
#include "longshore/host.h"
#include "longshore/private_file.h"

#include <stdio.h>

/* An entry that ends in a dot is a prefix. */
static const char *const permitted[] = {
        "client.id",
        "security.protocol",
        "ssl.",
        "enable.ssl.certificate.verification",
        "sasl.",
        "https.",
        "broker.address.",
        "client.dns.lookup",
        "socket.keepalive.enable",
        "socket.connection.setup.timeout.ms",
        "socket.send.buffer.bytes",
        "socket.receive.buffer.bytes",
        "connections.max.idle.ms",
        NULL,
};

/* Property names of the Java clients, because people copy those files. */
static const struct {
	const char *name, *ours;
} of_java[] = {
        {"sasl.jaas.config", "sasl.username and sasl.password"},
        {"ssl.truststore.location", "ssl.ca.location, a file of PEM certificates"},
        {"ssl.truststore.certificates", "ssl.ca.location, a file of PEM certificates"},
        {"ssl.truststore.password", "ssl.ca.location, which needs none"},
        {"ssl.truststore.type", "ssl.ca.location, a file of PEM certificates"},
        {"ssl.keystore.type", "ssl.keystore.location (PKCS#12) or ssl.certificate.location"},
        {"ssl.keystore.key", "ssl.key.location"},
        {NULL, NULL},
};

static rd_kafka_conf_t *base; /* NULL: no file */
static bool has_client_id;

static bool fits(const char *pattern, const char *name)
{
	size_t n = strlen(pattern);
	return pattern[n - 1] == '.' ? strncmp(pattern, name, n) == 0 : strcmp(pattern, name) == 0;
}

bool config_permits(const char *name)
{
	/* Callbacks and their arguments are pointers into the program. */
	if (str_has_suffix(str_c(name), STR("_cb")) || strchr(name, '_'))
		return false;
	for (const char *const *p = permitted; *p; p++) {
		if (fits(*p, name))
			return true;
	}
	return false;
}

/* NULL means the default, which every property has. */
static bool librdkafka_knows(const char *name)
{
	char text[256];
	rd_kafka_conf_t *scratch = rd_kafka_conf_new();
	bool knows =
	        rd_kafka_conf_set(scratch, name, NULL, text, sizeof(text)) != RD_KAFKA_CONF_UNKNOWN;
	rd_kafka_conf_destroy(scratch);
	return knows;
}

static const char *java_means(const char *name)
{
	for (size_t i = 0; of_java[i].name; i++) {
		if (strcmp(of_java[i].name, name) == 0)
			return of_java[i].ours;
	}
	return NULL;
}

static int refuse(const char *name, struct err *e)
{
	if (java_means(name))
		return err_set(e, ERR_FATAL, "bad_settings",
		        "%s is a property of the Java clients: set %s", name, java_means(name));
	if (librdkafka_knows(name))
		return err_set(e, ERR_FATAL, "bad_settings",
		        "%s is not allowed here, because Longshore depends on its value: remove "
		        "the line. Allowed are client.id, security.protocol, ssl.*, sasl.*, and "
		        "socket options",
		        name);
	return err_set(e, ERR_FATAL, "bad_settings",
	        "librdkafka %s has no property %s: correct the name, or remove the line",
	        rd_kafka_version_str(), name);
}

struct file {
	rd_kafka_conf_t *conf;
	bool has_mechanism, has_client_id;
};

/* Does not use librdkafka's message, because it would repeat the value. */
static int take(void *arg, const char *name, const char *value, struct err *e)
{
	char text[256];
	struct file *file = arg;
	bool is_mechanism = strncmp(name, "sasl.mechanism", strlen("sasl.mechanism")) == 0;
	if (java_means(name) || !config_permits(name) || !librdkafka_knows(name))
		return refuse(name, e);
	if (is_mechanism && file->has_mechanism)
		return err_set(e, ERR_FATAL, "bad_settings",
		        "sasl.mechanism and sasl.mechanisms are the same property, which is set "
		        "twice: remove one of the two lines");
	if (rd_kafka_conf_set(file->conf, name, value, text, sizeof(text)) != RD_KAFKA_CONF_OK)
		return err_set(e, ERR_FATAL, "bad_settings",
		        "librdkafka rejects the value of %s: its CONFIGURATION.md lists the "
		        "allowed values",
		        name);
	file->has_mechanism |= is_mechanism;
	file->has_client_id |= strcmp(name, "client.id") == 0;
	return 0;
}

int bus_config_read(const char *path, struct err *e)
{
	if (base)
		rd_kafka_conf_destroy(base);
	base = NULL;
	has_client_id = false;
	if (!path[0])
		return 0;
	struct file file = {.conf = rd_kafka_conf_new()};
	if (private_file_read("LONGSHORE_KAFKA_CONFIG", path, take, &file, e)) {
		rd_kafka_conf_destroy(file.conf);
		return e->act;
	}
	base = file.conf;
	has_client_id = file.has_client_id;
	return 0;
}

rd_kafka_conf_t *config_new(void)
{
	return base ? rd_kafka_conf_dup(base) : rd_kafka_conf_new();
}

bool config_is_read(void)
{
	return base;
}

bool config_has_client_id(void)
{
	return has_client_id;
}

/* --- weaknesses --- */

static bool is_set_to(const char *name, const char *wanted)
{
	char value[64];
	size_t n = sizeof(value);
	return base && rd_kafka_conf_get(base, name, value, &n) == RD_KAFKA_CONF_OK &&
	       strcmp(value, wanted) == 0;
}

/* brokers: "host:port", separated by commas, each with an optional scheme. */
static bool all_are_here(const char *brokers)
{
	struct str rest = str_c(brokers);
	while (rest.n > 0) {
		ptrdiff_t comma = str_find(rest, ',', 0);
		struct str one = {rest.p, comma < 0 ? rest.n : (size_t)comma};
		size_t used = comma < 0 ? rest.n : (size_t)comma + 1;
		rest = (struct str){rest.p + used, rest.n - used};
		one = str_trim(one);
		for (size_t i = 0; i + 3 <= one.n; i++) {
			if (memcmp(one.p + i, "://", 3) == 0) {
				one = (struct str){one.p + i + 3, one.n - i - 3};
				break;
			}
		}
		size_t end = one.n; /* end of the host: before the last ':' outside [] */
		while (end > 0 && one.p[end - 1] != ':' && one.p[end - 1] != ']')
			end--;
		if (end > 0 && one.p[end - 1] == ':')
			end--;
		if (one.n > 0 && !host_is_here((struct str){one.p, end ? end : one.n}))
			return false;
	}
	return true;
}

const char *bus_config_weakness(const char *brokers)
{
	bool is_tls =
	        is_set_to("security.protocol", "ssl") || is_set_to("security.protocol", "sasl_ssl");
	if (all_are_here(brokers))
		return NULL;
	if (!is_tls)
		return "connections to the brokers are not encrypted: anyone on the network path "
		       "can read and change events";
	if (!is_set_to("enable.ssl.certificate.verification", "true"))
		return "the brokers' certificates are not verified "
		       "(enable.ssl.certificate.verification): anybody can impersonate a broker";
	if (!is_set_to("ssl.endpoint.identification.algorithm", "https"))
		return "the brokers' names are not compared with their certificates "
		       "(ssl.endpoint.identification.algorithm): anyone with a certificate of the "
		       "same CA can impersonate a broker";
	return NULL;
}
