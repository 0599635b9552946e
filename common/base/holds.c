/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/holds.h"

#define HOLD_ROW(NAME, word_, end_, command_, note_, meaning_, release_) \
	[HOLD_##NAME] = {.word = word_, \
	        .end = HOLD_##end_, \
	        .command = command_, \
	        .note = note_, \
	        .meaning = meaning_, \
	        .release = release_},
const struct hold_row holds[HOLDS] = {HOLD_ROWS(HOLD_ROW)};

const struct hold_row *hold_of(struct str reason)
{
	ptrdiff_t bracket = str_find(reason, '(', 0);
	struct str word = bracket < 0 ? reason : str_bytes(reason.p, (size_t)bracket);
	for (int i = 0; i < HOLDS; i++)
		if (str_eq(word, str_c(holds[i].word)))
			return &holds[i];
	return NULL;
}
