/* SPDX-License-Identifier: Apache-2.0
 *
 * The uploader's own code, as its loop calls it, for `./dev bench upload`.
 *
 *   upload stage DIR FILE...   makes keys and staging in DIR (if there are none) and stages the files
 *   upload send DIR RUN        uploads all staged files as RUN/<name of the file>, and prints what it did
 *   upload measure FILE COMMAND...   runs a command and writes "wall CPU peak" to FILE: seconds, seconds, KiB; from a
 *                              small process, because a command's peak is never below that of who started it
 *
 * send reads from the environment: BENCH_URL, BENCH_CREDENTIAL, BENCH_HOST_KEY (the bucket), BENCH_THREADS,
 * and the uploader's own settings.
 */
#include "longshore/conf.h"
#include "longshore/random.h"
#include "longshore/sealed.h"
#include "longshore/staging.h"
#include "uploader/uploader.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DELIVERY "0123456789abcdef0123456789abcdef"

enum {
	FILES_MAX = 20000,
	NAME_BYTES = 128,
	READ_BYTES = 1024 * 1024,
	THREADS_MAX = 256,
	MEM_BYTES = 8 * 1024 * 1024
};

struct file {
	long long bytes;
	char sha256[SHA256_HEX];
	char md5[MD5_HEX]; /* the formatter has it, too */
	char name[NAME_BYTES];
};

static char staging_url[PATH_MAX], keys_path[PATH_MAX], list_path[PATH_MAX];

static void die(const char *what, const struct err *e)
{
	(void)fprintf(stderr, "bench: %s: %s: %s\n", what, e->code, e->text);
	exit(1);
}

static void die_plainly(const char *what)
{
	perror(what);
	exit(1);
}

static void set_paths(const char *dir)
{
	(void)snprintf(staging_url, sizeof staging_url, "file://%s/staging", dir);
	(void)snprintf(keys_path, sizeof keys_path, "%s/keys", dir);
	(void)snprintf(list_path, sizeof list_path, "%s/staged", dir);
}

static struct keyring *open_keys(const char *service)
{
	char path[PATH_MAX + 32];
	struct keyring *keys = NULL;
	struct err e;
	(void)snprintf(path, sizeof path, "%s/%s", keys_path, service);
	if (keyring_open(path, &keys, &e) != 0)
		die(path, &e);
	return keys;
}

/* --- stage --- */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

static void copy_bytes(FILE *from, struct sealed_writer *to, struct hash *md5)
{
	static char buffer[READ_BYTES];
	struct err e;
	size_t n;
	while ((n = fread(buffer, 1, sizeof buffer, from)) > 0) {
		hash_add(md5, buffer, n);
		if (sealed_write(to, buffer, n, &e) != 0)
			die("stage", &e);
	}
	if (ferror(from))
		die_plainly("read a file");
}

static void stage_one(struct store *staging, const struct secret *key, const char *path, FILE *list)
{
	char name[NAME_BYTES + 64], md5_hex[MD5_HEX];
	struct sealed_writer *w = NULL;
	struct sealed_facts facts;
	struct err e;
	FILE *from = fopen(path, "rb");
	if (from == NULL)
		die_plainly(path);
	(void)snprintf(name, sizeof name, "files/" DELIVERY "/%s", last_part(path));
	if (sealed_create(staging, str_c(name), key, &w, &e) != 0)
		die(path, &e);
	struct hash *md5 = hash_new_md5();
	copy_bytes(from, w, md5);
	hash_take_hex(md5, md5_hex);
	hash_free(md5);
	if (sealed_finish(w, &facts, &e) != 0)
		die(path, &e);
	(void)fclose(from);
	(void)fprintf(list, "%lld %s %s %s\n", (long long)facts.bytes, facts.sha256, md5_hex,
	        last_part(path));
}

static int stage(int count, char **paths)
{
	struct store *staging = NULL;
	struct secret key;
	struct err e;
	if (store_open(PLACE_AT(staging_url), &staging, &e) != 0 ||
	        staging_init(&(struct staging_init){.url = staging_url, .keys = keys_path}, &e) !=
	                0)
		die("staging", &e);
	struct keyring *keys = open_keys("formatter");
	if (keyring_staging(keys, STR("files"), STR(DELIVERY), &key, &e) != 0)
		die("keys", &e);
	FILE *list = fopen(list_path, "a");
	if (list == NULL)
		die_plainly(list_path);
	for (int i = 0; i < count; i++)
		stage_one(staging, &key, paths[i], list);
	if (fclose(list) != 0)
		die_plainly(list_path);
	secret_wipe(&key);
	keyring_close(keys);
	store_close(staging);
	return 0;
}

/* --- send --- */

static struct file files[FILES_MAX];
static size_t file_count;
static atomic_size_t next_file;
static atomic_bool stop;
static const char *run_name;
static char spec[4096];
static void *service;
static char guarantee[64], verified[64]; /* of the first file's receipt */

static const char *setting(const char *name)
{
	const char *value = getenv(name);
	return value != NULL ? value : "";
}

static void read_list(void)
{
	FILE *list = fopen(list_path, "r");
	if (list == NULL)
		die_plainly(list_path);
	while (file_count < FILES_MAX) {
		struct file *f = &files[file_count];
		if (fscanf(list, "%lld %64s %32s %127s", &f->bytes, f->sha256, f->md5, f->name) !=
		        4)
			break;
		file_count++;
	}
	(void)fclose(list);
}

static void write_spec(void)
{
	char more[512] = "";
	if (setting("BENCH_HOST_KEY")[0] != '\0')
		(void)snprintf(
		        more, sizeof more, ",\"host_key\":\"%s\"", setting("BENCH_HOST_KEY"));
	int n = snprintf(spec, sizeof spec,
	        "{\"audience\":{\"id_column\":\"id\",\"id_kind\":\"patient_id\",\"name\":\"a\","
	        "\"source\":{\"url\":\"file:///a/\"}},"
	        "\"bridge\":{\"columns\":[{\"column\":\"t\",\"name\":\"token\"}],\"from_column\":"
	        "\"id\","
	        "\"from_kind\":\"patient_id\",\"name\":\"tokens\",\"source\":{\"url\":\"file:///"
	        "b\"}},"
	        "\"bucket\":{\"credential\":\"%s\"%s,\"url\":\"%s\"},"
	        "\"destination\":{\"columns\":[{\"name\":\"Token Id\",\"source\":\"token\"}],"
	        "\"data_template\":\"{delivery}\",\"name\":\"dsp\"},\"route\":\"r\",\"tenant\":"
	        "\"acme\"}",
	        setting("BENCH_CREDENTIAL"), more, setting("BENCH_URL"));
	if (n < 0 || (size_t)n >= sizeof spec)
		die_plainly("the bucket's fields are too long");
}

static void start_service(void)
{
	/* The service borrows them for as long as it runs. */
	static char settings[4096], keys[PATH_MAX + 32];
	static struct arena mem;
	struct buf report = {0};
	struct err e;
	arena_init(&mem, MEM_BYTES);
	(void)snprintf(keys, sizeof keys, "%s/uploader", keys_path);
	const struct worker_conf common = {.staging = staging_url,
	        .keys = keys,
	        .redis = "",
	        .redis_config = "",
	        .topic_prefix = "bench.",
	        .keep_staged_ms = INT64_C(2592000000)};
	if (uploader_service.conf_bytes > sizeof settings ||
	        conf_read(uploader_service.conf, uploader_service.conf_count, settings, &mem,
	                &report, &e) != 0)
		die("settings", &e);
	if (uploader_service.start(&common, settings, &service, &e) != 0)
		die("start", &e);
}

static void note_receipt(const struct ev_file_receipt *r)
{
	(void)snprintf(guarantee, sizeof guarantee, STR_FMT, STR_ARG(r->guarantee));
	(void)snprintf(verified, sizeof verified, STR_FMT, STR_ARG(r->verified));
}

static void send_one(size_t i, struct arena *mem)
{
	const struct file *f = &files[i];
	char task_id[33], file_id[64], name[NAME_BYTES + 64], staged[NAME_BYTES + 64];
	struct ev_task_result out = {0};
	struct err e;
	(void)snprintf(task_id, sizeof task_id, "%032zu", i);
	(void)snprintf(file_id, sizeof file_id, "%.40s-%zu", run_name, i);
	(void)snprintf(name, sizeof name, "%.40s/%s", run_name, f->name);
	(void)snprintf(staged, sizeof staged, "files/" DELIVERY "/%s", f->name);
	struct ev_staged_ref ref = {.kind = STR("file"),
	        .name = str_c(staged),
	        .sha256 = str_c(f->sha256),
	        .bytes = f->bytes,
	        .rows = 1};
	const struct ev_upload_task task = {.op = EV_UPLOAD_OP_UPLOAD,
	        .head = {.task_id = str_c(task_id),
	                .delivery_id = STR(DELIVERY),
	                .tenant = STR("acme"),
	                .stage = STR("upload")},
	        .file_id = str_c(file_id),
	        .file_name = str_c(name),
	        .file = &ref,
	        .plain_sha256 = str_c(f->sha256),
	        .md5 = str_c(f->md5),
	        .role = EV_FILE_ROLE_PART};
	const struct task_run run = {.head = &task.head,
	        .type = &ev_upload_task_type,
	        .task = &task,
	        .spec = str_c(spec),
	        .now_ms = 1,
	        .stop = &stop,
	        .mem = mem};
	if (uploader_service.handle(service, &run, &out, &e) != 0)
		die(f->name, &e);
	if (out.receipt == NULL || !str_eq(out.receipt->sha256, str_c(f->sha256))) {
		(void)fprintf(stderr, "bench: %s has no receipt of its bytes\n", f->name);
		exit(1);
	}
	if (i == 0)
		note_receipt(out.receipt);
}

static void *send_some(void *arg)
{
	struct arena mem;
	(void)arg;
	arena_init(&mem, MEM_BYTES);
	for (size_t i; (i = atomic_fetch_add(&next_file, 1)) < file_count;) {
		send_one(i, &mem);
		arena_reset(&mem);
	}
	arena_release(&mem);
	return NULL;
}

static int send_all(const char *run)
{
	pthread_t threads[THREADS_MAX];
	long count = strtol(setting("BENCH_THREADS"), NULL, 10);
	run_name = run;
	read_list();
	write_spec();
	start_service();
	if (count < 1 || count > THREADS_MAX)
		count = 16; /* the uploader's own default */
	for (long i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, send_some, NULL) != 0)
			die_plainly("start a thread");
	for (long i = 0; i < count; i++)
		(void)pthread_join(threads[i], NULL);
	uploader_service.stop(service);
	(void)printf("{\"files\": %zu, \"guarantee\": \"%s\", \"verified\": \"%s\"}\n", file_count,
	        guarantee, verified);
	return 0;
}

/* --- measure --- */

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The command's exit code. Its children count too, if it waited for them. */
static int measure(const char *path, char **command)
{
	struct rusage usage;
	int status = 0;
	double begin = now();
	pid_t pid = fork();
	if (pid < 0)
		die_plainly("fork");
	if (pid == 0) {
		(void)execvp(command[0], command);
		die_plainly(command[0]);
	}
	if (waitpid(pid, &status, 0) != pid || getrusage(RUSAGE_CHILDREN, &usage) != 0)
		die_plainly("wait");
	double wall = now() - begin;
	FILE *out = fopen(path, "w");
	if (out == NULL ||
	        fprintf(out, "%.6f %.6f %ld\n", wall,
	                seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
	                usage.ru_maxrss) < 0 ||
	        fclose(out) != 0)
		die_plainly(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	const char *what = argc >= 4 ? argv[1] : "";
	set_paths(argc >= 4 ? argv[2] : "");
	if (strcmp(what, "stage") == 0)
		return stage(argc - 3, argv + 3);
	if (strcmp(what, "send") == 0)
		return send_all(argv[3]);
	if (strcmp(what, "measure") == 0)
		return measure(argv[2], argv + 3);
	(void)fprintf(stderr, "usage: upload stage DIR FILE... | upload send DIR RUN | upload "
	                      "measure FILE COMMAND...\n");
	return 2;
}
