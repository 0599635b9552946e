/* SPDX-License-Identifier: Apache-2.0
 * Brokers, topics, and whether every service has a member in its group. */
#include "doctor.h"

#include "longshore/bus_config.h"
#include "longshore/event.h"
#include "longshore/topics.h"

#include <stdio.h>

enum { CLEANUP, RETENTION_MS, RETENTION_BYTES, MESSAGE_MAX, MIN_INSYNC, SETTINGS };
static const char *const settings[SETTINGS] = {[CLEANUP] = "cleanup.policy",
        [RETENTION_MS] = "retention.ms",
        [RETENTION_BYTES] = "retention.bytes",
        [MESSAGE_MAX] = "max.message.bytes",
        [MIN_INSYNC] = "min.insync.replicas"};

enum { GOOD_REPLICATION = 3, GOOD_INSYNC = 2 };

static struct str wanted_value(const struct topic_plan *plan, const char *name)
{
	for (const char *const *s = plan->settings; s && *s; s += 2) {
		if (strcmp(s[0], name) == 0)
			return str_c(s[1]);
	}
	return (struct str){NULL, 0};
}

/* Numbers; -1 means no limit. Keeping messages longer or accepting larger ones than planned is
 * harmless. */
static bool is_enough(struct str has, struct str wanted)
{
	int64_t a = 0, b = 0;
	if (!str_to_i64(has, &a) || !str_to_i64(wanted, &b))
		return str_eq(has, wanted);
	return a == -1 || (b != -1 && a >= b);
}

/* Compares a topic's settings with the plan, and says what a short retention costs. */
static int check_settings(struct doctor *d, const char *subject, const struct topic_plan *plan,
        const struct str *values)
{
	int faults = 0;
	for (int i = CLEANUP; i <= MESSAGE_MAX; i++) {
		struct str wanted = wanted_value(plan, settings[i]);
		if (!wanted.p || !values[i].p || is_enough(values[i], wanted))
			continue;
		bool is_kept_for_ever = str_eq(wanted, STR("-1"));
		bool is_hard = i == CLEANUP || i == MESSAGE_MAX || is_kept_for_ever;
		struct str remedy = arena_printf(&d->cli->mem,
		        "kafka-configs.sh --alter --entity-type topics --entity-name %s "
		        "--add-config %s=" STR_FMT,
		        subject + sizeof("topic ") - 1, settings[i], STR_ARG(wanted));
		doctor_line(d, is_hard ? DOCTOR_PROBLEM : DOCTOR_WARNING, subject,
		        arena_cstr(&d->cli->mem, remedy),
		        "%s is " STR_FMT "; it should be " STR_FMT "%s", settings[i],
		        STR_ARG(values[i]), STR_ARG(wanted),
		        is_kept_for_ever ? ": this topic must never expire" : "");
		faults++;
	}
	return faults;
}

static int check_replicas(
        struct doctor *d, const char *subject, int brokers, const struct bus_topic_facts *facts)
{
	int64_t insync = 0;
	int wanted = brokers < GOOD_REPLICATION ? brokers : GOOD_REPLICATION, faults = 0;
	if (facts->leaderless) {
		doctor_line(d, DOCTOR_PROBLEM, subject, "start the brokers that are down",
		        "%d partitions have no leader", (int)facts->leaderless);
		faults++;
	} else if (facts->behind) {
		doctor_line(d, DOCTOR_WARNING, subject, "start the brokers that are down",
		        "%d partitions have replicas that are out of sync", (int)facts->behind);
		faults++;
	}
	if (facts->replicas < wanted) {
		doctor_line(d, DOCTOR_WARNING, subject, "kafka-reassign-partitions.sh",
		        "%d replicas; with %d brokers there should be %d", (int)facts->replicas,
		        brokers, wanted);
		faults++;
	}
	if (facts->replicas >= GOOD_REPLICATION && facts->values[MIN_INSYNC].p &&
	        str_to_i64(facts->values[MIN_INSYNC], &insync) && insync < GOOD_INSYNC) {
		doctor_line(d, DOCTOR_WARNING, subject, "set min.insync.replicas to 2",
		        "min.insync.replicas is %lld: a message that only one broker has "
		        "acknowledged is lost if that broker fails",
		        (long long)insync);
		faults++;
	}
	return faults;
}

static const char *kept(struct arena *mem, const struct str *values)
{
	enum { HOUR_MS = 60 * 60 * 1000 };
	int64_t ms = 0;
	if (str_eq(values[CLEANUP], STR("compact")))
		return "the last message of each key is kept";
	if (!str_to_i64(values[RETENTION_MS], &ms))
		return "the broker does not say how long it keeps messages";
	if (ms < 0)
		return "kept for ever";
	return arena_cstr(mem, arena_printf(mem, "kept for %lld h", (long long)(ms / HOUR_MS)));
}

static void check_topic(struct doctor *d, const char *subject, const struct topic_plan *plan,
        int brokers, const struct bus_topic_facts *facts)
{
	if (!facts->is_there) {
		doctor_line(d, DOCTOR_PROBLEM, subject, "longshore topics", "is not there");
		return;
	}
	if (facts->partitions != plan->partitions) {
		doctor_line(d, DOCTOR_PROBLEM, subject,
		        "choose another LONGSHORE_TOPIC_PREFIX, or delete the topic once it is "
		        "drained and run longshore topics",
		        "has %d partitions; it must have %d", (int)facts->partitions,
		        (int)plan->partitions);
		return;
	}
	int faults = check_settings(d, subject, plan, facts->values);
	faults += check_replicas(d, subject, brokers, facts);
	if (faults == 0)
		doctor_ok(d, subject, "%d partitions, %s", (int)facts->partitions,
		        kept(&d->cli->mem, facts->values));
}

static const char *connect_remedy(const struct err *e)
{
	if (strcmp(e->code, "bus_forbidden") == 0)
		return "correct the file named by LONGSHORE_KAFKA_CONFIG, or grant the rights that "
		       "longshore topics --acls prints";
	if (strcmp(e->code, "bad_settings") == 0 || strcmp(e->code, "bus_misused") == 0)
		return "correct the file named by LONGSHORE_KAFKA_CONFIG";
	return "start Kafka, or correct LONGSHORE_KAFKA and LONGSHORE_KAFKA_CONFIG";
}

static void check_protection(struct doctor *d)
{
	const char *weakness = bus_config_weakness(d->cli->conf.kafka);
	if (weakness)
		doctor_line(d, DOCTOR_WARNING, "kafka encryption",
		        "set security.protocol=sasl_ssl in every service's LONGSHORE_KAFKA_CONFIG "
		        "file",
		        "%s", weakness);
}

void doctor_kafka(struct doctor *d)
{
	struct err e;
	struct str names[TOPIC_COUNT];
	struct bus_topic_facts facts[TOPIC_COUNT];
	struct bus_cluster cluster;
	const struct bus_question question = {names, TOPIC_COUNT, settings, SETTINGS};
	struct cli *cli = d->cli;
	if (!doctor_has(cli->conf.kafka))
		return;
	for (int i = 0; i < TOPIC_COUNT; i++)
		names[i] = arena_printf(&cli->mem, "%s%s", cli->conf.topic_prefix,
		        topic_plan((enum topic)i)->suffix);
	int act = bus_config_read(cli->conf.kafka_config, &e);
	if (act == 0) {
		check_protection(d);
		act = bus_describe(cli->conf.kafka, &question, &cli->mem, &cluster, facts, &e);
	}
	if (act != 0) {
		doctor_line(d, DOCTOR_PROBLEM, "kafka", connect_remedy(&e), "%s: %s",
		        cli->conf.kafka, e.text);
		return;
	}
	if (cluster.brokers < GOOD_REPLICATION)
		doctor_line(d, DOCTOR_WARNING, "kafka",
		        "run three brokers if deliveries must survive the loss of a disk",
		        "reachable, cluster " STR_FMT ", %d of 3 brokers", STR_ARG(cluster.id),
		        cluster.brokers);
	else
		doctor_ok(d, "kafka", "cluster " STR_FMT ", %d brokers", STR_ARG(cluster.id),
		        cluster.brokers);
	for (int i = 0; i < TOPIC_COUNT; i++) {
		char subject[300];
		(void)snprintf(subject, sizeof(subject), "topic " STR_FMT, STR_ARG(names[i]));
		check_topic(d, subject, topic_plan((enum topic)i), cluster.brokers, &facts[i]);
	}
}
