/* SPDX-License-Identifier: Apache-2.0
 * Two-letter codes of the United States Postal Service: states, district, territories, military
 * (Publication 28, Appendix B). Pure. */
#ifndef LONGSHORE_USPS_H
#define LONGSHORE_USPS_H

#include "longshore/str.h"

/* Parses a code, ignoring case and surrounding blanks. false: not a code; out is untouched. */
bool usps_code(struct str text, char out[2]);

#endif
