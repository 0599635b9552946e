/* SPDX-License-Identifier: Apache-2.0 */
#include "counts.h"

#include "longshore/result_names.h"

const char *count_meaning(struct str name)
{
	for (size_t i = 0; i < result_counts_count; i++)
		if (str_eq(name, str_c(result_counts[i].word)))
			return result_counts[i].meaning;
	return NULL;
}
