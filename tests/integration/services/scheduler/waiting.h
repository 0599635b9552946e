/* SPDX-License-Identifier: Apache-2.0
 * Many routes of several tenants, destinations and buckets, and how they stand. */
#ifndef TESTS_SCHEDULER_WAITING_H
#define TESTS_SCHEDULER_WAITING_H

#include "fleet.h"

static inline int64_t count(struct bench *b, const char *rows)
{
	char sql[512];
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", rows);
	return database_num(b->admin, sql);
}

static inline void add_destination(struct bench *b, const char *name, const char *limits)
{
	char body[512], more[128];
	(void)snprintf(more, sizeof more, ",\"limits\":%s", limits);
	(void)snprintf(body, sizeof body,
	        "{\"columns\":[{\"name\":\"u\",\"source\":\"t\"}],\"naming\":{\"data_template\":"
	        "\"%s_{route}_{delivery}_{part}.csv\"}%s}",
	        name, limits ? more : "");
	fleet_document(b, "Destination", "", name, body);
}

static inline void add_bucket(struct bench *b, const char *name)
{
	char body[128];
	(void)snprintf(body, sizeof body, "{\"url\":\"file:///%s/\"}", name);
	fleet_document(b, "Bucket", "", name, body);
}

static inline void add_route(
        struct bench *b, const char *route, const char *destination, const char *bucket)
{
	char body[256];
	(void)snprintf(body, sizeof body,
	        "{\"name\":\"%s\",\"audience\":\"people\",\"bridge\":\"b\",\"destination\":\"%s\","
	        "\"bucket\":\"%s\"}",
	        route, destination, bucket);
	fleet_document(b, "Route", "acme", route, body);
}

static inline struct str name_of(struct bench *b, const char *stem, int i)
{
	return arena_printf(&b->mem, "%s%d", stem, i);
}

static inline void add_routes(
        struct bench *b, const char *stem, int n, const char *destination, const char *bucket)
{
	for (int i = 0; i < n; i++)
		add_route(b, name_of(b, stem, i).p, destination, bucket);
}

static inline void ask_for(struct bench *b, const char *route)
{
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, route);
	t.route = str_c(route);
	fleet_ask(b, &t);
}

static inline void ask_all(struct bench *b, const char *stem, int n)
{
	for (int i = 0; i < n; i++)
		ask_for(b, name_of(b, stem, i).p);
}

static inline void cancel(struct bench *b, const char *where)
{
	char sql[256];
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_CANCEL, where);
	(void)snprintf(sql, sizeof sql, "SELECT delivery_id FROM run.state WHERE %s", where);
	t.delivery_id = database_text(b->admin, sql, &b->mem);
	fleet_ask(b, &t);
}

/* Decisions that were stored. */
static inline int64_t decided(struct bench *b)
{
	return database_num(b->admin, "SELECT coalesce(sum(version & ((1::bigint << 40) - 1)), "
	                              "0)::bigint FROM run.state");
}

#define COMPLETED "run.state WHERE state = 'completed'"
#define IN_FLIGHT "run.task WHERE status = 'issued'"

#endif
