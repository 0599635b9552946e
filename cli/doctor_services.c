/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks whether every service runs and, if one does not, whether work waits for it. A service
 * runs if its consumer group has a member.
 */
#include "doctor.h"
#include "services.h"

#include "longshore/bus_admin.h"
#include "longshore/event.h"
#include "longshore/topics.h"

#include <stdio.h>

enum { UNKNOWN = -1 };

/* Requests that the scheduler has not read yet are in no table. */
static int64_t unread(struct doctor *d, struct err *e)
{
	static const enum topic topics[] = {TOPIC_TRIGGERS, TOPIC_RESULTS};
	struct cli *cli = d->cli;
	int64_t all = 0;
	struct str group = arena_printf(
	        &cli->mem, "%s%s", cli->conf.topic_prefix, service_names[SERVICE_SCHEDULER]);
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
		const struct topic_plan *plan = topic_plan(topics[i]);
		struct str topic =
		        arena_printf(&cli->mem, "%s%s", cli->conf.topic_prefix, plan->suffix);
		int64_t lag = 0;
		if (bus_group_lag(cli->conf.kafka, group, topic, plan->partitions, &lag, e) != 0)
			return UNKNOWN;
		all += lag;
	}
	return all;
}

struct waiting {
	struct needed *list;
	size_t count;
	bool is_known;
};

static struct waiting look(struct doctor *d)
{
	struct waiting w = {.list = NULL};
	struct err e;
	w.is_known = doctor_is_migrated(d) &&
	             cli_services_needed(d->cli, NULL, 0, 0, &w.list, &w.count, &e) == 0;
	return w;
}

/* Deliveries that wait for the service. */
static int64_t count_of(const struct waiting *w, enum service s)
{
	int64_t n = 0;
	for (size_t i = 0; i < w->count; i++)
		n += w->list[i].service == s;
	return n;
}

static void tell_missing(struct doctor *d, const struct waiting *w, enum service s)
{
	char subject[64], remedy[64];
	struct err e = {0};
	int64_t deliveries = count_of(w, s), messages = s == SERVICE_SCHEDULER ? unread(d, &e) : 0;
	(void)snprintf(subject, sizeof(subject), "service %s", service_names[s]);
	(void)snprintf(remedy, sizeof(remedy), "start longshore-%s", service_names[s]);
	if (deliveries > 0)
		doctor_line(d, DOCTOR_PROBLEM, subject, remedy,
		        "none is running, and %lld deliver%s for it", (long long)deliveries,
		        deliveries == 1 ? "y waits" : "ies wait");
	else if (messages > 0)
		doctor_line(d, DOCTOR_PROBLEM, subject, remedy,
		        "none is running, and %lld message%s for it", (long long)messages,
		        messages == 1 ? " waits" : "s wait");
	else if (messages == UNKNOWN)
		doctor_line(d, DOCTOR_PROBLEM, subject, remedy,
		        "none is running, and doctor could not determine what waits for it in "
		        "Kafka: %s",
		        e.text);
	else if (!w->is_known) /* the check of the database reports why */
		doctor_line(d, DOCTOR_WARNING, subject, remedy,
		        "none is running, and doctor could not determine whether work waits for "
		        "it");
	else
		doctor_line(d, DOCTOR_WARNING, subject, remedy, "none is running");
}

void doctor_services(struct doctor *d)
{
	struct err e;
	int running[SERVICES];
	if (!doctor_has(d->cli->conf.kafka))
		return;
	if (cli_services_running(d->cli, running, &e) != 0) {
		doctor_line(d, DOCTOR_PROBLEM, "services",
		        "start Kafka or correct LONGSHORE_KAFKA, then run doctor again",
		        "could not determine which services are running: %s", e.text);
		return;
	}
	struct waiting w = look(d);
	for (int i = 0; i < SERVICES; i++) {
		char subject[64];
		(void)snprintf(subject, sizeof(subject), "service %s", service_names[i]);
		if (running[i] > 0)
			doctor_ok(d, subject, "%d running", running[i]);
		else if (running[i] == 0)
			tell_missing(d, &w, (enum service)i);
		else
			doctor_line(d, DOCTOR_PROBLEM, subject,
			        "start the brokers that are down, then run doctor again",
			        "could not determine whether one is running: not all brokers "
			        "answer");
	}
}
