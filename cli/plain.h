/* SPDX-License-Identifier: Apache-2.0
 * Makes text from elsewhere (documents, tables, events, errors) safe for a terminal. Pure. */
#ifndef CLI_PLAIN_H
#define CLI_PLAIN_H

#include "longshore/str.h"

#include <stdbool.h>

enum { PLAIN_GROWS = 6 }; /* most bytes that one byte becomes */

/* Control characters (C0, DEL, C1), those that turn the direction of text, those that nobody sees, and what is
 * no UTF-8 become \uXXXX (a byte: \xXX). Lines and tabs stay where they are kept, else they become
 * blanks. out has room for PLAIN_GROWS * text.n bytes; returns how many there are. */
size_t plain_escape(struct str text, bool keeps_lines, char *out);

#endif
