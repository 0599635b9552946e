/* SPDX-License-Identifier: Apache-2.0 */
#include "link.h"

#include "link_login.h"
#include "longshore/clock.h"
#include "longshore/codes.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ssh_link {
	ssh_session session;
	ssh_channel channel;
	const char *away;
	char host[REMOTE_HOST_MAX + 1];
};

/* Offered one kind at a time, the most common first. */
static const char *const kinds[] = {"ssh-ed25519",
        "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521", "rsa-sha2-512,rsa-sha2-256"};

/* libssh's own choice, with AES-GCM first: processors have instructions for it. */
static const char ciphers[] = "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@"
                              "openssh.com,aes256-ctr,aes192-ctr,aes128-ctr";

static int broken(const struct ssh_link *l, const char *step, struct err *e)
{
	return err_set_native(e, ERR_RETRY, l->away, "libssh", ssh_get_error_code(l->session),
	        "%s: the connection to %s broke, or did not answer for %d s: %.200s", step, l->host,
	        LINK_STEP_MS / 1000, ssh_get_error(l->session));
}

static bool set(ssh_session session, enum ssh_options_e option, const void *value)
{
	return ssh_options_set(session, option, value) == SSH_OK;
}

/* Reads none of the user's files: no settings, no known hosts, no keys. */
static bool set_options(
        ssh_session session, const struct link_target *target, const char *kind, int fd)
{
	const bool reads_settings = false;
	const long seconds = LINK_STEP_MS / 1000;
	return set(session, SSH_OPTIONS_PROCESS_CONFIG, &reads_settings) &&
	       set(session, SSH_OPTIONS_HOST, target->url->host) &&
	       set(session, SSH_OPTIONS_USER, target->url->user) &&
	       set(session, SSH_OPTIONS_KNOWNHOSTS, "/dev/null") &&
	       set(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null") &&
	       set(session, SSH_OPTIONS_HOSTKEYS, kind) &&
	       set(session, SSH_OPTIONS_CIPHERS_C_S, ciphers) &&
	       set(session, SSH_OPTIONS_CIPHERS_S_C, ciphers) &&
	       set(session, SSH_OPTIONS_TIMEOUT, &seconds) && set(session, SSH_OPTIONS_FD, &fd);
}

/* *out_kind is false if the server has no key of this kind. */
static int greet(struct ssh_link *l, const struct link_target *target, const char *kind,
        bool *out_kind, struct err *e)
{
	int fd = -1;
	*out_kind = true;
	l->session = ssh_new();
	if (!l->session)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a connection");
	if (ssh_dial(target, &fd, e) != 0)
		return e->act;
	if (!set_options(l->session, target, kind, fd)) {
		(void)close(fd);
		return broken(l, "set up", e);
	}
	if (ssh_connect(l->session) == SSH_OK)
		return 0;
	*out_kind = !strstr(ssh_get_error(l->session), "server host key algo");
	return broken(l, "greet the server", e);
}

static void hang_up(struct ssh_link *l)
{
	if (l->channel)
		ssh_channel_free(l->channel);
	l->channel = NULL;
	if (!l->session)
		return;
	ssh_disconnect(l->session);
	ssh_free(l->session);
	l->session = NULL;
}

/* Tries each kind until the server shows the pinned key. */
static int find_server(struct ssh_link *l, const struct link_target *target, struct err *e)
{
	char shown[HOST_KEY_TEXT] = "";
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		bool has_kind = true;
		hang_up(l);
		if (greet(l, target, kinds[i], &has_kind, e) != 0) {
			if (has_kind)
				return e->act;
			continue;
		}
		if (link_host_key(l->session, shown) &&
		        str_eq(str_c(shown), target->place->host_key))
			return 0;
	}
	return err_set(e, ERR_RETRY, l->away,
	        "host %s shows another host key (last %s) than the one that host_key names: "
	        "nothing "
	        "was sent; ask the partner whether it was changed, and only then correct host_key",
	        l->host, shown[0] != '\0' ? shown : "none");
}

static int open_channel(struct ssh_link *l, struct err *e)
{
	l->channel = ssh_channel_new(l->session);
	if (!l->channel)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a connection");
	if (ssh_channel_open_session(l->channel) != SSH_OK)
		return broken(l, "open a channel", e);
	if (ssh_channel_request_sftp(l->channel) != SSH_OK)
		return broken(l, "ask for SFTP", e);
	return 0;
}

int ssh_link_open(const struct link_target *target, struct ssh_link **out, struct err *e)
{
	const struct place *place = target->place;
	if (place->host_key.n == 0 || !remote_host_key_is_good(place->host_key))
		return err_set(e, ERR_REJECT, CODE_BAD_URL,
		        "an SFTP server is reached only with host_key, SHA256: and 43 characters, "
		        "as \"ssh-keygen -lf\" prints it");
	if (!place->secret || target->url->user[0] == '\0')
		return err_set(e, ERR_REJECT, CODE_BAD_URL,
		        "an SFTP server is reached only with a user in the url and a credential");
	struct ssh_link *l = calloc(1, sizeof *l);
	if (!l)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a connection");
	l->away = target->away;
	memcpy(l->host, target->url->host, sizeof l->host);
	if (find_server(l, target, e) != 0 || link_login(l->session, target, e) != 0 ||
	        open_channel(l, e) != 0) {
		ssh_link_close(l);
		return e->act;
	}
	*out = l;
	return 0;
}

void ssh_link_close(struct ssh_link *l)
{
	if (!l)
		return;
	hang_up(l);
	free(l);
}

int ssh_link_write(struct ssh_link *l, const void *p, size_t n, struct err *e)
{
	int64_t until_ms = clock_mono_ms() + LINK_STEP_MS;
	size_t done = 0;
	while (done < n) {
		int k = ssh_channel_write(l->channel, (const char *)p + done, (uint32_t)(n - done));
		if (k < 0 || (k == 0 && clock_mono_ms() >= until_ms) ||
		        ssh_channel_is_closed(l->channel))
			return broken(l, "send", e);
		done += (size_t)k;
	}
	return 0;
}

int ssh_link_read(struct ssh_link *l, void *p, size_t n, struct err *e)
{
	int64_t until_ms = clock_mono_ms() + LINK_STEP_MS;
	size_t done = 0;
	while (done < n) {
		int64_t left_ms = until_ms - clock_mono_ms();
		if (left_ms <= 0)
			return broken(l, "wait for an answer", e);
		int k = ssh_channel_read_timeout(
		        l->channel, (char *)p + done, (uint32_t)(n - done), 0, (int)left_ms);
		if (k < 0 || (k == 0 && ssh_channel_is_eof(l->channel)))
			return broken(l, "read an answer", e);
		done += (size_t)k;
	}
	return 0;
}
