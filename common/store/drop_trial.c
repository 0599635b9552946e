/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests at a place what the protocol relies on.
 */
#include "drop_driver.h"
#include "longshore/hex.h"
#include "longshore/random.h"

#include <stdio.h>

struct trial {
	char token[32], other_token[32];
	struct drop_handle temp, other;
	char name[64];
};

static int expect(bool is_right, const char *what, struct err *e)
{
	return is_right ? 0
	                : err_set(e, ERR_REJECT, CODE_DROP_UNFIT, "the place does not preserve %s",
	                          what);
}

static int create(struct drop *d, const char *token, struct drop_handle *out, struct err *e)
{
	const struct drop_new what = {str_c(token), STR("trial")};
	return drop_temp_create(d, &what, out, e);
}

static int write_it(struct drop *d, const struct trial *t, struct err *e)
{
	struct drop_temp *temp = NULL;
	if (drop_temp_open(d, str_c(t->temp.text), &temp, e) != 0)
		return e->act;
	int act = drop_temp_write(temp, 0, "longshore\n", 10, e);
	if (act == 0)
		act = drop_temp_sync(temp, 10, e);
	drop_temp_close(temp);
	return act;
}

static int try_out(struct drop *d, struct trial *t, struct err *e)
{
	enum drop_commit answer = DROP_TEMP_GONE;
	struct drop_facts facts;
	struct drop_handle again;
	if (create(d, t->token, &t->temp, e) != 0)
		return e->act;
	if (expect(create(d, t->token, &again, e) != 0, "exclusive creation", e) != 0 ||
	        strcmp(e->code, CODE_EXISTS) != 0)
		return e->act;
	if (create(d, t->other_token, &t->other, e) != 0 || write_it(d, t, e) != 0)
		return e->act;
	/* Bypasses drop_commit(), because the trial's name is hidden and a partner must never see
	 * it. */
	if (d->ops->commit(d, t->temp.text, t->name, &answer, e) != 0)
		return e->act;
	if (expect(answer == DROP_COMMITTED, "a rename", e) != 0 ||
	        d->ops->commit(d, t->other.text, t->name, &answer, e) != 0)
		return e->act;
	if (expect(answer == DROP_NAME_TAKEN, "an existing name", e) != 0 ||
	        d->ops->stat(d, t->name, &facts, e) != 0)
		return e->act;
	return expect(facts.is_there && facts.bytes == 10, "what was written", e);
}

int drop_trial(struct drop *d, struct err *e)
{
	unsigned char drawn[8];
	char hex[2 * sizeof drawn + 1];
	struct trial t;
	random_bytes(drawn, sizeof drawn);
	hex_encode(drawn, sizeof drawn, hex);
	(void)snprintf(t.token, sizeof t.token, "%s.a", hex);
	(void)snprintf(t.other_token, sizeof t.other_token, "%s.b", hex);
	(void)snprintf(t.name, sizeof t.name, DROP_TEMP_PREFIX "-trial-%s", hex);
	drop_path_of_temp(t.token, &t.temp);
	drop_path_of_temp(t.other_token, &t.other);
	int act = try_out(d, &t, e);
	drop_temp_discard(d, str_c(t.temp.text));
	drop_temp_discard(d, str_c(t.other.text));
	drop_temp_discard(d, str_c(t.name));
	return act;
}
