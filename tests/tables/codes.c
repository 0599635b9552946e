/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/codes.h"
#include "tables.h"

static const char *const uses[] = {[CODE_FAILS] = "fails",
        [CODE_HOLDS] = "holds",
        [CODE_INNER] = "inner",
        [CODE_PERSON] = "person"};

void print_codes(void)
{
	out_open("codes", '[');
	for (size_t i = 0; i < codes_count; i++) {
		out_open(NULL, '{');
		out_text("word", codes[i].word);
		out_text("use", uses[codes[i].use]);
		out_flag("same", codes[i].meaning == CODE_SAME);
		out_text("meaning", codes[i].meaning);
		out_text("remedy", codes[i].remedy);
		out_close('}');
	}
	out_close(']');
}
