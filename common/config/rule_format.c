/* SPDX-License-Identifier: Apache-2.0
 *
 * What a destination can set for file formats other than CSV.
 */
#include "rules.h"

/* For CSV only. The other fields of `format` apply to all file formats. */
static const char *const of_csv[] = {"format.delimiter", "format.quote_mode", "format.quote_char"};

void rule_file_format(const struct document *doc, const struct spec_destination *to)
{
	if (to->format == FILE_CSV)
		return;
	for (size_t i = 0; i < sizeof(of_csv) / sizeof(of_csv[0]); i++)
		if (document_at(doc, of_csv[i]))
			document_wrong(doc, of_csv[i],
			        "is for csv, tsv and psv only: leave it out, or choose another "
			        "format.container");
	if (json_is_true(document_at(doc, "header_row")))
		document_wrong(doc, "header_row",
		        "must be false or left out: in JSON Lines each row names its columns");
	if (to->crlf)
		document_wrong(doc, "format.newline",
		        "must be lf or left out: JSON Lines end in a line feed");
}
