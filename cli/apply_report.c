/* SPDX-License-Identifier: Apache-2.0
 * What apply prints: mistakes, warnings, and the result for each document. */
#include "apply.h"

#include "json.h"

#include <stdio.h>

enum { REPORT_MAX = 64 * 1024 * 1024 };

const char *apply_word(const struct applied_document *d)
{
	return !d->before.p ? "created" : d->changes.count > 0 ? "changed" : "unchanged";
}

/* "2026-12-01T06:30 America/Chicago", as the scheduler labels it. */
static struct str run_text(const struct cadence_run *run, struct str zone, struct arena *mem)
{
	return arena_printf(mem, "%s " STR_FMT "%s", run->label, STR_ARG(zone),
	        run->fold ? " (the second of that hour)" : "");
}

static void report_changes(struct cli *cli, const struct document_changes *changes, bool has_values)
{
	static const char signs[] = {'+', '~', '-'};
	for (size_t i = 0; i < changes->count && has_values; i++) {
		const struct document_change *c = &changes->items[i];
		cli_print("  %c " STR_FMT ": " STR_FMT "%s" STR_FMT "\n", signs[c->kind],
		        STR_ARG(cli_plain(c->path, &cli->mem)),
		        STR_ARG(cli_plain(c->before, &cli->mem)),
		        c->kind == CHANGE_CHANGED ? " -> " : "",
		        STR_ARG(cli_plain(c->after, &cli->mem)));
	}
}

/* ": changed: guards.min_size, suppress (added), limits.attempts (removed)" */
static void report_word(struct cli *cli, const struct applied_document *d)
{
	static const char *const words[] = {" (added)", "", " (removed)"};
	const char *word = apply_word(d);
	cli_print(": %s", word);
	for (size_t i = 0; i < d->changes.count && d->before.p; i++) {
		const struct document_change *c = &d->changes.items[i];
		cli_print("%s" STR_FMT "%s", i == 0 ? ": " : ", ",
		        STR_ARG(cli_plain(c->path, &cli->mem)), words[c->kind]);
	}
	cli_print("\n");
}

static void json_changes(struct buf *json, const struct document_changes *changes)
{
	static const char *const words[] = {"added", "changed", "removed"};
	json_open(json, "changes", '[');
	for (size_t i = 0; i < changes->count; i++) {
		const struct document_change *c = &changes->items[i];
		json_open(json, NULL, '{');
		json_text(json, "field", c->path);
		json_text(json, "change", str_c(words[c->kind]));
		if (c->kind != CHANGE_ADDED)
			json_raw(json, "old", c->before);
		if (c->kind != CHANGE_REMOVED)
			json_raw(json, "new", c->after);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void json_document(struct buf *json, const struct read_document *d,
        const struct applied_document *a, struct cli *cli)
{
	json_open(json, NULL, '{');
	json_text(json, "kind", d->document.kind);
	json_text(json, "tenant", d->document.tenant);
	json_text(json, "name", d->document.name);
	json_text(json, "result", str_c(apply_word(a)));
	json_changes(json, &a->changes);
	json_open(json, "next_runs", '[');
	for (size_t i = 0; i < a->runs_count; i++)
		json_text(json, NULL, run_text(&a->runs[i], a->zone, &cli->mem));
	json_close(json, ']');
	json_close(json, '}');
}

static void print_document(
        struct cli *cli, const struct read_document *d, const struct applied_document *a)
{
	cli_print(STR_FMT " " STR_FMT, STR_ARG(d->document.kind), STR_ARG(d->document.name));
	report_word(cli, a);
	report_changes(cli, &a->changes, cli_option(cli, "--diff"));
	for (size_t i = 0; i < a->runs_count; i++)
		cli_print("%s" STR_FMT "%s", i == 0 ? "  next runs: " : ", ",
		        STR_ARG(run_text(&a->runs[i], a->zone, &cli->mem)),
		        i + 1 == a->runs_count ? "\n" : "");
}

static void json_told(struct buf *json, const char *name, struct document_mistakes *all)
{
	documents_sort(all);
	json_open(json, name, '[');
	for (size_t i = 0; i < all->count; i++) {
		const struct document_mistake *m = &all->items[i];
		json_open(json, NULL, '{');
		json_text(json, "file", str_c(m->file));
		json_num(json, "line", m->line);
		json_text(json, "field", m->field);
		json_text(json, "text", m->text);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void print_json(struct cli *cli, struct read_documents *read,
        const struct applied_document *documents, bool is_applied)
{
	struct buf json;
	buf_init(&json, JSON_MAX);
	json_open(&json, NULL, '{');
	json_bool(&json, "applied", is_applied);
	json_bool(&json, "dry_run", cli_option(cli, "--dry-run"));
	json_open(&json, "documents", '[');
	for (size_t i = 0; documents && i < read->count; i++)
		json_document(&json, &read->items[i], &documents[i], cli);
	json_close(&json, ']');
	json_told(&json, "warnings", &read->warnings);
	json_told(&json, "mistakes", &read->mistakes);
	json_bool(&json, "more_warnings", read->warnings.has_more);
	json_bool(&json, "more_mistakes", read->mistakes.has_more);
	json_close(&json, '}');
	json_print(&json);
	buf_release(&json);
}

static int print_told(struct read_documents *read, struct err *e)
{
	struct buf report;
	buf_init(&report, REPORT_MAX);
	int act = documents_report(read, &report, e);
	if (act == 0)
		act = documents_report_warnings(read, &report, e);
	if (act == 0)
		cli_complain(STR_FMT, STR_ARG(buf_str(&report)));
	buf_release(&report);
	return act;
}

int apply_refuse(struct cli *cli, struct read_documents *read, struct err *e)
{
	if (read->mistakes.count == 0 && !read->mistakes.has_more)
		return 0;
	int act = 0;
	if (cli->json)
		print_json(cli, read, NULL, false);
	else
		act = print_told(read, e);
	return act != 0 ? act
	                : err_set(e, ERR_REJECT, "bad_configuration",
	                          "nothing was applied: correct the mistakes above");
}

int apply_report(struct cli *cli, struct read_documents *read,
        const struct applied_document *documents, struct err *e)
{
	bool is_dry = cli_option(cli, "--dry-run");
	if (cli->json) {
		print_json(cli, read, documents, !is_dry);
		return 0;
	}
	int act = print_told(read, e);
	for (size_t i = 0; act == 0 && i < read->count; i++)
		print_document(cli, &read->items[i], &documents[i]);
	if (act == 0 && is_dry)
		cli_print("nothing was applied: --dry-run\n");
	return act;
}
