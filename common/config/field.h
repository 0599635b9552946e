/* SPDX-License-Identifier: Apache-2.0
 *
 * One row per field: its place in a document, its permitted values, the values that are honoured,
 * and its place in a spec. The rows are in fields/<kind>.def. kinds.c builds the tables of
 * documents from them, and spec_shape.c the tables of specs. docs/configuration.md is generated
 * from them.
 */
#ifndef LONGSHORE_CONFIG_FIELD_H
#define LONGSHORE_CONFIG_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
	TYPE_GROUP, /* no value of its own; attributes apply to all fields below it */
	TYPE_TEXT,
	TYPE_TEXTS,
	TYPE_LIST, /* of mappings; each field of an item has its own row */
	TYPE_NUMBER,
	TYPE_SHARE, /* "30%" or "0.3"; a spec has parts per million */
	TYPE_RATE,  /* "5" or "0.5"; a spec has thousandths */
	TYPE_FLAG,
	TYPE_WORD,
	TYPE_CHARACTER,
	TYPE_REFERENCE,  /* name of another document */
	TYPE_REFERENCES, /* list of names of documents */
	TYPE_MAPPING,    /* texts under free names: the path ends in ".*" */
};

enum shape_kind {
	SHAPE_TEXT,    /* struct str */
	SHAPE_INT,     /* int64_t */
	SHAPE_BOOL,    /* bool */
	SHAPE_CHAR,    /* char: one ASCII character */
	SHAPE_ENUM,    /* an int-sized enum; words[value] */
	SHAPE_TEXTS,   /* struct str *, size_t */
	SHAPE_OBJECT,  /* embedded struct */
	SHAPE_OBJECTS, /* struct *, size_t */
};

/* The structs of a spec that documents fill. */
enum spec_area {
	AREA_NONE,
	AREA_SPEC,
	AREA_SOURCE,
	AREA_AUDIENCE,
	AREA_FILTER,
	AREA_BRIDGE,
	AREA_RECORD,
	AREA_DESTINATION,
	AREA_COLUMN,
	AREA_BUCKET,
	AREA_GUARDS,
	AREA_SUPPRESSION,
	AREA_LIMITS,
	AREA_BLACKOUT,
	AREAS
};

struct shape;

struct field {
	/* Attributes of a field in a document. */
	const char *path; /* without indices: "record.name"; NULL: in specs only */
	enum field_type type;
	const char *about;   /* description for people */
	int64_t preset;      /* NUMBER, SHARE, FLAG, WORD, CHARACTER: the default */
	const char *unset;   /* what happens if it is absent, where that is not the preset */
	bool is_needed;      /* required */
	bool is_idle;        /* it has no effect yet, and `apply` warns; includes all below it */
	bool may_be_empty;   /* an empty text is allowed */
	bool is_by_hand;     /* resolve.c reads it with its own code */
	bool is_override;    /* if absent, the other document's value stays */
	enum spec_area item; /* LIST: the area of an item's fields */
	/* Destinations: the honoured values; NULL: none. Texts, numbers, "true", "false", and "[]"
	 * for an empty list. Ends with NULL. field_any: every value. */
	const char *const *honoured;

	/* Attributes of both. */
	const char *preset_text;
	int64_t min, max;         /* NUMBER, SHARE, RATE */
	const char *const *words; /* the permitted words; ends with NULL */

	/* Attributes of a member of a spec. */
	const char *name; /* NULL: in documents only */
	enum spec_area area;
	enum shape_kind kind;
	size_t offset;
	size_t count_offset;       /* TEXTS, OBJECTS */
	bool is_required;          /* must be present and not empty */
	int64_t absent;            /* INT, BOOL, CHAR, ENUM: the value that is left out */
	const struct shape *shape; /* OBJECT, OBJECTS */
};

/* An empty list that marks a field for which every value is honoured. */
extern const char *const field_any[];

/* Words that fields can take. Each list ends with NULL. */
extern const char *const words_audience_types[];
extern const char *const words_approvals[];
extern const char *const words_completions[];
extern const char *const words_cardinalities[];
extern const char *const words_newlines[];
extern const char *const words_modes[];
extern const char *const words_statuses[];
extern const char *const words_cadences[];
extern const char *const words_weekdays[];
extern const char *const words_containers[];
extern const char *const words_splits[];
extern const char *const words_spec_kinds[];
/* Tokens of name templates: those that we fill in, and those that exist only in partners'
 * models. */
extern const char *const words_tokens[];
extern const char *const words_model_tokens[];

#endif
