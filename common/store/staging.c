/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/staging.h"

#include "longshore/place.h"

#include <string.h>

_Static_assert((int)KEYRING_IDENTITY_BYTES == (int)STORE_IDENTITY_BYTES, "one is the other");

int staging_open(const char *url, const struct keyring *keys, struct store **out, struct err *e)
{
	char identity[KEYRING_IDENTITY_BYTES];
	int act = keyring_identity(keys, identity, e);
	return act != 0 ? act : store_open_known(PLACE_AT(url), identity, out, e);
}

static int other(const char *url, struct err *e)
{
	return err_set(e, ERR_REJECT, CODE_OTHER_STAGING,
	        "%s is a different staging area, which does not belong to these keys: mount the "
	        "right one, or correct LONGSHORE_STAGING or LONGSHORE_KEYS; nothing was changed",
	        url);
}

/* An empty directory can be an unmounted mount point. It becomes staging without a person's
 * confirmation only if there are no keys yet. A directory with content does only if its keys are
 * older than identities. */
static int may_identify(const struct staging_init *plan, struct store *s, const char *known,
        bool has_keys, struct err *e)
{
	bool is_empty = true;
	int act = store_is_empty(s, &is_empty, e);
	if (act != 0 || plan->is_new || !has_keys || (known[0] == '\0' && !is_empty))
		return act;
	return err_set(e, ERR_REJECT, CODE_NOT_STAGING,
	        "%s has no identity, like an empty mount point, but keys exist already: mount "
	        "staging there; or, if this is a new staging area for these keys, run longshore "
	        "keys init --new-staging; nothing was changed",
	        plan->url);
}

static int init_store(const struct staging_init *plan, struct store *s, struct err *e)
{
	char known[KEYRING_IDENTITY_BYTES], found[STORE_IDENTITY_BYTES];
	bool has_keys = false;
	int act = keyring_root_identity(plan->keys, known, &has_keys, e);
	if (act == 0)
		act = store_identity(s, found, e);
	if (act != 0)
		return act;
	if (found[0] != '\0' && strcmp(found, known) != 0)
		return other(plan->url, e);
	act = found[0] != '\0' ? 0 : may_identify(plan, s, known, has_keys, e);
	if (act == 0)
		act = keyring_init(plan->keys, plan->rotates, e);
	if (act == 0)
		act = keyring_root_identity(plan->keys, known, &has_keys, e);
	if (act == 0 && found[0] == '\0')
		act = store_identify(s, known, e);
	/* If two processes run this at once, their keys are the same, so the other one wrote the
	 * same identity. */
	if (act == ERR_REJECT && strcmp(e->code, CODE_EXISTS) == 0) {
		act = store_identity(s, found, e);
		act = act != 0 ? act : strcmp(found, known) != 0 ? other(plan->url, e) : 0;
	}
	return act;
}

int staging_init(const struct staging_init *plan, struct err *e)
{
	struct store *s = NULL;
	int act = store_open(PLACE_AT(plan->url), &s, e);
	if (act == 0)
		act = init_store(plan, s, e);
	store_close(s);
	return act;
}

int staging_compare(const char *url, const char *keys, struct err *e)
{
	char known[KEYRING_IDENTITY_BYTES];
	bool has_keys = false;
	struct store *s = NULL;
	int act = keyring_root_identity(keys, known, &has_keys, e);
	if (act != 0)
		return act;
	if (known[0] == '\0')
		return err_set(e, ERR_REJECT, CODE_NO_IDENTITY,
		        "the keys in %s belong to no staging area: run longshore keys init with "
		        "LONGSHORE_STAGING set, where staging is mounted",
		        keys);
	act = store_open_known(PLACE_AT(url), known, &s, e);
	store_close(s);
	return act;
}
