/* SPDX-License-Identifier: Apache-2.0
 * A good configuration, one change of it, and what is told of that. */
#ifndef TESTS_DOCUMENT_BENCH_H
#define TESTS_DOCUMENT_BENCH_H

#include "longshore/documents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ARENA = 512 * 1024 * 1024, REPORT = 1024 * 1024 };

static inline bool has_zone(void *arg, struct str name)
{
	(void)arg;
	return str_eq(name, STR("UTC")) || str_eq(name, STR("Europe/Paris"));
}
/* As if the year had eleven months. */
static inline bool has_run(void *arg, const struct spec_cadence *cadence)
{
	(void)arg;
	return !str_eq(cadence->cron, STR("0 0 1 12 *"));
}
static const struct document_world world = {.has_zone = has_zone, .has_run = has_run};

struct bench {
	struct arena mem;
	struct read_documents read;
	struct buf report;
};

static inline void begin(struct bench *b)
{
	*b = (struct bench){.report = {0}};
	arena_init(&b->mem, ARENA);
	b->read = (struct read_documents){
	        .items = calloc(DOCUMENTS_MAX, sizeof(struct read_document)), .mem = &b->mem};
	assert_non_null(b->read.items);
	buf_init(&b->report, REPORT);
}

static inline void end(struct bench *b)
{
	buf_release(&b->report);
	free(b->read.items);
	arena_release(&b->mem);
}

static inline const char *told(struct bench *b)
{
	struct err e;
	documents_check(&b->read, NULL, 0, &world);
	assert_int_equal(documents_report(&b->read, &b->report, &e), 0);
	assert_int_equal(buf_append(&b->report, "", 1, &e), 0);
	return buf_str(&b->report).p;
}

/* A configuration without a mistake; every case changes one thing. Lines are counted below. */
static const char good[] = "kind: Tenant\n"                                       /* 1 */
                           "name: acme\n"                                         /* 2 */
                           "limits: {tasks_in_flight: 10}\n"                      /* 3 */
                           "---\n"                                                /* 4 */
                           "kind: Audience\n"                                     /* 5 */
                           "tenant: acme\n"                                       /* 6 */
                           "name: people\n"                                       /* 7 */
                           "type: DTC\n"                                          /* 8 */
                           "source: {url: \"file:///in/people/\"}\n"              /* 9 */
                           "id: {column: patient, kind: patient_id}\n"            /* 10 */
                           "filters:\n"                                           /* 11 */
                           "  - {column: c, in: [x, y]}\n"                        /* 12 */
                           "min_size: 10\n"                                       /* 13 */
                           "---\n"                                                /* 14 */
                           "kind: Bridge\n"                                       /* 15 */
                           "tenant: acme\n"                                       /* 16 */
                           "name: tokens\n"                                       /* 17 */
                           "source: {url: \"file:///in/bridge/\"}\n"              /* 18 */
                           "from: {column: patient, kind: patient_id}\n"          /* 19 */
                           "record:\n"                                            /* 20 */
                           "  - {name: token, column: tok, max_length: 40}\n"     /* 21 */
                           "cardinality: \"1:1\"\n"                               /* 22 */
                           "---\n"                                                /* 23 */
                           "kind: Destination\n"                                  /* 24 */
                           "name: partner\n"                                      /* 25 */
                           "columns:\n"                                           /* 26 */
                           "  - {name: user_id, source: token}\n"                 /* 27 */
                           "  - {name: flag, constant: \"1\"}\n"                  /* 28 */
                           "naming:\n"                                            /* 29 */
                           "  data_template: \"{route}/{label}_{part}.csv.gz\"\n" /* 30 */
                           "  time_zone: UTC\n"                                   /* 31 */
                           "limits: {max_rows_per_file: 100}\n"                   /* 32 */
                           "completion:\n"                                        /* 33 */
                           "  kind: success_file\n"                               /* 34 */
                           "  name_template: \"{route}/{label}_SUCCESS\"\n"       /* 35 */
                           "refresh: {max_shrink: 30%}\n"                         /* 36 */
                           "---\n"                                                /* 37 */
                           "kind: Bucket\n"                                       /* 38 */
                           "name: box\n"                                          /* 39 */
                           "url: \"file:///drop/\"\n"                             /* 40 */
                           "---\n"                                                /* 41 */
                           "kind: SuppressionList\n"                              /* 42 */
                           "tenant: acme\n"                                       /* 43 */
                           "name: optout\n"                                       /* 44 */
                           "source: {url: \"file:///in/optout.csv\"}\n"           /* 45 */
                           "id: {column: patient, kind: patient_id}\n"            /* 46 */
                           "---\n"                                                /* 47 */
                           "kind: Route\n"                                        /* 48 */
                           "tenant: acme\n"                                       /* 49 */
                           "name: daily\n"                                        /* 50 */
                           "audience: people\n"                                   /* 51 */
                           "bridge: tokens\n"                                     /* 52 */
                           "destination: partner\n"                               /* 53 */
                           "bucket: box\n"                                        /* 54 */
                           "suppress: [optout]\n"                                 /* 55 */
                           "cadence:\n"                                           /* 56 */
                           "  kind: cron\n"                                       /* 57 */
                           "  cron: \"0 6 * * *\"\n"                              /* 58 */
                           "  zone: Europe/Paris\n"                               /* 59 */
                           "guards: {min_size: 5, max_growth: \"0.5\"}\n"         /* 60 */
                           "blackout:\n"                                          /* 61 */
                           "  - {from_minute: 0, to_minute: 60}\n"                /* 62 */
                           "limits: {attempts: 3}\n";                             /* 63 */

/* A star stands for anything. */
static inline bool is_like(const char *text, const char *pattern)
{
	for (; *pattern; pattern++, text++) {
		if (*pattern == '*') {
			for (const char *rest = text;; rest++) {
				if (is_like(rest, pattern + 1))
					return true;
				if (!*rest)
					return false;
			}
		}
		if (*text != *pattern)
			return false;
	}
	return *text == '\0';
}

static inline char *changed_of(const char *whole, const char *from, const char *to)
{
	const char *at = strstr(whole, from);
	if (!at)
		fail_msg("the configuration has no '%s'", from);
	size_t n = strlen(whole) - strlen(from) + strlen(to) + 1;
	char *text = malloc(n);
	assert_non_null(text);
	(void)snprintf(text, n, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
	return text;
}

static inline char *changed(const char *from, const char *to)
{
	return changed_of(good, from, to);
}

static inline size_t documents_in(struct bench *b, const char *yaml)
{
	struct err e;
	begin(b);
	if (documents_read("f", str_c(yaml), &b->read, &e) != 0)
		fail_msg("%s", e.text);
	return b->read.count;
}

static inline const char *warned(struct bench *b)
{
	struct err e;
	documents_check(&b->read, NULL, 0, &world);
	assert_int_equal(documents_report_warnings(&b->read, &b->report, &e), 0);
	assert_int_equal(buf_append(&b->report, "", 1, &e), 0);
	return buf_str(&b->report).p;
}

#endif
