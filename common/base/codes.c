/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/codes.h"

#define SAME CODE_SAME

const char CODE_SAME[] = "";

#define CODE_TEXT(NAME, word, ...) const char CODE_##NAME[] = word;
CODE_ROWS(CODE_TEXT)

#define CODE_ROW(NAME, word, use, meaning, remedy) {CODE_##NAME, CODE_##use, meaning, remedy},
const struct code_row codes[] = {CODE_ROWS(CODE_ROW)};
const size_t codes_count = sizeof(codes) / sizeof(codes[0]);
