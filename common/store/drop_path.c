/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of files, and of temporaries that are files in the same drop.
 */
#include "drop_driver.h"
#include "longshore/hex.h"
#include "longshore/random.h"

#include <stdio.h>

static bool is_good_component(struct str c)
{
	if (c.n == 0 || c.n > DROP_COMPONENT_MAX || str_eq(c, STR(".")) || str_eq(c, STR("..")))
		return false;
	for (size_t i = 0; i < c.n; i++)
		if ((unsigned char)c.p[i] < ' ' || c.p[i] == 0x7f)
			return false;
	return true;
}

bool drop_path_is_good(struct str path, bool *out_temp)
{
	*out_temp = false;
	if (path.n == 0 || path.n > DROP_NAME_MAX)
		return false;
	size_t at = 0;
	for (;;) {
		ptrdiff_t slash = str_find(path, '/', at);
		size_t end = slash < 0 ? path.n : (size_t)slash;
		struct str component = str_bytes(path.p + at, end - at);
		if (!is_good_component(component))
			return false;
		if (str_has_prefix(component, STR(DROP_TEMP_PREFIX)))
			*out_temp = true;
		if (slash < 0)
			return true;
		at = end + 1;
	}
}

bool drop_path_is_temp(const char *handle)
{
	bool is_temp = false;
	return drop_path_is_good(str_c(handle), &is_temp) && is_temp;
}

void drop_path_of_temp(const char *token, struct drop_handle *out)
{
	(void)snprintf(out->text, sizeof out->text, DROP_TEMP_DIR "/%s", token); /* it fits */
}

int drop_identity_parse(struct str text, char out[DROP_IDENTITY_BYTES], struct err *e)
{
	unsigned char bytes[(DROP_IDENTITY_BYTES - 1) / 2];
	if (text.n != DROP_IDENTITY_BYTES || text.p[text.n - 1] != '\n' ||
	        !hex_decode(str_bytes(text.p, text.n - 1), bytes, sizeof bytes))
		return err_set(e, ERR_RETRY, CODE_DROP_UNAVAILABLE,
		        DROP_TEMP_DIR "/" DROP_IDENTITY_FILE " is damaged; restore it, or "
		                      "remove it once nothing is in flight");
	hex_encode(bytes, sizeof bytes, out);
	return 0;
}

void drop_identity_draw(char out[DROP_IDENTITY_BYTES], char draft[DROP_IDENTITY_BYTES + 8])
{
	unsigned char drawn[(DROP_IDENTITY_BYTES - 1) / 2];
	random_bytes(drawn, sizeof drawn);
	hex_encode(drawn, sizeof drawn, out);
	(void)snprintf(draft, DROP_IDENTITY_BYTES + 8, "%s.draft", out);
	out[DROP_IDENTITY_BYTES - 1] = '\n';
}
