/* SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include "json.h"
#include "longshore/clock.h"
#include "longshore/states.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LINE_BYTES = 256 * 1024, ROWS = 24, COLUMNS = 80 };

static struct str release_of(const struct snapshot *s, struct arena *mem)
{
	if (!delivery_state_is(s->state, STATE_HELD))
		return (struct str){NULL, 0};
	return cli_release(mem, s->delivery_id, s->reason, s->content_hash);
}

/* "held (below_minimum)" */
static struct str state_of(const struct snapshot *s, struct arena *mem)
{
	if (s->reason.n == 0)
		return s->state;
	return arena_printf(mem, STR_FMT " (" STR_FMT ")", STR_ARG(s->state), STR_ARG(s->reason));
}

void watch_print_line(const struct snapshot *s)
{
	struct arena mem;
	char at[CLOCK_TEXT_BYTES];
	arena_init(&mem, LINE_BYTES);
	clock_text(s->changed_ms, at);
	struct str release = release_of(s, &mem);
	struct str line = arena_printf(&mem,
	        "%s  " STR_FMT "  " STR_FMT "  " STR_FMT "  files %" PRId64 "/%" PRId64 "%s" STR_FMT
	        "%s" STR_FMT,
	        at, STR_ARG(s->delivery_id), STR_ARG(s->route), STR_ARG(state_of(s, &mem)),
	        s->files_visible, s->files_planned, s->detail.n ? "  " : "", STR_ARG(s->detail),
	        release.n ? " -> " : "", STR_ARG(release));
	cli_print(STR_FMT "\n", STR_ARG(cli_plain(line, &mem)));
	(void)fflush(stdout);
	arena_release(&mem);
}

void watch_print_json(const struct snapshot *s)
{
	struct arena mem;
	struct buf out;
	char created[CLOCK_TEXT_BYTES], changed[CLOCK_TEXT_BYTES];
	arena_init(&mem, LINE_BYTES);
	buf_init(&out, JSON_MAX);
	clock_text(s->created_ms, created);
	clock_text(s->changed_ms, changed);
	json_open(&out, NULL, '{');
	json_text(&out, "delivery_id", s->delivery_id);
	json_text(&out, "kind", s->kind);
	json_text(&out, "tenant", s->tenant);
	json_text(&out, "route", s->route);
	json_text(&out, "audience", s->audience);
	json_text(&out, "destination", s->destination);
	json_text(&out, "mode", s->mode);
	json_text(&out, "state", s->state);
	json_text(&out, "reason", s->reason);
	json_text(&out, "detail", s->detail);
	json_text(&out, "release", release_of(s, &mem));
	json_num(&out, "revision", s->revision);
	json_num(&out, "version", s->version);
	json_text(&out, "requested_by", s->requested_by);
	json_text(&out, "approved_by", s->approved_by);
	json_text(&out, "bridge_version", s->bridge_version);
	json_raw(&out, "books", s->books);
	json_num(&out, "files_planned", s->files_planned);
	json_num(&out, "files_visible", s->files_visible);
	json_text(&out, "created_at", str_c(created));
	json_text(&out, "changed_at", str_c(changed));
	json_close(&out, '}');
	json_print(&out);
	(void)fflush(stdout);
	buf_release(&out);
	arena_release(&mem);
}

/* Prints as many characters as fit and clears the rest of the line. */
static void print_cut(struct str text, int width)
{
	size_t n = 0;
	for (int shown = 0; n < text.n; n++) {
		bool begins = ((unsigned char)text.p[n] & 0xc0) != 0x80;
		if (begins && shown == width)
			break;
		shown += begins;
	}
	cli_print(STR_FMT, STR_ARG(str_bytes(text.p, n)));
	(void)printf("\033[K\n");
}

static void print_row(const struct snapshot *s, int width)
{
	struct arena mem;
	char at[CLOCK_TEXT_BYTES];
	arena_init(&mem, LINE_BYTES);
	clock_text(s->changed_ms, at);
	struct str release = release_of(s, &mem);
	struct str line = arena_printf(&mem,
	        "%.8s  %-24.*s  %3" PRId64 "/%-3" PRId64 "  %-32.*s  %-20.*s  " STR_FMT, at + 11,
	        STR_ARG(state_of(s, &mem)), s->files_visible, s->files_planned,
	        STR_ARG(s->delivery_id), STR_ARG(s->route),
	        STR_ARG(release.n ? release : s->detail));
	print_cut(cli_plain(line, &mem), width);
	arena_release(&mem);
}

void watch_print_table(struct watch_screen *screen, const struct watch_list *l)
{
	struct winsize size = {.ws_row = 0};
	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	int rows = (size.ws_row ? size.ws_row : ROWS) - 2,
	    width = size.ws_col ? size.ws_col : COLUMNS;
	int lines = 1;
	char head[128];
	if (screen->lines > 0)
		(void)printf("\033[%dA\r", screen->lines);
	(void)snprintf(head, sizeof(head), "%-8s  %-24s  %7s  %-32s  %s", "UTC", "state", "files",
	        "delivery", "route");
	print_cut(str_trim(str_c(head)), width);
	for (size_t i = 0; i < l->count && lines < rows; i++, lines++)
		print_row(&l->items[i]->s, width);
	(void)printf("\033[J");
	(void)fflush(stdout);
	screen->lines = lines;
}
