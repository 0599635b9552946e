/* SPDX-License-Identifier: Apache-2.0
 *
 * What we write against what Python's csv module wrote (golden/). With a directory as argument:
 * writes every case there as <case>.csv and <case>.csv.gz, for test_readers.py to read. */
#include "longshore/buf.h"
#include "longshore/row_writer.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MAX = 16 * 1024 * 1024, COLUMNS = 8, CASES_LEAST = 14, US = 0x1f, RS = 0x1e };

static void read_file(const char *folder, const char *name, struct buf *out)
{
	struct err e;
	char path[1024];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("%s cannot be read", path);
	buf_init(out, MAX);
	char block[65536];
	for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
		assert_int_equal(buf_append(out, block, n, &e), 0);
	(void)fclose(f);
}

static void write_file(const char *folder, const char *name, const char *suffix, struct str bytes)
{
	char path[1024];
	(void)snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
	FILE *f = fopen(path, "wb");
	if (f == NULL)
		fail_msg("%s cannot be written", path);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

/* Takes what stands before byte `end` off *rest. */
static struct str take(struct str *rest, char end)
{
	ptrdiff_t at = str_find(*rest, end, 0);
	assert_true(at >= 0);
	struct str taken = str_bytes(rest->p, (size_t)at);
	*rest = str_bytes(rest->p + at + 1, rest->n - (size_t)at - 1);
	return taken;
}

static size_t take_record(struct str *rest, struct str *fields)
{
	struct str record = take(rest, RS);
	size_t n = 0;
	for (; record.n > 0; n++) {
		assert_true(n < COLUMNS);
		fields[n] = take(&record, US);
	}
	return n;
}

static void take_format(struct str *rest, struct row_layout *format)
{
	struct str line = take(rest, '\n');
	struct str delimiter = take(&line, ' ');
	struct str quotes = take(&line, ' ');
	struct str newline = take(&line, ' ');
	format->delimiter = str_eq(delimiter, STR("tab")) ? '\t' : delimiter.p[0];
	format->quotes = str_eq(quotes, STR("all"))    ? QUOTE_ALL
	                 : str_eq(quotes, STR("none")) ? QUOTE_NONE
	                                               : QUOTE_MINIMAL;
	format->is_crlf = str_eq(newline, STR("crlf"));
	format->has_header = str_eq(line, STR("header"));
}

static int collect(void *arg, const void *p, size_t n, struct err *e)
{
	return buf_append(arg, p, n, e);
}

static void must(int rc, const struct err *e)
{
	if (rc != 0)
		fail_msg("%s", e->text);
}

static void render_case(
        struct str rest, enum file_format file, enum compression compression, struct buf *out)
{
	struct err e;
	struct encoder *bytes = NULL;
	struct row_writer *r = NULL;
	struct encoded_facts facts;
	struct row_column columns[COLUMNS] = {0};
	struct str fields[COLUMNS];
	struct row_layout format = {.columns = columns};
	take_format(&rest, &format);
	if (file == FILE_JSONL) /* which has none of that */
		format = (struct row_layout){.columns = columns, .format = file};
	format.columns_count = take_record(&rest, fields);
	for (size_t i = 0; i < format.columns_count; i++)
		columns[i].name = fields[i];
	buf_init(out, MAX);
	must(encoder_new(compression, collect, out, &bytes, &e), &e);
	must(row_writer_new(&format, bytes, &r, &e), &e);
	while (rest.n > 0) {
		assert_int_equal(take_record(&rest, fields), format.columns_count);
		must(row_writer_put(r, fields, &e), &e);
	}
	must(encoder_finish(bytes, &facts, &e), &e);
	row_writer_free(r);
	encoder_free(bytes);
}

/* Calls `each` with the name of every case, without its suffix. */
static int for_cases(void (*each)(const char *name, void *arg), void *arg)
{
	int count = 0;
	DIR *folder = opendir(LONGSHORE_TESTS "/contract/format/golden");
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		struct str name = str_c(entry->d_name);
		if (!str_has_suffix(name, STR(".rows")))
			continue;
		entry->d_name[name.n - 5] = '\0';
		each(entry->d_name, arg);
		count++;
	}
	(void)closedir(folder);
	return count;
}

static void golden(const char *name, const char *suffix, struct buf *out)
{
	char file[512];
	(void)snprintf(file, sizeof file, "%s%s", name, suffix);
	read_file(LONGSHORE_TESTS "/contract/format/golden", file, out);
}

static void compare(const char *name, void *arg)
{
	(void)arg;
	struct buf rows, wanted, out;
	golden(name, ".rows", &rows);
	golden(name, ".csv", &wanted);
	render_case(buf_str(&rows), FILE_CSV, COMPRESSION_NONE, &out);
	if (!str_eq(buf_str(&out), buf_str(&wanted)))
		fail_msg("%s differs from what Python wrote", name);
	buf_release(&rows);
	buf_release(&wanted);
	buf_release(&out);
}

static void leave(const char *name, void *arg)
{
	struct buf rows, out;
	golden(name, ".rows", &rows);
	render_case(buf_str(&rows), FILE_CSV, COMPRESSION_NONE, &out);
	write_file(arg, name, ".csv", buf_str(&out));
	buf_release(&out);
	render_case(buf_str(&rows), FILE_CSV, COMPRESSION_GZIP, &out);
	write_file(arg, name, ".csv.gz", buf_str(&out));
	buf_release(&out);
	render_case(buf_str(&rows), FILE_JSONL, COMPRESSION_NONE, &out);
	write_file(arg, name, ".jsonl", buf_str(&out));
	buf_release(&out);
	buf_release(&rows);
}

static void every_case_has_the_bytes_that_python_writes(void **state)
{
	(void)state;
	assert_true(for_cases(compare, NULL) >= CASES_LEAST);
}

static char *target;

static void files_are_left_for_another_reader(void **state)
{
	(void)state;
	assert_true(for_cases(leave, target) >= CASES_LEAST);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest compares[] = {
	        cmocka_unit_test(every_case_has_the_bytes_that_python_writes)};
	const struct CMUnitTest leaves[] = {cmocka_unit_test(files_are_left_for_another_reader)};
	if (argc == 2) {
		target = argv[1];
		return cmocka_run_group_tests(leaves, NULL, NULL);
	}
	return cmocka_run_group_tests(compares, NULL, NULL);
}
