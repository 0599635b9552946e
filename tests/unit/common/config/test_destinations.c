/* SPDX-License-Identifier: Apache-2.0
 * Every document of destinations/ is taken as it is, and its README names what of it is not
 * honoured yet: no more, and no less. */
#include "longshore/documents.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define FOLDER LONGSHORE_TESTS "/../destinations/"

enum { ARENA = 256 * 1024 * 1024, FILE_MAX_BYTES = 1 << 20, DESTINATIONS = 9 };

/* All that a route needs besides; the audience is of a type that the destination takes. */
static struct str others_of(struct str name, struct str text, struct arena *mem)
{
	static const char hcp[] = "\naudience_types: [HCP";
	const char *type = memmem(text.p, text.n, hcp, sizeof(hcp) - 1) ? "HCP" : "DTC";
	return arena_printf(mem,
	        "kind: Tenant\nname: t\n---\n"
	        "kind: Audience\ntenant: t\nname: a\ntype: %s\nsource: {url: file:///a/}\n"
	        "id: {column: p, kind: p}\n---\n"
	        "kind: Bridge\ntenant: t\nname: b\nsource: {url: file:///b/}\nfrom: {column: p, "
	        "kind: p}\n"
	        "record:\n  - {name: x, column: x}\n---\n"
	        "kind: Bucket\nname: d\nurl: file:///d/\n---\n"
	        "kind: Route\ntenant: t\nname: r\naudience: a\nbridge: b\nbucket: "
	        "d\ndestination: " STR_FMT "\n",
	        type, STR_ARG(name));
}

static struct str contents(const char *path, struct arena *mem)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot open %s", path);
	char *bytes = arena_alloc(mem, FILE_MAX_BYTES);
	size_t n = fread(bytes, 1, FILE_MAX_BYTES, f);
	(void)fclose(f);
	assert_true(n > 0 && n < FILE_MAX_BYTES);
	return str_bytes(bytes, n);
}

/* What a route to it would be held for, with commas between. */
static struct str unsupported_of(struct str name, struct str text, struct arena *mem)
{
	struct err e;
	struct spec spec;
	struct str json, all = STR("");
	char hash[SHA256_HEX];
	struct read_documents read = {
	        .items = calloc(DOCUMENTS_MAX, sizeof(struct read_document)), .mem = mem};
	struct str rest = others_of(name, text, mem);
	assert_non_null(read.items);
	assert_int_equal(documents_read("others", rest, &read, &e), 0);
	assert_int_equal(documents_read(arena_cstr(mem, name), text, &read, &e), 0);
	struct spec_document docs[8];
	assert_int_equal(read.count, 6);
	for (size_t i = 0; i < read.count; i++)
		docs[i] = read.items[i].document;
	if (spec_resolve(STR("t"), STR("r"), docs, read.count, mem, &json, hash, &e) ||
	        spec_parse(json, mem, &spec, &e))
		fail_msg("%s", e.text);
	free(read.items);
	for (size_t i = 0; i < spec.unsupported_count; i++)
		all = arena_printf(mem, STR_FMT "%s" STR_FMT, STR_ARG(all), i ? ", " : "",
		        STR_ARG(spec.unsupported[i]));
	return all;
}

static void the_table_says_what_each_is_held_for(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, ARENA);
	struct str page = contents(FOLDER "README.md", &mem);
	int count = 0;
	DIR *folder = opendir(FOLDER);
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder));) {
		struct str file = str_c(entry->d_name);
		if (!str_has_suffix(file, STR(".yaml")))
			continue;
		struct str name = str_bytes(file.p, file.n - 5);
		struct str text =
		        contents(arena_printf(&mem, FOLDER STR_FMT, STR_ARG(file)).p, &mem);
		struct str row = arena_printf(&mem, "\n| " STR_FMT " | " STR_FMT " |\n",
		        STR_ARG(name), STR_ARG(unsupported_of(name, text, &mem)));
		if (!memmem(page.p, page.n, row.p, row.n))
			fail_msg("destinations/README.md lacks the row" STR_FMT, STR_ARG(row));
		count++;
	}
	(void)closedir(folder);
	assert_int_equal(count, DESTINATIONS);
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_table_says_what_each_is_held_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
