/* SPDX-License-Identifier: Apache-2.0 */
#include "link_login.h"

#include "longshore/codes.h"
#include "longshore/credential.h"

#include <stdio.h>

enum { PROMPTS_MAX = 8, ROUNDS_MAX = 8 };

bool link_host_key(ssh_session session, char out[HOST_KEY_TEXT])
{
	ssh_key key = NULL;
	unsigned char *hash = NULL;
	size_t n = 0;
	char *text = NULL;
	if (ssh_get_server_publickey(session, &key) != SSH_OK)
		return false;
	if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &n) == 0) {
		text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, n);
		ssh_clean_pubkey_hash(&hash);
	}
	ssh_key_free(key);
	if (!text)
		return false;
	(void)snprintf(out, HOST_KEY_TEXT, "%s", text);
	ssh_string_free_char(text);
	return true;
}

static int refused(const struct link_target *target, const char *why, struct err *e)
{
	return err_set(e, ERR_REJECT, CODE_CREDENTIALS,
	        "credential %s: %s; correct it in the key directory, or have user %s let in at %s",
	        target->place->secret->name, why, target->url->user, target->url->host);
}

static int broken(ssh_session session, const struct link_target *target, struct err *e)
{
	return err_set_native(e, ERR_RETRY, target->away, "libssh", ssh_get_error_code(session),
	        "log in at %s: the server does not answer: %.200s", target->url->host,
	        ssh_get_error(session));
}

/* libssh calls this for the passphrase of a key if none was given. There is nobody to ask. */
static int no_passphrase(
        const char *prompt, char *buf, size_t len, int echo, int verify, void *userdata)
{
	(void)prompt, (void)buf, (void)len, (void)echo, (void)verify, (void)userdata;
	return -1;
}

static int with_key(
        ssh_session session, const struct link_target *target, bool *out_in, struct err *e)
{
	const struct credential *c = target->place->secret;
	ssh_key key = NULL;
	if (ssh_pki_import_privkey_base64(c->key, c->passphrase, no_passphrase, NULL, &key) !=
	        SSH_OK)
		return refused(target,
		        "its key cannot be read: it is no private key, or its passphrase is "
		        "missing "
		        "or wrong",
		        e);
	int answer = ssh_userauth_publickey(session, NULL, key);
	ssh_key_free(key);
	if (answer == SSH_AUTH_ERROR || answer == SSH_AUTH_AGAIN)
		return broken(session, target, e);
	*out_in = answer == SSH_AUTH_SUCCESS;
	return 0;
}

/* Answers every hidden prompt with the password. */
static int answer_questions(ssh_session session, const char *password)
{
	int answer = ssh_userauth_kbdint(session, NULL, NULL);
	for (int round = 0; answer == SSH_AUTH_INFO && round < ROUNDS_MAX; round++) {
		int asked = ssh_userauth_kbdint_getnprompts(session);
		for (int i = 0; i < asked && i < PROMPTS_MAX; i++) {
			char echo = 1;
			(void)ssh_userauth_kbdint_getprompt(session, (unsigned)i, &echo);
			if (ssh_userauth_kbdint_setanswer(
			            session, (unsigned)i, echo ? "" : password) < 0)
				return SSH_AUTH_ERROR;
		}
		answer = ssh_userauth_kbdint(session, NULL, NULL);
	}
	return answer;
}

static int with_password(
        ssh_session session, const struct link_target *target, bool *out_in, struct err *e)
{
	const char *password = target->place->secret->password;
	unsigned methods = (unsigned)ssh_userauth_list(session, NULL);
	int answer = SSH_AUTH_DENIED;
	if ((methods & SSH_AUTH_METHOD_PASSWORD) != 0)
		answer = ssh_userauth_password(session, NULL, password);
	if (answer == SSH_AUTH_DENIED && (methods & SSH_AUTH_METHOD_INTERACTIVE) != 0)
		answer = answer_questions(session, password);
	if (answer == SSH_AUTH_ERROR || answer == SSH_AUTH_AGAIN)
		return broken(session, target, e);
	*out_in = answer == SSH_AUTH_SUCCESS;
	return 0;
}

int link_login(ssh_session session, const struct link_target *target, struct err *e)
{
	const struct credential *c = target->place->secret;
	bool is_in = false;
	int answer =
	        ssh_userauth_none(session, NULL); /* tells us which methods the server accepts */
	if (answer == SSH_AUTH_ERROR || answer == SSH_AUTH_AGAIN)
		return broken(session, target, e);
	if (answer == SSH_AUTH_SUCCESS)
		return 0;
	if (c->key && with_key(session, target, &is_in, e) != 0)
		return e->act;
	if (!is_in && c->password && with_password(session, target, &is_in, e) != 0)
		return e->act;
	return is_in ? 0 : refused(target, "the server does not take it", e);
}
