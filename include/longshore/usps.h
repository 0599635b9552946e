/* SPDX-License-Identifier: Apache-2.0
 * Two-letter codes of the United States' postal service: states, district, territories, military
 * (Publication 28, Appendix B). Pure. */
#ifndef LONGSHORE_USPS_H
#define LONGSHORE_USPS_H

#include "longshore/str.h"

/* The code that text is, without case and surrounding blanks; false: it is none, and out is
 * untouched. */
bool usps_code(struct str text, char out[2]);

#endif
