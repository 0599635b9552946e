/* SPDX-License-Identifier: Apache-2.0
 *
 * Turns a row of fields/<kind>.def into a struct field. A row says where its value goes in a spec:
 *
 *     IN_<AREA>(member, "path", TYPE, "what it means", ATTRIBUTE, ...)
 *     DOCUMENT_ONLY("path", TYPE, "what it means", ATTRIBUTE, ...)
 *     OVERRIDES(AREA, struct, member, "path", TYPE, ...)  for a member that another row also fills
 *
 * A path of NULL marks a member that only specs have. Before including the rows of a kind, define
 * what each area's macros produce: everything (all.def), or nothing (none.def) except for one
 * area.
 */
#ifndef LONGSHORE_CONFIG_FIELDS_BEGIN_H
#define LONGSHORE_CONFIG_FIELDS_BEGIN_H

#include "field.h"
#include "spec_shape.h"

#include "longshore/formats.h"
#include "longshore/spec.h"

#include <stddef.h>

#define FIELD_ROW(of, S, member, where, TYPE, ...) \
	{.area = AREA_##of, \
	        .name = #member, \
	        .offset = offsetof(struct S, member), \
	        .path = (where), \
	        MEMBER_##TYPE(S, member), \
	        .about = __VA_ARGS__},
#define DOCUMENT_ROW(where, TYPE, ...) {.path = (where), .type = TYPE_##TYPE, .about = __VA_ARGS__},

#define MEMBER_TEXT(S, m) .type = TYPE_TEXT, .kind = SHAPE_TEXT
#define MEMBER_REFERENCE(S, m) .type = TYPE_REFERENCE, .kind = SHAPE_TEXT
#define MEMBER_TEXTS(S, m) \
	.type = TYPE_TEXTS, .kind = SHAPE_TEXTS, .count_offset = offsetof(struct S, m##_count)
#define MEMBER_LIST(S, m) \
	.type = TYPE_LIST, .kind = SHAPE_OBJECTS, .count_offset = offsetof(struct S, m##_count)
#define MEMBER_NUMBER(S, m) .type = TYPE_NUMBER, .kind = SHAPE_INT
#define MEMBER_SHARE(S, m) .type = TYPE_SHARE, .kind = SHAPE_INT
#define MEMBER_RATE(S, m) .type = TYPE_RATE, .kind = SHAPE_INT
#define MEMBER_FLAG(S, m) .type = TYPE_FLAG, .kind = SHAPE_BOOL
#define MEMBER_CHARACTER(S, m) .type = TYPE_CHARACTER, .kind = SHAPE_CHAR
#define MEMBER_WORD(S, m) .type = TYPE_WORD, .kind = SHAPE_ENUM
#define MEMBER_WORD_TEXT(S, m) .type = TYPE_WORD, .kind = SHAPE_TEXT /* the word itself */
#define MEMBER_WORD_FLAG(S, m) .type = TYPE_WORD, .kind = SHAPE_BOOL /* true for the second word */
#define MEMBER_OBJECT(S, m) .type = TYPE_GROUP, .kind = SHAPE_OBJECT

/* Attributes. */
#define NEEDED .is_needed = true
#define NEEDED_IN_SPEC .is_needed = true, .is_required = true
#define DEFAULT(value) .preset = (value), .absent = (value)
/* A spec contains the value even if it is the default. An absent value means 0, as in specs that
 * were stored before the field had a default. */
#define DEFAULT_WRITTEN(value) .preset = (value)
#define DEFAULT_TEXT(value) .preset_text = (value)
#define OFF_UNLESS(text) .min = GUARD_OFF, DEFAULT(GUARD_OFF), .unset = (text)
#define OFF OFF_UNLESS("off")
#define FROM(value) .min = (value)
#define TO(value) .max = (value)
#define UNLIMITED .max = INT64_MAX
#define PPM_WHOLE INT64_C(1000000)
#define PPM_MAX (INT64_C(1000000) * 1000000)
#define WORDS(list) .words = (list)
#define IDLE .is_idle = true
#define MAY_BE_EMPTY .may_be_empty = true
#define BY_HAND .is_by_hand = true
#define ITEMS(list, of) .shape = &shape_##list, .item = AREA_##of
#define HONOURED(...) \
	.honoured = (const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}
#define HONOURED_ANY .honoured = field_any
#define UNSET(text) .unset = (text)

#endif
