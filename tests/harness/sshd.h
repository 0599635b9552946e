/* SPDX-License-Identifier: Apache-2.0
 * An SFTP server for a test: OpenSSH's, started by scripts/stack/sshd on a free port; one in Python with the
 * quirks of other servers (other_sftp.py); or the one that LONGSHORE_TEST_SFTP names (a directory with
 * `ready` and `credentials`, made by whoever started it). */
#ifndef LONGSHORE_TESTS_SSHD_H
#define LONGSHORE_TESTS_SSHD_H

#include "longshore/credential.h"
#include "longshore/place.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SSHD_HOST_KEYS = 3 };

struct sshd {
	char dir[100];
	pid_t pid; /* 0: somebody else's */
	int port;
	char user[64];
	char host_keys[SSHD_HOST_KEYS][64]; /* ed25519, ecdsa, rsa; empty where there is none */
};

static inline bool sshd_answers(const struct sshd *s)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)s->port)};
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_up = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
	(void)close(fd);
	return is_up;
}

static inline bool sshd_read_ready(struct sshd *s)
{
	char path[128];
	(void)snprintf(path, sizeof path, "%s/ready", s->dir);
	FILE *f = fopen(path, "r");
	if (f == NULL)
		return false;
	bool is_whole = fscanf(f, "%d %63s %63s", &s->port, s->user, s->host_keys[0]) == 3;
	for (int i = 1; i < SSHD_HOST_KEYS; i++)
		if (fscanf(f, "%63s", s->host_keys[i]) != 1)
			s->host_keys[i][0] = '\0';
	(void)fclose(f);
	return is_whole && sshd_answers(s);
}

enum { SSHD_QUIRKS_MAX = 4 };

/* quirks: NULL for OpenSSH; else those of other_sftp.py, ended by NULL. */
static inline void sshd_run(const struct sshd *s, const char *const *quirks)
{
	char script[512];
	const char *python = getenv("LONGSHORE_PYTHON");
	const char *argv[4 + SSHD_QUIRKS_MAX] = {quirks ? python : script, script, s->dir};
	if (!quirks)
		argv[1] = s->dir, argv[2] = NULL;
	for (int i = 0; quirks && quirks[i] && i < SSHD_QUIRKS_MAX; i++)
		argv[3 + i] = quirks[i];
	(void)snprintf(script, sizeof script, "%s/%s", LONGSHORE_TESTS,
	        quirks ? "harness/other_sftp.py" : "../scripts/stack/sshd");
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (argv[0])
		(void)execv(argv[0], (char *const *)(uintptr_t)argv);
	(void)fprintf(
	        stderr, "%s cannot be started; LONGSHORE_PYTHON is set by ./dev test\n", script);
	_exit(127);
}

/* false: it did not come up; its own words are on the standard error. */
static inline bool sshd_start_own(struct sshd *s, const char *const *quirks)
{
	int status = 0;
	memset(s, 0, sizeof *s);
	(void)snprintf(s->dir, sizeof s->dir, "/tmp/longshore-sshd-XXXXXX");
	if (!mkdtemp(s->dir) || (s->pid = fork()) < 0)
		return false;
	if (s->pid == 0)
		sshd_run(s, quirks);
	for (int i = 0; i < 12000;
	        i++) { /* two minutes: polled, for it says nothing when it listens */
		const struct timespec ten_ms = {0, 10000000};
		if (sshd_read_ready(s))
			return true;
		if (waitpid(s->pid, &status, WNOHANG) == s->pid)
			return false;
		(void)nanosleep(&ten_ms, NULL);
	}
	return false;
}

static inline bool sshd_start(struct sshd *s)
{
	const char *given = getenv("LONGSHORE_TEST_SFTP");
	if (!given)
		return sshd_start_own(s, NULL);
	memset(s, 0, sizeof *s);
	(void)snprintf(s->dir, sizeof s->dir, "%s", given);
	return sshd_read_ready(s);
}

static inline void sshd_stop(struct sshd *s)
{
	char command[160];
	if (s->pid <= 0)
		return;
	(void)kill(s->pid, SIGTERM);
	(void)waitpid(s->pid, NULL, 0);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", s->dir);
	if (system(command) != 0)
		(void)fprintf(stderr, "%s stays\n", s->dir);
}

static inline void sshd_url(const struct sshd *s, const char *path, char *out, size_t n)
{
	(void)snprintf(out, n, "sftp://%s@127.0.0.1:%d%s", s->user, s->port, path);
}

#endif
